"""Finitely many values of each fact stand for all, and what contradicts itself is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import attrs
import pytest

from ordercancel import Policy, Text
from ordercancel.domain.commands import (
    JUDGED,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    Judged,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.errors import TooLarge
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    Calendar,
    Choice,
    Condition,
    Day,
    Deadline,
    Flag,
    Forbid,
    Moment,
    Number,
    Reason,
    Rule,
    answerer,
    buyer,
    channel,
    closed_at,
    hours,
    initiator,
    is_answerer,
    is_initiator,
    is_open,
    mark,
    marked,
    now,
    paid_at,
    placed_at,
    reason,
    rejected_before,
    requested_at,
    requests_made,
    seller,
    ship_on,
    side,
    withdrawn_before,
)
from ordercancel.rules.facts import accept, is_own_side, legal_move
from ordercancel.verification.enumeration import (
    FactRegions,
    Space,
    all_leaves,
    check_size,
    leaves_of,
    sides,
    values_of,
)
from unit.tiny import OURS, REASONS, RULES, tiny

NO = Forbid("closed")
NOON = datetime(2024, 4, 10, 3, tzinfo=UTC)
"""The moment in Japan at which combinations are judged: noon of a Wednesday."""


def space(when: Condition, kind: type[Judged] = RequestCancellation, **changes: Any) -> Space:
    """The space of the tiny policy with one rule more, for a kind of command."""
    rule = Rule("tiny.more", on=kind, effect=NO, when=when, source=OURS)
    return Space.of(tiny(rules=(*RULES, rule), **changes), kind)


def combinations(when: Condition, kind: type[Judged] = RequestCancellation, **changes: Any) -> Any:
    return list(space(when, kind, **changes).combinations())


class TestTheFacts:
    @pytest.mark.parametrize(
        ("kind", "names"),
        [
            (RequestCancellation, {"request", "role", "status", "is_initiator"}),
            (Approve, {"request", "is_own_side", "is_answerer", "is_stale", "status"}),
            (Withdraw, {"request", "is_stale", "is_initiator"}),
            (AnswerWithdrawal, {"request", "is_stale", "is_initiator", "accept"}),
            (AdvanceOrder, {"request", "side", "status", "move"}),
        ],
    )
    def test_are_those_of_rules_and_lifecycles(self, kind: type[Judged], names: set[str]) -> None:
        """No other fact makes a difference to the answer."""
        assert set(Space.of(tiny(), kind).values) == names

    def test_are_also_the_moment_where_a_time_is_compared(self) -> None:
        """The zone follows from the policy."""
        judged = space(now < placed_at + hours(2))
        assert judged.values["now"] == (NOON,)
        assert next(judged.combinations())["zone"] == tiny().tzinfo

    def test_can_be_asked_at_one_moment(self) -> None:
        """As for an explanation of what happened then."""
        policy = tiny(
            rules=(*RULES, Rule("late", on=Reject, effect=NO, when=now >= ship_on.end()))
        )
        then = datetime(2024, 7, 1, tzinfo=UTC)
        judged = Space.of(policy, Reject, now=then)
        assert judged.values["now"] == (then,)
        assert judged.values["ship_on"] == (date(2024, 6, 30), date(2024, 7, 1), None)


class TestTheValues:
    def test_of_a_choice_are_its_words(self) -> None:
        """And that it is not known, where it may be."""
        values = space(channel.is_in("web"), channels=("web", "shop")).values
        assert values["channel"] == ("web", "shop", None)
        assert space(channel.is_known).values["channel"] == ("*", None)

    def test_of_a_reason_are_those_of_the_command(self) -> None:
        """A reason for rejecting is none for asking."""
        reasons = (*REASONS[:2], Reason("made", Text("製作", "Made"), on=Reject, source=OURS))
        asking = space(reason.is_in("mistake"), reasons=reasons)
        assert asking.values["reason"] == ("mistake", "other", None)

    def test_of_a_choice_that_another_edition_has_as_a_number_are_none(self) -> None:
        """No word of the one is a value of the other."""
        one = tiny(facts=(Choice("size", values=("small", "large")),))
        other = tiny(edition="2", facts=(Number("size"),))
        assert values_of("size", (), (one, other)) == (None,)

    def test_of_a_number_are_around_its_bounds(self) -> None:
        """Before, at and after each one; of the requests made none and one at least."""
        weight = Number("weight")
        values = space(weight >= 30, facts=(weight,)).values
        assert values["weight"] == (29, 30, 31, None)
        assert space(requests_made >= 3).values["requests_made"] == (0, 1, 2, 3, 4)

    def test_of_a_flag_of_a_command_are_two(self) -> None:
        """One that is not given is false, not unknown."""
        agreed, gift = Flag("agreed", of=Reject), Flag("gift")
        assert space(agreed.holds, Reject, facts=(agreed,)).values["agreed"] == (True, False)
        assert space(gift.holds, facts=(gift,)).values["gift"] == (True, False, None)

    def test_of_what_a_command_cannot_carry_is_none(self) -> None:
        """It is unknown whatever happens."""
        size = Number("size", of=Reject)
        policy = tiny(facts=(size,))
        assert values_of("size", (), (policy,), (), Approve) == (None,)

    @pytest.mark.parametrize(
        ("when", "name", "expected"),
        [
            (
                now < placed_at + hours(2),
                "placed_at",
                (datetime(2024, 4, 10, 1, tzinfo=UTC), datetime(2024, 4, 10, 1, 0, 1, tzinfo=UTC)),
            ),
            (now >= ship_on.end(), "ship_on", (date(2024, 4, 9), date(2024, 4, 10), None)),
            (now < ship_on.end(7), "ship_on", (date(2024, 4, 2), date(2024, 4, 3), None)),
            (
                now < paid_at.end_of_day(1),
                "paid_at",
                (
                    datetime(2024, 4, 8, 14, 59, 59, tzinfo=UTC),
                    datetime(2024, 4, 8, 15, tzinfo=UTC),
                    None,
                ),
            ),
        ],
    )
    def test_of_a_time_are_the_last_that_is_over_and_the_first_that_is_ahead(
        self, when: Condition, name: str, expected: tuple[Any, ...]
    ) -> None:
        """T itself is too late."""
        assert space(when).values[name] == expected

    def test_of_what_has_happened_are_not_ahead(self) -> None:
        """A payment in the future stands for none."""
        values = space(now < paid_at - hours(1)).values["paid_at"]
        assert values == (NOON, None)

    def test_of_a_moment_of_a_policys_own_may_be_ahead(self) -> None:
        """Such as an appointment."""
        visit = Moment("visit_at")
        values = space(now < visit - hours(1), facts=(visit,)).values["visit_at"]
        assert values == (
            datetime(2024, 4, 10, 4, tzinfo=UTC),
            datetime(2024, 4, 10, 4, 0, 1, tzinfo=UTC),
            None,
        )

    def test_where_nothing_is_compared_one_stands_for_all(self) -> None:
        """A day that only has to be known."""
        picked = Day("picked_on")
        values = space(picked.is_known & paid_at.is_known, facts=(picked,)).values
        assert values["picked_on"] == (date(2024, 4, 10), None)
        assert values["paid_at"] == (datetime(2024, 4, 9, 15, tzinfo=UTC), None)

    def test_lengths_and_calendars_of_one_policy_are_met_at_several_moments(self) -> None:
        """Which of two times is over first hangs on the time of day."""
        both = (now < placed_at + hours(20)) & (now < placed_at.next(time(9)))
        judged = space(both)
        assert len(judged.values["now"]) == 7
        found = list(judged.combinations())
        assert {facts["now"] for facts in found} == set(judged.values["now"])
        assert [facts for facts in found if facts["placed_at"] > facts["now"]] == []

    def test_working_days_are_met_on_every_day_of_the_week(self) -> None:
        """And on the eve of a holiday."""
        calendar = Calendar(
            first=date(2024, 1, 1), last=date(2024, 12, 31), holidays={date(2024, 5, 3)}
        )
        judged = space(now < placed_at.business_days(2, calendar)).values["now"]
        assert len(judged) == 9
        assert datetime(2024, 5, 2, 3, tzinfo=UTC) in judged


class TestTheSides:
    def test_of_a_time_that_is_never_ahead_are_none(self) -> None:
        """Where the calendar does not cover the years."""
        calendar = Calendar(first=date(2020, 1, 1), last=date(2020, 12, 31))
        reckoned = placed_at.business_days(1, calendar)
        assert sides(reckoned, NOON, tiny().tzinfo) == ()

    @pytest.mark.parametrize(
        "reckoned",
        [
            placed_at + hours(3),
            placed_at.end_of_day(2),
            placed_at.next(time(9)),
            placed_at.end_of_day() + hours(5),
        ],
    )
    def test_lie_on_either_side(self, reckoned: Any) -> None:
        """With the first anchor it is over, with the second one ahead."""
        zone = tiny().tzinfo
        over, ahead = sides(reckoned, NOON, zone)
        known = {"now": NOON, "zone": zone}
        assert reckoned.is_ahead({**known, "placed_at": over}.get) is False
        assert reckoned.is_ahead({**known, "placed_at": ahead}.get) is True


class TestWhatAgrees:
    def test_earlier_requests_with_the_latest_one(self) -> None:
        """None was rejected before the first; the latest was, where it is rejected."""
        found = combinations(rejected_before & withdrawn_before)
        for facts in found:
            if facts["request"] == "none":
                assert not facts["rejected_before"]
            if facts["request"] == "rejected":
                assert facts["rejected_before"]
            if facts["request"] == "withdrawn":
                assert facts["withdrawn_before"]
        assert any(facts["request"] == "pending" and facts["rejected_before"] for facts in found)

    def test_the_times_of_a_request(self) -> None:
        """It is known when it was made, and when it was closed where it is."""
        when = requested_at.is_known & closed_at.is_known
        for facts in combinations(when, Approve):
            assert (facts["requested_at"] is None) == (facts["request"] == "none")
            closed = facts["request"] in (
                "approved",
                "rejected",
                "withdrawn",
                "superseded",
                "expired",
            )
            assert (facts["closed_at"] is not None) == closed

    def test_how_many_requests_there_were(self) -> None:
        """None where there is no latest one."""
        for facts in combinations(requests_made >= 1):
            assert (facts["requests_made"] == 0) == (facts["request"] == "none")

    def test_who_made_a_request(self) -> None:
        """A party by their role; somebody of the house is perhaps another one."""
        when = initiator.is_in("buyer") & is_initiator & is_own_side & side.is_in("buyer")
        seen = set()
        for facts in combinations(when & buyer):
            seen.add((facts["role"], facts["initiator"], facts["is_initiator"]))
            if facts["is_initiator"]:
                assert facts["role"] == facts["initiator"]
                assert facts["is_own_side"]
        assert ("buyer", "buyer", False) not in seen
        assert ("buyer", "seller", True) not in seen
        assert {("operator", "operator", True), ("operator", "operator", False)} <= seen
        assert not any(initiator == "seller_side" for _, initiator, _ in seen)

    def test_who_is_to_answer(self) -> None:
        """Whoever is named, or any of the side that answers."""
        when = answerer.is_in("seller") & is_answerer & seller
        for facts in combinations(when, Withdraw):
            answers = facts["answerer"] in (facts["role"], f"{facts['role']}_side")
            if facts["role"] in ("buyer", "seller"):
                assert facts["is_answerer"] == answers
            if facts["request"] == "pending":
                assert facts["answerer"] != "none"
            if facts["request"] == "none":
                assert facts["answerer"] == "none"

    def test_the_side_of_a_role(self) -> None:
        """A seller stands on the seller's side."""
        found = {
            (facts["role"], facts["side"]) for facts in combinations(side.is_in("house") & buyer)
        }
        assert found == {
            ("buyer", "buyer"),
            ("seller", "seller"),
            ("operator", "house"),
            ("system", "house"),
        }

    def test_the_marks_of_a_request(self) -> None:
        """No request, no mark of one; the order may have one of its own."""
        deadlines = [
            Deadline("d1", runs=is_open, due=requested_at + hours(1), then=mark("slow")),
            Deadline(
                "d2", runs=is_open, due=requested_at + hours(1), then=mark("odd", of="order")
            ),
        ]
        found = combinations(marked("slow") & marked("odd"), deadlines=deadlines)
        without = [facts for facts in found if facts["request"] == "none"]
        assert {facts["marked.slow"] for facts in without} == {False}
        assert {facts["marked.odd"] for facts in without} == {True, False}

    def test_what_came_with_a_request(self) -> None:
        """Where there is none, nothing came; with the command that asks, anything may."""
        fee = Flag("fee_accepted", of=RequestCancellation)
        for facts in combinations(fee.holds, Approve, facts=(fee,)):
            assert facts["request"] != "none" or not facts["fee_accepted"]
        asked = combinations(fee.holds, facts=(fee,))
        assert any(facts["request"] == "none" and facts["fee_accepted"] for facts in asked)

    def test_whether_there_is_a_move_follows(self) -> None:
        """From the status and the move."""
        judged = space(~legal_move, AdvanceOrder)
        assert "legal_move" not in judged.free
        for facts in judged.combinations():
            known = (facts["status"], facts["move"]) in tiny().orders.table
            assert facts["legal_move"] == known


class TestASpace:
    def test_numbers_every_combination(self) -> None:
        """Each by an index; None where it contradicts itself."""
        judged = Space.of(tiny(), Approve)
        numbered = [judged.at(index) for index in range(judged.size)]
        possible = [facts for facts in numbered if facts is not None]
        assert len(possible) < judged.size
        key = [sorted(facts.items(), key=str) for facts in judged.combinations()]
        assert sorted(map(str, key)) == sorted(
            str(sorted(facts.items(), key=str)) for facts in possible
        )

    def test_of_several_policies_holds_what_matters_to_any(self) -> None:
        """And the words that all of them have."""
        heavy = Number("weight")
        one = tiny(
            channels=("web", "shop"),
            facts=(heavy,),
            rules=(
                *RULES,
                Rule("w", on=Reject, effect=NO, when=channel.is_in("web") & (heavy > 3)),
            ),
        )
        other = tiny(
            edition="2",
            channels=("web",),
            facts=(heavy,),
            rules=(*RULES, Rule("w", on=Reject, effect=NO, when=heavy > 8)),
        )
        values = Space.of(one, Reject, other).values
        assert values["channel"] == ("web", None)
        assert values["weight"] == (2, 3, 4, 7, 8, 9, None)

    def test_that_is_too_large_says_which_facts_make_it_so(self) -> None:
        """With the number of their values, the most first."""
        spaces = [Space.of(QOO10, kind) for kind in JUDGED]
        with pytest.raises(TooLarge) as refused:
            check_size(spaces, 1_000)
        assert refused.value.command == "RequestCancellation"
        assert refused.value.facts[:2] == (("request", 9), ("status", 6))
        check_size(spaces)

    @pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])
    def test_has_a_verdict_for_every_combination(self, policy: Policy) -> None:
        """No combination makes a rule fail."""
        for kind in JUDGED:
            for facts in Space.of(policy, kind).combinations():
                decision = policy.judge(kind, facts)
                assert all(error.missing for error in decision.errors)


class TestRegions:
    def test_of_values_that_no_rule_tells_apart_are_one(self) -> None:
        """Of numbers where the bounds put them, of times whether they are over."""
        weight = Number("weight")
        heavy = (weight >= 30) & (now < placed_at + hours(2)) & paid_at.is_known & accept.holds
        regions = FactRegions(heavy.leaves())
        zone = tiny().tzinfo

        def region(name: str, **facts: Any) -> Any:
            return regions.region(name, {"now": NOON, "zone": zone, **facts})

        assert region("weight", weight=31) == region("weight", weight=300)
        assert region("weight", weight=29) != region("weight", weight=30)
        assert region("weight", weight=None) is None
        assert region("placed_at", placed_at=NOON) == region(
            "placed_at", placed_at=NOON - timedelta(hours=1)
        )
        assert region("placed_at", placed_at=NOON) != region(
            "placed_at", placed_at=NOON - timedelta(hours=2)
        )
        assert region("paid_at", paid_at=NOON) == region("paid_at", paid_at=NOON - hours(9))
        assert region("accept", accept=True) is True

    def test_know_all_that_rules_ask_for(self) -> None:
        """Those of every kind of command."""
        names = {leaf.fact for leaf in all_leaves(tiny())}
        assert {leaf.fact for leaf in leaves_of(tiny(), Approve)} <= names
        assert {"move", "role", "is_answerer", "status"} <= names


def test_a_policy_is_not_changed_by_being_enumerated() -> None:
    """A copy with another rule has a space of its own."""
    small = Space.of(tiny(), Reject)
    more = attrs.evolve(
        tiny(), rules=(*RULES, Rule("x", on=Reject, effect=NO, when=paid_at.is_known))
    )
    assert "paid_at" in Space.of(more, Reject).values
    assert "paid_at" not in small.values
