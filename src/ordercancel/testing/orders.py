"""Drawing orders that a policy knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import attrs
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.orders import Order
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import IsIn
from ordercancel.testing.draws import one_of, rarely
from ordercancel.verification.enumeration import all_leaves, values_of
from ordercancel.verification.invariants import is_shipped

__all__ = ["BUYER", "ORDER_ID", "SELLER", "draw_order", "sample_order"]

ORDER_ID, BUYER, SELLER = "o-1", "b-1", "s-1"

_DAYS = (date(2022, 8, 15), date(2022, 11, 5), date(2024, 2, 28), date(2024, 3, 30))
"""A Monday; the day before clocks are set back in America; the day before a leap day; the day
before clocks are set forward in Europe."""

_TIMES = (time(9), time(), time(23, 59, 59))


def draw_order(draw: DrawFn, /, policy: Policy, given: Mapping[str, Any]) -> Order:
    """An order that `policy` knows; `given` are the fields that are settled, or strategies."""
    settled = {
        field: draw(value) if isinstance(value, SearchStrategy) else value
        for field, value in given.items()
    }

    def any_of(field: str, values: Sequence[Any]) -> Any:
        return settled[field] if field in settled else one_of(draw, values)

    young = policy.orders.sources(policy.cancel_move)
    status = any_of("status", policy.orders.state_ids if rarely(draw) else young)
    placed_at = any_of("placed_at", _placed(policy))
    day = placed_at.astimezone(policy.tzinfo).date()
    planned = [day + timedelta(days=days) for days in range(-1, 10)]
    later = (None, placed_at, placed_at + timedelta(minutes=1))
    values: dict[str, Any] = {
        "id": ORDER_ID,
        "policy": policy.name,
        "status": status,
        "buyer": BUYER,
        "seller": SELLER,
        "placed_at": placed_at,
        "channel": any_of("channel", _channels(policy, any_of_them=rarely(draw))),
        "ship_on": any_of("ship_on", planned if status in policy.dated else (None, *planned)),
        "paid_at": any_of("paid_at", later),
        "status_since": any_of("status_since", later),
        "item": any_of("item", ("931204", None)),
        "attributes": {
            name: value
            for name, known in _attributes(policy).items()
            if (value := one_of(draw, known)) is not None
        },
    }
    order = Order(**values | settled)
    if is_shipped(order, policy):
        return attrs.evolve(order, shipped_at=any_of("shipped_at", (order.status_since, None)))
    return order


def sample_order(policy: Policy) -> Order:
    """An order in the first status of its chart."""
    placed_at = _placed(policy)[0]
    status = policy.orders.state_ids[0]
    return Order(
        ORDER_ID,
        policy=policy.name,
        status=status,
        buyer=BUYER,
        seller=SELLER,
        placed_at=placed_at,
        ship_on=placed_at.astimezone(policy.tzinfo).date() if status in policy.dated else None,
    )


@lru_cache(maxsize=64)
def _placed(policy: Policy) -> tuple[datetime, ...]:
    """When orders are placed: on days from which the policy holds on, in its zone."""
    days = [day for day in _DAYS if day >= policy.holds_from] or [policy.holds_from]
    return tuple(
        datetime.combine(day, clock, policy.tzinfo).astimezone(UTC)
        for day in days
        for clock in _TIMES
    )


@lru_cache(maxsize=64)
def _channels(policy: Policy, *, any_of_them: bool) -> tuple[str | None, ...]:
    """The channels that the rules of a policy speak of; or any, and none."""
    spoken = {
        value
        for leaf in all_leaves(policy)
        if isinstance(leaf, IsIn) and leaf.fact == "channel"
        for value in leaf.values
    }
    return (
        (*(policy.channels or ("web",)), None)
        if any_of_them or not spoken
        else tuple(sorted(spoken))
    )


@lru_cache(maxsize=64)
def _attributes(policy: Policy) -> Mapping[str, tuple[Any, ...]]:
    """What the facts of a policy's own may be; None for what the host does not supply."""
    leaves = all_leaves(policy)
    return {fact.name: values_of(fact.name, leaves, (policy,)) for fact in policy.facts}
