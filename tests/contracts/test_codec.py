"""The stored form of records, and what does not pass when it is read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from ordercancel import InvalidValue
from ordercancel.domain.events import DeadlineFired
from ordercancel.policies import QOO10
from ordercancel.stores.codec import decode_case, decode_events, encode
from samples import jst, opened

FACTS = {"gift": True, "boxes": 3, "note": "予約", "sent_at": jst(16, 9), "day": date(2022, 8, 20)}


def stored(change: Callable[[dict[str, Any]], object]) -> str:
    """The JSON of a case with facts, and a change of it."""
    record = json.loads(encode(opened(QOO10, facts=FACTS)))
    change(record)
    return json.dumps(record)


def test_facts_come_back_as_they_were() -> None:
    """Moments and days as such, not as texts that look like them."""
    case = opened(QOO10, facts=FACTS)
    assert decode_case(encode(case)) == case
    assert json.loads(encode(case))["order"]["facts"] == {
        "gift": True,
        "boxes": 3,
        "note": "予約",
        "sent_at": {"at": "2022-08-16T00:00:00Z"},
        "day": {"on": "2022-08-20"},
    }


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ([1], "not a map of facts"),
        ({"gift": [1]}, "not the stored form of a fact"),
        ({"gift": {"in": "2022-08-20"}}, "not the stored form of a fact"),
        ({"gift": 1.5}, "not the stored form of a fact"),
    ],
)
def test_facts_that_can_not_be_are_not_read(facts: object, problem: str) -> None:
    body = stored(lambda record: record["order"].update(facts=facts))
    with pytest.raises(InvalidValue, match=problem):
        decode_case(body)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('{"order": "\ud800"}', "contains a lone surrogate"),
        ('{"other": ' + "[" * 100_000, "is nested too deeply"),
    ],
    ids=["surrogate", "nested"],
)
def test_texts_that_no_reader_takes_are_named(body: str, problem: str) -> None:
    """Whoever reads them gets an error of this library, not of its tools."""
    with pytest.raises(InvalidValue, match=f"^stored case: {problem}"):
        decode_case(body)


STAMP: Mapping[str, object] = {
    "order_id": "o-1",
    "at": "2022-08-21T00:00:00Z",
    "by": {"role": "system", "id": "system"},
    "rules": [],
}
DEADLINE = {**STAMP, "deadline": "silent", "number": 1}


@pytest.mark.parametrize(
    ("following", "mark"),
    [({"RequestRejected": {"number": 1}}, None), ({}, "overdue")],
    ids=["that acted", "that did nothing else"],
)
def test_a_deadline_of_the_first_edition(
    following: Mapping[str, Mapping[str, object]], mark: str | None
) -> None:
    """It marks the request where nothing followed from it; its due moment stood with the duty."""
    due = {**DEADLINE, "due_at": "2022-08-20T15:00:00Z", "follows_order": False}
    records = {"DutyArose": due, "DeadlinePassed": DEADLINE} | {
        kind: {**STAMP, **record} for kind, record in following.items()
    }
    events = decode_events([(kind, 1, json.dumps(record)) for kind, record in records.items()])
    fired = events[1]
    assert isinstance(fired, DeadlineFired)
    assert (fired.due_at, fired.mark) == (jst(21), mark)
    assert fired.at - fired.due_at == timedelta(hours=9)


@pytest.mark.parametrize("odd", ["\ufeff1001", "1001\u200b", "1001 "])
def test_ids_that_are_no_longer_taken_are_read(odd: str) -> None:
    """An order of the first edition keeps its id, though a new one could not have it."""
    record = stored(lambda case: case["order"].update(id=odd, buyer=odd))
    case = decode_case(record)
    assert (case.order.id, case.order.buyer) == (odd, odd)
    assert decode_case(encode(case)) == case
    with pytest.raises(InvalidValue):
        attrs.evolve(case.order)
