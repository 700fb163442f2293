"""Writes the sync twin of every async module.

A module ``src/**/name_async.py`` is written by hand, and ``name.py`` beside it is generated from
it: the same text without ``async`` and ``await``, with the words of `WORDS` replaced, formatted by
ruff. A statement whose first line ends in ``# async only`` has no counterpart there.

``python tools/async_to_sync.py`` writes the twins; with ``--check`` it writes nothing and fails
where one is not what its source says.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).parent.parent / "src"
SUFFIX = "_async"
ASYNC_ONLY = "# async only"

WORDS = (
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bimport asyncio\b", "import time"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"\bsqlalchemy\.ext\.asyncio\b", "sqlalchemy"),
    (r"\bcreate_async_engine\b", "create_engine"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\baclosing\b", "closing"),
    (r"\baclose\b", "close"),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\b(_?)Async(?=[A-Z])", r"\1"),
    (r"\bAwaitable\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", r"\1"),
    (rf"\b(\w+){SUFFIX}\b", r"\1"),
    (r"\b([Aa])n async\b", r"\1 sync"),  # what is left of it is prose
    (r"\basync\b", "sync"),
)
"""What is replaced, in this order: regular expressions, in code, comments and docstrings alike."""


def twins() -> dict[Path, Path]:
    """Every module that is written by hand, with the one that is generated from it."""
    sources = sorted(SOURCES.rglob(f"*{SUFFIX}.py"))
    return {source: source.with_stem(source.stem.removesuffix(SUFFIX)) for source in sources}


def sync_text(text: str) -> str:
    """The sync counterpart of a module's text, not yet formatted."""
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt) and lines[node.lineno - 1].rstrip().endswith(ASYNC_ONLY):
            decorators = getattr(node, "decorator_list", ())
            first = min(part.lineno for part in (node, *decorators))
            for number in range(first - 1, node.end_lineno or first):
                lines[number] = ""
    text = "".join(lines)
    for word, replacement in WORDS:
        text = re.sub(word, replacement, text)
    return text


def generated(source: Path, target: Path) -> str:
    """The whole text of the module that is generated from `source`."""
    header = f"# Generated from {source.name} by tools/async_to_sync.py: edit that, then run it.\n"
    text = header + sync_text(source.read_text(encoding="utf-8"))
    # Shorter words change what is imported, in which order, and what fits into a line.
    for command in (["check", "--quiet", "--select", "F401,I", "--fix"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(target), "-"]
        done = subprocess.run(ruff, input=text, capture_output=True, encoding="utf-8", check=True)  # noqa: S603
        text = done.stdout
    return text


def main() -> int:
    """Write the twins, or check them; gives the exit status."""
    stale = []
    for source, target in twins().items():
        text = generated(source, target)
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        if "--check" in sys.argv[1:]:
            stale.append(str(target.relative_to(SOURCES.parent)))
        else:
            target.write_text(text, encoding="utf-8")
    if stale:
        print(f"stale: {', '.join(stale)}; run: make sync", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
