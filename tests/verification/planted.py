"""How tests plant a fault in a copy of a good policy, and look at what is found."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from functools import lru_cache
from typing import Any

import attrs

from ordercancel import Command, Policy, Rule
from ordercancel.cli.replay import Replay
from ordercancel.policy import ALWAYS, Condition, own_rule
from ordercancel.rules.effects import Effect
from ordercancel.stores.memory import MemoryStore
from ordercancel.verification import Finding, Report, verify
from ordercancel.verification.invariants import Invariant

OURS = own_rule("planted by a test")


def rule(
    rule_id: str,
    on: type[Command] | tuple[type[Command], ...],
    effect: Effect,
    when: Condition = ALWAYS,
) -> Rule:
    """A rule of no document."""
    return Rule(rule_id, on=on, effect=effect, when=when, cites=OURS)


def edited(
    policy: Policy, *, without: Collection[str] = (), plus: Collection[Rule] = (), **changes: Any
) -> Policy:
    """A copy of `policy` without some rules and silences, with some rules more, and `changes`."""
    values: dict[str, Any] = {
        "rules": (*(each for each in policy.rules if each.id not in without), *plus),
        "silences": tuple(each for each in policy.silences if each.id not in without),
    }
    return attrs.evolve(policy, **values | changes)


def reworded(policy: Policy, **changes: Any) -> Policy:
    """A copy of `policy` whose wording has `changes`."""
    return attrs.evolve(policy, wording=attrs.evolve(policy.wording, **changes))


def forged(policy: Policy, way: tuple[str | int, ...], value: object) -> Policy:
    """A deep copy of `policy` into which `value` got, past every check."""
    copy = deepcopy(policy)
    *steps, last = way
    at: Any = copy
    for step in steps:
        at = at[step] if isinstance(step, int) else getattr(at, step)
    object.__setattr__(at, str(last), value)
    return copy


def faults(policy: Policy, invariants: tuple[Invariant, ...] = ()) -> list[tuple[str, str]]:
    """The kind and the subject of every fault that is found in `policy`."""
    found = _verified(policy, invariants).faults
    return [(fault.kind.value, fault.subject) for fault in found]


def fault(
    policy: Policy, kind: str, subject: str, invariants: tuple[Invariant, ...] = ()
) -> Finding:
    """The one fault of this kind about this subject."""
    found = [each for each in _verified(policy, invariants).faults if each.kind == kind]
    (only,) = (each for each in found if each.subject == subject)
    return only


@lru_cache(maxsize=8)
def _verified(policy: Policy, invariants: tuple[Invariant, ...]) -> Report:
    """The report on a policy, which a test asks for several times."""
    return verify(policy, invariants=invariants)


def replayed(policy: Policy, found: Finding) -> list[dict[str, Any]]:
    """The answers to the scenario of a fault, as ``ordercancel replay`` gives them in English."""
    lines = (line.encode() for line in found.jsonl.splitlines())
    return list(Replay([policy], MemoryStore(), "en").run(lines))
