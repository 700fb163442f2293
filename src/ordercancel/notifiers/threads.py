"""Adapters that block, made fit for async code: each call runs in a thread."""

from __future__ import annotations

import asyncio

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message
from ordercancel.notifiers.methods import check_method
from ordercancel.service.ports import Directory, Notifier

__all__ = ["ThreadedDirectory", "ThreadedNotifier"]


@attrs.frozen
class ThreadedNotifier:
    """An async notifier that delivers by a plain one, in a thread of the event loop's pool.

    Who is cancelled while he waits does not stop the thread: the message may be delivered all the
    same.

    Args:
        notifier: Delivers; it has to bear being called from several threads at once, as those of
            this library do.

    Raises:
        InvalidValue: It has no plain method ``deliver``.
    """

    notifier: Notifier

    def __attrs_post_init__(self) -> None:
        _check("ThreadedNotifier.notifier", self.notifier, "deliver")

    async def deliver(self, message: Message, to: Party | None) -> None:
        """See `ordercancel.service.ports.Notifier.deliver`."""
        await asyncio.to_thread(self.notifier.deliver, message, to)


@attrs.frozen
class ThreadedDirectory:
    """An async directory that looks up in a plain one, in a thread of the event loop's pool.

    Args:
        directory: Knows the parties; it has to bear being asked from several threads at once.

    Raises:
        InvalidValue: It has no plain method ``find``.
    """

    directory: Directory

    def __attrs_post_init__(self) -> None:
        _check("ThreadedDirectory.directory", self.directory, "find")

    async def find(self, party_id: str) -> Party | None:
        """See `ordercancel.service.ports.Directory.find`."""
        return await asyncio.to_thread(self.directory.find, party_id)


def _check(where: str, adapter: object, method: str) -> None:
    subject, _, field = where.partition(".")
    faults = Faults(subject)
    check_method(faults, field, adapter, method, is_async=False)
    faults.raise_if_any()
