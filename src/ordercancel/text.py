"""Texts in two languages, and what people's own words are made of.

A text that somebody typed is cleaned before it is judged: normalised to NFC, stripped, inner
white space folded to single spaces. Then its *visible* characters are counted: combining marks,
zero-width and other format characters count nothing, nor does what they keep apart count twice,
so that padding can't reach a minimum. A folded space counts as one character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from string import Formatter
from typing import Literal

import attrs

from ordercancel.errors import Fault, InvalidValue

__all__ = ["LANGS", "Lang", "Text", "clean", "unsafe_characters", "visible_length"]

Lang = Literal["ja", "en"]
"""A language of the screen texts: ``"ja"`` or ``"en"``."""

LANGS: tuple[Lang, ...] = ("ja", "en")
"""Both languages."""


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
        parsed = (part for text in self.both for part in Formatter().parse(text))
        return frozenset(name for _, name, _, _ in parsed if name is not None)

    def fill(self, lang: Lang, values: Mapping[str, str]) -> str:
        r"""The text with its variables filled in; a line with an empty variable is left out.

        >>> note = Text(ja="", en="Rejected.\nReason: {reason}")
        >>> note.fill("en", {"reason": ""})
        'Rejected.'
        """
        lines = self[lang].split("\n")
        return "\n".join(line.format_map(values) for line in lines if _complete(line, values))


def clean(raw: str) -> str:
    r"""`raw` in NFC, stripped, with each inner run of white space folded to one space.

    >>> clean("  か\u3099\u3000\u3000い ")
    'が い'
    """
    return _WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", raw)).strip()


def visible_length(text: str) -> int:
    r"""How many visible characters a text has; a run of white space is one, at the ends none.

    >>> visible_length("がい \u200b ")
    2
    """
    return len(clean("".join(char for char in text if _is_visible(char))))


def unsafe_characters(text: str) -> tuple[str, ...]:
    """The names of the characters that make a cleaned text unreadable or unsafe, each once.

    Control characters, line separators, lone surrogates, bidirectional embeddings, overrides and
    isolates, deprecated format characters, interlinear annotations, tags and non-characters.
    """
    found = dict.fromkeys(char for char in text if _is_unsafe(char))
    return tuple(f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip() for char in found)


_WHITE_SPACE = re.compile(r"\s+")

# Letters and symbols by category that no font draws: the Hangul fillers and the braille blank.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")

_UNSAFE_RANGES = (
    (0x202A, 0x202E),  # bidirectional embeddings and overrides
    (0x2066, 0x206F),  # bidirectional isolates, deprecated format characters
    (0xFFF9, 0xFFFB),  # interlinear annotations
    (0xFDD0, 0xFDEF),  # non-characters
    (0xE0000, 0xE007F),  # tags
)


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] != "M" and category not in ("Cf", "Cc") and char not in _BLANK


def _is_unsafe(char: str) -> bool:
    point = ord(char)
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or point & 0xFFFE == 0xFFFE
        or any(first <= point <= last for first, last in _UNSAFE_RANGES)
    )


def _complete(line: str, values: Mapping[str, str]) -> bool:
    return all(values[name] for _, name, _, _ in Formatter().parse(line) if name is not None)
