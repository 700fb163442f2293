"""Deciding gives events, or says why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

import attrs
import pytest

from ordercancel.domain.actors import Seller
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AnswerWithdrawal,
    AskWithdrawal,
    Command,
    FireDeadline,
    RequestCancellation,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.errors import Fault, InvalidValue, UnknownOrder
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    OrderUpdated,
    RequestClosed,
    RequestReferred,
    WithdrawalAsked,
    WithdrawalDeclined,
)
from ordercancel.domain.orders import PastRequest
from ordercancel.domain.requests import Answer, RequestStatus
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    Deadline,
    Flag,
    If,
    Lifecycle,
    Policy,
    Reason,
    Refer,
    Rule,
    Texts,
    advance,
    answerer,
    approve,
    cancel,
    expire,
    is_open,
    mark,
    notify,
    operator,
    placed_at,
    refer,
    reject,
    requested_at,
    seller,
    shipped_at,
    status,
    system,
)
from ordercancel.rules.deadlines import Action
from ordercancel.rules.times import days
from unit.tiny import (
    ASKS_BACK,
    BUYER,
    OPERATOR,
    REASONS,
    REFERS,
    RULES,
    SELLER,
    STRANGER,
    SYSTEM,
    approves,
    asks,
    opened,
    order,
    rejects,
    sends,
    tiny,
    utc,
)

TINY = tiny()
SHIP_ON = date(2024, 3, 9)
DUE = utc(3, 10)


def after(case: Case, policy: Policy, *commands: tuple[Command, datetime]) -> Case:
    """The case after these commands, each at its moment."""
    for command, at in commands:
        case = reduce(evolve, decide(command, case, policy, at), case)
    return case


def asked(policy: Policy = TINY, **changes: Any) -> Case:
    """A case whose buyer asked on the second of March at 10:00."""
    return after(opened(policy, **changes), policy, (asks(), utc(2, 10)))


def stamp(at: datetime, by: Any, *rules: str) -> dict[str, Any]:
    return {"order_id": "o-7", "at": at, "by": by, "rules": rules}


def refused(
    command: Command, case: Case, policy: Policy = TINY, at: datetime | None = None
) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        decide(command, case, policy, at or utc(3))
    return caught.value.codes


def wrong(
    command: Command, case: Case, policy: Policy = TINY, at: datetime | None = None
) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        decide(command, case, policy, at or utc(3))
    return caught.value


# ---------------------------------------------------------------------- registering


def test_registering_makes_an_order_known() -> None:
    (event,) = register(order(), TINY, utc(1))
    assert event == OrderRegistered(
        **stamp(utc(1), SYSTEM), order=order(), edition="1", digest=TINY.digest
    )
    assert fold([event]) == Case(
        order=order(), edition="1", digest=TINY.digest, version=1, updated_at=utc(1)
    )


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


def test_an_order_is_registered_with_its_history() -> None:
    """An open request of it can be answered, and "only once" holds for it."""
    past = (
        PastRequest(by=BUYER, at=utc(1, 4), status="rejected", reason="mistake"),
        PastRequest(by=BUYER, at=utc(1, 5), status="pending"),
    )
    case = fold(register(order(history=past), TINY, utc(2)))
    first, second = case.requests
    assert (first.status, first.reason, first.answerer) == ("rejected", "mistake", None)
    assert (first.closed_at, first.closed_version) == (utc(1, 4), 0)
    assert (second.status, second.answerer, second.closed_at) == ("pending", "seller", None)
    assert case.had(RequestStatus.REJECTED)
    done = after(case, TINY, (approves(request=2), utc(3)))
    assert done.order.status == "stopped"


# ---------------------------------------------------------------------- who, when, which


@pytest.mark.parametrize(
    "command",
    [
        asks(by=STRANGER),
        asks(by=STRANGER, reason="gone"),
        approves(by=Seller("s-2")),
        attrs.evolve(approves(), order_id="o-8"),
    ],
)
def test_a_stranger_learns_nothing(command: Command) -> None:
    """Not even whether their reason would be known."""
    with pytest.raises(UnknownOrder) as caught:
        decide(command, opened(TINY), TINY, utc(2))
    assert caught.value.order_id == command.order_id


@pytest.mark.parametrize(
    ("policy", "problem", "code"),
    [
        (tiny(edition="2"), "is tiny 2", "wrong_edition"),
        (tiny(name="big"), "is big 1", "wrong_edition"),
    ],
)
def test_a_case_is_judged_by_its_own_edition(policy: Policy, problem: str, code: str) -> None:
    (fault,) = wrong(asks(), opened(TINY), policy).faults
    assert (fault.problem, fault.expected, fault.code) == (
        problem,
        "tiny 1, which judges this case",
        code,
    )


def test_a_case_is_judged_by_what_decided_when_it_was_opened() -> None:
    """Unless the policy says that it succeeds that; a case of the first form has no digest."""
    changed = tiny(rules=(REFERS,))
    case = opened(TINY)
    error = wrong(asks(), case, changed)
    assert error.codes == ("wrong_digest",)
    assert TINY.digest in str(error)
    assert changed.digest in str(error)
    assert decide(asks(), case, tiny(rules=(REFERS,), succeeds={TINY.digest}), utc(2))
    assert decide(asks(), attrs.evolve(case, digest=""), changed, utc(2))


def test_nothing_happens_before_the_last_event() -> None:
    case = asked()
    error = wrong(approves(), case, at=utc(2, 10) - timedelta(microseconds=1))
    assert error.codes == ("at_too_early",)
    assert error.faults[0].where == "Approve.at"
    assert decide(approves(), case, TINY, utc(2, 10))


def test_deciding_needs_an_offset() -> None:
    naive = datetime(2024, 3, 2)  # noqa: DTZ001
    assert "has no UTC offset" in str(wrong(asks(), opened(TINY), at=naive))


def test_who_answers_a_request_that_is_closed_is_told_so_not_what_is_wrong_with_their_words() -> (
    None
):
    case = after(asked(), TINY, (rejects(), utc(2, 11)))
    assert refused(rejects(text="x" * 21), case) == ("no_open_request",)
    assert refused(rejects(text="x" * 21, request=2), asked()) == ("stale_request",)


# ---------------------------------------------------------------------- the request


def test_a_request_is_referred() -> None:
    events = decide(asks(reason="other", text=" abc\n"), opened(TINY), TINY, utc(2))
    assert events == (
        CancellationRequested(
            **stamp(utc(2), BUYER, "tiny.refer"),
            number=1,
            reason="other",
            text="abc",
            answerer="seller",
        ),
    )


def test_a_request_is_granted_at_once() -> None:
    policy = tiny(rules=(attrs.evolve(REFERS, effect=CANCEL),))
    case = opened(policy)
    events = decide(asks(), case, policy, utc(2))
    by = stamp(utc(2), BUYER, "tiny.refer")
    assert events == (
        CancellationRequested(**by, number=1, reason="mistake"),
        RequestClosed(**by, number=1, outcome=RequestStatus.APPROVED),
        OrderCancelled(**by, number=1, status="stopped"),
    )
    done = after(case, policy, (asks(), utc(2)))
    assert (done.order.status, done.order.status_since) == ("stopped", utc(2))
    assert done.latest is not None
    assert (done.latest.status, done.latest.answer) == (RequestStatus.APPROVED, None)
    assert (done.latest.closed_at, done.version) == (utc(2), 3)


BOTH_ASK = tiny(
    rules=(Rule("t.ask", on=RequestCancellation, effect=Refer(OTHER_SIDE)),),
    reasons=(Reason("mistake", "間違い"),),
    languages=("ja",),
)


@pytest.mark.parametrize(("by", "side"), [(BUYER, "seller_side"), (SELLER, "buyer_side")])
def test_a_request_is_for_the_other_side_of_whoever_asks(by: Any, side: str) -> None:
    (event,) = decide(asks(by=by), opened(BOTH_ASK), BOTH_ASK, utc(2))
    assert isinstance(event, CancellationRequested)
    assert event.answerer == side


def test_the_answerer_approves() -> None:
    done = after(asked(), TINY, (approves(), utc(3)))
    assert done.order.status == "stopped"
    assert done.latest is not None
    assert done.latest.answer == Answer(by=SELLER, at=utc(3))
    assert done.latest.status is RequestStatus.APPROVED


def test_the_answerer_rejects_and_the_order_stays_as_it_is() -> None:
    case = asked()
    (event,) = decide(rejects(text="sold out"), case, TINY, utc(3))
    assert event == RequestClosed(
        **stamp(utc(3), SELLER, "standard.answer"),
        number=1,
        outcome=RequestStatus.REJECTED,
        text="sold out",
    )
    done = evolve(case, event)
    assert done.order == case.order
    assert done.latest is not None
    assert done.latest.answer == Answer(by=SELLER, at=utc(3), text="sold out")


def test_an_order_that_was_packed_while_its_request_was_open_stays_packed_when_rejected() -> None:
    packs = sends(move="plan", facts={"ship_on": SHIP_ON})
    done = after(asked(), TINY, (packs, utc(2, 11)), (rejects(), utc(3)))
    assert (done.order.status, done.order.ship_on) == ("packed", SHIP_ON)
    assert done.order.status_since == utc(2, 11)


def test_a_rejection_can_refer_on_and_a_third_party_decides() -> None:
    onward = Rule(
        "t.onward", on=type(rejects()), when=answerer.is_in("seller"), effect=Refer(operator)
    )
    policy = tiny(rules=(*RULES, onward))
    case = asked(policy)
    (event,) = decide(rejects(text="no"), case, policy, utc(3))
    assert event == RequestReferred(
        **stamp(utc(3), SELLER, "standard.answer", "t.onward"),
        number=1,
        answerer="operator",
        text="no",
    )
    referred = evolve(case, event)
    assert referred.open_request is not None
    assert referred.open_request.answerer == "operator"
    assert refused(rejects(), referred, policy) == ("not_permitted",)
    done = after(referred, policy, (rejects(by=OPERATOR), utc(4)))
    assert done.latest is not None
    assert done.latest.status == "rejected"


def test_the_answerer_asks_for_a_withdrawal_and_the_initiator_declines_or_gives_in() -> None:
    case = asked()
    ask = AskWithdrawal("o-7", by=SELLER, request=1, text=" please ")
    assert decide(ask, case, TINY, utc(3)) == (
        WithdrawalAsked(**stamp(utc(3), SELLER, "tiny.asks_back"), number=1, text="please"),
    )
    case = after(case, TINY, (ask, utc(3)))
    assert case.open_request is not None
    assert case.open_request.withdrawal_text == "please"
    decline = AnswerWithdrawal("o-7", by=BUYER, request=1, accept=False)
    assert decide(decline, case, TINY, utc(4)) == (
        WithdrawalDeclined(**stamp(utc(4), BUYER, "tiny.withdraws"), number=1),
    )
    declined = after(case, TINY, (decline, utc(4)))
    assert declined.open_request is not None
    assert declined.open_request.status is RequestStatus.WITHDRAWAL_DECLINED
    accept = AnswerWithdrawal("o-7", by=BUYER, request=1, accept=True)
    withdrawn = RequestClosed(
        **stamp(utc(4), BUYER, "tiny.withdraws"), number=1, outcome=RequestStatus.WITHDRAWN
    )
    assert decide(accept, case, TINY, utc(4)) == (withdrawn,)
    assert decide(Withdraw("o-7", by=BUYER, request=1), case, TINY, utc(4)) == (withdrawn,)


def test_a_seller_cancels_for_lack_of_stock() -> None:
    """With a reason of their own, which the buyer cannot use; an open request is superseded."""
    policy = tiny(
        rules=(*RULES, Rule("t.sold_out", on=RequestCancellation, when=seller, effect=CANCEL)),
        reasons=(*REASONS, Reason("out_of_stock", "品切れ", when=seller)),
        languages=("ja",),
    )
    cancels = asks(by=SELLER, reason="out_of_stock")
    error = wrong(asks(reason="out_of_stock"), opened(policy), policy)
    assert error.codes == ("reason_not_offered",)
    assert error.faults[0].expected == "one of: mistake, other"
    done = after(asked(policy), policy, (cancels, utc(3)))
    assert [(each.by, each.status) for each in done.requests] == [
        (BUYER, "superseded"),
        (SELLER, "approved"),
    ]
    assert done.order.status == "stopped"


def test_an_order_takes_a_thousand_requests() -> None:
    case = opened(TINY)
    past = tuple(
        PastRequest(by=BUYER, at=utc(1, 3), status=RequestStatus.WITHDRAWN) for _ in range(1000)
    )
    full = TINY.open(attrs.evolve(case.order, history=past))
    assert "has 1000 requests" in str(wrong(asks(), full))


# ---------------------------------------------------------------------- the order


def test_an_order_moves_on() -> None:
    case = opened(TINY)
    plan = sends(move="plan", facts={"ship_on": SHIP_ON})
    assert decide(plan, case, TINY, utc(2)) == (
        OrderAdvanced(
            **stamp(utc(2), SELLER, "standard.advance"),
            move="plan",
            status="packed",
            facts={"ship_on": SHIP_ON},
        ),
    )
    done = after(case, TINY, (plan, utc(2)), (sends(), utc(3)))
    assert (done.order.status, done.order.shipped_at) == ("sent", utc(3))
    assert (done.order.ship_on, done.shipped_version) == (SHIP_ON, 2)


def test_a_shipment_may_be_told_with_its_moment() -> None:
    done = after(opened(TINY), TINY, (sends(facts={"shipped_at": utc(2)}), utc(3)))
    assert done.order.shipped_at == utc(2)


def test_a_move_into_a_status_that_closes_supersedes_the_request() -> None:
    """The closing comes first, so that both sides read that the order was shipped."""
    closed, advanced = decide(sends(), asked(), TINY, utc(3))
    assert closed == RequestClosed(
        **stamp(utc(3), SELLER, "standard.advance"), number=1, outcome=RequestStatus.SUPERSEDED
    )
    assert isinstance(advanced, OrderAdvanced)
    assert advanced.ships
    assert len(decide(sends(), opened(TINY), TINY, utc(3))) == 1


# ---------------------------------------------------------------------- what the host tells


def update(**changes: Any) -> UpdateOrder:
    return UpdateOrder("o-7", **{"by": SYSTEM, **changes})


def test_a_payment_is_told_after_registration() -> None:
    case = opened(TINY)
    (event,) = decide(update(facts={"paid_at": utc(2)}), case, TINY, utc(3))
    assert event == OrderUpdated(**stamp(utc(3), SYSTEM), facts={"paid_at": utc(2)})
    told = evolve(case, event)
    assert told.order.paid_at == utc(2)
    assert (told.order.status, told.order.status_since) == ("new", utc(1, 3))
    again = after(told, TINY, (update(facts={"paid_at": None}), utc(4)))
    assert again.order.paid_at is None


def test_accounts_move() -> None:
    moved = after(opened(TINY), TINY, (update(buyer="b-2", seller="s-2"), utc(2)))
    assert (moved.order.buyer, moved.order.seller) == ("b-2", "s-2")
    assert decide(asks(by=STRANGER), moved, TINY, utc(3))


def test_an_order_that_was_shipped_elsewhere_is_told_so() -> None:
    """Its open request is superseded, and it cannot be cancelled any more."""
    case = asked()
    closed, updated = decide(update(status="sent"), case, TINY, utc(3))
    assert isinstance(closed, RequestClosed)
    assert closed.outcome == "superseded"
    assert isinstance(updated, OrderUpdated)
    assert (updated.status, updated.ships) == ("sent", True)
    done = after(case, TINY, (update(status="sent"), utc(3)))
    assert (done.order.status, done.order.shipped_at) == ("sent", utc(3))
    assert TINY.assess(asks(), done, utc(4)).codes == ("not_cancellable",)


def test_telling_the_status_that_the_order_has_changes_nothing_of_it() -> None:
    done = after(asked(), TINY, (update(status="new"), utc(3)))
    assert (done.order.status, done.order.status_since) == ("new", utc(1, 3))
    assert done.open_request is not None


@pytest.mark.parametrize(("now_in", "to"), [("new", "stopped"), ("stopped", "new")])
def test_cancelling_goes_through_a_request_and_is_for_good(now_in: str, to: str) -> None:
    assert refused(update(status=to), opened(TINY, status=now_in)) == ("cancelled_is_final",)


@pytest.mark.parametrize("by", [BUYER, SELLER])
def test_the_house_alone_tells(by: Any) -> None:
    assert refused(update(by=by), opened(TINY)) == ("wrong_actor",)
    assert decide(update(by=OPERATOR), opened(TINY), TINY, utc(2))


# ---------------------------------------------------------------------- deadlines


def of_a_day(then: Action, **changes: Any) -> Policy:
    """A policy with one deadline, a day after the request."""
    values: dict[str, Any] = {"runs": is_open, "due": requested_at + days(1), **changes}
    reasons = (*REASONS, Reason("late", "遅延", when=system))
    return tiny(
        deadlines=(Deadline("d", then=then, **values),), reasons=reasons, languages=("ja",)
    )


def fire(at: datetime = DUE) -> tuple[FireDeadline, datetime]:
    return FireDeadline("o-7", by=SYSTEM, deadline="d"), at


@pytest.mark.parametrize(
    ("then", "kinds", "status_after", "order_status"),
    [
        (approve, (RequestClosed, OrderCancelled), "approved", "stopped"),
        (reject, (RequestClosed,), "rejected", "new"),
        (expire, (RequestClosed,), "expired", "new"),
        (
            cancel("late"),
            (RequestClosed, CancellationRequested, RequestClosed, OrderCancelled),
            "approved",
            "stopped",
        ),
        (advance("send"), (RequestClosed, OrderAdvanced), "superseded", "sent"),
        (refer(operator), (RequestReferred,), "pending", "new"),
        (mark("late"), (), "pending", "new"),
        (notify, (), "pending", "new"),
    ],
    ids=lambda value: value.do if isinstance(value, Action) else None,
)
def test_a_deadline_does_what_it_says(
    then: Action, kinds: tuple[type[Event], ...], status_after: str, order_status: str
) -> None:
    policy = of_a_day(then)
    case = asked(policy)
    command, at = fire()
    events = decide(command, case, policy, at)
    assert tuple(map(type, events)) == (DeadlineFired, *kinds)
    assert all(event.rules == ("d",) for event in events)
    fired = events[0]
    assert isinstance(fired, DeadlineFired)
    assert (fired.due_at, fired.impossible) == (utc(3, 10), False)
    done = reduce(evolve, events, case)
    assert done.latest is not None
    assert (done.latest.status, done.order.status) == (status_after, order_status)


def test_a_late_tick_fires_with_the_true_due_moment() -> None:
    policy = of_a_day(expire)
    command, at = fire(utc(9))
    fired = decide(command, asked(policy), policy, at)[0]
    assert isinstance(fired, DeadlineFired)
    assert (fired.at, fired.due_at) == (utc(9), utc(3, 10))


def test_a_cancellation_by_a_deadline_is_a_request_with_who_and_why() -> None:
    policy = of_a_day(cancel("late"), runs=status.is_in("new"), due=placed_at + days(1))
    done = after(opened(policy), policy, fire(utc(2, 3)))
    assert done.latest is not None
    assert (done.latest.by, done.latest.reason, done.latest.status) == (
        SYSTEM,
        "late",
        "approved",
    )


@pytest.mark.parametrize(("of", "number"), [("request", 1), ("order", None)])
def test_a_mark_is_of_the_request_or_of_the_order(of: str, number: int | None) -> None:
    policy = of_a_day(mark("late", of=of))
    done = after(asked(policy), policy, fire())
    assert [(each.code, each.request) for each in done.marks] == [("late", number)]
    assert done.is_marked("late")


def test_a_mark_of_an_order_that_nobody_asked_about_is_the_orders() -> None:
    policy = of_a_day(mark("late"), runs=status.is_in("new"), due=placed_at + days(1))
    done = after(opened(policy), policy, fire(utc(2, 3)))
    assert [(each.code, each.request) for each in done.marks] == [("late", None)]


@pytest.mark.parametrize(
    "then", [approve, reject, expire, refer(operator), cancel("late"), advance("plan2")]
)
def test_an_action_that_the_lifecycle_refuses_is_recorded_and_remembered(then: Action) -> None:
    """It is not tried again as long as the status stays."""
    orders = Lifecycle(
        moves={"plan2": ("new", "packed"), "send": (("new", "packed"), "sent")},
        cancellable=("new", "packed"),
        cancelled="stopped",
    )
    always = status.is_in("new", "packed", "sent")
    policy = tiny(
        orders=orders,
        rules=(REFERS,),
        deadlines=(Deadline("d", runs=always, due=placed_at + days(1), then=then),),
        reasons=(*REASONS, Reason("late", "遅延", when=system)),
        languages=("ja",),
    )
    case = opened(policy, status="sent")
    (event,) = decide(*fire(utc(2, 3))[:1], case, policy, utc(2, 3))
    assert isinstance(event, DeadlineFired)
    assert event.impossible
    done = evolve(case, event)
    assert done.fired["d"].impossible
    assert refused(fire()[0], done, policy) == ("not_due",)


def test_approving_is_impossible_where_the_order_cannot_be_cancelled() -> None:
    orders = Lifecycle(moves={"send": ("new", "sent")}, cancellable=("new",), cancelled="stopped")
    policy = tiny(
        orders=orders,
        texts=Texts(),
        rules=(REFERS,),
        notifications=None,
        deadlines=(Deadline("d", runs=is_open, due=requested_at + days(1), then=approve),),
        languages=("ja",),
    )
    case = after(asked(policy), policy, (sends(), utc(2, 11)))
    (event,) = decide(fire()[0], case, policy, utc(3, 10))
    assert isinstance(event, DeadlineFired)
    assert event.impossible


def test_a_deadline_is_the_clocks_and_fires_when_it_is_due() -> None:
    policy = of_a_day(expire)
    case = asked(policy)
    command, at = fire()
    assert refused(command, case, policy, at - timedelta(microseconds=1)) == ("not_due",)
    assert refused(command, opened(policy), policy, at) == ("not_due",)
    assert refused(attrs.evolve(command, by=OPERATOR), case, policy, at) == ("wrong_actor",)


def test_a_deadline_is_one_of_the_policy() -> None:
    command = FireDeadline("o-7", by=SYSTEM, deadline="d.gone")
    assert wrong(command, asked()).faults == (
        Fault("tiny.deadline", "'d.gone' is unknown", "one of: none"),
    )


def test_of_two_deadlines_at_one_moment_the_first_declared_fires() -> None:
    due = requested_at + days(1)
    first = Deadline("d.first", runs=is_open, due=due, then=expire)
    second = Deadline("d.second", runs=is_open, due=due, then=approve)
    for deadlines, outcome in (((first, second), "expired"), ((second, first), "approved")):
        policy = tiny(deadlines=deadlines)
        case = asked(policy)
        winner, other = (FireDeadline("o-7", by=SYSTEM, deadline=each.id) for each in deadlines)
        assert refused(other, case, policy, utc(3, 10)) == ("not_due",)
        done = after(case, policy, (winner, utc(3, 10)))
        assert done.latest is not None
        assert done.latest.status == outcome


# ---------------------------------------------------------------------- marks that are met

SAME_DAY = tiny(
    deadlines=(
        Deadline(
            "d",
            runs=~is_open & status.is_in("new"),
            due=placed_at + days(1),
            then=mark("missed"),
            met=shipped_at,
        ),
    )
)


def test_a_mark_is_taken_off_when_what_meets_it_is_told_to_have_been_earlier() -> None:
    missed = after(opened(SAME_DAY), SAME_DAY, fire(utc(2, 3)))
    assert missed.is_marked("missed")
    early, late = {"shipped_at": utc(2, 2)}, {"shipped_at": utc(2, 3)}
    (event,) = decide(update(facts=early), missed, SAME_DAY, utc(2, 4))
    assert isinstance(event, OrderUpdated)
    assert event.unmarks == ("d",)
    assert not evolve(missed, event).is_marked("missed")
    moved = after(missed, SAME_DAY, (sends(facts=early), utc(2, 4)))
    assert moved.marks == ()
    assert after(missed, SAME_DAY, (update(facts=late), utc(2, 4))).is_marked("missed")
    assert after(missed, SAME_DAY, (sends(), utc(2, 4))).is_marked("missed")


def test_facts_that_go_with_a_command_are_asked_for() -> None:
    confirmed = Flag("confirmed", of=type(rejects()))
    policy = tiny(
        facts=(confirmed,),
        rules=(
            REFERS,
            ASKS_BACK,
            Rule(
                "t.yes",
                on=type(rejects()),
                effect=If(confirmed, Refer("operator"), Refer("seller")),
            ),
        ),
    )
    case = asked(policy)
    data: Mapping[str, bool]
    for data, answerer_ in (({}, "seller"), ({"confirmed": True}, "operator")):
        (event,) = decide(rejects(data=data), case, policy, utc(3))
        assert isinstance(event, RequestReferred)
        assert event.answerer == answerer_
