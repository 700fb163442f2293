"""The memory stores keep the promises of a store."""

from __future__ import annotations

import asyncio
import inspect
import threading

from ordercancel import Conflict
from ordercancel.service.ports import Store
from ordercancel.service.ports_async import AsyncStore
from ordercancel.stores.memory import AsyncMemoryStore, MemoryStore
from ordercancel.testing import StoreContract
from ordercancel.testing.contracts.samples import asking, put, registered


class TestMemoryStore(StoreContract):
    """The promises of a store, kept in memory."""

    def make_store(self) -> MemoryStore:
        return MemoryStore()


class TestAsyncMemoryStore(StoreContract):
    """The same promises, awaited."""

    def make_store(self) -> AsyncMemoryStore:
        return AsyncMemoryStore()


def test_an_async_store_shares_the_store_it_is_given() -> None:
    """What one puts in, the other sees."""
    shared = MemoryStore()
    commit = registered()
    asyncio.run(AsyncMemoryStore(shared).commit(commit))
    assert shared.load("o-1") == commit.case


def test_the_twins_have_the_same_methods() -> None:
    """The async port and the sync port name the same methods, with the same parameters."""

    def methods(port: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in inspect.getmembers(port, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(AsyncStore) == methods(Store)
    assert set(methods(Store)) == {
        "load",
        "load_many",
        "commit",
        "commit_all",
        "receipt",
        "receipts",
        "history",
        "due",
        "scan",
        "index",
        "inbox",
        "tally",
        "claim",
        "start",
        "delivered",
        "failed",
        "release",
        "dead_letters",
        "revive",
        "backlog",
        "naming",
        "undelivered",
        "erase",
        "purge",
    }


def test_of_racing_threads_one_wins() -> None:
    """Of several commits on one version exactly one is written, the others conflict."""
    store = MemoryStore()
    case = put(store, registered())
    outcomes: list[str] = []
    barrier = threading.Barrier(8)

    def race(number: int) -> None:
        commit = asking(case, command_id=f"c-{number}")
        barrier.wait()
        try:
            store.commit(commit)
        except Conflict:
            outcomes.append("conflict")
        else:
            outcomes.append("written")

    threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["written"]
    assert len(store.history("o-1")) == 2
