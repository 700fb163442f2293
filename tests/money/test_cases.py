"""The cases of cases.json, to the last unit; many are after public bugs of order systems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ordercancel import InvalidValue
from ordercancel.cli.quote import account_of
from ordercancel.domain.quotes import State
from ordercancel.engine.quote import Account

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases.json").read_text(encoding="utf-8")
)["cases"]


def test_there_are_as_many_cases_as_there_were() -> None:
    assert len(CASES) == 27


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case_is_reckoned_to_the_last_unit(case: dict[str, Any]) -> None:
    compare(account_of(case), case)


def compare(account: Account, case: dict[str, Any]) -> None:
    """Compare all that the case says about the order, each step, and the end."""
    expected = case["expected"]
    assert (account.total, account.paid) == (expected["total"], expected["paid"])
    assert account.net == expected["net"]
    assert account.allocation == expected["allocation"]
    assert account.tax == expected.get("tax", {})
    state, fees = State(), 0
    for step, wanted in zip(case["steps"], expected["steps"], strict=True):
        if "refused" in wanted:
            with pytest.raises(InvalidValue) as refused:
                take(account, state, step)
            assert [fault.code for fault in refused.value.faults] == [wanted["refused"]]
            continue
        quote, state = take(account, state, step)
        if quote is None:
            assert wanted == {"shipped": dict(state.shipped)} or wanted == {
                "elsewhere": sum(state.elsewhere.values())
            }
            continue
        fees += quote.fee
        added = "tax_within" not in wanted
        assert {
            "gross": quote.gross,
            "goods": quote.goods,
            "charges": quote.charges,
            "fee": quote.fee,
            "refund": quote.refund,
            "tenders": quote.tenders,
            "remaining_total": quote.remaining,
            **({"by_class": quote.classes} if "by_class" in wanted else {}),
            **({"tax" if added else "tax_within": quote.tax} if quote.tax else {}),
            **({"remaining_tax": quote.remaining_tax} if "remaining_tax" in wanted else {}),
        } == wanted
    assert {
        "refund": sum(state.given.values()),
        "fee": fees,
        "elsewhere": sum(state.elsewhere.values()),
        "remaining_total": account.due(state).remaining,
        "tenders": state.given,
    } == expected["totals"]
    cancelled, still = state.cancelled, account.open(state)
    for name, quantities in expected["quantities"].items():
        assert quantities == {
            "ordered": cancelled.get(name, 0) + state.shipped.get(name, 0) + still[name],
            "cancelled": cancelled.get(name, 0),
            "shipped": state.shipped.get(name, 0),
            "open": still[name],
        }


def take(account: Account, state: State, step: dict[str, Any]) -> Any:
    """Take a step of a case; give its quote, where it has one, and the state after it."""
    if "ship" in step:
        return None, account.ship(state, step["ship"])
    if "refunded_elsewhere" in step:
        return None, account.refund_elsewhere(state, step["refunded_elsewhere"])
    lines = None if step["cancel"] == "all" else step["cancel"]
    return account.cancel(state, lines, step.get("fee"))
