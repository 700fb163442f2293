"""Every combination of facts that can make a difference to a kind of command.

Rules compare facts with words, flags, bounds and times, so finitely many values of each fact stand
for all there are: every word of a choice, both values of a flag, for each bound the value before,
at and after it, for each time the last anchor with which it is over and the first with which it
is ahead, and no value where a fact may be missing. Combinations that contradict themselves, such
as a rejection before the first request, are left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import product
from math import prod
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.errors import TooLarge
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.engine.case_facts import expression
from ordercancel.engine.lifecycle_checks import checks_after, checks_before
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.anchors import least_anchor
from ordercancel.rules.conditions import Before, Compare, IsIn, Leaf, Listed, Value
from ordercancel.rules.effects import Forbid
from ordercancel.rules.facts import Choice, Day, Fact, Flag, Moment, Vocabulary
from ordercancel.rules.times import (
    BusinessDays,
    EndOfDay,
    NextClock,
    Shift,
    Time,
    midnight,
)
from ordercancel.verification.agreements import HAPPENED, agree
from ordercancel.verification.sampling import combination_at

MOST_COMBINATIONS = 1_000_000
"""How many combinations are tried at most by default, all kinds of commands together."""

FactValues = Mapping[str, Value | None]
"""Facts with their values, None where one is missing."""

SECOND = timedelta(seconds=1)
"""How far before a time the moment is that stands for all that are before it."""

_DAY = timedelta(days=1)

TODAY = date(2024, 4, 10)
"""The day on which combinations are judged, a Wednesday, where no calendar says otherwise."""

ANY = "*"
"""Stands for any word that no condition names, where a policy does not say which there are."""

_DERIVED = ("legal_move",)


@attrs.frozen
class Space:
    """The facts that rules and lifecycles ask for, for one kind of command, with their values.

    Args:
        policy: The policy whose lifecycles are meant.
        kind: The kind of command.
        values: The values that stand for all there are, by fact.
    """

    policy: RuleSet = attrs.field(repr=False)
    kind: type[Judged]
    values: Mapping[str, tuple[Value | None, ...]]

    @classmethod
    def of(
        cls,
        policy: RuleSet,
        kind: type[Judged],
        *others: RuleSet,
        now: datetime | None = None,
        also: Iterable[Leaf] = (),
    ) -> Space:
        """The space of `policy` for a `kind` of command.

        Args:
            policy: The policy.
            kind: The kind of command.
            others: Further policies, such as later editions: the space then holds what makes a
                difference to any of them, and of words those that all of them have.
            now: The one moment to judge at. Default: those that tell all answers apart.
            also: Conditions that matter besides those of the rules and lifecycles.
        """
        policies = (policy, *others)
        leaves = [leaf for each in policies for leaf in leaves_of(each, kind)]
        leaves += also
        names = dict.fromkeys(["request", *(leaf.fact for leaf in leaves)])
        nows = _moments_to_judge_at(policies, leaves)
        if nows and now is not None:
            nows = (now,)
        values = {name: values_of(name, leaves, policies, nows, kind) for name in names}
        if nows:
            values["now"] = nows
        return cls(policy, kind, FrozenMap(values))

    @property
    def size(self) -> int:
        """How many combinations there are, with those that contradict themselves."""
        return prod(len(values) for values in self.free.values())

    def combinations(self) -> Iterator[dict[str, Value | None]]:
        """Every combination that does not contradict itself."""
        for values in product(*self.free.values()):
            facts = self._combination(values)
            if facts is not None:
                yield facts

    def at(self, index: int) -> dict[str, Value | None] | None:
        """The combination with this index, 0 to `size` - 1; None where it contradicts itself."""
        return self._combination(combination_at(index, self.free.values()))

    def _combination(self, values: tuple[Value | None, ...]) -> dict[str, Value | None] | None:
        facts = self.completed(dict(zip(self.free, values, strict=True)))
        return facts if self.is_possible(facts) else None

    def completed(self, facts: dict[str, Value | None]) -> dict[str, Value | None]:
        """`facts` with what follows from them: the zone, and whether there is such a move."""
        if "now" in self.values:
            facts = {**facts, "zone": self.policy.tzinfo}
        if "legal_move" in self.values:
            has_move = (str(facts["status"]), str(facts["move"])) in self.policy.orders.table
            facts = {**facts, "legal_move": has_move}
        return facts

    def is_possible(self, facts: FactValues) -> bool:
        """Whether `facts` do not contradict each other."""
        return agree(self.policy, self.kind, facts)

    @property
    def free(self) -> Mapping[str, tuple[Value | None, ...]]:
        """The facts that do not follow from others, with their values."""
        return {name: values for name, values in self.values.items() if name not in _DERIVED}


def check_size(spaces: Collection[Space], most: int = MOST_COMBINATIONS) -> None:
    """Raise `TooLarge` where `spaces` have over `most` combinations together."""
    size = sum(space.size for space in spaces)
    if size > most:
        raise too_large(spaces, size, "combinations of facts")


def too_large(spaces: Iterable[Space], size: int, what: str, *, solved: bool = False) -> TooLarge:
    """The error that the `size` combinations, or cases, of `spaces` are too many to try.

    `solved` says that a solver was asked already.
    """
    largest = max(spaces, key=lambda space: space.size)
    counts = {name: len(values) for name, values in largest.free.items()}
    facts = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return TooLarge(size, largest.kind.__name__, facts, what, solved=solved)


class FactRegions:
    """What a policy tells of the values of facts: of a number or time, on which side it is.

    Args:
        leaves: The conditions about one fact each that matter.
    """

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        bounds: dict[str, set[int]] = {}
        times: dict[str, dict[Before, None]] = {}
        for leaf in leaves:
            if isinstance(leaf, Compare):
                bounds.setdefault(leaf.fact, set()).add(leaf.bound)
            elif isinstance(leaf, Before):
                times.setdefault(leaf.fact, {})[leaf] = None
        self._bounds = {name: sorted(values) for name, values in bounds.items()}
        self._times = times

    def region(self, name: str, facts: FactValues) -> Hashable:
        """What is equal for two values of the fact `name` that no rule tells apart."""
        if name in self._times:
            return tuple([leaf.test(facts) for leaf in self._times[name]])
        value = facts[name]
        if isinstance(value, date):
            return True  # known: no rule compares it
        if not isinstance(value, int) or isinstance(value, bool):
            return value
        bounds = self._bounds.get(name, [])
        place = bisect_left(bounds, value)
        return place, place < len(bounds) and bounds[place] == value


def leaves_of(policy: RuleSet, kind: type[Judged]) -> Iterator[Leaf]:
    """The conditions about one fact each by which a `kind` of command is judged."""
    grants: list[Any] = [None]
    for _, when, effect in policy.leaves_for(kind):
        yield from when.leaves()
        if not isinstance(effect, Forbid):
            grants.append(effect)
    for grant in dict.fromkeys(grants):
        for must_hold, _ in (*checks_before(kind), *checks_after(policy, kind, grant)):
            yield from must_hold.leaves()


def all_leaves(policy: RuleSet) -> tuple[Leaf, ...]:
    """The conditions about one fact each by which any command is judged."""
    return tuple(leaf for kind in JUDGED for leaf in leaves_of(policy, kind))


# ---------------------------------------------------------------- the values of one fact


def values_of(
    name: str,
    leaves: Iterable[Leaf],
    policies: tuple[RuleSet, ...],
    nows: tuple[datetime, ...] = (),
    kind: type[Judged] | None = None,
) -> tuple[Value | None, ...]:
    """The values of the fact `name` that all `policies` know and `leaves` tell apart.

    Args:
        name: The name of the fact.
        leaves: The conditions about one fact each that matter.
        policies: The policies; of a choice, the words that all of them have that know it.
        nows: The moments that it is judged at, for facts that times are reckoned from.
        kind: The kind of command that it is read of. Default: any that can carry it.
    """
    knowing = [each for each in policies if each.fact(name) is not None]
    fact: Any = knowing[0].fact(name)
    if kind is not None and expression(name, fact, kind) == "None":
        return (None,)
    values: tuple[Value | None, ...]
    match fact:
        case Choice():
            domains = [_words(each, name, kind) for each in knowing]
            if fact.values is Vocabulary.CHANNELS:  # a policy that names none takes any
                domains = [each for each in domains if each] or [()]
            values = tuple(word for word in domains[0] if all(word in each for each in domains))
            if not any(domains) and fact.may_be_missing:
                values = (*_named(name, leaves), ANY)
        case Flag():
            values = (True, False)
        case Moment() | Day():
            times = [
                leaf.time for leaf in leaves if isinstance(leaf, Before) and leaf.fact == name
            ]
            zones = tuple(dict.fromkeys(each.tzinfo for each in policies))
            values = tuple(_around(fact, times, nows, zones))
        case _:
            bounds = {
                leaf.bound for leaf in leaves if isinstance(leaf, Compare) and leaf.fact == name
            }
            numbers = {bound + step for bound in bounds for step in (-1, 0, 1)} or {0}
            if name == "requests_made":
                numbers = {0, 1} | {number for number in numbers if number > 0}
            values = tuple(sorted(numbers))
    return (*values, None) if _may_be_missing(fact) else values


def _named(name: str, leaves: Iterable[Leaf]) -> tuple[str, ...]:
    """The words of the fact `name` that conditions speak of."""
    told = (each for each in leaves if isinstance(each, IsIn | Listed) and each.fact == name)
    return tuple(sorted({word for each in told for word in each.values}))


def _may_be_missing(fact: Fact) -> bool:
    """Whether the fact can be unknown; a flag that a command does not carry is false."""
    return fact.may_be_missing and not (isinstance(fact, Flag) and fact.of is not None)


def _words(policy: RuleSet, name: str, kind: type[Judged] | None) -> tuple[str, ...]:
    """The words of a choice; of the reasons those that go with the command."""
    fact = policy.fact(name)
    if not isinstance(fact, Choice):
        return ()
    if fact.values is Vocabulary.REASONS and kind is not None:
        codes = (each.code for each in policy.reasons_for(kind))
        return tuple(dict.fromkeys(code for code in codes if code is not None))
    return policy.domain(fact)


def _moments_to_judge_at(
    policies: Iterable[RuleSet], leaves: Iterable[Leaf]
) -> tuple[datetime, ...]:
    """The moments at which combinations are judged; none where no time is compared.

    Where one anchor has times of a fixed length and times of the calendar, which of them is over
    first hangs on the time of day; with working days, on the day of the week and on holidays.
    """
    times = [leaf.time for leaf in leaves if isinstance(leaf, Before)]
    if not times:
        return ()
    steps = [step for time in times for step in time.steps()]
    days = {TODAY}
    for calendar in {step.calendar for step in steps if isinstance(step, BusinessDays)}:
        days |= calendar.typical_days()
    clocks = {timedelta(hours=12)}
    if any(isinstance(step, EndOfDay | NextClock | BusinessDays) for step in steps):
        lengths = {step.length % _DAY for step in steps if isinstance(step, Shift)}
        shown = {
            timedelta(hours=step.clock.hour, minutes=step.clock.minute, seconds=step.clock.second)
            for step in steps
            if isinstance(step, NextClock)
        }
        for turn in lengths | shown:
            clocks |= {(turn + near) % _DAY for near in (-SECOND, timedelta(), SECOND)}
    return tuple(
        midnight(day, policy.tzinfo) + clock
        for policy in policies
        for day in sorted(days)
        for clock in sorted(clocks)
    )


def _around(
    fact: Fact, times: Iterable[Time], nows: tuple[datetime, ...], zones: tuple[ZoneInfo, ...]
) -> list[datetime] | list[date]:
    """The last anchor with which each time is over, and the first with which it is ahead.

    What has happened is not later than the moment that it is judged at.
    """
    near: set[Any] = set()
    for time, now, zone in product(times, nows, zones):
        for each in sides(time, now, zone, day=isinstance(fact, Day)):
            near.add(min(each, now) if fact.name in HAPPENED else each)
    today: set[Any] = {TODAY} if isinstance(fact, Day) else {midnight(TODAY, zones[0])}
    return sorted(near or (not isinstance(fact, Day) and set(nows)) or today)


def sides(time: Time, now: datetime, zone: ZoneInfo, *, day: bool = False) -> tuple[date, ...]:
    """The last anchor with which `time` is over at `now`, and the first with which it is ahead.

    Args:
        time: A time that is reckoned from one fact.
        now: The moment, in UTC.
        zone: The policy's time zone.
        day: Whether its anchor is a calendar day.
    """
    first = _quick(time, now, zone)
    if first is None:
        first = least_anchor(time, now, zone, day=day)
    if first is None:
        return ()
    if not isinstance(first, datetime):
        return first - _DAY, first
    ahead = first if first.microsecond == 0 else first.replace(microsecond=0) + SECOND
    return ahead - SECOND, ahead


def _quick(time: Time, now: datetime, zone: ZoneInfo) -> date | None:
    """The first anchor with which a plain time is ahead, without looking for it."""
    match time:
        case Shift(Moment(), length):
            return now - length + timedelta(microseconds=1)
        case EndOfDay(Day(), later):
            return now.astimezone(zone).date() - later * _DAY
        case EndOfDay(Moment(), later):
            return midnight(now.astimezone(zone).date() - later * _DAY, zone)
        case _:
            return None
