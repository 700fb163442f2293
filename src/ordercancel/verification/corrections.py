"""Corrections: the host takes back what it has told, or what a move has done.

A host may tell anything of an order at any time, so a walk that tries it all reaches cases that
come about only where a mistake is put right. Some faults are weighed by that.
"""

from __future__ import annotations

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command, UpdateOrder
from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.scenario import CaseNode


class Corrections:
    """Tells corrections from what a host tells as it comes about, under one policy.

    A correction puts an order in a status that no moves lead to from where it stands, or takes
    back a fact that was known. An order that is told to be further on is not corrected: it has
    moved. Nor is one of which a fact is told anew, such as a later day of shipping.

    Args:
        policy: The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._ahead: dict[str, set[str]] = {}
        for start in policy.orders.statuses:
            ahead = [start]
            for status in ahead:  # grows with what follows
                after = {to for (source, _), to in policy.orders.table.items() if source == status}
                ahead += after.difference(ahead)
            self._ahead[start] = set(ahead)

    def is_one(self, command: Command, before: Case) -> bool:
        """Whether `command`, which tells something new of the case `before`, is a correction."""
        if not isinstance(command, UpdateOrder):
            return False
        is_back = command.status is not None and not self._is_ahead(command.status, before)
        return is_back or None in command.facts.values()

    def latest(self, node: CaseNode) -> Text | None:
        """What the last correction on the way to `node` takes back; None where there is none."""
        while node.parent is not None:
            done, before = node.by, node.parent.case
            if done is not None and self.is_one(done.command, before):
                return self._name(done.command, before)
            node = node.parent
        return None

    def _is_ahead(self, status: str, before: Case) -> bool:
        return status in self._ahead[before.order.status]

    def _name(self, command: Command, before: Case) -> Text:
        assert isinstance(command, UpdateOrder), "no other command corrects"
        status, stood = command.status, before.order.status
        if status is not None and not self._is_ahead(status, before):
            return Text(
                f"状態を「{stood}」から「{status}」に戻す",
                f"from status {stood!r} back to {status!r}",
            )
        name = next(name for name, value in command.facts.items() if value is None)
        fact = self._policy.fact_text(name)
        return Text(f"{fact['ja']}（{name}）を不明に戻す", f"{fact['en']} ({name}) unknown again")
