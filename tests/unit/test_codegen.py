"""Functions that the library writes itself."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import attrs
import pytest

from ordercancel import (
    Approve,
    Buyer,
    Case,
    Command,
    Duty,
    Policy,
    RequestCancellation,
    Rule,
    Seller,
    Text,
    decide,
    evolve,
)
from ordercancel.domain.codegen import compile_function
from ordercancel.domain.events import EVENTS, RequestGranted
from ordercancel.domain.trusted import trusted, trusted_evolve
from ordercancel.engine import compilation
from ordercancel.engine.case_facts import READ
from ordercancel.engine.decision import Ruling
from ordercancel.policies import QOO10
from ordercancel.policy import PERMIT, REFER, Forbid
from ordercancel.rules.conditions import All, AnyOf, Condition, IsIn, Leaf, Value
from ordercancel.rules.facts import FACTS, attribute_choice, attribute_number, status
from samples import SELLER, jst
from samples import order as sample_order
from strategies import asking
from unit.tiny import OURS, opened, tiny, utc


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
    given = {"order_id": "o-1", "at": jst(15, 9), "by": SELLER, "number": 1}
    assert trusted(RequestGranted)(**given) == RequestGranted(**given)
    told = {**given, "rules": ("a",), "at_once": True}
    assert trusted(RequestGranted)(**told) == RequestGranted(**told)


@pytest.mark.parametrize("kind", [*EVENTS.values(), Duty], ids=lambda kind: kind.__name__)
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
    case = QOO10.open(sample_order())
    assert trusted_evolve(case, version=7) == attrs.evolve(case, version=7)
    assert trusted_evolve(case, version=7).open_duties == case.open_duties
    with pytest.raises(TypeError, match="unexpected"):
        trusted_evolve(case, colour="red")


# ---------------------------------------------------------------------- compiled rules


def by_compiled_rules(policy: Policy, command: Command, case: Case) -> Ruling | None:
    """What the compiled rules come to; None where something is unknown or goes wrong."""
    return compilation.compile_rules(policy, type(command))(command, case, policy, utc(2), None)


class Odd(Leaf):
    """A condition of a host's own: true, false or unknown, as it is told."""

    def __init__(self, answer: bool | None) -> None:
        object.__setattr__(self, "fact", "status")
        object.__setattr__(self, "answer", answer)

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        answer: bool | None = self.answer  # type: ignore[attr-defined]
        return answer


@pytest.mark.parametrize("effect", [REFER, Forbid("closed")], ids=str)
@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("answer", [True, False, None])
def test_a_condition_of_another_kind_is_asked_itself(
    effect: Any, answer: bool | None, negated: bool
) -> None:
    when: Condition = ~Odd(answer) if negated else Odd(answer)
    grants = Rule("z", on=RequestCancellation, effect=REFER, cites=OURS)
    policy = tiny(
        rules=(Rule("r", on=RequestCancellation, effect=effect, when=when, cites=OURS), grants)
    )
    case, asks = opened(policy), RequestCancellation("o-1", by=Buyer("b-1"))
    decision = policy.assess(asks, case, utc(2))
    assert decision == policy.judge(RequestCancellation, decision.facts)
    assert (by_compiled_rules(policy, asks, case) is None) is (answer is None)


def test_a_rule_that_names_no_word_is_never_satisfied() -> None:
    nothing = IsIn("status", frozenset())
    policy = tiny(
        rules=(Rule("r", on=RequestCancellation, effect=REFER, when=nothing, cites=OURS),)
    )
    asks = RequestCancellation("o-1", by=Buyer("b-1"))
    assert policy.assess(asks, opened(policy), utc(2)).codes == ("not_permitted",)


def test_facts_of_a_hosts_own_may_have_any_name() -> None:
    """They stand in the function as text, and by no name of theirs."""
    named = "order = case; 'x'"
    size = attribute_choice(named, Text("大", "size"), values=("it's", 'a "b"'))
    boxes = attribute_number("found", Text("箱", "boxes"))
    when = size.is_in("it's", 'a "b"') & (boxes < 3)
    policy = tiny(
        facts=(size, boxes),
        rules=(Rule("r", on=RequestCancellation, effect=REFER, when=when, cites=OURS),),
    )
    asks = RequestCancellation("o-1", by=Buyer("b-1"))
    for value, number, verdict in (
        ("it's", 2, "refer"),
        ('a "b"', 3, "refuse"),
        ("c", 1, "refuse"),
    ):
        case = opened(tiny(), attributes={named: value, "found": number})
        found = by_compiled_rules(policy, asks, case)
        assert found is not None
        assert found.verdict == verdict


@pytest.mark.parametrize("depth", [10, 150])
def test_conditions_may_be_nested_deeper_than_python_compiles(depth: int) -> None:
    """Then the rules are judged one by one."""
    when: Condition = status.is_in("new")
    for _ in range(depth):
        when = All((AnyOf((when, status.is_in("sent"))), ~status.is_in("packed")))
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=REFER, when=when, cites=OURS),))
    asks = RequestCancellation("o-1", by=Buyer("b-1"))
    for name, verdict in (("new", "refer"), ("packed", "refuse")):
        case = opened(policy, status=name)
        assert policy.assess(asks, case, utc(2)).verdict == verdict
        assert (by_compiled_rules(policy, asks, case) is None) is (depth > 100)


def test_what_was_found_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "MAX_RULINGS", 2)
    forbids = (
        Rule(
            f"r{number}", on=Approve, effect=Forbid("closed"), when=status.is_in(name), cites=OURS
        )
        for number, name in enumerate(("new", "packed", "sent", "stopped"))
    )
    policy = tiny(rules=(Rule("r", on=Approve, effect=PERMIT, cites=OURS), *forbids))
    for name in ("new", "packed", "sent", "stopped", "new"):
        case = opened(policy, status=name)
        decision = policy.assess(Approve("o-1", by=Seller("s-1")), case, utc(2))
        assert decision.codes == ("closed",)
        assert decision == policy.judge(Approve, decision.facts)


def test_a_policy_that_has_judged_is_copied_and_judges_again() -> None:
    case = QOO10.open(sample_order())
    for event in decide(asking(QOO10), case, QOO10, jst(15, 10)):
        case = evolve(case, event)
    approves = Approve(case.order.id, by=SELLER)
    decision = QOO10.assess(approves, case, jst(15, 11))
    for copy in (deepcopy(QOO10), pickle.loads(pickle.dumps(QOO10))):
        assert copy.assess(approves, case, jst(15, 11)) == decision


def test_every_fact_is_read_alike_alone() -> None:
    """Each has an expression, and none is left over."""
    assert READ.keys() == FACTS.keys()
