"""How a script written once is driven with plain calls or with awaited ones.

A script is a generator that yields what it wants done and is sent what came of it. It does not
know whether the calls that it makes answer or must be awaited: that is its driver's business.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar, TypeVarTuple

import attrs

__all__ = ["Steps", "call", "drive", "drive_async"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Step = tuple[Callable[..., Any], tuple[Any, ...]]
"""What is to be called, and with what."""

Steps = Generator[Step, Any, T]
"""A script that comes to a `T`."""


@attrs.frozen
class _Raised:
    """What came of a step was an error."""

    error: Exception


def call(port: Callable[[*Ts], T], *args: *Ts) -> Steps[T]:
    """One call of a port, as a step of a script."""
    result: T | _Raised = yield port, args
    if isinstance(result, _Raised):
        raise result.error
    return result


def drive(script: Steps[T]) -> T:
    """Perform a script whose ports answer at once."""
    try:
        port, args = next(script)
        while True:
            try:
                result = port(*args)
            except Exception as error:  # whatever a port raises is the script's to handle
                result = _Raised(error)
            port, args = script.send(result)
    except StopIteration as done:
        answer: T = done.value
        return answer
    finally:
        script.close()  # at once, where a port was interrupted


async def drive_async(script: Steps[T]) -> T:
    """Perform a script whose ports are awaited."""
    try:
        port, args = next(script)
        while True:
            try:
                result = await port(*args)
            except Exception as error:  # whatever a port raises is the script's to handle
                result = _Raised(error)
            port, args = script.send(result)
    except StopIteration as done:
        answer: T = done.value
        return answer
    finally:
        script.close()  # at once, where a port was interrupted
