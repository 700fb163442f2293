"""What a commit writes into each table: the case, its duties, events, messages, the command."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Conflict
from ordercancel.domain.requests import RequestStatus
from ordercancel.service.records import Commit
from ordercancel.stores.codec import FORM, encode
from ordercancel.stores.sql.executors import Executor, parameters
from ordercancel.stores.sql.tables import cases, commands, duties, events, outbox

_OPENED = insert(cases).values(parameters(cases))
# The id stays out of what is set: SQLite would look for it in every table that refers to it.
_MOVED_ON = (
    update(cases)
    .where(cases.c.order_id == bindparam("id"), cases.c.version == bindparam("expected"))
    .values({name: to for name, to in parameters(cases).items() if name != "order_id"})
)
_EVENT = insert(events).values(parameters(events))
_MESSAGE = (
    insert(outbox)
    .values(parameters(outbox, "message_id", "party", "order_id", "version", "form", "body"))
    .inline()  # its number is not asked for
)
_COMMAND = insert(commands).values(parameters(commands))


def _settled(insert: Any) -> Any:
    """Return what writes a duty: a new one, or the status of one, as nothing else changes."""
    new = insert(duties).values(parameters(duties))
    return new.on_conflict_do_update(
        index_elements=[duties.c.order_id, duties.c.number],
        set_={"status": new.excluded.status},
        where=duties.c.status != new.excluded.status,
    )


_DUTY_IN_SQLITE, _DUTY_IN_POSTGRESQL = _settled(sqlite.insert), _settled(postgresql.insert)


def write(executor: Executor, commit: Commit) -> None:
    """Write a whole commit.

    Raises:
        Conflict: The case is no longer at the expected version.
    """
    case = commit.case
    order_id, row = case.order.id, case_row(case)
    if commit.expected == 0:
        executor.change(_OPENED, [row])
    elif executor.changed(_MOVED_ON, {**row, "id": order_id, "expected": commit.expected}) != 1:
        raise Conflict(order_id)
    if case.duties:
        settled = _DUTY_IN_POSTGRESQL if executor.is_postgresql else _DUTY_IN_SQLITE
        executor.change(settled, _duty_rows(case))
    executor.change(_EVENT, _event_rows(commit))
    if commit.messages:
        executor.change(_MESSAGE, _message_rows(commit))
    if commit.command_id is not None:
        executor.change(_COMMAND, [_command_row(commit)])


def case_row(case: Case) -> dict[str, Any]:
    """Return the row of a case: all of it as JSON, and again what is searched for."""
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
        "request_status": latest and latest.status.value,
        "requested_at": latest and latest.at,
        "rejected_before": case.had(RequestStatus.REJECTED),
        "withdrawn_before": case.had(RequestStatus.WITHDRAWN),
        "attributes": dict(order.attributes),
        "open_key": order.id if case.open_request else None,
        "body": encode(case),
    }


def _duty_rows(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "order_id": case.order.id,
            "number": number,
            "deadline": duty.deadline,
            "request": duty.request,
            "due_at": duty.due_at,
            "status": duty.status.value,
        }
        for number, duty in enumerate(case.duties, 1)
    ]


def _event_rows(commit: Commit) -> list[dict[str, Any]]:
    return [
        {
            "order_id": commit.case.order.id,
            "version": version,
            "kind": type(event).__name__,
            "at": event.at,
            "form": FORM,
            "body": encode(event),
        }
        for version, event in enumerate(commit.events, commit.expected + 1)
    ]


def _message_rows(commit: Commit) -> list[dict[str, Any]]:
    return [
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


def _command_row(commit: Commit) -> dict[str, Any]:
    return {
        "command_id": commit.command_id,
        "order_id": commit.case.order.id,
        "expected": commit.expected,
        "version": commit.case.version,
        "fingerprint": commit.fingerprint,
    }
