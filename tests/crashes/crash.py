"""Killing processes at random moments, and looking what became of the tables."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import attrs
import psycopg

from crashes.worker import Diary, Job, give, work
from ordercancel.stores.sql import SqlStore
from races.checker import Done, Fault, check, check_arrivals, check_deadlines, check_done
from races.launching import PATIENCE, launch
from races.market import BEGIN, LIFE, PARTIES, POLICIES, Market
from races.tables import Tables, read
from races.worker import LATE, Mailbox, service_on

LANES = 2
"""How many processes run at the same time."""


@attrs.frozen(kw_only=True)
class Report:
    """What came of the killing.

    Args:
        kills: How many processes were killed.
        commands: How many commands were asked.
        outcomes: What they were told in the end, by kind.
        unknown: How often a process died between asking and being told.
        events: How many events are in the tables.
        messages: How many messages there were to deliver.
        twice: How many of them arrived more than once.
        seconds: How long it took.
        faults: What is wrong.
    """

    kills: int
    commands: int
    outcomes: dict[str, int]
    unknown: int
    events: int
    messages: int
    twice: int
    seconds: float
    faults: tuple[Fault, ...]


def crash(url: str, folder: Path, kills: int, *, seed: int = 1, longest: float = 0.05) -> Report:
    """Start processes on the empty database at `url`, kill them, and start them again.

    Args:
        url: The database.
        folder: An empty folder, for what the processes write.
        kills: How many are to be killed, an even number.
        seed: What the commands and the moments follow from.
        longest: How many seconds a process lives at most, after its first few commands.
    """
    begun = time.monotonic()
    folder.mkdir()
    SqlStore(url).close()  # with its tables made
    theirs, name = named(url)
    chance = random.Random(f"{seed} kills")
    mailbox = folder / "mailbox"
    mailbox.touch()
    jobs = [
        Job(
            url=theirs,
            market=Market(seed, at_once=10, generation=150, crowd=2, chores=0.5),
            lane=lane,
            lanes=LANES,
            diary=folder / f"diary-{lane}",
            mailbox=mailbox,
        )
        for lane in range(LANES)
    ]
    faults: list[Fault] = []
    unknown = 0
    for _ in range(kills // LANES):
        _live_and_die(jobs, chance, longest)
        gone(url, name)
        diaries = [Diary.of(job.diary) for job in jobs]
        unknown += sum(diary.pending is not None for diary in diaries)
        faults += _check(read(url), diaries)
    faults += _settle(url, jobs)
    tables = read(url)
    diaries = [Diary.of(job.diary) for job in jobs]
    faults += _check(tables, diaries)
    arrived = Counter(mailbox.read_text(encoding="utf-8").split())
    told = [outcome for diary in diaries for outcome in diary.told.values()]
    return Report(
        kills=sum(diary.lives for diary in diaries),
        commands=len(told),
        outcomes=dict(sorted(Counter(kind for kind, *_ in told).items())),
        unknown=unknown,
        events=len(tables.events),
        messages=len(tables.outbox),
        twice=sum(count > 1 for count in arrived.values()),
        seconds=time.monotonic() - begun,
        faults=tuple(dict.fromkeys(faults)),
    )


def named(url: str) -> tuple[str, str]:
    """The URL, with a name by which its connections are known at a PostgreSQL server."""
    name = f"ordercancel-{os.getpid()}-{time.monotonic_ns()}"
    if url.startswith("sqlite"):
        return url, name
    return f"{url}{'&' if '?' in url else '?'}application_name={name}", name


def gone(url: str, name: str) -> None:
    """Wait until a PostgreSQL server has noticed that everybody with this name is dead."""
    if url.startswith("sqlite"):
        return
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(int(PATIENCE / 0.005)):
            if connection.execute(query, (name,)).fetchone() == (0,):
                return
            time.sleep(0.005)
    raise RuntimeError("the dead are still at work")


def _live_and_die(jobs: Iterable[Job], chance: random.Random, longest: float) -> None:
    """One life of the processes of all lanes: each is killed some time after it came alive.

    They run at the same time. However slow the machine is, they come to something.
    """
    alive = [(job.diary, _size(job.diary), launch(work, job)) for job in jobs]
    try:
        for diary, before, process in alive:
            lines, patience = chance.randrange(1, 8), time.monotonic() + PATIENCE
            while _lines(diary, before) < lines:
                if not process.is_alive() or time.monotonic() > patience:
                    raise RuntimeError(f"a process is stuck, or ended with {process.exitcode}")
                time.sleep(0.002)
            time.sleep(chance.uniform(0, longest))
            process.kill()
    finally:
        for _, _, process in alive:
            process.kill()
            process.join()
    codes = [process.exitcode for _, _, process in alive]
    if codes != [-signal.SIGKILL] * len(codes):
        raise RuntimeError(f"the processes ended with {codes}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _lines(path: Path, offset: int) -> int:
    """How many lines were written to a file since it had the size `offset`."""
    if _size(path) <= offset:
        return 0
    with path.open("rb") as opened:
        opened.seek(offset)
        return opened.read().count(b"\n")


def _check(tables: Tables, diaries: Iterable[Diary]) -> list[Fault]:
    """What is wrong with the tables, also in the light of what the processes were told."""
    faults = [*check(tables, POLICIES, PARTIES)]
    told: dict[str, list[Done]] = {"done": [], "repeated": []}
    receipts = {row["command_id"] for row in tables.commands}
    for diary in diaries:
        for command_id, (kind, order_id, version) in diary.told.items():
            if kind in told:
                told[kind].append((command_id, order_id, version))
            elif command_id in receipts:
                faults.append(Fault("asked again, told the same", command_id, "was refused"))
    return [*faults, *check_done(tables, told["done"], told["repeated"])]


def _settle(url: str, jobs: Sequence[Job]) -> list[Fault]:
    """Ask what nobody was told yet, apply every deadline, deliver every message."""
    mailbox = jobs[0].mailbox
    last = BEGIN
    with closing(SqlStore(url)) as store:
        service = service_on(store, Mailbox(mailbox))
        for job in jobs:
            diary = Diary.of(job.diary)
            last = max(last, job.market.moment(diary.next * job.lanes))
            if diary.pending is not None:
                give(job, service, diary.pending, diary.next - 1)
        while service.tick(last + LIFE, budget=1_000).more:
            pass
        while service.relay(LATE.now() + timedelta(days=1), limit=1_000).more:
            pass
    tables = read(url)
    arrivals = mailbox.read_text(encoding="utf-8").split()
    return [
        *check_deadlines(tables, last + LIFE),
        *check_arrivals(tables, arrivals, exactly_once=False),
    ]
