"""zen-engine: a decision table in JSON for each command, compiled once.

An engine compiles what its static loader gives it once and for all. `ZenEngine.create_decision`,
which one begins with, gives a decision that takes about ten times as long, however often it is
asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import zen

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

_OPEN = '"pending", "withdrawal_asked", "withdrawal_declined"'


def _table(inputs: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A decision of one table: the first row that fits gives the verdict and the rule."""
    columns = (*inputs, "verdict", "rule")
    content = {
        "hitPolicy": "first",
        "inputs": [
            {"id": name, "name": name, "field": name, "type": "expression"} for name in inputs
        ],
        "outputs": [
            {"id": name, "name": name, "field": name, "type": "expression"}
            for name in ("verdict", "rule")
        ],
        "rules": [
            {"_id": str(number), **dict(zip(columns, row, strict=True))}
            for number, row in enumerate(rows)
        ],
    }
    nodes = [("inputNode", "in", {}), ("decisionTableNode", "table", content)]
    nodes.append(("outputNode", "out", {}))
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}, "content": what}
            for kind, name, what in nodes
        ],
        "edges": [
            {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other}
            for one, other in (("in", "table"), ("table", "out"))
        ],
    }


# An empty cell fits everything.
_TABLES = {
    "request": _table(
        ("party", "role", "request", "rejected", "status", "past"),
        (
            ("false", "", "", "", "", "", '"refuse"', '"a_party"'),
            ("", 'not($ in ["buyer"])', "", "", "", "", '"refuse"', '"the_buyer"'),
            ("", "", _OPEN, "", "", "", '"refuse"', '"standard.one_open_request"'),
            ("", "", "", "true", "", "", '"refuse"', '"qoo10.no_second_request"'),
            ("", "", "", "", '"new"', "", '"cancel"', '"qoo10.instant_new"'),
            ("", "", "", "", '"delayed"', "", '"cancel"', '"qoo10.instant_delayed"'),
            ("", "", "", "", '"shipping_requested"', "> 0", '"cancel"', '"qoo10.instant_delayed"'),
            ("", "", "", "", '"shipping_requested"', "<= 0", '"refer"', '"qoo10.refer"'),
            ("", "", "", "", "", "", '"refuse"', '"qoo10.shipped"'),
        ),
    ),
    "approve": _table(
        ("party", "role", "request", "status"),
        (
            ("false", "", "", "", '"refuse"', '"a_party"'),
            (
                "",
                '"seller"',
                _OPEN,
                '"new", "shipping_requested", "delayed"',
                '"permit"',
                '"standard.answer"',
            ),
            ("", "", "", "", '"refuse"', '"the_answerer"'),
        ),
    ),
    "reject": _table(
        ("party", "role", "request", "status", "confirmed"),
        (
            ("false", "", "", "", "", '"refuse"', '"a_party"'),
            (
                "",
                '"seller"',
                _OPEN,
                '"shipping_requested", "delayed"',
                "true",
                '"permit"',
                '"standard.answer"',
            ),
            ("", "", "", "", "", '"refuse"', '"qoo10.affirmed"'),
        ),
    ),
}

_ENGINE = zen.ZenEngine({"loader": {"type": "static", "content": _TABLES}})
_CREATED = {
    name: _ENGINE.create_decision(json.dumps(content)) for name, content in _TABLES.items()
}

Evaluate = Callable[[str, dict[str, Any]], Any]


def _by_created(name: str, facts: dict[str, Any]) -> Any:
    return _CREATED[name].evaluate(facts)


def assess(command: RequestCancellation, case: Case, at: datetime) -> str:
    """What the table says to a request."""
    return _asked(_ENGINE.evaluate, command, case, at)[0]


def decide(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """What happens when a request is made, approved or rejected.

    Raises:
        NotAllowed: The table says no, or a reason or a text is wrong.
    """
    return _decided(_ENGINE.evaluate, command, case, at)


def assess_created(command: RequestCancellation, case: Case, at: datetime) -> str:
    """The same, by a decision of `ZenEngine.create_decision`."""
    return _asked(_by_created, command, case, at)[0]


def decide_created(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """The same, by decisions of `ZenEngine.create_decision`."""
    return _decided(_by_created, command, case, at)


def _decided(
    evaluate: Evaluate, command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    if command.order_id == case.order.id:
        match command:
            case RequestCancellation():
                verdict, rule = _asked(evaluate, command, case, at)
                if verdict == "cancel":
                    return cancelled_at_once(command, case, at, (rule,))
                if verdict == "refer":
                    return referred(command, case, at)
            case Approve():
                facts = {
                    "party": is_the_seller(command, case),
                    "role": command.by.role,
                    "request": latest_status(case),
                    "status": case.order.status,
                }
                if evaluate("approve", facts)["result"]["verdict"] == "permit":
                    return approved(command, case, at)
            case Reject():
                facts = {
                    "party": is_the_seller(command, case),
                    "role": command.by.role,
                    "request": latest_status(case),
                    "status": case.order.status,
                    "confirmed": is_confirmed(command),
                }
                if evaluate("reject", facts)["result"]["verdict"] == "permit":
                    return rejected(command, case, at)
    raise NotAllowed("the table says no")


def _asked(
    evaluate: Evaluate, command: RequestCancellation, case: Case, at: datetime
) -> tuple[str, str]:
    order, by = case.order, command.by
    facts = {
        "party": is_the_buyer(command, case),
        "role": by.role,
        "request": latest_status(case),
        "rejected": was_rejected(case),
        "status": order.status,
        "past": days_past(case, at),
    }
    result = evaluate("request", facts)["result"]
    return result["verdict"], result["rule"]
