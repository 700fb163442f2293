"""What can happen under a policy, gathered from every case that can be reached.

A page shows nothing that cannot be, and every answer on it is one that the rules gave.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.commands import AnswerWithdrawal, Command, FireDeadline, Judged
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import Decision
from ordercancel.engine.timers import running
from ordercancel.policy.policy import Policy
from ordercancel.rules.effects import Forbid, Grant
from ordercancel.rules.facts import NO_REQUEST
from ordercancel.rules.rules import Rule
from ordercancel.verification.case_key import CaseKey, FactsRead
from ordercancel.verification.commands_tried import SELLER, SYSTEM, commands_tried
from ordercancel.verification.conditions import every_fact
from ordercancel.verification.enumeration import SECOND
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.scenario import VERBS, Attempt, CaseNode, Tick
from ordercancel.verification.time_regions import TimeRegions
from ordercancel.verification.visitor import Visitor

MOST_CASES = 5_000
"""How many cases a page looks at; where there are more, it says so and takes a sample as well."""

Situation = tuple[str, str]
"""The status of the order, and of its latest request (`NO_REQUEST` where nobody has asked)."""

Action = tuple[str, str | None]
"""What somebody does: ``request``, ``approve``, …, or ``advance`` with the move of the order."""

Cause = tuple[Action, str]
"""What changes something: an action with the role that takes it; of the clock, a deadline."""


@attrs.frozen
class Asked:
    """A command, the case that it was about, what was known of the seller, and the answer."""

    node: CaseNode
    command: Judged
    seller: Party | None
    decision: Decision


ASK: Action = ("request", None)
"""To ask for the cancellation of an order, or to cancel it."""

ANSWERS: tuple[Action, ...] = tuple(
    (name, None)
    for name in ("approve", "reject", "ask_withdrawal", "withdraw", "accept", "decline")
)
"""What can be done about an open request."""


def action_of(command: Command) -> Action:
    """The action that a command takes, and the move of the order, if it is one."""
    if isinstance(command, AnswerWithdrawal):
        return ("accept" if command.accept else "decline"), None
    return VERBS[type(command)], getattr(command, "move", None)


class Survey(Visitor):
    """Everything that people and the clock can make of orders under `policy`.

    What the host tells against the lifecycle is left out.

    Attributes:
        is_complete: Whether every case was looked at, and not only `MOST_CASES`.
        order_changes: The changes of an order's status: from, to, and what brings them about,
            each with the nearest step that does.
        request_changes: Those of a request's status; from None where it begins.
        answers: What the rules said, by situation, then by role and action.
        fired: The nearest case in which each deadline fired, before and after, by its id.
    """

    def __init__(self, policy: Policy, *, limit: int = MOST_CASES) -> None:
        self.policy = policy
        self.order_changes: dict[tuple[str, str, Cause], Step] = {}
        self.request_changes: dict[tuple[str | None, str, Cause], Step] = {}
        self.answers: dict[Situation, dict[tuple[str, Action], list[Asked]]] = {}
        self._decided: dict[tuple[str, Grant | Forbid], dict[str, Asked]] = {}
        self.fired: dict[str, Step] = {}
        self._keys = CaseKey(policy, TimeRegions(policy))
        self._facts = tuple(sorted(every_fact(policy)))
        self._commands = tuple(commands_tried(policy))
        sellers = (
            Party(SELLER.id, name=SELLER.id, permits_cancellation=permits)
            for permits in (True, False)
        )
        self._sellers = tuple(sellers) if policy.needs_seller else (None,)
        self._seen: set[Hashable] = set()
        self._ahead: set[str] = set()
        self._granted: dict[Hashable, tuple[str, ...]] = {}
        explorer = Explorer(policy, [self], limit=limit, corrects=False)
        explorer.run()
        self.is_complete = explorer.is_complete
        if not self.is_complete:  # those seen have had little time: look at some of every status
            Explorer(policy, [self], limit=limit, seed=0, corrects=False).run()

    def reached(self, node: CaseNode) -> None:
        case = node.case
        request = NO_REQUEST if case.latest is None else str(case.latest.status)
        situation = case.order.status, request
        facts = FactsRead(Facts(None, case, self.policy, node.at, None, SYSTEM))
        key = situation, self._keys.request(case), self._keys.regions(self._facts, facts)
        if key in self._seen:
            return
        self._seen.add(key)
        answers = self.answers.setdefault(situation, {})
        number = max(1, len(case.requests))
        for seller in self._sellers:
            for tried in self._commands:
                command = _about(tried, number)
                decision = self.policy.assess(command, case, node.at, seller=seller)
                asked = Asked(node, command, seller, decision)
                answers.setdefault((command.by.role, action_of(command)), []).append(asked)
                for each in decision.determined_by:
                    by_role = self._decided.setdefault((each.rule.id, each.effect), {})
                    best = by_role.setdefault(command.by.role, asked)
                    if self._plainness(asked) < self._plainness(best):
                        by_role[command.by.role] = asked

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        command = step.command
        if isinstance(command, FireDeadline):
            cause: Cause = ("deadline", command.deadline), command.by.role
            self._fire(command.deadline, step)
        else:
            cause = action_of(command), command.by.role
        before, after = step.before, step.after
        if before.order.status != after.order.status:
            self.order_changes.setdefault((before.order.status, after.order.status, cause), step)
        old = {request.number: request for request in before.requests}
        for request in after.requests:
            was = old.get(request.number)
            if was is None or (was.status, was.answerer) != (request.status, request.answerer):
                start = None if was is None else str(was.status)
                self.request_changes.setdefault((start, str(request.status), cause), step)

    def decisive(self, rule: Rule) -> Iterator[tuple[Grant | Forbid, Asked]]:
        """The nearest case in which each effect of a rule is decisive.

        Alone, if it ever is; and with somebody who may take the action in other cases.
        """
        for (rule_id, effect), by_role in self._decided.items():
            if rule_id == rule.id:
                able = {
                    role: asked
                    for role, asked in by_role.items()
                    if role in self.roles_that(action_of(asked.command))
                }
                yield effect, min((able or by_role).values(), key=self._plainness)

    def _plainness(self, asked: Asked) -> tuple[bool, int]:
        """How much besides one rule speaks: the lifecycle, and other rules."""
        move = getattr(asked.command, "move", None)
        nowhere = move and (asked.node.case.order.status, move) not in self.policy.orders.table
        return bool(nowhere), len(asked.decision.rules)

    def _fire(self, deadline: str, step: Step) -> None:
        """Remember where a deadline fired, rather where it was still ahead at the last event."""
        due = {each.deadline.id: each.due_at for each in running(self.policy, step.before)}
        last = step.before.updated_at or step.before.order.placed_at
        ahead = deadline in due and due[deadline] - SECOND >= last
        if ahead and deadline not in self._ahead:
            self._ahead.add(deadline)
            self.fired[deadline] = step
        self.fired.setdefault(deadline, step)

    def roles_that(self, action: Action, situations: Iterable[Situation] = ()) -> tuple[str, ...]:
        """The roles that are ever granted `action`, in any of `situations` or in any at all."""
        places = tuple(situations) or tuple(self.answers)
        key = action, places
        if key not in self._granted:
            granted = {
                role
                for situation in places
                for role in self.policy.roles
                for one in self.answers[situation].get((role, action), ())
                if not one.decision.is_refused
            }
            self._granted[key] = tuple(role for role in self.policy.roles if role in granted)
        return self._granted[key]

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that an order can have, in the order of its lifecycle."""
        reached = {status for status, _ in self.answers}
        reached |= {to for _, to, _ in self.order_changes}
        return tuple(each for each in self.policy.orders.statuses if each in reached)

    @property
    def request_statuses(self) -> tuple[str, ...]:
        """The statuses that a request can have, that of none first."""
        reached = {to for _, to, _ in self.request_changes}
        return (NO_REQUEST, *in_order(reached))

    @property
    def actions(self) -> tuple[Action, ...]:
        """Everything that somebody may do, in some case."""
        moves = (("advance", move) for move in self.policy.orders.moves)
        return tuple(each for each in (ASK, *ANSWERS, *moves) if self.roles_that(each))

    @property
    def willing_seller(self) -> Party | None:
        """A seller who permits cancellation requests, where a rule wants to know."""
        return self._sellers[0]

    def is_open(self, situation: Situation) -> bool:
        """Whether a request waits for an answer."""
        return situation[1] in OPEN


def _about(command: Judged, number: int) -> Judged:
    asked: Any = command
    return attrs.evolve(asked, request=number) if hasattr(asked, "request") else command


def in_order(statuses: Iterable[str]) -> tuple[str, ...]:
    """Statuses of a request, in the order in which a request goes through them."""
    known = set(statuses)
    return tuple(str(each) for each in RequestStatus if each in known)
