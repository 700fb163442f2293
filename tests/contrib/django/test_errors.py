"""On Django's connection, too, errors tell what happened, and nothing of a row."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import pytest
from django.db import connections, transaction

from ordercancel import OrderUnavailable, TransactionLost
from ordercancel.contrib.django import DjangoStore
from ordercancel.domain.commands import RequestCancellation
from ordercancel.testing.contracts.samples import carried_out, put, registered
from samples import BUYER

REFUSING = {
    "sqlite": (
        (
            "CREATE TRIGGER refuse BEFORE INSERT ON ordercancel_events WHEN NEW.version > 1 "
            "BEGIN SELECT RAISE(ABORT, 'himitsu is refused'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION USING MESSAGE = NEW.body; END$$"
        ),
        (
            "CREATE TRIGGER refuse BEFORE INSERT ON ordercancel_events "
            "FOR EACH ROW WHEN (NEW.version > 1) EXECUTE FUNCTION refuse()"
        ),
    ),
}
ALLOWING = {
    "sqlite": ("DROP TRIGGER refuse",),
    "postgresql": ("DROP TRIGGER refuse ON ordercancel_events", "DROP FUNCTION refuse()"),
}


def run(using: str, statements: tuple[str, ...]) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def refusing(using: str) -> Iterator[str]:
    """A database whose trigger refuses every event but the first of an order."""
    run(using, REFUSING[connections[using].vendor])
    yield using
    run(using, ALLOWING[connections[using].vendor])


def test_what_a_trigger_refuses_is_of_its_order_and_quotes_nothing(refusing: str) -> None:
    store = DjangoStore(refusing)
    case = put(store, registered())
    asks = RequestCancellation("o-1", by=BUYER, reason="other", text="himitsu words")
    with pytest.raises(OrderUnavailable) as caught:
        store.commit(carried_out(case, asks))
    assert "himitsu" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.__cause__ is caught.value.__cause__.__context__ is None
    assert store.load("o-1") == case


def test_in_a_strict_transaction_an_order_that_another_put_in_is_lost(pg: str) -> None:
    """Trying again would find its id taken every time."""
    put(DjangoStore(pg), registered("o-1"))
    with transaction.atomic(using=pg):
        run(pg, ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",))
        with pytest.raises(TransactionLost):
            DjangoStore(pg).commit(registered("o-1"))
    run(pg, ("DELETE FROM ordercancel_events", "DELETE FROM ordercancel_cases"))
