"""Values that check their fields when they are built, each by its type.

A `str` is one line, a `datetime` a moment with a UTC offset, a `date` a day, a `bool` a flag, and
anything else an instance of its class. Where more is to be said, ``Annotated`` says what checks
the field. A field that may be None is checked where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs

from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.limits import (
    LAST_DUE_YEAR,
    MAX_AMOUNT,
    MAX_KEPT_TEXT,
    MAX_MESSAGE_ID,
    MAX_REQUESTS,
    MAX_VERSION,
)

Check = Callable[[Faults, str, Any], None]
"""Notes what is wrong with the value of a field, which it gets with the name of the field."""


class Checked:
    """A frozen attrs class whose fields are checked by their types.

    What a host's own subclass adds is the host's to check: its annotations may say anything.

    Raises:
        InvalidValue: When it is built, with every fault of its fields.
    """

    __slots__ = ()

    def __attrs_post_init__(self) -> None:
        kind: Any = type(self)
        faults = Faults(kind.__name__)
        for name, check, is_optional in _checks_of(kind):
            value = getattr(self, name)
            if value is not None or not is_optional:
                check(faults, name, value)
        self._check(faults)
        faults.settle(self)

    def _check(self, faults: Faults) -> None:
        """Note what is wrong between several fields."""


def entries(kind: type, most: int) -> Check:
    """Checks a tuple of at most `most` instances of `kind`."""

    def check(faults: Faults, field: str, value: object) -> None:
        for number, entry in enumerate(faults.entries(field, value, most)):
            faults.instance(f"{field}[{number}]", entry, kind, _a(kind))

    return check


def names(most: int) -> Check:
    """Checks a tuple of at most `most` lines."""

    def check(faults: Faults, field: str, value: object) -> None:
        for number, entry in enumerate(faults.entries(field, value, most)):
            faults.line(f"{field}[{number}]", entry)

    return check


def by_the_whole(faults: Faults, field: str, value: object) -> None:
    """Checks nothing: what is right depends on other fields, and `Checked._check` sees to it."""


def number(least: int, most: int, expected: str) -> Check:
    """Checks a whole number from `least` to `most`, which people know as `expected`."""
    return partial(Faults.number, least=least, most=most, expected=expected)


Words = Annotated[str, partial(Faults.line, words=True)]
"""A line for people to read."""

Typed = Annotated[str, Faults.text]
"""A text as somebody typed it."""

KeptText = Annotated[str, partial(Faults.text, most=MAX_KEPT_TEXT)]
"""A text that was cleaned."""

Digest = Annotated[str, partial(Faults.text, optional=False)]
"""What tells the forms of an edition apart; empty where nobody knew it yet."""

Key = Annotated[str, partial(Faults.key, most=MAX_MESSAGE_ID)]
"""A key that a store has given out."""

DueMoment = Annotated[datetime, partial(Faults.time, last_year=LAST_DUE_YEAR)]
"""A moment at which a deadline is due."""

RequestNumber = Annotated[int, number(1, MAX_REQUESTS, "the number of a request")]
"""The number of a request, from 1 on."""

Version = Annotated[int, number(0, MAX_VERSION, "a version")]
"""The version of a case."""

Amount = Annotated[int, number(0, MAX_AMOUNT, f"whole minor units, 0 to {MAX_AMOUNT}")]
"""Minor units."""

PaidAmount = Annotated[int, number(1, MAX_AMOUNT, f"1 to {MAX_AMOUNT}")]
"""Minor units that are given back."""

FactValues = Annotated[FrozenMap[str, Any], Faults.facts]
"""Values of facts, by name."""

Units = Annotated[FrozenMap[str, int], Faults.amounts]
"""Units, by the id of the line."""

BY_TYPE: dict[object, Check] = {
    str: Faults.line,
    bool: Faults.flag,
    datetime: Faults.time,
    date: Faults.day,
}
"""What checks a field of a type; a module adds its own types."""


@cache
def _checks_of(kind: Any) -> tuple[tuple[str, Check, bool], ...]:
    """What checks each field that is given, by name, and whether the field may be None."""
    own: Any = next(each for each in kind.__mro__ if each.__module__.startswith("ordercancel."))
    hints = get_type_hints(own, include_extras=True)
    return tuple(
        (field.name, *_check_of(hints[field.name])) for field in attrs.fields(own) if field.init
    )


def _check_of(hint: Any) -> tuple[Check, bool]:
    if get_origin(hint) in (Union, UnionType):
        (rest,) = (each for each in get_args(hint) if each is not NoneType)
        return _check_of(rest)[0], True
    if get_origin(hint) is Annotated:
        check: Check = hint.__metadata__[0]
        return check, False
    known = BY_TYPE.get(hint)
    return known or partial(Faults.instance, kind=hint, expected=_a(hint)), False


def _a(kind: type) -> str:
    return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"
