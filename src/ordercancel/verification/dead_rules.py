"""Dead rules: those that decide nothing, whatever the facts are."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.engine.decision import Decision, Satisfied, Verdict
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Condition
from ordercancel.rules.effects import Forbid, Grant, Refer
from ordercancel.rules.rules import Rule


@attrs.frozen
class DeadRule:
    """A plain effect of a rule that never decides anything about a kind of command.

    `when` is the whole condition of the effect, and `holds` whether it is ever true; others then
    say the same, or outweigh it.
    """

    rule: Rule
    kind: type[Judged]
    effect: Grant | Forbid
    when: Condition
    holds: bool = False

    def __str__(self) -> str:
        several = len(list(self.rule.leaves())) > 1
        effect = f" ({self.effect})" if several and not isinstance(self.effect, Forbid) else ""
        if several and isinstance(self.effect, Forbid):
            effect = f" ({self.effect.code})"
        return f"{self.rule.id}{effect} on {self.kind.__name__}"


class DeadRules:
    """The effects of a policy's own rules that decided none of the decisions seen so far."""

    def __init__(self, policy: Policy) -> None:
        own = {rule.id for rule in policy.rules}
        self._dead = {
            (rule.id, kind, effect): DeadRule(rule, kind, effect, when)
            for kind in JUDGED
            for rule, when, effect in policy.leaves_for(kind)
            if rule.id in own
        }

    def see(self, decision: Decision) -> None:
        """Take off what decided `decision`; note whose conditions were true in it."""
        kind = decision.kind
        assert kind is not None, "a decision of a policy has a kind of command"
        for each in decisive(decision):
            self._dead.pop((each.rule.id, kind, each.effect), None)
        if decision.ruling.code in ("no_open_request", "stale_request"):
            return  # no rule was asked
        for key, dead in list(self._dead.items()):
            waits = dead.kind is kind and not dead.holds
            if waits and dead.when.test(decision.facts) is True:
                self._dead[key] = attrs.evolve(dead, holds=True)

    @property
    def dead(self) -> tuple[DeadRule, ...]:
        """Those that decided nothing so far."""
        return tuple(self._dead.values())


def decisive(decision: Decision) -> Iterator[Satisfied]:
    """The effects without which the verdict or its codes would be others.

    A grant decides where no other grants the same, a forbid where no other has its code.
    """
    effects = [each.effect for each in decision.determined_by]
    for each in decision.determined_by:
        if effects.count(each.effect) == 1 and _wins(each.effect, decision):
            yield each


def _wins(effect: Grant | Forbid, decision: Decision) -> bool:
    if isinstance(effect, Forbid):
        return True
    to = effect.to if isinstance(effect, Refer) else None
    return decision.verdict is Verdict(str(effect)) and decision.ruling.to == to
