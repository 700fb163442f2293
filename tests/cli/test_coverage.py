"""`ordercancel coverage` as a person runs it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ordercancel.cli.main import main

Written = Callable[[str], str]

SHOP = "examples.half_hour_shop:SHOP"
ORDER = (
    '{"order": {"id": "o-1", "policy": "shop", "status": "placed", "buyer": "b-1",'
    ' "seller": "s-1", "placed_at": "2026-04-01T12:00:00+02:00"}}\n'
)
ASKS = (
    '{"at": "2026-04-01T12:00:00+02:00", "do": "request", "order_id": "o-1",'
    ' "by": "buyer:b-1", "reason": "changed_mind"}\n'
)

EDITIONS = """
import attrs
from datetime import date
from examples.half_hour_shop import SHOP
from ordercancel.policy import PolicyBook

BOOK = PolicyBook([SHOP, attrs.evolve(SHOP, edition="2", holds_from=date(2026, 5, 1))])
"""


@pytest.fixture
def asked(tmp_path: Path) -> str:
    """A scenario in which the buyer cancels at once."""
    path = tmp_path / "asked.jsonl"
    path.write_text(ORDER + ASKS, encoding="utf-8")
    return str(path)


def test_what_is_missing_is_printed_with_scenarios(
    asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the language that is asked for; without a bound the status is 0."""
    assert main(["coverage", SHOP, asked]) == 0
    assert capsys.readouterr().out.splitlines()[:7] == [
        "shop (shop, edition 1)",
        "9 % is shown",
        "- rules that decided: 1/5",
        "- conditions (MC/DC): 0/11",
        "- reasons that were given: 1/4",
        "- deadlines that fired: 0/2",
        "",
    ]
    scenario = "tests/scenarios/conect-help.jsonl"
    assert main(["coverage", "conect", scenario, "--lang", "ja"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "CO-NECT（卸売の受発注）（conect 第1版）",
        "網羅率 13 %",
    ]


def test_what_is_written_closes_the_gaps(
    asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files of ``--scenarios``, added to one's own, come to 100 per cent."""
    folder = tmp_path / "gaps"
    assert main(["coverage", SHOP, asked, "--scenarios", str(folder)]) == 0
    files = sorted(map(str, folder.iterdir()))
    assert files[0].endswith("01-gap.jsonl")
    capsys.readouterr()
    assert main(["coverage", SHOP, asked, *files, "--fail-under", "100", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["percent"], data["missing"], data["unshowable"]) == (100, [], [])


def test_less_than_is_asked_for_is_exit_status_1(
    asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """2 of 22 are shown: 9 per cent, rounded down to a tenth."""
    assert main(["coverage", SHOP, asked, "--fail-under", "9"]) == 0
    assert main(["coverage", SHOP, asked, "--fail-under", "9.1"]) == 1
    capsys.readouterr()


def test_each_edition_of_a_book_is_reported(
    asked: str, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the edition that holds when an order is placed; the bound is for each."""
    book = f"{written(EDITIONS)}:BOOK"
    arguments = ["coverage", book, asked, "--format", "json", "--fail-under", "9"]
    assert main(arguments) == 1
    latest, first = json.loads(capsys.readouterr().out)
    assert (latest["edition"], latest["percent"]) == ("2", 0)
    assert (first["edition"], first["percent"]) == ("1", 9)


def test_standard_input_is_a_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``-`` stands for it."""
    stdin = io.TextIOWrapper(io.BytesIO((ORDER + ASKS).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["coverage", SHOP, "-"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "9 % is shown"


def test_a_search_that_ends_early_says_so(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With one case there are no scenarios for what it takes more cases to show."""
    assert main(["coverage", SHOP, asked, "--most-cases", "1"]) == 0
    assert "by none of the cases that were searched; there are more" in capsys.readouterr().out


def test_everything_that_is_wrong_with_scenarios_is_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is missing, an empty one, orders of another policy, malformed lines."""
    for name, text in (
        ("empty", "# nothing\n"),
        ("other", ORDER.replace('"shop"', '"conect"')),
        ("status", ORDER.replace('"placed"', '"lost"')),
        ("faulty", ORDER + "{]\n" + ASKS.replace("buyer:b-1", "driver:d-1")),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("none", "empty", "other", "status", "faulty")]
    with pytest.raises(SystemExit) as stopped:
        main(["coverage", SHOP, *files])
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    said = [line.replace(f"{tmp_path}/", "") for line in err.splitlines()]
    assert said[:3] == [
        "ordercancel: none: does not exist; expected a file or folder that does",
        "ordercancel: empty: has no command; expected a scenario as of `ordercancel replay`",
        "ordercancel: other:1: no policy 'conect'; expected one of: shop",
    ]
    assert said[3].startswith("ordercancel: status:1: Order.status")
    assert said[4].startswith("ordercancel: faulty:2: not a line of JSON")
    assert said[5].startswith("ordercancel: faulty:3: ")
    assert len(said) == 6


def test_an_answer_that_is_an_error_is_no_fault_of_a_scenario(
    asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal, a text that is too long, a stranger: scenarios show them on purpose."""
    lines = (
        ASKS.replace("changed_mind", "nothing"),
        ASKS.replace("buyer:b-1", "buyer:b-2"),
        ASKS.replace("request", "withdraw").replace(', "reason": "changed_mind"', ""),
    )
    with Path(asked).open("a", encoding="utf-8") as file:
        file.writelines(lines)
    assert main(["coverage", SHOP, asked]) == 0
    capsys.readouterr()


def test_a_policy_that_is_unknown_and_a_bound_that_is_none(
    asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with what was expected."""
    for arguments, said in (
        (["conectt", asked], "did you mean conect?"),
        ([SHOP, asked, "--fail-under", "101"], "is 101; expected a number from 0 to 100"),
        ([SHOP, asked, "--fail-under", "much"], "is much; expected a number from 0 to 100"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["coverage", *arguments])
        assert stopped.value.code == 2
        assert said in capsys.readouterr().err
