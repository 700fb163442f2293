"""The difference between two editions of a policy: what they answer, and their other parts."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import attrs
from attr import asdict  # which makes lists of tuples, as JSON has them

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import Decision, Verdict
from ordercancel.explain.export import policy_data
from ordercancel.explain.residue import truth
from ordercancel.policy.describe import VERDICT_NAMES, Spoken
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Value
from ordercancel.rules.effects import Forbid
from ordercancel.rules.facts import OF_THE_ACTOR, channel, move, reason, seller_permits, status
from ordercancel.verification.enumeration import FactValues, Space, check_size


@attrs.frozen
class PolicyAnswer:
    """What a policy answers: its verdict, the codes of its refusals, the rules behind it."""

    verdict: Verdict
    codes: tuple[str, ...]
    rules: tuple[str, ...]


@attrs.frozen(kw_only=True)
class AnswerChange:
    """Combinations of facts whose answers differ in the same way.

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
    before: PolicyAnswer
    after: PolicyAnswer

    @property
    def turns(self) -> bool:
        """Whether the verdict is another, and not only its codes."""
        return self.before.verdict is not self.after.verdict


@attrs.frozen
class PartChange:
    """A part beside the rules that is not the same; None on the side that lacks it."""

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
        only_before: What only the one policy has: its statuses, channels, moves, reasons.
        only_after: What only the other has.
        parts: What else is not the same: reasons, deadlines, texts.
    """

    before: Policy
    after: Policy
    compared: int
    changes: tuple[AnswerChange, ...]
    only_before: Mapping[str, tuple[str, ...]]
    only_after: Mapping[str, tuple[str, ...]]
    parts: tuple[PartChange, ...]

    @property
    def same(self) -> bool:
        """Whether nothing is different that anybody could notice."""
        return not (self.changes or self.only_before or self.only_after or self.parts)

    def text(self, lang: Lang) -> str:
        """Return the difference as lines for people, in `lang`."""
        return "\n".join(_lines(self, lang)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Return the difference for programs, fit for JSON."""
        return {
            "before": {"policy": self.before.name, "edition": self.before.edition},
            "after": {"policy": self.after.name, "edition": self.after.edition},
            "compared": self.compared,
            "only_before": {name: list(words) for name, words in self.only_before.items()},
            "only_after": {name: list(words) for name, words in self.only_after.items()},
            "parts": [asdict(part) for part in self.parts],
            "changes": [
                asdict(change)
                | {"example": {name: _plain(each) for name, each in change.example.items()}}
                for change in self.changes
            ],
        }


def diff(before: Policy, after: Policy) -> PolicyDiff:
    """Compare what `before` and `after` answer, over every combination of facts.

    Both are asked about the statuses, channels, moves and reasons that both have. Which codes
    refuse what somebody may do under neither of them is no difference: nobody offers it to them.

    Raises:
        TooLarge: There are over a million combinations.
    """
    spaces = {kind: Space.of(before, kind, after) for kind in JUDGED}
    check_size(spaces.values())
    compared = 0
    changes: dict[Hashable, AnswerChange] = {}
    for kind, space in spaces.items():
        others = Space.of(after, kind, before)
        for facts in space.combinations():
            compared += 1
            one = before.judge(kind, facts)
            other = after.judge(kind, others.completed(facts))
            if (one.verdict, set(one.codes)) != (other.verdict, set(other.codes)) and (
                one.verdict is not other.verdict
                or any(_may_ever(kind, policy, facts) for policy in (before, after))
            ):
                change = _change(kind.__name__, facts, _answer(one), _answer(other))
                key = (
                    change.command,
                    one.verdict,
                    other.verdict,
                    frozenset(change.lost),
                    frozenset(change.gained),
                )
                changes[key] = _joined(changes.get(key), change)
    return PolicyDiff(
        before=before,
        after=after,
        compared=compared,
        changes=tuple(sorted(changes.values(), key=lambda each: (not each.turns, -each.count))),
        only_before=_only(before, after),
        only_after=_only(after, before),
        parts=tuple(_different_parts(before, after)),
    )


def _may_ever(kind: type[Judged], policy: Policy, facts: FactValues) -> bool:
    """Whether `policy` ever lets whoever these facts are of give a command of this kind."""
    who = {name: facts[name] for name in OF_THE_ACTOR - {seller_permits.name} if name in facts}
    leaves = [(effect, truth(when, who)) for _, when, effect in policy.leaves_for(kind)]
    grants = any(holds is not False for effect, holds in leaves if not isinstance(effect, Forbid))
    return grants and not any(holds for effect, holds in leaves if isinstance(effect, Forbid))


def _change(
    command: str, facts: FactValues, one: PolicyAnswer, other: PolicyAnswer
) -> AnswerChange:
    return AnswerChange(
        command=command,
        lost=tuple(code for code in one.codes if code not in other.codes),
        gained=tuple(code for code in other.codes if code not in one.codes),
        count=1,
        example={name: value for name, value in facts.items() if name != "zone"},
        before=one,
        after=other,
    )


def _joined(known: AnswerChange | None, change: AnswerChange) -> AnswerChange:
    """Both as one, with the simpler example."""
    if known is None:
        return change
    simpler = min(known, change, key=lambda each: len(each.before.codes + each.after.codes))
    return attrs.evolve(simpler, count=known.count + 1)


def _answer(decision: Decision) -> PolicyAnswer:
    return PolicyAnswer(decision.verdict, decision.codes, decision.rules)


def _only(one: Policy, other: Policy) -> dict[str, tuple[str, ...]]:
    """What `one` has and `other` has not."""
    words = {
        fact.name: tuple(word for word in one.domain(fact) if word not in other.domain(fact))
        for fact in (status, channel, move, reason)
    }
    return {name: only for name, only in words.items() if only}


# What is compared by its answers, or says which policy it is, or is only cited.
_NO_PARTS = frozenset(
    ("name", "edition", "digest", "holds_from", "channels", "facts", "rules", "documents")
)

# Trees: some are compared as a whole, some by the words that stand beside them.
_TREES = frozenset(("when", "then"))
_IN_WORDS = frozenset(("condition", "time"))


def _different_parts(before: Policy, after: Policy) -> Iterator[PartChange]:
    one, other = (
        {
            where: value
            for field, part in policy_data(policy).items()
            if field not in _NO_PARTS
            for where, value in _flat(field, part)
        }
        for policy in (before, after)
    )
    for where in dict.fromkeys((*one, *other)):
        if one.get(where) != other.get(where) and not (
            [] in (one.get(where), other.get(where))
            and any(each.startswith(f"{where}[") for each in (*one, *other))
        ):  # what is empty on one side is told by what the other side has
            yield PartChange(where, one.get(where), other.get(where))


def _flat(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every plain value in `value`, by its place; in a list by what names its parts."""
    match value:
        case dict():
            for key, inner in value.items():
                if key in _TREES:
                    yield f"{where}.{key}", inner
                elif key not in _IN_WORDS:
                    yield from _flat(f"{where}.{key}", inner)
        case [dict(), *_]:
            seen: dict[str, int] = {}
            for each in value:
                name = _name(each)
                seen[name] = seen.get(name, 0) + 1
                again = "" if seen[name] == 1 else f" #{seen[name]}"
                yield from _flat(f"{where}[{name}{again}]", each)
        case _:
            yield where, value


def _name(part: dict[str, Any]) -> str:
    if "from" in part:
        return f"{part['move']} from {part['from']}"
    if "to" in part:
        return f"{part['on']} to {part['to']}"
    if "code" in part:
        return f"{part['on']} {part['code']}"
    if "kind" in part and "on" in part:
        return f"{part['kind']} on {part['on']}"
    named = (str(part[key]) for key in ("id", "name", "on") if key in part)
    return next(named)


def _plain(value: Value | None) -> str | int | None:
    return value if value is None or isinstance(value, str | int) else str(value)


def _lines(result: PolicyDiff, lang: Lang) -> Iterator[str]:
    said = Spoken(result.after, lang)
    names = [f"{each.name} {each.edition}" for each in (result.before, result.after)]
    yield f"{names[0]} → {names[1]}"
    total = sum(change.count for change in result.changes)
    yield said.say(
        f"事実の組み合わせ {result.compared:,} 通りのうち、{total:,} 通りで答えが異なる。",
        f"{total:,} of {result.compared:,} combinations of facts are answered differently.",
    )
    for name, only in zip(names, (result.only_before, result.only_after), strict=True):
        for fact, words in only.items():
            yield said.say(
                "{name} のみにあるもの（{fact}）：{words}",
                "Only {name} has {fact}: {words}",
                name=name,
                fact=Spoken(result.before, lang).fact(fact),
                words=", ".join(words),
            )
    kinds = {kind.__name__: said.command(kind) for kind in JUDGED}
    for change in result.changes:
        yield ""
        yield f"{kinds[change.command]} ({change.command}): {change.count:,}"
        yield f"  {_answer_text(change.before, change.lost, lang)}"
        yield f"  → {_answer_text(change.after, change.gained, lang)}"
        facts = said.say("、", "; ").join(
            f"{said.fact(name)}: {said.value(name, value)}"
            for name, value in change.example.items()
        )
        yield f"  {said.say('例', 'for example')}: {facts}"
    if result.changes and result.parts:
        yield ""
    for part in result.parts:
        yield f"{part.where}: {_json(part.before)} → {_json(part.after)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _answer_text(answer: PolicyAnswer, own: tuple[str, ...], lang: Lang) -> str:
    """The verdict, the codes that are this policy's alone, and the rules of the example."""
    codes = f" ({', '.join(own)})" if own else ""
    rules = f" — {', '.join(answer.rules)}" if answer.rules else ""
    return f"{VERDICT_NAMES[answer.verdict][lang]}{codes}{rules}"
