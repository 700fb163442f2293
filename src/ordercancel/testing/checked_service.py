"""A service whose every answer is compared with what the policy and its own memory say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import attrs

from ordercancel.domain.actors import Actor, Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import InvalidValue, UnknownOrder
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import FINAL, RequestStatus
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import fold
from ordercancel.engine.messages import Message, messages_for, readers_of
from ordercancel.engine.timers import OVERDUE, schedule
from ordercancel.explain import explain
from ordercancel.policy.policy import Policy
from ordercancel.rules.roles import HOUSE, is_party
from ordercancel.rules.texts import ANY_OPEN
from ordercancel.service.ports import Store
from ordercancel.service.receipts import key_of
from ordercancel.service.results import Outcome
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory
from ordercancel.testing.draws import first_moment
from ordercancel.testing.judging import due_steps, steps_of
from ordercancel.verification.invariants import Invariant, Step

_HOUSE = System()
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_ALL = 1_000


class CheckedService:
    """A service of one policy on a store, with a memory of its own to check it by.

    Each method calls the service and raises `AssertionError` where the service, the store or the
    policy breaks a promise.

    Args:
        policy: The policy.
        store: The store.
        invariants: What must be true of every step.

    Attributes:
        now: The time; set it to any later one.
        known: The case and the history of every order, as they must be.
        young: The ids of the orders that can still be cancelled.
        done: The commands that were carried out with an id, and their outcomes, by
            what stores know them by.
    """

    def __init__(self, policy: Policy, store: Store, invariants: Sequence[Invariant]) -> None:
        self.policy = policy
        self.invariants = invariants
        self.now = _LONG_AGO
        self.known: dict[str, tuple[Case, tuple[Event, ...]]] = {}
        self.young: list[str] = []
        self.done: dict[str, tuple[Command, Outcome]] = {}
        self._store = store
        self._directory = MemoryDirectory()
        self._notifier = _Notifier()
        self._expected: dict[str, Message] = {}
        self._service = CancellationService(
            policies=[policy],
            store=store,
            directory=self._directory,
            notifier=self._notifier,
            clock=_Clock(self),
        )

    def case(self, order_id: str) -> Case:
        """The case of an order, as it must be."""
        return self.known[order_id][0]

    def seller(self, order_id: str) -> Party | None:
        """What the directory knows of the seller of an order."""
        return self._directory.find(self.case(order_id).order.seller)

    def put(self, party: Party) -> None:
        """Let the directory know a party."""
        self._directory.put(party)

    def place(self, order: Order) -> None:
        """Register an order, twice: once is enough. Its parties become known, and permit."""
        self.now = max(self.now, first_moment(order))
        for party_id in (order.buyer, order.seller):
            if self._directory.find(party_id) is None:
                self.put(Party(party_id, name=party_id, permits_cancellation=True))
        outcome = self._service.register(order, at=self.now)
        assert fold(outcome.events) == outcome.case, f"{order} does not come from its history"
        self._know(outcome.case, outcome.events)
        again = self._service.register(order, at=self.now)
        assert again == attrs.evolve(outcome, repeated=True), f"{order} was registered twice"

    def give(self, command: Command, *, at: datetime | None = None) -> None:
        """Handle a command: it is carried out whole, repeats its outcome, or changes nothing.

        Args:
            command: The command.
            at: The moment, which may be in the past. Default: `now`.
        """
        at = at or self.now
        case, _ = self.known.get(command.order_id, (None, ()))
        can_see = case is not None and is_party(command.by, case.order, self.policy.roles)
        key = command.command_id and key_of(command, command.command_id)
        first, expected = self.done.get(key or "", (None, None))
        try:
            outcome = self._service.handle(command, at=at)
        except UnknownOrder:
            assert not can_see, f"{command} is about an order that is known"
        except InvalidValue:
            assert command != first, f"{command} came again, and was invalid"
        except Refused as refused:
            assert first is None, f"{command} came with the id of {first}, and was refused"
            self._judged(command, at, None, refused)
        else:
            assert can_see, f"{command} was carried out, and by whom?"
            if expected is not None:
                assert command == first, f"{command} was carried out under the id of {first}"
                again = attrs.evolve(expected, repeated=True)
                assert outcome == again, f"{command} came again, and had another outcome"
                return
            self._judged(command, at, outcome)
            if key is not None:
                self.done[key] = command, outcome

    def tick(self, budget: int = _ALL) -> None:
        """Fire every deadline that is due, of `budget` orders at a time: each fires once."""
        more = True
        while more:
            ticked = self._service.tick(self.now, budget=budget)
            more = ticked.more
            left = (*ticked.skipped, *ticked.passed_over)
            assert not left, f"{left} were left out"
            for outcome in ticked.outcomes:
                case = self.case(outcome.case.order.id)
                steps = due_steps(case, self.policy, self.now)
                assert steps, f"something of {case.order.id} fired before it was due"
                self._happened(steps, outcome)
        for case, _ in self.known.values():
            due, _ = schedule(self.policy, case)
            assert due is None or due > self.now, f"a deadline of {case.order.id} did not fire"
        assert self._store.due(self.now, None, _ALL) == (), "something is due after all has fired"

    def relay(self, at: datetime, limit: int = _ALL, *, fails: bool = False) -> int:
        """Deliver at most `limit` messages at the moment `at`, and say how many were tried."""
        self._notifier.fails = fails
        before = set(self._notifier.arrived)
        relayed = self._service.relay(at, limit=limit)
        assert self._notifier.again == [], "a message went out twice"
        for message_id, message in self._notifier.arrived.items():
            assert message == self._expected.get(message_id), (
                f"{message} is about what did not happen"
            )
            assert message_id in before or not self._is_closed(message), f"{message} came too late"
        for message_id in relayed.obsolete:
            message = self._expected.pop(message_id)
            assert self._is_closed(message), f"{message} was not sent, and is of an open request"
        ended = relayed.delivered, relayed.failed, relayed.dead, relayed.obsolete
        return sum(map(len, ended))

    def _is_closed(self, message: Message) -> bool:
        """Whether the request is closed that a message speaks of as open."""
        case, _ = self.known[message.order_id]
        return message.request is not None and not case.requests[message.request - 1].is_open

    def look(self, actor: Actor, statuses: frozenset[RequestStatus]) -> None:
        """Compare an actor's queue, and its numbers, with the cases."""
        mine = [
            case
            for case, _ in self.known.values()
            if case.latest is not None and self._is_in_queue(case, actor)
        ]
        asked = sorted(
            (latest.at, case.order.id)
            for case in mine
            if (latest := case.latest) and latest.status in statuses
        )
        page = self._service.inbox(actor, statuses=statuses, limit=_ALL)
        queue = [row.order_id for row in page.rows]
        assert queue == [order_id for _, order_id in asked], "the queue is not that of the cases"
        for count in self._service.counters(actor):
            counted = [case for case in mine if self._counts(case, count.on)]
            overdue = [case for case in counted if self._is_marked(case, OVERDUE)]
            numbers = (count.count, count.overdue)
            assert numbers == (len(counted), len(overdue)), f"there are others {count.on}"

    def _is_in_queue(self, case: Case, actor: Actor) -> bool:
        role, latest = self.policy.roles[actor.role], case.latest
        if role.party is not None:
            return is_party(actor, case.order, self.policy.roles)
        answers = (latest and latest.answerer) or ""
        roles = self.policy.roles
        return answers == f"{HOUSE}_side" or (answers in roles and roles[answers].side == HOUSE)

    def _counts(self, case: Case, on: str) -> bool:
        latest = case.latest
        if on == ANY_OPEN:
            return case.open_request is not None
        return (latest is not None and latest.status == on) or self._is_marked(case, on)

    def _is_marked(self, case: Case, code: str) -> bool:
        since = schedule(self.policy, case)[1].get(code)
        return since is not None and since <= self.now

    def compare(self, order_ids: Iterable[str]) -> None:
        """Compare cases and histories of orders with what they must be."""
        for order_id in order_ids:
            seen = (
                self._service.case(order_id, by=_HOUSE),
                self._service.history(order_id, by=_HOUSE),
            )
            assert seen == self.known[order_id], f"{order_id} is not as it must be"

    def compare_messages(self) -> None:
        """Check that every message has arrived, but for those that were obsolete."""
        assert sorted(self._notifier.arrived) == sorted(self._expected), "a message was lost"

    def _know(self, case: Case, history: tuple[Event, ...]) -> None:
        order = case.order
        self.known[order.id] = case, history
        is_young = order.status in self.policy.orders.cancellable
        if is_young is not (order.id in self.young):
            (self.young.append if is_young else self.young.remove)(order.id)

    def _judged(
        self,
        command: Command,
        at: datetime,
        outcome: Outcome | None,
        refused: Refused | None = None,
    ) -> None:
        """Check what came of a command against the policy, as the pure core judges it."""
        case, seller = self.case(command.order_id), self.seller(command.order_id)
        steps = steps_of(command, case, self.policy, at, seller=seller)
        last = steps[-1]
        if refused is not None:
            _require(not last.events, "it was refused, and the policy grants it", last)
            _require(refused.decision == last.decision, "the service decided otherwise", last)
            fired = tuple(event for step in steps for event in step.events)
            _require(refused.fired == fired, "something else has fired", last)
        else:
            _require(bool(last.events), "it was done, and the policy refuses it", last)
        self._happened(steps, outcome)

    def _happened(self, steps: Sequence[Step], outcome: Outcome | None) -> None:
        """Check steps, and their outcome, against the invariants; None: it was refused."""
        last = steps[-1]
        events = tuple(event for step in steps for event in step.events)
        messages = tuple(self._messages(steps))
        for step in steps:
            for invariant in self.invariants:
                _require(invariant.holds(step), f"{invariant.id}: {invariant.text['en']}", step)
        if outcome is not None:
            _require(outcome.events == events, "something else has happened", last)
            _require(outcome.case == last.after, "the case is another one", last)
            _require(outcome.messages == messages, "the messages are others", last)
        history = (*self.known[last.after.order.id][1], *events)
        _require(fold(history) == last.after, "the history folds into another case", last)
        self._know(last.after, history)
        for request in last.after.requests:
            is_closed = request.closed_at is not None
            _require(is_closed is (request.status in FINAL), "closed is not over", last)
        for message in messages:
            _require(message.id not in self._expected, f"{message} was written before", last)
            self._expected[message.id] = message

    def _messages(self, steps: Sequence[Step]) -> Iterable[Message]:
        for step in steps:
            readers = readers_of(step.after, self.policy)
            parties = {each: self._directory.find(each) for each in readers}
            yield from messages_for(step.events, step.after, self.policy, parties)


class _Broken(AssertionError):
    """A promise is broken by a step. It is explained when it is read, for that takes a while."""

    def __init__(self, problem: str, step: Step) -> None:
        self.problem = problem
        self.step = step
        super().__init__(problem, step)

    def __str__(self) -> str:
        kinds = ", ".join(type(event).__name__ for event in self.step.events) or "nothing"
        lines = [self.problem, str(self.step.command), f"happened: {kinds}"]
        if self.step.decision is not None:
            lines.append(str(explain(self.step.decision, "en")))
        return "\n".join(lines)


def _require(kept: bool, problem: str, step: Step) -> None:  # noqa: FBT001 - as assert does
    if not kept:
        raise _Broken(problem, step)


class _Clock:
    """The clock of a checked service."""

    def __init__(self, service: CheckedService) -> None:
        self._service = service

    def now(self) -> datetime:
        return self._service.now


class _Notifier:
    """Keeps what arrives, by its id, and what arrives again; raises while `fails` is set."""

    def __init__(self) -> None:
        self.fails = False
        self.arrived: dict[str, Message] = {}
        self.again: list[Message] = []

    def deliver(self, message: Message, to: Party | None) -> None:
        if self.fails:
            raise OSError("held up on purpose")
        if message.id in self.arrived:
            self.again.append(message)
        self.arrived[message.id] = message
