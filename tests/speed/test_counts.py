"""What assessing, deciding and handling cost, counted: it must not grow unseen.

A count above its bound has to come down, or the bound goes up on purpose, in the same commit and
with the reason. A count that has come down fails nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, timedelta
from functools import partial, reduce
from itertools import count

import pytest
from benchmarks.work import ASKED_AT, page_apart, rules_apart

from ordercancel import (
    Approve,
    Buyer,
    CancellationService,
    Case,
    Command,
    Order,
    Reject,
    RequestCancellation,
    Seller,
    decide,
    evolve,
)
from ordercancel.engine.compilation import compiled_rules
from ordercancel.policies import QOO10
from ordercancel.stores.memory import MemoryStore
from samples import jst
from speed.counting import bytes_at_most, instructions

AT = jst(15, 10).astimezone(UTC)
BUYER, SELLER = Buyer("b-1"), Seller("s-1")
NUMBERS = count()
Work = Callable[[], object]

BOUNDS = {
    "assess a request": (360, 250),
    "assess an approval": (420, 250),
    "decide a request, at once": (990, 1_100),
    "decide a request, referred": (830, 1_100),
    "decide an approval": (870, 750),
    "decide a rejection": (1_030, 850),
    "handle a request": (4_030, 7_600),
    "handle an approval": (4_680, 8_600),
    "handle an approval with an id": (5_240, 8_600),
}
"""The most instructions, and the most bytes held at a time."""


def an_order(
    status: str = "shipping_requested", ship_on: date | None = date(2022, 8, 20)
) -> Order:
    """An order that nothing has happened to; each has an id of the same length."""
    return Order(
        f"o-{next(NUMBERS):06}",
        policy="qoo10",
        status=status,
        buyer="b-1",
        seller="s-1",
        placed_at=AT - timedelta(days=1),
        ship_on=ship_on,
    )


def asks(order: Order) -> RequestCancellation:
    return RequestCancellation(order.id, by=BUYER, reason="changed_mind")


def asked() -> Case:
    """The case of an order whose buyer waits for an answer."""
    case = QOO10.open(an_order())
    return reduce(evolve, decide(asks(case.order), case, QOO10, AT), case)


def assessing(case: Case, command: Command) -> Work:
    return partial(QOO10.assess, command, case, AT)


def deciding(case: Case, command: Command) -> Work:
    return partial(decide, command, case, QOO10, AT)


def handling(order: Order, *commands: Command) -> Work:
    """Handling the last of these commands."""
    service = CancellationService(policies=[QOO10], store=MemoryStore())
    service.register(order, at=AT)
    for command in commands[:-1]:
        service.handle(command, at=AT)
    return partial(service.handle, commands[-1], at=AT)


def works() -> Iterator[tuple[str, Work]]:
    """All that is counted, on orders of their own."""
    new, waiting = QOO10.open(an_order("new", None)), asked()
    approves = Approve(waiting.order.id, by=SELLER, request=1)
    rejects = Reject(
        waiting.order.id, by=SELLER, request=1, reason="shipped", data={"confirmed": True}
    )
    yield "assess a request", assessing(waiting, asks(waiting.order))
    yield "assess an approval", assessing(waiting, approves)
    yield "decide a request, at once", deciding(new, asks(new.order))
    referred = QOO10.open(an_order())
    yield "decide a request, referred", deciding(referred, asks(referred.order))
    yield "decide an approval", deciding(waiting, approves)
    yield "decide a rejection", deciding(waiting, rejects)
    order = an_order()
    yield "handle a request", handling(order, asks(order))
    order = an_order()
    yield (
        "handle an approval",
        handling(order, asks(order), Approve(order.id, by=SELLER, request=1)),
    )
    order = an_order()
    named = Approve(order.id, by=SELLER, request=1, command_id="c-1")
    yield "handle an approval with an id", handling(order, asks(order), named)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Nothing is counted that happens once, such as compiling rules."""
    for _ in range(3):
        for _, work in works():
            work()


@pytest.mark.parametrize("name", BOUNDS)
def test_nothing_takes_more_instructions_than_it_did(name: str) -> None:
    bound, _ = BOUNDS[name]
    assert instructions(dict(works())[name]) <= bound


@pytest.mark.parametrize("name", BOUNDS)
def test_nothing_holds_more_memory_than_it_did(name: str) -> None:
    _, bound = BOUNDS[name]
    assert min(bytes_at_most(dict(works())[name]) for _ in range(3)) <= bound


def test_rules_that_cannot_matter_cost_nothing() -> None:
    """A thousand, ten for each role in each status, are as quick to assess by as those ten."""
    policies = rules_apart(10), rules_apart(1_000)
    for asked in page_apart():
        few, many = (
            partial(policy.assess, asked.command, asked.case, ASKED_AT) for policy in policies
        )
        assert few().verdict == many().verdict
        assert instructions(many) <= instructions(few)


@pytest.mark.slow
def test_ten_times_the_rules_take_ten_times_as_long_to_build() -> None:
    """A policy, and what its rules are compiled to for each role in each status."""

    def build(number: int) -> None:
        policy = rules_apart(number)
        for role in policy.roles:
            for status in policy.orders.statuses:
                compiled_rules(policy, RequestCancellation, role, status)

    def more(number: int) -> int:
        return instructions(partial(build, number)) - instructions(partial(build, 0))

    assert more(1_000) <= 11 * more(100)


def test_what_was_never_cheap_is_counted_too() -> None:
    """The counting itself tells ten from a hundred."""

    def loop(times: int) -> Work:
        return lambda: sum(number for number in range(times))

    few, many = instructions(loop(10)), instructions(loop(100))
    assert few < many < 10 * few
    assert bytes_at_most(lambda: bytearray(100_000)) >= 100_000
