"""The stored form: cases, events, messages and obligations as JSON, by msgspec.

What is read back is checked: types by msgspec, values by the domain classes themselves. What does
not pass raises `InvalidValue`, naming the record, and quoting nothing of what it holds. Records of
the first form are read by upcasters (`ordercancel.stores.form1`).

A fact that is a moment or a day is stored as ``{"at": "…"}`` or ``{"on": "…"}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec

from ordercancel.domain.cases import Case, Firing
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import EVENTS, CancellationRequested, Event, OrderRegistered
from ordercancel.domain.exact import exact
from ordercancel.domain.faults import kept
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.limits import MAX_PROBLEM
from ordercancel.domain.obligations import OBLIGATIONS, Obligation, OwnObligation
from ordercancel.domain.quotes import NOTHING
from ordercancel.engine.messages import Message
from ordercancel.stores import form1

FORM = 2
"""The version of the stored form."""

T = TypeVar("T")


def encode(value: Case | Event | Message | Obligation) -> str:
    """The JSON of a case, an event, a message or an obligation."""
    encoded = _ENCODER.encode(value)
    for nothing in _LEFT_OUT.get(type(value), ()):
        encoded = encoded.replace(nothing, b"")
    return encoded.decode()


def decode_case(stored: str, form: int = FORM) -> Case:
    """The case that `stored` is the JSON of.

    Args:
        stored: The JSON.
        form: Its form. A case of the first form is folded from its events instead.

    Raises:
        InvalidValue: The record, or its form, can't be read.
    """
    _check_form("case", form, oldest=FORM)
    return _decoded(_CASE, stored, "case")


def decode_events(stored: Sequence[tuple[str, int, str]]) -> tuple[Event, ...]:
    """The whole history of an order.

    Args:
        stored: Of each event its kind, its form and its JSON, oldest first.

    Raises:
        InvalidValue: A record, or its form, can't be read.
    """
    history = form1.History([kind for kind, _, _ in stored])
    return tuple(
        _event(history, place, kind, form, body) for place, (kind, form, body) in enumerate(stored)
    )


def _event(history: form1.History, place: int, kind: str, form: int, stored: str) -> Event:
    _check_form(f"event {kind}", form)
    if form == 1:
        kind, stored = _raised(history.event, f"event {kind}", place, stored)
    decoder = _EVENTS.get(kind)
    if decoder is None:
        known = f"one of: {', '.join(_EVENTS)}"
        raise InvalidValue([Fault("stored event", f"has the unknown kind {kind!r:.80}", known)])
    decoded: Event = _decoded(decoder, stored, f"event {kind}")
    return decoded


def decode_message(stored: str, form: int = FORM) -> Message:
    """The message that `stored` is the JSON of, in the form of its time."""
    _check_form("message", form)
    if form == 1:
        stored = _raised(form1.message, "message", stored)
    return _decoded(_MESSAGE, stored, "message")


def decode_obligation(stored: str, kind: str, form: int = FORM) -> Obligation:
    """The obligation of this kind that `stored` is the JSON of."""
    _check_form("obligation", form, oldest=FORM)
    obligation: Obligation = _decoded(_OBLIGATIONS.get(kind, _OWN), stored, "obligation")
    return obligation


def _check_form(what: str, form: int, oldest: int = 1) -> None:
    """A form of a later release is refused, rather than misread."""
    if not oldest <= form <= FORM:
        expected = f"form {oldest} to {FORM}" if oldest < FORM else f"form {FORM}"
        raise InvalidValue([Fault(f"stored {what}", f"has form {form}", expected)])


def _raised(raise_form: Callable[..., Any], what: str, *stored: Any) -> Any:
    """A record of the first form in the form of today."""
    try:
        return raise_form(*stored)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The cause is left out: its message holds a piece of the record.
        pass
    raise InvalidValue([Fault(f"stored {what}", "can't be read", "the JSON of form 1")])


def _decoded(decoder: msgspec.json.Decoder[T], stored: str, what: str) -> T:
    try:
        try:
            return decoder.decode(stored)
        except msgspec.ValidationError:
            with kept():  # ids that the first edition took, and this one takes no more
                return decoder.decode(stored)
    except msgspec.DecodeError as error:
        problem = _QUOTED.sub("…", str(error)).replace("\n", "; ")[:MAX_PROBLEM]
    except UnicodeEncodeError:
        problem = "contains a lone surrogate"
    except RecursionError:
        problem = "is nested too deeply"
    # The cause is left out: its message, or the error itself, holds a piece of the record.
    fault = Fault(f"stored {what}", problem, f"the JSON of form {FORM}")
    raise InvalidValue([fault])


def _plain(value: Any) -> Any:
    """What msgspec does not know how to encode, as something that it does."""
    if isinstance(value, FrozenMap):
        return {name: _plain_fact(item) for name, item in value.items()}
    plain = exact(value)  # such as the times that a test has frozen
    if type(plain) is not type(value):
        return plain
    raise TypeError(f"a {type(value).__name__} has no stored form")


def _plain_fact(value: Any) -> Any:
    """A fact, or a firing, as JSON holds it."""
    match value:
        case datetime():
            return {"at": value}
        case date():
            return {"on": value}
        case _:
            return value


def _value(kind: Any, stored: Any) -> Any:
    """What msgspec asks for where a field is a map of facts."""
    if not isinstance(stored, Mapping):
        raise ValueError("not a map of facts")  # noqa: TRY004 - as msgspec wants it
    if kind == FrozenMap[str, int]:
        return FrozenMap(msgspec.convert(stored, dict[str, int]))
    if kind == FrozenMap[str, Firing]:
        return FrozenMap({name: msgspec.convert(item, Firing) for name, item in stored.items()})
    return FrozenMap({name: _fact(item) for name, item in stored.items()})


def _fact(stored: Any) -> Any:
    match stored:
        case {"at": str(text)}:
            return datetime.fromisoformat(text).astimezone(UTC)
        case {"on": str(text)}:
            return date.fromisoformat(text)
        case str() | int() | bool() | None:
            return stored
    raise ValueError("not the stored form of a fact")


_QUOTED = re.compile("(?<=^Invalid enum value )'.*'", re.DOTALL)
_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
_NO_LINES, _NO_UNITS = b'"lines":[],"money":null,', b'"fee":null,"lines":{},'
_NOTHING = b'"units":' + _ENCODER.encode(NOTHING) + b","
_LEFT_OUT: Mapping[type, tuple[bytes, ...]] = {
    Case: (_NO_LINES, _NO_UNITS, _NOTHING, b'"refunds":[],'),
    OrderRegistered: (_NO_LINES, _NOTHING),
    CancellationRequested: (_NO_UNITS,),
}
"""What an order without lines and refunds has nothing in, and is stored without, as ever.

None of it can occur elsewhere: a fact is no list and no empty map, and a text has no bare quotes.
"""
_CASE = msgspec.json.Decoder(Case, dec_hook=_value)
_MESSAGE = msgspec.json.Decoder(Message)
_OBLIGATIONS: Mapping[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind, dec_hook=_value) for name, kind in OBLIGATIONS.items()
}
_OWN = msgspec.json.Decoder(OwnObligation)
_EVENTS: Mapping[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind, dec_hook=_value) for name, kind in EVENTS.items()
}
