"""Faults of requests and outcomes are found where they are planted, each with its scenario."""

from __future__ import annotations

import attrs
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP

from ordercancel import (
    AdvanceOrder,
    Approve,
    Reject,
    RequestCancellation,
    Text,
)
from ordercancel.policies import QOO10
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    By,
    Choice,
    Deadline,
    Forbid,
    Latest,
    Lifecycle,
    Notification,
    Reason,
    Refer,
    Role,
    Rule,
    answerer,
    approve,
    buyer,
    hours,
    is_answerer,
    is_open,
    move,
    operator,
    paid_at,
    requested_at,
    role,
    seller,
    status,
    system,
)
from ordercancel.verification import verify
from ordercancel.verification.invariants import Invariant, Step
from verification.planted import (
    MORE_FREELY_BEFORE,
    MORE_FREELY_UNPAID,
    UNPACKED,
    fault,
    ids,
    replayed,
    reported,
    shop,
)

UNSHIPPED = status.is_in("placed", "packed")
NOBODY_ANSWERS = Rule("nobody", on=(Approve, Reject), effect=Forbid("closed"))
ALWAYS_REFERS = Rule(
    "refers", on=RequestCancellation, when=buyer & UNSHIPPED, effect=Refer(seller)
)
STUCK = shop(
    without=["buyer_asks", "buyer_withdraws", "seller_silent", "seller_cancels", "not_shipped"],
    plus=[ALWAYS_REFERS, NOBODY_ANSWERS],
    reasons=[Reason("changed_mind", when=buyer)],
)
"""The shop in which nobody may answer, and shipping waits for an answer."""


class TestARequestThatNobodyCanEnd:
    def test_is_found_with_whose_it_is(self) -> None:
        """And its scenario tries every answer, and withdrawing, in vain."""
        found = fault(STUCK, "unanswerable:pending in placed by buyer")
        answers = replayed(STUCK, found)
        assert [answer["ok"] for answer in answers] == [True, False, False, False, False]
        assert {answer.get("error") for answer in answers[1:]} == {"refused"}

    def test_names_the_fact_without_which_its_deadline_does_not_run(self) -> None:
        """Nothing but a deadline ends it, and that is not armed while nobody has paid."""
        due = Latest(requested_at + hours(24), paid_at + hours(24))
        policy = attrs.evolve(
            STUCK, deadlines=(Deadline("unpaid", runs=is_open, due=due, then=approve),)
        )
        found = fault(policy, "unanswerable:pending in placed by buyer")
        assert found.problem["en"].endswith(
            "A deadline would end it, and is not armed without: the payment (paid_at)."
        )

    def test_names_the_choice_for_which_its_deadline_has_no_time(self) -> None:
        """The deadline that would end it knows of shipped orders alone."""
        due = By("status", {"shipped": requested_at + hours(24)})
        policy = attrs.evolve(
            STUCK, deadlines=(Deadline("shipped", runs=is_open, due=due, then=approve),)
        )
        found = fault(policy, "unanswerable:pending in placed by buyer")
        assert found.problem["en"].endswith("is not armed without: order status (status).")

    def test_is_none_where_a_deadline_always_ends_it(self) -> None:
        """However long that takes."""
        policy = attrs.evolve(STUCK, deadlines=(SHOP.deadlines[0],))
        assert not any(each.startswith("unanswerable") for each in ids(policy))

    def test_is_none_where_a_move_closes_it(self) -> None:
        """Shipping answers it, if the seller may ship."""
        rules = tuple(each for each in STUCK.rules if each.id != "answer_first")
        assert not any(
            each.startswith("unanswerable") for each in ids(attrs.evolve(STUCK, rules=rules))
        )


class TestAReferral:
    def test_to_ones_own_side(self) -> None:
        """A buyer's request for the buyer to answer."""
        policy = shop(
            without=["buyer_asks"],
            plus=[attrs.evolve(ALWAYS_REFERS, effect=Refer(buyer))],
        )
        found = fault(policy, "own_request:buyer to buyer")
        assert replayed(policy, found)[-1]["ok"]

    def test_in_a_circle(self) -> None:
        """The office sends back to the seller what the seller sent to the office."""
        back = Rule(
            "back",
            on=Reject,
            when=is_answerer & answerer.is_in("operator"),
            effect=Refer(seller),
        )
        onward = attrs.evolve(FLEA_MARKET.rules[1], effect=Refer(operator))
        policy = attrs.evolve(
            FLEA_MARKET, rules=(FLEA_MARKET.rules[0], onward, FLEA_MARKET.rules[2], back)
        )
        found = [each for each in ids(policy) if each.startswith("referred_in_a_circle")]
        assert "referred_in_a_circle:operator → seller" in found
        shown = fault(policy, "referred_in_a_circle:operator → seller")
        assert replayed(policy, shown)[-1]["events"] == ["RequestReferred"]

    def test_once_on_is_no_fault(self) -> None:
        """After a rejection the office of the flea market decides."""
        assert ids(FLEA_MARKET) == []


class TestWhoIsTold:
    def test_a_buyer_whom_nobody_tells_that_the_seller_has_cancelled(self) -> None:
        """Both parties but the doer must know of each change of a request."""
        told = Notification(on="approved", to="seller", subject="{order_id}", body="{reason}")
        policy = shop(notifications=[told])
        found = fault(policy, "not_told:approved to buyer by seller")
        assert found.problem["en"] == (
            "The buyer is not told that the seller made the request 'approved'."
        )
        (answer,) = replayed(policy, found)
        assert answer["order_status"] == "cancelled"
        assert [message["audience"] for message in answer["messages"]] == ["seller"]

    def test_a_message_under_a_condition_tells_only_then(self) -> None:
        """Told where the system has cancelled, and not where the seller has."""

        told = [
            Notification(on=on, to=to, subject="{order_id}", body="{reason}")
            for on in ("pending", "approved", "rejected", "withdrawn", "superseded")
            for to in ("buyer", "seller")
            if (on, to) != ("approved", "buyer")
        ]
        late = Notification(
            on="approved", to="buyer", when=system, subject="{order_id}", body="{reason}"
        )
        assert ids(shop(notifications=[*told, late])) == ["not_told:approved to buyer by seller"]

    def test_the_answerer_must_be_told(self) -> None:
        """An office that is to decide and does not hear of it."""
        policy = attrs.evolve(
            FLEA_MARKET,
            notifications=[each for each in FLEA_MARKET.notifications if each.on != "referred"],
        )
        assert "not_told:referred to operator by seller" in ids(policy)


class TestOutcomes:
    def test_cancelled_at_once_and_rejectable(self) -> None:
        """Qoo10 means it, with a source; without that it is a fault."""
        policy = attrs.evolve(QOO10, edition="unwaived", waivers=())
        found = fault(policy, "instant_and_rejectable:buyer")
        assert found.problem["ja"].startswith("同じ状態（'shipping_requested'）の注文で、")
        answers = replayed(policy, found)
        assert {answer["request_status"] for answer in answers} >= {"rejected", "approved"}

    def test_cancelled_at_once_and_rejectable_where_a_move_leads_back(self) -> None:
        """Everybody sees the order unpacked; the case that shows it needs nothing of the host."""
        found = fault(UNPACKED, "instant_and_rejectable:buyer")
        assert [line["do"] for line in found.scenario if "do" in line] == [
            *("request", "advance", "reject"),
            "request",
        ]
        answers = replayed(UNPACKED, found)
        assert [answer["request_status"] for answer in answers if "request_status" in answer] == [
            *("pending", "pending", "rejected"),
            "approved",
        ]

    def test_cancelled_at_once_and_rejectable_where_a_status_is_put_back(self) -> None:
        """No move leads back, only a correction of the host's: a note that names it."""
        report = reported(MORE_FREELY_BEFORE)
        assert report.ok
        (note,) = [each for each in report.notes if "corrects" in each["en"]]
        assert note == Text(
            "組み込む側が注文を訂正した場合（状態を「packed」から「placed」に戻す）に限り、購入者が"
            "リクエストすれば即時にキャンセルできる状態（'placed'）で、回答待ちのリクエストを"
            "拒否できる。",
            "Only where the host corrects an order (from status 'packed' back to 'placed'), "
            "a request of the buyer can be rejected while asking cancels at once ('placed').",
        )

    def test_cancelled_at_once_and_rejectable_where_a_payment_is_taken_back(self) -> None:
        """The host told that it was paid, and tells now that it is not known."""
        report = reported(MORE_FREELY_UNPAID)
        assert report.ok
        (note,) = [each["en"] for each in report.notes if "corrects" in each["en"]]
        assert note == (
            "Only where the host corrects an order (the payment (paid_at) unknown again), "
            "a request of the buyer can be rejected while asking cancels at once ('placed')."
        )

    def test_a_sample_does_not_tell_what_only_a_correction_leads_to(self) -> None:
        """It has not tried all ways without one."""
        found = verify(MORE_FREELY_BEFORE, sample=60).faults
        assert [each.id for each in found] == ["instant_and_rejectable:buyer"]

    def test_a_shipped_order_that_is_cancelled(self) -> None:
        """A lifecycle that says so breaks an invariant."""
        policy = shop(
            orders=Lifecycle(
                moves=dict(SHOP.orders.moves),
                cancellable=("placed", "packed", "shipped"),
                shipped="shipped",
            ),
            plus=[
                Rule(
                    "recalls",
                    on=RequestCancellation,
                    when=seller & status.is_in("shipped"),
                    effect=CANCEL,
                )
            ],
        )
        found = fault(policy, "invariant_broken:shipped_is_not_cancelled")
        assert replayed(policy, found)[-1]["order_status"] == "cancelled"

    def test_an_invariant_of_ones_own_sees_every_step(self) -> None:
        """Refusals, too."""
        seen: list[Step] = []
        invariant = Invariant(
            "shop.no_ships",
            Text(en="nothing is shipped"),
            lambda step: seen.append(step) is None and step.after.order.status != "shipped",  # type: ignore[func-returns-value]
        )
        assert "invariant_broken:shop.no_ships" in ids(SHOP, (invariant,))
        assert any(step.decision and step.decision.is_refused for step in seen)


class TestRolesOfAPolicysOwn:
    def test_try_everything(self) -> None:
        """A carrier who may stop a shipment leaves a hole like anybody else."""
        carrier = Role("carrier", side="seller", party="carrier_id", answers=False)
        stops = Rule(
            "stops",
            on=RequestCancellation,
            when=status.is_in("packed") & role.is_in("carrier"),
            effect=CANCEL,
        )
        policy = shop(roles=[carrier], facts=[Choice("carrier_id", values=())], plus=[stops])
        found = fault(policy, "hole:RequestCancellation by carrier")
        assert found.scenario[0]["order"]["facts"] == {"carrier_id": "carrier-1"}
        assert found.scenario[-1]["by"] == "carrier:carrier-1"
        assert replayed(policy, found)[-1]["codes"] == ["not_permitted"]


def test_moves_are_tried_by_everybody() -> None:
    """The buyer may pack in one status alone: a hole of that move."""
    policy = shop(
        orders=Lifecycle(
            moves={
                "pack": (("placed", "held"), "packed"),
                "ship": ("packed", "shipped"),
                "hold": ("placed", "held"),
            },
            cancellable=("placed", "packed"),
            shipped="shipped",
        ),
        plus=[
            Rule(
                "packs",
                on=AdvanceOrder,
                when=buyer & status.is_in("placed") & move.is_in("pack"),
                effect=PERMIT,
            )
        ],
    )
    found = fault(policy, "hole:AdvanceOrder by buyer")
    assert "'held'" in found.problem["en"]
