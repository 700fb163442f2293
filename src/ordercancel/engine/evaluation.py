"""How the rules that speak about one command become one decision.

Four laws hold, whatever the rules are:

- a forbid outweighs every permit, and all satisfied forbids are reported;
- silence refuses: where no rule permits, nothing is permitted;
- neither the order of the rules nor their repetition changes anything;
- a rule that can't be evaluated refuses and is named, and so do permits that disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ordercancel.domain.commands import Command
from ordercancel.engine.chart_conditions import demanded
from ordercancel.engine.decision import (
    NO_SUCH_MOVE,
    PERMITS_DISAGREE,
    UNDETERMINED,
    Decision,
    RuleError,
    Ruling,
    Verdict,
)
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import All, AnyOf, Condition, Leaf, Not, Value
from ordercancel.rules.effects import Effect, Forbid
from ordercancel.rules.rules import Rule

__all__ = ["combine", "concluded", "in_order", "judge"]


def combine(
    rules: Iterable[Rule],
    facts: Mapping[str, Value | None],
    policy: RuleSet,
    kind: type[Command] | None = None,
    have: Callable[[Effect], bool] = lambda effect: True,
) -> Decision:
    """The decision of `rules`, all about one `kind` of command, in the light of `facts`.

    `have` tells whether the charts have what an effect brings about.
    """
    satisfied: list[Rule] = []
    errors: list[RuleError] = []
    for rule in rules:
        try:
            holds = rule.when.test(facts)
            if holds is None:
                missing = _missing(rule, facts)
                problem = f"missing: {', '.join(missing)}"
                errors.append(RuleError(UNDETERMINED, rule, problem, missing))
        except Exception as error:  # fail closed: whatever goes wrong, the rule is named
            holds = None
            errors.append(RuleError(UNDETERMINED, rule, f"{type(error).__name__}: {error}"))
        if holds:
            satisfied.append(rule)
    return concluded(satisfied, errors, have).decision(policy, kind, facts)


def judge(rules: RuleSet, kind: type[Command], facts: Mapping[str, Value | None]) -> Decision:
    """The decision of `rules` and their charts on a `kind` of command, in the light of `facts`."""
    return combine(
        rules.rules_for(kind),
        facts,
        rules,
        kind,
        lambda effect: demanded(rules, kind, effect).test(facts) is True,
    )


def concluded(
    satisfied: Sequence[Rule], errors: Sequence[RuleError], have: Callable[[Effect], bool]
) -> Ruling:
    """What the rules that are satisfied come to, with the errors of those that are neither."""
    forbids = [rule for rule in satisfied if isinstance(rule.effect, Forbid)]
    permits = [rule for rule in satisfied if not isinstance(rule.effect, Forbid)]
    granted = {rule.effect for rule in permits}
    if forbids or errors or not permits:
        return Ruling(Verdict.REFUSE, in_order(forbids), _errors_in_order(errors))
    if len(granted) > 1:
        disagreeing = [RuleError(PERMITS_DISAGREE, r, f"grants {r.effect}") for r in permits]
        return Ruling(Verdict.REFUSE, (), _errors_in_order(disagreeing))
    effect = permits[0].effect
    if not have(effect):
        problem = f"grants {effect} where a chart has no such move"
        errors = [RuleError(NO_SUCH_MOVE, rule, problem) for rule in permits]
        return Ruling(Verdict.REFUSE, (), _errors_in_order(errors))
    return Ruling(Verdict(str(effect)), in_order(permits))


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules by their ids, each once."""
    return tuple(sorted(set(rules), key=lambda rule: rule.id))


def _errors_in_order(errors: Iterable[RuleError]) -> tuple[RuleError, ...]:
    return tuple(sorted(set(errors), key=lambda error: error.rule.id))


def _missing(rule: Rule, facts: Mapping[str, Value | None]) -> tuple[str, ...]:
    return tuple(sorted({leaf.fact for leaf in _unknown(rule.when, facts)}))


def _unknown(when: Condition, facts: Mapping[str, Value | None]) -> Iterator[Leaf]:
    """The conditions about one fact each by which `when` is unknown."""
    match when:
        case All(parts) | AnyOf(parts):
            for part in parts:
                if part.test(facts) is None:
                    yield from _unknown(part, facts)
        case Not(inner):
            yield from _unknown(inner, facts)
        case _:
            yield from (leaf for leaf in when.leaves() if facts[leaf.fact] is None)
