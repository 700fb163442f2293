"""Faults of outcomes: broken invariants, and requests that nobody can answer."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from ordercancel.domain.commands import Approve, AskWithdrawal, Reject, Withdraw
from ordercancel.domain.events import RequestGranted, RequestRejected
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.policy.describe import REQUEST_STATUSES
from ordercancel.policy.policy import Policy
from ordercancel.verification.check import Check
from ordercancel.verification.commands_tried import BUYER, SELLER, commands_tried
from ordercancel.verification.enumeration import FactRegions
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Invariant, Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick, scenario

_ORDER_FACTS = (
    "status",
    "channel",
    "since_placed",
    "since_paid",
    "since_status",
    "days_since_placed",
    "days_past_ship_on",
)
"""The facts that say how an order stands, whoever has asked for what."""


class OutcomeCheck(Check):
    """Looks at every step for what must not come of the rules.

    Args:
        policy: The policy.
        invariants: What must be true of every step.
    """

    def __init__(self, policy: Policy, invariants: Iterable[Invariant]) -> None:
        super().__init__(policy)
        self._invariants = tuple(invariants)
        self._regions = FactRegions(policy)
        self._instant: dict[Hashable, tuple[CaseNode, Attempt]] = {}
        self._rejectable: dict[Hashable, tuple[CaseNode, Attempt]] = {}

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        for invariant in self._invariants:
            if (Kind.LAW_BROKEN, invariant.id) not in self.faults and not invariant.holds(step):
                problem = Text(
                    f"破られた法則: {invariant.text.ja}。", f"Broken: {invariant.text.en}."
                )
                self.report(Kind.LAW_BROKEN, invariant.id, problem, node, attempt)
        if isinstance(attempt, Attempt):
            for event in step.events:
                if isinstance(event, RequestGranted) and event.at_once:
                    self._instant.setdefault(self._standing(step), (node, attempt))
                elif isinstance(event, RequestRejected):
                    self._rejectable.setdefault(self._standing(step), (node, attempt))

    def finish(self, explorer: Explorer) -> None:
        self._look_for_instant_and_rejectable()
        if explorer.seed is None:
            self._look_for_stuck(explorer)

    def _standing(self, step: Step) -> Hashable:
        """How the order stands, whoever has asked for what."""
        facts = Facts(step.command, step.before, self.policy, step.at, None)
        names = (*_ORDER_FACTS, *(fact.name for fact in self.policy.facts))
        return tuple([self._regions.region(name, facts[name]) for name in names])

    def _look_for_instant_and_rejectable(self) -> None:
        for standing, (node, reject) in self._rejectable.items():
            if standing in self._instant:
                asked, ask = self._instant[standing]
                status = node.case.order.status
                lines = (
                    *scenario(self.policy, node, reject),
                    *scenario(self.policy, asked, ask, order_id="o-2"),
                )
                problem = Text(
                    "同じ状態の注文で、要請すれば即時にキャンセルでき、"
                    "回答待ちの要請は拒否もできる。",
                    "While an order stands so, asking cancels it at once, and a request that is "
                    "open already can be rejected.",
                )
                self.report_scenario(Kind.INSTANT_AND_REJECTABLE, status, problem, lines)

    def _look_for_stuck(self, explorer: Explorer) -> None:
        """Find the open requests from which no way leads to one that is closed."""
        before: dict[Hashable, list[Hashable]] = {}
        for key, following in explorer.following.items():
            for after in following:
                before.setdefault(after, []).append(key)
        ending = [key for key, node in explorer.nodes.items() if node.case.open_request is None]
        can_end = set(ending)
        while ending:
            for key in before.get(ending.pop(), ()):
                if key not in can_end:
                    can_end.add(key)
                    ending.append(key)
        for key, node in explorer.nodes.items():
            request = node.case.open_request
            if key not in can_end and request is not None:
                name = REQUEST_STATUSES[request.status]
                problem = Text(
                    f"この先、誰にも回答できず、期限でも終わらない要請({name.ja})がある。",
                    f"A request ({name.en}) that nobody can ever answer, and that no deadline "
                    "ends.",
                )
                subject = f"{request.status} in {node.case.order.status}"
                self.report(
                    Kind.UNANSWERABLE, subject, problem, node, *_answers(node, self.policy)
                )


def _answers(node: CaseNode, policy: Policy) -> Iterator[Attempt]:
    """What anybody would try to answer a request with."""
    for kind, by in (
        (Approve, SELLER),
        (Reject, SELLER),
        (AskWithdrawal, SELLER),
        (Withdraw, BUYER),
    ):
        tried = (each for each in commands_tried(policy) if type(each) is kind and each.by == by)
        yield Attempt(next(tried), node.at, None)
