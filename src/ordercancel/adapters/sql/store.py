"""The SQL store, by SQLAlchemy Core."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    and_,
    create_engine,
    delete,
    event,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from ordercancel.adapters.codec import (
    FORM,
    decode_case,
    decode_event,
    decode_message,
    encode,
)
from ordercancel.adapters.sql.tables import (
    METADATA,
    cases,
    commands,
    duties,
    events,
    outbox,
)
from ordercancel.announce import Message
from ordercancel.case import Case, Duty, DutyStatus
from ordercancel.errors import Conflict, Fault, InvalidValue, StoreUnavailable
from ordercancel.events import Event
from ordercancel.ports import (
    Commit,
    DueDuty,
    InboxCursor,
    InboxQuery,
    Page,
    Receipt,
    Tally,
)
from ordercancel.request import OPEN, RequestStatus

__all__ = ["SqlStore"]


class SqlStore:
    """A store in an SQLite database, which survives the process.

    Args:
        url: Where the database is, such as ``sqlite:///shop.db``. With ``sqlite://`` alone it is
            in memory, for one thread, and gone when the store is.

    The tables are made where they are missing.

    Raises:
        InvalidValue: The URL is not one of SQLite's.
        StoreUnavailable: The database can't be opened.
    """

    def __init__(self, url: str) -> None:
        self._engine = _sqlite_engine(url)
        with self._translated():
            METADATA.create_all(self._engine)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    # ------------------------------------------------------------------ cases

    def load(self, order_id: str) -> Case | None:
        """See `ordercancel.ports.Store.load`."""
        with self._reading() as connection:
            body = connection.scalar(select(cases.c.body).where(cases.c.order_id == order_id))
        return None if body is None else decode_case(body)

    def commit(self, commit: Commit) -> None:
        """See `ordercancel.ports.Store.commit`."""
        order_id = commit.case.order.id
        try:
            with self._writing() as connection:
                _write_case(connection, commit)
                _write_events(connection, commit)
                _write_messages(connection, commit)
                if commit.command_id is not None:
                    connection.execute(insert(commands), _command_row(commit))
        except IntegrityError as error:
            # Somebody else put in the order, the event, the open request or the command id.
            raise Conflict(order_id) from error

    def receipt(self, command_id: str) -> Receipt | None:
        """See `ordercancel.ports.Store.receipt`."""
        with self._reading() as connection:
            query = select(commands).where(commands.c.command_id == command_id)
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            bodies = connection.scalars(
                select(outbox.c.body)
                .where(outbox.c.order_id == row.order_id, outbox.c.version == row.version)
                .order_by(outbox.c.number)
            ).all()
        return Receipt(
            order_id=row.order_id,
            expected=row.expected,
            version=row.version,
            fingerprint=row.fingerprint,
            messages=tuple(decode_message(body) for body in bodies),
        )

    def history(self, order_id: str) -> tuple[Event, ...]:
        """See `ordercancel.ports.Store.history`."""
        query = (
            select(events.c.kind, events.c.body)
            .where(events.c.order_id == order_id)
            .order_by(events.c.version)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return tuple(decode_event(row.kind, row.body) for row in rows)

    # ------------------------------------------------------------------ searching

    def due(self, now: datetime, after: DueDuty | None, limit: int) -> tuple[DueDuty, ...]:
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
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(DueDuty(**row) for row in rows)

    def inbox(self, query: InboxQuery) -> Page:
        """See `ordercancel.ports.Store.inbox`."""
        key = (cases.c.requested_at, cases.c.order_id)
        found = (
            select(*key, cases.c.body)
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
        with self._reading() as connection:
            rows = connection.execute(found).all()
        page = rows[: query.limit]
        cursor = None
        if len(rows) > len(page):
            cursor = InboxCursor(requested_at=page[-1].requested_at, order_id=page[-1].order_id)
        return Page(cases=tuple(decode_case(row.body) for row in page), next=cursor)

    def tally(
        self, seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
    ) -> tuple[Tally, ...]:
        """See `ordercancel.ports.Store.tally`."""
        with self._reading() as connection:
            rows = connection.execute(_tally_query(seller, policy, overdue_deadlines, now)).all()
        return tuple(
            Tally(status=RequestStatus(row.status), count=row.total, overdue=row.overdue)
            for row in rows
        )

    # ------------------------------------------------------------------ the outbox

    def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Message, ...]:
        """See `ordercancel.ports.Store.claim`."""
        query = (
            select(outbox.c.number, outbox.c.body)
            .where(
                outbox.c.delivered_at.is_(None),
                or_(outbox.c.free_at.is_(None), outbox.c.free_at <= now),
            )
            .order_by(outbox.c.number)
            .limit(limit)
        )
        with self._writing() as connection:
            rows = connection.execute(query).all()
            numbers = [row.number for row in rows]
            leased = update(outbox).where(outbox.c.number.in_(numbers)).values(free_at=until)
            connection.execute(leased)
        return tuple(decode_message(row.body) for row in rows)

    def delivered(self, message_id: str, now: datetime) -> None:
        """See `ordercancel.ports.Store.delivered`."""
        self._note(message_id, delivered_at=now)

    def failed(self, message_id: str, error: str, retry_at: datetime) -> None:
        """See `ordercancel.ports.Store.failed`."""
        self._note(message_id, free_at=retry_at, error=error)

    def _note(self, message_id: str, **values: Any) -> None:
        noted = (
            update(outbox)
            .where(outbox.c.message_id == message_id)
            .values(attempts=outbox.c.attempts + 1, **values)
        )
        with self._writing() as connection:
            connection.execute(noted)

    # ------------------------------------------------------------------ connections

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._translated(), self._engine.connect() as connection:
            yield connection.execution_options(**{_READS_ONLY: True})

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise StoreUnavailable(str(error.orig)) from error


_READS_ONLY = "ordercancel_reads_only"


def _sqlite_engine(url: str) -> Engine:
    expected = "a URL such as sqlite:///shop.db"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidValue([Fault("SqlStore.url", "is no URL", expected)]) from error
    if parsed.get_backend_name() != "sqlite":
        raise InvalidValue([Fault("SqlStore.url", f"names {parsed.drivername}", expected)])
    options: dict[str, Any] = {"poolclass": StaticPool} if _is_in_memory(parsed) else {}
    # Transactions are begun by hand: with the driver's own, deferred BEGIN, a write that follows
    # a read fails at once under concurrency, whatever the busy timeout says.
    arguments = {"isolation_level": None, "timeout": 30, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA foreign_keys = ON")
            # The mode belongs to the file. Where another connection is just setting it, SQLite
            # answers "locked" at once instead of waiting; what is wrong otherwise will be told by
            # the first statement.
            with suppress(sqlite3.OperationalError):
                cursor.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READS_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _is_in_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _write_case(connection: Connection, commit: Commit) -> None:
    case = commit.case
    row = _case_row(case)
    if commit.expected == 0:
        connection.execute(insert(cases), row)
    else:
        moved_on = (
            update(cases)
            .where(cases.c.order_id == case.order.id, cases.c.version == commit.expected)
            .values(row)
        )
        if connection.execute(moved_on).rowcount != 1:
            raise Conflict(case.order.id)
        connection.execute(delete(duties).where(duties.c.order_id == case.order.id))
    if case.duties:
        rows = [_duty_row(case, number, duty) for number, duty in enumerate(case.duties, 1)]
        connection.execute(insert(duties), rows)


def _write_events(connection: Connection, commit: Commit) -> None:
    rows = [
        {
            "order_id": commit.case.order.id,
            "version": version,
            "kind": type(each).__name__,
            "at": each.at,
            "form": FORM,
            "body": encode(each),
        }
        for version, each in enumerate(commit.events, commit.expected + 1)
    ]
    connection.execute(insert(events), rows)


def _write_messages(connection: Connection, commit: Commit) -> None:
    rows = [
        {
            "message_id": message.id,
            "order_id": message.order_id,
            "version": commit.case.version,
            "form": FORM,
            "body": encode(message),
        }
        for message in commit.messages
    ]
    if rows:
        connection.execute(insert(outbox), rows)


def _case_row(case: Case) -> dict[str, Any]:
    order, latest = case.order, case.latest
    return {
        "order_id": order.id,
        "policy": order.policy,
        "edition": case.edition,
        "version": case.version,
        "form": FORM,
        "status": order.status,
        "channel": order.channel,
        "buyer": order.buyer,
        "seller": order.seller,
        "placed_at": order.placed_at,
        "ship_on": order.ship_on,
        "request_number": latest and latest.number,
        "request_status": latest and latest.status,
        "requested_at": latest and latest.at,
        "open_key": order.id if case.open_request else None,
        "body": encode(case),
    }


def _duty_row(case: Case, number: int, duty: Duty) -> dict[str, Any]:
    return {
        "order_id": case.order.id,
        "number": number,
        "deadline": duty.deadline,
        "request": duty.request,
        "due_at": duty.due_at,
        "status": duty.status,
    }


def _command_row(commit: Commit) -> dict[str, Any]:
    return {
        "command_id": commit.command_id,
        "order_id": commit.case.order.id,
        "expected": commit.expected,
        "version": commit.case.version,
        "fingerprint": commit.fingerprint,
    }


def _tally_query(
    seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
) -> Select[Any]:
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
