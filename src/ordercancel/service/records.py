"""The values that go through the ports: what a store is handed, and what it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import TypeAlias

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.limits import MAX_LINE
from ordercancel.domain.obligations import Obligation
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.erasure import Person
from ordercancel.engine.messages import Message


def _dues(value: Mapping[str, datetime]) -> Mapping[str, datetime]:
    return value if isinstance(value, FrozenMap) else FrozenMap(value)


@attrs.frozen(kw_only=True)
class Commit:
    """Everything that one command changes; a store writes all of it, or nothing.

    Deadlines are not stored: what of them runs follows from a case and its policy, which a store
    does not know. So a commit brings along the two things that a store is asked for.

    Args:
        case: The case after the command.
        expected: The version that the case was loaded at; 0 for one that is new.
        events: What happened, in order; the last has the version ``case.version``.
        messages: What people must be told.
        obligations: What the host must do.
        command_id: What the command is known by, where it has an id: a digest of that and of who
            gave it (`ordercancel.service.receipts`).
        fingerprint: Tells whether another command with this id is the same one.
        next_due: When the first deadline of the case will fire; None where none will. Kept for
            `AsyncStore.due`.
        marked_from: By the code of each mark the moment from which queues count the case as
            marked: when its deadline is due, fired or not. Kept for `AsyncStore.tally`.
        patience: How long to wait for whoever holds the order's row. Default: as long as the
            database is set up to.
    """

    case: Case
    expected: int
    events: tuple[Event, ...]
    messages: tuple[Message, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    command_id: str | None = None
    fingerprint: str = ""
    next_due: datetime | None = None
    marked_from: Mapping[str, datetime] = attrs.field(factory=dict, converter=_dues)
    patience: timedelta | None = None


@attrs.frozen(kw_only=True)
class Indexed:
    """What a store keeps of the deadlines of a case, for a case that is stored already.

    It is written anew where it can be wrong: when a calendar has changed or the time zone
    database, and behind an upgrade of the stored form.

    Args:
        order_id: The order.
        version: The version of the case that it was reckoned from.
        next_due, marked_from: As in `Commit`.
    """

    order_id: str
    version: int
    next_due: datetime | None
    marked_from: Mapping[str, datetime] = attrs.field(factory=dict, converter=_dues)


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
    obligations: tuple[Obligation, ...] = ()


Kind: TypeAlias = tuple[str, str, str, int | None]
"""Policy, edition, digest and form of orders: who can judge one of a kind can judge them all."""


@attrs.frozen(kw_only=True, order=True)
class DueOrder:
    """An order whose next deadline is due; they sort by when it was, then by the order.

    Args:
        due_at: When it was due; earlier than that where the index is stale.
        order_id: The order.
        policy: The name of its policy.
        edition: The edition of the policy that judges it.
        digest: The digest of that edition, which tells who can judge it without loading it.
        form: The form of its case, where that is another than this release reads; else None.
    """

    due_at: datetime
    order_id: str
    policy: str
    edition: str
    digest: str
    form: int | None = None

    @property
    def kind(self) -> Kind:
        """What tells whether a service can judge it."""
        return self.policy, self.edition, self.digest, self.form


@attrs.frozen(kw_only=True)
class Scanned:
    """A page of cases by the ids of their orders; `next` is what to go on behind, if anything.

    Args:
        cases: The cases that can be read.
        unread: The ids of the orders whose cases can't be.
        next: The id of the last order, where there may be more.
    """

    cases: tuple[Case, ...]
    unread: tuple[str, ...]
    next: str | None


@attrs.frozen(kw_only=True)
class Queue:
    """Whose requests are meant; each field that is not None narrows it.

    A party's queue has the latest request of each of their orders, whoever made it. The house has
    one queue, with the requests that any of its roles answers.

    Args:
        buyer: The id of the buyer.
        seller: The id of the seller.
        answerers: The answerers of the latest request: roles, or a side such as ``house_side``.
        policies: The names of the policies.
    """

    buyer: str | None = None
    seller: str | None = None
    answerers: frozenset[str] | None = None
    policies: frozenset[str] | None = None


@attrs.frozen(kw_only=True, order=True)
class InboxCursor:
    """Where a page of a queue ends: at this request of this order."""

    requested_at: datetime
    order_id: str

    def __attrs_post_init__(self) -> None:
        faults = Faults("InboxCursor")
        faults.time("requested_at", self.requested_at)
        faults.key("order_id", self.order_id, MAX_LINE)
        faults.settle(self)

    def __str__(self) -> str:
        """Return its text, for a link to the next page; `parse` reads it."""
        return f"{self.requested_at.astimezone(UTC).isoformat()}~{self.order_id}"

    @classmethod
    def parse(cls, text: str) -> InboxCursor:
        """Return the cursor with this text, or raise `InvalidValue`."""
        moment, _, order_id = text.partition("~")
        try:
            requested_at = datetime.fromisoformat(moment)
        except ValueError:
            requested_at = None
        if requested_at is None or not order_id:
            fault = Fault("InboxCursor", f"is {text!r:.80}", "the text of the next of a page")
            raise InvalidValue([fault])
        return cls(requested_at=requested_at, order_id=order_id)


@attrs.frozen(kw_only=True)
class InboxQuery:
    """Which rows of a queue are wanted.

    Args:
        queue: Whose requests.
        statuses: The wanted statuses of an order's latest request. Default: any.
        marked: A mark that is wanted, and the moment that it counts by. Default: any.
        after: The `Page.next` of the page before. Default: the first page.
        limit: The most rows of a page. Default: 50.
    """

    queue: Queue
    statuses: frozenset[RequestStatus] = frozenset(RequestStatus)
    marked: tuple[str, datetime] | None = None
    after: InboxCursor | None = None
    limit: int = 50


@attrs.frozen(kw_only=True)
class Page:
    """A page of cases, oldest request first; `next` asks for the page after it, if any.

    `unread` are the ids of the orders on it whose cases this release can't read.
    """

    cases: tuple[Case, ...]
    next: InboxCursor | None
    unread: tuple[str, ...] = ()


@attrs.frozen(kw_only=True, order=True)
class Tally:
    """How many orders of a queue are in a state.

    Args:
        policy: The name of their policy.
        on: A status of the latest request, or the code of a mark.
        count: How many orders have it; of a mark, those that it counts from by now.
        overdue: How many of them are overdue: the mark `OVERDUE` counts from by now.
    """

    policy: str
    on: str
    count: int
    overdue: int


class Sent(StrEnum):
    """What an outbox holds: what people are told, and what the host must do."""

    MESSAGES = "messages"
    OBLIGATIONS = "obligations"


@attrs.frozen(kw_only=True)
class _InOutbox:
    """What is in an outbox.

    Args:
        id: The id of the message, or the key of the obligation.
        order_id: The order that it is about.
        message: The message; None for an obligation, and where its stored form can't be read.
        obligation: The obligation; None for a message, likewise.
        attempts: How many attempts have begun so far.
    """

    id: str
    order_id: str
    message: Message | None
    obligation: Obligation | None = None
    attempts: int


@attrs.frozen(kw_only=True)
class Claim(_InOutbox):
    """A message or an obligation that is leased until `until`, to be delivered.

    Args:
        until: When the lease ends.
        reached: Those of the party's addresses that have the message already.
        open_to: The addresses that it may go to: those that have every message before it of its
            lane. None: it is the first, and may go to all.
        error: What is wrong with its stored form.
    """

    until: datetime
    reached: tuple[str, ...] = attrs.field(default=(), repr=False)
    open_to: frozenset[str] | None = attrs.field(default=None, repr=False)
    error: str = attrs.field(default="", repr=False)

    @property
    def request(self) -> int | None:
        """The number of the request that its message speaks of as open; None: of none."""
        return self.message.request if self.message else None


class Start(Enum):
    """What came of the start of an attempt."""

    BEGUN = auto()
    """It counts."""
    OBSOLETE = auto()
    """The request that the message speaks of as open is closed: it will never be sent."""
    LOST = auto()
    """The lease is over, and the message is another's."""


@attrs.frozen(kw_only=True)
class DeadLetter(_InOutbox):
    """What is not tried again, with the error of the last attempt: dead, or obsolete."""

    error: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Window:
    """Some orders in the order of their ids, and those of them that are of interest.

    Args:
        looked_at: How many orders there were.
        last: The id of the last one; None where there was none, and there are no more.
        order_ids: Those of them that may name somebody.
    """

    looked_at: int
    last: str | None
    order_ids: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Erasure:
    """An order as it is left when a person is erased from it.

    Args:
        case: The case; of the version `expected`, or of the next one where `events` say so.
        expected: The version that it was loaded at.
        events: The whole history, which takes the place of the one that is stored.
        messages: Those that are still to be delivered, or are dead, in their new words. Any other
            message keeps no words; those to the person that were not delivered are deleted.
        person: Whom to erase.
        acted: The versions that the person's own events made, before. The receipts of their
            commands are deleted: nobody can give these again.
    """

    case: Case
    expected: int
    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    person: Person
    acted: frozenset[int] = frozenset()

    def is_spent(self, expected: int, version: int) -> bool:
        """Whether the command with these versions in its receipt was the person's own."""
        return any(expected < each <= version for each in self.acted)


class Kept(StrEnum):
    """What is kept for a while, and can be purged."""

    MESSAGES = "messages"
    """Messages that were delivered, and those that are obsolete."""

    RECEIPTS = "receipts"
    """The ids of commands, by which one that comes twice acts once."""

    CASES = "cases"
    """Cases about which nothing is open, with all that belongs to them."""


@attrs.frozen(kw_only=True)
class Purged:
    """What a purge has deleted; those that went with a case are counted, too.

    Args:
        messages: How many messages.
        receipts: How many ids of commands.
        cases: How many cases.
        looked_at: How many orders were looked at.
        next: The id of the order to go on behind; None where all have been looked at.
    """

    messages: int
    receipts: int
    cases: int
    looked_at: int
    next: str | None


@attrs.frozen(kw_only=True)
class Backlog:
    """What waits to be done.

    Args:
        messages: How many messages and obligations wait to be delivered, leased ones included.
        oldest: When the event happened that the oldest of them is about.
        dead: How many messages are dead.
        due: How many orders have a deadline that is due.
        earliest: When the first of these deadlines was due.
        obsolete: How many messages ended because their request had been closed in the meantime.
        newer: How many of the waiting ones a later release has written; it alone can deliver them.
    """

    messages: int
    oldest: datetime | None
    dead: int
    due: int
    earliest: datetime | None
    obsolete: int = 0
    newer: int = 0
