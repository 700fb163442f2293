"""Rules: what a command is granted or forbidden, under which condition, and on whose word."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ordercancel.domain.commands import Judged
from ordercancel.domain.exact import exact
from ordercancel.rules.conditions import ALWAYS, Condition, as_condition
from ordercancel.rules.effects import Effect, Forbid, Grant, leaves_of
from ordercancel.rules.sources import Source, as_source


def _as_tuple(
    on: type[Judged] | tuple[type[Judged], ...] | list[type[Judged]],
) -> tuple[type[Judged], ...]:
    return tuple(on) if isinstance(on, tuple | list) else (on,)


@attrs.frozen
class Rule:
    """One rule of a policy.

    Args:
        id: Unique in the policy, such as ``qoo10.instant_delayed``. Decisions name it.
        on: The command it speaks about, or several.
        effect: What it grants or forbids: `CANCEL`, ``Refer(seller)``, `PERMIT`,
            ``Forbid("code")``, or ``If(condition, then, otherwise)``.
        when: The condition under which it speaks. Default: always.
        source: The clauses that it comes from, the word that it is one's own, or a plain `str`.
            Default: the source of the policy.
    """

    id: str = attrs.field(converter=exact)
    on: tuple[type[Judged], ...] = attrs.field(kw_only=True, converter=_as_tuple)
    effect: Effect = attrs.field(kw_only=True)
    when: Condition = attrs.field(default=ALWAYS, kw_only=True, converter=as_condition)
    source: Source | None = attrs.field(default=None, kw_only=True, converter=as_source)

    def leaves(self) -> Iterator[tuple[Condition, Grant | Forbid]]:
        """Its plain effects, each with the whole condition under which it holds."""
        return leaves_of(self.effect, self.when)
