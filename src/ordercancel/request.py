"""A buyer's request to cancel, and the answer to it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import attrs

from ordercancel.order import Actor

__all__ = ["FINAL", "OPEN", "Answer", "CancellationRequest", "RequestStatus"]


class RequestStatus(StrEnum):
    """Where a request stands. The legal moves between these are the request chart's."""

    AWAITING_SELLER = "awaiting_seller"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    WITHDRAWAL_HELD = "withdrawal_held"
    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


OPEN = frozenset(
    {
        RequestStatus.AWAITING_SELLER,
        RequestStatus.WITHDRAWAL_ASKED,
        RequestStatus.WITHDRAWAL_HELD,
    }
)
"""The statuses in which a request can still be answered."""

FINAL = frozenset(RequestStatus) - OPEN
"""The statuses that a request never leaves."""


@attrs.frozen(kw_only=True)
class Answer:
    """The answer to a request: who gave it, when, and why.

    `reason` is a code of the policy's catalogue of rejection reasons, `text` the words typed
    with it; both are None for an approval.
    """

    by: Actor
    at: datetime
    reason: str | None = None
    text: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class CancellationRequest:
    """One ask to cancel one order.

    Args:
        number: Counts the requests of one order, from 1.
        by: Who asked.
        at: When.
        reason: A code of the policy's catalogue of request reasons.
        text: The buyer's own words, cleaned, where the reason takes any.
        status: Where it stands.
        order_status: The status that the order had when the request came.
        ship_on: The planned ship date that the order had then.
        withdrawal_text: What the seller wrote when he asked the buyer to withdraw.
        answer: The answer, where somebody (or a deadline) gave one. A request that was granted
            at once has none.
        closed_at: When it became final.
    """

    number: int
    by: Actor
    at: datetime
    reason: str
    text: str | None = attrs.field(default=None, repr=False)
    status: RequestStatus = RequestStatus.AWAITING_SELLER
    order_status: str
    ship_on: date | None = None
    withdrawal_text: str | None = attrs.field(default=None, repr=False)
    answer: Answer | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.status in OPEN
