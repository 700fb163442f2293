"""Of any two policies the solver says what trying says, and the words are an order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from editions import GIFT, OPPOSITES, SIZE, asking, desk, relations
from ordercancel import Policy
from ordercancel.explain import diff
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    Forbid,
    If,
    Refer,
    buyer,
    hours,
    is_initiator,
    now,
    operator,
    placed_at,
    rejected_before,
    seller,
    status,
)
from ordercancel.rules.effects import Effect
from strategies import conditions
from verification.test_diff_proved import told

pytestmark = pytest.mark.slow

LEAVES = (
    buyer,
    status.is_in("placed"),
    is_initiator.holds,
    rejected_before.holds,
    GIFT.holds,
    SIZE.is_in("s"),
    SIZE.is_known,
    now < placed_at + hours(1),
)
NO_GREATER = ("equal", "stricter")


def effects() -> SearchStrategy[Effect]:
    plain = st.sampled_from(
        (CANCEL, Refer(seller), Refer(operator), Refer(OTHER_SIDE), Forbid("a"), Forbid("b"))
    )
    return plain | st.builds(If, st.sampled_from(LEAVES), plain, plain)


def policies() -> SearchStrategy[Policy]:
    """Policies with up to three rules about asking to cancel."""
    rules = st.lists(st.tuples(effects(), conditions(st.sampled_from(LEAVES))), max_size=3)
    return rules.map(
        lambda made: desk(
            *(asking(effect, when, f"r{number}") for number, (effect, when) in enumerate(made)),
            facts=(GIFT, SIZE),
        )
    )


@given(policies(), policies())
def test_the_solver_says_what_trying_says(one: Policy, other: Policy) -> None:
    """The words, and every kind of difference."""
    proved, tried = diff(one, other, by="solver"), diff(one, other, by="enumeration")
    assert relations(proved) == relations(tried)
    assert told(proved) == told(tried)


@given(policies(), policies())
@settings(max_examples=settings().max_examples // 2)
def test_what_is_stricter_one_way_is_looser_the_other(one: Policy, other: Policy) -> None:
    """Only what is both, or neither, is the same both ways; each policy is equal to itself."""
    there, back = relations(diff(one, other)), relations(diff(other, one))
    assert back == {who: OPPOSITES[word] for who, word in there.items()}
    assert relations(diff(one, one)) == {}


@given(policies(), policies(), policies())
@settings(max_examples=settings().max_examples // 3)
def test_what_is_stricter_than_a_stricter_one_is_stricter(
    one: Policy, two: Policy, three: Policy
) -> None:
    """And where one of the steps is no mere equality, so is the whole."""
    who = "RequestCancellation buyer"
    steps = [relations(diff(*pair)).get(who, "equal") for pair in ((one, two), (two, three))]
    whole = relations(diff(one, three)).get(who, "equal")
    if all(step in NO_GREATER for step in steps):
        assert whole == ("stricter" if "stricter" in steps else "equal")
