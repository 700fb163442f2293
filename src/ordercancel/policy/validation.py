"""What is checked when a policy is built, and of an order that a policy is to judge."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping
from datetime import time as clock_time
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ordercancel.domain.characters import unsafe_characters as _unsafe
from ordercancel.domain.commands import (
    JUDGED,
    AskWithdrawal,
    Judged,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_TEXT
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.evolve import ORDER_FACTS, opened
from ordercancel.engine.inputs import check_facts, check_needs
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Leaf,
    Listed,
    Named,
    Not,
)
from ordercancel.rules.deadlines import Action, Deadline, Do
from ordercancel.rules.effects import OTHER_SIDE, Cancel, Forbid, If, Permit, Refer
from ordercancel.rules.facts import (
    FACTS,
    MARKED,
    OF_THE_ACTOR,
    Choice,
    Day,
    Fact,
    Flag,
    Moment,
    Number,
)
from ordercancel.rules.lifecycle import Lifecycle
from ordercancel.rules.notifications import AUDIENCES, CHANGES, PLACEHOLDERS, Notification
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.rules.roles import BUILT_IN_ROLES, SIDES, Role
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, Document, OwnRule
from ordercancel.rules.texts import ANY_OPEN, STANDARD_REFUSALS, Texts
from ordercancel.rules.times import BusinessDays, EndOfDay, NextClock, Shift, Time, unspread

__all__ = ["check_order", "check_policy"]

LONGEST = timedelta(days=36_525)
"""The longest length of time: a hundred years."""

RESERVED = ("now", "zone")
"""Names that no fact can have: conditions know the moment and the zone by them."""

_PARTS: Mapping[str, tuple[type, ...]] = {
    "documents": (Document,),
    "facts": (Flag, Choice, Number, Moment, Day),
    "rules": (Rule,),
    "reasons": (Reason,),
    "deadlines": (Deadline,),
}

T = TypeVar("T")


def check_order(policy: PolicyParts, order: Order) -> None:
    """Raise `InvalidValue` with everything of `order` that `policy` does not know."""
    faults, statuses = Faults("Order"), policy.orders.statuses
    if order.policy != policy.name:
        faults.add("policy", f"is {order.policy!r}", repr(policy.name))
    if order.channel is not None and policy.channels and order.channel not in policy.channels:
        faults.add("channel", f"is {order.channel!r}", _one_of(policy.channels))
    known = {fact.name: fact for fact in policy.facts if fact.of is None}

    declared = {name: value for name, value in order.facts.items() if name in known}
    rules: Any = policy
    check_facts(rules, declared, known, "facts", faults)

    for fact in known.values():
        if fact.required and order.facts.get(fact.name) is None:
            faults.add(f"facts[{fact.name!r}]", "is missing", "a value: the policy requires it")
    for role in policy.roles.values():
        party = role.party
        if party not in (None, "buyer", "seller") and not isinstance(
            order.facts.get(party or "", ""), str
        ):
            faults.add(f"facts[{party!r}]", "is no id", f"the id of the {role.name}")
    if order.status not in statuses:
        faults.add("status", f"is {order.status!r}", _one_of(statuses))
    else:
        check_needs(rules, order.status, opened(order, policy.edition, ""), {}, faults)
    for number, past in enumerate(order.history):
        for where, role_name in (("by", past.by.role), ("answerer", past.answerer)):
            if role_name is not None and role_name not in policy.roles:
                expected = _one_of(policy.roles)
                faults.add(f"history[{number}].{where}", f"is {role_name!r}", expected)
    faults.raise_if_any()


def check_policy(policy: PolicyParts) -> None:
    """Raise `InvalidPolicy` with everything that is built wrongly in `policy`."""
    faults = Faults(f"Policy {policy.name}")
    orders: object = policy.orders  # a chart that nobody compiled is the mistake made most easily
    if not isinstance(orders, Lifecycle):
        problem = f"is a {type(orders).__name__}"
        faults.add("orders", problem, "a Lifecycle(…), or compile_chart(YourChart)")
    _check_types(policy, faults)
    faults.raise_if_any(InvalidPolicy)
    _check_frame(policy, faults)
    _check_facts(policy, faults)
    _check_roles(policy, faults)
    _check_rules(policy, faults)
    _check_reasons(policy, faults)
    _check_deadlines(policy, faults)
    _check_sources(policy, faults)
    _check_texts(policy, faults)
    faults.raise_if_any(InvalidPolicy)


# -------------------------------------------------------------------- types and the frame


def _check_types(policy: PolicyParts, faults: Faults) -> None:
    """The mistakes that would make every other check stumble."""
    for field, kinds in _PARTS.items():
        parts: object = getattr(policy, field)
        if not isinstance(parts, tuple):
            faults.add(field, f"is a {type(parts).__name__}", "a list or tuple")
            continue
        for number, part in enumerate(parts):
            if not isinstance(part, kinds):
                expected = " or ".join(kind.__name__ for kind in kinds)
                faults.add(f"{field}[{number}]", f"is a {type(part).__name__}", expected)
    faults.instance("texts", policy.texts, Texts, "a Texts")
    faults.day("holds_from", policy.holds_from, bounded=False)
    for number, each in enumerate(policy.own_notifications or ()):
        faults.instance(f"notifications[{number}]", each, Notification, "a Notification")
    for name, role in policy.roles.items():
        faults.instance(f"roles[{name!r:.80}]", role, Role, "a Role")


def _check_frame(policy: PolicyParts, faults: Faults) -> None:
    faults.line("name", policy.name)
    faults.line("edition", policy.edition)
    try:
        ZoneInfo(policy.zone)
    except (LookupError, ValueError, OSError, TypeError):
        faults.add("zone", f"is {policy.zone!r}", "the IANA name of an installed time zone")
    if not policy.languages:
        faults.add("languages", "is empty", "one language at least, such as ('en',)")
    for lang in policy.languages:
        if not isinstance(lang, str) or not lang:
            faults.add("languages", f"has {lang!r:.80}", "tags such as 'ja' or 'en'")
    orders = policy.orders
    known = (*sorted(ORDER_FACTS), *(fact.name for fact in policy.facts if fact.of is None))
    for field, lists in (("facts", orders.facts), ("needs", orders.needs)):
        for key, names in lists.items():
            for name in (each for each in names if each not in known):
                faults.add(f"orders.{field}[{key!r}]", f"names {name!r}", _one_of(known))


def _check_facts(policy: PolicyParts, faults: Faults) -> None:
    for name in _repeated(fact.name for fact in policy.facts):
        faults.add(f"facts[{name!r}]", "is declared twice", "each fact once")
    for fact in policy.facts:
        where = f"facts[{fact.name!r:.80}]"
        faults.line(f"{where}.name", fact.name)
        taken = fact.name in (*FACTS, *RESERVED, "cart_id", "item")
        if taken or str(fact.name).startswith(MARKED):
            faults.add(where, "is a fact that every policy has", "another name")
        if fact.of is not None and fact.of not in JUDGED:
            faults.add(f"{where}.of", f"is {fact.of!r:.80}", _kinds(JUDGED))
        if isinstance(fact, Choice) and not isinstance(fact.values, tuple):
            faults.add(f"{where}.values", "is no tuple", "the words to choose from, as a tuple")


def _check_roles(policy: PolicyParts, faults: Faults) -> None:
    facts = {fact.name: fact for fact in policy.facts if fact.of is None}
    for name, role in policy.roles.items():
        if BUILT_IN_ROLES.get(name) is role:
            continue
        where = f"roles[{name!r}]"
        faults.line(f"{where}.name", role.name)
        if name in BUILT_IN_ROLES:
            faults.add(where, "is a role that every policy has", "another name")
        faults.choice(f"{where}.side", role.side, SIDES)
        if role.party not in (None, "buyer", "seller", *facts):
            expected = f"a fact of the order that holds an id; {_one_of(facts)}"
            faults.add(f"{where}.party", f"is {role.party!r}", expected)


# -------------------------------------------------------------------- rules and conditions


def _check_rules(policy: PolicyParts, faults: Faults) -> None:
    for rule in policy.rules:
        where = f"rules[{rule.id!r:.80}]"
        faults.line(f"{where}.id", rule.id)
        for kind in (kind for kind in rule.on if kind not in JUDGED):
            faults.add(f"{where}.on", f"is {kind!r:.80}", _kinds(JUDGED))
        kinds = tuple(kind for kind in rule.on if kind in JUDGED)
        _check_condition(policy, rule.when, kinds, f"{where}.when", faults)
        _check_effect(policy, rule.effect, kinds, f"{where}.effect", faults)


def _check_effect(
    policy: PolicyParts,
    effect: object,
    kinds: tuple[type[Judged], ...],
    where: str,
    faults: Faults,
) -> None:
    match effect:
        case If(when, then, otherwise):
            _check_condition(policy, when, kinds, f"{where}.when", faults)
            for field, branch in (("then", then), ("otherwise", otherwise)):
                if branch is None:
                    faults.add(f"{where}.{field}", "is missing", "an effect for either case")
                else:
                    _check_effect(policy, branch, kinds, f"{where}.{field}", faults)
        case Forbid(code):
            faults.line(f"{where}.code", code)
        case _:
            for kind in kinds:
                fitting: tuple[type, ...] = (Permit,)
                if kind is RequestCancellation:
                    fitting = (Cancel, Refer)
                elif kind is Reject:
                    fitting = (Permit, Refer)
                if not isinstance(effect, fitting):
                    names = {Cancel: "CANCEL", Permit: "PERMIT", Refer: "Refer(role)"}
                    expected = _one_of((*(names[each] for each in fitting), "a Forbid", "an If"))
                    faults.add(where, f"is {effect!r:.80} on {kind.__name__}", expected)
            if isinstance(effect, Refer):
                may_be_side = set(kinds) <= {RequestCancellation}
                _check_answerer(policy, effect.to, where, faults, may_be_side=may_be_side)


def _check_answerer(
    policy: PolicyParts, to: object, where: str, faults: Faults, *, may_be_side: bool = False
) -> None:
    """Check who is to answer: the other side of whoever asks, or a role that answers."""
    answering = [name for name, role in policy.roles.items() if role.answers]
    known = (*answering, OTHER_SIDE) if may_be_side else answering
    if to not in known:
        faults.add(where, f"refers to {to!r:.80}", _one_of(known))


def _check_condition(
    policy: PolicyParts,
    when: object,
    kinds: tuple[type[Judged], ...],
    where: str,
    faults: Faults,
) -> None:
    """Check a condition that is asked of commands of these kinds; of none, of a case alone."""
    foreign = list(_no_conditions(when))
    for part in foreign:
        problem = f"is a {type(part).__name__}"
        faults.add(where, problem, "a condition, such as a flag, or status.is_in('new')")
    if foreign or not isinstance(when, Condition):
        return
    for leaf in when.leaves():
        _check_leaf(policy, kinds, leaf, where, faults)


def _no_conditions(when: object) -> Iterator[object]:
    """The parts of `when` that are no conditions."""
    match when:
        case All(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from _no_conditions(each)
        case Not(condition) | Named(condition=condition):
            yield from _no_conditions(condition)
        case Condition():
            return
        case _:
            yield when


def _check_leaf(
    policy: PolicyParts, kinds: tuple[type[Judged], ...], leaf: Leaf, where: str, faults: Faults
) -> None:
    fact = policy.fact(leaf.fact)
    if fact is None:
        known = (*FACTS, *(each.name for each in policy.facts))
        problem = f"speaks of the unknown fact {leaf.fact!r:.80}"
        faults.add(where, problem, f"declare it in facts=(…); {_one_of(known)}")
        return
    for kind in kinds:
        if not _has(kind, fact):
            carriers = fact.commands or (fact.of,)
            problem = f"speaks of {fact.name!r}, which {kind.__name__} has not"
            faults.add(where, problem, _kinds(each for each in carriers if each))
    match leaf:
        case IsIn(_, values) | Listed(_, values):
            if not isinstance(fact, Choice):
                faults.add(where, f"compares {fact.name!r} with words", "a fact that is a choice")
                return
            domain = policy.domain(fact)
            for value in sorted(values - set(domain)) if domain else ():
                faults.add(where, f"compares {fact.name!r} with {value!r}", _one_of(domain))
        case Holds():
            if not isinstance(fact, Flag):
                faults.add(where, f"takes {fact.name!r} for a flag", "a fact that is a flag")
        case Compare(_, _, bound):
            if type(bound) is not int or not isinstance(fact, Number):
                problem = f"compares {fact.name!r} with {bound!r:.80}"
                faults.add(where, problem, "a number with an int; a time with now")
        case Before(_, time):
            _check_time(policy, time, where, faults)
        case _:
            pass


def _has(kind: type[Judged], fact: Fact) -> bool:
    """Whether a command of this kind has a fact; what a request carries is kept with it."""
    if fact.commands is not None:
        return kind in fact.commands
    return fact.of in (None, kind, RequestCancellation)


def _check_time(policy: PolicyParts, time: object, where: str, faults: Faults) -> None:
    """Check what a time is reckoned by: facts, lengths, days and clock times that make sense."""
    if not isinstance(time, Time):
        faults.add(where, f"is {time!r:.80}", "a time, such as placed_at + minutes(30)")
        return
    for chain, choice, words in unspread(time):
        if choice is not None:
            _check_leaf(policy, (), IsIn(choice, words), where, faults)
        fact = policy.fact(chain.anchor_name)
        if not isinstance(fact, Moment | Day):
            known = [each.name for each in FACTS.values() if isinstance(each, Moment | Day)]
            problem = f"is reckoned from {chain.anchor_name!r}"
            faults.add(where, problem, f"a moment or a day; {_one_of(known)}, or one in facts=(…)")
        for step in chain.steps():
            _check_step(step, where, faults)


def _check_step(step: Time, where: str, faults: Faults) -> None:
    match step:
        case Shift():
            length: object = step.length
            if not isinstance(length, timedelta):
                faults.add(where, f"adds {length!r:.80} to a time", "a timedelta, as minutes(30)")
            elif abs(length) > LONGEST:
                faults.add(where, f"adds {length}", f"at most {LONGEST.days} days")
        case EndOfDay(_, later) if not _is_count(later, -LONGEST.days):
            problem = f"counts {later!r:.80} days"
            faults.add(where, problem, f"a whole number, at most {LONGEST.days}")
        case BusinessDays(_, count) if not _is_count(count, 0):
            problem = f"counts {count!r:.80} working days"
            faults.add(where, problem, f"a whole number, 0 to {LONGEST.days}")
        case NextClock():
            clock: object = step.clock
            if not isinstance(clock, clock_time) or clock.tzinfo is not None:
                problem = f"shows {clock!r:.80}"
                faults.add(where, problem, "a time of day without a zone, as time(20, 0)")
        case _:
            pass


def _is_count(value: object, least: int) -> bool:
    return type(value) is int and least <= value <= LONGEST.days


# -------------------------------------------------------------------- reasons and deadlines


def _check_reasons(policy: PolicyParts, faults: Faults) -> None:
    takes = (RequestCancellation, Reject, AskWithdrawal)
    for code, on in _repeated((reason.code, reason.on) for reason in policy.reasons):
        where = f"reasons[{code!r}]"
        faults.add(where, f"occurs twice on {getattr(on, '__name__', on)}", "each code once")
    for reason in policy.reasons:
        where = f"reasons[{reason.code!r:.80}]"
        if reason.on not in takes:
            faults.add(f"{where}.on", f"is {reason.on!r:.80}", _kinds(takes))
            continue
        if reason.code is not None:
            faults.line(f"{where}.code", reason.code)
        elif reason.text is None:
            faults.add(f"{where}.text", "is missing", "bounds: without a code it is a text alone")
        if reason.code is not None and reason.on is AskWithdrawal:
            faults.add(f"{where}.on", "is AskWithdrawal", "code None: it takes a text alone")
        _check_condition(policy, reason.when, (reason.on,), f"{where}.when", faults)
        bounds: object = reason.text
        if bounds is not None and not isinstance(bounds, TextBounds):
            faults.add(f"{where}.text", f"is {bounds!r:.80}", "(least, most), or TextBounds")
        elif isinstance(bounds, TextBounds):
            _check_bounds(bounds, f"{where}.text", faults)


def _check_bounds(bounds: TextBounds, field: str, faults: Faults) -> None:
    lowest = 1 if bounds.required else 0
    if not lowest <= bounds.minimum <= bounds.maximum:
        problem = f"is {bounds.minimum} to {bounds.maximum}"
        faults.add(field, problem, f"{lowest} <= minimum <= maximum")
    elif bounds.minimum > MAX_TEXT:
        problem = f"begins at {bounds.minimum}"
        faults.add(field, problem, f"at most {MAX_TEXT}, the most that is read")


def _check_deadlines(policy: PolicyParts, faults: Faults) -> None:
    for deadline in policy.deadlines:
        where = f"deadlines[{deadline.id!r:.80}]"
        faults.line(f"{where}.id", deadline.id)
        _check_condition(policy, deadline.runs, (), f"{where}.runs", faults)
        if not list(_no_conditions(deadline.runs)):
            _check_runs(policy, deadline, f"{where}.runs", faults)
        _check_time(policy, deadline.due, f"{where}.due", faults)
        _check_action(policy, deadline, f"{where}.then", faults)


def _check_runs(policy: PolicyParts, deadline: Deadline, where: str, faults: Faults) -> None:
    """What runs hangs on the case alone, so that it is the same from one event to the next."""
    for leaf in deadline.runs.leaves():
        fact = policy.fact(leaf.fact)
        if isinstance(leaf, Before):
            faults.add(where, "compares the present", "no now: say when in due")
        elif fact is not None and (
            leaf.fact in OF_THE_ACTOR
            or fact.commands is not None
            or fact.of not in (None, RequestCancellation)
        ):
            problem = f"speaks of {leaf.fact!r}, which a command brings along"
            faults.add(where, problem, "facts of the order and its request")


def _check_action(policy: PolicyParts, deadline: Deadline, where: str, faults: Faults) -> None:
    then: object = deadline.then
    if not isinstance(then, Action):
        actions = "approve, reject, expire, cancel('…'), advance('…'), refer(…), mark('…'), notify"
        faults.add(where, f"is {then!r:.80}", f"one of: {actions}")
        return
    argument = then.argument
    match then.do:
        case Do.CANCEL:
            codes = [str(each.code) for each in policy.reasons if each.on is RequestCancellation]
            if argument not in codes:
                faults.add(where, f"cancels for {argument!r:.80}", _one_of(codes))
        case Do.ADVANCE:
            if argument not in policy.orders.moves:
                faults.add(where, f"makes the move {argument!r:.80}", _one_of(policy.orders.moves))
            elif policy.orders.facts.get(str(argument)):
                problem = f"makes the move {argument!r}, which brings facts along"
                faults.add(where, problem, "a move without facts")
        case Do.REFER:
            _check_answerer(policy, argument, where, faults)
        case Do.MARK:
            faults.line(f"{where}.code", argument)
            if argument in CHANGES:
                faults.add(where, f"marks as {argument!r}", "no status of a request")
            if then.of not in ("request", "order"):
                faults.add(f"{where}.of", f"is {then.of!r:.80}", "one of: request, order")
        case _:
            pass
    met: object = deadline.met
    if met is not None and (then.do is not Do.MARK or not isinstance(met, Moment)):
        faults.add(where.replace("then", "met"), "is set", "a moment, for a deadline that marks")


# -------------------------------------------------------------------- sources


def _check_sources(policy: PolicyParts, faults: Faults) -> None:
    ids = [each.id for each in policy.provisions]
    for name in _repeated(ids):
        faults.add(f"rules[{name!r}]", "has an id that occurs twice", "each id once")
    for name in (each for each in ids if str(each).startswith("standard.")):
        faults.add(f"rules[{name!r}]", "has an id of the library", "no id that begins standard.")
    clauses = {clause.id for document in policy.documents for clause in document.clauses}
    for name in _repeated(each.id for each in _clauses(policy)):
        faults.add(f"documents[{name!r}]", "has an id that occurs twice", "each id once")
    for where, source in _sources(policy):
        match source:
            case OwnRule(rationale):
                if not all(map(str.strip, rationale.values)):
                    faults.add(where, "says nothing", "own_rule('why it is there')")
            case Citation(named):
                if not named:
                    faults.add(where, "cites no clause", "at least one, or own_rule('why')")
                for missing in (each for each in named if each not in clauses):
                    expected = "the id of a clause of the policy's documents"
                    faults.add(where, f"cites {missing!r:.80}", expected)
            case None:
                pass
            case _:
                expected = "clause('…'), reading('…'), decided('…'), own_rule('…') or a str"
                faults.add(where, f"is {source!r:.80}", expected)


def _clauses(policy: PolicyParts) -> Iterator[Any]:
    return (clause for document in policy.documents for clause in document.clauses)


def _sources(policy: PolicyParts) -> Iterator[tuple[str, object]]:
    yield "source", policy.source
    for rule in policy.provisions:
        yield f"rules[{rule.id!r}].source", rule.source
    for reason in policy.reasons:
        yield f"reasons[{reason.code!r}].source", reason.source
    for message in policy.own_notifications or ():
        yield f"notifications[{message.on} to {message.to}].source", message.source
    for label in policy.texts.labels:
        yield f"texts.labels[{label.on} to {label.to}].source", label.source
    for counter in policy.texts.counters or ():
        yield f"texts.counters[{counter.on}].source", counter.source


# -------------------------------------------------------------------- texts


def _check_texts(policy: PolicyParts, faults: Faults) -> None:
    texts, statuses = policy.texts, policy.orders.statuses
    for status in (each for each in texts.statuses if each not in statuses):
        faults.add(f"texts.statuses[{status!r}]", "is no status", _one_of(statuses))
    for move in (each for each in texts.moves if each not in policy.orders.moves):
        faults.add(f"texts.moves[{move!r}]", "is no move", _one_of(policy.orders.moves))
    changes = (*CHANGES, *policy.mark_codes, *(deadline.id for deadline in policy.deadlines))
    roles = tuple(policy.roles)
    for message in policy.own_notifications or ():
        where = f"notifications[{message.on} to {message.to}]"
        faults.choice(f"{where}.on", message.on, changes)
        faults.choice(f"{where}.to", message.to, (*roles, *AUDIENCES))
        _check_condition(policy, message.when, (), f"{where}.when", faults)
    for label in texts.labels:
        where = f"texts.labels[{label.on} to {label.to}]"
        faults.choice(f"{where}.on", label.on, (*RequestStatus, *policy.mark_codes))
        faults.choice(f"{where}.to", label.to, roles)
        _check_condition(policy, label.when, (), f"{where}.when", faults)
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


def _check_text(policy: PolicyParts, where: str, text: Text | str | None, faults: Faults) -> None:
    """A text is there in each language of the policy; in one language its words do."""
    if not isinstance(text, Text | str | None):
        faults.add(where, f"is a {type(text).__name__}", "a Text or a str")
        return
    has = text.languages if isinstance(text, Text) else policy.languages[:1]
    missing = [lang for lang in policy.languages if lang not in has]
    if missing:
        faults.add(where, f"is missing in: {', '.join(missing)}", "a text in each language")
    if where.endswith(".label") and text is not None:
        for unsafe in dict.fromkeys(
            each for one in policy.text(text).values for each in _unsafe(one)
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
            faults.add(where, f"uses the unknown variable {name!r}", _one_of(sorted(known)))
        for each in () if unknown else text.values:
            each.format_map(dict.fromkeys(known, "x"))
    except (ValueError, LookupError, AttributeError) as error:
        faults.add(where, f"is no template: {error}", "balanced {placeholders}")


# -------------------------------------------------------------------- words


def _repeated(values: Iterable[T]) -> list[T]:
    return [value for value, times in Tally(values).items() if times > 1]


def _one_of(values: Iterable[object]) -> str:
    return f"one of: {', '.join(map(str, values)) or 'none'}"


def _kinds(kinds: Iterable[type]) -> str:
    return _one_of(kind.__name__ for kind in kinds)
