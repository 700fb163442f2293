"""What every store promises."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator

import pytest

from ordercancel.ports import AsyncStore, Store
from ordercancel.testing.blocking import called, waited_for
from ordercancel.testing.contracts.finding import Finding
from ordercancel.testing.contracts.keeping import Keeping
from ordercancel.testing.contracts.sending import Sending

__all__ = ["AsyncStoreContract", "StoreContract"]


class StoreContract(Keeping, Finding, Sending):
    """The promises of `ordercancel.ports.Store`: a test class inherits them and makes the store.

    A store with a ``close`` is closed after each test.
    """

    def make_store(self) -> Store:
        """A new, empty store."""
        raise NotImplementedError

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        """The store that is tested."""
        with called(self.make_store) as store:
            yield store


class AsyncStoreContract(Keeping, Finding, Sending):
    """The same promises of `ordercancel.ports.AsyncStore`, each call awaited.

    A store with an ``aclose`` or ``close`` is closed after each test. Everything that happens to
    one store happens in one event loop.
    """

    def make_store(self) -> AsyncStore | Awaitable[AsyncStore]:
        """A new, empty store; it may have to be awaited."""
        raise NotImplementedError

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        """The store that is tested, fit to be called."""
        with waited_for(self.make_store) as store:
            yield store
