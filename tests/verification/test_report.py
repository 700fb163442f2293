"""What a report says, to people and to programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import attrs
from examples.half_hour_shop import SHOP

from ordercancel import Order, RequestCancellation, Text
from ordercancel.policies import CONECT
from ordercancel.policy import CANCEL, Rule, Waiver, seller, status
from ordercancel.verification import Kind, Means, Proof, Report, verify
from ordercancel.verification.scenario import lines_of
from verification.planted import reported, shop

RECALLS = shop(
    plus=[
        Rule(
            "recalls",
            on=RequestCancellation,
            when=seller & status.is_in("shipped"),
            effect=CANCEL,
        )
    ]
)
"""The shop with a rule that grants what the lifecycle has no move for, and so never decides."""

ORDER = {
    "order": {
        "id": "o-1",
        "policy": "shop",
        "status": "shipped",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": "2024-04-01T10:00:00+02:00",
    }
}
REQUEST = {
    "at": "2024-04-01T10:00:00+02:00",
    "do": "request",
    "order_id": "o-1",
    "by": "seller:s-1",
    "reason": "out_of_stock",
}
PROBLEM = {
    "ja": "ルールは認めるが、状態「shipped」の注文にはその操作がない。",
    "en": "The rule grants what the lifecycle has no move for in 'shipped'.",
}


class TestTheText:
    def test_is_in_english(self) -> None:
        """What was tried, what is worth knowing, and each fault with its scenario."""
        lines = reported(RECALLS).text("en").splitlines()
        assert lines[0] == "shop (shop, edition 1)"
        assert lines[1].startswith("Checked: 1,")
        assert lines[1].endswith(" cases that can be reached, 665 steps")
        assert lines[2] == (
            "Note: seller_silent and not_shipped can be due at one moment; "
            "seller_silent fires first."
        )
        assert lines[3] == "2 faults were found."
        assert lines[5] == "1. permit_without_move — recalls"
        assert lines[6] == f"   {PROBLEM['en']}"
        assert [json.loads(line) for line in lines[7:9]] == [ORDER, REQUEST]
        assert str(reported(RECALLS)) == reported(RECALLS).text("en")

    def test_is_in_japanese(self) -> None:
        """The same, with the same scenarios."""
        lines = reported(RECALLS).text("ja").splitlines()
        assert lines[0] == "shop（shop 第1版）"
        assert lines[3] == "不備が 2 件見つかりました。"
        assert lines[6] == f"   {PROBLEM['ja']}"

    def test_says_that_nothing_is_wrong(self) -> None:
        """In both languages, in the last line."""
        report = verify(SHOP)
        assert report.ok
        assert report.text("en").splitlines()[-1] == "No fault was found."
        assert report.text("ja").splitlines()[-1] == "不備は見つかりませんでした。"

    def test_counts_one_fault(self) -> None:
        """In the singular."""
        one = shop(waivers=[Waiver("hole:nothing", "nothing of the kind")])
        assert "\n1 fault was found.\n" in reported(one).text("en")

    def test_says_that_only_a_part_was_tried(self) -> None:
        """So many of so many combinations; nothing is said to be complete."""
        report = verify(SHOP, sample=20, seed=1)
        assert report.sampled
        assert report.text("en").splitlines()[1].startswith("Sampled: ")
        assert " of 1,242 combinations of facts, " in report.text("en")
        assert "\n抜き取り検査：事実の組み合わせ 1,242 通りのうち " in report.text("ja")


class TestTheDictionary:
    def test_has_what_programs_need(self) -> None:
        """Every number, and every fault with its languages and its scenario."""
        report = reported(RECALLS).as_dict()
        assert {name: report[name] for name in ("policy", "edition", "ok", "sampled")} == {
            "policy": "shop",
            "edition": "1",
            "ok": False,
            "sampled": False,
        }
        assert report["combinations"] == sum(report["combinations_by_command"].values())
        assert report["steps"] == 665
        assert report["waived"] == []
        assert report["faults"][0] == {
            "kind": "permit_without_move",
            "subject": "recalls",
            "problem": PROBLEM,
            "scenario": [ORDER, REQUEST],
        }

    def test_can_be_written_as_json(self) -> None:
        """Nothing is lost on the way: strings, numbers, flags, lists and dictionaries."""
        for policy in (RECALLS, CONECT):
            report = verify(policy).as_dict()
            assert json.loads(json.dumps(report)) == report


def doubtful() -> Report:
    """The report of the shop, as if something of it were not proved."""
    proofs = (
        Proof(Kind.HOLE, (Means.SOLVER,)),
        Proof(Kind.NOT_TOLD, (Means.INDUCTION,), (Text("何か。", "something."),)),
    )
    return attrs.evolve(verify(SHOP), proofs=proofs)


class TestWhatIsNotProved:
    def test_is_told_beside_what_was_found(self) -> None:
        """By its kind, with what is in doubt."""
        report = doubtful()
        assert not report.is_proved
        assert "\nNot proved: not_told: something.\n" in report.text("en")
        assert "\n未証明：not_told：何か。\n" in report.text("ja")

    def test_is_told_to_programs(self) -> None:
        """With the solver among the versions, where it had a part."""
        told = doubtful().as_dict()
        assert told["proved"] is False
        assert told["proofs"][1] == {
            "kind": "not_told",
            "by": ["induction"],
            "left": [{"ja": "何か。", "en": "something."}],
        }
        assert "z3-solver" in told["versions"]
        assert "z3-solver" not in verify(SHOP).as_dict()["versions"]


class TestTheFaults:
    def test_are_in_the_order_of_their_kinds(self) -> None:
        """Whatever was found first: rules before outcomes, outcomes before texts."""
        kinds = [fault.kind for fault in reported(RECALLS).faults]
        assert kinds == [Kind.PERMIT_WITHOUT_MOVE, Kind.NEVER_DECIDES]

    def test_are_each_a_file_for_replay(self) -> None:
        """A comment that says what it shows, then a line of JSON for each line."""
        fault = reported(RECALLS).faults[0]
        comment, *lines = fault.jsonl.splitlines()
        assert comment == f"# permit_without_move recalls: {PROBLEM['en']}"
        assert [json.loads(line) for line in lines] == [ORDER, REQUEST]
        assert fault.jsonl.endswith("}\n")

    def test_do_not_change_from_one_time_to_the_next(self) -> None:
        """The same policy gives the same report."""
        assert verify(RECALLS).as_dict() == verify(RECALLS).as_dict()


KINDS = [
    "permits_disagree",
    "fees_disagree",
    "permit_without_move",
    "never_decides",
    "never_determined",
    "hole",
    "no_reason",
    "own_request",
    "referred_in_a_circle",
    "unanswerable",
    "invariant_broken",
    "instant_and_rejectable",
    "deadline_never_runs",
    "deadline_never_fires",
    "deadline_impossible",
    "deadline_runs_on",
    "deadlines_loop",
    "not_told",
    "text_missing",
    "reason_unmeetable",
    "waives_nothing",
]


def test_a_kind_of_fault_is_a_plain_string() -> None:
    """For programs that read reports, and for waivers."""
    assert [*Kind] == KINDS


def test_a_scenario_says_since_when_an_order_stands_in_its_status() -> None:
    """Where that is not when it was placed; times are in the policy's zone."""
    placed_at = datetime(2024, 4, 10, 10, 0, tzinfo=UTC)
    order = Order(
        "o-1",
        policy="shop",
        status="packed",
        buyer="b-1",
        seller="s-1",
        placed_at=placed_at,
        status_since=placed_at + timedelta(hours=2),
    )
    (line,) = lines_of(SHOP, "o-2", order, ())
    assert line["order"]["id"] == "o-2"
    assert line["order"]["placed_at"] == "2024-04-10T12:00:00+02:00"
    assert line["order"]["status_since"] == "2024-04-10T14:00:00+02:00"
