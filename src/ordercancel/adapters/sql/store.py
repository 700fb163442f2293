"""The SQL store, by SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from ordercancel.adapters.sql import reading, schema, sending
from ordercancel.adapters.sql.engine import open_engine, translated
from ordercancel.adapters.sql.transactions import HostTransaction, OwnTransactions, Transactions
from ordercancel.adapters.sql.writing import write
from ordercancel.case import Case
from ordercancel.events import Event
from ordercancel.ports import (
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
        """See `ordercancel.ports.Store.load`."""
        with translated(order_id):
            return self._transactions.read(reading.load, order_id)

    def commit(self, commit: Commit) -> None:
        """See `ordercancel.ports.Store.commit`."""
        with translated(commit.case.order.id):
            self._transactions.write(write, commit)

    def receipt(self, command_id: str) -> Receipt | None:
        """See `ordercancel.ports.Store.receipt`."""
        with translated():
            return self._transactions.read(reading.receipt, command_id)

    def history(self, order_id: str) -> tuple[Event, ...]:
        """See `ordercancel.ports.Store.history`."""
        with translated(order_id):
            return self._transactions.read(reading.history, order_id)

    # ------------------------------------------------------------------ searching

    def due(self, now: datetime, after: DueDuty | None, limit: int) -> tuple[DueDuty, ...]:
        """See `ordercancel.ports.Store.due`."""
        with translated():
            return self._transactions.read(reading.due, now, after, limit)

    def inbox(self, query: InboxQuery) -> Page:
        """See `ordercancel.ports.Store.inbox`."""
        with translated():
            return self._transactions.read(reading.inbox, query)

    def tally(
        self, seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
    ) -> tuple[Tally, ...]:
        """See `ordercancel.ports.Store.tally`."""
        with translated():
            return self._transactions.read(reading.tally, seller, policy, overdue_deadlines, now)

    # ------------------------------------------------------------------ the outbox

    def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
        """See `ordercancel.ports.Store.claim`."""
        with translated():
            return self._transactions.write(sending.claim, now, until, limit)

    def delivered(self, message_id: str, now: datetime) -> None:
        """See `ordercancel.ports.Store.delivered`."""
        with translated():
            self._transactions.note(sending.delivered, message_id, now)

    def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        """See `ordercancel.ports.Store.failed`."""
        with translated():
            self._transactions.note(sending.failed, claim, error, retry_at, reached)

    def release(self, claims: Sequence[Claim]) -> None:
        """See `ordercancel.ports.Store.release`."""
        with translated():
            self._transactions.write(sending.release, claims)

    def dead_letters(self, limit: int, after: str | None = None) -> tuple[DeadLetter, ...]:
        """See `ordercancel.ports.Store.dead_letters`."""
        with translated():
            return self._transactions.read(sending.dead_letters, limit, after)

    def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """See `ordercancel.ports.Store.revive`."""
        with translated():
            return self._transactions.write(sending.revive, message_ids)

    def backlog(self, now: datetime) -> Backlog:
        """See `ordercancel.ports.Store.backlog`."""
        with translated():
            return self._transactions.read(reading.backlog, now)
