"""Within a transaction of the host's, its rows and ours are committed together or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from ordercancel import (
    AsyncCancellationService,
    CancellationService,
    Case,
    Refused,
    RequestCancellation,
)
from ordercancel.policies import QOO10
from ordercancel.service.records import Commit
from ordercancel.stores.sql import METADATA, AsyncSqlStore, SqlStore
from samples import BUYER, jst, order

ASKS = RequestCancellation("762544202", by=BUYER, reason="changed_mind", command_id="c-1")
AT = jst(15, 10)


@pytest.fixture
def url(url: str) -> str:
    """A database of either kind, as SQLAlchemy takes it."""
    return url.replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture
def service(url: str) -> Iterator[CancellationService]:
    """A service on a store of its own, with a new order on its books."""
    store = SqlStore(url)
    service = CancellationService(policies=[QOO10], store=store)
    service.register(order(status="new"), at=jst(15, 9))
    yield service
    store.close()


@pytest.fixture
def engine(url: str, service: CancellationService) -> Iterator[Engine]:
    """An engine of the host's, as it comes, with a table of the host's."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE shop_orders (id VARCHAR(40), state VARCHAR(40))"))
        connection.execute(text("INSERT INTO shop_orders VALUES ('762544202', 'new')"))
    yield engine
    engine.dispose()


def set_state(connection: Connection, state: str) -> None:
    connection.execute(text("UPDATE shop_orders SET state = :state"), {"state": state})


def seen(engine: Engine, service: CancellationService) -> tuple[str, str]:
    """The order's state in the host's table, and in ours."""
    with engine.connect() as connection:
        theirs = str(connection.scalar(text("SELECT state FROM shop_orders")))
    return theirs, service.case("762544202", by=BUYER).order.status


def test_both_are_committed(engine: Engine, service: CancellationService) -> None:
    """The host's row and the cancellation, with its messages."""
    with engine.begin() as connection:
        outcome = service.using(SqlStore.within(connection)).handle(ASKS, at=AT)
        set_state(connection, outcome.case.order.status)
    assert seen(engine, service) == ("cancelled", "cancelled")
    assert service.backlog(AT).messages == 4


def test_neither_is_there_before_the_host_commits(
    engine: Engine, service: CancellationService
) -> None:
    """Others see nothing of it; on SQLite they would have to wait to write."""
    with engine.connect() as connection:
        within = service.using(SqlStore.within(connection))
        within.handle(ASKS, at=AT)
        set_state(connection, "cancelled")
        assert within.case("762544202", by=BUYER).order.status == "cancelled"
        assert seen(engine, service) == ("new", "new")
        connection.commit()
    assert seen(engine, service) == ("cancelled", "cancelled")


@pytest.mark.parametrize("ours_first", [True, False])
def test_both_are_rolled_back(
    engine: Engine, service: CancellationService, *, ours_first: bool
) -> None:
    """Whatever fails in the host takes the cancellation with it, whoever wrote first."""

    def fail() -> None:
        with engine.begin() as connection:
            within = service.using(SqlStore.within(connection))
            if ours_first:
                within.handle(ASKS, at=AT)
            set_state(connection, "cancelled")
            if not ours_first:
                within.handle(ASKS, at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert seen(engine, service) == ("new", "new")
    assert service.backlog(AT).messages == 0


def test_what_is_refused_leaves_the_hosts_work_alone(
    engine: Engine, service: CancellationService
) -> None:
    """The host may go on, and commit what it did."""
    service.handle(ASKS, at=AT)
    with engine.begin() as connection:
        set_state(connection, "looked at")
        with pytest.raises(Refused):
            service.using(SqlStore.within(connection)).handle(
                RequestCancellation("762544202", by=BUYER, reason="changed_mind"), at=AT
            )
    assert seen(engine, service) == ("looked at", "cancelled")


def test_a_lost_race_leaves_the_hosts_work_alone(
    engine: Engine, service: CancellationService
) -> None:
    """What was written in vain is undone, and no more than that; the service decides again."""
    with engine.begin() as connection:
        set_state(connection, "looked at")
        store = SqlStore.within(connection)
        within = service.using(Losing(store, 2))
        within.handle(ASKS, at=AT)
    assert seen(engine, service) == ("looked at", "cancelled")
    assert [event.at for event in service.history("762544202", by=BUYER)][1:] == [AT] * 3


class Losing:
    """A store that somebody else's commit overtakes a few times: half of it is written then."""

    def __init__(self, store: SqlStore, losses: int) -> None:
        self._store = store
        self._losses = losses

    def commit(self, commit: Commit) -> None:
        if self._losses:
            self._losses -= 1
            # The case and its events are written, and then two messages have one id.
            self._store.commit(attrs.evolve(commit, messages=(commit.messages[0],) * 2))
        self._store.commit(commit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_an_orm_session_will_do(engine: Engine, service: CancellationService) -> None:
    """Its connection is taken, and its transaction."""
    with Session(engine) as session:
        service.using(SqlStore.within(session)).handle(ASKS, at=AT)
        session.rollback()
        assert seen(engine, service) == ("new", "new")
        service.using(SqlStore.within(session)).handle(ASKS, at=AT)
        session.commit()
    assert seen(engine, service) == ("new", "cancelled")


def test_nothing_of_the_hosts_is_closed(engine: Engine, service: CancellationService) -> None:
    with engine.begin() as connection:
        SqlStore.within(connection).close()
        set_state(connection, "still open")
    assert seen(engine, service) == ("still open", "new")


def test_the_host_sees_what_is_sent(engine: Engine, service: CancellationService) -> None:
    """Whatever it has told SQLAlchemy to do with statements is done with ours, too."""
    seen: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _see(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(" ".join(statement.split()[:3]))

    with engine.begin() as connection:
        service.using(SqlStore.within(connection)).handle(ASKS, at=AT)
    assert [each for each in seen if each.startswith("INSERT")] == [
        "INSERT INTO ordercancel_events",
        "INSERT INTO ordercancel_outbox",
        "INSERT INTO ordercancel_commands",
    ]


def test_a_host_may_have_the_tables_in_another_schema(postgres: str) -> None:
    """As with its own tables, it says where by ``schema_translate_map``."""
    url = postgres.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        home = connection.scalar(text("SELECT current_schema()"))
        connection.execute(text(f'CREATE SCHEMA "{home}_tenant"'))
        connection.execute(text(f'SET search_path = "{home}_tenant"'))
        METADATA.create_all(connection)
    tenant = engine.execution_options(schema_translate_map={None: f"{home}_tenant"})
    with tenant.connect() as connection:
        within = CancellationService(policies=[QOO10], store=SqlStore.within(connection))
        within.register(order(), at=jst(15, 9))
        within.handle(ASKS, at=AT)
        assert within.case("762544202", by=BUYER).version == 2
        assert within.tick(jst(31)).outcomes != ()
        connection.rollback()
    with engine.begin() as connection:
        connection.execute(text(f'DROP SCHEMA "{home}_tenant" CASCADE'))
    engine.dispose()


@pytest.mark.parametrize("kind", ["connection", "session"])
def test_the_async_store_does_the_same(
    url: str, engine: Engine, service: CancellationService, kind: str
) -> None:
    async_url = url.replace("sqlite:", "sqlite+aiosqlite:")

    async def cancelled(*, then: Callable[[], object]) -> Case:
        async_engine = create_async_engine(async_url)
        own = AsyncSqlStore(url)
        service = AsyncCancellationService(policies=[QOO10], store=own)
        try:
            if kind == "session":
                async with AsyncSession(async_engine) as session:
                    within = AsyncSqlStore.within(session)
                    outcome = await service.using(within).handle(ASKS, at=AT)
                    then()
                    await within.aclose()
                    await session.commit()
            else:
                async with async_engine.begin() as connection:
                    within = AsyncSqlStore.within(connection)
                    outcome = await service.using(within).handle(ASKS, at=AT)
                    then()
            return outcome.case
        finally:
            await own.aclose()
            await async_engine.dispose()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(cancelled(then=lambda: 1 / 0))
    assert seen(engine, service) == ("new", "new")
    assert asyncio.run(cancelled(then=lambda: None)).order.status == "cancelled"
    assert seen(engine, service) == ("new", "cancelled")
