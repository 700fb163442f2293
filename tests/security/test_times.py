"""No time is too far off to be answered: it is reckoned with, or refused, and never overflows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from both import settled
from ordercancel import (
    AdvanceOrder,
    Approve,
    AsyncCancellationService,
    Buyer,
    CancellationService,
    InvalidValue,
    OrderCancelError,
    PastRequest,
    Policy,
    RequestCancellation,
    RequestStatus,
    Seller,
    UnknownPolicy,
    UpdateOrder,
)
from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import JUDGED
from ordercancel.engine.timers import running
from ordercancel.policy import Deadline, is_open, mark, own_rule, requested_at
from ordercancel.rules.times import Time
from ordercancel.stores.memory import (
    AsyncMemoryNotifier,
    AsyncMemoryStore,
    MemoryNotifier,
    MemoryStore,
)
from ordercancel.stores.sql import SqlStore
from pytest_ordercancel import FrozenClock
from samples import BUYER, SELLER, SYSTEM, jst, order
from security.stories import ORDER_ID, PLACED, POLICIES, contents, every_command, story, told
from unit.tiny import order as tiny_order
from unit.tiny import tiny

ZONES: tuple[tzinfo, ...] = (
    UTC,
    ZoneInfo("Asia/Tokyo"),
    ZoneInfo("Pacific/Kiritimati"),
    ZoneInfo("Etc/GMT+12"),
    ZoneInfo("America/St_Johns"),
    timezone(timedelta(hours=23, minutes=59)),
    timezone(-timedelta(hours=23, minutes=59)),
    timezone(timedelta(microseconds=1)),
)
NAIVE = {
    "the first": datetime.min,  # noqa: DTZ901
    "the first but a day": datetime(1, 1, 2),  # noqa: DTZ001
    "1899": datetime(1899, 12, 30, 0, 0),  # noqa: DTZ001
    "9001": datetime(9001, 1, 2, 0, 0),  # noqa: DTZ001
    "the last but a day": datetime(9999, 12, 30, 23, 59),  # noqa: DTZ001
    "the last": datetime.max,  # noqa: DTZ901
}
OUT_OF_RANGE = [
    pytest.param(naive.replace(tzinfo=zone), id=f"{name} in {zone}")
    for name, naive in NAIVE.items()
    for zone in ZONES
]
Service = CancellationService | AsyncCancellationService


AHEAD = FrozenClock(datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC))
"""A clock that no moment is ahead of, so that it is refused for the year alone."""

LONGEST = 36_525
"""The longest deadline, in days."""


def services(store: MemoryStore) -> list[Service]:
    """A service of either kind on the store, of both policies."""
    policies = tuple(POLICIES.values())
    return [
        CancellationService(
            policies=policies, store=store, notifier=MemoryNotifier(), clock=AHEAD
        ),
        AsyncCancellationService(
            policies=policies,
            store=AsyncMemoryStore(store),
            notifier=AsyncMemoryNotifier(),
            clock=AHEAD,
        ),
    ]


def timed(service: Service, at: datetime) -> dict[str, Callable[[], Any]]:
    """Everything of a service that takes a moment, by its name."""

    def put(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return lambda: method(*args, **kwargs)

    ways = {
        "register": put(service.register, order("qoo10", id="another"), at=at),
        "tick": put(service.tick, at),
        "relay": put(service.relay, at),
        "backlog": put(service.backlog, at),
        "counters": put(service.counters, SELLER, policy="qoo10", at=at),
        "inbox": put(service.inbox, SELLER, policy="qoo10", at=at),
        "label": put(service.label, ORDER_ID, by=SELLER, at=at),
        "options": put(service.options, ORDER_ID, by=SELLER, at=at),
    }
    givers: tuple[Actor, ...] = (BUYER, SELLER)
    for by in givers:
        for command in every_command(ORDER_ID, by):
            name = f"{type(command).__name__} by {by}"
            if isinstance(command, JUDGED):
                ways[f"assess {name}"] = put(service.assess, command, at=at)
            ways[f"handle {name}"] = put(service.handle, command, at=at)
    return ways


@pytest.mark.parametrize("at", OUT_OF_RANGE)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_moment_out_of_range_is_refused_and_changes_nothing(policy: str, at: datetime) -> None:
    """By every method that takes one, of either service."""
    store = MemoryStore()
    told(policy, story(policy)[:1], store)
    before = contents(store)
    for service in services(store):
        for name, ask in timed(service, at).items():
            with pytest.raises(InvalidValue, match="is in the year") as caught:
                asyncio.run(settled(ask))
            (fault,) = caught.value.faults
            assert fault.where == "service.at", name
            assert fault.expected == "a year from 1900 to 9000"
    assert contents(store) == before


@pytest.mark.parametrize(
    "field", ["placed_at", "paid_at", "status_since", "shipped_at", "delivered_at"]
)
@pytest.mark.parametrize("at", OUT_OF_RANGE)
def test_an_order_has_no_time_out_of_range(at: datetime, field: str) -> None:
    with pytest.raises(
        InvalidValue, match=rf"^Order\.{field}: is in the year \d+; expected a year"
    ):
        order(**{field: at})


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(9001, 1, 1), date.max])
def test_a_ship_date_is_no_day_out_of_range(day: date) -> None:
    """Neither that of an order, nor that of a move, nor what the host tells later."""
    for make in (
        lambda: order(ship_on=day),
        lambda: AdvanceOrder(ORDER_ID, by=SELLER, move="plan_shipping", facts={"ship_on": day}),
        lambda: UpdateOrder(ORDER_ID, by=SYSTEM, facts={"ship_on": day}),
    ):
        with pytest.raises(InvalidValue, match=r"ship_on.*: is in the year"):
            make()


@pytest.mark.parametrize("at", OUT_OF_RANGE)
def test_no_fact_is_a_moment_out_of_range(at: datetime) -> None:
    """Of an order, with a command, in its history, or told later."""
    for make in (
        lambda: order(facts={"x": at}),
        lambda: RequestCancellation(ORDER_ID, by=BUYER, data={"x": at}),
        lambda: UpdateOrder(ORDER_ID, by=SYSTEM, facts={"paid_at": at}),
        lambda: PastRequest(by=BUYER, at=at, status=RequestStatus.REJECTED),
    ):
        with pytest.raises(InvalidValue, match="is in the year"):
            make()


def patient(due: Time, zone: str) -> Policy:
    """A policy whose deadline is as long as a deadline can be."""
    deadline = Deadline(
        "tiny.patience",
        runs=is_open,
        due=due,
        then=mark("overdue"),
        source=own_rule("to wait as long as one can", ja="できるだけ長く待つ"),
    )
    return tiny(zone=zone, deadlines=(deadline,))


EDGES = {
    "the first moment": datetime(1900, 1, 1, tzinfo=UTC),
    "the last moment": datetime(9000, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize(
    "due",
    [requested_at + timedelta(days=LONGEST), requested_at.end_of_day(LONGEST)],
    ids=["a length", "a day"],
)
@pytest.mark.parametrize("at", EDGES.values(), ids=EDGES)
def test_the_longest_deadline_fits_behind_the_last_moment(
    at: datetime, due: Time, zone: str
) -> None:
    """It runs, its case is stored and read back, and it fires where that is still in range."""
    policy = patient(due, zone)
    store = SqlStore("sqlite://")
    with contextlib.closing(store):
        clock = FrozenClock(EDGES["the last moment"])
        service = CancellationService(policies=[policy], store=store, clock=clock)
        service.register(tiny_order(placed_at=at), at=at)
        asks = RequestCancellation("o-7", by=Buyer("b-1"), reason="mistake")
        outcome = service.handle(asks, at=at)
        (timer,) = running(policy, outcome.case)
        assert timer.due_at.year in (2000, 9100, 9101)
        assert store.load("o-7") == outcome.case
        assert store.history("o-7")[1:] == outcome.events
        ticked = service.tick(EDGES["the last moment"])
        assert len(ticked.outcomes) == (timer.due_at.year == 2000)
        assert ticked.skipped == ticked.passed_over == ()
        assert service.inbox(Seller("s-1"), policy="tiny").rows


@given(
    at=st.datetimes(timezones=st.none() | st.sampled_from(ZONES)),
    placed_at=st.datetimes(timezones=st.sampled_from(ZONES)),
    ship_on=st.dates(),
)
def test_any_time_is_reckoned_with_or_refused(
    at: datetime, placed_at: datetime, ship_on: date
) -> None:
    """Any moment of any year in any zone, for the order and for what is asked: no other error."""
    with contextlib.suppress(InvalidValue, UnknownPolicy):
        placed = order("qoo10", placed_at=placed_at, ship_on=ship_on)
        walk(placed, at)
    walk(order("qoo10"), at)


def walk(placed: Any, at: datetime) -> None:
    """Everything that takes a moment, for an order that is registered as it is."""
    store = MemoryStore()
    (service, _) = services(store)
    service.register(placed, at=PLACED)
    for name, ask in timed(service, at).items():
        before = contents(store)
        try:
            ask()
        except OrderCancelError:
            assert contents(store) == before, name


@pytest.mark.parametrize("now", [*NAIVE.values(), jst(15).replace(tzinfo=None)], ids=str)
def test_a_clock_that_is_out_of_range_is_refused(now: datetime) -> None:
    """So is one that does not say in which zone it goes."""

    store = MemoryStore()
    service = CancellationService(policies=POLICIES.values(), store=store, clock=FrozenClock(now))
    with pytest.raises(InvalidValue, match=r"^clock\.now: "):
        service.register(order("qoo10"))
    assert contents(store) == contents(MemoryStore())


@pytest.mark.parametrize("kind", [0, 1], ids=["sync", "async"])
def test_a_moment_ahead_of_the_clock_is_refused_and_nothing_fires(kind: int) -> None:
    """A day, or 5 seconds and a little; 5 seconds are what the clocks of servers may differ."""
    store = MemoryStore()
    told("qoo10", story("qoo10")[:1], store)
    before = contents(store)
    now, approves = jst(16), Approve(ORDER_ID, by=SELLER, request=1)
    clock = FrozenClock(now)
    service: Service = CancellationService(policies=POLICIES.values(), store=store, clock=clock)
    if kind:
        service = AsyncCancellationService(
            policies=POLICIES.values(), store=AsyncMemoryStore(store), clock=clock
        )
    for ahead in (timedelta(days=30), timedelta(seconds=5, microseconds=1)):
        asks: tuple[Callable[[], Any], ...] = (
            lambda at=now + ahead: service.tick(at),
            lambda at=now + ahead: service.handle(approves, at=at),
        )
        for ask in asks:
            with pytest.raises(InvalidValue, match=r"^service\.at: ") as caught:
                asyncio.run(settled(ask))
            assert caught.value.codes == ("at_in_the_future",)
    assert contents(store) == before
    asyncio.run(settled(lambda: service.handle(approves, at=now + timedelta(seconds=5))))


def test_a_moment_before_the_last_event_is_refused() -> None:
    """Nothing has changed; at the moment itself it is carried out."""
    store = MemoryStore()
    service, _ = told("qoo10", story("qoo10")[:1], store)
    before = contents(store)
    approves = Approve(ORDER_ID, by=SELLER, request=1)
    with pytest.raises(InvalidValue) as caught:
        service.handle(approves, at=jst(15, 10) - timedelta.resolution)
    assert caught.value.codes == ("at_too_early",)
    assert contents(store) == before
    assert service.handle(approves, at=jst(15, 10)).case.order.status == "cancelled"
