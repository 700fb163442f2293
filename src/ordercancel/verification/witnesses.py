"""What tells a policy from others that were made from it: for each a scenario that shows it.

Two policies are walked through together as long as they answer alike: then a case is the same
under both. So the explorer goes through the cases of the one, and at each step the other is asked
the same. It looks at every moment and value that either of them can tell apart: where it comes to
its end without a difference, there is none that a scenario could show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Generic, TypeVar

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    JUDGED,
    AskWithdrawal,
    Judged,
    RequestCancellation,
    UpdateOrder,
)
from ordercancel.domain.errors import InvalidValue, OrderCancelError
from ordercancel.domain.events import Event, RefundOpened
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import Decision, Refused
from ordercancel.engine.evolve import evolve
from ordercancel.engine.handling import fire_due
from ordercancel.engine.labels import label
from ordercancel.engine.timers import running, timers
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import All, Before, Condition
from ordercancel.rules.effects import CANCEL, PERMIT
from ordercancel.rules.facts import buyer
from ordercancel.rules.reasons import Reason
from ordercancel.rules.rules import Rule
from ordercancel.verification.commands_tried import SYSTEM
from ordercancel.verification.conditions import every_time, leaves_asked
from ordercancel.verification.enumeration import MOST_COMBINATIONS, Space
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.scenario import Attempt, CaseNode, Line, Tick, scenario
from ordercancel.verification.visitor import Visitor

K = TypeVar("K")
Lines = tuple[Line, ...]


@attrs.frozen
class Witnesses(Generic[K]):
    """What was found of several policies beside one.

    Args:
        scenarios: Of those that answer otherwise the lines of a scenario that shows it.
        same: Those that answer alike in every case that can be reached.

    Of those that are in neither nothing is known: their cases are too many.
    """

    scenarios: Mapping[K, Lines]
    same: frozenset[K]


def witnesses(
    policy: Policy,
    others: Mapping[K, Policy],
    shows: Callable[[K, Lines], bool],
    *,
    most_cases: int,
) -> Witnesses[K]:
    """Look for a scenario that shows the difference between `policy` and each of `others`.

    Args:
        policy: The policy.
        others: Policies that differ from it in a part or two, by any key.
        shows: Whether the answers to a scenario differ under the other one: asked of scenarios
            in which something is decided otherwise.
        most_cases: How many cases are reached at most, each time.
    """
    scenarios: dict[K, Lines] = {}
    same: set[K] = set()
    left = {key: other for key, other in others.items() if not answers_alike(policy, other)}
    same |= others.keys() - left.keys()
    _walk(policy, left, scenarios, shows, most_cases)
    for key in [each for each in left if each not in scenarios]:
        walked = _with_what_tells(policy, left[key])
        is_complete = _walk(walked, {key: left[key]}, scenarios, shows, most_cases)
        if is_complete and key not in scenarios and policy.refunding == left[key].refunding:
            same.add(key)  # which amounts a fee tells apart is not known, and few are tried
    return Witnesses(scenarios, frozenset(same))


def answers_alike(policy: Policy, other: Policy, most: int = MOST_COMBINATIONS) -> bool:
    """Whether two policies that differ in their rules alone say the same to all combinations.

    False where they differ in more, and where there are over `most` combinations.
    """
    if any(getattr(policy, name) != getattr(other, name) for name in _BESIDE_RULES):
        return False
    kinds = [kind for kind in JUDGED if policy.rules_for(kind) != other.rules_for(kind)]
    spaces = [Space.of(policy, kind, other) for kind in kinds]
    if sum(space.size for space in spaces) > most:
        return False
    return all(
        _said(policy.judge(space.kind, facts)) == _said(other.judge(space.kind, facts))
        for space in spaces
        for facts in space.combinations()
    )


_BESIDE_RULES = ("orders", "deadlines", "reasons", "refunding", "zone", "ask_again_while_open")


def _said(decision: Decision) -> tuple[Any, ...]:
    """All that a decision says of itself."""
    rules, codes = frozenset(decision.rules), frozenset(decision.codes)
    return decision.verdict, decision.ruling.to, codes, rules


class _AllFoundError(Exception):
    """Ends a walk that has nothing left to look for."""


def _walk(
    walked: Policy,
    others: Mapping[K, Policy],
    scenarios: dict[K, Lines],
    shows: Callable[[K, Lines], bool],
    most_cases: int,
) -> bool:
    """Add the scenarios of those of `others` that differ; whether every case was reached."""
    heirs = {
        key: attrs.evolve(other, succeeds={walked.digest})
        for key, other in others.items()
        if key not in scenarios
    }
    explorer = Explorer(walked, [_Differences(walked, heirs, scenarios, shows)], limit=most_cases)
    try:
        explorer.run()
    except _AllFoundError:
        return True
    return explorer.is_complete


def _with_what_tells(policy: Policy, other: Policy) -> Policy:
    """The policy with rules that never hold, of what `other` tells apart and it does not."""
    further: dict[type[Judged], list[Condition]] = {}
    for kind in JUDGED:
        known = set(leaves_asked(policy, kind))
        new = [leaf for leaf in leaves_asked(other, kind) if leaf not in known]
        if new:
            further[kind] = [*dict.fromkeys(new)]
    asks = further.setdefault(RequestCancellation, [])
    before = {leaf for deadline in policy.deadlines for leaf in deadline.runs.leaves()}
    for deadline in other.deadlines:
        asks += [leaf for leaf in deadline.runs.leaves() if leaf not in before]
    times = set(every_time(policy))
    asks += [Before(time.anchor_name, time) for time in every_time(other) if time not in times]
    rules = [
        Rule(
            f"tells.{kind.__name__}",
            on=kind,
            effect=CANCEL if kind is RequestCancellation else PERMIT,
            when=All((buyer, ~buyer, *conditions)),
        )
        for kind, conditions in further.items()
        if conditions
    ]
    return attrs.evolve(policy, rules=(*policy.rules, *rules)) if rules else policy


class _Differences(Visitor, Generic[K]):
    """Compares what others say and do in every case that an explorer reaches under a policy.

    Where there is but one other, it goes its own way, with a case of its own: two cases may differ
    in what no answer shows until later.
    """

    def __init__(
        self,
        policy: Policy,
        others: Mapping[K, Policy],
        scenarios: dict[K, Lines],
        shows: Callable[[K, Lines], bool],
    ) -> None:
        self.policy = policy
        self._left = dict(others)
        self._scenarios = scenarios
        self._shows = shows
        self._cases: dict[CaseNode, Case] | None = {} if len(self._left) == 1 else None

    def reached(self, node: CaseNode) -> None:
        """Compare how things stand, and which orders can be registered."""
        policy = self.policy
        stands = _stands(policy, node.case)
        for key, other in self._others():
            if self._cases is not None:
                self._cases[node] = self._followed(node, other)
            if stands != _stands(other, self._case(node)):
                self._show(key, scenario(policy, node), self._looks(node))
            if _opens(policy, node.case) != _opens(other, node.case):
                self._show(key, scenario(policy, node))
            for status in _needing_otherwise(policy, other):
                told = UpdateOrder(node.case.order.id, by=SYSTEM, status=status)
                attempt = Attempt(told, node.at)
                if _happens(other, attempt, self._case(node)) != _happens(
                    policy, attempt, node.case
                ):
                    self._show(key, scenario(policy, node, attempt))

    def _followed(self, node: CaseNode, other: Policy) -> Case:
        """The case of `other` after what led to `node`; that of `node` where that is refused."""
        before = node.case if node.parent is None else self._case(node.parent)
        if node.by is None:
            return before
        try:
            if isinstance(node.by, Tick):
                fired = fire_due(before, other, node.at)
                return fired[-1].case if fired else before
            events = decide(node.by.command, before, other, node.at, seller=node.by.seller)
        except OrderCancelError:
            return node.case
        return reduce(evolve, events, before)

    def _case(self, node: CaseNode) -> Case:
        return node.case if self._cases is None else self._cases.get(node, node.case)

    def judged(
        self, node: CaseNode, attempt: Attempt, decision: Decision, offered: tuple[Reason, ...]
    ) -> None:
        """Compare what the rules say, and what comes of each reason that is not the same."""
        command: Any = attempt.command
        for key, other in self._others():
            case = self._case(node)
            if _said(other.assess(command, case, node.at, seller=attempt.seller)) != _said(
                decision
            ):
                self._show(key, scenario(self.policy, node, attempt))
            for changes in _reasons_tried(self.policy, other, type(command)):
                tried = attrs.evolve(attempt, command=attrs.evolve(command, **changes))
                if _happens(other, tried, case) != _happens(self.policy, tried, node.case):
                    self._show(key, scenario(self.policy, node, tried))

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        """Compare what happens."""
        for key, other in self._others():
            case = step.before if step.before is not node.case else self._case(node)
            if _happens(other, attempt, case) != _shown(step.events):
                self._show(key, scenario(self.policy, node, attempt))

    def _looks(self, node: CaseNode) -> Lines:
        """Lines that show what is due, and how things stand then."""
        at = node.at.astimezone(self.policy.tzinfo).isoformat()
        options = {"do": "options", "order_id": node.case.order.id, "by": str(SYSTEM)}
        return {"at": at, "do": "tick"}, {"at": at, **options}

    def _others(self) -> Iterator[tuple[K, Policy]]:
        yield from tuple(self._left.items())

    def _show(self, key: K, lines: Lines, looks: Lines = ()) -> None:
        """Keep the scenario of `lines`, and of what `looks` further where they do not show it."""
        for shown in (lines, lines + looks) if looks else (lines,):
            if key in self._left and self._shows(key, shown):
                self._scenarios[key] = shown
                del self._left[key]
                if not self._left:
                    raise _AllFoundError


def _reasons_tried(policy: Policy, other: Policy, kind: type[Judged]) -> Iterator[dict[str, Any]]:
    """Reasons that only one of two policies has in this form, with texts around their bounds."""
    reasons, others = policy.reasons_for(kind), other.reasons_for(kind)
    changed = [each for each in reasons if each not in others]
    changed += [each for each in others if each not in reasons]
    ends = [end for each in changed if each.text for end in (each.text.minimum, each.text.maximum)]
    lengths = {end + step for end in ends for step in (-1, 0, 1)}
    for code in dict.fromkeys(each.code for each in changed):
        for text in (None, *("あ" * length for length in sorted(lengths) if length > 0)):
            yield {"text": text} if kind is AskWithdrawal else {"reason": code, "text": text}


def _stands(policy: Policy, case: Case) -> object:
    """What an answer shows of a case."""
    runs = [(each.deadline.id, each.due_at) for each in running(policy, case)]
    fires = [(each.deadline.id, each.due_at) for each in timers(policy, case)]
    request = case.latest and case.latest.status
    labels = [label(case, policy, side, policy.languages[0]) for side in ("buyer", "seller")]
    return runs, fires, case.order.status, request, labels, case.marks


def _needing_otherwise(policy: Policy, other: Policy) -> Iterator[str]:
    """The statuses in which orders must have other facts."""
    needs, others = policy.orders.needs, other.orders.needs
    yield from (each for each in policy.orders.statuses if needs.get(each) != others.get(each))


def _opens(policy: Policy, case: Case) -> bool:
    """Whether the order of a case can be registered."""
    try:
        policy.open(case.order)
    except InvalidValue:
        return False
    return True


def _happens(policy: Policy, attempt: Attempt | Tick, case: Case) -> object:
    """What an answer shows of the events of a command, or of why there are none."""
    seller = attempt.seller if isinstance(attempt, Attempt) else None
    try:
        return _shown(decide(attempt.command, case, policy, attempt.at, seller=seller))
    except Refused as refused:
        return _said(refused.decision)
    except OrderCancelError as error:
        return str(error)


def _shown(events: Iterable[Event]) -> object:
    """What an answer shows of events: what they are called, and the rules behind them."""
    shown = (each for each in events if not isinstance(each, RefundOpened))
    return [(type(each), each.rules, getattr(each, "quote", None)) for each in shown]
