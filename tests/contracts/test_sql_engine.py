"""How databases are opened."""

from __future__ import annotations

import builtins
import sys
import traceback
from typing import Any

import pytest
from sqlalchemy import URL

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


AT_SIGN = "has an @ that may be a part of a password; expected %40 in place of each @"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://u:p@himitsu@127.0.0.1:1/db", AT_SIGN),
        ("postgresql://u:p@himitsu/x@127.0.0.1:1/db", AT_SIGN),
        ("postgresql://127.0.0.1:1/db?password=p@himitsu", AT_SIGN),
        ("postgresql://u:p@ss:himitsu@127.0.0.1:1/db", "is no URL; expected"),
        ("postgresql://u:p@127.0.0.1:himitsu/db", "is no URL; expected"),
        ("sqlite://u:himitsu@h/shop.db", "has a host or a user; expected sqlite:///"),
        ("sqlite:///shop.db?timeout=himitsu", "has options that can't be read, among timeout"),
    ],
)
@pytest.mark.parametrize("store", [SqlStore, AsyncSqlStore])
def test_no_error_shows_what_may_be_a_password(store: Any, url: str, says: str) -> None:
    """An @ in a password would end it, and what is behind it would be taken for the host."""
    with pytest.raises(InvalidValue) as caught:
        store(url)
    assert f"SqlStore.url: {says}" in str(caught.value)
    assert "himitsu" not in "".join(traceback.format_exception(caught.value))


def test_an_at_sign_has_its_place_in_other_parts(tmp_path: Any) -> None:
    """Encoded in a password, in the name of a file, and in a URL that is made of its parts."""
    SqlStore(f"sqlite:///{tmp_path}/a@b@c.db").close()
    for url in (
        "postgresql://u:p%40himitsu@127.0.0.1:1/db",
        "postgresql://u@127.0.0.1:1/db?password=p%40himitsu%40x",
        URL.create("postgresql", "u", "p@himitsu@x", "127.0.0.1", 1, "db"),
    ):
        with pytest.raises(StoreUnavailable, match="Connection refused") as caught:
            SqlStore(url)
        assert "himitsu" not in "".join(traceback.format_exception(caught.value))
