"""Work within a transaction of the host's, on SQLAlchemy's connection or session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, TypeVarTuple

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from ordercancel.stores.sql.engine import refuse_djangos
from ordercancel.stores.sql.errors import no_transaction, translated
from ordercancel.stores.sql.executors import (
    Executor,
    begin_sqlite,
    is_postgresql,
    sqlalchemy_executor,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Host: TypeAlias = Connection | Session
AsyncHost: TypeAlias = "AsyncConnection | AsyncSession"
"""What a host has its own transaction in."""


class HostTransaction:
    """The transaction of a connection or session of the host's, which alone commits it.

    What is written goes into a savepoint, so that a lost race leaves the host's own work as it is.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        with translated(about):
            return work(sqlalchemy_executor(self._connection()), *args)

    def write(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        with translated(about):
            return _in_savepoint(self._connection(), about, work, *args)

    def close(self) -> None:
        """Do nothing: the connection is the host's."""

    def _connection(self) -> Connection:
        host = self._host
        connection = host.connection() if isinstance(host, Session) else host
        refuse_djangos(connection)
        return connection


class AsyncHostTransaction:
    """The async twin of `HostTransaction`."""

    def __init__(self, host: AsyncHost) -> None:
        self._host = host

    async def read(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        with translated(about):
            connection = await self._connection()
            return await connection.run_sync(lambda each: work(sqlalchemy_executor(each), *args))

    async def write(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        with translated(about):
            connection = await self._connection()
            return await connection.run_sync(lambda each: _in_savepoint(each, about, work, *args))

    async def aclose(self) -> None:
        """Do nothing: the connection is the host's."""

    async def _connection(self) -> AsyncConnection:
        from sqlalchemy.ext.asyncio import AsyncConnection  # noqa: PLC0415 - needs greenlet

        host = self._host
        return host if isinstance(host, AsyncConnection) else await host.connection()


def _in_savepoint(
    connection: Connection, about: str, work: Callable[[Executor, *Ts], T], /, *args: *Ts
) -> T:
    """Do work in a savepoint of the host's transaction.

    Raises:
        InvalidValue: There is no transaction that the host could commit.
    """
    with translated(about, connection):
        if _commits_by_itself(connection):
            raise no_transaction()
        begin_sqlite(connection)
        with connection.begin_nested():
            return work(sqlalchemy_executor(connection), *args)


def _commits_by_itself(connection: Connection) -> bool:
    """Return whether SQLite is in autocommit; where PostgreSQL is, it says so itself."""
    driver: Any = connection.connection.driver_connection
    return (
        not is_postgresql(connection)
        and connection._is_autocommit_isolation()  # noqa: SLF001 - it can't be asked otherwise
        and not driver.in_transaction
    )
