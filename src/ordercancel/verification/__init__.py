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
from typing import Literal

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
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import INVARIANTS, Invariant, Step
from ordercancel.verification.large import LargeWalk
from ordercancel.verification.orders_tried import OrdersTried
from ordercancel.verification.outcome_check import OutcomeCheck
from ordercancel.verification.report import (
    Finding,
    Kind,
    Means,
    Proof,
    Report,
    by_solver,
    by_trying,
)
from ordercancel.verification.request_check import RequestCheck
from ordercancel.verification.rule_check import RuleCheck
from ordercancel.verification.sampling import picks
from ordercancel.verification.scenario import CaseNode, scenario
from ordercancel.verification.solver.dead_rules import dead_rules
from ordercancel.verification.solver.encoding import MOST_STEPS, has_solver
from ordercancel.verification.solver.induction import by_cases, by_induction
from ordercancel.verification.text_check import TextCheck
from ordercancel.verification.time_regions import TimeRegions
from ordercancel.verification.visitor import Visitor

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
    by: Literal["enumeration", "solver"] | None = None,
    most_steps: int = MOST_STEPS,
    watch: Callable[[str, int, int], object] | None = None,
) -> Report:
    """Try `policy` in every way that its rules can tell apart, and report what is wrong.

    Where there are too many ways to try them all, a solver is asked, if the extra ``prove`` is
    installed: about all combinations of facts, and which cases show what it finds.

    Args:
        policy: The policy.
        invariants: What must be true of every step besides
            `ordercancel.verification.INVARIANTS`. They see refusals, too.
        sample: Try at most so many combinations of facts for each kind of command, and so many
            cases. The report then says nothing of what can never happen. Default: None, all.
        seed: Which are in the sample; the same seed picks the same. Default: 0.
        most_combinations: How many combinations of facts are tried at most. Default: 1,000,000.
        most_cases: How many cases are reached at most. Default: 100,000.
        by: ``"enumeration"`` for no solver, ``"solver"`` for one even about few combinations.
            Default: None, whichever is needed.
        most_steps: How many steps the solver takes at most for one question. Default: 50,000,000.
        watch: Called after each combination and each new case, as ``watch("combinations", done,
            most)`` and ``watch("cases", done, most)``; of `most` some may not be possible.
            Default: None.

    Raises:
        TooLarge: There are more combinations or cases than that, and no solver, or orders that
            differ in nothing but times lead to too many; pass `sample`, or raise them.
        ImportError: ``by="solver"``, and the extra ``prove`` is not installed.
    """
    own = tuple(invariants)
    spaces = {kind: Space.of(policy, kind) for kind in JUDGED}
    possible = sum(space.size for space in spaces.values())
    may_ask = sample is None and (by == "solver" or (by is None and has_solver()))
    undecided: tuple[Text, ...] = ()
    if may_ask and (by == "solver" or possible > most_combinations):
        judged_by = Means.SOLVER
        dead, undecided = dead_rules(policy, most_steps)
        tried = {kind.__name__: 0 for kind in spaces}
    else:
        judged_by = Means.ENUMERATION
        if sample is None:
            check_size(spaces.values(), most_combinations)
        tried, dead = _try_combinations(policy, spaces, sample, seed, watch)
    walk: Explorer | LargeWalk
    if may_ask and OrdersTried(policy, TimeRegions(policy)).size > most_cases:
        checks, walk, first = _large(policy, dead, own, most_cases, most_steps)
    else:
        checks = _checks(policy, dead, own)
        limit = most_cases if sample is None else sample
        walk = first = Explorer(
            policy,
            checks if watch is None else (*checks, _Counter(watch, limit)),
            limit=limit,
            seed=None if sample is None else seed,
            show_refusals=bool(own),
        )
        walk.run()
        if sample is not None or walk.is_complete:
            for check in checks:
                check.finish(walk)
        elif may_ask:
            checks, walk, first = _large(policy, dead, own, most_cases, most_steps)
        else:
            raise too_large(spaces.values(), len(walk.nodes), "cases")
    order = list(Kind)
    found = [fault for check in checks for fault in check.faults.values()]
    if isinstance(walk, LargeWalk):
        inductive, open_questions = by_induction(policy, found, own, most_steps=most_steps)
        of_cases = by_cases(policy, found, walk.fired)
        proofs = [*by_solver(walk.left, undecided), *inductive, *of_cases]
        undecided += walk.undecided + open_questions
    else:
        proofs = [*by_trying(sampled=sample is not None, judged_by=judged_by, undecided=undecided)]
    waived = {waiver.fault for waiver in policy.waivers}
    faults = [fault for fault in found if fault.id not in waived]
    if sample is None and not first.is_part:
        faults += _in_vain(policy, waived - {fault.id for fault in found}, first)
    return Report(
        policy=policy,
        combinations=tried,
        possible=possible,
        cases=walk.cases if isinstance(walk, LargeWalk) else len(walk.nodes),
        steps=walk.steps,
        sampled=sample is not None,
        faults=tuple(sorted(faults, key=lambda fault: order.index(fault.kind))),
        proofs=tuple(sorted(proofs, key=lambda proof: order.index(proof.kind))),
        notes=tuple(note for check in checks for note in check.notes),
        waived=tuple(fault for fault in found if fault.id in waived),
        undecided=undecided,
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


def _checks(
    policy: Policy, dead: tuple[DeadRule, ...], own: tuple[Invariant, ...]
) -> tuple[RuleCheck, DeadlineCheck, RequestCheck, OutcomeCheck, TextCheck]:
    return (
        RuleCheck(policy, dead),
        DeadlineCheck(policy),
        RequestCheck(policy),
        OutcomeCheck(policy, (*INVARIANTS, *own)),
        TextCheck(policy),
    )


def _large(
    policy: Policy,
    dead: tuple[DeadRule, ...],
    own: tuple[Invariant, ...],
    most_cases: int,
    most_steps: int,
) -> tuple[tuple[Check, ...], LargeWalk, Explorer]:
    """Walk the orders that a solver picks; return the checks, the walk and its first part."""
    checks = _checks(policy, dead, own)
    walk = LargeWalk(
        policy, *checks, most_cases=most_cases, most_steps=most_steps, show_refusals=bool(own)
    )
    return checks, walk, walk.run()


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
    most = sum(
        space.size if sample is None else min(space.size, sample) for space in spaces.values()
    )
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
                watch("combinations", next(numbers), most)
    return tried, dead.dead


def _picked(space: Space, sample: int, seed: int) -> Iterator[FactValues]:
    for index in islice(picks(seed, space.kind.__name__, space.size), sample):
        facts = space.at(index)
        if facts is not None:
            yield facts
