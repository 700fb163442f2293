"""The service: the shell around the pure core, with plain calls or with awaited ones.

Both services have the same methods and perform the same script (`ordercancel.service.script`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import cast

import attrs

from ordercancel.domain.actors import Actor, Seller
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import Decision
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.service.backoff import CONFLICTS, RETRIES, Backoff
from ordercancel.service.clock import Clock, SystemClock
from ordercancel.service.observers import Fields, LogObserver, Observed, Observer
from ordercancel.service.ports import Directory, Notifier, Store
from ordercancel.service.ports_async import AsyncDirectory, AsyncNotifier, AsyncStore
from ordercancel.service.records import Backlog, DeadLetter, InboxCursor
from ordercancel.service.results import Count, InboxPage, Outcome, Relayed, Skipped, Ticked
from ordercancel.service.script import Script
from ordercancel.service.steps import drive, drive_async

__all__ = [
    "AsyncCancellationService",
    "Backoff",
    "CancellationService",
    "Count",
    "Fields",
    "InboxPage",
    "Observed",
    "Observer",
    "Outcome",
    "Relayed",
    "Skipped",
    "Ticked",
]

LEASE = timedelta(minutes=5)


class CancellationService:
    """Where commands are handed in.

    Args:
        policies: The rule sets, each in one edition or several.
        store: Keeps the cases.
        directory: Knows the parties. Without one nobody has a name, and no seller is known to
            permit cancelling.
        notifier: Delivers messages; needed for `relay` alone.
        clock: Tells the time where a call names none.
        conflicts: How a command is decided again after somebody else changed the order first:
            8 times in about a second, unless told otherwise.
        retries: How a message that could not be delivered is tried again: 40 times in about a
            day, unless told otherwise.
        observers: Look on, beside the log (`ordercancel.service.observers`).
        chance: Draws a number from 0 to 1, for how long to wait before another try; one that is
            always the same makes a test repeatable.
    """

    def __init__(
        self,
        *,
        policies: Iterable[Policy],
        store: Store,
        directory: Directory | None = None,
        notifier: Notifier | None = None,
        clock: Clock | None = None,
        conflicts: Backoff = CONFLICTS,
        retries: Backoff = RETRIES,
        observers: Iterable[Observer] = (),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._script = Script(
            book=PolicyBook(policies),
            store=store,
            directory=directory,
            notifier=notifier,
            clock=clock or SystemClock(),
            conflicts=conflicts,
            retries=retries,
            pause=time.sleep,
            observers=(LogObserver(), *observers),
            chance=chance,
        )

    def using(self, store: Store) -> CancellationService:
        """The same service on another store, such as one within a transaction of the host's."""
        service = copy(self)
        service._script = attrs.evolve(self._script, store=store)  # noqa: SLF001 - a service of our own
        return service

    def register(self, order: Order, *, at: datetime | None = None) -> Outcome:
        """Make an order known. The same order twice changes nothing more.

        Raises:
            UnknownPolicy: No policy has the order's name, or none held when it was placed.
            InvalidValue: The policy does not know its status or channel, or another order has
                its id.
        """
        return drive(self._script.register(order, at))

    def handle(self, command: Command, *, at: datetime | None = None) -> Outcome:
        """Carry a command out: state, history, messages and command id in one commit.

        Raises:
            UnknownOrder: No such order, or none of this actor's.
            InvalidValue: The command's values are wrong; every fault is named.
            Refused: The rules say no, with codes, clauses and a sentence in two languages.
            Conflict: Others changed the order first, time and again.
            StoreUnavailable: The store did not answer.
        """
        return drive(self._script.handle(command, at))

    def assess(self, command: Command, *, at: datetime | None = None) -> Decision:
        """What the rules would say to `command`; changes nothing.

        Raises:
            UnknownOrder: No such order, or none of this actor's.
        """
        return drive(self._script.assess(command, at))

    def case(self, order_id: str, *, by: Actor) -> Case:
        """The case of an order.

        Raises:
            UnknownOrder: No such order, or none of this actor's.
        """
        return drive(self._script.case(order_id, by))

    def history(self, order_id: str, *, by: Actor) -> tuple[Event, ...]:
        """Everything that happened to an order, oldest first.

        Raises:
            UnknownOrder: No such order, or none of this actor's.
        """
        return drive(self._script.history(order_id, by))

    def label(self, order_id: str, *, by: Actor, lang: Lang = "ja") -> str:
        """What the buyer reads for an order, or else what the seller reads.

        Raises:
            UnknownOrder: No such order, or none of this actor's.
        """
        return drive(self._script.label(order_id, by, lang))

    def inbox(
        self,
        seller: Seller,
        *,
        policy: str,
        statuses: Iterable[RequestStatus] | None = None,
        after: InboxCursor | None = None,
        limit: int = 50,
        lang: Lang = "ja",
    ) -> InboxPage:
        """A page of a seller's queue, oldest request first; open requests unless told otherwise.

        Raises:
            UnknownPolicy: No policy has this name.
        """
        return drive(self._script.inbox(seller, policy, statuses, after, limit, lang))

    def counters(
        self, seller: Seller, *, policy: str, at: datetime | None = None
    ) -> tuple[Count, ...]:
        """The numbers on a seller's front page.

        Raises:
            UnknownPolicy: No policy has this name.
        """
        return drive(self._script.counters(seller, policy, at))

    def tick(self, now: datetime | None = None, *, budget: int = 100) -> Ticked:
        """Apply the deadlines that have come due, at most `budget` of them.

        Call it from any scheduler, in any number of processes: a deadline acts once.
        """
        return drive(self._script.tick(now, budget))

    def relay(
        self,
        now: datetime | None = None,
        *,
        limit: int = 100,
        lease: timedelta = LEASE,
    ) -> Relayed:
        """Deliver at most `limit` messages of the outbox, the oldest first, each at least once.

        Call it from any number of processes. The messages of one order go out in their order;
        one that failed holds up those to the same party alone. What a notifier raises is noted
        with the message, which is tried again later, and is dead after the last try; no case is
        touched.

        Args:
            now: The present moment; the clock's, unless given.
            limit: The most messages, 1 to 10,000.
            lease: How long they are this call's own: 5 minutes, unless told otherwise. What has
                not been tried by then is given back.

        Raises:
            InvalidValue: The service has no notifier.
            StoreUnavailable: The store did not answer. What was claimed is free again when the
                lease is over.
        """
        return drive(self._script.relay(now, limit, lease))

    def backlog(self, now: datetime | None = None) -> Backlog:
        """What waits to be relayed and to be ticked, and since when."""
        return drive(self._script.backlog(now))

    def dead_letters(
        self, *, limit: int = 100, after: str | None = None
    ) -> tuple[DeadLetter, ...]:
        """The messages that are tried no more, oldest first, behind the one called `after`."""
        return drive(self._script.dead_letters(limit, after))

    def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """Put dead messages back into the outbox, all of them unless some are named."""
        return drive(self._script.revive(message_ids))


class AsyncCancellationService:
    """The async twin of `CancellationService`: the same script, its ports awaited."""

    def __init__(
        self,
        *,
        policies: Iterable[Policy],
        store: AsyncStore,
        directory: AsyncDirectory | None = None,
        notifier: AsyncNotifier | None = None,
        clock: Clock | None = None,
        conflicts: Backoff = CONFLICTS,
        retries: Backoff = RETRIES,
        observers: Iterable[Observer] = (),
        chance: Callable[[], float] = random.random,
    ) -> None:
        # The script only names the methods of its ports; its driver awaits what they return.
        self._script = Script(
            book=PolicyBook(policies),
            store=cast(Store, store),
            directory=cast(Directory | None, directory),
            notifier=cast(Notifier | None, notifier),
            clock=clock or SystemClock(),
            conflicts=conflicts,
            retries=retries,
            pause=cast(Callable[[float], None], asyncio.sleep),
            observers=(LogObserver(), *observers),
            chance=chance,
        )

    def using(self, store: AsyncStore) -> AsyncCancellationService:
        """See `CancellationService.using`."""
        service = copy(self)
        service._script = attrs.evolve(  # noqa: SLF001 - a service of our own
            self._script, store=cast(Store, store)
        )
        return service

    async def register(self, order: Order, *, at: datetime | None = None) -> Outcome:
        """See `CancellationService.register`."""
        return await drive_async(self._script.register(order, at))

    async def handle(self, command: Command, *, at: datetime | None = None) -> Outcome:
        """See `CancellationService.handle`."""
        return await drive_async(self._script.handle(command, at))

    async def assess(self, command: Command, *, at: datetime | None = None) -> Decision:
        """See `CancellationService.assess`."""
        return await drive_async(self._script.assess(command, at))

    async def case(self, order_id: str, *, by: Actor) -> Case:
        """See `CancellationService.case`."""
        return await drive_async(self._script.case(order_id, by))

    async def history(self, order_id: str, *, by: Actor) -> tuple[Event, ...]:
        """See `CancellationService.history`."""
        return await drive_async(self._script.history(order_id, by))

    async def label(self, order_id: str, *, by: Actor, lang: Lang = "ja") -> str:
        """See `CancellationService.label`."""
        return await drive_async(self._script.label(order_id, by, lang))

    async def inbox(
        self,
        seller: Seller,
        *,
        policy: str,
        statuses: Iterable[RequestStatus] | None = None,
        after: InboxCursor | None = None,
        limit: int = 50,
        lang: Lang = "ja",
    ) -> InboxPage:
        """See `CancellationService.inbox`."""
        return await drive_async(self._script.inbox(seller, policy, statuses, after, limit, lang))

    async def counters(
        self, seller: Seller, *, policy: str, at: datetime | None = None
    ) -> tuple[Count, ...]:
        """See `CancellationService.counters`."""
        return await drive_async(self._script.counters(seller, policy, at))

    async def tick(self, now: datetime | None = None, *, budget: int = 100) -> Ticked:
        """See `CancellationService.tick`."""
        return await drive_async(self._script.tick(now, budget))

    async def relay(
        self,
        now: datetime | None = None,
        *,
        limit: int = 100,
        lease: timedelta = LEASE,
    ) -> Relayed:
        """See `CancellationService.relay`."""
        return await drive_async(self._script.relay(now, limit, lease))

    async def backlog(self, now: datetime | None = None) -> Backlog:
        """See `CancellationService.backlog`."""
        return await drive_async(self._script.backlog(now))

    async def dead_letters(
        self, *, limit: int = 100, after: str | None = None
    ) -> tuple[DeadLetter, ...]:
        """See `CancellationService.dead_letters`."""
        return await drive_async(self._script.dead_letters(limit, after))

    async def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """See `CancellationService.revive`."""
        return await drive_async(self._script.revive(message_ids))
