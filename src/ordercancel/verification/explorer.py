"""The explorer: reaches every case that can come about under a policy, the nearest first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import REFUND_OPEN, Case
from ordercancel.domain.commands import (
    JUDGED,
    AdvanceOrder,
    Command,
    FireDeadline,
    Judged,
    SettleRefund,
    UpdateOrder,
)
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import Event
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Decision
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.inputs import offered_reasons
from ordercancel.engine.obligations import refunds_opened
from ordercancel.engine.timers import first_timer
from ordercancel.engine.units import shipment
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import MARKED
from ordercancel.rules.reasons import Reason
from ordercancel.verification.case_key import CaseKey, FactsRead
from ordercancel.verification.commands_tried import (
    ORDER_ID,
    SELLER,
    SYSTEM,
    commands_tried,
    easiest,
    with_reason,
)
from ordercancel.verification.conditions import every_fact, leaves_asked
from ordercancel.verification.corrections import Corrections
from ordercancel.verification.invariants import Step
from ordercancel.verification.orders_tried import OrdersTried
from ordercancel.verification.scenario import Attempt, CaseNode, Tick
from ordercancel.verification.time_regions import TimeRegions
from ordercancel.verification.updates_tried import UpdatesTried
from ordercancel.verification.visitor import Visitor

_Level = list[tuple[Hashable, CaseNode]]
# The seller, who permits cancellation requests, or does not.
_SELLERS = tuple(
    Party(SELLER.id, name=SELLER.id, permits_cancellation=permits) for permits in (True, False)
)
MOST_FIRED = 50
"""How many deadlines fire at one moment before it counts as a loop."""


class Explorer:
    """Every case that can be reached under `policy`, each by its shortest way.

    Orders are registered, and then everybody does what they may, the host too, in every way and at
    every moment that makes a difference. Cases that nothing tells apart count as one.

    Args:
        policy: The policy.
        visitors: Who sees what is done.
        limit: How many cases to reach at most.
        seed: Picks some of the orders to begin with. Default: None, all of them.
        show_refusals: Whether every refusal is a step, too. Default: False.
        corrects: Whether the host puts orders in other statuses. Default: True.
        tells: Whether the host changes orders at all, but for refunds. Default: True.
        only: Facts of orders, each with the one value that it always has. Default: none.

    Attributes:
        nodes: The cases, by what tells each from the others.
        following: What people and the clock can make of each, without what a host tells.
        updated: What each becomes by what a host says, corrections apart.
        steps: How many commands were carried out.
        is_part: Whether it begins with some orders alone; others may reach more.
        is_complete: Whether all cases were reached, and not only `limit`.
    """

    def __init__(
        self,
        policy: Policy,
        visitors: Iterable[Visitor] = (),
        *,
        limit: int,
        seed: int | None = None,
        show_refusals: bool = False,
        corrects: bool = True,
        tells: bool = True,
        only: Mapping[str, Any] | None = None,
    ) -> None:
        self.policy = policy
        self.tells = tells
        self.visitors = tuple(visitors)
        self.limit = limit
        self.seed = seed
        self.show_refusals = show_refusals
        self.nodes: dict[Hashable, CaseNode] = {}
        self.following: dict[Hashable, list[Hashable]] = {}
        self.updated: dict[Hashable, list[Hashable]] = {}
        self._passed: dict[Hashable, Hashable] = {}
        self.steps = 0
        self.is_complete = True
        self._times = TimeRegions(policy)
        self._orders = OrdersTried(policy, self._times, only)
        self.is_part = seed is not None or only is not None
        self._keys = CaseKey(policy, self._times)
        self._updates = UpdatesTried(policy, self._orders, self._keys, corrects=corrects)
        self._corrections = Corrections(policy)
        self._hanging = {
            kind: tuple(dict.fromkeys(leaf.fact for leaf in leaves_asked(policy, kind)))
            for kind in JUDGED
        }
        self._commands: dict[type[Judged], list[Judged]] = {kind: [] for kind in JUDGED}
        for command in commands_tried(policy):
            self._commands[type(command)].append(command)
        self._judged: dict[Hashable, tuple[tuple[Judged, Decision], ...]] = {}
        self._numbered: dict[tuple[Judged, int], Judged] = {}
        self._moves: dict[Hashable, AdvanceOrder] = {}
        self._by_reason = "reason" in every_fact(policy)
        self._obliges = f"{MARKED}{REFUND_OPEN}" in every_fact(policy)

    @property
    def first(self) -> CaseNode:
        """The case that was reached first."""
        return next(iter(self.nodes.values()))

    def run(self) -> None:
        """Reach every case, level by level: those that take one step more each time."""
        level: _Level = []
        for order, known in self._orders.registered(limit=self.limit, seed=self.seed):
            if not self.is_complete:
                break
            case = fold(register(order, self.policy, order.placed_at))
            node = CaseNode(case, order.placed_at, known)
            self._reach(self._keys.of(node), node, level)
        while level:
            for key, node in level:  # grows while time passes
                later = self._later(key, node)
                if later is not None:
                    self._reach(*later, level)
                    self.following[key].append(later[0])
            next_level: _Level = []
            for key, node in level:
                timer = first_timer(self.policy, node.case)
                is_due = timer is not None and timer.due_at <= node.at
                acted = [self._tick(node)] if is_due else self._after(node)
                for after in acted:
                    key_after = self._keys.of(after)
                    self._reach(key_after, after, next_level)
                    self.following[key].append(key_after)
                for after, command in self._updated(node):
                    key_after = self._keys.of(after)
                    self._reach(key_after, after, next_level)
                    if not self._corrections.is_one(command, node.case):
                        self.updated[key].append(key_after)
            level = next_level

    def _later(self, key: Hashable, node: CaseNode) -> tuple[Hashable, CaseNode] | None:
        """The case when time has passed until something is different; None where nothing will.

        Where time goes round, as from each noon to the next while a day is far ahead, it is the
        first case that is none of the round.
        """
        at = self._times.following(node.case, node.at)
        around = {key}
        while at is not None:
            later = CaseNode(node.case, at, node.known, node)
            key_later = self._keys.of(later)
            if key_later not in around:
                around = self._round(key, key_later)
                if len(around) == 1:
                    self._passed[key] = key_later
                    return key_later, later
                self.following[key].append(key_later)
            if not self._times.is_ahead(node.case, at) and (at - node.at).days > self._times.far:
                return None  # nothing but midnights, which nothing tells apart
            at = self._times.following(node.case, at)
        return None

    def _round(self, key: Hashable, later: Hashable) -> set[Hashable]:
        """The keys from `later` on to `key`, where time leads there; else `key` alone."""
        around = {key}
        while later in self._passed:
            around.add(later)
            later = self._passed[later]
        return around if later == key else {key}

    def _reach(self, key: Hashable, node: CaseNode, level: _Level) -> None:
        """Take a node in, unless there is one like it or the limit is met."""
        if key in self.nodes:
            return
        if len(self.nodes) >= self.limit:
            self.is_complete = False
            return
        self.nodes[key] = node
        self.following[key] = []
        self.updated[key] = []
        level.append((key, node))
        for visitor in self.visitors:
            visitor.reached(node)

    # ---------------------------------------------------------------- what people do

    def _after(self, node: CaseNode) -> Iterator[CaseNode]:
        for seller in _SELLERS if node.known else (None,):
            for attempt, decision in self._permitted(node, seller):
                after = self._carry_out(node, attempt, decision)
                if after is not None:
                    yield after

    def _permitted(
        self, node: CaseNode, seller: Party | None
    ) -> Iterator[tuple[Attempt, Decision]]:
        """What may be done, with all that goes with it."""
        for command, decision in self._decisions(node, seller):
            if not decision.is_refused:
                for told in self._with_facts(command, node):
                    yield Attempt(told, node.at, seller), decision
            else:
                self._stepped(node, Attempt(command, node.at, seller), decision, (), node.case)

    def _decisions(
        self, node: CaseNode, seller: Party | None
    ) -> Iterator[tuple[Judged, Decision]]:
        """What the policy says to every command that is a step; judged once for like facts."""
        case = node.case
        facts = FactsRead(Facts(None, case, self.policy, node.at, seller, SYSTEM))
        request, units = self._keys.request(case), self._keys.units(case)
        number = len(case.requests)
        for kind, names in self._hanging.items():
            permits = seller is not None and seller.permits_cancellation
            key: Hashable = (kind, request, units, permits, self._keys.regions(names, facts))
            if key not in self._judged:
                judged = self._judge(kind, node, seller)
                self._judged[key] = tuple(
                    each for each in judged if self.show_refusals or not each[1].is_refused
                )
            for command, decision in self._judged[key]:
                yield self._about(command, number), decision

    def _about(self, command: Judged, number: int) -> Judged:
        """The command about the latest request."""
        asked: Any = command
        if getattr(asked, "request", number) == number or not number:
            return command
        key = (command, number)
        if key not in self._numbered:
            self._numbered[key] = attrs.evolve(asked, request=number)
        return self._numbered[key]

    def _judge(
        self, kind: type[Judged], node: CaseNode, seller: Party | None
    ) -> Iterator[tuple[Judged, Decision]]:
        number = len(node.case.requests)
        for tried in self._commands[kind]:
            bare = self._about(tried, number)
            moves = bare.move if isinstance(bare, AdvanceOrder) and bare.lines else None
            if moves and shipment(node.case, self.policy, moves) is None:
                continue  # it ships from other statuses
            for command, offered in self._worded(bare, node, seller):
                decision = self.policy.assess(command, node.case, node.at, seller=seller)
                attempt = Attempt(next(self._with_facts(command, node)), node.at, seller)
                for visitor in self.visitors:
                    visitor.judged(node, attempt, decision, offered)
                yield command, decision

    def _worded(
        self, command: Judged, node: CaseNode, seller: Party | None
    ) -> Iterator[tuple[Judged, tuple[Reason, ...]]]:
        """The command with each reason that makes a difference, and what is offered."""
        kind = type(command)
        if not self.policy.reasons_for(kind):
            yield command, ()
            return
        facts = Facts(command, node.case, self.policy, node.at, seller)
        offered = offered_reasons(self.policy, kind, facts)
        chosen: list[Reason | None] = [easiest(offered)]
        if self._by_reason:
            chosen = [*offered] or [None]
        for reason in chosen:
            if reason is None:
                yield command, ()
            else:
                yield with_reason(command, reason), offered

    def _with_facts(self, command: Judged, node: CaseNode) -> Iterator[Judged]:
        """A move with the facts that it brings along, in every way that makes a difference."""
        if not isinstance(command, AdvanceOrder):
            yield command
            return
        told = self._updates.told(self.policy.orders.facts.get(command.move, ()), node)
        for each in told:
            yield self._telling(command, each) if each else command
        for name, value in self._keys.in_time(node):
            target = self.policy.orders.target(node.case.order.status, command.move)
            ships = target in self.policy.orders.shipped and not command.lines
            if name == "shipped_at" and ships:
                yield self._telling(command, {**told[0], name: value})

    def _telling(self, command: AdvanceOrder, facts: dict[str, Any]) -> AdvanceOrder:
        """The move with `facts`: built once, as most cases tell the same of it."""
        key = (command, *facts.items())
        if key not in self._moves:
            self._moves[key] = attrs.evolve(command, facts=facts)
        return self._moves[key]

    def _carry_out(self, node: CaseNode, attempt: Attempt, decision: Decision) -> CaseNode | None:
        try:
            events = decide(
                attempt.command, node.case, self.policy, attempt.at, seller=attempt.seller
            )
        except InvalidValue as error:
            for visitor in self.visitors:
                visitor.invalid(node, attempt, error)
            return None
        after = self._stepped(node, attempt, decision, events, node.case)
        return CaseNode(after, node.at, node.known, node, attempt)

    def _updated(self, node: CaseNode) -> Iterator[tuple[CaseNode, Command]]:
        """A refund settled, and whatever else the host may tell of the order, each for itself."""
        for each in (refund for refund in node.case.refunds if refund.is_open):
            said = SettleRefund(ORDER_ID, by=SYSTEM, key=each.key, reference="paid")
            yield self._host_says(node, said)
        for command in self._updates.of(node) if self.tells else ():
            yield self._host_says(node, command)

    def _host_says(
        self, node: CaseNode, command: UpdateOrder | SettleRefund
    ) -> tuple[CaseNode, Command]:
        attempt = Attempt(command, node.at)
        events = decide(command, node.case, self.policy, node.at)
        after = self._stepped(node, attempt, None, events, node.case)
        return CaseNode(after, node.at, node.known, node, attempt), command

    def _tick(self, node: CaseNode) -> CaseNode:
        """Fire what has come due, in the order in which a service does."""
        case = node.case
        for _ in range(MOST_FIRED):
            timer = first_timer(self.policy, case)
            if timer is None or timer.due_at > node.at:
                break
            tick = Tick(node.at, FireDeadline(ORDER_ID, by=SYSTEM, deadline=timer.deadline.id))
            events = decide(tick.command, case, self.policy, node.at)
            case = self._stepped(node, tick, None, events, case)
        else:
            for visitor in self.visitors:
                visitor.looped(node, tick)
        return CaseNode(case, node.at, node.known, node, tick)

    def _stepped(
        self,
        node: CaseNode,
        attempt: Attempt | Tick,
        decision: Decision | None,
        events: tuple[Event, ...],
        before: Case,
    ) -> Case:
        if self._obliges:
            events += refunds_opened(events, before)
        after = reduce(evolve, events, before)
        self.steps += bool(events)
        step = Step(
            policy=self.policy,
            before=before,
            command=attempt.command,
            at=node.at,
            decision=decision,
            events=events,
            after=after,
        )
        for visitor in self.visitors:
            visitor.stepped(node, attempt, step)
        return after
