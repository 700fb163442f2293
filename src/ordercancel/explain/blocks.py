"""What a page consists of, whatever it is written as: headings, paragraphs, tables, passages.

Words are plain `str` here; whoever writes them as Markdown or HTML escapes them, in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import attrs

from ordercancel.explain.pictures import Chart

Kind = Literal["strong", "code", "note", "go", "wait", "stop", "badge", "link"]


@attrs.frozen
class Span:
    """Words that stand out: as a code, as an aside, as a verdict, or as a link to `href`."""

    text: str
    kind: Kind
    href: str = ""


def strong(text: str) -> Span:
    """Words that are important."""
    return Span(text, "strong")


def code(text: str) -> Span:
    """A name of programs."""
    return Span(text, "code")


def note(text: str) -> Span:
    """An aside, in small letters."""
    return Span(text, "note")


Line = tuple["str | Span", ...]
Cell = tuple[Line, ...]
"""What stands in a cell or a paragraph: lines, of words."""


def _cell(value: Any) -> Cell:
    """A word, a line, which is a tuple of words, or several lines; a break begins a new line."""
    if _is_word(value) or (isinstance(value, tuple) and all(map(_is_word, value))):
        value = [value]
    lines = [(line,) if _is_word(line) else line for line in value if line != ()]
    return tuple(broken for line in lines for broken in _broken(line))


def _is_word(value: object) -> bool:
    return isinstance(value, str | Span)


def _broken(line: Line) -> Iterable[Line]:
    """The lines that a line has, where its words have line breaks in them."""
    if not any(isinstance(each, str) and "\n" in each for each in line):
        return (line,)
    lines: list[list[str | Span]] = [[]]
    for each in line:
        if isinstance(each, Span):
            lines[-1].append(each)
            continue
        first, *rest = each.split("\n")
        lines[-1].append(first)
        lines += [[part] for part in rest]
    return tuple(tuple(part for part in each if part != "") for each in lines)


def _rows(rows: Iterable[Iterable[object]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(map(_cell, row)) for row in rows)


def _all(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


def _cells(values: Iterable[object]) -> tuple[Cell, ...]:
    return tuple(map(_cell, values))


@attrs.frozen
class Para:
    """A paragraph."""

    cell: Cell = attrs.field(converter=_cell)


@attrs.frozen
class Bullets:
    """A list; numbered where its order means something."""

    items: tuple[Cell, ...] = attrs.field(converter=_cells)
    numbered: bool = attrs.field(default=False, kw_only=True)


def _head(head: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(head.split(" | ") if isinstance(head, str) else head)


@attrs.frozen
class Table:
    """A table with a heading for each column; of a text, the words between its bars."""

    head: tuple[str, ...] = attrs.field(converter=_head)
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(converter=_rows)


@attrs.frozen
class Picture:
    """A chart, drawn; for whoever cannot see it, its changes as a list."""

    chart: Chart


@attrs.frozen
class Passage:
    """A clause of a document, and beside it what follows from it.

    Args:
        id: The id of the clause.
        section: Where it stands in the document.
        pieces: Its words; between two pieces something is left out.
        lang: The language of these words.
        title: What it says, in a few words.
        blocks: What follows from it.
    """

    id: str
    section: str
    pieces: tuple[str, ...]
    lang: str
    title: str
    blocks: tuple[Block, ...] = attrs.field(converter=_all)


Block = Para | Bullets | Table | Picture | Passage


@attrs.frozen
class Chapter:
    """A chapter of a page, with an anchor that stays."""

    id: str
    title: str
    blocks: tuple[Block | Chapter, ...] = attrs.field(converter=_all)


@attrs.frozen
class Page:
    """A whole page.

    Args:
        lang: Its language.
        title: Its title.
        lead: What stands under the title.
        chapters: Its chapters.
        contents: What the list of its chapters is called.
        omission: What is read for something left out of a quote.
        in_words: What is clicked to read a picture.
    """

    lang: str
    title: str
    lead: tuple[Cell, ...] = attrs.field(converter=_cells)
    chapters: tuple[Chapter, ...] = attrs.field(converter=_all)
    contents: str
    omission: str
    in_words: str
