"""Scenario files that are run as a whole, one after the other, each with a service of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

from ordercancel.cli.lines import lines_of
from ordercancel.cli.lookup import stop, unusable
from ordercancel.cli.replay import Answer, Replay
from ordercancel.policy.policy import Policy

Run = tuple[Sequence[bytes], Sequence[Answer]]
"""The lines of a scenario, and the answers that they get."""


def run_files(policies: Sequence[Policy], files: Iterable[str]) -> tuple[Run, ...]:
    """Run the scenarios of `files` under `policies`; ``-`` stands for standard input.

    Stops with everything that is wrong in any of them: files that can't be read or give no
    command, lines that are malformed or impossible, orders of other policies.
    """
    problems: list[str] = []
    runs: list[Run] = []
    files = list(files)
    if files.count("-") > 1:
        stop(f"FILE: is - {files.count('-')} times; expected standard input once at most")
    for file in files:
        try:
            content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as error:
            problems.append(unusable(error))
            continue
        lines = list(lines_of(BytesIO(content)))
        answers = list(Replay(policies).run(lines))
        runs.append((lines, answers))
        wrong = [each for each in answers if _is_wrong(each)]
        problems += [f"{file}:{each['line']}: {each['message']}" for each in wrong]
        if not answers:
            problems.append(
                f"{file}: has no command; expected a scenario as of `ordercancel replay`"
            )
    if problems:
        stop("\nordercancel: ".join(problems))
    return tuple(runs)


def _is_wrong(answer: Answer) -> bool:
    """Whether a line is at fault, and does not only have a refusal or an error for its answer."""
    kind = answer.get("error")
    return kind in ("malformed", "unknown_policy") or (
        kind == "invalid" and answer["order_status"] is None
    )
