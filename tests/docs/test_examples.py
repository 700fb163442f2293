"""The examples run as they are, without any change in the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ordercancel.cli.main import main

ROOT = Path(__file__).parent.parent.parent
SHOPS = ("half_hour_shop:SHOP", "flea_market:FLEA_MARKET", "must_ship:MUST_SHIP")


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
    """30 minutes of instant cancelling, a day to answer, then silence approves."""

    def test_takes_forty_lines(self) -> None:
        text = (ROOT / "examples" / "half_hour_shop.py").read_text(encoding="utf-8")
        assert len([line for line in text.splitlines() if line]) <= 40

    def test_cancels_at_once_in_the_first_half_hour(self, answers: list[dict[str, Any]]) -> None:
        assert answers[0]["order_status"] == "cancelled"
        assert answers[0]["rules"] == ["buyer_asks"]
        assert [each["audience"] for each in answers[0]["messages"]] == ["seller"]

    def test_asks_the_seller_from_the_thirtieth_minute_on(
        self, answers: list[dict[str, Any]]
    ) -> None:
        assert answers[1]["request_status"] == "pending"
        assert answers[1]["messages"][0]["subject"] == "Cancellation requested: H-2"
        assert answers[1]["labels"] == dict.fromkeys(("buyer", "seller"), "cancellation requested")

    def test_approves_by_silence_after_a_day_and_not_before(
        self, answers: list[dict[str, Any]]
    ) -> None:
        before, too_late = answers[2:4]
        assert before["events"] == []
        assert too_late["codes"] == ["no_open_request"]
        assert too_late["events"] == ["DeadlineFired", "RequestClosed", "OrderCancelled"]
        assert [each["audience"] for each in too_late["messages"]] == ["buyer", "seller"]

    def test_wants_an_answer_before_it_ships(self, answers: list[dict[str, Any]]) -> None:
        assert answers[5]["codes"] == ["answer_first"]

    def test_takes_the_hosts_word_that_it_was_shipped(self, answers: list[dict[str, Any]]) -> None:
        shipped = answers[6]
        assert (shipped["order_status"], shipped["request_status"]) == ("shipped", "superseded")
        assert shipped["labels"] == {"buyer": "shipped", "seller": "shipped"}


@pytest.mark.parametrize("shop", SHOPS)
def test_the_shops_have_no_hole(
    shop: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["verify", f"examples.{shop}", "--lang", "en"]) == 0
    assert "No fault was found." in capsys.readouterr().out
