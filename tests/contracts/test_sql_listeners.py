"""Whoever listens to an engine, or lets it echo, sees every statement of the store's own."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ordercancel import Conflict, InvalidValue, StoreUnavailable
from ordercancel.stores.sql import METADATA, AsyncSqlStore, SqlStore
from ordercancel.stores.sql.executors import CoreExecutor, Executor, texts_of
from ordercancel.testing.contracts.samples import asked, asking, claimed, put, registered
from samples import jst


@pytest.fixture
def url(url: str) -> str:
    """An empty database of either kind, as SQLAlchemy takes it."""
    return url.replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine of the host's, as it comes."""
    made = create_engine(url)
    yield made
    made.dispose()


def first_words(statements: list[str]) -> list[str]:
    return [" ".join(each.split()[:3]) for each in statements]


def sent(url: str) -> list[str]:
    """What is sent when a buyer asks, by the first words of the statements."""
    is_sqlite = url.startswith("sqlite")
    return [
        "BEGIN IMMEDIATE" if is_sqlite else "BEGIN ISOLATION LEVEL",
        "UPDATE ordercancel_cases SET",
        "INSERT INTO ordercancel_events",
        "INSERT INTO ordercancel_outbox",
        "INSERT INTO ordercancel_commands",
        *([] if is_sqlite else ["COMMIT"]),
        "SELECT ordercancel_cases.form, ordercancel_cases.body",
    ]


def do(store: SqlStore) -> None:
    commit = asking(put(store, registered("o-1")), command_id="c-1")
    store.commit(commit)
    assert store.load("o-1") == commit.case


def heard(store: SqlStore) -> bool:
    """Whether listeners would see the statements of a store."""

    def look(executor: Executor) -> bool:
        return isinstance(executor, CoreExecutor)

    return store._transactions.read(look)


def test_listeners_see_every_statement(engine: Engine, url: str) -> None:
    """Those that begin and end a transaction included, except for SQLite's COMMIT: an event."""
    store = SqlStore(engine)
    first = put(store, registered("o-1"))
    before: list[str] = []
    after: list[str] = []
    commits: list[object] = []
    event.listen(engine, "before_cursor_execute", lambda *each: before.append(each[2]))
    event.listen(engine, "after_cursor_execute", lambda *each: after.append(each[2]))
    event.listen(engine, "commit", commits.append)
    commit = asking(first, command_id="c-1")
    store.commit(commit)
    assert store.load("o-1") == commit.case
    expected = [words.split(",")[0] for words in sent(url)]
    assert [words.split(",")[0] for words in first_words(before)] == [
        " ".join(words.split()[:3]) for words in expected
    ]
    assert after == before
    assert len(commits) == 1


def test_echo_shows_every_statement(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """As it would show the host's own."""
    engine = create_engine(url, echo=True)
    with caplog.at_level(logging.INFO, "sqlalchemy.engine"):
        do(SqlStore(engine))
    engine.dispose()
    for part in sent(url):
        assert part.split(",")[0] in caplog.text


def test_statements_may_be_changed_by_listeners(engine: Engine) -> None:
    """As those do that add the trace to each statement."""
    store = SqlStore(engine)
    texts: list[str] = []

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _comment(*each: Any) -> tuple[str, Any]:
        return f"{each[2]} /* traced */", each[3]

    event.listen(engine, "after_cursor_execute", lambda *each: texts.append(each[2]))
    do(store)
    assert texts
    assert all(each.endswith(" /* traced */") for each in texts)


@pytest.mark.parametrize(
    ("name", "on_class"),
    [
        ("before_cursor_execute", False),
        ("before_cursor_execute", True),
        ("after_execute", False),
        ("engine_connect", False),
        ("do_execute", False),
        ("handle_error", False),
    ],
)
def test_whoever_listens_is_heeded_from_then_on(
    engine: Engine, name: str, *, on_class: bool
) -> None:
    """At whatever moment they begin or stop, also by way of the class of all engines."""
    store = SqlStore(engine)
    target: Any = Engine if on_class else engine

    def listener(*_: Any) -> None: ...

    assert not heard(store)
    event.listen(target, name, listener)
    try:
        assert heard(store)
        do(store)
    finally:
        event.remove(target, name, listener)
    assert not heard(store)


@pytest.mark.parametrize("name", ["before_execute", "after_execute"])
def test_listeners_to_core_get_its_statements(engine: Engine, name: str) -> None:
    """They are given what SQLAlchemy compiles, not its text."""
    store = SqlStore(engine)
    seen: list[object] = []
    event.listen(engine, name, lambda _, statement, *rest: seen.append(statement))
    do(store)
    kinds = [type(each).__name__ for each in seen]
    # SQLite's own BEGIN, and PostgreSQL's, are no statements of Core.
    assert [kind for kind in kinds if kind in ("Select", "Insert", "Update")] == [
        "Insert",
        "Insert",
        "Update",
        "Insert",
        "Insert",
        "Insert",
        "Select",
    ]


def test_texts_are_compiled_once_and_gone_with_their_engine(url: str) -> None:
    """All stores on an engine share them, also those within a host's transactions."""
    engine = create_engine(url)
    texts = texts_of(engine.dialect)
    do(SqlStore(engine))
    count = len(texts)
    assert count > 5
    with engine.begin() as connection:
        assert SqlStore.within(connection).load("o-1") is not None
    assert texts_of(engine.dialect) is texts
    assert len(texts) == count
    dialect = weakref.ref(engine.dialect)
    engine.dispose()
    if url.startswith("sqlite"):  # SQLAlchemy itself keeps the dialects of psycopg
        del engine, connection, texts
        gc.collect()
        assert dialect() is None


def test_an_async_engine_is_listened_to_by_its_sync_one(url: str) -> None:
    async def work() -> list[str]:
        seen: list[str] = []
        engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"))
        store = await AsyncSqlStore.open(engine)
        event.listen(
            engine.sync_engine, "before_cursor_execute", lambda *each: seen.append(each[2])
        )
        first = registered("o-1")
        await store.commit(first)
        await store.commit(asking(first.case, command_id="c-1"))
        assert await store.load("o-1") is not None
        await store.aclose()
        async with engine.connect() as connection:  # the engine is the host's
            await connection.execute(text("SELECT 1"))
        await engine.dispose()
        return first_words(seen)

    seen = asyncio.run(work())
    assert "UPDATE ordercancel_cases SET" in seen
    assert "INSERT INTO ordercancel_commands" in seen


# ---------------------------------------------------------------- engines of the host's


def with_explicit_begin(url: str) -> Engine:
    """As SQLAlchemy's page on SQLite says, for savepoints that work."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


ENGINES: dict[str, Callable[[str], Engine]] = {
    "as it comes": create_engine,
    "without a pool": lambda url: create_engine(url, poolclass=NullPool),
    "in autocommit": lambda url: create_engine(url, isolation_level="AUTOCOMMIT"),
    "strict": lambda url: create_engine(url, isolation_level="SERIALIZABLE"),
    "listened to": lambda url: listened_to(create_engine(url)),
}


def listened_to(engine: Engine) -> Engine:
    event.listen(engine, "after_cursor_execute", lambda *_: None)
    return engine


@pytest.mark.parametrize("name", [*ENGINES, "with an explicit BEGIN"])
def test_a_store_works_on_an_engine_of_the_hosts(url: str, name: str) -> None:
    """However that is set up; what the store leaves behind is as it was before."""
    if name == "with an explicit BEGIN":
        if not url.startswith("sqlite"):
            pytest.skip("SQLite only")
        engine = with_explicit_begin(url)
    else:
        engine = ENGINES[name](url)
    before = mode(engine)
    store = SqlStore(engine)
    first = asked(store)
    with pytest.raises(Conflict):
        store.commit(registered("o-1"))
    with closing(SqlStore(url)) as others:
        assert others.load("o-1") == first
        assert claimed(others, jst(17)) == ["o-1:2:seller:app"]
        assert claimed(store, jst(17)) == []
        others.commit(registered("o-2"))
        assert store.load("o-2") is not None
    store.close()
    assert mode(engine) == before
    engine.dispose()


def mode(engine: Engine) -> object:
    """How the driver of an engine's connections begins transactions."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        return driver.isolation_level if engine.name == "sqlite" else driver.autocommit


def test_a_host_may_have_the_tables_in_another_schema(postgres: str) -> None:
    engine = create_engine(postgres.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        home = connection.scalar(text("SELECT current_schema()"))
        connection.execute(text(f'CREATE SCHEMA "{home}_tenant"'))
        connection.execute(text(f'SET LOCAL search_path = "{home}_tenant"'))
        METADATA.create_all(connection)
    tenant = engine.execution_options(schema_translate_map={None: f"{home}_tenant"})
    store = SqlStore(tenant, create_tables=False)
    case = asked(store)
    assert store.load("o-1") == case
    with engine.begin() as connection:
        count = connection.scalar(text(f'SELECT count(*) FROM "{home}_tenant".ordercancel_cases'))
        connection.execute(text(f'DROP SCHEMA "{home}_tenant" CASCADE'))
    assert count == 1
    engine.dispose()


def test_a_host_that_makes_the_tables_itself_is_not_connected_to(url: str) -> None:
    engine = create_engine(url)
    connected: list[object] = []
    event.listen(engine, "connect", lambda *each: connected.append(each))
    store = SqlStore(engine, create_tables=False)
    assert connected == []
    with pytest.raises(StoreUnavailable):
        store.load("o-1")
    engine.dispose()


def test_each_store_has_the_engines_of_its_kind(url: str) -> None:
    """The other one's are refused."""
    sync_engine = create_engine(url)
    async_engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"))
    wrong: list[Callable[[], object]] = [
        lambda: SqlStore(async_engine),  # type: ignore[arg-type]
        lambda: AsyncSqlStore(sync_engine),  # type: ignore[arg-type]
    ]
    for each in wrong:
        with pytest.raises(InvalidValue, match="URL"):
            each()
    sync_engine.dispose()


def test_a_case_of_another_order_is_refused(engine: Engine) -> None:
    """Where the row says one order and the body another, nobody is shown either."""
    store = SqlStore(engine)
    put(store, registered("o-1"))
    put(store, registered("o-2"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE ordercancel_cases SET body ="
                " (SELECT body FROM ordercancel_cases WHERE order_id = 'o-2')"
                " WHERE order_id = 'o-1'"
            )
        )
    with pytest.raises(InvalidValue, match="is of another order") as caught:
        store.load("o-1")
    assert "o-2" not in str(caught.value)
    assert store.load("o-2") is not None
