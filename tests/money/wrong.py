"""Accounts that are wrong as order systems have been, each in one way."""

from __future__ import annotations

from typing import Any

import attrs

from ordercancel.domain.money import Charge, allocate, rounded
from ordercancel.domain.quotes import Quote, State
from ordercancel.engine.quote import Account
from ordercancel.rules.refunding import Fee

Quoted = tuple[Quote, State]


class RoundsEachUnit(Account):
    """Rounds the price of one unit, and multiplies."""

    def _share(self, amount: int, line: str, units: int) -> int:
        return amount // self._quantity[line] * units


class ReckonsWithFloats(Account):
    """Shares by floating point."""

    def _share(self, amount: int, line: str, units: int) -> int:
        return int(amount / self._quantity[line] * units)


class RoundsPriceAndDiscountApart(Account):
    """Rounds both, and takes one from the other."""

    def _gross(self, cancelled: Any) -> Any:
        goods, charges, gross = super()._gross(cancelled)
        for line in self.money.lines:
            if units := cancelled.get(line.id, 0):
                full = line.amount or 0
                price = self._share(full, line.id, units)
                discount = self._share(full - self.net[line.id], line.id, units)
                gross += price - discount - goods[line.id]
                goods[line.id] = price - discount
        return goods, charges, gross


class ForgetsDiscounts(Account):
    """Gives the price back that nobody has paid."""

    def _gross(self, cancelled: Any) -> Any:
        _, charges, _ = super()._gross(cancelled)
        full = {line.id: line.amount or 0 for line in self.money.lines}
        goods = {name: self._share(full[name], name, units) for name, units in cancelled.items()}
        return goods, charges, sum(goods.values()) + sum(charges.values())


class SpreadsDiscountsOverSurvivors(Account):
    """Puts the whole discount on whatever is left."""

    def _gross(self, cancelled: Any) -> Any:
        _, charges, _ = super()._gross(cancelled)
        full = {line.id: line.amount or 0 for line in self.money.lines}
        discount = sum(full.values()) - sum(self.net.values())
        goods = {name: self._share(full[name], name, units) for name, units in cancelled.items()}
        if cancelled == self._quantity and goods:
            last = list(goods)[-1]
            goods[last] -= discount
        return goods, charges, sum(goods.values()) + sum(charges.values())


class GivesShippingBackWithEachStep(Account):
    def _charge_due(self, charge: Charge, cancelled: Any) -> int:
        return charge.amount if cancelled and charge.refund == "with_last" else 0


class GivesShippingBackWithAnyLastLine(Account):
    """Gives it back when any line is cancelled whole."""

    def _charge_due(self, charge: Charge, cancelled: Any) -> int:
        if charge.refund != "with_last":
            return super()._charge_due(charge, cancelled)
        whole = any(units == self._quantity[name] for name, units in cancelled.items())
        return charge.amount if whole else 0


class NeverGivesShippingBack(Account):
    def _charge_due(self, charge: Charge, cancelled: Any) -> int:
        return 0


class TakesTheFeeWithEachStep(Account):
    """And its minimum, too."""

    def cancel(
        self, state: State, lines: Any = None, fee: str | None = None
    ) -> tuple[Quote, State]:
        quote, after = super().cancel(state, lines, fee)
        if fee is None:
            return quote, after
        amount = self._fee_of(self._fees[fee], sum(quote.goods.values()))
        return attrs.evolve(quote, fee=amount, refund=quote.gross - amount), after


class TakesNoMinimum(Account):
    def _fee_of(self, fee: Fee, base: int) -> int:
        return super()._fee_of(attrs.evolve(fee, minimum=0), base)


class TakesMoreThanThereIs(Account):
    """Takes the minimum of what is worth less."""

    def _fee_of(self, fee: Fee, base: int) -> int:
        return max(super()._fee_of(fee, base), fee.minimum)


class TaxesWhatComesBack(Account):
    """Rounds the tax of what has come back, not that of what remains."""

    def _due(self, state: State) -> Any:
        due = super()._due(state)
        tax = {name: self._tax_of(name, base) for name, base in due.classes.items()}
        return attrs.evolve(due, tax=tax)


class TaxesEachLine(Account):
    """Rounds the tax of each line, as invoices must not."""

    def _tax_of(self, name: str, base: int) -> int:
        half = base // 2
        return super()._tax_of(name, half) + super()._tax_of(name, base - half)


class ForgetsTheTaxOfShipping(Account):
    def _by_class(self, goods: Any, charges: Any) -> dict[str, int]:
        return super()._by_class(goods, {})


class GivesPointsBackFirst(Account):
    def _of_tenders(self, left: Any, amount: int) -> dict[str, int]:
        backwards = super()._of_tenders(dict(reversed(left.items())), amount)
        return {name: backwards[name] for name in left}


class RoundsEachTender(Account):
    """Shares in proportion and rounds each part down, so that a unit is lost."""

    def _of_tenders(self, left: Any, amount: int) -> dict[str, int]:
        whole = sum(left.values()) or 1
        return {name: amount * each // whole for name, each in left.items()}


class ForgetsWhatWasGivenElsewhere(Account):
    def cancel(
        self, state: State, lines: Any = None, fee: str | None = None
    ) -> tuple[Quote, State]:
        quote, after = super().cancel(attrs.evolve(state, elsewhere={}), lines, fee)
        return quote, attrs.evolve(after, elsewhere=state.elsewhere)


class ForgetsWhatWasNotPaid(Account):
    """Gives a deposit back that covers what remains."""

    def _due(self, state: State) -> Any:
        due = super()._due(state)
        return attrs.evolve(due, refund=max(0, due.gross - due.fee))


class CancelsWhatIsShipped(Account):
    def open(self, state: State) -> dict[str, int]:
        return super().open(attrs.evolve(state, shipped={}))


class LeavesTheOddUnitToTheLastLine(Account):
    """Rounds the parts of a discount down, and the last line takes the rest."""

    def _spread(self, charge: Charge, faults: Any, where: str) -> None:
        if charge.kind != "discount":
            super()._spread(charge, faults, where)
            return
        names = charge.lines or tuple(self.net)
        whole = sum(self.net[name] for name in names) or 1
        parts = {name: -(-charge.amount * self.net[name] // whole) for name in names}
        parts[names[-1]] += charge.amount - sum(parts.values())
        for name, part in parts.items():
            self.net[name] += part
        self.allocation[charge.id] = parts


class MakesCentsOfYen(Account):
    """Takes minor units for major ones: ¥500 become ¥50,000."""

    def _share(self, amount: int, line: str, units: int) -> int:
        return rounded(amount * 100 * units, self._quantity[line], self.refunding.rounding)


class SpreadsShippingByEqualParts(Account):
    """Whatever it is to be spread by."""

    def _spread(self, charge: Charge, faults: Any, where: str) -> None:
        super()._spread(charge, faults, where)
        if charge.kind != "discount" and charge.id in self.allocation:
            equal = dict.fromkeys(self.allocation[charge.id], 1)
            self.allocation[charge.id] = allocate(charge.amount, equal)


WRONG: tuple[type[Account], ...] = tuple(
    each for each in Account.__subclasses__() if each.__module__ == __name__
)
