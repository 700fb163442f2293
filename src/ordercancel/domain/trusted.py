"""Building values from parts that were checked, without checking them again.

A value checks what it is built of: what a host hands in, and what is read back from a store. What
follows from checked values need not be checked once more: the events of a decision, and the state
that they make. The laws show that each of them would pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

import attrs

from ordercancel.domain.codegen import compile_function

P = ParamSpec("P")
T = TypeVar("T")


def trusted(kind: Callable[P, T]) -> Callable[P, T]:
    """The constructor of a frozen attrs class, by keywords, without its checks."""
    builder: Callable[P, T] = _BUILDERS.get(kind) or _builder(kind)
    return builder


def trusted_evolve(value: T, **changes: Any) -> T:
    """A copy of a frozen attrs value with some fields changed, without its checks.

    As ``attrs.evolve``, by the names of the fields, those too that its constructor does not take.
    """
    revise = _REVISERS.get((type(value), *changes)) or _reviser(type(value), *changes)
    copy: T = revise(value, **changes)
    return copy


_BUILDERS: dict[object, Callable[..., Any]] = {}
_REVISERS: dict[tuple[Any, ...], Callable[..., Any]] = {}


def _builder(kind: Any) -> Callable[..., Any]:
    fields = [field for field in attrs.fields(kind) if field.init]
    parameters = (
        field.alias if field.default is attrs.NOTHING else f"{field.alias}=default_{field.name}"
        for field in fields
    )
    source = f"""def build(*, {", ".join(parameters)}):
    made = new(open_kind)
    {_setting((field.name, field.alias) for field in fields)}
    return made
"""
    defaults = {f"default_{field.name}": field.default for field in fields}
    builder = _BUILDERS[kind] = compile_function("build", source, {**_names(kind), **defaults})
    return builder


def _reviser(kind: Any, *changed: str) -> Callable[..., Any]:
    names = [field.name for field in attrs.fields(kind)]
    for name in changed:
        if name not in names:
            raise TypeError(f"{kind.__name__} got an unexpected change of {name!r}")
    source = f"""def revise(value, *, {", ".join(changed)}):
    made = new(open_kind)
    {_setting((name, name if name in changed else f"value.{name}") for name in names)}
    return made
"""
    reviser = _REVISERS[kind, *changed] = compile_function("revise", source, _names(kind))
    return reviser


def _setting(values: Iterable[tuple[str, str]]) -> str:
    """Set the fields, then close the value: from there on it is of its own, frozen kind."""
    setting = [f"made.{name} = {value}" for name, value in values]
    return "; ".join([*setting, "made.__class__ = kind"])


def _names(kind: Any) -> dict[str, object]:
    """What the written functions call by name.

    The open kind is laid out as the frozen one, and lets attributes be set: Python does that in a
    fraction of the time that it takes to set slots behind the back of a frozen value.
    """
    as_usual = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    body = {"__slots__": (), **as_usual}
    return {"kind": kind, "open_kind": type("Open", (kind,), body), "new": object.__new__}
