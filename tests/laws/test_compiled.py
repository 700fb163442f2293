"""What is compiled, and what is built trusted, is what is said and checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from typing import Any

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import (
    Actor,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    Case,
    Operator,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    Seller,
    System,
    Text,
    Withdraw,
    evolve,
)
from ordercancel.domain.commands import Judged
from ordercancel.domain.events import CancellationRequested, RequestClosed, WithdrawalDeclined
from ordercancel.domain.requests import FINAL
from ordercancel.engine import timers as engine_timers
from ordercancel.engine.case_facts import NAMES, READ, Facts
from ordercancel.engine.compilation import compiled_rules, evaluate, holds
from ordercancel.engine.decision import UNDETERMINED
from ordercancel.engine.timers import running
from ordercancel.policy import (
    PERMIT,
    By,
    Choice,
    Day,
    Deadline,
    Flag,
    Forbid,
    Moment,
    Number,
    Refer,
    Role,
    Rule,
    notify,
    now,
    side,
)
from ordercancel.rules.conditions import IsIn, Known
from ordercancel.rules.facts import seller_permits
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.scenario import Attempt, CaseNode, Tick
from ordercancel.verification.visitor import Visitor
from readings import READINGS
from strategies import AT, COLOURS, any_orders, conditions, events, facts, leaves, rules, times
from unit.tiny import BUYER, OURS, RULES, SELLER, opened, tiny, worded

POLICIES = {
    **READINGS,
    "the half-hour shop": SHOP,
    "the flea market": FLEA_MARKET,
    "the merchant who must ship": MUST_SHIP,
}
READY, DAYS = Flag("ready"), Number("days")
OF_CONDITIONS = (
    Choice("colour", values=COLOURS),
    READY,
    DAYS,
    Moment("seen_at"),
    Day("planned_on"),
)
TOLD = worded(
    refusals={
        code: Text("できません。", "It can't be done.")
        for code in ("wrong_actor", "already_shipped", "not_late")
    }
)


def alike(policy: Policy, command: Judged, case: Case, at: datetime, seller: Party | None) -> None:
    """The compiled rules find what the conditions say, and leave nothing but unknowns to them."""
    kind = type(command)
    said = policy.judge(kind, Facts(command, case, policy, at, seller))
    assert evaluate(command, case, policy, at, seller) == said.ruling
    compiled = compiled_rules(policy, kind, command.by.role, case.order.status)
    found = compiled(command, command.by, case, policy, at, seller)
    if any(error.code == UNDETERMINED for error in said.errors):
        assert found is None
    else:
        assert found == said.ruling


def timed(policy: Policy, case: Case) -> None:
    """The deadlines that run are those that run one by one."""
    one_by_one = sorted(engine_timers._one_by_one(policy, case))
    assert [(each.due_at, each.deadline.id) for each in running(policy, case)] == [
        (due_at, policy.deadlines[number].id) for due_at, number in one_by_one
    ]


def every_command(policy: Policy, case: Case) -> Iterator[Judged]:
    """One of each kind and more, by everybody, whether or not they make sense."""
    order, number = case.order, max(1, len(case.requests))
    for by in (
        Buyer(order.buyer),
        Seller(order.seller),
        Buyer("stranger"),
        Operator("o"),
        Operator("o", via="agent:x"),
        System(),
    ):
        for reason in (None, *(each.code for each in policy.reasons_for(RequestCancellation))):
            yield RequestCancellation(order.id, by=by, reason=reason)
        yield Approve(order.id, by=by, request=number)
        yield Approve(order.id, by=by, request=number + 1)
        yield Withdraw(order.id, by=by, request=number)
        yield AskWithdrawal(order.id, by=by, request=number)
        for flag in (True, False):
            data = {"confirmed": flag}
            yield Reject(order.id, by=by, request=number, data=data)
            yield AnswerWithdrawal(order.id, by=by, request=number, accept=flag)
        for move in (*policy.orders.moves, "unheard-of"):
            yield AdvanceOrder(order.id, by=by, move=move)


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_compiled_rules_and_deadlines_find_what_the_conditions_say(policy: Policy) -> None:
    """In every case that can be reached: every command, by everybody, of every seller."""
    explorer = Explorer(policy, limit=100_000)
    explorer.run()
    known: dict[Any, CaseNode] = {}
    for node in explorer.nodes.values():
        # Of cases that differ in nothing but their history, one each.
        latest = node.case.latest
        standing = latest and (latest.status, latest.answerer, latest.by)
        known.setdefault((node.at, node.case.order, standing, node.case.ended), node)
    sellers = (None, Party("s", name="店"), Party("s", name="店", permits_cancellation=True))
    for node in known.values():
        timed(policy, node.case)
        for seller in sellers if policy.needs_seller else sellers[:1]:
            for command in every_command(policy, node.case):
                alike(policy, command, node.case, node.at, seller)


@given(rules(), facts())
def test_any_rules_compile_to_what_they_say(made: list[Any], values: dict[str, Any]) -> None:
    """Whatever the conditions and times are, with facts missing wherever they may be."""
    policy = tiny(rules=tuple(made), facts=OF_CONDITIONS, texts=TOLD)
    known = {name: each for name, each in values.items() if name not in ("now", "zone")}
    case = opened(policy, facts={name: each for name, each in known.items() if each is not None})
    for status in ("new", "sent"):
        there = attrs.evolve(case, order=attrs.evolve(case.order, status=status))
        alike(policy, RequestCancellation(case.order.id, by=BUYER), there, AT, None)


ROLES = (Role("carrier", side="seller"), Role("clerk", side="house", answers=False))
WHO_AND_WHERE = st.one_of(
    *(
        st.builds(IsIn, st.just(fact), st.frozensets(st.sampled_from(words), max_size=3))
        for fact, words in (
            ("role", ("buyer", "seller", "operator", "system", "carrier", "clerk")),
            ("side", ("buyer", "seller", "house")),
            ("status", ("new", "packed", "sent", "stopped")),
            ("request", ("none", "pending")),
        )
    ),
    st.sampled_from(
        (
            Known("role"),
            now < By("status", {"new": Moment("seen_at"), "sent": Day("planned_on").end()}),
            now >= By("role", {"buyer": Moment("seen_at")}),
            seller_permits.holds,
        )
    ),
)
"""What rules are found by, and what they are not."""


@given(
    st.lists(
        st.tuples(
            st.sampled_from((RequestCancellation, Approve)),
            st.booleans(),
            conditions(WHO_AND_WHERE | leaves()),
        ),
        max_size=20,
    ),
    facts(),
)
def test_rules_that_are_left_out_would_change_nothing(
    made: list[Any], values: dict[str, Any]
) -> None:
    """By nobody, in no status: also by a role, and in a status, that the policy does not know."""
    grants, forbid = {RequestCancellation: Refer("seller"), Approve: PERMIT}, Forbid("not_late")
    policy = tiny(
        rules=[
            Rule(f"r{n:02}", on=on, effect=forbid if forbids else grants[on], when=when)
            for n, (on, forbids, when) in enumerate(made)
        ],
        facts=OF_CONDITIONS,
        roles=ROLES,
        texts=TOLD,
    )
    known = {name: each for name, each in values.items() if name not in ("now", "zone")}
    case = opened(policy, facts={name: each for name, each in known.items() if each is not None})
    request = CancellationRequested(
        order_id=case.order.id, at=AT, by=BUYER, number=1, answerer="seller"
    )
    for status in ("new", "packed", "sent", "stopped", "lost"):
        for role in (*policy.roles, "ghost"):
            by = Actor("b-1", role=role)
            for before in (case, evolve(case, request)):
                there = attrs.evolve(before, order=attrs.evolve(before.order, status=status))
                alike(policy, RequestCancellation("o-7", by=by), there, AT, None)
                alike(policy, Approve("o-7", by=by, request=1), there, AT, None)


@given(conditions(), facts())
def test_any_condition_holds_as_it_says(condition: Any, values: dict[str, Any]) -> None:
    policy = tiny(facts=OF_CONDITIONS)
    known = {name: each for name, each in values.items() if name not in ("now", "zone")}
    case = opened(policy, facts={name: each for name, each in known.items() if each is not None})
    read = Facts(None, case, policy, AT)
    assert holds(policy, condition, read) is (condition.test(read) is True)


@given(st.lists(st.tuples(conditions(timed=False), times()), max_size=4), facts())
def test_any_deadlines_run_as_one_by_one(made: list[Any], values: dict[str, Any]) -> None:
    deadlines = tuple(
        Deadline(f"d{number}", runs=runs, due=due, then=notify)
        for number, (runs, due) in enumerate(made)
    )
    policy = tiny(facts=OF_CONDITIONS, deadlines=deadlines)
    known = {name: each for name, each in values.items() if name not in ("now", "zone")}
    timed(
        policy,
        opened(policy, facts={name: each for name, each in known.items() if each is not None}),
    )


def test_a_rule_about_the_side_of_whoever_asks_is_compiled() -> None:
    """It is not left to the rules one by one, which would give the same answer later."""
    forbids = Rule(
        "tiny.side",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=side.is_in("buyer"),
        source=OURS,
    )
    policy = tiny(rules=(*RULES, forbids))
    case = opened(policy)
    for by, refused_by in ((BUYER, ("tiny.side",)), (SELLER, ())):
        command = RequestCancellation(case.order.id, by=by)
        assert policy.assess(command, case, AT).ruling.rules == refused_by
        compiled = compiled_rules(policy, RequestCancellation, by.role, case.order.status)
        assert compiled(command, by, case, policy, AT, None).rules == refused_by


def test_facts_and_what_reads_them_go_by_different_names() -> None:
    assert not set(READ) & set(NAMES)


# ---------------------------------------------------------------------- built trusted


class Rebuilding(Visitor):
    """Looks on as a policy is explored, and builds anew what was built trusted."""

    def __init__(self) -> None:
        self.kinds: set[type] = set()

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
    for part in (*case.requests, *case.marks, *case.fired.values()):
        rebuilt(part)
    for request in case.requests:
        if request.answer is not None:
            rebuilt(request.answer)
    assert case.ended == {each.status for each in case.requests} & FINAL


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_what_follows_passes_the_checks_that_it_was_built_without(policy: Policy) -> None:
    """Every event and every case that an explorer of a policy comes to."""
    looks_on = Rebuilding()
    Explorer(policy, limit=100_000, visitors=(looks_on,)).run()
    assert len(looks_on.kinds) >= 4


@given(any_orders(), st.lists(events(), max_size=8))
def test_any_event_makes_a_whole_case_of_a_whole_case(order: Any, made: list[Any]) -> None:
    """Also one that no rule would have let happen."""
    whole(reduce(evolve, made, Case(order=order, edition="1")))


def test_a_request_that_goes_on_after_its_end_has_not_ended() -> None:
    """No rule lets it happen; where it has happened, the case is what its requests say."""
    case = opened(tiny())
    stamp: dict[str, Any] = {"order_id": case.order.id, "at": AT, "by": BUYER, "number": 1}
    for event, ended in (
        (CancellationRequested(**stamp, answerer="seller"), set()),
        (RequestClosed(**stamp, outcome=RequestStatus.WITHDRAWN), {RequestStatus.WITHDRAWN}),
        (WithdrawalDeclined(**stamp), set()),
        (RequestClosed(**stamp, outcome=RequestStatus.REJECTED), {RequestStatus.REJECTED}),
        (RequestClosed(**stamp, outcome=RequestStatus.APPROVED), {RequestStatus.APPROVED}),
    ):
        case = evolve(case, event)
        assert case.ended == ended
        whole(case)
