"""Importing the library is light, and the core does no I/O and reads no clock."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import ordercancel

ROOT = Path(ordercancel.__file__).parent
CORE = (
    "errors.py",
    "validation.py",
    "text.py",
    "order.py",
    "request.py",
    "case.py",
    "commands.py",
    "events.py",
    "lifecycle.py",
    "decider.py",
    "announcing.py",
    *(f"policy/{path.name}" for path in sorted((ROOT / "policy").glob("*.py"))),
)
IMPURE = {"asyncio", "logging", "os", "random", "sqlite3", "time", "uuid"}


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


@pytest.mark.parametrize("module", CORE)
def test_the_core_reads_no_clock_and_does_no_input_or_output(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            imported.add(node.module.partition(".")[0])
    assert imported & IMPURE == set()


def test_every_public_name_is_there_once() -> None:
    assert len(set(ordercancel.__all__)) == len(ordercancel.__all__)
    assert all(hasattr(ordercancel, name) for name in ordercancel.__all__)


def test_a_name_is_loaded_when_it_is_asked_for() -> None:
    """With what it needs, and no more: who asks for an order gets no charts."""
    assert {each for each in loaded_by("import ordercancel") if "." in each} & {
        "ordercancel.order"
    } == set()
    loaded = loaded_by("from ordercancel import Order")
    assert "ordercancel.order" in loaded
    assert loaded & {"statemachine", "ordercancel.policy", "ordercancel.desk"} == set()


def test_names_come_from_where_type_checkers_are_told() -> None:
    tree = ast.parse((ROOT / "__init__.py").read_text("utf-8"))
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ordercancel.")
        for alias in node.names
    }
    assert told.keys() == set(ordercancel.__all__)
    for name, module in told.items():
        assert getattr(ordercancel, name) is getattr(import_module(str(module)), name)


def test_the_sql_store_does_without_what_the_async_one_needs() -> None:
    """greenlet comes with the extra ``async`` alone."""
    code = """
import sys
sys.modules["greenlet"] = None
from ordercancel.adapters.sql import SqlStore
assert SqlStore("sqlite://").load("o-1") is None
try:
    from ordercancel.adapters.sql import AsyncSqlStore
except ImportError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stderr == ""
    assert run.stdout == "AsyncSqlStore needs the extra ordercancel[async]\n"


def test_the_sql_stores_are_there_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    stores = import_module("ordercancel.adapters.sql")
    assert stores.AsyncSqlStore.__name__ == "AsyncSqlStore"
    with pytest.raises(AttributeError, match="has no attribute 'MongoStore'"):
        stores.MongoStore  # noqa: B018 - asking is what fails
    monkeypatch.setitem(sys.modules, "ordercancel.adapters.sql.async_store", None)
    with pytest.raises(ImportError, match=r"needs the extra ordercancel\[async\]"):
        stores.AsyncSqlStore  # noqa: B018


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(
        AttributeError, match=r"^module 'ordercancel' has no attribute 'order_of'$"
    ):
        ordercancel.order_of  # noqa: B018 - asking is what fails
    assert set(ordercancel.__all__) <= set(dir(ordercancel))
