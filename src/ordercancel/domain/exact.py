"""Exact values: what a host passes, as the plain type that it stands for.

A host passes what it has: a `StrEnum`, marked-up text, the times of pendulum, pandas or freezegun,
its own subclass of `Order`. All of them compare and print as somebody else decided, drivers and
encoders refuse some of them, and a subclass is never equal to its base. So they are brought to
exact values once, where they come in, and every store keeps the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, TypeVar

import attrs

T = TypeVar("T")


class Real:
    """The classes themselves; what freezes time puts its own in the place of a module's names."""

    moment: type[datetime] = datetime
    day: type[date] = date


def exact(value: Any) -> Any:
    """`value` as a plain `str`, `int`, `datetime` in UTC or `date`; as it is, if it is none.

    By the methods of those types themselves, whatever a subclass makes of them.

    >>> from http import HTTPStatus
    >>> exact(HTTPStatus.OK)
    200
    """
    match value:
        case bool() | None:
            return value
        case str():
            return str.__str__(value)
        case int():
            return int.__int__(value)
        case datetime():
            return exact_moment(value)
        case date():
            return Real.day.fromordinal(Real.day.toordinal(value))
        case _:
            return value


def exact_moment(value: datetime) -> datetime:
    """An aware time as a plain `datetime` in UTC; of what is finer than a microsecond, nothing."""
    if type(value) is Real.moment:
        return value.astimezone(UTC)
    day = Real.day.fromordinal(Real.day.toordinal(value))
    shown = Real.moment.combine(day, Real.moment.time(value))
    return (shown - (value.utcoffset() or Real.moment.resolution * 0)).replace(tzinfo=UTC)


def of_kind(value: Any, kind: type[T]) -> T:
    """An instance of a subclass of the attrs class `kind`, as one of `kind` itself.

    Raises:
        InvalidValue: It has values that `kind` does not take.
    """
    if type(value) is kind:
        return value
    fields = (field for field in attrs.fields(kind) if field.init)  # type: ignore[arg-type]
    return kind(**{str(field.alias): getattr(value, field.name) for field in fields})
