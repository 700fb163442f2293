"""What the two commands of a worker have in common: once, or in a loop until they are stopped."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from ordercancel.domain.errors import StoreUnavailable

_LOGGER = logging.getLogger("ordercancel.django")


class WorkCommand(BaseCommand):
    """A command that works in batches; on SIGTERM and Ctrl-C it finishes the current one."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--loop`` and ``--limit``."""
        parser.add_argument(
            "--loop",
            type=float,
            nargs="?",
            const=10.0,
            metavar="SECONDS",
            help="go on until stopped, and wait so long when nothing more is due (default: 10)",
        )
        parser.add_argument("--limit", type=int, default=100, help="the size of a batch")

    def handle(self, *, loop: float | None, limit: int, **options: Any) -> None:
        """Work until nothing more is due; in a loop, until somebody stops it."""
        with stopping() as stop:
            while not stop.is_set():
                try:
                    more = self.batch(limit)
                except StoreUnavailable:
                    if loop is None:
                        raise
                    _LOGGER.exception("the database does not answer")
                    more = False
                if not more:
                    if loop is None:
                        return
                    close_old_connections()
                    stop.wait(loop)

    def batch(self, limit: int) -> bool:
        """Work off one batch; return whether there is more."""
        raise NotImplementedError  # pragma: no cover - each command says what a batch is


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that is set when the process is told to stop."""
    stop = threading.Event()
    before: dict[signal.Signals, Callable[..., Any] | int | None] = {}
    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGINT):
            before[each] = signal.signal(each, lambda *_: stop.set())
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
