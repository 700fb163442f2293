"""The moments at which an answer can change by itself, and those around them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from hypothesis.strategies import DrawFn

from ordercancel.domain.cases import Case
from ordercancel.engine.case_facts import (
    DAY_ANCHORS,
    SPAN_ANCHORS,
    day_anchor,
    day_of,
    span_anchor,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Compare
from ordercancel.rules.deadlines import midnight
from ordercancel.testing.draws import one_of
from ordercancel.verification.enumeration import all_leaves

__all__ = ["draw_moment", "turning_points"]

_GAPS = (
    timedelta(),
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(hours=7),
    timedelta(days=1),
)
_TICK = timedelta.resolution
_LAST = datetime(8000, 1, 1, tzinfo=UTC)
"""Time goes no further, so that whatever is reckoned from it stays within the calendar."""


def turning_points(policy: Policy, case: Case) -> tuple[datetime, ...]:
    """When what may be done about `case` can change although nobody does anything, in order.

    Where a length of time reaches a bound that a rule compares it with, where a calendar day
    begins that does so in the policy's zone, after the planned ship date, and where a deadline
    comes due.
    """
    dues = (duty.due_at for duty in case.open_duties)
    return tuple(sorted({*_bounds_reached(policy, case), *_midnights(policy, case), *dues}))


def draw_moment(draw: DrawFn, /, policy: Policy, case: Case, after: datetime) -> datetime:
    """A moment from `after` on: soon after it, or just before, at or after a turning point."""
    points = [
        moment
        for point in turning_points(policy, case)
        for moment in (point - _TICK, point, point + _TICK)
        if after <= moment <= _LAST
    ]
    soon = [min(after + gap, max(after, _LAST)) for gap in _GAPS]
    return one_of(draw, one_of(draw, (soon, soon, points)) if points else soon)


def _bounds_reached(policy: Policy, case: Case) -> Iterator[datetime]:
    for fact, bound in _compared(policy):
        anchor = span_anchor(fact, case) if fact in SPAN_ANCHORS else None
        if anchor is not None and isinstance(bound, timedelta):
            with suppress(OverflowError):
                yield anchor + bound


def _midnights(policy: Policy, case: Case) -> Iterator[datetime]:
    days = [(case.order.ship_on, 1)] if case.order.ship_on is not None else []
    for fact, bound in _compared(policy):
        anchor = day_anchor(fact, case) if fact in DAY_ANCHORS else None
        if anchor is not None and isinstance(bound, int):
            day = day_of(anchor, policy.tzinfo)
            days += [(day, bound), (day, bound + 1)]
    for day, later in days:
        with suppress(OverflowError):
            yield midnight(day + timedelta(days=later), policy.tzinfo)


@lru_cache(maxsize=64)
def _compared(policy: Policy) -> frozenset[tuple[str, int | timedelta]]:
    """The facts that rules compare, each with a bound."""
    leaves = all_leaves(policy)
    return frozenset((leaf.fact, leaf.bound) for leaf in leaves if isinstance(leaf, Compare))
