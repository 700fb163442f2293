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

MOST_COMBINATIONS = 1_000_000
"""How many combinations are tried at most, all kinds of commands together."""

FactValues = Mapping[str, Value | None]
"""Facts with their values, None where one is missing."""

TICK = timedelta(seconds=1)
"""How far before and after a bound is."""

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
        leaves = [leaf for each in policies for leaf in leaves_of(each, kind)]
        names = dict.fromkeys((*_CHARTED.get(kind, ("request",)), *(leaf.fact for leaf in leaves)))
        return cls(
            policy, kind, FrozenMap({name: values_of(name, leaves, policies) for name in names})
        )

    @property
    def size(self) -> int:
        """How many combinations there are, with those that contradict themselves."""
        return prod(len(values) for values in self.free.values())

    def combinations(self) -> Iterator[dict[str, Value | None]]:
        """Every combination that does not contradict itself."""
        for values in product(*self.free.values()):
            facts = self._combination(values)
            if facts is not None:
                yield facts

    def at(self, index: int) -> dict[str, Value | None] | None:
        """The combination with this index, 0 to `size` - 1; None where it contradicts itself."""
        return self._combination(combination_at(index, self.free.values()))

    def _combination(self, values: tuple[Value | None, ...]) -> dict[str, Value | None] | None:
        facts = self.completed(dict(zip(self.free, values, strict=True)))
        return facts if self.is_possible(facts) else None

    def completed(self, facts: dict[str, Value | None]) -> dict[str, Value | None]:
        """`facts` with what follows from them: whether the chart has the move."""
        if "legal_move" in self.values:
            status, move = str(facts["status"]), str(facts["move"])
            return {**facts, "legal_move": self.policy.can_advance(status, move)}
        return facts

    def is_possible(self, facts: FactValues) -> bool:
        """Whether `facts` do not contradict each other."""
        return all(agree(facts) for names, agree in _AGREEMENTS if self.values.keys() >= names)

    @property
    def free(self) -> Mapping[str, tuple[Value | None, ...]]:
        """The facts that do not follow from others, with their values."""
        return {name: values for name, values in self.values.items() if name != "legal_move"}


def check_size(spaces: Collection[Space]) -> None:
    """Raise `TooLarge` where `spaces` have over a million combinations together."""
    size = sum(space.size for space in spaces)
    if size > MOST_COMBINATIONS:
        raise too_large(spaces, size)


def too_large(spaces: Iterable[Space], size: int) -> TooLarge:
    """Return the error that the `size` combinations or cases of `spaces` are too many to try."""
    largest = max(spaces, key=lambda space: space.size)
    counts = {name: len(values) for name, values in largest.free.items()}
    facts = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return TooLarge(size, largest.kind.__name__, facts)


class FactRegions:
    """The regions into which the bounds of a policy divide the values of each fact.

    Attributes:
        facts: The names of the facts that rules and silences ask for.
    """

    def __init__(self, policy: RuleSet) -> None:
        leaves = all_leaves(policy)
        self.facts = frozenset(leaf.fact for leaf in leaves)
        bounds: dict[str, set[Any]] = {}
        for leaf in leaves:
            if isinstance(leaf, Compare):
                bounds.setdefault(leaf.fact, set()).add(leaf.bound)
        self._bounds = {name: sorted(values) for name, values in bounds.items()}

    def region(self, name: str, value: Value | None) -> Hashable:
        """Return what is equal for two values of the fact `name` that no rule tells apart."""
        if value is None or isinstance(value, str | bool):
            return value
        bounds = self._bounds.get(name, [])
        place = bisect_left(bounds, value)
        return place, place < len(bounds) and bounds[place] == value


def leaves_of(policy: RuleSet, kind: type[Command]) -> Iterator[Leaf]:
    """Yield the conditions about one fact each in the rules and silences for a `kind`."""
    for rule in policy.rules_for(kind):
        yield from rule.when.leaves()
    for silence in policy.silences:
        if kind in silence.on:
            yield from silence.when.leaves()


def all_leaves(policy: RuleSet) -> tuple[Leaf, ...]:
    """Return the conditions about one fact each in all rules and silences of `policy`."""
    return tuple(leaf for kind in COMMANDS for leaf in leaves_of(policy, kind))


# Beside the rules, a chart may refuse; of every other command, by where the request stands.
_CHARTED: Mapping[type[Command], tuple[str, ...]] = {
    RequestCancellation: ("status", "request"),
    Approve: ("status", "request"),
    AnswerWithdrawal: ("request", "accept"),
    AdvanceOrder: ("status", "move"),
    ApplyDeadline: ("status", "request", "deadline"),
}


def values_of(
    name: str, leaves: Iterable[Leaf], policies: tuple[RuleSet, ...]
) -> tuple[Value | None, ...]:
    """Return the values of the fact `name` that all `policies` know and `leaves` tell apart."""
    facts = [(each, fact) for each in policies if (fact := each.fact(name)) is not None]
    fact = facts[0][1]
    values: tuple[Value | None, ...]
    match fact:
        case Choice():
            domains = [each.domain(choice) for each, choice in facts if isinstance(choice, Choice)]
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
        near = {length + step for length in lengths for step in (-TICK, timedelta(), TICK)}
        near |= {_DAY * (number + step) for number in days for step in (-1, 0, 1)}
        return sorted(near or {timedelta()})
    numbers = {number + step for number in days for step in (-1, 0, 1)}
    numbers |= {length // _DAY + step for length in lengths for step in (-1, 0, 1)}
    return sorted(numbers or {0})


# ---------------------------------------------------------------- which facts agree


def _remembers(ended: str, before: str) -> _Agreement:
    """What is known of earlier requests goes with the latest one."""

    def agree(facts: FactValues) -> bool:
        if facts["request"] == NO_REQUEST:
            return not facts[before]
        return facts["request"] != ended or bool(facts[before])

    return frozenset({"request", before}), agree


def _needs_request(counted: str) -> _Agreement:
    """Time since a request is known exactly where there is one."""
    return frozenset(
        {"request", counted}
    ), lambda facts: (facts["request"] == NO_REQUEST) == (facts[counted] is None)


def _one_anchor(since: str, days: str) -> _Agreement:
    """A length of time and a number of days can be counted from one moment."""

    def agree(facts: FactValues) -> bool:
        length, number = facts[since], facts[days]
        if not isinstance(length, timedelta) or not isinstance(number, int):
            return length is None and number is None
        return abs(length - timedelta(days=number)) < _LONGEST_DAY

    return frozenset({since, days}), agree


_Agreement = tuple[frozenset[str], Callable[[FactValues], bool]]
"""The names of facts, and whether their values can be true at once."""

_AGREEMENTS: tuple[_Agreement, ...] = (
    _remembers("rejected", "rejected_before"),
    _remembers("withdrawn", "withdrawn_before"),
    (
        frozenset({"request", "deadline_passed"}),
        lambda facts: not facts["deadline_passed"] or facts["request"] in OPEN,
    ),
    _needs_request("since_requested"),
    _needs_request("days_since_requested"),
    (
        frozenset({"role", "party"}),
        lambda facts: bool(facts["party"]) or facts["role"] in (Role.BUYER, Role.SELLER),
    ),
    _one_anchor("since_placed", "days_since_placed"),
    _one_anchor("since_requested", "days_since_requested"),
)
