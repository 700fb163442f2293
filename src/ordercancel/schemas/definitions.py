"""JSON Schemas, derived from the classes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, get_args, get_origin

import attrs
import msgspec

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.limits import MAX_FACTS, MAX_INTEGER, MAX_LINE
from ordercancel.domain.texts import Text
from ordercancel.schemas.shapes import TAGS, members, name_of, options_of, tagged

Schema = dict[str, Any]

FACTS: Schema = {
    "type": "object",
    "maxProperties": MAX_FACTS,
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "maxLength": MAX_LINE},
            {"type": "integer", "minimum": -MAX_INTEGER - 1, "maximum": MAX_INTEGER},
            {"type": "boolean"},
            {"type": "null"},
        ]
    },
}
"""Facts by name; moments and days are texts such as ``2026-11-27T09:00:00+09:00``."""


class Definitions:
    """The schemas of types; those of classes are referred to, or stand in their place.

    Args:
        prefix: What a reference to a class begins with. Default: None, there are none.
    """

    def __init__(self, prefix: str | None = None) -> None:
        self.schemas: dict[str, Schema] = {}
        self._prefix = prefix

    def of(self, kind: Any) -> Schema:
        """The schema of a type."""
        kinds = options_of(kind)
        if tagged(kind) or attrs.has(kind):
            return self._named(kind)
        if len(kinds) > 1:
            return {"anyOf": [self.of(each) for each in kinds]}
        origin, args = get_origin(kind), get_args(kind)
        if kind is Text:
            return {"type": "string"}
        if origin is tuple and args[-1] is ...:
            return {"type": "array", "items": self.of(args[0])}
        if origin is tuple:  # by no prefixItems, which not all that read OpenAPI understand
            items = {"anyOf": [self.of(each) for each in args]}
            count = len(args)
            return {"type": "array", "items": items, "minItems": count, "maxItems": count}
        if origin in (FrozenMap, Mapping):
            values = None if args[1] is Any else self.of(args[1])
            return {"type": "object", "additionalProperties": values} if values else FACTS
        schema = msgspec.json.schema(kind)
        return schema["$defs"][kind.__name__] if "$ref" in schema else schema

    def _named(self, kind: Any) -> Schema:
        """The schema of a class or a union of some, or a reference to it."""
        describe = self._of_union if tagged(kind) else self._of_class
        if self._prefix is None:
            return describe(kind)
        if name_of(kind) not in self.schemas:
            self.schemas[name_of(kind)] = describe(kind)
        return {"$ref": f"{self._prefix}{name_of(kind)}"}

    def _of_union(self, kind: Any) -> Schema:
        return {"oneOf": [self.of(each) for each in options_of(kind)]}

    def _of_class(self, kind: Any) -> Schema:
        schema = self.object_of(kind)
        tag = TAGS.get(kind)
        if tag is not None:
            schema["properties"] = {tag[0]: {"const": tag[1]}, **schema["properties"]}
            schema["required"] = [tag[0], *schema["required"]]
        return schema

    def object_of(self, kind: Any) -> Schema:
        """The schema of a class by its fields alone, without the tag."""
        return {
            "title": name_of(kind),
            "description": " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split()),
            "type": "object",
            "properties": {each.name: self.of(each.kind) for each in members(kind)},
            "required": [each.name for each in members(kind) if each.is_required],
            "additionalProperties": False,
        }
