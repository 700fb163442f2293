"""Regions of time: the moments at which something can change, and which moments are alike.

Time passes without end, yet the rules tell only finitely many moments apart: those before, at and
after each bound, each deadline and each planned day. The explorer moves from one such moment to
the next. Two cases are alike where the same ones lie behind, and those ahead come in the same
order, at distances that no length in the policy tells apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.orders import Order
from ordercancel.engine.case_facts import DAY_ANCHORS, day_anchor, day_of, span_anchor
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Compare
from ordercancel.rules.deadlines import After, EndOfDay, EndOfShipDay, midnight
from ordercancel.verification.enumeration import TICK, all_leaves

_DAY = timedelta(days=1)
# Lengths of time that begin anew while an order goes its way.
_RENEWED = ("since_status", "since_requested")


@attrs.frozen
class _Mark:
    """A moment at which something changes; `exact` where being just at it is a case of its own."""

    at: datetime
    exact: bool


class TimeRegions:
    """The regions of time that one policy tells apart.

    Attributes:
        plans: Whether anything depends on the planned ship date.
        calendar: Whether anything depends on which day it is.
        far: More days than anything in the policy counts.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        compared = {leaf for leaf in all_leaves(policy) if isinstance(leaf, Compare)}
        self._spans = sorted(
            {(leaf.fact, leaf.bound) for leaf in compared if isinstance(leaf.bound, timedelta)}
        )
        self._days = sorted(
            {
                (leaf.fact, number)
                for leaf in compared
                if isinstance(leaf.bound, int) and leaf.fact in DAY_ANCHORS
                for number in (leaf.bound, leaf.bound + 1)
            }
        )
        dues = [deadline.due for deadline in policy.deadlines]
        self._ends_of_ship_day = any(isinstance(due, EndOfShipDay) for due in dues)
        started = [due.length for due in dues if isinstance(due, After)]
        renewed = [bound for fact, bound in self._spans if fact in _RENEWED]
        self._lengths = sorted({*started, *renewed})
        ends = [due.days for due in dues if isinstance(due, EndOfDay)]
        self.plans = self._ends_of_ship_day or any(
            fact == "days_past_ship_on" for fact, _ in self._days
        )
        self.calendar = bool(ends) or self.plans or bool(self._days)
        self._past = sorted({number for fact, number in self._days if fact == "days_past_ship_on"})
        reach = [*ends, *(abs(number) for _, number in self._days)]
        reach += [length // _DAY + 1 for length in self._lengths]
        self.far = max(reach, default=0) + 2

    def first(self) -> Iterator[datetime]:
        """When orders are placed: in the morning; on either side of midnight, if it matters."""
        zone = self.policy.tzinfo
        yield datetime(2024, 4, 1, 10, tzinfo=zone)
        if self.calendar and self._spans:
            yield datetime(2024, 4, 1, 23, 59, 59, tzinfo=zone)
            yield datetime(2024, 4, 1, tzinfo=zone)

    def ship_dates(self, at: datetime) -> tuple[date, ...]:
        """The planned ship dates that make a difference at the moment `at`."""
        today = at.astimezone(self.policy.tzinfo).date()
        if not self.plans:
            return (today,)
        days = {
            today - timedelta(days=past) for bound in self._past for past in (bound, bound - 1)
        }
        return tuple(sorted({*days, today, today + timedelta(days=self.far)}))

    def ship_offsets(self) -> tuple[timedelta | None, ...]:
        """How long after it is placed an order may be planned to ship; None where it is not."""
        placed_at = next(self.first())
        return (None, *(day - placed_at.date() for day in self.ship_dates(placed_at)))

    def paid_offsets(self) -> tuple[timedelta | None, ...]:
        """How long after it is placed an order may be paid; None where it is not."""
        if all(fact != "since_paid" for fact, _ in self._spans):
            return (None,)
        others = [bound for fact, bound in self._spans if fact != "since_paid"]
        return (None, timedelta(), *((max(others),) if others else ()))

    def following(self, case: Case, at: datetime) -> datetime | None:
        """The first moment after `at` at which anything can be different; None where none is."""
        around = (-TICK, timedelta(), TICK)
        candidates: list[datetime] = []
        for mark in self._marks(case, at).values():
            candidates += [mark.at + step for step in (around if mark.exact else around[:2])]
            candidates += [mark.at - length + step for length in self._lengths for step in around]
        return min((each for each in candidates if each > at), default=None)

    def region(self, case: Case, at: datetime) -> tuple[object, ...]:
        """Return what is equal for two moments of `case` that nothing can tell apart."""
        behind: list[object] = []
        coming: list[tuple[datetime, str]] = []
        for name, mark in self._marks(case, at).items():
            if mark.at > at:
                coming.append((mark.at, name))
            elif mark.exact and mark.at == at:
                behind.append((name, "now"))
            else:
                behind.append(name)
        ahead: list[object] = []
        earlier: datetime | None = None
        for moment, name in sorted(coming):
            ahead.append((name, moment == earlier, self._distance(moment, at)))
            earlier = moment
        return (tuple(behind), tuple(ahead))

    def _distance(self, moment: datetime, at: datetime) -> tuple[int, ...]:
        """How far `moment` is from `at`, as finely as the policy's lengths and days tell."""
        gap = moment - at
        place = bisect_left(self._lengths, gap)
        exact = place < len(self._lengths) and self._lengths[place] == gap
        soon = gap <= TICK
        if not self.calendar:
            return place, exact, soon
        zone = self.policy.tzinfo
        days = (moment.astimezone(zone).date() - at.astimezone(zone).date()).days
        return place, exact, soon, min(days, self.far)

    def _marks(self, case: Case, at: datetime) -> dict[str, _Mark]:
        order = case.order
        marks: dict[str, _Mark] = {}
        for fact, bound in self._spans:
            anchor = span_anchor(fact, case)
            if anchor is not None:
                marks[f"{fact} {bound}"] = _Mark(anchor + bound, exact=True)
        for fact, number in self._days:
            counted_from = day_anchor(fact, case)
            if counted_from is not None:
                day = day_of(counted_from, self.policy.tzinfo)
                marks[f"{fact} {number}"] = self._midnight(day + timedelta(days=number))
        latest = 0 if case.latest is None else case.latest.number
        for duty in sorted(case.open_duties, key=lambda duty: duty.due_at, reverse=True):
            age = "present" if duty.request == latest else "earlier"
            marks[f"{duty.deadline} {age}"] = _Mark(duty.due_at, exact=False)
        if self._ends_of_ship_day and order.ship_on is not None:
            marks["end of the ship date"] = self._midnight(order.ship_on + _DAY)
        if self.calendar and self._is_alive(order):
            today = at.astimezone(self.policy.tzinfo).date()
            marks["midnight"] = self._midnight(today + _DAY)
        return marks

    def _is_alive(self, order: Order) -> bool:
        return any(source == order.status for source, _ in self.policy.orders.table)

    def _midnight(self, day: date) -> _Mark:
        return _Mark(midnight(day, self.policy.tzinfo), exact=False)
