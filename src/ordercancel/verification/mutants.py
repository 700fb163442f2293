"""Mutants of a policy, made mechanically: each differs from it in one thing alone.

A rule dropped or turned, a status, bound, day or reason one off, a text in the place of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import attrs

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import OPEN
from ordercancel.domain.texts import Text
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Deadline,
    Forbid,
    Lifecycle,
    Medium,
    Policy,
    Reason,
    Refer,
    Rule,
    TextBounds,
    Texts,
    approve,
    expire,
    reject,
)
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Not,
    Relation,
)
from ordercancel.rules.effects import Effect, If
from ordercancel.rules.facts import Choice
from ordercancel.rules.sources import Sourced
from ordercancel.rules.times import By, Earliest, EndOfDay, Latest, Shift, Time

Build = Callable[[], Policy]
STEP = timedelta(seconds=1)


@attrs.frozen
class Mutant:
    """A policy with one thing changed. Building it may already fail, which kills it, too."""

    name: str
    build: Build = attrs.field(repr=False)


def mutants(policy: Policy) -> Iterator[Mutant]:
    """Every mutant of `policy`, each with a name of its own that tells what was changed."""
    seen: Counter[str] = Counter()
    for change, fields in _changes(policy):
        seen[change] += 1
        again = f" #{seen[change]}" if seen[change] > 1 else ""
        yield Mutant(f"{policy.name}: {change}{again}", partial(_built, policy, fields))


def _built(policy: Policy, fields: Mapping[str, Any]) -> Policy:
    """The mutant; a lifecycle is built here, for that may fail as well."""
    values = {name: each() if callable(each) else each for name, each in fields.items()}
    return attrs.evolve(policy, **values)


def _changes(policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    for field, word, mutate in (
        ("rules", "rule", _rules),
        ("deadlines", "deadline", _deadlines),
        ("reasons", "reason", _reasons),
    ):
        parts: tuple[Any, ...] = getattr(policy, field)
        for number, part in enumerate(parts):
            name = part.code if isinstance(part, Reason) else part.id
            for change, mutated in mutate(policy, part):
                changed = (*parts[:number], *mutated, *parts[number + 1 :])
                yield f"{word} {name}: {change}", {field: changed}
    for one, other in pairwise(policy.reasons):
        if one.on is other.on:
            yield (
                f"reason {one.code} and {other.code}: labels swapped",
                {"reasons": _labels_swapped(policy.reasons, one, other)},
            )
    yield from _frame(policy)
    yield from _lifecycle(policy.orders)
    for change, texts in _texts(policy.texts):
        yield f"texts: {change}", {"texts": texts}
    for change, messages in _worded(policy.notifications, ("subject", "body")):
        yield f"notifications: {change}", {"notifications": messages}
    for number, each in enumerate(policy.notifications):
        for media in ((Medium.MAIL,), (Medium.APP,), (Medium.APP, Medium.MAIL)):
            if media != each.media:
                other = attrs.evolve(each, media=media)
                yield (
                    f"notifications: {each.on} to {each.to} by {', '.join(media)}",
                    {"notifications": _replaced(policy.notifications, number, other)},
                )
    if isinstance(policy.title, Text):
        yield "title: languages swapped", {"title": _turned(policy.title)}


# ---------------------------------------------------------------- rules


def _rules(policy: Policy, rule: Rule) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    yield "dropped", ()
    codes = sorted({each.effect.code for each in policy.rules if isinstance(each.effect, Forbid)})
    for change, effect in _effects(rule.effect, codes):
        yield f"effect is {change}", (attrs.evolve(rule, effect=effect),)
    if len(rule.on) > 1:
        for kind in rule.on:
            others = tuple(each for each in rule.on if each is not kind)
            yield f"not on {kind.__name__}", (attrs.evolve(rule, on=others),)
    for change, when in _conditions(policy, rule.when):
        yield f"when {change}", (attrs.evolve(rule, when=when),)


def _effects(effect: Effect, codes: list[str]) -> Iterator[tuple[str, Effect]]:
    if isinstance(effect, If):
        yield "turned", If(effect.when, effect.otherwise, effect.then)
        return
    others: list[Effect] = [CANCEL, Refer("seller"), Refer("operator"), PERMIT]
    code = effect.code if isinstance(effect, Forbid) else codes[-1]
    others.append(Forbid(codes[(codes.index(code) + 1) % len(codes)]))
    for other in others:
        if other != effect:
            yield repr(other), other


def _conditions(policy: Policy, when: Condition) -> Iterator[tuple[str, Condition]]:
    """The condition with one thing changed in it."""
    match when:
        case All(parts) | AnyOf(parts):
            kind = type(when)
            for number, part in enumerate(parts):
                rest = (*parts[:number], *parts[number + 1 :])
                yield f"without part {number}", kind(rest)
                for change, inner in _conditions(policy, part):
                    yield change, kind((*parts[:number], inner, *parts[number + 1 :]))
            if len(parts) > 1:
                other = AnyOf if kind is All else All
                yield f"{other.__name__} of its parts", other(parts)
        case Not(inner):
            yield "not turned", inner
            for change, mutated in _conditions(policy, inner):
                yield change, Not(mutated)
        case IsIn(fact, values):
            yield from _choices(policy, fact, values)
        case Holds(fact):
            yield f"{fact} turned", Not(when)
        case Known(fact):
            yield f"{fact} known turned", Not(when)
        case Before(fact, time):
            yield f"{fact} turned", Not(when)
            for change, moved in _times(time):
                yield f"{fact} {change}", Before(fact, moved)
        case Compare(fact, how, bound):
            yield f"{fact} bound + 1", Compare(fact, how, bound + 1)
            yield f"{fact} bound - 1", Compare(fact, how, bound - 1)
            for relation in Relation:
                if relation is not how:
                    yield f"{fact} {relation} for {how}", Compare(fact, relation, bound)


def _choices(policy: Policy, name: str, values: frozenset[str]) -> Iterator[tuple[str, Condition]]:
    fact = policy.fact(name)
    assert isinstance(fact, Choice)
    domain = policy.domain(fact)
    for value in domain:
        if value in values:
            yield f"{name} without {value}", IsIn(name, values - {value})
            following = domain[(domain.index(value) + 1) % len(domain)]
            if following not in values:
                shifted = values - {value} | {following}
                yield f"{name} {following} for {value}", IsIn(name, shifted)
        else:
            yield f"{name} with {value}", IsIn(name, values | {value})


def _times(time: Time) -> Iterator[tuple[str, Time]]:
    """The time, one second or day off."""
    match time:
        case EndOfDay(anchor, later):
            yield f"{later + 1} days", EndOfDay(anchor, later + 1)
            yield f"{later - 1} days", EndOfDay(anchor, later - 1)
        case Shift(anchor, length):
            yield "a second later", Shift(anchor, length + STEP)
            yield "a second earlier", Shift(anchor, length - STEP)
        case Earliest(times):
            yield "the latest", Latest(*times)
            for number in range(len(times)):
                yield f"without part {number}", Earliest(*times[:number], *times[number + 1 :])
        case By(choice, times):
            yield "by nothing", By(choice, {})


# ---------------------------------------------------------------- frame and lifecycle


def _frame(policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "zone is UTC", {"zone": "UTC"}
    again = not policy.ask_again_while_open
    yield f"ask_again_while_open {again}", {"ask_again_while_open": again}
    for waiver in policy.waivers:
        others = tuple(each for each in policy.waivers if each is not waiver)
        yield f"waiver {waiver.fault}: dropped", {"waivers": others}
    for channel in policy.channels:
        rest = tuple(each for each in policy.channels if each != channel)
        yield f"channels without {channel}", {"channels": rest}


def _lifecycle(orders: Lifecycle) -> Iterator[tuple[str, dict[str, Any]]]:
    def other(**changes: Any) -> dict[str, Any]:
        return {"orders": partial(attrs.evolve, orders, **changes)}

    for (source, move), target in orders.table.items():
        sources, _ = orders.moves[move]
        named = (sources,) if isinstance(sources, str) else tuple(sources)
        rest = tuple(each for each in named if each != source)
        moves: Mapping[str, Any] = {**orders.moves, move: (rest, target)}
        yield f"chart: no {move} from {source}", other(moves=moves)
        names = [name for name in orders.statuses if name != orders.cancelled]
        further = names[(names.index(target) + 1) % len(names)]
        moves = {**orders.moves, move: (named, further)}
        yield f"chart: {move} to {further}", other(moves=moves)
    for field in ("cancellable", "shipped", "closes"):
        values: tuple[str, ...] = getattr(orders, field) or ()
        for status in orders.statuses:
            if status in values:
                fewer = tuple(each for each in values if each != status)
                yield f"chart: {field} without {status}", other(**{field: fewer})
            elif status != orders.cancelled:
                yield f"chart: {field} with {status}", other(**{field: (*values, status)})
    for field in ("facts", "needs"):
        needed: Mapping[str, Any] = getattr(orders, field)
        for name in needed:
            left = {key: value for key, value in needed.items() if key != name}
            yield f"chart: {field} without {name}", other(**{field: left})


# ---------------------------------------------------------------- reasons and deadlines


def _reasons(policy: Policy, reason: Reason) -> Iterator[tuple[str, tuple[Reason, ...]]]:
    yield "dropped", ()
    if reason.code is not None:
        yield "renamed", (attrs.evolve(reason, code=f"{reason.code}_x"),)
    if isinstance(reason.label, Text):
        yield "label turned", (attrs.evolve(reason, label=_turned(reason.label)),)
    if isinstance(reason.hint, Text):
        yield "hint dropped", (attrs.evolve(reason, hint=None),)
        yield "hint turned", (attrs.evolve(reason, hint=_turned(reason.hint)),)
    if reason.text is None:
        yield "takes a text", (attrs.evolve(reason, text=TextBounds(1, 20, required=False)),)
    for change, bounds in _bounds(reason.text):
        yield f"text {change}", (attrs.evolve(reason, text=bounds),)
    for change, when in _conditions(policy, reason.when):
        yield f"when {change}", (attrs.evolve(reason, when=when),)


def _labels_swapped(reasons: tuple[Reason, ...], one: Reason, other: Reason) -> tuple[Any, ...]:
    labels = {id(one): other.label, id(other): one.label}
    return tuple(attrs.evolve(each, label=labels.get(id(each), each.label)) for each in reasons)


def _bounds(bounds: TextBounds | None) -> Iterator[tuple[str, TextBounds | None]]:
    if bounds is None:
        return
    yield "none", None
    for field in ("minimum", "maximum"):
        for step in (-1, 1):
            value = getattr(bounds, field) + step
            # A text of no characters is none.
            value = 2 if (field, value) == ("minimum", 1) and not bounds.required else value
            yield f"{field} {value}", attrs.evolve(bounds, **{field: value})
    yield "required turned", attrs.evolve(bounds, required=not bounds.required)


def _deadlines(policy: Policy, deadline: Deadline) -> Iterator[tuple[str, tuple[Deadline, ...]]]:
    yield "dropped", ()
    for change, due in _times(deadline.due):
        yield f"due {change}", (attrs.evolve(deadline, due=due),)
    for then in (approve, reject, expire):
        if then != deadline.then:
            yield f"then {then.do}", (attrs.evolve(deadline, then=then, met=None),)
    if deadline.then.of is not None:
        of = "order" if deadline.then.of == "request" else "request"
        yield f"of the {of}", (attrs.evolve(deadline, then=attrs.evolve(deadline.then, of=of)),)
    if deadline.met is not None:
        yield "not met", (attrs.evolve(deadline, met=None),)
    unknown = _UNKNOWN.get(getattr(deadline.due, "anchor_name", ""), ())
    for change, runs in _conditions(policy, deadline.runs):
        if change not in {f"request with {status}" for status in unknown}:
            yield f"runs {change}", (attrs.evolve(deadline, runs=runs),)


_UNKNOWN = {"requested_at": ("none",), "closed_at": ("none", *map(str, OPEN))}
"""When a moment is unknown, so that nothing is due that is reckoned from it, by the request."""


# ---------------------------------------------------------------- texts


def _texts(texts: Texts) -> Iterator[tuple[str, Texts]]:
    for field in ("statuses", "refusals", "columns", "moves"):
        named = dict(getattr(texts, field))
        for one, other in pairwise(named):
            swapped: Any = {**named, one: named[other], other: named[one]}
            yield f"{field} {one} and {other} swapped", attrs.evolve(texts, **{field: swapped})
        for name, text in named.items():
            turned: Any = FrozenMap({**named, name: _turned(text)})
            yield f"{field} {name} turned", attrs.evolve(texts, **{field: turned})
    for field, parts in (("labels", ("text",)), ("counters", ("label", "state"))):
        for change, mutated in _worded(getattr(texts, field) or (), parts):
            yield f"{field} {change}", attrs.evolve(texts, **{field: mutated})


def _worded(values: tuple[Any, ...], parts: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for number, each in enumerate(values):
        name = f"{each.on} to {each.to}" if hasattr(each, "to") else each.on
        yield f"{name} dropped", (*values[:number], *values[number + 1 :])
        for part in parts:
            text = getattr(each, part)
            if not isinstance(text, Text | Sourced):
                continue
            turned = attrs.evolve(each, **{part: _turned(text)})
            yield f"{name} {part} turned", _replaced(values, number, turned)
            other = values[(number + 1) % len(values)]
            if getattr(other, part) != text:
                swapped = attrs.evolve(each, **{part: getattr(other, part)})
                yield f"{name} {part} of another", _replaced(values, number, swapped)
        if hasattr(each, "to"):
            to = "seller" if each.to == "buyer" else "buyer"
            yield f"{name} to the {to}", _replaced(values, number, attrs.evolve(each, to=to))


def _turned(text: Any) -> Any:
    if isinstance(text, Sourced):
        return attrs.evolve(text, text=_turned(text.text))
    return Text(ja=text["en"], en=text["ja"])


def _replaced(values: tuple[Any, ...], number: int, value: Any) -> tuple[Any, ...]:
    return (*values[:number], value, *values[number + 1 :])
