"""The tables are made, looked over and brought up to date; what they hold is kept."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import attrs
import pytest
from sqlalchemy import Connection, text

from ordercancel import (
    Approve,
    Buyer,
    CancellationService,
    InvalidValue,
    OutdatedTables,
    RequestCancellation,
    Seller,
    StoreUnavailable,
    fold,
)
from ordercancel.cli.database import connected
from ordercancel.policies import CONECT, QOO10
from ordercancel.rules.notifications import Medium
from ordercancel.service.receipts import command_key
from ordercancel.service.records import Backlog
from ordercancel.stores.sql import METADATA, AsyncSqlStore, SqlStore, schema
from ordercancel.testing.contracts.samples import asked, claims, jst, letter, posted
from samples import execute

FORM_1, FORM_2 = (Path(__file__).parent / name for name in ("form1", "form2"))
ROWS = json.loads((FORM_2 / "rows.json").read_text("utf-8"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Where an SQLite database may be put."""
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def form_1(tmp_path: Path, sqlite_url: str) -> str:
    """A database as the first release left it: an order asked about, and one cancelled at once."""
    rows = json.loads((FORM_1 / "rows.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript((FORM_1 / "sqlite.sql").read_text(encoding="utf-8"))
        for table, records in rows.items():
            for record in records:
                marks = ", ".join("?" * len(record))
                statement = f"INSERT INTO {table} ({', '.join(record)}) VALUES ({marks})"
                connection.execute(statement, tuple(record.values()))
        connection.commit()
    return sqlite_url


def test_an_empty_database_lacks_every_table(url: str) -> None:
    with connected(url) as connection:
        assert schema.form_of(connection) == 0
        assert schema.faults(connection) == tuple(
            f"{table.name}: the table is missing" for table in METADATA.sorted_tables
        )


def test_tables_that_have_been_made_lack_nothing(url: str) -> None:
    """Also when they are made once more."""
    for _ in range(2):
        with connected(url) as connection:
            schema.create(connection)
        with connected(url) as connection:
            assert schema.upgrade(connection) == (3, 3, ())
            assert schema.faults(connection) == ()


def test_an_empty_database_can_be_upgraded(url: str) -> None:
    with connected(url) as connection:
        assert schema.upgrade(connection) == (0, 3, ())
        assert schema.faults(connection) == ()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DROP TABLE ordercancel_commands", "ordercancel_commands: the table is missing"),
        (
            "ALTER TABLE ordercancel_outbox DROP COLUMN error",
            "ordercancel_outbox.error: the column is missing",
        ),
        (
            "DROP INDEX ix_ordercancel_outbox_free",
            "ordercancel_outbox: an index on state, free_at, number is missing",
        ),
    ],
)
def test_what_is_missing_is_told(url: str, statement: str, fault: str) -> None:
    """A host whose migrations have forgotten something reads what it is."""
    with connected(url) as connection:
        schema.create(connection)
        connection.execute(text(statement))
    with connected(url) as connection:
        assert schema.faults(connection) == (fault,)


def test_what_is_not_guarded_is_told(postgres: str) -> None:
    """The database itself allows one open request an order, and no event without a body."""
    with connected(postgres) as connection:
        schema.create(connection)
        connection.execute(
            text(
                "ALTER TABLE ordercancel_cases DROP CONSTRAINT ordercancel_cases_open_key_key; "
                "ALTER TABLE ordercancel_events ALTER COLUMN body DROP NOT NULL"
            )
        )
        assert schema.faults(connection) == (
            "ordercancel_cases.open_key: is not unique",
            "ordercancel_events.body: NULL is allowed; expected NOT NULL",
        )


def test_tables_of_an_earlier_release_are_not_worked_with(form_1: str) -> None:
    """What to do is said, and nothing is changed."""
    with pytest.raises(OutdatedTables) as caught:
        SqlStore(form_1)
    assert (caught.value.found, caught.value.wanted) == (1, 3)
    assert str(caught.value) == (
        "the tables have form 1; expected form 3: run `ordercancel db upgrade URL`"
    )
    with pytest.raises(OutdatedTables):
        asyncio.run(AsyncSqlStore.open(form_1))
    with connected(form_1) as connection:
        with pytest.raises(OutdatedTables):
            schema.create(connection)
        assert schema.form_of(connection) == 1
        assert "ordercancel_outbox.state: the column is missing" in schema.faults(connection)


def test_what_an_earlier_release_has_stored_is_kept_and_read(form_1: str) -> None:
    """Cases, events, receipts, and messages: delivered, waiting for another try, leased, new."""
    with connected(form_1) as connection:
        assert schema.upgrade(connection) == (1, 3, ())
        assert schema.faults(connection) == ()
    store = SqlStore(form_1)
    try:
        case = store.load("o-1")
        assert case is not None
        assert (case.version, case.order.status) == (3, "shipping_requested")
        assert [type(event).__name__ for event in store.history("o-2")] == [
            "OrderRegistered",
            "CancellationRequested",
            "RequestClosed",
            "OrderCancelled",
        ]
        assert store.receipt("c-1") is None  # it is the buyer's now
        receipt = store.receipt(command_key("buyer", "b-1", "c-1"))
        assert receipt is not None
        assert [message.id for message in receipt.messages] == ["o-1:2:seller:app"]
        assert [each.order_id for each in store.due(jst(31), None, 9)] == ["o-1", "o-2"]
        # One was delivered; one failed and waits for its time, and one is leased.
        free = ["o-2:3:buyer:mail", "o-2:3:seller:app", "o-2:3:seller:mail"]
        assert list(claims(store, jst(17, 0, 30))) == free
        assert list(claims(store, jst(18))) == ["o-2:3:buyer:app", *free]
    finally:
        store.close()


def test_a_command_of_the_first_edition_is_carried_out_once(form_1: str) -> None:
    """Who sends it again after the upgrade is told what became of it; of others, nobody is."""
    with connected(form_1) as connection:
        schema.upgrade(connection)
    with closing(SqlStore(form_1)) as store:
        service = CancellationService(policies=[QOO10], store=store)
        ask = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind", command_id="c-1")
        again = service.handle(ask, at=jst(17))
        assert (again.repeated, again.case.version) == (True, 3)
        with pytest.raises(InvalidValue, match="'c-1' belongs to another command"):
            service.handle(attrs.evolve(ask, reason="wrong_option"), at=jst(17))
        approve = Approve("o-1", by=Seller("s-1"), request=1, command_id="c-1")
        assert not service.handle(approve, at=jst(17)).repeated


def test_a_record_that_can_not_be_read_keeps_the_id_of_its_command(form_1: str) -> None:
    """The upgrade is held up by no broken event."""
    with connected(form_1) as connection:
        connection.execute(text("UPDATE ordercancel_events SET body = '[' WHERE version = 2"))
        schema.upgrade(connection)
        kept = connection.execute(text("SELECT command_id FROM ordercancel_commands")).scalar()
    assert kept == "c-1"


@pytest.fixture
def first_edition(url: str) -> str:
    """A database as the first edition left it: nine orders in every state that it knew."""
    dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
    with connected(url) as connection:
        for statement in filter(
            str.strip, (FORM_2 / f"{dialect}.sql").read_text("utf-8").split(";\n")
        ):
            connection.exec_driver_sql(statement)
        for table, records in ROWS.items():
            put_in(connection, table, records)
    return url


def put_in(connection: Connection, table: str, records: Sequence[Mapping[str, object]]) -> None:
    """Insert rows as they are."""
    for record in records:
        names, values = ", ".join(record), ", ".join(f":{name}" for name in record)
        statement = text(f"INSERT INTO {table} ({names}) VALUES ({values})")
        connection.execute(statement, _typed(record, connection.dialect.name))


def _typed(record: Mapping[str, object], dialect: str) -> dict[str, object]:
    """The values as the database takes them: SQLite has no truth values and no zones."""
    if dialect == "sqlite":
        return dict(record)
    flags = {"rejected_before", "withdrawn_before", "follows_order"}
    moments = ("_at", "_since", "at")
    return {
        name: bool(value)
        if name in flags
        else f"{value}+00:00"
        if isinstance(value, str) and name.endswith(moments)
        else value
        for name, value in record.items()
    }


def test_what_the_first_edition_has_stored_is_read_for_ever(first_edition: str) -> None:
    """Nine orders in every state that it knew, on either database."""
    with connected(first_edition) as connection:
        assert schema.upgrade(connection) == (2, 3, ())
        assert schema.faults(connection) == ()
    store = SqlStore(first_edition)
    try:
        cases = {case.order.id: case for case in store.scan(None, 100).cases}
        assert {
            order_id: (case.order.status, str(case.requests[-1].status) if case.requests else "")
            for order_id, case in cases.items()
        } == {
            "asked": ("shipping_requested", "withdrawal_declined"),
            "at-once": ("cancelled", "approved"),
            "missed": ("shipping_requested", "rejected"),
            "open": ("shipping_requested", "pending"),
            "overdue": ("shipping_requested", "pending"),
            "planned": ("shipping_requested", ""),
            "rejected": ("shipped", "rejected"),
            "superseded": ("shipped", "superseded"),
            "withdrawn": ("cancelled", "approved"),
        }
        for order_id, case in cases.items():
            assert fold(store.history(order_id)) == case == store.load(order_id)
        assert cases["planned"].order.facts == {"gift": True, "boxes": 3, "note": "予約"}
        assert cases["planned"].order.ship_on == date(2022, 8, 20)
        (missed,) = cases["missed"].marks
        assert (missed.code, missed.deadline, missed.request) == (
            "missed",
            "qoo10.ship_same_day",
            1,
        )
        (overdue,) = cases["overdue"].marks
        assert (overdue.code, overdue.due_at) == ("overdue", jst(20))
        receipt = store.receipt(command_key("buyer", "b-1", "k-1"))
        assert receipt is not None
        assert [message.on for message in receipt.messages] == ["pending"]
        # All are due, until the first tick has reckoned when they are.
        assert {each.order_id for each in store.due(jst(15), None, 100)} == set(cases)
    finally:
        store.close()


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_numbers_that_count_up_do_not_end_at_32_bits(first_edition: str) -> None:
    """Neither in new tables, nor in those of the first edition, once they are upgraded."""
    narrow = (
        "ordercancel_cases.request_number: has 32 bits; expected 64",
        "ordercancel_cases.version: has 32 bits; expected 64",
        "ordercancel_commands.expected: has 32 bits; expected 64",
        "ordercancel_commands.version: has 32 bits; expected 64",
        "ordercancel_events.version: has 32 bits; expected 64",
        "ordercancel_outbox.attempts: has 32 bits; expected 64",
        "ordercancel_outbox.number: has 32 bits; expected 64",
        "ordercancel_outbox.version: has 32 bits; expected 64",
    )
    with connected(first_edition) as connection:
        assert schema.faults(connection)[-8:] == narrow
        assert schema.upgrade(connection).before == 2
        assert schema.faults(connection) == ()
    for order_id in ("o-1", "o-2"):
        with closing(SqlStore(first_edition)) as store:
            with connected(first_edition) as connection:
                last = "pg_get_serial_sequence('ordercancel_outbox', 'number'), 2147483647"
                connection.execute(text(f"SELECT setval({last})"))
            asked(store, order_id)
        with connected(first_edition) as connection:  # the second time in tables that are new
            newest = connection.scalar(text("SELECT max(number) FROM ordercancel_outbox"))
            assert newest == 2147483648
            METADATA.drop_all(connection)
            METADATA.create_all(connection)
            assert schema.faults(connection) == ()


def test_a_sequence_of_32_bits_is_told_and_widened(postgres: str) -> None:
    """A host's migration may have widened the column alone."""
    with connected(postgres) as connection:
        schema.create(connection)
        connection.execute(text("ALTER SEQUENCE ordercancel_outbox_number_seq AS integer"))
        assert schema.faults(connection) == (
            "ordercancel_outbox.number: has 32 bits; expected 64",
        )
        assert schema.upgrade(connection) == (3, 3, ())
        assert schema.faults(connection) == ()


BROKEN: Mapping[str, str] = {
    "an event that is no JSON": "UPDATE ordercancel_events SET body = '{' WHERE version = 2",
    "an event of an unknown kind": "UPDATE ordercancel_events SET kind = 'Lost' WHERE version = 2",
    "no first event": "DELETE FROM ordercancel_events WHERE version = 1",
    "no last event": "DELETE FROM ordercancel_events WHERE version = "
    "(SELECT version FROM ordercancel_cases WHERE order_id = 'rejected')",
    "no request that was answered": "DELETE FROM ordercancel_events "
    "WHERE kind = 'CancellationRequested'",
    "no event at all": "DELETE FROM ordercancel_events WHERE version > 0",
    "a status that is none": "UPDATE ordercancel_events "
    "SET body = replace(body, 'shipping_requested', '') WHERE version > 0",
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_order_that_is_broken_is_named_and_kept(first_edition: str, how: str) -> None:
    """The others are upgraded; mended, it is upgraded as well."""
    kept = (
        "SELECT kind, form, body FROM ordercancel_events WHERE order_id = 'rejected' "
        "ORDER BY version"
    )
    whole = [each for each in ROWS["ordercancel_events"] if each["order_id"] == "rejected"]
    with connected(first_edition) as connection:
        connection.execute(text(f"{BROKEN[how]} AND order_id = 'rejected'"))
        left = connection.execute(text(kept)).all()
    with connected(first_edition) as connection:
        assert schema.upgrade(connection) == (2, 3, ("rejected",))
        assert schema.faults(connection) == ()
        assert connection.execute(text(kept)).all() == left
    with closing(SqlStore(first_edition)) as store:
        with pytest.raises(InvalidValue, match="stored case 'rejected': has form 1"):
            store.load("rejected")
        page = store.scan(None, 100)
        assert page.unread == ("rejected",)
        assert "rejected" not in {case.order.id for case in page.cases}
        assert {each.order_id for each in store.due(jst(15), None, 100)} == {
            "asked",
            "at-once",
            "missed",
            "open",
            "overdue",
            "planned",
            "superseded",
            "withdrawn",
        }
    with connected(first_edition) as connection:
        connection.execute(text("DELETE FROM ordercancel_events WHERE order_id = 'rejected'"))
        put_in(connection, "ordercancel_events", whole)
        assert schema.unread(connection) == ("rejected",)
        assert schema.upgrade(connection) == (3, 3, ())
    with closing(SqlStore(first_edition)) as store:
        case = store.load("rejected")
        assert case is not None
        assert case.order.status == "shipped"


def test_a_message_that_is_broken_holds_up_no_upgrade(form_1: str, tmp_path: Path) -> None:
    """It is among the dead as soon as it is claimed."""
    execute(
        tmp_path / "shop.db",
        "UPDATE ordercancel_outbox SET body = '{' WHERE message_id = 'o-2:3:seller:app'",
    )
    with connected(form_1) as connection:
        assert schema.upgrade(connection) == (1, 3, ())
    with closing(SqlStore(form_1)) as store:
        _, broken, whole = claims(store, jst(17, 0, 30)).values()
        assert (broken.id, broken.message) == ("o-2:3:seller:app", None)
        assert (whole.id, whole.error) == ("o-2:3:seller:mail", "")


def test_an_upgrade_can_be_done_again(form_1: str) -> None:
    for expected in ((1, 3, ()), (3, 3, ())):
        with connected(form_1) as connection:
            assert schema.upgrade(connection) == expected


def test_what_a_later_release_has_stored_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    """It is neither misread nor changed, and whose messages they are delivers them."""
    store = SqlStore(sqlite_url)
    asked(store)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        for table in ("cases", "events", "outbox"):
            connection.execute(f"UPDATE ordercancel_{table} SET form = 3")
        connection.commit()
        before = list(connection.iterdump())
    for read in (lambda: store.load("o-1"), lambda: store.history("o-1")):
        with pytest.raises(InvalidValue, match="has form 3; expected form"):
            read()
    assert store.claim(jst(17), jst(18), 9) == ()
    assert store.backlog(jst(17)) == Backlog(
        messages=1, oldest=None, dead=0, due=0, earliest=None, newer=1
    )
    store.close()
    with connected(sqlite_url) as connection:
        assert schema.upgrade(connection) == (3, 3, ())
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        assert list(connection.iterdump()) == before


def test_a_message_of_a_later_release_holds_up_those_behind_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    """In its lane, who would read them in another order; all others are delivered."""
    with closing(SqlStore(sqlite_url)) as store:
        posted(store, letter(1), letter(2), letter(3, medium=Medium.APP))
        execute(
            tmp_path / "shop.db",
            "UPDATE ordercancel_outbox SET form = 3, reached = '[7]'"
            " WHERE message_id = 'letter-1'",
        )
        assert list(claims(store, jst(17))) == ["letter-3"]


def test_a_store_for_a_hosts_own_tables_makes_none(url: str) -> None:
    """It does not even connect before it is used."""
    store = SqlStore(url, create_tables=False)
    with pytest.raises(StoreUnavailable):
        store.load("o-1")
    with connected(url) as connection:
        assert schema.form_of(connection) == 0
        schema.create(connection)
    assert store.load("o-1") is None
    store.close()


def test_processes_that_start_together_make_the_tables_once(url: str) -> None:
    """None of them fails."""
    barrier = threading.Barrier(4)
    problems: list[BaseException] = []

    def start() -> None:
        barrier.wait(timeout=30)
        try:
            SqlStore(url).close()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_what_the_first_edition_has_stored_is_erased_as_well(first_edition: str) -> None:
    """In its events, which are written anew in the form of today, as in all else."""
    with connected(first_edition) as connection:
        schema.upgrade(connection)
    with closing(SqlStore(first_edition)) as store:
        service = CancellationService(policies=[CONECT, QOO10], store=store)
        for person in (Buyer("b-1"), Seller("s-1")):
            erased = service.erase(person, replacement=f"former-{person.role}")
            assert (len(erased.orders), erased.skipped) == (9, ())
        for case in store.scan(None, 100).cases:
            assert case == fold(store.history(case.order.id))
    with connected(first_edition) as connection:
        stored = str([connection.execute(each.select()).all() for each in METADATA.sorted_tables])
    for words in ("b-1", "s-1", "予約", "すでに準備中", "注文を間違え"):
        assert words not in stored
