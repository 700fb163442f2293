"""Conditions: a small algebra over facts, as data.

A condition is built from facts (`ordercancel.rules.facts`) by comparison and membership, and
from other conditions by ``&``, ``|`` and ``~``. It is never a function, so that one definition can
be evaluated, explained, rendered, enumerated and translated.

**A missing fact** is neither true nor false. A comparison with it is *unknown*, and so is whatever
hangs on it, by Kleene's three-valued logic, which is also SQL's: ``false & unknown`` is false,
``true | unknown`` is true, everything else with an unknown part is unknown. `Known` turns the
question whether a fact is there into a plain true or false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NoReturn, Protocol
from zoneinfo import ZoneInfo

import attrs

from ordercancel.domain.exact import exact
from ordercancel.domain.texts import Text
from ordercancel.rules.times import By, Earliest, Latest, Time, is_reckoned, spread

Value = str | bool | int | datetime | date | ZoneInfo
"""What a fact can be; the time zone of a policy is one, for times to be reckoned in."""


class Condition:
    """Something that is true, false or unknown of the facts."""

    __slots__ = ()

    def __and__(self, other: Holding) -> All:
        return All((*_parts(All, self), *_parts(All, as_condition(other))))

    def __or__(self, other: Holding) -> AnyOf:
        return AnyOf((*_parts(AnyOf, self), *_parts(AnyOf, as_condition(other))))

    def __invert__(self) -> Condition:
        return Not(self)

    def __bool__(self) -> bool:
        raise TypeError(
            "a condition is data: combine conditions with &, | and ~, not and, or, not"
        )

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        """True, false, or None where it is unknown because a fact is missing."""
        raise TypeError(f"{type(self).__name__} does not say how it is tested")

    def leaves(self) -> Iterator[Leaf]:
        """The conditions inside this one that speak about one fact each."""
        raise TypeError(f"{type(self).__name__} does not say what it is made of")


class HasHolds(Protocol):
    """A flag, which stands bare for the condition that it is true."""

    @property
    def holds(self) -> Condition:
        """The condition that the flag is true."""


Holding = Condition | HasHolds
"""A condition, or a flag that stands for one."""


def as_condition(value: Holding) -> Condition:
    """The condition that a flag is true; a condition, and what is neither, as it is."""
    holds: Any = value if isinstance(value, Condition) else getattr(value, "holds", value)
    condition: Condition = holds
    return condition


@attrs.frozen
class Leaf(Condition):
    """A condition about one fact, by its name."""

    fact: str = attrs.field(converter=exact)

    def leaves(self) -> Iterator[Leaf]:
        yield self


@attrs.frozen(cache_hash=True)
class IsIn(Leaf):
    """The fact is one of the values."""

    values: frozenset[str]

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        value = facts[self.fact]
        return None if value is None else value in self.values


@attrs.frozen(cache_hash=True)
class Holds(Leaf):
    """The fact, a flag, is true."""

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        value = facts[self.fact]
        return None if value is None else bool(value)


class Relation(StrEnum):
    """How a fact is compared with a bound."""

    LESS = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    MORE = ">"


@attrs.frozen(cache_hash=True)
class Compare(Leaf):
    """The fact, a whole number, compared with a bound."""

    how: Relation
    bound: int

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        value = facts[self.fact]
        return None if value is None else _COMPARE[self.how](value, self.bound)


@attrs.frozen(cache_hash=True)
class Before(Leaf):
    """The present is before a time that is reckoned from the fact, a moment or a day.

    Written as ``now < time``; its opposite ``now >= time`` is its negation.
    """

    time: Time

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        return self.time.is_ahead(facts.__getitem__)


@attrs.frozen(cache_hash=True)
class Listed(Leaf):
    """The fact is one of the values; with any other it is unknown, and not false."""

    values: frozenset[str]

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        return True if facts[self.fact] in self.values else None


@attrs.frozen(cache_hash=True)
class Known(Leaf):
    """The fact is there."""

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        return facts[self.fact] is not None


@attrs.frozen(cache_hash=True)
class All(Condition):
    """Every one of the conditions holds."""

    conditions: tuple[Condition, ...]

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        return _decided(self.conditions, facts, by=False)

    def leaves(self) -> Iterator[Leaf]:
        for condition in self.conditions:
            yield from condition.leaves()


@attrs.frozen(cache_hash=True)
class AnyOf(Condition):
    """At least one of the conditions holds."""

    conditions: tuple[Condition, ...]

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        return _decided(self.conditions, facts, by=True)

    def leaves(self) -> Iterator[Leaf]:
        for condition in self.conditions:
            yield from condition.leaves()


@attrs.frozen(cache_hash=True)
class Named(Condition):
    """A condition with a name: pages, explanations and SQL show the label instead of the parts.

    Args:
        name: Unique in the policy.
        label: What people read.
        condition: What it stands for.
    """

    name: str
    label: Text | str
    condition: Condition = attrs.field(converter=as_condition)

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        return self.condition.test(facts)

    def leaves(self) -> Iterator[Leaf]:
        return self.condition.leaves()


@attrs.frozen(cache_hash=True)
class Not(Condition):
    """The condition does not hold."""

    condition: Condition

    def __invert__(self) -> Condition:
        return self.condition

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        result = self.condition.test(facts)
        return None if result is None else not result

    def leaves(self) -> Iterator[Leaf]:
        return self.condition.leaves()


ALWAYS = All(())
"""The condition that always holds."""


class Now:
    """The present. It is compared with times, and in two ways only."""

    __slots__ = ()

    def __lt__(self, time: Time) -> Condition:
        return _before(spread(time))

    def __ge__(self, time: Time) -> Condition:
        return ~_before(spread(time))

    def __le__(self, time: object) -> NoReturn:
        raise TypeError("a time itself is too late: write now < time, or now >= time")

    __gt__ = __le__


now = Now()
"""The present, to be compared with times: ``now < placed_at + minutes(30)``."""


def _before(time: Time) -> Condition:
    """That the present is before a time, as conditions about one fact each."""
    match time:
        case Earliest(times):
            return All(tuple(map(_before, times)))
        case Latest(times):
            return AnyOf(tuple(map(_before, times)))
        case By(choice, times):
            words = frozenset(word for word, _ in times)
            chosen = (IsIn(choice, frozenset({word})) & _before(each) for word, each in times)
            return AnyOf((~Listed(choice, words), *chosen))
        case _ if is_reckoned(time):
            return Before(time.anchor_name, time)
        case _:
            example = "now < placed_at + minutes(30), or now < ship_on.end()"
            raise TypeError(f"{getattr(time, 'name', time)!r:.80} is no time: write {example}")


_COMPARE: Mapping[Relation, Callable[[Any, Any], bool]] = {
    Relation.LESS: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.AT_LEAST: operator.ge,
    Relation.MORE: operator.gt,
}


def _decided(
    conditions: tuple[Condition, ...], facts: Mapping[str, Value | None], *, by: bool
) -> bool | None:
    """What several conditions come to, of which one that is `by` decides.

    Raises:
        Exception: What a condition raises, such as one of a host's own, where no other decides.
    """
    unknown, error = False, None
    for condition in conditions:
        try:
            result = condition.test(facts)
        except Exception as raised:
            error = raised
            continue
        if result is by:
            return by
        unknown = unknown or result is None
    if error is not None:
        raise error
    return None if unknown else not by


def _parts(kind: type[All | AnyOf], condition: Condition) -> tuple[Condition, ...]:
    return condition.conditions if isinstance(condition, kind) else (condition,)
