"""What is true of units, whoever cancels and ships how many of them, in whatever portions."""

from __future__ import annotations

import json
from random import Random
from typing import ClassVar

import attrs
import pytest
from examples.half_hour_shop import SHOP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from ordercancel import (
    AdvanceOrder,
    Approve,
    Case,
    Command,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    System,
    UpdateOrder,
    decide,
    evolve,
)
from ordercancel.cli.replay import Replay
from ordercancel.domain.events import UnitsCancelled
from ordercancel.domain.money import Charge, ChargeKind, Money, OrderLine, Tender
from ordercancel.domain.quotes import added_up
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import hours, status
from ordercancel.rules.refunding import Refunding
from ordercancel.stores.memory import MemoryStore
from ordercancel.testing import CaseMachine
from ordercancel.testing import strategies as kit
from ordercancel.testing.judging import steps_of
from ordercancel.verification import verify
from unit.test_parts import BUYER, HOLDING, LINES, PARTS, SELLER, Story, shop
from unit.tiny import utc

POLICIES = {
    "closing": PARTS,
    "holding": HOLDING,
    "half-hour shop": attrs.evolve(SHOP, whole_orders_only=False),
    "conect": attrs.evolve(CONECT, whole_orders_only=False),
    "qoo10": attrs.evolve(QOO10, whole_orders_only=False),
}


@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_cancelled_shipped_and_open_units_are_those_that_were_ordered(
    name: str, data: st.DataObject
) -> None:
    """After every event of every life; none of them is below zero."""
    policy = POLICIES[name]
    order = data.draw(kit.orders(policy, lines=LINES))
    for step in data.draw(kit.steps(policy, order)):
        case = step.before
        for event in step.events:
            case = evolve(case, event)
            units = case.units
            gone = added_up(units.cancelled, units.shipped)
            assert added_up(gone, case.open_units) == {"cup": 3, "pot": 1}
            assert min([*units.cancelled.values(), *units.shipped.values(), 1]) > 0


@settings(max_examples=50, deadline=None)
@given(portions=st.lists(st.integers(1, 4), min_size=1, max_size=15), ships=st.booleans())
def test_fifteen_units_in_any_portions_come_to_the_same(portions: list[int], ships: bool) -> None:
    """One commit of all of them as well as fifteen of one: the same units, the same status."""
    quantity = sum(portions)
    whole, parts = (Story(lines=(OrderLine(id="cup", quantity=quantity),)) for _ in range(2))
    (whole.ships if ships else whole.cancels)(cup=quantity)
    for portion in portions:
        (parts.ships if ships else parts.cancels)(cup=portion)
    assert parts.case.units == whole.case.units
    assert (
        parts.case.order.status == whole.case.order.status == ("shipped" if ships else "cancelled")
    )


@pytest.mark.parametrize("policy", [CONECT, QOO10, SHOP], ids=lambda policy: policy.name)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_lines_change_nothing_where_whole_orders_are_cancelled(
    policy: Policy, data: st.DataObject
) -> None:
    """The same commands are granted and refused, with the same codes, and the order goes alike."""
    order = data.draw(kit.orders(policy))
    plain, lined = policy.open(order), policy.open(attrs.evolve(order, lines=LINES))
    for command, at in data.draw(kit.histories(policy, order)):
        taken = [steps_of(command, case, policy, at) for case in (plain, lined)]
        said = [[step.decision and step.decision.codes for step in steps] for steps in taken]
        assert said[0] == said[1]
        plain, lined = taken[0][-1].after, taken[1][-1].after
        assert attrs.evolve(lined.order, lines=()) == plain.order
        assert [each.status for each in lined.requests] == [each.status for each in plain.requests]


class PartsMachine(CaseMachine):
    """Orders of lines through a service, at random."""

    policy: ClassVar[Policy] = HOLDING


@pytest.mark.slow
@pytest.mark.parametrize("name", POLICIES)
def test_a_service_keeps_the_invariants_of_parts(name: str) -> None:
    class Machine(PartsMachine):
        policy = POLICIES[name]

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=30, stateful_step_count=30, deadline=None)
    )


def test_verification_tries_parts_of_orders() -> None:
    """Orders of two lines of two units: more cases, and every one of them sound."""
    young = status.is_in("placed", "packed")
    rules = [attrs.evolve(rule, when=rule.when & young) for rule in PARTS.rules]
    whole, parts = (verify(shop(rules=rules, whole_orders_only=each)) for each in (True, False))
    assert (whole.faults, parts.faults) == ((), ())
    assert (whole.cases, parts.cases) == (7, 64)


def test_a_fault_is_shown_by_an_order_with_its_lines() -> None:
    """The rules of this shop don't look at the status; its scenario runs, and shows it."""
    fault = verify(PARTS).faults[0]
    placed, asked = fault.scenario
    assert placed["order"]["lines"] == [{"id": "a", "quantity": 2}, {"id": "b", "quantity": 2}]
    lines = [json.dumps(each).encode() for each in fault.scenario]
    (answer,) = Replay([PARTS], MemoryStore()).run(lines)
    assert (asked["do"], answer["codes"]) == ("request", ["not_cancellable"])


def priced(random: Random, policy: Policy) -> Case:
    """A new order of one to three lines, paid by points and a card, with delivery."""
    lines = tuple(
        OrderLine(id=name, quantity=random.randint(1, 4), amount=random.randint(0, 5_000))
        for name in "abc"[: random.randint(1, 3)]
    )
    delivery = Charge(id="delivery", kind=ChargeKind.SHIPPING, amount=random.choice((0, 550)))
    total = sum(line.amount or 0 for line in lines) + delivery.amount
    points = random.randint(0, total)
    tenders = (Tender(id="points", amount=points), Tender(id="card", amount=total - points))
    money = Money(currency="JPY", digits=0, lines=lines, charges=(delivery,), tenders=tenders)
    return Story(policy, lines=(), money=money).case


def something(random: Random, case: Case) -> Command:
    """Something that is done to an order, of as many units as come to mind."""
    left = random.choice((case.open_units, case.order.quantities))
    some = {
        name: random.randint(1, units) for name, units in left.items() if random.random() < 0.6
    }
    lines, number = some or None, max(1, len(case.requests))
    return random.choice(
        (
            RequestCancellation("o-7", by=random.choice((BUYER, SELLER)), lines=lines),
            AdvanceOrder("o-7", by=SELLER, move="ship", lines=lines),
            Approve("o-7", by=SELLER, request=number),
            Reject("o-7", by=SELLER, request=number),
            UpdateOrder("o-7", by=System(), status=random.choice(("placed", "packed", "shipped"))),
        )
    )


@pytest.mark.parametrize("least", [1_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_random_steps_give_back_what_was_paid_and_no_more(least: int) -> None:
    """No quote has a part below zero, tenders come to the refund, all units to all that was paid.

    What is refused changes nothing: the case that it was refused of goes on.
    """
    random, steps, whole = Random(17), 0, 0
    policies = [attrs.evolve(each, refunding=Refunding()) for each in (PARTS, HOLDING)]
    while steps < least:
        policy = random.choice(policies)
        case = priced(random, policy)
        ordered, money = case.order.quantities, case.order.money
        assert money is not None
        paid = {tender.id: tender.amount for tender in money.tenders}
        for hour in range(20):
            steps += 1
            try:
                events = decide(something(random, case), case, policy, utc(3) + hours(hour))
            except Refused:
                continue
            for event in events:
                case = evolve(case, event)
                units = case.units
                gone = added_up(units.cancelled, units.shipped)
                assert added_up(gone, case.open_units) == ordered
                if isinstance(event, UnitsCancelled):
                    quote = event.quote
                    assert quote is not None
                    parts = (quote.goods, quote.charges, quote.tenders)
                    assert min(0, *(each for part in parts for each in part.values())) == 0
                    assert sum(quote.tenders.values()) == quote.refund
                    assert all(units.given[name] <= most for name, most in paid.items())
        if case.units.cancelled == ordered:
            whole += 1
            assert case.units.given == paid
    assert whole > least / 500
