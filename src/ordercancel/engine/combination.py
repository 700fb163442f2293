"""The combiner: how the rules that speak about one command become one ruling.

Four laws hold, whatever the rules are:

- a forbid outweighs every permit, and every true forbid is reported;
- what no rule permits is refused;
- a rule that cannot be evaluated refuses and is named, and so do permits that disagree;
- neither the order of the rules nor their repetition changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ordercancel.engine.decision import (
    NO_SUCH_MOVE,
    PERMITS_DISAGREE,
    RuleError,
    Ruling,
    Verdict,
)
from ordercancel.rules.effects import Effect, Forbid
from ordercancel.rules.rules import Rule


def combine(
    true_rules: Iterable[Rule],
    errors: Sequence[RuleError],
    charts_allow: Callable[[Effect], bool],
) -> Ruling:
    """Combine the rules that hold and the errors of those that are undecided into a ruling.

    Args:
        true_rules: The rules whose conditions are true.
        errors: The rules whose conditions are unknown, or failed to evaluate.
        charts_allow: Says whether the charts have the move that a grant leads to. The charts have
            the last word, so that one permit too many never breaks an order.
    """
    true_forbids, true_permits = split(true_rules)
    grants = {rule.effect for rule in true_permits}
    if true_forbids or errors or not grants:
        return Ruling(Verdict.REFUSE, in_order(true_forbids), _errors_in_order(errors))
    if len(grants) > 1:
        errors = [RuleError(PERMITS_DISAGREE, r, f"grants {r.effect}") for r in true_permits]
        return Ruling(Verdict.REFUSE, (), _errors_in_order(errors))
    (grant,) = grants
    if not charts_allow(grant):
        problem = f"grants {grant} where a chart has no such move"
        errors = [RuleError(NO_SUCH_MOVE, rule, problem) for rule in true_permits]
        return Ruling(Verdict.REFUSE, (), _errors_in_order(errors))
    return Ruling(Verdict(str(grant)), in_order(true_permits))


def split(rules: Iterable[Rule]) -> tuple[list[Rule], list[Rule]]:
    """The rules that forbid, and those that permit."""
    forbids: list[Rule] = []
    permits: list[Rule] = []
    for rule in rules:
        (forbids if isinstance(rule.effect, Forbid) else permits).append(rule)
    return forbids, permits


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules by their ids, each once."""
    return tuple(sorted(set(rules), key=lambda rule: rule.id))


def _errors_in_order(errors: Iterable[RuleError]) -> tuple[RuleError, ...]:
    return tuple(sorted(set(errors), key=lambda error: error.rule.id))
