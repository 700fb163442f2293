"""One order never holds up another: not by a lock or a trigger, not by how it is stored."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.pool import QueuePool

from ordercancel import (
    Approve,
    CancellationService,
    InvalidValue,
    NotAll,
    OrderUnavailable,
    Outcome,
    Reject,
    Seller,
)
from ordercancel.bulk.sql import outcomes_query
from ordercancel.policies import QOO10
from ordercancel.service import batches, deadlines
from ordercancel.service.records import InboxQuery
from ordercancel.stores.sql import AsyncSqlStore, SqlStore, commit, schema
from ordercancel.stores.sql.commit import _wait_at_most
from ordercancel.stores.sql.engine import open_engine
from ordercancel.stores.sql.executors import Executor
from ordercancel.testing.blocking import opened
from ordercancel.testing.contracts.samples import SELLERS, asked
from samples import jst

DUE = jst(21)
SOON = timedelta(milliseconds=60)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ticks and reindexing have little patience."""
    monkeypatch.setattr(deadlines, "PATIENCE", SOON)
    monkeypatch.setattr(commit, "_INDEXING", SOON)


@contextmanager
def stored(url: str, kind: str = "sync") -> Iterator[Any]:
    """A store on three orders, all of them due on the 21st."""
    with closing(SqlStore(url)) as store:
        for number in range(3):
            asked(store, f"o-{number}")
    if kind == "sync":
        with closing(SqlStore(url)) as store:
            yield store
    else:
        with opened(lambda: AsyncSqlStore.open(url)) as store:
            yield store


def ticking(store: Any) -> CancellationService:
    return CancellationService(policies=[QOO10], store=store)


@contextmanager
def engine_on(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def run(url: str, statement: str) -> None:
    with engine_on(url) as engine, engine.begin() as connection:
        connection.execute(text(statement))


@contextmanager
def held(url: str) -> Iterator[None]:
    """A host's transaction that holds the row of the first order."""
    with engine_on(url) as engine, engine.connect() as connection:
        connection.execute(
            text("SELECT 1 FROM ordercancel_cases WHERE order_id = 'o-0' FOR UPDATE")
        )
        yield
        connection.rollback()


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("setting", ["", "-clock_timeout%3D20ms%20", "-clock_timeout%3D1h%20"])
def test_a_row_that_a_host_holds_is_waited_for_a_while_and_reported(
    postgres: str, kind: str, setting: str
) -> None:
    """Whether or not the database lets anybody wait for ever; the next tick fires it."""
    with stored(postgres.replace("options=", f"options={setting}"), kind) as store:
        service = ticking(store)
        with held(postgres):
            ticked = service.tick(DUE)
            assert [each.case.order.id for each in ticked.outcomes] == ["o-1", "o-2"]
            ((order_id, error),) = [(each.order.order_id, each.error) for each in ticked.skipped]
            assert order_id == "o-0"
            assert isinstance(error, OrderUnavailable)
            assert error.problem == "LockNotAvailable (55P03)"
            assert not ticked.more
        assert [each.case.order.id for each in service.tick(DUE).outcomes] == ["o-0"]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("0", "60ms"), ("20ms", "20ms"), ("60ms", "60ms"), ("1h", "60ms"), ("2min", "60ms")],
)
def test_a_tick_waits_no_longer_than_the_database_lets_it(
    postgres: str, setting: str, expected: str
) -> None:
    """Within its own transaction alone."""
    show = text("SHOW lock_timeout")

    def work(executor: Executor) -> str:
        _wait_at_most(executor, SOON)
        ((shown,),) = executor.rows(show, {})
        return str(shown)

    given = postgres.replace("options=", f"options=-clock_timeout%3D{setting}%20")
    with closing(SqlStore(given)) as store:
        assert isinstance(store._transactions.engine.pool, QueuePool)  # one connection for both
        assert store._transactions.write(work) == expected
        after = store._transactions.read(lambda executor: executor.rows(show, {}))
        assert [tuple(row) for row in after] == [("30s" if setting == "0" else setting,)]


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_what_is_reckoned_anew_waits_for_no_row_either(postgres: str, kind: str) -> None:
    """Neither by a tick that finds an order not due, nor by reindexing, which goes on."""
    with stored(postgres, kind) as store:
        run(postgres, "UPDATE ordercancel_cases SET next_due = '2022-08-01'")
        service = ticking(store)
        with held(postgres):
            ticked = service.tick(jst(17))
            assert [each.order.order_id for each in ticked.skipped] == ["o-0"]
            run(postgres, "UPDATE ordercancel_cases SET next_due = NULL WHERE order_id <> 'o-0'")
            done = service.reindex()
            assert (done.orders, done.skipped, done.named) == (2, 1, ("o-0",))
        assert [each.order_id for each in store.due(jst(17), None, 9)] == ["o-0"]
        assert service.reindex().orders == 3
        assert [each.order_id for each in store.due(DUE, None, 9)] == ["o-0", "o-1", "o-2"]
        assert store.due(jst(17), None, 9) == ()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_of_many_commands_one_whose_row_is_held_stops_no_other(
    postgres: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PATIENCE", SOON)
    with stored(postgres, kind) as store, held(postgres):
        late, done = ticking(store).handle_many(
            [Approve(f"o-{number}", by=Seller("s-1"), request=1) for number in (0, 1)], at=jst(17)
        )
    assert isinstance(late, OrderUnavailable)
    assert isinstance(done, Outcome)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_receipt_that_can_not_be_read_stops_no_other(url: str, kind: str) -> None:
    """Two commands that were carried out come again; of one the message is broken."""
    with stored(url, kind) as store:
        service = ticking(store)
        commands = [
            Reject(
                f"o-{number}",
                by=Seller("s-1"),
                request=1,
                reason="made_to_order",
                data={"confirmed": True},
                command_id=f"c-{number}",
            )
            for number in (0, 1)
        ]
        service.handle_many(commands, at=jst(17))
        run(url, "UPDATE ordercancel_outbox SET body = '{' WHERE order_id = 'o-0'")
        answers = service.handle_many(commands, at=jst(17))
        assert [getattr(each, "repeated", None) for each in answers] == [None, True]


TRIGGERS = {
    "sqlite": "CREATE TRIGGER refuse BEFORE UPDATE ON ordercancel_cases "
    "WHEN NEW.order_id = 'o-0' BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "postgresql": "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'refused'; END$$; CREATE TRIGGER refuse BEFORE UPDATE ON "
    "ordercancel_cases FOR EACH ROW WHEN (NEW.order_id = 'o-0') EXECUTE FUNCTION refuse()",
}


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_order_that_a_trigger_refuses_holds_up_no_other(url: str, kind: str) -> None:
    with stored(url, kind) as store:
        run(url, TRIGGERS[url.split(":", maxsplit=1)[0]])
        ticked = ticking(store).tick(DUE)
        assert [each.case.order.id for each in ticked.outcomes] == ["o-1", "o-2"]
        (skipped,) = ticked.skipped
        assert skipped.order.order_id == "o-0"
        assert isinstance(skipped.error, OrderUnavailable)


# ---------------------------------------------------------------- what is stored otherwise

OTHERWISE = {
    "a newer form": "UPDATE ordercancel_cases SET form = 3, body = '{}' WHERE order_id = 'o-0'",
    "a broken body": "UPDATE ordercancel_cases SET body = '{' WHERE order_id = 'o-0'",
    "another order": "UPDATE ordercancel_cases SET body = replace(body, 'o-0', 'o-9') "
    "WHERE order_id = 'o-0'",
}


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("how", OTHERWISE)
def test_an_order_that_can_not_be_read_holds_up_no_other(
    url: str, kind: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Queues, ticks, reindexing and upgrades leave it out, say so, and leave it as it is."""
    with stored(url, kind) as store, engine_on(url) as engine:
        run(url, OTHERWISE[how])
        with engine.connect() as connection:
            kept = connection.execute(
                text("SELECT form, body FROM ordercancel_cases WHERE order_id = 'o-0'")
            ).one()
        service = ticking(store)
        with pytest.raises(InvalidValue, match="stored case 'o-0'"):
            service.case("o-0", by=Seller("s-1"))
        with caplog.at_level(logging.WARNING, "ordercancel.passed_over"):
            page = service.inbox(Seller("s-1"), limit=2, at=jst(17))
        assert ([row.order_id for row in page.rows], page.unread) == (["o-1"], ("o-0",))
        behind = service.inbox(Seller("s-1"), after=page.next, at=jst(17))
        assert ([row.order_id for row in behind.rows], behind.unread) == (["o-2"], ())
        assert caplog.messages == ["inbox: 'o-0': can't be read by this release"]
        queue = store.inbox(InboxQuery(queue=SELLERS))
        assert ([case.order.id for case in queue.cases], queue.unread) == (
            ["o-1", "o-2"],
            ("o-0",),
        )
        assert next(each.count for each in service.counters(Seller("s-1"), policy="qoo10")) == 3
        listed = service.overview(["o-0", "o-1"], by=Seller("s-1"), at=jst(17))
        assert list(listed) == ["o-1"]
        assert caplog.messages[1:] == ["cases_of: 'o-0': can't be read by this release"]
        approvals = [
            Approve(f"o-{number}", by=Seller("s-1"), request=1, command_id="c")
            for number in (0, 1)
        ]
        wrong, right = service.handle_many(approvals, at=jst(17))
        assert (type(wrong), type(right)) == (InvalidValue, Outcome)
        with pytest.raises(NotAll) as refused:
            service.handle_all(
                [attrs.evolve(each, command_id=None) for each in approvals], at=jst(17)
            )
        assert isinstance(refused.value.errors["o-0"], InvalidValue)
        done = service.reindex()
        assert (done.orders, done.named) == (2, ("o-0",))
        ticked = service.tick(DUE)
        assert [each.case.order.id for each in ticked.outcomes] == ["o-2"]
        left = ticked.passed_over if how == "a newer form" else ticked.skipped
        assert [each.order.order_id for each in left] == ["o-0"]
        with engine.begin() as connection:
            answers = connection.execute(outcomes_query(QOO10, DUE, leave_out=True)).all()
            expected = {"o-1", "o-2"} if how == "a newer form" else {"o-0", "o-1", "o-2"}
            assert {row.order_id for row in answers} == expected
            assert schema.newer(connection) == (how == "a newer form")
            assert schema.upgrade(connection) == (3, 3, ())
            assert (
                connection.execute(
                    text("SELECT form, body FROM ordercancel_cases WHERE order_id = 'o-0'")
                ).one()
                == kept
            )
