"""Each invariant is stated once, and is broken by a step that breaks it."""

from __future__ import annotations

from functools import reduce
from typing import Any

import attrs
import pytest

from ordercancel import (
    AdvanceOrder,
    Approve,
    CancellationRequest,
    Case,
    Command,
    Reject,
    RequestCancellation,
    RequestStatus,
    Withdraw,
    decide,
    evolve,
)
from ordercancel.domain.events import OrderAdvanced, OrderCancelled, RequestClosed, UnitsCancelled
from ordercancel.domain.money import OrderLine
from ordercancel.domain.quotes import State
from ordercancel.verification.invariants import INVARIANTS, Invariant, Step, is_shipped
from unit.tiny import BUYER, SELLER, SYSTEM, opened, order, tiny, utc

IDS = (
    "shipped_is_not_cancelled",
    "cancelled_is_final",
    "closed_requests_stay",
    "closed_once",
    "at_most_one_is_open",
    "cancelled_by_an_approval",
    "order_stays",
    "answered_by_others",
    "units_add_up",
    "nothing_is_lost",
)
BY_ID = {invariant.id: invariant for invariant in INVARIANTS}
STAMP: dict[str, Any] = {"order_id": "o-7", "at": utc(2), "by": SELLER}
TINY = tiny()
ASK = RequestCancellation("o-7", by=BUYER, reason="mistake")
APPROVE = Approve("o-7", by=SELLER, request=1)
REJECT = Reject("o-7", by=SELLER, request=1)
CLOSED = RequestClosed(number=1, outcome=RequestStatus.REJECTED, **STAMP)
CANCELLED = OrderCancelled(number=1, status="stopped", **STAMP)
ADVANCED = OrderAdvanced(move="send", status="sent", **STAMP)


def request(number: int = 1, status: str = "pending", **changes: Any) -> CancellationRequest:
    """A request of the buyer's, for the seller to answer."""
    values: dict[str, Any] = {
        "number": number,
        "by": BUYER,
        "at": utc(1, 4),
        "answerer": "seller",
        "status": RequestStatus(status),
    }
    return CancellationRequest(**values | changes)


def case(*requests: CancellationRequest, status: str = "new", version: int = 3) -> Case:
    """A case of the tiny order in this status, with these requests."""
    return attrs.evolve(opened(TINY, status=status), requests=requests, version=version)


def step(before: Case, command: Command, after: Case, *events: Any) -> Step:
    """A step made by hand."""
    return Step(policy=TINY, before=before, command=command, at=utc(2), events=events, after=after)


def test_the_invariants_are_named() -> None:
    """Each by an id of its own, which does not change."""
    assert tuple(invariant.id for invariant in INVARIANTS) == IDS


@pytest.mark.parametrize("invariant", INVARIANTS, ids=IDS)
def test_an_invariant_is_said_in_two_languages(invariant: Invariant) -> None:
    """In a sentence that fills no blanks."""
    assert set(invariant.text.languages) == {"ja", "en"}
    assert all(text.strip() for text in invariant.text.values)
    assert invariant.text.placeholders == frozenset()


LIVES: list[list[Command]] = [
    [ASK, APPROVE],
    [ASK, REJECT, AdvanceOrder("o-7", by=SELLER, move="send")],
    [ASK, AdvanceOrder("o-7", by=SELLER, move="send")],
    [ASK, Withdraw("o-7", by=BUYER, request=1), ASK],
]


@pytest.mark.parametrize("life", LIVES, ids=["approved", "rejected", "superseded", "withdrawn"])
def test_every_invariant_holds_of_every_ordinary_step(life: list[Command]) -> None:
    """Whatever people do under a sound policy."""
    now = opened(TINY)
    for command in life:
        events = decide(command, now, TINY, utc(2))
        after = reduce(evolve, events, now)
        taken = step(now, command, after, *events)
        assert [each.id for each in INVARIANTS if not each.holds(taken)] == []
        now = after


def of_units(
    cancelled: dict[str, int] | None = None, shipped: dict[str, int] | None = None, **fields: Any
) -> Case:
    """A case of three cups, of which so many were cancelled and shipped."""
    units = State().cancelling(cancelled or {}).shipping(shipped or {})
    cups = order(status="new", lines=(OrderLine(id="cup", quantity=3),))
    return attrs.evolve(case(), order=attrs.evolve(cups, **fields), units=units)


BROKEN = [
    (
        "shipped_is_not_cancelled",
        step(
            case(request(), status="sent"),
            APPROVE,
            case(request(status="approved"), status="stopped", version=5),
            attrs.evolve(CLOSED, outcome=RequestStatus.APPROVED),
            CANCELLED,
        ),
    ),
    (
        "cancelled_is_final",
        step(case(status="stopped"), APPROVE, case(status="new", version=4), ADVANCED),
    ),
    (
        "closed_requests_stay",
        step(
            case(request(status="rejected")),
            REJECT,
            case(request(status="withdrawn"), version=4),
            CLOSED,
        ),
    ),
    (
        "closed_once",
        step(case(request()), REJECT, case(request(status="rejected"), version=5), CLOSED, CLOSED),
    ),
    (
        "at_most_one_is_open",
        step(case(request()), ASK, case(request(), request(2), version=4), ADVANCED),
    ),
    (
        "at_most_one_is_open",
        step(case(), ASK, case(request(2), version=4), ADVANCED),
    ),
    (
        "cancelled_by_an_approval",
        step(case(request()), APPROVE, case(request(), status="stopped", version=4), CANCELLED),
    ),
    (
        "cancelled_by_an_approval",
        step(case(request()), APPROVE, case(request(status="approved"), version=4), CLOSED),
    ),
    (
        "order_stays",
        step(
            case(request(), status="packed"),
            REJECT,
            case(request(status="rejected"), status="new", version=4),
            CLOSED,
        ),
    ),
    (
        "answered_by_others",
        step(
            case(request()),
            attrs.evolve(REJECT, by=BUYER),
            case(request(status="rejected"), version=4),
            CLOSED,
        ),
    ),
    ("units_add_up", step(case(), ASK, of_units({"cup": 2}, {"cup": 2}))),
    ("units_add_up", step(case(), ASK, of_units({"pot": 1}))),
    ("units_add_up", step(case(), ASK, of_units({"cup": 3}))),
    ("units_add_up", step(case(), ASK, of_units(status="stopped"))),
    ("units_add_up", step(case(), ASK, of_units({"cup": 1}, {"cup": 1}, status="sent"))),
    (
        "cancelled_by_an_approval",
        step(case(), ASK, of_units(), UnitsCancelled(number=1, lines={"cup": 1}, **STAMP)),
    ),
    ("nothing_is_lost", step(case(request()), ASK, case(version=4), ADVANCED)),
    ("nothing_is_lost", step(case(request()), ASK, case(request(), version=3), ADVANCED)),
]


@pytest.mark.parametrize(("invariant", "broken"), BROKEN, ids=[each for each, _ in BROKEN])
def test_a_step_that_breaks_an_invariant_is_seen_by_it(invariant: str, broken: Step) -> None:
    """By that one, and mostly by that one alone."""
    assert not BY_ID[invariant].holds(broken)


def test_what_the_host_tells_and_deadlines_do_may_move_the_order() -> None:
    """A request that is closed together with a move leaves the order where the move goes."""
    moved = step(
        case(request()),
        REJECT,
        case(request(status="superseded"), status="sent", version=5),
        attrs.evolve(CLOSED, outcome=RequestStatus.SUPERSEDED),
        ADVANCED,
    )
    assert BY_ID["order_stays"].holds(moved)


@pytest.mark.parametrize(
    ("status", "shipped"), [("new", False), ("packed", False), ("sent", True), ("stopped", False)]
)
def test_an_order_is_shipped_by_its_status(status: str, shipped: bool) -> None:
    """As the lifecycle names the statuses in which it has left the seller."""
    assert is_shipped(order(status=status), TINY) is shipped


def test_a_step_of_the_clock_has_no_decision() -> None:
    """No rule is asked for what the host tells and for what a deadline does."""
    assert step(case(), attrs.evolve(ASK, by=SYSTEM), case()).decision is None
