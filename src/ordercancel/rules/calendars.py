"""Calendars: which days are working days, for times that count them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.exact import exact
from ordercancel.domain.faults import Faults


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(sorted(f"{each!r:.80}" for each in values))


def _gathered(values: Any) -> Any:
    """A frozen set of `values`; what cannot be one stays as it is, to be named with all else."""
    try:
        return frozenset(map(exact, values))
    except TypeError:
        return values


def _dates(days: Iterable[date]) -> frozenset[date]:
    gathered: frozenset[date] = _gathered(days)
    return gathered


def _weekdays(days: Iterable[int]) -> frozenset[int]:
    gathered: frozenset[int] = _gathered(days)
    return gathered


def _is_weekday(value: object) -> bool:
    return value in range(7) and not isinstance(value, bool)


@attrs.frozen(kw_only=True)
class Calendar:
    """Which days are working days, as the host knows them.

    Args:
        first: The first day that the calendar covers.
        last: The last day that it covers. A time that would need a day beyond is unknown.
        holidays: The days on which nobody works, beside the weekend.
        weekend: The days of the week without work; Monday is 0. Default: Saturday and Sunday.

    Raises:
        InvalidPolicy: With every fault: what is no day, a week without a working day, an end
            before the beginning.
    """

    first: date
    last: date
    holidays: frozenset[date] = attrs.field(default=(), converter=_dates, repr=False)
    weekend: frozenset[int] = attrs.field(default=(5, 6), converter=_weekdays)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Calendar")
        ends = {"first": self.first, "last": self.last}
        for field, day in ends.items():
            if not _is_day(day):
                faults.add(field, f"is {day!r:.80}", "a date without a time")
        # As a type they are sets; what the host hands in may be none.
        holidays: object = self.holidays
        weekend: object = self.weekend
        expected = "dates without a time"
        if not isinstance(holidays, frozenset):
            faults.add("holidays", f"is {holidays!r:.80}", expected)
        elif foreign := [each for each in holidays if not _is_day(each)]:
            faults.add("holidays", f"has {_listed(foreign)}", expected)
        expected = "numbers from 0, Monday, to 6, and not all of them"
        if not isinstance(weekend, frozenset):
            faults.add("weekend", f"is {weekend!r:.80}", expected)
        elif len(weekend) == 7 or not all(map(_is_weekday, weekend)):
            faults.add("weekend", f"has {_listed(weekend)}", expected)
        if all(map(_is_day, ends.values())) and self.last < self.first:
            faults.add("last", f"is {self.last}", f"a day from {self.first}, the first one, on")
        faults.raise_if_any(InvalidPolicy)

    def typical_days(self) -> frozenset[date]:
        """Days that stand for all others: the first of each weekday, and the eve of a holiday."""
        week = {self.first + timedelta(days=7 + later) for later in range(7)}
        eves = {day - timedelta(days=1) for day in sorted(self.holidays)[:1]}
        return frozenset(day for day in week | eves if self.first <= day <= self.last)

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def after(self, day: date, count: int) -> date | None:
        """The working day that is the `count`-th after `day`; `day` itself for 0.

        None where the calendar does not cover all the days between.
        """
        if not self.first <= day <= self.last:
            return None
        while count:
            if day >= self.last:
                return None
            day += timedelta(days=1)
            count -= self.works(day)
        return day
