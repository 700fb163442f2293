"""The other commands, and how the command line fails."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ordercancel.cli.main import main

ROOT = Path(__file__).parent.parent.parent
Written = Callable[[str], str]


class TestDemo:
    def test_shows_both_walks(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["demo", "--lang", "ja"]) == 0
        shown = capsys.readouterr().out
        for line in (
            "── 2024-05-01 10:00 buyer:b-1: request A-1 reason=other text=数量を間違えました",
            "buyer の画面：キャンセルリクエスト中",
            "mail（seller <wholesale@example.jp, orders@example.jp> 宛）：【受発注",
            "【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)",
            "<shop1@example.jp> 宛）：【受発注システム CO-NECT】オーダーがキャンセルされました",
            "イベント：RequestClosed, OrderAdvanced",
            "refused: no_open_request\n",
            "refused: not_affirmed [qoo10.3.confirm, qoo10.1.only-if-impracticable]",
            "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？",
            "refused: rejected_before [qoo10.4.no-second-request]",
            "期限：qoo10.ship_same_day（2022-08-16 00:00）",
            "app（seller <s-1> 宛）：【Qoo10】即時キャンセルが完了しました（注文番号：762544203）",
            "── 2022-08-16 00:00 時計: tick\n   イベント：DeadlineFired",
            "記録：missed",
            "店舗側の処理：refund due (A-1:1:refund:all.1)",
            "2024-05-01 10:30 OrderCancelled by seller:s-1",
            "═══ Qoo10：発送と行き違いになった要請の拒否、新規注文の即時キャンセル ═══",
            "注文 A-1 の履歴（",
            "次にできること：",
        ):
            assert line in shown
        # Handed in late with its earlier moment, the missed shipment is no longer marked.
        assert "記録：" not in shown.partition("advance 762544202 event=ship")[2]

    def test_speaks_the_language_of_the_environment(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert main(["demo"]) == 0
        shown = capsys.readouterr().out
        assert "buyer  reads: Cancellation requested" in shown
        assert "── 2022-08-16 00:00 the clock: tick\n   events:  DeadlineFired" in shown
        assert "marked:  missed" in shown
        assert "due:     qoo10.ship_same_day at 2022-08-16 00:00" in shown
        assert "the host has to: refund due (A-1:1:refund:all.1)" in shown
        assert "Cancellation cannot be requested again once it was rejected." in shown
        assert "mail to buyer <shop1@example.jp>: [CO-NECT] Your order has been cancelled" in shown
        monkeypatch.setenv("LANG", "ja_JP.UTF-8")
        assert main(["demo"]) == 0
        assert "buyer の画面：キャンセルリクエスト中" in capsys.readouterr().out

    def test_ends_with_what_to_do_next(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first of it goes on with the demo's own database."""
        file = tmp_path / "demo.db"
        assert main(["demo", "--db", str(file)]) == 0
        lines = capsys.readouterr().out.rpartition("What next:\n")[2].splitlines()
        echo, _, replay = lines[0].strip().partition(" | ")
        raw = echo.removeprefix("echo '").removesuffix("'").encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert main(replay.split()[1:]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["order_status"] == "shipped"
        assert [each["event"] for each in answer["options"] if each["offered"]] == ["deliver"]

    def test_tells_programs_the_same(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A line for each step: what came in, the answer, and what the host has to do."""
        assert main(["demo", "--format", "json"]) == 0
        steps = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        approved = next(each for each in steps if each["input"]["do"] == "approve")
        assert approved["answer"]["order_status"] == "discontinued"
        assert {"kind": "refund_due", "key": "A-1:1:refund:all.1"} in approved["owed"]
        assert {each["input"].get("order_id") for each in steps} >= {"A-1", "762544203"}

    def test_leaves_the_file_that_it_is_given(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "demo.db"
        assert main(["demo", "--db", str(file)]) == 0
        assert file.exists()
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["demo", "--db", str(file)])
        assert stopped.value.code == 2
        assert "the demo needs a file of its own" in capsys.readouterr().err


class TestRules:
    def test_prints_the_table_with_its_citations(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "qoo10"]) == 0
        printed = capsys.readouterr().out
        assert (
            "| `qoo10.instant_new` | **Requesting cancellation**: by the buyer, and order "
            "status is New order → ○ **cancelled at once** | the document "
            "| `qoo10.1.instant-new` |"
        ) in printed

    @pytest.mark.parametrize("name", ["LC_ALL", "LC_MESSAGES", "LANG"])
    def test_is_in_japanese_where_the_environment_is(
        self, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "ja_JP.UTF-8")
        assert main(["rules", "conect"]) == 0
        printed = capsys.readouterr().out
        assert "発注側による操作、かつ注文の状態が発注済・受注済 → △ **受注側が判断**" in printed

    def test_of_a_policy_that_is_not_in_the_language_of_the_environment_is_in_its_own(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(ROOT)
        monkeypatch.setenv("LANG", "ja_JP.UTF-8")
        assert main(["rules", "examples.half_hour_shop:SHOP"]) == 0
        assert "less than 30 min after the order" in capsys.readouterr().out

    def test_is_in_any_language_of_the_policy_and_in_no_other(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = f"{written(GERMAN)}:LADEN"
        assert main(["rules", name]) == 0
        assert capsys.readouterr().out.startswith("# Laden: ")
        assert main(["diagram", name, "--lang", "de", "--format", "dot"]) == 0
        assert 'n0 [label="bestellt"];' in capsys.readouterr().out
        with pytest.raises(SystemExit) as stopped:
            main(["rules", name, "--lang", "en"])
        assert stopped.value.code == 2
        assert capsys.readouterr().err == "ordercancel: --lang is 'en'; expected one of: de\n"


GERMAN = """
from ordercancel.policy import CANCEL, Lifecycle, Policy, RequestCancellation, Rule, Texts, buyer

LADEN = Policy(
    name="laden", zone="Europe/Berlin", languages=("de",), title="Laden", source="AGB §4",
    orders=Lifecycle(
        moves={"ship": ("placed", "shipped")}, cancellable="placed", shipped="shipped",
        names={"placed": "bestellt", "shipped": "versandt", "cancelled": "storniert"},
    ),
    rules=[Rule("cancels", on=RequestCancellation, when=buyer, effect=CANCEL)],
    notifications=(),
    texts=Texts(counters=()),
)
"""


class TestDiagram:
    def test_prints_the_picture_of_an_order(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["diagram", "qoo10", "--lang", "ja", "--format", "dot"]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith("digraph {\n")
        assert 'n0 [label="新規注文"];\nn1 [label="配送要請"];\n' in printed
        assert 'n0 -> n1 [label=" 発送予定日の入力 "];\n' in printed

    def test_prints_the_picture_of_a_request(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With what can occur under this policy alone: of CO-NECT nobody asks to withdraw."""
        assert main(["diagram", "conect", "--request", "--lang", "en", "--format", "dot"]) == 0
        printed = capsys.readouterr().out
        assert 'n2 [label="Cancellation rejected"];' in printed
        assert "ithdraw" not in printed

    def test_draws_without_graphviz(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """By a layout of its own, which has the same statuses and changes."""
        monkeypatch.setenv("PATH", str(tmp_path))
        assert main(["diagram", "conect", "--lang", "ja"]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')
        assert re.findall(">([^<>]+)</text>", printed) == [
            *("発注済", "受注済", "出荷済", "取引中止"),
            *("受注", "出荷", "出荷", "キャンセル", "キャンセル"),
        ]

    @pytest.mark.parametrize(
        ("program", "begins"),
        [
            (
                'echo \'<?xml version="1.0"?><svg width="8pt" height="9pt" a="b"></svg>\'',
                "<svg a=",
            ),
            ("exit 1", "<svg xmlns="),
            ("echo nothing", "<svg xmlns="),
        ],
        ids=["as it draws", "it fails", "it draws nothing"],
    )
    def test_draws_by_graphviz_where_it_does_it(
        self,
        program: str,
        begins: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        dot = tmp_path / "dot"
        dot.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        dot.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert main(["diagram", "conect"]) == 0
        assert capsys.readouterr().out.startswith(begins)

    def test_has_no_request_to_draw_where_nobody_makes_one(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = f"{written(GERMAN.replace('rules=[Rule', 'rules=[] and [Rule'))}:LADEN"
        with pytest.raises(SystemExit):
            main(["diagram", name, "--request"])
        assert capsys.readouterr().err == "ordercancel: laden has no requests to draw\n"


class TestPage:
    def test_is_one_file(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        file = tmp_path / "page.html"
        assert main(["page", "conect", "--lang", "ja", "-o", str(file)]) == 0
        assert capsys.readouterr().out == ""
        page = file.read_text(encoding="utf-8")
        assert page.startswith('<!doctype html>\n<html lang="ja">')
        assert page.count("<svg ") == 2

    def test_links_to_a_report(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The one that `verify` has written."""
        assert main(["page", "conect", "--lang", "ja", "--report", "conect.report.html"]) == 0
        assert '<a href="conect.report.html">検査報告</a>' in capsys.readouterr().out

    def test_is_printed_without_a_file(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(ROOT)
        assert main(["page", "examples.half_hour_shop:SHOP"]) == 0
        assert "<h1>shop: the rules of cancelling</h1>" in capsys.readouterr().out


BOOK = """
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from ordercancel.policy import PolicyBook

BOOK = PolicyBook([SHOP, FLEA_MARKET])
LIST = [SHOP, FLEA_MARKET]
NOTHING = []
MIXED = [SHOP, len]
"""


class TestAPolicyOfOnesOwn:
    def test_is_named_by_module_and_attribute(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(ROOT)
        assert main(["rules", "examples.half_hour_shop:SHOP", "--lang", "en"]) == 0
        assert "less than 30 min after the order" in capsys.readouterr().out

    @pytest.mark.parametrize("attribute", ["BOOK", pytest.param("LIST", marks=pytest.mark.slow)])
    def test_may_be_a_whole_book_or_a_list(
        self, attribute: str, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Of which every command takes each policy."""
        name = f"{written(BOOK)}:{attribute}"
        assert main(["rules", name]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith("# shop: the rules of cancelling\n")
        assert "\n# flea\\_market: the rules of cancelling\n" in printed
        assert main(["rules", name, "--format", "json"]) == 0
        assert [each["name"] for each in json.loads(capsys.readouterr().out)] == [
            "shop",
            "flea_market",
        ]
        assert main(["diagram", name]) == 0
        assert capsys.readouterr().out.count("<svg ") == 2
        assert main(["verify", name]) == 0
        assert capsys.readouterr().out.count("No fault was found.\n") == 2
        assert main(["diff", name, name]) == 0
        assert capsys.readouterr().out.count("Moving the order on: equal\n") == 2
        order = {"policy": "flea_market", "status": "sold", "buyer": "b-1", "seller": "s-1"}
        line = {"order": {"id": "F-1", **order, "placed_at": "2026-04-01T12:00:00+09:00"}}
        file = Path("scenario.jsonl")
        file.write_text(json.dumps(line), encoding="utf-8")
        assert main(["replay", str(file), "--policy", name]) == 0
        assert capsys.readouterr().out == ""

    def test_of_several_is_not_one(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Where one is needed: for SQL, for a page, and to compare it with another one."""
        name = f"{written(BOOK)}:BOOK"
        with pytest.raises(SystemExit) as stopped:
            main(["sql", name, "--dialect", "duckdb"])
        assert stopped.value.code == 2
        assert "has 2 policies: shop 1, flea_market 1; expected a name of one of them" in (
            capsys.readouterr().err
        )
        with pytest.raises(SystemExit):
            main(["page", name])
        assert "expected a name of one of them" in capsys.readouterr().err
        with pytest.raises(SystemExit):
            main(["diff", name, "qoo10"])
        assert "shop, flea_market against qoo10; expected the same names" in (
            capsys.readouterr().err
        )

    @pytest.mark.parametrize(
        ("attribute", "kind"), [("NOTHING", "empty"), ("MIXED", "of type list")]
    )
    def test_is_no_list_of_anything_else(
        self, attribute: str, kind: str, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            main(["rules", f"{written(BOOK)}:{attribute}"])
        assert f"is {kind}; expected a Policy, a list of them or a PolicyBook" in (
            capsys.readouterr().err
        )

    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("bazaar", "no policy 'bazaar'; expected one of: conect, qoo10; or MODULE:BOOK"),
            ("no_such_module:SHOP", "cannot import 'no_such_module': ModuleNotFoundError"),
            ("json:loads", "'json:loads' is of type function; expected a Policy"),
            ("json:nothing", "'json' has no 'nothing'; expected MODULE:ATTRIBUTE"),
        ],
    )
    def test_is_asked_for_clearly_when_it_is_not_there(
        self, name: str, problem: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["rules", name])
        assert stopped.value.code == 2
        assert problem in capsys.readouterr().err


class TestWhatUsersExpect:
    @pytest.mark.parametrize(
        ("arguments", "meant"),
        [
            (["verfy", "qoo10"], "did you mean verify?"),
            (["rules", "qoo1"], "did you mean qoo10?"),
            (["rules", "examples.half_hour_shop:SHOPS"], "did you mean SHOP?"),
        ],
    )
    def test_a_slip_of_the_pen_is_answered_with_what_was_meant(
        self, arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2
        assert capsys.readouterr().err.endswith(f" ({meant})\n")

    def test_what_looks_like_nothing_is_answered_with_what_there_is(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            main(["frobnicate"])
        assert capsys.readouterr().err.endswith(")\n")

    def test_the_help_tells_the_exit_statuses(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["--help"])
        assert "Exit status: 0 where it is done; 1 where" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("words", "completed"),
        [
            ("ver", {"verify"}),
            ("verify q", {"qoo10"}),
            ("diff qoo10 c", {"conect"}),
            ("verify qoo10 --format j", {"json"}),
            ("db u", {"upgrade"}),
            ("replay sc", {"scenario.jsonl", "scenes"}),
            ("verify qoo10 --scenarios sc", {"scenes"}),
        ],
    )
    def test_bash_completes(
        self, words: str, completed: set[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        """Commands, options, their values, built-in policies, files and folders."""
        with pytest.raises(SystemExit):
            main(["--print-completion", "bash"])
        (tmp_path / "scenes").mkdir()
        (tmp_path / "scenario.jsonl").touch()
        asked = (
            f"COMP_WORDS=(ordercancel {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
            'by=$(complete -p ordercancel | sed -E "s/.*-F ([^ ]+).*/\\1/")\n'
            '$by ordercancel "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"\n'
            "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
        )
        script = capsys.readouterr().out + asked
        run = ["bash", "--norc", "-s"]
        done = subprocess.run(
            run, input=script, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert set(done.stdout.split()) == completed

    def test_without_its_library_nothing_completes_and_all_else_works(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "shtab", None)
        with pytest.raises(SystemExit):
            main(["--help"])
        assert "--print-completion" not in capsys.readouterr().out

    @pytest.mark.parametrize(("rich", "shown"), [(True, True), (False, False)])
    def test_a_terminal_shows_how_much_of_a_policy_is_verified(
        self,
        rich: bool,
        shown: bool,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Where Rich is installed."""
        find = importlib.util.find_spec
        monkeypatch.setattr(
            "ordercancel.cli.progress.find_spec", lambda name: find(name) if rich else None
        )
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.chdir(ROOT)
        assert main(["verify", "examples.half_hour_shop:SHOP", "--lang", "en"]) == 0
        printed = capsys.readouterr()
        assert "No fault was found." in printed.out
        cases = re.findall(r"verify shop 1: cases [\d,]+/100,000.* +\d%", printed.err)
        assert bool(cases) is shown
        if not shown:
            assert printed.err == ""


class TestFailures:
    def test_the_version_is_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["--version"])
        assert stopped.value.code == 0
        assert capsys.readouterr().out.startswith("ordercancel 0.")

    def test_the_package_is_run_as_the_command(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """``python -m ordercancel``, with its exit code."""
        monkeypatch.setattr(sys, "argv", ["ordercancel", "rules", "nowhere"])
        with pytest.raises(SystemExit) as stopped:
            runpy.run_module("ordercancel", run_name="__main__")
        assert stopped.value.code == 2
        assert "nowhere" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "en", "ja"),
        [
            (
                ("replay", "none"),
                "none: does not exist; expected a file or folder that does",
                "none：見つかりません。存在するファイルまたはフォルダを指定してください",
            ),
            (
                ("explain", "folder"),
                "folder: is a folder; expected a file",
                "folder：フォルダです。ファイルを指定してください",
            ),
            (
                ("page", "conect", "-o", "none/x.html"),
                "none/x.html: its folder does not exist; expected a path inside of one that does",
                "none/x.html：親フォルダがありません。存在するフォルダの中のパスを指定してください",
            ),
            (
                ("page", "conect", "-o", "file/x.html"),
                "file/x.html: a part of it is no folder; expected a path inside of folders",
                "file/x.html：途中がフォルダではありません。フォルダの中のパスを指定してください",
            ),
            (
                ("diff", "conect", "conect", "--by", "enumeration", "--scenarios", "file"),
                "file: is a file; expected a folder",
                "file：ファイルです。フォルダを指定してください",
            ),
        ],
    )
    @pytest.mark.parametrize("lang", ["en", "ja"])
    def test_a_file_that_cannot_be_used_is_named_with_what_could_be(
        self,
        arguments: tuple[str, ...],
        en: str,
        ja: str,
        lang: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """In the language of the environment, with exit status 2."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").touch()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("LC_ALL", lang)
        assert main(arguments) == 2
        assert capsys.readouterr().err == f"ordercancel: {en if lang == 'en' else ja}\n"

    def test_what_is_no_trouble_with_a_file_is_told_as_the_system_says_it(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(*_: object) -> Path:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("ordercancel.cli.commands.Path", fail)
        assert main(["replay", "some.jsonl"]) == 2
        assert capsys.readouterr().err == "ordercancel: [Errno 28] No space left on device\n"

    def test_standard_input_is_read_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["coverage", "conect", "-", "-"])
        assert stopped.value.code == 2
        said = "ordercancel: SCENARIO: is - 2 times; expected standard input once at most\n"
        assert capsys.readouterr().err == said

    def test_a_database_that_is_none_of_ours_is_refused(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["replay", "--db", "oracle://x/y"]) == 2
        assert "expected a URL such as sqlite:///shop.db" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "module", "extra"),
        [
            (["demo"], "ordercancel.cli.demo", "cli"),
            (["demo"], "ordercancel.stores.sql", "sql"),
            (["replay"], "ordercancel.cli.replay", "cli"),
            (["explain"], "ordercancel.cli.replay", "cli"),
            (["replay", "--db", "sqlite://"], "ordercancel.stores.sql", "sql"),
        ],
    )
    def test_a_missing_extra_is_named(
        self,
        arguments: list[str],
        module: str,
        extra: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        real = importlib.import_module

        def without(name: str, *args: Any) -> Any:
            if name == module:
                missing = ModuleNotFoundError("No module named 'something'")
                raise ImportError(f"{name} needs the extra ordercancel[{extra}]") from missing
            return real(name, *args)

        monkeypatch.setattr(importlib, "import_module", without)
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2
        assert capsys.readouterr().err == (
            "ordercancel: No module named 'something'; "
            f"expected the extra: pip install 'ordercancel[{extra}]'\n"
        )

    def test_a_reader_that_has_had_enough_is_no_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Closed(io.StringIO):
            def write(self, text: str) -> int:
                raise BrokenPipeError

        monkeypatch.setattr("sys.stdout", Closed())
        monkeypatch.setattr("sys.stderr", io.StringIO())
        assert main(["rules", "qoo10"]) == 0

    def test_no_command_is_answered_with_the_usage(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as stopped:
            main([])
        assert stopped.value.code == 2
        assert "usage: ordercancel" in capsys.readouterr().err

    def test_japanese_is_written_under_any_locale(self) -> None:
        code = "from ordercancel.cli.main import main; main(['diagram', 'qoo10', '--lang', 'ja'])"
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
            | {"PYTHONPATH": str(ROOT / "src")},
        )
        assert "新規注文" in run.stdout.decode("utf-8")
