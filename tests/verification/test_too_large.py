"""A policy of too many facts is not tried to its end, and a sample of it is."""

from __future__ import annotations

from functools import reduce
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Event, Order, Policy, RequestCancellation
from ordercancel.domain.errors import TooLarge
from ordercancel.engine.decide import register
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Choice, Condition, Forbid, Refer, Rule, buyer, seller, status
from ordercancel.verification import explorer, verify
from verification.planted import replayed, shop

WORDS = ("a", "b", "c", "d", "e", "f")
TRAITS = tuple(Choice(f"trait_{number}", f"trait {number}", values=WORDS) for number in range(8))
"""Eight facts of a host's own, each one of six words, or not known."""

CLOSED = Forbid("closed")


def all_of(*conditions: Condition) -> Condition:
    return reduce(lambda one, other: one & other, conditions)


ODD = Rule(
    "odd",
    on=RequestCancellation,
    effect=CLOSED,
    when=all_of(buyer, *(each.is_known & each.is_in("a") for each in TRAITS)),
)
LARGE = shop(facts=TRAITS, plus=[ODD])
"""The shop with a rule for an order that has a certain one of 5,764,801 sets of traits."""

ASKS_FIRST = Rule(
    "ask_first",
    on=RequestCancellation,
    effect=Refer(seller),
    when=buyer & status.is_in("placed"),
)


class TestTooManyCombinations:
    def test_are_refused_with_what_makes_them_many(self) -> None:
        """How many there are, for which command the most, and the facts with their values."""
        with pytest.raises(TooLarge) as refused:
            verify(LARGE, by="enumeration")
        error = refused.value
        assert error.size > 1_000_000_000
        assert error.command == "RequestCancellation"
        assert error.facts[:9] == (
            ("request", 9),
            *((f"trait_{number}", 7) for number in range(8)),
        )
        assert "trait_0 (7), " in str(error)

    def test_can_be_allowed(self) -> None:
        """The limits are options."""
        with pytest.raises(TooLarge):
            verify(SHOP, most_combinations=1_000, by="enumeration")
        assert verify(SHOP, most_combinations=2_000, most_cases=90).ok

    def test_can_be_sampled(self) -> None:
        """So many of each kind of command, so many cases; what is possible is told."""
        report = verify(LARGE, sample=60)
        assert report.sampled
        assert 10 <= report.cases <= 60
        assert max(report.combinations.values()) <= 60
        assert report.ok

    def test_are_sampled_the_same_for_the_same_seed(self) -> None:
        """And otherwise for another."""
        one = verify(LARGE, sample=30, seed=7).as_dict()
        assert one == verify(LARGE, sample=30, seed=7).as_dict()
        assert one != verify(LARGE, sample=30, seed=8).as_dict()

    def test_are_not_said_to_be_all(self) -> None:
        """A sample shows that something can be, and never that it can't."""
        never = attrs.evolve(ODD, id="never", when=ODD.when & ~ODD.when)
        report = verify(shop(plus=[never], facts=TRAITS), sample=60)
        assert report.ok

    def test_show_a_planted_fault_to_a_sample(self) -> None:
        """Two rules that disagree in the first half hour, whatever the traits are."""
        policy = shop(facts=TRAITS, plus=[ODD, ASKS_FIRST])
        (fault,) = verify(policy, sample=300).faults
        assert fault.id == "permits_disagree:ask_first, buyer_asks"
        assert fault.scenario[0]["order"]["facts"].keys() <= {fact.name for fact in TRAITS}
        assert replayed(policy, fault)[-1]["codes"] == ["permits_disagree"]


class TestTooManyCases:
    def test_are_refused_with_how_many_were_reached(self) -> None:
        """Few facts may still lead to many cases."""
        with pytest.raises(TooLarge) as refused:
            verify(SHOP, most_cases=40, by="enumeration")
        assert (refused.value.size, refused.value.command) == (40, "RequestCancellation")
        assert refused.value.what == "cases"

    def test_are_no_more_than_may_be(self) -> None:
        """All 90 cases of the shop are just few enough."""
        assert verify(SHOP, most_cases=90).cases == 90

    def test_are_told_to_who_watches_with_how_many_there_may_be(self) -> None:
        """One by one, combinations first."""
        seen: list[tuple[str, int, int]] = []
        report = verify(SHOP, most_cases=90, watch=lambda *each: seen.append(each))
        judged = sum(report.combinations.values())
        assert seen == [
            *(("combinations", done, report.possible) for done in range(1, judged + 1)),
            *(("cases", done, 90) for done in range(1, 91)),
        ]

    def test_are_refused_soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not all ways to register an order are tried once there are too many."""
        registered: list[Order] = []

        def counted(order: Order, *more: Any) -> tuple[Event, ...]:
            registered.append(order)
            return register(order, *more)

        monkeypatch.setattr(explorer, "register", counted)
        few = attrs.evolve(ODD, when=all_of(buyer, *(each.is_in("a") for each in TRAITS[:4])))
        with pytest.raises(TooLarge):
            verify(shop(facts=TRAITS[:4], plus=[few]), most_cases=100, by="enumeration")
        assert len(registered) < 1_000


class TestASample:
    @pytest.mark.parametrize("policy", [CONECT, QOO10, SHOP], ids=["conect", "qoo10", "shop"])
    def test_of_a_sound_policy_has_no_fault(self, policy: Policy) -> None:
        """However small it is, and wherever it begins."""
        for seed in range(5):
            report = verify(policy, sample=30, seed=seed)
            assert report.ok
            assert report.sampled
            assert report.cases <= 30

    def test_may_be_of_one(self) -> None:
        """One combination and one case, wherever the picks begin."""
        for seed in range(20):
            report = verify(QOO10, sample=1, seed=seed)
            assert report.ok
            assert report.cases <= 1

    def test_that_is_larger_than_all_there_is_tries_all(self) -> None:
        """Of combinations; it still calls itself a sample."""
        report = verify(SHOP, sample=2_000)
        assert sum(report.combinations.values()) == 1_178
        assert report.sampled
