"""In Django's transactions the host's rows and ours are committed together, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from storefront.apps import follow
from storefront.models import ShopOrder

from django_host import emptied
from ordercancel import (
    Approve,
    CancellationService,
    Case,
    Conflict,
    InvalidValue,
    OrderCancelError,
    Refused,
    Reject,
    RequestCancellation,
    Seller,
    StoreUnavailable,
)
from ordercancel.contrib.django import DjangoStore
from ordercancel.contrib.django.signals import committed
from ordercancel.policies import QOO10
from ordercancel.stores.sql import SqlStore
from ordercancel.testing.contracts.samples import registered
from samples import BUYER, SELLER, jst, order

ASKS = RequestCancellation("762544202", by=BUYER, reason="changed_mind")
AT = jst(15, 10)


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """The shop's rows are written by the tests alone, and follow nothing by themselves."""
    committed.disconnect(follow)
    yield
    committed.connect(follow)


@pytest.fixture
def service(using: str) -> CancellationService:
    """A service on Django's connection, with a new order on the books of both."""
    service = CancellationService(policies=[QOO10], store=DjangoStore(using))
    service.register(order(status="new"), at=jst(15, 9))
    ShopOrder.objects.using(using).create(number="762544202", state="new")
    return service


def seen(using: str) -> tuple[str, str]:
    """The order's state in the host's table and in ours, as somebody else sees it."""
    states: list[tuple[str, str]] = []

    def look() -> None:
        service = CancellationService(policies=[QOO10], store=DjangoStore(using))
        state = ShopOrder.objects.using(using).get().state
        states.append((state, service.case("762544202", by=BUYER).order.status))
        connections[using].close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return states[0]


def set_state(using: str, state: str) -> None:
    ShopOrder.objects.using(using).update(state=state)


def test_both_are_committed(using: str, service: CancellationService) -> None:
    """The host's row and the cancellation, with its messages."""
    with transaction.atomic(using=using):
        set_state(using, "cancelled")
        service.handle(ASKS, at=AT)
        assert seen(using) == ("new", "new")
    assert seen(using) == ("cancelled", "cancelled")
    assert service.backlog(AT).messages == 4


def test_both_are_rolled_back(using: str, service: CancellationService) -> None:
    """Whatever fails in the host takes the cancellation with it."""

    def fail() -> None:
        with transaction.atomic(using=using):
            service.handle(ASKS, at=AT)
            set_state(using, "cancelled")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert seen(using) == ("new", "new")
    assert service.backlog(AT).messages == 0


def test_what_is_refused_leaves_the_hosts_work_alone(
    using: str, service: CancellationService
) -> None:
    """The host may go on, and commit what it did."""
    service.handle(ASKS, at=AT)
    with transaction.atomic(using=using):
        set_state(using, "looked at")
        with pytest.raises(Refused):
            service.handle(ASKS, at=AT)
    assert seen(using) == ("looked at", "cancelled")


def test_a_lost_race_leaves_the_hosts_work_alone(using: str, service: CancellationService) -> None:
    """An order that another has just put in takes nothing with it, also on PostgreSQL."""
    with transaction.atomic(using=using):
        set_state(using, "looked at")
        with pytest.raises(Conflict):
            DjangoStore(using).commit(registered("762544202"))
    assert seen(using) == ("looked at", "new")


def test_outside_of_a_transaction_each_command_is_one(
    using: str, service: CancellationService
) -> None:
    """The host need not begin any."""
    assert connections[using].get_autocommit()
    service.handle(ASKS, at=AT)
    assert seen(using) == ("new", "cancelled")


def test_django_sees_the_queries(using: str, service: CancellationService) -> None:
    """The debug toolbar, ``assertNumQueries`` and the log have them as they were sent."""
    with CaptureQueriesContext(connections[using]) as captured:
        service.case("762544202", by=BUYER)
    assert [each["sql"] for each in captured] == [
        "SELECT ordercancel_cases.form, ordercancel_cases.body \nFROM ordercancel_cases \n"
        "WHERE ordercancel_cases.order_id = "
        + ("'762544202'" if using == "default" else "'762544202'::VARCHAR")
    ]


# ---------------------------------------------------------------- the obvious way that loses rows


def test_an_engine_over_djangos_connection_is_refused(
    using: str, service: CancellationService
) -> None:
    """What SQLAlchemy does with a connection when it is given back would lose the host's row."""
    name = {"default": "sqlite://", "postgresql": "postgresql+psycopg://"}[using]
    engine = create_engine(name, creator=lambda: connections[using].connection)
    ways: list[Any] = [
        lambda: SqlStore(engine),
        lambda: SqlStore(engine, create_tables=False).load("762544202"),
        lambda: SqlStore.within(engine.connect()).load("762544202"),
        lambda: SqlStore.within(Session(engine)).load("762544202"),
    ]
    for way in ways:
        with pytest.raises(InvalidValue, match=r"expected ordercancel\.contrib\.django\.Django"):
            way()
    connections[using].close()


# ---------------------------------------------------------------- signals


@pytest.fixture
def heard() -> Iterator[list[tuple[Case, list[str], str]]]:
    """What a receiver of the signal hears."""
    heard: list[tuple[Case, list[str], str]] = []

    def hear(case: Case, events: Any, using: str, **more: object) -> None:
        heard.append((case, [type(each).__name__ for each in events], using))
        raise ZeroDivisionError

    committed.connect(hear)
    yield heard
    committed.disconnect(hear)


def test_a_signal_is_sent_after_the_commit(
    using: str, service: CancellationService, heard: list[Any]
) -> None:
    """Not before, and a receiver that fails stops nobody."""
    with transaction.atomic(using=using):
        case = service.handle(ASKS, at=AT).case
        assert heard == []
    assert heard == [(case, ["CancellationRequested", "RequestClosed", "OrderCancelled"], using)]


def test_no_signal_is_sent_for_what_is_rolled_back(
    using: str, service: CancellationService, heard: list[Any]
) -> None:
    with transaction.atomic(using=using):
        service.handle(ASKS, at=AT)
        transaction.set_rollback(True, using=using)
    assert heard == []


# ---------------------------------------------------------------- errors


def test_a_table_that_is_gone_is_unavailable(using: str, service: CancellationService) -> None:
    """What Django raises comes as the port's error, with its cause."""
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("ALTER TABLE ordercancel_events RENAME TO elsewhere")
        with transaction.atomic(using=using), pytest.raises(StoreUnavailable) as caught:
            service.handle(ASKS, at=AT)
        assert caught.value.__cause__ is not None
        transaction.set_rollback(True, using=using)


def test_what_is_no_error_of_a_database_is_left_as_it_is(using: str) -> None:
    """A stored case that can't be read is named, not taken for a store that is away."""
    service = CancellationService(policies=[QOO10], store=DjangoStore(using))
    service.register(order(status="new"), at=AT)
    with connections[using].cursor() as cursor:
        cursor.execute("UPDATE ordercancel_cases SET body = '{'")
    with pytest.raises(InvalidValue, match="stored case"):
        service.case("762544202", by=BUYER)


def test_a_database_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "vendor", "oracle")
    with pytest.raises(ImproperlyConfigured, match="expected one of: postgresql, sqlite"):
        DjangoStore()


def test_moments_without_zones_are_refused() -> None:
    with override_settings(USE_TZ=False), pytest.raises(ImproperlyConfigured, match="USE_TZ"):
        DjangoStore()


# ---------------------------------------------------------------- races


def test_of_an_approval_and_a_rejection_one_wins_and_the_hosts_row_says_which(pg: str) -> None:
    """Thirty races, each of two transactions that write the host's row as well."""
    service = CancellationService(policies=[QOO10], store=DjangoStore(pg))
    rows = ShopOrder.objects.using(pg)
    ids = [f"o-{number}" for number in range(30)]
    for order_id in ids:
        service.register(order(id=order_id, ship_on=jst(31).date()), at=jst(15, 9))
        service.handle(RequestCancellation(order_id, by=BUYER, reason="changed_mind"), at=AT)
        rows.create(number=order_id, state="asked")
    barrier = threading.Barrier(2)
    winners: dict[str, list[str]] = {order_id: [] for order_id in ids}

    def race(answer: str) -> None:
        for order_id in ids:
            reject = Reject(
                order_id, by=SELLER, request=1, reason="made_to_order", data={"confirmed": True}
            )
            command = Approve(order_id, by=SELLER, request=1) if answer == "approved" else reject
            barrier.wait(timeout=30)
            try:
                with transaction.atomic(using=pg):
                    service.handle(command, at=jst(15, 11))
                    rows.filter(number=order_id).update(state=answer)
            except OrderCancelError:
                continue
            winners[order_id].append(answer)
        connections[pg].close()

    threads = [threading.Thread(target=race, args=(each,)) for each in ("approved", "rejected")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(each) for each in winners.values()] == [1] * 30
    stored = {
        order_id: str(latest.status)
        for order_id in ids
        if (latest := service.case(order_id, by=Seller("s-1")).latest)
    }
    hosts = dict(rows.values_list("number", "state"))
    emptied(pg)
    assert {order_id: [state] for order_id, state in stored.items()} == winners
    assert hosts == stored
