"""What can be asked of the async service: cases, their history, queues and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import JUDGED, Judged, exact_command
from ordercancel.domain.errors import InvalidValue, UnknownOrder, UnknownPolicy
from ordercancel.domain.events import Event
from ordercancel.domain.faults import Faults, moment
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.domain.texts import Lang
from ordercancel.engine.decide import check_edition
from ordercancel.engine.decision import Decision
from ordercancel.engine.handling import case_before, fire_due
from ordercancel.engine.labels import label
from ordercancel.engine.messages import readers_of
from ordercancel.engine.options import Option, options
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.rules.roles import BUILT_IN_ROLES, check_party
from ordercancel.service.answers import party_of
from ordercancel.service.clock import Clock
from ordercancel.service.observers import log_passed_over
from ordercancel.service.ports_async import AsyncDirectory, AsyncObligationHandler, AsyncStore
from ordercancel.service.records import InboxCursor, InboxQuery
from ordercancel.service.results import (
    A_COUNT,
    MAX_COUNT,
    Count,
    InboxPage,
    check_language,
    counts,
    inbox_page,
    queue_of,
    reader_of,
    wrong_kind,
)

SKEW = timedelta(seconds=5)
"""How far the clocks of the servers that share a store may differ."""


class AsyncQueries:
    """The part of `AsyncCancellationService` that answers questions and changes nothing.

    Methods that name an order raise `UnknownOrder` where there is none, and in the same way where
    the actor is no party to it.
    """

    _book: PolicyBook
    _store: AsyncStore
    _directory: AsyncDirectory | None
    _obligations: AsyncObligationHandler | None
    _clock: Clock

    @property
    def store(self) -> AsyncStore:
        """The store that keeps cases, history and the outbox."""
        return self._store

    def now(self, case: Case) -> datetime:
        """Return the moment at which a command about `case` is given that names none.

        By the clock, lifted to the order's last event where that is ahead by 5 seconds at most.
        """
        return self._time(None, case)

    @property
    def policies(self) -> PolicyBook:
        """The policies, by name and edition."""
        return self._book

    async def assess(self, command: Judged, *, at: datetime | None = None) -> Decision:
        """Return what the policy would decide about `command`, by default at the clock's time.

        It is judged as if what is due had fired. Nothing changes, and no observer sees it.
        """
        if not isinstance(command, JUDGED):
            raise wrong_kind("command", command, "a command that rules judge")
        command = exact_command(command)
        case = await self._load(command.order_id, command.by)
        at, policy = self._time(at, case), self._policy(case)
        seller = await self._seller(case, policy)
        before = case_before(command, case, policy, at, seller=seller, obliges=self._obliges)
        return policy.assess(command, before, at, seller=seller)

    async def options(
        self, order_id: str, *, by: Actor, at: datetime | None = None
    ) -> tuple[Option, ...]:
        """Return every action on an order: whether it is offered to `by`, and what it must ask.

        Judged as if what is due had fired, by default at the clock's time; nothing changes. See
        `ordercancel.engine.options`.
        """
        case = await self.case(order_id, by=by)
        at, policy = self._time(at, case), self._policy(case)
        check_edition(policy, case.order.policy, case.edition, case.digest)
        case = self._as_if_fired(case, policy, at)
        return options(case, policy, by, at, seller=await self._seller(case, policy))

    async def case(self, order_id: str, *, by: Actor) -> Case:
        """Return the case of an order."""
        faults = Faults("service")
        faults.line("order_id", order_id)
        faults.instance("by", by, Actor, "a Buyer, Seller, Operator or System")
        faults.raise_if_any()
        return await self._load(order_id, by)

    async def history(self, order_id: str, *, by: Actor) -> tuple[Event, ...]:
        """Return everything that happened to an order, oldest first."""
        await self.case(order_id, by=by)
        return await self._store.history(order_id)

    async def label(
        self, order_id: str, *, by: Actor, lang: Lang | None = None, at: datetime | None = None
    ) -> str:
        """Return what `by` reads for an order, as if what is due had fired.

        Args:
            order_id: The order.
            by: The reader. Whoever has no labels of their own reads those of their side, and the
                house those of the seller.
            lang: One of the policy's languages. Default: its first one.
            at: The moment. Default: the clock's time.
        """
        case = await self.case(order_id, by=by)
        at, policy = self._time(at, case), self._policy(case)
        lang = check_language(lang, policy)
        case = self._as_if_fired(case, policy, at)
        parties = await self._parties(case, policy)
        return label(case, policy, reader_of(by, policy), lang, parties=parties)

    async def inbox(
        self,
        actor: Actor,
        *,
        policy: str | None = None,
        statuses: Iterable[RequestStatus] | None = None,
        marked: str | None = None,
        after: InboxCursor | str | None = None,
        limit: int = 50,
        lang: Lang | None = None,
        at: datetime | None = None,
    ) -> InboxPage:
        """Return a page of somebody's queue, oldest request first, as it is stored.

        A buyer's or a seller's queue has the requests about their own orders: what they asked,
        and what they must answer. The house shares one queue, of the requests that it answers.
        An order that can't be read has no row, is named, and is logged.

        Args:
            actor: Whose queue.
            policy: The name of a policy. Default: all of them.
            statuses: The statuses of an order's latest request. Default: the open ones, or where
                `marked` is told any.
            marked: The code of a mark that counts by now, such as ``refund_open``. Default: any.
            after: The `next` of the page before, or its text. Default: the first page.
            limit: The most rows, 1 to 10,000. Default: 50.
            lang: The language of the rows. Default: each in the first one of its policy.
            at: The moment by which a row is overdue. Default: the clock's time.

        Raises:
            UnknownPolicy: No policy has this name.
            InvalidValue: The actor's role has no queue, a policy does not have the language, or
                an argument is out of its bounds.
        """
        faults = Faults("inbox")
        faults.instance("statuses", statuses, Iterable | None, "statuses of a request")
        faults.raise_if_any()
        every = OPEN if marked is None else RequestStatus
        wanted = tuple(every if statuses is None else statuses)
        if isinstance(after, str):
            after = InboxCursor.parse(after)
        for number, status in enumerate(wanted):
            faults.member(f"statuses[{number}]", status, RequestStatus)
        faults.instance("after", after, InboxCursor | None, "the next of a page before")
        faults.line("marked", marked, optional=True)
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        faults.raise_if_any()
        now = self._time(at)
        policies = self._named(policy)
        for editions in policies.values():
            check_language(lang, editions[0])
        query = InboxQuery(
            queue=queue_of(actor, policies),
            statuses=frozenset(map(RequestStatus, wanted)),
            marked=None if marked is None else (marked, now),
            after=after,
            limit=limit,
        )
        page = await self._store.inbox(query)
        if page.unread:
            log_passed_over("inbox", page.unread, "can't be read by this release")
        return inbox_page(page, policies, lang, now)

    async def counters(
        self, actor: Actor, *, policy: str | None = None, at: datetime | None = None
    ) -> tuple[Count, ...]:
        """Return the numbers of a queue: those of the policy, or of each of them.

        Args:
            actor: Whose queue, as for `inbox`.
            policy: The name of a policy. Default: all of them.
            at: The moment by which something is overdue. Default: the clock's time.

        Raises:
            UnknownPolicy: No policy has this name.
            InvalidValue: The actor's role has no queue.
        """
        policies = self._named(policy)
        tallies = await self._store.tally(queue_of(actor, policies), self._time(at))
        return counts(policies, tallies, obliges=self._obliges)

    def _time(self, at: datetime | None, case: Case | None = None) -> datetime:
        """Return `at` in UTC, or the clock's time, lifted to the last event of `case`.

        The clocks of several servers differ: what one of them has just written may lie ahead of
        another's time by up to `SKEW`. A moment that was named is never moved.
        """
        if at is not None:
            return moment("service.at", at)
        now = moment("clock.now", self._clock.now())
        last = None if case is None else case.updated_at
        return now if last is None or not now < last <= now + SKEW else last

    def _policy(self, case: Case) -> Policy:
        return self._book.get(case.order.policy, case.edition)

    def _named(self, policy: str | None) -> Mapping[str, tuple[Policy, ...]]:
        """Return the editions of the policy with this name, or of all, the latest first."""
        faults = Faults("service")
        faults.line("policy", policy, optional=True)
        faults.raise_if_any()
        names = self._book.names if policy is None else (policy,)
        return {name: self._book.editions(name) for name in names}

    async def _load(self, order_id: str, by: Actor) -> Case:
        """Load a case; an order that `by` is no party to looks like one that does not exist."""
        return self._shown(await self._store.load(order_id), order_id, by)

    def _shown(self, case: Case | None, order_id: str, by: Actor) -> Case:
        """Return what was loaded of an order, if `by` may know of it."""
        if case is None:
            raise UnknownOrder(order_id)
        try:
            roles = self._policy(case).roles
        except UnknownPolicy:  # which is told to nobody who may not know of the order
            roles = BUILT_IN_ROLES
        check_party(by, order_id, case.order, roles)
        return case

    async def _find(self, party_id: str) -> Party | None:
        if self._directory is None:
            return None
        return party_of(party_id, await self._directory.find(party_id))

    async def _seller(self, case: Case, policy: Policy) -> Party | None:
        """Return what the directory knows of the seller, where a rule wants to know."""
        return await self._find(case.order.seller) if policy.needs_seller else None

    async def _parties(self, case: Case, policy: Policy) -> Mapping[str, Party | None]:
        """Return what the directory knows of whoever texts about a case may name or be for."""
        if self._directory is None:
            return {}
        return {each: await self._find(each) for each in readers_of(case, policy)}

    @property
    def _obliges(self) -> bool:
        return self._obligations is not None

    def _as_if_fired(self, case: Case, policy: Policy, at: datetime) -> Case:
        """Return a case as if what is due had fired; as it is, where this policy can't fire it."""
        try:
            steps = fire_due(case, policy, at, obliges=self._obliges)
        except InvalidValue:
            return case
        return steps[-1].case if steps else case
