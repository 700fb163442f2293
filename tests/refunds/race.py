"""Races for units and money: processes cancel, ship, pay, fail and retry parts of the same orders.

``python tests/refunds/race.py [--commands 20000]``, on SQLite and on PostgreSQL. Exit status 1
where a race breaks a promise, or where one whose shop makes up keys breaks none.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import attrs

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import postgres  # noqa: E402 - the tests are found by the path above
from ordercancel import (  # noqa: E402
    AdvanceOrder,
    CancellationService,
    Command,
    Conflict,
    InvalidValue,
    Refused,
    RequestCancellation,
    RetryRefund,
    Seller,
    StoreUnavailable,
)
from ordercancel.domain.errors import OrderUnavailable  # noqa: E402
from ordercancel.domain.refunds import Refund, RefundStatus  # noqa: E402
from ordercancel.stores.sql import SqlStore  # noqa: E402
from races.databases import POSTGRESQL, SQLITE, database  # noqa: E402
from races.launching import launch  # noqa: E402
from races.tables import read  # noqa: E402
from refunds.provider import Client, Lost, Provider, serving  # noqa: E402
from refunds.shop import BUYER, OPERATOR, SYSTEM, Payer, many, say, service_on  # noqa: E402
from refunds.worker import LEASE  # noqa: E402

PROCESSES, THREADS = 4, 2
AT_ONCE, LIFE = 6, 60
"""How many orders are acted on at a time, and by how many commands each, more or less."""
ORDERED = {"l-1": 12, "l-2": 8}
PAID = {"points": 3_000, "card": 17_000}


@attrs.frozen(kw_only=True)
class Job:
    """What a process does: how many commands, on which database, with which provider."""

    url: str
    port: int
    commands: int
    heeds_keys: bool
    report: Path


@attrs.frozen(kw_only=True)
class Report:
    """What came of a race: outcomes by kind, counts, and what is wrong."""

    outcomes: dict[str, int]
    orders: int
    refunds: int
    payments: dict[str, int]
    seconds: float
    faults: tuple[str, ...]


def work(job: Job, process: int) -> None:
    """A process of the race."""
    for name in ("ordercancel", "psycopg"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    store = SqlStore(job.url, create_tables=False)
    service = service_on(store, Payer(Client(job.port), job.heeds_keys))
    outcomes = Counter[str]()
    threads = [
        threading.Thread(target=_act, args=(job, service, process * THREADS + number, outcomes))
        for number in range(THREADS)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    store.close()
    job.report.with_suffix(f".{process}").write_text(json.dumps(outcomes), encoding="utf-8")


def _act(job: Job, service: CancellationService, lane: int, outcomes: Counter[str]) -> None:
    chance, provider = random.Random(f"lane {lane}"), Client(job.port)
    for number in range(job.commands):
        place = number * PROCESSES * THREADS // (AT_ONCE * LIFE)
        order = many(f"p-{place}-{chance.randrange(AT_ONCE)}", ORDERED, PAID)
        try:
            service.register(order)
            if chance.random() < 0.15:
                service.relay(limit=10, lease=LEASE)
            command = _command(chance, service, order.id, provider)
            if command is None:
                outcomes["said what the provider told"] += 1
            else:
                events = service.handle(command).events
                outcomes["done" if events else "said before"] += 1
        except (Refused, InvalidValue, Conflict, StoreUnavailable, Lost, OSError) as error:
            outcomes[type(error).__name__] += 1
        except Exception as error:
            outcomes[f"error: {error!r:.200}"] += 1


def _command(
    chance: random.Random, service: CancellationService, order_id: str, provider: Client
) -> Command | None:
    """Cancel or ship a unit or two, or see to a refund."""
    case = service.case(order_id, by=SYSTEM)
    lines = {chance.choice(("l-1", "l-2")): chance.randrange(1, 3)}
    what = chance.random()
    if what < 0.35:
        return RequestCancellation(order_id, by=BUYER, lines=lines)
    if what < 0.5:
        return AdvanceOrder(order_id, by=Seller("s-1"), move="ship", lines=lines)
    if not case.refunds:
        return None
    refund = chance.choice(case.refunds)
    if refund.status is RefundStatus.FAILED or what < 0.55:
        return RetryRefund(order_id, by=OPERATOR, key=refund.key)
    attempt = chance.choice(refund.attempts)
    payment = provider.find(attempt.key)
    if payment is not None:
        say(service, payment)
    return None


def race(
    url: str, folder: Path, commands: int, *, heeds_keys: bool = True, patience: float = 240.0
) -> Report:
    """Let processes loose on the empty database at `url`, then look what became of it."""
    begun = time.monotonic()
    logging.getLogger("ordercancel").setLevel(logging.CRITICAL)
    SqlStore(url).close()
    provider = Provider()
    each = commands // (PROCESSES * THREADS)
    with serving(provider) as port, closing(SqlStore(url, create_tables=False)) as store:
        job = Job(
            url=url, port=port, commands=each, heeds_keys=heeds_keys, report=folder / "report"
        )
        service = service_on(store, Payer(provider, heeds_keys))
        processes = [launch(work, job, number) for number in range(PROCESSES)]
        while any(each.is_alive() for each in processes):
            _settle(service, provider)
            time.sleep(0.2)
        end = time.monotonic() + patience
        provider.is_well = True
        while not _settle(service, provider) and time.monotonic() < end:
            service.relay(limit=1_000, lease=LEASE)
        faults = [
            *(f"a process ended with {each.exitcode}" for each in processes if each.exitcode),
            *_faults(url, provider),
        ]
    reports = sorted(folder.glob("report.*"))
    outcomes = sum(
        (Counter(json.loads(each.read_text(encoding="utf-8"))) for each in reports), Counter[str]()
    )
    faults += [name for name in outcomes if name.startswith("error")]
    return Report(
        outcomes=dict(sorted(outcomes.items())),
        orders=len(read(url).cases),
        refunds=sum(row["kind"] == "RefundOpened" for row in read(url).events),
        payments=dict(Counter(each.status for each in provider.payments)),
        seconds=round(time.monotonic() - begun, 1),
        faults=tuple(faults),
    )


def _settle(service: CancellationService, provider: Provider) -> bool:
    """Tell the shop the news, let an operator see to what is open; whether nothing is left."""
    wrong = Refused, InvalidValue, Conflict, OrderUnavailable, StoreUnavailable, Lost
    for payment in provider.news():
        with suppress(*wrong):
            key, _, _ = payment.key.partition("/")
            say(service, attrs.evolve(payment, key=key))
    with suppress(StoreUnavailable):
        rows = service.inbox(Seller("s-1"), marked="refund_open", limit=1_000).rows
        for row in rows:
            for refund in row.refunds:
                with suppress(*wrong):
                    _see_to(service, provider, row.order_id, refund)
        return not rows and not service.backlog().messages and not provider.has_news
    return False


def _see_to(
    service: CancellationService, provider: Provider, order_id: str, refund: Refund
) -> None:
    for attempt in refund.attempts:
        if attempt.status is RefundStatus.DISPUTED and (payment := provider.find(attempt.key)):
            say(service, payment, by=OPERATOR)
    if refund.status is RefundStatus.FAILED:
        service.handle(RetryRefund(order_id, by=OPERATOR, key=refund.key))


def _faults(url: str, provider: Provider) -> Iterator[str]:
    """What is not as it must be, by the events and the outbox as they are stored."""
    tables = read(url)
    sent = {row["message_id"]: row["state"] for row in tables.outbox}
    owed: set[str] = set()
    units: dict[str, Counter[str]] = defaultdict(Counter)
    due: dict[tuple[str, str], int] = Counter()
    for row in tables.events:
        body, name = json.loads(row["body"]), row["order_id"]
        match row["kind"]:
            case "UnitsCancelled":
                units[name].update(body["lines"])
                kinds = ("restock", "stop_shipment")
                owed |= {f"{name}:{body['number']}:{kind}:host" for kind in kinds}
                for tender, amount in body["quote"]["tenders"].items():
                    due[name, tender] += amount
            case "UnitsShipped":
                units[name].update(body["lines"])
            case "RefundOpened":
                owed.add(body["key"])
            case "RefundRetried":
                owed.add(body["next_key"])
    for name, counted in units.items():
        for line, number in counted.items():
            if number > ORDERED[line]:
                yield f"{name}: {number} units of {line} went, of {ORDERED[line]}"
    given: dict[tuple[str, str], int] = Counter()
    for payment in provider.payments:
        if payment.status == "paid":
            tender = payment.key.rpartition(":")[2].partition(".")[0]
            given[payment.order_id, tender] += payment.amount
    for key in due.keys() | given.keys():
        if due[key] > PAID[key[1]]:
            yield f"{key}: {due[key]} was due of {PAID[key[1]]}"
        if given[key] != due[key]:
            yield f"{key}: {given[key]} was given back, {due[key]} was due"
    if lost := owed - sent.keys():
        yield f"obligations were lost: {sorted(lost)[:5]}"
    if stray := sent.keys() - owed:
        yield f"obligations came from nowhere: {sorted(stray)[:5]}"
    if left := [key for key, state in sent.items() if state != "delivered"]:
        yield f"obligations were not met: {sorted(left)[:5]}"
    undone = [key for key in owed if ":refund:" not in key and not provider.done[key]]
    if undone:
        yield f"nobody has done {sorted(undone)[:5]}"
    for row in tables.cases:
        if "refund_open" in str(row["marks"]):
            yield f"{row['order_id']}: a refund is open"


def main() -> int:
    """Run them; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commands", type=int, default=20_000, help="how many in each race")
    chosen = parser.parse_args()
    is_right = True
    with tempfile.TemporaryDirectory() as place, postgres.server() as server:
        for number, (kind, heeds_keys, commands) in enumerate(
            (
                (POSTGRESQL, True, chosen.commands),
                (SQLITE, True, chosen.commands),
                (POSTGRESQL, False, min(chosen.commands, 800)),
            )
        ):
            folder = Path(place) / str(number)
            folder.mkdir()
            with database(kind, folder, server) as url:
                report = race(
                    url,
                    folder,
                    commands,
                    heeds_keys=heeds_keys,
                    patience=240.0 if heeds_keys else 10.0,
                )
            is_right &= bool(report.faults) is not heeds_keys
            print(kind, "" if heeds_keys else "with keys made up", flush=True)
            for name, value in attrs.asdict(report, recurse=False).items():
                print(f"  {name}: {len(value) if name == 'faults' else value}", flush=True)
            for fault in report.faults[:5]:
                print(f"    {fault}", flush=True)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
