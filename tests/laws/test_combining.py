"""The invariants by which rules become one decision, whatever the rules are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ordercancel import RequestCancellation, Rule, Verdict
from ordercancel.engine.evaluation import judge_rules
from ordercancel.policies import QOO10
from ordercancel.rules.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Not,
    Relation,
    Value,
)
from ordercancel.rules.effects import CANCEL, PERMIT, REFER, Effect, Forbid
from ordercancel.rules.sources import own_rule
from strategies import conditions, facts, rules

Facts = Mapping[str, Value | None]
T, F, U = True, False, None

AND = {
    (T, T): T,
    (T, F): F,
    (T, U): U,
    (F, T): F,
    (F, F): F,
    (F, U): F,
    (U, T): U,
    (U, F): F,
    (U, U): U,
}
OR = {
    (T, T): T,
    (T, F): T,
    (T, U): T,
    (F, T): T,
    (F, F): F,
    (F, U): U,
    (U, T): T,
    (U, F): U,
    (U, U): U,
}
NOT = {T: F, F: T, U: U}


def truth(condition: Condition, known: Facts) -> bool | None:
    """What `condition` says, read off the truth tables above."""
    match condition:
        case Known(name):
            return known[name] is not None
        case All(parts):
            result: bool | None = True
            for part in parts:
                result = AND[result, truth(part, known)]
            return result
        case AnyOf(parts):
            result = False
            for part in parts:
                result = OR[result, truth(part, known)]
            return result
        case Not(part):
            return NOT[truth(part, known)]
        case IsIn(name, values):
            value = known[name]
            return None if value is None else any(value == each for each in values)
        case Holds(name):
            return known[name]  # type: ignore[return-value]
        case Compare(name, how, bound):
            value = known[name]
            if value is None:
                return None
            below, same = value < bound, value == bound  # type: ignore[operator]
            return {
                "<": below,
                "<=": below or same,
                ">=": not below,
                ">": not (below or same),
            }[how.value]
    raise AssertionError(condition)


def ids(found: object) -> set[str]:
    """The ids of rules, or of the rules of errors."""
    return {getattr(each, "rule", each).id for each in found}  # type: ignore[attr-defined]


def satisfied(given_rules: list[Rule], known: Facts, *, forbidding: bool) -> set[str]:
    """The ids of the rules that hold, those that forbid or those that permit."""
    return {
        rule.id
        for rule in given_rules
        if truth(rule.when, known) is True and isinstance(rule.effect, Forbid) is forbidding
    }


def undetermined(given_rules: list[Rule], known: Facts) -> set[str]:
    """The ids of the rules that hang on a missing fact."""
    return {rule.id for rule in given_rules if truth(rule.when, known) is None}


def rule(rule_id: str, effect: Effect, when: Condition = ALWAYS) -> Rule:
    """A rule about asking to cancel."""
    return Rule(
        rule_id, on=RequestCancellation, effect=effect, when=when, cites=own_rule("a test")
    )


class Broken(dict[str, Value | None]):
    """Facts of which one, `broken`, can't be read."""

    def __getitem__(self, name: str) -> Value | None:
        if name == "broken":
            raise OSError("the attribute server is down")
        return super().__getitem__(name)


@given(conditions(), facts())
def test_a_condition_says_what_the_truth_tables_of_kleene_say(
    condition: Condition, known: Facts
) -> None:
    """A condition is true, false or unknown by Kleene's three-valued logic."""
    assert condition.test(known) is truth(condition, known)


@given(rules(), facts())
def test_the_verdict_follows_from_which_rules_hold(given_rules: list[Rule], known: Facts) -> None:
    """Granted is exactly what permits agree on, unless a rule forbids or can't be evaluated."""
    decision = judge_rules(given_rules, known, QOO10)
    grants = {
        str(each.effect)
        for each in given_rules
        if truth(each.when, known) is True and not isinstance(each.effect, Forbid)
    }
    forbidden = satisfied(given_rules, known, forbidding=True)
    clear = not forbidden and not undetermined(given_rules, known) and len(grants) == 1
    assert decision.verdict.value == (grants.pop() if clear else "refuse")
    assert decision.is_refused is not clear


@given(rules(), facts(), st.sampled_from((CANCEL, REFER, PERMIT)))
def test_a_forbid_outweighs_every_permit(
    given_rules: list[Rule], known: Facts, grant: Effect
) -> None:
    """Where a rule forbids, no permit helps."""
    forbid = rule("no", Forbid("wrong_actor"))
    decision = judge_rules([rule("yes", grant), *given_rules, forbid], known, QOO10)
    assert decision.verdict is Verdict.REFUSE
    assert "no" in decision.rules
    assert "wrong_actor" in decision.codes
    assert "yes" not in decision.rules


@given(rules(), facts())
def test_every_forbid_that_holds_is_reported(given_rules: list[Rule], known: Facts) -> None:
    """A refusal names all rules that forbid, and no others beside those that failed."""
    forbidden = satisfied(given_rules, known, forbidding=True)
    decision = judge_rules([*given_rules, rule("no", Forbid("not_late"))], known, QOO10)
    assert ids(decision.determined_by) == forbidden | {"no"}
    assert set(decision.rules) == forbidden | {"no"} | undetermined(given_rules, known)


@given(rules(), facts())
def test_silence_refuses(given_rules: list[Rule], known: Facts) -> None:
    """Where no rule permits, nothing is permitted."""
    silent = [
        each
        for each in given_rules
        if isinstance(each.effect, Forbid) or truth(each.when, known) is not True
    ]
    assert judge_rules(silent, known, QOO10).verdict is Verdict.REFUSE


def test_silence_has_a_code_of_its_own() -> None:
    """A refusal by silence says so, and names no rule."""
    decision = judge_rules([], {}, QOO10)
    assert decision.codes == ("not_permitted",)
    assert decision.rules == ()
    assert decision.refusals[0].rule is None


@given(rules(), facts(), st.data())
def test_neither_order_nor_repetition_of_rules_matters(
    given_rules: list[Rule], known: Facts, data: st.DataObject
) -> None:
    """Shuffled and doubled rules give the same decision, its reasons in the same order."""
    again = data.draw(st.lists(st.sampled_from(given_rules), max_size=4)) if given_rules else []
    shuffled = data.draw(st.permutations([*given_rules, *again]))
    first = judge_rules(given_rules, known, QOO10)
    second = judge_rules(shuffled, known, QOO10)
    assert second == first
    assert second.rules == first.rules
    assert second.codes == first.codes


@given(rules(), facts())
def test_a_rule_that_hangs_on_a_missing_fact_refuses_and_is_named(
    given_rules: list[Rule], known: Facts
) -> None:
    """A missing fact is no permit: the rule is an error of the decision, unknown is not false."""
    lost = rule("lost", PERMIT, Holds("ready"))
    decision = judge_rules(
        [rule("yes", PERMIT), *given_rules, lost], {**known, "ready": None}, QOO10
    )
    assert decision.verdict is Verdict.REFUSE
    assert ids(decision.errors) == {"lost"} | undetermined(given_rules, {**known, "ready": None})
    assert {error.code for error in decision.errors} == {"undetermined"}
    assert "undetermined" in decision.codes
    (error,) = (each for each in decision.errors if each.rule.id == "lost")
    assert "ready" in error.problem


@given(rules(), facts(), st.sampled_from((PERMIT, Forbid("not_late"))))
def test_a_rule_whose_fact_fails_refuses_and_is_named(
    given_rules: list[Rule], known: dict[str, Value | None], effect: Effect
) -> None:
    """Whatever reading a fact raises, the decision is a refusal that names the rule."""
    failing = rule("failing", effect, Holds("broken"))
    decision = judge_rules([rule("yes", PERMIT), *given_rules, failing], Broken(known), QOO10)
    assert decision.verdict is Verdict.REFUSE
    assert ids(decision.errors) == {"failing"} | undetermined(given_rules, known)
    (error,) = (each for each in decision.errors if each.rule.id == "failing")
    assert error.code == "undetermined"
    assert error.problem == "OSError: the attribute server is down"


@pytest.mark.parametrize(
    ("when", "known"),
    [
        (Holds("no_such_fact"), {}),
        (Compare("days", Relation.LESS, 1), {"days": "many"}),
        (IsIn("colour", frozenset({"red"})), {"colour": ["red"]}),
    ],
    ids=["unknown fact", "incomparable", "unhashable"],
)
def test_facts_that_do_not_fit_the_condition_refuse(when: Condition, known: Facts) -> None:
    """A fact that is not there at all, or of a wrong kind, refuses and names the rule."""
    decision = judge_rules([rule("yes", PERMIT), rule("odd", PERMIT, when)], known, QOO10)
    assert decision.verdict is Verdict.REFUSE
    assert decision.codes == ("undetermined",)
    assert decision.rules == ("odd",)


def test_a_failing_fact_beside_a_missing_one_refuses() -> None:
    """A rule that is unknown, and has a fact that fails where it was not looked at, refuses."""
    when = All((Holds("ready"), AnyOf((ALWAYS, Holds("broken")))))
    decision = judge_rules([rule("odd", PERMIT, when)], Broken(ready=None), QOO10)
    assert decision.verdict is Verdict.REFUSE
    assert decision.codes == ("undetermined",)
    assert decision.rules == ("odd",)


@given(
    st.lists(st.sampled_from((CANCEL, REFER, PERMIT)), min_size=2, max_size=4).filter(
        lambda effects: len(set(effects)) > 1
    )
)
@example([CANCEL, REFER])
def test_permits_that_disagree_refuse(effects: list[Effect]) -> None:
    """Two permits that want different things are an error of the policy: both are named."""
    disagreeing = [rule(f"r{number}", effect) for number, effect in enumerate(effects)]
    decision = judge_rules(disagreeing, {}, QOO10)
    assert decision.verdict is Verdict.REFUSE
    assert decision.codes == ("permits_disagree",)
    assert set(decision.rules) == {f"r{number}" for number in range(len(effects))}


@given(rules(), facts())
def test_a_grant_names_every_rule_that_permits(given_rules: list[Rule], known: Facts) -> None:
    """What is granted rests on all permits that hold, and on nothing else."""
    decision = judge_rules(given_rules, known, QOO10)
    if decision.is_refused:
        assert decision.refusals
        assert decision.message("ja")
        assert decision.message("en")
    else:
        assert ids(decision.determined_by) == satisfied(given_rules, known, forbidding=False)
        assert decision.errors == ()
        assert decision.refusals == ()
        assert decision.message("en") == ""
