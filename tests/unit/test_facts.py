"""Facts build conditions and are read from the command, the case, the policy and the moment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from ordercancel.domain.actors import Actor, Buyer, Party, Seller
from ordercancel.domain.cases import Case, Mark
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import COSTLY, READ, Facts, answers
from ordercancel.policy import (
    Choice,
    Deadline,
    Flag,
    Moment,
    Number,
    Policy,
    Role,
    channel,
    is_open,
    mark,
    marked,
    requested_at,
    status,
)
from ordercancel.rules.conditions import Compare, Holds, IsIn, Known, Relation
from ordercancel.rules.facts import FACTS, Day
from ordercancel.rules.roles import BUILT_IN_ROLES
from unit.tiny import (
    BUYER,
    OPERATOR,
    SELLER,
    STRANGER,
    SYSTEM,
    approves,
    asks,
    opened,
    rejects,
    sends,
    tiny,
    utc,
)

CARRIER = Role("carrier", side="seller", party="carrier_id", answers=False)
OFFICE = Role("office", side="house")
TINY = tiny(
    facts=(
        Flag("gift"),
        Number("boxes"),
        Choice("carrier_id", values=()),
        Moment("seen_at"),
        Day("planned_on"),
        Flag("confirmed", of=Reject),
        Number("fee", of=Reject),
        Flag("agreed", of=RequestCancellation),
        Number("paid", of=RequestCancellation),
    ),
    roles=(CARRIER, OFFICE),
)


def asked(
    by: Actor = BUYER, answerer: str | None = "seller", policy: Policy = TINY, **fields: Any
) -> Case:
    """A case whose buyer asked on the second of March."""
    request = CancellationRequest(
        number=1, by=by, at=utc(2), reason="mistake", answerer=answerer, **fields
    )
    return attrs.evolve(opened(policy), requests=(request,))


def facts(command: Command | None, case: Case | None = None, **more: Any) -> Facts:
    case = opened(TINY) if case is None else case
    return Facts(command, case, TINY, more.pop("at", utc(3)), **more)


# ---------------------------------------------------------------------- building conditions


def test_facts_build_conditions() -> None:
    boxes, gift = Number("boxes"), Flag("gift")
    assert status.is_in("new", "sent") == IsIn("status", frozenset({"new", "sent"}))
    assert status.is_in(RequestStatus.PENDING) == IsIn("status", frozenset({"pending"}))
    with pytest.raises(TypeError, match=r"one by one: status\.is_in\('a', 'b'\)"):
        status.is_in(["new", "sent"])  # type: ignore[arg-type]
    assert gift.holds == Holds("gift")
    assert channel.is_known == Known("channel")
    assert marked("missed") == Holds("marked.missed")
    assert (boxes < 3) == Compare("boxes", Relation.LESS, 3)
    assert (boxes <= 3) == Compare("boxes", Relation.AT_MOST, 3)
    assert (boxes > 3) == Compare("boxes", Relation.MORE, 3)
    assert (boxes >= 3) == Compare("boxes", Relation.AT_LEAST, 3)


def test_a_label_is_the_words_of_the_name_by_default() -> None:
    assert Flag("on_hold").label == "on hold"
    assert Flag("on_hold", Text("保留", "held")).label == Text("保留", "held")


def test_facts_that_may_be_missing_are_marked() -> None:
    assert {name for name, fact in FACTS.items() if fact.may_be_missing} == {
        "channel",
        "reason",
        "paid_at",
        "shipped_at",
        "delivered_at",
        "requested_at",
        "closed_at",
        "ship_on",
    }


def test_facts_of_one_command_say_so() -> None:
    told = {name: fact.commands for name, fact in FACTS.items() if fact.commands}
    assert set(told) == {"is_stale", "reason", "move", "legal_move", "accept"}
    assert told["reason"] == (RequestCancellation, Reject)
    assert told["move"] == told["legal_move"] == (AdvanceOrder,)
    assert told["accept"] == (AnswerWithdrawal,)


def test_every_fact_is_read_and_none_is_left_over() -> None:
    assert READ.keys() == FACTS.keys()
    assert set(READ) >= COSTLY


# ---------------------------------------------------------------------- reading them


def test_a_fresh_request_of_the_buyer() -> None:
    case = opened(TINY, ship_on=date(2024, 3, 9), paid_at=utc(1, 4), facts={"gift": True})
    known = facts(asks(by=Buyer("b-1", via="agent:x")), case)
    assert dict(known) == {
        "status": "new",
        "channel": None,
        "role": "buyer",
        "side": "buyer",
        "is_on_behalf": True,
        "request": "none",
        "initiator": "none",
        "answerer": "none",
        "is_initiator": False,
        "is_answerer": False,
        "is_own_side": False,
        "is_stale": None,
        "reason": "mistake",
        "rejected_before": False,
        "withdrawn_before": False,
        "requests_made": 0,
        "placed_at": utc(1, 3),
        "paid_at": utc(1, 4),
        "status_since": utc(1, 3),
        "shipped_at": None,
        "delivered_at": None,
        "requested_at": None,
        "closed_at": None,
        "ship_on": date(2024, 3, 9),
        "seller_permits": False,
        "move": None,
        "legal_move": None,
        "accept": None,
        "units_shipped": "none",
        "gift": True,
        "boxes": None,
        "carrier_id": None,
        "seen_at": None,
        "planned_on": None,
        "confirmed": None,
        "fee": None,
        "agreed": False,
        "paid": None,
    }
    assert len(known) == 38


def test_the_present_and_the_zone_are_there_for_times() -> None:
    known = facts(asks(), at=utc(3, 4))
    assert (known["now"], known["zone"]) == (utc(3, 4), ZoneInfo("Asia/Tokyo"))


def test_a_request_is_known_while_it_is_open_and_afterwards() -> None:
    known = facts(approves(), asked())
    assert (known["request"], known["initiator"], known["answerer"]) == (
        "pending",
        "buyer",
        "seller",
    )
    assert (known["requested_at"], known["closed_at"], known["requests_made"]) == (
        utc(2),
        None,
        1,
    )
    closed = asked(status=RequestStatus.REJECTED, closed_at=utc(2, 1))
    known = facts(asks(), closed)
    assert (known["request"], known["closed_at"]) == ("rejected", utc(2, 1))
    assert (known["rejected_before"], known["withdrawn_before"]) == (True, False)
    withdrawn = facts(asks(), asked(status=RequestStatus.WITHDRAWN))
    assert (withdrawn["rejected_before"], withdrawn["withdrawn_before"]) == (False, True)


@pytest.mark.parametrize(
    ("by", "own", "answering", "same_side"),
    [
        (BUYER, True, False, True),
        (Buyer("b-1", via="agent:x"), True, False, True),
        (SELLER, False, True, False),
        (OPERATOR, False, False, False),
        (Actor("c-1", role="carrier"), False, False, False),
        (Actor("x", role="unheard-of"), False, False, False),
    ],
)
def test_who_made_the_request_and_who_is_to_answer(
    by: Actor, own: bool, answering: bool, same_side: bool
) -> None:
    known = facts(approves(by=by), asked())
    told = tuple(known[name] for name in ("is_initiator", "is_answerer", "is_own_side"))
    assert told == (own, answering, same_side)


def test_a_party_made_it_by_their_role_and_somebody_of_the_house_by_their_id() -> None:
    """An account may have moved; clerks of one office are different people."""
    assert facts(approves(by=STRANGER), asked())["is_initiator"] is True
    by_office = asked(by=OPERATOR)
    assert facts(approves(by=OPERATOR), by_office)["is_initiator"] is True
    other = attrs.evolve(OPERATOR, id="o-2")
    assert facts(approves(by=other), by_office)["is_initiator"] is False
    unheard = Actor("x", role="unheard-of")
    assert facts(approves(by=unheard), asked(by=unheard))["is_initiator"] is True


@pytest.mark.parametrize(
    ("by", "answerer", "result"),
    [
        (SELLER, "seller", True),
        (SELLER, "seller_side", True),
        (SELLER, "buyer_side", False),
        (Actor("c-1", role="carrier"), "seller_side", False),
        (Actor("c-1", role="carrier"), "carrier", True),
        (Actor("k", role="office"), "house_side", True),
        (SYSTEM, "house_side", False),
        (Actor("x", role="unheard-of"), "seller_side", False),
        (SELLER, None, False),
    ],
)
def test_a_side_is_answered_for_by_its_roles_that_answer(
    by: Actor, answerer: str | None, result: bool
) -> None:
    roles = {**BUILT_IN_ROLES, "carrier": CARRIER, "office": OFFICE}
    assert answers(by, answerer, roles) is result


def test_sides_are_those_of_the_roles() -> None:
    told = [
        facts(asks(by=by))["side"]
        for by in (
            BUYER,
            SELLER,
            OPERATOR,
            SYSTEM,
            Actor("c-1", role="carrier"),
            Actor("x", role="unheard-of"),
        )
    ]
    assert told == ["buyer", "seller", "house", "house", "seller", "none"]


def test_an_answer_to_another_request_is_stale() -> None:
    assert facts(approves(request=1), asked())["is_stale"] is False
    assert facts(approves(request=2), asked())["is_stale"] is True
    assert facts(Withdraw("o-7", by=BUYER, request=1))["is_stale"] is True


@pytest.mark.parametrize(
    ("seller", "permits"),
    [
        (None, False),
        (Party("s-1", name="店"), False),
        (Party("s-1", name="店", permits_cancellation=True), True),
    ],
)
def test_a_seller_whom_nobody_knows_does_not_permit(seller: Party | None, permits: bool) -> None:
    assert facts(asks(), seller=seller)["seller_permits"] is permits


def test_a_move_is_legal_where_the_lifecycle_has_it() -> None:
    assert (facts(sends())["move"], facts(sends())["legal_move"]) == ("send", True)
    gone = opened(TINY, status="sent")
    assert facts(sends(), gone)["legal_move"] is False
    assert facts(sends(move="fly"))["legal_move"] is False


def test_facts_of_a_command_are_read_from_it_and_are_of_it_alone() -> None:
    told = rejects(data={"confirmed": True, "fee": 3})
    known = facts(told, asked())
    assert (known["confirmed"], known["fee"]) == (True, 3)
    other = facts(approves(), asked())
    assert (other["confirmed"], other["fee"]) == (None, None)


def test_a_flag_that_a_command_carries_and_is_not_told_is_false() -> None:
    known = facts(rejects(), asked())
    assert (known["confirmed"], known["fee"]) == (False, None)


def test_what_a_request_carries_is_kept_with_it() -> None:
    assert facts(asks(data={"agreed": True, "paid": 5}))["paid"] == 5
    kept = asked(data={"agreed": True, "paid": 5})
    known = facts(approves(), kept)
    assert (known["agreed"], known["paid"]) == (True, 5)
    assert (facts(approves())["agreed"], facts(approves())["paid"]) == (False, None)


def test_accepting_is_a_fact_of_the_answer() -> None:
    for accept in (True, False):
        answer = AnswerWithdrawal("o-7", by=BUYER, request=1, accept=accept)
        assert facts(answer, asked())["accept"] is accept
    assert facts(approves(), asked())["accept"] is None


def test_a_mark_is_a_fact() -> None:
    case = attrs.evolve(asked(), marks=(Mark("missed", "d", utc(3), 1),))
    assert facts(approves(), case)["marked.missed"] is True
    assert facts(approves())["marked.missed"] is False


def test_what_nobody_declares_is_read_as_a_fact_of_the_order() -> None:
    case = opened(TINY, facts={"undeclared": 3})
    assert facts(asks(), case)["undeclared"] == 3
    assert facts(asks())["undeclared"] is None


def test_without_a_command_facts_of_actors_and_commands_are_missing() -> None:
    """As for deadlines, which hang on the case alone; the reason is that of the request."""
    known = facts(None, asked())
    missing = ("role", "side", "is_initiator", "is_answerer", "is_own_side", "is_on_behalf")
    assert [known[name] for name in (*missing, "move", "accept", "is_stale")] == [None] * 9
    assert (known["status"], known["request"], known["reason"]) == ("new", "pending", "mistake")
    assert facts(None)["reason"] is None


def test_who_made_the_request_is_known_whoever_asks() -> None:
    """It is a fact of the case, by which deadlines, labels and messages may go."""
    known = facts(None, asked(by=SELLER))
    assert (known["initiator"], known["answerer"], known["is_initiator"]) == (
        "seller",
        "seller",
        None,
    )


def test_whoever_did_it_is_known_where_no_command_tells() -> None:
    known = facts(None, asked(), by=Seller("s-1"))
    assert (known["role"], known["is_answerer"]) == ("seller", True)


def test_a_policy_knows_its_marks_as_facts() -> None:
    late = Deadline("d", runs=is_open, due=requested_at, then=mark("late"))
    policy = tiny(deadlines=(late,))
    fact = policy.fact("marked.late")
    assert fact is not None
    assert not fact.may_be_missing
    assert policy.fact("marked.other") is None


def test_a_moment_and_a_day_are_reckoned_from_themselves() -> None:
    read = {"seen_at": utc(2), "planned_on": date(2024, 3, 2), "zone": ZoneInfo("Asia/Tokyo")}
    seen_at, planned_on = Moment("seen_at"), Day("planned_on")
    assert (seen_at.anchor_name, planned_on.anchor_name) == ("seen_at", "planned_on")
    assert seen_at.at(read.get) == utc(2)
    assert planned_on.day(read.get) == date(2024, 3, 2)
    assert planned_on.end(1).at(read.get) == datetime.fromisoformat("2024-03-03T15:00Z")
