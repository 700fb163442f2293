"""Validation: what is checked when a policy is built, and when an order is opened under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import chain
from typing import TypeVar
from zoneinfo import ZoneInfo

from ordercancel.domain.characters import unsafe_characters
from ordercancel.domain.commands import COMMANDS, RequestCancellation
from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_TEXT
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Text
from ordercancel.engine.charts import Lifecycle
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.conditions import All, AnyOf, Compare, Condition, Holds, IsIn, Leaf, Not
from ordercancel.rules.deadlines import After, Deadline, Due, EndOfDay
from ordercancel.rules.effects import CANCEL, PERMIT, REFER, Forbid
from ordercancel.rules.facts import FACTS, Choice, Fact, Flag, Number, Span
from ordercancel.rules.notifications import PLACEHOLDERS, Occasion
from ordercancel.rules.provisions import Silence
from ordercancel.rules.reasons import Catalogue, TextBounds
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, Document, OwnRule
from ordercancel.rules.texts import STANDARD_REFUSALS, Wording

LONGEST = timedelta(days=36_525)
"""The longest deadline: a hundred years."""

_WHILE_OPEN = (Occasion.REFERRED, Occasion.WITHDRAWAL_ASKED, Occasion.WITHDRAWAL_HELD)

_PARTS: Mapping[str, type] = {
    "rules": Rule,
    "silences": Silence,
    "deadlines": Deadline,
    "documents": Document,
    "facts": Fact,
}

T = TypeVar("T")


def check_order(policy: PolicyParts, order: Order) -> None:
    """Check `order` against `policy`; raise `InvalidValue` with every value it does not know."""
    faults = Faults("Order")
    if order.policy != policy.name:
        faults.add("policy", f"is {order.policy!r}", repr(policy.name))
    if order.status not in policy.orders.state_ids:
        faults.add("status", f"is {order.status!r}", _one_of(policy.orders.state_ids))
    if order.channel is not None and policy.channels and order.channel not in policy.channels:
        faults.add("channel", f"is {order.channel!r}", _one_of(policy.channels))
    if order.status in policy.dated and order.ship_on is None:
        expected = f"the planned ship date, which an order in {order.status!r} has"
        faults.add("ship_on", "is missing", expected)
    for fact in policy.facts:
        value = order.attributes.get(fact.name)
        expected = _attribute_domain(policy, fact)
        if value is not None and not _fits(policy, fact, value):
            faults.add(f"attributes[{fact.name!r}]", f"is {value!r:.60}", expected)
    faults.raise_if_any()


def check_policy(policy: PolicyParts) -> None:
    """Check all parts of `policy`; raise `InvalidPolicy` with every fault."""
    faults = Faults(f"Policy {policy.name}")
    orders: object = policy.orders  # a chart that nobody compiled is the mistake made most easily
    if not isinstance(orders, Lifecycle):
        faults.add("orders", f"is {orders!r}", "a compiled chart: compile_chart(YourChart)")
        faults.raise_if_any(InvalidPolicy)
    _check_types(policy, faults)
    faults.raise_if_any(InvalidPolicy)
    _check_frame(policy, faults)
    _check_facts(policy, faults)
    _check_rules(policy, faults)
    _check_deadlines(policy, faults)
    _check_citations(policy, faults)
    _check_catalogue(policy.request_reasons, "request_reasons", faults)
    _check_catalogue(policy.rejection_reasons, "rejection_reasons", faults)
    if policy.withdrawal_text is not None:
        _check_bounds(policy.withdrawal_text, "withdrawal_text", faults)
    _check_wording(policy, faults)
    faults.raise_if_any(InvalidPolicy)


def _check_types(policy: PolicyParts, faults: Faults) -> None:
    """The mistakes that would make every other check stumble."""
    faults.instance("title", policy.title, Text, "a Text")
    faults.day("holds_from", policy.holds_from, bounded=False)
    for field in ("planned_by", "dated", "shipped_by"):
        faults.instance(field, getattr(policy, field), frozenset, "a frozenset of names")
    for field, kind in _PARTS.items():
        parts: object = getattr(policy, field)
        faults.instance(field, parts, tuple, f"a tuple, each a {kind.__name__}")
        for number, part in enumerate(parts if isinstance(parts, tuple) else ()):
            faults.instance(f"{field}[{number}]", part, kind, f"a {kind.__name__}")
    faults.instance("wording", policy.wording, Wording, "a Wording")
    for field in ("request_reasons", "rejection_reasons"):
        faults.instance(field, getattr(policy, field), Catalogue, "a Catalogue")
    if faults.found:
        return
    for each in policy.provisions:
        faults.line(f"rules[{each.id!r:.80}].id", each.id)
    for where, cites in _citations(policy):
        faults.instance(
            f"{where}.cites", cites, Citation | OwnRule, "clause('…') or own_rule('…')"
        )
    for deadline in policy.deadlines:
        where = f"deadlines[{deadline.id!r:.80}]"
        faults.instance(f"{where}.due", deadline.due, Due, "After, EndOfDay or EndOfShipDay")
        if isinstance(deadline.due, After):
            faults.instance(f"{where}.due.length", deadline.due.length, timedelta, "a timedelta")
    for code, text in (*policy.wording.statuses.items(), *policy.wording.refusals.items()):
        faults.instance(f"wording[{code!r:.80}]", text, Text, "a Text")


def _check_frame(policy: PolicyParts, faults: Faults) -> None:
    faults.line("name", policy.name)
    faults.line("edition", policy.edition)
    try:
        ZoneInfo(policy.zone)
    except (LookupError, ValueError, OSError, TypeError):
        faults.add("zone", f"is {policy.zone!r}", "the IANA name of an installed time zone")
    moves = policy.orders.moves
    targets = {
        policy.orders.target(state, policy.cancel_move) for state in policy.orders.state_ids
    }
    if len(targets - {None}) > 1:
        faults.add("cancel_move", "leads to several statuses", "one status of cancelled orders")
    if policy.cancel_move not in moves:
        faults.add("cancel_move", f"is {policy.cancel_move!r}", _one_of(moves))
    superseding = policy.superseding.moves if policy.superseding else frozenset()
    for field, named in (
        ("planned_by", policy.planned_by),
        ("shipped_by", policy.shipped_by),
        ("superseding", superseding),
    ):
        _check_moves(policy, field, named, faults)
    for status in sorted(policy.dated - set(policy.orders.state_ids)):
        faults.add("dated", f"names the status {status!r}", _one_of(policy.orders.state_ids))


def _check_facts(policy: PolicyParts, faults: Faults) -> None:
    for name in _repeated(fact.name for fact in policy.facts):
        faults.add(f"facts[{name!r}]", "is declared twice", "each fact once")
    for fact in policy.facts:
        if fact.name in FACTS:
            faults.add(f"facts[{fact.name!r}]", "is a fact that every policy has", "another name")
        elif not fact.own:
            expected = "attribute_flag, attribute_choice or attribute_number"
            faults.add(f"facts[{fact.name!r}]", "has nothing that supplies it", expected)


def _check_rules(policy: PolicyParts, faults: Faults) -> None:
    for rule in policy.rules:
        _check_effect(policy, rule, f"rules[{rule.id!r}].effect", faults)
        _check_spoken(policy, rule, f"rules[{rule.id!r}]", faults)
    for silence in policy.silences:
        _check_spoken(policy, silence, f"silences[{silence.id!r}]", faults)


def _check_spoken(policy: PolicyParts, spoken: Rule | Silence, where: str, faults: Faults) -> None:
    """Check which commands a rule or a silence speaks about, and under which condition."""
    for kind in spoken.on:
        if kind not in COMMANDS:
            faults.add(f"{where}.on", f"is {kind!r}", "a command")
    foreign = list(_no_conditions(spoken.when))
    for part in foreign:
        problem = f"is a {type(part).__name__}"
        faults.add(f"{where}.when", problem, "a condition, such as flag.holds")
    for leaf in () if foreign else spoken.when.leaves():
        _check_leaf(policy, spoken, leaf, f"{where}.when", faults)


def _check_effect(policy: PolicyParts, rule: Rule, where: str, faults: Faults) -> None:
    if isinstance(rule.effect, Forbid):
        if not _has_refusal(policy, rule.effect.code):
            problem = f"forbids with the code {rule.effect.code!r}"
            faults.add(where, problem, "a code with a text in wording.refusals")
        return
    for kind in (each for each in rule.on if each in COMMANDS):
        fitting = (CANCEL, REFER) if kind is RequestCancellation else (PERMIT,)
        if rule.effect not in fitting:
            problem = f"is {rule.effect!r} on {kind.__name__}"
            faults.add(where, problem, _one_of((*fitting, "a Forbid")))


def _no_conditions(when: object) -> Iterator[object]:
    """The parts of `when` that are no conditions: a bare flag is easily put there."""
    match when:
        case All(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from _no_conditions(each)
        case Not(condition):
            yield from _no_conditions(condition)
        case Condition():
            return
        case _:
            yield when


def _check_leaf(
    policy: PolicyParts, spoken: Rule | Silence, leaf: Leaf, where: str, faults: Faults
) -> None:
    fact = policy.fact(leaf.fact)
    if fact is None:
        known = (*FACTS, *(each.name for each in policy.facts))
        faults.add(where, f"speaks of the unknown fact {leaf.fact!r}", _one_of(known))
        return
    without = set(spoken.on) - set(fact.commands or COMMANDS)
    for kind in sorted(without & set(COMMANDS), key=lambda kind: kind.__name__):
        has = _one_of(each.__name__ for each in fact.commands or ())
        faults.add(where, f"speaks of {fact.name!r}, which {kind.__name__} has not", has)
    match leaf:
        case IsIn(_, values):
            if not isinstance(fact, Choice):
                faults.add(where, f"compares {fact.name!r} with words", "a fact that is a choice")
                return
            for value in sorted(values - set(policy.domain(fact))):
                problem = f"compares {fact.name!r} with {value!r}"
                faults.add(where, problem, _one_of(policy.domain(fact)))
        case Holds():
            if not isinstance(fact, Flag):
                faults.add(where, f"takes {fact.name!r} for a flag", "a fact that is a flag")
        case Compare(_, _, bound):
            kinds: dict[type[Fact], type] = {Span: timedelta, Number: int}
            if type(bound) is not kinds.get(type(fact)):
                problem = f"compares {fact.name!r} with {bound!r}"
                faults.add(where, problem, "a number with an int, or a span with a timedelta")


def _check_moves(policy: PolicyParts, where: str, named: frozenset[str], faults: Faults) -> None:
    """The moves are those that somebody makes; the cancelling one follows from a grant alone."""
    made = [move for move in policy.orders.moves if move != policy.cancel_move]
    for move in sorted(named - set(made)):
        faults.add(where, f"names the move {move!r}", _one_of(made))


def _check_deadlines(policy: PolicyParts, faults: Faults) -> None:
    for deadline in policy.deadlines:
        where = f"deadlines[{deadline.id!r}]"
        _check_moves(policy, f"{where}.met_by", deadline.met_by, faults)
        if deadline.starts not in _WHILE_OPEN and not deadline.met_by:
            problem = f"is {deadline.starts}, when the request is closed, and no move meets it"
            expected = f"{_one_of(_WHILE_OPEN)}; or met_by the moves of the order that meet it"
            faults.add(f"{where}.starts", problem, expected)
        if deadline.met_by and deadline.decides:
            problem = f"is set, and the deadline does {deadline.does}"
            faults.add(f"{where}.met_by", problem, "none: such a deadline ends with its request")
        match deadline.due:
            case After(length) if not timedelta(0) < length <= LONGEST:
                expected = f"above zero, and at most {LONGEST.days} days"
                faults.add(f"{where}.due", f"is {length}", expected)
            case EndOfDay(days) if not 0 <= days <= LONGEST.days:
                faults.add(f"{where}.due", f"is {days} days", f"0 to {LONGEST.days} days")
            case _:
                pass


def _check_citations(policy: PolicyParts, faults: Faults) -> None:
    for name in _repeated(each.id for each in policy.provisions):
        faults.add(f"rules[{name!r}]", "has an id that occurs twice", "each id once")
    clauses = [clause.id for document in policy.documents for clause in document.clauses]
    for name in _repeated(clauses):
        faults.add(f"documents[{name!r}]", "has an id that occurs twice", "each id once")
    for where, cites in _citations(policy):
        if isinstance(cites, OwnRule):
            if not all(map(str.strip, cites.rationale.both)):
                faults.add(
                    f"{where}.cites", "is ours without a note", "own_rule('why it is there')"
                )
        elif not cites.clauses:
            faults.add(f"{where}.cites", "cites no clause", "at least one, or own_rule('why')")
        else:
            for missing in (each for each in cites.clauses if each not in clauses):
                known = "the id of a clause of the policy's documents"
                faults.add(f"{where}.cites", f"cites {missing!r}", known)


def _citations(policy: PolicyParts) -> Iterator[tuple[str, Citation | OwnRule]]:
    for each in policy.provisions:
        yield f"rules[{each.id!r}]", each.cites
    for field in ("request_reasons", "rejection_reasons"):
        catalogue: Catalogue = getattr(policy, field)
        yield field, catalogue.cites
        for reason in catalogue.reasons:
            yield f"{field}[{reason.code!r}]", reason.cites
    for field in ("notifications", "labels"):
        for text in getattr(policy.wording, field):
            yield f"wording.{field}[{text.on} to {text.to}]", text.cites
    for counter in policy.wording.counters:
        yield f"wording.counters[{counter.status}]", counter.cites


def _check_catalogue(catalogue: Catalogue, field: str, faults: Faults) -> None:
    for code in _repeated(catalogue.codes):
        faults.add(f"{field}[{code!r}]", "has a code that occurs twice", "each code once")
    if catalogue.reasons and catalogue.text is not None:
        faults.add(
            f"{field}.text", "is set beside reasons", "a text for each reason, or reasons=()"
        )
    for reason in catalogue.reasons:
        for unsafe in dict.fromkeys(chain(*map(unsafe_characters, reason.label.both))):
            problem = f"contains {unsafe}"
            faults.add(f"{field}[{reason.code!r}].label", problem, "one printable line")
        if reason.text is not None:
            _check_bounds(reason.text, f"{field}[{reason.code!r}].text", faults)
    if catalogue.text is not None:
        _check_bounds(catalogue.text, f"{field}.text", faults)


def _check_bounds(bounds: TextBounds, field: str, faults: Faults) -> None:
    lowest = 1 if bounds.required else 0
    if not lowest <= bounds.minimum <= bounds.maximum:
        problem = f"is {bounds.minimum} to {bounds.maximum}"
        faults.add(field, problem, f"{lowest} <= minimum <= maximum")
    elif bounds.minimum > MAX_TEXT:
        faults.add(
            field, f"begins at {bounds.minimum}", f"at most {MAX_TEXT}, the most that is read"
        )


def _check_wording(policy: PolicyParts, faults: Faults) -> None:
    wording = policy.wording
    states = policy.orders.state_ids
    for status in (each for each in states if each not in wording.statuses):
        faults.add(f"wording.statuses[{status!r}]", "is missing", "a text for each status")
    for status in (each for each in wording.statuses if each not in states):
        faults.add(f"wording.statuses[{status!r}]", "is no status", _one_of(states))
    for on, to in _repeated((label.on, label.to) for label in wording.labels):
        faults.add(f"wording.labels[{on} to {to}]", "occurs twice", "one label")
    sent = [(each.on, each.to, medium) for each in wording.notifications for medium in each.media]
    for on, to, medium in _repeated(sent):
        where = f"wording.notifications[{on} to {to}]"
        faults.add(where, f"goes out twice by {medium}", "one message by each medium")
    for where, text in _templates(policy):
        _check_template(where, text, faults)


def _templates(policy: PolicyParts) -> Iterator[tuple[str, Text]]:
    for label in policy.wording.labels:
        yield f"wording.labels[{label.on} to {label.to}]", label.text
    for each in policy.wording.notifications:
        yield f"wording.notifications[{each.on} to {each.to}].subject", each.subject
        yield f"wording.notifications[{each.on} to {each.to}].body", each.body


def _check_template(where: str, text: Text, faults: Faults) -> None:
    if where.endswith("subject") and any(len(f"{each}.".splitlines()) > 1 for each in text.both):
        faults.add(where, "has a line break", "one line")
    try:
        unknown = sorted(text.placeholders - PLACEHOLDERS)
        for name in unknown:
            faults.add(where, f"uses the unknown variable {name!r}", _one_of(sorted(PLACEHOLDERS)))
        for each in () if unknown else text.both:
            each.format_map(dict.fromkeys(PLACEHOLDERS, "x"))
    except (ValueError, LookupError, AttributeError) as error:
        faults.add(where, f"is no template: {error}", "balanced {placeholders}")


def _has_refusal(policy: PolicyParts, code: str) -> bool:
    return code in policy.wording.refusals or code in STANDARD_REFUSALS


def _attribute_domain(policy: PolicyParts, fact: Fact) -> str:
    match fact:
        case Flag():
            return "true or false"
        case Choice():
            return _one_of(policy.domain(fact))
        case _:
            return "a whole number"


def _fits(policy: PolicyParts, fact: Fact, value: object) -> bool:
    match fact:
        case Flag():
            return isinstance(value, bool)
        case Choice():
            return value in policy.domain(fact)
        case _:
            return isinstance(value, int) and not isinstance(value, bool)


def _repeated(values: Iterable[T]) -> list[T]:
    return [value for value, times in Counter(values).items() if times > 1]


def _one_of(values: Iterable[str]) -> str:
    return f"one of: {', '.join(values)}"
