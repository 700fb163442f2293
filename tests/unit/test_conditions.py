"""Conditions are data, and a missing fact is neither true nor false."""

from __future__ import annotations

from datetime import timedelta

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
    Not,
    Relation,
)

YES, NO, UNKNOWN = Holds("yes"), Holds("no"), Holds("gone")
FACTS = {
    "yes": True,
    "no": False,
    "gone": None,
    "word": "a",
    "days": 3,
    "span": timedelta(minutes=30),
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
    """Three days against two, three and four; half an hour against its neighbours."""
    assert tuple(Compare("days", how, bound).test(FACTS) for bound in (2, 3, 4)) == results
    spans = (timedelta(minutes=29), timedelta(minutes=30), timedelta(minutes=31))
    assert tuple(Compare("span", how, bound).test(FACTS) for bound in spans) == results
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
