"""A day of a shop, compressed, at full length: see `soak.day`.

``python tests/soak/run.py [--seconds 600] [--seed 1]``. Exit status 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import attrs

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from soak.day import day  # noqa: E402 - the tests are found by the path above


def main() -> int:
    """Let it pass; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600, help="how long, without the end")
    parser.add_argument("--seed", type=int, default=1, help="what the commands follow from")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = day(Path(folder), chosen.seconds, seed=chosen.seed)
    for name, value in attrs.asdict(report, recurse=False).items():
        if name != "faults":
            print(f"{name}: {value}")
    print(f"faults: {len(report.faults)}")
    for fault in report.faults[:50]:
        print(f"  {fault.promise}: {fault.where}: {fault.found}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
