"""How long to wait before another try."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ordercancel import InvalidValue
from ordercancel.service.backoff import CONFLICTS, RETRIES, Backoff

SECOND = timedelta(seconds=1)


def test_waits_double_up_to_the_longest() -> None:
    """The seventh would be 64 seconds, and is no longer than a minute."""
    backoff = Backoff(first=SECOND, most=60 * SECOND, tries=9)
    waits = [backoff.wait(tried, 1).total_seconds() for tried in range(1, 10)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_half_of_a_wait_is_left_to_chance() -> None:
    backoff = Backoff(first=SECOND, most=60 * SECOND, tries=9)
    waits = [backoff.wait(3, chance).total_seconds() for chance in (0, 0.5, 1)]
    assert waits == [2, 3, 4]


def test_there_may_be_no_wait_at_all() -> None:
    assert Backoff(first=timedelta(), most=timedelta(), tries=1).wait(1, 1) == timedelta()


def test_nothing_can_not_be_doubled() -> None:
    assert Backoff(first=timedelta(), most=SECOND, tries=9).wait(9, 1) == timedelta()


@example(timedelta(), timedelta(microseconds=3), 3, 1.0)
@example(timedelta(microseconds=3), timedelta(microseconds=3), 1, 1.0)
@given(
    st.timedeltas(timedelta(), timedelta(days=30)),
    st.timedeltas(timedelta(), timedelta(days=30)),
    st.integers(1, 1000),
    st.floats(0, 1),
)
def test_a_wait_is_never_longer_than_the_longest(
    one: timedelta, other: timedelta, tried: int, chance: float
) -> None:
    """Whatever the bounds are, and however often something was tried."""
    first, most = sorted([one, other])
    wait = Backoff(first=first, most=most, tries=1000).wait(tried, chance)
    assert timedelta() <= wait <= most


def test_a_command_waits_little_over_a_second_in_all() -> None:
    waits = [CONFLICTS.wait(tried, 1) for tried in range(1, CONFLICTS.tries)]
    assert sum(waits, timedelta()) == timedelta(seconds=1.13)


def test_a_message_is_tried_for_about_a_day() -> None:
    waits = [RETRIES.wait(tried, 0.5) for tried in range(1, RETRIES.tries)]
    assert timedelta(hours=23) < sum(waits, timedelta()) < timedelta(hours=26)


def test_all_wrong_bounds_are_named_at_once() -> None:
    with pytest.raises(InvalidValue) as caught:
        Backoff(first=-SECOND, most=timedelta(days=31), tries=0)
    assert [str(fault) for fault in caught.value.faults] == [
        "Backoff.first: is -1 day, 23:59:59; expected a length of time, 0 to 31 days, 0:00:00",
        "Backoff.most: is 31 days, 0:00:00; expected a length of time, 0 to 30 days, 0:00:00",
        "Backoff.tries: is 0; expected a whole number, 1 to 1,000",
    ]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"first": 1}, "Backoff.first: is 1;"),
        ({"most": "1"}, "Backoff.most: is '1';"),
        ({"first": 61 * SECOND}, "Backoff.first: is 0:01:01;"),
        ({"tries": True}, "Backoff.tries: is True;"),
        ({"tries": 2.0}, "Backoff.tries: is 2.0;"),
        ({"tries": 1001}, "Backoff.tries: is 1001;"),
    ],
)
def test_a_wrong_bound_is_named(changes: dict[str, object], where: str) -> None:
    values: dict[str, object] = {"first": SECOND, "most": 60 * SECOND, "tries": 9}
    with pytest.raises(InvalidValue, match=where):
        Backoff(**values | changes)  # type: ignore[arg-type]
