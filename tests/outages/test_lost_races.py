"""Deadlocks and serialisation failures of PostgreSQL are lost races."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from ordercancel import (
    Approve,
    AskWithdrawal,
    CancellationService,
    RequestStatus,
    TransactionLost,
)
from ordercancel.policies import QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.stores.sql import SqlStore
from outages.driver import watched
from outages.shop import ASKED, LATER, Shop, asking, opening, registered
from races.checker import check
from races.launching import PATIENCE
from races.tables import read
from samples import SELLER

WITHDRAWAL_ASKED = ASKED + timedelta(minutes=1)

TWICE = Backoff(first=timedelta(), most=timedelta(), tries=2)
"""A command that lost a race is decided again at once, and only once."""


@pytest.fixture
def shop(postgres: str) -> Iterator[Shop]:
    """A shop with two orders, on a store of its own."""
    with opening("sync") as opened:
        found = Shop(postgres, opened(postgres))
        registered(found, "o-1", "o-2")
        yield found


@contextmanager
def host(url: str, isolation: str = "READ COMMITTED") -> Iterator[Engine]:
    """An engine of the host's own."""
    engine = create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), isolation_level=isolation
    )
    try:
        yield engine
    finally:
        engine.dispose()


def within(connection: Connection) -> CancellationService:
    """A service within the transaction of a host's connection."""
    return CancellationService(
        policies=[QOO10], store=SqlStore.within(connection), conflicts=TWICE
    )


def test_of_two_hosts_in_a_deadlock_one_goes_on(shop: Shop) -> None:
    """Two host transactions that lock two orders in opposite order: one is told to begin anew.

    To decide again within the same transaction does not help them, for the other one waits for
    what it holds, so that is not tried. When they have rolled back, the other one's work is done,
    and they do theirs again.
    """
    barrier = threading.Barrier(2)
    lost: list[tuple[str, int]] = []
    problems: list[BaseException] = []

    def work(engine: Engine, first: str, second: str) -> None:
        with engine.connect() as connection:
            connection.execute(text("SET deadlock_timeout = '50ms'"))
            connection.commit()
            service = within(connection)
            service.handle(asking(first), at=ASKED)
            barrier.wait(PATIENCE)
            try:
                service.handle(asking(second), at=ASKED)
            except TransactionLost as error:
                lost.append((error.order_id, error.attempts))
                connection.rollback()
                for order_id in (first, second):
                    service.handle(asking(order_id), at=ASKED)
            connection.commit()

    def watched(*args: Any) -> None:
        try:
            work(*args)
        except BaseException as error:  # told below
            problems.append(error)

    with host(shop.url) as engine:
        orders = (("o-1", "o-2"), ("o-2", "o-1"))
        threads = [threading.Thread(target=watched, args=(engine, *each)) for each in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []
    assert lost in ([("o-1", 1)], [("o-2", 1)])
    assert [shop.version(order_id) for order_id in ("o-1", "o-2")] == [2, 2]
    assert check(read(shop.url), [QOO10]) == ()


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_stricter_host_does_it_all_again(shop: Shop, isolation: str) -> None:
    """In a transaction that sees the past, a race that was lost stays lost: it is not repeated.

    Nothing of it is left when the host has rolled back; in a new transaction it succeeds.
    """
    shop.ask()
    with host(shop.url, isolation) as engine, engine.connect() as connection:
        service = within(connection)
        seen = service.case("o-1", by=SELLER)
        shop.service.handle(AskWithdrawal("o-1", request=1, by=SELLER), at=WITHDRAWAL_ASKED)
        before = read(shop.url)
        with pytest.raises(TransactionLost):
            service.handle(Approve("o-1", request=1, by=SELLER), at=LATER)
        assert service.case("o-1", by=SELLER) == seen
        connection.rollback()
        assert read(shop.url) == before
        approved = service.handle(Approve("o-1", request=1, by=SELLER), at=LATER)
        connection.commit()
    assert [request.status for request in approved.case.requests] == [RequestStatus.APPROVED]
    assert check(read(shop.url), [QOO10]) == ()


def test_a_stricter_default_of_the_database_changes_nothing(shop: Shop) -> None:
    """The store asks for READ COMMITTED: who comes second sees the first, and decides again."""
    shop.ask()
    strict = shop.url.replace(
        "options=", "options=-cdefault_transaction_isolation%3Dserializable%20"
    )
    overtaken: list[str] = []

    def overtake(sender: Any, statement: str) -> None:
        if statement.startswith("UPDATE ordercancel_cases") and not overtaken:
            overtaken.append(statement)
            # From here on a stricter transaction sees the past.
            sender.connection.execute("SELECT 1").fetchone()
            shop.service.handle(AskWithdrawal("o-1", request=1, by=SELLER), at=WITHDRAWAL_ASKED)

    with opening("sync") as opened, watched(overtake):
        store = opened(strict)
        service = CancellationService(policies=[QOO10], store=store, conflicts=TWICE)
        outcome = service.handle(Approve("o-1", request=1, by=SELLER), at=LATER)
    assert len(overtaken) == 1
    assert [type(each).__name__ for each in outcome.events] == [
        "DeadlineFired",
        "RequestClosed",
        "OrderCancelled",
    ]
    assert outcome.case.version == 6
    assert check(read(shop.url), [QOO10]) == ()
