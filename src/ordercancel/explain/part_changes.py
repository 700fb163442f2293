"""What two policies have beside their answers: the parts that are not the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from ordercancel.explain.export import policy_data
from ordercancel.policy.policy import Policy


@attrs.frozen
class PartChange:
    """A part beside the rules that is not the same; None on the side that lacks it."""

    where: str
    before: Any
    after: Any


# What is compared by its answers or its words, says which policy it is, or is only cited.
_NO_PARTS = frozenset(
    (
        "name",
        "edition",
        "digest",
        "holds_from",
        "channels",
        "languages",
        "rules",
        "documents",
    )
)

# Trees: some are compared as a whole, some by the words that stand beside them.
_TREES = frozenset(("when", "then"))
_IN_WORDS = frozenset(("condition", "time"))


def different_parts(before: Policy, after: Policy) -> Iterator[PartChange]:
    """The parts that are not the same, each by its place."""
    one, other = (
        {
            where: value
            for field, part in policy_data(policy).items()
            if field not in _NO_PARTS
            for where, value in _flat(field, part)
        }
        for policy in (before, after)
    )
    for where in dict.fromkeys((*one, *other)):
        if one.get(where) != other.get(where) and not (
            [] in (one.get(where), other.get(where))
            and any(each.startswith(f"{where}[") for each in (*one, *other))
        ):  # what is empty on one side is told by what the other side has
            yield PartChange(where, one.get(where), other.get(where))


def _flat(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every plain value in `value`, by its place; in a list by what names its parts."""
    match value:
        case dict():
            for key, inner in value.items():
                if key in _TREES:
                    yield f"{where}.{key}", inner
                elif key not in _IN_WORDS:
                    yield from _flat(f"{where}.{key}", inner)
        case [dict(), *_]:
            seen: dict[str, int] = {}
            for each in value:
                name = _name(each)
                seen[name] = seen.get(name, 0) + 1
                again = "" if seen[name] == 1 else f" #{seen[name]}"
                yield from _flat(f"{where}[{name}{again}]", each)
        case _:
            yield where, value


def _name(part: dict[str, Any]) -> str:
    if "from" in part:
        return f"{part['move']} from {part['from']}"
    if "to" in part:
        return f"{part['on']} to {part['to']}"
    if "code" in part:
        return f"{part['on']} {part['code']}"
    if "kind" in part and "on" in part:
        return f"{part['kind']} on {part['on']}"
    named = (str(part[key]) for key in ("id", "name", "on") if key in part)
    return next(named)
