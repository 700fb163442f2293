"""Faults of deadlines: those that can't start, can't act, or come due in vain."""

from __future__ import annotations

from ordercancel.domain.actors import System
from ordercancel.domain.cases import Duty
from ordercancel.domain.commands import AdvanceOrder, ApplyDeadline
from ordercancel.domain.events import DutyArose, DutyMet
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import Decision
from ordercancel.policy.policy import Policy
from ordercancel.verification.check import Check
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick


class DeadlineCheck(Check):
    """Looks for deadlines that start and act, and at the end for those that do not."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self._started: dict[str, tuple[CaseNode, Attempt | Tick]] = {}
        self._acted: set[str] = set()
        self._met: set[tuple[str, str]] = set()

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        for event in step.events:
            if isinstance(event, DutyArose):
                self._started.setdefault(event.deadline, (node, attempt))
            elif isinstance(event, DutyMet) and isinstance(step.command, AdvanceOrder):
                self._met.add((event.deadline, step.command.move))
        if isinstance(step.command, ApplyDeadline) and step.events:
            self._acted.add(step.command.deadline)

    def overruled(self, node: CaseNode, duty: Duty, decision: Decision) -> None:
        problem = Text(
            f"期限が到来しても適用できない({', '.join(decision.codes)})。"
            "適用されるまで、毎回やり直しとなる。",
            f"It comes due and cannot be applied ({', '.join(decision.codes)}): every tick tries "
            "in vain.",
        )
        command = ApplyDeadline(
            node.case.order.id, by=System(), deadline=duty.deadline, request=duty.request
        )
        self.report(Kind.DEADLINE_REFUSED, duty.deadline, problem, node, Tick(node.at, command))

    def finish(self, explorer: Explorer) -> None:
        if explorer.seed is not None:
            return
        for deadline in self.policy.deadlines:
            if deadline.id not in self._started:
                problem = Text(
                    f"起点({deadline.starts})に至る案件がなく、始まらない。",
                    f"No case comes to what starts it ({deadline.starts}), or has what it "
                    "counts from.",
                )
                self.report(Kind.DEADLINE_NEVER_STARTS, deadline.id, problem, explorer.first)
            elif deadline.id not in self._acted:
                problem = Text(
                    "始まるが、働くことがない。到来する前に必ず終わるか、拒否される。",
                    "It starts and never acts: it always ends before it comes due, or is refused.",
                )
                started = self._started[deadline.id]
                self.report(Kind.DEADLINE_NEVER_ACTS, deadline.id, problem, *started)
            for move in sorted(deadline.met_by):
                if deadline.id in self._started and (deadline.id, move) not in self._met:
                    self._never_met(deadline.id, move)

    def _never_met(self, deadline: str, move: str) -> None:
        problem = Text(
            f"操作 {move} によって果たされることがない。期限が続く間に行えないため。",
            f"The move {move} never meets it: nobody can make it while the duty is open.",
        )
        subject = f"{deadline} met by {move}"
        self.report(Kind.DEADLINE_NEVER_ACTS, subject, problem, *self._started[deadline])
