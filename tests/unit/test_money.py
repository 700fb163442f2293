"""Amounts are whole, are spread to the last unit, and name what is wrong with them all at once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import Buyer, InvalidValue, RequestCancellation
from ordercancel.domain.money import (
    Charge,
    Money,
    OrderLine,
    Rounding,
    Tender,
    allocate,
    rounded,
)
from ordercancel.domain.quotes import State
from ordercancel.engine.quote import Account
from ordercancel.rules.refunding import Fee, Refunding, Tax

LINE = OrderLine(id="a", quantity=3, amount=1000)


def money(**changes: Any) -> Money:
    values: dict[str, Any] = {"currency": "JPY", "digits": 0, "lines": (LINE,)}
    return Money(**values | changes)


def where(make: Any, **fields: Any) -> list[str]:
    with pytest.raises(InvalidValue) as caught:
        make(**fields)
    return [fault.where.partition(".")[2] for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (-101, {"a": 500, "b": 300, "c": 200}, {"a": -51, "b": -30, "c": -20}),
        (100, {"c": 1, "b": 1, "a": 1}, {"c": 33, "b": 33, "a": 34}),
        (501, {"b": 0, "a": 0}, {"b": 250, "a": 251}),
        (7, {"a": 0, "b": 3}, {"a": 0, "b": 7}),
        (0, {"a": 0}, {"a": 0}),
    ],
)
def test_an_amount_is_spread_by_the_largest_remainder(
    amount: int, weights: dict[str, int], parts: dict[str, int]
) -> None:
    """Of equal remainders the one comes first whose id does."""
    assert allocate(amount, weights) == parts


@pytest.mark.parametrize("weights", [{}, {"a": -1, "b": 2}])
def test_weights_that_can_not_be_are_refused(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected weights, each from 0 on"):
        allocate(1, weights)


@given(
    amount=st.integers(-(10**15), 10**15),
    weights=st.dictionaries(st.text(max_size=2), st.integers(0, 10**15), min_size=1),
)
def test_parts_add_up_in_whatever_order(amount: int, weights: dict[str, int]) -> None:
    """Each is less than a unit off its exact share."""
    parts = allocate(amount, weights)
    assert sum(parts.values()) == amount
    assert allocate(amount, dict(reversed(weights.items()))) == parts
    total = sum(weights.values())
    for name, weight in weights.items():
        share = Fraction(weight, total) if total else Fraction(1, len(weights))
        assert abs(parts[name] - amount * share) < 1


@pytest.mark.parametrize(
    ("how", "results"),
    [
        ("down", [0, 0, 5, 5, 5, 10]),
        ("up", [0, 5, 5, 10, 10, 10]),
        ("half_up", [0, 5, 5, 10, 10, 10]),
        ("half_even", [0, 0, 5, 10, 10, 10]),
    ],
)
def test_a_fraction_is_rounded_to_multiples_of_the_grain(how: str, results: list[int]) -> None:
    """0, 2.5, 5, 7.5, 9 and 10, to fives."""
    halves = (0, 5, 10, 15, 18, 20)
    assert [rounded(each, 2, Rounding(how), 5) for each in halves] == results


def test_every_fault_of_a_value_is_named() -> None:
    assert where(OrderLine, id="", quantity=0, amount=-1, tax="", item="") == [
        "id",
        "quantity",
        "amount",
        "tax",
        "item",
    ]
    assert where(OrderLine, id="a", quantity=True, amount=1.5) == ["quantity", "amount"]
    assert where(
        Charge, id="", kind="discount", amount=1, lines=("",), by="x", refund="x", tax=""
    ) == ["id", "lines[0]", "by", "refund", "tax", "amount"]
    assert where(Charge, id="s", kind="shipping", amount=-1) == ["amount"]
    assert where(Tender, id="", amount=-1) == ["id", "amount"]
    assert where(Fee, id="", rate=(11, 10), minimum=9, maximum=8, of="x", rounding="x") == [
        "id",
        "rate",
        "maximum",
        "of",
        "rounding",
    ]
    assert where(Fee, id="f", rate=(1, 0), minimum="1", maximum=1) == ["rate[1]", "minimum"]
    assert where(Fee, id="f", rate=0.3) == ["rate"]
    assert where(Tax, mode="x", rates=(("", (1, 2, 3)),), rounding="x") == [
        "mode",
        "rates",
        "rates['']",
        "rounding",
    ]
    assert where(Tax, mode="added", rates={"10": (10, 100)}) == ["rates"]
    twice = ("8", (8, 100)), ("8", (1, 10)), "10"
    assert where(Tax, mode="added", rates=twice) == ["rates['8']", "rates[2]"]
    fee = Fee(id="f")
    assert where(Refunding, rounding="x", tenders="x", tax=8, fees=(fee, fee, 3)) == [
        "rounding",
        "tenders",
        "tax",
        "fees[2]",
        "fees",
    ]


class Unshown(str):
    """An id of the host's own, which can't be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("it can't be shown")


@pytest.mark.parametrize(
    ("kind", "fields", "at"),
    [
        (Charge, {"id": "s", "kind": Unshown("tip"), "amount": 1}, "kind"),
        (Fee, {"id": "f", "rate": Unshown("10%")}, "rate"),
        (RequestCancellation, {"by": Buyer("b"), "lines": {Unshown("cup"): 0}}, "lines['cup']"),
    ],
)
def test_what_cannot_be_shown_is_named_all_the_same(
    kind: Any, fields: dict[str, Any], at: str
) -> None:
    """Whatever a subclass of `str` makes of itself, the error is the library's."""
    if kind is RequestCancellation:
        fields = {"order_id": "o-1", **fields}
    assert where(kind, **fields) == [at]


def test_every_fault_of_money_is_named() -> None:
    shipping = Charge(id="s", kind="shipping", amount=1, lines=("b",))  # type: ignore[arg-type]
    free = OrderLine(id="b", quantity=1)
    assert where(money, digits=5, currency="", grain=0, tenders=(3,)) == [
        "currency",
        "digits",
        "tenders[0]",
        "grain",
    ]
    assert where(money, lines=(LINE, LINE)) == ["lines[1].id"]
    assert where(money, lines=()) == ["lines"]
    assert where(money, lines=(LINE, free)) == ["lines[1].amount"]
    assert where(money, charges=(shipping,)) == ["charges[0].lines"]


def test_an_account_that_does_not_add_up_is_refused() -> None:
    discount = Charge(id="d", kind="discount", amount=-1001)  # type: ignore[arg-type]
    taxed = OrderLine(id="a", quantity=1, amount=1, tax="8")
    shipping = Charge(id="s", kind="shipping", amount=1, tax="9")  # type: ignore[arg-type]
    paid = Tender(id="card", amount=1001)
    for changes, faults in (
        ({"charges": (discount,)}, ["charges[0].amount"]),
        ({"lines": (taxed,), "charges": (shipping,)}, ["lines[0].tax", "charges[0].tax"]),
        ({"tenders": (paid,)}, ["tenders"]),
    ):
        assert where(lambda of: Account(money(**of), Refunding()), of=changes) == faults


def test_a_discount_by_units_takes_no_more_than_a_line_costs() -> None:
    """The others bear the rest."""
    lines = (OrderLine(id="a", quantity=9, amount=10), OrderLine(id="b", quantity=1, amount=500))
    discount = Charge(id="d", kind="discount", amount=-100, by="quantity")  # type: ignore[arg-type]
    account = Account(money(lines=lines, charges=(discount,)), Refunding())
    assert account.net == {"a": 0, "b": 410}
    assert account.allocation == {"d": {"a": -10, "b": -90}}


def test_a_host_may_say_which_tender_it_has_given_back_to() -> None:
    """What is left of each bounds what comes back to it; proportions hold for what is left."""
    tenders = (Tender(id="card", amount=600), Tender(id="points", amount=400))
    account = Account(
        money(tenders=tenders),
        Refunding(tenders="pro_rata"),  # type: ignore[arg-type]
    )
    first, state = account.cancel(State(), {"a": 1})
    assert first.tenders == {"card": 200, "points": 133}
    state = account.refund_elsewhere(state, 260, "points")
    with pytest.raises(InvalidValue, match="at most 7"):
        account.refund_elsewhere(state, 8, "points")
    last, state = account.cancel(state)
    assert last.tenders == {"card": 400, "points": 7}
    assert (last.refund, last.gross) == (407, 667)


@pytest.mark.parametrize(("amount", "fees"), [(1000, [200, 100, 200]), (1005, [200, 125, 177])])
def test_a_fee_is_as_coarse_as_what_it_is_a_share_of(amount: int, fees: list[int]) -> None:
    """Of 300, 350 and the rest a half, 200 at least; a coarser one could eat more than a unit."""
    line = OrderLine(id="a", quantity=3, amount=amount)
    fee = Fee(id="half", rate=(1, 2), minimum=200)
    account = Account(money(lines=(line,), grain=50), Refunding(fees=(fee,)))
    state, taken = State(), []
    for _ in range(3):
        quote, state = account.cancel(state, {"a": 1}, "half")
        taken.append(quote.fee)
    assert taken == fees


def test_a_fee_of_all_is_as_coarse_as_the_shipping_lets_it_be() -> None:
    """Half of 1,000 and 110 of shipping: to the yen, since 110 is no multiple of 50."""
    for shipping, maximum, fee in ((110, None, 555), (100, None, 550), (110, 500, 500)):
        charge = Charge(id="s", kind="shipping", amount=shipping)  # type: ignore[arg-type]
        half = Fee(id="half", rate=(1, 2), of="all", maximum=maximum)  # type: ignore[arg-type]
        line = OrderLine(id="a", quantity=1, amount=1000)
        priced = money(lines=(line,), charges=(charge,), grain=50)
        quote, _ = Account(priced, Refunding(fees=(half,))).cancel(State(), None, "half")
        assert (quote.fee, quote.refund) == (fee, 1000 + shipping - fee)


def test_what_is_never_returned_stays_with_the_shop() -> None:
    charge = Charge(id="wrap", kind="fee", amount=300, refund="never")  # type: ignore[arg-type]
    quote, _ = Account(money(charges=(charge,)), Refunding()).cancel(State())
    assert (quote.refund, quote.remaining) == (1000, 300)


def test_every_fault_of_the_units_is_named_with_the_fee() -> None:
    account = Account(money(), Refunding(fees=(Fee(id="late", rate=(1, 2)),)))
    with pytest.raises(InvalidValue) as caught:
        account.cancel(State(), {"cup": 1, "a": 4}, "early")
    assert [
        (fault.where, fault.problem, fault.expected, fault.code) for fault in caught.value.faults
    ] == [
        ("cancel.fee", "is 'early'", "one of: late", "unknown_fee"),
        ("cancel.lines", "has 'cup'", "one of: a", "unknown_line"),
        ("cancel.lines['a']", "is 4", "at most 3", "more_than_remains"),
    ]
    for units, fault in (
        ({}, ("ship.lines", "are none", "units that are open", "more_than_remains")),
        ([], ("ship.lines", "is []", "units by line", "invalid")),
    ):
        with pytest.raises(InvalidValue) as caught:
            account.ship(State(), units)  # type: ignore[arg-type]
        (one,) = caught.value.faults
        assert (one.where, one.problem, one.expected, one.code) == fault
