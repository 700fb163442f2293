"""Each invariant is stated once, and is broken by a step that breaks it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs
import pytest
from statemachine import State, StateMachine

from ordercancel import (
    CancellationRequest,
    Case,
    Command,
    Event,
    Order,
    Policy,
    Refused,
    RequestStatus,
    decide,
    evolve,
)
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.events import (
    CancellationRequested,
    OrderAdvanced,
    OrderCancelled,
    RequestGranted,
    RequestRejected,
)
from ordercancel.domain.texts import Text
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import PERMIT, STANDARD_RULES, GoingBack, Rule, compile_chart
from ordercancel.verification.invariants import INVARIANTS, Invariant, Step, is_shipped
from samples import PERMITTING
from samples import order as sample
from unit.tiny import BUYER, OPERATOR, OURS, RULES, SELLER, asks, opened, tiny, utc, worded

IDS = (
    "shipped_is_not_cancelled",
    "shipped_stays_shipped",
    "cancelled_is_not_shipped",
    "ends_stay",
    "closed_requests_stay",
    "at_most_one_is_open",
    "cancelled_by_a_grant",
    "nothing_is_lost",
)
STAMP: dict[str, Any] = {"order_id": "o-7", "at": utc(2), "by": SELLER}


class RoundChart(StateMachine):
    """An order that is lent: sent, held, sent on, and taken back to be sent again."""

    new = State("新規", initial=True)
    sent = State("発送済")
    held = State("保管中")
    returned = State("返却済")
    kept = State("購入済", final=True)
    stopped = State("中止", final=True)

    send = new.to(sent) | returned.to(sent)
    hold = sent.to(held)
    send_on = held.to(sent)
    give_back = sent.to(returned)
    keep = held.to(kept)
    renew = returned.to(new)
    cancel = new.to(stopped) | held.to(stopped)


NAME = Text("名", "name")
ROUND = tiny(
    orders=compile_chart(RoundChart),
    planned_by=frozenset(),
    superseding=None,
    rules=STANDARD_RULES,
    wording=worded(
        statuses=dict.fromkeys(("new", "sent", "held", "returned", "kept", "stopped"), NAME)
    ),
)
TINY = tiny()


# ---------------------------------------------------------------------- the invariants themselves


def test_the_laws_are_named() -> None:
    """Each by an id of its own, which does not change."""
    assert tuple(invariant.id for invariant in INVARIANTS) == IDS


@pytest.mark.parametrize("invariant", INVARIANTS, ids=IDS)
def test_a_law_is_said_in_two_languages(invariant: Invariant) -> None:
    """In a sentence that fills no blanks."""
    assert all(text.strip() for text in invariant.text.both)
    assert invariant.text.ja != invariant.text.en
    assert invariant.text.placeholders == frozenset()


# ---------------------------------------------------------------------- steps that are taken


def taken(policy: Policy, case: Case, command: Command, at: datetime) -> Step:
    """The step that a command really makes."""
    decision = policy.assess(command, case, at, seller=PERMITTING)
    try:
        events = decide(command, case, policy, at, seller=PERMITTING)
    except Refused:
        events = ()
    after = case
    for event in events:
        after = evolve(after, event)
    return Step(
        policy=policy,
        before=case,
        command=command,
        at=at,
        decision=decision,
        events=events,
        after=after,
    )


def broken(step: Step) -> set[str]:
    return {invariant.id for invariant in INVARIANTS if not invariant.holds(step)}


ASK = RequestCancellation("o-7", by=BUYER, reason="order_cancellation")
REJECT = Reject("o-7", by=SELLER, reason="shipped", affirmed=True)
SHIP = AdvanceOrder("o-7", by=SELLER, move="ship")
CONECT_ASK = RequestCancellation("o-7", by=BUYER, reason="wrong_item")


@pytest.mark.parametrize(
    ("policy", "status", "commands", "ends"),
    [
        (QOO10, "new", (ASK, ASK), ("cancelled", ("granted",))),
        (
            QOO10,
            "new",
            (AdvanceOrder("o-7", by=SELLER, move="plan_shipping", ship_on=date(2024, 3, 20)), ASK),
            ("shipping_requested", ("awaiting_seller",)),
        ),
        (
            QOO10,
            "shipping_requested",
            (ASK, SHIP, REJECT, ASK, SHIP, AdvanceOrder("o-7", by=SELLER, move="deliver"), ASK),
            ("delivered", ("rejected",)),
        ),
        (
            QOO10,
            "shipping_requested",
            (
                ASK,
                AskWithdrawal("o-7", by=SELLER),
                AnswerWithdrawal("o-7", by=BUYER, accept=False),
                AskWithdrawal("o-7", by=SELLER),
                AnswerWithdrawal("o-7", by=BUYER, accept=True),
                Withdraw("o-7", by=BUYER),
                ASK,
                Approve("o-7", by=SELLER),
                SHIP,
            ),
            ("cancelled", ("withdrawn", "granted")),
        ),
        (
            CONECT,
            "placed",
            (CONECT_ASK, Reject("o-7", by=SELLER), CONECT_ASK, SHIP, CONECT_ASK),
            ("shipped", ("rejected", "superseded")),
        ),
        (
            CONECT,
            "placed",
            (CONECT_ASK, Approve("o-7", by=SELLER), CONECT_ASK),
            ("discontinued", ("granted",)),
        ),
    ],
)
def test_every_invariant_holds_of_every_ordinary_step(
    policy: Policy,
    status: str,
    commands: tuple[Command, ...],
    ends: tuple[str, tuple[str, ...]],
) -> None:
    """Of those that were carried out, and of those that were refused."""
    placed = {"id": "o-7", "status": status, "placed_at": utc(1, 3), "ship_on": date(2024, 3, 20)}
    if status == "new":
        placed["ship_on"] = None
    case = policy.open(sample(policy.name, **placed))
    for number, command in enumerate(commands):
        step = taken(policy, case, command, utc(2, number))
        assert broken(step) == set()
        case = step.after
    statuses = tuple(str(request.status) for request in case.requests)
    assert (case.order.status, statuses) == ends


def test_a_policy_that_goes_back_from_a_final_status_breaks_the_law() -> None:
    """A rejection after sending, where sending closes no request, undoes the sending."""
    policy = tiny(superseding=None, going_back=GoingBack("tiny.back", cites=OURS))
    case = opened(policy)
    for command in (asks(), AdvanceOrder("o-7", by=SELLER, move="send")):
        step = taken(policy, case, command, utc(2))
        assert broken(step) == set()
        case = step.after
    undone = taken(policy, case, Reject("o-7", by=SELLER), utc(2))
    assert (undone.before.order.status, undone.after.order.status) == ("sent", "new")
    assert broken(undone) == {"shipped_stays_shipped", "ends_stay"}


def test_a_policy_that_cancels_what_was_sent_breaks_the_law() -> None:
    """A chart with the move and a rule that permits it are enough."""
    orders = compile_chart(RoundChart)
    policy = attrs.evolve(
        ROUND,
        rules=(*RULES, Rule("lax", on=Approve, effect=PERMIT, cites=OURS)),
        orders=orders,
    )
    case = policy.open(attrs.evolve(opened(ROUND).order, status="held"))
    case = taken(policy, case, asks(), utc(2)).after
    assert broken(taken(policy, case, Approve("o-7", by=SELLER), utc(2))) == {
        "shipped_is_not_cancelled"
    }


# ---------------------------------------------------------------------- steps made by hand


def request(number: int = 1, status: str = "awaiting_seller") -> CancellationRequest:
    return CancellationRequest(
        number=number,
        by=BUYER,
        at=utc(1, 5),
        reason="mistake",
        status=RequestStatus(status),
        order_status="new",
    )


def case(status: str = "new", *requests: str, version: int = 3, **changes: Any) -> Case:
    """A case in `status` with requests that stand so, one after another."""
    order = attrs.evolve(opened(TINY).order, status=status, **changes)
    numbered = tuple(request(number, each) for number, each in enumerate(requests, 1))
    return Case(order=order, edition="1", requests=numbered, version=version)


def made(before: Case, after: Case, *events: Event, policy: Policy = TINY) -> Step:
    """A step by hand: its history is as long as it should be, unless `after` says otherwise."""
    command = Approve("o-7", by=OPERATOR)
    return Step(
        policy=policy,
        before=before,
        command=command,
        at=utc(2),
        decision=policy.assess(command, opened(TINY), utc(2)),
        events=events,
        after=attrs.evolve(after, version=after.version + len(events)),
    )


def advanced(move: str, status: str, *, ships: bool = False) -> OrderAdvanced:
    return OrderAdvanced(move=move, status=status, ships=ships, **STAMP)


GRANTED = RequestGranted(number=1, **STAMP)
CANCELLED = OrderCancelled(number=1, status="stopped", **STAMP)
REJECTED = RequestRejected(number=1, **STAMP)


@pytest.mark.parametrize(
    "step",
    [
        made(case(), case()),
        made(case(), case("packed"), advanced("plan", "packed")),
        made(case(), case("sent"), advanced("send", "sent", ships=True)),
        made(case("sent"), case("sent")),
        made(
            case("new", "rejected"),
            case("new", "rejected", "awaiting_seller"),
            CancellationRequested(number=2, reason="mistake", referred=True, **STAMP),
        ),
        made(case("new", "awaiting_seller"), case("new", "rejected"), REJECTED),
        made(
            case("packed", "lapsed", "awaiting_seller"),
            case("stopped", "lapsed", "granted"),
            GRANTED,
            CANCELLED,
        ),
        made(case("stopped", "granted"), case("stopped", "granted")),
        made(
            case("held", "awaiting_seller"),
            case("kept", "awaiting_seller"),
            advanced("keep", "kept"),
            policy=ROUND,
        ),
    ],
)
def test_every_invariant_holds_of_an_ordinary_step_made_by_hand(step: Step) -> None:
    """So that what breaks one below breaks it by nothing but what it shows."""
    assert broken(step) == set()


@pytest.mark.parametrize(
    ("invariant", "step"),
    [
        # Cancelled although its times, or its status, tell that it was sent.
        (
            "shipped_is_not_cancelled",
            made(
                case("new", "awaiting_seller", shipped_at=utc(1, 9)),
                case("stopped", "granted", shipped_at=utc(1, 9)),
                GRANTED,
                CANCELLED,
            ),
        ),
        (
            "shipped_is_not_cancelled",
            made(
                case("held", "awaiting_seller"),
                case("stopped", "granted"),
                GRANTED,
                CANCELLED,
                policy=ROUND,
            ),
        ),
        # Sent, and then again what it was before.
        (
            "shipped_stays_shipped",
            made(case("held"), case("new"), advanced("lose", "new"), policy=ROUND),
        ),
        # Sent after it was cancelled.
        (
            "cancelled_is_not_shipped",
            made(
                case("stopped", "granted"),
                case("stopped", "granted", shipped_at=utc(2)),
                advanced("send", "stopped", ships=True),
            ),
        ),
        # Something else after its end: after a cancellation, and without any event.
        ("ends_stay", made(case("stopped"), case("new"), advanced("renew", "new"))),
        ("ends_stay", made(case("stopped"), case("packed"))),
        # Another answer, another time or other words of a request that is closed.
        (
            "closed_requests_stay",
            made(case("new", "rejected"), case("new", "withdrawn"), REJECTED),
        ),
        (
            "closed_requests_stay",
            made(
                case("new", "lapsed"),
                attrs.evolve(
                    case(), requests=(attrs.evolve(request(1, "lapsed"), closed_at=utc(2)),)
                ),
            ),
        ),
        # A second open request, one behind which another came, and numbers that do not count.
        (
            "at_most_one_is_open",
            made(
                case("new", "awaiting_seller"),
                case("new", "awaiting_seller", "awaiting_seller"),
                CancellationRequested(number=2, reason="mistake", referred=True, **STAMP),
            ),
        ),
        (
            "at_most_one_is_open",
            made(
                case("new", "withdrawal_held"),
                case("new", "withdrawal_held", "lapsed"),
                CancellationRequested(number=2, reason="mistake", referred=False, **STAMP),
            ),
        ),
        (
            "at_most_one_is_open",
            made(
                case(),
                attrs.evolve(case(), requests=(request(2),)),
                CancellationRequested(number=2, reason="mistake", referred=True, **STAMP),
            ),
        ),
        # Cancelled without a grant; granted without being cancelled; two grants at once.
        ("cancelled_by_a_grant", made(case(), case("stopped"), CANCELLED)),
        (
            "cancelled_by_a_grant",
            made(case("new", "awaiting_seller"), case("stopped", "rejected"), REJECTED, CANCELLED),
        ),
        (
            "cancelled_by_a_grant",
            made(case("new", "awaiting_seller"), case("new", "granted"), GRANTED),
        ),
        (
            "cancelled_by_a_grant",
            made(case("new"), case("stopped", "granted", "granted"), GRANTED, GRANTED, CANCELLED),
        ),
        # The grant is not the latest request's.
        (
            "cancelled_by_a_grant",
            made(
                case("new", "awaiting_seller"),
                case("stopped", "granted", "rejected"),
                GRANTED,
                CANCELLED,
            ),
        ),
        # A history that does not grow by its events, or a request that is gone.
        ("nothing_is_lost", made(case(), case("packed", version=2), advanced("plan", "packed"))),
        ("nothing_is_lost", made(case(), case(version=4))),
        ("nothing_is_lost", made(case("new", "rejected"), case("new"))),
    ],
)
def test_a_step_that_breaks_a_law_is_seen_by_that_law(invariant: str, step: Step) -> None:
    """And by no other, so that what went wrong is told by its name."""
    assert broken(step) == {invariant}


# ---------------------------------------------------------------------- shipped


def placed(policy: Policy, **changes: Any) -> Order:
    return attrs.evolve(opened(TINY).order, policy=policy.name, **changes)


@pytest.mark.parametrize(
    ("policy", "shipped"),
    [
        (TINY, {"sent"}),
        (QOO10, {"shipped", "delivered"}),
        (CONECT, {"shipped"}),
        # Whoever lends has it back in the end: what was returned may be new again.
        (ROUND, {"sent", "held", "kept", "returned"}),
        # Where no move ships, no status tells that anything was.
        (tiny(shipped_by=frozenset()), set()),
    ],
)
def test_an_order_is_shipped_by_its_status(policy: Policy, shipped: set[str]) -> None:
    """In those statuses that no order comes to without being shipped."""
    found = {
        status
        for status in policy.orders.state_ids
        if is_shipped(placed(policy, status=status), policy)
    }
    assert found == shipped


@pytest.mark.parametrize("status", ["new", "packed", "sent", "stopped"])
def test_an_order_is_shipped_by_its_times(status: str) -> None:
    """Whatever its status says, once a time is known at which it was shipped."""
    assert is_shipped(placed(TINY, status=status, shipped_at=utc(1, 9)), TINY)


def test_a_status_that_can_be_reached_without_shipping_tells_nothing() -> None:
    """Packed orders are new ones that were planned, or such as came back."""

    class BackChart(StateMachine):
        new = State("新規", initial=True)
        packed = State("梱包済")
        sent = State("発送済")
        stopped = State("中止", final=True)

        plan = new.to(packed)
        send = new.to(sent) | packed.to(sent)
        give_back = sent.to(packed)
        cancel = new.to(stopped) | packed.to(stopped) | sent.to(stopped)

    policy = tiny(orders=compile_chart(BackChart))
    assert is_shipped(placed(policy, status="sent"), policy)
    assert not is_shipped(placed(policy, status="packed"), policy)
    assert not is_shipped(placed(policy, status="stopped"), policy)
    back = made(case("sent"), case("packed"), advanced("give_back", "packed"), policy=policy)
    assert broken(back) == {"shipped_stays_shipped"}


def test_a_cancelled_order_is_not_shipped_by_its_status() -> None:
    """Not even where only such orders can be cancelled as were sent."""

    class LateChart(StateMachine):
        new = State("新規", initial=True)
        sent = State("発送済")
        packed = State("返送済", final=True)
        stopped = State("中止", final=True)

        send = new.to(sent)
        give_back = sent.to(packed)
        cancel = sent.to(stopped)

    policy = tiny(orders=compile_chart(LateChart), planned_by=frozenset())
    found = {
        each for each in policy.orders.state_ids if is_shipped(placed(policy, status=each), policy)
    }
    assert found == {"sent", "packed"}
