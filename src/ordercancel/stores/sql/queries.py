"""The queries of the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import (
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
    tuple_,
)

from ordercancel.domain.cases import Case, DutyStatus
from ordercancel.domain.events import Event
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.service.records import (
    Backlog,
    DueDuty,
    InboxCursor,
    InboxQuery,
    Page,
    Receipt,
    Tally,
)
from ordercancel.stores.codec import decode_case, decode_event, decode_message
from ordercancel.stores.sql.executors import Executor
from ordercancel.stores.sql.tables import (
    DEAD,
    WAITING,
    cases,
    commands,
    duties,
    events,
    outbox,
)

__all__ = ["backlog", "due", "history", "inbox", "load", "receipt", "tally"]

_CASE = select(cases.c.form, cases.c.body).where(cases.c.order_id == bindparam("order_id"))
_COMMAND = select(
    commands.c.order_id, commands.c.expected, commands.c.version, commands.c.fingerprint
).where(commands.c.command_id == bindparam("command_id"))
_TOLD = (
    select(outbox.c.form, outbox.c.body)
    .where(
        outbox.c.order_id == bindparam("order_id"),
        outbox.c.version == bindparam("version"),
    )
    .order_by(outbox.c.number)
)
_HISTORY = (
    select(events.c.kind, events.c.form, events.c.body)
    .where(events.c.order_id == bindparam("order_id"))
    .order_by(events.c.version)
)
_DUE_KEY = (duties.c.due_at, duties.c.order_id, duties.c.deadline, duties.c.request)
_DUE = (
    select(*_DUE_KEY)
    .where(duties.c.status == DutyStatus.OPEN.value, duties.c.due_at <= bindparam("now"))
    .order_by(*_DUE_KEY)
    .limit(bindparam("limit", type_=Integer))
)
_DUE_AFTER = _DUE.where(
    tuple_(*_DUE_KEY) > tuple_(*(bindparam(f"last_{c.name}", type_=c.type) for c in _DUE_KEY))
)


def load(executor: Executor, order_id: str) -> Case | None:
    """See `ordercancel.service.ports.Store.load`."""
    rows = executor.rows(_CASE, {"order_id": order_id})
    if not rows:
        return None
    ((form, body),) = rows
    return decode_case(body, form)


def receipt(executor: Executor, command_id: str) -> Receipt | None:
    """See `ordercancel.service.ports.Store.receipt`."""
    rows = executor.rows(_COMMAND, {"command_id": command_id})
    if not rows:
        return None
    ((order_id, expected, version, fingerprint),) = rows
    told = executor.rows(_TOLD, {"order_id": order_id, "version": version})
    return Receipt(
        order_id=order_id,
        expected=expected,
        version=version,
        fingerprint=fingerprint,
        messages=tuple(decode_message(body, form) for form, body in told),
    )


def history(executor: Executor, order_id: str) -> tuple[Event, ...]:
    """See `ordercancel.service.ports.Store.history`."""
    rows = executor.rows(_HISTORY, {"order_id": order_id})
    return tuple(decode_event(kind, body, form) for kind, form, body in rows)


def due(
    executor: Executor, now: datetime, after: DueDuty | None, limit: int
) -> tuple[DueDuty, ...]:
    """See `ordercancel.service.ports.Store.due`."""
    asked = {"now": now, "limit": limit}
    if after is None:
        rows = executor.rows(_DUE, asked)
    else:
        last = {f"last_{name}": value for name, value in attrs.asdict(after).items()}
        rows = executor.rows(_DUE_AFTER, asked | last)
    return tuple(
        DueDuty(due_at=due_at, order_id=order_id, deadline=deadline, request=request)
        for due_at, order_id, deadline, request in rows
    )


def inbox(executor: Executor, query: InboxQuery) -> Page:
    """See `ordercancel.service.ports.Store.inbox`."""
    key = (cases.c.requested_at, cases.c.order_id)
    found = (
        select(*key, cases.c.form, cases.c.body)
        .where(
            cases.c.seller == query.seller,
            cases.c.policy == query.policy,
            cases.c.request_status.in_(sorted(query.statuses)),
        )
        .order_by(*key)
        .limit(query.limit + 1)
    )
    if query.after is not None:
        found = found.where(tuple_(*key) > (query.after.requested_at, query.after.order_id))
    rows = executor.execute(found).all()
    page = rows[: query.limit]
    cursor = None
    if len(rows) > len(page):
        cursor = InboxCursor(requested_at=page[-1].requested_at, order_id=page[-1].order_id)
    return Page(cases=tuple(decode_case(row.body, row.form) for row in page), next=cursor)


def tally(
    executor: Executor,
    seller: str,
    policy: str,
    overdue_deadlines: frozenset[str],
    now: datetime,
) -> tuple[Tally, ...]:
    """See `ordercancel.service.ports.Store.tally`."""
    rows = executor.execute(_tally_query(seller, policy, overdue_deadlines, now))
    return tuple(
        Tally(status=RequestStatus(row.status), count=row.total, overdue=row.overdue)
        for row in rows
    )


def backlog(executor: Executor, now: datetime) -> Backlog:
    """See `ordercancel.service.ports.Store.backlog`."""
    number = outbox.c.number
    counts = executor.execute(
        select(
            func.count(number).filter(outbox.c.state == WAITING).label("waiting"),
            func.count(number).filter(outbox.c.state == DEAD).label("dead"),
        ).where(outbox.c.state.in_([WAITING, DEAD]))
    ).one()
    oldest = (
        select(outbox.c.form, outbox.c.body)
        .where(outbox.c.state == WAITING)
        .order_by(number)
        .limit(1)
    )
    row = executor.execute(oldest).one_or_none()
    late = executor.execute(
        select(
            func.count(duties.c.order_id).label("total"), func.min(duties.c.due_at).label("at")
        ).where(duties.c.status == DutyStatus.OPEN, duties.c.due_at <= now)
    ).one()
    return Backlog(
        messages=counts.waiting,
        oldest=None if row is None else decode_message(row.body, row.form).at,
        dead=counts.dead,
        duties=late.total,
        earliest=late.at,
    )


def _tally_query(
    seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
) -> Select[Any]:
    """Counts a seller's cases by the status of their latest request, and the overdue of them."""
    late = and_(
        cases.c.request_status.in_(sorted(OPEN)),
        exists(
            select(duties.c.order_id)
            .where(
                duties.c.order_id == cases.c.order_id,
                duties.c.deadline.in_(sorted(overdue_deadlines)),
                duties.c.request == cases.c.request_number,
                duties.c.status.in_([DutyStatus.OPEN, DutyStatus.MISSED]),
                duties.c.due_at <= now,
            )
            .correlate(cases)
        ),
    )
    return (
        select(
            cases.c.request_status.label("status"),
            func.count().label("total"),
            func.count().filter(late).label("overdue"),
        )
        .where(
            cases.c.seller == seller,
            cases.c.policy == policy,
            cases.c.request_status.is_not(None),
        )
        .group_by(cases.c.request_status)
        .order_by(cases.c.request_status)
    )
