"""Decisions, options and lists of orders as their JSON has them, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AdvanceOrder, AnswerWithdrawal
from ordercancel.domain.quotes import Quote
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.bases import text_basis
from ordercancel.engine.consequences import consequences
from ordercancel.engine.decision import Decision, Verdict
from ordercancel.engine.options import Choosable, Option
from ordercancel.rules.facts import Choice, Fact
from ordercancel.service.results import Overview
from ordercancel.verification.scenario import VERBS


@attrs.frozen(kw_only=True)
class RefusalView:
    """One reason why something is refused: its code, rule, clauses, and the sentence."""

    code: str
    rule: str | None
    clauses: tuple[str, ...]
    sentence: str


@attrs.frozen(kw_only=True)
class DecisionView:
    """What the rules say to a command: the verdict, what stands behind it, and a sentence.

    `quote` is what it gives back; None where it gives nothing back.
    """

    verdict: Verdict
    sentence: str
    codes: tuple[str, ...]
    rules: tuple[str, ...]
    clauses: tuple[str, ...]
    refusals: tuple[RefusalView, ...]
    quote: Quote | None


@attrs.frozen(kw_only=True)
class ReasonView:
    """A reason to choose, with the bounds of the text typed with it in visible characters."""

    code: str | None
    label: str | None
    minimum: int | None
    maximum: int | None
    hint: str | None


@attrs.frozen(kw_only=True)
class FactView:
    """A fact that must be told with a command: its kind, and its words where it is a choice."""

    name: str
    label: str
    kind: str
    required: bool
    values: tuple[str, ...]


@attrs.frozen(kw_only=True)
class FollowsView:
    """One thing that follows from an action, and whose word its parts are."""

    sentence: str
    basis: Mapping[str, str]


@attrs.frozen(kw_only=True)
class OptionView:
    """An action on an order: whether it is offered, what the command needs, and what is shown.

    `command` is the `do` of the command; `event` its move, `accept` and `request` are those that
    it carries, None where it has none; `lines` are the units that it may name, `quote` is what it
    gives back, None where it gives nothing back. `basis` tells whose words the texts are.
    """

    command: str
    event: str | None
    accept: bool | None
    request: int | None
    offered: bool
    codes: tuple[str, ...]
    clauses: tuple[str, ...]
    label: str
    sentence: str
    notice: str | None
    confirmation: str | None
    confirm: str | None
    done: str | None
    quote: Quote | None
    follows: tuple[FollowsView, ...]
    basis: Mapping[str, str]
    data: Mapping[str, Any]
    lines: Mapping[str, int]
    facts: tuple[FactView, ...]
    reasons: tuple[ReasonView, ...]


@attrs.frozen(kw_only=True)
class OverviewView:
    """What a list of orders shows of one: its case, its label, and every action."""

    case: Case
    label: str
    options: tuple[OptionView, ...]


View = DecisionView | OptionView | OverviewView


def view(value: Decision | Option | Overview, lang: Lang) -> View:
    """A decision, option or overview in the words of `lang`."""
    if isinstance(value, Decision):
        return decision_view(value, lang)
    if isinstance(value, Option):
        return option_view(value, lang)
    shown = tuple(option_view(each, lang) for each in value.options)
    return OverviewView(case=value.case, label=value.label, options=shown)


def decision_view(decision: Decision, lang: Lang) -> DecisionView:
    """A decision in the words of `lang`."""
    return DecisionView(
        verdict=decision.verdict,
        sentence=decision.message(lang),
        codes=decision.codes,
        rules=decision.rules,
        clauses=decision.clauses,
        refusals=tuple(
            RefusalView(
                code=each.code, rule=each.rule, clauses=each.clauses, sentence=each.text[lang]
            )
            for each in decision.refusals
        ),
        quote=decision.quote,
    )


def option_view(
    option: Option, lang: Lang, parties: Mapping[str, Party | None] | None = None
) -> OptionView:
    """An option in the words of `lang`; `parties` are those whom what follows may name, by id."""
    follows = consequences(option.decision, parties)
    sentences = zip(follows.sentences, follows.bases, strict=True) if follows else ()
    return OptionView(
        command=VERBS[option.command],
        event=option.move if option.command is AdvanceOrder else None,
        accept=option.action == "accept" if option.command is AnswerWithdrawal else None,
        request=option.request,
        offered=option.is_offered,
        codes=option.codes,
        clauses=option.clauses,
        label=option.button[lang],
        sentence=option.sentence[lang],
        notice="\n".join(each[lang] for each in option.notices) or None,
        confirmation=_said(option.confirmation, lang),
        confirm=_said(option.confirm, lang),
        done=_said(option.done, lang),
        quote=option.quote,
        follows=tuple(
            FollowsView(sentence=sentence[lang], basis=dict(bases))
            for sentence, bases in sentences
        ),
        basis=_bases(option),
        data=option.data,
        lines=option.lines,
        facts=tuple(_fact(each, option, lang) for each in option.must_ask),
        reasons=tuple(_reason(each, lang) for each in option.reasons),
    )


def _reason(reason: Choosable, lang: Lang) -> ReasonView:
    return ReasonView(
        code=reason.code,
        label=_said(reason.label, lang),
        minimum=None if reason.text is None else reason.text.minimum,
        maximum=None if reason.text is None else reason.text.maximum,
        hint=_said(reason.hint, lang),
    )


def _said(text: Text | None, lang: Lang) -> str | None:
    return None if text is None else text[lang]


def _fact(fact: Fact, option: Option, lang: Lang) -> FactView:
    policy = option.decision.policy
    return FactView(
        name=fact.name,
        label=policy.text(fact.label)[lang],
        kind=type(fact).__name__.lower(),
        required=fact.of is None or fact.required,
        values=tuple(policy.domain(fact)) if isinstance(fact, Choice) else (),
    )


def _bases(option: Option) -> dict[str, str]:
    """Whose words a screen shows for an action, by the keys of the view."""
    shown = option.decision.policy.action_text(option.action, option.move).parts()
    at_once = option.decision.verdict is Verdict.CANCEL
    done = "done_at_once" if at_once else "done"
    keys = {"button": "label", "confirmation": "confirmation", "confirm": "confirm", done: "done"}
    bases = {key: text_basis(shown[part]) for part, key in keys.items() if part in shown}
    notices = dict.fromkeys(
        text_basis(text) for part, text in shown.items() if part.startswith("notices")
    )
    return {**bases, **({"notice": ", ".join(notices)} if notices else {})}
