"""Quotes: what has happened to the units of an order, what is owed then, and what a step gives."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ordercancel.domain.checked import BY_TYPE
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen
from ordercancel.domain.limits import MAX_AMOUNT, MAX_LINES

__all__ = ["NOTHING", "Amounts", "Due", "Quote", "State", "added_up"]

Amounts = Mapping[str, int]
"""Units or minor units by an id."""

Frozen = FrozenMap[str, int]
"""The same, where they are kept."""


@attrs.frozen(kw_only=True)
class State:
    """What has happened to the units and the money of an order.

    Args:
        runs: The units that are cancelled, by line, in the order in which they were; each run
            with the id of the fee that holds for it, or None. Neighbours differ in their fee.
        shipped: The units that are shipped, by line.
        given: What was given back, by tender.
        elsewhere: What the host has given back besides, by tender.
        move: The move that units were last shipped by; None where they were by none.
    """

    runs: tuple[tuple[str | None, Frozen], ...] = ()
    shipped: Frozen = attrs.field(default=EMPTY, converter=as_frozen)
    given: Frozen = attrs.field(default=EMPTY, converter=as_frozen)
    elsewhere: Frozen = attrs.field(default=EMPTY, converter=as_frozen)
    move: str | None = None

    @property
    def cancelled(self) -> dict[str, int]:
        """The units that are cancelled, by line."""
        units: dict[str, int] = {}
        for _, run in self.runs:
            units = added_up(units, run)
        return units

    def cancelling(self, lines: Amounts, fee: str | None = None) -> State:
        """The state after further units are cancelled under the fee that holds for them."""
        runs = self.runs
        if runs and runs[-1][0] == fee:
            lines = added_up(runs[-1][1], lines)
            runs = runs[:-1]
        return attrs.evolve(self, runs=(*runs, (fee, FrozenMap(lines))))

    def shipping(self, lines: Amounts, move: str | None = None) -> State:
        """The state after further units are shipped by this move."""
        return attrs.evolve(self, shipped=added_up(self.shipped, lines), move=move)

    def returning(self, lines: Amounts) -> State:
        """The state where these units have not been shipped after all."""
        rest = {name: units - lines.get(name, 0) for name, units in self.shipped.items()}
        return attrs.evolve(self, shipped={name: n for name, n in rest.items() if n > 0})

    def giving(self, tenders: Amounts) -> State:
        """The state after this was given back, by tender."""
        return attrs.evolve(self, given=added_up(self.given, tenders))

    def giving_elsewhere(self, tenders: Amounts) -> State:
        """The state after the host has given this back by itself, by tender."""
        return attrs.evolve(self, elsewhere=added_up(self.elsewhere, tenders))

    def check(self, faults: Faults, field: str) -> None:
        """Note what of it can't be; it is not checked when it is built."""
        for number, (fee, lines) in enumerate(
            faults.entries(f"{field}.runs", self.runs, MAX_LINES)
        ):
            faults.line(f"{field}.runs[{number}].fee", fee, optional=True)
            faults.amounts(f"{field}.runs[{number}]", lines)
        faults.amounts(f"{field}.shipped", self.shipped)
        for name in ("given", "elsewhere"):
            amounts = getattr(self, name)
            faults.amounts(f"{field}.{name}", amounts, least=0, most=MAX_AMOUNT)
        faults.line(f"{field}.move", self.move, optional=True)


NOTHING = State()
"""Nothing has happened yet."""


def _check_state(faults: Faults, field: str, value: object) -> None:
    faults.instance(field, value, State, "a State")
    if isinstance(value, State) and value is not NOTHING:
        value.check(faults, field)


BY_TYPE[State] = _check_state


@attrs.frozen(kw_only=True)
class Due:
    """What is owed in a state, all in all.

    Args:
        goods: The price of the units that are cancelled, by line, less discounts.
        charges: What comes back of charges, by charge.
        classes: Goods and charges by the class that they are taxed in.
        tax: The tax that comes back, by class: on top of these, or within them.
        remaining_tax: The tax of what remains, by class.
        gross: All that comes back, before fees.
        fee: What is kept as a fee.
        refund: What is owed: the gross less the fee, and less what was never paid.
        remaining: What the order costs yet.
    """

    goods: Amounts
    charges: Amounts
    classes: Amounts
    tax: Amounts
    remaining_tax: Amounts
    gross: int
    fee: int
    refund: int
    remaining: int


@attrs.frozen(kw_only=True)
class Quote:
    """What one step gives back; each part is from 0 on.

    Args:
        refund: What the customer gets.
        fee: What is kept of it.
        gross: What it would be without a fee, were all of it paid.
        goods: Its parts by line, those of nothing left out.
        charges: Its parts by charge, likewise.
        classes: Its parts by the class that they are taxed in, likewise.
        tax: The tax on them, or within them, by class, likewise.
        tenders: The refund by tender, all of them.
        remaining: What the order costs after the step.
        remaining_tax: The tax of that, by class.
        restock: The units that are cancelled by the step, by line.
    """

    refund: int
    fee: int
    gross: int
    goods: Frozen = attrs.field(converter=as_frozen)
    charges: Frozen = attrs.field(converter=as_frozen)
    classes: Frozen = attrs.field(converter=as_frozen)
    tax: Frozen = attrs.field(converter=as_frozen)
    tenders: Frozen = attrs.field(converter=as_frozen)
    remaining: int
    remaining_tax: Frozen = attrs.field(converter=as_frozen)
    restock: Frozen = attrs.field(converter=as_frozen)


def added_up(one: Amounts, other: Amounts) -> dict[str, int]:
    """Two sums of amounts by name, added up."""
    total = dict(one)
    for name, amount in other.items():
        total[name] = total.get(name, 0) + amount
    return total
