"""The tutorial, followed to the letter in an empty folder, in each language."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordercancel.cli.main import main

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r'^```(\w+)(?: title="([\w.]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def run(command: str) -> str:
    """What a command prints: ``python FILE`` and ``ordercancel …``, in this process."""
    program, *arguments = shlex.split(command)
    printed = io.StringIO()
    sys.modules.pop("rules", None)
    with contextlib.redirect_stdout(printed), pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path.cwd()))
        if program == "python":
            runpy.run_path(arguments[0])
        else:
            assert program == "ordercancel", command
            main(arguments)
    return printed.getvalue()


def followed(page: str) -> Iterator[tuple[str, str, str]]:
    """Write what the page says to write, and run what it says to run.

    Gives each command, what it prints anew, and what the page says that it prints.
    """
    before: dict[str, str] = {}
    command, printed = "", ""
    for language, title, text in BLOCK.findall(page):
        if language == "python":
            with Path(title).open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")
        elif language == "console" and "pip install" not in text:
            command = text.removeprefix("$ ").strip()
            printed = run(command)
        elif language == "text":
            seen = before.get(command, "") if command.startswith("python") else ""
            assert printed.startswith(seen)
            yield command, printed.removeprefix(seen).strip(), text.strip()
            before[command] = printed


@pytest.mark.parametrize("name", ["tutorial.md", "tutorial.ja.md"])
def test_every_step_prints_what_the_tutorial_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8" if ".ja." in name else "C.UTF-8")
    steps = list(followed((ROOT / "docs" / name).read_text(encoding="utf-8")))
    assert len(steps) == 11
    assert [step for step in steps if step[1] != step[2]] == []
