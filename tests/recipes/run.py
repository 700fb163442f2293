"""Runs a recipe with three workers, kills two of them, and reports what happened.

``python tests/recipes/run.py --engine plain|procrastinate|dbos [--due 2000] [--json]``

On a PostgreSQL server of its own, in a database of its own; `--sqlite` for a file instead. Exit
status 1 where a deadline did not act exactly once, or a message was not delivered, but for those
that ask the seller to answer what a deadline has answered by then.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import attrs  # noqa: E402 - the tests are found by the path above

import postgres  # noqa: E402
from recipes.shop import ASKED, GRANTED, Found, fill, look  # noqa: E402
from recipes.workers import ENGINES, Crew, Times, database  # noqa: E402

NAMES = ("worker-1", "worker-2", "worker-3")
LEAST = 30
"""With fewer deadlines, no worker might reach the place where it is killed in time."""


@attrs.frozen
class Run:
    """The result of a run: the counts, the times, and how much was due."""

    due: int
    later: int
    found: Found
    times: Times

    @property
    def acted_once(self) -> int:
        """How many of the orders that were due have each of the events of a deadline once."""
        return self.found.histories.get(GRANTED, 0)

    @property
    def repeated(self) -> int:
        """How many messages were delivered more than once."""
        return sum(times > 1 for times in self.found.delivered.values())

    @property
    def faults(self) -> list[str]:
        """What is not as it was promised."""
        promised: dict[str, tuple[Any, Any]] = {
            "histories": (self.found.histories, {GRANTED: self.due, ASKED: self.later}),
            "messages": (len(self.found.messages), 3 * self.due + self.later),
            "neither delivered nor obsolete": (self.found.left, []),
        }
        return [
            f"{what}: {found}; expected {expected}"
            for what, (found, expected) in promised.items()
            if found != expected
        ]


def run(engine: str, url: str, folder: Path, *, due: int, limit: float = 120.0) -> Run:
    """Fill a new database with `due` deadlines, and let three workers process it.

    A killed worker does not come back.
    """
    later = due // 10
    fill(url, due, later)
    crew = Crew(engine, url, folder, fatal=due // 10)
    if engine == "procrastinate":
        crew.finish("procrastinate", "--app=recipes.procrastinate_app.app", "schema", "--apply")
    times = crew.work(*NAMES, limit=limit)
    return Run(due, later, look(url, folder), times)


@contextmanager
def place(*, sqlite: bool, folder: Path) -> Iterator[str]:
    """The URL of a new database."""
    if sqlite:
        yield f"sqlite:///{folder / 'shop.db'}"
        return
    with postgres.server() as server, database(server) as url:
        yield url


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run a recipe, and kill two of three workers.")
    parser.add_argument("--engine", choices=ENGINES, required=True)
    parser.add_argument("--due", type=int, default=2_000, help="deadlines (default: 2000)")
    parser.add_argument("--sqlite", action="store_true", help="for the plain loop: on SQLite")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args(arguments)
    if chosen.due < LEAST:
        parser.error(f"--due is {chosen.due}; expected {LEAST} or more")
    if chosen.sqlite and chosen.engine != "plain":
        parser.error("--sqlite is for the plain loop")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="ordercancel-recipe-") as name:
        folder = Path(name)
        with place(sqlite=chosen.sqlite, folder=folder) as url:
            begun = time.monotonic()
            limit = 120 + chosen.due
            done = run(chosen.engine, url, folder, due=chosen.due, limit=limit)
    figures = {
        "engine": chosen.engine,
        "database": "sqlite" if chosen.sqlite else "postgresql",
        "workers": len(NAMES),
        "killed": 2,
        "due": done.due,
        "acted_once": done.acted_once,
        "messages": len(done.found.delivered),
        "delivered_again": done.repeated,
        "seconds_until_fired": round(done.times.ticked, 1),
        "seconds_until_delivered": round(done.times.relayed, 1),
        "faults": done.faults,
    }
    if chosen.json:
        print(json.dumps(figures))
    else:
        for what, figure in figures.items():
            print(f"{what.replace('_', ' '):24} {figure or '-'}")
    print(f"{time.monotonic() - begun:.0f} s in all", file=sys.stderr)
    return 1 if done.faults else 0


if __name__ == "__main__":
    sys.exit(main())
