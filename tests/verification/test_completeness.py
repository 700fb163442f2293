"""The explorer misses nothing: no history leads to what it has not judged."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, reduce
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    Case,
    Command,
    Operator,
    Order,
    Party,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    Seller,
    System,
    Withdraw,
    decide,
    evolve,
)
from ordercancel.domain.commands import COMMANDS, ApplyDeadline
from ordercancel.domain.errors import InvalidValue, UnknownOrder
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import register
from ordercancel.engine.decision import Decision
from ordercancel.engine.evolve import fold
from ordercancel.policies import CONECT, QOO10, qoo10
from ordercancel.policy import After, Consequence, Deadline, Forbid, Occasion
from ordercancel.rules.facts import days_since_requested, since_paid, since_requested, since_status
from ordercancel.verification.enumeration import FactRegions, Space
from ordercancel.verification.explorer import Explorer, Visitor
from ordercancel.verification.scenario import Attempt, CaseNode
from strategies import ORDER_ID, histories, young_orders
from verification.planted import OURS, edited, rule

EVERY_READING = qoo10(
    edition="2", delay_approves=True, shipping_supersedes=True, may_withdraw=True
)
NOT_NOW = Forbid("closed")
TWO_LENGTHS = attrs.evolve(
    SHOP,
    name="two-lengths",
    deadlines=(
        *SHOP.deadlines,
        Deadline(
            "shop.overdue",
            starts=Occasion.REFERRED,
            due=After(timedelta(hours=5)),
            does=Consequence.MARK_OVERDUE,
            cites=OURS,
        ),
    ),
)
"""The shop with a second deadline, of another length."""

IN_TIME = edited(
    SHOP,
    name="in-time",
    plus=[
        rule("shop.think_it_over", Reject, NOT_NOW, since_requested < timedelta(hours=2)),
        rule("shop.by_tomorrow", Approve, NOT_NOW, days_since_requested >= 1),
        rule("shop.pack_first", AdvanceOrder, NOT_NOW, since_status < timedelta(hours=1)),
        rule(
            "shop.soon_after_payment",
            RequestCancellation,
            NOT_NOW,
            since_paid.is_known & (since_paid >= timedelta(hours=5)),
        ),
    ],
)
"""The shop with rules about every sort of time."""

POLICIES = [CONECT, QOO10, SHOP, EVERY_READING, TWO_LENGTHS, IN_TIME]
NAMES = ["conect", "qoo10", "shop", "qoo10-every-reading", "two-lengths", "in-time"]

Told = tuple[str, tuple[Hashable, ...], str]
"""A kind of command, what the policy tells of each fact of it, and the verdict."""


class Teller:
    """Says of a judged command what the policy can tell of it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._regions = FactRegions(policy)
        self._names = {kind: tuple(Space.of(policy, kind).values) for kind in COMMANDS}

    def tell(self, kind: type[Command], facts: Any, verdict: str) -> Told:
        told = tuple(self._regions.region(name, facts[name]) for name in self._names[kind])
        return kind.__name__, told, verdict


class Judged(Visitor):
    """Collects all that an explorer judges."""

    def __init__(self, policy: Policy) -> None:
        self.teller = Teller(policy)
        self.told: set[Told] = set()

    def judged(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        kind = type(attempt.command)
        self.told.add(self.teller.tell(kind, decision.facts, decision.verdict))


@cache
def explored(policy: Policy) -> Judged:
    """What a whole exploration of `policy` judged."""
    judged = Judged(policy)
    explorer = Explorer(policy, [judged], limit=100_000)
    explorer.run()
    assert explorer.is_complete
    return judged


def questions(policy: Policy, case: Case) -> Iterator[Command]:
    """Every command that anybody could give about a case."""
    order = case.order
    number = case.latest.number if case.latest else 1
    moves = [move for move in policy.orders.moves if move != policy.cancel_move]
    for by in (
        Buyer(order.buyer),
        Seller(order.seller),
        Operator("o-9"),
        System(),
        Buyer("b-9"),
        Seller("s-9"),
    ):
        known: dict[str, Any] = {"order_id": order.id, "by": by}
        yield RequestCancellation(**known)
        yield Approve(**known)
        yield Withdraw(**known)
        yield AskWithdrawal(**known)
        for flag in (True, False):
            yield Reject(**known, affirmed=flag)
            yield AnswerWithdrawal(**known, accept=flag)
        for move in moves:
            yield AdvanceOrder(**known, move=move)
        for deadline in policy.deadlines:
            yield ApplyDeadline(**known, deadline=deadline.id, request=number)


def check(policy: Policy, case: Case, at: datetime, seller: Party | None) -> None:
    """Nothing that could be asked about `case` now is unknown to the explorer."""
    judged = explored(policy)
    missed = [
        told
        for command in questions(policy, case)
        for facts in [Facts(command, case, policy, at, seller)]
        for verdict in [policy.assess(command, case, at, seller=seller).verdict]
        for told in [judged.teller.tell(type(command), facts, verdict)]
        if told not in judged.told
    ]
    assert missed == []


def after(
    policy: Policy, case: Case, command: Command, at: datetime, seller: Party | None
) -> Case:
    """The case after `command`; the same where it comes to nothing."""
    try:
        events = decide(command, case, policy, at, seller=seller)
    except (Refused, InvalidValue, UnknownOrder):
        return case
    return reduce(evolve, events, case)


def ticked(policy: Policy, case: Case, at: datetime) -> Case:
    """The case after all that has come due is applied, the first first."""
    due = [duty for duty in case.open_duties if duty.due_at <= at]
    for duty in sorted(due, key=lambda duty: (duty.due_at, duty.deadline, duty.request)):
        command = ApplyDeadline(
            case.order.id, by=System(), deadline=duty.deadline, request=duty.request
        )
        case = after(policy, case, command, at, None)
    return case


# ---------------------------------------------------------------- histories of our own

LONG_ENOUGH = "この文章は、その他の理由として三十文字の下限を確かに超えるように書かれています。"
HOURS = [timedelta(minutes=30), *(timedelta(hours=count) for count in (1, 2, 5, 48))]
STEPS = st.sampled_from(("wait", "wait", "do", "do", "ask", "tick"))
MOSTLY = st.sampled_from((True, True, True, False))
NEAR = st.sampled_from((timedelta(seconds=-1), timedelta(), timedelta(seconds=1)))


@st.composite
def orders(draw: Any, policy: Policy) -> Order:
    """An order of any status and channel, with any ship date where one counts."""
    status = draw(st.sampled_from(policy.orders.state_ids))
    placed_at = draw(
        st.sampled_from(
            [
                datetime(2024, 4, 1, hour, minute, second, tzinfo=policy.tzinfo)
                for hour, minute, second in ((0, 0, 0), (10, 0, 0), (23, 30, 0), (23, 59, 59))
            ]
        )
    )
    days = st.integers(-3, 9).map(lambda days: placed_at.date() + timedelta(days=days))
    dated = status in policy.dated
    plans = policy.name == "qoo10"
    ship_on = draw(days if dated else st.none() | days) if plans else None
    return Order(
        ORDER_ID,
        policy=policy.name,
        status=status,
        buyer="b-1",
        seller="s-1",
        placed_at=placed_at,
        channel=draw(st.sampled_from((None, *policy.channels))),
        ship_on=ship_on,
        paid_at=draw(st.sampled_from((None, placed_at))),
    )


def moments(policy: Policy, case: Case, at: datetime) -> list[datetime]:
    """When something may change: at midnights, ship dates, deadlines, and lengths from now."""
    zone, order = policy.tzinfo, case.order
    today = at.astimezone(zone).date()
    days: list[date] = [today + timedelta(days=ahead) for ahead in (1, 2, 5)]
    if order.ship_on is not None:
        days += [order.ship_on, order.ship_on + timedelta(days=1)]
    midnights = [datetime.combine(day, time.min, zone) for day in days]
    starts = [order.placed_at, order.status_since, *(each.at for each in case.requests[-1:])]
    ends = [start + length for start in starts if start for length in HOURS]
    dues = [duty.due_at for duty in case.open_duties]
    return [moment.astimezone(UTC) for moment in (*midnights, *ends, *dues)]


def likely(policy: Policy, case: Case, ship_on: date) -> list[Command]:
    """The commands that may come to something, each by whoever gives it."""
    buyer: dict[str, Any] = {"order_id": ORDER_ID, "by": Buyer("b-1")}
    seller: dict[str, Any] = {"order_id": ORDER_ID, "by": Seller("s-1")}
    code = policy.rejection_reasons.codes[-1] if policy.rejection_reasons.codes else None
    text = LONG_ENOUGH if code else "無理"
    moves = [move for move in policy.orders.moves if move != policy.cancel_move]
    return [
        RequestCancellation(**buyer, reason=policy.request_reasons.codes[0]),
        Approve(**seller),
        Reject(**seller, reason=code, text=text, affirmed=True),
        AskWithdrawal(**seller),
        AnswerWithdrawal(**buyer, accept=True),
        AnswerWithdrawal(**buyer, accept=False),
        Withdraw(**buyer),
        *(
            AdvanceOrder(
                **seller, move=move, ship_on=ship_on if move in policy.planned_by else None
            )
            for move in moves
        ),
    ]


@pytest.mark.parametrize("policy", POLICIES, ids=NAMES)
@given(data=st.data())
def test_no_history_leads_to_what_the_explorer_has_not_judged(
    policy: Policy, data: st.DataObject
) -> None:
    """Whatever is done at whatever moment that counts, the explorer has judged what comes then."""
    order = data.draw(orders(policy))
    case = fold(register(order, policy, order.placed_at))
    at = order.placed_at + data.draw(st.sampled_from((timedelta(), HOURS[0], HOURS[1], HOURS[3])))
    knows_seller = data.draw(st.booleans())
    steps = data.draw(st.lists(STEPS, min_size=2, max_size=10))
    for step in ["ask" if data.draw(MOSTLY) else "wait", *steps]:
        permits = data.draw(MOSTLY) if policy.name == "conect" else False
        known = Party("s-1", name="s", permits_cancellation=permits)
        seller = known if knows_seller else None
        today = at.astimezone(policy.tzinfo).date()
        commands = likely(policy, case, today + timedelta(days=data.draw(st.integers(-2, 7))))
        if step == "wait":
            later = data.draw(st.sampled_from(moments(policy, case, at))) + data.draw(NEAR)
            at = max(at, later)
        elif step == "tick":
            case = ticked(policy, case, at)
        elif step == "ask":
            case = after(policy, case, commands[0], at, seller)
        else:
            case = after(policy, case, data.draw(st.sampled_from(commands)), at, seller)
        check(policy, case, at, seller)


@pytest.mark.parametrize(
    "policy", [CONECT, QOO10, EVERY_READING], ids=["conect", "qoo10", "qoo10-every-reading"]
)
@given(data=st.data())
def test_nor_does_any_history_of_the_other_tests(policy: Policy, data: st.DataObject) -> None:
    """Commands by anybody, fitting or not, at moments that nobody chose for the explorer."""
    order = data.draw(young_orders(policy))
    case = fold(register(order, policy, order.placed_at))
    seller = Party("s-1", name="s", permits_cancellation=True)
    for command, at in data.draw(histories(policy)):
        check(policy, case, at, seller)
        case = after(policy, case, command, at, seller)
        check(policy, case, at, seller)


@pytest.mark.parametrize("policy", POLICIES, ids=NAMES)
def test_whatever_is_reached_is_among_the_combinations(policy: Policy) -> None:
    """The values that stand for all there are cover every case that can be reached."""
    teller = Teller(policy)
    combinations = {
        teller.tell(kind, facts, policy.judge(kind, facts).verdict)
        for kind in COMMANDS
        for facts in Space.of(policy, kind).combinations()
    }
    assert explored(policy).told <= combinations


@pytest.mark.parametrize("policy", POLICIES, ids=NAMES)
def test_each_case_is_reached_by_a_shortest_way_first(policy: Policy) -> None:
    """No case that can follow in one step is farther than one step more."""
    explorer = Explorer(policy, limit=100_000)
    explorer.run()
    steps = {key: len(node.way()[1]) for key, node in explorer.nodes.items()}
    for key, following in explorer.following.items():
        for further in following:
            assert steps[further] <= steps[key] + 1
