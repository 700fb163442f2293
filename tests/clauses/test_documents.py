"""The two documents: quoted to the character, each clause tested, each decision a switch."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ordercancel.policies.conect import rules as conect_rules
from ordercancel.policies.conect.document import CONECT_HELP
from ordercancel.policies.qoo10 import rules as qoo10_rules
from ordercancel.policies.qoo10.document import QOO10_GUIDE
from ordercancel.policy import Clause, Document, Policy, TextBounds
from ordercancel.rules.reasons import as_bounds
from ordercancel.rules.sources import Basis, Citation

HERE = Path(__file__).parent
DOCUMENTS = {"conect": CONECT_HELP, "qoo10": QOO10_GUIDE}
CLAUSES = [
    pytest.param(name, each, id=each.id)
    for name, document in DOCUMENTS.items()
    for each in document.clauses
]
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
    ("name", "clause", "parameter", "default"),
    [
        pytest.param(name, each, parameter, default, id=f"{each.id}-{parameter}")
        for name, document in DOCUMENTS.items()
        for each in document.clauses
        for _, parameter, default in each.decided
    ],
)
def test_what_was_decided_can_be_decided_otherwise(
    name: str, clause: Clause, parameter: str, default: str
) -> None:
    """By the parameter that the clause names, which has the default that it names."""
    assert clause.decided
    parameters = inspect.signature(MAKE[name]).parameters
    if parameter == "-":
        assert default == "-"
    elif parameter == "wording":
        assert default == "ours"
        assert {"texts", "notifications"} <= set(parameters)
    else:
        names = {**vars(RULES[name]), "TextBounds": TextBounds}
        named = eval(default, {}, names)
        found = as_bounds(parameters[parameter].default)
        if isinstance(named, TextBounds):
            assert (found.minimum, found.maximum) == (named.minimum, named.maximum)
        else:
            assert found == named


def cited(policy: Policy, basis: Basis) -> list[Citation]:
    """The citations of a policy's parts that rest on their clauses in this way."""
    parts = (
        *policy.provisions,
        *policy.reasons,
        *policy.notifications,
        *policy.labels,
        *policy.counters,
    )
    sources = [each.source for each in parts if isinstance(each.source, Citation)]
    return [source for source in sources if source.basis is basis]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_rests_on_a_reading_names_clauses_that_have_one(name: str) -> None:
    """Nothing is passed off as a reading that nobody wrote down."""
    policy = MAKE[name]()
    readings = cited(policy, Basis.READS)
    assert len(readings) >= 2
    unread = [
        each for source in readings for each in source.clauses if not policy.clause(each).reading
    ]
    assert unread == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_rests_on_a_decision_names_a_parameter_that_there_is(name: str) -> None:
    """So that a page can say which switch turns it over."""
    policy = MAKE[name]()
    parameters = inspect.signature(MAKE[name]).parameters
    decisions = cited(policy, Basis.DECIDED)
    assert len(decisions) >= 4
    assert [each for each in decisions if each.parameter not in (None, *parameters)] == []
