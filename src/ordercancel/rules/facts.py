"""The facts that rules speak about, and how they are read.

A fact has a name, a kind with a domain, and a label for people. The constants below build
conditions: ``status.is_in("new", "delayed")``, ``since_placed < timedelta(minutes=30)``,
``~affirmed``. A policy may declare facts of its own (`attribute_flag`, `attribute_choice`,
`attribute_number`); the host supplies them in ``Order.attributes``.

Facts that may be missing say so; `ordercancel.rules.conditions` has what follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import attrs

from ordercancel.domain.actors import Role
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Command,
    Reject,
)
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.rules.conditions import Compare, Holds, IsIn, Known, Relation

__all__ = [
    "FACTS",
    "NO_REQUEST",
    "Choice",
    "Fact",
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
    """A fact that conditions may use.

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
        return Compare(self.name, Relation.LESS, bound)

    def __le__(self, bound: int | timedelta) -> Compare:
        return Compare(self.name, Relation.AT_MOST, bound)

    def __ge__(self, bound: int | timedelta) -> Compare:
        return Compare(self.name, Relation.AT_LEAST, bound)

    def __gt__(self, bound: int | timedelta) -> Compare:
        return Compare(self.name, Relation.MORE, bound)


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
