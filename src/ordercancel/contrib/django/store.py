"""A store on Django's own connection: its cursor, its transaction, its queries in the log.

An engine of SQLAlchemy's over ``connection.connection`` would end Django's transaction behind its
back, and lose what the host has written in it. Here nothing but Django begins and commits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar, TypeVarTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.expression import Executable

from ordercancel.contrib.django.signals import committed
from ordercancel.service.records import Commit
from ordercancel.stores.sql.errors import meaning
from ordercancel.stores.sql.executors import (
    Executor,
    Row,
    Text,
    Values,
    compile_into,
    texts_of,
)
from ordercancel.stores.sql.store import SqlStore

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

DIALECTS = {
    # Django's cursors take parameters by name in this style, whatever the driver's own is.
    "postgresql": PGDialect_psycopg(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
    "sqlite": SQLiteDialect_pysqlite(paramstyle="pyformat"),
}
"""The dialects by Django's names of databases; they keep the compiled statements."""


class DjangoExecutor:
    """Executes compiled statements by Django's cursor.

    Args:
        host: Django's connection.
    """

    def __init__(self, host: BaseDatabaseWrapper) -> None:
        self._host = host
        self._dialect = DIALECTS[host.vendor]
        self._texts = texts_of(self._dialect)
        self.is_postgresql = host.vendor == "postgresql"

    def rows(self, statement: Executable, values: Values) -> Sequence[Row]:
        text = self._text(statement)
        with self._host.cursor() as cursor:
            cursor.execute(text.sql, text.parameters(values))
            return text.rows(cursor.fetchall())

    def changed(self, statement: Executable, values: Values) -> int:
        text = self._text(statement)
        with self._host.cursor() as cursor:
            cursor.execute(text.sql, text.parameters(values))
            count: int = cursor.rowcount
            return count

    def change(self, statement: Executable, values: Sequence[Values]) -> None:
        text = self._text(statement)
        with self._host.cursor() as cursor:
            if len(values) == 1:
                cursor.execute(text.sql, text.parameters(values[0]))
            else:
                cursor.executemany(text.sql, [text.parameters(each) for each in values])

    def _text(self, statement: Executable) -> Text:
        return self._texts.get(statement) or compile_into(self._texts, statement, self._dialect)


class DjangoTransactions:
    """Works in the transaction that Django is in; outside of one, each writing is its own.

    Within ``atomic()`` what is written goes into a savepoint, so that a lost race leaves the
    host's own work as it is.

    Args:
        using: The alias of the database.
    """

    def __init__(self, using: str) -> None:
        self.using = using

    def read(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        with _translated(about, self.using):
            return work(DjangoExecutor(connections[self.using]), *args)

    def write(self, work: Callable[[Executor, *Ts], T], *args: *Ts, about: str = "") -> T:
        with _translated(about, self.using), transaction.atomic(using=self.using):
            return work(DjangoExecutor(connections[self.using]), *args)

    def close(self) -> None:
        """Do nothing: the connections are Django's."""


class DjangoStore(SqlStore):
    """A store on Django's own connection, PostgreSQL or SQLite.

    It commits with the host's ``transaction.atomic()``; outside of one, each command is a
    transaction of its own. Its tables are made by ``migrate``. After each commit the signal
    `ordercancel.contrib.django.signals.committed` is sent.

    Args:
        using: The alias of the database. Default: ``"default"``.

    Raises:
        ImproperlyConfigured: The database is neither PostgreSQL nor SQLite, or ``USE_TZ`` is off.
    """

    def __init__(self, using: str = DEFAULT_DB_ALIAS) -> None:
        vendor = connections[using].vendor
        if vendor not in DIALECTS:
            raise ImproperlyConfigured(
                f"DATABASES[{using!r}] is {vendor}; expected one of: {', '.join(DIALECTS)}"
            )
        if not settings.USE_TZ:
            raise ImproperlyConfigured("USE_TZ is False; expected True: deadlines are moments")
        self._using = using
        self._transactions = DjangoTransactions(using)

    def commit(self, commit: Commit) -> None:
        super().commit(commit)
        self._announce(commit)

    def commit_all(self, commits: Sequence[Commit]) -> None:
        super().commit_all(commits)
        for commit in commits:
            self._announce(commit)

    def _announce(self, commit: Commit) -> None:
        """Send the signal when Django has committed; an error of a receiver stops nobody."""
        send = partial(
            committed.send_robust,
            sender=type(self),
            case=commit.case,
            events=commit.events,
            using=self._using,
        )
        transaction.on_commit(send, using=self._using)


class _translated:  # noqa: N801 - it reads like contextlib's
    """Raise Django's errors of a database as those that the port names."""

    def __init__(self, order_id: str, using: str) -> None:
        self._order_id = order_id
        self._host = connections[using]

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Error):
            is_strict = self._is_strict if self._host.in_atomic_block else None
            raise meaning(error, error.__cause__ or error, self._order_id, is_strict) from error

    def _is_strict(self) -> bool:
        """Return whether ``atomic()`` sees only what was there when it began."""
        if self._host.vendor != "postgresql":
            return False
        with self._host.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            return bool(cursor.fetchone()[0] != "read committed")
