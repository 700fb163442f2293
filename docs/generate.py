"""Writes the pages of `docs/policies/` from the policies themselves, and the JSON Schemas.

``python docs/generate.py`` writes them; with ``--check`` it writes nothing, and exits with 1 where
a page is not what the policy says today. Pictures are compared by what is on them, not by how the
Graphviz at hand draws them, and reports without the versions that they were made with. So is the
picture of the rooms, whose source is `docs/img/architecture.dot`. On the pages about testing it
writes what the commands print that stand there.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from html import unescape
from io import StringIO
from pathlib import Path

from ordercancel.cli.drawing import draw
from ordercancel.cli.main import main as main_of_the_library
from ordercancel.explain.export import policy_data
from ordercancel.explain.page import html_page, markdown_page
from ordercancel.explain.report_page import report_page
from ordercancel.explain.survey import Survey
from ordercancel.policies import CONECT, QOO10
from ordercancel.schemas import json_schemas
from ordercancel.verification import verify

PAGES = Path(__file__).parent / "policies"
SCHEMAS = Path(__file__).parent / "schemas.json"
TESTING = tuple(Path(__file__).parent / name for name in ("testing.md", "testing.ja.md"))
ARCHITECTURE = Path(__file__).parent / "img" / "architecture.dot"


def pages() -> dict[Path, str]:
    """Return the text of every generated page, by its path."""
    texts = {}
    for policy in (CONECT, QOO10):
        survey, report = Survey(policy), verify(policy)
        for lang in policy.languages:
            page = PAGES / f"{policy.name}.{lang}"
            filed = page.with_suffix(f".report.{lang}.html")
            texts[filed] = report_page(report, lang)
            texts[page.with_suffix(f".{lang}.md")] = markdown_page(
                policy, lang, survey=survey, report=filed.name
            )
            texts[page.with_suffix(f".{lang}.html")] = html_page(
                policy, lang, draw, survey=survey, report=filed.name
            )
        data = json.dumps(policy_data(policy), ensure_ascii=False, indent=2)
        texts[PAGES / f"{policy.name}.json"] = f"{data}\n"
    texts[SCHEMAS] = schemas()
    texts.update({page: printed(page.read_text(encoding="utf-8")) for page in TESTING})
    return texts


def printed(page: str) -> str:
    """A page with what each `ordercancel coverage` on it prints today, or the first lines."""

    def run(block: re.Match[str]) -> str:
        output = StringIO()
        with redirect_stdout(output), chdir(Path(__file__).parent.parent):
            main_of_the_library(block["arguments"].split())
        lines = output.getvalue().splitlines()[: int(block["most"] or 1_000)]
        return "\n".join((block["command"], *lines, "```"))

    command = (
        r"(?P<command>\$ ordercancel (?P<arguments>coverage [^\n|]*)(\| head -(?P<most>\d+))?)"
    )
    return re.sub(command + r"\n.*?```", run, page, flags=re.DOTALL)


def schemas() -> str:
    """Return the JSON Schemas, each definition on a line of its own."""
    whole = json_schemas()
    lines = (
        f" {json.dumps(name)}: {json.dumps(schema)}" for name, schema in whole.pop("$defs").items()
    )
    rest = json.dumps(whole).removesuffix("}")
    return f'{rest}, "$defs": {{\n' + ",\n".join(lines) + "\n}}\n"


def undrawn(page: str) -> str:
    """A page without its pictures, which stand in it as DOT as well, and without versions."""
    made = r"<svg.*?</svg>\n|<section id=\"versions\">.*?</section>"
    return re.sub(made, "", page, flags=re.DOTALL)


def shows(svg: str, dot: str) -> bool:
    """Whether a picture that Graphviz drew has the words and the arrows of its source."""
    labels = re.findall(r'label="([^"]*)"', dot)
    words = sorted(line.strip() for label in labels for line in label.split("\\n"))
    texts = (unescape(text).strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    arrows = sorted(re.findall(r"(\w+) -> (\w+)\b(?! \[style=invis)", dot))
    drawn = sorted(re.findall(r"<title>(\w+)&#45;&gt;(\w+)</title>", svg))
    return (sorted(texts), drawn) == (words, arrows)


def main() -> int:
    """Write the pages, or check them; return the exit status."""
    wanted = pages()
    if "--check" not in sys.argv[1:]:
        PAGES.mkdir(exist_ok=True)
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        if shutil.which("dot"):
            run = ["dot", "-Tsvg", "-o", ARCHITECTURE.with_suffix(".svg"), ARCHITECTURE]
            subprocess.run(run, check=True)  # noqa: S603 - the program that the path names
        return 0
    stale = [
        path.name
        for path, text in wanted.items()
        if not path.exists() or undrawn(path.read_text(encoding="utf-8")) != undrawn(text)
    ]
    svg = ARCHITECTURE.with_suffix(".svg")
    if not shows(svg.read_text(encoding="utf-8"), ARCHITECTURE.read_text(encoding="utf-8")):
        stale.append(svg.name)
    if stale:
        print(f"stale: {', '.join(stale)}; run: make docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
