"""`ordercancel quote` as somebody tries money rules without Python."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ordercancel.cli.main import main

CASES = Path(__file__).parent.parent / "money" / "cases.json"
CASE: dict[str, Any] = {
    "currency": "JPY",
    "digits": 0,
    "lines": [{"id": "a", "quantity": 3, "amount": 1000}],
    "charges": [{"id": "s", "kind": "shipping", "amount": 500, "lines": ["a"]}],
    "fees": [{"id": "late", "rate": [3, 10], "minimum": 500}],
    "steps": [],
}
Answers = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def answers(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Runs the command on a text; gives its status and its answers."""

    def run(text: str) -> tuple[int, list[dict[str, Any]]]:
        stream = io.TextIOWrapper(io.BytesIO(text.encode()))
        monkeypatch.setattr(sys, "stdin", stream)
        status = main(["quote", "-"])
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def of(*steps: Any, **changes: Any) -> str:
    return json.dumps({**CASE, **changes, "steps": list(steps)})


def test_each_step_of_a_case_is_answered(answers: Answers) -> None:
    status, given = answers(
        of({"ship": {"a": 1}}, {"cancel": {"a": 1}, "fee": "late"}, {"cancel": {"a": 2}}, id="x")
    )
    nothing = {"goods": {}, "charges": {}, "tax": {}}
    assert status == 0
    assert given[0] == {
        "case": "x",
        "step": 1,
        "ok": True,
        "codes": [],
        "refund": 0,
        "fee": 0,
        **nothing,
        "tenders": {},
        "remaining": 1500,
    }
    assert given[1] == {
        "case": "x",
        "step": 2,
        "ok": True,
        "codes": [],
        "refund": 0,
        "fee": 333,
        "goods": {"a": 333},
        "charges": {},
        "tax": {},
        "tenders": {"card": 0},
        "remaining": 1167,
    }
    assert given[2] == {
        "case": "x",
        "step": 3,
        "ok": False,
        "codes": ["more_than_remains"],
        "refund": 0,
        "fee": 0,
        **nothing,
        "tenders": {},
        "remaining": 1167,
        "message": "cancel.lines['a']: is 2; expected at most 1",
    }


def test_all_cases_of_a_file_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    """In their order; a step that is refused is an answer like others."""
    assert main(["quote", str(CASES)]) == 0
    given = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    assert [(each["case"], each["step"]) for each in given] == [
        (case["id"], number) for case in cases for number, _ in enumerate(case["steps"], 1)
    ]
    refused = [(each["case"], each["codes"]) for each in given if not each["ok"]]
    assert refused == [
        ("15-after-partial-shipment", ["more_than_remains"]),
        ("40-refunded-elsewhere", ["more_than_paid"]),
    ]


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        ({"cancel": {"a": 4}}, ["more_than_remains"]),
        ({"cancel": {}}, ["more_than_remains"]),
        ({"cancel": {"b": 1}}, ["unknown_line"]),
        ({"cancel": {"a": 1}, "fee": "early"}, ["unknown_fee"]),
        ({"cancel": {"a": 1}, "fee": []}, ["unknown_fee"]),
        ({"cancel": {"a": "1"}}, ["invalid"]),
        ({"cancel": 3}, ["invalid"]),
        ({"ship": {"a": 0}}, ["invalid"]),
        ({"refunded_elsewhere": 1501}, ["more_than_paid"]),
        ({"refunded_elsewhere": 1.5}, ["invalid"]),
        ({"refunded_elsewhere": 1, "tender": "cash"}, ["unknown_tender"]),
        ({"refunded_elsewhere": 1, "tender": {}}, ["unknown_tender"]),
        ({"ship": {"a": 1}, "cancel": {"a": 1}}, ["invalid"]),
        ({"ship": {"a": 1}, "fee": "late"}, ["invalid"]),
        ({"restock": {"a": 1}}, ["invalid"]),
        ([], ["invalid"]),
    ],
)
def test_a_step_that_is_wrong_changes_nothing(
    answers: Answers, step: Any, codes: list[str]
) -> None:
    status, (wrong, after) = answers(of(step, {"cancel": "all"}))
    assert status == 0
    assert (wrong["ok"], wrong["codes"], wrong["remaining"]) == (False, codes, 1500)
    assert (after["ok"], after["refund"], after["remaining"]) == (True, 1500, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lines": []}, "Money.lines: are none; expected at least one line"),
        ({"lines": 3}, "case.lines: is 3; expected a list"),
        ({"lines": [{"id": "a"}]}, "lines[0].quantity: is missing; expected a value"),
        ({"lines": [7]}, "lines[0]: is 7; expected an object"),
        ({"currency": 3}, "Money.currency: is an int; expected a line of 1 to 200"),
        ({"charges": [{"id": "x", "kind": "tip", "amount": 1}]}, "Charge.kind: is 'tip'"),
        ({"price": 3}, "case.price: is unknown; expected one of: currency, digits"),
        ({"tax": 8}, "tax: is 8; expected an object"),
        ({"tax": {"mode": "added", "rates": 8}}, "tax.rates: is 8; expected rates by class"),
        ({"tax": {"mode": "added", "rates": {"8": 8}}}, "Tax.rates['8']: is 8; expected a num"),
        ({"rounding": "up and away"}, "Refunding.rounding: is 'up and away'; expected one of"),
        ({"tenders": [{"id": "c", "amount": 1501}]}, "Money.tenders: paid 1501; expected at most"),
    ],
)
def test_a_case_that_is_wrong_is_named(
    answers: Answers, changes: dict[str, Any], message: str
) -> None:
    """As step 0, and the others are answered."""
    text = json.dumps({"cases": [json.loads(of(**changes)), json.loads(of({"cancel": "all"}))]})
    status, (wrong, right) = answers(text)
    assert status == 1
    assert (wrong["case"], wrong["step"], wrong["ok"]) == ("1", 0, False)
    assert wrong["message"].startswith(message)
    assert (right["case"], right["refund"]) == ("2", 1500)


def test_a_case_without_what_it_needs_is_named(answers: Answers) -> None:
    status, given = answers('[{"currency": "JPY"}, 7, {"steps": 3, "currency": "JPY"}]')
    assert status == 1
    assert [each["message"] for each in given] == [
        "case.digits: is missing; expected a value",
        "case: is 7; expected an object",
        "case.digits: is missing; expected a value",
    ]
    (only,) = answers(json.dumps({**CASE, "steps": 3}))[1]
    assert only["message"] == "case.steps: is 3; expected a list of steps"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1 column 1"),
        ("{", "line 1 column 2"),
        ("{}\n{}", "line 2 column 1"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_where_a_file_is_no_json_is_said(
    text: str, where: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text, encoding="utf-8")
    assert main(["quote", str(file)]) == 2
    complaint = capsys.readouterr().err
    assert "file: is no JSON" in complaint
    assert where in complaint
