"""Proves a policy: tries every combination of facts, and every case that can be reached.

`verify` reports what is wrong with a set of rules before any order meets it, each fault with the
smallest case that shows it, as a scenario to replay.

This is finite and complete: rules are data over facts, so the values that a rule can tell apart
are known (`ordercancel.verification.enumeration`), and so are the moments at which anything can
change (`ordercancel.verification.time_regions`). The explorer goes from one case to the next, and
each check (`rule_check`, `request_check`, `outcome_check`, `deadline_check`, `text_check`) looks
for its faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count, islice

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.check import Check
from ordercancel.verification.dead_rules import DeadRule, DeadRules
from ordercancel.verification.deadline_check import DeadlineCheck
from ordercancel.verification.enumeration import (
    MOST_COMBINATIONS,
    FactValues,
    Space,
    check_size,
    too_large,
)
from ordercancel.verification.explorer import Explorer, Visitor
from ordercancel.verification.invariants import INVARIANTS, Invariant, Step
from ordercancel.verification.outcome_check import OutcomeCheck
from ordercancel.verification.report import Finding, Kind, Means, Proof, Report, by_trying
from ordercancel.verification.request_check import RequestCheck
from ordercancel.verification.rule_check import RuleCheck
from ordercancel.verification.sampling import picks
from ordercancel.verification.scenario import CaseNode, scenario
from ordercancel.verification.text_check import TextCheck

__all__ = [
    "INVARIANTS",
    "Finding",
    "Invariant",
    "Kind",
    "Means",
    "Proof",
    "Report",
    "Step",
    "verify",
]

MOST_CASES = 100_000
"""How many cases are reached at most by default, unless a sample is asked for."""


def verify(
    policy: Policy,
    *,
    invariants: Iterable[Invariant] = (),
    sample: int | None = None,
    seed: int = 0,
    most_combinations: int = MOST_COMBINATIONS,
    most_cases: int = MOST_CASES,
    watch: Callable[[str, int, int], object] | None = None,
) -> Report:
    """Try `policy` in every way that its rules can tell apart, and report what is wrong.

    Args:
        policy: The policy.
        invariants: What must be true of every step besides
            `ordercancel.verification.INVARIANTS`. They see refusals, too.
        sample: Try at most so many combinations of facts for each kind of command, and so many
            cases. The report then says nothing of what can never happen. Default: None, all.
        seed: Which are in the sample; the same seed picks the same. Default: 0.
        most_combinations: How many combinations of facts are tried at most. Default: 1,000,000.
        most_cases: How many cases are reached at most. Default: 100,000.
        watch: Called after each combination and each new case, as ``watch("combinations", done,
            most)`` and ``watch("cases", done, most)``; of `most` some may not be possible.
            Default: None.

    Raises:
        TooLarge: There are more combinations or cases than that; pass `sample`, or raise them.
    """
    spaces = {kind: Space.of(policy, kind) for kind in JUDGED}
    if sample is None:
        check_size(spaces.values(), most_combinations)
    tried, dead = _try_combinations(policy, spaces, sample, seed, watch)
    own = tuple(invariants)
    checks: tuple[Check, ...] = (
        RuleCheck(policy, dead),
        RequestCheck(policy),
        OutcomeCheck(policy, (*INVARIANTS, *own)),
        DeadlineCheck(policy),
        TextCheck(policy),
    )
    limit = most_cases if sample is None else sample
    explorer = Explorer(
        policy,
        checks if watch is None else (*checks, _Counter(watch, limit)),
        limit=limit,
        seed=None if sample is None else seed,
        show_refusals=bool(own),
    )
    explorer.run()
    if sample is None and not explorer.is_complete:
        raise too_large(spaces.values(), len(explorer.nodes))
    for check in checks:
        check.finish(explorer)
    order = list(Kind)
    found = [fault for check in checks for fault in check.faults.values()]
    waived = {waiver.fault for waiver in policy.waivers}
    faults = [fault for fault in found if fault.id not in waived]
    if sample is None:
        faults += _in_vain(policy, waived - {fault.id for fault in found}, explorer)
    return Report(
        policy=policy,
        combinations=tried,
        possible=sum(space.size for space in spaces.values()),
        cases=len(explorer.nodes),
        steps=explorer.steps,
        sampled=sample is not None,
        faults=tuple(sorted(faults, key=lambda fault: order.index(fault.kind))),
        proofs=tuple(by_trying(sampled=sample is not None)),
        notes=tuple(note for check in checks for note in check.notes),
        waived=tuple(fault for fault in found if fault.id in waived),
    )


class _Counter(Visitor):
    """Tells how many cases were reached."""

    def __init__(self, watch: Callable[[str, int, int], object], limit: int) -> None:
        self._watch = watch
        self._limit = limit
        self._cases = 0

    def reached(self, node: CaseNode) -> None:
        self._cases += 1
        self._watch("cases", self._cases, self._limit)


def _in_vain(policy: Policy, waivers: Iterable[str], explorer: Explorer) -> Iterator[Finding]:
    """The waivers that waive nothing."""
    for waiver in sorted(waivers):
        problem = Text(
            "該当する不備がないのに、意図されたものと記されている。",
            "It says that a fault is meant, and there is no such fault.",
        )
        yield Finding(Kind.WAIVES_NOTHING, waiver, problem, scenario(policy, explorer.first))


def _try_combinations(
    policy: Policy,
    spaces: Mapping[type[Judged], Space],
    sample: int | None,
    seed: int,
    watch: Callable[[str, int, int], object] | None,
) -> tuple[dict[str, int], tuple[DeadRule, ...]]:
    """Judge every combination, or some; return how many by kind, and what decided nothing."""
    dead = DeadRules(policy)
    tried: dict[str, int] = {}
    sizes = [
        space.size if sample is None else min(space.size, sample) for space in spaces.values()
    ]
    numbers = count(1)
    for kind, space in spaces.items():
        tried[kind.__name__] = 0
        if sample is None or space.size <= sample:
            combinations: Iterable[FactValues] = space.combinations()
        else:
            combinations = _picked(space, sample, seed)
        for facts in combinations:
            dead.see(policy.judge(kind, facts))
            tried[kind.__name__] += 1
            if watch is not None:
                watch("combinations", next(numbers), sum(sizes))
    return tried, dead.dead


def _picked(space: Space, sample: int, seed: int) -> Iterator[FactValues]:
    for index in islice(picks(seed, space.kind.__name__, space.size), sample):
        facts = space.at(index)
        if facts is not None:
            yield facts
