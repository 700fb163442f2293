"""A policy as plain data, fit for JSON: for tools that draw, search or compare rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ordercancel.domain.texts import LANGS
from ordercancel.policy.describe import Spoken
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Listed,
    Named,
    Not,
)
from ordercancel.rules.deadlines import Action
from ordercancel.rules.effects import Effect, Forbid, If, Refer
from ordercancel.rules.facts import Choice, Fact
from ordercancel.rules.lifecycle import Lifecycle
from ordercancel.rules.reasons import Reason
from ordercancel.rules.refunding import Refunding
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Clause, Source, Sourced, source_data
from ordercancel.rules.texts import Worded
from ordercancel.rules.times import (
    BusinessDays,
    By,
    Earliest,
    EndOfDay,
    Latest,
    NextClock,
    Shift,
    Time,
)


def policy_data(policy: Policy) -> dict[str, Any]:
    """Return everything that a policy says as strings, numbers, lists and dictionaries.

    Texts are ``{"ja": …, "en": …}``, by language. Rules and deadlines have their conditions twice:
    in words, and as a tree of ``all``, ``any``, ``not`` and comparisons of one fact each. So have
    deadlines the time that they are due. Lengths of time are in seconds.
    """
    return {
        "name": policy.name,
        "edition": policy.edition,
        "digest": policy.digest,
        "holds_from": policy.holds_from.isoformat(),
        "title": _text(policy, policy.title or policy.name),
        "zone": policy.zone,
        "languages": list(policy.languages),
        "channels": list(policy.channels),
        "orders": _lifecycle(policy, policy.orders),
        "facts": [_fact(policy, fact) for fact in policy.facts],
        "roles": [attrs.asdict(role) for role in policy.roles.values()],
        "rules": [_rule(policy, rule) for rule in policy.all_rules],
        "reasons": [_reason(policy, reason) for reason in policy.reasons],
        "deadlines": [
            {
                "id": deadline.id,
                "label": policy.deadline_text(deadline).as_dict(),
                **_both_ways(policy, "runs", deadline.runs),
                "due": {lang: Spoken(policy, lang).time(deadline.due) for lang in LANGS},
                "time": _time(deadline.due),
                "then": _action(deadline.then),
                "met": deadline.met and deadline.met.name,
                **_source(policy, deadline.source),
            }
            for deadline in policy.deadlines
        ],
        "refunding": policy.refunding and _refunding(policy, policy.refunding),
        "ask_again_while_open": policy.ask_again_while_open,
        "whole_orders_only": policy.whole_orders_only,
        "texts": _texts(policy),
        "notifications": [
            {
                "on": each.on,
                "to": each.to,
                "when": _condition(each.when),
                "media": [str(medium) for medium in each.media],
                "subject": _worded(policy, each.subject),
                "body": _worded(policy, each.body),
                **_source(policy, each.source),
            }
            for each in policy.notifications
        ],
        "obligations": [
            {"kind": each.kind, "on": each.on, "when": _condition(each.when)}
            for each in policy.obligations
        ],
        "labels": [
            {
                "on": each.on,
                "to": each.to,
                "when": _condition(each.when),
                "text": _text(policy, each.text),
                **_source(policy, each.source),
            }
            for each in policy.labels
        ],
        "counters": [
            {
                "on": each.on,
                "label": _text(policy, each.label),
                "state": _worded(policy, each.state or each.label),
                **_source(policy, each.source),
            }
            for each in policy.counters
        ],
        "waivers": [{"id": each.fault, **_source(policy, each.source)} for each in policy.waivers],
        "documents": [
            {
                "title": document.title,
                "clauses": [_clause(policy, each) for each in document.clauses],
            }
            for document in policy.documents
        ],
    }


def _refunding(policy: Policy, refunding: Refunding) -> dict[str, Any]:
    tax = refunding.tax
    return {
        "rounding": str(refunding.rounding),
        "tenders": str(refunding.tenders),
        "tax": tax
        and {
            "mode": str(tax.mode),
            "rates": {name: list(rate) for name, rate in tax.rates},
            "rounding": str(tax.rounding),
        },
        "fees": [
            {
                "id": fee.id,
                **_both_ways(policy, "when", fee.when),
                "rate": list(fee.rate),
                "minimum": fee.minimum,
                "maximum": fee.maximum,
                "of": str(fee.of),
                "rounding": str(fee.rounding),
                **_source(policy, fee.source),
            }
            for fee in refunding.fees
        ],
    }


def _texts(policy: Policy) -> dict[str, Any]:
    """What people read beside labels, counters and messages, with whose words it is."""
    texts = policy.texts
    refusals = {code: policy.refusal_text(code) for code in sorted(refusal_codes(policy))}
    statuses = {each: policy.status_text(each) for each in policy.orders.statuses}
    named: tuple[tuple[str, Mapping[Any, Worded]], ...] = (
        ("statuses", {**statuses, **texts.statuses}),
        ("refusals", {**refusals, **texts.refusals}),
        *texts.others,
    )
    return {
        **{
            field: {
                getattr(key, "__name__", key): _worded(policy, each) for key, each in of.items()
            }
            for field, of in named
        },
        "actions": {
            action: {part: _worded(policy, each) for part, each in shown.parts().items()}
            for action, shown in texts.actions.items()
        },
        "signature": None if texts.signature is None else _worded(policy, texts.signature),
    }


def refusal_codes(policy: Policy) -> set[str]:
    """Return the codes that the rules and the texts of a policy have."""
    effects = (effect for rule in policy.all_rules for _, effect in rule.leaves())
    return {each.code for each in effects if isinstance(each, Forbid)} | set(policy.texts.refusals)


def _clause(policy: Policy, clause: Clause) -> dict[str, Any]:
    return {
        **{name: getattr(clause, name) for name in ("id", "section", "text")},
        "reading": None if clause.reading is None else _text(policy, clause.reading),
        "decided": [
            {
                "settled": _text(policy, gap.settled),
                "parameter": gap.parameter,
                "default": gap.default,
            }
            for gap in clause.decided
        ],
    }


def _fact(policy: Policy, fact: Fact) -> dict[str, Any]:
    """A fact of the policy's own; the words that it is, where it is a choice."""
    return {
        "name": fact.name,
        "label": _text(policy, fact.label),
        "kind": type(fact).__name__.lower(),
        "of": fact.of and fact.of.__name__,
        "required": fact.required,
        "words": list(policy.domain(fact)) if isinstance(fact, Choice) else None,
    }


def _rule(policy: Policy, rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "on": [kind.__name__ for kind in rule.on],
        **_both_ways(policy, "when", rule.when),
        "effect": _effect(policy, rule.effect),
        **_source(policy, rule.source),
    }


def _effect(policy: Policy, effect: Effect | None) -> Any:
    match effect:
        case Forbid(code):
            return {"forbid": code, "refusal": policy.refusal_text(code).as_dict()}
        case Refer(to):
            return {"refer": to}
        case If(when, then, otherwise):
            return {
                "if": _condition(when),
                "then": _effect(policy, then),
                "else": _effect(policy, otherwise),
            }
        case _:
            return str(effect)


def _reason(policy: Policy, reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "on": reason.on.__name__,
        "label": policy.reason_text(reason).as_dict(),
        "when": _condition(reason.when),
        "text": None if reason.text is None else attrs.asdict(reason.text),
        "hint": None if reason.hint is None else _worded(policy, reason.hint),
        **_source(policy, reason.source),
    }


def _both_ways(policy: Policy, name: str, when: Condition) -> dict[str, Any]:
    """A condition in words, and as a tree."""
    words = {lang: Spoken(policy, lang).condition(when) for lang in LANGS}
    return {name: words, "condition": _condition(when)}


def _condition(when: Condition) -> dict[str, Any]:
    match when:
        case All(conditions):
            return {"all": [_condition(each) for each in conditions]}
        case AnyOf(conditions):
            return {"any": [_condition(each) for each in conditions]}
        case Not(inner):
            return {"not": _condition(inner)}
        case Named(name, _, inner):
            return {"named": name, "is": _condition(inner)}
        case IsIn(fact, values):
            return {"fact": fact, "in": sorted(values)}
        case Listed(fact, values):
            return {"fact": fact, "listed": sorted(values)}
        case Holds(fact):
            return {"fact": fact, "is": True}
        case Known(fact):
            return {"fact": fact, "known": True}
        case Compare(fact, how, bound):
            return {"fact": fact, str(how): bound}
        case Before(_, time):
            return {"now_before": _time(time)}
        case _:  # pragma: no cover - what cannot be described was refused before
            raise TypeError(f"a {type(when).__name__} cannot be exported")


def _time(time: Time) -> dict[str, Any]:
    match time:
        case Shift(anchor, length):
            return {"of": _time(anchor), "after_seconds": length.total_seconds()}
        case EndOfDay(anchor, later):
            return {"of": _anchor(anchor), "end_of_day": later}
        case NextClock(anchor, clock):
            return {"of": _time(anchor), "next": clock.isoformat()}
        case BusinessDays(anchor, count):
            return {"of": _anchor(anchor), "business_days": count}
        case By(choice, times):
            return {"by": choice, "times": {word: _time(each) for word, each in times}}
        case Earliest(times):
            return {"earliest": [_time(each) for each in times]}
        case Latest(times):
            return {"latest": [_time(each) for each in times]}
        case _:
            return {"fact": time.anchor_name}


def _anchor(anchor: Any) -> dict[str, Any]:
    return _time(anchor) if isinstance(anchor, Time) else {"fact": anchor.anchor_name}


def _action(action: Action) -> dict[str, Any]:
    return {"do": str(action.do), "argument": action.argument, "of": action.of}


def _lifecycle(policy: Policy, orders: Lifecycle) -> dict[str, Any]:
    return {
        "statuses": list(orders.statuses),
        "moves": [
            {"from": source, "move": move, "to": target}
            for (source, move), target in orders.table.items()
        ],
        "cancellable": list(orders.cancellable),
        "shipped": list(orders.shipped),
        "closes": list(orders.closes or ()),
        "cancelled": orders.cancelled,
        "facts": {move: list(names) for move, names in orders.facts.items()},
        "needs": {status: list(names) for status, names in orders.needs.items()},
    }


def _source(policy: Policy, source: Source | None) -> dict[str, Any]:
    """On whose word; what has no source of its own has that of the policy."""
    return source_data(policy.source if source is None else source)


def _worded(policy: Policy, text: Worded) -> dict[str, Any]:
    """A text with whose words it is; ``own`` where it is the policy's own wording."""
    source = _source(policy, text.source) if isinstance(text, Sourced) else {"basis": "own"}
    return {"text": _text(policy, text), **source}


def _text(policy: Policy, text: Worded) -> Mapping[str, str]:
    return policy.text(text).as_dict()
