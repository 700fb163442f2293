"""How long a quote takes, of orders with more and more lines: ``python benchmarks/quoting.py``.

Each has a discount over all lines, shipping, two rates of tax, two tenders and a fee. Nothing of
an order is reckoned beforehand: each quote begins with its prices.
"""

from __future__ import annotations

from time import process_time
from timeit import repeat

from ordercancel.domain.money import Charge, ChargeKind, Money, OrderLine, Tender
from ordercancel.domain.quotes import NOTHING, State
from ordercancel.engine.quote import Account
from ordercancel.rules.refunding import Fee, Refunding, Tax, TaxMode

REFUNDING = Refunding(
    tax=Tax(mode=TaxMode.INCLUDED, rates=(("8", (8, 100)), ("10", (10, 100)))),
    fees=(Fee(id="late", rate=(3, 10), minimum=500),),
)
QUOTES, TIMES = 20, 40


def money(count: int) -> Money:
    """What an order of so many lines costs."""
    lines = tuple(
        OrderLine(id=f"l-{n}", quantity=n % 4 + 1, amount=1000 + 37 * n, tax=("8", "10")[n % 2])
        for n in range(count)
    )
    return Money(
        currency="JPY",
        digits=0,
        lines=lines,
        charges=(
            Charge(id="coupon", kind=ChargeKind.DISCOUNT, amount=-501),
            Charge(id="delivery", kind=ChargeKind.SHIPPING, amount=550, tax="10"),
        ),
        tenders=(Tender(id="card", amount=900), Tender(id="points", amount=100)),
    )


def least(priced: Money, state: State, lines: dict[str, int] | None) -> float:
    """The microseconds of one quote, when nothing else is in the way."""

    def quote() -> None:
        Account(priced, REFUNDING).cancel(state, lines, "late")

    return min(repeat(quote, timer=process_time, number=QUOTES, repeat=TIMES)) / QUOTES * 1e6


def main() -> None:
    """Print how long a quote of one unit takes, and one of all that is left after it."""
    print("lines  one unit  all the rest")
    for count in (20, 100, 1000):
        priced = money(count)
        _, later = Account(priced, REFUNDING).cancel(NOTHING, {"l-0": 1})
        one, rest = least(priced, NOTHING, {"l-0": 1}), least(priced, later, None)
        print(f"{count:5} {one:6,.0f} µs {rest:10,.0f} µs")


if __name__ == "__main__":
    main()
