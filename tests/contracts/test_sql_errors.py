"""Errors tell what happened, and nothing of a row: with every driver, sync and async."""

from __future__ import annotations

import asyncio
import copy
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    OperationalError,
    PendingRollbackError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from ordercancel import (
    AsyncCancellationService,
    CancellationService,
    Conflict,
    InvalidValue,
    OrderUnavailable,
    RequestCancellation,
    StoreUnavailable,
    TransactionLost,
)
from ordercancel.policies import QOO10
from ordercancel.stores.sql import AsyncSqlStore, SqlStore
from ordercancel.stores.sql.engine import open_engine
from ordercancel.stores.sql.errors import translated
from ordercancel.testing.blocking import Blocking, opened
from ordercancel.testing.contracts.samples import asking, carried_out, put, registered
from samples import BUYER, jst, order

SECRET = "himitsu"
DRIVERS = ("sqlite3", "aiosqlite", "psycopg", "async psycopg", "psycopg2", "asyncpg")


class Error(Exception):
    """A driver's error, as they are named in every driver."""

    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__(f"what the driver says\nDETAIL: {SECRET}")
        self.sqlstate = sqlstate


class Wrong(Error):
    """Those of values are told by the name of their class."""


Wrong.__name__ = "DataError"


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database for the driver."""
    if "sqlite" in request.getfixturevalue("driver"):
        return f"sqlite:///{tmp_path / 'shop.db'}"
    made: str = request.getfixturevalue("postgres")
    return made


@contextmanager
def opening(driver: str, url: str) -> Iterator[Any]:
    """A store by a driver whose methods can be called."""
    if driver in ("aiosqlite", "async psycopg"):
        with opened(lambda: AsyncSqlStore.open(url)) as store:
            yield store
    elif driver == "asyncpg":
        with asyncio.Runner() as runner:
            engine = asyncpg_engine(url)
            yield Blocking(runner.run(AsyncSqlStore.open(engine)), runner)
            runner.run(engine.dispose())
    else:
        scheme = "postgresql+psycopg2:" if driver == "psycopg2" else "postgresql:"
        with closing(SqlStore(url.replace("postgresql:", scheme))) as store:
            yield store


def asyncpg_engine(url: str) -> Any:
    """An engine of the host's: asyncpg takes no options of libpq."""
    parsed = make_url(url)
    (options,) = [parsed.query["options"]]
    return create_async_engine(
        f"postgresql+asyncpg://{parsed.username}@/{parsed.database}",
        connect_args={
            "host": parsed.query["host"],
            "server_settings": {"search_path": str(options).removeprefix("-csearch_path=")},
        },
    )


def run(url: str, *statements: str) -> None:
    """What a host does with its own database."""
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def check(error: BaseException | None) -> None:
    """Neither an error quotes the row, nor what is behind it."""
    while error is not None:
        shown = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
        assert SECRET not in "".join(shown)
        error = error.__cause__ or error.__context__


FUNCTION = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {} END$$"
TRIGGER = (
    "CREATE TRIGGER refuse BEFORE INSERT ON ordercancel_events "
    "FOR EACH ROW WHEN (NEW.version > 1) EXECUTE FUNCTION refuse()"
)
POSTGRESQL = {
    "check": ("ALTER TABLE ordercancel_events ADD CONSTRAINT one CHECK (version < 2)",),
    "cast": (FUNCTION.format("PERFORM NEW.body::integer;"), TRIGGER),
    "raise": (FUNCTION.format("RAISE EXCEPTION USING MESSAGE = NEW.body;"), TRIGGER),
    "unique": (
        "CREATE TABLE theirs (body text UNIQUE)",
        FUNCTION.format("INSERT INTO theirs VALUES (NEW.body), (NEW.body);"),
        TRIGGER,
    ),
}
SQLITE_TRIGGER = (
    "CREATE TRIGGER refuse BEFORE INSERT ON ordercancel_events WHEN NEW.version > 1 BEGIN {} END"
)
SQLITE = {
    "raise": (SQLITE_TRIGGER.format(f"SELECT RAISE(ABORT, '{SECRET} is refused');"),),
    "unique": (
        "CREATE TABLE theirs (body TEXT UNIQUE)",
        SQLITE_TRIGGER.format("INSERT INTO theirs VALUES (NEW.body), (NEW.body);"),
    ),
}
SAID = {
    "check": "23514",
    "cast": "22P02",
    "raise": "P0001",
    "unique": "23505",
    "sqlite raise": "SQLITE_CONSTRAINT_TRIGGER",
    "sqlite unique": "SQLITE_CONSTRAINT_UNIQUE",
}


@pytest.mark.parametrize(
    ("driver", "refusal"),
    [
        (driver, refusal)
        for driver in DRIVERS
        for refusal in (SQLITE if "sqlite" in driver else POSTGRESQL)
    ],
)
def test_what_the_host_refuses_is_no_lost_race_and_quotes_nothing(
    driver: str, refusal: str, url: str
) -> None:
    """A check, a cast that fails in a trigger, its own words, and what is unique to the host."""
    is_sqlite = "sqlite" in driver
    with opening(driver, url) as store:
        case = put(store, registered())
        run(url, *(SQLITE if is_sqlite else POSTGRESQL)[refusal])
        asks = RequestCancellation("o-1", by=BUYER, reason="other", text=f"{SECRET} words")
        with pytest.raises(OrderUnavailable) as caught:
            store.commit(carried_out(case, asks))
        assert store.load("o-1") == case
    check(caught.value)
    assert caught.value.order_id == "o-1"
    said = SAID[f"sqlite {refusal}" if is_sqlite else refusal]
    assert said in caught.value.problem
    assert str(caught.value) == (
        f"order 'o-1' could not be read or written: {caught.value.problem}"
    )
    if refusal == "check":
        assert caught.value.problem.endswith("(23514) by 'one' of 'ordercancel_events'")


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_id_that_is_taken_is_a_lost_race_and_quotes_nothing(driver: str, url: str) -> None:
    """That of a command, which the database quotes."""
    with opening(driver, url) as store:
        put(store, asking(put(store, registered()), command_id=SECRET))
        other = put(store, registered("o-2"))
        with pytest.raises(Conflict) as caught:
            store.commit(asking(other, command_id=SECRET))
        assert store.load("o-2") == other
    check(caught.value)
    assert caught.value.order_id == "o-2"
    assert not isinstance(caught.value, TransactionLost)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (IntegrityError("INSERT", {}, Error("23505")), Conflict),
        (DBAPIError("UPDATE", {}, Error("40001")), Conflict),
        (DBAPIError("UPDATE", {}, Error("40P01")), Conflict),
        (IntegrityError("INSERT", {}, Error("23514")), OrderUnavailable),
        (OperationalError("UPDATE", {}, Error("55P03")), OrderUnavailable),
        (DBAPIError("UPDATE", {}, Wrong()), OrderUnavailable),
        (StatementError("no number", "UPDATE", {}, ValueError(SECRET)), OrderUnavailable),
        (DBAPIError("UPDATE", {}, Error("57P01")), StoreUnavailable),
        (OperationalError("UPDATE", {}, Error("25006")), StoreUnavailable),
        (OperationalError("UPDATE", {}, Error()), StoreUnavailable),
        (PoolTimeout("QueuePool limit reached"), StoreUnavailable),
        (PendingRollbackError("roll back first"), StoreUnavailable),
    ],
    ids=[
        "taken",
        "serialization",
        "deadlock",
        "check",
        "locked",
        "data",
        "value",
        "shut down",
        "read only",
        "other",
        "pool",
        "broken",
    ],
)
def test_a_drivers_errors_are_those_of_the_port(
    error: Exception, expected: type[Exception]
) -> None:
    """A lost race, what is refused of one order, and a database that is away."""

    def raised() -> None:
        with translated("o-1"):
            raise error

    with pytest.raises(StoreUnavailable if expected is OrderUnavailable else expected) as caught:
        raised()
    assert type(caught.value) is expected
    assert caught.value.__cause__ is error
    if expected is not StoreUnavailable:
        check(caught.value)
        assert caught.value.order_id == "o-1"  # type: ignore[attr-defined]
    assert SECRET not in str(caught.value)
    assert str(copy.copy(caught.value)) == str(caught.value)


def test_what_is_about_no_single_order_is_the_stores() -> None:
    def raised() -> None:
        with translated():
            raise DBAPIError("SELECT", {}, Error("22P02"))

    with pytest.raises(StoreUnavailable) as caught:
        raised()
    assert type(caught.value) is StoreUnavailable
    assert str(caught.value) == "Error (22P02)"
    check(caught.value)


# ---------------------------------------------------------------- a host's transaction

ASKS = RequestCancellation("762544202", by=BUYER, reason="changed_mind")
TELLS = (
    "SqlStore.within: is on a connection in autocommit; expected one in a transaction of yours: "
    "engine.begin(), and no isolation level AUTOCOMMIT"
)


@pytest.mark.parametrize("driver", ["sqlite3", "psycopg", "psycopg2"])
@pytest.mark.parametrize("set_by", ["engine", "connection"])
def test_a_connection_in_autocommit_is_no_transaction(driver: str, set_by: str, url: str) -> None:
    """Whoever commits it nobody knows: the host is told what to do, and nothing is written."""
    scheme = f"postgresql+{driver}:"
    with opening(driver, url) as store:
        service = CancellationService(policies=[QOO10], store=store)
        service.register(order(status="new"), at=jst(15, 9))
        level = {"isolation_level": "AUTOCOMMIT"} if set_by == "engine" else {}
        engine = create_engine(url.replace("postgresql:", scheme), **level)
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            with pytest.raises(InvalidValue) as caught:
                service.using(SqlStore.within(connection)).handle(ASKS, at=jst(15, 10))
            assert str(caught.value) == TELLS
            connection.exec_driver_sql("BEGIN")  # which makes it one
            service.using(SqlStore.within(connection)).handle(ASKS, at=jst(15, 10))
            connection.exec_driver_sql("ROLLBACK")
        engine.dispose()
        assert service.case("762544202", by=BUYER).version == 1


@pytest.mark.parametrize("driver", ["aiosqlite", "async psycopg", "asyncpg"])
def test_an_async_connection_in_autocommit_is_none_either(driver: str, url: str) -> None:
    with closing(SqlStore(url)) as store:
        put(store, registered("762544202"))

    async def work() -> None:
        if driver == "asyncpg":
            engine = asyncpg_engine(url)
        else:
            scheme = url.replace("sqlite:", "sqlite+aiosqlite:")
            engine = create_async_engine(scheme.replace("postgresql:", "postgresql+psycopg:"))
        connection: AsyncConnection
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            service = AsyncCancellationService(
                policies=[QOO10], store=AsyncSqlStore.within(connection)
            )
            with pytest.raises(InvalidValue) as caught:
                await service.handle(ASKS, at=jst(16, 10))
            assert str(caught.value) == TELLS
        await engine.dispose()

    asyncio.run(work())


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_order_that_another_has_registered_is_lost_to_a_strict_transaction(
    postgres: str, isolation: str
) -> None:
    """It can't see the order, and would find its id taken every time."""
    with closing(SqlStore(postgres)) as store:
        engine = create_engine(
            postgres.replace("postgresql:", "postgresql+psycopg:"), isolation_level=isolation
        )
        tries: list[None] = []
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM ordercancel_cases"))
            put(store, registered("762544202"))
            service = CancellationService(
                policies=[QOO10],
                store=SqlStore.within(connection),
                chance=lambda: tries.append(None) or 0.0,
            )
            with pytest.raises(TransactionLost) as caught:
                service.register(order(), at=jst(16, 9))
        engine.dispose()
    assert tries == []
    assert (caught.value.order_id, caught.value.attempts) == ("762544202", 1)
    assert str(caught.value) == (
        "order '762544202' was changed by others, and this transaction can't change it any more; "
        "expected to roll all of it back, and to do it again in a new one"
    )
