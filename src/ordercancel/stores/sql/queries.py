"""What the store asks: cases, their history, what is due, the rows and numbers of queues."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

import attrs
from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
)

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event
from ordercancel.service.records import (
    Backlog,
    DueOrder,
    InboxCursor,
    InboxQuery,
    Kind,
    Page,
    Queue,
    Receipt,
    Scanned,
    Tally,
)
from ordercancel.stores.codec import FORM, decode_case, decode_events, decode_message
from ordercancel.stores.sql.executors import Executor
from ordercancel.stores.sql.tables import (
    DEAD,
    OBSOLETE,
    WAITING,
    cases,
    commands,
    events,
    moment_text,
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
        select(*commands.c, outbox.c.form, outbox.c.body)
        .select_from(commands.outerjoin(outbox, sent))
        .where(commands.c.command_id.in_(ids))
        .order_by(commands.c.command_id, outbox.c.number)
    )


def load_many(executor: Executor, order_ids: Sequence[str]) -> Scanned:
    """Return the cases of those of these orders that are known."""
    statement = _many_cases(is_postgresql=executor.is_postgresql)
    rows = executor.rows(statement, {"order_ids": json.dumps([*order_ids])})
    read, unread = _readable(rows)
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
            messages = [decode_message(body, form) for *_, form, body in sent if body is not None]
            known[command_id] = Receipt(
                order_id=order_id,
                expected=expected,
                version=version,
                fingerprint=fingerprint,
                messages=tuple(messages),
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
        messages=tuple(decode_message(body, form) for form, body in messages),
    )


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
    read, unread = _readable(rows)
    return Scanned(cases=read, unread=unread, next=rows[-1][0] if len(rows) == limit else None)


def _readable(rows: Iterable[Sequence[Any]]) -> tuple[tuple[Case, ...], tuple[str, ...]]:
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


# Statements are compiled once, with lists of a fixed length: there is one for each length.


def _one_of(name: str, count: int) -> list[ColumnElement[Any]]:
    """Return the right side of an IN with so many values, which is never true without any."""
    if not count:
        return [null()]
    return [bindparam(f"{name}_{number}", type_=cases.c.policy.type) for number in range(count)]


def _numbered(name: str, values: frozenset[str]) -> dict[str, str]:
    return {f"{name}_{number}": str(value) for number, value in enumerate(sorted(values))}


@attrs.frozen
class _Shape:
    """What a query about a queue looks like, whatever its values are."""

    buyer: bool
    seller: bool
    answerers: int | None
    policies: int | None

    @classmethod
    def of(cls, queue: Queue) -> _Shape:
        return cls(
            buyer=queue.buyer is not None,
            seller=queue.seller is not None,
            answerers=None if queue.answerers is None else len(queue.answerers),
            policies=None if queue.policies is None else len(queue.policies),
        )

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what the cases of the queue have."""
        yield cases.c.request_status.is_not(None)
        if self.buyer:
            yield cases.c.buyer == bindparam("buyer")
        if self.seller:
            yield cases.c.seller == bindparam("seller")
        if self.answerers is not None:
            yield cases.c.answerer.in_(_one_of("answerer", self.answerers))
        if self.policies is not None:
            yield cases.c.policy.in_(_one_of("policy", self.policies))


def _queue_values(queue: Queue) -> dict[str, Any]:
    return {
        **({} if queue.buyer is None else {"buyer": queue.buyer}),
        **({} if queue.seller is None else {"seller": queue.seller}),
        **_numbered("answerer", queue.answerers or frozenset()),
        **_numbered("policy", queue.policies or frozenset()),
    }


@cache
def _inbox_query(shape: _Shape, statuses: int, *, continues: bool) -> Select[Any]:
    key = (cases.c.requested_at, cases.c.order_id)
    query = (
        select(*key, cases.c.form, cases.c.body)
        .where(*shape.conditions(), cases.c.request_status.in_(_one_of("status", statuses)))
        .order_by(*key)
        .limit(bindparam("limit", type_=Integer))
    )
    if not continues:
        return query
    after = (bindparam(f"last_{column.name}", type_=column.type) for column in key)
    return query.where(tuple_(*key) > tuple_(*after))


def inbox(executor: Executor, query: InboxQuery) -> Page:
    """Return a page of the cases of a queue, the oldest request first."""
    values = {
        "limit": query.limit + 1,
        **_queue_values(query.queue),
        **_numbered("status", query.statuses),
    }
    if query.after is not None:
        values["last_requested_at"] = query.after.requested_at
        values["last_order_id"] = query.after.order_id
    shape, continues = _Shape.of(query.queue), query.after is not None
    rows = executor.rows(_inbox_query(shape, len(query.statuses), continues=continues), values)
    page = rows[: query.limit]
    cursor = None
    if len(rows) > len(page):
        requested_at, order_id, _, _ = page[-1]
        cursor = InboxCursor(requested_at=requested_at, order_id=order_id)
    read, unread = _readable(row[1:] for row in page)
    return Page(cases=read, next=cursor, unread=unread)


@cache
def _tally_query(shape: _Shape) -> Select[Any]:
    """Count the cases of a queue by the status of their latest request, and the overdue."""
    state = (cases.c.policy, cases.c.request_status)
    late = cases.c.overdue_at <= bindparam("now", type_=cases.c.overdue_at.type)
    return (
        select(*state, func.count(), func.count().filter(late))
        .where(*shape.conditions())
        .group_by(*state)
    )


@cache
def _marks_query(shape: _Shape, *, is_postgresql: bool) -> Select[Any]:
    """Count them by the codes of the marks that they have by now."""
    each = func.json_each_text if is_postgresql else func.json_each
    mark = each(cases.c.marked_from).table_valued("key", "value", name="mark")
    late = cases.c.overdue_at <= bindparam("now", type_=cases.c.overdue_at.type)
    return (
        select(cases.c.policy, mark.c.key, func.count(), func.count().filter(late))
        .select_from(cases.join(mark, true()))
        .where(*shape.conditions(), mark.c.value <= bindparam("now_text", type_=String()))
        .group_by(cases.c.policy, mark.c.key)
    )


def tally(executor: Executor, queue: Queue, now: datetime) -> tuple[Tally, ...]:
    """Return how many cases of a queue have which status or mark."""
    shape, values = _Shape.of(queue), {"now": now, **_queue_values(queue)}
    marks = _marks_query(shape, is_postgresql=executor.is_postgresql)
    rows = [
        *executor.rows(_tally_query(shape), values),
        *executor.rows(marks, values | {"now_text": moment_text(now)}),
    ]
    return tuple(
        sorted(
            Tally(policy=policy, on=on, count=count, overdue=overdue)
            for policy, on, count, overdue in rows
        )
    )


_WAITING = select(
    func.count(outbox.c.number).filter(outbox.c.state == WAITING),
    func.count(outbox.c.number).filter(outbox.c.state == DEAD),
    func.count(outbox.c.number).filter(outbox.c.state == OBSOLETE),
    func.count(outbox.c.number).filter(outbox.c.state == WAITING, outbox.c.form > literal(FORM)),
).where(outbox.c.state.in_([literal(WAITING), literal(DEAD), literal(OBSOLETE)]))
_OLDEST = select(outbox.c.form, outbox.c.body).where(
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
    for form, body in executor.rows(_OLDEST, {}):
        with suppress(InvalidValue):  # whoever claims it puts it among the dead
            oldest = decode_message(body, form).at
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
