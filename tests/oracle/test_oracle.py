"""The built-in policies answer as a plain reading of their documents does, case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import attrs
import pytest

from oracle import conect, qoo10
from ordercancel import (
    Actor,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    CancellationRequest,
    Case,
    Command,
    Decision,
    Duty,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    Seller,
    Withdraw,
)
from ordercancel.domain.commands import COMMANDS, ApplyDeadline
from ordercancel.engine.evaluation import judge_rules
from ordercancel.policies import CONECT, QOO10
from ordercancel.rules.conditions import Compare
from ordercancel.rules.facts import FACTS, NO_REQUEST, Choice, Flag, Number
from ordercancel.testing import differences
from samples import (
    BUYER,
    NOT_PERMITTING,
    OPERATOR,
    PERMITTING,
    SELLER,
    STRANGER,
    SYSTEM,
    jst,
    order,
)

Given = dict[str, str | bool | int | None]
Answer = tuple[str, frozenset[str]]

ORACLES = {"conect": conect, "qoo10": qoo10}
POLICIES = {"conect": CONECT, "qoo10": QOO10}

# ---------------------------------------------------------------- every combination of facts

DEFAULTS: Mapping[str, str | bool | int | None] = {
    "status": "new",
    "channel": "order_form",
    "role": "buyer",
    "party": True,
    "request": NO_REQUEST,
    "rejected_before": False,
    "withdrawn_before": False,
    "since_placed": 0,
    "since_paid": 0,
    "since_status": 0,
    "since_requested": 0,
    "days_since_placed": 0,
    "days_past_ship_on": 0,
    "days_since_requested": 0,
    "seller_permits": True,
    "affirmed": True,
    "move": "ship",
    "legal_move": True,
    "accept": True,
    "deadline": "qoo10.overdue",
    "deadline_due": True,
    "deadline_passed": False,
}


class Observed(dict[str, Any]):
    """Facts that remember which of them were read."""

    def __init__(self, known: Mapping[str, Any], read: set[str]) -> None:
        super().__init__(known)
        self.read = read

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)


def outcome(decision: Decision) -> Answer:
    """A decision in the oracle's words."""
    return str(decision.verdict), frozenset(decision.codes)


def mentioned(policy: Policy, kind: type[Command]) -> set[str]:
    """The facts that the rules for this command mention."""
    rules = [rule for rule in policy.rules if kind in rule.on]
    return {leaf.fact for rule in rules for leaf in rule.when.leaves()}


def domain(policy: Policy, kind: type[Command], name: str) -> tuple[str | bool | int | None, ...]:
    """Every value of a fact that can make a difference to the rules for this command."""
    fact = policy.fact(name)
    values: tuple[str | bool | int | None, ...]
    match fact:
        case Choice():
            values = policy.domain(fact)
        case Flag():
            values = (True, False)
        case Number():
            leaves = [leaf for rule in policy.rules for leaf in rule.when.leaves()]
            bounds = [
                leaf.bound
                for leaf in leaves
                if isinstance(leaf, Compare) and leaf.fact == name and isinstance(leaf.bound, int)
            ]
            values = tuple(sorted({bound + near for bound in bounds for near in (-1, 0, 1)}))
        case _:
            raise AssertionError(f"{kind.__name__}: no domain for {name}")
    return (*values, None) if fact.may_be_missing else values


def combinations(policy: Policy, kind: type[Command], names: set[str]) -> Iterator[Given]:
    """Every combination of those facts, the others at their defaults."""
    ordered = sorted(names)
    for values in product(*(domain(policy, kind, name) for name in ordered)):
        yield {**DEFAULTS, **dict(zip(ordered, values, strict=True))}


def test_the_defaults_name_every_fact() -> None:
    """No fact of the library is left out of what the oracle is asked with."""
    assert set(DEFAULTS) == set(FACTS)
    assert CONECT.facts == QOO10.facts == ()


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("conect", RequestCancellation, 5184),
        ("conect", Approve, 576),
        ("conect", Reject, 144),
        ("conect", Withdraw, 144),
        ("conect", AskWithdrawal, 36),
        ("conect", AnswerWithdrawal, 72),
        ("conect", AdvanceOrder, 32),
        ("conect", ApplyDeadline, 16),
        ("qoo10", RequestCancellation, 3456),
        ("qoo10", Approve, 864),
        ("qoo10", Reject, 6912),
        ("qoo10", Withdraw, 144),
        ("qoo10", AskWithdrawal, 3456),
        ("qoo10", AnswerWithdrawal, 288),
        ("qoo10", AdvanceOrder, 4608),
        ("qoo10", ApplyDeadline, 16),
    ],
)
def test_the_rules_say_what_the_documents_say(
    name: str, kind: type[Command], expected: int
) -> None:
    """Whatever the facts are, missing ones too, the rules and the plain reading agree.

    The facts that the reading looks at are among those that the rules mention, so none is left
    at its default that could make a difference to either.
    """
    policy = POLICIES[name]
    rules = [rule for rule in policy.rules if kind in rule.on]
    names = mentioned(policy, kind)
    read: set[str] = set()
    differences = []
    compared = 0
    for facts in combinations(policy, kind, names):
        said = outcome(judge_rules(rules, facts, policy))
        wanted = ORACLES[name].ruling(kind.__name__, Observed(facts, read))
        compared += 1
        if said != wanted:
            differences.append(({each: facts[each] for each in sorted(names)}, said, wanted))
    assert differences[:5] == []
    assert read <= names
    assert compared == expected


# ---------------------------------------------------------------- every real case

ID = "762544202"
SHIP_ON = date(2022, 8, 17)
ASKED = jst(15, 12)

ACTORS: tuple[tuple[Actor, str, bool], ...] = (
    (BUYER, "buyer", True),
    (STRANGER, "buyer", False),
    (SELLER, "seller", True),
    (Seller("s-2"), "seller", False),
    (OPERATOR, "operator", True),
    (SYSTEM, "system", True),
)
"""Each actor with his role, and whether he is a party to the sample order."""

REQUESTS: tuple[RequestStatus | None, ...] = (None, *RequestStatus)
EARLIER: tuple[tuple[RequestStatus, ...], ...] = (
    (),
    (RequestStatus.REJECTED,),
    (RequestStatus.WITHDRAWN,),
    (RequestStatus.WITHDRAWN, RequestStatus.REJECTED),
)

SHIP_DATES: tuple[tuple[date | None, datetime, int | None], ...] = (
    (None, jst(17, 12), None),
    (SHIP_ON, jst(16, 23, 59, 59), -1),
    (SHIP_ON, jst(17), 0),
    (SHIP_ON, jst(17, 23, 59, 59), 0),
    (SHIP_ON, jst(18), 1),
    (SHIP_ON, jst(19, 12), 2),
)
"""A planned ship date, a moment, and how many days of Japan the moment is past the date."""

SELLERS: tuple[tuple[Party | None, bool | None], ...] = (
    (None, None),
    (PERMITTING, True),
    (NOT_PERMITTING, False),
)


def case_of(
    policy: Policy,
    standing: RequestStatus | None,
    earlier: tuple[RequestStatus, ...],
    **changes: Any,
) -> Case:
    """A case whose latest request stands so, after earlier ones that ended so."""
    statuses = earlier if standing is None else (*earlier, standing)
    fresh = Case(order=order(policy.name, **changes), edition=policy.edition)
    requests = tuple(
        CancellationRequest(
            number=number,
            by=BUYER,
            at=ASKED,
            reason="changed_mind",
            status=status,
            order_status=fresh.order.status,
            ship_on=fresh.order.ship_on,
        )
        for number, status in enumerate(statuses, 1)
    )
    return attrs.evolve(fresh, requests=requests, version=len(requests) + 1)


def histories() -> Iterator[tuple[RequestStatus | None, tuple[RequestStatus, ...], Given]]:
    """Each way in which requests can stand and have ended, with the facts of it."""
    for standing, earlier in product(REQUESTS, EARLIER):
        if standing is None and earlier:
            continue  # the last of the earlier ones is then the latest
        every = {*earlier, standing}
        yield (
            standing,
            earlier,
            {
                "request": "none" if standing is None else standing.value,
                "rejected_before": RequestStatus.REJECTED in every,
                "withdrawn_before": RequestStatus.WITHDRAWN in every,
            },
        )


def commands(
    by: Actor, status: str, moves: tuple[str, ...], has_move: Callable[[str, str], bool]
) -> Iterator[tuple[Command, Given]]:
    """Each command that this actor can give, with the facts that it brings."""
    yield RequestCancellation(ID, by=by), {}
    yield Approve(ID, by=by), {}
    for affirmed in (True, False):
        yield Reject(ID, by=by, affirmed=affirmed), {"affirmed": affirmed}
    yield Withdraw(ID, by=by), {}
    yield AskWithdrawal(ID, by=by), {}
    for accept in (True, False):
        yield AnswerWithdrawal(ID, by=by, accept=accept), {"accept": accept}
    for move in moves:
        yield (
            AdvanceOrder(ID, by=by, move=move),
            {"move": move, "legal_move": has_move(status, move)},
        )


def differences_of(
    name: str, cases: Iterator[tuple[Command, Case, datetime, Party | None, Given]]
) -> tuple[int, list[object]]:
    """How many cases were compared, and where the policy and the reading differ."""
    differences: list[object] = []
    compared = 0
    for command, case, at, seller, facts in cases:
        said = outcome(POLICIES[name].assess(command, case, at, seller=seller))
        wanted = ORACLES[name].answer(type(command).__name__, facts)
        compared += 1
        if said != wanted:
            differences.append((command, facts, said, wanted))
    return compared, differences


def real_cases_of_conect() -> Iterator[tuple[Command, Case, datetime, Party | None, Given]]:
    """Every status, request, channel, permission of the seller, actor and command."""
    moves = ("accept", "ship", "discontinue", "deliver")
    channels = ("order_form", "mail", "phone", "fax", "seller_entry", None)
    statuses = ("placed", "accepted", "shipped", "discontinued")
    for status, channel, (standing, earlier, past) in product(statuses, channels, histories()):
        case = case_of(CONECT, standing, earlier, status=status, channel=channel)
        for (seller, permits), (by, role, party) in product(SELLERS, ACTORS):
            known: Given = {
                **past,
                "status": status,
                "channel": channel,
                "seller_permits": permits,
                "role": role,
                "party": party,
                "deadline_passed": False,
            }
            for command, brought in commands(by, status, moves, conect.has_move):
                yield command, case, jst(17, 12), seller, known | brought
            deadline = ApplyDeadline(ID, by=by, deadline="conect.none", request=1)
            yield (
                deadline,
                case,
                jst(17, 12),
                seller,
                known | {"deadline": "conect.none", "deadline_due": False},
            )


def real_cases_of_qoo10() -> Iterator[tuple[Command, Case, datetime, Party | None, Given]]:
    """Every status, request, relation to the ship date, actor and command."""
    moves = ("plan_shipping", "mark_delayed", "ship", "deliver", "cancel", "vanish")
    statuses = ("new", "shipping_requested", "delayed", "shipped", "delivered", "cancelled")
    for status, (ship_on, at, days), (standing, earlier, past) in product(
        statuses, SHIP_DATES, histories()
    ):
        case = case_of(QOO10, standing, earlier, status=status, ship_on=ship_on)
        for by, role, party in ACTORS:
            known: Given = {
                **past,
                "status": status,
                "days_past_ship_on": days,
                "role": role,
                "party": party,
                "deadline_passed": False,
            }
            for command, brought in commands(by, status, moves, qoo10.has_move):
                yield command, case, at, None, known | brought


def deadlines_of_qoo10() -> Iterator[tuple[Command, Case, datetime, Party | None, Given]]:
    """Every status, request, actor and deadline, before and after it comes due, or with none."""
    statuses = ("new", "shipping_requested", "delayed", "shipped", "delivered", "cancelled")
    due_at = jst(18)
    for status, (standing, earlier, past), deadline, arose in product(
        statuses, histories(), ("qoo10.ship_same_day", "qoo10.overdue"), (True, False)
    ):
        case = case_of(QOO10, standing, earlier, status=status)
        if arose:
            duty = Duty(deadline=deadline, request=1, since=ASKED, due_at=due_at)
            case = attrs.evolve(case, duties=(duty,))
        for (by, role, party), early in product(ACTORS, (True, False)):
            at = due_at - timedelta(seconds=1) if early else due_at
            facts: Given = {
                **past,
                "status": status,
                "role": role,
                "party": party,
                "deadline": deadline,
                "deadline_due": arose and not early,
                "deadline_passed": False,
            }
            command = ApplyDeadline(ID, by=by, deadline=deadline, request=1)
            yield command, case, at, None, facts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cases", "expected"),
    [
        ("conect", real_cases_of_conect, 185_328),
        ("qoo10", real_cases_of_qoo10, 99_792),
        ("qoo10", deadlines_of_qoo10, 9504),
    ],
)
def test_real_cases_are_judged_as_the_documents_say(
    name: str,
    cases: Callable[[], Iterator[tuple[Command, Case, datetime, Party | None, Given]]],
    expected: int,
) -> None:
    """Whatever the order, its requests, the actor and the moment, charts included."""
    compared, differences = differences_of(name, cases())
    assert differences[:5] == []
    assert compared == expected


def test_every_command_is_compared() -> None:
    """No kind of command is left out of the comparisons above."""
    given = {type(command) for command, _ in commands(BUYER, "placed", ("ship",), conect.has_move)}
    assert given | {ApplyDeadline} == set(COMMANDS)


@pytest.mark.parametrize(("name", "expected"), [("conect", 4_488), ("qoo10", 16_344)])
def test_policy_and_oracle_agree_wherever_verify_looks(name: str, expected: int) -> None:
    """On every combination of facts that is enumerated, the charts' last word included."""
    told = differences(POLICIES[name], ORACLES[name].answer)
    assert told.ok, str(told)
    assert told.total == expected
