"""Evolving takes every event that ever happened, and asks no rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from ordercancel.domain.cases import Case, Firing, Mark
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    OrderUpdated,
    RequestClosed,
    RequestReferred,
    WithdrawalAsked,
)
from ordercancel.domain.requests import Answer, RequestStatus
from ordercancel.engine.evolve import evolve, fold, states
from unit.tiny import BUYER, SELLER, SYSTEM, order, utc

BY_BUYER: dict[str, Any] = {"order_id": "o-7", "at": utc(2), "by": BUYER}
BY_SELLER: dict[str, Any] = {"order_id": "o-7", "at": utc(3), "by": SELLER}
BY_CLOCK: dict[str, Any] = {"order_id": "o-7", "at": utc(4), "by": SYSTEM}
FRESH = Case(order=order(facts={"gift": True, "boxes": 2}), edition="1", version=1)
ASKED = evolve(
    FRESH,
    CancellationRequested(
        **BY_BUYER, number=1, reason="mistake", text="oh", data={"agreed": True}, answerer="seller"
    ),
)


def closed(outcome: str, **fields: Any) -> RequestClosed:
    return RequestClosed(**{**BY_SELLER, "number": 1, "outcome": outcome, **fields})


def test_a_history_begins_with_its_registration() -> None:
    with pytest.raises(InvalidValue, match="is empty; expected OrderRegistered"):
        fold([])
    with pytest.raises(InvalidValue, match="begins with WithdrawalAsked"):
        fold([WithdrawalAsked(**BY_SELLER, number=1)])


def test_every_state_of_a_history_is_told() -> None:
    """The case after each of its events, the last one as it is folded."""
    history = (
        OrderRegistered(**BY_CLOCK, order=order(), edition="1"),
        OrderUpdated(**BY_CLOCK, facts={"item": "hat"}),
        OrderUpdated(**BY_CLOCK, buyer="b-9"),
    )
    assert [(each.order.item, each.order.buyer) for each in states(history)] == [
        (None, "b-1"),
        ("hat", "b-1"),
        ("hat", "b-9"),
    ]
    assert states(history)[-1] == fold(history)


def test_registering_again_starts_anew_and_counts_on() -> None:
    """The first edition's logs may say so twice."""
    registered = OrderRegistered(**BY_CLOCK, order=order(), edition="2", digest="d")
    again = evolve(ASKED, registered)
    assert (again.version, again.edition, again.digest) == (3, "2", "d")
    assert again.requests == ()


def test_an_order_that_was_shipped_before_is_known_as_shipped() -> None:
    case = fold([OrderRegistered(**BY_CLOCK, order=order(shipped_at=utc(1)), edition="1")])
    assert (case.version, case.shipped_version) == (1, 1)
    assert fold([OrderRegistered(**BY_CLOCK, order=order(), edition="1")]).shipped_version is None


def test_a_request_is_kept_with_all_that_came_with_it() -> None:
    request = ASKED.latest
    assert request is not None
    assert (request.by, request.at, request.reason, request.text) == (
        BUYER,
        utc(2),
        "mistake",
        "oh",
    )
    assert (dict(request.data), request.answerer) == ({"agreed": True}, "seller")
    assert (ASKED.version, ASKED.updated_at) == (2, utc(2))


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_an_answer_is_kept(outcome: str) -> None:
    done = evolve(ASKED, closed(outcome, reason="late", text="no"))
    assert done.latest is not None
    assert done.latest.answer == Answer(by=SELLER, at=utc(3), reason="late", text="no")
    assert (done.latest.closed_at, done.latest.closed_version) == (utc(3), 3)
    assert done.ended == {RequestStatus(outcome)}


@pytest.mark.parametrize("outcome", ["withdrawn", "superseded", "expired"])
def test_what_nobody_answered_has_no_answer(outcome: str) -> None:
    done = evolve(ASKED, closed(outcome))
    assert done.latest is not None
    assert (done.latest.status, done.latest.answer) == (outcome, None)


def test_what_was_approved_at_once_has_no_answer() -> None:
    asked = evolve(FRESH, CancellationRequested(**BY_BUYER, number=1))
    done = evolve(asked, closed("approved"))
    assert done.latest is not None
    assert done.latest.answer is None


def test_ends_add_up() -> None:
    again = evolve(evolve(ASKED, closed("rejected")), CancellationRequested(**BY_BUYER, number=2))
    done = evolve(again, closed("withdrawn", number=2))
    assert done.ended == {RequestStatus.REJECTED, RequestStatus.WITHDRAWN}
    assert [each.status for each in done.requests] == ["rejected", "withdrawn"]


def test_of_a_request_that_is_closed_again_the_last_end_counts() -> None:
    """No decision leads to it; what it ended as first is nothing that happened before."""
    done = evolve(evolve(ASKED, closed("rejected")), closed("withdrawn"))
    assert done.ended == {RequestStatus.WITHDRAWN}
    assert [each.status for each in done.requests] == ["withdrawn"]


def test_the_first_editions_logs_put_the_order_back() -> None:
    """Only they say where to."""
    moved = evolve(
        ASKED,
        OrderAdvanced(
            **BY_SELLER, move="plan", status="packed", facts={"ship_on": date(2024, 3, 9)}
        ),
    )
    back = evolve(moved, closed("rejected", order_status="new"))
    assert (back.order.status, back.order.ship_on, back.order.status_since) == (
        "new",
        None,
        utc(3),
    )
    stayed = evolve(ASKED, closed("rejected", order_status="new"))
    assert stayed.order == ASKED.order


def test_facts_change_and_become_unknown_again() -> None:
    facts = {"paid_at": utc(1), "gift": None, "boxes": 3, "size": "L"}
    done = evolve(FRESH, OrderUpdated(**BY_CLOCK, facts=facts))
    assert done.order.paid_at == utc(1)
    assert dict(done.order.facts) == {"boxes": 3, "size": "L"}
    gone = evolve(done, OrderUpdated(**BY_CLOCK, facts={"paid_at": None}))
    assert gone.order.paid_at is None
    assert dict(gone.order.facts) == {"boxes": 3, "size": "L"}


def test_an_update_that_changes_nothing_is_an_event_all_the_same() -> None:
    done = evolve(FRESH, OrderUpdated(**BY_CLOCK))
    assert done.order == FRESH.order
    assert (done.version, done.updated_at) == (2, utc(4))


def test_a_status_counts_from_its_own_change() -> None:
    done = evolve(FRESH, OrderUpdated(**BY_CLOCK, status="packed", buyer="b-2", seller="s-2"))
    assert (done.order.status, done.order.status_since) == ("packed", utc(4))
    assert (done.order.buyer, done.order.seller) == ("b-2", "s-2")
    assert evolve(FRESH, OrderUpdated(**BY_CLOCK, status="new")).order == FRESH.order


def test_shipping_is_at_the_events_time_unless_told_otherwise() -> None:
    ships: dict[str, Any] = {**BY_SELLER, "move": "send", "status": "sent", "ships": True}
    sent = evolve(FRESH, OrderAdvanced(**ships))
    assert (sent.order.shipped_at, sent.shipped_version) == (utc(3), 2)
    told = evolve(FRESH, OrderAdvanced(**ships, facts={"shipped_at": utc(2)}))
    assert told.order.shipped_at == utc(2)
    known = attrs.evolve(FRESH, order=order(shipped_at=utc(1)))
    assert evolve(known, OrderAdvanced(**ships)).order.shipped_at == utc(1)


def test_a_referral_changes_the_answerer_alone() -> None:
    done = evolve(ASKED, RequestReferred(**BY_SELLER, number=1, answerer="operator"))
    assert done.latest is not None
    assert (done.latest.answerer, done.latest.status) == ("operator", "pending")


def test_a_cancelled_order_is_in_its_status_for_good() -> None:
    done = evolve(ASKED, OrderCancelled(**BY_SELLER, number=1, status="stopped"))
    assert (done.order.status, done.order.status_since) == ("stopped", utc(3))


def fired(**fields: Any) -> DeadlineFired:
    return DeadlineFired(**{**BY_CLOCK, "deadline": "d", "due_at": utc(3), **fields})


def test_a_firing_is_remembered_with_what_it_fired_for() -> None:
    done = evolve(ASKED, fired(impossible=True))
    assert done.fired["d"] == Firing(utc(3), 1, "new", impossible=True)
    assert done.marks == ()
    other = evolve(done, fired(deadline="e"))
    assert set(other.fired) == {"d", "e"}


def test_of_one_deadline_the_last_mark_counts_for_each_request_and_for_the_order() -> None:
    once = evolve(ASKED, fired(mark="late", request=1))
    again = evolve(once, fired(mark="late", request=1, due_at=utc(4)))
    assert again.marks == (Mark("late", "d", utc(4), 1),)
    both = evolve(again, fired(mark="late"))
    assert both.marks == (Mark("late", "d", utc(4), 1), Mark("late", "d", utc(3)))


def test_marks_are_taken_off_by_their_deadline() -> None:
    marked = evolve(evolve(ASKED, fired(mark="late", request=1)), fired(deadline="e", mark="old"))
    done = evolve(marked, OrderUpdated(**BY_CLOCK, unmarks=("d",)))
    assert [mark.deadline for mark in done.marks] == ["e"]


def test_an_event_about_a_request_that_there_is_not_is_taken() -> None:
    """No decision leads to it; it counts, and changes nothing else."""
    done = evolve(FRESH, closed("rejected", number=9))
    assert (done.version, done.requests, done.order) == (2, (), FRESH.order)
