"""Coverage: what the scenarios of a policy, or a run of a service, showed of it, and what not.

`watching` notes what is shown while commands are handled and deadlines fire. `coverage` compares
that with all the goals of a policy (`ordercancel.verification.goals`) and goes through the cases
that can be reached, the nearest first, for a scenario that would show each of the others. What no
such case can show is named and does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import JUDGED, Command
from ordercancel.domain.events import Event
from ordercancel.domain.texts import LANGS, Lang, Text
from ordercancel.engine import handling
from ordercancel.engine.decision import Decision, Refused, Verdict
from ordercancel.engine.ruleset import RuleSet
from ordercancel.policy.describe import Spoken
from ordercancel.policy.policy import Policy
from ordercancel.rules.reasons import Reason
from ordercancel.verification.commands_tried import with_reason
from ordercancel.verification.coverage_report import Coverage, Gap
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.goals import (
    Aim,
    Goal,
    achieved,
    asked,
    branches,
    goals,
    of_reason,
)
from ordercancel.verification.invariants import Step
from ordercancel.verification.orders_tried import OrdersTried
from ordercancel.verification.scenario import Attempt, CaseNode, Line, Tick, is_valid, scenario
from ordercancel.verification.time_regions import TimeRegions
from ordercancel.verification.visitor import Visitor

MOST_CASES = 100_000
"""How many cases are searched at most by default."""

SAMPLE = 1_000
"""How many cases are searched at a time where there are too many to search all."""


@contextmanager
def watching(*policies: Policy) -> Iterator[Mapping[Policy, set[Goal]]]:
    """A context that notes what is shown of `policies` while it lasts, by policy.

    It sees every command that is handled in this process, and every deadline that fires, whoever
    calls the engine for it: services, batches, ticks, and what is judged as if it had fired.
    Outside of the context nothing is different. A policy is known by its name, edition and
    digest. Contexts may be nested; threads share them.
    """
    shown: dict[Policy, set[Goal]] = {policy: set() for policy in policies}
    known = {_identity(policy): policy for policy in policies}
    engine: Any = handling  # its one call by which everything is decided
    plain = engine.decide_admitted

    def watched(
        command: Command, case: Case, policy: RuleSet, at: datetime, seller: Party | None = None
    ) -> tuple[tuple[Event, ...], Verdict | None]:
        ours = known.get(_identity(policy))
        if ours is None:
            return plain(command, case, policy, at, seller)  # type: ignore[no-any-return]
        try:
            result = plain(command, case, policy, at, seller)
        except Refused as refused:
            shown[ours] |= achieved(ours, refused.decision)
            raise
        shown[ours] |= achieved(ours, _decision(ours, command, case, at, seller), result[0])
        return result  # type: ignore[no-any-return]

    engine.decide_admitted = watched
    try:
        yield shown
    finally:
        engine.decide_admitted = plain


def _identity(policy: RuleSet) -> tuple[str, str, str]:
    return policy.name, policy.edition, policy.digest


def _decision(
    policy: Policy, command: Command, case: Case, at: datetime, seller: Party | None
) -> Decision | None:
    if isinstance(command, JUDGED):
        return policy.assess(command, case, at, seller=seller)
    return None


def coverage(policy: Policy, shown: Iterable[Goal], *, most_cases: int = MOST_CASES) -> Coverage:
    """What is shown of `policy`, and a shortest scenario for each thing that is not.

    Args:
        policy: The policy.
        shown: What was shown of it, as `watching` notes it.
        most_cases: How many cases are searched at most for what was not. Default: 100,000.
    """
    wanted = [each for each in goals(policy) if each.aim is not Aim.BOUNDARY]
    seen = frozenset(shown).intersection(wanted)
    search = _Search(policy, [each for each in wanted if each not in seen])
    is_complete = search.run(most_cases)
    gaps = [Gap(each, scenario=search.found.get(each)) for each in search.missing]
    if is_complete:
        gaps = [each if each.scenario else search.explained(each.goal) for each in gaps]
    return Coverage(policy=policy, shown=seen, gaps=tuple(gaps))


class _AllFound(Exception):
    """Raised once nothing is left to look for."""


class _Search(Visitor):
    """Looks for the nearest case that shows each of the goals `missing`.

    Attributes:
        found: The scenario that shows a goal.
    """

    def __init__(self, policy: Policy, missing: Iterable[Goal]) -> None:
        self.policy = policy
        self.missing = tuple(missing)
        self.found: dict[Goal, tuple[Line, ...]] = {}
        self._left = set(self.missing)
        self._beside: dict[Goal, list[set[bool | None]]] = {}
        self._holding: set[Goal] = set()

    def run(self, most_cases: int) -> bool:
        """Search; whether what was not found then is shown by no case that can be reached.

        Where there are more orders than cases may be searched, some are picked, and more of them
        as long as that finds anything; first what people make of these, then what hosts do.
        """
        if OrdersTried(self.policy, TimeRegions(self.policy)).size <= most_cases:
            return self._explored(most_cases)
        limit = min(most_cases, SAMPLE)
        for seed in range(max(most_cases // SAMPLE // 2, 1)):
            left = len(self._left)
            self._explored(limit, seed, tells=False)
            self._explored(limit, seed)
            if len(self._left) in (0, left):
                break
        return not self._left

    def _explored(self, limit: int, seed: int | None = None, *, tells: bool = True) -> bool:
        """Search some cases, or all; whether nothing is left to look for, or no case."""
        explorer = Explorer(self.policy, (self,), limit=limit, seed=seed, tells=tells)
        try:
            self._stop_if_done()
            explorer.run()
        except _AllFound:
            return True
        return explorer.is_complete

    def _stop_if_done(self) -> None:
        if not self._left:
            raise _AllFound

    def judged(
        self, node: CaseNode, attempt: Attempt, decision: Decision, offered: tuple[Reason, ...]
    ) -> None:
        self._find(node, attempt, achieved(self.policy, decision))
        for reason in () if decision.is_refused else offered:
            said = attrs.evolve(attempt, command=with_reason(attempt.command, reason))
            self._find(node, said, {of_reason(reason)})
        self._note(decision)
        self._stop_if_done()

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        self._find(node, attempt, achieved(self.policy, None, step.events))
        self._stop_if_done()

    def _find(self, node: CaseNode, attempt: Attempt | Tick, shown: Iterable[Goal]) -> None:
        new = self._left.intersection(shown)
        if new and is_valid(self.policy, node.case, attempt):
            lines = scenario(self.policy, node, attempt)
            self.found.update(dict.fromkeys(new, lines))
            self._left -= new

    # ---------------------------------------------------------------- why nothing shows a goal

    def _note(self, decision: Decision) -> None:
        """Note what stands in the way of the goals that are left."""
        for subject, branch, when in asked(self.policy, decision):
            values = [leaf.test(decision.facts) for leaf in when.leaves()]
            rule = Goal(Aim.RULE, subject, getattr(decision.kind, "__name__", ""), branch)
            if rule in self._left and when.test(decision.facts) is True:
                self._holding.add(rule)
            for place, value in enumerate(values, 1):
                goal = Goal(Aim.CONDITION, subject, "", branch, place, value)
                if goal in self._left:
                    beside = self._beside.setdefault(goal, [set() for _ in values])
                    for each, other in zip(beside, values, strict=True):
                        each.add(other)

    def explained(self, goal: Goal) -> Gap:
        """A goal that no case that can be reached shows, with the reason why."""
        why = _WHY_NOT.get(goal.aim)
        if goal in self._holding:
            why = _ANOTHER_RULE
        if goal in self._beside:
            why = Text.in_each(LANGS, lambda lang: self._coupled(goal, lang))
        return Gap(goal, why=why)

    def _coupled(self, goal: Goal, lang: Lang) -> str:
        """That other conditions always have one value where this one has its own."""
        said = Spoken(self.policy, lang)
        leaves = list(branches(self.policy)[goal.subject, goal.branch].leaves())
        always = [
            said.say(*_ALWAYS[values.copy().pop()], condition=said.condition(leaf))
            for place, (leaf, values) in enumerate(zip(leaves, self._beside[goal], strict=True), 1)
            if place != goal.place and len(values) == 1
        ]
        return said.say(
            "そのとき他の条件が結果を決める（{always}）",
            "other conditions decide then ({always})",
            always=said.listed(always) or said.say("場合による", "now one, now another"),
        )


_ALWAYS: Mapping[bool | None, tuple[str, str]] = {
    True: ("「{condition}」は常に真", '"{condition}" is always true'),
    False: ("「{condition}」は常に偽", '"{condition}" is always false'),
    None: ("「{condition}」は常に不明", '"{condition}" is always unknown'),
}

_WHY_NOT: Mapping[Aim, Text] = {
    Aim.RULE: Text(
        "到達しうる案件では条件が成り立たない",
        "its condition holds in no case that can be reached",
    ),
    Aim.CONDITION: Text(
        "到達しうる案件ではそうならない", "it is not so in any case that can be reached"
    ),
    Aim.FEE: Text("到達しうる案件では適用されない", "it holds in no case that can be reached"),
    Aim.REASON: Text(
        "到達しうる案件では誰にも選べない", "nobody can give it in any case that can be reached"
    ),
    Aim.DEADLINE: Text(
        "到達しうる案件では実行されない", "it fires in no case that can be reached"
    ),
}

_ANOTHER_RULE = Text(
    "条件が成り立つときは必ず、他のルールが同じことを定めるか、拒否する",
    "whenever its condition holds, another rule says the same, or forbids",
)
