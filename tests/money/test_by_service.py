"""What is promised of money holds of commands: what is quoted is what the case has kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money.by_service import ByService
from money.stories import Story, many_steps, run, stories
from money.test_cases import CASES, compare
from ordercancel.cli.quote import account_of


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case_is_reckoned_to_the_last_unit(case: dict[str, Any]) -> None:
    account = account_of(case)
    compare(ByService(account.money, account.refunding), case)


@given(story=stories())
@settings(max_examples=15)
def test_every_step_of_every_order_is_right(story: Story) -> None:
    """Parts from 0 on that add up, nobody gives back more than they got, tax rounded once."""
    run(story, ByService)


@pytest.mark.slow
def test_ten_thousand_steps_are_right() -> None:
    """Those that were refused are not counted."""
    taken = 0

    @settings(max_examples=500, deadline=None, database=None, derandomize=True)
    @given(story=stories(max_steps=1, most_units=40), seed=st.integers(0, 2**32))
    def many(story: Story, seed: int) -> None:
        nonlocal taken
        if taken < 10_000:
            taken += run(many_steps(story, seed, 60), ByService)

    many()
    assert taken >= 10_000
