"""How quickly commands are carried out on a database, beside its driver alone.

    python benchmarks/stores.py [--json] [--quick]

A buyer asks to cancel an order of Qoo10 and the seller answers, each by ``service.handle`` with a
command id; the orders were registered before. Beside it the driver alone executes the same
statements in the same transactions. They are noted from a run of ours, and other orders' ids put
in, so that the values are as long. Each turn has orders of its own, the ways take turns, and each
is told by its median.

PostgreSQL is a server of its own, which does not wait for its disk; ``ORDERCANCEL_TEST_POSTGRES``
names another one. SQLite does wait.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import count, groupby, islice
from pathlib import Path
from threading import Barrier
from time import perf_counter
from typing import Any

import attrs
import psycopg
from measuring import Row, Wrong, in_turns
from sqlalchemy import Connection, Engine, event

from ordercancel import (
    AdvanceOrder,
    Approve,
    Buyer,
    CancellationService,
    Case,
    Command,
    Order,
    Reject,
    RequestCancellation,
    Seller,
    System,
)
from ordercancel.domain.events import Event
from ordercancel.domain.requests import OPEN
from ordercancel.policies import QOO10
from ordercancel.service.receipts import key_of
from ordercancel.service.records import Claim, Commit, InboxQuery, Queue, Receipt
from ordercancel.stores.sql import SqlStore, queries
from ordercancel.stores.sql.commit import write
from ordercancel.stores.sql.engine import open_engine
from ordercancel.stores.sql.executors import (
    BEGIN_POSTGRESQL,
    BEGIN_SQLITE,
    CoreExecutor,
    DriverExecutor,
    Values,
    compiled,
)

sys.path.append(str(Path(__file__).parent.parent / "tests"))
postgres: Any = import_module("postgres")  # a server as the tests have it

OURS, HEARD, CORE = "ordercancel", "ordercancel, with listeners", "SQLAlchemy Core"
RAW_SQLITE, RAW_PSYCOPG = "raw sqlite3", "raw psycopg"
PIPELINED = "raw psycopg, in pipelines"
THREADS = 8

ASKED_AT = datetime.fromisoformat("2022-08-18T10:30:00+09:00")
NUMBERS = count()
"""The numbers of orders; none is used twice."""

# ---------------------------------------------------------------------- what is done


def order_id(number: int) -> str:
    """The id of an order."""
    return f"7625{number:08}"


def order(number: int, *, seller: str | None = None) -> Order:
    """An order that has not been asked about."""
    return Order(
        order_id(number),
        policy="qoo10",
        status="shipping_requested",
        buyer=f"b-{number % 997}",
        seller=seller or f"s-{number % 89}",
        placed_at=ASKED_AT - timedelta(days=3, seconds=number % 30_000),
        ship_on=date(2022, 8, 31),
        item=f"9312{number % 5_003:04}",
    )


def commands(asked: Order) -> tuple[Command, Command]:
    """A request, and its answer: a yes or a no in turn."""
    buyer, seller = Buyer(asked.buyer), Seller(asked.seller)
    ask, answer = f"{asked.id} ask", f"{asked.id} answer"
    asking = RequestCancellation(asked.id, by=buyer, reason="changed_mind", command_id=ask)
    if int(asked.id) % 2:
        return asking, Approve(asked.id, request=1, by=seller, command_id=answer)
    rejecting = Reject(
        asked.id,
        request=1,
        by=seller,
        reason="made_to_order",
        data={"confirmed": True},
        command_id=answer,
    )
    return asking, rejecting


class Shop:
    """A service on a store; and another one that prepares its orders, by connections of its own.

    Args:
        url: An empty database.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.store, self._others = SqlStore(url), SqlStore(url)
        self._engine = open_engine(url)
        for name in ("before_cursor_execute", "after_cursor_execute"):
            event.listen(self._engine, name, lambda *_: None)
        self._heard = SqlStore(self._engine)
        self.service = CancellationService(policies=[QOO10], store=self.store)
        self.heard = self.service.using(self._heard)
        self.preparing = CancellationService(policies=[QOO10], store=self._others)

    def close(self) -> None:
        """Close both stores."""
        self.store.close()
        self._others.close()
        self._engine.dispose()

    def fresh(self, size: int, *, seller: str | None = None) -> list[Order]:
        """So many orders that are registered now."""
        orders = [order(number, seller=seller) for number in islice(NUMBERS, size)]
        for each in orders:
            self.preparing.register(each, at=each.placed_at)
        return orders

    def handle(self, command: Command, *, heard: bool = False) -> None:
        """One command; with listeners on the engine if it is to be heard."""
        (self.heard if heard else self.service).handle(command, at=ASKED_AT)

    def see(self, orders: Sequence[Order]) -> None:
        """See that everything was done that is to be done about orders, whoever did it."""
        for each in orders:
            case = self.preparing.case(each.id, by=System())
            # Approving also cancels the order.
            version = 4 if int(each.id) % 2 else 3
            if (
                case.version != version
                or case.order.id != each.id
                or case.open_request is not None
            ):
                raise Wrong(f"{each.id}: {case}")


# ---------------------------------------------------------------------- what is sent


@attrs.frozen
class Sent:
    """What a driver is sent at once.

    Args:
        sql: The statement.
        parameters: Its values, of each execution.
        kind: ``rows`` where it gives some, ``changed`` where one row has to be, else nothing.
        core: The statement in SQLAlchemy Core.
        values: Its values, for that.
    """

    sql: str
    parameters: tuple[Any, ...] = ()
    kind: str = ""
    core: Any = None
    values: tuple[Values, ...] = ()

    def about(self, ids: Mapping[str, str]) -> Sent:
        """The same about another order."""
        return attrs.evolve(
            self,
            parameters=tuple(replaced(each, ids) for each in self.parameters),
            values=tuple(replaced(each, ids) for each in self.values),
        )


def ids_of(asked: Order) -> list[str]:
    """What an order, and what is done with it, are known by."""
    return [asked.id, *(key_of(each, each.command_id or "") for each in commands(asked))]


def replaced(value: Any, ids: Mapping[str, str]) -> Any:
    """A value with other ids wherever they stand."""
    if isinstance(value, str):
        for old, new in ids.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, tuple):
        return tuple(replaced(each, ids) for each in value)
    if isinstance(value, dict):
        return {name: replaced(each, ids) for name, each in value.items()}
    return value


class Noting(DriverExecutor):
    """Sends statements, and notes what it has sent."""

    def __init__(self, connection: Connection, notes: list[Sent]) -> None:
        super().__init__(connection)
        self._notes = notes
        self._of = connection.dialect

    def begin(self) -> None:
        super().begin()
        self._notes.append(Sent(BEGIN_POSTGRESQL if self.is_postgresql else BEGIN_SQLITE))

    def rows(self, statement: Any, values: Values) -> Any:
        self._note("rows", statement, [values])
        return super().rows(statement, values)

    def changed(self, statement: Any, values: Values) -> int:
        self._note("changed", statement, [values])
        return super().changed(statement, values)

    def change(self, statement: Any, values: Sequence[Values]) -> None:
        self._note("", statement, values)
        super().change(statement, values)

    def commit(self) -> None:
        super().commit()
        self._notes.append(Sent("COMMIT"))

    def _note(self, kind: str, statement: Any, values: Sequence[Values]) -> None:
        text = compiled(statement, self._of)
        parameters = tuple(text.parameters(each) for each in values)
        self._notes.append(Sent(text.sql, parameters, kind, statement, tuple(values)))


class NotingStore:
    """What a service needs of a store to handle commands, noting what is sent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.notes: list[Sent] = []

    def load(self, order_id: str) -> Case | None:
        with self._engine.connect() as connection:
            return queries.load(Noting(connection, self.notes), order_id)

    def receipt(self, command_id: str) -> Receipt | None:
        with self._engine.connect() as connection:
            return queries.receipt(Noting(connection, self.notes), command_id)

    def history(self, order_id: str) -> tuple[Event, ...]:
        with self._engine.connect() as connection:
            return queries.history(Noting(connection, self.notes), order_id)

    def commit(self, commit: Commit) -> None:
        with self._engine.connect() as connection:
            executor = Noting(connection, self.notes)
            executor.begin()
            write(executor, commit)
            executor.commit()


@attrs.frozen
class Notes:
    """What is sent for one order whose request is granted, and one whose request is rejected."""

    of: tuple[tuple[Order, tuple[Sent, ...]], ...]

    def about(self, asked: Order) -> list[Sent]:
        """What is sent for another order."""
        old, notes = self.of[int(asked.id) % 2]
        ids = dict(zip(ids_of(old), ids_of(asked), strict=True))
        return [each.about(ids) for each in notes]


def noted(shop: Shop) -> Notes:
    """What is sent for an order, noted twice."""
    found: dict[int, tuple[Order, tuple[Sent, ...]]] = {}
    with engine_of(shop.url, autocommit=True) as engine:
        for asked in shop.fresh(2):
            store: Any = NotingStore(engine)
            service = CancellationService(policies=[QOO10], store=store)
            for command in commands(asked):
                service.handle(command, at=ASKED_AT)
            found[int(asked.id) % 2] = asked, tuple(store.notes)
    return Notes((found[0], found[1]))


@contextmanager
def engine_of(url: str, *, autocommit: bool = False) -> Iterator[Engine]:
    """An engine whose connections are closed in the end."""
    engine = open_engine(url, autocommit=autocommit)
    try:
        yield engine
    finally:
        engine.dispose()


# ---------------------------------------------------------------------- the drivers alone


def send(cursor: Any, sent: Sequence[Sent]) -> None:
    """Send statements one after the other; ours has to see what they answer, too."""
    for each in sent:
        if len(each.parameters) > 1:
            cursor.executemany(each.sql, each.parameters)
        else:
            cursor.execute(each.sql, *each.parameters)
        if each.kind == "rows":
            cursor.fetchall()
        elif each.kind == "changed" and cursor.rowcount != 1:
            raise Wrong(f"{each.sql} has changed {cursor.rowcount} rows")


def send_in_pipelines(connection: psycopg.Connection[Any], sent: Sequence[Sent]) -> None:
    """Wait for no answer but where it is needed, as ours does."""
    telling, asking = connection.cursor(), connection.cursor()
    for is_reading, group in groupby(sent, key=lambda each: each.kind == "rows"):
        if is_reading:
            send(asking, list(group))
            continue
        with connection.pipeline() as pipeline:
            for each in group:
                if each.kind != "changed":
                    send(telling, [each])
                    continue
                asking.execute(each.sql, *each.parameters)
                pipeline.sync()
                if asking.rowcount != 1:
                    raise Wrong(f"{each.sql} has changed {asking.rowcount} rows")


def send_by_core(engine: Engine, sent: Sequence[Sent]) -> None:
    """Send statements by SQLAlchemy, which has compiled them before."""
    for is_reading, group in groupby(sent, key=lambda each: each.kind == "rows"):
        with engine.connect() as connection:
            executor = CoreExecutor(connection)
            if is_reading:
                for each in group:
                    executor.rows(each.core, *each.values)
                continue
            executor.begin()
            for each in group:
                if each.core is not None:
                    executor.change(each.core, each.values)
            executor.commit()


def raw_sqlite(url: str) -> sqlite3.Connection:
    """A connection like those of a store."""
    connection = sqlite3.connect(
        url.removeprefix("sqlite:///"), timeout=30, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


# ---------------------------------------------------------------------- measuring


def each_of(do: Callable[[Any], object], items: Sequence[Any]) -> None:
    """Do something with one after the other."""
    for item in items:
        do(item)


def all_at_once(works: Sequence[Callable[[], None]]) -> float:
    """The seconds until all is done, each in a thread of its own if there are several."""
    if len(works) == 1:
        began = perf_counter()
        works[0]()
        return perf_counter() - began
    ready = Barrier(len(works) + 1)

    def work(what: Callable[[], None]) -> None:
        ready.wait()
        what()

    with ThreadPoolExecutor(len(works)) as pool:
        done = [pool.submit(work, what) for what in works]
        ready.wait()
        began = perf_counter()
        for each in done:
            each.result()
        return perf_counter() - began


def by_service(shop: Shop, size: int, threads: int, *, heard: bool = False) -> Callable[[], float]:
    """The seconds of a command; in a turn each thread handles two about each of some orders."""

    def turn() -> float:
        orders = [shop.fresh(size) for _ in range(threads)]
        given = [[command for asked in mine for command in commands(asked)] for mine in orders]
        seconds = all_at_once(
            [partial(each_of, partial(shop.handle, heard=heard), mine) for mine in given]
        )
        shop.see([asked for mine in orders for asked in mine])
        return seconds / (2 * size * threads)

    return turn


Send = Callable[[Sequence[Sent]], None]


def by_driver(shop: Shop, notes: Notes, size: int, sends: Sequence[Send]) -> Callable[[], float]:
    """The same, where each thread sends the statements of some orders."""

    def turn() -> float:
        orders = [shop.fresh(size) for _ in sends]
        sent = [[notes.about(asked) for asked in mine] for mine in orders]
        seconds = all_at_once(
            [partial(each_of, send, mine) for send, mine in zip(sends, sent, strict=True)]
        )
        shop.see([asked for mine in orders for asked in mine])
        return seconds / (2 * size * len(sends))

    return turn


def sqlite_rows(folder: Path, *, quick: bool) -> list[Row]:
    """One thread, on a file."""
    with ExitStack() as stack:
        shop = stack.enter_context(closing(Shop(f"sqlite:///{folder / 'shop.db'}")))
        notes = noted(shop)
        size = 10 if quick else 50
        raw = stack.enter_context(closing(raw_sqlite(shop.url)))
        engine = stack.enter_context(engine_of(shop.url))
        seconds = in_turns(
            {
                OURS: by_service(shop, size, 1),
                HEARD: by_service(shop, size, 1, heard=True),
                RAW_SQLITE: by_driver(shop, notes, size, [partial(send, raw.cursor())]),
                CORE: by_driver(shop, notes, size, [partial(send_by_core, engine)]),
            },
            turns=5 if quick else 25,
        )
    return rows_of("SQLite", seconds, RAW_SQLITE)


def postgresql_rows(server: str, threads: int, *, quick: bool) -> list[Row]:
    """So many threads that share a store, or have a connection each."""
    with ExitStack() as stack:
        shop = stack.enter_context(closing(Shop(stack.enter_context(postgres.schema(server)))))
        notes = noted(shop)
        size = (10 if quick else 50) // (1 if threads == 1 else 2)
        raw = [
            stack.enter_context(psycopg.connect(shop.url, autocommit=True)) for _ in range(threads)
        ]
        engine = stack.enter_context(engine_of(shop.url, autocommit=True))
        alone = [partial(send, connection.cursor()) for connection in raw]
        pipelined = [partial(send_in_pipelines, connection) for connection in raw]
        seconds = in_turns(
            {
                OURS: by_service(shop, size, threads),
                HEARD: by_service(shop, size, threads, heard=True),
                RAW_PSYCOPG: by_driver(shop, notes, size, alone),
                PIPELINED: by_driver(shop, notes, size, pipelined),
                CORE: by_driver(shop, notes, size, [partial(send_by_core, engine)] * threads),
            },
            turns=5 if quick else 25,
        )
    group = f"PostgreSQL, {threads} thread{'s' if threads > 1 else ''}"
    return rows_of(group, seconds, RAW_PSYCOPG)


def rows_of(group: str, seconds: Mapping[str, float], beside: str) -> list[Row]:
    """A row for each way."""
    return [
        Row(group, way, value, beside=None if way == beside else beside)
        for way, value in seconds.items()
    ]


# ---------------------------------------------------------------------- growth

TEMPLATES, WAITING, PAGE = 200, 500, 100
"""How many orders are copied; how many wait for an answer; how many are asked for at once."""
LATER = ASKED_AT + timedelta(days=14)
"""When what waits has come due."""
NAMING: Mapping[str, frozenset[str]] = {
    "ordercancel_cases": frozenset({"order_id", "open_key", "body"}),
    "ordercancel_events": frozenset({"order_id", "body"}),
    "ordercancel_outbox": frozenset({"order_id", "message_id", "body"}),
    "ordercancel_commands": frozenset({"order_id"}),
}
"""The columns of each table that an order's id stands in."""


def filled(url: str, size: int) -> Shop:
    """A shop with so many orders, of which most are done with, and some wait for an answer."""
    shop = Shop(url)
    for asked in shop.fresh(TEMPLATES):
        for command in commands(asked):
            shop.preparing.handle(command, at=ASKED_AT)
        if int(asked.id) % 2 == 0:
            shipping = AdvanceOrder(asked.id, by=Seller(asked.seller), move="ship")
            shop.preparing.handle(shipping, at=ASKED_AT)
    with closing(raw_sqlite(url)) as connection:
        multiply(connection, size - TEMPLATES - WAITING)
    for asked in shop.fresh(WAITING, seller="s-1"):
        shop.preparing.handle(commands(asked)[0], at=ASKED_AT)
    return shop


def multiply(connection: sqlite3.Connection, size: int) -> None:
    """Copy the orders that there are, with all that belongs to them, so many times in all.

    Their messages are delivered.
    """
    connection.execute("PRAGMA foreign_keys = OFF")  # each copy comes with its case
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE ordercancel_outbox SET state = 'delivered'")
    ids = [row[0] for row in connection.execute("SELECT order_id FROM ordercancel_cases")]
    connection.execute("CREATE TEMP TABLE copies (old, new)")
    connection.executemany(
        "INSERT INTO copies VALUES (?, ?)",
        ((ids[number % len(ids)], order_id(number)) for number in islice(NUMBERS, size)),
    )
    for table, naming in NAMING.items():
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        if table == "ordercancel_outbox":
            names.remove("number")
        columns = ", ".join(names)
        copies = {n: f"replace({n}, old, new)" if n in naming else n for n in names}
        if "command_id" in copies:  # a digest, and so another one
            copies["command_id"] = "substr(command_id, 1, length(command_id) - length(new)) || new"
        copied = ", ".join(copies.values())
        connection.execute(f"CREATE TEMP TABLE templates AS SELECT * FROM {table}")  # noqa: S608
        connection.execute("CREATE INDEX temp.ix_templates ON templates (order_id)")
        connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT {copied}"  # noqa: S608
            " FROM copies JOIN templates ON order_id = old ORDER BY copies.rowid"
        )
        connection.execute("DROP TABLE templates")
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(RESTART)")
    os.sync()


def timed(work: Callable[[], object]) -> float:
    """The seconds that it takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def claiming(shop: Shop) -> float:
    """The seconds of leasing a page of messages; they are given back then."""
    claims: list[Claim] = []
    until = LATER + timedelta(minutes=5)
    seconds = timed(lambda: claims.extend(shop.store.claim(LATER, until, PAGE)))
    shop.store.release(claims)
    if len(claims) != PAGE:
        raise Wrong(f"{len(claims)} messages wait")
    return seconds


def looking_for_due(shop: Shop) -> float:
    """The seconds of finding a page of orders whose next deadline is due."""
    return timed(lambda: see_page(shop.store.due(LATER, None, PAGE)))


def looking_at_inbox(shop: Shop) -> float:
    """The seconds of a page of a seller's queue."""
    queue = Queue(seller="s-1", policies=frozenset({"qoo10"}))
    query = InboxQuery(queue=queue, statuses=OPEN, limit=PAGE)
    return timed(lambda: see_page(shop.store.inbox(query).cases))


def see_page(found: Sequence[object]) -> None:
    """See that a page is full."""
    if len(found) != PAGE:
        raise Wrong(f"a page of {len(found)}")


def growth_rows(folder: Path, *, quick: bool) -> list[Row]:
    """The same work where a hundred times as many orders, or ten times, are stored."""
    small, large = (1_000, 10_000) if quick else (10_000, 1_000_000)
    with ExitStack() as stack:
        shops = {
            f"{size:,} orders": stack.enter_context(
                closing(filled(f"sqlite:///{folder / f'{size}.db'}", size))
            )
            for size in (small, large)
        }
        works: Mapping[str, Callable[[Shop], Callable[[], float]]] = {
            "handle": lambda shop: by_service(shop, 10, 1),
            "relay's claim": lambda shop: partial(claiming, shop),
            "tick's due": lambda shop: partial(looking_for_due, shop),
            "inbox page": lambda shop: partial(looking_at_inbox, shop),
        }
        rows = []
        for name, work in works.items():
            ways = {f"{name}, {size}": work(shop) for size, shop in shops.items()}
            seconds = in_turns(ways, turns=5 if quick else 15)
            rows += rows_of("growth of tables", seconds, next(iter(ways)))
    return rows


# ---------------------------------------------------------------------- telling


def rows(quick: bool) -> list[Row]:  # noqa: FBT001 - as it is called by speed.py
    """What is measured."""
    with tempfile.TemporaryDirectory() as name, postgres.server() as server:
        folder = Path(name)
        return [
            *sqlite_rows(folder, quick=quick),
            *postgresql_rows(server, 1, quick=quick),
            *postgresql_rows(server, THREADS, quick=quick),
            *growth_rows(folder, quick=quick),
        ]


def table(found: Sequence[Row]) -> str:
    """The figures for people."""
    lines = []
    for group, ways in groupby(found, key=lambda row: row.group):
        lines += ["", group]
        for row in ways:
            ratio = row.ratio(found)
            beside = "" if ratio is None else f"{ratio:8.2f} × {row.beside}"
            lines.append(f"    {row.way:40}{row.value * 1e6:10,.0f} µs{beside}")
    return "\n".join(lines[1:])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--quick", action="store_true", help="roughly, and soon")
    options = parser.parse_args(arguments)
    try:
        found = rows(options.quick)
    except Wrong as error:
        print(error, file=sys.stderr)
        return 1
    told = [{**attrs.asdict(row), "ratio": row.ratio(found)} for row in found]
    print(json.dumps(told, indent=2) if options.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
