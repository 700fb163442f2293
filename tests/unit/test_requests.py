"""A request is open until it is answered, and its repr tells nobody's words."""

from __future__ import annotations

import pytest

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
        order_status="new",
        withdrawal_text="secret",
        answer=Answer(by=SELLER, at=utc(3), text="secret"),
    )


@pytest.mark.parametrize("status", ["awaiting_seller", "withdrawal_asked", "withdrawal_held"])
def test_these_are_open(status: str) -> None:
    assert request(RequestStatus(status)).is_open
    assert status in OPEN


@pytest.mark.parametrize("status", ["granted", "rejected", "withdrawn", "superseded", "lapsed"])
def test_these_are_final(status: str) -> None:
    assert not request(RequestStatus(status)).is_open
    assert status in FINAL


def test_every_status_is_open_or_final() -> None:
    assert len(RequestStatus) == 8
    assert len(OPEN) + len(FINAL) == 8


def test_the_repr_shows_no_words_that_were_typed() -> None:
    assert "secret" not in repr(request(RequestStatus.REJECTED))
