"""Obligations: what the host must do, handed to it at least once, under a key that stays the same.

What is done under a key that was met before is done already: pass it on to whoever does it, as the
idempotency key of a payment provider, or keep it in a column that is unique.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen
from ordercancel.domain.limits import MAX_AMOUNT, MAX_MESSAGE_ID, MAX_REQUESTS


@attrs.frozen(kw_only=True)
class _Obligation:
    """What all have: the key, the order, since when, and the request behind it (0: none)."""

    key: str
    order_id: str
    at: datetime
    request: int

    def __attrs_post_init__(self) -> None:
        faults = Faults(type(self).__name__)
        faults.key("key", self.key, MAX_MESSAGE_ID)
        faults.line("order_id", self.order_id, words=True)
        faults.time("at", self.at)
        faults.number("request", self.request, 0, MAX_REQUESTS, "the number of a request")
        self._check(faults)
        faults.settle(self)

    def _check(self, faults: Faults) -> None:
        """Check the fields that only this kind has."""


@attrs.frozen(kw_only=True)
class RefundDue(_Obligation):
    """Money is to be given back: `amount` minor units by `tender`.

    An order without money has no amount and no tender: all that was paid, by what it was paid.
    Say what came of it by `SettleRefund` or `FailRefund`.
    """

    kind = "refund_due"
    tender: str | None = None
    amount: int | None = None
    currency: str | None = None

    def _check(self, faults: Faults) -> None:
        faults.line("tender", self.tender, optional=True)
        if self.amount is not None:
            faults.number("amount", self.amount, 1, MAX_AMOUNT, f"1 to {MAX_AMOUNT}")
        faults.line("currency", self.currency, optional=True)


@attrs.frozen(kw_only=True)
class _OfLines(_Obligation):
    lines: FrozenMap[str, int] = attrs.field(default=EMPTY, converter=as_frozen)

    def _check(self, faults: Faults) -> None:
        faults.amounts("lines", self.lines)


@attrs.frozen(kw_only=True)
class Restock(_OfLines):
    """Units that were not shipped are for sale again: by line, or all of an order without."""

    kind = "restock"


@attrs.frozen(kw_only=True)
class StopShipment(_OfLines):
    """Units must not reach the customer: by line, or all of an order without, shipped or not."""

    kind = "stop_shipment"


@attrs.frozen(kw_only=True)
class OwnObligation(_Obligation):
    """Something that the policy declares (`Obliges`): its `kind`, and what it is `on`."""

    kind: str
    on: str

    def _check(self, faults: Faults) -> None:
        faults.line("kind", self.kind)
        faults.line("on", self.on)


Obligation = RefundDue | Restock | StopShipment | OwnObligation
"""Anything that the host must do."""

OBLIGATIONS: Mapping[str, type[Obligation]] = {
    each.kind: each for each in (RefundDue, Restock, StopShipment)
}
"""The kinds that every policy has, by name; any other kind is a policy's own."""
