"""`ordercancel diff` and `ordercancel rules --format json` as a person runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ordercancel.cli.main import main

Written = Callable[[str], str]

SHOP = "examples.half_hour_shop:SHOP"

EDITIONS = """
import attrs
from examples.half_hour_shop import SHOP
from ordercancel.policies import conect
from ordercancel.policy import PolicyBook, Texts, hours, requested_at

NO_SECOND_TIME = conect(edition="2", may_ask_again=False)

silent, late = SHOP.deadlines
LATER = attrs.evolve(
    SHOP,
    edition="2",
    deadlines=(attrs.evolve(silent, due=requested_at + hours(48)), late),
    texts=Texts(refusals={"answer_first": "Answer before shipping."}),
)
GERMAN, JAPANESE = (attrs.evolve(SHOP, edition=lang, languages=(lang,)) for lang in ("de", "ja"))
TODAY = PolicyBook([SHOP, conect()])
TOMORROW = PolicyBook([LATER, conect()])
"""

LARGE = """
import attrs
from examples.half_hour_shop import SHOP
from ordercancel.policy import Forbid, Number, RequestCancellation, Rule

facts = tuple(Number(f"number_{n}") for n in range(8))
rules = tuple(
    Rule(
        f"t.{fact.name}",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=fact.is_known & (fact > 5),
    )
    for fact in facts
)
LARGE = attrs.evolve(SHOP, facts=facts, rules=(*SHOP.rules, *rules))
"""


class TestDiff:
    def test_of_the_same_is_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit status 0."""
        assert main(["diff", "conect", "conect", "--by", "enumeration"]) == 0
        first, second, third = capsys.readouterr().out.splitlines()
        assert first == "conect 1 → conect 1"
        assert second.endswith(" combinations of facts were tried; 0 are answered differently.")
        assert third.endswith(": equal")

    def test_of_two_editions_is_what_they_answer_differently(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 1."""
        name = f"{written(EDITIONS)}:NO_SECOND_TIME"
        assert main(["diff", "conect", name, "--by", "enumeration", "--lang", "en"]) == 1
        told = capsys.readouterr().out
        assert " combinations of facts were tried; 768 are answered differently.\n" in told
        assert (
            ": the buyer: stricter; the seller, an operator of CO-NECT, the system: equal\n"
            in told
        )
        assert "  → refuse (rejected_before) — conect.no_second_request\n" in told
        assert main(["diff", "conect", name, "--lang", "ja"]) == 1
        assert "\nキャンセルリクエスト (RequestCancellation): " in capsys.readouterr().out

    def test_is_told_to_programs(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = f"{written(EDITIONS)}:NO_SECOND_TIME"
        assert main(["diff", "conect", name, "--format", "json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["before"]["edition"], told["after"]["edition"]) == ("1", "2")
        (buyer,) = (each for each in told["answers"] if each["relation"] != "equal")
        assert (buyer["command"], buyer["role"]) == ("RequestCancellation", "buyer")
        assert (buyer["relation"], buyer["changes"][0]["code"]) == ("stricter", "rejected_before")

    def test_of_two_books_is_that_of_the_policies_that_both_have(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """By their names, the latest edition of each."""
        name = written(EDITIONS)
        assert main(["diff", f"{name}:TODAY", f"{name}:TOMORROW", "--format", "json"]) == 1
        shops, conects = json.loads(capsys.readouterr().out)
        assert [each["after"] for each in (shops, conects)] == [
            {"policy": "shop", "edition": "2"},
            {"policy": "conect", "edition": "1"},
        ]
        assert (len(shops["parts"]), conects["parts"]) == (3, [])

    def test_names_deadlines_reasons_and_texts(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What no rule answers differently, and people notice all the same."""
        assert main(["diff", SHOP, f"{written(EDITIONS)}:LATER", "--lang", "en"]) == 1
        assert capsys.readouterr().out.splitlines()[3:] == [
            'deadlines[seller_silent].due.ja: "リクエストの1日後" → "リクエストの2日後"',
            'deadlines[seller_silent].due.en: "1 d after the request" → "2 d after the request"',
            'texts.refusals.answer_first.text.en: "answer first" → "Answer before shipping."',
        ]

    def test_of_two_marketplaces_is_told_as_far_as_they_can_be_compared(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["diff", "conect", "qoo10", "--lang", "en"]) == 1
        told = capsys.readouterr().out
        assert "Only conect 1 has order status: placed, accepted, discontinued\n" in told
        assert 'orders.cancelled: "discontinued" → "cancelled"\n' in told

    @pytest.mark.parametrize(
        ("environment", "names", "asked", "first", "lacks", "has"),
        [
            ("en_GB", ("SHOP", "JAPANESE"), (), "Proved", "shop ja", "ja"),
            ("ja_JP", ("SHOP", "JAPANESE"), (), "事実", "shop 1", "en"),
            ("ja_JP", ("SHOP", "JAPANESE"), ("--lang", "en"), "Proved", "shop ja", "ja"),
            ("en_GB", ("JAPANESE", "GERMAN"), (), "Proved", "shop ja", "ja"),
            ("ja_JP", ("SHOP", "GERMAN"), (), "Proved", "shop 1", "en"),
        ],
    )
    def test_of_two_without_a_common_language_says_which_is_lacking(
        self,
        environment: str,
        names: tuple[str, str],
        asked: tuple[str, ...],
        first: str,
        lacks: str,
        has: str,
        written: Written,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """It follows the environment, else it is in the first language of the new policy."""
        monkeypatch.setenv("LC_ALL", environment)
        module = written(EDITIONS)
        main(["diff", *(f"{module}:{name}" for name in names), *asked])
        shown = capsys.readouterr()
        assert shown.out.splitlines()[1].startswith(first)
        (note,) = shown.err.splitlines()
        assert lacks in note
        assert note.endswith(f"shown in: {has}" if first == "Proved" else f"示します：{has}")

    @pytest.mark.parametrize("names", [("bazaar", "conect"), ("conect", "bazaar")])
    def test_of_what_is_no_policy_is_not_started(
        self, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["diff", *names])
        assert stopped.value.code == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "no policy 'bazaar'" in told.err

    def test_writes_scenarios_to_replay_under_either(
        self, written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One of each difference that an order can meet when it is registered."""
        name = f"{written(EDITIONS)}:NO_SECOND_TIME"
        folder = tmp_path / "changes"
        assert main(["diff", "conect", name, "--scenarios", str(folder)]) == 1
        files = sorted(folder.iterdir())
        assert [each.name for each in files] == [
            "01-stricter.jsonl",
            "02-other_code.jsonl",
            "03-other_code.jsonl",
        ]
        capsys.readouterr()
        for policy, ok in (("conect", True), (name, False)):
            assert main(["replay", "--policy", policy, str(files[0])]) == 0
            assert json.loads(capsys.readouterr().out.splitlines()[-1])["ok"] is ok

    def test_of_too_much_to_try_is_not_started(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        large = f"{written(LARGE)}:LARGE"
        assert main(["diff", SHOP, large, "--by", "enumeration"]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "are too many to try them all" in told.err

    def test_of_too_much_to_try_is_proved(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """By a solver, without trying."""
        large = f"{written(LARGE)}:LARGE"
        assert main(["diff", SHOP, large, "--by", "solver", "--lang", "en"]) == 1
        told = capsys.readouterr().out
        assert "Proved by the solver of all 75,500,136 combinations of facts.\n" in told
        assert "(RequestCancellation): the buyer, the seller: stricter; " in told

    def test_by_a_solver_that_is_missing_names_the_extra(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "z3", None)
        with pytest.raises(SystemExit) as stopped:
            main(["diff", "conect", "conect", "--by", "solver"])
        assert stopped.value.code == 2
        assert "pip install 'ordercancel[prove]'" in capsys.readouterr().err


class TestRulesForPrograms:
    def test_are_the_whole_policy(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "qoo10", "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["name"], told["zone"]) == ("qoo10", "Asia/Tokyo")
        (instant,) = (rule for rule in told["rules"] if rule["id"] == "qoo10.instant_new")
        assert (instant["basis"], instant["clauses"]) == ("says", ["qoo10.1.instant-new"])
        assert instant["effect"] == "cancel"

    def test_are_written_in_japanese_as_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Not in escapes; indented, for people who look at it."""
        assert main(["rules", "conect", "--format", "json"]) == 0
        told = capsys.readouterr().out
        assert '\n    "ja": "CO-NECT（卸売の受発注）",\n' in told

    def test_are_markdown_otherwise(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "qoo10", "--format", "markdown", "--lang", "en"]) == 0
        assert "`qoo10.instant_new`" in capsys.readouterr().out
