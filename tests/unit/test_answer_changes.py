"""Stricter, looser, equal, incomparable: what another edition is to each role and command."""

from __future__ import annotations

from functools import partial

import attrs
import pytest

from editions import (
    CLERK,
    GIFT,
    OPPOSITES,
    PAIRS,
    PLACED,
    SIZE,
    STATUSES,
    TENTH,
    asking,
    desk,
    relations,
    with_fees,
)
from ordercancel import InvalidValue, Text, Verdict, Withdraw
from ordercancel.explain import Difference, PartChange
from ordercancel.explain import diff as any_diff
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Choice,
    Fee,
    Flag,
    Number,
    Refer,
    Rule,
    Texts,
    is_initiator,
    operator,
    seller,
)

diff = partial(any_diff, by="enumeration")
"""By trying every combination, as nothing but the core can."""


class TestTheWord:
    @pytest.mark.parametrize("pair", PAIRS)
    def test_is_that_of_whoever_gives_the_command(self, pair: str) -> None:
        """And the opposite one the other way round."""
        before, after, words = PAIRS[pair]
        assert relations(diff(before, after)) == words
        assert relations(diff(after, before)) == {
            who: OPPOSITES[word] for who, word in words.items()
        }

    def test_is_equal_in_no_line_where_nothing_is(self) -> None:
        before, after, _ = PAIRS["no longer shut for everybody"]
        lines = diff(before, after).text("en").splitlines()
        assert [line for line in lines if line.endswith(": equal") and ";" not in line] == []


class TestTheSameAnswer:
    def test_by_another_code_is_told_with_either_code(self) -> None:
        """It is noticed, so that the policies are not the same."""
        difference = diff(*PAIRS["another code"][:2])
        assert difference.changes == ()  # nobody is ever offered it
        difference = diff(*PAIRS["another code for who may"][:2])
        assert not difference.same
        assert [(each.difference, each.code) for each in difference.changes] == [
            (Difference.CODE, "closed"),
            (Difference.CODE, "shut"),
        ]
        told = difference.text("en")
        assert "the buyer: same answer, other code: closed" in told
        assert "the buyer: same answer, other code: shut" in told
        assert told.count("  refuse (closed) — b\n  → refuse (shut) — b\n") == 2

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
