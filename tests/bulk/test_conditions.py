"""Tests of columns are brought to their shortest form, and mean the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from sqlalchemy import column, table

from bulk.policies import AT
from bulk.test_inputs import moody
from ordercancel import RequestCancellation, Rule
from ordercancel.bulk import frames, outcomes
from ordercancel.bulk.conditions import (
    ALWAYS,
    NEVER,
    Absent,
    AllOf,
    Among,
    AnyOf,
    Bounded,
    Flag,
    Present,
    Test,
    all_of,
    any_of,
)
from ordercancel.bulk.plan import plan_for
from ordercancel.bulk.sql import outcomes_query
from ordercancel.policy import CANCEL, REFER, Forbid
from ordercancel.rules.conditions import Relation
from ordercancel.rules.facts import days_past_ship_on, since_placed
from unit.tiny import OURS, tiny

A, B = Among("status", frozenset("ab")), Among("status", frozenset("bc"))
C = Among("status", frozenset("c"))
UP, DOWN = Flag("late", up=True), Flag("late", up=False)
EARLY = Bounded("due", Relation.LESS, date(2024, 5, 1))
LATE = Bounded("due", Relation.AT_LEAST, date(2024, 5, 1))
NONE, SOME = Absent("due"), Present("due")


@pytest.mark.parametrize(
    ("tests", "shortest"),
    [
        ([], ALWAYS),
        ([ALWAYS, UP], UP),
        ([A, B], Among("status", frozenset("b"))),
        ([A, C], NEVER),
        ([A, NEVER], NEVER),
        ([UP, DOWN], NEVER),
        ([EARLY, LATE], NEVER),
        ([NONE, SOME], NEVER),
        ([NONE, NONE], NONE),
        ([NONE, AnyOf((EARLY, UP))], AllOf((NONE, UP))),
        ([NONE, AnyOf((EARLY, LATE))], NEVER),
        ([UP, AnyOf((UP, EARLY))], UP),
        ([UP, AnyOf((AllOf((DOWN, EARLY)), LATE))], AllOf((UP, LATE))),
        ([AnyOf((UP, EARLY)), AnyOf((UP, EARLY))], AnyOf((UP, EARLY))),
        ([C, AnyOf((A, LATE)), AnyOf((A, SOME))], AllOf((C, LATE, SOME))),
    ],
)
def test_all_of_some_tests(tests: list[Test], shortest: Test) -> None:
    assert all_of(tests) == shortest


@pytest.mark.parametrize(
    ("tests", "shortest"),
    [
        ([], NEVER),
        ([NEVER, UP], UP),
        ([UP, ALWAYS], ALWAYS),
        ([A, B], Among("status", frozenset("abc"))),
        ([UP, UP], UP),
        ([UP, AllOf((UP, EARLY))], UP),
        ([A, AllOf((Among("status", frozenset("a")), EARLY))], A),
        ([UP, AnyOf((EARLY, UP))], AnyOf((UP, EARLY))),
    ],
)
def test_any_of_some_tests(tests: list[Test], shortest: Test) -> None:
    assert any_of(tests) == shortest


@pytest.mark.parametrize("most", [frames.MOST, 0])
def test_a_rule_that_always_holds_is_one_that_always_holds(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Also where no rule at all speaks about asking, and silence refuses."""
    monkeypatch.setattr(frames, "MOST", most)
    frame = pl.DataFrame(
        {"order_id": ["A-1"], "status": ["new"], "request_status": ["rejected"]}
        | {"answer_due_at": [AT]}
    )
    for effect, verdict in ((CANCEL, "cancel"), (Forbid("closed"), "refuse")):
        always = Rule("r.always", on=RequestCancellation, effect=effect, cites=OURS)
        found = outcomes(tiny(rules=(always,)), frame, at=AT)
        assert (found["verdict"].to_list(), found["rules"].to_list()) == ([verdict], ["r.always"])
    for native in (frame, frame.lazy()):
        silent = outcomes(tiny(rules=()), native, at=AT).lazy().collect()
        assert silent["codes"].to_list() == ["not_permitted"]


def test_lengths_and_days_beyond_all_times_are_bounds_all_the_same() -> None:
    """Nothing is so long ago, or so far off."""
    endless = (since_placed < timedelta.max) & (days_past_ship_on < 10**9)
    long_ago = (since_placed > timedelta.min) & (days_past_ship_on > -(10**9))
    rule = Rule("r.any", on=RequestCancellation, effect=REFER, when=endless & long_ago, cites=OURS)
    near = Rule(
        "r.near",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=(days_past_ship_on > 10**7) | (days_past_ship_on < -(10**7)),
        cites=OURS,
    )
    policy = tiny(rules=(rule, near))
    bounds = sorted(
        str(test.bound)
        for _, truth in plan_for(policy, AT).rules
        for test in getattr(truth, "tests", ())
    )
    assert bounds[0] == "1700-01-01"
    frame = pl.DataFrame(
        {
            "order_id": ["A-1"],
            "status": ["new"],
            "request_status": ["rejected"],
            "placed_at": [datetime(1900, 1, 1, tzinfo=UTC)],
            "ship_on": [date(9000, 12, 31)],
            "answer_due_at": [AT],
        }
    )
    assert outcomes(policy, frame, at=AT)["verdict"].to_list() == ["refer"]


def test_sql_has_no_value_where_a_rule_was_left_out() -> None:
    names = ("order_id", "status", "request_status", "answer_due_at")
    query = outcomes_query(moody(), AT, table=table("t", *map(column, names)), leave_out=True)
    text = " ".join(str(query).split())
    assert "NULL AS verdict" in text
