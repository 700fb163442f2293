"""Faults of fees are found where they are planted, each with a scenario that shows it."""

from __future__ import annotations

import attrs
from examples.furniture import FURNITURE, in_a_day

from ordercancel import Policy
from ordercancel.policy import (
    Deadline,
    Fee,
    Forbid,
    Reason,
    Refunding,
    RequestCancellation,
    Rule,
    buyer,
    cancel,
    closed_at,
    days,
    now,
    paid_at,
    placed_at,
    requests_made,
    seller,
    status,
    system,
)
from ordercancel.verification import verify
from verification.planted import fault, ids, replayed, reported

EARLY, LATE = FURNITURE.fees


def with_fees(*fees: Fee) -> Policy:
    """The shop with other fees; of whole orders, so that fewer cases are looked at."""
    return attrs.evolve(FURNITURE, refunding=Refunding(fees=fees), whole_orders_only=True)


def test_the_shop_itself_has_no_fault() -> None:
    """It is told who cancels at no fee in some cases, and with one in others."""
    report = reported(with_fees(EARLY, LATE), ())
    assert report.ok
    (note,) = report.notes
    assert note["en"] == "the buyer cancels at no fee in some cases, such as in 'placed'"


def test_two_fees_at_once() -> None:
    """The brackets overlap near the ship date: the scenario runs into it."""
    policy = with_fees(attrs.evolve(EARLY, when=buyer & ~in_a_day), LATE)
    assert ids(policy) == ["fees_disagree:early, late"]
    answer = replayed(policy, fault(policy, "fees_disagree:early, late"))[-1]
    assert (answer["ok"], answer["codes"]) == (False, ["fees_disagree"])
    assert answer["rules"] == ["early", "late"]


def test_a_fee_that_never_holds() -> None:
    """Nobody can ask for the cancellation of a shipped order."""
    policy = with_fees(EARLY, LATE, Fee(id="vain", when=seller & status.is_in("shipped")))
    assert ids(policy) == ["never_decides:vain"]


def test_a_fee_that_is_not_known() -> None:
    """The cancellation is refused where nobody has said when the order was paid."""
    policy = with_fees(Fee(id="unpaid", when=buyer & (now >= paid_at + days(1))))
    notes = [note["en"] for note in reported(policy, ()).notes]
    assert "unpaid cannot be evaluated, and refuses, where this is not known: the payment" in notes


def test_a_fee_that_nobody_can_ever_tell() -> None:
    """Where everybody asks once alone, no request was closed before."""
    once = Rule(
        "once", on=RequestCancellation, when=requests_made > 0, effect=Forbid("once_alone")
    )
    policy = attrs.evolve(
        with_fees(Fee(id="vain", when=buyer & (now >= closed_at))), rules=(*FURNITURE.rules, once)
    )
    answer = replayed(policy, fault(policy, "never_determined:vain"))[-1]
    assert (answer["codes"], answer["rules"]) == (["undetermined"], ["vain"])


def test_a_fee_that_only_a_deadline_takes_is_no_fault() -> None:
    """One that is not known then is: the deadline can cancel nothing."""
    policy = attrs.evolve(
        with_fees(Fee(id="unpaid", when=system, minimum=500)),
        reasons=(*FURNITURE.reasons, Reason("too_late", when=system)),
        deadlines=(
            *FURNITURE.deadlines,
            Deadline(
                "two_days",
                runs=status.is_in("placed"),
                due=placed_at + days(2),
                then=cancel("too_late"),
            ),
        ),
    )
    assert ids(policy) == []
    unknown = Refunding(fees=(Fee(id="unpaid", when=system & (now >= paid_at)),))
    assert "deadline_impossible:two_days" in ids(attrs.evolve(policy, refunding=unknown))


def test_a_sample_says_nothing_of_what_never_holds() -> None:
    vain = Fee(id="vain", when=seller & status.is_in("shipped"))
    assert verify(with_fees(EARLY, LATE, vain), sample=1_000).ok
