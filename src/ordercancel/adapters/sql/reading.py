"""The queries of the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, select, tuple_

from ordercancel.adapters.codec import decode_case, decode_event, decode_message
from ordercancel.adapters.sql.tables import (
    DEAD,
    WAITING,
    cases,
    commands,
    duties,
    events,
    outbox,
)
from ordercancel.case import Case, DutyStatus
from ordercancel.events import Event
from ordercancel.ports import (
    Backlog,
    DueDuty,
    InboxCursor,
    InboxQuery,
    Page,
    Receipt,
    Tally,
)
from ordercancel.request import OPEN, RequestStatus

__all__ = ["backlog", "due", "history", "inbox", "load", "receipt", "tally"]


def load(connection: Connection, order_id: str) -> Case | None:
    """See `ordercancel.ports.Store.load`."""
    query = select(cases.c.form, cases.c.body).where(cases.c.order_id == order_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else decode_case(row.body, row.form)


def receipt(connection: Connection, command_id: str) -> Receipt | None:
    """See `ordercancel.ports.Store.receipt`."""
    query = select(commands).where(commands.c.command_id == command_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    told = (
        select(outbox.c.form, outbox.c.body)
        .where(outbox.c.order_id == row.order_id, outbox.c.version == row.version)
        .order_by(outbox.c.number)
    )
    return Receipt(
        order_id=row.order_id,
        expected=row.expected,
        version=row.version,
        fingerprint=row.fingerprint,
        messages=tuple(decode_message(each.body, each.form) for each in connection.execute(told)),
    )


def history(connection: Connection, order_id: str) -> tuple[Event, ...]:
    """See `ordercancel.ports.Store.history`."""
    query = (
        select(events.c.kind, events.c.form, events.c.body)
        .where(events.c.order_id == order_id)
        .order_by(events.c.version)
    )
    return tuple(decode_event(row.kind, row.body, row.form) for row in connection.execute(query))


def due(
    connection: Connection, now: datetime, after: DueDuty | None, limit: int
) -> tuple[DueDuty, ...]:
    """See `ordercancel.ports.Store.due`."""
    key = (duties.c.due_at, duties.c.order_id, duties.c.deadline, duties.c.request)
    query = (
        select(*key)
        .where(duties.c.status == DutyStatus.OPEN, duties.c.due_at <= now)
        .order_by(*key)
        .limit(limit)
    )
    if after is not None:
        last = (after.due_at, after.order_id, after.deadline, after.request)
        query = query.where(tuple_(*key) > last)
    return tuple(DueDuty(**row) for row in connection.execute(query).mappings())


def inbox(connection: Connection, query: InboxQuery) -> Page:
    """See `ordercancel.ports.Store.inbox`."""
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
    rows = connection.execute(found).all()
    page = rows[: query.limit]
    cursor = None
    if len(rows) > len(page):
        cursor = InboxCursor(requested_at=page[-1].requested_at, order_id=page[-1].order_id)
    return Page(cases=tuple(decode_case(row.body, row.form) for row in page), next=cursor)


def tally(
    connection: Connection,
    seller: str,
    policy: str,
    overdue_deadlines: frozenset[str],
    now: datetime,
) -> tuple[Tally, ...]:
    """See `ordercancel.ports.Store.tally`."""
    rows = connection.execute(_tally_query(seller, policy, overdue_deadlines, now))
    return tuple(
        Tally(status=RequestStatus(row.status), count=row.total, overdue=row.overdue)
        for row in rows
    )


def backlog(connection: Connection, now: datetime) -> Backlog:
    """See `ordercancel.ports.Store.backlog`."""
    number = outbox.c.number
    counts = connection.execute(
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
    row = connection.execute(oldest).one_or_none()
    late = connection.execute(
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
