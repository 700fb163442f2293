"""Fees and refunds as a policy declares them: which fee holds when, and how shares are rounded."""

from __future__ import annotations

import reprlib
from enum import StrEnum

import attrs

from ordercancel.domain.exact import exact
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_AMOUNT, MAX_LINES
from ordercancel.domain.money import Rounding
from ordercancel.rules.conditions import ALWAYS, Condition, as_condition
from ordercancel.rules.sources import Source, as_source

__all__ = ["Fee", "FeeBase", "Rate", "Refunding", "Tax", "TaxMode", "TenderRule"]

Rate = tuple[int, int]
"""A rate as a fraction: numerator and denominator, such as ``(8, 100)``."""

_MAX_RATE = 1_000_000


class FeeBase(StrEnum):
    """What a fee is a share of."""

    GOODS = "goods"
    """The lines, less discounts, without charges and without tax that is added."""

    ALL = "all"
    """All that comes back."""


class TenderRule(StrEnum):
    """How what is given back is spread over what was paid."""

    IN_ORDER = "in_order"
    """One after the other until the refund is used up: the last one bears the fee."""

    PRO_RATA = "pro_rata"
    """In proportion to what each gave; the first takes the rest."""


class TaxMode(StrEnum):
    """Whether prices have their tax within them."""

    INCLUDED = "included"
    ADDED = "added"


@attrs.frozen(kw_only=True)
class Fee:
    """A fee for cancelling: a bracket that units are cancelled in. Never more than their price.

    Args:
        id: Its id, unique among the rules, deadlines and fees of the policy.
        when: The condition under which it holds, of who asks for a cancellation, and when. At
            most one fee holds. Default: always.
        rate: The share that it is, at most the whole.
        minimum: The least, taken once an order. Default: 0.
        maximum: The most, once an order. Default: no limit.
        of: What it is a share of.
        rounding: How the share is rounded. Default: down.
        source: On whose word, as for a rule. Default: the source of the policy.
    """

    id: str
    when: Condition = attrs.field(default=ALWAYS, converter=as_condition)
    rate: Rate = (0, 1)
    minimum: int = 0
    maximum: int | None = None
    of: FeeBase = FeeBase.GOODS
    rounding: Rounding = Rounding.DOWN
    source: Source | None = attrs.field(default=None, converter=as_source)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Fee")
        faults.line("id", self.id)
        _check_rate(faults, "rate", self.rate, is_share=True)
        expected = f"whole minor units, 0 to {MAX_AMOUNT}"
        faults.number("minimum", self.minimum, 0, MAX_AMOUNT, expected)
        if self.maximum is not None:
            least = self.minimum if isinstance(self.minimum, int) else 0
            expected = f"whole minor units, the minimum to {MAX_AMOUNT}"
            faults.number("maximum", self.maximum, least, MAX_AMOUNT, expected)
        faults.member("of", self.of, FeeBase)
        faults.member("rounding", self.rounding, Rounding)
        faults.settle(self)


@attrs.frozen(kw_only=True)
class Tax:
    """How an order is taxed; each rate is rounded once, on all that it is of.

    Args:
        mode: Whether the tax is within the prices.
        rates: The rate of each class of lines and charges.
        rounding: How the tax of a class is rounded. Default: down.
    """

    mode: TaxMode
    rates: tuple[tuple[str, Rate], ...]
    rounding: Rounding = Rounding.DOWN

    def __attrs_post_init__(self) -> None:
        faults = Faults("Tax")
        faults.member("mode", self.mode, TaxMode)
        classes: list[object] = []
        for number, entry in enumerate(faults.entries("rates", self.rates, MAX_LINES)):
            if not isinstance(entry, tuple) or len(entry) != 2:
                expected = 'a class and its rate, such as ("8", (8, 100))'
                faults.add(f"rates[{number}]", f"is {reprlib.repr(entry)}", expected)
                continue
            name, rate = map(exact, entry)
            where = f"rates[{reprlib.repr(name)}]"
            faults.line("rates", name)
            _check_rate(faults, where, rate, is_share=False)
            if name in classes:
                faults.add(where, "is there twice", "one rate for each class")
            classes.append(name)
        faults.member("rounding", self.rounding, Rounding)
        faults.settle(self)


@attrs.frozen(kw_only=True)
class Refunding:
    """How refunds are reckoned.

    Args:
        rounding: How the share of some units in their line is rounded. Default: down, so that
            the last unit carries the rest.
        tenders: How a refund is spread over what was paid. Default: in order.
        tax: How the order is taxed. Default: not at all.
        fees: The brackets that units can be cancelled in.
    """

    rounding: Rounding = Rounding.DOWN
    tenders: TenderRule = TenderRule.IN_ORDER
    tax: Tax | None = None
    fees: tuple[Fee, ...] = ()

    def __attrs_post_init__(self) -> None:
        faults = Faults("Refunding")
        faults.member("rounding", self.rounding, Rounding)
        faults.member("tenders", self.tenders, TenderRule)
        faults.instance("tax", self.tax, Tax | None, "a Tax")
        fees = faults.entries("fees", self.fees, 100)
        for number, fee in enumerate(fees):
            faults.instance(f"fees[{number}]", fee, Fee, "a Fee")
        ids = [fee.id for fee in fees if isinstance(fee, Fee)]
        if len(set(ids)) < len(ids):
            faults.add("fees", "have an id twice", "an id of its own for each")
        faults.settle(self)


def rate_text(rate: Rate) -> str:
    """A rate in per cent, or as a fraction where that is no whole number of hundredths.

    >>> rate_text((3, 10)), rate_text((7, 80)), rate_text((1, 3))
    ('30%', '8.75%', '1/3')
    """
    hundredths, rest = divmod(rate[0] * 10_000, rate[1])
    if rest:
        return f"{rate[0]}/{rate[1]}"
    return f"{hundredths / 100:g}%"


def _check_rate(faults: Faults, field: str, rate: object, *, is_share: bool) -> None:
    expected = "a numerator from 0 on and a denominator from 1 on, such as (8, 100)"
    if not isinstance(rate, tuple) or len(rate) != 2:
        faults.add(field, f"is {reprlib.repr(rate)}", expected)
        return
    faults.number(f"{field}[0]", rate[0], 0, _MAX_RATE, expected)
    faults.number(f"{field}[1]", rate[1], 1, _MAX_RATE, expected)
    over, under = map(exact, rate)
    if is_share and isinstance(over, int) and isinstance(under, int) and over > under > 0:
        faults.add(field, f"is ({over}, {under})", "at most the whole")
