"""Situations at the boundaries of rules, reasons and deadlines, and what the rules say to each.

Nothing here is written down: every answer is asked of the policy when the page is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
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
from ordercancel.explain.survey import Asked, action_of
from ordercancel.explain.telling import Telling
from ordercancel.rules.conditions import Before, Condition, Holds, Value
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.facts import OF_THE_ACTOR
from ordercancel.rules.reasons import Reason
from ordercancel.rules.rules import Rule
from ordercancel.rules.times import Time, unspread
from ordercancel.verification.commands_tried import SYSTEM
from ordercancel.verification.enumeration import SECOND, Space
from ordercancel.verification.scenario import VERBS

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
    facts = asked.decision.facts
    told = list(_facts_told(tell, when, facts).values())
    shown = False
    for time in _times(when):
        due = time.at(facts.__getitem__)
        if due is None:
            continue
        for at in (due - SECOND, due):
            decision = tell.policy.assess(asked.command, asked.node.case, at, seller=asked.seller)
            moment = [_anchor(tell, time, facts), _now(tell, at)]
            yield (_doing(tell, asked, [*told, *moment]), *tell.answer(decision))
            shown = True
    if not shown:
        yield (_doing(tell, asked, told), *tell.answer(asked.decision))


def _times(when: Condition) -> tuple[Time, ...]:
    return tuple(dict.fromkeys(leaf.time for leaf in when.leaves() if isinstance(leaf, Before)))


def _anchor(tell: Telling, time: Time, facts: Mapping[str, Any]) -> str:
    name = time.anchor_name
    return f"{tell.fact(name)} {tell.moment(facts[name])}"


def _now(tell: Telling, at: datetime) -> str:
    return tell.say("現在日時：{at}", "now {at}", at=tell.moment(at))


def _facts_told(tell: Telling, when: Condition, facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts that a condition asks, each in words, but for those of its times."""
    timed = {time.anchor_name for time in _times(when)}
    names = dict.fromkeys(leaf.fact for leaf in when.leaves())
    return {
        name: _told(tell, name, [facts[name]]) for name in names if name not in _UNSAID | timed
    }


def _told(tell: Telling, name: str, values: Iterable[Value | None]) -> str:
    """A fact with one of some values; a flag as a sentence."""
    is_so, *_ = values
    if isinstance(is_so, bool):
        return tell.condition(Holds(name) if is_so else ~Holds(name))
    words = (tell.value(name, each) for each in values)
    return tell.say(
        "{fact}：{values}", "{fact}: {values}", fact=tell.fact(name), values=tell.either(words)
    )


def _doing(tell: Telling, asked: Asked, told: list[str]) -> str:
    """Who does what, and in which case."""
    doing = tell.say(
        "{who}が「{what}」",
        "{who}: “{what}”",
        who=tell.role(asked.command.by.role),
        what=tell.button(action_of(asked.command)),
    )
    if not told:
        return doing
    return tell.say("{doing}（{told}）", "{doing} ({told})", doing=doing, told=tell.listed(told))


def _flips(tell: Telling, asked: Asked, when: Condition) -> Iterator[Row]:
    """The same with one fact different, where that makes a difference."""
    policy = tell.policy
    space = Space.of(policy, type(asked.command))
    facts = space.completed({name: asked.decision.facts[name] for name in space.values})
    before = _said(policy.judge(space.kind, facts))
    known = [(time, asked.decision.facts[time.anchor_name]) for time in _times(when)]
    anchors = [_anchor(tell, time, asked.decision.facts) for time, anchor in known if anchor]
    moment = [*anchors, _now(tell, asked.node.at)] if anchors else []
    told = _facts_told(tell, when, asked.decision.facts)
    for name in told:
        found: dict[object, tuple[Decision, list[Value | None]]] = {}
        for value in space.free.get(name, ()):
            other = space.completed({**facts, name: value})
            if value == facts[name] or not space.is_possible(other):
                continue
            if name == "request" and value not in tell.survey.request_statuses:
                continue
            decision = policy.judge(space.kind, other)
            if _said(decision) != before and not decision.errors:
                found.setdefault(_said(decision), (decision, []))[1].append(value)
        for decision, values in found.values():
            changed = {**told, name: _told(tell, name, values)}
            doing = _doing(tell, asked, [*changed.values(), *moment])
            yield (doing, *tell.answer(decision))


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
    name = tell.reason(reason) or tell.command(reason.on)
    for length in dict.fromkeys((*low, high, high + 1)):
        words = tell.say(
            "「{name}」に{n}文字", "“{name}” with {n} characters", name=name, n=str(length)
        )
        yield (words, *_typed(tell, asked, reason, "あ" * length))
    if reason.hint is not None:
        words = tell.say(
            "「{name}」に案内文をそのまま入力", "“{name}” with the note beside it", name=name
        )
        yield (words, *_typed(tell, asked, reason, tell.text(reason.hint)))


def _offering(tell: Telling, reason: Reason) -> Asked | None:
    """The nearest case in which the reason may be chosen, and the command is granted."""
    action = VERBS[reason.on], None
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
        words = tell.say(
            "{start}、現在日時：{at}", "{start}, now {at}", start=start, at=tell.moment(at)
        )
        try:
            decide(command, case, policy, at)
        except Refused as refused:
            yield words, strong(tell.say("期限前", "not yet")), refused.decision.message(tell.lang)
        else:
            yield words, strong(tell.say("期限到来", "due")), tell.action(deadline)
