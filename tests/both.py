"""The async service behind plain calls, so that the tests of the sync one run with both."""

from __future__ import annotations

import asyncio
import atexit
import inspect
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ordercancel import AsyncCancellationService, CancellationService

PORTS = ("store", "directory", "notifier", "obligations")


class Awaited:
    """An adapter whose methods are awaited, over one whose methods are called."""

    def __init__(self, adapter: object) -> None:
        self._adapter = adapter

    def __getattr__(self, name: str) -> Callable[..., Any]:
        called = getattr(self._adapter, name)

        async def method(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            return called(*args, **kwargs)

        return method


class Called:
    """An async service whose methods are called, over adapters that are called as well."""

    def __init__(self, **arguments: Any) -> None:
        for port in PORTS:
            if arguments.get(port) is not None:
                arguments[port] = Awaited(arguments[port])
        self._service = AsyncCancellationService(**arguments)

    def using(self, store: object) -> Called:
        twin = object.__new__(Called)
        twin._service = self._service.using(Awaited(store))  # type: ignore[arg-type]
        return twin

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._service, name)
        assert inspect.iscoroutinefunction(method)
        return lambda *args, **kwargs: _run(method(*args, **kwargs))


_RUNNER = asyncio.Runner()
"""The event loop of most calls. To make one for each takes longer than what is called."""
atexit.register(_RUNNER.close)


def _run(coroutine: Coroutine[Any, Any, object]) -> object:
    """Run in a thread where a loop is running: a store of the test's own may call the service."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and asyncio._get_running_loop() is None:
        return _RUNNER.run(coroutine)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@pytest.fixture(params=[CancellationService, Called], ids=["sync", "async"], autouse=True)
def each_service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs every test of the module that imports this with the sync and with the async service."""
    monkeypatch.setattr(request.module, "CancellationService", request.param)


async def settled(ask: Callable[[], Any]) -> Any:
    """What a call gives, awaited where it has to be."""
    answer = ask()
    return await answer if inspect.isawaitable(answer) else answer
