"""Events are values with the rules behind them; their reprs tell nobody's words."""

from __future__ import annotations

import pytest

from ordercancel.domain.events import (
    EVENTS,
    CancellationRequested,
    RequestRejected,
    WithdrawalAsked,
)
from unit.tiny import BUYER, SELLER, utc

STAMP = {"order_id": "o-7", "at": utc(2)}


def test_the_log_knows_every_kind_of_event_by_its_name() -> None:
    assert list(EVENTS) == [
        "OrderRegistered",
        "OrderAdvanced",
        "CancellationRequested",
        "RequestGranted",
        "RequestRejected",
        "WithdrawalAsked",
        "WithdrawalHeld",
        "RequestWithdrawn",
        "RequestSuperseded",
        "RequestLapsed",
        "OrderCancelled",
        "DutyArose",
        "DutyMet",
        "DutyBreached",
        "DeadlinePassed",
    ]
    assert EVENTS["RequestRejected"] is RequestRejected


@pytest.mark.parametrize(
    "event",
    [
        CancellationRequested(
            **STAMP, by=BUYER, number=1, reason="other", text="secret", referred=True
        ),
        RequestRejected(**STAMP, by=SELLER, number=1, text="secret"),
        WithdrawalAsked(**STAMP, by=SELLER, number=1, text="secret"),
    ],
)
def test_reprs_show_no_words_that_were_typed(event: object) -> None:
    assert "secret" not in repr(event)


def test_an_event_without_rules_names_none() -> None:
    assert WithdrawalAsked(**STAMP, by=SELLER, number=1).rules == ()
