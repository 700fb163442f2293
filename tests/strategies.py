"""Hypothesis strategies: parties, orders, commands, histories, events, conditions and rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel import (
    Actor,
    AdvanceOrder,
    Answer,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    CancellationRequest,
    Case,
    Command,
    Duty,
    DutyStatus,
    Event,
    Message,
    Operator,
    Order,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    Rule,
    Seller,
    System,
    Withdraw,
)
from ordercancel.commands import ApplyDeadline
from ordercancel.events import (
    CancellationRequested,
    DeadlinePassed,
    DutyArose,
    DutyBreached,
    DutyMet,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    RequestGranted,
    RequestLapsed,
    RequestRejected,
    RequestSuperseded,
    RequestWithdrawn,
    WithdrawalAsked,
    WithdrawalHeld,
)
from ordercancel.policy.clauses import ours
from ordercancel.policy.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Holds,
    IsIn,
    Known,
    Not,
    Value,
)
from ordercancel.policy.rules import CANCEL, PERMIT, REFER, Effect, Forbid
from ordercancel.policy.wording import Audience, Medium, Occasion
from samples import BUYER, JST, OPERATOR, SELLER, STRANGER, SYSTEM, jst, order

ORDER_ID = "762544202"
START = jst(16, 9)
"""When histories begin: the day before the sample order is planned to ship."""

ACTORS = (
    BUYER,
    SELLER,
    OPERATOR,
    SYSTEM,
    STRANGER,
    Seller("s-2"),
    # The ids of the parties, on the wrong side.
    Buyer("s-1"),
    Seller("b-1"),
)
TYPED = (
    None,
    "",
    " \u3000 ",
    "短い",
    "二十文字ちょうどのキャンセル理由の本文です",
    "この文章は、その他の理由として三十文字の下限を確かに超えるように書かれています。",
    "\u200b" * 40,
    "見える\u202e逆さ",
    "長" * 501,
    "長" * 4_000,
)
"""What people type: nothing, too little, enough, too much, padding and tricks."""

LONG_ENOUGH = TYPED[5]
GAPS = (
    timedelta(),
    timedelta(seconds=1),
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(minutes=30),
    timedelta(minutes=30),
    timedelta(hours=7),
    timedelta(days=1),
    timedelta(days=5),
)


# ---------------------------------------------------------------- people and orders


def parties(party_id: str = "s-1") -> SearchStrategy[Party]:
    """What a directory may know of the party `party_id`."""
    return st.builds(
        Party,
        st.just(party_id),
        name=st.sampled_from(("サンプル卸", "Sample & Co.")),
        emails=st.lists(st.sampled_from(("a@example.jp", "b@example.jp")), max_size=2),
        permits_cancellation=st.booleans(),
        locale=st.sampled_from(("ja", "en")),
    )


@st.composite
def orders(draw: DrawFn, policy: Policy, order_id: str = ORDER_ID) -> Order:
    """An order of `policy` in any status and channel, with a ship date around `START`."""
    status = draw(st.sampled_from(policy.orders.state_ids))
    days = st.dates(date(2022, 8, 13), date(2022, 8, 24))
    return order(
        policy.name,
        id=order_id,
        status=status,
        channel=draw(st.sampled_from((None, *policy.channels))),
        ship_on=draw(days if status in policy.dated else st.none() | days),
    )


@st.composite
def young_orders(draw: DrawFn, policy: Policy, order_id: str = ORDER_ID) -> Order:
    """An order of `policy` about which much can still happen."""
    statuses = {"qoo10": ("new", "shipping_requested"), "conect": ("placed", "accepted")}
    channels = {"qoo10": None, "conect": "order_form"}
    return order(
        policy.name,
        id=order_id,
        status=draw(st.sampled_from(statuses[policy.name])),
        channel=channels[policy.name],
        ship_on=draw(st.dates(date(2022, 8, 16), date(2022, 8, 24))),
    )


# ---------------------------------------------------------------- commands and histories


def command_ids() -> SearchStrategy[str | None]:
    """No id, or one of a few, which therefore come again."""
    some = st.sampled_from(("c-1", "c-2", "c-3", "c-4"))
    return st.one_of(st.none(), st.none(), st.none(), some)


def likely_commands(policy: Policy, order_id: str = ORDER_ID) -> SearchStrategy[Command]:
    """Commands by those who may give them, with what they need; most of them in vain."""
    known: dict[str, Any] = {"order_id": st.just(order_id), "command_id": command_ids()}
    buyer: dict[str, Any] = known | {"by": st.just(BUYER)}
    seller: dict[str, Any] = known | {"by": st.just(SELLER)}
    plain = [code for code in policy.request_reasons.codes if code != "other"]
    unplanned = [
        move
        for move in policy.orders.moves
        if move != policy.cancel_move and move not in policy.planned_by
    ]
    kinds: list[SearchStrategy[Command]] = [
        st.builds(RequestCancellation, **buyer, reason=st.sampled_from(plain)),
        st.builds(RequestCancellation, **buyer, reason=st.just("other"), text=st.just("短い")),
        st.builds(Approve, **seller),
        st.just(rejecting(policy, order_id)),
        st.builds(AskWithdrawal, **seller, text=st.sampled_from(("出荷準備済みです", None))),
        st.builds(AnswerWithdrawal, **buyer, accept=st.booleans()),
        st.builds(Withdraw, **buyer),
        st.builds(AdvanceOrder, **seller, move=st.sampled_from(unplanned)),
    ]
    if policy.planned_by:
        kinds.append(
            st.builds(
                AdvanceOrder,
                **seller,
                move=st.sampled_from(sorted(policy.planned_by)),
                ship_on=st.dates(date(2022, 8, 16), date(2022, 8, 24)),
            )
        )
    return st.one_of(kinds)


def asking(policy: Policy, order_id: str = ORDER_ID) -> RequestCancellation:
    """The buyer asks to cancel, well-formed, for the first reason there is."""
    return RequestCancellation(order_id, by=BUYER, reason=policy.request_reasons.codes[0])


def rejecting(policy: Policy, order_id: str = ORDER_ID) -> Reject:
    """The seller rejects, well-formed, in his own words."""
    if policy.rejection_reasons.codes:
        return Reject(order_id, by=SELLER, reason="other", text=LONG_ENOUGH, affirmed=True)
    return Reject(order_id, by=SELLER, text="短い", affirmed=True)


def openings(policy: Policy, order_id: str = ORDER_ID) -> SearchStrategy[tuple[Command, ...]]:
    """How histories begin: most with a request, lest all that follows be in vain."""
    ask = asking(policy, order_id)
    back = AskWithdrawal(order_id, by=SELLER)
    answers = [AnswerWithdrawal(order_id, by=BUYER, accept=accept) for accept in (False, True)]
    return st.sampled_from(
        (
            (),
            (ask,),
            (ask, back),
            *((ask, back, answer) for answer in answers),
            (ask, rejecting(policy, order_id)),
            (ask, Withdraw(order_id, by=BUYER)),
            (ask, AdvanceOrder(order_id, by=SELLER, move="ship")),
        )
    )


def wild_commands(policy: Policy, order_id: str = ORDER_ID) -> SearchStrategy[Command]:
    """Commands of every kind by anybody, with reasons and texts that fit or do not."""
    common: dict[str, Any] = {
        "order_id": st.sampled_from((order_id, order_id, order_id, "no-such-order")),
        "by": st.sampled_from(ACTORS),
        "command_id": command_ids(),
    }
    text = st.sampled_from(TYPED)
    asked = st.sampled_from((None, "no_such_reason", *policy.request_reasons.codes))
    answered = st.sampled_from((None, "no_such_reason", *policy.rejection_reasons.codes))
    deadlines = ("no_such_deadline", *(deadline.id for deadline in policy.deadlines))
    return st.one_of(
        st.builds(RequestCancellation, **common, reason=asked, text=text),
        st.builds(Approve, **common),
        st.builds(Reject, **common, reason=answered, text=text, affirmed=st.booleans()),
        st.builds(Withdraw, **common),
        st.builds(AskWithdrawal, **common, text=text),
        st.builds(AnswerWithdrawal, **common, accept=st.booleans()),
        st.builds(
            AdvanceOrder,
            **common,
            move=st.sampled_from(("no_such_move", *policy.orders.moves)),
            ship_on=st.none() | st.dates(date(2022, 8, 13), date(2022, 8, 24)),
        ),
        st.builds(
            ApplyDeadline,
            **common,
            deadline=st.sampled_from(deadlines),
            request=st.integers(0, 3),
        ),
    )


def commands(policy: Policy, order_id: str = ORDER_ID) -> SearchStrategy[Command]:
    """Commands, likely and wild."""
    likely = likely_commands(policy, order_id)
    return st.one_of(likely, likely, wild_commands(policy, order_id))


def gaps() -> SearchStrategy[timedelta]:
    """How long until the next step; never backwards."""
    return st.sampled_from(GAPS)


@st.composite
def histories(
    draw: DrawFn, policy: Policy, order_ids: tuple[str, ...] = (ORDER_ID,), max_size: int = 12
) -> list[tuple[Command, datetime]]:
    """Steps (command, at) about the orders `order_ids`, with time moving forward."""
    kinds = st.one_of([commands(policy, order_id) for order_id in order_ids])
    size = draw(st.integers(0, max_size))
    steps = draw(st.lists(st.tuples(kinds, gaps()), min_size=size, max_size=size))
    at = START
    history: list[tuple[Command, datetime]] = []
    for order_id in order_ids:
        history += [(command, at) for command in draw(openings(policy, order_id))]
    for command, gap in steps:
        at += gap
        history.append((command, at))
    return history


# ---------------------------------------------------------------- values, as they are stored


def moments() -> SearchStrategy[datetime]:
    """Moments with a UTC offset, in many offsets, to the microsecond."""
    offsets = st.sampled_from((UTC, JST, timezone(timedelta(hours=-9, minutes=-30))))
    first = datetime(1900, 1, 3, tzinfo=UTC).replace(tzinfo=None)
    last = datetime(8999, 12, 30, tzinfo=UTC).replace(tzinfo=None)
    return st.datetimes(first, last, timezones=offsets)


def _numbers() -> SearchStrategy[int]:
    return st.integers(1, 3)


def _texts() -> SearchStrategy[str | None]:
    return st.none() | st.text(max_size=30)


def _lines() -> SearchStrategy[str]:
    categories = ("L", "N", "P", "S")
    return st.text(st.characters(categories=categories), min_size=1, max_size=12)


def _days() -> SearchStrategy[date | None]:
    return st.none() | st.dates(date(1900, 1, 1), date(9000, 12, 31))


def actors() -> SearchStrategy[Actor]:
    """Anybody."""
    return st.one_of(
        st.builds(Buyer, _lines()),
        st.builds(Seller, _lines()),
        st.builds(Operator, _lines()),
        st.builds(System),
    )


def any_orders() -> SearchStrategy[Order]:
    """Orders with any values that an order may have."""
    scalars = st.text(max_size=9) | st.integers(-(2**63), 2**63 - 1) | st.booleans()
    return st.builds(
        Order,
        _lines(),
        policy=_lines(),
        status=_lines(),
        buyer=_lines(),
        seller=_lines(),
        placed_at=moments(),
        channel=st.none() | _lines(),
        ship_on=_days(),
        paid_at=st.none() | moments(),
        status_since=st.none() | moments(),
        shipped_at=st.none() | moments(),
        cart_id=st.none() | _lines(),
        item=st.none() | _lines(),
        attributes=st.dictionaries(_lines(), scalars, max_size=3),
    )


def events() -> SearchStrategy[Event]:
    """Events of every kind with any values, whether or not they fit a case."""
    stamp: dict[str, Any] = {
        "order_id": _lines(),
        "at": moments(),
        "by": actors(),
        "rules": st.lists(_lines(), max_size=3).map(tuple),
    }
    numbered: dict[str, Any] = stamp | {"number": _numbers()}
    back: dict[str, Any] = {"order_status": st.none() | _lines(), "ship_on": _days()}
    duty: dict[str, Any] = numbered | {"deadline": st.sampled_from(("d-1", "d-2"))}
    return st.one_of(
        st.builds(OrderRegistered, **stamp, order=any_orders(), edition=_lines()),
        st.builds(
            OrderAdvanced,
            **stamp,
            move=_lines(),
            status=_lines(),
            ship_on=_days(),
            ships=st.booleans(),
        ),
        st.builds(
            CancellationRequested,
            **numbered,
            reason=_lines(),
            text=_texts(),
            referred=st.booleans(),
        ),
        st.builds(RequestGranted, **numbered, at_once=st.booleans()),
        st.builds(RequestRejected, **numbered, **back, reason=st.none() | _lines(), text=_texts()),
        st.builds(WithdrawalAsked, **numbered, text=_texts()),
        st.builds(WithdrawalHeld, **numbered),
        st.builds(RequestWithdrawn, **numbered, **back),
        st.builds(RequestSuperseded, **numbered, move=_lines()),
        st.builds(RequestLapsed, **numbered),
        st.builds(OrderCancelled, **numbered, status=_lines()),
        st.builds(DutyArose, **duty, due_at=moments(), follows_order=st.booleans()),
        st.builds(DutyMet, **duty),
        st.builds(DutyBreached, **duty),
        st.builds(DeadlinePassed, **duty),
    )


@st.composite
def cases(draw: DrawFn) -> Case:
    """Cases with any values, whether or not a history leads to them."""
    answer = st.builds(
        Answer, by=actors(), at=moments(), reason=st.none() | _lines(), text=_texts()
    )
    count = draw(st.integers(0, 3))
    requests = [
        draw(
            st.builds(
                CancellationRequest,
                number=st.just(number),
                by=actors(),
                at=moments(),
                reason=_lines(),
                text=_texts(),
                status=st.sampled_from(RequestStatus),
                order_status=_lines(),
                ship_on=_days(),
                withdrawal_text=_texts(),
                answer=st.none() | answer,
                closed_at=st.none() | moments(),
            )
        )
        for number in range(1, count + 1)
    ]
    duty = st.builds(
        Duty,
        deadline=st.sampled_from(("d-1", "d-2")),
        request=_numbers(),
        since=moments(),
        due_at=moments(),
        follows_order=st.booleans(),
        status=st.sampled_from(DutyStatus),
        settled_at=st.none() | moments(),
    )
    return Case(
        order=draw(any_orders()),
        edition=draw(_lines()),
        requests=tuple(requests),
        duties=tuple(draw(st.lists(duty, max_size=3))),
        version=draw(st.integers(0, 99)),
    )


def messages() -> SearchStrategy[Message]:
    """Messages with any values."""
    return st.builds(
        Message,
        id=_lines(),
        order_id=_lines(),
        occasion=st.sampled_from(Occasion),
        at=moments(),
        audience=st.sampled_from(Audience),
        party=_lines(),
        medium=st.sampled_from(Medium),
        locale=st.sampled_from(("ja", "en")),
        subject=_lines(),
        body=st.text(max_size=60),
    )


# ---------------------------------------------------------------- conditions and rules

COLOURS = ("red", "green", "blue")


def facts() -> SearchStrategy[dict[str, Value | None]]:
    """A few facts, each of which may be missing."""
    return st.fixed_dictionaries(
        {
            "colour": st.none() | st.sampled_from(COLOURS),
            "ready": st.none() | st.booleans(),
            "days": st.none() | st.integers(-2, 2),
            "since": st.none() | st.sampled_from((timedelta(), timedelta(hours=1))),
        }
    )


def leaves() -> SearchStrategy[Condition]:
    """Conditions about one of those facts."""
    return st.one_of(
        st.builds(IsIn, st.just("colour"), st.frozensets(st.sampled_from(COLOURS))),
        st.just(Holds("ready")),
        st.builds(Compare, st.just("days"), st.sampled_from(Comparison), st.integers(-1, 1)),
        st.builds(
            Compare, st.just("since"), st.sampled_from(Comparison), st.just(timedelta(hours=1))
        ),
        st.builds(Known, st.sampled_from(("colour", "ready", "days", "since"))),
    )


def conditions() -> SearchStrategy[Condition]:
    """Conditions of any shape over those facts."""

    def grown(inner: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
        several = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(
            st.builds(All, several),
            st.builds(AnyOf, several),
            st.builds(Not, inner),
            st.tuples(inner, inner).map(lambda two: two[0] & two[1]),
            st.tuples(inner, inner).map(lambda two: two[0] | two[1]),
            inner.map(lambda one: ~one),
        )

    return st.recursive(leaves() | st.just(ALWAYS), grown, max_leaves=8)


def effects() -> SearchStrategy[Effect]:
    """What a rule may do; the codes are ones that people can be told."""
    codes = ("wrong_actor", "already_shipped", "not_late")
    return st.one_of(
        st.sampled_from((CANCEL, REFER, PERMIT)), st.builds(Forbid, st.sampled_from(codes))
    )


@st.composite
def rules(draw: DrawFn, max_size: int = 6) -> list[Rule]:
    """Rules about one command, each with an id of its own."""
    made = draw(st.lists(st.tuples(effects(), conditions()), max_size=max_size))
    ids = draw(st.permutations([f"r{number}" for number in range(len(made))]))
    return [
        Rule(rule_id, on=RequestCancellation, effect=effect, when=when, cites=ours("a test"))
        for rule_id, (effect, when) in zip(ids, made, strict=True)
    ]
