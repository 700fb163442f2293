"""What a service answers with."""

from __future__ import annotations

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.messages import InboxRow, Message
from ordercancel.service.records import DueDuty, InboxCursor

__all__ = ["Count", "InboxPage", "Outcome", "Relayed", "Skipped", "Ticked"]


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of a command.

    Args:
        case: The case after it.
        events: What happened, in order.
        messages: What was put into the outbox with it.
        repeated: Whether this is the outcome of an earlier command with the same id.
    """

    case: Case
    events: tuple[Event, ...]
    messages: tuple[Message, ...] = ()
    repeated: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules and deadlines behind the events, each once."""
        found: dict[str, None] = {}
        for event in self.events:
            for rule in event.rules:
                found[rule] = None
        return tuple(found)


@attrs.frozen(kw_only=True)
class Skipped:
    """A duty that had come due and yet could not be acted on, with the error that says why."""

    duty: DueDuty
    error: Exception


@attrs.frozen(kw_only=True)
class Ticked:
    """What a tick did: an outcome for each deadline that acted, and whether more is due."""

    outcomes: tuple[Outcome, ...]
    skipped: tuple[Skipped, ...]
    more: bool


@attrs.frozen(kw_only=True)
class Relayed:
    """What a relay did with the messages that it claimed, by their ids.

    Args:
        delivered: Those that were delivered.
        failed: Those that will be tried again.
        dead: Those that are tried no more.
        more: Whether there were as many as asked for, so that there may be more.
    """

    delivered: tuple[str, ...]
    failed: tuple[str, ...]
    dead: tuple[str, ...]
    more: bool


@attrs.frozen(kw_only=True)
class InboxPage:
    """A page of a seller's queue; give `next` as `after` to see the page behind it."""

    rows: tuple[InboxRow, ...]
    next: InboxCursor | None


@attrs.frozen(kw_only=True)
class Count:
    """A number on the seller's front page, and how many of it are overdue (qoo10.3.counters)."""

    status: RequestStatus
    label: Text
    count: int
    overdue: int
