"""The memory directories keep the promises of a directory."""

from __future__ import annotations

from collections.abc import Sequence

from ordercancel import Party
from ordercancel.stores.memory import AsyncMemoryDirectory, MemoryDirectory
from ordercancel.testing import DirectoryContract


class TestMemoryDirectory(DirectoryContract):
    """The promises of a directory, kept in memory."""

    def make_directory(self, parties: Sequence[Party]) -> MemoryDirectory:
        return MemoryDirectory(parties)


class TestAsyncMemoryDirectory(DirectoryContract):
    """The same promises, awaited."""

    def make_directory(self, parties: Sequence[Party]) -> AsyncMemoryDirectory:
        return AsyncMemoryDirectory(MemoryDirectory(parties))


def test_a_party_that_is_put_in_again_is_as_it_was_put_in_last() -> None:
    """Who a party is may change; orders name him by the same id."""
    directory = MemoryDirectory([Party("s-1", name="旧")])
    directory.put(Party("s-1", name="新", permits_cancellation=True))
    assert directory.find("s-1") == Party("s-1", name="新", permits_cancellation=True)
