"""Checks of input values that gather every fault before they raise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from types import UnionType
from typing import Any

from ordercancel.domain.characters import unsafe_characters
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.limits import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_ATTRIBUTES,
    MAX_INTEGER,
    MAX_LINE,
    MAX_MESSAGE,
    MAX_PROBLEM,
    MAX_TEXT,
)


class Faults:
    """Gathers the faults of one input; `raise_if_any` raises them together.

    Each check names the field, looks at the value and notes a fault where it is wrong.
    """

    __slots__ = ("found", "subject")

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.found: list[Fault] = []

    def add(self, field: str, problem: str, expected: str) -> None:
        """Note a fault of `field`."""
        shortened = problem if len(problem) <= MAX_PROBLEM else f"{problem[: MAX_PROBLEM - 1]}…"
        self.found.append(Fault(f"{self.subject}.{field}", shortened, expected))

    def raise_if_any(self, error: type[InvalidValue] = InvalidValue) -> None:
        """Raise `error` with all faults found, if there are any."""
        if self.found:
            raise error(self.found)

    def line(
        self, field: str, value: object, *, optional: bool = False, most: int = MAX_LINE
    ) -> None:
        """`value` is one line of 1 to `most` printable characters."""
        if _is_line(value, most) or (optional and value is None):
            return
        expected = f"a line of 1 to {most} printable characters"
        if not isinstance(value, str):
            self.add(field, f"is {_kind(value)}", expected)
        elif not value.strip():
            self.add(field, "is empty", expected)
        elif len(value) > most:
            self.add(field, f"has {len(value)} characters", expected)
        elif unsafe := unsafe_characters(value):
            self.add(field, f"contains {', '.join(unsafe)}", expected)

    def text(
        self, field: str, value: object, *, optional: bool = True, most: int = MAX_TEXT
    ) -> None:
        """`value` is None or a text of at most `most` code points."""
        if (isinstance(value, str) and len(value) <= most) or (optional and value is None):
            return
        expected = f"a text of at most {most} code points"
        has = f"has {len(value)} code points" if isinstance(value, str) else f"is {_kind(value)}"
        self.add(field, has, expected)

    def header(self, field: str, value: object) -> None:
        """`value` is a text that a header of a mail can hold: empty, or one printable line."""
        if type(value) is str and len(value) <= MAX_MESSAGE and value.isprintable():
            return
        self.text(field, value, optional=False, most=MAX_MESSAGE)
        unsafe = unsafe_characters(value[:MAX_MESSAGE]) if isinstance(value, str) else ()
        if unsafe:
            self.add(field, f"contains {', '.join(unsafe)}", "one printable line")

    def entries(self, field: str, value: object, most: int) -> tuple[Any, ...]:
        """`value` is a tuple with at most `most` entries; gives those to look at."""
        if not isinstance(value, tuple):
            self.add(field, f"is {_kind(value)}", "a tuple")
            return ()
        if len(value) > most:
            self.add(field, f"has {len(value)} entries", f"at most {most}")
        return value[:most]

    def number(self, field: str, value: object, least: int, most: int, expected: str) -> None:
        """`value` is a whole number from `least` to `most`, which people know as `expected`."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(field, f"is {_kind(value)}", expected)
        elif not least <= value <= most:
            problem = f"is below {least}" if value < least else f"is above {most}"
            self.add(field, problem, expected)

    def time(
        self, field: str, value: object, *, optional: bool = False, last_year: int = LAST_YEAR
    ) -> None:
        """`value` is a date and time with an offset from UTC."""
        if _is_utc(value) or (optional and value is None):
            return
        expected = "a date and time with a UTC offset"
        if not isinstance(value, datetime):
            self.add(field, f"is {_kind_or_text(value)}", expected)
            return
        # Far outside, even asking a zone for its offset may overflow.
        within = FIRST_YEAR <= value.year <= last_year
        if value.tzinfo is None or (within and value.utcoffset() is None):
            self.add(field, f"{value.isoformat()} has no UTC offset", expected)
        else:
            self._year(field, value.astimezone(UTC) if within else value, last_year)

    def day(self, field: str, value: object, *, bounded: bool = True) -> None:
        """`value` is None or a date without a time."""
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.add(field, f"is {_kind_or_text(value)}", "a date without a time")
        elif value is not None and bounded:
            self._year(field, value, LAST_YEAR)

    def _year(self, field: str, day: date, last_year: int) -> None:
        if not FIRST_YEAR <= day.year <= last_year:
            expected = f"a year from {FIRST_YEAR} to {last_year}"
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
        self.choice(field, value, tuple(choices))

    def choice(self, field: str, value: object, choices: tuple[str, ...]) -> None:
        """`value` is one of the words `choices`."""
        if value not in choices:
            self.add(field, f"is {_kind_or_text(value)}", f"one of: {', '.join(choices)}")

    def attributes(self, field: str, value: object) -> None:
        """`value` maps at most `MAX_ATTRIBUTES` names to strings, whole numbers or flags.

        Names and strings have at most `MAX_LINE` characters, whole numbers at most 64 bits.
        """
        if not isinstance(value, Mapping):
            self.add(field, f"is {_kind(value)}", "a mapping of names to values")
            return
        if len(value) > MAX_ATTRIBUTES:
            self.add(field, f"has {len(value)} entries", f"at most {MAX_ATTRIBUTES}")
        for name, item in islice(value.items(), MAX_ATTRIBUTES):
            shown = f"{_kind_or_text(name):.50}"
            self.line(f"{field} name {shown}", name)
            where = f"{field}[{shown}]"
            if not isinstance(item, str | int):
                self.add(where, f"is {_kind(item)}", "a string, integer or flag")
            elif isinstance(item, int) and not -MAX_INTEGER - 1 <= item <= MAX_INTEGER:
                self.add(where, "is beyond 64 bits", "a whole number from -2**63 to 2**63 - 1")
            elif isinstance(item, str) and len(item) > MAX_LINE:
                self.add(where, f"has {len(item)} characters", f"at most {MAX_LINE}")
            elif isinstance(item, str) and any("\ud800" <= char <= "\udfff" for char in item):
                self.add(where, "contains a lone surrogate", "text that can be written as UTF-8")


def moment(field: str | type, value: datetime) -> datetime:
    """`value` in UTC, in which lengths of time are what they are; checked as `Faults.time` does.

    Between two times of one zone Python reckons by the clock on the wall, which is off by an hour
    over the night that the clocks change. `field` is what people know it as; for a command, which
    is given at a moment, its kind.
    """
    if _is_utc(value):
        return value
    known_as = field if isinstance(field, str) else f"{field.__name__}.at"
    subject, _, name = known_as.rpartition(".")
    faults = Faults(subject)
    faults.time(name, value)
    faults.raise_if_any()
    return value.astimezone(UTC)


def _is_line(value: object, most: int) -> bool:
    """Whether `value` is a plain line, such as nearly every one is; if not, `line` tells why."""
    return (
        type(value) is str
        and 0 < len(value) <= most
        and value.isprintable()
        and not value.isspace()
    )


def _is_utc(value: object) -> bool:
    """Whether `value` is a moment in UTC, of the years that are taken."""
    return (
        type(value) is datetime and value.tzinfo is UTC and FIRST_YEAR <= value.year <= LAST_YEAR
    )


def _kind_or_text(value: object) -> str:
    return f"{value!r:.80}" if isinstance(value, str) else _kind(value)


def _kind(value: object) -> str:
    name = type(value).__name__
    article = "an" if name[0] in "aeiou" else "a"
    return "missing" if value is None else f"{article} {name}"
