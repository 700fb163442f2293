"""Why a decision is what it is, and what would have to be different for another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AdvanceOrder, Command, UpdateOrder
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.frozenmap import EMPTY
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.bases import message_bases
from ordercancel.engine.consequences import Consequences, consequences, consequences_of
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import UNDETERMINED, Decision, RuleError, Satisfied
from ordercancel.engine.messages import Message
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.words import shown, shown_due
from ordercancel.explain.explanation import Cause, Explanation, Follow, Quote
from ordercancel.explain.flips import flips, is_final
from ordercancel.policy.describe import (
    action_text,
    describe,
    effect_text,
    fact_text,
    fee_text,
    time_text,
    value_text,
)
from ordercancel.policy.parts import Provision
from ordercancel.rules.conditions import All, AnyOf, Condition, Leaf, Named, Not, Value
from ordercancel.rules.effects import Effect, Forbid
from ordercancel.rules.notifications import Notification
from ordercancel.rules.refunding import Fee
from ordercancel.rules.sources import WORDING, Basis, Citation, Clause, Gap, OwnRule
from ordercancel.rules.standard_texts import CONSEQUENCE_TEXTS, MEDIUM_TEXTS


def explain(
    decision: Decision, lang: Lang, *, parties: Mapping[str, Party | None] | None = None
) -> Explanation:
    """Return why `decision` is what it is, what follows and what would change it, in `lang`.

    Args:
        decision: The decision.
        lang: The language of all words in it.
        parties: What is known of the parties, by id, whom messages name.
    """
    follows = consequences(decision, parties)
    return Explanation(
        lang=lang,
        asked=_asked(decision, lang),
        policy=_policy(decision.policy, lang),
        verdict=decision.verdict,
        sentence=decision.message(lang),
        codes=decision.codes,
        causes=tuple(_causes(decision, lang)),
        follows=() if follows is None else _follows(follows, decision.policy, lang),
        flips=(changing := tuple(flips(decision, lang))),
        is_final=not changing and is_final(decision),
    )


def explain_faults(error: InvalidValue, policy: RuleSet, lang: Lang) -> Explanation:
    """Return what was wrong with an input, with the clauses that set its bounds, in `lang`."""
    causes = (
        Cause(
            id=None,
            effect=fault.message(lang),
            facts=(str(fault),) if lang == "en" and fault.message(lang) != str(fault) else (),
            source=tuple(_bounds(fault.clauses, policy, lang)),
        )
        for fault in error.faults
    )
    return Explanation(
        lang=lang, policy=_policy(policy, lang), codes=error.codes, causes=tuple(causes)
    )


def explain_firing(
    event: DeadlineFired,
    policy: RuleSet,
    lang: Lang,
    *,
    messages: Iterable[Message] = (),
    behind: Mapping[str, Notification] = EMPTY,
) -> Explanation:
    """Return why a deadline fired and what it did, in the words of `lang`.

    Args:
        event: That it fired.
        policy: Its policy.
        lang: The language.
        messages: What was told with it.
        behind: The notifications behind these, by the ids of the messages.
    """
    deadline = policy.deadline(event.deadline)
    due = Text("{name}の期限：{at}（{time}）", "{name}: due by {at} ({time})").fill(
        lang,
        {
            "name": policy.deadline_text(deadline)[lang],
            "at": shown_due(event.due_at, policy.tzinfo, lang),
            "time": time_text(deadline.due, policy, lang),
        },
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
    return Explanation(
        lang=lang,
        policy=_policy(policy, lang),
        causes=(cause,),
        follows=tuple(_told(messages, behind, policy, lang)),
    )


def explain_update(
    command: UpdateOrder,
    case: Case,
    policy: RuleSet,
    at: datetime,
    lang: Lang,
    *,
    parties: Mapping[str, Party | None] | None = None,
) -> Explanation:
    """Return what follows from what the host tells of an order at the moment `at`.

    Args:
        command: What the host tells.
        case: The case before it.
        policy: Its policy.
        at: When.
        lang: The language.
        parties: What is known of the parties, by id, whom messages name.

    Raises:
        Refused, InvalidValue: As `decide`.
    """
    events = decide(command, case, policy, at)
    recorded = Text(
        "店舗システムから伝えられた内容は、ルールによる判断なしに記録されます。",
        "what the host tells is recorded, and no rule is asked",
    )
    news = {**command.facts, **({} if command.status is None else {"status": command.status})}
    facts = tuple(_known_as(name, value, policy, lang) for name, value in news.items())
    return Explanation(
        lang=lang,
        asked=_asked_as(policy.command_text(UpdateOrder)[lang], command, at, policy, lang),
        policy=_policy(policy, lang),
        causes=(Cause(id=None, effect=recorded[lang], facts=facts),),
        follows=_follows(consequences_of(events, case, policy, parties), policy, lang),
    )


def _follows(found: Consequences, policy: RuleSet, lang: Lang) -> tuple[Follow, ...]:
    """What follows, with whose word it is; under a policy without documents all is its own."""
    pairs = zip(found.sentences, found.bases, strict=True)
    is_told = bool(policy.documents)
    return tuple(Follow(sentence[lang], bases if is_told else EMPTY) for sentence, bases in pairs)


def _told(
    messages: Iterable[Message], behind: Mapping[str, Notification], policy: RuleSet, lang: Lang
) -> Iterator[Follow]:
    for message in messages:
        values = {
            "who": policy.role_text(message.audience)[lang],
            "media": MEDIUM_TEXTS[message.medium][lang],
            "subject": message.subject,
        }
        sent = behind.get(message.id)
        bases = {} if sent is None else message_bases(sent, policy)
        yield Follow(CONSEQUENCE_TEXTS["told"].fill(lang, values), bases)


def _bounds(clauses: Iterable[str], policy: RuleSet, lang: Lang) -> Iterator[Quote]:
    """The clauses that set a bound, with the bounds that were decided where they are silent."""
    for name in clauses:
        clause = policy.clause(name)
        yield Quote(name, str(Basis.SAYS), clause.text, _reading(clause, policy, lang))
        for gap in clause.decided:
            if gap.parameter not in (None, WORDING):
                settled = policy.text(gap.settled)[lang]
                yield _decided(clause, gap, settled)


def _decided(clause: Clause, gap: Gap, settled: str) -> Quote:
    basis = str(Basis.DECIDED)
    return Quote(clause.id, basis, clause.text, settled, gap.parameter, gap.in_force)


def _policy(policy: RuleSet, lang: Lang) -> str:
    title = policy.text(policy.title or policy.name)
    template = Text("{title} 第{edition}版", "{title}, edition {edition}")
    return template.fill(lang, {"title": title[lang], "edition": policy.edition})


# -------------------------------------------------------------------- what was asked, and why


def _asked(decision: Decision, lang: Lang) -> str:
    if decision.kind is None:
        return ""
    policy = decision.policy
    name = policy.command_text(decision.kind)[lang]
    if decision.about is None:
        return name
    command, _, at, _ = decision.about
    if isinstance(command, AdvanceOrder):
        quoted = Text("{name}「{move}」", "{name}: {move}")
        move = policy.move_text(command.move)[lang]
        name = quoted.fill(lang, {"name": name, "move": move})
    return _asked_as(name, command, at, policy, lang)


def _asked_as(name: str, command: Command, at: datetime, policy: RuleSet, lang: Lang) -> str:
    """A command as it was given: of which order, by whom, when."""
    by = command.by
    who = by.role if by.id == by.role else f"{policy.role_text(by.role)[lang]} {by.id}"
    if by.via is not None:
        who = Text("{who}（代理：{via}）", "{who} (by {via})").fill(
            lang, {"who": who, "via": by.via}
        )
    return Text("{name}（注文 {order}、{who}、{at}）", "{name} (order {order}, {who}, {at})").fill(
        lang,
        {
            "name": name,
            "order": command.order_id,
            "who": who,
            "at": shown(at, policy.tzinfo, lang),
        },
    )


def _causes(decision: Decision, lang: Lang) -> Iterator[Cause]:
    policy = decision.policy
    for error in decision.errors:
        missing = Text("{fact}：不明", "{fact}: not known")
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
            _effect(each.effect, policy, lang),
            policy,
            lang,
            when=when,
            facts=_satisfying(when, decision, lang),
        )
    fee = decision.ruling.fee
    if fee is not None:
        facts = _satisfying(fee.when, decision, lang)
        yield _cause(fee, _fee(fee, lang), policy, lang, when=fee.when, facts=facts)
    if decision.ruling.code is not None:
        code = decision.ruling.code
        left_out = tuple(_left_out(decision, lang)) if decision.is_silent else ()
        yield Cause(id=None, effect=policy.refusal_text(code)[lang], source=left_out)


def _left_out(decision: Decision, lang: Lang) -> Iterator[Quote]:
    """The decisions by which nobody is granted what was asked."""
    policy = decision.policy
    for document in policy.documents:
        for clause in document.clauses:
            for gap in clause.decided:
                if decision.kind in gap.on:
                    settled = policy.text(gap.settled)[lang]
                    yield _decided(clause, gap, settled)


def _effect(effect: Effect, policy: RuleSet, lang: Lang) -> str:
    if isinstance(effect, Forbid):
        return policy.refusal_text(effect.code)[lang]
    return effect_text(effect, policy, lang)


def _trouble(error: RuleError, policy: RuleSet, lang: Lang) -> str:
    """What was wrong with a rule; with what it grants, where that is the trouble."""
    problem = policy.refusal_text(error.code)[lang]
    if error.code == UNDETERMINED:
        return problem
    rule = error.rule
    what = (
        fee_text(rule, lang) if isinstance(rule, Fee) else effect_text(rule.effect, policy, lang)
    )
    return f"{problem} ({what})"


def _fee(fee: Fee, lang: Lang) -> str:
    return Text("手数料：{it}", "a fee: {it}").fill(lang, {"it": fee_text(fee, lang)})


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
            values = {each.parameter: each.in_force for each in clause.decided if each.parameter}
            value = values.get(source.parameter or "")
            basis = str(source.basis)
            quotes.append(Quote(name, basis, clause.text, note, source.parameter, value))
    return Cause(
        id=rule.id,
        effect=effect,
        when=describe(when, policy, lang),
        facts=tuple(facts),
        source=tuple(quotes),
        note=source.rationale[lang] if isinstance(source, OwnRule) else "",
    )


def _line(clause: Clause, source: Citation, policy: RuleSet, lang: Lang) -> str:
    """How the clause is read, or what was decided where it is silent."""
    if source.basis is not Basis.DECIDED:
        return _reading(clause, policy, lang)
    settled = (
        policy.text(gap.settled)[lang]
        for gap in clause.decided
        if gap.parameter == source.parameter
    )
    return Text("。", "; ")[lang].join(settled)


def _reading(clause: Clause, policy: RuleSet, lang: Lang) -> str:
    return "" if clause.reading is None else policy.text(clause.reading)[lang]


def _satisfying(when: Condition, decision: Decision, lang: Lang) -> list[str]:
    """The facts that made a condition true, each once, in words."""
    names = dict.fromkeys(leaf.fact for leaf in _support(when, decision.facts, wanted=True))
    return [_known_as(name, decision.facts[name], decision.policy, lang) for name in names]


def _known_as(name: str, value: Value | None, policy: RuleSet, lang: Lang) -> str:
    """A fact with its value, in words."""
    colon = Text("：", ": ")[lang]
    return f"{fact_text(name, policy, lang)}{colon}{value_text(name, value, policy, lang)}"


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
