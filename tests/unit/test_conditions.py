"""Conditions are data, and a missing fact is neither true nor false."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ordercancel.rules.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Listed,
    Named,
    Not,
    Relation,
    as_condition,
    now,
)
from ordercancel.rules.facts import Flag, Moment, ship_on
from ordercancel.rules.times import By, Earliest, Latest, hours

YES, NO, UNKNOWN = Holds("yes"), Holds("no"), Holds("gone")
FACTS = {
    "yes": True,
    "no": False,
    "gone": None,
    "word": "a",
    "days": 3,
    "moment": datetime(2024, 3, 1, 12, tzinfo=UTC),
    "now": datetime(2024, 3, 1, 13, tzinfo=UTC),
    "zone": ZoneInfo("Asia/Tokyo"),
}


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        (YES, True),
        (NO, False),
        (UNKNOWN, None),
        (IsIn("word", frozenset({"a", "b"})), True),
        (IsIn("word", frozenset({"b"})), False),
        (IsIn("gone", frozenset({"b"})), None),
        (Known("yes"), True),
        (Known("no"), True),
        (Known("gone"), False),
    ],
)
def test_a_leaf_speaks_about_one_fact(condition: Condition, result: bool | None) -> None:
    assert condition.test(FACTS) is result


@pytest.mark.parametrize(
    ("how", "results"),
    [
        (Relation.LESS, (False, False, True)),
        (Relation.AT_MOST, (False, True, True)),
        (Relation.AT_LEAST, (True, True, False)),
        (Relation.MORE, (True, False, False)),
    ],
)
def test_bounds_are_inclusive_where_they_say_so(
    how: Relation, results: tuple[bool, bool, bool]
) -> None:
    """Three days against two, three and four."""
    assert tuple(Compare("days", how, bound).test(FACTS) for bound in (2, 3, 4)) == results
    assert Compare("gone", how, 2).test(FACTS) is None


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        (YES & YES, True),
        (YES & NO, False),
        (NO & UNKNOWN, False),
        (UNKNOWN & NO, False),
        (YES & UNKNOWN, None),
        (UNKNOWN & UNKNOWN, None),
        (NO | NO, False),
        (NO | YES, True),
        (YES | UNKNOWN, True),
        (UNKNOWN | YES, True),
        (NO | UNKNOWN, None),
        (UNKNOWN | UNKNOWN, None),
        (~YES, False),
        (~NO, True),
        (~UNKNOWN, None),
        (ALWAYS, True),
        (AnyOf(()), False),
    ],
)
def test_logic_is_kleenes(condition: Condition, result: bool | None) -> None:
    assert condition.test(FACTS) is result


def test_chains_are_flat() -> None:
    assert All((YES, NO, UNKNOWN)) == YES & NO & UNKNOWN
    assert AnyOf((YES, NO, UNKNOWN)) == YES | (NO | UNKNOWN)
    assert AnyOf((All((YES, NO)), UNKNOWN)) == (YES & NO) | UNKNOWN
    assert All((YES,)) == ALWAYS & YES


def test_the_opposite_of_the_opposite_is_the_same() -> None:
    assert ~~YES == YES
    assert Not(YES) == ~YES


def test_leaves_are_everything_that_is_spoken_of() -> None:
    assert list((YES & ~(NO | UNKNOWN)).leaves()) == [YES, NO, UNKNOWN]
    assert list(ALWAYS.leaves()) == []


def test_and_or_not_are_told_apart_from_the_operators() -> None:
    with pytest.raises(TypeError, match="combine conditions with &"):
        bool(YES)
    with pytest.raises(TypeError, match="a condition is data"):
        bool(YES and NO)


def test_a_condition_of_somebody_else_has_to_say_how_it_works() -> None:
    class Moon(Condition):
        """Says nothing."""

    with pytest.raises(TypeError, match="Moon does not say how it is tested"):
        Moon().test({})
    with pytest.raises(TypeError, match="Moon does not say what it is made of"):
        Moon().leaves()


# ---------------------------------------------------------------------- times and names

MOMENT, GONE = Moment("moment"), Moment("gone")


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        (now < MOMENT + hours(1) + timedelta(microseconds=1), True),
        (now < MOMENT + hours(1), False),
        (now >= MOMENT + hours(1), True),
        (now < GONE, None),
        (now >= GONE, None),
        (now < Earliest(MOMENT, GONE), False),
        (now < Earliest(MOMENT + hours(2), GONE), None),
        (now < Latest(MOMENT, GONE), None),
        (now < Latest(MOMENT + hours(2), GONE), True),
        (now < By("word", {"a": MOMENT + hours(2), "b": GONE}), True),
        (now >= By("word", {"b": MOMENT}), None),
        (now < By("gone", {"b": MOMENT}), None),
    ],
)
def test_a_time_itself_is_too_late_and_an_unknown_one_unknown(
    condition: Condition, result: bool | None
) -> None:
    assert condition.test(FACTS) is result


def test_the_present_is_compared_in_two_ways_only() -> None:
    with pytest.raises(TypeError, match="a time itself is too late"):
        now <= MOMENT  # noqa: B015
    with pytest.raises(TypeError, match="write now < time, or now >= time"):
        now > MOMENT  # noqa: B015


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (ship_on, "'ship_on' is no time: write now < placed_at"),
        (hours(1), "datetime.timedelta.* is no time"),
        (Earliest(MOMENT, [MOMENT]), r"\[Moment.* is no time"),  # type: ignore[arg-type]
    ],
)
def test_the_present_is_compared_with_times_alone(value: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        now < value  # noqa: B015


def test_a_word_that_is_not_listed_makes_a_condition_unknown() -> None:
    assert Listed("word", frozenset({"a"})).test(FACTS) is True
    assert Listed("word", frozenset({"b"})).test(FACTS) is None
    assert Listed("gone", frozenset({"b"})).test(FACTS) is None


def test_a_name_changes_nothing_of_a_condition() -> None:
    named = Named("fits", "it fits", YES & ~UNKNOWN)
    assert named.test(FACTS) is None
    assert list(named.leaves()) == [YES, UNKNOWN]


def test_a_flag_stands_bare_for_the_condition_that_it_is_true() -> None:
    yes, no = Flag("yes"), Flag("no")
    assert yes & no == YES & NO
    assert yes | NO == YES | NO
    assert YES & no == YES & NO
    assert ~yes == ~YES
    assert as_condition(yes) == YES
    assert as_condition(YES) is YES
    assert Named("n", "a name", yes).condition == YES
    with pytest.raises(TypeError, match="a condition is data"):
        bool(yes)
