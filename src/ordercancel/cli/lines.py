"""The lines of a scenario: what each may hold, and what it stands for.

The format is described in ``docs/scenarios.md``. A line that is not JSON, or has other keys or
JSON types than its kind, is malformed; one that says something impossible is an `InvalidValue`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, BinaryIO, NoReturn, TypeVar, cast

import attrs
import msgspec

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Seller, System
from ordercancel.domain.commands import Command
from ordercancel.domain.faults import Faults
from ordercancel.domain.orders import Order
from ordercancel.verification.scenario import VERBS

MAX_LINE_BYTES = 1_000_000
"""The longest line that is read."""

MAX_PROBLEMS = 20
"""How many problems of a malformed line are named."""

T = TypeVar("T")


class MalformedError(Exception):
    """Raised for a line that no scenario has; the message says what was expected."""


@attrs.frozen
class Tick:
    """Deadlines that are due by `at` act."""

    at: datetime


@attrs.frozen
class Judged:
    """A command at the moment `at`."""

    command: Command
    at: datetime


_Shape = Mapping[str, Any]
"""The keys of an object with the types of their values; those that may be missing allow None."""

_PARTY: _Shape = {
    "id": str,
    "name": str | None,
    "emails": list | None,
    "permits_cancellation": bool | None,
    "locale": str | None,
}
_ORDER: _Shape = {
    **dict.fromkeys(("id", "policy", "status", "buyer", "seller", "placed_at"), str),
    **dict.fromkeys(("channel", "ship_on", "paid_at", "status_since"), str | None),
    **dict.fromkeys(("shipped_at", "cart_id", "item"), str | None),
    "attributes": dict | None,
}
_TICK: _Shape = {"at": str, "do": str, "command_id": str | None}
_COMMAND: _Shape = {"at": str, "do": str, "order_id": str, "by": str, "command_id": str | None}
_DO: Mapping[str, _Shape] = {
    "request": {**_COMMAND, "reason": str | None, "text": str | None},
    "approve": _COMMAND,
    "reject": {**_COMMAND, "reason": str | None, "text": str | None, "affirmed": bool | None},
    "withdraw": _COMMAND,
    "ask_withdrawal": {**_COMMAND, "text": str | None},
    "answer_withdrawal": {**_COMMAND, "accept": bool},
    "advance": {**_COMMAND, "event": str, "ship_on": str | None},
    "tick": _TICK,
}
_COMMANDS: Mapping[str, type[Command]] = {verb: kind for kind, verb in VERBS.items()}


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long no more than its beginning is kept."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES + 1)
        yield line


def parsed(raw: bytes) -> Party | Order | Tick | Judged | None:
    """What a line stands for; None for one that is blank or a comment.

    Raises:
        MalformedError: With every key that is missing, unknown or of another JSON type.
        InvalidValue: With every value that is impossible.
    """
    line = _object(raw)
    if line is None:
        return None
    if "party" in line:
        return _party(_checked(_checked(line, {"party": dict}, "line")["party"], _PARTY, "party"))
    if "order" in line:
        return _order(_checked(_checked(line, {"order": dict}, "line")["order"], _ORDER, "order"))
    do = line.get("do")
    if not isinstance(do, str) or do not in _DO:
        nested = "a list" if isinstance(do, list) else "an object" if isinstance(do, dict) else ""
        shown = nested or f"{do!r:.80}"
        what = "no party, order or do" if do is None else f"do is {shown}"
        raise MalformedError(f"{what}; expected a party, an order, or do one of: {', '.join(_DO)}")
    return _command(do, _checked(line, _DO[do], do))


def _object(raw: bytes) -> dict[str, Any] | None:
    if len(raw) > MAX_LINE_BYTES:
        raise MalformedError(f"is too long; expected at most {MAX_LINE_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig").strip()
        if not text or text.startswith("#"):
            return None
        # Not msgspec's own reader: it takes the last of two equal keys.
        line = json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not a line of JSON: {error}; expected one object") from error
    if not isinstance(line, dict):
        raise MalformedError('not an object; expected an object such as {"do": …}')
    return line


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    line = dict(pairs)
    if len(line) < len(pairs):
        raise ValueError("a key occurs twice")
    return line


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _checked(value: dict[str, Any], shape: _Shape, where: str) -> dict[str, Any]:
    """The keys of `value` but for nulls, once `value` has the shape."""
    required = [key for key, kind in shape.items() if isinstance(kind, type)]
    present = {key: each for key, each in value.items() if each is not None}
    problems = [f"{key} is missing" for key in required if key not in present]
    problems += [f"{key!r:.80} is no key of it" for key in value if key not in shape]
    for key in (key for key in shape if key in present):
        try:
            msgspec.convert(present[key], shape[key])
        except (msgspec.ValidationError, UnicodeEncodeError) as error:  # half of a character pair
            problems.append(f"{key}: {error}")
    if problems:
        more = len(problems) - MAX_PROBLEMS
        shown = [*problems[:MAX_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
        optional = ", ".join(key for key in shape if key not in required)
        keys = f"the keys {', '.join(required)}" + (optional and f", and maybe {optional}")
        raise MalformedError(f"{where}: {'; '.join(shown)}; expected {keys}")
    return present


def _party(value: dict[str, Any]) -> Party:
    return Party(**{"name": value["id"], **value})


def _order(value: dict[str, Any]) -> Order:
    for key in ("placed_at", "paid_at", "status_since", "shipped_at", "ship_on"):
        kind = date if key == "ship_on" else datetime
        with suppress(KeyError, ValueError):  # what is no time stays text, which Order names
            value[key] = kind.fromisoformat(value[key])
    return Order(**value)


def _command(do: str, value: dict[str, Any]) -> Tick | Judged:
    faults = Faults("line" if do == "tick" else do)
    at = _read(value, "at", datetime.fromisoformat, "a time with an offset", faults)
    if do == "tick":
        faults.raise_if_any()
        return Tick(at)
    by = _read(value, "by", _actor, "buyer:ID, seller:ID, operator:ID or system", faults)
    if "ship_on" in value:
        value["ship_on"] = _read(value, "ship_on", date.fromisoformat, "YYYY-MM-DD", faults)
    faults.raise_if_any()
    fields = {key: each for key, each in value.items() if key not in ("at", "do", "event")}
    if do == "advance":
        fields["move"] = value["event"]
    return Judged(_COMMANDS[do](**{**fields, "by": by}), at)


def _read(
    value: dict[str, Any], key: str, parse: Callable[[str], T], expected: str, faults: Faults
) -> T:
    """The value of `key`, parsed; what can't be is added to `faults`, to be raised before use."""
    try:
        return parse(value[key])
    except ValueError:
        faults.add(key, f"is {value[key]!r:.80}", expected)
        return cast(T, None)


_ROLES: Mapping[str, Callable[[str], Actor]] = {
    "buyer": Buyer,
    "seller": Seller,
    "operator": Operator,
}


def _actor(text: str) -> Actor:
    role, _, name = text.partition(":")
    if text == "system":
        return System()
    if role not in _ROLES:
        raise ValueError("no such role")
    return _ROLES[role](name)
