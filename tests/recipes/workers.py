"""Several worker processes on one database, some of them killed, until nothing is left to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import attrs
import psycopg
from sqlalchemy import make_url

from ordercancel.stores.sql import SqlStore
from recipes.shop import PLACES

TESTS = Path(__file__).parent.parent
ENGINES = {
    "plain": ("recipes.plain_worker", "{url}"),
    "procrastinate": ("procrastinate", "--app=recipes.procrastinate_app.app", "worker"),
    "dbos": ("recipes.dbos_worker",),
}
"""What a worker of each kind is started with, after ``python -m``."""
PATIENCE = 60.0
"""How long a worker may take to leave, in seconds."""


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """The URL of a database of its own on a PostgreSQL server; it is dropped in the end.

    A schema of its own is not enough: DBOS makes one, too, always of the same name.
    """
    name = f"ordercancel_recipe_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@attrs.frozen
class Times:
    """How long it took, in seconds from the start of the first worker.

    Args:
        ticked: Until no deadline was due any more.
        relayed: Until no message waited any more.
    """

    ticked: float
    relayed: float


@attrs.frozen
class Crew:
    """Workers on a database.

    Args:
        engine: Which kind they are.
        url: The database.
        folder: Where they leave their notes and logs.
        fatal: How often a worker comes to a fatal place before it is killed there.
    """

    engine: str
    url: str
    folder: Path
    fatal: int
    _running: dict[str, subprocess.Popen[bytes]] = attrs.field(factory=dict, init=False)

    def python(self, *arguments: str, name: str) -> subprocess.Popen[bytes]:
        """A process that runs a module."""
        settings = {
            "PYTHONPATH": os.pathsep.join(map(str, (TESTS.parent, TESTS, TESTS.parent / "src"))),
            "SHOP_DATABASE": self.url,
            "DBOS__VMID": name,
            "RECIPE_FOLDER": str(self.folder),
            "RECIPE_FATAL": str(self.fatal),
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=os.environ | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def finish(self, *arguments: str) -> None:
        """Run a module to its end."""
        process = self.python(*arguments, name="once")
        assert process.wait(PATIENCE) == 0, self._logs("once")

    def work(self, *names: str, limit: float) -> Times:
        """Let workers of these names work until nothing is left; some are killed meanwhile.

        The others are stopped then.

        Raises:
            AssertionError: It takes longer than `limit`, in seconds, or one leaves unasked.
        """
        begun = time.monotonic()
        try:
            for name in names:
                self._start(name)
            ticked = self._finished(begun, limit)
            relayed = time.monotonic() - begun
            for process in self._running.values():
                process.send_signal(signal.SIGTERM)
            left = {process.wait(PATIENCE) for process in self._running.values()}
            # One that has just been started may be ended by the signal itself.
            assert {0} <= left <= {0, -signal.SIGTERM}, self._logs(*self._running)
        finally:
            for process in self._running.values():
                process.kill()
                process.wait()
        return Times(ticked, relayed)

    def _finished(self, begun: float, limit: float) -> float:
        """Wait until nothing is left to do; gives when the last deadline fired."""
        ticked = 0.0
        places = list(PLACES)
        with closing(SqlStore(self.url, create_tables=False)) as store:
            while True:
                places = [place for place in places if not self._killed_at(place)]
                backlog = store.backlog(datetime.now(UTC))
                passed = time.monotonic() - begun
                if not (ticked or backlog.due):
                    ticked = passed
                if not (backlog.due or backlog.messages or places):
                    return ticked
                assert passed < limit, f"{backlog}, {places}\n{self._logs(*self._running)}"
                for name, process in self._running.items():
                    assert process.poll() is None, self._logs(name)
                time.sleep(0.05)

    def _killed_at(self, place: str) -> bool:
        """Kill a worker that waits to be killed; return whether there was one."""
        try:
            victim = int((self.folder / place).read_text())
        except (FileNotFoundError, ValueError):  # nobody yet, or he is just writing
            return False
        (name,) = (name for name, each in self._running.items() if each.pid == victim)
        process = self._running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True

    def _start(self, name: str) -> None:
        arguments = (each.format(url=self.url) for each in ENGINES[self.engine])
        self._running[name] = self.python(*arguments, name=name)

    def _logs(self, *names: str) -> str:
        """The end of what workers wrote into their logs."""
        logs = ((self.folder / f"{name}.log").read_text()[-5_000:] for name in names)
        return "\n\n".join(logs)
