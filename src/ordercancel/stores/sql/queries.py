"""What the store asks: cases, their history, what is due, a seller's inbox and numbers."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import attrs
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    null,
    select,
    tuple_,
)

from ordercancel.domain.cases import Case, DutyStatus
from ordercancel.domain.errors import Fault, InvalidValue
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

_CASE = select(cases.c.form, cases.c.body).where(cases.c.order_id == bindparam("order_id"))
_COMMAND = select(
    commands.c.order_id, commands.c.expected, commands.c.version, commands.c.fingerprint
).where(commands.c.command_id == bindparam("command_id"))
_MESSAGES = (
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
    """Return the case of an order; None where the order is unknown.

    Raises:
        InvalidValue: What is stored can't be read, or is the case of another order.
    """
    rows = executor.rows(_CASE, {"order_id": order_id})
    if not rows:
        return None
    ((form, body),) = rows
    return _case(order_id, form, body)


def _case(order_id: str, form: int, body: str) -> Case:
    case = decode_case(body, form)
    if case.order.id != order_id:
        fault = Fault("stored case", "is of another order", f"the case of {order_id!r:.80}")
        raise InvalidValue([fault])
    return case


def receipt(executor: Executor, command_id: str) -> Receipt | None:
    """Return what became of a command; None where its id is unknown."""
    rows = executor.rows(_COMMAND, {"command_id": command_id})
    if not rows:
        return None
    ((order_id, expected, version, fingerprint),) = rows
    messages = executor.rows(_MESSAGES, {"order_id": order_id, "version": version})
    return Receipt(
        order_id=order_id,
        expected=expected,
        version=version,
        fingerprint=fingerprint,
        messages=tuple(decode_message(body, form) for form, body in messages),
    )


def history(executor: Executor, order_id: str) -> tuple[Event, ...]:
    """Return all events of an order, oldest first."""
    rows = executor.rows(_HISTORY, {"order_id": order_id})
    return tuple(decode_event(kind, body, form) for kind, form, body in rows)


def due(
    executor: Executor, now: datetime, after: DueDuty | None, limit: int
) -> tuple[DueDuty, ...]:
    """Return at most `limit` open duties that are due at `now`, the earliest first."""
    values = {"now": now, "limit": limit}
    if after is None:
        rows = executor.rows(_DUE, values)
    else:
        last = {f"last_{name}": value for name, value in attrs.asdict(after).items()}
        rows = executor.rows(_DUE_AFTER, values | last)
    return tuple(
        DueDuty(due_at=due_at, order_id=order_id, deadline=deadline, request=request)
        for due_at, order_id, deadline, request in rows
    )


# Statements are compiled once, with lists of a fixed length: there is one for each length.


def _one_of(name: str, count: int) -> list[ColumnElement[Any]]:
    """Return the right side of an IN with so many values, which is never true without any."""
    if not count:
        return [null()]
    return [bindparam(f"{name}_{number}", type_=cases.c.policy.type) for number in range(count)]


def _numbered(name: str, values: frozenset[str]) -> dict[str, str]:
    return {f"{name}_{number}": str(value) for number, value in enumerate(sorted(values))}


@cache
def _inbox_query(statuses: int, *, continues: bool) -> Select[Any]:
    key = (cases.c.requested_at, cases.c.order_id)
    query = (
        select(*key, cases.c.form, cases.c.body)
        .where(
            cases.c.seller == bindparam("seller"),
            cases.c.policy == bindparam("policy"),
            cases.c.request_status.in_(_one_of("status", statuses)),
        )
        .order_by(*key)
        .limit(bindparam("limit", type_=Integer))
    )
    if not continues:
        return query
    after = (bindparam(f"last_{column.name}", type_=column.type) for column in key)
    return query.where(tuple_(*key) > tuple_(*after))


def inbox(executor: Executor, query: InboxQuery) -> Page:
    """Return a page of a seller's cases, the oldest request first."""
    values = {
        "seller": query.seller,
        "policy": query.policy,
        "limit": query.limit + 1,
        **_numbered("status", query.statuses),
    }
    if query.after is not None:
        values["last_requested_at"] = query.after.requested_at
        values["last_order_id"] = query.after.order_id
    statement = _inbox_query(len(query.statuses), continues=query.after is not None)
    rows = executor.rows(statement, values)
    page = rows[: query.limit]
    cursor = None
    if len(rows) > len(page):
        requested_at, order_id, _, _ = page[-1]
        cursor = InboxCursor(requested_at=requested_at, order_id=order_id)
    return Page(
        cases=tuple(_case(order_id, form, body) for _, order_id, form, body in page), next=cursor
    )


LATE = (DutyStatus.OPEN, DutyStatus.MISSED)
"""A duty that is due is late whether or not it has been marked as missed."""


@cache
def _tally_query(overdue_deadlines: int) -> Select[Any]:
    """Count a seller's cases by the status of their latest request, and the overdue of them."""
    late = and_(
        cases.c.request_status.in_([literal(each.value) for each in sorted(OPEN)]),
        exists(
            select(duties.c.order_id)
            .where(
                duties.c.order_id == cases.c.order_id,
                duties.c.deadline.in_(_one_of("deadline", overdue_deadlines)),
                duties.c.request == cases.c.request_number,
                duties.c.status.in_([literal(each.value) for each in LATE]),
                duties.c.due_at <= bindparam("now", type_=duties.c.due_at.type),
            )
            .correlate(cases)
        ),
    )
    return (
        select(cases.c.request_status, func.count(), func.count().filter(late))
        .where(
            cases.c.seller == bindparam("seller"),
            cases.c.policy == bindparam("policy"),
            cases.c.request_status.is_not(None),
        )
        .group_by(cases.c.request_status)
        .order_by(cases.c.request_status)
    )


def tally(
    executor: Executor,
    seller: str,
    policy: str,
    overdue_deadlines: frozenset[str],
    now: datetime,
) -> tuple[Tally, ...]:
    """Return how many of a seller's cases have their latest request in which status."""
    values = {"seller": seller, "policy": policy, "now": now}
    rows = executor.rows(
        _tally_query(len(overdue_deadlines)), values | _numbered("deadline", overdue_deadlines)
    )
    return tuple(
        Tally(status=RequestStatus(status), count=total, overdue=overdue)
        for status, total, overdue in rows
    )


_WAITING = select(
    func.count(outbox.c.number).filter(outbox.c.state == WAITING),
    func.count(outbox.c.number).filter(outbox.c.state == DEAD),
).where(outbox.c.state.in_([literal(WAITING), literal(DEAD)]))
_OLDEST = (
    select(outbox.c.form, outbox.c.body)
    .where(outbox.c.state == WAITING)
    .order_by(outbox.c.number)
    .limit(1)
)
_LATE = select(func.count(duties.c.order_id), func.min(duties.c.due_at)).where(
    duties.c.status == DutyStatus.OPEN.value,
    duties.c.due_at <= bindparam("now", type_=duties.c.due_at.type),
)


def backlog(executor: Executor, now: datetime) -> Backlog:
    """Return what waits to be delivered and to be done at the moment `now`."""
    ((waiting, dead),) = executor.rows(_WAITING, {})
    oldest = [decode_message(body, form).at for form, body in executor.rows(_OLDEST, {})]
    ((late, earliest),) = executor.rows(_LATE, {"now": now})
    return Backlog(
        messages=waiting,
        oldest=oldest[0] if oldest else None,
        dead=dead,
        duties=late,
        earliest=earliest,
    )
