"""Money of an order: what its lines cost, what was charged besides, and how it was paid.

Every amount is a whole number of minor units, such as yen or cents. Nothing is a fraction until it
is shared, and what is shared is rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from ordercancel.domain.exact import of_kind
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_AMOUNT, MAX_CHARGES, MAX_LINES, MAX_QUANTITY

__all__ = [
    "Charge",
    "ChargeKind",
    "Money",
    "OrderLine",
    "Returned",
    "Rounding",
    "Spread",
    "Tender",
    "allocate",
    "check_ids",
    "rounded",
]

_AN_AMOUNT = f"whole minor units, 0 to {MAX_AMOUNT}"
_UNITS = f"a number of units, 1 to {MAX_QUANTITY}"


class Rounding(StrEnum):
    """How a share is rounded that is no whole number."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


class ChargeKind(StrEnum):
    """What a charge is for; a discount is below 0."""

    DISCOUNT = "discount"
    SHIPPING = "shipping"
    FEE = "fee"


class Spread(StrEnum):
    """What a charge is spread over lines by."""

    AMOUNT = "amount"
    QUANTITY = "quantity"


class Returned(StrEnum):
    """When a charge comes back; a discount is a part of its lines, and goes with them."""

    WITH_LAST = "with_last"
    """When all units of the order are cancelled, and none is left or shipped."""

    PRO_RATA = "pro_rata"
    """With each unit of the lines that it is spread over."""

    NEVER = "never"


@attrs.frozen(kw_only=True)
class OrderLine:
    """A line of an order.

    Args:
        id: Unique within the order.
        quantity: How many units were ordered, 1 to 1,000,000.
        amount: What all of them cost together, before discounts of the order; None where the
            order has no prices.
        tax: The class that it is taxed in, such as ``8``. Default: none.
        item: The item's code or name.
    """

    id: str
    quantity: int
    amount: int | None = None
    tax: str | None = None
    item: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults("OrderLine")
        faults.line("id", self.id)
        faults.number("quantity", self.quantity, 1, MAX_QUANTITY, _UNITS)
        if self.amount is not None:
            faults.number("amount", self.amount, 0, MAX_AMOUNT, _AN_AMOUNT)
        faults.line("tax", self.tax, optional=True)
        faults.line("item", self.item, optional=True)
        faults.settle(self)


@attrs.frozen(kw_only=True)
class Charge:
    """What was charged for an order besides its lines.

    Args:
        id: Unique among the charges of the order.
        kind: What it is for.
        amount: Its amount, below 0 for a discount alone.
        lines: The ids of the lines that it is spread over. Default: all of them.
        by: What it is spread by: what is left of each line, or units.
        refund: When it comes back.
        tax: The class that it is taxed in; a discount is taxed as its lines.
    """

    id: str
    kind: ChargeKind
    amount: int
    lines: tuple[str, ...] = ()
    by: Spread = Spread.AMOUNT
    refund: Returned = Returned.WITH_LAST
    tax: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults("Charge")
        faults.line("id", self.id)
        faults.member("kind", self.kind, ChargeKind)
        if self.kind == ChargeKind.DISCOUNT:
            expected = f"whole minor units, -{MAX_AMOUNT} to 0"
            faults.number("amount", self.amount, -MAX_AMOUNT, 0, expected)
        else:
            faults.number("amount", self.amount, 0, MAX_AMOUNT, _AN_AMOUNT)
        for number, line in enumerate(faults.entries("lines", self.lines, MAX_LINES)):
            faults.line(f"lines[{number}]", line)
        faults.member("by", self.by, Spread)
        faults.member("refund", self.refund, Returned)
        faults.line("tax", self.tax, optional=True)
        faults.settle(self)


@attrs.frozen(kw_only=True)
class Tender:
    """A part of what was paid: a card, points, a voucher.

    Args:
        id: Unique among the tenders of the order.
        amount: What it gave.
    """

    id: str
    amount: int

    def __attrs_post_init__(self) -> None:
        faults = Faults("Tender")
        faults.line("id", self.id)
        faults.number("amount", self.amount, 0, MAX_AMOUNT, _AN_AMOUNT)
        faults.settle(self)


@attrs.frozen(kw_only=True)
class Money:
    """What an order costs, and how it was paid.

    Args:
        currency: Its code, such as ``JPY``.
        digits: How many digits a minor unit is behind the point: 0 for yen, 2 for cents.
        lines: The lines, each with an amount.
        charges: The charges, in the order in which discounts are taken.
        tenders: What was paid, in the order in which it is given back.
        grain: What shares are rounded to multiples of, in minor units, such as 5 Rappen.
    """

    currency: str
    digits: int
    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    tenders: tuple[Tender, ...] = ()
    grain: int = 1

    def __attrs_post_init__(self) -> None:
        faults = Faults("Money")
        faults.line("currency", self.currency)
        faults.number("digits", self.digits, 0, 4, "digits behind the point, 0 to 4")
        faults.number("grain", self.grain, 1, MAX_AMOUNT, "minor units from 1 on")
        known = check_ids(faults, "lines", self.lines, OrderLine, MAX_LINES)
        check_ids(faults, "charges", self.charges, Charge, MAX_CHARGES)
        check_ids(faults, "tenders", self.tenders, Tender, MAX_CHARGES)
        faults.raise_if_any()
        if not known:
            faults.add("lines", "are none", "at least one line")
        for number, line in enumerate(self.lines):
            if line.amount is None:
                faults.add(f"lines[{number}].amount", "is missing", _AN_AMOUNT)
        for number, charge in enumerate(self.charges):
            for name in charge.lines:
                if name not in known:
                    expected = f"one of: {', '.join(sorted(known))}"
                    faults.add(f"charges[{number}].lines", f"has {name!r:.80}", expected)
        faults.settle(self)


def check_ids(faults: Faults, field: str, value: object, kind: type, most: int) -> set[str]:
    """The ids of entries, each of which is a `kind` and has an id of its own."""
    known: set[str] = set()
    entries = faults.entries(field, value, most)
    for number, entry in enumerate(entries):
        where = f"{field}[{number}]"
        faults.instance(where, entry, kind, f"a {kind.__name__}")
        if isinstance(entry, kind):
            name: str = entry.id  # type: ignore[attr-defined]
            if name in known:
                faults.add(f"{where}.id", f"is {name!r:.80} again", "an id of its own")
            known.add(name)
            if type(entry) is not kind:
                plain = (
                    of_kind(each, kind) if isinstance(each, kind) else each for each in entries
                )
                faults.exact[field] = tuple(plain)
    return known


def rounded(numerator: int, denominator: int, how: Rounding, grain: int = 1) -> int:
    """A fraction as a whole number of minor units, a multiple of `grain`. Exact.

    Args:
        numerator: From 0 on.
        denominator: From 1 on.
        how: How what lies between two multiples is rounded.
        grain: The least amount. Default: 1.
    """
    whole, rest = divmod(numerator, denominator * grain)
    if not rest or how == Rounding.DOWN:
        return whole * grain
    twice = 2 * rest - denominator * grain
    goes_up = twice > 0 or (twice == 0 and (how == Rounding.HALF_UP or whole % 2 == 1))
    return (whole + (how == Rounding.UP or goes_up)) * grain


def allocate(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Spread an amount in proportion to weights, to the last unit, by the largest remainder.

    Of equal remainders the one comes first whose id does, so that no order of `weights` matters.
    Where all weights are 0, the parts are equal. A part of an amount below 0 is not above 0.

    >>> allocate(-101, {"a": 500, "b": 300, "c": 200})
    {'a': -51, 'b': -30, 'c': -20}

    Raises:
        ValueError: There are no weights, or one of them is below 0.
    """
    if not weights or min(weights.values()) < 0:
        raise ValueError("expected weights, each from 0 on")
    total = sum(weights.values())
    even = weights if total else dict.fromkeys(weights, 1)
    total = total or len(weights)
    shares = {name: divmod(abs(amount) * weight, total) for name, weight in even.items()}
    odd = abs(amount) - sum(share for share, _ in shares.values())
    first = set(sorted(shares, key=lambda name: (-shares[name][1], name))[:odd])
    sign = -1 if amount < 0 else 1
    return {name: sign * (share + (name in first)) for name, (share, _) in shares.items()}
