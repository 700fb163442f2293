"""`ordercancel db erase` and `db purge` as an operator runs them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ordercancel import CancellationService, RequestCancellation
from ordercancel.cli.main import main
from ordercancel.policies import QOO10
from ordercancel.stores.sql import SqlStore
from ordercancel.testing.contracts.samples import (
    BUYER,
    asked,
    cancelled_at_once,
    claimed,
    jst,
    put,
    registered,
)
from samples import execute

Said = Callable[..., tuple[int, str, str]]
WORDS = "ひみつの言葉"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs the command; gives its status, what it printed, and what it complained of."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(("db", *arguments))
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with two orders whose buyer has written something, and one that is closed."""
    name = f"sqlite:///{tmp_path / 'shop.db'}"
    store = SqlStore(name)
    for order_id in ("o-1", "o-2"):
        put(store, registered(order_id))
        service = CancellationService(policies=[QOO10], store=store)
        asks = RequestCancellation(order_id, by=BUYER, reason="other", text=WORDS)
        service.handle(asks, at=jst(16, 10))
    cancelled_at_once(store, "o-3")
    for message_id in claimed(store, jst(17)):
        store.delivered(message_id, jst(17))
    store.close()
    return name


def test_a_person_is_erased(url: str, said: Said, tmp_path: Path) -> None:
    """It tells how far it is and how to go on; no byte of their words is left in any file."""
    assert WORDS.encode() in (tmp_path / "shop.db").read_bytes()
    with closing(SqlStore(url)):  # who else is there keeps the log of pages from going away
        status, out, err = said("erase", url, "buyer:b-1", "--replacement", "gone", "--batch", "2")
        assert (status, out) == (0, "Erased from 3 orders of 3; 0 skipped.\n")
        assert err == ("2 of 3 orders looked at, erased from 2; to go on from here: --after o-2\n")
        assert [
            path.name for path in tmp_path.iterdir() if WORDS.encode() in path.read_bytes()
        ] == []
    again = said("erase", url, "buyer:b-1", "--replacement", "gone", "--after", "o-1")
    assert again == (0, "Erased from 0 orders of 2; 0 skipped.\n", "")


def test_orders_that_can_not_be_erased_from_are_named(
    url: str, said: Said, tmp_path: Path
) -> None:
    execute(
        tmp_path / "shop.db",
        "UPDATE ordercancel_cases SET policy = 'flea' , body = replace(body, 'qoo10', 'flea')"
        " WHERE order_id = 'o-2'",
    )
    status, out, _ = said("erase", url, "buyer:b-1", "--replacement", "gone")
    assert status == 1
    first, last = out.splitlines()
    assert first.startswith("Order o-2: ")
    assert "flea" in first
    assert last == "Erased from 2 orders of 3; 1 skipped."


def test_who_is_nobody_is_not_erased(url: str, said: Said) -> None:
    status, _, err = said("erase", url, "b-1", "--replacement", "gone")
    assert status == 2
    assert "party: is 'b-1'; expected ROLE:ID with one of the roles buyer, seller" in err


def test_a_file_that_is_read_meanwhile_keeps_bytes(url: str, said: Said, tmp_path: Path) -> None:
    """Which is said."""
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as reader:
        reader.execute("PRAGMA busy_timeout = 0")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ordercancel_cases").fetchall()
        address = f"{url}?timeout=0.1"
        status, out, _ = said("erase", address, "buyer:b-1", "--replacement", "gone")
    assert status == 1
    assert out.splitlines()[-1] == (
        "Others use the database: their log has the bytes until the last one has left it."
    )


def test_what_is_old_is_deleted(url: str, said: Said) -> None:
    """All of it, or what one names."""
    before = ("--before", "2022-09-01T00:00:00+09:00")
    only = said("purge", url, *before, "--only", "messages", "--batch", "2")
    assert only == (
        0,
        "Deleted of 3 orders: 6 messages, 0 receipts, 0 cases.\n",
        "2 of 3 orders looked at, 0 cases deleted; to go on from here: --after o-2\n",
    )
    every = said("purge", url, *before)
    assert every == (0, "Deleted of 3 orders: 0 messages, 0 receipts, 1 cases.\n", "")


def test_postgresql_has_no_file_to_overwrite(postgres: str, said: Said) -> None:
    with closing(SqlStore(postgres)) as store:
        asked(store)
    done = said("erase", postgres, "buyer:b-1", "--replacement", "gone")
    assert done == (0, "Erased from 1 orders of 1; 0 skipped.\n", "")


def test_what_was_forgotten_is_told_in_json_as_well(url: str, said: Said) -> None:
    erase = ("erase", url, "buyer:b-1", "--replacement", "x", "--format", "json")
    assert json.loads(said(*erase)[1]) == {"orders": 3, "looked_at": 3, "skipped": {}}
    purge = ("purge", url, "--before", "2025-01-01T00:00:00+09:00", "--only", "messages")
    purged = json.loads(said(*purge, "--format", "json")[1])
    assert purged == {"looked_at": 3, "messages": 6, "receipts": 0, "cases": 0}
