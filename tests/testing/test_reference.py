"""A policy is held against a reference on every combination of facts, and differences are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Approve
from ordercancel.policy import Forbid, Rule, channel
from ordercancel.testing import Difference, ReferenceReport, differences
from ordercancel.testing.reference import Answer
from unit.tiny import OURS

OPEN = ("pending", "withdrawal_asked", "withdrawal_declined")
HALF_AN_HOUR = timedelta(minutes=30)


def half_hour_shop(command: str, facts: Mapping[str, Any]) -> Answer:
    """The terms of sale of the half-hour shop, in plain branches."""
    is_open = facts["request"] in OPEN
    unshipped = facts["status"] in ("placed", "packed")
    if command == "RequestCancellation":
        return asks(facts, is_open=is_open, unshipped=unshipped)
    if command == "AdvanceOrder":
        return advances(facts, is_open=is_open)
    if not is_open:
        return refused("no_open_request")
    if facts["is_stale"]:
        return refused("stale_request")
    if command == "Withdraw":
        return ("permit", frozenset()) if facts["is_initiator"] else refused("not_permitted")
    if command not in ("Approve", "Reject"):
        return withdrawal(command, facts)
    if facts["is_own_side"]:
        return refused("own_request")
    if command == "Approve" and not unshipped:
        return refused("not_cancellable")
    return ("permit", frozenset()) if facts["is_answerer"] else refused("not_permitted")


def refused(*codes: str) -> Answer:
    return "refuse", frozenset(codes)


def asks(facts: Mapping[str, Any], *, is_open: bool, unshipped: bool) -> Answer:
    if is_open and facts["is_initiator"]:
        return refused("request_open")
    if not unshipped:
        return refused("not_cancellable")
    if facts["role"] == "seller":
        return "cancel", frozenset()
    if facts["role"] != "buyer":
        return refused("not_permitted")
    if facts["now"] < facts["placed_at"] + HALF_AN_HOUR:
        return "cancel", frozenset()
    return refused("request_open") if is_open else ("refer", frozenset())


def advances(facts: Mapping[str, Any], *, is_open: bool) -> Answer:
    if facts["move"] == "ship" and is_open:
        return refused("answer_first")
    if (facts["status"], facts["move"]) not in (("placed", "pack"), ("packed", "ship")):
        return refused("no_such_move")
    if facts["side"] not in ("seller", "house"):
        return refused("not_permitted")
    return "permit", frozenset()


def withdrawal(command: str, facts: Mapping[str, Any]) -> Answer:
    """Nobody asks for a withdrawal in this shop, and so nobody answers."""
    if command == "AskWithdrawal" and facts["request"] == "withdrawal_asked":
        return refused("asked_already")
    if command == "AnswerWithdrawal":
        asked = ("withdrawal_asked",) if not facts["accept"] else OPEN[1:]
        if facts["request"] not in asked:
            return refused("not_asked")
    return refused("not_permitted")


def test_a_policy_that_agrees_has_no_differences() -> None:
    """On every combination of facts that can make a difference, of every command."""
    comparison = differences(SHOP, half_hour_shop)
    assert comparison.differences == ()
    assert comparison.ok
    assert str(comparison) == f"0 of {comparison.total} combinations of facts differ"
    assert comparison.total == sum(comparison.compared.values()) > 1_000


def test_combinations_are_counted_by_command() -> None:
    assert differences(SHOP, half_hour_shop).compared.keys() == {
        "RequestCancellation",
        "Approve",
        "Reject",
        "Withdraw",
        "AskWithdrawal",
        "AnswerWithdrawal",
        "AdvanceOrder",
    }


def test_a_reference_may_know_of_some_commands_only() -> None:
    comparison = differences(SHOP, half_hour_shop, commands=[Approve])
    assert comparison.compared.keys() == {"Approve"}


def test_a_bound_that_is_off_is_found() -> None:
    """At the half hour itself."""

    def generous(command: str, facts: Mapping[str, Any]) -> Answer:
        verdict, codes = half_hour_shop(command, facts)
        if verdict == "refer" and facts["now"] <= facts["placed_at"] + HALF_AN_HOUR:
            return "cancel", codes
        return verdict, codes

    comparison = differences(SHOP, generous)
    assert not comparison.ok
    since = {each.facts["now"] - each.facts["placed_at"] for each in comparison.differences}  # type: ignore[operator]
    assert since == {HALF_AN_HOUR}
    assert {(each.command, each.answer, each.expected) for each in comparison.differences} == {
        ("RequestCancellation", ("refer", frozenset()), ("cancel", frozenset()))
    }


def test_no_more_differences_are_kept_than_asked_for() -> None:
    """All are counted."""

    def never(command: str, facts: Mapping[str, Any]) -> Answer:
        return "refuse", frozenset({"closed", "asleep"})

    comparison = differences(SHOP, never, limit=2)
    total = comparison.total
    assert (len(comparison.differences), comparison.differing) == (2, total)
    assert comparison == ReferenceReport(comparison.compared, total, comparison.differences)
    lines = str(comparison).splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("RequestCancellation(is_initiator=")
    assert lines[1].endswith(", not refuse (asleep, closed)")


def test_a_fact_that_the_reference_alone_asks_for_is_varied() -> None:
    """What a policy forgot is found, although none of its rules speaks of it."""
    excluding = Rule(
        "t.phone",
        on=Approve,
        effect=Forbid("closed"),
        when=channel.is_known & channel.is_in("phone"),
        source=OURS,
    )
    forgetful = attrs.evolve(SHOP, channels=("web", "phone"))
    whole = attrs.evolve(forgetful, rules=(*forgetful.rules, excluding))

    def careful(command: str, facts: Mapping[str, Any]) -> Answer:
        verdict, codes = half_hour_shop(command, facts)
        if command == "Approve" and facts["channel"] == "phone":
            if codes & {"no_open_request", "stale_request"}:
                return verdict, codes
            return "refuse", codes - {"not_cancellable", "not_permitted"} | {"closed"}
        return verdict, codes

    assert differences(whole, careful).ok
    comparison = differences(forgetful, careful)
    assert {each.facts["channel"] for each in comparison.differences} == {"phone"}
    # Two words, and none at all.
    once = differences(SHOP, half_hour_shop).compared["Approve"]
    assert comparison.compared["Approve"] == 3 * once


def test_numbers_that_the_reference_alone_asks_for_are_the_first_ones() -> None:
    asked: set[object] = set()

    def curious(command: str, facts: Mapping[str, Any]) -> Answer:
        if command == "RequestCancellation":
            asked.add(facts["requests_made"])
        return half_hour_shop(command, facts)

    assert differences(SHOP, curious).ok
    assert asked == {0, 1}


def test_moments_that_the_reference_alone_asks_for_may_be_missing() -> None:
    asked: set[bool] = set()

    def curious(command: str, facts: Mapping[str, Any]) -> Answer:
        if command == "RequestCancellation":
            asked.add(facts["paid_at"] is None)
        return half_hour_shop(command, facts)

    assert differences(SHOP, curious).ok
    assert asked == {True, False}


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
