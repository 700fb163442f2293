"""Rules judge_rules into one decision, whatever their order; silence refuses, errors are named."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import pytest

from ordercancel.domain.commands import Approve, Reject, RequestCancellation
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import Decision, Refusal, RuleError, Verdict
from ordercancel.engine.evaluation import judge_rules
from ordercancel.policies import CONECT
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    REFER,
    Clause,
    Document,
    Forbid,
    Rule,
    clause,
    own_rule,
)
from ordercancel.rules.conditions import ALWAYS, Condition, Holds
from unit.tiny import OURS, RULES, asks, opened, tiny, utc, worded

YES, NO, GONE = Holds("yes"), Holds("no"), Holds("gone")
FACTS = {"yes": True, "no": False, "gone": None, "lost": None}


class Broken(Condition):
    """A condition that can not be tested."""

    def test(self, facts: Mapping[str, object]) -> bool | None:
        raise ZeroDivisionError("oh")

    def leaves(self):
        return iter(())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Broken)

    def __hash__(self) -> int:
        return 7


def rule(name: str, effect: object, when: Condition = ALWAYS, *, cites=OURS) -> Rule:
    return Rule(name, on=RequestCancellation, effect=effect, when=when, cites=cites)


def decided(*rules: Rule) -> Decision:
    return judge_rules(rules, FACTS, POLICY)


CANCELS = rule("a.cancel", CANCEL, cites=clause("c.2", "c.1"))
REFERS = rule("b.refer", REFER)
CLOSED = rule("c.closed", Forbid("closed"), cites=clause("c.1"))
PARTY = rule("d.party", Forbid("not_a_party"))
GAPS = rule("e.gaps", REFER, GONE & Holds("lost"))
CRASHES = rule("f.crash", REFER, Broken())
# Decisions look clauses and sentences up in their policy.
POLICY = tiny(
    rules=(*RULES, CANCELS, REFERS, CLOSED, PARTY),
    documents=(
        Document(
            "Guide",
            tuple(Clause(name, section="1", text="-") for name in ("tiny.1", "c.1", "c.2")),
        ),
    ),
)


def test_a_rule_may_speak_of_one_command_or_of_several() -> None:
    assert CANCELS.on == (RequestCancellation,)
    both = Rule("x", on=(Approve, Reject), effect=PERMIT, cites=OURS)
    assert both.on == (Approve, Reject)
    assert both.when == ALWAYS


def test_a_citation_names_clauses_and_ours_has_a_note() -> None:
    assert clause("a", "b").clauses == ("a", "b")
    assert own_rule("why").rationale == Text("why", "why")
    assert own_rule("why", ja="理由").rationale == Text("理由", "why")


def test_a_document_gives_its_clauses_its_title() -> None:
    document = Document("Guide", (Clause("c", section="1", text="-"),))
    assert document.clauses[0].document == "Guide"


def test_a_satisfied_permit_grants() -> None:
    decision = decided(CANCELS, rule("z", REFER, NO))
    assert decision.verdict is Verdict.CANCEL
    assert decision.rules == ("a.cancel",)
    assert decision.clauses == ("c.2", "c.1")
    assert not decision.is_refused
    assert decision.refusals == ()
    assert decision.codes == ()
    assert decision.message("en") == ""


def test_silence_refuses() -> None:
    decision = decided(rule("a", CANCEL, NO), rule("b", Forbid("closed"), NO))
    assert decision.is_refused
    assert decision.rules == ()
    assert decision.refusals == (
        Refusal(
            "not_permitted",
            None,
            (),
            Text("この操作は許可されていません。", "This is not permitted."),
        ),
    )
    assert decision.message("ja") == "この操作は許可されていません。"


def test_no_rules_refuse_too() -> None:
    assert decided().codes == ("not_permitted",)


def test_all_satisfied_forbids_are_reported_and_outweigh_permits() -> None:
    decision = decided(PARTY, CANCELS, CLOSED)
    assert decision.verdict is Verdict.REFUSE
    assert decision.rules == ("c.closed", "d.party")
    assert decision.codes == ("closed", "not_a_party")
    assert decision.clauses == ("c.1",)
    assert [(each.rule, each.clauses) for each in decision.refusals] == [
        ("c.closed", ("c.1",)),
        ("d.party", ()),
    ]
    assert decision.message("ja") == "受付終了です。注文が見つかりません。"
    assert decision.message("en") == "It is closed. There is no such order."


def test_two_rules_of_one_code_are_told_once() -> None:
    decision = decided(CLOSED, rule("c.again", Forbid("closed")))
    assert len(decision.refusals) == 2
    assert decision.codes == ("closed",)
    assert decision.message("en") == "It is closed."


def test_permits_that_disagree_refuse_and_are_named() -> None:
    decision = decided(REFERS, CANCELS)
    assert decision.is_refused
    assert decision.errors == (
        RuleError("permits_disagree", CANCELS, "grants cancel"),
        RuleError("permits_disagree", REFERS, "grants refer"),
    )
    assert decision.rules == ("a.cancel", "b.refer")
    assert decision.codes == ("permits_disagree",)


def test_permits_that_agree_all_determine() -> None:
    assert decided(REFERS, rule("b.too", REFER, YES)).rules == ("b.refer", "b.too")


def test_a_forbid_settles_a_disagreement() -> None:
    decision = decided(REFERS, CANCELS, CLOSED)
    assert (decision.rules, decision.errors) == (("c.closed",), ())


def test_a_missing_fact_refuses_and_names_what_is_missing() -> None:
    decision = decided(CANCELS, GAPS)
    missing = ("gone", "lost")
    assert decision.errors == (RuleError("undetermined", GAPS, "missing: gone, lost", missing),)
    assert decision.rules == ("e.gaps",)
    assert decision.codes == ("undetermined",)


@pytest.mark.parametrize(
    ("when", "missing"),
    [
        (~(GONE & YES), ("gone",)),
        ((NO | ~GONE) & YES, ("gone",)),
        (~(Holds("lost") | ~(GONE & Holds("lost"))), ("gone", "lost")),
    ],
    ids=["behind a not", "in one part of many", "deep down"],
)
def test_missing_facts_are_found_however_deep_they_are(
    when: Condition, missing: tuple[str, ...]
) -> None:
    """Only those are named whose being unknown is felt."""
    (error,) = decided(rule("e.deep", REFER, when)).errors
    assert error.missing == missing


def test_who_is_refused_for_a_missing_fact_reads_what_people_call_it() -> None:
    text = CONECT.refusal_text("undetermined", ("channel", "seller_permits", "no_such_fact"))
    assert text.ja.endswith("(不明: 注文経路、受注側がキャンセルの受付を許可)")
    assert text.en.endswith(" (not known: channel, the seller permits cancellation requests)")
    assert "不明" not in CONECT.refusal_text("undetermined", ("no_such_fact",)).ja


def test_a_rule_that_fails_refuses_and_is_named() -> None:
    decision = decided(CANCELS, CRASHES)
    assert decision.errors == (RuleError("undetermined", CRASHES, "ZeroDivisionError: oh"),)
    assert decision.codes == ("undetermined",)


def test_errors_and_forbids_are_told_together() -> None:
    decision = decided(CLOSED, GAPS, CANCELS)
    assert decision.rules == ("c.closed", "e.gaps")
    assert decision.codes == ("undetermined", "closed")


@pytest.mark.parametrize(
    "rules",
    [
        (CANCELS, REFERS),
        (CANCELS, CLOSED, PARTY),
        (GAPS, CRASHES, CLOSED),
        (REFERS, rule("b.too", REFER)),
    ],
)
def test_neither_order_nor_repetition_changes_anything(rules: tuple[Rule, ...]) -> None:
    expected = decided(*rules)
    for shuffled in permutations(rules):
        assert decided(*shuffled, *rules) == expected


def test_a_policy_words_a_standard_code_in_its_own_way() -> None:
    policy = tiny(wording=worded(refusals={"not_permitted": Text("だめ", "No.")}))
    assert judge_rules((), FACTS, policy).message("en") == "No."


def test_the_repr_of_a_decision_is_short() -> None:
    decision = POLICY.assess(asks(), opened(POLICY), utc(2))
    assert "Policy(" not in repr(decision)
