"""What happened is what a notification is on, or nothing that anybody is told."""

from __future__ import annotations

from typing import Any

import pytest

from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    OrderUpdated,
    RequestClosed,
    RequestReferred,
    WithdrawalAsked,
    WithdrawalDeclined,
)
from ordercancel.domain.requests import FINAL, RequestStatus
from ordercancel.policy import ALWAYS, Medium
from ordercancel.rules.message_texts import CHANGE_TEXTS
from ordercancel.rules.notifications import CHANGES, change_of
from ordercancel.rules.standard_texts import STANDARD_REFUSALS, STATUS_TEXTS
from unit.tiny import BUYER, MAIL, SELLER, SYSTEM, order, utc

STAMP: dict[str, Any] = {"order_id": "o-7", "at": utc(2), "by": SELLER}
FIRED: dict[str, Any] = {**STAMP, "by": SYSTEM, "deadline": "d", "due_at": utc(1)}


@pytest.mark.parametrize(
    ("event", "change"),
    [
        (CancellationRequested(**STAMP, number=1, answerer="seller"), "pending"),
        (CancellationRequested(**STAMP, number=1), None),
        (RequestReferred(**STAMP, number=1, answerer="operator"), "referred"),
        (WithdrawalAsked(**STAMP, number=1), "withdrawal_asked"),
        (WithdrawalDeclined(**STAMP, number=1), "withdrawal_declined"),
        *((RequestClosed(**STAMP, number=1, outcome=each), str(each)) for each in sorted(FINAL)),
        (DeadlineFired(**FIRED), "d"),
        (DeadlineFired(**FIRED, mark="missed", request=1), "missed"),
        (DeadlineFired(**FIRED, impossible=True), None),
        (OrderRegistered(**STAMP, order=order(), edition="1"), None),
        (OrderAdvanced(**STAMP, move="send", status="sent"), None),
        (OrderUpdated(**STAMP), None),
        (OrderCancelled(**STAMP, number=1, status="stopped"), None),
    ],
)
def test_an_event_is_a_change_that_people_are_told_of_or_none(
    event: Event, change: str | None
) -> None:
    assert change_of(event) == change


def test_every_change_has_words() -> None:
    assert set(CHANGES) == {*RequestStatus, "referred"}
    assert set(CHANGE_TEXTS) == set(CHANGES)
    assert set(STATUS_TEXTS) == set(RequestStatus)
    assert STATUS_TEXTS[RequestStatus.APPROVED]["ja"] == "承認"
    for texts in CHANGE_TEXTS.values():
        assert all(text.languages == ("ja", "en") for text in texts)


def test_the_codes_that_all_policies_share_have_sentences() -> None:
    assert set(STANDARD_REFUSALS) == {
        "not_permitted",
        "undetermined",
        "permits_disagree",
        "fees_disagree",
        "quote_changed",
        "no_such_move",
        "not_cancellable",
        "wrong_actor",
        "own_request",
        "request_open",
        "no_open_request",
        "stale_request",
        "not_asked",
        "asked_already",
        "cancelled_is_final",
        "refund_not_failed",
        "not_due",
        "whole_orders_only",
        "more_than_remains",
    }
    assert all(text["ja"] and text["en"] for text in STANDARD_REFUSALS.values())


def test_a_message_is_a_mail_by_default_and_always_goes_out() -> None:
    assert MAIL.media == (Medium.MAIL,)
    assert MAIL.when is ALWAYS
    assert BUYER.role != MAIL.to
