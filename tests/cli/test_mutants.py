"""`ordercancel mutants` as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ordercancel.cli.main import main

Written = Callable[[str], str]

SMALL = """
from datetime import date
from ordercancel.policy import (
    CANCEL, Lifecycle, Policy, PolicyBook, RequestCancellation, Rule, buyer
)

SMALL = Policy(
    name="small",
    zone="UTC",
    holds_from=date(2026, 3, 1),
    orders=Lifecycle(moves={"ship": ("new", "sent")}, cancellable="new", shipped="sent"),
    rules=[Rule("asks", on=RequestCancellation, when=buyer, effect=CANCEL)],
)
OTHER = Policy(
    name="other",
    zone="UTC",
    orders=Lifecycle(moves={"ship": ("new", "sent")}, cancellable="new"),
    rules=[],
)
BOOK = PolicyBook([SMALL, OTHER])
"""

MOVING = """
from ordercancel.policy import Deadline, Lifecycle, Policy, advance, hours, placed_at, status

MOVING = Policy(
    name="moving",
    zone="UTC",
    orders=Lifecycle(moves={"ship": ("new", "sent")}, cancellable="new"),
    rules=[],
    deadlines=[
        Deadline(
            "ships", runs=status.is_in("new"), due=placed_at + hours(1), then=advance("ship")
        ),
    ],
)
"""

ORDER = (
    '{"order": {"id": "o-1", "policy": "small", "status": "new", "buyer": "b-1",'
    ' "seller": "s-1", "placed_at": "2026-04-01T12:00:00+00:00"}}\n'
)
ASKS = (
    '{"at": "2026-04-01T12:00:00+00:00", "do": "request", "order_id": "o-1", "by": "buyer:b-1"}\n'
)


@pytest.fixture
def asked(tmp_path: Path) -> str:
    """A scenario in which the buyer cancels."""
    path = tmp_path / "asked.jsonl"
    path.write_text(ORDER + ASKS, encoding="utf-8")
    return str(path)


def test_what_is_overlooked_is_printed_with_scenarios(
    asked: str, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words of the language that is asked for; exit status 1."""
    name = f"{written(SMALL)}:SMALL"
    assert main(["mutants", name, asked]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[:5] == [
        "small (small, edition 1)",
        "6 of 10 mutants are noticed (60 %)",
        "5 more answer alike in every case that can be reached, and do not count",
        "",
        "1. rule asks: condition: by the buyer → by the buyer or the seller",
    ]
    assert out[6].endswith('"do": "request", "order_id": "o-1", "by": "seller:s-1"}')
    assert main(["mutants", name, asked, "--lang", "en", "--fail-under", "60"]) == 0


def test_what_is_written_notices_the_rest(
    asked: str, tmp_path: Path, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files of ``--scenarios``, added to one's own, come to 100 per cent.

    They are of a day on which the edition holds: it begins on a Sunday of 2026.
    """
    name = f"{written(SMALL)}:SMALL"
    folder = tmp_path / "more"
    assert main(["mutants", name, asked, "--scenarios", str(folder)]) == 1
    files = sorted(map(str, folder.iterdir()))
    assert files[0].endswith("01-mutant.jsonl")
    capsys.readouterr()
    assert main(["mutants", name, asked, *files, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["policy"], data["percent"], data["noticed"]) == ("small", 100, 10)
    assert (data["survivors"], data["unbuilt"]) == ([], 3)
    assert data["same"][0]["text"] == {
        "ja": "注文の流れ：発送済みの状態：newを加える",
        "en": "lifecycle: shipped: with new",
    }


def test_each_policy_of_a_book_is_reported(
    asked: str, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """The scenarios are of one of them; of the other nothing is noticed."""
    book = f"{written(SMALL)}:BOOK"
    assert main(["mutants", book, asked, "--format", "json", "--most-cases", "1"]) == 1
    small, other = json.loads(capsys.readouterr().out)
    assert (small["policy"], small["percent"]) == ("small", 40)
    assert {each["scenario"] is None for each in small["survivors"]} == {True, False}
    assert (other["policy"], other["noticed"]) == ("other", 0)


def test_a_mutant_whose_deadlines_go_round_in_a_circle_is_noticed(
    tmp_path: Path, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """The move that a deadline makes leads back to where it started: answered as invalid."""
    name = f"{written(MOVING)}:MOVING"
    late = ASKS.replace("T12:", "T13:")
    path = tmp_path / "moved.jsonl"
    path.write_text(ORDER.replace("small", "moving") + late, encoding="utf-8")
    assert main(["mutants", name, str(path), "--format", "json", "--most-cases", "1"]) == 1
    data = json.loads(capsys.readouterr().out)
    texts = [each["text"]["en"] for each in (*data["survivors"], *data["same"])]
    assert "lifecycle ship: to: sent → new" not in texts
    assert "lifecycle: cancellable: without new" in texts


def test_a_search_that_ends_early_says_so(
    asked: str, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then nothing is said to answer alike because no case shows otherwise."""
    assert main(["mutants", f"{written(SMALL)}:SMALL", asked, "--most-cases", "1"]) == 1
    assert "by none of the cases that were searched; there are more" in capsys.readouterr().out


def test_everything_that_is_wrong_with_scenarios_is_said_at_once(
    tmp_path: Path, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, before anything is tried."""
    (tmp_path / "faulty").write_text("{]\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("none", "faulty")]
    with pytest.raises(SystemExit) as stopped:
        main(["mutants", f"{written(SMALL)}:SMALL", *files])
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    said = [line.replace(f"{tmp_path}/", "") for line in err.splitlines()]
    assert said[0] == "ordercancel: none: does not exist; expected a file or folder that does"
    assert said[1].startswith("ordercancel: faulty:1: not a line of JSON")
    with pytest.raises(SystemExit):
        main(["mutants", "bazaar", *files])
    assert "no policy 'bazaar'" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("name", "noticed", "same"), [("conect", 159, 6), ("qoo10", 325, 22)])
def test_the_scenarios_of_a_policy_notice_every_change(
    name: str, noticed: int, same: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of its clauses, and those that were found by its mutants."""
    files = [f"tests/scenarios/{name}{part}.jsonl" for part in ("", "-mutants")]
    assert main(["mutants", name, *files, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["noticed"], data["survivors"], len(data["same"])) == (noticed, [], same)
