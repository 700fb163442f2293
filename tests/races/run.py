"""Races of full size: many processes act on the same orders, and the tables are checked.

``python tests/races/run.py [--commands 20000] [--seed 1] [--json [FILE]]``. Exit status 1 where a
race breaks a promise, or where one without the version check and the keys behind it breaks none.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import attrs

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import postgres  # noqa: E402 - the tests are found by the path above
from races.databases import POSTGRESQL, SQLITE, database  # noqa: E402
from races.market import Market  # noqa: E402
from races.race import Report, Without, race  # noqa: E402

HOT, MANY = "10 hot orders at a time", "1,000 orders"
RACES = (
    (HOT, SQLITE, Without.NOTHING),
    (HOT, POSTGRESQL, Without.NOTHING),
    (MANY, SQLITE, Without.NOTHING),
    (MANY, POSTGRESQL, Without.NOTHING),
    (HOT, POSTGRESQL, Without.CHECK),
    (HOT, POSTGRESQL, Without.CHECK_AND_KEYS),
    (MANY, POSTGRESQL, Without.CHECK_AND_KEYS),
)


def is_as_it_should_be(report: Report, without: Without) -> bool:
    """Whether a race broke no promise; or some, where what keeps them was taken out."""
    if without is Without.CHECK_AND_KEYS:
        return bool(report.faults)
    return not report.faults and not report.errors


def told(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    promises = Counter(fault.promise for fault in report.faults)
    return attrs.asdict(report) | {
        "faults": len(report.faults),
        "promises": dict(promises.most_common()),
        "examples": [attrs.asdict(fault) for fault in report.faults[:20]],
    }


def main() -> int:
    """Run them; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commands", type=int, default=20_000, help="how many in each race")
    parser.add_argument("--seed", type=int, default=1, help="what the commands follow from")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="write it as JSON")
    chosen = parser.parse_args()
    found: list[dict[str, Any]] = []
    is_right = True
    say = partial(print, file=sys.stderr if chosen.json == "-" else sys.stdout, flush=True)
    say(row(COLUMNS))
    with tempfile.TemporaryDirectory() as place, postgres.server() as server:
        for number, (orders, kind, without) in enumerate(RACES):
            market = Market.hot(chosen.seed)
            if orders == MANY:
                market = Market.spread(chosen.seed, 1_000, chosen.commands)
            folder = Path(place) / str(number)
            folder.mkdir()
            with database(kind, folder, server) as url:
                report = race(url, folder / "race", market, chosen.commands, without=without)
            found.append({"race": orders, "database": kind, "without": without} | told(report))
            say(row(counted(found[-1])))
            if not is_as_it_should_be(report, without):
                is_right = False
                for problem in (*report.faults[:20], *report.errors[:20]):
                    print(problem, file=sys.stderr, flush=True)
    if chosen.json == "-":
        print(json.dumps(found, indent=1))
    elif chosen.json:
        Path(chosen.json).write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0 if is_right else 1


OUTCOMES = ("done", "repeated", "refused", "invalid", "conflict")
COLUMNS = (
    "database",
    "orders",
    "without",
    "commands",
    *OUTCOMES,
    "decided again",
    "deadlines",
    "messages",
    "seconds",
    "errors",
    "faults",
)


def counted(one: dict[str, Any]) -> tuple[str, ...]:
    """A race as a row of the table."""
    outcomes: dict[str, int] = one["outcomes"]
    numbers = (
        one["commands"],
        *(outcomes.get(kind, 0) for kind in OUTCOMES),
        one["again"],
        one["deadlines"].get("acted", 0),
        one["messages"],
        round(one["seconds"]),
        len(one["errors"]),
        one["faults"],
    )
    return one["database"], one["race"], one["without"], *(f"{each:,}" for each in numbers)


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
