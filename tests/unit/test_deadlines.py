"""A deadline is over after a length of time, or at the end of a calendar day in a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ordercancel.policy import After, Consequence, Deadline, EndOfDay, EndOfShipDay, Occasion
from unit.tiny import OURS

TOKYO = ZoneInfo("Asia/Tokyo")
NEW_YORK = ZoneInfo("America/New_York")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_length_of_time_counts_from_the_start() -> None:
    due = After(timedelta(hours=48)).due_at(at(2024, 3, 1, 5), None, TOKYO)
    assert due == at(2024, 3, 3, 5)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (datetime(2024, 3, 1, 23, 59, tzinfo=TOKYO), 0, at(2024, 3, 1, 15)),
        (datetime(2024, 3, 2, 0, 0, tzinfo=TOKYO), 0, at(2024, 3, 2, 15)),
        (at(2024, 3, 1, 14, 59), 0, at(2024, 3, 1, 15)),
        (at(2024, 3, 1, 15, 0), 0, at(2024, 3, 2, 15)),
        (at(2024, 3, 1, 3), 4, at(2024, 3, 5, 15)),
        (at(2024, 12, 31, 3), 0, at(2024, 12, 31, 15)),
    ],
)
def test_a_day_ends_at_the_next_midnight_of_tokyo(
    start: datetime, days: int, due: datetime
) -> None:
    assert EndOfDay(days).due_at(start, None, TOKYO) == due


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2024, 3, 10), 23), (date(2024, 11, 3), 25), (date(2024, 7, 1), 24)]
)
def test_a_day_has_the_hours_that_its_zone_gives_it(day: date, hours: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)
    due = EndOfDay().due_at(midnight, None, NEW_YORK)
    assert due is not None
    assert due - midnight.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("ship_on", "zone", "due"),
    [
        (date(2024, 3, 9), TOKYO, at(2024, 3, 9, 15)),
        (date(2024, 3, 9), NEW_YORK, at(2024, 3, 10, 5)),
        (date(2024, 3, 10), NEW_YORK, at(2024, 3, 11, 4)),
        (date(2024, 2, 28), TOKYO, at(2024, 2, 28, 15)),
    ],
)
def test_the_ship_day_ends_in_the_zone_whenever_it_started(
    ship_on: date, zone: ZoneInfo, due: datetime
) -> None:
    assert EndOfShipDay().due_at(at(2024, 3, 1), ship_on, zone) == due


def test_without_a_ship_date_there_is_no_end() -> None:
    assert EndOfShipDay().due_at(at(2024, 3, 1), None, TOKYO) is None


@pytest.mark.parametrize("due", [After(timedelta(hours=1)), EndOfDay(), EndOfShipDay()])
def test_what_is_due_is_told_in_utc(due: After | EndOfDay | EndOfShipDay) -> None:
    start = datetime(2024, 3, 1, 12, tzinfo=NEW_YORK)
    moment = due.due_at(start, date(2024, 3, 1), NEW_YORK)
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("does", "decides"),
    [
        (Consequence.APPROVE, True),
        (Consequence.REJECT, True),
        (Consequence.LAPSE, True),
        (Consequence.MARK_OVERDUE, False),
        (Consequence.BREACH, False),
    ],
)
def test_some_consequences_close_the_request(does: Consequence, decides: bool) -> None:
    deadline = Deadline("d", starts=Occasion.REFERRED, due=EndOfDay(), does=does, cites=OURS)
    assert deadline.decides is decides
    assert deadline.met_by == frozenset()
