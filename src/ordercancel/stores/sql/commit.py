"""What a commit writes into each table: the case, its events, messages, the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, insert, text, update

from ordercancel.domain.cases import REFUND_OPEN, Case
from ordercancel.domain.errors import Conflict
from ordercancel.domain.events import Event
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.timers import OVERDUE
from ordercancel.service.records import Commit, Indexed
from ordercancel.stores.codec import FORM, encode
from ordercancel.stores.sql.executors import Executor, parameters
from ordercancel.stores.sql.sent import LANE, party_of
from ordercancel.stores.sql.tables import cases, commands, events, moment_text, outbox

_OPENED = insert(cases).values(parameters(cases))
# The id stays out of what is set: SQLite would look for it in every table that refers to it.
_MOVED_ON = (
    update(cases)
    .where(cases.c.order_id == bindparam("id"), cases.c.version == bindparam("expected"))
    .values({name: to for name, to in parameters(cases).items() if name != "order_id"})
)
EVENT = insert(events).values(parameters(events))
_MESSAGE = (
    insert(outbox)
    .values(
        # In tables of the first release the attempts have no default.
        parameters(
            outbox,
            "message_id",
            "party",
            "lane",
            "order_id",
            "version",
            "request",
            "form",
            "body",
            "free_at",
            "attempts",
        )
    )
    .inline()  # its number is not asked for
)
_COMMAND = insert(commands).values(parameters(commands))


_PATIENCE = text(
    "SELECT set_config('lock_timeout', :wait, true) WHERE NOT"
    " current_setting('lock_timeout')::interval BETWEEN '1 ms' AND CAST(:wait AS interval)"
).bindparams(bindparam("wait", type_=String()))
"""How long PostgreSQL waits for a row in this transaction, unless it waits for less anyway."""
_INDEXING = timedelta(seconds=1)


def write(executor: Executor, commit: Commit) -> None:
    """Write a whole commit.

    Raises:
        Conflict: The case is no longer at the expected version.
    """
    case = commit.case
    order_id = case.order.id
    if commit.patience is not None:
        _wait_at_most(executor, commit.patience)
    row = case_row(case) | index_row(commit.next_due, commit.marked_from)
    if commit.expected == 0:
        executor.change(_OPENED, [row])
    elif executor.changed(_MOVED_ON, {**row, "id": order_id, "expected": commit.expected}) != 1:
        raise Conflict(order_id)
    executor.change(EVENT, event_rows(order_id, commit.events, commit.expected))
    sent = [*_message_rows(commit), *_obligation_rows(commit)]
    if sent:
        executor.change(_MESSAGE, sent)
    if commit.command_id is not None:
        executor.change(_COMMAND, [_command_row(commit)])


def write_all(executor: Executor, commits: Sequence[Commit]) -> None:
    """Write several commits, one after another.

    Raises:
        Conflict: A case is no longer at the expected version.
    """
    for commit in commits:
        write(executor, commit)


_INDEXED = (
    update(cases)
    .where(cases.c.order_id == bindparam("id"), cases.c.version == bindparam("of_version"))
    .values(parameters(cases, "next_due", "marked_from", "overdue_at"))
)


def index(executor: Executor, entries: Sequence[Indexed]) -> None:
    """Write what was reckoned anew of deadlines; an entry of another version changes nothing."""
    rows = [
        {
            "id": entry.order_id,
            "of_version": entry.version,
            **index_row(entry.next_due, entry.marked_from),
        }
        for entry in entries
    ]
    if rows:
        _wait_at_most(executor, _INDEXING)
        executor.change(_INDEXED, rows)


def _wait_at_most(executor: Executor, patience: timedelta) -> None:
    """Wait no longer for who holds a row; SQLite has no locks of rows."""
    if executor.is_postgresql:
        milliseconds = patience // timedelta(milliseconds=1)
        executor.change(_PATIENCE, [{"wait": f"{milliseconds} ms"}])


def case_row(case: Case) -> dict[str, Any]:
    """Return the row of a case: all of it as JSON, and again what is searched for."""
    order, latest = case.order, case.latest
    number = len(case.requests)
    return {
        "order_id": order.id,
        "policy": order.policy,
        "edition": case.edition,
        "digest": case.digest,
        "version": case.version,
        "form": FORM,
        "status": order.status,
        "channel": order.channel,
        "buyer": order.buyer,
        "seller": order.seller,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "status_since": order.status_since,
        "shipped_at": order.shipped_at,
        "delivered_at": order.delivered_at,
        "ship_on": order.ship_on,
        "request_number": number or None,
        "request_status": latest and latest.status.value,
        "initiator": latest and latest.by.role,
        "answerer": latest and latest.answerer,
        "requested_at": latest and latest.at,
        "closed_at": latest and latest.closed_at,
        "request_data": _plain(latest.data) if latest else {},
        "rejected_before": case.had(RequestStatus.REJECTED),
        "withdrawn_before": case.had(RequestStatus.WITHDRAWN),
        "facts": _plain(order.facts),
        "marks": sorted(
            {
                *(each.code for each in case.present_marks),
                *((REFUND_OPEN,) if case.is_refund_open else ()),
            }
        ),
        "open_key": order.id if case.open_request else None,
        "body": encode(case),
    }


def index_row(next_due: datetime | None, marked_from: Mapping[str, datetime]) -> dict[str, Any]:
    """Return the columns that follow from the policy, which a store does not know."""
    return {
        "next_due": next_due,
        "marked_from": {code: moment_text(each) for code, each in marked_from.items()},
        "overdue_at": marked_from.get(OVERDUE),
    }


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON holds them, their moments as text that is compared."""
    return {
        name: moment_text(value)
        if isinstance(value, datetime)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for name, value in facts.items()
    }


def event_rows(order_id: str, happened: Iterable[Event], before: int) -> list[dict[str, Any]]:
    """Return the rows of events that follow on the version `before`."""
    return [
        {
            "order_id": order_id,
            "version": version,
            "kind": type(event).__name__,
            "at": event.at,
            "form": FORM,
            "body": encode(event),
        }
        for version, event in enumerate(happened, before + 1)
    ]


def _message_rows(commit: Commit) -> list[dict[str, Any]]:
    return [
        {
            "message_id": message.id,
            "order_id": message.order_id,
            "party": message.party,
            "lane": message.medium.value,
            "version": commit.case.version,
            "request": message.request,
            "form": FORM,
            "body": encode(message),
            "attempts": 0,
            "free_at": message.at,
        }
        for message in commit.messages
    ]


def _obligation_rows(commit: Commit) -> list[dict[str, Any]]:
    return [
        {
            "message_id": each.key,
            "order_id": each.order_id,
            "party": party_of(each),
            "lane": f"{LANE}{each.kind}",
            "version": commit.case.version,
            "request": None,
            "form": FORM,
            "body": encode(each),
            "attempts": 0,
            "free_at": each.at,
        }
        for each in commit.obligations
    ]


def _command_row(commit: Commit) -> dict[str, Any]:
    return {
        "command_id": commit.command_id,
        "order_id": commit.case.order.id,
        "expected": commit.expected,
        "version": commit.case.version,
        "fingerprint": commit.fingerprint,
    }
