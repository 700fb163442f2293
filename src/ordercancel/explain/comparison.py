"""Which combinations of facts two editions of a policy answer differently."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import attrs

from ordercancel.domain.commands import COMMANDS
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Decision, Verdict
from ordercancel.explain.export import policy_data
from ordercancel.policy.describe import COMMAND_NAMES, VERDICT_NAMES, fact_text, value_text
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import channel, deadline, move, status
from ordercancel.verification.enumeration import FactValues, Space, check_size

__all__ = ["Answer", "Change", "Part", "PolicyDiff", "compare"]


@attrs.frozen
class Answer:
    """What a policy answers: its verdict, the codes of its refusals, the rules behind it."""

    verdict: Verdict
    codes: tuple[str, ...]
    rules: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Change:
    """Combinations of facts that are answered differently in the same way.

    They have the same two verdicts, and the same codes are lost and gained.

    Args:
        command: The name of the command.
        lost: The codes of refusals that only the one policy gives.
        gained: The codes that only the other gives.
        count: How many combinations there are.
        example: The facts of one of them, with as few refusals as possible.
        before: The answer of the one policy to the example.
        after: The answer of the other.
    """

    command: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    count: int
    example: Mapping[str, Value | None]
    before: Answer
    after: Answer


@attrs.frozen
class Part:
    """A part beside the rules that is not the same: where it is, and what it is; None for none."""

    where: str
    before: Any
    after: Any


@attrs.frozen(kw_only=True)
class PolicyDiff:
    """What two policies answer differently.

    Args:
        before: The one policy.
        after: The other.
        compared: How many combinations of facts were put to both.
        changes: The differences, those of the verdict first, then the most frequent.
        only_before: What only the one policy has: its statuses, channels, moves, deadlines.
        only_after: What only the other has.
        parts: What else is not the same: reasons, deadlines, what follows of itself, texts.
    """

    before: Policy
    after: Policy
    compared: int
    changes: tuple[Change, ...]
    only_before: Mapping[str, tuple[str, ...]]
    only_after: Mapping[str, tuple[str, ...]]
    parts: tuple[Part, ...]

    @property
    def same(self) -> bool:
        """Whether nothing is different that anybody could notice."""
        return not (self.changes or self.only_before or self.only_after or self.parts)

    def text(self, lang: Lang) -> str:
        """The comparison for people."""
        return "\n".join(_lines(self, lang)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The comparison for programs, fit for JSON."""
        return {
            "before": {"policy": self.before.name, "edition": self.before.edition},
            "after": {"policy": self.after.name, "edition": self.after.edition},
            "compared": self.compared,
            "only_before": {name: list(words) for name, words in self.only_before.items()},
            "only_after": {name: list(words) for name, words in self.only_after.items()},
            "parts": [attrs.asdict(part) for part in self.parts],
            "changes": [
                {
                    "command": change.command,
                    "lost": list(change.lost),
                    "gained": list(change.gained),
                    "before": _answer_data(change.before),
                    "after": _answer_data(change.after),
                    "count": change.count,
                    "example": {name: _plain(each) for name, each in change.example.items()},
                }
                for change in self.changes
            ],
        }


def compare(before: Policy, after: Policy) -> PolicyDiff:
    """What `before` and `after` answer differently, over every combination of facts.

    Of statuses, channels, moves and deadlines those are put to both that both have.

    Raises:
        TooLarge: There are more combinations than can be tried.
    """
    spaces = {kind: Space.of(before, kind, after) for kind in COMMANDS}
    check_size(spaces.values())
    compared = 0
    found: dict[Hashable, Change] = {}
    for kind, space in spaces.items():
        others = Space.of(after, kind, before)
        for given in space.combinations():
            compared += 1
            one = before.judge(kind, given)
            other = after.judge(kind, others.completed(given))
            if (one.verdict, set(one.codes)) != (other.verdict, set(other.codes)):
                change = _change(kind.__name__, given, _answer(one), _answer(other))
                key = (
                    change.command,
                    one.verdict,
                    other.verdict,
                    frozenset(change.lost),
                    frozenset(change.gained),
                )
                found[key] = _joined(found.get(key), change)
    return PolicyDiff(
        before=before,
        after=after,
        compared=compared,
        changes=tuple(sorted(found.values(), key=_weight)),
        only_before=_only(before, after),
        only_after=_only(after, before),
        parts=tuple(_different_parts(before, after)),
    )


def _change(command: str, given: FactValues, one: Answer, other: Answer) -> Change:
    return Change(
        command=command,
        lost=tuple(code for code in one.codes if code not in other.codes),
        gained=tuple(code for code in other.codes if code not in one.codes),
        count=1,
        example=given,
        before=one,
        after=other,
    )


def _joined(known: Change | None, change: Change) -> Change:
    """Both as one, with the simpler example."""
    if known is None:
        return change
    simpler = min(known, change, key=lambda each: len(each.before.codes + each.after.codes))
    return attrs.evolve(simpler, count=known.count + 1)


def _weight(change: Change) -> tuple[bool, int]:
    return change.before.verdict is change.after.verdict, -change.count


def _answer(decision: Decision) -> Answer:
    return Answer(decision.verdict, decision.codes, decision.rules)


def _only(one: Policy, other: Policy) -> dict[str, tuple[str, ...]]:
    """What `one` has and `other` has not."""
    found = {}
    for fact in (status, channel, move, deadline):
        there = set(other.domain(fact))
        words = tuple(word for word in one.domain(fact) if word not in there)
        if words:
            found[fact.name] = words
    return found


_BESIDE_THE_RULES = (
    "title",
    "zone",
    "orders",
    "cancel_move",
    "planned_by",
    "dated",
    "shipped_by",
    "request_reasons",
    "rejection_reasons",
    "withdrawal_text",
    "deadlines",
    "superseding",
    "going_back",
    "statuses",
    "refusals",
    "notifications",
    "labels",
    "counters",
    "columns",
)


def _different_parts(before: Policy, after: Policy) -> Iterator[Part]:
    one, other = (
        {
            where: value
            for field in _BESIDE_THE_RULES
            for where, value in _flat(field, policy_data(policy)[field])
        }
        for policy in (before, after)
    )
    for where in dict.fromkeys((*one, *other)):
        if one.get(where) != other.get(where):
            yield Part(where, one.get(where), other.get(where))


def _flat(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every plain value in `value`, by its place; in a list by what names its parts."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _flat(f"{where}.{key}", inner)
        case [dict(), *_]:
            names = [_name(each) for each in value]
            for name, each in zip(names, value, strict=True):
                told = name if names.count(name) == 1 else f"{name} by {', '.join(each['media'])}"
                yield from _flat(f"{where}[{told}]", each)
        case _:
            yield where, value


def _name(part: dict[str, Any]) -> str:
    if "from" in part:
        return f"{part['move']} from {part['from']}"
    named = (part[key] for key in ("id", "code", "status") if key in part)
    return next(named, None) or f"{part['on']} to {part['to']}"


def _answer_data(answer: Answer) -> dict[str, Any]:
    return {
        "verdict": str(answer.verdict),
        "codes": list(answer.codes),
        "rules": list(answer.rules),
    }


def _plain(value: Value | None) -> str | int | float | None:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _lines(told: PolicyDiff, lang: Lang) -> Iterator[str]:
    names = [f"{each.name} {each.edition}" for each in (told.before, told.after)]
    yield f"{names[0]} → {names[1]}"
    total = sum(change.count for change in told.changes)
    yield Text(
        f"事実の組み合わせ {told.compared:,} 通りのうち、{total:,} 通りで答えが異なる。",
        f"{total:,} of {told.compared:,} combinations of facts are answered differently.",
    )[lang]
    for name, only in zip(names, (told.only_before, told.only_after), strict=True):
        for fact, words in only.items():
            label = fact_text(fact, told.before, lang)
            only_there = Text(
                "{name} のみにあるもの({fact}): {words}", "Only {name} has {fact}: {words}"
            )
            yield only_there.fill(lang, {"name": name, "fact": label, "words": ", ".join(words)})
    for part in told.parts:
        yield f"{part.where}: {_shown(part.before)} → {_shown(part.after)}"
    kinds = {kind.__name__: COMMAND_NAMES[kind] for kind in COMMANDS}
    for change in told.changes:
        yield ""
        yield f"{kinds[change.command][lang]} ({change.command}): {change.count:,}"
        yield f"  {_told(change.before, change.lost, lang)}"
        yield f"  → {_told(change.after, change.gained, lang)}"
        facts = [
            f"{fact_text(name, told.after, lang)}: {value_text(name, value, told.after, lang)}"
            for name, value in change.example.items()
        ]
        yield f"  {Text('例', 'for example')[lang]}: {Text('、', '; ')[lang].join(facts)}"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _told(answer: Answer, own: tuple[str, ...], lang: Lang) -> str:
    """The verdict, the codes that are this policy's alone, and the rules of the example."""
    codes = f" ({', '.join(own)})" if own else ""
    rules = f" — {', '.join(answer.rules)}" if answer.rules else ""
    return f"{VERDICT_NAMES[answer.verdict][lang]}{codes}{rules}"
