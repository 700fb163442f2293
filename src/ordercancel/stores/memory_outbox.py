"""A message in the outbox of the store in memory."""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto

import attrs

from ordercancel.engine.messages import Message


class State(Enum):
    """Where a message stands."""

    WAITING = auto()
    DELIVERED = auto()
    DEAD = auto()


@attrs.define
class Entry:
    """A message in the outbox: where it stands, and when it is free to be claimed."""

    message: Message
    state: State = State.WAITING
    free_at: datetime | None = None
    attempts: int = 0
    error: str | None = None
    reached: tuple[str, ...] = ()

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
