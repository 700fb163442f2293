"""Flips: what can still be done, or comes with time, that changes a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import reduce
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    JUDGED,
    AdvanceOrder,
    Approve,
    Judged,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.texts import Text
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import Decision, Verdict
from ordercancel.engine.evolve import evolve
from ordercancel.explain import explain
from ordercancel.explain.flips import alternatives, flips, is_final
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Choice,
    Deadline,
    Flag,
    Forbid,
    Number,
    Policy,
    Refer,
    days,
    expire,
    hours,
    is_open,
    now,
    paid_at,
    placed_at,
    requested_at,
    seller,
    seller_permits,
    ship_on,
    status,
)
from ordercancel.rules.conditions import Condition, Value
from ordercancel.rules.facts import legal_move
from ordercancel.verification.enumeration import Space
from readings import READINGS, drawn
from samples import BUYER, PERMITTING, SELLER, jst
from samples import opened as sample
from unit.test_explain import asked, says
from unit.tiny import asks, opened, tiny, utc

REFER = Refer(seller)
ASK = RequestCancellation("762544202", by=BUYER)
APPROVE = Approve("762544202", by=SELLER, request=1)
REJECT = Reject("762544202", by=SELLER, request=1)
WEIGHT = Number("weight", Text("重さ", "weight"))


def told(decision: Decision, lang: str = "en") -> list[tuple[str, str]]:
    """Each flip as its changes and its verdict."""
    return [
        (" + ".join(change.text for change in flip.changes), str(flip.verdict))
        for flip in flips(decision, lang)
    ]


def values_of(decision: Decision, fact: str) -> list[Any]:
    """The values of one fact that would do, with what they bring."""
    return [
        (change.values, str(flip.verdict))
        for flip in flips(decision, "en")
        for change in flip.changes
        if change.fact == fact
    ]


def test_a_clerk_reads_what_to_do_and_what_comes_of_it() -> None:
    """Of an order to be shipped: a move, and a moment, each with its sentence."""
    ask = RequestCancellation("762544202", by=BUYER)
    decision = QOO10.assess(ask, sample(QOO10, ship_on=date(2022, 8, 17)), jst(16, 9))
    found = {
        " + ".join(change.text for change in flip.changes): flip.sentence
        for flip in flips(decision, "ja")
    }
    at_once = "ショップの回答を待たず、即時キャンセル完了となります。"
    assert found["注文の状態が「配送遅延」になると"] == at_once
    assert found["2022年8月17日 24:00を過ぎると"] == at_once
    assert found["注文の状態が「配送中」または「配送完了」になると"] == (
        "発送処理が完了しているため、キャンセルできません。"
    )
    assert told(decision)[1:] == [
        ("once order status is Shipping delayed", "cancel"),
        ("once order status is Shipped or Delivered", "refuse"),
        ("once 2022-08-17 24:00 is past", "cancel"),
    ]


def test_what_has_happened_stays_so() -> None:
    """An order does not come back from its carrier, and no rejection is undone."""
    ask = RequestCancellation("762544202", by=BUYER)
    shipped = QOO10.assess(ask, sample(QOO10, status="shipped"), jst(16, 9))
    assert (shipped.codes, told(shipped)) == (("already_shipped",), [])
    rules = (says(REFER, status.is_in("new"), "t.a"), says(CANCEL, status.is_in("packed"), "t.b"))
    assert told(asked(*rules, status="sent")) == []
    assert ("once order status is Packed", "cancel") in told(asked(*rules))


def pending(policy: Policy) -> Case:
    """The sample order, which its buyer has asked to cancel."""
    case = sample(policy)
    reason = "changed_mind" if policy is QOO10 else "wrong_item"
    ask = RequestCancellation("762544202", by=BUYER, reason=reason)
    return reduce(evolve, decide(ask, case, policy, jst(15, 10), seller=PERMITTING), case)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        pytest.param(CONECT.assess(APPROVE, sample(CONECT), jst(16)), "no_open_request", id="new"),
        pytest.param(
            CONECT.assess(ASK, pending(CONECT), jst(16), seller=PERMITTING),
            "request_open",
            id="closed",
        ),
        pytest.param(CONECT.assess(REJECT, pending(CONECT), jst(16)), None, id="grant"),
        pytest.param(QOO10.assess(APPROVE, pending(QOO10), jst(16)), None, id="clock"),
    ],
)
def test_what_can_still_change_is_not_called_final(decision: Decision, code: str | None) -> None:
    """A new request, the end of the present one, shipping; and a grant always ends."""
    assert decision.codes == (() if code is None else (code,))
    assert not is_final(decision)
    assert "changes the outcome." not in str(explain(decision, "en"))


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        pytest.param(
            QOO10.assess(ASK, sample(QOO10, status="shipped"), jst(16)),
            "already_shipped",
            id="sent",
        ),
        pytest.param(
            CONECT.assess(APPROVE, sample(CONECT, status="shipped"), jst(16)),
            "no_open_request",
            id="nothing can be asked",
        ),
        pytest.param(
            CONECT.assess(Withdraw("762544202", by=BUYER, request=1), pending(CONECT), jst(16)),
            "not_permitted",
            id="nobody may",
        ),
        pytest.param(
            CONECT.assess(RequestCancellation("762544202", by=SELLER), sample(CONECT), jst(16)),
            "not_permitted",
            id="not this side",
        ),
        pytest.param(
            CONECT.assess(
                AdvanceOrder("762544202", by=SELLER, move="ship"),
                sample(CONECT, status="shipped"),
                jst(16),
            ),
            "no_such_move",
            id="done already",
        ),
    ],
)
def test_a_refusal_is_final_where_nothing_that_can_come_about_lifts_it(
    decision: Decision, code: str
) -> None:
    """By who asks, by what was rejected for good, by every status that can still come."""
    assert decision.codes == (code,)
    assert is_final(decision)
    assert str(explain(decision, "ja")).endswith(
        "\n注文の進行、時間の経過、入力の追加では、結果は変わりません。"
    )


def after_asking(policy: Policy) -> Decision:
    """What the rules say to shipping an order whose buyer has asked to cancel it."""
    case = opened(policy)
    case = reduce(evolve, decide(asks(), case, policy, utc(2)), case)
    return policy.assess(AdvanceOrder("o-7", by=SELLER, move="send"), case, utc(2, 1))


def test_a_request_gets_only_what_it_can_get_under_the_policy() -> None:
    """None expires where no deadline lets it, or is withdrawn where nobody may."""
    waits = says(Forbid("closed"), is_open, "t.waits", on=AdvanceOrder)
    expires = Deadline("d", runs=is_open, due=requested_at + hours(9), then=expire)
    assert told(asked(says(REFER)))[0] == (
        "once latest request is cancellation requested",
        "refuse",
    )
    assert told(after_asking(tiny(rules=(says(REFER), waits)))) == [
        ("once latest request is rejected", "permit")
    ]
    policy = tiny(rules=(says(REFER), waits), deadlines=(expires,))
    assert told(after_asking(policy)) == [("once latest request is rejected or expired", "permit")]


@pytest.mark.parametrize(
    ("when", "values"),
    [
        (WEIGHT > 3, (4,)),
        (WEIGHT >= 3, (3,)),
        (WEIGHT < 1, (0,)),
        (WEIGHT <= 0, (0,)),
        (~(WEIGHT <= 3), (4,)),
        (~(WEIGHT > 0), (0,)),
        # Of several bounds the one that is passed first.
        ((WEIGHT > 3) | (WEIGHT > 7), (4,)),
        ((WEIGHT < -3) | (WEIGHT > 9), (-4,)),
    ],
)
def test_of_a_number_the_nearest_bound_is_told(when: Condition, values: tuple[int, ...]) -> None:
    """And the nearest number beyond it."""
    decision = asked(says(REFER, when), facts=(WEIGHT,), known={"weight": 1})
    assert values_of(decision, "weight") == [(values, "refer")]
    ((text, _),) = told(decision)
    assert "weight" in text


@pytest.mark.parametrize(
    ("when", "ja", "en"),
    [
        (
            now < placed_at + hours(3),
            "2024年3月1日 15:00より前であれば",
            "had it been before 2024-03-01 15:00",
        ),
        (
            now >= placed_at + days(2),
            "2024年3月3日 12:00を過ぎると",
            "once 2024-03-03 12:00 is past",
        ),
        (
            now >= placed_at.end_of_day(2),
            "2024年3月3日 24:00を過ぎると",
            "once 2024-03-03 24:00 is past",
        ),
    ],
)
def test_of_a_time_the_moment_is_told(when: Condition, ja: str, en: str) -> None:
    """And not that the order should have been placed at another time."""
    decision = asked(says(REFER, when))
    assert told(decision, "ja") == [(ja, "refer")]
    assert told(decision) == [(en, "refer")]


def test_a_time_whose_day_is_not_known_yet_is_told_by_its_condition() -> None:
    """Nobody has entered the ship date."""
    ((text, verdict),) = told(asked(says(REFER, now < ship_on.end())))
    assert "ship date" in text
    assert verdict == "refer"


def test_of_several_bounds_the_one_that_turns_the_answer_is_told() -> None:
    """Between the bounds the order is referred; only beyond the last one it is refused."""
    rules = (
        says(REFER, now >= placed_at + hours(30), "t.refer"),
        says(REFER, status.is_in("new"), "t.new"),
        says(Forbid("closed"), now >= placed_at + days(10), "t.closed"),
    )
    assert ("once 2024-03-11 12:00 is past", "refuse") in told(asked(*rules))


def test_a_number_that_no_bound_tells_from_the_present_one_is_no_change() -> None:
    """Five is as good as one where only the tenth counts."""
    decision = asked(says(REFER, WEIGHT < 10), facts=(WEIGHT,), known={"weight": 5})
    found = {change.values for flip in flips(decision, "en") for change in flip.changes}
    assert (10,) in found
    assert not found & {(4,), (6,), (9,)}


VIP = Flag("vip", Text("得意客", "VIP"))


@pytest.mark.parametrize(
    ("known", "ja", "en"),
    [
        ({"vip": True}, ("「得意客」でなければ", "refuse"), ("without “VIP”", "refuse")),
        ({"vip": False}, ("「得意客」であれば", "refer"), ("with “VIP”", "refer")),
        ({}, ("「得意客」であれば", "refer"), ("with “VIP”", "refer")),
    ],
)
def test_a_flag_is_turned(known: dict[str, bool], ja: Any, en: Any) -> None:
    """From yes to no and back, or it becomes known."""
    decision = asked(says(REFER, VIP), facts=(VIP,), known=known)
    assert ja in told(decision, "ja")
    assert en in told(decision)


def test_what_is_missing_may_become_known_and_never_unknown() -> None:
    """Of a choice every word that would do."""
    known = asked(says(REFER, WEIGHT.is_known), facts=(WEIGHT,))
    assert told(known) == [("once weight is 0", "refer")]
    rank = Choice("rank", Text("級", "rank"), values=("gold", "silver", "tin"))
    decision = asked(says(REFER, rank.is_in("gold", "silver")), facts=(rank,))
    assert told(decision) == [("once rank is gold or silver", "refer")]
    assert told(decision, "ja") == [("級が「gold」または「silver」になると", "refer")]
    rule = says(REFER, (WEIGHT < 5) | (WEIGHT >= 5))
    assert values_of(asked(rule, facts=(WEIGHT,), known={"weight": 3}), "weight") == []


def test_facts_that_must_change_together_are_told_together() -> None:
    """Up to three of them; more at once is no near miss."""
    three = status.is_in("packed") & VIP & (WEIGHT > 3)
    known, facts = {"weight": 1, "vip": False}, (WEIGHT, VIP)
    ((text, verdict),) = told(asked(says(REFER, three), facts=facts, known=known))
    assert text.startswith("once order status is Packed + with “VIP” + weight ")
    assert verdict == "refer"
    four = three & paid_at.is_known
    assert told(asked(says(REFER, four), facts=facts, known=known)) == []


def test_fewer_changes_hide_more() -> None:
    """What a single fact changes makes pairs of facts no news."""
    rules = (
        says(REFER, status.is_in("packed"), "t.a"),
        says(CANCEL, status.is_in("new") & (WEIGHT > 3) & paid_at.is_known, "t.b"),
    )
    decision = asked(*rules, facts=(WEIGHT,), known={"weight": 1})
    assert told(decision) == [("once order status is Packed", "refer")]


def test_nobody_is_told_to_be_somebody_else() -> None:
    """Nor to ask for another reason, or by another move: that is another question."""
    decision = QOO10.assess(RequestCancellation("762544202", by=SELLER), sample(QOO10), jst(16, 9))
    assert decision.codes == ("not_permitted",)
    assert told(decision) == []
    policy = tiny(rules=(says(PERMIT, legal_move, on=AdvanceOrder),))
    decision = policy.assess(
        AdvanceOrder("o-7", by=BUYER, move="plan"), opened(policy, status="packed"), utc(2)
    )
    assert (decision.codes, told(decision)) == (("no_such_move",), [])


def test_a_seller_who_is_not_known_may_turn_out_to_permit() -> None:
    """What the directory knows of the seller is a fact that can change."""
    assert told(asked(says(REFER, seller_permits))) == [
        ("with “the seller permits cancellation requests”", "refer")
    ]


def test_a_fact_of_the_wrong_kind_can_be_explained() -> None:
    """A case that no policy opened may have one; the rule fails closed, and a number would do."""
    policy = tiny(rules=(says(REFER, WEIGHT > 3),), facts=(WEIGHT,))
    case = opened(tiny(), facts={"weight": "heavy"})
    decision = policy.assess(asks(), case, utc(2))
    assert decision.codes == ("undetermined",)
    assert values_of(decision, "weight") == [((4,), "refer")]


# ---------------------------------------------------------------------- whatever the facts


def otherwise(
    policy: Policy, space: Space, known: Mapping[str, Value | None], count: int
) -> Iterator[Verdict]:
    """Every verdict that comes of `count` other values that can still come about."""
    others = alternatives(space, {name: known[name] for name in space.values})
    for names in combinations(others, count):
        for values in product(*(others[name] for name in names)):
            changed = space.completed({**known, **dict(zip(names, values, strict=True))})
            if space.is_possible(changed):
                yield policy.judge(space.kind, changed).verdict


@given(
    name=st.sampled_from(sorted(READINGS)),
    kind=st.sampled_from(JUDGED),
    number=st.integers(0, 10**6),
)
def test_a_flip_does_what_it_says_and_nothing_smaller_does(
    name: str, kind: type[Judged], number: int
) -> None:
    """Its facts bring its verdict; fewer, whatever their values, bring only the present one."""
    policy, decision = READINGS[name], drawn(name, kind, number)
    facts = decision.facts
    space = Space.of(policy, kind, now=facts.get("now"))  # type: ignore[arg-type]
    found = list(flips(decision, "en"))
    fewest = len(found[0].changes) if found else 4
    for flip in found:
        assert len(flip.changes) == fewest
        assert flip.verdict is not decision.verdict
        for values in product(*(change.values for change in flip.changes)):
            names = [change.fact for change in flip.changes]
            changed = space.completed({**facts, **dict(zip(names, values, strict=True))})
            assert policy.judge(kind, changed).verdict is flip.verdict
            assert policy.judge(kind, changed).message("en") == flip.sentence
    for count in range(1, min(fewest, 3)):
        assert set(otherwise(policy, space, facts, count)) <= {decision.verdict}
    if found:
        reached = set(otherwise(policy, space, facts, fewest)) - {decision.verdict}
        assert {flip.verdict for flip in found} == reached
