"""What is left of a condition once some of its parts are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ordercancel.domain.commands import Judged
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Condition,
    IsIn,
    Leaf,
    Named,
    Not,
    Value,
)
from ordercancel.rules.effects import Forbid

NEVER = AnyOf(())
"""The condition that nothing satisfies."""


def residue(when: Condition, known: Mapping[Leaf, bool]) -> Condition:
    """The condition without the parts that are `known` to be true or false.

    >>> from ordercancel.rules.facts import rejected_before, status
    >>> placed = status.is_in("placed")
    >>> residue(placed & rejected_before, {placed: True})
    Holds(fact='rejected_before')

    Args:
        when: The condition.
        known: Which of its leaves are true and which are false.

    Returns:
        `ALWAYS` or `NEVER` where nothing is left to ask.
    """
    match when:
        case All(conditions):
            parts = [residue(each, known) for each in conditions]
            return NEVER if NEVER in parts else both(parts)
        case AnyOf(conditions):
            return either([residue(each, known) for each in conditions])
        case Not(inner):
            rest = residue(inner, known)
            return NEVER if rest == ALWAYS else ALWAYS if rest == NEVER else ~rest
        case Named(condition=inner):
            rest = residue(inner, known)
            return rest if rest in (ALWAYS, NEVER) else when
        case Leaf() if when in known:
            return ALWAYS if known[when] else NEVER
        case _:
            return when


def truth(when: Condition, known: Mapping[str, Value | None]) -> bool | None:
    """Whether a condition holds whatever the facts are that are not `known`; None: it depends."""
    alike = {leaf: leaf.test(known) for leaf in when.leaves() if leaf.fact in known}
    rest = residue(when, {leaf: held for leaf, held in alike.items() if held is not None})
    return True if rest == ALWAYS else False if rest == NEVER else None


def may_be_granted(policy: RuleSet, kind: type[Judged], known: Mapping[str, Value | None]) -> bool:
    """Whether rules may grant a command of this kind where some of its facts are `known`."""
    answers = {
        (isinstance(effect, Forbid), truth(when, known))
        for _, when, effect in policy.leaves_for(kind)
    }
    grants = (False, True) in answers or (False, None) in answers
    return grants and (True, True) not in answers


def both(parts: Iterable[Condition]) -> Condition:
    """All of some conditions as one, without brackets in brackets."""
    flat = [
        one for each in parts for one in (each.conditions if isinstance(each, All) else (each,))
    ]
    left = tuple(dict.fromkeys(flat))
    return left[0] if len(left) == 1 else All(left)


def either(parts: Iterable[Condition]) -> Condition:
    """Any of some conditions as one, without brackets in brackets: of a choice, all its words."""
    flat = [
        one for each in parts for one in (each.conditions if isinstance(each, AnyOf) else (each,))
    ]
    if ALWAYS in flat:
        return ALWAYS
    words: dict[str, frozenset[str]] = {}
    for each in flat:
        if isinstance(each, IsIn):
            words[each.fact] = words.get(each.fact, frozenset()) | each.values
    merged = (
        IsIn(each.fact, words[each.fact]) if isinstance(each, IsIn) else each for each in flat
    )
    left = tuple(dict.fromkeys(merged))
    return left[0] if len(left) == 1 else AnyOf(left)
