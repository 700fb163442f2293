"""Telling plain adapters from async ones."""

from __future__ import annotations

import inspect

from ordercancel.domain.faults import Faults

__all__ = ["check_method"]


def check_method(
    faults: Faults, field: str, adapter: object, method: str, *, is_async: bool
) -> None:
    """Note a fault where `adapter` lacks `method`, or has that of the twin.

    A plain call of an async method does nothing and raises nothing: the message would be lost.
    """
    expected = f"an adapter with a {'coroutine' if is_async else 'plain'} method {method!r}"
    found = getattr(adapter, method, None)
    if not callable(found):
        faults.add(field, f"has no method {method!r}", expected)
    elif inspect.iscoroutinefunction(found) is not is_async:
        faults.add(field, f"has a {'plain' if is_async else 'coroutine'} method", expected)
