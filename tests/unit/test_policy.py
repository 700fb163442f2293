"""A policy answers a command about a case at a moment, with no service and no store."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, time

import attrs
import pytest

from ordercancel.domain.actors import Actor, Buyer, Party, Seller
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    Judged,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.errors import Fault, InvalidValue, UnknownOrder
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.policies import QOO10
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Choice,
    Deadline,
    Flag,
    Forbid,
    If,
    Policy,
    Refer,
    Rule,
    Verdict,
    approve,
    channel,
    clause,
    days,
    is_open,
    move,
    now,
    own_rule,
    placed_at,
    reason,
    requested_at,
    role,
    seller_permits,
    status,
)
from ordercancel.policy.describe import Spoken
from ordercancel.rules.facts import answerer
from unit.tiny import (
    BUYER,
    OURS,
    RULES,
    SELLER,
    approves,
    asks,
    opened,
    order,
    rejects,
    sends,
    tiny,
    utc,
)

ANSWERS = (Approve, Reject, Withdraw, AskWithdrawal, AnswerWithdrawal, AdvanceOrder)
LAX = tiny(
    rules=(
        Rule("lax.request", on=RequestCancellation, effect=CANCEL, source=OURS),
        Rule("lax.rest", on=ANSWERS, effect=PERMIT, source=OURS),
    ),
    ask_again_while_open=True,
)
"""A policy that permits everything, so that the lifecycles alone can say no."""
LAPSE = Deadline("d.lapse", runs=is_open, due=requested_at + days(1), then=approve, source=OURS)


def standing(request: str | None, order_status: str = "new") -> Case:
    """A case of the lax policy whose latest request stands in `request`."""
    case = opened(LAX, status=order_status)
    if request is None:
        return case
    made = CancellationRequest(
        number=1,
        by=BUYER,
        at=utc(1, 5),
        reason="mistake",
        status=RequestStatus(request),
        answerer="seller",
    )
    return attrs.evolve(case, requests=(made,))


WITHDRAW = Withdraw("o-7", by=BUYER, request=1)
ASK = AskWithdrawal("o-7", by=SELLER, request=1)
ACCEPT = AnswerWithdrawal("o-7", by=BUYER, request=1, accept=True)
DECLINE = AnswerWithdrawal("o-7", by=BUYER, request=1, accept=False)


@pytest.mark.parametrize(
    ("command", "request_status", "order_status", "code"),
    [
        (asks(), None, "new", None),
        (asks(), "rejected", "packed", None),
        (asks(), "pending", "new", None),
        (asks(), None, "sent", "not_cancellable"),
        (asks(), None, "stopped", "not_cancellable"),
        (approves(), "pending", "new", None),
        (approves(), "withdrawal_asked", "packed", None),
        (approves(), "pending", "sent", "not_cancellable"),
        (approves(), "approved", "new", "no_open_request"),
        (approves(), None, "new", "no_open_request"),
        (rejects(), "withdrawal_declined", "sent", None),
        (rejects(), "rejected", "new", "no_open_request"),
        (WITHDRAW, "withdrawal_asked", "new", None),
        (WITHDRAW, "expired", "new", "no_open_request"),
        (ASK, "pending", "new", None),
        (ASK, "withdrawal_declined", "new", None),
        (ASK, "withdrawal_asked", "new", "asked_already"),
        (ACCEPT, "withdrawal_asked", "new", None),
        (ACCEPT, "withdrawal_declined", "new", None),
        (ACCEPT, "pending", "new", "not_asked"),
        (DECLINE, "withdrawal_asked", "new", None),
        (DECLINE, "withdrawal_declined", "new", "not_asked"),
        (DECLINE, "pending", "new", "not_asked"),
        (sends(), None, "packed", None),
        (sends(move="plan"), None, "packed", "no_such_move"),
        (sends(), None, "stopped", "no_such_move"),
    ],
)
@pytest.mark.parametrize("by_facts", [False, True])
def test_the_lifecycles_have_the_last_word(
    command: Command,
    request_status: str | None,
    order_status: str,
    code: str | None,
    by_facts: bool,
) -> None:
    case = standing(request_status, order_status)
    decision = LAX.assess(command, case, utc(2))  # type: ignore[arg-type]
    if by_facts:
        decision = LAX.judge(type(command), dict(decision.facts))  # type: ignore[arg-type]
    assert decision.codes == (() if code is None else (code,))
    assert decision.is_refused is (code is not None)
    if code is not None:
        assert (decision.determined_by, decision.errors, decision.rules) == ((), (), ())


@pytest.mark.parametrize(
    "command", [asks(), approves(), rejects(), WITHDRAW, ASK, ACCEPT, sends()]
)
@pytest.mark.parametrize("request_status", [None, "pending", "withdrawal_asked"])
@pytest.mark.parametrize("policy", [LAX, tiny()], ids=["lax", "tiny"])
def test_assessing_is_judging_the_facts_of_a_case(
    policy: Policy, request_status: str | None, command: Command
) -> None:
    """Whether the facts are read when asked for or beforehand."""
    case, at, seller = standing(request_status), utc(2), Party("s-1", name="店")
    assessed = policy.assess(command, case, at, seller=seller)  # type: ignore[arg-type]
    facts = Facts(command, case, policy, at, seller)
    assert policy.judge(type(command), facts) == assessed  # type: ignore[arg-type]
    assert assessed.kind is type(command)
    assert {**assessed.facts} == {**facts}


def test_the_rules_for_a_kind_are_those_that_speak_about_it() -> None:
    """Those of the library first; none of a policy's own for a kind that none speaks about."""
    policy = tiny(
        rules=(
            Rule("b", on=Reject, effect=Forbid("closed"), source=OURS),
            Rule("a", on=(Approve, Reject), effect=PERMIT, source=OURS),
        )
    )
    standard = ["standard.own_request", "standard.answer"]
    assert [each.id for each in policy.rules_for(Approve)] == [*standard, "a"]
    assert [each.id for each in policy.rules_for(Reject)] == [*standard, "b", "a"]
    assert policy.rules_for(Withdraw) == ()
    assert policy.leaves_for(Withdraw) == ()
    assert [rule.id for rule, _, _ in policy.leaves_for(Reject)] == [
        "a",
        "b",
        "standard.answer",
        "standard.own_request",
    ]


def test_a_rule_of_two_effects_has_two_leaves() -> None:
    early = now < placed_at + days(1)
    rule = Rule("r", on=RequestCancellation, effect=If(early, CANCEL, Refer("seller")))
    policy = tiny(rules=(rule,))
    leaves = [
        (when, effect)
        for each, when, effect in policy.leaves_for(RequestCancellation)
        if each is rule
    ]
    assert [effect for _, effect in leaves] == [CANCEL, Refer("seller")]
    case = opened(policy)
    assert policy.assess(asks(), case, utc(2, 2)).verdict is Verdict.CANCEL
    assert policy.assess(asks(), case, utc(2, 3)).verdict is Verdict.REFER


@pytest.mark.parametrize(
    "command",
    [
        RequestCancellation("o-7", by=Buyer("b-404")),
        approves(by=Seller("s-404")),
        sends(by=Actor("c-1", role="carrier")),
        RequestCancellation("o-404", by=BUYER),
    ],
)
def test_a_stranger_is_assessed_as_if_there_were_no_such_order(command: Judged) -> None:
    """They learn nothing of it; and nobody learns of one order by asking about another."""
    policy = tiny()
    with pytest.raises(UnknownOrder) as caught:
        policy.assess(command, opened(policy), utc(2))
    assert caught.value.order_id == command.order_id


def test_assessing_needs_no_reason_and_changes_nothing() -> None:
    policy = tiny()
    case = opened(policy)
    decision = policy.assess(RequestCancellation("o-7", by=BUYER), case, utc(2))
    assert decision.verdict is Verdict.REFER
    assert decision.rules == ("tiny.refer",)
    assert decision.clauses == ("tiny.1",)
    assert case == opened(policy)


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
        (None, ("closed",)),
        (Party("s-1", name="店"), ("closed",)),
        (Party("s-1", name="店", permits_cancellation=True), ()),
    ],
)
def test_the_seller_is_an_argument(seller: Party | None, codes: tuple[str, ...]) -> None:
    closed = Rule("r", on=RequestCancellation, effect=Forbid("closed"), when=~seller_permits)
    policy = tiny(rules=(*RULES, closed))
    assert policy.needs_seller
    assert not tiny().needs_seller
    assert policy.assess(asks(), opened(policy), utc(2), seller=seller).codes == codes


def test_clauses_and_deadlines_are_found_by_their_ids() -> None:
    policy = tiny(deadlines=(LAPSE,))
    assert policy.clause("tiny.1").document == "Guide"
    assert policy.deadline("d.lapse") is LAPSE
    with pytest.raises(KeyError):
        policy.clause("tiny.2")
    with pytest.raises(InvalidValue, match=r"expected one of: d\.lapse"):
        policy.deadline("d.gone")


def test_clauses_of_rules_and_deadlines_are_each_told_once() -> None:
    policy = tiny(deadlines=(attrs.evolve(LAPSE, source=clause("tiny.1")),))
    ids = ["tiny.refer", "d.lapse", "tiny.withdraws", "standard.answer", "gone"]
    assert policy.clauses_of(ids) == ("tiny.1",)


def test_what_names_no_source_rests_on_the_policys() -> None:
    """The rules of the library have a source of their own."""
    bare = tuple(attrs.evolve(each, source=None) for each in RULES)
    policy = tiny(rules=bare, source=clause("tiny.1"))
    assert policy.clauses_of(["tiny.withdraws"]) == ("tiny.1",)
    assert policy.clauses_of(["standard.answer"]) == ()
    assert tiny(rules=bare, source="our terms").source == own_rule("our terms")


def test_provisions_are_everything_that_events_name() -> None:
    policy = tiny(deadlines=(LAPSE,))
    ids = [each.id for each in policy.provisions]
    assert ids == ["tiny.refer", "tiny.asks_back", "tiny.withdraws", "d.lapse"]


def test_facts_are_found_by_name() -> None:
    vip = Flag("vip", Text("得意客", "VIP"))
    policy = tiny(facts=[vip])
    assert policy.fact("vip") is vip
    assert policy.fact("status") is status
    assert policy.fact("gone") is None


def test_the_words_of_a_choice_are_the_policys_own() -> None:
    """Its statuses, channels, moves without the cancelling one, reasons, roles; or its own."""
    rank = Choice("rank", Text("級", "rank"), values=("gold", "tin"))
    policy = tiny(facts=(rank,), channels=("shop",))
    domains = {
        each.name: policy.domain(each) for each in (status, channel, move, reason, role, rank)
    }
    assert domains == {
        "status": ("new", "packed", "sent", "stopped"),
        "channel": ("shop",),
        "move": ("plan", "send"),
        "reason": ("mistake", "other"),
        "role": ("buyer", "seller", "operator", "system"),
        "rank": ("gold", "tin"),
    }
    assert policy.domain(answerer) == (
        "none",
        "buyer",
        "seller",
        "operator",
        "system",
        "buyer_side",
        "seller_side",
        "house_side",
    )


def test_a_sentence_is_in_every_language_of_the_policy_and_of_the_library() -> None:
    policy = Policy(
        name="laden",
        zone="Europe/Berlin",
        languages=("de",),
        orders=tiny().orders,
        rules=(),
        facts=(Flag("gift", "Geschenk"),),
    )
    text = policy.refusal_text("undetermined", ("gift",))
    assert text["de"].endswith("(not known: Geschenk)")
    assert text["ja"].endswith("（不明：Geschenk）")


def test_a_policy_is_itself_and_no_other() -> None:
    policy = tiny()
    assert policy == policy
    assert policy != tiny()
    assert "rules=" not in repr(policy)


def test_a_policy_is_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        tiny().name = "other"  # type: ignore[misc]


def test_a_policy_that_has_judged_is_copied_and_judges_again() -> None:
    case = QOO10.open(order(policy="qoo10"))
    decision = QOO10.assess(asks(), case, utc(2))
    for again in (copy.deepcopy(QOO10), pickle.loads(pickle.dumps(QOO10))):
        assert again.assess(asks(), case, utc(2)) == decision
        assert again.digest == QOO10.digest


def test_opening_a_case_of_a_built_in_policy() -> None:
    case = QOO10.open(order(policy="qoo10"))
    assert (case.edition, case.digest, case.version) == ("1", QOO10.digest, 0)


# ---------------------------------------------------------------------- digests


@pytest.mark.parametrize(
    "changes",
    [
        {"edition": "2"},
        {"title": Text("別", "Other")},
        {"rules": (attrs.evolve(RULES[0], source="other"), *RULES[1:])},
        {"reasons": tuple(attrs.evolve(each, source="x") for each in tiny().reasons)},
        {"notifications": None},
        {"channels": ("shop",)},
    ],
)
def test_what_decides_nothing_changes_no_digest(changes: dict[str, object]) -> None:
    assert tiny(**changes).digest == tiny().digest


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": RULES[1:]},
        {"rules": (attrs.evolve(RULES[0], effect=CANCEL), *RULES[1:])},
        {"deadlines": (LAPSE,)},
        {"deadlines": (attrs.evolve(LAPSE, due=requested_at + days(2)),)},
        {"deadlines": (attrs.evolve(LAPSE, due=requested_at.end_of_day()),)},
        {"deadlines": (attrs.evolve(LAPSE, due=requested_at.next(time(20))),)},
        {"reasons": tiny().reasons[1:]},
        {"ask_again_while_open": True},
    ],
)
def test_what_decides_changes_the_digest(changes: dict[str, object]) -> None:
    digests = {tiny().digest, tiny(deadlines=(attrs.evolve(LAPSE, id="d.other"),)).digest}
    made = tiny(**changes).digest
    assert made not in digests
    assert len(made) == 16
    assert int(made, 16) >= 0


def test_a_digest_is_the_same_in_every_process() -> None:
    """Cases are stored with it: where these change, `succeeds` must name the old ones."""
    assert (tiny().digest, QOO10.digest) == (tiny().digest, copy.deepcopy(QOO10).digest)


def test_a_day_before_is_told_in_words() -> None:
    words = [Spoken(tiny(), lang).time(placed_at.end_of_day(-2)) for lang in ("ja", "en")]
    assert words == ["注文の2日前の24時", "the end of the day 2 d before the order"]
