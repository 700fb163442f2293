"""Case facts: how each fact of a command is read from a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.codegen import compile_function
from ordercancel.domain.commands import ApplyDeadline, Command
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import FACTS, NO_REQUEST


class Facts(Mapping[str, Value | None]):
    """The facts of one command about one case, at one moment; each is read on look-up."""

    __slots__ = ("at", "case", "command", "policy", "seller")

    def __init__(
        self, command: Command, case: Case, policy: RuleSet, at: datetime, seller: Party | None
    ) -> None:
        self.command = command
        self.case = case
        self.policy = policy
        self.at = at
        self.seller = seller

    def __getitem__(self, name: str) -> Value | None:
        fact = FACTS.get(name)
        if fact is None:
            return self.case.order.attributes.get(name)
        if fact.commands is not None and not isinstance(self.command, fact.commands):
            return None
        value: Value | None = _reader(READ[name])(
            self.command, self.case, self.policy, self.at, self.seller
        )
        return value

    def __iter__(self) -> Iterator[str]:
        yield from FACTS
        yield from (fact.name for fact in self.policy.facts)

    def __len__(self) -> int:
        return len(FACTS) + len(self.policy.facts)


_REQUESTED_AT = "(case.requests[-1].at if case.requests else None)"

SPAN_ANCHORS: Mapping[str, str] = FrozenMap(
    {
        "since_placed": "order.placed_at",
        "since_paid": "order.paid_at",
        "since_status": "order.status_since",
        "since_requested": _REQUESTED_AT,
    }
)
"""The moment that a length of time is counted from, by fact; an expression as in `READ`."""

DAY_ANCHORS: Mapping[str, str] = FrozenMap(
    {
        "days_since_placed": "order.placed_at",
        "days_past_ship_on": "order.ship_on",
        "days_since_requested": _REQUESTED_AT,
    }
)
"""What calendar days are counted from: a day, or the day of a moment in the policy's zone."""


def span_anchor(name: str, case: Case) -> datetime | None:
    """The moment of a case that the length of time called `name` is counted from."""
    anchor: datetime | None = _reader(SPAN_ANCHORS[name])(None, case, None, None, None)
    return anchor


def day_anchor(name: str, case: Case) -> datetime | date | None:
    """What the calendar days called `name` are counted from in a case."""
    anchor: datetime | date | None = _reader(DAY_ANCHORS[name])(None, case, None, None, None)
    return anchor


def day_of(anchor: datetime | date, zone: ZoneInfo) -> date:
    """The calendar day in `zone`; a day that is one already stays what it is."""
    return anchor.astimezone(zone).date() if isinstance(anchor, datetime) else anchor


def _since(anchor: datetime | None, at: datetime) -> timedelta | None:
    return None if anchor is None else at - anchor


def _days_since(anchor: datetime | date | None, at: datetime, zone: ZoneInfo) -> int | None:
    return None if anchor is None else (at.astimezone(zone).date() - day_of(anchor, zone)).days


def _is_due(command: ApplyDeadline, case: Case, at: datetime) -> bool:
    return any(
        (duty.deadline, duty.request) == (command.deadline, command.request) and duty.due_at <= at
        for duty in case.open_duties
    )


def _has_passed(case: Case, policy: RuleSet, at: datetime) -> bool:
    """Whether a deadline has passed that decides, and still can.

    Silence does not cancel an order that was shipped meanwhile; its request can still be answered.
    """
    for duty in case.open_duties:
        if duty.due_at <= at and policy.can_decide(duty.deadline, case.order.status):
            return case.open_request is not None
    return False


READ: Mapping[str, str] = FrozenMap(
    {
        "status": "order.status",
        "channel": "order.channel",
        "role": "command.by.role",
        "party": "order.visible_to(command.by)",
        "request": "case.requests[-1].status if case.requests else NO_REQUEST",
        "rejected_before": "REJECTED in case.ended",
        "withdrawn_before": "WITHDRAWN in case.ended",
        **{name: f"since({anchor}, at)" for name, anchor in SPAN_ANCHORS.items()},
        **{
            name: f"days_since({anchor}, at, policy.tzinfo)"
            for name, anchor in DAY_ANCHORS.items()
        },
        "seller_permits": "None if seller is None else seller.permits_cancellation",
        "affirmed": "command.affirmed",
        "move": "command.move",
        "legal_move": "policy.can_advance(order.status, command.move)",
        "accept": "command.accept",
        "deadline": "command.deadline",
        "deadline_due": "is_due(command, case, at)",
        "deadline_passed": "has_passed(case, policy, at)",
    }
)
"""How each fact that every policy knows is read, as an expression of Python.

It speaks of ``command``, ``case``, its ``order``, ``policy``, ``at``, ``seller`` and `READ_WITH`.
Judging a command puts the expressions into one function with the conditions.
"""

READ_WITH: Mapping[str, object] = FrozenMap(
    {
        "NO_REQUEST": NO_REQUEST,
        "REJECTED": RequestStatus.REJECTED,
        "WITHDRAWN": RequestStatus.WITHDRAWN,
        "since": _since,
        "days_since": _days_since,
        "is_due": _is_due,
        "has_passed": _has_passed,
    }
)
"""What those expressions call by name."""

COSTLY = frozenset({*SPAN_ANCHORS, *DAY_ANCHORS, "legal_move", "deadline_due", "deadline_passed"})
"""The facts that are costly to compute; they are read only where a rule depends on them."""


@cache
def _reader(expression: str) -> Callable[..., Any]:
    """Compile a function that reads one expression alone."""
    source = f"""def read(command, case, policy, at, seller):
    order = case.order
    return {expression}
"""
    return compile_function("read", source, READ_WITH)
