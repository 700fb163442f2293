"""Whatever is cancelled, shipped and given back, the quotes add up to the last unit."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money.stories import Story, many_steps, run, stories
from ordercancel.domain.quotes import State
from ordercancel.engine.quote import Account

STEPS = 100_000


@given(story=stories())
def test_every_step_of_every_order_is_right(story: Story) -> None:
    """Parts from 0 on that add up, nobody gives back more than they got, tax rounded once."""
    run(story)


@given(story=stories(max_steps=4))
def test_no_sequence_gives_more_or_less(story: Story) -> None:
    """Within a bracket, the same units give the same refund, fee and tax, in whatever order."""
    account = Account(story.money, story.refunding)
    units = [(line.id, min(line.quantity, 2)) for line in story.money.lines[:3]]
    for fee in (None, "late"):
        ends = set()
        for order in permutations(units):
            state, refund, tenders = State(), 0, {}
            for name, count in order:
                for _ in range(count):
                    quote, state = account.cancel(state, {name: 1}, fee)
                    refund += quote.refund
            tenders = dict(sorted(state.given.items()))
            due = account.due(state)
            ends.add((refund, due.fee, due.gross, due.remaining, str(tenders)))
        assert len(ends) == 1


@given(story=stories(max_steps=3))
def test_units_by_steps_give_what_all_at_once_gives(story: Story) -> None:
    account = Account(story.money, story.refunding)
    whole, _ = account.cancel(State())
    state, refund = State(), 0
    for line in story.money.lines:
        for _ in range(line.quantity):
            quote, state = account.cancel(state, {line.id: 1})
            refund += quote.refund
    assert refund == whole.refund
    assert state.given == whole.tenders


@pytest.mark.slow
def test_a_hundred_thousand_steps_are_right() -> None:
    """Those that were refused are not counted."""
    taken = 0

    @settings(max_examples=3_500, deadline=None, database=None, derandomize=True)
    @given(story=stories(max_steps=1, most_units=40), seed=st.integers(0, 2**32))
    def many(story: Story, seed: int) -> None:
        nonlocal taken
        if taken < STEPS:
            taken += run(many_steps(story, seed, 60))

    many()
    assert taken >= STEPS
