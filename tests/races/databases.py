"""Empty databases of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import postgres

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@contextmanager
def database(kind: str, folder: Path, server: str) -> Iterator[str]:
    """The URL of an empty database: a file in `folder`, or a schema of the server."""
    if kind == SQLITE:
        yield f"sqlite:///{folder / 'shop.db'}"
    else:
        with postgres.schema(server) as url:
            yield url
