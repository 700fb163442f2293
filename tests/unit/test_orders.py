"""Orders, actors and parties are valid from the start, or name every fault."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Seller, System
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.orders import Order, PastRequest
from ordercancel.domain.requests import RequestStatus
from unit.tiny import order, utc

LINE = "a line of 1 to 200 printable characters"
AWARE = "a date and time with a UTC offset"


def test_actors_have_a_role_and_a_short_form() -> None:
    actors = [Buyer("b-1"), Seller("s-1"), Operator("o-1"), System()]
    assert [str(actor) for actor in actors] == [
        "buyer:b-1",
        "seller:s-1",
        "operator:o-1",
        "system",
    ]
    assert [actor.role for actor in actors] == ["buyer", "seller", "operator", "system"]


def test_a_buyer_is_no_seller_of_the_same_id() -> None:
    assert Buyer("x") != Seller("x")
    assert Buyer("x") != "buyer:x"


def test_a_role_of_a_policys_own_is_named() -> None:
    assert str(Actor("c-9", role="carrier")) == "carrier:c-9"
    assert Actor("b-1", role="buyer") == Buyer("b-1")
    assert hash(Actor("b-1", role="buyer")) == hash(Buyer("b-1"))


def test_who_acts_on_behalf_is_kept() -> None:
    """They are a part of the actor, and of their short form."""
    made = Buyer("b-1", via="agent:x")
    assert str(made) == "buyer:b-1 via agent:x"
    assert str(System(via="cron")) == "system via cron"
    assert made != Buyer("b-1")
    with pytest.raises(InvalidValue, match=r"Buyer\.via: is empty"):
        Buyer("b-1", via="")


@pytest.mark.parametrize("kind", [Buyer, Seller, Operator])
def test_an_actor_needs_an_id(kind: type[Any]) -> None:
    with pytest.raises(InvalidValue) as caught:
        kind("")
    assert caught.value.faults == (Fault(f"{kind.__name__}.id", "is empty", LINE),)


def test_a_party_permits_nothing_and_has_no_language_by_default() -> None:
    """They are written to in the first language of the policy."""
    party = Party("s-1", name="店")
    assert (party.emails, party.permits_cancellation, party.locale) == ((), False, None)


def test_a_party_keeps_its_addresses_as_a_tuple() -> None:
    assert Party("s-1", name="店", emails=["a@example.jp"]).emails == ("a@example.jp",)


def test_every_fault_of_a_party_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        Party(
            "",
            name="a\nb",
            emails=("ok@example.jp", ""),
            permits_cancellation=1,
            locale="",
            is_business=1,
            contact="a\nb",
        )
    assert caught.value.faults == (
        Fault("Party.id", "is empty", LINE),
        Fault("Party.name", "contains U+000A", LINE),
        Fault("Party.emails[1]", "is empty", LINE),
        Fault("Party.permits_cancellation", "is an int", "true or false"),
        Fault("Party.locale", "is empty", LINE),
        Fault("Party.is_business", "is an int", "true or false"),
        Fault("Party.contact", "contains U+000A", LINE),
    )


def test_one_address_alone_is_no_list_of_addresses() -> None:
    with pytest.raises(InvalidValue) as caught:
        Party("s-1", name="店", emails="a@example.jp")
    assert caught.value.faults == (Fault("Party.emails", "is a str", "a list of addresses"),)


def test_the_repr_of_a_party_shows_no_address() -> None:
    assert "example" not in repr(Party("s-1", name="店", emails=("a@example.jp",)))


def test_an_order_is_in_its_status_since_it_was_placed_unless_told() -> None:
    assert order().status_since == utc(1, 3)
    assert order(status_since=utc(2)).status_since == utc(2)


def test_every_fault_of_an_order_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        Order(
            id="",
            policy=None,
            status="new\n",
            buyer=7,
            seller="s" * 201,
            placed_at=datetime(2024, 3, 1),  # noqa: DTZ001
            channel="",
            ship_on=utc(1),
            paid_at="yesterday",
            status_since=datetime(1200, 1, 1, tzinfo=utc(1).tzinfo),
            shipped_at=date(2024, 3, 1),
            cart_id=3,
            item="\x00",
            delivered_at="",
            facts={"weight": 1.5},
            history=[],
        )
    assert caught.value.faults == (
        Fault("Order.id", "is empty", LINE),
        Fault("Order.policy", "is missing", LINE),
        Fault("Order.status", "contains U+000A", LINE),
        Fault("Order.buyer", "is an int", LINE),
        Fault("Order.seller", "has 201 characters", LINE),
        Fault("Order.placed_at", "2024-03-01T00:00:00 has no UTC offset", AWARE),
        Fault("Order.channel", "is empty", LINE),
        Fault("Order.ship_on", "is a datetime", "a date without a time"),
        Fault("Order.paid_at", "is 'yesterday'", AWARE),
        Fault("Order.status_since", "is in the year 1200", "a year from 1900 to 9000"),
        Fault("Order.shipped_at", "is a date", AWARE),
        Fault("Order.delivered_at", "is ''", AWARE),
        Fault("Order.cart_id", "is an int", LINE),
        Fault("Order.item", "contains U+0000", LINE),
        Fault("Order.facts['weight']", "is a float", "a string, integer, flag, time or day"),
        Fault("Order.history", "is a list", "a tuple"),
    )


def test_facts_can_not_be_changed_from_outside() -> None:
    given = {"pre_order": True}
    made = order(facts=given)
    given["pre_order"] = False
    assert made.facts["pre_order"] is True
    with pytest.raises(TypeError):
        made.facts["pre_order"] = False  # type: ignore[index]


def test_orders_are_frozen_equal_by_value_and_hashable() -> None:
    first, second = order(facts={"a": 1}), order(facts={"a": 1})
    assert first == second
    assert hash(first) == hash(second)
    assert first != order(facts={"a": 2})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        first.status = "sent"  # type: ignore[misc]


def test_times_are_kept_in_utc() -> None:
    placed = datetime(2024, 3, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    made = order(placed_at=placed, facts={"seen_at": placed, "on": date(2024, 3, 1)})
    assert made.placed_at.isoformat() == "2024-03-01T03:00:00+00:00"
    assert made.facts["seen_at"].isoformat() == "2024-03-01T03:00:00+00:00"
    assert made.facts["on"] == date(2024, 3, 1)


# ---------------------------------------------------------------------- history


def past(day: int, status: str, **changes: Any) -> PastRequest:
    return PastRequest(by=Buyer("b-1"), at=utc(day), status=status, **changes)


def test_a_request_of_an_orders_history_is_brought_to_its_status() -> None:
    made = past(2, "rejected", reason="mistake")
    assert made.status is RequestStatus.REJECTED
    assert (made.at, made.reason, made.answerer) == (utc(2), "mistake", None)


def test_every_fault_of_a_past_request_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        PastRequest(by="b-1", at=None, status="lost", reason="", answerer="")
    assert [str(fault) for fault in caught.value.faults] == [
        "PastRequest.by: is a str; expected a Buyer, Seller, Operator or System",
        f"PastRequest.at: is missing; expected {AWARE}",
        (
            "PastRequest.status: is 'lost'; expected one of: pending, withdrawal_asked, "
            "withdrawal_declined, approved, rejected, withdrawn, superseded, expired"
        ),
        f"PastRequest.reason: is empty; expected {LINE}",
        f"PastRequest.answerer: is empty; expected {LINE}",
    ]


def test_only_the_last_request_of_a_history_may_be_open() -> None:
    with pytest.raises(InvalidValue) as caught:
        order(history=(past(2, "pending"), past(3, "rejected")))
    (fault,) = caught.value.faults
    assert (fault.where, fault.problem) == (
        "Order.history[0].status",
        "is pending and not the last",
    )
    assert order(history=(past(2, "rejected"), past(3, "pending"))).history[1].status == "pending"


def test_a_history_is_told_from_the_oldest_request_on() -> None:
    with pytest.raises(InvalidValue, match=r"history\[1\].at: is before the one before it"):
        order(history=(past(3, "rejected"), past(2, "rejected")))


def test_a_history_is_made_of_requests() -> None:
    with pytest.raises(InvalidValue, match=r"history\[0\]: is a str; expected a PastRequest"):
        order(history=("rejected",))
