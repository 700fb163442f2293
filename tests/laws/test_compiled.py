"""What is compiled, and what is built trusted, is what is said and checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP
from hypothesis import given
from hypothesis import strategies as st

from bulk.policies import AT, judged, policies
from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Buyer,
    Case,
    Command,
    Decision,
    Operator,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    Seller,
    System,
    Verdict,
    Withdraw,
    evolve,
)
from ordercancel.domain.cases import DutyStatus
from ordercancel.domain.requests import FINAL
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.compilation import compile_rules
from ordercancel.engine.decision import UNDETERMINED
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.scenario import Attempt, CaseNode, Tick
from strategies import events, lives

READINGS = {
    "conect": CONECT,
    "qoo10": QOO10,
    "conect, one ask only": conect(edition="once", may_ask_again=False),
    "qoo10, delay approves": qoo10(edition="delay", delay_approves=True),
    "qoo10, shipping supersedes": qoo10(edition="supersedes", shipping_supersedes=True),
    "the half-hour shop": SHOP,
}


def alike(
    policy: Policy, command: Command, case: Case, at: datetime, seller: Party | None
) -> None:
    """The compiled rules find what the conditions say, and leave nothing but unknowns to them."""
    said = policy.judge(type(command), Facts(command, case, policy, at, seller))
    found = compile_rules(policy, type(command))(command, case, policy, at, seller)
    if any(error.code == UNDETERMINED for error in said.errors):
        assert found is None
    else:
        assert found == said.ruling
    assert policy.assess(command, case, at, seller=seller) == said


def every_command(policy: Policy, case: Case) -> Iterator[Command]:
    """One of each kind and more, by everybody, whether or not they make sense."""
    order = case.order
    actors = (
        Buyer(order.buyer),
        Seller(order.seller),
        Buyer("stranger"),
        Seller("stranger"),
        Operator("o"),
        System(),
    )
    number = case.latest.number if case.latest else 0
    for by in actors:
        yield RequestCancellation(order.id, by=by)
        yield Approve(order.id, by=by)
        yield Withdraw(order.id, by=by)
        yield AskWithdrawal(order.id, by=by)
        for flag in (True, False):
            yield Reject(order.id, by=by, affirmed=flag)
            yield AnswerWithdrawal(order.id, by=by, accept=flag)
        for move in (*policy.orders.moves, "unheard-of"):
            yield AdvanceOrder(order.id, by=by, move=move)
        for deadline in (*(each.id for each in policy.deadlines), "unheard-of"):
            yield ApplyDeadline(order.id, by=by, deadline=deadline, request=number)


@pytest.mark.slow
@pytest.mark.parametrize("policy", READINGS.values(), ids=READINGS)
def test_compiled_rules_find_what_the_conditions_say(policy: Policy) -> None:
    """In every case that can be reached: every command, by everybody, of every seller."""
    explorer = Explorer(policy, limit=100_000)
    explorer.run()
    known: dict[Any, CaseNode] = {}
    for node in explorer.nodes.values():
        # Of cases that differ in nothing but their history, one each.
        latest = node.case.latest
        key = (node.at, node.case.order, latest and latest.status, node.case.ended)
        known.setdefault((*key, node.case.open_duties), node)
    for node in known.values():
        for permits in (True, False, None):
            seller = (
                Party("s", name="店", permits_cancellation=permits)
                if permits is not None
                else None
            )
            for command in every_command(policy, node.case):
                alike(policy, command, node.case, node.at, seller)


@given(data=st.data())
def test_any_rules_compile_to_what_they_say(data: st.DataObject) -> None:
    """Whatever the conditions are, with facts missing wherever they may be."""
    policy = data.draw(policies())
    for case, seller in data.draw(st.lists(judged(policy), min_size=1, max_size=20)):
        for command in every_command(policy, case):
            alike(policy, command, case, AT, seller)


# ---------------------------------------------------------------------- built trusted


class Rebuilding:
    """Looks on as a policy is explored, and builds anew what was built trusted."""

    def __init__(self) -> None:
        self.kinds: set[type] = set()

    def judged(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        """Nothing was built."""

    def invalid(self, node: CaseNode, attempt: Attempt, error: Exception) -> None:
        """Nothing was built."""

    def overruled(self, *told: object) -> None:
        """Nothing was built."""

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        """Everything of a step passes its checks, and is equal to what passed them."""
        for event in step.events:
            self.kinds.add(type(event))
            rebuilt(event)
        whole(step.after)


def rebuilt(value: Any) -> None:
    again = attrs.evolve(value)
    assert again == value
    assert [getattr(again, field.name) for field in attrs.fields(type(value))] == [
        getattr(value, field.name) for field in attrs.fields(type(value))
    ]


def whole(case: Case) -> None:
    """A case that was built step by step is the one that its parts make."""
    rebuilt(case)
    rebuilt(case.order)
    for part in (*case.requests, *case.duties):
        rebuilt(part)
    for request in case.requests:
        if request.answer is not None:
            rebuilt(request.answer)
    assert case.ended == {each.status for each in case.requests} & FINAL
    assert case.open_duties == tuple(
        each for each in case.duties if each.status is DutyStatus.OPEN
    )


@pytest.mark.slow
@pytest.mark.parametrize("policy", READINGS.values(), ids=READINGS)
def test_what_follows_passes_the_checks_that_it_was_built_without(policy: Policy) -> None:
    """Every event and every case that an explorer of a policy comes to."""
    looks_on = Rebuilding()
    Explorer(policy, limit=100_000, visitors=(looks_on,)).run()
    assert len(looks_on.kinds) >= 5


@given(data=st.data())
def test_any_event_makes_a_whole_case_of_a_whole_case(data: st.DataObject) -> None:
    """Also one that no rule would have let happen."""
    order, _ = data.draw(lives(data.draw(st.sampled_from((QOO10, CONECT)))))
    case = Case(order=order, edition="1")
    for event in data.draw(st.lists(events(), max_size=8)):
        case = evolve(case, event)
    whole(case)


def test_an_explorer_judges_by_calendar_days_too() -> None:
    """So that what is read only where a rule hangs on it was read above."""
    explorer = Explorer(QOO10, limit=100_000)
    explorer.run()
    late = [node for node in explorer.nodes.values() if _is_late(node)]
    asks = [
        RequestCancellation(each.case.order.id, by=Buyer(each.case.order.buyer)) for each in late
    ]
    verdicts = {
        QOO10.assess(ask, node.case, node.at).verdict for ask, node in zip(asks, late, strict=True)
    }
    assert Verdict.CANCEL in verdicts


def _is_late(node: CaseNode) -> bool:
    ship_on: date | None = node.case.order.ship_on
    today = node.at.astimezone(QOO10.tzinfo).date()
    return (
        node.case.order.status == "shipping_requested" and ship_on is not None and ship_on < today
    )
