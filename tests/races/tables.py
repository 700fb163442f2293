"""The tables of a store as they are, read by plain SQL, past the store and its library."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import attrs
import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

QUERIES = {
    "cases": "SELECT * FROM ordercancel_cases ORDER BY order_id",
    "events": "SELECT * FROM ordercancel_events ORDER BY order_id, version, at",
    "outbox": "SELECT * FROM ordercancel_outbox ORDER BY number",
    "commands": "SELECT * FROM ordercancel_commands ORDER BY command_id",
}
MOMENTS = frozenset(
    {
        "at",
        "placed_at",
        "shipped_at",
        "status_since",
        "requested_at",
        "closed_at",
        "next_due",
        "overdue_at",
        "free_at",
        "delivered_at",
    }
)


@attrs.frozen(kw_only=True)
class Tables:
    """Every row of every table; moments are aware, in UTC."""

    cases: list[Row]
    events: list[Row]
    outbox: list[Row]
    commands: list[Row]

    def by_order(self, table: str) -> dict[str, list[Row]]:
        """The rows of one table for each order."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in getattr(self, table):
            found[row["order_id"]].append(row)
        return found

    def versions(self) -> dict[str, int]:
        """The version of each order."""
        return {row["order_id"]: row["version"] for row in self.cases}


def read(url: str) -> Tables:
    """The tables of the database at `url`, all as of one moment."""
    with _connected(url) as connection:
        found = {
            table: [_plain(dict(row)) for row in connection.execute(query)]
            for table, query in QUERIES.items()
        }
    return Tables(**found)


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///").partition("?")[0]
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")
            yield connection
        return
    with psycopg.connect(url, row_factory=dict_row) as opened:
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield opened


def _plain(row: Row) -> Row:
    """The row with every moment in UTC and every day as a date, whatever the database gives."""
    for name in MOMENTS & row.keys():
        value = row[name]
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if value is not None:
            row[name] = (
                value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            )
    if isinstance(row.get("ship_on"), str):
        row["ship_on"] = date.fromisoformat(row["ship_on"])
    return row
