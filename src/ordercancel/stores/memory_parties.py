"""A directory and a notifier in memory, and the async forms of adapters in memory."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from ordercancel.domain.actors import Party
from ordercancel.engine.messages import Message

P = ParamSpec("P")
T = TypeVar("T")
_Awaited: TypeAlias = Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]


class MemoryDirectory:
    """A directory of `parties`, and of those that are put in later."""

    def __init__(self, parties: Iterable[Party] = ()) -> None:
        self._parties = {party.id: party for party in parties}

    def put(self, party: Party) -> None:
        """Add `party`, or replace the one with the same id."""
        self._parties[party.id] = party

    def find(self, party_id: str) -> Party | None:
        """Return the party with this id; None without one."""
        return self._parties.get(party_id)

    def find_many(self, party_ids: Iterable[str]) -> Mapping[str, Party]:
        """Return those of these parties that are known, by their ids."""
        return {each: self._parties[each] for each in party_ids if each in self._parties}


class MemoryNotifier:
    """A notifier that appends what it delivers to the list `delivered`."""

    def __init__(self) -> None:
        self.delivered: list[tuple[Message, Party | None]] = []

    def deliver(self, message: Message, to: Party | None) -> None:
        """Keep the message and the party."""
        self.delivered.append((message, to))


def awaited(method: Callable[Concatenate[Any, P], T]) -> _Awaited[P, T]:
    """Return the async form of a method: it answers at once, by the adapter that it shares."""

    @wraps(method)
    async def awaited(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        answer: T = getattr(self._shared, method.__name__)(*args, **kwargs)
        return answer

    return awaited


class AsyncMemoryDirectory:
    """An async directory in memory, on `directory`. Default: an empty one of its own."""

    def __init__(self, directory: MemoryDirectory | None = None) -> None:
        self.directory = self._shared = directory or MemoryDirectory()

    find = awaited(MemoryDirectory.find)
    find_many = awaited(MemoryDirectory.find_many)


class AsyncMemoryNotifier:
    """An async notifier in memory, on `notifier`. Default: one of its own."""

    def __init__(self, notifier: MemoryNotifier | None = None) -> None:
        self.notifier = self._shared = notifier or MemoryNotifier()

    deliver = awaited(MemoryNotifier.deliver)
