"""The files that are written: their endings, and how one is written as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOENT
from pathlib import Path

ORDERS = (".parquet", ".csv")
"""The kinds of files that orders are in, by their endings."""

PICTURES = (".png", ".svg")
"""The kinds of pictures, by their endings."""


def expected_ending(endings: tuple[str, ...]) -> str:
    """What a name should end with, for people."""
    return f"a name that ends with {' or '.join(endings)}"


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """Give a temporary file beside `file`, which is renamed to it at the end, or removed.

    Raises:
        FileNotFoundError: The folder does not exist.
    """
    if not file.absolute().parent.is_dir():
        raise FileNotFoundError(ENOENT, "its folder does not exist", str(file))
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.touch()
    try:
        yield part
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
