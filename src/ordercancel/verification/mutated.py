"""Conditions, times, effects and bounds of texts with one thing changed, for mutants of a policy.

Each change comes as what stood there, what stands there instead, and the whole with it in its
place. None is nothing: a part that was left out has nothing instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs

from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Listed,
    Named,
    Not,
    Relation,
)
from ordercancel.rules.effects import CANCEL, PERMIT, Effect, Forbid, If, Refer
from ordercancel.rules.facts import Choice
from ordercancel.rules.reasons import TextBounds
from ordercancel.rules.times import (
    BusinessDays,
    By,
    Earliest,
    EndOfDay,
    Latest,
    NextClock,
    Shift,
    Time,
)
from ordercancel.verification.enumeration import SECOND, TODAY

T = TypeVar("T")
Change = tuple[Any, Any, T]
"""What stood there, what stands there instead, and the whole with it."""


def effects(policy: Policy, effect: Effect) -> Iterator[Change[Effect]]:
    """The effect with one thing changed in it."""
    if isinstance(effect, If):
        turned = If(effect.when, effect.otherwise, effect.then)
        yield effect, turned, turned
        for before, after, when in conditions(policy, effect.when):
            yield before, after, attrs.evolve(effect, when=when)
        for name in ("then", "otherwise"):
            for before, after, branch in effects(policy, getattr(effect, name)):
                branches: dict[str, Any] = {name: branch}
                yield before, after, attrs.evolve(effect, **branches)
        return
    others: list[Effect] = [CANCEL, Refer("seller"), Refer("operator"), PERMIT]
    forbids = (plain for rule in policy.rules for _, plain in rule.leaves())
    codes = sorted({each.code for each in forbids if isinstance(each, Forbid)})
    if codes:
        code = effect.code if isinstance(effect, Forbid) else codes[-1]
        others.append(Forbid(codes[(codes.index(code) + 1) % len(codes)]))
    yield from ((effect, other, other) for other in others if other != effect)


def conditions(policy: Policy, when: Condition) -> Iterator[Change[Condition]]:
    """The condition with one thing changed in it."""
    match when:
        case All(parts) | AnyOf(parts):
            kind = type(when)
            for number, part in enumerate(parts):
                yield part, None, kind((*parts[:number], *parts[number + 1 :]))
                for before, after, inner in conditions(policy, part):
                    yield before, after, kind((*parts[:number], inner, *parts[number + 1 :]))
            if len(parts) > 1:
                turned: Condition = (AnyOf if kind is All else All)(parts)
                yield when, turned, turned
        case Not(inner) if not isinstance(inner, Listed):
            yield when, inner, inner
            for before, after, mutated in conditions(policy, inner):
                yield before, after, Not(mutated)
        case Named(condition=inner):
            # Without its name: that stands for what it was.
            yield from conditions(policy, inner)
        case IsIn(name, values):
            yield from ((when, each, each) for each in _choices(policy, name, values))
        case Holds() | Known():
            yield when, Not(when), Not(when)
        case Before(fact, time):
            yield when, Not(when), Not(when)
            for _, _, moved in times(time):
                yield when, Before(fact, moved), Before(fact, moved)
        case Compare(fact, how, bound):
            others = [Compare(fact, how, bound + step) for step in (1, -1)]
            others += [Compare(fact, each, bound) for each in Relation if each is not how]
            yield from ((when, other, other) for other in others)


def _choices(policy: Policy, name: str, values: frozenset[str]) -> Iterator[Condition]:
    fact = policy.fact(name)
    domain = policy.domain(fact) if isinstance(fact, Choice) else ()
    for value in domain:
        if value not in values:
            yield IsIn(name, values | {value})
            continue
        yield IsIn(name, values - {value}) if len(values) > 1 else ~ALWAYS
        following = domain[(domain.index(value) + 1) % len(domain)]
        if following not in values:
            yield IsIn(name, values - {value} | {following})


def times(time: Time) -> Iterator[Change[Time]]:
    """The time with one step of it a second or a day off, or with one of several left out."""
    others: list[Time] = []
    match time:
        case EndOfDay(anchor, later):
            others = [EndOfDay(anchor, later + step) for step in (1, -1)]
        case BusinessDays(anchor, count, calendar):
            others = [BusinessDays(anchor, count + step, calendar) for step in (1, -1)]
        case Shift(anchor, length):
            others = [Shift(anchor, length + step) for step in (SECOND, -SECOND)]
        case NextClock(anchor, clock):
            shown = datetime.combine(TODAY, clock, UTC)
            others = [NextClock(anchor, (shown + step).time()) for step in (SECOND, -SECOND)]
        case Earliest(parts) | Latest(parts):
            kind = type(time)
            others = [(Latest if kind is Earliest else Earliest)(*parts)]
            for number, part in enumerate(parts):
                rest = (parts[:number], parts[number + 1 :])
                yield part, None, kind(*rest[0], *rest[1])
                for before, after, moved in times(part):
                    yield before, after, kind(*rest[0], moved, *rest[1])
        case By(choice, by_word):
            for number, (word, part) in enumerate(by_word):
                rest_of = (by_word[:number], by_word[number + 1 :])
                yield part, None, By(choice, (*rest_of[0], *rest_of[1]))
                for before, after, moved in times(part):
                    yield before, after, By(choice, (*rest_of[0], (word, moved), *rest_of[1]))
    yield from ((time, other, other) for other in others)
    step: Any = time
    inner = getattr(step, "anchor", None)
    if isinstance(inner, Time):
        for before, after, moved in times(inner):
            yield before, after, attrs.evolve(step, anchor=moved)


def bounds(given: TextBounds | None) -> Iterator[TextBounds | None]:
    """Bounds of a text one off, required or not in turn, and none; of none a short text."""
    if given is None:
        yield TextBounds(1, 20, required=False)
        return
    yield None
    for field in ("minimum", "maximum"):
        for step in (-1, 1):
            value = getattr(given, field) + step
            # A text of no characters is none.
            value = 2 if (field, value) == ("minimum", 1) and not given.required else value
            changes: dict[str, Any] = {field: value}
            if value >= 0:
                yield attrs.evolve(given, **changes)
    yield attrs.evolve(given, required=not given.required)
