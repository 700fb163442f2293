"""The cases and the invariants catch what has gone wrong in order systems."""

from __future__ import annotations

import pytest
from _pytest.outcomes import Failed
from hypothesis import Phase, find, settings

from money.stories import Story, run, stories
from money.test_cases import CASES, compare
from money.wrong import WRONG
from ordercancel import InvalidValue
from ordercancel.cli.quote import account_of
from ordercancel.engine.quote import Account

CAUGHT = (AssertionError, Failed, InvalidValue, KeyError)


def failing_cases(make: type[Account]) -> list[str]:
    """The cases that an account fails."""
    failed: list[str] = []
    for case in CASES:
        right = account_of(case)
        try:
            compare(make(right.money, right.refunding), case)
        except CAUGHT:
            failed.append(case["id"])
    return failed


def is_wrong(make: type[Account], story: Story) -> bool:
    """Whether an account breaks an invariant."""
    try:
        run(story, make)
    except CAUGHT:
        return True
    return False


def test_what_is_right_is_not_caught() -> None:
    assert failing_cases(Account) == []


BY_INVARIANTS = {"TakesMoreThanThereIs", "TaxesWhatComesBack", "TaxesEachLine"}
"""What no case is about."""

BY_CASES = {
    "GivesPointsBackFirst",
    "LeavesTheOddUnitToTheLastLine",
    "SpreadsShippingByEqualParts",
}
"""What adds up as well, and is against what is promised."""


def test_two_dozen_are_wrong() -> None:
    assert len(WRONG) == 22


@pytest.mark.parametrize("make", WRONG, ids=[make.__name__ for make in WRONG])
def test_what_is_wrong_fails_a_case(make: type[Account]) -> None:
    assert (failing_cases(make) == []) == (make.__name__ in BY_INVARIANTS)


BREAKING = [make for make in WRONG if make.__name__ not in BY_CASES]


@pytest.mark.slow
@pytest.mark.parametrize("make", BREAKING, ids=[make.__name__ for make in BREAKING])
def test_what_is_wrong_breaks_an_invariant(make: type[Account]) -> None:
    """Whatever case somebody has in mind."""
    few = settings(max_examples=500, database=None, derandomize=True, phases=[Phase.generate])
    found = find(stories(), lambda story: is_wrong(make, story), settings=few)
    assert not is_wrong(Account, found)
