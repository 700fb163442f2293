"""Adapters that block serve async code, each call in a thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from notifiers.samples import SHOP, message
from notifiers.servers import run
from ordercancel.domain.errors import InvalidValue
from ordercancel.notifiers.threads import ThreadedDirectory, ThreadedNotifier
from ordercancel.stores.memory import AsyncMemoryDirectory, MemoryDirectory, MemoryNotifier
from ordercancel.testing import Arrived, DirectoryContract, NotifierContract


class TestThreadedNotifier(NotifierContract):
    """The promises of a notifier, kept in threads."""

    def make_notifier(self):
        notifier = MemoryNotifier()

        def arrived() -> list[Arrived]:
            return [Arrived(told.id, told.subject, told.body) for told, _ in notifier.delivered]

        return ThreadedNotifier(notifier), arrived


class TestThreadedDirectory(DirectoryContract):
    """The promises of a directory, kept in threads."""

    def make_directory(self, parties):
        return ThreadedDirectory(MemoryDirectory(parties))


def test_a_delivery_that_blocks_does_not_hold_up_the_loop() -> None:
    """The loop itself has to go on before this notifier comes back."""
    goes_on = threading.Event()

    class Slow:
        def deliver(self, message: object, to: object) -> None:
            assert goes_on.wait(5)

    async def both() -> None:
        delivery = asyncio.create_task(ThreadedNotifier(Slow()).deliver(message(), SHOP))
        await asyncio.sleep(0)
        goes_on.set()
        await delivery

    run(both())


def test_what_is_raised_in_the_thread_is_raised_here() -> None:
    class Broken:
        def deliver(self, message: object, to: object) -> None:
            raise ConnectionError("down")

        def find(self, party_id: str) -> None:
            raise ConnectionError("down")

    with pytest.raises(ConnectionError, match="down"):
        run(ThreadedNotifier(Broken()).deliver(message(), SHOP))
    with pytest.raises(ConnectionError, match="down"):
        run(ThreadedDirectory(Broken()).find("b-1"))


def test_what_is_async_already_or_is_none_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        ThreadedNotifier(ThreadedNotifier(MemoryNotifier()))
    assert str(caught.value) == (
        "ThreadedNotifier.notifier: has a coroutine method; "
        "expected an adapter with a plain method 'deliver'"
    )
    with pytest.raises(InvalidValue) as caught:
        ThreadedDirectory(AsyncMemoryDirectory())
    assert str(caught.value) == (
        "ThreadedDirectory.directory: has a coroutine method; "
        "expected an adapter with a plain method 'find'"
    )
    with pytest.raises(InvalidValue, match=r"has no method 'find'"):
        ThreadedDirectory({})
