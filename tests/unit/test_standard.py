"""What every marketplace takes for granted."""

from __future__ import annotations

from functools import reduce

import pytest

from ordercancel.domain.actors import Actor, Operator
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AnswerWithdrawal,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.engine.decide import decide
from ordercancel.engine.evolve import evolve
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    Choice,
    Forbid,
    If,
    Policy,
    Reason,
    Refer,
    Role,
    Rule,
    operator,
    seller,
    status,
)
from ordercancel.policy.standard import standard_rules
from ordercancel.rules.sources import OwnRule
from unit.tiny import (
    BUYER,
    OPERATOR,
    SELLER,
    SYSTEM,
    approves,
    asks,
    opened,
    rejects,
    sends,
    tiny,
    utc,
)

TINY = tiny()
CARRIER = Actor("c-1", role="carrier")
CARRIERS = (
    Role("carrier", side="seller", party="carrier_id", answers=False),
    Role("agency", side="seller", party="agency_id"),
)
BOTH_ASK = tiny(
    rules=(
        Rule("t.office", on=RequestCancellation, when=operator, effect=Refer("operator")),
        Rule("t.other", on=RequestCancellation, when=~operator, effect=Refer(OTHER_SIDE)),
    ),
    reasons=(Reason("mistake", "間違い"),),
    languages=("ja",),
    facts=(Choice("carrier_id", values=()), Choice("agency_id", values=())),
    roles=CARRIERS,
)
KNOWN = {"carrier_id": "c-1", "agency_id": "a-1"}


def after(*commands: Command, policy: Policy = TINY, case: Case | None = None) -> Case:
    case = opened(policy) if case is None else case
    for command in commands:
        case = reduce(evolve, decide(command, case, policy, utc(2)), case)
    return case


ASKED = after(asks())


def codes(command: Command, case: Case = ASKED, policy: Policy = TINY) -> tuple[str, ...]:
    return policy.assess(command, case, utc(2, 12)).codes


def test_every_standard_rule_is_ours_and_says_why() -> None:
    rules = standard_rules(ask_again_while_open=False)
    assert all(isinstance(rule.source, OwnRule) for rule in rules)
    assert [rule.id for rule in rules] == [
        "standard.own_request",
        "standard.answer",
        "standard.advance",
        "standard.one_open_request",
    ]
    assert TINY.all_rules[:4] == rules
    assert len(standard_rules(ask_again_while_open=True)) == 3


def test_who_has_a_request_open_cannot_ask_again() -> None:
    assert codes(asks(), opened(TINY)) == ()
    assert codes(asks()) == ("request_open",)
    withdrawn = after(Withdraw("o-7", by=BUYER, request=1), case=ASKED)
    assert codes(asks(), withdrawn) == ()


def test_a_request_of_the_other_side_is_not_opened_beside_an_open_one() -> None:
    """The lifecycle of requests says so; a cancellation would supersede it."""
    case = after(asks(), policy=BOTH_ASK, case=opened(BOTH_ASK, facts=KNOWN))
    command = RequestCancellation("o-7", by=SELLER, reason="mistake")
    assert codes(command, case, BOTH_ASK) == ("request_open",)


@pytest.mark.parametrize(
    "command",
    [
        approves(),
        rejects(),
        Withdraw("o-7", by=BUYER, request=1),
        AskWithdrawal("o-7", by=SELLER, request=1),
        AnswerWithdrawal("o-7", by=BUYER, request=1, accept=True),
    ],
)
def test_only_an_open_request_is_answered(command: Command) -> None:
    assert codes(command, opened(TINY)) == ("no_open_request",)
    assert codes(command, after(rejects(), case=ASKED)) == ("no_open_request",)


def test_an_answer_to_a_page_that_shows_an_older_request_is_stale() -> None:
    """Request 1 was rejected and request 2 made meanwhile."""
    second = after(rejects(), asks(), case=ASKED)
    assert codes(approves(request=1), second) == ("stale_request",)
    assert codes(approves(request=3), second) == ("stale_request",)
    assert codes(approves(request=2), second) == ()


def test_nobody_answers_their_own_request() -> None:
    assert codes(approves(by=BUYER)) == ("own_request",)
    assert codes(rejects(by=BUYER)) == ("own_request",)


def test_nobody_answers_the_request_of_their_own_side() -> None:
    """Two roles stand on one side: what the carrier asked is not the seller's to answer."""
    case = opened(BOTH_ASK, facts=KNOWN)
    ask = RequestCancellation("o-7", by=CARRIER, reason="mistake")
    asked = after(ask, policy=BOTH_ASK, case=case)
    assert codes(approves(by=SELLER), asked, BOTH_ASK) == ("own_request",)
    assert codes(approves(by=BUYER), asked, BOTH_ASK) == ()


def test_any_role_of_the_other_side_that_answers_may_answer() -> None:
    asked = after(asks(), policy=BOTH_ASK, case=opened(BOTH_ASK, facts=KNOWN))
    assert codes(approves(by=SELLER), asked, BOTH_ASK) == ()
    assert codes(approves(by=Actor("a-1", role="agency")), asked, BOTH_ASK) == ()
    assert codes(approves(by=CARRIER), asked, BOTH_ASK) == ("not_permitted",)


def test_within_the_house_it_is_somebody_elses_to_answer() -> None:
    ask = RequestCancellation("o-7", by=OPERATOR, reason="mistake")
    asked = after(ask, policy=BOTH_ASK, case=opened(BOTH_ASK, facts=KNOWN))
    assert codes(approves(by=OPERATOR), asked, BOTH_ASK) == ("own_request",)
    assert codes(approves(by=Operator("o-2")), asked, BOTH_ASK) == ()


def test_the_answerer_alone_answers() -> None:
    assert codes(approves()) == ()
    assert codes(rejects()) == ()
    assert codes(approves(by=OPERATOR)) == ("not_permitted",)


@pytest.mark.parametrize("actor", [SELLER, OPERATOR, SYSTEM])
def test_the_seller_and_the_house_move_an_order_on(actor: Actor) -> None:
    assert codes(sends(by=actor), opened(TINY)) == ()


def test_the_sellers_carrier_does_too_and_the_buyer_does_not() -> None:
    case = opened(BOTH_ASK, facts=KNOWN)
    assert codes(sends(by=CARRIER), case, BOTH_ASK) == ()
    assert codes(sends(by=BUYER), opened(TINY)) == ("not_permitted",)


@pytest.mark.parametrize("move", ["fly", "plan"])
def test_an_order_makes_the_moves_of_its_lifecycle_alone(move: str) -> None:
    packed = opened(TINY, status="packed")
    assert codes(sends(move=move), packed) == ("no_such_move",)


def test_what_was_not_asked_is_not_answered() -> None:
    answer = AnswerWithdrawal("o-7", by=BUYER, request=1, accept=False)
    assert codes(answer) == ("not_asked",)
    ask = AskWithdrawal("o-7", by=SELLER, request=1)
    asked = after(ask, case=ASKED)
    assert codes(answer, asked) == ()
    assert codes(ask, asked) == ("asked_already",)


def test_a_policy_may_let_a_cancellation_supersede_an_open_request() -> None:
    late = If(status.is_in("packed"), CANCEL, Refer(seller))
    policy = tiny(
        rules=(Rule("t.asks", on=RequestCancellation, effect=late),), ask_again_while_open=True
    )
    asked = after(asks(), policy=policy)
    assert codes(asks(), asked, policy) == ("request_open",)
    packed = after(sends(move="plan", facts={"ship_on": utc(9).date()}), policy=policy, case=asked)
    done = after(asks(), policy=policy, case=packed)
    assert [each.status for each in done.requests] == ["superseded", "approved"]
    assert done.order.status == "stopped"


def test_a_forbid_of_a_policys_own_stands_beside_the_standard_ones() -> None:
    policy = tiny(
        rules=(
            Rule("t.asks", on=RequestCancellation, effect=Refer(seller)),
            Rule("t.never", on=Reject, effect=Forbid("closed")),
        )
    )
    asked = after(asks(), policy=policy)
    assert codes(rejects(by=BUYER), asked, policy) == ("own_request", "closed")


def test_the_house_has_no_other_side_to_refer_its_request_to() -> None:
    """Nothing is approved at once because nobody would have to answer."""
    policy = tiny(
        rules=(Rule("t.other", on=RequestCancellation, effect=Refer(OTHER_SIDE)),),
        reasons=(Reason("mistake", "間違い"),),
        languages=("ja",),
    )
    assert codes(asks(by=OPERATOR), opened(policy), policy) == ("not_permitted",)
    assert codes(asks(by=SYSTEM), opened(policy), policy) == ("not_permitted",)
    assert codes(asks(by=SELLER), opened(policy), policy) == ()
