"""What people type: cleaned, its visible characters counted, unsafe characters found.

A text is cleaned before it is judged: normalised to NFC, stripped, each run of white space folded
to one space. Then its *visible* characters are counted. Combining marks, zero-width and other
format characters count nothing, and spaces that only they keep apart count as one, so padding
never reaches a minimum.
"""

from __future__ import annotations

import unicodedata

MAX_CACHED = 10_000
"""For how many characters the answer whether they are visible is cached."""


def clean(raw: str) -> str:
    r"""`raw` in NFC, stripped, with each inner run of white space folded to one space.

    >>> clean("  か\u3099\u3000\u3000い ")
    'が い'
    """
    return " ".join(unicodedata.normalize("NFC", raw).split())


def visible_length(text: str) -> int:
    r"""How many visible characters a text has; a run of white space is one, at the ends none.

    >>> visible_length("がい \u200b ")
    2
    """
    return len(clean(text.translate(_VISIBLE)))


def cleaned(raw: str) -> tuple[str, int]:
    """`raw` cleaned, and how many visible characters are left."""
    text = clean(raw)
    is_all_visible = text.translate(_VISIBLE) == text
    return text, len(text) if is_all_visible else visible_length(text)


def unsafe_characters(text: str) -> tuple[str, ...]:
    """The names of the characters that make a cleaned text unreadable or unsafe, each once.

    Control characters, line separators, lone surrogates, bidirectional embeddings, overrides and
    isolates, deprecated format characters, interlinear annotations, tags and non-characters.
    """
    if text.isprintable():
        return ()  # what Python calls printable has none of them
    unsafe = dict.fromkeys(char for char in text if _is_unsafe(char))
    return tuple(f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip() for char in unsafe)


# Letters and symbols by category that no font draws: the Hangul fillers and the braille blank.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")

_UNSAFE_RANGES = (
    (0x202A, 0x202E),  # bidirectional embeddings and overrides
    (0x2066, 0x206F),  # bidirectional isolates, deprecated format characters
    (0xFFF9, 0xFFFB),  # interlinear annotations
    (0xFDD0, 0xFDEF),  # non-characters
    (0xE0000, 0xE007F),  # tags
)


class _Visible(dict[int, int | None]):
    """Maps visible characters to themselves and others to None; each is looked up once."""

    def __missing__(self, point: int) -> int | None:
        if len(self) >= MAX_CACHED:
            self.clear()
        char = chr(point)
        category = unicodedata.category(char)
        visible = category[0] != "M" and category not in ("Cf", "Cc") and char not in _BLANK
        self[point] = point if visible else None
        return self[point]


_VISIBLE = _Visible()


def _is_unsafe(char: str) -> bool:
    point = ord(char)
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or point & 0xFFFE == 0xFFFE
        or any(first <= point <= last for first, last in _UNSAFE_RANGES)
    )
