"""Regions of time: the moments at which something can change, and which moments are alike.

Time passes without end, yet a policy tells only finitely many moments apart. Each time that it
compares the present with, or at which a deadline is due, is a *mark* of a case. The explorer moves
from one mark to the next, and to where a length of time that begins then would end together with
a mark. Two moments are alike where the same marks are past, and those ahead come in the same
order, at distances that no length in the policy tells apart.

Where a calendar counts from something that happens, each midnight is a mark as well, and each
turn of a clock that the policy names.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from typing import Any

from ordercancel.domain.cases import Case
from ordercancel.domain.requests import FINAL, RequestStatus
from ordercancel.engine.case_facts import Facts
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Before
from ordercancel.rules.facts import Day
from ordercancel.rules.times import BusinessDays, EndOfDay, NextClock, Shift, Time, unspread
from ordercancel.verification.agreements import HAPPENED
from ordercancel.verification.conditions import every_leaf, every_time
from ordercancel.verification.enumeration import SECOND, sides

_DAY = timedelta(days=1)
_ANY_DAY = date(2024, 4, 1)
_CALENDAR = (EndOfDay, NextClock, BusinessDays)
_FIXED = ("placed_at",)
"""Moments that never come anew."""

_quick_sides = lru_cache(maxsize=100_000)(sides)


class TimeRegions:
    """The regions of time that one policy tells apart.

    Attributes:
        times: The times, each reckoned from one fact.
        far: More days than anything in the policy counts.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.times = every_time(policy)
        self._names = tuple(
            f"{each.anchor_name} {number}" for number, each in enumerate(self.times)
        )
        renewed = [each for each in self.times if self._is_renewed(each)]
        steps = [step for each in renewed for step in each.steps()]
        self._lengths = sorted({abs(step.length) for step in steps if isinstance(step, Shift)})
        self._clocks = sorted({step.clock for step in steps if isinstance(step, NextClock)})
        if any(isinstance(step, EndOfDay | BusinessDays) for step in steps):
            self._clocks = sorted({time(), *self._clocks})
        self._turned: dict[datetime, dict[str, datetime]] = {}
        self._anchors = tuple(dict.fromkeys(each.anchor_name for each in self.times))
        self._marked: dict[Hashable, dict[str, datetime]] = {}
        self._told_apart: dict[Hashable, tuple[object, ...]] = {}
        self._days = sorted(
            {step.later + 1 for step in steps if isinstance(step, EndOfDay)}
            | ({1} if steps else set())
        )
        self._working = [step for step in steps if isinstance(step, BusinessDays)]
        every = [step for each in self.times for step in each.steps()]
        reach = [abs(step.length) // _DAY + 1 for step in every if isinstance(step, Shift)]
        reach += [abs(step.later) + 1 for step in every if isinstance(step, EndOfDay)]
        reach += [2 * step.count + 7 for step in every if isinstance(step, BusinessDays)]
        self.far = max(reach, default=0) + 2
        self._over = {status: frozenset(self._ended(status)) for status in FINAL}
        self._calendars = {step.calendar for step in every if isinstance(step, BusinessDays)}

    def _is_renewed(self, reckoned: Time) -> bool:
        name = reckoned.anchor_name
        return name not in _FIXED and not isinstance(self.policy.fact(name), Day)

    def _ended(self, status: RequestStatus) -> Iterator[str]:
        """The names of the marks that nothing hangs on once the latest request has this status."""
        known = {"request": str(status)}
        compared = {leaf.time for leaf in every_leaf(self.policy) if isinstance(leaf, Before)}
        for name, each in zip(self._names, self.times, strict=True):
            if each.anchor_name in ("requested_at", "closed_at") and each not in compared:
                runs = (
                    deadline.runs.test(defaultdict(lambda: None, known))
                    for deadline in self.policy.deadlines
                    if any(chain == each for chain, _, _ in unspread(deadline.due))
                )
                if all(result is False for result in runs):
                    yield name

    def first(self) -> Iterator[datetime]:
        """When orders are placed: on a Monday on which the edition holds.

        In the morning; on either side of midnight, where lengths of time meet a calendar; so that
        a length from the order is over as a day or a clock time from the order comes; on a Monday,
        a Friday, a Saturday and the eve of a holiday, where working days count.
        """
        zone = self.policy.tzinfo
        first = max(_ANY_DAY, self.policy.holds_from)
        days = {first + (-first.weekday() % 7) * _DAY}
        for calendar in self._calendars:
            eves = {day - _DAY for day in sorted(calendar.holidays)[:1]}
            typical = calendar.typical_days()
            days |= {day for day in typical if day.weekday() in (0, 4, 5) or day in eves}
        clocks = [time(10)]
        if self._clocks and any(isinstance(s, Shift) for t in self.times for s in t.steps()):
            clocks += [time(23, 59, 59), time()]
        clocks = [*dict.fromkeys((*clocks, *self._meeting()))]
        for day in sorted(days):
            yield from (datetime.combine(day, clock, zone) for clock in clocks)

    def _meeting(self) -> Iterator[time]:
        """When an order is placed so that times that are reckoned from it meet, and a second off.

        A length is over at another place among days and clock times for another time of day.
        """
        lengths: set[timedelta] = set()
        clocks: set[time] = set()
        for each in (each for each in self.times if each.anchor_name == "placed_at"):
            length = timedelta()
            for step in each.steps():  # the last first
                if isinstance(step, Shift):
                    length += step.length
                elif isinstance(step, _CALENDAR):
                    turn = step.clock if isinstance(step, NextClock) else time()
                    clocks.add((datetime.combine(_ANY_DAY, turn) + length).time())
                    break
            else:
                lengths.add(length)
        for clock, length in product(sorted(clocks), sorted(lengths)):
            for off in (-SECOND, timedelta(), SECOND):
                yield (datetime.combine(_ANY_DAY, clock) - length + off).time()

    def anchors(self, name: str, at: datetime) -> tuple[date | None, ...]:
        """The values of the fact `name`, a moment or a day, that can be told at `at`.

        Unknown, each side of each mark that hangs on it, and far ahead where it is no past.
        """
        day = isinstance(self.policy.fact(name), Day)
        near: set[date] = set()
        for each in self.times:
            if each.anchor_name == name:
                near |= set(_quick_sides(each, at, self.policy.tzinfo, day=day))
        if name in HAPPENED:
            return (None, *sorted({min(each, at) for each in near} or {at}))
        today = at.astimezone(self.policy.tzinfo).date()
        beyond: date = today + self.far * _DAY if day else at + self.far * _DAY
        return (None, *sorted({*near, beyond}))

    def following(self, case: Case, at: datetime) -> datetime | None:
        """The first moment after `at` at which anything can be different; None where none is."""
        candidates: list[datetime] = []
        marks = self._marks(case, at)
        for mark in (*marks.values(), *self._turns(at).values()):
            if mark > at:
                candidates.append(mark)
                for length in self._lengths:
                    near = mark - length
                    candidates += [near - SECOND, near, near + SECOND]
        return min((each for each in candidates if each > at), default=None)

    def is_ahead(self, case: Case, at: datetime) -> bool:
        """Whether a mark of the case is ahead, and not only a midnight."""
        return any(mark > at for mark in self._marks(case, at).values())

    def region(
        self, case: Case, at: datetime, facts: Mapping[str, Any] | None = None
    ) -> tuple[object, ...]:
        """What is equal for two moments of `case` that nothing can tell apart.

        Args:
            case: The case.
            at: The moment.
            facts: The facts of the case. Default: they are read from it.
        """
        marks = self._marks(case, at, facts)
        key = (at, *marks.items())  # most steps lead to times that others have led to
        region = self._told_apart.get(key)
        if region is None:
            region = self._told_apart[key] = self._region(marks, at)
        return region

    def _region(self, marks: Mapping[str, datetime], at: datetime) -> tuple[object, ...]:
        past = tuple([name for name, mark in marks.items() if mark <= at])
        working = self._working_days(at)
        ahead: list[object] = []
        earlier: datetime | None = None
        today = at.astimezone(self.policy.tzinfo).date()
        counted = sorted({*self._days, *working}) if working else self._days
        every = {**marks, **self._turns(at)}
        coming = [(mark, name) for name, mark in every.items() if mark > at]
        for mark, name in sorted(coming):
            ahead.append((name, mark == earlier, self._distance(mark, at, today, counted)))
            earlier = mark
        return past, tuple(ahead), working

    def _working_days(self, at: datetime) -> tuple[int, ...]:
        """In how many days those are over that count working days, if they began now."""
        if not self._working:
            return ()
        today = at.astimezone(self.policy.tzinfo).date()
        lasts = (step.calendar.after(today, step.count) for step in self._working)
        return tuple(-1 if last is None else (last - today).days + 1 for last in lasts)

    def _distance(
        self, mark: datetime, at: datetime, today: date, counted: list[int]
    ) -> tuple[int, ...]:
        """How far `mark` is from `at`, as finely as the policy's lengths and days tell."""
        gap = mark - at
        place = bisect_left(self._lengths, gap)
        exact = place < len(self._lengths) and self._lengths[place] == gap
        if not self._clocks:
            return place, exact
        days = (mark.astimezone(self.policy.tzinfo).date() - today).days
        band = bisect_left(counted, days)
        return place, exact, band, band < len(counted) and counted[band] == days

    def _marks(
        self, case: Case, at: datetime, facts: Mapping[str, Any] | None = None
    ) -> dict[str, datetime]:
        """The marks of a case; of one that is cancelled those of deadlines that still run."""
        facts = facts or Facts(None, case, self.policy, at)
        if case.order.status == self.policy.orders.cancelled and not self._runs_when_cancelled(
            case
        ):
            return {}
        request = None if case.latest is None else case.latest.status
        key = (request, *[facts[name] for name in self._anchors])
        marks = self._marked.get(key)
        if marks is not None:
            return marks
        marks = self._marked[key] = {}
        over = () if request is None else self._over.get(request, ())
        for name, each in zip(self._names, self.times, strict=True):
            mark = None if name in over else each.at(facts.__getitem__)
            if mark is not None:
                marks[name] = mark
        return marks

    def _runs_when_cancelled(self, case: Case) -> bool:
        facts = Facts(None, case, self.policy, case.updated_at or case.order.placed_at)
        return any(each.runs.test(facts) is True for each in self.policy.deadlines)

    def _turns(self, at: datetime) -> dict[str, datetime]:
        """The next time that each clock turns that something can be counted from."""
        turns = self._turned.get(at)
        if turns is None:
            zone = self.policy.tzinfo
            turns = {f"clock {clock}": _next(clock, at, zone) for clock in self._clocks}
            self._turned[at] = turns
        return turns


def _next(clock: time, at: datetime, zone: object) -> datetime:
    return NextClock(Day("day"), clock).after(at, zone)  # type: ignore[arg-type]
