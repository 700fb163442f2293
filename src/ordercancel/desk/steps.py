"""How a script written once is driven with plain calls or with awaited ones.

A script is a generator that yields what it wants done and is sent what came of it. It does not
know whether the calls that it makes answer or must be awaited: that is its driver's business.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, ParamSpec, TypeVar

import attrs

__all__ = ["Steps", "call", "drive", "drive_async"]

P = ParamSpec("P")
T = TypeVar("T")

Steps = Generator[Callable[[], Any], Any, T]
"""A script that comes to a `T`."""


@attrs.frozen
class _Raised:
    """What came of a step was an error."""

    error: Exception


def call(port: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Steps[T]:
    """One call of a port, as a step of a script."""
    result: T | _Raised = yield partial(port, *args, **kwargs)
    if isinstance(result, _Raised):
        raise result.error
    return result


def drive(script: Steps[T]) -> T:
    """Perform a script whose ports answer at once."""
    try:
        step = next(script)
        while True:
            try:
                result = step()
            except Exception as error:  # whatever a port raises is the script's to handle
                result = _Raised(error)
            step = script.send(result)
    except StopIteration as done:
        answer: T = done.value
        return answer
    finally:
        script.close()  # at once, where a port was interrupted


async def drive_async(script: Steps[T]) -> T:
    """Perform a script whose ports are awaited."""
    try:
        step = next(script)
        while True:
            try:
                result = await step()
            except Exception as error:  # whatever a port raises is the script's to handle
                result = _Raised(error)
            step = script.send(result)
    except StopIteration as done:
        answer: T = done.value
        return answer
    finally:
        script.close()  # at once, where a port was interrupted
