"""A policy is held against a reference on every combination of facts, and differences are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from oracle import conect, qoo10
from ordercancel import Approve, Policy, Rule
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Forbid
from ordercancel.rules.facts import channel, days_since_placed
from ordercancel.testing import Difference, ReferenceReport, differences
from ordercancel.testing.reference import Answer, Reference
from unit.tiny import OURS

OPEN = ("awaiting_seller", "withdrawal_asked", "withdrawal_held")


def half_hour_shop(command: str, facts: Mapping[str, Any]) -> Answer:
    """The terms of sale of the half-hour shop, in plain branches."""
    codes = set()
    granted = None
    if not facts["party"]:
        codes.add("not_a_party")
    if command == "RequestCancellation":
        if facts["request"] in OPEN:
            codes.add("request_open")
        if facts["status"] in ("shipped", "cancelled"):
            codes.add("closed")
        elif facts["role"] == "buyer":
            first = facts["since_placed"] < timedelta(minutes=30)
            granted = "cancel" if first else "refer"
    elif command == "ApplyDeadline":
        if facts["role"] != "system":
            codes.add("wrong_actor")
        if not facts["deadline_due"]:
            codes.add("not_due")
        granted = "permit"
    else:
        if facts["deadline_passed"]:
            codes.add("deadline_passed")
        if command == "AdvanceOrder":
            if facts["role"] == "buyer":
                codes.add("wrong_actor")
            if not facts["legal_move"]:
                codes.add("no_such_move")
            granted = "permit"
        else:
            asked = ("withdrawal_asked", "withdrawal_held")
            back = ("awaiting_seller", "withdrawal_held")
            answerable = {"AnswerWithdrawal": asked, "AskWithdrawal": back}.get(command, OPEN)
            if facts["request"] not in answerable:
                codes.add("no_open_request")
            if (command, facts["request"]) == ("AnswerWithdrawal", "withdrawal_held"):
                codes |= set() if facts["accept"] else {"no_such_move"}
            if command in ("Approve", "Reject") and facts["role"] == "seller":
                granted = "permit"
    if codes or granted is None:
        return "refuse", frozenset(codes or {"not_permitted"})
    approves = command in ("Approve", "ApplyDeadline")
    if approves and (facts["request"] not in OPEN or facts["status"] != "placed"):
        return "refuse", frozenset({"no_such_move"})
    return granted, frozenset()


@pytest.mark.parametrize(
    ("policy", "reference", "total"),
    [(CONECT, conect.answer, 4_488), (QOO10, qoo10.answer, 16_344), (SHOP, half_hour_shop, 1_230)],
    ids=["conect", "qoo10", "half-hour-shop"],
)
def test_a_policy_that_agrees_has_no_differences(
    policy: Policy, reference: Reference, total: int
) -> None:
    """On every combination of facts that can make a difference, of every command."""
    comparison = differences(policy, reference)
    assert comparison.differences == ()
    assert comparison.ok
    assert comparison.total == total
    assert str(comparison) == f"0 of {total} combinations of facts differ"


def test_combinations_are_counted_by_command() -> None:
    assert differences(SHOP, half_hour_shop).compared == {
        "RequestCancellation": 486,
        "Approve": 216,
        "Reject": 72,
        "Withdraw": 24,
        "AskWithdrawal": 24,
        "AnswerWithdrawal": 48,
        "AdvanceOrder": 36,
        "ApplyDeadline": 324,
    }


def test_a_reference_may_know_of_some_commands_only() -> None:
    comparison = differences(SHOP, half_hour_shop, commands=[Approve])
    assert comparison.compared == {"Approve": 216}


def test_a_bound_that_is_off_is_found() -> None:
    """At the half hour itself."""

    def generous(command: str, facts: Mapping[str, Any]) -> Answer:
        verdict, codes = half_hour_shop(command, facts)
        if verdict == "refer" and facts["since_placed"] <= timedelta(minutes=30):
            return "cancel", codes
        return verdict, codes

    comparison = differences(SHOP, generous)
    assert not comparison.ok
    assert {each.facts["since_placed"] for each in comparison.differences} == {
        timedelta(minutes=30)
    }
    assert {(each.command, each.answer, each.expected) for each in comparison.differences} == {
        ("RequestCancellation", ("refer", frozenset()), ("cancel", frozenset()))
    }


def test_no_more_differences_are_kept_than_asked_for() -> None:
    """All are counted."""

    def never(command: str, facts: Mapping[str, Any]) -> Answer:
        return "refuse", frozenset({"closed", "asleep"})

    comparison = differences(SHOP, never, limit=2)
    assert (len(comparison.differences), comparison.differing, comparison.total) == (2, 1230, 1230)
    assert comparison == ReferenceReport(comparison.compared, 1230, comparison.differences)
    told = str(comparison).splitlines()
    assert len(told) == 3
    assert told[1] == (
        "RequestCancellation(party=True, request=none, role=buyer, since_placed=0:29:59, "
        "status=placed): cancel, not refuse (asleep, closed)"
    )


def test_a_fact_that_the_reference_alone_asks_for_is_varied() -> None:
    """What a policy forgot is found, although none of its rules speaks of it."""
    excluding = Rule(
        "t.phone",
        on=Approve,
        effect=Forbid("closed"),
        when=channel.is_known & channel.is_in("phone"),
        cites=OURS,
    )
    told = attrs.evolve(SHOP, channels=("web", "phone"))
    whole = attrs.evolve(told, rules=(*told.rules, excluding))

    def careful(command: str, facts: Mapping[str, Any]) -> Answer:
        verdict, codes = half_hour_shop(command, facts)
        if command == "Approve" and facts["channel"] == "phone":
            without = codes - {"no_such_move", "not_permitted"}
            return "refuse", without | {"closed"}
        return verdict, codes

    assert differences(whole, careful).ok
    comparison = differences(told, careful)
    assert {each.facts["channel"] for each in comparison.differences} == {"phone"}
    # Two words, and none at all.
    assert comparison.compared["Approve"] == 3 * 216


def test_numbers_that_the_reference_alone_asks_for_are_those_around_zero() -> None:
    asked: set[object] = set()

    def curious(command: str, facts: Mapping[str, Any]) -> Answer:
        if command == "Withdraw":
            asked.add(facts["days_past_ship_on"])
        return half_hour_shop(command, facts)

    assert differences(SHOP, curious).ok
    assert asked == {-1, 0, 1, None}


def test_a_length_of_time_and_its_days_are_asked_for_together() -> None:
    """The rules count days, the reference hours: both are what they are at one moment."""
    after_days = Rule(
        "t.days",
        on=Approve,
        effect=Forbid("closed"),
        when=days_since_placed >= 3,
        cites=OURS,
    )
    seen: set[tuple[Any, Any]] = set()

    def curious(command: str, facts: Mapping[str, Any]) -> Answer:
        verdict, codes = half_hour_shop(command, facts)
        if command != "Approve":
            return verdict, codes
        seen.add((facts["days_since_placed"], facts["since_placed"] // timedelta(days=1)))
        if facts["days_since_placed"] < 3:
            return verdict, codes
        return "refuse", (codes - {"no_such_move", "not_permitted"}) | {"closed"}

    assert differences(attrs.evolve(SHOP, rules=(*SHOP.rules, after_days)), curious).ok
    assert {days for days, _ in seen} == {2, 3, 4}
    assert seen >= {(2, 2), (3, 2), (3, 3), (4, 4)}


def test_a_fact_that_a_command_has_not_is_missing() -> None:
    def curious(command: str, facts: Mapping[str, Any]) -> Answer:
        assert (facts["accept"] is None) is (command != "AnswerWithdrawal")
        return half_hour_shop(command, facts)

    assert differences(SHOP, curious).ok


def test_a_fact_that_there_is_not_can_not_be_asked_for() -> None:
    def mistaken(command: str, facts: Mapping[str, Any]) -> Answer:
        return half_hour_shop(command, {"status": facts["state"]})

    with pytest.raises(KeyError, match="state"):
        differences(SHOP, mistaken)


def test_facts_can_be_looked_through() -> None:
    """A reference may take them as a whole."""

    def whole(command: str, facts: Mapping[str, Any]) -> Answer:
        answer = half_hour_shop(command, facts)
        assert ("status" in set(facts)) is ("status" in facts)
        assert len(dict(facts)) == len(facts)
        return answer

    assert differences(SHOP, whole).ok


def test_a_difference_is_told_in_a_line() -> None:
    difference = Difference(
        "Approve", {"role": "seller"}, ("permit", frozenset()), ("refuse", frozenset({"closed"}))
    )
    assert str(difference) == "Approve(role=seller): permit, not refuse (closed)"
