"""Scenario files that are run as a whole, each with a service of its own.

What they show of a policy is counted, and which mutants of it an answer tells from it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

from ordercancel.cli.lines import lines_of
from ordercancel.cli.lookup import stop, unusable
from ordercancel.cli.replay import Answer, Replay
from ordercancel.domain.errors import OrderCancelError
from ordercancel.policy.policy import Policy
from ordercancel.verification.mutants import Mutant, mutants
from ordercancel.verification.mutation_report import MutationReport, Survivor
from ordercancel.verification.scenario import Line
from ordercancel.verification.witnesses import witnesses

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
        stop(f"SCENARIO: is - {files.count('-')} times; expected standard input once at most")
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


def mutation(
    policy: Policy, policies: Iterable[Policy], runs: Iterable[Run], *, most_cases: int
) -> MutationReport:
    """Which mutants of `policy` scenarios notice, and for the others one that would.

    Args:
        policy: The policy.
        policies: All policies that the scenarios name, and `policy` among them.
        runs: The scenarios, with their answers under the policies.
        most_cases: How many cases are searched at most for each mutant that is left.
    """
    others = [each for each in policies if each is not policy]
    runs = tuple(runs)
    built: dict[Mutant, Policy] = {}
    unbuilt: list[Mutant] = []
    for mutant in mutants(policy):
        try:
            built[mutant] = mutant.build()
        except OrderCancelError:
            unbuilt.append(mutant)
    left = {
        mutant: other
        for mutant, other in built.items()
        if not any(_is_noticed((*others, other), *run) for run in runs)
    }

    def shows(mutant: Mutant, lines: tuple[Line, ...]) -> bool:
        raw = [json.dumps(line).encode() for line in lines]
        expected = list(Replay([policy]).run(raw))
        return _is_noticed([built[mutant]], raw, expected)

    found = witnesses(policy, left, shows, most_cases=most_cases)
    return MutationReport(
        policy=policy,
        noticed=tuple(each for each in built if each not in left),
        survivors=tuple(
            Survivor(each, found.scenarios.get(each)) for each in left if each not in found.same
        ),
        same=tuple(each for each in left if each in found.same),
        unbuilt=tuple(unbuilt),
    )


def _is_noticed(
    policies: Sequence[Policy], lines: Sequence[bytes], expected: Sequence[Answer]
) -> bool:
    """Whether an answer to `lines` is another one than is expected."""
    answers = Replay(policies).run(lines)
    return any(one != other for one, other in zip_longest(answers, expected))
