"""Situations at the boundaries of rules, reasons and deadlines, and what the rules say to each.

Nothing here is written down: every answer is asked of the policy when the page is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import attrs

from ordercancel.domain.commands import FireDeadline
from ordercancel.domain.errors import InvalidValue
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import Decision, Refused
from ordercancel.engine.inputs import offered_reasons
from ordercancel.engine.timers import running
from ordercancel.explain.blocks import Span, strong
from ordercancel.explain.survey import ACTIONS, Asked, action_of
from ordercancel.explain.telling import Telling
from ordercancel.policy.describe import action_text, value_text
from ordercancel.rules.conditions import Before, Condition, Value
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.facts import OF_THE_ACTOR
from ordercancel.rules.reasons import Reason
from ordercancel.rules.rules import Rule
from ordercancel.rules.times import Time, unspread
from ordercancel.verification.commands_tried import SYSTEM
from ordercancel.verification.enumeration import SECOND, Space

__all__ = ["anchors", "of_deadline", "of_reason", "of_rule"]

Row = tuple[str, Span, str]
"""A situation, the verdict, and what is read."""

_UNSAID = OF_THE_ACTOR - {"seller_permits"} | {"move", "legal_move", "accept", "is_stale"}
"""Facts that the actor and the action say already, and such as follow from others."""

MOST_FLIPS = 6
"""How many neighbouring situations are shown of one rule."""


def of_rule(tell: Telling, rule: Rule) -> tuple[Row, ...]:
    """Where a rule is decisive, on both sides of each of its times, and where it is not."""
    rows: dict[Row, None] = {}
    for effect, asked in tell.survey.decisive(rule):
        kind = type(asked.command)
        for each, when, leaf in tell.policy.leaves_for(kind):
            if (each.id, leaf) == (rule.id, effect):
                flips = islice(_flips(tell, asked, when), MOST_FLIPS)
                rows |= dict.fromkeys((*_base(tell, asked, when), *flips))
    return tuple(rows)


def _base(tell: Telling, asked: Asked, when: Condition) -> Iterator[Row]:
    command, node, seller = asked.command, asked.node, asked.seller
    facts = asked.decision.facts
    times = dict.fromkeys(leaf.time for leaf in when.leaves() if isinstance(leaf, Before))
    timed = {time.anchor_name for time in times}
    names = dict.fromkeys(leaf.fact for leaf in when.leaves())
    told = [_told(tell, name, facts[name]) for name in names if name not in _UNSAID | timed]
    doing = tell.say(
        "{who}が「{what}」",
        "{who}: “{what}”",
        who=tell.role(command.by.role),
        what=tell.button(action_of(command)),
    )
    shown = False
    for time in times:
        due = time.at(facts.__getitem__)
        if due is None:
            continue
        for at in (due - SECOND, due):
            decision = tell.policy.assess(command, node.case, at, seller=seller)
            moment = [
                _anchor(tell, time, facts),
                tell.say("今は{at}", "now {at}", at=tell.moment(at)),
            ]
            yield (_joined(tell, doing, [*told, *moment]), *tell.answer(decision))
            shown = True
    if not shown:
        yield (_joined(tell, doing, told), *tell.answer(asked.decision))


def _anchor(tell: Telling, time: Time, facts: Mapping[str, Any]) -> str:
    name = time.anchor_name
    return f"{tell.fact(name)} {tell.moment(facts[name])}"


def _told(tell: Telling, name: str, value: Value | None) -> str:
    return tell.say(
        "{fact}：{value}",
        "{fact}: {value}",
        fact=tell.fact(name),
        value=value_text(name, value, tell.policy, tell.lang),
    )


def _joined(tell: Telling, doing: str, told: list[str]) -> str:
    if not told:
        return doing
    return tell.say("{doing}（{told}）", "{doing} ({told})", doing=doing, told=tell.listed(told))


def _flips(tell: Telling, asked: Asked, when: Condition) -> Iterator[Row]:
    """The same with one fact different, where that makes a difference."""
    policy = tell.policy
    space = Space.of(policy, type(asked.command))
    facts = space.completed({name: asked.decision.facts[name] for name in space.values})
    before = _said(policy.judge(space.kind, facts))
    timed = {leaf.fact for leaf in when.leaves() if isinstance(leaf, Before)}
    for name in dict.fromkeys(leaf.fact for leaf in when.leaves()):
        if name in _UNSAID | timed or name not in space.free:
            continue
        found: dict[object, tuple[Decision, list[str]]] = {}
        for value in space.free[name]:
            other = space.completed({**facts, name: value})
            if value == facts[name] or not space.is_possible(other):
                continue
            if name == "request" and value not in tell.survey.request_statuses:
                continue
            decision = policy.judge(space.kind, other)
            if _said(decision) != before and not decision.errors:
                words = value_text(name, value, policy, tell.lang)
                found.setdefault(_said(decision), (decision, []))[1].append(words)
        for decision, values in found.values():
            change = tell.say(
                "同じで、{fact}が{values}なら",
                "the same, but {fact}: {values}",
                fact=tell.fact(name),
                values=tell.either(values),
            )
            yield (change, *tell.answer(decision))


def _said(decision: Decision) -> object:
    return decision.verdict, frozenset(decision.codes)


def of_reason(tell: Telling, reason: Reason) -> Iterator[Row]:
    """Texts on either side of the bounds of a reason, and its hint typed as the text."""
    asked = _offering(tell, reason)
    text = reason.text
    if asked is None or text is None:
        return
    high = text.maximum
    low = (max(text.minimum - 1, 0), text.minimum) if text.required else ()
    name = tell.policy.reason_text(reason)[tell.lang] or tell.command(reason.on)
    for length in dict.fromkeys((*low, high, high + 1)):
        words = tell.say(
            "「{name}」に{n}文字", "“{name}” with {n} characters", name=name, n=str(length)
        )
        yield (words, *_typed(tell, asked, reason, "あ" * length))
    if reason.hint is not None:
        words = tell.say(
            "「{name}」に注記をそのまま入力", "“{name}” with the note beside it", name=name
        )
        yield (words, *_typed(tell, asked, reason, tell.text(reason.hint)))


def _offering(tell: Telling, reason: Reason) -> Asked | None:
    """The nearest case in which the reason may be chosen, and the command is granted."""
    action = ACTIONS[reason.on], None
    for answers in tell.survey.answers.values():
        for (_, each), asked in answers.items():
            for one in asked if each == action else ():
                facts = Facts(one.command, one.node.case, tell.policy, one.node.at, one.seller)
                offered = offered_reasons(tell.policy, reason.on, facts)
                if not one.decision.is_refused and reason in offered:
                    return one
    return None


def _typed(tell: Telling, asked: Asked, reason: Reason, text: str) -> tuple[Span, str]:
    """What the policy says to a text."""
    command: Any = asked.command
    chosen = {} if reason.code is None else {"reason": reason.code}
    try:
        typed = attrs.evolve(command, text=text, **chosen)
        decide(typed, asked.node.case, tell.policy, asked.node.at, seller=asked.seller)
    except InvalidValue as error:
        sentences = (fault.message(tell.lang) for fault in error.faults)
        return Span(tell.say("受け付けない", "not accepted"), "stop"), tell.joined(sentences)
    return Span(tell.say("受け付ける", "accepted"), "go"), ""


def anchors(tell: Telling, deadline: Deadline, facts: Mapping[str, Any]) -> str:
    """What a deadline is reckoned from, in a case."""
    names = dict.fromkeys(time.anchor_name for time, _, _ in unspread(deadline.due))
    known = ((name, facts[name]) for name in names if facts[name] is not None)
    return tell.listed(f"{tell.fact(name)} {tell.moment(value)}" for name, value in known)


def of_deadline(tell: Telling, deadline: Deadline) -> Iterator[Row]:
    """A second before a deadline is due, and when it is."""
    step = tell.survey.fired.get(deadline.id)
    if step is None:
        return
    policy, case = tell.policy, step.before
    (due,) = (each.due_at for each in running(policy, case) if each.deadline.id == deadline.id)
    command = FireDeadline(case.order.id, by=SYSTEM, deadline=deadline.id)
    last = case.updated_at or case.order.placed_at
    start = anchors(tell, deadline, Facts(None, case, policy, step.at))
    for at in (due - SECOND, due) if due - SECOND >= last else (step.at,):
        words = tell.say("{start}、今は{at}", "{start}, now {at}", start=start, at=tell.moment(at))
        try:
            decide(command, case, policy, at)
        except Refused as refused:
            yield words, strong(tell.say("まだ", "not yet")), refused.decision.message(tell.lang)
        else:
            yield (
                words,
                strong(tell.say("期限が来た", "due")),
                action_text(deadline, policy, tell.lang),
            )
