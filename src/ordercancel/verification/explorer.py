"""A walk through every case that can be reached under a policy, the shortest way to each first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce
from itertools import islice, product
from math import prod
from typing import Any

import attrs

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case, Duty
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    ApplyDeadline,
    Command,
)
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Decision
from ordercancel.engine.evolve import evolve, fold
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Leaf
from ordercancel.rules.notifications import occasion_of_request
from ordercancel.verification.attempts import BUYER, ORDER_ID, SELLER, every_command
from ordercancel.verification.enumeration import Regions, Space, all_spoken_of, values_of
from ordercancel.verification.invariants import Step
from ordercancel.verification.sampling import combination_at, picks
from ordercancel.verification.steps import Attempt, Node, Observer, Ticked
from ordercancel.verification.time_regions import Moments

__all__ = ["Walk"]

_SELLERS = tuple(
    Party(SELLER.id, name=SELLER.id, permits_cancellation=permits) for permits in (True, False)
)
"""The seller, permitting cancellation requests and not."""

_OF_THE_COMMAND = frozenset(
    {"role", "party", "affirmed", "move", "legal_move", "accept", "deadline", "deadline_due"}
)
"""The facts that a command brings along; all others are those of the case and the moment."""


class Walk:
    """Every case that can be reached under `policy`.

    Orders are registered in every status, channel and other way that a rule tells apart. Then
    whoever may do something does it, at every moment that makes a difference, and the seller's
    permission is given or not each time. Two cases that nothing in the policy tells apart are
    one. What people type is as short as may be.

    Args:
        policy: The policy.
        observers: Who looks on.
        limit: How many cases to reach at most.
        seed: Picks some of the ways to register an order. Default: None, all of them.
        show_refusals: Whether every refusal is shown as a step, and not the first of its like.

    Attributes:
        nodes: The cases, each with its shortest way, by what tells it from others.
        following: What can come next of each.
        steps: How many commands were carried out.
        is_complete: Whether the limit was not met.
    """

    def __init__(
        self,
        policy: Policy,
        observers: Iterable[Observer] = (),
        *,
        limit: int,
        seed: int | None = None,
        show_refusals: bool = False,
    ) -> None:
        self.policy = policy
        self.observers = tuple(observers)
        self.limit = limit
        self.seed = seed
        self.show_refusals = show_refusals
        self.moments = Moments(policy)
        self.nodes: dict[Hashable, Node] = {}
        self.following: dict[Hashable, list[Hashable]] = {}
        self.steps = 0
        self.is_complete = True
        leaves = all_spoken_of(policy)
        self._regions = Regions(policy)
        spoken = self._regions.spoken
        self._own = [fact for fact in policy.facts if fact.name in spoken]
        self._ways = self._ways_to_begin(spoken, leaves)
        self._facts_of = {
            kind: tuple(
                name for name in Space.of(policy, kind).values if name not in _OF_THE_COMMAND
            )
            for kind in COMMANDS
        }
        self._commands = tuple(every_command(policy))
        self._judged: dict[Hashable, tuple[tuple[Command, Decision], ...]] = {}

    def run(self) -> None:
        """Walk."""
        level: list[tuple[Hashable, Node]] = []
        for order, known in self._roots():
            if not self.is_complete:
                break
            case = fold(register(order, self.policy, order.placed_at))
            node = Node(case, order.placed_at, known)
            self._reach(self._key(node), node, level)
        while level:
            for key, node in level:  # grows while time passes
                later = self._later(key, node)
                if later is not None:
                    self._reach(*later, level)
                    self.following[key].append(later[0])
            further: list[tuple[Hashable, Node]] = []
            for key, node in level:
                for after in self._after(node):
                    told = self._key(after)
                    self._reach(told, after, further)
                    self.following[key].append(told)
            level = further

    # ---------------------------------------------------------------- how it begins

    def _ways_to_begin(
        self, spoken: frozenset[str], leaves: tuple[Leaf, ...]
    ) -> list[tuple[Any, ...]]:
        """In what ways an order can be registered, one thing after the other."""
        policy = self.policy
        some_channel = policy.channels[:1] or (None,)
        return [
            tuple(self.moments.first()),
            policy.orders.state_ids,
            values_of("channel", (), (policy,)) if "channel" in spoken else some_channel,
            self.moments.ship_offsets(),
            self.moments.paid_offsets() if "since_paid" in spoken else (None,),
            (True, False) if "seller_permits" in spoken else (False,),
            *(values_of(fact.name, leaves, (policy,)) for fact in self._own),
        ]

    def _roots(self) -> Iterator[tuple[Order, bool]]:
        picked: Iterable[tuple[Any, ...]] = product(*self._ways)
        if self.seed is not None:
            picked = self._sampled(self.seed)
        for placed_at, status, channel, ship_after, paid_after, known, *own in picked:
            if not self._fits(status, ship_after):
                continue
            attributes = {
                fact.name: each
                for fact, each in zip(self._own, own, strict=True)
                if each is not None
            }
            order = Order(
                ORDER_ID,
                policy=self.policy.name,
                status=status,
                buyer=BUYER.id,
                seller=SELLER.id,
                placed_at=placed_at,
                channel=channel,
                ship_on=None if ship_after is None else placed_at.date() + ship_after,
                paid_at=None if paid_after is None else placed_at + paid_after,
                attributes=attributes,
            )
            yield order, known

    def _sampled(self, seed: int) -> Iterator[tuple[Any, ...]]:
        """Some ways to begin: a tenth of the limit, that the rest be left for what follows."""
        statuses = self._ways[1]
        size = prod(map(len, self._ways))
        count = min(self.limit // 10 + 1, size)
        for number, index in enumerate(islice(picks(seed, "orders", size), count)):
            # Each status in turn, lest few of them leave most out.
            status = statuses[number % len(statuses)]
            ways = list(self._ways)
            ways[1] = (status,)
            ways[3] = tuple(each for each in ways[3] if self._fits(status, each))
            yield combination_at(index, ways)

    def _fits(self, status: str, ship_after: timedelta | None) -> bool:
        """Whether an order in `status` is registered so; with a date of no use only if it must."""
        dated = status in self.policy.dated
        return not dated if ship_after is None else dated or self.moments.plans

    def _later(self, key: Hashable, node: Node) -> tuple[Hashable, Node] | None:
        """The case when time has passed until something is different; None where nothing will."""
        at = self.moments.following(node.case, node.at)
        while at is not None:
            later = Node(node.case, at, node.known, node)
            told = self._key(later)
            if told != key:
                return told, later
            at = self.moments.following(node.case, at)
        return None

    def _reach(self, key: Hashable, node: Node, level: list[tuple[Hashable, Node]]) -> None:
        """Take a node in, unless there is one like it or the limit is met."""
        if key in self.nodes:
            return
        if len(self.nodes) >= self.limit:
            self.is_complete = False
            return
        self.nodes[key] = node
        self.following[key] = []
        level.append((key, node))

    def _key(self, node: Node) -> Hashable:
        case, order = node.case, node.case.order
        latest = case.latest
        asked: Hashable = None
        if latest is not None:
            back = (latest.order_status, latest.ship_on == order.ship_on)
            asked = (latest.status, occasion_of_request(latest), back if latest.is_open else None)
        return (
            order.status,
            order.channel,
            order.ship_on is None,
            order.paid_at is None,
            order.shipped_at is None,
            order.attributes,
            node.known,
            asked,
            frozenset(request.status for request in case.requests),
            self.moments.region(case, node.at),
        )

    # ---------------------------------------------------------------- how it goes on

    def _after(self, node: Node) -> Iterator[Node]:
        """What can be done next."""
        for seller in _SELLERS if node.known else (None,):
            for given, decision in self._permitted(node, seller):
                after = self._carry_out(node, given, decision)
                if after is not None:
                    yield after
        due = [duty for duty in node.case.open_duties if duty.due_at <= node.at]
        if due:
            yield self._tick(node, due)

    def _permitted(self, node: Node, seller: Party | None) -> Iterator[tuple[Attempt, Decision]]:
        """What may be done; a move of the order once, whoever may make it."""
        moved: set[str] = set()
        for command, decision in self._answers(node, seller):
            given = Attempt(command, node.at, seller)
            if decision.is_refused:
                if self.show_refusals:
                    self._stepped(node, given, decision, (), node.case)
            elif not node.case.order.visible_to(command.by):
                continue  # whatever the rules say, a stranger is told that there is no such order
            elif not isinstance(command, AdvanceOrder):
                yield given, decision
            elif command.move not in moved:
                moved.add(command.move)
                for dated in self._dated(command, node.at):
                    yield attrs.evolve(given, command=dated), decision

    def _answers(self, node: Node, seller: Party | None) -> Iterator[tuple[Command, Decision]]:
        """What the policy says to every command, deadlines apart."""
        known = Facts(self._commands[0], node.case, self.policy, node.at, seller)
        due = tuple(
            (each.deadline, each.request, each.due_at <= node.at) for each in node.case.open_duties
        )
        for kind, names in self._facts_of.items():
            told: Hashable = (
                kind,
                tuple([self._regions.told(name, known[name]) for name in names]),
            )
            if kind is ApplyDeadline:
                told = (told, due)
            if told not in self._judged:
                self._judged[told] = tuple(self._judge(kind, node, seller))
            if kind is not ApplyDeadline:
                yield from self._judged[told]

    def _judge(
        self, kind: type[Command], node: Node, seller: Party | None
    ) -> Iterator[tuple[Command, Decision]]:
        latest = node.case.latest
        for plain in self._commands:
            if type(plain) is not kind:
                continue
            command = plain
            if isinstance(plain, ApplyDeadline) and latest is not None:
                command = attrs.evolve(plain, request=latest.number)
            decision = self.policy.assess(command, node.case, node.at, seller=seller)
            given = Attempt(next(self._dated(command, node.at)), node.at, seller)
            for observer in self.observers:
                observer.judged(node, given, decision)
            yield command, decision

    def _dated(self, command: Command, at: datetime) -> Iterator[Command]:
        """A move that plans the ship date with each date that makes a difference."""
        if isinstance(command, AdvanceOrder) and command.move in self.policy.planned_by:
            for ship_on in self.moments.ship_dates(at):
                yield attrs.evolve(command, ship_on=ship_on)
        else:
            yield command

    def _carry_out(self, node: Node, given: Attempt, decision: Decision) -> Node | None:
        try:
            events = decide(given.command, node.case, self.policy, given.at, seller=given.seller)
        except InvalidValue as error:
            for observer in self.observers:
                observer.invalid(node, given, error)
            return None
        after = self._stepped(node, given, decision, events, node.case)
        return Node(after, node.at, node.known, node, given)

    def _tick(self, node: Node, due: list[Duty]) -> Node:
        """Apply what has come due, in the order in which a service does."""
        case = node.case
        for duty in sorted(due, key=lambda duty: (duty.due_at, duty.deadline, duty.request)):
            command = ApplyDeadline(
                ORDER_ID, by=System(), deadline=duty.deadline, request=duty.request
            )
            decision = self.policy.assess(command, case, node.at)
            if not decision.is_refused:
                events = decide(command, case, self.policy, node.at)
                given = Ticked(node.at, command)
                case = self._stepped(node, given, decision, events, case)
            elif duty in case.open_duties:
                for observer in self.observers:
                    observer.overruled(node, duty, decision)
        return Node(case, node.at, node.known, node, Ticked(node.at, command))

    def _stepped(
        self,
        node: Node,
        given: Attempt | Ticked,
        decision: Decision,
        events: tuple[Event, ...],
        before: Case,
    ) -> Case:
        after = reduce(evolve, events, before)
        self.steps += bool(events)
        step = Step(
            policy=self.policy,
            before=before,
            command=given.command,
            at=node.at,
            decision=decision,
            events=events,
            after=after,
        )
        for observer in self.observers:
            observer.stepped(node, given, step)
        return after
