"""A case knows its latest and its open request, how requests ended, and what is marked."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ordercancel.domain.cases import Case, Firing, Mark
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from unit.tiny import BUYER, order, utc


def request(number: int, status: RequestStatus) -> CancellationRequest:
    return CancellationRequest(
        number=number, by=BUYER, at=utc(number), reason="mistake", status=status
    )


FRESH = Case(order=order(), edition="1")
REJECTED = request(1, RequestStatus.REJECTED)
PENDING = request(2, RequestStatus.PENDING)


def test_a_fresh_case_has_nothing() -> None:
    assert (FRESH.version, FRESH.digest, FRESH.updated_at) == (0, "", None)
    assert FRESH.latest is None
    assert FRESH.open_request is None
    assert FRESH.ended == frozenset()
    assert (dict(FRESH.fired), FRESH.marks, FRESH.shipped_version) == ({}, (), None)
    assert not FRESH.had(RequestStatus.REJECTED)


def test_the_latest_request_may_be_final() -> None:
    case = attrs.evolve(FRESH, requests=(REJECTED,))
    assert case.latest == REJECTED
    assert case.open_request is None


def test_the_open_request_is_the_latest() -> None:
    case = attrs.evolve(FRESH, requests=(REJECTED, PENDING))
    assert case.open_request == PENDING
    assert case.had(RequestStatus.REJECTED)
    assert case.had(RequestStatus.PENDING)
    assert not case.had(RequestStatus.WITHDRAWN)


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_request_is_found_by_its_number(number: int) -> None:
    case = attrs.evolve(FRESH, requests=(REJECTED, PENDING))
    assert case.request(1) == REJECTED
    assert case.request(2) == PENDING
    with pytest.raises(KeyError):
        case.request(number)


def test_the_ways_in_which_requests_ended_are_kept() -> None:
    case = attrs.evolve(FRESH, requests=(REJECTED, PENDING))
    assert case.ended == {RequestStatus.REJECTED}


def test_a_mark_is_the_orders_or_its_latest_requests() -> None:
    of_the_first = Mark("missed", "d", utc(3), 1)
    of_the_second = Mark("overdue", "d", utc(3), 2)
    of_the_order = Mark("stale", "e", utc(3))
    case = attrs.evolve(
        FRESH,
        requests=(REJECTED, PENDING),
        marks=(of_the_first, of_the_second, of_the_order),
    )
    assert [case.is_marked(code) for code in ("missed", "overdue", "stale", "other")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_case_is_made_of_its_parts() -> None:
    """Every other part is told, with its place."""
    odd: Any = {
        "order": 1,
        "edition": "",
        "digest": None,
        "requests": (REJECTED, "another"),
        "fired": {"d": 3},
        "marks": (None,),
        "version": -1,
        "updated_at": "now",
        "shipped_version": -1,
    }
    with pytest.raises(InvalidValue) as caught:
        Case(**odd)
    assert [str(fault) for fault in caught.value.faults] == [
        "Case.order: is an int; expected an Order",
        "Case.edition: is empty; expected a line of 1 to 200 printable characters",
        "Case.digest: is missing; expected a text of at most 4000 code points",
        "Case.requests[1]: is a str; expected a CancellationRequest",
        "Case.fired[0]: is an int; expected a Firing",
        "Case.marks[0]: is missing; expected a Mark",
        "Case.version: is below 0; expected the number of its events",
        "Case.updated_at: is 'now'; expected a date and time with a UTC offset",
        "Case.shipped_version: is below 0; expected a version",
    ]


def test_a_firing_and_a_mark_name_every_fault() -> None:
    odd: Any = None
    with pytest.raises(InvalidValue) as caught:
        Firing(odd, -1, "", odd)
    assert [fault.where for fault in caught.value.faults] == [
        "Firing.due_at",
        "Firing.request",
        "Firing.status",
        "Firing.impossible",
    ]
    with pytest.raises(InvalidValue) as caught:
        Mark("", "", odd, 0)
    assert [fault.where for fault in caught.value.faults] == [
        "Mark.code",
        "Mark.deadline",
        "Mark.due_at",
        "Mark.request",
    ]
