"""Qoo10's bounds of what people choose and write, and what it is called."""

from __future__ import annotations

import pytest

from ordercancel import (
    AskWithdrawal,
    InvalidValue,
    RequestCancellation,
    Text,
    decide,
    evolve,
)
from ordercancel.policies import QOO10
from samples import BUYER, SELLER, faults_of, jst, opened

ID = "762544202"
NOON = jst(15, 12)


class TestTitle:
    def test_the_policy_has_its_title(self) -> None:
        """People call the policy by its name and by what it is for."""
        assert QOO10.title == Text("Qoo10(マーケットプレイス)", "Qoo10 (marketplace)")

    def test_the_document_has_its_title(self) -> None:
        """The one document behind the policy is the guide to rejecting a cancellation."""
        titles = [document.title for document in QOO10.documents]
        assert titles == ["Qoo10 J·QSM ガイド: キャンセル要請の拒否"]


class TestRequestReasons:
    def test_nothing_is_said_before_the_buyer_chooses(self) -> None:
        """The guide warns the seller, not the buyer."""
        assert QOO10.request_reasons.notice is None

    @pytest.mark.parametrize(
        "text", [None, "", "あ", "あ" * 500], ids=["missing", "none", "one", "five hundred"]
    )
    def test_sonota_takes_up_to_five_hundred_characters_or_none(self, text: str | None) -> None:
        """With その他 the buyer may write 1 to 500 characters, both inclusive, and need not."""
        assert faults_of(QOO10.request_reasons, "other", text) == []

    def test_five_hundred_and_one_are_too_many(self) -> None:
        """Who writes more is told the bounds."""
        assert faults_of(QOO10.request_reasons, "other", "あ" * 501) == [
            ("x.text", "has 501 visible characters", "1 to 500 visible characters")
        ]


class TestRejectionReasons:
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
        assert faults_of(QOO10.rejection_reasons, "other", text) == []

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
        assert faults_of(QOO10.rejection_reasons, "other", text) == [("x.text", problem, expected)]


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
