"""Deadlines, as data: what starts one, when it is due, and what it does then."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import attrs

from ordercancel.rules.notifications import Occasion
from ordercancel.rules.sources import Citation, OwnRule


@lru_cache(maxsize=1000)
def midnight(day: date, zone: ZoneInfo, later: int = 0) -> datetime:
    """The moment at which `day`, or the day so many days later, begins in `zone`, in UTC."""
    return datetime.combine(day + timedelta(days=later), time.min, zone).astimezone(UTC)


@attrs.frozen
class After:
    """A length of time after the start."""

    length: timedelta

    def due_at(self, start: datetime, ship_on: date | None, zone: ZoneInfo) -> datetime | None:
        """The moment at which it is too late."""
        return start.astimezone(UTC) + self.length


@attrs.frozen
class EndOfDay:
    """The end of a calendar day in the policy's zone: the day of the start, or `days` later.

    The end of a day is the next local midnight, exclusive; not every day has 24 hours.
    """

    days: int = 0

    def due_at(self, start: datetime, ship_on: date | None, zone: ZoneInfo) -> datetime | None:
        """The moment at which it is too late."""
        return midnight(start.astimezone(zone).date(), zone, self.days + 1)


@attrs.frozen
class EndOfShipDay:
    """The end of the order's planned ship date; never, where it has none."""

    def due_at(self, start: datetime, ship_on: date | None, zone: ZoneInfo) -> datetime | None:
        """The moment at which it is too late."""
        return None if ship_on is None else midnight(ship_on, zone, 1)


Due = After | EndOfDay | EndOfShipDay
"""How long a deadline is."""


class Consequence(StrEnum):
    """What a deadline does when it has passed."""

    APPROVE = "approve"
    REJECT = "reject"
    LAPSE = "lapse"
    MARK_OVERDUE = "mark_overdue"
    BREACH = "breach"


@attrs.frozen
class Deadline:
    """A deadline of a policy.

    Args:
        id: Unique among the policy's rules and deadlines; events name it.
        starts: The occasion that starts it.
        due: When it is over.
        does: What happens then.
        met_by: The moves of the order that meet it, for a breach. Without any, the deadline is
            about the request and ends with it.
        cites: The clauses that it comes from, or the rationale of a rule of our own.
    """

    id: str
    starts: Occasion = attrs.field(kw_only=True)
    due: Due = attrs.field(kw_only=True)
    does: Consequence = attrs.field(kw_only=True)
    met_by: frozenset[str] = attrs.field(default=frozenset(), kw_only=True)
    cites: Citation | OwnRule = attrs.field(kw_only=True)

    @property
    def decides(self) -> bool:
        """Whether it closes the request."""
        return self.does in (Consequence.APPROVE, Consequence.REJECT, Consequence.LAPSE)
