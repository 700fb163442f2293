"""What every store promises."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator

import pytest

from ordercancel.service.ports import Store
from ordercancel.service.ports_async import AsyncStore
from ordercancel.testing.blocking import opened
from ordercancel.testing.contracts.cases import CasePromises
from ordercancel.testing.contracts.obligations import ObligationPromises
from ordercancel.testing.contracts.outbox import OutboxPromises
from ordercancel.testing.contracts.queries import QueryPromises
from ordercancel.testing.contracts.retention import RetentionPromises


class StoreContract(
    CasePromises, QueryPromises, OutboxPromises, ObligationPromises, RetentionPromises
):
    """The promises of `ordercancel.service.ports.Store`, for a test class to inherit.

    Each call of an async store is awaited, all in one event loop. A store with an ``aclose`` or
    ``close`` is closed after each test.
    """

    def make_store(self) -> Store | AsyncStore | Awaitable[AsyncStore]:
        """A new, empty store; it may have to be awaited."""
        raise NotImplementedError

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        """The store that is tested, fit to be called."""
        with opened(self.make_store) as store:
            yield store
