"""Crashes of full size: processes are killed at random moments, and the tables are checked.

``python tests/crashes/run.py [--kills 200] [--seed 1] [--json [FILE]]``. Half of the kills are on
SQLite, half on PostgreSQL. Exit status 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import attrs

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import postgres  # noqa: E402 - the tests are found by the path above
from crashes.crash import crash  # noqa: E402
from races.databases import POSTGRESQL, SQLITE, database  # noqa: E402

LONGEST = 0.3
"""How many seconds a process lives at most, after its first few commands."""


def main() -> int:
    """Kill them; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="how many, on both databases")
    parser.add_argument("--seed", type=int, default=1, help="what the commands follow from")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="write it as JSON")
    chosen = parser.parse_args()
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as place, postgres.server() as server:
        for kind in (SQLITE, POSTGRESQL):
            folder = Path(place) / kind
            folder.mkdir()
            with database(kind, folder, server) as url:
                report = crash(
                    url,
                    folder / "crash",
                    -(-chosen.kills // 2),
                    seed=chosen.seed,
                    longest=LONGEST,
                )
            found.append({"database": kind} | attrs.asdict(report))
            print(line(found[-1]), file=sys.stderr)
    if chosen.json == "-":
        print(json.dumps(found, indent=1))
    elif chosen.json:
        Path(chosen.json).write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 1 if any(each["faults"] for each in found) else 0


def line(one: dict[str, Any]) -> str:
    """What came of it, in a line."""
    outcomes = ", ".join(f"{kind} {count}" for kind, count in one["outcomes"].items())
    return (
        f"{one['database']}: {one['kills']} kills, {one['commands']} commands ({outcomes}), "
        f"unknown at first {one['unknown']}, events {one['events']}, messages {one['messages']}, "
        f"twice {one['twice']}, {one['seconds']:.0f} s, faults {len(one['faults'])}"
    )


if __name__ == "__main__":
    sys.exit(main())
