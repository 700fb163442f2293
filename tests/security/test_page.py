"""What the page on security says of tests and bounds is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ordercancel.cli.lines import MAX_LINE_BYTES
from ordercancel.domain import limits
from ordercancel.policy.check_conditions import MOST_NESTED, MOST_PARTS
from ordercancel.policy.validation import MOST_RULES

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE))
BOUNDS = {
    "an id, code, status or address": [limits.MAX_LINE],
    "a text as it is given": [limits.MAX_TEXT],
    "a text as it is kept, in NFC": [limits.MAX_KEPT_TEXT],
    "facts of the host's own on an order, or with a command": [limits.MAX_FACTS, limits.MAX_LINE],
    "addresses of a party": [limits.MAX_EMAILS],
    "requests of an order": [limits.MAX_REQUESTS],
    "deadlines that have fired, and marks, that an order keeps": [limits.MAX_REMEMBERED],
    "rules that an event names": [limits.MAX_RULES],
    "rules, and deadlines, of a policy": [MOST_RULES, MOST_PARTS, MOST_NESTED],
    "times of a policy": [limits.MAX_NESTED_TIMES, limits.MAX_TIMES],
    "facts of an order that a policy declares": [limits.MAX_FACTS],
    "the subject and the body of a message": [limits.MAX_MESSAGE],
    "a line of a scenario": [MAX_LINE_BYTES],
}
YEARS = [limits.FIRST_YEAR, limits.LAST_YEAR, limits.LAST_DUE_YEAR]


@pytest.mark.parametrize(("what", "bounds"), BOUNDS.items(), ids=BOUNDS)
def test_the_bounds_are_those_of_the_code(what: str, bounds: list[int]) -> None:
    for bound in bounds:
        assert re.search(rf"\b{bound:,}\b", ROWS[what])


def test_the_years_are_those_of_the_code() -> None:
    assert [int(year) for year in re.findall(r"\d{4}", ROWS["times and days"])] == YEARS


def test_every_test_that_holds_a_promise_exists() -> None:
    """Each is named with a path, and each file of these tests is named."""
    named = set(re.findall(r"`(tests/[^`]+)`", PAGE))
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    ours = {f"tests/security/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert ours - named == {"tests/security/test_page.py"}


def test_nobody_is_asked_to_write_to_an_address() -> None:
    """A vulnerability is reported where the repository is."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "private security advisory" in text
    assert "@" not in text + PAGE
