"""A policy that is built wrongly fails when it is built, naming every fault."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from statemachine import State, StateMachine

from ordercancel.domain.commands import AdvanceOrder, Approve, Reject, RequestCancellation
from ordercancel.domain.errors import Fault, InvalidPolicy, InvalidValue
from ordercancel.domain.texts import Text
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    PERMIT,
    REFER,
    After,
    Catalogue,
    Clause,
    Consequence,
    Deadline,
    Document,
    EndOfDay,
    Forbid,
    GoingBack,
    Medium,
    Occasion,
    Reason,
    Rule,
    Silence,
    Superseding,
    TextBounds,
    clause,
    compile_chart,
    own_rule,
)
from ordercancel.rules.facts import (
    Flag,
    affirmed,
    attribute_choice,
    attribute_flag,
    attribute_number,
    channel,
    days_since_placed,
    move,
    party,
    role,
    since_placed,
    status,
)
from unit.tiny import (
    COUNTER,
    LABEL,
    MAIL,
    OURS,
    REASONS,
    RULES,
    SUPERSEDING,
    WORDING,
    TinyChart,
    opened,
    order,
    tiny,
    worded,
)

NAME = Text("名", "name")
STATES = "one of: new, packed, sent, stopped"
ALL_MOVES = "one of: plan, send, cancel"
MOVES = "one of: plan, send"
LINE = "a line of 1 to 200 printable characters"


def faults_of(**changes: Any) -> tuple[Fault, ...]:
    with pytest.raises(InvalidPolicy) as caught:
        tiny(**changes)
    return caught.value.faults


def faults_with(*rules: Rule, **changes: Any) -> list[tuple[str, str, str]]:
    """The faults of a policy that has `rules` besides its own, without the policy's name."""
    found = faults_of(rules=(*RULES, *rules), **changes)
    return [
        (each.where.removeprefix("Policy tiny."), each.problem, each.expected) for each in found
    ]


def rule(effect: Any = REFER, **changes: Any) -> Rule:
    values: dict[str, Any] = {"on": RequestCancellation, "effect": effect, "cites": OURS}
    return Rule("x", **values | changes)


def deadline(**changes: Any) -> Deadline:
    values: dict[str, Any] = {
        "starts": Occasion.REFERRED,
        "due": EndOfDay(),
        "does": Consequence.BREACH,
        "cites": OURS,
    }
    return Deadline("d", **values | changes)


def fault(where: str, problem: str, expected: str) -> tuple[Fault, ...]:
    return (Fault(f"Policy tiny.{where}", problem, expected),)


def test_the_tiny_policy_is_well_built() -> None:
    assert tiny().name == "tiny"


# ---------------------------------------------------------------------- the frame


def test_a_chart_that_nobody_compiled_is_refused() -> None:
    (found,) = faults_of(orders=TinyChart)
    assert found.where == "Policy tiny.orders"
    assert found.expected == "a compiled chart: compile_chart(YourChart)"


def test_name_and_edition_are_lines() -> None:
    assert faults_of(name="", edition=2) == (
        Fault("Policy .name", "is empty", LINE),
        Fault("Policy .edition", "is an int", LINE),
    )


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../etc/passwd", "/etc"])
def test_a_zone_has_to_be_known(zone: str) -> None:
    assert faults_of(zone=zone) == fault(
        "zone", f"is {zone!r}", "the IANA name of an installed time zone"
    )


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"rules": (1,)}, "rules[0]"),
        ({"rules": [], "documents": None}, "documents"),
        ({"shipped_by": "send"}, "shipped_by"),
        ({"holds_from": "2024-01-01"}, "holds_from"),
        ({"title": "Tiny"}, "title"),
        ({"wording": None}, "wording"),
        ({"dated": frozenset({"lost"})}, "dated"),
        ({"deadlines": (deadline(due=5),)}, "deadlines['d'].due"),
        ({"deadlines": (deadline(due=After(48)),)}, "deadlines['d'].due.length"),
    ],
)
def test_values_of_a_wrong_kind_are_named(changes: dict[str, Any], where: str) -> None:
    assert f"Policy tiny.{where}" in {each.where for each in faults_of(**changes)}


def test_a_citation_is_made_by_clause_or_ours() -> None:
    (found,) = faults_with(rule(cites="conect.1-1.shipped"))
    assert found[0] == "rules['x'].cites"


def test_a_zone_is_a_name() -> None:
    assert faults_of(zone=None) == fault(
        "zone", "is None", "the IANA name of an installed time zone"
    )


def test_the_cancel_move_is_a_move_of_the_chart() -> None:
    assert faults_of(cancel_move="annul") == fault("cancel_move", "is 'annul'", ALL_MOVES)


def test_cancelled_orders_have_one_status() -> None:
    class Forked(StateMachine):
        new = State(initial=True)
        packed = State()
        sent = State(final=True)
        stopped = State(final=True)
        plan = new.to(packed)
        send = packed.to(sent)
        cancel = new.to(stopped) | packed.to(sent)

    assert faults_of(orders=compile_chart(Forked)) == fault(
        "cancel_move", "leads to several statuses", "one status of cancelled orders"
    )


def test_cancelled_orders_have_one_status_where_every_status_can_be_cancelled() -> None:
    class Ring(StateMachine):
        new = State(initial=True)
        packed = State()
        plan = new.to(packed)
        send = new.to(packed)
        cancel = new.to(packed) | packed.to(new)

    texts = dict.fromkeys(("new", "packed"), NAME)
    assert faults_of(orders=compile_chart(Ring), wording=worded(statuses=texts)) == fault(
        "cancel_move", "leads to several statuses", "one status of cancelled orders"
    )


def test_the_cancelling_move_is_nobodys_to_make() -> None:
    """It follows from a granted request; nothing plans, ships, supersedes or meets by it."""
    assert faults_of(
        planned_by=frozenset({"cancel"}),
        shipped_by=frozenset({"cancel"}),
        superseding=attrs.evolve(SUPERSEDING, moves=frozenset({"cancel"})),
        deadlines=(
            Deadline(
                "d",
                starts=Occasion.REJECTED,
                due=EndOfDay(),
                does=Consequence.BREACH,
                met_by=frozenset({"cancel"}),
                cites=OURS,
            ),
        ),
    ) == (
        *fault("planned_by", "names the move 'cancel'", MOVES),
        *fault("shipped_by", "names the move 'cancel'", MOVES),
        *fault("superseding", "names the move 'cancel'", MOVES),
        *fault("deadlines['d'].met_by", "names the move 'cancel'", MOVES),
    )


def test_moves_that_do_not_exist_are_named_one_by_one() -> None:
    assert faults_of(
        planned_by=frozenset({"fly", "drive"}),
        shipped_by=frozenset({"swim"}),
        superseding=attrs.evolve(SUPERSEDING, moves=frozenset({"walk", "send"})),
    ) == (
        *fault("planned_by", "names the move 'drive'", MOVES),
        *fault("planned_by", "names the move 'fly'", MOVES),
        *fault("shipped_by", "names the move 'swim'", MOVES),
        *fault("superseding", "names the move 'walk'", MOVES),
    )


# ---------------------------------------------------------------------- facts of its own


def test_a_fact_is_declared_once() -> None:
    twice = (attribute_flag("vip", NAME), attribute_number("vip", NAME))
    assert faults_of(facts=twice) == fault("facts['vip']", "is declared twice", "each fact once")


def test_a_fact_of_its_own_hides_none_that_every_policy_has() -> None:
    assert faults_of(facts=(attribute_flag("status", NAME),)) == fault(
        "facts['status']", "is a fact that every policy has", "another name"
    )


def test_a_fact_of_its_own_is_supplied_by_the_host() -> None:
    assert faults_of(facts=(Flag("vip", NAME),)) == fault(
        "facts['vip']",
        "has nothing that supplies it",
        "attribute_flag, attribute_choice or attribute_number",
    )


# ---------------------------------------------------------------------- rules


def test_ids_are_unique_among_rules_deadlines_and_what_follows() -> None:
    deadline = Deadline(
        "b", starts=Occasion.REFERRED, due=EndOfDay(), does=Consequence.LAPSE, cites=OURS
    )
    rules = (rule(), rule(), attrs.evolve(rule(), id="b"), attrs.evolve(rule(), id="c"))
    found = faults_with(*rules, deadlines=(deadline,), going_back=GoingBack("c", cites=OURS))
    assert found == [
        ("rules['x']", "has an id that occurs twice", "each id once"),
        ("rules['b']", "has an id that occurs twice", "each id once"),
        ("rules['c']", "has an id that occurs twice", "each id once"),
    ]


@pytest.mark.parametrize("kind", [int, "Approve"])
def test_a_rule_speaks_about_commands(kind: object) -> None:
    assert faults_with(rule(on=kind)) == [("rules['x'].on", f"is {kind!r}", "a command")]


@pytest.mark.parametrize("kind", [int, "Approve"])
def test_what_is_no_command_is_named_even_under_a_condition(kind: object) -> None:
    found = faults_with(rule(on=kind, when=role.is_in("buyer")))
    assert found == [("rules['x'].on", f"is {kind!r}", "a command")]


@pytest.mark.parametrize(
    ("effect", "on", "problem", "expected"),
    [
        (
            PERMIT,
            RequestCancellation,
            "is <Grant.PERMIT: 'permit'> on RequestCancellation",
            "one of: cancel, refer, a Forbid",
        ),
        (CANCEL, Approve, "is <Grant.CANCEL: 'cancel'> on Approve", "one of: permit, a Forbid"),
        (REFER, Reject, "is <Grant.REFER: 'refer'> on Reject", "one of: permit, a Forbid"),
        (None, Reject, "is None on Reject", "one of: permit, a Forbid"),
    ],
)
def test_an_effect_fits_its_command(effect: Any, on: Any, problem: str, expected: str) -> None:
    assert faults_with(rule(effect, on=on)) == [("rules['x'].effect", problem, expected)]


def test_an_effect_that_fits_one_of_two_commands_is_named_for_the_other() -> None:
    assert faults_with(rule(PERMIT, on=(Approve, RequestCancellation))) == [
        (
            "rules['x'].effect",
            "is <Grant.PERMIT: 'permit'> on RequestCancellation",
            "one of: cancel, refer, a Forbid",
        )
    ]


def test_a_code_without_a_text_is_refused() -> None:
    assert faults_with(rule(Forbid("secret"))) == [
        (
            "rules['x'].effect",
            "forbids with the code 'secret'",
            "a code with a text in wording.refusals",
        )
    ]


@pytest.mark.parametrize("code", ["closed", "request_open"])
def test_a_code_of_the_policy_or_of_all_policies_has_a_text(code: str) -> None:
    assert tiny(rules=(*RULES, rule(Forbid(code)))).rules[-1].effect == Forbid(code)


@pytest.mark.parametrize(("when", "kind"), [(party, "Flag"), (True, "bool"), (None, "NoneType")])
def test_a_bare_flag_is_no_condition(when: Any, kind: str) -> None:
    assert faults_with(rule(when=when)) == [
        ("rules['x'].when", f"is a {kind}", "a condition, such as flag.holds")
    ]


def test_a_bare_flag_inside_a_condition_is_no_condition_either() -> None:
    found = faults_with(rule(when=role.is_in("buyer") & party))  # type: ignore[operator]
    assert [where for where, _, _ in found] == ["rules['x'].when"]


def test_an_unknown_fact_is_named() -> None:
    (found,) = faults_with(
        rule(when=attribute_flag("vip", NAME).holds), facts=(attribute_flag("pro", NAME),)
    )
    assert found[:2] == ("rules['x'].when", "speaks of the unknown fact 'vip'")
    assert found[2].startswith("one of: status, channel, role, ")
    assert found[2].endswith(", deadline_passed, pro")


def test_a_fact_that_a_command_has_not_is_named_for_each_command() -> None:
    found = faults_with(
        rule(Forbid("closed"), on=(RequestCancellation, Reject, Approve), when=affirmed.holds)
    )
    assert found == [
        ("rules['x'].when", "speaks of 'affirmed', which Approve has not", "one of: Reject"),
        (
            "rules['x'].when",
            "speaks of 'affirmed', which RequestCancellation has not",
            "one of: Reject",
        ),
    ]


@pytest.mark.parametrize(
    ("when", "problem", "expected"),
    [
        (status.is_in("new", "lost", "gone"), "'status' with 'gone'|'status' with 'lost'", STATES),
        (role.is_in("king"), "'role' with 'king'", "one of: buyer, seller, operator, system"),
        (channel.is_in("fax"), "'channel' with 'fax'", "one of: shop, mail"),
        (
            attribute_choice("rank", NAME, ("gold", "silver")).is_in("tin"),
            "'rank' with 'tin'",
            "one of: gold, silver",
        ),
    ],
)
def test_a_value_outside_the_domain_is_named(when: Any, problem: str, expected: str) -> None:
    rank = attribute_choice("rank", NAME, ("gold", "silver"))
    found = faults_with(rule(when=when), facts=(rank,), channels=("shop", "mail"))
    assert found == [
        ("rules['x'].when", f"compares {each}", expected) for each in problem.split("|")
    ]


def test_cancelling_is_no_move_that_a_rule_may_name() -> None:
    found = faults_with(rule(PERMIT, on=AdvanceOrder, when=move.is_in("cancel")))
    assert found == [("rules['x'].when", "compares 'move' with 'cancel'", "one of: plan, send")]


def test_a_fact_is_compared_by_its_kind() -> None:
    vip, rank, weight = (
        attribute_flag("vip", NAME),
        attribute_choice("rank", NAME, ("gold",)),
        attribute_number("weight", NAME),
    )
    as_flag = attrs.evolve(vip, name="rank").holds
    as_words = attrs.evolve(rank, name="vip").is_in("gold")
    numbers = (
        since_placed < 3,
        days_since_placed > timedelta(days=1),
        attrs.evolve(weight, name="vip") > 3,
        weight > True,
    )
    one, two, three, four = numbers
    found = faults_with(
        rule(when=as_flag & as_words & one & two & three & four), facts=(vip, rank, weight)
    )
    number = "a number with an int, or a span with a timedelta"
    assert found == [
        ("rules['x'].when", "takes 'rank' for a flag", "a fact that is a flag"),
        ("rules['x'].when", "compares 'vip' with words", "a fact that is a choice"),
        ("rules['x'].when", "compares 'since_placed' with 3", number),
        (
            "rules['x'].when",
            "compares 'days_since_placed' with datetime.timedelta(days=1)",
            number,
        ),
        ("rules['x'].when", "compares 'vip' with 3", number),
        ("rules['x'].when", "compares 'weight' with True", number),
    ]


def test_good_comparisons_pass() -> None:
    weight = attribute_number("weight", NAME)
    when = (
        (since_placed < timedelta(minutes=30))
        & (days_since_placed > 1)
        & (weight <= 3)
        & channel.is_known
        & party.holds
        & ALWAYS
    )
    assert tiny(rules=(*RULES, rule(when=when)), facts=(weight,)).facts == (weight,)


# ---------------------------------------------------------------------- silences


def silence(**changes: Any) -> Silence:
    values: dict[str, Any] = {"on": RequestCancellation, "cites": OURS}
    return Silence("s", **values | changes)


def faults_of_silences(*silences: Any) -> list[tuple[str, str, str]]:
    """The faults of a policy that has these silences, without the policy's name."""
    return [
        (each.where.removeprefix("Policy tiny."), each.problem, each.expected)
        for each in faults_of(silences=silences)
    ]


def test_a_silence_that_is_well_made_passes() -> None:
    """Of one command or of several, under a condition or always, cited or ours."""
    several = silence(on=(Approve, Reject), when=status.is_in("sent") & ~party.holds)
    cited = attrs.evolve(silence(cites=clause("tiny.1")), id="t")
    assert tiny(silences=(several, cited)).silences == (several, cited)


@pytest.mark.parametrize(
    ("silences", "where", "problem"),
    [
        (("s",), "silences[0]", "is a str"),
        ((silence(), rule()), "silences[1]", "is a Rule"),
        ([silence()], "silences", "is a list"),
    ],
)
def test_silences_are_a_tuple_of_silences(silences: Any, where: str, problem: str) -> None:
    """What is no silence is named by its place."""
    (found,) = faults_of(silences=silences)
    assert (found.where, found.problem) == (f"Policy tiny.{where}", problem)


@pytest.mark.parametrize("kind", [int, "Approve"])
def test_a_silence_speaks_about_commands(kind: object) -> None:
    """What is no command is named, also under a condition."""
    assert faults_of_silences(silence(on=(Approve, kind), when=role.is_in("buyer"))) == [
        ("silences['s'].on", f"is {kind!r}", "a command")
    ]


def test_the_unknown_fact_of_a_silence_is_named() -> None:
    """A silence speaks of the facts that its policy knows."""
    (found,) = faults_of_silences(silence(when=attribute_flag("vip", NAME).holds))
    assert found[:2] == ("silences['s'].when", "speaks of the unknown fact 'vip'")
    assert found[2].startswith("one of: status, channel, role, ")


def test_a_fact_that_the_command_of_a_silence_has_not_is_named() -> None:
    """A silence about a request can not hang on what a rejection affirms."""
    assert faults_of_silences(silence(on=(Reject, Approve), when=affirmed.holds)) == [
        ("silences['s'].when", "speaks of 'affirmed', which Approve has not", "one of: Reject")
    ]


@pytest.mark.parametrize(
    ("when", "problem", "expected"),
    [
        (party, "is a Flag", "a condition, such as flag.holds"),
        (role.is_in("buyer") & True, "is a bool", "a condition, such as flag.holds"),  # type: ignore[operator]
        (status.is_in("lost"), "compares 'status' with 'lost'", STATES),
        (
            since_placed < 3,
            "compares 'since_placed' with 3",
            "a number with an int, or a span with a timedelta",
        ),
    ],
)
def test_the_condition_of_a_silence_is_checked_like_a_rules(
    when: Any, problem: str, expected: str
) -> None:
    """Every fault of it is named where it stands."""
    assert faults_of_silences(silence(when=when)) == [("silences['s'].when", problem, expected)]


def test_the_id_of_a_silence_is_its_own() -> None:
    """It is shared with no rule, no deadline and no other silence."""
    silences = (silence(), silence(), attrs.evolve(silence(), id="tiny.refer"))
    also = (*silences, attrs.evolve(silence(), id="d"))
    found = faults_of(silences=also, deadlines=(deadline(),))
    assert found == (
        *fault("rules['tiny.refer']", "has an id that occurs twice", "each id once"),
        *fault("rules['s']", "has an id that occurs twice", "each id once"),
        *fault("rules['d']", "has an id that occurs twice", "each id once"),
    )


def test_the_id_of_a_silence_is_a_line() -> None:
    """Decisions and explanations name it."""
    assert faults_of_silences(attrs.evolve(silence(), id="")) == [
        ("rules[''].id", "is empty", LINE)
    ]


@pytest.mark.parametrize(
    ("cites", "problem", "expected"),
    [
        (clause(), "cites no clause", "at least one, or own_rule('why')"),
        (clause("lost"), "cites 'lost'", "the id of a clause of the policy's documents"),
        (own_rule(" "), "is ours without a note", "own_rule('why it is there')"),
        ("tiny.1", "is a str", "clause('…') or own_rule('…')"),
    ],
)
def test_a_silence_says_where_it_comes_from(cites: Any, problem: str, expected: str) -> None:
    """A clause that exists, or why it is there."""
    assert faults_of_silences(silence(cites=cites)) == [("rules['s'].cites", problem, expected)]


# ---------------------------------------------------------------------- deadlines


def test_a_deadline_is_met_by_moves_that_exist() -> None:
    made = deadline(met_by=frozenset({"fly", "send"}))
    assert faults_of(deadlines=(made,)) == fault(
        "deadlines['d'].met_by", "names the move 'fly'", MOVES
    )


def test_a_deadline_that_decides_is_met_by_nothing() -> None:
    made = deadline(does=Consequence.LAPSE, met_by=frozenset({"send"}))
    assert faults_of(deadlines=(made,)) == fault(
        "deadlines['d'].met_by",
        "is set, and the deadline does lapse",
        "none: such a deadline ends with its request",
    )


@pytest.mark.parametrize(
    ("length", "told"), [(timedelta(0), "0:00:00"), (timedelta(hours=-1), "-1 day, 23:00:00")]
)
def test_a_deadline_takes_some_time(length: timedelta, told: str) -> None:
    assert faults_of(deadlines=(deadline(due=After(length)),)) == fault(
        "deadlines['d'].due", f"is {told}", "above zero, and at most 36525 days"
    )


def test_a_deadline_that_could_never_end_is_named() -> None:
    """A duty that arises when the request is closed ends by a move of the order, or not at all."""
    (found,) = faults_of(deadlines=(deadline(starts=Occasion.REJECTED),))
    assert found.where == "Policy tiny.deadlines['d'].starts"
    assert found.problem == "is rejected, when the request is closed, and no move meets it"


def test_a_deadline_does_not_end_on_a_day_before_it_starts() -> None:
    (found,) = faults_of(deadlines=(deadline(due=EndOfDay(-1)),))
    assert found.where.startswith("Policy tiny.deadlines['d'].due")


# ---------------------------------------------------------------------- citations


def test_clause_ids_are_unique() -> None:
    documents = (
        Document("A", (Clause("tiny.1", section="1", text="-"),)),
        Document("B", (Clause("tiny.1", section="2", text="-"),)),
    )
    assert faults_of(documents=documents) == fault(
        "documents['tiny.1']", "has an id that occurs twice", "each id once"
    )


def test_a_citation_of_no_clause_that_exists_is_named_wherever_it_stands() -> None:
    lost = clause("lost")
    known = "the id of a clause of the policy's documents"
    found = faults_with(
        rule(cites=lost),
        deadlines=(deadline(cites=lost),),
        superseding=Superseding("s", moves=frozenset(), cites=lost),
        going_back=GoingBack("g", cites=lost),
        request_reasons=Catalogue(
            reasons=(Reason("r", NAME, cites=lost),), cites=clause("tiny.1", "lost")
        ),
        rejection_reasons=Catalogue(cites=lost),
        wording=worded(
            notifications=(attrs.evolve(MAIL, cites=lost),),
            labels=(attrs.evolve(LABEL, cites=lost),),
            counters=(attrs.evolve(COUNTER, cites=lost),),
        ),
    )
    assert found == [
        (f"{where}.cites", "cites 'lost'", known)
        for where in (
            "rules['x']",
            "rules['d']",
            "rules['s']",
            "rules['g']",
            "request_reasons",
            "request_reasons['r']",
            "rejection_reasons",
            "wording.notifications[referred to seller]",
            "wording.labels[referred to seller]",
            "wording.counters[awaiting_seller]",
        )
    ]


@pytest.mark.parametrize("note", ["", " \n"])
def test_what_is_ours_says_why(note: str) -> None:
    assert faults_with(rule(cites=own_rule(note))) == [
        ("rules['x'].cites", "is ours without a note", "own_rule('why it is there')")
    ]


def test_a_citation_cites_something() -> None:
    assert faults_with(rule(cites=clause())) == [
        ("rules['x'].cites", "cites no clause", "at least one, or own_rule('why')")
    ]


# ---------------------------------------------------------------------- catalogues and bounds


def test_the_codes_of_reasons_are_unique() -> None:
    twice = attrs.evolve(REASONS, reasons=(*REASONS.reasons, REASONS.reasons[0]))
    assert faults_of(request_reasons=twice) == fault(
        "request_reasons['mistake']", "has a code that occurs twice", "each code once"
    )


def test_a_catalogue_has_reasons_or_a_text() -> None:
    both = attrs.evolve(REASONS, text=TextBounds(1, 5))
    assert faults_of(rejection_reasons=both) == fault(
        "rejection_reasons.text", "is set beside reasons", "a text for each reason, or reasons=()"
    )


@pytest.mark.parametrize(
    ("bounds", "problem", "expected"),
    [
        (TextBounds(0, 5), "is 0 to 5", "1 <= minimum <= maximum"),
        (TextBounds(6, 5), "is 6 to 5", "1 <= minimum <= maximum"),
        (TextBounds(-1, 5, required=False), "is -1 to 5", "0 <= minimum <= maximum"),
        (TextBounds(1, 0, required=False), "is 1 to 0", "0 <= minimum <= maximum"),
    ],
)
def test_bounds_that_no_text_can_meet_are_named(
    bounds: TextBounds, problem: str, expected: str
) -> None:
    reason = Reason("r", NAME, text=bounds, cites=OURS)
    found = faults_of(
        request_reasons=Catalogue(reasons=(reason,), cites=OURS),
        rejection_reasons=Catalogue(text=bounds, cites=OURS),
        withdrawal_text=bounds,
    )
    assert found == (
        *fault("request_reasons['r'].text", problem, expected),
        *fault("rejection_reasons.text", problem, expected),
        *fault("withdrawal_text", problem, expected),
    )


def test_a_minimum_beyond_what_is_read_at_all_can_not_be_met() -> None:
    (found,) = faults_of(withdrawal_text=TextBounds(4001, 5000))
    assert found.where == "Policy tiny.withdrawal_text"


# ---------------------------------------------------------------------- wording


def test_each_status_has_a_text_and_each_text_a_status() -> None:
    statuses = {"new": NAME, "packed": NAME, "sent": NAME, "lost": NAME}
    assert faults_of(wording=worded(statuses=statuses)) == (
        *fault("wording.statuses['stopped']", "is missing", "a text for each status"),
        *fault("wording.statuses['lost']", "is no status", STATES),
    )


def test_one_side_reads_one_label_on_an_occasion() -> None:
    assert faults_of(wording=worded(labels=(LABEL, LABEL))) == fault(
        "wording.labels[referred to seller]", "occurs twice", "one label"
    )


def test_one_side_gets_one_message_by_a_medium_on_an_occasion() -> None:
    """Two would have one id, by which a mailer takes the second for the first once more."""
    (found,) = faults_of(wording=worded(notifications=(MAIL, MAIL)))
    assert found.where.startswith("Policy tiny.wording.notifications[referred to seller]")


def test_an_announcement_names_a_medium_once() -> None:
    mail = attrs.evolve(MAIL, media=(Medium.MAIL, Medium.MAIL))
    (found,) = faults_of(wording=worded(notifications=(mail,)))
    assert found.where.startswith("Policy tiny.wording.notifications[referred to seller]")


def test_unknown_placeholders_are_named_wherever_they_stand() -> None:
    text = Text("{order_id}{weather}", "{mood}")
    known = (
        "one of: answer, buyer_name, buyer_text, cart_id, item, order_id, reason, seller_name, "
        "withdrawal_text"
    )
    found = faults_of(
        wording=worded(
            labels=(attrs.evolve(LABEL, text=text),),
            notifications=(attrs.evolve(MAIL, subject=text, body=text),),
        )
    )
    assert found == tuple(
        Fault(f"Policy tiny.wording.{where}", f"uses the unknown variable {name!r}", known)
        for where in (
            "labels[referred to seller]",
            "notifications[referred to seller].subject",
            "notifications[referred to seller].body",
        )
        for name in ("mood", "weather")
    )


def test_a_placeholder_without_a_name_is_unknown() -> None:
    (found,) = faults_of(wording=worded(labels=(attrs.evolve(LABEL, text=Text("", "{}")),)))
    assert found.problem == "uses the unknown variable ''"


@pytest.mark.parametrize("broken", ["{reason", "reason}", "{reason!}"])
def test_a_broken_template_is_named(broken: str) -> None:
    label = attrs.evolve(LABEL, text=Text("{reason}", broken))
    (found,) = faults_of(wording=worded(labels=(label,)))
    assert found.where == "Policy tiny.wording.labels[referred to seller]"
    assert found.problem.startswith("is no template: ")
    assert found.expected == "balanced {placeholders}"


@pytest.mark.parametrize("broken", ["{reason:d}", "{reason:{mood}}", "{reason!x}"])
def test_a_template_that_can_not_be_filled_is_named(broken: str) -> None:
    label = attrs.evolve(LABEL, text=Text("{reason}", broken))
    (found,) = faults_of(wording=worded(labels=(label,)))
    assert found.where == "Policy tiny.wording.labels[referred to seller]"


@pytest.mark.parametrize("subject", [Text("a\nb", "ab"), Text("ab", "a\nb")])
def test_a_subject_is_one_line(subject: Text) -> None:
    mail = attrs.evolve(MAIL, subject=subject)
    assert faults_of(wording=worded(notifications=(mail,))) == fault(
        "wording.notifications[referred to seller].subject", "has a line break", "one line"
    )


@pytest.mark.parametrize("break_", ["\r", "\u2028", "\x0b"])
def test_a_subject_has_no_line_break_of_any_kind(break_: str) -> None:
    mail = attrs.evolve(MAIL, subject=Text(f"a{break_}b", "ab"))
    (found,) = faults_of(wording=worded(notifications=(mail,)))
    assert found.where == "Policy tiny.wording.notifications[referred to seller].subject"


# ---------------------------------------------------------------------- together


def test_all_faults_of_a_policy_come_together() -> None:
    found = faults_with(
        rule(Forbid("secret"), when=party),
        edition="",
        zone="Mars/Olympus",
        cancel_move="annul",
        facts=(attribute_flag("party", NAME),),
        deadlines=(deadline(due=After(timedelta(0))),),
        request_reasons=Catalogue(cites=clause()),
        withdrawal_text=TextBounds(2, 1),
        wording=worded(statuses={**WORDING.statuses, "lost": NAME}),
    )
    assert found == [
        ("edition", "is empty", LINE),
        ("zone", "is 'Mars/Olympus'", "the IANA name of an installed time zone"),
        ("cancel_move", "is 'annul'", ALL_MOVES),
        ("facts['party']", "is a fact that every policy has", "another name"),
        (
            "rules['x'].effect",
            "forbids with the code 'secret'",
            "a code with a text in wording.refusals",
        ),
        ("rules['x'].when", "is a Flag", "a condition, such as flag.holds"),
        ("deadlines['d'].due", "is 0:00:00", "above zero, and at most 36525 days"),
        ("request_reasons.cites", "cites no clause", "at least one, or own_rule('why')"),
        ("withdrawal_text", "is 2 to 1", "1 <= minimum <= maximum"),
        ("wording.statuses['lost']", "is no status", STATES),
    ]


# ---------------------------------------------------------------------- orders


def test_everything_of_an_order_that_a_policy_does_not_know_is_named() -> None:
    policy = tiny(
        channels=("shop", "mail"),
        facts=(
            attribute_flag("vip", NAME),
            attribute_choice("rank", NAME, ("gold", "none")),
            attribute_number("weight", NAME),
        ),
    )
    strange = order(
        policy="other",
        status="lost",
        channel="fax",
        attributes={"vip": 1, "rank": "tin", "weight": True, "free": "anything"},
    )
    with pytest.raises(InvalidValue) as caught:
        policy.open(strange)
    assert caught.value.faults == (
        Fault("Order.policy", "is 'other'", "'tiny'"),
        Fault("Order.status", "is 'lost'", STATES),
        Fault("Order.channel", "is 'fax'", "one of: shop, mail"),
        Fault("Order.attributes['vip']", "is 1", "true or false"),
        Fault("Order.attributes['rank']", "is 'tin'", "one of: gold, none"),
        Fault("Order.attributes['weight']", "is True", "a whole number"),
    )


def test_an_order_in_a_dated_status_has_its_planned_ship_date() -> None:
    """Without one it is not opened; in another status it needs none."""
    policy = tiny(dated=frozenset({"packed"}))
    with pytest.raises(InvalidValue) as caught:
        policy.open(order(status="packed"))
    assert caught.value.faults == (
        Fault(
            "Order.ship_on",
            "is missing",
            "the planned ship date, which an order in 'packed' has",
        ),
    )
    assert opened(policy, status="packed", ship_on=date(2024, 3, 5)).version == 0
    assert opened(policy).order.ship_on is None


def test_an_order_with_fitting_values_is_opened() -> None:
    policy = tiny(
        channels=("shop",),
        facts=(
            attribute_flag("vip", NAME),
            attribute_choice("rank", NAME, ("gold", "none")),
            attribute_number("weight", NAME),
        ),
    )
    fitting = {"vip": True, "rank": "none", "weight": 3}
    case = opened(policy, channel="shop", attributes=fitting)
    assert dict(case.order.attributes) == fitting
    assert (case.edition, case.version, case.requests) == ("1", 0, ())
    assert opened(policy).order.channel is None


def test_a_policy_that_tells_no_channels_apart_takes_any() -> None:
    assert opened(tiny(), channel="fax").order.channel == "fax"
