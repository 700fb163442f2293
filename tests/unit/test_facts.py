"""Facts are read from the command, the case, the policy, the seller and the moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from ordercancel.domain.actors import Party
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    Command,
    Reject,
)
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import decide
from ordercancel.engine.evolve import evolve
from ordercancel.policy import After, Consequence, Deadline, Occasion, Policy
from ordercancel.rules.conditions import Compare, Holds, IsIn, Known, Relation
from ordercancel.rules.facts import (
    FACTS,
    Choice,
    Flag,
    Number,
    attribute_choice,
    attribute_flag,
    attribute_number,
    channel,
    days_past_ship_on,
    move,
    party,
    role,
    since_placed,
    status,
)
from unit.tiny import (
    BUYER,
    OURS,
    SELLER,
    STRANGER,
    SYSTEM,
    asks,
    opened,
    order,
    tiny,
    utc,
)

TINY = tiny()
LAPSES = tiny(
    deadlines=(
        Deadline(
            "tiny.lapse",
            starts=Occasion.REFERRED,
            due=After(timedelta(days=2)),
            does=Consequence.LAPSE,
            cites=OURS,
        ),
        Deadline(
            "tiny.overdue",
            starts=Occasion.REFERRED,
            due=After(timedelta(days=1)),
            does=Consequence.MARK_OVERDUE,
            cites=OURS,
        ),
    )
)


def facts(
    command: Command,
    *,
    policy: Policy = TINY,
    at: datetime | None = None,
    seller: Party | None = None,
    asked: bool = False,
    **changes: object,
) -> Facts:
    case = opened(policy, **changes)
    if asked:
        for event in decide(asks(), case, policy, utc(2, 10)):
            case = evolve(case, event)
    return Facts(command, case, policy, at or utc(3), seller)


def test_facts_build_conditions() -> None:
    assert status.is_in("new", "sent") == IsIn("status", frozenset({"new", "sent"}))
    assert party.holds == Holds("party")
    assert channel.is_known == Known("channel")
    half = timedelta(minutes=30)
    assert (since_placed < half) == Compare("since_placed", Relation.LESS, half)
    assert (since_placed <= half) == Compare("since_placed", Relation.AT_MOST, half)
    assert (days_past_ship_on > 0) == Compare("days_past_ship_on", Relation.MORE, 0)
    assert (days_past_ship_on >= 1) == Compare("days_past_ship_on", Relation.AT_LEAST, 1)


def test_facts_that_may_be_missing_are_marked() -> None:
    assert {name for name, fact in FACTS.items() if fact.may_be_missing} == {
        "channel",
        "since_paid",
        "since_requested",
        "days_past_ship_on",
        "days_since_requested",
        "seller_permits",
    }


def test_facts_of_one_command_say_so() -> None:
    assert {name: fact.commands for name, fact in FACTS.items() if fact.commands} == {
        "affirmed": (Reject,),
        "move": (AdvanceOrder,),
        "legal_move": (AdvanceOrder,),
        "accept": (AnswerWithdrawal,),
        "deadline": (ApplyDeadline,),
        "deadline_due": (ApplyDeadline,),
    }


def test_a_fresh_request_of_the_buyer() -> None:
    known = facts(asks(), at=utc(2, 3), ship_on=date(2024, 3, 1), paid_at=utc(1, 4))
    assert dict(known) == {
        "status": "new",
        "channel": None,
        "role": "buyer",
        "party": True,
        "request": "none",
        "rejected_before": False,
        "withdrawn_before": False,
        "since_placed": timedelta(days=1),
        "since_paid": timedelta(hours=23),
        "since_status": timedelta(days=1),
        "since_requested": None,
        "days_since_placed": 1,
        "days_past_ship_on": 1,
        "days_since_requested": None,
        "seller_permits": None,
        "affirmed": None,
        "move": None,
        "legal_move": None,
        "accept": None,
        "deadline": None,
        "deadline_due": None,
        "deadline_passed": False,
    }
    assert len(known) == 22


def test_what_is_not_there_is_missing() -> None:
    known = facts(asks())
    assert known["since_paid"] is None
    assert known["days_past_ship_on"] is None


def test_a_request_that_was_made_is_dated() -> None:
    known = facts(Approve("o-7", by=SELLER), asked=True, at=utc(2, 16))
    assert known["request"] == "awaiting_seller"
    assert known["since_requested"] == timedelta(hours=6)
    assert known["days_since_requested"] == 1


def test_days_are_counted_in_the_zone_of_the_policy() -> None:
    """23:59 and 00:00 of Tokyo are 14:59 and 15:00 in UTC."""
    before, after = utc(2, 14, 59), utc(2, 15, 0)
    for at, placed, past in ((before, 1, 0), (after, 2, 1)):
        known = facts(asks(), at=at, ship_on=date(2024, 3, 2))
        assert (known["days_since_placed"], known["days_past_ship_on"]) == (placed, past)


def test_a_stranger_is_no_party() -> None:
    known = facts(asks(by=STRANGER))
    assert known["party"] is False


@pytest.mark.parametrize("permits", [True, False])
def test_the_seller_permits_or_not(permits: bool) -> None:
    seller = Party("s-1", name="店", permits_cancellation=permits)
    assert facts(asks(), seller=seller)["seller_permits"] is permits


@pytest.mark.parametrize("affirmed", [True, False])
def test_a_rejection_is_affirmed_or_not(affirmed: bool) -> None:
    assert facts(Reject("o-7", by=SELLER, affirmed=affirmed))["affirmed"] is affirmed


@pytest.mark.parametrize(
    ("name", "legal"), [("send", True), ("plan", True), ("fly", False), ("cancel", False)]
)
def test_cancelling_is_no_move_of_the_order(name: str, legal: bool) -> None:
    known = facts(AdvanceOrder("o-7", by=SELLER, move=name))
    assert (known["move"], known["legal_move"]) == (name, legal)


@pytest.mark.parametrize(
    ("deadline", "number", "at", "due"),
    [
        ("tiny.lapse", 1, utc(4, 10), True),
        ("tiny.lapse", 1, utc(4, 9, 59), False),
        ("tiny.lapse", 2, utc(5), False),
        ("tiny.other", 1, utc(5), False),
    ],
)
def test_a_deadline_is_due_from_its_moment_on(
    deadline: str, number: int, at: datetime, due: bool
) -> None:
    command = ApplyDeadline("o-7", by=SYSTEM, deadline=deadline, request=number)
    assert facts(command, policy=LAPSES, asked=True, at=at)["deadline_due"] is due


@pytest.mark.parametrize(
    ("at", "passed"),
    [(utc(3, 9, 59), False), (utc(3, 10), False), (utc(4, 9, 59), False), (utc(4, 10), True)],
)
def test_the_time_for_an_answer_is_over_when_a_deadline_decides(
    at: datetime, passed: bool
) -> None:
    """A deadline that only marks as overdue takes nobody's answer away."""
    command = Approve("o-7", by=SELLER)
    assert facts(command, policy=LAPSES, asked=True, at=at)["deadline_passed"] is passed


def test_without_an_open_request_no_time_for_an_answer_is_over() -> None:
    assert facts(asks(), policy=LAPSES, at=utc(30))["deadline_passed"] is False


def test_a_policy_brings_facts_of_its_own() -> None:
    label = Text("予約", "pre-order")
    flag = attribute_flag("pre_order", label)
    rank = attribute_choice("rank", label, ("gold", "none"))
    weight = attribute_number("weight", label)
    assert (type(flag), type(rank), type(weight)) == (Flag, Choice, Number)
    assert all(fact.own and fact.may_be_missing for fact in (flag, rank, weight))
    policy = tiny(facts=(flag, rank, weight))
    known = Facts(asks(), opened(policy, attributes={"rank": "gold"}), policy, utc(2), None)
    assert (known["pre_order"], known["rank"], known["weight"]) == (None, "gold", None)
    assert list(known)[-3:] == ["pre_order", "rank", "weight"]
    assert len(known) == 25


def test_history_counts() -> None:
    case = opened(TINY)
    for command in (asks(), Reject("o-7", by=SELLER)):
        for event in decide(command, case, TINY, utc(2)):
            case = evolve(case, event)
    known = Facts(asks(), case, TINY, utc(3), None)
    assert (known["rejected_before"], known["withdrawn_before"]) == (True, False)
    assert known["request"] == "rejected"


def test_policies_give_some_facts_their_words() -> None:
    policy = tiny(channels=("shop", "phone"))
    assert policy.domain(status) == ("new", "packed", "sent", "stopped")
    assert policy.domain(channel) == ("shop", "phone")
    assert policy.domain(move) == ("plan", "send")
    assert policy.domain(role) == ("buyer", "seller", "operator", "system")


def test_a_placed_order_without_a_status_time_has_no_time_in_its_status() -> None:
    case = opened(TINY)
    bare = attrs.evolve(case.order, placed_at=datetime(2024, 3, 1, tzinfo=UTC))
    object.__setattr__(bare, "status_since", None)
    known = Facts(asks(), attrs.evolve(case, order=bare), TINY, utc(2), None)
    assert known["since_status"] is None
    assert order().status_since is not None
    assert known.command.by == BUYER
