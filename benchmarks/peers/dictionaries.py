"""The events of `peers.building` as dictionaries: the least that says what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ordercancel import Approve, Case, Reject, RequestCancellation, RequestStatus
from peers.building import ANSWER, REFER, text_of_rejection, text_of_request

Events = tuple[dict[str, Any], ...]
_APPROVED, _REJECTED = RequestStatus.APPROVED, RequestStatus.REJECTED


def cancelled_at_once(
    command: RequestCancellation, case: Case, at: datetime, rules: tuple[str, ...]
) -> Events:
    """The events of a request that cancels its order."""
    text = text_of_request(command)
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = len(case.requests) + 1
    return (
        _requested(order_id, at, by, rules, number, command.reason, text, None),
        _closed(order_id, at, by, rules, number, _APPROVED),
        _cancelled(order_id, at, by, rules, number),
    )


def referred(command: RequestCancellation, case: Case, at: datetime) -> Events:
    """The event of a request that the seller is to answer."""
    text = text_of_request(command)
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = len(case.requests) + 1
    return (_requested(order_id, at, by, REFER, number, command.reason, text, "seller"),)


def approved(command: Approve, case: Case, at: datetime) -> Events:
    """The events of an approval."""
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = case.requests[-1].number
    return (
        _closed(order_id, at, by, ANSWER, number, _APPROVED),
        _cancelled(order_id, at, by, ANSWER, number),
    )


def rejected(command: Reject, case: Case, at: datetime) -> Events:
    """The event of a rejection."""
    text = text_of_rejection(command)
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = case.requests[-1].number
    return (_closed(order_id, at, by, ANSWER, number, _REJECTED, command.reason, text),)


def _requested(
    order_id: str,
    at: datetime,
    by: Any,
    rules: tuple[str, ...],
    number: int,
    reason: str | None,
    text: str | None,
    answerer: str | None,
) -> dict[str, Any]:
    return {
        "event": "CancellationRequested",
        "order_id": order_id,
        "at": at,
        "by": by,
        "rules": rules,
        "number": number,
        "reason": reason,
        "text": text,
        "data": {},
        "lines": {},
        "fee": None,
        "answerer": answerer,
    }


def _closed(
    order_id: str,
    at: datetime,
    by: Any,
    rules: tuple[str, ...],
    number: int,
    outcome: RequestStatus,
    reason: str | None = None,
    text: str | None = None,
) -> dict[str, Any]:
    return {
        "event": "RequestClosed",
        "order_id": order_id,
        "at": at,
        "by": by,
        "rules": rules,
        "number": number,
        "outcome": outcome,
        "reason": reason,
        "text": text,
        "order_status": None,
        "ship_on": None,
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
