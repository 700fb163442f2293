"""A decision table in dictionaries, written by hand: one look-up by all that tells cases apart."""

from __future__ import annotations

from datetime import datetime

from ordercancel import Approve, Case, Reject, RequestCancellation
from ordercancel.domain.events import Event
from peers.building import (
    INSTANT_DELAYED,
    INSTANT_NEW,
    Answering,
    NotAllowed,
    approved,
    cancelled_at_once,
    days_past,
    is_confirmed,
    is_the_buyer,
    is_the_seller,
    latest_status,
    referred,
    rejected,
    was_rejected,
)

# Who may ask: nobody has asked yet, or whoever asked has taken it back.
_ASKS = {
    # status, last request, rejected before, late: verdict, rules
    **{
        ("new", request, False, late): ("cancel", INSTANT_NEW)
        for request in ("none", "withdrawn")
        for late in (False, True)
    },
    **{
        ("delayed", request, False, late): ("cancel", INSTANT_DELAYED)
        for request in ("none", "withdrawn")
        for late in (False, True)
    },
    **{
        ("shipping_requested", request, False, True): ("cancel", INSTANT_DELAYED)
        for request in ("none", "withdrawn")
    },
    **{
        ("shipping_requested", request, False, False): ("refer", ())
        for request in ("none", "withdrawn")
    },
}

_APPROVES = {
    # status, last request
    (status, request)
    for status in ("new", "shipping_requested", "delayed")
    for request in ("pending", "withdrawal_asked", "withdrawal_declined")
}

_REJECTS = {
    # status, last request, confirmed
    (status, request, True)
    for status in ("shipping_requested", "delayed")
    for request in ("pending", "withdrawal_asked", "withdrawal_declined")
}

_REFUSED = ("refuse", ())


def assess(command: RequestCancellation, case: Case, at: datetime) -> str:
    """What the table says to a request."""
    return _asked(command, case, at)[0]


def decide(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """What happens when a request is made, approved or rejected.

    Raises:
        NotAllowed: The table says no, or a reason or a text is wrong.
    """
    match command:
        case RequestCancellation():
            verdict, rules = _asked(command, case, at)
            if verdict == "cancel":
                return cancelled_at_once(command, case, at, rules)
            if verdict == "refer":
                return referred(command, case, at)
        case Approve():
            key = case.order.status, latest_status(case)
            if key in _APPROVES and is_the_seller(command, case):
                return approved(command, case, at)
        case Reject():
            answer = case.order.status, latest_status(case), is_confirmed(command)
            if answer in _REJECTS and is_the_seller(command, case):
                return rejected(command, case, at)
    raise NotAllowed("the table says no")


def _asked(command: RequestCancellation, case: Case, at: datetime) -> tuple[str, tuple[str, ...]]:
    if not is_the_buyer(command, case):
        return _REFUSED
    late = days_past(case, at) > 0
    key = case.order.status, latest_status(case), was_rejected(case), late
    return _ASKS.get(key, _REFUSED)
