"""What the desk does, step by step, written once for the sync and the async desk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce

import attrs

from ordercancel.announce import InboxRow, Message, announce, inbox_row, label
from ordercancel.case import Case
from ordercancel.commands import COMMANDS, ApplyDeadline, Command
from ordercancel.decider import decide, register
from ordercancel.desk.steps import Steps, call
from ordercancel.errors import (
    Conflict,
    Fault,
    InvalidValue,
    Refused,
    StoreUnavailable,
    UnknownOrder,
)
from ordercancel.events import Event, OrderRegistered
from ordercancel.folding import evolve, fold
from ordercancel.order import Actor, Buyer, Order, Party, Seller, System
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.deadlines import Consequence
from ordercancel.policy.decision import Decision
from ordercancel.policy.policy import Policy
from ordercancel.policy.wording import Audience
from ordercancel.ports import (
    Clock,
    Commit,
    Directory,
    DueDuty,
    InboxCursor,
    InboxQuery,
    Notifier,
    Store,
)
from ordercancel.request import OPEN, RequestStatus
from ordercancel.text import Lang, Text
from ordercancel.validation import Faults, moment

__all__ = ["Count", "InboxPage", "Outcome", "Relayed", "Script", "Skipped", "Ticked"]

MOST = 10_000
"""The most that a page, a tick or a relay is asked for at once."""

ATTEMPTS = 5
"""How often a command is decided again from fresh state before it gives up with `Conflict`."""


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
        return tuple(dict.fromkeys(rule for event in self.events for rule in event.rules))


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
    """What a relay did: the ids of the messages delivered, and of those that failed."""

    delivered: tuple[str, ...]
    failed: tuple[str, ...]


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


class Script:
    """The steps of a desk. Ports are named as if they were sync; the driver knows better."""

    def __init__(
        self,
        policies: Iterable[Policy],
        store: Store,
        directory: Directory | None,
        notifier: Notifier | None,
        clock: Clock,
    ) -> None:
        self.book = PolicyBook(policies)
        self.store = store
        self.directory = directory
        self.notifier = notifier
        self.clock = clock

    # ------------------------------------------------------------------ changing things

    def register(self, order: Order, at: datetime | None) -> Steps[Outcome]:
        at = self._moment(at)
        policy = self.book.edition_for(order)
        events = register(order, policy, at)
        for _ in range(ATTEMPTS):
            known = yield from call(self.store.history, order.id)
            if known:
                return self._registered_before(order, known)
            case = fold(events)
            try:
                yield from call(self.store.commit, Commit(case=case, expected=0, events=events))
            except Conflict:
                continue
            return Outcome(case=case, events=events)
        raise Conflict(order.id, ATTEMPTS)

    def handle(self, command: Command, at: datetime | None) -> Steps[Outcome]:
        _require_command(command)
        at = self._moment(at)
        fingerprint = _fingerprint(command)
        for _ in range(ATTEMPTS):
            case = yield from self._load(command.order_id, command.by)
            earlier = yield from self._earlier(command, fingerprint)
            if earlier is not None:
                return earlier
            policy = self._policy(case)
            parties = yield from self._parties(case.order)
            seller = parties[case.order.seller]
            events = decide(command, case, policy, at, seller=seller)
            after = reduce(evolve, events, case)
            messages = announce(events, after, policy, parties)
            commit = Commit(
                case=after,
                expected=case.version,
                events=events,
                messages=messages,
                command_id=command.command_id,
                fingerprint=fingerprint,
            )
            try:
                yield from call(self.store.commit, commit)
            except Conflict:
                continue
            return Outcome(case=after, events=events, messages=messages)
        raise Conflict(command.order_id, ATTEMPTS)

    def tick(self, now: datetime | None, budget: int) -> Steps[Ticked]:
        now = self._moment(now)
        _require_count("tick.budget", budget)
        outcomes: list[Outcome] = []
        skipped: list[Skipped] = []
        last: DueDuty | None = None
        while len(outcomes) < budget:
            duties = yield from call(self.store.due, now, last, budget - len(outcomes))
            if not duties:
                return Ticked(outcomes=tuple(outcomes), skipped=tuple(skipped), more=False)
            for last in duties:
                command = ApplyDeadline(
                    last.order_id, by=System(), deadline=last.deadline, request=last.request
                )
                try:
                    outcomes.append((yield from self.handle(command, now)))
                except StoreUnavailable:
                    raise
                except Exception as error:  # one order's trouble must not stop the others
                    if not _is_over(error):
                        skipped.append(Skipped(duty=last, error=error))
        rest = yield from call(self.store.due, now, last, 1)
        return Ticked(outcomes=tuple(outcomes), skipped=tuple(skipped), more=bool(rest))

    def relay(
        self, now: datetime | None, limit: int, lease: timedelta, retry_after: timedelta
    ) -> Steps[Relayed]:
        if self.notifier is None:
            fault = Fault("desk.notifier", "is missing", "a notifier to deliver messages with")
            raise InvalidValue([fault])
        now = self._moment(now)
        _require_count("relay.limit", limit)
        delivered: list[str] = []
        failed: list[str] = []
        for message in (yield from call(self.store.claim, now, now + lease, limit)):
            try:
                party = yield from self._find(message.party)
                yield from call(self.notifier.deliver, message, party)
            except Exception as error:  # whatever goes wrong here must not stop the others
                problem = f"{type(error).__name__}: {error}"[:500]
                yield from call(self.store.failed, message.id, problem, now + retry_after)
                failed.append(message.id)
            else:
                yield from call(self.store.delivered, message.id, now)
                delivered.append(message.id)
        return Relayed(delivered=tuple(delivered), failed=tuple(failed))

    # ------------------------------------------------------------------ looking at things

    def case(self, order_id: str, by: Actor) -> Steps[Case]:
        faults = Faults("desk")
        faults.line("order_id", order_id)
        faults.instance("by", by, Actor, "a Buyer, Seller, Operator or System")
        faults.raise_if_any()
        return (yield from self._load(order_id, by))

    def assess(self, command: Command, at: datetime | None) -> Steps[Decision]:
        _require_command(command)
        at = self._moment(at)
        case = yield from self._load(command.order_id, command.by)
        seller = yield from self._find(case.order.seller)
        return self._policy(case).assess(command, case, at, seller=seller)

    def history(self, order_id: str, by: Actor) -> Steps[tuple[Event, ...]]:
        yield from self.case(order_id, by)
        return (yield from call(self.store.history, order_id))

    def label(self, order_id: str, by: Actor, lang: Lang) -> Steps[str]:
        case = yield from self.case(order_id, by)
        parties = yield from self._parties(case.order)
        audience = Audience.BUYER if isinstance(by, Buyer) else Audience.SELLER
        return label(case, self._policy(case), audience, lang, parties=parties)

    def inbox(
        self,
        seller: Seller,
        policy: str,
        statuses: Iterable[RequestStatus] | None,
        after: InboxCursor | None,
        limit: int,
        lang: Lang,
    ) -> Steps[InboxPage]:
        _require_seller(seller)
        editions = {edition.edition: edition for edition in self.book.editions(policy)}
        latest = self.book.editions(policy)[0]
        _require_count("inbox.limit", limit)
        query = InboxQuery(
            seller=seller.id,
            policy=policy,
            statuses=OPEN if statuses is None else _statuses(statuses),
            after=after,
            limit=limit,
        )
        page = yield from call(self.store.inbox, query)
        rows = (
            # A case whose edition has left the book is still shown, in today's words.
            inbox_row(case, editions.get(case.edition, latest), lang)
            for case in page.cases
        )
        return InboxPage(rows=tuple(row for row in rows if row is not None), next=page.next)

    def counters(
        self, seller: Seller, policy: str, at: datetime | None
    ) -> Steps[tuple[Count, ...]]:
        _require_seller(seller)
        at = self._moment(at)
        editions = self.book.editions(policy)
        deadlines = frozenset(
            deadline.id
            for edition in editions
            for deadline in edition.deadlines
            if deadline.does is Consequence.MARK_OVERDUE
        )
        tallies = yield from call(self.store.tally, seller.id, policy, deadlines, at)
        by_status = {tally.status: tally for tally in tallies}
        counts = []
        for counter in editions[0].wording.counters:
            tally = by_status.get(counter.status)
            counts.append(
                Count(
                    status=counter.status,
                    label=counter.label,
                    count=tally.count if tally else 0,
                    overdue=tally.overdue if tally else 0,
                )
            )
        return tuple(counts)

    # ------------------------------------------------------------------ parts of steps

    def _moment(self, at: datetime | None) -> datetime:
        if at is None:
            return moment("clock.now", self.clock.now())
        return moment("desk.at", at)

    def _policy(self, case: Case) -> Policy:
        return self.book.get(case.order.policy, case.edition)

    def _load(self, order_id: str, by: Actor) -> Steps[Case]:
        """The case of an order that `by` may know of; a command has checked both names itself."""
        case = yield from call(self.store.load, order_id)
        if case is None or not case.order.knows(by):
            raise UnknownOrder(order_id)
        return case

    def _find(self, party_id: str) -> Steps[Party | None]:
        if self.directory is None:
            return None
        return (yield from call(self.directory.find, party_id))

    def _parties(self, order: Order) -> Steps[Mapping[str, Party | None]]:
        buyer = yield from self._find(order.buyer)
        seller = yield from self._find(order.seller)
        return {order.buyer: buyer, order.seller: seller}

    def _earlier(self, command: Command, fingerprint: str) -> Steps[Outcome | None]:
        """The outcome of the command with the same id, where it was carried out before."""
        if command.command_id is None:
            return None
        receipt = yield from call(self.store.receipt, command.command_id)
        if receipt is None:
            return None
        if receipt.fingerprint != fingerprint:
            where = f"{type(command).__name__}.command_id"
            problem = f"{command.command_id!r} belongs to another command"
            raise InvalidValue([Fault(where, problem, "an id of its own for each command")])
        history = yield from call(self.store.history, receipt.order_id)
        return Outcome(
            case=fold(history[: receipt.version]),
            events=history[receipt.expected : receipt.version],
            messages=receipt.messages,
            repeated=True,
        )

    def _registered_before(self, order: Order, history: tuple[Event, ...]) -> Outcome:
        first = history[0]
        if isinstance(first, OrderRegistered) and first.order == order:
            return Outcome(case=fold(history[:1]), events=history[:1], repeated=True)
        problem = f"{order.id!r} is registered already, with other values"
        raise InvalidValue([Fault("Order.id", problem, "an id of its own for each order")])


def _require_command(command: object) -> None:
    _require_kind("desk.command", command, COMMANDS, "a command")


def _require_seller(seller: object) -> None:
    _require_kind("desk.seller", seller, Seller, "a Seller")


def _require_kind(where: str, value: object, kind: type | tuple[type, ...], expected: str) -> None:
    if not isinstance(value, kind):
        raise InvalidValue([Fault(where, f"is {value!r:.80}", expected)])


def _fingerprint(command: Command) -> str:
    plain = (type(command).__name__, *attrs.astuple(command))
    return hashlib.sha256(repr(plain).encode()).hexdigest()


def _is_over(error: Exception) -> bool:
    """Whether a deadline could not act because it has acted, or was released, in the meantime."""
    return isinstance(error, Refused) and error.codes == ("not_due",)


def _statuses(given: Iterable[RequestStatus]) -> frozenset[RequestStatus]:
    faults = Faults("inbox")
    known = tuple(given)
    for number, status in enumerate(known):
        faults.member(f"statuses[{number}]", status, RequestStatus)
    faults.raise_if_any()
    return frozenset(map(RequestStatus, known))


def _require_count(where: str, value: int) -> None:
    if not isinstance(value, int) or not 1 <= value <= MOST:
        raise InvalidValue([Fault(where, f"is {value!r:.80}", f"a whole number, 1 to {MOST}")])
