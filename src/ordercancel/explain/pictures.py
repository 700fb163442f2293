"""Pictures of lifecycles: as DOT, as SVG without any tool, and as Mermaid.

`Chart` says what is on a picture. Graphviz draws its DOT text best; where it is not at hand,
`plain_svg` draws each status as a line from top to bottom and each change as an arrow between two
of them: nothing can cross or hide anything else. Colours come from the page (`currentColor`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from unicodedata import east_asian_width

import attrs


@attrs.frozen
class Chart:
    """What is on a picture.

    Args:
        title: What it shows.
        nodes: Each status, by a code of its own, as people call it.
        edges: The changes: from which status, to which, and what brings them about. None is the
            beginning.
    """

    title: str
    nodes: tuple[tuple[str, str], ...]
    edges: tuple[tuple[str | None, str, str], ...]

    @property
    def dot(self) -> str:
        """The picture as Graphviz reads it, top to bottom, so that it fits a phone."""
        number = {code: f"n{place}" for place, (code, _) in enumerate(self.nodes)}
        lines = [
            "digraph {",
            "rankdir=TB; bgcolor=transparent; nodesep=0.3; ranksep=0.4;",
            f"node [shape=box, style=rounded, height=0.4, fontsize={_EM}, fontname={_FONT}];",
            f"edge [arrowsize=0.7, fontsize={_SMALL}, fontname={_FONT}];",
        ]
        lines += [f"{number[code]} [label={_quoted(name)}];" for code, name in self.nodes]
        if any(source is None for source, _, _ in self.edges):
            lines.append(
                'start [shape=circle, style=filled, fillcolor=black, label="", width=0.16, '
                "fixedsize=true, height=0.16];"
            )
        for source, target, labels in self.arrows():
            label = "\n".join(f" {each} " for each in labels)
            start = "start" if source is None else number[source]
            lines.append(f"{start} -> {number[target]} [label={_quoted(label)}];")
        return "\n".join([*lines, "}"]) + "\n"

    @property
    def mermaid(self) -> str:
        """The picture as a diagram of Mermaid, which many viewers of Markdown draw."""
        number = {code: f"n{place}" for place, (code, _) in enumerate(self.nodes)}
        lines = ["stateDiagram-v2"]
        lines += [f'    state "{_mermaid(name)}" as {number[code]}' for code, name in self.nodes]
        for source, target, labels in self.arrows():
            start = "[*]" if source is None else number[source]
            text = ", ".join(filter(None, labels))
            label = f": {_mermaid(text)}" if text else ""
            lines.append(f"    {start} --> {number[target]}{label}")
        return "\n".join(lines) + "\n"

    @property
    def lines(self) -> Iterator[str]:
        """The picture in words, for whoever cannot see it."""
        names = dict(self.nodes)
        for source, target, labels in self.arrows():
            start = "" if source is None else f"{names[source]} "
            text = ", ".join(filter(None, labels))
            yield f"{start}→ {names[target]}{f': {text}' if text else ''}"

    def arrows(self) -> Iterator[tuple[str | None, str, list[str]]]:
        """The changes between the same two statuses as one, in the order of the first."""
        labels: dict[tuple[str | None, str], list[str]] = {}
        for source, target, label in self.edges:
            labels.setdefault((source, target), []).append(label)
        for ends, several in labels.items():
            yield *ends, several


_FONT = '"Noto Sans CJK JP"'
_EM, _SMALL = 13, 11
"""The size of the names of statuses, and of changes."""

Draw = Callable[[Chart], str]
"""Draws a chart as an SVG."""


def _quoted(text: str) -> str:
    """A string of DOT, whose backslashes mean nothing."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _mermaid(text: str) -> str:
    """Words without the characters that Mermaid reads as its own."""
    return re.sub(r'["#;:<>{}\\`\n]', lambda found: f"#{ord(found[0])};", text)


def drawn(svg: str, title: str) -> str:
    """What Graphviz drew, to stand in a page: one element, with a name and without ids.

    Args:
        svg: A file of SVG.
        title: What it shows.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(
        r'<!--.*?-->\s*|<title>.*?</title>\s*| (?:id|xmlns:xlink)="[^"]*"',
        "",
        svg,
        flags=re.DOTALL,
    )
    width, height = re.findall(r'(?:width|height)="([\d.]+)pt"', svg[: svg.index(">")])
    svg = re.sub(r'(fill|stroke)="(?:black|#000000)"', r'\1="currentColor"', svg)
    svg = svg.replace("<text ", '<text fill="currentColor" ')
    opened = svg.index(">")
    head = re.sub(r'\s*(?:width|height)="[\d.]+pt"', "", svg[:opened].replace("\n", " "))
    return head + _named(title, float(width), float(height)) + svg[opened:].rstrip() + "\n"


def _named(title: str, width: float, height: float) -> str:
    return f' width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{escape(title)}"'


# ---------------------------------------------------------------- drawn without a tool

_LINE, _STEP, _GAP, _EDGE = 17, 40, 14, 10
_WIDEST = 6.5
"""How many wide letters a name has in one line."""


def plain_svg(chart: Chart) -> str:
    """Draw a chart: a column for each status, an arrow from column to column for each change."""
    names = [_wrapped(name) for _, name in chart.nodes]
    head = max(map(len, names)) * _LINE + 12
    place, right = {}, float(_EDGE)
    for (code, _), lines in zip(chart.nodes, names, strict=True):
        width = max(map(_width, lines)) + 20
        place[code] = (right + width / 2, width)
        right += width + _GAP
    body: list[str] = []
    y = head + _EDGE + 30.0
    for source, target, labels in chart.arrows():
        end = place[target][0]
        begin = end if source is None else place[source][0]
        y += (len(labels) - 1) * _LINE
        body += _arrow(begin, end, y, is_start=source is None)
        shown = [label for label in labels if label]
        widest = max(map(_width, shown), default=0) * _SMALL / _EM
        middle = begin + 12 + widest / 2 if begin == end else (begin + end) / 2
        for above, label in enumerate(reversed(shown)):
            body.append(_text(middle, y - 6 - above * _LINE, label, size=_SMALL, halo=True))
            right = max(right, middle + widest / 2 + _EDGE)
        y += _STEP
    boxes: list[str] = []
    for (x, width), lines in zip(place.values(), names, strict=True):
        boxes.append(
            f'<path d="M{x:.0f} {head + _EDGE:.0f}V{y - 16:.0f}" stroke="currentColor" '
            f'stroke-dasharray="2 4" opacity="0.6"/>'
        )
        boxes.append(
            f'<rect x="{x - width / 2:.0f}" y="{_EDGE}" width="{width:.0f}" height="{head}" '
            f'rx="6" fill="none" stroke="currentColor"/>'
        )
        first = _EDGE + (head - len(lines) * _LINE) / 2 + 13
        boxes += [_text(x, first + n * _LINE, line) for n, line in enumerate(lines)]
    size = f'viewBox="0 0 {right:.0f} {y:.0f}"'
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" {size}{_named(chart.title, right, y)}>'
    return "\n".join([opened, *boxes, *body, "</svg>"]) + "\n"


def _arrow(begin: float, end: float, y: float, *, is_start: bool) -> Iterator[str]:
    if is_start:
        yield f'<circle cx="{end:.0f}" cy="{y:.0f}" r="6" fill="currentColor"/>'
    elif begin == end:
        path = f"M{begin:.0f} {y - 10:.0f}h10v10H{end + 6:.0f}"
        yield f'<path d="{path}" fill="none" stroke="currentColor"/>{_head(end, y, -1)}'
    else:
        way = 1 if end > begin else -1
        yield (
            f'<path d="M{begin:.0f} {y:.0f}H{end - 6 * way:.0f}" stroke="currentColor"/>'
            f"{_head(end, y, way)}"
        )


def _head(x: float, y: float, way: int) -> str:
    points = f"{x:.0f},{y:.0f} {x - 8 * way:.0f},{y - 4:.0f} {x - 8 * way:.0f},{y + 4:.0f}"
    return f'<polygon points="{points}" fill="currentColor"/>'


def _text(x: float, y: float, words: str, *, size: int = _EM, halo: bool = False) -> str:
    kind = ' class="halo"' if halo else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="middle" '
        f'fill="currentColor"{kind}>{escape(words)}</text>'
    )


def _width(text: str) -> float:
    """How wide a text is at most, in pixels."""
    return sum(_EM if east_asian_width(each) in "WFA" else 0.62 * _EM for each in text)


def _wrapped(name: str) -> list[str]:
    """A name in lines: broken at its spaces, and where a Japanese word has no room."""
    lines = [""]
    for word in name.split(" "):
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(joined) > _WIDEST * _EM:
            lines.append(word)
        else:
            lines[-1] = joined
        while _width(lines[-1]) > 2 * _WIDEST * _EM:
            half = len(lines[-1]) // 2 + 1
            lines[-1:] = [lines[-1][:half], lines[-1][half:]]
    return lines
