"""What is true of every case, whoever commands what, in which order, at whatever time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ordercancel import (
    Buyer,
    CancellationDesk,
    Case,
    Command,
    Event,
    InvalidValue,
    Message,
    Order,
    Outcome,
    Party,
    Policy,
    Refused,
    RequestCancellation,
    UnknownOrder,
    evolve,
    fold,
)
from ordercancel.adapters.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from ordercancel.adapters.sql import SqlStore
from ordercancel.events import DeadlinePassed, DutyArose, DutyBreached, OrderCancelled
from ordercancel.lifecycle import Lifecycle
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy.deadlines import After
from ordercancel.policy.facts import Facts
from samples import BUYING, PERMITTING, SYSTEM, jst, order
from strategies import (
    ORDER_ID,
    START,
    cases,
    commands,
    events,
    gaps,
    histories,
    likely_commands,
    openings,
    orders,
    parties,
    wild_commands,
    young_orders,
)

POLICIES = {
    "conect": CONECT,
    "conect, with a way back": conect(edition="2", may_withdraw=True),
    "qoo10": QOO10,
    "qoo10, every other reading": qoo10(
        edition="2", delay_approves=True, shipping_supersedes=True, may_withdraw=True
    ),
}
SHIPPED = {"conect": {"shipped"}, "qoo10": {"shipped", "delivered"}}
CANCELLED = {"conect": "discontinued", "qoo10": "cancelled"}
FINAL = {"granted", "rejected", "withdrawn", "superseded", "lapsed"}
OPEN = {"awaiting_seller", "withdrawal_asked", "withdrawal_held"}


def check_step(policy: Policy, before: Case, after: Case, made: tuple[Event, ...]) -> None:
    """The laws of one step that was carried out."""
    assert after.version == before.version + len(made)
    assert made
    assert len(after.requests) >= len(before.requests)
    for old, new in zip(before.requests, after.requests, strict=False):
        if old.status in FINAL:
            assert new == old
    shipped, cancelled = SHIPPED[policy.name], CANCELLED[policy.name]
    if before.order.status in shipped:
        assert after.order.status in shipped
    if before.order.status == cancelled:
        assert after.order == before.order
    if after.order.status == cancelled and before.order.status != cancelled:
        assert after.latest is not None
        assert after.latest.status == "granted"
        assert before.latest is None or before.latest.status != "granted"
        assert any(isinstance(event, OrderCancelled) for event in made)


def check_case(policy: Policy, registered: Order, case: Case) -> None:
    """The laws of a case as it stands."""
    assert [request.number for request in case.requests] == list(range(1, len(case.requests) + 1))
    assert all(request.status in FINAL | OPEN for request in case.requests)
    # At most one is open, and it is the last.
    assert all(request.status in FINAL for request in case.requests[:-1])
    granted = [request.status == "granted" for request in case.requests]
    assert sum(granted) <= 1
    if registered.status != CANCELLED[policy.name]:
        assert any(granted) is (case.order.status == CANCELLED[policy.name])
    for request in case.requests:
        assert (request.closed_at is not None) is (request.status in FINAL)


class CaseMachine(RuleBasedStateMachine):
    """Drives one order of `policy` through a desk by all sorts of commands and times."""

    policy: ClassVar[Policy]

    @staticmethod
    def make_store() -> Any:
        return MemoryStore()

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = START
        self.store = self.make_store()
        self.notifier = MemoryNotifier()
        self.directory = MemoryDirectory([PERMITTING, BUYING])
        self.desk = CancellationDesk(
            policies=[self.policy],
            store=self.store,
            directory=self.directory,
            notifier=self.notifier,
        )
        self.told: list[Message] = []
        self.done: dict[str, tuple[Command, Outcome]] = {}
        self.registered: Order | None = None

    def seen(self) -> tuple[Case, tuple[Event, ...]]:
        """All that the desk shows of the order."""
        return (
            self.desk.case(ORDER_ID, by=SYSTEM),
            self.desk.history(ORDER_ID, by=SYSTEM),
        )

    @initialize(data=st.data())
    def register(self, data: st.DataObject) -> None:
        young = young_orders(self.policy)
        self.open(data.draw(young | young | orders(self.policy)))
        for command in data.draw(openings(self.policy)):
            self.give(command)

    def open(self, registered: Order) -> None:
        """Register the order, twice: once is enough."""
        self.registered = registered
        outcome = self.desk.register(self.registered, at=self.now)
        assert self.seen() == (outcome.case, outcome.events)
        again = self.desk.register(self.registered, at=self.now)
        assert again == attrs.evolve(outcome, repeated=True)

    @rule(data=st.data(), times=st.integers(1, 6))
    def likely(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self.now += data.draw(gaps())
            self.give(data.draw(likely_commands(self.policy)))

    @rule(data=st.data(), gap=gaps())
    def wild(self, data: st.DataObject, gap: Any) -> None:
        self.now += gap
        self.give(data.draw(wild_commands(self.policy)))

    def give(self, command: Command) -> None:
        """Hand a command in: it is carried out whole, repeated, or changes nothing."""
        before, history = self.seen()
        try:
            outcome = self.desk.handle(command, at=self.now)
        except (Refused, InvalidValue, UnknownOrder):
            assert self.seen() == (before, history)
            return
        if outcome.repeated:
            self.check_repeated(command, outcome)
            assert self.seen() == (before, history)
            return
        assert command.command_id not in self.done
        after, longer = self.seen()
        assert outcome.case == after
        assert longer == history + outcome.events
        check_step(self.policy, before, after, outcome.events)
        self.told.extend(outcome.messages)
        if command.command_id is not None:
            self.done[command.command_id] = command, outcome

    def check_repeated(self, command: Command, outcome: Outcome) -> None:
        first_command, first = self.done[command.command_id or ""]
        assert command == first_command
        assert outcome == attrs.evolve(first, repeated=True)

    @precondition(lambda self: self.done)
    @rule(data=st.data(), gap=gaps())
    def repeat(self, data: st.DataObject, gap: Any) -> None:
        self.now += gap
        command_id = data.draw(st.sampled_from(sorted(self.done)))
        command, _ = self.done[command_id]
        before = self.seen()
        outcome = self.desk.handle(command, at=self.now)
        assert outcome.repeated
        self.check_repeated(command, outcome)
        assert self.seen() == before

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def steal_an_id(self, data: st.DataObject) -> None:
        command_id = data.draw(st.sampled_from(sorted(self.done)))
        command, _ = self.done[command_id]
        other = attrs.evolve(data.draw(commands(self.policy)), command_id=command_id)
        if other == command:
            return
        before = self.seen()
        # No earlier outcome is given for another command, and nothing new is done.
        with pytest.raises((InvalidValue, UnknownOrder)):
            self.desk.handle(other, at=self.now)
        assert self.seen() == before

    @rule(seller=parties("s-1"), times=st.integers(0, 2))
    def change_the_directory(self, seller: Party, times: int) -> None:
        self.directory.put(seller if not times else PERMITTING)

    @rule(gap=gaps(), budget=st.integers(1, 3))
    def tick(self, gap: Any, budget: int) -> None:
        self.now += gap
        more = True
        while more:
            before, _ = self.seen()
            ticked = self.desk.tick(self.now, budget=budget)
            more = ticked.more
            for outcome in ticked.outcomes:
                check_step(self.policy, before, outcome.case, outcome.events)
                before = outcome.case
                self.told.extend(outcome.messages)
            for skipped in ticked.skipped:
                # What an earlier one of the same tick released is due no more.
                assert isinstance(skipped.error, Refused)
                assert skipped.error.codes == ("not_due",)
        before, history = self.seen()
        assert all(duty.due_at > self.now for duty in before.open_duties)
        again = self.desk.tick(self.now)
        assert (again.outcomes, again.skipped, again.more) == ((), (), False)
        assert self.seen() == (before, history)

    @rule()
    def relay(self) -> None:
        self.desk.relay(self.now, limit=1_000)
        assert [message for message, _ in self.notifier.delivered] == self.told
        assert len({message.id for message in self.told}) == len(self.told)

    @invariant()
    def laws_hold(self) -> None:
        if self.registered is None:
            return
        case, history = self.seen()
        assert fold(history) == case
        assert case.version == len(history)
        check_case(self.policy, self.registered, case)
        acted = [
            (event.deadline, event.number)
            for event in history
            if isinstance(event, DeadlinePassed | DutyBreached)
        ]
        assert len(set(acted)) == len(acted)
        arisen = [
            (event.deadline, event.number) for event in history if isinstance(event, DutyArose)
        ]
        assert len(set(arisen)) == len(arisen)

    def teardown(self) -> None:
        try:
            if self.registered is not None:
                self.relay()
        finally:
            if isinstance(self.store, SqlStore):
                self.store.close()


def run(machine: type[CaseMachine], policy: Policy, share: int) -> None:
    """Run `machine` on `policy` with a share of the profile's examples."""
    of_policy = type(machine.__name__, (machine,), {"policy": policy})
    few = settings(max_examples=max(1, settings().max_examples // share), stateful_step_count=25)
    run_state_machine_as_test(of_policy, settings=few)


class SqlCaseMachine(CaseMachine):
    """The same on a store in SQL."""

    @staticmethod
    def make_store() -> Any:
        return SqlStore("sqlite://")


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_laws_of_a_case_hold_in_memory(policy: Policy) -> None:
    """Final is final, shipped is never cancelled, one open request, nothing done by halves."""
    run(CaseMachine, policy, 3)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_laws_of_a_case_hold_in_sql(policy: Policy) -> None:
    """The same laws hold where cases are stored in SQL."""
    run(SqlCaseMachine, policy, 6)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_laws_of_a_case_hold_all_along_a_history(policy: Policy) -> None:
    """The laws hold after every step of a history, with the clock ticking in between."""
    of_policy = type("CaseHistory", (CaseMachine,), {"policy": policy})

    @settings(max_examples=2 * settings().max_examples)
    @given(young_orders(policy), histories(policy))
    def hold(registered: Order, steps: list[tuple[Command, datetime]]) -> None:
        walk = of_policy()
        walk.open(registered)
        for command, at in steps:
            walk.now = at
            walk.tick(timedelta(), 2)
            walk.give(command)
            walk.laws_hold()
        walk.teardown()

    hold()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_folding_asks_neither_policy_nor_chart(policy: Policy) -> None:
    """History is folded with no rule, no chart and no deadline at hand."""

    @given(young_orders(policy), histories(policy))
    def folds(registered: Order, steps: list[tuple[Command, datetime]]) -> None:
        desk = CancellationDesk(
            policies=[policy],
            store=MemoryStore(),
            directory=MemoryDirectory([PERMITTING]),
        )
        desk.register(registered, at=START)
        for command, at in steps:
            try:
                desk.handle(command, at=at)
            except (Refused, InvalidValue, UnknownOrder):
                continue
        history = desk.history(ORDER_ID, by=SYSTEM)
        case = desk.case(ORDER_ID, by=SYSTEM)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Policy, "assess", refuse)
            patch.setattr(Policy, "deadline", refuse)
            patch.setattr(Lifecycle, "target", refuse)
            patch.setattr(Lifecycle, "sources", refuse)
            assert fold(history) == case

    folds()


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("folding asked for a rule or a chart")


def test_the_zone_of_a_moment_changes_nothing() -> None:
    """Time that passed is the same in every zone, also over the night the clocks go back."""
    new_york = ZoneInfo("America/New_York")
    noon = datetime(2022, 11, 5, 12, tzinfo=new_york)
    next_noon = datetime(2022, 11, 6, 12, tzinfo=new_york)
    case = QOO10.open(order(placed_at=noon, status_since=noon, paid_at=noon))
    command = RequestCancellation(ORDER_ID, by=Buyer("b-1"))
    for at in (next_noon, next_noon.astimezone(UTC)):
        known = Facts(command, case, QOO10, at, None)
        for fact in ("since_placed", "since_paid", "since_status"):
            assert known[fact] == timedelta(hours=25), (fact, at)


def test_a_length_of_time_is_as_long_in_every_zone() -> None:
    """A deadline of a day is over after 24 hours, also over the night the clocks go back."""
    new_york = ZoneInfo("America/New_York")
    noon = datetime(2022, 11, 5, 12, tzinfo=new_york)
    due_at = After(timedelta(hours=24)).due_at(noon, order(), new_york)
    assert due_at == datetime(2022, 11, 6, 16, tzinfo=UTC)


@given(cases(), events())
def test_evolve_is_total(case: Case, event: Event) -> None:
    """Any event folds into any case, as it happened, and counts one in the version."""
    assert evolve(case, event).version == case.version + 1


@given(cases(), events())
def test_evolve_leaves_other_requests_alone(case: Case, event: Event) -> None:
    """An event about one request changes no other."""
    after = evolve(case, event)
    for old, new in zip(case.requests, after.requests, strict=False):
        if old.number != getattr(event, "number", None):
            assert new == old


def test_histories_do_not_begin_in_the_middle() -> None:
    """A history without its first event is no history."""
    desk = CancellationDesk(policies=[QOO10], store=MemoryStore())
    desk.register(order(ship_on=None, status="new"), at=START)
    desk.handle(
        RequestCancellation(ORDER_ID, by=Buyer("b-1"), reason="changed_mind"), at=jst(16, 10)
    )
    history = desk.history(ORDER_ID, by=SYSTEM)
    assert [type(event).__name__ for event in history] == [
        "OrderRegistered",
        "CancellationRequested",
        "RequestGranted",
        "OrderCancelled",
    ]
    with pytest.raises(InvalidValue, match="CancellationRequested"):
        fold(history[1:])


REACHED = {
    "conect": {"granted", "rejected", "superseded"},
    "conect, with a way back": {"granted", "rejected", "superseded", "withdrawn"},
    "qoo10": {"granted", "rejected", "withdrawn"},
    "qoo10, every other reading": {"granted", "rejected", "withdrawn", "superseded"},
}


@pytest.mark.parametrize("name", POLICIES)
def test_random_histories_reach_every_ending(name: str) -> None:
    """The histories that these laws are tried on end requests in every way the policy has."""
    policy, reached = POLICIES[name], set()

    @settings(max_examples=max(150, settings().max_examples))
    @given(young_orders(policy), histories(policy, max_size=6))
    def collect(registered: Order, steps: list[tuple[Command, datetime]]) -> None:
        desk = CancellationDesk(
            policies=[policy], store=MemoryStore(), directory=MemoryDirectory([PERMITTING])
        )
        desk.register(registered, at=START)
        for command, at in steps:
            desk.tick(at)
            try:
                outcome = desk.handle(command, at=at)
            except (Refused, InvalidValue, UnknownOrder):
                continue
            reached.update(request.status.value for request in outcome.case.requests)

    collect()
    assert reached - OPEN == REACHED[name]
