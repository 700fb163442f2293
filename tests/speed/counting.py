"""Counting what Python does: the same each time, however busy the machine is."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any


def instructions(work: Callable[[], object]) -> int:
    """How many instructions of Python's own machine `work` takes, in all functions it calls."""
    counted = _by_monitoring if sys.version_info >= (3, 12) else _by_tracing
    return counted(work)


def _by_monitoring(work: Callable[[], object]) -> int:
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    tool, event, found = 4, monitoring.events.INSTRUCTION, 0

    def look(code: object, offset: int) -> None:
        nonlocal found
        found += 1

    monitoring.use_tool_id(tool, "counting")
    monitoring.register_callback(tool, event, look)
    monitoring.set_events(tool, event)
    try:
        work()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)
    return found


def _by_tracing(work: Callable[[], object]) -> int:
    found = 0

    def look(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal found
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        found += event == "opcode"
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        work()
    finally:
        sys.settrace(before)
    return found


def bytes_at_most(work: Callable[[], object]) -> int:
    """How many bytes `work` holds at a time, beside those that were held before."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before
