"""The orders that the explorer begins with: registered in every way that a rule tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice, product
from math import prod
from typing import Any

import attrs

from ordercancel.domain.money import Money
from ordercancel.domain.orders import Order
from ordercancel.engine.evolve import ORDER_FACTS
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import Day, Moment
from ordercancel.verification.commands_tried import BUYER, LINES, ORDER_ID, SELLER, parties_of
from ordercancel.verification.conditions import every_fact, every_leaf, facts_of_the_order
from ordercancel.verification.enumeration import values_of
from ordercancel.verification.sampling import combination_at, picks
from ordercancel.verification.time_regions import TimeRegions

PRICED = Money(
    currency="XXX", digits=0, lines=tuple(attrs.evolve(line, amount=10_000) for line in LINES)
)
"""What an order costs where there are fees, which are asked of orders with prices alone."""


class OrdersTried:
    """The facts of a policy's orders, as a host registers and changes them.

    `only` says of some facts which one value they always have.
    """

    def __init__(
        self, policy: Policy, regions: TimeRegions, only: Mapping[str, Any] | None = None
    ) -> None:
        self.policy = policy
        self._only = only or {}
        self.facts = facts_of_the_order(policy)
        self._regions = regions
        self._leaves = every_leaf(policy)
        self._knows_seller = "seller_permits" in every_fact(policy)

    def values(self, name: str, at: datetime) -> tuple[Any, ...]:
        """The values of a fact of the order that can be told at the moment `at`."""
        if name in ("cart_id", "item"):
            return ("1",)
        if name in self._only:
            return (self._only[name],)
        fact = self.policy.fact(name)
        words: tuple[Any, ...]
        if isinstance(fact, Moment | Day):
            words = self._regions.anchors(name, at)
        else:
            words = values_of(name, self._leaves, (self.policy,))
        required = fact is not None and fact.required
        return tuple(word for word in words if word is not None or not required)

    def registered(self, *, limit: int, seed: int | None) -> Iterator[tuple[Order, bool]]:
        """Orders to register, each with whether the directory knows its seller.

        All of them where `seed` is None; else some that it picks of each status: a tenth of
        `limit` in all, so that most of the cases are left for what follows, and at least one.
        """
        every = list(self._every())
        for placed_at, status, columns in every:
            ways: Iterable[tuple[Any, ...]] = product(*columns)
            if seed is not None:
                ways = _sampled(columns, limit // 10 // len(every) + 1, seed, status)
            for known, *values in ways:
                told = dict(zip(self._told(status), values, strict=True))
                yield self._order(placed_at, status, told), known

    @property
    def size(self) -> int:
        """How many orders there are to register."""
        return sum(prod(map(len, columns)) for *_, columns in self._every())

    def _every(self) -> Iterator[tuple[datetime, str, list[Sequence[Any]]]]:
        for placed_at in self._regions.first():
            for status in self.policy.orders.statuses:
                yield placed_at, status, [*self._columns(status, placed_at)]

    def _told(self, status: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.facts, *self.policy.orders.needs.get(status, ()))))

    def _columns(self, status: str, placed_at: datetime) -> Iterator[Sequence[Any]]:
        yield (True, False) if self._knows_seller else (False,)
        orders = self.policy.orders
        awaited, needed = orders.awaited(status), orders.needs.get(status, ())
        for name in self._told(status):
            values: Sequence[Any] = self.values(name, placed_at)
            if name in awaited or name == "shipped_at":
                values = (None,)
            elif name in needed:
                values = [value for value in values if value is not None]
            yield values

    def _order(self, placed_at: datetime, status: str, told: Mapping[str, Any]) -> Order:
        plain = {name: value for name, value in told.items() if name in ORDER_FACTS}
        own = {
            name: value
            for name, value in told.items()
            if name not in ORDER_FACTS and value is not None
        }
        return Order(
            ORDER_ID,
            policy=self.policy.name,
            status=status,
            buyer=BUYER.id,
            seller=SELLER.id,
            placed_at=placed_at,
            facts={**parties_of(self.policy), **own},
            lines=() if self.policy.whole_orders_only or self.policy.fees else LINES,
            money=PRICED if self.policy.fees else None,
            **plain,
        )


def _sampled(
    columns: list[Sequence[Any]], count: int, seed: int, status: str
) -> Iterator[tuple[Any, ...]]:
    size = prod(map(len, columns))
    for index in islice(picks(seed, f"orders {status}", size), min(count, size)):
        yield combination_at(index, columns)
