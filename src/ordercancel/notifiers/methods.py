"""Telling plain adapters from async ones."""

from __future__ import annotations

import inspect

from ordercancel.domain.faults import Faults


def check_method(
    faults: Faults, field: str, adapter: object, name: str, *, is_async: bool
) -> None:
    """Add a fault of `field` unless `adapter` has a method `name` that is async, or plain.

    A plain call of an async method does nothing and raises nothing: a message would be lost.
    """
    expected = f"an adapter with a {'coroutine' if is_async else 'plain'} method {name!r}"
    method = getattr(adapter, name, None)
    if not callable(method):
        faults.add(field, f"has no method {name!r}", expected)
    elif inspect.iscoroutinefunction(method) is not is_async:
        faults.add(field, f"has a {'plain' if is_async else 'coroutine'} method", expected)
