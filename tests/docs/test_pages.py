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
    """Hold a block of text against what the block of Python before it printed."""
    printed: str = example.namespace["printed"]
    if printed.strip() == str(example.parsed).strip():
        return None
    return f"the block before prints:\n{printed}"


def evaluated(page: Path) -> int:
    """Run all blocks of `page` in its order; give how many there were."""
    parsers = [
        CodeBlockParser(language="python", evaluator=run),
        CodeBlockParser(language="text", evaluator=compare),
    ]
    document: Any = Document.parse(str(page), *parsers)
    blocks = list(document.examples())
    for block in blocks:
        block.evaluate()
    return len(blocks)


# The pages leave closing their database to the end of the program, as a short script does.
@pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_the_page_runs_as_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = evaluated(ROOT / page)
    gc.collect()  # what the page left open is closed here, where its warning belongs
    assert blocks == BLOCKS.get(page, 0)


BLOCKS = {"README.md": 4, "README.ja.md": 4}
"""How many blocks each page has that are run or compared; pages of words alone have none."""
