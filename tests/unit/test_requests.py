"""A request is open until it is answered, and its repr tells nobody's words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.requests import FINAL, OPEN, Answer, CancellationRequest, RequestStatus
from unit.tiny import BUYER, SELLER, utc


def request(status: RequestStatus) -> CancellationRequest:
    return CancellationRequest(
        number=1,
        by=BUYER,
        at=utc(2),
        reason="other",
        text="secret",
        status=status,
        withdrawal_text="secret",
        answer=Answer(by=SELLER, at=utc(3), text="secret"),
    )


@pytest.mark.parametrize("status", ["pending", "withdrawal_asked", "withdrawal_declined"])
def test_these_are_open(status: str) -> None:
    assert request(RequestStatus(status)).is_open
    assert status in OPEN


@pytest.mark.parametrize("status", ["approved", "rejected", "withdrawn", "superseded", "expired"])
def test_these_are_final(status: str) -> None:
    assert not request(RequestStatus(status)).is_open
    assert status in FINAL


def test_every_status_is_open_or_final() -> None:
    assert len(RequestStatus) == 8
    assert len(OPEN) + len(FINAL) == 8


def test_the_repr_shows_no_words_that_were_typed() -> None:
    assert "secret" not in repr(request(RequestStatus.REJECTED))


def test_every_fault_of_a_request_is_named() -> None:
    odd: Any = {
        "number": 0,
        "by": "b-1",
        "at": None,
        "reason": "",
        "text": 3,
        "data": 4,
        "answerer": "",
        "status": "pending",
        "withdrawal_text": 5,
        "answer": "no",
        "closed_at": "now",
        "closed_version": -1,
    }
    with pytest.raises(InvalidValue) as caught:
        CancellationRequest(**odd)
    assert [fault.where for fault in caught.value.faults] == [
        f"CancellationRequest.{name}" for name in odd
    ]


def test_every_fault_of_an_answer_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        Answer(by=None, at="now", reason="", text=3)
    assert [fault.where for fault in caught.value.faults] == [
        "Answer.by",
        "Answer.at",
        "Answer.reason",
        "Answer.text",
    ]


def test_moments_among_the_facts_of_a_request_are_kept_in_utc() -> None:
    tokyo = datetime(2024, 3, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    made = CancellationRequest(number=1, by=BUYER, at=utc(2), data={"seen_at": tokyo})
    assert made.data["seen_at"].isoformat() == "2024-03-01T03:00:00+00:00"
