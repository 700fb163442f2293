"""Scenarios made to order: a small set that shows everything that scenarios of a policy can show.

The explorer tries everything in every case that can be reached. Of that a greedy cover takes what
shows most of what is left (`ordercancel.verification.goals`), then drops what the rest shows as
well. What is refused changes nothing, and so it is tried on the way of another scenario where that
comes by. That is the smallest set found: a smaller one may exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from ordercancel.domain.commands import JUDGED
from ordercancel.domain.orders import Order
from ordercancel.engine.decision import Decision
from ordercancel.engine.handling import fire_due
from ordercancel.engine.timers import first_timer
from ordercancel.policy.policy import Policy
from ordercancel.rules.reasons import Reason
from ordercancel.verification.commands_tried import SELLER, with_reason
from ordercancel.verification.coverage import MOST_CASES, coverage
from ordercancel.verification.coverage_report import Coverage
from ordercancel.verification.enumeration import SECOND
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.goals import (
    Aim,
    Goal,
    achieved,
    condition_of,
    goals,
    of_reason,
)
from ordercancel.verification.invariants import Step
from ordercancel.verification.scenario import Attempt, CaseNode, Line, Tick, is_valid, lines_of
from ordercancel.verification.visitor import Visitor

Goals = frozenset[Goal]


@attrs.frozen(kw_only=True)
class Covering:
    """Scenarios that show what can be shown of a policy.

    Args:
        policy: The policy.
        scenarios: Their lines, each about an order and a seller of its own. Those in which time
            passes come first, the longest before the others: so a tick fires nothing in another.
        coverage: What they show, and why nothing shows the rest.
        missing: The times of which no scenario shows the last second, or the moment itself.
    """

    policy: Policy
    scenarios: tuple[tuple[Line, ...], ...]
    coverage: Coverage
    missing: tuple[Goal, ...]


def covering(policy: Policy, *, most_cases: int = MOST_CASES) -> Covering:
    """Make scenarios that show every rule, condition, boundary of a time, fee, reason, deadline.

    Args:
        policy: The policy.
        most_cases: How many cases are searched at most. Default: 100,000.
    """
    search = _Search(policy)
    Explorer(policy, (search,), limit=most_cases).run()
    chosen = _reduced(_chosen(list(search.tries.values()), goals(policy)))
    shown = frozenset().union(*(each.all_shown for each in chosen))
    trails = sorted(_trails(chosen), key=lambda trail: trail.ticks_until, reverse=True)
    return Covering(
        policy=policy,
        scenarios=tuple(trail.lines(policy, number) for number, trail in enumerate(trails, 1)),
        coverage=coverage(policy, shown, most_cases=most_cases),
        missing=tuple(
            each for each in goals(policy) if each.aim is Aim.BOUNDARY and each not in shown
        ),
    )


@attrs.frozen(eq=False)
class _Try:
    """Something done in a case.

    Args:
        node: The case before.
        attempt: What is done.
        shows: What it shows by itself.
        all_shown: What it shows with all that led to the case.
        is_refused: Whether it changes nothing.
    """

    node: CaseNode
    attempt: Attempt | Tick
    shows: Goals
    all_shown: Goals
    is_refused: bool


class _Search(Visitor):
    """Keeps the first try of each set of goals.

    Attributes:
        tries: The tries, by what they show with all that led there.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.tries: dict[Goals, _Try] = {}
        self._ways: dict[CaseNode, Goals] = {}

    def judged(
        self, node: CaseNode, attempt: Attempt, decision: Decision, offered: tuple[Reason, ...]
    ) -> None:
        shows = achieved(self.policy, decision)
        self._keep(node, attempt, shows, is_refused=decision.is_refused)
        for goal in sorted(shows, key=str):
            if goal.aim is Aim.CONDITION and goal.value:
                self._just_before(node, attempt, goal, decision)
        for reason in () if decision.is_refused else offered:
            others = {each for each in shows if each.aim is not Aim.REASON}
            said = attrs.evolve(attempt, command=with_reason(attempt.command, reason))
            self._keep(node, said, frozenset({*others, of_reason(reason)}), is_refused=False)

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        if isinstance(attempt, Tick):
            self._keep(node, attempt, achieved(self.policy, None, step.events), is_refused=False)

    def _just_before(
        self, node: CaseNode, attempt: Attempt, goal: Goal, decision: Decision
    ) -> None:
        """Try the same in the last second before the time that a condition is about."""
        time = getattr(condition_of(self.policy, goal), "time", None)
        moment: datetime | None = None if time is None else time.at(decision.facts.__getitem__)
        if moment is None or moment - SECOND < node.at:
            return
        at = moment - SECOND
        timer = first_timer(self.policy, node.case)
        if timer is not None and timer.due_at <= at:
            return
        command: Any = attempt.command
        later = self.policy.assess(command, node.case, at, seller=attempt.seller)
        shows = achieved(self.policy, later)
        moved = attrs.evolve(attempt, at=at)
        self._keep(node, moved, shows, is_refused=later.is_refused)

    def _keep(
        self, node: CaseNode, attempt: Attempt | Tick, shows: Goals, *, is_refused: bool
    ) -> None:
        every = shows | self._on_the_way(node)
        if every not in self.tries and shows and is_valid(self.policy, node.case, attempt):
            self.tries[every] = _Try(node, attempt, shows, every, is_refused)

    def _on_the_way(self, node: CaseNode) -> Goals:
        """What all that led to a case shows."""
        if node.parent is None:
            return frozenset()
        if node not in self._ways:
            shows = self._on_the_way(node.parent)
            if isinstance(node.by, Tick):
                for fired in fire_due(node.parent.case, self.policy, node.by.at):
                    shows |= achieved(self.policy, None, fired.events)
            elif node.by is not None and isinstance(node.by.command, JUDGED):
                asked, by = node.by.command, node.by
                decision = self.policy.assess(asked, node.parent.case, by.at, seller=by.seller)
                shows |= achieved(self.policy, decision)
            self._ways[node] = shows
        return self._ways[node]


def _chosen(tries: list[_Try], wanted: Iterable[Goal]) -> list[_Try]:
    """Those that show `wanted` as far as any do, each the one that shows most of the rest."""
    left = frozenset(wanted)
    chosen: list[_Try] = []
    while tries:
        best = max(tries, key=lambda each: len(each.all_shown & left))  # of equals the shortest
        if not best.all_shown & left:
            break
        chosen.append(best)
        left -= best.all_shown
    return chosen


def _reduced(chosen: list[_Try]) -> list[_Try]:
    """Without those whose goals the others show as well, the first ones looked at first."""
    kept = list(chosen)
    for each in chosen:
        others = [other for other in kept if other is not each]
        shown = frozenset().union(*(other.all_shown for other in others))
        kept = others if each.all_shown <= shown else kept
    return kept


# ---------------------------------------------------------------- put together


Done = tuple[Attempt | Tick, ...]


class _Trail:
    """What is done to one order, one after the other.

    Args:
        order: The order as it is registered.
        done: What changes something; what is refused is put in between.
    """

    def __init__(self, order: Order, done: Done) -> None:
        self.order = order
        self.done = done
        self._refused: list[list[Attempt | Tick]] = [[] for _ in range(len(done) + 1)]

    @property
    def ticks_until(self) -> float:
        """When deadlines fire for the last time, as a timestamp; 0 where none does."""
        return max(
            (each.at.timestamp() for each in self.done if isinstance(each, Tick)), default=0
        )

    def takes(self, order: Order, done: Done, refused: Attempt | Tick) -> bool:
        """Put in what is refused after `done`, where that is on the way; whether it is."""
        place = len(done)
        comes_by = order is self.order and done == self.done[:place]
        takes = comes_by and all(each.at >= refused.at for each in self.done[place : place + 1])
        if takes:
            self._refused[place].append(refused)
        return takes

    def lines(self, policy: Policy, number: int) -> tuple[Line, ...]:
        """Its lines, about an order and a seller with this number."""
        done: list[Attempt | Tick] = []
        for place, refused in enumerate(self._refused):
            done += sorted(refused, key=lambda each: each.at)
            done += self.done[place : place + 1]
        text = json.dumps([*lines_of(policy, f"o-{number}", self.order, done)])
        lines: list[Line] = json.loads(re.sub(rf'(["\:]){SELLER.id}"', rf'\1s-{number}"', text))
        return tuple(lines)


def _trails(chosen: Iterable[_Try]) -> list[_Trail]:
    """One for each try that changes something, and for what is refused where none comes by."""
    trails: list[_Trail] = []
    for each in sorted(chosen, key=lambda each: (each.is_refused, -len(each.node.way()[1]))):
        order, done = each.node.way()
        if not each.is_refused:
            trails.append(_Trail(order, (*done, each.attempt)))
        elif not any(trail.takes(order, done, each.attempt) for trail in trails):
            trails.append(_Trail(order, done))
            trails[-1].takes(order, done, each.attempt)
    return trails
