"""Processes killed at any moment lose nothing that they were told, and leave nothing half done.

A few kills, for the ordinary run; `crashes.run` has hundreds, `test_steps` goes step by step.
"""

from __future__ import annotations

from pathlib import Path

from crashes.crash import crash

KILLS = 4


def test_killed_processes_lose_nothing_and_leave_nothing_half_done(
    url: str, tmp_path: Path
) -> None:
    """What a process was told before it died is there, and whole, whenever somebody looks.

    Who takes its place asks again what it was not told. In the end each deadline has acted once,
    and each message arrived, in its order.
    """
    report = crash(url, tmp_path / "crash", KILLS)
    assert report.faults == ()
    assert report.kills == KILLS
    assert report.outcomes["done"] > 0
    assert report.messages > 0
