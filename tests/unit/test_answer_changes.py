"""Stricter, looser, equal, incomparable: what another edition is to each role and command."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ordercancel import (
    AnswerWithdrawal,
    AskWithdrawal,
    InvalidValue,
    Policy,
    Reject,
    RequestCancellation,
    Text,
    Verdict,
    Withdraw,
)
from ordercancel.domain.commands import JUDGED
from ordercancel.explain import Difference, PartChange, PolicyDiff, Relation, diff
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    PERMIT,
    Choice,
    Fee,
    Flag,
    Forbid,
    If,
    Lifecycle,
    Number,
    Refer,
    Refunding,
    Role,
    Rule,
    Texts,
    buyer,
    is_answerer,
    is_initiator,
    operator,
    seller,
    status,
)

GIFT = Flag("gift", of=RequestCancellation)
SIZE = Choice("size", values=("s", "l"))
CLERK = Role("clerk", side="seller")
STATUSES = ("placed", "shipped", "cancelled")
PLACED = buyer & status.is_in("placed")


def asking(effect: Any, when: Any = PLACED, rule: str = "asks") -> Rule:
    return Rule(rule, on=RequestCancellation, when=when, effect=effect)


def desk(*rules: Rule, **changes: Any) -> Policy:
    """A policy with one status before shipping, where nothing is permitted but by `rules`."""
    parts: dict[str, Any] = {
        "name": "desk",
        "zone": "UTC",
        "source": "our terms",
        "orders": Lifecycle(
            moves={"ship": ("placed", "shipped")}, cancellable="placed", shipped="shipped"
        ),
        "rules": rules,
    }
    return Policy(**{**parts, **changes})


def relations(difference: PolicyDiff) -> dict[str, str]:
    """The words by command and role, where they are not "equal"."""
    return {
        f"{each.kind.__name__} {each.role}": str(each.relation)
        for each in difference.answers
        if each.relation != "equal"
    }


def both_ways(before: Policy, after: Policy) -> tuple[dict[str, str], dict[str, str]]:
    return relations(diff(before, after)), relations(diff(after, before))


class TestTheWord:
    @pytest.mark.parametrize(
        ("less", "more"),
        [
            (desk(), desk(asking(CANCEL))),
            (desk(), desk(asking(Refer(seller)))),
            (desk(asking(Refer(seller))), desk(asking(CANCEL))),
            (desk(asking(Forbid("closed"))), desk(asking(Refer(operator)))),
            (desk(asking(If(is_initiator, Refer(seller), CANCEL))), desk(asking(CANCEL))),
            (desk(asking(CANCEL), asking(Refer(seller), rule="b")), desk(asking(CANCEL))),
            (
                desk(asking(CANCEL, PLACED & SIZE.is_in("s", "l")), facts=(SIZE,)),
                desk(asking(CANCEL), facts=(SIZE,)),
            ),
        ],
        ids=[
            "cancels",
            "refers",
            "cancels instead of referring",
            "refers instead of refusing",
            "cancels where it referred",
            "grants that no longer disagree",
            "no longer undetermined where a fact is missing",
        ],
    )
    def test_is_looser_where_somewhere_more_is_answered_and_never_less(
        self, less: Policy, more: Policy
    ) -> None:
        """And stricter the other way round; all else is equal."""
        there, back = both_ways(less, more)
        assert there == {"RequestCancellation buyer": "looser"}
        assert back == {"RequestCancellation buyer": "stricter"}

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (desk(asking(Refer(seller))), desk(asking(Refer(operator)))),
            (
                desk(asking(Refer(seller)), roles=(CLERK,)),
                desk(asking(Refer(OTHER_SIDE)), roles=(CLERK,)),
            ),
            (
                desk(asking(If(GIFT, CANCEL, Refer(seller))), facts=(GIFT,)),
                desk(asking(If(GIFT, Refer(seller), CANCEL)), facts=(GIFT,)),
            ),
        ],
        ids=["somebody else answers", "more people answer", "each is stricter somewhere"],
    )
    def test_is_incomparable_where_neither_is_stricter(
        self, before: Policy, after: Policy
    ) -> None:
        assert both_ways(before, after) == (
            {"RequestCancellation buyer": "incomparable"},
            {"RequestCancellation buyer": "incomparable"},
        )

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (desk(asking(Refer(seller))), desk(asking(Refer(OTHER_SIDE)))),
            (desk(asking(Forbid("closed"))), desk(asking(Forbid("shut")))),
            (desk(asking(CANCEL)), desk(asking(CANCEL, rule="other"))),
            (
                desk(asking(If(GIFT, CANCEL, Refer(seller))), facts=(GIFT,)),
                desk(
                    asking(CANCEL, PLACED & GIFT),
                    asking(Refer(seller), PLACED & ~GIFT.holds, "b"),
                    facts=(GIFT,),
                ),
            ),
        ],
        ids=["the only one who answers", "another code", "another rule", "two rules for one"],
    )
    def test_is_equal_where_the_answers_are(self, before: Policy, after: Policy) -> None:
        """Whatever says so."""
        assert both_ways(before, after) == ({}, {})

    def test_is_of_whoever_gives_the_command(self) -> None:
        """A rejection that goes to the operator is less for those who answer, and for no one else.

        The system never answers.
        """
        plain = desk(asking(Refer(seller)))
        passed_on = Rule("passed_on", on=Reject, when=is_answerer, effect=Refer(operator))
        assert relations(diff(plain, desk(asking(Refer(seller)), passed_on))) == {
            "Reject buyer": "stricter",
            "Reject seller": "stricter",
            "Reject operator": "stricter",
            "Reject system": "stricter",
        }

    def test_may_be_another_one_for_each_role(self) -> None:
        withdraws = Rule("withdraws", on=Withdraw, when=seller, effect=PERMIT)
        before = desk(asking(CANCEL), withdraws)
        after = desk(asking(Refer(seller)), asking(CANCEL, seller, "seller_asks"))
        assert relations(diff(before, after)) == {
            "RequestCancellation buyer": "stricter",
            "RequestCancellation seller": "looser",
            "Withdraw seller": "stricter",
        }

    def test_may_be_stricter_for_everybody_and_everything(self) -> None:
        """No line says that anything is equal."""
        permits = Rule("permits", on=(Withdraw, AskWithdrawal, AnswerWithdrawal), effect=PERMIT)
        shut = Rule("shut", on=JUDGED, effect=Forbid("shut"))
        open_ = desk(asking(CANCEL, status.is_in("placed")), permits)
        closed = desk(asking(CANCEL, status.is_in("placed")), permits, shut)
        difference = diff(open_, closed)
        assert {each.relation for each in difference.answers if each.role == "seller"} == {
            Relation.STRICTER
        }
        lines = difference.text("en").splitlines()
        assert [line for line in lines if line.endswith(": equal") and ";" not in line] == []


class TestTheSameAnswer:
    def test_by_another_code_is_told_with_either_code(self) -> None:
        """It is noticed, so that the policies are not the same."""
        difference = diff(desk(asking(Forbid("closed"))), desk(asking(Forbid("shut"))))
        assert difference.changes == ()  # nobody is ever offered it
        one, other = (
            desk(asking(CANCEL), asking(Forbid(code), GIFT, "b"), facts=(GIFT,))
            for code in ("closed", "shut")
        )
        difference = diff(one, other)
        assert not difference.same
        assert [(each.difference, each.code) for each in difference.changes] == [
            (Difference.CODE, "closed"),
            (Difference.CODE, "shut"),
        ]
        assert "the buyer: same answer, other code (" in difference.text("en")

    def test_by_another_rule_is_told_and_nobody_notices(self) -> None:
        difference = diff(desk(asking(CANCEL)), desk(asking(CANCEL, rule="other")))
        assert difference.same
        assert difference.changes == ()
        assert difference.text("en").splitlines()[-3:] == [
            (
                "Requesting cancellation (RequestCancellation), the buyer: "
                "same answer, other rule (14)"
            ),
            "  cancel at once — asks",
            "  → cancel at once — other",
        ]

    def test_goes_to_other_people_in_words(self) -> None:
        difference = diff(desk(asking(Refer(seller))), desk(asking(Refer(operator))))
        lines = difference.text("en").splitlines()
        assert lines[5:8] == [
            (
                "Requesting cancellation (RequestCancellation), the buyer: "
                "referred to somebody else (11)"
            ),
            "  refer to the answerer (the seller) — asks",
            "  → refer to the answerer (an operator) — asks",
        ]


def with_fees(*fees: Fee) -> Policy:
    return desk(asking(CANCEL), facts=(GIFT,), refunding=Refunding(fees=fees))


TENTH = Fee(id="tenth", rate=(1, 10))


class TestFees:
    def test_that_differ_are_told_and_the_word_stays(self) -> None:
        """Of an order with prices; the terms are in the words of the fee."""
        difference = diff(with_fees(TENTH), with_fees(attrs.evolve(TENTH, rate=(2, 10))))
        assert relations(difference) == {}
        (change,) = difference.changes
        assert (change.difference, change.example["has_prices"]) == (Difference.FEE, True)
        lines = difference.text("en").splitlines()
        assert lines[5:7] == [
            "  cancel at once (10% of the goods) — asks, tenth",
            "  → cancel at once (20% of the goods) — asks, tenth",
        ]
        assert lines[7].endswith("; the order has prices: yes")

    def test_that_only_one_has_are_told(self) -> None:
        free = with_fees()
        (change,) = diff(free, with_fees(TENTH)).changes
        assert (change.before.fee, change.after.fee) == (None, TENTH)
        assert "  cancel at once (手数料なし)" not in diff(free, with_fees(TENTH)).text("en")
        assert "  cancel at once (no fee) — asks\n" in diff(free, with_fees(TENTH)).text("en")
        assert change.as_dict()["after"]["fee"] == "tenth"

    def test_of_other_names_are_the_same(self) -> None:
        """What is taken is the same."""
        difference = diff(with_fees(TENTH), with_fees(attrs.evolve(TENTH, id="other")))
        assert difference.changes == ()
        assert difference.parts[0] == PartChange("refunding.fees[tenth].id", "tenth", None)

    def test_that_disagree_refuse(self) -> None:
        """With a gift both hold: the request is refused, of an order with prices."""
        once, twice = TENTH, Fee(id="gift", when=GIFT.holds, rate=(1, 2))
        difference = diff(with_fees(once), with_fees(once, twice))
        assert relations(difference) == {"RequestCancellation buyer": "stricter"}
        change = difference.changes[0]
        assert (change.after.verdict, change.code) == (Verdict.REFUSE, "fees_disagree")
        assert (change.example["gift"], change.example["has_prices"]) == (True, True)


class TestWhatOnlyOneHas:
    def test_may_be_commands_roles_facts_languages_and_words(self) -> None:
        wide = Choice("size", values=("s", "l", "xl"))
        one = desk(asking(CANCEL), facts=(SIZE,), languages=("en",))
        other = desk(
            asking(CANCEL),
            Rule("withdraws", on=Withdraw, when=is_initiator, effect=PERMIT),
            facts=(wide, Number("weight")),
            languages=("en", "ja"),
            texts=Texts(statuses={each: Text("状態", each) for each in STATUSES}),
            roles=(CLERK,),
        )
        difference = diff(one, other)
        assert difference.only_before == {}
        assert difference.only_after == {
            "commands": ("Withdraw",),
            "facts": ("weight",),
            "languages": ("ja",),
            "role": ("clerk",),
            "size": ("xl",),
        }
        assert "Only desk 1 has commands: Withdraw\n" in difference.text("en")
        assert "desk 1 のみにあるもの（言語）：ja\n" in difference.text("ja")

    def test_may_be_a_fact_of_the_first(self) -> None:
        """An example names it as the policy does that knows it."""
        size = attrs.evolve(SIZE, label="parcel size")
        before = desk(asking(CANCEL, PLACED & size.is_in("s")), facts=(size,))
        assert "parcel size: s" in diff(before, desk()).text("en")

    def test_is_never_a_fact_of_another_kind(self) -> None:
        """All such facts are named: no value is of both."""
        one = desk(facts=(SIZE, Flag("gift"), Number("weight")))
        other = desk(facts=(Flag("size"), GIFT, Number("weight")))
        with pytest.raises(InvalidValue) as refused:
            diff(one, other)
        assert [str(fault) for fault in refused.value.faults] == [
            (
                "diff.facts['size']: is a Choice of desk 1; expected a Flag, as desk 1 has it, or "
                "another name"
            ),
            (
                "diff.facts['gift']: is a Flag of desk 1; expected a Flag of RequestCancellation, "
                "as desk 1 has it, or another name"
            ),
        ]
