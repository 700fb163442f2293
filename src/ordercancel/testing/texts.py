"""Texts as people type them: within their bounds, and out of bounds in every way there is."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ordercancel.domain.limits import MAX_TEXT
from ordercancel.rules.reasons import TextBounds

__all__ = ["any_texts", "texts"]

_CHARACTERS = "理由abc発送前Zé🎁ー9。"
"""Each is visible and one, whatever stands beside it."""

_WORN = ("{}", " {}\u3000", "\u200b{}", "{}\u0301")
"""What counts nothing: white space at the ends, a zero-width space, a combining accent."""

_TRICKS = (
    None,
    "",
    " \u3000 ",
    "短い",
    "\u200b" * 40,
    "見える\u202e逆さ",
    "長" * 501,
    "長" * MAX_TEXT,
)
"""Nothing, too little, padding, a bidirectional override, too much."""


@lru_cache(maxsize=64)
def texts(bounds: TextBounds) -> SearchStrategy[str | None]:
    """Texts with as many visible characters as `bounds` want: most of them the fewest or the most.

    Some have white space or invisible characters around them, which count nothing. Where no text
    is required, some are blank and some are None.
    """
    lowest, highest = max(bounds.minimum, 1), min(bounds.maximum, MAX_TEXT)
    middle = (lowest + highest) // 2
    lengths = {lowest, lowest + 1, middle, highest - 1, highest}
    fitting = sorted(length for length in lengths if lowest <= length <= highest)
    kinds: list[SearchStrategy[str | None]] = []
    if fitting:
        starts = st.integers(0, len(_CHARACTERS) - 1)
        kinds.append(st.builds(_typed, st.sampled_from(fitting), starts, st.sampled_from(_WORN)))
    if not bounds.required:
        kinds.append(st.sampled_from((None, "", " ")))
    return st.one_of(kinds)


@lru_cache(maxsize=64)
def any_texts(bounds: TextBounds | None) -> SearchStrategy[str | None]:
    """Texts that fit `bounds`, miss them by one, or play tricks; None for where none is taken."""
    tricks = st.sampled_from(_TRICKS)
    if bounds is None:
        return tricks
    beside = {max(bounds.minimum - 1, 0), min(bounds.maximum + 1, MAX_TEXT)}
    missing = st.sampled_from(sorted(beside)).map(lambda length: _typed(length, 0, "{}"))
    return st.one_of(texts(bounds), missing, tricks)


def _typed(length: int, start: int, worn: str) -> str:
    """A text of `length` visible characters."""
    characters = _CHARACTERS * (length // len(_CHARACTERS) + 2)
    text = characters[start : start + length]
    return worn.format(text) if length + len(worn) <= MAX_TEXT else text
