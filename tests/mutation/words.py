"""Mutants that decide nothing: each has another word than the policy, or a waiver less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import attrs

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.texts import Text
from ordercancel.policy import Medium, Policy, Reason, Texts
from ordercancel.rules.sources import Sourced


def worded(policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was changed, and the changed fields of the policy."""
    for number, reason in enumerate(policy.reasons):
        for change, other in _reasons(reason):
            changed = _replaced(policy.reasons, number, other)
            yield f"reason {reason.code}: {change}", {"reasons": changed}
    for one, other in pairwise(policy.reasons):
        if one.on is other.on:
            yield (
                f"reason {one.code} and {other.code}: labels swapped",
                {"reasons": _labels_swapped(policy.reasons, one, other)},
            )
    for waiver in policy.waivers:
        others = tuple(each for each in policy.waivers if each is not waiver)
        yield f"waiver {waiver.fault}: dropped", {"waivers": others}
    for channel in policy.channels:
        rest = tuple(each for each in policy.channels if each != channel)
        yield f"channels without {channel}", {"channels": rest}
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


def _reasons(reason: Reason) -> Iterator[tuple[str, Reason]]:
    if isinstance(reason.label, Text):
        yield "label turned", attrs.evolve(reason, label=_turned(reason.label))
    if isinstance(reason.hint, Text):
        yield "hint dropped", attrs.evolve(reason, hint=None)
        yield "hint turned", attrs.evolve(reason, hint=_turned(reason.hint))


def _labels_swapped(reasons: tuple[Reason, ...], one: Reason, other: Reason) -> tuple[Any, ...]:
    labels = {id(one): other.label, id(other): one.label}
    return tuple(attrs.evolve(each, label=labels.get(id(each), each.label)) for each in reasons)


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
