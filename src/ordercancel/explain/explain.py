"""Why a decision is what it is, and what would have to be different for another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import combinations, product

from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import UNDETERMINED, Decision, RuleError, Verdict
from ordercancel.engine.evaluation import judge
from ordercancel.engine.ruleset import RuleSet
from ordercancel.explain.explanation import MOST_CHANGES, Cause, Change, Explanation, Flip, Quote
from ordercancel.policy.describe import (
    COMMAND_NAMES,
    GRANT_NAMES,
    describe,
    fact_text,
    value_text,
)
from ordercancel.policy.parts import Provision
from ordercancel.rules.conditions import All, AnyOf, Compare, Condition, Leaf, Not, Value
from ordercancel.rules.effects import Forbid
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, Clause
from ordercancel.verification.enumeration import Space, leaves_of

# Facts that nobody could change: who one is, what follows from others.
_UNCHANGEABLE = frozenset({"party", "legal_move"})


def explain(decision: Decision, lang: Lang) -> Explanation:
    """Return why `decision` is what it is, and what would change it, in the words of `lang`."""
    return Explanation(
        lang=lang,
        asked=_asked(decision, lang),
        verdict=decision.verdict,
        codes=decision.codes,
        causes=tuple(_causes(decision, lang)),
        flips=tuple(_flips(decision, lang)),
    )


# -------------------------------------------------------------------- what was asked, and why


def _asked(decision: Decision, lang: Lang) -> str:
    if decision.kind is None:
        return ""
    name = f"{COMMAND_NAMES[decision.kind][lang]} ({decision.kind.__name__})"
    facts = decision.facts
    if not isinstance(facts, Facts):
        return name
    at = facts.at.astimezone(decision.policy.tzinfo).isoformat(sep=" ", timespec="seconds")
    return Text("{name}: 注文 {order}、{by}、{at}", "{name}: order {order}, by {by}, {at}").fill(
        lang,
        {"name": name, "order": facts.case.order.id, "by": str(facts.command.by), "at": at},
    )


def _causes(decision: Decision, lang: Lang) -> Iterator[Cause]:
    policy = decision.policy
    for error in decision.errors:
        missing = Text("{fact}: 不明", "{fact}: not known")
        yield _cause(
            error.rule,
            _trouble(error, policy, lang),
            policy,
            lang,
            facts=[
                missing.fill(lang, {"fact": fact_text(name, policy, lang)})
                for name in error.missing
            ],
        )
    for rule in decision.determined_by:
        yield _cause(
            rule,
            _effect(rule, policy, lang),
            policy,
            lang,
            facts=_satisfying(rule.when, decision, lang),
        )
    if decision.is_silent:
        silent = policy.refusal_text("not_permitted")[lang]
        if decision.silence is None:
            yield Cause(id=None, effect=silent)
        else:
            yield _cause(decision.silence, silent, policy, lang, facts=())


def _trouble(error: RuleError, policy: RuleSet, lang: Lang) -> str:
    """What was wrong with a rule; with what it grants, where that is the trouble."""
    problem = policy.refusal_text(error.code)[lang]
    if error.code == UNDETERMINED:
        return problem
    return f"{problem} ({_effect(error.rule, policy, lang)})"


def _effect(rule: Rule, policy: RuleSet, lang: Lang) -> str:
    if isinstance(rule.effect, Forbid):
        return f"{rule.effect.code}: {policy.refusal_text(rule.effect.code)[lang]}"
    return GRANT_NAMES[rule.effect][lang]


def _cause(
    provision: Provision, effect: str, policy: RuleSet, lang: Lang, *, facts: Iterable[str]
) -> Cause:
    cites = provision.cites
    when = getattr(provision, "when", None)
    quotes: list[Quote] = []
    if isinstance(cites, Citation):
        for name in cites.clauses:
            clause = policy.clause(name)
            quotes.append(Quote(name, _line(clause, lang)))
    return Cause(
        id=provision.id,
        effect=effect,
        when="" if when is None else describe(when, policy, lang),
        facts=tuple(facts),
        source=tuple(quotes),
        note="" if isinstance(cites, Citation) else cites.rationale[lang],
    )


def _line(clause: Clause, lang: Lang) -> str:
    """The line of a clause; in English how it is read, where that is written down."""
    return clause.reading if lang == "en" and clause.reading else clause.text


def _satisfying(when: Condition, decision: Decision, lang: Lang) -> list[str]:
    """The facts that made a condition true, each once, in words."""
    names = dict.fromkeys(leaf.fact for leaf in _support(when, decision.facts, wanted=True))
    policy, facts = decision.policy, decision.facts
    return [
        f"{fact_text(name, policy, lang)}: {value_text(name, facts[name], policy, lang)}"
        for name in names
    ]


def _support(
    when: Condition, facts: Mapping[str, Value | None], *, wanted: bool
) -> Iterator[Leaf]:
    """The conditions about one fact each by which `when` is what is `wanted`."""
    match when:
        case Not(inner):
            yield from _support(inner, facts, wanted=not wanted)
        case All(conditions) | AnyOf(conditions):
            for each in conditions:
                if each.test(facts) is wanted:
                    yield from _support(each, facts, wanted=wanted)
        case _:
            yield from when.leaves()


# -------------------------------------------------------------------- what would change it


def _flips(decision: Decision, lang: Lang) -> Iterator[Flip]:
    if decision.kind is None:
        return
    policy, kind = decision.policy, decision.kind
    space = Space.of(policy, kind)
    known = {name: decision.facts[name] for name in space.values}
    leaves = list(leaves_of(policy, kind))
    others = {
        name: _others(known[name], values)
        for name, values in space.values.items()
        if name not in _UNCHANGEABLE
    }
    for count in range(1, MOST_CHANGES + 1):
        flips: dict[tuple[tuple[str, ...], Verdict], list[tuple[Value | None, ...]]] = {}
        for names in combinations(others, count):
            for values in product(*(others[name] for name in names)):
                facts = space.completed({**known, **dict(zip(names, values, strict=True))})
                if space.is_possible(facts):
                    verdict = judge(policy, kind, facts).verdict
                    if verdict is not decision.verdict:
                        flips.setdefault((names, verdict), []).append(values)
        if flips:
            for (names, verdict), several in flips.items():
                yield Flip(
                    tuple(
                        _change(name, known[name], column, leaves, policy, lang)
                        for name, column in zip(
                            names, zip(*_shown(several, count), strict=True), strict=True
                        )
                    ),
                    verdict,
                )
            return


def _others(value: Value | None, values: Iterable[Value | None]) -> list[Value | None]:
    """The other values, of numbers the nearest first."""
    others = [each for each in values if each != value or type(each) is not type(value)]
    if isinstance(value, int | timedelta) and not isinstance(value, bool):
        others.sort(key=lambda each: _distance(each, value))
    return others


def _distance(one: Value | None, other: Value | None) -> float:
    if isinstance(one, timedelta) and isinstance(other, timedelta):
        return abs(one - other).total_seconds()
    if isinstance(one, int) and isinstance(other, int):
        return abs(one - other)
    return float("inf")


def _shown(several: list[tuple[Value | None, ...]], count: int) -> list[tuple[Value | None, ...]]:
    """Of one fact every word that would do; of a number, and of facts together, the nearest."""
    if count == 1 and isinstance(several[0][0], str):
        return several
    return several[:1]


def _change(
    name: str,
    before: Value | None,
    after: tuple[Value | None, ...],
    leaves: list[Leaf],
    policy: RuleSet,
    lang: Lang,
) -> Change:
    reached = after[0]
    crossed = [
        leaf
        for leaf in leaves
        if isinstance(leaf, Compare)
        and leaf.fact == name
        and _answer(leaf, reached) is not _answer(leaf, before)
    ]
    if crossed and reached is not None:
        last: Condition = min(crossed, key=lambda leaf: _distance(leaf.bound, reached))
        reached_text = describe(last if last.test({name: reached}) else ~last, policy, lang)
        return Change(name, reached_text, after)
    words = [value_text(name, value, policy, lang) for value in after]
    separator = "・" if lang == "ja" else ", "
    was = value_text(name, before, policy, lang)
    text = f"{fact_text(name, policy, lang)}: {was} → {separator.join(words)}"
    return Change(name, text, after)


def _answer(leaf: Leaf, value: Value | None) -> bool | None:
    """What a condition says to a value; nothing where the value is of no kind that it knows."""
    try:
        return leaf.test({leaf.fact: value})
    except TypeError:
        return None
