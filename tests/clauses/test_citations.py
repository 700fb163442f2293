"""The ids of all rules, which hosts store, and the clauses that each of them rests on."""

from __future__ import annotations

import pytest

from ordercancel import Policy
from ordercancel.explain.export import policy_data
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import STANDARD_RULES, Citation, own_rule

CITED: dict[str, dict[str, tuple[str, ...]]] = {
    "conect": {
        "conect.refer": ("conect.1-1.is-a-request", "conect.1-1.not-until-approved"),
        "conect.buyer_asks": ("conect.1-1.is-a-request",),
        "conect.channel": ("conect.0.channel", "conect.2-1.enable"),
        "conect.permitted": ("conect.0.permitted", "conect.2-1.enable"),
        "conect.shipped": ("conect.1-1.shipped",),
        "conect.discontinued": ("conect.1-2.approved-label",),
        "conect.one_open_request": ("conect.1-1.not-until-approved",),
        "conect.withdraw": ("conect.1-1.not-until-approved",),
        "conect.approve": ("conect.2-3.approve",),
        "conect.reject": ("conect.2-3.reject-20",),
        "conect.seller_answers": ("conect.1-1.is-a-request",),
        "conect.no_asking_to_withdraw": (),
        "conect.shipping_supersedes": ("conect.1-1.shipped",),
    },
    "qoo10": {
        "qoo10.instant_new": ("qoo10.1.instant-new",),
        "qoo10.instant_delayed": ("qoo10.1.instant-delayed",),
        "qoo10.refer": ("qoo10.1.may-reject", "qoo10.3.queue"),
        "qoo10.no_second_request": ("qoo10.4.no-second-request",),
        "qoo10.one_open_request": (),
        "qoo10.shipped": ("qoo10.1.may-reject",),
        "qoo10.cancelled": (),
        "qoo10.buyer_asks": ("qoo10.1.instant-new", "qoo10.1.otherwise-ask-withdrawal"),
        "qoo10.approve": ("qoo10.1.may-reject", "qoo10.1.instant-delayed"),
        "qoo10.reject": ("qoo10.1.may-reject", "qoo10.1.only-if-impracticable"),
        "qoo10.affirmed": ("qoo10.3.confirm", "qoo10.1.only-if-impracticable"),
        "qoo10.new_not_rejectable": ("qoo10.1.instant-new",),
        "qoo10.delayed_not_rejectable": ("qoo10.1.instant-delayed",),
        "qoo10.delayed_only_approved": ("qoo10.1.instant-delayed",),
        "qoo10.ask_withdrawal": ("qoo10.1.otherwise-ask-withdrawal",),
        "qoo10.seller_answers": ("qoo10.1.may-reject",),
        "qoo10.answer_withdrawal": ("qoo10.1.otherwise-ask-withdrawal",),
        "qoo10.withdraw": ("qoo10.1.otherwise-ask-withdrawal",),
        "qoo10.answer_before_shipping": ("qoo10.3.back-to-shipping", "qoo10.1.may-reject"),
        "qoo10.delayed_when_late": ("qoo10.1.instant-delayed",),
        "qoo10.ship_same_day": ("qoo10.1.ship-same-day",),
        "qoo10.overdue": ("qoo10.3.counters",),
        "qoo10.back_to_shipping": ("qoo10.3.back-to-shipping", "qoo10.1.otherwise-ask-withdrawal"),
    },
}
"""By policy and id; without a clause where it says that it is ours."""


@pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])
def test_every_provision_has_its_id_and_its_source(policy: Policy) -> None:
    """Events and decisions name these ids, and refusals these clauses, for ever."""
    told = {
        each.id: each.cites.clauses if isinstance(each.cites, Citation) else ()
        for each in policy.provisions
        if each not in STANDARD_RULES
    }
    assert told == CITED[policy.name]


@pytest.mark.parametrize(("policy", "make"), [(CONECT, conect), (QOO10, qoo10)])
def test_the_built_in_policy_is_what_its_function_makes(policy: Policy, make: object) -> None:
    """With nothing given, every reading is the one that the built-in policy has."""
    assert callable(make)
    assert policy_data(make()) == policy_data(policy)


@pytest.mark.parametrize(
    ("policy", "rule_id"),
    [
        (conect(may_ask_again=False), "conect.no_second_request"),
        (qoo10(withdrawal_bars=True), "qoo10.no_second_request_after_withdrawal"),
    ],
)
def test_a_rule_that_is_switched_on_has_its_id(policy: Policy, rule_id: str) -> None:
    """Events and decisions name these ids as well, where a shop reads its document so."""
    assert rule_id in {each.id for each in policy.provisions}


def test_shipping_that_answers_a_request_says_that_the_reading_is_ours() -> None:
    """The guide does not say it; a shop may read it so."""
    reading = qoo10(shipping_supersedes=True).superseding
    assert reading.cites == own_rule(
        "shipping answers the request, where a shop reads the guide so",
        ja="発送をもって回答とする運用の場合",
    )
