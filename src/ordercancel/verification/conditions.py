"""What a policy's conditions and times hang on, wherever they stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ordercancel.domain.commands import Judged, RequestCancellation
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Before, Condition, Leaf
from ordercancel.rules.facts import FACTS
from ordercancel.rules.times import Time, unspread
from ordercancel.verification.enumeration import all_leaves, leaves_of


@lru_cache(maxsize=64)
def every_leaf(policy: Policy) -> tuple[Leaf, ...]:
    """The conditions about one fact each in rules, lifecycles and all other parts of a policy."""
    return (*all_leaves(policy), *(leaf for each in _others(policy) for leaf in each.leaves()))


def leaves_asked(policy: Policy, kind: type[Judged]) -> Iterator[Leaf]:
    """The conditions about one fact each by which a command is judged, worded and charged."""
    yield from leaves_of(policy, kind)
    for reason in policy.reasons_for(kind):
        yield from reason.when.leaves()
    for fee in policy.fees if kind is RequestCancellation else ():
        yield from fee.when.leaves()


def _others(policy: Policy) -> Iterator[Condition]:
    for parts in (policy.reasons, policy.notifications, policy.labels, policy.obligations):
        yield from (part.when for part in parts)
    yield from (deadline.runs for deadline in policy.deadlines)
    yield from (fee.when for fee in policy.fees)


@lru_cache(maxsize=64)
def every_time(policy: Policy) -> tuple[Time, ...]:
    """The times, each of one fact, that the present is compared with or that are due."""
    compared = (leaf.time for leaf in every_leaf(policy) if isinstance(leaf, Before))
    due = (chain for deadline in policy.deadlines for chain, _, _ in unspread(deadline.due))
    return tuple(dict.fromkeys((*compared, *due)))


def every_fact(policy: Policy) -> frozenset[str]:
    """The names of the facts that anything in the policy hangs on."""
    names = {leaf.fact for leaf in every_leaf(policy)}
    names |= {time.anchor_name for time in every_time(policy)}
    for deadline in policy.deadlines:
        names |= {choice for _, choice, _ in unspread(deadline.due) if choice is not None}
        if deadline.met is not None:
            names.add(deadline.met.name)
    return frozenset(names)


def facts_of_the_order(policy: Policy) -> tuple[str, ...]:
    """The facts that a host tells of an order, and that anything in the policy hangs on."""
    told = ("channel", "ship_on", "paid_at", "shipped_at", "delivered_at")
    own = [fact.name for fact in policy.facts if fact.of is None and fact.name not in FACTS]
    hanging = every_fact(policy)
    return tuple(name for name in (*told, *own) if name in hanging)
