"""Only the parties to an order and the house know of it; roles stand on sides."""

from __future__ import annotations

import pytest

from ordercancel.domain.actors import Actor, Buyer, Operator, Seller, System
from ordercancel.policy import Role
from ordercancel.rules.roles import (
    BUILT_IN_ROLES,
    holder_of,
    is_party,
    other_side_of,
    same_side,
)
from unit.tiny import order

CARRIER = Role("carrier", side="seller", party="carrier_id", answers=False)
AUDITOR = Role("auditor", side="house")
ROLES = {**BUILT_IN_ROLES, "carrier": CARRIER, "auditor": AUDITOR}
ORDER = order(facts={"carrier_id": "c-1"})


def carrier(name: str) -> Actor:
    return Actor(name, role="carrier")


@pytest.mark.parametrize(
    ("actor", "knows"),
    [
        (Buyer("b-1"), True),
        (Buyer("s-1"), False),
        (Seller("s-1"), True),
        (Seller("b-1"), False),
        (Operator("o-9"), True),
        (System(), True),
        (carrier("c-1"), True),
        (carrier("c-2"), False),
        (Actor("anybody", role="auditor"), True),
        (Actor("b-1", role="unheard-of"), False),
    ],
)
def test_a_stranger_is_no_party(actor: Actor, knows: bool) -> None:
    """A carrier of another order is as strange to this one as another buyer."""
    assert is_party(actor, ORDER, ROLES) is knows


def test_nobody_is_the_carrier_of_an_order_that_has_none() -> None:
    assert not is_party(carrier("c-1"), order(), ROLES)
    assert holder_of(CARRIER, order()) is None
    assert holder_of(CARRIER, order(facts={"carrier_id": 3})) is None
    assert holder_of(AUDITOR, order()) is None


@pytest.mark.parametrize(
    ("role", "side"),
    [
        ("buyer", "seller_side"),
        ("seller", "buyer_side"),
        ("carrier", "buyer_side"),
        ("operator", None),
    ],
)
def test_the_other_side_answers_for_buyers_and_sellers(role: str, side: str | None) -> None:
    assert other_side_of(role, ROLES) == side


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Buyer("b-1"), Buyer("b-2"), True),
        (Seller("s-1"), carrier("c-1"), True),
        (Seller("s-1"), Buyer("b-1"), False),
        (Operator("o-1"), Operator("o-1"), True),
        (Operator("o-1"), Operator("o-2"), False),
        (Operator("o-1"), System(), False),
        (Operator("o-1"), Buyer("b-1"), False),
        (Buyer("b-1"), Actor("b-1", role="unheard-of"), False),
        (Actor("b-1", role="unheard-of"), Actor("b-1", role="unheard-of"), True),
    ],
)
def test_two_roles_stand_on_one_side_and_in_the_house_each_for_themselves(
    one: Actor, other: Actor, same: bool
) -> None:
    assert same_side(one, other, ROLES) is same
