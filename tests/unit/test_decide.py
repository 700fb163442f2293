"""Deciding gives events or says why not; folding takes every event that ever happened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import attrs
import pytest

from ordercancel.domain.cases import Case, Duty, DutyStatus
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    Withdraw,
)
from ordercancel.domain.errors import Fault, InvalidValue, UnknownOrder
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlinePassed,
    DutyArose,
    DutyBreached,
    DutyMet,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    RequestGranted,
    RequestLapsed,
    RequestRejected,
    RequestSuperseded,
    RequestWithdrawn,
    WithdrawalAsked,
    WithdrawalHeld,
)
from ordercancel.domain.requests import Answer, RequestStatus
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.policy import (
    CANCEL,
    After,
    Consequence,
    Deadline,
    EndOfShipDay,
    GoingBack,
    Occasion,
    Policy,
    TextBounds,
)
from unit.tiny import (
    BUYER,
    OURS,
    REFERS,
    SELLER,
    STRANGER,
    SYSTEM,
    asks,
    opened,
    order,
    tiny,
    utc,
)

TINY = tiny()
DAY = timedelta(days=1)


def deadline(does: Consequence, **changes: Any) -> Deadline:
    values: dict[str, Any] = {"starts": Occasion.REFERRED, "due": After(DAY), "cites": OURS}
    return Deadline(f"d.{does}", does=does, **values | changes)


def after(case: Case, policy: Policy, *given: tuple[Command, datetime]) -> Case:
    """The case after these commands, each at its moment."""
    for command, at in given:
        for event in decide(command, case, policy, at):
            case = evolve(case, event)
    return case


def asked(policy: Policy = TINY, **changes: Any) -> Case:
    """A case whose buyer asked on the second of March at 10:00."""
    return after(opened(policy, **changes), policy, (asks(), utc(2, 10)))


def stamp(at: datetime, by: Any, *rules: str) -> dict[str, Any]:
    return {"order_id": "o-7", "at": at, "by": by, "rules": rules}


def faults_of(command: Command, case: Case, policy: Policy = TINY) -> tuple[Fault, ...]:
    with pytest.raises(InvalidValue) as caught:
        decide(command, case, policy, utc(3))
    return caught.value.faults


# ---------------------------------------------------------------------- registering


def test_registering_makes_an_order_known() -> None:
    (event,) = register(order(), TINY, utc(1))
    assert event == OrderRegistered(**stamp(utc(1), SYSTEM), order=order(), edition="1")
    assert fold([event]) == Case(order=order(), edition="1", version=1)


def test_an_order_that_the_policy_does_not_know_is_not_registered() -> None:
    with pytest.raises(InvalidValue, match=r"Order\.status: is 'lost'"):
        register(order(status="lost"), TINY, utc(1))


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (datetime(2024, 3, 1), "has no UTC offset"),  # noqa: DTZ001
        (utc(1).replace(year=1700), "is in the year 1700"),
    ],
)
def test_registering_takes_a_moment_in_time(at: datetime, problem: str) -> None:
    with pytest.raises(InvalidValue, match=problem):
        register(order(), TINY, at)


# ---------------------------------------------------------------------- who and what


@pytest.mark.parametrize(
    "command",
    [
        asks(by=STRANGER),
        asks(by=STRANGER, reason="gone"),
        Approve("o-7", by=attrs.evolve(SELLER, id="s-2")),
        Approve("o-8", by=SELLER),
    ],
)
def test_a_stranger_learns_nothing(command: Command) -> None:
    """Not even whether his reason would be known."""
    with pytest.raises(UnknownOrder) as caught:
        decide(command, opened(TINY), TINY, utc(2))
    assert caught.value.order_id == command.order_id


@pytest.mark.parametrize(
    ("policy", "told"), [(tiny(edition="2"), "is tiny 2"), (tiny(name="big"), "is big 1")]
)
def test_a_case_is_judged_by_its_own_edition(policy: Policy, told: str) -> None:
    assert faults_of(asks(), opened(TINY), policy) == (
        Fault("decide.policy", told, "tiny 1, which judges this case"),
    )


def test_the_wrong_actor_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        decide(Approve("o-7", by=BUYER), asked(), TINY, utc(3))
    assert caught.value.codes == ("not_permitted",)


def test_deciding_needs_an_offset() -> None:
    with pytest.raises(InvalidValue, match="has no UTC offset"):
        decide(asks(), opened(TINY), TINY, datetime(2024, 3, 2))  # noqa: DTZ001


def test_wrong_values_are_told_before_the_rules_are_asked() -> None:
    assert faults_of(asks(reason="gone", text="abc"), asked()) == (
        Fault("RequestCancellation.reason", "'gone' is unknown", "one of: mistake, other"),
    )
    assert faults_of(asks(reason="other", text="\u202eabcdef"), opened(TINY)) == (
        Fault(
            "RequestCancellation.text",
            "contains U+202E RIGHT-TO-LEFT OVERRIDE",
            "no such characters",
        ),
        Fault("RequestCancellation.text", "has 6 visible characters", "2 to 5 visible characters"),
    )


def test_a_request_in_earnest_needs_a_reason() -> None:
    assert faults_of(asks(reason=None), opened(TINY)) == (
        Fault("RequestCancellation.reason", "is missing", "one of: mistake, other"),
    )


def test_the_seller_may_only_write_what_his_catalogue_takes() -> None:
    assert faults_of(Reject("o-7", by=SELLER, reason="late", text="x" * 21), asked()) == (
        Fault("Reject.reason", "is given", "no reason code, only a text"),
        Fault("Reject.text", "has 21 visible characters", "0 to 20 visible characters"),
    )


def test_an_ask_to_withdraw_has_bounds_of_its_own() -> None:
    policy = tiny(withdrawal_text=TextBounds(1, 3))
    assert faults_of(AskWithdrawal("o-7", by=SELLER, text="abcd"), asked(policy), policy) == (
        Fault("AskWithdrawal.text", "has 4 visible characters", "1 to 3 visible characters"),
    )


def test_words_that_a_policy_has_no_place_for_are_not_swallowed() -> None:
    (fault,) = faults_of(AskWithdrawal("o-7", by=SELLER, text="please"), asked())
    assert fault.where == "AskWithdrawal.text"


@pytest.mark.parametrize(
    ("move", "ship_on", "fault"),
    [
        ("fly", None, Fault("AdvanceOrder.move", "is 'fly'", "one of: plan, send")),
        ("cancel", None, Fault("AdvanceOrder.move", "is 'cancel'", "one of: plan, send")),
        ("plan", None, Fault("AdvanceOrder.ship_on", "is missing", "the planned ship date")),
        (
            "send",
            date(2024, 3, 9),
            Fault("AdvanceOrder.ship_on", "is given with 'send'", "none with this move"),
        ),
    ],
)
def test_a_move_is_one_of_the_chart_with_what_it_needs(
    move: str, ship_on: date | None, fault: Fault
) -> None:
    command = AdvanceOrder("o-7", by=SELLER, move=move, ship_on=ship_on)
    assert faults_of(command, opened(TINY)) == (fault,)


def test_a_deadline_is_one_of_the_policy() -> None:
    command = ApplyDeadline("o-7", by=SYSTEM, deadline="d.gone", request=1)
    assert faults_of(command, asked()) == (
        Fault("tiny.deadline", "'d.gone' is unknown", "one of: none"),
    )


# ---------------------------------------------------------------------- what happens


def test_a_request_is_referred() -> None:
    events = decide(asks(reason="other", text=" abc\n"), opened(TINY), TINY, utc(2))
    assert events == (
        CancellationRequested(
            **stamp(utc(2), BUYER, "tiny.refer"),
            number=1,
            reason="other",
            text="abc",
            referred=True,
        ),
    )


def test_a_request_is_granted_at_once() -> None:
    policy = tiny(rules=(attrs.evolve(REFERS, effect=CANCEL),))
    case = opened(policy)
    events = decide(asks(), case, policy, utc(2))
    by = stamp(utc(2), BUYER, "tiny.refer")
    assert events == (
        CancellationRequested(**by, number=1, reason="mistake", referred=False),
        RequestGranted(**by, number=1, at_once=True),
        OrderCancelled(**by, number=1, status="stopped"),
    )
    done = after(case, policy, (asks(), utc(2)))
    assert (done.order.status, done.order.status_since) == ("stopped", utc(2))
    assert done.latest is not None
    assert (done.latest.status, done.latest.answer) == (RequestStatus.GRANTED, None)
    assert (done.latest.closed_at, done.version) == (utc(2), 3)


def test_the_seller_approves() -> None:
    done = after(asked(), TINY, (Approve("o-7", by=SELLER), utc(3)))
    assert done.order.status == "stopped"
    assert done.latest is not None
    assert done.latest.answer == Answer(by=SELLER, at=utc(3))
    assert done.latest.status is RequestStatus.GRANTED


def test_the_seller_rejects_and_the_order_stays_as_it_is() -> None:
    case = asked()
    (event,) = decide(Reject("o-7", by=SELLER, text="sold out"), case, TINY, utc(3))
    assert event == RequestRejected(
        **stamp(utc(3), SELLER, "tiny.seller"), number=1, text="sold out"
    )
    done = evolve(case, event)
    assert done.order == case.order
    assert done.latest is not None
    assert done.latest.answer == Answer(by=SELLER, at=utc(3), text="sold out")


BACK = tiny(going_back=GoingBack("tiny.back", cites=OURS))


@pytest.mark.parametrize(
    ("command", "status"),
    [(Reject("o-7", by=SELLER), "rejected"), (Withdraw("o-7", by=BUYER), "withdrawn")],
)
def test_the_order_goes_back_where_the_policy_says_so(command: Command, status: str) -> None:
    planned = AdvanceOrder("o-7", by=SELLER, move="plan", ship_on=date(2024, 3, 9))
    moved = after(asked(BACK), BACK, (planned, utc(3)))
    assert (moved.order.status, moved.order.ship_on) == ("packed", date(2024, 3, 9))
    (event,) = decide(command, moved, BACK, utc(4))
    assert event.rules[-1] == "tiny.back"
    done = evolve(moved, event)
    assert done.latest is not None
    assert done.latest.status == status
    assert (done.order.status, done.order.ship_on) == ("new", None)
    assert done.order.status_since == utc(4)


def test_an_order_that_never_left_is_in_its_status_as_long_as_before() -> None:
    done = after(asked(BACK), BACK, (Reject("o-7", by=SELLER), utc(4)))
    assert done.order.status_since == utc(1, 3)


def test_the_seller_asks_for_a_withdrawal_and_the_buyer_holds_on() -> None:
    policy = tiny(withdrawal_text=TextBounds(1, 20))
    case = asked(policy)
    ask = AskWithdrawal("o-7", by=SELLER, text=" please ")
    assert decide(ask, case, policy, utc(3)) == (
        WithdrawalAsked(**stamp(utc(3), SELLER, "tiny.seller"), number=1, text="please"),
    )
    case = after(case, policy, (ask, utc(3)))
    assert case.open_request is not None
    assert case.open_request.withdrawal_text == "please"
    hold = AnswerWithdrawal("o-7", by=BUYER, accept=False)
    assert decide(hold, case, policy, utc(4)) == (
        WithdrawalHeld(**stamp(utc(4), BUYER, "tiny.buyer"), number=1),
    )
    held = after(case, policy, (hold, utc(4)))
    assert held.open_request is not None
    assert held.open_request.status is RequestStatus.WITHDRAWAL_HELD


def test_the_buyer_gives_in() -> None:
    accept = AnswerWithdrawal("o-7", by=BUYER, accept=True)
    case = after(asked(), TINY, (AskWithdrawal("o-7", by=SELLER), utc(3)))
    assert decide(accept, case, TINY, utc(4)) == (
        RequestWithdrawn(**stamp(utc(4), BUYER, "tiny.buyer"), number=1),
    )


def test_an_order_moves_on() -> None:
    case = opened(TINY)
    plan = AdvanceOrder("o-7", by=SELLER, move="plan", ship_on=date(2024, 3, 9))
    assert decide(plan, case, TINY, utc(2)) == (
        OrderAdvanced(
            **stamp(utc(2), SELLER, "standard.advance"),
            move="plan",
            status="packed",
            ship_on=date(2024, 3, 9),
        ),
    )
    send = AdvanceOrder("o-7", by=SELLER, move="send")
    done = after(case, TINY, (plan, utc(2)), (send, utc(3)))
    assert (done.order.status, done.order.shipped_at) == ("sent", utc(3))
    assert done.order.ship_on == date(2024, 3, 9)


def test_a_move_that_overtakes_a_request_supersedes_it() -> None:
    send = AdvanceOrder("o-7", by=SELLER, move="send")
    advanced, superseded = decide(send, asked(), TINY, utc(3))
    assert isinstance(advanced, OrderAdvanced)
    assert superseded == RequestSuperseded(
        **stamp(utc(3), SELLER, "standard.advance", "tiny.sending"), number=1, move="send"
    )
    assert len(decide(send, opened(TINY), TINY, utc(3))) == 1
    done = after(asked(), TINY, (send, utc(3)))
    assert done.latest is not None
    assert done.latest.status is RequestStatus.SUPERSEDED


def test_a_policy_may_supersede_nothing() -> None:
    policy = tiny(superseding=None)
    send = AdvanceOrder("o-7", by=SELLER, move="send")
    assert len(decide(send, asked(policy), policy, utc(3))) == 1


# ---------------------------------------------------------------------- deadlines


def passes(does: Consequence) -> tuple[Policy, Case, tuple[Event, ...]]:
    """What comes of a deadline of one day after the request."""
    policy = tiny(deadlines=(deadline(does),))
    case = asked(policy)
    command = ApplyDeadline("o-7", by=SYSTEM, deadline=f"d.{does}", request=1)
    return policy, case, decide(command, case, policy, utc(3, 10))


def test_a_deadline_starts_on_its_occasion() -> None:
    _, case, _ = passes(Consequence.LAPSE)
    assert case.duties == (
        Duty(deadline="d.lapse", request=1, since=utc(2, 10), due_at=utc(3, 10)),
    )
    assert case.version == 2


@pytest.mark.parametrize(
    ("does", "kinds", "status", "order_status"),
    [
        (
            Consequence.APPROVE,
            (DeadlinePassed, RequestGranted, OrderCancelled),
            "granted",
            "stopped",
        ),
        (Consequence.REJECT, (DeadlinePassed, RequestRejected), "rejected", "new"),
        (Consequence.LAPSE, (DeadlinePassed, RequestLapsed), "lapsed", "new"),
        (Consequence.MARK_OVERDUE, (DeadlinePassed,), "awaiting_seller", "new"),
        (Consequence.BREACH, (DutyBreached,), "awaiting_seller", "new"),
    ],
)
def test_a_deadline_that_passed_does_what_it_says(
    does: Consequence, kinds: tuple[type, ...], status: str, order_status: str
) -> None:
    _, case, events = passes(does)
    assert tuple(type(event) for event in events) == kinds
    assert {event.rules for event in events} == {("standard.deadline", f"d.{does}")}
    assert {event.by for event in events} == {SYSTEM}
    for event in events:
        case = evolve(case, event)
    assert case.latest is not None
    assert (case.latest.status, case.order.status) == (status, order_status)
    assert [(each.status, each.settled_at) for each in case.duties] == [
        (DutyStatus.MISSED, utc(3, 10))
    ]


def test_silence_answers_in_the_name_of_the_system() -> None:
    for does in (Consequence.APPROVE, Consequence.REJECT):
        _, case, events = passes(does)
        for event in events:
            case = evolve(case, event)
        assert case.latest is not None
        assert case.latest.answer == Answer(by=SYSTEM, at=utc(3, 10))


def test_a_deadline_that_would_cancel_what_can_not_be_cancelled_is_refused() -> None:
    policy = tiny(deadlines=(deadline(Consequence.APPROVE),), superseding=None)
    case = after(asked(policy), policy, (AdvanceOrder("o-7", by=SELLER, move="send"), utc(3)))
    command = ApplyDeadline("o-7", by=SYSTEM, deadline="d.approve", request=1)
    with pytest.raises(Refused) as caught:
        decide(command, case, policy, utc(3, 10))
    assert caught.value.codes == ("no_such_move",)


def test_a_deadline_that_can_not_decide_any_more_leaves_the_answer_to_the_seller() -> None:
    """Silence does not cancel what was shipped meanwhile, and so does not bar an answer."""
    policy = tiny(deadlines=(deadline(Consequence.APPROVE),), superseding=None)
    case = after(asked(policy), policy, (AdvanceOrder("o-7", by=SELLER, move="send"), utc(3)))
    (event,) = decide(Reject("o-7", by=SELLER), case, policy, utc(3, 10))
    assert isinstance(event, RequestRejected)


def test_a_deadline_that_is_not_due_is_refused() -> None:
    policy, case, _ = passes(Consequence.LAPSE)
    command = ApplyDeadline("o-7", by=SYSTEM, deadline="d.lapse", request=1)
    with pytest.raises(Refused) as caught:
        decide(command, case, policy, utc(3, 9, 59))
    assert caught.value.codes == ("not_due",)


def test_nobody_answers_once_the_deadline_has_passed() -> None:
    policy, case, _ = passes(Consequence.LAPSE)
    with pytest.raises(Refused) as caught:
        decide(Approve("o-7", by=SELLER), case, policy, utc(3, 10))
    assert caught.value.codes == ("deadline_passed",)


def test_a_deadline_that_is_started_twice_runs_once() -> None:
    """The seller asks, the buyer holds on, the seller asks again."""
    policy = tiny(deadlines=(deadline(Consequence.LAPSE, starts=Occasion.WITHDRAWAL_ASKED),))
    ask = AskWithdrawal("o-7", by=SELLER)
    hold = AnswerWithdrawal("o-7", by=BUYER, accept=False)
    case = after(asked(policy), policy, (ask, utc(2, 11)), (hold, utc(2, 12)), (ask, utc(2, 13)))
    assert [each.due_at for each in case.duties] == [utc(3, 11)]


def test_a_deadline_without_an_end_never_starts() -> None:
    policy = tiny(deadlines=(deadline(Consequence.LAPSE, due=EndOfShipDay()),))
    assert asked(policy).duties == ()
    assert len(asked(policy, ship_on=date(2024, 3, 9)).duties) == 1


@pytest.mark.parametrize(
    "command", [Approve("o-7", by=SELLER), Reject("o-7", by=SELLER), Withdraw("o-7", by=BUYER)]
)
def test_an_answer_in_time_releases_the_deadline(command: Command) -> None:
    policy, case, _ = passes(Consequence.LAPSE)
    done = after(case, policy, (command, utc(3, 9)))
    assert [(each.status, each.settled_at) for each in done.duties] == [
        (DutyStatus.RELEASED, utc(3, 9))
    ]


SHIPS = tiny(
    deadlines=(
        deadline(Consequence.BREACH, starts=Occasion.REJECTED, met_by=frozenset({"send"})),
        deadline(Consequence.MARK_OVERDUE),
    )
)


@pytest.mark.parametrize(
    ("at", "kind", "status"),
    [
        (utc(4, 11, 59), DutyMet, DutyStatus.MET),
        (utc(4, 12), DutyBreached, DutyStatus.MISSED),
    ],
)
def test_a_move_of_the_order_meets_a_duty_in_time_or_breaches_it(
    at: datetime, kind: type, status: DutyStatus
) -> None:
    """The duty follows the order: that its request is closed does not release it."""
    rejected = after(asked(SHIPS), SHIPS, (Reject("o-7", by=SELLER), utc(3, 9)))
    rejected = attrs.evolve(
        rejected,
        duties=(*rejected.duties[:-1], attrs.evolve(rejected.duties[-1], due_at=utc(4, 12))),
    )
    assert [(each.deadline, each.status) for each in rejected.duties] == [
        ("d.mark_overdue", DutyStatus.RELEASED),
        ("d.breach", DutyStatus.OPEN),
    ]
    assert rejected.duties[1].follows_order
    events = decide(AdvanceOrder("o-7", by=SELLER, move="send"), rejected, SHIPS, at)
    assert [type(event) for event in events] == [kind, OrderAdvanced]
    assert events[0].rules == ("standard.advance", "d.breach")
    done = after(rejected, SHIPS, (AdvanceOrder("o-7", by=SELLER, move="send"), at))
    assert [each.status for each in done.duties] == [DutyStatus.RELEASED, status]


def test_a_move_that_meets_no_duty_leaves_it_open() -> None:
    rejected = after(asked(SHIPS), SHIPS, (Reject("o-7", by=SELLER), utc(3, 9)))
    plan = AdvanceOrder("o-7", by=SELLER, move="plan", ship_on=date(2024, 3, 9))
    assert len(decide(plan, rejected, SHIPS, utc(3, 10))) == 1


def test_a_cancelled_order_has_no_duties_left() -> None:
    """The first request was rejected, the second is approved."""
    case = after(
        asked(SHIPS),
        SHIPS,
        (Reject("o-7", by=SELLER), utc(2, 11)),
        (asks(), utc(2, 12)),
        (Approve("o-7", by=SELLER), utc(2, 13)),
    )
    assert [(each.deadline, each.request, each.status) for each in case.duties] == [
        ("d.mark_overdue", 1, DutyStatus.RELEASED),
        ("d.breach", 1, DutyStatus.RELEASED),
        ("d.mark_overdue", 2, DutyStatus.RELEASED),
    ]
    assert [request.status for request in case.requests] == ["rejected", "granted"]
    assert case.duties[0].settled_at == utc(2, 11)
    assert case.duties[1].settled_at == utc(2, 13)


# ---------------------------------------------------------------------- folding


def test_the_fold_of_all_events_is_the_case() -> None:
    events = list(register(order(), TINY, utc(1)))
    case = fold(events)
    for command, at in (
        (asks(), utc(2)),
        (AskWithdrawal("o-7", by=SELLER), utc(3)),
        (Reject("o-7", by=SELLER), utc(4)),
    ):
        made = decide(command, case, TINY, at)
        events.extend(made)
        for event in made:
            case = evolve(case, event)
    assert fold(events) == case
    assert case.version == 4


def test_a_history_begins_with_a_registration() -> None:
    event = RequestLapsed(**stamp(utc(1), SYSTEM), number=1)
    with pytest.raises(InvalidValue) as caught:
        fold([event])
    assert caught.value.faults == (
        Fault("fold.events", "begins with RequestLapsed", "OrderRegistered"),
    )


def test_an_empty_history_is_no_history() -> None:
    with pytest.raises(InvalidValue, match="OrderRegistered"):
        fold([])


@pytest.mark.parametrize(
    "event",
    [
        OrderRegistered(**stamp(utc(9), SYSTEM), order=order(id="o-9"), edition="3"),
        OrderAdvanced(**stamp(utc(9), SELLER), move="fly", status="nowhere"),
        RequestGranted(**stamp(utc(9), SELLER), number=7),
        RequestRejected(**stamp(utc(9), SELLER), number=7, order_status="nowhere"),
        RequestWithdrawn(**stamp(utc(9), BUYER), number=7),
        RequestSuperseded(**stamp(utc(9), SELLER), number=7, move="fly"),
        RequestLapsed(**stamp(utc(9), SYSTEM), number=7),
        WithdrawalAsked(**stamp(utc(9), SELLER), number=7),
        WithdrawalHeld(**stamp(utc(9), BUYER), number=7),
        OrderCancelled(**stamp(utc(9), SYSTEM), number=7, status="nowhere"),
        DutyArose(**stamp(utc(9), SYSTEM), deadline="d.gone", number=7, due_at=utc(10)),
        DutyMet(**stamp(utc(9), SELLER), deadline="d.gone", number=7),
        DutyBreached(**stamp(utc(9), SYSTEM), deadline="d.gone", number=7),
        DeadlinePassed(**stamp(utc(9), SYSTEM), deadline="d.gone", number=7),
    ],
    ids=lambda event: type(event).__name__,
)
def test_folding_asks_no_rule_and_no_chart(event: Event) -> None:
    """Each event counts once, even where no policy would have it today."""
    case = asked()
    done = evolve(case, event)
    assert done.version == case.version + 1
    assert done.requests == case.requests


def test_a_registration_in_the_middle_replaces_order_and_edition() -> None:
    event = OrderRegistered(**stamp(utc(9), SYSTEM), order=order(id="o-9"), edition="3")
    done = evolve(asked(), event)
    assert (done.order.id, done.edition) == ("o-9", "3")
