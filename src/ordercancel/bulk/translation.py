"""Rules become tests of columns: what depends on the actor and the moment is settled first.

A length of time since a moment, and a number of days since a day, is a comparison of that moment
or day with another one, which is reckoned here, once, in the policy's zone. So neither a database
nor a data frame reckons with times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import cast

import attrs

from ordercancel.bulk.columns import COLUMN_OF
from ordercancel.bulk.conditions import (
    ALWAYS,
    NEVER,
    OPPOSITE,
    Absent,
    Among,
    Bounded,
    Flag,
    Present,
    Test,
    all_of,
    any_of,
)
from ordercancel.domain.limits import LAST_DUE_YEAR
from ordercancel.engine.case_facts import DAY_ANCHORS
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Not,
    Relation,
    Value,
)
from ordercancel.rules.deadlines import midnight
from ordercancel.rules.facts import NO_REQUEST, Choice, request

_EARLIEST = datetime(1700, 1, 1, tzinfo=UTC)
_LATEST = datetime(LAST_DUE_YEAR + 1, 1, 1, tzinfo=UTC)
"""Before and after all times that an order can have."""
_DAY = timedelta(days=1)

_MIRRORED: Mapping[Relation, Relation] = {
    Relation.LESS: Relation.MORE,
    Relation.AT_MOST: Relation.AT_LEAST,
    Relation.AT_LEAST: Relation.AT_MOST,
    Relation.MORE: Relation.LESS,
}
"""The longer ago something is, the earlier it was."""


class Untold(Exception):
    """Raised for a condition that needs what no column holds."""


@attrs.frozen
class Truth:
    """When a condition is true, and when it is unknown, and when it is false."""

    true: Test
    unknown: Test
    false: Test

    @classmethod
    def constant(cls, value: bool | None) -> Truth:  # noqa: FBT001 - what a condition gives
        """The same for every row."""
        return cls(*(ALWAYS if value is each else NEVER for each in (True, None, False)))


class Translation:
    """Translates a policy's conditions for one command at one moment.

    Args:
        policy: The policy.
        at: The moment, in UTC.
        settled: The facts that are the same for every row, such as who asks.
    """

    def __init__(self, policy: Policy, at: datetime, settled: Mapping[str, Value]) -> None:
        self._policy = policy
        self._at = at
        self._today = at.astimezone(policy.tzinfo).date()
        self._settled = settled

    def truth(self, condition: Condition) -> Truth:
        """When `condition` is true, unknown and false.

        Raises:
            Untold: It needs what no column holds.
        """
        match condition:
            case All(parts):
                return _of_all([self.truth(part) for part in parts])
            case AnyOf(parts):
                turned = _of_all([_turned(self.truth(part)) for part in parts])
                return _turned(turned)
            case Not(inner):
                return _turned(self.truth(inner))
            case IsIn() | Holds() | Compare() | Known() if condition.fact in self._settled:
                return Truth.constant(condition.test(self._settled))
            case IsIn() | Holds() | Compare() | Known():
                column = self._column(condition.fact)
                return self._of_column(condition, column)
            case _:
                raise Untold(f"its condition is a {type(condition).__name__}")

    def _column(self, fact: str) -> str:
        declared = self._policy.fact(fact)
        if declared is not None and declared.own:
            return fact
        return COLUMN_OF[fact]

    def _of_column(self, leaf: IsIn | Holds | Compare | Known, column: str) -> Truth:
        if leaf.fact == "request":
            return self._of_request(leaf, column)
        if leaf.fact == "deadline_passed":
            passed = Bounded(column, Relation.AT_MOST, self._at)
            later = Bounded(column, Relation.MORE, self._at)
            return Truth(passed, NEVER, any_of([Absent(column), later]))
        fact = self._policy.fact(leaf.fact)
        unknown: Test = Absent(column) if fact is not None and fact.may_be_missing else NEVER
        match leaf:
            case Known():
                if unknown == NEVER:
                    return Truth.constant(value=True)
                return Truth(Present(column), NEVER, Absent(column))
            case Holds():
                return Truth(Flag(column, up=True), unknown, Flag(column, up=False))
            case Compare(name, how, bound):
                true = self._compared(name, column, how, bound)
                opposite = attrs.evolve(true, relation=OPPOSITE[true.relation])
                return Truth(true, unknown, opposite)
            case _:
                others = frozenset(self._policy.domain(cast(Choice, fact))) - leaf.values
                return Truth(_among(column, leaf.values), unknown, _among(column, others))

    def _of_request(self, leaf: IsIn | Holds | Compare | Known, column: str) -> Truth:
        """No value stands for nobody having asked, which is a word for rules."""
        if not isinstance(leaf, IsIn):
            return Truth.constant(value=True)
        domain = frozenset(self._policy.domain(request))
        return Truth(
            _requested(column, leaf.values & domain),
            NEVER,
            _requested(column, domain - leaf.values),
        )

    def _compared(self, fact: str, column: str, how: Relation, bound: int | timedelta) -> Bounded:
        if isinstance(bound, timedelta):
            return Bounded(column, _MIRRORED[how], _before(self._at, bound))
        if fact not in DAY_ANCHORS:
            return Bounded(column, how, bound)
        day = _moved_day(self._today, -bound)
        if fact == "days_past_ship_on":
            return Bounded(column, _MIRRORED[how], day)
        # A moment lies on a day or before it until the next one begins.
        next_day = midnight(_moved_day(day, 1), self._policy.tzinfo)
        begins = midnight(day, self._policy.tzinfo)
        match how:
            case Relation.LESS:
                return Bounded(column, Relation.AT_LEAST, next_day)
            case Relation.AT_MOST:
                return Bounded(column, Relation.AT_LEAST, begins)
            case Relation.AT_LEAST:
                return Bounded(column, Relation.LESS, next_day)
            case _:
                return Bounded(column, Relation.LESS, begins)


def _of_all(parts: Iterable[Truth]) -> Truth:
    """True where all are; false where any is; unknown where none is false and any is unknown."""
    truths = list(parts)
    not_false = all_of(any_of([part.true, part.unknown]) for part in truths)
    return Truth(
        all_of(part.true for part in truths),
        all_of([not_false, any_of(part.unknown for part in truths)]),
        any_of(part.false for part in truths),
    )


def _turned(truth: Truth) -> Truth:
    return Truth(truth.false, truth.unknown, truth.true)


def _among(column: str, words: frozenset[str]) -> Test:
    return Among(column, words) if words else NEVER


def _requested(column: str, words: frozenset[str]) -> Test:
    asked = _among(column, words - {NO_REQUEST})
    return any_of([asked, Absent(column)]) if NO_REQUEST in words else asked


def _before(moment: datetime, length: timedelta) -> datetime:
    try:
        return min(max(moment - length, _EARLIEST), _LATEST)
    except OverflowError:
        return _EARLIEST if length > timedelta() else _LATEST


def _moved_day(day: date, days: int) -> date:
    try:
        return min(max(day + _DAY * days, _EARLIEST.date()), _LATEST.date())
    except OverflowError:
        return _EARLIEST.date() if days < 0 else _LATEST.date()
