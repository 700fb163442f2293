"""What tells one case from another: equal for two after which all goes on alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import RequestCancellation
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.evolve import ORDER_FACTS
from ordercancel.engine.timers import running
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import IsIn
from ordercancel.rules.facts import FACTS, NO_REQUEST
from ordercancel.verification.commands_tried import SYSTEM
from ordercancel.verification.conditions import every_fact, every_leaf
from ordercancel.verification.enumeration import SECOND, FactRegions
from ordercancel.verification.scenario import CaseNode
from ordercancel.verification.time_regions import TimeRegions

_OF_A_COMMAND = frozenset(
    {
        "role",
        "side",
        "is_on_behalf",
        "is_initiator",
        "is_answerer",
        "is_own_side",
        "is_stale",
        "move",
        "legal_move",
        "accept",
        "seller_permits",
    }
)
"""The facts that hang on the command and the directory."""


_OF_A_REQUEST = frozenset({"initiator", "answerer", "is_initiator", "is_answerer", "is_own_side"})
"""The facts of whoever made the latest request, and of whoever is to answer it."""


_UNTOLD = _OF_A_COMMAND | {"request", "reason"}


class FactsRead(dict[str, Any]):
    """Facts that are read once, when they are first asked for."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._facts[name]
        return value


class CaseKey:
    """Tells the cases of one policy, with its regions of time, apart."""

    def __init__(self, policy: Policy, times: TimeRegions) -> None:
        self.policy = policy
        self._times = times
        self._regions = FactRegions(every_leaf(policy))
        hanging = every_fact(policy) - _OF_A_COMMAND
        of_commands = {fact.name for fact in policy.facts if fact.of is not None}
        kept = {fact.name for fact in policy.facts if fact.of is not None and _is_kept(fact.of)}
        self._names = tuple(sorted(hanging - (of_commands - kept) - {"reason", "request"}))
        leaves = every_leaf(policy)
        self._statuses = tuple(
            dict.fromkeys(
                leaf.values for leaf in leaves if isinstance(leaf, IsIn) and leaf.fact == "request"
            )
        )
        asks = (rule for rule in policy.rules if RequestCancellation in rule.on)
        remembering = [
            leaf.fact for rule in asks for when, _ in rule.leaves() for leaf in when.leaves()
        ]
        remembering += [
            leaf.fact for deadline in policy.deadlines for leaf in deadline.runs.leaves()
        ]
        self._remembers = not _OF_A_REQUEST.isdisjoint(remembering)
        self._by_reason = "reason" in hanging

    def of(self, node: CaseNode) -> Hashable:
        """The key of a case at a moment."""
        case, at = node.case, node.at
        facts = FactsRead(Facts(None, case, self.policy, at, None, SYSTEM))
        latest = case.latest
        return (
            case.order.status,
            self.regions(self._names, facts),
            self.request(case),
            self.units(case),
            latest.reason if latest is not None and self._by_reason else None,
            self._fired(case, facts),
            node.known,
            self._times.region(case, at, facts),
        )

    def request(self, case: Case) -> Hashable:
        """How the latest request stands: its status, who made it, and who is to answer.

        Of one that is closed only what something hangs on.
        """
        latest = case.latest
        if latest is not None and latest.is_open:
            return latest.status, latest.by, latest.answerer
        status = NO_REQUEST if latest is None else latest.status
        stands = tuple([status in values for values in self._statuses])
        if latest is None or not self._remembers:
            return stands
        return stands, latest.by, latest.answerer

    def units(self, case: Case) -> Hashable:
        """What may follow for units: how many are open and held of each line, what has shipped."""
        if not case.order.lines:
            return ()
        units, left, held = case.units, case.open_units, case.held_units
        names = [line.id for line in case.order.lines]
        lines = tuple([(left.get(n, 0), held.get(n, 0), n in units.shipped) for n in names])
        return case.order.status, lines, units.move

    def regions(self, names: Iterable[str], facts: Mapping[str, Any]) -> Hashable:
        """What rules tell of the facts `names`, those of a command apart."""
        region = self._regions.region
        return tuple([region(name, facts) for name in names if name not in _UNTOLD])

    def known(self, name: str, case: Case) -> Any:
        """The value of a fact of the order, None where it is not known."""
        order = case.order
        return getattr(order, name) if name in ORDER_FACTS else order.facts.get(name)

    def in_time(self, node: CaseNode) -> Iterator[tuple[str, datetime]]:
        """Moments that meet a deadline that marks, just in time."""
        for timer in running(self.policy, node.case):
            met = timer.deadline.met
            if met is not None and (met.name in ORDER_FACTS or met.name not in FACTS):
                yield met.name, min(timer.due_at - SECOND, node.at)
        for mark in node.case.marks:
            met = self.policy.deadline(mark.deadline).met
            if met is not None and (met.name in ORDER_FACTS or met.name not in FACTS):
                yield met.name, mark.due_at - SECOND

    def _fired(self, case: Case, facts: Mapping[str, Any]) -> Hashable:
        """Which deadlines have fired for what they are due at, and which were met in time."""
        fired: list[Hashable] = []
        for deadline in self.policy.deadlines:
            last, met = case.fired.get(deadline.id), deadline.met
            if last is None and met is None:
                continue
            due_at = deadline.due.at(facts.__getitem__)
            moment = None if met is None else facts[met.name]
            fired.append(
                (
                    deadline.id,
                    last is not None and last.due_at == due_at,
                    last is not None and last.request == len(case.requests),
                    last is not None and last.impossible and last.status,
                    None if due_at is None or moment is None else moment < due_at,
                )
            )
        return tuple(fired)


def _is_kept(kind: type) -> bool:
    """Whether what a command of this kind carries is kept in the request."""
    return kind.__name__ == "RequestCancellation"
