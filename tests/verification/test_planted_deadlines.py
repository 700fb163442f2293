"""Faults of deadlines are found where they are planted, each with a scenario that shows it."""

from __future__ import annotations

from datetime import date, time

import pytest

from ordercancel.policy import (
    Calendar,
    Deadline,
    Policy,
    answerer,
    approve,
    cancel,
    expire,
    hours,
    is_open,
    mark,
    placed_at,
    refer,
    requested_at,
    ship_on,
    shipped_at,
    status,
    status_since,
)
from ordercancel.rules.times import Time
from ordercancel.verification.time_regions import TimeRegions
from verification.planted import fault, ids, replayed, reported, shop

UNSHIPPED = status.is_in("placed", "packed")


def test_one_that_never_runs() -> None:
    """Its condition contradicts itself."""
    never = Deadline("never", runs=is_open & ~is_open, due=requested_at + hours(1), then=expire)
    assert ids(shop(deadlines=[never])) == ["deadline_never_runs:never"]


def test_one_that_never_fires() -> None:
    """An hour earlier another one has cancelled the order."""
    first = Deadline("first", runs=UNSHIPPED, due=placed_at + hours(1), then=cancel("not_shipped"))
    second = Deadline(
        "second", runs=UNSHIPPED, due=placed_at + hours(2), then=cancel("not_shipped")
    )
    policy = shop(without=["seller_silent", "not_shipped"], deadlines=[first, second])
    assert "deadline_never_fires:second" in ids(policy)


def test_one_that_fires_when_noons_and_midnights_have_come_round_for_days() -> None:
    """Days that end ahead, and hours that an answer takes: the same turns come again each day."""
    lost = Deadline(
        "lost",
        runs=status.is_in("packed"),
        due=status_since.end_of_day(5),
        then=cancel("not_shipped"),
    )
    soon = Deadline("soon", runs=is_open, due=requested_at + hours(12), then=approve)
    policy = shop(without=["seller_silent", "not_shipped"], deadlines=[lost, soon])
    assert ids(policy) == []


def evening(due: Time) -> Policy:
    """Two hours, or until `due`: whichever an order has met first is over."""
    soon = Deadline("soon", runs=UNSHIPPED, due=placed_at + hours(2), then=cancel("not_shipped"))
    late = Deadline("late", runs=UNSHIPPED, due=due, then=cancel("not_shipped"))
    return shop(without=["seller_silent", "not_shipped", "buyer_asks"], deadlines=[soon, late])


def test_one_that_fires_first_where_an_order_is_placed_late_in_the_day() -> None:
    """Of an order placed in the morning, two hours are over before the evening."""
    assert "deadline_never_fires:late" not in ids(evening(placed_at.next(time(20))))


@pytest.mark.parametrize(
    "due",
    [
        placed_at.next(time(20)),
        placed_at.end_of_day() - hours(4),
        placed_at.business_days(1, Calendar(first=date(2024, 1, 1), last=date(2025, 12, 31)))
        + hours(20),
    ],
)
def test_orders_are_placed_so_that_a_length_ends_about_as_a_clock_turns(due: Time) -> None:
    """Two hours before eight in the evening, and a second to either side, beside the morning."""
    placed = {at.time() for at in TimeRegions(evening(due)).first()}
    assert placed == {time(10), time(17, 59, 59), time(18), time(18, 0, 1)}


def test_one_whose_action_is_not_possible() -> None:
    """It runs where the lifecycle has no such move."""
    late = Deadline(
        "late", runs=status.is_in("shipped"), due=placed_at + hours(1), then=cancel("not_shipped")
    )
    policy = shop(deadlines=[late])
    found = fault(policy, "deadline_impossible:late")
    assert "'shipped'" in found.problem["en"]
    assert replayed(policy, found)[-1]["events"] == ["DeadlineFired"]


def test_one_that_runs_on() -> None:
    """A request that is referred on is still open, so it would be referred for ever."""
    on = Deadline("on", runs=is_open, due=requested_at + hours(1), then=refer("operator"))
    policy = shop(without=["seller_silent"], deadlines=[on])
    assert ids(policy)[-2:] == ["deadline_runs_on:on", "deadlines_loop:on"]


def test_two_that_loop() -> None:
    """From the seller to the office and back, all in one moment."""
    there = Deadline(
        "there",
        runs=is_open & answerer.is_in("seller"),
        due=requested_at + hours(1),
        then=refer("operator"),
    )
    back = Deadline(
        "back",
        runs=is_open & answerer.is_in("operator"),
        due=requested_at + hours(1),
        then=refer("seller"),
    )
    policy = shop(without=["seller_silent"], deadlines=[there, back])
    assert ids(policy) == [
        "referred_in_a_circle:operator → seller",
        "unanswerable:pending in placed by buyer",
        "unanswerable:pending in packed by buyer",
        "deadlines_loop:back, there",
    ]


def test_one_that_fires_at_the_moment_at_which_another_lets_it_run() -> None:
    """It begins, and is due at once: it runs, though in no case that anybody could look at."""
    there = Deadline(
        "there",
        runs=is_open & answerer.is_in("seller"),
        due=requested_at + hours(1),
        then=refer("operator"),
    )
    then = Deadline(
        "then",
        runs=is_open & answerer.is_in("operator"),
        due=requested_at + hours(1),
        then=approve,
    )
    assert ids(shop(without=["seller_silent"], deadlines=[there, then])) == []


def test_a_tie_is_noted_with_the_winner() -> None:
    """The first one declared fires first."""
    notes = [note["en"] for note in reported(shop()).notes]
    assert notes == [
        "seller_silent and not_shipped can be due at one moment; seller_silent fires first."
    ]


def test_a_mark_may_run_on() -> None:
    """It fires once for a request and a due moment, and ends nothing."""
    overdue = Deadline("overdue", runs=is_open, due=requested_at + hours(5), then=mark("overdue"))
    assert ids(shop(deadlines=[overdue])) == []


def test_a_mark_that_can_be_met() -> None:
    """Telling an earlier shipment takes it off: no fault, and nothing that cannot be."""
    missed = Deadline(
        "missed",
        runs=status.is_in("packed", "shipped"),
        due=ship_on.end(),
        then=mark("missed", of="order"),
        met=shipped_at,
    )
    assert ids(shop(deadlines=[missed])) == []


def test_one_that_approves_late_is_applied_before_anybody_is_judged() -> None:
    """After a day of silence nobody can reject any more, so nothing is approved and rejected."""
    silent = Deadline("day", runs=is_open, due=requested_at + hours(24), then=approve)
    policy = shop(without=["seller_silent"], deadlines=[silent])
    assert ids(policy) == []
