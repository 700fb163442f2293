"""The memory notifiers keep the promises of a notifier."""

from __future__ import annotations

from collections.abc import Callable

from ordercancel.stores.memory import AsyncMemoryNotifier, MemoryNotifier
from ordercancel.testing import Arrived, NotifierContract


def arrived(notifier: MemoryNotifier) -> list[Arrived]:
    """What a memory notifier keeps."""
    return [Arrived(each.id, each.subject, each.body) for each, _ in notifier.delivered]


class TestMemoryNotifier(NotifierContract):
    """The promises of a notifier, kept in memory."""

    def make_notifier(self) -> tuple[MemoryNotifier, Callable[[], list[Arrived]]]:
        notifier = MemoryNotifier()
        return notifier, lambda: arrived(notifier)


class TestAsyncMemoryNotifier(NotifierContract):
    """The same promises, awaited."""

    def make_notifier(self) -> tuple[AsyncMemoryNotifier, Callable[[], list[Arrived]]]:
        notifier = AsyncMemoryNotifier()
        return notifier, lambda: arrived(notifier.notifier)
