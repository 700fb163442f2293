"""Texts in Japanese and English, with the variables that are filled into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from string import Formatter
from typing import Literal

import attrs

from ordercancel.domain.errors import Fault, InvalidValue

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
        kept = (line for line, names in lines if all(map(values.__getitem__, names)))
        return "\n".join(kept).format_map(values)


_Names = tuple[str, ...]


@lru_cache(maxsize=10_000)
def _variables(template: str) -> tuple[_Names, tuple[tuple[str, _Names], ...]]:
    """The names of the variables of a text, and its lines, each with those of its own."""
    lines = tuple((line, tuple(_names(line))) for line in template.split("\n"))
    return tuple(dict.fromkeys(name for _, names in lines for name in names)), lines


def _names(line: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(line) if name is not None)
