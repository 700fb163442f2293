"""Faults of what comes of rules: invariants that are broken, requests that nobody can answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from examples.half_hour_shop import SHOP
from statemachine import State, StateMachine

from ordercancel import Buyer
from ordercancel.domain.commands import (
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.events import RequestWithdrawn
from ordercancel.domain.texts import Text
from ordercancel.policies import CONECT, QOO10, conect
from ordercancel.policy import PERMIT, Forbid, GoingBack, compile_chart
from ordercancel.rules.facts import request, role, since_placed, status
from ordercancel.verification import verify
from ordercancel.verification.invariants import Invariant, Step
from verification.planted import OURS, edited, fault, faults, replayed, rule


class ShipsAnyhow(StateMachine):
    """A chart in which a cancelled order can still be shipped."""

    placed = State("受付済み", initial=True)
    shipped = State("発送済み", final=True)
    cancelled = State("キャンセル済み")

    ship = placed.to(shipped) | cancelled.to(shipped)
    cancel = placed.to(cancelled)


class CancelsAnyhow(StateMachine):
    """A chart in which a shipped order can still be cancelled."""

    placed = State("受付済み", initial=True)
    shipped = State("発送済み")
    cancelled = State("キャンセル済み", final=True)

    ship = placed.to(shipped)
    cancel = placed.to(cancelled) | shipped.to(cancelled)


class ComesBack(StateMachine):
    """A chart in which a shipped order becomes one that is to be shipped."""

    placed = State("受付済み", initial=True)
    shipped = State("発送済み")
    cancelled = State("キャンセル済み", final=True)

    ship = placed.to(shipped)
    recall = shipped.to(placed)
    cancel = placed.to(cancelled)


GOES_BACK = edited(CONECT, superseding=None, going_back=GoingBack("conect.back", cites=OURS))
"""A rejected request takes its order back to what it was, though it was shipped meanwhile."""

SHIPS_WHILE_ASKED = edited(QOO10, without=["qoo10.answer_before_shipping"])
"""Qoo10 without the rule that a request is answered before its order is shipped."""


def outcomes(answers: list[dict[str, Any]]) -> list[tuple[bool, str, str | None]]:
    """Of each answer whether it was done, and how the order and its request stand."""
    return [(answer["ok"], answer["order_status"], answer["request_status"]) for answer in answers]


class TestAnOrderOnItsWay:
    def test_that_leaves_a_final_status_is_found(self) -> None:
        """In CO-NECT 出荷済 is final; a rejection takes the order out of it."""
        found = fault(GOES_BACK, "law_broken", "ends_stay")
        assert found.problem == Text(
            "破られた法則: 注文が最終状態に至れば、そこから変わらない。",
            "Broken: an order in a final status stays in it.",
        )
        assert len(found.scenario) == 5
        assert outcomes(replayed(GOES_BACK, found)) == [
            (True, "placed", "awaiting_seller"),
            (True, "shipped", "awaiting_seller"),
            (True, "placed", "rejected"),
        ]

    def test_that_leaves_it_by_a_longer_way_is_found(self) -> None:
        """In Qoo10 配送中 is not final and 配送完了 is: one step more."""
        found = fault(SHIPS_WHILE_ASKED, "law_broken", "ends_stay")
        assert len(found.scenario) == 5
        assert outcomes(replayed(SHIPS_WHILE_ASKED, found)) == [
            (True, "shipping_requested", "awaiting_seller"),
            (True, "shipped", "awaiting_seller"),
            (True, "delivered", "awaiting_seller"),
            (True, "shipping_requested", "rejected"),
        ]

    def test_that_was_shipped_and_goes_back_is_found(self) -> None:
        """A request that is rejected after shipping takes its order back to be shipped again."""
        for policy, lines in ((GOES_BACK, 5), (SHIPS_WHILE_ASKED, 4)):
            found = fault(policy, "law_broken", "shipped_stays_shipped")
            assert len(found.scenario) == lines
            asked, shipped, rejected = replayed(policy, found)
            assert shipped["order_status"] == "shipped"
            assert rejected["order_status"] == asked["order_status"] != "shipped"

    def test_that_was_shipped_and_is_called_back_is_found(self) -> None:
        """A move of the chart leads from the shipped order to one that is to be shipped."""
        policy = attrs.evolve(SHOP, orders=compile_chart(ComesBack))
        found = fault(policy, "law_broken", "shipped_stays_shipped")
        assert len(found.scenario) == 2
        assert outcomes(replayed(policy, found)) == [(True, "placed", None)]

    def test_that_was_cancelled_and_is_shipped_is_found(self) -> None:
        """The chart ships what was cancelled, and no rule speaks against it."""
        policy = attrs.evolve(SHOP, orders=compile_chart(ShipsAnyhow))
        assert faults(policy) == [("law_broken", "cancelled_is_not_shipped")]
        found = fault(policy, "law_broken", "cancelled_is_not_shipped")
        assert len(found.scenario) == 2
        assert found.scenario[0]["order"]["status"] == "cancelled"
        assert outcomes(replayed(policy, found)) == [(True, "shipped", None)]

    def test_that_was_shipped_and_is_cancelled_is_found(self) -> None:
        """The chart cancels what was shipped, and the seller may approve at any time."""
        policy = attrs.evolve(SHOP, orders=compile_chart(CancelsAnyhow), superseding=None)
        assert faults(policy) == [("law_broken", "shipped_is_not_cancelled")]
        found = fault(policy, "law_broken", "shipped_is_not_cancelled")
        assert len(found.scenario) == 4
        assert outcomes(replayed(policy, found)) == [
            (True, "placed", "awaiting_seller"),
            (True, "shipped", "awaiting_seller"),
            (True, "cancelled", "granted"),
        ]


class TestAnOpenRequest:
    def test_that_nobody_can_answer_is_found(self) -> None:
        """No approval, no rejection, no deadline; in every status that it can be open in."""
        policy = edited(CONECT, without=["conect.approve", "conect.reject"], superseding=None)
        assert faults(policy) == [
            ("silence", "Approve"),
            ("silence", "Reject"),
            ("unanswerable", "awaiting_seller in placed"),
            ("unanswerable", "awaiting_seller in accepted"),
            ("unanswerable", "awaiting_seller in shipped"),
        ]
        found = fault(policy, "unanswerable", "awaiting_seller in placed")
        assert found.problem == Text(
            "この先、誰にも回答できず、期限でも終わらない要請(キャンセル要請)がある。",
            "A request (awaiting the seller's answer) that nobody can ever answer, and that no "
            "deadline ends.",
        )
        asked, *attempts = replayed(policy, found)
        assert asked["request_status"] == "awaiting_seller"
        assert [(each["error"], each["codes"]) for each in attempts] == [
            ("refused", ["not_permitted"]),
            ("refused", ["not_permitted"]),
            ("refused", ["not_permitted"]),
            ("refused", ["withdrawal_not_offered"]),
        ]
        assert {each["request_status"] for each in attempts} == {"awaiting_seller"}

    def test_that_can_be_answered_before_a_status_only_is_found(self) -> None:
        """Answerable while the order is placed, and by nobody once it is shipped."""
        while_placed = rule(
            "shop.seller_answers",
            (Approve, Reject),
            PERMIT,
            role.is_in("seller") & status.is_in("placed"),
        )
        policy = edited(SHOP, without=["shop.seller_answers"], superseding=None, deadlines=())
        policy = edited(policy, plus=[while_placed])
        assert faults(policy) == [
            ("silence", "Approve"),
            ("silence", "Reject"),
            ("unanswerable", "awaiting_seller in shipped"),
        ]
        found = fault(policy, "unanswerable", "awaiting_seller in shipped")
        asked, shipped, *attempts = replayed(policy, found)
        assert (asked["order_status"], shipped["order_status"]) == ("placed", "shipped")
        assert [each["error"] for each in attempts] == ["refused"] * 4
        assert attempts[-1]["request_status"] == "awaiting_seller"

    def test_that_is_stuck_once_it_is_held_on_to_is_found(self) -> None:
        """Who holds on to his request is not answered any more, nor may he give it up."""
        held = request.is_in("withdrawal_held")
        answers = (Approve, Reject, AskWithdrawal, AnswerWithdrawal)
        policy = edited(QOO10, plus=[rule("qoo10.held", answers, Forbid("wrong_actor"), held)])
        assert faults(policy) == [
            ("unanswerable", "withdrawal_held in shipping_requested"),
            ("unanswerable", "withdrawal_held in delayed"),
        ]
        found = fault(policy, "unanswerable", "withdrawal_held in shipping_requested")
        asked, back, holds, *attempts = replayed(policy, found)
        assert [each["request_status"] for each in (asked, back, holds)] == [
            "awaiting_seller",
            "withdrawal_asked",
            "withdrawal_held",
        ]
        assert [each["error"] for each in attempts] == ["refused"] * 4

    def test_that_shipping_or_a_deadline_ends_is_none(self) -> None:
        """Nobody may answer, yet shipping supersedes it, and so may silence."""
        unanswered = edited(SHOP, without=["shop.seller_answers"])
        for policy in (unanswered, edited(unanswered, deadlines=())):
            assert faults(policy) == [("silence", "Approve"), ("silence", "Reject")]


class TestAStatusThatIsInstantAndRejectable:
    def test_is_found_with_an_order_for_each(self) -> None:
        """A delayed order is cancelled at once, and one that was asked before is rejected."""
        policy = edited(QOO10, without=["qoo10.delayed_not_rejectable"])
        assert faults(policy) == [
            ("instant_and_rejectable", "shipping_requested"),
            ("instant_and_rejectable", "delayed"),
        ]
        late = fault(policy, "instant_and_rejectable", "shipping_requested")
        assert late.problem == Text(
            "同じ状態の注文で、要請すれば即時にキャンセルでき、回答待ちの要請は拒否もできる。",
            "While an order stands so, asking cancels it at once, and a request that is open "
            "already can be rejected.",
        )
        assert len(late.scenario) == 5
        asked, rejected, granted = replayed(policy, late)
        assert asked["request_status"] == "awaiting_seller"
        assert rejected["events"][0] == "RequestRejected"
        assert granted["events"] == ["CancellationRequested", "RequestGranted", "OrderCancelled"]
        delayed = fault(policy, "instant_and_rejectable", "delayed")
        assert len(delayed.scenario) == 6
        assert [answer["events"][0] for answer in replayed(policy, delayed)] == [
            "CancellationRequested",
            "OrderAdvanced",
            "RequestRejected",
            "CancellationRequested",
        ]

    def test_is_none_where_time_tells_the_two_apart(self) -> None:
        """The half hour is instant, what comes later is rejectable: not the same order."""
        assert faults(SHOP) == []


def _is_quick(step: Step) -> bool:
    return (
        not isinstance(step.command, RequestCancellation)
        or step.command.by != Buyer(step.before.order.buyer)
        or step.before.order.status != "placed"
        or (step.at - step.before.order.placed_at).total_seconds() > 20 * 60
        or not step.decision.is_refused
    )


QUICK = Invariant(
    "shop.first_twenty_minutes",
    Text(
        "購入者は注文後20分間、いつでもキャンセルできる",
        "the buyer may always cancel in the first 20 minutes",
    ),
    _is_quick,
)
NO_TAKING_BACK = Invariant(
    "shop.no_taking_back",
    Text("要請は取り消されない", "a request is not taken back"),
    lambda step: not any(isinstance(event, RequestWithdrawn) for event in step.events),
)


class TestALawOfOnesOwn:
    def test_that_is_kept_is_no_fault(self) -> None:
        """Neither one about steps nor one about refusals, which it sees as well."""
        assert faults(SHOP, invariants=(QUICK, NO_TAKING_BACK)) == []
        assert faults(CONECT, invariants=(NO_TAKING_BACK,)) == []

    def test_about_steps_is_found_broken(self) -> None:
        """The reading in which a buyer may withdraw breaks the invariant against it."""
        policy = conect(edition="2", may_withdraw=True)
        assert faults(policy) == []
        found = fault(policy, "law_broken", "shop.no_taking_back", invariants=(NO_TAKING_BACK,))
        assert found.problem.en == "Broken: a request is not taken back."
        assert len(found.scenario) == 4
        assert outcomes(replayed(policy, found)) == [
            (True, "placed", "awaiting_seller"),
            (True, "placed", "withdrawn"),
        ]

    def test_about_refusals_is_found_broken(self) -> None:
        """A rule that lets the buyer wait breaks the invariant that they may cancel at once."""
        waits = rule(
            "shop.wait_a_little",
            RequestCancellation,
            Forbid("closed"),
            since_placed < timedelta(minutes=10),
        )
        policy = edited(SHOP, plus=[waits])
        assert faults(policy) == []
        assert faults(policy, invariants=(QUICK,)) == [("law_broken", "shop.first_twenty_minutes")]
        found = fault(policy, "law_broken", "shop.first_twenty_minutes", invariants=(QUICK,))
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert (asked["codes"], asked["rules"]) == (["closed"], ["shop.wait_a_little"])

    def test_sees_every_refusal_of_every_case(self) -> None:
        """Not only the first of its like: a invariant may turn on what no rule looks at."""
        seen: list[tuple[str, str, bool]] = []

        def notes(step: Step) -> bool:
            seen.append(
                (
                    type(step.command).__name__,
                    step.before.order.status,
                    step.decision.is_refused,
                )
            )
            return True

        invariant = Invariant("shop.notes", Text("記録する", "takes notes"), notes)
        report = verify(SHOP, invariants=[invariant])
        assert report.ok
        assert ("Approve", "cancelled", True) in seen
        assert sum(not refused for _, _, refused in seen) == report.steps == 46
