"""A command that exists is well-formed; what is wrong with one is named all together."""

from __future__ import annotations

from typing import Any

import pytest

from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
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


def test_there_are_eight_kinds_of_command() -> None:
    assert (
        RequestCancellation,
        Approve,
        Reject,
        Withdraw,
        AskWithdrawal,
        AnswerWithdrawal,
        AdvanceOrder,
        ApplyDeadline,
    ) == COMMANDS


@pytest.mark.parametrize("kind", [Approve, Withdraw])
def test_every_command_names_its_order_and_its_actor(kind: type[Any]) -> None:
    name = kind.__name__
    assert faults_of(kind, "", by="b-1", command_id="") == (
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
    assert faults_of(Reject, "o-7", by=SELLER, reason=3, text=4, affirmed="yes") == (
        Fault("Reject.reason", "is an int", LINE),
        Fault("Reject.text", "is an int", TEXT),
        Fault("Reject.affirmed", "is a str", "true or false"),
    )


def test_the_text_of_an_ask_is_a_text() -> None:
    assert faults_of(AskWithdrawal, "o-7", by=SELLER, text=b"") == (
        Fault("AskWithdrawal.text", "is a bytes", TEXT),
    )


def test_an_answer_is_yes_or_no() -> None:
    assert faults_of(AnswerWithdrawal, "o-7", by=BUYER, accept=None) == (
        Fault("AnswerWithdrawal.accept", "is missing", "true or false"),
    )


def test_a_move_has_a_name_and_a_day() -> None:
    assert faults_of(AdvanceOrder, "o-7", by=SELLER, move="", ship_on=utc(1)) == (
        Fault("AdvanceOrder.move", "is empty", LINE),
        Fault("AdvanceOrder.ship_on", "is a datetime", "a date without a time"),
    )


def test_a_deadline_is_named_with_its_request() -> None:
    assert faults_of(ApplyDeadline, "o-7", by=SYSTEM, deadline="", request="1") == (
        Fault("ApplyDeadline.deadline", "is empty", LINE),
        Fault("ApplyDeadline.request", "is a str", "the number of a request"),
    )


def test_a_request_may_leave_out_its_reason() -> None:
    command = RequestCancellation("o-7", by=BUYER)
    assert (command.reason, command.text, command.command_id) == (None, None, None)


@pytest.mark.parametrize(
    "command",
    [
        RequestCancellation("o-7", by=BUYER, reason="other", text="secret"),
        Reject("o-7", by=SELLER, text="secret"),
        AskWithdrawal("o-7", by=SELLER, text="secret"),
    ],
)
def test_reprs_show_no_words_that_were_typed(command: object) -> None:
    assert "secret" not in repr(command)
    assert "o-7" in repr(command)
