"""The async ports: what a host plugs into a service.

An adapter translates its driver's errors into those named here. What is handed over is in
`ordercancel.service.records`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event
from ordercancel.domain.obligations import Obligation
from ordercancel.engine.messages import Message
from ordercancel.service.records import (
    Backlog,
    Claim,
    Commit,
    DeadLetter,
    DueOrder,
    Erasure,
    InboxQuery,
    Indexed,
    Kept,
    Kind,
    Page,
    Purged,
    Queue,
    Receipt,
    Scanned,
    Sent,
    Start,
    Tally,
    Window,
)


class AsyncStore(Protocol):
    """Keeps cases, their history, the outbox and the ids of commands.

    Every method raises `StoreUnavailable` where the storage does not answer, and where it answers
    and refuses what is about one order, `OrderUnavailable`. A page of several orders leaves out
    those whose cases can't be read, and names them.
    """

    async def load(self, order_id: str) -> Case | None:
        """Return the case of an order; None where the order is unknown."""

    async def load_many(self, order_ids: Sequence[str]) -> Scanned:
        """Return the cases of these orders as one page, in any order, without unknown ones."""

    async def commit(self, commit: Commit) -> None:
        """Write all of a commit, or nothing.

        Raises:
            Conflict: The case is no longer at the expected version, or the command id is taken.
        """

    async def commit_all(self, commits: Sequence[Commit]) -> None:
        """Write several commits about different orders: all of them, or nothing.

        Raises:
            Conflict: As `commit`, for one of them.
        """

    async def receipt(self, command_id: str) -> Receipt | None:
        """Return the receipt of what was committed with this id; None without one."""

    async def receipts(self, command_ids: Sequence[str]) -> Mapping[str, Receipt]:
        """Return the receipts of those of these commands that were committed, by their ids."""

    async def history(self, order_id: str) -> tuple[Event, ...]:
        """Return all events of an order, oldest first; none where the order is unknown."""

    async def due(
        self,
        now: datetime,
        after: DueOrder | None,
        limit: int,
        passing_over: frozenset[Kind] = frozenset(),
    ) -> tuple[DueOrder, ...]:
        """Return at most `limit` orders whose `next_due` is at or before `now`.

        The earliest first, then by the id of the order, behind `after`; those of the kinds
        `passing_over` are left out.
        """

    async def scan(self, after: str | None, limit: int) -> Scanned:
        """Return at most `limit` cases by the id of their order, those behind the id `after`."""

    async def index(self, entries: Sequence[Indexed]) -> None:
        """Keep what was reckoned anew of deadlines; an entry of another version is ignored.

        It makes no new version, and conflicts with nobody. Where rows are locked, it waits for a
        second or so; what fails then changes none of `entries`.
        """

    async def inbox(self, query: InboxQuery) -> Page:
        """Return a page of the cases of a queue, those with the oldest latest request first."""

    async def tally(self, queue: Queue, now: datetime) -> tuple[Tally, ...]:
        """Count the orders of a queue, sorted by policy and state; states with none are left out.

        Each order counts once by the status of its latest request, and once by each code of its
        `Commit.marked_from` that is at or before `now`. It is overdue where `OVERDUE` is.
        """

    async def claim(
        self,
        now: datetime,
        until: datetime,
        limit: int,
        sent: frozenset[Sent] = frozenset(Sent),
    ) -> tuple[Claim, ...]:
        """Lease at most `limit` undelivered messages until `until`, the longest free first.

        Of what `sent` names: messages, obligations or both. The obligations of one order of one
        kind are a lane, too, those of one tender apart.

        A leased message is not handed out again before its lease ends. The messages of one order
        to one party by one medium are a lane: they are handed out in the order in which they were
        written. One that is undelivered holds up those behind it, except at the addresses that
        have it already (`Claim.open_to`), and except where it is obsolete. A message of a later
        release is left alone, and holds up its lane.
        """

    async def start(self, claim: Claim) -> Start:
        """Note that an attempt begins, which counts from now on, and return whether it may.

        A message whose request is closed is noted as obsolete instead.
        """

    async def delivered(self, message_id: str, now: datetime) -> None:
        """Note that a message was delivered at `now`; an unknown id is ignored."""

    async def failed(
        self, claim: Claim, error: str, retry_at: datetime | None, reached: tuple[str, ...] = ()
    ) -> None:
        """Note that a message was not delivered, or not to all addresses.

        Ignored where the message has been leased anew since `claim`. Those that it holds up may
        wait until `retry_at`, too.

        Args:
            claim: The lease under which delivery was attempted.
            error: What went wrong, for people.
            retry_at: When the message may be claimed again; None makes it a dead letter.
            reached: The party's addresses that have the message now, those of `claim` included.
        """

    async def release(self, claims: Sequence[Claim]) -> None:
        """Give claims back that were not attempted, as if they had not been handed out."""

    async def dead_letters(
        self, limit: int, after: str | None = None, *, obsolete: bool = False
    ) -> tuple[DeadLetter, ...]:
        """Return at most `limit` dead letters, oldest first, behind the one with id `after`.

        With `obsolete` those that are obsolete instead.
        """

    async def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """Put dead letters back into the outbox, with all their attempts; return how many.

        Args:
            message_ids: Which ones. Default: all of them.
        """

    async def backlog(self, now: datetime) -> Backlog:
        """Count what waits to be delivered, and the orders with a deadline due at `now`."""

    async def naming(self, name: str, after: str | None, limit: int) -> Window:
        """Look at the next `limit` orders by their ids, those behind the id `after`.

        Returns those in whose history the id `name` stands, or may stand.
        """

    async def undelivered(self, order_id: str) -> Mapping[str, int]:
        """Return the ids of the messages about an order that were not delivered, dead or not.

        Each with the version of the case that its commit made.
        """

    async def erase(self, erasure: Erasure) -> None:
        """Write an order as it is left when a person is erased from it: all of it, or nothing.

        The fingerprints of the commands about it are emptied, and those of the person's own
        commands deleted with their ids. A message that is leased counts as
        leased anew, so that what goes wrong with it is not noted. What a store keeps of deadlines
        stays as it is.

        Raises:
            Conflict: The case is no longer at the expected version.
        """

    async def purge(
        self, before: datetime, kept: frozenset[Kept], after: str | None, limit: int
    ) -> Purged:
        """Delete what is older than `before` of the next `limit` orders behind the id `after`.

        A message by when it was delivered, an obsolete one by when it was written, a receipt by
        when its command was carried out, a case by its last event: where no request is open, no
        deadline runs and no message waits.
        """


class AsyncNotifier(Protocol):
    """Delivers messages."""

    async def deliver(self, message: Message, to: Party | None) -> None:
        """Deliver `message` to `to`, the party as the directory knows them; None if unknown.

        Raises:
            PartlyDelivered: Some of their addresses have it, and others do not.
            Exception: Any other error, where no address has it. Its text is stored and logged.
        """


class AsyncObligationHandler(Protocol):
    """Does what the host must do."""

    async def fulfil(self, obligation: Obligation) -> None:
        """Do `obligation`, or take it over for good; done twice under one key, it is done once.

        A refund is settled by commands, as soon as the host knows what came of it.

        Raises:
            NotDelivered: It can't be done now; with ``permanent=True`` never in this way, so that
                somebody has to see to it.
            Exception: Any other error: it is tried again. Its text is stored and logged.
        """


class AsyncDirectory(Protocol):
    """Knows who the parties are.

    One that also has ``find_many(party_ids)``, which returns those that it knows by their ids, is
    asked once for a list of orders, and for many commands.
    """

    async def find(self, party_id: str) -> Party | None:
        """Return the buyer or seller with this id, as they are now; None without one."""
