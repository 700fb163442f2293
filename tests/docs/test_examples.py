"""The examples run as they are, without any change in the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ordercancel.cli.main import main

ROOT = Path(__file__).parent.parent.parent
SHOPS = {
    "half_hour_shop:SHOP": 40,
    "flea_market:FLEA_MARKET": 60,
    "must_ship:MUST_SHIP": 60,
    "furniture:FURNITURE": 70,
}
"""Each shop, with the most lines that it takes."""


@pytest.fixture
def answers(
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> dict[int, dict[str, Any]]:
    """What `replay` answers to the scenario of an example, by line."""
    monkeypatch.chdir(ROOT)
    name, attribute = request.param
    policy = f"examples.{name}:{attribute}"
    assert main(["replay", "--policy", policy, f"examples/{name}.jsonl"]) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return {line["line"]: line for line in lines}


CANCELLED = ["CancellationRequested", "RequestClosed", "OrderCancelled"]
BY_DEADLINE = ["DeadlineFired", *CANCELLED]


@pytest.mark.parametrize("answers", [("half_hour_shop", "SHOP")], indirect=True)
class TestTheHalfHourShop:
    """Half an hour at once, then the seller has a day; a late order cancels itself."""

    def test_cancels_at_once_in_the_first_half_hour(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        assert answers[7]["events"] == CANCELLED
        assert [each["audience"] for each in answers[7]["messages"]] == ["seller"]

    def test_asks_the_seller_from_the_thirtieth_minute_on(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        assert answers[9]["request_status"] == "pending"
        assert answers[9]["deadlines"] == [
            {"deadline": "seller_silent", "due_at": "2026-04-02T12:30:00+02:00"}
        ]

    def test_approves_by_silence_after_a_day_and_not_before(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        """An answer at the very moment is too late: what is due fires first."""
        assert answers[10]["events"] == []
        assert (answers[11]["ok"], answers[11]["codes"]) == (False, ["no_open_request"])
        assert answers[11]["events"] == ["DeadlineFired", "RequestClosed", "OrderCancelled"]
        assert [each["audience"] for each in answers[11]["messages"]] == ["buyer", "seller"]

    def test_ships_nothing_before_the_answer(self, answers: dict[int, dict[str, Any]]) -> None:
        assert answers[14]["codes"] == ["answer_first"]
        offered = [each["command"] for each in answers[15]["options"] if each["offered"]]
        assert offered == ["request", "approve", "reject"]
        assert (answers[16]["order_status"], answers[16]["request_status"]) == (
            "packed",
            "withdrawn",
        )

    def test_cancels_what_was_not_shipped_a_week_after_the_day_that_it_is_planned_for_now(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        assert answers[18]["deadlines"] == [
            {"deadline": "not_shipped", "due_at": "2026-04-18T00:00:00+02:00"}
        ]
        assert (answers[19]["events"], answers[20]["events"]) == ([], BY_DEADLINE)

    def test_takes_the_hosts_word_that_it_was_shipped(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        shipped = answers[24]
        assert (shipped["order_status"], shipped["request_status"]) == ("shipped", "superseded")
        assert shipped["labels"] == {"buyer": "shipped", "seller": "shipped"}


@pytest.mark.parametrize("answers", [("flea_market", "FLEA_MARKET")], indirect=True)
class TestTheFleaMarket:
    """Either side asks, the other one answers; after a rejection the office decides."""

    def test_hears_the_buyer_once_the_ship_date_has_passed(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        assert not answers[4]["ok"]
        assert answers[5]["request_status"] == "pending"

    def test_lets_nobody_answer_themselves(self, answers: dict[int, dict[str, Any]]) -> None:
        assert answers[7]["codes"] == ["own_request"]

    def test_leaves_it_to_the_office_after_a_rejection(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        """Where silence cancels nothing."""
        assert answers[8]["events"] == ["RequestReferred"]
        assert (answers[8]["deadlines"], answers[10]["events"]) == ([], [])
        assert answers[11]["order_status"] == "cancelled"

    def test_cancels_after_a_day_of_silence(self, answers: dict[int, dict[str, Any]]) -> None:
        assert [each["audience"] for each in answers[12]["messages"]] == ["buyer"]
        assert answers[13]["events"] == []
        assert answers[14]["events"] == ["DeadlineFired", "RequestClosed", "OrderCancelled"]


@pytest.mark.parametrize("answers", [("must_ship", "MUST_SHIP")], indirect=True)
class TestTheMerchantWhoMustShip:
    """Half an hour is free, afterwards the buyer's ask binds nobody."""

    def test_cancels_for_half_an_hour(self, answers: dict[int, dict[str, Any]]) -> None:
        assert answers[5]["order_status"] == "cancelled"
        assert answers[7]["request_status"] == "pending"

    def test_takes_shipping_for_the_answer(self, answers: dict[int, dict[str, Any]]) -> None:
        shipped = answers[8]
        assert (shipped["order_status"], shipped["request_status"]) == ("shipped", "superseded")
        assert shipped["labels"] == {"buyer": "shipped", "seller": "shipped"}

    def test_reminds_after_three_days_and_cancels_after_seven(
        self, answers: dict[int, dict[str, Any]]
    ) -> None:
        assert (answers[10]["events"], answers[11]["events"]) == ([], ["DeadlineFired"])
        assert [each["deadline"] for each in answers[11]["deadlines"]] == [
            "not_shipped",
            "reminder",
        ]
        assert (answers[12]["events"], answers[13]["events"]) == ([], BY_DEADLINE)


@pytest.mark.parametrize(("shop", "most"), SHOPS.items())
def test_a_shop_is_short_and_has_no_hole(
    shop: str, most: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    text = Path(f"examples/{shop.partition(':')[0]}.py").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line]) <= most
    assert main(["verify", f"examples.{shop}", "--lang", "en"]) == 0
    assert "No fault was found." in capsys.readouterr().out
