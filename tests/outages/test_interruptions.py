"""However a call ends, nothing stays open on a connection, even where the error is kept."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import StaticPool, event, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ordercancel import Case, UnknownOrder
from ordercancel.stores.sql import AsyncSqlStore, SqlStore
from ordercancel.stores.sql.executors import Executor
from ordercancel.stores.sql.tables import outbox
from ordercancel.testing.contracts.samples import asking, put, registered
from samples import jst

KEPT: list[object] = []
"""What an error tracker would keep: exceptions or tasks, with all that is in their traces."""
NOW, UNTIL = jst(17), jst(17, 0, 5)
LATER = jst(17, 1)


@pytest.fixture(autouse=True)
def _kept() -> Iterator[None]:
    yield
    KEPT.clear()


@pytest.fixture
def url(url: str) -> str:
    """An empty database of either kind, whose locks are not waited for."""
    return f"{url}?timeout=1" if url.startswith("sqlite") else url


# ---------------------------------------------------------------- tasks that are cancelled


class Stepped:
    """Some work whose task is cancelled, soon after it waits for the so-manieth time."""

    def __init__(self, work: Any, steps: int, seconds: float) -> None:
        self._work = work
        self._steps = steps
        self._seconds = seconds

    def __await__(self) -> Stepped:
        return self

    def __iter__(self) -> Stepped:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        return self._waiting_for(self._work.send(value))

    def throw(self, *error: Any) -> Any:
        return self._waiting_for(self._work.throw(*error))

    def _waiting_for(self, what: Any) -> Any:
        self._steps -= 1
        if self._steps == 0:
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_later(self._seconds, task.cancel)
        return what


async def is_cancelled(work: Any, steps: int, seconds: float) -> bool:
    """Cancel `work` at its so-manieth await, or soon after; return whether it came so far."""

    async def run() -> Any:
        return await Stepped(work, steps, seconds)

    task = asyncio.create_task(run())
    await asyncio.wait([task])
    KEPT.append(task)
    return task.cancelled()


Opened = Callable[[str], Any]


@asynccontextmanager
async def by_url(url: str) -> AsyncIterator[AsyncSqlStore]:
    store = await AsyncSqlStore.open(url)
    yield store
    await store.aclose()


@asynccontextmanager
async def by_host(url: str) -> AsyncIterator[AsyncSqlStore]:
    """On an engine of a host's as it comes, with a pool that can run dry."""
    where = url.replace("sqlite:", "sqlite+aiosqlite:")
    async with on(create_async_engine(where.replace("postgresql:", "postgresql+psycopg:"))) as it:
        yield it


@asynccontextmanager
async def on(engine: AsyncEngine) -> AsyncIterator[AsyncSqlStore]:
    yield await AsyncSqlStore.open(engine)  # type: ignore[arg-type]
    await engine.dispose()


Call = Callable[[AsyncSqlStore, str], Awaitable[object]]


async def commits(store: AsyncSqlStore, order_id: str) -> None:
    await store.commit(registered(order_id))


CALLS: dict[str, Call] = {
    # Of an order that is there: a statement that has no row is through at once.
    "load": lambda store, order_id: store.load("o-1"),
    "receipt": lambda store, order_id: store.receipt("c-1"),
    "backlog": lambda store, order_id: store.backlog(NOW),
    "commit": commits,
    "claim": lambda store, order_id: store.claim(NOW, UNTIL, 2),
    "delivered": lambda store, order_id: store.delivered("o-1:2:seller:app", NOW),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("opened", "seconds"), [(by_url, 0), (by_url, 0.002), (by_host, 0)])
def test_a_task_may_be_cancelled_at_any_await(
    url: str, opened: Opened, call: str, seconds: float
) -> None:
    """Then what others commit is seen, what is written is not held up, and no connection is lost.

    The first connections are opened by a call that is cancelled, too.
    """
    with closing(SqlStore(url)) as others:
        put(others, asking(put(others, registered("o-1")), command_id="c-1"))

        async def work() -> int:
            step = 0
            async with opened(url) as store:
                engine: AsyncEngine = store._transactions.engine
                cancelled = True
                while cancelled or step < 12:
                    step += 1
                    order_id = f"o-{step}-{call}"
                    if step <= 3:
                        await engine.dispose()
                    cancelled = await is_cancelled(CALLS[call](store, order_id), step, seconds)
                    await goes_on(store, others, f"{order_id}-next")
                await settled(engine)
            return step

        assert asyncio.run(asyncio.wait_for(work(), 120)) >= 12
        others.commit(registered("o-last"))
    if url.startswith("postgres"):
        assert sessions(url) <= 1


async def goes_on(store: AsyncSqlStore, others: SqlStore, order_id: str) -> None:
    """What is committed elsewhere is seen at once, and both sides can write."""
    first = await asyncio.to_thread(put, others, registered(order_id))
    for _ in range(3):
        assert await store.load(order_id) == first
    commit = asking(first, command_id=order_id)
    await store.commit(commit)
    assert await asyncio.to_thread(others.load, order_id) == commit.case


async def settled(engine: AsyncEngine) -> None:
    """All connections have come back."""
    pool: Any = engine.pool
    for _ in range(200):
        if pool.checkedout() == 0:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{pool.checkedout()} connections are lost")


def sessions(url: str) -> int:
    """How many sessions are in the middle of something, this one included."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE state <> 'idle' AND datname = current_database()"
            " AND query LIKE '%ordercancel%'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_reads_that_are_cancelled_on_sqlite_do_not_stop_the_clock(tmp_path: Any) -> None:
    """However many turns of the loop they had; their tasks are kept."""
    url = f"sqlite:///{tmp_path / 'shop.db'}?timeout=0.2"
    kept: list[object] = []

    async def work() -> tuple[int, int]:
        stale = 0
        with closing(SqlStore(url)) as others:
            put(others, registered("o-1"))
            for turns in range(40):
                order_id = f"o-1-{turns}"
                store = await AsyncSqlStore.open(url)
                task = asyncio.create_task(store.load("o-1"))
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                kept.append(task)
                kept.append(await asyncio.gather(task, return_exceptions=True))
                case = put(others, registered(order_id))
                for _ in range(4):
                    stale += await store.load(order_id) != case
                await store.commit(asking(case, command_id=order_id))
                await store.aclose()
        return stale, len(kept)

    assert asyncio.run(work()) == (0, 80)


def test_a_database_in_memory_outlives_a_cancelled_task() -> None:
    """Whatever the task was at: the only connection there is goes on."""

    async def work() -> None:
        for call in CALLS:
            store = await AsyncSqlStore.open("sqlite://")
            case = registered("o-0").case
            await store.commit(registered("o-0"))
            await store.commit(registered("o-1"))
            await store.commit(asking(registered("o-1").case, command_id="c-1"))
            step, cancelled = 0, True
            while cancelled:
                step += 1
                order_id = f"o-{step}-{call}"
                cancelled = await is_cancelled(CALLS[call](store, order_id), step, 0)
                assert await store.load("o-0") == case
                commit = registered(f"{order_id}-next")
                await store.commit(commit)
                assert await store.load(f"{order_id}-next") == commit.case
            assert isinstance(store._transactions.engine.pool, StaticPool)  # type: ignore[attr-defined]
            await store.aclose()

    asyncio.run(work())


def test_a_store_that_is_closed_waits_for_what_is_given_back(url: str) -> None:
    async def work() -> None:
        store = AsyncSqlStore(url)
        await is_cancelled(store.load("o-1"), 1, 0)
        await store.aclose()
        assert store._transactions._tasks == set()  # type: ignore[attr-defined]

    asyncio.run(work())


# ---------------------------------------------------------------- signals


def interrupted(work: Callable[[], object], lines: int) -> bool:
    """Raise KeyboardInterrupt at the so-manieth line of the store; return whether it got there."""
    left = lines

    def trace(frame: Any, what: str, argument: object) -> Any:
        nonlocal left
        if "ordercancel/stores/sql" not in frame.f_code.co_filename:
            return None
        if what == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt as error:
        KEPT.append(error)
        return True
    finally:
        sys.settrace(before)
    return False


SYNC_CALLS: dict[str, Callable[[SqlStore, str], object]] = {
    "load": lambda store, order_id: store.load("o-1"),
    "commit": lambda store, order_id: store.commit(registered(order_id)),
    "claim": lambda store, order_id: store.claim(NOW, UNTIL, 2),
}


@pytest.mark.parametrize("listens", [False, True])
@pytest.mark.parametrize("call", SYNC_CALLS)
def test_a_call_may_be_interrupted_at_any_line(url: str, call: str, *, listens: bool) -> None:
    """Nothing of it stays open, and the same store goes on."""
    with closing(SqlStore(url)) as others, closing(SqlStore(url)) as store:
        put(others, asking(put(others, registered("o-1")), command_id="c-1"))
        engine: Any = store._transactions.engine
        if listens:
            event.listen(engine, "before_cursor_execute", lambda *_: None)
        lines, was_interrupted = 0, True
        while was_interrupted:
            lines += 1
            order_id = f"o-{lines}"
            was_interrupted = interrupted(partial(SYNC_CALLS[call], store, order_id), lines)
            first = put(others, registered(f"{order_id}-next"))
            assert store.load(f"{order_id}-next") == first
            commit = asking(first, command_id=order_id)
            store.commit(commit)
            assert others.load(f"{order_id}-next") == commit.case
        assert lines > 20
        # Who is interrupted in the middle of giving a connection back still has it.
        KEPT.clear()
        gc.collect()
        assert engine.pool.checkedout() == 0
    if url.startswith("postgres"):
        assert sessions(url) <= 1


@pytest.mark.parametrize("way", ["read", "write"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, UnknownOrder])
def test_whatever_is_raised_leaves_nothing_and_the_store_goes_on(
    url: str, way: str, error: type[BaseException]
) -> None:
    def fails(executor: Executor) -> None:
        executor.change(update(outbox).values(attempts=9), [{}])
        raise error("o-1")

    with closing(SqlStore(url)) as store:
        case: Case = put(store, registered("o-1"))
        with pytest.raises(error) as caught:
            getattr(store._transactions, way)(fails)
        KEPT.append(caught.value)
        assert store.load("o-1") == case
        store.commit(asking(case))


def test_an_interruption_does_not_lose_a_database_in_memory() -> None:
    def fails(executor: Executor) -> None:
        raise KeyboardInterrupt

    with closing(SqlStore("sqlite://")) as store:
        case = put(store, registered("o-1"))
        with pytest.raises(KeyboardInterrupt):
            store._transactions.write(fails)
        assert store.load("o-1") == case
