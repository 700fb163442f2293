"""The rows and numbers of queues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import attrs
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    exists,
    func,
    null,
    select,
    true,
    tuple_,
)

from ordercancel.service.records import InboxCursor, InboxQuery, Page, Queue, Tally
from ordercancel.stores.sql.executors import Executor
from ordercancel.stores.sql.queries import readable
from ordercancel.stores.sql.tables import cases, moment_text

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
def _inbox_query(
    shape: _Shape, statuses: int, *, continues: bool, marked: bool, is_postgresql: bool
) -> Select[Any]:
    key = (cases.c.requested_at, cases.c.order_id)
    query = (
        select(*key, cases.c.form, cases.c.body)
        .where(*shape.conditions(), cases.c.request_status.in_(_one_of("status", statuses)))
        .order_by(*key)
        .limit(bindparam("limit", type_=Integer))
    )
    if marked:
        mark = _marks(is_postgresql=is_postgresql)
        has = select(mark.c.key).where(mark.c.key == bindparam("mark", type_=String()))
        query = query.where(exists(has.where(_counts(mark)).correlate(cases)))
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
    if query.marked is not None:
        values |= {"mark": query.marked[0], "now_text": moment_text(query.marked[1])}
    statement = _inbox_query(
        _Shape.of(query.queue),
        len(query.statuses),
        continues=query.after is not None,
        marked=query.marked is not None,
        is_postgresql=executor.is_postgresql,
    )
    rows = executor.rows(statement, values)
    page = rows[: query.limit]
    cursor = None
    if len(rows) > len(page):
        requested_at, order_id, _, _ = page[-1]
        cursor = InboxCursor(requested_at=requested_at, order_id=order_id)
    read, unread = readable(row[1:] for row in page)
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


def _marks(*, is_postgresql: bool) -> Any:
    """The marks of a case as rows: the code of each, and since when it counts, as text."""
    each = func.json_each_text if is_postgresql else func.json_each
    return each(cases.c.marked_from).table_valued("key", "value", name="mark")


def _counts(mark: Any) -> ColumnElement[bool]:
    since: ColumnElement[bool] = mark.c.value <= bindparam("now_text", type_=String())
    return since


@cache
def _marks_query(shape: _Shape, *, is_postgresql: bool) -> Select[Any]:
    """Count them by the codes of the marks that they have by now."""
    mark = _marks(is_postgresql=is_postgresql)
    late = cases.c.overdue_at <= bindparam("now", type_=cases.c.overdue_at.type)
    return (
        select(cases.c.policy, mark.c.key, func.count(), func.count().filter(late))
        .select_from(cases.join(mark, true()))
        .where(*shape.conditions(), _counts(mark))
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
