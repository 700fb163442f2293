"""Obligations: what the host must do, handed to it at least once, under a key that stays the same.

What is done under a key that was met before is done already: pass it on to whoever does it, as the
idempotency key of a payment provider, or keep it in a column that is unique.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import attrs

from ordercancel.domain.checked import Checked, Key, PaidAmount, Units, Words, number
from ordercancel.domain.frozenmap import EMPTY, as_frozen
from ordercancel.domain.limits import MAX_REQUESTS


@attrs.frozen(kw_only=True)
class _Obligation(Checked):
    """What all have: the key, the order, since when, and the request behind it (0: none)."""

    key: Key
    order_id: Words
    at: datetime
    request: Annotated[int, number(0, MAX_REQUESTS, "the number of a request")]


@attrs.frozen(kw_only=True)
class RefundDue(_Obligation):
    """Money is to be given back: `amount` minor units by `tender`.

    An order without money has no amount and no tender: all that was paid, by what it was paid.
    Say what came of it by `SettleRefund` or `FailRefund`.
    """

    kind = "refund_due"
    tender: str | None = None
    amount: PaidAmount | None = None
    currency: str | None = None


@attrs.frozen(kw_only=True)
class _OfLines(_Obligation):
    lines: Units = attrs.field(default=EMPTY, converter=as_frozen)


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


Obligation = RefundDue | Restock | StopShipment | OwnObligation
"""Anything that the host must do."""

OBLIGATIONS: Mapping[str, type[Obligation]] = {
    each.kind: each for each in (RefundDue, Restock, StopShipment)
}
"""The kinds that every policy has, by name; any other kind is a policy's own."""
