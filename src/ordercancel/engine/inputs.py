"""What a person may type, and what a host may tell: reasons, texts and facts within their bounds.

Every fault of an input is found, each with its code, the clause that sets the bound, and a
sentence for the person who typed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.characters import clean
from ordercancel.domain.commands import AdvanceOrder, Judged, UpdateOrder
from ordercancel.domain.faults import Faults
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import LANGS, Lang, Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.compilation import holds
from ordercancel.engine.evolve import ORDER_FACTS
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.units import OF_UNITS, shipment, without
from ordercancel.rules.facts import Choice, Day, Fact, Flag, Moment, Number
from ordercancel.rules.reasons import Reason
from ordercancel.rules.standard_texts import FAULT_TEXTS, KIND_TEXTS


def offered_reasons(policy: RuleSet, kind: type[Judged], facts: Facts) -> tuple[Reason, ...]:
    """The reasons that may be chosen for a command of this `kind`, by `facts`."""
    reasons = policy.reasons_for(kind)
    return tuple(reason for reason in reasons if holds(policy, reason.when, facts))


def check_input(
    command: Judged, case: Case, policy: RuleSet, at: datetime, seller: Party | None
) -> str | None:
    """The cleaned text of a command, None where it has none.

    Raises:
        InvalidValue: With every fault of its reason, text, facts and move.
    """
    kind = type(command)
    if (
        not command.data
        and not isinstance(command, AdvanceOrder)
        and getattr(command, "text", None) is None
        and getattr(command, "lines", None) is None
        and not _required(policy, kind)
    ):
        # As nearly every command is: no more than the code of a reason, if that.
        code = getattr(command, "reason", None)
        chosen = policy.reason(kind, code)
        if chosen is None:
            if code is None and not policy.reasons_for(kind):
                return None
        elif chosen.text is None and holds(
            policy, chosen.when, Facts(command, case, policy, at, seller)
        ):
            return None
    faults = Faults(kind.__name__)
    check_facts(policy, command.data, _of(policy, kind), "data", faults)
    for name in _required(policy, kind):
        if command.data.get(name) is None:
            expected = "a value: the policy requires it"
            _add(faults, f"data[{name!r}]", "is missing", expected, "fact_missing", name, policy)
    if isinstance(command, AdvanceOrder):
        _check_move(command, case, policy, faults)
    if isinstance(command, OF_UNITS):
        _check_lines(command.lines, case.order, policy, faults)
    text = _check_words(command, case, policy, at, seller, faults)
    faults.raise_if_any()
    return text


def _of(policy: RuleSet, kind: type[Judged]) -> dict[str, Fact]:
    """The facts that a kind of command carries, by name."""
    return {fact.name: fact for fact in policy.facts if fact.of is kind}


def _required(policy: RuleSet, kind: type[Judged]) -> tuple[str, ...]:
    """The facts that every command of a kind is given with."""
    return tuple(fact.name for fact in policy.facts if fact.required and fact.of is kind)


def _check_words(
    command: Judged,
    case: Case,
    policy: RuleSet,
    at: datetime,
    seller: Party | None,
    faults: Faults,
) -> str | None:
    """Check the reason and the words that go with it."""
    kind = type(command)
    code: str | None = getattr(command, "reason", None)
    raw: str | None = getattr(command, "text", None)
    reasons = policy.reasons_for(kind)
    chosen = policy.reason(kind, code)
    facts = Facts(command, case, policy, at, seller)
    if code is None and not any(reason.code is None for reason in reasons):
        chosen = None
    if chosen is None or not holds(policy, chosen.when, facts):
        offered = offered_reasons(policy, kind, facts)
        if code is None and not offered and raw is None:
            return None  # nothing can be chosen; the rules say whether it is permitted
        if code is not None or any(reason.code is not None for reason in offered):
            _not_offered(command, code, offered, faults, policy)
            return None
        if raw is not None and clean(raw):
            problem, expected = "is given", "no text under this policy"
            code = "text_not_taken"
            faults.add("text", problem, expected, code=code, sentences=_sentences(code))
        return None
    return check_text(chosen, raw, reasons, policy, faults)


def _not_offered(
    command: Judged,
    code: str | None,
    offered: Iterable[Reason],
    faults: Faults,
    policy: RuleSet,
) -> None:
    """Note a reason that cannot be chosen: with those that can, or that this role has none."""
    named = {each.code: each for each in offered if each.code is not None}
    problem, wrong = f"{code!r} is not offered", "reason_not_offered"
    sentences: Mapping[str, str]
    if code is None:
        problem, wrong = "is missing", "reason_missing"
        sentences = _sentences(wrong)
    elif named:
        sentences = {
            lang: FAULT_TEXTS[wrong].fill(lang, {"reasons": _listed(named, lang, policy)})
            for lang in LANGS
        }
    else:
        who = policy.role_text(command.by.role)
        sentences = {
            lang: FAULT_TEXTS["reason_of_nobody"].fill(lang, {"who": who[lang]}) for lang in LANGS
        }
    expected = f"one of: {', '.join(named) or 'none'}"
    faults.add("reason", problem, expected, code=wrong, sentences=sentences)


def _listed(reasons: Mapping[str, Reason], lang: Lang, policy: RuleSet) -> str:
    """Reasons as people choose them, with their codes."""
    template = Text("「{label}」（{code}）", "“{label}” ({code})")
    return Text("、", ", ")[lang].join(
        template.fill(lang, {"label": policy.text(each.label or code)[lang], "code": code})
        for code, each in reasons.items()
    )


def check_text(
    reason: Reason, raw: str | None, reasons: Iterable[Reason], policy: RuleSet, faults: Faults
) -> str | None:
    """The cleaned text that goes with a reason; what is wrong with it goes to `faults`.

    Args:
        reason: The reason that was chosen.
        raw: What was typed.
        reasons: Those that could have been chosen.
        policy: The policy, whose hints are no text.
        faults: Gathers what is wrong.
    """
    bounds = reason.text
    if bounds is None:
        if raw is not None and clean(raw):
            others = [str(each.code) for each in reasons if each.text]
            fitting = f"no text, or one of: {', '.join(others)}" if others else "no text"
            sentences = _sentences("text_not_taken_with")
            problem = f"is given with reason {reason.code!r}"
            faults.add("text", problem, fitting, code="text_not_taken", sentences=sentences)
        return None
    clauses = getattr(reason.source, "cited", ())
    text = bounds.check(raw, "text", faults, clauses)
    if text is not None and reason.hint is not None:
        hints = policy.text(reason.hint).values
        if text in {clean(hint) for hint in hints}:
            sentences = _sentences("text_is_hint")
            problem = "repeats the hint"
            faults.add(
                "text", problem, "words of one's own", code="text_is_hint", sentences=sentences
            )
    return text


def _add(
    faults: Faults,
    field: str,
    problem: str,
    expected: str,
    code: str,
    name: str,
    policy: RuleSet,
) -> None:
    """Note a fault of the fact `name`, with the sentence for its code."""
    fact = policy.fact(name)
    called = Text(en=f"{name:.80}") if fact is None else policy.text(fact.label)
    kind = KIND_TEXTS[Fact] if fact is None else KIND_TEXTS.get(type(fact), KIND_TEXTS[Fact])
    faults.add(field, problem, expected, code=code, sentences=_sentences(code, called, kind))


def _sentences(
    code: str, fact: Text | None = None, kind: Text = KIND_TEXTS[Fact]
) -> Mapping[str, str]:
    """What a person reads of a fault, in the languages of the library."""
    called = Text(en="") if fact is None else fact
    return {
        lang: FAULT_TEXTS[code].fill(lang, {"fact": called[lang], "expected": kind[lang]})
        for lang in LANGS
    }


def _check_lines(
    lines: Mapping[str, int] | None, order: Order, policy: RuleSet, faults: Faults
) -> None:
    """Note units of lines that there are not; where parts are refused, the rules say so."""
    if lines is None or policy.whole_orders_only:
        return
    ordered = {line.id: line for line in order.lines}
    for name, units in lines.items():
        where, problem, line = f"lines[{name!r:.80}]", f"is {units}", ordered.get(name)
        if line is None:
            code, called = "unknown_line", name
            where, problem = "lines", f"has {name!r:.80}"
            expected = f"one of: {', '.join(ordered) or 'none'}"
        elif units > line.quantity:
            code, called = "more_than_ordered", line.item or name
            expected = f"at most {line.quantity}, as ordered"
        else:
            continue
        sentences = _sentences(code, Text(en=f"{called:.80}"))
        faults.add(where, problem, expected, code=code, sentences=sentences)


def _check_move(command: AdvanceOrder, case: Case, policy: RuleSet, faults: Faults) -> None:
    orders = policy.orders
    if command.move not in orders.moves:
        expected = f"one of: {', '.join(orders.moves)}"
        _add(faults, "move", f"is {command.move!r}", expected, "unknown_move", "move", policy)
        return
    needed = orders.facts.get(command.move, ())
    for name in needed:
        if command.facts.get(name) is None:
            problem, expected = f"lacks {name!r}", f"the fact with {command.move!r}"
            _add(faults, "facts", problem, expected, "fact_missing", name, policy)
    moments = {"shipped_at", "delivered_at"}
    is_move = (case.order.status, command.move) in orders.table  # else the lifecycle refuses it
    if command.lines is not None and is_move and not policy.whole_orders_only:
        if shipment(case, policy, command.move) is None:
            problem, expected = f"are given with {command.move!r}", "none: it ships no units"
            _add(faults, "lines", problem, expected, "lines_not_taken", "lines", policy)
        elif without(case.open_units, command.lines):
            moments = set()  # the order is shipped with its last unit
    for name in command.facts:
        if name not in needed and name not in moments:
            problem = f"has {name!r} with {command.move!r}"
            expected = f"only: {', '.join((*needed, *sorted(moments))) or 'none'}"
            _add(faults, "facts", problem, expected, "fact_not_taken", name, policy)
    if command.facts:
        check_facts(policy, command.facts, _of_order(policy), "facts", faults)


def check_update(command: UpdateOrder, case: Case, policy: RuleSet) -> None:
    """Raise `InvalidValue` with everything that is wrong with what a host tells."""
    faults = Faults("UpdateOrder")
    if command.facts:
        check_facts(policy, command.facts, _of_order(policy), "facts", faults)
    statuses = policy.orders.statuses
    if command.status is not None and command.status not in statuses:
        expected = f"one of: {', '.join(statuses)}"
        problem = f"is {command.status!r}"
        _add(faults, "status", problem, expected, "unknown_status", "status", policy)
    elif command.status is not None:
        check_needs(policy, command.status, case.order, command.facts, faults)
    status = command.status or case.order.status
    required = (fact.name for fact in policy.facts if fact.required and fact.of is None)
    for name in dict.fromkeys((*policy.orders.needs.get(status, ()), *required)):
        if name in command.facts and command.facts[name] is None:
            expected = f"a value, which an order in {status!r} has"
            _add(faults, f"facts[{name!r}]", "is None", expected, "fact_missing", name, policy)
    if command.facts.get("placed_at", case.order.placed_at) is None:
        where, name = "facts['placed_at']", "placed_at"
        _add(faults, where, "is None", "a moment", "fact_missing", name, policy)
    faults.raise_if_any()


def check_needs(
    policy: RuleSet, status: str, order: Order, told: Mapping[str, Any], faults: Faults
) -> None:
    """Note what an order in `status` must have and neither has nor is told now."""
    for name in policy.orders.needs.get(status, ()):
        has = getattr(order, name) if name in ORDER_FACTS else order.facts.get(name)
        if has is None and told.get(name) is None:
            expected = f"the fact, which an order in {status!r} has"
            _add(faults, f"facts[{name!r}]", "is missing", expected, "fact_missing", name, policy)


def _of_order(policy: RuleSet) -> dict[str, Fact]:
    """The facts of an order that a host may change, by name."""
    built_in = {name: fact for name in sorted(ORDER_FACTS) if (fact := policy.fact(name))}
    plain = {name: Fact(name) for name in ("cart_id", "item")}
    return plain | built_in | {fact.name: fact for fact in policy.facts if fact.of is None}


def check_facts(
    policy: RuleSet,
    values: Mapping[str, Any],
    known: Mapping[str, Fact],
    field: str,
    faults: Faults,
) -> None:
    """Note each value that is of no kind that its fact can be."""
    for name, value in values.items():
        fact = known.get(name)
        if fact is None:
            expected = f"one of: {', '.join(known) or 'none'}"
            problem = f"has the unknown fact {name!r:.80}"
            _add(faults, field, problem, expected, "unknown_fact", name, policy)
            continue
        expected = _expected(policy, fact)
        if value is not None and not _fits(policy, fact, value):
            where, problem = f"{field}[{name!r}]", f"is {value!r:.60}"
            _add(faults, where, problem, expected, "fact_wrong", name, policy)


def _expected(policy: RuleSet, fact: Fact) -> str:
    match fact:
        case Flag():
            return "true or false"
        case Choice():
            return f"one of: {', '.join(policy.domain(fact)) or 'any word'}"
        case Number():
            return "a whole number"
        case Moment():
            return "a moment with a UTC offset"
        case Day():
            return "a day"
        case _:
            return "a line of text"


def _fits(policy: RuleSet, fact: Fact, value: object) -> bool:
    match fact:
        case Flag():
            return isinstance(value, bool)
        case Choice():
            words = policy.domain(fact)
            return value in words if words else isinstance(value, str)
        case Number():
            return isinstance(value, int) and not isinstance(value, bool)
        case Moment():
            return isinstance(value, datetime)
        case Day():
            return isinstance(value, date) and not isinstance(value, datetime)
        case _:
            return isinstance(value, str)
