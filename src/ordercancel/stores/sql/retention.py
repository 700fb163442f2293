"""What the store forgets: a person, and what is old. By the next orders, in order of their ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.errors import Conflict, InvalidValue
from ordercancel.engine.erasure import blanked, is_to
from ordercancel.engine.messages import Message
from ordercancel.service.records import Erasure, Kept, Purged, Window
from ordercancel.stores.codec import FORM, decode_message, encode
from ordercancel.stores.sql.commit import EVENT, case_row, event_rows
from ordercancel.stores.sql.executors import Executor, Values, parameters
from ordercancel.stores.sql.sent import LANE
from ordercancel.stores.sql.tables import (
    DELIVERED,
    OBSOLETE,
    WAITING,
    cases,
    commands,
    events,
    outbox,
)

_ID = cases.c.order_id.type
_NEXT = (
    select(cases.c.order_id)
    .where(cases.c.order_id > bindparam("after", type_=_ID))
    .order_by(cases.c.order_id)
    .limit(bindparam("limit", type_=Integer))
)


def _within(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a column's order is one of those behind `after`, up to `last`."""
    return (column > bindparam("after", type_=_ID)) & (column <= bindparam("last", type_=_ID))


def _next(executor: Executor, after: str | None, limit: int) -> tuple[str, ...]:
    rows = executor.rows(_NEXT, {"after": after or "", "limit": limit})
    return tuple(order_id for (order_id,) in rows)


# ---------------------------------------------------------------- erasing


def _naming(position: Any) -> Select[Any]:
    """The orders in whose events a text stands, by the function that finds one in another."""
    return (
        select(events.c.order_id)
        .where(
            _within(events.c.order_id),
            position(events.c.body, bindparam("name", type_=String())) > 0,
        )
        .distinct()
        .order_by(events.c.order_id)
    )


_NAMING = {True: _naming(func.strpos), False: _naming(func.instr)}
_UNDELIVERED = select(outbox.c.message_id, outbox.c.version).where(
    outbox.c.order_id == bindparam("order_id"),
    outbox.c.state != DELIVERED,
    ~outbox.c.lane.startswith(literal(LANE)),
)
_LEFT = (
    update(cases)
    .where(cases.c.order_id == bindparam("id"), cases.c.version == bindparam("expected"))
    .values(
        {
            name: value
            for name, value in parameters(cases).items()
            # What follows from the policy's deadlines stays.
            if name not in ("order_id", "next_due", "marked_from", "overdue_at")
        }
    )
)
_EVENT_LEFT = (
    update(events)
    .where(events.c.order_id == bindparam("of"), events.c.version == bindparam("number"))
    .values(parameters(events, "kind", "form", "body"))
)
_MESSAGES = (
    select(
        outbox.c.number,
        outbox.c.message_id,
        outbox.c.form,
        outbox.c.body,
        outbox.c.state,
        outbox.c.free_at,
        outbox.c.error,
    )
    .where(
        outbox.c.order_id == bindparam("order_id"),
        ~outbox.c.lane.startswith(literal(LANE)),  # obligations name nobody
    )
    .order_by(outbox.c.number)
    .with_for_update()
)
_MESSAGE_LEFT = (
    update(outbox)
    .where(outbox.c.number == bindparam("of"))
    .values(parameters(outbox, "party", "form", "body", "free_at", "error"))
)
_MESSAGE_GONE = delete(outbox).where(outbox.c.number == bindparam("of"))
_NO_FINGERPRINT = (
    update(commands).where(commands.c.order_id == bindparam("of")).values(fingerprint="")
)
_RECEIPTS = select(commands.c.command_id, commands.c.expected, commands.c.version).where(
    commands.c.order_id == bindparam("of")
)
_SPENT = delete(commands).where(commands.c.command_id == bindparam("key"))


def naming(executor: Executor, name: str, after: str | None, limit: int) -> Window:
    """Look for an id in the events of the next orders, as it stands in their JSON."""
    ids = _next(executor, after, limit)
    if not ids:
        return Window(looked_at=0, last=None, order_ids=())
    quoted = msgspec.json.encode(name).decode()[1:-1]
    values = {"after": after or "", "last": ids[-1], "name": quoted}
    rows = executor.rows(_NAMING[executor.is_postgresql], values)
    return Window(
        looked_at=len(ids), last=ids[-1], order_ids=tuple(order_id for (order_id,) in rows)
    )


def undelivered(executor: Executor, order_id: str) -> Mapping[str, int]:
    """Return the messages about an order that were not delivered, with their versions."""
    rows = executor.rows(_UNDELIVERED, {"order_id": order_id})
    return {str(name): version for name, version in rows}


def erase(executor: Executor, erasure: Erasure) -> None:
    """Write an order as it is left.

    Raises:
        Conflict: The case is no longer at the expected version.
    """
    case, order_id, expected = erasure.case, erasure.case.order.id, erasure.expected
    row = case_row(case) | {"id": order_id, "expected": expected}
    del row["order_id"]
    if executor.changed(_LEFT, row) != 1:
        raise Conflict(order_id)
    rows = event_rows(order_id, erasure.events, 0)
    left = ("kind", "form", "body")
    executor.change(
        _EVENT_LEFT,
        [
            {"of": order_id, "number": each["version"], **{name: each[name] for name in left}}
            for each in rows[:expected]
        ],
    )
    if len(rows) > expected:
        executor.change(EVENT, rows[expected:])
    _erase_messages(executor, erasure)
    executor.change(_NO_FINGERPRINT, [{"of": order_id}])
    spent = [
        {"key": key}
        for key, begun, ended in executor.rows(_RECEIPTS, {"of": order_id})
        if erasure.is_spent(begun, ended)
    ]
    if spent:
        executor.change(_SPENT, spent)


def _erase_messages(executor: Executor, erasure: Erasure) -> None:
    person = erasure.person
    reworded = {message.id: message for message in erasure.messages}
    left: list[Values] = []
    gone: list[Values] = []
    for number, name, form, body, state, free_at, error in executor.rows(
        _MESSAGES, {"order_id": erasure.case.order.id}
    ):
        message = _readable(body, form)
        # One that nobody can read is of use to nobody.
        if message is None or (state != DELIVERED and is_to(person, message)):
            gone.append({"of": number})
            continue
        new = None if state == DELIVERED else reworded.get(name)
        message = blanked(message, person) if new is None else new
        left.append(
            {
                "of": number,
                "party": message.party,
                "form": FORM,
                "body": encode(message),
                # Whoever has it can't tell of it any more.
                "free_at": free_at and free_at + timedelta(microseconds=1),
                "error": error and error.partition(":")[0],
            }
        )
    if left:
        executor.change(_MESSAGE_LEFT, left)
    if gone:
        executor.change(_MESSAGE_GONE, gone)


def _readable(body: str, form: int) -> Message | None:
    """Return a message; None where it is damaged.

    Raises:
        InvalidValue: It is of a later release, which may deliver it still.
    """
    try:
        return decode_message(body, form)
    except InvalidValue:
        if form > FORM:
            raise
        return None


# ---------------------------------------------------------------- purging

_BEFORE = bindparam("before", type_=events.c.at.type)
_OF = bindparam("of", type_=_ID)
_LAST_EVENT = select(func.max(events.c.at)).where(events.c.order_id == cases.c.order_id)
_CLOSED = select(cases.c.order_id).where(
    cases.c.open_key.is_(None),
    cases.c.next_due.is_(None),
    ~cast(cases.c.marks, String).contains(literal(f'"{REFUND_OPEN}"')),
    _LAST_EVENT.scalar_subquery() < _BEFORE,
    ~exists().where(outbox.c.order_id == cases.c.order_id, outbox.c.state == WAITING),
)
_MAY_GO = _CLOSED.where(_within(cases.c.order_id)).order_by(cases.c.order_id)
_LOCKED = select(cases.c.order_id).where(cases.c.order_id == _OF).with_for_update()
_STILL_CLOSED = _CLOSED.where(cases.c.order_id == _OF)
_DELETED = {
    table: delete(table).where(table.c.order_id == _OF)
    for table in (outbox, commands, events, cases)
}
_OVER_BEFORE = delete(outbox).where(
    _within(outbox.c.order_id),
    or_(
        and_(outbox.c.state == DELIVERED, outbox.c.delivered_at < _BEFORE),
        and_(
            outbox.c.state == OBSOLETE,
            exists().where(
                events.c.order_id == outbox.c.order_id,
                events.c.version == outbox.c.version,
                events.c.at < _BEFORE,
            ),
        ),
    ),
)
_DONE_BEFORE = delete(commands).where(
    _within(commands.c.order_id),
    exists().where(
        events.c.order_id == commands.c.order_id,
        events.c.version == commands.c.version,
        events.c.at < _BEFORE,
    ),
)


def purge(
    executor: Executor, before: datetime, kept: frozenset[Kept], after: str | None, limit: int
) -> Purged:
    """Delete what is old of the next orders."""
    ids = _next(executor, after, limit)
    if not ids:
        return Purged(messages=0, receipts=0, cases=0, looked_at=0, next=None)
    window = {"after": after or "", "last": ids[-1], "before": before}
    count = dict.fromkeys((outbox, commands, events, cases), 0)
    if Kept.CASES in kept:
        for (order_id,) in executor.rows(_MAY_GO, window):
            # Cases first, as whoever commits: they wait behind the lock, and find no case.
            executor.rows(_LOCKED, {"of": order_id})
            if executor.rows(_STILL_CLOSED, {"of": order_id, "before": before}):
                for table, statement in _DELETED.items():
                    count[table] += executor.changed(statement, {"of": order_id})
    if Kept.MESSAGES in kept:
        count[outbox] += executor.changed(_OVER_BEFORE, window)
    if Kept.RECEIPTS in kept:
        count[commands] += executor.changed(_DONE_BEFORE, window)
    return Purged(
        messages=count[outbox],
        receipts=count[commands],
        cases=count[cases],
        looked_at=len(ids),
        next=ids[-1] if len(ids) == limit else None,
    )
