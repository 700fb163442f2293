"""Whose transaction the store works in: one of its own for each call, or the host's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from ordercancel.stores.sql.connections import Connections
from ordercancel.stores.sql.engine import begin, is_postgresql
from ordercancel.stores.sql.executors import (
    DriverExecutor,
    Executor,
    HostExecutor,
    executors,
)

__all__ = [
    "Died",
    "HostTransaction",
    "OwnTransactions",
    "Transactions",
    "Way",
    "Work",
    "at_once",
    "in_savepoint",
    "together",
]

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Executor, P], T]
"""Something to do by statements."""


class Transactions(Protocol):
    """Where work is done."""

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what only reads."""

    def note(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what writes by one statement, and does no harm if it is done twice."""

    def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what writes, all of it or nothing."""

    def close(self) -> None:
        """Give back what is our own."""


class Died(OperationalError):
    """The connection had died before COMMIT was sent: nothing has been done."""


class OwnTransactions:
    """A transaction of our own for each call.

    That a connection has died while it was idle shows when it is used. Nothing has been done then,
    so the work is done once more, by a new connection: all that are as old are replaced.

    Args:
        engine: Gives connections in autocommit.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connections = Connections(engine, executors(engine.dialect))

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        return self._done(at_once, lambda by: work(by, *args, **kwargs))

    def note(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.note`."""
        return self._done(at_once, lambda by: work(by, *args, **kwargs))

    def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        return self._done(together, lambda by: work(by, *args, **kwargs))

    def close(self) -> None:
        """Give all connections back."""
        self._connections.close()

    def _done(self, way: Way[T], work: Callable[[Executor], T]) -> T:
        try:
            return self._done_by(self._connections.take(), way, work)
        except Died:
            return self._done_by(self._connections.from_pool(), way, work)

    def _done_by(self, executor: DriverExecutor, way: Way[T], work: Callable[[Executor], T]) -> T:
        try:
            result = way(executor, work)
        except BaseException:
            executor.close()  # the pool rolls back what is left
            raise
        self._connections.keep(executor)
        return result


Way = Callable[[DriverExecutor, Callable[[Executor], T]], T]
"""How work is done by a connection of our own, be it sync or async."""


def at_once(executor: DriverExecutor, work: Callable[[Executor], T]) -> T:
    """Each statement stands for itself."""
    try:
        return work(executor)
    except BaseException as error:
        _look_into(error, executor.connection, nothing_done=True)
        raise


def together(executor: DriverExecutor, work: Callable[[Executor], T]) -> T:
    """All statements or none."""
    nothing_done = True
    try:
        executor.begin()
        result = work(executor)
        nothing_done = False
        executor.commit()
    except BaseException as error:
        executor.stop()
        _look_into(error, executor.connection, nothing_done=nothing_done)
        raise
    return result


def _look_into(error: BaseException, connection: Connection, *, nothing_done: bool) -> None:
    """See what an error means for a connection of our own.

    Raises:
        Died: The connection has died, and nothing has been done.
        DBAPIError: The driver's error, as SQLAlchemy has it.
    """
    dialect = connection.dialect
    driver = dialect.loaded_dbapi
    if isinstance(error, (driver.Error, DBAPIError)):
        told: Any = error.orig if isinstance(error, DBAPIError) else error
        if _is_dead(connection) and nothing_done:
            raise Died(None, None, told) from told
        raise DBAPIError.instance(None, None, told, driver.Error, dialect=dialect) from told
    if not isinstance(error, Exception) and is_postgresql(connection):
        connection.invalidate()  # who interrupts a driver does not know what it was at


def _is_dead(connection: Connection) -> bool:
    """Whether a connection has died; then the pool replaces all that are as old."""
    if not connection.invalidated:
        with suppress(DBAPIError):
            connection.exec_driver_sql("SELECT 1")
    return connection.invalidated


class HostTransaction:
    """The transaction of a connection or session that a host gives; it alone commits it.

    What is written goes into a savepoint, so that a lost race leaves the host's own work as it is.
    """

    def __init__(self, host: Connection | Session) -> None:
        self._host = host

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.read`."""
        return work(HostExecutor(self._connection()), *args, **kwargs)

    def note(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.note`."""
        return self.write(work, *args, **kwargs)

    def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Transactions.write`."""
        return in_savepoint(self._connection(), work, *args, **kwargs)

    def close(self) -> None:
        """Nothing of this is ours to close."""

    def _connection(self) -> Connection:
        return self._host.connection() if isinstance(self._host, Session) else self._host


def in_savepoint(connection: Connection, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what writes in a savepoint of the transaction of a host's connection."""
    begin(connection)
    with connection.begin_nested():
        return work(HostExecutor(connection), *args, **kwargs)
