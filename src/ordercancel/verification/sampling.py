"""Picks for a sampled verification: spread like random ones, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


def picks(seed: int, stream: str, size: int) -> Iterator[int]:
    """Yield indices from 0 to `size` - 1 without end; an index may come again.

    They are digests of `seed`, `stream` and a running number, not random numbers: verification
    is pure, so that whoever repeats it sees the same. `stream` names what is picked from, lest
    two spaces of one size be picked from alike.
    """
    number = 0
    while True:
        digest = sha256(f"{seed} {stream} {number}".encode()).digest()
        yield int.from_bytes(digest) % size
        number += 1


def combination_at(index: int, columns: Iterable[Sequence[T]]) -> tuple[T, ...]:
    """The combination with this `index` among all that take one value of each of `columns`."""
    chosen: list[T] = []
    for values in columns:
        index, place = divmod(index, len(values))
        chosen.append(values[place])
    return tuple(chosen)
