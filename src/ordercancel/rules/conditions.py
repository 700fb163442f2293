"""Conditions: a small algebra over facts, as data.

A condition is built from facts (`ordercancel.rules.facts`) by comparison and membership, and
from other conditions by ``&``, ``|`` and ``~``. It is never a function, so that one definition can
be evaluated, explained, rendered, enumerated and translated.

**A missing fact** is neither true nor false. A comparison with it is *unknown*, and so are
conditions that depend on it, by Kleene's three-valued logic, which is also SQL's: ``false &
unknown`` is false, ``true | unknown`` is true, everything else with an unknown part is unknown.
`Known` turns the question whether a fact is there into a plain true or false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import attrs

Value = str | bool | int | timedelta
"""What a fact can be."""


class Condition:
    """Something that is true, false or unknown of the facts."""

    __slots__ = ()

    def __and__(self, other: Condition) -> All:
        return All((*_parts(All, self), *_parts(All, other)))

    def __or__(self, other: Condition) -> AnyOf:
        return AnyOf((*_parts(AnyOf, self), *_parts(AnyOf, other)))

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


@attrs.frozen
class Leaf(Condition):
    """A condition about one fact, by its name."""

    fact: str

    def leaves(self) -> Iterator[Leaf]:
        yield self


@attrs.frozen
class IsIn(Leaf):
    """The fact is one of the values."""

    values: frozenset[str]

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        value = facts[self.fact]
        return None if value is None else value in self.values


@attrs.frozen
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


@attrs.frozen
class Compare(Leaf):
    """The fact, a number of days or a length of time, compared with a bound."""

    how: Relation
    bound: int | timedelta

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        value = facts[self.fact]
        return None if value is None else _COMPARE[self.how](value, self.bound)


@attrs.frozen
class Known(Leaf):
    """The fact is there."""

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        return facts[self.fact] is not None


@attrs.frozen
class All(Condition):
    """Every one of the conditions holds."""

    conditions: tuple[Condition, ...]

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        unknown = False
        for condition in self.conditions:
            result = condition.test(facts)
            if result is False:
                return False
            unknown = unknown or result is None
        return None if unknown else True

    def leaves(self) -> Iterator[Leaf]:
        for condition in self.conditions:
            yield from condition.leaves()


@attrs.frozen
class AnyOf(Condition):
    """At least one of the conditions holds."""

    conditions: tuple[Condition, ...]

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        unknown = False
        for condition in self.conditions:
            result = condition.test(facts)
            if result is True:
                return True
            unknown = unknown or result is None
        return None if unknown else False

    def leaves(self) -> Iterator[Leaf]:
        for condition in self.conditions:
            yield from condition.leaves()


@attrs.frozen
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


_COMPARE: Mapping[Relation, Callable[[Any, Any], bool]] = {
    Relation.LESS: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.AT_LEAST: operator.ge,
    Relation.MORE: operator.gt,
}


def _parts(kind: type[All | AnyOf], condition: Condition) -> tuple[Condition, ...]:
    return condition.conditions if isinstance(condition, kind) else (condition,)
