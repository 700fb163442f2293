"""What a decided step shows of a policy: rules, conditions, times, fees, reasons and deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Approve, Buyer, Order, Policy, RequestCancellation, Seller, Withdraw
from ordercancel.domain.events import Event
from ordercancel.domain.money import Money, OrderLine
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Decision
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.handling import fire_due
from ordercancel.policy import Fee, Named, Refunding, buyer, channel, now, placed_at, status
from ordercancel.rules.conditions import Condition
from ordercancel.rules.times import minutes
from ordercancel.verification.goals import Goal, achieved, goal_text, goals, shown_conditions

PLACED = datetime(2026, 4, 1, 12, tzinfo=UTC)
ORDER = Order("o-1", policy="shop", status="placed", buyer="b-1", seller="s-1", placed_at=PLACED)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
OPEN = fold(register(ORDER, SHOP, PLACED))
ASKS = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")
WITH_A_FEE = attrs.evolve(
    SHOP,
    refunding=Refunding(fees=(Fee(id="packing", when=status.is_in("packed"), rate=(1, 10)),)),
)


def decision(
    command: Any = ASKS,
    after: timedelta = MINUTE,
    order: Order = ORDER,
    policy: Policy = SHOP,
) -> Decision:
    """What a policy says to a command about a fresh order, so long after it was placed."""
    return policy.assess(command, policy.open(order), PLACED + after)


def ids(found: Iterable[Goal], aim: str = "") -> set[str]:
    """The goals as texts, those of one aim alone."""
    return {str(each) for each in found if str(each).startswith(aim)}


def test_goals_are_every_part_that_decides() -> None:
    """Effects by command, both values of each condition, each time twice, reasons, deadlines."""
    assert ids(goals(SHOP), "rule") == {
        "rule:buyer_asks:RequestCancellation:1",
        "rule:buyer_asks:RequestCancellation:2",
        "rule:seller_cancels:RequestCancellation:1",
        "rule:buyer_withdraws:Withdraw:1",
        "rule:answer_first:AdvanceOrder:1",
    }
    assert ids(goals(SHOP), "condition:buyer_withdraws") == {
        "condition:buyer_withdraws:1:1:true",
        "condition:buyer_withdraws:1:1:false",
    }
    assert ids(goals(SHOP), "boundary") == {
        "boundary:buyer_asks:1:3:true",
        "boundary:buyer_asks:1:3:false",
        "boundary:buyer_asks:2:3:true",
        "boundary:buyer_asks:2:3:false",
    }
    assert ids(goals(SHOP), "reason") == {
        "reason:changed_mind:RequestCancellation",
        "reason:out_of_stock:RequestCancellation",
        "reason:not_shipped:RequestCancellation",
        "reason:other:RequestCancellation",
    }
    assert ids(goals(SHOP), "deadline") == {"deadline:seller_silent", "deadline:not_shipped"}
    assert ids(goals(SHOP), "fee") == set()
    assert ids(goals(WITH_A_FEE), "fee") == {"fee:packing"}
    assert ids(goals(WITH_A_FEE), "condition:packing") == {
        "condition:packing:1:true",
        "condition:packing:1:false",
    }


def test_a_grant_shows_its_branch_its_conditions_and_its_reason() -> None:
    """The other branch would hold if the time were over: that condition is shown for it, too."""
    assert ids(achieved(SHOP, decision())) == {
        "rule:buyer_asks:RequestCancellation:1",
        "condition:buyer_asks:1:1:true",
        "condition:buyer_asks:1:2:true",
        "condition:buyer_asks:1:3:true",
        "condition:buyer_asks:2:3:true",
        "condition:seller_cancels:1:1:false",
        "reason:changed_mind:RequestCancellation",
    }


def test_a_time_is_shown_at_its_boundary_in_the_last_second_and_at_the_moment() -> None:
    """Half an hour: 29:58 is before, 29:59 and 29:59.5 are the last second, 30:00 is too late."""

    def boundaries(after: timedelta) -> set[str]:
        return ids(achieved(SHOP, decision(after=after)), "boundary:buyer_asks:1")

    half_an_hour = 30 * MINUTE
    assert boundaries(half_an_hour - 2 * SECOND) == set()
    assert boundaries(half_an_hour - SECOND) == {"boundary:buyer_asks:1:3:true"}
    assert boundaries(half_an_hour - SECOND / 2) == {"boundary:buyer_asks:1:3:true"}
    assert boundaries(half_an_hour) == {"boundary:buyer_asks:1:3:false"}
    assert boundaries(half_an_hour + SECOND) == set()


def test_a_refusal_shows_conditions_and_no_reason() -> None:
    """Of an order that has shipped the status alone stands in the way."""
    refused = decision(order=attrs.evolve(ORDER, status="shipped"))
    assert refused.codes == ("not_cancellable",)
    assert ids(achieved(SHOP, refused)) == {"condition:buyer_asks:1:2:false"}


def test_where_no_rule_was_asked_nothing_is_shown() -> None:
    """An answer without an open request is refused before any rule."""
    refused = decision(Approve("o-1", by=Seller("s-1"), request=1))
    assert refused.codes == ("no_open_request",)
    assert achieved(SHOP, refused) == frozenset()


def test_a_rule_that_cannot_be_evaluated_shows_nothing() -> None:
    """Its other conditions may be false or true: what it would have said is not known."""
    mail = attrs.evolve(SHOP.rules[0], when=buyer & channel.is_in("mail"))
    policy = attrs.evolve(SHOP, channels=("mail", "web"), rules=(mail, *SHOP.rules[1:]))
    unknown = decision(policy=policy)
    assert unknown.codes == ("undetermined",)
    assert ids(achieved(policy, unknown)) == {"condition:seller_cancels:1:1:false"}


def test_a_fee_shows_itself_and_its_conditions_where_the_request_is_granted() -> None:
    """What is not granted is not charged, and no fee is asked for it."""
    line = OrderLine(id="a", quantity=1, amount=1000)
    priced = attrs.evolve(ORDER, money=Money(currency="EUR", digits=2, lines=(line,)))
    packed = attrs.evolve(priced, status="packed")
    shown = achieved(WITH_A_FEE, decision(order=packed, policy=WITH_A_FEE))
    assert ids(shown, "fee") == {"fee:packing"}
    assert ids(shown, "condition:packing") == {"condition:packing:1:true"}
    free = achieved(WITH_A_FEE, decision(order=priced, policy=WITH_A_FEE))
    assert ids(free, "fee") == set()
    assert ids(free, "condition:packing") == {"condition:packing:1:false"}
    shipped = attrs.evolve(priced, status="shipped")
    assert ids(
        achieved(WITH_A_FEE, decision(order=shipped, policy=WITH_A_FEE)), "condition:packing"
    ) == (set())


def test_a_deadline_that_fires_shows_itself_and_the_reason_that_it_gives() -> None:
    """An order that is not shipped a week after its day is cancelled for that reason."""
    late = attrs.evolve(ORDER, ship_on=PLACED.date())
    (step,) = fire_due(fold(register(late, SHOP, PLACED)), SHOP, PLACED + timedelta(days=8))
    assert ids(achieved(SHOP, None, step.events)) == {
        "deadline:not_shipped",
        "reason:not_shipped:RequestCancellation",
    }
    impossible: list[Event] = [attrs.evolve(step.events[0], impossible=True)]
    assert achieved(SHOP, None, impossible) == frozenset()


def test_an_action_without_reasons_shows_its_rule_and_conditions() -> None:
    """Nothing is chosen for withdrawing; and a silent seller approves without a reason."""
    asked = reduce(evolve, decide(ASKS, OPEN, SHOP, PLACED + 40 * MINUTE), OPEN)
    withdraws = SHOP.assess(
        Withdraw("o-1", by=Buyer("b-1"), request=1), asked, PLACED + 50 * MINUTE
    )
    assert ids(achieved(SHOP, withdraws)) == {
        "rule:buyer_withdraws:Withdraw:1",
        "condition:buyer_withdraws:1:1:true",
    }
    (step,) = fire_due(asked, SHOP, PLACED + timedelta(days=2))
    assert ids(achieved(SHOP, None, step.events)) == {"deadline:seller_silent"}


@pytest.mark.parametrize(
    ("when", "facts", "shown"),
    [
        pytest.param(buyer & placed_at.is_known, {"role": "buyer"}, "2 false", id="all"),
        pytest.param(buyer | placed_at.is_known, {"role": "seller"}, "1 false, 2 false", id="any"),
        pytest.param(buyer | placed_at.is_known, {"role": "buyer"}, "1 true", id="any, masked"),
        pytest.param(~(buyer & ~channel.is_known), {"role": "buyer"}, "1 true, 2 false", id="not"),
        pytest.param(Named("n", "N", buyer), {"role": "buyer"}, "1 true", id="named"),
        pytest.param(buyer & channel.is_in("w"), {"role": "buyer"}, "", id="unknown result"),
        pytest.param(buyer & channel.is_in("w"), {"role": "seller"}, "1 false", id="unknown part"),
        pytest.param(
            ~channel.is_known | ~channel.is_in("w"), {}, "1 false", id="unknown otherwise"
        ),
        pytest.param(
            buyer & ~channel.is_known | ~buyer & channel.is_known,
            {"role": "buyer", "channel": "w"},
            "2 true, 3 true",
            id="each place by itself",
        ),
    ],
)
def test_a_condition_is_shown_where_it_alone_decides(
    when: Condition, facts: dict[str, str], shown: str
) -> None:
    """With its other value the whole would be another one, or unknown."""
    known = {"role": None, "channel": None, "placed_at": None, **facts}
    found = (f"{each.place} {str(each.value).lower()}" for each in shown_conditions(when, known))
    assert ", ".join(found) == shown


def test_a_time_that_is_not_known_has_no_boundary() -> None:
    """A time that hangs on a moment nobody told is neither ahead nor over."""
    facts = {"placed_at": None, "now": PLACED}
    assert list(shown_conditions(now < placed_at + minutes(30), facts)) == []


def test_goals_are_said_in_both_languages() -> None:
    """Each by the words of the policy, with the branch where a rule has several."""
    texts = {
        str(each): (goal_text(WITH_A_FEE, each, "ja"), goal_text(WITH_A_FEE, each, "en"))
        for each in goals(WITH_A_FEE)
    }
    assert texts["rule:buyer_asks:RequestCancellation:1"] == (
        "buyer_asks（即時キャンセル）：「キャンセルのリクエスト」の結果を決める",
        'buyer_asks (cancel at once): decides about "Requesting cancellation"',
    )
    assert texts["fee:packing"] == ("packing：手数料がかかる", "packing: the fee is charged")
    assert texts["reason:out_of_stock:RequestCancellation"] == (
        "out of stock：「キャンセルのリクエスト」の理由として使われる",
        'out of stock: is the reason for "Requesting cancellation"',
    )
    assert texts["deadline:seller_silent"] == (
        "seller_silent：期限が到来し、実行される",
        "seller_silent: the deadline fires",
    )
    assert texts["condition:answer_first:1:2:false"] == (
        "answer_first：「回答待ちのキャンセルのリクエストがある」が偽で、それだけで結果が決まる",
        'answer_first: "a request waits for an answer" is false, and decides by itself',
    )
    ja, en = texts["boundary:buyer_asks:2:3:true"]
    assert ja == "buyer_asks（販売者の判断へ）：「注文から30分未満」が真である最後の1秒"
    assert en.endswith(
        '"less than 30 min after the order", in the last second in which it is true'
    )
    assert len(set(texts.values())) == len(texts)
