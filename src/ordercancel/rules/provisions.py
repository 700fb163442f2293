"""What a policy says beside its rules: what follows of itself, and what it leaves out on purpose.

Each is named and cited like a rule.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ordercancel.domain.commands import Command
from ordercancel.rules.conditions import ALWAYS, Condition, Value
from ordercancel.rules.rules import as_tuple
from ordercancel.rules.sources import Citation, OwnRule


@attrs.frozen
class Superseding:
    """Moves of the order that close an open request, which comes to nothing by them.

    Args:
        id: Unique among the policy's rules; events name it.
        moves: The moves of the order chart.
        cites: The clauses that it comes from, or the rationale of a rule of our own.
    """

    id: str
    moves: frozenset[str] = attrs.field(kw_only=True)
    cites: Citation | OwnRule = attrs.field(kw_only=True)


@attrs.frozen
class GoingBack:
    """After a rejection or a withdrawal the order is what it was when the request came.

    It gets back the status and the planned ship date that it had then.

    Args:
        id: Unique among the policy's rules; events name it.
        cites: The clauses that it comes from, or the rationale of a rule of our own.
    """

    id: str
    cites: Citation | OwnRule = attrs.field(kw_only=True)


@attrs.frozen
class Silence:
    """The word that no rule permits something, and that none is meant to.

    It changes no decision: what no rule permits is refused either way. It tells a reader, and
    whoever verifies the policy, that nothing was forgotten.

    Args:
        id: Unique among the policy's rules.
        on: The command that is left out, or several.
        when: The condition under which it is left out. Default: always.
        cites: The clauses that it comes from, or the rationale of a rule of our own.
    """

    id: str
    on: tuple[type[Command], ...] = attrs.field(kw_only=True, converter=as_tuple)
    when: Condition = attrs.field(default=ALWAYS, kw_only=True)
    cites: Citation | OwnRule = attrs.field(kw_only=True)

    def covers(self, kind: type[Command] | None, facts: Mapping[str, Value | None]) -> bool:
        """Whether a refusal of a `kind` of command, judged by `facts`, is one that is meant."""
        return kind in self.on and self.when.test(facts) is True
