"""What the service does, step by step, written once for the sync and the async service."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, reduce
from operator import attrgetter
from typing import Any

import attrs

from ordercancel.domain.actors import Actor, Buyer, Party, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import COMMANDS, ApplyDeadline, Command
from ordercancel.domain.errors import Conflict, Fault, InvalidValue, StoreUnavailable, UnknownOrder
from ordercancel.domain.events import Event, OrderRegistered
from ordercancel.domain.faults import Faults, moment
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.domain.texts import Lang
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Decision, Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.messages import inbox_row, label, messages_for, needs_messages
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.rules.deadlines import Consequence
from ordercancel.rules.notifications import Audience
from ordercancel.service.backoff import Backoff
from ordercancel.service.clock import Clock
from ordercancel.service.observers import Fields, Observed, Observer, observing, outcome_of
from ordercancel.service.outbox import Courier, relay
from ordercancel.service.ports import Directory, Notifier, Store
from ordercancel.service.records import (
    Backlog,
    Commit,
    DeadLetter,
    DueDuty,
    InboxCursor,
    InboxQuery,
)
from ordercancel.service.results import Count, InboxPage, Outcome, Relayed, Skipped, Ticked
from ordercancel.service.steps import Steps, call

__all__ = ["Script"]

MOST = 10_000
"""The most that a page, a tick or a relay is asked for at once."""

LONGEST_LEASE = timedelta(days=1)


@attrs.frozen(kw_only=True)
class Script:
    """The steps of a service. Ports are named as if they were sync; the driver knows better.

    Args:
        book: The policies.
        store: Keeps the cases.
        directory: Knows the parties.
        notifier: Delivers messages.
        clock: Tells the time where a call names none.
        conflicts: How a command that lost a race is tried again.
        retries: How a message that failed is tried again.
        pause: Waits for so many seconds.
        chance: Draws a number from 0 to 1, for how long to wait.
        observers: Look on.
    """

    book: PolicyBook
    store: Store
    directory: Directory | None
    notifier: Notifier | None
    clock: Clock
    conflicts: Backoff
    retries: Backoff
    pause: Callable[[float], None]
    observers: tuple[Observer, ...]
    chance: Callable[[], float]

    # ------------------------------------------------------------------ changing things

    def register(self, order: Order, at: datetime | None) -> Steps[Outcome]:
        _require_kind("service.order", order, Order, "an Order")
        at = self._moment(at)
        policy = self.book.edition_for(order)
        events = register(order, policy, at)
        case = fold(events)
        commit = Commit(case=case, expected=0, events=events)
        for attempt in range(1, self.conflicts.tries + 1):
            known = yield from call(self.store.history, order.id)
            if known:
                return self._registered_before(order, known)
            if (yield from self._committed(commit)):
                return Outcome(case=case, events=events)
            yield from self._wait(attempt)
        raise Conflict(order.id, self.conflicts.tries)

    def handle(
        self, command: Command, at: datetime | None, due_at: datetime | None = None
    ) -> Steps[Outcome]:
        _require_kind("service.command", command, COMMANDS, "a command")
        at = self._moment(at)
        fields: Fields = {
            "command": type(command).__name__,
            "order_id": command.order_id,
            "role": command.by.role.value,
        }
        if command.command_id is not None:
            fields["command_id"] = command.command_id
        if due_at is not None:
            fields["lag_seconds"] = (at - due_at).total_seconds()
        with observing(self.observers, Observed.COMMAND, fields):
            try:
                outcome = yield from self._carried_out(command, at, fields)
            except Exception as error:
                fields["outcome"] = outcome_of(error)
                if isinstance(error, Refused):
                    fields |= {"rules": error.decision.rules, "codes": error.codes}
                raise
            fields["outcome"] = "repeated" if outcome.repeated else "done"
            fields["rules"] = outcome.rules
            return outcome

    def _carried_out(self, command: Command, at: datetime, fields: Fields) -> Steps[Outcome]:
        for attempt in range(1, self.conflicts.tries + 1):
            fields["attempts"] = attempt
            case = yield from self._load(command.order_id, command.by)
            fields["policy"], fields["edition"] = case.order.policy, case.edition
            try:
                outcome = yield from self._decided(command, case, at)
            except Exception:
                # It may be refused for no other reason than that it was carried out before.
                earlier = yield from self._earlier(command)
                if earlier is None:
                    raise
                return earlier
            commit = Commit(
                case=outcome.case,
                expected=case.version,
                events=outcome.events,
                messages=outcome.messages,
                command_id=command.command_id,
                fingerprint=_fingerprint(command),
            )
            if (yield from self._committed(commit)):
                return outcome
            earlier = yield from self._earlier(command)
            if earlier is not None:
                return earlier
            yield from self._wait(attempt)
        raise Conflict(command.order_id, self.conflicts.tries)

    def _decided(self, command: Command, case: Case, at: datetime) -> Steps[Outcome]:
        """What comes of a command, with nothing written yet."""
        policy, order = self._policy(case), case.order
        seller = None
        if policy.needs_seller:
            seller = yield from self._find(order.seller)
        events = decide(command, case, policy, at, seller=seller)
        after = reduce(evolve, events, case)
        parties: Mapping[str, Party | None] = {}
        if self.directory is not None and needs_messages(events, policy):
            parties = yield from self._parties(order)
        messages = messages_for(events, after, policy, parties)
        return Outcome(case=after, events=events, messages=messages)

    def _committed(self, commit: Commit) -> Steps[bool]:
        """Write a commit, unless somebody else was first."""
        try:
            yield from call(self.store.commit, commit)
        except Conflict:
            return False
        return True

    def _wait(self, attempt: int) -> Steps[None]:
        """After a lost race, wait until it is worth another try."""
        if attempt < self.conflicts.tries:
            wait = self.conflicts.wait(attempt, self.chance())
            yield from call(self.pause, wait.total_seconds())

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
                try:
                    command = ApplyDeadline(
                        last.order_id, by=System(), deadline=last.deadline, request=last.request
                    )
                    outcomes.append((yield from self.handle(command, now, last.due_at)))
                except StoreUnavailable:
                    raise
                except Exception as error:  # one order's trouble must not stop the others
                    if not _is_over(error):
                        skipped.append(Skipped(duty=last, error=error))
        rest = yield from call(self.store.due, now, last, 1)
        return Ticked(outcomes=tuple(outcomes), skipped=tuple(skipped), more=bool(rest))

    def relay(self, now: datetime | None, limit: int, lease: timedelta) -> Steps[Relayed]:
        if self.notifier is None:
            fault = Fault("service.notifier", "is missing", "a notifier to deliver messages with")
            raise InvalidValue([fault])
        now = self._moment(now)
        _require_count("relay.limit", limit)
        if not isinstance(lease, timedelta) or not timedelta() < lease <= LONGEST_LEASE:
            expected = f"a length of time, more than none and up to {LONGEST_LEASE}"
            raise InvalidValue([Fault("relay.lease", f"is {lease!r:.80}", expected)])
        courier = Courier(
            store=self.store,
            notifier=self.notifier,
            find=self._find,
            clock=self.clock,
            retries=self.retries,
            chance=self.chance,
            observers=self.observers,
        )
        return (yield from relay(courier, now, limit, lease))

    # ------------------------------------------------------------------ looking at things

    def case(self, order_id: str, by: Actor) -> Steps[Case]:
        faults = Faults("service")
        faults.line("order_id", order_id)
        faults.instance("by", by, Actor, "a Buyer, Seller, Operator or System")
        faults.raise_if_any()
        return (yield from self._load(order_id, by))

    def assess(self, command: Command, at: datetime | None) -> Steps[Decision]:
        _require_kind("service.command", command, COMMANDS, "a command")
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
        _require_line("inbox.policy", policy)
        if after is not None:
            _require_kind("inbox.after", after, InboxCursor, "the next of a page before")
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
        _require_line("counters.policy", policy)
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

    def backlog(self, at: datetime | None) -> Steps[Backlog]:
        at = self._moment(at)
        return (yield from call(self.store.backlog, at))

    def dead_letters(self, limit: int, after: str | None) -> Steps[tuple[DeadLetter, ...]]:
        _require_count("dead_letters.limit", limit)
        if after is not None:
            _require_kind("dead_letters.after", after, str, "the id of a message")
        return (yield from call(self.store.dead_letters, limit, after))

    def revive(self, message_ids: Sequence[str] | None) -> Steps[int]:
        if message_ids is not None:
            _require_kind("revive.message_ids", message_ids, (list, tuple), "a list of ids")
            for number, message_id in enumerate(message_ids):
                _require_kind(f"revive.message_ids[{number}]", message_id, str, "an id")
        return (yield from call(self.store.revive, message_ids))

    # ------------------------------------------------------------------ parts of steps

    def _moment(self, at: datetime | None) -> datetime:
        if at is None:
            return moment("clock.now", self.clock.now())
        return moment("service.at", at)

    def _policy(self, case: Case) -> Policy:
        return self.book.get(case.order.policy, case.edition)

    def _load(self, order_id: str, by: Actor) -> Steps[Case]:
        """The case of an order that `by` may know of; a command has checked both names itself."""
        case = yield from call(self.store.load, order_id)
        if case is None or not case.order.visible_to(by):
            raise UnknownOrder(order_id)
        return case

    def _find(self, party_id: str) -> Steps[Party | None]:
        if self.directory is None:
            return None
        return (yield from call(self.directory.find, party_id))

    def _parties(self, order: Order) -> Steps[Mapping[str, Party | None]]:
        if self.directory is None:
            return {}
        buyer = yield from self._find(order.buyer)
        seller = yield from self._find(order.seller)
        return {order.buyer: buyer, order.seller: seller}

    def _earlier(self, command: Command) -> Steps[Outcome | None]:
        """The outcome of the command with the same id, where it was carried out before."""
        if command.command_id is None:
            return None
        receipt = yield from call(self.store.receipt, command.command_id)
        if receipt is None:
            return None
        if receipt.fingerprint != _fingerprint(command):
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


def _require_seller(seller: object) -> None:
    _require_kind("service.seller", seller, Seller, "a Seller")


def _require(where: str, check: Callable[[Faults, str], None]) -> None:
    """Let `check` look at a value that people know as `where`."""
    subject, _, field = where.partition(".")
    faults = Faults(subject)
    check(faults, field)
    faults.raise_if_any()


def _require_kind(where: str, value: object, kind: type | tuple[type, ...], expected: str) -> None:
    if not isinstance(value, kind):
        problem = f"is a {type(value).__name__}"
        _require(where, lambda faults, field: faults.add(field, problem, expected))


def _require_line(where: str, value: object) -> None:
    _require(where, lambda faults, field: faults.line(field, value))


def _require_count(where: str, value: int) -> None:
    expected = f"a whole number, 1 to {MOST}"
    _require(where, lambda faults, field: faults.number(field, value, 1, MOST, expected))


def _fingerprint(command: Command) -> str:
    """Tells commands with one id apart; empty for a command without an id."""
    if command.command_id is None:
        return ""
    kind: Any = type(command)
    order_id, by, *rest = _values_of(kind)(command)
    plain = (kind.__name__, order_id, (by.id, by.role), *rest)
    return hashlib.sha256(repr(plain).encode()).hexdigest()


@cache
def _values_of(kind: Any) -> attrgetter[tuple[Any, ...]]:
    return attrgetter(*(field.name for field in attrs.fields(kind)))


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
