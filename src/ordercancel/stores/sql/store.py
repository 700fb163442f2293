"""The SQL store, by SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.service.records import (
    Backlog,
    Claim,
    Commit,
    DeadLetter,
    DueDuty,
    InboxQuery,
    Page,
    Receipt,
    Tally,
)
from ordercancel.stores.sql import outbox, queries, schema
from ordercancel.stores.sql.commit import write
from ordercancel.stores.sql.engine import open_engine, translated
from ordercancel.stores.sql.transactions import HostTransaction, OwnTransactions, Transactions

__all__ = ["SqlStore"]


class SqlStore:
    """A store in an SQLite or PostgreSQL database.

    Args:
        url: Where the database is, such as ``sqlite:///shop.db``. With ``sqlite://`` alone it is
            in memory, for one thread, and gone when the store is. PostgreSQL, such as
            ``postgresql://shop@db/shop``, needs the extra ``ordercancel[postgresql]``.
        create_tables: Whether tables that are missing are made. Without it nothing is connected
            before the first call: for a host whose own migrations make them, from ``METADATA``.

    Raises:
        InvalidValue: The URL is not one of these.
        StoreUnavailable: The database can't be opened.
        OutdatedTables: Its tables are those of an earlier release.
    """

    def __init__(self, url: str | URL, *, create_tables: bool = True) -> None:
        self._transactions: Transactions = OwnTransactions(open_engine(url, autocommit=True))
        if not create_tables:
            return
        try:
            with translated():
                if self._transactions.read(lambda on: schema.is_missing(on.connection)):
                    self._transactions.write(lambda on: schema.create(on.connection))
        except BaseException:
            self.close()
            raise

    @classmethod
    def within(cls, host: Connection | Session) -> SqlStore:
        """A store within the transaction of a connection or session of the host's.

        What is written takes effect when the host commits, together with the host's own rows; the
        host alone commits and rolls back. The tables must be there.

        On PostgreSQL, leave the isolation at READ COMMITTED: in a stricter one nobody within the
        transaction sees what others have committed since, so that a race that was lost is lost
        every time, until it comes as `Conflict`.
        """
        store = cls.__new__(cls)
        store._transactions = HostTransaction(host)  # noqa: SLF001 - our own
        return store

    def close(self) -> None:
        """Give all connections of our own back."""
        self._transactions.close()

    # ------------------------------------------------------------------ cases

    def load(self, order_id: str) -> Case | None:
        """See `ordercancel.service.ports.Store.load`."""
        with translated(order_id):
            return self._transactions.read(queries.load, order_id)

    def commit(self, commit: Commit) -> None:
        """See `ordercancel.service.ports.Store.commit`."""
        with translated(commit.case.order.id):
            self._transactions.write(write, commit)

    def receipt(self, command_id: str) -> Receipt | None:
        """See `ordercancel.service.ports.Store.receipt`."""
        with translated():
            return self._transactions.read(queries.receipt, command_id)

    def history(self, order_id: str) -> tuple[Event, ...]:
        """See `ordercancel.service.ports.Store.history`."""
        with translated(order_id):
            return self._transactions.read(queries.history, order_id)

    # ------------------------------------------------------------------ searching

    def due(self, now: datetime, after: DueDuty | None, limit: int) -> tuple[DueDuty, ...]:
        """See `ordercancel.service.ports.Store.due`."""
        with translated():
            return self._transactions.read(queries.due, now, after, limit)

    def inbox(self, query: InboxQuery) -> Page:
        """See `ordercancel.service.ports.Store.inbox`."""
        with translated():
            return self._transactions.read(queries.inbox, query)

    def tally(
        self, seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
    ) -> tuple[Tally, ...]:
        """See `ordercancel.service.ports.Store.tally`."""
        with translated():
            return self._transactions.read(queries.tally, seller, policy, overdue_deadlines, now)

    # ------------------------------------------------------------------ the outbox

    def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
        """See `ordercancel.service.ports.Store.claim`."""
        with translated():
            return self._transactions.write(outbox.claim, now, until, limit)

    def delivered(self, message_id: str, now: datetime) -> None:
        """See `ordercancel.service.ports.Store.delivered`."""
        with translated():
            self._transactions.note(outbox.delivered, message_id, now)

    def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        """See `ordercancel.service.ports.Store.failed`."""
        with translated():
            self._transactions.note(outbox.failed, claim, error, retry_at, reached)

    def release(self, claims: Sequence[Claim]) -> None:
        """See `ordercancel.service.ports.Store.release`."""
        with translated():
            self._transactions.write(outbox.release, claims)

    def dead_letters(self, limit: int, after: str | None = None) -> tuple[DeadLetter, ...]:
        """See `ordercancel.service.ports.Store.dead_letters`."""
        with translated():
            return self._transactions.read(outbox.dead_letters, limit, after)

    def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """See `ordercancel.service.ports.Store.revive`."""
        with translated():
            return self._transactions.write(outbox.revive, message_ids)

    def backlog(self, now: datetime) -> Backlog:
        """See `ordercancel.service.ports.Store.backlog`."""
        with translated():
            return self._transactions.read(queries.backlog, now)
