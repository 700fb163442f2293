"""`ordercancel scenarios` as a person runs it."""

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
    CANCEL, PERMIT, Deadline, Lifecycle, Policy, Reason, Refer, RequestCancellation, Rule,
    Withdraw, buyer, hours, is_initiator, mark, placed_at, seller, status
)

SMALL = Policy(
    name="small",
    zone="UTC",
    holds_from=date(2026, 3, 1),
    orders=Lifecycle(moves={"ship": ("new", "sent")}, cancellable="new", shipped="sent"),
    rules=[Rule("asks", on=RequestCancellation, when=buyer, effect=CANCEL)],
)
MARKING = Policy(
    name="marking",
    zone="UTC",
    orders=Lifecycle(moves={"ship": ("new", "sent")}),
    rules=[],
    deadlines=[
        Deadline("late", runs=status.is_in("new"), due=placed_at + hours(1), then=mark("late")),
        Deadline(
            "marks", runs=status.is_in("new"), due=placed_at + hours(2),
            then=mark("gone", of="order"),
        ),
    ],
)
IDLE = Policy(
    name="idle",
    zone="UTC",
    orders=SMALL.orders,
    rules=[*SMALL.rules, Rule("again", on=RequestCancellation, when=buyer, effect=CANCEL)],
)
NOTHING = Policy(name="nothing", zone="UTC", orders=SMALL.orders, rules=[])
"""


def test_scenarios_are_printed_with_the_answers_of_the_policy(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a day on which the edition holds; the header says that a person has to read them."""
    assert main(["scenarios", f"{written(SMALL)}:SMALL"]) == 0
    header, scenario = capsys.readouterr().out.split("\n\n")
    assert header.startswith("# small 1: 1 scenarios, the smallest set found, show every rule,")
    assert header.endswith("the policy's own answers, right or wrong: a person has to read them.")
    order, *lines = scenario.splitlines()
    assert json.loads(order)["order"]["placed_at"] == "2026-03-02T10:00:00+00:00"
    assert [json.loads(lines[place])["by"] for place in (0, 3)] == ["seller:s-1", "buyer:b-1"]
    assert [*lines[1:3], *lines[4:]] == [
        "# → refused not_permitted: This is not permitted at present.",
        "#   order: new; the buyer: new; the seller: new",
        "# → CancellationRequested, RequestClosed, OrderCancelled (asks)",
        "#   order: cancelled; request: approved; the buyer: cancelled; the seller: cancelled",
    ]


def test_what_is_written_is_replayed_and_covers_all(
    tmp_path: Path, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """Golden cases: to the byte the same each time."""
    name = f"{written(SMALL)}:SMALL"
    first, second = (str(tmp_path / file) for file in ("first", "second"))
    assert main(["scenarios", name, "-o", first]) == 0
    assert main(["scenarios", name, "-o", second]) == 0
    assert Path(first).read_bytes() == Path(second).read_bytes()
    assert main(["replay", "--policy", name, first]) == 0
    capsys.readouterr()
    assert main(["coverage", name, first, "--fail-under", "100"]) == 0


def test_comments_are_in_the_first_language_of_a_policy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever the environment's is, unless another one is asked for."""
    assert main(["scenarios", "conect"]) == 0
    out = capsys.readouterr().out
    assert "# conect 第1版：見つかった最小のシナリオ 11 件。" in out
    assert "人が一つずつ読んで確かめること。\n" in out
    assert "\n# → 拒否 not_permitted: 現在、この操作を行うことはできません。\n" in out
    assert main(["scenarios", "conect", "--lang", "en"]) == 0
    assert "# conect 1: 11 scenarios" in capsys.readouterr().out


def test_deadlines_and_marks_are_among_the_answers(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenarios", f"{written(SMALL)}:MARKING"]) == 0
    out = capsys.readouterr().out
    assert "# → DeadlineFired (late)\n#   order: new; " in out
    assert out.endswith("; marks: 2024-04-01T12:00:00+00:00; late; gone\n")


def test_what_cannot_be_shown_is_named_with_the_reason(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two rules that say the same: neither ever decides."""
    assert main(["scenarios", f"{written(SMALL)}:IDLE"]) == 0
    out = capsys.readouterr().out
    assert '# Cannot be shown: asks: decides about "Requesting cancellation": ' in out


def test_what_is_not_found_is_named(written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1: with more cases it may be."""
    arguments = ["scenarios", "examples.half_hour_shop:SHOP", "--most-cases", "1"]
    assert main(arguments) == 1
    out = capsys.readouterr().out
    assert "# Not found: buyer_withdraws: decides" in out
    assert "They do not show what is listed below as not found." in out
    assert "the smallest set found" not in out


def test_a_policy_with_nothing_to_show_has_a_header_alone(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenarios", f"{written(SMALL)}:NOTHING"]) == 0
    assert all(line.startswith("#") for line in capsys.readouterr().out.splitlines())


def test_programs_get_lines_and_answers(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenarios", f"{written(SMALL)}:SMALL", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["policy"], data["coverage"]["percent"], data["not_found"]) == ("small", 100, [])
    order, refused, cancelled = data["scenarios"][0]
    assert order["answer"] is None
    assert refused["answer"]["codes"] == ["not_permitted"]
    assert (cancelled["line"]["do"], cancelled["answer"]["ok"]) == ("request", True)


def test_what_is_no_policy_or_language_of_it_is_not_started(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2."""
    name = written(SMALL)
    for arguments in (["conct"], [f"{name}:SMALL", "--lang", "fr"]):
        with pytest.raises(SystemExit) as stopped:
            main(["scenarios", *arguments])
        assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert "(did you mean conect?)" in err
    assert "--lang is 'fr'; expected one of: en" in err
