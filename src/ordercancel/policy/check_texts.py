"""What is checked of the texts of a policy when it is built."""

from __future__ import annotations

from collections.abc import Iterator

from ordercancel.domain.characters import unsafe_characters
from ordercancel.domain.faults import Faults
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.policy.check_conditions import check_case_condition, check_condition, one_of
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.effects import Forbid
from ordercancel.rules.notifications import AUDIENCES, CHANGES, PLACEHOLDERS
from ordercancel.rules.texts import ANY_OPEN, STANDARD_REFUSALS

__all__ = ["check_texts"]


def check_texts(policy: PolicyParts, faults: Faults) -> None:
    """Check that texts are of what there is, in each language, with variables that there are."""
    texts, statuses = policy.texts, policy.orders.statuses
    for status in (each for each in texts.statuses if each not in statuses):
        faults.add(f"texts.statuses[{status!r}]", "is no status", one_of(statuses))
    for move in (each for each in texts.moves if each not in policy.orders.moves):
        faults.add(f"texts.moves[{move!r}]", "is no move", one_of(policy.orders.moves))
    changes = (*CHANGES, *policy.mark_codes, *(deadline.id for deadline in policy.deadlines))
    roles = tuple(policy.roles)
    for message in policy.own_notifications or ():
        where = f"notifications[{message.on} to {message.to}]"
        faults.choice(f"{where}.on", message.on, changes)
        faults.choice(f"{where}.to", message.to, (*roles, *AUDIENCES))
        check_condition(policy, message.when, (), f"{where}.when", faults)
    for label in texts.labels:
        where = f"texts.labels[{label.on} to {label.to}]"
        faults.choice(f"{where}.on", label.on, (*RequestStatus, *policy.mark_codes))
        faults.choice(f"{where}.to", label.to, roles)
        check_case_condition(policy, label.when, f"{where}.when", faults)
    for counter in texts.counters or ():
        where = f"texts.counters[{counter.on}].on"
        faults.choice(where, counter.on, (*RequestStatus, ANY_OPEN, *policy.mark_codes))
    for where, text in _all_texts(policy):
        _check_text(policy, where, text, faults)
    for where, text in _templates(policy):
        _check_template(policy, where, policy.text(text), faults)


def _all_texts(policy: PolicyParts) -> Iterator[tuple[str, Text | str | None]]:
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
        ("columns", texts.columns),
        ("moves", texts.moves),
    ):
        for key, text in named.items():
            yield f"texts.{field}[{key!r}]", text
    for reason in policy.reasons:
        if reason.code is not None:
            yield f"reasons[{reason.code!r}].label", reason.label
        if reason.hint is not None:
            yield f"reasons[{reason.code!r}].hint", reason.hint
    for counter in texts.counters or ():
        yield f"texts.counters[{counter.on}].label", counter.label
        if counter.state is not None:
            yield f"texts.counters[{counter.on}].state", counter.state
    yield from _templates(policy)


def _check_text(policy: PolicyParts, where: str, text: object, faults: Faults) -> None:
    """A text is there in each language of the policy; in one language its words do."""
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


def _templates(policy: PolicyParts) -> Iterator[tuple[str, Text | str]]:
    for label in policy.texts.labels:
        yield f"texts.labels[{label.on} to {label.to}]", label.text
    for message in policy.own_notifications or ():
        yield f"notifications[{message.on} to {message.to}].subject", message.subject
        yield f"notifications[{message.on} to {message.to}].body", message.body


def _check_template(policy: PolicyParts, where: str, text: Text, faults: Faults) -> None:
    if where.endswith("subject") and any(len(f"{each}.".splitlines()) > 1 for each in text.values):
        faults.add(where, "has a line break", "one line")
    known = PLACEHOLDERS | {fact.name for fact in policy.facts if fact.of is None}
    try:
        unknown = sorted(text.placeholders - known)
        for name in unknown:
            faults.add(where, f"uses the unknown variable {name!r}", one_of(sorted(known)))
        for each in () if unknown else text.values:
            each.format_map(dict.fromkeys(known, "x"))
    except (ValueError, LookupError, AttributeError) as error:
        faults.add(where, f"is no template: {error}", "balanced {placeholders}")
