"""python-statemachine, used directly: an instance for each order, guards, and callbacks."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from statemachine import State, StateMachine

from ordercancel import Approve, Case, Reject, RequestCancellation
from ordercancel.domain.events import Event
from peers.building import (
    INSTANT_DELAYED,
    INSTANT_NEW,
    OPEN,
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


class _Asked:
    """The order that a machine is about: where it stands, what is asked, and its guards."""

    def __init__(self, command: RequestCancellation | Answering, case: Case, at: datetime) -> None:
        self.state = case.order.status
        self.command = command
        self.case = case
        self.at = at

    def may_ask(self) -> bool:
        case, command = self.case, self.command
        return (
            isinstance(command, RequestCancellation)
            and is_the_buyer(command, case)
            and latest_status(case) not in OPEN
            and not was_rejected(case)
        )

    def may_answer(self) -> bool:
        case, command = self.case, self.command
        return (
            isinstance(command, Answering)
            and is_the_seller(command, case)
            and latest_status(case) in OPEN
        )

    def confirmed(self) -> bool:
        return isinstance(self.command, Reject) and is_confirmed(self.command)

    def late(self) -> bool:
        return days_past(self.case, self.at) > 0

    def cancel_new(self) -> tuple[Event, ...]:
        command = cast(RequestCancellation, self.command)
        return cancelled_at_once(command, self.case, self.at, INSTANT_NEW)

    def cancel_delayed(self) -> tuple[Event, ...]:
        command = cast(RequestCancellation, self.command)
        return cancelled_at_once(command, self.case, self.at, INSTANT_DELAYED)

    def refer_it(self) -> tuple[Event, ...]:
        return referred(cast(RequestCancellation, self.command), self.case, self.at)

    def approve_it(self) -> tuple[Event, ...]:
        return approved(cast(Approve, self.command), self.case, self.at)

    def reject_it(self) -> tuple[Event, ...]:
        return rejected(cast(Reject, self.command), self.case, self.at)


class OrderMachine(StateMachine):
    """An order with what may be done about cancelling it."""

    new = State(initial=True)
    shipping_requested = State()
    delayed = State()
    shipped = State()
    delivered = State(final=True)
    cancelled = State(final=True)

    cancel = (
        new.to(cancelled, cond="may_ask", on="cancel_new")
        | delayed.to(cancelled, cond="may_ask", on="cancel_delayed")
        | shipping_requested.to(cancelled, cond=["may_ask", "late"], on="cancel_delayed")
    )
    refer = shipping_requested.to(shipping_requested, cond="may_ask", unless="late", on="refer_it")
    request = cancel | refer

    approve = (
        new.to(cancelled, cond="may_answer", on="approve_it")
        | shipping_requested.to(cancelled, cond="may_answer", on="approve_it")
        | delayed.to(cancelled, cond="may_answer", on="approve_it")
    )
    reject = shipping_requested.to(
        shipping_requested, cond=["may_answer", "confirmed"], on="reject_it"
    ) | delayed.to(delayed, cond=["may_answer", "confirmed"], on="reject_it")

    plan_shipping = new.to(shipping_requested)
    mark_delayed = shipping_requested.to(delayed)
    ship = shipping_requested.to(shipped) | delayed.to(shipped)
    deliver = shipped.to(delivered)


_SENT = {RequestCancellation: "request", Approve: "approve", Reject: "reject"}


def assess(command: RequestCancellation, case: Case, at: datetime) -> str:
    """What the machine would do with a request."""
    enabled = OrderMachine(_Asked(command, case, at)).enabled_events()
    if "cancel" in enabled:
        return "cancel"
    return "refer" if "refer" in enabled else "refuse"


def decide(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """What happens when a request is made, approved or rejected.

    Raises:
        NotAllowed: The machine says no, or a reason or a text is wrong.
    """
    machine = OrderMachine(_Asked(command, case, at))
    try:
        return cast(tuple[Event, ...], machine.send(_SENT[type(command)]))
    except machine.TransitionNotAllowed as error:
        raise NotAllowed(str(error)) from error
