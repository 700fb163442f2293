"""The sums of a refund: what is to be given back is a function of the state, not of the step.

`Account.due` says what is owed when so many units of each line are cancelled. A step gives back
what is owed after it, less what was owed before. So the parts of any sequence of steps add up to
the whole, by telescoping and not by care. Three things follow, and are found here once each:

- The *net* of a line is rounded, never its price and its discount apart.
- Each discount is spread over lines by what earlier ones have left of them.
- Tax is re-stated on what remains, and rounded once a class.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping

from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_AMOUNT, MAX_QUANTITY
from ordercancel.domain.money import (
    Charge,
    ChargeKind,
    Money,
    Returned,
    Spread,
    Tender,
    allocate,
    rounded,
)
from ordercancel.domain.quotes import NOTHING, Amounts, Due, Quote, State, added_up
from ordercancel.rules.refunding import Fee, FeeBase, Refunding, TaxMode, TenderRule

__all__ = ["Account"]


class Account:
    """Reckons what is owed for an order: its money, under the provisions for refunds.

    Args:
        money: What the order costs, and how it was paid. Without tenders one, ``card``, has paid
            all of it.
        refunding: How it is given back.

    Attributes:
        net: What each line costs, less discounts.
        allocation: How each charge that is spread over lines is, by charge and line.
        total: What the order costs.
        paid: What was paid.
        tax: The tax of the whole order, by class.

    Raises:
        InvalidValue: A discount is more than its lines cost, more was paid than the order costs,
            or a class of tax has no rate.
    """

    def __init__(self, money: Money, refunding: Refunding) -> None:
        self.money = money
        self.refunding = refunding
        self._fees: Mapping[str, Fee] = {fee.id: fee for fee in refunding.fees}
        self._rates = {} if refunding.tax is None else dict(refunding.tax.rates)
        self._quantity = {line.id: line.quantity for line in money.lines}
        self._classes = {line.id: line.tax for line in money.lines}
        faults = Faults("Money")
        self._check_classes(faults)
        self.net: dict[str, int] = {line.id: line.amount or 0 for line in money.lines}
        self.allocation: dict[str, dict[str, int]] = {}
        for number, charge in enumerate(money.charges):
            self._spread(charge, faults, f"charges[{number}].amount")
        faults.raise_if_any()
        self._charge_classes = {each.id: each.tax for each in money.charges}
        self._extra = [each for each in money.charges if each.kind != ChargeKind.DISCOUNT]
        self._whole = self._by_class(self.net, {each.id: each.amount for each in self._extra})
        self.tax = {name: self._tax_of(name, base) for name, base in self._whole.items()}
        self.total = sum(self.net.values()) + sum(each.amount for each in self._extra)
        if self._is_added:
            self.total += sum(self.tax.values())
        self.tenders = money.tenders or (Tender(id="card", amount=self.total),)
        self.paid = sum(tender.amount for tender in self.tenders)
        if self.paid > self.total:
            faults.add("tenders", f"paid {self.paid}", f"at most the total, {self.total}")
        faults.raise_if_any()
        self._latest = NOTHING.runs, self._due(NOTHING)

    # ------------------------------------------------------------------ steps

    def cancel(
        self, state: State, lines: Amounts | None = None, fee: str | None = None
    ) -> tuple[Quote, State]:
        """Quote what cancelling some units gives back, and return the state after it.

        Args:
            state: The state before it.
            lines: How many units of which lines. Default: all that are open.
            fee: The id of the fee that holds for them. Default: none.

        Raises:
            InvalidValue: There are not so many open units (``more_than_remains``), or a line or
                the fee is unknown.
        """
        faults = Faults("cancel")
        if lines is None:
            lines = {name: units for name, units in self.open(state).items() if units}
        if fee is not None and not (isinstance(fee, str) and fee in self._fees):
            expected = f"one of: {', '.join(self._fees) or 'none'}"
            faults.add("fee", f"is {reprlib.repr(fee)}", expected, code="unknown_fee")
        self._check_units(state, lines, faults)
        faults.raise_if_any()
        after = state.cancelling(lines, fee)
        before, due = self.due(state), self.due(after)
        given = sum(state.given.values())
        refund = max(0, due.refund - given - sum(state.elsewhere.values()))
        tenders = self._by_tender(state, refund)
        quote = Quote(
            refund=refund,
            fee=due.fee - before.fee,
            gross=due.gross - before.gross,
            goods=_step(before.goods, due.goods),
            charges=_step(before.charges, due.charges),
            classes=_step(before.classes, due.classes),
            tax=_step(before.tax, due.tax),
            tenders=tenders,
            remaining=due.remaining,
            remaining_tax=due.remaining_tax,
            restock=lines,
        )
        return quote, after.giving(tenders)

    def ship(self, state: State, lines: Amounts) -> State:
        """Return the state after some units are shipped; these can't be cancelled any more.

        Raises:
            InvalidValue: There are not so many open units (``more_than_remains``), or a line is
                unknown.
        """
        faults = Faults("ship")
        self._check_units(state, lines, faults)
        faults.raise_if_any()
        return state.shipping(lines)

    def refund_elsewhere(self, state: State, amount: int, tender: str | None = None) -> State:
        """Return the state after the host has given money back itself.

        Args:
            state: The state before it.
            amount: How much, in minor units.
            tender: To which tender. Default: as a refund of that amount would be spread.

        Raises:
            InvalidValue: More than was paid and not given back (``more_than_paid``), or an unknown
                tender.
        """
        faults = Faults("RecordRefund")
        known = {each.id: each.amount for each in self.tenders}
        if tender is not None and not (isinstance(tender, str) and tender in known):
            expected = f"one of: {', '.join(known)}"
            faults.add("tender", f"is {reprlib.repr(tender)}", expected, code="unknown_tender")
            faults.raise_if_any()
        back = added_up(state.given, state.elsewhere)
        names = known if tender is None else (tender,)
        most = sum(known[name] - back.get(name, 0) for name in names)
        faults.number("amount", amount, 1, MAX_AMOUNT, "whole minor units from 1 on")
        if isinstance(amount, int) and amount > most:
            faults.add("amount", f"is {amount}", f"at most {most}", code="more_than_paid")
        faults.raise_if_any()
        parts = self._by_tender(state, amount) if tender is None else {tender: amount}
        return state.giving_elsewhere(parts)

    def open(self, state: State) -> dict[str, int]:
        """Return how many units of each line are neither cancelled nor shipped."""
        gone = added_up(state.cancelled, state.shipped)
        return {name: units - gone.get(name, 0) for name, units in self._quantity.items()}

    # ------------------------------------------------------------------ what is owed

    def due(self, state: State) -> Due:
        """Return what is owed in a state, all in all.

        Raises:
            InvalidValue: Units are cancelled under a fee that there is not (``unknown_fee``).
        """
        runs, due = self._latest  # what a step begins with is what the one before it ended with
        if state.runs is not runs:
            due = self._due(state)
            self._latest = state.runs, due
        return due

    def _due(self, state: State) -> Due:
        unknown = {name for name, _ in state.runs} - {None, *self._fees}
        if unknown:  # the policy was succeeded by one that has lost them
            problem = f"have the fee {min(map(str, unknown))!r:.80}"
            expected = f"one of: {', '.join(self._fees) or 'none'}"
            raise InvalidValue([Fault("State.runs", problem, expected, code="unknown_fee")])
        cancelled: dict[str, int] = {}
        bases: dict[str, int] = {}
        goods, charges, gross = self._gross(cancelled)
        for name, run in state.runs:
            cancelled = added_up(cancelled, run)
            before = sum(goods.values()), gross
            goods, charges, gross = self._gross(cancelled)
            if name is not None:
                # What a run adds is the base of its own fee, whatever others come before it.
                added = sum(goods.values()) - before[0], gross - before[1]
                base = added[self._fees[name].of == FeeBase.ALL]
                bases[name] = bases.get(name, 0) + base
        fee = sum(self._fee_of(self._fees[name], base) for name, base in bases.items())
        classes = self._by_class(goods, charges)
        remaining_tax = {
            name: self._tax_of(name, whole - classes.get(name, 0))
            for name, whole in self._whole.items()
        }
        return Due(
            goods=goods,
            charges=charges,
            classes=classes,
            tax={name: whole - remaining_tax[name] for name, whole in self.tax.items()},
            remaining_tax=remaining_tax,
            gross=gross,
            fee=fee,
            refund=max(0, gross - fee - (self.total - self.paid)),
            remaining=self.total - gross,
        )

    def _gross(self, cancelled: Amounts) -> tuple[dict[str, int], dict[str, int], int]:
        """Return what the units are worth by line, what comes back of charges, and all of it."""
        goods = {
            name: self._share(self.net[name], name, units) for name, units in cancelled.items()
        }
        charges = {each.id: self._charge_due(each, cancelled) for each in self._extra}
        gross = sum(goods.values()) + sum(charges.values())
        if self._is_added:
            for name, base in self._by_class(goods, charges).items():
                gross += self.tax[name] - self._tax_of(name, self._whole[name] - base)
        return goods, charges, gross

    def _share(self, amount: int, line: str, units: int) -> int:
        """Return the share that some units of a line have in an amount."""
        quantity = self._quantity[line]
        if units == quantity:
            return amount
        share = rounded(amount * units, quantity, self.refunding.rounding, self.money.grain)
        return min(share, amount)

    def _charge_due(self, charge: Charge, cancelled: Amounts) -> int:
        match charge.refund:
            case Returned.NEVER:
                return 0
            case Returned.PRO_RATA:
                parts = self.allocation[charge.id]
                return sum(
                    self._share(parts[name], name, units)
                    for name, units in cancelled.items()
                    if name in parts
                )
        return charge.amount if cancelled == self._quantity else 0

    def _fee_of(self, fee: Fee, base: int) -> int:
        """Return a fee on all the units of its bracket; the minimum is taken once an order."""
        numerator, denominator = fee.rate
        amount = rounded(base * numerator, denominator, fee.rounding, self._grain_of(fee))
        if fee.maximum is not None:
            amount = min(amount, fee.maximum)
        return min(base, max(amount, fee.minimum))

    def _grain_of(self, fee: Fee) -> int:
        """Return the least amount of a fee.

        It is the grain of the money where all that the fee is a share of comes in multiples of
        it. Elsewhere a coarse fee could rise by more than what one more unit is worth, and the
        customer would be owed less for cancelling more.
        """
        grain = self.money.grain
        amounts = list(self.net.values())
        if fee.of == FeeBase.ALL:
            amounts += [1] if self._is_added else []
            for charge in self._extra:
                amounts += self.allocation.get(charge.id, {"": charge.amount}).values()
        return grain if all(amount % grain == 0 for amount in amounts) else 1

    # ------------------------------------------------------------------ tax

    @property
    def _is_added(self) -> bool:
        tax = self.refunding.tax
        return tax is not None and tax.mode == TaxMode.ADDED

    def _by_class(self, goods: Amounts, charges: Amounts) -> dict[str, int]:
        """Return goods and charges by the class that they are taxed in."""
        classes: dict[str, int] = {}
        for amounts, known in ((goods, self._classes), (charges, self._charge_classes)):
            for name, amount in amounts.items():
                tax = known[name]
                if tax is not None:
                    classes[tax] = classes.get(tax, 0) + amount
        return classes

    def _tax_of(self, name: str, base: int) -> int:
        """Return the tax of a class on an amount, or within it, rounded once."""
        tax = self.refunding.tax
        assert tax is not None
        numerator, denominator = self._rates[name]
        whole = denominator if self._is_added else denominator + numerator
        return rounded(base * numerator, whole, tax.rounding)

    def _check_classes(self, faults: Faults) -> None:
        taxed = [(f"lines[{n}].tax", each.tax) for n, each in enumerate(self.money.lines)]
        taxed += [(f"charges[{n}].tax", each.tax) for n, each in enumerate(self.money.charges)]
        for where, name in taxed:
            if name is not None and name not in self._rates:
                expected = f"one of: {', '.join(self._rates) or 'none'}"
                faults.add(where, f"is {name!r:.80}", expected)

    # ------------------------------------------------------------------ spreading

    def _spread(self, charge: Charge, faults: Faults, where: str) -> None:
        """Spread a charge over its lines, and take what a discount takes off them."""
        is_discount = charge.kind == ChargeKind.DISCOUNT
        if not is_discount and charge.refund != Returned.PRO_RATA:
            return
        names = charge.lines or tuple(self.net)
        source = self.net if charge.by == Spread.AMOUNT else self._quantity
        weights = {name: source[name] for name in names}
        if not is_discount:
            self.allocation[charge.id] = allocate(charge.amount, weights)
            return
        most = sum(self.net[name] for name in names)
        if -charge.amount > most:
            faults.add(where, f"is {charge.amount}", f"at least {-most}, what its lines cost")
            return
        parts = dict.fromkeys(names, 0)
        rest = charge.amount
        while rest:
            # By units, a line may have less left than its part.
            able = {name: weights[name] for name in names if self.net[name] and weights[name]}
            for name, part in allocate(rest, able).items():
                taken = max(part, -self.net[name])
                self.net[name] += taken
                parts[name] += taken
                rest -= taken
        self.allocation[charge.id] = parts

    def _by_tender(self, state: State, refund: int) -> dict[str, int]:
        """Return how a further refund is spread over what was paid."""
        left = {each.id: each.amount - state.elsewhere.get(each.id, 0) for each in self.tenders}
        owed = self._of_tenders(left, sum(state.given.values()) + refund)
        parts = {name: max(0, whole - state.given.get(name, 0)) for name, whole in owed.items()}
        surplus = sum(parts.values()) - refund
        for name in reversed(parts):  # where the host has given back to one that was ahead
            taken = min(surplus, parts[name])
            parts[name] -= taken
            surplus -= taken
        return parts

    def _of_tenders(self, left: Amounts, amount: int) -> dict[str, int]:
        """Return how an amount is spread over tenders that have given so much."""
        if self.refunding.tenders == TenderRule.IN_ORDER:
            parts: dict[str, int] = {}
            for name, most in left.items():
                parts[name] = min(most, amount)
                amount -= parts[name]
            return parts
        # One after the other takes its share of what the ones before it leave to it and the rest,
        # the first all that is left: a further unit then never takes one back from a tender.
        first, *others = left
        parts, whole = {first: 0}, sum(left.values())
        for name in others:
            parts[name] = amount * left[name] // whole if whole else 0
            amount, whole = amount - parts[name], whole - left[name]
        return parts | {first: amount}

    def _check_units(self, state: State, lines: object, faults: Faults) -> None:
        if not isinstance(lines, Mapping):
            faults.add("lines", f"is {reprlib.repr(lines)}", "units by line")
            return
        if not lines:
            faults.add("lines", "are none", "units that are open", code="more_than_remains")
        open_units = self.open(state)
        for name, units in lines.items():
            if name not in open_units:
                expected = f"one of: {', '.join(open_units)}"
                faults.add("lines", f"has {reprlib.repr(name)}", expected, code="unknown_line")
                continue
            where = f"lines[{name!r:.80}]"
            faults.number(where, units, 1, MAX_QUANTITY, "a number of units from 1 on")
            if isinstance(units, int) and units > open_units[name]:
                expected = f"at most {open_units[name]}"
                faults.add(where, f"is {units}", expected, code="more_than_remains")


def _step(before: Amounts, after: Amounts) -> dict[str, int]:
    """What is more after a step, by name."""
    steps = {name: amount - before.get(name, 0) for name, amount in after.items()}
    return {name: amount for name, amount in steps.items() if amount}
