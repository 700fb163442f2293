"""What has a JSON Schema: all that the library sends and takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Union

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Fault
from ordercancel.domain.events import Event
from ordercancel.domain.obligations import Obligation
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import Quote
from ordercancel.engine.messages import Message
from ordercancel.schemas.definitions import Definitions, Schema
from ordercancel.schemas.lines import line_schemas
from ordercancel.schemas.shapes import WIRED, name_of
from ordercancel.schemas.views import DecisionView, OptionView, OverviewView
from ordercancel.service.results import Count, InboxPage, Outcome

KINDS: Mapping[str, Any] = {
    name_of(kind): kind
    for kind in (
        Union[WIRED],  # noqa: UP007 - a tuple
        Event,
        Obligation,
        Order,
        Party,
        Case,
        Message,
        Outcome,
        Quote,
        Fault,
        DecisionView,
        OptionView,
        OverviewView,
        InboxPage,
        Count,
    )
}
"""What has a schema, by its name; what these are made of has one as well."""


def json_schemas() -> Schema:
    """One JSON Schema (2020-12) whose ``$defs`` are those of all that the library sends and takes.

    The whole is that of a scenario as a JSON array, whose lines have theirs under ``Line``.
    """
    definitions = Definitions("#/$defs/")
    for kind in KINDS.values():
        definitions.of(kind)
    lines = line_schemas()
    del lines["history"]
    definitions.schemas["Line"] = {
        "anyOf": [
            {
                "type": "object",
                "properties": {name: lines.pop(name)},
                "required": [name],
                "additionalProperties": False,
            }
            for name in ("party", "order")
        ]
        + [*lines.values()]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ordercancel",
        "description": "A scenario; $defs has all that the library takes and sends.",
        "type": "array",
        "items": {"$ref": "#/$defs/Line"},
        "$defs": dict(sorted(definitions.schemas.items())),
    }
