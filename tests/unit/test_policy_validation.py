"""What is built wrongly is named when the policy is built, everything at once."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta
from typing import Any

import attrs
import pytest
from statemachine import State, StateMachine

from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import (
    AdvanceOrder,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    UpdateOrder,
)
from ordercancel.domain.errors import InvalidPolicy, InvalidValue
from ordercancel.domain.orders import PastRequest
from ordercancel.domain.texts import Text
from ordercancel.policies import CONECT
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    PERMIT,
    ActionText,
    By,
    Calendar,
    Choice,
    Clause,
    Counter,
    Day,
    Deadline,
    Document,
    Earliest,
    Flag,
    Forbid,
    If,
    Latest,
    Lifecycle,
    Moment,
    Named,
    Number,
    Policy,
    Reason,
    Refer,
    Role,
    Rule,
    Sourced,
    TextBounds,
    Texts,
    Waiver,
    advance,
    approve,
    buyer,
    cancel,
    clause,
    days,
    decided,
    hours,
    is_open,
    mark,
    marked,
    move,
    notify,
    now,
    own_rule,
    placed_at,
    reading,
    reason,
    refer,
    requested_at,
    seller,
    ship_on,
    shipped_at,
    status,
)
from ordercancel.rules.conditions import All, Before, Compare, Condition, Holds, IsIn, Relation
from ordercancel.rules.deadlines import Action, Do
from ordercancel.rules.facts import Fact, Vocabulary
from unit.tiny import (
    COUNTER,
    DOCUMENT,
    LABEL,
    MAIL,
    ORDERS,
    REASONS,
    REFERS,
    RULES,
    order,
    tiny,
    utc,
    worded,
)

CALENDAR = Calendar(first=date(2024, 1, 1), last=date(2024, 12, 31))


def faults(**changes: Any) -> list[tuple[str, str]]:
    """Where something is wrong in the tiny policy with `changes`, and what."""
    with pytest.raises(InvalidPolicy) as caught:
        tiny(**changes)
    prefix = "Policy tiny."
    assert all(each.expected for each in caught.value.faults)
    return [(each.where.removeprefix(prefix), each.problem) for each in caught.value.faults]


def expected(**changes: Any) -> list[str]:
    """What would be right in the tiny policy with `changes`."""
    with pytest.raises(InvalidPolicy) as caught:
        tiny(**changes)
    return [each.expected for each in caught.value.faults]


def on_request(when: Any = buyer, effect: Any = None) -> tuple[Rule, ...]:
    effect = Refer(seller) if effect is None else effect
    return (Rule("r", on=RequestCancellation, when=when, effect=effect),)


def deadline(**changes: Any) -> tuple[Deadline, ...]:
    values: dict[str, Any] = {"runs": is_open, "due": requested_at + days(1), "then": approve}
    return (Deadline("d", **values | changes),)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        tiny(
            facts=(Fact("weight"),),
            rules=(
                *on_request(effect=If(buyer, CANCEL)),
                Rule("s", on=RequestCancellation, effect=Refer("nobody")),
            ),
            deadlines=(
                Deadline("d", runs=is_open, due=requested_at, then="cancel"),  # type: ignore[arg-type]
                Deadline("e", runs=now < placed_at, due=placed_at, then=notify),
                Deadline(
                    "f", runs=is_open, due=requested_at.business_days(-1, CALENDAR), then=notify
                ),
            ),
        )
    assert str(caught.value).splitlines() == [
        "Policy tiny.facts['weight']: is a Fact; expected a Flag, Choice, Number, Moment or Day",
        "Policy tiny.rules['r'].effect.otherwise: is missing; expected an effect for either case",
        (
            "Policy tiny.rules['s'].effect: refers to 'nobody'; expected one of: buyer, seller, "
            "operator, other_side"
        ),
        (
            "Policy tiny.deadlines['d'].then: is 'cancel'; expected one of: approve, reject, "
            "expire, cancel('…'), advance('…'), refer(…), mark('…'), notify"
        ),
        "Policy tiny.deadlines['e'].runs: compares the present; expected no now: say when in due",
        (
            "Policy tiny.deadlines['f'].due: counts -1 working days; expected a whole number, "
            "0 to 36525"
        ),
    ]


# ---------------------------------------------------------------------- kinds and the frame


def test_parts_of_a_wrong_kind_are_named_with_their_places() -> None:
    assert faults(
        languages=("ja", 3),
        documents=(1,),
        facts=("gift",),
        rules="rules",
        reasons=({},),
        deadlines=(None,),
        texts={},
        holds_from="today",
        notifications=("mail",),
        waivers=("hole",),
        roles={"carrier": "carrier"},
    ) == [
        ("languages[1]", "is an int"),
        ("documents[0]", "is an int"),
        ("facts[0]", "is a str"),
        ("rules", "is a str"),
        ("reasons[0]", "is a dict"),
        ("deadlines[0]", "is missing"),
        ("waivers[0]", "is a str"),
        ("notifications[0]", "is a str"),
        ("texts", "is a dict"),
        ("holds_from", "is 'today'"),
        ("roles['carrier']", "is a str"),
    ]


def test_one_part_in_place_of_a_list_is_named_and_no_word_is_taken_letter_by_letter() -> None:
    assert faults(
        languages="en",
        channels="web",
        succeeds="abc",
        waivers=Waiver("hole:r", "meant"),
        notifications=MAIL,
        roles="carrier",
    ) == [
        ("languages", "is a str"),
        ("channels", "is a str"),
        ("waivers", "is a Waiver"),
        ("notifications", "is a Notification"),
        ("succeeds", "is a str"),
        ("roles", "is a str"),
    ]


def test_a_role_that_is_none_is_named_and_not_left_out() -> None:
    assert faults(roles=["carrier"]) == [("roles['carrier']", "is a str")]


def test_what_is_empty_but_no_list_and_what_is_no_flag_are_named() -> None:
    """Nothing stands for no messages but a list of none, and for a flag but true and false."""
    assert faults(
        notifications={}, languages=[], succeeds=[["d"]], ask_again_while_open="never"
    ) == [
        ("languages", "is empty"),
        ("notifications", "is a dict"),
        ("ask_again_while_open", "is a str"),
        ("succeeds", "is a list"),
    ]
    assert faults(succeeds={3}) == [("succeeds", "is a set")]


def test_a_policy_without_a_language_is_named_before_its_texts_are_looked_for() -> None:
    with pytest.raises(InvalidPolicy, match=r"Policy conect\.languages: is empty; expected one"):
        attrs.evolve(CONECT, languages=[])


def test_a_chart_that_nobody_compiled_is_named() -> None:
    class Chart(StateMachine):
        a = State(initial=True)
        b = State(final=True)
        go = a.to(b)

    assert [where for where, _ in faults(orders=Chart)] == ["orders"]
    assert expected(orders=Chart) == ["a Lifecycle(…), or compile_chart(YourChart)"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"edition": "a\nb"}, ("edition", "contains U+000A")),
        ({"zone": "Mars/Olympus"}, ("zone", "is 'Mars/Olympus'")),
        ({"zone": None}, ("zone", "is None")),
        ({"languages": ("ja", "en", "")}, ("languages", "has ''")),
    ],
)
def test_the_frame_is_checked(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults(**changes)


def test_a_name_is_a_line() -> None:
    with pytest.raises(InvalidPolicy, match=r"Policy \.name: is empty"):
        tiny(name="")


def test_a_policy_is_in_one_language_at_least() -> None:
    with pytest.raises(InvalidPolicy, match="languages: is empty"):
        Policy(name="p", zone="UTC", languages=(), orders=ORDERS, rules=())


def test_a_lifecycle_speaks_of_facts_that_there_are() -> None:
    orders = Lifecycle(
        moves={"send": ("new", "sent")}, facts={"send": "box"}, needs={"new": "weight"}
    )
    assert faults(
        orders=orders, texts=Texts(), notifications=None, languages=("en",), rules=()
    ) == [
        ("orders.facts['send']", "names 'box'"),
        ("orders.needs['new']", "names 'weight'"),
    ]


# ---------------------------------------------------------------------- facts and roles


@pytest.mark.parametrize(
    ("fact", "fault"),
    [
        (Flag(""), ("facts[''].name", "is empty")),
        (Flag("status"), ("facts['status']", "is a fact that every policy has")),
        (Flag("now"), ("facts['now']", "is a fact that every policy has")),
        (Flag("item"), ("facts['item']", "is a fact that every policy has")),
        (Flag("marked.x"), ("facts['marked.x']", "is a fact that every policy has")),
        (
            Flag("x", of=UpdateOrder),  # type: ignore[arg-type]
            ("facts['x'].of", "is <class 'ordercancel.domain.commands.UpdateOrder'>"),
        ),
        (Choice("x", values="ab"), ("facts['x'].values", "is 'ab'")),  # type: ignore[arg-type]
        (Choice("x", values=(1,)), ("facts['x'].values", "is (1,)")),  # type: ignore[arg-type]
        (
            Choice("x", values=Vocabulary.MOVES),
            ("facts['x'].values", "is <Vocabulary.MOVES: 'moves'>"),
        ),
    ],
)
def test_a_fact_of_ones_own_is_checked(fact: Fact, fault: tuple[str, str]) -> None:
    assert fault in faults(facts=(fact,))


def test_a_fact_is_declared_once() -> None:
    assert faults(facts=(Flag("x"), Number("x"))) == [("facts['x']", "is declared twice")]


@pytest.mark.parametrize(
    ("role", "fault"),
    [
        (Role("", side="seller"), ("roles[''].name", "is empty")),
        (Role("seller", side="seller"), ("roles['seller']", "is a role that every policy has")),
        (Role("x", side="left"), ("roles['x'].side", "is 'left'")),
        (Role("x", side="house", party="who"), ("roles['x'].party", "is 'who'")),
        (Role("x", side="house", answers=1), ("roles['x'].answers", "is an int")),  # type: ignore[arg-type]
    ],
)
def test_a_role_of_ones_own_is_checked(role: Role, fault: tuple[str, str]) -> None:
    assert fault in faults(roles=(role,))


def test_a_role_may_be_held_by_a_party_of_the_order() -> None:
    policy = tiny(
        facts=(Choice("carrier_id", values=()),),
        roles=(
            Role("carrier", side="seller", party="carrier_id"),
            Role("agent", side="buyer", party="buyer"),
        ),
    )
    assert tuple(policy.roles) == ("buyer", "seller", "operator", "system", "carrier", "agent")


# ---------------------------------------------------------------------- rules


def test_a_rule_has_an_id_and_speaks_of_commands_that_rules_judge() -> None:
    rules = (
        Rule("", on=UpdateOrder, effect=Forbid("closed")),  # type: ignore[arg-type]
        *RULES,
    )
    assert faults(rules=rules) == [
        ("rules[''].id", "is empty"),
        ("rules[''].on", "is <class 'ordercancel.domain.commands.UpdateOrder'>"),
    ]


def test_an_effect_is_not_blamed_for_a_command_that_no_rule_judges() -> None:
    rules = (*RULES, Rule("r", on="request", effect=CANCEL))  # type: ignore[arg-type]
    assert faults(rules=rules) == [("rules['r'].on", "is 'request'")]


def test_a_rule_on_what_is_no_command_is_named_whatever_it_is() -> None:
    """As a set of commands, which is easily given, and no set can hold."""
    on: Any = {Approve}
    wrong = Rule("r", on=on, effect=Forbid("closed"))
    assert faults(rules=(*RULES, wrong)) == [
        ("rules['r'].on", "is {<class 'ordercancel.domain.commands.Approve'>}")
    ]


def test_a_rule_speaks_of_several_commands_by_a_list_too() -> None:
    rule = Rule("r", on=[Approve, Reject], effect=Forbid("closed"))
    assert rule.on == (Approve, Reject)
    assert tiny(rules=(*RULES, rule))


@pytest.mark.parametrize(
    ("kind", "effect", "wanted"),
    [
        (RequestCancellation, PERMIT, "one of: CANCEL, Refer(role), a Forbid, an If"),
        (RequestCancellation, "cancel", "one of: CANCEL, Refer(role), a Forbid, an If"),
        (Approve, CANCEL, "one of: PERMIT, a Forbid, an If"),
        (Approve, Refer(seller), "one of: PERMIT, a Forbid, an If"),
        (Reject, CANCEL, "one of: PERMIT, Refer(role), a Forbid, an If"),
        (AdvanceOrder, None, "one of: PERMIT, a Forbid, an If"),
    ],
)
def test_an_effect_fits_its_command(kind: Any, effect: Any, wanted: str) -> None:
    assert expected(rules=(Rule("r", on=kind, effect=effect),)) == [wanted]


def test_either_branch_is_checked_as_deep_as_it_goes() -> None:
    nested = If(buyer, CANCEL, If(Holds("gone"), PERMIT, None))
    assert faults(rules=on_request(effect=nested)) == [
        ("rules['r'].effect.otherwise.when", "speaks of the unknown fact 'gone'"),
        (
            "rules['r'].effect.otherwise.then",
            "is Permit() on RequestCancellation",
        ),
        ("rules['r'].effect.otherwise.otherwise", "is missing"),
    ]


def test_a_forbid_has_a_code_and_a_sentence_in_each_language() -> None:
    assert faults(rules=(*RULES, Rule("r", on=Approve, effect=Forbid("")))) == [
        ("rules['r'].effect.code", "is empty"),
        ("texts.refusals['']", "is missing in: en"),
    ]
    assert faults(rules=(*RULES, Rule("r", on=Approve, effect=Forbid("shut")))) == [
        ("texts.refusals['shut']", "is missing in: en")
    ]
    assert tiny(rules=(*RULES, Rule("r", on=Approve, effect=Forbid("not_permitted"))))


@pytest.mark.parametrize("to", ["nobody", "system", None, seller | buyer, "operator_side"])
def test_a_referral_is_to_somebody_who_answers(to: Any) -> None:
    ((where, problem),) = faults(rules=on_request(effect=Refer(to)))
    assert where == "rules['r'].effect"
    assert problem.startswith("refers to ")


def test_a_rejection_refers_to_a_role_and_not_to_the_other_side() -> None:
    """The other side of whoever rejects is the one that asked."""
    rules = (*RULES, Rule("r", on=Reject, effect=Refer(OTHER_SIDE)))
    assert faults(rules=rules) == [("rules['r'].effect", "refers to 'other_side'")]
    assert expected(deadlines=deadline(then=refer("other_side"))) == [
        "one of: buyer, seller, operator"
    ]


# ---------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        (True, "is a bool"),
        (status.is_in("new") & True, "is a bool"),  # type: ignore[operator]
        (~Named("n", "a name", 3), "is a int"),  # type: ignore[arg-type]
        (Holds("gone"), "speaks of the unknown fact 'gone'"),
        (marked("gone"), "asks for the mark 'gone'"),
        (move.is_in("send"), "speaks of 'move', which RequestCancellation has not"),
        (status.is_in("lost", "new"), "compares 'status' with 'lost'"),
        (reason.is_in("gone"), "compares 'reason' with 'gone'"),
        (IsIn("boxes", frozenset({"a"})), "compares 'boxes' with words"),
        (Holds("boxes"), "takes 'boxes' for a flag"),
        (Compare("gift", Relation.LESS, 3), "compares 'gift' with 3"),
        (Number("boxes") < 1.5, "compares 'boxes' with 1.5"),  # type: ignore[operator]
        (Number("boxes") < True, "compares 'boxes' with True"),
        (Flag("sure").holds, "speaks of 'sure', which RequestCancellation has not"),
    ],
)
def test_a_condition_speaks_of_what_there_is(when: Any, problem: str) -> None:
    facts = (Flag("gift"), Number("boxes"), Flag("sure", of=Reject))
    assert (("rules['r'].when", problem)) in faults(rules=on_request(when=when), facts=facts)


def test_what_a_request_carries_is_kept_and_may_be_asked_of_answers() -> None:
    facts = (Flag("agreed", of=RequestCancellation), Flag("sure", of=Reject))
    agreed = Rule("r", on=(Approve, Reject), when=~facts[0], effect=Forbid("closed"))
    assert tiny(rules=(*RULES, agreed), facts=facts)
    sure = Rule("r", on=(Approve, Reject), when=~facts[1], effect=Forbid("closed"))
    assert faults(rules=(*RULES, sure), facts=facts) == [
        ("rules['r'].when", "speaks of 'sure', which Approve has not")
    ]


def test_any_word_is_taken_where_a_choice_has_none() -> None:
    size = Choice("size", values=())
    assert tiny(rules=on_request(size.is_in("xl")), facts=(size,))


@pytest.mark.parametrize(
    ("due", "problem"),
    [
        (ship_on, "is Day("),
        (None, "is None"),
        (Moment("gone") + days(1), "is reckoned from 'gone'"),
        (placed_at + 3, "adds 3 to a time"),  # type: ignore[operator]
        (placed_at + timedelta(days=36_526), "adds 36526 days, 0:00:00"),
        (placed_at - timedelta(days=36_526), "adds -36526 days, 0:00:00"),
        (placed_at.end_of_day(1.5), "counts 1.5 days"),  # type: ignore[arg-type]
        (placed_at.end_of_day(36_526), "counts 36526 days"),
        (placed_at.business_days(True, CALENDAR), "counts True working days"),
        (placed_at.business_days(1, "jp"), "counts by 'jp'"),  # type: ignore[arg-type]
        (placed_at.next("20:00"), "shows '20:00'"),  # type: ignore[arg-type]
        (placed_at.next(time(20, tzinfo=UTC)), "shows datetime.time(20, 0, tzinfo="),
        (By("status", {"lost": placed_at}), "compares 'status' with 'lost'"),
        (By("gift", {"new": placed_at}), "compares 'gift' with words"),
        (Moment("answered_at", of=Reject), "is reckoned from 'answered_at'"),
        (Earliest(placed_at, Moment("gone")), "is reckoned from 'gone'"),
        (By("status", {"new": hours(1)}), "is datetime.timedelta(seconds=3600)"),  # type: ignore[dict-item]
        (Earliest([placed_at]), "is [Moment("),  # type: ignore[arg-type]
        (Latest(placed_at, "20:00") + hours(1), "is Shift(anchor='20:00'"),  # type: ignore[arg-type]
    ],
)
def test_a_time_is_reckoned_from_what_there_is_by_what_makes_sense(due: Any, problem: str) -> None:
    ((where, found),) = faults(deadlines=deadline(due=due), facts=(Flag("gift"),))
    assert where == "deadlines['d'].due"
    assert found.startswith(problem)


def test_a_time_of_a_condition_is_checked_as_well() -> None:
    when = now < Earliest(placed_at, Moment("gone")).end_of_day(99_999)
    assert [problem for _, problem in faults(rules=on_request(when=when))] == [
        "counts 99999 days",
        "speaks of the unknown fact 'gone'",
    ]


def test_a_choice_may_stand_for_its_name_in_a_time() -> None:
    by = By(status, {"new": placed_at})
    assert by == By("status", {"new": placed_at})
    assert tiny(deadlines=deadline(due=by))


# ---------------------------------------------------------------------- reasons


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (
            Reason("x", "x", on=Approve),
            ("reasons['x'].on", "is <class 'ordercancel.domain.commands.Approve'>"),
        ),
        (Reason("", "x"), ("reasons[''].code", "is empty")),
        (Reason(None), ("reasons[None].text", "is missing")),
        (Reason("x", "x", on=AskWithdrawal), ("reasons['x'].on", "is AskWithdrawal")),
        (
            Reason("x", "x", when=Holds("gone")),
            ("reasons['x'].when", "speaks of the unknown fact 'gone'"),
        ),
        (Reason("x", "x", text=(1, 2, 3)), ("reasons['x'].text", "is (1, 2, 3)")),  # type: ignore[arg-type]
        (Reason("x", "x", text=(5, 3)), ("reasons['x'].text", "is 5 to 3")),
        (Reason("x", "x", text=(0, 0)), ("reasons['x'].text", "is 0 to 0")),
        (Reason("x", "x", text=TextBounds(0, 3)), ("reasons['x'].text", "is 0 to 3")),
        (Reason("x", "x", text=TextBounds("1", 3)), ("reasons['x'].text.minimum", "is '1'")),  # type: ignore[arg-type]
        (Reason("x", "x", text=(4001, 5000)), ("reasons['x'].text", "begins at 4001")),
        (Reason("x", "a\nb"), ("reasons['x'].label", "contains U+000A")),
        (Reason("x", 3), ("reasons['x'].label", "is a int")),  # type: ignore[arg-type]
    ],
)
def test_a_reason_is_checked(made: Reason, fault: tuple[str, str]) -> None:
    assert fault in faults(reasons=(made,), languages=("en",))


def test_a_mark_that_is_unknown_is_one_of_those_that_deadlines_make() -> None:
    late = deadline(then=mark("late"))
    assert expected(rules=on_request(when=marked("gone")), deadlines=late) == [
        "a mark of a deadline; one of: late"
    ]


def test_a_code_occurs_once_for_each_command() -> None:
    twice = (Reason("x", "x"), Reason("x", "y"), Reason("x", "z", on=Reject))
    assert faults(reasons=twice, languages=("en",)) == [
        ("reasons['x']", "occurs twice on RequestCancellation")
    ]


# ---------------------------------------------------------------------- deadlines


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"runs": True}, ("runs", "is a bool")),
        ({"runs": buyer}, ("runs", "speaks of 'role', which hangs on who acts")),
        (
            {"runs": move.is_in("send")},
            ("runs", "speaks of 'move', which no order or request has"),
        ),
        ({"then": cancel("gone")}, ("then", "cancels for 'gone'")),
        ({"then": advance("fly")}, ("then", "makes the move 'fly'")),
        (
            {"then": advance("plan")},
            ("then", "makes the move 'plan', which brings facts along"),
        ),
        ({"then": refer("system")}, ("then", "refers to 'system'")),
        ({"then": mark("")}, ("then.code", "is empty")),
        ({"then": mark("rejected")}, ("then", "marks as 'rejected'")),
        ({"then": mark("x", of="seller")}, ("then.of", "is 'seller'")),
        ({"met": shipped_at}, ("met", "is Moment(")),
        ({"then": mark("x"), "met": ship_on}, ("met", "is Day(")),
        ({"then": mark("x"), "met": Moment("gone")}, ("met", "is reckoned from 'gone'")),
    ],
)
def test_a_deadline_is_checked(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    field, problem = fault
    found = faults(deadlines=deadline(**changes))
    assert any(
        where == f"deadlines['d'].{field}" and told.startswith(problem) for where, told in found
    )


def test_a_deadline_has_an_id() -> None:
    assert faults(deadlines=(Deadline("", runs=is_open, due=requested_at, then=approve),)) == [
        ("deadlines[''].id", "is empty")
    ]


def test_a_deadline_may_hang_on_the_reason_of_the_request() -> None:
    assert tiny(deadlines=deadline(runs=is_open & reason.is_in("mistake")))


def test_an_action_without_its_argument_is_named() -> None:
    assert faults(deadlines=deadline(then=Action(Do.CANCEL))) == [
        ("deadlines['d'].then", "cancels for None")
    ]


# ---------------------------------------------------------------------- sources


def test_ids_occur_once_and_none_is_the_librarys() -> None:
    rules = (*RULES, REFERS, Rule("standard.mine", on=Approve, effect=PERMIT))
    assert faults(rules=rules) == [
        ("rules['tiny.refer']", "has an id that occurs twice"),
        ("rules['standard.mine']", "has an id of the library"),
    ]
    clauses = tuple(Clause("tiny.1", section="1", text="-") for _ in range(2))
    assert faults(documents=(Document("Guide", clauses),)) == [
        ("documents['tiny.1']", "has an id that occurs twice")
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (own_rule(" "), "says nothing"),
        (clause(), "cites no clause"),
        (clause("tiny.2"), "cites 'tiny.2'"),
        (reading("tiny.2"), "cites 'tiny.2'"),
        (reading("tiny.3"), "rests on a reading of 'tiny.3'"),
        (decided("tiny.1"), "rests on a decision on 'tiny.1' by None"),
        (decided("tiny.1", parameter="x"), "rests on a decision on 'tiny.1' by 'x'"),
        (3, "is 3"),
    ],
)
def test_a_source_is_a_clause_that_there_is_or_a_reason(source: Any, problem: str) -> None:
    """What is said to be read, or decided, has its words in the clause."""
    bare = Document("More", (Clause("tiny.3", section="3", text="-"),))
    shown = {"approve": ActionText(done=Sourced(Text("済", "done"), source))}
    everywhere = {
        "documents": (DOCUMENT, bare),
        "source": source,
        "rules": (attrs.evolve(REFERS, source=source), *RULES[1:]),
        "deadlines": deadline(source=source, then=mark("late")),
        "reasons": (attrs.evolve(REASONS[0], source=source), *REASONS[1:]),
        "notifications": (attrs.evolve(MAIL, source=source),),
        "texts": worded(
            labels=(attrs.evolve(LABEL, source=source),),
            counters=(attrs.evolve(COUNTER, source=source),),
            marks={"late": Sourced(Text("遅", "late"), source)},
            actions=shown,
        ),
    }
    assert faults(**everywhere) == [
        ("source", problem),
        ("rules['tiny.refer'].source", problem),
        ("rules['d'].source", problem),
        ("reasons['mistake'].source", problem),
        ("notifications[pending to seller].source", problem),
        ("texts.marks['late'].source", problem),
        ("texts.actions['approve'].done.source", problem),
        ("texts.labels[pending to seller].source", problem),
        ("texts.counters[pending].source", problem),
    ]


# ---------------------------------------------------------------------- texts


LOST = Text("失", "Lost")


def texts(**changes: Any) -> dict[str, Any]:
    return {"texts": worded(**changes)}


def label(**changes: Any) -> dict[str, Any]:
    return texts(labels=(attrs.evolve(LABEL, **changes),))


def counter(**changes: Any) -> dict[str, Any]:
    return texts(counters=(attrs.evolve(COUNTER, **changes),))


def mail(**changes: Any) -> dict[str, Any]:
    return {"notifications": (attrs.evolve(MAIL, **changes),)}


@pytest.mark.parametrize(
    ("changes", "where", "problem"),
    [
        ({"title": "Tiny"}, "title", "is missing in: en"),
        ({"title": 3}, "title", "is a int"),
        *(
            (texts(**{field: {"lost": LOST}}), f"texts.{field}['lost']", "is not known")
            for field in ("statuses", "requests", "roles", "moves", "marks", "verdicts")
        ),
        (texts(commands={str: LOST}), f"texts.commands[{str!r}]", "is not known"),
        (
            texts(commands={Approve: Text(ja="承")}),
            "texts.commands['Approve']",
            "is missing in: en",
        ),
        (texts(actions={"fly": ActionText()}), "texts.actions['fly']", "is not known"),
        (texts(actions={"approve": "Approve"}), "texts.actions['approve']", "is a str"),
        (
            texts(actions={"send": ActionText(notices=("注意",))}),
            "texts.actions['send'].notices[0]",
            "is missing in: en",
        ),
        (
            texts(signature=Text("{nobody}", "us")),
            "texts.signature",
            "uses the unknown variable 'nobody'",
        ),
        ({"deadlines": deadline(label="期限")}, "deadlines['d'].label", "is missing in: en"),
        (texts(statuses={}), "texts.statuses['new']", "is missing in: en"),
        (texts(moves={"send": Text(ja="発")}), "texts.moves['send']", "is missing in: en"),
        (texts(columns={"item": Text(en="Item")}), "texts.columns['item']", "is missing in: ja"),
        (label(on="gone", to="nobody"), "texts.labels[gone to nobody].on", "is 'gone'"),
        (label(to="others"), "texts.labels[pending to others].to", "is 'others'"),
        (
            label(when=Holds("gone")),
            "texts.labels[pending to seller].when",
            "speaks of the unknown fact 'gone'",
        ),
        (
            label(when=buyer),
            "texts.labels[pending to seller].when",
            "speaks of 'role', which hangs on who acts",
        ),
        (
            label(when=now < placed_at),
            "texts.labels[pending to seller].when",
            "compares the present",
        ),
        (
            label(text=Text("{", "{")),
            "texts.labels[pending to seller]",
            "is no template: Single '{' encountered in format string",
        ),
        (counter(on="gone"), "texts.counters[gone].on", "is 'gone'"),
        (counter(label=Text(en="x")), "texts.counters[pending].label", "is missing in: ja"),
        (counter(state="x"), "texts.counters[pending].state", "is missing in: en"),
        (mail(on="gone"), "notifications[gone to seller].on", "is 'gone'"),
        (mail(to="nobody"), "notifications[pending to nobody].to", "is 'nobody'"),
        (
            mail(when=move.is_in("send")),
            "notifications[pending to seller].when",
            "speaks of 'move', which no order or request has",
        ),
        (
            mail(subject=Text("a\nb", "c")),
            "notifications[pending to seller].subject",
            "has a line break",
        ),
        (
            mail(body=Text("{colour}", "c")),
            "notifications[pending to seller].body",
            "uses the unknown variable 'colour'",
        ),
        (
            mail(body=Text("{item!z}", "c")),
            "notifications[pending to seller].body",
            "is no template: Unknown conversion specifier z",
        ),
        (
            {"reasons": (attrs.evolve(REASONS[0], label=Text(en="x")), *REASONS[1:])},
            "reasons['mistake'].label",
            "is missing in: ja",
        ),
        (
            {"reasons": (*REASONS, Reason("x", Text("x", "x"), text=(1, 9), hint="only one"))},
            "reasons['x'].hint",
            "is missing in: en",
        ),
    ],
)
def test_every_text_is_checked(changes: dict[str, Any], where: str, problem: str) -> None:
    assert (where, problem) in faults(**changes)


def test_a_counter_counts_a_status_all_that_are_open_or_a_mark() -> None:
    late = deadline(then=mark("late"))
    counters = tuple(
        Counter(on=each, label=Text("数", "Number")) for each in ("rejected", "open", "late")
    )
    policy = tiny(deadlines=late, texts=worded(counters=counters))
    assert [each.on for each in policy.counters] == ["rejected", "open", "late"]


def test_facts_and_moments_of_ones_own_may_be_variables() -> None:
    seen_at = Moment("seen_at")
    assert tiny(facts=(seen_at,), notifications=(attrs.evolve(MAIL, body=Text("{seen_at}", "c")),))


def test_in_one_language_everything_has_words_by_default() -> None:
    """What nobody writes is read off the codes."""
    policy = Policy(
        name="shop",
        zone="Europe/Berlin",
        orders=ORDERS,
        rules=(*on_request(), Rule("s", on=Approve, effect=Forbid("not_yet"))),
        reasons=(Reason("changed_mind"),),
        deadlines=deadline(then=mark("too_late")),
    )
    assert policy.status_text("new")["en"] == "new"
    assert policy.move_text("send")["en"] == "send"
    assert policy.refusal_text("not_yet")["en"] == "not yet"
    assert policy.reason_text(policy.reasons[0])["en"] == "changed mind"
    assert [(each.on, policy.text(each.label)["en"]) for each in policy.counters] == [
        ("pending", "cancellation requested"),
        ("too_late", "too late"),
        ("refund_open", "refund open"),
    ]
    assert {each.on for each in policy.notifications} >= {"pending", "rejected", "too_late"}
    assert {each.to for each in policy.notifications} == {"others"}


# ---------------------------------------------------------------------- orders

STRICT = tiny(
    channels=("shop",),
    orders=Lifecycle(
        moves={"plan": ("new", "packed"), "send": (("new", "packed"), "sent")},
        cancellable=("new", "packed"),
        cancelled="stopped",
        shipped="sent",
        facts={"plan": "ship_on"},
        needs={"packed": "ship_on"},
    ),
    facts=(
        Flag("gift", required=True),
        Choice("carrier_id", values=()),
        Day("planned_on"),
        Flag("sure", of=Reject, required=True),
    ),
    roles=(
        Role("carrier", side="seller", party="carrier_id"),
        Role("agent", side="buyer", party="buyer"),
    ),
)
FACTS = {"gift": True, "carrier_id": "c-1"}


def wrong_order(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidValue) as caught:
        STRICT.open(order(**{"facts": FACTS, **changes}))
    return [(each.where.removeprefix("Order."), each.problem) for each in caught.value.faults]


def test_an_order_that_fits_is_opened() -> None:
    case = STRICT.open(order(facts=FACTS, channel="shop"))
    assert (case.edition, case.digest, case.version) == ("1", STRICT.digest, 0)
    assert STRICT.open(order(facts=FACTS)).order.channel is None


def test_an_order_may_have_facts_that_no_rule_knows() -> None:
    assert STRICT.open(order(facts={**FACTS, "colour": "red"}))


def test_everything_of_an_order_that_the_policy_does_not_know_is_named() -> None:
    past = PastRequest(
        by=Actor("x", role="unheard-of"), at=utc(1), status="pending", answerer="nobody"
    )
    assert wrong_order(
        policy="big",
        channel="fax",
        facts={"gift": 3, "carrier_id": 7, "planned_on": "soon"},
        status="lost",
        history=(past,),
    ) == [
        ("policy", "is 'big'"),
        ("channel", "is 'fax'"),
        ("facts['gift']", "is 3"),
        ("facts['carrier_id']", "is 7"),
        ("facts['planned_on']", "is 'soon'"),
        ("facts['carrier_id']", "is no id"),
        ("status", "is 'lost'"),
        ("history[0].by", "is 'unheard-of'"),
        ("history[0].answerer", "is 'nobody'"),
    ]


def test_what_the_policy_requires_and_what_a_status_needs_is_asked_for() -> None:
    assert wrong_order(facts={}, status="packed") == [
        ("facts['gift']", "is missing"),
        ("facts['ship_on']", "is missing"),
    ]


class Odd(Condition):
    """A condition of a host's own, which says what it is made of."""

    def leaves(self) -> Any:
        return iter((Holds("gift"),))

    def test(self, facts: Any) -> bool | None:
        return True


def test_a_condition_of_a_hosts_own_is_taken_by_its_leaves() -> None:
    assert tiny(rules=on_request(when=Odd()), facts=(Flag("gift"),))
    assert faults(rules=on_request(when=Odd())) == [
        ("rules['r'].when", "speaks of the unknown fact 'gift'")
    ]


def again(of: Any, times: int, wrap: Any) -> Any:
    """`of`, wrapped so many times."""
    for number in range(times):
        of = wrap(of, number)
    return of


DEEP: dict[str, tuple[Any, str, str]] = {
    "conditions": (
        lambda: on_request(when=again(buyer, 900, lambda c, n: (c & is_open) | is_open)),
        "rules['r'].when",
        "is nested too deep",
    ),
    "names": (
        lambda: on_request(when=again(buyer, 5_000, lambda c, n: Named(f"n{n}", "x", c))),
        "rules['r'].when",
        "is nested too deep",
    ),
    "effects": (
        lambda: on_request(effect=again(CANCEL, 5_000, lambda e, n: If(buyer, e, CANCEL))),
        "rules['r'].effect",
        "is nested too deep",
    ),
    "parts": (
        lambda: on_request(when=again(buyer, 40, lambda c, n: Named("n", "x", All((c, c))))),
        "rules['r'].when",
        "has too many parts",
    ),
    "rules": (
        lambda: tuple(Rule(f"r{n}", on=RequestCancellation, effect=CANCEL) for n in range(15_000)),
        "rules",
        "has 15000 entries",
    ),
}


def test_a_notification_is_looked_through_no_deeper() -> None:
    deep = again(is_open, 5_000, lambda c, n: Named(f"n{n}", "x", c))
    message = attrs.evolve(MAIL, when=deep)
    assert ("notifications[pending to seller].when", "is nested too deep") in faults(
        notifications=(message,)
    )


@pytest.mark.parametrize("name", DEEP)
def test_what_is_too_large_to_look_through_is_told(name: str) -> None:
    """Whatever is nested, the limit is named; Python's own is never met."""
    make, where, problem = DEEP[name]
    assert faults(rules=make()) == [(where, problem)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: again(placed_at, 900, lambda t, n: t + hours(1)),
        lambda: again(placed_at, 300, lambda t, n: Earliest(t + hours(1), placed_at)),
        lambda: again(placed_at, 40, lambda t, n: Latest(t, t)),
        lambda: again(placed_at, 40, lambda t, n: By("gift", {"a": t, "b": t})),
    ],
)
def test_times_that_are_reckoned_from_too_many_are_told(make: Any) -> None:
    """Where the condition is written, and where a deadline is due."""
    limit = "at most 20 times in each other, and 1,000 in all"
    with pytest.raises(InvalidPolicy, match=limit):
        now < make()  # noqa: B015
    due = Deadline("d", runs=is_open, due=make(), then=approve)
    assert ("deadlines['d'].due", "is made of too many times") in faults(deadlines=(due,))
    within = now < again(placed_at, 19, lambda t, n: t + hours(1))
    assert isinstance(within, Before)


def test_a_policy_has_no_more_than_its_orders_can_keep() -> None:
    """2,000 rules and deadlines, whose ids events name, and 50 facts of an order."""
    due = requested_at + hours(1)
    many = tuple(Deadline(f"d{n}", runs=is_open, due=due, then=notify) for n in range(2_001))
    facts = tuple(Flag(f"f{n}") for n in range(51))
    assert faults(deadlines=many) == [("deadlines", "has 2001 entries")]
    assert faults(facts=facts) == [("facts", "has 51 entries")]
    of_command = tuple(Flag(f"c{n}", of=RequestCancellation) for n in range(51))
    assert tiny(facts=(*facts[:50], *of_command), deadlines=many[:2_000])
