"""What the reports of a policy have in common: their heading, figures, and scenarios as lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from ordercancel.domain.texts import Lang, Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.scenario import Line

T = TypeVar("T")


def heading(policy: Policy, lang: Lang) -> str:
    """The title of a policy, with its name and edition."""
    title = policy.text(policy.title or policy.name)
    which = Text(
        f"（{policy.name} 第{policy.edition}版）", f" ({policy.name}, edition {policy.edition})"
    )
    return f"{title[lang]}{which[lang]}"


def percent(part: int, total: int) -> float:
    """How many of 100 a part of a total is, rounded down to a tenth; 100 of nothing."""
    return part * 1000 // total / 10 if total else 100.0


def by_scenario(shown: Iterable[tuple[tuple[Line, ...] | None, T]]) -> dict[str, tuple[T, ...]]:
    """Scenarios as JSON Lines, each with all that it shows; what has none is left out."""
    grouped: dict[str, list[T]] = {}
    for lines, each in shown:
        if lines is not None:
            written = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
            grouped.setdefault(written, []).append(each)
    return {written: tuple(shows) for written, shows in grouped.items()}


def with_scenarios(
    scenarios: Mapping[str, Iterable[T]], text_of: Callable[[T], str]
) -> Iterator[str]:
    """Numbered blocks: what a scenario shows, and below it its lines."""
    for number, (lines, shows) in enumerate(scenarios.items(), 1):
        yield ""
        for place, each in enumerate(shows):
            yield f"{'   ' if place else f'{number}. '}{text_of(each)}"
        yield from (f"   {line}" for line in lines.split("\n"))


def without_scenario(title: str, texts: Sequence[str]) -> Iterator[str]:
    """What no scenario shows, under a title; nothing where there is nothing."""
    if texts:
        yield ""
        yield title
    yield from (f"- {each}" for each in texts)
