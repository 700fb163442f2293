"""Comparing a policy with a reference: a plain reading of its document, written without it.

A reference is a function from the name of a command and facts to the verdict and the codes of the
refusals. It is written from the document alone, in plain branches, and imports nothing of the
engine. Where it and the policy agree on every combination of facts, each has checked the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.engine.decision import Decision
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Compare, Relation, Value
from ordercancel.rules.facts import Fact
from ordercancel.verification.enumeration import FactValues, Space, leaves_of, values_of

Answer = tuple[str, frozenset[str]]
"""A verdict, such as ``"refuse"``, and the codes of the refusals."""

Reference = Callable[[str, Mapping[str, Any]], Answer]
"""A reference: from the name of a command and the facts to the answer."""


@attrs.frozen
class Difference:
    """Facts on which a policy and its reference disagree.

    Args:
        command: The name of the command.
        facts: The facts that either of them asks for.
        answer: The answer of the policy.
        expected: The answer of the reference.
    """

    command: str
    facts: FactValues
    answer: Answer
    expected: Answer

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!s}" for name, value in sorted(self.facts.items()))
        return f"{self.command}({facts}): {_shown(self.answer)}, not {_shown(self.expected)}"


@attrs.frozen
class ReferenceReport:
    """The result of comparing a policy with its reference.

    Args:
        compared: The number of combinations of facts that were compared, by name of the command.
        differing: The number of those on which the two disagree.
        differences: The first of those.
    """

    compared: Mapping[str, int]
    differing: int
    differences: tuple[Difference, ...]

    @property
    def total(self) -> int:
        """The number of combinations of facts that were compared, over all commands."""
        return sum(self.compared.values())

    @property
    def ok(self) -> bool:
        """Whether the two agree on all of them."""
        return not self.differing

    def __str__(self) -> str:
        lines = [f"{self.differing} of {self.total} combinations of facts differ"]
        return "\n".join((*lines, *map(str, self.differences)))


def differences(
    policy: Policy,
    reference: Reference,
    *,
    commands: Iterable[type[Judged]] = JUDGED,
    limit: int = 10,
) -> ReferenceReport:
    """Compare `policy` with `reference` on every combination of facts that makes a difference.

    A fact that a rule asks for has every value that a rule can tell from others; one that the
    reference alone asks for has every word, both values of a flag, or the numbers around zero.
    ``now`` is the moment that is judged at; it is there where a rule compares it with a time.

    Args:
        policy: The policy.
        reference: What it must answer.
        commands: The kinds of commands that the reference knows of. Default: all.
        limit: The most differences to keep. Default: 10.

    Raises:
        KeyError: The reference asks for a fact that there is not.
    """
    results = {kind.__name__: _compare(policy, kind, reference) for kind in commands}
    differing = [each for _, differences in results.values() for each in differences]
    return ReferenceReport(
        compared={name: count for name, (count, _) in results.items()},
        differing=len(differing),
        differences=tuple(differing[:limit]),
    )


def _compare(
    policy: Policy, kind: type[Judged], reference: Reference
) -> tuple[int, list[Difference]]:
    """The number of combinations for one kind of command, and every difference."""
    space = Space.of(policy, kind)
    while True:
        compared = 0
        differing: list[Difference] = []
        try:
            for facts in space.combinations():
                answer = _answer(policy.judge(kind, facts))
                expected = reference(kind.__name__, _Asked(policy, kind, facts))
                compared += 1
                if answer != expected:
                    differing.append(Difference(kind.__name__, facts, answer, expected))
        except _Unknown as unknown:
            fact = unknown.fact
            around = Compare(fact.name, Relation.AT_LEAST, 0)
            leaves = [*leaves_of(policy, kind), around]
            nows = [now for now in space.values.get("now", ()) if isinstance(now, datetime)]
            values = values_of(fact.name, leaves, (policy,), tuple(nows), kind)
            space = attrs.evolve(space, values={**space.values, fact.name: values})
        else:
            return compared, differing


class _Unknown(Exception):
    """The reference asks for a fact that no rule asks for."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        super().__init__(fact.name)


class _Asked(Mapping[str, Value | None]):
    """Facts that raise `_Unknown` for one that no rule asks for."""

    def __init__(self, policy: Policy, kind: type[Judged], facts: FactValues) -> None:
        self._policy = policy
        self._kind = kind
        self._facts = facts

    def __getitem__(self, name: str) -> Value | None:
        if name in self._facts:
            return self._facts[name]
        fact = self._policy.fact(name)
        if fact is None:
            raise KeyError(name)
        if fact.commands is not None and self._kind not in fact.commands:
            return None
        raise _Unknown(fact)

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def _answer(decision: Decision) -> Answer:
    return str(decision.verdict), frozenset(decision.codes)


def _shown(answer: Answer) -> str:
    verdict, codes = answer
    return f"{verdict} ({', '.join(sorted(codes))})" if codes else verdict
