"""`ordercancel bulk`, `sample` and `sql` as a person runs them."""

from __future__ import annotations

import builtins
import importlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import duckdb
import pytest

from ordercancel.bulk import COLUMNS, plot
from ordercancel.bulk.sql_text import DIALECTS
from ordercancel.cli import answers, engine
from ordercancel.cli.main import main

Said = Callable[..., tuple[int, str, str]]
Written = Callable[[str], str]

ROOT = Path(__file__).parent.parent.parent
NOON = "2026-04-01T12:00:00+09:00"

ORDERS = """\
order_id,status,seller,ship_on,request_status,initiator,answerer,rejected_before,withdrawn_before,next_due,weight
007,new,s-1,,,,,false,false,,12.50
008,shipping_requested,s-1,2026-04-01,,,,false,false,,
009,shipping_requested,s-1,2026-03-31,withdrawn,buyer,seller,false,true,,
010,shipped,s-2,2026-03-30,rejected,buyer,seller,true,false,,
011,cancelled,s-2,,approved,buyer,,false,false,2026-04-01T00:00:00Z,
"""

NEXT = """
from ordercancel import RequestCancellation
from ordercancel.policies.qoo10.rules import qoo10
from ordercancel.policy import Forbid, Rule, own_rule, status
from ordercancel.rules.conditions import Condition
import attrs

NEXT = qoo10(edition="2", withdrawal_bars=True)


class Weather(Condition):
    def leaves(self):
        return iter(())

    def test(self, facts):
        return False


rainy = Rule(
    "qoo10.rainy",
    on=RequestCancellation,
    effect=Forbid("already_shipped"),
    when=Weather(),
    source=own_rule("nobody ships in the rain", ja="雨天は発送しない"),
)
RAINY = attrs.evolve(NEXT, edition="3", rules=(*NEXT.rules, rainy))
gone = attrs.evolve(
    rainy, id="qoo10.gone", when=status.is_in("shipped"), effect=Forbid("withdrawn_before")
)
RECODED = attrs.evolve(qoo10(edition="4"), rules=(*qoo10().rules, gone))
"""


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Said:
    """Runs the command in a new folder; gives its status, what it printed and complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ordercancel.bulk.sample.HISTORIES", 100)
    Path("orders.csv").write_text(ORDERS, encoding="utf-8")

    def run(*given: str) -> tuple[int, str, str]:
        try:
            status = main(given)
        except SystemExit as stopped:
            status = int(str(stopped.code))
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def judged(said: Said, *given: str, file: str = "orders.csv") -> tuple[int, str, str]:
    return said("bulk", file, "--policy", "qoo10", "--at", NOON, *given)


def test_orders_come_from_standard_input_and_go_to_standard_output(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a dash stands for the file, as a CSV."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ORDERS.encode())))
    judge = ("bulk", "-", "--policy", "qoo10", "--at", NOON, "--format", "json", "--output", "-")
    status, printed, _ = said(*judge)
    assert (status, json.loads(printed)["orders"]) == (0, 5)


class TestForPeople:
    def test_counts_the_answers_and_the_rules_behind_them(self, said: Said) -> None:
        """Plain, without a line or a colour, where nobody looks on."""
        status, told, complaint = judged(said, "--lang", "en")
        assert (status, complaint) == (0, "")
        assert [" ".join(line.split()) for line in told.splitlines()] == [
            "Qoo10 (marketplace) · qoo10 1",
            "2026-04-01 12:00:00+09:00 · 5 orders",
            "1 of them have a deadline that is due: their answers hold until it fires.",
            "",
            "answer orders share",
            "cancel at once 2 40.0%",
            "refer to the answerer 1 20.0%",
            "refuse 2 40.0%",
            "",
            "answer rules codes orders share",
            "cancel at once qoo10.instant_delayed none 1 20.0%",
            "cancel at once qoo10.instant_new none 1 20.0%",
            "refer to the answerer qoo10.refer none 1 20.0%",
            "refuse qoo10.cancelled already_cancelled 1 20.0%",
            (
                "refuse qoo10.no_second_request, qoo10.shipped rejected_before, already_shipped "
                "1 20.0%"
            ),
        ]

    def test_counts_by_a_column(self, said: Said) -> None:
        """In any language; a column that no rule asks for will do."""
        status, told, _ = judged(said, "--group-by", "seller", "--lang", "ja")
        assert status == 0
        assert (
            "seller  注文数  即時キャンセル  回答する側の判断へ  不可\n"
            "s-1          3               2                   1     0\n"
            "s-2          2               0                   0     2\n"
        ) in told
        assert "うち1件は期限が過ぎており" in told
        assert "5件の注文" in told
        assert "12.50        1" in judged(said, "--group-by", "weight")[1]
        assert "none         4" in judged(said, "--group-by", "weight", "--lang", "en")[1]

    def test_says_what_statuses_are_called(self, said: Said) -> None:
        status, told, _ = judged(said, "--group-by", "status", "--lang", "en")
        assert status == 0
        assert "Shipping requested (shipping_requested)       2 " in told

    def test_says_how_many_groups_it_leaves_out(self, said: Said) -> None:
        """All of them are told to programs."""
        said("sample", "5000", "many.csv", "--policy", "qoo10")
        told = judged(said, "--group-by", "seller", "--lang", "en", file="many.csv")[1]
        assert "… and 80 more; for all of them, see --format json\n" in told
        told = judged(said, "--group-by", "seller", "--format", "json", file="many.csv")[1]
        assert len(json.loads(told)["groups"]) == 100

    def test_writes_to_a_file(self, said: Said) -> None:
        assert judged(said, "--output", "told.txt", "--lang", "ja") == (0, "", "")
        told = Path("told.txt").read_text(encoding="utf-8")
        assert told.startswith("Qoo10（マーケットプレイス） · qoo10 1\n")

    def test_of_no_orders_counts_none(self, said: Said) -> None:
        Path("orders.csv").write_text(ORDERS.partition("\n")[0] + "\n", encoding="utf-8")
        status, told, _ = judged(said, "--lang", "en")
        assert status == 0
        assert "cancel at once              0   0.0%\n" in told

    def test_judges_as_of_now_unless_told_otherwise(self, said: Said) -> None:
        """So the order that was to be shipped in time is late by now."""
        status, told, _ = said("bulk", "orders.csv", "--policy", "qoo10", "--lang", "en")
        assert status == 0
        assert "cancel at once 3 60.0%" in " ".join(told.split())


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


class TestOnATerminal:
    def test_there_are_lines_colours_and_a_bar(
        self, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The bar goes to standard error, so that it never gets into what is kept."""
        out, err = screens(monkeypatch)
        main(["bulk", "orders.csv", "--policy", "qoo10", "--at", NOON, "--lang", "en"])
        assert "─────" in out.getvalue()
        assert "\x1b[32mcancel at once" in out.getvalue()
        assert "━━━━━" not in out.getvalue()
        assert "orders.csv" in err.getvalue()
        assert "━━━━━" in err.getvalue()

    def test_what_goes_to_a_file_is_plain(
        self, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out, _ = screens(monkeypatch)
        main(["bulk", "orders.csv", "--policy", "qoo10", "--at", NOON, "--output", "told.txt"])
        assert out.getvalue() == ""
        assert "\x1b" not in Path("told.txt").read_text(encoding="utf-8")

    def test_an_interruption_stops_the_engine(
        self, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Rather than wait for what takes minutes; nothing is left behind."""
        screens(monkeypatch)

        def interrupted(*_: object, **__: object) -> None:
            sleep(0.3)
            raise KeyboardInterrupt

        monkeypatch.setattr(engine, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            main(["sample", "500000000", "orders.parquet", "--policy", "qoo10"])
        assert [each.name for each in Path().iterdir()] == ["orders.csv"]


def screens(monkeypatch: pytest.MonkeyPatch) -> tuple[Terminal, Terminal]:
    """Standard output and standard error, as terminals."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    return out, err


class TestForPrograms:
    def test_tells_all_of_it(self, said: Said) -> None:
        status, told, _ = judged(said, "--format", "json", "--group-by", "seller")
        assert status == 0
        found = json.loads(told)
        assert found.pop("rules")[4] == {
            "verdict": "refuse",
            "rules": ["qoo10.no_second_request", "qoo10.shipped"],
            "codes": ["rejected_before", "already_shipped"],
            "clauses": ["qoo10.4.no-second-request"],
            "orders": 1,
        }
        assert found == {
            "policy": {"name": "qoo10", "edition": "1"},
            "at": NOON,
            "orders": 5,
            "due": 1,
            "verdicts": {"cancel": 2, "refer": 1, "refuse": 2},
            "groups": [
                {
                    "seller": "s-1",
                    "orders": 3,
                    "verdicts": {"cancel": 2, "refer": 1, "refuse": 0},
                },
                {
                    "seller": "s-2",
                    "orders": 2,
                    "verdicts": {"cancel": 0, "refer": 0, "refuse": 2},
                },
            ],
        }

    def test_writes_the_answer_to_every_order(self, said: Said) -> None:
        """With all columns of the file: 007 is 007, and 12.50 is 12.50."""
        assert judged(said, "--format", "parquet", "--output", "answers.parquet") == (0, "", "")
        with duckdb.connect() as engine:
            answers = engine.read_parquet("answers.parquet")
            assert answers.columns[-8:] == [
                "weight",
                "verdict",
                "rules",
                "codes",
                "clauses",
                "may_approve",
                "may_reject",
                "is_due",
            ]
            told = answers.project("order_id, weight, ship_on::VARCHAR, verdict, rules").fetchall()
        assert told == [
            ("007", "12.50", None, "cancel", "qoo10.instant_new"),
            ("008", None, "2026-04-01", "refer", "qoo10.refer"),
            ("009", None, "2026-03-31", "cancel", "qoo10.instant_delayed"),
            ("010", None, "2026-03-30", "refuse", "qoo10.no_second_request,qoo10.shipped"),
            ("011", None, None, "refuse", "qoo10.cancelled"),
        ]

    def test_reads_what_it_has_written(self, said: Said) -> None:
        """A sample gives the same answers, whichever kind of file it is kept in."""
        for name in ("sample.csv", "sample.parquet"):
            assert said("sample", "500", name, "--policy", "conect")[0] == 0
        one, two = (
            said("bulk", name, "--policy", "conect", "--at", NOON, "--format", "json")[1]
            for name in ("sample.csv", "sample.parquet")
        )
        assert one == two
        assert json.loads(one)["orders"] == 500

    @pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
    def test_reads_what_japanese_shops_export(self, encoding: str, said: Said) -> None:
        """In the code page of Japanese Windows, or with the mark that Excel wants."""
        orders = ORDERS.replace("s-1", "髙島㈱ー①").replace("weight", "重量")
        Path("orders.csv").write_bytes(orders.encode(encoding))
        told = judged(said, "--group-by", "seller", "--format", "json")[1]
        assert [each["seller"] for each in json.loads(told)["groups"]] == ["髙島㈱ー①", "s-2"]

    def test_takes_a_name_as_it_is(self, said: Said) -> None:
        """Also one that has characters of patterns in it."""
        Path("a[1]'*.csv").write_text(ORDERS, encoding="utf-8")
        told = judged(said, "--format", "json", file="a[1]'*.csv")[1]
        assert json.loads(told)["orders"] == 5


class TestPictures:
    def test_are_drawn_beside_what_is_told(
        self, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In English, with a word about it, where no Japanese font is there."""
        monkeypatch.setattr(plot, "JAPANESE_FONTS", ("No Such Font",))
        status, told, complaint = judged(said, "--plot", "shares.svg", "--lang", "ja")
        assert status == 0
        assert "即時キャンセル" in told
        assert complaint == (
            "ordercancel: no Japanese font was found, so that the picture is in English; "
            "expected one such as Noto Sans CJK JP\n"
        )
        drawn = Path("shares.svg").read_text(encoding="utf-8")
        assert "<!-- 2026-04-01 12:00:00+09:00 · 5 orders -->" in drawn
        assert "<!-- Shipping requested -->" in drawn

    def test_are_drawn_beside_the_answers(self, said: Said) -> None:
        given = ("--plot", "shares.png", "--lang", "en", "--format", "parquet", "--output")
        assert judged(said, *given, "answers.parquet") == (0, "", "")
        assert {each.name for each in Path().iterdir()} == {
            "answers.parquet",
            "orders.csv",
            "shares.png",
        }


class TestWhatIf:
    def test_tells_what_another_edition_answers_differently(
        self, said: Said, written: Written
    ) -> None:
        """Exit status 1."""
        given = ("--against", f"{written(NEXT)}:NEXT", "--lang", "en")
        assert judged(said, *given) == (
            1,
            (
                "qoo10 1 → qoo10 2\n"
                "2026-04-01 12:00:00+09:00\n"
                "1 of 5 orders are answered differently: 1 stricter, 0 looser.\n"
                "\n"
                "change    before          after   rules                                       "
                "                      such as  orders  share\n"
                "stricter  cancel at once  refuse  "
                "qoo10.instant_delayed → qoo10.no_second_request_after_withdrawal  "
                "009           1  20.0%\n"
            ),
            "",
        )

    def test_is_told_to_programs(self, said: Said, written: Written) -> None:
        status, told, _ = judged(said, "--against", f"{written(NEXT)}:NEXT", "--format", "json")
        assert status == 1
        assert json.loads(told) == {
            "before": {"name": "qoo10", "edition": "1"},
            "after": {"name": "qoo10", "edition": "2"},
            "at": NOON,
            "orders": 5,
            "changed": 1,
            "stricter": 1,
            "looser": 0,
            "other_code": 0,
            "shifts": [
                {
                    "difference": "stricter",
                    "before": "cancel",
                    "after": "refuse",
                    "rules_before": ["qoo10.instant_delayed"],
                    "rules_after": ["qoo10.no_second_request_after_withdrawal"],
                    "codes_before": [],
                    "codes_after": ["withdrawn_before"],
                    "orders": 1,
                    "samples": ["009"],
                }
            ],
        }

    def test_of_the_same_is_nothing(self, said: Said) -> None:
        """Exit status 0."""
        status, told, _ = judged(said, "--against", "qoo10", "--lang", "ja")
        assert status == 0
        assert told.endswith("5件のうち0件で回答が変わる（厳しくなる：0件、緩くなる：0件）。\n")

    def test_leaves_rules_out_of_both(self, said: Said, written: Written) -> None:
        given = ("--against", f"{written(NEXT)}:RAINY", "--leave-out", "--lang", "en")
        status, told, _ = judged(said, *given)
        assert status == 1
        assert "undecided  refer to the answerer  undecided  qoo10.refer → none " in told
        assert "3 of 5 orders are answered differently: 1 stricter, 0 looser.\n" in told

    def test_tells_apart_what_is_refused_by_other_codes(
        self, said: Said, written: Written
    ) -> None:
        """Orders that are refused before and after; the exit status stays 0."""
        given = ("--against", f"{written(NEXT)}:RECODED", "--lang", "en")
        status, told, _ = judged(said, *given)
        assert status == 0
        assert told.splitlines()[2:4] == [
            "0 of 5 orders are answered differently: 0 stricter, 0 looser.",
            "1 more get the same answer by another code.",
        ]
        assert "\nother code  refuse  refuse  " in told

    def test_shows_as_many_rows_as_fit(
        self, said: Said, written: Written, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "SHOWN", 1)
        given = ("--against", f"{written(NEXT)}:RAINY", "--leave-out", "--lang", "en")
        assert "… and 2 more; for all of them, see --format json\n" in judged(said, *given)[1]


class TestRulesThatNoColumnTells:
    def test_stop_it_by_name(self, said: Said, written: Written) -> None:
        rainy = f"{written(NEXT)}:RAINY"
        status, told, complaint = said("bulk", "orders.csv", "--policy", rainy)
        assert (status, told) == (2, "")
        assert "qoo10.rainy: its condition is a Weather" in complaint

    def test_are_left_out_if_asked(self, said: Said, written: Written) -> None:
        """What hangs on them is undecided."""
        rainy = f"{written(NEXT)}:RAINY"
        given = ("bulk", "orders.csv", "--policy", rainy, "--at", NOON, "--leave-out")
        status, told, _ = said(*given, "--lang", "en")
        assert status == 0
        assert "left out: qoo10.rainy: its condition is a Weather\n" in told
        assert "undecided                   2  40.0%\n" in told
        found = json.loads(said(*given, "--format", "json", "--group-by", "seller")[1])
        assert found["left_out"] == {"qoo10.rainy": "its condition is a Weather"}
        assert found["verdicts"] == {"cancel": 0, "refer": 0, "refuse": 3, "undecided": 2}
        assert found["groups"][0]["verdicts"]["undecided"] == 2


class TestWhatIsWrong:
    def test_with_a_file_is_told_at_once(self, said: Said) -> None:
        """Its columns, types and words, each with some of the rows; nothing is written."""
        Path("orders.csv").write_text(
            "order_id,status,ship_on,request_status,rejected_before,withdrawn_before,"
            "next_due,paid_at,initiator,answerer\n"
            "007,new,2026-4-1,,yes,false,2026-04-01 10:00,2026-04-01,,\n"
            "008,old,,asked,,true,x,2026-04-01T10:00+0900,buyer,seller\n",
            encoding="utf-8",
        )
        status, told, complaint = judged(said, "--group-by", "vendor", "--output", "told.txt")
        assert (status, told) == (2, "")
        wrong = [line.partition("; expected")[0] for line in complaint.splitlines()]
        assert wrong == [
            "ordercancel: orders.ship_on: is wrong in 1 rows, such as '2026-4-1' in '007'",
            "orders.rejected_before: is wrong in 1 rows, such as 'yes' in '007'",
            (
                "orders.next_due: is wrong in 2 rows, such as '2026-04-01 10:00' in '007', "
                "'x' in '008'"
            ),
            "orders.paid_at: is wrong in 1 rows, such as '2026-04-01' in '007'",
            "orders.vendor: is missing",
            "orders.status: is wrong in 1 rows, such as 'old' in '008'",
            "orders.request_status: is wrong in 1 rows, such as 'asked' in '008'",
        ]
        assert "expected a time with its zone, such as 2026-04-01T12:00:00+09:00" in complaint
        assert "told.txt" not in {each.name for each in Path().iterdir()}

    def test_without_ids_is_told_without_them(self, said: Said) -> None:
        Path("orders.csv").write_text("status,ship_on\nnew,soon\n", encoding="utf-8")
        complaint = judged(said)[2]
        assert "orders.ship_on: is wrong in 1 rows, such as 'soon'; expected a date" in complaint
        assert "orders.request_status: is missing; expected " in complaint

    def test_with_columns_that_have_no_types_is_nothing(self, said: Said) -> None:
        Path("orders.csv").write_text("status\nnew\n", encoding="utf-8")
        assert "orders.rejected_before: is missing" in judged(said)[2]

    def test_without_ids_nothing_can_be_compared(self, said: Said, written: Written) -> None:
        Path("orders.csv").write_text(ORDERS.replace("order_id", "id"), encoding="utf-8")
        assert judged(said)[0] == 0
        status, _, complaint = judged(said, "--against", f"{written(NEXT)}:NEXT")
        assert status == 2
        assert complaint.startswith(
            "ordercancel: orders.order_id: is missing; expected one of: id"
        )

    def test_with_times_of_a_parquet_file_is_told(self, said: Said) -> None:
        with duckdb.connect() as engine:
            orders = engine.read_csv("orders.csv").project(
                "* REPLACE (now()::TIMESTAMP AS next_due)"
            )
            orders.write_parquet("orders.parquet")
        status, _, complaint = judged(said, file="orders.parquet")
        assert status == 2
        assert "orders.next_due: has no time zone; expected " in complaint

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (b"order_id,status\n1,2,3\n", "CSV Error on Line: 2"),
            (b"order_id,status\n1,\x81 \n", "expected CSV in UTF-8 or cp932 (Shift JIS)"),
            (b"", "begins with ''; expected a line with the name of each column, once"),
            (b"id,ID\n", "begins with 'id,ID'; expected"),
            (b"id,,status\n", "begins with 'id,,status'; expected"),
            (b"a" * 200_000 + b"\n", "can't be read: field larger than field limit"),
        ],
    )
    def test_with_a_csv_is_told(self, text: bytes, problem: str, said: Said) -> None:
        header = ORDERS.partition("\n")[0].encode()
        Path("orders.csv").write_bytes(text.replace(b"order_id,status", header))
        status, told, complaint = judged(said)
        assert (status, told) == (2, "")
        assert problem in complaint
        assert complaint.count("\n") == 1

    def test_with_what_is_no_parquet_file_is_told(self, said: Said) -> None:
        Path("orders.parquet").write_text("no such thing", encoding="utf-8")
        status, _, complaint = judged(said, file="orders.parquet")
        assert status == 2
        assert complaint.startswith("ordercancel: orders.parquet: can't be read: ")
        assert complaint.endswith("; expected a file of orders\n")

    def test_with_the_arguments_is_told_at_once(self, said: Said) -> None:
        given = ("--against", "conect", "--group-by", "seller", "--format", "parquet")
        where = ("--plot", "nowhere/shares.gif", "--output", "nowhere/answers.parquet")
        status, told, complaint = judged(said, *given, *where, file="nothing.csv")
        assert (status, told) == (2, "")
        assert complaint.splitlines() == [
            "ordercancel: FILE: there is no file 'nothing.csv'; expected one that exists",
            "--format: is parquet; expected --output FILE with --format parquet, and no --against",
            "--against: is given; expected neither --group-by nor --plot with --against",
            "--plot: is 'nowhere/shares.gif'; expected a name that ends with .png or .svg",
            "--output: is 'nowhere/answers.parquet'; expected a file in a folder that exists",
            "--plot: is 'nowhere/shares.gif'; expected a file in a folder that exists",
        ]
        status, _, complaint = judged(said, file="orders.xlsx")
        assert status == 2
        assert "FILE: is 'orders.xlsx'; expected a name that ends with .parquet" in complaint

    @pytest.mark.parametrize("at", ["2026-04-01", "2026-04-01T12:00", "noon", ""])
    def test_with_a_moment_is_told(self, at: str, said: Said) -> None:
        status, _, complaint = said("bulk", "orders.csv", "--policy", "qoo10", "--at", at)
        assert status == 2
        assert "expected a time with its zone, such as 2026-04-01T12:00:00+09:00" in complaint

    @pytest.mark.parametrize("option", ["--policy", "--against"])
    def test_with_a_policy_is_told(self, option: str, said: Said) -> None:
        status, _, complaint = said("bulk", "orders.csv", "--policy", "qoo10", option, "bazaar")
        assert status == 2
        assert "no policy 'bazaar'; expected one of: conect, qoo10" in complaint

    @pytest.mark.parametrize(
        ("name", "extra"), [("narwhals", "bulk"), ("duckdb", "bulk"), ("matplotlib", "plot")]
    )
    def test_a_missing_extra_is_named(
        self, name: str, extra: str, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def without(wanted: str, *_: object) -> Any:
            raise ImportError(f"No module named {name!r}")

        original = builtins.__import__

        def imported(wanted: str, *args: Any, **kwargs: Any) -> Any:
            if wanted == "ordercancel.cli" and args[2] == ("bulk",) and extra == "bulk":
                without(wanted)
            return original(wanted, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", imported)
        monkeypatch.setattr(importlib, "import_module", without)
        status, told, complaint = judged(said, "--plot", "shares.png")
        assert (status, told) == (2, "")
        assert complaint == (
            f"ordercancel: No module named {name!r}; "
            f"expected the extra: pip install 'ordercancel[{extra}]'\n"
        )


class TestSample:
    def test_says_how_to_judge_it(self, said: Said) -> None:
        assert said("sample", "1200", "o.parquet", "--policy", "qoo10", "--seed", "3") == (
            0,
            (
                "1,200 orders of qoo10 as of 2026-04-01T03:00:00+00:00: o.parquet\n"
                "ordercancel bulk o.parquet --policy qoo10 --at 2026-04-01T03:00:00+00:00\n"
            ),
            "",
        )

    def test_is_told_to_programs(self, said: Said) -> None:
        given = ("sample", "12", "o.csv", "--policy", "qoo10", "--seed", "3", "--format", "json")
        assert json.loads(said(*given)[1]) == {
            "policy": {"name": "qoo10", "edition": "1"},
            "at": "2026-04-01T03:00:00+00:00",
            "orders": 12,
            "seed": 3,
            "file": "o.csv",
        }

    def test_is_made_for_the_moment_that_is_given(self, said: Said) -> None:
        said("sample", "100", "o.csv", "--policy", "qoo10", "--at", "2030-01-01T00:00:00Z")
        lines = Path("o.csv").read_text(encoding="utf-8").splitlines()[1:]
        assert all(line.split(",")[4] <= "2030-01-01T00:00:00Z" for line in lines)
        assert any(line.split(",")[4] > "2029-12-25" for line in lines)

    @pytest.mark.parametrize("policy", ["conect", "qoo10"])
    def test_may_be_made_for_a_midnight(self, policy: str, said: Said) -> None:
        """At which the policy's day begins, and nothing of it has passed."""
        at = "2022-08-15T00:00:00+09:00"
        assert said("sample", "20", "o.csv", "--policy", policy, "--at", at)[0] == 0
        assert len(Path("o.csv").read_text(encoding="utf-8").splitlines()) == 21

    @pytest.mark.parametrize(
        ("orders", "name", "problem"),
        [
            ("0", "o.csv", "expected a whole number from 1 on"),
            ("1", "o.txt", "sample.file: is 'o.txt'; expected a name that ends with .parquet"),
            ("1", "nowhere/o.csv", "nowhere/o.csv: its folder does not exist; expected a path"),
        ],
    )
    def test_that_can_not_be_made_is_told(
        self, orders: str, name: str, problem: str, said: Said
    ) -> None:
        status, told, complaint = said("sample", orders, name, "--policy", "qoo10")
        assert (status, told) == (2, "")
        assert problem in complaint
        assert [each.name for each in Path().iterdir()] == ["orders.csv"]


class TestThePage:
    def test_has_every_column_as_it_is(self) -> None:
        """With what it holds, what it means, and whether it may be missing."""
        page = (ROOT / "docs" / "bulk.md").read_text(encoding="utf-8")
        rows = [line for line in page.splitlines() if line.startswith("| `") and "|" in line]
        told = [row for row in rows if row.split("`")[1] in COLUMNS]
        assert told == [
            f"| `{each.name}` | {each.holds.value} | {each.meaning} | "
            f"{'yes ' if each.may_be_missing else ''}|"
            for each in COLUMNS.values()
        ]

    def test_shows_how_a_statement_begins(self, said: Said) -> None:
        page = (ROOT / "docs" / "bulk.md").read_text(encoding="utf-8")
        shown = page.partition("```sql\n")[2].partition("```")[0]
        assert said("sql", "qoo10", "--dialect", "postgresql", "--at", NOON)[1].startswith(shown)


class TestSql:
    def test_prints_the_statement(self, said: Said) -> None:
        given = ("sql", "qoo10", "--dialect", "postgresql", "--at", NOON, "--table", "shop.orders")
        status, told, complaint = said(*given)
        assert (status, complaint) == (0, "")
        assert told.startswith(
            "-- Qoo10 (marketplace): qoo10, edition 1\n-- as of 2026-04-01T12:00"
        )
        assert told.endswith("FROM shop.orders\n")

    def test_gives_it_to_programs(self, said: Said) -> None:
        given = ("sql", "qoo10", "--dialect", "sqlite", "--at", NOON)
        told = json.loads(said(*given, "--format", "json")[1])
        statement = told.pop("statement")
        assert statement == said(*given)[1]
        assert told == {
            "policy": {"name": "qoo10", "edition": "1"},
            "at": NOON,
            "dialect": "sqlite",
        }

    def test_is_as_of_now_unless_told_otherwise(self, said: Said) -> None:
        told = said("sql", "conect", "--dialect", "sqlite")[1]
        assert "-- as of 2" in told

    def test_leaves_rules_out_if_asked(self, said: Said, written: Written) -> None:
        rainy = f"{written(NEXT)}:RAINY"
        assert said("sql", rainy, "--dialect", "spark")[0] == 2
        status, told, _ = said("sql", rainy, "--dialect", "spark", "--leave-out")
        assert status == 0
        assert "-- left out: qoo10.rainy: its condition is a Weather" in told

    def test_knows_the_dialects_that_statements_are_printed_in(self, said: Said) -> None:
        status, _, complaint = said("sql", "qoo10", "--dialect", "oracle")
        assert status == 2
        assert "invalid choice: 'oracle'" in complaint
        assert f"choose from {', '.join(DIALECTS)})" in complaint.replace("'", "")

    def test_runs_on_the_engine_that_it_is_for(self, said: Said) -> None:
        """The same answers as the command gives."""
        told = said("sql", "qoo10", "--dialect", "duckdb", "--at", NOON, "--table", "taken")[1]
        with duckdb.connect() as engine:
            columns = {"order_id": "VARCHAR", "next_due": "TIMESTAMPTZ"}
            engine.read_csv("orders.csv", dtype=columns).create("taken")
            answers = engine.sql(told).project("order_id, verdict").fetchall()
        assert answers == [
            ("007", "cancel"),
            ("008", "refer"),
            ("009", "cancel"),
            ("010", "refuse"),
            ("011", "refuse"),
        ]
