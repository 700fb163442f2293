"""What importing the SQL stores needs."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest


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
