"""Parts of orders in Django: forms that name units, and the store on its connection."""

from __future__ import annotations

from typing import Any

from ordercancel import AdvanceOrder, CancellationService, Order, RequestCancellation, options
from ordercancel.contrib.django import DjangoStore
from ordercancel.contrib.django.forms import ActionForm
from ordercancel.domain.money import OrderLine
from unit.test_parts import BUYER, PARTS, SELLER, Story
from unit.tiny import utc

LINES = (OrderLine(id="cup", quantity=3, item="Cups"), OrderLine(id="pot", quantity=1))


def form(action: str, sent: dict[str, Any] | None = None, move: str | None = None) -> ActionForm:
    """The form of an action on an order of which one cup was cancelled."""
    story = Story(lines=LINES).cancels(cup=1)
    by = SELLER if move else BUYER
    (option,) = (
        each
        for each in options(story.case, PARTS, by, story.at)
        if (each.action, each.move) == (action, move)
    )
    data = None if sent is None else {"command_id": "c-1", **sent}
    return ActionForm(option, order_id="o-7", by=by, data=data)


def test_a_form_asks_how_many_of_each_line() -> None:
    fields = form("request").fields
    assert {name: field.label for name, field in fields.items() if name.startswith("lines")} == {
        "lines.cup": "Cups",
        "lines.pot": "pot",
    }
    assert "0 to 2 units; none named: all that are left" in form("request").as_p()
    assert not any(name.startswith("lines") for name in form("approve").fields)


def test_units_that_are_named_are_those_of_the_command() -> None:
    asks = form("request", {"lines.cup": "2", "lines.pot": "0"})
    assert asks.is_valid()
    assert asks.command() == RequestCancellation(
        "o-7", by=BUYER, lines={"cup": 2}, command_id="c-1"
    )
    ships = form("advance", {"lines.pot": "1"}, "ship")
    assert ships.is_valid()
    assert ships.command() == AdvanceOrder(
        "o-7", by=SELLER, move="ship", lines={"pot": 1}, command_id="c-1"
    )


def test_without_any_all_are_meant() -> None:
    asks = form("request", {})
    assert asks.is_valid()
    assert asks.command() == RequestCancellation("o-7", by=BUYER, command_id="c-1")


def test_more_than_are_left_are_not_taken() -> None:
    asks = form("request", {"lines.cup": "3"})
    assert not asks.is_valid()
    assert list(asks.errors) == ["lines.cup"]


def test_parts_are_kept_on_djangos_connection(using: str) -> None:
    service = CancellationService(policies=[PARTS], store=DjangoStore(using))
    placed = Order(
        "o-7",
        policy="shop",
        status="placed",
        buyer="b-1",
        seller="s-1",
        placed_at=utc(1),
        lines=LINES,
    )
    service.register(placed, at=utc(1))
    ships = AdvanceOrder("o-7", by=SELLER, move="ship", lines={"cup": 2})
    service.handle(ships, at=utc(2))
    asks = [RequestCancellation("o-7", by=SELLER, lines=each) for each in ({"cup": 1}, {"pot": 1})]
    outcomes = [service.handle(each, at=utc(3)) for each in asks]
    assert [each.case.order.status for each in outcomes] == ["placed", "shipped"]
    assert service.case("o-7", by=BUYER).units.cancelled == {"cup": 1, "pot": 1}
