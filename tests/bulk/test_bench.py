"""The benchmark of many orders at once still runs, and sees that all answers are equal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def test_the_benchmark_tells_figures_of_answers_that_are_equal() -> None:
    """Every way to the answers is compared with the others, and with `Policy.assess`."""
    told = subprocess.run(
        [sys.executable, "benchmarks/bulk.py", "--orders", "1000", "--turns", "1", "--json"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    figures = json.loads(told.stdout)
    assert figures["orders"] == 1000
    assert figures["cores"] == 2
    assert list(figures["policies"]) == ["qoo10", "conect"]
    for found in figures["policies"].values():
        assert found["equal"] is True
        assert found["asked_in_python"] == 1000
        assert set(found["seconds"]) == {
            "duckdb",
            "duckdb, checked",
            "duckdb by hand",
            "polars",
            "polars, checked",
            "polars by hand",
            "python, scaled",
        }
        assert found["seconds"].keys() == found["processor"].keys()
        assert set(found["ratios"]) == {
            "duckdb to by hand",
            "duckdb, checked, to by hand",
            "python to duckdb",
            "polars to by hand",
            "polars, checked, to by hand",
            "python to polars",
        }
