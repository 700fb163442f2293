"""Faults of outcomes: broken invariants, and orders that are cancelled at once and not at all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from ordercancel.domain.commands import Reject, RequestCancellation
from ordercancel.domain.events import CancellationRequested, RequestClosed
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.policy.policy import Policy
from ordercancel.verification.check import Check
from ordercancel.verification.conditions import every_leaf, facts_of_the_order
from ordercancel.verification.corrections import Corrections
from ordercancel.verification.enumeration import FactRegions
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Invariant, Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick, scenario

_Shown = tuple[CaseNode, Attempt]


class OutcomeCheck(Check):
    """Looks at every step for what must not come of the rules, and for broken invariants."""

    def __init__(self, policy: Policy, invariants: Iterable[Invariant]) -> None:
        super().__init__(policy)
        self._invariants = tuple(invariants)
        self._regions = FactRegions(every_leaf(policy))
        self._names = ("status", "placed_at", "status_since", *facts_of_the_order(policy))
        self._instant: dict[Hashable, list[_Shown]] = {}
        self._rejectable: dict[Hashable, list[_Shown]] = {}
        self._corrections = Corrections(policy)
        self._uncorrected: set[CaseNode] = set()

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        for invariant in self._invariants:
            if not invariant.holds(step):
                text = invariant.text
                problem = Text(f"破られた不変条件: {text['ja']}。", f"Broken: {text['en']}.")
                self.report(Kind.INVARIANT_BROKEN, invariant.id, problem, node, attempt)
        if not isinstance(attempt, Attempt):
            return
        for event in step.events:
            if (
                isinstance(attempt.command, RequestCancellation)
                and isinstance(event, CancellationRequested)
                and event.answerer is None
            ):
                standing = self._standing(step, attempt.command.by.role)
                self._instant.setdefault(standing, []).append((node, attempt))
            elif (
                isinstance(attempt.command, Reject)
                and isinstance(event, RequestClosed)
                and event.outcome is RequestStatus.REJECTED
            ):
                request = step.before.latest
                assert request is not None
                standing = self._standing(step, request.by.role)
                self._rejectable.setdefault(standing, []).append((node, attempt))

    def finish(self, explorer: Explorer) -> None:
        """Report who may cancel at once and be rejected; note who only after a correction."""
        self._uncorrected |= _uncorrected(explorer)
        only_corrected: dict[str, Text] = {}
        for standing, rejects in self._rejectable.items():
            asks = self._instant.get(standing)
            if asks is None:
                continue
            (rejected, is_way), (asked, is_way_too) = map(self._shown, (rejects, asks))
            status, role = rejected[0].case.order.status, asked[1].command.by.role
            who = self.policy.role_text(role)
            if is_way and is_way_too:
                problem = Text(
                    f"同じ状態（{status!r}）の注文で、{who['ja']}がリクエストすれば"
                    "即時にキャンセルでき、回答待ちのリクエストは拒否もできる。",
                    f"While an order stands so ({status!r}), {who['en']} cancels it at once by "
                    "asking, and a request of theirs that is open already can be rejected.",
                )
                node, reject = rejected
                lines = (
                    *scenario(self.policy, node, reject),
                    *scenario(self.policy, *asked, order_id="o-2"),
                )
                self.report_scenario(Kind.INSTANT_AND_REJECTABLE, role, problem, lines)
            elif role not in only_corrected:
                latest = map(self._corrections.latest, (rejected[0], asked[0]))
                correction = next(each for each in latest if each is not None)
                only_corrected[role] = Text(
                    f"組み込む側が注文を訂正した場合（{correction['ja']}）に限り、"
                    f"{who['ja']}がリクエストすれば即時にキャンセルできる状態（{status!r}）で、"
                    "回答待ちのリクエストを拒否できる。",
                    f"Only where the host corrects an order ({correction['en']}), a request of "
                    f"{who['en']} can be rejected while asking cancels at once ({status!r}).",
                )
        self.notes = [
            note
            for role, note in only_corrected.items()
            if (Kind.INSTANT_AND_REJECTABLE, role) not in self.faults
        ]

    def _shown(self, cases: list[_Shown]) -> tuple[_Shown, bool]:
        """The case that shows it best, and whether it is reached without a correction.

        The way of one that is may have a correction all the same, where that is shorter.
        """
        reached = [each for each in cases if each[0] in self._uncorrected]
        straight = (each for each in reached if self._corrections.latest(each[0]) is None)
        return next(straight, (reached or cases)[0]), bool(reached)

    def _standing(self, step: Step, role: str) -> Hashable:
        """How the order stands, whoever answers: its facts, and whose request it is."""
        facts = Facts(None, step.before, self.policy, step.at)
        return role, tuple([self._regions.region(name, facts) for name in self._names])


def _uncorrected(explorer: Explorer) -> set[CaseNode]:
    """The cases that are reached without a correction; all, where not all are tried."""
    if explorer.seed is not None:
        return set(explorer.nodes.values())
    waiting = [key for key, node in explorer.nodes.items() if node.parent is None]
    reached = set(waiting)
    while waiting:
        key = waiting.pop()
        after = {*explorer.following[key], *explorer.updated[key]} - reached
        waiting += after
        reached |= after
    return {explorer.nodes[key] for key in reached}
