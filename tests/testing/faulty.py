"""Adapters that break a promise each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from ordercancel import Case, Conflict, Message, Party
from ordercancel.domain.events import Event
from ordercancel.service.records import (
    Commit,
    DueOrder,
    Erasure,
    InboxQuery,
    Page,
    Queue,
    Receipt,
    Tally,
)
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore


class ForgetsVersions(MemoryStore):
    """Writes whatever it is given, also over what others have written meanwhile."""

    def commit(self, commit: Commit) -> None:
        stored = self.load(commit.case.order.id)
        super().commit(attrs.evolve(commit, expected=0 if stored is None else stored.version))


class ForgetsIds(MemoryStore):
    """Carries a command out again when it comes again."""

    def receipt(self, command_id: str) -> Receipt | None:
        return None

    def commit(self, commit: Commit) -> None:
        super().commit(attrs.evolve(commit, command_id=None))


class WritesBeforeItLooks(MemoryStore):
    """Leaves the messages of a commit that failed."""

    def commit(self, commit: Commit) -> None:
        try:
            super().commit(commit)
        except Conflict:
            loose = attrs.evolve(commit.case.order, id=f"{commit.case.order.id} again")
            case = attrs.evolve(commit.case, order=loose)
            super().commit(attrs.evolve(commit, case=case, expected=0, command_id=None))
            raise


class LosesMessages(MemoryStore):
    """Keeps no more than one message of a commit."""

    def commit(self, commit: Commit) -> None:
        super().commit(attrs.evolve(commit, messages=commit.messages[:1]))


class HandsOutTwice(MemoryStore):
    """Knows nothing of leases."""

    def claim(self, now: datetime, until: datetime, *args: Any) -> tuple[Message, ...]:
        return super().claim(now, now, *args)


class LosesObligations(MemoryStore):
    """Writes what people are told, and forgets what the host must do."""

    def commit(self, commit: Commit) -> None:
        super().commit(attrs.evolve(commit, obligations=()))


class HandsOutEverything(MemoryStore):
    """Leases messages and obligations, whichever were asked for."""

    def claim(self, now: datetime, until: datetime, limit: int, *_: Any) -> tuple[Message, ...]:
        return super().claim(now, until, limit)


class NeverDelivers(MemoryStore):
    """Does not note what has been delivered."""

    def delivered(self, message_id: str, now: datetime) -> None:
        pass


class LosesEvents(MemoryStore):
    """Tells a history without its last event."""

    def history(self, order_id: str) -> tuple[Event, ...]:
        events = super().history(order_id)
        return events[:-1] if len(events) > 1 else events


class ShowsAnother(MemoryStore):
    """Loads another order's case once there are several."""

    def load(self, order_id: str) -> Case | None:
        case = super().load(order_id)
        return case and next(iter(self._cases.values()))


class IsEarly(MemoryStore):
    """Hands orders out a moment before they are due."""

    def due(self, now: datetime, after: DueOrder | None, limit: int) -> tuple[DueOrder, ...]:
        return super().due(now + timedelta(microseconds=1), after, limit)


class ForgetsDeadlines(MemoryStore):
    """Has nothing due, ever."""

    def due(self, now: datetime, after: DueOrder | None, limit: int) -> tuple[DueOrder, ...]:
        return ()


class MixesQueues(MemoryStore):
    """Shows everybody an empty queue."""

    def inbox(self, query: InboxQuery) -> Page:
        return super().inbox(attrs.evolve(query, queue=Queue(seller="nobody")))


class Miscounts(MemoryStore):
    """Counts one more than there is."""

    def tally(self, *args: Any) -> tuple[Tally, ...]:
        return tuple(attrs.evolve(each, count=each.count + 1) for each in super().tally(*args))


class KeepsWhatWaits(MemoryStore):
    """Delivers to whoever was erased, in the words of before."""

    def erase(self, erasure: Erasure) -> None:
        stored = dict(self._outbox)
        super().erase(erasure)
        self._outbox.update(stored)


class ErasesTheOutdated(MemoryStore):
    """Writes over what was decided meanwhile."""

    def erase(self, erasure: Erasure) -> None:
        stored = self.load(erasure.case.order.id)
        super().erase(attrs.evolve(erasure, expected=0 if stored is None else stored.version))


class PurgesWhatIsOpen(MemoryStore):
    """Deletes whatever is old."""

    def _is_closed(self, order_id: str, before: datetime) -> bool:
        return self._events[order_id][-1].at < before


STORES = (
    ForgetsVersions,
    ForgetsIds,
    WritesBeforeItLooks,
    LosesMessages,
    HandsOutTwice,
    HandsOutEverything,
    LosesObligations,
    NeverDelivers,
    LosesEvents,
    ShowsAnother,
    IsEarly,
    ForgetsDeadlines,
    MixesQueues,
    Miscounts,
    KeepsWhatWaits,
    ErasesTheOutdated,
    PurgesWhatIsOpen,
)


class LosesEveryThird(MemoryNotifier):
    """Says that it has delivered, and has not."""

    tried = 0

    def deliver(self, message: Message, to: Party | None) -> None:
        self.tried += 1
        if self.tried % 3:
            super().deliver(message, to)


class SendsTwice(MemoryNotifier):
    """Sends everything once more."""

    def deliver(self, message: Message, to: Party | None) -> None:
        super().deliver(message, to)
        super().deliver(message, to)


class MakesIds(MemoryNotifier):
    """Gives a message another id each time."""

    def deliver(self, message: Message, to: Party | None) -> None:
        super().deliver(attrs.evolve(message, id=f"m-{len(self.delivered)}"), to)


class SpoilsTexts(MemoryNotifier):
    """Takes a dot at the beginning of a line for an end."""

    def deliver(self, message: Message, to: Party | None) -> None:
        super().deliver(attrs.evolve(message, body=message.body.replace("\n.", "\n")), to)


class DropsTheUnknown(MemoryNotifier):
    """Tells nobody that somebody could not be told."""

    def deliver(self, message: Message, to: Party | None) -> None:
        if to is not None and to.emails:
            super().deliver(message, to)


NOTIFIERS = (LosesEveryThird, SendsTwice, MakesIds, SpoilsTexts, DropsTheUnknown)


class AnswersWithAnother(MemoryDirectory):
    """Gives somebody, where he who was asked for is not there."""

    def find(self, party_id: str) -> Party | None:
        return super().find(party_id) or next(iter(self._parties.values()), None)


class IgnoresCase(MemoryDirectory):
    """Takes S-1 for s-1."""

    def __init__(self, parties: Sequence[Party]) -> None:
        super().__init__([attrs.evolve(party, id=party.id.lower()) for party in parties])

    def find(self, party_id: str) -> Party | None:
        found = super().find(party_id.lower())
        return found and attrs.evolve(found, id=party_id)


class ForgetsPermissions(MemoryDirectory):
    """Never lets a seller permit cancelling."""

    def find(self, party_id: str) -> Party | None:
        found = super().find(party_id)
        return found and attrs.evolve(found, permits_cancellation=False)


class AnswersOnce(MemoryDirectory):
    """Forgets whom it has told of."""

    def find(self, party_id: str) -> Party | None:
        return self._parties.pop(party_id, None)


DIRECTORIES = (AnswersWithAnother, IgnoresCase, ForgetsPermissions, AnswersOnce)
