"""What is left of a condition once some of its parts are known."""

from __future__ import annotations

from itertools import product

import pytest

from ordercancel.explain.residue import NEVER, either, residue
from ordercancel.policy import ALWAYS, Condition, Flag, Named, status

A, B, C = (Flag(name).holds for name in "abc")
CONDITIONS = [
    A & B,
    A | B,
    ~A,
    ~(A & B) | C,
    A & (B | (C | ~A)),
    (A & B) & (C & ~A),
    Named("n", "label", A & B),
    ~Named("n", "label", A | B),
]


@pytest.mark.parametrize("when", CONDITIONS, ids=map(str, range(len(CONDITIONS))))
def test_the_rest_is_true_where_the_whole_is(when: Condition) -> None:
    """In every case that what is known allows, whichever parts are known."""
    for a, b, c in product((True, False), repeat=3):
        facts = {"a": a, "b": b, "c": c}
        for known in product((True, False), repeat=3):
            told = {
                leaf: leaf.test(facts) is True
                for leaf, is_known in zip((A, B, C), known, strict=True)
                if is_known
            }
            assert residue(when, told).test(facts) is when.test(facts)


@pytest.mark.parametrize(
    ("when", "known", "rest"),
    [
        (A & B, {A: True}, B),
        (A & B, {A: False}, NEVER),
        (A | B, {A: True}, ALWAYS),
        (A | B, {A: False}, B),
        (A & (B & C), {A: True}, B & C),
        (A | (B | C), {A: False}, B | C),
        (~A, {A: True}, NEVER),
        (~(A & B), {A: True}, ~B),
        (Named("n", "label", A & B), {A: True, B: True}, ALWAYS),
        (Named("n", "label", A & B), {A: True}, Named("n", "label", A & B)),
        (A, {}, A),
    ],
    ids=map(str, range(11)),
)
def test_what_is_known_is_not_asked_again(
    when: Condition, known: dict[Condition, bool], rest: Condition
) -> None:
    assert residue(when, known) == rest  # type: ignore[arg-type]


def test_words_of_one_choice_are_told_together() -> None:
    assert either([status.is_in("a"), A, status.is_in("b"), A]) == status.is_in("a", "b") | A
    assert either([A | B, ALWAYS]) == ALWAYS
