"""The JSON Schemas of a scenario's lines: those of commands, orders and parties, less formal.

Actors are written as ``buyer:b-1``, an answer may leave out which request it is for, and some
facts stand beside the others. Whether a value is possible is not said here.
"""

from __future__ import annotations

from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.domain.commands import ANSWERS, AdvanceOrder, Reject
from ordercancel.domain.orders import Order, PastRequest
from ordercancel.schemas.definitions import Definitions, Schema
from ordercancel.schemas.shapes import TAGS, WIRED

ACTOR: Schema = {
    "type": "string",
    "description": "ROLE:ID or system, with ` via WHOM` where somebody acts on their behalf",
    "examples": ["buyer:b-1", "buyer:b-1 via agent:x", "system"],
}
_GIVEN = ("at", "do", "order_id", "by")


def line_schemas() -> dict[str, Schema]:
    """The schema of each object that a line is, or holds, by its name."""
    commands = {TAGS[kind][1]: _command(kind) for kind in WIRED}
    common = {name: commands["request"]["properties"][name] for name in (*_GIVEN, "command_id")}
    party, order = _object(Party), _object(Order)
    party["required"].remove("name")
    order["properties"]["history"] = {"type": "array", "items": _object(PastRequest)}
    return {
        "party": party,
        "order": order,
        "history": order["properties"]["history"]["items"],
        **commands,
        "options": _line("options", common),
        "tick": _line("tick", {name: common[name] for name in ("at", "do", "command_id")}),
    }


def _object(kind: Any) -> Schema:
    schema = Definitions().object_of(kind)
    if "by" in schema["properties"]:
        schema["properties"]["by"] = ACTOR
    return schema


def _line(do: str, properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {**properties, "do": {"const": do}},
        "required": [name for name in _GIVEN if name in properties],
        "additionalProperties": False,
    }


def _command(kind: Any) -> Schema:
    schema = _object(kind)
    properties = schema["properties"]
    required = [each for each in schema["required"] if each not in _GIVEN]
    if kind is AdvanceOrder:
        properties = {"event": properties.pop("move"), "ship_on": {"type": "string"}, **properties}
        required = ["event"]
    if kind is Reject:
        properties["affirmed"] = {"type": "boolean"}
    if kind in ANSWERS:
        required.remove("request")
    at = {"type": "string", "format": "date-time"}
    line = _line(TAGS[kind][1], {"at": at, "do": {}, **properties})
    line["required"] += required
    return {**schema, **line}
