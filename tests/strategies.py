"""Hypothesis strategies of the library's own tests: sample histories, any values, any rules.

Each is made once, since to make one takes longer than to draw from it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel import (
    Actor,
    Buyer,
    Case,
    Command,
    Event,
    Message,
    Operator,
    Order,
    Policy,
    RequestCancellation,
    RequestStatus,
    Seller,
    System,
)
from ordercancel.domain.cases import Firing, Mark
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    OrderUpdated,
    PartyErased,
    RefundRecorded,
    RequestClosed,
    RequestReferred,
    UnitsCancelled,
    UnitsReturned,
    UnitsShipped,
    WithdrawalAsked,
    WithdrawalDeclined,
)
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.money import Charge, ChargeKind, Money, OrderLine, Returned, Spread, Tender
from ordercancel.domain.quotes import NOTHING, Quote, State
from ordercancel.domain.requests import FINAL, Answer, CancellationRequest
from ordercancel.policy import Calendar, Day, Moment, Rule
from ordercancel.rules.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Named,
    Not,
    Relation,
    Value,
    now,
)
from ordercancel.rules.effects import CANCEL, Effect, Forbid, If, Refer
from ordercancel.rules.notifications import Medium
from ordercancel.rules.times import By, Earliest, Latest, Time
from samples import BUYER, JST, jst

ORDER_ID = "762544202"
START = jst(15, 9)
"""When the orders of these histories are placed."""

YOUNG = {"qoo10": ("new", "shipping_requested"), "conect": ("placed", "accepted")}

# ---------------------------------------------------------------- histories


@cache
def young_orders(policy: Policy, order_id: str = ORDER_ID) -> SearchStrategy[Order]:
    """An order of a built-in policy about which much can still happen."""
    from ordercancel.testing import strategies as kit

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
    from ordercancel.testing import strategies as kit

    order = draw(young_orders(policy, order_id))
    history = draw(kit.histories(policy, order, max_size=max_size))
    for command in draw(st.lists(kit.any_commands(policy, order), max_size=4)):
        index = draw(st.integers(0, len(history) - 1))
        history.insert(index, (command, history[index][1]))
    return order, history


@cache
def histories(
    policy: Policy, order_id: str = ORDER_ID, max_size: int = 12
) -> SearchStrategy[list[tuple[Command, datetime]]]:
    """What is asked of such an order; it fits any of them more or less."""
    return lives(policy, order_id, max_size).map(lambda life: life[1])


def asking(policy: Policy, order_id: str = ORDER_ID) -> RequestCancellation:
    """The buyer asks to cancel, well-formed, for the first reason there is."""
    first = policy.reasons_for(RequestCancellation)[0]
    return RequestCancellation(order_id, by=BUYER, reason=first.code)


# ---------------------------------------------------------------- values, as they are stored


@cache
def moments() -> SearchStrategy[datetime]:
    """Moments with a UTC offset, in many offsets, to the microsecond."""
    offsets = st.sampled_from((UTC, JST, timezone(timedelta(hours=-9, minutes=-30))))
    first = datetime(1900, 1, 3, tzinfo=UTC).replace(tzinfo=None)
    last = datetime(8999, 12, 30, tzinfo=UTC).replace(tzinfo=None)
    return st.datetimes(first, last, timezones=offsets)


@cache
def _numbers() -> SearchStrategy[int]:
    return st.integers(1, 3)


@cache
def _texts() -> SearchStrategy[str | None]:
    return st.none() | st.text(max_size=30)


@cache
def _lines() -> SearchStrategy[str]:
    return st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)


@cache
def _days() -> SearchStrategy[date | None]:
    return st.none() | st.dates(date(1900, 1, 1), date(9000, 12, 31))


@cache
def actors() -> SearchStrategy[Actor]:
    """Anybody."""
    return st.one_of(
        st.builds(Buyer, _lines()),
        st.builds(Seller, _lines()),
        st.builds(Operator, _lines()),
        st.builds(System),
    )


@cache
def _values() -> SearchStrategy[dict[str, Any]]:
    """Facts of any kind."""
    values = (
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
        | st.integers(-(2**63), 2**63 - 1)
        | st.booleans()
        | moments()
        | st.dates(date(1900, 1, 1), date(9000, 12, 31))
    )
    return st.dictionaries(_lines(), values, max_size=3)


@cache
def _units() -> SearchStrategy[dict[str, int]]:
    """Units, or minor units, by id."""
    return st.dictionaries(st.sampled_from(("cup", "皿", "pot")), st.integers(1, 3), max_size=3)


@cache
def _lines_of_orders() -> SearchStrategy[tuple[OrderLine, ...]]:
    line = st.builds(
        OrderLine,
        id=st.sampled_from(("cup", "皿", "pot")),
        quantity=st.integers(1, 1_000_000),
        amount=st.integers(0, 10**15),
        tax=st.none() | _lines(),
        item=st.none() | _lines(),
    )
    return st.lists(line, min_size=1, max_size=3, unique_by=lambda each: each.id).map(tuple)


@cache
def _money() -> SearchStrategy[Money]:
    charge = st.builds(
        Charge,
        id=st.just("c"),
        kind=st.sampled_from((ChargeKind.SHIPPING, ChargeKind.FEE)),
        amount=st.integers(0, 99),
        by=st.sampled_from(Spread),
        refund=st.sampled_from(Returned),
    )
    return st.builds(
        Money,
        currency=st.just("JPY"),
        digits=st.integers(0, 3),
        lines=_lines_of_orders(),
        charges=st.lists(charge, max_size=1).map(tuple),
        tenders=st.lists(
            st.builds(Tender, id=st.just("card"), amount=st.integers(0, 99)), max_size=1
        ).map(tuple),
        grain=st.integers(1, 5),
    )


@cache
def _quotes() -> SearchStrategy[Quote]:
    numbers = st.integers(0, 10**15)
    sums = ("goods", "charges", "classes", "tax", "tenders", "remaining_tax", "restock")
    wholes = ("refund", "fee", "gross", "remaining")
    return st.builds(Quote, **dict.fromkeys(wholes, numbers), **{name: _units() for name in sums})


@cache
def _states() -> SearchStrategy[State]:
    run = st.tuples(st.none() | _lines(), _units().map(FrozenMap))
    return st.just(NOTHING) | st.builds(
        State,
        runs=st.lists(run, max_size=2).map(tuple),
        shipped=_units(),
        given=_units(),
        elsewhere=_units(),
        move=st.none() | _lines(),
    )


@cache
def any_orders() -> SearchStrategy[Order]:
    """Orders with any values that an order may have, with and without lines and money."""
    without, priced = {"lines": st.just(()) | _lines_of_orders()}, {"money": _money()}
    return st.one_of(_orders(**without), _orders(**priced))


def _orders(**further: Any) -> SearchStrategy[Order]:
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
        delivered_at=st.none() | moments(),
        cart_id=st.none() | _lines(),
        item=st.none() | _lines(),
        facts=_values(),
        **further,
    )


@cache
def events() -> SearchStrategy[Event]:
    """Events of every kind with any values, whether or not they fit a case."""
    stamp: dict[str, Any] = {
        "order_id": _lines(),
        "at": moments(),
        "by": actors(),
        "rules": st.lists(_lines(), max_size=3).map(tuple),
    }
    numbered: dict[str, Any] = stamp | {"number": _numbers()}
    changed: dict[str, Any] = stamp | {
        "facts": _values(),
        "ships": st.booleans(),
        "unmarks": st.lists(st.sampled_from(("d-1", "d-2")), max_size=2).map(tuple),
    }
    return st.one_of(
        st.builds(
            OrderRegistered,
            **stamp,
            order=any_orders(),
            edition=_lines(),
            digest=_lines(),
            units=_states(),
        ),
        st.builds(
            OrderUpdated,
            **changed,
            status=st.none() | _lines(),
            buyer=st.none() | _lines(),
            seller=st.none() | _lines(),
        ),
        st.builds(OrderAdvanced, **changed, move=_lines(), status=_lines()),
        st.builds(
            CancellationRequested,
            **numbered,
            reason=st.none() | _lines(),
            text=_texts(),
            data=_values(),
            lines=_units(),
            fee=st.none() | _lines(),
            answerer=st.none() | st.sampled_from(("seller", "buyer_side", "operator")),
        ),
        st.builds(
            RequestReferred,
            **numbered,
            answerer=_lines(),
            reason=st.none() | _lines(),
            text=_texts(),
        ),
        st.builds(WithdrawalAsked, **numbered, text=_texts()),
        st.builds(WithdrawalDeclined, **numbered),
        st.builds(
            RequestClosed,
            **numbered,
            outcome=st.sampled_from(sorted(FINAL)),
            reason=st.none() | _lines(),
            text=_texts(),
            order_status=st.none() | _lines(),
            ship_on=_days(),
        ),
        st.builds(
            UnitsCancelled,
            **numbered,
            lines=_units(),
            fee=st.none() | _lines(),
            quote=st.none() | _quotes(),
        ),
        st.builds(UnitsReturned, **stamp, lines=_units()),
        st.builds(RefundRecorded, **stamp, tenders=_units()),
        st.builds(UnitsShipped, **stamp, lines=_units(), move=st.none() | _lines()),
        st.builds(OrderCancelled, **numbered, status=_lines()),
        st.builds(
            DeadlineFired,
            **stamp,
            deadline=st.sampled_from(("d-1", "d-2")),
            due_at=moments(),
            mark=st.none() | st.sampled_from(("missed", "overdue")),
            request=st.none() | _numbers(),
            impossible=st.booleans(),
        ),
        st.builds(PartyErased, **stamp, role=_lines(), party=_lines()),
    )


@cache
def _requests(number: int) -> SearchStrategy[CancellationRequest]:
    answer = st.builds(
        Answer, by=actors(), at=moments(), reason=st.none() | _lines(), text=_texts()
    )
    return st.builds(
        CancellationRequest,
        number=st.just(number),
        by=actors(),
        at=moments(),
        reason=st.none() | _lines(),
        text=_texts(),
        data=_values(),
        lines=_units(),
        fee=st.none() | _lines(),
        answerer=st.none() | _lines(),
        status=st.sampled_from(RequestStatus),
        withdrawal_text=_texts(),
        answer=st.none() | answer,
        closed_at=st.none() | moments(),
        closed_version=st.none() | st.integers(0, 99),
    )


@cache
def cases() -> SearchStrategy[Case]:
    """Cases with any values, whether or not a history leads to them."""
    requests = st.integers(0, 3).flatmap(
        lambda count: st.tuples(*(_requests(number) for number in range(1, count + 1)))
    )
    firing = st.builds(
        Firing, moments(), st.integers(0, 3), st.sampled_from(("a", "b")), st.booleans()
    )
    mark = st.builds(
        Mark,
        st.sampled_from(("missed", "overdue")),
        st.sampled_from(("d-1", "d-2")),
        moments(),
        st.none() | _numbers(),
    )
    return st.builds(
        Case,
        order=any_orders(),
        edition=_lines(),
        digest=st.just("") | _lines(),
        requests=requests,
        fired=st.dictionaries(st.sampled_from(("d-1", "d-2")), firing, max_size=2),
        marks=st.lists(mark, max_size=3).map(tuple),
        version=st.integers(0, 99),
        updated_at=st.none() | moments(),
        shipped_version=st.none() | st.integers(0, 99),
        units=_states(),
    )


@cache
def messages() -> SearchStrategy[Message]:
    """Messages with any values."""
    return st.builds(
        Message,
        id=_lines(),
        order_id=_lines(),
        on=_lines(),
        at=moments(),
        audience=_lines(),
        party=_lines(),
        medium=st.sampled_from(Medium),
        locale=st.sampled_from(("ja", "en")),
        subject=_lines(),
        body=st.text(max_size=60),
    )


# ---------------------------------------------------------------- conditions and rules

COLOURS = ("red", "green", "blue")
AT = jst(16, 12)
"""The present, where conditions compare it."""

NIGHTS = (None, jst(15, 12), jst(16, 11, 30), jst(16, 23), jst(17, 12))
DAYS = (None, date(2022, 8, 15), date(2022, 8, 16), date(2022, 8, 17))
CALENDAR = Calendar(first=date(2022, 8, 1), last=date(2022, 8, 17), holidays={date(2022, 8, 15)})


@cache
def facts() -> SearchStrategy[dict[str, Value | None]]:
    """A few facts, each of which may be missing; the present and the zone are always there."""
    return st.fixed_dictionaries(
        {
            "colour": st.none() | st.sampled_from(COLOURS),
            "ready": st.none() | st.booleans(),
            "days": st.none() | st.integers(-2, 2),
            "seen_at": st.sampled_from(NIGHTS),
            "planned_on": st.sampled_from(DAYS),
            "now": st.just(AT),
            "zone": st.just(ZoneInfo("Asia/Tokyo")),
        }
    )


@cache
def times() -> SearchStrategy[Time]:
    """Times that hang on one fact or several."""
    seen_at, planned_on = Moment("seen_at"), Day("planned_on")
    simple: SearchStrategy[Time] = st.one_of(
        st.just(seen_at),
        st.integers(-30, 30).map(lambda hours: seen_at + timedelta(hours=hours)),
        st.integers(-1, 2).map(seen_at.end_of_day),
        st.integers(-1, 2).map(planned_on.end),
        st.just(seen_at.next(time(11, 30))),
        st.integers(0, 2).map(lambda count: seen_at.business_days(count, CALENDAR)),
        st.integers(0, 2).map(lambda count: planned_on.business_days(count, CALENDAR)),
    )

    def grown(inner: SearchStrategy[Time]) -> SearchStrategy[Time]:
        return st.one_of(
            st.tuples(inner, inner).map(lambda two: Earliest(*two)),
            st.tuples(inner, inner).map(lambda two: Latest(*two)),
            st.dictionaries(st.sampled_from(COLOURS), inner, min_size=1, max_size=2).map(
                lambda each: By("colour", each)
            ),
            inner.map(lambda each: each + timedelta(minutes=30)),
            inner.map(lambda each: each.end_of_day()),
        )

    return st.recursive(simple, grown, max_leaves=4)


@cache
def leaves(*, timed: bool = True) -> SearchStrategy[Condition]:
    """Conditions about those facts; with `timed` about the present, too."""
    names = ("colour", "ready", "days", "seen_at", "planned_on")
    return st.one_of(
        st.builds(IsIn, st.just("colour"), st.frozensets(st.sampled_from(COLOURS))),
        st.just(Holds("ready")),
        st.builds(Compare, st.just("days"), st.sampled_from(Relation), st.integers(-1, 1)),
        st.builds(Known, st.sampled_from(names)),
        *(times().map(compare) for compare in ((now.__lt__, now.__ge__) if timed else ())),
    )


@cache
def conditions(
    of: SearchStrategy[Condition] | None = None, *, timed: bool = True
) -> SearchStrategy[Condition]:
    """Conditions of any shape over those facts, or of these leaves."""

    def grown(inner: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
        several = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(
            st.builds(All, several),
            st.builds(AnyOf, several),
            st.builds(Not, inner),
            inner.map(lambda one: Named("named", "a name", one)),
            st.tuples(inner, inner).map(lambda two: two[0] & two[1]),
            st.tuples(inner, inner).map(lambda two: two[0] | two[1]),
            inner.map(lambda one: ~one),
        )

    leaf = leaves(timed=timed) if of is None else of
    return st.recursive(leaf | st.just(ALWAYS), grown, max_leaves=8)


@cache
def plain_effects() -> SearchStrategy[Effect]:
    """What a rule on a request may do; the codes are ones that people can be told."""
    codes = ("wrong_actor", "already_shipped", "not_late")
    grants = (CANCEL, Refer("seller"), Refer("other_side"))
    return st.one_of(st.sampled_from(grants), st.builds(Forbid, st.sampled_from(codes)))


@cache
def effects() -> SearchStrategy[Effect]:
    """A plain effect, or one by a condition."""
    return st.one_of(
        plain_effects(), st.builds(If, conditions(), plain_effects(), plain_effects())
    )


@cache
def rules(max_size: int = 6) -> SearchStrategy[list[Rule]]:
    """Rules about asking to cancel, each with an id of its own."""
    parts = st.lists(st.tuples(effects(), conditions()), max_size=max_size)
    return parts.flatmap(
        lambda made: st.permutations([f"r{number}" for number in range(len(made))]).map(
            lambda ids: [
                Rule(rule_id, on=RequestCancellation, effect=effect, when=when, source="a test")
                for rule_id, (effect, when) in zip(ids, made, strict=True)
            ]
        )
    )
