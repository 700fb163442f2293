"""Flips: what somebody can still do, or time will do, that changes a decision.

Only what can come about from where a case stands is told: moves that lead on from the status of
the order, what can happen to its request under this policy, days and facts that a host may change,
what a command carries, and the passing of time. What has happened stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import combinations, product
from typing import Any

from ordercancel.domain.commands import (
    ANSWERS,
    AdvanceOrder,
    AnswerWithdrawal,
    AskWithdrawal,
    Judged,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.domain.texts import Lang
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import QUOTE_CHANGED, Decision, Verdict
from ordercancel.engine.evaluation import judge
from ordercancel.engine.request_moves import REQUEST_MOVES
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.units import MORE_THAN_REMAINS, WHOLE_ORDERS_ONLY, without
from ordercancel.engine.words import shown_due
from ordercancel.explain.explanation import MOST_CHANGES, Change, Flip
from ordercancel.explain.residue import may_be_granted
from ordercancel.policy.describe import Spoken
from ordercancel.rules.conditions import Before, Compare, Leaf, Value
from ordercancel.rules.deadlines import Do
from ordercancel.rules.facts import MARKED, NO_REQUEST, OF_THE_ACTOR
from ordercancel.rules.refunding import Fee
from ordercancel.verification.enumeration import Space, leaves_of

_SETTLED = OF_THE_ACTOR - {"seller_permits"} | {
    "initiator",
    "answerer",
    "is_stale",
    "legal_move",
    "move",
    "now",
    "reason",
    "channel",
    "rejected_before",
    "withdrawn_before",
    "requests_made",
    "closed_at",
}
"""Facts that nobody can change any more: who one is, what was asked, what has happened.

A moment that would have to be earlier or later stands for the time that passes since.
"""

_FOR_EVER = ("rejected_before", "withdrawn_before")
"""What stays true of an order once it is."""

_BY_COMMAND: Mapping[str, type[Judged]] = {
    "reject": Reject,
    "withdraw": Withdraw,
    "ask_withdrawal": AskWithdrawal,
    "accept": AnswerWithdrawal,
    "decline": AnswerWithdrawal,
}


_NO_RULES = (WHOLE_ORDERS_ONLY, MORE_THAN_REMAINS, QUOTE_CHANGED)
"""The codes of refusals by what no fact tells: the units and the refund that the command names."""


def flips(decision: Decision, lang: Lang) -> Iterator[Flip]:
    """What would bring another verdict: as few facts as possible, each with what they bring."""
    if decision.kind is None or decision.ruling.code in _NO_RULES or _is_of_fees(decision):
        return
    if decision.is_refused and _lacks_units(decision):
        return
    policy, kind, facts = decision.policy, decision.kind, decision.facts
    at = facts.at if isinstance(facts, Facts) else facts.get("now")
    space = Space.of(policy, kind, now=at if isinstance(at, datetime) else None)
    known = {name: facts[name] for name in space.values}
    leaves, said = list(leaves_of(policy, kind)), Spoken(policy, lang)
    others = alternatives(space, known)
    for count in range(1, MOST_CHANGES + 1):
        found: dict[tuple[tuple[str, ...], Verdict, str], list[tuple[Value | None, ...]]] = {}
        for names in combinations(others, count):
            for values in product(*(others[name] for name in names)):
                changed = space.completed({**known, **dict(zip(names, values, strict=True))})
                if space.is_possible(changed):
                    judged = judge(policy, kind, changed)
                    if judged.verdict is not decision.verdict:
                        key = names, judged.verdict, judged.message(lang)
                        found.setdefault(key, []).append(values)
        if found:
            for (names, verdict, sentence), several in found.items():
                columns = zip(*_shown(several, count), strict=True)
                yield Flip(
                    tuple(
                        _change(name, known, column, leaves, said)
                        for name, column in zip(names, columns, strict=True)
                    ),
                    verdict,
                    sentence,
                )
            return


def _lacks_units(decision: Decision) -> bool:
    """Whether units stand in the way, too: the command names more than are open."""
    command, case = (None, None) if decision.about is None else decision.about[:2]
    if not isinstance(command, RequestCancellation | AdvanceOrder) or case is None:
        return False
    return bool(without(command.lines or {}, case.open_units))


def _is_of_fees(decision: Decision) -> bool:
    """Whether fees stand in the way: they are asked of cases alone, and of no made-up facts."""
    return any(isinstance(error.rule, Fee) for error in decision.errors)


def is_final(decision: Decision) -> bool:
    """Whether nothing that can still come about makes the same command possible.

    So it is of a refusal by what stays as it is: who asks, what has been closed, and the statuses
    that the order can still come into. A grant ends with what it permits.
    """
    if not decision.is_refused or decision.kind is None or decision.about is None:
        return False
    if decision.ruling.code in _NO_RULES:
        return decision.ruling.code == WHOLE_ORDERS_ONLY
    if _is_of_fees(decision):
        return False
    policy, kind, facts = decision.policy, decision.kind, decision.facts
    orders = policy.orders
    statuses = {str(facts["status"])} | _later(policy, facts["status"])
    if statuses & {*orders.cancellable}:
        statuses.add(orders.cancelled)
    elif kind in ANSWERS and facts["request"] not in OPEN:
        return True  # there is no request to answer, and there can be none
    stays = {name: facts[name] for name in ("role", "side", "is_on_behalf")}
    stays |= {name: True for name in _FOR_EVER if facts[name] is True}
    for status in statuses:
        if kind is RequestCancellation and status not in orders.cancellable:
            continue
        if kind is AdvanceOrder and (status, facts["move"]) not in orders.table:
            continue
        if may_be_granted(policy, kind, {**stays, "status": status}):
            return False
    return True


def alternatives(space: Space, known: Mapping[str, Value | None]) -> dict[str, list[Value | None]]:
    """The values of each fact that can still come about, of numbers the nearest first."""
    policy, kind = space.policy, space.kind
    found: dict[str, list[Value | None]] = {}
    for name, values in space.values.items():
        if name in _SETTLED or name.startswith(MARKED):
            continue
        others: list[Value | None] = [
            each for each in _others(known[name], values) if each is not None
        ]
        if name == "status":
            later = _later(policy, known[name])
            others = [each for each in others if each in later]
        elif name == "request":
            next_ones = _next(policy, known[name]) if kind not in ANSWERS else frozenset()
            others = [each for each in others if each in next_ones]
        if others:
            found[name] = others
    return found


def _later(policy: RuleSet, status: Value | None) -> frozenset[str]:
    """The statuses that an order may come into by its moves."""
    reached: set[str] = set()
    frontier: set[Value | None] = {status}
    while frontier:
        targets = {to for (source, _), to in policy.orders.table.items() if source in frontier}
        frontier = {each for each in targets if each not in reached}
        reached |= targets
    return frozenset(reached)


def _next(policy: RuleSet, status: Value | None) -> frozenset[str]:
    """The statuses that a request may get next under this policy, while its order stays."""
    if status == NO_REQUEST or status not in OPEN:
        return frozenset({RequestStatus.PENDING})
    found = {
        str(to)
        for (source, action), to in REQUEST_MOVES.items()
        if source == status
        if action in _BY_COMMAND and may_be_granted(policy, _BY_COMMAND[action], {})
    }
    if any(each.then.do is Do.EXPIRE for each in policy.deadlines):
        found.add(RequestStatus.EXPIRED)
    return frozenset(found)


def _others(value: Value | None, values: Iterable[Value | None]) -> list[Value | None]:
    """The other values, of numbers the nearest first."""
    others = [each for each in values if each != value or type(each) is not type(value)]
    if isinstance(value, int | date) and not isinstance(value, bool):
        others.sort(key=lambda each: _distance(each, value))
    return others


def _distance(one: Value | None, other: Value | None) -> float:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other).total_seconds()
    if isinstance(one, date) and isinstance(other, date):
        return abs(one - other).total_seconds()
    if isinstance(one, int) and isinstance(other, int):
        return abs(one - other)
    return float("inf")


def _shown(several: list[tuple[Value | None, ...]], count: int) -> list[tuple[Value | None, ...]]:
    """Of one fact every word that would do; of a number, and of facts together, the nearest."""
    if count == 1 and isinstance(several[0][0], str):
        return several
    return several[:1]


def _change(
    name: str,
    known: Mapping[str, Value | None],
    after: tuple[Value | None, ...],
    leaves: list[Leaf],
    said: Spoken,
) -> Change:
    reached = after[0]
    before = {**known, "zone": said.policy.tzinfo}
    changed = {**before, name: reached}
    crossed = [
        leaf
        for leaf in leaves
        if isinstance(leaf, Compare | Before)
        and leaf.fact == name
        and _answer(leaf, changed) is not _answer(leaf, before)
    ]
    if crossed:
        last = min(crossed, key=lambda leaf: _beyond(leaf, changed))
        if isinstance(last, Before):
            return Change(name, _moment(last, before, changed, said), after)
        return Change(name, said.condition(last if last.test(changed) else ~last), after)
    if isinstance(reached, bool):
        ja, en = "「{it}」でなければ", "without “{it}”"
        if reached:
            ja, en = "「{it}」であれば", "with “{it}”"
        return Change(name, said.say(ja, en, it=said.fact(name)), after)
    values = [said.value(name, each) for each in after]
    text = said.say(
        "{it}が{ja}になると",
        "once {it} is {en}",
        it=said.fact(name),
        ja="または".join(f"「{each}」" for each in values),
        en=" or ".join(values),
    )
    return Change(name, text, after)


def _moment(
    leaf: Before,
    before: Mapping[str, Value | None],
    changed: Mapping[str, Value | None],
    said: Spoken,
) -> str:
    """When a time is over: the moment, where it is known from where the case stands."""
    due = leaf.time.at(before.__getitem__)
    if due is None:
        return said.condition(leaf if leaf.test(changed) else ~leaf)
    at = shown_due(due, said.policy.tzinfo, said.lang)
    if leaf.test(changed):
        return said.say("{at}より前であれば", "had it been before {at}", at=at)
    return said.say("{at}を過ぎると", "once {at} is past", at=at)


def _beyond(leaf: Compare | Before, facts: Mapping[str, Value | None]) -> float:
    """How far the bound of a condition is from what was reached."""
    if isinstance(leaf, Compare):
        return _distance(leaf.bound, facts[leaf.fact])
    return _distance(leaf.time.at(facts.__getitem__), facts["now"])


def _answer(leaf: Leaf, facts: Mapping[str, Any]) -> bool | None:
    """What a condition says to a value; nothing where the value is of no kind that it knows."""
    try:
        return leaf.test(facts)
    except TypeError:
        return None
