"""The seam between what is written and whose cursor writes it.

What the store writes and asks is SQLAlchemy Core in constants, with values by name (`queries`,
`commit`, `outbox`), compiled once for each dialect. An `Executor` carries that out: SQLAlchemy's
own connection, in the host's transactions and wherever somebody listens to statements, or the
driver's cursor. Another host's connection, such as Django's, needs no more than the three methods
of `Executor`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Protocol

import attrs
from sqlalchemy import BindParameter, Connection, Dialect, Table, bindparam
from sqlalchemy.sql.expression import Executable

Values = Mapping[str, Any]
"""The values of a statement's parameters, by name."""
Row = Sequence[Any]
Conversion = Callable[[Any], Any]

BEGIN_POSTGRESQL = "BEGIN ISOLATION LEVEL READ COMMITTED"
"""Whatever the server's default is: whoever comes second must see what the first committed."""
BEGIN_SQLITE = "BEGIN IMMEDIATE"
"""A transaction that starts by reading and then writes fails as "locked", whatever the timeout."""


class Executor(Protocol):
    """Carries statements out within one transaction."""

    is_postgresql: bool
    """Whether the database is PostgreSQL; otherwise it is SQLite."""

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        """Execute a statement and return all of its rows."""

    def changed(self, statement: Executable, values: Values) -> int:
        """Execute a statement and return the number of rows that it changed."""

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        """Execute a statement for each of `values`, before the next result is returned."""


class OwnExecutor(Executor, Protocol):
    """An executor that also begins and ends the store's own transactions."""

    def begin(self) -> None:
        """Begin a transaction that writes."""

    def commit(self) -> None:
        """Commit the transaction."""

    def close(self) -> None:
        """Close every cursor and pipeline; what was still on its way is dropped."""


CORE_EVENTS = ("before_execute", "after_execute")
"""The events that have statements of SQLAlchemy Core, or results of these."""


class CoreExecutor:
    """Executes statements by SQLAlchemy Core, which may rewrite them for the host.

    It takes a half longer than `TextExecutor`, and is left to the few who need it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_postgresql = is_postgresql(connection)

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        return self._connection.execute(statement, values).all()

    def changed(self, statement: Executable, values: Values) -> int:
        return self._connection.execute(statement, values).rowcount

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        # psycopg's executemany() takes a pipeline, and a round trip more, also for a single one.
        self._connection.execute(statement, values[0] if len(values) == 1 else values)

    def begin(self) -> None:
        if self.is_postgresql:
            self._connection.exec_driver_sql(BEGIN_POSTGRESQL)
        else:
            begin_sqlite(self._connection)

    def commit(self) -> None:
        if self.is_postgresql:
            # The connection is in autocommit, where some drivers' commit() sends nothing.
            self._connection.exec_driver_sql("COMMIT")
        self._connection.commit()

    def close(self) -> None:
        """Do nothing: SQLAlchemy closes its cursors itself."""


class TextExecutor(CoreExecutor):
    """Executes compiled statements by SQLAlchemy's connection; whoever listens sees them all."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._texts = texts_of(connection.dialect)

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        text = self._text(statement)
        sent = self._connection.exec_driver_sql(text.sql, text.parameters(values))
        return text.rows(sent.all())

    def changed(self, statement: Executable, values: Values) -> int:
        text = self._text(statement)
        return self._connection.exec_driver_sql(text.sql, text.parameters(values)).rowcount

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        text = self._text(statement)
        parameters = [text.parameters(each) for each in values]
        self._connection.exec_driver_sql(
            text.sql, parameters[0] if len(parameters) == 1 else parameters
        )

    def _text(self, statement: Executable) -> Text:
        return self._texts.get(statement) or compile_into(
            self._texts, statement, self._connection.dialect
        )


def sqlalchemy_executor(connection: Connection, listeners: Any = None) -> CoreExecutor:
    """Return what executes by SQLAlchemy's connection: by text, unless Core itself is needed.

    Args:
        connection: The connection.
        listeners: Those who listen to it. Default: the connection's own and its engine's, which
            takes as long to look up as a short statement.
    """
    listeners = listeners or connection.dispatch
    if any(getattr(listeners, name) for name in CORE_EVENTS) or (
        "schema_translate_map" in connection.get_execution_options()
    ):
        return CoreExecutor(connection)
    return TextExecutor(connection)


def is_postgresql(connection: Connection) -> bool:
    """Return whether a connection is to PostgreSQL; otherwise it is to SQLite."""
    return connection.dialect.name == "postgresql"


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction that writes, if this is SQLite and the driver has begun none.

    Without it a savepoint on SQLite would be outside any transaction, and committed when it is
    released.
    """
    if is_postgresql(connection):
        return
    if not connection.in_transaction():
        connection.begin()  # first, for a listener of the host's may begin one
    driver: Any = connection.connection.driver_connection  # of sqlite3 or aiosqlite
    if not driver.in_transaction:
        connection.exec_driver_sql(BEGIN_SQLITE)


Texts = dict[Executable, "Text"]
"""Compiled statements of one dialect."""


def texts_of(dialect: Dialect) -> Texts:
    """Return what has been compiled for a dialect so far; it grows, and is gone with the dialect.

    Texts refer to their dialect, so that no other place would let go of it.
    """
    texts: Texts = dialect.__dict__.setdefault("_ordercancel_texts", {})
    return texts


class DriverExecutor:
    """Executes compiled statements by the driver's cursor; no listener of SQLAlchemy sees them.

    Args:
        connection: A connection in autocommit that belongs to the store alone.
    """

    def __init__(self, connection: Connection) -> None:
        dialect = connection.dialect
        self.is_postgresql = dialect.name == "postgresql"
        self._dialect = dialect
        driver: Any = connection.connection.driver_connection
        self._driver = driver
        self._texts = texts_of(dialect)
        self._writing = self._asking = driver.cursor()

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        text = self._text(statement)
        self._asking.execute(text.sql, text.parameters(values))
        return text.rows(self._asking.fetchall())

    def changed(self, statement: Executable, values: Values) -> int:
        text = self._text(statement)
        self._asking.execute(text.sql, text.parameters(values))
        count: int = self._asking.rowcount
        return count

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        text = self._text(statement)
        if len(values) == 1:
            self._writing.execute(text.sql, text.parameters(values[0]))
        else:
            self._writing.executemany(text.sql, [text.parameters(each) for each in values])

    def begin(self) -> None:
        if self.is_postgresql:
            self._writing.execute(BEGIN_POSTGRESQL)
        elif not self._driver.in_transaction:
            self._writing.execute(BEGIN_SQLITE)

    def commit(self) -> None:
        if self.is_postgresql:
            self._writing.execute("COMMIT")
        else:
            self._driver.commit()

    def close(self) -> None:
        # A cursor of SQLite that is left to the garbage collector keeps its statement, and with
        # it the past that the statement reads, for as long as somebody keeps the traceback.
        with suppress(self._dialect.loaded_dbapi.Error):  # of a closed connection
            self._writing.close()

    def _text(self, statement: Executable) -> Text:
        return self._texts.get(statement) or compile_into(self._texts, statement, self._dialect)


class PipelineExecutor(DriverExecutor):
    """Waits for an answer only where it is needed, by psycopg's pipelines.

    After a failure the server skips the statements behind it until somebody waits.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        # Of several answers a cursor shows the first: those that are needed get another cursor.
        self._asking = self._driver.cursor()
        self._pipelines = ExitStack()
        self._pipeline: Any = None

    def changed(self, statement: Executable, values: Values) -> int:
        super().changed(statement, values)
        self._pipeline.sync()
        count: int = self._asking.rowcount
        return count

    def begin(self) -> None:
        self._pipeline = self._pipelines.enter_context(self._driver.pipeline())
        super().begin()

    def commit(self) -> None:
        super().commit()
        self._pipelines.close()  # waits for all answers

    def close(self) -> None:
        with suppress(self._dialect.loaded_dbapi.Error):
            self._pipelines.close()
        super().close()
        with suppress(self._dialect.loaded_dbapi.Error):
            self._asking.close()


def driver_executor(dialect: Dialect) -> Callable[[Connection], OwnExecutor] | None:
    """Return what executes by the driver's own cursor; None where SQLAlchemy's has to."""
    if dialect.is_async:
        return None
    if dialect.driver == "psycopg" and dialect.loaded_dbapi.Pipeline.is_supported():
        return PipelineExecutor
    return DriverExecutor if dialect.driver in ("pysqlite", "psycopg") else None


def parameters(table: Table, *names: str) -> dict[str, BindParameter[Any]]:
    """Map columns of a table (default: all) to parameters of the same names and types."""
    return {
        name: bindparam(name, type_=column.type)
        for name, column in table.c.items()
        if not names or name in names
    }


@attrs.frozen
class Text:
    """A statement as a driver takes it.

    Args:
        sql: The statement.
        names: The names of its parameters where the driver takes them by position; else None.
        converts: The parameters that are converted, and how.
        fixed: The values that belong to the statement itself.
        gives: How the columns of its rows are converted; empty where none has to be.
    """

    sql: str
    names: tuple[str, ...] | None
    converts: tuple[tuple[str, Conversion], ...]
    fixed: Values
    gives: tuple[Conversion | None, ...]

    def parameters(self, values: Values) -> Any:
        """Return `values` as the driver takes them."""
        converted = {**self.fixed, **values}
        for name, convert in self.converts:
            converted[name] = convert(converted[name])
        if self.names is None:
            return converted
        return tuple(map(converted.__getitem__, self.names))

    def rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the driver's `rows` with the values that the statement's columns stand for."""
        if not self.gives:
            return rows
        return [
            [
                value if convert is None else convert(value)
                for value, convert in zip(row, self.gives, strict=True)
            ]
            for row in rows
        ]


def compile_into(texts: Texts, statement: Executable, dialect: Dialect) -> Text:
    """Compile a statement and keep it in `texts`."""
    text = texts[statement] = compiled(statement, dialect)
    return text


def compiled(statement: Any, dialect: Dialect) -> Text:
    """Compile a statement of SQLAlchemy Core that has no part that grows, such as IN of a list."""
    made = statement.compile(dialect=dialect)
    names = tuple(made.positiontup or made.bind_names.values())
    binds = {name: made.binds[name] for name in names}
    gives = tuple(
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in getattr(statement, "exported_columns", ())
    )
    return Text(
        sql=str(made),
        names=names if made.positional else None,
        converts=tuple(
            (name, convert)
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        ),
        fixed={name: bind.value for name, bind in binds.items() if not bind.required},
        gives=gives if any(gives) else (),
    )
