"""Conditions over the columns of a table, once the actor and the moment are known.

A rule's condition is true, false or unknown. Over columns, each of the three is a test of its
own, and none of them negates another: a test is made of tests of one column, of "all of" and of
"any of". So a missing value, NULL in a database, makes a test of its column not hold, whatever a
database, a data frame or Python says of comparing with nothing: the three stay apart everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations
from operator import ge, gt, le, lt
from typing import Any, cast

import attrs

from ordercancel.rules.conditions import Relation

Bound = int | date | datetime
"""What a column is compared with: a number, a day, or a moment in UTC."""


OPPOSITE: Mapping[Relation, Relation] = {
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.MORE,
    Relation.AT_LEAST: Relation.LESS,
    Relation.MORE: Relation.AT_MOST,
}
"""What holds of a value where the other does not."""

COMPARED: Mapping[Relation, Callable[[Any, Any], Any]] = {
    Relation.LESS: lt,
    Relation.AT_MOST: le,
    Relation.AT_LEAST: ge,
    Relation.MORE: gt,
}
"""How a value, or an engine's column, is compared with a bound."""


@attrs.frozen
class Atom:
    """A test of one column; it does not hold where the value is missing, `Absent` apart."""

    column: str


@attrs.frozen
class Among(Atom):
    """It is one of these words."""

    words: frozenset[str]


@attrs.frozen
class Outside(Atom):
    """It is a word, and none of these."""

    words: frozenset[str]


@attrs.frozen
class Flag(Atom):
    """The flag is up, or down."""

    up: bool


@attrs.frozen
class Bounded(Atom):
    """The value and the bound are in the relation."""

    relation: Relation
    bound: Bound


@attrs.frozen
class Present(Atom):
    """There is a value."""


@attrs.frozen
class Absent(Atom):
    """There is no value."""


@attrs.frozen
class AllOf:
    """All of the tests hold; without any, it always does."""

    tests: tuple[Test, ...]


@attrs.frozen
class AnyOf:
    """At least one of the tests holds; without any, it never does."""

    tests: tuple[Test, ...]


Leaf = Among | Outside | Flag | Bounded | Present | Absent
"""A test of one column."""

Test = Leaf | AllOf | AnyOf
"""A test of a row."""

ALWAYS = AllOf(())
NEVER = AnyOf(())


def all_of(tests: Iterable[Test]) -> Test:
    """The shortest test that holds where all of `tests` do."""
    atoms: dict[str, list[Test]] = {}
    choices: list[AnyOf] = []
    for test in _flat(tests, AllOf):
        if isinstance(test, AnyOf):
            choices.append(test)
        else:
            atom = cast(Atom, test)
            atoms[atom.column] = _with(atoms.get(atom.column, []), test)
    kept = [test for column in atoms.values() for test in column]
    if any(isinstance(test, Among) and not test.words for test in kept):
        return NEVER
    if any(_contradict(one, other) for one, other in combinations(kept, 2)):
        return NEVER
    for choice in choices:
        left = any_of(test for test in choice.tests if not _contradicts_any(test, kept))
        if left == NEVER:
            return NEVER
        if not isinstance(left, AnyOf):
            # What is left of a choice may settle others.
            return all_of([*kept, left, *(each for each in choices if each is not choice)])
        if not any(test in kept for test in left.tests):
            kept.append(left)
    kept = list(dict.fromkeys(kept))
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def any_of(tests: Iterable[Test]) -> Test:
    """The shortest test that holds where any of `tests` does."""
    words: dict[str, frozenset[str]] = {}
    others: list[Test] = []
    for test in _flat(tests, AnyOf):
        if test == ALWAYS:
            return ALWAYS
        if isinstance(test, Among):
            words[test.column] = words.get(test.column, frozenset()) | test.words
        elif test not in others:
            others.append(test)
    kept: list[Test] = [Among(column, each) for column, each in words.items()]
    for test in others:
        parts = test.tests if isinstance(test, AllOf) else ()
        if not any(_implies_any(part, (*kept, *others)) for part in parts):
            kept.append(test)
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def _flat(tests: Iterable[Test], kind: type[AllOf | AnyOf]) -> Iterator[Test]:
    for test in tests:
        if isinstance(test, kind):
            yield from _flat(test.tests, kind)
        else:
            yield test


def _with(tests: list[Test], test: Test) -> list[Test]:
    """The tests of one column, and one more; of the words, those that both allow."""
    if isinstance(test, Among):
        for number, known in enumerate(tests):
            if isinstance(known, Among):
                both = Among(test.column, known.words & test.words)
                return [*tests[:number], both, *tests[number + 1 :]]
    return tests if test in tests else [*tests, test]


def _contradicts_any(test: Test, others: Sequence[Test]) -> bool:
    """Whether a test never holds where all of `others` do."""
    parts = test.tests if isinstance(test, AllOf) else (test,)
    return any(_contradict(part, other) for part in parts for other in others)


def _contradict(one: Test, other: Test) -> bool:
    """Whether two tests of a column never hold together, as far as can be seen at once."""
    if not isinstance(one, Atom) or not isinstance(other, Atom) or one.column != other.column:
        return False
    match one, other:
        case (Absent(), Absent()):
            return False
        case (Absent(), _) | (_, Absent()):
            return True
        case Among(_, words), Among(_, others):
            return not words & others
        case (Among(_, words), Outside(_, others)) | (Outside(_, others), Among(_, words)):
            return words <= others
        case Flag(_, up), Flag(_, also_up):
            return up is not also_up
        case Bounded(_, relation, bound), Bounded(_, other_relation, other_bound):
            return relation is OPPOSITE[other_relation] and bound == other_bound
    return False


def _implies_any(test: Test, others: Sequence[Test]) -> bool:
    """Whether one of `others` holds wherever a test of one column does."""
    for other in others:
        if test == other:
            return True
        if isinstance(test, Among) and isinstance(other, Among) and test.column == other.column:
            return test.words <= other.words
    return False


def columns_of(test: Test) -> Iterator[str]:
    """The columns that a test looks at."""
    for atom in atoms_of(test):
        yield atom.column


def atoms_of(test: Test) -> Iterator[Leaf]:
    """The tests of one column that a test is made of."""
    if isinstance(test, AllOf | AnyOf):
        for part in test.tests:
            yield from atoms_of(part)
    else:
        yield test
