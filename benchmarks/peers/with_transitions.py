"""transitions: one machine, built once, with guards and callbacks.

Its users attach a model for each order. That costs more than all that follows, and so there is a
quicker way besides: one model, attached once, is set to where each order stands in turn.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from transitions import Machine, MachineError

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


class _Model:
    """An order: what is asked of it, its guards and its callbacks."""

    state: str
    command: RequestCancellation | Answering
    case: Case
    at: datetime
    events: tuple[Event, ...]

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

    def cancel_new(self) -> None:
        command = cast(RequestCancellation, self.command)
        self.events = cancelled_at_once(command, self.case, self.at, INSTANT_NEW)

    def cancel_delayed(self) -> None:
        command = cast(RequestCancellation, self.command)
        self.events = cancelled_at_once(command, self.case, self.at, INSTANT_DELAYED)

    def refer_it(self) -> None:
        self.events = referred(cast(RequestCancellation, self.command), self.case, self.at)

    def approve_it(self) -> None:
        self.events = approved(cast(Approve, self.command), self.case, self.at)

    def reject_it(self) -> None:
        self.events = rejected(cast(Reject, self.command), self.case, self.at)


def _asking(trigger: str) -> list[dict[str, Any]]:
    cancels: list[dict[str, Any]] = [
        {
            "source": "new",
            "dest": "cancelled",
            "conditions": "may_ask",
            "before": "cancel_new",
        },
        {
            "source": "delayed",
            "dest": "cancelled",
            "conditions": "may_ask",
            "before": "cancel_delayed",
        },
        {
            "source": "shipping_requested",
            "dest": "cancelled",
            "conditions": ["may_ask", "late"],
            "before": "cancel_delayed",
        },
    ]
    refers: list[dict[str, Any]] = [
        {
            "source": "shipping_requested",
            "dest": None,
            "conditions": "may_ask",
            "unless": "late",
            "before": "refer_it",
        }
    ]
    chosen = {"cancel": cancels, "refer": refers, "request": cancels + refers}[trigger]
    return [{"trigger": trigger, **each} for each in chosen]


_MODEL = _Model()
_MACHINE = Machine(
    model=_MODEL,
    states=["new", "shipping_requested", "delayed", "shipped", "delivered", "cancelled"],
    initial="new",
    auto_transitions=False,
    transitions=[
        *_asking("cancel"),
        *_asking("refer"),
        *_asking("request"),
        *(
            {
                "trigger": "approve",
                "source": status,
                "dest": "cancelled",
                "conditions": "may_answer",
                "before": "approve_it",
            }
            for status in ("new", "shipping_requested", "delayed")
        ),
        *(
            {
                "trigger": "reject",
                "source": status,
                "dest": None,
                "conditions": ["may_answer", "confirmed"],
                "before": "reject_it",
            }
            for status in ("shipping_requested", "delayed")
        ),
    ],
)


def assess(command: RequestCancellation, case: Case, at: datetime) -> str:
    """What the machine would do with a request."""
    return _assessed(_set(command, case, at))


def decide(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """What happens when a request is made, approved or rejected.

    Raises:
        NotAllowed: The machine says no, or a reason or a text is wrong.
    """
    return _decided(_set(command, case, at))


def assess_attached(command: RequestCancellation, case: Case, at: datetime) -> str:
    """The same with a model for each order."""
    model = _attached(command, case, at)
    try:
        return _assessed(model)
    finally:
        _MACHINE.remove_model(model)


def decide_attached(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """The same with a model for each order."""
    model = _attached(command, case, at)
    try:
        return _decided(model)
    finally:
        _MACHINE.remove_model(model)


def _set(command: RequestCancellation | Answering, case: Case, at: datetime) -> Any:
    _MODEL.command, _MODEL.case, _MODEL.at = command, case, at
    _MACHINE.set_state(case.order.status, _MODEL)
    return _MODEL


def _attached(command: RequestCancellation | Answering, case: Case, at: datetime) -> Any:
    model = _Model()
    model.command, model.case, model.at = command, case, at
    _MACHINE.add_model(model, initial=case.order.status)
    return model


# The machine gives a model a method for each trigger.


def _assessed(model: Any) -> str:
    if model.may_cancel():
        return "cancel"
    return "refer" if model.may_refer() else "refuse"


def _decided(model: Any) -> tuple[Event, ...]:
    command = model.command
    try:
        if isinstance(command, RequestCancellation):
            done = model.request()
        elif isinstance(command, Approve):
            done = model.approve()
        else:
            done = model.reject()
    except MachineError as error:
        raise NotAllowed(str(error)) from error
    if not done:
        raise NotAllowed("a guard says no")
    events: tuple[Event, ...] = model.events
    return events
