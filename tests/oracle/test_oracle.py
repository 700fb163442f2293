"""The built-in policies answer as a plain reading of their documents does, case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import product
from typing import Any

import pytest

from oracle import conect, qoo10
from ordercancel import Actor, Case, Party, PastRequest, Policy
from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.evolve import opened
from ordercancel.engine.timers import running
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.qoo10 import qoo10 as qoo10_policy
from ordercancel.policy import Decision
from ordercancel.verification.commands_tried import commands_tried
from ordercancel.verification.enumeration import Space
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.scenario import CaseNode
from ordercancel.verification.visitor import Visitor
from samples import BUYER, jst, order

Answer = tuple[str, frozenset[str]]

APPROVE_ONLY = qoo10_policy(edition="approve_only", late_while_open="approve_only")
APPROVED = qoo10_policy(edition="approved", late_while_open="approved")
READINGS: dict[str, tuple[Policy, Callable[..., Answer], Callable[..., Any]]] = {
    "conect": (CONECT, conect.answer, conect.timers),
    "qoo10": (QOO10, qoo10.answer, qoo10.timers),
    "qoo10 approve_only": (
        APPROVE_ONLY,
        partial(qoo10.answer, late_while_open="approve_only"),
        partial(qoo10.timers, late_while_open="approve_only"),
    ),
    "qoo10 approved": (
        APPROVED,
        partial(qoo10.answer, late_while_open="approved"),
        partial(qoo10.timers, late_while_open="approved"),
    ),
}


def outcome(decision: Decision) -> Answer:
    """A decision in the oracle's words."""
    return str(decision.verdict), frozenset(decision.codes)


# ---------------------------------------------------------------- every combination of facts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conect", 3_882),
        ("qoo10", 5_484),
        ("qoo10 approve_only", 7_646),
        ("qoo10 approved", 5_484),
    ],
)
def test_the_rules_say_what_the_documents_say(name: str, expected: int) -> None:
    """Whatever the facts are, missing ones too, the rules and the plain reading agree."""
    policy, answer, _ = READINGS[name]
    different = []
    compared = 0
    for kind in JUDGED:
        for facts in Space.of(policy, kind).combinations():
            compared += 1
            said = outcome(policy.judge(kind, facts))
            wanted = answer(kind.__name__, facts)
            if said != wanted:
                different.append((kind.__name__, facts, said, wanted))
    assert different[:3] == []
    assert compared == expected


# ---------------------------------------------------------------- every reachable case

SIDES = {"buyer": "buyer", "seller": "seller", "operator": "house", "system": "house"}


def facts_of(command: Judged, case: Case, at: datetime, seller: Party | None) -> dict[str, Any]:
    """The facts of a command about a case, read by hand."""
    order, by, latest = case.order, command.by, case.latest
    told: dict[str, Any] = {
        **facts_of_case(case),
        "now": at,
        "role": by.role,
        "side": SIDES[by.role],
        "is_initiator": latest is not None and _is_of(by, latest.by),
        "is_own_side": latest is not None and _is_of(by, latest.by),
        "is_answerer": latest is not None and latest.answerer == by.role,
        "is_stale": getattr(command, "request", None) != len(case.requests),
        "seller_permits": seller is not None and seller.permits_cancellation,
        "confirmed": command.data.get("confirmed") is True,
        "channel": order.channel,
        "rejected_before": any(request.status == "rejected" for request in case.requests),
        "move": getattr(command, "move", None),
        "accept": getattr(command, "accept", None),
    }
    return told


def facts_of_case(case: Case) -> dict[str, Any]:
    """The facts that deadlines hang on, read by hand."""
    order, latest = case.order, case.latest
    return {
        "status": order.status,
        "status_since": order.status_since,
        "ship_on": order.ship_on,
        "request": "none" if latest is None else str(latest.status),
        "requested_at": None if latest is None else latest.at,
        "closed_at": None if latest is None else latest.closed_at,
    }


def _is_of(by: Actor, other: Actor) -> bool:
    if by.role in ("buyer", "seller"):
        return by.role == other.role
    return (by.role, by.id) == (other.role, other.id)


class Compared(Visitor):
    """Compares every command in every case that an explorer reaches."""

    def __init__(self, name: str) -> None:
        self.policy, self.answer, self.timers = READINGS[name]
        self.commands = tuple(commands_tried(self.policy))
        self.different: list[object] = []
        self.compared = 0

    def reached(self, node: CaseNode) -> None:
        case, at = node.case, node.at
        for seller in self._sellers(node):
            for command in self.commands:
                said = outcome(self.policy.assess(command, case, at, seller=seller))
                facts = facts_of(command, case, at, seller)
                wanted = self.answer(type(command).__name__, facts)
                self.compared += 1
                if said != wanted:
                    self.different.append((command, facts, said, wanted))
        run = {timer.deadline.id: timer.due_at for timer in running(self.policy, case)}
        expected = self.timers(facts_of_case(case))
        if run != expected:
            self.different.append((case, run, expected))

    def _sellers(self, node: CaseNode) -> Iterator[Party | None]:
        if not node.known:
            yield None
            return
        for permits in (True, False):
            yield Party("s-1", name="s-1", permits_cancellation=permits)


@pytest.mark.parametrize(
    "name",
    [
        # A switch changes few of the rules, and the walk is as long.
        pytest.param(name, marks=pytest.mark.slow if name.startswith("qoo10 ") else ())
        for name in READINGS
    ],
)
def test_every_reachable_case_is_judged_as_the_documents_say(name: str) -> None:
    """Whoever does whatever, whenever: verdict, codes and deadlines are those of the reading."""
    compared = Compared(name)
    explorer = Explorer(compared.policy, (compared,), limit=100_000)
    explorer.run()
    assert explorer.is_complete
    assert compared.different[:3] == []
    assert compared.compared > 3_000


@pytest.mark.parametrize("name", READINGS)
def test_what_runs_of_an_order_with_a_history_is_what_the_documents_say(name: str) -> None:
    """However the request ended that was made before the library knew the order."""
    policy, _, timers = READINGS[name]
    for status, past in product(policy.orders.statuses, RequestStatus):
        history = (PastRequest(by=BUYER, at=jst(16), status=past),)
        case = opened(order(policy.name, status=status, history=history), policy.edition, "")
        run = {timer.deadline.id: timer.due_at for timer in running(policy, case)}
        assert run == timers(facts_of_case(case)), (status, past)


def test_every_command_is_compared() -> None:
    """No kind of command is left out of the comparisons above."""
    assert {type(command) for command in commands_tried(CONECT)} == set(JUDGED)
