"""What has gone wrong with refunds in order systems, as scenarios that come out right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from examples.furniture import FURNITURE

from ordercancel.cli.replay import Replay
from ordercancel.stores.memory import MemoryStore

ROOT = Path(__file__).parent.parent.parent


def answers(file: str) -> dict[int, dict[str, Any]]:
    """The answers to the lines of a scenario under the shop that makes furniture."""
    replay = Replay([FURNITURE], MemoryStore(), "en")
    with (ROOT / file).open("rb") as stream:
        return {each["line"]: each for each in replay.read(stream)}


@pytest.fixture(scope="module")
def told() -> dict[int, dict[str, Any]]:
    return answers("tests/scenarios/refunds.jsonl")


@pytest.mark.parametrize(
    ("lines", "refunds", "status"),
    [
        pytest.param((3, 4, 5), [90, 90, 90], "cancelled", id="discount-over-survivors"),
        pytest.param((8, 9), [12_000, 4_800], "cancelled", id="108-for-120"),
        pytest.param((13, 14), [500, 1_500], "cancelled", id="shipping-first-blocks-the-rest"),
        pytest.param((18, 19), [100, 200], "cancelled", id="last-item-marks-as-shipped"),
        pytest.param((22,), [200], "shipped", id="what-shipped-is-shipped"),
        pytest.param((26,), [500], "cancelled", id="500-yen-become-50000"),
        pytest.param((29, 30, 31), [333, 333, 334], "cancelled", id="three-thirds"),
    ],
)
def test_a_public_bug_of_an_order_system_does_not_happen(
    told: dict[int, dict[str, Any]], lines: tuple[int, ...], refunds: list[int], status: str
) -> None:
    assert [told[line]["quote"]["refund"] for line in lines] == refunds
    assert told[lines[-1]]["order_status"] == status


def test_what_was_refunded_by_hand_is_never_refunded_again(
    told: dict[int, dict[str, Any]],
) -> None:
    assert (told[15]["ok"], told[15]["codes"]) == (False, ["more_than_paid"])


def test_an_order_of_which_nothing_shipped_is_not_shipped(told: dict[int, dict[str, Any]]) -> None:
    assert told[19]["events"][-2:] == ["UnitsCancelled", "OrderCancelled"]
    assert told[22]["events"][-2:] == ["UnitsCancelled", "OrderAdvanced"]


def test_a_hundredfold_refund_is_refused_with_the_right_one(
    told: dict[int, dict[str, Any]],
) -> None:
    refused = told[25]
    assert (refused["codes"], refused["quote"]["refund"]) == (["quote_changed"], 500)


def test_the_scenario_of_the_furniture_shop() -> None:
    """A day at no cost; then what the buyer saw is refused; the fee is that of the asking."""
    told = answers("examples/furniture.jsonl")
    assert (told[3]["quote"]["refund"], told[3]["quote"]["remaining"]) == (9_000, 70_000)
    assert told[5]["codes"] == ["quote_changed"]
    assert (told[8]["quote"]["refund"], told[8]["quote"]["fee"]) == (8_100, 900)
    (request,) = (each for each in told[10]["options"] if each["command"] == "request")
    assert request["quote"]["refund"] == 43_600
    assert told[13]["quote"] == {
        "refund": 43_600,
        "fee": 17_400,
        "gross": 61_000,
        "goods": {"desk": 40_000, "chair": 18_000},
        "charges": {"delivery": 3_000},
        "classes": {},
        "tax": {},
        "tenders": {"card": 43_600, "points": 0},
        "remaining": 0,
        "remaining_tax": {},
        "restock": {"desk": 1, "chair": 2},
    }
