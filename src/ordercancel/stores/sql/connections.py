"""The connections of a store: kept between its calls, and given to one call at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from sqlalchemy import Connection, Engine

from ordercancel.stores.sql.executors import DriverExecutor

__all__ = ["Connections"]


class Connections:
    """Connections of an engine, each with what sends statements by it, kept for the next call.

    To get one from the engine's pool and to give it back each time takes longer than SQLite takes
    to answer. The pool still says how many there are at most, and how long one waits for one.

    Args:
        engine: Opens them.
        executor: Makes what sends statements by one.
    """

    def __init__(self, engine: Engine, executor: Callable[[Connection], DriverExecutor]) -> None:
        self._engine = engine
        self._executor = executor
        self._kept: list[DriverExecutor] = []
        self._waiting = 0
        self._lock = Lock()

    def take(self) -> DriverExecutor:
        """A connection that nobody else has: the one that was used last, or a new one."""
        try:
            return self._kept.pop()
        except IndexError:
            return self.from_pool()

    def from_pool(self) -> DriverExecutor:
        """A connection that is new, or at least not as old as one that has died."""
        with self._lock:
            self._waiting += 1
        try:
            self._give_back()  # what was kept by those who have not seen that somebody waits
            return self._executor(self._engine.connect())
        finally:
            with self._lock:
                self._waiting -= 1

    def keep(self, executor: DriverExecutor) -> None:
        """Keep a connection for the next call; where somebody waits for one, he gets one."""
        self._kept.append(executor)
        if self._waiting:
            self._give_back()

    def close(self) -> None:
        """Close all that nobody has."""
        self._give_back()
        self._engine.dispose()

    def _give_back(self) -> None:
        """Give those that nobody has back to the pool."""
        with suppress(IndexError):
            while True:
                self._kept.pop().close()
