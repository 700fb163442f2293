"""The policies that the library ships, in every reading, and the example shops are sound."""

from __future__ import annotations

from typing import Any

import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import Policy, RequestCancellation
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import CANCEL, Day, Flag, Moment, Reason, Rule, now, operator, role, status
from ordercancel.verification import verify
from ordercancel.verification.commands_tried import commands_tried
from testing.shops import OWN
from verification.planted import ids, shop

READINGS: list[tuple[Any, dict[str, Any]]] = [
    (conect, {"may_ask_again": False}),
    (conect, {"may_withdraw": True, "recheck_permission": True}),
    (conect, {"shipping_supersedes": False}),
    (conect, {"channels": ("order_form", "phone")}),
    (qoo10, {"late_while_open": "approve_only"}),
    (qoo10, {"late_while_open": "approved"}),
    (qoo10, {"withdrawal_bars": True, "may_withdraw": True}),
    (qoo10, {"shipping_supersedes": True, "overdue_after_days": 1}),
    (qoo10, {"ask_again_while_open": True}),
    (
        qoo10,
        {
            "late_while_open": "approved",
            "withdrawal_bars": True,
            "may_withdraw": True,
            "shipping_supersedes": True,
        },
    ),
]


@pytest.mark.parametrize(
    ("policy", "size"),
    [
        (CONECT, (3_882, 60, 718)),
        (QOO10, (5_484, 1_721, 19_450)),
        (SHOP, (1_178, 90, 665)),
        (FLEA_MARKET, (1_874, 208, 2_120)),
        (MUST_SHIP, (1_162, 110, 921)),
    ],
    ids=["conect", "qoo10", "half-hour-shop", "flea-market", "must-ship"],
)
def test_the_shipped_policies_have_no_fault(policy: Policy, size: tuple[int, int, int]) -> None:
    """And so much was tried of them: combinations of facts, cases, steps."""
    report = verify(policy)
    assert report.ok
    assert report.faults == ()
    assert not report.sampled
    assert (sum(report.combinations.values()), report.cases, report.steps) == size


@pytest.mark.parametrize(
    ("factory", "reading"),
    READINGS,
    ids=[f"{factory.__name__}, {' '.join(reading)}" for factory, reading in READINGS],
)
def test_no_other_reading_has_a_fault(factory: Any, reading: dict[str, Any]) -> None:
    """Whatever a shop reads into the open places of the documents, nothing breaks."""
    report = verify(factory(edition="2", **reading))
    assert [fault.id for fault in report.faults] == []


def test_a_fact_that_a_command_needs_is_given_though_no_rule_looks_at_it() -> None:
    """Consent to a fee is asked for to be kept; without it every request would be invalid."""
    consent = Flag("fee_accepted", of=RequestCancellation, required=True)
    assert ids(shop(facts=(consent,))) == []


@pytest.mark.parametrize(("policy", "vias"), [(SHOP, {None}), (OWN, {None, "agent:x"})])
def test_agents_are_tried_where_a_rule_asks_for_them(
    policy: Policy, vias: set[str | None]
) -> None:
    assert {command.by.via for command in commands_tried(policy)} == vias


@pytest.mark.parametrize(
    "fact", [Day("release_on", required=True), Moment("release_at", required=True)]
)
def test_a_day_or_moment_that_orders_must_have_is_known_of_all_that_are_tried(
    fact: Day | Moment,
) -> None:
    time = fact.end() if isinstance(fact, Day) else fact
    early = Rule(
        "early",
        on=RequestCancellation,
        when=role.is_in("operator") & status.is_in("placed") & (now < time),
        effect=CANCEL,
    )
    policy = shop(
        facts=[fact], plus=[early], reasons=[*SHOP.reasons, Reason("sold_out", when=operator)]
    )
    assert ids(policy) == ["hole:RequestCancellation by operator"]


def test_what_qoo10_means_is_waived_with_its_source() -> None:
    """A request that was open before its order was late stays decidable, and is still rejected."""
    (waived,) = verify(QOO10).waived
    assert waived.id == "instant_and_rejectable:buyer"
    (waiver,) = QOO10.waivers
    assert "qoo10.1.instant-delayed" in str(waiver.source)
