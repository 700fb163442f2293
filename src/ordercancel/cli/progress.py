"""What a terminal shows while something takes its time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show on a terminal that `what` is being done, where Rich is installed; else nothing."""
    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield
        return
    with import_module("rich.console").Console(stderr=True).status(what):
        yield
