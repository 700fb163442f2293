"""Scenario files that are run as a whole, one after the other, each with a service of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ordercancel.cli.lookup import stop
from ordercancel.cli.replay import Answer, Replay
from ordercancel.policy.policy import Policy
from ordercancel.stores.memory import MemoryStore


def run_files(policies: Sequence[Policy], files: Iterable[str]) -> None:
    """Run the scenarios of `files` under `policies`; ``-`` stands for standard input.

    Stops with everything that is wrong in any of them: files that can't be read or give no
    command, lines that are malformed or impossible, orders of other policies.
    """
    problems = [f"{file}{problem}" for file in files for problem in _run(policies, file)]
    if problems:
        stop("\nordercancel: ".join(problems))


def _run(policies: Sequence[Policy], file: str) -> Iterator[str]:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        yield f": {error.strerror}"
        return
    answers = list(Replay(policies, MemoryStore()).run(content.splitlines(keepends=True)))
    wrong = [each for each in answers if _is_wrong(each)]
    yield from (f":{each['line']}: {each['message']}" for each in wrong)
    if not answers:
        yield ": has no command; expected JSON Lines as of `ordercancel replay`"


def _is_wrong(answer: Answer) -> bool:
    """Whether a line is at fault, and does not only have a refusal or an error for its answer."""
    kind = answer.get("error")
    return kind in ("malformed", "unknown_policy") or (
        kind == "invalid" and answer["order_status"] is None
    )
