"""What the library says in Japanese and in English says the same of the same things."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path
from string import Formatter

import pytest

import ordercancel

SOURCE = Path(ordercancel.__file__).parent

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")

OF_THE_GRAMMAR = {"it", "request", "ja", "en"}
"""What a policy's document calls a request, which English texts do not ask for; the languages."""

MEANT = {"'{month}月{day}日'"}
"""English writes the name of the month, Japanese its number."""


def names(text: ast.expr) -> set[str]:
    """What is filled into a literal text: its fields, and the variables of an f-string."""
    if isinstance(text, ast.Constant):
        return {name for _, name, _, _ in Formatter().parse(str(text.value)) if name is not None}
    parts = [each for each in ast.walk(text) if isinstance(each, ast.FormattedValue)]
    inside = [each for part in parts for each in ast.walk(part.value)]
    calls = {each.func for each in inside if isinstance(each, ast.Call)}
    return {
        each.id
        for each in inside
        if isinstance(each, ast.Name) and each not in calls and not each.id.isupper()
    } - {"self"}


def pairs() -> list[tuple[str, ast.expr, ast.expr]]:
    """Every literal Japanese text with the English one beside it, and where it stands."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        source = path.read_text("utf-8")
        if not JAPANESE.search(source):
            continue
        calls = (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call))
        for call in calls:
            named = {each.arg: each.value for each in call.keywords}
            texts = [*call.args, *(named[each] for each in ("ja", "en") if each in named)]
            found += [
                (f"{path.relative_to(SOURCE)}:{call.lineno}", ja, en)
                for ja, en in pairwise(texts)
                if isinstance(ja, ast.Constant | ast.JoinedStr)
                and isinstance(en, ast.Constant | ast.JoinedStr)
                and JAPANESE.search(ast.unparse(ja))
                and not JAPANESE.search(ast.unparse(en))
            ]
    return found


def test_both_languages_fill_in_the_same() -> None:
    """No sentence leaves out in one language the status, role or fact that it has in the other."""
    texts = pairs()
    assert len(texts) > 900
    lacking = [
        f"{where}: {sorted(differ)}"
        for where, ja, en in texts
        if (differ := (names(ja) ^ names(en)) - OF_THE_GRAMMAR) and ast.unparse(ja) not in MEANT
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("text", "filled_in"),
    [
        ("'in {status}, by {who}'", {"status", "who"}),
        ("f\"{who['en']} in {status!r}\"", {"who", "status"}),
        ("f'{title(who)} of {self.policy.role(role)}'", {"who", "role"}),
        ("f'{GREETING}{{addressee}}'", set()),
    ],
)
def test_what_is_filled_in_is_found(text: str, filled_in: set[str]) -> None:
    assert names(ast.parse(text, mode="eval").body) == filled_in
