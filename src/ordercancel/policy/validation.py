"""What is checked when a policy is built, and of an order that a policy is to judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ordercancel.domain.commands import (
    JUDGED,
    AskWithdrawal,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.errors import InvalidPolicy, InvalidValue
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_FACTS, MAX_RULES, MAX_TEXT
from ordercancel.domain.orders import Order
from ordercancel.engine.evolve import ORDER_FACTS
from ordercancel.engine.inputs import check_facts, check_needs
from ordercancel.engine.quote import Account
from ordercancel.policy.check_conditions import (
    check_answerer,
    check_case_condition,
    check_condition,
    check_effect,
    check_time,
    is_too_large,
    kinds_of,
    one_of,
)
from ordercancel.policy.check_obligations import check_obligations
from ordercancel.policy.check_sources import check_sources, repeated
from ordercancel.policy.check_texts import check_texts
from ordercancel.policy.parts import PolicyParts, Waiver
from ordercancel.rules.deadlines import Action, Deadline, Do
from ordercancel.rules.facts import (
    FACTS,
    MARKED,
    Choice,
    Day,
    Fact,
    Flag,
    Moment,
    Number,
)
from ordercancel.rules.lifecycle import Lifecycle
from ordercancel.rules.notifications import CHANGES, Notification
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.rules.refunding import Refunding
from ordercancel.rules.roles import BUILT_IN_ROLES, SIDES, Role
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Document
from ordercancel.rules.texts import Texts

MOST_RULES = MAX_RULES - 100
"""How many rules, and how many deadlines: an event may name those of the library besides."""

RESERVED = ("now", "zone")
"""Names that no fact can have: conditions know the moment and the zone by them."""

_PARTS: Mapping[str, type] = {
    "languages": str,
    "documents": Document,
    "channels": str,
    "facts": Fact,
    "rules": Rule,
    "reasons": Reason,
    "deadlines": Deadline,
    "waivers": Waiver,
}
"""What the lists of a policy are made of, but for notifications and obligations."""

T = TypeVar("T")


def check_order(policy: PolicyParts, order: Order) -> None:
    """Raise `InvalidValue` with everything of `order` that `policy` does not know."""
    faults, statuses = Faults("Order"), policy.orders.statuses
    if order.policy != policy.name:
        faults.add("policy", f"is {order.policy!r}", repr(policy.name))
    if order.channel is not None and policy.channels and order.channel not in policy.channels:
        faults.add("channel", f"is {order.channel!r}", one_of(policy.channels))
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
    if order.money is not None and policy.refunding is not None:
        try:
            Account(order.money, policy.refunding)
        except InvalidValue as error:
            for fault in error.faults:
                where = f"money.{fault.where.partition('.')[2]}"
                faults.add(where, fault.problem, fault.expected, code=fault.code)
    if order.status not in statuses:
        faults.add("status", f"is {order.status!r}", one_of(statuses))
    else:
        check_needs(rules, order.status, order, {}, faults)
    for number, past in enumerate(order.history):
        for where, role_name in (("by", past.by.role), ("answerer", past.answerer)):
            if role_name is not None and role_name not in policy.roles:
                expected = one_of(policy.roles)
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
    _check_sizes(policy, faults)
    faults.raise_if_any(InvalidPolicy)
    _check_frame(policy, faults)
    _check_facts(policy, faults)
    _check_roles(policy, faults)
    _check_rules(policy, faults)
    _check_reasons(policy, faults)
    _check_deadlines(policy, faults)
    for fee in policy.fees:
        where = f"refunding.fees[{fee.id!r:.80}].when"
        check_condition(policy, fee.when, (RequestCancellation,), where, faults)
    check_obligations(policy, faults)
    check_sources(policy, faults)
    check_texts(policy, faults)
    faults.raise_if_any(InvalidPolicy)


# -------------------------------------------------------------------- types and the frame


def _check_types(policy: PolicyParts, faults: Faults) -> None:
    """The mistakes that would make every other check stumble."""
    for field, kind in _PARTS.items():
        _check_list(field, getattr(policy, field), kind, faults)
    if isinstance(policy.languages, tuple) and not policy.languages:
        faults.add("languages", "is empty", "one language at least, such as ('en',)")
    if policy.own_notifications is not None:
        _check_list("notifications", policy.own_notifications, Notification, faults)
    faults.instance("texts", policy.texts, Texts, "a Texts")
    faults.instance("refunding", policy.refunding, Refunding | None, "a Refunding")
    faults.flag("ask_again_while_open", policy.ask_again_while_open)
    faults.flag("whole_orders_only", policy.whole_orders_only)
    faults.day("holds_from", policy.holds_from, bounded=False)
    faults.instance("succeeds", policy.succeeds, frozenset, "a list of digests, each a str")
    roles: object = policy.roles
    faults.instance("roles", roles, Mapping, "a list or tuple")
    for name, role in roles.items() if isinstance(roles, Mapping) else ():
        faults.instance(f"roles[{name!r:.80}]", role, Role, "a Role")


def _check_list(field: str, parts: object, kind: type, faults: Faults) -> None:
    faults.instance(field, parts, tuple, "a list or tuple")
    for number, part in enumerate(parts if isinstance(parts, tuple) else ()):
        faults.instance(f"{field}[{number}]", part, kind, f"a {kind.__name__}")


def _check_frame(policy: PolicyParts, faults: Faults) -> None:
    faults.line("name", policy.name)
    faults.line("edition", policy.edition)
    try:
        ZoneInfo(policy.zone)
    except (LookupError, ValueError, OSError, TypeError):
        faults.add("zone", f"is {policy.zone!r}", "the IANA name of an installed time zone")
    for lang in policy.languages:
        if not lang:
            faults.add("languages", f"has {lang!r:.80}", "tags such as 'ja' or 'en'")
    orders = policy.orders
    known = (*sorted(ORDER_FACTS), *(fact.name for fact in policy.facts if fact.of is None))
    for field, lists in (("facts", orders.facts), ("needs", orders.needs)):
        for key, names in lists.items():
            for name in (each for each in names if each not in (*known, *orders.has)):
                faults.add(f"orders.{field}[{key!r}]", f"names {name!r}", one_of(known))
    for name in (each for each in orders.has if each not in known):
        faults.add("orders.has", f"names {name!r}", one_of(known))


def _check_facts(policy: PolicyParts, faults: Faults) -> None:
    for name in repeated(fact.name for fact in policy.facts):
        faults.add(f"facts[{name!r}]", "is declared twice", "each fact once")
    for fact in policy.facts:
        where = f"facts[{fact.name!r:.80}]"
        faults.line(f"{where}.name", fact.name)
        if not isinstance(fact, Flag | Choice | Number | Moment | Day):
            expected = "a Flag, Choice, Number, Moment or Day"
            faults.add(where, f"is a {type(fact).__name__}", expected)
        taken = fact.name in (*FACTS, *RESERVED, "cart_id", "item")
        if taken or str(fact.name).startswith(MARKED):
            faults.add(where, "is a fact that every policy has", "another name")
        if fact.of is not None and fact.of not in JUDGED:
            faults.add(f"{where}.of", f"is {fact.of!r:.80}", kinds_of(JUDGED))
        if isinstance(fact, Choice):
            words: object = fact.values
            if not isinstance(words, tuple) or not all(isinstance(each, str) for each in words):
                faults.add(f"{where}.values", f"is {words!r:.80}", "words, as a tuple")


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
        faults.flag(f"{where}.answers", role.answers)
        if role.party not in (None, "buyer", "seller", *facts):
            expected = f"a fact of the order that holds an id; {one_of(facts)}"
            faults.add(f"{where}.party", f"is {role.party!r}", expected)


# -------------------------------------------------------------------- rules, reasons, deadlines


def _check_sizes(policy: PolicyParts, faults: Faults) -> None:
    """No more than can be stored, and nothing deeper than every other check can look.

    An event names its rules, and an order has so many facts.
    """
    of_order = [fact for fact in policy.facts if fact.of is None]
    for field, count, most in (
        ("rules", len(policy.rules), MOST_RULES),
        ("deadlines", len(policy.deadlines), MOST_RULES),
        ("facts", len(of_order), MAX_FACTS),
    ):
        if count > most:
            faults.add(field, f"has {count} entries", f"at most {most}")
            return
    for rule in policy.rules:
        is_too_large(rule.when, f"rules[{rule.id!r:.80}].when", faults)
        is_too_large(rule.effect, f"rules[{rule.id!r:.80}].effect", faults)
    for deadline in policy.deadlines:
        is_too_large(deadline.runs, f"deadlines[{deadline.id!r:.80}].runs", faults)
    for fee in policy.fees:
        is_too_large(fee.when, f"refunding.fees[{fee.id!r:.80}].when", faults)
    for reason in policy.reasons:
        is_too_large(reason.when, f"reasons[{reason.code!r:.80}].when", faults)


def _check_rules(policy: PolicyParts, faults: Faults) -> None:
    for rule in policy.rules:
        where = f"rules[{rule.id!r:.80}]"
        faults.line(f"{where}.id", rule.id)
        for kind in (kind for kind in rule.on if kind not in JUDGED):
            faults.add(f"{where}.on", f"is {kind!r:.80}", kinds_of(JUDGED))
        kinds = tuple(kind for kind in rule.on if kind in JUDGED) or JUDGED
        check_condition(policy, rule.when, kinds, f"{where}.when", faults)
        if all(kind in JUDGED for kind in rule.on):
            check_effect(policy, rule.effect, kinds, f"{where}.effect", faults)


def _check_reasons(policy: PolicyParts, faults: Faults) -> None:
    takes = (RequestCancellation, Reject, AskWithdrawal)
    for code, on in repeated((reason.code, reason.on) for reason in policy.reasons):
        where = f"reasons[{code!r}]"
        faults.add(where, f"occurs twice on {getattr(on, '__name__', on)}", "each code once")
    for reason in policy.reasons:
        where = f"reasons[{reason.code!r:.80}]"
        if reason.on not in takes:
            faults.add(f"{where}.on", f"is {reason.on!r:.80}", kinds_of(takes))
            continue
        if reason.code is not None:
            faults.line(f"{where}.code", reason.code)
        elif reason.text is None:
            faults.add(f"{where}.text", "is missing", "bounds: without a code it is a text alone")
        if reason.code is not None and reason.on is AskWithdrawal:
            faults.add(f"{where}.on", "is AskWithdrawal", "code None: it takes a text alone")
        check_condition(policy, reason.when, (reason.on,), f"{where}.when", faults)
        bounds: object = reason.text
        if bounds is not None and not isinstance(bounds, TextBounds):
            faults.add(f"{where}.text", f"is {bounds!r:.80}", "(least, most), or TextBounds")
        elif isinstance(bounds, TextBounds):
            _check_bounds(bounds, f"{where}.text", faults)


def _check_bounds(bounds: TextBounds, field: str, faults: Faults) -> None:
    for name in ("minimum", "maximum"):
        number: object = getattr(bounds, name)
        if type(number) is not int:
            faults.add(f"{field}.{name}", f"is {number!r:.80}", "a whole number")
            return
    lowest = 1 if bounds.required else 0
    if not lowest <= bounds.minimum <= bounds.maximum or bounds.maximum < 1:
        problem = f"is {bounds.minimum} to {bounds.maximum}"
        faults.add(field, problem, f"{lowest} <= minimum <= maximum, and 1 <= maximum")
    elif bounds.minimum > MAX_TEXT:
        problem = f"begins at {bounds.minimum}"
        faults.add(field, problem, f"at most {MAX_TEXT}, the most that is read")


def _check_deadlines(policy: PolicyParts, faults: Faults) -> None:
    for deadline in policy.deadlines:
        where = f"deadlines[{deadline.id!r:.80}]"
        faults.line(f"{where}.id", deadline.id)
        check_case_condition(policy, deadline.runs, f"{where}.runs", faults)
        check_time(policy, deadline.due, (), f"{where}.due", faults)
        _check_action(policy, deadline, f"{where}.then", faults)


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
                faults.add(where, f"cancels for {argument!r:.80}", one_of(codes))
        case Do.ADVANCE:
            if argument not in policy.orders.moves:
                faults.add(where, f"makes the move {argument!r:.80}", one_of(policy.orders.moves))
            elif policy.orders.facts.get(str(argument)):
                problem = f"makes the move {argument!r}, which brings facts along"
                faults.add(where, problem, "a move without facts")
        case Do.REFER:
            check_answerer(policy, argument, where, faults)
        case Do.MARK:
            faults.line(f"{where}.code", argument)
            if argument in CHANGES:
                faults.add(where, f"marks as {argument!r}", "no status of a request")
            if then.of not in ("request", "order"):
                faults.add(f"{where}.of", f"is {then.of!r:.80}", "one of: request, order")
        case _:
            pass
    met: object = deadline.met
    if met is not None:
        field = f"{where.removesuffix('then')}met"
        if then.do is not Do.MARK or not isinstance(met, Moment):
            faults.add(field, f"is {met!r:.80}", "a moment, for a deadline that marks")
        else:
            check_time(policy, met, (), field, faults)
