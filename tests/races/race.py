"""A race: processes that act on the same orders, and what the tables say when they are through."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs
import psycopg

from ordercancel.stores.sql import SqlStore
from races.checker import Fault, check, check_arrivals, check_deadlines, check_done
from races.launching import PATIENCE, context, launch
from races.market import BEGIN, LIFE, PARTIES, POLICIES, Market
from races.tables import read
from races.worker import LATE, Job, Mailbox, service_on, work

TURNS = 16
"""How many commands of its own a thread gives before it waits for the others."""


class Without(StrEnum):
    """What is taken out, to see that it is needed."""

    NOTHING = "nothing"
    CHECK = "the version check"
    CHECK_AND_KEYS = "the version check and the keys behind it"


LOOKS = 8
"""How often somebody looks at the tables while the race is on, each time after twice as long."""

KEYS = (
    ("ordercancel_events", "ordercancel_events_pkey"),
    ("ordercancel_outbox", "ordercancel_outbox_message_id_key"),
)
"""What would stop a second writer of one version, beside the version check."""


@attrs.frozen(kw_only=True)
class Report:
    """What came of a race.

    Args:
        commands: How many commands there were.
        outcomes: What came of them, by kind.
        chores: What came of the ticks and relays beside them.
        deadlines: What came of the deadlines that ticks found, by kind.
        orders: How many orders they were about.
        events: How many events are in the tables.
        again: How often a command was decided again, because somebody else was first.
        messages: How many messages there were to deliver.
        seconds: How long it took, from the first command to the last.
        errors: What no command may end with.
        faults: What is wrong with the tables.
        rewritten: How many statements were sent without the version check.
    """

    commands: int
    outcomes: dict[str, int]
    chores: dict[str, int]
    deadlines: dict[str, int]
    orders: int
    events: int
    again: int
    messages: int
    seconds: float
    errors: tuple[str, ...]
    faults: tuple[Fault, ...]
    rewritten: int


def race(
    url: str,
    folder: Path,
    market: Market,
    commands: int,
    *,
    processes: int = 4,
    threads: int = 2,
    without: Without = Without.NOTHING,
) -> Report:
    """Let processes loose on the empty database at `url`, then look what became of it.

    Args:
        url: The database.
        folder: An empty folder, for what the processes tell.
        market: What they act on.
        commands: How many commands they give, at least.
        processes: How many there are, an even number.
        threads: How many threads each has.
        without: What is taken out, to see that it is needed.
    """
    folder.mkdir()
    SqlStore(url).close()  # with its tables made
    if without is Without.CHECK_AND_KEYS:
        _drop_keys(url)
    each_round = processes * threads * (2 + TURNS)
    job = Job(
        url=url,
        market=market,
        rounds=-(-commands // each_round),
        turns=TURNS,
        processes=processes,
        threads=threads,
        mailbox=folder / "mailbox",
        trusted=without is not Without.NOTHING,
    )
    job.mailbox.touch()
    is_protected = without is not Without.CHECK_AND_KEYS
    seen: list[Fault] = []
    told = _run(job, folder, seen, looks=LOOKS if is_protected else 0)
    done = [(each[0], each[1], each[2]) for one in told for each in one["done"]]
    faults = [*seen, *check_done(read(url), done, complete=True)]
    if is_protected:
        faults += _settle(job)
    tables = read(url)
    faults += check(tables, POLICIES, PARTIES)
    return Report(
        commands=sum(_added(told, "outcomes").values()),
        outcomes=_added(told, "outcomes"),
        chores=_added(told, "chores"),
        deadlines=_added(told, "deadlines"),
        orders=len(tables.cases),
        events=len(tables.events),
        again=sum(one["again"] for one in told),
        messages=len(tables.outbox),
        seconds=max(one["ended"] for one in told) - min(one["begun"] for one in told),
        errors=tuple(error for one in told for error in one["errors"]),
        faults=tuple(faults),
        rewritten=sum(one["rewritten"] for one in told),
    )


def _drop_keys(url: str) -> None:
    """Take out the keys of a PostgreSQL database that would stop two commits of one version."""
    with psycopg.connect(url) as connection:
        for table, key in KEYS:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")


def _run(job: Job, folder: Path, seen: list[Fault], looks: int) -> list[dict[str, Any]]:
    """Run the processes of a race; gives what each tells.

    Args:
        job: What they do.
        folder: Where they tell it.
        seen: Takes what is wrong with the tables while they are at it.
        looks: How often to look.
    """
    barrier = context().Barrier(job.processes * job.threads)
    reports = [folder / f"report-{number}.json" for number in range(job.processes)]
    started = [launch(work, job, number, barrier, report) for number, report in enumerate(reports)]
    patience = time.monotonic() + PATIENCE + job.rounds * 10
    try:
        for look in range(looks):
            started[0].join(0.1 * 2**look)
            if started[0].is_alive():
                seen += check(read(job.url), POLICIES, PARTIES)
        for process in started:
            process.join(max(0.0, patience - time.monotonic()))
    finally:
        for process in started:
            process.kill()
            process.join()
    codes = [process.exitcode for process in started]
    if any(codes):
        raise RuntimeError(f"the processes ended with {codes}")
    return [json.loads(report.read_text(encoding="utf-8")) for report in reports]


def _added(told: Iterable[dict[str, Any]], name: str) -> dict[str, int]:
    """What the processes counted under a name, all together."""
    return dict(sorted(sum((Counter(one[name]) for one in told), Counter[str]()).items()))


def _settle(job: Job) -> list[Fault]:
    """Apply every deadline, deliver every message, and say what is wrong with that."""
    end = BEGIN + LIFE * (job.numbers // job.market.generation + 2)
    later = LATE.now() + timedelta(days=1)
    with closing(SqlStore(job.url)) as store:
        service = service_on(store, Mailbox(job.mailbox))
        while service.tick(end, budget=1_000).more:
            pass
        while service.relay(later, limit=1_000).more:
            pass
    tables = read(job.url)
    arrivals = job.mailbox.read_text(encoding="utf-8").split()
    return [
        *check_deadlines(tables, end),
        *check_arrivals(tables, arrivals, exactly_once=True),
    ]
