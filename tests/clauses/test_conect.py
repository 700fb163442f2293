"""CO-NECT, clause by clause: what its help article promises to either side."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from ordercancel import (
    AdvanceOrder,
    Approve,
    CancellationService,
    Command,
    InvalidValue,
    Outcome,
    Party,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    RequestStatus,
    Text,
    Verdict,
    Withdraw,
)
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.conect.rules import conect
from ordercancel.policy import Catalogue, OwnRule, Reason, own_rule
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from samples import BUYER, BUYING, NOT_PERMITTING, OPERATOR, PERMITTING, SELLER, jst, order

ID = "762544202"
MORNING = jst(15, 9)
NOON = jst(15, 12)
EVENING = jst(15, 18)

GA_DECOMPOSED = "か\u3099"
ACUTE = "\u0301"
ZERO_WIDTH = "\u200b"
IDEOGRAPHIC_SPACE = "\u3000"


class House:
    """A service with one registered order, and short words for what is done with it."""

    def __init__(
        self, policy: Policy = CONECT, *, seller: Party | None = PERMITTING, **changes: Any
    ) -> None:
        self.directory = MemoryDirectory([BUYING] if seller is None else [BUYING, seller])
        self.notifier = MemoryNotifier()
        self.service = CancellationService(
            policies=[policy, QOO10],
            store=MemoryStore(),
            directory=self.directory,
            notifier=self.notifier,
        )
        self.service.register(order("conect", **changes), at=MORNING)

    def do(self, command: Command, at: datetime = NOON) -> Outcome:
        return self.service.handle(command, at=at)

    def ask(self, reason: str = "wrong_item", text: str | None = None) -> Outcome:
        return self.do(RequestCancellation(ID, by=BUYER, reason=reason, text=text))

    def approve(self) -> Outcome:
        return self.do(Approve(ID, by=SELLER), EVENING)

    def reject(self, text: str | None = None) -> Outcome:
        return self.do(Reject(ID, by=SELLER, text=text), EVENING)

    def move(self, move: str) -> Outcome:
        return self.do(AdvanceOrder(ID, by=SELLER, move=move), EVENING)

    def refusal(self, command: Command, at: datetime = NOON) -> Refused:
        with pytest.raises(Refused) as refused:
            self.do(command, at)
        return refused.value

    @property
    def status(self) -> str:
        return self.service.case(ID, by=BUYER).order.status

    @property
    def request(self) -> RequestStatus | None:
        latest = self.service.case(ID, by=BUYER).latest
        return None if latest is None else latest.status

    @property
    def buyer_reads(self) -> str:
        return self.service.label(ID, by=BUYER)

    @property
    def seller_reads(self) -> str:
        return self.service.label(ID, by=SELLER)


def names(outcome: Outcome) -> list[str]:
    return [type(event).__name__ for event in outcome.events]


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(each.audience, each.medium, each.subject) for each in outcome.messages]


ASK = RequestCancellation(ID, by=BUYER, reason="wrong_item")


class TestChannel:
    """conect.0.channel

    ※この機能は発注フォームを通じたご注文でご利用になれます。
    Reading: order form and mail order, a parameter `channels`; every other channel is refused.
    """

    @pytest.mark.parametrize("channel", ["order_form", "mail"])
    def test_form_and_mail_orders_may_be_requested(self, channel: str) -> None:
        assert House(channel=channel).ask().case.order.status == "placed"

    @pytest.mark.parametrize("channel", ["phone", "fax", "seller_entry"])
    def test_orders_of_other_channels_are_refused(self, channel: str) -> None:
        refused = House(channel=channel).refusal(ASK)
        assert refused.codes == ("channel_excluded",)
        assert refused.clauses == ("conect.0.channel", "conect.2-1.enable")

    def test_an_order_of_unknown_channel_is_refused(self) -> None:
        refused = House(channel=None).refusal(ASK)
        assert refused.codes == ("channel_excluded",)
        assert "conect.0.channel" in refused.clauses

    def test_who_reads_the_first_line_strictly_names_the_form_alone(self) -> None:
        form_only = conect(channels=("order_form",))
        assert House(form_only, channel="order_form").ask().case.version == 2
        assert House(form_only, channel="mail").refusal(ASK).codes == ("channel_excluded",)

    def test_a_further_channel_can_be_let_in(self) -> None:
        assert House(conect(channels=("phone",)), channel="phone").ask().case.version == 2


class TestPermitted:
    """conect.0.permitted

    ※受注側でキャンセルリクエストを許可している場合のみご利用になれます。
    Reading: read when the request is made; switching it off later leaves a pending request
    decidable.
    """

    def test_a_seller_who_does_not_permit_gets_no_requests(self) -> None:
        house = House(seller=NOT_PERMITTING)
        refused = house.refusal(ASK)
        assert refused.codes == ("seller_does_not_permit",)
        assert refused.clauses == ("conect.0.permitted", "conect.2-1.enable")
        assert house.request is None

    def test_switching_it_off_leaves_a_pending_request_approvable(self) -> None:
        house = House()
        house.ask()
        house.directory.put(NOT_PERMITTING)
        assert house.approve().case.order.status == "discontinued"

    def test_switching_it_off_leaves_a_pending_request_rejectable(self) -> None:
        house = House()
        house.ask()
        house.directory.put(NOT_PERMITTING)
        house.reject()
        assert house.request == "rejected"
        assert house.refusal(ASK).codes == ("seller_does_not_permit",)

    def test_switching_it_on_opens_the_door(self) -> None:
        house = House(seller=NOT_PERMITTING)
        house.refusal(ASK)
        house.directory.put(PERMITTING)
        assert house.ask().case.open_request is not None


class TestIsARequest:
    """conect.1-1.is-a-request

    キャンセルの「リクエスト」を送信する機能です。リクエスト確認後に、キャンセルを受け付けるか
    否かは受注側の判断となります。
    """

    @pytest.mark.parametrize("status", ["placed", "accepted"])
    def test_asking_only_refers_the_order_to_the_seller(self, status: str) -> None:
        house = House(status=status)
        decision = house.service.assess(RequestCancellation(ID, by=BUYER), at=NOON)
        assert decision.verdict is Verdict.REFER
        assert decision.clauses == ("conect.1-1.is-a-request", "conect.1-1.not-until-approved")
        outcome = house.ask()
        assert names(outcome) == ["CancellationRequested"]
        assert outcome.events[0].rules == ("conect.refer",)
        assert house.status == status

    @pytest.mark.parametrize("by", [SELLER, OPERATOR])
    def test_only_the_buyer_requests(self, by: Any) -> None:
        refused = House().refusal(RequestCancellation(ID, by=by, reason="wrong_item"))
        assert refused.codes == ("wrong_actor",)
        assert refused.clauses == ("conect.1-1.is-a-request",)

    @pytest.mark.parametrize("answer", [Approve(ID, by=BUYER), Reject(ID, by=BUYER)])
    def test_only_the_seller_answers(self, answer: Command) -> None:
        house = House()
        house.ask()
        refused = house.refusal(answer)
        assert refused.codes == ("wrong_actor",)
        assert refused.clauses == ("conect.1-1.is-a-request",)
        assert house.request == "awaiting_seller"


class TestShipped:
    """conect.1-1.shipped

    受注側が対象の注文を出荷済ステータスに変更すると、キャンセルリクエストボタンは非表示と
    なります。
    Reading: a shipped order refuses a request. A pending one closes as superseded by the
    shipment, the buyer is told, and approval afterwards is refused.
    """

    def test_a_shipped_order_refuses_a_request(self) -> None:
        house = House()
        house.move("ship")
        refused = house.refusal(ASK, EVENING)
        assert refused.codes == ("already_shipped",)
        assert refused.clauses == ("conect.1-1.shipped",)

    def test_the_button_can_be_hidden_without_a_reason_chosen(self) -> None:
        shipped = CONECT.open(order("conect", status="shipped"))
        button = RequestCancellation(ID, by=BUYER)
        assert CONECT.assess(button, shipped, NOON, seller=PERMITTING).is_refused

    def test_shipping_supersedes_a_pending_request(self) -> None:
        house = House()
        house.ask()
        outcome = house.move("ship")
        assert names(outcome) == ["OrderAdvanced", "RequestSuperseded"]
        assert (house.status, house.request) == ("shipped", "superseded")

    def test_the_buyer_is_told_that_shipping_closed_his_request(self) -> None:
        house = House()
        house.ask()
        assert told(house.move("ship")) == [
            (
                "buyer",
                "mail",
                "【受発注システム CO-NECT】出荷されたため、キャンセルできませんでした。",
            )
        ]
        assert house.buyer_reads == "出荷されたため、キャンセルできませんでした"
        assert house.seller_reads == "出荷済"

    def test_nobody_is_told_where_nothing_was_pending(self) -> None:
        assert told(House().move("ship")) == []

    def test_approval_after_shipping_is_refused(self) -> None:
        house = House()
        house.ask()
        house.move("ship")
        refused = house.refusal(Approve(ID, by=SELLER), EVENING)
        assert set(refused.codes) == {"already_shipped", "no_open_request"}
        assert refused.clauses == ("conect.1-1.shipped",)
        assert house.status == "shipped"

    def test_accepting_the_order_leaves_a_pending_request_open(self) -> None:
        house = House()
        house.ask()
        house.move("accept")
        assert (house.status, house.request) == ("accepted", "awaiting_seller")
        assert house.approve().case.order.status == "discontinued"


class TestOneReason:
    """conect.1-1.one-reason

    画面下部の「キャンセル理由」を一つ選択し、「キャンセルをリクエストする」をクリックします。
    Reading: exactly one reason of the catalogue, which is ours, and replaceable.
    """

    @pytest.mark.parametrize("reason", [None, "no_such_reason"])
    def test_a_reason_of_the_catalogue_is_needed(self, reason: str | None) -> None:
        house = House()
        with pytest.raises(InvalidValue) as wrong:
            house.do(RequestCancellation(ID, by=BUYER, reason=reason))
        assert [fault.where for fault in wrong.value.faults] == ["RequestCancellation.reason"]
        assert house.request is None

    def test_the_chosen_reason_is_kept(self) -> None:
        latest = House().ask("duplicate_order").case.latest
        assert latest is not None
        assert (latest.reason, latest.text) == ("duplicate_order", None)

    def test_a_reason_other_than_sonota_takes_no_text(self) -> None:
        with pytest.raises(InvalidValue) as wrong:
            House().ask("wrong_item", "色が違う")
        assert [fault.where for fault in wrong.value.faults] == ["RequestCancellation.text"]

    def test_the_list_says_that_it_is_ours_and_ends_with_sonota(self) -> None:
        *listed, other = CONECT.request_reasons.reasons
        assert listed
        assert all(isinstance(reason.cites, OwnRule) for reason in listed)
        assert other.label["ja"] == "その他"

    def test_a_shop_brings_its_own_list(self) -> None:
        own = Catalogue(
            reasons=(Reason("closed", Text("閉店", "Closed"), cites=own_rule("our form")),),
            cites=own_rule("our form"),
        )
        house = House(conect(request_reasons=own))
        with pytest.raises(InvalidValue):
            house.ask("wrong_item")
        house.ask("closed")
        assert house.seller_reads == "発注者がキャンセルを希望しています\n理由: 閉店"


class TestOther20:
    """conect.1-1.other-20

    「その他」を選択した場合はキャンセル理由(20文字以内)を入力してください。
    Reading: with その他 the text is required, 1 to 20 characters inclusive.
    """

    @pytest.mark.parametrize(
        "text",
        [
            "あ",
            "あ" * 20,
            GA_DECOMPOSED * 20,
            ("あ" + ACUTE) * 20,
            ("あ" + ZERO_WIDTH) * 20,
            IDEOGRAPHIC_SPACE * 5 + "あ" * 20 + IDEOGRAPHIC_SPACE * 5,
            "あ" * 10 + IDEOGRAPHIC_SPACE * 7 + "あ" * 9,
        ],
    )
    def test_one_to_twenty_visible_characters_are_taken(self, text: str) -> None:
        assert House().ask("other", text).case.open_request is not None

    @pytest.mark.parametrize(
        "text", ["あ" * 21, GA_DECOMPOSED * 21, ("あ" + ACUTE) * 21, "あ" * 20 + ZERO_WIDTH + "い"]
    )
    def test_the_twenty_first_character_is_too_many(self, text: str) -> None:
        with pytest.raises(InvalidValue) as wrong:
            House().ask("other", text)
        (fault,) = wrong.value.faults
        assert fault.where == "RequestCancellation.text"
        assert fault.problem == "has 21 visible characters"

    @pytest.mark.parametrize(
        "text",
        [
            None,
            "",
            IDEOGRAPHIC_SPACE * 3,
            ZERO_WIDTH * 3,
            ACUTE * 3,
            ZERO_WIDTH + " " + ZERO_WIDTH,
            ZERO_WIDTH + IDEOGRAPHIC_SPACE + ACUTE,
        ],
    )
    def test_a_text_without_a_visible_character_is_none(self, text: str | None) -> None:
        with pytest.raises(InvalidValue) as wrong:
            House().ask("other", text)
        assert [fault.where for fault in wrong.value.faults] == ["RequestCancellation.text"]

    def test_composed_and_decomposed_kana_are_kept_as_one_text(self) -> None:
        latest = House().ask("other", GA_DECOMPOSED).case.latest
        assert latest is not None
        assert latest.text == "\u304c"


class TestPendingLabel:
    """conect.1-1.pending-label

    「発注履歴」画面では「キャンセルリクエスト中」と表示されます。
    """

    def test_the_buyer_reads_that_his_request_is_pending(self) -> None:
        house = House()
        assert house.buyer_reads == "発注済"
        house.ask()
        assert house.buyer_reads == "キャンセルリクエスト中"


class TestNotUntilApproved:
    """conect.1-1.not-until-approved

    ※受注側がキャンセルリクエストを承認しなければ、注文のキャンセルはされません。
    Reading: no deadline and no automatic answer; one open request per order; after a rejection
    the buyer may ask again until the order ships (parameter `may_ask_again`); no withdrawal by
    the buyer (parameter `may_withdraw`).
    """

    def test_silence_answers_nothing_however_long_it_lasts(self) -> None:
        house = House()
        house.ask()
        ticked = house.service.tick(datetime(2032, 8, 15, tzinfo=NOON.tzinfo))
        assert (ticked.outcomes, ticked.more) == ((), False)
        assert (house.status, house.request) == ("placed", "awaiting_seller")

    def test_a_second_request_while_one_is_open_is_refused(self) -> None:
        house = House()
        house.ask()
        refused = house.refusal(ASK)
        assert refused.codes == ("request_open",)
        assert refused.clauses == ("conect.1-1.not-until-approved",)

    def test_the_buyer_may_ask_again_after_a_rejection(self) -> None:
        house = House()
        house.ask()
        house.reject()
        case = house.do(ASK, EVENING).case
        assert [request.status for request in case.requests] == ["rejected", "awaiting_seller"]
        assert house.approve().case.order.status == "discontinued"

    def test_asking_again_ends_when_the_order_ships(self) -> None:
        house = House()
        house.ask()
        house.reject()
        house.move("ship")
        assert house.refusal(ASK, EVENING).codes == ("already_shipped",)

    def test_asking_again_can_be_barred(self) -> None:
        house = House(conect(may_ask_again=False))
        house.ask()
        house.reject()
        refused = house.refusal(ASK, EVENING)
        assert refused.codes == ("rejected_before",)
        assert refused.clauses == ("conect.1-1.not-until-approved",)

    def test_barring_a_second_request_leaves_the_first(self) -> None:
        assert House(conect(may_ask_again=False)).ask().case.open_request is not None

    def test_the_buyer_cannot_withdraw(self) -> None:
        house = House()
        house.ask()
        refused = house.refusal(Withdraw(ID, by=BUYER))
        assert refused.codes == ("withdrawal_not_offered",)
        assert refused.clauses == ("conect.1-1.not-until-approved",)
        assert house.request == "awaiting_seller"

    def test_withdrawal_can_be_offered(self) -> None:
        house = House(conect(may_withdraw=True))
        house.ask()
        outcome = house.do(Withdraw(ID, by=BUYER), EVENING)
        assert names(outcome) == ["RequestWithdrawn"]
        assert (house.status, house.request) == ("placed", "withdrawn")
        assert [each.audience for each in outcome.messages] == ["seller"]

    def test_offered_withdrawal_is_the_buyers_alone(self) -> None:
        house = House(conect(may_withdraw=True))
        house.ask()
        assert house.refusal(Withdraw(ID, by=SELLER)).codes == ("wrong_actor",)


class TestApprovedLabel:
    """conect.1-2.approved-label

    「キャンセルリクエストが承認され取引停止されました」という表示がされ、注文状況が「取引中止」
    ステータスに変わります。
    Reading: 取引停止, 取引中止 and キャンセル name one terminal state of the order, 取引中止.
    """

    def test_the_buyer_reads_that_the_order_was_stopped(self) -> None:
        house = House()
        house.ask()
        house.approve()
        assert house.buyer_reads == "キャンセルリクエストが承認され取引停止されました"

    def test_the_order_is_discontinued_for_good(self) -> None:
        house = House()
        house.ask()
        house.approve()
        assert house.status == "discontinued"
        assert CONECT.wording.statuses["discontinued"]["ja"] == "取引中止"
        refused = house.refusal(ASK, EVENING)
        assert refused.codes == ("already_cancelled",)
        assert refused.clauses == ("conect.1-2.approved-label",)

    @pytest.mark.parametrize("move", ["accept", "ship"])
    def test_a_discontinued_order_moves_no_more(self, move: str) -> None:
        house = House()
        house.ask()
        house.approve()
        command = AdvanceOrder(ID, by=SELLER, move=move)
        assert house.refusal(command, EVENING).codes == ("no_such_move",)


class TestApprovedMail:
    """conect.1-2.approved-mail

    事業者に登録されているメールアドレス宛に、「【受発注システム CO-NECT】オーダーがキャンセル
    されました」という件名のメールが届きます。
    Reading: to every address registered for the buying business.
    """

    def test_the_buyer_gets_the_mail(self) -> None:
        house = House()
        house.ask()
        subject = "【受発注システム CO-NECT】オーダーがキャンセルされました"
        assert told(house.approve()) == [("buyer", "mail", subject)]

    def test_it_goes_to_every_address_of_the_buying_business(self) -> None:
        house = House()
        emails = ("shop1@example.jp", "owner@example.jp")
        house.directory.put(Party("b-1", name="テスト一号店", emails=emails))
        house.ask()
        house.approve()
        house.service.relay(EVENING)
        message, to = house.notifier.delivered[-1]
        assert message.subject == "【受発注システム CO-NECT】オーダーがキャンセルされました"
        assert message.party == "b-1"
        assert to is not None
        assert to.emails == ("shop1@example.jp", "owner@example.jp")


class TestRejectedLabel:
    """conect.1-2.rejected-label

    「発注履歴」画面の該当の注文に「キャンセルできませんでした」という表示がされます。
    """

    def test_the_first_line_says_that_it_could_not_be_cancelled(self) -> None:
        house = House()
        house.ask()
        house.reject()
        assert house.buyer_reads.splitlines()[0] == "キャンセルできませんでした"
        assert house.status == "placed"


class TestRejectedDetail:
    """conect.1-2.rejected-detail

    この画面の「注文状況」に「キャンセル却下」ステータスとその右側に受注側が理由を入力した場合
    その内容が表示されます。
    """

    def test_the_detail_shows_the_sellers_words(self) -> None:
        house = House()
        house.ask()
        house.reject("加工済みのため")
        assert house.buyer_reads.splitlines()[1:] == ["キャンセル却下", "加工済みのため"]

    @pytest.mark.parametrize("text", [None, "", IDEOGRAPHIC_SPACE])
    def test_the_detail_is_bare_where_the_seller_wrote_nothing(self, text: str | None) -> None:
        house = House()
        house.ask()
        house.reject(text)
        assert house.buyer_reads.splitlines()[1:] == ["キャンセル却下"]


class TestRejectedMail:
    """conect.1-2.rejected-mail

    「【受発注システム CO-NECT】キャンセルできませんでした。」という件名のメールが届きます。
    """

    def test_the_buyer_gets_the_mail_with_the_reason(self) -> None:
        house = House()
        house.ask()
        outcome = house.reject("加工済みのため")
        subject = "【受発注システム CO-NECT】キャンセルできませんでした。"
        assert told(outcome) == [("buyer", "mail", subject)]
        assert "加工済みのため" in outcome.messages[0].body

    def test_without_a_reason_the_mail_speaks_of_none(self) -> None:
        house = House()
        house.ask()
        outcome = house.reject()
        subject = "【受発注システム CO-NECT】キャンセルできませんでした。"
        assert told(outcome) == [("buyer", "mail", subject)]
        assert "理由" not in outcome.messages[0].body


class TestEnable:
    """conect.2-1.enable

    「注文キャンセルの受付を許可」を、「許可」にしてください。… 発注側がCO-NECTを通じて発注
    (発注フォームからの発注およびメール発注)した注文の、キャンセル受付が可能となります。
    Reading: off until the seller permits it.
    """

    def test_a_seller_who_never_set_it_does_not_permit(self) -> None:
        house = House(seller=Party("s-1", name="サンプル卸"))
        refused = house.refusal(ASK)
        assert refused.codes == ("seller_does_not_permit",)
        assert "conect.2-1.enable" in refused.clauses

    def test_a_seller_whom_the_directory_does_not_know_gets_no_requests(self) -> None:
        refused = House(seller=None).refusal(ASK)
        assert refused.codes == ("seller_does_not_permit",)
        assert "conect.2-1.enable" in refused.clauses

    @pytest.mark.parametrize("channel", ["order_form", "mail"])
    def test_permitting_opens_form_and_mail_orders(self, channel: str) -> None:
        assert House(channel=channel, seller=PERMITTING).ask().case.open_request is not None

    def test_all_that_stands_in_the_way_is_said_together(self) -> None:
        """conect.0.channel, conect.0.permitted and conect.1-1.shipped refuse at once."""
        house = House(channel="phone", seller=NOT_PERMITTING, status="shipped")
        refused = house.refusal(ASK)
        assert set(refused.codes) == {
            "channel_excluded",
            "seller_does_not_permit",
            "already_shipped",
        }
        assert set(refused.clauses) == {
            "conect.0.channel",
            "conect.0.permitted",
            "conect.1-1.shipped",
            "conect.2-1.enable",
        }


class TestSellerLabel:
    """conect.2-2.seller-label

    該当の注文に「発注者がキャンセルを希望しています」と表示されます。
    """

    def test_the_seller_reads_the_buyers_wish(self) -> None:
        house = House()
        assert house.seller_reads == "発注済"
        house.ask()
        assert house.seller_reads.splitlines()[0] == "発注者がキャンセルを希望しています"

    def test_the_list_of_orders_shows_it(self) -> None:
        house = House()
        house.ask()
        (row,) = house.service.inbox(SELLER, policy="conect").rows
        assert (row.order_id, row.state) == (ID, "発注者がキャンセルを希望しています")


class TestSellerMail:
    """conect.2-2.seller-mail

    「【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)」という件名の
    メールが届きます。
    Reading: the parenthesis is the name of the buying business; to every address registered for
    the selling business.
    """

    def test_the_subject_names_the_buying_business(self) -> None:
        subject = "【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)"
        assert told(House().ask()) == [("seller", "mail", subject)]

    def test_another_buying_business_has_its_own_name_there(self) -> None:
        house = House()
        house.directory.put(Party("b-1", name="二号店"))
        subject = "【受発注システム CO-NECT】キャンセルリクエストがありました(二号店)"
        assert told(house.ask()) == [("seller", "mail", subject)]

    def test_it_goes_to_every_address_of_the_selling_business(self) -> None:
        emails = ("wholesale@example.jp", "service@example.jp")
        house = House(
            seller=Party("s-1", name="サンプル卸", emails=emails, permits_cancellation=True)
        )
        house.ask()
        house.service.relay(NOON)
        ((message, to),) = house.notifier.delivered
        assert message.party == "s-1"
        assert to is not None
        assert to.emails == ("wholesale@example.jp", "service@example.jp")


class TestBuyerReasonShown:
    """conect.2-3.buyer-reason-shown

    発注側で理由を入力した場合表示されます。
    """

    def test_the_seller_reads_what_the_buyer_typed(self) -> None:
        house = House()
        house.ask("other", "納品先が閉店したため")
        assert house.seller_reads.splitlines()[1:] == ["理由: その他：納品先が閉店したため"]

    def test_the_seller_reads_the_reason_that_the_buyer_chose(self) -> None:
        house = House()
        house.ask("duplicate_order")
        assert house.seller_reads.splitlines()[1:] == ["理由: 重複発注"]

    def test_braces_in_the_buyers_words_stay_his_words(self) -> None:
        house = House()
        house.ask("other", "{order_id}")
        assert house.seller_reads.splitlines()[1:] == ["理由: その他：{order_id}"]


class TestApprove:
    """conect.2-3.approve

    「承認する」を選択し、取引中止を行うと、注文キャンセルが完了します。
    Reading: one atomic command; the confirmation is the screen's.
    """

    @pytest.mark.parametrize("status", ["placed", "accepted"])
    def test_one_command_grants_and_discontinues(self, status: str) -> None:
        house = House(status=status)
        house.ask()
        outcome = house.approve()
        assert names(outcome) == ["RequestGranted", "OrderCancelled"]
        assert (house.status, house.request) == ("discontinued", "granted")
        assert outcome.rules == ("conect.approve",)

    def test_there_is_nothing_to_approve_where_nobody_asked(self) -> None:
        assert House().refusal(Approve(ID, by=SELLER)).codes == ("no_open_request",)

    def test_a_rejected_request_cannot_be_approved(self) -> None:
        house = House()
        house.ask()
        house.reject()
        assert house.refusal(Approve(ID, by=SELLER), EVENING).codes == ("no_open_request",)
        assert house.status == "placed"


class TestApprovedSellerLabel:
    """conect.2-3.approved-seller-label

    「受注一覧」画面では、キャンセルリクエストを承認したことで「取引中止」ステータスの表示に
    変わります。
    """

    def test_the_seller_reads_that_the_order_is_discontinued(self) -> None:
        house = House()
        house.ask()
        house.approve()
        assert house.seller_reads == "取引中止"


class TestReject20:
    """conect.2-3.reject-20

    拒否の理由(20文字まで)を任意で入力することが可能です。
    Reading: optional, free text alone, 0 to 20 characters inclusive.
    """

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            (None, None),
            ("", None),
            (IDEOGRAPHIC_SPACE * 30, None),
            ("あ" * 20, "あ" * 20),
            (GA_DECOMPOSED * 20, "\u304c" * 20),
            (IDEOGRAPHIC_SPACE + "あ" * 20 + IDEOGRAPHIC_SPACE, "あ" * 20),
        ],
    )
    def test_up_to_twenty_characters_or_none(self, text: str | None, kept: str | None) -> None:
        house = House()
        house.ask()
        outcome = house.reject(text)
        assert names(outcome) == ["RequestRejected"]
        latest = outcome.case.latest
        assert latest is not None
        assert latest.answer is not None
        assert latest.answer.text == kept

    @pytest.mark.parametrize("text", ["あ" * 21, GA_DECOMPOSED * 21, ("あ" + ACUTE) * 21])
    def test_the_twenty_first_character_is_too_many(self, text: str) -> None:
        house = House()
        house.ask()
        with pytest.raises(InvalidValue) as wrong:
            house.reject(text)
        (fault,) = wrong.value.faults
        assert fault.where == "Reject.text"
        assert fault.problem == "has 21 visible characters"
        assert house.request == "awaiting_seller"

    @pytest.mark.parametrize("text", [ZERO_WIDTH, ZERO_WIDTH + " " + ZERO_WIDTH])
    def test_a_text_without_a_visible_character_is_none(self, text: str) -> None:
        house = House()
        house.ask()
        house.reject(text)
        assert house.seller_reads == "キャンセルのリクエストを却下しました。"

    def test_there_is_no_list_of_reasons_to_reject_with(self) -> None:
        house = House()
        house.ask()
        with pytest.raises(InvalidValue) as wrong:
            house.do(Reject(ID, by=SELLER, reason="other", text="加工済みのため"))
        assert [fault.where for fault in wrong.value.faults] == ["Reject.reason"]

    def test_no_affirmation_is_asked_for(self) -> None:
        """The affirmation is the other marketplace's (qoo10.3.confirm), not CO-NECT's."""
        house = House()
        house.ask()
        house.do(Reject(ID, by=SELLER, affirmed=False))
        assert house.request == "rejected"


class TestRejectedSellerLabel:
    """conect.2-3.rejected-seller-label

    「受注詳細」画面の「受注ステータス」に「キャンセルのリクエストを却下しました。」と理由を
    入力した場合はその内容が表示されます。
    """

    def test_the_seller_reads_his_rejection_with_his_words(self) -> None:
        house = House()
        house.ask()
        house.reject("加工済みのため")
        assert house.seller_reads == "キャンセルのリクエストを却下しました。\n加工済みのため"

    def test_the_seller_reads_his_rejection_alone_where_he_gave_no_reason(self) -> None:
        house = House()
        house.ask()
        house.reject()
        assert house.seller_reads == "キャンセルのリクエストを却下しました。"

    def test_a_rejection_changes_nothing_of_the_order(self) -> None:
        house = House(status="accepted", ship_on=date(2022, 8, 20))
        house.ask()
        after = house.reject().case.order
        assert (after.status, after.ship_on) == ("accepted", date(2022, 8, 20))
