"""A tick's batch where many orders are stored, against where few are: on SQLite and PostgreSQL.

``python benchmarks/ticks.py [--small 10000] [--large 1000000]``. Prints the time in which a tick
fires the deadlines of 100 orders, and how many times longer it takes among more orders. On SQLite
it is the time of the processor: the disk's depends on what else it does.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import Connection

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

import postgres  # noqa: E402 - the tests are found by the path above
from ordercancel import Buyer, CancellationService, Order, RequestCancellation  # noqa: E402
from ordercancel.policies import QOO10  # noqa: E402
from ordercancel.stores.sql import METADATA, SqlStore  # noqa: E402
from ordercancel.stores.sql.engine import open_engine  # noqa: E402
from races.databases import POSTGRESQL, SQLITE, database  # noqa: E402
from samples import jst  # noqa: E402

FIRST = "o-0000001"
DUE = jst(21)
BUDGET = 100
BATCHES = 10
SETTINGS = {
    "all are due": "SELECT 1",
    "all are due, 5,000 in front are of others": (
        "UPDATE ordercancel_cases SET edition = '9'"
        " WHERE order_id BETWEEN 'o-0001001' AND 'o-0006000'"
    ),
    "1,000 are due": (
        "UPDATE ordercancel_cases SET next_due = NULL"
        " WHERE order_id NOT BETWEEN 'o-0007001' AND 'o-0008000'"
    ),
}
"""What is done to the orders before ten batches, one setting after the other."""


def main() -> int:
    """Measure it; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=10_000, help="few orders")
    parser.add_argument("--large", type=int, default=1_000_000, help="many")
    chosen = parser.parse_args()
    sizes = (chosen.small, chosen.large)
    print(f"database | orders | batch among {sizes[0]:,} | among {sizes[1]:,} | ratio", flush=True)
    with tempfile.TemporaryDirectory() as place, postgres.server() as server:
        for kind in (SQLITE, POSTGRESQL):
            few, many = (measured(kind, Path(place), server, size) for size in sizes)
            for setting in SETTINGS:
                print(
                    f"{kind} | {setting} | {1_000 * few[setting]:.0f} ms"
                    f" | {1_000 * many[setting]:.0f} ms | {many[setting] / few[setting]:.2f}",
                    flush=True,
                )
    return 0


def measured(kind: str, place: Path, server: str, size: int) -> dict[str, float]:
    """The seconds of a batch in each setting where `size` orders are stored.

    Of its batches the lower quartile, for whatever else the machine does makes some slower.
    """
    found: dict[str, float] = {}
    clock = process_time if kind == SQLITE else perf_counter
    with (
        tempfile.TemporaryDirectory(dir=place) as folder,
        database(kind, Path(folder), server) as url,
        closing(SqlStore(url)) as store,
    ):
        service = CancellationService(policies=[QOO10], store=store)
        order = Order(
            FIRST,
            policy="qoo10",
            status="shipping_requested",
            buyer="b-1",
            seller="s-1",
            placed_at=jst(15),
            ship_on=date(2022, 8, 31),
        )
        service.register(order, at=jst(16))
        ask = RequestCancellation(FIRST, by=Buyer("b-1"), reason="changed_mind")
        service.handle(ask, at=jst(16, 10))
        engine = open_engine(url)
        with engine.begin() as connection:
            fill(connection, size)
        for setting, statement in SETTINGS.items():
            with engine.begin() as connection:
                connection.exec_driver_sql(statement)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE" if kind == POSTGRESQL else "ANALYZE")
            times = []
            for _ in range(BATCHES):
                began = clock()
                ticked = service.tick(DUE, budget=BUDGET)
                times.append(clock() - began)
                assert len(ticked.outcomes) == BUDGET, ticked.skipped[:1]
            found[setting] = statistics.quantiles(times, n=4)[0]
            service = CancellationService(policies=[QOO10], store=store)
        engine.dispose()
    return found


def fill(connection: Connection, orders: int) -> None:
    """Copy the one order, with its events and messages, by plain SQL."""
    if connection.dialect.name == "postgresql":
        numbers = f"SELECT generate_series(2, {orders}) AS n"
        order_id = "'o-' || lpad(CAST(n AS text), 7, '0')"
    else:
        numbers = (
            f"WITH RECURSIVE c(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM c WHERE n < {orders})"
            " SELECT n FROM c"
        )
        order_id = "printf('o-%07d', n)"
    # ruff: noqa: S608 - nothing here comes from outside
    named = ("order_id", "open_key", "message_id", "body")
    for table in METADATA.sorted_tables:
        columns = [column.name for column in table.columns if column.name != "number"]
        values = ", ".join(
            f"replace({each}, '{FIRST}', {order_id})" if each in named else each
            for each in columns
        )
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(columns)})"
            f" SELECT {values} FROM {table.name}, ({numbers}) AS numbers"
            f" WHERE order_id = '{FIRST}'"
        )


if __name__ == "__main__":
    sys.exit(main())
