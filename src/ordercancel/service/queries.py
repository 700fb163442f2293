# Generated from queries_async.py by tools/async_to_sync.py: edit that, then run it.
"""What can be asked of the sync service: cases, their history, queues and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from ordercancel.domain.actors import Actor, Buyer, Party, Seller
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import COMMANDS, Command
from ordercancel.domain.errors import UnknownOrder
from ordercancel.domain.events import Event
from ordercancel.domain.faults import Faults, moment
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import Decision
from ordercancel.engine.labels import label
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.rules.deadlines import Consequence
from ordercancel.rules.notifications import Audience
from ordercancel.service.clock import Clock
from ordercancel.service.ports import Directory, Store
from ordercancel.service.records import InboxCursor, InboxQuery
from ordercancel.service.results import (
    A_COUNT,
    MAX_COUNT,
    Count,
    InboxPage,
    counts,
    inbox_page,
    wrong_kind,
)


class Queries:
    """The part of `CancellationService` that answers questions and changes nothing.

    Methods that name an order raise `UnknownOrder` where there is none, and in the same way where
    the actor is no party to it.
    """

    _book: PolicyBook
    _store: Store
    _directory: Directory | None
    _clock: Clock

    def assess(self, command: Command, *, at: datetime | None = None) -> Decision:
        """Return what the policy would decide about `command`, by default at the clock's time.

        Nothing changes, and no observer sees it.
        """
        if not isinstance(command, COMMANDS):
            raise wrong_kind("command", command, "a command")
        at = self._time(at)
        case = self._load(command.order_id, command.by)
        seller = self._find(case.order.seller)
        return self._policy(case).assess(command, case, at, seller=seller)

    def case(self, order_id: str, *, by: Actor) -> Case:
        """Return the case of an order."""
        faults = Faults("service")
        faults.line("order_id", order_id)
        faults.instance("by", by, Actor, "a Buyer, Seller, Operator or System")
        faults.raise_if_any()
        return self._load(order_id, by)

    def history(self, order_id: str, *, by: Actor) -> tuple[Event, ...]:
        """Return everything that happened to an order, oldest first."""
        self.case(order_id, by=by)
        return self._store.history(order_id)

    def label(self, order_id: str, *, by: Actor, lang: Lang = "ja") -> str:
        """Return what a buyer reads for an order, or the seller's words for any other actor."""
        case = self.case(order_id, by=by)
        parties = self._parties(case.order)
        audience = Audience.BUYER if isinstance(by, Buyer) else Audience.SELLER
        return label(case, self._policy(case), audience, lang, parties=parties)

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
        """Return a page of a seller's queue, oldest request first.

        Args:
            seller: Whose queue.
            policy: The name of the policy.
            statuses: The statuses of an order's latest request. Default: the open ones.
            after: The `next` of the page before. Default: the first page.
            limit: The most rows, 1 to 10,000. Default: 50.
            lang: The language of the rows. Default: Japanese.

        Raises:
            UnknownPolicy: No policy has this name.
        """
        if not isinstance(seller, Seller):
            raise wrong_kind("seller", seller, "a Seller")
        wanted = tuple(OPEN if statuses is None else statuses)
        faults = Faults("inbox")
        faults.line("policy", policy)
        for number, status in enumerate(wanted):
            faults.member(f"statuses[{number}]", status, RequestStatus)
        faults.instance("after", after, InboxCursor | None, "the next of a page before")
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        faults.raise_if_any()
        editions = self._book.editions(policy)
        query = InboxQuery(
            seller=seller.id,
            policy=policy,
            statuses=frozenset(map(RequestStatus, wanted)),
            after=after,
            limit=limit,
        )
        return inbox_page(self._store.inbox(query), editions, lang)

    def counters(
        self, seller: Seller, *, policy: str, at: datetime | None = None
    ) -> tuple[Count, ...]:
        """Return the numbers on a seller's front page; default of `at`: the clock's time.

        Raises:
            UnknownPolicy: No policy has the name `policy`.
        """
        if not isinstance(seller, Seller):
            raise wrong_kind("seller", seller, "a Seller")
        faults = Faults("counters")
        faults.line("policy", policy)
        faults.raise_if_any()
        at = self._time(at)
        editions = self._book.editions(policy)
        deadlines = frozenset(
            deadline.id
            for edition in editions
            for deadline in edition.deadlines
            if deadline.does is Consequence.MARK_OVERDUE
        )
        tallies = self._store.tally(seller.id, policy, deadlines, at)
        return counts(editions[0], tallies)

    def _time(self, at: datetime | None) -> datetime:
        """Return `at`, or else the clock's time, in UTC."""
        if at is None:
            return moment("clock.now", self._clock.now())
        return moment("service.at", at)

    def _policy(self, case: Case) -> Policy:
        return self._book.get(case.order.policy, case.edition)

    def _load(self, order_id: str, by: Actor) -> Case:
        """Load a case; an order that `by` is no party to looks like one that does not exist."""
        case = self._store.load(order_id)
        if case is None or not case.order.visible_to(by):
            raise UnknownOrder(order_id)
        return case

    def _find(self, party_id: str) -> Party | None:
        return None if self._directory is None else self._directory.find(party_id)

    def _parties(self, order: Order) -> Mapping[str, Party | None]:
        if self._directory is None:
            return {}
        buyer = self._find(order.buyer)
        seller = self._find(order.seller)
        return {order.buyer: buyer, order.seller: seller}
