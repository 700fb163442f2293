"""A command that exists is well-formed; what is wrong with one is named all together."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest

from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import (
    ANSWERS,
    COMMANDS,
    JUDGED,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    FailRefund,
    FireDeadline,
    RecordRefund,
    Reject,
    RequestCancellation,
    RetryRefund,
    SettleRefund,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.errors import Fault, InvalidValue
from unit.tiny import BUYER, SELLER, SYSTEM, utc

LINE = "a line of 1 to 200 printable characters"
TEXT = "a text of at most 4000 code points"
ACTOR = "a Buyer, Seller, Operator or System"


def faults_of(kind: type[Any], *args: Any, **kwargs: Any) -> tuple[Fault, ...]:
    with pytest.raises(InvalidValue) as caught:
        kind(*args, **kwargs)
    return caught.value.faults


def test_there_are_thirteen_kinds_of_command() -> None:
    answers = (Approve, Reject, Withdraw, AskWithdrawal, AnswerWithdrawal)
    judged = (RequestCancellation, *answers, AdvanceOrder)
    assert answers == ANSWERS
    assert judged == JUDGED
    settling = (SettleRefund, FailRefund, RetryRefund)
    assert (*judged, UpdateOrder, *settling, RecordRefund, FireDeadline) == COMMANDS


@pytest.mark.parametrize("kind", [Approve, Withdraw])
def test_every_command_names_its_order_and_its_actor(kind: type[Any]) -> None:
    name = kind.__name__
    assert faults_of(kind, "", by="b-1", command_id="", request=1) == (
        Fault(f"{name}.order_id", "is empty", LINE),
        Fault(f"{name}.by", "is a str", ACTOR),
        Fault(f"{name}.command_id", "is empty", LINE),
    )


def test_every_fault_of_a_request_is_named() -> None:
    assert faults_of(RequestCancellation, None, by=None, reason="", text="a" * 4001) == (
        Fault("RequestCancellation.order_id", "is missing", LINE),
        Fault("RequestCancellation.by", "is missing", ACTOR),
        Fault("RequestCancellation.reason", "is empty", LINE),
        Fault("RequestCancellation.text", "has 4001 code points", TEXT),
    )


def test_every_fault_of_a_rejection_is_named() -> None:
    assert faults_of(Reject, "o-7", by=SELLER, request="1", reason=3, text=4, data=5) == (
        Fault("Reject.data", "is an int", "a mapping of names to values"),
        Fault("Reject.request", "is a str", "the number of a request"),
        Fault("Reject.reason", "is an int", LINE),
        Fault("Reject.text", "is an int", TEXT),
    )


@pytest.mark.parametrize("number", [0, 1001])
def test_an_answer_names_its_request(number: int) -> None:
    problem = "is below 1" if number < 1 else "is above 1000"
    assert faults_of(Approve, "o-7", by=SELLER, request=number) == (
        Fault("Approve.request", problem, "the number of a request"),
    )
    with pytest.raises(TypeError, match="request"):
        Withdraw("o-7", by=BUYER)  # type: ignore[call-arg]


def test_the_text_of_an_ask_is_a_text() -> None:
    assert faults_of(AskWithdrawal, "o-7", by=SELLER, request=1, text=b"") == (
        Fault("AskWithdrawal.text", "is a bytes", TEXT),
    )


def test_an_answer_is_yes_or_no() -> None:
    assert faults_of(AnswerWithdrawal, "o-7", by=BUYER, request=1, accept=None) == (
        Fault("AnswerWithdrawal.accept", "is missing", "true or false"),
    )


def test_a_move_has_a_name_and_facts() -> None:
    assert faults_of(AdvanceOrder, "o-7", by=SELLER, move="", facts=[]) == (
        Fault("AdvanceOrder.move", "is empty", LINE),
        Fault("AdvanceOrder.facts", "is a list", "a mapping of names to values"),
    )


def test_every_fault_of_an_update_is_named() -> None:
    assert faults_of(UpdateOrder, "o-7", by=SYSTEM, status="", buyer=3, seller="\n") == (
        Fault("UpdateOrder.status", "is empty", LINE),
        Fault("UpdateOrder.buyer", "is an int", LINE),
        Fault("UpdateOrder.seller", "is empty", LINE),
    )


def test_a_deadline_is_named() -> None:
    assert faults_of(FireDeadline, "o-7", by=SYSTEM, deadline="") == (
        Fault("FireDeadline.deadline", "is empty", LINE),
    )


def test_moments_among_the_facts_of_a_command_are_in_utc() -> None:
    told = utc(2).astimezone(timezone(timedelta(hours=9)))
    update = UpdateOrder("o-7", by=SYSTEM, facts={"paid_at": told})
    assert update.facts["paid_at"].isoformat() == "2024-03-02T00:00:00+00:00"
    reject = Reject("o-7", by=SELLER, request=1, data={"seen_at": told})
    assert reject.data["seen_at"].isoformat() == "2024-03-02T00:00:00+00:00"


def test_a_request_may_leave_out_its_reason() -> None:
    command = RequestCancellation("o-7", by=BUYER)
    assert (command.reason, command.text, command.command_id) == (None, None, None)


@pytest.mark.parametrize(
    "command",
    [
        RequestCancellation("o-7", by=BUYER, reason="other", text="secret"),
        Reject("o-7", by=SELLER, request=1, text="secret"),
        AskWithdrawal("o-7", by=SELLER, request=1, text="secret"),
    ],
)
def test_reprs_show_no_words_that_were_typed(command: object) -> None:
    assert "secret" not in repr(command)
    assert "o-7" in repr(command)


def test_an_actor_is_somebody() -> None:
    """There is no actor without an id and a role, to meet as an error deeper down."""
    with pytest.raises(TypeError, match="missing"):
        Actor()  # type: ignore[call-arg]
    with pytest.raises(InvalidValue, match=r"^Withdraw\.by: is a type"):
        Withdraw("o-1", by=Actor, request=1)  # type: ignore[arg-type]
