"""The commands that the explorer tries: each kind, by each role, with what goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, TypeVar

import attrs

from ordercancel.domain.actors import Actor, Buyer, Seller, System
from ordercancel.domain.commands import (
    JUDGED,
    AdvanceOrder,
    AnswerWithdrawal,
    AskWithdrawal,
    Command,
    Judged,
    RequestCancellation,
)
from ordercancel.domain.money import OrderLine
from ordercancel.policy.policy import Policy
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.verification.conditions import every_fact, every_leaf
from ordercancel.verification.enumeration import values_of

C = TypeVar("C", bound=Command)

ORDER_ID = "o-1"
LINES = (OrderLine(id="a", quantity=2), OrderLine(id="b", quantity=2))
"""What is ordered, where the policy cancels parts."""
BUYER = Buyer("b-1")
SELLER = Seller("s-1")
SYSTEM = System()


def actors_of(policy: Policy, parties: Mapping[str, Any]) -> Iterator[Actor]:
    """One actor of each role, and a second one of the roles of the house that answer.

    `parties` has the ids of the parties, by the facts of an order that hold them.
    """
    for role in policy.roles.values():
        if role.name == SYSTEM.role:
            yield SYSTEM
        elif role.party is not None:
            yield Actor(parties[role.party], role=role.name)
        else:
            for number in (1, 2) if role.answers else (1,):
                yield Actor(f"{role.name}-{number}", role=role.name)


def actors_tried(policy: Policy) -> Iterator[Actor]:
    """The actors of an order, each once more with an agent, where a rule hangs on that."""
    hangs = "is_on_behalf" in every_fact(policy)
    parties = {"buyer": BUYER.id, "seller": SELLER.id, **parties_of(policy)}
    for actor in actors_of(policy, parties):
        yield actor
        if hangs:
            yield attrs.evolve(actor, via="agent:x")


def parties_of(policy: Policy) -> dict[str, str]:
    """The facts of an order that hold the ids of the parties that a policy adds."""
    return {
        role.party: f"{role.name}-1"
        for role in policy.roles.values()
        if role.party not in (None, "buyer", "seller")
    }


def commands_tried(policy: Policy) -> Iterator[Judged]:
    """Every command by every actor, without a reason, about request number 1.

    Where the policy cancels parts, also about one unit alone.
    """
    orders = policy.orders
    ship = {move for (_, move), target in orders.table.items() if target in orders.shipped}
    for command in commands_by(actors_tried(policy), policy, ORDER_ID, 1):
        yield command
        if policy.whole_orders_only:
            continue
        if isinstance(command, RequestCancellation) or (
            isinstance(command, AdvanceOrder) and command.move in ship
        ):
            yield attrs.evolve(command, lines={LINES[0].id: 1})


def commands_by(
    actors: Iterable[Actor], policy: Policy, order_id: str, number: int
) -> Iterator[Judged]:
    """Every command by `actors`, without a reason, about request `number` of an order."""
    of = {kind: tuple(_data_of(policy, kind)) for kind in JUDGED}
    for by in actors:
        for kind in JUDGED:
            if by.id.endswith("2") and kind is AdvanceOrder:
                continue  # moves ask for no other than the first of a role
            for data, fields in product(of[kind], _fields_of(policy, kind, number)):
                yield kind(order_id, by=by, data=data, **fields)


def _fields_of(policy: Policy, kind: type[Judged], number: int) -> tuple[dict[str, Any], ...]:
    if kind is AdvanceOrder:
        return tuple({"move": move} for move in policy.orders.moves)
    if kind is RequestCancellation:
        return ({},)
    if kind is AnswerWithdrawal:
        return tuple({"request": number, "accept": accept} for accept in (True, False))
    return ({"request": number},)


def _data_of(policy: Policy, kind: type[Judged]) -> Iterator[dict[str, Any]]:
    """The facts that go with a command, in every way that something in the policy tells apart."""
    leaves, hanging = every_leaf(policy), every_fact(policy)
    carried = [
        fact
        for fact in policy.facts
        if fact.of is kind and (fact.required or fact.name in hanging)
    ]
    columns = [
        [
            value
            for value in values_of(fact.name, leaves, (policy,), (), kind)
            if value is not None or not fact.required
        ]
        for fact in carried
    ]
    for values in product(*columns):
        told = zip(carried, values, strict=True)
        yield {
            fact.name: value
            for fact, value in told
            if value is not None and (fact.required or value is not False)
        }


def easiest(reasons: tuple[Reason, ...]) -> Reason | None:
    """The reason that takes the shortest text; None where there is none."""
    return min(reasons, key=lambda each: len(shortest_text(each.text) or ""), default=None)


def with_reason(command: C, reason: Reason) -> C:
    """The command with this reason, and with the shortest text that goes with it."""
    said: Any = command
    text = shortest_text(reason.text)
    if isinstance(command, AskWithdrawal):  # its reason is a text alone
        return attrs.evolve(said, text=text)  # type: ignore[no-any-return]
    return attrs.evolve(said, reason=reason.code, text=text)  # type: ignore[no-any-return]


def shortest_text(bounds: TextBounds | None) -> str | None:
    """The shortest text within `bounds`; None where none is required."""
    if bounds is None or not bounds.required:
        return None
    return "あ" * max(bounds.minimum, 1)
