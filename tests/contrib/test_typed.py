"""The examples that users copy are typed as strictly as users check their own code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [str(ROOT / "examples" / each) for each in ("fastapi_shop/shop.py", "agents/agents.py")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("checker", "said"),
    [
        (["mypy", "--strict"], "Success: no issues found in 2 source files"),
        (["pyright", "--pythonpath", sys.executable], "0 errors, 0 warnings"),
    ],
    ids=["mypy", "pyright"],
)
def test_the_shop_and_the_agents_have_no_error(
    checker: list[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "pyrightconfig.json").write_text("{}")  # lest one of a folder above is taken
    done = subprocess.run(
        [sys.executable, "-m", *checker, *FILES],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert said in done.stdout, done.stdout + done.stderr
