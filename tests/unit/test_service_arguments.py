"""What a service is put together from."""

from __future__ import annotations

from typing import Any

import pytest

from ordercancel import AsyncCancellationService, CancellationService
from ordercancel.domain.errors import InvalidValue
from ordercancel.stores.memory import MemoryStore


@pytest.mark.parametrize("kind", [CancellationService, AsyncCancellationService])
def test_every_argument_that_is_something_else_is_told_at_once(kind: Any) -> None:
    """Not at the first command that needs it; and no password of a URL is repeated."""
    arguments: dict[str, Any] = {
        "policies": 1,
        "store": "postgresql://shop:secret@db/shop",
        "directory": {"s-1": "a seller"},
        "notifier": MemoryStore,
        "obligations": 5,
        "clock": "12:00",
        "conflicts": 8,
        "retries": None,
        "observers": None,
        "chance": 0.5,
    }
    with pytest.raises(InvalidValue) as caught:
        kind(**arguments)
    problems = {fault.where: fault.problem for fault in caught.value.faults}
    assert problems == {
        "service.policies": "is of the type int",
        "service.store": "is of the type str",
        "service.directory": "is of the type dict",
        "service.notifier": "is the class MemoryStore",
        "service.obligations": "is of the type int",
        "service.clock": "is of the type str",
        "service.conflicts": "is of the type int",
        "service.retries": "is of the type NoneType",
        "service.observers": "is of the type NoneType",
        "service.chance": "is of the type float",
    }
    assert "secret" not in str(caught.value)
