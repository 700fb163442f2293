"""Fees in a policy: checked when it is built, cited, explained, and told to people and tools."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from examples.furniture import FURNITURE
from examples.half_hour_shop import SHOP

from ordercancel.domain.errors import InvalidPolicy, InvalidValue
from ordercancel.explain import diff, markdown_page, policy_data
from ordercancel.policy import (
    Clause,
    Document,
    Fee,
    Policy,
    Refunding,
    Tax,
    buyer,
    clause,
    own_rule,
)
from ordercancel.policy.describe import Spoken
from ordercancel.rules.conditions import All, Holds
from ordercancel.rules.refunding import TaxMode


def with_fees(*fees: Fee, **changes: Any) -> Policy:
    return attrs.evolve(FURNITURE, refunding=Refunding(fees=fees), **changes)


class TestBuilding:
    def test_everything_that_is_wrong_with_fees_is_named_at_once(self) -> None:
        with pytest.raises(InvalidPolicy) as error:
            with_fees(
                Fee(id="a", when=Holds("made_up")),
                Fee(id="buyer_asks", when="always"),  # type: ignore[arg-type]
                Fee(id="c", source=clause("3.9")),
            )
        assert [str(fault).partition(";")[0] for fault in error.value.faults] == [
            "Policy furniture.refunding.fees['a'].when: speaks of the unknown fact 'made_up'",
            "Policy furniture.refunding.fees['buyer_asks'].when: is a str",
            "Policy furniture.rules['buyer_asks']: has an id that occurs twice",
            "Policy furniture.rules['c'].source: cites '3.9'",
        ]

    def test_whether_parts_are_cancelled_is_true_or_false(self) -> None:
        odd: Any = "no"
        with pytest.raises(InvalidPolicy, match="whole_orders_only: is a str; expected true or"):
            attrs.evolve(FURNITURE, whole_orders_only=odd)

    def test_what_is_no_refunding_is_refused(self) -> None:
        with pytest.raises(InvalidPolicy) as error:
            attrs.evolve(FURNITURE, refunding=(Fee(id="a"),))
        assert str(error.value.faults[0]) == (
            "Policy furniture.refunding: is a tuple; expected a Refunding"
        )

    def test_a_condition_too_deep_to_look_through_is_refused(self) -> None:
        deep: Any = buyer
        for _ in range(101):
            deep = All((deep,))
        with pytest.raises(InvalidPolicy) as error:
            with_fees(Fee(id="a", when=deep))
        assert error.value.faults[0].where == "Policy furniture.refunding.fees['a'].when"

    def test_a_fee_is_checked_before_it_is_in_a_policy(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Fee(id="", rate=(3, 2), minimum=-1)
        assert len(error.value.faults) == 3


class TestDigest:
    def test_a_policy_that_refunds_nothing_has_the_digest_that_it_had(self) -> None:
        assert SHOP.digest == "84bdb7d5f841bad4"

    @pytest.mark.parametrize(
        "refunding",
        [
            None,
            Refunding(),
            Refunding(fees=(Fee(id="early", rate=(1, 10)),)),
            Refunding(fees=(Fee(id="early", rate=(1, 10), when=buyer),)),
            Refunding(tax=Tax(mode=TaxMode.INCLUDED, rates=(("8", (8, 100)),))),
        ],
    )
    def test_what_changes_an_amount_changes_it(self, refunding: Refunding | None) -> None:
        assert attrs.evolve(FURNITURE, refunding=refunding).digest != FURNITURE.digest

    def test_whose_word_a_fee_is_changes_nothing(self) -> None:
        one, other = (Fee(id="a", source=own_rule(why)) for why in ("it is ours", "as agreed"))
        assert with_fees(one).digest == with_fees(other).digest


class TestTelling:
    def test_a_fee_is_cited_as_a_rule_is(self) -> None:
        document = Document("Terms", clauses=(Clause("3.1", section="3", text="…"),))
        policy = with_fees(Fee(id="late", source=clause("3.1")), documents=(document,))
        assert policy.clauses_of(("late", "buyer_asks")) == ("3.1",)

    @pytest.mark.parametrize(
        ("fee", "english", "japanese"),
        [
            (Fee(id="a"), "no fee", "手数料なし"),
            (Fee(id="a", rate=(3, 10)), "30% of the goods", "商品の代金の30%"),
            (
                Fee(id="a", rate=(1, 3), minimum=500, maximum=30000, of="all"),  # type: ignore[arg-type]
                "1/3 of all that comes back, at least 500, at most 30,000",
                "返金対象の全額の1/3、最低500、最高30,000",
            ),
        ],
    )
    def test_a_fee_in_words(self, fee: Fee, english: str, japanese: str) -> None:
        assert (Spoken(FURNITURE, "en").fee(fee), Spoken(FURNITURE, "ja").fee(fee)) == (
            english,
            japanese,
        )

    def test_the_page_has_them_with_their_conditions(self) -> None:
        page = markdown_page(attrs.evolve(FURNITURE, whole_orders_only=True), "en")
        assert "## What is given back" in page
        assert "| `late` |" in page
        assert "30% of the goods, at least 500" in page

    def test_the_page_says_how_the_order_is_taxed(self) -> None:
        rates = (("8", (8, 100)), ("10", (10, 100)))
        taxed = Refunding(tax=Tax(mode=TaxMode.INCLUDED, rates=rates))
        policy = attrs.evolve(FURNITURE, refunding=taxed, whole_orders_only=True)
        assert "**Tax**: within the prices: 8 (8%), 10 (10%)" in markdown_page(policy, "en")

    def test_the_data_of_a_policy_has_them(self) -> None:
        data = policy_data(FURNITURE)["refunding"]
        assert (data["rounding"], data["tenders"], data["tax"]) == ("down", "in_order", None)
        late = data["fees"][1]
        assert (late["id"], late["rate"], late["minimum"]) == ("late", [3, 10], 500)
        assert late["condition"]["all"][0] == {"fact": "role", "in": ["buyer"]}

    def test_the_data_has_the_rates_of_taxes(self) -> None:
        tax = Tax(mode=TaxMode.ADDED, rates=(("8", (8, 100)), ("10", (10, 100))))
        data = policy_data(attrs.evolve(FURNITURE, refunding=Refunding(tax=tax)))["refunding"]
        assert data["tax"] == {
            "mode": "added",
            "rates": {"8": [8, 100], "10": [10, 100]},
            "rounding": "down",
        }

    def test_a_changed_fee_is_a_difference_between_editions(self) -> None:
        early, late = FURNITURE.fees
        dearer = with_fees(early, attrs.evolve(late, minimum=800), edition="2")
        (part,) = diff(FURNITURE, dearer).parts
        assert (part.where, part.before, part.after) == (
            "refunding.fees[late].minimum",
            500,
            800,
        )
