"""CO-NECT, clause by clause: what its help article promises to either side."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from house import EVENING, ID, NOON, Done
from house import House as AnyHouse
from ordercancel import (
    AdvanceOrder,
    Approve,
    InvalidValue,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    System,
    Text,
    UpdateOrder,
    Verdict,
    Withdraw,
    options,
)
from ordercancel.policies import CONECT
from ordercancel.policies.conect.rules import conect
from ordercancel.policy import Reason
from ordercancel.rules.sources import Basis, Citation
from samples import BUYER, BUYING, NOT_PERMITTING, OPERATOR, PERMITTING, SELLER, order

GA_DECOMPOSED = "か\u3099"
ACUTE = "\u0301"
ZERO_WIDTH = "\u200b"
IDEOGRAPHIC_SPACE = "\u3000"


class House(AnyHouse):
    """A registered order of CO-NECT, and short words for what is done with it."""

    def __init__(
        self,
        policy: Policy = CONECT,
        *,
        seller: Party | None = PERMITTING,
        buyer: Party = BUYING,
        **changes: Any,
    ) -> None:
        super().__init__(policy, seller=seller, buyer=buyer)
        self.register(**changes)

    def ask(self, reason: str = "wrong_item", text: str | None = None) -> Done:
        return self.do(RequestCancellation(ID, by=BUYER, reason=reason, text=text))

    def wrong_ask(self, reason: str, text: str | None) -> InvalidValue:
        return self.wrong(RequestCancellation(ID, by=BUYER, reason=reason, text=text))

    def approve(self) -> Done:
        return self.do(Approve(ID, by=SELLER, request=len(self.case.requests)), EVENING)

    def reject(self, text: str | None = None) -> Done:
        number = len(self.case.requests)
        return self.do(Reject(ID, by=SELLER, request=number, text=text), EVENING)

    def move(self, move: str) -> Done:
        return self.do(AdvanceOrder(ID, by=SELLER, move=move), EVENING)


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
        house.seller = NOT_PERMITTING
        assert house.approve().case.order.status == "discontinued"

    def test_switching_it_off_leaves_a_pending_request_rejectable(self) -> None:
        house = House()
        house.ask()
        house.seller = NOT_PERMITTING
        house.reject()
        assert house.request == "rejected"
        assert house.refusal(ASK, EVENING).codes == ("seller_does_not_permit",)

    @pytest.mark.parametrize("answer", [Approve, Reject])
    def test_the_permission_can_be_asked_for_again_by_the_answers(self, answer: Any) -> None:
        """Then an open request waits while the seller does not permit any."""
        house = House(conect(recheck_permission=True))
        house.ask()
        house.seller = NOT_PERMITTING
        refused = house.refusal(answer(ID, by=SELLER, request=1))
        assert refused.codes == ("seller_does_not_permit",)
        assert refused.clauses == ()
        house.seller = PERMITTING
        house.do(answer(ID, by=SELLER, request=1))
        assert house.case.open_request is None

    def test_switching_it_on_opens_the_door(self) -> None:
        house = House(seller=NOT_PERMITTING)
        house.refusal(ASK)
        house.seller = PERMITTING
        assert house.ask().case.open_request is not None


class TestIsARequest:
    """conect.1-1.is-a-request

    キャンセルの「リクエスト」を送信する機能です。リクエスト確認後に、キャンセルを受け付けるか
    否かは受注側の判断となります。
    """

    @pytest.mark.parametrize("status", ["placed", "accepted"])
    def test_asking_only_refers_the_order_to_the_seller(self, status: str) -> None:
        house = House(status=status)
        decision = CONECT.assess(
            RequestCancellation(ID, by=BUYER), house.case, NOON, seller=PERMITTING
        )
        assert decision.verdict is Verdict.REFER
        assert decision.clauses == ("conect.1-1.is-a-request", "conect.1-1.not-until-approved")
        outcome = house.ask()
        assert outcome.names == ["CancellationRequested"]
        assert outcome.events[0].rules == ("conect.refer",)
        assert house.status == status

    @pytest.mark.parametrize("by", [SELLER, OPERATOR, System()])
    def test_only_the_buyer_requests(self, by: Any) -> None:
        house = House()
        wrong = house.wrong(RequestCancellation(ID, by=by, reason="wrong_item"))
        assert wrong.codes == ("reason_not_offered",)
        assert house.refusal(RequestCancellation(ID, by=by)).codes == ("not_permitted",)

    def test_the_buyer_does_not_answer_their_own_request(self) -> None:
        house = House()
        house.ask()
        for answer in (Approve(ID, by=BUYER, request=1), Reject(ID, by=BUYER, request=1)):
            assert house.refusal(answer).codes == ("own_request",)
        assert house.request == "pending"

    def test_the_house_does_not_answer_for_the_seller(self) -> None:
        house = House()
        house.ask()
        assert house.refusal(Approve(ID, by=OPERATOR, request=1)).codes == ("not_permitted",)


class TestShipped:
    """conect.1-1.shipped

    受注側が対象の注文を出荷済ステータスに変更すると、キャンセルリクエストボタンは非表示と
    なります。
    Reading: a shipped order refuses a request. Decided (`shipping_supersedes`): a pending one
    closes as superseded by the shipment, the buyer is told, and approval afterwards is refused;
    otherwise the order ships only after the answer.
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
        assert outcome.names == ["RequestClosed", "OrderAdvanced"]
        assert (house.status, house.request) == ("shipped", "superseded")

    def test_the_buyer_is_told_that_shipping_closed_their_request(self) -> None:
        house = House()
        house.ask()
        assert house.move("ship").told == [
            (
                "buyer",
                "mail",
                "【受発注システム CO-NECT】出荷済のため、キャンセルできませんでした。",
            )
        ]
        assert house.buyer_reads == "出荷済"
        assert house.seller_reads == "出荷済"

    def test_nobody_is_told_where_nothing_was_pending(self) -> None:
        assert House().move("ship").told == []

    def test_approval_after_shipping_is_refused(self) -> None:
        house = House()
        house.ask()
        house.move("ship")
        refused = house.refusal(Approve(ID, by=SELLER, request=1), EVENING)
        assert refused.codes == ("no_open_request",)
        assert house.status == "shipped"

    @pytest.mark.parametrize("supersedes", [True, False])
    def test_an_order_that_the_host_shipped_closes_the_request(self, supersedes: bool) -> None:
        house = House(conect(shipping_supersedes=supersedes))
        house.ask()
        house.do(UpdateOrder(ID, by=System(), status="shipped"), EVENING)
        assert house.status == "shipped"
        assert house.request == "superseded"

    def test_the_seller_can_be_made_to_answer_first(self) -> None:
        house = House(conect(shipping_supersedes=False))
        house.ask()
        refused = house.refusal(AdvanceOrder(ID, by=SELLER, move="ship"), EVENING)
        assert refused.codes == ("answer_first",)
        assert refused.clauses == ()
        assert refused.decision.message("ja") == (
            "キャンセルリクエスト中のご注文です。先に承認または拒否を行ってください。"
        )
        house.reject()
        house.move("ship")
        assert house.status == "shipped"

    def test_accepting_the_order_leaves_a_pending_request_open(self) -> None:
        house = House()
        house.ask()
        house.move("accept")
        assert (house.status, house.request) == ("accepted", "pending")
        assert house.approve().case.order.status == "discontinued"


class TestOneReason:
    """conect.1-1.one-reason

    画面下部の「キャンセル理由」を一つ選択し、「キャンセルをリクエストする」をクリックします。
    Reading: exactly one reason of the catalogue, which is ours, and replaceable.
    """

    @pytest.mark.parametrize("reason", [None, "no_such_reason"])
    def test_a_reason_of_the_catalogue_is_needed(self, reason: str | None) -> None:
        house = House()
        wrong = house.wrong(RequestCancellation(ID, by=BUYER, reason=reason))
        assert [fault.where for fault in wrong.faults] == ["RequestCancellation.reason"]
        assert house.request is None

    def test_the_chosen_reason_is_kept(self) -> None:
        latest = House().ask("duplicate_order").case.latest
        assert latest is not None
        assert (latest.reason, latest.text) == ("duplicate_order", None)

    def test_a_reason_other_than_sonota_takes_no_text(self) -> None:
        wrong = House().wrong_ask("wrong_item", "色が違う")
        assert [fault.where for fault in wrong.faults] == ["RequestCancellation.text"]

    def test_the_list_says_that_it_is_ours_and_ends_with_sonota(self) -> None:
        *listed, other = CONECT.reasons_for(RequestCancellation)
        assert [each.code for each in listed] == [
            "wrong_item",
            "wrong_quantity",
            "duplicate_order",
            "delivery_date",
            "no_longer_needed",
        ]
        for reason in listed:
            assert isinstance(reason.source, Citation)
            assert (reason.source.basis, reason.source.parameter) == (
                Basis.DECIDED,
                "request_reasons",
            )
        assert CONECT.reason_text(other)["ja"] == "その他"

    def test_a_shop_brings_its_own_list(self) -> None:
        own = (Reason("closed", Text("閉店", "Closed"), source="our form"),)
        house = House(conect(request_reasons=own))
        assert house.wrong_ask("wrong_item", None).codes == ("reason_not_offered",)
        house.ask("closed")
        assert house.seller_reads == "発注者がキャンセルを希望しています\nキャンセル理由：閉店"


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
        wrong = House().wrong_ask("other", text)
        (fault,) = wrong.faults
        assert fault.where == "RequestCancellation.text"
        assert fault.problem == "has 21 visible characters"
        assert wrong.codes == ("text_too_long",)
        assert wrong.clauses == ("conect.1-1.other-20",)

    def test_who_typed_too_much_reads_so_in_their_language(self) -> None:
        wrong = House().wrong_ask("other", "あ" * 21)
        assert wrong.message("ja") == "20文字以内で入力してください。（現在21文字）"
        assert wrong.message("en") == "Please enter up to 20 characters. You typed 21."

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
        wrong = House().wrong_ask("other", text)
        assert [fault.where for fault in wrong.faults] == ["RequestCancellation.text"]

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
        assert house.buyer_reads.splitlines()[0] == "キャンセルリクエスト中"


class TestCheckApproved:
    """conect.1-1.check-approved

    ※必ずキャンセルリクエストが承認されたか確認してください。
    Reading: a notice that the buyer reads with the open request, together with
    conect.1-1.not-until-approved.
    """

    def test_the_buyer_reads_both_notices_with_the_open_request(self) -> None:
        house = House()
        house.ask()
        assert house.buyer_reads.splitlines()[1:] == [
            "※受注側がキャンセルリクエストを承認しなければ、注文のキャンセルはされません。",
            "※必ずキャンセルリクエストが承認されたか確認してください。",
        ]
        house.approve()
        assert "※" not in house.buyer_reads


class TestButton:
    """conect.1-1.button conect.1-1.after

    該当する注文の「キャンセルリクエスト」をクリックします。 … 「キャンセルをリクエストする」を
    クリックすると、下記画面が表示されます。
    """

    @staticmethod
    def button(house: House) -> bool:
        """Whether the buyer is offered to ask."""
        found = options(house.case, house.policy, BUYER, NOON, seller=house.seller)
        (request,) = (each for each in found if each.action == "request")
        return request.is_offered

    def test_the_button_stands_on_the_order_while_it_can_be_asked_for(self) -> None:
        assert self.button(House())
        assert not self.button(House(seller=NOT_PERMITTING))
        assert not self.button(House(channel="fax"))
        assert not self.button(House(status="shipped"))

    def test_afterwards_the_request_stands_in_its_place(self) -> None:
        house = House()
        house.ask()
        assert not self.button(house)
        assert house.buyer_reads.splitlines()[0] == "キャンセルリクエスト中"


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
        assert house.tick(datetime(2032, 8, 15, tzinfo=NOON.tzinfo)) == []
        assert (house.status, house.request) == ("placed", "pending")

    def test_a_second_request_while_one_is_open_is_refused(self) -> None:
        house = House()
        house.ask()
        refused = house.refusal(ASK)
        assert refused.codes == ("request_open",)
        assert refused.decision.rules == ("standard.one_open_request",)

    def test_the_buyer_may_ask_again_after_a_rejection(self) -> None:
        house = House()
        house.ask()
        house.reject()
        case = house.do(ASK, EVENING).case
        assert [request.status for request in case.requests] == ["rejected", "pending"]
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
        assert refused.clauses == ()

    def test_barring_a_second_request_leaves_the_first(self) -> None:
        assert House(conect(may_ask_again=False)).ask().case.open_request is not None

    def test_the_buyer_cannot_withdraw(self) -> None:
        house = House()
        house.ask()
        assert house.refusal(Withdraw(ID, by=BUYER, request=1)).codes == ("not_permitted",)
        assert house.request == "pending"

    def test_withdrawal_can_be_offered(self) -> None:
        house = House(conect(may_withdraw=True))
        house.ask()
        outcome = house.do(Withdraw(ID, by=BUYER, request=1), EVENING)
        assert outcome.names == ["RequestClosed"]
        assert (house.status, house.request) == ("placed", "withdrawn")
        assert [each.audience for each in outcome.messages] == ["seller"]

    def test_offered_withdrawal_is_the_buyers_alone(self) -> None:
        house = House(conect(may_withdraw=True))
        house.ask()
        assert house.refusal(Withdraw(ID, by=SELLER, request=1)).codes == ("not_permitted",)


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
        assert CONECT.status_text("discontinued")["ja"] == "取引中止"
        refused = house.refusal(ASK, EVENING)
        assert refused.codes == ("already_cancelled",)
        assert refused.decision.rules == ("conect.discontinued",)

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
        assert house.approve().told == [("buyer", "mail", subject)]

    def test_it_is_for_the_buying_business_whose_addresses_the_directory_knows(self) -> None:
        house = House()
        house.ask()
        assert [each.party for each in house.approve().messages] == ["b-1"]


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
        assert outcome.told == [("buyer", "mail", subject)]
        assert "加工済みのため" in outcome.messages[0].body

    def test_without_a_reason_the_mail_speaks_of_none(self) -> None:
        house = House()
        house.ask()
        outcome = house.reject()
        subject = "【受発注システム CO-NECT】キャンセルできませんでした。"
        assert outcome.told == [("buyer", "mail", subject)]
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
        row = house.row()
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
        assert House().ask().told == [("seller", "mail", subject)]

    def test_another_buying_business_has_its_own_name_there(self) -> None:
        house = House(buyer=Party("b-1", name="二号店"))
        subject = "【受発注システム CO-NECT】キャンセルリクエストがありました(二号店)"
        assert house.ask().told == [("seller", "mail", subject)]

    def test_it_is_for_the_selling_business_whose_addresses_the_directory_knows(self) -> None:
        assert [each.party for each in House().ask().messages] == ["s-1"]


class TestWhere:
    """conect.2-3.where

    該当の注文の「受け付ける」または「詳細」をクリックし、「受注詳細」画面へ遷移すると、
    キャンセルリクエストの承認または拒否ができます。
    Reading: the seller decides on the order's own page; both answers are offered together.
    """

    def test_both_answers_are_offered_together_and_to_the_seller_alone(self) -> None:
        house = House()
        house.ask()
        offered = {
            str(actor): {
                option.action
                for option in options(house.case, CONECT, actor, NOON, seller=PERMITTING)
                if option.is_offered and option.action != "advance"
            }
            for actor in (SELLER, BUYER, OPERATOR)
        }
        assert offered == {
            "seller:s-1": {"approve", "reject"},
            "buyer:b-1": set(),
            "operator:o-1": set(),
        }


class TestBuyerReasonShown:
    """conect.2-3.buyer-reason-shown

    発注側で理由を入力した場合表示されます。
    """

    def test_the_seller_reads_what_the_buyer_typed(self) -> None:
        house = House()
        house.ask("other", "納品先が閉店したため")
        assert house.seller_reads.splitlines()[1:] == [
            "キャンセル理由：その他（納品先が閉店したため）"
        ]

    def test_the_seller_reads_the_reason_that_the_buyer_chose(self) -> None:
        house = House()
        house.ask("duplicate_order")
        assert house.seller_reads.splitlines()[1:] == ["キャンセル理由：重複発注"]

    def test_braces_in_the_buyers_words_stay_his_words(self) -> None:
        house = House()
        house.ask("other", "{order_id}")
        assert house.seller_reads.splitlines()[1:] == ["キャンセル理由：その他（{order_id}）"]


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
        assert outcome.names == ["RequestClosed", "OrderCancelled"]
        assert (house.status, house.request) == ("discontinued", "approved")
        assert outcome.outcomes == ["approved"]
        assert outcome.rules == ("standard.answer",)

    def test_there_is_nothing_to_approve_where_nobody_asked(self) -> None:
        assert House().refusal(Approve(ID, by=SELLER, request=1)).codes == ("no_open_request",)

    def test_a_rejected_request_cannot_be_approved(self) -> None:
        house = House()
        house.ask()
        house.reject()
        assert house.refusal(Approve(ID, by=SELLER, request=1), EVENING).codes == (
            "no_open_request",
        )
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


class TestRejectPopup:
    """conect.2-3.reject-popup

    「拒否する」を選択すると、「キャンセルリクエストを拒否します」ポップアップが画面上に表示され
    ます。 … 「拒否を実行」をクリックするとキャンセルリクエストを拒否することができます。
    """

    def test_one_command_rejects(self) -> None:
        """The pop-up is the screen's: nothing of it is asked for by the command."""
        house = House()
        house.ask()
        outcome = house.reject()
        assert (outcome.names, outcome.outcomes) == (["RequestClosed"], ["rejected"])
        assert outcome.rules == ("standard.answer",)


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
            ("あ", "あ"),
            ("あ" * 20, "あ" * 20),
            (GA_DECOMPOSED * 20, "\u304c" * 20),
            (IDEOGRAPHIC_SPACE + "あ" * 20 + IDEOGRAPHIC_SPACE, "あ" * 20),
        ],
    )
    def test_up_to_twenty_characters_or_none(self, text: str | None, kept: str | None) -> None:
        house = House()
        house.ask()
        outcome = house.reject(text)
        assert outcome.names == ["RequestClosed"]
        latest = outcome.case.latest
        assert latest is not None
        assert latest.answer is not None
        assert latest.answer.text == kept
        assert outcome.outcomes == ["rejected"]

    @pytest.mark.parametrize("text", ["あ" * 21, GA_DECOMPOSED * 21, ("あ" + ACUTE) * 21])
    def test_the_twenty_first_character_is_too_many(self, text: str) -> None:
        house = House()
        house.ask()
        wrong = house.wrong(Reject(ID, by=SELLER, request=1, text=text))
        (fault,) = wrong.faults
        assert fault.where == "Reject.text"
        assert fault.problem == "has 21 visible characters"
        assert house.request == "pending"

    @pytest.mark.parametrize("text", [ZERO_WIDTH, ZERO_WIDTH + " " + ZERO_WIDTH])
    def test_a_text_without_a_visible_character_is_none(self, text: str) -> None:
        house = House()
        house.ask()
        house.reject(text)
        assert house.seller_reads == "キャンセルのリクエストを却下しました。"

    def test_there_is_no_list_of_reasons_to_reject_with(self) -> None:
        house = House()
        house.ask()
        wrong = house.wrong(
            Reject(ID, by=SELLER, request=1, reason="other", text="加工済みのため")
        )
        assert [fault.where for fault in wrong.faults] == ["Reject.reason"]

    def test_no_affirmation_is_asked_for(self) -> None:
        """The affirmation is the other marketplace's (qoo10.3.confirm), not CO-NECT's."""
        house = House()
        house.ask()
        house.do(Reject(ID, by=SELLER, request=1))
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
