"""Adapters fit to be called, whether they are async or not, and closed in the end."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Blocking", "called", "closing", "opened", "settled", "waited_for"]


class Blocking:
    """An async adapter whose methods can be called: each call waits for what it awaits."""

    def __init__(self, adapter: object, runner: asyncio.Runner) -> None:
        self._adapter = adapter
        self._runner = runner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._adapter, name)

        async def awaited(*args: Any, **kwargs: Any) -> Any:
            return await method(*args, **kwargs)

        return lambda *args, **kwargs: self._runner.run(awaited(*args, **kwargs))


async def settled(call: Callable[[], Any]) -> Any:
    """What `call` gives, awaited where it has to be."""
    given = call()
    return await given if inspect.isawaitable(given) else given


@contextmanager
def called(make: Callable[[], Any]) -> Iterator[Any]:
    """The adapter that `make` makes; closed in the end."""
    made = make()
    try:
        yield made
    finally:
        closing(made)()


@contextmanager
def waited_for(make: Callable[[], Any]) -> Iterator[Any]:
    """The async adapter that `make` makes or awaits, fit to be called; closed in the end."""
    with asyncio.Runner() as runner:
        made = runner.run(settled(make))
        try:
            yield Blocking(made, runner)
        finally:
            runner.run(settled(closing(made)))


@contextmanager
def opened(make: Callable[[], Any], method: str) -> Iterator[Any]:
    """The adapter that `make` makes, async or not, fit to be called; closed in the end.

    It is async where its `method` is a coroutine function, or where `make` has to be awaited.
    """
    made = make()
    is_async = inspect.isawaitable(made) or inspect.iscoroutinefunction(getattr(made, method))
    with (waited_for if is_async else called)(lambda: made) as adapter:
        yield adapter


def closing(made: object) -> Callable[[], Any]:
    """How an adapter is closed: by ``aclose``, or ``close``, or not at all."""
    close: Callable[[], Any] | None = getattr(made, "aclose", getattr(made, "close", None))
    return close or (lambda: None)
