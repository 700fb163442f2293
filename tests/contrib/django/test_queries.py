"""How many queries Django sees: lists and batches read a fixed number of times."""

from __future__ import annotations

from django.db import connections
from django.test.utils import CaptureQueriesContext

from ordercancel import Approve, CancellationService, Outcome, RequestCancellation
from ordercancel.contrib.django import DjangoStore
from ordercancel.policies import QOO10
from samples import BUYER, SELLER, jst, order


def asked(using: str, count: int) -> tuple[CancellationService, list[str]]:
    """A service with so many orders that wait for the seller."""
    service = CancellationService(policies=[QOO10], store=DjangoStore(using))
    ids = [f"o-{number}" for number in range(count)]
    for order_id in ids:
        service.register(order(id=order_id, ship_on=jst(31).date()), at=jst(15, 9))
        service.handle(
            RequestCancellation(order_id, by=BUYER, reason="changed_mind"), at=jst(15, 10)
        )
    return service, ids


def test_a_list_of_fifty_orders_with_buttons_is_one_query(using: str) -> None:
    service, ids = asked(using, 50)
    with CaptureQueriesContext(connections[using]) as captured:
        overview = service.overview(ids, by=SELLER, lang="ja", at=jst(15, 10))
    assert len(overview) == 50
    assert len(captured) == 1


def reading(using: str, count: int) -> int:
    service, ids = asked(using, count)
    commands = [Approve(each, by=SELLER, request=1, command_id=f"c-{each}") for each in ids]
    with CaptureQueriesContext(connections[using]) as captured:
        answers = service.handle_many(commands, at=jst(15, 11))
    assert all(isinstance(each, Outcome) for each in answers)
    return reads(captured)


def reads(captured: CaptureQueriesContext) -> int:
    """How many queries read a table; PostgreSQL's locks are no reading."""
    return sum(
        each["sql"].lstrip().startswith("SELECT") and "FROM" in each["sql"] for each in captured
    )


def test_a_batch_reads_as_often_for_twenty_as_for_two(using: str) -> None:
    """Its cases and its ids."""
    assert reading(using, 20) == 2


def test_a_batch_of_two_reads_twice(using: str) -> None:
    assert reading(using, 2) == 2


def test_a_cart_reads_as_often_for_twenty_as_for_two(using: str) -> None:
    service, ids = asked(using, 20)
    with CaptureQueriesContext(connections[using]) as captured:
        service.handle_all([Approve(each, by=SELLER, request=1) for each in ids], at=jst(15, 11))
    assert reads(captured) == 1
