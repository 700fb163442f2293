"""What no policy is built with is refused when it is built, and found where it got in later."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.texts import Text
from ordercancel.policies import QOO10
from ordercancel.policy import TextBounds
from ordercancel.rules.sources import Citation, OwnRule
from verification.planted import edited, fault, faults, forged, replayed

NONSENSE = TextBounds(5, 3)
"""Five characters at least and three at most: nobody can write that."""

SOURCES = [
    (None, "rules['shop.closed'].cites: is missing"),
    (Citation(()), "rules['shop.closed'].cites: cites no clause"),
    (OwnRule(Text("", " ")), "rules['shop.closed'].cites: is ours without a note"),
]


def place(field: str, part_id: str) -> tuple[str | int, ...]:
    """Where the shop keeps the rule, silence or deadline with this id."""
    ids = [each.id for each in getattr(SHOP, field)]
    return field, ids.index(part_id)


class TestAReasonThatNobodyCanGive:
    def test_is_refused_when_the_policy_is_built(self) -> None:
        """Whichever catalogue has it, with reasons or without."""
        (reason,) = SHOP.request_reasons.reasons
        reasons = (attrs.evolve(reason, text=NONSENSE),)
        with pytest.raises(InvalidPolicy) as refused:
            attrs.evolve(
                SHOP,
                request_reasons=attrs.evolve(SHOP.request_reasons, reasons=reasons),
                rejection_reasons=attrs.evolve(SHOP.rejection_reasons, text=NONSENSE),
            )
        assert [str(each) for each in refused.value.faults] == [
            (
                "Policy half-hour-shop.request_reasons['changed_mind'].text: is 5 to 3; "
                "expected 1 <= minimum <= maximum"
            ),
            (
                "Policy half-hour-shop.rejection_reasons.text: is 5 to 3; "
                "expected 1 <= minimum <= maximum"
            ),
        ]

    def test_is_found_where_it_is_the_only_one(self) -> None:
        """Nobody can ask at all, and what nobody can do is never answered either."""
        policy = forged(SHOP, ("request_reasons", "reasons", 0, "text"), NONSENSE)
        found = fault(policy, "reason_unmeetable", "request_reasons['changed_mind']")
        assert found.problem.en == (
            "What it asks for cannot be given: request_reasons['changed_mind'].text: "
            "has 5 visible characters; expected 5 to 3 visible characters"
        )
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert (asked["ok"], asked["error"], asked["codes"]) == (False, "invalid", ["invalid"])
        assert asked["message"] == (
            "RequestCancellation.text: has 5 visible characters; expected 5 to 3 visible "
            "characters"
        )

    def test_is_found_among_others(self) -> None:
        """The sellers of Qoo10 could not choose その他 any more."""
        policy = forged(QOO10, ("rejection_reasons", "reasons", 3, "text"), NONSENSE)
        assert faults(policy) == [("reason_unmeetable", "rejection_reasons['other']")]
        found = fault(policy, "reason_unmeetable", "rejection_reasons['other']")
        asked, rejected = replayed(policy, found)
        assert asked["request_status"] == "awaiting_seller"
        assert rejected["error"] == "invalid"
        assert found.scenario[-1]["reason"] == "other"

    def test_is_found_where_only_a_text_is_asked_for(self) -> None:
        """The seller of the shop has no reasons to choose from."""
        policy = forged(SHOP, ("rejection_reasons", "text"), NONSENSE)
        found = fault(policy, "reason_unmeetable", "rejection_reasons")
        assert replayed(policy, found)[-1]["error"] == "invalid"

    def test_is_found_where_a_withdrawal_is_asked_for(self) -> None:
        """What the seller has to write when he asks for a withdrawal has bounds, too."""
        policy = forged(QOO10, ("withdrawal_text",), NONSENSE)
        found = fault(policy, "reason_unmeetable", "AskWithdrawal")
        asked, back = replayed(policy, found)
        assert asked["request_status"] == "awaiting_seller"
        assert (back["error"], back["request_status"]) == ("invalid", "awaiting_seller")


class TestWhatCitesNothing:
    @pytest.mark.parametrize(("source", "problem"), SOURCES, ids=["none", "no-clause", "no-note"])
    def test_is_refused_when_the_policy_is_built(self, source: Any, problem: str) -> None:
        """No source at all, a citation of no clause, a note that says nothing."""
        closed = SHOP.rules[place("rules", "shop.closed")[1]]
        sourceless = attrs.evolve(closed, cites=source)
        with pytest.raises(InvalidPolicy) as refused:
            edited(SHOP, without=["shop.closed"], plus=[sourceless])
        (only,) = refused.value.faults
        assert str(only).startswith(f"Policy half-hour-shop.{problem}")

    @pytest.mark.parametrize("source", [None, Citation(())], ids=["none", "no-clause"])
    def test_is_found_in_a_rule(self, source: Any) -> None:
        """The scenario shows the rule at work, and that it rests on nothing."""
        policy = forged(SHOP, (*place("rules", "shop.closed"), "cites"), source)
        assert faults(policy) == [("uncited", "shop.closed")]
        found = fault(policy, "uncited", "shop.closed")
        assert found.problem == Text(
            "根拠の条項もなく、独自の定めとも記されていない。",
            "It cites no clause, and does not say that it is ours.",
        )
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert (asked["rules"], asked["clauses"]) == (["shop.closed"], [])

    def test_is_found_in_a_deadline(self) -> None:
        """Where it acts or starts."""
        policy = forged(SHOP, (*place("deadlines", "shop.silence_approves"), "cites"), None)
        assert faults(policy) == [("uncited", "shop.silence_approves")]
        found = fault(policy, "uncited", "shop.silence_approves")
        (asked,) = replayed(policy, found)
        assert asked["rules"] == ["shop.later", "shop.silence_approves"]
        assert asked["clauses"] == []

    def test_is_found_in_what_follows_of_itself(self) -> None:
        """Shipping supersedes, and does not say why."""
        policy = forged(SHOP, ("superseding", "cites"), None)
        assert faults(policy) == [("uncited", "shop.shipping_answers")]
        found = fault(policy, "uncited", "shop.shipping_answers")
        _, shipped = replayed(policy, found)
        assert shipped["rules"] == ["standard.advance", "shop.shipping_answers"]
        assert shipped["events"] == ["OrderAdvanced", "RequestSuperseded"]

    def test_is_found_in_a_declared_silence(self) -> None:
        """A word that something is left out on purpose has a source as well."""
        policy = forged(SHOP, (*place("silences", "shop.no_withdrawal"), "cites"), None)
        assert faults(policy) == [("uncited", "shop.no_withdrawal")]
