"""The tables by Django's migrations are those of the library, and follow its forms."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext

from ordercancel import Buyer, CancellationService
from ordercancel.contrib.django import DjangoStore
from ordercancel.contrib.django.models import Case, Command, Event, Message
from ordercancel.contrib.django.schema import faults, lent
from ordercancel.policies import QOO10
from ordercancel.stores.sql import METADATA, schema
from ordercancel.testing.contracts.samples import asked

FORM_1 = Path(__file__).parents[2] / "contracts" / "form1"
MODELS: tuple[type[models.Model], ...] = (Case, Event, Message, Command)


@contextmanager
def no_tables(using: str) -> Iterator[str]:
    """A database in which this app has no tables; whatever becomes of it, new ones come after."""
    call_command("migrate", "ordercancel", "zero", database=using, verbosity=0)
    yield using
    call_command("migrate", "ordercancel", "zero", fake=True, database=using, verbosity=0)
    with lent(connections[using]) as connection:
        METADATA.drop_all(connection)
    call_command("migrate", "ordercancel", database=using, verbosity=0)


@pytest.fixture
def without(using: str) -> Iterator[str]:
    """A database of either kind in which this app has no tables."""
    with no_tables(using):
        yield using


@pytest.mark.usefixtures("sqlite")
def test_migrations_are_up_to_date() -> None:
    """Django finds nothing to add; and whoever makes a new form of the tables adds a migration."""
    call_command("makemigrations", "ordercancel", check=True, dry_run=True, verbosity=0)
    ((_, last),) = MigrationLoader(None).graph.leaf_nodes("ordercancel")
    module = import_module(f"ordercancel.contrib.django.migrations.{last}")
    assert module.FORM == schema.LATEST


def test_models_have_the_columns_of_the_tables() -> None:
    """Under the same names, so that what is read by one is found by the other."""
    columns = {
        each._meta.db_table: [field.column for field in each._meta.concrete_fields]
        for each in MODELS
    }
    assert columns == {
        table.name: [column.name for column in table.columns] for table in METADATA.sorted_tables
    }


def test_migrations_make_what_the_library_needs(using: str) -> None:
    """The tables are looked over whether Django logs queries, as with ``DEBUG``, or not."""
    assert faults(connections[using]) == ()
    with CaptureQueriesContext(connections[using]):
        assert faults(connections[using]) == ()
    connections[using].close()
    assert faults(connections[using]) == ()


def test_what_is_missing_is_said(without: str) -> None:
    assert faults(connections[without]) == (
        "ordercancel_cases: the table is missing",
        "ordercancel_commands: the table is missing",
        "ordercancel_events: the table is missing",
        "ordercancel_outbox: the table is missing",
    )


def test_tests_without_migrations_have_tables_as_well(without: str) -> None:
    """Some let Django make the tables from the models alone; only indexes are missing then."""
    with connections[without].schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    assert [each for each in faults(connections[without]) if "an index on" not in each] == []
    service = CancellationService(policies=[QOO10], store=DjangoStore(without))
    asked(DjangoStore(without))
    assert service.counters(Buyer("b-1"))[0].count == 1
    assert service.backlog().messages == 1


def test_models_read_what_the_store_has_written(using: str) -> None:
    """Moments are aware, JSON is what it stands for, and a key of two columns is one."""
    asked(DjangoStore(using))
    case = Case.objects.using(using).get(buyer="b-1")
    assert (str(case), case.status, case.request_data) == ("o-1", "shipping_requested", {})
    assert case.placed_at.isoformat() == "2022-08-15T00:00:00+00:00"
    assert Case.objects.using(using).filter(marked_from__isnull=False).count() == 1
    events = Event.objects.using(using).order_by("version")
    assert [str(each) for each in events] == [
        "o-1 1: OrderRegistered",
        "o-1 2: CancellationRequested",
    ]
    assert events[1].pk == ("o-1", 2)
    assert [str(each) for each in Message.objects.using(using)] == ["o-1:2:seller:app"]


def test_django_empties_the_tables(using: str) -> None:
    """As its ``TransactionTestCase`` does behind each test."""
    asked(DjangoStore(using))
    call_command("flush", database=using, interactive=False, verbosity=0)
    assert [model._default_manager.using(using).count() for model in MODELS] == [0, 0, 0, 0]


def test_tables_of_the_first_release_are_brought_up_to_date(
    sqlite: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With what they hold; an order that can't be read is named in the log."""
    rows = json.loads((FORM_1 / "rows.json").read_text(encoding="utf-8"))
    with no_tables(sqlite):
        with connections[sqlite].cursor() as cursor:
            for statement in (FORM_1 / "sqlite.sql").read_text(encoding="utf-8").split(";"):
                cursor.execute(statement)
            for table, records in rows.items():
                for record in records:
                    marks = ", ".join(["%s"] * len(record))
                    statement = f"INSERT INTO {table} ({', '.join(record)}) VALUES ({marks})"
                    cursor.execute(statement, [*record.values()])
            cursor.execute("UPDATE ordercancel_events SET body = '{' WHERE order_id = 'o-2'")
        with caplog.at_level(logging.WARNING):
            call_command("migrate", "ordercancel", database=sqlite, verbosity=0)
        assert faults(connections[sqlite]) == ()
        loaded = DjangoStore(sqlite).load("o-1")
        assert loaded is not None
        assert loaded.version == 3
    (said,) = caplog.messages
    assert said == "orders whose history can't be read are left as they were: o-2"
