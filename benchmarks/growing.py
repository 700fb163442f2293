"""A relay's and a tick's batch where many orders are stored, against where few are.

``python benchmarks/growing.py relay|tick [--small 10000] [--large 1000000]``, on SQLite and
PostgreSQL. Prints the time of each piece of work, and how many times longer it takes among more.

``relay``: a claim of 100 messages, and a batch of as many, from the claim to the last note. Each
order has four messages, to two parties by two media. ``tick``: it fires the deadlines of 100
orders; on SQLite it is the time of the processor: the disk's depends on what else it does.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import Connection, Engine, text

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

import postgres  # noqa: E402 - the tests are found by the path above
from ordercancel import CancellationService  # noqa: E402
from ordercancel.policies import QOO10  # noqa: E402
from ordercancel.stores.memory import MemoryNotifier  # noqa: E402
from ordercancel.stores.sql import METADATA, SqlStore  # noqa: E402
from ordercancel.stores.sql.engine import open_engine  # noqa: E402
from ordercancel.testing.contracts.samples import asked, cancelled_at_once, jst  # noqa: E402
from races.databases import POSTGRESQL, SQLITE, database  # noqa: E402

FIRST = "o-0000001"
AT_ONCE = 100
"""How many messages, or orders, are taken at once."""
BATCHES = 10
HELD = 10_000
"""How many messages stand behind one that has failed and was not tried since they were written."""
WAITING = {
    "all can be sent": "UPDATE ordercancel_outbox SET state = state WHERE number = 0",
    "a thousand can be sent, the others wait for another try": (
        "UPDATE ordercancel_outbox SET free_at = :later, error = 'down', attempts = 3"
        " WHERE number > 1000 AND state = 'waiting'"
    ),
    f"all can be sent but {HELD:,}, each behind one that waits": (
        "UPDATE ordercancel_outbox SET"
        " free_at = CASE WHEN lane = 'app' THEN CAST(:later AS timestamp) ELSE free_at END,"
        " error = 'down', lane = 'mail'"
        " WHERE number <= 20000"
    ),
}
DUE = {
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

Times = dict[str, float]
"""The seconds of each piece of work."""


def main() -> int:
    """Measure it; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("--small", type=int, default=10_000, help="few orders or messages")
    parser.add_argument("--large", type=int, default=1_000_000, help="many")
    chosen = parser.parse_args()
    sizes = (chosen.small, chosen.large)
    print(f"database | work | among {sizes[0]:,} | among {sizes[1]:,} | ratio", flush=True)
    with tempfile.TemporaryDirectory() as place, postgres.server() as server:
        for kind in (SQLITE, POSTGRESQL):
            few, many = (WORKS[chosen.work](kind, Path(place), server, each) for each in sizes)
            for name, seconds in few.items():
                times = f"{1_000 * seconds:.1f} ms | {1_000 * many[name]:.1f} ms"
                print(f"{kind} | {name} | {times} | {many[name] / seconds:.2f}", flush=True)
    return 0


@contextmanager
def shop(kind: str, place: Path, server: str) -> Iterator[tuple[SqlStore, Engine]]:
    """A store on an empty database, and an engine behind its back."""
    with (
        tempfile.TemporaryDirectory(dir=place) as folder,
        database(kind, Path(folder), server) as url,
        closing(SqlStore(url)) as store,
    ):
        engine = open_engine(url)
        yield store, engine
        engine.dispose()


def changed(engine: Engine, statement: str) -> None:
    """Change what is stored, and let the database see what it has."""
    later = (jst(17) + timedelta(hours=1)).replace(tzinfo=None)
    with engine.begin() as connection:
        connection.execute(text(statement), {"later": later} if ":later" in statement else {})
    is_postgresql = engine.dialect.name == "postgresql"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if is_postgresql else "ANALYZE"))
        if not is_postgresql:  # what was filled in is no work of a batch's
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def relay(kind: str, place: Path, server: str, size: int) -> Times:
    """The median seconds where so many messages and those that are held are in the outbox."""
    times: Times = {}
    now = jst(17)
    for setting, statement in WAITING.items():
        with shop(kind, place, server) as (store, engine):
            cancelled_at_once(store, FIRST)
            with engine.begin() as connection:
                fill(connection, (size + 2 * HELD) // 4)
            changed(engine, statement)
            service = CancellationService(policies=[QOO10], store=store, notifier=MemoryNotifier())
            claiming, relaying = [], []
            for _ in range(BATCHES):
                began = perf_counter()
                claims = store.claim(now, now + timedelta(minutes=5), AT_ONCE)
                claiming.append(perf_counter() - began)
                store.release(claims)
                began = perf_counter()
                relayed = service.relay(now, limit=AT_ONCE)
                relaying.append(perf_counter() - began)
                assert len(relayed.delivered) == AT_ONCE, relayed
        times[f"{setting}: claim"] = statistics.median(claiming)
        times[f"{setting}: batch"] = statistics.median(relaying)
    return times


def tick(kind: str, place: Path, server: str, size: int) -> Times:
    """The seconds of a batch in each setting where `size` orders are stored.

    Of its batches the lower quartile, for whatever else the machine does makes some slower.
    """
    times: Times = {}
    clock = process_time if kind == SQLITE else perf_counter
    with shop(kind, place, server) as (store, engine):
        asked(store, FIRST)
        with engine.begin() as connection:
            fill(connection, size)
        for setting, statement in DUE.items():
            changed(engine, statement)
            service = CancellationService(policies=[QOO10], store=store)
            taken = []
            for _ in range(BATCHES):
                began = clock()
                ticked = service.tick(jst(21), budget=AT_ONCE)
                taken.append(clock() - began)
                assert len(ticked.outcomes) == AT_ONCE, ticked.skipped[:1]
            times[setting] = statistics.quantiles(taken, n=4)[0]
    return times


WORKS: dict[str, Callable[[str, Path, str, int], Times]] = {"relay": relay, "tick": tick}


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
            f" WHERE order_id = '{FIRST}' ORDER BY n"
        )


if __name__ == "__main__":
    sys.exit(main())
