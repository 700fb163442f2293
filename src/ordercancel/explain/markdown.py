"""A page as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ordercancel.explain.blocks import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Page,
    Para,
    Picture,
    Span,
    Table,
)

_BREAK = "<br>"


def markdown(page: Page) -> str:
    """Write `page` as Markdown; pictures are diagrams of Mermaid."""
    parts = [f"# {_escaped(page.title)}", *(_cell(each) for each in page.lead)]
    for chapter in page.chapters:
        parts += _chapter(chapter, 2)
    return "\n\n".join(parts) + "\n"


def _chapter(chapter: Chapter, level: int) -> Iterator[str]:
    yield f"{'#' * level} {_escaped(chapter.title)}"
    for block in chapter.blocks:
        if isinstance(block, Chapter):
            yield from _chapter(block, level + 1)
        else:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Para(cell):
            yield _cell(cell)
        case Bullets(items, numbered=numbered):
            mark = "1." if numbered else "-"
            yield "\n".join(f"{mark} {_cell(each)}" for each in items)
        case Table(head, rows):
            cells = [[_escaped(each) for each in head], ["---"] * len(head)]
            cells += [[_cell(each) for each in row] for row in rows]
            yield "\n".join(f"| {' | '.join(line)} |" for line in cells)
        case Picture(chart):
            yield f"```mermaid\n{chart.mermaid}```"
        case _:
            yield f"#### {_escaped(block.title)}"
            yield f"> {' … '.join(map(_escaped, block.pieces))}\n>\n> — {_escaped(block.section)}"
            for each in block.blocks:
                yield from _block(each)


def _cell(cell: Cell) -> str:
    return _BREAK.join("".join(map(_word, line)) for line in cell)


def _word(word: str | Span) -> str:
    if isinstance(word, str):
        return _escaped(word)
    text = _escaped(word.text)
    match word.kind:
        case "code":
            return f"`{word.text.replace('`', '')}`".replace("|", "&#124;")
        case "go":
            return f"○ **{text}**"
        case "wait":
            return f"△ **{text}**"
        case "stop":
            return f"× **{text}**"
        case "note":
            return f"_{text}_"
        case "link":
            return f"[{text}]({word.href})"
        case "badge":
            return f"**{text}** — "
        case _:
            return f"**{text}**"


def _escaped(text: str) -> str:
    """Words as Markdown and HTML read them: nothing in them is a mark, a tag or a link."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_\[\]|~])", r"\\\1", text)
    return re.sub(r"(?m)^(\s*)([#+-]|\d+[.)])(?=\s)", r"\1\\\2", text).replace("\n", " ")
