"""The async twins of transactions. Needs greenlet, which the extra ``ordercancel[async]`` has."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from ordercancel.stores.sql.executors import Executor, HostExecutor, executors
from ordercancel.stores.sql.transactions import (
    Died,
    Way,
    Work,
    at_once,
    in_savepoint,
    together,
)

__all__ = ["AsyncTransactions", "HostTransactionAsync", "OwnTransactionsAsync"]

P = ParamSpec("P")
T = TypeVar("T")


class AsyncTransactions(Protocol):
    """The async twin of `Transactions`."""

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""

    async def note(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.note`."""

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""

    async def close(self) -> None:
        """See `Transactions.close`."""


class OwnTransactionsAsync:
    """The async twin of `OwnTransactions`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._executor = executors(engine.dialect)

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        return await self._done(at_once, lambda by: work(by, *args, **kwargs))

    async def note(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.note`."""
        return await self._done(at_once, lambda by: work(by, *args, **kwargs))

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        return await self._done(together, lambda by: work(by, *args, **kwargs))

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()

    async def _done(self, way: Way[T], work: Callable[[Executor], T]) -> T:
        try:
            return await self._done_by(way, work)
        except Died:
            return await self._done_by(way, work)

    async def _done_by(self, way: Way[T], work: Callable[[Executor], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(lambda each: way(self._executor(each), work))


class HostTransactionAsync:
    """The async twin of `HostTransaction`."""

    def __init__(self, host: AsyncConnection | AsyncSession) -> None:
        self._host = host

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        connection = await self._connection()
        return await connection.run_sync(
            lambda connection: work(HostExecutor(connection), *args, **kwargs)
        )

    async def note(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.note`."""
        return await self.write(work, *args, **kwargs)

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        connection = await self._connection()
        return await connection.run_sync(
            lambda connection: in_savepoint(connection, work, *args, **kwargs)
        )

    async def close(self) -> None:
        """Nothing of this is ours to close."""

    async def _connection(self) -> AsyncConnection:
        host = self._host
        return await host.connection() if isinstance(host, AsyncSession) else host
