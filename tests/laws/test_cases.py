"""What is true of every case, whoever commands what, in which order, at whatever time."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from ordercancel import (
    Buyer,
    CancellationService,
    Case,
    Event,
    InvalidValue,
    Order,
    Policy,
    Refused,
    RequestCancellation,
    Text,
    UnknownOrder,
    evolve,
    fold,
    label,
)
from ordercancel.domain.events import OrderAdvanced, OrderUpdated, RequestClosed
from ordercancel.domain.requests import OPEN
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.timers import running, schedule, timers
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import hours, now, placed_at
from ordercancel.rules.lifecycle import Lifecycle
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from ordercancel.stores.sql import SqlStore
from ordercancel.testing import CaseMachine
from ordercancel.testing import strategies as kit
from ordercancel.testing.checked_service import CheckedService
from ordercancel.testing.draws import first_moment
from ordercancel.verification.invariants import INVARIANTS, Invariant, Step
from samples import PERMITTING, SYSTEM, jst, order
from strategies import ORDER_ID, START, cases, events

POLICIES = {
    "conect": CONECT,
    "conect, every other reading": conect(
        edition="2",
        recheck_permission=True,
        shipping_supersedes=False,
        may_ask_again=False,
        may_withdraw=True,
    ),
    "qoo10": QOO10,
    "qoo10, every other reading": qoo10(
        edition="2",
        late_while_open="approved",
        withdrawal_bars=True,
        may_withdraw=True,
        ask_again_while_open=True,
        shipping_supersedes=True,
        overdue_after_days=1,
    ),
    "half-hour shop": SHOP,
    "flea market": FLEA_MARKET,
    "must ship": MUST_SHIP,
}
CANCELLED = {"conect": "discontinued"}
"""The status of a cancelled order; under all other policies it is ``cancelled``."""

# ------------------------------------------------------------- invariants in the documents' words


def invariant(name: str, holds: Callable[[Step], bool]) -> Invariant:
    return Invariant(f"documents.{name}", Text(name, name), holds)


def is_cancelled(order: Order) -> bool:
    return order.status == CANCELLED.get(order.policy, "cancelled")


def nothing_leaves_cancelled(step: Step) -> bool:
    return not is_cancelled(step.before.order) or is_cancelled(step.after.order)


def approved_once_and_cancelled_by_it(step: Step) -> bool:
    approved = sum(request.status == "approved" for request in step.after.requests)
    registered_so = is_cancelled(step.before.order) and not is_cancelled_by_request(step.before)
    return registered_so or approved == int(is_cancelled(step.after.order))


def is_cancelled_by_request(case: Case) -> bool:
    return any(request.status == "approved" for request in case.requests)


def order_and_request_are_independent(step: Step) -> bool:
    """Nothing but a move, an update or an approval changes the order; a rejection never."""
    before, after = step.before.order, step.after.order
    moved = any(isinstance(event, OrderAdvanced | OrderUpdated) for event in step.events)
    return moved or before == after or is_cancelled(after)


def closing_comes_before_shipping(step: Step) -> bool:
    """A move that closes a request closes it first, so that both sides read "shipped"."""
    kinds = [type(event) for event in step.events]
    if OrderAdvanced not in kinds or RequestClosed not in kinds:
        return True
    return kinds.index(RequestClosed) < kinds.index(OrderAdvanced)


def what_is_carried_out_happens(step: Step) -> bool:
    return step.decision is None or step.decision.is_refused is (step.events == ())


def a_refusal_names_a_code(step: Step) -> bool:
    return bool(step.events) or (step.decision is not None and step.decision.codes != ())


DOCUMENTED = tuple(
    invariant(holds.__name__, holds)
    for holds in (
        nothing_leaves_cancelled,
        approved_once_and_cancelled_by_it,
        order_and_request_are_independent,
        closing_comes_before_shipping,
        what_is_carried_out_happens,
        a_refusal_names_a_code,
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


def lives(policy: Policy) -> st.SearchStrategy[tuple[Order, list[Step]]]:
    """Orders with their whole lives, nothing of which the rules need to have been told before."""
    return kit.orders(policy, id=ORDER_ID, buyer="b-1", seller="s-1").flatmap(
        lambda order: st.tuples(st.just(order), kit.steps(policy, order, seller=PERMITTING))
    )


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_laws_of_a_case_hold_all_along_a_history(policy: Policy) -> None:
    """The invariants hold after every step of a life, with the clock ticking in between."""

    @settings(max_examples=2 * settings().max_examples)
    @given(lives(policy))
    def hold(life: tuple[Order, list[Step]]) -> None:
        registered, steps = life
        service = CheckedService(policy, MemoryStore(), EVERY_LAW)
        service.place(registered)
        for step in steps:
            service.now = max(service.now, step.at)
            service.tick(2)
            service.give(step.command)
            service.compare([ORDER_ID])
        service.relay(service.now)
        service.compare_messages()

    hold()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_folding_asks_neither_policy_nor_lifecycle(policy: Policy) -> None:
    """History is folded with no rule, no lifecycle and no deadline at hand."""

    @given(lives(policy))
    def folds(life: tuple[Order, list[Step]]) -> None:
        registered, steps = life
        service = CancellationService(
            policies=[policy],
            store=MemoryStore(),
            directory=MemoryDirectory([PERMITTING]),
        )
        service.register(registered, at=first_moment(registered))
        for step in steps:
            with suppress(Refused, InvalidValue, UnknownOrder):
                service.handle(step.command, at=step.at)
        history = service.history(ORDER_ID, by=SYSTEM)
        case = service.case(ORDER_ID, by=SYSTEM)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Policy, "assess", refuse)
            patch.setattr(Policy, "deadline", refuse)
            patch.setattr(Lifecycle, "target", refuse)
            patch.setattr(Lifecycle, "sources", refuse)
            assert fold(history) == case

    folds()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_timers_and_labels_follow_from_the_case(policy: Policy) -> None:
    """They are the same after a fold as after each event, and from one event to the next.

    No clock is asked: what is read, and what is due next, hangs on versions and facts alone.
    """

    @given(lives(policy))
    def follow(life: tuple[Order, list[Step]]) -> None:
        for step in life[1]:
            stored = attrs.evolve(step.after)  # as if it came from a store, with nothing kept
            assert timers(policy, stored) == timers(policy, step.after)
            assert schedule(policy, stored) == schedule(policy, step.after)
            later = attrs.evolve(step.after, updated_at=step.at + timedelta(days=400))
            assert running(policy, later) == running(policy, step.after)
            for role in ("buyer", "seller"):
                lang = policy.languages[0]
                assert label(later, policy, role, lang) == label(step.after, policy, role, lang)

    follow()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_what_is_read_follows_from_versions(policy: Policy) -> None:
    """An open request is read; a closed one, unless the order was shipped in a later version."""

    @given(lives(policy))
    def follow(life: tuple[Order, list[Step]]) -> None:
        for step in life[1]:
            latest, shipped = step.after.latest, step.after.shipped_version
            if latest is None or latest.is_open or latest.closed_version is None:
                continue
            if shipped is None or shipped < latest.closed_version:
                continue
            status = policy.status_text(step.after.order.status)
            if step.after.order.status in policy.orders.shipped:
                for role in ("buyer", "seller"):
                    assert label(step.after, policy, role, "en") == status["en"]

    follow()


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("folding asked for a rule or a chart")


def test_the_zone_of_a_moment_changes_nothing() -> None:
    """A day of 24 hours is as long in every zone, also over the night the clocks go back."""
    new_york = ZoneInfo("America/New_York")
    noon = datetime(2022, 11, 5, 12, tzinfo=new_york)
    case = QOO10.open(order(placed_at=noon, status_since=noon, paid_at=noon))
    command = RequestCancellation(ORDER_ID, by=Buyer("b-1"))
    eleven = datetime(2022, 11, 6, 11, tzinfo=new_york)
    for at in (eleven, eleven.astimezone(UTC)):
        within_a_day = (now < placed_at + hours(24)).test
        assert within_a_day(Facts(command, case, QOO10, at, None)) is False
        just_before = at.astimezone(UTC) - timedelta(microseconds=1)
        assert within_a_day(Facts(command, case, QOO10, just_before, None)) is True


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
        "RequestClosed",
        "OrderCancelled",
    ]
    with pytest.raises(InvalidValue, match="CancellationRequested"):
        fold(history[1:])


REACHED = {
    "conect": {"approved", "rejected", "superseded"},
    "conect, every other reading": {"approved", "rejected", "superseded", "withdrawn"},
    "qoo10": {"approved", "rejected", "withdrawn", "superseded"},
    "qoo10, every other reading": {"approved", "rejected", "withdrawn", "superseded"},
    "half-hour shop": {"approved", "rejected", "withdrawn", "superseded"},
    "flea market": {"approved", "rejected", "withdrawn", "superseded"},
    "must ship": {"approved", "rejected", "superseded"},
}


@pytest.mark.parametrize("name", POLICIES)
def test_random_histories_reach_endings_that_the_policy_has(name: str) -> None:
    """Several, approval among them, and none that the policy does not have."""
    policy, reached = POLICIES[name], set()
    channel = policy.channels[0] if policy.channels else None
    young = kit.orders(policy, channel=channel, status=policy.orders.cancellable[1], history=())

    @settings(max_examples=150)
    @given(young.flatmap(lambda order: kit.steps(policy, order)))
    def collect(way: list[Step]) -> None:
        reached.update(request.status for step in way for request in step.after.requests)

    collect()
    endings = {status.value for status in reached - OPEN}
    assert "approved" in endings <= REACHED[name]
    assert len(endings) > 1
