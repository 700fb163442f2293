"""The code blocks of the Markdown pages run, and print what the pages say they print."""

from __future__ import annotations

import contextlib
import gc
import io
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example
from sybil.parsers.markdown import CodeBlockParser

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    "README.md",
    "README.ja.md",
    *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md")),
]


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
    "README.md": 6,
    "README.ja.md": 6,
    "docs/bulk.md": 16,
    "docs/delivery.md": 14,
    "docs/money.ja.md": 2,
    "docs/money.md": 2,
    "docs/own-policy.md": 14,
    "docs/running.md": 12,
    "docs/testing.md": 10,
    "docs/verification.md": 1,
}
"""How many blocks of each page are run or compared. Default: 0."""
