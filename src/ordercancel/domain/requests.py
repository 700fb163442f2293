"""A request to cancel, and the answer to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.checked import (
    Check,
    Checked,
    FactValues,
    KeptText,
    RequestNumber,
    Units,
    Version,
)
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, as_frozen


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


def status_among(statuses: tuple[RequestStatus, ...]) -> Check:
    """Checks that a field is one of these statuses, or its plain string."""

    def check(faults: Faults, field: str, value: object) -> None:
        faults.choice(field, value, statuses)
        if isinstance(value, str) and value in statuses:
            faults.exact[field] = RequestStatus(value)

    return check


@attrs.frozen(kw_only=True)
class Answer(Checked):
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
    text: KeptText | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class CancellationRequest(Checked):
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

    number: RequestNumber
    by: Actor
    at: datetime
    reason: str | None = None
    text: KeptText | None = attrs.field(default=None, repr=False)
    data: FactValues = attrs.field(default=EMPTY, converter=as_frozen)
    lines: Units = attrs.field(default=EMPTY, converter=as_frozen)
    fee: str | None = None
    answerer: str | None = None
    status: RequestStatus = RequestStatus.PENDING
    withdrawal_text: KeptText | None = attrs.field(default=None, repr=False)
    answer: Answer | None = None
    closed_at: datetime | None = None
    closed_version: Version | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.status in OPEN
