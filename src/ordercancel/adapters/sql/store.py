"""The SQL store, by SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError

from ordercancel.adapters.codec import (
    decode_case,
    decode_event,
    decode_message,
)
from ordercancel.adapters.sql.engine import READS_ONLY, sqlite_engine
from ordercancel.adapters.sql.rows import tally_query, write
from ordercancel.adapters.sql.tables import (
    METADATA,
    cases,
    commands,
    duties,
    events,
    outbox,
)
from ordercancel.announce import Message
from ordercancel.case import Case, DutyStatus
from ordercancel.errors import Conflict, StoreUnavailable
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
from ordercancel.request import RequestStatus

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

    def __init__(self, url: str | URL) -> None:
        self._engine = sqlite_engine(url)
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
                write(connection, commit)
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
            rows = connection.execute(tally_query(seller, policy, overdue_deadlines, now)).all()
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
            .order_by(outbox.c.free_at.is_not(None), outbox.c.free_at, outbox.c.number)
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
            yield connection.execution_options(**{READS_ONLY: True})

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
