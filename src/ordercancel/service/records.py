"""The values that go through the ports: what a store is handed, and what it hands back."""

from __future__ import annotations

import hashlib
from datetime import datetime

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.events import Event
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.messages import Message


@attrs.frozen(kw_only=True)
class Commit:
    """Everything that one command changes; a store writes all of it, or nothing.

    Args:
        case: The case after the command.
        expected: The version that the case was loaded at; 0 for one that is new.
        events: What happened, in order; the last has the version ``case.version``.
        messages: What people must be told.
        command_id: The id of the command, where it has one.
        fingerprint: A digest that tells whether another command with this id is the same one.
    """

    case: Case
    expected: int
    events: tuple[Event, ...]
    messages: tuple[Message, ...] = ()
    command_id: str | None = None
    fingerprint: str = ""


@attrs.frozen(kw_only=True)
class Receipt:
    """What a store keeps of a command with an id, whose outcome can be returned again.

    Its events are those after the version `expected`, up to `version`.
    """

    order_id: str
    expected: int
    version: int
    fingerprint: str
    messages: tuple[Message, ...]


def fingerprint(command: Command) -> str:
    """Return a digest that tells commands with one id apart."""
    order_id, by, *rest = attrs.astuple(command, recurse=False)
    plain = (type(command).__name__, order_id, (by.id, by.role), *rest)
    return hashlib.sha256(repr(plain).encode()).hexdigest()


@attrs.frozen(kw_only=True, order=True)
class DueDuty:
    """A duty that has come due; duties sort by when they did."""

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
    """Which requests a seller wants to see: their own, of one policy, in some statuses.

    Args:
        seller: The id of the seller.
        policy: The name of the policy.
        statuses: The wanted statuses of an order's latest request. Default: any.
        after: The `Page.next` of the page before. Default: the first page.
        limit: The most rows of a page. Default: 50.
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
    """A message that is leased until `until`, to be delivered.

    Args:
        message: The message.
        attempts: How many attempts there have been, this one included.
        until: When the lease ends.
        reached: Those of the party's addresses that have the message already.
    """

    message: Message
    attempts: int
    until: datetime
    reached: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class DeadLetter:
    """A message that is not tried again.

    Args:
        id: Its id.
        order_id: The order that it is about.
        message: The message; None where its stored form can't be read.
        attempts: How many attempts there have been.
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
        messages: How many messages wait to be delivered, leased ones included.
        oldest: When the event happened that the oldest of them is about.
        dead: How many messages are not tried again.
        duties: How many duties are due.
        earliest: When the first of them came due.
    """

    messages: int
    oldest: datetime | None
    dead: int
    duties: int
    earliest: datetime | None
