"""Faults of rules are found where they are planted, each with a scenario that shows it."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import (
    AdvanceOrder,
    Approve,
    Policy,
    RequestCancellation,
    Text,
    Withdraw,
)
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Flag,
    Forbid,
    If,
    Reason,
    Refer,
    Rule,
    Texts,
    Waiver,
    buyer,
    channel,
    closed_at,
    hours,
    is_initiator,
    is_open,
    move,
    now,
    operator,
    own_rule,
    reason,
    requested_at,
    seller,
    status,
)
from ordercancel.verification import verify
from verification.planted import fault, ids, replayed, reported, shop

UNSHIPPED = status.is_in("placed", "packed")


def test_the_shop_itself_has_no_fault() -> None:
    """What is planted below is the only fault there is."""
    assert ids(shop()) == []


def test_grants_that_disagree() -> None:
    """In the first half hour one rule cancels, and another one refers."""
    policy = shop(
        plus=[Rule("refers", on=RequestCancellation, when=buyer & UNSHIPPED, effect=Refer(seller))]
    )
    found = fault(policy, "permits_disagree:buyer_asks, refers")
    assert replayed(policy, found)[-1]["codes"] == ["permits_disagree"]


def test_a_grant_without_a_move() -> None:
    """The rule cancels shipped orders; the lifecycle does not."""
    too_late = status.is_in("shipped")
    policy = shop(
        plus=[Rule("recalls", on=RequestCancellation, when=seller & too_late, effect=CANCEL)]
    )
    found = fault(policy, "permit_without_move:recalls")
    assert "'shipped'" in found.problem["en"]
    assert replayed(policy, found)[-1]["codes"] == ["not_cancellable"]


def test_a_rule_that_can_never_hold() -> None:
    """Its condition contradicts itself."""
    policy = shop(
        plus=[
            Rule("never", on=AdvanceOrder, when=is_open & ~is_open, effect=Forbid("answer_first"))
        ]
    )
    assert ids(policy) == ["never_decides:never on AdvanceOrder"]
    problem = fault(policy, "never_decides:never on AdvanceOrder").problem
    assert "can never hold" in problem["en"]


def test_a_rule_that_another_one_says_as_well() -> None:
    """Two rules with one effect under one condition: neither is decisive."""
    twice = attrs.evolve(SHOP.rules[3], id="twice")
    policy = shop(plus=[twice])
    assert ids(policy) == [
        "never_decides:answer_first on AdvanceOrder",
        "never_decides:twice on AdvanceOrder",
    ]
    problem = fault(policy, "never_decides:twice on AdvanceOrder").problem
    assert problem == Text(
        "「注文の進行」の結果を決めることがない。条件が成り立つときは必ず、他のルールが"
        "同じことを定めるか、拒否する。この案件では answer_first。",
        "It never decides about 'Moving the order on': whenever its condition holds, another "
        "rule says the same, or forbids. In this case: answer_first.",
    )
    assert replayed(policy, fault(policy, "never_decides:twice on AdvanceOrder"))[-1]["codes"] == [
        "answer_first"
    ]


def test_a_rule_that_says_what_the_library_says_as_well() -> None:
    """Where the lifecycle has the move, which the standard rules grant; they are named."""
    ships = Rule("ships", on=AdvanceOrder, when=seller & move.is_in("ship"), effect=PERMIT)
    policy = shop(plus=[ships])
    problem = fault(policy, "never_decides:ships on AdvanceOrder").problem
    assert problem["en"].endswith("or forbids. In this case: standard.advance.")


def test_a_branch_that_is_never_taken() -> None:
    """Of an `If`, each branch counts as a rule of its own."""
    when = buyer & UNSHIPPED
    fits = If(UNSHIPPED, Refer(seller), Forbid("too_late"))
    policy = shop(
        without=["buyer_asks"],
        plus=[Rule("asks", on=RequestCancellation, when=when, effect=fits)],
    )
    assert ids(policy) == ["never_decides:asks (too_late) on RequestCancellation"]


def test_a_rule_that_can_never_be_determined() -> None:
    """Nobody can tell when a request was closed that is still open."""
    policy = shop(
        plus=[
            Rule("late", on=Approve, when=now >= closed_at + hours(1), effect=Forbid("too_late"))
        ]
    )
    found = fault(policy, "never_determined:late on Approve")
    assert "(closed_at)" in found.problem["en"]
    assert "undetermined" in replayed(policy, found)[-1]["codes"]
    assert not any(each.startswith("never_decides") for each in ids(policy))


def test_a_hole() -> None:
    """A buyer may ask while the order is placed, and is left without an answer afterwards."""
    policy = shop(
        without=["buyer_asks"],
        plus=[
            Rule(
                "asks",
                on=RequestCancellation,
                when=buyer & status.is_in("placed"),
                effect=Refer(seller),
            )
        ],
    )
    found = fault(policy, "hole:RequestCancellation by buyer")
    assert "in status 'packed'" in found.problem["en"]
    assert replayed(policy, found)[-1]["codes"] == ["not_permitted"]


def test_what_is_never_granted_is_no_hole() -> None:
    """Operators have nothing to do with this shop's requests, which is no fault."""
    policy = shop(without=["buyer_withdraws", "seller_cancels"])
    assert ids(policy) == []


def test_what_hangs_on_whose_request_it_is_is_no_hole() -> None:
    """Whoever asked may withdraw; the others may not, which is no fault."""
    assert "buyer_withdraws" in {rule.id for rule in SHOP.rules}
    assert SHOP.rules[2].when == is_initiator.holds
    assert ids(SHOP) == []


def test_no_reason_for_what_is_permitted() -> None:
    """The seller may cancel, and all reasons are for the buyer."""
    policy = shop(
        reasons=[Reason("changed_mind", when=buyer), SHOP.reasons[2]],
    )
    found = fault(policy, "no_reason:RequestCancellation by seller")
    assert replayed(policy, found)[-1]["ok"]


def test_a_reason_that_is_offered_to_nobody() -> None:
    """Its condition never holds."""
    odd = Reason("odd", when=buyer & seller)
    assert ids(shop(reasons=[*SHOP.reasons, odd])) == ["no_reason:odd on RequestCancellation"]


def test_a_seller_who_cancels_for_lack_of_stock() -> None:
    """With a reason of their own, which a buyer cannot use: no fault."""
    assert SHOP.reasons[1].code == "out_of_stock"
    assert ids(SHOP) == []


def test_a_rule_about_a_reason_is_tried_with_every_reason() -> None:
    """The fault shows with one reason alone."""

    urgent = Rule(
        "no_stock",
        on=RequestCancellation,
        when=seller & UNSHIPPED & reason.is_in("out_of_stock"),
        effect=Refer(buyer),
    )
    policy = shop(plus=[urgent])
    found = fault(policy, "permits_disagree:no_stock, seller_cancels")
    assert replayed(policy, found)[-1]["codes"] == ["permits_disagree"]
    assert found.scenario[-1]["reason"] == "out_of_stock"


def test_a_fact_that_goes_with_a_command_is_tried_both_ways() -> None:
    """Without the consent a buyer gets no answer: a hole."""
    agreed = Flag("fee_accepted", of=RequestCancellation)
    policy = shop(
        facts=[agreed],
        without=["buyer_asks"],
        plus=[
            Rule(
                "asks",
                on=RequestCancellation,
                when=buyer & UNSHIPPED & agreed,
                effect=Refer(seller),
            )
        ],
    )
    assert ids(policy) == ["hole:RequestCancellation by buyer"]
    found = fault(policy, "hole:RequestCancellation by buyer")
    assert "data" not in found.scenario[-1]


class TestAWaiver:
    def test_takes_a_fault_off_that_is_meant(self) -> None:
        """It is reported as waived, and no fault."""
        agreed = own_rule("an order that is packed is past recall")
        policy = shop(
            without=["buyer_asks"],
            plus=[
                Rule(
                    "asks",
                    on=RequestCancellation,
                    when=buyer & status.is_in("placed"),
                    effect=Refer(seller),
                )
            ],
            waivers=[Waiver("hole:RequestCancellation by buyer", agreed)],
        )
        report = reported(policy)
        assert report.ok
        assert [each.id for each in report.waived] == ["hole:RequestCancellation by buyer"]
        assert "Waived: hole:RequestCancellation by buyer" in report.text("en")

    def test_that_waives_nothing_is_a_fault(self) -> None:
        """So that none outlives what it was written for."""
        policy = shop(waivers=[Waiver("hole:Withdraw by buyer", "once there was one")])
        assert ids(policy) == ["waives_nothing:hole:Withdraw by buyer"]


def test_a_rule_that_never_decides_where_anybody_comes_is_a_note() -> None:
    """It stands by for what cannot happen yet, which is no fault."""
    policy = shop(
        plus=[
            Rule(
                "by_the_house",
                on=Approve,
                when=operator & (now >= requested_at + timedelta(days=2)),
                effect=Forbid("too_late"),
            )
        ]
    )
    assert ids(policy) == []
    (note,) = [each for each in reported(policy).notes if "never decisive" in each["en"]]
    assert note["en"] == (
        "Rules that are never decisive in a reachable case: by_the_house on Approve"
    )


@pytest.mark.parametrize("dropped", [rule.id for rule in SHOP.rules])
def test_a_policy_without_a_rule_is_reported_on(dropped: str) -> None:
    """Every scenario of it can be replayed: nothing in it is malformed or invalid."""
    policy: Policy = shop(without=[dropped])
    for found in reported(policy).faults:
        errors = {answer["error"] for answer in replayed(policy, found) if not answer["ok"]}
        assert errors <= {"refused"}


def test_a_permit_for_all_is_for_all() -> None:
    """Rules that name no role are tried with every role."""
    policy = shop(
        plus=[Rule("all", on=Withdraw, effect=PERMIT)],
    )
    assert ids(policy) == ["never_decides:buyer_withdraws on Withdraw"]


def test_a_rule_of_a_channel_decides_where_any_channel_may_be() -> None:
    """A policy that does not say which channels there are is tried with those that rules name."""
    when = buyer & channel.is_known & channel.is_in("web")
    web = Rule("web", on=RequestCancellation, effect=Forbid("closed"), when=when)
    assert not SHOP.channels
    assert verify(attrs.evolve(SHOP, rules=(*SHOP.rules, web), texts=Texts())).ok
