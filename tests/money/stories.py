"""Random orders with money and what happens to them, and what must be true of every step."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from random import Random
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from ordercancel import InvalidValue
from ordercancel.domain.money import Charge, Money, OrderLine, Tender
from ordercancel.domain.quotes import Due, Quote, State
from ordercancel.engine.quote import Account
from ordercancel.rules.refunding import Fee, Refunding, Tax

RATES = (("8", (8, 100)), ("10", (10, 100)), ("20", (20, 100)))
REFUSED = {"more_than_remains", "more_than_paid"}
Step = tuple[str, Any, str | None]
"""What happens: ``cancel`` or ``ship`` with units by line (None: all), ``elsewhere``; the fee."""


@attrs.frozen
class Story:
    """An order, the provisions that it is under, and what is tried about it."""

    money: Money
    refunding: Refunding
    steps: tuple[Step, ...]


@st.composite
def stories(draw: DrawFn, max_steps: int = 10, most_units: int = 7) -> Story:
    """Small orders, most of them awkward: odd amounts, discounts that eat lines, points, tax."""
    grain = draw(st.sampled_from((1, 1, 1, 5, 10)))
    multiple = draw(st.sampled_from((1, grain)))
    amounts = st.integers(0, 40) | st.integers(0, 5_000) | st.integers(0, 10**13)
    amounts = amounts.map(lambda amount: amount * multiple)
    tax = draw(st.sampled_from((None, "included", "added")))
    classes = st.sampled_from((None, "8", "10", "20")) if tax else st.none()
    lines = tuple(
        OrderLine(
            id=name,
            quantity=draw(st.integers(1, most_units)),
            amount=draw(amounts),
            tax=draw(classes),
        )
        for name in "abcd"[: draw(st.integers(1, 4))]
    )
    count = draw(st.integers(0, 3))
    charges = [_charge(draw, f"c-{n}", lines, classes) for n in range(count)]
    taken = 0
    for number, charge in enumerate(charges):
        if charge.kind == "discount":
            # Never more than the least that its lines can have left.
            names = charge.lines or tuple(line.id for line in lines)
            own = sum(line.amount or 0 for line in lines if line.id in names)
            amount = -min(-charge.amount, max(0, own - taken))
            taken -= amount
            charges[number] = attrs.evolve(charge, amount=amount)
    money = Money(
        currency="JPY",
        digits=0,
        lines=lines,
        charges=tuple(charges),
        grain=grain,
    )
    roundings = st.sampled_from(("down", "up", "half_up", "half_even"))
    refunding = Refunding(
        rounding=draw(roundings),
        tenders=draw(st.sampled_from(("in_order", "pro_rata"))),
        tax=None if tax is None else Tax(mode=tax, rates=RATES, rounding=draw(roundings)),
        fees=tuple(
            Fee(
                id=name,
                rate=(draw(st.integers(0, 10)), 10),
                minimum=draw(st.sampled_from((0, 0, 30, 500))),
                maximum=draw(st.sampled_from((None, None, 500, 900))),
                of=draw(st.sampled_from(("goods", "all"))),
                rounding=draw(roundings),
            )
            for name in ("early", "late")
        ),
    )
    total = Account(money, refunding).total
    paid = total if draw(st.booleans()) else draw(st.integers(0, total))
    cuts = sorted(draw(st.lists(st.integers(0, paid), max_size=3)))
    edges = [0, *cuts, paid]
    tenders = tuple(
        Tender(id=f"t-{n}", amount=high - low) for n, (low, high) in enumerate(pairwise(edges))
    )
    steps = draw(st.lists(_steps(lines), min_size=1, max_size=max_steps))
    return Story(attrs.evolve(money, tenders=tenders), refunding, tuple(steps))


def _charge(draw: DrawFn, name: str, lines: tuple[OrderLine, ...], classes: Any) -> Charge:
    kind = draw(st.sampled_from(("discount", "shipping", "fee")))
    some = draw(st.sets(st.sampled_from([line.id for line in lines])))
    amount = draw(st.integers(0, 700))
    return Charge(
        id=name,
        kind=kind,
        amount=-amount if kind == "discount" else amount,
        lines=tuple(sorted(some)),
        by=draw(st.sampled_from(("amount", "quantity"))),
        refund=draw(st.sampled_from(("with_last", "with_last", "pro_rata", "never"))),
        tax=None if kind == "discount" else draw(classes),
    )


def _steps(lines: tuple[OrderLine, ...]) -> st.SearchStrategy[Step]:
    units = st.dictionaries(
        st.sampled_from([line.id for line in lines]), st.integers(1, 4), min_size=1, max_size=2
    )
    fees = st.sampled_from((None, None, "early", "late"))
    return st.one_of(
        st.tuples(st.just("cancel"), units, fees),
        st.tuples(st.just("cancel"), units, fees),
        st.tuples(st.just("cancel"), st.none(), fees),
        st.tuples(st.just("ship"), units, st.none()),
        st.tuples(st.just("elsewhere"), st.integers(1, 300), st.none()),
    )


def many_steps(story: Story, seed: int, count: int) -> Story:
    """The same order with many small steps, most of which are possible."""
    random = Random(seed)
    lines = [line.id for line in story.money.lines]
    steps: list[Step] = []
    for _ in range(count):
        units = {random.choice(lines): random.choice((1, 1, 1, 2))}
        fee = random.choice((None, None, "early", "late"))
        steps.append(
            random.choice(
                [
                    *[("cancel", units, fee)] * 8,
                    ("ship", units, None),
                    ("elsewhere", random.choice((1, 7, 50)), None),
                ]
            )
        )
    return attrs.evolve(story, steps=(*steps, ("cancel", None, None)))


# ---------------------------------------------------------------- what must be true


def run(story: Story, make: Callable[[Money, Refunding], Account] = Account) -> int:
    """Take every step, and check each; return how many were not refused."""
    account = make(story.money, story.refunding)
    check_order(account)
    state, taken = State(), 0
    sums: dict[str, int] = {"refund": 0, "gross": 0, "fee": 0, "goods": 0, "tax": 0}
    for kind, value, fee in story.steps:
        before = account.due(state)
        quote: Quote | None = None
        try:
            if kind == "cancel":
                quote, state = account.cancel(state, value, fee)
            elif kind == "ship":
                state = account.ship(state, value)
            else:
                state = account.refund_elsewhere(state, value)
        except InvalidValue as refused:
            codes = {fault.code for fault in refused.faults}
            if (
                not codes <= {"more_than_remains", "more_than_paid"}
                or account.due(state) != before
            ):
                raise
            continue
        taken += 1
        due = account.due(state)
        check_state(account, state, due)
        assert due.gross >= before.gross
        assert due.refund >= before.refund
        if quote is None:
            assert due == before
            continue
        check_quote(account, quote, due)
        for name, part in (
            ("refund", quote.refund),
            ("gross", quote.gross),
            ("fee", quote.fee),
            ("goods", sum(quote.goods.values())),
            ("tax", sum(quote.tax.values())),
        ):
            sums[name] += part
        # Whatever the steps were, their parts add up to what is owed in the state.
        assert sums["gross"] == due.gross
        assert sums["fee"] == due.fee
        assert sums["goods"] == sum(due.goods.values())
        assert sums["tax"] == sum(due.tax.values())
        if not state.elsewhere:
            assert sums["refund"] == due.refund
    return taken


def check_order(account: Account) -> None:
    """Discounts are spread to the last unit, and leave no line below 0."""
    money = account.money
    discounts = [each for each in money.charges if each.kind == "discount"]
    assert min(account.net.values()) >= 0
    full = sum(line.amount or 0 for line in money.lines)
    assert sum(account.net.values()) == full + sum(each.amount for each in discounts)
    for charge in money.charges:
        if charge.id in account.allocation:
            assert sum(account.allocation[charge.id].values()) == charge.amount


def check_state(account: Account, state: State, due: Due) -> None:
    """Units and money are where they can be, goods are exact shares, tax is rounded once."""
    money, refunding = account.money, account.refunding
    cancelled, shipped = state.cancelled, state.shipped
    for line in money.lines:
        assert cancelled.get(line.id, 0) + shipped.get(line.id, 0) <= line.quantity
    for name, units in cancelled.items():
        quantity = next(line.quantity for line in money.lines if line.id == name)
        whole = account.net[name]
        share = exact(Fraction(whole * units, quantity), refunding.rounding, money.grain)
        assert due.goods[name] == (whole if units == quantity else min(whole, share))
    is_all = all(cancelled.get(line.id, 0) == line.quantity for line in money.lines)
    extra = [charge for charge in money.charges if charge.kind != "discount"]
    for charge in extra:
        if charge.refund != "pro_rata":
            back = is_all and charge.refund == "with_last"
            assert due.charges[charge.id] == (charge.amount if back else 0)
        assert 0 <= due.charges[charge.id] <= charge.amount
        if is_all and charge.refund != "never":
            assert due.charges[charge.id] == charge.amount
    if refunding.tax is not None:
        taxes = dict.fromkeys((name for name, _ in RATES), 0)
        for name, rate in RATES:
            base = sum(
                account.net[line.id] - due.goods.get(line.id, 0)
                for line in money.lines
                if line.tax == name
            ) + sum(each.amount - due.charges[each.id] for each in extra if each.tax == name)
            part = Fraction(*rate)
            part = part if refunding.tax.mode == "added" else part / (1 + part)
            taxes[name] = exact(base * part, refunding.tax.rounding, 1)
            assert due.remaining_tax.get(name, 0) == taxes[name]
        left = taxes if refunding.tax.mode == "added" else {}
        remains = sum(account.net.values()) - sum(due.goods.values())
        remains += sum(each.amount - due.charges[each.id] for each in extra)
        assert due.remaining == remains + sum(left.values())
    given, elsewhere = sum(state.given.values()), sum(state.elsewhere.values())
    assert given + elsewhere <= account.paid
    for tender in account.tenders:
        back = state.given.get(tender.id, 0) + state.elsewhere.get(tender.id, 0)
        assert 0 <= back <= tender.amount
    if is_all and not due.fee and not any(each.refund == "never" for each in extra):
        assert given + elsewhere == account.paid
    assert given + elsewhere >= due.refund or not cancelled
    check_fee(account, state, due)


def check_fee(account: Account, state: State, due: Due) -> None:
    """The minimum and the maximum are taken once an order, of the goods of a bracket alone."""
    used = {name for name, _ in state.runs if name is not None}
    if len(state.runs) != 1 or not used:
        assert used or due.fee == 0
        return
    (name,) = used
    fee = next(each for each in account.refunding.fees if each.id == name)
    base = sum(due.goods.values()) if fee.of == "goods" else due.gross
    amounts = list(account.net.values())
    if fee.of == "all":
        for charge in account.money.charges:
            if charge.kind != "discount":
                amounts += account.allocation.get(charge.id, {"": charge.amount}).values()
    tax, grain = account.refunding.tax, account.money.grain
    is_coarse = all(each % grain == 0 for each in amounts) and (
        fee.of == "goods" or tax is None or tax.mode == "included"
    )
    amount = exact(base * Fraction(*fee.rate), fee.rounding, grain if is_coarse else 1)
    amount = amount if fee.maximum is None else min(amount, fee.maximum)
    assert due.fee == min(base, max(amount, fee.minimum))


def check_quote(account: Account, quote: Quote, due: Due) -> None:
    """Every part is from 0 on, and they add up."""
    parts = (quote.goods, quote.charges, quote.classes, quote.tax, quote.tenders)
    assert min((each for part in parts for each in part.values()), default=0) >= 0
    assert min(quote.refund, quote.fee, quote.gross, quote.remaining) >= 0
    tax = account.refunding.tax
    on_top = sum(quote.tax.values()) if tax is not None and tax.mode == "added" else 0
    assert sum(quote.goods.values()) + sum(quote.charges.values()) + on_top == quote.gross
    assert list(quote.tenders) == [tender.id for tender in account.tenders]
    assert sum(quote.tenders.values()) == quote.refund
    assert quote.remaining == due.remaining


def exact(value: Fraction, rounding: str, grain: int) -> int:
    """A fraction rounded to a multiple of `grain`, as a schoolbook has it."""
    many = value / grain
    low = floor(many)
    if rounding == "up":
        return ceil(many) * grain
    half = Fraction(1, 2)
    if rounding == "half_up":
        return floor(many + half) * grain
    if rounding == "half_even" and many - low == half:
        return (low + low % 2) * grain
    return (floor(many + half) if rounding == "half_even" else low) * grain
