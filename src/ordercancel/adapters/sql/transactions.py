"""Whose transaction the store works in: one of its own for each call, or the host's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from ordercancel.adapters.sql.engine import begin

__all__ = [
    "AsyncTransactions",
    "HostTransaction",
    "HostTransactionAsync",
    "OwnTransactions",
    "OwnTransactionsAsync",
    "Transactions",
]

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Connection, P], T]
"""Something to do with a connection."""


class Transactions(Protocol):
    """Where work is done."""

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what only reads."""

    def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what writes, all of it or nothing."""

    def close(self) -> None:
        """Give back what is our own."""


class AsyncTransactions(Protocol):
    """The async twin of `Transactions`."""

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""

    async def close(self) -> None:
        """See `Transactions.close`."""


class OwnTransactions:
    """A transaction of our own for each call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        with self._engine.connect() as connection:
            return work(connection, *args, **kwargs)

    def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        with self._engine.begin() as connection:
            begin(connection)
            return work(connection, *args, **kwargs)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


class OwnTransactionsAsync:
    """The async twin of `OwnTransactions`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(work, *args, **kwargs)

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        async with self._engine.begin() as connection:
            await connection.run_sync(begin)
            return await connection.run_sync(work, *args, **kwargs)

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()


class HostTransaction:
    """The transaction of a connection or session that a host gives; it alone commits it.

    What is written goes into a savepoint, so that a lost race leaves the host's own work as it is.
    """

    def __init__(self, host: Connection | Session) -> None:
        self._host = host

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        return work(self._connection(), *args, **kwargs)

    def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        return _in_savepoint(self._connection(), work, *args, **kwargs)

    def close(self) -> None:
        """Nothing of this is ours to close."""

    def _connection(self) -> Connection:
        return self._host.connection() if isinstance(self._host, Session) else self._host


class HostTransactionAsync:
    """The async twin of `HostTransaction`."""

    def __init__(self, host: AsyncConnection | AsyncSession) -> None:
        self._host = host

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        return await (await self._connection()).run_sync(work, *args, **kwargs)

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        connection = await self._connection()
        return await connection.run_sync(
            lambda connection: _in_savepoint(connection, work, *args, **kwargs)
        )

    async def close(self) -> None:
        """Nothing of this is ours to close."""

    async def _connection(self) -> AsyncConnection:
        host = self._host
        return await host.connection() if isinstance(host, AsyncSession) else host


def _in_savepoint(
    connection: Connection, work: Work[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    begin(connection)
    with connection.begin_nested():
        return work(connection, *args, **kwargs)
