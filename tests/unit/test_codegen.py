"""Functions that the library writes itself."""

from __future__ import annotations

import gc
import linecache
import traceback
from collections.abc import Mapping
from datetime import date, time
from typing import Any

import attrs
import pytest

from ordercancel import Case, Command, Policy, RequestCancellation
from ordercancel.domain.cases import Firing, Mark
from ordercancel.domain.codegen import compile_function
from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.events import EVENTS, WithdrawalAsked
from ordercancel.domain.orders import PastRequest
from ordercancel.domain.trusted import trusted, trusted_evolve
from ordercancel.engine import compilation
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import Ruling
from ordercancel.policy import (
    CANCEL,
    By,
    Calendar,
    Choice,
    Day,
    Earliest,
    Flag,
    Forbid,
    Latest,
    Moment,
    Named,
    Number,
    Refer,
    Rule,
    buyer,
    hours,
    is_initiator,
    now,
    reason,
    side,
    status,
)
from ordercancel.rules.conditions import All, AnyOf, Condition, IsIn, Leaf, Value
from ordercancel.rules.deadlines import Deadline, mark
from ordercancel.rules.facts import is_open, is_own_side, marked, requested_at
from unit.tiny import BUYER, OPERATOR, SELLER, asks, opened, order, tiny, utc


def test_a_function_knows_what_it_is_given_by_name() -> None:
    double = compile_function("double", "def double(x):\n    return x * factor\n", {"factor": 2})
    assert double(21) == 42


def test_an_error_shows_the_line_that_was_written() -> None:
    divide = compile_function("divide", "def divide(x):\n    return x / nothing\n", {"nothing": 0})
    with pytest.raises(ZeroDivisionError) as caught:
        divide(1)
    assert "return x / nothing" in "".join(traceback.format_exception(caught.value))


# ---------------------------------------------------------------------- trusted values


def test_what_is_built_unchecked_is_equal_to_what_is_checked() -> None:
    stamp: dict[str, Any] = {"order_id": "o-1", "at": utc(15), "by": SELLER, "number": 1}
    assert trusted(WithdrawalAsked)(**stamp) == WithdrawalAsked(**stamp)
    told = {**stamp, "rules": ("a",), "text": "please"}
    assert trusted(WithdrawalAsked)(**told) == WithdrawalAsked(**told)


@pytest.mark.parametrize("kind", [*EVENTS.values(), Firing, Mark], ids=lambda kind: kind.__name__)
def test_the_unchecked_constructor_takes_what_the_other_takes(kind: Any) -> None:
    """The same names, with the same defaults, and none left out."""
    needed = [each.name for each in attrs.fields(kind) if each.default is attrs.NOTHING]
    built = trusted(kind)(**dict.fromkeys(needed, "any"))
    for each in attrs.fields(kind):
        expected = "any" if each.name in needed else each.default
        assert getattr(built, each.name) == expected
    with pytest.raises(TypeError, match="missing"):
        trusted(kind)()


def test_a_revised_value_keeps_what_is_not_changed() -> None:
    case = opened(tiny())
    assert trusted_evolve(case, version=7) == attrs.evolve(case, version=7)
    assert trusted_evolve(case, version=7).ended == case.ended
    with pytest.raises(TypeError, match="unexpected"):
        trusted_evolve(case, colour="red")


# ---------------------------------------------------------------------- compiled rules


def by_compiled_rules(policy: Policy, command: Command, case: Case) -> Ruling | None:
    """What the compiled rules come to; None where something is unknown or goes wrong."""
    judge = compilation.compiled_rules(
        policy,
        type(command),  # type: ignore[arg-type]
        command.by.role,
        case.order.status,
    )
    return judge(command, command.by, case, policy, utc(2), None)


class Odd(Leaf):
    """A condition of a host's own: true, false or unknown, as it is told."""

    def __init__(self, answer: bool | None) -> None:
        object.__setattr__(self, "fact", "status")
        object.__setattr__(self, "answer", answer)

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        answer: bool | None = self.answer  # type: ignore[attr-defined]
        return answer


@pytest.mark.parametrize("effect", [Refer("seller"), Forbid("closed")], ids=str)
@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("answer", [True, False, None])
def test_a_condition_of_another_kind_is_asked_itself(
    effect: Any, answer: bool | None, negated: bool
) -> None:
    when: Condition = ~Odd(answer) if negated else Odd(answer)
    grants = Rule("z", on=RequestCancellation, effect=Refer("seller"))
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=effect, when=when), grants))
    case, command = opened(policy), asks()
    decision = policy.assess(command, case, utc(2))
    assert decision == policy.judge(RequestCancellation, decision.facts)
    assert (by_compiled_rules(policy, asks(), case) is None) is (answer is None)


class Failing(Odd):
    """A condition of a host's own that fails, once it has looked at the facts."""

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        looks: Any = self.answer  # type: ignore[attr-defined]
        raise ZeroDivisionError(looks(facts))


@pytest.mark.parametrize(
    "looks", [lambda facts: facts.get("gift"), list, len], ids=("get", "list", "len")
)
@pytest.mark.parametrize("asked_by", [BUYER, SELLER], ids=str)
def test_what_fails_is_left_out_only_where_the_role_decides(asked_by: Any, looks: Any) -> None:
    when = Failing(looks) & buyer
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=Forbid("closed"), when=when),))
    decision = policy.assess(asks(by=asked_by), opened(policy), utc(2))
    assert decision == policy.judge(RequestCancellation, decision.facts)
    assert decision.codes == (("undetermined",) if asked_by == BUYER else ("not_permitted",))


@pytest.mark.parametrize("named", [False, True], ids=["bare", "named"])
@pytest.mark.parametrize(
    "looks",
    [lambda facts: {"buyer": 1}[facts["side"]], lambda facts: 1 // 0],
    ids=("role", "none"),
)
def test_what_fails_by_the_role_alone_is_named_as_any_other(looks: Any, named: bool) -> None:
    """It fails before it has looked at any fact that a role and a status leave open."""
    when: Condition = Named("odd", "odd", Failing(looks)) if named else Failing(looks)
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=Forbid("closed"), when=when),))
    decision = policy.assess(asks(by=SELLER), opened(policy), utc(2))
    assert [(each.code, each.rule.id) for each in decision.errors] == [("undetermined", "r")]
    assert decision == policy.judge(RequestCancellation, decision.facts)


def test_no_rule_is_left_out_in_a_status_that_the_policy_has_lost() -> None:
    """Such an order was registered under an earlier form of the edition."""
    forbids = Rule("r", on=RequestCancellation, effect=Forbid("closed"), when=~status.is_in("new"))
    policy = tiny(rules=(forbids,))
    case = opened(policy)
    lost = attrs.evolve(case, order=attrs.evolve(case.order, status="lost"))
    assert policy.assess(asks(), lost, utc(2)).codes == ("closed",)
    assert policy.assess(asks(), case, utc(2)).codes == ("not_permitted",)


@pytest.mark.parametrize(("asked_by", "verdict"), [(OPERATOR, "cancel"), (BUYER, "refuse")])
def test_the_side_goes_by_the_role(asked_by: Any, verdict: str) -> None:
    when = side.is_in("house") & status.is_in("new")
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=CANCEL, when=when),))
    assert policy.assess(asks(by=asked_by), opened(policy), utc(2)).verdict == verdict


def test_a_rule_that_names_no_word_is_never_satisfied() -> None:
    nothing = IsIn("status", frozenset())
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=Refer("seller"), when=nothing),))
    assert policy.assess(asks(), opened(policy), utc(2)).codes == ("not_permitted",)


def test_facts_of_a_hosts_own_may_have_any_name() -> None:
    """They stand in the function as text, and by no name of theirs."""
    named = "order = case; 'x'"
    size = Choice(named, values=("it's", 'a "b"', "c"))
    boxes = Number("found")
    when = size.is_in("it's", 'a "b"') & (boxes < 3)
    policy = tiny(
        facts=(size, boxes),
        rules=(Rule("r", on=RequestCancellation, effect=Refer("seller"), when=when),),
    )
    for value, number, verdict in (
        ("it's", 2, "refer"),
        ('a "b"', 3, "refuse"),
        ("c", 1, "refuse"),
    ):
        case = opened(policy, facts={named: value, "found": number})
        found = by_compiled_rules(policy, asks(), case)
        assert found is not None
        assert found.verdict == verdict


def nested(depth: int) -> Condition:
    when: Condition = status.is_in("new")
    for _ in range(depth):
        when = All((AnyOf((when, status.is_in("sent"))), ~status.is_in("packed")))
    return when


def test_conditions_that_are_nested_as_deep_as_may_be_are_compiled() -> None:
    when = nested(49)
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=Refer("seller"), when=when),))
    for name, verdict in (("new", "refer"), ("packed", "refuse")):
        case = opened(policy, status=name)
        assert policy.assess(asks(), case, utc(2)).verdict == verdict
        assert by_compiled_rules(policy, asks(), case) is not None


@pytest.mark.parametrize("depth", [50, 5000])
def test_conditions_that_are_nested_deeper_are_named(depth: int) -> None:
    deep = Rule("r", on=RequestCancellation, effect=Refer("seller"), when=nested(depth))
    with pytest.raises(InvalidPolicy, match="is nested too deep; expected at most 100"):
        tiny(rules=(deep,))


def test_what_was_found_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "MOST_RULINGS", 2)
    boxes = Number("boxes")
    forbids = (
        Rule(f"r{number}", on=RequestCancellation, effect=Forbid("closed"), when=boxes >= number)
        for number in range(1, 4)
    )
    grants = Rule("r", on=RequestCancellation, effect=CANCEL)
    policy = tiny(facts=(boxes,), rules=(grants, *forbids))
    for number in (0, 1, 2, 3, 0):
        decision = policy.assess(asks(), opened(policy, facts={"boxes": number}), utc(2))
        assert len(decision.rules) == (number or 1)
        assert decision == policy.judge(RequestCancellation, decision.facts)


# ---------------------------------------------------------------------- every kind of condition

CALENDAR = Calendar(first=date(2024, 2, 1), last=date(2024, 3, 4))
SEEN_AT, PLANNED_ON, GIFT = Moment("seen_at"), Day("planned_on"), Flag("gift")
KINDS: dict[str, Condition] = {
    "a name": Named("n", "a name", GIFT),
    "not a name": ~Named("n", "a name", GIFT),
    "a flag": GIFT.holds,
    "a choice": status.is_in("new", "sent"),
    "known": SEEN_AT.is_known,
    "unknown": ~SEEN_AT.is_known,
    "a length": now < SEEN_AT + hours(1),
    "the end of a day": now >= SEEN_AT.end_of_day(),
    "a clock time": now < SEEN_AT.next(time(20)),
    "a day": now < PLANNED_ON.end(1),
    "working days": now < SEEN_AT.business_days(2, CALENDAR),
    "not within working days": now >= PLANNED_ON.business_days(1, CALENDAR),
    "the earliest": now < Earliest(SEEN_AT + hours(1), PLANNED_ON.end()),
    "the latest": now < Latest(SEEN_AT + hours(1), PLANNED_ON.end()),
    "by a word": now < By(status, {"new": SEEN_AT + hours(1), "packed": PLANNED_ON.end()}),
    "not by a word": now >= By(status, {"new": SEEN_AT + hours(1)}),
    "a costly fact": is_own_side | GIFT,
    "whoever asked": is_initiator & is_own_side,
}
VALUES: tuple[dict[str, Any], ...] = (
    {},
    {"gift": True, "seen_at": utc(2), "planned_on": date(2024, 3, 1)},
    {"gift": False, "seen_at": utc(1, 12)},
    {"planned_on": date(2024, 3, 2)},
    {"seen_at": utc(3)},
    {"seen_at": utc(8), "planned_on": date(2024, 3, 8)},
)


@pytest.mark.parametrize("when", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("forbids", [False, True])
def test_every_kind_of_condition_is_compiled_to_what_it_says(
    when: Condition, forbids: bool
) -> None:
    """A rule is unknown where its condition is, and then nothing else is found."""
    effect: Any = Forbid("closed") if forbids else Refer("seller")
    grants = Rule("z", on=RequestCancellation, effect=Refer("seller"))
    policy = tiny(
        rules=(Rule("r", on=RequestCancellation, effect=effect, when=when), grants),
        facts=(SEEN_AT, PLANNED_ON, GIFT),
    )
    for values in VALUES:
        for order_status in ("new", "packed", "sent"):
            case = opened(policy, status=order_status, facts=values)
            said = policy.judge(RequestCancellation, Facts(asks(), case, policy, utc(2), None))
            compiled = by_compiled_rules(policy, asks(), case)
            assert compiled == (None if said.errors else said.ruling)
            assert policy.assess(asks(), case, utc(2)) == said


@pytest.mark.parametrize("when", KINDS.values(), ids=KINDS)
def test_every_kind_of_condition_holds_as_it_says_without_a_command(when: Condition) -> None:
    policy = tiny(facts=(SEEN_AT, PLANNED_ON, GIFT))
    for values in VALUES:
        facts = Facts(None, opened(policy, facts=values), policy, utc(2))
        assert compilation.holds(policy, when, facts) is (when.test(facts) is True)


def test_a_message_may_hang_on_the_reason_of_the_request() -> None:
    policy = tiny()
    past = PastRequest(by=BUYER, at=utc(1, 4), status="pending", reason="mistake")
    case = policy.open(order(history=(past,)))
    facts = Facts(None, case, policy, utc(2), by=SELLER)
    assert compilation.holds(policy, reason.is_in("mistake"), facts)
    assert not compilation.holds(policy, reason.is_in("other"), facts)


class Loaded(str):
    """A word with a will of its own."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "1 / 0"

    def __str__(self) -> str:
        return "1 / 0"

    def removeprefix(self, _: str, /) -> str:
        return self


def test_a_word_with_a_will_of_its_own_stays_a_word() -> None:
    """Names of facts, words of choices and codes of marks are literals, whatever they say."""
    gift = Choice(Loaded("gift"), values=(Loaded("yes"), Loaded("no")))
    when = gift.is_in(Loaded("yes")) & ~marked(Loaded("late"))
    policy = tiny(
        facts=[gift],
        rules=[Rule("ask", on=RequestCancellation, when=when, effect=CANCEL)],
        deadlines=[
            Deadline("late", runs=is_open, due=requested_at + hours(1), then=mark(Loaded("late")))
        ],
    )
    case = policy.open(order(facts={"gift": "yes"}))
    assert not policy.assess(asks(), case, utc(15)).is_refused
    other = policy.open(order(facts={"gift": "no"}))
    assert policy.assess(asks(), other, utc(15)).is_refused


def test_a_policy_that_is_dropped_leaves_no_text_behind() -> None:
    """Policies come and go, in tests and in editors of policies; memory stays as it was."""

    def judged(word: str) -> None:
        gift = Choice("gift", values=(word,))
        rule = Rule("ask", on=RequestCancellation, when=gift.is_in(word), effect=CANCEL)
        policy = tiny(facts=[gift], rules=[rule])
        policy.assess(asks(), policy.open(order()), utc(15))

    judged("first")
    gc.collect()
    before = len(linecache.cache)
    for number in range(20):
        judged(f"word {number}")
    gc.collect()
    assert len(linecache.cache) == before
