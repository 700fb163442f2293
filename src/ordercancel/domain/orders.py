"""Orders: what a rule may know of one.

An `Order` is what a rule may know of an order; the host owns everything else about it.
Every id, code, name and address is one line of 1 to 200 printable characters; times and days lie
in the years 1900 to 9000.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import attrs

from ordercancel.domain.actors import Actor, Buyer, Operator, Seller, System
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap

Scalar = str | int | bool
"""What an attribute of the host's own may be."""


@attrs.frozen
class Order:
    """What a rule may know of an order.

    Args:
        id: Unique among all orders of one store.
        policy: The name of the rule set that it is judged by.
        status: A status of that policy's order chart.
        buyer: The id of the buyer.
        seller: The id of the seller.
        placed_at: When it was placed; with a UTC offset, like every time here, and kept in UTC.
        channel: How it came in, where the policy tells channels apart (conect.0.channel).
        ship_on: The planned ship date, a day in the policy's zone (qoo10.1.instant-delayed).
        paid_at: When it was paid.
        status_since: When it entered its status; Default: when it was placed.
        shipped_at: When it was shipped.
        cart_id: The number of the cart that it was part of (qoo10.3.grid).
        item: The item's code or name (qoo10.3.grid).
        attributes: Facts of the host's own, for policies that declare them: fifty at most, each a
            flag, a whole number of 64 bits or a string of 200 characters. A repr shows them, so
            that they are no place for what a person wrote.

    Raises:
        InvalidValue: Names every fault of the values.
    """

    id: str
    policy: str = attrs.field(kw_only=True)
    status: str = attrs.field(kw_only=True)
    buyer: str = attrs.field(kw_only=True)
    seller: str = attrs.field(kw_only=True)
    placed_at: datetime = attrs.field(kw_only=True)
    channel: str | None = attrs.field(default=None, kw_only=True)
    ship_on: date | None = attrs.field(default=None, kw_only=True)
    paid_at: datetime | None = attrs.field(default=None, kw_only=True)
    status_since: datetime | None = attrs.field(default=None, kw_only=True)
    shipped_at: datetime | None = attrs.field(default=None, kw_only=True)
    cart_id: str | None = attrs.field(default=None, kw_only=True)
    item: str | None = attrs.field(default=None, kw_only=True)
    attributes: Mapping[str, Scalar] = attrs.field(factory=dict, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Order")
        for field in ("id", "policy", "status", "buyer", "seller"):
            faults.line(field, getattr(self, field))
        for field in ("channel", "cart_id", "item"):
            faults.line(field, getattr(self, field), optional=True)
        faults.time("placed_at", self.placed_at)
        for field in ("paid_at", "status_since", "shipped_at"):
            faults.time(field, getattr(self, field), optional=True)
        faults.day("ship_on", self.ship_on)
        faults.attributes("attributes", self.attributes)
        faults.raise_if_any()
        for field in ("placed_at", "paid_at", "status_since", "shipped_at"):
            moment = getattr(self, field)
            object.__setattr__(self, field, moment and moment.astimezone(UTC))
        if self.status_since is None:
            object.__setattr__(self, "status_since", self.placed_at)
        object.__setattr__(self, "attributes", FrozenMap(self.attributes))

    def visible_to(self, actor: Actor) -> bool:
        """Whether `actor` may know of this order: its buyer, its seller, or the house."""
        if isinstance(actor, Buyer):
            return actor.id == self.buyer
        if isinstance(actor, Seller):
            return actor.id == self.seller
        return isinstance(actor, Operator | System)
