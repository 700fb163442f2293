"""Options: what is offered to whom, what it must ask, and else why it is not offered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    Case,
    InvalidValue,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    Seller,
    Text,
    UnknownOrder,
    Verdict,
    Withdraw,
    options,
)
from ordercancel.engine.handling import handle
from ordercancel.engine.options import Option
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Choice,
    Day,
    Flag,
    Forbid,
    Moment,
    Number,
    Reason,
    Refer,
    Rule,
    TextBounds,
    Texts,
    buyer,
    days,
    is_answerer,
    now,
    reason,
    seller,
)
from ordercancel.rules.conditions import All
from samples import PERMITTING, jst
from samples import opened as sample
from unit.tiny import BUYER, OPERATOR, SELLER, STRANGER, SYSTEM, opened, tiny, utc


def by_action(
    case: Case, policy: Policy, by: Any, at: datetime, seller: Party | None = None
) -> dict[str, Option]:
    """The options by action; moves by their name."""
    return {
        each.move or each.action: each for each in options(case, policy, by, at, seller=seller)
    }


def qoo10_requested() -> Case:
    """An order of Qoo10 whose buyer asked an hour after it was placed."""
    ask = RequestCancellation("762544202", by=BUYER, reason="changed_mind")
    return handle(ask, sample(QOO10), QOO10, jst(15, 10)).case


def test_every_action_is_there_with_its_command() -> None:
    """Those of the request, and each move that leads on from the order's status."""
    found = options(qoo10_requested(), QOO10, SELLER, jst(15, 11))
    assert [(each.action, each.command, each.move) for each in found] == [
        ("request", RequestCancellation, None),
        ("approve", Approve, None),
        ("reject", Reject, None),
        ("withdraw", Withdraw, None),
        ("ask_withdrawal", AskWithdrawal, None),
        ("accept", AnswerWithdrawal, None),
        ("decline", AnswerWithdrawal, None),
        ("advance", AdvanceOrder, "mark_delayed"),
        ("advance", AdvanceOrder, "ship"),
    ]


def test_a_rejection_asks_for_its_reason_and_its_confirmation() -> None:
    """Under Qoo10 it takes one of four reasons, その他 with at least 30 characters, and a tick."""
    reject = by_action(qoo10_requested(), QOO10, SELLER, jst(15, 11))["reject"]
    assert reject.is_offered
    assert (reject.request, reject.codes, dict(reject.data)) == (1, (), {"confirmed": True})
    assert [fact.name for fact in reject.must_ask] == ["confirmed"]
    assert [(each.code, each.text) for each in reject.reasons] == [
        ("shipped", None),
        ("ready_to_ship", None),
        ("made_to_order", None),
        ("other", TextBounds(30, 500)),
    ]
    other = reject.reasons[3]
    assert other.label is not None
    assert other.hint is not None
    assert (other.label["ja"], other.verdict, dict(other.data)) == (
        "その他",
        Verdict.PERMIT,
        {"confirmed": True},
    )
    assert other.hint["ja"] == "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）"


def test_what_is_not_offered_says_why() -> None:
    """With the codes that no choice avoids, the clauses, and a sentence."""
    found = by_action(qoo10_requested(), QOO10, BUYER, jst(15, 11))
    assert [name for name, each in found.items() if each.is_offered] == []
    assert {name: each.codes for name, each in found.items()} == {
        "request": ("request_open",),
        "approve": ("own_request",),
        "reject": ("own_request",),
        "withdraw": ("not_permitted",),
        "ask_withdrawal": ("not_permitted",),
        "accept": ("not_asked",),
        "decline": ("not_asked",),
        "mark_delayed": ("answer_first", "not_late"),
        "ship": ("answer_first",),
    }
    late = found["mark_delayed"]
    assert late.clauses == ("qoo10.1.instant-delayed",)
    assert late.decision.message("en") != ""
    assert (late.reasons, late.data, late.must_ask) == ((), {}, ())


def test_a_buyer_asks_with_reasons_of_theirs() -> None:
    asks = by_action(sample(QOO10), QOO10, BUYER, jst(15, 10))["request"]
    assert asks.decision.verdict is Verdict.REFER
    assert [each.code for each in asks.reasons] == [
        "order_cancellation",
        "changed_mind",
        "ordered_by_mistake",
        "late_delivery",
        "other",
    ]
    assert asks.request is None


def test_what_is_known_of_the_seller_counts() -> None:
    case = sample(CONECT)
    asked = by_action(case, CONECT, BUYER, jst(15, 10))["request"]
    assert asked.codes == ("seller_does_not_permit",)
    asked = by_action(case, CONECT, BUYER, jst(15, 10), PERMITTING)["request"]
    assert asked.is_offered


def test_an_ask_for_a_withdrawal_takes_words_alone() -> None:
    """There is nothing to choose."""
    found = by_action(qoo10_requested(), QOO10, SELLER, jst(15, 11))["ask_withdrawal"]
    (words,) = found.reasons
    assert (words.code, words.label, words.hint) == (None, None, None)
    assert words.text == TextBounds(0, 500, required=False)


def test_without_an_open_request_nothing_is_to_be_answered() -> None:
    found = by_action(sample(QOO10), QOO10, SELLER, jst(15, 10))
    for action in ("approve", "reject", "withdraw", "ask_withdrawal", "accept", "decline"):
        assert (found[action].codes, found[action].request) == (("no_open_request",), None)


def test_an_answer_to_the_ask_is_one_of_two() -> None:
    """Accepting and declining are two actions of one command."""
    ask = AskWithdrawal("762544202", by=SELLER, request=1)
    case = handle(ask, qoo10_requested(), QOO10, jst(15, 11)).case
    found = by_action(case, QOO10, BUYER, jst(15, 12))
    assert found["accept"].is_offered
    assert found["decline"].is_offered
    declined = AnswerWithdrawal("762544202", by=BUYER, request=1, accept=False)
    case = handle(declined, case, QOO10, jst(15, 12)).case
    found = by_action(case, QOO10, BUYER, jst(15, 13))
    assert (found["accept"].is_offered, found["decline"].codes) == (True, ("not_asked",))


def test_a_move_names_the_facts_that_it_brings_along() -> None:
    case = sample(QOO10, status="new", ship_on=None)
    found = by_action(case, QOO10, SELLER, jst(15, 10))
    plan = found["plan_shipping"]
    assert plan.is_offered
    assert [fact.name for fact in plan.facts] == ["ship_on"]
    assert [fact.name for fact in plan.must_ask] == ["ship_on"]
    assert "ship" not in found


def test_some_reasons_cancel_and_others_ask() -> None:
    """Each says what comes of it; one that the rules refuse is not to be chosen."""
    policy = tiny(
        rules=(
            Rule("at_once", on=RequestCancellation, when=reason.is_in("a"), effect=CANCEL),
            Rule("asks", on=RequestCancellation, when=reason.is_in("b"), effect=Refer(seller)),
            Rule("never", on=RequestCancellation, when=reason.is_in("c"), effect=Forbid("c")),
        ),
        reasons=[Reason(code) for code in "abc"] + [Reason("d", when=seller)],
        **SHORT,
    )
    asks = by_action(opened(policy), policy, BUYER, utc(2))["request"]
    assert [(each.code, each.verdict) for each in asks.reasons] == [
        ("a", Verdict.CANCEL),
        ("b", Verdict.REFER),
    ]
    assert asks.reasons[0].label == Text(en="a")
    asks = by_action(opened(policy), policy, Seller("s-1"), utc(2))["request"]
    assert [each.code for each in asks.reasons] == ["a", "b"]


SHORT: dict[str, Any] = {"languages": ("en",), "source": "for tests", "texts": Texts()}

CARRIED: list[tuple[Any, Any, Any]] = [
    (fee := Flag("fee_accepted", of=RequestCancellation), fee, True),
    (size := Choice("size", of=RequestCancellation, values=("s", "m")), size.is_in("m"), "m"),
    (sure := Flag("unsure", of=RequestCancellation, required=True), ~sure, False),
    (pieces := Number("pieces", of=RequestCancellation), pieces > 3, 4),
    (few := Number("few", of=RequestCancellation), few < 3, 2),
    (bought := Moment("bought", of=RequestCancellation), now < bought + days(2), utc(2)),
    (
        used := Moment("used", of=RequestCancellation),
        now >= used + days(2),
        datetime(1901, 1, 1, tzinfo=UTC),
    ),
    (back := Day("back", of=RequestCancellation), now < back.end(), date(2024, 3, 2)),
    (name := Number("name", of=RequestCancellation), name.is_known, 0),
]


@pytest.mark.parametrize(
    ("fact", "when", "value"), CARRIED, ids=[each[0].name for each in CARRIED]
)
def test_facts_with_which_it_is_granted_are_found(fact: Any, when: Any, value: object) -> None:
    """Whatever kind of fact the command carries."""
    granted = Rule("granted", on=RequestCancellation, when=when, effect=CANCEL)
    policy = tiny(rules=(granted,), reasons=(), facts=(fact,), **SHORT)
    asks = by_action(opened(policy), policy, BUYER, utc(2))["request"]
    assert (asks.is_offered, dict(asks.data)) == (True, {fact.name: value})
    assert asks.must_ask == (fact,)


def test_a_day_is_one_of_the_policys_zone() -> None:
    """At 20:00 in UTC it is tomorrow in Tokyo."""
    back = Day("back", of=RequestCancellation)
    granted = Rule("granted", on=RequestCancellation, when=now < back.end(), effect=CANCEL)
    policy = tiny(rules=(granted,), reasons=(), facts=(back,), **SHORT)
    asks = by_action(opened(policy), policy, BUYER, utc(2, 20))["request"]
    assert dict(asks.data) == {"back": date(2024, 3, 3)}


def test_as_few_facts_as_will_do_are_asked_for() -> None:
    """What may be left out is left out; what is required is asked for in any case."""
    gift = Flag("gift", of=RequestCancellation)
    note = Flag("noted", of=RequestCancellation, required=True)
    of_order = Flag("urgent")
    policy = tiny(
        rules=(Rule("granted", on=RequestCancellation, when=buyer, effect=CANCEL),),
        reasons=(),
        facts=(gift, note, of_order),
        **SHORT,
    )
    asks = by_action(opened(policy), policy, BUYER, utc(2))["request"]
    assert (asks.facts, asks.must_ask) == ((gift, note), (note,))
    assert list(asks.data) == ["noted"]


def test_a_reason_may_hang_on_a_fact_of_the_command() -> None:
    """It is found with the fact with which it is offered."""
    fee = Flag("fee_accepted", of=RequestCancellation)
    policy = tiny(
        rules=(Rule("granted", on=RequestCancellation, effect=CANCEL),),
        reasons=[Reason("changed_mind", when=fee)],
        facts=(fee,),
        **SHORT,
    )
    asks = by_action(opened(policy), policy, BUYER, utc(2))["request"]
    assert [(each.code, dict(each.data)) for each in asks.reasons] == [
        ("changed_mind", {"fee_accepted": True})
    ]


def test_many_facts_are_not_tried_without_end() -> None:
    """A thousand sets at most; then it counts as not offered."""
    facts = [Choice(f"c{n}", of=RequestCancellation, values=tuple("abcdefghi")) for n in range(9)]
    every = All(tuple(each.is_in("i") for each in facts))
    never = Rule("granted", on=RequestCancellation, when=every, effect=CANCEL)
    policy = tiny(rules=(never,), reasons=(), facts=facts, **SHORT)
    asks = by_action(opened(policy), policy, BUYER, utc(2))["request"]
    assert asks.codes == ("not_permitted",)


@pytest.mark.parametrize("by", [STRANGER, Seller("s-2")])
def test_a_stranger_learns_nothing(by: Any) -> None:
    with pytest.raises(UnknownOrder):
        options(sample(QOO10), QOO10, by, jst(15, 10))


def test_a_moment_without_an_offset_is_named() -> None:
    with pytest.raises(InvalidValue, match=r"options\.at"):
        options(sample(QOO10), QOO10, Buyer("b-1"), datetime(2022, 8, 15))  # noqa: DTZ001


@pytest.mark.parametrize("by", [BUYER, SELLER, OPERATOR, SYSTEM])
def test_what_is_offered_is_carried_out(by: Any) -> None:
    """With any of its reasons and the facts that it asks for."""
    case = qoo10_requested()
    for option in options(case, QOO10, by, jst(15, 11)):
        for chosen in option.reasons or (None,):
            if not option.is_offered:
                continue
            fields: dict[str, Any] = {"by": by, "data": option.data}
            if option.request is not None:
                fields["request"] = option.request
            if option.move is not None:
                fields["move"] = option.move
            if option.action in ("accept", "decline"):
                fields["accept"] = option.action == "accept"
            if chosen is not None and chosen.code is not None:
                fields["reason"] = chosen.code
                fields["data"] = chosen.data
            if chosen is not None and chosen.text is not None and chosen.text.required:
                fields["text"] = "字" * chosen.text.minimum
            command: Any = option.command
            handled = handle(command("762544202", **fields), case, QOO10, jst(15, 11))
            assert handled.refused is None


def test_a_rule_may_grant_the_answerer_alone() -> None:
    """The house may ask for what it answers."""
    policy = tiny(
        rules=(
            Rule("asks", on=RequestCancellation, when=buyer, effect=Refer("operator")),
            Rule("asks_back", on=AskWithdrawal, when=is_answerer, effect=PERMIT),
        ),
        reasons=(),
        **SHORT,
    )
    case = handle(RequestCancellation("o-7", by=BUYER), opened(policy), policy, utc(2)).case
    found = by_action(case, policy, OPERATOR, utc(2))
    assert [name for name, each in found.items() if each.is_offered] == [
        "approve",
        "reject",
        "ask_withdrawal",
        "plan",
        "send",
    ]
