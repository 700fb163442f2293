"""What a commit writes into each table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, update

from ordercancel.adapters.codec import FORM, encode
from ordercancel.adapters.sql.tables import cases, commands, duties, events, outbox
from ordercancel.case import Case, Duty
from ordercancel.errors import Conflict
from ordercancel.ports import Commit
from ordercancel.request import RequestStatus

__all__ = ["case_row", "write"]


def write(connection: Connection, commit: Commit) -> None:
    """Write a whole commit in the transaction of `connection`.

    Raises:
        Conflict: The case is no longer at the expected version.
    """
    _write_case(connection, commit)
    _write_events(connection, commit)
    _write_messages(connection, commit)
    if commit.command_id is not None:
        connection.execute(insert(commands), _command_row(commit))


def _write_case(connection: Connection, commit: Commit) -> None:
    case = commit.case
    row = case_row(case)
    if commit.expected == 0:
        connection.execute(insert(cases), row)
    else:
        moved_on = (
            update(cases)
            .where(cases.c.order_id == case.order.id, cases.c.version == commit.expected)
            .values(row)
        )
        if connection.execute(moved_on).rowcount != 1:
            raise Conflict(case.order.id)
        connection.execute(delete(duties).where(duties.c.order_id == case.order.id))
    if case.duties:
        rows = [_duty_row(case, number, duty) for number, duty in enumerate(case.duties, 1)]
        connection.execute(insert(duties), rows)


def _write_events(connection: Connection, commit: Commit) -> None:
    rows = [
        {
            "order_id": commit.case.order.id,
            "version": version,
            "kind": type(each).__name__,
            "at": each.at,
            "form": FORM,
            "body": encode(each),
        }
        for version, each in enumerate(commit.events, commit.expected + 1)
    ]
    connection.execute(insert(events), rows)


def _write_messages(connection: Connection, commit: Commit) -> None:
    rows = [
        {
            "message_id": message.id,
            "order_id": message.order_id,
            "party": message.party,
            "version": commit.case.version,
            "form": FORM,
            "body": encode(message),
        }
        for message in commit.messages
    ]
    if rows:
        connection.execute(insert(outbox), rows)


def case_row(case: Case) -> dict[str, Any]:
    """The row of a case: whole, and what is searched for once more."""
    order, latest = case.order, case.latest
    return {
        "order_id": order.id,
        "policy": order.policy,
        "edition": case.edition,
        "version": case.version,
        "form": FORM,
        "status": order.status,
        "channel": order.channel,
        "buyer": order.buyer,
        "seller": order.seller,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "status_since": order.status_since,
        "ship_on": order.ship_on,
        "request_number": latest and latest.number,
        "request_status": latest and latest.status,
        "requested_at": latest and latest.at,
        "rejected_before": case.had(RequestStatus.REJECTED),
        "withdrawn_before": case.had(RequestStatus.WITHDRAWN),
        "attributes": dict(order.attributes),
        "open_key": order.id if case.open_request else None,
        "body": encode(case),
    }


def _duty_row(case: Case, number: int, duty: Duty) -> dict[str, Any]:
    return {
        "order_id": case.order.id,
        "number": number,
        "deadline": duty.deadline,
        "request": duty.request,
        "due_at": duty.due_at,
        "status": duty.status,
    }


def _command_row(commit: Commit) -> dict[str, Any]:
    return {
        "command_id": commit.command_id,
        "order_id": commit.case.order.id,
        "expected": commit.expected,
        "version": commit.case.version,
        "fingerprint": commit.fingerprint,
    }
