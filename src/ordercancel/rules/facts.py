"""The facts that rules speak about.

A fact has a name, a kind with a domain, and a label for people. The constants below build
conditions: ``status.is_in("new", "delayed")``, ``now < placed_at + minutes(30)``, ``buyer &
~rejected_before``. A policy may declare facts of its own, of the order or of a command: ``Flag``,
``Choice``, ``Number``, ``Moment``, ``Day``.

A fact can be missing; what follows from that is said in `ordercancel.rules.conditions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NoReturn

import attrs

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.commands import (
    ANSWERS,
    AdvanceOrder,
    AnswerWithdrawal,
    Judged,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.exact import exact
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.domain.texts import Text, words_of
from ordercancel.rules.calendars import Calendar
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Holding,
    Holds,
    IsIn,
    Known,
    Relation,
)
from ordercancel.rules.roles import SIDES
from ordercancel.rules.times import BusinessDays, EndOfDay, Reads, Time

NO_REQUEST = "none"
"""The value of the fact `request` where nobody has asked yet."""


class Vocabulary(StrEnum):
    """A domain that each policy brings along."""

    STATUSES = "statuses"
    CHANNELS = "channels"
    MOVES = "moves"
    REASONS = "reasons"
    ROLES = "roles"
    ANSWERERS = "answerers"


@attrs.frozen(order=False)
class Fact:
    """Something that a rule may know.

    Declare one in ``Policy.facts``; the host supplies its value in ``Order.facts``, or with the
    command that it is of, in its ``data``.

    Args:
        name: What conditions call it.
        label: What people call it. Default: the words of the name.
        of: The command that carries it; of `RequestCancellation` the request keeps it. Default:
            None, it is of the order.
        required: Whether an order is registered with it, or a command given with it. Default:
            False.
    """

    name: str = attrs.field(converter=exact)
    label: Text | str = attrs.field()
    of: type[Judged] | None = attrs.field(default=None, kw_only=True)
    required: bool = attrs.field(default=False, kw_only=True)
    commands: tuple[type[Judged], ...] | None = attrs.field(default=None, kw_only=True, repr=False)
    may_be_missing: bool = attrs.field(default=True, kw_only=True, repr=False)

    @label.default
    def _label(self) -> str:
        return words_of(self.name)

    @property
    def is_known(self) -> Known:
        """The condition that the fact is there."""
        return Known(self.name)


@attrs.frozen
class Choice(Fact):
    """A fact that is one of some words: given here, or brought along by the policy."""

    values: tuple[str, ...] | Vocabulary = attrs.field(kw_only=True)

    def is_in(self, *values: str) -> IsIn:
        """The condition that the fact is one of `values`.

        Raises:
            TypeError: They are given as a list or set, instead of one by one.
        """
        if any(isinstance(value, list | set | frozenset) for value in values):
            raise TypeError(f"words are given one by one: {self.name}.is_in('a', 'b')")
        return IsIn(self.name, frozenset(map(exact, values)))


@attrs.frozen
class Flag(Fact):
    """A fact that is true or false. It stands bare in conditions: ``gift & ~paid``.

    One that a command carries and that is not told is false, not unknown.
    """

    @property
    def holds(self) -> Holds:
        """The condition that the flag is true; ``~`` gives the opposite."""
        return Holds(self.name)

    def __and__(self, other: Holding) -> All:
        return self.holds & other

    def __or__(self, other: Holding) -> AnyOf:
        return self.holds | other

    def __invert__(self) -> Condition:
        return ~self.holds

    def __bool__(self) -> bool:
        return bool(self.holds)  # which says that a condition is data


@attrs.frozen(order=False)
class Number(Fact):
    """A whole number, compared with an int."""

    def __lt__(self, bound: int) -> Compare:
        return Compare(self.name, Relation.LESS, bound)

    def __le__(self, bound: int) -> Compare:
        return Compare(self.name, Relation.AT_MOST, bound)

    def __ge__(self, bound: int) -> Compare:
        return Compare(self.name, Relation.AT_LEAST, bound)

    def __gt__(self, bound: int) -> Compare:
        return Compare(self.name, Relation.MORE, bound)


@attrs.frozen
class Moment(Fact, Time):
    """A moment: a date and a time with a UTC offset. Times are reckoned from it."""

    @property
    def anchor_name(self) -> str:
        return self.name

    def at(self, read: Reads) -> datetime | None:
        moment: datetime | None = read(self.name)
        return moment


@attrs.frozen
class Day(Fact):
    """A calendar day in the policy's zone. It becomes a time by its end."""

    @property
    def anchor_name(self) -> str:
        """The name of the fact: it is its own anchor."""
        return self.name

    def __add__(self, length: object) -> NoReturn:
        raise TypeError(
            f"a day becomes a time by its end: write {self.name}.end(), or .end(3) for the third "
            "day afterwards"
        )

    def day(self, read: Reads) -> date | None:
        """The day; None where it is not known."""
        day: date | None = read(self.name)
        return day

    def end(self, later: int = 0) -> EndOfDay:
        """The end of this day, or of the day so many days `later`."""
        return EndOfDay(self, later)

    def business_days(self, count: int, calendar: Calendar) -> BusinessDays:
        """The end of the `count`-th working day after this day."""
        return BusinessDays(self, count, calendar)


def _always(kind: Any, name: str, ja: str, en: str, **more: Any) -> Any:
    """A fact that every policy has and that is always known."""
    return kind(name, Text(ja, en), may_be_missing=False, **more)


status: Choice = _always(
    Choice, "status", "注文の状態", "order status", values=Vocabulary.STATUSES
)
channel = Choice("channel", Text("注文経路", "channel"), values=Vocabulary.CHANNELS)
role: Choice = _always(Choice, "role", "操作者", "actor", values=Vocabulary.ROLES)
side: Choice = _always(Choice, "side", "操作者の側", "side of the actor", values=SIDES)
is_on_behalf: Flag = _always(
    Flag, "is_on_behalf", "代理による操作", "somebody acts on the actor's behalf"
)
request: Choice = _always(
    Choice, "request", "最新のリクエスト", "latest request", values=(NO_REQUEST, *RequestStatus)
)
initiator: Choice = _always(
    Choice,
    "initiator",
    "リクエストした側",
    "initiator of the request",
    values=Vocabulary.ANSWERERS,
)
answerer: Choice = _always(
    Choice, "answerer", "回答する側", "answerer of the request", values=Vocabulary.ANSWERERS
)
is_initiator: Flag = _always(
    Flag, "is_initiator", "操作者がリクエストした本人", "the actor made the request"
)
is_answerer: Flag = _always(
    Flag, "is_answerer", "操作者が回答する側", "the request is for the actor to answer"
)
is_own_side: Flag = _always(
    Flag, "is_own_side", "操作者がリクエストした側", "the actor's side made the request"
)
is_stale: Flag = _always(
    Flag,
    "is_stale",
    "終了したリクエストへの回答",
    "an answer to another request than the open one",
    commands=ANSWERS,
)
reason = Choice(
    "reason",
    Text("理由", "reason"),
    values=Vocabulary.REASONS,
    commands=(RequestCancellation, Reject),
)
rejected_before: Flag = _always(
    Flag, "rejected_before", "過去に拒否あり", "a request was rejected before"
)
withdrawn_before: Flag = _always(
    Flag, "withdrawn_before", "過去に撤回あり", "a request was withdrawn before"
)
requests_made: Number = _always(
    Number, "requests_made", "これまでのリクエスト数", "requests made so far"
)
placed_at: Moment = _always(Moment, "placed_at", "注文", "the order")
paid_at = Moment("paid_at", Text("支払い", "the payment"))
status_since: Moment = _always(
    Moment, "status_since", "現在の状態への変更", "the change to the present status"
)
shipped_at = Moment("shipped_at", Text("発送", "the shipment"))
delivered_at = Moment("delivered_at", Text("配達", "the delivery"))
requested_at = Moment("requested_at", Text("リクエスト", "the request"))
closed_at = Moment("closed_at", Text("リクエストの終了", "the closing of the request"))
ship_on = Day("ship_on", Text("発送予定日", "the planned ship date"))
seller_permits: Flag = _always(
    Flag,
    "seller_permits",
    "受注側がキャンセルの受付を許可",
    "the seller permits cancellation requests",
)
move: Choice = _always(
    Choice,
    "move",
    "注文の操作",
    "move of the order",
    values=Vocabulary.MOVES,
    commands=(AdvanceOrder,),
)
legal_move: Flag = _always(
    Flag, "legal_move", "状態遷移が可能", "the lifecycle has the move", commands=(AdvanceOrder,)
)
accept: Flag = _always(
    Flag, "accept", "撤回に応じる", "the request is withdrawn", commands=(AnswerWithdrawal,)
)

units_shipped: Choice = _always(
    Choice,
    "units_shipped",
    "対象のうち発送済みの数量",
    "how much of what is asked for has shipped",
    values=(NO_REQUEST, "some", "all"),
)

MARKED = "marked."
"""Begins the names of the facts that something is marked."""


def marked(code: str) -> Holds:
    """The condition that the order, or its latest request, is marked with `code`."""
    return Holds(MARKED + code)


refund_open = marked(REFUND_OPEN)
"""The condition that a refund is not settled yet; where nobody handles refunds it never holds."""

is_open = request.is_in(*OPEN)
"""The condition that a request waits for an answer."""

buyer, seller, operator, system = (
    role.is_in(name) for name in ("buyer", "seller", "operator", "system")
)

FACTS: Mapping[str, Fact] = FrozenMap(
    {fact.name: fact for fact in tuple(vars().values()) if isinstance(fact, Fact)}
)
"""The facts that every policy knows, by name."""

OF_THE_ACTOR = frozenset(
    {
        "role",
        "side",
        "is_on_behalf",
        "is_initiator",
        "is_answerer",
        "is_own_side",
        "seller_permits",
    }
)
"""The facts about whoever acts: nobody does where a deadline runs, or a label is read."""
