"""Reading what the first edition stored: its events and messages in the form of today.

One event becomes one event, so that versions stay what they are. A duty that arose or was met is
no event any more, for timers follow from the case: it becomes an `OrderUpdated` that tells
nothing. The first edition kept what a deadline was due at with the duty alone, and what it did in
the events behind it; so a history is read as a whole (`History`). What went back to an earlier
status after a rejection says so in `RequestClosed`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Record = dict[str, Any]

_CHANGES: Mapping[str, str] = {
    "referred": "pending",
    "granted_at_once": "approved",
    "approved": "approved",
    "approved_by_silence": "approved",
    "rejected": "rejected",
    "rejected_by_silence": "rejected",
    "withdrawal_asked": "withdrawal_asked",
    "withdrawal_held": "withdrawal_declined",
    "withdrawn": "withdrawn",
    "superseded": "superseded",
    "lapsed": "expired",
    "breached": "missed",
}
"""What notifications are on today, by the occasion of the first edition."""


class History:
    """Reads the events of one order, oldest first.

    Args:
        kinds: The kinds of all of them, by their versions.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        self._kinds = kinds
        self._dues: dict[tuple[str, int], str] = {}

    def event(self, place: int, stored: str) -> tuple[str, str]:
        """The kind and the JSON of the event at `place`, from 0, in the form of today."""
        kind, record = self._kinds[place], json.loads(stored)
        if kind == "DutyArose":
            self._dues[record["deadline"], record["number"]] = record["due_at"]
        elif kind in ("DutyBreached", "DeadlinePassed"):
            record["due_at"] = self._dues.get((record["deadline"], record["number"]), record["at"])
            following = self._kinds[place + 1] if place + 1 < len(self._kinds) else ""
            record["acts"] = following in _CLOSING
        name, raised = _EVENTS[kind](record)
        return name, json.dumps(raised, ensure_ascii=False)


def message(stored: str) -> str:
    """The JSON of a message of the first form, in the form of today."""
    record: Record = json.loads(stored)
    record["on"] = _CHANGES[record.pop("occasion")]
    return json.dumps(record, ensure_ascii=False)


def _stamp(record: Record) -> Record:
    """What every event has."""
    return {name: record[name] for name in ("order_id", "at", "by", "rules") if name in record}


def _registered(record: Record) -> tuple[str, Record]:
    order = dict(record["order"])
    order["facts"] = order.pop("attributes", {})
    return "OrderRegistered", {**record, "order": order}


def _advanced(record: Record) -> tuple[str, Record]:
    raised = dict(record)
    ship_on = raised.pop("ship_on", None)
    if ship_on is not None:
        raised["facts"] = {"ship_on": {"on": ship_on}}
    return "OrderAdvanced", raised


def _requested(record: Record) -> tuple[str, Record]:
    raised = dict(record)
    answerer = "seller" if raised.pop("referred") else None
    return "CancellationRequested", {
        **raised,
        "reason": raised["reason"] or None,
        "answerer": answerer,
    }


def _closed(outcome: str) -> Callable[[Record], tuple[str, Record]]:
    def raised(record: Record) -> tuple[str, Record]:
        kept = ("number", "reason", "text", "order_status", "ship_on")
        fields = {name: record[name] for name in kept if record.get(name) is not None}
        return "RequestClosed", {**_stamp(record), **fields, "outcome": outcome}

    return raised


def _nothing(record: Record) -> tuple[str, Record]:
    return "OrderUpdated", _stamp(record)


def _fired(mark: str) -> Callable[[Record], tuple[str, Record]]:
    def raised(record: Record) -> tuple[str, Record]:
        fields: Record = {"deadline": record["deadline"], "due_at": record["due_at"]}
        if not record["acts"]:
            fields |= {"mark": mark, "request": record["number"]}
        return "DeadlineFired", {**_stamp(record), **fields}

    return raised


_CLOSING = ("RequestGranted", "RequestRejected", "RequestLapsed")
"""What comes behind a deadline that decided; behind any other nothing does."""


def _same(kind: str) -> Callable[[Record], tuple[str, Record]]:
    return lambda record: (kind, record)


_EVENTS: Mapping[str, Callable[[Record], tuple[str, Record]]] = {
    "OrderRegistered": _registered,
    "OrderAdvanced": _advanced,
    "CancellationRequested": _requested,
    "RequestGranted": _closed("approved"),
    "RequestRejected": _closed("rejected"),
    "RequestWithdrawn": _closed("withdrawn"),
    "RequestSuperseded": _closed("superseded"),
    "RequestLapsed": _closed("expired"),
    "WithdrawalAsked": _same("WithdrawalAsked"),
    "WithdrawalHeld": _same("WithdrawalDeclined"),
    "OrderCancelled": _same("OrderCancelled"),
    "DutyArose": _nothing,
    "DutyMet": _nothing,
    "DutyBreached": _fired("missed"),
    "DeadlinePassed": _fired("overdue"),
}
