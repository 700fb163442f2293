"""What people read of both policies: complete, in the right language, and in its own place.

The documents' own words are compared in `test_conect` and `test_qoo10`, clause by clause. Here
each text of ours is known by a few words that no other text of its kind has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import attrs
import pytest

from ordercancel import Policy, Reject, RequestCancellation, Text, label
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Reason
from ordercancel.rules import standard_texts
from ordercancel.rules.sources import Citation, OwnRule
from samples import opened

JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")

STATUSES = {
    "conect": ["発注済", "受注済", "出荷済", "取引中止"],
    "qoo10": ["新規注文", "配送要請", "配送遅延", "配送中", "配送完了", "キャンセル完了"],
}
"""In the order of their charts."""

REFUSALS = {
    "conect": {
        "channel_excluded": "this channel",
        "request_open": "is open already",
        "seller_does_not_permit": "seller does not permit",
        "already_shipped": "shipped",
        "already_cancelled": "discontinued already",
        "rejected_before": "after a request was rejected",
        "answer_first": "approve or reject it before you ship",
    },
    "qoo10": {
        "request_open": "is open already",
        "no_open_request": "no open cancellation request",
        "stale_request": "there is a newer one",
        "own_request": "for others to answer",
        "not_asked": "No withdrawal was asked for",
        "asked_already": "wait for the buyer's answer",
        "not_cancellable": "in its present status",
        "not_affirmed": "Do you reject it?",
        "instant_cannot_be_rejected": "its cancellation cannot be rejected",
        "only_approval_left": "only be approved",
        "rejected_before": "once it was rejected",
        "withdrawn_before": "after a request was withdrawn",
        "already_shipped": "has been shipped",
        "already_cancelled": "cancelled already",
        "answer_first": "this has to wait",
        "not_late": "has not passed yet",
    },
}

NOTIFICATIONS = {
    "conect": [
        ("pending", "seller", "mail", "Cancellation requested", "requests to cancel"),
        ("approved", "buyer", "mail", "has been cancelled", "was approved"),
        ("rejected", "buyer", "mail", "could not be cancelled", "could not be cancelled"),
        ("superseded", "buyer", "mail", "Shipped before", "before your request was answered"),
        ("superseded", "seller", "mail", "request closed", "counts as shipped now"),
        ("withdrawn", "seller", "mail", "request withdrawn", "withdrew"),
    ],
    "qoo10": [
        ("pending", "seller", "app", "A buyer asks to cancel", "Please look at it"),
        ("approved", "buyer", "app mail", "Your order is cancelled", "is cancelled."),
        ("approved", "seller", "app mail", "Cancelled at once", "as the buyer asked"),
        ("approved", "buyer", "app mail", "Your order is cancelled", "approved your request"),
        ("approved", "seller", "app mail", "for the delay", "approved automatically"),
        ("rejected", "buyer", "app mail", "was not cancelled", "could not be cancelled"),
        ("rejected", "seller", "app", "to be shipped today", "ship it on this very day"),
        ("missed", "seller", "app", "Not shipped in time", "Please ship it at once"),
        ("overdue", "seller", "app", "still unanswered", "is still open"),
        ("withdrawal_asked", "buyer", "app mail", "Please withdraw", "asks you to withdraw"),
        ("withdrawal_declined", "seller", "app", "keeps the request", "does not withdraw"),
        ("withdrawn", "seller", "app", "was withdrawn", "withdrew"),
        ("superseded", "buyer", "app mail", "Shipped before", "was shipped"),
        ("superseded", "seller", "app", "request is closed", "counts as shipped now"),
    ],
}
"""By what happened and the reader: the media, and words of the subject and of the body."""

LABELS = {
    "conect": [
        ("pending", "buyer", "キャンセルリクエスト中"),
        ("pending", "seller", "発注者がキャンセルを希望しています"),
        ("approved", "buyer", "キャンセルリクエストが承認され取引停止されました"),
        ("approved", "seller", "取引中止"),
        ("rejected", "buyer", "キャンセルできませんでした"),
        ("rejected", "seller", "キャンセルのリクエストを却下しました。"),
    ],
    "qoo10": [
        ("pending", "buyer", "キャンセル要請中"),
        ("pending", "seller", "キャンセル・処理要請"),
        ("withdrawal_asked", "buyer", "キャンセルの撤回要請"),
        ("withdrawal_asked", "seller", "撤回要請"),
        ("withdrawal_declined", "buyer", "キャンセル要請中（撤回保留）"),
        ("withdrawal_declined", "seller", "撤回保留"),
        ("rejected", "buyer", "キャンセル拒否"),
        ("missed", "seller", "キャンセル拒否完了（当日発送処理なし）"),
        ("rejected", "seller", "キャンセル拒否完了"),
    ],
}
"""The first line of what each side reads."""

COUNTERS = {
    "conect": [
        ("pending", "キャンセルリクエスト", "発注者がキャンセルを希望しています"),
    ],
    "qoo10": [
        ("open", "キャンセルリクエスト", None),
        ("refund_open", "キャンセル中", None),
        ("pending", "キャンセル要請", "キャンセル・処理要請"),
        ("withdrawal_asked", "撤回要請", "キャンセル・撤回要請"),
        ("withdrawal_declined", "撤回保留", "キャンセル・撤回保留"),
        ("rejected", "キャンセル拒否完了", "キャンセル拒否完了"),
        ("missed", "当日発送処理なし", None),
    ],
}

REASONS: dict[str, tuple[Policy, tuple[Reason, ...], list[tuple[str, str]]]] = {
    "conect's buyer": (
        CONECT,
        CONECT.reasons_for(RequestCancellation),
        [
            ("wrong_item", "商品の間違い"),
            ("wrong_quantity", "数量の間違い"),
            ("duplicate_order", "重複発注"),
            ("delivery_date", "納期が合わない"),
            ("no_longer_needed", "不要になった"),
            ("other", "その他"),
        ],
    ),
    "qoo10's buyer": (
        QOO10,
        QOO10.reasons_for(RequestCancellation),
        [
            ("order_cancellation", "注文キャンセル"),
            ("changed_mind", "お客様のご都合"),
            ("ordered_by_mistake", "注文間違い"),
            ("late_delivery", "配送の遅れ"),
            ("other", "その他"),
        ],
    ),
    "qoo10's seller": (
        QOO10,
        QOO10.reasons_for(Reject),
        [
            ("shipped", "商品発送完了"),
            ("ready_to_ship", "発送準備完了"),
            ("made_to_order", "注文制作商品"),
            ("other", "その他"),
        ],
    ),
}
"""By list: the codes and labels of its reasons, in the order in which people see them."""

MOVES = {
    "conect": {"accept": "受注", "ship": "出荷"},
    "qoo10": {
        "plan_shipping": "発送予定日の入力",
        "mark_delayed": "配送遅延への変更",
        "ship": "発送処理",
        "deliver": "配送完了",
    },
}

FOREIGN = {
    "conect": ("要請", "ショップ", "お客様", "販売者"),
    "qoo10": ("受注側", "発注側", "リクエスト"),
}
"""Terms of the other document: CO-NECT speaks of リクエスト, 発注側 and 受注側."""

of_both = pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])


def texts_in(value: object) -> Iterator[Text]:
    """Every text in a value, however deep; reasons for rules of ours may quote the document."""
    if isinstance(value, OwnRule | Citation):
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


def read_of(policy: Policy) -> list[Text]:
    """Every text of a policy that people read."""
    return list(texts_in((policy.title, policy.texts, policy.notifications, policy.reasons)))


@of_both
def test_each_text_is_in_its_language(policy: Policy) -> None:
    texts = read_of(policy)
    assert len(texts) > 30
    assert [text for text in texts if text.languages != ("ja", "en")] == []
    names = {"FAX", "OK", "――――――――――\nQoo10"}  # the document's own, in either language
    assert [text for text in texts if not JAPANESE.search(text["ja"])] == [
        text for text in texts if text["ja"] in names
    ]
    assert [text for text in texts if JAPANESE.search(text["en"])] == []


@of_both
def test_a_policy_keeps_to_the_terms_of_its_document(policy: Policy) -> None:
    front = {"キャンセルリクエスト"} if policy is QOO10 else set()
    texts = [text["ja"] for text in read_of(policy) if text["ja"] not in front]
    assert [text for text in texts for word in FOREIGN[policy.name] if word in text] == []


NARROW = re.compile("[\u3041-\u30ff\u4e00-\u9fff][:(]|[)][\u3041-\u30ff\u4e00-\u9fff]")


def test_japanese_has_one_width_of_colons_and_brackets() -> None:
    """The wide one, but where a document is quoted, or its subject carried on."""
    ours = list(texts_in([each for name, each in vars(standard_texts).items() if name.isupper()]))
    for policy in (CONECT, QOO10):
        settled = [
            (clause.reading, [gap.settled for gap in clause.decided])
            for document in policy.documents
            for clause in document.clauses
        ]
        ours += [*read_of(policy), *texts_in(settled)]
    quoted = "".join(
        clause.text
        for policy in (CONECT, QOO10)
        for document in policy.documents
        for clause in document.clauses
    )
    assert len(ours) > 250
    assert [
        line
        for text in ours
        for line in text["ja"].splitlines()
        if NARROW.search(line) and line not in quoted and not line.endswith("({buyer_name})")
    ] == []


def test_the_policies_have_their_titles() -> None:
    assert CONECT.title == Text("CO-NECT（卸売の受発注）", "CO-NECT (wholesale ordering)")
    assert QOO10.title == Text("Qoo10（マーケットプレイス）", "Qoo10 (marketplace)")


@of_both
def test_statuses_are_called_as_the_chart_draws_them(policy: Policy) -> None:
    assert list(policy.orders.names.values()) == STATUSES[policy.name]
    called = {status: policy.status_text(status)["ja"] for status in policy.orders.statuses}
    assert called == dict(policy.orders.names)


@of_both
def test_moves_have_words(policy: Policy) -> None:
    assert {move: policy.move_text(move)["ja"] for move in policy.orders.moves} == (
        MOVES[policy.name]
    )


@pytest.mark.parametrize("audience", ["buyer", "seller"])
@of_both
def test_both_sides_read_the_status_where_nobody_asked(policy: Policy, audience: str) -> None:
    for status in policy.orders.statuses:
        case, text = opened(policy, status=status), policy.status_text(status)
        assert label(case, policy, audience, "ja") == text["ja"]
        assert label(case, policy, audience, "en") == text["en"]


@of_both
def test_each_refusal_has_its_sentence(policy: Policy) -> None:
    expected = REFUSALS[policy.name]
    assert set(policy.texts.refusals) == set(expected)
    read = {code: policy.refusal_text(code)["en"] for code in expected}
    assert [code for code in expected if expected[code] not in read[code]] == []


@of_both
def test_each_change_reaches_its_reader_in_its_words(policy: Policy) -> None:
    sent = policy.notifications
    expected = NOTIFICATIONS[policy.name]
    assert [(each.on, each.to, " ".join(each.media)) for each in sent] == [
        each[:3] for each in expected
    ]
    for each, (*_, subject, body) in zip(sent, expected, strict=True):
        assert subject in policy.text(each.subject)["en"]
        assert body in policy.text(each.body)["en"]


@of_both
def test_each_side_reads_where_the_request_stands(policy: Policy) -> None:
    lines = [
        (each.on, each.to, policy.text(each.text)["ja"].splitlines()[0]) for each in policy.labels
    ]
    assert lines == LABELS[policy.name]


@of_both
def test_the_numbers_of_the_queue_stand_in_the_documents_order(policy: Policy) -> None:
    counters = [
        (
            each.on,
            policy.text(each.label)["ja"],
            None if each.state is None else policy.text(each.state)["ja"],
        )
        for each in policy.counters
    ]
    assert counters == COUNTERS[policy.name]


def test_the_help_article_shows_no_grid() -> None:
    """Its headings are left to the shop; those of Qoo10 are compared with the guide."""
    assert dict(CONECT.texts.columns) == {}
    assert list(QOO10.texts.columns)[:2] == ["state", "completed_at"]


@pytest.mark.parametrize(("policy", "reasons", "labels"), REASONS.values(), ids=REASONS)
def test_reasons_are_listed_in_order_and_all_but_sonota_stand_alone(
    policy: Policy, reasons: tuple[Reason, ...], labels: list[tuple[str, str]]
) -> None:
    assert [(each.code, policy.reason_text(each)["ja"]) for each in reasons] == labels
    assert [each.code for each in reasons if each.text is not None] == ["other"]
    assert [each.code for each in reasons if each.hint is not None] in ([], ["other"])
