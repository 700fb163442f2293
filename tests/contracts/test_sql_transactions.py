"""How a store sends statements by connections of its own, and what becomes of these."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime, Engine, bindparam, create_engine, event, select, text, update
from sqlalchemy.dialects import sqlite

from ordercancel import Conflict, StoreUnavailable
from ordercancel.stores.sql import AsyncSqlStore, SqlStore, engine
from ordercancel.stores.sql.executors import (
    CoreExecutor,
    DriverExecutor,
    Executor,
    PipelineExecutor,
)
from ordercancel.stores.sql.tables import UtcDateTime, cases
from ordercancel.testing.contracts.samples import asked, asking, cancelled_at_once, put, registered

PATIENCE = 30


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """A store on it."""
    with closing(SqlStore(url)) as opened:
        yield opened


def engine_of(store: SqlStore) -> Engine:
    """The engine that a store works on."""
    found: Engine = store._transactions.engine  # type: ignore[attr-defined]
    return found


def move_on(executor: Executor, *order_ids: str) -> int:
    """Make the version of orders 9; gives how many rows that has changed."""
    later = update(cases).where(cases.c.order_id == bindparam("id")).values(version=9)
    return sum(executor.changed(later, {"id": order_id}) for order_id in order_ids)


# ---------------------------------------------------------------- moments


moments = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - the zone comes from below
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=st.one_of(
        st.just(UTC),
        st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23))),
    ),
)


@given(moments)
def test_moments_are_written_as_sqlalchemy_writes_them(moment: datetime) -> None:
    """Those of earlier releases and of the host's own queries compare with ours."""
    dialect = sqlite.dialect()
    theirs = DateTime().dialect_impl(dialect).bind_processor(dialect)
    ours = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    assert theirs is not None
    assert ours is not None
    assert ours(moment) == theirs(moment.astimezone(UTC))
    assert ours(None) is None


# ---------------------------------------------------------------- transactions


def test_what_fails_in_a_transaction_leaves_nothing(store: SqlStore) -> None:
    """Neither what was sent before, nor what was sent behind it; the store goes on."""

    def fail(executor: Executor) -> None:
        move_on(executor, "o-1")
        raise ZeroDivisionError

    first = put(store, registered("o-1"))
    with pytest.raises(ZeroDivisionError):
        store._transactions.write(fail)
    assert store.load("o-1") == first
    commit = asking(first, command_id="c-1")
    taken = attrs.evolve(commit, messages=commit.messages * 2)
    with pytest.raises(Conflict) as caught:
        store.commit(taken)
    assert caught.value.__cause__ is not None
    assert store.load("o-1") == first
    assert store.receipt("c-1") is None
    store.commit(commit)
    assert store.load("o-1") == commit.case


def test_statements_of_all_sorts_are_one_transaction(store: SqlStore) -> None:
    """Constants and others, those that are waited for and those that are not."""
    put(store, registered("o-1", status="new"))
    put(store, registered("o-2", status="new"))
    moved = update(cases).where(cases.c.order_id == "o-1").values(status="moved")
    again = update(cases).where(cases.c.order_id == "o-2").values(status="moved")
    found = select(cases.c.status, cases.c.placed_at).order_by(cases.c.order_id)
    placed_at = datetime(2022, 8, 15, tzinfo=UTC)

    def work(executor: Executor) -> None:
        executor.change(moved, [{}])
        assert executor.changed(moved, {}) == 1
        assert [status for status, _ in executor.rows(found, {})] == ["moved", "new"]
        assert executor.changed(again, {}) == 1
        assert [tuple(row) for row in executor.rows(found, {})] == [("moved", placed_at)] * 2
        executor.change(moved, [{}, {}])

    store._transactions.write(work)
    rows = store._transactions.read(lambda executor: executor.rows(found, {}))
    assert [status for status, _ in rows] == ["moved", "moved"]


def test_a_transaction_in_which_nothing_is_done_is_none(store: SqlStore) -> None:
    store._transactions.write(lambda _: None)
    store.release(())
    assert engine_of(store).pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", ["read", "write"])
def test_postgresql_is_read_committed_whatever_its_default_is(postgres: str, way: str) -> None:
    """In transactions, and where a statement stands for itself."""
    strict = postgres.replace(
        "options=", "options=-cdefault_transaction_isolation%3Dserializable%20"
    )
    with psycopg.connect(strict) as connection:
        assert connection.execute("SHOW transaction_isolation").fetchone() == ("serializable",)

    def look(executor: Executor) -> str:
        ((found,),) = executor.rows(text("SHOW transaction_isolation"), {})
        return str(found)

    with closing(SqlStore(strict)) as store:
        assert getattr(store._transactions, way)(look) == "read committed"

    async def looked() -> str:
        store = await AsyncSqlStore.open(strict)
        try:
            found: str = await getattr(store._transactions, way)(look)
            return found
        finally:
            await store.aclose()

    assert asyncio.run(looked()) == "read committed"


def test_psycopg_without_pipelines_will_do(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each statement is waited for then; what comes of it is the same."""
    with closing(SqlStore(postgres)) as store:
        store._transactions.read(see_kind(PipelineExecutor))
        monkeypatch.setattr(psycopg.Pipeline, "is_supported", lambda: False)
    with closing(SqlStore(postgres)) as store:
        store._transactions.read(see_kind(DriverExecutor))
        first = put(store, registered("o-1"))
        case = put(store, asking(first))
        with pytest.raises(Conflict):
            store.commit(asking(first))
        assert store.load("o-1") == case


def see_kind(kind: type) -> Callable[[Executor], None]:
    def see(executor: Executor) -> None:
        assert type(executor) is kind

    return see


# ---------------------------------------------------------------- connections


def test_one_thread_has_one_connection(store: SqlStore) -> None:
    """It is used again, also when something was refused."""
    connected: list[object] = []

    @event.listens_for(engine_of(store), "connect")
    def _connect(connection: object, record: object) -> None:
        connected.append(connection)

    asked(store)
    cancelled_at_once(store, "o-2")
    with suppress(Conflict):
        store.commit(registered("o-1"))
    assert store.load("o-1") is not None
    assert connected == []


def cut(url: str) -> None:
    """Let all connections but this one die."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.mark.parametrize("listens", [False, True])
@pytest.mark.parametrize("way", ["reading", "writing"])
def test_what_meets_a_dead_connection_is_done_by_a_new_one(
    postgres: str, way: str, *, listens: bool
) -> None:
    with closing(SqlStore(postgres)) as store:
        if listens:
            event.listen(engine_of(store), "before_cursor_execute", lambda *_: None)
        before = asked(store)
        cut(postgres)
        if way == "reading":
            assert store.load("o-1") == before
        else:
            assert cancelled_at_once(store, "o-2") == store.load("o-2")


@pytest.mark.parametrize("way", ["reading", "writing"])
def test_an_async_store_replaces_dead_connections_too(postgres: str, way: str) -> None:
    async def work() -> None:
        store = await AsyncSqlStore.open(postgres)
        first = registered("o-1")
        await store.commit(first)
        await asyncio.to_thread(cut, postgres)
        if way == "writing":
            await store.commit(asking(first.case))
        case = await store.load("o-1")
        assert case is not None
        assert case.version == (2 if way == "writing" else 1)
        await store.aclose()

    asyncio.run(work())


def test_threads_that_are_more_than_connections_wait_for_each_other(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits gets the next connection that somebody else no longer needs."""
    monkeypatch.setattr(engine, "CONNECTIONS", 2)
    problems: list[BaseException] = []
    barrier = threading.Barrier(8)
    with closing(SqlStore(url)) as store:

        def work(number: int) -> None:
            try:
                barrier.wait(PATIENCE)
                for each in range(5):
                    asked(store, f"o-{number}-{each}")
            except BaseException as error:  # told below
                problems.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        for number in range(8):
            for each in range(5):
                case = store.load(f"o-{number}-{each}")
                assert case is not None
                assert case.version == 2


def test_no_connection_is_unavailable(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CONNECTIONS", 1)
    with closing(SqlStore(url)) as store:
        pool: Any = engine_of(store).pool
        pool._timeout = 0.05

        def hold(executor: Executor) -> None:
            with pytest.raises(StoreUnavailable, match="QueuePool limit"):
                store.load("o-1")

        store._transactions.read(hold)
        assert store.load("o-1") is None


def test_a_closed_store_opens_again(store: SqlStore) -> None:
    """As it opened at first: when it is asked something."""
    case = asked(store)
    store.close()
    assert store.load("o-1") == case


def test_a_task_that_is_cancelled_leaves_nothing_and_the_store_goes_on(url: str) -> None:
    """It waits for a row that somebody else has, on SQLite for the whole database."""

    async def work() -> None:
        store, other = await AsyncSqlStore.open(url), await AsyncSqlStore.open(url)
        first = registered("o-1")
        await store.commit(first)
        commit = asking(first.case)
        started, through = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            async with other._transactions.engine.connect() as connection:  # type: ignore[attr-defined]
                await connection.run_sync(lambda each: CoreExecutor(each).begin())
                await connection.execute(update(cases).values(status="held"))
                started.set()
                await through.wait()
                await connection.exec_driver_sql("ROLLBACK")

        holding = asyncio.create_task(hold())
        await started.wait()
        committing = asyncio.create_task(store.commit(commit))
        await asyncio.sleep(0.1)
        committing.cancel()
        through.set()
        with pytest.raises(asyncio.CancelledError):
            await committing
        await holding
        assert await store.load("o-1") == first.case
        await store.commit(commit)
        assert await store.load("o-1") == commit.case
        await store.aclose()
        await other.aclose()

    asyncio.run(work())


def test_a_connection_that_nobody_waits_for_any_more_is_given_back(url: str) -> None:
    """Whoever asked for it was cancelled; one that could not be opened is none."""

    async def work() -> None:
        store = await AsyncSqlStore.open(url)
        transactions: Any = store._transactions
        for opening in (transactions._connected(), failing()):
            task = transactions._task(opening)
            await asyncio.wait([task])
            transactions._give_back(task)
        await store.aclose()
        assert transactions._tasks == set()
        assert transactions.engine.pool.checkedout() == 0

    async def failing() -> None:
        raise ZeroDivisionError

    asyncio.run(work())


def test_what_is_interrupted_closes_its_connection(store: SqlStore) -> None:
    """And the store goes on by another one."""
    case = asked(store)

    def fails(executor: Executor) -> None:
        move_on(executor, "o-1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store._transactions.write(fails)
    assert engine_of(store).pool.checkedout() == 0  # type: ignore[attr-defined]
    assert store.load("o-1") == case


def test_a_database_in_memory_is_kept_for_whoever_is_cancelled() -> None:
    async def work() -> None:
        store = await AsyncSqlStore.open("sqlite://")
        first = registered("o-1")
        committing = asyncio.create_task(store.commit(first))
        await asyncio.sleep(0)
        committing.cancel()
        await asyncio.wait([committing])
        assert await store.load("o-1") == first.case
        await store.aclose()

    asyncio.run(work())


def test_who_is_cancelled_while_a_connection_is_opened_loses_none(url: str) -> None:
    """It is opened nonetheless, and given to whoever comes next."""

    async def work() -> None:
        store = AsyncSqlStore(url, create_tables=False)
        loading = asyncio.create_task(store.load("o-1"))
        await asyncio.sleep(0)
        loading.cancel()
        await asyncio.wait([loading])
        assert loading.cancelled()
        await store.aclose()
        transactions: Any = store._transactions
        assert transactions.engine.pool.checkedout() == 0

    asyncio.run(work())


def test_a_transaction_that_has_begun_is_the_stores_too(tmp_path: Any) -> None:
    """As with drivers of SQLite that are always in one."""
    opened = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    SqlStore(opened)

    @event.listens_for(opened, "checkout")
    def _begin(connection: Any, record: Any, proxy: Any) -> None:
        connection.execute("BEGIN")

    store = SqlStore(opened, create_tables=False)
    case = asked(store)
    assert store.load("o-1") == case
    opened.dispose()


def test_a_connection_without_a_cursor_is_unavailable(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the driver has against it; the next call is answered."""
    own: Any = store._transactions._own  # type: ignore[attr-defined]

    def fails(connection: Any) -> None:
        raise connection.dialect.loaded_dbapi.OperationalError("no cursor")

    with monkeypatch.context() as patch:
        patch.setattr(own, "_by_driver", fails)
        with pytest.raises(StoreUnavailable, match="no cursor"):
            store.load("o-1")
    assert store.load("o-1") is None


def test_statements_that_the_server_has_skipped_are_prepared_again(postgres: str) -> None:
    """Behind one that fails psycopg takes them for prepared, which they are not."""
    with closing(SqlStore(postgres)) as store:
        store.commit(asking(put(store, registered("o-1")), command_id="taken"))
        for number in range(12):
            case = put(store, registered(f"n-{number}"))
            with pytest.raises(Conflict):
                store.commit(asking(case, command_id="taken"))
            assert store.load(f"n-{number}") == case
