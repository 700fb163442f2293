"""What is checked of a policy's sources: clauses that are there, readings and decisions."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import TypeVar

from ordercancel.domain.faults import Faults
from ordercancel.policy.check_conditions import one_of
from ordercancel.policy.check_texts import all_texts
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.sources import Basis, Citation, Clause, OwnRule, Sourced

T = TypeVar("T")


def check_sources(policy: PolicyParts, faults: Faults) -> None:
    """Check the ids of what a policy provides, and on whose word each part of it is there."""
    ids = [each.id for each in policy.provisions]
    for name in repeated(ids):
        faults.add(f"rules[{name!r}]", "has an id that occurs twice", "each id once")
    for name in (each for each in ids if str(each).startswith("standard.")):
        faults.add(f"rules[{name!r}]", "has an id of the library", "no id that begins standard.")
    clauses = {each.id: each for each in _clauses(policy)}
    for name in repeated(each.id for each in _clauses(policy)):
        faults.add(f"documents[{name!r}]", "has an id that occurs twice", "each id once")
    for where, source in _sources(policy):
        match source:
            case OwnRule(rationale):
                if not all(map(str.strip, rationale.values)):
                    faults.add(where, "says nothing", "own_rule('why it is there')")
            case Citation(clauses=named):
                if not named:
                    faults.add(where, "cites no clause", "at least one, or own_rule('why')")
                for name in named:
                    _check_citation(source, name, clauses.get(name), where, faults)
            case None:
                pass
            case _:
                expected = "clause('…'), reading('…'), decided('…'), own_rule('…') or a str"
                faults.add(where, f"is {source!r:.80}", expected)


def _check_citation(
    source: Citation, name: str, clause: Clause | None, where: str, faults: Faults
) -> None:
    """What is said to be read or decided has its words in the clause."""
    if clause is None:
        expected = "the id of a clause of the policy's documents"
        faults.add(where, f"cites {name!r:.80}", expected)
    elif source.basis is Basis.READS and clause.reading is None:
        faults.add(where, f"rests on a reading of {name!r}", "a clause with a reading")
    elif source.basis is Basis.DECIDED:
        gaps = [gap.parameter for gap in clause.decided]
        if source.parameter not in gaps:
            problem = f"rests on a decision on {name!r} by {source.parameter!r}"
            faults.add(where, problem, f"a gap of the clause, by {one_of(map(repr, gaps))}")


def _clauses(policy: PolicyParts) -> Iterator[Clause]:
    return (clause for document in policy.documents for clause in document.clauses)


def _sources(policy: PolicyParts) -> Iterator[tuple[str, object]]:
    yield "source", policy.source
    for rule in policy.provisions:
        yield f"rules[{rule.id!r}].source", rule.source
    for reason in policy.reasons:
        yield f"reasons[{reason.code!r}].source", reason.source
    for message in policy.own_notifications or ():
        yield f"notifications[{message.on} to {message.to}].source", message.source
    for where, text in all_texts(policy):
        if isinstance(text, Sourced):
            yield f"{where}.source", text.source
    for label in policy.texts.labels:
        yield f"texts.labels[{label.on} to {label.to}].source", label.source
    for counter in policy.texts.counters or ():
        yield f"texts.counters[{counter.on}].source", counter.source


def repeated(values: Iterable[T]) -> list[T]:
    """Those of `values` that come more than once."""
    return [value for value, times in Tally(values).items() if times > 1]
