"""Times: what they are reckoned from, when unknown, and that each rises with its anchor."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.rules.anchors import known_anchors, least_anchor
from ordercancel.rules.calendars import Calendar
from ordercancel.rules.conditions import All, AnyOf, Before, Not, now
from ordercancel.rules.facts import paid_at, placed_at, ship_on, status
from ordercancel.rules.times import (
    By,
    Earliest,
    Latest,
    Time,
    days,
    hours,
    minutes,
    spread,
)

BERLIN, APIA, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Tokyo")
HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)}
CALENDAR = Calendar(first=date(2025, 1, 1), last=date(2027, 12, 31), holidays=HOLIDAYS)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def reads(zone: ZoneInfo = BERLIN, **facts: Any) -> Any:
    """What gives the facts by name."""
    return {"zone": zone, **facts}.get


class TestReckoning:
    def test_a_length_is_added_in_absolute_time(self) -> None:
        read = reads(placed_at=utc(2026, 3, 28, 23, 30))
        assert (placed_at + hours(24)).at(read) == utc(2026, 3, 29, 23, 30)
        assert (placed_at - minutes(30)).at(read) == utc(2026, 3, 28, 23)

    def test_the_end_of_a_day_is_the_next_local_midnight(self) -> None:
        """Also of the day of 23 hours on which clocks are set forward."""
        read = reads(placed_at=utc(2026, 3, 28, 23, 30))  # 00:30 on the 29th
        assert placed_at.end_of_day().at(read) == utc(2026, 3, 29, 22)
        assert placed_at.end_of_day(1).at(read) == utc(2026, 3, 30, 22)

    def test_a_day_that_is_skipped_ends_as_it_begins(self) -> None:
        """Samoa had no 30 December 2011."""
        read = reads(APIA, ship_on=date(2011, 12, 29))
        assert ship_on.end().at(read) == utc(2011, 12, 30, 10)
        assert ship_on.end(1).at(read) == utc(2011, 12, 30, 10)
        assert ship_on.end(2).at(read) == utc(2011, 12, 31, 10)

    def test_the_next_clock_time_is_today_or_tomorrow(self) -> None:
        at_eight = placed_at.next(time(20))
        assert at_eight.at(reads(placed_at=utc(2026, 1, 5, 18, 59, 59))) == utc(2026, 1, 5, 19)
        assert at_eight.at(reads(placed_at=utc(2026, 1, 5, 19))) == utc(2026, 1, 6, 19)

    def test_a_clock_time_that_is_skipped_is_when_it_would_have_come(self) -> None:
        """On 29 March 2026 clocks in Berlin go from 02:00 to 03:00."""
        half_past_two = placed_at.next(time(2, 30))
        assert half_past_two.at(reads(placed_at=utc(2026, 3, 29, 0))) == utc(2026, 3, 29, 1, 30)

    def test_working_days_pass_over_weekends_and_holidays(self) -> None:
        """From Thursday 2 April over Good Friday and Easter Monday to Wednesday."""
        two = placed_at.business_days(2, CALENDAR)
        assert two.at(reads(placed_at=utc(2026, 4, 2, 12))) == utc(2026, 4, 8, 22)
        none = placed_at.business_days(0, CALENDAR)
        assert none.at(reads(placed_at=utc(2026, 4, 2, 12))) == utc(2026, 4, 2, 22)

    def test_a_weekend_is_what_the_host_says(self) -> None:
        friday = Calendar(first=date(2026, 1, 1), last=date(2026, 12, 31), weekend={4})
        assert ship_on.business_days(1, friday).at(reads(TOKYO, ship_on=date(2026, 6, 4))) == utc(
            2026, 6, 6, 15
        )

    def test_a_calendar_that_covers_nothing_right_names_everything_that_is_wrong(self) -> None:
        wrong: Any = {
            "first": date(2026, 1, 2),
            "last": date(2026, 1, 1),
            "holidays": ["2026-12-25"],
            "weekend": ("sat", 6),
        }
        with pytest.raises(InvalidPolicy) as caught:
            Calendar(**wrong)
        assert str(caught.value).splitlines() == [
            "Calendar.holidays: has '2026-12-25'; expected dates without a time",
            (
                "Calendar.weekend: has 'sat', 6; expected numbers from 0, Monday, to 6, "
                "and not all of them"
            ),
            "Calendar.last: is 2026-01-01; expected a day from 2026-01-02, the first one, on",
        ]

    def test_a_calendar_names_what_is_no_list_with_everything_else(self) -> None:
        """One day where a list belongs, or nothing at all, or what no set can hold."""
        wrong: Any = {"first": "2026-01-01", "last": date(2026, 12, 31)}
        with pytest.raises(InvalidPolicy) as caught:
            Calendar(**wrong, holidays=date(2026, 12, 25), weekend=6)
        assert str(caught.value).splitlines() == [
            "Calendar.first: is '2026-01-01'; expected a date without a time",
            "Calendar.holidays: is datetime.date(2026, 12, 25); expected dates without a time",
            "Calendar.weekend: is 6; expected numbers from 0, Monday, to 6, and not all of them",
        ]
        with pytest.raises(InvalidPolicy) as caught:
            Calendar(**wrong, holidays=[[date(2026, 12, 25)]], weekend=None)
        assert [fault.where for fault in caught.value.faults] == [
            "Calendar.first",
            "Calendar.holidays",
            "Calendar.weekend",
        ]

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"first": "2026-01-01"}, "first: is '2026-01-01'"),
            ({"last": utc(2026, 1, 1)}, r"last: is datetime\.datetime\("),
            ({"weekend": range(7)}, "weekend: has 0, 1, 2, 3, 4, 5, 6"),
            ({"weekend": [True]}, "weekend: has True"),
        ],
    )
    def test_a_calendar_has_days_and_working_days(
        self, changes: dict[str, Any], problem: str
    ) -> None:
        right: dict[str, Any] = {"first": date(2025, 1, 1), "last": date(2027, 12, 31)}
        with pytest.raises(InvalidPolicy, match=problem):
            Calendar(**right | changes)

    def test_a_day_is_no_moment_to_add_a_length_to(self) -> None:
        with pytest.raises(TypeError, match=r"write ship_on\.end\(\), or \.end\(3\)"):
            ship_on + days(3)

    @pytest.mark.parametrize("day", [date(2024, 12, 31), date(2027, 12, 30), date(2030, 1, 1)])
    def test_what_a_calendar_does_not_cover_is_unknown(self, day: date) -> None:
        assert ship_on.business_days(2, CALENDAR).at(reads(ship_on=day)) is None

    def test_a_time_is_unknown_where_its_fact_is(self) -> None:
        for reckoned in (
            paid_at + hours(1),
            paid_at.end_of_day(),
            paid_at.next(time(9)),
            ship_on.end(),
            ship_on.business_days(1, CALENDAR),
        ):
            assert reckoned.at(reads()) is None
            assert reckoned.is_ahead(reads(now=utc(2026, 1, 1))) is None

    def test_steps_follow_on_each_other(self) -> None:
        read = reads(placed_at=utc(2026, 1, 5, 12))
        assert placed_at.end_of_day().next(time(9)).at(read) == utc(2026, 1, 6, 8)
        assert (placed_at.end_of_day(5) + hours(12)).at(read) == utc(2026, 1, 11, 11)


class TestSeveral:
    EARLY, LATE = placed_at + hours(1), paid_at + hours(2)

    def test_the_earliest_is_the_first_that_is_known(self) -> None:
        read = reads(placed_at=utc(2026, 1, 1), paid_at=utc(2025, 12, 31, 20))
        assert Earliest(self.EARLY, self.LATE).at(read) == utc(2025, 12, 31, 22)
        assert Earliest(self.EARLY, self.LATE).at(reads(placed_at=utc(2026, 1, 1))) == utc(
            2026, 1, 1, 1
        )
        assert Earliest(self.LATE).at(reads()) is None

    def test_the_latest_is_unknown_while_one_is(self) -> None:
        read = reads(placed_at=utc(2026, 1, 1), paid_at=utc(2026, 1, 1))
        assert Latest(self.EARLY, self.LATE).at(read) == utc(2026, 1, 1, 2)
        assert Latest(self.EARLY, self.LATE).at(reads(placed_at=utc(2026, 1, 1))) is None

    def test_before_the_first_known_one_is_unknown_while_another_is(self) -> None:
        """It is due at the one that is known; yet an earlier one may still be told."""
        read = reads(placed_at=utc(2026, 1, 1), now=utc(2026, 1, 1, 0, 30))
        assert Earliest(self.EARLY, self.LATE).is_ahead(read) is None
        over = reads(placed_at=utc(2026, 1, 1), now=utc(2026, 1, 1, 1))
        assert Earliest(self.EARLY, self.LATE).is_ahead(over) is False
        assert Latest(self.EARLY, self.LATE).is_ahead(read) is True
        assert Latest(self.EARLY, self.LATE).is_ahead(over) is None

    def test_where_all_are_known_it_is_ahead_or_over(self) -> None:
        """The earlier of the two is at 01:00, the later at 02:00."""
        both = {"placed_at": utc(2026, 1, 1), "paid_at": utc(2026, 1, 1)}
        before = reads(**both, now=utc(2026, 1, 1, 0, 59))
        between = reads(**both, now=utc(2026, 1, 1, 1))
        after = reads(**both, now=utc(2026, 1, 1, 2))
        earliest, latest = Earliest(self.EARLY, self.LATE), Latest(self.EARLY, self.LATE)
        assert [earliest.is_ahead(read) for read in (before, between, after)] == [
            True,
            False,
            False,
        ]
        assert [latest.is_ahead(read) for read in (before, between, after)] == [True, True, False]

    def test_a_word_that_is_left_out_has_no_time(self) -> None:
        by_status = By("status", {"new": placed_at + hours(1), "late": placed_at + days(2)})
        read = reads(placed_at=utc(2026, 1, 1), status="late", now=utc(2026, 1, 2))
        assert by_status.at(read) == utc(2026, 1, 3)
        assert by_status.is_ahead(read) is True
        for other in ("sent", None):
            assert by_status.at(reads(placed_at=utc(2026, 1, 1), status=other)) is None
            assert by_status.is_ahead(reads(status=other, now=utc(2026, 1, 2))) is None


class TestComparing:
    def test_the_time_itself_is_too_late(self) -> None:
        within = now < placed_at + minutes(30)
        for second, holds in ((utc(2026, 1, 1, 0, 29, 59), True), (utc(2026, 1, 1, 0, 30), False)):
            facts: Mapping[str, Any] = {
                "now": second,
                "zone": BERLIN,
                "placed_at": utc(2026, 1, 1),
            }
            assert within.test(facts) is holds
            assert (now >= placed_at + minutes(30)).test(facts) is not holds

    def test_there_are_two_comparisons_only(self) -> None:
        for compare in (lambda: now <= placed_at, lambda: now > placed_at):
            with pytest.raises(TypeError, match=r"write now < time, or now >= time"):
                compare()

    def test_several_times_become_conditions_about_one_fact_each(self) -> None:
        one, other = placed_at + hours(1), paid_at + hours(2)
        assert (now < Earliest(one, other)) == All(
            (Before("placed_at", one), Before("paid_at", other))
        )
        assert (now < Latest(one, other)) == AnyOf(
            (Before("placed_at", one), Before("paid_at", other))
        )
        assert (now >= one) == Not(Before("placed_at", one))

    def test_what_is_reckoned_from_several_is_several(self) -> None:
        """The end of the day of the earlier of two times is the earlier of the two ends."""
        ends = spread(Earliest(placed_at, paid_at).end_of_day())
        assert ends == Earliest(placed_at.end_of_day(), paid_at.end_of_day())
        by = spread(By("status", {"new": placed_at}) + hours(1))
        assert by == By("status", {"new": placed_at + hours(1)})
        assert spread(ship_on.end()) == ship_on.end()

    @pytest.mark.parametrize("word", ["new", "late", "sent", None])
    @pytest.mark.parametrize("hour", [0, 1, 2])
    def test_a_time_by_a_word_is_compared_as_it_is_reckoned(
        self, word: str | None, hour: int
    ) -> None:
        by_status = By("status", {"new": placed_at + hours(1), "late": placed_at + hours(2)})
        facts: dict[str, Any] = {
            "now": utc(2026, 1, 1, hour),
            "zone": BERLIN,
            "placed_at": utc(2026, 1, 1),
            "status": word,
        }
        assert (now < by_status).test(facts) is by_status.is_ahead(facts.get)
        assert {leaf.fact for leaf in (now < by_status).leaves()} == {"placed_at", status.name}


TIMES: dict[str, Time] = {
    "half an hour later": placed_at + minutes(30),
    "an hour before": placed_at - hours(1),
    "the end of the 14th day after": placed_at.end_of_day(14),
    "the next 20:00": placed_at.next(time(20)),
    "the next 02:30": placed_at.next(time(2, 30)),
    "the end of the day, then 09:00": placed_at.end_of_day().next(time(9)),
}
NOWS = (
    utc(2026, 4, 2, 12),
    utc(2026, 3, 29, 0, 59, 59, 999_999),
    utc(2026, 3, 29, 1),
    utc(2026, 4, 6, 22),
    utc(2026, 10, 25, 0, 30),
)
ANCHORS = st.integers(0, 400 * 86_400 * 10**6).map(
    lambda step: utc(2025, 12, 1) + timedelta(microseconds=step)
)


class TestTurningRound:
    """``now < time`` is one comparison of the anchor with a constant, as SQL makes it."""

    @pytest.mark.parametrize("zone", [BERLIN, TOKYO, APIA], ids=str)
    @pytest.mark.parametrize("name", TIMES)
    @given(anchor=ANCHORS)
    def test_it_holds_from_the_least_anchor_on(
        self, zone: ZoneInfo, name: str, anchor: datetime
    ) -> None:
        for moment in NOWS:
            first = least_anchor(TIMES[name], moment, zone)
            assert isinstance(first, datetime)
            for each in (anchor, first - timedelta(microseconds=1), first):
                ahead = TIMES[name].is_ahead(reads(zone, now=moment, placed_at=each))
                assert ahead is (each >= first)

    @pytest.mark.parametrize("later", [-1, 0, 7])
    def test_of_a_day_it_is_a_day(self, later: int) -> None:
        moment = utc(2026, 4, 2, 22)  # midnight in Berlin, the 3rd begins
        first = least_anchor(ship_on.end(later), moment, BERLIN, day=True)
        assert first == date(2026, 4, 3) - timedelta(days=later)

    def test_it_is_none_where_no_anchor_would_do(self) -> None:
        never = Latest(placed_at.business_days(1, CALENDAR))
        assert least_anchor(never, utc(2030, 1, 1), BERLIN) is None

    @pytest.mark.parametrize("zone", [BERLIN, APIA], ids=str)
    @pytest.mark.parametrize(
        "reckoned",
        [
            placed_at.business_days(2, CALENDAR),
            placed_at.business_days(0, CALENDAR).next(time(9)).business_days(3, CALENDAR),
            (placed_at - hours(30)).business_days(1, CALENDAR) + hours(12),
        ],
    )
    def test_working_days_are_known_between_two_anchors(
        self, reckoned: Time, zone: ZoneInfo
    ) -> None:
        """Of those that are known, it holds from the least one on."""
        known = known_anchors(reckoned, zone)
        assert known is not None
        low, high = known
        assert isinstance(low, datetime)
        assert isinstance(high, datetime)
        moment = utc(2026, 4, 2, 12)
        first = least_anchor(reckoned, moment, zone, within=(low, high))
        assert isinstance(first, datetime)
        near = [each + step * timedelta(microseconds=1) for each in known for step in (-1, 0, 1)]
        for each in (*near, first - timedelta(microseconds=1), first):
            ahead = reckoned.is_ahead(reads(zone, now=moment, placed_at=each))
            assert ahead is (each >= first if low <= each <= high else None)

    def test_of_days_they_are_those_that_the_calendar_covers(self) -> None:
        """The 31st of December 2027 is a Friday: after the 29th there are two working days."""
        counted = ship_on.business_days(2, CALENDAR)
        assert known_anchors(counted, BERLIN, day=True) == (date(2025, 1, 1), date(2027, 12, 29))
        assert known_anchors(ship_on.end(), BERLIN, day=True) == (None, None)

    def test_a_calendar_that_is_too_short_covers_none(self) -> None:
        week = Calendar(first=date(2026, 4, 6), last=date(2026, 4, 12))
        later = Calendar(first=date(2026, 5, 6), last=date(2026, 5, 12))
        assert known_anchors(placed_at.business_days(6, week), BERLIN) is None
        twice = placed_at.business_days(1, week).business_days(1, later)
        assert known_anchors(twice, BERLIN) is None

    def test_a_database_answers_alike(self) -> None:
        """On either side of local midnights and of the hours that are skipped or come twice."""
        rows = [
            midnight + timedelta(microseconds=near)
            for day in (28, 29, 30)
            for midnight in (datetime(2026, 3, day, tzinfo=BERLIN).astimezone(UTC),)
            for near in (-1, 0, 1)
        ]
        rows += [utc(2026, 3, 29, 0, 59, 59), utc(2026, 3, 29, 1), utc(2026, 10, 25, 0, 30)]
        database = sqlite3.connect(":memory:")
        database.execute("create table orders (placed_at text)")
        text = [(row.isoformat(timespec="microseconds"),) for row in rows]
        database.executemany("insert into orders values (?)", [*text, (None,)])
        for reckoned in TIMES.values():
            for moment in NOWS:
                first = least_anchor(reckoned, moment, BERLIN)
                assert isinstance(first, datetime)
                bound = first.isoformat(timespec="microseconds")
                query = "select placed_at >= ? from orders"
                answers = [answer for (answer,) in database.execute(query, (bound,))]
                expected = [
                    reckoned.is_ahead(reads(BERLIN, now=moment, placed_at=row))
                    for row in (*rows, None)
                ]
                assert [None if each is None else bool(each) for each in answers] == expected
        database.close()


def test_a_calendar_names_days_that_stand_for_all_others() -> None:
    typical = CALENDAR.typical_days()
    assert {day.weekday() for day in typical} == set(range(7))
    assert date(2026, 4, 2) in typical  # the eve of the first holiday


def test_several_times_within_several_are_spread_through_every_step() -> None:
    """Each of them is compared on its own, however deep it stands."""
    by = By("status", {"new": Earliest(placed_at, paid_at)})
    ends = By("status", {"new": Earliest(placed_at.end_of_day(), paid_at.end_of_day())})
    assert spread(by.end_of_day()) == ends
    both = Latest(Earliest(placed_at, paid_at), placed_at)
    later = Latest(Earliest(placed_at + hours(1), paid_at + hours(1)), placed_at + hours(1))
    assert spread(both + hours(1)) == later


def test_a_time_of_somebody_else_has_to_say_how_it_is_reckoned() -> None:
    class Moonrise(Time):
        """Says nothing."""

    with pytest.raises(TypeError, match="Moonrise does not say how it is reckoned"):
        Moonrise().at({}.get)
    with pytest.raises(TypeError, match="Moonrise is not reckoned from one fact"):
        print(Moonrise().anchor_name)
