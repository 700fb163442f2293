"""Texts in two languages, and what people's own words are made of.

A text that somebody typed is cleaned before it is judged: normalised to NFC, stripped, inner
white space folded to single spaces. Then its *visible* characters are counted: combining marks,
zero-width and other format characters count nothing, nor does what they keep apart count twice,
so that padding can't reach a minimum. A folded space counts as one character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from string import Formatter
from typing import Literal

import attrs

from ordercancel.domain.errors import Fault, InvalidValue

__all__ = ["LANGS", "Lang", "Text", "clean", "cleaned", "unsafe_characters", "visible_length"]

Lang = Literal["ja", "en"]
"""A language of the screen texts: ``"ja"`` or ``"en"``."""

LANGS: tuple[Lang, ...] = ("ja", "en")
"""Both languages."""


MOST_KEPT = 10_000
"""How many characters and texts it is remembered of what they are made of."""


@attrs.frozen
class Text:
    """One text in Japanese and in English, with ``{placeholders}`` where it has variables.

    >>> Text(ja="承認", en="Approve")["en"]
    'Approve'
    """

    ja: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        if lang not in ("ja", "en"):
            raise InvalidValue([Fault("lang", f"is {lang!r:.80}", "one of: ja, en")])
        return self.ja if lang == "ja" else self.en

    @property
    def both(self) -> tuple[str, str]:
        """The Japanese text and the English one."""
        return self.ja, self.en

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of the variables of both languages."""
        return frozenset(name for text in self.both for name in _variables(text)[0])

    def fill(self, lang: Lang, values: Mapping[str, str]) -> str:
        r"""The text with its variables filled in; a line with an empty variable is left out.

        >>> note = Text(ja="", en="Rejected.\nReason: {reason}")
        >>> note.fill("en", {"reason": ""})
        'Rejected.'
        """
        text = self[lang]
        names, lines = _variables(text)
        if all(map(values.__getitem__, names)):
            return text.format_map(values)
        told = (line for line, names in lines if all(map(values.__getitem__, names)))
        return "\n".join(told).format_map(values)


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
    found = dict.fromkeys(char for char in text if _is_unsafe(char))
    return tuple(f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip() for char in found)


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
    """The characters that are visible, and None for those that are not; each is found once."""

    def __missing__(self, point: int) -> int | None:
        if len(self) >= MOST_KEPT:
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


_Names = tuple[str, ...]


@lru_cache(maxsize=MOST_KEPT)
def _variables(template: str) -> tuple[_Names, tuple[tuple[str, _Names], ...]]:
    """The names of the variables of a text, and its lines, each with those of its own."""
    lines = tuple((line, tuple(_names(line))) for line in template.split("\n"))
    return tuple(dict.fromkeys(name for _, names in lines for name in names)), lines


def _names(line: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(line) if name is not None)
