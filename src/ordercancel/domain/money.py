"""Money of an order: what its lines cost, what was charged besides, and how it was paid.

Every amount is a whole number of minor units, such as yen or cents. Nothing is a fraction until it
is shared, and what is shared is rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import attrs

from ordercancel.domain.checked import (
    Amount,
    Check,
    Checked,
    by_the_whole,
    entries,
    names,
    number,
)
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
    "entries_by_id",
    "rounded",
]

_AN_AMOUNT = f"whole minor units, 0 to {MAX_AMOUNT}"


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
class OrderLine(Checked):
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
    quantity: Annotated[int, number(1, MAX_QUANTITY, f"a number of units, 1 to {MAX_QUANTITY}")]
    amount: Amount | None = None
    tax: str | None = None
    item: str | None = None


@attrs.frozen(kw_only=True)
class Charge(Checked):
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
    kind: Annotated[ChargeKind, partial(Faults.member, choices=ChargeKind)]
    amount: Annotated[int, by_the_whole]
    lines: Annotated[tuple[str, ...], names(MAX_LINES)] = ()
    by: Annotated[Spread, partial(Faults.member, choices=Spread)] = Spread.AMOUNT
    refund: Annotated[Returned, partial(Faults.member, choices=Returned)] = Returned.WITH_LAST
    tax: str | None = None

    def _check(self, faults: Faults) -> None:
        if self.kind == ChargeKind.DISCOUNT:
            expected = f"whole minor units, -{MAX_AMOUNT} to 0"
            faults.number("amount", self.amount, -MAX_AMOUNT, 0, expected)
        else:
            faults.number("amount", self.amount, 0, MAX_AMOUNT, _AN_AMOUNT)


@attrs.frozen(kw_only=True)
class Tender(Checked):
    """A part of what was paid: a card, points, a voucher.

    Args:
        id: Unique among the tenders of the order.
        amount: What it gave.
    """

    id: str
    amount: Amount


@attrs.frozen(kw_only=True)
class Money(Checked):
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
    digits: Annotated[int, number(0, 4, "digits behind the point, 0 to 4")]
    lines: Annotated[tuple[OrderLine, ...], entries_by_id(OrderLine, MAX_LINES)]
    charges: Annotated[tuple[Charge, ...], entries_by_id(Charge, MAX_CHARGES)] = ()
    tenders: Annotated[tuple[Tender, ...], entries_by_id(Tender, MAX_CHARGES)] = ()
    grain: Annotated[int, number(1, MAX_AMOUNT, "minor units from 1 on")] = 1

    def _check(self, faults: Faults) -> None:
        if faults.found:
            return  # what follows looks into lines and charges
        known = {line.id for line in self.lines}
        if not known:
            faults.add("lines", "are none", "at least one line")
        for place, line in enumerate(self.lines):
            if line.amount is None:
                faults.add(f"lines[{place}].amount", "is missing", _AN_AMOUNT)
        for place, charge in enumerate(self.charges):
            for name in charge.lines:
                if name not in known:
                    expected = f"one of: {', '.join(sorted(known))}"
                    faults.add(f"charges[{place}].lines", f"has {name!r:.80}", expected)


def entries_by_id(kind: Any, most: int) -> Check:
    """Checks a tuple of at most `most` instances of `kind`, each with an id of its own."""
    are_entries = entries(kind, most)

    def check(faults: Faults, field: str, value: Any) -> None:
        before = len(faults.found)
        are_entries(faults, field, value)
        if len(faults.found) > before:
            return  # they have no ids to look at
        known: set[str] = set()
        for place, entry in enumerate(value):
            if entry.id in known:
                faults.add(
                    f"{field}[{place}].id", f"is {entry.id!r:.80} again", "an id of its own"
                )
            known.add(entry.id)
        if any(type(each) is not kind for each in value):
            faults.exact[field] = tuple(of_kind(each, kind) for each in value)

    return check


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
