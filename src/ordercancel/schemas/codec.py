"""Reading and writing the JSON of values.

A class that checks its own values is handed what it is to be built of, whatever that is: its words
name what is wrong with it. Of the others the types alone are checked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any, NoReturn, TypeVar, get_args, get_origin, overload

import attrs
import msgspec

from ordercancel.domain.actors import Actor
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.exact import exact
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.limits import MAX_PROBLEM
from ordercancel.domain.texts import Lang, Text, as_text
from ordercancel.engine.decision import Decision
from ordercancel.engine.options import Option
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import Day, Moment
from ordercancel.schemas.shapes import TAGS, members, name_of, options_of, tagged
from ordercancel.schemas.views import view
from ordercancel.service.results import Overview

MAX_BYTES = 1_000_000
"""The longest JSON that is read."""

T = TypeVar("T")


def to_json(value: Any, lang: Lang = "en") -> str:
    """The JSON of a value of the library, on one line.

    Args:
        value: A command, event, order, case, message, quote, fault, outcome, or anything else of
            `json_schemas`; a decision, option or overview as its view in one language.
        lang: The language of its texts. Default: English.
    """
    return json.dumps(plain(value, lang), ensure_ascii=False)


@overload
def from_json(kind: type[T], text: str | bytes, *, policy: Policy | None = None) -> T: ...
@overload
def from_json(kind: Any, text: str | bytes, *, policy: Policy | None = None) -> Any: ...
def from_json(kind: Any, text: str | bytes, *, policy: Policy | None = None) -> Any:
    """The value of the class, or union of classes, `kind` that a JSON text stands for.

    Args:
        kind: Such as `Order`, `Reject` or `Command`.
        text: The JSON; at most a megabyte.
        policy: The policy whose facts say which texts in `data` and `facts` are moments and days.
            Default: None, all of them are texts.

    Raises:
        InvalidValue: With everything that is wrong with it: keys that are missing or unknown,
            types, and values.
    """
    return read(kind, parsed(text), policy)


def read(kind: Any, value: Any, policy: Policy | None = None) -> Any:
    """The same of JSON that is parsed already."""
    reading = _Reading(policy)
    built = reading.value(kind, value, name_of(kind))
    if reading.faults:
        raise InvalidValue(reading.faults)
    return built


def parsed(text: str | bytes) -> Any:
    """What a JSON text says; strictly: no key twice, no NaN, no text that is none.

    Raises:
        InvalidValue: It is no JSON, or too long.
    """
    try:
        if len(text) > MAX_BYTES:
            raise ValueError(f"it is longer than {MAX_BYTES} bytes")
        said = text if isinstance(text, str) else text.decode()
        # Not msgspec's own reader: it takes the last of two equal keys.
        value = json.loads(said, object_pairs_hook=_unrepeated, parse_constant=_no_constant)
        if "\\u" in said:
            json.dumps(value, ensure_ascii=False).encode()  # half of a character pair is no text
        return value
    except (ValueError, RecursionError) as error:
        problem = str(error)[:MAX_PROBLEM]
        raise InvalidValue([Fault("JSON", problem, "JSON", code="malformed")]) from None


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    line = dict(pairs)
    if len(line) < len(pairs):
        raise ValueError("a key occurs twice")
    return line


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def plain(value: Any, lang: Lang = "en") -> Any:
    """A value as JSON has it: dicts, lists, strings, numbers, flags and None."""
    match value:
        case Decision() | Option() | Overview():
            return plain(view(value, lang), lang)
        case Text():
            return value[lang]
        case Enum():
            return value.value
        case datetime() | date():
            return exact(value).isoformat()
        case Mapping():
            return {str(key): plain(each, lang) for key, each in value.items()}
        case tuple() | list():
            return [plain(each, lang) for each in value]
        case _ if attrs.has(type(value)):
            # A buyer is an actor of that role.
            kind: Any = Actor if isinstance(value, Actor) else type(value)
            shown = {each.name: getattr(value, each.name) for each in members(kind)}
            return dict([TAGS[kind]] if kind in TAGS else []) | plain(shown, lang)
        case _:
            return exact(value)


def moment_or_day(text: Any, kind: type[date]) -> Any:
    """A moment or a day; what is neither stays as it is, and the value that has it names it."""
    if isinstance(text, str):
        with suppress(ValueError):
            return kind.fromisoformat(text)
    return text


def facts(values: Mapping[str, Any], policy: Policy | None) -> dict[str, Any]:
    """Facts as the policy declares them: moments and days are texts in JSON."""
    kinds: Mapping[type, type[date]] = {Moment: datetime, Day: date}
    read_as = {name: kinds.get(type(policy and policy.fact(name))) for name in values}
    return {
        name: value if (kind := read_as[name]) is None else moment_or_day(value, kind)
        for name, value in values.items()
    }


class _Reading:
    """Reads one value, and gathers what is wrong with it; what is wrong stays as it is."""

    def __init__(self, policy: Policy | None) -> None:
        self.faults: list[Fault] = []
        self._policy = policy

    def value(self, kind: Any, value: Any, where: str, *, is_checked: bool = False) -> Any:
        """The value as `kind`; with `is_checked` its owner names what is wrong with it itself."""
        kinds = options_of(kind)
        if value is None and NoneType in kinds:
            return None
        if choices := tagged(kind):
            others = [each for each in kinds if each not in choices.values()]
            return self._tagged(choices, others, value, where)
        if len(kinds) > 1:
            (kind,) = (each for each in kinds if each is not NoneType)
        origin = get_origin(kind)
        if attrs.has(kind):
            return self._built(kind, value, where)
        if origin is tuple and isinstance(value, list):
            return self._entries(get_args(kind), value, where, is_checked=is_checked)
        if origin in (FrozenMap, Mapping) and isinstance(value, dict):
            return self._mapped(get_args(kind)[1], value, where, is_checked=is_checked)
        if kind in (datetime, date):
            made = moment_or_day(value, kind)
            if is_checked or isinstance(made, date):
                return made
        return self._leaf(origin or kind, value, where, is_checked=is_checked)

    def _leaf(self, kind: Any, value: Any, where: str, *, is_checked: bool) -> Any:
        if kind is Text:
            text = self._leaf(str, value, where, is_checked=is_checked)
            return as_text(text) if isinstance(text, str) else text
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            if not is_checked:
                self._add(where, f"{error}", "another type", code="wrong_type")
        return value

    def _entries(
        self, kinds: tuple[Any, ...], values: list[Any], where: str, *, is_checked: bool
    ) -> tuple[Any, ...]:
        if kinds[-1] is ...:
            kinds = kinds[:1] * len(values)
        elif len(kinds) != len(values):
            self._add(where, f"has {len(values)} entries", f"{len(kinds)} entries", "wrong_type")
            return ()
        return tuple(
            self.value(kind, value, f"{where}[{number}]", is_checked=is_checked)
            for number, (kind, value) in enumerate(zip(kinds, values, strict=True))
        )

    def _mapped(
        self, kind: Any, values: dict[str, Any], where: str, *, is_checked: bool
    ) -> Mapping[str, Any]:
        if kind is Any:
            return facts(values, self._policy)
        return {
            name: self.value(kind, value, f"{where}[{name!r:.50}]", is_checked=is_checked)
            for name, value in values.items()
        }

    def _tagged(
        self, choices: Mapping[str, type], others: list[type], value: Any, where: str
    ) -> Any:
        """An instance of the class that the tag names; with any other tag one of `others`."""
        key = TAGS[next(iter(choices.values()))][0]
        tag = value.get(key) if isinstance(value, dict) else None
        if isinstance(tag, str) and tag in choices:
            kind = choices[tag]
            return self._built(kind, value, where if "." in where else name_of(kind))
        if isinstance(tag, str) and others:
            return self._built(others[0], value, where)
        problem = f"{key} is {_shown(tag)}" if isinstance(value, dict) else f"is {_shown(value)}"
        self._add(where, problem, f"{key} one of: {', '.join(choices)}", code="wrong_type")
        return value

    def _built(self, kind: Any, value: Any, where: str) -> Any:
        """An instance of an attrs class."""
        if not isinstance(value, dict):
            self._add(where, f"is {_shown(value)}", "an object", code="wrong_type")
            return value
        before = len(self.faults)
        is_checked = hasattr(kind, "__attrs_post_init__")
        expected = {each.name: each for each in members(kind)}
        tag, name_of_kind = TAGS.get(kind, ("", ""))
        for key in value:
            if key not in expected and key != tag:
                known = ", ".join([*([tag] if tag else []), *expected])
                self._add(
                    f"{where}.{key:.80}", "is no key of it", f"one of: {known}", "unknown_key"
                )
        if tag and value.get(tag) != name_of_kind:
            self._add(f"{where}.{tag}", f"is {_shown(value.get(tag))}", name_of_kind, "wrong_type")
        fields: dict[str, Any] = {}
        for name, each in expected.items():
            if name in value:
                fields[name] = self.value(
                    each.kind, value[name], f"{where}.{name}", is_checked=is_checked
                )
            elif each.is_required:
                fields[name] = None  # a class that checks itself says that it is missing
                if not is_checked:
                    self._add(f"{where}.{name}", "is missing", "a value", "missing")
        if not is_checked and len(self.faults) > before:
            return value
        try:
            return kind(**fields)
        except InvalidValue as error:
            for fault in error.faults:
                at = f"{where}.{fault.where.partition('.')[2]}"
                named = [each.where for each in self.faults[before:]]
                if not any(_is_within(at, each) or _is_within(each, at) for each in named):
                    self.faults.append(attrs.evolve(fault, where=at))
        return value

    def _add(self, where: str, problem: str, expected: str, code: str) -> None:
        self.faults.append(Fault(where, problem[:MAX_PROBLEM], expected, code=code))


def _is_within(where: str, other: str) -> bool:
    """Whether a fault is of what another one names already, or of a part of it."""
    return where == other or where.startswith((f"{other}.", f"{other}["))


def _shown(value: Any) -> str:
    """A text as it is, of anything else what kind of JSON it is: it may be deeply nested."""
    if isinstance(value, str):
        return f"{value!r:.80}"
    kinds = {dict: "an object", list: "a list", bool: "a flag", NoneType: "missing"}
    return kinds.get(type(value), "a number")
