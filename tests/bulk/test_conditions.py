"""Tests of columns are brought to their shortest form, and mean the same."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from sqlalchemy import column, table

from bulk.policies import AT
from bulk.test_inputs import moody
from ordercancel import RequestCancellation
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
    Outside,
    Present,
    Test,
    all_of,
    any_of,
)
from ordercancel.bulk.sql import outcomes_query
from ordercancel.policy import CANCEL, Forbid, Rule
from ordercancel.rules.conditions import Relation
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
        ([A, Outside("status", frozenset("abd"))], NEVER),
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
        | {"initiator": ["buyer"], "answerer": ["seller"]}
    )
    for effect, verdict in ((CANCEL, "cancel"), (Forbid("closed"), "refuse")):
        always = Rule("r.always", on=RequestCancellation, effect=effect, source=OURS)
        found = outcomes(tiny(rules=(always,)), frame, at=AT)
        assert (found["verdict"].to_list(), found["rules"].to_list()) == ([verdict], ["r.always"])
    for native in (frame, frame.lazy()):
        silent = outcomes(tiny(rules=()), native, at=AT).lazy().collect()
        assert silent["codes"].to_list() == ["not_permitted"]


def test_sql_has_no_value_where_a_rule_was_left_out() -> None:
    names = ("order_id", "status", "request_status", "initiator", "answerer")
    query = outcomes_query(moody(), AT, table=table("t", *map(column, names)), leave_out=True)
    text = " ".join(str(query).split())
    assert "ELSE NULL END AS verdict" in text
