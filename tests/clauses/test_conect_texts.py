"""CO-NECT, text by text: everything that people read of it, written down a second time.

Where the help article has the words they are its words; the others are ours. Each table says
all that there is, so that a text that is dropped, added, exchanged for another, turned from one
language to the other or sent to the wrong side is found.
"""

from __future__ import annotations

import pytest

from ordercancel import AskWithdrawal, InvalidValue, Text, decide, label
from ordercancel.policies import CONECT
from ordercancel.validation import Faults
from samples import SELLER, jst, opened

NOON = jst(15, 12)

STATUSES = {
    "placed": Text("発注済", "Placed"),
    "accepted": Text("受注済", "Accepted"),
    "shipped": Text("出荷済", "Shipped"),
    "discontinued": Text("取引中止", "Discontinued"),
}

REFUSALS = {
    "channel_excluded": Text(
        "この注文経路のご注文では、キャンセルリクエストをご利用になれません。",
        "Cancellation cannot be requested for orders of this channel.",
    ),
    "seller_does_not_permit": Text(
        "受注側がキャンセルリクエストを許可していません。",
        "The seller does not permit cancellation requests.",
    ),
    "already_shipped": Text(
        "出荷済のため、キャンセルできません。",
        "The order has been shipped and can no longer be cancelled.",
    ),
    "already_cancelled": Text("取引中止の注文です。", "The order has been discontinued already."),
    "rejected_before": Text(
        "キャンセルリクエストが一度却下された注文は、再度リクエストできません。",
        "Cancellation cannot be requested again after a request was rejected.",
    ),
    "withdrawal_not_offered": Text(
        "キャンセルリクエストの取り消しはできません。",
        "A cancellation request cannot be taken back.",
    ),
}

# Occasion and reader, media, subject, body.
ANNOUNCEMENTS = {
    ("referred", "seller"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】キャンセルリクエストがありました({buyer_name})",
            "[CO-NECT] Cancellation requested ({buyer_name})",
        ),
        Text(
            "{seller_name} 様\n"
            "\n"
            "{buyer_name} 様より、注文 {order_id} のキャンセルリクエストがありました。\n"
            "キャンセル理由: {reason}\n"
            "\n"
            "承認または拒否を行ってください。",
            "Dear {seller_name},\n"
            "\n"
            "{buyer_name} requests to cancel order {order_id}.\n"
            "Reason: {reason}\n"
            "\n"
            "Please approve or reject the request.",
        ),
    ),
    ("approved", "buyer"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】オーダーがキャンセルされました",
            "[CO-NECT] Your order has been cancelled",
        ),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文 {order_id} のキャンセルリクエストが承認され、取引が中止されました。",
            "Dear {buyer_name},\n"
            "\n"
            "Your request to cancel order {order_id} was approved, "
            "and the order has been discontinued.",
        ),
    ),
    ("rejected", "buyer"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】キャンセルできませんでした。",
            "[CO-NECT] Your order could not be cancelled.",
        ),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文 {order_id} のキャンセルリクエストは却下されました。\n"
            "理由: {answer}",
            "Dear {buyer_name},\n"
            "\n"
            "Your request to cancel order {order_id} was rejected.\n"
            "Reason: {answer}",
        ),
    ),
    ("superseded", "buyer"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】出荷されたため、キャンセルできませんでした。",
            "[CO-NECT] Shipped before it could be cancelled",
        ),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文 {order_id} は出荷されたため、キャンセルリクエストは無効となりました。",
            "Dear {buyer_name},\n"
            "\n"
            "Order {order_id} was shipped while your request was open, "
            "so it can no longer be cancelled.",
        ),
    ),
    ("withdrawn", "seller"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】キャンセルリクエストが取り消されました({buyer_name})",
            "[CO-NECT] Cancellation request withdrawn ({buyer_name})",
        ),
        Text(
            "{seller_name} 様\n"
            "\n"
            "{buyer_name} 様が、注文 {order_id} のキャンセルリクエストを取り消しました。",
            "Dear {seller_name},\n\n{buyer_name} withdrew the request to cancel order {order_id}.",
        ),
    ),
}

LABELS = {
    ("referred", "buyer"): Text("キャンセルリクエスト中", "Cancellation requested"),
    ("referred", "seller"): Text(
        "発注者がキャンセルを希望しています\n理由: {reason}",
        "The buyer wishes to cancel\nReason: {reason}",
    ),
    ("approved", "buyer"): Text(
        "キャンセルリクエストが承認され取引停止されました",
        "The cancellation request was approved and the order discontinued",
    ),
    ("approved", "seller"): Text("取引中止", "Discontinued"),
    ("rejected", "buyer"): Text(
        "キャンセルできませんでした\nキャンセル却下\n{answer}",
        "The order could not be cancelled\nCancellation rejected\n{answer}",
    ),
    ("rejected", "seller"): Text(
        "キャンセルのリクエストを却下しました。\n{answer}",
        "You rejected the cancellation request.\n{answer}",
    ),
    ("superseded", "buyer"): Text(
        "出荷されたため、キャンセルできませんでした", "Shipped before it could be cancelled"
    ),
}

# Status, label of the number, state in the queue.
COUNTERS = {
    "awaiting_seller": (
        Text("キャンセルリクエスト", "Cancellation requests"),
        Text("発注者がキャンセルを希望しています", "The buyer wishes to cancel"),
    ),
}

REQUEST_REASONS = {
    "wrong_item": Text("商品の間違い", "Wrong item"),
    "wrong_quantity": Text("数量の間違い", "Wrong quantity"),
    "duplicate_order": Text("重複発注", "Ordered twice"),
    "delivery_date": Text("納期が合わない", "The delivery date does not suit me"),
    "no_longer_needed": Text("不要になった", "No longer needed"),
    "other": Text("その他", "Other"),
}


def ids(table: dict[tuple[str, str], object]) -> list[str]:
    return [f"{occasion} to {reader}" for occasion, reader in table]


def request_faults(code: str | None, text: str | None) -> list[tuple[str, str, str]]:
    """What is said against a buyer's reason with that text: field, problem, what is expected."""
    faults = Faults("x")
    CONECT.request_reasons.check(code, text, faults)
    return [(fault.where, fault.problem, fault.expected) for fault in faults.found]


def rejection_faults(code: str | None, text: str | None) -> list[tuple[str, str, str]]:
    """What is said against a seller's rejection with that text."""
    faults = Faults("x")
    CONECT.rejection_reasons.check(code, text, faults)
    return [(fault.where, fault.problem, fault.expected) for fault in faults.found]


class TestTitle:
    def test_the_policy_has_its_title(self) -> None:
        """People call the policy by its name and by what it is for."""
        assert CONECT.title == Text("CO-NECT(卸売の受発注)", "CO-NECT (wholesale ordering)")

    def test_the_document_has_its_title(self) -> None:
        """The one document behind the policy is the help article on the buying side's requests."""
        titles = [document.title for document in CONECT.documents]
        assert titles == ["CO-NECT ヘルプ: 発注側のキャンセルリクエスト機能"]


class TestStatuses:
    @pytest.mark.parametrize(("status", "text"), STATUSES.items(), ids=STATUSES)
    def test_each_status_is_called_by_its_name(self, status: str, text: Text) -> None:
        """Each status of an order has its name in both languages."""
        assert CONECT.wording.statuses[status] == text

    def test_the_chart_draws_them_by_the_same_names(self) -> None:
        """The names that the chart gives its states are those that people read."""
        drawn = {state.id: state.name for state in CONECT.orders.states}
        assert drawn == {status: text.ja for status, text in STATUSES.items()}

    @pytest.mark.parametrize("audience", ["buyer", "seller"])
    @pytest.mark.parametrize(("status", "text"), STATUSES.items(), ids=STATUSES)
    def test_both_sides_read_it_where_nobody_asked(
        self, status: str, text: Text, audience: str
    ) -> None:
        """Where nobody has asked to cancel an order, both sides read the name of its status."""
        case = opened(CONECT, status=status)
        assert label(case, CONECT, audience, "ja") == text.ja
        assert label(case, CONECT, audience, "en") == text.en

    def test_there_is_no_other_status(self) -> None:
        """No name is given to a status that orders do not have."""
        assert set(CONECT.wording.statuses) == set(STATUSES)


class TestRefusals:
    @pytest.mark.parametrize(("code", "text"), REFUSALS.items(), ids=REFUSALS)
    def test_each_refusal_has_its_sentence(self, code: str, text: Text) -> None:
        """Who is refused reads the sentence of the code, in his language."""
        assert CONECT.refusal_text(code) == text

    def test_there_is_no_other_sentence(self) -> None:
        """The policy words its own refusals, and leaves the standard ones as they are."""
        assert set(CONECT.wording.refusals) == set(REFUSALS)


class TestAnnouncements:
    @pytest.mark.parametrize(
        ("occasion", "reader", "media", "subject", "body"),
        [(*key, *values) for key, values in ANNOUNCEMENTS.items()],
        ids=ids(ANNOUNCEMENTS),
    )
    def test_each_occasion_is_announced(
        self, occasion: str, reader: str, media: tuple[str, ...], subject: Text, body: Text
    ) -> None:
        """On each occasion its reader gets one mail, with these words in it."""
        found = [
            (each.media, each.subject, each.body)
            for each in CONECT.wording.announcements
            if (each.on, each.to) == (occasion, reader)
        ]
        assert found == [(media, subject, body)]

    def test_nothing_else_is_announced(self) -> None:
        """Nobody is told of any other occasion, and nobody twice of one."""
        announced = [(each.on, each.to) for each in CONECT.wording.announcements]
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
        """Each side reads for a request what the help article, or else we, say of it."""
        found = [
            each.text for each in CONECT.wording.labels if (each.on, each.to) == (occasion, reader)
        ]
        assert found == [text]

    def test_there_is_no_other_label(self) -> None:
        """For every other occasion the status of the order is read."""
        labelled = [(each.on, each.to) for each in CONECT.wording.labels]
        assert sorted(labelled) == sorted(LABELS)


class TestQueue:
    def test_the_seller_has_one_number(self) -> None:
        """The seller's front page counts what waits for him, and nothing else."""
        counters = CONECT.wording.counters
        assert [each.status for each in counters] == list(COUNTERS)
        assert [(each.label, each.state) for each in counters] == list(COUNTERS.values())

    def test_the_queue_has_no_headings(self) -> None:
        """The help article describes no grid, so its headings are left to the shop."""
        assert dict(CONECT.wording.columns) == {}


class TestRequestReasons:
    def test_the_reasons_are_these_in_this_order(self) -> None:
        """The buyer chooses from six reasons, その他 the last."""
        assert CONECT.request_reasons.codes == tuple(REQUEST_REASONS)

    @pytest.mark.parametrize(("code", "text"), REQUEST_REASONS.items(), ids=REQUEST_REASONS)
    def test_each_reason_is_read_by_its_label(self, code: str, text: Text) -> None:
        """Each reason has its label in both languages, and no hint beside it."""
        reason = CONECT.request_reasons.reason(code)
        assert reason is not None
        assert (reason.label, reason.hint) == (text, None)

    def test_nothing_is_said_before_the_buyer_chooses(self) -> None:
        """The help article has no word of warning for the buyer."""
        assert CONECT.request_reasons.notice is None

    @pytest.mark.parametrize("text", ["あ", "あ" * 20])
    def test_sonota_takes_one_to_twenty_characters(self, text: str) -> None:
        """With その他 the buyer writes 1 to 20 characters, both inclusive."""
        assert request_faults("other", text) == []

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (None, "is missing or blank"),
            ("", "is missing or blank"),
            ("あ" * 21, "has 21 visible characters"),
        ],
        ids=["missing", "none", "twenty-one"],
    )
    def test_sonota_takes_no_fewer_and_no_more(self, text: str | None, problem: str) -> None:
        """With その他 a text is required, and its bounds are told to who misses them."""
        expected = "1 to 20 visible characters"
        assert request_faults("other", text) == [("x.text", problem, expected)]

    @pytest.mark.parametrize(
        "code",
        ["wrong_item", "wrong_quantity", "duplicate_order", "delivery_date", "no_longer_needed"],
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
            "one of: wrong_item, wrong_quantity, duplicate_order, delivery_date, "
            "no_longer_needed, other"
        )
        assert request_faults(code, "あ") == [("x.reason", problem, listed)]


class TestRejectionReasons:
    def test_there_is_no_list_and_no_notice(self) -> None:
        """The seller rejects with words of his own, and nothing is said before he writes."""
        assert CONECT.rejection_reasons.codes == ()
        assert CONECT.rejection_reasons.notice is None

    @pytest.mark.parametrize("text", [None, "", "あ", "あ" * 20])
    def test_up_to_twenty_characters_or_none(self, text: str | None) -> None:
        """The text is optional, 0 to 20 characters, both inclusive."""
        assert rejection_faults(None, text) == []

    def test_twenty_one_are_too_many(self) -> None:
        """Who writes more is told the bounds: none to 20."""
        assert rejection_faults(None, "あ" * 21) == [
            ("x.text", "has 21 visible characters", "0 to 20 visible characters")
        ]

    def test_no_reason_can_be_named(self) -> None:
        """A code is refused, as there is nothing to choose from."""
        assert rejection_faults("other", "あ") == [
            ("x.reason", "is 'other'", "no reason code, only a text")
        ]


class TestWithdrawalText:
    def test_there_is_none(self) -> None:
        """Nobody asks for a withdrawal in CO-NECT, so no text goes with it."""
        command = AskWithdrawal("762544202", by=SELLER, text="あ")
        with pytest.raises(InvalidValue) as wrong:
            decide(command, opened(CONECT), CONECT, NOON)
        assert [(fault.where, fault.problem) for fault in wrong.value.faults] == [
            ("AskWithdrawal.text", "is given")
        ]
