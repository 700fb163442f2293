"""A plan worked out beforehand, for each kind of row that its tests tell apart.

The tests put few questions to few columns, so that there are few kinds of rows: a few hundred. An
order's kind is a small sum, one summand for each column, and its answers are found by that number.
No text is put together order by order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from math import prod
from operator import and_, or_
from typing import Any

import attrs

from ordercancel.bulk.conditions import (
    ALWAYS,
    COMPARED,
    Absent,
    AllOf,
    Among,
    AnyOf,
    Bounded,
    Flag,
    Leaf,
    Outside,
    Test,
    any_of,
    atoms_of,
)
from ordercancel.bulk.plan import Join, Pick, Plan, tests_of
from ordercancel.rules.conditions import Relation

Values = tuple[str | bool | None, ...]


@attrs.frozen
class Summand:
    """The number of the first branch whose test holds, or else `otherwise`."""

    branches: tuple[tuple[Test, int], ...]
    otherwise: int


@attrs.frozen
class Lookup:
    """The answers by number.

    Args:
        summands: What each column adds to a row's number.
        answers: The values of each column of the answer, in the order of the numbers.
    """

    summands: tuple[Summand, ...]
    answers: Mapping[str, Values]


def lookup_of(plan: Plan, *, most: int) -> Lookup | None:
    """The plan as a lookup; None where its tests tell more than `most` kinds of rows apart."""
    atoms: dict[str, set[Leaf]] = defaultdict(set)
    for test in (test for pick in plan.answers.values() for test in tests_of(pick)):
        for atom in atoms_of(test):
            atoms[atom.column].add(atom)
    columns = {column: _kinds(column, asked) for column, asked in atoms.items()}
    distinct = [list(dict.fromkeys(held for _, held in kinds)) for kinds in columns.values()]
    size = prod(map(len, distinct))
    if size > most:
        return None
    rows: dict[Test, int] = {}
    summands = []
    step = 1
    for (column, kinds), known in zip(columns.items(), distinct, strict=True):
        for test in atoms[column]:
            places = (row for row in range(size) if test in known[row // step % len(known)])
            rows[test] = sum(1 << row for row in places)
        summands.append(_summand([(test, step * known.index(held)) for test, held in kinds]))
        step *= len(known)
    answers = {name: _values(pick, rows, size) for name, pick in plan.answers.items()}
    return Lookup(tuple(each for each in summands if each.branches), answers)


def _values(pick: Pick, rows: Mapping[Test, int], size: int) -> Values:
    """The value for each row; `rows` has, for each test of one column, the rows as a bit mask."""
    everywhere = (1 << size) - 1

    def where(test: Test) -> int:
        match test:
            case AllOf(tests):
                return reduce(and_, map(where, tests), everywhere)
            case AnyOf(tests):
                return reduce(or_, map(where, tests), 0)
            case _:
                return rows[test]

    values: list[str | bool | None] = [None] * size
    left = everywhere
    for test, piece in (*pick.branches, (ALWAYS, pick.otherwise)):
        here = left & where(test)
        left &= ~here
        words = piece.words if isinstance(piece, Join) else ()
        held = [(_bits(where(each), size), word) for each, word in words]
        for row, is_here in enumerate(_bits(here, size)):
            if is_here == "1":
                joined = ",".join(word for bits, word in held if bits[row] == "1")
                values[row] = joined if isinstance(piece, Join) else piece
    return tuple(values)


def _bits(mask: int, size: int) -> str:
    return f"{mask:0{size}b}"[::-1]


_Example = str | bool | tuple[Any, int] | None
"""A value: a word, a flag, none, or a bound with -1 just before it, 0 at it and 1 just after."""


def _kinds(column: str, atoms: set[Leaf]) -> list[tuple[Test, frozenset[Leaf]]]:
    """The kinds of a column's values: what finds each after those before, and what holds of it.

    What no test speaks of, such as another word, is the last kind.
    """
    return [
        (test, frozenset(atom for atom in atoms if _holds(atom, example)))
        for test, example in _examples(column, atoms)
    ]


def _examples(column: str, atoms: set[Leaf]) -> Iterator[tuple[Test, _Example]]:
    yield Absent(column), None
    bounds: list[Any] = sorted({atom.bound for atom in atoms if isinstance(atom, Bounded)})
    if any(isinstance(atom, Flag) for atom in atoms):
        yield Flag(column, up=True), True
        yield ALWAYS, False
    elif bounds:
        for bound in bounds:
            yield Bounded(column, Relation.LESS, bound), (bound, -1)
            yield Bounded(column, Relation.AT_MOST, bound), (bound, 0)
        yield ALWAYS, (bounds[-1], 1)
    else:
        words = {
            word for atom in atoms if isinstance(atom, Among | Outside) for word in atom.words
        }
        for word in sorted(words):
            yield Among(column, frozenset({word})), word
        yield ALWAYS, ""


def _holds(atom: Leaf, example: _Example) -> bool:
    match atom:
        case Absent():
            return example is None
        case _ if example is None:
            return False
        case Among(_, words):
            return example in words
        case Outside(_, words):
            return example not in words
        case Flag(_, up):
            return example is up
        case Bounded(_, relation, bound):
            return bool(COMPARED[relation](example, (bound, 0)))
    return True  # Present


def _summand(kinds: Sequence[tuple[Test, int]]) -> Summand:
    """What each kind of a column's values adds, in as few branches as can be.

    A missing value makes no test hold but `Absent`, so that it may be left to `otherwise`.
    """
    *others, (_, otherwise) = kinds
    alike: dict[int, list[Test]] = {}
    below: list[tuple[Test, int]] = []
    for test, number in others:
        if isinstance(test, Bounded):
            if below and below[-1][1] == number:
                below.pop()
            below.append((test, number))
        elif number != otherwise:
            alike.setdefault(number, []).append(test)
    if below and below[-1][1] == otherwise:
        below.pop()
    return Summand((*((any_of(tests), n) for n, tests in alike.items()), *below), otherwise)
