"""Adapters that block, made fit for async code: each call runs in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message
from ordercancel.notifiers.methods import check_method
from ordercancel.service.answers import without_answer
from ordercancel.service.ports import Directory, Notifier

__all__ = ["ThreadedDirectory", "ThreadedNotifier"]


@attrs.frozen
class ThreadedNotifier:
    """An async notifier that delivers by a plain one, in a thread of the event loop's pool.

    Cancelling a call does not stop its thread: the message may be delivered all the same.

    Args:
        notifier: Delivers; must be safe to call from several threads at once, as those of this
            library are.

    Raises:
        InvalidValue: `notifier` has no plain method ``deliver``.
    """

    notifier: Notifier

    def __attrs_post_init__(self) -> None:
        faults = Faults("ThreadedNotifier")
        check_method(faults, "notifier", self.notifier, "deliver", is_async=False)
        faults.raise_if_any()

    async def deliver(self, message: Message, to: Party | None) -> None:
        """Deliver `message` to `to`, in a thread."""
        deliver: Callable[..., object] = self.notifier.deliver
        without_answer(await asyncio.to_thread(deliver, message, to))


@attrs.frozen
class ThreadedDirectory:
    """An async directory that looks up in a plain one, in a thread of the event loop's pool.

    Args:
        directory: Looks parties up; must be safe to call from several threads at once.

    Raises:
        InvalidValue: `directory` has no plain method ``find``.
    """

    directory: Directory

    def __attrs_post_init__(self) -> None:
        faults = Faults("ThreadedDirectory")
        check_method(faults, "directory", self.directory, "find", is_async=False)
        faults.raise_if_any()

    async def find(self, party_id: str) -> Party | None:
        """Return the party with this id, looked up in a thread; None without one."""
        return await asyncio.to_thread(self.directory.find, party_id)
