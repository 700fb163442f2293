"""A scenario holds what it says, and tells what happened instead where it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Approve, Buyer, Order, Party, Reject, RequestCancellation, Seller
from ordercancel.domain.commands import AdvanceOrder
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlinePassed,
    DutyArose,
    OrderAdvanced,
    OrderCancelled,
    RequestGranted,
    RequestRejected,
    RequestSuperseded,
)
from ordercancel.explain import explain
from ordercancel.policies import CONECT
from ordercancel.testing import Scenario

PLACED = datetime(2026, 4, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORDER = Order(
    "o-1", policy="half-hour-shop", status="placed", buyer="b-1", seller="s-1", placed_at=PLACED
)
BUYER, SELLER = Buyer("b-1"), Seller("s-1")
ASKS = RequestCancellation("o-1", by=BUYER, reason="changed_mind")
REJECTS = Reject("o-1", by=SELLER, text="発送準備済み")
FRESH = Scenario(SHOP).given(ORDER)
ASKED = Scenario(SHOP).given(ORDER, (ASKS, PLACED + HOUR))


def test_what_happens_is_told_by_kinds_of_events() -> None:
    """In their order, with the rules that brought it about."""
    FRESH.when(ASKS, at=PLACED).then(
        CancellationRequested, RequestGranted, OrderCancelled
    ).because("shop.first_half_hour")


def test_what_was_before_is_given() -> None:
    """An order with commands that were carried out."""
    then = ASKED.when(REJECTS, at=PLACED + 2 * HOUR).then(RequestRejected)
    assert then.case.order.status == "placed"


def test_an_example_goes_on() -> None:
    """What came of one command is given for the next; each leaves the one before as it was."""
    then = (
        FRESH.when(ASKS, at=PLACED + HOUR)
        .then(CancellationRequested, DutyArose)
        .when(REJECTS, at=PLACED + 2 * HOUR)
        .then(RequestRejected)
        .when(ASKS, at=PLACED + 3 * HOUR)
        .then(CancellationRequested, DutyArose)
    )
    assert [request.status for request in then.case.requests] == ["rejected", "awaiting_seller"]
    assert FRESH.case.requests == ()


def test_a_refusal_is_told_by_its_codes() -> None:
    """All of them, in whatever order; and by the rules that stood in the way."""
    refused = ASKED.when(ASKS, at=PLACED + 2 * HOUR)
    refused.refused().refused("request_open").because("shop.one_at_a_time")
    approves = Approve("o-1", by=BUYER)
    FRESH.when(approves, at=PLACED).refused("no_open_request").because("standard.approve_open")


def test_what_is_refused_changes_nothing() -> None:
    then = ASKED.when(ASKS, at=PLACED + 2 * HOUR)
    assert (then.case, then.events) == (ASKED.case, ())


def test_wrong_values_are_told_by_their_places() -> None:
    """As the faults name them."""
    ASKED.when(Reject("o-1", by=SELLER), at=PLACED).invalid("Reject.text")
    both = RequestCancellation("o-1", by=BUYER, reason="changed_mind", text="x")
    FRESH.when(both, at=PLACED).invalid("RequestCancellation.text")


def test_time_alone_brings_about_what_is_due() -> None:
    """Not a moment earlier; and by silence, as the deadline says."""
    due = PLACED + 49 * HOUR
    ASKED.when_due(at=due - timedelta(microseconds=1)).then()
    ASKED.when_due(at=due).then(DeadlinePassed, RequestGranted, OrderCancelled).because(
        "standard.deadline", "shop.silence_approves"
    )


def test_shipping_answers_the_request() -> None:
    ships = AdvanceOrder("o-1", by=SELLER, move="ship")
    ASKED.when(ships, at=PLACED + 2 * HOUR).then(OrderAdvanced, RequestSuperseded)


def test_the_seller_is_what_the_directory_knows_of_him() -> None:
    """Of one who is not known nothing is known, and so he permits nothing."""
    order = Order(
        "o-1",
        policy="conect",
        status="placed",
        channel="mail",
        buyer="b-1",
        seller="s-1",
        placed_at=PLACED,
    )
    asks = RequestCancellation("o-1", by=BUYER, reason="wrong_item")
    Scenario(CONECT).given(order).when(asks, at=PLACED).refused("seller_does_not_permit")
    permits = Party("s-1", name="サンプル卸", permits_cancellation=True)
    then = Scenario(CONECT).given(order, seller=permits).when(asks, at=PLACED)
    then.then(CancellationRequested).when(Approve("o-1", by=SELLER), at=PLACED).then(
        RequestGranted, OrderCancelled
    )


# ---------------------------------------------------------------- where it is not so


def told(error: pytest.ExceptionInfo[AssertionError]) -> list[str]:
    return str(error.value).splitlines()


def test_other_events_are_told_with_the_reason() -> None:
    """What was expected, what happened, and the explanation of the decision."""
    with pytest.raises(AssertionError) as error:
        FRESH.when(ASKS, at=PLACED).then(CancellationRequested)
    assert told(error)[:2] == [
        "expected: CancellationRequested",
        "happened: CancellationRequested, RequestGranted, OrderCancelled",
    ]
    assert str(explain(SHOP.assess(ASKS, FRESH.case, PLACED), "en")) in str(error.value)


def test_a_refusal_that_was_not_expected_is_told_with_the_reason() -> None:
    with pytest.raises(AssertionError) as error:
        ASKED.when(ASKS, at=PLACED + 2 * HOUR).then(CancellationRequested)
    assert told(error)[:3] == [
        "expected: CancellationRequested",
        "happened: nothing",
        "Refused: A cancellation request is already open. [request_open]",
    ]
    assert "shop.one_at_a_time" in str(error.value)


@pytest.mark.parametrize("codes", [(), ("closed",)])
def test_what_happened_instead_of_a_refusal_is_told(codes: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError) as error:
        FRESH.when(ASKS, at=PLACED).refused(*codes)
    assert told(error)[0] == " ".join(("expected: a refusal", *codes))
    assert told(error)[1].startswith("happened: CancellationRequested")


def test_a_refusal_for_another_reason_is_told() -> None:
    with pytest.raises(AssertionError, match=r"expected: a refusal closed, wrong_actor\n"):
        ASKED.when(ASKS, at=PLACED + HOUR).refused("closed", "wrong_actor")


def test_nothing_where_something_was_to_happen_is_told() -> None:
    with pytest.raises(AssertionError, match=r"expected: DeadlinePassed\nhappened: nothing$"):
        ASKED.when_due(at=PLACED + HOUR).then(DeadlinePassed)
    with pytest.raises(AssertionError, match=r"expected: nothing to happen\nhappened: Deadline"):
        ASKED.when_due(at=PLACED + 100 * HOUR).then()


def test_wrong_values_that_were_not_expected_are_told() -> None:
    """And wrong values that were expected and are right."""
    with pytest.raises(AssertionError, match=r"InvalidValue: Reject\.text: is missing or blank"):
        ASKED.when(Reject("o-1", by=SELLER), at=PLACED).then(RequestRejected)
    with pytest.raises(AssertionError, match=r"expected: invalid values in Reject\.text"):
        ASKED.when(REJECTS, at=PLACED).invalid("Reject.text")
    with pytest.raises(AssertionError, match="expected: a refusal"):
        ASKED.when(Reject("o-1", by=SELLER), at=PLACED).refused()


def test_an_order_that_the_actor_may_not_know_of_is_told() -> None:
    with pytest.raises(AssertionError, match=r"UnknownOrder: no order 'o-1'"):
        FRESH.when(Approve("o-1", by=Seller("s-2")), at=PLACED).then(RequestGranted)


def test_other_rules_are_told() -> None:
    with pytest.raises(AssertionError, match=r"expected: the rules shop\.later"):
        FRESH.when(ASKS, at=PLACED).because("shop.later")


def test_what_is_given_must_have_been_possible() -> None:
    """A history that the rules would not have allowed is no example."""
    with pytest.raises(AssertionError, match="expected: RequestCancellation to be carried out"):
        Scenario(SHOP).given(ORDER, (ASKS, PLACED), (ASKS, PLACED))


def test_a_deadline_that_can_not_act_is_told() -> None:
    """Silence cancels no order that was shipped meanwhile."""
    shop = attrs.evolve(SHOP, superseding=None)
    ships = AdvanceOrder("o-1", by=SELLER, move="ship")
    given = Scenario(shop).given(ORDER, (ASKS, PLACED + HOUR), (ships, PLACED + 2 * HOUR))
    given.when_due(at=PLACED + 49 * HOUR).refused("no_such_move")
    with pytest.raises(AssertionError, match=r"\[no_such_move\]"):
        given.when_due(at=PLACED + 49 * HOUR).then(DeadlinePassed)
