"""Times turned round: with which anchors the present is before a time.

Every time rises with the one fact that it is reckoned from, its anchor. So ``now < time`` holds
from one anchor on, and a time that counts working days is known between two anchors: those that
its calendar covers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ordercancel.rules.times import BusinessDays, Reads, Time

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 12, 31, tzinfo=UTC)
"""The moments that an anchor can be at."""

_MICROSECOND = timedelta(microseconds=1)


def least_anchor(
    reckoned: Time,
    now: datetime,
    zone: ZoneInfo,
    *,
    day: bool = False,
    within: tuple[date | None, date | None] = (None, None),
) -> datetime | date | None:
    """The first value of the one anchor of `reckoned` with which ``now < reckoned`` holds.

    Found by halving: it holds for this anchor and for all later ones, and for none that is
    earlier.

    Args:
        reckoned: A time with exactly one fact in it.
        now: The present moment, in UTC.
        zone: The policy's time zone.
        day: Whether the anchor is a calendar day instead of a moment.
        within: The first and the last anchor to look at, None for those of the years 1900 and
            9000. Default: all of them.

    Returns:
        The first such moment, to the microsecond, or day; None where there is none.
    """
    line = _Line(zone, day=day, now=now)
    first, last = within
    low = 0 if first is None else line.step_of(first)
    high = line.last if last is None else line.step_of(last)
    step = _least(low, high, lambda step: reckoned.is_ahead(line.reads(step)) is True)
    return None if step is None else line.anchor(step)


def known_anchors(
    reckoned: Time, zone: ZoneInfo, *, day: bool = False
) -> tuple[date | None, date | None] | None:
    """The first and the last anchor with which `reckoned` is known, as its calendars have it.

    Args:
        reckoned: A time with exactly one fact in it.
        zone: The policy's time zone.
        day: Whether the anchor is a calendar day instead of a moment.

    Returns:
        The first and the last one; None for a side without an end, and for both where there is
        no such anchor.
    """
    line = _Line(zone, day=day)
    low, high = 0, line.last
    for step in reversed(tuple(reckoned.steps())):
        if isinstance(step, BusinessDays):
            covered = line.covered(step, low, high)
            if covered is None:
                return None
            low, high = covered
    return (line.anchor(low) if low else None, line.anchor(high) if high < line.last else None)


class _Line:
    """The anchors that there can be, numbered: by microseconds, or by days."""

    def __init__(self, zone: ZoneInfo, *, day: bool, now: datetime | None = None) -> None:
        self._known = {"zone": zone, "now": now}
        self._day = day
        self.last = self.step_of(LAST.date() if day else LAST)

    def anchor(self, step: int) -> datetime | date:
        return FIRST.date() + timedelta(step) if self._day else FIRST + step * _MICROSECOND

    def step_of(self, anchor: date) -> int:
        if isinstance(anchor, datetime):
            return (anchor - FIRST) // _MICROSECOND
        return (anchor - FIRST.date()).days

    def reads(self, step: int) -> Reads:
        anchor = self.anchor(step)
        return lambda name: self._known.get(name, anchor)

    def covered(self, step: BusinessDays, low: int, high: int) -> tuple[int, int] | None:
        """The first and the last of the anchors `low` to `high` that a calendar covers."""
        calendar = step.calendar

        def day(number: int) -> date:
            found = step.anchor.day(self.reads(number))
            return date.max if found is None else found

        first = _least(low, high, lambda number: day(number) >= calendar.first)
        if first is None:
            return None
        beyond = _least(first, high, lambda n: calendar.after(day(n), step.count) is None)
        last = high if beyond is None else beyond - 1
        return None if last < first else (first, last)


def _least(low: int, high: int, holds: Callable[[int], bool]) -> int | None:
    """The first number, `low` to `high`, from which on `holds` is true; None where none is."""
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
