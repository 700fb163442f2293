"""cedarpy: policies as Cedar has them; the one that permits says what is granted.

They are parsed once. Given as text, as one begins with, they are parsed at every call.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import cedarpy

from ordercancel import Approve, Case, Reject, RequestCancellation
from ordercancel.domain.events import Event
from peers.building import (
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

_TEXT = """
@id("a_party")
forbid (principal, action, resource) unless { context.party };

@id("qoo10.instant_new")
permit (principal is Buyer, action == Action::"request", resource)
when { context.status == "new" };

@id("qoo10.instant_delayed")
permit (principal is Buyer, action == Action::"request", resource)
when {
    context.status == "delayed"
    || (context.status == "shipping_requested" && context.past > 0)
};

@id("qoo10.refer")
permit (principal is Buyer, action == Action::"request", resource)
when { context.status == "shipping_requested" && context.past <= 0 };

@id("qoo10.no_second_request")
forbid (principal, action == Action::"request", resource)
when { context.rejected };

@id("standard.one_open_request")
forbid (principal, action == Action::"request", resource)
when {
    ["pending", "withdrawal_asked", "withdrawal_declined"].contains(context.request)
};

@id("qoo10.shipped")
forbid (principal, action in [Action::"request", Action::"approve"], resource)
when { ["shipped", "delivered", "cancelled"].contains(context.status) };

@id("qoo10.approve")
permit (principal is Seller, action == Action::"approve", resource);

@id("qoo10.reject")
permit (principal is Seller, action == Action::"reject", resource)
when { context.confirmed };

@id("qoo10.new_not_rejectable")
forbid (principal, action == Action::"reject", resource)
when { ["new", "shipped", "delivered", "cancelled"].contains(context.status) };

@id("standard.answer_open")
forbid (principal, action in [Action::"approve", Action::"reject"], resource)
unless {
    ["pending", "withdrawal_asked", "withdrawal_declined"].contains(context.request)
};
"""
_POLICIES = cedarpy.PolicySet.from_str(_TEXT)
_NO_ENTITIES = cedarpy.Entities.from_json_str("[]")
_ACTIONS = {
    kind: {"type": "Action", "id": name}
    for kind, name in (
        (RequestCancellation, "request"),
        (Approve, "approve"),
        (Reject, "reject"),
    )
}
_VERDICTS = {
    "qoo10.instant_new": "cancel",
    "qoo10.instant_delayed": "cancel",
    "qoo10.refer": "refer",
}
_TYPES = {"buyer": "Buyer", "seller": "Seller", "operator": "Operator", "system": "System"}


def assess(command: RequestCancellation, case: Case, at: datetime) -> str:
    """What the policies say to a request."""
    return _assessed(_permitting(_POLICIES, _NO_ENTITIES, command, case, at))


def decide(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """What happens when a request is made, approved or rejected.

    Raises:
        NotAllowed: The policies say no, or a reason or a text is wrong.
    """
    return _decided(_permitting(_POLICIES, _NO_ENTITIES, command, case, at), command, case, at)


def assess_from_text(command: RequestCancellation, case: Case, at: datetime) -> str:
    """The same, with the policies as text."""
    return _assessed(_permitting(_TEXT, [], command, case, at))


def decide_from_text(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """The same, with the policies as text."""
    return _decided(_permitting(_TEXT, [], command, case, at), command, case, at)


def _assessed(rule: str | None) -> str:
    return "refuse" if rule is None else _VERDICTS[rule]


def _decided(
    rule: str | None, command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    if rule is None or command.order_id != case.order.id:
        raise NotAllowed("the policies say no")
    match command:
        case RequestCancellation() if _VERDICTS[rule] == "cancel":
            return cancelled_at_once(command, case, at, (rule,))
        case RequestCancellation():
            return referred(command, case, at)
        case Approve():
            return approved(command, case, at)
        case _:
            return rejected(command, case, at)


def _permitting(
    policies: Any,
    entities: Any,
    command: RequestCancellation | Answering,
    case: Case,
    at: datetime,
) -> str | None:
    """The id of the policy that permits the command; None where it is denied."""
    by, order = command.by, case.order
    context: dict[str, Any] = {
        "party": (
            is_the_buyer(command, case)
            if isinstance(command, RequestCancellation)
            else is_the_seller(command, case)
        ),
        "status": order.status,
        "request": latest_status(case),
        "past": days_past(case, at),
    }
    if type(command) is RequestCancellation:
        context["rejected"] = was_rejected(case)
    elif type(command) is Reject:
        context["confirmed"] = is_confirmed(command)
    asked = {
        "principal": {"type": _TYPES[by.role], "id": by.id},
        "action": _ACTIONS[type(command)],
        "resource": {"type": "Order", "id": order.id},
        "context": context,
    }
    answer = cedarpy.is_authorized(asked, policies, entities)
    if not answer.allowed:
        return None
    rule: str = next(iter(answer.diagnostics.id_annotations_by_reason.values()))
    return rule
