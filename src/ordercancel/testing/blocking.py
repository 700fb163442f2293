"""Adapters fit to be called, whether they are async or not, and closed in the end."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Blocking:
    """An adapter, async or not, whose methods can be called: each call waits for its result."""

    def __init__(self, adapter: object, runner: asyncio.Runner) -> None:
        self._adapter = adapter
        self._runner = runner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._adapter, name)
        return lambda *args, **kwargs: settled(self._runner, method(*args, **kwargs))


def settled(runner: asyncio.Runner, value: Any) -> Any:
    """Return `value`, or what it comes to where it has to be awaited."""

    async def awaited() -> Any:
        return await value

    return runner.run(awaited()) if inspect.isawaitable(value) else value


@contextmanager
def called(adapter: object, runner: asyncio.Runner) -> Iterator[Any]:
    """Make an adapter fit to be called; in the end its ``aclose`` or ``close`` is, if any."""
    close = getattr(adapter, "aclose", getattr(adapter, "close", None))
    try:
        yield Blocking(adapter, runner)
    finally:
        if close is not None:
            settled(runner, close())


@contextmanager
def opened(make: Callable[[], Any]) -> Iterator[Any]:
    """Make, or await, the adapter that `make` gives; see `called`."""
    with asyncio.Runner() as runner, called(settled(runner, make()), runner) as adapter:
        yield adapter
