"""A digest of what decides in a policy, to tell whether an edition was changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time, timedelta
from hashlib import sha256
from typing import Any

import attrs

_LEFT_OUT = frozenset({"label", "source", "hint", "calendar", "names", "table", "statuses", "has"})
"""Fields that decide nothing, or that follow from others."""


def digest_of(*parts: object) -> str:
    """Sixteen hexadecimal digits: equal for parts that decide alike.

    Texts, sources and calendars have no part in it.
    """
    text = json.dumps(_plain(parts), ensure_ascii=True, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A value as JSON knows it, the same in every process."""
    match value:
        case type():
            return value.__name__
        case str() | int() | None:
            return value
        case timedelta():
            return [value.days, value.seconds, value.microseconds]
        case date() | time():
            return value.isoformat()
        case Mapping():
            return sorted([_plain(key), _plain(each)] for key, each in value.items())
        case frozenset() | set():
            return sorted(map(str, value))
        case tuple() | list():
            return [_plain(each) for each in value]
        case _ if attrs.has(type(value)):
            fields = attrs.fields(type(value))
            kept = {
                field.name: _plain(getattr(value, field.name))
                for field in fields
                if field.name not in _LEFT_OUT
            }
            return {"kind": type(value).__name__, **kept}
        case _:
            return type(value).__name__
