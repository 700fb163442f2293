"""The code blocks of the Markdown pages run, and print what the pages say they print."""

from __future__ import annotations

import contextlib
import gc
import io
import re
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example
from sybil.parsers.markdown import CodeBlockParser

ROOT = Path(__file__).parent.parent.parent
DOCS = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))
OWN = ["docs/money.ja.md"]
"""Japanese pages with code of their own."""
PAGES = [
    "README.md",
    *OWN,
    *(each for each in DOCS if ".ja." not in each and "tutorial" not in each),
]
TRANSLATED = [
    "README.ja.md",
    *(each for each in DOCS if ".ja." in each and each not in OWN and "tutorial" not in each),
]


FENCED = re.compile(r"^```(?:python|text)\n.*?^```$", re.DOTALL | re.MULTILINE)


def run(example: Example) -> None:
    """Run a block of Python and keep what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(str(example.parsed), example.path, "exec"), example.namespace)
    example.namespace["printed"] = printed.getvalue()


def compare(example: Example) -> str | None:
    """Compare a block of text with what the block of Python before it printed."""
    printed: str = example.namespace["printed"]
    if printed.strip() == str(example.parsed).strip():
        return None
    return f"the block before prints:\n{printed}"


def evaluated(page: Path) -> tuple[int, dict[str, Any]]:
    """Run all blocks of `page` in order; return their number and the names they defined."""
    parsers = [
        CodeBlockParser(language="python", evaluator=run),
        CodeBlockParser(language="text", evaluator=compare),
    ]
    document: Any = Document.parse(str(page), *parsers)
    blocks = list(document.examples())
    for block in blocks:
        block.evaluate()
    return len(blocks), document.namespace


@pytest.mark.parametrize("page", TRANSLATED)
def test_a_page_in_japanese_has_the_code_that_is_run_in_english(page: str) -> None:
    """Block by block, so that it holds for both."""
    pages = (page, page.replace(".ja.md", ".md"))
    japanese, english = (
        FENCED.findall((ROOT / each).read_text(encoding="utf-8")) for each in pages
    )
    assert japanese == english


# The pages leave closing their database to the end of the program, as a short script does.
@pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_the_page_runs_as_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks, made = evaluated(ROOT / page)
    gc.collect()  # what the page left open is closed here, where its warning belongs
    assert blocks == BLOCKS.get(page, 0)
    if "TestFlowers" in made:  # the tests that the page writes for its policy, in their turn
        for name in (name for name in dir(made["TestFlowers"]) if name.startswith("test_")):
            getattr(made["TestFlowers"](), name)()


BLOCKS = {
    "README.md": 2,
    "docs/bulk.md": 16,
    "docs/delivery.md": 14,
    "docs/money.ja.md": 3,
    "docs/money.md": 4,
    "docs/editions.md": 2,
    "docs/migrating.md": 2,
    "docs/obligations.md": 7,
    "docs/own-policy.md": 14,
    "docs/running.md": 12,
    "docs/shops.md": 2,
    "docs/testing.md": 12,
    "docs/verification.md": 1,
}
"""How many blocks of each page are run or compared. Default: 0."""
