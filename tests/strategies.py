"""Hypothesis strategies of the library's own tests: sample histories, any values, any rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel import (
    Actor,
    Answer,
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
    Policy,
    RequestCancellation,
    RequestStatus,
    Rule,
    Seller,
    System,
)
from ordercancel.domain.events import (
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
from ordercancel.rules.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Not,
    Relation,
    Value,
)
from ordercancel.rules.effects import CANCEL, PERMIT, REFER, Effect, Forbid
from ordercancel.rules.notifications import Audience, Medium, Occasion
from ordercancel.rules.sources import own_rule
from ordercancel.testing import strategies as kit
from samples import BUYER, JST, jst

ORDER_ID = "762544202"
START = jst(15, 9)
"""When the orders of these histories are placed."""

YOUNG = {"qoo10": ("new", "shipping_requested"), "conect": ("placed", "accepted")}

# ---------------------------------------------------------------- histories


def young_orders(policy: Policy, order_id: str = ORDER_ID) -> SearchStrategy[Order]:
    """An order of a built-in policy about which much can still happen."""
    return kit.orders(
        policy,
        id=order_id,
        status=st.sampled_from(YOUNG[policy.name]),
        channel="order_form" if policy.name == "conect" else None,
        placed_at=START,
        ship_on=st.dates(date(2022, 8, 16), date(2022, 8, 24)),
        paid_at=None,
        status_since=None,
    )


Life = tuple[Order, list[tuple[Command, datetime]]]


@st.composite
def lives(draw: DrawFn, policy: Policy, order_id: str = ORDER_ID, max_size: int = 12) -> Life:
    """Such an order, and what is asked of it: likely things, and some by anybody in between."""
    order = draw(young_orders(policy, order_id))
    history = draw(kit.histories(policy, order, max_size=max_size))
    for command in draw(st.lists(kit.any_commands(policy, order), max_size=4)):
        index = draw(st.integers(0, len(history) - 1))
        history.insert(index, (command, history[index][1]))
    return order, history


def histories(
    policy: Policy, order_id: str = ORDER_ID, max_size: int = 12
) -> SearchStrategy[list[tuple[Command, datetime]]]:
    """What is asked of such an order; it fits any of them more or less."""
    return lives(policy, order_id, max_size).map(lambda life: life[1])


def asking(policy: Policy, order_id: str = ORDER_ID) -> RequestCancellation:
    """The buyer asks to cancel, well-formed, for the first reason there is."""
    return RequestCancellation(order_id, by=BUYER, reason=policy.request_reasons.codes[0])


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
        st.builds(Compare, st.just("days"), st.sampled_from(Relation), st.integers(-1, 1)),
        st.builds(
            Compare, st.just("since"), st.sampled_from(Relation), st.just(timedelta(hours=1))
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
        Rule(rule_id, on=RequestCancellation, effect=effect, when=when, cites=own_rule("a test"))
        for rule_id, (effect, when) in zip(ids, made, strict=True)
    ]
