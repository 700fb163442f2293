"""The examples run as they are, without any change in the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ordercancel.cli.main import main

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    """What `replay` answers to the half-hour shop's scenario."""
    monkeypatch.chdir(ROOT)
    policy = "examples.half_hour_shop:SHOP"
    assert main(["replay", "--policy", policy, "examples/half_hour_shop.jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestTheHalfHourShop:
    """30 minutes of instant cancelling, 48 hours to answer, silence approves."""

    def test_cancels_at_once_in_the_first_half_hour(self, answers: list[dict[str, Any]]) -> None:
        assert answers[0]["order_status"] == "cancelled"
        assert answers[0]["rules"] == ["shop.first_half_hour"]

    def test_asks_the_seller_from_the_thirtieth_minute_on(
        self, answers: list[dict[str, Any]]
    ) -> None:
        assert answers[1]["request_status"] == "awaiting_seller"
        assert answers[1]["messages"][0]["subject"] == "キャンセル希望"
        assert answers[1]["labels"] == {"buyer": "キャンセル要請", "seller": "キャンセル要請"}

    def test_approves_by_silence_after_48_hours_and_not_before(
        self, answers: list[dict[str, Any]]
    ) -> None:
        before, too_late, after = answers[2:5]
        assert before["events"] == []
        assert too_late["codes"] == ["deadline_passed"]
        assert after["events"] == ["DeadlinePassed", "RequestGranted", "OrderCancelled"]
        assert after["rules"] == ["standard.deadline", "shop.silence_approves"]
        assert after["messages"][0]["subject"] == "キャンセル成立"

    def test_takes_shipping_for_the_answer(self, answers: list[dict[str, Any]]) -> None:
        shipped = answers[6]
        assert (shipped["order_status"], shipped["request_status"]) == ("shipped", "superseded")
        assert shipped["rules"] == ["standard.advance", "shop.shipping_answers"]
        assert shipped["messages"][0]["subject"] == "発送済み"
