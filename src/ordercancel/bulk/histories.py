"""Random histories of orders under a policy, and the columns that a table has of them.

What happens to the orders happens at boundaries about one time in three: a second or a day before,
at or after the moment at which the policy begins to answer differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from ordercancel.bulk.columns import marks_of
from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    ANSWERS,
    AdvanceOrder,
    AnswerWithdrawal,
    Command,
    Judged,
    RequestCancellation,
    UpdateOrder,
)
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.decide import register
from ordercancel.engine.evolve import fold
from ordercancel.engine.handling import fire_due, handle
from ordercancel.engine.timers import OVERDUE, schedule
from ordercancel.policy.policy import Policy
from ordercancel.rules.anchors import known_anchors, least_anchor
from ordercancel.rules.conditions import Compare
from ordercancel.rules.facts import MARKED, Choice, Day, Flag, Moment, Number
from ordercancel.rules.times import midnight
from ordercancel.verification.commands_tried import parties_of
from ordercancel.verification.conditions import every_leaf, every_time

_ORDER_ID = "o-1"
_ACTORS: tuple[Actor, ...] = (Buyer("b-1"), Seller("s-1"), Operator("op-1"))
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
        # Those that can be cancelled are the ones that the rules are about.
        orders = policy.orders
        statuses = [each for each in orders.statuses if each != orders.cancelled]
        self._statuses = [*statuses, *orders.cancellable]

    def row(self) -> dict[str, Any]:
        """The columns of another order, but for its seller."""
        return row_of(self.case(), self._policy)

    def case(self) -> Case:
        """Another order that was placed, with what happened to it since."""
        policy, random = self._policy, self._random
        placed_at, *later = sorted(self._moment() for _ in range(random.randint(1, 5)))
        case = fold(register(self._order(placed_at, later), policy, placed_at))
        for at in later:
            kinds = [RequestCancellation, *random.choices((*ANSWERS, AdvanceOrder), k=6)]
            if random.random() < 0.5:
                random.shuffle(kinds)
            tried: list[Command] = [self._command(kind, case) for kind in kinds for _ in range(3)]
            if random.random() < 0.1:
                tried.insert(0, UpdateOrder(_ORDER_ID, by=System(), facts={"paid_at": at}))
            for command in tried:
                changed = self._after(command, case, at)
                if changed is not case:
                    case = changed
                    break
        # A tick comes a little late.
        ticked = max(self._at - timedelta(minutes=1), *later, placed_at)
        fired = fire_due(case, policy, ticked)
        return fired[-1].case if fired else case

    def _order(self, placed_at: datetime, later: Sequence[datetime]) -> Order:
        policy, random = self._policy, self._random
        status = random.choice(self._statuses)
        orders = policy.orders
        needed = orders.needs.get(status, ())
        brought = orders.awaited(status)
        facts: dict[str, Any] = parties_of(policy)

        def is_known(name: str, share: float) -> bool:
            return name in needed or (name not in brought and random.random() < share)

        for fact in policy.facts:
            if fact.of is None and (fact.required or is_known(fact.name, 0.5)):
                facts.setdefault(fact.name, self._value(fact.name))
        return Order(
            _ORDER_ID,
            policy=policy.name,
            status=status,
            buyer="b-1",
            seller="s-1",
            placed_at=placed_at,
            channel=random.choice([*policy.channels, None]),
            paid_at=random.choice([None, placed_at, *later]),
            ship_on=random.choice(self._days) if is_known("ship_on", 0.7) else None,
            shipped_at=placed_at if status in orders.shipped else None,
            cart_id="1" if "cart_id" in needed else None,
            item="1" if "item" in needed else None,
            facts=facts,
        )

    def _command(self, kind: type[Judged], case: Case) -> Judged:
        """A command that may or may not be permitted, with a reason and text that fit."""
        policy, random = self._policy, self._random
        fields: dict[str, Any] = {"by": random.choice(_ACTORS)}
        if kind in ANSWERS:
            fields["request"] = max(1, len(case.requests))
        if kind is AnswerWithdrawal:
            fields["accept"] = random.random() < 0.5
        if kind is AdvanceOrder:
            fields["move"] = move = random.choice(list(policy.orders.moves) or ["none"])
            fields["facts"] = {
                name: self._value(name) for name in policy.orders.facts.get(move, ())
            }
        reasons = policy.reasons_for(kind)
        if reasons:
            reason = random.choice(reasons)
            if reason.code is not None:
                fields["reason"] = reason.code
            if reason.text is not None and reason.text.required:
                fields["text"] = "x" * max(1, reason.text.minimum)
        data = {fact.name: self._value(fact.name) for fact in policy.facts if fact.of is kind}
        return kind(_ORDER_ID, data=data, **fields)

    def _moment(self) -> datetime:
        """A moment at a boundary, or one in the last two months, most of them lately."""
        if self._random.random() < 0.3:
            return self._random.choice(self._moments)
        age = timedelta(days=60) * self._random.random() ** 3
        return (self._at - age).replace(microsecond=0)

    def _value(self, name: str) -> Any:
        match self._policy.fact(name):
            case Choice() as fact:
                return self._random.choice(self._policy.domain(fact) or ("one", "two"))
            case Flag():
                return self._random.choice((True, True, False))
            case Number():
                return self._random.choice(self._numbers)
            case Moment():
                return self._moment()
            case Day():
                return self._random.choice(self._days)
            case _:
                return "x-1"

    def _after(self, command: Command, case: Case, at: datetime) -> Case:
        """The case after what is due and then `command`, as far as the policy lets it through."""
        try:
            seller = self._random.choice(_SELLERS)
            return handle(command, case, self._policy, at, seller=seller).case
        except InvalidValue:
            return case


def row_of(case: Case, policy: Policy) -> dict[str, Any]:
    """The columns of a case, but for its id and its seller."""
    order, latest = case.order, case.latest
    next_due, marked_from = schedule(policy, case)
    names = ("status", "channel", "placed_at", "paid_at", "status_since", "ship_on")
    return {
        **{name: getattr(order, name) for name in (*names, "shipped_at", "delivered_at")},
        "request_number": len(case.requests) or None,
        "request_status": latest and str(latest.status),
        "initiator": latest and latest.by.role,
        "answerer": latest and latest.answerer,
        "requested_at": latest and latest.at,
        "closed_at": latest and latest.closed_at,
        "rejected_before": case.had(RequestStatus.REJECTED),
        "withdrawn_before": case.had(RequestStatus.WITHDRAWN),
        "next_due": next_due,
        "overdue_at": marked_from.get(OVERDUE),
        **{f"{MARKED}{code}": case.is_marked(code) for code in marks_of(policy)},
        **(latest.data if latest else {}),
        **order.facts,
    }


def _boundaries(policy: Policy, at: datetime) -> tuple[list[datetime], list[date], list[int]]:
    """The moments, days and numbers around which the policy begins to answer differently."""
    zone = policy.tzinfo
    today = at.astimezone(zone).date()
    moments, days, numbers = {midnight(today, zone)}, {today, today - _DAY}, {0}
    own = {fact.name for fact in policy.facts}
    for leaf in every_leaf(policy):
        if isinstance(leaf, Compare) and leaf.fact in own:
            numbers.add(leaf.bound)
    for time in every_time(policy):
        is_day = isinstance(policy.fact(time.anchor_name), Day)
        known = known_anchors(time, zone, day=is_day)
        first = least_anchor(time, at, zone, day=is_day, within=known) if known else None
        if isinstance(first, datetime):
            moments.add(first.replace(microsecond=0))
        elif first is not None:
            days.add(first)
    steps = (-1, 0, 1)
    return (
        sorted(m + step * _SECOND for m in moments for step in steps if at - _FAR < m < at)
        or [at - _SECOND],  # of a midnight itself
        sorted(d + step * _DAY for d in days for step in steps if abs(today - d) < _FAR),
        sorted(each + step for each in numbers for step in steps),
    )
