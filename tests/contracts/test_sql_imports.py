"""What importing the SQL stores needs."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module, reload

import pytest


def test_the_sql_store_does_without_what_the_async_one_needs() -> None:
    """greenlet comes with the extra ``async`` alone."""
    code = """
import sys
sys.modules["greenlet"] = None
from ordercancel.stores.sql import AsyncSqlStore, SqlStore
assert SqlStore("sqlite://").load("o-1") is None
try:
    AsyncSqlStore("sqlite://")
except ImportError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stderr == ""
    assert run.stdout == "AsyncSqlStore needs the extra ordercancel[async]\n"


@pytest.mark.parametrize("missing", ["sqlalchemy", "msgspec"])
def test_the_sql_store_names_the_extra_that_it_needs(missing: str) -> None:
    code = f"""
import sys
sys.modules["{missing}"] = None
try:
    import ordercancel.stores.sql
except ImportError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stdout == "ordercancel.stores.sql needs the extra ordercancel[sql]\n"


def test_a_name_that_the_sql_stores_have_not_is_an_error_for_type_checkers() -> None:
    """There is no ``__getattr__`` that would give anything."""
    assert not hasattr(import_module("ordercancel.stores.sql"), "__getattr__")


def test_errors_name_the_extras_in_the_same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    stores = import_module("ordercancel.stores.sql")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "sqlalchemy.ext.asyncio", None)
        with pytest.raises(ImportError, match=r"needs the extra ordercancel\[async\]"):
            stores.AsyncSqlStore("sqlite://")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "msgspec", None)
        with pytest.raises(ImportError, match=r"needs the extra ordercancel\[sql\]"):
            reload(stores)
