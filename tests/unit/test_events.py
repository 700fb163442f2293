"""Events are values with the rules behind them; their reprs tell nobody's words."""

from __future__ import annotations

from typing import Any

import pytest

from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import (
    EVENTS,
    CancellationRequested,
    DeadlineFired,
    OrderRegistered,
    OrderUpdated,
    RequestClosed,
    RequestReferred,
    WithdrawalAsked,
)
from ordercancel.domain.requests import RequestStatus
from unit.tiny import BUYER, SELLER, SYSTEM, utc

STAMP: dict[str, Any] = {"order_id": "o-7", "at": utc(2)}


def test_the_log_knows_every_kind_of_event_by_its_name() -> None:
    assert list(EVENTS) == [
        "OrderRegistered",
        "OrderUpdated",
        "OrderAdvanced",
        "CancellationRequested",
        "RequestReferred",
        "WithdrawalAsked",
        "WithdrawalDeclined",
        "RequestClosed",
        "UnitsCancelled",
        "UnitsShipped",
        "UnitsReturned",
        "RefundRecorded",
        "OrderCancelled",
        "DeadlineFired",
        "RefundOpened",
        "RefundSettled",
        "RefundFailed",
        "RefundRetried",
        "PartyErased",
    ]
    assert EVENTS["RequestClosed"] is RequestClosed


@pytest.mark.parametrize(
    "event",
    [
        CancellationRequested(**STAMP, by=BUYER, number=1, reason="other", text="secret"),
        RequestReferred(**STAMP, by=SELLER, number=1, answerer="operator", text="secret"),
        RequestClosed(**STAMP, by=SELLER, number=1, outcome=RequestStatus.REJECTED, text="secret"),
        WithdrawalAsked(**STAMP, by=SELLER, number=1, text="secret"),
    ],
)
def test_reprs_show_no_words_that_were_typed(event: object) -> None:
    assert "secret" not in repr(event)


def test_an_event_without_rules_names_none() -> None:
    assert WithdrawalAsked(**STAMP, by=SELLER, number=1).rules == ()


def faults_of(kind: Any, **fields: Any) -> list[str]:
    with pytest.raises(InvalidValue) as caught:
        kind(**{**STAMP, "by": SYSTEM, **fields})
    return [fault.where.partition(".")[2] for fault in caught.value.faults]


def test_an_event_checks_each_of_its_fields() -> None:
    """What is read from a log is checked as what a host hands in."""
    assert faults_of(
        OrderUpdated, at="now", by=None, rules=("",), facts=3, status="", ships=1, unmarks="d"
    ) == ["at", "by", "rules[0]", "facts", "status", "ships", "unmarks"]
    assert faults_of(RequestClosed, number=0, outcome="pending", ship_on="soon") == [
        "number",
        "outcome",
        "ship_on",
    ]
    assert faults_of(
        DeadlineFired, deadline="", due_at=None, mark="", request=0, impossible=None
    ) == ["deadline", "due_at", "mark", "request", "impossible"]
    assert faults_of(OrderRegistered, order=1, edition="", digest=None) == [
        "order",
        "edition",
        "digest",
    ]


@pytest.mark.parametrize("name", ["reason", "text"])
def test_what_may_be_missing_may_be_none(name: str) -> None:
    event = CancellationRequested(**STAMP, by=BUYER, number=1)
    assert getattr(event, name) is None
    assert DeadlineFired(**STAMP, by=SYSTEM, deadline="d", due_at=utc(1)).request is None


def test_an_outcome_is_brought_to_its_status() -> None:
    event = RequestClosed(**STAMP, by=SELLER, number=1, outcome="rejected")  # type: ignore[arg-type]
    assert event.outcome is RequestStatus.REJECTED
