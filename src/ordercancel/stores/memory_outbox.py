"""The outbox of the store in memory."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import islice
from operator import itemgetter

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.obligations import Obligation
from ordercancel.engine.erasure import Person, blanked, is_to
from ordercancel.engine.messages import Message
from ordercancel.service.ports import Store
from ordercancel.service.records import Claim, DeadLetter, Receipt, Sent, Start


class State(Enum):
    """Where a message stands."""

    WAITING = auto()
    DELIVERED = auto()
    DEAD = auto()
    OBSOLETE = auto()


@attrs.define
class Entry:
    """Something in the outbox: where it stands, and when it is free to be claimed."""

    sent: Message | Obligation
    version: int
    free_at: datetime
    state: State = State.WAITING
    attempts: int = 0
    error: str = ""
    reached: tuple[str, ...] = ()
    delivered_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether it is still to be delivered."""
        return self.state is State.WAITING

    @property
    def is_on_its_way(self) -> bool:
        """Whether an attempt has begun, and nobody has said how it ended."""
        return self.attempts > 0 and not self.error

    @property
    def id(self) -> str:
        """Its id, or the key of an obligation."""
        return self.sent.id if isinstance(self.sent, Message) else self.sent.key

    @property
    def message(self) -> Message | None:
        """The message; None for an obligation."""
        return self.sent if isinstance(self.sent, Message) else None

    @property
    def obligation(self) -> Obligation | None:
        """The obligation; None for a message."""
        return None if isinstance(self.sent, Message) else self.sent

    @property
    def lane(self) -> tuple[object, ...]:
        """What it keeps its order with."""
        if isinstance(self.sent, Message):
            return self.sent.order_id, self.sent.party, self.sent.medium
        return self.sent.order_id, getattr(self.sent, "tender", None), Sent, self.sent.kind

    def is_held_up(self, earlier: Iterable[Entry], now: datetime) -> bool:
        """Return whether one of those before it has to go first, or is about to be tried."""
        return any(each.reached in ((), self.reached) or each.free_at <= now for each in earlier)

    def is_over(self, before: datetime) -> bool:
        """Return whether it was delivered before a moment, or is obsolete and older than that."""
        if self.state is State.OBSOLETE:
            return self.sent.at < before
        return self.delivered_at is not None and self.delivered_at < before

    def erase(self, person: Person, reworded: Message | None) -> None:
        """Take a person's words out, for new ones where it is still to be delivered."""
        if self.message is None:
            return
        if reworded is None or self.state is State.DELIVERED:
            reworded = blanked(self.message, person)
        self.sent = reworded
        self.error = self.error.partition(":")[0]
        self.free_at += timedelta(microseconds=1)  # whoever has it can't tell of it any more


class Outbox(dict[str, Entry]):
    """The messages by their ids, oldest first."""

    def about(self, order_id: str) -> tuple[Entry, ...]:
        """Return the entries of one order."""
        return tuple(entry for entry in self.values() if entry.sent.order_id == order_id)

    def of(self, receipt: Receipt) -> Receipt:
        """Return a receipt with the messages and obligations of its commit."""
        entries = self.about(receipt.order_id)
        entries = tuple(each for each in entries if each.version == receipt.version)
        return attrs.evolve(
            receipt,
            messages=tuple(each.message for each in entries if each.message),
            obligations=tuple(each.obligation for each in entries if each.obligation),
        )

    def over(self, order_ids: Collection[str], before: datetime) -> set[str]:
        """Return the ids of the messages about some orders that were over before a moment."""
        return {
            key
            for key, entry in self.items()
            if entry.sent.order_id in order_ids and entry.is_over(before)
        }

    def erase(self, order_id: str, person: Person, messages: Iterable[Message]) -> None:
        """Take a person out of the messages about an order, with new words for some."""
        reworded = {message.id: message for message in messages}
        for entry in self.about(order_id):
            message = entry.message
            if message and is_to(person, message) and entry.state is not State.DELIVERED:
                del self[entry.id]
            else:
                entry.erase(person, reworded.get(entry.id))


_AT_ONCE = datetime.min.replace(tzinfo=UTC)


def _claim(entry: Entry, before: Sequence[Entry]) -> Claim:
    have = [frozenset(each.reached) for each in before]
    return Claim(
        id=entry.id,
        order_id=entry.sent.order_id,
        message=entry.message,
        obligation=entry.obligation,
        attempts=entry.attempts,
        until=entry.free_at,
        reached=entry.reached,
        open_to=frozenset.intersection(*have) if have else None,
    )


class MemoryOutbox(Store):
    """The part of `MemoryStore` that keeps the messages."""

    _lock: threading.RLock
    _cases: dict[str, Case]
    _outbox: Outbox

    def claim(
        self,
        now: datetime,
        until: datetime,
        limit: int,
        sent: frozenset[Sent] = frozenset(Sent),
    ) -> tuple[Claim, ...]:
        lanes: dict[object, list[Entry]] = defaultdict(list)
        free: list[tuple[datetime, int, Entry, list[Entry]]] = []
        with self._lock:
            for number, entry in enumerate(self._outbox.values()):
                kind = Sent.MESSAGES if entry.message else Sent.OBLIGATIONS
                if not entry.waits or kind not in sent:
                    continue
                before = [
                    each
                    for each in lanes[entry.lane]
                    if each.is_on_its_way or not self._is_obsolete(each)
                ]
                if entry.free_at <= now and not entry.is_held_up(before, now):
                    free.append((entry.free_at, number, entry, before))
                lanes[entry.lane].append(entry)
            free.sort(key=itemgetter(0, 1))
            chosen = sorted(free[:limit], key=itemgetter(1))
            for _, _, entry, _ in chosen:
                entry.free_at = until
            return tuple(_claim(entry, before) for _, _, entry, before in chosen)

    def start(self, claim: Claim) -> Start:
        with self._lock:
            entry = self._leased(claim)
            if entry is None:
                return Start.LOST
            if self._is_obsolete(entry):
                entry.state = State.OBSOLETE
                return Start.OBSOLETE
            entry.attempts, entry.error = entry.attempts + 1, ""
            return Start.BEGUN

    def delivered(self, message_id: str, now: datetime) -> None:
        with self._lock:
            if message_id in self._outbox:
                entry = self._outbox[message_id]
                entry.state, entry.delivered_at = State.DELIVERED, now

    def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        with self._lock:
            entry = self._leased(claim)
            if entry is not None:
                entry.error, entry.reached = error, tuple(sorted(set(reached)))
                if retry_at is None:
                    entry.state = State.DEAD
                else:
                    entry.free_at = retry_at

    def release(self, claims: Sequence[Claim]) -> None:
        with self._lock:
            for claim in claims:
                entry = self._leased(claim)
                if entry is not None:
                    entry.free_at = _AT_ONCE

    def dead_letters(
        self, limit: int, after: str | None = None, *, obsolete: bool = False
    ) -> tuple[DeadLetter, ...]:
        state = State.OBSOLETE if obsolete else State.DEAD
        with self._lock:
            ids = list(self._outbox)
            begin = ids.index(after) + 1 if after is not None and after in ids else 0
            dead = (
                DeadLetter(
                    id=entry.id,
                    order_id=entry.sent.order_id,
                    message=entry.message,
                    obligation=entry.obligation,
                    attempts=entry.attempts,
                    error=entry.error,
                )
                for entry in map(self._outbox.__getitem__, ids[begin:])
                if entry.state is state
            )
            return tuple(islice(dead, limit))

    def revive(self, message_ids: Sequence[str] | None = None) -> int:
        with self._lock:
            wanted = set(self._outbox if message_ids is None else message_ids)
            dead = [
                entry
                for key, entry in self._outbox.items()
                if key in wanted and entry.state is State.DEAD
            ]
            for entry in dead:
                entry.state, entry.attempts, entry.free_at = State.WAITING, 0, _AT_ONCE
            return len(dead)

    def _leased(self, claim: Claim) -> Entry | None:
        """Return the entry that was claimed, unless it has been leased anew or is settled."""
        entry = self._outbox.get(claim.id)
        return entry if entry and entry.waits and entry.free_at == claim.until else None

    def _is_obsolete(self, entry: Entry) -> bool:
        """Return whether the request is closed that a message speaks of as open."""
        if entry.message is None:
            return False
        case, number = self._cases.get(entry.message.order_id), entry.message.request
        if case is None or case.latest is None or number is None:
            return False
        return case.latest.number > number or not case.latest.is_open
