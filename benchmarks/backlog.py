"""A relay's batch where many messages wait, against where few do: on SQLite and PostgreSQL.

``python benchmarks/backlog.py [--small 10000] [--large 1000000]``. Prints the time of a claim of
100 messages, and of a batch of as many, from the claim to the last note, and how many times longer
they take in the longer queue. Each order has four messages, to two parties by two media.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, text

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

import postgres  # noqa: E402 - the tests are found by the path above
from ordercancel import CancellationService  # noqa: E402
from ordercancel.policies import QOO10  # noqa: E402
from ordercancel.stores.memory import MemoryNotifier  # noqa: E402
from ordercancel.stores.sql import METADATA, SqlStore  # noqa: E402
from ordercancel.stores.sql.engine import open_engine  # noqa: E402
from ordercancel.testing.contracts.samples import cancelled_at_once, jst  # noqa: E402
from races.databases import POSTGRESQL, SQLITE, database  # noqa: E402

NOW = jst(17)
BATCHES = 9
HELD = 10_000
"""How many messages stand behind one that has failed and was not tried since they were written."""
SETTINGS = {
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


def main() -> int:
    """Measure it; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=10_000, help="a short queue")
    parser.add_argument("--large", type=int, default=1_000_000, help="a long one")
    chosen = parser.parse_args()
    print("database | waiting messages | work | short queue | long queue | ratio")
    with tempfile.TemporaryDirectory() as place, postgres.server() as server:
        for kind in (SQLITE, POSTGRESQL):
            for setting in SETTINGS:
                short, long = (
                    measured(kind, Path(place), server, size + 2 * HELD, setting)
                    for size in (chosen.small, chosen.large)
                )
                for work, before, after in zip(("claim", "batch"), short, long, strict=True):
                    times = f"{1_000 * before:.1f} ms | {1_000 * after:.1f} ms"
                    print(f"{kind} | {setting} | {work} | {times} | {after / before:.2f}")
    return 0


def measured(kind: str, place: Path, server: str, size: int, setting: str) -> tuple[float, float]:
    """The median seconds of a claim and of a batch where `size` messages are in the outbox."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
        url = stack.enter_context(database(kind, folder, server))
        with closing(SqlStore(url)) as store:
            cancelled_at_once(store)
            engine = open_engine(url)
            with engine.begin() as connection:
                fill(connection, size // 4)
                later = NOW + timedelta(hours=1)
                connection.execute(text(SETTINGS[setting]), {"later": later.replace(tzinfo=None)})
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
                if kind == SQLITE:  # what was filled in is no work of the relay's
                    connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            engine.dispose()
            service = CancellationService(policies=[QOO10], store=store, notifier=MemoryNotifier())
            claiming, relaying = [], []
            for _ in range(BATCHES):
                began = perf_counter()
                claims = store.claim(NOW, NOW + timedelta(minutes=5), 100)
                claiming.append(perf_counter() - began)
                store.release(claims)
                began = perf_counter()
                relayed = service.relay(NOW, limit=100)
                relaying.append(perf_counter() - began)
                if len(relayed.delivered) != 100:
                    raise RuntimeError(f"a batch of {len(relayed.delivered)}")
            return statistics.median(claiming), statistics.median(relaying)


def fill(connection: Connection, orders: int) -> None:
    """Copy the one order, which has four messages, by plain SQL."""
    numbers = (
        "(WITH RECURSIVE c(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM c WHERE n < :orders)"
        " SELECT n FROM c)"
    )
    order_id = "'o-' || numbers.n"
    copies = {
        "cases": {"order_id": order_id, "body": "'{}'"},
        "outbox": {
            "order_id": order_id,
            "message_id": f"replace(message_id, 'o-1:', {order_id} || ':')",
            "body": f"replace(body, '\"o-1', '\"' || {order_id})",
        },
    }
    for table, changes in copies.items():
        name = f"ordercancel_{table}"
        columns = [each for each in METADATA.tables[name].columns.keys() if each != "number"]  # noqa: SIM118
        values = ", ".join(changes.get(each, f"source.{each}") for each in columns)
        order = "numbers.n, source.number" if table == "outbox" else "numbers.n"
        connection.execute(
            text(
                f"INSERT INTO {name} ({', '.join(columns)})"  # noqa: S608
                f" SELECT {values} FROM {name} AS source, {numbers} AS numbers"
                f" WHERE source.order_id = 'o-1' ORDER BY {order}"
            ),
            {"orders": orders},
        )


if __name__ == "__main__":
    sys.exit(main())
