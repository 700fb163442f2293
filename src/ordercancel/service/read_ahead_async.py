"""What was read at once for many orders, in the place of a directory and of a store."""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.service.ports_async import AsyncDirectory, AsyncStore
from ordercancel.service.records import Commit, Receipt


class KnownParties:
    """A directory of which some answers are known."""

    def __init__(self, directory: AsyncDirectory, parties: Mapping[str, Party | None]) -> None:
        self._directory = directory
        self._parties = parties

    async def find(self, party_id: str) -> Party | None:
        if party_id in self._parties:
            return self._parties[party_id]
        return await self._directory.find(party_id)


class ReadAhead:
    """A store that answers the first time from what was read ahead, for one command."""

    def __init__(self, store: AsyncStore, case: Case | None, receipt: Receipt | None) -> None:
        self._store = store
        self._ahead = case
        self._receipt = receipt
        self._is_fresh = True

    async def load(self, order_id: str) -> Case | None:
        if self._is_fresh:
            return self._ahead
        return await self._store.load(order_id)

    async def receipt(self, command_id: str) -> Receipt | None:
        if self._is_fresh:
            return self._receipt
        return await self._store.receipt(command_id)

    async def history(self, order_id: str) -> tuple[Event, ...]:
        return await self._store.history(order_id)

    async def commit(self, commit: Commit) -> None:
        self._is_fresh = False  # whatever comes of it, what was read ahead is not what is there
        await self._store.commit(commit)
