"""What every check has in common: it looks on at a walk and keeps the first case of each fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.explorer import Walk
from ordercancel.verification.report import Finding, Kind
from ordercancel.verification.scenario import scenario
from ordercancel.verification.steps import Attempt, Node, Observer, Ticked

__all__ = ["Check"]


class Check(Observer):
    """Looks on at a walk for one sort of faults.

    A walk comes to every case by its shortest way, so the first case of a fault is its smallest.

    Attributes:
        found: The faults, by kind and subject.
        notes: What is worth knowing and no fault.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.found: dict[tuple[Kind, str], Finding] = {}
        self.notes: list[Text] = []

    def finish(self, walk: Walk) -> None:
        """Say what only shows when the whole walk is made."""

    def fault(
        self,
        kind: Kind,
        subject: str,
        problem: Text,
        node: Node,
        further: Iterable[Attempt | Ticked] = (),
    ) -> None:
        """Note a fault that shows at `node`, with what comes `further`, unless it was seen."""
        if (kind, subject) not in self.found:
            self.shown(kind, subject, problem, scenario(self.policy, node, *further))

    def shown(
        self, kind: Kind, subject: str, problem: Text, lines: tuple[Mapping[str, Any], ...]
    ) -> None:
        """Note a fault with the lines that show it, unless it was seen."""
        self.found.setdefault((kind, subject), Finding(kind, subject, problem, lines))
