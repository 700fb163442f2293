"""What every store promises."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator

import pytest

from ordercancel.service.ports import Store
from ordercancel.service.ports_async import AsyncStore
from ordercancel.testing.blocking import called, waited_for
from ordercancel.testing.contracts.cases import CasePromises
from ordercancel.testing.contracts.outbox import OutboxPromises
from ordercancel.testing.contracts.queries import QueryPromises
from ordercancel.testing.contracts.retention import RetentionPromises


class StoreContract(CasePromises, QueryPromises, OutboxPromises, RetentionPromises):
    """The promises of `ordercancel.service.ports.Store`, for a test class to inherit.

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


class AsyncStoreContract(CasePromises, QueryPromises, OutboxPromises, RetentionPromises):
    """The same promises of `ordercancel.service.ports_async.AsyncStore`, each call awaited.

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
