"""Goals: what the scenarios of a policy can show, and what a decided step shows of it.

A rule is shown where it is *decisive*: without it the verdict or its codes would be others. A
condition about one fact is shown by two judged commands, one with it true and one with it false,
in each of which it alone decides whether its branch of the rule holds: had it been otherwise, with
everything else as it is, the branch would not have been as it was. That is masking MC/DC (modified
condition/decision coverage); where nothing but the condition changes between the two, it is
unique-cause MC/DC as well. Each place in a rule where a condition stands counts by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

import attrs

from ordercancel.domain.commands import Judged, RequestCancellation
from ordercancel.domain.events import DeadlineFired, Event
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import UNDETERMINED, Decision
from ordercancel.policy.describe import Spoken
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Condition,
    Leaf,
    Named,
    Not,
    Value,
)
from ordercancel.rules.deadlines import Do
from ordercancel.rules.reasons import Reason
from ordercancel.verification.dead_rules import decisive
from ordercancel.verification.enumeration import SECOND


class Aim(StrEnum):
    """What kind of thing is shown."""

    RULE = "rule"
    """A plain effect of a rule is decisive for a kind of command."""
    CONDITION = "condition"
    """A condition in a branch of a rule or in a fee has a value, and alone decides."""
    BOUNDARY = "boundary"
    """So does a time, at the moment itself or in the last second before it."""
    FEE = "fee"
    """A fee is charged."""
    REASON = "reason"
    """A reason is given with a command that is carried out."""
    DEADLINE = "deadline"
    """A deadline fires, and its action is possible."""


@attrs.frozen
class Goal:
    """One thing that a scenario of a policy can show.

    Args:
        aim: What kind of thing.
        subject: The id of the rule, fee or deadline, or the code of the reason; empty for the
            reason that is a text alone.
        command: The kind of command, of a rule and a reason; else empty.
        branch: Which of the plain effects of its rule, from 1; of what has none 0.
        place: Which of the conditions of the branch, from 1; of what is no condition 0.
        value: The value of the condition. Of a time True means that it is ahead.
    """

    aim: Aim
    subject: str
    command: str = ""
    branch: int = 0
    place: int = 0
    value: bool | None = None

    def __str__(self) -> str:
        parts = [self.aim, self.subject, self.command, self.branch or "", self.place or ""]
        value = "" if self.value is None else str(self.value).lower()
        return ":".join(str(part) for part in (*parts, value) if part != "")


@lru_cache(maxsize=64)
def goals(policy: Policy) -> tuple[Goal, ...]:
    """Everything that scenarios of `policy` can show, in the order of its parts.

    The rules of the library itself are left out.
    """
    return tuple(_goals(policy))


def _goals(policy: Policy) -> Iterator[Goal]:
    for rule in policy.rules:
        for branch, _ in enumerate(rule.leaves(), 1):
            for kind in rule.on:
                yield Goal(Aim.RULE, rule.id, kind.__name__, branch)
    for fee in policy.fees:
        yield Goal(Aim.FEE, fee.id)
    for reason in policy.reasons:
        yield of_reason(reason)
    for deadline in policy.deadlines:
        yield Goal(Aim.DEADLINE, deadline.id)
    for (subject, branch), when in branches(policy).items():
        for place, leaf in enumerate(when.leaves(), 1):
            for value in (True, False):
                goal = Goal(Aim.CONDITION, subject, "", branch, place, value)
                yield goal
                if isinstance(leaf, Before):
                    yield attrs.evolve(goal, aim=Aim.BOUNDARY)


def of_reason(reason: Reason) -> Goal:
    """The goal that a reason is given."""
    return Goal(Aim.REASON, reason.code or "", reason.on.__name__)


@lru_cache(maxsize=64)
def branches(policy: Policy) -> Mapping[tuple[str, int], Condition]:
    """The conditions of the policy's own rules, by id and branch, and of fees, under branch 0."""
    of_rules = {
        (rule.id, branch): when
        for rule in policy.rules
        for branch, (when, _) in enumerate(rule.leaves(), 1)
    }
    return of_rules | {(fee.id, 0): fee.when for fee in policy.fees}


def condition_of(policy: Policy, goal: Goal) -> Leaf:
    """The condition about one fact that a goal of a condition or boundary is about."""
    leaves = branches(policy)[goal.subject, goal.branch].leaves()
    return list(leaves)[goal.place - 1]


def achieved(
    policy: Policy, decision: Decision | None, events: Iterable[Event] = ()
) -> frozenset[Goal]:
    """What one step shows.

    Args:
        policy: The policy that judged it.
        decision: What the rules said to a command that was carried out or refused; None where
            nothing was judged.
        events: What happened; the deadlines that fired are among it.
    """
    fired = (each for each in events if isinstance(each, DeadlineFired) and not each.impossible)
    shown = {goal for each in fired for goal in _fired(policy, each.deadline)}
    if decision is not None and decision.kind is not None:
        shown.update(_decided(policy, decision, decision.kind))
    return frozenset(shown)


def asked(policy: Policy, decision: Decision) -> Iterator[tuple[str, int, Condition]]:
    """The conditions by which a command was judged, with the ids and branches that they are of."""
    if decision.ruling.code in ("no_open_request", "stale_request"):
        return  # before any rule is asked
    ids = {rule.id for rule in policy.rules if decision.kind in rule.on}
    if decision.kind is RequestCancellation and not decision.is_refused:
        ids.update(fee.id for fee in policy.fees)
    ids.difference_update(each.rule.id for each in decision.errors if each.code == UNDETERMINED)
    for (subject, branch), when in branches(policy).items():
        if subject in ids:
            yield subject, branch, when


def _fired(policy: Policy, deadline: str) -> Iterator[Goal]:
    yield Goal(Aim.DEADLINE, deadline)
    then = policy.deadline(deadline).then
    if then.do is Do.CANCEL:
        yield Goal(Aim.REASON, then.argument or "", RequestCancellation.__name__)


def _decided(policy: Policy, decision: Decision, kind: type[Judged]) -> Iterator[Goal]:
    facts = decision.facts
    decides = {(each.rule.id, each.effect) for each in decisive(decision)}
    effects = {rule.id: [effect for _, effect in rule.leaves()] for rule in policy.rules}
    for subject, branch, when in asked(policy, decision):
        for goal in shown_conditions(when, facts):
            yield attrs.evolve(goal, subject=subject, branch=branch)
        does = effects[subject][branch - 1] if branch else None
        if (subject, does) in decides and when.test(facts) is True:
            yield Goal(Aim.RULE, subject, kind.__name__, branch)
    if decision.is_refused:
        return
    if decision.ruling.fee is not None:
        yield Goal(Aim.FEE, decision.ruling.fee.id)
    code = None if decision.about is None else getattr(decision.about[0], "reason", None)
    reason = policy.reason(kind, code)
    if reason is not None:
        yield of_reason(reason)


def shown_conditions(when: Condition, facts: Mapping[str, Value | None]) -> Iterator[Goal]:
    """Which conditions in `when` alone decide whether it is as it is, with their values.

    The goals name places in `when` and nothing else.
    """
    result, parts = _influences(when, facts)
    for place, part in enumerate(parts, 1):
        if part.value is None or result is None or part.if_true == part.if_false:
            continue
        goal = Goal(Aim.CONDITION, "", place=place, value=part.value)
        yield goal
        if isinstance(part.leaf, Before) and _is_near(part.leaf, facts):
            yield attrs.evolve(goal, aim=Aim.BOUNDARY)


def _is_near(leaf: Before, facts: Mapping[str, Any]) -> bool:
    """Whether it is the very moment of a time, or the last second before it."""
    moment, now = leaf.time.at(facts.__getitem__), facts["now"]
    return moment is not None and (now == moment or now < moment <= now + SECOND)


@attrs.frozen
class _Part:
    """A condition about one fact, its value, and what the whole would be with either value."""

    leaf: Leaf
    value: bool | None
    if_true: bool | None
    if_false: bool | None


def _influences(
    when: Condition, facts: Mapping[str, Value | None]
) -> tuple[bool | None, list[_Part]]:
    """The value of a condition, and for each of its parts what it would be with the other one."""
    match when:
        case Named(condition=inner):
            return _influences(inner, facts)
        case Not(inner):
            value, parts = _influences(inner, facts)
            return _not(value), [
                attrs.evolve(each, if_true=_not(each.if_true), if_false=_not(each.if_false))
                for each in parts
            ]
        case All(conditions) | AnyOf(conditions):
            decides = isinstance(when, AnyOf)
            inside = [_influences(each, facts) for each in conditions]
            values = [value for value, _ in inside]
            of_all: list[_Part] = []
            for number, (_, parts) in enumerate(inside):
                rest = _joined([*values[:number], *values[number + 1 :]], decides=decides)
                of_all += [
                    attrs.evolve(
                        each,
                        if_true=_joined([each.if_true, rest], decides=decides),
                        if_false=_joined([each.if_false, rest], decides=decides),
                    )
                    for each in parts
                ]
            return _joined(values, decides=decides), of_all
        case _:
            (leaf,) = when.leaves()
            value = leaf.test(facts)
            return value, [_Part(leaf, value, if_true=True, if_false=False)]


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 - it is what is negated
    return None if value is None else not value


def _joined(values: Iterable[bool | None], *, decides: bool) -> bool | None:
    """All of some values, or any of them: the value `decides` settles it."""
    known = set(values)
    if decides in known:
        return decides
    return None if None in known else not decides


def goal_text(policy: Policy, goal: Goal, lang: Lang) -> str:
    """What is to be shown, as people read it."""
    said = Spoken(policy, lang)
    ja, en = _TEXTS[goal.aim, goal.value]
    values = {"subject": _subject(goal, said)}
    if goal.aim is Aim.RULE:
        rule = next(each for each in policy.rules if each.id == goal.subject)
        (kind,) = (each for each in rule.on if each.__name__ == goal.command)
        values["command"] = said.command(kind)
    elif goal.aim is Aim.REASON:
        reason = next(each for each in policy.reasons if of_reason(each) == goal)
        values |= {"command": said.command(reason.on), "subject": said.reason(reason)}
    elif goal.place:
        values["condition"] = said.condition(condition_of(policy, goal))
    return said.say(ja, en, **values)


def _subject(goal: Goal, said: Spoken) -> str:
    """The id of a rule, with the effect that is meant where it has several; any other id."""
    rule = next((each for each in said.policy.rules if each.id == goal.subject), None)
    effects = [] if rule is None else [effect for _, effect in rule.leaves()]
    if len(effects) < 2:
        return goal.subject
    effect = said.effect(effects[goal.branch - 1])
    return said.say("{rule}（{effect}）", "{rule} ({effect})", rule=goal.subject, effect=effect)


_TEXTS: Mapping[tuple[Aim, bool | None], tuple[str, str]] = {
    (Aim.RULE, None): (
        "{subject}：「{command}」の結果を決める",
        '{subject}: decides about "{command}"',
    ),
    (Aim.FEE, None): ("{subject}：手数料がかかる", "{subject}: the fee is charged"),
    (Aim.REASON, None): (
        "{subject}：「{command}」の理由として使われる",
        '{subject}: is the reason for "{command}"',
    ),
    (Aim.DEADLINE, None): ("{subject}：期限が到来し、実行される", "{subject}: the deadline fires"),
    (Aim.CONDITION, True): (
        "{subject}：「{condition}」が真で、それだけで結果が決まる",
        '{subject}: "{condition}" is true, and decides by itself',
    ),
    (Aim.CONDITION, False): (
        "{subject}：「{condition}」が偽で、それだけで結果が決まる",
        '{subject}: "{condition}" is false, and decides by itself',
    ),
    (Aim.BOUNDARY, True): (
        "{subject}：「{condition}」が真である最後の1秒",
        '{subject}: "{condition}", in the last second in which it is true',
    ),
    (Aim.BOUNDARY, False): (
        "{subject}：「{condition}」が偽になる瞬間",
        '{subject}: "{condition}", at the first moment at which it is false',
    ),
}
