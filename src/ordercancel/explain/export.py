"""A policy as plain data, fit for JSON: for tools that draw, search or compare rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, assert_never

import attrs

from ordercancel.domain.texts import LANGS, Text
from ordercancel.engine.charts import Lifecycle
from ordercancel.policy.describe import describe
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import All, AnyOf, Compare, Condition, Holds, IsIn, Known, Not
from ordercancel.rules.deadlines import After, Due, EndOfDay, EndOfShipDay
from ordercancel.rules.effects import Forbid
from ordercancel.rules.facts import Choice, Fact
from ordercancel.rules.provisions import Silence
from ordercancel.rules.reasons import Catalogue, TextBounds
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, OwnRule


def policy_data(policy: Policy) -> dict[str, Any]:
    """Return everything that a policy says as strings, numbers, lists and dictionaries.

    Texts are ``{"ja": …, "en": …}``. A rule has its condition twice: in words, and as a tree of
    ``all``, ``any``, ``not`` and comparisons of one fact each. Lengths of time are in seconds.
    """
    wording = policy.wording
    return {
        "name": policy.name,
        "edition": policy.edition,
        "holds_from": policy.holds_from.isoformat(),
        "title": _text(policy.title),
        "zone": policy.zone,
        "channels": list(policy.channels),
        "orders": _chart(policy.orders),
        "cancel_move": policy.cancel_move,
        "planned_by": sorted(policy.planned_by),
        "dated": sorted(policy.dated),
        "shipped_by": sorted(policy.shipped_by),
        "facts": [_fact(fact, policy) for fact in policy.facts],
        "rules": [_rule(rule, policy) for rule in policy.rules],
        "silences": [_provision(silence, policy) for silence in policy.silences],
        "request_reasons": _catalogue(policy.request_reasons),
        "rejection_reasons": _catalogue(policy.rejection_reasons),
        "withdrawal_text": _bounds(policy.withdrawal_text),
        "deadlines": [
            {
                "id": deadline.id,
                "starts": str(deadline.starts),
                "due": _due(deadline.due),
                "does": str(deadline.does),
                "met_by": sorted(deadline.met_by),
                **_source(deadline.cites),
            }
            for deadline in policy.deadlines
        ],
        "superseding": policy.superseding
        and {
            "id": policy.superseding.id,
            "moves": sorted(policy.superseding.moves),
            **_source(policy.superseding.cites),
        },
        "going_back": policy.going_back
        and {"id": policy.going_back.id, **_source(policy.going_back.cites)},
        "statuses": _texts(wording.statuses),
        "refusals": _texts(wording.refusals),
        "notifications": [
            {
                "on": str(each.on),
                "to": str(each.to),
                "media": [str(medium) for medium in each.media],
                "subject": _text(each.subject),
                "body": _text(each.body),
                **_source(each.cites),
            }
            for each in wording.notifications
        ],
        "labels": [
            {
                "on": str(each.on),
                "to": str(each.to),
                "text": _text(each.text),
                **_source(each.cites),
            }
            for each in wording.labels
        ],
        "counters": [
            {
                "status": str(each.status),
                "label": _text(each.label),
                "state": _text(each.state),
                **_source(each.cites),
            }
            for each in wording.counters
        ],
        "columns": _texts(wording.columns),
        "documents": [
            {
                "title": document.title,
                "clauses": [
                    {name: getattr(clause, name) for name in ("id", "section", "text", "reading")}
                    for clause in document.clauses
                ],
            }
            for document in policy.documents
        ],
    }


def _fact(fact: Fact, policy: Policy) -> dict[str, Any]:
    """A fact of the policy's own; the words that it is, where it is a choice."""
    words = list(policy.domain(fact)) if isinstance(fact, Choice) else None
    kind = type(fact).__name__.lower()
    return {"name": fact.name, "label": _text(fact.label), "kind": kind, "words": words}


def _rule(rule: Rule, policy: Policy) -> dict[str, Any]:
    effect: dict[str, Any] = {"effect": str(rule.effect)}
    if isinstance(rule.effect, Forbid):
        code = rule.effect.code
        effect = {"effect": "forbid", "code": code, "refusal": _text(policy.refusal_text(code))}
    return {**_provision(rule, policy), **effect}


def _provision(provision: Rule | Silence, policy: Policy) -> dict[str, Any]:
    return {
        "id": provision.id,
        "on": [kind.__name__ for kind in provision.on],
        "when": {lang: describe(provision.when, policy, lang) for lang in LANGS},
        "condition": _condition(provision.when),
        **_source(provision.cites),
    }


def _condition(when: Condition) -> dict[str, Any]:
    match when:
        case All(conditions):
            return {"all": [_condition(each) for each in conditions]}
        case AnyOf(conditions):
            return {"any": [_condition(each) for each in conditions]}
        case Not(inner):
            return {"not": _condition(inner)}
        case IsIn(fact, values):
            return {"fact": fact, "in": sorted(values)}
        case Holds(fact):
            return {"fact": fact, "is": True}
        case Known(fact):
            return {"fact": fact, "known": True}
        case Compare(fact, how, bound):
            value = bound.total_seconds() if isinstance(bound, timedelta) else bound
            return {"fact": fact, str(how): value}
        case _:  # pragma: no cover - what cannot be described was refused before
            raise TypeError(f"a {type(when).__name__} cannot be exported")


def _due(due: Due) -> dict[str, Any]:
    match due:
        case After(length):
            return {"after_seconds": length.total_seconds()}
        case EndOfDay(days):
            return {"end_of_day": days}
        case EndOfShipDay():
            return {"end_of_ship_date": 0}
        case _:  # pragma: no cover - the type checker proves that none is left
            assert_never(due)


def _catalogue(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "reasons": [
            {
                "code": reason.code,
                "label": _text(reason.label),
                "text": _bounds(reason.text),
                "hint": reason.hint and _text(reason.hint),
                **_source(reason.cites),
            }
            for reason in catalogue.reasons
        ],
        "text": _bounds(catalogue.text),
        "notice": catalogue.notice and _text(catalogue.notice),
        **_source(catalogue.cites),
    }


def _bounds(bounds: TextBounds | None) -> dict[str, Any] | None:
    return None if bounds is None else attrs.asdict(bounds)


def _chart(chart: Lifecycle) -> dict[str, Any]:
    return {
        "states": [
            {"id": state.id, "name": state.name, "initial": state.initial, "final": state.final}
            for state in chart.states
        ],
        "moves": [
            {"from": source, "move": move, "to": target}
            for (source, move), target in chart.table.items()
        ],
    }


def _source(cites: Citation | OwnRule) -> dict[str, Any]:
    if isinstance(cites, OwnRule):
        return {"clauses": [], "ours": _text(cites.rationale)}
    return {"clauses": list(cites.clauses), "ours": None}


def _text(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


def _texts(texts: Mapping[str, Text]) -> dict[str, dict[str, str]]:
    return {name: _text(text) for name, text in texts.items()}
