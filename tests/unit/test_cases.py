"""A case knows its latest and its open request, its open duties and when the first is due."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ordercancel.domain.cases import Case, Duty, DutyStatus
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from unit.tiny import BUYER, order, utc


def request(number: int, status: RequestStatus) -> CancellationRequest:
    return CancellationRequest(
        number=number,
        by=BUYER,
        at=utc(number),
        reason="mistake",
        status=status,
        order_status="new",
    )


FRESH = Case(order=order(), edition="1")
REJECTED = request(1, RequestStatus.REJECTED)
WAITING = request(2, RequestStatus.AWAITING_SELLER)


def test_a_fresh_case_has_nothing() -> None:
    assert FRESH.version == 0
    assert FRESH.latest is None
    assert FRESH.open_request is None
    assert FRESH.open_duties == ()
    assert FRESH.next_due is None
    assert not FRESH.had(RequestStatus.REJECTED)


def test_the_latest_request_may_be_final() -> None:
    case = attrs.evolve(FRESH, requests=(REJECTED,))
    assert case.latest == REJECTED
    assert case.open_request is None


def test_the_open_request_is_the_latest() -> None:
    case = attrs.evolve(FRESH, requests=(REJECTED, WAITING))
    assert case.open_request == WAITING
    assert case.had(RequestStatus.REJECTED)
    assert case.had(RequestStatus.AWAITING_SELLER)
    assert not case.had(RequestStatus.WITHDRAWN)


def test_only_open_duties_come_due() -> None:
    late = Duty(deadline="late", request=1, since=utc(1), due_at=utc(9))
    soon = Duty(deadline="soon", request=1, since=utc(1), due_at=utc(5))
    met = Duty(deadline="met", request=1, since=utc(1), due_at=utc(2), status=DutyStatus.MET)
    case = attrs.evolve(FRESH, duties=(late, soon, met))
    assert case.open_duties == (late, soon)
    assert case.next_due == utc(5)


def test_a_request_is_found_by_its_number() -> None:
    case = attrs.evolve(FRESH, requests=(REJECTED, WAITING))
    assert case.request(WAITING.number) == WAITING
    assert case.request(REJECTED.number) == REJECTED
    with pytest.raises(KeyError):
        case.request(3)


def test_the_ways_in_which_requests_ended_are_kept() -> None:
    assert FRESH.ended == frozenset()
    case = attrs.evolve(FRESH, requests=(REJECTED, WAITING))
    assert case.ended == {RequestStatus.REJECTED}


def test_a_case_is_made_of_requests_and_duties() -> None:
    """Every other part is told, with its place."""
    odd: Any = (REJECTED, "another")
    with pytest.raises(InvalidValue) as caught:
        attrs.evolve(FRESH, requests=odd, duties=(None,))
    assert [str(fault) for fault in caught.value.faults] == [
        "Case.requests[1]: is a str; expected a CancellationRequest",
        "Case.duties[0]: is missing; expected a Duty",
    ]
