"""CO-NECT's bounds of what people choose and write, and what it is called."""

from __future__ import annotations

import pytest

from ordercancel import AskWithdrawal, InvalidValue, Text, decide
from ordercancel.policies import CONECT
from samples import SELLER, faults_of, jst, opened

NOON = jst(15, 12)


class TestTitle:
    def test_the_policy_has_its_title(self) -> None:
        """People call the policy by its name and by what it is for."""
        assert CONECT.title == Text("CO-NECT(卸売の受発注)", "CO-NECT (wholesale ordering)")

    def test_the_document_has_its_title(self) -> None:
        """The one document behind the policy is the help article on the buying side's requests."""
        titles = [document.title for document in CONECT.documents]
        assert titles == ["CO-NECT ヘルプ: 発注側のキャンセルリクエスト機能"]


class TestRequestReasons:
    def test_nothing_is_said_before_the_buyer_chooses(self) -> None:
        """The help article has no word of warning for the buyer."""
        assert CONECT.request_reasons.notice is None

    @pytest.mark.parametrize("text", ["あ", "あ" * 20])
    def test_sonota_takes_one_to_twenty_characters(self, text: str) -> None:
        """With その他 the buyer writes 1 to 20 characters, both inclusive."""
        assert faults_of(CONECT.request_reasons, "other", text) == []

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
        assert faults_of(CONECT.request_reasons, "other", text) == [("x.text", problem, expected)]


class TestRejectionReasons:
    def test_there_is_no_list_and_no_notice(self) -> None:
        """The seller rejects with words of his own, and nothing is said before he writes."""
        assert CONECT.rejection_reasons.codes == ()
        assert CONECT.rejection_reasons.notice is None

    @pytest.mark.parametrize("text", [None, "", "あ", "あ" * 20])
    def test_up_to_twenty_characters_or_none(self, text: str | None) -> None:
        """The text is optional, 0 to 20 characters, both inclusive."""
        assert faults_of(CONECT.rejection_reasons, None, text) == []

    def test_twenty_one_are_too_many(self) -> None:
        """Who writes more is told the bounds: none to 20."""
        assert faults_of(CONECT.rejection_reasons, None, "あ" * 21) == [
            ("x.text", "has 21 visible characters", "0 to 20 visible characters")
        ]

    def test_no_reason_can_be_named(self) -> None:
        """A code is refused, as there is nothing to choose from."""
        assert faults_of(CONECT.rejection_reasons, "other", "あ") == [
            ("x.reason", "is given", "no reason code, only a text")
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
