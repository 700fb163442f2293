"""`ordercancel verify` as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ordercancel.cli.main import main

Written = Callable[[str], str]

SHOP = "examples.half_hour_shop:SHOP"

FAULTY = """
import attrs
from examples.half_hour_shop import SHOP

rules = tuple(rule for rule in SHOP.rules if rule.id != "shop.one_at_a_time")
FAULTY = attrs.evolve(SHOP, rules=rules)
"""
"""A policy with one fault, and what is found of it."""

LARGE = """
import attrs
from examples.half_hour_shop import SHOP, TERMS
from ordercancel import RequestCancellation, Rule, Text
from ordercancel.policy import Forbid
from ordercancel.rules.facts import attribute_choice

facts = tuple(
    attribute_choice(f"trait_{n}", Text("特徴", "trait"), tuple("abcdef")) for n in range(8)
)
rules = tuple(
    Rule(
        f"shop.{fact.name}",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=fact.is_known & fact.is_in("a"),
        cites=TERMS,
    )
    for fact in facts
)
LARGE = attrs.evolve(SHOP, facts=facts, rules=(*SHOP.rules, *rules))
"""

INVARIANTS = """
from ordercancel import Text
from ordercancel.domain.events import RequestRejected
from ordercancel.verification.invariants import Invariant

never_rejected = Invariant(
    "shop.never_rejected",
    Text("拒否されることはない", "nothing is rejected"),
    lambda step: not any(isinstance(event, RequestRejected) for event in step.events),
)
always = Invariant("shop.always", Text("常に", "always"), lambda step: True)
BROKEN = [never_rejected]
KEPT = (always,)
NONE = [len]
"""


def stopped(*arguments: str) -> int | str | None:
    """The exit status of a command that could not be started."""
    with pytest.raises(SystemExit) as stopped:
        main(["verify", *arguments])
    return stopped.value.code


class TestASoundPolicy:
    def test_is_told_in_japanese_unless_asked_otherwise(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 0: nothing was found."""
        assert main(["verify", "conect"]) == 0
        assert capsys.readouterr().out == (
            "CO-NECT(卸売の受発注) (conect, 版 1)\n"
            "検査済み: 事実の組み合わせ 4,488 通り、到達しうる案件 86 件、操作 178 回\n"
            "参考: 到達しうる案件では結果を左右しないルール(万一に備えるもの): "
            "conect.no_asking_to_withdraw on AnswerWithdrawal\n"
            "不備は見つかりませんでした。\n"
        )

    def test_is_told_in_english(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["verify", SHOP, "--lang", "en"]) == 0
        assert capsys.readouterr().out == (
            "The half-hour shop (half-hour-shop, edition 2026)\n"
            "Checked: 1,230 combinations of facts, 44 cases that can be reached, 46 steps\n"
            "Note: Rules that decide in no case that can be reached, and stand by: "
            "shop.no_withdrawal on AnswerWithdrawal\n"
            "No fault was found.\n"
        )

    def test_is_told_to_programs(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["verify", "qoo10", "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["policy"], told["ok"], told["sampled"]) == ("qoo10", True, False)
        assert (told["combinations"], told["cases"], told["steps"]) == (16_344, 829, 2_098)
        assert told["faults"] == []

    def test_writes_no_scenario(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The folder is made all the same, and stays empty."""
        folder = tmp_path / "scenarios"
        assert main(["verify", SHOP, "--scenarios", str(folder)]) == 0
        assert list(folder.iterdir()) == []


class TestAFaultyPolicy:
    def test_is_told_with_its_faults(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 1: something was found."""
        name = written(FAULTY)
        assert main(["verify", f"{name}:FAULTY", "--lang", "en"]) == 1
        told = capsys.readouterr()
        assert "\n1 fault was found.\n\n1. permit_without_move — shop.later\n" in told.out
        assert "   The rule grants what a chart has no move for.\n" in told.out
        assert told.err == ""
        assert main(["verify", f"{name}:FAULTY"]) == 1
        assert "\n不備が 1 件見つかりました。\n" in capsys.readouterr().out

    def test_is_told_to_programs(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["verify", f"{written(FAULTY)}:FAULTY", "--format", "json"]) == 1
        (fault,) = json.loads(capsys.readouterr().out)["faults"]
        assert (fault["kind"], fault["subject"]) == ("permit_without_move", "shop.later")
        assert [list(line)[-1] for line in fault["scenario"]] == ["order", "reason", "reason"]

    def test_leaves_a_scenario_of_each_fault_that_replays(
        self, written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The folder is made, also within others that are not there yet."""
        name = f"{written(FAULTY)}:FAULTY"
        folder = tmp_path / "found" / "today"
        assert main(["verify", name, "--scenarios", str(folder)]) == 1
        (file,) = folder.iterdir()
        assert file.name == "01-permit_without_move.jsonl"
        assert file.read_text(encoding="utf-8").startswith("# permit_without_move shop.later: ")
        capsys.readouterr()
        assert main(["replay", str(file), "--policy", name]) == 0
        asked, again = map(json.loads, capsys.readouterr().out.splitlines())
        assert (asked["ok"], again["codes"]) == (True, ["no_such_move"])

    def test_can_not_leave_them_where_a_file_is(
        self, written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "taken").write_text("")
        assert main(["verify", SHOP, "--scenarios", str(tmp_path / "taken")]) == 2
        assert "taken" in capsys.readouterr().err


class TestLawsOfOnesOwn:
    def test_that_are_broken_are_faults(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        invariants = f"{written(INVARIANTS)}:BROKEN"
        assert main(["verify", SHOP, "--invariants", invariants, "--lang", "en"]) == 1
        told = capsys.readouterr().out
        assert "\n1. law_broken — shop.never_rejected\n   Broken: nothing is rejected.\n" in told

    def test_that_are_kept_are_none(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A tuple does as well as a list."""
        assert (
            main(["verify", SHOP, "--invariants", f"{written(INVARIANTS)}:KEPT", "--lang", "en"])
            == 0
        )
        assert capsys.readouterr().out.endswith("No fault was found.\n")

    @pytest.mark.parametrize(
        ("attribute", "problem"),
        [
            ("NONE", ":NONE' is a list; expected a list of Invariant"),
            ("always", ":always' is a Invariant; expected a list of Invariant"),
            ("Invariant", ":Invariant' is a type; expected a list of Invariant"),
            ("SOME", " has no 'SOME'; expected MODULE:ATTRIBUTE"),
        ],
    )
    def test_that_are_no_laws_are_named(
        self,
        attribute: str,
        problem: str,
        written: Written,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert stopped(SHOP, "--invariants", f"{written(INVARIANTS)}:{attribute}") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert problem in told.err

    def test_of_a_module_that_is_not_there_are_named(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert stopped(SHOP, "--invariants", "no_such_module:INVARIANTS") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "cannot import 'no_such_module': ModuleNotFoundError" in told.err


class TestASample:
    def test_is_of_so_many(self, written: Written, capsys: pytest.CaptureFixture[str]) -> None:
        """What is too much to try whole is tried in part."""
        name = f"{written(LARGE)}:LARGE"
        assert main(["verify", name, "--sample", "50", "--lang", "en"]) == 0
        told = capsys.readouterr().out
        assert "\nSampled: " in told
        assert " of 3,735,592,248 combinations of facts, " in told

    def test_is_the_same_for_the_same_seed(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def told(seed: str) -> Any:
            options = ["--sample", "50", "--seed", seed, "--format", "json"]
            main(["verify", name, *options])
            return json.loads(capsys.readouterr().out)

        name = f"{written(LARGE)}:LARGE"
        assert told("1") == told("1")
        assert told("1")["sampled"]
        assert told("1") != told("2")

    @pytest.mark.parametrize("count", ["0", "-1"])
    def test_is_of_one_at_least(self, count: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert stopped(SHOP, f"--sample={count}") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert f"--sample: is {count}; expected a whole number from 1 on" in told.err

    @pytest.mark.parametrize("count", ["many", "1.5", ""])
    def test_is_of_a_whole_number(self, count: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Whatever is written, it is told what would be right."""
        assert stopped(SHOP, f"--sample={count}") == 2
        assert "expected a whole number from 1 on" in capsys.readouterr().err


BROKEN_MODULES = [
    ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ("raise RuntimeError('closed today')", "RuntimeError: closed today"),
    ("POLICY = (", "SyntaxError: "),
    (
        "import attrs, examples.half_hour_shop as shop\nattrs.evolve(shop.SHOP, cancel_move='x')",
        "InvalidPolicy: Policy half-hour-shop.cancel_move: is 'x'; expected one of: ship, cancel",
    ),
]


class TestWhatCanNotBeStarted:
    @pytest.mark.parametrize(
        ("text", "problem"), BROKEN_MODULES, ids=["import", "error", "syntax", "invalid"]
    )
    def test_may_be_a_module_that_fails(
        self, text: str, problem: str, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 2, a line on standard error, and nothing on standard output."""
        name = written(text)
        assert stopped(f"{name}:POLICY") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"ordercancel: cannot import {name!r}: {problem}")

    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("bazaar", "no policy 'bazaar'; expected one of: conect, qoo10; or MODULE:ATTRIBUTE"),
            ("json:NOTHING", "'json' has no 'NOTHING'; expected MODULE:ATTRIBUTE"),
            ("json:loads", "'json:loads' is a function; expected a Policy"),
            ("examples.half_hour_shop:TERMS", "is a OwnRule; expected a Policy"),
            (":SHOP", "cannot import '': "),
            (".half_hour_shop:SHOP", "cannot import '.half_hour_shop': "),
        ],
    )
    def test_may_be_a_name_of_no_policy(
        self, name: str, problem: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert stopped(name) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert problem in told.err

    def test_may_be_too_large(self, written: Written, capsys: pytest.CaptureFixture[str]) -> None:
        """With the facts that make it so, and what would help."""
        assert stopped(f"{written(LARGE)}:LARGE") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("ordercancel: 3,735,592,248 combinations or cases are too many")
        assert "RequestCancellation" in told.err
        assert "trait_7 (7)" in told.err
        assert "--sample N" in told.err
