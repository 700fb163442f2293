"""The ids of all rules, which hosts store, and whose word each of them rests on."""

from __future__ import annotations

import pytest

from ordercancel import Policy
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import clause, decided, reading
from ordercancel.rules.sources import OwnRule, Source

SOURCES: dict[str, dict[str, Source | None]] = {
    "conect": {
        "conect.refer": clause("conect.1-1.is-a-request", "conect.1-1.not-until-approved"),
        "conect.channel": reading("conect.0.channel", "conect.2-1.enable"),
        "conect.permitted": clause("conect.0.permitted", "conect.2-1.enable"),
        "conect.shipped": reading("conect.1-1.shipped"),
        "conect.discontinued": None,
    },
    "qoo10": {
        "qoo10.instant_new": clause("qoo10.1.instant-new"),
        "qoo10.instant_delayed": clause("qoo10.1.instant-delayed"),
        "qoo10.refer": clause("qoo10.1.may-reject", "qoo10.3.queue"),
        "qoo10.no_second_request": clause("qoo10.4.no-second-request"),
        "qoo10.shipped": None,
        "qoo10.cancelled": None,
        "qoo10.affirmed": reading("qoo10.3.confirm", "qoo10.1.only-if-impracticable"),
        "qoo10.new_not_rejectable": clause("qoo10.1.instant-new"),
        "qoo10.ask_withdrawal": clause("qoo10.1.otherwise-ask-withdrawal"),
        "qoo10.answer_withdrawal": decided("qoo10.1.otherwise-ask-withdrawal"),
        "qoo10.delayed_when_late": reading("qoo10.1.instant-delayed"),
        "qoo10.answer_before_delay": decided(
            "qoo10.1.instant-delayed", parameter="late_while_open"
        ),
        "qoo10.answer_before_shipping": decided(
            "qoo10.3.back-to-shipping", parameter="shipping_supersedes"
        ),
        "qoo10.ship_same_day": clause("qoo10.1.ship-same-day"),
        "qoo10.overdue": decided("qoo10.3.counters", parameter="overdue_after_days"),
    },
}
"""By policy and id; None where it rests on no document and says so."""

SWITCHED: dict[str, tuple[Policy, Source]] = {
    "conect.no_second_request": (
        conect(may_ask_again=False),
        decided("conect.1-1.not-until-approved", parameter="may_ask_again"),
    ),
    "conect.still_permitted": (
        conect(recheck_permission=True),
        decided("conect.0.permitted", parameter="recheck_permission"),
    ),
    "conect.answer_before_shipping": (
        conect(shipping_supersedes=False),
        decided("conect.1-1.shipped", parameter="shipping_supersedes"),
    ),
    "conect.withdraw": (
        conect(may_withdraw=True),
        decided("conect.1-1.not-until-approved", parameter="may_withdraw"),
    ),
    "qoo10.late_only_approved": (
        qoo10(late_while_open="approve_only"),
        decided("qoo10.1.instant-delayed", parameter="late_while_open"),
    ),
    "qoo10.approved_by_delay": (
        qoo10(late_while_open="approved"),
        decided("qoo10.1.instant-delayed", parameter="late_while_open"),
    ),
    "qoo10.no_second_request_after_withdrawal": (
        qoo10(withdrawal_bars=True),
        decided("qoo10.4.no-second-request", parameter="withdrawal_bars"),
    ),
    "qoo10.withdraw": (
        qoo10(may_withdraw=True),
        decided("qoo10.1.otherwise-ask-withdrawal", parameter="may_withdraw"),
    ),
}


@pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])
def test_every_provision_has_its_id_and_its_source(policy: Policy) -> None:
    """Events and decisions name these ids, and refusals these clauses, for ever."""
    told = {
        each.id: None if isinstance(each.source, OwnRule) else each.source
        for each in policy.provisions
    }
    assert told == SOURCES[policy.name]


@pytest.mark.parametrize(("policy", "made"), [(CONECT, conect()), (QOO10, qoo10())])
def test_the_built_in_policy_is_what_its_function_makes(policy: Policy, made: Policy) -> None:
    """By default every decision is the one that the built-in policy has."""
    assert made.digest == policy.digest
    assert made.provisions == policy.provisions
    assert made.reasons == policy.reasons
    assert made.notifications == policy.notifications
    assert made.texts == policy.texts


@pytest.mark.parametrize(("rule_id", "switched"), SWITCHED.items(), ids=SWITCHED)
def test_what_is_decided_otherwise_has_its_id_and_says_whose_word_it_is(
    rule_id: str, switched: tuple[Policy, Source]
) -> None:
    """It stands in the policy alone that decides so, and cites no clause."""
    policy, source = switched
    (found,) = (each for each in policy.provisions if each.id == rule_id)
    assert found.source == source
    assert policy.clauses_of((rule_id,)) == ()
    assert rule_id not in SOURCES[policy.name]


def test_late_requests_that_stay_decidable_are_waived_where_they_are() -> None:
    """Who reads the guide otherwise has nothing to waive."""
    assert [each.fault for each in QOO10.waivers] == ["instant_and_rejectable:buyer"]
    assert qoo10(late_while_open="approved").waivers == ()
