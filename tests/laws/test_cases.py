"""What is true of every case, whoever commands what, in which order, at whatever time."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import run_state_machine_as_test

from ordercancel import (
    Buyer,
    CancellationService,
    Case,
    Event,
    InvalidValue,
    Policy,
    Refused,
    RequestCancellation,
    Text,
    UnknownOrder,
    evolve,
    fold,
)
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.charts import Lifecycle
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.rules.deadlines import After
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from ordercancel.stores.sql import SqlStore
from ordercancel.testing import CaseMachine
from ordercancel.testing.checked_service import CheckedService
from ordercancel.testing.strategies import steps
from ordercancel.verification.invariants import INVARIANTS, Invariant, Step
from samples import PERMITTING, SYSTEM, jst, order
from strategies import ORDER_ID, START, Life, cases, events, lives, young_orders

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
OPEN = {"awaiting_seller", "withdrawal_asked", "withdrawal_held"}

# ------------------------------------------------------------- invariants in the documents' words


def invariant(name: str, holds: Callable[[Step], bool]) -> Invariant:
    return Invariant(f"documents.{name}", Text(name, name), holds)


def shipped_stays_shipped(step: Step) -> bool:
    shipped = SHIPPED[step.policy.name]
    return step.before.order.status not in shipped or step.after.order.status in shipped


def cancelled_is_over(step: Step) -> bool:
    is_cancelled = step.before.order.status == CANCELLED[step.policy.name]
    return not is_cancelled or step.after.order == step.before.order


def granted_once_and_cancelled_by_it(step: Step) -> bool:
    granted = sum(request.status == "granted" for request in step.after.requests)
    cancelled = step.after.order.status == CANCELLED[step.policy.name]
    was_cancelled_without = cancelled and not step.after.requests
    return granted == int(cancelled and not was_cancelled_without)


def a_deadline_runs_once_for_a_request(step: Step) -> bool:
    duties = [(duty.deadline, duty.request) for duty in step.after.duties]
    return len(set(duties)) == len(duties)


def what_is_carried_out_happens(step: Step) -> bool:
    return step.decision.is_refused is (step.events == ())


DOCUMENTED = tuple(
    invariant(holds.__name__, holds)
    for holds in (
        shipped_stays_shipped,
        cancelled_is_over,
        granted_once_and_cancelled_by_it,
        a_deadline_runs_once_for_a_request,
        what_is_carried_out_happens,
    )
)
EVERY_LAW = (*INVARIANTS, *DOCUMENTED)


# ---------------------------------------------------------------- at random


class Machine(CaseMachine):
    """The machine, with the invariants of the documents, and a count of its steps."""

    step_invariants = EVERY_LAW
    total: ClassVar[int]

    def teardown(self) -> None:
        type(self).total += self.steps
        super().teardown()


class SqlMachine(Machine):
    """The same on a store in SQL."""

    def make_store(self) -> SqlStore:
        return SqlStore("sqlite://")


def run(machine: type[Machine], policy: Policy, examples: int, steps: int = 25) -> int:
    """Run `machine` on `policy`, and say how many steps it took."""
    of_policy: Any = type(machine.__name__, (machine,), {"policy": policy, "total": 0})
    limits = settings(
        max_examples=max(1, examples),
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(of_policy, settings=limits)
    return of_policy.total


IS_LONG = os.environ.get("ORDERCANCEL_TEST_PROFILE") == "long"
EXAMPLES, STEPS = (1_350, 100_000) if IS_LONG else (6, 400)
"""How many runs of at most a hundred steps each, and how many steps they must at least come to."""


@pytest.mark.slow  # in the quick profile it repeats what the next test does
@pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])
def test_no_step_of_many_breaks_a_law(policy: Policy) -> None:
    """In the long profile these are more than a hundred thousand, in the quick some hundreds."""
    assert run(Machine, policy, EXAMPLES, steps=100) > STEPS


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_laws_of_a_case_hold_in_memory(policy: Policy) -> None:
    """Final is final, shipped is never cancelled, one open request, nothing done by halves."""
    run(Machine, policy, settings().max_examples // 3)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_laws_of_a_case_hold_in_sql(policy: Policy) -> None:
    """The same invariants hold where cases are stored in SQL."""
    run(SqlMachine, policy, settings().max_examples // 10)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_laws_of_a_case_hold_all_along_a_history(policy: Policy) -> None:
    """The invariants hold after every step of a history, with the clock ticking in between."""

    @settings(max_examples=2 * settings().max_examples)
    @given(lives(policy))
    def hold(life: Life) -> None:
        registered, steps = life
        service = CheckedService(policy, MemoryStore(), EVERY_LAW)
        service.place(registered)
        for command, at in steps:
            service.now = at
            service.tick(2)
            service.give(command)
            service.compare([ORDER_ID])
        service.relay(service.now)
        service.compare_messages()

    hold()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_folding_asks_neither_policy_nor_chart(policy: Policy) -> None:
    """History is folded with no rule, no chart and no deadline at hand."""

    @given(lives(policy))
    def folds(life: Life) -> None:
        registered, steps = life
        service = CancellationService(
            policies=[policy],
            store=MemoryStore(),
            directory=MemoryDirectory([PERMITTING]),
        )
        service.register(registered, at=START)
        for command, at in steps:
            try:
                service.handle(command, at=at)
            except (Refused, InvalidValue, UnknownOrder):
                continue
        history = service.history(ORDER_ID, by=SYSTEM)
        case = service.case(ORDER_ID, by=SYSTEM)
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
    due_at = After(timedelta(hours=24)).due_at(noon, None, new_york)
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
    service = CancellationService(policies=[QOO10], store=MemoryStore())
    service.register(order(ship_on=None, status="new"), at=START)
    service.handle(
        RequestCancellation(ORDER_ID, by=Buyer("b-1"), reason="changed_mind"), at=jst(16, 10)
    )
    history = service.history(ORDER_ID, by=SYSTEM)
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
    """The histories tried here end requests in every way the policy has."""
    policy, reached = POLICIES[name], set()

    @settings(max_examples=max(500, settings().max_examples))
    @given(young_orders(policy).flatmap(lambda order: steps(policy, order)))
    def collect(way: list[Step]) -> None:
        reached.update(request.status.value for step in way for request in step.after.requests)

    collect()
    assert reached - OPEN == REACHED[name]
