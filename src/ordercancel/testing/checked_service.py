"""A service whose every answer is compared with what the policy and its own memory say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import attrs

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import ApplyDeadline, Command
from ordercancel.domain.errors import InvalidValue, UnknownOrder
from ordercancel.domain.events import DeadlinePassed, DutyBreached, Event
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import FINAL, RequestStatus
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import fold
from ordercancel.engine.messages import Message
from ordercancel.explain import explain
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import occasion_of_event
from ordercancel.service.ports import Store
from ordercancel.service.records import InboxQuery
from ordercancel.service.results import Outcome
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory
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
        invariants: What must be true of every judged step.

    Attributes:
        now: The time; set it to any later one.
        known: The case and the history of every order, as they must be.
        young: The ids of the orders that can still be cancelled.
        done: The commands that were carried out with an id, and their outcomes, by id.
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
            policies=[policy], store=store, directory=self._directory, notifier=self._notifier
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
        times = (order.placed_at, order.paid_at, order.status_since, order.shipped_at)
        self.now = max([self.now, *filter(None, times)])
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
        is_party = case is not None and case.order.visible_to(command.by)
        first, expected = self.done.get(command.command_id or "", (None, None))
        try:
            outcome = self._service.handle(command, at=at)
        except UnknownOrder:
            assert not is_party, f"{command} is about an order that is known"
        except InvalidValue:
            assert command != first, f"{command} came again, and was invalid"
        except Refused as refused:
            assert case is not None
            assert first is None, f"{command} came with the id of {first}, and was refused"
            self._judged(command, at, Outcome(case=case, events=()), refused)
        else:
            assert is_party, f"{command} was carried out, and by whom?"
            if expected is not None:
                assert command == first, f"{command} was carried out under the id of {first}"
                again = attrs.evolve(expected, repeated=True)
                assert outcome == again, f"{command} came again, and had another outcome"
                return
            self._judged(command, at, outcome)
            if command.command_id is not None:
                self.done[command.command_id] = command, outcome

    def tick(self, budget: int = _ALL) -> None:
        """Apply every deadline that has come due, `budget` at a time: each acts once."""
        more = True
        while more:
            ticked = self._service.tick(self.now, budget=budget)
            more = ticked.more
            for outcome in ticked.outcomes:
                passed = outcome.events[0]
                assert isinstance(passed, DeadlinePassed | DutyBreached), f"{passed} came due"
                command = ApplyDeadline(
                    passed.order_id, by=_HOUSE, deadline=passed.deadline, request=passed.number
                )
                self._judged(command, self.now, outcome)
        for skipped in ticked.skipped:
            assert isinstance(skipped.error, Refused), f"{skipped} for another cause than rules"
        left = self._store.due(self.now, None, _ALL)
        assert sorted((duty.order_id, duty.deadline, duty.request) for duty in left) == sorted(
            (order_id, duty.deadline, duty.request)
            for order_id, (case, _) in self.known.items()
            for duty in case.open_duties
            if duty.due_at <= self.now
        ), "the duties that are due are not those of the cases"
        assert self._service.tick(self.now).outcomes == (), "a deadline acted after all had acted"

    def relay(self, at: datetime, limit: int = _ALL, *, fails: bool = False) -> int:
        """Deliver at most `limit` messages at the moment `at`, and say how many were tried."""
        self._notifier.fails = fails
        relayed = self._service.relay(at, limit=limit)
        assert self._notifier.again == [], "a message went out twice"
        for message_id, message in self._notifier.arrived.items():
            assert message == self._expected.get(message_id), (
                f"{message} is about what did not happen"
            )
        return len(relayed.delivered) + len(relayed.failed) + len(relayed.dead)

    def look(self, seller: str, statuses: frozenset[RequestStatus]) -> None:
        """Compare a seller's queue, and the numbers of their requests, with the cases."""
        asked = sorted(
            (latest.at, case.order.id, latest.status)
            for case, _ in self.known.values()
            if case.order.seller == seller and (latest := case.latest)
        )
        query = InboxQuery(seller=seller, policy=self.policy.name, statuses=statuses)
        queue = [case.order.id for case in self._store.inbox(query).cases]
        wanted = [order_id for _, order_id, status in asked if status in statuses]
        assert queue == wanted[: query.limit], "the queue is not that of the cases"
        tallies = self._store.tally(seller, self.policy.name, frozenset(), self.now)
        counted = {tally.status: tally.count for tally in tallies}
        assert counted == Counter(status for _, _, status in asked), "the numbers are others"

    def compare(self, order_ids: Iterable[str]) -> None:
        """Compare cases and histories of orders with what they must be."""
        for order_id in order_ids:
            seen = (
                self._service.case(order_id, by=_HOUSE),
                self._service.history(order_id, by=_HOUSE),
            )
            assert seen == self.known[order_id], f"{order_id} is not as it must be"

    def compare_messages(self) -> None:
        """Check that every message has arrived."""
        assert sorted(self._notifier.arrived) == sorted(self._expected), "a message was lost"

    def _know(self, case: Case, history: tuple[Event, ...]) -> None:
        order = case.order
        self.known[order.id] = case, history
        is_young = self.policy.can_cancel(order.status)
        if is_young is not (order.id in self.young):
            (self.young.append if is_young else self.young.remove)(order.id)

    def _judged(
        self, command: Command, at: datetime, outcome: Outcome, refused: Refused | None = None
    ) -> None:
        """Check the outcome of a judged command against the policy and the invariants."""
        before, history = self.known[command.order_id]
        seller = self.seller(command.order_id)
        step = Step(
            policy=self.policy,
            before=before,
            command=command,
            at=at,
            decision=self.policy.assess(command, before, at, seller=seller),
            events=outcome.events,
            after=outcome.case,
        )
        decision = step.decision if refused is None else refused.decision
        _require(decision == step.decision, "the service decided otherwise", step)
        _require(decision.is_refused is (refused is not None), "and yet it was done", step)
        for invariant in self.invariants:
            _require(invariant.holds(step), f"{invariant.id}: {invariant.text.en}", step)
        folded = fold((*history, *outcome.events))
        _require(folded == outcome.case, "the history folds into another case", step)
        self._know(outcome.case, (*history, *outcome.events))
        for request in outcome.case.requests:
            is_closed = request.closed_at is not None
            _require(is_closed is (request.status in FINAL), "closed is not over", step)
        happened = {occasion_of_event(event) for event in outcome.events}
        for message in outcome.messages:
            _require(message.occasion in happened, f"{message} is about something else", step)
            _require(message.id not in self._expected, f"{message} was written before", step)
            self._expected[message.id] = message


class _Broken(AssertionError):
    """A promise is broken by a step. It is explained when it is read, for that takes a while."""

    def __init__(self, problem: str, step: Step) -> None:
        self.problem = problem
        self.step = step
        super().__init__(problem, step)

    def __str__(self) -> str:
        kinds = ", ".join(type(event).__name__ for event in self.step.events) or "nothing"
        decision = explain(self.step.decision, "en")
        return f"{self.problem}\n{self.step.command}\nhappened: {kinds}\n{decision}"


def _require(kept: bool, problem: str, step: Step) -> None:  # noqa: FBT001 - as assert does
    if not kept:
        raise _Broken(problem, step)


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
