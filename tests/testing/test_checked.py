"""A service that is looked over the shoulder, step by step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import (
    Approve,
    Buyer,
    Operator,
    Order,
    Policy,
    RequestCancellation,
    RequestStatus,
    Seller,
    System,
    Text,
    UpdateOrder,
    Withdraw,
)
from ordercancel.stores.memory import MemoryStore
from ordercancel.testing.checked_service import CheckedService
from ordercancel.verification.invariants import INVARIANTS, Invariant
from testing.faulty import ForgetsIds, NeverDelivers

PLACED = datetime(2026, 4, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKS = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")


def order(policy: Policy, status: str = "placed") -> Order:
    return Order(
        "o-1", policy=policy.name, status=status, buyer="b-1", seller="s-1", placed_at=PLACED
    )


def checked(policy: Policy = SHOP, store: MemoryStore | None = None) -> CheckedService:
    service = CheckedService(policy, store or MemoryStore(), INVARIANTS)
    service.place(order(policy))
    return service


def test_what_it_knows_is_what_must_be() -> None:
    """The case with its history, who can still cancel, and what was done by which id."""
    service = checked()
    assert service.now == PLACED
    assert service.young == ["o-1"]
    command = attrs.evolve(ASKS, command_id="c-1")
    service.give(command)
    assert service.case("o-1").order.status == "cancelled"
    assert service.young == []
    ((done, _),) = service.done.values()
    assert done == command
    service.give(command)
    service.compare(["o-1"])
    for actor in (Buyer("b-1"), Seller("s-1"), Operator("o-1"), Seller("s-2")):
        service.look(actor, frozenset(RequestStatus))
    assert service.relay(PLACED) == 1
    service.compare_messages()


def test_messages_that_fail_go_out_later() -> None:
    service = checked()
    service.give(ASKS)
    assert service.relay(PLACED, fails=True) == 1
    with pytest.raises(AssertionError, match="a message was lost"):
        service.compare_messages()
    assert service.relay(PLACED + HOUR) == 1
    service.compare_messages()


def test_a_message_that_goes_out_twice_is_a_broken_promise() -> None:
    service = checked(store=NeverDelivers())
    service.give(ASKS)
    service.relay(PLACED)
    with pytest.raises(AssertionError, match="a message went out twice"):
        service.relay(PLACED + HOUR)


def test_what_is_due_fires_before_a_command_is_judged() -> None:
    """A day of silence approves, also where nobody ticks; then the command is refused."""
    service = checked()
    service.now = PLACED + HOUR
    service.give(ASKS)
    service.now = PLACED + 25 * HOUR
    service.give(Approve("o-1", by=Seller("s-1"), request=1))
    assert service.case("o-1").order.status == "cancelled"
    assert service.young == []


def test_a_tick_fires_what_is_due_once() -> None:
    service = checked()
    service.now = PLACED + HOUR
    service.give(ASKS)
    service.now = PLACED + 25 * HOUR
    service.tick()
    assert [request.status for request in service.case("o-1").requests] == ["approved"]
    service.tick()


def test_what_the_host_tells_is_recorded() -> None:
    """An order that was shipped elsewhere cannot be cancelled any more."""
    service = checked()
    service.give(UpdateOrder("o-1", by=System(), status="shipped"))
    assert service.young == []
    service.give(ASKS)
    assert service.case("o-1").requests == ()


def test_a_promise_that_no_decision_stands_behind_is_explained_by_its_step() -> None:
    """What the host tells is asked of no rule, and so there is nothing to explain."""
    never = Invariant("shop.stays", Text("変わらない", "stays as it is"), lambda _: False)
    service = CheckedService(SHOP, MemoryStore(), [never])
    service.place(order(SHOP))
    with pytest.raises(AssertionError) as raised:
        service.give(UpdateOrder("o-1", by=System(), status="packed"))
    problem, command, *rest = str(raised.value).splitlines()
    assert problem == "shop.stays: stays as it is"
    assert command.startswith("UpdateOrder(order_id='o-1'")
    assert rest == ["happened: OrderUpdated"]


def test_a_command_that_is_wrong_or_by_a_stranger_changes_nothing() -> None:
    service = checked()
    service.give(attrs.evolve(ASKS, reason="no_such_reason"))
    service.give(attrs.evolve(ASKS, by=Buyer("b-2")))
    assert service.case("o-1").version == 1
    service.compare(["o-1"])


def test_an_id_that_is_taken_is_no_leave_to_do_something_else() -> None:
    """Where the store forgets it, that is found."""
    service = checked(store=ForgetsIds())
    service.give(attrs.evolve(ASKS, command_id="c-1"))
    service = checked(store=ForgetsIds())
    service.now = PLACED + HOUR
    service.give(attrs.evolve(ASKS, command_id="c-1"))
    with pytest.raises(AssertionError, match="was carried out under the id of"):
        service.give(Withdraw("o-1", by=Buyer("b-1"), request=1, command_id="c-1"))
