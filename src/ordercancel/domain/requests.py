"""A request to cancel, and the answer to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from ordercancel.domain.actors import Actor, check_actor
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen
from ordercancel.domain.limits import MAX_KEPT_TEXT, MAX_REQUESTS, MAX_VERSION


class RequestStatus(StrEnum):
    """Where a request stands. `ordercancel.engine.request_moves` has the moves between these."""

    PENDING = "pending"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    WITHDRAWAL_DECLINED = "withdrawal_declined"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


OPEN = frozenset(
    {
        RequestStatus.PENDING,
        RequestStatus.WITHDRAWAL_ASKED,
        RequestStatus.WITHDRAWAL_DECLINED,
    }
)
"""The statuses in which a request can still be answered."""

FINAL = frozenset(RequestStatus) - OPEN
"""The statuses that a request never leaves."""


@attrs.frozen(kw_only=True)
class Answer:
    """The answer to a request: who gave it, when, and why.

    Args:
        by: Who approved or rejected it; the system, where a deadline did.
        at: When.
        reason: A code of the policy's reasons for rejecting; None for an approval.
        text: The words typed with it.
    """

    by: Actor
    at: datetime
    reason: str | None = None
    text: str | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Answer")
        check_actor(faults, "by", self.by)
        faults.time("at", self.at)
        faults.line("reason", self.reason, optional=True)
        faults.text("text", self.text, most=MAX_KEPT_TEXT)
        faults.settle(self)


@attrs.frozen(kw_only=True)
class CancellationRequest:
    """One ask to cancel one order.

    Args:
        number: Counts the requests of one order, from 1 to 1,000.
        by: Its initiator: who asked. The system, where a deadline cancelled the order.
        at: When.
        reason: A code of the policy's reasons; None where it has none for this.
        text: The initiator's own words, cleaned, where the reason takes any.
        data: The facts that came with it and are kept, by name.
        lines: The units that it asks for, by line; empty for an order without lines.
        fee: The id of the fee that held when it was made; None where none did.
        answerer: The role that is to answer, or a side (``seller_side``) any of whose roles may;
            None for one that was approved at once.
        status: Where it stands.
        withdrawal_text: What the answerer wrote when they asked for a withdrawal.
        answer: The answer, where somebody or a deadline gave one. One that was approved at once
            has none.
        closed_at: When it became final.
        closed_version: The version of the case that its becoming final made; what is read of the
            order afterwards follows from it.
    """

    number: int
    by: Actor
    at: datetime
    reason: str | None = None
    text: str | None = attrs.field(default=None, repr=False)
    data: FrozenMap[str, Any] = attrs.field(default=EMPTY, converter=as_frozen)
    lines: FrozenMap[str, int] = attrs.field(default=EMPTY, converter=as_frozen)
    fee: str | None = None
    answerer: str | None = None
    status: RequestStatus = RequestStatus.PENDING
    withdrawal_text: str | None = attrs.field(default=None, repr=False)
    answer: Answer | None = None
    closed_at: datetime | None = None
    closed_version: int | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults("CancellationRequest")
        faults.number("number", self.number, 1, MAX_REQUESTS, "the number of a request")
        check_actor(faults, "by", self.by)
        faults.time("at", self.at)
        faults.line("reason", self.reason, optional=True)
        faults.text("text", self.text, most=MAX_KEPT_TEXT)
        faults.facts("data", self.data)
        faults.amounts("lines", self.lines)
        faults.line("fee", self.fee, optional=True)
        faults.line("answerer", self.answerer, optional=True)
        faults.instance("status", self.status, RequestStatus, "a RequestStatus")
        faults.text("withdrawal_text", self.withdrawal_text, most=MAX_KEPT_TEXT)
        faults.instance("answer", self.answer, Answer | None, "an Answer")
        faults.time("closed_at", self.closed_at, optional=True)
        if self.closed_version is not None:
            faults.number("closed_version", self.closed_version, 0, MAX_VERSION, "a version")
        faults.settle(self)

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.status in OPEN
