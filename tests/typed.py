"""An example that a user would copy, checked as strictly as users check their own code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"


def check(file: Path, cache: Path) -> None:
    """See that mypy --strict and pyright have nothing to say of a file."""
    mypy = ["mypy", "--strict", "--cache-dir", str(cache), file.name]
    pyright = ["pyright", "--pythonpath", sys.executable, file.name]
    for command, said in ((mypy, "Success: no issues"), (pyright, "0 errors")):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=file.parent,
            env=os.environ | {"MYPYPATH": str(SOURCE)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert said in done.stdout, done.stdout + done.stderr
