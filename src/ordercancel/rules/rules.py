"""Rules: what a command is granted or forbidden, under which condition, and by which clause."""

from __future__ import annotations

import attrs

from ordercancel.domain.commands import Command
from ordercancel.rules.conditions import ALWAYS, Condition
from ordercancel.rules.effects import Effect
from ordercancel.rules.sources import Citation, OwnRule


def as_tuple(on: type[Command] | tuple[type[Command], ...]) -> tuple[type[Command], ...]:
    """Several commands as they are, a single one as the only one of its tuple."""
    return on if isinstance(on, tuple) else (on,)


@attrs.frozen
class Rule:
    """One rule of a policy.

    Args:
        id: Unique in the policy, such as ``qoo10.instant_delayed``. Decisions name it.
        on: The command it speaks about, or several.
        effect: What it grants or forbids.
        when: The condition under which it speaks. Default: always.
        cites: The clauses that it comes from, or the rationale of a rule of our own.
    """

    id: str
    on: tuple[type[Command], ...] = attrs.field(kw_only=True, converter=as_tuple)
    effect: Effect = attrs.field(kw_only=True)
    when: Condition = attrs.field(default=ALWAYS, kw_only=True)
    cites: Citation | OwnRule = attrs.field(kw_only=True)
