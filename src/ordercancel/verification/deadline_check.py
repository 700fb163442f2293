"""Faults of deadlines: those that never run or fire, can't act, or fire without end."""

from __future__ import annotations

from itertools import pairwise

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import FireDeadline
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.texts import Text
from ordercancel.engine.timers import running
from ordercancel.policy.policy import Policy
from ordercancel.rules.deadlines import Deadline
from ordercancel.verification.check import Check
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick


class DeadlineCheck(Check):
    """Looks for deadlines that run, fire and act, and at the end for those that do not.

    Attributes:
        ran: Those that ran, each with the first case in which it did.
        fired: The ids of those that fired in a case that was reached.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.ran: dict[str, CaseNode] = {}
        self.fired: set[str] = set()
        self._in_turn: tuple[CaseNode | None, list[str]] = (None, [])
        self._ties: set[tuple[str, str]] = set()

    def reached(self, node: CaseNode) -> None:
        run = running(self.policy, node.case)
        for timer in run:
            self.ran.setdefault(timer.deadline.id, node)
        for first, second in pairwise(run):
            one, other = first.deadline, second.deadline
            if (
                first.due_at == second.due_at
                and one.then != other.then
                and (one.then.acts or other.then.acts)
                and (one.id, other.id) not in self._ties
            ):
                self._ties.add((one.id, other.id))
                self.notes.append(
                    Text(
                        f"{one.id} と {other.id} は同時に到来しうる。先に働くのは {one.id}。",
                        f"{one.id} and {other.id} can be due at one moment; {one.id} fires first.",
                    )
                )

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        if not isinstance(step.command, FireDeadline):
            return
        fired = step.events[0]
        assert isinstance(fired, DeadlineFired)
        deadline = self.policy.deadline(fired.deadline)
        self.fired.add(deadline.id)
        self.ran.setdefault(deadline.id, node)  # for this moment alone, after another has fired
        if self._in_turn[0] is not node:
            self._in_turn = node, []
        self._in_turn[1].append(deadline.id)
        status = step.before.order.status
        if fired.impossible:
            problem = Text(
                f"状態「{status}」の注文でも続くが、そこでは働くことができない。",
                f"It runs in status {status!r}, where the lifecycle does not have its action.",
            )
            self.report(Kind.DEADLINE_IMPOSSIBLE, deadline.id, problem, node, attempt)
        elif deadline.then.acts and self.runs(deadline, step.after):
            problem = Text(
                "働いたあとも条件が成り立ち続け、終わらない。",
                "Its own action leaves its condition true, so that it does not end.",
            )
            self.report(Kind.DEADLINE_RUNS_ON, deadline.id, problem, node, attempt)

    def runs(self, deadline: Deadline, case: Case) -> bool:
        """Whether a deadline runs in `case`."""
        return any(timer.deadline is deadline for timer in running(self.policy, case))

    def never_runs(self, deadline: Deadline, explorer: Explorer) -> None:
        """Report a deadline that runs in no case."""
        problem = Text(
            "条件が成り立ち、かつ到来する時点が分かる案件がなく、始まらない。",
            "In no case its condition holds and its due moment is known.",
        )
        self.report(Kind.DEADLINE_NEVER_RUNS, deadline.id, problem, explorer.first)

    def looped(self, node: CaseNode, tick: Tick) -> None:
        _, fired = self._in_turn
        circle = sorted(set(fired[len(fired) // 2 :]))  # others may have led there
        problem = Text(
            "同じ時点で、期限が際限なく働き続ける。",
            "At one and the same moment they fire without end.",
        )
        self.report(Kind.DEADLINES_LOOP, ", ".join(circle), problem, node, tick)

    def finish(self, explorer: Explorer) -> None:
        if explorer.is_part:
            return
        for deadline in self.policy.deadlines:
            if deadline.id not in self.ran:
                self.never_runs(deadline, explorer)
            elif deadline.id not in self.fired:
                problem = Text(
                    "始まるが、到来する前に必ず終わる。",
                    "It runs and never fires: it always ends before it is due.",
                )
                node = self.ran[deadline.id]
                self.report(Kind.DEADLINE_NEVER_FIRES, deadline.id, problem, node)
