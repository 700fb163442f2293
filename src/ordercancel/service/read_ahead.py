# Generated from read_ahead_async.py by tools/async_to_sync.py: edit that, then run it.
"""What was read at once for many orders, in the place of a directory and of a store."""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.service.ports import Directory, Store
from ordercancel.service.records import Commit, Receipt


class KnownParties:
    """A directory of which some answers are known."""

    def __init__(self, directory: Directory, parties: Mapping[str, Party | None]) -> None:
        self._directory = directory
        self._parties = parties

    def find(self, party_id: str) -> Party | None:
        if party_id in self._parties:
            return self._parties[party_id]
        return self._directory.find(party_id)


class ReadAhead:
    """A store that answers the first time from what was read ahead, for one command."""

    def __init__(self, store: Store, case: Case | None, receipt: Receipt | None) -> None:
        self._store = store
        self._ahead = case
        self._receipt = receipt
        self._is_fresh = True

    def load(self, order_id: str) -> Case | None:
        if self._is_fresh:
            return self._ahead
        return self._store.load(order_id)

    def receipt(self, command_id: str) -> Receipt | None:
        if self._is_fresh:
            return self._receipt
        return self._store.receipt(command_id)

    def history(self, order_id: str) -> tuple[Event, ...]:
        return self._store.history(order_id)

    def commit(self, commit: Commit) -> None:
        self._is_fresh = False  # whatever comes of it, what was read ahead is not what is there
        self._store.commit(commit)
