"""Times: the moments that rules compare with the present, and at which deadlines are due.

A time is reckoned from facts: a moment (``placed_at``), a day (``ship_on``), and what is built on
them::

    now < placed_at + minutes(30)           # within half an hour of the order
    now >= ship_on.end()                    # from the midnight after the planned ship date
    requested_at.end_of_day(4)              # a deadline: four whole days after the request
    paid_at.next(time(20))                  # the next 20:00 on the policy's clock
    closed_at.business_days(2, calendar)    # the end of the second working day afterwards

``now < T`` and ``now >= T`` are the only comparisons: *T itself is too late*, for rules and
deadlines alike. Days and clock times are those of the policy's zone; the end of a day is the next
local midnight, exclusive, so that a day of 23 or 25 hours is one day.

**Each time rises with its anchor**: a later anchor never gives an earlier time. So ``now < T`` can
be turned round into one comparison of the anchor with a constant (`ordercancel.rules.anchors`),
which is how it is asked in SQL and of data frames.

A time is unknown (None) where a fact that it is reckoned from is, or where a calendar does not
cover the years.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import attrs

from ordercancel.domain.errors import Fault, InvalidPolicy
from ordercancel.domain.limits import MAX_NESTED_TIMES, MAX_TIMES
from ordercancel.rules.calendars import Calendar

Reads = Callable[[str], Any]
"""Gives the value of a fact by its name, None where it is not known."""


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    """So many days of 24 hours; see `Time.end_of_day` for days of the calendar."""
    return timedelta(days=count)


@lru_cache(maxsize=1000)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which `day` begins in `zone`."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


class Dated(Protocol):
    """What has a calendar day: a time, or a fact that is a day."""

    @property
    def anchor_name(self) -> str:
        """The name of the fact that it is reckoned from."""

    def day(self, read: Reads, /) -> date | None:
        """The calendar day in the policy's zone; None where it is not known."""


class Time:
    """A moment reckoned from facts."""

    __slots__ = ()

    def at(self, read: Reads) -> datetime | None:
        """The moment in UTC; None where it is not known.

        Args:
            read: Gives the facts by name, and under ``"zone"`` the policy's time zone.
        """
        raise TypeError(f"{type(self).__name__} does not say how it is reckoned")

    def day(self, read: Reads) -> date | None:
        """The calendar day of this time in the policy's zone; None where it is not known."""
        moment = self.at(read)
        return None if moment is None else moment.astimezone(read("zone")).date()

    def is_ahead(self, read: Reads) -> bool | None:
        """Whether the present, the fact ``now``, is before this time; None where unknown."""
        moment = self.at(read)
        return None if moment is None else bool(read("now") < moment)

    @property
    def anchor_name(self) -> str:
        """The name of the one fact that it is reckoned from; several times have none."""
        raise TypeError(f"{type(self).__name__} is not reckoned from one fact")

    def steps(self) -> Iterator[Time]:
        """The time itself and those that it is reckoned from, the last first."""
        yield self

    def __add__(self, length: timedelta) -> Shift:
        return Shift(self, length)

    def __sub__(self, length: timedelta) -> Shift:
        return Shift(self, -length)

    def end_of_day(self, later: int = 0) -> EndOfDay:
        """The end of the calendar day of this time, or of the day so many days `later`."""
        return EndOfDay(self, later)

    def next(self, clock: time) -> NextClock:
        """The first moment after this time at which the local clock shows `clock`."""
        return NextClock(self, clock)

    def business_days(self, count: int, calendar: Calendar) -> BusinessDays:
        """The end of the `count`-th working day after the day of this time."""
        return BusinessDays(self, count, calendar)


@attrs.frozen
class _Step(Time):
    """A time that is reckoned from another one, or from a day."""

    anchor: Any

    @property
    def anchor_name(self) -> str:
        name: str = self.anchor.anchor_name
        return name

    def steps(self) -> Iterator[Time]:
        yield self
        if isinstance(self.anchor, Time):
            yield from self.anchor.steps()


@attrs.frozen
class Shift(_Step):
    """A length of time after another time, or before it where the length is negative."""

    anchor: Time
    length: timedelta

    def at(self, read: Reads) -> datetime | None:
        moment = self.anchor.at(read)
        return None if moment is None else moment + self.length


@attrs.frozen
class EndOfDay(_Step):
    """The end of a calendar day: the next local midnight, exclusive."""

    anchor: Dated
    later: int = 0

    def at(self, read: Reads) -> datetime | None:
        day = self.anchor.day(read)
        return None if day is None else midnight(day + days(self.later + 1), read("zone"))


@attrs.frozen
class NextClock(_Step):
    """The first moment after another time at which the local clock shows a time of day.

    A time that the clock skips is the moment at which it would have come; of one that comes
    twice it is the first.
    """

    anchor: Time
    clock: time

    def at(self, read: Reads) -> datetime | None:
        moment = self.anchor.at(read)
        return None if moment is None else self.after(moment, read("zone"))

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first moment after `moment` at which the clock in `zone` shows it."""
        day = moment.astimezone(zone).date()
        shown = datetime.combine(day, self.clock, zone).astimezone(UTC)
        if shown > moment:
            return shown
        return datetime.combine(day + days(1), self.clock, zone).astimezone(UTC)


@attrs.frozen
class BusinessDays(_Step):
    """The end of a working day, counted from the day of an anchor."""

    anchor: Dated
    count: int
    calendar: Calendar = attrs.field(repr=False)

    def at(self, read: Reads) -> datetime | None:
        day = self.anchor.day(read)
        last = None if day is None else self.calendar.after(day, self.count)
        return None if last is None else midnight(last + days(1), read("zone"))


def _pairs(times: Mapping[str, Time] | tuple[tuple[str, Time], ...]) -> Any:
    return tuple(times.items()) if isinstance(times, Mapping) else times


def _named(choice: Any) -> Any:
    return getattr(choice, "name", choice)


@attrs.frozen
class By(Time):
    """The time by a word: of each word of a choice its own time.

    Args:
        choice: The fact that is the choice, or its name.
        times: The time of each word. A word that is left out has none: it is unknown.
    """

    choice: str = attrs.field(converter=_named)
    times: tuple[tuple[str, Time], ...] = attrs.field(converter=_pairs)

    def at(self, read: Reads) -> datetime | None:
        chosen = dict(self.times).get(read(self.choice))
        return None if chosen is None else chosen.at(read)

    def is_ahead(self, read: Reads) -> bool | None:
        chosen = dict(self.times).get(read(self.choice))
        return None if chosen is None else chosen.is_ahead(read)


@attrs.frozen(init=False)
class _Several(Time):
    times: tuple[Time, ...]

    def __init__(self, first: Time, *others: Time) -> None:
        self.__attrs_init__((first, *others))


@attrs.frozen(init=False)
class Earliest(_Several):
    """The first of several times, of those that are known."""

    def at(self, read: Reads) -> datetime | None:
        known = (each.at(read) for each in self.times)
        return min((moment for moment in known if moment is not None), default=None)

    def is_ahead(self, read: Reads) -> bool | None:
        """Before all of them; before the first known one it is unknown while another is."""
        ahead = [each.is_ahead(read) for each in self.times]
        return False if False in ahead else None if None in ahead else True


@attrs.frozen(init=False)
class Latest(_Several):
    """The last of several times; unknown as long as one of them is."""

    def at(self, read: Reads) -> datetime | None:
        moments = [each.at(read) for each in self.times]
        known = [moment for moment in moments if moment is not None]
        return max(known) if known and len(known) == len(moments) else None

    def is_ahead(self, read: Reads) -> bool | None:
        """Before any of them; past all that are known it is unknown while another is."""
        ahead = [each.is_ahead(read) for each in self.times]
        return True if True in ahead else None if None in ahead else False


def is_reckoned(time: object) -> bool:
    """Whether `time` is a moment, or steps that begin with a moment or a day."""
    first = time
    while isinstance(first, _Step):
        first = first.anchor
    return isinstance(time, Time) and hasattr(first, "day")


def spread(time: Time) -> Time:
    """The same time with `By`, `Earliest` and `Latest` outside of what is reckoned from them.

    Every step rises with its anchor, so the end of the day of the earlier of two times is the
    earlier of the two ends.

    Raises:
        InvalidPolicy: It is made of too many times.
    """
    level, counts = [time], [1]
    while level and len(counts) <= MAX_NESTED_TIMES and sum(counts) <= MAX_TIMES:
        level = [part for each in level for part in _parts(each)]
        counts.append(len(level))
    if level:
        expected = f"at most {MAX_NESTED_TIMES} times in each other, and {MAX_TIMES:,} in all"
        raise InvalidPolicy([Fault("time", "is made of too many times", expected)])
    return _spread(time)


def _parts(time: object) -> tuple[Any, ...]:
    if isinstance(time, By):
        return tuple(each for _, each in time.times)
    return getattr(time, "times", (time.anchor,) if isinstance(time, _Step) else ())


def _spread(time: Time) -> Time:
    match time:
        case By(choice, times):
            return By(choice, tuple((word, _spread(each)) for word, each in times))
        case Earliest(times) | Latest(times):
            return type(time)(*map(_spread, times))
        case Shift(anchor) | EndOfDay(anchor) | NextClock(anchor) | BusinessDays(anchor):
            if not isinstance(anchor, Time):
                return time
            match _spread(anchor):
                case By(choice, times):
                    return By(choice, tuple((word, _step(time, each)) for word, each in times))
                case Earliest(times) | Latest(times) as several:
                    return type(several)(*(_step(time, each) for each in times))
                case _:
                    return time
        case _:
            return time


def _step(time: _Step, anchor: Time) -> Time:
    """The same step from another anchor, which may itself be one of several times."""
    return _spread(attrs.evolve(time, anchor=anchor))


def unspread(time: Time) -> Iterator[tuple[Time, str | None, frozenset[str]]]:
    """The times that are each reckoned from one fact, which `time` consists of.

    Each comes with the choice that picks it, if one does, and the words of that choice.
    """
    match spread(time):
        case By(choice, times):
            words = frozenset(word for word, _ in times)
            for _, each in times:
                yield from ((chain, choice, words) for chain, _, _ in unspread(each))
        case Earliest(times) | Latest(times):
            for each in times:
                yield from unspread(each)
        case chain:
            yield chain, None, frozenset()
