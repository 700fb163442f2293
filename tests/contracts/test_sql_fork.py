"""After a fork, parent and child have connections of their own."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine

from ordercancel.stores.sql import AsyncSqlStore, SqlStore
from ordercancel.stores.sql.engine import leave_to_parent
from ordercancel.testing.contracts.samples import asked, asking, put, registered

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def in_child(work: Callable[[], object]) -> Callable[[], int]:
    """Begin some work in the child of a fork; gives what waits for its exit code."""
    pid = os.fork()
    if pid:
        return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        work()
        gc.collect()  # what is closed by then must not be the parent's
        code = 0
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    finally:
        os._exit(code)


def reads_and_writes(store: SqlStore, name: str) -> None:
    """Read the rows of this process among others, again and again."""
    for number in range(60):
        case = put(store, registered(f"{name}-{number}"))
        assert store.load(f"{name}-{number}") == case
        store.commit(asking(case, command_id=f"{name}-{number}"))
        receipt = store.receipt(f"{name}-{number}")
        assert receipt is not None
        assert receipt.order_id == f"{name}-{number}"


def test_parent_and_children_share_a_store(url: str) -> None:
    """Each reads its own rows, and writes them; the parent's connections live on."""
    with closing(SqlStore(url)) as store:
        asked(store, "o-1")
        children = [in_child(lambda name=name: reads_and_writes(store, name)) for name in "ab"]  # type: ignore[misc]
        reads_and_writes(store, "parent")
        assert [child() for child in children] == [0, 0]
        reads_and_writes(store, "later")
        for name in ("a", "b", "parent", "later"):
            assert len(store.history(f"{name}-59")) == 2


def test_an_async_store_is_used_by_the_child(url: str) -> None:
    store = AsyncSqlStore(url)

    async def first() -> None:
        await store.commit(registered("o-1"))

    async def of_child() -> None:
        await store.commit(registered("o-2"))
        assert await store.load("o-2") is not None

    async def last() -> None:
        assert await store.load("o-2") is not None
        await store.aclose()

    with asyncio.Runner() as runner:
        runner.run(first())
        assert in_child(lambda: asyncio.run(of_child()))() == 0
        runner.run(last())


def test_a_database_in_memory_is_copied() -> None:
    with closing(SqlStore("sqlite://")) as store:
        case = asked(store, "o-1")

        def work() -> None:
            assert store.load("o-1") == case
            put(store, registered("o-2"))

        assert in_child(work)() == 0
        assert store.load("o-2") is None


def test_the_child_closes_nothing_of_the_parents(url: str) -> None:
    """The pools that it had are kept, and never used again."""
    with closing(SqlStore(url)) as store:
        asked(store, "o-1")
        engine: Engine = store._transactions.engine  # type: ignore[attr-defined]
        before: Any = engine.pool
        leave_to_parent()
        assert engine.pool is not before
        assert before.checkedin() == 1
        before.dispose()
        assert store.load("o-1") is not None
