"""Killing a process at a numbered step of what it does.

A step is what happens between a process and the world: a statement is about to be sent, or was
answered; COMMIT is about to be sent; a connection was given back, which is the first that is heard
of a COMMIT that succeeded; a message is about to be delivered, or was.
"""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Engine, Pool, event

from ordercancel import CancellationDesk, Command, Message, Party
from ordercancel.adapters.sql import SqlStore
from races.worker import Mailbox, desk_on

__all__ = ["COMMIT", "DELIVERED", "Deed", "Steps", "do"]

COMMIT = "before COMMIT"
DELIVERED = "after delivering"
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

    def watch(self) -> None:
        """Take a step at everything that any connection of this process does from now on."""

        @event.listens_for(Engine, "before_cursor_execute")
        def _before(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            self.take(f"before {_brief(statement)}")

        @event.listens_for(Engine, "after_cursor_execute")
        def _after(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            self.take(f"after {_brief(statement)}")

        @event.listens_for(Engine, "commit")
        def _commit(connection: Any) -> None:
            self.take(COMMIT)

        @event.listens_for(Pool, "checkin")
        def _checkin(connection: Any, record: Any) -> None:
            self.take("after giving the connection back")


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
    desk = desk_on(store, notifier)
    steps.watch()
    _done(deed, desk)
    deed.steps.write_text(json.dumps(steps.names), encoding="utf-8")


def _done(deed: Deed, desk: CancellationDesk) -> None:
    if deed.command is not None:
        desk.handle(deed.command, at=deed.at)
    elif deed.relays:
        desk.relay(deed.at, lease=LEASE)
    else:
        desk.tick(deed.at)


def _brief(statement: str) -> str:
    """A statement without what it says in detail."""
    words = statement.split()
    verb = words[0]
    if verb in ("INSERT", "DELETE"):
        return " ".join(words[:3])
    if verb == "UPDATE":
        return " ".join(words[:2])
    if "FROM" in words:
        return f"{verb} FROM {words[words.index('FROM') + 1]}"
    return " ".join(words[:2])
