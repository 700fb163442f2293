"""Calendars: which days are working days, for times that count them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import attrs

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.faults import Faults


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(sorted(f"{each!r:.80}" for each in values))


def _dates(days: Iterable[date]) -> frozenset[date]:
    return frozenset(days)


def _weekdays(days: Iterable[int]) -> frozenset[int]:
    return frozenset(days)


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
        foreign = [each for each in self.holidays if not _is_day(each)]
        if foreign:
            faults.add("holidays", f"has {_listed(foreign)}", "dates without a time")
        if not self.weekend < frozenset(range(7)):
            expected = "numbers from 0, Monday, to 6, and not all of them"
            faults.add("weekend", f"has {_listed(self.weekend)}", expected)
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
