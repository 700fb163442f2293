"""The SQL store keeps the promises of a store, and those of a file."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from hypothesis import given
from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

import postgres as postgresql
from ordercancel import (
    Buyer,
    CancellationService,
    Case,
    Conflict,
    Event,
    InvalidValue,
    Message,
    StoreUnavailable,
)
from ordercancel.policies import QOO10
from ordercancel.service.records import Claim, InboxQuery, Kept, Queue, Start
from ordercancel.stores.codec import FORM, decode_case, decode_events, decode_message, encode
from ordercancel.stores.memory import MemoryNotifier
from ordercancel.stores.sql import AsyncSqlStore, SqlStore, outbox, retention, tables
from ordercancel.stores.sql.executors import Executor
from ordercancel.testing import StoreContract
from ordercancel.testing.blocking import opened as blocking
from ordercancel.testing.contracts.samples import (
    asked,
    asking,
    cancelled_at_once,
    carried_out,
    claimed,
    claims,
    letter,
    posted,
    put,
    registered,
    rejecting,
)
from samples import execute, jst, order
from strategies import cases, events, messages

SELLERS = Queue(seller="s-1")


@pytest.fixture(scope="session")
def in_a_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the tables in it."""
    path = tmp_path_factory.mktemp("made") / "shop.db"
    SqlStore(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def on_a_server(postgres_server: str) -> Iterator[tuple[str, psycopg.Connection]]:
    """The URL of a PostgreSQL schema with the tables in it, and a connection to empty them by."""
    with postgresql.schema(postgres_server) as url:
        SqlStore(url).close()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET lock_timeout = '10s'")
            yield url, connection


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of either kind, with the tables, which are empty."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("in_a_file"), tmp_path)
        yield f"sqlite:///{tmp_path / 'shop.db'}"
        return
    url, connection = request.getfixturevalue("on_a_server")
    yield url
    names = ", ".join(table.name for table in tables.METADATA.sorted_tables)
    connection.execute(f"TRUNCATE {names} RESTART IDENTITY")


class TestSqlStoreInMemory(StoreContract):
    """The promises of a store, kept in a database in memory."""

    def make_store(self) -> SqlStore:
        return SqlStore("sqlite://")


class TestSqlStore(StoreContract):
    """The same promises, kept in a file, and by PostgreSQL."""

    @pytest.fixture(autouse=True)
    def _database(self, url: str) -> None:
        self.url = url

    def make_store(self) -> Any:
        return SqlStore(self.url)


class TestAsyncSqlStore(TestSqlStore):
    """The same promises, awaited."""

    def make_store(self) -> Any:
        return AsyncSqlStore.open(self.url)


class TestAsyncSqlStoreInMemory(StoreContract):
    """The same promises, awaited, kept in a database in memory."""

    async def make_store(self) -> AsyncSqlStore:
        return await AsyncSqlStore.open("sqlite://")


class TestSqlStoreWithin(StoreContract):
    """The same promises, kept within a transaction of a host's."""

    @pytest.fixture
    def store(self, url: str) -> Iterator[SqlStore]:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            yield SqlStore.within(connection)
        engine.dispose()


class Hosted(AsyncSqlStore):
    """An async store within a transaction of a host's, who leaves when the store is closed."""

    host: AsyncSession

    async def aclose(self) -> None:
        engine: Any = self.host.bind
        await self.host.close()
        await engine.dispose()


class TestAsyncSqlStoreWithin(TestSqlStore):
    """The same promises, awaited, kept within a transaction of a host's."""

    async def make_store(self) -> AsyncSqlStore:
        url = self.url.replace("sqlite:", "sqlite+aiosqlite:")
        engine = create_async_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        session = AsyncSession(engine)
        store: Any = Hosted.within(session)
        store.host = session
        return store


@pytest.mark.parametrize("make_store", [SqlStore, AsyncSqlStore.open])
def test_a_request_that_is_closed_while_an_attempt_begins_is_not_told_of(
    url: str, monkeypatch: pytest.MonkeyPatch, make_store: Callable[[str], Any]
) -> None:
    """Whoever closed it did not see the attempt, and the next message does not wait for it."""
    with closing(SqlStore(url)) as other, blocking(lambda: make_store(url)) as store:
        case = asked(other)
        (old,) = claims(other, jst(16, 11)).values()
        is_closed = outbox.is_closed

        def closes_it_first(executor: Executor, claim: Claim) -> bool:
            other.commit(carried_out(case, rejecting(), jst(16, 12)))
            return is_closed(executor, claim)

        monkeypatch.setattr(outbox, "is_closed", closes_it_first)
        assert store.start(old) is Start.OBSOLETE
        assert claimed(other, jst(16, 12)) == [
            "o-1:3:buyer:app",
            "o-1:3:buyer:mail",
            "o-1:3:seller:app",
        ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be put."""
    return tmp_path / "shop.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[[], SqlStore]]:
    """Opens stores on that path, and closes them in the end."""
    stores: list[SqlStore] = []

    def open_one() -> SqlStore:
        stores.append(SqlStore(f"sqlite:///{path}"))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


def test_a_file_outlives_its_store(opened: Callable[[], SqlStore]) -> None:
    """A new store on the same file sees all that was committed, due, leased and delivered."""
    first = opened()
    commit = asking(put(first, registered("o-1")), command_id="c-1")
    case = put(first, commit)
    cancelled_at_once(first, "o-2")
    assert claimed(first, jst(17), 2) == ["o-1:2:seller:app", "o-2:3:buyer:app"]
    first.delivered("o-1:2:seller:app", jst(17))
    expected = (
        first.history("o-1"),
        first.receipt("c-1"),
        first.due(jst(31), None, 10),
        first.inbox(InboxQuery(queue=SELLERS)),
        first.tally(SELLERS, jst(31)),
    )
    first.close()
    second = opened()
    assert second.load("o-1") == case
    assert (
        second.history("o-1"),
        second.receipt("c-1"),
        second.due(jst(31), None, 10),
        second.inbox(InboxQuery(queue=SELLERS)),
        second.tally(SELLERS, jst(31)),
    ) == expected
    receipt = second.receipt("c-1")
    assert receipt is not None
    assert receipt.messages == commit.messages
    others = ["o-2:3:buyer:mail", "o-2:3:seller:app", "o-2:3:seller:mail"]
    assert claimed(second, jst(17, 0, 4)) == others
    assert claimed(second, jst(17, 0, 5)) == ["o-2:3:buyer:app"]


def test_of_racing_stores_one_wins(opened: Callable[[], SqlStore]) -> None:
    """Of two stores that commit on one version at once one writes, the other conflicts."""
    stores = [opened(), opened()]
    cases_before = [put(stores[0], registered(f"o-{number}")) for number in range(10)]
    barrier = threading.Barrier(2)
    outcomes: dict[str, list[str]] = {case.order.id: [] for case in cases_before}

    def race(store: SqlStore) -> None:
        for case in cases_before:
            commit = asking(case)
            barrier.wait(timeout=30)
            try:
                store.commit(commit)
            except Conflict:
                outcomes[case.order.id].append("conflict")
            else:
                outcomes[case.order.id].append("written")

    threads = [threading.Thread(target=race, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {order_id: sorted(each) for order_id, each in outcomes.items()} == {
        f"o-{number}": ["conflict", "written"] for number in range(10)
    }
    assert [len(stores[1].history(f"o-{number}")) for number in range(10)] == [2] * 10
    assert len(claimed(stores[0], jst(17))) == 10


def test_racing_relays_lease_each_message_once(opened: Callable[[], SqlStore]) -> None:
    """Two stores that claim at once never hand out the same message."""
    stores = [opened(), opened()]
    for number in range(10):
        letters = [letter(4 * number + each, order_id=f"o-{number}") for each in range(4)]
        stores[0].commit(attrs.evolve(registered(f"o-{number}"), messages=letters))
    barrier = threading.Barrier(2)
    handed_out: list[str] = []

    def claim(store: SqlStore) -> None:
        barrier.wait(timeout=30)
        while store.backlog(jst(17)).messages:
            for message_id in claimed(store, jst(17), 3):
                handed_out.append(message_id)
                store.delivered(message_id, jst(17))

    threads = [threading.Thread(target=claim, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handed_out) == 40
    assert len(set(handed_out)) == 40
    for number in range(10):
        mine = [f"letter-{4 * number + each}" for each in range(4)]
        assert [each for each in handed_out if each in mine] == mine


# ---------------------------------------------------------------- what can't be opened


def test_a_path_that_leads_nowhere_is_unavailable(tmp_path: Path) -> None:
    """A directory that is not there can't hold a database; the driver's error is the cause."""
    with pytest.raises(StoreUnavailable) as caught:
        SqlStore(f"sqlite:///{tmp_path / 'nowhere' / 'shop.db'}")
    assert caught.value.__cause__ is not None


def test_a_file_that_is_no_database_is_unavailable(path: Path) -> None:
    """Something else under that name is not touched."""
    path.write_text("not a database at all, " * 100)
    with pytest.raises(StoreUnavailable):
        SqlStore(f"sqlite:///{path}")
    assert path.read_text().startswith("not a database at all")


def test_a_table_that_is_gone_is_unavailable(path: Path, opened: Callable[[], SqlStore]) -> None:
    """What the driver raises later comes as the port's error, on reading and on writing."""
    store = opened()
    case = put(store, registered())
    execute(path, "DROP TABLE ordercancel_events")
    with pytest.raises(StoreUnavailable):
        store.history("o-1")
    with pytest.raises(StoreUnavailable):
        store.commit(asking(case))
    assert store.load("o-1") == case


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/shop",
        "shop.db",
        "",
    ],
)
def test_only_sqlite_and_postgresql_are_taken(url: str) -> None:
    """Another database's URL, or what is no URL at all, is an invalid value."""
    with pytest.raises(InvalidValue, match=r"SqlStore\.url"):
        SqlStore(url)
    with pytest.raises(InvalidValue, match=r"SqlStore\.url"):
        AsyncSqlStore(url)


# ---------------------------------------------------------------- what can't be read


@pytest.mark.parametrize(
    ("table", "record", "read"),
    [
        ("ordercancel_cases", "stored case", lambda store: store.load("o-1")),
        ("ordercancel_events", "stored event", lambda store: store.history("o-1")),
        ("ordercancel_outbox", "stored message", lambda store: store.receipt("c-1")),
    ],
    ids=["load", "history", "receipt"],
)
@pytest.mark.parametrize("body", ["{", "[]", "{}", "", '{"order": 5}', "\x00"], ids=repr)
def test_what_is_stored_wrongly_is_named(
    path: Path,
    opened: Callable[[], SqlStore],
    table: str,
    record: str,
    read: Callable[[SqlStore], Any],
    body: str,
) -> None:
    """A body that is not the JSON of its record is an invalid value that names the record."""
    store = opened()
    put(store, asking(put(store, registered()), command_id="c-1"))
    execute(path, f"UPDATE {table} SET body = ?", body)
    with pytest.raises(InvalidValue) as caught:
        read(store)
    (fault,) = caught.value.faults
    assert fault.where.startswith(record)


@pytest.mark.parametrize(
    ("column", "value"),
    [("body", "{"), ("body", "[]"), ("form", 0)],
)
def test_a_message_that_can_not_be_read_is_dead_and_stops_no_other(
    path: Path,
    opened: Callable[[], SqlStore],
    column: str,
    value: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is listed by its id, with what is wrong, and logged; put back, it is dead once more."""
    store = opened()
    cancelled_at_once(store)
    statement = f"UPDATE ordercancel_outbox SET {column} = ? WHERE message_id LIKE '%r:app'"
    execute(path, statement, value)
    for day in (17, 18):
        caplog.clear()
        post = MemoryNotifier()
        service = CancellationService(policies=[QOO10], store=store, notifier=post)
        relayed = service.relay(jst(day))
        assert relayed.dead == ("o-1:3:buyer:app", "o-1:3:seller:app")
        assert [each.levelname for each in caplog.records] == ["ERROR", "ERROR"]
        letters = store.dead_letters(9)
        assert [(each.id, each.order_id, each.attempts) for each in letters] == [
            ("o-1:3:buyer:app", "o-1", 0),
            ("o-1:3:seller:app", "o-1", 0),
        ]
        assert all(each.error for each in letters)
        assert [each.message for each in letters] == [None, None]
        assert store.revive() == 2


@pytest.mark.parametrize("value", ["{", "7"])
def test_a_message_whose_addresses_can_not_be_read_is_dead(
    path: Path, opened: Callable[[], SqlStore], value: str
) -> None:
    """Put back, it goes to all of them."""
    store = opened()
    posted(store, letter(1))
    execute(path, "UPDATE ordercancel_outbox SET reached = ?", value)
    post = MemoryNotifier()
    service = CancellationService(policies=[QOO10], store=store, notifier=post)
    assert service.relay(jst(17)).dead == ("letter-1",)
    assert store.dead_letters(9)[0].message == letter(1)
    store.revive()
    assert service.relay(jst(17)).delivered == ("letter-1",)


def test_a_message_behind_one_that_can_not_be_read_waits_for_it(
    path: Path, opened: Callable[[], SqlStore]
) -> None:
    """Nobody knows who has that one, until its relay has put it among the dead."""
    store = opened()
    posted(store, letter(1), letter(2))
    (first,) = claims(store, jst(17)).values()
    execute(path, "UPDATE ordercancel_outbox SET reached = '{' WHERE number = 1")
    (second,) = claims(store, jst(17)).values()
    assert (second.id, second.open_to) == ("letter-2", frozenset())
    store.release([second])
    store.failed(first, "unreadable", None)
    (second,) = claims(store, jst(17)).values()
    assert (second.id, second.open_to) == ("letter-2", None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"id":"o-1"', '"id":""'),
        ('"role":"buyer"', '"role":""'),
        ('"reason":"changed_mind"', '"reason":5'),
        ('"status":"pending"', '"status":"forgotten"'),
        ('"placed_at":"2022-08-15T00:00:00Z"', '"placed_at":"2022-08-15T00:00:00"'),
        ('"ship_on":"2022-08-31"', '"ship_on":"2022-02-31"'),
    ],
)
def test_values_that_no_case_can_have_are_not_read(
    path: Path, opened: Callable[[], SqlStore], old: str, new: str
) -> None:
    """What is read back is checked like what is given: the domain's own rules hold."""
    store = opened()
    asked(store)
    with closing(sqlite3.connect(path)) as connection:
        (body,) = connection.execute("SELECT body FROM ordercancel_cases").fetchone()
        assert old in body
        connection.execute("UPDATE ordercancel_cases SET body = ?", (body.replace(old, new),))
        connection.commit()
    with pytest.raises(InvalidValue, match="stored case"):
        store.load("o-1")


def test_an_unknown_kind_of_event_is_named(path: Path, opened: Callable[[], SqlStore]) -> None:
    """An event of a later version of the library is not guessed at."""
    store = opened()
    asked(store)
    execute(path, "UPDATE ordercancel_events SET kind = 'OrderEaten'")
    with pytest.raises(InvalidValue, match="OrderEaten"):
        store.history("o-1")


# ---------------------------------------------------------------- the stored form


class Marked(str):
    """Text of a class of the host's own."""


class Enough(int):
    """A number of a class of the host's own."""


def test_texts_and_numbers_of_the_hosts_own_classes_are_kept_as_plain_ones() -> None:
    """Marked-up text, or a number that means something there, is text and a number here."""
    case = registered(item=Marked("<b>"), facts={"size": Marked("s"), "boxes": Enough(3)}).case
    back = decode_case(encode(case))
    assert back == case
    assert type(back.order.item) is str
    assert {type(each) for each in back.order.facts.values()} == {str, int}


@given(cases())
def test_any_case_comes_back_equal(case: Case) -> None:
    """The stored form of a case loses nothing."""
    assert decode_case(encode(case)) == case


@given(events())
def test_any_event_comes_back_equal(event: Event) -> None:
    """The stored form of an event loses nothing."""
    (back,) = decode_events([(type(event).__name__, FORM, encode(event))])
    assert back == event
    assert type(back) is type(event)


@given(messages())
def test_any_message_comes_back_equal(message: Message) -> None:
    """The stored form of a message loses nothing."""
    assert decode_message(encode(message)) == message


def test_moments_are_the_same_to_the_second_of_their_offset() -> None:
    """A moment whose offset has seconds, as local mean times do, is stored as that moment."""
    mean_time = timezone(timedelta(hours=9, minutes=18, seconds=59))
    case = registered(placed_at=datetime(2022, 8, 15, 9, tzinfo=mean_time)).case
    assert decode_case(encode(case)) == case


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 2**53 + 1])
def test_whole_numbers_are_kept_to_the_last_bit(number: int) -> None:
    """A fact of 64 bits comes back as it was."""
    case = registered(facts={"number": number}).case
    assert decode_case(encode(case)) == case


def test_facts_that_are_no_text_never_reach_the_store() -> None:
    """A lone surrogate, which has no stored form, is refused with the order that carries it."""
    with pytest.raises(InvalidValue):
        order(facts={"note": "\ud800"})


def test_text_is_kept_to_the_last_code_point(opened: Callable[[], SqlStore]) -> None:
    """What people type, and ids with odd characters, come back from the file unchanged."""
    store = opened()
    order_id = "注文'; DROP TABLE ordercancel_cases; --"
    service = CancellationService(policies=[QOO10], store=store)
    service.register(order(id=order_id, status="new", item="🎁\u200d箱"), at=jst(16, 9))
    loaded = service.case(order_id, by=Buyer("b-1"))
    assert loaded.order.id == order_id
    assert loaded.order.item == "🎁\u200d箱"


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///x.db", "sqlite:///x.db?timeout=abc"])
def test_a_url_that_does_not_open_sqlite_is_invalid(url: str) -> None:
    with pytest.raises(InvalidValue, match=r"SqlStore\.url"):
        SqlStore(url)


def test_what_has_no_stored_form_is_not_written() -> None:
    """A value of a class that the codec does not know stops the writing."""
    odd = registered().case
    object.__setattr__(odd, "edition", object())
    with pytest.raises(TypeError, match="a object has no stored form"):
        encode(odd)


def test_a_case_that_was_opened_since_it_was_looked_for_stays(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under its lock each is looked at again: somebody may have asked in between."""
    outdated = select(tables.cases.c.order_id).order_by(tables.cases.c.order_id)
    monkeypatch.setattr(retention, "_MAY_GO", outdated)
    store = SqlStore(postgres)
    asked(store, "o-1")
    assert store.purge(jst(31), frozenset(Kept), None, 10).cases == 0
    assert store.load("o-1") is not None
    store.close()
