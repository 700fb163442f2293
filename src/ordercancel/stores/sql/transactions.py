"""Whose transaction the store works in, and in what state a connection is left.

However a call ends, by an error, a cancelled task or an interruption, no connection goes back to a
pool with a statement or a transaction that is still open.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import nullcontext, suppress
from functools import partial
from operator import attrgetter
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, TypeVarTuple

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from ordercancel.domain.errors import OrderCancelError
from ordercancel.stores.sql import schema
from ordercancel.stores.sql.engine import (
    in_autocommit,
    open_async_engine,
    open_engine,
    refuse_djangos,
)
from ordercancel.stores.sql.errors import translated
from ordercancel.stores.sql.executors import (
    Executor,
    OwnExecutor,
    driver_executor,
    is_postgresql,
    sqlalchemy_executor,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Database: TypeAlias = str | URL | Engine
AsyncDatabase: TypeAlias = "str | URL | AsyncEngine"
"""Where a database is: a URL, or an engine of the host's."""

_OF_ENGINE = attrgetter(
    "before_cursor_execute",
    "after_cursor_execute",
    "before_execute",
    "after_execute",
    "engine_connect",
    "begin",
    "commit",
    "rollback",
)
_OF_DIALECT = attrgetter("do_execute", "do_executemany", "do_execute_no_params", "handle_error")
"""The listeners to events that tell of statements; one to ``engine_connect`` may add others."""


class Transactions(Protocol):
    """Does the work of a store, and raises the driver's errors as those of the port.

    `about` is the id of the order that the work is about, for `Conflict`.
    """

    def read(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        """Do work that only reads."""

    def write(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        """Do work that writes: all of it or nothing."""

    def close(self) -> None:
        """Close the connections that are the store's own."""


class AsyncTransactions(Protocol):
    """The async twin of `Transactions`."""

    async def read(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        """Do work that only reads."""

    async def write(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        """Do work that writes: all of it or nothing."""

    async def aclose(self) -> None:
        """Close the connections that are the store's own."""


class OwnWork:
    """Does work on one connection and leaves nothing open on it, however the work ends.

    Args:
        engine: The engine whose listeners are to see the statements, if it has any.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._by_driver = driver_executor(engine.dialect)

    def do(
        self,
        work: Callable[[Executor, *Ts], T],
        *args: *Ts,
        connection: Connection,
        about: str,
        writes: bool,
        by_core: bool = False,
    ) -> T:
        """Do work, in a transaction where it writes, and clean up behind it."""
        refuse_djangos(connection)
        executor: OwnExecutor | None = None
        committing = False
        try:
            if by_core or self._by_driver is None or is_observed(self._engine):
                executor = sqlalchemy_executor(connection, self._engine.dispatch)
            else:
                executor = self._by_driver(connection)
            if writes:
                executor.begin()
            result = work(executor, *args)
            if writes:
                committing = True
                executor.commit()
            executor.close()
        except BaseException as error:
            _clean_up(connection, executor, error)
            # Whether a commit that failed was done nobody knows, so it must not be repeated: its
            # error leaves here as the port's, which nobody takes for a dead connection's.
            with translated(about) if committing else nullcontext():
                driver_error = connection.dialect.loaded_dbapi.Error
                if not isinstance(error, driver_error):
                    raise
                raise DBAPIError.instance(
                    None,
                    None,
                    error,
                    driver_error,
                    connection_invalidated=connection.invalidated,
                    dialect=connection.dialect,
                ) from error
        return result

    def create_tables(self, connection: Connection) -> None:
        """Create the tables if they are missing."""
        do = partial(self.do, connection=connection, about="", by_core=True)
        if do(lambda _: schema.is_missing(connection), writes=False):
            do(lambda _: schema.create(connection), writes=True)


class OwnTransactions:
    """A transaction of the store's own for each call, on a connection of an engine's pool.

    Where a connection turns out to have died before COMMIT was sent, nothing has been done, and
    the work is done once more by another connection.

    Args:
        database: A URL, or an engine of the host's.
        create_tables: Whether tables that are missing are created, at once.
    """

    def __init__(self, database: Database, *, create_tables: bool) -> None:
        self._is_hosts = isinstance(database, Engine)
        if isinstance(database, Engine):
            self.engine = in_autocommit(database)
            self._own = OwnWork(database)
        else:
            self.engine = open_engine(database, autocommit=True)
            self._own = OwnWork(self.engine)
        if not create_tables:
            return
        try:
            self._run(self._own.create_tables)
        except BaseException:
            self.close()
            raise

    def read(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        return self._run(partial(self._own.do, work, *args, about=about, writes=False), about)

    def write(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        return self._run(partial(self._own.do, work, *args, about=about, writes=True), about)

    def close(self) -> None:
        if not self._is_hosts:
            self.engine.dispose()

    def _run(self, do: Callable[..., T], about: str = "") -> T:
        with translated(about):
            try:
                with self.engine.connect() as connection:
                    return do(connection=connection)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            with self.engine.connect() as connection:
                return do(connection=connection)


class AsyncOwnTransactions:
    """The async twin of `OwnTransactions`; it creates tables before the first call.

    Connections are opened and given back by tasks of their own, which go on where the caller's
    task is cancelled.
    """

    def __init__(self, database: AsyncDatabase, *, create_tables: bool) -> None:
        if isinstance(database, (str, URL, Engine)):  # the last is refused
            self._is_hosts, engine = False, open_async_engine(database)
            self.engine = engine
        else:
            self._is_hosts, engine = True, database
            self.engine = in_autocommit(engine)
        self._own = OwnWork(engine.sync_engine)
        self._creates_tables = create_tables
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lock = asyncio.Lock()

    @classmethod
    async def open(cls, database: AsyncDatabase) -> AsyncOwnTransactions:
        """Connect at once, and create the tables if they are missing."""
        opened = cls(database, create_tables=True)
        try:
            await opened.create_tables()
        except BaseException:
            await opened.aclose()
            raise
        return opened

    async def read(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        return await self._run(
            partial(self._own.do, work, *args, about=about, writes=False), about
        )

    async def write(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        return await self._run(partial(self._own.do, work, *args, about=about, writes=True), about)

    async def create_tables(self) -> None:
        """Create the tables if they are missing, unless that has been done or is not wanted."""
        if self._creates_tables:
            with translated():
                await self._once(self._own.create_tables)
            self._creates_tables = False

    async def aclose(self) -> None:
        loop = asyncio.get_running_loop()
        while tasks := [task for task in self._tasks if task.get_loop() is loop]:
            await asyncio.wait(tasks)
        if not self._is_hosts:
            await self.engine.dispose()

    async def _run(self, do: Callable[..., T], about: str) -> T:
        await self.create_tables()
        with translated(about):
            try:
                return await self._once(do)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return await self._once(do)

    async def _once(self, do: Callable[..., T]) -> T:
        if isinstance(self.engine.pool, StaticPool):
            # SQLAlchemy closes a connection that is interrupted, and a database in memory with it.
            return await asyncio.shield(self._task(self._alone(do)))
        return await self._on_connection(do)

    async def _alone(self, do: Callable[..., T]) -> T:
        async with self._lock:  # all share one connection, and its transaction
            return await self._on_connection(do)

    async def _on_connection(self, do: Callable[..., T]) -> T:
        connecting = self._task(self._connected())
        try:
            connection = await asyncio.shield(connecting)
        except asyncio.CancelledError:
            connecting.add_done_callback(self._give_back)
            raise
        try:
            return await connection.run_sync(lambda each: do(connection=each))
        finally:
            await asyncio.shield(self._task(connection.close()))

    async def _connected(self) -> AsyncConnection:
        return await self.engine.connect()

    def _give_back(self, connecting: asyncio.Task[AsyncConnection]) -> None:
        """Give a connection back that nobody waits for any more."""
        if not connecting.cancelled() and connecting.exception() is None:
            self._task(connecting.result().close())

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps none alive
        task.add_done_callback(self._tasks.discard)
        return task


def is_observed(engine: Engine) -> bool:
    """Return whether SQLAlchemy has to execute statements, for whoever listens to them or logs.

    It also has to where the host's engine puts tables in other schemas.
    """
    return (
        any(_OF_ENGINE(engine.dispatch))
        or any(_OF_DIALECT(engine.dialect.dispatch))
        or engine.logger.isEnabledFor(logging.INFO)
        or "schema_translate_map" in engine.get_execution_options()
    )


def _clean_up(connection: Connection, executor: OwnExecutor | None, error: BaseException) -> None:
    """Leave nothing open on a connection after an error, or close it.

    Whoever interrupts a driver, by cancelling a task or by a signal, does not know what it was at,
    so the driver's connection is closed, unless that would lose a database in memory.
    """
    driver_error = connection.dialect.loaded_dbapi.Error
    is_expected = isinstance(error, (driver_error, SQLAlchemyError, OrderCancelError))
    in_memory = isinstance(connection.engine.pool, (StaticPool, SingletonThreadPool))
    is_clean = False
    try:
        if not (is_expected or is_postgresql(connection)):
            # The frames hold cursors. As long as these are there, SQLite keeps what they have
            # locked, and the past that they read, even when the connection has been closed.
            clear_frames(error.__traceback__)
        if not connection.invalidated and (is_expected or not is_postgresql(connection)):
            if executor is not None:
                executor.close()
            _roll_back(connection)
            is_clean = is_expected or in_memory
    except (driver_error, SQLAlchemyError):
        pass  # the first error says more
    finally:
        if not is_clean:
            connection.invalidate()


def _roll_back(connection: Connection) -> None:
    """Roll back what has begun; where the connection has died, SQLAlchemy notices it here."""
    driver: Any = connection.connection
    if not is_postgresql(connection):
        driver.rollback()
        return
    # psycopg also forgets here what it has prepared. In a pipeline it takes statements for
    # prepared that the server has skipped behind one that failed.
    with suppress(connection.dialect.loaded_dbapi.Error):
        driver.rollback()
    # In autocommit some drivers' rollback() sends nothing; and by this one SQLAlchemy notices a
    # connection that has died, and the others with it.
    connection.exec_driver_sql("ROLLBACK")
