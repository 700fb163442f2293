"""How a database is opened, how transactions begin, and what its errors mean to the port."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    PendingRollbackError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from ordercancel.domain.errors import Conflict, Fault, InvalidValue, StoreUnavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = [
    "begin",
    "beginning",
    "is_postgresql",
    "open_async_engine",
    "open_engine",
    "translated",
]

EXPECTED = "a URL such as sqlite:///shop.db or postgresql://user@host/shop"
DRIVERS: Mapping[str, str] = {
    **dict.fromkeys(("sqlite", "sqlite+pysqlite"), "sqlite"),
    **dict.fromkeys(("postgresql", "postgresql+psycopg"), "postgresql+psycopg"),
}
"""What is taken, with the driver that it is opened by."""
ASYNC_DRIVERS: Mapping[str, str] = {
    **dict.fromkeys(("sqlite", "sqlite+aiosqlite"), "sqlite+aiosqlite"),
    **dict.fromkeys(("postgresql", "postgresql+psycopg"), "postgresql+psycopg"),
}
CONNECTIONS = 15
"""How many connections there are at most. All are kept: opening one takes as long as a command."""
LOST_RACES = ("40001", "40P01")
"""PostgreSQL's codes for a serialisation failure and a deadlock: who tries again may succeed."""


def open_engine(url: str | URL, *, autocommit: bool = False) -> Engine:
    """An engine for an SQLite or PostgreSQL database. Nothing is connected yet.

    Args:
        url: Where the database is.
        autocommit: Whether a statement outside a transaction stands for itself on PostgreSQL, as
            it does on SQLite. Then a transaction is begun by what `beginning` says.

    Raises:
        InvalidValue: The URL is none, or names another database, or its driver is not there.
    """
    parsed = _parsed(url, DRIVERS)
    with _refused(parsed):
        engine = create_engine(parsed, **_options(parsed, autocommit=autocommit))
    _prepare(engine)
    return engine


def open_async_engine(url: str | URL) -> AsyncEngine:
    """The async twin of `open_engine`, in autocommit."""
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - needs greenlet

    parsed = _parsed(url, ASYNC_DRIVERS)
    with _refused(parsed):
        engine = create_async_engine(parsed, **_options(parsed, autocommit=True))
    _prepare(engine.sync_engine)
    return engine


def is_postgresql(connection: Connection) -> bool:
    """Whether it is PostgreSQL, and not SQLite, that is spoken to."""
    return connection.dialect.name == "postgresql"


def beginning(connection: Connection) -> str:
    """What begins a transaction that writes, where a statement alone begins none.

    SQLite has to be told at once that it will write: a transaction that begins by reading fails
    as "locked" when it goes on to write, whatever the time-out says. PostgreSQL is told that who
    comes second is to see what the first has committed, whatever the server's default is.
    """
    if is_postgresql(connection):
        return "BEGIN ISOLATION LEVEL READ COMMITTED"
    return "BEGIN IMMEDIATE"


def begin(connection: Connection) -> None:
    """Begin a transaction that writes, unless one has begun or the driver begins it.

    Without it a savepoint on SQLite would be outside any transaction, and committed when it is
    released.
    """
    if is_postgresql(connection):
        return
    driver: Any = connection.connection.driver_connection  # of sqlite3 or aiosqlite
    if not driver.in_transaction:
        connection.exec_driver_sql(beginning(connection))


class translated:  # noqa: N801 - it reads like contextlib's
    """The driver's errors, as the errors that the port names.

    Args:
        order_id: The order that is worked at, if it is one.
    """

    def __init__(self, order_id: str = "") -> None:
        self._order_id = order_id

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case IntegrityError():
                # Somebody else put in the order, the event, the open request or the command id.
                _hush(error)
                raise Conflict(self._order_id) from error
            case DBAPIError():
                _hush(error)
                if getattr(error.orig, "sqlstate", None) in LOST_RACES:
                    raise Conflict(self._order_id) from error
                raise StoreUnavailable(_first_line(error.orig)) from error
            case PendingRollbackError() | PoolTimeout():
                raise StoreUnavailable(str(error)) from error


def _hush(error: DBAPIError) -> None:
    """Let the trace of an error not say what was being written."""
    error.hide_parameters = True
    error.params = None


def _first_line(error: object) -> str:
    """What a driver says; in the lines behind the first PostgreSQL may quote a row."""
    return next(iter(str(error).splitlines()), "")


def _parsed(url: str | URL, drivers: Mapping[str, str]) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidValue([Fault("SqlStore.url", "is no URL", EXPECTED)]) from error
    if parsed.drivername not in drivers:
        raise InvalidValue([Fault("SqlStore.url", f"names {parsed.drivername}", EXPECTED)])
    return parsed.set(drivername=drivers[parsed.drivername])


@contextmanager
def _refused(url: URL) -> Iterator[None]:
    """What SQLAlchemy says against a URL, as a fault of it."""
    try:
        yield
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        extra = "postgresql" if url.get_backend_name() == "postgresql" else "async"
        problem = f"needs a driver that is not installed ({error})"
        fault = Fault("SqlStore.url", problem, f"the extra ordercancel[{extra}]")
        raise InvalidValue([fault]) from error
    except (TypeError, ValueError) as error:
        raise InvalidValue([Fault("SqlStore.url", str(error), EXPECTED)]) from error


def _options(url: URL, *, autocommit: bool) -> dict[str, Any]:
    pool: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 0}
    if url.get_backend_name() == "postgresql":
        return pool | {"isolation_level": "AUTOCOMMIT" if autocommit else "READ COMMITTED"}
    # Transactions are begun by hand, see `beginning`.
    arguments: dict[str, Any] = {"isolation_level": None, "check_same_thread": False}
    if "timeout" not in url.query:
        arguments["timeout"] = 30
    if url.database in (None, "", ":memory:"):
        pool = {"poolclass": StaticPool}
    return pool | {"connect_args": arguments}


def _prepare(engine: Engine) -> None:
    """Let each new connection be told what holds in it."""
    told = _tell_postgresql if engine.dialect.name == "postgresql" else _tell_sqlite

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        with closing(connection.cursor()) as cursor:
            told(cursor)


def _tell_postgresql(cursor: Any) -> None:
    # For statements outside a transaction, whatever the server's default is.
    cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _tell_sqlite(cursor: Any) -> None:
    cursor.execute("PRAGMA foreign_keys = ON")
    # The mode belongs to the file. Where another connection is just setting it, SQLite answers
    # "locked" at once instead of waiting; what is wrong otherwise will be told by the first
    # statement.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")
