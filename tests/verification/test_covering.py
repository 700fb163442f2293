"""Scenarios made to order: they show everything that can be shown, and none of them is idle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import AskWithdrawal, Policy, RequestCancellation
from ordercancel.cli.replay import Replay
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Deadline,
    Forbid,
    If,
    Lifecycle,
    Reason,
    Refer,
    Rule,
    buyer,
    hours,
    is_open,
    mark,
    marked,
    now,
    placed_at,
    seller,
    status,
)
from ordercancel.stores.memory import MemoryStore
from ordercancel.verification.coverage import watching
from ordercancel.verification.covering import covering
from ordercancel.verification.goals import Aim, Goal, goals

Lines = Sequence[Mapping[str, Any]]


def shown(policy: Policy, scenarios: Iterable[Lines]) -> frozenset[Goal]:
    """What scenarios show of a policy, replayed one after the other in one service."""
    lines = [json.dumps(line).encode() for scenario in scenarios for line in scenario]
    with watching(policy) as seen:
        answers = list(Replay([policy], MemoryStore()).run(lines))
    assert {each.get("error") for each in answers} <= {None, "refused"}
    return frozenset(seen[policy])


def check(policy: Policy, count: int) -> None:
    """They show every goal, and none can be dropped without losing one."""
    found = covering(policy)
    assert len(found.scenarios) == count
    assert (found.coverage.gaps, found.missing) == ((), ())
    assert shown(policy, found.scenarios) == frozenset(goals(policy))
    for number in range(count):
        rest = [*found.scenarios[:number], *found.scenarios[number + 1 :]]
        assert shown(policy, rest) < frozenset(goals(policy))


def test_a_shop_is_shown_by_few_scenarios() -> None:
    """Seven orders; the last second of the half hour, and its end."""
    check(SHOP, 7)
    asked = [
        line["at"]
        for scenario in covering(SHOP).scenarios
        for line in scenario
        if line.get("do") == "request" and line["order_id"] in ("o-3", "o-5")
    ]
    assert "2024-04-01T10:29:59+02:00" in asked
    assert "2024-04-01T10:30:00+02:00" in asked


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "count"), [(CONECT, 11), (QOO10, 15)])
def test_both_policies_are_shown_by_few_scenarios(policy: Policy, count: int) -> None:
    check(policy, count)


def test_a_tick_fires_nothing_of_another_order() -> None:
    """Time passes longest in the first scenario, and not at all in the last ones."""
    found = covering(SHOP)
    lines = [json.dumps(line).encode() for scenario in found.scenarios for line in scenario]
    answers = list(Replay([SHOP], MemoryStore()).run(lines))
    assert all(answer["order_status"] is not None for answer in answers)


def test_what_nothing_shows_is_named() -> None:
    """A condition that a policy's own other conditions make idle, with the reason why."""
    rule, *others = SHOP.rules
    idle = attrs.evolve(rule, when=rule.when & (now < placed_at + hours(10_000)) | rule.when)
    found = covering(attrs.evolve(SHOP, rules=(idle, *others)))
    assert found.coverage.missing == ()
    assert {gap.goal.aim for gap in found.coverage.unshowable} == {Aim.CONDITION}
    assert {goal.aim for goal in found.missing} == {Aim.BOUNDARY}


def test_what_is_not_searched_for_is_missing() -> None:
    """With one case there are no scenarios for what it takes more cases to show."""
    found = covering(SHOP, most_cases=1)
    assert len(found.coverage.missing) > 5
    assert all(gap.scenario is None for gap in found.coverage.missing)


def test_a_policy_with_nothing_to_show_has_no_scenarios() -> None:
    empty = Policy(
        name="empty", zone="UTC", orders=Lifecycle(moves={"send": ("new", "sent")}), rules=()
    )
    found = covering(empty)
    assert (found.scenarios, found.coverage.percent, found.missing) == ((), 100, ())


def test_what_takes_a_tick_is_shown_after_it() -> None:
    """A rule about a mark; a deadline is due before the last second of a time is tried."""
    late = marked("late")
    policy = Policy(
        name="small",
        zone="UTC",
        orders=Lifecycle(moves={"send": ("new", "sent")}, cancellable="new", shipped="sent"),
        rules=(
            Rule(
                "asks",
                on=RequestCancellation,
                effect=If(now < placed_at + hours(3), Refer(seller), CANCEL),
                when=buyer,
            ),
            Rule(
                "in_time",
                on=RequestCancellation,
                effect=Forbid("late"),
                when=late & (now < placed_at + hours(2)),
            ),
            Rule("asks_back", on=AskWithdrawal, effect=PERMIT, when=seller & is_open),
        ),
        reasons=(Reason("mine", when=buyer), Reason(None, on=AskWithdrawal, text=(1, 5))),
        deadlines=(
            Deadline(
                "late",
                runs=status.is_in("new"),
                due=placed_at + hours(1),
                then=mark("late", of="order"),
            ),
        ),
    )
    found = covering(policy)
    assert (found.coverage.missing, found.missing) == ((), ())
    first = [line.get("do") for line in found.scenarios[0]]
    assert "request" in first[first.index("tick") :]
    assert shown(policy, found.scenarios) == frozenset(goals(policy)) - {
        gap.goal for gap in found.coverage.unshowable
    }


def test_a_command_that_is_invalid_shows_nothing() -> None:
    """The one text that is tried is the hint, which cannot be given."""
    hinted = Reason("other", text=(1, 100), hint="あ")
    found = covering(attrs.evolve(SHOP, reasons=(hinted, *SHOP.reasons[2:3])))
    texts = [line.get("text") for scenario in found.scenarios for line in scenario]
    assert "あ" not in texts


@pytest.mark.slow
def test_the_same_policy_gives_the_same_scenarios() -> None:
    """Whatever the hashes of a process are."""
    program = (
        "from examples.half_hour_shop import SHOP\n"
        "from ordercancel.verification.covering import covering\n"
        "print(covering(SHOP).scenarios)"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
