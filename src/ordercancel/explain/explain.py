"""Why a decision is what it is, and what would have to be different for another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import combinations, product

from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import UNDETERMINED, Decision, RuleError, Satisfied, Verdict
from ordercancel.engine.evaluation import judge
from ordercancel.engine.ruleset import RuleSet
from ordercancel.explain.explanation import MOST_CHANGES, Cause, Change, Explanation, Flip, Quote
from ordercancel.policy.describe import (
    action_text,
    describe,
    effect_text,
    fact_text,
    time_text,
    value_text,
)
from ordercancel.policy.parts import Provision
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Leaf,
    Named,
    Not,
    Value,
)
from ordercancel.rules.facts import OF_THE_ACTOR
from ordercancel.rules.sources import Basis, Citation, Clause, OwnRule
from ordercancel.verification.enumeration import Space, leaves_of

_UNCHANGEABLE = OF_THE_ACTOR - {"seller_permits"} | {
    "initiator",
    "answerer",
    "is_stale",
    "legal_move",
    "now",
    "reason",
}
"""Facts that nobody could change: who one is, what was asked, what follows from others.

A moment that would have to be earlier or later stands for the time that has passed since.
"""


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


def explain_faults(error: InvalidValue, policy: RuleSet, lang: Lang) -> Explanation:
    """Return what was wrong with an input, with the clauses that set its bounds, in `lang`."""
    causes = (
        Cause(
            id=None,
            effect=fault.message(lang),
            facts=(str(fault),),
            source=tuple(
                Quote(name, str(Basis.SAYS), policy.clause(name).text) for name in fault.clauses
            ),
        )
        for fault in error.faults
    )
    return Explanation(
        lang=lang, asked="", verdict=None, codes=error.codes, causes=tuple(causes), flips=()
    )


def explain_firing(event: DeadlineFired, policy: RuleSet, lang: Lang) -> Explanation:
    """Return why a deadline fired and what it did, in the words of `lang`."""
    deadline = policy.deadline(event.deadline)
    due_at = event.due_at.astimezone(policy.tzinfo).isoformat(sep=" ", timespec="seconds")
    due = Text("{time}: {at}", "{time}: {at}").fill(
        lang, {"time": time_text(deadline.due, policy, lang), "at": due_at}
    )
    impossible = Text("実行できない状態でした", "the order was in no status for it")[lang]
    effect = action_text(deadline, policy, lang)
    cause = _cause(
        deadline,
        f"{effect} ({impossible})" if event.impossible else effect,
        policy,
        lang,
        when=deadline.runs,
        facts=(due,),
    )
    return Explanation(lang=lang, asked="", verdict=None, codes=(), causes=(cause,), flips=())


# -------------------------------------------------------------------- what was asked, and why


def _asked(decision: Decision, lang: Lang) -> str:
    if decision.kind is None:
        return ""
    name = f"{decision.policy.command_text(decision.kind)[lang]} ({decision.kind.__name__})"
    facts = decision.facts
    if not isinstance(facts, Facts):
        return name
    at = facts.at.astimezone(decision.policy.tzinfo).isoformat(sep=" ", timespec="seconds")
    return Text("{name}: 注文 {order}、{by}、{at}", "{name}: order {order}, by {by}, {at}").fill(
        lang,
        {"name": name, "order": facts.case.order.id, "by": str(facts.by), "at": at},
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
            when=error.rule.when,
            facts=[
                missing.fill(lang, {"fact": fact_text(name, policy, lang)})
                for name in error.missing
            ],
        )
    for each in decision.determined_by:
        when = _when(each)
        yield _cause(
            each.rule,
            effect_text(each.effect, policy, lang),
            policy,
            lang,
            when=when,
            facts=_satisfying(when, decision, lang),
        )
    if decision.ruling.code is not None:
        code = decision.ruling.code
        yield Cause(id=None, effect=f"{code}: {policy.refusal_text(code)[lang]}")


def _trouble(error: RuleError, policy: RuleSet, lang: Lang) -> str:
    """What was wrong with a rule; with what it grants, where that is the trouble."""
    problem = policy.refusal_text(error.code)[lang]
    if error.code == UNDETERMINED:
        return problem
    return f"{problem} ({effect_text(error.rule.effect, policy, lang)})"


def _when(each: Satisfied) -> Condition:
    """The whole condition under which a rule has the effect that it had."""
    return next(when for when, effect in each.rule.leaves() if effect == each.effect)


def _cause(
    rule: Provision,
    effect: str,
    policy: RuleSet,
    lang: Lang,
    *,
    when: Condition,
    facts: Iterable[str],
) -> Cause:
    source = policy.source if rule.source is None else rule.source
    quotes: list[Quote] = []
    if isinstance(source, Citation):
        for name in source.clauses:
            clause = policy.clause(name)
            note = _line(clause, source, policy, lang)
            quotes.append(Quote(name, str(source.basis), clause.text, note))
    return Cause(
        id=rule.id,
        effect=effect,
        when=describe(when, policy, lang),
        facts=tuple(facts),
        source=tuple(quotes),
        note=source.rationale[lang] if isinstance(source, OwnRule) else "",
    )


def _line(clause: Clause, source: Citation, policy: RuleSet, lang: Lang) -> str:
    """How the clause is read, or what was decided where it is silent; empty where it says so."""
    match source.basis:
        case Basis.READS:
            return "" if clause.reading is None else policy.text(clause.reading)[lang]
        case Basis.DECIDED:
            settled = (
                policy.text(gap.settled)[lang]
                for gap in clause.decided
                if gap.parameter == source.parameter
            )
            return Text("。", "; ")[lang].join(settled)
        case _:
            return ""


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
        case Named(condition=inner):
            yield from _support(inner, facts, wanted=wanted)
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
    facts = decision.facts
    at = facts.at if isinstance(facts, Facts) else facts.get("now")
    space = Space.of(policy, kind, now=at if isinstance(at, datetime) else None)
    known = {name: facts[name] for name in space.values}
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
                changed = space.completed({**known, **dict(zip(names, values, strict=True))})
                if space.is_possible(changed):
                    verdict = judge(policy, kind, changed).verdict
                    if verdict is not decision.verdict:
                        flips.setdefault((names, verdict), []).append(values)
        if flips:
            for (names, verdict), several in flips.items():
                yield Flip(
                    tuple(
                        _change(name, known, column, leaves, policy, lang)
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
    if isinstance(value, int | date) and not isinstance(value, bool):
        others.sort(key=lambda each: _distance(each, value))
    return others


def _distance(one: Value | None, other: Value | None) -> float:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other).total_seconds()
    if isinstance(one, date) and isinstance(other, date):
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
    known: Mapping[str, Value | None],
    after: tuple[Value | None, ...],
    leaves: list[Leaf],
    policy: RuleSet,
    lang: Lang,
) -> Change:
    reached = after[0]
    before = {**known, "zone": policy.tzinfo}
    changed = {**before, name: reached}
    crossed = [
        leaf
        for leaf in leaves
        if isinstance(leaf, Compare | Before)
        and leaf.fact == name
        and _answer(leaf, changed) is not _answer(leaf, before)
    ]
    if crossed and reached is not None:
        last: Condition = min(crossed, key=lambda leaf: _beyond(leaf, changed))
        reached_text = describe(last if last.test(changed) else ~last, policy, lang)
        return Change(name, reached_text, after)
    words = [value_text(name, value, policy, lang) for value in after]
    separator = "・" if lang == "ja" else ", "
    was = value_text(name, known[name], policy, lang)
    text = f"{fact_text(name, policy, lang)}: {was} → {separator.join(words)}"
    return Change(name, text, after)


def _beyond(leaf: Compare | Before, facts: Mapping[str, Value | None]) -> float:
    """How far the bound of a condition is from what was reached."""
    if isinstance(leaf, Compare):
        return _distance(leaf.bound, facts[leaf.fact])
    return _distance(leaf.time.at(facts.__getitem__), facts["now"])


def _answer(leaf: Leaf, facts: Mapping[str, Value | None]) -> bool | None:
    """What a condition says to a value; nothing where the value is of no kind that it knows."""
    try:
        return leaf.test(facts)
    except TypeError:
        return None
