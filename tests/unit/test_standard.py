"""What every marketplace takes for granted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    Withdraw,
)
from ordercancel.engine.decide import decide
from ordercancel.engine.evolve import evolve
from ordercancel.policy import STANDARD_RULES, After, Consequence, Deadline, Occasion
from ordercancel.rules.sources import OwnRule
from unit.tiny import BUYER, OPERATOR, OURS, SELLER, STRANGER, SYSTEM, asks, opened, tiny, utc

POLICY = tiny(
    deadlines=(
        Deadline(
            "tiny.lapse",
            starts=Occasion.REFERRED,
            due=After(timedelta(days=1)),
            does=Consequence.LAPSE,
            cites=OURS,
        ),
    )
)
FRESH = opened(POLICY)
LAPSE = ApplyDeadline("o-7", by=SYSTEM, deadline="tiny.lapse", request=1)


def after(*commands: Command) -> Case:
    case = FRESH
    for command in commands:
        for event in decide(command, case, POLICY, utc(2)):
            case = evolve(case, event)
    return case


ASKED = after(asks())


def codes(command: Command, case: Case = ASKED, at: datetime | None = None) -> tuple[str, ...]:
    return POLICY.assess(command, case, at or utc(2, 12)).codes


def test_every_standard_rule_is_ours_and_says_why() -> None:
    assert all(isinstance(rule.cites, OwnRule) for rule in STANDARD_RULES)
    assert {rule.id.partition(".")[0] for rule in STANDARD_RULES} == {"standard"}


@pytest.mark.parametrize(
    "command",
    [
        asks(by=STRANGER),
        Withdraw("o-7", by=STRANGER),
        AnswerWithdrawal("o-7", by=STRANGER, accept=True),
        AdvanceOrder("o-7", by=STRANGER, move="send"),
    ],
)
def test_a_stranger_may_nothing(command: Command) -> None:
    assert "not_a_party" in codes(command)


def test_there_is_one_open_request_at_a_time() -> None:
    assert codes(asks(), FRESH) == ()
    assert codes(asks()) == ("no_such_move",)
    assert codes(asks(), after(asks(), Withdraw("o-7", by=BUYER))) == ()


@pytest.mark.parametrize(
    "command",
    [
        Approve("o-7", by=SELLER),
        Reject("o-7", by=SELLER),
        Withdraw("o-7", by=BUYER),
        AskWithdrawal("o-7", by=SELLER),
        AnswerWithdrawal("o-7", by=BUYER, accept=True),
    ],
)
def test_only_an_open_request_is_answered(command: Command) -> None:
    assert codes(command, FRESH) == ("no_open_request",)
    assert codes(command, after(asks(), Reject("o-7", by=SELLER))) == ("no_open_request",)


def test_who_was_not_asked_has_nothing_to_answer() -> None:
    answer = AnswerWithdrawal("o-7", by=BUYER, accept=False)
    assert codes(answer) == ("no_open_request",)
    assert codes(answer, after(asks(), AskWithdrawal("o-7", by=SELLER))) == ()


def test_the_seller_asks_once_until_he_has_an_answer() -> None:
    ask = AskWithdrawal("o-7", by=SELLER)
    assert codes(ask, after(asks(), ask)) == ("no_open_request",)


@pytest.mark.parametrize(
    "command",
    [
        Approve("o-7", by=SELLER),
        Reject("o-7", by=SELLER),
        Withdraw("o-7", by=BUYER),
        AskWithdrawal("o-7", by=SELLER),
        AdvanceOrder("o-7", by=SELLER, move="send"),
    ],
)
def test_once_the_time_is_over_the_deadline_decides(command: Command) -> None:
    assert codes(command, ASKED, utc(2, 23, 59)) == ()
    assert codes(command, ASKED, utc(3)) == ("deadline_passed",)


def test_the_time_for_an_answer_to_an_ask_can_be_over_too() -> None:
    asked = after(asks(), AskWithdrawal("o-7", by=SELLER))
    assert codes(AnswerWithdrawal("o-7", by=BUYER, accept=True), asked, utc(3)) == (
        "deadline_passed",
    )


@pytest.mark.parametrize("actor", [SELLER, OPERATOR, SYSTEM])
def test_the_seller_and_the_house_move_an_order_on(actor) -> None:
    assert codes(AdvanceOrder("o-7", by=actor, move="send"), FRESH) == ()


def test_the_buyer_does_not() -> None:
    assert codes(AdvanceOrder("o-7", by=BUYER, move="send"), FRESH) == ("wrong_actor",)


@pytest.mark.parametrize("move", ["fly", "cancel"])
def test_an_order_makes_the_moves_of_its_chart_alone(move: str) -> None:
    assert codes(AdvanceOrder("o-7", by=SELLER, move=move), FRESH) == ("no_such_move",)


def test_a_deadline_is_the_clocks_and_acts_when_it_is_due() -> None:
    assert codes(LAPSE, at=utc(2, 23, 59)) == ("not_due",)
    assert codes(LAPSE, at=utc(3)) == ()


@pytest.mark.parametrize("actor", [BUYER, SELLER, OPERATOR])
def test_nobody_else_applies_a_deadline(actor) -> None:
    command = ApplyDeadline("o-7", by=actor, deadline="tiny.lapse", request=1)
    assert codes(command, at=utc(3)) == ("wrong_actor",)


def test_a_deadline_acts_once() -> None:
    case = ASKED
    for event in decide(LAPSE, case, POLICY, utc(3)):
        case = evolve(case, event)
    assert codes(LAPSE, case, utc(3)) == ("not_due",)
