"""What the store asks: cases, their history, receipts, what is due and what waits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

import attrs
from sqlalchemy import (
    JSON,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event
from ordercancel.engine.messages import Message
from ordercancel.service.records import (
    Backlog,
    DueOrder,
    Kind,
    Receipt,
    Scanned,
)
from ordercancel.stores.codec import FORM, decode_case, decode_events
from ordercancel.stores.sql.executors import Executor
from ordercancel.stores.sql.sent import read_sent
from ordercancel.stores.sql.tables import (
    DEAD,
    OBSOLETE,
    WAITING,
    cases,
    commands,
    events,
    outbox,
)

_CASE = select(cases.c.form, cases.c.body).where(cases.c.order_id == bindparam("order_id"))
_COMMAND = select(
    commands.c.order_id, commands.c.expected, commands.c.version, commands.c.fingerprint
).where(commands.c.command_id == bindparam("command_id"))
_MESSAGES = (
    select(outbox.c.lane, outbox.c.form, outbox.c.body)
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
_DUE_KEY = (cases.c.next_due, cases.c.order_id)
_KIND = (cases.c.policy, cases.c.edition, cases.c.digest, cases.c.form)
SCAN = (
    select(cases.c.order_id, cases.c.form, cases.c.body)
    .where(
        cases.c.order_id > bindparam("after", type_=cases.c.order_id.type),
    )
    .order_by(cases.c.order_id)
    .limit(bindparam("limit", type_=Integer))
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
    where = f"stored case {order_id!r:.80}"
    try:
        case = decode_case(body, form)
    except InvalidValue as error:
        # Among the orders of a page it has to be said which one it is.
        raise InvalidValue([attrs.evolve(each, where=where) for each in error.faults]) from None
    if case.order.id != order_id:
        raise InvalidValue([Fault(where, "is of another order", "the case of this one")])
    return case


def listed(ids: str, *, is_postgresql: bool) -> Select[Any]:
    """Return the ids of a list that is handed over as JSON, however long it is."""
    array = bindparam(ids, type_=String())
    if is_postgresql:
        each = func.json_array_elements_text(cast(array, JSON)).column_valued("listed")
        return select(each)
    return select(func.json_each(array).table_valued("value").c.value)


@cache
def _many_cases(*, is_postgresql: bool) -> Select[Any]:
    ids = listed("order_ids", is_postgresql=is_postgresql)
    return select(cases.c.order_id, cases.c.form, cases.c.body).where(cases.c.order_id.in_(ids))


@cache
def _many_commands(*, is_postgresql: bool) -> Select[Any]:
    """Commands, each with the messages of its commit, or with none."""
    ids = listed("command_ids", is_postgresql=is_postgresql)
    sent = (outbox.c.order_id == commands.c.order_id) & (outbox.c.version == commands.c.version)
    return (
        select(*commands.c, outbox.c.lane, outbox.c.form, outbox.c.body)
        .select_from(commands.outerjoin(outbox, sent))
        .where(commands.c.command_id.in_(ids))
        .order_by(commands.c.command_id, outbox.c.number)
    )


def load_many(executor: Executor, order_ids: Sequence[str]) -> Scanned:
    """Return the cases of those of these orders that are known."""
    statement = _many_cases(is_postgresql=executor.is_postgresql)
    rows = executor.rows(statement, {"order_ids": json.dumps([*order_ids])})
    read, unread = readable(rows)
    return Scanned(cases=read, unread=unread, next=None)


def receipts(executor: Executor, command_ids: Sequence[str]) -> Mapping[str, Receipt]:
    """Return what became of those of these commands that are known, and can be read."""
    statement = _many_commands(is_postgresql=executor.is_postgresql)
    rows = executor.rows(statement, {"command_ids": json.dumps([*command_ids])})
    known: dict[str, Receipt] = {}
    for (command_id, order_id, expected, version, fingerprint), sent in groupby(
        rows, key=lambda row: tuple(row[:5])
    ):
        # Whoever asks for a single one is told what is wrong with it.
        with suppress(InvalidValue):
            known[command_id] = Receipt(
                order_id=order_id,
                expected=expected,
                version=version,
                fingerprint=fingerprint,
                **_split(row[-3:] for row in sent if row[-1] is not None),
            )
    return known


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
        **_split(messages),
    )


def _split(rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Return the messages of a commit, and the obligations."""
    sent = [read_sent(*row) for row in rows]
    return {
        "messages": tuple(each for each in sent if isinstance(each, Message)),
        "obligations": tuple(each for each in sent if not isinstance(each, Message)),
    }


def history(executor: Executor, order_id: str) -> tuple[Event, ...]:
    """Return all events of an order, oldest first."""
    rows = executor.rows(_HISTORY, {"order_id": order_id})
    return decode_events([(kind, form, body) for kind, form, body in rows])


@cache
def due_query(kinds: int, *, continues: bool) -> Select[Any]:
    """Select due orders, the earliest first, but those of so many kinds."""
    query = (
        select(*_DUE_KEY, *_KIND)
        .where(cases.c.next_due <= bindparam("now", type_=cases.c.next_due.type))
        .order_by(*_DUE_KEY)
        .limit(bindparam("limit", type_=Integer))
    )
    for number in range(kinds):
        query = query.where(
            or_(*(c != bindparam(f"{c.name}_{number}", type_=c.type) for c in _KIND))
        )
    if not continues:
        return query
    after = (bindparam(f"last_{c.name}", type_=c.type) for c in _DUE_KEY)
    return query.where(tuple_(*_DUE_KEY) > tuple_(*after))


def due(
    executor: Executor,
    now: datetime,
    after: DueOrder | None,
    limit: int,
    passing_over: frozenset[Kind],
) -> tuple[DueOrder, ...]:
    """Return at most `limit` orders whose next deadline is due at `now`, the earliest first."""
    values: dict[str, Any] = {"now": now, "limit": limit}
    for number, (policy, edition, digest, form) in enumerate(passing_over):
        kind = {"policy": policy, "edition": edition, "digest": digest, "form": form or FORM}
        values |= {f"{name}_{number}": value for name, value in kind.items()}
    if after is not None:
        values |= {"last_next_due": after.due_at, "last_order_id": after.order_id}
    query = due_query(len(passing_over), continues=after is not None)
    return tuple(
        DueOrder(
            due_at=due_at,
            order_id=order_id,
            policy=policy,
            edition=edition,
            digest=digest,
            form=None if form == FORM else form,
        )
        for due_at, order_id, policy, edition, digest, form in executor.rows(query, values)
    )


def scan(executor: Executor, after: str | None, limit: int) -> Scanned:
    """Return at most `limit` cases by their ids, behind the id `after`."""
    rows = executor.rows(SCAN, {"after": after or "", "limit": limit})
    read, unread = readable(rows)
    return Scanned(cases=read, unread=unread, next=rows[-1][0] if len(rows) == limit else None)


def readable(rows: Iterable[Sequence[Any]]) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Read cases, and return the ids of orders whose cases can't be: they must not stop others.

    A later release has written them, in a form that this one does not know, or they are broken.
    """
    read: list[Case] = []
    unread: list[str] = []
    for order_id, form, body in rows:
        try:
            read.append(_case(order_id, form, body))
        except InvalidValue:
            unread.append(order_id)
    return tuple(read), tuple(unread)


_WAITING = select(
    func.count(outbox.c.number).filter(outbox.c.state == WAITING),
    func.count(outbox.c.number).filter(outbox.c.state == DEAD),
    func.count(outbox.c.number).filter(outbox.c.state == OBSOLETE),
    func.count(outbox.c.number).filter(outbox.c.state == WAITING, outbox.c.form > literal(FORM)),
).where(outbox.c.state.in_([literal(WAITING), literal(DEAD), literal(OBSOLETE)]))
_OLDEST = select(outbox.c.lane, outbox.c.form, outbox.c.body).where(
    outbox.c.number
    == select(func.min(outbox.c.number))
    .where(outbox.c.state == WAITING, outbox.c.form <= literal(FORM))
    .scalar_subquery()
)
_LATE = select(func.count(cases.c.order_id), func.min(cases.c.next_due)).where(
    cases.c.next_due <= bindparam("now", type_=cases.c.next_due.type)
)


def backlog(executor: Executor, now: datetime) -> Backlog:
    """Return what waits to be delivered and to be done at the moment `now`."""
    ((waiting, dead, obsolete, newer),) = executor.rows(_WAITING, {})
    oldest = None
    for row in executor.rows(_OLDEST, {}):
        with suppress(InvalidValue):  # whoever claims it puts it among the dead
            oldest = read_sent(*row).at
    ((late, earliest),) = executor.rows(_LATE, {"now": now})
    return Backlog(
        messages=waiting,
        oldest=oldest,
        dead=dead,
        due=late,
        earliest=earliest,
        obsolete=obsolete,
        newer=newer,
    )
