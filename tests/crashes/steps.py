"""Killing a process at a numbered step of what it does.

A step is what happens between a process and the world: a statement, COMMIT among them, is about to
be sent, or was answered; several answers that were waited for have come; a message is about to be
delivered, or was.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import psycopg

from ordercancel import CancellationService, Command, Message, Party
from ordercancel.stores.sql import SqlStore
from races.worker import Mailbox, service_on

COMMIT = "before COMMIT"
DELIVERED = "after delivering"
COMMITTED = ("after COMMIT", "after waiting")
"""By SQLite's driver, and where psycopg's pipeline has ended."""
LEASE = timedelta(minutes=5)


@attrs.frozen(kw_only=True)
class Deed:
    """What a process does, and where it is killed.

    Args:
        url: The database.
        mailbox: The file that messages arrive in.
        command: The command that it gives; without one it ticks, or relays.
        at: When it does that.
        relays: Whether it relays.
        killed_at: The number of the step; 0 for none.
        steps: The file that the steps are written to, where it lives to tell.
    """

    url: str
    mailbox: Path
    command: Command | None = None
    at: datetime
    relays: bool = False
    killed_at: int
    steps: Path


class Steps:
    """Counts steps, and kills its own process at one of them."""

    def __init__(self, killed_at: int) -> None:
        self.names: list[str] = []
        self._killed_at = killed_at

    def take(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self._killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def observe(self) -> None:
        """Take a step at everything that a driver of this process sends from now on."""
        self._watch_sqlite()
        self._watch_psycopg()

    def _watch_sqlite(self) -> None:
        take = self._around

        class Cursor(sqlite3.Cursor):
            def execute(self, *args: Any) -> Any:
                with take(args[0]):
                    return super().execute(*args)

            def executemany(self, *args: Any) -> Any:
                with take(args[0]):
                    return super().executemany(*args)

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

            def commit(self) -> None:
                with take("COMMIT"):
                    super().commit()

        sqlite3.dbapi2.connect = partial(sqlite3.connect, factory=Connection)

    def _watch_psycopg(self) -> None:
        steps = self

        def watched(send: Any) -> Any:
            def sent(cursor: Any, *args: Any, **kwargs: Any) -> Any:
                if cursor.connection.pgconn.pipeline_status == psycopg.pq.PipelineStatus.OFF:
                    with steps._around(args[0]):
                        return send(cursor, *args, **kwargs)
                # Whether it was answered shows when somebody waits for it.
                steps.take(f"before {_brief(args[0])}")
                return send(cursor, *args, **kwargs)

            return sent

        def waited(wait: Any) -> Any:
            def answered(*args: Any) -> Any:
                came = wait(*args)
                steps.take("after waiting")
                return came

            return answered

        kinds: Any = psycopg
        kinds.Cursor.execute = watched(psycopg.Cursor.execute)
        kinds.Cursor.executemany = watched(psycopg.Cursor.executemany)
        kinds.Pipeline.sync = waited(psycopg.Pipeline.sync)
        kinds.Pipeline.__exit__ = waited(psycopg.Pipeline.__exit__)

    @contextmanager
    def _around(self, statement: object) -> Iterator[None]:
        self.take(f"before {_brief(statement)}")
        yield
        self.take(f"after {_brief(statement)}")


class Stepping:
    """A notifier that takes a step before and after it delivers."""

    def __init__(self, mailbox: Mailbox, take: Callable[[str], None]) -> None:
        self._mailbox = mailbox
        self._take = take

    def deliver(self, message: Message, to: Party | None) -> None:
        self._take("before delivering")
        self._mailbox.deliver(message, to)
        self._take(DELIVERED)


def do(deed: Deed) -> None:
    """Do a deed, or as much of it as there is time for."""
    logging.getLogger("ordercancel").setLevel(logging.CRITICAL)
    steps = Steps(deed.killed_at)
    notifier = Stepping(Mailbox(deed.mailbox, durable=True), steps.take)
    store = SqlStore(deed.url, create_tables=False)
    service = service_on(store, notifier)
    steps.observe()
    _done(deed, service)
    deed.steps.write_text(json.dumps(steps.names), encoding="utf-8")


def _done(deed: Deed, service: CancellationService) -> None:
    if deed.command is not None:
        service.handle(deed.command, at=deed.at)
    elif deed.relays:
        service.relay(deed.at, lease=LEASE)
    else:
        service.tick(deed.at)


def _brief(statement: object) -> str:
    """A statement without what it says in detail."""
    words = str(statement).split()
    verb = words[0]
    if verb in ("INSERT", "DELETE"):
        return " ".join(words[:3])
    if verb == "UPDATE":
        return " ".join(words[:2])
    if "FROM" in words:
        return f"{verb} FROM {words[words.index('FROM') + 1]}"
    return " ".join(words[:2])
