"""How databases are opened."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import pytest

from ordercancel import InvalidValue, StoreUnavailable
from ordercancel.stores.sql import AsyncSqlStore, SqlStore
from ordercancel.stores.sql.engine import open_async_engine, open_engine


@pytest.mark.parametrize(
    ("url", "drivername"),
    [
        ("sqlite:///shop.db", "sqlite"),
        ("sqlite+pysqlite:///shop.db", "sqlite"),
        ("postgresql://shop@db/shop", "postgresql+psycopg"),
        ("postgresql+psycopg://shop@db/shop", "postgresql+psycopg"),
        ("postgres://shop@db/shop", "postgresql+psycopg"),
    ],
)
def test_each_url_has_its_driver(url: str, drivername: str) -> None:
    engine = open_engine(url)
    assert engine.url.drivername == drivername


@pytest.mark.parametrize(
    ("url", "drivername"),
    [
        ("sqlite:///shop.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///shop.db", "sqlite+aiosqlite"),
        ("postgresql://shop@db/shop", "postgresql+psycopg"),
        ("postgres://shop@db/shop", "postgresql+psycopg"),
    ],
)
def test_each_url_has_its_async_driver(url: str, drivername: str) -> None:
    """The URL of the sync store opens the async one."""
    engine = open_async_engine(url)
    assert engine.url.drivername == drivername


@pytest.mark.parametrize(
    ("store", "url", "driver", "extra"),
    [
        (SqlStore, "postgresql://shop@db/shop", "psycopg", "postgresql"),
        (AsyncSqlStore, "postgresql://shop@db/shop", "psycopg", "postgresql"),
        (AsyncSqlStore, "sqlite:///shop.db", "aiosqlite", "async"),
        (SqlStore, "postgresql+psycopg2://shop@db/shop", "psycopg2", "postgresql"),
        (AsyncSqlStore, "postgresql+asyncpg://shop@db/shop", "asyncpg", "postgresql"),
    ],
)
def test_a_driver_that_is_not_installed_is_told_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, store: Any, url: str, driver: str, extra: str
) -> None:
    original = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == driver:
            raise ModuleNotFoundError(f"No module named {driver!r}")
        return original(name, *args, **kwargs)

    for name in [each for each in sys.modules if each.partition(".")[0] == driver]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvalidValue) as caught:
        store(url)
    (fault,) = caught.value.faults
    assert fault.where == "SqlStore.url"
    assert driver in fault.problem
    assert fault.expected.endswith(f"the extra ordercancel[{extra}]")


def test_how_long_sqlite_waits_for_others_can_be_told(tmp_path: Any) -> None:
    """By `timeout`, in seconds; 30 unless told otherwise."""
    first = SqlStore(f"sqlite:///{tmp_path / 'shop.db'}")
    hurried = SqlStore(f"sqlite:///{tmp_path / 'shop.db'}?timeout=0.05")
    with pytest.raises(StoreUnavailable, match="locked"):
        first._transactions.write(lambda _: hurried.revive())
    first.close()
    hurried.close()
