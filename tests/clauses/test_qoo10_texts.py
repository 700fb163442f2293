"""Qoo10, text by text: everything that people read of it, written down a second time.

Where the guide has the words they are its words; the others are ours. Each table says all that
there is, so that a text that is dropped, added, exchanged for another, turned from one language
to the other or sent to the wrong side is found.
"""

from __future__ import annotations

import pytest

from ordercancel import (
    AskWithdrawal,
    InvalidValue,
    RequestCancellation,
    Text,
    decide,
    evolve,
    label,
)
from ordercancel.policies import QOO10
from ordercancel.validation import Faults
from samples import BUYER, SELLER, jst, opened

ID = "762544202"
NOON = jst(15, 12)

STATUSES = {
    "new": Text("新規注文", "New order"),
    "shipping_requested": Text("配送要請", "Shipping requested"),
    "delayed": Text("配送遅延", "Shipping delayed"),
    "shipped": Text("配送中", "Shipped"),
    "delivered": Text("配送完了", "Delivered"),
    "cancelled": Text("キャンセル完了", "Cancelled"),
}

REFUSALS = {
    "request_open": Text(
        "すでにキャンセル要請中です。", "A cancellation request is already open."
    ),
    "no_open_request": Text(
        "回答待ちのキャンセル要請がありません。",
        "There is no open cancellation request that this could apply to.",
    ),
    "not_affirmed": Text(
        "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？",
        "Reject a cancellation only where cancelling is impossible. Do you reject it?",
    ),
    "instant_cannot_be_rejected": Text(
        "新規注文や配送遅延となったご注文のキャンセルを拒否することはできません。",
        "The cancellation of a new or delayed order cannot be rejected.",
    ),
    "only_approval_left": Text(
        "配送遅延となったご注文のキャンセル要請は、承認のみ可能です。",
        "The order is delayed: its cancellation can only be approved.",
    ),
    "rejected_before": Text(
        "一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできません。",
        "Cancellation cannot be requested again once it was rejected.",
    ),
    "withdrawn_before": Text(
        "キャンセル要請を撤回したご注文は、再度キャンセル要請を出すことはできません。",
        "Cancellation cannot be requested again after a request was withdrawn.",
    ),
    "already_shipped": Text(
        "発送処理済みのため、キャンセルできません。",
        "The order has been shipped and can no longer be cancelled.",
    ),
    "already_cancelled": Text(
        "キャンセル完了のご注文です。", "The order has been cancelled already."
    ),
    "answer_first": Text(
        "キャンセル要請中のご注文です。先に要請へ回答してください。",
        "A cancellation request is open: answer it before you ship.",
    ),
    "not_late": Text("発送予定日を過ぎていません。", "The planned ship date has not passed yet."),
    "withdrawal_not_offered": Text(
        "キャンセル要請の取り消しは、撤回要請への回答としてのみ可能です。",
        "A request can be taken back only by answering the seller's ask to withdraw it.",
    ),
}

CANCELLED = Text("キャンセル完了 {order_id}", "Cancelled: {order_id}")

# Occasion and reader, media, subject, body.
ANNOUNCEMENTS = {
    ("referred", "seller"): (
        ("app",),
        Text("キャンセル要請 {order_id}", "Cancellation requested: {order_id}"),
        Text(
            "注文番号 {order_id} のキャンセル要請があります。\nキャンセル理由: {reason}",
            "The buyer asks to cancel order {order_id}.\nReason: {reason}",
        ),
    ),
    ("granted_at_once", "buyer"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "{buyer_name} 様\n\n注文番号 {order_id} のキャンセルが完了しました。",
            "Dear {buyer_name},\n\nOrder {order_id} has been cancelled.",
        ),
    ),
    ("granted_at_once", "seller"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "注文番号 {order_id} は、お客様の要請により即時キャンセルされました。"
            "発送しないでください。\n"
            "キャンセル理由: {reason}",
            "Order {order_id} was cancelled at once, as the buyer asked. Do not ship it.\n"
            "Reason: {reason}",
        ),
    ),
    ("approved", "buyer"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文番号 {order_id} のキャンセル要請が承認され、キャンセルが完了しました。",
            "Dear {buyer_name},\n\nYour request was approved and order {order_id} cancelled.",
        ),
    ),
    ("approved_by_silence", "buyer"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "{buyer_name} 様\n\n注文番号 {order_id} のキャンセルが完了しました。",
            "Dear {buyer_name},\n\nOrder {order_id} has been cancelled.",
        ),
    ),
    ("approved_by_silence", "seller"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "注文番号 {order_id} は、配送遅延のため自動的にキャンセルされました。"
            "発送しないでください。",
            "Order {order_id} was cancelled automatically, because it is delayed. Do not ship it.",
        ),
    ),
    ("rejected", "buyer"): (
        ("app", "mail"),
        Text("キャンセル拒否のお知らせ {order_id}", "Not cancelled: {order_id}"),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文番号 {order_id} のキャンセル要請は拒否されました。\n"
            "キャンセル拒否理由: {answer}\n"
            "\n"
            "再度キャンセル要請を出すことはできません。",
            "Dear {buyer_name},\n"
            "\n"
            "Your request to cancel order {order_id} was rejected.\n"
            "Reason: {answer}\n"
            "\n"
            "It cannot be asked for again.",
        ),
    ),
    ("withdrawal_asked", "buyer"): (
        ("app", "mail"),
        Text("キャンセルの撤回要請 {order_id}", "Please withdraw your request: {order_id}"),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "{seller_name} より、注文番号 {order_id} のキャンセル要請の撤回のお願いが"
            "届いています。\n"
            "{withdrawal_text}",
            "Dear {buyer_name},\n"
            "\n"
            "{seller_name} asks you to withdraw your request to cancel order {order_id}.\n"
            "{withdrawal_text}",
        ),
    ),
    ("withdrawal_held", "seller"): (
        ("app",),
        Text("撤回保留 {order_id}", "Withdrawal held: {order_id}"),
        Text(
            "注文番号 {order_id} のお客様は、キャンセル要請の撤回を保留しました。",
            "The buyer of order {order_id} holds on to the request to cancel.",
        ),
    ),
    ("withdrawn", "seller"): (
        ("app",),
        Text("キャンセル撤回 {order_id}", "Request withdrawn: {order_id}"),
        Text(
            "注文番号 {order_id} のキャンセル要請は撤回されました。発送処理を進めてください。",
            "The buyer withdrew the request to cancel order {order_id}. Please ship it.",
        ),
    ),
    ("superseded", "buyer"): (
        ("app", "mail"),
        Text("発送のお知らせ {order_id}", "Shipped: {order_id}"),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文番号 {order_id} は発送されたため、キャンセル要請は無効となりました。",
            "Dear {buyer_name},\n"
            "\n"
            "Order {order_id} was shipped, so it can no longer be cancelled.",
        ),
    ),
}

LABELS = {
    ("referred", "buyer"): Text("キャンセル要請中", "Cancellation requested"),
    ("referred", "seller"): Text(
        "キャンセル・処理要請\n理由: {reason}", "Cancellation to process\nReason: {reason}"
    ),
    ("withdrawal_asked", "buyer"): Text(
        "キャンセルの撤回要請\n{withdrawal_text}",
        "Asked to withdraw the request\n{withdrawal_text}",
    ),
    ("withdrawal_asked", "seller"): Text("撤回要請", "Withdrawal asked for"),
    ("withdrawal_held", "buyer"): Text(
        "キャンセル要請中(撤回保留)", "Cancellation requested (withdrawal held)"
    ),
    ("withdrawal_held", "seller"): Text(
        "撤回保留\n理由: {reason}", "Withdrawal held\nReason: {reason}"
    ),
    ("rejected", "buyer"): Text("キャンセル拒否\n{answer}", "Cancellation rejected\n{answer}"),
    ("rejected", "seller"): Text(
        "キャンセル拒否完了\n{answer}", "Cancellation rejected\n{answer}"
    ),
}

# Status, label of the number, state in the queue; in the order of the guide.
COUNTERS = {
    "awaiting_seller": (
        Text("キャンセル要請", "Cancellation requests"),
        Text("キャンセル・処理要請", "Cancellation to process"),
    ),
    "withdrawal_asked": (
        Text("撤回要請", "Withdrawals asked for"),
        Text("キャンセル・撤回要請", "Withdrawal asked for"),
    ),
    "withdrawal_held": (
        Text("撤回保留", "Withdrawals held"),
        Text("キャンセル・撤回保留", "Withdrawal held"),
    ),
    "rejected": (
        Text("キャンセル拒否完了", "Cancellations rejected"),
        Text("キャンセル拒否完了", "Cancellation rejected"),
    ),
}

# Field of the row, heading; in the order of the guide.
COLUMNS = {
    "state": Text("処理状態", "State"),
    "completed_at": Text("キャンセル・返品完了日", "Completed"),
    "reason": Text("キャンセル・返品理由", "Reason"),
    "requested_at": Text("キャンセル・返品要請日", "Requested"),
    "placed_at": Text("注文日", "Ordered"),
    "shipped_at": Text("発送日", "Shipped"),
    "order_id": Text("注文番号", "Order"),
    "cart_id": Text("カート番号", "Cart"),
    "item": Text("商品", "Item"),
}

REQUEST_REASONS = {
    "order_cancellation": Text("注文キャンセル", "Order cancellation"),
    "changed_mind": Text("お客様のご都合", "Changed mind"),
    "ordered_by_mistake": Text("注文間違い", "Ordered by mistake"),
    "late_delivery": Text("配送の遅れ", "Late delivery"),
    "other": Text("その他", "Other"),
}

REJECTION_REASONS = {
    "shipped": Text("商品発送完了", "Already shipped"),
    "ready_to_ship": Text("発送準備完了", "Ready to ship"),
    "made_to_order": Text("注文制作商品", "Made to order"),
    "other": Text("その他", "Other"),
}


def ids(table: dict[tuple[str, str], object]) -> list[str]:
    return [f"{occasion} to {reader}" for occasion, reader in table]


def request_faults(code: str | None, text: str | None) -> list[tuple[str, str, str]]:
    """What is said against a buyer's reason with that text: field, problem, what is expected."""
    faults = Faults("x")
    QOO10.request_reasons.check(code, text, faults)
    return [(fault.where, fault.problem, fault.expected) for fault in faults.found]


def rejection_faults(code: str | None, text: str | None) -> list[tuple[str, str, str]]:
    """What is said against a seller's reason with that text."""
    faults = Faults("x")
    QOO10.rejection_reasons.check(code, text, faults)
    return [(fault.where, fault.problem, fault.expected) for fault in faults.found]


class TestTitle:
    def test_the_policy_has_its_title(self) -> None:
        """People call the policy by its name and by what it is for."""
        assert QOO10.title == Text("Qoo10(マーケットプレイス)", "Qoo10 (marketplace)")

    def test_the_document_has_its_title(self) -> None:
        """The one document behind the policy is the guide to rejecting a cancellation."""
        titles = [document.title for document in QOO10.documents]
        assert titles == ["Qoo10 J·QSM ガイド: キャンセル要請の拒否"]


class TestStatuses:
    @pytest.mark.parametrize(("status", "text"), STATUSES.items(), ids=STATUSES)
    def test_each_status_is_called_by_its_name(self, status: str, text: Text) -> None:
        """Each status of an order has its name in both languages."""
        assert QOO10.wording.statuses[status] == text

    def test_the_chart_draws_them_by_the_same_names(self) -> None:
        """The names that the chart gives its states are those that people read."""
        drawn = {state.id: state.name for state in QOO10.orders.states}
        assert drawn == {status: text.ja for status, text in STATUSES.items()}

    @pytest.mark.parametrize("audience", ["buyer", "seller"])
    @pytest.mark.parametrize(("status", "text"), STATUSES.items(), ids=STATUSES)
    def test_both_sides_read_it_where_nobody_asked(
        self, status: str, text: Text, audience: str
    ) -> None:
        """Where nobody has asked to cancel an order, both sides read the name of its status."""
        case = opened(QOO10, status=status)
        assert label(case, QOO10, audience, "ja") == text.ja
        assert label(case, QOO10, audience, "en") == text.en

    def test_there_is_no_other_status(self) -> None:
        """No name is given to a status that orders do not have."""
        assert set(QOO10.wording.statuses) == set(STATUSES)


class TestRefusals:
    @pytest.mark.parametrize(("code", "text"), REFUSALS.items(), ids=REFUSALS)
    def test_each_refusal_has_its_sentence(self, code: str, text: Text) -> None:
        """Who is refused reads the sentence of the code, in his language."""
        assert QOO10.refusal_text(code) == text

    def test_there_is_no_other_sentence(self) -> None:
        """The policy words its own refusals and the two that speak of a request (要請)."""
        assert set(QOO10.wording.refusals) == set(REFUSALS)


class TestAnnouncements:
    @pytest.mark.parametrize(
        ("occasion", "reader", "media", "subject", "body"),
        [(*key, *values) for key, values in ANNOUNCEMENTS.items()],
        ids=ids(ANNOUNCEMENTS),
    )
    def test_each_occasion_is_announced(
        self, occasion: str, reader: str, media: tuple[str, ...], subject: Text, body: Text
    ) -> None:
        """On each occasion its reader gets these words, once by each of these media."""
        found = [
            (each.media, each.subject, each.body)
            for each in QOO10.wording.announcements
            if (each.on, each.to) == (occasion, reader)
        ]
        assert found == [(media, subject, body)]

    def test_nothing_else_is_announced(self) -> None:
        """Nobody is told of any other occasion, and nobody twice of one."""
        announced = [(each.on, each.to) for each in QOO10.wording.announcements]
        assert sorted(announced) == sorted(ANNOUNCEMENTS)


class TestLabels:
    @pytest.mark.parametrize(
        ("occasion", "reader", "text"),
        [(*key, text) for key, text in LABELS.items()],
        ids=ids(LABELS),
    )
    def test_each_side_reads_where_the_request_stands(
        self, occasion: str, reader: str, text: Text
    ) -> None:
        """Each side reads for a request what the guide, or else we, say of it."""
        found = [
            each.text for each in QOO10.wording.labels if (each.on, each.to) == (occasion, reader)
        ]
        assert found == [text]

    def test_there_is_no_other_label(self) -> None:
        """For every other occasion the status of the order is read."""
        labelled = [(each.on, each.to) for each in QOO10.wording.labels]
        assert sorted(labelled) == sorted(LABELS)


class TestQueue:
    def test_the_numbers_stand_in_the_order_of_the_guide(self) -> None:
        """The seller's front page has four numbers about cancelling, and no others."""
        assert [each.status for each in QOO10.wording.counters] == list(COUNTERS)

    @pytest.mark.parametrize(
        ("status", "name", "state"),
        [(status, *texts) for status, texts in COUNTERS.items()],
        ids=COUNTERS,
    )
    def test_each_number_and_its_rows_have_their_names(
        self, status: str, name: Text, state: Text
    ) -> None:
        """Each number has its name, and a row of the queue the state that it is counted for."""
        found = [
            (each.label, each.state) for each in QOO10.wording.counters if each.status == status
        ]
        assert found == [(name, state)]

    def test_the_headings_stand_in_the_order_of_the_guide(self) -> None:
        """The grid has nine headings, and no others."""
        assert list(QOO10.wording.columns) == list(COLUMNS)

    @pytest.mark.parametrize(("field", "heading"), COLUMNS.items(), ids=COLUMNS)
    def test_each_column_has_its_heading(self, field: str, heading: Text) -> None:
        """Each field of a row stands under its own heading."""
        assert QOO10.wording.columns[field] == heading


class TestRequestReasons:
    def test_the_reasons_are_these_in_this_order(self) -> None:
        """The buyer chooses from five reasons, その他 the last."""
        assert QOO10.request_reasons.codes == tuple(REQUEST_REASONS)

    @pytest.mark.parametrize(("code", "text"), REQUEST_REASONS.items(), ids=REQUEST_REASONS)
    def test_each_reason_is_read_by_its_label(self, code: str, text: Text) -> None:
        """Each reason has its label in both languages, and no hint beside it."""
        reason = QOO10.request_reasons.reason(code)
        assert reason is not None
        assert (reason.label, reason.hint) == (text, None)

    def test_nothing_is_said_before_the_buyer_chooses(self) -> None:
        """The guide warns the seller, not the buyer."""
        assert QOO10.request_reasons.notice is None

    @pytest.mark.parametrize(
        "text", [None, "", "あ", "あ" * 500], ids=["missing", "none", "one", "five hundred"]
    )
    def test_sonota_takes_up_to_five_hundred_characters_or_none(self, text: str | None) -> None:
        """With その他 the buyer may write 1 to 500 characters, both inclusive, and need not."""
        assert request_faults("other", text) == []

    def test_five_hundred_and_one_are_too_many(self) -> None:
        """Who writes more is told the bounds."""
        assert request_faults("other", "あ" * 501) == [
            ("x.text", "has 501 visible characters", "1 to 500 visible characters")
        ]

    @pytest.mark.parametrize(
        "code", ["order_cancellation", "changed_mind", "ordered_by_mistake", "late_delivery"]
    )
    def test_the_other_reasons_stand_alone(self, code: str) -> None:
        """Every other reason is chosen without a text, and refuses one of any length."""
        assert request_faults(code, None) == []
        for text in ("あ", "あ" * 20, "あ" * 30):
            problem = f"is given with reason '{code}'"
            assert request_faults(code, text) == [("x.text", problem, "no text, or one of: other")]

    @pytest.mark.parametrize(
        ("code", "problem"), [(None, "is missing"), ("no_reason", "'no_reason' is unknown")]
    )
    def test_a_reason_is_required(self, code: str | None, problem: str) -> None:
        """Exactly one reason of the list is chosen; who chooses none is told all of them."""
        listed = (
            "one of: order_cancellation, changed_mind, ordered_by_mistake, late_delivery, other"
        )
        assert request_faults(code, "あ") == [("x.reason", problem, listed)]


class TestRejectionReasons:
    def test_the_reasons_are_these_in_this_order(self) -> None:
        """The seller chooses from the four reasons of the guide, in its order."""
        assert QOO10.rejection_reasons.codes == tuple(REJECTION_REASONS)

    @pytest.mark.parametrize(("code", "text"), REJECTION_REASONS.items(), ids=REJECTION_REASONS)
    def test_each_reason_is_read_by_its_label(self, code: str, text: Text) -> None:
        """Each reason has its label in both languages."""
        reason = QOO10.rejection_reasons.reason(code)
        assert reason is not None
        assert reason.label == text

    def test_the_seller_is_warned_before_he_chooses(self) -> None:
        """The guide's warning stands before the list: the buyer will read the reason."""
        assert QOO10.rejection_reasons.notice == Text(
            "キャンセル拒否を行う際に理由を選択(または記入)頂きますが、お客様にも通知がされる内容と"
            "なりますので、事実と異なる理由が記入されているとクレームの原因となります。",
            "The buyer is told the reason that you choose or write. An untrue one leads to "
            "complaints: keep to the facts.",
        )

    def test_the_hint_stands_beside_sonota_alone(self) -> None:
        """その他 has the guide's hint beside it, and no other reason has one."""
        hints = [reason.hint for reason in QOO10.rejection_reasons.reasons]
        assert hints == [
            None,
            None,
            None,
            Text(
                "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
                "Please explain to the buyer yourself (product delay, production delay).",
            ),
        ]

    @pytest.mark.parametrize("text", ["あ" * 30, "あ" * 500], ids=["thirty", "five hundred"])
    def test_sonota_takes_thirty_to_five_hundred_characters(self, text: str) -> None:
        """With その他 the seller writes 30 to 500 characters, both inclusive."""
        assert rejection_faults("other", text) == []

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (None, "is missing or blank"),
            ("", "is missing or blank"),
            ("あ" * 29, "has 29 visible characters"),
            ("あ" * 501, "has 501 visible characters"),
        ],
        ids=["missing", "none", "twenty-nine", "five hundred and one"],
    )
    def test_sonota_takes_no_fewer_and_no_more(self, text: str | None, problem: str) -> None:
        """With その他 a text is required, and its bounds are told to who misses them."""
        expected = "30 to 500 visible characters"
        assert rejection_faults("other", text) == [("x.text", problem, expected)]

    @pytest.mark.parametrize("code", ["shipped", "ready_to_ship", "made_to_order"])
    def test_the_other_reasons_stand_alone(self, code: str) -> None:
        """Every other reason is chosen without a text, and refuses one of any length."""
        assert rejection_faults(code, None) == []
        for text in ("あ", "あ" * 20, "あ" * 30):
            problem = f"is given with reason '{code}'"
            assert rejection_faults(code, text) == [
                ("x.text", problem, "no text, or one of: other")
            ]

    @pytest.mark.parametrize(
        ("code", "problem"), [(None, "is missing"), ("no_reason", "'no_reason' is unknown")]
    )
    def test_a_reason_is_required(self, code: str | None, problem: str) -> None:
        """Exactly one reason of the list is chosen; words alone are not enough."""
        listed = "one of: shipped, ready_to_ship, made_to_order, other"
        assert rejection_faults(code, "あ" * 30) == [("x.reason", problem, listed)]


class TestWithdrawalText:
    @staticmethod
    def kept(text: str | None) -> str | None:
        """What is kept of the text with which a seller asks for a withdrawal."""
        case = opened(QOO10)
        commands = (
            RequestCancellation(ID, by=BUYER, reason="changed_mind"),
            AskWithdrawal(ID, by=SELLER, text=text),
        )
        for command in commands:
            for event in decide(command, case, QOO10, NOON):
                case = evolve(case, event)
        assert case.latest is not None
        assert case.latest.status == "withdrawal_asked"
        return case.latest.withdrawal_text

    @pytest.mark.parametrize("text", ["あ", "あ" * 500], ids=["one", "five hundred"])
    def test_one_to_five_hundred_characters_are_taken(self, text: str) -> None:
        """The seller asks for a withdrawal with 1 to 500 characters, both inclusive."""
        assert self.kept(text) == text

    @pytest.mark.parametrize("text", [None, "", "\u3000"], ids=["missing", "none", "blank"])
    def test_he_may_ask_without_a_word(self, text: str | None) -> None:
        """The text is optional."""
        assert self.kept(text) is None

    def test_five_hundred_and_one_are_too_many(self) -> None:
        """Who writes more is told the bounds."""
        with pytest.raises(InvalidValue) as wrong:
            self.kept("あ" * 501)
        (fault,) = wrong.value.faults
        assert fault.where == "AskWithdrawal.text"
        assert fault.problem == "has 501 visible characters"
        assert fault.expected == "1 to 500 visible characters"
