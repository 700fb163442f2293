"""A database file that can't be used for a while: nothing changes, and then all goes on."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ordercancel import StoreUnavailable
from ordercancel.stores.sql import SqlStore
from outages.apart import in_a_locked_folder, on_a_full_disk
from outages.shop import KINDS, Open, Shop, engine_of, opening, registered, unavailable
from races.launching import PATIENCE, launch

ORDERS = tuple(f"o-{number}" for number in range(1, 31))


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that is open to everybody, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture
def url(folder: Path) -> str:
    """A database with some orders, which nobody has open, in a folder of its own."""
    (folder / "shop").mkdir()
    found = url_of(folder / "shop" / "shop.db")
    with opening("sync") as opened:
        registered(Shop(found, opened(found)), *ORDERS)
    return found


def test_a_locked_database_is_unavailable_until_it_is_free(open_store: Open, url: str) -> None:
    """While somebody else writes for longer than the time-out, reading works and writing doesn't.

    When he is through, the same store writes again.
    """
    shop = Shop(url, open_store(f"{url}?timeout=0.1"))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with unavailable(url, "database is locked"):
            shop.ask()
        with unavailable(url, "database is locked"):
            shop.service.relay()
        assert shop.version() == 1
        other.execute("ROLLBACK")
    assert shop.ask() is False
    assert shop.version() == 2


def test_a_full_database_takes_nothing_until_there_is_room(open_store: Open, url: str) -> None:
    """A command that there is no room for is not half written; the same store takes it later."""
    shop = Shop(url, open_store(url))
    limit(shop.store, 1)  # the pages that there are, or more
    order_id = first_unavailable(shop)
    limit(shop.store, 1)
    with unavailable(url, "database or disk is full"):
        shop.ask(order_id)
    assert shop.version(order_id) == 1
    limit(shop.store, 1_000_000)
    assert shop.ask(order_id) is False


def limit(store: Any, pages: int) -> None:
    """Let the database grow to so many pages and no more, by the connection of a store."""

    def limited(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    async def limited_async() -> None:
        async with store._adapter._transactions.engine.connect() as connection:
            await connection.run_sync(limited)

    if isinstance(store, SqlStore):
        with engine_of(store).connect() as connection:
            limited(connection)
    else:
        store._runner.run(limited_async())


def first_unavailable(shop: Shop) -> str:
    """Ask about one order after the other until the store is unavailable; gives that order."""
    for order_id in ORDERS:
        try:
            shop.ask(order_id)
        except StoreUnavailable:
            return order_id
    raise AssertionError("there was room for everything")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("tried", "told"),
    [
        (on_a_full_disk, "disk I/O error"),
        (in_a_locked_folder, "attempt to write a readonly database"),
    ],
)
def test_a_disk_that_takes_nothing_is_unavailable_until_it_does(
    kind: str, tried: Callable[..., None], told: str, folder: Path, url: str
) -> None:
    """Where the files can't grow, or none can be made beside the database, nothing changes.

    When that is over, the same store goes on.
    """
    verdict = folder / "verdict"
    process = launch(tried, kind, url, verdict)
    process.join(PATIENCE)
    assert process.exitcode == 0
    found = json.loads(verdict.read_text(encoding="utf-8"))
    assert found == {"told": told, "unchanged": True, "recovered": True}


def test_a_folder_that_is_gone_is_unavailable_until_it_is_back(
    open_store: Open, folder: Path, url: str
) -> None:
    """A store that has no connection yet finds none; when the folder is back, it finds one."""
    (folder / "shop").rename(folder / "away")
    shop = Shop(url, open_store(url, create_tables=False))
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        shop.ask()
    assert not (folder / "shop").exists()
    (folder / "away").rename(folder / "shop")
    assert shop.version() == 1
    assert shop.ask() is False
