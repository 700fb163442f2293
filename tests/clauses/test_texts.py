"""What people read of both policies: complete, in the right language, and in its own place.

The documents' own words are compared in `test_conect` and `test_qoo10`, clause by clause. Here
each text of ours is known by a few words that no other text of its kind has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import attrs
import pytest

from ordercancel import Policy, Text, label
from ordercancel.policies import CONECT, QOO10
from ordercancel.rules.reasons import Catalogue
from ordercancel.rules.sources import OwnRule
from samples import faults_of, opened

JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")

STATUSES = {
    "conect": ["発注済", "受注済", "出荷済", "取引中止"],
    "qoo10": ["新規注文", "配送要請", "配送遅延", "配送中", "配送完了", "キャンセル完了"],
}
"""In the order of their charts."""

REFUSALS = {
    "conect": {
        "channel_excluded": "channel",
        "seller_does_not_permit": "seller does not permit",
        "already_shipped": "shipped",
        "already_cancelled": "discontinued already",
        "rejected_before": "after a request was rejected",
        "withdrawal_not_offered": "taken back",
    },
    "qoo10": {
        "request_open": "already open",
        "no_open_request": "no open cancellation request",
        "not_affirmed": "Do you reject it?",
        "instant_cannot_be_rejected": "new or delayed order cannot be rejected",
        "only_approval_left": "only be approved",
        "rejected_before": "once it was rejected",
        "withdrawn_before": "after a request was withdrawn",
        "already_shipped": "has been shipped",
        "already_cancelled": "cancelled already",
        "answer_first": "answer it before you ship",
        "not_late": "has not passed yet",
        "withdrawal_not_offered": "taken back only by answering",
    },
}

NOTIFICATIONS = {
    "conect": {
        ("referred", "seller"): ("mail", "Cancellation requested", "requests to cancel"),
        ("approved", "buyer"): ("mail", "has been cancelled", "was approved"),
        ("rejected", "buyer"): ("mail", "could not be cancelled", "was rejected"),
        ("superseded", "buyer"): ("mail", "Shipped before", "was shipped while"),
        ("withdrawn", "seller"): ("mail", "request withdrawn", "withdrew"),
    },
    "qoo10": {
        ("referred", "seller"): ("app", "Cancellation requested", "The buyer asks to cancel"),
        ("granted_at_once", "buyer"): ("app mail", "Cancelled", "has been cancelled."),
        ("granted_at_once", "seller"): ("app mail", "Cancelled", "as the buyer asked"),
        ("approved", "buyer"): ("app mail", "Cancelled", "Your request was approved"),
        ("approved_by_silence", "buyer"): ("app mail", "Cancelled", "has been cancelled."),
        ("approved_by_silence", "seller"): ("app mail", "Cancelled", "because it is delayed"),
        ("rejected", "buyer"): ("app mail", "Not cancelled", "was rejected"),
        ("withdrawal_asked", "buyer"): ("app mail", "Please withdraw", "asks you to withdraw"),
        ("withdrawal_held", "seller"): ("app", "Withdrawal held", "holds on"),
        ("withdrawn", "seller"): ("app", "Request withdrawn", "withdrew"),
        ("superseded", "buyer"): ("app mail", "Shipped", "was shipped"),
    },
}
"""By occasion and reader: the media, and words of the subject and of the body."""

LABELS = {
    "conect": {
        ("referred", "buyer"): "キャンセルリクエスト中",
        ("referred", "seller"): "発注者がキャンセルを希望しています",
        ("approved", "buyer"): "キャンセルリクエストが承認され取引停止されました",
        ("approved", "seller"): "取引中止",
        ("rejected", "buyer"): "キャンセルできませんでした",
        ("rejected", "seller"): "キャンセルのリクエストを却下しました。",
        ("superseded", "buyer"): "出荷されたため、キャンセルできませんでした",
    },
    "qoo10": {
        ("referred", "buyer"): "キャンセル要請中",
        ("referred", "seller"): "キャンセル・処理要請",
        ("withdrawal_asked", "buyer"): "キャンセルの撤回要請",
        ("withdrawal_asked", "seller"): "撤回要請",
        ("withdrawal_held", "buyer"): "キャンセル要請中(撤回保留)",
        ("withdrawal_held", "seller"): "撤回保留",
        ("rejected", "buyer"): "キャンセル拒否",
        ("rejected", "seller"): "キャンセル拒否完了",
    },
}
"""The first line of what each side reads after an occasion."""

COUNTERS = {
    "conect": [
        ("awaiting_seller", "キャンセルリクエスト", "発注者がキャンセルを希望しています"),
    ],
    "qoo10": [
        ("awaiting_seller", "キャンセル要請", "キャンセル・処理要請"),
        ("withdrawal_asked", "撤回要請", "キャンセル・撤回要請"),
        ("withdrawal_held", "撤回保留", "キャンセル・撤回保留"),
        ("rejected", "キャンセル拒否完了", "キャンセル拒否完了"),
    ],
}

REASONS = {
    "conect's buyer": (
        CONECT.request_reasons,
        {
            "wrong_item": "間違い",
            "wrong_quantity": "数量",
            "duplicate_order": "重複",
            "delivery_date": "納期",
            "no_longer_needed": "不要",
            "other": "その他",
        },
    ),
    "qoo10's buyer": (
        QOO10.request_reasons,
        {
            "order_cancellation": "キャンセル",
            "changed_mind": "都合",
            "ordered_by_mistake": "間違い",
            "late_delivery": "遅れ",
            "other": "その他",
        },
    ),
    "qoo10's seller": (
        QOO10.rejection_reasons,
        {
            "shipped": "商品発送完了",
            "ready_to_ship": "発送準備完了",
            "made_to_order": "注文制作商品",
            "other": "その他",
        },
    ),
}
"""By list: words of each reason's label, in the order in which people see them."""

of_both = pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])
of_each_list = pytest.mark.parametrize(("reasons", "labels"), REASONS.values(), ids=REASONS)


def texts_in(value: object) -> Iterator[Text]:
    """Every text in a value, however deep; reasons for rules of ours may quote the document."""
    if isinstance(value, OwnRule):
        return
    if isinstance(value, Text):
        yield value
    elif isinstance(value, Mapping):
        yield from texts_in(list(value.values()))
    elif attrs.has(type(value)):
        yield from texts_in([getattr(value, each.name) for each in attrs.fields(type(value))])
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for each in value:
            yield from texts_in(each)


@of_both
def test_each_text_is_in_its_language(policy: Policy) -> None:
    read = (policy.title, policy.wording, policy.request_reasons, policy.rejection_reasons)
    texts = list(texts_in(read))
    assert len(texts) > 30
    assert [text for text in texts if not JAPANESE.search(text.ja)] == []
    assert [text for text in texts if JAPANESE.search(text.en)] == []


@of_both
def test_statuses_are_called_as_the_chart_draws_them(policy: Policy) -> None:
    drawn = {state.id: state.name for state in policy.orders.states}
    assert list(drawn.values()) == STATUSES[policy.name]
    assert {status: text.ja for status, text in policy.wording.statuses.items()} == drawn


@pytest.mark.parametrize("audience", ["buyer", "seller"])
@of_both
def test_both_sides_read_the_status_where_nobody_asked(policy: Policy, audience: str) -> None:
    for status, text in policy.wording.statuses.items():
        case = opened(policy, status=status)
        assert label(case, policy, audience, "ja") == text.ja
        assert label(case, policy, audience, "en") == text.en


@of_both
def test_each_refusal_has_its_sentence(policy: Policy) -> None:
    expected = REFUSALS[policy.name]
    assert set(policy.wording.refusals) == set(expected)
    assert [code for code in expected if expected[code] not in policy.refusal_text(code).en] == []


@of_both
def test_each_occasion_reaches_its_reader_in_its_words(policy: Policy) -> None:
    expected = NOTIFICATIONS[policy.name]
    sent = [(each.on, each.to, " ".join(each.media)) for each in policy.wording.notifications]
    assert sorted(sent) == sorted((*key, media) for key, (media, _, _) in expected.items())
    for each in policy.wording.notifications:
        _, subject, body = expected[each.on, each.to]
        assert subject in each.subject.en
        assert body in each.body.en


@of_both
def test_each_side_reads_where_the_request_stands(policy: Policy) -> None:
    lines = [((each.on, each.to), each.text.ja.splitlines()[0]) for each in policy.wording.labels]
    assert sorted(lines) == sorted(LABELS[policy.name].items())


@of_both
def test_the_numbers_of_the_queue_stand_in_the_documents_order(policy: Policy) -> None:
    counters = [(each.status, each.label.ja, each.state.ja) for each in policy.wording.counters]
    assert counters == COUNTERS[policy.name]


def test_the_help_article_shows_no_grid() -> None:
    """Its headings are left to the shop; those of Qoo10 are compared with the guide."""
    assert dict(CONECT.wording.columns) == {}
    assert list(QOO10.wording.columns)[:2] == ["state", "completed_at"]


@of_each_list
def test_reasons_are_listed_in_order(reasons: Catalogue, labels: Mapping[str, str]) -> None:
    assert reasons.codes == tuple(labels)
    assert [each.code for each in reasons.reasons if labels[each.code] not in each.label.ja] == []


@pytest.mark.parametrize("policy", [CONECT, QOO10])
def test_a_buyers_reason_has_no_hint(policy: Policy) -> None:
    assert [each.hint for each in policy.request_reasons.reasons if each.hint is not None] == []


@of_each_list
def test_all_but_sonota_stand_alone(reasons: Catalogue, labels: Mapping[str, str]) -> None:
    """Every other reason is chosen without a text, and refuses one of any length."""
    for code in labels.keys() - {"other"}:
        assert faults_of(reasons, code, None) == []
        for text in ("あ", "あ" * 20, "あ" * 30):
            problem = f"is given with reason '{code}'"
            fault = ("x.text", problem, "no text, or one of: other")
            assert faults_of(reasons, code, text) == [fault]


@pytest.mark.parametrize(
    ("code", "problem"), [(None, "is missing"), ("no_reason", "'no_reason' is unknown")]
)
@of_each_list
def test_one_reason_is_required(
    reasons: Catalogue, labels: Mapping[str, str], code: str | None, problem: str
) -> None:
    """Who chooses none is told all of them. Words are not enough."""
    fault = ("x.reason", problem, f"one of: {', '.join(labels)}")
    assert faults_of(reasons, code, "あ" * 30) == [fault]
