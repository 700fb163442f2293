"""Deadlines that can't start, can't act, or come due in vain are found and shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from examples.half_hour_shop import HALF_AN_HOUR, SHOP

from ordercancel.domain.commands import ApplyDeadline, RequestCancellation
from ordercancel.domain.texts import Text
from ordercancel.policies import QOO10
from ordercancel.policy import (
    REFER,
    After,
    Consequence,
    Deadline,
    EndOfDay,
    EndOfShipDay,
    Forbid,
    Occasion,
)
from ordercancel.rules.facts import days_past_ship_on, role, since_placed, status
from ordercancel.rules.facts import deadline as deadline_to_apply
from verification.planted import OURS, edited, fault, faults, replayed, rule


def deadline(deadline_id: str, **given: Any) -> Deadline:
    """A deadline of no document."""
    return Deadline(deadline_id, cites=OURS, **given)


def hours(count: int) -> After:
    """So many hours later."""
    return After(timedelta(hours=count))


class TestADeadlineThatNeverStarts:
    def test_is_found_where_no_case_comes_to_its_occasion(self) -> None:
        """The shop never asks a buyer to withdraw."""
        holds = deadline(
            "shop.hold",
            starts=Occasion.WITHDRAWAL_ASKED,
            due=hours(48),
            does=Consequence.LAPSE,
        )
        policy = attrs.evolve(SHOP, deadlines=(*SHOP.deadlines, holds))
        assert faults(policy) == [("deadline_never_starts", "shop.hold")]
        found = fault(policy, "deadline_never_starts", "shop.hold")
        assert found.problem == Text(
            "起点(withdrawal_asked)に至る案件がなく、始まらない。",
            "No case comes to what starts it (withdrawal_asked), or has what it counts from.",
        )
        assert [list(line) for line in found.scenario] == [["order"]]
        assert replayed(policy, found) == []

    def test_is_found_where_a_duty_follows_what_never_happens(self) -> None:
        """Nothing is rejected by silence, so nobody has to ship after it."""
        ships = deadline(
            "shop.ship_after_silence",
            starts=Occasion.REJECTED_BY_SILENCE,
            due=EndOfDay(),
            does=Consequence.BREACH,
            met_by=frozenset({"ship"}),
        )
        policy = attrs.evolve(SHOP, deadlines=(*SHOP.deadlines, ships))
        assert faults(policy) == [("deadline_never_starts", "shop.ship_after_silence")]

    def test_is_found_where_no_order_has_what_it_counts_from(self) -> None:
        """It ends with the planned ship date, and only orders without one are referred."""
        undated = role.is_in("buyer") & status.is_in("placed") & ~days_past_ship_on.is_known
        ship_day = deadline(
            "shop.ship_day",
            starts=Occasion.REFERRED,
            due=EndOfShipDay(),
            does=Consequence.APPROVE,
        )
        policy = edited(
            SHOP,
            without=["shop.later"],
            plus=[
                rule(
                    "shop.later",
                    RequestCancellation,
                    REFER,
                    undated & (since_placed >= HALF_AN_HOUR),
                ),
                rule(
                    "shop.dated",
                    RequestCancellation,
                    Forbid("closed"),
                    days_past_ship_on.is_known,
                ),
            ],
            deadlines=(ship_day,),
        )
        assert ("deadline_never_starts", "shop.ship_day") in faults(policy)

    def test_is_not_said_of_one_that_counts_from_a_ship_date(self) -> None:
        """A host may give every order a planned ship date, whether or not a rule wants one."""
        ship_day = deadline(
            "shop.ship_day",
            starts=Occasion.REFERRED,
            due=EndOfShipDay(),
            does=Consequence.APPROVE,
        )
        assert faults(edited(SHOP, deadlines=(ship_day,))) == []


class TestADeadlineThatNeverActs:
    def test_is_found_where_another_always_ends_it_before(self) -> None:
        """Silence approves after 48 hours, so no request is overdue after 72."""
        overdue = deadline(
            "shop.overdue",
            starts=Occasion.REFERRED,
            due=hours(72),
            does=Consequence.MARK_OVERDUE,
        )
        policy = attrs.evolve(SHOP, deadlines=(*SHOP.deadlines, overdue))
        assert faults(policy) == [("deadline_never_acts", "shop.overdue")]
        found = fault(policy, "deadline_never_acts", "shop.overdue")
        assert found.problem.en == (
            "It starts and never acts: it always ends before it comes due, or is refused."
        )
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert asked["rules"] == ["shop.later", "shop.silence_approves", "shop.overdue"]
        assert asked["events"] == ["CancellationRequested", "DutyArose", "DutyArose"]

    def test_is_not_said_of_two_that_come_due_in_turn(self) -> None:
        """Overdue after five hours, approved after 48: both act."""
        overdue = deadline(
            "shop.overdue",
            starts=Occasion.REFERRED,
            due=hours(5),
            does=Consequence.MARK_OVERDUE,
        )
        assert faults(attrs.evolve(SHOP, deadlines=(*SHOP.deadlines, overdue))) == []

    def test_is_not_said_of_two_that_come_due_together(self) -> None:
        """The service applies both, by id, and the first still finds it open."""
        overdue = deadline(
            "shop.overdue",
            starts=Occasion.REFERRED,
            due=hours(48),
            does=Consequence.MARK_OVERDUE,
        )
        assert faults(attrs.evolve(SHOP, deadlines=(*SHOP.deadlines, overdue))) == []

    def test_is_found_where_a_rule_bars_it(self) -> None:
        """Not even the clock may apply it, and once it is due nobody else may answer either."""
        barred = rule("shop.no_clock", ApplyDeadline, Forbid("wrong_actor"), role.is_in("system"))
        policy = edited(SHOP, plus=[barred])
        assert faults(policy) == [
            ("unanswerable", "awaiting_seller in placed"),
            ("deadline_never_acts", "shop.silence_approves"),
            ("deadline_refused", "shop.silence_approves"),
        ]
        found = fault(policy, "deadline_refused", "shop.silence_approves")
        tick = replayed(policy, found)[-1]
        assert (tick["ok"], tick["codes"]) == (False, ["wrong_actor"])

    def test_is_found_where_a_rule_bars_it_by_its_name(self) -> None:
        """Rules may tell deadlines apart."""
        named = deadline_to_apply.is_in("shop.silence_approves")
        barred = rule("shop.no_silence", ApplyDeadline, Forbid("wrong_actor"), named)
        policy = edited(SHOP, plus=[barred])
        assert ("deadline_never_acts", "shop.silence_approves") in faults(policy)

    def test_is_found_where_a_move_can_not_meet_it(self) -> None:
        """Delivering comes after shipping, which has met the duty by then."""
        same_day, *others = QOO10.deadlines
        meets = attrs.evolve(same_day, met_by=frozenset({"ship", "deliver"}))
        policy = attrs.evolve(QOO10, deadlines=(meets, *others))
        assert faults(policy) == [("deadline_never_acts", "qoo10.ship_same_day met by deliver")]
        found = fault(policy, "deadline_never_acts", "qoo10.ship_same_day met by deliver")
        assert found.problem.en == (
            "The move deliver never meets it: nobody can make it while the duty is open."
        )
        *_, rejected = replayed(policy, found)
        assert rejected["events"] == ["RequestRejected", "DutyArose"]


class TestADeadlineThatIsRefused:
    def test_is_found_where_the_order_was_shipped_meanwhile(self) -> None:
        """It would approve, and the chart has no way from the shipped order to a cancelled one."""
        policy = edited(SHOP, superseding=None)
        assert faults(policy) == [
            ("permit_without_move", "shop.seller_answers"),
            ("permit_without_move", "standard.deadline"),
            ("deadline_refused", "shop.silence_approves"),
        ]
        found = fault(policy, "deadline_refused", "shop.silence_approves")
        assert found.problem == Text(
            "期限が到来しても適用できない(no_such_move)。適用されるまで、毎回やり直しとなる。",
            "It comes due and cannot be applied (no_such_move): every tick tries in vain.",
        )
        assert len(found.scenario) == 4
        asked, shipped, tick = replayed(policy, found)
        assert asked["request_status"] == "awaiting_seller"
        assert shipped["order_status"] == "shipped"
        assert (tick["ok"], tick["error"], tick["codes"]) == (
            False,
            "refused",
            ["no_such_move"],
        )

    def test_is_found_in_qoo10_where_shipping_does_not_answer(self) -> None:
        """The delay approves by itself, the seller ships while he is asked."""
        delay = deadline(
            "qoo10.approved_by_delay",
            starts=Occasion.REFERRED,
            due=EndOfShipDay(),
            does=Consequence.APPROVE,
        )
        policy = edited(
            QOO10,
            without=["qoo10.answer_before_shipping"],
            going_back=None,
            deadlines=(*QOO10.deadlines, delay),
        )
        found = fault(policy, "deadline_refused", "qoo10.approved_by_delay")
        *_, shipped, tick = replayed(policy, found)
        assert shipped["order_status"] == "shipped"
        assert (tick["ok"], tick["codes"]) == (False, ["no_such_move"])
