"""How the database is opened, and how its transactions begin."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from ordercancel.errors import Fault, InvalidValue

__all__ = ["READS_ONLY", "sqlite_engine"]

READS_ONLY = "ordercancel_reads_only"
"""The execution option of a transaction that writes nothing."""


def sqlite_engine(url: str | URL) -> Engine:
    """An engine for an SQLite database.

    Raises:
        InvalidValue: The URL is none, or not one of SQLite's.
    """
    expected = "a URL such as sqlite:///shop.db"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidValue([Fault("SqlStore.url", "is no URL", expected)]) from error
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise InvalidValue([Fault("SqlStore.url", f"names {parsed.drivername}", expected)])
    options: dict[str, Any] = {"poolclass": StaticPool} if _is_in_memory(parsed) else {}
    # Transactions are begun by hand: with the driver's own, deferred BEGIN, a write that follows
    # a read fails at once under concurrency, whatever the busy timeout says.
    arguments = {"isolation_level": None, "timeout": 30, "check_same_thread": False}
    try:
        engine = create_engine(parsed, connect_args=arguments, **options)
    except (TypeError, ValueError) as error:
        raise InvalidValue([Fault("SqlStore.url", str(error), expected)]) from error

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA foreign_keys = ON")
            # The mode belongs to the file. Where another connection is just setting it, SQLite
            # answers "locked" at once instead of waiting; what is wrong otherwise will be told by
            # the first statement.
            with suppress(sqlite3.OperationalError):
                cursor.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(READS_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _is_in_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")
