"""A page as one file of HTML that needs nothing else: no request leaves it.

Every word goes through `_text`, here alone: the texts of a policy are whatever its users wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ordercancel.explain.blocks import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Page,
    Para,
    Passage,
    Picture,
    Span,
    Table,
)
from ordercancel.explain.pictures import Draw, plain_svg
from ordercancel.explain.style import STYLE

_TAGS = {"strong": "strong", "code": "code", "note": "small"}
_SIGNS = {"go": "○", "wait": "△", "stop": "×"}


def html(page: Page, draw: Draw = plain_svg) -> str:
    """Write `page` as HTML.

    Args:
        page: The page.
        draw: Draws its pictures. Default: without any tool.
    """
    write = _Writer(page, draw)
    return "\n".join(write.page()) + "\n"


class _Writer:
    def __init__(self, page: Page, draw: Draw) -> None:
        self._page = page
        self._draw = draw

    def page(self) -> Iterator[str]:
        page = self._page
        title = _text(page.title)
        yield "<!doctype html>"
        yield f'<html lang="{_text(page.lang)}">'
        yield '<head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{title}</title>"
        yield f"<style>{STYLE}</style></head>"
        yield f"<body><header><h1>{title}</h1>"
        yield from (f"<p>{_cell(each)}</p>" for each in page.lead)
        yield f'</header><nav aria-label="{_text(page.contents)}"><ol>'
        for chapter in page.chapters:
            yield f'<li><a href="#{_text(chapter.id)}">{_text(chapter.title)}</a></li>'
        yield "</ol></nav><main>"
        for chapter in page.chapters:
            yield from self._chapter(chapter, 2)
        yield "</main></body></html>"

    def _chapter(self, chapter: Chapter, level: int) -> Iterator[str]:
        yield f'<section id="{_text(chapter.id)}">'
        yield f"<h{level}>{_text(chapter.title)}</h{level}>"
        for block in chapter.blocks:
            if isinstance(block, Chapter):
                yield from self._chapter(block, level + 1)
            else:
                yield from self._block(block, level + 1)
        yield "</section>"

    def _block(self, block: Block, level: int) -> Iterator[str]:
        match block:
            case Para(cell):
                yield f"<p>{_cell(cell)}</p>"
            case Bullets(items, numbered=numbered):
                tag = "ol" if numbered else "ul"
                yield f"<{tag}>"
                yield from (f"<li>{_cell(each)}</li>" for each in items)
                yield f"</{tag}>"
            case Table():
                yield from _table(block)
            case Picture(chart):
                yield f'<figure tabindex="0" data-dot="{_text(chart.dot)}">{self._draw(chart)}'
                yield f"<figcaption>{_text(chart.title)}</figcaption></figure>"
                yield f"<details><summary>{_text(self._page.in_words)}</summary><ul>"
                yield from (f"<li>{_text(each)}</li>" for each in chart.lines)
                yield "</ul></details>"
            case _:
                yield from self._passage(block, level)

    def _passage(self, passage: Passage, level: int) -> Iterator[str]:
        name = _text(passage.id)
        gap = f' <i title="{_text(self._page.omission)}">…</i> '
        yield f'<div class="clause" id="{name}">'
        yield f'<blockquote lang="{_text(passage.lang)}"><p>'
        yield gap.join(map(_text, passage.pieces))
        yield f'</p><p class="where"><a href="#{name}">{_text(passage.section)}</a></p>'
        yield f"</blockquote><div><h{level}>{_text(passage.title)}</h{level}>"
        for block in passage.blocks:
            yield from self._block(block, level + 1)
        yield "</div></div>"


def _table(table: Table) -> Iterator[str]:
    """A table that a phone shows as a list of cards; its roles say that it still is a table."""
    yield '<table role="table"><thead role="rowgroup"><tr role="row">'
    yield from (f'<th role="columnheader" scope="col">{_text(each)}</th>' for each in table.head)
    yield '</tr></thead><tbody role="rowgroup">'
    for row in table.rows:
        yield '<tr role="row">'
        for name, cell in zip(table.head, row, strict=True):
            if cell:
                yield f'<td role="cell" data-label="{_text(name)}"><div>{_cell(cell)}</div></td>'
            else:
                yield '<td role="cell" class="empty"></td>'
        yield "</tr>"
    yield "</tbody></table>"


def _cell(cell: Cell) -> str:
    return "<br>".join("".join(map(_word, line)) for line in cell)


def _word(word: str | Span) -> str:
    if isinstance(word, str):
        return _text(word)
    text = _text(word.text)
    if word.kind in _TAGS:
        return f"<{_TAGS[word.kind]}>{text}</{_TAGS[word.kind]}>"
    if word.kind == "link":
        return f'<a href="{_text(word.href)}">{text}</a>'
    sign = _SIGNS.get(word.kind, "")
    if sign:
        sign = f'<span aria-hidden="true">{sign}&nbsp;</span>'
    return f'<b class="{word.kind}">{sign}{text}</b>'


def _text(words: str) -> str:
    """Words as HTML reads them, between tags and in attributes alike."""
    return escape(words, quote=True)
