"""How a database is opened, also after a fork."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import Pool, StaticPool

from ordercancel.domain.errors import Fault, InvalidValue

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

EXPECTED = "a URL such as sqlite:///shop.db or postgresql://user@host/shop"
DJANGO_STORE = "ordercancel.contrib.django.DjangoStore, which works in Django's transactions"
PSYCOPG = "postgresql+psycopg"
DRIVERS: Mapping[str, str] = {
    **dict.fromkeys(("sqlite", "sqlite+pysqlite"), "sqlite"),
    **dict.fromkeys(("postgresql", "postgres", PSYCOPG), PSYCOPG),
    "postgresql+psycopg2": "postgresql+psycopg2",
}
"""The drivers of a URL, with those that it is opened by."""
ASYNC_DRIVERS: Mapping[str, str] = {
    **dict.fromkeys(("sqlite", "sqlite+aiosqlite"), "sqlite+aiosqlite"),
    **dict.fromkeys(("postgresql", "postgres", PSYCOPG), PSYCOPG),
    "postgresql+asyncpg": "postgresql+asyncpg",
}
CONNECTIONS = 15
"""How many connections there are at most. All are kept: opening one takes as long as a command."""


def open_engine(url: str | URL, *, autocommit: bool = False) -> Engine:
    """Open an engine for an SQLite or PostgreSQL database. Nothing is connected yet.

    Args:
        url: Where the database is.
        autocommit: Whether, on PostgreSQL too, a transaction begins only where it is told to.

    Raises:
        InvalidValue: The URL is not valid, or names another database, or its driver is missing.
    """
    parsed = _parsed(url, DRIVERS)
    with _refused(parsed):
        engine = create_engine(parsed, **_options(parsed, autocommit=autocommit))
    _prepare(engine)
    return engine


def open_async_engine(url: str | URL) -> AsyncEngine:
    """Open an async engine in autocommit, as `open_engine` does.

    Raises:
        ImportError: SQLAlchemy lacks what it needs for async.
        InvalidValue: As in `open_engine`.
    """
    try:
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - needs greenlet
    except ImportError as error:
        raise ImportError("AsyncSqlStore needs the extra ordercancel[async]") from error
    parsed = _parsed(url, ASYNC_DRIVERS)
    with _refused(parsed):
        engine = create_async_engine(parsed, **_options(parsed, autocommit=True))
    _prepare(engine.sync_engine)
    return engine


E = TypeVar("E", Engine, "AsyncEngine")


def in_autocommit(engine: E) -> E:
    """Return an engine on the same pool whose connections leave transactions to the store.

    Those of SQLite do so anyway, as long as nothing has been written.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine


def refuse_djangos(connection: Connection) -> None:
    """Refuse a connection that Django has lent to an engine of SQLAlchemy's.

    Giving it back to the pool would roll back, or commit, what the host has written in it.

    Raises:
        InvalidValue: The driver's connection is the one of a database of Django's.
    """
    django = sys.modules.get("django.db")
    lent = django.connections.all(initialized_only=True) if django is not None else ()
    driver = connection.connection.driver_connection
    if any(each.connection is driver for each in lent):
        problem = "is Django's own connection, whose transaction SQLAlchemy would end"
        raise InvalidValue([Fault("SqlStore.database", problem, DJANGO_STORE)])


def _parsed(url: str | URL, drivers: Mapping[str, str]) -> URL:
    """Return the parts of a URL. No error quotes any of them, for each may hold a password.

    Raises:
        InvalidValue: It is not valid, or names another database.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter quotes what stands where a port should
        parsed = None
    if parsed is None:
        raise InvalidValue([Fault("SqlStore.url", "is no URL", EXPECTED)])
    if parsed.drivername not in drivers:
        raise InvalidValue([Fault("SqlStore.url", f"names {parsed.drivername}", EXPECTED)])
    parsed = parsed.set(drivername=drivers[parsed.drivername])
    if parsed.get_backend_name() == "sqlite":
        if parsed.host or parsed.username:
            expected = "sqlite:/// and the name of a file"
            raise InvalidValue([Fault("SqlStore.url", "has a host or a user", expected)])
    elif isinstance(url, str) and (url.count("@") > 1 or "@" in url.partition("?")[2]):
        # What is behind it would be taken for the host, which drivers quote.
        problem = "has an @ that may be a part of a password"
        expected = "%40 in place of each @, and %3F of each ?, in names and passwords"
        raise InvalidValue([Fault("SqlStore.url", problem, expected)])
    return parsed


@contextmanager
def _refused(url: URL) -> Iterator[None]:
    """Raise what SQLAlchemy says against a URL as a fault of the URL."""
    try:
        yield
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        problem = f"needs a driver that is not installed ({error})"
        raise InvalidValue([Fault("SqlStore.url", problem, _source_of(url))]) from error
    except (TypeError, ValueError):
        problem = f"has options that can't be read, among {', '.join(sorted(url.query))}"
        raise InvalidValue([Fault("SqlStore.url", problem, EXPECTED)]) from None


def _source_of(url: URL) -> str:
    """Return where the driver of a URL comes from."""
    driver = url.get_driver_name()
    if driver in ("psycopg2", "asyncpg"):
        return f"the package {driver}, or postgresql:// and the extra ordercancel[postgresql]"
    return f"the extra ordercancel[{'async' if driver == 'aiosqlite' else 'postgresql'}]"


def _options(url: URL, *, autocommit: bool) -> dict[str, Any]:
    pool: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 0}
    if url.get_backend_name() == "postgresql":
        return pool | {"isolation_level": "AUTOCOMMIT" if autocommit else "READ COMMITTED"}
    # Transactions are begun by hand.
    arguments: dict[str, Any] = {"isolation_level": None, "check_same_thread": False}
    if "timeout" not in url.query:
        arguments["timeout"] = 30
    if url.database in (None, "", ":memory:"):
        pool = {"poolclass": StaticPool}
    return pool | {"connect_args": arguments}


def _prepare(engine: Engine) -> None:
    """Set up each new connection of an engine, and forget them all in the child of a fork."""
    set_up = _set_up_postgresql if engine.dialect.name == "postgresql" else _set_up_sqlite

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        with closing(connection.cursor()) as cursor:
            set_up(cursor)
        connection.commit()  # where the driver has begun a transaction

    if not isinstance(engine.pool, StaticPool):  # a database in memory is the child's own copy
        _OPENED.add(engine)


def _set_up_postgresql(cursor: Any) -> None:
    # As long as SQLite waits, and not for ever, unless the server or the URL says how long.
    cursor.execute(
        "SELECT set_config('lock_timeout', '30s', false) "
        "WHERE current_setting('lock_timeout') = '0'"
    )
    # For statements outside a transaction, whatever the server's default is.
    cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _set_up_sqlite(cursor: Any) -> None:
    cursor.execute("PRAGMA foreign_keys = ON")
    # What is erased, or only rewritten, is overwritten in the file. Not every SQLite does so.
    cursor.execute("PRAGMA secure_delete = ON")
    # The mode belongs to the file. Where another connection is just setting it, SQLite answers
    # "locked" at once instead of waiting; the first statement shows whatever else is wrong.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")


_OPENED: WeakSet[Engine] = WeakSet()
_INHERITED: list[Pool] = []
"""The pools of parent processes. They are kept, for to close a connection of a parent's, which
garbage collection would do, too, ends its session on PostgreSQL and drops its locks on SQLite."""


def leave_to_parent() -> None:
    """Let every engine that was opened here connect anew; in the child of a fork."""
    for engine in tuple(_OPENED):
        _INHERITED.append(engine.pool)
        engine.dispose(close=False)


# There is none where nothing forks, as on Windows.
getattr(os, "register_at_fork", dict)(after_in_child=leave_to_parent)
