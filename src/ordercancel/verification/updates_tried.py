"""What the explorer lets a host tell of an order: each fact and status that makes a difference."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from ordercancel.domain.commands import UpdateOrder
from ordercancel.policy.policy import Policy
from ordercancel.verification.case_key import CaseKey
from ordercancel.verification.commands_tried import ORDER_ID, SYSTEM
from ordercancel.verification.orders_tried import OrdersTried
from ordercancel.verification.scenario import CaseNode


class UpdatesTried:
    """The updates of a policy's orders.

    Args:
        policy: The policy.
        orders: The orders that the explorer begins with, and the values of their facts.
        keys: What tells one case from another.
        corrects: Whether orders are put in other statuses.
    """

    def __init__(
        self, policy: Policy, orders: OrdersTried, keys: CaseKey, *, corrects: bool
    ) -> None:
        self.policy = policy
        self._orders = orders
        self._keys = keys
        self._corrects = corrects
        self._updates: dict[Hashable, UpdateOrder] = {}

    def of(self, node: CaseNode) -> Iterator[UpdateOrder]:
        """Each fact of the order changed, one at a time, and each other status."""
        order, orders = node.case.order, self.policy.orders
        needed, awaited = orders.needs.get(order.status, ()), orders.awaited(order.status)
        shipped = order.status in orders.shipped
        for name in self._orders.facts:
            if name not in awaited and (shipped or name != "shipped_at"):
                for value in self._orders.values(name, node.at):
                    if value is not None or name not in needed:
                        yield from self._update(node, {name: value})
        for name, value in self._keys.in_time(node):
            if shipped or name != "shipped_at":
                yield from self._update(node, {name: value})
        if order.status == orders.cancelled or not self._corrects:
            return
        for status in orders.statuses:
            if status not in (order.status, orders.cancelled):
                needs = orders.needs.get(status, ())
                lacking = [name for name in needs if self._keys.known(name, node.case) is None]
                for facts in self.told(lacking, node):
                    yield from self._update(node, facts, status)

    def told(self, names: Iterable[str], node: CaseNode) -> list[dict[str, Any]]:
        """Facts told together, in every way that makes a difference."""
        told: list[dict[str, Any]] = [{}]
        for name in names:
            values = [each for each in self._orders.values(name, node.at) if each is not None]
            told = [{**each, name: value} for each in told for value in values]
        return told

    def _update(
        self, node: CaseNode, facts: dict[str, Any], status: str | None = None
    ) -> Iterator[UpdateOrder]:
        """The update, built once, unless all of it is known."""
        if facts and all(self._keys.known(each, node.case) == facts[each] for each in facts):
            return
        key = (status, *facts.items())
        if key not in self._updates:
            self._updates[key] = UpdateOrder(ORDER_ID, by=SYSTEM, facts=facts, status=status)
        yield self._updates[key]
