"""Every combination of facts that can make a difference to a kind of command.

Rules compare facts with words, flags and bounds, so finitely many values of each fact stand for
all there are: every word of a choice, both values of a flag, for each bound the value before, at
and after it, and no value where a fact may be missing. Combinations that contradict themselves,
such as a rejection before the first request, are left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import product
from math import prod
from typing import Any

import attrs

from ordercancel.domain.actors import Role
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    Command,
    RequestCancellation,
)
from ordercancel.domain.errors import TooLarge
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import OPEN
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import Compare, Leaf, Value
from ordercancel.rules.facts import NO_REQUEST, Choice, Fact, Flag, Span
from ordercancel.verification.sampling import combination_at

__all__ = [
    "FactValues",
    "Regions",
    "Space",
    "all_spoken_of",
    "check_size",
    "spoken_of",
    "too_large",
    "values_of",
]

MOST_COMBINATIONS = 1_000_000
"""How many combinations are tried at most, all kinds of commands together."""

FactValues = Mapping[str, Value | None]
"""Facts with their values, None where one is missing."""

_TICK = timedelta(seconds=1)
_DAY = timedelta(days=1)
_LONGEST_DAY = timedelta(hours=25)

ANY = "*"
"""Stands for any word, where a policy does not say which there are."""

_PARTNERS: Mapping[str, str] = {
    "since_placed": "days_since_placed",
    "days_since_placed": "since_placed",
    "since_requested": "days_since_requested",
    "days_since_requested": "since_requested",
}
"""Facts that are counted from one moment."""


@attrs.frozen
class Space:
    """The facts that rules and charts ask for, for one kind of command, with their values.

    Args:
        policy: The policy whose charts are meant.
        kind: The kind of command.
        values: The values that stand for all there are, by fact.
    """

    policy: RuleSet = attrs.field(repr=False)
    kind: type[Command]
    values: Mapping[str, tuple[Value | None, ...]]

    @classmethod
    def of(cls, policy: RuleSet, kind: type[Command], *others: RuleSet) -> Space:
        """The space of `policy` for a `kind` of command.

        With `others`, such as later editions, it holds what makes a difference to any of them,
        and of statuses, channels, moves and deadlines those that all of them have.
        """
        policies = (policy, *others)
        leaves = [leaf for each in policies for leaf in spoken_of(each, kind)]
        names = dict.fromkeys((*_CHARTED.get(kind, ("request",)), *(leaf.fact for leaf in leaves)))
        values = {
            name: values_of(name, leaves, policies) for name in names if name != "legal_move"
        }
        if "legal_move" in names:
            values["legal_move"] = (True, False)
        return cls(policy, kind, FrozenMap(values))

    @property
    def size(self) -> int:
        """How many combinations there are, with those that contradict themselves."""
        return prod(len(values) for values in self.free.values())

    def combinations(self) -> Iterator[dict[str, Value | None]]:
        """Every combination that does not contradict itself."""
        free = self.free
        for values in product(*free.values()):
            given = self.completed(dict(zip(free, values, strict=True)))
            if self.is_possible(given):
                yield given

    def at(self, index: int) -> dict[str, Value | None] | None:
        """The combination with this number, 0 to `size`; None where it contradicts itself."""
        free = self.free
        values = combination_at(index, free.values())
        given = self.completed(dict(zip(free, values, strict=True)))
        return given if self.is_possible(given) else None

    def completed(self, given: dict[str, Value | None]) -> dict[str, Value | None]:
        """`given` with what follows from it: whether the chart has the move."""
        if "legal_move" in self.values:
            status, move = str(given["status"]), str(given["move"])
            return {**given, "legal_move": self.policy.can_advance(status, move)}
        return given

    def is_possible(self, given: FactValues) -> bool:
        """Whether `given` does not contradict itself."""
        return all(holds(given) for names, holds in _LAWS if self.values.keys() >= names)

    @property
    def free(self) -> Mapping[str, tuple[Value | None, ...]]:
        """The facts that do not follow from others, with their values."""
        return {name: values for name, values in self.values.items() if name != "legal_move"}


def check_size(spaces: Collection[Space]) -> None:
    """Raise `TooLarge` where `spaces` have more combinations than are tried."""
    size = sum(space.size for space in spaces)
    if size > MOST_COMBINATIONS:
        raise too_large(spaces, size)


def too_large(spaces: Iterable[Space], size: int) -> TooLarge:
    """The error that there are `size` combinations in `spaces`, which is too many to try."""
    largest = max(spaces, key=lambda space: space.size)
    counts = {name: len(values) for name, values in largest.free.items()}
    facts = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return TooLarge(size, largest.kind.__name__, facts)


class Regions:
    """What a policy tells of the values of facts: of a number, where its bounds put it."""

    def __init__(self, policy: RuleSet) -> None:
        leaves = all_spoken_of(policy)
        self.spoken = frozenset(leaf.fact for leaf in leaves)
        bounds: dict[str, set[Any]] = {}
        for leaf in leaves:
            if isinstance(leaf, Compare):
                bounds.setdefault(leaf.fact, set()).add(leaf.bound)
        self._bounds = {name: sorted(values) for name, values in bounds.items()}

    def told(self, name: str, value: Value | None) -> Hashable:
        """Equal for two values of the fact `name` that no rule tells apart."""
        if value is None or isinstance(value, str | bool):
            return value
        bounds = self._bounds.get(name, [])
        place = bisect_left(bounds, value)
        return place, place < len(bounds) and bounds[place] == value


def spoken_of(policy: RuleSet, kind: type[Command]) -> Iterator[Leaf]:
    """The conditions about one fact each in all that `policy` says of a `kind` of command."""
    for rule in policy.rules_for(kind):
        yield from rule.when.leaves()
    for silence in policy.silences:
        if kind in silence.on:
            yield from silence.when.leaves()


def all_spoken_of(policy: RuleSet) -> tuple[Leaf, ...]:
    """The conditions about one fact each in all that `policy` says of any command."""
    return tuple(leaf for kind in COMMANDS for leaf in spoken_of(policy, kind))


_CHARTED: Mapping[type[Command], tuple[str, ...]] = {
    RequestCancellation: ("status", "request"),
    Approve: ("status", "request"),
    AnswerWithdrawal: ("request", "accept"),
    AdvanceOrder: ("status", "move"),
    ApplyDeadline: ("status", "request", "deadline"),
}
"""The facts that the charts ask for; of every other command, where the request stands."""


def values_of(
    name: str, leaves: Iterable[Leaf], policies: tuple[RuleSet, ...]
) -> tuple[Value | None, ...]:
    """The values of the fact `name` that all `policies` know and that `leaves` tell apart."""
    facts = [found for found in (policy.fact(name) for policy in policies) if found is not None]
    fact = facts[0]
    values: tuple[Value | None, ...]
    match fact:
        case Choice():
            domains = [
                policy.domain(found)
                for policy in policies
                if isinstance(found := policy.fact(name), Choice)
            ]
            values = tuple(word for word in domains[0] if all(word in each for each in domains))
            if not any(domains) and fact.may_be_missing:
                values = (ANY,)
        case Flag():
            values = (True, False)
        case _:
            values = tuple(_around(fact, leaves))
    return (*values, None) if fact.may_be_missing else values


def _around(fact: Fact, leaves: Iterable[Leaf]) -> list[int] | list[timedelta]:
    """Before, at and after each bound that the fact is compared with.

    Of a length of time and a number of days that are counted from one moment, each has values that
    go with the bounds of the other.
    """
    names = (fact.name, _PARTNERS.get(fact.name))
    bounds = {leaf.bound for leaf in leaves if isinstance(leaf, Compare) and leaf.fact in names}
    lengths = {bound for bound in bounds if isinstance(bound, timedelta)}
    days = {bound for bound in bounds if isinstance(bound, int)}
    if isinstance(fact, Span):
        near = {length + step for length in lengths for step in (-_TICK, timedelta(), _TICK)}
        near |= {_DAY * (number + step) for number in days for step in (-1, 0, 1)}
        return sorted(near or {timedelta()})
    numbers = {number + step for number in days for step in (-1, 0, 1)}
    numbers |= {length // _DAY + step for length in lengths for step in (-1, 0, 1)}
    return sorted(numbers or {0})


def _requests_before(given: FactValues, ended: str, before: str) -> bool:
    """Whether what is known of earlier requests agrees with the latest one."""
    if given["request"] == NO_REQUEST:
        return not given[before]
    return given["request"] != ended or bool(given[before])


def _one_anchor(since: Value | None, days: Value | None) -> bool:
    """Whether a length of time and a number of days can be counted from one moment."""
    if not isinstance(since, timedelta) or not isinstance(days, int):
        return since is None and days is None
    return abs(since - timedelta(days=days)) < _LONGEST_DAY


_LAWS: tuple[tuple[frozenset[str], Callable[[FactValues], bool]], ...] = (
    (
        frozenset({"request", "rejected_before"}),
        lambda given: _requests_before(given, "rejected", "rejected_before"),
    ),
    (
        frozenset({"request", "withdrawn_before"}),
        lambda given: _requests_before(given, "withdrawn", "withdrawn_before"),
    ),
    (
        frozenset({"request", "deadline_passed"}),
        lambda given: not given["deadline_passed"] or given["request"] in OPEN,
    ),
    (
        frozenset({"request", "since_requested"}),
        lambda given: (given["request"] == NO_REQUEST) == (given["since_requested"] is None),
    ),
    (
        frozenset({"request", "days_since_requested"}),
        lambda given: (given["request"] == NO_REQUEST) == (given["days_since_requested"] is None),
    ),
    (
        frozenset({"role", "party"}),
        lambda given: bool(given["party"]) or given["role"] in (Role.BUYER, Role.SELLER),
    ),
    (
        frozenset({"since_placed", "days_since_placed"}),
        lambda given: _one_anchor(given["since_placed"], given["days_since_placed"]),
    ),
    (
        frozenset({"since_requested", "days_since_requested"}),
        lambda given: _one_anchor(given["since_requested"], given["days_since_requested"]),
    ),
)
"""What can't be otherwise, with the facts that it is about."""
