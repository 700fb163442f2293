"""Three shops, exact at their boundaries: one second before, at, and after."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import (
    AdvanceOrder,
    Approve,
    Buyer,
    Case,
    Command,
    FireDeadline,
    InvalidValue,
    Message,
    Operator,
    Order,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    Seller,
    System,
    UpdateOrder,
    Withdraw,
    decide,
    evolve,
    fold,
    label,
    messages_for,
    timers,
)
from ordercancel.engine.decide import register

BUYER, SELLER, OFFICE, CLOCK = Buyer("b-1"), Seller("s-1"), Operator("o-1"), System()
PLACED = datetime(2026, 5, 1, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def opened(policy: Policy, **fields: Any) -> Case:
    """An order of `policy`, placed on 1 May 2026 at 08:00 UTC."""
    values = {
        "status": policy.orders.statuses[0],
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": PLACED,
        **fields,
    }
    return fold(register(Order("o-1", policy=policy.name, **values), policy, PLACED))


def step(policy: Policy, case: Case, command: Command, at: datetime) -> Case:
    return reduce(evolve, decide(command, case, policy, at), case)


def told(policy: Policy, case: Case, command: Command, at: datetime) -> list[str]:
    """Whom the messages of a command are for, and what they are on."""
    events = decide(command, case, policy, at)
    messages: tuple[Message, ...] = messages_for(events, reduce(evolve, events, case), policy, {})
    return sorted(f"{each.audience}: {each.on}" for each in messages)


def codes(policy: Policy, case: Case, command: Command, at: datetime) -> tuple[str, ...]:
    """The codes of a refusal, or of what is wrong with the input."""
    with pytest.raises((Refused, InvalidValue)) as error:
        decide(command, case, policy, at)
    return error.value.codes


def ticked(policy: Policy, case: Case, at: datetime) -> Case:
    """The case after everything that is due has fired."""
    while (due := timers(policy, case)) and due[0].due_at <= at:
        command = FireDeadline("o-1", by=CLOCK, deadline=due[0].deadline.id)
        case = step(policy, case, command, at)
    return case


def asks(by: Any, reason: str = "changed_mind") -> RequestCancellation:
    return RequestCancellation("o-1", by=by, reason=reason)


class TestTheHalfHourShop:
    HALF_HOUR = PLACED + timedelta(minutes=30)

    def test_is_written_in_forty_lines(self) -> None:
        lines = Path("examples/half_hour_shop.py").read_text("utf-8").splitlines()
        assert len(lines) <= 40

    def test_cancels_at_once_for_half_an_hour(self) -> None:
        case = opened(SHOP)
        assert step(SHOP, case, asks(BUYER), self.HALF_HOUR - SECOND).order.status == "cancelled"
        for late in (self.HALF_HOUR, self.HALF_HOUR + SECOND):
            asked = step(SHOP, case, asks(BUYER), late)
            assert (asked.order.status, asked.requests[0].answerer) == ("placed", "seller")

    def test_approves_a_request_that_nobody_answers_for_a_day(self) -> None:
        asked = step(SHOP, opened(SHOP), asks(BUYER), self.HALF_HOUR)
        due = self.HALF_HOUR + timedelta(hours=24)
        assert ticked(SHOP, asked, due - SECOND).open_request is not None
        for late in (due, due + SECOND):
            assert ticked(SHOP, asked, late).order.status == "cancelled"

    def test_cancels_an_order_that_is_late_by_a_week(self) -> None:
        """From the midnight in Berlin after the seventh day."""
        case = opened(SHOP, status="packed", ship_on=date(2026, 5, 4))
        midnight = datetime(2026, 5, 11, 22, tzinfo=UTC)
        assert ticked(SHOP, case, midnight - SECOND).order.status == "packed"
        cancelled = ticked(SHOP, case, midnight)
        assert cancelled.order.status == "cancelled"
        (request,) = cancelled.requests
        assert (str(request.by), request.reason) == ("system", "not_shipped")

    def test_lets_the_seller_cancel_for_a_reason_of_their_own(self) -> None:
        """The buyer is told, the seller is not; the buyer cannot use that reason."""
        case = opened(SHOP)
        command = asks(SELLER, "out_of_stock")
        assert step(SHOP, case, command, PLACED).order.status == "cancelled"
        assert told(SHOP, case, command, PLACED) == ["buyer: approved"]
        assert codes(SHOP, case, asks(BUYER, "out_of_stock"), PLACED) == ("reason_not_offered",)

    def test_supersedes_the_buyers_request_when_the_seller_cancels(self) -> None:
        asked = step(SHOP, opened(SHOP), asks(BUYER), self.HALF_HOUR)
        cancelled = step(SHOP, asked, asks(SELLER, "out_of_stock"), self.HALF_HOUR)
        assert [request.status for request in cancelled.requests] == ["superseded", "approved"]

    def test_answers_before_it_ships(self) -> None:
        asked = step(SHOP, opened(SHOP, status="packed"), asks(BUYER), self.HALF_HOUR)
        ship = AdvanceOrder("o-1", by=SELLER, move="ship")
        assert codes(SHOP, asked, ship, self.HALF_HOUR) == ("answer_first",)

    def test_an_order_that_the_host_ships_is_shipped(self) -> None:
        """The request is superseded, the order reads shipped, and no deadline runs any more."""
        case = opened(SHOP, status="packed", ship_on=date(2026, 5, 4))
        asked = step(SHOP, case, asks(BUYER), self.HALF_HOUR)
        shipped = step(
            SHOP, asked, UpdateOrder("o-1", by=CLOCK, status="shipped"), self.HALF_HOUR + SECOND
        )
        assert shipped.requests[0].status == "superseded"
        assert {label(shipped, SHOP, each, "en") for each in ("buyer", "seller")} == {"shipped"}
        assert timers(SHOP, shipped) == ()
        assert codes(SHOP, shipped, asks(BUYER), self.HALF_HOUR + SECOND) == ("not_cancellable",)


class TestTheFleaMarket:
    SHIP_DATE_OVER = datetime(2026, 5, 4, 15, tzinfo=UTC)  # midnight in Tokyo

    def case(self) -> Case:
        return opened(FLEA_MARKET, ship_on=date(2026, 5, 4))

    def test_the_seller_asks_at_any_time_before_shipping(self) -> None:
        asked = step(FLEA_MARKET, self.case(), asks(SELLER), PLACED)
        assert asked.requests[0].answerer == "buyer_side"
        shipped = opened(FLEA_MARKET, status="shipped", ship_on=date(2026, 5, 4))
        assert codes(FLEA_MARKET, shipped, asks(SELLER), PLACED) == ("not_cancellable",)

    def test_the_buyer_asks_once_the_ship_date_has_passed(self) -> None:
        case = self.case()
        early = self.SHIP_DATE_OVER - SECOND
        assert codes(FLEA_MARKET, case, asks(BUYER), early) == ("not_late_yet",)
        for late in (self.SHIP_DATE_OVER, self.SHIP_DATE_OVER + SECOND):
            asked = step(FLEA_MARKET, case, asks(BUYER), late)
            assert asked.requests[0].answerer == "seller_side"

    def test_nobody_answers_their_own_request(self) -> None:
        asked = step(FLEA_MARKET, self.case(), asks(SELLER), PLACED)
        approve = Approve("o-1", by=SELLER, request=1)
        assert "own_request" in codes(FLEA_MARKET, asked, approve, PLACED)

    def test_after_a_rejection_the_office_decides(self) -> None:
        asked = step(FLEA_MARKET, self.case(), asks(SELLER), PLACED)
        referred = step(FLEA_MARKET, asked, Reject("o-1", by=BUYER, request=1), PLACED)
        assert referred.requests[0].answerer == "operator"
        assert referred.open_request is not None
        again = Reject("o-1", by=BUYER, request=1)
        assert codes(FLEA_MARKET, referred, again, PLACED) == ("not_permitted",)
        rejected = step(FLEA_MARKET, referred, Reject("o-1", by=OFFICE, request=1), PLACED)
        assert rejected.requests[0].status == "rejected"
        approved = step(FLEA_MARKET, referred, Approve("o-1", by=OFFICE, request=1), PLACED)
        assert approved.order.status == "cancelled"

    def test_a_day_of_silence_cancels_unless_it_is_the_offices_turn(self) -> None:
        asked = step(FLEA_MARKET, self.case(), asks(SELLER), PLACED)
        due = PLACED + timedelta(hours=24)
        assert ticked(FLEA_MARKET, asked, due - SECOND).open_request is not None
        assert ticked(FLEA_MARKET, asked, due).order.status == "cancelled"
        referred = step(FLEA_MARKET, asked, Reject("o-1", by=BUYER, request=1), PLACED)
        assert ticked(FLEA_MARKET, referred, due + timedelta(days=30)).open_request is not None

    def test_shipping_closes_the_request(self) -> None:
        asked = step(FLEA_MARKET, self.case(), asks(SELLER), PLACED)
        ship = AdvanceOrder("o-1", by=SELLER, move="ship")
        assert step(FLEA_MARKET, asked, ship, PLACED).requests[0].status == "superseded"

    def test_whoever_asked_may_withdraw(self) -> None:
        asked = step(FLEA_MARKET, self.case(), asks(SELLER), PLACED)
        withdraw = Withdraw("o-1", by=SELLER, request=1)
        assert step(FLEA_MARKET, asked, withdraw, PLACED).requests[0].status == "withdrawn"
        others = Withdraw("o-1", by=BUYER, request=1)
        assert codes(FLEA_MARKET, asked, others, PLACED) == ("not_permitted",)

    def test_is_written_in_sixty_lines(self) -> None:
        for name in ("flea_market", "must_ship"):
            lines = Path(f"examples/{name}.py").read_text("utf-8").splitlines()
            assert len(lines) <= 60


class TestTheMerchantWhoMustShip:
    HALF_HOUR = PLACED + timedelta(minutes=30)
    REMINDED = datetime(2026, 5, 8, 4, tzinfo=UTC)  # midnight in New York
    OVER = datetime(2026, 5, 12, 4, tzinfo=UTC)

    def case(self) -> Case:
        return opened(MUST_SHIP, ship_on=date(2026, 5, 4))

    def test_is_free_for_half_an_hour(self) -> None:
        case = self.case()
        early = step(MUST_SHIP, case, asks(BUYER), self.HALF_HOUR - SECOND)
        assert early.order.status == "cancelled"
        assert step(MUST_SHIP, case, asks(BUYER), self.HALF_HOUR).open_request is not None

    def test_shipping_answers_what_binds_nobody(self) -> None:
        asked = step(MUST_SHIP, self.case(), asks(BUYER), self.HALF_HOUR)
        ship = AdvanceOrder("o-1", by=SELLER, move="ship")
        shipped = step(MUST_SHIP, asked, ship, self.HALF_HOUR + SECOND)
        assert shipped.requests[0].status == "superseded"
        assert told(MUST_SHIP, asked, ship, self.HALF_HOUR + SECOND) == ["buyer: superseded"]

    def test_reminds_after_three_days_and_cancels_after_seven(self) -> None:
        """With a request and without one; the reminder goes out once."""
        for case in (self.case(), step(MUST_SHIP, self.case(), asks(BUYER), self.HALF_HOUR)):
            assert ticked(MUST_SHIP, case, self.REMINDED - SECOND).fired == {}
            reminded = ticked(MUST_SHIP, case, self.REMINDED)
            assert set(reminded.fired) == {"reminder"}
            assert ticked(MUST_SHIP, reminded, self.OVER - SECOND) == reminded
            cancelled = ticked(MUST_SHIP, reminded, self.OVER)
            assert cancelled.order.status == "cancelled"
            assert cancelled.requests[-1].reason == "not_shipped"

    def test_a_ship_date_that_moves_takes_its_deadlines_along(self) -> None:
        moved = step(
            MUST_SHIP,
            self.case(),
            UpdateOrder("o-1", by=CLOCK, facts={"ship_on": date(2026, 5, 12)}),
            PLACED,
        )
        assert [timer.due_at for timer in timers(MUST_SHIP, moved)] == [
            self.REMINDED + timedelta(days=8),
            self.OVER + timedelta(days=8),
        ]
