"""Checks of input values that gather every fault before they raise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from types import UnionType
from typing import Any

from ordercancel.domain.characters import hidden_characters, unsafe_characters
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.exact import Real, exact, exact_moment
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.limits import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_FACTS,
    MAX_INTEGER,
    MAX_LINE,
    MAX_LINES,
    MAX_MESSAGE,
    MAX_PROBLEM,
    MAX_QUANTITY,
    MAX_TEXT,
)


class Faults:
    """Gathers the faults of one input; `raise_if_any` raises them together.

    Each check names the field, looks at the value and notes a fault where it is wrong. Of a value
    that is right, but of a type of the host's own, it notes the exact one, for `settle`.
    """

    __slots__ = ("exact", "found", "subject")

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.found: list[Fault] = []
        self.exact: dict[str, Any] = {}

    def add(self, field: str, problem: str, expected: str, **more: Any) -> None:
        """Note a fault of `field`; `more` are fields of `Fault` besides, such as its code."""
        told = problem if len(problem) <= MAX_PROBLEM else f"{problem[: MAX_PROBLEM - 1]}…"
        self.found.append(Fault(f"{self.subject}.{field}", told, expected, **more))

    def raise_if_any(self, error: type[InvalidValue] = InvalidValue) -> None:
        """Raise `error` with all faults found, if there are any."""
        if self.found:
            raise error(self.found)

    def settle(self, owner: object) -> None:
        """Raise all faults found; without any, give the frozen `owner` the exact values."""
        self.raise_if_any()
        for field, value in self.exact.items():
            if field.isidentifier():  # and no part of one, which is exact with the whole
                object.__setattr__(owner, field, value)

    def line(
        self,
        field: str,
        value: object,
        *,
        optional: bool = False,
        most: int = MAX_LINE,
        words: bool = False,
    ) -> None:
        """`value` is one line of 1 to `most` printable characters, with no blanks around them.

        Two ids that look the same are the same: what shows nothing is refused. With `words` it is
        for people to read, such as a name, and may have full-width blanks, joined emoji and the
        like; so may what was stored before this was refused (`kept`).
        """
        if _is_line(value, most) or (optional and value is None):
            return
        expected = f"a line of 1 to {most} printable characters"
        if not isinstance(value, str):
            self.add(field, f"is {_kind(value)}", expected)
            return
        line: str = exact(value)
        is_lax = words or _KEPT.get()
        unfit = unsafe_characters if is_lax else hidden_characters
        if not line.strip():
            self.add(field, "is empty", expected)
        elif len(line) > most:
            self.add(field, f"has {len(line)} characters", expected)
        elif named := unfit(line):
            self.add(field, f"contains {', '.join(named)}", expected)
        elif line != line.strip() and not is_lax:
            self.add(field, "begins or ends with a blank", expected)
        elif line is not value:
            self.exact[field] = line

    def key(self, field: str, value: object, most: int) -> None:
        """`value` is a key that a store has given out: text that a database can hold."""
        if not isinstance(value, str):
            self.add(field, f"is {_kind(value)}", "a str")
        elif len(value) > most or (not value.isprintable() and unsafe_characters(value[:most])):
            self.add(field, "is no key that was given out", f"at most {most} printable characters")
        elif type(value) is not str:
            self.exact[field] = exact(value)

    def text(
        self, field: str, value: object, *, optional: bool = True, most: int = MAX_TEXT
    ) -> None:
        """`value` is None or a text of at most `most` code points."""
        if isinstance(value, str) and len(value) <= most:
            if type(value) is not str:
                self.exact[field] = exact(value)
            return
        if optional and value is None:
            return
        expected = f"a text of at most {most} code points"
        found = f"has {len(value)} code points" if isinstance(value, str) else f"is {_kind(value)}"
        sentences = {
            "ja": f"{most:,}文字以内で入力してください。",
            "en": f"Please enter at most {most:,} characters.",
        }
        self.add(field, found, expected, sentences=sentences)

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
        elif type(value) is not int:
            self.exact[field] = exact(value)

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
        elif not within:
            self._year(field, value, last_year)
        else:
            self.exact[field] = exact_moment(value)
            self._year(field, self.exact[field], last_year)

    def day(self, field: str, value: object, *, bounded: bool = True) -> None:
        """`value` is None or a date without a time."""
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.add(field, f"is {_kind_or_text(value)}", "a date without a time")
        elif value is not None and bounded:
            self._year(field, value, LAST_YEAR)
        if value is not None and type(value) is not Real.day:
            self.exact[field] = exact(value)

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
        if not isinstance(value, str) or value not in choices:
            self.add(field, f"is {_kind_or_text(value)}", f"one of: {', '.join(choices)}")

    def amounts(
        self, field: str, value: object, *, least: int = 1, most: int = MAX_QUANTITY
    ) -> None:
        """`value` maps at most `MAX_LINES` ids to whole numbers, such as units of a line."""
        if not isinstance(value, Mapping):
            self.add(field, f"is {_kind(value)}", "a mapping of ids to whole numbers")
            return
        before = len(self.found)
        if len(value) > MAX_LINES:
            self.add(field, f"has {len(value)} entries", f"at most {MAX_LINES}")
        for name, number in islice(value.items(), MAX_LINES):
            shown = f"{_kind_or_text(name):.50}"
            self.line(f"{field} id {shown}", name)
            expected = f"a whole number, {least} to {most}"
            self.number(f"{field}[{shown}]", number, least, most, expected)
        if len(self.found) == before:
            self.exact[field] = FrozenMap({exact(name): exact(n) for name, n in value.items()})

    def facts(self, field: str, value: object) -> None:
        """`value` maps at most `MAX_FACTS` names to what a fact can be.

        That is a string or a name of at most `MAX_LINE` characters, a whole number of at most 64
        bits, a flag, a moment with a UTC offset, or a day.
        """
        if not isinstance(value, Mapping):
            self.add(field, f"is {_kind(value)}", "a mapping of names to values")
            return
        if not value:
            return
        before = len(self.found)
        if len(value) > MAX_FACTS:
            self.add(field, f"has {len(value)} entries", f"at most {MAX_FACTS}")
        for name, item in islice(value.items(), MAX_FACTS):
            shown = f"{_kind_or_text(name):.50}"
            self.line(f"{field} name {shown}", name)
            where = f"{field}[{shown}]"
            match item:
                case None | bool():
                    pass
                case datetime():
                    self.time(where, item)
                case date():
                    self.day(where, item)
                case int() if not -MAX_INTEGER - 1 <= item <= MAX_INTEGER:
                    self.add(where, "is beyond 64 bits", "a number from -2**63 to 2**63 - 1")
                case str() if len(item) > MAX_LINE:
                    self.add(where, f"has {len(item)} characters", f"at most {MAX_LINE}")
                case str() if any("\ud800" <= char <= "\udfff" or char == "\0" for char in item):
                    problem = "contains a lone surrogate or U+0000"
                    self.add(where, problem, "text that a database can hold")
                case str() | int():
                    pass
                case _:
                    self.add(where, f"is {_kind(item)}", "a string, integer, flag, time or day")
        if len(self.found) == before:
            self.exact[field] = FrozenMap(
                {exact(name): exact(each) for name, each in value.items()}
            )


@contextmanager
def kept() -> Iterator[None]:
    """Take lines with invisible characters and outer blanks, as they were stored once."""
    token = _KEPT.set(True)
    try:
        yield
    finally:
        _KEPT.reset(token)


_KEPT = ContextVar("kept", default=False)


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
    return exact_moment(value)


def _is_line(value: object, most: int) -> bool:
    """Whether `value` is a plain line, such as nearly every one is; if not, `line` tells why."""
    return (
        type(value) is str
        and 0 < len(value) <= most
        and value.isprintable()
        and value[0] != " " != value[-1]
        and (value.isascii() or not hidden_characters(value))
    )


def _is_utc(value: object) -> bool:
    """Whether `value` is a moment in UTC, of the years that are taken."""
    return (
        type(value) is Real.moment
        and value.tzinfo is UTC
        and FIRST_YEAR <= value.year <= LAST_YEAR
    )


def _kind_or_text(value: object) -> str:
    return f"{exact(value)!r:.80}" if isinstance(value, str) else _kind(value)


def _kind(value: object) -> str:
    name = type(value).__name__
    article = "an" if name[0] in "aeiou" else "a"
    return "missing" if value is None else f"{article} {name}"
