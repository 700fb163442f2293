"""Rules become one decision, whatever their order; silence refuses, errors are named."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from ordercancel.domain.commands import Approve, RequestCancellation
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import Decision, Refusal, RuleError, Verdict
from ordercancel.policies import CONECT
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    Clause,
    Document,
    Flag,
    Forbid,
    Gap,
    If,
    Named,
    Refer,
    Rule,
    clause,
    decided,
    seller,
)
from ordercancel.rules.conditions import Condition, Holds
from unit.tiny import OURS, asks, opened, tiny, utc, worded

YES, NO, GONE, LOST = Holds("yes"), Holds("no"), Holds("gone"), Holds("lost")
FACTS = {"yes": True, "no": False, "gone": None, "lost": None, "status": "new"}
OPEN = {"request": "none", "is_initiator": False}
DOCUMENT = Document(
    "Guide",
    tuple(
        Clause(name, section="1", text="-", decided=(Gap("-"),))
        for name in ("tiny.1", "c.1", "c.2")
    ),
)


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


def rule(name: str, effect: Any, when: Condition = ALWAYS, *, source: Any = OURS) -> Rule:
    return Rule(name, on=RequestCancellation, effect=effect, when=when, source=source)


def decision_of(*rules: Rule, **facts: Any) -> Decision:
    policy = tiny(
        rules=rules,
        facts=tuple(Flag(name) for name in ("yes", "no", "gone", "lost")),
        documents=(DOCUMENT,),
        ask_again_while_open=True,
    )
    return policy.judge(RequestCancellation, {**FACTS, **OPEN, **facts})


CANCELS = rule("a.cancel", CANCEL, source=clause("c.2", "c.1"))
REFERS = rule("b.refer", Refer(seller))
CLOSED = rule("c.closed", Forbid("closed"), source=clause("c.1"))
SHUT = rule("d.shut", Forbid("request_open"), source=decided("c.2"))
GAPS = rule("e.gaps", Refer(seller), GONE & LOST)
CRASHES = rule("f.crash", Refer(seller), Broken())


def test_a_satisfied_grant_grants() -> None:
    decision = decision_of(CANCELS, rule("z", Refer(seller), NO))
    assert decision.verdict is Verdict.CANCEL
    assert decision.rules == ("a.cancel",)
    assert decision.clauses == ("c.2", "c.1")
    assert not decision.is_refused
    assert decision.refusals == ()
    assert decision.codes == ()
    assert decision.message("en") == "The order is cancelled at once."


def test_a_referral_says_to_whom() -> None:
    assert decision_of(REFERS).ruling.to == "seller"
    assert decision_of(CANCELS).ruling.to is None


def test_silence_refuses() -> None:
    decision = decision_of(rule("a", CANCEL, NO), rule("b", Forbid("closed"), NO))
    assert decision.is_refused
    assert decision.is_silent
    assert decision.rules == ()
    assert decision.refusals == (
        Refusal(
            "not_permitted",
            None,
            (),
            Text("現在、この操作を行うことはできません。", "This is not permitted at present."),
        ),
    )
    assert decision.message("ja") == "現在、この操作を行うことはできません。"


def test_where_no_rule_grants_the_lifecycles_own_code_stands_instead() -> None:
    decision = decision_of(rule("a", CANCEL, NO), status="sent")
    assert decision.codes == ("not_cancellable",)
    assert not decision.is_silent


def test_all_satisfied_forbids_are_reported_and_outweigh_grants() -> None:
    decision = decision_of(SHUT, CANCELS, CLOSED)
    assert decision.verdict is Verdict.REFUSE
    assert decision.rules == ("c.closed", "d.shut")
    assert decision.codes == ("closed", "request_open")
    assert decision.clauses == ("c.1",)
    assert [(each.rule, each.clauses) for each in decision.refusals] == [
        ("c.closed", ("c.1",)),
        ("d.shut", ()),
    ]
    assert decision.message("ja") == "受付終了です。すでにキャンセルリクエスト中です。"
    assert decision.message("en") == "It is closed. A cancellation request is already open."


def test_two_rules_of_one_code_are_told_once() -> None:
    decision = decision_of(CLOSED, rule("c.again", Forbid("closed")))
    assert len(decision.refusals) == 2
    assert decision.codes == ("closed",)
    assert decision.message("en") == "It is closed."


def test_grants_that_disagree_refuse_and_are_named() -> None:
    decision = decision_of(REFERS, CANCELS)
    assert decision.is_refused
    assert decision.errors == (
        RuleError("permits_disagree", CANCELS, "grants cancel"),
        RuleError("permits_disagree", REFERS, "grants refer"),
    )
    assert decision.rules == ("a.cancel", "b.refer")
    assert decision.codes == ("permits_disagree",)


def test_grants_that_refer_to_different_people_disagree() -> None:
    other = rule("b.office", Refer("operator"))
    assert decision_of(REFERS, other).codes == ("permits_disagree",)


def test_grants_that_agree_all_determine() -> None:
    assert decision_of(REFERS, rule("b.too", Refer(seller), YES)).rules == ("b.refer", "b.too")


def test_a_forbid_settles_a_disagreement() -> None:
    decision = decision_of(REFERS, CANCELS, CLOSED)
    assert (decision.rules, decision.errors) == (("c.closed",), ())


@pytest.mark.parametrize(
    ("yes", "verdict"), [(True, "cancel"), (False, "refer"), (None, "refuse")]
)
def test_of_two_effects_the_condition_decides_and_an_unknown_one_refuses(
    yes: bool | None, verdict: str
) -> None:
    both = rule("g.if", If(YES, CANCEL, Refer(seller)))
    decision = decision_of(both, yes=yes)
    assert decision.verdict == verdict
    assert decision.codes == (("undetermined",) if yes is None else ())


def test_an_unknown_condition_refuses_only_where_its_rule_speaks() -> None:
    silent = rule("g.if", If(GONE, CANCEL, Refer(seller)), NO)
    assert decision_of(silent, CANCELS).verdict is Verdict.CANCEL


def test_a_missing_fact_refuses_and_names_what_is_missing() -> None:
    decision = decision_of(CANCELS, GAPS)
    missing = ("gone", "lost")
    assert decision.errors == (RuleError("undetermined", GAPS, "missing: gone, lost", missing),)
    assert decision.rules == ("e.gaps",)
    assert decision.codes == ("undetermined",)
    assert decision.message("en").endswith("(not known: gone, lost)")


@pytest.mark.parametrize(
    ("when", "missing"),
    [
        (~(GONE & YES), ("gone",)),
        ((NO | ~GONE) & YES, ("gone",)),
        (~(LOST | ~(GONE & LOST)), ("gone", "lost")),
        (Named("n", "a name", GONE & YES), ("gone",)),
    ],
    ids=["behind a not", "in one part of many", "deep down", "behind a name"],
)
def test_missing_facts_are_found_however_deep_they_are(
    when: Condition, missing: tuple[str, ...]
) -> None:
    """Only those are named whose being unknown is felt."""
    (error,) = decision_of(rule("e.deep", Refer(seller), when)).errors
    assert error.missing == missing


def test_who_is_refused_for_a_missing_fact_reads_what_people_call_it() -> None:
    text = CONECT.refusal_text("undetermined", ("channel", "seller_permits", "no_such_fact"))
    assert text["ja"].endswith("（不明：注文経路、受注側による「注文キャンセルの受付」の許可）")
    assert text["en"].endswith(" (not known: channel, the seller permits cancellation requests)")
    assert "不明" not in CONECT.refusal_text("undetermined", ("no_such_fact",))["ja"]


def test_a_rule_that_fails_refuses_and_is_named() -> None:
    decision = decision_of(CANCELS, CRASHES)
    assert decision.errors == (RuleError("undetermined", CRASHES, "ZeroDivisionError: oh"),)
    assert decision.codes == ("undetermined",)


@pytest.mark.parametrize(
    "decides", [lambda it: it & NO, lambda it: NO & it], ids=["last", "first"]
)
def test_what_fails_beside_what_decides_is_no_error(decides: Any) -> None:
    """In whichever order they stand, as with what is unknown; also where it is negated."""
    assert not decision_of(CANCELS, rule("f", Refer(seller), decides(Broken()))).errors
    assert not decision_of(rule("f", CANCEL, ~decides(Broken()))).errors
    fails = decision_of(CANCELS, rule("f", Refer(seller), decides(Broken()) | Broken()))
    assert [each.problem for each in fails.errors] == ["ZeroDivisionError: oh"]


def test_errors_and_forbids_are_told_together() -> None:
    decision = decision_of(CLOSED, GAPS, CANCELS)
    assert decision.rules == ("c.closed", "e.gaps")
    assert decision.codes == ("undetermined", "closed")


@pytest.mark.parametrize(
    "rules",
    [
        (CANCELS, REFERS),
        (CANCELS, CLOSED, SHUT),
        (GAPS, CRASHES, CLOSED),
        (REFERS, rule("b.too", Refer(seller))),
    ],
)
def test_the_order_of_the_rules_changes_nothing(rules: tuple[Rule, ...]) -> None:
    expected = decision_of(*rules).ruling
    for shuffled in permutations(rules):
        assert decision_of(*shuffled).ruling == expected


def test_a_policy_words_a_standard_code_in_its_own_way() -> None:
    policy = tiny(texts=worded(refusals={"not_permitted": Text("だめ", "No.")}))
    facts = {"request": "pending", "is_stale": False, "is_answerer": False, "is_own_side": False}
    decision = policy.judge(Approve, {**facts, "status": "new"})
    assert decision.message("en") == "No."


def test_the_repr_of_a_decision_is_short() -> None:
    policy = tiny()
    decision = policy.assess(asks(), opened(policy), utc(2))
    assert "Policy(" not in repr(decision)
    assert decision.kind is RequestCancellation
    assert decision.facts["status"] == "new"
    assert policy.judge(RequestCancellation, dict(decision.facts)).facts["status"] == "new"
