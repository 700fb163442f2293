"""Checks of input values that gather every fault before they raise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType

from ordercancel.errors import Fault, InvalidValue
from ordercancel.text import unsafe_characters

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "MAX_ATTRIBUTES",
    "MAX_LINE",
    "MAX_TEXT",
    "Faults",
    "moment",
]

FIRST_YEAR, LAST_YEAR = 1900, 9000
"""The years that times and days may lie in, so that reckoning with them never overflows."""

MAX_LINE = 200
"""The longest identifier, code or name, in code points."""

MAX_TEXT = 4_000
"""The longest text that is read at all, in code points, before any policy's own bounds."""

MAX_ATTRIBUTES = 50
"""How many attributes of its own a host may put on one order."""


class Faults:
    """Gathers the faults of one input; `raise_if_any` raises them together.

    Each check names the field, looks at the value and notes a fault where it is wrong.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.found: list[Fault] = []

    def add(self, field: str, problem: str, expected: str) -> None:
        """Note a fault of `field`."""
        self.found.append(Fault(f"{self.subject}.{field}", problem, expected))

    def raise_if_any(self, error: type[InvalidValue] = InvalidValue) -> None:
        """Raise `error` with all faults found, if there are any."""
        if self.found:
            raise error(self.found)

    def line(self, field: str, value: object, *, optional: bool = False) -> None:
        """`value` is one line of 1 to `MAX_LINE` printable characters."""
        if optional and value is None:
            return
        expected = f"a line of 1 to {MAX_LINE} printable characters"
        if not isinstance(value, str):
            self.add(field, f"is {_kind(value)}", expected)
        elif not value.strip():
            self.add(field, "is empty", expected)
        elif len(value) > MAX_LINE:
            self.add(field, f"has {len(value)} characters", expected)
        elif unsafe := unsafe_characters(value):
            self.add(field, f"contains {', '.join(unsafe)}", expected)

    def text(self, field: str, value: object) -> None:
        """`value` is None or a text of at most `MAX_TEXT` code points."""
        expected = f"a text of at most {MAX_TEXT} code points"
        if value is not None and not isinstance(value, str):
            self.add(field, f"is {_kind(value)}", expected)
        elif isinstance(value, str) and len(value) > MAX_TEXT:
            self.add(field, f"has {len(value)} code points", expected)

    def time(self, field: str, value: object, *, optional: bool = False) -> None:
        """`value` is a date and time with an offset from UTC."""
        if optional and value is None:
            return
        expected = "a date and time with a UTC offset"
        if not isinstance(value, datetime):
            self.add(field, f"is {_kind_or_text(value)}", expected)
        elif value.utcoffset() is None:
            self.add(field, f"{value.isoformat()} has no UTC offset", expected)
        else:
            within = FIRST_YEAR <= value.year <= LAST_YEAR
            self._year(field, value.astimezone(UTC) if within else value)

    def day(self, field: str, value: object, *, bounded: bool = True) -> None:
        """`value` is None or a date without a time."""
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.add(field, f"is {_kind_or_text(value)}", "a date without a time")
        elif value is not None and bounded:
            self._year(field, value)

    def _year(self, field: str, day: date) -> None:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            expected = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
            self.add(field, f"is in the year {day.year}", expected)

    def flag(self, field: str, value: object) -> None:
        """`value` is True or False."""
        if not isinstance(value, bool):
            self.add(field, f"is {_kind(value)}", "true or false")

    def instance(self, field: str, value: object, kind: type | UnionType, expected: str) -> None:
        """`value` is a `kind`, which people know as `expected`."""
        if not isinstance(value, kind):
            self.add(field, f"is {_kind(value)}", expected)

    def member(self, field: str, value: object, choices: type[StrEnum]) -> None:
        """`value` is one of the members of `choices`, or its plain string."""
        if value not in tuple(choices):
            self.add(field, f"is {value!r}", f"one of: {', '.join(choices)}")

    def attributes(self, field: str, value: object) -> None:
        """`value` maps at most `MAX_ATTRIBUTES` names to strings, whole numbers or flags."""
        if not isinstance(value, Mapping):
            self.add(field, f"is {_kind(value)}", "a mapping of names to values")
            return
        if len(value) > MAX_ATTRIBUTES:
            self.add(field, f"has {len(value)} entries", f"at most {MAX_ATTRIBUTES}")
        for name, item in value.items():
            self.line(f"{field} name {name!r:.50}", name)
            where = f"{field}[{name!r:.50}]"
            if not isinstance(item, str | int):
                self.add(where, f"is {_kind(item)}", "a string, integer or flag")
            elif isinstance(item, str) and len(item) > MAX_LINE:
                self.add(where, f"has {len(item)} characters", f"at most {MAX_LINE}")
            elif isinstance(item, str) and any("\ud800" <= char <= "\udfff" for char in item):
                self.add(where, "contains a lone surrogate", "text that can be written as UTF-8")


def moment(field: str, value: datetime) -> datetime:
    """`value` in UTC, in which lengths of time are what they are; checked as `Faults.time` does.

    Between two times of one zone Python reckons by the clock on the wall, which is off by an hour
    over the night that the clocks change.
    """
    subject, _, name = field.rpartition(".")
    faults = Faults(subject)
    faults.time(name, value)
    faults.raise_if_any()
    return value.astimezone(UTC)


def _kind_or_text(value: object) -> str:
    return f"{value!r:.80}" if isinstance(value, str) else _kind(value)


def _kind(value: object) -> str:
    name = type(value).__name__
    article = "an" if name[0] in "aeiou" else "a"
    return "missing" if value is None else f"{article} {name}"
