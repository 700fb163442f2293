"""What psycopg is about to send, whoever sends by it: the store itself, or SQLAlchemy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import psycopg

Look = Callable[[Any, str], object]
"""Sees who sends what: a cursor a statement, or a connection ``COMMIT``."""

SENDING = (
    (psycopg.Cursor, ("execute", "executemany")),
    (psycopg.AsyncCursor, ("execute", "executemany")),
    (psycopg.Connection, ("commit",)),
    (psycopg.AsyncConnection, ("commit",)),
)


@contextmanager
def watched(look: Look) -> Iterator[None]:
    """Let somebody look at every statement before it is sent."""
    with ExitStack() as stack:
        for kind, names in SENDING:
            for name in names:
                seen = _seen(getattr(kind, name), look)
                stack.enter_context(patch.object(kind, name, seen))
        yield


@contextmanager
def before(statement: str, done: Callable[[], object], times: int = 1) -> Iterator[list[str]]:
    """Do something when a statement that begins so is about to be sent, the first few times.

    Gives a list of what it was done before.
    """
    met: list[str] = []

    def look(sender: Any, found: str) -> None:
        if found.startswith(statement) and len(met) < times:
            met.append(found)
            done()

    with watched(look):
        yield met


def _seen(send: Callable[..., Any], look: Look) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(send):

        async def sent_async(sender: Any, *args: Any, **kwargs: Any) -> Any:
            look(sender, _statement(args))
            return await send(sender, *args, **kwargs)

        return sent_async

    def sent(sender: Any, *args: Any, **kwargs: Any) -> Any:
        look(sender, _statement(args))
        return send(sender, *args, **kwargs)

    return sent


def _statement(args: tuple[Any, ...]) -> str:
    return str(args[0]) if args else "COMMIT"
