"""Folding: how events make the state of a case.

Pure and total. Nothing here asks a rule or a chart, so that history stays readable when the rules
change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from typing import Any, assert_never

import attrs

from ordercancel.case import Case, Duty, DutyStatus
from ordercancel.errors import Fault, InvalidValue
from ordercancel.events import (
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
from ordercancel.request import Answer, CancellationRequest, RequestStatus

__all__ = ["evolve", "fold"]


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
    changed = _evolved(case, event)
    return attrs.evolve(changed, version=case.version + 1)


def _evolved(case: Case, event: Event) -> Case:
    match event:
        case OrderRegistered():
            return attrs.evolve(case, order=event.order, edition=event.edition)
        case OrderAdvanced():
            order = attrs.evolve(case.order, status=event.status, status_since=event.at)
            if event.ship_on is not None:
                order = attrs.evolve(order, ship_on=event.ship_on)
            if event.ships:
                order = attrs.evolve(order, shipped_at=event.at)
            return attrs.evolve(case, order=order)
        case CancellationRequested():
            request = CancellationRequest(
                number=event.number,
                by=event.by,
                at=event.at,
                reason=event.reason,
                text=event.text,
                order_status=case.order.status,
                ship_on=case.order.ship_on,
            )
            return attrs.evolve(case, requests=(*case.requests, request))
        case RequestGranted():
            answer = None if event.at_once else Answer(by=event.by, at=event.at)
            return _closed(case, event.number, RequestStatus.GRANTED, event.at, answer)
        case RequestRejected():
            answer = Answer(by=event.by, at=event.at, reason=event.reason, text=event.text)
            closed = _closed(case, event.number, RequestStatus.REJECTED, event.at, answer)
            return _back(closed, event.order_status, event.ship_on, event.at)
        case RequestWithdrawn():
            closed = _closed(case, event.number, RequestStatus.WITHDRAWN, event.at)
            return _back(closed, event.order_status, event.ship_on, event.at)
        case RequestSuperseded():
            return _closed(case, event.number, RequestStatus.SUPERSEDED, event.at)
        case RequestLapsed():
            return _closed(case, event.number, RequestStatus.LAPSED, event.at)
        case WithdrawalAsked():
            return _request_changed(
                case,
                event.number,
                status=RequestStatus.WITHDRAWAL_ASKED,
                withdrawal_text=event.text,
            )
        case WithdrawalHeld():
            return _request_changed(case, event.number, status=RequestStatus.WITHDRAWAL_HELD)
        case OrderCancelled():
            order = attrs.evolve(case.order, status=event.status, status_since=event.at)
            duties = tuple(_released(duty, event.at) for duty in case.duties)
            return attrs.evolve(case, order=order, duties=duties)
        case DutyArose():
            duty = Duty(
                deadline=event.deadline,
                request=event.number,
                since=event.at,
                due_at=event.due_at,
                follows_order=event.follows_order,
            )
            return attrs.evolve(case, duties=(*case.duties, duty))
        case DutyMet():
            return _settled(case, event, DutyStatus.MET)
        case DutyBreached() | DeadlinePassed():
            return _settled(case, event, DutyStatus.MISSED)
        case _:  # pragma: no cover - the type checker proves that no event is left
            assert_never(event)


def _request_changed(case: Case, number: int, **changes: Any) -> Case:
    requests = tuple(
        attrs.evolve(request, **changes) if request.number == number else request
        for request in case.requests
    )
    return attrs.evolve(case, requests=requests)


def _closed(
    case: Case, number: int, status: RequestStatus, at: datetime, answer: Answer | None = None
) -> Case:
    """The case with a request in a final status, and the duties that ended with it released."""
    changed = _request_changed(case, number, status=status, answer=answer, closed_at=at)
    duties = tuple(
        duty if duty.follows_order or duty.request != number else _released(duty, at)
        for duty in changed.duties
    )
    return attrs.evolve(changed, duties=duties)


def _back(case: Case, status: str | None, ship_on: date | None, at: datetime) -> Case:
    """The case whose order went back to `status` and `ship_on`, where there is one to go to."""
    if status is None or (status, ship_on) == (case.order.status, case.order.ship_on):
        return case
    order = attrs.evolve(case.order, status=status, status_since=at, ship_on=ship_on)
    return attrs.evolve(case, order=order)


def _released(duty: Duty, at: datetime) -> Duty:
    if duty.status is not DutyStatus.OPEN:
        return duty
    return attrs.evolve(duty, status=DutyStatus.RELEASED, settled_at=at)


def _settled(case: Case, event: DutyMet | DutyBreached | DeadlinePassed, to: DutyStatus) -> Case:
    duties = tuple(
        attrs.evolve(duty, status=to, settled_at=event.at)
        if (duty.deadline, duty.request, duty.status)
        == (event.deadline, event.number, DutyStatus.OPEN)
        else duty
        for duty in case.duties
    )
    return attrs.evolve(case, duties=duties)
