"""A policy of too many facts is not tried to its end, and a sample of it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import HALF_AN_HOUR, SHOP

from ordercancel import Event, Order, Policy, verification
from ordercancel.domain.commands import (
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.errors import TooLarge
from ordercancel.domain.texts import Text
from ordercancel.engine.decide import register
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    REFER,
    After,
    Condition,
    Consequence,
    Deadline,
    Forbid,
    Occasion,
)
from ordercancel.rules.facts import attribute_choice, role, since_placed, status
from ordercancel.verification import Kind, explorer, verify
from verification.planted import OURS, edited, replayed, rule

WORDS = ("a", "b", "c", "d", "e", "f")
TRAITS = tuple(
    attribute_choice(f"trait_{number}", Text(f"特徴{number}", f"trait {number}"), WORDS)
    for number in range(8)
)
"""Eight facts of a host's own, each one of six words, or not known."""


def all_of(conditions: Iterable[Condition]) -> Condition:
    first, *others = conditions
    for each in others:
        first = first & each
    return first


ODD = rule(
    "shop.odd",
    RequestCancellation,
    Forbid("closed"),
    all_of(each.is_known & each.is_in("a") for each in TRAITS),
)
LARGE = edited(SHOP, facts=TRAITS, plus=[ODD])
"""The shop with a rule for an order that has a certain one of 5,764,801 sets of traits."""

ASKS_FIRST = rule(
    "shop.ask_first",
    RequestCancellation,
    REFER,
    role.is_in("buyer") & status.is_in("placed") & (since_placed < HALF_AN_HOUR),
)


class TestTooManyCombinations:
    def test_are_refused_with_what_makes_them_many(self) -> None:
        """How many there are, for which command the most, and the facts with their values."""
        with pytest.raises(TooLarge) as refused:
            verify(LARGE)
        error = refused.value
        assert error.size == 3_735_592_248
        assert error.command == "RequestCancellation"
        assert error.facts == (
            ("request", 9),
            *((f"trait_{number}", 7) for number in range(8)),
            ("role", 4),
            ("since_placed", 3),
            ("status", 3),
            ("party", 2),
        )
        assert str(error).startswith(
            "3,735,592,248 combinations or cases are too many to try them all; the most come "
            "from the facts that RequestCancellation is judged by, with the number of their "
            "values: request (9), trait_0 (7), "
        )

    def test_can_be_sampled(self) -> None:
        """So many of each kind of command, so many cases; what is possible is told."""
        report = verify(LARGE, sample=500)
        assert report.sampled
        assert report.possible == 3_735_592_248
        assert 100 <= report.cases <= 500
        assert max(report.combinations.values()) <= 500
        assert report.combinations["Withdraw"] == 24
        assert report.ok

    def test_are_sampled_the_same_for_the_same_seed(self) -> None:
        """And otherwise for another."""
        one = verify(LARGE, sample=500, seed=7).as_dict()
        assert one == verify(LARGE, sample=500, seed=7).as_dict()
        assert one != verify(LARGE, sample=500, seed=8).as_dict()

    def test_are_not_said_to_be_all(self) -> None:
        """A sample shows that something can be, and never that it can't."""
        never = rule("shop.never", RequestCancellation, Forbid("closed"), ~ODD.when & ODD.when)
        holds = Deadline(
            "shop.hold",
            starts=Occasion.WITHDRAWAL_ASKED,
            due=After(timedelta(hours=48)),
            does=Consequence.LAPSE,
            cites=OURS,
        )
        policy = edited(SHOP, plus=[never], facts=TRAITS, deadlines=(*SHOP.deadlines, holds))
        assert verify(policy, sample=500).ok
        assert verify(policy, sample=500).notes == ()
        small = edited(SHOP, deadlines=(*SHOP.deadlines, holds))
        assert [fault.kind for fault in verify(small).faults] == [Kind.DEADLINE_NEVER_STARTS]

    def test_show_a_planted_fault_to_a_sample(self) -> None:
        """Two rules that disagree in the first half hour, whatever the traits are."""
        policy = edited(LARGE, plus=[ASKS_FIRST])
        (found,) = verify(policy, sample=500).faults
        assert (found.kind, found.subject) == (
            "permits_disagree",
            "shop.ask_first, shop.first_half_hour",
        )
        assert found.scenario[0]["order"]["attributes"].keys() <= {fact.name for fact in TRAITS}
        (asked,) = replayed(policy, found)
        assert asked["codes"] == ["permits_disagree"]

    def test_show_a_fault_that_takes_more_than_one_step(self) -> None:
        """A sample is not of new orders alone: a second request comes after a first."""
        policy = edited(LARGE, without=["shop.one_at_a_time"])
        (found,) = verify(policy, sample=500).faults
        assert (found.kind, found.subject) == ("permit_without_move", "shop.later")
        asked, again = replayed(policy, found)
        assert asked["request_status"] == "awaiting_seller"
        assert again["codes"] == ["no_such_move"]


class TestTooManyCases:
    def test_are_refused_with_how_many_were_reached(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Few facts may still lead to many cases."""
        monkeypatch.setattr(verification, "MOST_CASES", 40)
        with pytest.raises(TooLarge) as refused:
            verify(SHOP)
        assert (refused.value.size, refused.value.command) == (40, "RequestCancellation")

    def test_are_no_more_than_may_be(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All 44 cases of the shop are just few enough."""
        monkeypatch.setattr(verification, "MOST_CASES", 44)
        assert verify(SHOP).cases == 44

    def test_are_refused_soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not all 50,421 ways to register an order are tried once there are too many."""
        kinds = (RequestCancellation, Approve, Reject, Withdraw, AskWithdrawal)
        barred = [
            rule(f"shop.{kind.__name__}", kind, Forbid("wrong_actor"), fact.is_in("a"))
            for kind, fact in zip(kinds, TRAITS, strict=False)
        ]
        registered: list[Order] = []

        def counted(order: Order, *more: Any) -> tuple[Event, ...]:
            registered.append(order)
            return register(order, *more)

        monkeypatch.setattr(explorer, "register", counted)
        monkeypatch.setattr(verification, "MOST_CASES", 100)
        with pytest.raises(TooLarge):
            verify(edited(SHOP, facts=TRAITS[:5], plus=barred))
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
        for seed in range(160):
            report = verify(QOO10, sample=1, seed=seed)
            assert report.ok
            assert report.cases <= 1

    def test_that_is_larger_than_all_there_is_tries_all(self) -> None:
        """Of combinations; it still calls itself a sample."""
        report = verify(SHOP, sample=2_000)
        assert sum(report.combinations.values()) == 1_230
        assert report.sampled

    def test_is_no_part_of_the_policy(self) -> None:
        """What is tried of a changed copy is tried of it alone."""
        assert verify(attrs.evolve(SHOP, edition="2027"), sample=10).policy.edition == "2027"
