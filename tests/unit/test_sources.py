"""A source tells apart what a document says, how we read it, and what we decided."""

from __future__ import annotations

from ordercancel.domain.texts import Text
from ordercancel.policy import (
    PERMIT,
    Approve,
    Clause,
    Document,
    Gap,
    Rule,
    Sourced,
    Withdraw,
    clause,
    decided,
    reading,
)
from ordercancel.rules.sources import Basis, as_source, own_rule


def test_what_a_clause_says_or_is_read_to_say_stands_behind_it() -> None:
    says, reads = clause("a", "b"), reading("a")
    assert (says.clauses, says.basis, says.cited) == (("a", "b"), Basis.SAYS, ("a", "b"))
    assert (reads.basis, reads.cited) == (Basis.READS, ("a",))


def test_what_was_decided_names_the_clause_and_does_not_cite_it() -> None:
    ours = decided("a", parameter="may_ask")
    assert (ours.clauses, ours.basis, ours.cited) == (("a",), Basis.DECIDED, ())
    assert ours.parameter == "may_ask"
    assert decided("a").parameter is None


def test_what_rests_on_no_document_says_why() -> None:
    assert own_rule("why").rationale == Text(en="why")
    assert own_rule("why", ja="理由").rationale == Text("理由", "why")


def test_a_text_says_whose_word_it_is() -> None:
    """What the clause says in Japanese, and in English what that means."""
    assert clause("a").text("承認", "Approve") == Sourced(Text("承認", "Approve"), clause("a"))


def test_a_decision_is_worded_in_both_languages() -> None:
    assert Gap.of("一度だけ", "once alone", "ask_twice", "False", on=(Withdraw,)) == Gap(
        Text("一度だけ", "once alone"), "ask_twice", "False", on=(Withdraw,)
    )


def test_a_plain_str_is_a_source_of_ones_own() -> None:
    assert as_source("our terms, §4") == own_rule("our terms, §4")
    assert as_source(None) is None
    rule = Rule("r", on=Approve, effect=PERMIT, source="our terms")
    assert rule.source == own_rule("our terms")


def test_a_document_gives_its_clauses_its_title() -> None:
    document = Document("Guide", (Clause("c", section="1", text="-"),))
    assert document.clauses[0].document == "Guide"
