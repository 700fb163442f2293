"""The commands that the explorer tries: each kind, by each role, with what goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from ordercancel.domain.actors import Actor, Buyer, Operator, Seller, System
from ordercancel.domain.commands import (
    JUDGED,
    AdvanceOrder,
    AnswerWithdrawal,
    Judged,
    RequestCancellation,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.verification.conditions import every_fact, every_leaf
from ordercancel.verification.enumeration import values_of

ORDER_ID = "o-1"
BUYER = Buyer("b-1")
SELLER = Seller("s-1")
SYSTEM = System()

_BUILT_IN: Mapping[str, Actor] = {
    "buyer": BUYER,
    "seller": SELLER,
    "operator": Operator("op-1"),
    "system": SYSTEM,
}


def actors_tried(policy: Policy) -> Iterator[Actor]:
    """One actor of each role, and a second one of the roles of the house that answer.

    Each comes once more with somebody acting on their behalf, where a rule hangs on that.
    """
    on_behalf = (None, "agent:x") if "is_on_behalf" in every_fact(policy) else (None,)
    for role in policy.roles.values():
        first = _BUILT_IN.get(role.name) or Actor(f"{role.name}-1", role=role.name)
        ids = [first.id]
        if role.party is None and role.answers:
            ids.append(first.id.removesuffix("1") + "2")
        for actor_id, via in product(ids, on_behalf):
            if (actor_id, via) == (first.id, None):
                yield first
            else:
                yield Actor(actor_id, role=role.name, via=via)


def parties_of(policy: Policy) -> dict[str, str]:
    """The facts of an order that hold the ids of the parties that a policy adds."""
    return {
        role.party: f"{role.name}-1"
        for role in policy.roles.values()
        if role.party not in (None, "buyer", "seller")
    }


def commands_tried(policy: Policy) -> Iterator[Judged]:
    """Every command by every actor, without a reason, about request number 1."""
    of = {kind: tuple(_data_of(policy, kind)) for kind in JUDGED}
    for by in actors_tried(policy):
        for kind in JUDGED:
            if by.id.endswith("2") and kind is AdvanceOrder:
                continue  # moves ask for no other than the first of a role
            for data, fields in product(of[kind], _fields_of(policy, kind)):
                yield kind(ORDER_ID, by=by, data=data, **fields)


def _fields_of(policy: Policy, kind: type[Judged]) -> tuple[dict[str, Any], ...]:
    if kind is AdvanceOrder:
        return tuple({"move": move} for move in policy.orders.moves)
    if kind is RequestCancellation:
        return ({},)
    accepts = (True, False) if kind is AnswerWithdrawal else ()
    return tuple({"request": 1, "accept": accept} for accept in accepts) or ({"request": 1},)


def _data_of(policy: Policy, kind: type[Judged]) -> Iterator[dict[str, Any]]:
    """The facts that go with a command, in every way that something in the policy tells apart."""
    leaves, hanging = every_leaf(policy), every_fact(policy)
    carried = [fact for fact in policy.facts if fact.of is kind and fact.name in hanging]
    columns = [values_of(fact.name, leaves, (policy,), (), kind) for fact in carried]
    for values in product(*columns):
        yield {
            fact.name: value
            for fact, value in zip(carried, values, strict=True)
            if value not in (None, False)
        }


def easiest(reasons: tuple[Reason, ...]) -> Reason | None:
    """The reason that takes the shortest text; None where there is none."""
    return min(reasons, key=lambda each: len(shortest_text(each.text) or ""), default=None)


def shortest_text(bounds: TextBounds | None) -> str | None:
    """The shortest text within `bounds`; None where none is required."""
    if bounds is None or not bounds.required:
        return None
    return "あ" * max(bounds.minimum, 1)
