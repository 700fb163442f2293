"""A case: an order with all its requests and duties, the unit that is decided on and stored."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import LAST_DUE_YEAR, MAX_DUTIES, MAX_REQUESTS, MAX_VERSION
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import FINAL, OPEN, CancellationRequest, RequestStatus


class DutyStatus(StrEnum):
    """What became of a duty."""

    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    RELEASED = "released"


@attrs.frozen(kw_only=True)
class Duty:
    """Something that has to happen until a time, such as shipping after a rejection.

    Args:
        deadline: The id of the policy's deadline that it follows from.
        request: The number of the request that it arose with.
        since: When it arose.
        due_at: The first moment at which it is too late.
        follows_order: Whether a move of the order meets it; else it ends with the request.
        status: Open; met in time; missed; or released, because what it was for has ended.
        settled_at: When it stopped being open.
    """

    deadline: str
    request: int
    since: datetime
    due_at: datetime
    follows_order: bool = False
    status: DutyStatus = DutyStatus.OPEN
    settled_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults("Duty")
        faults.line("deadline", self.deadline)
        faults.number("request", self.request, 1, MAX_REQUESTS, "the number of a request")
        faults.time("since", self.since)
        faults.time("due_at", self.due_at, last_year=LAST_DUE_YEAR)
        faults.flag("follows_order", self.follows_order)
        faults.instance("status", self.status, DutyStatus, "a DutyStatus")
        faults.time("settled_at", self.settled_at, optional=True)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class Case:
    """An order, its requests and duties, and the edition of the rules that it is judged by.

    `version` counts the events that made it; a fresh case that nobody stored yet has none. It has
    at most 1,000 requests and 10,000 duties.

    ``Policy.open`` builds the first one; a service does so when an order is registered.
    """

    order: Order
    edition: str
    requests: tuple[CancellationRequest, ...] = ()
    duties: tuple[Duty, ...] = ()
    version: int = 0
    # What follows from these, and would take longer to find in a long history than to keep.
    _ended: frozenset[RequestStatus] = attrs.field(
        default=frozenset(), init=False, repr=False, eq=False
    )
    _open_duties: tuple[Duty, ...] = attrs.field(default=(), init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Case")
        faults.instance("order", self.order, Order, "an Order")
        faults.line("edition", self.edition)
        _check_entries(faults, "requests", self.requests, MAX_REQUESTS, CancellationRequest)
        _check_entries(faults, "duties", self.duties, MAX_DUTIES, Duty)
        faults.number("version", self.version, 0, MAX_VERSION, "the number of its events")
        faults.raise_if_any()
        ended = FINAL.intersection(request.status for request in self.requests)
        open_duties = tuple(duty for duty in self.duties if duty.status is DutyStatus.OPEN)
        object.__setattr__(self, "_ended", ended)
        object.__setattr__(self, "_open_duties", open_duties)

    @property
    def latest(self) -> CancellationRequest | None:
        """The last request, open or final; None where nobody has asked."""
        return self.requests[-1] if self.requests else None

    def request(self, number: int) -> CancellationRequest:
        """The request with this number.

        Raises:
            KeyError: There is none.
        """
        for request in reversed(self.requests):
            if request.number == number:
                return request
        raise KeyError(number)

    @property
    def open_request(self) -> CancellationRequest | None:
        """The request that waits for an answer, if one does. There is never more than one."""
        latest = self.latest
        return latest if latest is not None and latest.is_open else None

    @property
    def open_duties(self) -> tuple[Duty, ...]:
        """The duties that are neither met, missed nor released."""
        return self._open_duties

    @property
    def next_due(self) -> datetime | None:
        """When the first open duty comes due."""
        return min((duty.due_at for duty in self.open_duties), default=None)

    @property
    def ended(self) -> frozenset[RequestStatus]:
        """The final statuses that requests of this order have ended in."""
        return self._ended

    def had(self, status: RequestStatus) -> bool:
        """Whether any request of this order has ended, or stands, in `status`."""
        if status in OPEN:
            return any(request.status is status for request in self.requests)
        return status in self._ended


def _check_entries(faults: Faults, field: str, value: object, most: int, kind: type) -> None:
    for number, entry in enumerate(faults.entries(field, value, most)):
        if not isinstance(entry, kind):
            faults.instance(f"{field}[{number}]", entry, kind, f"a {kind.__name__}")
