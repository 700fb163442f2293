"""The ports: what a host plugs in, and the values that go through them.

Each port has an async twin with the same methods. An adapter translates its driver's errors into
the errors named here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs

from ordercancel.announce import Message
from ordercancel.case import Case
from ordercancel.events import Event
from ordercancel.order import Party
from ordercancel.request import RequestStatus

__all__ = [
    "AsyncDirectory",
    "AsyncNotifier",
    "AsyncStore",
    "Clock",
    "Commit",
    "Directory",
    "DueDuty",
    "InboxCursor",
    "InboxQuery",
    "Notifier",
    "Page",
    "Receipt",
    "Store",
    "Tally",
]


@attrs.frozen(kw_only=True)
class Commit:
    """Everything that one command changes; a store writes all of it or nothing.

    Args:
        case: The case after the command.
        expected: The version that the case was loaded at; 0 for one that is new.
        events: What happened, in order; the last has the version ``case.version``.
        messages: What people must be told.
        command_id: The id of the command, where it has one.
        fingerprint: Tells whether a command that comes with the same id is the same command.
    """

    case: Case
    expected: int
    events: tuple[Event, ...]
    messages: tuple[Message, ...] = ()
    command_id: str | None = None
    fingerprint: str = ""


@attrs.frozen(kw_only=True)
class Receipt:
    """What a store remembers of a command that came with an id.

    Its events are those after the version `expected`, up to `version`.
    """

    order_id: str
    expected: int
    version: int
    fingerprint: str
    messages: tuple[Message, ...]


@attrs.frozen(kw_only=True, order=True)
class DueDuty:
    """A duty that has come due. They sort by when they did."""

    due_at: datetime
    order_id: str
    deadline: str
    request: int


@attrs.frozen(kw_only=True, order=True)
class InboxCursor:
    """Where a page of a seller's queue ends: at this request of this order."""

    requested_at: datetime
    order_id: str


@attrs.frozen(kw_only=True)
class InboxQuery:
    """Which requests a seller wants to see: his own, of one policy, in some statuses.

    Args:
        seller: The id of the seller.
        policy: The name of the policy.
        statuses: The statuses of an order's latest request that are wanted; any, unless given.
        after: Where the page before ended, as `Page.next` gave it.
        limit: The most rows of a page.
    """

    seller: str
    policy: str
    statuses: frozenset[RequestStatus] = frozenset(RequestStatus)
    after: InboxCursor | None = None
    limit: int = 50


@attrs.frozen(kw_only=True)
class Page:
    """A page of cases, oldest request first; `next` asks for the page after it, if any."""

    cases: tuple[Case, ...]
    next: InboxCursor | None


@attrs.frozen(kw_only=True)
class Tally:
    """How many orders of a seller have their latest request in a status; how many are overdue."""

    status: RequestStatus
    count: int
    overdue: int


class Store(Protocol):
    """Keeps cases, their history, the outbox and the ids of commands.

    Every method raises `StoreUnavailable` where the storage does not answer.
    """

    def load(self, order_id: str) -> Case | None:
        """The case of an order; None where it is not known."""

    def commit(self, commit: Commit) -> None:
        """Write a whole commit, or nothing.

        Raises:
            Conflict: The case is no longer at the expected version, or the command id is taken.
        """

    def receipt(self, command_id: str) -> Receipt | None:
        """What became of the command with this id; None where it has not been carried out."""

    def history(self, order_id: str) -> tuple[Event, ...]:
        """All events of an order, oldest first; empty where it is not known."""

    def due(self, now: datetime, after: DueDuty | None, limit: int) -> tuple[DueDuty, ...]:
        """At most `limit` open duties that are due at `now`, the earliest first, after `after`."""

    def inbox(self, query: InboxQuery) -> Page:
        """A page of a seller's cases."""

    def tally(
        self, seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
    ) -> tuple[Tally, ...]:
        """The numbers of a seller's cases by the status of their latest request.

        An open request is overdue when one of `overdue_deadlines` that arose with it is due
        at `now`, whether or not it has been marked yet.
        """

    def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Message, ...]:
        """Lease at most `limit` undelivered messages until `until`.

        Those that have not been tried yet come first, the oldest of them first; then those whose
        next try is due, so that messages that fail again and again do not hold up the others. A
        message that is leased is not handed out again before its lease is over.
        """

    def delivered(self, message_id: str, now: datetime) -> None:
        """Note that a message has been delivered; one that is not known is passed over."""

    def failed(self, message_id: str, error: str, retry_at: datetime) -> None:
        """Note that a message could not be delivered; it may be claimed again at `retry_at`.

        One that is not known, or has been delivered, is passed over.
        """


class Notifier(Protocol):
    """Delivers messages."""

    def deliver(self, message: Message, to: Party | None) -> None:
        """Deliver `message` to `to`, as the directory knows him; raise anything where it fails."""


class Directory(Protocol):
    """Knows who the parties are."""

    def find(self, party_id: str) -> Party | None:
        """The buyer or seller with this id, as he is now; None where there is none."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, with a UTC offset."""


class AsyncStore(Protocol):
    """The async twin of `Store`."""

    async def load(self, order_id: str) -> Case | None:
        """See `Store.load`."""

    async def commit(self, commit: Commit) -> None:
        """See `Store.commit`."""

    async def receipt(self, command_id: str) -> Receipt | None:
        """See `Store.receipt`."""

    async def history(self, order_id: str) -> tuple[Event, ...]:
        """See `Store.history`."""

    async def due(self, now: datetime, after: DueDuty | None, limit: int) -> tuple[DueDuty, ...]:
        """See `Store.due`."""

    async def inbox(self, query: InboxQuery) -> Page:
        """See `Store.inbox`."""

    async def tally(
        self, seller: str, policy: str, overdue_deadlines: frozenset[str], now: datetime
    ) -> tuple[Tally, ...]:
        """See `Store.tally`."""

    async def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Message, ...]:
        """See `Store.claim`."""

    async def delivered(self, message_id: str, now: datetime) -> None:
        """See `Store.delivered`."""

    async def failed(self, message_id: str, error: str, retry_at: datetime) -> None:
        """See `Store.failed`."""


class AsyncNotifier(Protocol):
    """The async twin of `Notifier`."""

    async def deliver(self, message: Message, to: Party | None) -> None:
        """See `Notifier.deliver`."""


class AsyncDirectory(Protocol):
    """The async twin of `Directory`."""

    async def find(self, party_id: str) -> Party | None:
        """See `Directory.find`."""
