"""What people type: cleaned, its visible characters counted, unsafe characters found.

A text is cleaned before it is judged: normalised to NFC, stripped, each run of white space folded
to one space. Then its *visible* characters are counted, as people count them: grapheme clusters
(UAX 29), so that a flag, a family of four and a half-width letter with its voicing mark are one
each. Marks without a letter, zero-width and other format characters count nothing, and spaces that
only they keep apart count as one, so padding never reaches a minimum.

What is one character is Unicode's to say, and changes from year to year. It is asked of one
library (`wcwidth`), which is always there, for all texts but those in which nobody doubts it: were
it optional, two machines would decide differently about one text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


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
    return cleaned(text)[1]


def cleaned(raw: str) -> tuple[str, int]:
    """`raw` cleaned, and how many visible characters are left."""
    text = clean(raw)
    if _PLAIN.fullmatch(text):
        return text, len(text)
    from wcwidth import iter_graphemes, wcwidth  # noqa: PLC0415 - plain texts do without

    hidden = {char for char in set(text) if wcwidth(char) <= 0 or char in _BLANK}
    clusters = iter_graphemes(text)
    if not hidden:
        return text, sum(1 for _ in clusters)
    length, after_space = 0, False
    for cluster in clusters:
        shown = [char for char in cluster if char not in hidden]
        if shown == [" "]:
            after_space = length > 0
        elif shown:
            length += 1 + after_space
            after_space = False
    return text, length


def unsafe_characters(text: str) -> tuple[str, ...]:
    """The names of the characters that make a cleaned text unreadable or unsafe, each once.

    Control characters, line separators, lone surrogates, bidirectional embeddings and overrides,
    isolates that are not closed, deprecated format characters, interlinear annotations,
    non-characters, and tags but for those of the flags of regions.
    """
    if text.isprintable():
        return ()  # what Python calls printable has none of them
    text = _FLAG.sub("", text)
    if _closes_isolates(text):
        text = _ISOLATE.sub("", text)
    return _named(char for char in text if _is_unsafe(char))


def hidden_characters(text: str) -> tuple[str, ...]:
    """The names of the characters that show nothing, or a blank that is not a space, each once."""
    if text.isprintable() and not _HIDDEN.search(text):
        return ()
    return _named(char for char in text if not char.isprintable() or _HIDDEN.match(char))


def _named(chars: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip() for char in dict.fromkeys(chars)
    )


# By category letters and marks, that no font draws: what Unicode calls "default ignorable" and
# Python printable (the Hangul fillers, variation selectors and such), and the braille blank.
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)

# What has a width in a terminal, and shows nothing.
_BLANK = frozenset("\u00ad\u115f\u1160\u2800\u3164\uffa0")

_PLAIN = re.compile("[ -~\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uff01-\uff9d]*")
"""Texts in ASCII, kana and kanji without marks of their own: each character is one that shows."""

_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""The flag of a region such as England: a black flag, and its code in tags."""

_ISOLATE = re.compile("[\u2066-\u2069]")


def _closes_isolates(text: str) -> bool:
    """Whether each isolate ends where the text does or before, so that nothing behind it turns."""
    depth = 0
    for mark in _ISOLATE.findall(text):
        depth += -1 if mark == "\u2069" else 1
        if depth < 0:
            return False
    return depth == 0


_UNSAFE_RANGES = (
    (0x202A, 0x202E),  # bidirectional embeddings and overrides
    (0x2066, 0x206F),  # bidirectional isolates, deprecated format characters
    (0xFFF9, 0xFFFB),  # interlinear annotations
    (0xFDD0, 0xFDEF),  # non-characters
    (0xE0000, 0xE007F),  # tags
)


def _is_unsafe(char: str) -> bool:
    point = ord(char)
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or point & 0xFFFE == 0xFFFE
        or any(first <= point <= last for first, last in _UNSAFE_RANGES)
    )
