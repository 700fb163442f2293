"""Handling a command: the host is heard first, then what is due fires, then the rules judge."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from ordercancel import (
    AdvanceOrder,
    Approve,
    Buyer,
    Case,
    FireDeadline,
    InvalidPolicy,
    InvalidValue,
    Policy,
    Reject,
    RequestCancellation,
    Text,
    UnknownOrder,
    UpdateOrder,
    fold,
)
from ordercancel.domain.events import DeadlineFired, OrderUpdated
from ordercancel.engine.decide import register
from ordercancel.engine.handling import Handled, case_before, fire_due, fired_among, handle
from ordercancel.policies import QOO10
from ordercancel.policy import (
    Deadline,
    Flag,
    Forbid,
    Lifecycle,
    Reason,
    Rule,
    Texts,
    advance,
    approve,
    cancel,
    days,
    expire,
    hours,
    is_open,
    mark,
    move,
    paid_at,
    placed_at,
    requested_at,
    shipped_at,
    status,
    system,
)
from samples import jst
from samples import order as qoo10_order
from unit.tiny import (
    BUYER,
    OURS,
    REASONS,
    RULES,
    SELLER,
    STRANGER,
    SYSTEM,
    approves,
    asks,
    order,
    sends,
    tiny,
    utc,
)

SECOND = timedelta(seconds=1)
UNSENT = status.is_in("new", "packed")
UNPAID = Deadline(
    "unpaid", runs=UNSENT & ~paid_at.is_known, due=placed_at + hours(1), then=cancel("unpaid")
)
SILENT = Deadline("silent", runs=is_open, due=requested_at + days(1), then=approve)
LAPSES = Deadline("lapses", runs=is_open, due=requested_at + days(1), then=expire)
SLOW = Deadline(
    "slow", runs=UNSENT, due=placed_at + days(1), then=mark("slow", of="order"), met=shipped_at
)
ANSWER_FIRST = Rule(
    "answer_first",
    on=AdvanceOrder,
    when=move.is_in("send") & is_open,
    effect=Forbid("answer_first"),
    source=OURS,
)


def shop(*deadlines: Deadline, **changes: Any) -> Policy:
    reasons = (*REASONS, Reason("unpaid", Text("未払い", "Unpaid"), when=system, source=OURS))
    defaults: dict[str, Any] = {"reasons": reasons, "texts": Texts(), "languages": ("en",)}
    return tiny(deadlines=deadlines, source=OURS, **defaults | changes)


def opened(policy: Policy, **changes: Any) -> Case:
    """The tiny order, placed on 1 March at 03:00."""
    return fold(register(order(**changes), policy, utc(1, 3)))


def kinds(handled: Handled) -> list[str]:
    return [type(event).__name__ for event in handled.events]


def test_where_nothing_is_due_a_command_is_just_decided() -> None:
    policy = shop(SILENT)
    handled = handle(asks(), opened(policy), policy, utc(1, 4))
    assert (kinds(handled), handled.refused) == (["CancellationRequested"], None)
    assert len(handled.steps) == 1


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        (asks(), "refer"),
        (sends(), "permit"),
        (approves(), "refuse"),
        (UpdateOrder("o-7", by=SYSTEM, facts={"item": "hat"}), None),
    ],
)
def test_what_came_of_a_command_has_the_verdict_of_the_rules(
    command: Any, verdict: str | None
) -> None:
    """None where no rule judges it."""
    policy = shop()
    assert handle(command, opened(policy), policy, utc(1, 4)).verdict == verdict


def test_paid_before_the_deadline_and_told_after_it() -> None:
    """Paid at minute 59, told at minute 61, with a deadline at 60: not cancelled."""
    policy = shop(UNPAID)
    case, told_at = opened(policy), utc(1, 4, 1)
    told = UpdateOrder("o-7", by=SYSTEM, facts={"paid_at": utc(1, 3, 59)})
    handled = handle(told, case, policy, told_at)
    assert (kinds(handled), handled.case.order.status) == (["OrderUpdated"], "new")
    assert fire_due(case, policy, told_at)[-1].case.order.status == "stopped"


def test_what_is_told_and_changes_nothing_fires_what_is_due() -> None:
    """An item is told at minute 61, of an order that was never paid."""
    policy = shop(UNPAID)
    told = UpdateOrder("o-7", by=SYSTEM, facts={"item": "hat"})
    handled = handle(told, opened(policy), policy, utc(1, 4, 1))
    assert kinds(handled) == [
        "OrderUpdated",
        "DeadlineFired",
        "CancellationRequested",
        "RequestClosed",
        "OrderCancelled",
    ]
    assert handled.case.order.status == "stopped"


def test_a_deadline_that_moves_into_the_past_fires_at_once() -> None:
    policy = shop(UNPAID)
    earlier = UpdateOrder("o-7", by=SYSTEM, facts={"placed_at": utc(1, 2)})
    assert handle(earlier, opened(policy), policy, utc(1, 3, 1)).case.order.status == "stopped"


def test_an_order_that_was_shipped_elsewhere_can_not_be_cancelled_any_more() -> None:
    """The host tells so while a request is open: superseded, its deadline gone."""
    policy = shop(SILENT)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    shipped = handle(UpdateOrder("o-7", by=SYSTEM, status="sent"), case, policy, utc(1, 5)).case
    assert (shipped.order.status, shipped.requests[0].status) == ("sent", "superseded")
    assert fire_due(shipped, policy, utc(9)) == ()
    refused = handle(asks(), shipped, policy, utc(2)).refused
    assert refused is not None
    assert refused.codes == ("not_cancellable",)


def late_shipment(shipped: datetime | None) -> Handled:
    """Rejected on the 16th under Qoo10; told of the shipment five minutes after midnight."""
    placed = qoo10_order(ship_on=jst(31).date())
    case = fold(register(placed, QOO10, jst(15, 9)))
    ask = RequestCancellation("762544202", by=Buyer("b-1"), reason="changed_mind")
    case = handle(ask, case, QOO10, jst(16, 10)).case
    answer = Reject(
        "762544202", by=SELLER, request=1, reason="made_to_order", data={"confirmed": True}
    )
    case = handle(answer, case, QOO10, jst(16, 11)).case
    facts = {} if shipped is None else {"shipped_at": shipped}
    ship = AdvanceOrder("762544202", by=SELLER, move="ship", facts=facts)
    return handle(ship, case, QOO10, jst(17, 0, 5))


def test_shipped_on_the_day_and_told_after_midnight() -> None:
    """Shipped at 23:59, told at 00:05: the duty of the day was met."""
    handled = late_shipment(jst(16, 23, 59))
    assert kinds(handled) == ["OrderUpdated", "OrderAdvanced"]
    assert (handled.case.marks, handled.case.order.status) == ((), "shipped")
    assert handled.case.order.shipped_at == jst(16, 23, 59)
    told = handled.events[0]
    assert (told.by, told.rules) == (SELLER, ("standard.advance",))


@pytest.mark.parametrize("shipped", [None, jst(17), jst(17, 0, 5)])
def test_shipped_after_midnight(shipped: datetime | None) -> None:
    """Midnight itself is too late, and without a time it was shipped when it is told."""
    handled = late_shipment(shipped)
    assert [each.code for each in handled.case.marks] == ["missed"]
    assert handled.case.order.status == "shipped"
    assert [type(event) for event in fired_among(handled.events)] == [DeadlineFired]


def test_facts_of_a_move_avert_some_deadlines_and_not_others() -> None:
    """They are recorded first; what they do not avert fires, then the order moves."""
    policy = shop(SLOW, LAPSES, rules=(*RULES, ANSWER_FIRST))
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    sent = sends(facts={"shipped_at": utc(2, 2)})
    handled = handle(sent, case, policy, utc(2, 5))
    assert kinds(handled) == ["OrderUpdated", "DeadlineFired", "RequestClosed", "OrderAdvanced"]
    assert (handled.case.marks, handled.case.requests[0].status) == ((), "expired")
    assert [event.rules for event in fired_among(handled.events)] == [("lapses",), ("lapses",)]


def test_who_may_not_move_an_order_tells_nothing_with_a_move() -> None:
    """What is due fires as if they had kept silent."""
    policy = shop(SLOW)
    sent = sends(by=BUYER, facts={"shipped_at": utc(2, 2)})
    handled = handle(sent, opened(policy), policy, utc(2, 5))
    assert handled.refused is not None
    assert handled.refused.codes == ("not_permitted",)
    assert handled.refused.fired == handled.events
    assert (kinds(handled), handled.case.order.shipped_at) == (["DeadlineFired"], None)
    assert [each.code for each in handled.case.marks] == ["slow"]


def test_a_move_that_is_wrong_fires_nothing() -> None:
    policy = shop(SLOW)
    with pytest.raises(InvalidValue) as caught:
        handle(sends(facts={"gone": 1}), opened(policy), policy, utc(2, 5))
    assert caught.value.codes == ("fact_not_taken", "unknown_fact")


def test_a_refusal_keeps_what_has_fired() -> None:
    """The seller's answer comes a second too late: silence has already approved."""
    policy = shop(SILENT)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    handled = handle(Reject("o-7", by=SELLER, request=1), case, policy, utc(2, 4))
    assert handled.refused is not None
    assert handled.refused.codes == ("no_open_request",)
    assert handled.refused.fired == handled.events
    assert kinds(handled) == ["DeadlineFired", "RequestClosed", "OrderCancelled"]
    assert handled.case.order.status == "stopped"


def test_the_due_moment_itself_is_too_late_and_a_second_earlier_is_not() -> None:
    policy = shop(SILENT)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    handled = handle(Reject("o-7", by=SELLER, request=1), case, policy, utc(2, 4) - SECOND)
    assert (handled.refused, handled.case.requests[0].status) == (None, "rejected")


def test_a_refused_update_keeps_what_has_fired() -> None:
    """An order that a deadline cancels meanwhile stays cancelled, whatever the host tells."""
    policy = shop(SILENT)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    cancelled = handle(approves(), case, policy, utc(1, 5)).case
    told = UpdateOrder("o-7", by=SYSTEM, status="new")
    refused = handle(told, cancelled, policy, utc(1, 6))
    assert refused.refused is not None
    assert (refused.refused.codes, refused.steps) == (("cancelled_is_final",), ())
    stopped = UpdateOrder("o-7", by=SYSTEM, status="stopped")
    fired = handle(stopped, case, policy, utc(2, 4))
    assert fired.refused is not None
    assert fired.refused.codes == ("cancelled_is_final",)
    assert (kinds(fired)[0], fired.case.order.status) == ("DeadlineFired", "stopped")


def test_a_command_of_the_clock_fires_its_own_deadline_alone() -> None:
    policy = shop(SLOW, SILENT)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    fired = handle(FireDeadline("o-7", by=SYSTEM, deadline="slow"), case, policy, utc(3))
    assert (kinds(fired), fired.refused) == (["DeadlineFired"], None)
    later = handle(FireDeadline("o-7", by=SYSTEM, deadline="silent"), case, policy, utc(3))
    assert later.refused is not None
    assert (later.refused.codes, later.steps) == (("not_due",), ())


def test_of_two_deadlines_at_one_moment_the_first_declared_fires() -> None:
    """The second has nothing left to do."""
    for deadlines, outcome in (((SILENT, LAPSES), "approved"), ((LAPSES, SILENT), "expired")):
        policy = shop(*deadlines)
        case = handle(asks(), opened(policy), policy, utc(1, 4)).case
        (step,) = fire_due(case, policy, utc(3))
        assert step.case.requests[0].status == outcome


def test_what_is_due_fires_in_due_order_with_its_true_due_moment() -> None:
    """However late: at the time of the command, each event with the moment that it was due."""
    policy = shop(LAPSES, SLOW)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    events = [event for step in fire_due(case, policy, utc(9)) for event in step.events]
    fired = [event for event in events if isinstance(event, DeadlineFired)]
    assert [(each.deadline, each.due_at, each.at) for each in fired] == [
        ("slow", utc(2, 3), utc(9)),
        ("lapses", utc(2, 4), utc(9)),
    ]
    assert {event.by for event in events} == {SYSTEM}


def test_what_is_impossible_is_recorded_and_the_next_one_follows() -> None:
    """A sent order can't be cancelled any more; the deadline behind it fires all the same."""
    orders = Lifecycle(
        moves={"send": ("new", "sent")},
        cancellable="new",
        shipped="sent",
        closes=(),
        cancelled="stopped",
    )
    late = Deadline("late", runs=is_open, due=requested_at + days(2), then=expire)
    policy = shop(SILENT, late, orders=orders, reasons=REASONS)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    case = handle(sends(), case, policy, utc(1, 5)).case
    events = [event for step in fire_due(case, policy, utc(9)) for event in step.events]
    fired = [event for event in events if isinstance(event, DeadlineFired)]
    assert [(each.deadline, each.impossible) for each in fired] == [
        ("silent", True),
        ("late", False),
    ]


def test_deadlines_in_a_circle_are_named() -> None:
    """An order that is sent to and fro at one moment stops at an error, not never."""
    orders = Lifecycle(
        moves={"hold": ("new", "held"), "go_on": ("held", "new")},
        cancellable="new",
        cancelled="stopped",
    )
    due = placed_at + hours(1)
    policy = shop(
        Deadline("holds", runs=status.is_in("new"), due=due, then=advance("hold")),
        Deadline("goes_on", runs=status.is_in("held"), due=due, then=advance("go_on")),
        orders=orders,
        reasons=REASONS,
    )
    with pytest.raises(InvalidPolicy) as caught:
        fire_due(opened(policy), policy, utc(2))
    assert caught.value.codes == ("deadlines_in_a_circle",)
    assert "fires again, after 1000 others at one moment" in str(caught.value)


@pytest.mark.parametrize(
    ("command", "at", "error", "code"),
    [
        (asks(by=STRANGER), utc(3), UnknownOrder, None),
        (Approve("o-8", by=SELLER, request=1), utc(3), UnknownOrder, None),
        (asks(), utc(1, 3) - SECOND, InvalidValue, "at_too_early"),
        (asks(reason="gone"), utc(3), InvalidValue, "reason_not_offered"),
    ],
)
def test_what_is_wrong_fires_nothing(
    command: Any, at: datetime, error: type[Exception], code: str | None
) -> None:
    policy = shop(SLOW)
    case = opened(policy)
    with pytest.raises(error) as caught:
        handle(command, case, policy, at)
    if isinstance(caught.value, InvalidValue):
        assert caught.value.codes == (code,)
        assert caught.value.faults[0].where.startswith("RequestCancellation.")


def test_a_command_is_judged_as_if_what_is_due_had_fired() -> None:
    """And nothing has: the case is as it was."""
    policy = shop(SILENT)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    assert case_before(approves(), case, policy, utc(2)) is case
    before = case_before(approves(), case, policy, utc(3))
    assert (before.order.status, case.order.status) == ("stopped", "new")


def test_refunds_become_due_before_a_command_only_where_the_host_makes_them() -> None:
    policy = shop(SILENT)
    case = handle(asks(), opened(policy), policy, utc(1, 4)).case
    assert case_before(approves(), case, policy, utc(3)).refunds == ()
    (refund,) = case_before(approves(), case, policy, utc(3), obliges=True).refunds
    assert (refund.request, refund.status) == (1, "due")


def test_what_deadlines_did_is_told_from_what_the_command_did() -> None:
    policy = shop(UNPAID)
    told = UpdateOrder("o-7", by=SYSTEM, facts={"item": "hat"})
    handled = handle(told, opened(policy), policy, utc(1, 4, 1))
    fired = fired_among(handled.events)
    assert fired == handled.events[1:]
    assert isinstance(handled.events[0], OrderUpdated)
    later = handle(asks(), opened(policy, paid_at=utc(1, 3)), policy, utc(1, 5))
    assert fired_among(later.events) == ()
    assert later.refused is None


@pytest.mark.parametrize("reasons", [REASONS, ()])
def test_a_fact_that_a_command_requires_is_given_with_it(reasons: Any) -> None:
    """Whether or not the command takes a reason."""
    fee = Flag("fee_accepted", of=RequestCancellation, required=True)
    policy = shop(facts=(fee,), reasons=reasons)
    case = opened(policy)
    ask = asks() if reasons else asks(reason=None)
    with pytest.raises(InvalidValue) as caught:
        handle(ask, case, policy, utc(2))
    assert str(caught.value) == (
        "RequestCancellation.data['fee_accepted']: is missing; expected a value: the policy "
        "requires it"
    )
    assert caught.value.codes == ("fact_missing",)
    given = attrs.evolve(ask, data={"fee_accepted": False})
    assert handle(given, case, policy, utc(2)).case.requests[0].data == {"fee_accepted": False}
