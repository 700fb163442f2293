"""The pages of both documents: every sentence accounted for, with what the rules answer."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from ordercancel.explain import markdown_page
from ordercancel.explain.survey import Survey
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.qoo10 import qoo10
from ordercancel.policy import Policy

HERE = Path(__file__).parent
POLICIES = {policy.name: policy for policy in (CONECT, QOO10)}


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], str]:
    """Both pages in both languages."""
    surveys = {name: Survey(policy) for name, policy in POLICIES.items()}
    return {
        (name, lang): markdown_page(policy, lang, survey=surveys[name])
        for name, policy in POLICIES.items()
        for lang in policy.languages
    }


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_no_word_of_the_document_is_passed_over(policy: Policy) -> None:
    """What is quoted in clauses, and what is remarked that nothing follows from, is all of it.

    Numbers of lists and of the example are left out.
    """
    text = (HERE.parent / "documents" / f"{policy.name}.txt").read_text(encoding="utf-8")
    (document,) = policy.documents
    pieces = [piece for clause in document.clauses for piece in clause.text.split(" … ")]
    pieces += [line for remark in document.remarks for line in remark.lines]
    assert [piece for piece in pieces if piece not in text] == []
    passed = [True] * len(text)
    for piece in pieces:
        for found in re.finditer(re.escape(piece), text):
            passed[found.start() : found.end()] = [False] * len(piece)
    left = "".join(each if is_left else " " for each, is_left in zip(text, passed, strict=True))
    assert re.findall(r"[^\W\d①-⑨]+", left) in ([], ["OK", "OK"])


@pytest.mark.parametrize(
    ("name", "lang", "lines"),
    [
        (
            "conect",
            "ja",
            [
                "原文80件（文・見出し・画面の項目）すべての扱いを示します。",
                "- ルールとした文：11件",
            ],
        ),
        (
            "qoo10",
            "en",
            [
                "Of 107 sentences, headings and fields of the document, 107 are accounted for.",
                "- of these, a part is not checked by this system: 1",
            ],
        ),
    ],
)
def test_every_sentence_is_accounted_for_and_counted(
    pages: dict[tuple[str, str], str], name: str, lang: str, lines: list[str]
) -> None:
    printed = pages[name, lang].splitlines()
    assert [line for line in lines if line not in printed] == []
    assert "何も導かれない" not in pages[name, lang]
    assert "nothing follows from it" not in pages[name, lang]


def beside(page: str, quote: str) -> str:
    """What stands beside a sentence."""
    return page.partition(f"> {quote}")[2].partition("\n#### ")[0]


def test_what_cannot_be_seen_is_said_not_to_be_checked(pages: dict[tuple[str, str], str]) -> None:
    assert "- **確認しない** — 「虚偽の発送処理を行っていることが確認された場合」：" in beside(
        pages["qoo10", "ja"], "キャンセル拒否後は該当注文の発送処理を"
    )


def test_other_takes_30_to_500_characters(pages: dict[tuple[str, str], str]) -> None:
    """qoo10.3.other-30: 29 and 501 are refused, and so is the hint itself."""
    told = beside(pages["qoo10", "ja"], "※理由「その他」を選択した場合は")
    refused, bounds = "× **受け付けない**", "30文字以上500文字以内で入力してください。"
    hint = "案内文ではなく、理由を入力してください。"
    for line in (
        f"| 「その他」に29文字 | {refused} | {bounds}（現在29文字） |",
        "| 「その他」に30文字 | ○ **受け付ける** |  |",
        "| 「その他」に500文字 | ○ **受け付ける** |  |",
        f"| 「その他」に501文字 | {refused} | {bounds}（現在501文字） |",
        f"| 「その他」に案内文をそのまま入力 | {refused} | {hint} |",
    ):
        assert f"\n{line}\n" in told


def test_a_late_order_is_cancelled_at_once_from_the_day_after(
    pages: dict[tuple[str, str], str],
) -> None:
    """qoo10.1.instant-delayed: on the day itself the seller decides, on the day after nobody."""
    told = beside(pages["qoo10", "ja"], "入力された発送予定日までに")
    day = "お客様が「キャンセルを要請する」（注文の状態：配送要請、発送予定日 3月31日、現在日時："
    assert f"| {day}3月31日 23:59:59） | △ **ショップが判断** |" in told
    assert f"| {day}4月1日 00:00） | ○ **即時キャンセル** |" in told


def test_a_rejected_order_is_to_be_shipped_on_the_same_day(
    pages: dict[tuple[str, str], str],
) -> None:
    """qoo10.1.ship-same-day: until the end of the day."""
    told = beside(pages["qoo10", "en"], "キャンセル拒否後は該当注文の発送処理を")
    start = "| the answer to the request 1 April 10:00, now"
    assert f"{start} 1 April 23:59:59 | **not yet** |" in told
    assert f"{start} 2 April 00:00 | **due** | it is marked not shipped on the day" in told


def test_other_takes_1_to_20_characters(pages: dict[tuple[str, str], str]) -> None:
    """conect.1-1.other-20."""
    told = beside(pages["conect", "en"], "「その他」を選択した場合はキャンセル理由")
    for n, verdict in ((0, "× **not"), (1, "○ **"), (20, "○ **"), (21, "× **not")):
        assert f"| “Other” with {n} characters | {verdict}" in told


def test_what_bars_everybody_is_told_at_once(pages: dict[tuple[str, str], str]) -> None:
    """conect.0.channel and conect.0.permitted are in the first of the five sentences."""
    assert (
        "1. **Who**: The buyer may ask to cancel an order. Not if channel is not known, or if "
        "channel is not mail or order form, or if the seller does not permit cancellation "
        "requests, which are off until they do.\n"
    ) in pages["conect", "en"]


def test_orders_of_other_channels_are_refused(pages: dict[tuple[str, str], str]) -> None:
    """conect.0.channel: by form and by mail they are the seller's to decide."""
    told = beside(pages["conect", "ja"], "※この機能は発注フォームを通じたご注文で")
    assert "（注文経路：電話） | × **できない** | この経路のご注文では" in told
    by_form = "発注側が「キャンセルリクエスト」（注文経路：発注フォーム・メール発注）"
    assert f"| {by_form} | △ **受注側が判断** |" in told


def test_a_page_shows_no_message_that_cannot_come_about(
    pages: dict[tuple[str, str], str],
) -> None:
    """Nothing is approved by itself under the guide as it is read: only with the switch."""
    automatic = "was approved automatically"
    assert automatic not in pages["qoo10", "en"]
    assert "cancelled by itself)" not in pages["qoo10", "en"]
    switched = markdown_page(qoo10(edition="2", late_while_open="approved"), "en")
    assert automatic in switched
    assert "_(if cancelled at once, or if cancelled by itself)_" in switched


def test_what_another_system_reports_is_on_the_page(pages: dict[tuple[str, str], str]) -> None:
    """An order that is reported as shipped closes the request: picture, message and label."""
    page = pages["qoo10", "en"]
    assert "n0 --> n6: reported as Shipped / Delivered\n" in page
    assert "| Closed without an answer<br> _(if it has been shipped)_ | the buyer<br>" in page
    by_status = "| the buyer / the seller | (the status of the order) |  |\n"
    assert f"| Closed without an answer {by_status}" in page
    assert f"| Closed without an answer {by_status}" in pages["conect", "en"]


def test_what_may_be_done_points_at_what_was_refused_above(
    pages: dict[tuple[str, str], str],
) -> None:
    assert "○ **キャンセル拒否** _（上記の場合を除く）_" in pages["qoo10", "ja"]


def test_both_sentences_after_a_button_say_when_they_appear(
    pages: dict[tuple[str, str], str],
) -> None:
    after = "（判断を待つ場合）キャンセルを要請しました。ショップの回答をお待ちください。"
    at_once = "（即時キャンセルの場合）ご注文のキャンセルが完了しました。"
    assert f"{after}<br>{at_once} |\n" in pages["qoo10", "ja"]


def test_an_english_page_says_what_the_document_calls_it(
    pages: dict[tuple[str, str], str],
) -> None:
    """Subjects stand as they are sent in Japanese, statuses beside their codes."""
    page = pages["conect", "en"]
    assert "<br>_【受発注システム CO-NECT】オーダーがキャンセルされました_<br>" in page
    assert "`discontinued` Discontinued (取引中止)\n" in page
    assert "`withdrawal_declined` Withdrawal held (撤回保留) " in pages["qoo10", "en"]


def test_late_is_marked_and_decides_nothing(pages: dict[tuple[str, str], str]) -> None:
    """The five sentences do not deny the deadlines of the table."""
    assert (
        "期限を過ぎると「当日発送処理なし」・「対応期日超過」として記録されますが、"
        "自動で承認・拒否されることはありません。"
    ) in pages["qoo10", "ja"]


ENGLISH = {"CO", "NECT", "FAX", "Qoo10", "J", "QSM", "OK", "TOP", "Asia", "Tokyo", "ID"}
"""Names, and words of the documents' own."""


@pytest.mark.parametrize("name", POLICIES)
def test_nothing_english_and_no_code_is_on_the_japanese_page(
    pages: dict[tuple[str, str], str], name: str
) -> None:
    """But in the chapters of the switches and of the ids, and where a document says so itself."""
    page = re.sub(r"```.*?```", "", pages[name, "ja"], flags=re.DOTALL)
    page = page.partition("\n## 原文に定めがないため、当方で決めた事項\n")[0]
    remarks = [line for each in POLICIES[name].documents[0].remarks for line in each.lines]
    told = unescape(re.sub(r"<br>|'\w+\\?_?\w*'", " ", page)).replace("\\", "")
    lines = [
        line
        for line in told.splitlines()
        if not line.startswith(">") and line.removeprefix("- ") not in remarks
    ]
    words = {word for line in lines for word in re.findall(r"[A-Za-z][A-Za-z0-9]*", line)}
    assert words - ENGLISH == set()
    assert re.findall(r"[=≠<>]=?", "\n".join(lines)) == []


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_rule_of_the_library_stands_once(
    pages: dict[tuple[str, str], str], name: str, lang: str
) -> None:
    for each in ("own_request", "answer", "advance", "one_open_request"):
        assert pages[name, lang].count(f"`standard.{each}`") == 1


def test_a_page_keeps_to_the_terms_of_its_document(pages: dict[tuple[str, str], str]) -> None:
    """要請 and お客様 are Qoo10's, リクエスト and 発注側 are CO-NECT's."""
    conect = re.sub("^>.*", "", pages["conect", "ja"], flags=re.MULTILINE)
    assert re.findall("要請|購入者|販売者", conect) == []
    qoo10 = pages["qoo10", "ja"].replace("キャンセルリクエスト", "")
    assert re.findall("リクエスト|購入者|販売者", qoo10) == []
