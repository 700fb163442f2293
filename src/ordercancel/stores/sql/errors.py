"""What a driver's errors mean to the port, and how little of a row they may quote.

A database quotes values of rows in what it says: in DETAIL, of a cast that fails, in the words of
a host's trigger. So nothing of an answer is repeated but codes and the names of constraints,
neither in a message nor in the errors behind it. Where there was no answer, the driver's first
line is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import PendingRollbackError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidValue,
    OrderCancelError,
    OrderUnavailable,
    StoreUnavailable,
    TransactionLost,
)
from ordercancel.stores.sql.executors import is_postgresql

LOST_RACES = ("40001", "40P01")
"""PostgreSQL's codes for a serialisation failure and a deadlock: who tries again may succeed."""
UNIQUE = "23505"
NO_TRANSACTION = "25P01"
AWAY = ("08", "25", "28", "3D", "53", "57P", "58")
"""How PostgreSQL's codes begin where it serves nobody: connections, log-in, a server that is read
only, out of resources, shutting down, or whose disk fails."""

SQLITE_UNIQUE = (1555, 2067, 2579)
"""SQLite's codes for a primary key, a unique column and a row id that are taken."""
SQLITE_OF_ROWS = (1, 18, 19, 20, 25)
"""Its primary codes for what is wrong with a statement or a row; the others are of the file."""


class translated:  # noqa: N801 - it reads like contextlib's
    """Raise SQLAlchemy's errors as those that the port names.

    Args:
        order_id: The id of the order that the work is about. Default: it is about no single one.
        host: The connection of a host, in whose transaction the work is done. Default: none.
    """

    def __init__(self, order_id: str = "", host: Connection | None = None) -> None:
        self._order_id = order_id
        self._host = host

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case StatementError(orig=driver):
                error.hide_parameters = True
                error.params = None
                host = self._host
                is_strict = None if host is None else lambda: _is_strict(host)
                raise meaning(error, driver, self._order_id, is_strict) from error
            case PendingRollbackError() | PoolTimeout():
                raise StoreUnavailable(str(error)) from error


def meaning(
    error: Any,
    driver: BaseException | None,
    order_id: str,
    is_strict: Callable[[], bool] | None = None,
) -> OrderCancelError:
    """Return what an error means to the port. What it quotes of a row is taken out of it.

    Args:
        error: The error, as SQLAlchemy or Django raises it.
        driver: The error of the driver behind it.
        order_id: The id of the order that the work is about; empty where it is no single one.
        is_strict: Tells whether a host's transaction, in which the work is done, sees only what
            was there when it began. Default: it is the store's own.
    """
    code = code_of(driver)
    is_answer = _is_answer(driver)
    said = _names(driver) if is_answer else next(iter(str(driver).splitlines()), "")
    is_taken = _is_taken(driver)
    if is_answer:
        error.args = (said,)
        error.orig = error.__cause__ = error.__context__ = None
    if code in LOST_RACES or is_taken:
        if is_strict is not None and (code in LOST_RACES or is_strict()):
            return TransactionLost(order_id)
        return Conflict(order_id)
    if code == NO_TRANSACTION and is_strict is not None:
        return no_transaction()
    return OrderUnavailable(order_id, said) if is_answer and order_id else StoreUnavailable(said)


def no_transaction() -> InvalidValue:
    """Return the error of a host whose connection is in no transaction that it could commit."""
    expected = "one in a transaction of yours: engine.begin(), and no isolation level AUTOCOMMIT"
    return InvalidValue([Fault("SqlStore.within", "is on a connection in autocommit", expected)])


def code_of(driver: Any) -> str:
    """Return PostgreSQL's code for an error, whatever the driver; empty without one."""
    return getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None) or ""


def _is_answer(driver: Any) -> bool:
    """Return whether the database, or the driver, refused this statement and may take others."""
    if code := code_of(driver):
        return not code.startswith(AWAY)
    if (number := getattr(driver, "sqlite_errorcode", None)) is not None:
        return number & 0xFF in SQLITE_OF_ROWS
    # By the names that every driver's errors have, if they are errors of a driver.
    names = {each.__name__ for each in type(driver).__mro__}
    return "Error" not in names or bool(names & {"DataError", "IntegrityError"})


def _is_taken(driver: Any) -> bool:
    """Return whether somebody else was first with the order, an event, a message, a command id.

    What is unique in a table of the host's, which a trigger of theirs fills, is no race for ours.
    """
    if getattr(driver, "sqlite_errorcode", None) in SQLITE_UNIQUE:
        return " ordercancel_" in str(driver)
    table = _named(driver, "table_name") or "ordercancel_"
    return code_of(driver) == UNIQUE and table.startswith("ordercancel_")


def _is_strict(host: Connection) -> bool:
    return is_postgresql(host) and host.get_isolation_level() != "READ COMMITTED"


def _names(driver: Any) -> str:
    """Return the names that an error has, and nothing of its text."""
    code = code_of(driver) or getattr(driver, "sqlite_errorname", None)
    constraint, table = _named(driver, "constraint_name"), _named(driver, "table_name")
    return (
        type(driver).__name__
        + (f" ({code})" if code else "")
        + (f" by {constraint!r:.80}" if constraint else "")
        + (f" of {table!r:.80}" if table else "")
    )


def _named(driver: Any, name: str) -> str | None:
    """Return a field of what PostgreSQL said, where the driver keeps it."""
    field: str | None = getattr(getattr(driver, "diag", None) or driver.__cause__, name, None)
    return field
