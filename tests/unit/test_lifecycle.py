"""A lifecycle is one table of statuses and moves; what contradicts it is named at once."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ordercancel import System, UpdateOrder, decide
from ordercancel.domain.errors import InvalidPolicy, InvalidValue
from ordercancel.policy import Flag, Lifecycle
from unit.tiny import ORDERS, order, tiny, utc


def faults_of(**fields: Any) -> list[str]:
    with pytest.raises(InvalidPolicy) as caught:
        Lifecycle(**{"moves": {"send": ("new", "sent")}, **fields})
    return [str(fault) for fault in caught.value.faults]


def test_a_lifecycle_is_a_table() -> None:
    assert dict(ORDERS.table) == {
        ("new", "plan"): "packed",
        ("new", "send"): "sent",
        ("packed", "send"): "sent",
    }
    assert ORDERS.statuses == ("new", "packed", "sent", "stopped")
    assert ORDERS.target("new", "send") == "sent"
    assert ORDERS.target("sent", "send") is None
    assert ORDERS.sources("send") == ("new", "packed")


def test_everything_but_the_moves_has_a_default() -> None:
    plain = Lifecycle(moves={"send": ["new", "sent"]})
    assert (plain.cancellable, plain.shipped, plain.closes) == ((), (), ())
    assert plain.cancelled == "cancelled"
    assert plain.statuses == ("new", "sent", "cancelled")


def test_what_is_shipped_closes_a_request_by_default() -> None:
    assert ORDERS.closes == ("sent",)
    assert Lifecycle(moves={"send": ("new", "sent")}, shipped="sent", closes=()).closes == ()


def test_a_status_that_no_move_names_may_have_a_name() -> None:
    assert Lifecycle(moves={"a": ("x", "y")}, names={"z": "Z"}).statuses == (
        "x",
        "y",
        "z",
        "cancelled",
    )


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("sent", "is 'sent'"),
        (("new",), "is ('new',)"),
        (("new", "packed", "sent"), "is ('new', 'packed', 'sent')"),
        (("new", 3), "is ('new', 3)"),
        ((3, "sent"), "is (3, 'sent')"),
        (((), "sent"), "is ((), 'sent')"),
        ((("new", 3), "sent"), "leads from 3"),
        ((("",), "sent"), "leads from ''"),
    ],
)
def test_a_move_leads_from_statuses_to_one(pair: Any, problem: str) -> None:
    expected = "('from', 'to') or (('from', 'or from'), 'to')"
    assert faults_of(moves={"go": pair}) == [
        f"Lifecycle.moves['go']: {problem}; expected {expected}"
    ]


@pytest.mark.parametrize("pair", [("new", "cancelled"), ("cancelled", "new")])
def test_orders_are_cancelled_by_requests_and_for_good(pair: Any) -> None:
    (fault,) = faults_of(moves={"go": pair})
    assert fault.endswith("expected no move: orders are cancelled by requests, for good")


def test_every_name_that_nothing_has_is_told() -> None:
    assert faults_of(
        cancellable=("lost", "cancelled"),
        shipped="gone",
        closes=("away",),
        needs={"nowhere": "ship_on"},
        facts={"fly": "ship_on"},
    ) == [
        "Lifecycle.cancellable: names 'lost'; expected one of: new, sent, cancelled",
        "Lifecycle.shipped: names 'gone'; expected one of: new, sent, cancelled",
        "Lifecycle.closes: names 'away'; expected one of: new, sent, cancelled",
        "Lifecycle.needs: names 'nowhere'; expected one of: new, sent, cancelled",
        "Lifecycle.facts: names the move 'fly'; expected one of: send",
        "Lifecycle.cancellable: names 'cancelled'; expected other statuses",
    ]


def test_a_move_has_a_name() -> None:
    (fault,) = faults_of(moves={"": ("new", "sent")})
    assert (
        fault == "Lifecycle.moves '': is empty; expected a line of 1 to 200 printable characters"
    )


def test_parts_of_a_wrong_kind_are_named_at_once() -> None:
    assert faults_of(moves=None, facts=1, names=2, cancellable=3, shipped=4) == [
        "Lifecycle.moves: is missing; expected a mapping by name",
        "Lifecycle.facts: is an int; expected a mapping by name",
        "Lifecycle.names: is an int; expected a mapping by name",
        "Lifecycle.cancellable: is an int; expected names of statuses",
        "Lifecycle.shipped: is an int; expected names of statuses",
    ]


def test_no_move_leads_into_a_status_without_what_that_needs() -> None:
    moves = {"plan": ("new", "packed"), "send": (("new", "packed"), "sent")}
    assert faults_of(moves=moves, needs={"packed": "ship_on", "sent": "ship_on"}) == [
        (
            "Lifecycle.moves['plan']: leads from 'new' to 'packed', which needs 'ship_on'; "
            "expected a move that brings it along, in facts"
        ),
        (
            "Lifecycle.moves['send']: leads from 'new' to 'sent', which needs 'ship_on'; expected "
            "a move that brings it along, in facts"
        ),
    ]
    planned = {"packed": "ship_on"}
    assert Lifecycle(moves=moves, needs=planned, facts={"plan": "ship_on"}).needs == {
        "packed": ("ship_on",)
    }


def test_what_every_order_has_is_needed_in_every_status() -> None:
    """From the beginning, and for good: it is neither left out nor taken back."""
    lifecycle = Lifecycle(
        moves={"ship": ("new", "shipped")}, needs={"shipped": "item"}, has=("cart_id", "item")
    )
    assert lifecycle.needs == {
        "new": ("cart_id", "item"),
        "shipped": ("cart_id", "item"),
        "cancelled": ("cart_id", "item"),
    }
    assert attrs.evolve(lifecycle) == lifecycle
    policy = tiny(orders=attrs.evolve(ORDERS, has="item"))
    with pytest.raises(InvalidValue, match=r"Order\.facts\['item'\]: is missing"):
        policy.open(order())
    case = policy.open(order(item="hat"))
    gone = UpdateOrder("o-7", by=System(), facts={"item": None})
    with pytest.raises(InvalidValue, match=r"UpdateOrder\.facts\['item'\]: is None"):
        decide(gone, case, policy, utc(2))
    owned = tiny(facts=[Flag("gift", required=True)])
    case = owned.open(order(facts={"gift": True}))
    lost = UpdateOrder("o-7", by=System(), facts={"gift": None})
    with pytest.raises(InvalidValue, match=r"UpdateOrder\.facts\['gift'\]: is None"):
        decide(lost, case, owned, utc(2))
    with pytest.raises(InvalidPolicy, match=r"^Policy tiny\.orders\.has: names 'colour'"):
        tiny(orders=attrs.evolve(ORDERS, has="colour"))
