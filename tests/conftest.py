"""What all tests share: Hypothesis profiles, a PostgreSQL server, and which of them are slow."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import postgres as postgresql

# Configures Django as it is imported: once, by the tests that need it.
collect_ignore = ["django_host.py"]

MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux: a database there waits for no disk, at none of its commits."""

if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 2**30:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # to be asked for again

gc.disable()  # until all tests are collected, as nothing of them is garbage

settings.register_profile(
    "quick",
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "brief",
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("ORDERCANCEL_TEST_PROFILE", "quick"))

SLOW = ("browser", "crashes", "outages", "races", "recipes", "spark")
"""The folders whose tests start processes of their own: a browser, workers that they kill."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what has processes of its own, or verifies a policy as large as Qoo10's.

    Single tests that walk through whole policies bear the mark themselves.
    """
    for item in items:
        folder = item.path.parent.name
        if folder in SLOW or (folder == "verification" and "qoo10" in item.nodeid):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Leave modules and tests out of every collection of garbage: they live until the end.

    Looking through all of them takes half a second each time.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the library as the wheel installs it, and nothing else."""
    root = Path(__file__).parents[1]
    built, installed = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", built, root], check=True, timeout=300)
    (file,) = built.glob("ordercancel-*.whl")
    target = ["--no-deps", "--target", installed, file]
    subprocess.run([*pip, "install", *target], check=True, timeout=300)
    return installed


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with postgresql.server() as url:
        yield url


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL schema of the test's own."""
    with postgresql.schema(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    made: str = request.getfixturevalue("postgres")
    return made
