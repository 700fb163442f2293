"""Of any policy the solver says what trying says."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from ordercancel import RequestCancellation
from ordercancel.policy import Rule
from ordercancel.verification.enumeration import Space
from strategies import rules
from unit.tiny import RULES, tiny
from verification.test_encoding import OF_CONDITIONS
from verification.test_solver import TOLD, same


@pytest.mark.slow
@given(made=rules(max_size=4))
def test_any_rules_have_the_same_dead_ones(made: list[Rule]) -> None:
    """Of those that can be tried in no time."""
    policy = tiny(rules=(*RULES, *made), facts=OF_CONDITIONS, texts=TOLD)
    assume(Space.of(policy, RequestCancellation).size < 5_000)
    assert same(policy)
