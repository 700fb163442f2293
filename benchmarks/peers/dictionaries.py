"""The events of `peers.building` as dictionaries: the least that tells what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ordercancel import Approve, Case, Reject, RequestCancellation
from peers.building import (
    APPROVE,
    FIVE_DAYS,
    ONE_DAY,
    OVERDUE,
    REFER,
    REJECT,
    SHIP_SAME_DAY,
    midnight_after,
    text_of_rejection,
    text_of_request,
)

__all__ = ["approved", "cancelled_at_once", "referred", "rejected"]

Events = tuple[dict[str, Any], ...]


def cancelled_at_once(
    command: RequestCancellation, case: Case, at: datetime, rules: tuple[str, ...]
) -> Events:
    """The events of a request that cancels its order."""
    text = text_of_request(command)
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = len(case.requests) + 1
    return (
        {
            "event": "CancellationRequested",
            "order_id": order_id,
            "at": at,
            "by": by,
            "rules": rules,
            "number": number,
            "reason": command.reason,
            "text": text,
            "referred": False,
        },
        _granted(order_id, at, by, rules, number, at_once=True),
        _cancelled(order_id, at, by, rules, number),
    )


def referred(command: RequestCancellation, case: Case, at: datetime) -> Events:
    """The events of a request that the seller is to answer."""
    text = text_of_request(command)
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = len(case.requests) + 1
    return (
        {
            "event": "CancellationRequested",
            "order_id": order_id,
            "at": at,
            "by": by,
            "rules": REFER,
            "number": number,
            "reason": command.reason,
            "text": text,
            "referred": True,
        },
        {
            "event": "DutyArose",
            "order_id": order_id,
            "at": at,
            "by": by,
            "rules": OVERDUE,
            "deadline": "qoo10.overdue",
            "number": number,
            "due_at": midnight_after(at, FIVE_DAYS),
            "follows_order": False,
        },
    )


def approved(command: Approve, case: Case, at: datetime) -> Events:
    """The events of an approval."""
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = case.requests[-1].number
    return (
        _granted(order_id, at, by, APPROVE, number, at_once=False),
        _cancelled(order_id, at, by, APPROVE, number),
    )


def rejected(command: Reject, case: Case, at: datetime) -> Events:
    """The events of a rejection."""
    text = text_of_rejection(command)
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    request = case.requests[-1]
    return (
        {
            "event": "RequestRejected",
            "order_id": order_id,
            "at": at,
            "by": by,
            "rules": REJECT,
            "number": request.number,
            "reason": command.reason,
            "text": text,
            "order_status": request.order_status,
            "ship_on": request.ship_on,
        },
        {
            "event": "DutyArose",
            "order_id": order_id,
            "at": at,
            "by": by,
            "rules": SHIP_SAME_DAY,
            "deadline": "qoo10.ship_same_day",
            "number": request.number,
            "due_at": midnight_after(at, ONE_DAY),
            "follows_order": True,
        },
    )


def _granted(
    order_id: str, at: datetime, by: Any, rules: tuple[str, ...], number: int, *, at_once: bool
) -> dict[str, Any]:
    return {
        "event": "RequestGranted",
        "order_id": order_id,
        "at": at,
        "by": by,
        "rules": rules,
        "number": number,
        "at_once": at_once,
    }


def _cancelled(
    order_id: str, at: datetime, by: Any, rules: tuple[str, ...], number: int
) -> dict[str, Any]:
    return {
        "event": "OrderCancelled",
        "order_id": order_id,
        "at": at,
        "by": by,
        "rules": rules,
        "number": number,
        "status": "cancelled",
    }
