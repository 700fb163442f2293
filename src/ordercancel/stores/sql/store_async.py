"""The async SQL store: each method of the port is a piece of work in a transaction.

The work itself is in `queries`, `queues`, `commit` and `outbox`, whoever calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.service.ports_async import AsyncStore
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
    AsyncDatabase,
    AsyncOwnTransactions,
    AsyncTransactions,
)
from ordercancel.stores.sql.within import AsyncHost, AsyncHostTransaction


class AsyncSqlStore(AsyncStore):
    """An async store in an SQLite or PostgreSQL database.

    Args:
        database: A URL such as ``sqlite:///shop.db`` or ``postgresql://shop@db/shop``, or an
            engine of the host's. ``sqlite://`` alone is a database in memory, for one thread, and
            gone when the store is. Drivers come with the extras of `ordercancel.stores.sql`.
        create_tables: Whether tables that are missing are created, before the first call at the
            latest. Default: True. Without it nothing is connected before the first call: for a
            host whose own migrations make the tables, from ``METADATA``.

    An engine of the host's stays the host's: `aclose` leaves it alone, its listeners and ``echo``
    see every statement, and after ``fork()`` the host has to dispose of it. A store that was
    opened by a URL sees to that itself.

    Raises:
        InvalidValue: The URL is not valid, or needs a driver that is not installed.
        StoreUnavailable: The database can't be opened.
        OutdatedTables: Its tables are those of an earlier release.
    """

    def __init__(self, database: AsyncDatabase, *, create_tables: bool = True) -> None:
        self._transactions: AsyncTransactions = AsyncOwnTransactions(
            database, create_tables=create_tables
        )

    @classmethod
    async def open(cls, database: AsyncDatabase) -> AsyncSqlStore:  # async only
        """Return a store whose tables are there; those that are missing are created.

        Raises:
            InvalidValue: The URL is not valid, or needs a driver that is not installed.
            StoreUnavailable: The database can't be opened.
            OutdatedTables: Its tables are those of an earlier release.
        """
        store = cls.__new__(cls)
        store._transactions = await AsyncOwnTransactions.open(database)  # noqa: SLF001 - our own
        return store

    @classmethod
    def within(cls, host: AsyncHost) -> AsyncSqlStore:
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
        store._transactions = AsyncHostTransaction(host)  # noqa: SLF001 - our own
        return store

    async def aclose(self) -> None:
        """Close the connections; an engine of the host's stays open."""
        await self._transactions.aclose()

    # ------------------------------------------------------------------ cases

    async def load(self, order_id: str) -> Case | None:
        return await self._transactions.read(queries.load, order_id, about=order_id)

    async def load_many(self, order_ids: Sequence[str]) -> Scanned:
        return await self._transactions.read(queries.load_many, order_ids)

    async def commit(self, commit: Commit) -> None:
        await self._transactions.write(write, commit, about=commit.case.order.id)

    async def commit_all(self, commits: Sequence[Commit]) -> None:
        await self._transactions.write(write_all, commits)

    async def receipt(self, command_id: str) -> Receipt | None:
        return await self._transactions.read(queries.receipt, command_id)

    async def receipts(self, command_ids: Sequence[str]) -> Mapping[str, Receipt]:
        return await self._transactions.read(queries.receipts, command_ids)

    async def history(self, order_id: str) -> tuple[Event, ...]:
        return await self._transactions.read(queries.history, order_id, about=order_id)

    # ------------------------------------------------------------------ searching

    async def due(
        self,
        now: datetime,
        after: DueOrder | None,
        limit: int,
        passing_over: frozenset[Kind] = frozenset(),
    ) -> tuple[DueOrder, ...]:
        return await self._transactions.read(queries.due, now, after, limit, passing_over)

    async def inbox(self, query: InboxQuery) -> Page:
        return await self._transactions.read(queues.inbox, query)

    async def tally(self, queue: Queue, now: datetime) -> tuple[Tally, ...]:
        return await self._transactions.read(queues.tally, queue, now)

    async def scan(self, after: str | None, limit: int) -> Scanned:
        return await self._transactions.read(queries.scan, after, limit)

    async def index(self, entries: Sequence[Indexed]) -> None:
        about = entries[0].order_id if len(entries) == 1 else ""
        await self._transactions.write(index, entries, about=about)

    async def backlog(self, now: datetime) -> Backlog:
        return await self._transactions.read(queries.backlog, now)

    # ------------------------------------------------------------------ the outbox

    async def claim(
        self,
        now: datetime,
        until: datetime,
        limit: int,
        sent: frozenset[Sent] = frozenset(Sent),
    ) -> tuple[Claim, ...]:
        return await self._transactions.write(outbox.claim, now, until, limit, sent)

    async def start(self, claim: Claim) -> Start:
        begun = await self._transactions.write(outbox.start, claim, about=claim.order_id)
        if begun is not Start.BEGUN or claim.request is None:
            return begun
        if await self._transactions.read(outbox.is_closed, claim):
            return await self._transactions.write(outbox.drop, claim, about=claim.order_id)
        return begun

    async def delivered(self, message_id: str, now: datetime) -> None:
        order_id = message_id.rsplit(":", 3)[0]
        await self._transactions.write(outbox.delivered, message_id, now, about=order_id)

    async def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        await self._transactions.write(
            outbox.failed, claim, error, retry_at, reached, about=claim.order_id
        )

    async def release(self, claims: Sequence[Claim]) -> None:
        await self._transactions.write(outbox.release, claims)

    async def dead_letters(
        self, limit: int, after: str | None = None, *, obsolete: bool = False
    ) -> tuple[DeadLetter, ...]:
        state = OBSOLETE if obsolete else DEAD
        return await self._transactions.read(outbox.dead_letters, limit, after, state)

    async def revive(self, message_ids: Sequence[str] | None = None) -> int:
        return await self._transactions.write(outbox.revive, message_ids)

    # ------------------------------------------------------------------ forgetting

    async def naming(self, name: str, after: str | None, limit: int) -> Window:
        return await self._transactions.read(retention.naming, name, after, limit)

    async def undelivered(self, order_id: str) -> Mapping[str, int]:
        return await self._transactions.read(retention.undelivered, order_id)

    async def erase(self, erasure: Erasure) -> None:
        order_id = erasure.case.order.id
        await self._transactions.write(retention.erase, erasure, about=order_id)

    async def purge(
        self, before: datetime, kept: frozenset[Kept], after: str | None, limit: int
    ) -> Purged:
        return await self._transactions.write(retention.purge, before, kept, after, limit)
