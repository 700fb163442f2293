"""The invariants by which rules become one decision, whatever the rules are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ordercancel import RequestCancellation, Verdict
from ordercancel.engine.decision import RuleError, Ruling, Satisfied
from ordercancel.engine.evaluation import conclude
from ordercancel.policy import Rule
from ordercancel.rules.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Listed,
    Named,
    Not,
    Relation,
    Value,
)
from ordercancel.rules.effects import CANCEL, PERMIT, Effect, Forbid, If, Refer
from strategies import AT, conditions, facts, rules

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
        case Named(condition=part):
            return truth(part, known)
        case Listed(name, values):
            return True if known[name] in values else None
        case Before(_, time):
            moment = time.at(known.get)
            return None if moment is None else moment > AT
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


def leaves_that_are(wanted: bool | None, given_rules: list[Rule], known: Facts) -> list[Satisfied]:
    """The plain effects whose whole condition is true, false or unknown."""
    return [
        Satisfied(each, effect)
        for each in given_rules
        for when, effect in each.leaves()
        if truth(when, known) is wanted
    ]


def concluded(given_rules: list[Rule], known: Facts) -> Ruling:
    """What follows from rules, by the truth tables; the lifecycles have nothing to say."""
    errors = [
        RuleError("undetermined", each.rule, "missing")
        for each in leaves_that_are(None, given_rules, known)
    ]
    return conclude(leaves_that_are(True, given_rules, known), errors, {})


def rule(rule_id: str, effect: Effect, when: Condition = ALWAYS) -> Rule:
    """A rule about asking to cancel."""
    return Rule(rule_id, on=RequestCancellation, effect=effect, when=when, source="a test")


@given(conditions(), facts())
def test_a_condition_says_what_the_truth_tables_of_kleene_say(
    condition: Condition, known: Facts
) -> None:
    """A condition is true, false or unknown by Kleene's three-valued logic."""
    assert condition.test(known) is truth(condition, known)


GRANTS = (CANCEL, Refer("seller"), Refer("other_side"))


def forbids(each: Satisfied) -> bool:
    return isinstance(each.effect, Forbid)


@given(rules(), facts())
def test_of_two_branches_never_both_hold(given_rules: list[Rule], known: Facts) -> None:
    """Where the rule speaks and the condition is known, exactly one does."""
    for each in given_rules:
        if isinstance(each.effect, If) and truth(each.when, known) is True:
            results = [truth(when, known) for when, _ in each.leaves()]
            known_branch = truth(each.effect.when, known) is not None
            assert sorted(map(str, results)) == (
                ["False", "True"] if known_branch else ["None", "None"]
            )


@given(rules(), facts())
def test_the_verdict_follows_from_which_effects_hold(
    given_rules: list[Rule], known: Facts
) -> None:
    """Granted is exactly what grants agree on, unless a rule forbids or can't be followed."""
    ruling = concluded(given_rules, known)
    true = leaves_that_are(True, given_rules, known)
    granted = {each.effect for each in true if not forbids(each)}
    unknown = leaves_that_are(None, given_rules, known)
    clear = not any(map(forbids, true)) and not unknown and len(granted) == 1
    assert ruling.verdict.value == (str(granted.pop()) if clear else "refuse")


@given(rules(), facts(), st.sampled_from(GRANTS))
def test_a_forbid_outweighs_every_grant(
    given_rules: list[Rule], known: Facts, grant: Effect
) -> None:
    """Where a rule forbids, no grant helps."""
    forbid = rule("no", Forbid("wrong_actor"))
    ruling = concluded([rule("yes", grant), *given_rules, forbid], known)
    assert ruling.verdict is Verdict.REFUSE
    assert "no" in ruling.rules
    assert "yes" not in ruling.rules


@given(rules(), facts())
def test_every_forbid_that_holds_is_reported(given_rules: list[Rule], known: Facts) -> None:
    """A refusal names all rules that forbid, and no others beside those that failed."""
    more = [*given_rules, rule("no", Forbid("not_late"))]
    ruling = concluded(more, known)
    true, unknown = (leaves_that_are(each, more, known) for each in (True, None))
    assert set(ruling.determined_by) == {each for each in true if forbids(each)}
    assert set(ruling.rules) == {each.rule.id for each in true if forbids(each)} | {
        each.rule.id for each in unknown
    }


@given(rules(), facts())
def test_silence_refuses_under_a_code_of_its_own(given_rules: list[Rule], known: Facts) -> None:
    """Where no rule grants, nothing is permitted."""
    silent = [
        each
        for each in given_rules
        if all(
            isinstance(effect, Forbid) or truth(when, known) is False
            for when, effect in each.leaves()
        )
    ]
    ruling = concluded(silent, known)
    assert ruling.verdict is Verdict.REFUSE
    assert (ruling.code == "not_permitted") is (ruling.rules == ())


@given(rules(), facts(), st.data())
def test_neither_order_nor_repetition_of_rules_matters(
    given_rules: list[Rule], known: Facts, data: st.DataObject
) -> None:
    """Shuffled and doubled rules give the same ruling, its reasons in the same order."""
    again = data.draw(st.lists(st.sampled_from(given_rules), max_size=4)) if given_rules else []
    shuffled = data.draw(st.permutations([*given_rules, *again]))
    assert concluded(shuffled, known) == concluded(given_rules, known)


@given(rules(), facts(), st.sampled_from((CANCEL, Forbid("not_late"))))
def test_a_rule_that_hangs_on_a_missing_fact_refuses_and_is_named(
    given_rules: list[Rule], known: dict[str, Value | None], effect: Effect
) -> None:
    """A missing fact is no grant: unknown is not false."""
    known = {**known, "ready": None}
    ruling = concluded(
        [rule("yes", CANCEL), *given_rules, rule("lost", effect, Holds("ready"))], known
    )
    assert ruling.verdict is Verdict.REFUSE
    assert "lost" in ruling.rules
    assert "yes" not in ruling.rules


@given(
    st.lists(st.sampled_from(GRANTS), min_size=2, max_size=4).filter(
        lambda effects: len(set(effects)) > 1
    )
)
@example([CANCEL, Refer("seller")])
def test_grants_that_disagree_refuse(effects: list[Effect]) -> None:
    """Two grants that want different things are an error of the policy: all are named."""
    disagreeing = [rule(f"r{number}", effect) for number, effect in enumerate(effects)]
    ruling = concluded(disagreeing, {})
    assert ruling.verdict is Verdict.REFUSE
    assert {error.code for error in ruling.errors} == {"permits_disagree"}
    assert set(ruling.rules) == {f"r{number}" for number in range(len(effects))}


@given(st.lists(st.sampled_from((PERMIT, Refer("seller"))), min_size=1, max_size=4))
def test_a_referral_says_more_than_a_permit(effects: list[Effect]) -> None:
    """A rejection that may be carried out and is referred on by a rule is referred on."""
    ruling = concluded([rule(f"r{number}", each) for number, each in enumerate(effects)], {})
    assert ruling.verdict == ("refer" if Refer("seller") in effects else "permit")


@given(
    st.sampled_from(GRANTS),
    st.sampled_from((None, "not_cancellable")),
    st.sampled_from((None, "not_cancellable")),
)
def test_the_lifecycles_have_the_last_word(
    grant: Effect, code: str | None, silent: str | None
) -> None:
    """Of what is granted and of what is not; else the lack of a grant is told."""
    lifecycle = {grant: code, None: silent}
    granted = conclude([Satisfied(rule("yes", grant), grant)], (), lifecycle)  # type: ignore[arg-type]
    assert (granted.verdict == "refuse") is (code is not None)
    assert granted.code == code
    assert conclude((), (), lifecycle).code == (silent or "not_permitted")  # type: ignore[arg-type]


@pytest.mark.parametrize("relation", Relation)
def test_a_relation_is_its_sign(relation: Relation) -> None:
    assert Compare("days", relation, 1).test({"days": 1}) is ("=" in relation)
