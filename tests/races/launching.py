"""Starting processes fast: they are forked from one that has everything loaded and no threads."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

PATIENCE = 120.0
"""After how many seconds a process counts as stuck."""

LOADED = (
    "crashes.steps",
    "crashes.worker",
    "races.worker",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
)
TESTS = str(Path(__file__).parent.parent)


@cache
def context() -> ForkServerContext:
    """Where processes, and what they share, come from."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(list(LOADED))
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (TESTS, before)))
    try:
        forkserver.ensure_running()  # it is told where the tests are by this alone
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return found


def launch(work: Callable[..., None], *args: Any) -> ForkServerProcess:
    """A new process that does `work`; it ends with the one that started it, at the latest."""
    process = context().Process(target=work, args=args, daemon=True)
    process.start()
    return process
