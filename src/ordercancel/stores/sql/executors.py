"""Who carries statements out: SQLAlchemy in the host's transactions, the driver in our own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Protocol

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql.expression import Executable

from ordercancel.stores.sql.engine import beginning, is_postgresql
from ordercancel.stores.sql.statements import Row, Text, Values, compiled

__all__ = [
    "DriverExecutor",
    "Executor",
    "HostExecutor",
    "PipelineExecutor",
    "executors",
]


class Executor(Protocol):
    """Carries statements out. They are constants, but for those that `execute` is given."""

    is_postgresql: bool
    """Whether it is PostgreSQL, and not SQLite, that is spoken to."""

    @property
    def connection(self) -> Connection:
        """The connection, for what else is to be done in the same transaction."""

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        """The rows that a statement gives."""

    def changed(self, statement: Executable, values: Values) -> int:
        """How many rows a statement has changed."""

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        """Change something for each of `values`, now or before what comes next needs it."""

    def execute(self, statement: Executable) -> CursorResult[Any]:
        """The result of a statement that looks different from time to time."""


class HostExecutor:
    """Leaves it to SQLAlchemy, with all that the host has told it to do with statements."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_postgresql = is_postgresql(connection)

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        """See `Executor.rows`."""
        return self.connection.execute(statement, values).all()

    def changed(self, statement: Executable, values: Values) -> int:
        """See `Executor.changed`."""
        return self.connection.execute(statement, values).rowcount

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        """See `Executor.change`."""
        self.connection.execute(statement, values)

    def execute(self, statement: Executable) -> CursorResult[Any]:
        """See `Executor.execute`."""
        return self.connection.execute(statement)


Texts = dict[Executable, Text]
"""The texts of statements, for one dialect."""


class DriverExecutor:
    """Sends statements by the driver's cursor, in one call of the store after the other.

    Args:
        connection: A connection of our own.
        texts: The texts that have been made so far; more are added.
    """

    def __init__(self, connection: Connection, texts: Texts) -> None:
        self.is_postgresql = is_postgresql(connection)
        self._connection = connection
        self._texts = texts
        self._telling = self._asking = connection.connection.cursor()

    @property
    def connection(self) -> Connection:
        """See `Executor.connection`."""
        return self._connection

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        """See `Executor.rows`."""
        text = self._text(statement)
        self._asking.execute(text.sql, text.parameters(values))
        return text.rows(self._asking.fetchall())

    def changed(self, statement: Executable, values: Values) -> int:
        """See `Executor.changed`."""
        text = self._text(statement)
        self._asking.execute(text.sql, text.parameters(values))
        return self._asking.rowcount

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        """See `Executor.change`."""
        text = self._text(statement)
        if len(values) == 1:
            self._telling.execute(text.sql, text.parameters(values[0]))
        else:
            self._telling.executemany(text.sql, [text.parameters(each) for each in values])

    def execute(self, statement: Executable) -> CursorResult[Any]:
        """See `Executor.execute`."""
        return self.connection.execute(statement)

    def begin(self) -> None:
        """Begin a transaction that writes."""
        self._telling.execute(beginning(self._connection))

    def commit(self) -> None:
        """Let the transaction take effect."""
        self._connection.dialect.do_commit(self._connection.connection)

    def stop(self) -> None:
        """Send nothing more: something has failed."""

    def close(self) -> None:
        """Close what reads from the connection, and give the connection back.

        A cursor of SQLite that is left to the garbage collector waits there for whoever has the
        connection by then, and all threads of Python wait with it.
        """
        for cursor in (self._telling, self._asking):
            with suppress(self._connection.dialect.loaded_dbapi.Error):  # of a closed connection
                cursor.close()
        self._connection.close()

    def _text(self, statement: Executable) -> Text:
        found = self._texts.get(statement)
        if found is None:
            found = self._texts[statement] = compiled(statement, self._connection.dialect)
        return found


class PipelineExecutor(DriverExecutor):
    """Waits for no answer but where it is needed, by the pipeline of psycopg's connections.

    Where a statement fails, the server skips all that were sent behind it, until somebody waits.
    """

    def __init__(self, connection: Connection, texts: Texts) -> None:
        super().__init__(connection, texts)
        driver: Any = connection.connection.driver_connection
        self._driver = driver
        # Of several answers a cursor shows the first: those that are needed come to another one.
        self._asking = driver.cursor()
        self._pipelines = ExitStack()
        self._wait: Callable[[], object] = _nothing

    @property
    def connection(self) -> Connection:
        """See `Executor.connection`. From now on each statement is waited for."""
        self._leave()
        return self._connection

    def changed(self, statement: Executable, values: Values) -> int:
        """See `Executor.changed`."""
        super().changed(statement, values)
        self._wait()
        return self._asking.rowcount

    def begin(self) -> None:
        """Begin a transaction that writes."""
        self._wait = self._pipelines.enter_context(self._driver.pipeline()).sync
        super().begin()

    def commit(self) -> None:
        """Let the transaction take effect."""
        self._telling.execute("COMMIT")
        self._leave()

    def stop(self) -> None:
        """Send nothing more: something has failed."""
        self._wait = _nothing
        self._pipelines.__exit__(*sys.exc_info())

    def _leave(self) -> None:
        """Wait for all answers, and be an ordinary connection again."""
        self._wait = _nothing
        self._pipelines.close()


def _nothing() -> None:
    """Nothing is waited for."""


def executors(dialect: Dialect) -> Callable[[Connection], DriverExecutor]:
    """Makes what sends statements by connections of a dialect."""
    kind = PipelineExecutor if _has_pipelines(dialect) else DriverExecutor
    texts: Texts = {}
    return lambda connection: kind(connection, texts)


def _has_pipelines(dialect: Dialect) -> bool:
    if dialect.driver != "psycopg" or dialect.is_async:
        return False
    is_supported: bool = dialect.loaded_dbapi.Pipeline.is_supported()
    return is_supported
