"""A buyer's request to cancel, and the answer to it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_KEPT_TEXT, MAX_LINE, MAX_REQUESTS


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

    def __attrs_post_init__(self) -> None:
        faults = Faults("Answer")
        faults.instance("by", self.by, Actor, "a Buyer, Seller, Operator or System")
        faults.time("at", self.at)
        faults.line("reason", self.reason, optional=True)
        faults.text("text", self.text, most=MAX_KEPT_TEXT)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class CancellationRequest:
    """One ask to cancel one order.

    Args:
        number: Counts the requests of one order, from 1 to 1,000.
        by: Who asked.
        at: When.
        reason: A code of the policy's catalogue of request reasons.
        text: The buyer's own words, cleaned, where the reason takes any.
        status: Where it stands.
        order_status: The status that the order had when the request came.
        ship_on: The planned ship date that the order had then.
        withdrawal_text: What the seller wrote when asking the buyer to withdraw.
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

    def __attrs_post_init__(self) -> None:
        faults = Faults("CancellationRequest")
        faults.number("number", self.number, 1, MAX_REQUESTS, "the number of a request")
        faults.instance("by", self.by, Actor, "a Buyer, Seller, Operator or System")
        faults.time("at", self.at)
        # Empty, where the policy has no reasons to choose from.
        faults.text("reason", self.reason, optional=False, most=MAX_LINE)
        faults.text("text", self.text, most=MAX_KEPT_TEXT)
        faults.instance("status", self.status, RequestStatus, "a RequestStatus")
        faults.line("order_status", self.order_status)
        faults.day("ship_on", self.ship_on)
        faults.text("withdrawal_text", self.withdrawal_text, most=MAX_KEPT_TEXT)
        faults.instance("answer", self.answer, Answer | None, "an Answer")
        faults.time("closed_at", self.closed_at, optional=True)
        faults.raise_if_any()

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.status in OPEN
