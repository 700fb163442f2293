"""Units of the lines of an order: how many were ordered, and what became of them."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ordercancel import AdvanceOrder, InvalidValue, PastRequest, RequestCancellation, evolve, fold
from ordercancel.domain.events import (
    CancellationRequested,
    Event,
    UnitsCancelled,
    UnitsReturned,
    UnitsShipped,
)
from ordercancel.domain.money import Money, OrderLine
from ordercancel.domain.quotes import NOTHING
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.decide import register
from ordercancel.engine.quote import Account
from ordercancel.engine.units import may_ship, shipped_among
from ordercancel.rules.refunding import Refunding
from unit.tiny import BUYER, SELLER, order, tiny, utc

CUPS, POT = OrderLine(id="cup", quantity=3), OrderLine(id="pot", quantity=1)
LINES = (CUPS, POT)
MONEY = Money(currency="JPY", digits=0, lines=(OrderLine(id="cup", quantity=3, amount=900),))
PARTS = tiny(whole_orders_only=False)
STAMP: dict[str, Any] = {"order_id": "o-7", "at": utc(3), "by": SELLER}


def after(*events: Event, **fields: Any) -> Any:
    """The case that a registration and these events make."""
    return fold([*register(order(lines=LINES, **fields), PARTS, utc(2)), *events])


class TestOrders:
    def test_the_lines_of_the_money_are_those_of_the_order(self) -> None:
        priced = order(money=MONEY)
        assert priced.lines == MONEY.lines
        assert priced.quantities == {"cup": 3}
        assert attrs.evolve(priced, status="packed").lines == MONEY.lines

    def test_lines_beside_other_ones_of_the_money_are_refused(self) -> None:
        with pytest.raises(InvalidValue, match="are not those of the money"):
            order(money=MONEY, lines=LINES)

    def test_each_line_has_an_id_of_its_own(self) -> None:
        with pytest.raises(InvalidValue, match=r"lines\[1\]\.id: is 'cup' again"):
            order(lines=(CUPS, CUPS))

    def test_lines_of_a_shops_own_make_are_plain_ones(self) -> None:
        @attrs.frozen(kw_only=True)
        class ShopLine(OrderLine):
            shelf: int = 7

        assert order(lines=(POT, ShopLine(id="cup", quantity=3))).lines == (POT, CUPS)

    @pytest.mark.parametrize("kind", [RequestCancellation, AdvanceOrder])
    def test_a_command_about_no_units_is_none(self, kind: type[Any]) -> None:
        move = {"move": "send"} if kind is AdvanceOrder else {}
        with pytest.raises(InvalidValue, match="lines: are none"):
            kind("o-7", by=BUYER, lines={}, **move)


class TestRegistration:
    def test_all_units_of_a_new_order_are_open(self) -> None:
        case = after()
        assert case.units is NOTHING
        assert case.open_units == {"cup": 3, "pot": 1}

    @pytest.mark.parametrize(
        ("status", "cancelled", "shipped"),
        [("sent", {}, {"cup": 3, "pot": 1}), ("stopped", {"cup": 3, "pot": 1}, {})],
    )
    def test_an_order_that_is_over_has_none(
        self, status: str, cancelled: dict[str, int], shipped: dict[str, int]
    ) -> None:
        units = after(status=status).units
        assert (units.cancelled, units.shipped) == (cancelled, shipped)

    def test_a_request_that_was_open_before_holds_all(self) -> None:
        past = PastRequest(by=BUYER, at=utc(1, 4), status=RequestStatus.PENDING)
        assert after(history=(past,)).held_units == {"cup": 3, "pot": 1}


class TestEvolve:
    def test_a_request_holds_the_units_that_it_asks_for(self) -> None:
        asked = CancellationRequested(**STAMP, number=1, lines={"cup": 2}, fee="late")
        case = after(attrs.evolve(asked, answerer="seller"))
        assert (case.held_units, case.latest.fee) == ({"cup": 2}, "late")
        assert case.open_units == {"cup": 3, "pot": 1}

    def test_units_are_cancelled_and_shipped_bit_by_bit(self) -> None:
        case = after(
            UnitsCancelled(**STAMP, number=1, lines={"cup": 1}),
            UnitsShipped(**STAMP, lines={"pot": 1}, move="send"),
            UnitsCancelled(**STAMP, number=2, lines={"cup": 1}, fee="late"),
            UnitsCancelled(**STAMP, number=3, lines={"cup": 1}, fee="late"),
        )
        assert case.units.runs == ((None, {"cup": 1}), ("late", {"cup": 2}))
        assert (case.units.shipped, case.units.move) == ({"pot": 1}, "send")
        assert case.open_units == {}

    def test_what_was_given_back_adds_up(self) -> None:
        account, case = Account(MONEY, Refunding()), after()
        for number in (1, 2):
            quote, _ = account.cancel(case.units, {"cup": 1})
            given = UnitsCancelled(**STAMP, number=number, lines={"cup": 1}, quote=quote)
            case = evolve(case, given)
        assert case.units.given == {"card": 600}


CUPS_GONE = UnitsCancelled(**STAMP, number=1, lines={"cup": 3})
A_CUP_SHIPPED = UnitsShipped(**STAMP, lines={"cup": 1}, move="send")
POT_SHIPPED = UnitsShipped(**STAMP, lines={"pot": 1}, move="send")
CUPS_SHIPPED = UnitsShipped(**STAMP, lines={"cup": 3}, move="send")


class TestShipped:
    @pytest.mark.parametrize(
        ("events", "asked", "shipped"),
        [
            ((), None, "none"),
            ((A_CUP_SHIPPED,), None, "some"),
            ((A_CUP_SHIPPED,), {"cup": 2}, "none"),
            ((A_CUP_SHIPPED,), {"cup": 3}, "some"),
            ((A_CUP_SHIPPED,), {"pot": 1}, "none"),
            ((CUPS_SHIPPED, POT_SHIPPED), None, "all"),
            ((CUPS_SHIPPED,), {"cup": 3}, "all"),
            ((CUPS_GONE, POT_SHIPPED), None, "all"),
            ((CUPS_GONE, POT_SHIPPED), {"cup": 1}, "none"),
        ],
    )
    def test_units_that_are_open_still_are_taken_first(
        self, events: tuple[Event, ...], asked: dict[str, int] | None, shipped: str
    ) -> None:
        """So of what is asked for, only what is more than open has shipped."""
        assert shipped_among(after(*events), asked) == shipped

    def test_an_order_without_open_units_moves_on_as_a_whole(self) -> None:
        """Units that are named are not there to be shipped any more."""
        gone = after(CUPS_GONE, UnitsCancelled(**STAMP, number=2, lines={"pot": 1}))
        assert may_ship(gone, PARTS, "send")
        assert not may_ship(gone, PARTS, "send", {"cup": 1})
        whole = fold(register(order(), PARTS, utc(2)))
        assert may_ship(whole, PARTS, "send")
        assert may_ship(whole, PARTS, "send", {"cup": 1})

    @pytest.mark.parametrize(
        "event", [CUPS_GONE, POT_SHIPPED, UnitsReturned(**STAMP, lines={"pot": 1})]
    )
    def test_a_case_is_of_the_moment_of_its_last_event(self, event: Event) -> None:
        case = evolve(after(POT_SHIPPED), attrs.evolve(event, at=utc(4)))
        assert (case.updated_at, case.version) == (utc(4), 3)
