"""A scenario holds what it says, and tells what happened instead where it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import (
    AdvanceOrder,
    Approve,
    Buyer,
    Order,
    Party,
    Reject,
    RequestCancellation,
    Seller,
    System,
    UpdateOrder,
)
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    OrderAdvanced,
    OrderCancelled,
    OrderUpdated,
    RequestClosed,
)
from ordercancel.explain import explain
from ordercancel.policies import CONECT
from ordercancel.testing import Scenario

PLACED = datetime(2026, 4, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORDER = Order("o-1", policy="shop", status="placed", buyer="b-1", seller="s-1", placed_at=PLACED)
BUYER, SELLER = Buyer("b-1"), Seller("s-1")
ASKS = RequestCancellation("o-1", by=BUYER, reason="changed_mind")
APPROVES = Approve("o-1", by=SELLER, request=1)
REJECTS = Reject("o-1", by=SELLER, request=1)
IN_WORDS = attrs.evolve(ASKS, reason="other")
FRESH = Scenario(SHOP).given(ORDER)
ASKED = Scenario(SHOP).given(ORDER, (ASKS, PLACED + HOUR))


def test_what_happens_is_told_by_kinds_of_events() -> None:
    """In their order, with the rules that brought it about."""
    FRESH.when(ASKS, at=PLACED).then(CancellationRequested, RequestClosed, OrderCancelled).because(
        "buyer_asks"
    )


def test_what_was_before_is_given() -> None:
    """An order with commands that were carried out."""
    then = ASKED.when(REJECTS, at=PLACED + 2 * HOUR).then(RequestClosed)
    assert then.case.order.status == "placed"


def test_an_example_goes_on() -> None:
    """What came of one command is given for the next; each leaves the one before as it was."""
    then = (
        FRESH.when(ASKS, at=PLACED + HOUR)
        .then(CancellationRequested)
        .when(REJECTS, at=PLACED + 2 * HOUR)
        .then(RequestClosed)
        .when(ASKS, at=PLACED + 3 * HOUR)
        .then(CancellationRequested)
    )
    assert [request.status for request in then.case.requests] == ["rejected", "pending"]
    assert FRESH.case.requests == ()


def test_a_refusal_is_told_by_its_codes() -> None:
    """All of them, in whatever order; and by the rules that stood in the way."""
    refused = ASKED.when(ASKS, at=PLACED + 2 * HOUR)
    refused.refused().refused("request_open").because("standard.one_open_request")
    FRESH.when(APPROVES, at=PLACED).refused("no_open_request").because()


def test_what_is_refused_changes_nothing() -> None:
    then = ASKED.when(ASKS, at=PLACED + 2 * HOUR)
    assert (then.case, then.events) == (ASKED.case, ())


def test_wrong_values_are_told_by_their_places() -> None:
    """As the faults name them."""
    FRESH.when(IN_WORDS, at=PLACED).invalid("RequestCancellation.text")
    both = RequestCancellation("o-1", by=BUYER, reason="changed_mind", text="x")
    FRESH.when(both, at=PLACED).invalid("RequestCancellation.text")


def test_time_alone_brings_about_what_is_due() -> None:
    """Not a moment earlier; and by silence, as the deadline says."""
    due = PLACED + 25 * HOUR
    ASKED.when_due(at=due - timedelta(microseconds=1)).then()
    ASKED.when_due(at=due).then(DeadlineFired, RequestClosed, OrderCancelled).because(
        "seller_silent"
    )


def test_what_is_due_fires_before_a_command_is_judged() -> None:
    """It stands although the command is refused."""
    late = ASKED.when(REJECTS, at=PLACED + 25 * HOUR).refused("no_open_request")
    assert [type(event) for event in late.events] == [DeadlineFired, RequestClosed, OrderCancelled]
    assert late.case.order.status == "cancelled"


def test_what_the_host_tells_is_an_example_as_well() -> None:
    """Shipping answers the request, whoever says so; no rule is asked."""
    told_of = UpdateOrder("o-1", by=System(), status="shipped")
    then = ASKED.when(told_of, at=PLACED + 2 * HOUR).then(RequestClosed, OrderUpdated).because()
    assert then.case.requests[0].status == "superseded"
    assert then.decision is None


def test_a_case_that_was_packed_meanwhile_stays_packed() -> None:
    """A request that is rejected puts nothing back."""
    packs = AdvanceOrder("o-1", by=SELLER, move="pack")
    then = ASKED.when(packs, at=PLACED + 2 * HOUR).then(OrderAdvanced)
    assert then.when(REJECTS, at=PLACED + 3 * HOUR).case.order.status == "packed"


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
    then.then(CancellationRequested).when(APPROVES, at=PLACED).then(RequestClosed, OrderCancelled)


# ---------------------------------------------------------------- where it is not so


def told(error: pytest.ExceptionInfo[AssertionError]) -> list[str]:
    return str(error.value).splitlines()


def test_other_events_are_told_with_the_reason() -> None:
    """What was expected, what happened, and the explanation of the decision."""
    with pytest.raises(AssertionError) as error:
        FRESH.when(ASKS, at=PLACED).then(CancellationRequested)
    assert told(error)[:2] == [
        "expected: CancellationRequested",
        "happened: CancellationRequested, RequestClosed, OrderCancelled",
    ]
    assert str(explain(SHOP.assess(ASKS, FRESH.case, PLACED), "en")) in str(error.value)


def test_a_refusal_that_was_not_expected_is_told_with_the_reason() -> None:
    with pytest.raises(AssertionError) as error:
        ASKED.when(ASKS, at=PLACED + 2 * HOUR).then(CancellationRequested)
    assert told(error)[:2] == ["expected: CancellationRequested", "happened: nothing"]
    assert told(error)[2].startswith("Refused: ")
    assert told(error)[2].endswith("[request_open]")
    assert "standard.one_open_request" in str(error.value)


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
    with pytest.raises(AssertionError, match=r"expected: DeadlineFired\nhappened: nothing$"):
        ASKED.when_due(at=PLACED + HOUR).then(DeadlineFired)
    with pytest.raises(AssertionError, match=r"expected: nothing to happen\nhappened: Deadline"):
        ASKED.when_due(at=PLACED + 100 * HOUR).then()


def test_wrong_values_that_were_not_expected_are_told() -> None:
    """And wrong values that were expected and are right."""
    with pytest.raises(
        AssertionError, match=r"InvalidValue: RequestCancellation\.text: is missing"
    ):
        FRESH.when(IN_WORDS, at=PLACED).then(CancellationRequested)
    with pytest.raises(AssertionError, match=r"expected: invalid values in Reject\.text"):
        ASKED.when(REJECTS, at=PLACED + HOUR).invalid("Reject.text")
    with pytest.raises(AssertionError, match="expected: a refusal"):
        FRESH.when(IN_WORDS, at=PLACED).refused()


def test_an_order_that_the_actor_may_not_know_of_is_told() -> None:
    with pytest.raises(AssertionError, match=r"UnknownOrder: no order 'o-1'"):
        FRESH.when(attrs.evolve(APPROVES, by=Seller("s-2")), at=PLACED).then(RequestClosed)


def test_other_rules_are_told() -> None:
    with pytest.raises(AssertionError, match=r"expected: the rules seller_cancels"):
        FRESH.when(ASKS, at=PLACED).because("seller_cancels")


def test_what_is_given_must_have_been_possible() -> None:
    """A history that the rules would not have allowed is no example."""
    with pytest.raises(AssertionError, match="expected: RequestCancellation to be carried out"):
        Scenario(SHOP).given(ORDER, (ASKS, PLACED), (ASKS, PLACED))
