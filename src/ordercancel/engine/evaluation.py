"""How the rules that speak about one command become one decision.

Four laws hold, whatever the rules are:

- a forbid outweighs every grant, and all forbids that hold are reported;
- where no rule grants, the command is refused;
- neither the order of the rules nor their repetition changes anything;
- a rule that can't be evaluated refuses and is named, and so do grants that disagree.

Of the fees for cancelling at most one holds; the last law is theirs, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from ordercancel.domain.commands import Judged
from ordercancel.engine.decision import (
    FEES_DISAGREE,
    NOT_PERMITTED,
    PERMITS_DISAGREE,
    UNDETERMINED,
    Decision,
    RuleError,
    Ruling,
    Satisfied,
    Verdict,
)
from ordercancel.engine.lifecycle_checks import Check, checks_after, checks_before
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import All, AnyOf, Condition, Leaf, Named, Not, Value
from ordercancel.rules.effects import PERMIT, Forbid, Grant, Refer
from ordercancel.rules.refunding import Fee
from ordercancel.rules.rules import Rule


def judge(rules: RuleSet, kind: type[Judged], facts: Mapping[str, Value | None]) -> Decision:
    """The decision of `rules` and their lifecycles on a `kind` of command, by `facts`."""
    return _ruling(rules, kind, facts).decision(rules, kind, facts)


def _ruling(rules: RuleSet, kind: type[Judged], facts: Mapping[str, Value | None]) -> Ruling:
    code = _first_failing(checks_before(kind), facts)
    if code is not None:
        return Ruling(Verdict.REFUSE, code=code)
    true: list[Satisfied] = []
    errors: list[RuleError] = []
    for rule, when, effect in rules.leaves_for(kind):
        if _holds(rule, when, facts, errors):
            true.append(Satisfied(rule, effect))

    def failing(effect: Grant | None) -> str | None:
        return _first_failing(checks_after(rules, kind, effect), facts)

    return conclude(true, errors, {each: failing(each) for each in _granted(true) or (None,)})


def charge(ruling: Ruling, rules: RuleSet, facts: Mapping[str, Value | None]) -> Ruling:
    """The ruling that grants a request, with the fee that holds for it by `facts`.

    It refuses where that can't be said: a fee is unknown, or several hold.
    """
    errors: list[RuleError] = []
    fees = [fee for fee in rules.fees if _holds(fee, fee.when, facts, errors)]
    if len(fees) > 1:
        problem = "holds beside another fee"
        errors += [RuleError(FEES_DISAGREE, fee, problem) for fee in fees]
    if errors:
        return Ruling(Verdict.REFUSE, errors=_by_id(errors))
    return attrs.evolve(ruling, fee=fees[0]) if fees else ruling


def _holds(
    rule: Rule | Fee,
    when: Condition,
    facts: Mapping[str, Value | None],
    errors: list[RuleError],
) -> bool:
    """Whether a condition is true; where that is unknown, an error says why."""
    try:
        holds = when.test(facts)
        if holds is None:
            missing = tuple(sorted({leaf.fact for leaf in _unknown(when, facts)}))
            problem = f"missing: {', '.join(missing)}"
            errors.append(RuleError(UNDETERMINED, rule, problem, missing))
    except Exception as error:  # fail closed: whatever goes wrong, the rule is named
        holds = None
        errors.append(RuleError(UNDETERMINED, rule, f"{type(error).__name__}: {error}"))
    return holds is True


def _first_failing(checks: Iterable[Check], facts: Mapping[str, Value | None]) -> str | None:
    """The code of the first check that does not hold; None where all do."""
    return next((code for must_hold, code in checks if must_hold.test(facts) is not True), None)


def _granted(satisfied: Iterable[Satisfied]) -> set[Grant]:
    """What the rules grant that say more than that the command may be carried out, if any do."""
    grants = {each.effect for each in satisfied if not isinstance(each.effect, Forbid)}
    # Whoever answers is permitted to by a standard rule; one that refers on says more than that.
    special = {each for each in grants if each != PERMIT}
    return special or grants


def conclude(
    satisfied: Sequence[Satisfied],
    errors: Sequence[RuleError],
    lifecycle: Mapping[Grant | None, str | None],
) -> Ruling:
    """What follows from the rules that hold, and from those that could not be followed.

    Args:
        satisfied: The rules that hold.
        errors: Those that could not be followed.
        lifecycle: The code under which the lifecycles refuse each grant, None where they do not;
            under None what they say where nothing is granted.
    """
    true_forbids = [each for each in satisfied if isinstance(each.effect, Forbid)]
    true_grants = [each for each in satisfied if not isinstance(each.effect, Forbid)]
    # All of them at once: nobody should mend one thing only to be refused for the next. And what
    # could not be followed might have forbidden it.
    if true_forbids or errors:
        return Ruling(Verdict.REFUSE, in_order(true_forbids), _by_id(errors))
    granted = _granted(true_grants)
    if not granted:
        return Ruling(Verdict.REFUSE, code=lifecycle.get(None) or NOT_PERMITTED)
    if len(granted) > 1:
        disagree = [
            RuleError(PERMITS_DISAGREE, each.rule, f"grants {each.effect}") for each in true_grants
        ]
        return Ruling(Verdict.REFUSE, errors=_by_id(disagree))
    (grant,) = granted
    code = lifecycle.get(grant)
    if code is not None:
        return Ruling(Verdict.REFUSE, code=code)
    to = grant.to if isinstance(grant, Refer) else None
    return Ruling(Verdict(str(grant)), in_order(true_grants), to=to)


def in_order(satisfied: Iterable[Satisfied]) -> tuple[Satisfied, ...]:
    """Rules that hold by their ids, each once."""
    return tuple(
        sorted(dict.fromkeys(satisfied), key=lambda each: (each.rule.id, str(each.effect)))
    )


def _by_id(errors: Iterable[RuleError]) -> tuple[RuleError, ...]:
    return tuple(sorted(dict.fromkeys(errors), key=lambda error: error.rule.id))


def _unknown(when: Condition, facts: Mapping[str, Value | None]) -> Iterator[Leaf]:
    """The conditions about one fact each by which `when` is unknown."""
    match when:
        case All(parts) | AnyOf(parts):
            for part in parts:
                if part.test(facts) is None:
                    yield from _unknown(part, facts)
        case Not(inner) | Named(condition=inner):
            yield from _unknown(inner, facts)
        case _:
            yield from (leaf for leaf in when.leaves() if leaf.test(facts) is None)
