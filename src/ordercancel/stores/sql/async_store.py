"""The async SQL store: the same statements as the sync one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

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
from ordercancel.stores.sql.async_transactions import (
    AsyncTransactions,
    HostTransactionAsync,
    OwnTransactionsAsync,
)
from ordercancel.stores.sql.commit import write
from ordercancel.stores.sql.engine import open_async_engine, translated

__all__ = ["AsyncSqlStore"]


class AsyncSqlStore:
    """The async twin of `SqlStore`. Needs the extra ``ordercancel[async]``.

    Args:
        url: Where the database is, as for `SqlStore`: ``sqlite:///shop.db`` (by aiosqlite) or
            ``postgresql://shop@db/shop`` (by psycopg).

    Nothing is connected before the first call, and no tables are made: use `open` for that.

    Raises:
        InvalidValue: The URL is not one of these.
    """

    def __init__(self, url: str | URL) -> None:
        self._transactions: AsyncTransactions = OwnTransactionsAsync(open_async_engine(url))

    @classmethod
    async def open(cls, url: str | URL) -> AsyncSqlStore:
        """A store whose tables are there; those that are missing are made.

        Raises:
            InvalidValue: The URL is not one of these.
            StoreUnavailable: The database can't be opened.
            OutdatedTables: Its tables are those of an earlier release.
        """
        store = cls(url)
        try:
            with translated():
                if await store._transactions.read(lambda on: schema.is_missing(on.connection)):
                    await store._transactions.write(lambda on: schema.create(on.connection))
        except BaseException:
            await store.aclose()
            raise
        return store

    @classmethod
    def within(cls, host: AsyncConnection | AsyncSession) -> AsyncSqlStore:
        """See `SqlStore.within`."""
        store = cls.__new__(cls)
        store._transactions = HostTransactionAsync(host)  # noqa: SLF001 - our own
        return store

    async def aclose(self) -> None:
        """Give all connections of our own back."""
        await self._transactions.close()

    # ------------------------------------------------------------------ cases

    async def load(self, order_id: str) -> Case | None:
        """See `ordercancel.service.ports_async.AsyncStore.load`."""
        with translated(order_id):
            return await self._transactions.read(queries.load, order_id)

    async def commit(self, commit: Commit) -> None:
        """See `ordercancel.service.ports_async.AsyncStore.commit`."""
        with translated(commit.case.order.id):
            await self._transactions.write(write, commit)

    async def receipt(self, command_id: str) -> Receipt | None:
        """See `ordercancel.service.ports_async.AsyncStore.receipt`."""
        with translated():
            return await self._transactions.read(queries.receipt, command_id)

    async def history(self, order_id: str) -> tuple[Event, ...]:
        """See `ordercancel.service.ports_async.AsyncStore.history`."""
        with translated(order_id):
            return await self._transactions.read(queries.history, order_id)

    # ------------------------------------------------------------------ searching

    async def due(self, now: datetime, after: DueDuty | None, limit: int) -> tuple[DueDuty, ...]:
        """See `ordercancel.service.ports_async.AsyncStore.due`."""
        with translated():
            return await self._transactions.read(queries.due, now, after, limit)

    async def inbox(self, query: InboxQuery) -> Page:
        """See `ordercancel.service.ports_async.AsyncStore.inbox`."""
        with translated():
            return await self._transactions.read(queries.inbox, query)

    async def tally(
        self, seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
    ) -> tuple[Tally, ...]:
        """See `ordercancel.service.ports_async.AsyncStore.tally`."""
        with translated():
            return await self._transactions.read(
                queries.tally, seller, policy, overdue_deadlines, now
            )

    # ------------------------------------------------------------------ the outbox

    async def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
        """See `ordercancel.service.ports_async.AsyncStore.claim`."""
        with translated():
            return await self._transactions.write(outbox.claim, now, until, limit)

    async def delivered(self, message_id: str, now: datetime) -> None:
        """See `ordercancel.service.ports_async.AsyncStore.delivered`."""
        with translated():
            await self._transactions.note(outbox.delivered, message_id, now)

    async def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        """See `ordercancel.service.ports_async.AsyncStore.failed`."""
        with translated():
            await self._transactions.note(outbox.failed, claim, error, retry_at, reached)

    async def release(self, claims: Sequence[Claim]) -> None:
        """See `ordercancel.service.ports_async.AsyncStore.release`."""
        with translated():
            await self._transactions.write(outbox.release, claims)

    async def dead_letters(self, limit: int, after: str | None = None) -> tuple[DeadLetter, ...]:
        """See `ordercancel.service.ports_async.AsyncStore.dead_letters`."""
        with translated():
            return await self._transactions.read(outbox.dead_letters, limit, after)

    async def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """See `ordercancel.service.ports_async.AsyncStore.revive`."""
        with translated():
            return await self._transactions.write(outbox.revive, message_ids)

    async def backlog(self, now: datetime) -> Backlog:
        """See `ordercancel.service.ports_async.AsyncStore.backlog`."""
        with translated():
            return await self._transactions.read(queries.backlog, now)
