"""Verifying a policy: every combination of facts, and every case that can be reached, is tried.

`verify` reports what is wrong with a set of rules before any order meets it, each fault with the
smallest case that shows it, as a scenario to replay.

What is tried is finite and complete: rules are data over facts, so the values that a rule can tell
apart are known (`ordercancel.verification.enumeration`), and so are the moments at which anything
can change (`ordercancel.verification.time_regions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ordercancel.domain.commands import COMMANDS, Command
from ordercancel.policy.policy import Policy
from ordercancel.verification.check import Check
from ordercancel.verification.dead_rules import Idle, Idleness
from ordercancel.verification.deadlines import DeadlineCheck
from ordercancel.verification.enumeration import FactValues, Space, check_size, too_large
from ordercancel.verification.explorer import Walk
from ordercancel.verification.invariants import INVARIANTS, Invariant
from ordercancel.verification.outcomes import OutcomeCheck
from ordercancel.verification.report import Finding, Kind, Report
from ordercancel.verification.rules import RuleCheck
from ordercancel.verification.sampling import picks
from ordercancel.verification.texts import TextCheck

__all__ = ["Finding", "Kind", "Report", "verify"]

MOST_CASES = 100_000
"""How many cases are reached at most."""


def verify(
    policy: Policy,
    *,
    invariants: Iterable[Invariant] = (),
    sample: int | None = None,
    seed: int = 0,
) -> Report:
    """Try `policy` in every way that its rules can tell apart, and report what is wrong.

    Args:
        policy: The policy.
        invariants: What must be true of every step besides
            `ordercancel.verification.invariants.INVARIANTS`. They see
            refusals, too.
        sample: Try no more than so many combinations of facts for each kind of command, and so
            many cases, picked by `seed`. The report then says nothing of what can never happen.
        seed: Which are picked; the same seed picks the same. Default: 0.

    Raises:
        TooLarge: There are more combinations or cases than can be tried; give `sample`.
    """
    spaces = {kind: Space.of(policy, kind) for kind in COMMANDS}
    if sample is None:
        check_size(spaces.values())
    tried, idle = _try(policy, spaces, sample, seed)
    own = tuple(invariants)
    checks: tuple[Check, ...] = (
        RuleCheck(policy, idle),
        OutcomeCheck(policy, (*INVARIANTS, *own)),
        DeadlineCheck(policy),
        TextCheck(policy),
    )
    walk = Walk(
        policy,
        checks,
        limit=MOST_CASES if sample is None else sample,
        seed=None if sample is None else seed,
        show_refusals=bool(own),
    )
    walk.run()
    if sample is None and not walk.is_complete:
        raise too_large(spaces.values(), len(walk.nodes))
    for check in checks:
        check.finish(walk)
    order = list(Kind)
    faults = [fault for check in checks for fault in check.found.values()]
    return Report(
        policy=policy,
        combinations=tried,
        possible=sum(space.size for space in spaces.values()),
        cases=len(walk.nodes),
        steps=walk.steps,
        sampled=sample is not None,
        faults=tuple(sorted(faults, key=lambda fault: order.index(fault.kind))),
        notes=tuple(note for check in checks for note in check.notes),
    )


def _try(
    policy: Policy,
    spaces: dict[type[Command], Space],
    sample: int | None,
    seed: int,
) -> tuple[dict[str, int], tuple[Idle, ...]]:
    """Judge every combination, or some; gives how many, and the rules that decided nothing."""
    idleness = Idleness(policy)
    tried: dict[str, int] = {}
    for kind, space in spaces.items():
        tried[kind.__name__] = 0
        if sample is None or space.size <= sample:
            combinations: Iterable[FactValues] = space.combinations()
        else:
            combinations = _picked(space, sample, seed)
        for given in combinations:
            idleness.see(policy.judge(kind, given))
            tried[kind.__name__] += 1
    return tried, idleness.idle


def _picked(space: Space, sample: int, seed: int) -> Iterator[FactValues]:
    for index in islice(picks(seed, space.kind.__name__, space.size), sample):
        given = space.at(index)
        if given is not None:
            yield given
