"""A case: an order with all its requests, the unit that is decided on and stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import attrs

from ordercancel.domain.checked import (
    Checked,
    Digest,
    DueMoment,
    RequestNumber,
    Version,
    entries,
    number,
)
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen
from ordercancel.domain.limits import (
    MAX_CHARGES,
    MAX_REMEMBERED,
    MAX_REQUESTS,
    MAX_VERSION,
)
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import NOTHING, State, added_up
from ordercancel.domain.refunds import Refund, RefundAttempt
from ordercancel.domain.requests import FINAL, OPEN, CancellationRequest, RequestStatus

REFUND_OPEN = "refund_open"
"""What a case is marked with while a refund is not settled, or was settled twice."""


@attrs.frozen
class Firing(Checked):
    """A deadline that has fired, as far as it is remembered.

    Args:
        due_at: The moment that it was due.
        request: The number of the latest request then; 0 where there was none.
        status: The status of the order then.
        impossible: Whether its action was not possible, and nothing came of it.
    """

    due_at: DueMoment
    request: Annotated[int, number(0, MAX_REQUESTS, "the number of a request")]
    status: str
    impossible: bool = False


@attrs.frozen
class Mark(Checked):
    """What a deadline has marked: something that should have happened by then, and had not.

    Args:
        code: What it is marked as, such as ``missed``.
        deadline: The id of the deadline.
        due_at: When it should have happened.
        request: The number of the request that is marked; None where it is the order.
    """

    code: str
    deadline: str
    due_at: DueMoment
    request: RequestNumber | None = None


def _check_fired(faults: Faults, field: str, value: object) -> None:
    faults.instance(field, value, Mapping, "the firing of each deadline by its id")
    if isinstance(value, Mapping):
        entries(Firing, MAX_REMEMBERED)(faults, field, tuple(value.values()))


@attrs.frozen(kw_only=True)
class Case(Checked):
    """An order, its requests, and the edition of the rules that it is judged by.

    Build the first one with ``Policy.open`` or let the service do it.

    Args:
        order: The order.
        edition: The edition of the policy that judges it.
        digest: Tells what decides in that edition apart; empty for a case of the first form.
        requests: Its requests, at most 1,000.
        fired: The last firing of each deadline, by its id.
        marks: What is marked.
        version: Counts the events that made it; 0 for one that nobody stored yet.
        updated_at: When the last of these events happened.
        shipped_version: The version by which the order was shipped; None while it was not.
        units: What has happened to its units and its money; nothing for an order without lines.
        refunds: The refunds that were due, where the service has an obligation handler.
    """

    order: Order
    edition: str
    digest: Digest = ""
    requests: Annotated[
        tuple[CancellationRequest, ...], entries(CancellationRequest, MAX_REQUESTS)
    ] = ()
    fired: Annotated[FrozenMap[str, Firing], _check_fired] = attrs.field(
        default=EMPTY, converter=as_frozen
    )
    marks: Annotated[tuple[Mark, ...], entries(Mark, MAX_REMEMBERED)] = ()
    version: Annotated[int, number(0, MAX_VERSION, "the number of its events")] = 0
    updated_at: datetime | None = None
    shipped_version: Version | None = None
    units: State = NOTHING
    refunds: Annotated[tuple[Refund, ...], entries(Refund, MAX_REQUESTS * MAX_CHARGES)] = ()
    # Follows from the requests, and would take longer to find in a long history than to keep.
    _ended: frozenset[RequestStatus] = attrs.field(
        default=frozenset(), init=False, repr=False, eq=False
    )

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        ended = FINAL.intersection(request.status for request in self.requests)
        object.__setattr__(self, "_ended", ended)

    @property
    def latest(self) -> CancellationRequest | None:
        """The last request, open or final; None where nobody has asked."""
        return self.requests[-1] if self.requests else None

    def request(self, number: int) -> CancellationRequest:
        """The request with this number.

        Raises:
            KeyError: There is none.
        """
        if not 1 <= number <= len(self.requests):
            raise KeyError(number)
        return self.requests[number - 1]

    @property
    def open_request(self) -> CancellationRequest | None:
        """The request that waits for an answer, if one does. There is never more than one."""
        latest = self.latest
        return latest if latest is not None and latest.is_open else None

    @property
    def open_units(self) -> dict[str, int]:
        """How many units of each line are neither cancelled nor shipped, those of none left out.

        The open request may hold some of them.
        """
        gone = added_up(self.units.cancelled, self.units.shipped)
        ordered = self.order.quantities.items()
        return {name: rest for name, units in ordered if (rest := units - gone.get(name, 0)) > 0}

    @property
    def held_units(self) -> Mapping[str, int]:
        """The units that the open request asks for, by line: they can't go before the answer."""
        request = self.open_request
        return EMPTY if request is None else request.lines

    @property
    def ended(self) -> frozenset[RequestStatus]:
        """The final statuses that requests of this order have ended in."""
        return self._ended

    def had(self, status: RequestStatus) -> bool:
        """Whether any request of this order has ended, or stands, in `status`."""
        if status in OPEN:
            return any(request.status is status for request in self.requests)
        return status in self._ended

    def is_marked(self, code: str) -> bool:
        """Whether the order, or its latest request, is marked with `code`."""
        if code == REFUND_OPEN:
            return self.is_refund_open
        return any(mark.code == code for mark in self.present_marks)

    @property
    def present_marks(self) -> tuple[Mark, ...]:
        """The marks of the order and of its latest request."""
        if not self.marks:
            return ()  # as of nearly every order
        number = len(self.requests)
        return tuple(mark for mark in self.marks if mark.request in (None, number))

    @property
    def is_refund_open(self) -> bool:
        """Whether the host has still to see to a refund."""
        return any(refund.is_open for refund in self.refunds)

    def refund(self, key: str) -> tuple[Refund, RefundAttempt]:
        """The refund that has an attempt with this key, and that attempt.

        Raises:
            KeyError: There is none.
        """
        for refund in self.refunds:
            for attempt in refund.attempts:
                if attempt.key == key:
                    return refund, attempt
        raise KeyError(key)
