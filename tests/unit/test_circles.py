"""The check for circles of files finds one that runs through an annotation alone."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("grimp")

from circles import circle


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose file `b` imports `a`, and whose file `c` imports `b`."""
    folder = tmp_path / "planted"
    folder.mkdir()
    for name, text in {
        "__init__": "",
        "a": "",
        "b": "import planted.a",
        "c": "import planted.b",
    }.items():
        (folder / f"{name}.py").write_text(f"{text}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_imports_that_only_point_down_are_no_circle(package: Path) -> None:
    assert circle("planted") == []


@pytest.mark.parametrize(
    "back",
    [
        "import planted.c",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import planted.c",
        "def late():\n    import planted.c",
    ],
    ids=["at run time", "for annotations", "inside of a function"],
)
def test_a_planted_circle_is_found(package: Path, back: str) -> None:
    (package / "a.py").write_text(f"{back}\n", encoding="utf-8")
    first, *others = circle("planted")
    assert others[-1] == first
    assert {first, *others} == {"planted.a", "planted.b", "planted.c"}
