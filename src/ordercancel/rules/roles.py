"""Roles: what an actor can be to an order, their side, and who is turned away as a stranger."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.errors import UnknownOrder
from ordercancel.domain.exact import exact
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.orders import Order

HOUSE = "house"
"""The side of the marketplace, or of the shop's own staff and machinery."""

SIDES = ("buyer", "seller", HOUSE)
"""The sides of an order."""


@attrs.frozen
class Role:
    """A role that a policy adds to buyer, seller, operator and system.

    Args:
        name: What actors and requests call it.
        side: The side that it stands on: ``buyer``, ``seller`` or ``house``.
        party: The fact of the order that holds its party's id, so that others of the role are
            strangers to the order. Default: None, the role is of the house and sees every order.
        answers: Whether it may approve and reject for its side. Default: True.
    """

    name: str = attrs.field(converter=exact)
    side: str = attrs.field(kw_only=True, converter=exact)
    party: str | None = attrs.field(default=None, kw_only=True, converter=exact)
    answers: bool = attrs.field(default=True, kw_only=True)


BUILT_IN_ROLES: Mapping[str, Role] = FrozenMap(
    {
        role.name: role
        for role in (
            Role("buyer", side="buyer", party="buyer"),
            Role("seller", side="seller", party="seller"),
            Role("operator", side=HOUSE),
            Role("system", side=HOUSE, answers=False),
        )
    }
)
"""The roles that every policy has."""


def holder_of(role: Role, order: Order) -> str | None:
    """The id of whoever has `role` for `order`; None for a role of the house, or nobody."""
    if role.party == "buyer":
        return order.buyer
    if role.party == "seller":
        return order.seller
    party = None if role.party is None else order.facts.get(role.party)
    return party if isinstance(party, str) else None


def is_party(actor: Actor, order: Order, roles: Mapping[str, Role]) -> bool:
    """Whether `actor` may know of `order`: a party to it, or of the house."""
    role = roles.get(actor.role)
    return role is not None and (role.party is None or actor.id == holder_of(role, order))


def check_party(actor: Actor, order_id: str, order: Order, roles: Mapping[str, Role]) -> None:
    """Turn away whoever may not know of `order`, or speaks of another one.

    Here alone it is enforced that a stranger learns nothing of an order: not even that it exists.

    Raises:
        UnknownOrder: `order` is not the one that `order_id` names, or the actor is no party to it.
    """
    if order_id != order.id or not is_party(actor, order, roles):
        raise UnknownOrder(order_id)


def other_side_of(role: str, roles: Mapping[str, Role]) -> str | None:
    """The answerer that stands for the other side of `role`; None where it has none."""
    side = roles[role].side
    return {"buyer": "seller_side", "seller": "buyer_side"}.get(side)


def same_side(actor: Actor, other: Actor, roles: Mapping[str, Role]) -> bool:
    """Whether two actors stand on one side; within the house only one and the same does."""
    one, two = roles.get(actor.role), roles.get(other.role)
    if one is None or two is None:
        return actor == other
    if one.side == HOUSE:
        return (actor.role, actor.id) == (other.role, other.id)
    return one.side == two.side
