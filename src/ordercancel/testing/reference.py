"""Holding a policy against a reference: a plain reading of its document, written without it.

A reference is a function of the name of a command and of facts that gives the verdict and the
codes of the refusals. It is written from the document alone, in plain branches, and imports
nothing of the engine; where it and the policy agree on every combination of facts, each has been
checked by the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import attrs

from ordercancel.domain.commands import COMMANDS, Command
from ordercancel.engine.decision import Decision
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Compare, Relation, Value
from ordercancel.rules.facts import Fact, Span
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
        said: What the policy answers.
        wanted: What the reference answers.
    """

    command: str
    facts: FactValues
    said: Answer
    wanted: Answer

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!s}" for name, value in sorted(self.facts.items()))
        return f"{self.command}({facts}): {_told(self.said)}, not {_told(self.wanted)}"


@attrs.frozen
class ReferenceReport:
    """What came of holding a policy against its reference.

    Args:
        compared: Relation many combinations of facts were compared, by the name of the command.
        differing: On how many of them the two disagree.
        differences: The first of those.
    """

    compared: Mapping[str, int]
    differing: int
    differences: tuple[Difference, ...]

    @property
    def total(self) -> int:
        """Relation many combinations of facts were compared, all commands together."""
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
    commands: Iterable[type[Command]] = COMMANDS,
    limit: int = 10,
) -> ReferenceReport:
    """Hold `policy` against `reference`, on every combination of facts that makes a difference.

    Of every fact that a rule or the reference asks for, there is every value that a rule can tell
    from others; of those that the reference alone asks for, every word, both values of a flag,
    and the numbers around zero.

    Args:
        policy: The policy.
        reference: What it must answer.
        commands: The kinds of commands that the reference knows of; all, unless given.
        limit: Relation many of the differences to keep.

    Raises:
        KeyError: The reference asks for a fact that there is not.
    """
    results = [_held(policy, kind, reference) for kind in commands]
    found = [difference for result in results for difference in result.differences]
    return ReferenceReport(
        compared={name: count for result in results for name, count in result.compared.items()},
        differing=len(found),
        differences=tuple(found[:limit]),
    )


def _held(policy: Policy, kind: type[Command], reference: Reference) -> ReferenceReport:
    """The comparison for one kind of command, with every difference there is."""
    space = Space.of(policy, kind)
    while True:
        compared = 0
        found: list[Difference] = []
        try:
            for given in space.combinations():
                said = _answer(policy.judge(kind, given))
                wanted = reference(kind.__name__, _Asked(policy, kind, given))
                compared += 1
                if said != wanted:
                    found.append(Difference(kind.__name__, given, said, wanted))
        except _Unknown as unknown:
            fact = unknown.fact
            nothing = timedelta() if isinstance(fact, Span) else 0
            around = Compare(fact.name, Relation.AT_LEAST, nothing)
            values = values_of(fact.name, [*leaves_of(policy, kind), around], (policy,))
            space = attrs.evolve(space, values={**space.values, fact.name: values})
        else:
            return ReferenceReport({kind.__name__: compared}, len(found), tuple(found))


class _Unknown(Exception):
    """The reference asks for a fact that no rule asks for."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        super().__init__(fact.name)


class _Asked(Mapping[str, Value | None]):
    """Facts that notice when one of them is asked for that nobody has thought of."""

    def __init__(self, policy: Policy, kind: type[Command], given: FactValues) -> None:
        self._policy = policy
        self._kind = kind
        self._given = given

    def __getitem__(self, name: str) -> Value | None:
        if name in self._given:
            return self._given[name]
        fact = self._policy.fact(name)
        if fact is None:
            raise KeyError(name)
        if fact.commands is not None and self._kind not in fact.commands:
            return None
        raise _Unknown(fact)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def _answer(decision: Decision) -> Answer:
    return str(decision.verdict), frozenset(decision.codes)


def _told(answer: Answer) -> str:
    verdict, codes = answer
    return f"{verdict} ({', '.join(sorted(codes))})" if codes else verdict
