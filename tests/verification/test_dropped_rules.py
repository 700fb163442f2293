"""Whatever rule is forgotten, there is a report, and every scenario of it can be replayed."""

from __future__ import annotations

import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Policy
from ordercancel.policies import CONECT
from ordercancel.verification import verify
from verification.planted import edited, replayed

DROPPED = [
    (policy, each.id) for policy in (SHOP, CONECT) for each in (*policy.rules, *policy.silences)
]
SHOWS = {"unanswerable": 4, "instant_and_rejectable": 2, "deadline_never_starts": 0}
"""How many lines at the end of a scenario show its fault, by kind; else the last one does."""


@pytest.mark.parametrize(
    ("policy", "dropped"), DROPPED, ids=[f"{policy.name}-{name}" for policy, name in DROPPED]
)
def test_a_policy_without_a_rule_is_reported_on(policy: Policy, dropped: str) -> None:
    """All that leads to a fault is done as it says, and what shows it is at least understood."""
    changed = edited(policy, without=[dropped])
    for found in verify(changed).faults:
        answers = replayed(changed, found)
        leading = len(answers) - SHOWS.get(found.kind, 1)
        assert all(answer["ok"] for answer in answers[:leading])
        errors = {answer["error"] for answer in answers if not answer["ok"]}
        assert errors <= {"refused"}


@pytest.mark.parametrize("policy", [SHOP, CONECT], ids=["shop", "conect"])
def test_strangers_stay_strangers_without_the_rule_about_them(policy: Policy) -> None:
    """Who is no party can do nothing, whatever rules permit to his role."""
    report = verify(edited(policy, without=["standard.party"]))
    assert report.cases == verify(policy).cases
    assert report.steps == verify(policy).steps
