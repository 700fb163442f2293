"""What is checked of effects, conditions and times when a policy is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import time as clock_time
from datetime import timedelta

from ordercancel.domain.commands import Judged, Reject, RequestCancellation
from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.faults import Faults
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.calendars import Calendar
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Leaf,
    Listed,
    Named,
    Not,
)
from ordercancel.rules.effects import OTHER_SIDE, Cancel, Forbid, If, Permit, Refer
from ordercancel.rules.facts import (
    FACTS,
    MARKED,
    OF_THE_ACTOR,
    Choice,
    Day,
    Fact,
    Flag,
    Moment,
    Number,
)
from ordercancel.rules.times import (
    BusinessDays,
    EndOfDay,
    NextClock,
    Shift,
    Time,
    is_reckoned,
    unspread,
)

MOST_NESTED = 100
"""How deep conditions and effects may be nested; Python compiles a little more."""

MOST_PARTS = 10_000
"""How many conditions one rule may be made of."""

LONGEST = timedelta(days=36_525)
"""The longest length of time: a hundred years."""


A_TIME = "a time, such as placed_at + minutes(30) or ship_on.end()"


def one_of(values: Iterable[object]) -> str:
    """What is to choose from, as an expectation."""
    return f"one of: {', '.join(map(str, values)) or 'none'}"


def kinds_of(kinds: Iterable[type]) -> str:
    """The kinds to choose from, as an expectation."""
    return one_of(kind.__name__ for kind in kinds)


def check_effect(
    policy: PolicyParts,
    effect: object,
    kinds: tuple[type[Judged], ...],
    where: str,
    faults: Faults,
) -> None:
    """Check an effect on commands of these kinds: whole, fitting, and referring to somebody."""
    match effect:
        case If(when, then, otherwise):
            check_condition(policy, when, kinds, f"{where}.when", faults)
            for field, branch in (("then", then), ("otherwise", otherwise)):
                if branch is None:
                    faults.add(f"{where}.{field}", "is missing", "an effect for either case")
                else:
                    check_effect(policy, branch, kinds, f"{where}.{field}", faults)
        case Forbid(code):
            faults.line(f"{where}.code", code)
        case _:
            for kind in kinds:
                fitting: tuple[type, ...] = (Permit,)
                if kind is RequestCancellation:
                    fitting = (Cancel, Refer)
                elif kind is Reject:
                    fitting = (Permit, Refer)
                if not isinstance(effect, fitting):
                    names = {Cancel: "CANCEL", Permit: "PERMIT", Refer: "Refer(role)"}
                    expected = one_of((*(names[each] for each in fitting), "a Forbid", "an If"))
                    faults.add(where, f"is {effect!r:.80} on {kind.__name__}", expected)
            if isinstance(effect, Refer):
                may_be_side = set(kinds) <= {RequestCancellation}
                check_answerer(policy, effect.to, where, faults, may_be_side=may_be_side)


def check_answerer(
    policy: PolicyParts, to: object, where: str, faults: Faults, *, may_be_side: bool = False
) -> None:
    """Check who is to answer: the other side of whoever asks, or a role that answers."""
    answering = [name for name, role in policy.roles.items() if role.answers]
    known = (*answering, OTHER_SIDE) if may_be_side else answering
    if to not in known:
        faults.add(where, f"refers to {to!r:.80}", one_of(known))


def check_condition(
    policy: PolicyParts,
    when: object,
    kinds: tuple[type[Judged], ...],
    where: str,
    faults: Faults,
) -> bool:
    """Check a condition that is asked of commands of these kinds, or else of a case alone.

    Returns whether it is a condition through and through, whose leaves can be looked at.
    """
    if is_too_large(when, where, faults):
        return False
    foreign = list(_no_conditions(when))
    for part in foreign:
        problem = f"is a {type(part).__name__}"
        faults.add(where, problem, "a condition, such as a flag, or status.is_in('new')")
    if foreign or not isinstance(when, Condition):
        return False
    for leaf in when.leaves():
        _check_leaf(policy, kinds, leaf, where, faults)
    return True


def check_case_condition(policy: PolicyParts, when: object, where: str, faults: Faults) -> None:
    """Check a condition that hangs on a case alone: on nobody's acting, on no present moment."""
    if not check_condition(policy, when, (), where, faults) or not isinstance(when, Condition):
        return
    for leaf in when.leaves():
        if isinstance(leaf, Before):
            faults.add(where, "compares the present", "no now: say when in due")
        elif leaf.fact in OF_THE_ACTOR:
            problem = f"speaks of {leaf.fact!r}, which hangs on who acts"
            faults.add(where, problem, "facts of the order and its request")


def is_too_large(of: object, where: str, faults: Faults) -> bool:
    """Whether a condition or an effect is too deep, or made of too many, to be looked through."""
    level: tuple[object, ...] = (of,)
    parts, depth = 1, 0
    while level and depth < MOST_NESTED and parts <= MOST_PARTS:
        level = tuple(part for each in level for part in _parts(each))
        parts, depth = parts + len(level), depth + 1
    if parts > MOST_PARTS:
        faults.add(where, "has too many parts", f"at most {MOST_PARTS:,} conditions")
    elif level:
        faults.add(where, "is nested too deep", f"at most {MOST_NESTED} conditions in each other")
    return bool(level)


def _parts(when: object) -> tuple[object, ...]:
    match when:
        case All(parts) | AnyOf(parts):
            return parts
        case Not(inner) | Named(condition=inner):
            return (inner,)
        case If(inner, then, otherwise):
            return inner, then, otherwise
        case _:
            return ()


def _no_conditions(when: object) -> Iterator[object]:
    """The parts of `when` that are no conditions."""
    if not isinstance(when, Condition):
        yield when
        return
    for part in _parts(when):
        yield from _no_conditions(part)


def _check_leaf(
    policy: PolicyParts, kinds: tuple[type[Judged], ...], leaf: Leaf, where: str, faults: Faults
) -> None:
    fact = policy.fact(leaf.fact)
    if fact is None:
        if leaf.fact.startswith(MARKED):
            problem = f"asks for the mark {leaf.fact.removeprefix(MARKED)!r:.80}"
            faults.add(where, problem, f"a mark of a deadline; {one_of(policy.mark_codes)}")
            return
        known = (*FACTS, *(each.name for each in policy.facts))
        problem = f"speaks of the unknown fact {leaf.fact!r:.80}"
        faults.add(where, problem, f"a fact that is declared in facts=(…), or {one_of(known)}")
        return
    _check_carriers(fact, kinds, where, faults)
    match leaf:
        case IsIn(_, values) | Listed(_, values):
            if not isinstance(fact, Choice):
                faults.add(where, f"compares {fact.name!r} with words", "a fact that is a choice")
                return
            domain = policy.domain(fact)
            for value in sorted(values - set(domain)) if domain else ():
                faults.add(where, f"compares {fact.name!r} with {value!r}", one_of(domain))
        case Holds():
            if not isinstance(fact, Flag):
                faults.add(where, f"takes {fact.name!r} for a flag", "a fact that is a flag")
        case Compare(_, _, bound):
            if type(bound) is not int or not isinstance(fact, Number):
                problem = f"compares {fact.name!r} with {bound!r:.80}"
                faults.add(where, problem, "a number with an int; a time with now")
        case Before(_, time):
            check_time(policy, time, kinds, where, faults)
        case _:
            pass


def _check_carriers(
    fact: Fact, kinds: tuple[type[Judged], ...], where: str, faults: Faults
) -> None:
    """Check that commands of these kinds, or else the case, have the fact.

    What a request carries is kept with it, and so is its reason.
    """
    carriers: tuple[type[Judged] | None, ...] = fact.commands or (fact.of,)
    for kind in kinds or (None,):
        is_kept = None in carriers or RequestCancellation in carriers
        if kind not in carriers and not (is_kept and (fact.commands is None or kind is None)):
            has_not = "no order or request has" if kind is None else f"{kind.__name__} has not"
            problem = f"speaks of {fact.name!r}, which {has_not}"
            faults.add(where, problem, kinds_of(each for each in carriers if each))


def check_time(
    policy: PolicyParts,
    time: object,
    kinds: tuple[type[Judged], ...],
    where: str,
    faults: Faults,
) -> None:
    """Check what a time is reckoned by: facts, lengths, days and clock times that make sense."""
    if not isinstance(time, Time):
        faults.add(where, f"is {time!r:.80}", A_TIME)
        return
    try:
        chains = [*unspread(time)]
    except InvalidPolicy as error:
        faults.add(where, error.faults[0].problem, error.faults[0].expected)
        return
    for chain, choice, words in chains:
        if choice is not None:
            _check_leaf(policy, kinds, IsIn(choice, words), where, faults)
        if not is_reckoned(chain):
            faults.add(where, f"is {chain!r:.80}", A_TIME)
            continue
        fact = policy.fact(chain.anchor_name)
        if not isinstance(fact, Moment | Day):
            known = [each.name for each in FACTS.values() if isinstance(each, Moment | Day)]
            problem = f"is reckoned from {chain.anchor_name!r}"
            faults.add(where, problem, f"a moment or a day; {one_of(known)}, or one in facts=(…)")
        else:
            _check_carriers(fact, kinds, where, faults)
        for step in chain.steps():
            _check_step(step, where, faults)


def _check_step(step: Time, where: str, faults: Faults) -> None:
    """Check a length of time, a count of days, or a clock time."""
    match step:
        case Shift():
            length: object = step.length
            if not isinstance(length, timedelta):
                faults.add(where, f"adds {length!r:.80} to a time", "a timedelta, as minutes(30)")
            elif abs(length) > LONGEST:
                faults.add(where, f"adds {length}", f"at most {LONGEST.days} days")
        case EndOfDay(_, later) if not _is_count(later, -LONGEST.days):
            problem = f"counts {later!r:.80} days"
            faults.add(where, problem, f"a whole number, at most {LONGEST.days}")
        case BusinessDays(_, count):
            calendar: object = step.calendar
            if not _is_count(count, 0):
                problem = f"counts {count!r:.80} working days"
                faults.add(where, problem, f"a whole number, 0 to {LONGEST.days}")
            if not isinstance(calendar, Calendar):
                faults.add(where, f"counts by {calendar!r:.80}", "a Calendar")
        case NextClock():
            clock: object = step.clock
            if not isinstance(clock, clock_time) or clock.tzinfo is not None:
                problem = f"shows {clock!r:.80}"
                faults.add(where, problem, "a time of day without a zone, as time(20, 0)")
        case _:
            pass


def _is_count(value: object, least: int) -> bool:
    return type(value) is int and least <= value <= LONGEST.days
