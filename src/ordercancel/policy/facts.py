"""The facts that rules speak about, and how they are read.

A fact has a name, a kind with a domain, and a label for people. The constants below build
conditions: ``status.is_in("new", "delayed")``, ``since_placed < timedelta(minutes=30)``,
``~affirmed``. A policy may declare facts of its own (`attribute_flag`, `attribute_choice`,
`attribute_number`); the host supplies them in ``Order.attributes``.

Facts that can be missing are marked; what follows from that is said in
`ordercancel.policy.conditions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs

from ordercancel.case import Case
from ordercancel.commands import AdvanceOrder, AnswerWithdrawal, ApplyDeadline, Command, Reject
from ordercancel.frozen import FrozenMap
from ordercancel.generating import function
from ordercancel.order import Party, Role
from ordercancel.policy.conditions import Compare, Comparison, Holds, IsIn, Known, Value
from ordercancel.request import RequestStatus
from ordercancel.text import Text

if TYPE_CHECKING:
    from ordercancel.policy.policy import Policy

__all__ = [
    "DAY_ANCHORS",
    "DEAR",
    "FACTS",
    "NO_REQUEST",
    "READ",
    "READ_WITH",
    "SPAN_ANCHORS",
    "Choice",
    "Fact",
    "Facts",
    "Flag",
    "Number",
    "Span",
    "Vocabulary",
    "accept",
    "affirmed",
    "attribute_choice",
    "attribute_flag",
    "attribute_number",
    "channel",
    "day_anchor",
    "day_of",
    "days_past_ship_on",
    "days_since_placed",
    "days_since_requested",
    "deadline",
    "deadline_due",
    "deadline_passed",
    "legal_move",
    "move",
    "party",
    "rejected_before",
    "request",
    "role",
    "seller_permits",
    "since_paid",
    "since_placed",
    "since_requested",
    "since_status",
    "span_anchor",
    "status",
    "withdrawn_before",
]

NO_REQUEST = "none"
"""The value of the fact `request` where nobody has asked yet."""


class Vocabulary(StrEnum):
    """A domain that each policy brings along."""

    STATUSES = "statuses"
    CHANNELS = "channels"
    MOVES = "moves"
    DEADLINES = "deadlines"


@attrs.frozen(order=False)
class Fact:
    """Something that a rule may know.

    Args:
        name: What conditions call it.
        label: What people call it.
        may_be_missing: Whether an order or command can be without it.
        commands: The kinds of commands that have it; None where all have.
        own: Whether a policy declares it and the host supplies it in ``Order.attributes``.
    """

    name: str
    label: Text
    may_be_missing: bool = attrs.field(default=False, kw_only=True)
    commands: tuple[type[Command], ...] | None = attrs.field(default=None, kw_only=True)
    own: bool = attrs.field(default=False, kw_only=True)

    @property
    def is_known(self) -> Known:
        """The condition that the fact is there."""
        return Known(self.name)


@attrs.frozen
class Choice(Fact):
    """A fact that is one of some words: given here, or brought along by the policy."""

    values: tuple[str, ...] | Vocabulary = attrs.field(kw_only=True)

    def is_in(self, *values: str) -> IsIn:
        """The condition that the fact is one of `values`."""
        return IsIn(self.name, frozenset(map(str, values)))


@attrs.frozen
class Flag(Fact):
    """A fact that is true or false."""

    @property
    def holds(self) -> Holds:
        """The condition that the flag is true; ``~`` gives the opposite."""
        return Holds(self.name)


@attrs.frozen(order=False)
class _Ordered(Fact):
    def __lt__(self, bound: int | timedelta) -> Compare:
        return Compare(self.name, Comparison.LESS, bound)

    def __le__(self, bound: int | timedelta) -> Compare:
        return Compare(self.name, Comparison.AT_MOST, bound)

    def __ge__(self, bound: int | timedelta) -> Compare:
        return Compare(self.name, Comparison.AT_LEAST, bound)

    def __gt__(self, bound: int | timedelta) -> Compare:
        return Compare(self.name, Comparison.MORE, bound)


@attrs.frozen(order=False)
class Span(_Ordered):
    """A length of time, compared with a `timedelta`."""


@attrs.frozen(order=False)
class Number(_Ordered):
    """A whole number, such as calendar days in the policy's zone, compared with an int."""


status = Choice("status", Text("注文の状態", "order status"), values=Vocabulary.STATUSES)
channel = Choice(
    "channel", Text("注文経路", "channel"), values=Vocabulary.CHANNELS, may_be_missing=True
)
role = Choice("role", Text("操作者", "actor"), values=tuple(Role))
party = Flag("party", Text("操作者が注文の当事者", "the actor is a party to the order"))
request = Choice(
    "request",
    Text("最新のリクエスト", "latest request"),
    values=(NO_REQUEST, *RequestStatus),
)
rejected_before = Flag("rejected_before", Text("過去に拒否あり", "a request was rejected before"))
withdrawn_before = Flag(
    "withdrawn_before", Text("過去に撤回あり", "a request was withdrawn before")
)
since_placed = Span("since_placed", Text("注文からの時間", "time since the order was placed"))
since_paid = Span(
    "since_paid", Text("支払いからの時間", "time since payment"), may_be_missing=True
)
since_status = Span(
    "since_status", Text("現在の状態になってからの時間", "time in the present status")
)
since_requested = Span(
    "since_requested", Text("リクエストからの時間", "time since the request"), may_be_missing=True
)
days_since_placed = Number(
    "days_since_placed", Text("注文日からの暦日数", "calendar days since the order was placed")
)
days_past_ship_on = Number(
    "days_past_ship_on",
    Text("発送予定日を過ぎた暦日数", "calendar days past the planned ship date"),
    may_be_missing=True,
)
days_since_requested = Number(
    "days_since_requested",
    Text("リクエスト日からの暦日数", "calendar days since the request"),
    may_be_missing=True,
)
seller_permits = Flag(
    "seller_permits",
    Text("受注側がキャンセルの受付を許可", "the seller permits cancellation requests"),
    may_be_missing=True,
)
affirmed = Flag(
    "affirmed",
    Text(
        "キャンセル不可状態であると確認済み",
        "the seller affirmed that cancelling is impracticable",
    ),
    commands=(Reject,),
)
move = Choice(
    "move",
    Text("注文の操作", "move of the order"),
    values=Vocabulary.MOVES,
    commands=(AdvanceOrder,),
)
legal_move = Flag(
    "legal_move",
    Text("状態遷移が可能", "the order chart has the move"),
    commands=(AdvanceOrder,),
)
accept = Flag(
    "accept",
    Text("撤回に応じる", "the buyer accepts to withdraw"),
    commands=(AnswerWithdrawal,),
)
deadline = Choice(
    "deadline",
    Text("適用する期限", "deadline to apply"),
    values=Vocabulary.DEADLINES,
    commands=(ApplyDeadline,),
)
deadline_due = Flag(
    "deadline_due", Text("期限が到来", "the deadline has come due"), commands=(ApplyDeadline,)
)
deadline_passed = Flag(
    "deadline_passed",
    Text("回答期限を経過", "the time for an answer is over"),
)


def attribute_flag(name: str, label: Text) -> Flag:
    """A flag of the policy's own, supplied in ``Order.attributes[name]``."""
    return Flag(name, label, may_be_missing=True, own=True)


def attribute_choice(name: str, label: Text, values: tuple[str, ...]) -> Choice:
    """A word out of `values`, supplied in ``Order.attributes[name]``."""
    return Choice(name, label, values=values, may_be_missing=True, own=True)


def attribute_number(name: str, label: Text) -> Number:
    """A whole number, supplied in ``Order.attributes[name]``."""
    return Number(name, label, may_be_missing=True, own=True)


class Facts(Mapping[str, Value | None]):
    """The facts of one command about one case, at one moment. Read when they are asked for."""

    __slots__ = ("at", "case", "command", "policy", "seller")

    def __init__(
        self,
        command: Command,
        case: Case,
        policy: Policy,
        at: datetime,
        seller: Party | None,
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
"""The moment that a length of time is counted from, by the fact's name; told as in `READ`."""

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


def _has_passed(case: Case, policy: Policy, at: datetime) -> bool:
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
        "party": "order.knows(command.by)",
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

DEAR = frozenset({*SPAN_ANCHORS, *DAY_ANCHORS, "legal_move", "deadline_due", "deadline_passed"})
"""The facts that take more than a look; they are read only where a rule hangs on them."""


@cache
def _reader(expression: str) -> Callable[..., Any]:
    """What reads one thing alone."""
    source = f"""def read(command, case, policy, at, seller):
    order = case.order
    return {expression}
"""
    return function("read", source, READ_WITH)


FACTS: Mapping[str, Fact] = FrozenMap(
    {
        fact.name: fact
        for fact in (
            status,
            channel,
            role,
            party,
            request,
            rejected_before,
            withdrawn_before,
            since_placed,
            since_paid,
            since_status,
            since_requested,
            days_since_placed,
            days_past_ship_on,
            days_since_requested,
            seller_permits,
            affirmed,
            move,
            legal_move,
            accept,
            deadline,
            deadline_due,
            deadline_passed,
        )
    }
)
"""The facts that every policy knows, by name."""
