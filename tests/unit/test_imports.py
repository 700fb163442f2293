"""Importing the library loads nothing optional."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

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


def test_every_public_name_is_there_once() -> None:
    assert len(set(ordercancel.__all__)) == len(ordercancel.__all__)
    assert all(hasattr(ordercancel, name) for name in ordercancel.__all__)


def test_the_sql_store_does_without_what_the_async_one_needs() -> None:
    """greenlet comes with the extra ``async`` alone."""
    code = """
import sys
sys.modules["greenlet"] = None
from ordercancel.stores.sql import SqlStore
assert SqlStore("sqlite://").load("o-1") is None
try:
    from ordercancel.stores.sql import AsyncSqlStore
except ImportError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stderr == ""
    assert run.stdout == "AsyncSqlStore needs the extra ordercancel[async]\n"


def test_the_sql_stores_are_there_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    stores = import_module("ordercancel.stores.sql")
    assert stores.AsyncSqlStore.__name__ == "AsyncSqlStore"
    with pytest.raises(AttributeError, match="has no attribute 'MongoStore'"):
        stores.MongoStore  # noqa: B018 - asking is what fails
    monkeypatch.setitem(sys.modules, "ordercancel.stores.sql.async_store", None)
    with pytest.raises(ImportError, match=r"needs the extra ordercancel\[async\]"):
        stores.AsyncSqlStore  # noqa: B018
