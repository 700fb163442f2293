"""What ticks and relays ask of a database is found by an index, however much there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.sql.expression import Executable

from ordercancel.service.records import Sent
from ordercancel.stores.sql import SqlStore, commit, outbox, queries
from ordercancel.stores.sql.engine import open_engine
from ordercancel.stores.sql.executors import compiled
from ordercancel.testing.contracts.samples import asked, jst

CASES = "ordercancel_cases"
DUE = f"ix_{CASES}_due"
KIND = {"policy_0": "qoo10", "edition_0": "1", "digest_0": "", "form_0": 2}
LAST = {"last_next_due": jst(17), "last_order_id": "o-1"}
PAGE = {"now": jst(31), "limit": 100}

ASKED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "due": (queries.due_query(0, continues=False), PAGE, DUE),
    "due behind the last": (queries.due_query(0, continues=True), PAGE | LAST, DUE),
    "due but for a kind": (queries.due_query(1, continues=True), PAGE | LAST | KIND, DUE),
    "a page of all": (queries.SCAN, {"after": "o-1", "limit": 100}, f"{CASES}_pkey"),
    "a case": (queries._CASE, {"order_id": "o-1"}, f"{CASES}_pkey"),
    "a case moves on": (
        commit._MOVED_ON,
        {**dict.fromkeys(queries.cases.c.keys()), "id": "o-1", "expected": 1},
        f"{CASES}_pkey",
    ),
}


@pytest.fixture(params=["sqlite", "postgres"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """A database of either kind with a few orders; PostgreSQL would rather look at them all."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres")
    with closing(SqlStore(url)) as store:
        for number in range(3):
            asked(store, f"o-{number}")
    engine = open_engine(url)
    with engine.connect() as opened:
        if request.param == "postgres":
            opened.exec_driver_sql("SET enable_seqscan = off")
            opened.exec_driver_sql("SET enable_bitmapscan = off")
        yield opened
    engine.dispose()


def plan(connection: Connection, statement: Executable, values: dict[str, Any]) -> str:
    """How the database would carry a statement out."""
    text = compiled(statement, connection.dialect)
    is_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {text.sql}", text.parameters(values))
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("what", ASKED)
def test_it_is_found_by_an_index_and_not_sorted(connection: Connection, what: str) -> None:
    """Behind the last order the index itself begins, by its whole key."""
    statement, values, index = ASKED[what]
    shown = plan(connection, statement, values)
    if connection.dialect.name == "sqlite":
        assert "SEARCH ordercancel_cases USING" in shown
        by = "sqlite_autoindex_ordercancel_cases_1" if index.endswith("_pkey") else index
        assert f"INDEX {by} (" in shown
        assert "B-TREE" not in shown
    else:
        assert f"Index Scan using {index} on" in shown
        assert "Index Cond:" in shown
        assert "Sort" not in shown
        assert ("ROW(" in shown) == ("last_order_id" in values)


@pytest.mark.parametrize("connection", ["sqlite", "postgres"], indirect=True)
def test_without_the_index_it_would_be_seen(connection: Connection) -> None:
    statement, values, _ = ASKED["due behind the last"]
    connection.exec_driver_sql(f"DROP INDEX {DUE}")
    shown = plan(connection, statement, values)
    assert DUE not in shown
    assert "B-TREE" in shown or "Sort" in shown


OUTBOX = "ordercancel_outbox"
LEASE = {"id": "m", "until": jst(18)}


def relayed(is_postgresql: bool) -> dict[str, tuple[Any, dict[str, Any], str]]:
    """What relays ask, with its values and the index that finds it."""
    by_id = f"{OUTBOX}_message_id_key" if is_postgresql else f"sqlite_autoindex_{OUTBOX}_1"
    return {
        "claim": (
            outbox._CLAIM[frozenset(Sent)],
            {"now": jst(17), "until": jst(18), "limit": 100},
            f"ix_{OUTBOX}_free",
        ),
        "before": (
            outbox._before(is_postgresql=is_postgresql),
            {"message_ids": '["m"]'},
            f"ix_{OUTBOX}_order",
        ),
        "begun": (outbox._BEGUN, LEASE, by_id),
        "obsolete": (outbox._OBSOLETE, LEASE, by_id),
        "delivered": (outbox._DELIVERED, {"id": "m", "delivered_at": jst(17)}, by_id),
    }


# Of a few rows PostgreSQL finds one by any index, and says little.
@pytest.mark.parametrize(
    ("connection", "what"),
    [
        *(("sqlite", each) for each in ("claim", "before", "begun", "obsolete", "delivered")),
        ("postgres", "claim"),
        ("postgres", "delivered"),
    ],
    indirect=["connection"],
)
def test_a_relay_looks_at_no_more_messages_than_it_takes(
    connection: Connection, what: str
) -> None:
    """Whatever waits for its lane or another try is not looked at, and nothing is sorted."""
    is_postgresql = connection.dialect.name == "postgresql"
    statement, values, index = relayed(is_postgresql)[what]
    shown = plan(connection, statement, values)
    assert index in shown
    assert "B-TREE" not in shown
    assert "Sort" not in shown
    assert "Seq Scan" not in shown
    for table in (OUTBOX, CASES, "free", "earlier"):
        assert f"SCAN {table}" not in shown
