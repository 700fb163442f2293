"""The other commands, and how the command line fails."""

from __future__ import annotations

import builtins
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ordercancel import __version__
from ordercancel.cli.main import main

DIAGRAM = "from ordercancel.cli.main import main; main(['diagram', 'qoo10'])"
ROOT = Path(__file__).parent.parent.parent


class TestDemo:
    def test_shows_both_walks(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["demo"]) == 0
        told = capsys.readouterr().out
        for line in (
            "buyer  reads: キャンセルリクエスト中  /  Cancellation requested",
            "mail to seller <wholesale@example.jp, orders@example.jp>: 【受発注システム CO-NECT】",
            "【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)",
            "<shop1@example.jp>: 【受発注システム CO-NECT】オーダーがキャンセルされました",
            "refused: already_shipped, no_open_request [conect.1-1.shipped]",
            "refused: not_affirmed [qoo10.3.confirm, qoo10.1.only-if-impracticable]",
            "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？",
            "refused: rejected_before [qoo10.4.no-second-request]",
            "app to seller <s-1>: キャンセル完了 762544203",
            "2024-05-01 10:30 OrderCancelled by seller:s-1",
        ):
            assert line in told

    def test_leaves_the_file_that_it_is_told(
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
        assert main(["rules", "qoo10", "--lang", "en"]) == 0
        printed = capsys.readouterr().out
        assert (
            "| **cancel at once** | actor is the buyer and order status is New order "
            "| `qoo10.instant_new` | `qoo10.1.instant-new` |"
        ) in printed

    def test_is_in_japanese_unless_told_otherwise(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["rules", "conect"]) == 0
        printed = capsys.readouterr().out
        assert ("| 操作者 = 購入者 かつ 注文の状態 = 発注済・受注済 | `conect.refer` ") in printed


class TestDiagram:
    def test_prints_the_order_chart(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["diagram", "qoo10"]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith("stateDiagram-v2\n")
        assert '    state "配送要請" as shipping_requested\n' in printed
        assert "    new --> shipping_requested: plan_shipping\n" in printed
        assert "    [*] --> new\n" in printed
        assert "    delivered --> [*]\n" in printed

    def test_prints_the_request_chart(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["diagram", "conect", "--request", "--lang", "en"]) == 0
        assert '    state "withdrawal held" as withdrawal_held\n' in capsys.readouterr().out


class TestAPolicyOfOnesOwn:
    def test_is_named_by_module_and_attribute(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(ROOT)
        assert main(["rules", "examples.half_hour_shop:SHOP", "--lang", "en"]) == 0
        assert "time since the order was placed < 30 min" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("bazaar", "no policy 'bazaar'; expected one of: conect, qoo10; or MODULE:ATTRIBUTE"),
            ("no_such_module:SHOP", "cannot import 'no_such_module': ModuleNotFoundError"),
            ("json:loads", "'json:loads' is a function; expected a Policy"),
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


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"ordercancel {__version__}\n"


class TestFailures:
    def test_a_missing_file_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["replay", "nowhere.jsonl"]) == 2
        assert "nowhere.jsonl" in capsys.readouterr().err

    def test_a_database_that_is_none_of_ours_is_refused(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["replay", "--db", "oracle://x/y"]) == 2
        assert "expected a URL such as sqlite:///shop.db" in capsys.readouterr().err

    def test_a_missing_extra_is_named(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = builtins.__import__

        def without_sql(name: str, *args: Any, **kwargs: Any) -> Any:
            if name == "ordercancel.stores.sql":
                raise ModuleNotFoundError("No module named 'sqlalchemy'")
            return real(name, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", without_sql)
        with pytest.raises(SystemExit) as stopped:
            main(["demo"])
        assert stopped.value.code == 2
        assert "pip install 'ordercancel[sql]'" in capsys.readouterr().err

    def test_explaining_needs_the_extra_cli(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "msgspec", None)
        monkeypatch.delitem(sys.modules, "ordercancel.cli.lines", raising=False)
        monkeypatch.delitem(sys.modules, "ordercancel.cli.replay", raising=False)
        with pytest.raises(SystemExit) as stopped:
            main(["explain", "scenario.jsonl"])
        assert stopped.value.code == 2
        assert "pip install 'ordercancel[cli]'" in capsys.readouterr().err

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
        run = subprocess.run(
            [
                sys.executable,
                "-c",
                "from ordercancel.cli.main import main; main(['diagram', 'qoo10'])",
            ],
            capture_output=True,
            check=True,
            env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        )
        assert "新規注文" in run.stdout.decode("utf-8")
