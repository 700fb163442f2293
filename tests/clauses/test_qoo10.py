"""Qoo10, clause by clause: what its guide to rejecting a cancellation promises to either side."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from house import EVENING, ID, NOON
from house import House as AnyHouse
from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    InvalidValue,
    PastRequest,
    Policy,
    Reject,
    RequestCancellation,
    UpdateOrder,
    Verdict,
    Withdraw,
    options,
)
from ordercancel.policies import QOO10
from ordercancel.policies.qoo10.rules import qoo10
from samples import BUYER, NOT_PERMITTING, OPERATOR, SELLER, SYSTEM, jst, order

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
APPROVE = Approve(ID, by=SELLER, request=1)
AFFIRMED = {"confirmed": True}
REJECT = Reject(ID, by=SELLER, request=1, reason="made_to_order", data=AFFIRMED)
SHIP = AdvanceOrder(ID, by=SELLER, move="ship")
MARK_DELAYED = AdvanceOrder(ID, by=SYSTEM, move="mark_delayed")
ASK_WITHDRAWAL = AskWithdrawal(
    ID, by=SELLER, request=1, text="本日発送予定です。撤回をお願いします。"
)
ACCEPT = AnswerWithdrawal(ID, by=BUYER, request=1, accept=True)
DECLINE = AnswerWithdrawal(ID, by=BUYER, request=1, accept=False)


class House(AnyHouse):
    """A registered order of Qoo10, and short words for what is done with it."""

    def __init__(self, policy: Policy = QOO10, **changes: Any) -> None:
        super().__init__(policy, seller=NOT_PERMITTING)
        self.register(**changes)

    @property
    def marks(self) -> list[str]:
        return [mark.code for mark in self.case.marks]


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


def reject(reason: str | None, text: str | None = None) -> Reject:
    """The seller's affirmed rejection."""
    return Reject(ID, by=SELLER, request=1, reason=reason, text=text, data=AFFIRMED)


CANCELLED = "【Qoo10】ご注文のキャンセルが完了しました（注文番号：762544202）"
AT_ONCE = "【Qoo10】即時キャンセルが完了しました（注文番号：762544202）"
REJECTED = (
    "キャンセル拒否\nキャンセル拒否理由：{}\n"
    "一度キャンセルをお断りしたご注文につきましては、再度キャンセルをご要請いただくことはできません。"
)
"""What the buyer reads of a rejection, with its reason."""


class TestMayReject:
    """qoo10.1.may-reject

    既に発送の手配を行っているご注文において、発送処理を行う前にお客様より入れ違いで
    キャンセル要請が入ってしまった場合等、キャンセルを受けることが難しいご注文に対しショップ側で
    キャンセルを拒否することができます。
    """

    def test_a_request_for_an_order_being_prepared_waits_for_the_seller(self) -> None:
        house = House()
        outcome = house.do(ASK)
        assert outcome.names == ["CancellationRequested"]
        assert outcome.rules == ("qoo10.refer",)
        assert (house.status, house.request) == ("shipping_requested", "pending")

    def test_the_seller_may_reject_it(self) -> None:
        house = asked()
        outcome = house.do(REJECT, EVENING)
        assert (outcome.names, outcome.outcomes) == (["RequestClosed"], ["rejected"])
        assert house.request == "rejected"

    def test_the_seller_may_approve_it(self) -> None:
        house = asked()
        outcome = house.do(APPROVE, EVENING)
        assert outcome.names == ["RequestClosed", "OrderCancelled"]
        assert (house.status, house.request) == ("cancelled", "approved")
        assert house.buyer_reads == "キャンセル完了"

    def test_a_shipped_order_cannot_be_asked_to_be_cancelled(self) -> None:
        house = House()
        house.do(SHIP)
        refused = house.refusal(ASK)
        assert refused.codes == ("already_shipped",)
        assert refused.decision.rules == ("qoo10.shipped",)

    @pytest.mark.parametrize(
        "answer",
        [
            Approve(ID, by=BUYER, request=1),
            Reject(ID, by=BUYER, request=1, reason="shipped", data=AFFIRMED),
        ],
    )
    def test_the_buyer_does_not_answer_themselves(self, answer: Command) -> None:
        assert asked().refusal(answer).codes == ("own_request",)

    def test_there_is_nothing_to_reject_where_nobody_asked(self) -> None:
        assert House().refusal(REJECT).codes == ("no_open_request",)


class TestOnlyIfImpracticable:
    """qoo10.1.only-if-impracticable

    既に実際に発送を行っていたり、オーダーメイド商品、発送の準備が完了している場合など、
    キャンセルを受けることが実質的に困難な場合にのみご利用をお願い致します。
    Reading: the reasons of qoo10.3.reasons are these cases; the seller affirms it.
    """

    @pytest.mark.parametrize("reason", [None, "no_such_reason", "changed_mind"])
    def test_only_the_four_grounds_are_taken(self, reason: str | None) -> None:
        house = asked()
        wrong = house.wrong(reject(reason), EVENING)
        assert [fault.where for fault in wrong.faults] == ["Reject.reason"]
        assert house.request == "pending"

    @pytest.mark.parametrize("reason", ["shipped", "ready_to_ship", "made_to_order"])
    def test_a_ground_without_affirmation_is_not_enough(self, reason: str) -> None:
        refused = asked().refusal(Reject(ID, by=SELLER, request=1, reason=reason), EVENING)
        assert refused.codes == ("not_affirmed",)
        assert set(refused.clauses) == {"qoo10.1.only-if-impracticable", "qoo10.3.confirm"}


class TestOtherwiseAskWithdrawal:
    """qoo10.1.otherwise-ask-withdrawal

    その他の理由によりキャンセルを拒否されたい場合はクレームの撤回要請機能をご活用ください。
    Reading: the seller may ask the buyer to withdraw the open request (撤回要請). Decided: the
    buyer accepts, and the request is withdrawn; or declines (撤回保留), and it stays open.
    """

    def test_the_seller_asks_and_the_buyer_is_told(self) -> None:
        house = asked()
        outcome = house.do(ASK_WITHDRAWAL)
        assert outcome.names == ["WithdrawalAsked"]
        assert outcome.told == [
            ("buyer", "app", "【Qoo10】キャンセル要請の撤回のお願い（注文番号：762544202）"),
            ("buyer", "mail", "【Qoo10】キャンセル要請の撤回のお願い（注文番号：762544202）"),
        ]
        assert all(
            "本日発送予定です。撤回をお願いします。" in each.body for each in outcome.messages
        )
        assert house.seller_reads == "撤回要請"
        assert house.buyer_reads == (
            "キャンセルの撤回要請\n本日発送予定です。撤回をお願いします。\n"
            "キャンセル要請を撤回されるかどうか、ご回答ください。"
        )

    def test_the_buyer_accepts_and_the_order_stays_what_it_was(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        outcome = house.do(ACCEPT, EVENING)
        assert (outcome.names, outcome.outcomes) == (["RequestClosed"], ["withdrawn"])
        assert house.request == "withdrawn"
        assert (house.status, house.case.order.ship_on) == ("shipping_requested", SHIP_ON)
        assert [each.audience for each in outcome.messages] == ["seller"]

    def test_the_buyer_declines_and_the_request_stays_open(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        outcome = house.do(DECLINE, EVENING)
        assert outcome.names == ["WithdrawalDeclined"]
        assert house.request == "withdrawal_declined"
        assert house.seller_reads.splitlines()[0] == "撤回保留"
        assert house.buyer_reads == "キャンセル要請中（撤回保留）"
        assert outcome.told == [
            ("seller", "app", "【Qoo10】撤回要請が保留となりました（注文番号：762544202）")
        ]

    @pytest.mark.parametrize("replies", [(), (DECLINE,)])
    @pytest.mark.parametrize(("answer", "to"), [(APPROVE, "approved"), (REJECT, "rejected")])
    def test_the_request_stays_decidable(
        self, replies: tuple[Command, ...], answer: Command, to: str
    ) -> None:
        house = asked()
        for command in (ASK_WITHDRAWAL, *replies, answer):
            house.do(command, EVENING)
        assert house.request == to

    def test_the_buyer_may_accept_after_declining(self) -> None:
        house = asked()
        for command in (ASK_WITHDRAWAL, DECLINE, ACCEPT):
            house.do(command, EVENING)
        assert house.request == "withdrawn"

    def test_the_seller_may_ask_again_but_never_while_they_have_asked(self) -> None:
        house = asked()
        for command in (ASK_WITHDRAWAL, DECLINE, ASK_WITHDRAWAL, DECLINE, ASK_WITHDRAWAL):
            house.do(command)
        assert house.request == "withdrawal_asked"
        assert house.refusal(ASK_WITHDRAWAL).codes == ("asked_already",)

    @pytest.mark.parametrize("answer", [ACCEPT, DECLINE])
    def test_there_is_nothing_to_answer_where_the_seller_did_not_ask(
        self, answer: Command
    ) -> None:
        assert asked().refusal(answer).codes == ("not_asked",)

    def test_who_has_declined_does_not_decline_again(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        house.do(DECLINE)
        assert house.refusal(DECLINE).codes == ("not_asked",)

    def test_only_the_seller_asks(self) -> None:
        refused = asked().refusal(AskWithdrawal(ID, by=BUYER, request=1))
        assert refused.codes == ("not_permitted",)

    def test_only_the_buyer_answers(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        refused = house.refusal(AnswerWithdrawal(ID, by=SELLER, request=1, accept=True))
        assert refused.codes == ("not_permitted",)

    @pytest.mark.parametrize("command", [ASK_WITHDRAWAL, ACCEPT, DECLINE])
    def test_there_is_nothing_to_withdraw_where_nobody_asked(self, command: Command) -> None:
        assert House().refusal(command).codes == ("no_open_request",)

    def test_the_buyer_cannot_withdraw_unasked(self) -> None:
        assert asked().refusal(Withdraw(ID, by=BUYER, request=1)).codes == ("not_permitted",)

    def test_withdrawing_unasked_can_be_offered(self) -> None:
        house = asked(qoo10(may_withdraw=True))
        house.do(Withdraw(ID, by=BUYER, request=1), EVENING)
        assert (house.status, house.request) == ("shipping_requested", "withdrawn")

    @pytest.mark.parametrize("text", [None, "", "\u3000", "あ", "あ" * 500])
    def test_what_the_seller_writes_with_it_is_optional(self, text: str | None) -> None:
        """Decided (`withdrawal_text`): up to 500 characters."""
        house = asked()
        house.do(AskWithdrawal(ID, by=SELLER, request=1, text=text))
        latest = house.case.latest
        assert latest is not None
        assert latest.withdrawal_text == ((text or "").strip() or None)

    def test_what_the_seller_writes_with_it_is_bounded(self) -> None:
        long = AskWithdrawal(ID, by=SELLER, request=1, text="あ" * 501)
        wrong = asked().wrong(long)
        assert (wrong.codes, wrong.clauses) == (("text_too_long",), ())
        asked(qoo10(withdrawal_text=(0, 600))).do(long)


class TestShipSameDay:
    """qoo10.1.ship-same-day

    キャンセル拒否後は該当注文の発送処理を速やかに行ってください。拒否をした当日以内に発送処理が
    されていなかったり、虚偽の発送処理を行っていることが確認された場合、… ペナルティー措置が施行
    されることがございます。
    Reading: to be shipped until the end of the calendar day of the rejection in Asia/Tokyo, even
    when rejected at 23:59. 注文制作商品 is not exempt. The penalty is Qoo10's, not the
    library's. Decided: the seller is told so on rejecting, sees it beside the order until it
    is met, and as missed afterwards; that it was missed is recorded once.
    """

    @staticmethod
    def late_in_the_evening(reason: str = "made_to_order") -> House:
        house = asked()
        house.do(reject(reason), LATE_EVENING)
        return house

    @pytest.mark.parametrize("at", [jst(15, 12, 1), LATE_EVENING])
    @pytest.mark.parametrize("reason", ["shipped", "ready_to_ship", "made_to_order"])
    def test_the_duty_ends_with_the_day_whatever_the_reason(
        self, reason: str, at: datetime
    ) -> None:
        house = asked()
        house.do(reject(reason), at)
        assert house.row().deadlines == (("qoo10.ship_same_day", AFTER_MIDNIGHT),)

    def test_what_is_missed_belongs_to_the_rejected_request(self) -> None:
        house = self.late_in_the_evening()
        house.tick(AFTER_MIDNIGHT)
        assert [(each.code, each.request) for each in house.case.marks] == [("missed", 1)]

    def test_the_day_is_japans_not_utcs(self) -> None:
        house = asked()
        house.do(REJECT, AFTER_MIDNIGHT)
        ((_, due_at),) = house.row().deadlines
        assert due_at == datetime(2022, 8, 16, 15, tzinfo=UTC)

    def test_the_seller_is_told_on_rejecting_and_sees_it_beside_the_order(self) -> None:
        house = asked()
        sellers = [
            each for each in house.do(REJECT, EVENING).messages if each.audience == "seller"
        ]
        assert [(each.medium, each.subject) for each in sellers] == [
            (
                "app",
                "【Qoo10】キャンセル拒否完了・本日中の発送処理のお願い（注文番号：762544202）",
            )
        ]
        assert "当日中" in sellers[0].body
        assert house.seller_reads.splitlines()[-2:] == [
            "キャンセル拒否後は該当注文の発送処理を速やかに行ってください。",
            "発送処理の期限：2022年8月15日 24:00",
        ]
        assert house.row().notes == ("当日中の発送処理の期限：2022年8月15日 24:00",)
        house.do(SHIP, LATE_EVENING)
        assert house.seller_reads == "配送中"
        assert house.row().notes == ()

    def test_shipping_before_midnight_meets_it(self) -> None:
        house = self.late_in_the_evening()
        assert house.do(SHIP, BEFORE_MIDNIGHT).names == ["OrderAdvanced"]
        assert house.row(jst(31)).deadlines == ()
        assert house.tick(jst(31)) == []
        assert house.marks == []

    def test_at_midnight_it_is_missed_and_the_seller_told(self) -> None:
        house = self.late_in_the_evening()
        assert house.tick(BEFORE_MIDNIGHT) == []
        (fired,) = house.tick(AFTER_MIDNIGHT)
        assert fired.names == ["DeadlineFired"]
        assert fired.rules == ("qoo10.ship_same_day",)
        assert fired.told == [
            ("seller", "app", "【Qoo10】発送処理の期限を過ぎています（注文番号：762544202）")
        ]
        assert "2022年8月15日 24:00" in fired.messages[0].body
        assert house.row().marks == ("missed",)
        assert house.row(AFTER_MIDNIGHT).notes == ("当日発送処理なし",)
        assert house.seller_reads.splitlines() == [
            "キャンセル拒否完了（当日発送処理なし）",
            "キャンセル拒否理由：注文制作商品",
            (
                "発送処理の期限（2022年8月15日 24:00）を過ぎています。"
                "至急、発送処理を行ってください。"
            ),
        ]
        assert house.buyer_reads == REJECTED.format("注文制作商品")

    def test_shipping_at_midnight_has_missed_it(self) -> None:
        house = self.late_in_the_evening()
        outcome = house.do(SHIP, AFTER_MIDNIGHT)
        assert outcome.names == ["DeadlineFired", "OrderAdvanced"]
        assert (house.status, house.marks) == ("shipped", ["missed"])
        assert house.seller_reads == "配送中"

    def test_it_is_recorded_once(self) -> None:
        house = self.late_in_the_evening()
        assert len(house.tick(AFTER_MIDNIGHT)) == 1
        assert house.tick(jst(20)) == []
        assert house.do(SHIP, jst(20)).names == ["OrderAdvanced"]
        assert house.tick(jst(31)) == []
        assert house.marks == ["missed"]

    def test_an_earlier_shipment_that_is_told_late_takes_the_mark_off(self) -> None:
        """The clock was first, then the host tells: 発送処理 was at 23:59."""
        house = self.late_in_the_evening()
        house.tick(AFTER_MIDNIGHT)
        house.do(UpdateOrder(ID, by=SYSTEM, facts={"shipped_at": BEFORE_MIDNIGHT}), jst(16, 1))
        assert house.marks == []
        assert house.tick(jst(31)) == []

    def test_an_earlier_shipment_that_is_told_with_the_move_is_heard_before_the_clock(
        self,
    ) -> None:
        """The host tells first, then the clock: nothing is missed, and nobody told so."""
        house = self.late_in_the_evening()
        told = {"shipped_at": BEFORE_MIDNIGHT}
        outcome = house.do(AdvanceOrder(ID, by=SELLER, move="ship", facts=told), jst(16, 0, 5))
        assert "DeadlineFired" not in outcome.names
        assert outcome.messages == ()
        assert (house.status, house.marks) == ("shipped", [])
        assert house.case.order.shipped_at == BEFORE_MIDNIGHT

    def test_a_shipment_that_is_told_late_and_was_late_stays_missed(self) -> None:
        house = self.late_in_the_evening()
        house.tick(AFTER_MIDNIGHT)
        house.do(UpdateOrder(ID, by=SYSTEM, facts={"shipped_at": AFTER_MIDNIGHT}), jst(16, 1))
        assert house.marks == ["missed"]

    def test_a_missed_day_penalises_nobody_by_itself(self) -> None:
        house = self.late_in_the_evening()
        house.tick(AFTER_MIDNIGHT)
        assert (house.status, house.request) == ("shipping_requested", "rejected")

    def test_the_deadline_names_its_clause(self) -> None:
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
        assert outcome.names == ["CancellationRequested", "RequestClosed", "OrderCancelled"]
        assert outcome.rules == ("qoo10.instant_new",)
        assert (house.status, house.request) == ("cancelled", "approved")
        assert house.buyer_reads == "キャンセル完了"

    def test_both_sides_are_told_of_it(self) -> None:
        assert new_order().do(ASK).told == [
            ("buyer", "app", CANCELLED),
            ("buyer", "mail", CANCELLED),
            ("seller", "app", AT_ONCE),
            ("seller", "mail", AT_ONCE),
        ]

    def test_a_new_order_cannot_be_rejected(self) -> None:
        """Nobody waits for the seller's answer."""
        house = new_order()
        assert house.refusal(REJECT).codes == ("no_open_request",)
        house.do(ASK)
        assert house.refusal(REJECT).codes == ("no_open_request",)

    def test_a_request_that_was_open_before_cannot_be_rejected_either(self) -> None:
        """The host may tell that the order is new after all."""
        house = asked()
        house.do(UpdateOrder(ID, by=SYSTEM, status="new", facts={"ship_on": None}))
        refused = house.refusal(REJECT)
        assert refused.codes == ("instant_cannot_be_rejected",)
        assert refused.clauses == ("qoo10.1.instant-new",)
        unaffirmed = Reject(ID, by=SELLER, request=1, reason="shipped")
        assert set(house.refusal(unaffirmed).codes) == {
            "instant_cannot_be_rejected",
            "not_affirmed",
        }

    def test_entering_the_ship_date_makes_it_shipping_requested(self) -> None:
        house = new_order()
        plan = AdvanceOrder(ID, by=SELLER, move="plan_shipping", facts={"ship_on": SHIP_ON})
        house.do(plan)
        assert (house.status, house.case.order.ship_on) == ("shipping_requested", SHIP_ON)
        assert house.buyer_reads == "配送要請"
        house.do(ASK)
        assert house.request == "pending"

    def test_an_order_does_not_leave_the_new_state_without_a_date(self) -> None:
        house = new_order()
        wrong = house.wrong(AdvanceOrder(ID, by=SELLER, move="plan_shipping"))
        assert [(fault.where, fault.code) for fault in wrong.faults] == [
            ("AdvanceOrder.facts", "fact_missing")
        ]
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
    whatever the stored status says. Decided (`late_while_open`): a request that was open before
    its order was late stays decidable; or can only be approved; or is approved by itself.
    """

    def test_until_the_last_second_of_the_ship_date_the_seller_decides(self) -> None:
        house = House()
        outcome = house.do(ASK, LAST_SECOND)
        assert outcome.rules == ("qoo10.refer",)
        assert (house.status, house.request) == ("shipping_requested", "pending")

    @pytest.mark.parametrize("at", [MIDNIGHT, jst(18), jst(25, 12)])
    def test_from_midnight_the_order_is_cancelled_at_once(self, at: datetime) -> None:
        house = House()
        outcome = house.do(ASK, at)
        assert outcome.names == ["CancellationRequested", "RequestClosed", "OrderCancelled"]
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
        with pytest.raises(InvalidValue, match=r"Order\.facts\['ship_on'\]: is missing"):
            QOO10.open(order(ship_on=None))

    def test_an_order_is_not_marked_delayed_before_its_time(self) -> None:
        refused = House().refusal(MARK_DELAYED, LAST_SECOND)
        assert refused.codes == ("not_late",)
        assert refused.clauses == ("qoo10.1.instant-delayed",)

    @pytest.mark.parametrize("at", [LAST_SECOND, MIDNIGHT, jst(25)])
    @pytest.mark.parametrize(
        ("command", "to"),
        [(REJECT, "rejected"), (APPROVE, "approved"), (ASK_WITHDRAWAL, "withdrawal_asked")],
    )
    def test_a_request_that_was_open_before_stays_decidable(
        self, command: Command, to: str, at: datetime
    ) -> None:
        house = asked()
        house.do(command, at)
        assert house.request == to

    def test_who_has_handed_the_goods_over_may_reject_at_midnight_and_ship(self) -> None:
        house = asked()
        house.do(reject("shipped"), MIDNIGHT)
        assert house.seller_reads.startswith("キャンセル拒否完了")
        assert house.row().deadlines == (
            ("qoo10.ship_same_day", datetime(2022, 8, 18, 15, tzinfo=UTC)),
        )
        house.do(SHIP, jst(18, 9))
        assert (house.status, house.marks) == ("shipped", [])

    def test_the_order_is_not_marked_delayed_while_its_request_is_open(self) -> None:
        house = asked()
        refused = house.refusal(MARK_DELAYED, MIDNIGHT)
        assert refused.codes == ("answer_first",)
        assert refused.clauses == ()
        house.do(REJECT, MIDNIGHT)
        assert house.status == "shipping_requested"
        house.do(MARK_DELAYED, jst(18, 1))
        assert house.status == "delayed"

    def test_a_pending_request_is_not_approved_by_the_clock(self) -> None:
        house = asked()
        assert house.tick(MIDNIGHT) == []
        house.tick(jst(31))
        assert (house.status, house.request) == ("shipping_requested", "pending")

    @pytest.mark.parametrize("command", [REJECT, ASK_WITHDRAWAL])
    def test_it_can_be_made_to_be_approved_only(self, command: Command) -> None:
        house = asked(qoo10(late_while_open="approve_only"))
        refused = house.refusal(command, MIDNIGHT)
        assert refused.codes == ("only_approval_left",)
        assert refused.clauses == ()
        house.do(APPROVE, MIDNIGHT)
        assert (house.status, house.request) == ("cancelled", "approved")

    @pytest.mark.parametrize("command", [REJECT, ASK_WITHDRAWAL])
    def test_until_the_last_second_that_makes_no_difference(self, command: Command) -> None:
        house = asked(qoo10(late_while_open="approve_only"))
        house.do(command, LAST_SECOND)
        assert house.request != "pending"

    @pytest.mark.parametrize(
        ("answer", "to"), [(ACCEPT, "withdrawn"), (DECLINE, "withdrawal_declined")]
    )
    def test_an_ask_that_was_made_before_can_still_be_answered(
        self, answer: Command, to: str
    ) -> None:
        house = asked(qoo10(late_while_open="approve_only"))
        house.do(ASK_WITHDRAWAL, LAST_SECOND)
        house.do(answer, MIDNIGHT)
        assert house.request == to

    def test_the_clock_can_be_made_to_approve_it(self) -> None:
        house = asked(qoo10(late_while_open="approved"))
        assert house.tick(LAST_SECOND) == []
        (fired,) = house.tick(MIDNIGHT)
        assert fired.names == ["DeadlineFired", "RequestClosed", "OrderCancelled"]
        assert [each.audience for each in fired.messages] == ["buyer", "buyer", "seller", "seller"]
        assert (house.status, house.request) == ("cancelled", "approved")

    def test_a_seller_cannot_outrun_that_clock(self) -> None:
        """What is due fires before the command is judged."""
        house = asked(qoo10(late_while_open="approved"))
        assert house.refusal(REJECT, MIDNIGHT).codes == ("no_open_request",)
        assert (house.status, house.request) == ("cancelled", "approved")

    def test_marking_the_order_delayed_approves_it_as_well(self) -> None:
        """An order that the host knows to be late before its day is over."""
        house = asked(qoo10(late_while_open="approved"))
        house.do(UpdateOrder(ID, by=SYSTEM, status="delayed"), EVENING)
        assert (house.status, house.request) == ("cancelled", "approved")

    def test_a_seller_who_answers_in_time_is_left_alone_by_that_clock(self) -> None:
        house = asked(qoo10(late_while_open="approved"))
        house.do(REJECT, LAST_SECOND)
        house.tick(jst(31))
        assert (house.status, house.request) == ("shipping_requested", "rejected")

    @pytest.mark.parametrize("to", ["2022-08-17", "2022-08-25"])
    def test_the_day_is_the_one_that_the_host_told_last(self, to: str) -> None:
        """Moved from the 17th to the 25th: late from the 26th on."""
        house = House()
        told = {"ship_on": date.fromisoformat(to)}
        house.do(UpdateOrder(ID, by=SYSTEM, facts=told), NOON)
        decision = QOO10.assess(ASK, house.case, MIDNIGHT)
        assert decision.verdict is (Verdict.CANCEL if to == "2022-08-17" else Verdict.REFER)
        assert QOO10.assess(ASK, house.case, jst(26)).verdict is Verdict.CANCEL


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
        outcome = house.do(reject(reason, text))
        buyers = [each for each in outcome.messages if each.audience == "buyer"]
        assert len(buyers) == 2
        assert all(shown in each.body for each in buyers)


class TestQueue:
    """qoo10.3.queue

    お客様よりキャンセル要請が入るとJ・QSMトップのリストに表示がされます。
    """

    def test_a_request_appears_in_the_queue(self) -> None:
        house = asked()
        row = house.row()
        assert (row.order_id, row.request, row.state) == (ID, 1, "キャンセル・処理要請")
        assert (row.asked_by, row.answerer) == (BUYER, "seller")

    def test_the_seller_is_told_in_the_app(self) -> None:
        assert House().do(ASK).told == [
            ("seller", "app", "【Qoo10】キャンセル要請がありました（注文番号：762544202）")
        ]

    def test_both_sides_read_it_on_the_order(self) -> None:
        house = asked()
        assert house.seller_reads.splitlines()[0] == "キャンセル・処理要請"
        assert house.buyer_reads == "キャンセル要請中\nショップの回答をお待ちください。"

    def test_an_instant_cancellation_waits_for_nobody(self) -> None:
        house = new_order()
        house.do(ASK)
        row = house.row()
        assert (row.state, row.answerer, row.deadlines) == ("キャンセル完了", None, ())

    def test_who_has_a_request_open_cannot_ask_again(self) -> None:
        """Decided (`ask_again_while_open`): also where the order has become late meanwhile."""
        house = asked()
        for at in (NOON, LAST_SECOND, MIDNIGHT):
            refused = house.refusal(ASK, at)
            assert refused.codes == ("request_open",)
            assert refused.clauses == ()
        assert house.request == "pending"
        assert refused.decision.message("ja") == (
            "すでにキャンセル要請中です。ショップの回答をお待ちください。"
        )

    def test_asking_again_can_be_made_to_cancel_a_late_order(self) -> None:
        house = asked(qoo10(ask_again_while_open=True))
        assert house.refusal(ASK, LAST_SECOND).codes == ("request_open",)
        outcome = house.do(ASK, MIDNIGHT)
        assert outcome.outcomes == ["superseded", "approved"]
        assert [each.status for each in house.case.requests] == ["superseded", "approved"]
        assert house.status == "cancelled"
        assert not [each for each in outcome.messages if "無効" in each.body]


class TestFrontList:
    """qoo10.3.front-list

    クレーム/お問い合わせ … キャンセルリクエスト … キャンセル中
    Reading: キャンセルリクエスト counts open requests. The other numbers are other claims.
    """

    def test_the_first_number_counts_all_open_requests(self) -> None:
        (front, *_) = QOO10.counters
        assert (front.on, QOO10.text(front.label)["ja"]) == ("open", "キャンセルリクエスト")

    def test_the_second_number_counts_refunds_that_are_not_settled(self) -> None:
        """Where nobody keeps track of refunds there is no such number."""
        second = QOO10.counters[1]
        assert (second.on, QOO10.text(second.label)["ja"]) == ("refund_open", "キャンセル中")


class TestCounters:
    """qoo10.3.counters

    キャンセル要請 / 撤回要請 / 撤回保留 / キャンセル拒否完了 … ※キャンセル・返品・未受取の受付日
    から4日が過ぎても完了・確認されていないもので
    Reading: counters per seller for the cancellation states. Decided (`overdue_after_days`): a
    request received on the 15th and still open is overdue from the 20th 00:00 Asia/Tokyo; nothing
    is decided by itself.
    """

    NOT_OVERDUE = datetime(2022, 8, 19, 14, 59, 59, tzinfo=UTC)
    OVERDUE = datetime(2022, 8, 19, 15, 0, 0, tzinfo=UTC)

    def test_what_is_overdue_is_the_request(self) -> None:
        house = asked()
        house.tick(self.OVERDUE)
        assert [(each.code, each.request) for each in house.case.marks] == [("overdue", 1)]

    def test_the_counters_are_the_documents(self) -> None:
        counted = [(each.on, QOO10.text(each.label)["ja"]) for each in QOO10.counters]
        assert counted[2:6] == [
            ("pending", "キャンセル要請"),
            ("withdrawal_asked", "撤回要請"),
            ("withdrawal_declined", "撤回保留"),
            ("rejected", "キャンセル拒否完了"),
        ]

    @pytest.mark.parametrize(
        ("commands", "status", "state"),
        [
            ((ASK,), "pending", "キャンセル・処理要請"),
            ((ASK, ASK_WITHDRAWAL), "withdrawal_asked", "キャンセル・撤回要請"),
            ((ASK, ASK_WITHDRAWAL, DECLINE), "withdrawal_declined", "キャンセル・撤回保留"),
            ((ASK, REJECT), "rejected", "キャンセル拒否完了"),
        ],
    )
    def test_each_request_is_counted_and_read_where_it_stands(
        self, commands: tuple[Command, ...], status: str, state: str
    ) -> None:
        house = House()
        for command in commands:
            house.do(command)
        assert (house.request, house.row().state) == (status, state)

    @pytest.mark.parametrize("asked_at", [jst(15, 9, 30), jst(15, 23, 59)])
    def test_four_whole_days_later_it_is_overdue(self, asked_at: datetime) -> None:
        """Whether or not the clock has been there."""
        house = House()
        house.do(ASK, asked_at)
        assert not house.row(self.NOT_OVERDUE).is_overdue
        assert house.row(self.OVERDUE).is_overdue

    @pytest.mark.parametrize("commands", [(ASK_WITHDRAWAL,), (ASK_WITHDRAWAL, DECLINE)])
    def test_asking_for_a_withdrawal_wins_no_time(self, commands: tuple[Command, ...]) -> None:
        house = asked()
        for command in commands:
            house.do(command, jst(16))
        assert not house.row(self.NOT_OVERDUE).is_overdue
        assert house.row(self.OVERDUE).is_overdue

    def test_an_answered_request_is_never_overdue(self) -> None:
        house = rejected()
        house.do(SHIP, EVENING)
        assert not house.row(jst(31)).is_overdue

    def test_being_overdue_tells_the_seller_and_decides_nothing(self) -> None:
        house = asked()
        assert house.tick(self.NOT_OVERDUE) == []
        (fired,) = house.tick(self.OVERDUE)
        assert fired.names == ["DeadlineFired"]
        assert fired.told == [
            ("seller", "app", "【Qoo10】キャンセル要請へのご回答のお願い（注文番号：762544202）")
        ]
        assert (house.status, house.request) == ("shipping_requested", "pending")
        assert house.row(self.OVERDUE).marks == ("overdue",)
        assert house.row(self.OVERDUE).notes == ("対応期日超過",)
        house.do(APPROVE, jst(20, 9))
        assert house.request == "approved"

    def test_the_days_are_a_parameter(self) -> None:
        house = asked(qoo10(overdue_after_days=2))
        assert not house.row(datetime(2022, 8, 17, 14, 59, 59, tzinfo=UTC)).is_overdue
        assert house.row(datetime(2022, 8, 17, 15, 0, 0, tzinfo=UTC)).is_overdue


class TestGrid:
    """qoo10.3.grid

    処理状態 / キャンセル/返品完了日 / キャンセル/返品理由 / キャンセル/返品要請日 / 注文日 /
    発送日 / 注文番号 / カート番号 / 商品
    Reading: a row of the seller's queue carries these. The document's example: 注文番号 762544202,
    カート番号 250040690, 要請日 and 注文日 2022/08/15.
    """

    def test_the_row_is_the_documents_example(self) -> None:
        house = House()
        house.do(RequestCancellation(ID, by=BUYER, reason="order_cancellation"))
        row = house.row()
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
        row = house.row()
        assert row.completed_at == EVENING

    def test_a_shipped_row_tells_when_it_was_shipped(self) -> None:
        house = rejected()
        house.do(SHIP, LATE_EVENING)
        row = house.row()
        assert row.shipped_at == LATE_EVENING

    def test_the_headings_are_the_documents(self) -> None:
        assert [QOO10.text(heading)["ja"] for heading in QOO10.texts.columns.values()] == [
            "処理状態",
            "キャンセル/返品完了日",
            "キャンセル/返品理由",
            "キャンセル/返品要請日",
            "注文日",
            "発送日",
            "注文番号",
            "カート番号",
            "商品",
        ]

    @pytest.mark.parametrize(
        "reason",
        ["order_cancellation", "changed_mind", "ordered_by_mistake", "late_delivery", "other"],
    )
    def test_the_reasons_of_the_buyer_are_the_buyers_alone(self, reason: str) -> None:
        for by in (SELLER, OPERATOR, SYSTEM):
            wrong = House().wrong(RequestCancellation(ID, by=by, reason=reason))
            assert [fault.code for fault in wrong.faults] == ["reason_not_offered"]
        house = House()
        house.do(RequestCancellation(ID, by=BUYER, reason=reason))
        assert house.row().reason is not None

    @pytest.mark.parametrize("text", [None, "あ", "あ" * 500])
    def test_the_buyers_own_words_may_be_left_out_and_have_500_characters_at_most(
        self, text: str | None
    ) -> None:
        house = House()
        house.do(RequestCancellation(ID, by=BUYER, reason="other", text=text))
        assert house.case.latest is not None
        assert house.case.latest.text == text
        long = RequestCancellation(ID, by=BUYER, reason="other", text="あ" * 501)
        (fault,) = House().wrong(long).faults
        assert fault.where == "RequestCancellation.text"


class TestReasons:
    """qoo10.3.reasons

    商品発送完了 / 発送準備完了 / 注文制作商品 / その他
    """

    def test_the_list_is_the_documents(self) -> None:
        assert [QOO10.reason_text(each)["ja"] for each in QOO10.reasons_for(Reject)] == [
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
        house.do(reject(reason))
        assert house.buyer_reads == REJECTED.format(label)
        assert house.seller_reads.splitlines()[:2] == [
            "キャンセル拒否完了",
            f"キャンセル拒否理由：{label}",
        ]


class TestOther30:
    """qoo10.3.other-30

    ※理由「その他」を選択した場合は、枠内に直接理由の入力をお願い致します。（30文字以上での入力が
    必要）
    Reading: required with その他 only, 30 characters or more inclusive. Decided (`other_maximum`):
    at most 500.
    """

    @staticmethod
    def problem_of(text: str | None, policy: Policy = QOO10) -> str:
        """What is said against rejecting with that text."""
        house = asked(policy)
        wrong = house.wrong(reject("other", text))
        (fault,) = wrong.faults
        assert fault.where == "Reject.text"
        assert house.request == "pending"
        return fault.problem

    @staticmethod
    def kept(text: str, policy: Policy = QOO10) -> str | None:
        """The text that is kept with a rejection."""
        house = asked(policy)
        outcome = house.do(reject("other", text))
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
        wrong = house.wrong(reject(reason, "あ" * 30))
        assert [fault.where for fault in wrong.faults] == ["Reject.text"]

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
            QOO10.reason_text(each)["ja"]: each.hint and QOO10.text(each.hint)["ja"]
            for each in QOO10.reasons_for(Reject)
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
        house.wrong(reject(word))
        assert house.request == "pending"

    def test_the_hint_itself_is_refused_as_a_reason(self) -> None:
        """It has exactly 30 characters."""
        hint = "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）"
        assert len(hint) == 30
        wrong = asked().wrong(reject("other", hint))
        assert wrong.codes == ("text_is_hint",)
        assert wrong.message("ja") == "案内文ではなく、理由を入力してください。"


class TestChoose:
    """qoo10.3.choose

    「取引情報」を確認後、画面を下がって頂くと「キャンセル拒否」の項目がありますので、
    キャンセル拒否理由を④プルダウンより選択します。
    Reading: exactly one reason.
    """

    def test_the_four_reasons_are_to_choose_from_with_what_goes_with_each(self) -> None:
        house = asked()
        found = options(house.case, QOO10, SELLER, NOON)
        (rejecting,) = (each for each in found if each.action == "reject")
        assert [
            (each.code, None if each.text is None else (each.text.minimum, each.text.maximum))
            for each in rejecting.reasons
        ] == [
            ("shipped", None),
            ("ready_to_ship", None),
            ("made_to_order", None),
            ("other", (30, 500)),
        ]
        assert rejecting.data == {"confirmed": True}

    def test_without_one_nothing_is_rejected(self) -> None:
        wrong = asked().wrong(reject(None))
        assert wrong.codes == ("reason_missing",)
        assert wrong.message("ja") == "理由を一つ選択してください。"


class TestShownAtOnce:
    """qoo10.3.shown-at-once

    キャンセル拒否時、即時でキャンセルお客様が確認する内容になります。
    """

    def test_the_buyer_reads_the_rejection_and_its_reason_with_the_same_step(self) -> None:
        house = asked()
        outcome = house.do(REJECT, EVENING)
        assert house.buyer_reads == REJECTED.format("注文制作商品")
        assert {each.at for each in outcome.messages} == {EVENING}

    def test_the_three_buttons_stand_beside_the_reasons(self) -> None:
        """キャンセル approves, as we decided; the guide describes the other two."""
        house = asked()
        offered = {
            each.action
            for each in options(house.case, QOO10, SELLER, NOON)
            if each.is_offered and each.action != "advance"
        }
        assert offered == {"approve", "ask_withdrawal", "reject"}

    def test_the_buyer_reads_the_sellers_own_words(self) -> None:
        house = asked()
        house.do(reject("other", DELAY_EXPLAINED))
        assert house.buyer_reads == REJECTED.format(
            "その他（部品の入荷が遅れておりましたが、本日すでに製作が完了しております。）"
        )


class TestConfirm:
    """qoo10.3.confirm

    キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？
    Reading: the rejection carries the seller's affirmation; without it, it is refused and this
    text is the message.
    """

    def test_without_affirmation_the_documents_question_comes_back(self) -> None:
        house = asked()
        refused = house.refusal(Reject(ID, by=SELLER, request=1, reason="made_to_order"), EVENING)
        assert refused.codes == ("not_affirmed",)
        assert "qoo10.3.confirm" in refused.clauses
        assert refused.decision.message("ja") == (
            "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？"
        )

    def test_a_refused_rejection_changes_nothing(self) -> None:
        house = asked()
        before = house.case
        house.refusal(Reject(ID, by=SELLER, request=1, reason="made_to_order"), EVENING)
        assert house.case == before
        assert house.request == "pending"

    def test_what_is_not_told_is_not_affirmed(self) -> None:
        """No more than what is told to be false, or of a wrong kind."""
        house = asked()
        told = Reject(ID, by=SELLER, request=1, reason="shipped", data={"confirmed": False})
        assert house.refusal(told).codes == ("not_affirmed",)
        odd = Reject(ID, by=SELLER, request=1, reason="shipped", data={"confirmed": "yes"})
        assert house.wrong(odd).codes == ("fact_wrong",)

    def test_with_affirmation_it_is_done(self) -> None:
        house = asked()
        house.do(reject("made_to_order"), EVENING)
        assert house.request == "rejected"


class TestDone:
    """qoo10.3.done

    下図ポップアップが表示されて処理完了です。 … キャンセル拒否完了
    Reading: what the seller reads when the rejection is done.
    """

    def test_the_seller_reads_that_it_is_done(self) -> None:
        assert rejected().seller_reads.splitlines()[0] == "キャンセル拒否完了"


class TestBackToShipping:
    """qoo10.3.back-to-shipping

    [キャンセル要請]からも該当注文が削除され[配送要請]ステータスへ戻りますので、発送処理を進めて
    頂くようお願い致します。
    Reading: the order is 配送要請, with the planned ship date that it had; it does not become
    a new order and regains no instant cancellation. Decided (`shipping_supersedes`): the seller
    answers before 発送処理; else it closes the request.
    """

    def test_the_order_ships_only_after_the_answer(self) -> None:
        refused = asked().refusal(SHIP)
        assert refused.codes == ("answer_first",)
        assert refused.clauses == ()

    def test_shipping_can_be_made_to_close_the_request(self) -> None:
        house = asked(qoo10(shipping_supersedes=True))
        outcome = house.do(SHIP, EVENING)
        assert outcome.names == ["RequestClosed", "OrderAdvanced"]
        assert [each.audience for each in outcome.messages] == ["buyer", "buyer"]
        assert (house.status, house.request) == ("shipped", "superseded")
        assert house.refusal(APPROVE, EVENING).codes == ("no_open_request",)

    @pytest.mark.parametrize("status", ["shipped", "delivered"])
    def test_an_order_that_the_host_tells_to_be_shipped_closes_it_in_any_case(
        self, status: str
    ) -> None:
        house = asked()
        outcome = house.do(UpdateOrder(ID, by=SYSTEM, status=status), EVENING)
        assert outcome.names == ["RequestClosed", "OrderUpdated"]
        assert house.request == "superseded"
        assert house.row(jst(31)).deadlines == ()
        assert house.refusal(ASK, EVENING).codes == ("already_shipped",)

    def test_the_request_is_not_pending_any_more(self) -> None:
        assert rejected().request == "rejected"

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
        assert QOO10.assess(ASK, house.case, LATE_EVENING).verdict is Verdict.REFUSE

    def test_it_is_not_planned_anew(self) -> None:
        plan = AdvanceOrder(
            ID, by=SELLER, move="plan_shipping", facts={"ship_on": date(2022, 8, 30)}
        )
        assert rejected().refusal(plan, LATE_EVENING).codes == ("no_such_move",)


class TestNotified:
    """qoo10.4.notified

    キャンセル拒否が完了すると、Qoo10アプリ内やメールでお客様へ案内がされます。… キャンセル拒否の
    理由がお客様へ案内されます
    Reading: two messages, app and mail, each with the reason.
    """

    def test_the_buyer_gets_an_app_message_and_a_mail(self) -> None:
        outcome = asked().do(REJECT, EVENING)
        buyers = [each for each in outcome.messages if each.audience == "buyer"]
        assert [each.medium for each in buyers] == ["app", "mail"]
        assert {each.party for each in buyers} == {"b-1"}
        assert len({each.id for each in buyers}) == 2

    @pytest.mark.parametrize(
        ("command", "words"),
        [(REJECT, "注文制作商品"), (reject("other", DELAY_EXPLAINED), DELAY_EXPLAINED)],
        ids=["chosen", "written"],
    )
    def test_each_carries_the_reason(self, command: Command, words: str) -> None:
        outcome = asked().do(command, EVENING)
        buyers = [each for each in outcome.messages if each.audience == "buyer"]
        assert [words in each.body for each in buyers] == [True, True]


class TestNoSecondRequest:
    """qoo10.4.no-second-request

    一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできません。
    Reading: per order, for ever; it outweighs the instant right of an order that later becomes
    delayed. A withdrawn request does not bar another (parameter `withdrawal_bars`).
    """

    SENTENCE = (
        "一度キャンセルをお断りしたご注文につきましては、"
        "再度キャンセルをご要請いただくことはできません。"
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

    def test_it_still_holds_after_shipping(self) -> None:
        house = rejected()
        house.do(SHIP, LATE_EVENING)
        assert set(house.refusal(ASK, jst(16)).codes) == {"already_shipped", "rejected_before"}

    def test_a_withdrawn_request_bars_nothing(self) -> None:
        house = asked()
        house.do(ASK_WITHDRAWAL)
        house.do(ACCEPT)
        case = house.do(ASK, EVENING).case
        assert [request.status for request in case.requests] == ["withdrawn", "pending"]

    def test_a_withdrawn_request_can_be_made_to_bar_another(self) -> None:
        house = asked(qoo10(withdrawal_bars=True))
        house.do(ASK_WITHDRAWAL)
        house.do(ACCEPT)
        refused = house.refusal(ASK, EVENING)
        assert refused.codes == ("withdrawn_before",)
        assert refused.clauses == ()

    def test_a_rejection_before_the_library_knew_the_order_counts(self) -> None:
        past = PastRequest(by=BUYER, at=jst(15, 9), status="rejected")
        house = House()
        house.register(history=(past,))
        assert house.refusal(ASK).codes == ("rejected_before",)
