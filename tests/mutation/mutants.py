"""Mutants of a policy, made mechanically: each differs from it in one thing alone.

A rule dropped or turned, a status, bound, day or reason one off, a text in the place of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import attrs

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.texts import Text
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    REFER,
    After,
    Catalogue,
    Consequence,
    Deadline,
    EndOfDay,
    EndOfShipDay,
    Forbid,
    Medium,
    Occasion,
    Policy,
    Reason,
    Rule,
    TextBounds,
)
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Not,
    Relation,
)
from ordercancel.rules.facts import Choice
from ordercancel.rules.notifications import Audience
from ordercancel.rules.texts import Wording

__all__ = ["Mutant", "mutants"]

Build = Callable[[], Policy]


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
        yield Mutant(f"{policy.name}: {change}{again}", partial(attrs.evolve, policy, **fields))


def _changes(policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, rule in enumerate(policy.rules):
        for change, mutated in _rules(policy, rule):
            rules = (*policy.rules[:number], *mutated, *policy.rules[number + 1 :])
            yield f"rule {rule.id}: {change}", {"rules": rules}
    for silence in policy.silences:
        yield (
            f"silence {silence.id}: dropped",
            {"silences": tuple(each for each in policy.silences if each is not silence)},
        )
    yield from _frame(policy)
    yield from _chart(policy)
    for field in ("request_reasons", "rejection_reasons"):
        for change, catalogue in _catalogues(getattr(policy, field)):
            yield f"{field}: {change}", {field: catalogue}
    for change, bounds in _bounds(policy.withdrawal_text):
        yield f"withdrawal_text: {change}", {"withdrawal_text": bounds}
    for number, deadline in enumerate(policy.deadlines):
        for change, mutated in _deadlines(policy, deadline):
            deadlines = (*policy.deadlines[:number], *mutated, *policy.deadlines[number + 1 :])
            yield f"deadline {deadline.id}: {change}", {"deadlines": deadlines}
    for change, wording in _wordings(policy.wording):
        yield f"wording: {change}", {"wording": wording}
    yield "title: languages swapped", {"title": _turned(policy.title)}


# ---------------------------------------------------------------- rules


def _rules(policy: Policy, rule: Rule) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    yield "dropped", ()
    codes = sorted({each.effect.code for each in policy.rules if isinstance(each.effect, Forbid)})
    effects: list[Any] = [CANCEL, REFER, PERMIT]
    if isinstance(rule.effect, Forbid):
        effects.append(Forbid(codes[(codes.index(rule.effect.code) + 1) % len(codes)]))
    else:
        effects.append(Forbid(codes[0]))
    for effect in effects:
        if effect != rule.effect:
            yield f"effect is {effect}", (attrs.evolve(rule, effect=effect),)
    if len(rule.on) > 1:
        for kind in rule.on:
            others = tuple(each for each in rule.on if each is not kind)
            yield f"not on {kind.__name__}", (attrs.evolve(rule, on=others),)
    for change, when in _conditions(policy, rule.when):
        yield f"when {change}", (attrs.evolve(rule, when=when),)


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
        case Compare(fact, how, bound):
            step = timedelta(seconds=1) if isinstance(bound, timedelta) else 1
            yield f"{fact} bound + 1", Compare(fact, how, bound + step)  # type: ignore[operator]
            yield f"{fact} bound - 1", Compare(fact, how, bound - step)  # type: ignore[operator]
            for other in Relation:
                if other is not how:
                    yield f"{fact} {other} for {how}", Compare(fact, other, bound)


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


# ---------------------------------------------------------------- frame and chart


def _frame(policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "zone is UTC", {"zone": "UTC"}
    if policy.superseding is not None:
        yield "superseding dropped", {"superseding": None}
    if policy.going_back is not None:
        yield "going_back dropped", {"going_back": None}
    for field in ("planned_by", "dated", "shipped_by"):
        named: frozenset[str] = getattr(policy, field)
        for name in sorted(named):
            yield f"{field} without {name}", {field: named - {name}}
        domain = policy.orders.state_ids if field == "dated" else policy.orders.moves
        for name in domain:
            if name not in named:
                yield f"{field} with {name}", {field: named | {name}}
    for channel in policy.channels:
        rest = tuple(each for each in policy.channels if each != channel)
        yield f"channels without {channel}", {"channels": rest}


def _chart(policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    chart = policy.orders
    for (source, move), target in chart.table.items():
        rest = {key: value for key, value in chart.table.items() if key != (source, move)}
        dropped = attrs.evolve(chart, table=FrozenMap(rest))
        yield f"chart: no {move} from {source}", {"orders": dropped}
        ids = chart.state_ids
        other = ids[(ids.index(target) + 1) % len(ids)]
        moved = FrozenMap({**chart.table, (source, move): other})
        yield (
            f"chart: {move} from {source} to {other}",
            {"orders": attrs.evolve(chart, table=moved)},
        )


# ---------------------------------------------------------------- reasons and deadlines


def _catalogues(catalogue: Catalogue) -> Iterator[tuple[str, Catalogue]]:
    reasons = catalogue.reasons
    for number, reason in enumerate(reasons):
        for change, mutated in _reasons(reason):
            changed = (*reasons[:number], *mutated, *reasons[number + 1 :])
            yield f"{reason.code}: {change}", attrs.evolve(catalogue, reasons=changed)
    for one, other in _neighbours(reasons):
        yield (
            f"{one.code} and {other.code}: places swapped",
            attrs.evolve(catalogue, reasons=_swapped(reasons, one, other)),
        )
        labelled = [
            attrs.evolve(
                each,
                label=other.label if each is one else one.label if each is other else each.label,
            )
            for each in reasons
        ]
        yield (
            f"{one.code} and {other.code}: labels swapped",
            attrs.evolve(catalogue, reasons=tuple(labelled)),
        )
    for change, bounds in _bounds(catalogue.text):
        yield f"text {change}", attrs.evolve(catalogue, text=bounds)
    if catalogue.notice is not None:
        yield "notice dropped", attrs.evolve(catalogue, notice=None)
        yield "notice turned", attrs.evolve(catalogue, notice=_turned(catalogue.notice))


def _reasons(reason: Reason) -> Iterator[tuple[str, tuple[Reason, ...]]]:
    yield "dropped", ()
    yield "renamed", (attrs.evolve(reason, code=f"{reason.code}_x"),)
    yield "label turned", (attrs.evolve(reason, label=_turned(reason.label)),)
    if reason.hint is not None:
        yield "hint dropped", (attrs.evolve(reason, hint=None),)
        yield "hint turned", (attrs.evolve(reason, hint=_turned(reason.hint)),)
    if reason.text is None:
        yield "takes a text", (attrs.evolve(reason, text=TextBounds(1, 20, required=False)),)
    for change, bounds in _bounds(reason.text):
        yield f"text {change}", (attrs.evolve(reason, text=bounds),)


def _bounds(bounds: TextBounds | None) -> Iterator[tuple[str, TextBounds | None]]:
    if bounds is None:
        return
    yield "none", None
    for field in ("minimum", "maximum"):
        for step in (-1, 1):
            value = getattr(bounds, field) + step
            yield f"{field} {value}", attrs.evolve(bounds, **{field: value})
    yield "required turned", attrs.evolve(bounds, required=not bounds.required)


def _deadlines(policy: Policy, deadline: Deadline) -> Iterator[tuple[str, tuple[Deadline, ...]]]:
    yield "dropped", ()
    dues: list[Any] = []
    match deadline.due:
        case After(length):
            dues = [After(length + timedelta(seconds=step)) for step in (-1, 1)]
        case EndOfDay(days):
            dues = [EndOfDay(days - 1), EndOfDay(days + 1), EndOfShipDay()]
        case EndOfShipDay():
            dues = [EndOfDay()]
    for due in dues:
        yield f"due {due}", (attrs.evolve(deadline, due=due),)
    for does in Consequence:
        if does is not deadline.does:
            yield f"does {does}", (attrs.evolve(deadline, does=does),)
    for starts in Occasion:
        if starts is not deadline.starts:
            yield f"starts {starts}", (attrs.evolve(deadline, starts=starts),)
    for move in policy.orders.moves:
        met_by = deadline.met_by ^ {move}
        yield f"met_by {sorted(met_by)}", (attrs.evolve(deadline, met_by=met_by),)


# ---------------------------------------------------------------- wording


def _wordings(wording: Wording) -> Iterator[tuple[str, Wording]]:
    for field in ("statuses", "refusals", "columns"):
        texts = dict(getattr(wording, field))
        for one, other in _neighbours(list(texts)):
            swapped = {**texts, one: texts[other], other: texts[one]}
            yield f"{field} {one} and {other} swapped", attrs.evolve(wording, **{field: swapped})
        for name, text in texts.items():
            turned = {**texts, name: _turned(text)}
            yield f"{field} {name} turned", attrs.evolve(wording, **{field: turned})
    for field, parts in (
        ("notifications", ("subject", "body")),
        ("labels", ("text",)),
        ("counters", ("label", "state")),
    ):
        values = getattr(wording, field)
        for change, mutated in _worded(values, parts):
            yield f"{field} {change}", attrs.evolve(wording, **{field: mutated})
    for number, each in enumerate(wording.notifications):
        for media in ((Medium.MAIL,), (Medium.APP,), (Medium.APP, Medium.MAIL)):
            if media != each.media:
                yield (
                    f"notifications {each.on} to {each.to} by {', '.join(media)}",
                    attrs.evolve(
                        wording,
                        notifications=_replaced(
                            wording.notifications, number, attrs.evolve(each, media=media)
                        ),
                    ),
                )


def _worded(values: tuple[Any, ...], parts: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for number, each in enumerate(values):
        name = f"{each.on} to {each.to}" if hasattr(each, "on") else each.status
        yield f"{name} dropped", (*values[:number], *values[number + 1 :])
        for part in parts:
            turned = attrs.evolve(each, **{part: _turned(getattr(each, part))})
            yield f"{name} {part} turned", _replaced(values, number, turned)
            other = values[(number + 1) % len(values)]
            if getattr(other, part) != getattr(each, part):
                swapped = attrs.evolve(each, **{part: getattr(other, part)})
                yield f"{name} {part} of another", _replaced(values, number, swapped)
        if hasattr(each, "to"):
            to = Audience.SELLER if each.to is Audience.BUYER else Audience.BUYER
            yield f"{name} to the {to}", _replaced(values, number, attrs.evolve(each, to=to))


def _turned(text: Text) -> Text:
    return Text(text.en, text.ja)


def _neighbours(values: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    yield from pairwise(values)


def _swapped(values: tuple[Any, ...], one: Any, other: Any) -> tuple[Any, ...]:
    return tuple(other if each is one else one if each is other else each for each in values)


def _replaced(values: tuple[Any, ...], number: int, value: Any) -> tuple[Any, ...]:
    return (*values[:number], value, *values[number + 1 :])
