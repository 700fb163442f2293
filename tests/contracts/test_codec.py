"""The stored form of records, and what does not pass when it is read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from ordercancel import InvalidValue
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    UnitsCancelled,
    UnitsShipped,
)
from ordercancel.domain.money import Money, OrderLine
from ordercancel.domain.quotes import NOTHING
from ordercancel.domain.trusted import trusted_evolve
from ordercancel.engine.decide import register
from ordercancel.engine.quote import Account
from ordercancel.policies import QOO10
from ordercancel.rules.refunding import Refunding
from ordercancel.stores.codec import decode_case, decode_events, encode
from samples import BUYER, jst, opened

MONEY = Money(currency="JPY", digits=0, lines=(OrderLine(id="cup", quantity=3, amount=900),))
REQUESTED = CancellationRequested(order_id="o-1", at=jst(15), by=BUYER, number=1)
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


def test_an_order_without_lines_is_stored_as_it_ever_was() -> None:
    """To the byte: its case, its registration and a request, which know nothing of units."""
    case = opened(QOO10, facts={"lines": None, "money": None, "fee": None})
    request = attrs.evolve(
        REQUESTED, order_id=case.order.id, data={"fee": None, "lines": None, "number": 1}
    )
    placed = (
        '{"buyer":"b-1","cart_id":"250040690","channel":null,"delivered_at":null,'
        '"facts":{"lines":null,"money":null,"fee":null},"history":[],"id":"762544202",'
        '"item":"931204","paid_at":null,"placed_at":"2022-08-15T00:00:00Z","policy":"qoo10",'
        '"seller":"s-1","ship_on":"2022-08-17","shipped_at":null,"status":"shipping_requested",'
        '"status_since":"2022-08-15T00:00:00Z"}'
    )
    assert encode(case) == (
        f'{{"digest":"{case.digest}","edition":"1","fired":{{}},"marks":[],"order":{placed},'
        '"requests":[],"shipped_version":null,"updated_at":null,"version":0}'
    )
    assert encode(register(case.order, QOO10, jst(15))[0]) == (
        f'{{"digest":"{case.digest}","edition":"1","order":{placed},"at":"2022-08-14T15:00:00Z"'
        ',"by":{"id":"system","role":"system","via":null},"order_id":"762544202","rules":[]}'
    )
    assert encode(request) == (
        '{"answerer":null,"data":{"fee":null,"lines":null,"number":1},"number":1,"reason":null,'
        '"text":null,"at":"2022-08-14T15:00:00Z","by":{"id":"b-1","role":"buyer","via":null},'
        '"order_id":"762544202","rules":[]}'
    )
    assert decode_events([("CancellationRequested", 2, encode(request))]) == (request,)


def test_lines_and_money_come_back_as_they_were() -> None:
    """With what has happened to them, and with the quote of each step."""
    case = opened(QOO10, item=None, money=MONEY)
    quote, state = Account(MONEY, Refunding()).cancel(NOTHING, {"cup": 1})
    state = attrs.evolve(state.shipping({"cup": 1}, "ship"), elsewhere={"card": 5})
    case = attrs.evolve(case, units=state)
    assert decode_case(encode(case)) == case
    assert hash(decode_case(encode(case)).units) == hash(state)
    stamp: dict[str, Any] = {"order_id": "o-1", "at": jst(15), "by": BUYER}
    events = (
        UnitsCancelled(**stamp, number=1, lines={"cup": 1}, fee="late", quote=quote),
        UnitsShipped(**stamp, lines={"cup": 2}, move="ship"),
    )
    stored = [(type(event).__name__, 2, encode(event)) for event in events]
    assert decode_events(stored) == events
    assert hash(decode_events(stored)) == hash(events)


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


def test_only_what_has_a_stored_form_is_stored() -> None:
    """A time of a class of the host's is stored as the time that it is; nothing else passes."""

    class Frozen(datetime):
        pass

    case = trusted_evolve(opened(QOO10), updated_at=Frozen(2022, 8, 20, tzinfo=UTC))
    assert decode_case(encode(case)) == case
    with pytest.raises(TypeError, match="a complex has no stored form"):
        encode(trusted_evolve(case, updated_at=1j))


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
