"""A case: an order with all its requests, the unit that is decided on and stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen
from ordercancel.domain.limits import (
    LAST_DUE_YEAR,
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
class Firing:
    """A deadline that has fired, as far as it is remembered.

    Args:
        due_at: The moment that it was due.
        request: The number of the latest request then; 0 where there was none.
        status: The status of the order then.
        impossible: Whether its action was not possible, and nothing came of it.
    """

    due_at: datetime
    request: int
    status: str
    impossible: bool = False

    def __attrs_post_init__(self) -> None:
        faults = Faults("Firing")
        faults.time("due_at", self.due_at, last_year=LAST_DUE_YEAR)
        faults.number("request", self.request, 0, MAX_REQUESTS, "the number of a request")
        faults.line("status", self.status)
        faults.flag("impossible", self.impossible)
        faults.settle(self)


@attrs.frozen
class Mark:
    """What a deadline has marked: something that should have happened by then, and had not.

    Args:
        code: What it is marked as, such as ``missed``.
        deadline: The id of the deadline.
        due_at: When it should have happened.
        request: The number of the request that is marked; None where it is the order.
    """

    code: str
    deadline: str
    due_at: datetime
    request: int | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults("Mark")
        faults.line("code", self.code)
        faults.line("deadline", self.deadline)
        faults.time("due_at", self.due_at, last_year=LAST_DUE_YEAR)
        if self.request is not None:
            faults.number("request", self.request, 1, MAX_REQUESTS, "the number of a request")
        faults.settle(self)


@attrs.frozen(kw_only=True)
class Case:
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
    digest: str = ""
    requests: tuple[CancellationRequest, ...] = ()
    fired: FrozenMap[str, Firing] = attrs.field(default=EMPTY, converter=as_frozen)
    marks: tuple[Mark, ...] = ()
    version: int = 0
    updated_at: datetime | None = None
    shipped_version: int | None = None
    units: State = NOTHING
    refunds: tuple[Refund, ...] = ()
    # Follows from the requests, and would take longer to find in a long history than to keep.
    _ended: frozenset[RequestStatus] = attrs.field(
        default=frozenset(), init=False, repr=False, eq=False
    )

    def __attrs_post_init__(self) -> None:
        faults = Faults("Case")
        faults.instance("order", self.order, Order, "an Order")
        faults.line("edition", self.edition)
        faults.text("digest", self.digest, optional=False)
        _check_entries(faults, "requests", self.requests, MAX_REQUESTS, CancellationRequest)
        faults.instance("fired", self.fired, Mapping, "the firing of each deadline by its id")
        if isinstance(self.fired, Mapping):
            _check_entries(faults, "fired", tuple(self.fired.values()), MAX_REMEMBERED, Firing)
        _check_entries(faults, "marks", self.marks, MAX_REMEMBERED, Mark)
        faults.number("version", self.version, 0, MAX_VERSION, "the number of its events")
        faults.time("updated_at", self.updated_at, optional=True)
        if self.shipped_version is not None:
            faults.number("shipped_version", self.shipped_version, 0, MAX_VERSION, "a version")
        faults.instance("units", self.units, State, "a State")
        if isinstance(self.units, State) and self.units is not NOTHING:
            self.units.check(faults, "units")
        _check_entries(faults, "refunds", self.refunds, MAX_REQUESTS * MAX_CHARGES, Refund)
        faults.settle(self)
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
        number = len(self.requests)
        return any(mark.code == code and mark.request in (None, number) for mark in self.marks)

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


def _check_entries(faults: Faults, field: str, value: object, most: int, kind: type) -> None:
    for number, entry in enumerate(faults.entries(field, value, most)):
        if not isinstance(entry, kind):
            faults.instance(f"{field}[{number}]", entry, kind, f"a {kind.__name__}")
