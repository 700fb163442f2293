"""The policies that the library ships, in every reading, and the shop of the example are sound."""

from __future__ import annotations

from typing import Any

import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Policy
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.verification import verify

READINGS = [
    (conect, {"may_ask_again": False}),
    (conect, {"may_withdraw": True}),
    (conect, {"may_ask_again": False, "may_withdraw": True}),
    (qoo10, {"delay_approves": True}),
    (qoo10, {"withdrawal_bars": True}),
    (qoo10, {"may_withdraw": True}),
    (qoo10, {"shipping_supersedes": True}),
    (qoo10, {"delay_approves": True, "shipping_supersedes": True}),
    (
        qoo10,
        {
            "delay_approves": True,
            "withdrawal_bars": True,
            "may_withdraw": True,
            "shipping_supersedes": True,
        },
    ),
]


def measured(policy: Policy) -> tuple[int, int, int]:
    """How many combinations of facts, cases and steps were tried, and no fault was found."""
    report = verify(policy)
    assert report.ok
    assert report.faults == ()
    assert not report.sampled
    return sum(report.combinations.values()), report.cases, report.steps


@pytest.mark.parametrize(
    ("policy", "size"),
    [(CONECT, (4_488, 86, 178)), (QOO10, (16_344, 829, 2_098)), (SHOP, (1_230, 44, 46))],
    ids=["conect", "qoo10", "half-hour-shop"],
)
def test_the_built_in_policies_have_no_fault(policy: Policy, size: tuple[int, int, int]) -> None:
    """And so much was tried of them."""
    assert measured(policy) == size


@pytest.mark.parametrize(
    ("factory", "reading"),
    READINGS,
    ids=[f"{factory.__name__}, {' '.join(reading)}" for factory, reading in READINGS],
)
def test_no_other_reading_has_a_fault(factory: Any, reading: dict[str, bool]) -> None:
    """Whatever a shop reads into the open places of the documents, nothing breaks."""
    assert verify(factory(edition="2", **reading)).ok


def test_combinations_are_counted_by_the_kind_of_command() -> None:
    """As many as the facts of each have, without those that contradict themselves.

    A request to cancel: 3 statuses, 9 values of the latest request, 3 lengths of time, and 6 ways
    to be somebody, for operators and the system are always parties.
    """
    report = verify(SHOP)
    assert report.combinations == {
        "RequestCancellation": 486,
        "Approve": 216,
        "Reject": 72,
        "Withdraw": 24,
        "AskWithdrawal": 24,
        "AnswerWithdrawal": 48,
        "AdvanceOrder": 36,
        "ApplyDeadline": 324,
    }
    assert report.possible == 1_848
