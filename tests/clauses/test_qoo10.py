"""Qoo10, clause by clause: what its guide to rejecting a cancellation promises to either side."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    CancellationService,
    Case,
    Command,
    DutyStatus,
    InvalidValue,
    Outcome,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    Seller,
    Verdict,
    Withdraw,
)
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.qoo10.rules import qoo10
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from samples import BUYER, BUYING, NOT_PERMITTING, SELLER, SYSTEM, jst, order

ID = "762544202"
MORNING = jst(15, 9)
NOON = jst(15, 12)
EVENING = jst(15, 18)

SHIP_ON = date(2022, 8, 17)
LAST_SECOND = datetime(2022, 8, 17, 14, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2022, 8, 17, 15, 0, 0, tzinfo=UTC)

LATE_EVENING = jst(15, 23, 59)
BEFORE_MIDNIGHT = datetime(2022, 8, 15, 14, 59, 59, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2022, 8, 15, 15, 0, 0, tzinfo=UTC)

GA_DECOMPOSED = "か\u3099"
ACUTE = "\u0301"
ZERO_WIDTH = "\u200b"
IDEOGRAPHIC_SPACE = "\u3000"
DELAY_EXPLAINED = "部品の入荷が遅れておりましたが、本日すでに製作が完了しております。"

ASK = RequestCancellation(ID, by=BUYER, reason="changed_mind")
APPROVE = Approve(ID, by=SELLER)
REJECT = Reject(ID, by=SELLER, reason="made_to_order", affirmed=True)
SHIP = AdvanceOrder(ID, by=SELLER, move="ship")
MARK_DELAYED = AdvanceOrder(ID, by=SYSTEM, move="mark_delayed")
ASK_WITHDRAWAL = AskWithdrawal(ID, by=SELLER, text="本日発送予定です。撤回をお願いします。")
ACCEPT = AnswerWithdrawal(ID, by=BUYER, accept=True)
HOLD = AnswerWithdrawal(ID, by=BUYER, accept=False)


class House:
    """A service with one registered order, and short words for what is done with it."""

    def __init__(self, policy: Policy = QOO10, **changes: Any) -> None:
        self.service = CancellationService(
            policies=[CONECT, policy],
            store=MemoryStore(),
            directory=MemoryDirectory([BUYING, NOT_PERMITTING]),
        )
        self.service.register(order("qoo10", **changes), at=MORNING)

    def do(self, command: Command, at: datetime = NOON) -> Outcome:
        return self.service.handle(command, at=at)

    def refusal(self, command: Command, at: datetime = NOON) -> Refused:
        with pytest.raises(Refused) as refused:
            self.do(command, at)
        return refused.value

    def counts(self, at: datetime = NOON) -> dict[str, tuple[int, int]]:
        counters = self.service.counters(SELLER, policy="qoo10", at=at)
        return {each.label["ja"]: (each.count, each.overdue) for each in counters}

    def breaches(self) -> int:
        history = self.service.history(ID, by=SELLER)
        return [type(event).__name__ for event in history].count("DutyBreached")

    def duty_to_ship(self) -> DutyStatus:
        (status,) = (
            duty.status for duty in self.case.duties if duty.deadline == "qoo10.ship_same_day"
        )
        return status

    @property
    def case(self) -> Case:
        return self.service.case(ID, by=BUYER)

    @property
    def status(self) -> str:
        return self.case.order.status

    @property
    def request(self) -> str | None:
        latest = self.case.latest
        return None if latest is None else str(latest.status)

    @property
    def buyer_reads(self) -> str:
        return self.service.label(ID, by=BUYER)

    @property
    def seller_reads(self) -> str:
        return self.service.label(ID, by=SELLER)


def new_order(policy: Policy = QOO10) -> House:
    """A house whose order has no planned ship date yet."""
    return House(policy, status="new", ship_on=None)


def asked(policy: Policy = QOO10, **changes: Any) -> House:
    """A house whose order waits for the seller's answer."""
    house = House(policy, **changes)
    house.do(ASK)
    return house


def rejected(policy: Policy = QOO10, **changes: Any) -> House:
    """A house whose seller has rejected the request."""
    house = asked(policy, **changes)
    house.do(REJECT, EVENING)
    return house


def names(outcome: Outcome) -> list[str]:
    return [type(event).__name__ for event in outcome.events]


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(each.audience, each.medium, each.subject) for each in outcome.messages]


class TestMayReject:
    """qoo10.1.may-reject

    既に発送の手配を行っているご注文において、発送処理を行う前にお客様より入れ違いで
    キャンセル要請が入ってしまった場合等、キャンセルを受けることが難しいご注文に対しショップ側で
    キャンセルを拒否することができます。
    """

    def test_a_request_for_an_order_being_prepared_waits_for_the_seller(self) -> None:
        house = House()
        outcome = house.do(ASK)
        assert names(outcome) == ["CancellationRequested", "DutyArose"]
        assert outcome.events[0].rules == ("qoo10.refer",)
        assert (house.status, house.request) == ("shipping_requested", "awaiting_seller")

    def test_the_seller_may_reject_it(self) -> None:
        house = asked()
        outcome = house.do(REJECT, EVENING)
        assert names(outcome) == ["RequestRejected", "DutyArose"]
        assert house.request == "rejected"

    def test_the_seller_may_approve_it(self) -> None:
        house = asked()
        outcome = house.do(APPROVE, EVENING)
        assert names(outcome) == ["RequestGranted", "OrderCancelled"]
        assert (house.status, house.request) == ("cancelled", "granted")
        assert house.buyer_reads == "キャンセル完了"

    def test_a_shipped_order_cannot_be_asked_to_be_cancelled(self) -> None:
        house = House()
        house.do(SHIP)
        refused = house.refusal(ASK)
        assert refused.codes == ("already_shipped",)
        assert refused.clauses == ("qoo10.1.may-reject",)

    @pytest.mark.parametrize(
        "answer",
        [Approve(ID, by=BUYER), Reject(ID, by=BUYER, reason="shipped", affirmed=True)],
    )
    def test_the_buyer_does_not_answer_himself(self, answer: Command) -> None:
        refused = asked().refusal(answer)
        assert refused.codes == ("wrong_actor",)
        assert refused.clauses == ("qoo10.1.may-reject",)

    def test_there_is_nothing_to_reject_where_nobody_asked(self) -> None:
        assert House().refusal(REJECT).codes == ("no_open_request",)

    def test_the_order_ships_only_after_the_answer(self) -> None:
        refused = asked().refusal(SHIP)
        assert refused.codes == ("answer_first",)
        assert set(refused.clauses) == {"qoo10.1.may-reject", "qoo10.3.back-to-shipping"}

    def test_shipping_can_be_made_to_close_the_request(self) -> None:
        house = asked(qoo10(shipping_supersedes=True))
        outcome = house.do(SHIP, EVENING)
        assert names(outcome) == ["OrderAdvanced", "RequestSuperseded"]
        assert [each.audience for each in outcome.messages] == ["buyer", "buyer"]
        assert (house.status, house.request) == ("shipped", "superseded")
        assert set(house.refusal(APPROVE, EVENING).codes) == {
            "already_shipped",
            "no_open_request",
        }


class TestOnlyIfImpracticable:
    """qoo10.1.only-if-impracticable

    既に実際に発送を行っていたり、オーダーメイド商品、発送の準備が完了している場合など、
    キャンセルを受けることが実質的に困難な場合にのみご利用をお願い致します。
    Reading: the four reasons of qoo10.3.reasons are the grounds; the seller must affirm it.
    """

    @pytest.mark.parametrize("reason", [None, "no_such_reason", "changed_mind"])
    def test_only_the_four_grounds_are_taken(self, reason: str | None) -> None:
        house = asked()
        with pytest.raises(InvalidValue) as wrong:
            house.do(Reject(ID, by=SELLER, reason=reason, affirmed=True), EVENING)
        assert [fault.where for fault in wrong.value.faults] == ["Reject.reason"]
        assert house.request == "awaiting_seller"

    @pytest.mark.parametrize("reason", ["shipped", "ready_to_ship", "made_to_order"])
    def test_a_ground_without_affirmation_is_not_enough(self, reason: str) -> None:
        refused = asked().refusal(Reject(ID, by=SELLER, reason=reason), EVENING)
        assert refused.codes == ("not_affirmed",)
        assert set(refused.clauses) == {"qoo10.1.only-if-impracticable", "qoo10.3.confirm"}


class TestOtherwiseAskWithdrawal:
    """qoo10.1.otherwise-ask-withdrawal

    その他の理由によりキャンセルを拒否されたい場合はクレームの撤回要請機能をご活用ください。
    Reading: the seller may ask the buyer to withdraw (撤回要請). The buyer accepts, and the order
    goes back to the state and ship date it had, or holds (撤回保留), and the request stays open
    and decidable.
    """

    def test_the_seller_asks_and_the_buyer_is_told(self) -> None:
        house = asked()
        outcome = house.do(ASK_WITHDRAWAL)
        assert names(outcome) == ["WithdrawalAsked"]
        assert told(outcome) == [
            ("buyer", "app", "キャンセルの撤回要請 762544202"),
            ("buyer", "mail", "キャンセルの撤回要請 762544202"),
        ]
        assert all(
            "本日発送予定です。撤回をお願いします。" in each.body for each in outcome.messages
        )
        assert house.seller_reads == "撤回要請"
        assert house.buyer_reads == (
            "キャンセルの撤回要請\n本日発送予定です。撤回をお願いします。"
        )

    def test_the_buyer_accepts_and_the_order_goes_back(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        outcome = house.do(ACCEPT, EVENING)
        assert names(outcome) == ["RequestWithdrawn"]
        assert house.request == "withdrawn"
        assert (house.status, house.case.order.ship_on) == ("shipping_requested", SHIP_ON)
        assert [each.audience for each in outcome.messages] == ["seller"]

    def test_an_order_that_became_delayed_meanwhile_goes_back_too(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        house.do(MARK_DELAYED, jst(18))
        house.do(ACCEPT, jst(18, 9))
        assert (house.status, house.case.order.ship_on) == ("shipping_requested", SHIP_ON)
        again = RequestCancellation(ID, by=BUYER)
        assert house.service.assess(again, at=jst(18, 10)).verdict is Verdict.CANCEL

    def test_the_buyer_holds_and_the_request_stays_open(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        outcome = house.do(HOLD, EVENING)
        assert names(outcome) == ["WithdrawalHeld"]
        assert house.request == "withdrawal_held"
        assert house.seller_reads.splitlines()[0] == "撤回保留"
        assert house.buyer_reads == "キャンセル要請中(撤回保留)"
        assert told(outcome) == [("seller", "app", "撤回保留 762544202")]

    @pytest.mark.parametrize("replies", [(), (HOLD,)])
    @pytest.mark.parametrize(("answer", "to"), [(APPROVE, "granted"), (REJECT, "rejected")])
    def test_the_request_stays_decidable(
        self, replies: tuple[Command, ...], answer: Command, to: str
    ) -> None:
        house = asked()
        for command in (ASK_WITHDRAWAL, *replies, answer):
            house.do(command, EVENING)
        assert house.request == to

    def test_the_buyer_may_accept_after_he_held(self) -> None:
        house = asked()
        for command in (ASK_WITHDRAWAL, HOLD, ACCEPT):
            house.do(command, EVENING)
        assert house.request == "withdrawn"

    def test_only_the_seller_asks(self) -> None:
        refused = asked().refusal(AskWithdrawal(ID, by=BUYER))
        assert refused.codes == ("wrong_actor",)

    def test_only_the_buyer_answers(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        refused = house.refusal(AnswerWithdrawal(ID, by=SELLER, accept=True))
        assert refused.codes == ("wrong_actor",)
        assert "qoo10.1.otherwise-ask-withdrawal" in refused.clauses

    @pytest.mark.parametrize("command", [ASK_WITHDRAWAL, ACCEPT, HOLD])
    def test_there_is_nothing_to_withdraw_where_nobody_asked(self, command: Command) -> None:
        assert House().refusal(command).codes == ("no_open_request",)

    def test_the_buyer_cannot_withdraw_unasked(self) -> None:
        refused = asked().refusal(Withdraw(ID, by=BUYER))
        assert refused.codes == ("withdrawal_not_offered",)
        assert refused.clauses == ("qoo10.1.otherwise-ask-withdrawal",)

    def test_withdrawing_unasked_can_be_offered(self) -> None:
        house = asked(qoo10(may_withdraw=True))
        house.do(Withdraw(ID, by=BUYER), EVENING)
        assert (house.status, house.request) == ("shipping_requested", "withdrawn")


class TestShipSameDay:
    """qoo10.1.ship-same-day

    キャンセル拒否後は該当注文の発送処理を速やかに行ってください。拒否をした当日以内に発送処理が
    されていなかったり、虚偽の発送処理を行っていることが確認された場合、… ペナルティー措置が施行
    されることがございます。
    Reading: a duty to ship until the end of the calendar day of the rejection in Asia/Tokyo, even
    when rejected at 23:59. Missing it is recorded as a breach, once; nothing is penalised by
    itself. 注文制作商品 is not exempt.
    """

    @staticmethod
    def late_in_the_evening(reason: str = "made_to_order") -> House:
        house = asked()
        house.do(Reject(ID, by=SELLER, reason=reason, affirmed=True), LATE_EVENING)
        return house

    @pytest.mark.parametrize("at", [jst(15, 12, 1), LATE_EVENING])
    @pytest.mark.parametrize("reason", ["shipped", "ready_to_ship", "made_to_order"])
    def test_the_duty_ends_with_the_day_whatever_the_reason(
        self, reason: str, at: datetime
    ) -> None:
        house = asked()
        house.do(Reject(ID, by=SELLER, reason=reason, affirmed=True), at)
        (duty,) = house.case.open_duties
        assert duty.deadline == "qoo10.ship_same_day"
        assert duty.due_at == AFTER_MIDNIGHT

    def test_the_day_is_japans_not_utcs(self) -> None:
        house = asked()
        house.do(REJECT, AFTER_MIDNIGHT)
        (duty,) = house.case.open_duties
        assert duty.due_at == datetime(2022, 8, 16, 15, tzinfo=UTC)

    def test_shipping_before_midnight_meets_it(self) -> None:
        house = self.late_in_the_evening()
        outcome = house.do(SHIP, BEFORE_MIDNIGHT)
        assert names(outcome) == ["DutyMet", "OrderAdvanced"]
        assert house.duty_to_ship() == "met"

    def test_a_duty_that_was_met_is_never_breached(self) -> None:
        house = self.late_in_the_evening()
        house.do(SHIP, BEFORE_MIDNIGHT)
        assert house.service.tick(jst(31)).outcomes == ()
        assert house.breaches() == 0

    def test_shipping_at_midnight_breaches_it(self) -> None:
        house = self.late_in_the_evening()
        outcome = house.do(SHIP, AFTER_MIDNIGHT)
        assert names(outcome) == ["DutyBreached", "OrderAdvanced"]
        assert outcome.events[0].rules[-1] == "qoo10.ship_same_day"
        assert (house.status, house.duty_to_ship()) == ("shipped", "missed")

    def test_a_breach_found_by_shipping_is_not_found_again_by_the_clock(self) -> None:
        house = self.late_in_the_evening()
        house.do(SHIP, AFTER_MIDNIGHT)
        assert house.service.tick(AFTER_MIDNIGHT).outcomes == ()
        assert house.breaches() == 1

    def test_a_breach_found_by_the_clock_is_not_found_again_by_shipping(self) -> None:
        house = self.late_in_the_evening()
        (found,) = house.service.tick(AFTER_MIDNIGHT).outcomes
        assert names(found) == ["DutyBreached"]
        assert names(house.do(SHIP, jst(16, 9))) == ["OrderAdvanced"]
        assert house.service.tick(jst(31)).outcomes == ()
        assert house.breaches() == 1

    def test_the_clock_finds_nothing_before_midnight(self) -> None:
        house = self.late_in_the_evening()
        assert house.service.tick(BEFORE_MIDNIGHT).outcomes == ()
        assert house.duty_to_ship() == "open"

    def test_a_breach_penalises_nobody_by_itself(self) -> None:
        house = self.late_in_the_evening()
        (found,) = house.service.tick(AFTER_MIDNIGHT).outcomes
        assert found.messages == ()
        assert (house.status, house.request) == ("shipping_requested", "rejected")

    def test_the_breach_names_its_clause(self) -> None:
        assert QOO10.clauses_of(("qoo10.ship_same_day",)) == ("qoo10.1.ship-same-day",)


class TestInstantNew:
    """qoo10.1.instant-new

    [新規注文]のご注文や、… お客様がキャンセルを要請されると即時キャンセル完了となりますので、
    キャンセル拒否機能はご利用頂けません。
    Reading: 新規注文 is an order whose planned ship date (発送予定日) has not been entered yet.
    Entering it makes it 配送要請.
    """

    def test_a_new_order_is_cancelled_at_once(self) -> None:
        house = new_order()
        assert house.buyer_reads == "新規注文"
        outcome = house.do(ASK)
        assert names(outcome) == ["CancellationRequested", "RequestGranted", "OrderCancelled"]
        assert outcome.rules == ("qoo10.instant_new",)
        assert (house.status, house.request) == ("cancelled", "granted")
        assert house.buyer_reads == "キャンセル完了"

    def test_both_sides_are_told_of_it(self) -> None:
        assert told(new_order().do(ASK)) == [
            ("buyer", "app", "キャンセル完了 762544202"),
            ("buyer", "mail", "キャンセル完了 762544202"),
            ("seller", "app", "キャンセル完了 762544202"),
            ("seller", "mail", "キャンセル完了 762544202"),
        ]

    def test_a_new_order_cannot_be_rejected(self) -> None:
        refused = new_order().refusal(REJECT)
        assert set(refused.codes) == {"instant_cannot_be_rejected", "no_open_request"}
        assert refused.clauses == ("qoo10.1.instant-new",)

    def test_all_that_stands_in_the_way_is_said_together(self) -> None:
        refused = new_order().refusal(Reject(ID, by=SELLER, reason="shipped"))
        assert set(refused.codes) == {
            "instant_cannot_be_rejected",
            "no_open_request",
            "not_affirmed",
        }
        assert set(refused.clauses) == {
            "qoo10.1.instant-new",
            "qoo10.1.only-if-impracticable",
            "qoo10.3.confirm",
        }

    def test_entering_the_ship_date_makes_it_shipping_requested(self) -> None:
        house = new_order()
        plan = AdvanceOrder(ID, by=SELLER, move="plan_shipping", ship_on=SHIP_ON)
        house.do(plan)
        assert (house.status, house.case.order.ship_on) == ("shipping_requested", SHIP_ON)
        assert house.buyer_reads == "配送要請"
        house.do(ASK)
        assert house.request == "awaiting_seller"

    def test_an_order_does_not_leave_the_new_state_without_a_date(self) -> None:
        house = new_order()
        with pytest.raises(InvalidValue) as wrong:
            house.do(AdvanceOrder(ID, by=SELLER, move="plan_shipping"))
        assert [fault.where for fault in wrong.value.faults] == ["AdvanceOrder.ship_on"]
        assert house.status == "new"

    def test_a_cancelled_order_is_not_cancelled_again(self) -> None:
        house = new_order()
        house.do(ASK)
        assert house.refusal(ASK).codes == ("already_cancelled",)


class TestInstantDelayed:
    """qoo10.1.instant-delayed

    入力された発送予定日までに発送処理がされず[配送遅延]となったご注文はお客様がキャンセルを要請
    されると即時キャンセル完了となります…（キャンセルを拒否することはできません。）
    Reading: delayed from 00:00 Asia/Tokyo of the day after the planned ship date, by the clock,
    whatever the stored status says. A request that was already pending cannot be rejected any
    more, only approved; it is not approved by itself (parameter `delay_approves`).
    """

    def test_until_the_last_second_of_the_ship_date_the_seller_decides(self) -> None:
        house = House()
        outcome = house.do(ASK, LAST_SECOND)
        assert outcome.events[0].rules == ("qoo10.refer",)
        assert (house.status, house.request) == ("shipping_requested", "awaiting_seller")

    @pytest.mark.parametrize("at", [MIDNIGHT, jst(18), jst(25, 12)])
    def test_from_midnight_the_order_is_cancelled_at_once(self, at: datetime) -> None:
        house = House()
        outcome = house.do(ASK, at)
        assert names(outcome) == ["CancellationRequested", "RequestGranted", "OrderCancelled"]
        assert outcome.rules == ("qoo10.instant_delayed",)
        assert QOO10.clauses_of(outcome.rules) == ("qoo10.1.instant-delayed",)
        assert house.status == "cancelled"

    def test_the_stored_status_makes_no_difference(self) -> None:
        house = House()
        house.do(MARK_DELAYED, MIDNIGHT)
        assert house.buyer_reads == "配送遅延"
        assert house.do(ASK, MIDNIGHT).rules == ("qoo10.instant_delayed",)
        assert house.status == "cancelled"

    def test_an_order_in_shipping_is_registered_with_its_planned_ship_date(self) -> None:
        """Without one, nobody could say whether it is delayed."""
        with pytest.raises(InvalidValue, match=r"Order\.ship_on: is missing"):
            QOO10.open(order(ship_on=None))

    def test_an_order_is_not_marked_delayed_before_its_time(self) -> None:
        refused = House().refusal(MARK_DELAYED, LAST_SECOND)
        assert refused.codes == ("not_late",)
        assert refused.clauses == ("qoo10.1.instant-delayed",)

    def test_a_pending_request_can_be_rejected_until_the_last_second(self) -> None:
        house = asked()
        house.do(REJECT, LAST_SECOND)
        assert house.request == "rejected"

    @pytest.mark.parametrize("marked", [False, True])
    @pytest.mark.parametrize(
        ("command", "code"),
        [(REJECT, "instant_cannot_be_rejected"), (ASK_WITHDRAWAL, "only_approval_left")],
    )
    def test_a_pending_request_of_a_delayed_order_can_only_be_approved(
        self, command: Command, code: str, marked: bool
    ) -> None:
        house = asked()
        if marked:
            house.do(MARK_DELAYED, MIDNIGHT)
        refused = house.refusal(command, MIDNIGHT)
        assert refused.codes == (code,)
        assert refused.clauses == ("qoo10.1.instant-delayed",)
        house.do(APPROVE, MIDNIGHT)
        assert (house.status, house.request) == ("cancelled", "granted")

    def test_a_pending_request_is_not_approved_by_the_clock(self) -> None:
        house = asked()
        assert house.service.tick(MIDNIGHT).outcomes == ()
        house.service.tick(jst(31))
        assert (house.status, house.request) == ("shipping_requested", "awaiting_seller")

    def test_the_clock_can_be_made_to_approve_it(self) -> None:
        house = asked(qoo10(delay_approves=True))
        assert house.service.tick(LAST_SECOND).outcomes == ()
        (outcome,) = house.service.tick(MIDNIGHT).outcomes
        assert names(outcome) == ["DeadlinePassed", "RequestGranted", "OrderCancelled"]
        assert "buyer" in [each.audience for each in outcome.messages]
        assert (house.status, house.request) == ("cancelled", "granted")

    def test_a_seller_cannot_outrun_that_clock(self) -> None:
        house = asked(qoo10(delay_approves=True))
        assert "instant_cannot_be_rejected" in house.refusal(REJECT, MIDNIGHT).codes
        assert house.request == "awaiting_seller"

    def test_a_seller_who_answers_in_time_is_left_alone_by_that_clock(self) -> None:
        house = asked(qoo10(delay_approves=True))
        house.do(REJECT, LAST_SECOND)
        house.service.tick(jst(31))
        assert (house.status, house.request) == ("shipping_requested", "rejected")


class TestTruthfulReason:
    """qoo10.1.truthful-reason

    キャンセル拒否を行う際に理由を選択(または記入)頂きますが、お客様にも通知がされる内容と
    なります
    """

    @pytest.mark.parametrize(
        ("reason", "text", "shown"),
        [
            ("shipped", None, "商品発送完了"),
            ("ready_to_ship", None, "発送準備完了"),
            ("made_to_order", None, "注文制作商品"),
            ("other", DELAY_EXPLAINED, DELAY_EXPLAINED),
        ],
    )
    def test_the_buyer_is_told_the_reason_chosen_or_written(
        self, reason: str, text: str | None, shown: str
    ) -> None:
        house = asked()
        outcome = house.do(Reject(ID, by=SELLER, reason=reason, text=text, affirmed=True))
        buyers = [each for each in outcome.messages if each.audience == "buyer"]
        assert len(buyers) == 2
        assert all(shown in each.body for each in buyers)

    def test_the_seller_is_warned_of_it_before_he_chooses(self) -> None:
        notice = QOO10.rejection_reasons.notice
        assert notice is not None
        assert notice["ja"].startswith(
            "キャンセル拒否を行う際に理由を選択(または記入)頂きますが、"
            "お客様にも通知がされる内容となります"
        )


class TestQueue:
    """qoo10.3.queue

    お客様よりキャンセル要請が入るとJ・QSMトップのリストに表示がされます。
    """

    def test_a_request_appears_in_the_queue_and_in_the_number(self) -> None:
        house = House()
        assert house.service.inbox(SELLER, policy="qoo10").rows == ()
        assert house.counts()["キャンセル要請"] == (0, 0)
        house.do(ASK)
        assert [row.order_id for row in house.service.inbox(SELLER, policy="qoo10").rows] == [ID]
        assert house.counts()["キャンセル要請"] == (1, 0)

    def test_the_seller_is_told_in_the_app(self) -> None:
        assert told(House().do(ASK)) == [("seller", "app", "キャンセル要請 762544202")]

    def test_both_sides_read_it_on_the_order(self) -> None:
        house = asked()
        assert house.seller_reads.splitlines()[0] == "キャンセル・処理要請"
        assert house.buyer_reads == "キャンセル要請中"

    def test_another_sellers_queue_stays_empty(self) -> None:
        house = asked()
        assert house.service.inbox(Seller("s-2"), policy="qoo10").rows == ()

    def test_an_instant_cancellation_waits_for_nobody(self) -> None:
        house = new_order()
        house.do(ASK)
        assert house.service.inbox(SELLER, policy="qoo10").rows == ()


class TestCounters:
    """qoo10.3.counters

    キャンセル要請 / 撤回要請 / 撤回保留 / キャンセル拒否完了 … ※キャンセル・返品・未受取の受付日
    から4日が過ぎても完了・確認されていないもので
    Reading: counters per seller for the cancellation states; a request open for more than 4
    calendar days (Asia/Tokyo) counts as overdue; nothing is decided by itself.
    """

    NONE_OVERDUE = datetime(2022, 8, 19, 14, 59, 59, tzinfo=UTC)
    OVERDUE = datetime(2022, 8, 19, 15, 0, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("commands", "counter"),
        [
            ((), None),
            ((ASK,), "キャンセル要請"),
            ((ASK, ASK_WITHDRAWAL), "撤回要請"),
            ((ASK, ASK_WITHDRAWAL, HOLD), "撤回保留"),
            ((ASK, REJECT), "キャンセル拒否完了"),
            ((ASK, APPROVE), None),
            ((ASK, ASK_WITHDRAWAL, ACCEPT), None),
        ],
    )
    def test_each_request_is_counted_where_it_stands(
        self, commands: tuple[Command, ...], counter: str | None
    ) -> None:
        house = House()
        for command in commands:
            house.do(command)
        expected = {
            "キャンセル要請": (0, 0),
            "撤回要請": (0, 0),
            "撤回保留": (0, 0),
            "キャンセル拒否完了": (0, 0),
        }
        if counter is not None:
            expected[counter] = (1, 0)
        assert house.counts() == expected

    def test_the_numbers_are_the_sellers_own(self) -> None:
        counters = asked().service.counters(Seller("s-2"), policy="qoo10", at=NOON)
        assert [each.count for each in counters] == [0, 0, 0, 0]

    @pytest.mark.parametrize("asked_at", [jst(15, 9, 30), jst(15, 23, 59)])
    def test_open_for_four_days_is_not_overdue(self, asked_at: datetime) -> None:
        house = House()
        house.do(ASK, asked_at)
        assert house.counts(self.NONE_OVERDUE)["キャンセル要請"] == (1, 0)

    @pytest.mark.parametrize("asked_at", [jst(15, 9, 30), jst(15, 23, 59)])
    def test_open_for_more_than_four_days_is_overdue(self, asked_at: datetime) -> None:
        house = House()
        house.do(ASK, asked_at)
        assert house.counts(self.OVERDUE)["キャンセル要請"] == (1, 1)

    @pytest.mark.parametrize(
        ("commands", "counter"),
        [((ASK_WITHDRAWAL,), "撤回要請"), ((ASK_WITHDRAWAL, HOLD), "撤回保留")],
    )
    def test_asking_for_a_withdrawal_wins_no_time(
        self, commands: tuple[Command, ...], counter: str
    ) -> None:
        house = asked()
        for command in commands:
            house.do(command, jst(16))
        assert house.counts(self.NONE_OVERDUE)[counter] == (1, 0)
        assert house.counts(self.OVERDUE)[counter] == (1, 1)

    def test_an_answered_request_is_never_overdue(self) -> None:
        house = rejected()
        assert house.counts(jst(31))["キャンセル拒否完了"] == (1, 0)

    def test_being_overdue_decides_nothing(self) -> None:
        house = asked()
        (outcome,) = house.service.tick(self.OVERDUE).outcomes
        assert names(outcome) == ["DeadlinePassed"]
        assert outcome.messages == ()
        assert (house.status, house.request) == ("shipping_requested", "awaiting_seller")
        assert house.counts(self.OVERDUE)["キャンセル要請"] == (1, 1)
        house.do(APPROVE, jst(20, 9))
        assert house.request == "granted"

    def test_the_days_are_a_parameter(self) -> None:
        house = asked(qoo10(overdue_after_days=2))
        last_of_the_17th = datetime(2022, 8, 17, 14, 59, 59, tzinfo=UTC)
        first_of_the_18th = datetime(2022, 8, 17, 15, 0, 0, tzinfo=UTC)
        assert house.counts(last_of_the_17th)["キャンセル要請"] == (1, 0)
        assert house.counts(first_of_the_18th)["キャンセル要請"] == (1, 1)


class TestGrid:
    """qoo10.3.grid

    処理状態 / キャンセル・返品完了日 / キャンセル・返品理由 / キャンセル・返品要請日 / 注文日 /
    発送日 / 注文番号 / カート番号 / 商品
    Reading: a row of the seller's queue carries these. The document's example: 注文番号 762544202,
    カート番号 250040690, 要請日 and 注文日 2022/08/15.
    """

    def test_the_row_is_the_documents_example(self) -> None:
        house = House()
        house.do(RequestCancellation(ID, by=BUYER, reason="order_cancellation"))
        (row,) = house.service.inbox(SELLER, policy="qoo10").rows
        assert row.state == "キャンセル・処理要請"
        assert row.completed_at is None
        assert row.reason == "注文キャンセル"
        assert row.requested_at.date() == date(2022, 8, 15)
        assert row.placed_at.date() == date(2022, 8, 15)
        assert row.shipped_at is None
        assert row.order_id == "762544202"
        assert row.cart_id == "250040690"
        assert row.item == "931204"

    def test_a_finished_row_tells_when_it_was_completed(self) -> None:
        house = asked()
        house.do(APPROVE, EVENING)
        (row,) = house.service.inbox(SELLER, policy="qoo10", statuses=["granted"]).rows
        assert row.completed_at == EVENING

    def test_a_shipped_row_tells_when_it_was_shipped(self) -> None:
        house = rejected()
        house.do(SHIP, LATE_EVENING)
        (row,) = house.service.inbox(SELLER, policy="qoo10", statuses=["rejected"]).rows
        assert row.shipped_at == LATE_EVENING

    def test_the_headings_are_the_documents(self) -> None:
        assert [heading["ja"] for heading in QOO10.wording.columns.values()] == [
            "処理状態",
            "キャンセル・返品完了日",
            "キャンセル・返品理由",
            "キャンセル・返品要請日",
            "注文日",
            "発送日",
            "注文番号",
            "カート番号",
            "商品",
        ]


class TestReasons:
    """qoo10.3.reasons

    商品発送完了 / 発送準備完了 / 注文制作商品 / その他
    """

    def test_the_list_is_the_documents(self) -> None:
        assert [reason.label["ja"] for reason in QOO10.rejection_reasons.reasons] == [
            "商品発送完了",
            "発送準備完了",
            "注文制作商品",
            "その他",
        ]

    @pytest.mark.parametrize(
        ("reason", "label"),
        [
            ("shipped", "商品発送完了"),
            ("ready_to_ship", "発送準備完了"),
            ("made_to_order", "注文制作商品"),
        ],
    )
    def test_each_reason_is_shown_by_its_name(self, reason: str, label: str) -> None:
        house = asked()
        house.do(Reject(ID, by=SELLER, reason=reason, affirmed=True))
        assert house.buyer_reads == f"キャンセル拒否\n{label}"
        assert house.seller_reads == f"キャンセル拒否完了\n{label}"


class TestOther30:
    """qoo10.3.other-30

    ※理由「その他」を選択した場合は、枠内に直接理由の入力をお願い致します。（30文字以上での入力が
    必要）
    Reading: required with その他 only, 30 characters or more inclusive, with an upper bound of
    ours (500, parameters `other_minimum` and `other_maximum`).
    """

    @staticmethod
    def problem_of(text: str | None, policy: Policy = QOO10) -> str:
        """What is said against rejecting with that text."""
        house = asked(policy)
        with pytest.raises(InvalidValue) as wrong:
            house.do(Reject(ID, by=SELLER, reason="other", text=text, affirmed=True))
        (fault,) = wrong.value.faults
        assert fault.where == "Reject.text"
        assert house.request == "awaiting_seller"
        return fault.problem

    @staticmethod
    def kept(text: str, policy: Policy = QOO10) -> str | None:
        """The text that is kept with a rejection."""
        house = asked(policy)
        outcome = house.do(Reject(ID, by=SELLER, reason="other", text=text, affirmed=True))
        latest = outcome.case.latest
        assert latest is not None
        assert latest.answer is not None
        return latest.answer.text

    @pytest.mark.parametrize(
        "text",
        ["あ" * 30, GA_DECOMPOSED * 30, ("あ" + ACUTE) * 30, "あ" * 500],
        ids=["plain", "decomposed", "marked", "upper bound"],
    )
    def test_thirty_visible_characters_are_enough(self, text: str) -> None:
        assert self.kept(text) is not None

    @pytest.mark.parametrize(
        "text",
        [
            "あ" * 29,
            GA_DECOMPOSED * 29,
            ("あ" + ACUTE) * 29,
            ("あ" + ZERO_WIDTH) * 29,
            "あ" * 29 + IDEOGRAPHIC_SPACE * 10,
            IDEOGRAPHIC_SPACE * 10 + "あ" * 29,
            "あ" * 14 + IDEOGRAPHIC_SPACE * 10 + "あ" * 14,
        ],
        ids=["plain", "decomposed", "marked", "zero width", "behind", "before", "between"],
    )
    def test_twenty_nine_are_not_however_they_are_padded(self, text: str) -> None:
        assert self.problem_of(text) == "has 29 visible characters"

    @pytest.mark.parametrize(
        "text",
        [
            "あ" + (IDEOGRAPHIC_SPACE + ZERO_WIDTH) * 40,
            "あ" + (" " + ACUTE) * 40,
            "あ" + (ZERO_WIDTH + " ") * 40 + "い",
            "あ" * 29 + " " + ZERO_WIDTH,
        ],
        ids=["zero width", "marks", "between letters", "one blank short"],
    )
    def test_blanks_between_invisible_characters_pad_nothing(self, text: str) -> None:
        assert self.problem_of(text).endswith("visible characters")

    @pytest.mark.parametrize(
        "text",
        [
            None,
            "",
            IDEOGRAPHIC_SPACE * 40,
            ZERO_WIDTH * 40,
            ACUTE * 40,
            (ZERO_WIDTH + IDEOGRAPHIC_SPACE) * 40,
        ],
        ids=["missing", "empty", "blanks", "zero width", "marks", "zero width and blanks"],
    )
    def test_sonota_without_words_is_not_taken(self, text: str | None) -> None:
        assert self.problem_of(text) == "is missing or blank"

    def test_composed_and_decomposed_kana_are_kept_as_one_text(self) -> None:
        assert self.kept(GA_DECOMPOSED * 30) == "\u304c" * 30

    def test_five_hundred_and_one_characters_are_too_many(self) -> None:
        assert self.problem_of("あ" * 501) == "has 501 visible characters"

    @pytest.mark.parametrize("reason", ["shipped", "ready_to_ship", "made_to_order"])
    def test_the_other_reasons_take_no_text(self, reason: str) -> None:
        house = asked()
        with pytest.raises(InvalidValue) as wrong:
            house.do(Reject(ID, by=SELLER, reason=reason, text="あ" * 30, affirmed=True))
        assert [fault.where for fault in wrong.value.faults] == ["Reject.text"]

    def test_the_lower_bound_is_a_parameter(self) -> None:
        shorter = qoo10(other_minimum=10)
        assert self.kept("あ" * 10, shorter) == "あ" * 10
        assert self.problem_of("あ" * 9, shorter) == "has 9 visible characters"

    def test_the_upper_bound_is_a_parameter(self) -> None:
        tighter = qoo10(other_maximum=40)
        assert self.kept("あ" * 40, tighter) == "あ" * 40
        assert self.problem_of("あ" * 41, tighter) == "has 41 visible characters"


class TestOtherHint:
    """qoo10.3.other-hint

    お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）
    Reading: a hint beside その他, not further reasons.
    """

    def test_the_hint_stands_beside_sonota_alone(self) -> None:
        hints = {
            reason.label["ja"]: None if reason.hint is None else reason.hint["ja"]
            for reason in QOO10.rejection_reasons.reasons
        }
        assert hints == {
            "商品発送完了": None,
            "発送準備完了": None,
            "注文制作商品": None,
            "その他": "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
        }

    @pytest.mark.parametrize("word", ["商品遅延", "注文制作遅延"])
    def test_what_the_hint_names_is_no_reason(self, word: str) -> None:
        house = asked()
        with pytest.raises(InvalidValue):
            house.do(Reject(ID, by=SELLER, reason=word, affirmed=True))
        assert house.request == "awaiting_seller"


class TestShownAtOnce:
    """qoo10.3.shown-at-once

    キャンセル拒否時、即時でキャンセルお客様が確認する内容になります。
    """

    def test_the_buyer_reads_the_rejection_and_its_reason_with_the_same_step(self) -> None:
        house = asked()
        outcome = house.do(REJECT, EVENING)
        assert house.buyer_reads == "キャンセル拒否\n注文制作商品"
        assert [each.at for each in outcome.messages] == [EVENING, EVENING]

    def test_the_buyer_reads_the_sellers_own_words(self) -> None:
        house = asked()
        house.do(Reject(ID, by=SELLER, reason="other", text=DELAY_EXPLAINED, affirmed=True))
        assert house.buyer_reads == (
            "キャンセル拒否\n"
            "その他：部品の入荷が遅れておりましたが、本日すでに製作が完了しております。"
        )


class TestConfirm:
    """qoo10.3.confirm

    キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？
    Reading: the rejection carries the seller's affirmation; without it, it is refused and this
    text is the message.
    """

    def test_without_affirmation_the_documents_question_comes_back(self) -> None:
        house = asked()
        refused = house.refusal(Reject(ID, by=SELLER, reason="made_to_order"), EVENING)
        assert refused.codes == ("not_affirmed",)
        assert "qoo10.3.confirm" in refused.clauses
        assert refused.decision.message("ja") == (
            "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？"
        )

    def test_a_refused_rejection_changes_nothing(self) -> None:
        house = asked()
        before = house.case
        house.refusal(Reject(ID, by=SELLER, reason="made_to_order", affirmed=False), EVENING)
        assert house.case == before
        assert house.request == "awaiting_seller"

    def test_with_affirmation_it_is_done(self) -> None:
        house = asked()
        house.do(Reject(ID, by=SELLER, reason="made_to_order", affirmed=True), EVENING)
        assert house.request == "rejected"


class TestBackToShipping:
    """qoo10.3.back-to-shipping

    [キャンセル要請]からも該当注文が削除され[配送要請]ステータスへ戻りますので、発送処理を進めて
    頂くようお願い致します。
    Reading: the state and the planned ship date that the order had come back; it does not become
    a new order and regains no instant cancellation by it.
    """

    def test_the_order_leaves_the_queue(self) -> None:
        house = asked()
        house.do(REJECT, EVENING)
        assert house.service.inbox(SELLER, policy="qoo10").rows == ()
        assert house.counts()["キャンセル要請"] == (0, 0)

    def test_the_order_has_the_state_and_ship_date_it_had(self) -> None:
        house = House(ship_on=date(2022, 8, 24))
        before = house.case.order
        house.do(ASK)
        house.do(REJECT, EVENING)
        after = house.case.order
        assert (after.status, after.ship_on) == ("shipping_requested", date(2022, 8, 24))
        assert after == before

    def test_the_order_ships_from_there(self) -> None:
        house = rejected()
        house.do(SHIP, LATE_EVENING)
        assert house.status == "shipped"
        assert house.buyer_reads == "配送中"

    def test_it_regains_no_instant_cancellation(self) -> None:
        house = rejected()
        assert house.service.assess(ASK, at=LATE_EVENING).verdict is Verdict.REFUSE

    def test_it_is_not_planned_anew(self) -> None:
        plan = AdvanceOrder(ID, by=SELLER, move="plan_shipping", ship_on=date(2022, 8, 30))
        assert rejected().refusal(plan, LATE_EVENING).codes == ("no_such_move",)


class TestNotified:
    """qoo10.4.notified

    キャンセル拒否が完了すると、Qoo10アプリ内やメールでお客様へ案内がされます。… キャンセル拒否の
    理由がお客様へ案内されます
    Reading: two messages, app and mail, each with the reason.
    """

    def test_the_buyer_gets_an_app_message_and_a_mail(self) -> None:
        outcome = asked().do(REJECT, EVENING)
        assert [(each.audience, each.medium) for each in outcome.messages] == [
            ("buyer", "app"),
            ("buyer", "mail"),
        ]
        assert {each.party for each in outcome.messages} == {"b-1"}
        assert len({each.id for each in outcome.messages}) == 2

    def test_each_carries_the_reason(self) -> None:
        outcome = asked().do(REJECT, EVENING)
        assert ["注文制作商品" in each.body for each in outcome.messages] == [True, True]

    def test_each_carries_the_sellers_own_words(self) -> None:
        reject = Reject(ID, by=SELLER, reason="other", text=DELAY_EXPLAINED, affirmed=True)
        outcome = asked().do(reject, EVENING)
        assert [DELAY_EXPLAINED in each.body for each in outcome.messages] == [True, True]


class TestNoSecondRequest:
    """qoo10.4.no-second-request

    一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできません。
    Reading: per order, for ever; it outweighs the instant right of an order that later becomes
    delayed. A withdrawn request does not bar another (parameter `withdrawal_bars`).
    """

    SENTENCE = (
        "一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできません。"
    )

    @pytest.mark.parametrize("at", [EVENING, LAST_SECOND, MIDNIGHT, jst(31)])
    def test_a_rejected_order_is_not_asked_for_again(self, at: datetime) -> None:
        refused = rejected().refusal(ASK, at)
        assert refused.codes == ("rejected_before",)
        assert refused.clauses == ("qoo10.4.no-second-request",)
        assert refused.decision.rules == ("qoo10.no_second_request",)
        assert refused.decision.message("ja") == self.SENTENCE

    def test_it_outweighs_the_right_of_an_order_marked_delayed(self) -> None:
        house = rejected()
        house.do(MARK_DELAYED, MIDNIGHT)
        assert house.status == "delayed"
        assert house.refusal(ASK, MIDNIGHT).codes == ("rejected_before",)
        assert house.status == "delayed"

    def test_it_bars_that_order_alone(self) -> None:
        house = rejected()
        house.service.register(order("qoo10", id="762544203"), at=MORNING)
        other = RequestCancellation("762544203", by=BUYER, reason="changed_mind")
        assert house.do(other, LATE_EVENING).case.open_request is not None

    def test_it_still_holds_after_shipping(self) -> None:
        house = rejected()
        house.do(SHIP, LATE_EVENING)
        assert set(house.refusal(ASK, jst(16)).codes) == {"already_shipped", "rejected_before"}

    def test_a_withdrawn_request_bars_nothing(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        house.do(ACCEPT)
        case = house.do(ASK, EVENING).case
        assert [request.status for request in case.requests] == ["withdrawn", "awaiting_seller"]

    def test_a_withdrawn_request_can_be_made_to_bar_another(self) -> None:
        house = asked(qoo10(withdrawal_bars=True))
        house.do(ASK_WITHDRAWAL)
        house.do(ACCEPT)
        refused = house.refusal(ASK, EVENING)
        assert refused.codes == ("withdrawn_before",)
        assert refused.clauses == ("qoo10.4.no-second-request",)

    def test_a_second_request_while_one_is_open_is_refused(self) -> None:
        assert asked().refusal(ASK).codes == ("request_open",)
