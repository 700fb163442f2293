# Generated from store_async.py by tools/async_to_sync.py: edit that, then run it.
"""The sync SQL store: each method of the port is a piece of work in a transaction.

The work itself is in `queries`, `queues`, `commit` and `outbox`, whoever calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.service.ports import Store
from ordercancel.service.records import (
    Backlog,
    Claim,
    Commit,
    DeadLetter,
    DueOrder,
    Erasure,
    InboxQuery,
    Indexed,
    Kept,
    Kind,
    Page,
    Purged,
    Queue,
    Receipt,
    Scanned,
    Sent,
    Start,
    Tally,
    Window,
)
from ordercancel.stores.sql import outbox, queries, queues, retention
from ordercancel.stores.sql.commit import index, write, write_all
from ordercancel.stores.sql.tables import DEAD, OBSOLETE
from ordercancel.stores.sql.transactions import (
    Database,
    OwnTransactions,
    Transactions,
)
from ordercancel.stores.sql.within import Host, HostTransaction


class SqlStore(Store):
    """A sync store in an SQLite or PostgreSQL database.

    Args:
        database: A URL such as ``sqlite:///shop.db`` or ``postgresql://shop@db/shop``, or an
            engine of the host's. ``sqlite://`` alone is a database in memory, for one thread, and
            gone when the store is. Drivers come with the extras of `ordercancel.stores.sql`.
        create_tables: Whether tables that are missing are created, before the first call at the
            latest. Default: True. Without it nothing is connected before the first call: for a
            host whose own migrations make the tables, from ``METADATA``.

    An engine of the host's stays the host's: `close` leaves it alone, its listeners and ``echo``
    see every statement, and after ``fork()`` the host has to dispose of it. A store that was
    opened by a URL sees to that itself.

    Raises:
        InvalidValue: The URL is not valid, or needs a driver that is not installed.
        StoreUnavailable: The database can't be opened.
        OutdatedTables: Its tables are those of an earlier release.
    """

    def __init__(self, database: Database, *, create_tables: bool = True) -> None:
        self._transactions: Transactions = OwnTransactions(database, create_tables=create_tables)

    @classmethod
    def within(cls, host: Host) -> SqlStore:
        """Return a store within the transaction of a connection or session of the host's.

        What is written takes effect when the host commits, together with the host's own rows; the
        host alone commits and rolls back. The tables must be there.

        Django's own connection is none for SQLAlchemy, by an engine's ``creator`` neither: its
        transaction would be lost. `ordercancel.contrib.django.DjangoStore` works in it.

        On PostgreSQL, leave the isolation at READ COMMITTED: in a stricter one nobody within the
        transaction sees what others have committed since, so that a race that was lost would be
        lost every time: `TransactionLost`. So it is after a deadlock.
        """
        store = cls.__new__(cls)
        store._transactions = HostTransaction(host)  # noqa: SLF001 - our own
        return store

    def close(self) -> None:
        """Close the connections; an engine of the host's stays open."""
        self._transactions.close()

    # ------------------------------------------------------------------ cases

    def load(self, order_id: str) -> Case | None:
        return self._transactions.read(queries.load, order_id, about=order_id)

    def load_many(self, order_ids: Sequence[str]) -> Scanned:
        return self._transactions.read(queries.load_many, order_ids)

    def commit(self, commit: Commit) -> None:
        self._transactions.write(write, commit, about=commit.case.order.id)

    def commit_all(self, commits: Sequence[Commit]) -> None:
        self._transactions.write(write_all, commits)

    def receipt(self, command_id: str) -> Receipt | None:
        return self._transactions.read(queries.receipt, command_id)

    def receipts(self, command_ids: Sequence[str]) -> Mapping[str, Receipt]:
        return self._transactions.read(queries.receipts, command_ids)

    def history(self, order_id: str) -> tuple[Event, ...]:
        return self._transactions.read(queries.history, order_id, about=order_id)

    # ------------------------------------------------------------------ searching

    def due(
        self,
        now: datetime,
        after: DueOrder | None,
        limit: int,
        passing_over: frozenset[Kind] = frozenset(),
    ) -> tuple[DueOrder, ...]:
        return self._transactions.read(queries.due, now, after, limit, passing_over)

    def inbox(self, query: InboxQuery) -> Page:
        return self._transactions.read(queues.inbox, query)

    def tally(self, queue: Queue, now: datetime) -> tuple[Tally, ...]:
        return self._transactions.read(queues.tally, queue, now)

    def scan(self, after: str | None, limit: int) -> Scanned:
        return self._transactions.read(queries.scan, after, limit)

    def index(self, entries: Sequence[Indexed]) -> None:
        about = entries[0].order_id if len(entries) == 1 else ""
        self._transactions.write(index, entries, about=about)

    def backlog(self, now: datetime) -> Backlog:
        return self._transactions.read(queries.backlog, now)

    # ------------------------------------------------------------------ the outbox

    def claim(
        self,
        now: datetime,
        until: datetime,
        limit: int,
        sent: frozenset[Sent] = frozenset(Sent),
    ) -> tuple[Claim, ...]:
        return self._transactions.write(outbox.claim, now, until, limit, sent)

    def start(self, claim: Claim) -> Start:
        begun = self._transactions.write(outbox.start, claim, about=claim.order_id)
        if begun is not Start.BEGUN or claim.request is None:
            return begun
        if self._transactions.read(outbox.is_closed, claim):
            return self._transactions.write(outbox.drop, claim, about=claim.order_id)
        return begun

    def delivered(self, message_id: str, now: datetime) -> None:
        order_id = message_id.rsplit(":", 3)[0]
        self._transactions.write(outbox.delivered, message_id, now, about=order_id)

    def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        self._transactions.write(
            outbox.failed, claim, error, retry_at, reached, about=claim.order_id
        )

    def release(self, claims: Sequence[Claim]) -> None:
        self._transactions.write(outbox.release, claims)

    def dead_letters(
        self, limit: int, after: str | None = None, *, obsolete: bool = False
    ) -> tuple[DeadLetter, ...]:
        state = OBSOLETE if obsolete else DEAD
        return self._transactions.read(outbox.dead_letters, limit, after, state)

    def revive(self, message_ids: Sequence[str] | None = None) -> int:
        return self._transactions.write(outbox.revive, message_ids)

    # ------------------------------------------------------------------ forgetting

    def naming(self, name: str, after: str | None, limit: int) -> Window:
        return self._transactions.read(retention.naming, name, after, limit)

    def undelivered(self, order_id: str) -> Mapping[str, int]:
        return self._transactions.read(retention.undelivered, order_id)

    def erase(self, erasure: Erasure) -> None:
        order_id = erasure.case.order.id
        self._transactions.write(retention.erase, erasure, about=order_id)

    def purge(
        self, before: datetime, kept: frozenset[Kept], after: str | None, limit: int
    ) -> Purged:
        return self._transactions.write(retention.purge, before, kept, after, limit)
