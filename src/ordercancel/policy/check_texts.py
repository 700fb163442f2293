"""What is checked of the texts of a policy when it is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.characters import unsafe_characters
from ordercancel.domain.commands import RequestCancellation
from ordercancel.domain.faults import Faults
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.policy.check_conditions import (
    check_case_condition,
    check_condition,
    kinds_of,
    one_of,
)
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.effects import Forbid
from ordercancel.rules.facts import FACTS, Choice, Flag, channel
from ordercancel.rules.notifications import AUDIENCES, CHANGES, PLACEHOLDERS
from ordercancel.rules.sources import Sourced
from ordercancel.rules.standard_texts import (
    ACTION_TEXTS,
    COMMAND_TEXTS,
    STANDARD_REFUSALS,
    VERDICT_TEXTS,
)
from ordercancel.rules.texts import ANY_OPEN, ActionText, Worded

_ACTIONS = tuple(ACTION_TEXTS)
_VERDICTS = tuple(VERDICT_TEXTS)


def check_texts(policy: PolicyParts, faults: Faults) -> None:
    """Check that texts are of what there is, in each language, with variables that there are."""
    texts, orders, marks = policy.texts, policy.orders, policy.mark_codes
    roles, deadlines = tuple(policy.roles), tuple(deadline.id for deadline in policy.deadlines)
    sides = (f"{role.side}_side" for role in policy.roles.values())
    named: tuple[tuple[str, Iterable[Any], tuple[Any, ...]], ...] = (
        ("statuses", texts.statuses, orders.statuses),
        ("requests", texts.requests, tuple(map(str, RequestStatus))),
        ("roles", texts.roles, (*roles, *dict.fromkeys(sides), "house", "other_side")),
        ("commands", texts.commands, tuple(COMMAND_TEXTS)),
        ("moves", texts.moves, tuple(orders.moves)),
        ("marks", texts.marks, (*marks, REFUND_OPEN)),
        ("facts", texts.facts, tuple(FACTS)),
        ("words", texts.words, tuple(_words(policy))),
        ("verdicts", texts.verdicts, _VERDICTS),
        ("actions", texts.actions, (*_ACTIONS, *orders.moves)),
    )
    for field, keys, known in named:
        for key in (each for each in keys if each not in known):
            expected = kinds_of(known) if field == "commands" else one_of(known)
            faults.add(f"texts.{field}[{key!r:.80}]", "is not known", expected)
    for action, shown in texts.actions.items():
        faults.instance(f"texts.actions[{action!r:.80}]", shown, ActionText, "an ActionText")
    changes = (*CHANGES, *marks, *deadlines)
    for message in policy.own_notifications or ():
        where = f"notifications[{message.on} to {message.to}]"
        faults.choice(f"{where}.on", message.on, changes)
        faults.choice(f"{where}.to", message.to, (*roles, *AUDIENCES))
        check_condition(policy, message.when, (), f"{where}.when", faults)
    for label in texts.labels:
        where = f"texts.labels[{label.on} to {label.to}]"
        faults.choice(f"{where}.on", label.on, (*RequestStatus, *marks))
        faults.choice(f"{where}.to", label.to, roles)
        check_case_condition(policy, label.when, f"{where}.when", faults)
    for counter in texts.counters or ():
        where = f"texts.counters[{counter.on}].on"
        faults.choice(where, counter.on, (*RequestStatus, ANY_OPEN, *marks, REFUND_OPEN))
    for where, text in all_texts(policy):
        _check_text(policy, where, text, faults)
    for where, text in _templates(policy):
        _check_template(policy, where, policy.text(text), faults)


def _words(policy: PolicyParts) -> Iterator[str]:
    """The words of its choices, each after the name of its fact; of a flag ``yes`` and ``no``."""
    for fact in (channel, *policy.facts):
        if isinstance(fact, Choice):
            yield from (f"{fact.name}.{word}" for word in policy.domain(fact))
    flags = [each.name for each in (*FACTS.values(), *policy.facts) if type(each) is Flag]
    yield from (f"{name}.{word}" for name in flags for word in ("yes", "no"))


def all_texts(policy: PolicyParts) -> Iterator[tuple[str, Worded | None]]:
    """Every text of the policy that people read, with its place."""
    texts = policy.texts
    if policy.title is not None:
        yield "title", policy.title
    for status in policy.orders.statuses:
        named = texts.statuses.get(status) or policy.orders.names.get(status)
        yield f"texts.statuses[{status!r}]", named
    codes = {
        effect.code: STANDARD_REFUSALS.get(effect.code)
        for rule in policy.rules
        for _, effect in rule.leaves()
        if isinstance(effect, Forbid)
    }
    for field, named in (
        ("refusals", {**codes, **texts.refusals}),
        *texts.others,
    ):
        for key, text in named.items():
            yield f"texts.{field}[{getattr(key, '__name__', key)!r}]", text
    for action, shown in texts.actions.items():
        if isinstance(shown, ActionText):
            for part, text in shown.parts().items():
                yield f"texts.actions[{action!r}].{part}", text
    for reason in policy.reasons:
        if reason.code is not None:
            yield f"reasons[{reason.code!r}].label", reason.label
        if reason.hint is not None:
            yield f"reasons[{reason.code!r}].hint", reason.hint
    for counter in texts.counters or ():
        yield f"texts.counters[{counter.on}].label", counter.label
        if counter.state is not None:
            yield f"texts.counters[{counter.on}].state", counter.state
    for deadline in policy.deadlines:
        if deadline.label is not None:
            yield f"deadlines[{deadline.id!r}].label", deadline.label
    yield from _templates(policy)


def _check_text(policy: PolicyParts, where: str, text: object, faults: Faults) -> None:
    """A text is there in each language of the policy; in one language its words do."""
    text = text.text if isinstance(text, Sourced) else text
    if not isinstance(text, Text | str | None):
        faults.add(where, f"is a {type(text).__name__}", "a Text or a str")
        return
    has = text.languages if isinstance(text, Text) else policy.languages[:1]
    missing = [lang for lang in policy.languages if lang not in has]
    if missing:
        faults.add(
            where, f"is missing in: {', '.join(map(str, missing))}", "a text in each language"
        )
    if where.endswith(".label") and text is not None:
        for unsafe in dict.fromkeys(
            each for one in policy.text(text).values for each in unsafe_characters(one)
        ):
            faults.add(where, f"contains {unsafe}", "one printable line")


def _templates(policy: PolicyParts) -> Iterator[tuple[str, Worded]]:
    if policy.texts.signature is not None:
        yield "texts.signature", policy.texts.signature
    for label in policy.texts.labels:
        yield f"texts.labels[{label.on} to {label.to}]", label.text
    for message in policy.own_notifications or ():
        yield f"notifications[{message.on} to {message.to}].subject", message.subject
        yield f"notifications[{message.on} to {message.to}].body", message.body


def _check_template(policy: PolicyParts, where: str, text: Text, faults: Faults) -> None:
    if where.endswith("subject") and any(len(f"{each}.".splitlines()) > 1 for each in text.values):
        faults.add(where, "has a line break", "one line")
    kept = (None, RequestCancellation)  # what an order has, and what a request keeps
    known = PLACEHOLDERS | {fact.name for fact in policy.facts if fact.of in kept}
    if where == "texts.signature":
        known = known - {"signature"}  # it would never end
    try:
        unknown = sorted(text.placeholders - known)
        for name in unknown:
            faults.add(where, f"uses the unknown variable {name!r}", one_of(sorted(known)))
        for each in () if unknown else text.values:
            each.format_map(dict.fromkeys(known, "x"))
    except (ValueError, LookupError, AttributeError) as error:
        faults.add(where, f"is no template: {error}", "balanced {placeholders}")
