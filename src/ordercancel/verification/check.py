"""What all checks share: each follows the explorer and keeps the first case of every fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.report import Finding, Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick, scenario
from ordercancel.verification.visitor import Visitor


class Check(Visitor):
    """Looks for one sort of faults while an explorer goes through the cases of `policy`.

    The explorer reaches every case by its shortest way, so the first case of a fault is its
    smallest.

    Attributes:
        faults: The faults, by kind and subject.
        notes: What is worth knowing and no fault.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.faults: dict[tuple[Kind, str], Finding] = {}
        self.notes: list[Text] = []

    def finish(self, explorer: Explorer) -> None:
        """Report what shows only once every case was reached."""

    def report(
        self,
        kind: Kind,
        subject: str,
        problem: Text,
        node: CaseNode,
        *further: Attempt | Tick,
    ) -> None:
        """Keep a fault that shows at `node`, after what comes `further`, unless it is known."""
        if (kind, subject) not in self.faults:
            self.report_scenario(kind, subject, problem, scenario(self.policy, node, *further))

    def report_scenario(
        self, kind: Kind, subject: str, problem: Text, lines: tuple[Mapping[str, Any], ...]
    ) -> None:
        """Keep a fault with the scenario that shows it, unless it is known."""
        self.faults.setdefault((kind, subject), Finding(kind, subject, problem, lines))
