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
from ordercancel.domain.texts import Lang
from ordercancel.engine.bases import message_bases
from ordercancel.engine.consequences import Consequences, consequences, consequences_of
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import UNDETERMINED, Decision, RuleError, Satisfied
from ordercancel.engine.messages import Message
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.words import shown, shown_due, units_text
from ordercancel.explain.explanation import Cause, Explanation, Follow, Quote
from ordercancel.explain.flips import flips, is_final
from ordercancel.policy.describe import Spoken
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
    follows, said = consequences(decision, parties), Spoken(decision.policy, lang)
    return Explanation(
        lang=lang,
        asked=_asked(decision, said),
        policy=_policy(said),
        verdict=decision.verdict,
        sentence=decision.message(lang),
        codes=decision.codes,
        causes=tuple(_causes(decision, said)),
        follows=() if follows is None else _follows(follows, said),
        flips=(changing := tuple(flips(decision, lang))),
        is_final=not changing and is_final(decision),
    )


def explain_faults(error: InvalidValue, policy: RuleSet, lang: Lang) -> Explanation:
    """Return what was wrong with an input, with the clauses that set its bounds, in `lang`."""
    said = Spoken(policy, lang)
    causes = (
        Cause(
            id=None,
            effect=fault.message(lang),
            facts=(str(fault),) if lang == "en" and fault.message(lang) != str(fault) else (),
            source=tuple(_bounds(fault.clauses, said)),
        )
        for fault in error.faults
    )
    return Explanation(lang=lang, policy=_policy(said), codes=error.codes, causes=tuple(causes))


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
    deadline, said = policy.deadline(event.deadline), Spoken(policy, lang)
    due = said.say(
        "{name}の期限：{at}（{time}）",
        "{name}: due by {at} ({time})",
        name=said.deadline(deadline),
        at=shown_due(event.due_at, policy.tzinfo, lang),
        time=said.time(deadline.due),
    )
    effect = said.action(deadline)
    if event.impossible:
        effect += f" ({said.say('実行できない状態でした', 'the order was in no status for it')})"
    return Explanation(
        lang=lang,
        policy=_policy(said),
        causes=(_cause(deadline, effect, said, when=deadline.runs, facts=(due,)),),
        follows=tuple(_told(messages, behind, said)),
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
    said = Spoken(policy, lang)
    recorded = said.say(
        "店舗システムから伝えられた内容は、ルールによる判断なしに記録されます。",
        "what the host tells is recorded, and no rule is asked",
    )
    news = {**command.facts, **({} if command.status is None else {"status": command.status})}
    facts = tuple(_known_as(name, value, said) for name, value in news.items())
    return Explanation(
        lang=lang,
        asked=_asked_as(said.command(UpdateOrder), command, at, said),
        policy=_policy(said),
        causes=(Cause(id=None, effect=recorded, facts=facts),),
        follows=_follows(consequences_of(events, case, policy, parties), said),
    )


def _follows(found: Consequences, said: Spoken) -> tuple[Follow, ...]:
    """What follows, with whose word it is; under a policy without documents all is its own."""
    pairs = zip(found.sentences, found.bases, strict=True)
    is_told = bool(said.policy.documents)
    return tuple(
        Follow(sentence[said.lang], bases if is_told else EMPTY) for sentence, bases in pairs
    )


def _told(
    messages: Iterable[Message], behind: Mapping[str, Notification], said: Spoken
) -> Iterator[Follow]:
    for message in messages:
        values = {
            "who": said.role(message.audience),
            "media": MEDIUM_TEXTS[message.medium][said.lang],
            "subject": message.subject,
        }
        sent = behind.get(message.id)
        bases = {} if sent is None else message_bases(sent, said.policy)
        yield Follow(CONSEQUENCE_TEXTS["told"].fill(said.lang, values), bases)


def _bounds(clauses: Iterable[str], said: Spoken) -> Iterator[Quote]:
    """The clauses that set a bound, with the bounds that were decided where they are silent."""
    for name in clauses:
        clause = said.policy.clause(name)
        yield Quote(name, str(Basis.SAYS), clause.text, _reading(clause, said))
        for gap in clause.decided:
            if gap.parameter not in (None, WORDING):
                yield _decided(clause, gap, said)


def _decided(clause: Clause, gap: Gap, said: Spoken) -> Quote:
    basis, settled = str(Basis.DECIDED), said.text(gap.settled)
    return Quote(clause.id, basis, clause.text, settled, gap.parameter, gap.in_force)


def _policy(said: Spoken) -> str:
    policy = said.policy
    title = said.text(policy.title or policy.name)
    edition = policy.edition
    return said.say(
        "{title} 第{edition}版", "{title}, edition {edition}", title=title, edition=edition
    )


# -------------------------------------------------------------------- what was asked, and why


def _asked(decision: Decision, said: Spoken) -> str:
    if decision.kind is None:
        return ""
    name = said.command(decision.kind)
    if decision.about is None:
        return name
    command, case, at, _ = decision.about
    if isinstance(command, AdvanceOrder):
        move = said.move(command.move)
        name = said.say("{name}「{move}」", "{name}: {move}", name=name, move=move)
    lines = getattr(command, "lines", None)
    if lines is not None:
        units = units_text(lines, case.order, said.lang)
        name = said.say("{name}：{units}", "{name}: {units}", name=name, units=units)
    return _asked_as(name, command, at, said)


def _asked_as(name: str, command: Command, at: datetime, said: Spoken) -> str:
    """A command as it was given: of which order, by whom, when."""
    by = command.by
    who = by.role if by.id == by.role else f"{said.role(by.role)} {by.id}"
    if by.via is not None:
        who = said.say("{who}（代理：{via}）", "{who} (by {via})", who=who, via=by.via)
    return said.say(
        "{name}（注文 {order}、{who}、{at}）",
        "{name} (order {order}, {who}, {at})",
        name=name,
        order=command.order_id,
        who=who,
        at=shown(at, said.policy.tzinfo, said.lang),
    )


def _causes(decision: Decision, said: Spoken) -> Iterator[Cause]:
    for error in decision.errors:
        missing = (
            said.say("{it}：不明", "{it}: not known", it=said.fact(e)) for e in error.missing
        )
        yield _cause(error.rule, _trouble(error, said), said, when=error.rule.when, facts=missing)
    for each in decision.determined_by:
        when, effect = _when(each), _effect(each.effect, said)
        yield _cause(each.rule, effect, said, when=when, facts=_satisfying(when, decision, said))
    fee = decision.fee
    if fee is not None:
        amount = said.say("手数料：{it}", "a fee: {it}", it=said.fee(fee))
        facts = [said.say("リクエストの時点で適用", "it held when it was asked for")]
        if fee is decision.ruling.fee:
            facts = _satisfying(fee.when, decision, said)
        yield _cause(fee, amount, said, when=fee.when, facts=facts)
    if decision.ruling.code is not None:
        left_out = tuple(_left_out(decision, said)) if decision.is_silent else ()
        yield Cause(id=None, effect=decision.message(said.lang), source=left_out)


def _left_out(decision: Decision, said: Spoken) -> Iterator[Quote]:
    """The decisions by which nobody is granted what was asked."""
    for document in decision.policy.documents:
        for clause in document.clauses:
            for gap in clause.decided:
                if decision.kind in gap.on:
                    yield _decided(clause, gap, said)


def _effect(effect: Effect, said: Spoken) -> str:
    return said.refusal(effect.code) if isinstance(effect, Forbid) else said.effect(effect)


def _trouble(error: RuleError, said: Spoken) -> str:
    """What was wrong with a rule; with what it grants, where that is the trouble."""
    problem, rule = said.refusal(error.code), error.rule
    if error.code == UNDETERMINED:
        return problem
    return f"{problem} ({said.fee(rule) if isinstance(rule, Fee) else said.effect(rule.effect)})"


def _when(each: Satisfied) -> Condition:
    """The whole condition under which a rule has the effect that it had."""
    return next(when for when, effect in each.rule.leaves() if effect == each.effect)


def _cause(
    rule: Provision,
    effect: str,
    said: Spoken,
    *,
    when: Condition,
    facts: Iterable[str],
) -> Cause:
    source = said.policy.source if rule.source is None else rule.source
    quotes: list[Quote] = []
    if isinstance(source, Citation):
        for name in source.clauses:
            clause = said.policy.clause(name)
            note = _line(clause, source, said)
            values = {each.parameter: each.in_force for each in clause.decided if each.parameter}
            value = values.get(source.parameter or "")
            basis = str(source.basis)
            quotes.append(Quote(name, basis, clause.text, note, source.parameter, value))
    return Cause(
        id=rule.id,
        effect=effect,
        when=said.condition(when),
        facts=tuple(facts),
        source=tuple(quotes),
        note=source.rationale[said.lang] if isinstance(source, OwnRule) else "",
    )


def _line(clause: Clause, source: Citation, said: Spoken) -> str:
    """How the clause is read, or what was decided where it is silent."""
    if source.basis is not Basis.DECIDED:
        return _reading(clause, said)
    return said.say("。", "; ").join(
        said.text(gap.settled) for gap in clause.decided if gap.parameter == source.parameter
    )


def _reading(clause: Clause, said: Spoken) -> str:
    return "" if clause.reading is None else said.text(clause.reading)


def _satisfying(when: Condition, decision: Decision, said: Spoken) -> list[str]:
    """The facts that made a condition true, each once, in words."""
    names = dict.fromkeys(leaf.fact for leaf in _support(when, decision.facts, wanted=True))
    return [_known_as(name, decision.facts[name], said) for name in names]


def _known_as(name: str, value: Value | None, said: Spoken) -> str:
    """A fact with its value, in words."""
    return f"{said.fact(name)}{said.say('：', ': ')}{said.value(name, value)}"


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
