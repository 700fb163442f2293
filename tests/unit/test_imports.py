"""Importing the library loads nothing optional."""

from __future__ import annotations

import re
import subprocess
import sys
from types import ModuleType

import pytest

import ordercancel


def loaded_by(statement: str) -> set[str]:
    """The names of the modules that a fresh interpreter has after `statement`."""
    code = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stdout.split())


@pytest.mark.parametrize("statement", ["from ordercancel import *", "import ordercancel.policies"])
def test_importing_loads_nothing_optional(statement: str) -> None:
    loaded = loaded_by(statement)
    assert "ordercancel.policy.policy" in loaded
    assert loaded & {"sqlalchemy", "msgspec", "hypothesis", "pytest"} == set()


def test_importing_brings_asyncio_in_no_more_than_the_chart_library_does() -> None:
    """python-statemachine imports asyncio for itself; nothing of ours adds to that."""
    ours = loaded_by("from ordercancel import *")
    charts = loaded_by("import statemachine")
    extra = {name for name in ours - charts if name.partition(".")[0] == "asyncio"}
    assert extra == set()


def test_sixty_names_are_public() -> None:
    """What a policy is written with, adapters and proofs are imported from their packages."""
    public = [
        name
        for name, value in vars(ordercancel).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    ]
    assert {"CancellationService", "Policy", "RequestCancellation", "decide"} <= {*public}
    assert len(public) <= 60


def test_the_version_has_three_numbers() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", ordercancel.__version__)


def test_the_package_can_be_run() -> None:
    """``python -m ordercancel`` is the command line."""
    run = subprocess.run(
        [sys.executable, "-m", "ordercancel", "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.startswith("usage: ordercancel")
