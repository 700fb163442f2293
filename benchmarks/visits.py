"""How far one command travels through the library: files entered, and returns to one it had left.

``python benchmarks/visits.py`` prints both for a request that cancels an order at once, on each
store; with ``--calls`` also every call, in order, with ``+`` at a file entered for the first time
and ``*`` at a return.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import ordercancel
from ordercancel import Buyer, CancellationService, Order, RequestCancellation
from ordercancel.policies import QOO10
from ordercancel.service import Store
from ordercancel.stores.memory import MemoryStore
from ordercancel.stores.sql import SqlStore

PACKAGE = str(Path(ordercancel.__file__).parent)

Call = tuple[int, str, str]
"""How deep it is, the file and the function."""


def calls_of(work: Callable[[], object]) -> list[Call]:
    """Return every call of a function of the library while `work` is done."""
    calls: list[Call] = []
    depth = 0

    def look(frame: FrameType, event: str, _: object) -> None:
        nonlocal depth
        code = frame.f_code
        if event in ("call", "return") and code.co_filename.startswith(PACKAGE):
            if event == "call":
                file = code.co_filename.removeprefix(PACKAGE)[1:]
                calls.append((depth, file, code.co_qualname))
            depth += 1 if event == "call" else -1

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def marks(calls: list[Call]) -> list[str]:
    """Return for each call ``+`` for a file entered first, ``*`` for a return, or a space."""
    entered: set[str] = set()
    current, marked = "", []
    for _, file, _ in calls:
        mark = " " if file == current else "*" if file in entered else "+"
        marked.append(mark)
        entered.add(file)
        current = file
    return marked


def request_calls(store: Store) -> list[Call]:
    """Return the calls of a second request, for the first one compiles and caches."""
    service = CancellationService(policies=[QOO10], store=store)
    calls: list[Call] = []
    for order_id in ("o-1", "o-2"):
        placed_at = datetime.now(UTC) - timedelta(hours=1)
        service.register(
            Order(
                order_id,
                policy="qoo10",
                status="new",
                buyer="b-1",
                seller="s-1",
                placed_at=placed_at,
            )
        )
        command = RequestCancellation(order_id, by=Buyer("b-1"), reason="changed_mind")
        calls = calls_of(lambda command=command: service.handle(command))  # type: ignore[misc]
    return calls


def main() -> None:
    """Print what one request visits."""
    with tempfile.TemporaryDirectory() as folder:
        sqlite = SqlStore(f"sqlite:///{folder}/orders.db")
        for name, store in (("memory", MemoryStore()), ("SQLite", sqlite)):
            calls = request_calls(store)
            marked = marks(calls)
            print(f"{name}: {marked.count('+')} files, {marked.count('*')} returns")
            if "--calls" in sys.argv[1:]:
                for mark, (depth, file, function) in zip(marked, calls, strict=True):
                    print(f"{mark} {'  ' * depth}{file} {function}")
        sqlite.close()


if __name__ == "__main__":
    main()
