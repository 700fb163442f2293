"""What a report says, to people and to programs."""

from __future__ import annotations

import json

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel.domain.texts import Text
from ordercancel.policies import CONECT
from ordercancel.verification import Kind, verify
from verification.planted import edited

TWO_AT_A_TIME = edited(SHOP, without=["shop.one_at_a_time"])
"""The shop with one fault: nothing forbids a second request while one is open."""

BLAMED = attrs.evolve(
    edited(SHOP, without=["shop.one_at_a_time", "shop.only_the_buyer_asks"]), title=Text("店", "")
)
"""The shop with three faults of three kinds."""

ORDER = {
    "order": {
        "id": "o-1",
        "policy": "half-hour-shop",
        "status": "placed",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": "2024-04-01T10:00:00+09:00",
    }
}
REQUEST = {
    "at": "2024-04-01T10:30:00+09:00",
    "do": "request",
    "order_id": "o-1",
    "by": "buyer:b-1",
    "reason": "changed_mind",
}

ENGLISH = """\
The half-hour shop (half-hour-shop, edition 2026)
Checked: 1,230 combinations of facts, 44 cases that can be reached, 46 steps
Note: Rules that decide in no case that can be reached, and stand by: shop.no_withdrawal on \
AnswerWithdrawal
1 fault was found.

1. permit_without_move — shop.later
   The rule grants what a chart has no move for.
   {"order": {"id": "o-1", "policy": "half-hour-shop", "status": "placed", "buyer": "b-1", \
"seller": "s-1", "placed_at": "2024-04-01T10:00:00+09:00"}}
   {"at": "2024-04-01T10:30:00+09:00", "do": "request", "order_id": "o-1", "by": "buyer:b-1", \
"reason": "changed_mind"}
   {"at": "2024-04-01T10:30:00+09:00", "do": "request", "order_id": "o-1", "by": "buyer:b-1", \
"reason": "changed_mind"}
"""

JAPANESE = """\
30分の店 (half-hour-shop, 版 2026)
検査済み: 事実の組み合わせ 1,230 通り、到達しうる案件 44 件、操作 46 回
参考: 到達しうる案件では結果を左右しないルール(万一に備えるもの): shop.no_withdrawal on \
AnswerWithdrawal
不備が 1 件見つかりました。

1. permit_without_move — shop.later
   ルールは認めるが、状態遷移図にその操作がない。
"""


class TestTheText:
    def test_is_in_english(self) -> None:
        """What was tried, what is worth knowing, and each fault with its scenario."""
        report = verify(TWO_AT_A_TIME)
        assert report.text("en") == ENGLISH
        assert str(report) == ENGLISH

    def test_is_in_japanese(self) -> None:
        """The same, and the scenario is the same file in both languages."""
        scenario = ENGLISH[ENGLISH.index('   {"order"') :]
        assert verify(TWO_AT_A_TIME).text("ja") == JAPANESE + scenario

    def test_says_that_nothing_is_wrong(self) -> None:
        """In both languages, in the last line."""
        report = verify(SHOP)
        assert report.ok
        assert report.text("en").splitlines()[-1] == "No fault was found."
        assert report.text("ja").splitlines()[-1] == "不備は見つかりませんでした。"

    def test_counts_the_faults(self) -> None:
        """One fault, or several."""
        report = verify(BLAMED)
        assert "\n3 faults were found.\n" in report.text("en")
        assert "\n不備が 3 件見つかりました。\n" in report.text("ja")

    def test_says_that_only_a_part_was_tried(self) -> None:
        """So many of so many combinations; nothing is said to be complete."""
        report = verify(SHOP, sample=20, seed=1)
        assert report.sampled
        assert report.text("en").splitlines()[1].startswith("Sampled: ")
        assert " of 1,848 combinations of facts, " in report.text("en")
        assert "\n抜き取り検査: 事実の組み合わせ 1,848 通りのうち " in report.text("ja")


class TestTheDictionary:
    def test_has_what_programs_need(self) -> None:
        """Every number, and every fault with both languages and its scenario."""
        assert verify(TWO_AT_A_TIME).as_dict() == {
            "policy": "half-hour-shop",
            "edition": "2026",
            "ok": False,
            "sampled": False,
            "combinations": 1_230,
            "combinations_by_command": {
                "RequestCancellation": 486,
                "Approve": 216,
                "Reject": 72,
                "Withdraw": 24,
                "AskWithdrawal": 24,
                "AnswerWithdrawal": 48,
                "AdvanceOrder": 36,
                "ApplyDeadline": 324,
            },
            "possible": 1_848,
            "cases": 44,
            "steps": 46,
            "faults": [
                {
                    "kind": "permit_without_move",
                    "subject": "shop.later",
                    "problem": {
                        "ja": "ルールは認めるが、状態遷移図にその操作がない。",
                        "en": "The rule grants what a chart has no move for.",
                    },
                    "scenario": [ORDER, REQUEST, REQUEST],
                }
            ],
            "notes": [
                {
                    "ja": (
                        "到達しうる案件では結果を左右しないルール(万一に備えるもの): "
                        "shop.no_withdrawal on AnswerWithdrawal"
                    ),
                    "en": (
                        "Rules that decide in no case that can be reached, and stand by: "
                        "shop.no_withdrawal on AnswerWithdrawal"
                    ),
                }
            ],
        }

    def test_can_be_written_as_json(self) -> None:
        """Nothing is lost on the way: strings, numbers, flags, lists and dictionaries."""
        for policy in (BLAMED, CONECT):
            told = verify(policy).as_dict()
            assert json.loads(json.dumps(told)) == told


class TestTheFaults:
    def test_are_in_the_order_of_their_kinds(self) -> None:
        """Whatever was found first: rules before outcomes, outcomes before texts."""
        report = verify(BLAMED)
        assert [fault.kind for fault in report.faults] == [
            Kind.PERMIT_WITHOUT_MOVE,
            Kind.SILENCE,
            Kind.TEXT_MISSING,
        ]
        assert not report.ok

    def test_are_each_a_file_for_replay(self) -> None:
        """A comment that says what it shows, then a line of JSON for each line."""
        (found,) = verify(TWO_AT_A_TIME).faults
        comment, *lines = found.jsonl.splitlines()
        assert comment == (
            "# permit_without_move shop.later: The rule grants what a chart has no move for."
        )
        assert [json.loads(line) for line in lines] == [ORDER, REQUEST, REQUEST]
        assert found.jsonl.endswith("}\n")

    def test_do_not_change_from_one_time_to_the_next(self) -> None:
        """The same policy gives the same report."""
        assert verify(BLAMED).as_dict() == verify(BLAMED).as_dict()


KINDS = [
    "permits_disagree",
    "permit_without_move",
    "never_decides",
    "silence",
    "unanswerable",
    "law_broken",
    "instant_and_rejectable",
    "deadline_never_starts",
    "deadline_never_acts",
    "deadline_refused",
    "text_missing",
    "reason_unmeetable",
    "uncited",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_fault_is_a_plain_string(kind: str) -> None:
    """For programs that read reports."""
    assert Kind(kind) == kind
    assert len(Kind) == len(KINDS)
