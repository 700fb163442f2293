"""Timers follow from the case: which deadlines run, when each is due, and which still fires."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import attrs
import pytest

from ordercancel.domain.cases import Case, Firing, Mark
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.engine.timers import Timer, first_timer, running, schedule, timers, unmarked_by
from ordercancel.policy import (
    By,
    Calendar,
    Deadline,
    Earliest,
    Flag,
    Moment,
    Policy,
    days,
    expire,
    hours,
    is_open,
    mark,
    marked,
    notify,
    paid_at,
    placed_at,
    requested_at,
    ship_on,
    shipped_at,
    status,
)
from ordercancel.rules.conditions import Condition
from unit.tiny import BUYER, opened, tiny, utc

DAY = timedelta(days=1)
GIFT, PACKED_AT = Flag("gift"), Moment("packed_at")


def policy(*deadlines: Deadline) -> Policy:
    return tiny(deadlines=deadlines, facts=(GIFT, PACKED_AT))


def asked(made: Policy, **changes: Any) -> Case:
    request = CancellationRequest(number=1, by=BUYER, at=utc(2), answerer="seller")
    return attrs.evolve(opened(made, **changes), requests=(request,))


def due(made: Policy, case: Case) -> list[tuple[str, datetime]]:
    return [(timer.deadline.id, timer.due_at) for timer in timers(made, case)]


EXPIRES = Deadline("d.expires", runs=is_open, due=requested_at + days(1), then=expire)
UNPAID = Deadline(
    "d.unpaid", runs=~paid_at.is_known & status.is_in("new"), due=placed_at + hours(1), then=notify
)


def test_a_deadline_runs_where_its_condition_is_true() -> None:
    made = policy(EXPIRES, UNPAID)
    assert due(made, opened(made)) == [("d.unpaid", utc(1, 4))]
    assert due(made, opened(made, paid_at=utc(1, 3))) == []
    assert due(made, asked(made)) == [("d.unpaid", utc(1, 4)), ("d.expires", utc(3))]
    assert first_timer(made, asked(made)) == Timer(UNPAID, utc(1, 4))
    assert first_timer(made, opened(made, status="sent")) is None


def test_a_deadline_whose_fact_is_unknown_is_armed_when_it_is_told() -> None:
    late = Deadline("d", runs=status.is_in("new"), due=ship_on.end(1), then=notify)
    gifts = Deadline("e", runs=GIFT, due=placed_at + days(1), then=notify)
    made = policy(late, gifts)
    assert due(made, opened(made)) == []
    told = opened(made, ship_on=date(2024, 3, 1), facts={"gift": True})
    assert due(made, told) == [("e", utc(2, 3)), ("d", utc(2, 15))]


def test_of_two_at_one_moment_the_first_declared_comes_first() -> None:
    other = attrs.evolve(EXPIRES, id="d.other")
    for pair in ((EXPIRES, other), (other, EXPIRES)):
        made = policy(*pair)
        assert [each for each, _ in due(made, asked(made))] == [each.id for each in pair]


@pytest.mark.parametrize(
    ("time", "due_at"),
    [
        (Earliest(PACKED_AT, requested_at) + days(1), utc(3)),
        (By("status", {"new": placed_at + hours(2), "packed": PACKED_AT}), utc(1, 5)),
        (By("status", {"packed": placed_at}), None),
        (
            requested_at.business_days(
                1, Calendar(first=date(2024, 3, 1), last=date(2024, 3, 31))
            ),
            utc(4, 15),
        ),
        (
            requested_at.business_days(1, Calendar(first=date(2024, 2, 1), last=date(2024, 3, 3))),
            None,
        ),
    ],
)
def test_any_time_may_be_the_due_one(time: Any, due_at: datetime | None) -> None:
    made = policy(Deadline("d", runs=is_open, due=time, then=notify))
    assert due(made, asked(made)) == ([] if due_at is None else [("d", due_at)])


def fired(case: Case, due_at: datetime, *, request: int = 1, **fields: Any) -> Case:
    firing = Firing(due_at, request, fields.pop("status", "new"), **fields)
    return attrs.evolve(case, fired={"d": firing})


@pytest.mark.parametrize(
    ("due_at", "request_number", "again"),
    [(utc(3), 1, False), (utc(3), 0, True), (utc(2), 1, True)],
)
def test_what_only_tells_fires_once_for_a_request_and_a_due_moment(
    due_at: datetime, request_number: int, again: bool
) -> None:
    made = policy(attrs.evolve(EXPIRES, id="d", then=notify))
    case = fired(asked(made), due_at, request=request_number)
    assert bool(timers(made, case)) is again
    assert [each.deadline.id for each in running(made, case)] == ["d"]


def test_what_marks_the_order_fires_once_whoever_asks() -> None:
    made = policy(
        Deadline(
            "d", runs=status.is_in("new"), due=placed_at + days(1), then=mark("x", of="order")
        )
    )
    case = fired(asked(made), utc(2, 3), request=0)
    assert timers(made, case) == ()


@pytest.mark.parametrize(
    ("impossible", "status_then", "again"),
    [(False, "new", True), (True, "new", False), (True, "packed", True)],
)
def test_what_acts_has_no_memory_but_of_what_was_impossible(
    impossible: bool, status_then: str, again: bool
) -> None:
    made = policy(attrs.evolve(EXPIRES, id="d"))
    case = fired(asked(made), utc(3), impossible=impossible, status=status_then)
    assert bool(timers(made, case)) is again


@pytest.mark.parametrize(
    ("shipped", "fires"), [(None, True), (utc(2, 23), False), (utc(3), True), (utc(4), True)]
)
def test_nothing_is_missed_that_was_met_before_it_was_due(
    shipped: datetime | None, fires: bool
) -> None:
    made = policy(
        Deadline("d", runs=is_open, due=requested_at + DAY, then=mark("missed"), met=shipped_at)
    )
    assert bool(timers(made, asked(made, shipped_at=shipped))) is fires


def test_a_fact_of_a_policys_own_may_meet_a_mark() -> None:
    made = policy(
        Deadline("d", runs=is_open, due=requested_at + DAY, then=mark("missed"), met=PACKED_AT)
    )
    assert timers(made, asked(made, facts={"packed_at": utc(2)})) == ()
    marked_ = attrs.evolve(
        asked(made, facts={"packed_at": utc(2)}), marks=(Mark("missed", "d", utc(3), 1),)
    )
    assert unmarked_by(made, marked_) == ("d",)
    late = attrs.evolve(marked_, order=attrs.evolve(marked_.order, facts={"packed_at": utc(3)}))
    assert unmarked_by(made, late) == ()
    unmet = policy(attrs.evolve(made.deadlines[0], met=None))
    assert unmarked_by(unmet, marked_) == ()
    unknown = attrs.evolve(marked_, order=attrs.evolve(marked_.order, facts={}))
    assert unmarked_by(made, unknown) == ()


def test_a_mark_is_a_fact_for_other_deadlines() -> None:
    first = Deadline("d", runs=is_open, due=requested_at + DAY, then=mark("late"))
    second = Deadline("e", runs=is_open & marked("late"), due=requested_at + days(2), then=expire)
    made = policy(first, second)
    case = asked(made)
    assert [each for each, _ in due(made, case)] == ["d"]
    late = attrs.evolve(case, marks=(Mark("late", "d", utc(3), 1),))
    assert [each for each, _ in due(made, late)] == ["d", "e"]


# ---------------------------------------------------------------------- what a store keeps


def test_a_store_keeps_the_next_due_moment_and_since_when_something_is_marked() -> None:
    overdue = Deadline("d", runs=is_open, due=requested_at + days(2), then=mark("overdue"))
    missed = Deadline("e", runs=is_open, due=requested_at + days(3), then=mark("missed"))
    made = policy(EXPIRES, overdue, missed)
    case = asked(made)
    assert schedule(made, case) == (utc(3), {"overdue": utc(4), "missed": utc(5)})
    assert schedule(made, opened(made)) == (None, {})


def test_what_is_overdue_counts_while_it_runs_and_what_was_missed_for_good() -> None:
    overdue = Deadline("d", runs=is_open, due=requested_at + days(2), then=mark("overdue"))
    missed = Deadline("e", runs=is_open, due=requested_at + days(3), then=mark("missed"))
    made = policy(overdue, missed)
    case = attrs.evolve(
        asked(made),
        marks=(
            Mark("overdue", "d", utc(4), 1),
            Mark("missed", "e", utc(5), 1),
            Mark("missed", "e", utc(1)),
            Mark("old", "e", utc(1), 9),
        ),
        fired={"d": Firing(utc(4), 1, "new"), "e": Firing(utc(5), 1, "new")},
    )
    assert schedule(made, case) == (None, {"overdue": utc(4), "missed": utc(1)})
    (request,) = case.requests
    closed = attrs.evolve(case, requests=(attrs.evolve(request, status=RequestStatus.REJECTED),))
    assert schedule(made, closed) == (None, {"missed": utc(1)})


# ---------------------------------------------------------------------- what goes wrong


class Broken(Condition):
    """A condition that cannot be asked."""

    def test(self, facts: Any) -> bool | None:
        raise ZeroDivisionError

    def leaves(self) -> Any:
        return iter(())


def test_a_deadline_that_fails_hides_no_other() -> None:
    broken = Deadline("b", runs=Broken(), due=requested_at, then=notify)
    unknown = Deadline("c", runs=is_open, due=paid_at, then=notify)
    idle = Deadline("i", runs=~is_open, due=requested_at, then=notify)
    made = policy(broken, EXPIRES, unknown, idle)
    assert due(made, asked(made)) == [("d.expires", utc(3))]
