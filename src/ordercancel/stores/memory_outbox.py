"""The outbox of the store in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import Enum, auto

import attrs

from ordercancel.engine.erasure import Person, blanked, is_to
from ordercancel.engine.messages import Message
from ordercancel.service.records import Receipt


class State(Enum):
    """Where a message stands."""

    WAITING = auto()
    DELIVERED = auto()
    DEAD = auto()


@attrs.define
class Entry:
    """A message in the outbox: where it stands, and when it is free to be claimed."""

    message: Message
    version: int
    state: State = State.WAITING
    free_at: datetime | None = None
    attempts: int = 0
    error: str | None = None
    reached: tuple[str, ...] = ()
    delivered_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether it is still to be delivered."""
        return self.state is State.WAITING

    def waits_behind(self, earlier: Entry, now: datetime) -> bool:
        """Return whether `earlier`, of the same order, must go first and can't be claimed now."""
        return (
            earlier.waits
            and earlier.free_at is not None
            and earlier.free_at > now
            and (earlier.error is None or earlier.message.party == self.message.party)
        )

    def erase(self, person: Person, reworded: Message | None) -> None:
        """Take a person's words out, for new ones where it is still to be delivered."""
        if reworded is None or self.state is State.DELIVERED:
            reworded = blanked(self.message, person)
        self.message = reworded
        self.error = self.error and self.error.partition(":")[0]
        if self.free_at is not None:  # whoever has it can't tell of it any more
            self.free_at += timedelta(microseconds=1)


class Outbox(dict[str, Entry]):
    """The messages by their ids, oldest first."""

    def about(self, order_id: str) -> tuple[Entry, ...]:
        """Return the entries of one order."""
        return tuple(entry for entry in self.values() if entry.message.order_id == order_id)

    def of(self, receipt: Receipt) -> tuple[Message, ...]:
        """Return the messages of the commit that a receipt is of."""
        return tuple(
            entry.message
            for entry in self.about(receipt.order_id)
            if entry.version == receipt.version
        )

    def delivered(self, order_ids: Collection[str], before: datetime) -> set[str]:
        """Return the ids of the messages about some orders that were delivered before a moment."""
        return {
            key
            for key, entry in self.items()
            if entry.message.order_id in order_ids
            and entry.delivered_at is not None
            and entry.delivered_at < before
        }

    def erase(self, order_id: str, person: Person, messages: Iterable[Message]) -> None:
        """Take a person out of the messages about an order, with new words for some."""
        reworded = {message.id: message for message in messages}
        for entry in self.about(order_id):
            message_id = entry.message.id
            if is_to(person, entry.message) and entry.state is not State.DELIVERED:
                del self[message_id]
            else:
                entry.erase(person, reworded.get(message_id))
