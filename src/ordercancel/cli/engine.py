"""DuckDB, on which the commands about many orders work, with a bar that says how far it is."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from time import sleep
from typing import Any, TypeVar

import duckdb

from ordercancel.cli.progress import bars

T = TypeVar("T")


@contextmanager
def an_engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory; what does not fit goes to the system's folder for such files."""
    with tempfile.TemporaryDirectory(prefix="ordercancel-") as folder:
        config: Any = {"temp_directory": folder, "autoinstall_known_extensions": "false"}
        engine = duckdb.connect(config=config)
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        try:
            yield engine
        finally:
            engine.close()


def watched(engine: duckdb.DuckDBPyConnection, label: str, work: Callable[[], T]) -> T:
    """Do `work`, with a progress bar on a terminal."""
    if not sys.stderr.isatty():
        return work()
    with ThreadPoolExecutor(1) as pool, bars() as bar:
        task = bar.add_task(label, total=100)
        running = pool.submit(work)
        try:
            while not running.done():
                bar.update(task, completed=max(0, engine.query_progress()))
                wait([running], timeout=0.1)
        except KeyboardInterrupt:
            # Again and again: between two queries there is nothing to interrupt.
            while not running.done():
                engine.interrupt()
                sleep(0.05)
            raise
        return running.result()
