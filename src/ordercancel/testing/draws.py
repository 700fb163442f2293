"""How orders and moments are drawn: around the times and bounds that a policy speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.actors import Buyer
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import RequestCancellation
from ordercancel.domain.money import OrderLine
from ordercancel.domain.orders import Order, PastRequest
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.case_facts import Facts
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import IsIn
from ordercancel.rules.facts import Day, Moment
from ordercancel.verification.commands_tried import parties_of
from ordercancel.verification.conditions import every_leaf, every_time
from ordercancel.verification.enumeration import values_of

T = TypeVar("T")

ORDER_ID, BUYER, SELLER = "o-1", "b-1", "s-1"

LINES = (OrderLine(id="a", quantity=3), OrderLine(id="b", quantity=1))
"""What is ordered, where a policy cancels parts."""

_DAYS = (date(2022, 8, 15), date(2022, 11, 5), date(2024, 2, 28), date(2024, 3, 30))
"""A Monday; the day before clocks are set back in America; the day before a leap day; the day
before clocks are set forward in Europe."""

_TIMES = (time(9), time(), time(23, 59, 59))
_MINUTE = timedelta(minutes=1)
_GAPS = [timedelta(), *(timedelta(seconds=n) for n in (1, 60, 3_600, 7 * 3_600, 86_400))]
_LAST = datetime(8000, 1, 1, tzinfo=UTC)
"""No moment is later, so that whatever is reckoned from it stays within the calendar."""


def one_of(draw: DrawFn, values: Sequence[T]) -> T:
    """One of `values`, like `sampled_from`; faster where the values differ at each draw."""
    return values[draw(_below(len(values)))]


def rarely(draw: DrawFn) -> bool:
    """True once in four times."""
    return draw(_below(4)) == 3


@cache
def _below(number: int) -> SearchStrategy[int]:
    return st.integers(0, number - 1)


# ---------------------------------------------------------------- orders


def draw_order(draw: DrawFn, /, policy: Policy, fields: Mapping[str, Any]) -> Order:
    """An order that `policy` knows; `fields` are its settled values, or strategies of them."""
    settled = {
        field: draw(value) if isinstance(value, SearchStrategy) else value
        for field, value in fields.items()
    }

    def any_of(field: str, values: Sequence[Any]) -> Any:
        return settled[field] if field in settled else one_of(draw, values)

    orders = policy.orders
    statuses = orders.statuses if rarely(draw) or not orders.cancellable else orders.cancellable
    status = any_of("status", statuses)
    placed_at = any_of("placed_at", _placed(policy))
    needed, awaited = orders.needs.get(status, ()), orders.awaited(status)

    def known(name: str, *, required: bool = False) -> tuple[Any, ...]:
        values = fact_values(policy, name, placed_at)
        if name in needed or required:
            return values
        return (None,) if name in awaited else (None, *values)

    later = (None, placed_at, placed_at + _MINUTE)
    shipped = status in orders.shipped
    values: dict[str, Any] = {
        "id": ORDER_ID,
        "policy": policy.name,
        "status": status,
        "buyer": BUYER,
        "seller": SELLER,
        "placed_at": placed_at,
        "channel": any_of("channel", _channels(policy, any_of_them=rarely(draw))),
        "ship_on": any_of("ship_on", known("ship_on")),
        "paid_at": any_of("paid_at", known("paid_at")),
        "status_since": any_of("status_since", later),
        "shipped_at": any_of("shipped_at", (placed_at, None) if shipped else (None,)),
        "cart_id": any_of("cart_id", known("cart_id")),
        "item": any_of("item", known("item")),
        "facts": parties_of(policy),
        "history": any_of("history", _histories(policy, status, placed_at)),
        "lines": any_of("lines", ((),) if policy.whole_orders_only else (LINES, LINES[:1], ())),
    }
    for fact in policy.facts:
        if fact.of is None and fact.name not in values["facts"] and "facts" not in settled:
            value = one_of(draw, known(fact.name, required=fact.required))
            values["facts"] |= {} if value is None else {fact.name: value}
    return Order(**values | settled)


def sample_order(policy: Policy) -> Order:
    """An order in the first status of its lifecycle, with what it needs and nothing else."""
    placed_at = _placed(policy)[0]
    status = policy.orders.statuses[0]
    own = {fact.name: fact for fact in policy.facts if fact.of is None}
    needed = (
        *policy.orders.needs.get(status, ()),
        *(name for name, fact in own.items() if fact.required),
    )
    values = {name: fact_values(policy, name, placed_at)[0] for name in needed}
    return Order(
        ORDER_ID,
        policy=policy.name,
        status=status,
        buyer=BUYER,
        seller=SELLER,
        placed_at=placed_at,
        facts={name: value for name, value in values.items() if name in own} | parties_of(policy),
        **{name: value for name, value in values.items() if name not in own},
    )


def first_moment(order: Order) -> datetime:
    """The first moment at which all that is known of an order has happened."""
    times = (order.paid_at, order.status_since, order.shipped_at, order.delivered_at)
    return max([order.placed_at, *filter(None, times), *(past.at for past in order.history)])


def fact_values(policy: Policy, name: str, at: datetime) -> tuple[Any, ...]:
    """The values of a fact that a policy tells apart; moments and days are around `at`."""
    match policy.fact(name):
        case Day():
            today = at.astimezone(policy.tzinfo).date()
            return tuple(today + timedelta(days=days) for days in range(-1, 10))
        case Moment():
            return (at, at - _MINUTE, at + _MINUTE)
        case None:
            return ("931204",)  # an item, or a cart
        case _:
            return _words(policy, name)


@lru_cache(maxsize=1_000)
def _words(policy: Policy, name: str) -> tuple[Any, ...]:
    values = values_of(name, every_leaf(policy), (policy,))
    return tuple(value for value in values if value is not None)


@lru_cache(maxsize=64)
def _placed(policy: Policy) -> tuple[datetime, ...]:
    """When orders are placed: on days from which the policy holds on, in its zone."""
    days = [day for day in _DAYS if day >= policy.holds_from] or [policy.holds_from]
    return tuple(
        datetime.combine(day, clock, policy.tzinfo).astimezone(UTC)
        for day in days
        for clock in _TIMES
    )


@lru_cache(maxsize=64)
def _channels(policy: Policy, *, any_of_them: bool) -> tuple[str | None, ...]:
    """The channels that the rules of a policy speak of; or any, and none."""
    spoken = {
        value
        for leaf in every_leaf(policy)
        if isinstance(leaf, IsIn) and leaf.fact == "channel"
        for value in leaf.values
    }
    if any_of_them or not spoken:
        return (*(policy.channels or ("web",)), None)
    return tuple(sorted(spoken))


def _histories(policy: Policy, status: str, at: datetime) -> tuple[tuple[PastRequest, ...], ...]:
    """What was asked about an order before it is registered: most often nothing."""
    reasons = policy.reasons_for(RequestCancellation)
    code = reasons[0].code if reasons else None

    def past(outcome: RequestStatus) -> PastRequest:
        return PastRequest(by=Buyer(BUYER), at=at, status=outcome, reason=code)

    rejected, withdrawn = past(RequestStatus.REJECTED), past(RequestStatus.WITHDRAWN)
    last = [past(RequestStatus.PENDING)] if status in policy.orders.cancellable else []
    return ((), (), (), (), (), (rejected,), (withdrawn, rejected), (withdrawn, *last))


# ---------------------------------------------------------------- moments


def turning_points(policy: Policy, case: Case) -> tuple[datetime, ...]:
    """The moments at which what may be done about `case` can change although nobody acts.

    They are, in order, the times that rules and reasons compare the present with, and those that
    deadlines are due, as far as the facts are known that they are reckoned from.
    """
    facts = Facts(None, case, policy, case.order.placed_at)
    moments = {each.at(facts.__getitem__) for each in every_time(policy)}
    return tuple(sorted(moment for moment in moments if moment is not None))


def draw_moment(draw: DrawFn, /, policy: Policy, case: Case, after: datetime) -> datetime:
    """A moment from `after` on: soon after it, or just before, at or after a turning point."""
    points = [
        moment
        for point in turning_points(policy, case)
        for moment in (point - timedelta.resolution, point, point + timedelta.resolution)
        if after <= moment <= _LAST
    ]
    soon = [min(after + gap, max(after, _LAST)) for gap in _GAPS]
    return one_of(draw, one_of(draw, (soon, soon, points)) if points else soon)
