"""Orders, actors and parties are valid from the start, or name every fault."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs
import pytest

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Role, Seller, System
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.orders import Order
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
    assert [actor.role for actor in actors] == list(Role)


def test_a_buyer_is_no_seller_of_the_same_id() -> None:
    assert Buyer("x") != Seller("x")


@pytest.mark.parametrize("kind", [Buyer, Seller, Operator])
def test_an_actor_needs_an_id(kind: type[Any]) -> None:
    with pytest.raises(InvalidValue) as caught:
        kind("")
    assert caught.value.faults == (Fault(f"{kind.__name__}.id", "is empty", LINE),)


@pytest.mark.parametrize(
    ("actor", "knows"),
    [
        (Buyer("b-1"), True),
        (Buyer("s-1"), False),
        (Seller("s-1"), True),
        (Seller("b-1"), False),
        (Operator("o-9"), True),
        (System(), True),
    ],
)
def test_only_its_parties_and_the_house_know_an_order(actor: Actor, knows: bool) -> None:
    assert order().visible_to(actor) is knows


def test_a_party_permits_nothing_and_reads_japanese_unless_told() -> None:
    party = Party("s-1", name="店")
    assert (party.emails, party.permits_cancellation, party.locale) == ((), False, "ja")


def test_a_party_keeps_its_addresses_as_a_tuple() -> None:
    assert Party("s-1", name="店", emails=["a@example.jp"]).emails == ("a@example.jp",)


def test_every_fault_of_a_party_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        Party("", name="a\nb", emails=("ok@example.jp", ""), permits_cancellation=1, locale="fr")
    assert caught.value.faults == (
        Fault("Party.id", "is empty", LINE),
        Fault("Party.name", "contains U+000A", LINE),
        Fault("Party.emails[1]", "is empty", LINE),
        Fault("Party.permits_cancellation", "is an int", "true or false"),
        Fault("Party.locale", "is 'fr'", "one of: ja, en"),
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
            attributes={"weight": 1.5},
        )
    assert caught.value.faults == (
        Fault("Order.id", "is empty", LINE),
        Fault("Order.policy", "is missing", LINE),
        Fault("Order.status", "contains U+000A", LINE),
        Fault("Order.buyer", "is an int", LINE),
        Fault("Order.seller", "has 201 characters", LINE),
        Fault("Order.channel", "is empty", LINE),
        Fault("Order.cart_id", "is an int", LINE),
        Fault("Order.item", "contains U+0000", LINE),
        Fault("Order.placed_at", "2024-03-01T00:00:00 has no UTC offset", AWARE),
        Fault("Order.paid_at", "is 'yesterday'", AWARE),
        Fault("Order.status_since", "is in the year 1200", "a year from 1900 to 9000"),
        Fault("Order.shipped_at", "is a date", AWARE),
        Fault("Order.ship_on", "is a datetime", "a date without a time"),
        Fault("Order.attributes['weight']", "is a float", "a string, integer or flag"),
    )


def test_attributes_can_not_be_changed_from_outside() -> None:
    given = {"pre_order": True}
    made = order(attributes=given)
    given["pre_order"] = False
    assert made.attributes["pre_order"] is True
    with pytest.raises(TypeError):
        made.attributes["pre_order"] = False  # type: ignore[index]


def test_orders_are_frozen_equal_by_value_and_hashable() -> None:
    first, second = order(attributes={"a": 1}), order(attributes={"a": 1})
    assert first == second
    assert hash(first) == hash(second)
    assert first != order(attributes={"a": 2})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        first.status = "sent"  # type: ignore[misc]
