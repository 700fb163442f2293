"""Evolve: how events make the state of a case.

Pure and total. Nothing here asks a rule or a chart, so that history stays readable when the rules
change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from ordercancel.domain.cases import Case, Duty, DutyStatus
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlinePassed,
    DutyArose,
    DutyBreached,
    DutyMet,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    RequestGranted,
    RequestLapsed,
    RequestRejected,
    RequestSuperseded,
    RequestWithdrawn,
    WithdrawalAsked,
    WithdrawalHeld,
)
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import FINAL, OPEN, Answer, CancellationRequest, RequestStatus
from ordercancel.domain.trusted import trusted, trusted_evolve

_Closing = RequestGranted | RequestRejected | RequestWithdrawn | RequestSuperseded | RequestLapsed


def fold(events: Iterable[Event]) -> Case:
    """The case that a whole history makes, from its `OrderRegistered` on.

    Raises:
        InvalidValue: Where the history does not begin with `OrderRegistered`.
    """
    history = iter(events)
    first = next(history, None)
    if not isinstance(first, OrderRegistered):
        problem = f"begins with {type(first).__name__}" if first else "is empty"
        raise InvalidValue([Fault("fold.events", problem, "OrderRegistered")])
    opened = Case(order=first.order, edition=first.edition, version=1)
    return reduce(evolve, history, opened)


def evolve(case: Case, event: Event) -> Case:
    """The case after `event`. Total: it takes every event that ever happened, as it happened."""
    return _EVOLVE[type(event)](case, event)


def _registered(case: Case, event: OrderRegistered) -> Case:
    return _after(case, order=event.order, edition=event.edition)


def _advanced(case: Case, event: OrderAdvanced) -> Case:
    changes: dict[str, Any] = {"status": event.status, "status_since": event.at}
    if event.ship_on is not None:
        changes["ship_on"] = event.ship_on
    if event.ships:
        changes["shipped_at"] = event.at
    return _after(case, order=trusted_evolve(case.order, **changes))


def _requested(case: Case, event: CancellationRequested) -> Case:
    request = trusted(CancellationRequest)(
        number=event.number,
        by=event.by,
        at=event.at,
        reason=event.reason,
        text=event.text,
        order_status=case.order.status,
        ship_on=case.order.ship_on,
    )
    return _after(case, requests=(*case.requests, request))


def _granted(case: Case, event: RequestGranted) -> Case:
    answer = None if event.at_once else trusted(Answer)(by=event.by, at=event.at)
    return _closed(case, event, RequestStatus.GRANTED, answer=answer)


def _rejected(case: Case, event: RequestRejected) -> Case:
    answer = trusted(Answer)(by=event.by, at=event.at, reason=event.reason, text=event.text)
    return _closed(case, event, RequestStatus.REJECTED, answer=answer, order=_back(case, event))


def _withdrawn(case: Case, event: RequestWithdrawn) -> Case:
    return _closed(case, event, RequestStatus.WITHDRAWN, order=_back(case, event))


def _superseded(case: Case, event: RequestSuperseded) -> Case:
    return _closed(case, event, RequestStatus.SUPERSEDED)


def _lapsed(case: Case, event: RequestLapsed) -> Case:
    return _closed(case, event, RequestStatus.LAPSED)


def _withdrawal_asked(case: Case, event: WithdrawalAsked) -> Case:
    status = RequestStatus.WITHDRAWAL_ASKED
    return _after(case, **_requests(case, event.number, status, withdrawal_text=event.text))


def _withdrawal_held(case: Case, event: WithdrawalHeld) -> Case:
    return _after(case, **_requests(case, event.number, RequestStatus.WITHDRAWAL_HELD))


def _cancelled(case: Case, event: OrderCancelled) -> Case:
    order = trusted_evolve(case.order, status=event.status, status_since=event.at)
    duties = _duties(case, lambda duty: True, DutyStatus.RELEASED, event.at)
    return _after(case, order=order, **duties)


def _duty_arose(case: Case, event: DutyArose) -> Case:
    duty = trusted(Duty)(
        deadline=event.deadline,
        request=event.number,
        since=event.at,
        due_at=event.due_at,
        follows_order=event.follows_order,
    )
    return _after(case, duties=(*case.duties, duty), _open_duties=(*case.open_duties, duty))


def _duty_met(case: Case, event: DutyMet) -> Case:
    return _settled(case, event, DutyStatus.MET)


def _duty_missed(case: Case, event: DutyBreached | DeadlinePassed) -> Case:
    return _settled(case, event, DutyStatus.MISSED)


_EVOLVE: Mapping[type[Event], Callable[[Case, Any], Case]] = {
    OrderRegistered: _registered,
    OrderAdvanced: _advanced,
    CancellationRequested: _requested,
    RequestGranted: _granted,
    RequestRejected: _rejected,
    RequestWithdrawn: _withdrawn,
    RequestSuperseded: _superseded,
    RequestLapsed: _lapsed,
    WithdrawalAsked: _withdrawal_asked,
    WithdrawalHeld: _withdrawal_held,
    OrderCancelled: _cancelled,
    DutyArose: _duty_arose,
    DutyMet: _duty_met,
    DutyBreached: _duty_missed,
    DeadlinePassed: _duty_missed,
}
"""What each kind of event makes of a case."""


def _after(case: Case, **changes: Any) -> Case:
    """The case one event later."""
    return trusted_evolve(case, version=case.version + 1, **changes)


def _requests(case: Case, number: int, status: RequestStatus, **changes: Any) -> dict[str, Any]:
    """What changes when the request of this number gets a status."""
    latest = case.latest
    if latest is not None and latest.is_open and latest.number == number:
        ended = case.ended if status in OPEN else case.ended | {status}
        changed = trusted_evolve(latest, status=status, **changes)
        return {"requests": (*case.requests[:-1], changed), "_ended": ended}
    # No rule lets this happen: one that is not the last, or has ended before.
    requests = tuple(
        trusted_evolve(request, status=status, **changes) if request.number == number else request
        for request in case.requests
    )
    return {
        "requests": requests,
        "_ended": FINAL.intersection(request.status for request in requests),
    }


def _closed(
    case: Case,
    event: _Closing,
    status: RequestStatus,
    *,
    answer: Answer | None = None,
    order: Order | None = None,
) -> Case:
    """The case with a request in a final status, and the duties that ended with it released."""
    duties = _duties(
        case,
        lambda duty: not duty.follows_order and duty.request == event.number,
        DutyStatus.RELEASED,
        event.at,
    )
    return _after(
        case,
        order=order or case.order,
        **_requests(case, event.number, status, answer=answer, closed_at=event.at),
        **duties,
    )


def _back(case: Case, event: RequestRejected | RequestWithdrawn) -> Order:
    """The order, gone back to the status and day that the event tells of, if it does."""
    order = case.order
    if event.order_status is None or (event.order_status, event.ship_on) == (
        order.status,
        order.ship_on,
    ):
        return order
    return trusted_evolve(
        order, status=event.order_status, status_since=event.at, ship_on=event.ship_on
    )


def _settled(case: Case, event: DutyMet | DutyBreached | DeadlinePassed, to: DutyStatus) -> Case:
    key = (event.deadline, event.number)
    duties = _duties(case, lambda duty: (duty.deadline, duty.request) == key, to, event.at)
    return _after(case, **duties)


def _duties(
    case: Case, ended: Callable[[Duty], bool], status: DutyStatus, at: datetime
) -> dict[str, tuple[Duty, ...]]:
    """What changes of the duties when those that are open and have `ended` get a status."""
    if not case.open_duties:
        return {}
    duties: list[Duty] = []
    left: list[Duty] = []
    for duty in case.duties:
        known = duty
        if duty.status is DutyStatus.OPEN:
            if ended(duty):
                known = trusted_evolve(duty, status=status, settled_at=at)
            else:
                left.append(duty)
        duties.append(known)
    return {"duties": tuple(duties), "_open_duties": tuple(left)}
