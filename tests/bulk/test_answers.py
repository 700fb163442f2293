"""What a whole table comes to: counts, what another edition would change, and the SQL of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import duckdb
import polars as pl
import psycopg
import pytest
from examples.furniture import FURNITURE
from examples.half_hour_shop import SHOP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column, table

from bulk.policies import AT, policies
from bulk.tables import ENGINES, answers_of_rows, table_of
from bulk.test_equality import POLICIES, Book, largest, walked
from bulk.test_inputs import moody
from ordercancel import InvalidValue, Policy, Untranslatable
from ordercancel.bulk import COLUMNS, Shift, compare, summary
from ordercancel.bulk.columns import columns_for
from ordercancel.bulk.plan import plan_for
from ordercancel.bulk.sql import outcomes_query
from ordercancel.bulk.sql_text import DIALECTS, statement
from ordercancel.policies import CONECT, QOO10, conect, qoo10

NOON = datetime(2024, 5, 1, 3, tzinfo=UTC)


def orders(*rows: Mapping[str, Any], policy: Policy = QOO10) -> Any:
    """Orders of Qoo10 with nothing special about them, with changes."""
    usual = {
        "status": "shipping_requested",
        "seller": "s-1",
        "placed_at": NOON - timedelta(days=1),
        "status_since": NOON,
        "ship_on": date(2024, 5, 3),
        "rejected_before": False,
        "withdrawn_before": False,
    }
    numbered = [{"order_id": f"A-{number}", **usual, **row} for number, row in enumerate(rows)]
    return table_of(policy, numbered)


@pytest.mark.parametrize("engine", ENGINES)
def test_orders_are_counted_by_seller_and_state(engine: str) -> None:
    """With those whose answer is overdue, and those with a deadline that has not acted."""
    late, early = NOON, NOON + timedelta(seconds=1)
    asked = {"request_status": "pending", "requested_at": NOON}
    native = ENGINES[engine](
        orders(
            {},
            {**asked, "overdue_at": late, "next_due": late},
            {**asked, "overdue_at": early, "next_due": early},
            {**asked, "seller": "s-2", "next_due": late},
            {"seller": "s-2", "request_status": "rejected"},
        )
    )
    counted = summary(QOO10, native, at=NOON)
    rows = counted.collect() if hasattr(counted, "collect") else counted
    if hasattr(rows, "to_polars"):
        rows = rows.to_polars()
    elif hasattr(rows, "pl"):
        rows = rows.pl()
    elif not isinstance(rows, pl.DataFrame):
        rows = pl.from_arrow(rows) if hasattr(rows, "schema") else pl.from_pandas(rows)
    names = ("seller", "request_status", "orders", "overdue", "due")
    assert rows.select(names).rows() == [
        ("s-1", "pending", 2, 1, 1),
        ("s-1", None, 1, 0, 0),
        ("s-2", "pending", 1, 0, 1),
        ("s-2", "rejected", 1, 0, 0),
    ]


def test_what_another_edition_would_change_is_counted() -> None:
    """From what to what, by which rules, with the first and the last order of each kind.

    Orders that are refused by one code more come last: their answer is the same.
    """
    withdrawn = {"request_status": "withdrawn", "withdrawn_before": True}
    rejected = {"rejected_before": True, "withdrawn_before": True, "request_status": "withdrawn"}
    rows = [withdrawn] * 3 + [{}, {"status": "new"}, rejected]
    barring = qoo10(edition="2", withdrawal_bars=True)
    found = compare(QOO10, barring, orders(*rows), at=NOON)
    assert (found.orders, found.changed) == (6, 3)
    shift = Shift(
        before="refer",
        after="refuse",
        rules_before=("qoo10.refer",),
        rules_after=("qoo10.no_second_request_after_withdrawal",),
        codes_after=("withdrawn_before",),
        orders=3,
        samples=("A-0", "A-2"),
    )
    recoded = Shift(
        before="refuse",
        after="refuse",
        rules_before=("qoo10.no_second_request",),
        rules_after=("qoo10.no_second_request", "qoo10.no_second_request_after_withdrawal"),
        codes_before=("rejected_before",),
        codes_after=("rejected_before", "withdrawn_before"),
        orders=1,
        samples=("A-5",),
    )
    assert found.shifts == (shift, recoded)
    assert [each.difference for each in found.shifts] == ["stricter", "other_code"]
    back = compare(barring, QOO10, orders(*rows), at=NOON)
    assert (back.orders_by("looser"), back.orders_by("other_code")) == (3, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_edition_changes_nothing(engine: str) -> None:
    found = compare(QOO10, qoo10(edition="2"), ENGINES[engine](orders({}, {})), at=NOON)
    assert (found.orders, found.changed, found.shifts) == (2, 0, ())


def test_orders_without_their_ids_can_not_be_compared() -> None:
    """The samples are told by them."""
    frame = pl.from_arrow(orders({})).drop("order_id")
    with pytest.raises(InvalidValue, match=r"orders\.order_id: is missing"):
        compare(QOO10, QOO10, frame, at=NOON)


def test_what_is_missing_for_either_edition_is_told() -> None:
    """The other one asks whether a request was withdrawn before."""
    barring = qoo10(edition="2", withdrawal_bars=True)
    frame = pl.from_arrow(orders({})).drop("withdrawn_before")
    with pytest.raises(InvalidValue, match=r"orders\.withdrawn_before: is missing"):
        compare(QOO10, barring, frame, at=NOON)


# ---------------------------------------------------------------------- SQL


def test_a_query_over_a_table_that_lacks_a_column_says_which() -> None:
    """And what it needs in all."""
    known = {name: column(name) for name in ("order_id", "status", "ship_on")}
    with pytest.raises(InvalidValue) as caught:
        outcomes_query(QOO10, NOON, table=table("t", *known.values()))
    assert [str(fault) for fault in caught.value.faults] == [
        f"table.{name}: is missing; expected a column or an expression for each of: order_id, "
        "status, ship_on, request_status, initiator, answerer, rejected_before"
        for name in ("request_status", "initiator", "answerer", "rejected_before")
    ]


def test_our_own_tables_do_not_know_whether_sellers_permit() -> None:
    with pytest.raises(InvalidValue, match=r"table\.seller_permits: is missing"):
        outcomes_query(CONECT, NOON)


def _printed(policy: Policy, at: datetime, dialect: str, book: Book) -> dict[str, Any]:
    """What a printed statement gives, run by its engine over the orders of a book."""
    text = statement(policy, at, dialect=dialect)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("orders", book.table)
    names = [each[0] for each in connection.execute(text).description]
    return answers_of_rows(dict(zip(names, row, strict=True)) for row in connection.fetchall())


@pytest.mark.parametrize("dialect", ["duckdb", "postgresql", "spark"])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_printed_statement_answers_alike(policy: Policy, dialect: str) -> None:
    """What is printed for others is standard enough for DuckDB to run it as well."""
    book = largest(policy)
    assert book.differences(_printed(policy, book.at, dialect, book)) == []


@settings(
    max_examples=settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_policy_can_be_printed(data: st.DataObject) -> None:
    """In every dialect, with a line for each rule that speaks about asking."""
    policy = data.draw(policies())
    for dialect in DIALECTS:
        text = statement(policy, AT, dialect=dialect)
        assert text.startswith("-- Tiny: tiny, edition 1\n-- as of 2024-03-3")
        assert text.endswith("\nFROM orders\n")


def test_a_printed_statement_names_its_rules() -> None:
    """Each with what it does, and when it does it; those about others are left out."""
    text = statement(QOO10, NOON, dialect="postgresql", table="shop.orders")
    assert text.startswith(
        "-- Qoo10 (marketplace): qoo10, edition 1\n"
        "-- as of 2024-05-01T12:00:00+09:00\n"
        "-- The buyer asks. Each rule, what it does, and when:\n"
        "--   qoo10.cancelled (forbid: already_cancelled)\n"
        "--     our own rule: a cancelled order cannot be cancelled again\n"
        "--     status IN ('cancelled')\n"
        "--   qoo10.instant_delayed (cancel)\n"
        "--     the document says so: qoo10.1.instant-delayed\n"
        "--     status IN ('delayed')\n"
        "--     OR (status IN ('shipping_requested')\n"
        "--         AND ship_on < '2024-05-01')\n"
        "--   qoo10.instant_new (cancel)\n"
        "--     the document says so: qoo10.1.instant-new\n"
        "--     status IN ('new')\n"
    )
    assert text.endswith("    END AS is_due\nFROM shop.orders\n")


def test_a_printed_statement_says_whose_word_each_rule_is() -> None:
    """The document's, a reading of it, a decision with its parameter, one's own, or nobody's."""
    read = statement(CONECT, NOON, dialect="sqlite")
    assert "--     our reading of conect.0.channel, conect.2-1.enable\n" in read
    once = statement(conect(edition="2", may_ask_again=False), NOON, dialect="sqlite")
    told = "we decided, the document is silent: conect.1-1.not-until-approved (may_ask_again=)"
    assert f"--     {told}\n" in once
    shop = attrs.evolve(SHOP, source="our terms,\n§4")
    assert "--     our own rule: our terms, §4\n" in statement(shop, NOON, dialect="sqlite")
    assert "our terms" not in statement(attrs.evolve(SHOP, source=None), NOON, dialect="sqlite")


def test_a_statement_for_sqlite_and_postgresql_runs_there(postgres: str) -> None:
    """Their own types of columns, and their own literals."""
    at, known = max(walked(SHOP).items(), key=lambda item: len(item[1]))
    book = Book(SHOP, at, known)
    names = list(columns_for(SHOP))
    rows = [tuple(row[name] for name in names) for row in book.table.to_pylist()]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE orders ({', '.join(names)})")
        marks = ", ".join("?" * len(names))
        plain = [tuple(_text(each) for each in row) for row in rows]
        connection.executemany(f"INSERT INTO orders VALUES ({marks})", plain)
        connection.row_factory = sqlite3.Row
        found = connection.execute(statement(SHOP, at, dialect="sqlite")).fetchall()
        assert book.differences(answers_of_rows(map(dict, found))) == []
    types = {"text": "text", "flag": "boolean", "whole number": "int", "day": "date"}
    declared = ", ".join(
        f"{name} {types.get(str(COLUMNS[name].holds), 'timestamptz')}" for name in names
    )
    with psycopg.connect(postgres, row_factory=psycopg.rows.dict_row) as server:
        server.execute(f"CREATE TABLE orders ({declared})")
        marks = ", ".join(["%s"] * len(names))
        server.cursor().executemany(f"INSERT INTO orders VALUES ({marks})", rows)
        found = server.execute(statement(SHOP, at, dialect="postgresql")).fetchall()
        assert book.differences(answers_of_rows(found)) == []


def _text(value: object) -> object:
    """A value as SQLAlchemy keeps it in SQLite."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


def test_a_dialect_that_is_not_known_is_told() -> None:
    with pytest.raises(InvalidValue) as caught:
        statement(QOO10, NOON, dialect="cobol")
    assert str(caught.value) == (
        "statement.dialect: is 'cobol'; expected one of: postgresql, sqlite, duckdb, spark"
    )


def test_a_rule_that_is_left_out_is_told_in_the_statement() -> None:
    with pytest.raises(Untranslatable):
        statement(moody(), NOON, dialect="duckdb")
    text = statement(moody(), NOON, dialect="duckdb", leave_out=True)
    assert "-- left out: r.moon: its condition is a Moon\n" in text
    assert "        ELSE NULL\n    END AS verdict,\n" in text


def test_a_policy_with_fees_is_answered_by_tables_only_without_them() -> None:
    """What a cancellation costs is in no column."""
    with pytest.raises(Untranslatable) as error:
        plan_for(FURNITURE, NOON)
    assert error.value.rules == dict.fromkeys(("early", "late"), "quoted in Python alone")
    plan = plan_for(FURNITURE, NOON, leave_out=True)
    assert list(plan.left_out) == ["early", "late"]
