"""Events: what happened to an order, with the ids of the rules behind it.

The events of an order, in sequence, are its audit log; folding them gives its case
(`ordercancel.engine.evolve`). They carry everything that the fold needs, so history stays readable
when the rules change. Each checks its sizes and times when it is built or read from a store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any, get_args

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import (
    LAST_DUE_YEAR,
    MAX_KEPT_TEXT,
    MAX_LINE,
    MAX_REQUESTS,
    MAX_RULES,
)
from ordercancel.domain.orders import Order


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
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class OrderRegistered(_Event):
    """The host registered the order; `edition` is the edition of the policy that judges it."""

    order: Order
    edition: str


@attrs.frozen(kw_only=True)
class OrderAdvanced(_Event):
    """The order made the move `move` of its chart, into `status`.

    `ship_on` is the planned ship date where the move set one, `ships` says whether the order
    left the seller by it.
    """

    move: str
    status: str
    ship_on: date | None = None
    ships: bool = False


@attrs.frozen(kw_only=True)
class CancellationRequested(_Event):
    """The buyer asked to cancel. `referred` says whether the seller is to answer."""

    number: int
    reason: str
    text: str | None = attrs.field(default=None, repr=False)
    referred: bool


@attrs.frozen(kw_only=True)
class RequestGranted(_Event):
    """The request was granted: by the seller, by silence (`by` is the system), or at once."""

    number: int
    at_once: bool = False


@attrs.frozen(kw_only=True)
class RequestRejected(_Event):
    """The request was rejected.

    `order_status` and `ship_on` are what the order goes back to, where the policy says that it
    goes back (qoo10.3.back-to-shipping); without `order_status` it stays as it is.
    """

    number: int
    reason: str | None = None
    text: str | None = attrs.field(default=None, repr=False)
    order_status: str | None = None
    ship_on: date | None = None


@attrs.frozen(kw_only=True)
class WithdrawalAsked(_Event):
    """The seller asked the buyer to take the request back."""

    number: int
    text: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class WithdrawalHeld(_Event):
    """The buyer holds on to the request after being asked to withdraw it."""

    number: int


@attrs.frozen(kw_only=True)
class RequestWithdrawn(_Event):
    """The buyer took the request back; `order_status` and `ship_on` as for a rejection."""

    number: int
    order_status: str | None = None
    ship_on: date | None = None


@attrs.frozen(kw_only=True)
class RequestSuperseded(_Event):
    """The order moved on (`move`), and so the open request came to nothing."""

    number: int
    move: str


@attrs.frozen(kw_only=True)
class RequestLapsed(_Event):
    """Nobody answered the request in time, and so it came to nothing."""

    number: int


@attrs.frozen(kw_only=True)
class OrderCancelled(_Event):
    """The order was cancelled by request `number`, and is in `status` for good."""

    number: int
    status: str


@attrs.frozen(kw_only=True)
class DutyArose(_Event):
    """Something has to happen before `due_at`, by the policy's deadline `deadline`.

    `follows_order` says whether a move of the order meets it; else it ends with the request.
    """

    deadline: str
    number: int
    due_at: datetime
    follows_order: bool = False


@attrs.frozen(kw_only=True)
class DutyMet(_Event):
    """It happened in time."""

    deadline: str
    number: int


@attrs.frozen(kw_only=True)
class DutyBreached(_Event):
    """It did not happen in time. Recorded once; nothing is penalised by itself."""

    deadline: str
    number: int


@attrs.frozen(kw_only=True)
class DeadlinePassed(_Event):
    """The time for an answer is over; what follows from it comes in the events behind this."""

    deadline: str
    number: int


Event = (
    OrderRegistered
    | OrderAdvanced
    | CancellationRequested
    | RequestGranted
    | RequestRejected
    | WithdrawalAsked
    | WithdrawalHeld
    | RequestWithdrawn
    | RequestSuperseded
    | RequestLapsed
    | OrderCancelled
    | DutyArose
    | DutyMet
    | DutyBreached
    | DeadlinePassed
)
"""Any event."""

EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
"""Every kind of event by its name, as the log stores it."""


def _check_actor(faults: Faults, field: str, value: object) -> None:
    faults.instance(field, value, Actor, "a Buyer, Seller, Operator or System")


def _check_order(faults: Faults, field: str, value: object) -> None:
    faults.instance(field, value, Order, "an Order")


def _check_number(faults: Faults, field: str, value: object) -> None:
    faults.number(field, value, 1, MAX_REQUESTS, "the number of a request")


def _check_rules(faults: Faults, field: str, value: object) -> None:
    for number, rule in enumerate(faults.entries(field, value, MAX_RULES)):
        faults.line(f"{field}[{number}]", rule)


@cache
def _checks(kind: Any) -> tuple[tuple[str, Callable[[Faults, str, Any], None]], ...]:
    """The checks of a kind of event, by field."""
    return tuple((field.name, _CHECKS[field.name]) for field in attrs.fields(kind))


# A field means the same in every event that has it, and none goes without a check.
_CHECKS: Mapping[str, Callable[[Faults, str, Any], None]] = {
    "order_id": Faults.line,
    "at": Faults.time,
    "by": _check_actor,
    "rules": _check_rules,
    "order": _check_order,
    "edition": Faults.line,
    "number": _check_number,
    "deadline": Faults.line,
    "due_at": partial(Faults.time, last_year=LAST_DUE_YEAR),
    "move": Faults.line,
    "status": Faults.line,
    "order_status": partial(Faults.line, optional=True),
    "ship_on": Faults.day,
    "reason": partial(Faults.text, most=MAX_LINE),
    "text": partial(Faults.text, most=MAX_KEPT_TEXT),
    "referred": Faults.flag,
    "at_once": Faults.flag,
    "ships": Faults.flag,
    "follows_order": Faults.flag,
}
