"""Evolving: what each event makes of a case.

Pure and total. Nothing here asks a rule or a lifecycle, so that history stays readable when the
rules change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from itertools import accumulate
from typing import Any

from ordercancel.domain.cases import Case, Firing, Mark
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    OrderUpdated,
    PartyErased,
    RefundFailed,
    RefundOpened,
    RefundRecorded,
    RefundRetried,
    RefundSettled,
    RequestClosed,
    RequestReferred,
    UnitsCancelled,
    UnitsReturned,
    UnitsShipped,
    WithdrawalAsked,
    WithdrawalDeclined,
)
from ordercancel.domain.frozenmap import EMPTY, FrozenMap
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import NOTHING, State
from ordercancel.domain.refunds import Refund, RefundAttempt, RefundStatus
from ordercancel.domain.requests import FINAL, Answer, CancellationRequest, RequestStatus
from ordercancel.domain.trusted import trusted, trusted_evolve

ORDER_FACTS = frozenset(
    {
        "placed_at",
        "paid_at",
        "shipped_at",
        "delivered_at",
        "ship_on",
        "channel",
        "cart_id",
        "item",
    }
)
"""The facts that are fields of an order; all others are in ``Order.facts``."""


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
    return reduce(evolve, history, _registered(None, first))


def states(events: tuple[Event, ...]) -> tuple[Case, ...]:
    """The case after each event of a whole history.

    Raises:
        InvalidValue: As `fold`.
    """
    return tuple(accumulate(events[1:], evolve, initial=fold(events[:1])))


def evolve(case: Case, event: Event) -> Case:
    """The case after `event`. Total: it takes every event that ever happened, as it happened."""
    return _EVOLVERS[type(event)](case, event)


def opened(order: Order, edition: str, digest: str, units: State = NOTHING) -> Case:
    """The case of an order that nobody stored yet, with the requests that it had before.

    Args:
        order: The order.
        edition: The edition of the policy that judges it.
        digest: Tells what decides in that edition apart.
        units: What has happened to its units. Default: nothing.
    """
    past = order.history
    requests = tuple(
        CancellationRequest(
            number=number,
            by=each.by,
            at=each.at,
            reason=each.reason,
            answerer=(each.answerer or "seller") if each.status not in FINAL else each.answerer,
            lines=order.quantities if each.status not in FINAL else EMPTY,
            status=each.status,
            closed_at=each.at if each.status in FINAL else None,
            closed_version=0 if each.status in FINAL else None,
        )
        for number, each in enumerate(past, 1)
    )
    return Case(
        order=order,
        edition=edition,
        digest=digest,
        requests=requests,
        shipped_version=None if order.shipped_at is None else 1,
        units=units,
    )


def _registered(case: Case | None, event: OrderRegistered) -> Case:
    # A log in which an order is registered again is read as it is: evolving is total.
    version = 1 if case is None else case.version + 1
    fresh = opened(event.order, event.edition, event.digest, event.units)
    return trusted_evolve(fresh, version=version, updated_at=event.at)


def _updated(case: Case, event: OrderUpdated) -> Case:
    status = event.status or case.order.status
    changes: dict[str, Any] = {}
    for name in ("buyer", "seller"):
        if getattr(event, name) is not None:
            changes[name] = getattr(event, name)
    if status != case.order.status:
        changes |= {"status": status, "status_since": event.at}
    return _changed(case, event, changes)


def _advanced(case: Case, event: OrderAdvanced) -> Case:
    return _changed(case, event, {"status": event.status, "status_since": event.at})


def _changed(case: Case, event: OrderUpdated | OrderAdvanced, changes: dict[str, Any]) -> Case:
    """The case with a changed order: its facts, where it was shipped, the marks that it meets."""
    order, facts = case.order, event.facts
    changes |= {name: value for name, value in facts.items() if name in ORDER_FACTS}
    own = {name: value for name, value in facts.items() if name not in ORDER_FACTS}
    if own:
        known = {**order.facts, **own}
        # Told as None a fact is unknown again, as one that was never told.
        changes["facts"] = FrozenMap(
            {name: value for name, value in known.items() if value is not None}
        )
    further: dict[str, Any] = {}
    if event.ships:
        if order.shipped_at is None and "shipped_at" not in changes:
            changes["shipped_at"] = event.at
        # Labels go by versions: two servers' clocks may tell a shipment and an answer the other
        # way round, or at one moment.
        further["shipped_version"] = case.version + 1
    if event.unmarks:
        further["marks"] = tuple(mark for mark in case.marks if mark.deadline not in event.unmarks)
    changed: Order = trusted_evolve(order, **changes) if changes else order
    return _after(case, event.at, order=changed, **further)


def _requested(case: Case, event: CancellationRequested) -> Case:
    request = trusted(CancellationRequest)(
        number=event.number,
        by=event.by,
        at=event.at,
        reason=event.reason,
        text=event.text,
        data=event.data,
        lines=event.lines,
        fee=event.fee,
        answerer=event.answerer,
    )
    return _after(case, event.at, requests=(*case.requests, request))


def _referred(case: Case, event: RequestReferred) -> Case:
    return _request(case, event.at, event.number, answerer=event.answerer)


def _withdrawal_asked(case: Case, event: WithdrawalAsked) -> Case:
    status = RequestStatus.WITHDRAWAL_ASKED
    return _request(case, event.at, event.number, status=status, withdrawal_text=event.text)


def _withdrawal_declined(case: Case, event: WithdrawalDeclined) -> Case:
    return _request(case, event.at, event.number, status=RequestStatus.WITHDRAWAL_DECLINED)


def _closed(case: Case, event: RequestClosed) -> Case:
    number, outcome = event.number, event.outcome
    changes: dict[str, Any] = {"status": outcome, "closed_at": event.at}
    if _is_answer(case, event):
        changes["answer"] = trusted(Answer)(
            by=event.by, at=event.at, reason=event.reason, text=event.text
        )
    further: dict[str, Any] = {"_ended": case.ended | {outcome}}
    if event.order_status is not None:  # the first edition put the order back where it was
        order = case.order
        if (order.status, order.ship_on) != (event.order_status, event.ship_on):
            further["order"] = trusted_evolve(
                order, status=event.order_status, status_since=event.at, ship_on=event.ship_on
            )
    changes["closed_version"] = case.version + 1
    return _request(case, event.at, number, further, **changes)


def _is_answer(case: Case, event: RequestClosed) -> bool:
    """Whether somebody, or a deadline, answered; not where it was approved at once."""
    if event.outcome is RequestStatus.REJECTED:
        return True
    request = case.latest
    return (
        event.outcome is RequestStatus.APPROVED
        and request is not None
        and request.answerer is not None
    )


def _units_cancelled(case: Case, event: UnitsCancelled) -> Case:
    units = case.units.cancelling(event.lines, event.fee)
    if event.quote is not None:
        units = units.giving(event.quote.tenders)
    return _after(case, event.at, units=units)


def _units_shipped(case: Case, event: UnitsShipped) -> Case:
    return _after(case, event.at, units=case.units.shipping(event.lines, event.move))


def _units_returned(case: Case, event: UnitsReturned) -> Case:
    return _after(case, event.at, units=case.units.returning(event.lines))


def _refund_recorded(case: Case, event: RefundRecorded) -> Case:
    return _after(case, event.at, units=case.units.giving_elsewhere(event.tenders))


def _cancelled(case: Case, event: OrderCancelled) -> Case:
    order = trusted_evolve(case.order, status=event.status, status_since=event.at)
    return _after(case, event.at, order=order)


def _fired(case: Case, event: DeadlineFired) -> Case:
    firing = trusted(Firing)(
        due_at=event.due_at,
        request=len(case.requests),
        status=case.order.status,
        impossible=event.impossible,
    )
    fired = FrozenMap({**case.fired, event.deadline: firing})
    if event.mark is None:
        return _after(case, event.at, fired=fired)
    mark = trusted(Mark)(
        code=event.mark, deadline=event.deadline, due_at=event.due_at, request=event.request
    )
    # Of one deadline the last mark counts, for each request and for the order.
    others = (
        each
        for each in case.marks
        if (each.deadline, each.request) != (mark.deadline, mark.request)
    )
    return _after(case, event.at, fired=fired, marks=(*others, mark))


def _refund_opened(case: Case, event: RefundOpened) -> Case:
    refund = trusted(Refund)(
        request=event.number,
        tender=event.tender,
        amount=event.amount,
        currency=event.currency,
        attempts=(trusted(RefundAttempt)(key=event.key),),
    )
    return _after(case, event.at, refunds=(*case.refunds, refund))


def _refund_settled(case: Case, event: RefundSettled) -> Case:
    status = RefundStatus.DISPUTED if event.disputed else RefundStatus.SETTLED
    return _attempt(case, event, status=status, reference=event.reference)


def _refund_failed(case: Case, event: RefundFailed) -> Case:
    return _attempt(case, event, status=RefundStatus.FAILED, code=event.code)


def _refund_retried(case: Case, event: RefundRetried) -> Case:
    return _attempt(case, event, then=(trusted(RefundAttempt)(key=event.next_key),))


def _attempt(
    case: Case,
    event: RefundSettled | RefundFailed | RefundRetried,
    then: tuple[RefundAttempt, ...] = (),
    **changes: Any,
) -> Case:
    """The case with one attempt at a refund changed, or with a further one behind."""

    def changed(refund: Refund) -> Refund:
        if all(each.key != event.key for each in refund.attempts):
            return refund
        attempts = (
            trusted_evolve(each, **changes) if changes and each.key == event.key else each
            for each in refund.attempts
        )
        return trusted_evolve(refund, attempts=(*attempts, *then))

    return _after(case, event.at, refunds=tuple(map(changed, case.refunds)))


def _party_erased(case: Case, event: PartyErased) -> Case:
    return _after(case, event.at)  # the events before it say what is left


_EVOLVERS: Mapping[type[Event], Callable[[Any, Any], Case]] = {
    OrderRegistered: _registered,
    OrderUpdated: _updated,
    OrderAdvanced: _advanced,
    CancellationRequested: _requested,
    RequestReferred: _referred,
    WithdrawalAsked: _withdrawal_asked,
    WithdrawalDeclined: _withdrawal_declined,
    RequestClosed: _closed,
    UnitsCancelled: _units_cancelled,
    UnitsShipped: _units_shipped,
    UnitsReturned: _units_returned,
    RefundRecorded: _refund_recorded,
    OrderCancelled: _cancelled,
    DeadlineFired: _fired,
    RefundOpened: _refund_opened,
    RefundSettled: _refund_settled,
    RefundFailed: _refund_failed,
    RefundRetried: _refund_retried,
    PartyErased: _party_erased,
}
"""What each kind of event makes of a case."""


def _after(case: Case, at: datetime, **changes: Any) -> Case:
    """The case one event later."""
    return trusted_evolve(case, version=case.version + 1, updated_at=at, **changes)


def _request(
    case: Case,
    at: datetime,
    number: int,
    further: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Case:
    """The case with one request changed, and `further` changes of the case itself."""
    requests = case.requests
    if number > len(requests):  # no decision leads to this, and yet it has happened
        return _after(case, at)
    before = requests[number - 1]
    changed = trusted_evolve(before, **changes)
    requests = (*requests[: number - 1], changed, *requests[number:])
    further = dict(further or {}, requests=requests)
    if before.status in FINAL:  # it has not ended so, after all
        further["_ended"] = FINAL.intersection(each.status for each in requests)
    return _after(case, at, **further)
