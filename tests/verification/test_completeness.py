"""The explorer misses nothing: no history leads to what it has not judged."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import date, datetime, timedelta
from functools import cache, reduce
from random import Random
from typing import Any

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import (
    Case,
    InvalidValue,
    Order,
    Party,
    Policy,
    Refused,
    System,
    UpdateOrder,
    decide,
    evolve,
)
from ordercancel.domain.commands import JUDGED, FireDeadline, Judged
from ordercancel.domain.requests import OPEN
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import register
from ordercancel.engine.decision import Decision
from ordercancel.engine.evolve import fold
from ordercancel.engine.inputs import offered_reasons
from ordercancel.engine.timers import timers
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Calendar, Deadline, approve, is_open, requested_at
from ordercancel.rules.conditions import Before
from ordercancel.rules.reasons import Reason
from ordercancel.verification.commands_tried import commands_tried, shortest_text
from ordercancel.verification.conditions import every_leaf
from ordercancel.verification.enumeration import FactRegions, Space
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.scenario import Attempt, CaseNode
from ordercancel.verification.visitor import Visitor

CALENDAR = Calendar(
    first=date(2024, 1, 1), last=date(2025, 12, 31), holidays=frozenset({date(2024, 4, 29)})
)
WORKING_DAYS = attrs.evolve(
    SHOP,
    name="working_days",
    deadlines=(
        Deadline(
            "seller_silent",
            runs=is_open,
            due=requested_at.business_days(2, CALENDAR),
            then=approve,
        ),
        SHOP.deadlines[1],
    ),
)
"""The shop, with two working days for the seller."""

POLICIES = {
    policy.name: policy for policy in (CONECT, QOO10, SHOP, FLEA_MARKET, MUST_SHIP, WORKING_DAYS)
}
PERMITS = Party("s-1", name="s-1", permits_cancellation=True)

OF_A_REQUEST = {
    "request",
    "initiator",
    "answerer",
    "is_initiator",
    "is_answerer",
    "is_own_side",
    "is_stale",
}
"""What no rule of these policies asks of a request that is closed."""

Seen = tuple[str, tuple[Hashable, ...], str]
"""A kind of command, what the policy tells of each fact of it, and the verdict."""


class Teller:
    """Says of a judged command what the policy can tell of it."""

    def __init__(self, policy: Policy) -> None:
        self._cancelled = policy.orders.cancelled
        leaves = every_leaf(policy)
        self._times = {leaf.fact for leaf in leaves if isinstance(leaf, Before)}
        self._regions = FactRegions(leaves)
        self._names = {
            kind: tuple(name for name in Space.of(policy, kind).values if name != "now")
            for kind in JUDGED
        }

    def tell(self, kind: type[Judged], decision: Decision) -> Seen:
        facts = decision.facts
        passed_over = set() if facts["request"] in OPEN else OF_A_REQUEST
        if facts["status"] == self._cancelled:
            passed_over = passed_over | self._times
        regions = tuple(
            None if name in passed_over else self._regions.region(name, facts)
            for name in self._names[kind]
        )
        return kind.__name__, regions, str(decision.verdict)


class Judges(Visitor):
    """Collects all that an explorer judges."""

    def __init__(self, policy: Policy) -> None:
        self.teller = Teller(policy)
        self.seen: set[Seen] = set()

    def judged(
        self, node: CaseNode, attempt: Attempt, decision: Decision, offered: tuple[Reason, ...]
    ) -> None:
        kind: Any = type(attempt.command)
        self.seen.add(self.teller.tell(kind, decision))


@cache
def explored(name: str) -> Judges:
    """What a whole exploration of a policy judged."""
    judges = Judges(POLICIES[name])
    explorer = Explorer(POLICIES[name], [judges], limit=100_000)
    explorer.run()
    assert explorer.is_complete
    return judges


class History:
    """A life of an order, at random: people, the host and the clock do what they may."""

    def __init__(self, policy: Policy, seed: int) -> None:
        self.policy = policy
        self.random = Random(seed)
        self.commands = tuple(commands_tried(policy))
        zone = policy.tzinfo
        day = self.random.randrange(1, 29)
        self.at = datetime(2024, 4, day, self.random.choice((0, 10, 23)), tzinfo=zone)
        self.case = fold(register(self._order(), policy, self.at))

    def _order(self) -> Order:
        status = self.random.choice(self.policy.orders.statuses)
        planned = "plan_shipping" not in self.policy.orders.moves or status != "new"
        return Order(
            "o-1",
            policy=self.policy.name,
            status=status,
            buyer="b-1",
            seller="s-1",
            placed_at=self.at,
            channel=self.random.choice((*self.policy.channels, None)),
            ship_on=self._day() if planned else None,
        )

    def _day(self) -> date:
        return self.at.date() + timedelta(days=self.random.randrange(-9, 12))

    def steps(self, count: int) -> Iterator[tuple[type[Judged], Decision]]:
        """What is judged on the way."""
        for _ in range(count):
            self._fire()
            permits = self.random.random() < 0.5
            seller = attrs.evolve(PERMITS, permits_cancellation=permits)
            permitted = []
            for command in self._worded(seller):
                decision = self.policy.assess(command, self.case, self.at, seller=seller)
                yield type(command), decision
                if not decision.is_refused:
                    permitted.append(command)
            self._act(permitted, seller)
            self._wait()

    def _worded(self, seller: Party) -> Iterator[Judged]:
        for tried in self.commands:
            command: Any = tried
            if hasattr(command, "request") and self.case.requests:
                command = attrs.evolve(command, request=len(self.case.requests))
            facts = Facts(command, self.case, self.policy, self.at, seller)
            offered = offered_reasons(self.policy, type(command), facts)
            if offered and hasattr(command, "text"):
                reason = self.random.choice(offered)
                words = {"text": shortest_text(reason.text)}
                if hasattr(command, "reason"):
                    words["reason"] = reason.code
                command = attrs.evolve(command, **words)
            yield command

    def _act(self, permitted: list[Any], seller: Party) -> None:
        if self.random.random() < 0.25:
            status = self.random.choice(self.policy.orders.statuses)
            needs = self.policy.orders.needs.get(status, ())
            facts: dict[str, Any] = (
                {"ship_on": self._day()} if needs or self.random.random() < 0.5 else {}
            )
            if status == "new":
                facts = {"ship_on": None}
            command: Any = UpdateOrder("o-1", by=System(), status=status, facts=facts)
        elif permitted:
            command = self.random.choice(permitted)
            if getattr(command, "move", "") in self.policy.orders.facts:
                command = attrs.evolve(command, facts={"ship_on": self._day()})
        else:
            return
        try:
            events = decide(command, self.case, self.policy, self.at, seller=seller)
        except (Refused, InvalidValue):
            return
        self.case = reduce(evolve, events, self.case)

    def _fire(self) -> None:
        while (run := timers(self.policy, self.case)) and run[0].due_at <= self.at:
            command = FireDeadline("o-1", by=System(), deadline=run[0].deadline.id)
            self.case = reduce(evolve, decide(command, self.case, self.policy, self.at), self.case)

    def _wait(self) -> None:
        lengths = [timedelta(seconds=1), timedelta(minutes=31), timedelta(hours=7)]
        lengths += [timedelta(days=1), timedelta(days=2), timedelta(0), timedelta(0)]
        dues = [timer.due_at - self.at for timer in timers(self.policy, self.case)]
        lengths += [due + near for due in dues for near in (-timedelta(seconds=1), timedelta(0))]
        self.at += max(timedelta(0), self.random.choice(lengths))


@pytest.mark.parametrize("name", POLICIES)
def test_no_history_leads_to_what_was_not_judged(name: str) -> None:
    """Whatever happens in whatever order, the explorer has judged what comes of it."""
    judges = explored(name)
    for seed in range(40):
        history = History(POLICIES[name], seed)
        for kind, decision in history.steps(12):
            seen = judges.teller.tell(kind, decision)
            assert seen in judges.seen, (seed, history.at, history.case, seen)


@pytest.mark.parametrize("name", POLICIES)
def test_every_case_is_reached_by_a_way_that_leads_there(name: str) -> None:
    """Doing again what a case says was done, in order, leads to the same case."""
    policy = POLICIES[name]
    explorer = Explorer(policy, limit=100_000)
    explorer.run()
    for node in list(explorer.nodes.values())[::50]:
        order, done = node.way()
        case: Case = fold(register(order, policy, order.placed_at))
        for each in done:
            if isinstance(each, Attempt):
                events = decide(each.command, case, policy, each.at, seller=each.seller)
                case = reduce(evolve, events, case)
            else:
                while (run := timers(policy, case)) and run[0].due_at <= each.at:
                    fire = FireDeadline("o-1", by=System(), deadline=run[0].deadline.id)
                    case = reduce(evolve, decide(fire, case, policy, each.at), case)
        assert case == node.case
