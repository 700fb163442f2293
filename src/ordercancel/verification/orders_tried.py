"""The orders that the explorer begins with: registered in every way that a rule tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice, product
from math import prod
from typing import Any

from ordercancel.domain.orders import Order
from ordercancel.policy.policy import Policy
from ordercancel.verification.commands_tried import BUYER, ORDER_ID, SELLER
from ordercancel.verification.enumeration import all_leaves, values_of
from ordercancel.verification.sampling import combination_at, picks
from ordercancel.verification.time_regions import TimeRegions


def orders_tried(
    policy: Policy, regions: TimeRegions, *, limit: int, seed: int | None
) -> Iterator[tuple[Order, bool]]:
    """Yield orders to register, each with whether the directory knows its seller.

    All of them where `seed` is None; else some that it picks, at most a tenth of `limit` and
    one, so that most of the cases are left for what follows.
    """
    leaves = all_leaves(policy)
    compared = {leaf.fact for leaf in leaves}
    some_channel = policy.channels[:1] or (None,)
    own = [fact.name for fact in policy.facts if fact.name in compared]
    columns: list[Sequence[Any]] = [
        tuple(regions.first()),
        policy.orders.state_ids,
        values_of("channel", (), (policy,)) if "channel" in compared else some_channel,
        regions.ship_offsets(),
        regions.paid_offsets() if "since_paid" in compared else (None,),
        (True, False) if "seller_permits" in compared else (False,),
        *(values_of(name, leaves, (policy,)) for name in own),
    ]
    ways: Iterable[tuple[Any, ...]] = product(*columns)
    if seed is not None:
        ways = _sampled(policy, regions, columns, limit // 10 + 1, seed)
    for placed_at, status, channel, ship_after, paid_after, known, *values in ways:
        if _fits(policy, regions, status, ship_after):
            order = Order(
                ORDER_ID,
                policy=policy.name,
                status=status,
                buyer=BUYER.id,
                seller=SELLER.id,
                placed_at=placed_at,
                channel=channel,
                ship_on=None if ship_after is None else placed_at.date() + ship_after,
                paid_at=None if paid_after is None else placed_at + paid_after,
                attributes={
                    name: value
                    for name, value in zip(own, values, strict=True)
                    if value is not None
                },
            )
            yield order, known


def _sampled(
    policy: Policy, regions: TimeRegions, columns: list[Sequence[Any]], count: int, seed: int
) -> Iterator[tuple[Any, ...]]:
    placed, statuses, channels, ship_offsets, *others = columns
    size = prod(map(len, columns))
    for number, index in enumerate(islice(picks(seed, "orders", size), min(count, size))):
        # Each status in turn, lest few of them leave most out.
        status = statuses[number % len(statuses)]
        fitting = [each for each in ship_offsets if _fits(policy, regions, status, each)]
        yield combination_at(index, [placed, (status,), channels, fitting, *others])


def _fits(policy: Policy, regions: TimeRegions, status: str, ship_after: timedelta | None) -> bool:
    """Whether an order in `status` is registered so; with a date of no use only if it must."""
    dated = status in policy.dated
    return not dated if ship_after is None else dated or regions.plans
