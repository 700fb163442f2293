"""Rules that can never decide anything, told by every combination of facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from ordercancel.domain.commands import Command
from ordercancel.engine.decision import Decision
from ordercancel.policy.policy import Policy
from ordercancel.policy.standard import STANDARD_RULES
from ordercancel.rules.effects import Forbid
from ordercancel.rules.provisions import Silence
from ordercancel.rules.rules import Rule

__all__ = ["Idle", "Idleness", "decisive"]


@attrs.frozen
class Idle:
    """A rule, or a silence, that never decides anything about a kind of command.

    `holds` says whether its condition is ever true; others then say the same, or outweigh it.
    """

    spoken: Rule | Silence
    kind: type[Command]
    holds: bool


class Idleness:
    """Watches decisions, and tells which rules decided none of them.

    The standard rules are there for every policy, and may be idle under this one.
    """

    def __init__(self, policy: Policy) -> None:
        own = [rule for rule in policy.rules if rule not in STANDARD_RULES]
        spoken: tuple[Rule | Silence, ...] = (*own, *policy.silences)
        self._waiting = {
            (each.id, kind): Idle(each, kind, holds=False) for each in spoken for kind in each.on
        }

    def see(self, decision: Decision) -> None:
        """Take note of which rules were satisfied, and which of them decided."""
        kind = decision.kind
        assert kind is not None, "a decision of a policy knows what it is about"
        for spoken in decisive(decision):
            self._waiting.pop((spoken.id, kind), None)
        for key, idle in list(self._waiting.items()):
            waits = idle.kind is kind and not idle.holds
            if waits and idle.spoken.when.test(decision.facts) is True:
                self._waiting[key] = attrs.evolve(idle, holds=True)

    @property
    def idle(self) -> tuple[Idle, ...]:
        """Those that decided nothing so far."""
        return tuple(self._waiting.values())


def decisive(decision: Decision) -> Iterator[Rule | Silence]:
    """The rules without which the verdict or its codes would be others.

    A permit decides where no other grants the same, a forbid where no other has its code.
    """
    if decision.silence is not None:
        yield decision.silence
    for rule in decision.determined_by:
        if not any(_says_the_same(rule, other) for other in _others(rule, decision)):
            yield rule


def _others(rule: Rule, decision: Decision) -> Iterable[Rule]:
    return (other for other in decision.determined_by if other is not rule)


def _says_the_same(one: Rule, other: Rule) -> bool:
    if isinstance(one.effect, Forbid) and isinstance(other.effect, Forbid):
        return one.effect.code == other.effect.code
    return one.effect == other.effect
