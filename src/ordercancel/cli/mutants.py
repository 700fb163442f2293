"""Runs scenarios against the mutants of a policy: which of them an answer tells from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from ordercancel.cli.replay import Answer, Replay
from ordercancel.cli.scenario_files import Run
from ordercancel.domain.errors import OrderCancelError
from ordercancel.policy.policy import Policy
from ordercancel.verification.mutants import Mutant, mutants
from ordercancel.verification.mutation_report import MutationReport, Survivor
from ordercancel.verification.scenario import Line
from ordercancel.verification.witnesses import witnesses


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
