"""An effect is a grant, a forbid, or one of two by a condition."""

from __future__ import annotations

import pytest

from ordercancel.domain.commands import Approve, Reject, RequestCancellation
from ordercancel.policy import ALWAYS, CANCEL, OTHER_SIDE, PERMIT, Forbid, If, Refer, Rule, seller
from ordercancel.rules.conditions import Condition, Holds
from ordercancel.rules.effects import leaves_of

YES, NO = Holds("yes"), Holds("no")


@pytest.mark.parametrize(
    ("effect", "word"), [(CANCEL, "cancel"), (PERMIT, "permit"), (Refer("seller"), "refer")]
)
def test_a_grant_has_the_word_of_its_verdict(effect: object, word: str) -> None:
    assert str(effect) == word


def test_a_role_is_named_or_told_by_its_condition() -> None:
    assert Refer(seller) == Refer("seller")
    assert Refer("carrier").to == "carrier"
    assert Refer(OTHER_SIDE).to == "other_side"


@pytest.mark.parametrize("to", [seller | YES, YES])
def test_what_names_no_role_is_left_for_the_policy_to_name(to: Condition) -> None:
    assert Refer(to).to is to  # type: ignore[arg-type]


def test_a_plain_effect_holds_under_the_condition_of_its_rule() -> None:
    assert list(leaves_of(CANCEL)) == [(ALWAYS, CANCEL)]
    rule = Rule("r", on=RequestCancellation, when=YES, effect=CANCEL)
    assert list(rule.leaves()) == [(YES, CANCEL)]


def test_either_branch_holds_under_the_whole_condition_that_leads_to_it() -> None:
    inner = If(NO, CANCEL, Forbid("closed"))
    effect = If(YES, Refer(seller), inner)
    assert list(leaves_of(effect, Holds("asked"))) == [
        (Holds("asked") & YES, Refer(seller)),
        (Holds("asked") & ~YES & NO, CANCEL),
        (Holds("asked") & ~YES & ~NO, Forbid("closed")),
    ]


def test_a_branch_that_is_missing_is_left_for_the_policy_to_name() -> None:
    assert list(leaves_of(If(YES, CANCEL))) == [(ALWAYS & YES, CANCEL)]


def test_a_rule_may_speak_of_one_command_or_of_several() -> None:
    one = Rule("x", on=Approve, effect=PERMIT)
    both = Rule("x", on=(Approve, Reject), effect=PERMIT)
    assert (one.on, both.on) == ((Approve,), (Approve, Reject))
    assert (one.when, one.source) == (ALWAYS, None)
