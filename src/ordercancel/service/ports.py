"""The ports: what a host plugs in, and the values that go through them.

Each port has an async twin with the same methods. An adapter translates its driver's errors into
the errors named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.messages import Message

__all__ = [
    "AsyncDirectory",
    "AsyncNotifier",
    "AsyncStore",
    "Backlog",
    "Claim",
    "Clock",
    "Commit",
    "DeadLetter",
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


@attrs.frozen(kw_only=True)
class Claim:
    """A message that was leased to be delivered.

    Args:
        message: The message.
        attempts: How many tries there have been, this one included.
        until: When the lease is over.
        reached: Those of the party's addresses that have the message already.
    """

    message: Message
    attempts: int
    until: datetime
    reached: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class DeadLetter:
    """A message that is tried no more.

    Args:
        id: Its id.
        order_id: The order that it is about.
        message: The message; None where what is stored of it can't be read.
        attempts: How many tries there have been.
        error: What went wrong at the last one.
    """

    id: str
    order_id: str
    message: Message | None
    attempts: int
    error: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Backlog:
    """What waits to be done.

    Args:
        messages: How many messages wait to be delivered, those that are leased included.
        oldest: When what the oldest of them tells of happened.
        dead: How many messages are tried no more.
        duties: How many duties are due.
        earliest: When the first of them came due.
    """

    messages: int
    oldest: datetime | None
    dead: int
    duties: int
    earliest: datetime | None


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

    def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
        """Lease at most `limit` undelivered messages until `until`, the oldest first.

        A message that is leased is not handed out again before its lease is over; every lease
        counts as a try. The messages of one order go out in the order in which they were written:
        while one of them is leased, none behind it is handed out. One that failed before, leased
        or waiting for its next try, holds up those to the same party only.
        """

    def delivered(self, message_id: str, now: datetime) -> None:
        """Note that a message has been delivered; one that is not known is passed over."""

    def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        """Note that a message could not be delivered, or not to all addresses.

        It may be claimed again at `retry_at`; without one it is dead. It is passed over where the
        lease of `claim` is no longer the message's.

        Args:
            claim: What was claimed.
            error: What went wrong, for people.
            retry_at: When to try again.
            reached: The party's addresses that have the message now, those of `claim` included.
        """

    def release(self, claims: Sequence[Claim]) -> None:
        """Give claims back that have not been tried; as if they had not been handed out."""

    def dead_letters(self, limit: int, after: str | None = None) -> tuple[DeadLetter, ...]:
        """At most `limit` dead messages, the oldest first, behind the one with the id `after`."""

    def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """Put dead messages back, all of them unless some are named; gives how many there were.

        They can be claimed at once, and all tries are theirs again.
        """

    def backlog(self, now: datetime) -> Backlog:
        """What waits to be delivered and to be done at the moment `now`."""


class Notifier(Protocol):
    """Delivers messages."""

    def deliver(self, message: Message, to: Party | None) -> None:
        """Deliver `message` to `to`, as the directory knows him.

        Raises:
            PartlyDelivered: Some of his addresses have it, and others do not.
            Exception: Anything, where nobody has it. Its text is stored and logged.
        """


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

    async def claim(self, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
        """See `Store.claim`."""

    async def delivered(self, message_id: str, now: datetime) -> None:
        """See `Store.delivered`."""

    async def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        """See `Store.failed`."""

    async def release(self, claims: Sequence[Claim]) -> None:
        """See `Store.release`."""

    async def dead_letters(self, limit: int, after: str | None = None) -> tuple[DeadLetter, ...]:
        """See `Store.dead_letters`."""

    async def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """See `Store.revive`."""

    async def backlog(self, now: datetime) -> Backlog:
        """See `Store.backlog`."""


class AsyncNotifier(Protocol):
    """The async twin of `Notifier`."""

    async def deliver(self, message: Message, to: Party | None) -> None:
        """See `Notifier.deliver`."""


class AsyncDirectory(Protocol):
    """The async twin of `Directory`."""

    async def find(self, party_id: str) -> Party | None:
        """See `Directory.find`."""
