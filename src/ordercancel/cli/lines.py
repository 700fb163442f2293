"""The lines of a scenario: what each may hold, and what it stands for.

The format is described in ``docs/scenarios.md``. A line that is not JSON, or has other keys or
JSON types than its kind, is malformed; one that says something impossible is an `InvalidValue`.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO

import attrs
import msgspec

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import ANSWERS, Command
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.faults import Faults
from ordercancel.domain.orders import Order
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.schemas.codec import facts as facts_of
from ordercancel.schemas.codec import moment_or_day, plain, read
from ordercancel.schemas.codec import parsed as parsed_json
from ordercancel.schemas.lines import line_schemas
from ordercancel.verification.scenario import VERBS

MAX_LINE_BYTES = 1_000_000
"""The longest line that is read."""

MAX_PROBLEMS = 20
"""How many problems of a malformed line are named."""

TICK, OPTIONS = "tick", "options"
"""What a line can ask for beside the commands."""


class MalformedError(Exception):
    """Raised for a line that no scenario has; the message says what was expected."""


@attrs.frozen
class Step:
    """A line that does something at the moment `at`.

    Args:
        do: Its verb, of which `fields` are the keys that the command has.
        at: The moment.
        order_id: The order that it is about; empty for a tick.
        by: The actor; None for a tick.
    """

    do: str
    at: datetime
    order_id: str
    by: Actor | None
    fields: Mapping[str, Any]

    def command(self, case: Case | None, policy: Policy | None) -> Command:
        """The command that the line gives.

        Args:
            case: The case of its order: an answer that names no request means the latest one.
            policy: The policy of the order, whose facts say which texts are moments and days.

        Raises:
            InvalidValue: With everything that is wrong with the command itself.
        """
        kind = _COMMANDS[self.do]
        fields = {**self.fields, "order_id": self.order_id, "by": self.by}
        for name in ("data", "facts"):
            if name in fields:
                fields[name] = facts_of(fields[name], policy)
        if kind in ANSWERS:
            fields.setdefault("request", max(1, 0 if case is None else len(case.requests)))
        return kind(**fields)


_SHAPES = line_schemas()
"""The schema of each object that a line is, or holds."""

_TYPES: Mapping[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "object": dict,
    "array": list,
}
"""The types of the values, by their names in schemas."""

_COMMANDS: Mapping[str, Callable[..., Command]] = {verb: kind for kind, verb in VERBS.items()}
_DO = (*_COMMANDS, TICK, OPTIONS)


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long no more than its beginning is kept.

    Of a file that is a JSON array, as editors check it by its schema, the elements are the lines.
    """
    is_first = True
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if is_first and line.removeprefix(BOM_UTF8).lstrip().startswith(b"["):
            yield from _elements(line + stream.read(MAX_LINE_BYTES + 1))
            return
        is_first = False
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES + 1)
        yield line


def _elements(raw: bytes) -> Iterable[bytes]:
    """The elements of an array, each as a line; what is no array is a line that is malformed."""
    try:
        elements = parsed_json(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, InvalidValue):
        return (raw,)
    return (json.dumps(each, ensure_ascii=False).encode() for each in elements)


def parsed(raw: bytes, book: PolicyBook) -> Party | Order | Step | None:
    """What a line stands for under the policies of `book`; None for a blank one or a comment.

    Raises:
        MalformedError: With every key that is missing, unknown or of another JSON type.
        InvalidValue: With every value that is impossible.
        UnknownPolicy: The book has no policy for an order.
    """
    line = _object(raw)
    if line is None:
        return None
    for name in ("party", "order"):
        if name in line:
            value = _checked(_checked(line, "line", _wrapper(name))[name], name)
            return _order(value, book) if name == "order" else _party(value)
    do = line.get("do")
    if not isinstance(do, str) or do not in _DO:
        nested = "a list" if isinstance(do, list) else "an object" if isinstance(do, dict) else ""
        shown = nested or f"{do!r:.80}"
        what = "no party, order or do" if do is None else f"do is {shown}"
        raise MalformedError(f"{what}; expected a party, an order, or do one of: {', '.join(_DO)}")
    return _step(do, _checked(line, do), book)


def _object(raw: bytes) -> dict[str, Any] | None:
    if len(raw) > MAX_LINE_BYTES:
        raise MalformedError(f"is too long; expected at most {MAX_LINE_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig").strip()
        line = parsed_json(text) if text and not text.startswith("#") else None
    except (UnicodeDecodeError, InvalidValue) as error:
        problem = error.faults[0].problem if isinstance(error, InvalidValue) else error
        raise MalformedError(f"not a line of JSON: {problem}; expected one object") from error
    if line is not None and not isinstance(line, dict):
        raise MalformedError('not an object; expected an object such as {"do": …}')
    return line


def _checked(
    value: dict[str, Any], where: str, schema: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The keys of `value` but for nulls, once they are those of its shape, of the right types."""
    schema = schema or _SHAPES[where]
    required = schema["required"]
    optional = [key for key in schema["properties"] if key not in required]
    present = {key: each for key, each in value.items() if each is not None}
    problems = [f"{key} is missing" for key in required if key not in present]
    problems += [
        f"{key!r:.80} is no key of it" for key in value if key not in schema["properties"]
    ]
    for key in (key for key in [*required, *optional] if key in present):
        try:
            msgspec.convert(present[key], _type(schema["properties"][key]))
        except msgspec.ValidationError as error:
            problems.append(f"{key}: {error}")
    if problems:
        more = len(problems) - MAX_PROBLEMS
        shown = [*problems[:MAX_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
        expected = f"the keys {', '.join(required)}"
        expected += f", and maybe {', '.join(optional)}" if optional else ""
        raise MalformedError(f"{where}: {'; '.join(shown)}; expected {expected}")
    return present


def _wrapper(key: str) -> dict[str, Any]:
    """The schema of an object that holds another, and nothing else."""
    return {"properties": {key: {"type": "object"}}, "required": [key]}


def _type(schema: dict[str, Any]) -> Any:
    """The type of a value that is there, whatever it may say."""
    kinds = (each for each in schema.get("anyOf", [schema]) if each != {"type": "null"})
    schema = next(kinds)
    is_nested = schema.get("items", {}).get("type") == "object"
    return list[dict[str, Any]] if is_nested else _TYPES[schema.get("type", "string")]


def _party(value: dict[str, Any]) -> Party:
    return Party(**{"name": value["id"], **value})


def _order(value: dict[str, Any], book: PolicyBook) -> Order:
    faults = Faults("Order")
    past = [_checked(each, "history") for each in value.get("history", ())]
    for number, each in enumerate(past):
        each["by"] = plain(parsed_actor(each["by"], book, f"history[{number}].by", faults))
    faults.raise_if_any()
    order: Order = read(Order, {**value, "history": past})
    return attrs.evolve(order, facts=facts_of(order.facts, book.edition_for(order)))


def _step(do: str, value: dict[str, Any], book: PolicyBook) -> Step:
    faults = Faults("line" if do == TICK else do)
    at = moment_or_day(value.pop("at"), datetime)
    faults.time("at", at)
    by = parsed_actor(value.pop("by"), book, "by", faults) if "by" in value else None
    faults.raise_if_any()
    fields = {key: each for key, each in value.items() if key not in ("do", "order_id")}
    if "event" in fields:
        fields["move"] = fields.pop("event")
    if "ship_on" in fields:
        fields["facts"] = {**fields.get("facts", {}), "ship_on": fields.pop("ship_on")}
    if "affirmed" in fields:
        fields["data"] = {**fields.get("data", {}), "confirmed": fields.pop("affirmed")}
    return Step(do, at, value.get("order_id", ""), by, fields)


def parsed_actor(text: str, book: PolicyBook, field: str, faults: Faults) -> Actor | None:
    """The actor who is written as ``ROLE:ID``, ``system``, or either with ``via`` somebody.

    None, with a fault noted, where `text` is none of these, or no policy has the role.
    """
    name, _, via = text.partition(" via ")
    role, _, id_ = name.partition(":")
    if name == "system":
        id_ = name
    roles = dict.fromkeys(
        role for name in book.names for policy in book.editions(name) for role in policy.roles
    )
    if role in roles and id_:
        with suppress(ValueError):
            return Actor(id_, role=role, via=via or None)
    expected = f"ROLE:ID with one of the roles {', '.join(roles)}; or system"
    faults.add(field, f"is {text!r:.80}", expected)
    return None
