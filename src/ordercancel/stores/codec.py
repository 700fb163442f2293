"""The stored form: cases, events and messages as JSON, by msgspec.

What is read back is checked: types by msgspec, values by the domain classes themselves. What does
not pass raises `InvalidValue`, naming the record, and quoting nothing of what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from ordercancel.domain.actors import Actor, Buyer, Operator, Role, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import EVENTS, Event
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.limits import MAX_PROBLEM
from ordercancel.engine.messages import Message

__all__ = ["FORM", "decode_case", "decode_event", "decode_message", "encode"]

FORM = 1
"""The version of the stored form."""

T = TypeVar("T")


def encode(value: Case | Event | Message) -> str:
    """The JSON of a case, an event or a message."""
    return _ENCODER.encode(value).decode()


def decode_case(stored: str, form: int = FORM) -> Case:
    """The case that `stored` is the JSON of, in the form of its time."""
    _check_form("case", form)
    return _decoded(_CASE, stored, "case")


def decode_event(kind: str, stored: str, form: int = FORM) -> Event:
    """The event of the kind `kind` that `stored` is the JSON of."""
    _check_form(f"event {kind}", form)
    decoder = _EVENTS.get(kind)
    if decoder is None:
        known = f"one of: {', '.join(_EVENTS)}"
        raise InvalidValue([Fault("stored event", f"has the unknown kind {kind!r:.80}", known)])
    decoded: Event = _decoded(decoder, stored, f"event {kind}")
    return decoded


def decode_message(stored: str, form: int = FORM) -> Message:
    """The message that `stored` is the JSON of."""
    _check_form("message", form)
    return _decoded(_MESSAGE, stored, "message")


def _check_form(what: str, form: int) -> None:
    """A form of a later release is refused, rather than misread."""
    if form > FORM:
        fault = Fault(f"stored {what}", f"has form {form}", f"form {FORM} or earlier")
        raise InvalidValue([fault])


def _decoded(decoder: msgspec.json.Decoder[T], stored: str, what: str) -> T:
    try:
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
    match value:
        case FrozenMap():
            return dict(value)
        case str():  # of a class of the host's own, such as marked-up text
            return str.__str__(value)
        case int():
            return int(value)
    raise TypeError(f"a {type(value).__name__} has no stored form")


def _actor(kind: type, stored: Any) -> Any:
    """An actor from its stored form; msgspec asks for this where a field may be any actor."""
    if kind is not Actor or not isinstance(stored, Mapping) or stored.get("role") not in _ACTORS:
        raise ValueError("not the stored form of an actor")
    if stored["role"] == Role.SYSTEM:
        return System()
    return _ACTORS[stored["role"]](stored.get("id", ""))


_ACTORS: Mapping[str, type] = {
    Role.BUYER: Buyer,
    Role.SELLER: Seller,
    Role.OPERATOR: Operator,
    Role.SYSTEM: System,
}
_QUOTED = re.compile("(?<=^Invalid enum value )'.*'", re.DOTALL)
_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
_CASE = msgspec.json.Decoder(Case, dec_hook=_actor)
_MESSAGE = msgspec.json.Decoder(Message)
_EVENTS: Mapping[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind, dec_hook=_actor) for name, kind in EVENTS.items()
}
