"""What happened is told as an occasion, from an event or from the state of a request."""

from __future__ import annotations

import attrs
import pytest

from ordercancel.domain.events import (
    CancellationRequested,
    DeadlinePassed,
    DutyArose,
    DutyBreached,
    DutyMet,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    RequestGranted,
    RequestLapsed,
    RequestRejected,
    RequestSuperseded,
    RequestWithdrawn,
    WithdrawalAsked,
    WithdrawalHeld,
)
from ordercancel.domain.requests import Answer, CancellationRequest, RequestStatus
from ordercancel.policy import Audience, Medium
from ordercancel.rules.notifications import Occasion, occasion_of_event, occasion_of_request
from ordercancel.rules.texts import REQUEST_STATUS_TEXTS, STANDARD_REFUSALS
from unit.tiny import BUYER, MAIL, SELLER, SYSTEM, order, utc

BY_SELLER = {"order_id": "o-7", "at": utc(2), "by": SELLER}
BY_CLOCK = {"order_id": "o-7", "at": utc(2), "by": SYSTEM}


@pytest.mark.parametrize(
    ("event", "occasion"),
    [
        (CancellationRequested(**BY_SELLER, number=1, reason="a", referred=True), "referred"),
        (CancellationRequested(**BY_SELLER, number=1, reason="a", referred=False), None),
        (RequestGranted(**BY_SELLER, number=1, at_once=True), "granted_at_once"),
        (RequestGranted(**BY_CLOCK, number=1, at_once=True), "granted_at_once"),
        (RequestGranted(**BY_SELLER, number=1), "approved"),
        (RequestGranted(**BY_CLOCK, number=1), "approved_by_silence"),
        (RequestRejected(**BY_SELLER, number=1), "rejected"),
        (RequestRejected(**BY_CLOCK, number=1), "rejected_by_silence"),
        (WithdrawalAsked(**BY_SELLER, number=1), "withdrawal_asked"),
        (WithdrawalHeld(**BY_SELLER, number=1), "withdrawal_held"),
        (RequestWithdrawn(**BY_SELLER, number=1), "withdrawn"),
        (RequestSuperseded(**BY_SELLER, number=1, move="send"), "superseded"),
        (RequestLapsed(**BY_CLOCK, number=1), "lapsed"),
        (DutyBreached(**BY_CLOCK, number=1, deadline="d"), "breached"),
        (OrderRegistered(**BY_CLOCK, order=order(), edition="1"), None),
        (OrderAdvanced(**BY_SELLER, move="send", status="sent"), None),
        (OrderCancelled(**BY_SELLER, number=1, status="stopped"), None),
        (DutyArose(**BY_SELLER, number=1, deadline="d", due_at=utc(3)), None),
        (DutyMet(**BY_SELLER, number=1, deadline="d"), None),
        (DeadlinePassed(**BY_CLOCK, number=1, deadline="d"), None),
    ],
)
def test_an_event_is_an_occasion_or_none(event: Event, occasion: str | None) -> None:
    assert occasion_of_event(event) == occasion


REQUEST = CancellationRequest(number=1, by=BUYER, at=utc(2), reason="mistake", order_status="new")
ANSWER = Answer(by=SELLER, at=utc(3))
SILENCE = Answer(by=SYSTEM, at=utc(3))


@pytest.mark.parametrize(
    ("status", "answer", "occasion"),
    [
        ("awaiting_seller", None, "referred"),
        ("withdrawal_asked", None, "withdrawal_asked"),
        ("withdrawal_held", None, "withdrawal_held"),
        ("granted", None, "granted_at_once"),
        ("granted", ANSWER, "approved"),
        ("granted", SILENCE, "approved_by_silence"),
        ("rejected", ANSWER, "rejected"),
        ("rejected", SILENCE, "rejected_by_silence"),
        ("withdrawn", None, "withdrawn"),
        ("superseded", None, "superseded"),
        ("lapsed", None, "lapsed"),
    ],
)
def test_a_request_tells_the_last_occasion(
    status: str, answer: Answer | None, occasion: str
) -> None:
    request = attrs.evolve(REQUEST, status=RequestStatus(status), answer=answer)
    assert occasion_of_request(request) is Occasion(occasion)


def test_every_status_of_a_request_has_a_text() -> None:
    assert set(REQUEST_STATUS_TEXTS) == set(RequestStatus)
    assert REQUEST_STATUS_TEXTS[RequestStatus.GRANTED]["ja"] == "承認"


def test_the_codes_that_all_policies_share_have_sentences() -> None:
    assert set(STANDARD_REFUSALS) == {
        "not_permitted",
        "undetermined",
        "permits_disagree",
        "no_such_move",
        "not_a_party",
        "wrong_actor",
        "request_open",
        "no_open_request",
        "not_due",
        "deadline_passed",
    }
    assert all(text["ja"] and text["en"] for text in STANDARD_REFUSALS.values())


def test_an_announcement_is_a_mail_unless_told() -> None:
    assert MAIL.media == (Medium.MAIL,)
    assert MAIL.to is Audience.SELLER
