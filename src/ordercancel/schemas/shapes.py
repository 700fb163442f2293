"""The shapes of the classes that have a JSON: their fields, and the key that tells kinds apart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from ordercancel.domain.commands import COMMANDS, FireDeadline
from ordercancel.domain.events import EVENTS
from ordercancel.domain.obligations import OBLIGATIONS
from ordercancel.verification.scenario import VERBS

WIRED = tuple(kind for kind in COMMANDS if kind is not FireDeadline)
"""The commands that somebody may send: deadlines are fired by the service alone."""

TAGS: Mapping[type, tuple[str, str]] = {
    **{kind: ("do", VERBS[kind]) for kind in WIRED},
    **{kind: ("event", name) for name, kind in EVENTS.items()},
    **{kind: ("kind", name) for name, kind in OBLIGATIONS.items()},
}
"""The key that says which kind of command and the like an object is, and its value, by class."""

_UNIONS = {"do": "Command", "event": "Event", "kind": "Obligation"}


@attrs.frozen
class Member:
    """A field of a class as its JSON has it: its name, its type, and whether it is required."""

    name: str
    kind: Any
    is_required: bool


@cache
def members(kind: Any) -> tuple[Member, ...]:
    """The fields that an attrs class is built of."""
    hints = get_type_hints(kind)
    return tuple(
        Member(field.name, hints[field.name], field.default is attrs.NOTHING)
        for field in attrs.fields(kind)
        if field.init
    )


def options_of(kind: Any) -> tuple[Any, ...]:
    """What a value of the type may be: of a union its members, else the type itself."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def tagged(kind: Any) -> Mapping[str, type]:
    """Of a union of commands and the like the classes by their tags; of any other type none."""
    kinds = [each for each in options_of(kind) if each is not NoneType]
    return {TAGS[each][1]: each for each in kinds if each in TAGS} if len(kinds) > 1 else {}


def name_of(kind: Any) -> str:
    """What schemas and faults call a class, or a union of commands and the like."""
    if kinds := tagged(kind):
        return _UNIONS[TAGS[next(iter(kinds.values()))][0]]
    return str(kind.__name__).removesuffix("View")
