"""Dead rules: those that decide nothing, whatever the facts are."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ordercancel.domain.commands import Command
from ordercancel.engine.decision import Decision
from ordercancel.policy.policy import Policy
from ordercancel.policy.standard import STANDARD_RULES
from ordercancel.rules.provisions import Silence
from ordercancel.rules.rules import Rule


@attrs.frozen
class DeadRule:
    """A rule, or a silence, that never decides anything about a kind of command.

    `holds` says whether its condition is ever true; others then say the same, or outweigh it.
    """

    rule: Rule | Silence
    kind: type[Command]
    holds: bool

    def __str__(self) -> str:
        return f"{self.rule.id} on {self.kind.__name__}"


class DeadRules:
    """The rules of `policy` that decided none of the decisions seen so far.

    Standard rules are left out: every policy has them, and may have no use for one.
    """

    def __init__(self, policy: Policy) -> None:
        own = [rule for rule in policy.rules if rule not in STANDARD_RULES]
        rules: tuple[Rule | Silence, ...] = (*own, *policy.silences)
        self._dead = {
            (rule.id, kind): DeadRule(rule, kind, holds=False)
            for rule in rules
            for kind in rule.on
        }

    def see(self, decision: Decision) -> None:
        """Take off the rules that decided `decision`; note whose conditions were true in it."""
        kind = decision.kind
        assert kind is not None, "a decision of a policy has a kind of command"
        for rule in _decisive(decision):
            self._dead.pop((rule.id, kind), None)
        for key, dead in list(self._dead.items()):
            waits = dead.kind is kind and not dead.holds
            if waits and dead.rule.when.test(decision.facts) is True:
                self._dead[key] = attrs.evolve(dead, holds=True)

    @property
    def dead(self) -> tuple[DeadRule, ...]:
        """Those that decided nothing so far."""
        return tuple(self._dead.values())


def _decisive(decision: Decision) -> Iterator[Rule | Silence]:
    """The rules without which the verdict or its codes would be others.

    A permit decides where no other grants the same, a forbid where no other has its code.
    """
    if decision.silence is not None:
        yield decision.silence
    effects = [rule.effect for rule in decision.determined_by]
    for rule in decision.determined_by:
        if effects.count(rule.effect) == 1:
            yield rule
