"""Texts in any language, with the variables that are filled into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

from ordercancel.domain.errors import Fault, InvalidValue

Lang = str
"""A language, by its tag: ``"ja"``, ``"en"``, ``"pt-BR"``."""

LANGS: tuple[Lang, ...] = ("ja", "en")
"""The languages that the library's own texts are in."""

_BLANK = re.compile("\n{3,}")

MAX_CACHED = 10_000
"""For how many templates the variables are cached."""


class Text:
    """One text in one language or several, with ``{placeholders}`` where it has variables.

    A language that the text is not in is answered by its base language (``pt`` for ``pt-BR``),
    else by English, else by the first language that it has.

    >>> Text(ja="承認", en="Approve")["en"]
    'Approve'
    >>> Text(de="Genehmigen", en="Approve")["de-AT"]
    'Genehmigen'

    Args:
        ja: The text in Japanese.
        en: The text in English.
        others: The text in other languages, by their tags. Tags with a hyphen go by `Text.of`.
    """

    __slots__ = ("_by_language",)

    def __init__(self, ja: str | None = None, en: str | None = None, **others: str) -> None:
        given = {"ja": ja, "en": en, **others}
        self._by_language = {lang: text for lang, text in given.items() if text is not None}
        if not self._by_language or not all(isinstance(each, str) for each in self.values):
            fault = Fault("Text", f"is {given!r:.80}", "a str in one language at least")
            raise InvalidValue([fault])

    @classmethod
    def of(cls, by_language: Mapping[Lang, str]) -> Text:
        """The text with these words, by the tags of their languages."""
        return cls(**by_language)

    @classmethod
    def in_each(cls, langs: Iterable[Lang], words: Callable[[Lang], str]) -> Text:
        """The text whose words in each of these languages `words` gives."""
        return cls(**{lang: words(lang) for lang in langs})

    def __getitem__(self, lang: Lang) -> str:
        text = self._by_language.get(lang)
        return self._by_language[self.spoken(lang)] if text is None else text

    def spoken(self, lang: Lang) -> Lang:
        """The language, of those that it is in, in which `lang` is answered."""
        known = self._by_language
        if lang in known:
            return lang
        for each in (lang.partition("-")[0], "en"):
            if each in known:
                return each
        return next(iter(known))

    @property
    def languages(self) -> tuple[Lang, ...]:
        """The languages that it is in."""
        return tuple(self._by_language)

    @property
    def values(self) -> tuple[str, ...]:
        """The text in each of its languages."""
        return tuple(self._by_language.values())

    def as_dict(self) -> dict[Lang, str]:
        """The text in each of its languages, by their tags."""
        return dict(self._by_language)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self._by_language == other._by_language

    def __hash__(self) -> int:
        return hash(frozenset(self._by_language.items()))

    def __repr__(self) -> str:
        return f"Text({', '.join(f'{lang}={text!r}' for lang, text in self._by_language.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Text.of, (self._by_language,)

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of the variables, in any of its languages."""
        return frozenset(name for text in self.values for name in _template(text)[0])

    def fill(self, lang: Lang, values: Mapping[str, str], *, whole: bool = False) -> str:
        r"""The text with its variables filled in; a line with an empty variable is left out.

        With `whole` no line is.

        Of the blank lines around what is left out no more than one is kept between two others.

        >>> note = Text(en="Rejected.\nReason: {reason}")
        >>> note.fill("en", {"reason": ""})
        'Rejected.'
        """
        text = self[lang]
        names, template = _template(text)
        filled = [*map(values.__getitem__, names)]
        if "" in filled and not whole:
            text = _without(text, frozenset([name for name in names if not values[name]]))
            names, template = _template(text)
            filled = [*map(values.__getitem__, names)]
        return template.format(*filled)


def words_of(code: str) -> str:
    """A code as words: ``changed_mind`` reads "changed mind"."""
    return code.replace("_", " ")


def as_text(value: Text | str, lang: Lang = "en") -> Text:
    """A plain `str` as a text in `lang`; a text as it is."""
    return Text(**{lang: value}) if isinstance(value, str) else value


@lru_cache(maxsize=MAX_CACHED)
def _template(text: str) -> tuple[tuple[str, ...], str]:
    """The names of the variables of a text, as they occur, and the text with none of the names."""
    names: list[str] = []
    template: list[str] = []
    for words, name, form, conversion in Formatter().parse(text):
        template.append(words.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            names.append(name)
            template.append(f"{{{'!' * bool(conversion)}{conversion or ''}:{form}}}")
    return tuple(names), "".join(template)


@lru_cache(maxsize=MAX_CACHED)
def _without(text: str, empty: frozenset[str]) -> str:
    """A text without the lines that have one of the variables `empty`."""
    lines = (line for line in text.split("\n") if empty.isdisjoint(_template(line)[0]))
    return _BLANK.sub("\n\n", "\n".join(lines).strip("\n"))
