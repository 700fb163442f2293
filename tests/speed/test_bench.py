"""The benchmark of one order still runs, and sees that every way gives the same answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow
OURS = ("ordercancel", "by hand", "decision table")
"""The ways that need nothing but what the tests need; others are measured where they are there."""


def run(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the benchmark, after `before` in the same interpreter."""
    program = (
        "import runpy, sys; sys.path.insert(0, 'benchmarks'); "
        f"sys.argv[1:] = {list(arguments)!r}\n{before}\n"
        "runpy.run_path('benchmarks/speed.py', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False, text=True
    )


def test_the_benchmark_tells_figures_of_answers_that_are_equal() -> None:
    told = run("--quick", "--json", "--only", "assess", "decide", "rules", "history")
    assert told.returncode == 0, told.stderr
    figures: dict[str, Any] = json.loads(told.stdout)
    ways: dict[str, set[str]] = {}
    for row in figures["rows"]:
        assert row["value"] > 0
        ways.setdefault(row["group"], set()).add(row["way"])
    for group in ("assess", "decide", "decide: request", "decide: approve", "decide: reject"):
        assert ways[group] >= {*OURS, "python-statemachine"}
    assert ways["rules"] == {"10 rules", "100 rules", "800 rules"}
    for bound in figures["bounds"]:
        assert bound["holds"] is (bound["ratio"] <= bound["at_most"])


def test_the_table_is_for_people() -> None:
    told = run("--quick", "--only", "rules")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0] == "rules"
    assert lines[2].split()[:2] == ["100", "rules"]
    assert "× 10 rules" in lines[2]
    assert lines[-1].startswith("    rules: 100 rules / 10 rules")


@pytest.mark.parametrize("name", ["assess", "decide"])
def test_a_way_that_answers_otherwise_is_not_timed(name: str) -> None:
    told = run(
        "--quick",
        "--only",
        name,
        before=f"import peers.table; peers.table.{name} = lambda command, case, at: ()",
    )
    assert told.returncode == 1
    assert told.stdout == ""
    assert "decision table differs: ()" in told.stderr
