"""Who sees what an explorer does: the base of all checks."""

from __future__ import annotations

from ordercancel.domain.errors import InvalidValue
from ordercancel.engine.decision import Decision
from ordercancel.rules.reasons import Reason
from ordercancel.verification.invariants import Step
from ordercancel.verification.scenario import Attempt, CaseNode, Tick


class Visitor:
    """Sees what an explorer does; the shortest way to a thing comes first. By default, ignores it.

    `node` is the case before, `attempt` what was done to it.
    """

    def reached(self, node: CaseNode) -> None:
        """A case was reached that nothing before is like."""

    def judged(
        self, node: CaseNode, attempt: Attempt, decision: Decision, offered: tuple[Reason, ...]
    ) -> None:
        """A command was judged: the first of those that no rule tells apart."""

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        """A command was carried out; or refused, where the explorer shows refusals, too."""

    def looped(self, node: CaseNode, tick: Tick) -> None:
        """Deadlines fire at one moment without end."""

    def invalid(self, node: CaseNode, attempt: Attempt, error: InvalidValue) -> None:
        """A command was permitted, and its text or reason was refused."""
