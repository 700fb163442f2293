"""`ordercancel verify` as a person runs it."""

from __future__ import annotations

import json
import re
import sys
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
from ordercancel.policy import Waiver, own_rule

told = tuple(each for each in SHOP.notifications if each.on != "withdrawn")
FAULTY = attrs.evolve(SHOP, notifications=told)
fault = "not_told:withdrawn to seller by buyer"
MEANT = attrs.evolve(FAULTY, waivers=[Waiver(fault, own_rule("sellers look at the list"))])
"""
"""A policy with one fault, and one where it is meant."""

LARGE = """
import attrs
from examples.half_hour_shop import SHOP
from ordercancel.policy import Choice, Forbid, RequestCancellation, Rule

facts = tuple(Choice(f"trait_{n}", values=tuple("abcdef")) for n in range(8))
rules = tuple(
    Rule(
        f"t.{fact.name}",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=fact.is_known & fact.is_in("a"),
    )
    for fact in facts
)
LARGE = attrs.evolve(SHOP, facts=facts, rules=(*SHOP.rules, *rules))
"""

INVARIANTS = """
from ordercancel import RequestStatus, Text
from ordercancel.domain.events import RequestClosed
from ordercancel.verification import Invariant

never_rejected = Invariant(
    "shop.never_rejected",
    Text("拒否されることはない", "nothing is rejected"),
    lambda step: not any(
        isinstance(event, RequestClosed) and event.outcome is RequestStatus.REJECTED
        for event in step.events
    ),
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
    def test_is_told_in_japanese_where_the_environment_is(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Exit status 0: nothing was found."""
        monkeypatch.setenv("LANG", "ja_JP.UTF-8")
        assert main(["verify", "conect"]) == 0
        title, size, *_, last = capsys.readouterr().out.splitlines()
        assert title == "CO-NECT（卸売の受発注）（conect 第1版）"
        assert re.fullmatch(
            "検査済み：事実の組み合わせ [0-9,]+ 通り、到達しうる案件 [0-9,]+ 件、操作 [0-9,]+ 回",
            size,
        )
        assert last == "不備は見つかりませんでした。"

    def test_is_told_in_english(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["verify", SHOP]) == 0
        title, size, note, last = capsys.readouterr().out.splitlines()
        assert title == "shop (shop, edition 1)"
        assert re.fullmatch(
            "Checked: [0-9,]+ combinations of facts, [0-9,]+ cases that can be reached, "
            "[0-9,]+ steps",
            size,
        )
        assert note == (
            "Note: seller_silent and not_shipped can be due at one moment; "
            "seller_silent fires first."
        )
        assert last == "No fault was found."

    def test_is_told_to_programs_with_what_was_waived(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["verify", f"{written(FAULTY)}:MEANT", "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["policy"], told["ok"], told["sampled"]) == ("shop", True, False)
        assert told["combinations"] == sum(told["combinations_by_command"].values()) > 1_000
        assert told["steps"] > told["cases"] > 80
        assert told["faults"] == []
        assert told["waived"] == [
            {
                "id": "not_told:withdrawn to seller by buyer",
                "basis": "own",
                "clauses": [],
                "rationale": {"en": "sellers look at the list"},
            }
        ]

    def test_shows_people_what_was_waived(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A fault that is meant is none."""
        assert main(["verify", f"{written(FAULTY)}:MEANT"]) == 0
        told = capsys.readouterr().out
        assert "\nWaived: not_told:withdrawn to seller by buyer\nNo fault was found.\n" in told

    def test_writes_no_scenario(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The folder is made all the same, and stays empty."""
        folder = tmp_path / "scenarios"
        assert main(["verify", SHOP, "--scenarios", str(folder)]) == 0
        assert list(folder.iterdir()) == []


class TestAReportToFile:
    def test_is_written_as_a_page(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """In the language that is asked for; nothing is printed."""
        file = tmp_path / "conect.report.html"
        options = ["--format", "html", "--lang", "ja", "-o", str(file)]
        assert main(["verify", "conect", *options]) == 0
        assert capsys.readouterr().out == ""
        page = file.read_text(encoding="utf-8")
        assert page.startswith('<!doctype html>\n<html lang="ja">')
        assert "<h1>CO-NECT（卸売の受発注）：検査報告</h1>" in page

    def test_is_written_for_programs(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the digest, and for each kind of faults by which means what was shown."""
        file = tmp_path / "report.json"
        assert main(["verify", SHOP, "--format", "json", "-o", str(file)]) == 0
        assert capsys.readouterr().out == ""
        report = json.loads(file.read_text(encoding="utf-8"))
        assert re.fullmatch("[0-9a-f]{16}", report["digest"])
        assert report["proved"] is True
        assert {"kind": "hole", "by": ["walk"], "left": []} in report["proofs"]
        assert [*report["versions"]] == ["python", "ordercancel", "attrs", "python-statemachine"]

    def test_of_a_fault_is_written_all_the_same(
        self, written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 1, as without a file."""
        file = tmp_path / "report.txt"
        assert main(["verify", f"{written(FAULTY)}:FAULTY", "-o", str(file)]) == 1
        assert capsys.readouterr().out == ""
        assert "\n1 fault was found.\n" in file.read_text(encoding="utf-8")

    def test_is_a_page_of_one_policy(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 2 for a book of several, and the names of what is in it."""
        book = written(
            "from examples.flea_market import FLEA_MARKET\n"
            "from examples.half_hour_shop import SHOP\nBOTH = [SHOP, FLEA_MARKET]"
        )
        assert stopped(f"{book}:BOTH", "--format", "html") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "expected a name of one of them" in told.err

    def test_can_not_be_written_into_a_folder_that_is_not_there(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 2, and the file is named."""
        assert main(["verify", SHOP, "-o", str(tmp_path / "none" / "report.html")]) == 2
        assert "report.html" in capsys.readouterr().err


class TestAFaultyPolicy:
    def test_is_told_with_its_faults(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 1: something was found."""
        name = written(FAULTY)
        assert main(["verify", f"{name}:FAULTY"]) == 1
        told = capsys.readouterr()
        assert "\n1 fault was found.\n\n1. not_told — withdrawn to seller by buyer\n" in told.out
        assert (
            "   The seller is not told that the buyer made the request 'withdrawn'.\n" in told.out
        )
        assert told.err == ""

    def test_is_told_to_programs(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["verify", f"{written(FAULTY)}:FAULTY", "--format", "json"]) == 1
        (fault,) = json.loads(capsys.readouterr().out)["faults"]
        assert (fault["kind"], fault["subject"]) == ("not_told", "withdrawn to seller by buyer")
        order, *steps = fault["scenario"]
        assert list(order) == ["order"]
        assert [step["do"] for step in steps] == ["request", "withdraw"]

    def test_leaves_a_scenario_of_each_fault_that_replays(
        self, written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The folder is made, also within others that are not there yet."""
        name = f"{written(FAULTY)}:FAULTY"
        folder = tmp_path / "found" / "today"
        assert main(["verify", name, "--scenarios", str(folder)]) == 1
        (file,) = folder.iterdir()
        assert file.name == "01-not_told.jsonl"
        assert file.read_text(encoding="utf-8").startswith(
            "# not_told withdrawn to seller by buyer: "
        )
        capsys.readouterr()
        assert main(["replay", str(file), "--policy", name]) == 0
        asked, withdrawn = map(json.loads, capsys.readouterr().out.splitlines())
        assert [each["audience"] for each in asked["messages"]] == ["seller"]
        assert (withdrawn["request_status"], withdrawn["messages"]) == ("withdrawn", [])

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
        assert "\n1. invariant_broken — shop.never_rejected\n" in told
        assert "nothing is rejected" in told

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
        assert main(["verify", name, "--sample", "20", "--lang", "en"]) == 0
        told = capsys.readouterr().out
        assert re.search("\nSampled: [0-9,]+ of [0-9]+,[0-9,]+,[0-9,]+ combinations of ", told)

    def test_is_the_same_for_the_same_seed(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def told(seed: str) -> Any:
            options = ["--sample", "20", "--seed", seed, "--format", "json"]
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
        "import attrs, examples.half_hour_shop as shop\nattrs.evolve(shop.SHOP, zone='Nowhere')",
        "InvalidPolicy: Policy shop.zone: ",
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
            ("bazaar", "no policy 'bazaar'; expected one of: conect, qoo10; or MODULE:BOOK"),
            ("json:NOTHING", "'json' has no 'NOTHING'; expected MODULE:ATTRIBUTE"),
            ("json:loads", "'json:loads' is of type function; expected a Policy"),
            ("examples.half_hour_shop:unshipped", "is of type IsIn; expected a Policy"),
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
        assert stopped(f"{written(LARGE)}:LARGE", "--by", "enumeration") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "combinations of facts are too many" in told.err
        assert "RequestCancellation" in told.err
        assert "trait_7 (7)" in told.err
        assert "--sample N, or more by --most-combinations N and --most-cases N" in told.err

    def test_may_be_asked_of_a_solver(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Of one that is too large it is, and it proves it."""
        assert main(["verify", f"{written(LARGE)}:LARGE", "--lang", "en"]) == 0
        told = capsys.readouterr().out
        assert "combinations of facts by a solver, 90 cases of orders that it picked" in told
        assert "Not proved" not in told

    def test_is_not_all_right_where_something_is_left(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The status is that of a fault: an invariant of one's own is only tried."""
        name, invariants = f"{written(LARGE)}:LARGE", f"{written(INVARIANTS)}:KEPT"
        assert main(["verify", name, "--lang", "en", "--invariants", invariants]) == 1
        told = capsys.readouterr().out
        assert (
            "\nNot proved: invariant_broken: shop.always: only looked for in the cases that were "
            "reached.\n" in told
        )
        assert "No fault was found" in told

    def test_is_not_decided_by_a_solver_that_gives_up(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The status is that of a fault, and what was asked is said."""
        assert main(["verify", SHOP, "--by", "solver", "--most-steps", "1", "--lang", "en"]) == 1
        told = capsys.readouterr().out
        assert "Not proved: never_decides: The solver did not decide whether " in told
        assert "No fault was found" in told

    def test_needs_the_solver_that_is_asked_for(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "z3", None)
        assert stopped(SHOP, "--by", "solver") == 2
        assert "pip install 'ordercancel[prove]'" in capsys.readouterr().err

    def test_may_be_larger_than_one_allows(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Fewer or more are tried, as one says."""
        assert stopped(SHOP, "--most-combinations", "100", "--by", "enumeration") == 2
        assert "combinations of facts are too many" in capsys.readouterr().err
        assert stopped(SHOP, "--most-cases", "10") == 2
        assert "--most-cases N" in capsys.readouterr().err
        assert main(["verify", SHOP, "--most-combinations", "2000", "--most-cases", "200"]) == 0
