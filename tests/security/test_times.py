"""No time is too far off to be answered: it is reckoned with, or refused, and never overflows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import (
    AdvanceOrder,
    AsyncCancellationService,
    Buyer,
    CancellationService,
    InvalidValue,
    OrderCancelError,
    Policy,
    RequestCancellation,
    Seller,
    UnknownPolicy,
)
from ordercancel.domain.actors import Actor
from ordercancel.policy import After, Consequence, Deadline, EndOfDay, Occasion, own_rule
from ordercancel.rules.deadlines import Due
from ordercancel.stores.memory import (
    AsyncMemoryNotifier,
    AsyncMemoryStore,
    MemoryNotifier,
    MemoryStore,
)
from ordercancel.stores.sql import SqlStore
from ordercancel.testing.blocking import settled
from samples import BUYER, SELLER, jst, order
from security.stories import ORDER_ID, PLACED, POLICIES, contents, every_command, story, told
from unit.tiny import REASONS, tiny
from unit.tiny import order as tiny_order

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
LONGEST = 36_525
"""The longest deadline, in days."""


def services(store: MemoryStore) -> list[Service]:
    """A service of either kind on the store, of both policies."""
    policies = tuple(POLICIES.values())
    return [
        CancellationService(policies=policies, store=store, notifier=MemoryNotifier()),
        AsyncCancellationService(
            policies=policies, store=AsyncMemoryStore(store), notifier=AsyncMemoryNotifier()
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
    }
    givers: tuple[Actor, ...] = (BUYER, SELLER)
    for by in givers:
        for command in every_command(ORDER_ID, by):
            name = f"{type(command).__name__} by {by}"
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


@pytest.mark.parametrize("field", ["placed_at", "paid_at", "status_since", "shipped_at"])
@pytest.mark.parametrize("at", OUT_OF_RANGE)
def test_an_order_has_no_time_out_of_range(at: datetime, field: str) -> None:
    with pytest.raises(
        InvalidValue, match=rf"^Order\.{field}: is in the year \d+; expected a year"
    ):
        order(**{field: at})


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(9001, 1, 1), date.max])
def test_a_ship_date_is_no_day_out_of_range(day: date) -> None:
    """Neither that of an order nor that of a move."""
    for make in (
        lambda: order(ship_on=day),
        lambda: AdvanceOrder(ORDER_ID, by=SELLER, move="plan_shipping", ship_on=day),
    ):
        with pytest.raises(InvalidValue, match=r"ship_on: is in the year"):
            make()


def patient(due: Due, zone: str) -> Policy:
    """A policy whose deadline is as long as a deadline can be."""
    deadline = Deadline(
        "tiny.patience",
        starts=Occasion.REFERRED,
        due=due,
        does=Consequence.MARK_OVERDUE,
        cites=own_rule("to wait as long as one can"),
    )
    return tiny(zone=zone, deadlines=(deadline,), request_reasons=REASONS)


EDGES = {
    "the first moment": datetime(1900, 1, 1, tzinfo=UTC),
    "the last moment": datetime(9000, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("due", [After(timedelta(days=LONGEST)), EndOfDay(LONGEST)], ids=str)
@pytest.mark.parametrize("at", EDGES.values(), ids=EDGES)
def test_the_longest_deadline_fits_behind_the_last_moment(
    at: datetime, due: Due, zone: str
) -> None:
    """It starts, is stored and read back, and comes due where that is still in range."""
    policy = patient(due, zone)
    store = SqlStore("sqlite://")
    with contextlib.closing(store):
        service = CancellationService(policies=[policy], store=store)
        service.register(tiny_order(placed_at=at), at=at)
        asks = RequestCancellation("o-7", by=Buyer("b-1"), reason="mistake")
        outcome = service.handle(asks, at=at)
        (duty,) = outcome.case.duties
        assert duty.due_at.year in (2000, 9100, 9101)
        assert store.load("o-7") == outcome.case
        assert store.history("o-7")[1:] == outcome.events
        ticked = service.tick(EDGES["the last moment"])
        assert len(ticked.outcomes) == (duty.due_at.year == 2000)
        assert not ticked.skipped
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

    @attrs.frozen
    class Stopped:
        def now(self) -> datetime:
            return now

    store = MemoryStore()
    service = CancellationService(policies=POLICIES.values(), store=store, clock=Stopped())
    with pytest.raises(InvalidValue, match=r"^clock\.now: "):
        service.register(order("qoo10"))
    assert contents(store) == contents(MemoryStore())
