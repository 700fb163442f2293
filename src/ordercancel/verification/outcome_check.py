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
from ordercancel.verification.enumeration import FactRegions
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Invariant, Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick, scenario


class OutcomeCheck(Check):
    """Looks at every step for what must not come of the rules, and for broken invariants."""

    def __init__(self, policy: Policy, invariants: Iterable[Invariant]) -> None:
        super().__init__(policy)
        self._invariants = tuple(invariants)
        self._regions = FactRegions(every_leaf(policy))
        self._names = ("status", "placed_at", "status_since", *facts_of_the_order(policy))
        self._instant: dict[Hashable, tuple[CaseNode, Attempt]] = {}
        self._rejectable: dict[Hashable, tuple[CaseNode, Attempt]] = {}

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
                self._instant.setdefault(standing, (node, attempt))
            elif (
                isinstance(attempt.command, Reject)
                and isinstance(event, RequestClosed)
                and event.outcome is RequestStatus.REJECTED
            ):
                request = step.before.latest
                assert request is not None
                standing = self._standing(step, request.by.role)
                self._rejectable.setdefault(standing, (node, attempt))

    def finish(self, explorer: Explorer) -> None:
        for standing, (node, reject) in self._rejectable.items():
            if standing not in self._instant:
                continue
            asked, ask = self._instant[standing]
            role = ask.command.by.role
            who = self.policy.role_text(role)
            lines = (
                *scenario(self.policy, node, reject),
                *scenario(self.policy, asked, ask, order_id="o-2"),
            )
            problem = Text(
                f"同じ状態（{node.case.order.status!r}）の注文で、{who['ja']}がリクエストすれば"
                "即時にキャンセルでき、回答待ちのリクエストは拒否もできる。",
                f"While an order stands so ({node.case.order.status!r}), "
                f"{who['en']} cancels it at once by asking, and a request of theirs "
                "that is open already can be rejected.",
            )
            self.report_scenario(Kind.INSTANT_AND_REJECTABLE, role, problem, lines)

    def _standing(self, step: Step, role: str) -> Hashable:
        """How the order stands, whoever answers: its facts, and whose request it is."""
        facts = Facts(None, step.before, self.policy, step.at)
        return role, tuple([self._regions.region(name, facts) for name in self._names])
