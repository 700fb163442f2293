"""What a terminal shows while something takes its time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

Watch = Callable[[str, int, int], object]
"""Is told what is counted, how many there are so far, and how many there are to be at most."""

_EACH = 64
"""How many go by between two looks at the bar, which cost more than what is counted."""


@contextmanager
def busy(what: str) -> Iterator[Watch | None]:
    """Show on a terminal that `what` is being done, where Rich is installed; else nothing.

    What the context gives is to be told how far it is, for a bar with per cent; without it, a bar
    moves that says no more than that something is done.
    """
    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield None
        return
    with bars() as bar:
        task = bar.add_task(what, total=None)

        def watch(counted: str, done: int, most: int) -> None:
            if done % _EACH == 0 or done == most:
                said = f"{what}: {counted} {done:,}/{most:,}"
                bar.update(task, description=said, completed=done, total=most)

        yield watch


def bars() -> Progress:
    """Bars on the terminal, which go away in the end."""
    rich = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    words = rich.TextColumn("{task.description}", markup=False)
    columns = (words, rich.BarColumn(), rich.TaskProgressColumn(), rich.TimeElapsedColumn())
    made: Progress = rich.Progress(*columns, console=console, transient=True)
    return made
