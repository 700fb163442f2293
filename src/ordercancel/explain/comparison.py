"""The difference between two editions of a policy: what they answer, and their other parts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.texts import Lang, Text
from ordercancel.explain.answer_changes import (
    PRICED,
    AnswerChange,
    Difference,
    PolicyAnswer,
    Relation,
    RoleAnswers,
    space_of,
    tried,
)
from ordercancel.explain.part_changes import PartChange, different_parts
from ordercancel.explain.proved_changes import Proved
from ordercancel.explain.residue import may_be_granted
from ordercancel.explain.witness import witness
from ordercancel.policy.describe import VERDICT_NAMES, Spoken
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import Choice, Fact, channel, move, reason, role, status
from ordercancel.verification.enumeration import Space, check_size
from ordercancel.verification.solver.encoding import MOST_STEPS, has_solver


@attrs.frozen(kw_only=True)
class PolicyDiff:
    """What two policies answer differently.

    Args:
        before: The one policy.
        after: The other.
        by: How they were compared: by trying every combination of facts, or by a solver.
        compared: How many combinations of facts that stands for.
        differ: How many of them are answered differently; None where they were not tried one by
            one.
        answers: What they answer, by command and role.
        only_before: What only the one policy has: its commands, roles, facts, languages,
            statuses, channels, moves, reasons, and the words of its own facts. Where the other
            takes orders by any channel, they are the channels that this one keeps to.
        only_after: What only the other has.
        parts: What else is not the same: reasons, deadlines, texts.
    """

    before: Policy
    after: Policy
    by: Literal["enumeration", "solver"]
    compared: int
    differ: int | None
    answers: tuple[RoleAnswers, ...]
    only_before: Mapping[str, tuple[str, ...]]
    only_after: Mapping[str, tuple[str, ...]]
    parts: tuple[PartChange, ...]

    @property
    def changes(self) -> tuple[AnswerChange, ...]:
        """All differences of answers that somebody could notice."""
        return tuple(
            change
            for each in self.answers
            for change in each.changes
            if change.difference is not Difference.RULE
        )

    @property
    def same(self) -> bool:
        """Whether it is certain that nothing is different that anybody could notice."""
        undecided = any(each.undecided for each in self.answers)
        return not (undecided or self.changes or self.only_before or self.only_after or self.parts)

    def relation(self, command: str, role: str) -> Relation:
        """What the other policy is beside the one, to a role that gives a command.

        Raises:
            KeyError: There is no such command or role in both policies.
        """
        names = {(each.kind.__name__, each.role): each.relation for each in self.answers}
        return names[command, role]

    def text(self, lang: Lang) -> str:
        """Return the difference as lines for people, in `lang`."""
        return "\n".join(_lines(self, lang)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Return the difference for programs, fit for JSON."""
        return {
            "before": {"policy": self.before.name, "edition": self.before.edition},
            "after": {"policy": self.after.name, "edition": self.after.edition},
            "by": self.by,
            "compared": self.compared,
            "differ": self.differ,
            "only_before": {name: list(words) for name, words in self.only_before.items()},
            "only_after": {name: list(words) for name, words in self.only_after.items()},
            "answers": [each.as_dict() for each in self.answers],
            "parts": [attrs.asdict(part) for part in self.parts],
        }


def diff(
    before: Policy,
    after: Policy,
    *,
    by: Literal["enumeration", "solver"] | None = None,
    most_steps: int = MOST_STEPS,
) -> PolicyDiff:
    """Compare what `before` and `after` answer, over every combination of facts.

    Both are asked about the roles, statuses, channels, moves, reasons and words that both have.

    Args:
        before: The one policy.
        after: The other.
        by: ``"solver"``, which proves it of however many combinations, or ``"enumeration"``,
            which tries and counts them. Default: the solver where the extra ``prove`` is
            installed.
        most_steps: How many steps the solver takes at most for one question, before it gives up;
            what it gives up on is `Relation.UNDECIDED`.

    Raises:
        TooLarge: Without a solver, where there are over a million combinations.
        InvalidValue: A fact of that name is of another kind in each.
        ImportError: ``by="solver"``, and the extra ``prove`` is not installed.
    """
    _check_facts(before, after)
    spaces = {kind: space_of(before, kind, after) for kind in JUDGED}
    roles = [name for name in before.roles if name in after.roles]
    if by is None:
        by = "solver" if has_solver() else "enumeration"
    differ: int | None = None
    if by == "solver":
        compared = sum(space.size for space in spaces.values())
        provers = (Proved(space, before, after, most_steps) for space in spaces.values())
        answers = [prover.answers(name) for prover in provers for name in roles]
    else:
        answers, compared, differ = _tried(spaces, before, after, roles)
    return PolicyDiff(
        before=before,
        after=after,
        by=by,
        compared=compared,
        differ=differ,
        answers=tuple(_shown(before, after, each) for each in answers),
        only_before=_only(before, after),
        only_after=_only(after, before),
        parts=tuple(different_parts(before, after)),
    )


def _shown(before: Policy, after: Policy, answers: RoleAnswers) -> RoleAnswers:
    """The same, each change with a scenario that shows it."""
    shown = (
        attrs.evolve(change, scenario=witness(before, after, answers.kind, change))
        for change in answers.changes
    )
    return attrs.evolve(answers, changes=tuple(shown))


def _tried(
    spaces: Mapping[type[Judged], Space], before: Policy, after: Policy, roles: list[str]
) -> tuple[list[RoleAnswers], int, int]:
    """The answers to every combination, tried one by one; how many there are, and differ."""
    check_size(spaces.values())
    compared = differ = 0
    answers = []
    for kind, space in spaces.items():
        changes, of_kind, differ_of_kind = tried(space, before, after)
        compared += of_kind
        differ += differ_of_kind
        answers += [
            RoleAnswers(kind=kind, role=name, changes=changes.get(name, ())) for name in roles
        ]
    return answers, compared, differ


def _check_facts(before: Policy, after: Policy) -> None:
    """Raise `InvalidValue` where a name means two kinds of facts, so that no value is of both."""
    faults = []
    for one in before.facts:
        other = after.fact(one.name)
        if other is not None and (type(one), one.of) != (type(other), other.of):
            problem = f"is a {_kind(one)} of {before.name} {before.edition}"
            expected = f"a {_kind(other)}, as {after.name} {after.edition} has it, or another name"
            faults.append(Fault(f"diff.facts[{one.name!r}]", problem, expected))
    if faults:
        raise InvalidValue(faults)


def _kind(fact: Fact) -> str:
    return f"{type(fact).__name__}{'' if fact.of is None else f' of {fact.of.__name__}'}"


def _only(one: Policy, other: Policy) -> dict[str, tuple[str, ...]]:
    """What `one` has and `other` has not."""
    words = {
        "commands": tuple(
            tuple(kind.__name__ for kind in JUDGED if may_be_granted(each, kind, {}))
            for each in (one, other)
        ),
        "facts": tuple(tuple(fact.name for fact in each.facts) for each in (one, other)),
        "languages": (one.languages, other.languages),
    }
    choices = (fact for fact in one.facts if isinstance(fact, Choice) and other.fact(fact.name))
    for fact in (role, status, channel, move, reason, *choices):
        theirs = other.fact(fact.name)
        assert isinstance(theirs, Choice)
        words[fact.name] = one.domain(fact), other.domain(theirs)
    only = {
        name: tuple(each for each in mine if each not in theirs)
        for name, (mine, theirs) in words.items()
    }
    return {name: words for name, words in only.items() if words}


# ---------------------------------------------------------------- for people


_MEANS = {
    "solver": Text(
        "事実の組み合わせ {compared} 通りすべてについて、ソルバーで証明した。",
        "Proved by the solver of all {compared} combinations of facts.",
    ),
    "enumeration": Text(
        "事実の組み合わせ {compared} 通りをすべて調べた。{differ} 通りで答えが異なる。",
        "All {compared} combinations of facts were tried; {differ} are answered differently.",
    ),
}

_RELATIONS = {
    Relation.STRICTER: Text("より厳しい", "stricter"),
    Relation.LOOSER: Text("より緩い", "looser"),
    Relation.INCOMPARABLE: Text("比較できない", "incomparable"),
    Relation.UNDECIDED: Text("判定できない", "undecided"),
    Relation.EQUAL: Text("同じ", "equal"),
}

_DIFFERENCES = {
    Difference.STRICTER: Text("厳しくなる", "stricter"),
    Difference.LOOSER: Text("緩くなる", "looser"),
    Difference.ELSEWHERE: Text("回答する側が変わる", "referred to somebody else"),
    Difference.CODE: Text("答えは同じ、拒否コードが異なる", "same answer, other code"),
    Difference.FEE: Text("答えは同じ、手数料が異なる", "same answer, other fee"),
    Difference.RULE: Text("答えは同じ、ルールが異なる", "same answer, other rule"),
}

_ONE_HAS = Text("{name} のみにあるもの（{fact}）：{words}", "Only {name} has {fact}: {words}")
_ONE_TAKES_ANY = Text(
    "{name} で使える{fact}は次に限られる（{other} には制限がない）：{words}",
    "{name} takes only these of {fact}, {other} any: {words}",
)
_ONLY = {
    "commands": Text("操作", "commands"),
    "facts": Text("事実", "facts"),
    "languages": Text("言語", "languages"),
}


def _lines(result: PolicyDiff, lang: Lang) -> Iterator[str]:
    names = [f"{each.name} {each.edition}" for each in (result.before, result.after)]
    yield f"{names[0]} → {names[1]}"
    yield _MEANS[result.by].fill(
        lang, {"compared": f"{result.compared:,}", "differ": f"{result.differ or 0:,}"}
    )
    said = Spoken(result.after, lang)
    yield from _relations(result, said)
    yield from _what_only(result.before, result.after, result.only_before, lang)
    yield from _what_only(result.after, result.before, result.only_after, lang)
    yield from _changes(result, said)
    if result.changes and result.parts:
        yield ""
    for part in result.parts:
        yield f"{part.where}: {_json(part.before)} → {_json(part.after)}"


def _what_only(
    one: Policy, other: Policy, only: Mapping[str, tuple[str, ...]], lang: Lang
) -> Iterator[str]:
    """A line for each kind of thing that `one` has and `other` has not."""
    for fact, words in only.items():
        takes_any = fact == channel.name and not other.channels
        values = {
            "name": f"{one.name} {one.edition}",
            "other": f"{other.name} {other.edition}",
            "fact": _ONLY[fact][lang] if fact in _ONLY else Spoken(one, lang).fact(fact),
            "words": ", ".join(words),
        }
        yield (_ONE_TAKES_ANY if takes_any else _ONE_HAS).fill(lang, values)


def _relations(result: PolicyDiff, said: Spoken) -> Iterator[str]:
    """A line for each command that is not answered the same, and one for the rest."""
    equal = []
    for kind in JUDGED:
        of_kind = [each for each in result.answers if each.kind is kind]
        if all(each.relation is Relation.EQUAL for each in of_kind):
            equal.append(said.command(kind))
            continue
        words = [
            f"{said.listed(said.role(each.role) for each in of_kind if each.relation is relation)}"
            f": {name[said.lang]}"
            for relation, name in _RELATIONS.items()
            if any(each.relation is relation for each in of_kind)
        ]
        yield f"{said.command(kind)} ({kind.__name__}): {'; '.join(words)}"
    if equal:
        yield f"{said.listed(equal)}: {_RELATIONS[Relation.EQUAL][said.lang]}"


def _changes(result: PolicyDiff, said: Spoken) -> Iterator[str]:
    """What differs, each with an example; of roles that are answered alike together."""
    groups: dict[object, list[RoleAnswers]] = {}
    for each in result.answers:
        if each.changes or each.undecided:
            alike = (each.kind, each.undecided, *(change.key for change in each.changes))
            groups.setdefault(alike, []).append(each)
    for group in groups.values():
        first, roles = group[0], said.listed(said.role(each.role) for each in group)
        who = f"{said.command(first.kind)} ({first.kind.__name__}), {roles}"
        for query in first.undecided:
            yield ""
            yield f"{who}: {_RELATIONS[Relation.UNDECIDED][said.lang]}: {query}"
        for change in first.changes:
            counts = [each.changes[first.changes.index(change)].count for each in group]
            number = "" if None in counts else f" ({sum(count or 0 for count in counts):,})"
            yield ""
            code = f": {change.code}" if change.difference is Difference.CODE else ""
            yield f"{who}: {_DIFFERENCES[change.difference][said.lang]}{code}{number}"
            for sign, answer, policy in (
                ("", change.before, result.before),
                ("→ ", change.after, result.after),
            ):
                yield f"  {sign}{_answer(answer, change, Spoken(policy, said.lang))}"
            if change.difference is not Difference.RULE:
                facts = (_fact(result, said, *each) for each in change.example.items())
                listed = said.say("、", "; ").join(facts)
                yield f"  {said.say('例', 'for example')}: {listed}"


def _answer(answer: PolicyAnswer, change: AnswerChange, said: Spoken) -> str:
    """The verdict with what is different about it, and the rules of the example."""
    more = [change.code] if change.code is not None and change.code in answer.codes else []
    if change.difference is Difference.CODE:
        more = list(answer.codes)
    if change.difference is Difference.ELSEWHERE:
        more = [said.role(role) for role in answer.to]
    if change.difference is Difference.FEE:
        more = [said.say("手数料なし", "no fee") if answer.fee is None else said.fee(answer.fee)]
    told = f" ({', '.join(more)})" if more else ""
    rules = f" — {', '.join(answer.rules)}" if answer.rules else ""
    return f"{VERDICT_NAMES[answer.verdict][said.lang]}{told}{rules}"


def _fact(result: PolicyDiff, said: Spoken, name: str, value: Value | None) -> str:
    if name == PRICED:
        name, value = said.say("代金の有無", "the order has prices"), bool(value)
        return f"{name}: {said.value(PRICED, value)}"
    if result.after.fact(name) is None:
        said = Spoken(result.before, said.lang)
    return f"{said.fact(name)}: {said.value(name, value)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
