"""Measuring ways to do the same thing, and what is said of them.

The ways take turns, so that whatever else the machine does troubles all of them, and each is told
by its median.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat
from statistics import median
from time import perf_counter

import attrs


class Wrong(Exception):
    """Two ways do not give the same answers."""


@attrs.frozen
class Row:
    """What was measured of one way.

    Args:
        group: What it was measured at, such as ``decide``.
        way: How it was done, such as ``by hand``.
        value: The median.
        unit: ``s`` for seconds per piece of work, ``bytes``, or what else was counted.
        beside: The way of the same group that its ratio is told against; None for no ratio.
    """

    group: str
    way: str
    value: float
    unit: str = "s"
    beside: str | None = None

    def ratio(self, rows: Iterable[Row]) -> float | None:
        """How many times as much as the way beside it; None where that was not measured."""
        return None if self.beside is None else _ratio(rows, self.group, self.way, self.beside)


@attrs.frozen
class Bound:
    """What a ratio of two ways of one group is at most."""

    group: str
    way: str
    beside: str
    at_most: float

    def ratio(self, rows: Iterable[Row]) -> float | None:
        """What was measured; None where one of the two was not."""
        return _ratio(rows, self.group, self.way, self.beside)


def in_turns(ways: Mapping[str, Callable[[], float]], *, turns: int = 15) -> dict[str, float]:
    """The median of what each way tells of itself, such as the seconds that a part of it took.

    Garbage is collected before each turn, and none while it lasts. What is there already is no
    garbage of theirs and left alone.
    """
    told: dict[str, list[float]] = {name: [] for name in ways}
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(turns):
            for name, way in ways.items():
                gc.collect()
                told[name].append(way())
    finally:
        gc.enable()
        gc.unfreeze()
    return {name: median(values) for name, values in told.items()}


def side_by_side(
    ways: Mapping[str, Callable[[], object]], *, turns: int = 15, least: float = 0.02
) -> dict[str, float]:
    """The median of the seconds that one call of each way takes.

    Args:
        ways: What is called, by name.
        turns: How many turns each way has.
        least: About how many seconds a turn lasts; a way is called as often as that takes.
    """
    return in_turns(
        {name: _turn(way, _calls(way, least)) for name, way in ways.items()}, turns=turns
    )


def seconds_of(way: Callable[[], object], calls: int = 1) -> float:
    """The seconds that so many calls take together."""
    began = perf_counter()
    for _ in repeat(None, calls):
        way()
    return perf_counter() - began


def _turn(way: Callable[[], object], calls: int) -> Callable[[], float]:
    return lambda: seconds_of(way, calls) / calls


def _calls(way: Callable[[], object], least: float) -> int:
    """How many calls last about `least` seconds; it warms the way up, too."""
    way()
    calls = 1
    while (taken := seconds_of(way, calls)) < least / 4:
        calls *= 2
    return max(1, round(calls * least / taken))


def _ratio(rows: Iterable[Row], group: str, way: str, beside: str) -> float | None:
    values = {row.way: row.value for row in rows if row.group == group}
    if way not in values or beside not in values:
        return None
    return values[way] / values[beside]
