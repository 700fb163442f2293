"""A day of a shop, compressed: everything at once, and everything goes wrong."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import attrs
import psycopg

import postgres
from crashes.crash import gone, named
from ordercancel.stores.sql import SqlStore
from races.checker import Done, Fault, check, check_deadlines, check_done
from races.launching import launch
from races.market import POLICIES
from races.tables import read
from soak.checker import Outage, check_day
from soak.post import Post, serving
from soak.worker import FASTER, LEASE, PARTIES, Job, Wall, service_on, work

WORKERS = {"command": 4, "tick": 2, "relay": 2}
SETTLED = 120.0
"""How many seconds the end may take, when nothing goes wrong any more."""
GROWTH = 8_000
"""How many kilobytes more a process may hold in its last third than in its first, on average."""
CONNECTIONS = 40
"""How many connections there may be: a few for each worker, and those of this process."""


@attrs.frozen(kw_only=True)
class Report:
    """What came of the day.

    Args:
        seconds: How long it was.
        done: How many commands were told as done.
        kills: How many workers were killed.
        locked: How many rows the host held locks on.
        states: How many messages ended how.
        arrivals: How many deliveries were taken.
        twice: How many of them had been taken before.
        tries: How many tries to deliver had begun.
        connections: The most at a time.
        faults: What is wrong.
    """

    seconds: float
    done: int
    kills: int
    locked: int
    states: dict[str, int]
    arrivals: int
    twice: int
    tries: int
    connections: int
    faults: tuple[Fault, ...]


def day(folder: Path, seconds: float, *, seed: int = 1) -> Report:
    """Let the shop run on a PostgreSQL server of its own, then look what became of it."""
    server = postgres.Server()
    try:
        with postgres.schema(server.url) as url, serving(post := Post(seed)) as ports:
            return _Day(server, url, ports, post, folder, seed).run(seconds)
    finally:
        server.remove()


class _Day:
    def __init__(
        self,
        server: postgres.Server,
        url: str,
        ports: tuple[int, int],
        post: Post,
        folder: Path,
        seed: int,
    ) -> None:
        SqlStore(url).close()  # with its tables made
        self._server, self._url, self._post = server, url, post
        self._theirs, self._name = named(url)
        self._clock = Wall(time.time())
        self._chance = random.Random(f"{seed} day")
        self._jobs = [
            Job(
                kind=kind,
                lane=lane,
                url=self._theirs,
                clock=self._clock,
                ports=ports,
                diary=folder / f"diary-{lane}",
            )
            for kind, number in WORKERS.items()
            for lane in range(number)
        ]
        self._workers: dict[Job, ForkServerProcess] = {}
        self._outages: list[Outage] = []
        self._memory: dict[int, list[int]] = defaultdict(list)
        self._connections: list[int] = []
        self._kills = self._locked = 0

    def run(self, seconds: float) -> Report:
        """Run for so long, and settle."""
        end = time.time() + seconds
        every = max(3.0, seconds / 60)
        stop = threading.Event()
        host = threading.Thread(target=self._host, args=(stop,), daemon=True)
        restart_at, kill_at = time.time() + seconds / 2, time.time() + every
        try:
            for job in self._jobs:
                self._workers[job] = launch(work, job)
            host.start()
            while time.time() < end:
                time.sleep(0.5)
                self._look()
                if time.time() > kill_at:
                    self._kill()
                    kill_at = time.time() + every
                if time.time() > restart_at:
                    self._restart()
                    restart_at = end
        finally:
            stop.set()
            for worker in self._workers.values():
                worker.kill()
                worker.join()
        host.join()
        gone(self._url, self._name)
        now = time.time()
        self._outages.append((now, now + LEASE.total_seconds() / FASTER))
        return self._settled(seconds)

    def _host(self, stop: threading.Event) -> None:
        """The host holds locks on rows of cases and of the outbox, a second each."""
        chance = random.Random("host")
        while not stop.is_set():
            with suppress(psycopg.Error), psycopg.connect(self._url) as connection:
                for table in ("cases", "outbox"):
                    rows = connection.execute(
                        f"SELECT order_id FROM ordercancel_{table}"
                        " ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED"
                    )
                    self._locked += len(rows.fetchall())
                stop.wait(chance.uniform(0.5, 1.5))

    def _look(self) -> None:
        """Note how much memory and how many connections there are."""
        for worker in self._workers.values():
            with suppress(OSError, IndexError):
                pages = Path(f"/proc/{worker.pid}/statm").read_text(encoding="ascii").split()[1]
                self._memory[worker.pid or 0].append(int(pages) * 4)
        with suppress(psycopg.Error), psycopg.connect(self._url) as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
            row = connection.execute(query, (self._name,)).fetchone()
            self._connections.append(row[0] if row else 0)

    def _kill(self) -> None:
        """Kill a worker, and let another take its place."""
        job = self._chance.choice(self._jobs)
        self._workers[job].kill()
        self._workers[job].join()
        if job.kind == "relay":
            now = time.time()
            self._outages.append((now, now + LEASE.total_seconds() / FASTER))
        self._workers[job] = launch(work, job)
        self._kills += 1

    def _restart(self) -> None:
        """Stop the server, and start it again."""
        begun = time.time()
        self._server.stop()
        time.sleep(1.0)
        self._server.start()
        self._outages.append((begun, time.time() + 1.0))

    def _settled(self, seconds: float) -> Report:
        """Fire and deliver what is left, with a healthy post, and check everything."""
        self._post.is_healthy = True
        job = attrs.evolve(self._jobs[0], url=self._url)
        with closing(SqlStore(self._url)) as store:
            service = service_on(store, job)
            fired = self._clock.now()
            while service.tick(fired, budget=1_000).more:
                pass
            begun = time.time()
            while service.backlog().messages and time.time() < begun + SETTLED:
                service.relay(limit=100, lease=timedelta(days=1))
        tables = read(self._url)
        post, done = self._post, list(self._done())
        faults = [
            *check(tables, POLICIES, PARTIES),
            *check_done(tables, done),
            *check_deadlines(tables, fired),
            *check_day(tables, post.arrivals, frozenset(post.refused), self._clock, self._outages),
            *self._grown(),
        ]
        seen = Counter((each.message_id, each.address) for each in post.arrivals)
        return Report(
            seconds=seconds,
            done=len(done),
            kills=self._kills,
            locked=self._locked,
            states=dict(Counter(row["state"] for row in tables.outbox)),
            arrivals=len(post.arrivals),
            twice=sum(number - 1 for number in seen.values()),
            tries=sum(row["attempts"] for row in tables.outbox),
            connections=max(self._connections, default=0),
            faults=tuple(faults),
        )

    def _done(self) -> Iterator[Done]:
        """What the commanders were told."""
        for path in {job.diary for job in self._jobs if job.diary.exists()}:
            for line in path.read_text(encoding="utf-8").splitlines():
                key, order_id, version = line.split(" ")
                yield None if key == "-" else key, order_id, int(version)

    def _grown(self) -> Iterator[Fault]:
        """Memory and connections are flat."""
        for pid, sizes in self._memory.items():
            third = len(sizes) // 4  # behind a first quarter of loading and compiling
            if third < 8:
                continue
            before, after = (
                sum(each) / third for each in (sizes[third : 2 * third], sizes[-third:])
            )
            if after - before > GROWTH:
                yield Fault("memory is flat", f"process {pid}", f"{before:.0f} to {after:.0f} kB")
        if max(self._connections, default=0) > CONNECTIONS:
            yield Fault("connections are flat", "server", f"{max(self._connections)} at a time")
