"""Effects: what a rule grants or forbids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from ordercancel.domain.exact import exact
from ordercancel.rules.conditions import ALWAYS, Condition, IsIn, as_condition

OTHER_SIDE = "other_side"
"""Stands for any role of the other side that answers."""


@attrs.frozen
class Cancel:
    """The order is cancelled at once."""

    def __str__(self) -> str:
        return "cancel"


@attrs.frozen
class Permit:
    """The command may be carried out."""

    def __str__(self) -> str:
        return "permit"


def role_name(to: Any) -> Any:
    """The one word of ``role.is_in("seller")``, as rules know the seller; all else as it is."""
    if isinstance(to, IsIn) and to.fact == "role" and len(to.values) == 1:
        return next(iter(to.values))
    return to


@attrs.frozen
class Refer:
    """The request is for somebody to answer: ``Refer(seller)``, ``Refer("carrier")``.

    On a rejection the request stays open, and the one named decides.

    Args:
        to: A role, by its name or its condition; or `OTHER_SIDE`.
    """

    to: str = attrs.field(converter=role_name)

    def __str__(self) -> str:
        return "refer"


@attrs.frozen
class Forbid:
    """The command is refused, under a stable code; the policy's texts have the sentence."""

    code: str = attrs.field(converter=exact)


@attrs.frozen
class If:
    """One effect where a condition holds, and another one otherwise.

    Where the condition is unknown, so are both branches.

    Args:
        when: The condition.
        then: The effect where it holds.
        otherwise: The effect where it does not.
    """

    when: Condition = attrs.field(converter=as_condition)
    then: Effect | None = None
    otherwise: Effect | None = None


CANCEL = Cancel()
PERMIT = Permit()

Grant = Cancel | Refer | Permit
"""What lets a command through."""

Effect = Grant | Forbid | If
"""What a rule does when its condition holds."""


def leaves_of(
    effect: Effect, when: Condition = ALWAYS
) -> Iterator[tuple[Condition, Grant | Forbid]]:
    """The plain effects in `effect`, each with the whole condition under which it holds."""
    if not isinstance(effect, If):
        yield when, effect
        return
    for branch, holds in ((effect.then, effect.when), (effect.otherwise, ~effect.when)):
        if branch is not None:  # a policy names what is missing
            yield from leaves_of(branch, when & holds)
