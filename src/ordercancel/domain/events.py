"""Events: what happened, in the past tense; each names the ids of the rules behind it.

The events of an order, in their order, are its audit log, and folding them gives its case
(`ordercancel.engine.evolve`). They carry all that the fold needs, so that history stays readable
when the rules change. Each checks its sizes and times when it is built, and so when it is read.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Annotated, get_args

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.checked import (
    Checked,
    Digest,
    DueMoment,
    FactValues,
    KeptText,
    Key,
    RequestNumber,
    Units,
    names,
    number,
)
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen
from ordercancel.domain.limits import MAX_AMOUNT, MAX_RULES
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import NOTHING, Quote, State
from ordercancel.domain.requests import FINAL, RequestStatus, status_among

RuleIds = Annotated[tuple[str, ...], names(MAX_RULES)]
"""The ids of rules, deadlines and fees."""


@attrs.frozen(kw_only=True)
class _Event(Checked):
    order_id: str
    at: datetime
    by: Actor
    rules: RuleIds = ()


@attrs.frozen(kw_only=True)
class OrderRegistered(_Event):
    """The host made the order known.

    `edition` is the edition of the rules that judges it, `digest` tells what decides in it,
    `units` what had happened to the units of its lines by then.
    """

    order: Order
    edition: str
    digest: Digest = ""
    units: State = NOTHING


@attrs.frozen(kw_only=True)
class OrderUpdated(_Event):
    """The host told what has changed: `facts` by name, None for one that is unknown again.

    `status`, `buyer` and `seller` are None where they stay; `ships` says whether the order left
    the seller by it, `unmarks` the deadlines whose marks are taken off, since they were met.
    """

    facts: FactValues = attrs.field(default=EMPTY, converter=as_frozen)
    status: str | None = None
    buyer: str | None = None
    seller: str | None = None
    ships: bool = False
    unmarks: RuleIds = ()


@attrs.frozen(kw_only=True)
class OrderAdvanced(_Event):
    """The order made the move `move` of its lifecycle, into `status`.

    `facts` are those that were told with it; `ships` and `unmarks` as for `OrderUpdated`.
    """

    move: str
    status: str
    facts: FactValues = attrs.field(default=EMPTY, converter=as_frozen)
    ships: bool = False
    unmarks: RuleIds = ()


@attrs.frozen(kw_only=True)
class CancellationRequested(_Event):
    """Somebody (`by`) asked to cancel; `answerer` is to answer, None where nobody has to.

    `lines` are the units that they ask for, none for an order without lines; `fee` is the id of
    the fee that held then.
    """

    number: RequestNumber
    reason: str | None = None
    text: KeptText | None = attrs.field(default=None, repr=False)
    data: FactValues = attrs.field(default=EMPTY, converter=as_frozen)
    lines: Units = attrs.field(default=EMPTY, converter=as_frozen)
    fee: str | None = None
    answerer: str | None = None


@attrs.frozen(kw_only=True)
class RequestReferred(_Event):
    """The request is for somebody else to answer: by a rejection that refers on, or a deadline.

    `reason` and `text` are those of the rejection, where there was one.
    """

    number: RequestNumber
    answerer: str
    reason: str | None = None
    text: KeptText | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class WithdrawalAsked(_Event):
    """The answerer asked the initiator to take the request back."""

    number: RequestNumber
    text: KeptText | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class WithdrawalDeclined(_Event):
    """The initiator does not take the request back."""

    number: RequestNumber


@attrs.frozen(kw_only=True)
class RequestClosed(_Event):
    """The request is final, with `outcome`; `reason` and `text` are those of a rejection.

    `order_status` and `ship_on` are read from the first edition's logs alone: what the order went
    back to then.
    """

    number: RequestNumber
    outcome: Annotated[RequestStatus, status_among(tuple(sorted(FINAL)))]
    reason: str | None = None
    text: KeptText | None = attrs.field(default=None, repr=False)
    order_status: str | None = None
    ship_on: date | None = None


@attrs.frozen(kw_only=True)
class UnitsCancelled(_Event):
    """The units `lines` were cancelled by request `number`, of an order that has lines.

    `fee` is the id of the fee that holds for them, `quote` what they give back; None where the
    order has no prices, or the policy gives nothing back.
    """

    number: RequestNumber
    lines: Units = attrs.field(converter=as_frozen)
    fee: str | None = None
    quote: Quote | None = None


@attrs.frozen(kw_only=True)
class UnitsShipped(_Event):
    """The units `lines` left the seller, by the move `move`; the order itself moves with the last.

    `move` is None where the host told of it by an update.
    """

    lines: Units = attrs.field(converter=as_frozen)
    move: str | None = None


@attrs.frozen(kw_only=True)
class UnitsReturned(_Event):
    """The units `lines` have not left the seller after all, as the host told by an update."""

    lines: Units = attrs.field(converter=as_frozen)


@attrs.frozen(kw_only=True)
class RefundRecorded(_Event):
    """The host gave money back by itself, by tender in minor units."""

    tenders: Annotated[FrozenMap[str, int], partial(Faults.amounts, most=MAX_AMOUNT)] = (
        attrs.field(converter=as_frozen)
    )


@attrs.frozen(kw_only=True)
class OrderCancelled(_Event):
    """The order was cancelled by request `number`, and is in `status` for good."""

    number: RequestNumber
    status: str


@attrs.frozen(kw_only=True)
class DeadlineFired(_Event):
    """The deadline fired that was due at `due_at`; what follows comes in the events behind this.

    Args:
        deadline: Its id.
        due_at: The moment that it was due; `at` is when it fired.
        mark: The code that the request or order is marked with, if it marks one.
        request: The number of the request that is marked; None where it is the order.
        impossible: Whether the lifecycle refused the action, so that nothing follows.
    """

    deadline: str
    due_at: DueMoment
    mark: str | None = None
    request: RequestNumber | None = None
    impossible: bool = False


@attrs.frozen(kw_only=True)
class RefundOpened(_Event):
    """A refund is due for request `number`; only where the service has an obligation handler.

    `amount` minor units of `currency` by `tender`, or all that was paid where these are None.
    """

    number: RequestNumber
    key: Key
    tender: str | None = None
    amount: Annotated[int, number(1, MAX_AMOUNT, f"minor units, 1 to {MAX_AMOUNT}")] | None = None
    currency: str | None = None


@attrs.frozen(kw_only=True)
class RefundSettled(_Event):
    """The attempt `key` was paid, as the payment `reference`.

    `disputed` where it was said to have failed before, and nobody has looked which is true.
    """

    key: Key
    reference: str
    disputed: bool = False


@attrs.frozen(kw_only=True)
class RefundFailed(_Event):
    """The attempt `key` failed, with a `code` of the payment provider's."""

    key: Key
    code: str


@attrs.frozen(kw_only=True)
class RefundRetried(_Event):
    """The attempt `key`, which failed, is followed by another one, `next_key`."""

    key: Key
    next_key: Key


@attrs.frozen(kw_only=True)
class PartyErased(_Event):
    """A person was erased from the order: what they wrote, and their id, which `party` replaces.

    All events before this one are as they were left then. `role` is the person's.
    """

    role: str
    party: str


Event = (
    OrderRegistered
    | OrderUpdated
    | OrderAdvanced
    | CancellationRequested
    | RequestReferred
    | WithdrawalAsked
    | WithdrawalDeclined
    | RequestClosed
    | UnitsCancelled
    | UnitsShipped
    | UnitsReturned
    | RefundRecorded
    | OrderCancelled
    | DeadlineFired
    | RefundOpened
    | RefundSettled
    | RefundFailed
    | RefundRetried
    | PartyErased
)
"""Any event."""

EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
"""Every kind of event by its name, as the log stores it."""
