"""What scenarios and services leave untested of a policy, and scenarios that close the gaps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Buyer, CancellationService, Order, Policy, RequestCancellation, Withdraw
from ordercancel.cli.replay import Replay
from ordercancel.domain.texts import Text
from ordercancel.engine import decide, handling
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    Choice,
    Deadline,
    Fee,
    Forbid,
    Reason,
    Refunding,
    Rule,
    approve,
    buyer,
    hours,
    operator,
    requested_at,
    seller,
    status,
)
from ordercancel.stores.memory import MemoryStore
from ordercancel.verification.coverage import coverage, watching
from ordercancel.verification.goals import Aim, Goal, goals
from unit.tiny import tiny
from verification.planted import shop

SCENARIOS = Path(__file__).parent.parent / "scenarios"
PLACED = datetime(2026, 4, 1, 12, tzinfo=UTC)
FEE = Fee(id="packing", when=status.is_in("packed"), rate=(1, 10))
WITH_A_FEE = shop(refunding=Refunding(fees=(FEE,)))
GOALS = [each for each in goals(WITH_A_FEE) if each.aim is not Aim.BOUNDARY]


def answers(policy: Policy, lines: str) -> list[dict[str, Any]]:
    """What a policy answers to the lines of a scenario."""
    return list(Replay([policy], MemoryStore()).run(lines.encode().splitlines()))


def shown_by(policy: Policy, *scenarios: str) -> set[Goal]:
    """What scenarios show, run one after the other, each by itself."""
    with watching(policy) as shown:
        for lines in scenarios:
            answers(policy, lines)
    return shown[policy]


def ids(found: Iterable[Goal]) -> list[str]:
    """Goals as texts."""
    return list(map(str, found))


covered = cache(coverage)


@pytest.mark.parametrize("goal", GOALS, ids=str)
def test_the_scenario_of_a_gap_closes_it(goal: Goal) -> None:
    """Each thing that is missing has a scenario that shows it, whatever else that shows."""
    (lines,) = (
        lines for lines, shows in covered(WITH_A_FEE, ()).scenarios.items() if goal in shows
    )
    assert goal in shown_by(WITH_A_FEE, lines)


@pytest.mark.parametrize(
    "gap",
    [
        Goal(Aim.RULE, "buyer_asks", "RequestCancellation", 2),
        Goal(Aim.CONDITION, "answer_first", "", 1, 2, value=False),
        Goal(Aim.FEE, "packing"),
        Goal(Aim.REASON, "out_of_stock", "RequestCancellation"),
        Goal(Aim.DEADLINE, "seller_silent"),
    ],
    ids=str,
)
def test_one_gap_has_one_scenario(gap: Goal) -> None:
    """Where one thing alone is missing, what is named shows that, and then all is shown."""
    report = coverage(WITH_A_FEE, set(GOALS) - {gap})
    assert report.percent == 95.8
    ((lines, shows),) = report.scenarios.items()
    assert shows == (gap,)
    closed = coverage(WITH_A_FEE, (set(GOALS) - {gap}) | shown_by(WITH_A_FEE, lines))
    assert closed.percent == 100


def test_all_scenarios_together_show_everything() -> None:
    """From nothing shown to everything, by what is named, and then nothing is missing."""
    nothing = covered(WITH_A_FEE, ())
    assert nothing.percent == 0
    assert nothing.counts() == {
        Aim.RULE: (0, 5),
        Aim.CONDITION: (0, 12),
        Aim.FEE: (0, 1),
        Aim.REASON: (0, 4),
        Aim.DEADLINE: (0, 2),
    }
    everything = coverage(WITH_A_FEE, shown_by(WITH_A_FEE, *nothing.scenarios))
    assert everything.percent == 100
    assert everything.gaps == ()
    assert everything.scenarios == {}
    assert set(everything.counts().values()) == {(5, 5), (12, 12), (1, 1), (4, 4), (2, 2)}


@pytest.mark.parametrize("rule", SHOP.rules, ids=lambda rule: rule.id)
def test_what_is_shown_of_a_rule_is_decisive(rule: Rule) -> None:
    """Without the rule, a scenario that shows it has another answer."""
    scenarios = covered(SHOP, ()).scenarios
    without = shop(without=[rule.id])
    decided = [
        lines
        for lines, shows in scenarios.items()
        if any(each.aim is Aim.RULE and each.subject == rule.id for each in shows)
    ]
    assert decided
    for lines in decided:
        assert answers(SHOP, lines) != answers(without, lines)


def test_a_condition_is_shown_by_both_of_its_values() -> None:
    """One value alone is half of the pair, and does not count."""
    half = set(GOALS) - {Goal(Aim.CONDITION, "buyer_withdraws", "", 1, 1, value=False)}
    assert coverage(WITH_A_FEE, half).counts()[Aim.CONDITION] == (11, 12)


def test_reasons_that_are_a_text_alone_have_scenarios() -> None:
    """Rejecting and asking to withdraw, where there is nothing to choose."""
    policy = tiny()
    missing = {str(each.goal): each.scenario for each in coverage(policy, ()).missing}
    for goal in ("reason:Reject", "reason:AskWithdrawal"):
        lines = "\n".join(map(json.dumps, missing[goal] or ()))
        assert goal in ids(shown_by(policy, lines))


# ---------------------------------------------------------------- what cannot be shown

TWICE = Rule("twice", on=RequestCancellation, when=SHOP.rules[1].when, effect=SHOP.rules[1].effect)
ENDED = Rule(
    "ended",
    on=RequestCancellation,
    when=buyer & status.is_in("shipped") & ~status.is_in("placed"),
    effect=Forbid("ended"),
)
ENDING = shop(plus=[ENDED], title=Text("店", "Shop"))
MIXED = Rule(
    "mixed",
    on=Withdraw,
    when=status.is_in("placed", "packed") | status.is_in("placed") | status.is_in("packed"),
    effect=Forbid("ended"),
)
NEVER = Rule(
    "never",
    on=RequestCancellation,
    when=status.is_in("placed") & status.is_in("packed"),
    effect=Forbid("ended"),
)

COUPLED = shop(plus=[TWICE, MIXED, NEVER])


def whys(policy: Policy) -> dict[str, str]:
    """Why what cannot be shown of a policy cannot, in English."""
    report = covered(policy, ())
    return {str(each.goal): each.why["en"] for each in report.unshowable if each.why is not None}


def test_a_rule_that_another_one_repeats_cannot_be_shown() -> None:
    """Neither of the two is decisive; their conditions still are, each for its rule."""
    why = "whenever its condition holds, another rule says the same, or forbids"
    found = whys(COUPLED)
    assert found["rule:seller_cancels:RequestCancellation:1"] == why
    assert found["rule:twice:RequestCancellation:1"] == why
    assert not any(each.startswith("condition:twice") for each in found)
    rest = coverage(COUPLED, shown_by(COUPLED, *covered(COUPLED, ()).scenarios))
    assert rest.percent == 100
    assert rest.missing == ()


def test_coupled_conditions_are_named() -> None:
    """What has shipped is not placed: that never decides by itself, and nor does the other way."""
    assert whys(ENDING) == {
        "condition:ended:1:3:true": (
            'other conditions decide then ("order status is shipped" is always false)'
        ),
    }
    assert whys(COUPLED)["condition:mixed:1:1:true"] == (
        "other conditions decide then (now one, now another)"
    )


def test_what_never_holds_is_named() -> None:
    """No order is placed and packed at once."""
    found = whys(COUPLED)
    assert found["rule:never:RequestCancellation:1"] == (
        "its condition holds in no case that can be reached"
    )
    assert found["condition:never:1:1:true"] == (
        'other conditions decide then ("order status is packed" is always false)'
    )


def test_parts_that_nobody_meets_are_named() -> None:
    """A reason of nobody, a deadline that never runs, a fee and a condition that never hold."""
    nobody = seller & buyer
    policy = shop(
        without={"buyer_asks", "buyer_withdraws", "answer_first", "seller_silent", "not_shipped"},
        reasons=(SHOP.reasons[1], Reason("nobody", when=nobody)),
        deadlines=[
            Deadline(
                "idle",
                runs=status.is_in("placed") & status.is_in("packed"),
                due=requested_at + hours(1),
                then=approve,
            )
        ],
        refunding=Refunding(fees=(FEE, attrs.evolve(FEE, id="idle_fee", when=nobody & operator))),
    )
    found = whys(policy)
    assert found["reason:nobody:RequestCancellation"] == (
        "nobody can give it in any case that can be reached"
    )
    assert found["deadline:idle"] == "it fires in no case that can be reached"
    assert found["fee:idle_fee"] == "it holds in no case that can be reached"
    assert found["condition:idle_fee:3:true"] == "it is not so in any case that can be reached"


def test_a_reason_whose_text_is_always_refused_cannot_be_shown() -> None:
    """A command that is invalid whatever is typed shows nothing, although rules permit it."""
    hinted = Reason("hinted", when=buyer, text=(1, 1), hint="あ")
    policy = shop(reasons=(hinted, *SHOP.reasons))
    assert list(whys(policy)) == ["reason:hinted:RequestCancellation"]


def test_what_was_not_searched_is_not_said_to_be_impossible() -> None:
    """With one case out of all, most is neither found nor excluded, and counts as missing."""
    report = coverage(SHOP, (), most_cases=1)
    assert report.percent == 0
    assert report.unshowable == ()
    lines = str(report).splitlines()
    at = lines.index(
        "Not shown, and by none of the cases that were searched; there are more cases:"
    )
    assert (
        lines[at + 1]
        == '- buyer_asks (refer to the seller): decides about "Requesting cancellation"'
    )
    missing = {each["goal"]: each["scenario"] for each in report.as_dict()["missing"]}
    assert missing["rule:buyer_asks:RequestCancellation:2"] is None


@pytest.mark.slow
def test_of_too_many_orders_some_are_picked_until_everything_is_found() -> None:
    """Three traits with six words or none make 4,116 orders, more than 4,000 cases hold."""
    traits = tuple(Choice(f"trait_{number}", values=tuple("abcdef")) for number in range(3))
    rules = [
        Rule(
            f"not_{trait.name}",
            on=RequestCancellation,
            effect=Forbid("closed"),
            when=trait.is_known & trait.is_in("a"),
        )
        for trait in traits
    ]
    policy = shop(plus=rules, facts=traits)
    report = coverage(policy, (), most_cases=4_000)
    assert len(report.missing) == 48
    assert [each.goal for each in report.missing if each.scenario is None] == []
    assert shown_by(policy, *report.scenarios) >= {each.goal for each in report.missing}


def test_a_search_ends_where_more_of_it_finds_nothing() -> None:
    """One case at a time never leads to a deadline that takes two steps, however often."""
    gap = Goal(Aim.DEADLINE, "seller_silent")
    (missing,) = coverage(SHOP, set(goals(SHOP)) - {gap}, most_cases=1).missing
    assert (missing.goal, missing.scenario, missing.why) == (gap, None, None)


# ---------------------------------------------------------------- the report


def test_the_report_in_both_languages() -> None:
    """Percent and counts, then each scenario below all that it shows."""
    policy = ENDING
    all_but = {
        each
        for each in shown_by(policy, *covered(policy, ()).scenarios)
        if each.subject != "seller_silent"
    }
    report = coverage(policy, all_but)
    order, asks, tick = (json.dumps(line) for line in (report.missing[0].scenario or ()))
    *lines, last = report.text("en").splitlines()
    assert lines == [
        "Shop (shop, edition 1)",
        "96 % is shown",
        "- rules that decided: 6/6",
        "- conditions (MC/DC): 13/13",
        "- reasons that were given: 4/4",
        "- deadlines that fired: 1/2",
        "",
        "1. seller_silent: the deadline fires",
        f"   {order}",
        f"   {asks}",
        f"   {tick}",
        "",
        "What cannot be shown, and does not count:",
    ]
    assert last == (
        '- ended: "order status is placed" is true, and decides by itself: '
        'other conditions decide then ("order status is shipped" is always false)'
    )
    assert report.text("ja").splitlines()[:7] == [
        "店（shop 第1版）",
        "網羅率 96 %",
        "- 結果を決めたルール：6/6",
        "- 条件（MC/DC）：13/13",
        "- 使われた理由：4/4",
        "- 実行された期限：1/2",
        "",
    ]


def test_the_report_as_data() -> None:
    """What a program reads: counts, and each gap with its parts, texts and scenario."""
    policy = ENDING
    shown = shown_by(policy, *covered(policy, ()).scenarios)
    gap = Goal(Aim.REASON, "other", "RequestCancellation")
    data = coverage(policy, shown - {gap}).as_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["percent"] == 96
    assert data["counts"]["reason"] == {"shown": 3, "possible": 4}
    (missing,) = data["missing"]
    assert missing.pop("scenario")[-1]["reason"] == "other"
    assert missing == {
        "goal": "reason:other:RequestCancellation",
        "aim": "reason",
        "subject": "other",
        "command": "RequestCancellation",
        "branch": 0,
        "place": 0,
        "value": None,
        "text": {
            "ja": "other：「キャンセルのリクエスト」の理由として使われる",
            "en": 'other: is the reason for "Requesting cancellation"',
        },
    }
    (unshowable,) = data["unshowable"]
    assert unshowable["goal"] == "condition:ended:1:3:true"
    assert unshowable["why"]["ja"] == (
        "そのとき他の条件が結果を決める（「注文の状態がshipped」は常に偽）"
    )


def test_a_policy_without_parts_of_its_own_is_covered() -> None:
    """Nothing to show is no gap."""
    report = coverage(
        shop(without={each.id for each in SHOP.rules + SHOP.deadlines}, reasons=()), ()
    )
    assert report.percent == 100
    assert str(report).splitlines() == ["shop (shop, edition 1)", "100 % is shown"]


# ---------------------------------------------------------------- the policies of the library


def document(policy: Policy) -> str:
    """The scenario that shows a built-in policy clause by clause."""
    return (SCENARIOS / f"{policy.name}.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("policy", [CONECT, QOO10], ids=lambda policy: policy.name)
def test_both_policies_are_shown_completely(policy: Policy) -> None:
    """Every rule, condition, reason and deadline, and each time at its very boundary."""
    assert shown_by(policy, document(policy)) == set(goals(policy))


PARTS = [
    (policy, field, part)
    for policy in (CONECT, QOO10)
    for field in ("rules", "reasons", "deadlines")
    for part in getattr(policy, field)
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "field", "part"),
    PARTS,
    ids=[getattr(part, "id", None) or f"{part.on.__name__}-{part.code}" for *_, part in PARTS],
)
def test_without_a_part_some_answer_is_another(policy: Policy, field: str, part: object) -> None:
    """Nothing that counts as shown could be dropped without a scenario that notices it."""
    rest = tuple(each for each in getattr(policy, field) if each is not part)
    if isinstance(part, Deadline):  # messages name it: it stays, and never runs
        rest += (attrs.evolve(part, runs=part.runs & ~part.runs),)
    without = attrs.evolve(policy, **{field: rest}, waivers=())
    assert answers(policy, document(policy)) != answers(without, document(policy))


# ---------------------------------------------------------------- a run of a service


def service(policy: Policy = SHOP) -> CancellationService:
    """A service on a store in memory with one order, placed at noon."""
    made = CancellationService(policies=[policy], store=MemoryStore())
    order = Order(
        "o-1", policy="shop", status="placed", buyer="b-1", seller="s-1", placed_at=PLACED
    )
    made.register(order, at=PLACED)
    return made


ASKS = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")


def test_a_run_of_a_service_is_watched() -> None:
    """Commands that are carried out, and deadlines that a tick fires."""
    used = service()
    with watching(SHOP) as shown:
        used.handle(ASKS, at=PLACED + timedelta(hours=1))
        used.tick(PLACED + timedelta(days=2))
    assert {"rule:buyer_asks:RequestCancellation:2", "deadline:seller_silent"} <= set(
        ids(shown[SHOP])
    )
    assert handling.decide_admitted is decide.decide_admitted


def test_watches_are_nested_and_end_with_an_error() -> None:
    """Each notes what happens while it lasts; the engine is afterwards as it was."""
    used = service()
    with watching(SHOP) as outer:
        with suppress(ZeroDivisionError), watching(SHOP) as inner:
            used.handle(ASKS, at=PLACED)
            raise ZeroDivisionError
        assert inner[SHOP] == outer[SHOP] != set()
    assert handling.decide_admitted is decide.decide_admitted


def test_other_policies_are_not_counted() -> None:
    """The same name and edition with other rules is another policy; built again it is the same."""
    other = shop(without=["answer_first"])
    used = service(other)
    with watching(SHOP) as shown:
        used.handle(ASKS, at=PLACED)
    assert shown[SHOP] == set()
    with watching(built_again := attrs.evolve(SHOP)) as shown:
        service().handle(ASKS, at=PLACED)
    assert "rule:buyer_asks:RequestCancellation:1" in ids(shown[built_again])
