"""Events: what happened, in the past tense; each names the ids of the rules behind it.

The events of an order, in their order, are its audit log, and folding them gives its case
(`ordercancel.engine.evolve`). They carry all that the fold needs, so that history stays readable
when the rules change. Each checks its sizes and times when it is built, and so when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any, get_args

import attrs

from ordercancel.domain.actors import Actor, check_actor
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen
from ordercancel.domain.limits import (
    LAST_DUE_YEAR,
    MAX_AMOUNT,
    MAX_KEPT_TEXT,
    MAX_MESSAGE_ID,
    MAX_REQUESTS,
    MAX_RULES,
)
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import NOTHING, Quote, State
from ordercancel.domain.requests import FINAL, RequestStatus


@attrs.frozen(kw_only=True)
class _Event:
    order_id: str
    at: datetime
    by: Actor
    rules: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        faults = Faults(type(self).__name__)
        kind: Any = type(self)
        for name, check in _checks(kind):
            check(faults, name, getattr(self, name))
        faults.settle(self)


@attrs.frozen(kw_only=True)
class OrderRegistered(_Event):
    """The host made the order known.

    `edition` is the edition of the rules that judges it, `digest` tells what decides in it,
    `units` what had happened to the units of its lines by then.
    """

    order: Order
    edition: str
    digest: str = ""
    units: State = NOTHING


@attrs.frozen(kw_only=True)
class OrderUpdated(_Event):
    """The host told what has changed: `facts` by name, None for one that is unknown again.

    `status`, `buyer` and `seller` are None where they stay; `ships` says whether the order left
    the seller by it, `unmarks` the deadlines whose marks are taken off, since they were met.
    """

    facts: FrozenMap[str, Any] = attrs.field(default=EMPTY, converter=as_frozen)
    status: str | None = None
    buyer: str | None = None
    seller: str | None = None
    ships: bool = False
    unmarks: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class OrderAdvanced(_Event):
    """The order made the move `move` of its lifecycle, into `status`.

    `facts` are those that were told with it; `ships` and `unmarks` as for `OrderUpdated`.
    """

    move: str
    status: str
    facts: FrozenMap[str, Any] = attrs.field(default=EMPTY, converter=as_frozen)
    ships: bool = False
    unmarks: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class CancellationRequested(_Event):
    """Somebody (`by`) asked to cancel; `answerer` is to answer, None where nobody has to.

    `lines` are the units that they ask for, none for an order without lines; `fee` is the id of
    the fee that held then.
    """

    number: int
    reason: str | None = None
    text: str | None = attrs.field(default=None, repr=False)
    data: FrozenMap[str, Any] = attrs.field(default=EMPTY, converter=as_frozen)
    lines: FrozenMap[str, int] = attrs.field(default=EMPTY, converter=as_frozen)
    fee: str | None = None
    answerer: str | None = None


@attrs.frozen(kw_only=True)
class RequestReferred(_Event):
    """The request is for somebody else to answer: by a rejection that refers on, or a deadline.

    `reason` and `text` are those of the rejection, where there was one.
    """

    number: int
    answerer: str
    reason: str | None = None
    text: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class WithdrawalAsked(_Event):
    """The answerer asked the initiator to take the request back."""

    number: int
    text: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class WithdrawalDeclined(_Event):
    """The initiator does not take the request back."""

    number: int


@attrs.frozen(kw_only=True)
class RequestClosed(_Event):
    """The request is final, with `outcome`; `reason` and `text` are those of a rejection.

    `order_status` and `ship_on` are read from the first edition's logs alone: what the order went
    back to then.
    """

    number: int
    outcome: RequestStatus
    reason: str | None = None
    text: str | None = attrs.field(default=None, repr=False)
    order_status: str | None = None
    ship_on: date | None = None


@attrs.frozen(kw_only=True)
class UnitsCancelled(_Event):
    """The units `lines` were cancelled by request `number`, of an order that has lines.

    `fee` is the id of the fee that holds for them, `quote` what they give back; None where the
    order has no prices, or the policy gives nothing back.
    """

    number: int
    lines: FrozenMap[str, int] = attrs.field(converter=as_frozen)
    fee: str | None = None
    quote: Quote | None = None


@attrs.frozen(kw_only=True)
class UnitsShipped(_Event):
    """The units `lines` left the seller, by the move `move`; the order itself moves with the last.

    `move` is None where the host told of it by an update.
    """

    lines: FrozenMap[str, int] = attrs.field(converter=as_frozen)
    move: str | None = None


@attrs.frozen(kw_only=True)
class UnitsReturned(_Event):
    """The units `lines` have not left the seller after all, as the host told by an update."""

    lines: FrozenMap[str, int] = attrs.field(converter=as_frozen)


@attrs.frozen(kw_only=True)
class RefundRecorded(_Event):
    """The host gave money back by itself, by tender in minor units."""

    tenders: FrozenMap[str, int] = attrs.field(converter=as_frozen)


@attrs.frozen(kw_only=True)
class OrderCancelled(_Event):
    """The order was cancelled by request `number`, and is in `status` for good."""

    number: int
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
    due_at: datetime
    mark: str | None = None
    request: int | None = None
    impossible: bool = False


@attrs.frozen(kw_only=True)
class RefundOpened(_Event):
    """A refund is due for request `number`; only where the service has an obligation handler.

    `amount` minor units of `currency` by `tender`, or all that was paid where these are None.
    """

    number: int
    key: str
    tender: str | None = None
    amount: int | None = None
    currency: str | None = None


@attrs.frozen(kw_only=True)
class RefundSettled(_Event):
    """The attempt `key` was paid, as the payment `reference`.

    `disputed` where it was said to have failed before, and nobody has looked which is true.
    """

    key: str
    reference: str
    disputed: bool = False


@attrs.frozen(kw_only=True)
class RefundFailed(_Event):
    """The attempt `key` failed, with a `code` of the payment provider's."""

    key: str
    code: str


@attrs.frozen(kw_only=True)
class RefundRetried(_Event):
    """The attempt `key`, which failed, is followed by another one, `next_key`."""

    key: str
    next_key: str


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


def _check_order(faults: Faults, field: str, value: object) -> None:
    faults.instance(field, value, Order, "an Order")


def _check_number(faults: Faults, field: str, value: object) -> None:
    faults.number(field, value, 1, MAX_REQUESTS, "the number of a request")


def _check_request(faults: Faults, field: str, value: object) -> None:
    if value is not None:
        _check_number(faults, field, value)


def _check_units(faults: Faults, field: str, value: object) -> None:
    faults.instance(field, value, State, "a State")
    if isinstance(value, State) and value is not NOTHING:
        value.check(faults, field)


def _check_quote(faults: Faults, field: str, value: object) -> None:
    faults.instance(field, value, Quote | None, "a Quote")


def _check_key(faults: Faults, field: str, value: object) -> None:
    faults.key(field, value, MAX_MESSAGE_ID)


def _check_amount(faults: Faults, field: str, value: object) -> None:
    if value is not None:
        faults.number(field, value, 1, MAX_AMOUNT, f"minor units, 1 to {MAX_AMOUNT}")


def _check_rules(faults: Faults, field: str, value: object) -> None:
    for number, rule in enumerate(faults.entries(field, value, MAX_RULES)):
        faults.line(f"{field}[{number}]", rule)


def _check_outcome(faults: Faults, field: str, value: object) -> None:
    faults.choice(field, value, tuple(sorted(FINAL)))
    if isinstance(value, str) and value in FINAL:
        faults.exact[field] = RequestStatus(str(value))


@cache
def _checks(kind: Any) -> tuple[tuple[str, Callable[[Faults, str, Any], None]], ...]:
    """The checks of a kind of event, by field."""
    optional = {
        field.name
        for field in attrs.fields(kind)
        if field.default is None and _CHECKS[field.name] is Faults.line
    }
    return tuple(
        (name, partial(Faults.line, optional=True) if name in optional else _CHECKS[name])
        for name in (field.name for field in attrs.fields(kind))
    )


# A field means the same in every event that has it, and none goes without a check.
_CHECKS: Mapping[str, Callable[[Faults, str, Any], None]] = {
    "order_id": Faults.line,
    "at": Faults.time,
    "by": check_actor,
    "rules": _check_rules,
    "order": _check_order,
    "edition": Faults.line,
    "digest": partial(Faults.text, optional=False),
    "number": _check_number,
    "request": _check_request,
    "deadline": Faults.line,
    "due_at": partial(Faults.time, last_year=LAST_DUE_YEAR),
    "mark": Faults.line,
    "impossible": Faults.flag,
    "move": Faults.line,
    "status": Faults.line,
    "buyer": Faults.line,
    "seller": Faults.line,
    "answerer": Faults.line,
    "role": Faults.line,
    "party": Faults.line,
    "order_status": Faults.line,
    "outcome": _check_outcome,
    "ship_on": Faults.day,
    "reason": Faults.line,
    "text": partial(Faults.text, most=MAX_KEPT_TEXT),
    "facts": Faults.facts,
    "data": Faults.facts,
    "lines": Faults.amounts,
    "tenders": partial(Faults.amounts, most=MAX_AMOUNT),
    "units": _check_units,
    "fee": Faults.line,
    "quote": _check_quote,
    "ships": Faults.flag,
    "unmarks": _check_rules,
    "key": _check_key,
    "next_key": _check_key,
    "tender": Faults.line,
    "amount": _check_amount,
    "currency": Faults.line,
    "reference": Faults.line,
    "disputed": Faults.flag,
    "code": Faults.line,
}
