"""What follows of itself from something that was decided, named and cited like a rule."""

from __future__ import annotations

import attrs

from ordercancel.policy.clauses import Citation, Ours

__all__ = ["GoingBack", "Superseding"]


@attrs.frozen
class Superseding:
    """Moves of the order that close an open request, which comes to nothing by them.

    Args:
        id: Unique among the policy's rules; events name it.
        moves: The moves of the order chart.
        cites: The clauses that it comes from, or the word that it is ours.
    """

    id: str
    moves: frozenset[str] = attrs.field(kw_only=True)
    cites: Citation | Ours = attrs.field(kw_only=True)


@attrs.frozen
class GoingBack:
    """After a rejection or a withdrawal the order is what it was when the request came.

    It gets back the status and the planned ship date that it had then.

    Args:
        id: Unique among the policy's rules; events name it.
        cites: The clauses that it comes from, or the word that it is ours.
    """

    id: str
    cites: Citation | Ours = attrs.field(kw_only=True)
