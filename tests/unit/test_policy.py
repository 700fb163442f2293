"""A policy answers a command about a case at a moment, with no service and no store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import pytest

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import Verdict
from ordercancel.policies import QOO10
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    REFER,
    Consequence,
    Deadline,
    EndOfDay,
    Forbid,
    GoingBack,
    Occasion,
    Policy,
    Rule,
    Silence,
    clause,
)
from ordercancel.rules.facts import (
    attribute_choice,
    attribute_flag,
    channel,
    move,
    seller_permits,
    status,
)
from ordercancel.rules.facts import deadline as due
from unit.tiny import (
    BUYER,
    OURS,
    RULES,
    SELLER,
    SYSTEM,
    asks,
    opened,
    order,
    tiny,
    utc,
)

ANSWERS = (Approve, Reject, Withdraw, AskWithdrawal, AnswerWithdrawal, AdvanceOrder, ApplyDeadline)


def deadline(does: Consequence, **changes: Any) -> Deadline:
    values: dict[str, Any] = {"starts": Occasion.REFERRED, "due": EndOfDay(), "cites": OURS}
    return Deadline(f"d.{does}", does=does, **values | changes)


LAX = tiny(
    rules=(
        Rule("lax.request", on=RequestCancellation, effect=CANCEL, cites=OURS),
        Rule("lax.rest", on=ANSWERS, effect=PERMIT, cites=OURS),
    ),
    deadlines=tuple(deadline(does) for does in Consequence),
)
"""A policy that permits everything, so that the charts alone can say no."""


def standing(status: str | None, order_status: str = "new") -> Case:
    """A case of the lax policy whose latest request stands in `status`."""
    case = opened(LAX, status=order_status)
    if status is None:
        return case
    made = CancellationRequest(
        number=1,
        by=BUYER,
        at=utc(1, 5),
        reason="mistake",
        status=RequestStatus(status),
        order_status="new",
    )
    return attrs.evolve(case, requests=(made,))


def applies(does: Consequence) -> ApplyDeadline:
    return ApplyDeadline("o-7", by=SYSTEM, deadline=f"d.{does}", request=1)


EVERY_KIND = (
    asks(),
    Approve("o-7", by=SELLER),
    Reject("o-7", by=SELLER),
    Withdraw("o-7", by=BUYER),
    AskWithdrawal("o-7", by=SELLER),
    AnswerWithdrawal("o-7", by=BUYER, accept=True),
    AnswerWithdrawal("o-7", by=BUYER, accept=False),
    AdvanceOrder("o-7", by=SELLER, move="send"),
    *(applies(does) for does in Consequence),
)


@pytest.mark.parametrize(
    ("command", "request_status", "order_status", "possible"),
    [
        (asks(), None, "new", True),
        (asks(), "rejected", "packed", True),
        (asks(), "awaiting_seller", "new", False),
        (asks(), None, "sent", False),
        (Approve("o-7", by=SELLER), "awaiting_seller", "new", True),
        (Approve("o-7", by=SELLER), "awaiting_seller", "sent", False),
        (Approve("o-7", by=SELLER), "granted", "new", False),
        (Approve("o-7", by=SELLER), None, "new", False),
        (Reject("o-7", by=SELLER), "withdrawal_held", "sent", True),
        (Reject("o-7", by=SELLER), "rejected", "new", False),
        (Withdraw("o-7", by=BUYER), "withdrawal_asked", "new", True),
        (Withdraw("o-7", by=BUYER), "lapsed", "new", False),
        (AskWithdrawal("o-7", by=SELLER), "awaiting_seller", "new", True),
        (AskWithdrawal("o-7", by=SELLER), "withdrawal_asked", "new", False),
        (AnswerWithdrawal("o-7", by=BUYER, accept=True), "withdrawal_held", "new", True),
        (AnswerWithdrawal("o-7", by=BUYER, accept=True), "awaiting_seller", "new", False),
        (AnswerWithdrawal("o-7", by=BUYER, accept=False), "withdrawal_asked", "new", True),
        (AnswerWithdrawal("o-7", by=BUYER, accept=False), "withdrawal_held", "new", False),
        (AdvanceOrder("o-7", by=SELLER, move="send"), None, "packed", True),
        (AdvanceOrder("o-7", by=SELLER, move="plan"), None, "packed", False),
        (AdvanceOrder("o-7", by=SELLER, move="cancel"), None, "new", False),
        (applies(Consequence.APPROVE), "awaiting_seller", "new", True),
        (applies(Consequence.APPROVE), "awaiting_seller", "sent", False),
        (applies(Consequence.APPROVE), "rejected", "new", False),
        (applies(Consequence.REJECT), "awaiting_seller", "sent", True),
        (applies(Consequence.REJECT), "granted", "new", False),
        (applies(Consequence.LAPSE), "withdrawal_held", "new", True),
        (applies(Consequence.LAPSE), "superseded", "new", False),
        (applies(Consequence.MARK_OVERDUE), None, "new", True),
        (applies(Consequence.BREACH), "rejected", "sent", True),
    ],
)
def test_the_charts_have_the_last_word(
    command: Command, request_status: str | None, order_status: str, possible: bool
) -> None:
    decision = LAX.assess(command, standing(request_status, order_status), utc(2))
    if possible:
        assert not decision.is_refused
        return
    assert decision.codes == ("no_such_move",)
    assert decision.determined_by == ()
    assert len(decision.rules) == 1
    assert decision.errors[0].problem.endswith("where a chart has no such move")


@pytest.mark.parametrize("command", EVERY_KIND, ids=repr)
@pytest.mark.parametrize("request_status", [None, "awaiting_seller", "withdrawal_asked"])
@pytest.mark.parametrize("order_status", ["new", "sent"])
@pytest.mark.parametrize("policy", [LAX, tiny(deadlines=LAX.deadlines)], ids=["lax", "tiny"])
def test_assessing_is_judging_the_facts_of_a_case(
    policy: Policy, order_status: str, request_status: str | None, command: Command
) -> None:
    """Of every kind of command, whether the facts are read when asked for or beforehand."""
    case, at, seller = standing(request_status, order_status), utc(2), Party("s-1", name="店")
    assessed = policy.assess(command, case, at, seller=seller)
    facts = Facts(command, case, policy, at, seller)
    assert policy.judge(type(command), facts) == assessed
    assert policy.judge(type(command), {**facts}) == assessed
    assert assessed.kind is type(command)
    assert {**assessed.facts} == {**facts}


@pytest.mark.parametrize(
    ("kind", "facts", "verdict"),
    [
        (RequestCancellation, {"status": "new", "request": "none"}, "cancel"),
        (RequestCancellation, {"status": "new", "request": "lapsed"}, "cancel"),
        (RequestCancellation, {"status": "new", "request": "withdrawal_held"}, "refuse"),
        (RequestCancellation, {"status": "sent", "request": "none"}, "refuse"),
        (Approve, {"status": "packed", "request": "awaiting_seller"}, "permit"),
        (Approve, {"status": "sent", "request": "awaiting_seller"}, "refuse"),
        (Approve, {"status": "packed", "request": "granted"}, "refuse"),
        (Reject, {"request": "withdrawal_asked"}, "permit"),
        (Reject, {"request": "none"}, "refuse"),
        (Withdraw, {"request": "withdrawal_held"}, "permit"),
        (Withdraw, {"request": "withdrawn"}, "refuse"),
        (AskWithdrawal, {"request": "withdrawal_held"}, "permit"),
        (AskWithdrawal, {"request": "withdrawal_asked"}, "refuse"),
        (AnswerWithdrawal, {"request": "withdrawal_held", "accept": True}, "permit"),
        (AnswerWithdrawal, {"request": "withdrawal_held", "accept": False}, "refuse"),
        (AnswerWithdrawal, {"request": "withdrawal_asked", "accept": False}, "permit"),
        (AnswerWithdrawal, {"request": "awaiting_seller", "accept": True}, "refuse"),
        (AdvanceOrder, {"status": "packed", "move": "send"}, "permit"),
        (AdvanceOrder, {"status": "packed", "move": "plan"}, "refuse"),
        (AdvanceOrder, {"status": "new", "move": "cancel"}, "refuse"),
        *(
            (
                ApplyDeadline,
                {"status": status_, "request": request_, "deadline": f"d.{does}"},
                verdict,
            )
            for does, status_, request_, verdict in (
                ("approve", "new", "awaiting_seller", "permit"),
                ("approve", "sent", "awaiting_seller", "refuse"),
                ("approve", "new", "withdrawn", "refuse"),
                ("reject", "sent", "withdrawal_asked", "permit"),
                ("reject", "sent", "rejected", "refuse"),
                ("lapse", "stopped", "withdrawal_held", "permit"),
                ("lapse", "new", "none", "refuse"),
                ("mark_overdue", "sent", "lapsed", "permit"),
                ("breach", "sent", "none", "permit"),
            )
        ),
    ],
)
def test_facts_are_judged_without_a_case(
    kind: type[Command], facts: dict[str, str | bool], verdict: str
) -> None:
    """They may be any; what the charts forbid stays forbidden, and nothing more is asked for."""
    decision = LAX.judge(kind, facts)
    assert decision.verdict == verdict
    assert decision.codes == (("no_such_move",) if verdict == "refuse" else ())
    assert decision.facts is facts
    assert decision.kind is kind


def test_the_rules_for_a_kind_are_those_that_speak_about_it() -> None:
    """In the order of the policy; none for a kind that no rule speaks about."""
    policy = tiny(
        rules=(
            Rule("a", on=(Approve, Reject), effect=PERMIT, cites=OURS),
            Rule("b", on=Reject, effect=Forbid("closed"), cites=OURS),
            Rule("c", on=Approve, effect=Forbid("closed"), cites=OURS),
        )
    )
    assert [each.id for each in policy.rules_for(Approve)] == ["a", "c"]
    assert [each.id for each in policy.rules_for(Reject)] == ["a", "b"]
    assert policy.rules_for(Withdraw) == ()
    assert policy.judge(Withdraw, {"request": "none"}).codes == ("not_permitted",)


def test_a_request_that_is_referred_needs_no_cancel_move() -> None:
    """The seller may reject it; whether he can approve is seen when he does."""
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=REFER, cites=OURS),))
    assert policy.assess(asks(), opened(policy, status="sent"), utc(2)).verdict is Verdict.REFER


def test_assessing_needs_no_reason_and_changes_nothing() -> None:
    policy = tiny()
    case = opened(policy)
    decision = policy.assess(RequestCancellation("o-7", by=BUYER), case, utc(2))
    assert decision.verdict is Verdict.REFER
    assert decision.rules == ("tiny.refer",)
    assert decision.clauses == ("tiny.1",)
    assert case == opened(policy)


def test_a_command_that_no_rule_speaks_about_is_refused() -> None:
    policy = tiny(rules=(Rule("r", on=RequestCancellation, effect=REFER, cites=OURS),))
    assert policy.assess(Approve("o-7", by=SELLER), opened(policy), utc(2)).codes == (
        "not_permitted",
    )


def test_a_naive_moment_is_refused() -> None:
    policy = tiny()
    with pytest.raises(InvalidValue) as caught:
        policy.assess(asks(), opened(policy), datetime(2024, 3, 2))  # noqa: DTZ001
    assert caught.value.faults == (
        Fault(
            "RequestCancellation.at",
            "2024-03-02T00:00:00 has no UTC offset",
            "a date and time with a UTC offset",
        ),
    )


@pytest.mark.parametrize(
    ("seller", "codes"),
    [
        (None, ("undetermined",)),
        (Party("s-1", name="店"), ("closed",)),
        (Party("s-1", name="店", permits_cancellation=True), ()),
    ],
)
def test_the_seller_is_an_argument(seller: Party | None, codes: tuple[str, ...]) -> None:
    closed = Rule(
        "r",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=~seller_permits.holds,
        cites=OURS,
    )
    policy = tiny(rules=(*RULES, closed))
    assert policy.assess(asks(), opened(policy), utc(2), seller=seller).codes == codes


def test_clauses_and_deadlines_are_found_by_their_ids() -> None:
    assert tiny().clause("tiny.1").document == "Guide"
    assert LAX.deadline("d.lapse").does is Consequence.LAPSE
    with pytest.raises(KeyError):
        tiny().clause("tiny.2")


def test_an_unknown_deadline_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidValue) as caught:
        LAX.deadline("d.gone")
    (fault,) = caught.value.faults
    assert (fault.where, fault.problem) == ("tiny.deadline", "'d.gone' is unknown")
    assert fault.expected == ("one of: d.approve, d.reject, d.lapse, d.mark_overdue, d.breach")
    with pytest.raises(InvalidValue, match="expected one of: none"):
        tiny().deadline("d.gone")


def test_clauses_of_rules_and_deadlines_are_each_told_once() -> None:
    policy = tiny(
        deadlines=(deadline(Consequence.LAPSE, cites=clause("tiny.1")),),
        going_back=GoingBack("tiny.back", cites=clause("tiny.1")),
    )
    assert policy.clauses_of(["tiny.refer", "d.lapse", "tiny.back", "tiny.buyer", "gone"]) == (
        "tiny.1",
    )


def test_provisions_are_everything_that_events_name() -> None:
    policy = tiny(
        deadlines=(deadline(Consequence.LAPSE),), going_back=GoingBack("tiny.back", cites=OURS)
    )
    assert [each.id for each in policy.provisions][-4:] == [
        "tiny.buyer",
        "d.lapse",
        "tiny.sending",
        "tiny.back",
    ]
    assert len(tiny(superseding=None).provisions) == len(RULES)


def test_silences_are_provisions_between_rules_and_deadlines() -> None:
    """They are named and cited like a rule."""
    policy = tiny(
        silences=(Silence("tiny.silence", on=AdvanceOrder, cites=clause("tiny.1")),),
        deadlines=(deadline(Consequence.LAPSE),),
    )
    assert [each.id for each in policy.provisions][-4:] == [
        "tiny.buyer",
        "tiny.silence",
        "d.lapse",
        "tiny.sending",
    ]
    assert policy.clauses_of(["tiny.silence"]) == ("tiny.1",)
    assert tiny().silences == ()
    assert "Silence(" not in repr(policy)


def test_facts_are_found_by_name() -> None:
    vip = attribute_flag("vip", Text("得意客", "VIP"))
    policy = tiny(facts=(vip,))
    assert policy.fact("vip") is vip
    assert policy.fact("status") is status
    assert policy.fact("gone") is None


def test_the_words_of_a_choice_are_the_policys_own() -> None:
    """Its statuses, channels, moves without the cancelling one, deadlines; or the fact's own."""
    rank = attribute_choice("rank", Text("級", "rank"), ("gold", "tin"))
    policy = tiny(facts=(rank,), channels=("shop",), deadlines=(deadline(Consequence.LAPSE),))
    domains = {each.name: policy.domain(each) for each in (status, channel, move, due, rank)}
    assert domains == {
        "status": ("new", "packed", "sent", "stopped"),
        "channel": ("shop",),
        "move": ("plan", "send"),
        "deadline": ("d.lapse",),
        "rank": ("gold", "tin"),
    }


@pytest.mark.parametrize(
    ("does", "order_status", "decides"),
    [
        (Consequence.APPROVE, "packed", True),
        (Consequence.APPROVE, "sent", False),
        (Consequence.REJECT, "sent", True),
        (Consequence.LAPSE, "sent", True),
        (Consequence.MARK_OVERDUE, "packed", False),
        (Consequence.BREACH, "packed", False),
    ],
)
def test_a_deadline_decides_where_it_can_close_the_request(
    does: Consequence, order_status: str, decides: bool
) -> None:
    """Approving needs an order that can be cancelled; marking and breaching close nothing."""
    assert LAX.can_decide(f"d.{does}", order_status) is decides


def test_a_cancelled_order_has_one_status() -> None:
    assert tiny().cancelled_status == "stopped"


def test_a_policy_is_itself_and_no_other() -> None:
    policy = tiny()
    assert policy == policy
    assert policy != tiny()
    assert "rules=" not in repr(policy)


def test_a_policy_is_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        tiny().name = "other"  # type: ignore[misc]


def test_opening_a_case_of_a_built_in_policy() -> None:
    case = QOO10.open(order(policy="qoo10"))
    assert (case.edition, case.version) == ("1", 0)
