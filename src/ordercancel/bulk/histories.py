"""Random histories of orders under a policy, and the columns that a table has of them.

What happens to the orders happens at boundaries about one time in three: a second or a day before,
at or after the moment at which the policy begins to answer differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from random import Random
from typing import Any

import attrs

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case, DutyStatus
from ordercancel.domain.commands import AdvanceOrder, ApplyDeadline, Command
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Compare
from ordercancel.rules.deadlines import After, Consequence, EndOfDay, midnight
from ordercancel.rules.facts import Choice, Fact, Flag
from ordercancel.verification.commands_tried import BUYER, ORDER_ID, SELLER, commands_tried
from ordercancel.verification.enumeration import all_leaves

_SELLERS = [
    Party("s-1", name="s-1", permits_cancellation=permits) for permits in (True, True, True, False)
]
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_FAR = timedelta(days=36_500)
"""Bounds that are farther away have no orders beside them."""


class Histories:
    """Draws orders and what happened to them until the moment `at`: the same for a `seed`."""

    def __init__(self, policy: Policy, at: datetime, seed: int) -> None:
        self._policy = policy
        self._at = at
        self._random = Random(seed)  # noqa: S311 - no secret
        self._moments, self._days, self._numbers = _boundaries(policy, at)
        self._initial = next(state.id for state in policy.orders.states if state.initial)
        # Those that can be cancelled are the ones that the rules are about.
        states = [each for each in policy.orders.state_ids if each != policy.cancelled_status]
        self._statuses = [*states, *(each for each in states if policy.can_cancel(each))]
        actors = {BUYER, SELLER, System()}
        self._commands = [each for each in commands_tried(policy) if each.by in actors]

    def row(self) -> dict[str, Any]:
        """The columns of another order, but for its seller."""
        return _row(self._case(), self._policy)

    def _case(self) -> Case:
        """An order that was placed, and what happened to it since."""
        policy, random = self._policy, self._random
        placed_at, *later = sorted(self._moment() for _ in range(random.randint(1, 5)))
        case = fold(register(self._order(placed_at, later), policy, placed_at))
        for at in later:
            case = self._ticked(case, at)
            tried = random.sample(self._commands, 12)
            for command in [self._commands[0], *tried] if random.random() < 0.5 else tried:
                changed = self._after(command, case, at)
                if changed is not case:
                    case = changed
                    break
        # A tick comes a little late.
        return self._ticked(case, self._at - timedelta(minutes=1))

    def _order(self, placed_at: datetime, later: Sequence[datetime]) -> Order:
        policy, random = self._policy, self._random
        status = random.choice(self._statuses)
        undated = status == self._initial and policy.planned_by
        dated = status in policy.dated or (not undated and random.random() < 0.7)
        return Order(
            ORDER_ID,
            policy=policy.name,
            status=status,
            buyer=BUYER.id,
            seller=SELLER.id,
            placed_at=placed_at,
            channel=random.choice([*policy.channels, None]),
            paid_at=random.choice([None, placed_at, *later]),
            ship_on=random.choice(self._days) if dated else None,
            attributes={
                fact.name: self._value(fact) for fact in policy.facts if random.random() < 0.5
            },
        )

    def _moment(self) -> datetime:
        """A moment at a boundary, or one in the last two months, most of them lately."""
        if self._random.random() < 0.3:
            return self._random.choice(self._moments)
        age = timedelta(days=60) * self._random.random() ** 3
        return (self._at - age).replace(microsecond=0)

    def _value(self, fact: Fact) -> Any:
        if isinstance(fact, Choice):
            return self._random.choice(self._policy.domain(fact))
        return self._random.choice((True, False) if isinstance(fact, Flag) else self._numbers)

    def _ticked(self, case: Case, at: datetime) -> Case:
        """The case once the deadlines that are due have acted."""
        for duty in sorted(case.open_duties, key=lambda duty: duty.due_at):
            if duty.due_at <= at:
                command = ApplyDeadline(
                    ORDER_ID, by=System(), deadline=duty.deadline, request=duty.request
                )
                case = self._after(command, case, at)
        return case

    def _after(self, command: Command, case: Case, at: datetime) -> Case:
        """The case after `command`, and as it was where the policy refuses that."""
        if isinstance(command, AdvanceOrder) and command.move in self._policy.planned_by:
            command = attrs.evolve(command, ship_on=self._random.choice(self._days))
        seller = self._random.choice(_SELLERS)
        try:
            return reduce(evolve, decide(command, case, self._policy, at, seller=seller), case)
        except Refused:
            return case


def _row(case: Case, policy: Policy) -> dict[str, Any]:
    """The columns of a case."""
    order, latest, duties = case.order, case.latest, case.open_duties
    deciding = [duty.due_at for duty in duties if policy.can_decide(duty.deadline, order.status)]
    overdue = [
        duty.due_at
        for duty in case.duties
        if duty.status in (DutyStatus.OPEN, DutyStatus.MISSED)
        and policy.deadline(duty.deadline).does is Consequence.MARK_OVERDUE
        and latest is not None
        and duty.request == latest.number
    ]
    names = ("status", "channel", "placed_at", "paid_at", "status_since", "ship_on")
    return {
        **{name: getattr(order, name) for name in names},
        "request_status": latest and str(latest.status),
        "requested_at": latest and latest.at,
        "rejected_before": case.had(RequestStatus.REJECTED),
        "withdrawn_before": case.had(RequestStatus.WITHDRAWN),
        "answer_due_at": min(deciding, default=None),
        "overdue_at": min(overdue, default=None),
        "due_at": min((duty.due_at for duty in duties), default=None),
        **order.attributes,
    }


def _boundaries(policy: Policy, at: datetime) -> tuple[list[datetime], list[date], list[int]]:
    """The moments, ship dates and numbers around which the policy begins to answer differently."""
    zone = policy.tzinfo
    today = at.astimezone(zone).date()
    moments, days, numbers = {midnight(today, zone)}, {today, today - _DAY}, {0}
    own = {fact.name for fact in policy.facts}
    for leaf in all_leaves(policy):
        bound = leaf.bound if isinstance(leaf, Compare) else None
        if isinstance(bound, timedelta) and abs(bound) <= _FAR:
            moments.add(at - bound)
        elif isinstance(bound, int) and leaf.fact in own:
            numbers.add(bound)
        elif isinstance(bound, int) and abs(bound) <= _FAR.days:
            days.add(today - bound * _DAY)
            moments |= {midnight(today, zone, -bound), midnight(today, zone, 1 - bound)}
    for deadline in policy.deadlines:
        if isinstance(deadline.due, After):
            moments.add(at - deadline.due.length)
        elif isinstance(deadline.due, EndOfDay):
            moments.add(midnight(today, zone, -deadline.due.days))
    steps = (-1, 0, 1)
    return (
        sorted(each + step * _SECOND for each in moments for step in steps if each < at),
        sorted(each + step * _DAY for each in days for step in steps),
        sorted(each + step for each in numbers for step in steps),
    )
