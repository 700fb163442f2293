"""Rules: what a command is granted or forbidden, under which condition, and on whose word."""

from __future__ import annotations

from enum import StrEnum

import attrs

from ordercancel.commands import Command
from ordercancel.policy.clauses import Citation, Ours
from ordercancel.policy.conditions import ALWAYS, Condition

__all__ = ["CANCEL", "PERMIT", "REFER", "Effect", "Forbid", "Grant", "Rule", "as_tuple"]


class Grant(StrEnum):
    """What a rule grants: to a request `CANCEL` or `REFER`, to every other command `PERMIT`."""

    CANCEL = "cancel"
    REFER = "refer"
    PERMIT = "permit"


CANCEL = Grant.CANCEL
"""The order is cancelled at once."""

REFER = Grant.REFER
"""The seller is to answer the request."""

PERMIT = Grant.PERMIT
"""The command may be carried out."""


@attrs.frozen
class Forbid:
    """The command is refused, under a stable code; the policy's wording has the sentence."""

    code: str


Effect = Grant | Forbid
"""What a rule does when its condition holds."""


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
        when: The condition under which it speaks; always, unless given.
        cites: The clauses that it comes from, or the word that it is ours.
    """

    id: str
    on: tuple[type[Command], ...] = attrs.field(kw_only=True, converter=as_tuple)
    effect: Effect = attrs.field(kw_only=True)
    when: Condition = attrs.field(default=ALWAYS, kw_only=True)
    cites: Citation | Ours = attrs.field(kw_only=True)
