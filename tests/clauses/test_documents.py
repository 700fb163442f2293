"""The two documents: quoted to the character, each clause tested, each decision a switch."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from ordercancel import Text
from ordercancel.domain.texts import as_text
from ordercancel.policies.conect import readings as conect_readings
from ordercancel.policies.conect import rules as conect_rules
from ordercancel.policies.conect.document import CONECT_HELP
from ordercancel.policies.qoo10 import readings as qoo10_readings
from ordercancel.policies.qoo10 import rules as qoo10_rules
from ordercancel.policies.qoo10.document import QOO10_GUIDE
from ordercancel.policy import WORDING, Clause, Document, Gap, Label, Policy, Sourced, TextBounds
from ordercancel.policy.check_texts import all_texts
from ordercancel.rules.reasons import as_bounds
from ordercancel.rules.sources import Basis, Citation, Source

HERE = Path(__file__).parent
DOCUMENTS = {"conect": CONECT_HELP, "qoo10": QOO10_GUIDE}
CLAUSES = [
    pytest.param(name, each, id=each.id)
    for name, document in DOCUMENTS.items()
    for each in document.clauses
]
PLACEHOLDER = re.compile(r"\{\w+\}")

RULES: dict[str, Any] = {"conect": conect_rules, "qoo10": qoo10_rules}
MAKE: dict[str, Callable[..., Policy]] = {
    "conect": conect_rules.conect,
    "qoo10": qoo10_rules.qoo10,
}


@pytest.mark.parametrize(
    ("document", "title", "count"),
    [
        (CONECT_HELP, "CO-NECT ヘルプ: 発注側のキャンセルリクエスト機能", 26),
        (QOO10_GUIDE, "Qoo10 J·QSM ガイド: キャンセル要請の拒否", 21),
    ],
)
def test_a_document_has_its_title_and_its_clauses(
    document: Document, title: str, count: int
) -> None:
    assert document.title == title
    assert len(document.clauses) == count
    assert {each.document for each in document.clauses} == {title}


@pytest.mark.parametrize(("name", "clause"), CLAUSES)
def test_every_piece_of_a_quote_stands_in_the_document(name: str, clause: Clause) -> None:
    """Between two pieces something is left out; within one nothing is changed."""
    document = (HERE.parent / "documents" / f"{name}.txt").read_text(encoding="utf-8")
    assert [piece for piece in clause.text.split(" … ") if piece not in document] == []


@pytest.mark.parametrize(("name", "clause"), CLAUSES)
def test_every_clause_is_named_by_a_test(name: str, clause: Clause) -> None:
    """In the docstring of the class of tests that show it, or of one test."""
    tree = ast.parse((HERE / f"test_{name}.py").read_text(encoding="utf-8"))
    named = [
        ast.get_docstring(node) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]
    assert any(clause.id in docstring.split() for docstring in named)


@pytest.mark.parametrize(
    ("name", "gap"),
    [
        pytest.param(name, gap, id=f"{each.id}-{gap.parameter}")
        for name, document in DOCUMENTS.items()
        for each in document.clauses
        for gap in each.decided
    ],
)
def test_what_was_decided_can_be_decided_otherwise(name: str, gap: Gap) -> None:
    """By the parameter that the gap names, which has the default that it names."""
    parameters = inspect.signature(MAKE[name]).parameters
    if gap.parameter is None:
        assert gap.default is None
    elif gap.parameter == WORDING:
        assert gap.default is None
        assert {"texts", "notifications"} <= set(parameters)
    else:
        names = {**vars(RULES[name]), "TextBounds": TextBounds}
        named = eval(str(gap.default), {}, names)
        found = as_bounds(parameters[gap.parameter].default)
        if isinstance(named, TextBounds):
            assert (found.minimum, found.maximum) == (named.minimum, named.maximum)
        else:
            assert found == named


@pytest.mark.parametrize(
    ("document", "readings", "decided"),
    [
        (CONECT_HELP, conect_readings.READINGS, conect_readings.DECIDED),
        (QOO10_GUIDE, qoo10_readings.READINGS, qoo10_readings.DECIDED),
    ],
    ids=DOCUMENTS,
)
def test_readings_and_decisions_are_of_clauses_and_in_both_languages(
    document: Document, readings: Mapping[str, Text], decided: Mapping[str, tuple[Gap, ...]]
) -> None:
    ids = {each.id for each in document.clauses}
    assert ids >= {*readings, *decided}
    texts = [*readings.values(), *(gap.settled for gaps in decided.values() for gap in gaps)]
    assert len(texts) >= 30
    assert [each for each in texts if as_text(each).languages != ("ja", "en")] == []


def quoted(policy: Policy) -> Iterator[tuple[str, Text, Citation]]:
    """Every text of a policy that is said to be the document's own words."""
    for where, text in all_texts(policy):
        if isinstance(text, Sourced) and says(text.source):
            yield where, policy.text(text), text.source
    for part in (*policy.labels, *policy.counters):
        if says(part.source):
            words = part.text if isinstance(part, Label) else part.label
            yield part.on, policy.text(words), part.source


def says(source: Source | None) -> TypeGuard[Citation]:
    """Whether something is said to be the document's word."""
    return isinstance(source, Citation) and source.basis is Basis.SAYS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_text_that_cites_a_clause_has_its_words_to_the_character(name: str) -> None:
    """Each line stands in a clause that it cites, but for lines that show what people wrote."""
    policy = MAKE[name]()
    told = list(quoted(policy))
    assert len(told) >= 20
    other = []
    for where, text, source in told:
        words = [policy.clause(each).text for each in source.clauses]
        for line in text["ja"].split("\n"):
            pieces = PLACEHOLDER.split(line)
            if "{" not in line or where.endswith("subject"):
                other += [
                    (where, line) for piece in pieces if not any(piece in each for each in words)
                ]
    assert other == []
