"""Stories of parts of orders, steps by lines of a scenario."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ordercancel.cli.replay import Replay
from ordercancel.stores.memory import MemoryStore
from unit.test_parts import PARTS

FILE = Path(__file__).parent.parent / "scenarios" / "parts.jsonl"
CLOSED, CANCELLED = ("RequestClosed", "UnitsCancelled")


def story(answers: Iterable[dict[str, Any]]) -> list[tuple[str | None, list[str]]]:
    """Of each line the status of the order after it, with its events, or else its codes."""
    return [(each["order_status"], each.get("codes") or each["events"]) for each in answers]


def test_the_stories_end_as_they_should() -> None:
    with FILE.open("rb") as lines:
        steps = story(Replay([PARTS], MemoryStore()).read(lines))
    at_once = ["CancellationRequested", CLOSED, CANCELLED]
    assert steps[:3] == [
        ("packed", at_once),
        ("packed", ["CancellationRequested"]),
        ("cancelled", [CLOSED, CANCELLED, "OrderCancelled"]),
    ]
    assert steps[3:6] == [
        ("packed", ["UnitsShipped"]),
        ("packed", ["CancellationRequested"]),
        ("shipped", [CLOSED, CANCELLED, "OrderAdvanced"]),
    ]
    assert steps[6:12] == [
        ("packed", ["UnitsShipped"]),
        ("packed", ["UnitsShipped"]),
        ("shipped", ["UnitsShipped", "OrderAdvanced"]),
        ("packed", at_once),
        ("packed", at_once),
        ("cancelled", [*at_once, "OrderCancelled"]),
    ]
    assert steps[12:] == [
        ("shipped", ["not_cancellable"]),
        ("packed", ["more_than_ordered", "unknown_line"]),
        ("packed", ["UnitsShipped"]),
        ("packed", ["more_than_remains"]),
    ]


def test_options_of_a_line_say_how_many_units_may_be_named() -> None:
    placed = FILE.read_bytes().splitlines()[1]
    asks = {"at": "2026-04-01T13:00:00Z", "do": "options", "order_id": "P-1", "by": "buyer:b-1"}
    (answer,) = Replay([PARTS], MemoryStore()).run([placed, json.dumps(asks).encode()])
    assert answer["options"][0]["lines"] == {"cup": 2, "pot": 1}
