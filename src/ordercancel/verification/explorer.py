"""The explorer: reaches every case that can come about under a policy, the nearest first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime
from functools import reduce

import attrs

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case, Duty
from ordercancel.domain.commands import COMMANDS, AdvanceOrder, ApplyDeadline, Approve, Command
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import Event
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Decision
from ordercancel.engine.evolve import evolve, fold
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import occasion_of_request
from ordercancel.verification.commands_tried import ORDER_ID, SELLER, commands_tried
from ordercancel.verification.enumeration import FactRegions, Space
from ordercancel.verification.invariants import Step
from ordercancel.verification.orders_tried import orders_tried
from ordercancel.verification.scenario import Attempt, CaseNode, Tick
from ordercancel.verification.time_regions import TimeRegions

_Level = list[tuple[Hashable, CaseNode]]
# The seller, who permits cancellation requests, or does not.
_SELLERS = tuple(
    Party(SELLER.id, name=SELLER.id, permits_cancellation=permits) for permits in (True, False)
)
# The facts that a command brings along; all others are those of the case and the moment.
_COMMAND_FACTS = frozenset(
    {"role", "party", "affirmed", "move", "legal_move", "accept", "deadline", "deadline_due"}
)


class Visitor:
    """Sees what an explorer does; the shortest way to a thing comes first. By default, ignores it.

    `node` is the case before, `attempt` what was done to it.
    """

    def judged(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        """A command was judged: the first of those that no rule tells apart."""

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        """A command was carried out; or refused, where the explorer shows refusals, too."""

    def overruled(self, node: CaseNode, duty: Duty, decision: Decision) -> None:
        """A deadline came due and could not be applied."""

    def invalid(self, node: CaseNode, attempt: Attempt, error: InvalidValue) -> None:
        """A command was permitted, and its text or reason was refused."""


class Explorer:
    """Every case that can be reached under `policy`, each by its shortest way.

    Orders are registered in every way that a rule tells apart. Then whoever may do something does
    it, at every moment that makes a difference, with the seller's permission and without. Cases
    that nothing in the policy tells apart count as one.

    Args:
        policy: The policy.
        visitors: Who sees what is done.
        limit: How many cases to reach at most.
        seed: Picks some of the orders to begin with. Default: None, all of them.
        show_refusals: Whether every refusal is a step, too. Default: False.

    Attributes:
        nodes: The cases, by what tells each from the others.
        following: What can come next of each.
        steps: How many commands were carried out.
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
    ) -> None:
        self.policy = policy
        self.visitors = tuple(visitors)
        self.limit = limit
        self.seed = seed
        self.show_refusals = show_refusals
        self.nodes: dict[Hashable, CaseNode] = {}
        self.following: dict[Hashable, list[Hashable]] = {}
        self.steps = 0
        self.is_complete = True
        self._time_regions = TimeRegions(policy)
        self._regions = FactRegions(policy)
        self._case_facts = {
            kind: tuple(
                name for name in Space.of(policy, kind).values if name not in _COMMAND_FACTS
            )
            for kind in COMMANDS
        }
        self._commands: dict[type[Command], list[Command]] = {kind: [] for kind in COMMANDS}
        for command in commands_tried(policy):
            self._commands[type(command)].append(command)
        self._judged: dict[Hashable, tuple[tuple[Command, Decision], ...]] = {}

    @property
    def first(self) -> CaseNode:
        """The case that was reached first."""
        return next(iter(self.nodes.values()))

    def run(self) -> None:
        """Reach every case, level by level: those that take one step more each time."""
        level: _Level = []
        orders = orders_tried(self.policy, self._time_regions, limit=self.limit, seed=self.seed)
        for order, known in orders:
            if not self.is_complete:
                break
            case = fold(register(order, self.policy, order.placed_at))
            node = CaseNode(case, order.placed_at, known)
            self._reach(self._key(node), node, level)
        while level:
            for key, node in level:  # grows while time passes
                later = self._later(key, node)
                if later is not None:
                    self._reach(*later, level)
                    self.following[key].append(later[0])
            next_level: _Level = []
            for key, node in level:
                for after in self._after(node):
                    key_after = self._key(after)
                    self._reach(key_after, after, next_level)
                    self.following[key].append(key_after)
            level = next_level

    def _later(self, key: Hashable, node: CaseNode) -> tuple[Hashable, CaseNode] | None:
        """The case when time has passed until something is different; None where nothing will."""
        at = self._time_regions.following(node.case, node.at)
        while at is not None:
            later = CaseNode(node.case, at, node.known, node)
            key_later = self._key(later)
            if key_later != key:
                return key_later, later
            at = self._time_regions.following(node.case, at)
        return None

    def _reach(self, key: Hashable, node: CaseNode, level: _Level) -> None:
        """Take a node in, unless there is one like it or the limit is met."""
        if key in self.nodes:
            return
        if len(self.nodes) >= self.limit:
            self.is_complete = False
            return
        self.nodes[key] = node
        self.following[key] = []
        level.append((key, node))

    def _key(self, node: CaseNode) -> Hashable:
        """What tells a case from others: equal for two after which all goes on alike."""
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
            self._time_regions.region(case, node.at),
        )

    # ---------------------------------------------------------------- what is done in a case

    def _after(self, node: CaseNode) -> Iterator[CaseNode]:
        for seller in _SELLERS if node.known else (None,):
            for attempt, decision in self._permitted(node, seller):
                after = self._carry_out(node, attempt, decision)
                if after is not None:
                    yield after
        due = [duty for duty in node.case.open_duties if duty.due_at <= node.at]
        if due:
            yield self._tick(node, due)

    def _permitted(
        self, node: CaseNode, seller: Party | None
    ) -> Iterator[tuple[Attempt, Decision]]:
        """What may be done; a move of the order once, whoever may make it."""
        moved: set[str] = set()
        for command, decision in self._decisions(node, seller):
            attempt = Attempt(command, node.at, seller)
            if decision.is_refused:
                if self.show_refusals:
                    self._stepped(node, attempt, decision, (), node.case)
            elif not node.case.order.visible_to(command.by):
                continue  # whatever the rules say, a stranger is told that there is no such order
            elif not isinstance(command, AdvanceOrder):
                yield attempt, decision
            elif command.move not in moved:
                moved.add(command.move)
                for dated in self._dated(command, node.at):
                    yield attrs.evolve(attempt, command=dated), decision

    def _decisions(
        self, node: CaseNode, seller: Party | None
    ) -> Iterator[tuple[Command, Decision]]:
        """What the policy says to every command, deadlines apart; judged once for like facts."""
        # The facts of a case do not hang on the command, so any command will do.
        any_command = self._commands[Approve][0]
        facts = Facts(any_command, node.case, self.policy, node.at, seller)
        due = tuple(
            (each.deadline, each.request, each.due_at <= node.at) for each in node.case.open_duties
        )
        for kind, names in self._case_facts.items():
            key: Hashable = (
                kind,
                tuple([self._regions.region(name, facts[name]) for name in names]),
                due if kind is ApplyDeadline else None,
            )
            if key not in self._judged:
                self._judged[key] = tuple(self._judge(kind, node, seller))
            if kind is not ApplyDeadline:
                yield from self._judged[key]

    def _judge(
        self, kind: type[Command], node: CaseNode, seller: Party | None
    ) -> Iterator[tuple[Command, Decision]]:
        latest = node.case.latest
        for tried in self._commands[kind]:
            command = tried
            if isinstance(tried, ApplyDeadline) and latest is not None:
                command = attrs.evolve(tried, request=latest.number)
            decision = self.policy.assess(command, node.case, node.at, seller=seller)
            attempt = Attempt(next(self._dated(command, node.at)), node.at, seller)
            for visitor in self.visitors:
                visitor.judged(node, attempt, decision)
            yield command, decision

    def _dated(self, command: Command, at: datetime) -> Iterator[Command]:
        """A move that plans the ship date with each date that makes a difference."""
        if isinstance(command, AdvanceOrder) and command.move in self.policy.planned_by:
            for ship_on in self._time_regions.ship_dates(at):
                yield attrs.evolve(command, ship_on=ship_on)
        else:
            yield command

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

    def _tick(self, node: CaseNode, due: list[Duty]) -> CaseNode:
        """Apply what has come due, in the order in which a service does."""
        case = node.case
        for duty in sorted(due, key=lambda duty: (duty.due_at, duty.deadline, duty.request)):
            command = ApplyDeadline(
                ORDER_ID, by=System(), deadline=duty.deadline, request=duty.request
            )
            tick = Tick(node.at, command)
            decision = self.policy.assess(command, case, node.at)
            if not decision.is_refused:
                events = decide(command, case, self.policy, node.at)
                case = self._stepped(node, tick, decision, events, case)
            elif duty in case.open_duties:
                for visitor in self.visitors:
                    visitor.overruled(node, duty, decision)
        return CaseNode(case, node.at, node.known, node, tick)

    def _stepped(
        self,
        node: CaseNode,
        attempt: Attempt | Tick,
        decision: Decision,
        events: tuple[Event, ...],
        before: Case,
    ) -> Case:
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
