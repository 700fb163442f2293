"""How orders and moments are drawn: around the bounds that the rules of a policy speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.cases import Case
from ordercancel.domain.orders import Order
from ordercancel.engine.case_facts import (
    DAY_ANCHORS,
    SPAN_ANCHORS,
    day_anchor,
    day_of,
    span_anchor,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Compare, IsIn
from ordercancel.rules.deadlines import midnight
from ordercancel.verification.enumeration import all_leaves, values_of
from ordercancel.verification.invariants import is_shipped

T = TypeVar("T")

ORDER_ID, BUYER, SELLER = "o-1", "b-1", "s-1"

_DAYS = (date(2022, 8, 15), date(2022, 11, 5), date(2024, 2, 28), date(2024, 3, 30))
"""A Monday; the day before clocks are set back in America; the day before a leap day; the day
before clocks are set forward in Europe."""

_TIMES = (time(9), time(), time(23, 59, 59))
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

    young = policy.orders.sources(policy.cancel_move)
    status = any_of("status", policy.orders.state_ids if rarely(draw) else young)
    placed_at = any_of("placed_at", _placed(policy))
    day = placed_at.astimezone(policy.tzinfo).date()
    planned = [day + timedelta(days=days) for days in range(-1, 10)]
    later = (None, placed_at, placed_at + timedelta(minutes=1))
    values: dict[str, Any] = {
        "id": ORDER_ID,
        "policy": policy.name,
        "status": status,
        "buyer": BUYER,
        "seller": SELLER,
        "placed_at": placed_at,
        "channel": any_of("channel", _channels(policy, any_of_them=rarely(draw))),
        "ship_on": any_of("ship_on", planned if status in policy.dated else (None, *planned)),
        "paid_at": any_of("paid_at", later),
        "status_since": any_of("status_since", later),
        "item": any_of("item", ("931204", None)),
        "attributes": {
            name: value
            for name, known in _attributes(policy).items()
            if (value := one_of(draw, known)) is not None
        },
    }
    order = Order(**values | settled)
    if is_shipped(order, policy):
        return attrs.evolve(order, shipped_at=any_of("shipped_at", (order.status_since, None)))
    return order


def sample_order(policy: Policy) -> Order:
    """An order in the first status of its chart."""
    placed_at = _placed(policy)[0]
    status = policy.orders.state_ids[0]
    return Order(
        ORDER_ID,
        policy=policy.name,
        status=status,
        buyer=BUYER,
        seller=SELLER,
        placed_at=placed_at,
        ship_on=placed_at.astimezone(policy.tzinfo).date() if status in policy.dated else None,
    )


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
        for leaf in all_leaves(policy)
        if isinstance(leaf, IsIn) and leaf.fact == "channel"
        for value in leaf.values
    }
    if any_of_them or not spoken:
        return (*(policy.channels or ("web",)), None)
    return tuple(sorted(spoken))


@lru_cache(maxsize=64)
def _attributes(policy: Policy) -> Mapping[str, tuple[Any, ...]]:
    """The values of the facts that a policy declares; None for what the host does not supply."""
    leaves = all_leaves(policy)
    return {fact.name: values_of(fact.name, leaves, (policy,)) for fact in policy.facts}


# ---------------------------------------------------------------- moments


def turning_points(policy: Policy, case: Case) -> tuple[datetime, ...]:
    """The moments at which what may be done about `case` can change although nobody acts.

    They are, in order: where a length of time reaches a bound that a rule compares it with, where
    a calendar day begins that does so in the policy's zone, after the planned ship date, and
    where a deadline comes due.
    """
    dues = (duty.due_at for duty in case.open_duties)
    return tuple(sorted({*_bounds_reached(policy, case), *_midnights(policy, case), *dues}))


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


def _bounds_reached(policy: Policy, case: Case) -> Iterator[datetime]:
    for fact, bound in _compared(policy):
        anchor = span_anchor(fact, case) if fact in SPAN_ANCHORS else None
        if anchor is not None and isinstance(bound, timedelta):
            with suppress(OverflowError):
                yield anchor + bound


def _midnights(policy: Policy, case: Case) -> Iterator[datetime]:
    days = [(case.order.ship_on, 1)] if case.order.ship_on is not None else []
    for fact, bound in _compared(policy):
        anchor = day_anchor(fact, case) if fact in DAY_ANCHORS else None
        if anchor is not None and isinstance(bound, int):
            day = day_of(anchor, policy.tzinfo)
            days += [(day, bound), (day, bound + 1)]
    for day, later in days:
        with suppress(OverflowError):
            yield midnight(day + timedelta(days=later), policy.tzinfo)


@lru_cache(maxsize=64)
def _compared(policy: Policy) -> frozenset[tuple[str, int | timedelta]]:
    """The facts that rules compare, each with a bound."""
    leaves = all_leaves(policy)
    return frozenset((leaf.fact, leaf.bound) for leaf in leaves if isinstance(leaf, Compare))
