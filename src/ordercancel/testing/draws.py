"""How the functions behind the strategies draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["one_of", "rarely"]

T = TypeVar("T")


def one_of(draw: DrawFn, values: Sequence[T]) -> T:
    """One of `values`: as `sampled_from` draws it, and faster where they differ each time."""
    return values[draw(_below(len(values)))]


def rarely(draw: DrawFn) -> bool:
    """True once in four times."""
    return draw(_below(4)) == 3


@cache
def _below(number: int) -> SearchStrategy[int]:
    return st.integers(0, number - 1)
