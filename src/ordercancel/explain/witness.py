"""A combination of facts as a scenario, where an order can have these facts when it is registered.

Whoever replays the scenario under either policy sees its answer. Of some combinations there is
none: a mark is set by a deadline alone, and what is due fires before anything is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import attrs

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.commands import AdvanceOrder, AnswerWithdrawal, Judged, RequestCancellation
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.orders import Order, PastRequest
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.evolve import ORDER_FACTS
from ordercancel.engine.handling import handle
from ordercancel.engine.inputs import offered_reasons
from ordercancel.explain.answer_changes import PRICED, AnswerChange, PolicyAnswer
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import NO_REQUEST, Choice, Day, Flag, Moment
from ordercancel.rules.times import midnight
from ordercancel.verification.commands_tried import (
    BUYER,
    LINES,
    ORDER_ID,
    SELLER,
    actors_of,
    easiest,
    parties_of,
    shortest_text,
)
from ordercancel.verification.enumeration import TODAY
from ordercancel.verification.orders_tried import PRICED as PRICES
from ordercancel.verification.scenario import Attempt, CaseNode, Line, scenario

_Told = Mapping[str, Any]

_MOST_WEEKS = 53
"""How many weeks are tried, where an edition holds from later than what the example speaks of."""


def witness(
    before: Policy, after: Policy, kind: type[Judged], change: AnswerChange
) -> tuple[Line, ...]:
    """The lines of a scenario that shows a change; none where no order is registered like that.

    Args:
        before: The one policy.
        after: The other; an edition of the same name, as an order names its policy.
        kind: The kind of command.
        change: The change, whose example is shown.
    """
    if before.name != after.name:
        return ()
    noon = midnight(TODAY, before.tzinfo) + timedelta(hours=12)
    told: dict[str, Any] = {"now": noon, **change.example}
    told = {"placed_at": told["now"] - timedelta(days=1), **told}
    holds = max(before.holds_from, after.holds_from)
    first = max(0, -(-(holds - told["placed_at"].date()).days // 7))
    for weeks in range(first, first + _MOST_WEEKS if first else 1):
        later = timedelta(weeks=weeks)
        facts = {
            name: value + later if isinstance(value, date) else value
            for name, value in told.items()
        }
        for order, attempt in _attempts(before, after, kind, facts):
            if _shows(before, order, attempt, change.before) and _shows(
                after, order, attempt, change.after
            ):
                node = CaseNode(before.open(order), attempt.at, known=False)
                return scenario(before, node, attempt)
    return ()


def _shows(policy: Policy, order: Order, attempt: Attempt, expected: PolicyAnswer) -> bool:
    """Whether `policy` answers as `expected`, with whatever is due before."""
    try:
        handled = handle(
            attempt.command, policy.open(order), policy, attempt.at, seller=attempt.seller
        )
    except InvalidValue:
        return False
    codes = () if handled.refused is None else handled.refused.codes
    return handled.verdict is expected.verdict and set(codes) == set(expected.codes)


def _attempts(
    before: Policy, after: Policy, kind: type[Judged], facts: _Told
) -> Iterator[tuple[Order, Attempt]]:
    """Orders with an attempt that has just these facts, whoever has asked and is to answer."""
    parties = {**parties_of(before), **parties_of(after)}
    actors = [*actors_of(before, {"buyer": BUYER.id, "seller": SELLER.id, **parties})]
    asks = before.needs_seller or after.needs_seller
    permits = facts.get("seller_permits", True)
    seller = Party(SELLER.id, name=SELLER.id, permits_cancellation=permits) if asks else None
    answerers = (None, *before.roles)
    via = "agent:x" if facts.get("is_on_behalf") else None
    giving = [attrs.evolve(each, via=via) for each in actors if each.role == facts["role"]]
    for by, asked_by, answerer in product(giving, actors, answerers):
        history = _history(facts, asked_by, answerer)
        try:
            order = _order(before, after, facts, {**parties, "history": history})
            case = before.open(order)
        except InvalidValue:
            return  # whoever asked, no order can be registered like that
        command = _command(before, after, kind, facts, order, by)
        known = Facts(command, case, before, facts["now"], seller)
        names = (name for name in facts if before.fact(name) is not None)
        if all(known[name] == facts[name] for name in names):
            reasoned = _reasoned(before, after, command, known)
            yield order, Attempt(reasoned, facts["now"], seller)


def _history(facts: _Told, asked_by: Actor, answerer: str | None) -> tuple[PastRequest, ...]:
    """The requests that there were, the last one as the facts say."""
    latest = facts["request"]
    before = [
        RequestStatus(status)
        for status in ("rejected", "withdrawn")
        if facts.get(f"{status}_before") and latest != status
    ]
    missing = (facts.get("requests_made") or 0) - len(before) - (latest != NO_REQUEST)
    before += [RequestStatus.EXPIRED] * missing
    placed = facts["placed_at"]
    past = [PastRequest(by=BUYER, at=placed, status=status) for status in before]
    if latest != NO_REQUEST:
        shortly = max(placed, facts["now"] - timedelta(minutes=1))  # little is due since then
        at = facts.get("requested_at") or facts.get("closed_at") or shortly
        status = RequestStatus(latest)
        past.append(PastRequest(by=asked_by, at=at, status=status, answerer=answerer))
    return tuple(past)


def _order(before: Policy, after: Policy, facts: _Told, more: Mapping[str, Any]) -> Order:
    """The order with these facts, and with whatever else it must have."""
    status = facts.get("status") or next(
        each for each in before.orders.statuses if each in after.orders.statuses
    )
    own = {fact.name: fact for each in (before, after) for fact in each.facts if fact.of is None}
    needed = {*before.orders.needs.get(status, ()), *after.orders.needs.get(status, ())}
    needed |= {name for name, fact in own.items() if fact.required}
    told = {name: facts.get(name) for name in (*ORDER_FACTS, *own)}
    for name in needed:
        if told.get(name) is None:
            knowing = before if before.fact(name) is not None else after
            told[name] = _any_value(knowing, name, facts["now"])
    fields: dict[str, Any] = {name: told.pop(name) for name in sorted(ORDER_FACTS)}
    history = more["history"]
    parties = {name: value for name, value in more.items() if name != "history"}
    whole = before.whole_orders_only or facts.get(PRICED)
    return Order(
        ORDER_ID,
        policy=before.name,
        status=status,
        buyer=BUYER.id,
        seller=SELLER.id,
        status_since=facts.get("status_since"),
        facts={**parties, **{name: each for name, each in told.items() if each is not None}},
        history=history,
        lines=() if whole else LINES,
        money=PRICES if facts.get(PRICED) else None,
        **fields,
    )


def _any_value(policy: Policy, name: str, at: datetime) -> Value:
    """A value of a fact that no rule asks for."""
    match policy.fact(name):
        case Choice() as fact:
            return policy.domain(fact)[0]
        case Flag():
            return False
        case Day():
            return at.date()
        case Moment():
            return at
        case _:
            return 0


def _command(
    before: Policy, after: Policy, kind: type[Judged], facts: _Told, order: Order, by: Actor
) -> Judged:
    """The command with these facts, without a reason unless they name one."""
    fields: dict[str, Any] = {
        fact.name: facts.get(fact.name)
        for each in (before, after)
        for fact in each.facts
        if fact.of is kind
    }
    data = {name: value for name, value in fields.items() if value not in (None, False)}
    more: dict[str, Any] = {}
    if kind is AdvanceOrder:
        more["move"] = facts.get("move") or next(iter(before.orders.moves))
    elif kind is not RequestCancellation:
        more["request"] = max(1, len(order.history)) + bool(facts.get("is_stale"))
    if kind is AnswerWithdrawal:
        more["accept"] = facts["accept"]
    if facts.get("reason") is not None:
        more["reason"] = facts["reason"]
    return kind(order.id, by=by, data=data, **more)


def _reasoned(before: Policy, after: Policy, command: Judged, facts: Facts) -> Judged:
    """The command with a reason that both policies take, if they want one."""
    kind = type(command)
    code = getattr(command, "reason", None)
    offered = (
        each
        for each in offered_reasons(before, kind, facts)
        if after.reason(kind, each.code) is not None and code in (None, each.code)
    )
    chosen = easiest(tuple(offered))
    if chosen is None:
        return command
    bounds = (each.text for each in (chosen, after.reason(kind, chosen.code)) if each)
    text = max((shortest_text(each) or "" for each in bounds), key=len) or None
    given: dict[str, Any] = {"reason": chosen.code, "text": text}
    return attrs.evolve(command, **{name: given[name] for name in given if hasattr(command, name)})
