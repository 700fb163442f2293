"""The strategies give what is legal, under any policy, and come to its boundaries."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Any, TypeVar

import attrs
import pytest
from examples.half_hour_shop import SHOP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ordercancel import (
    AdvanceOrder,
    Approve,
    Buyer,
    Case,
    Command,
    InvalidValue,
    Order,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    Rule,
    Seller,
    UnknownOrder,
    decide,
    evolve,
    fold,
)
from ordercancel.domain.characters import visible_length
from ordercancel.domain.commands import COMMANDS, ApplyDeadline
from ordercancel.domain.faults import Faults
from ordercancel.engine.decide import register
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import PERMIT, Forbid, TextBounds
from ordercancel.rules.facts import role, since_placed, status
from ordercancel.testing import strategies as kit
from ordercancel.testing.commands import permitted_roles
from ordercancel.testing.draws import turning_points
from ordercancel.verification.invariants import Step, is_shipped
from testing.shops import CLOSED, IN_WORDS, LATER, OWN, SOUND
from unit.tiny import OURS, tiny

POLICIES = {
    "conect": CONECT,
    "qoo10": QOO10,
    "half-hour-shop": SHOP,
    "sound": SOUND,
    "own": OWN,
    "in-words": IN_WORDS,
    "later": LATER,
    "closed": CLOSED,
}
T = TypeVar("T")


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest) -> Policy:
    return POLICIES[request.param]


def drawn(strategy: SearchStrategy[T], most: int = 300) -> list[T]:
    """Many values of a strategy, some of them more than once."""
    found: list[T] = []
    together = min(most, 20)

    @settings(
        max_examples=most // together, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(strategy, min_size=together, max_size=together))
    def collect(values: list[T]) -> None:
        found.extend(values)

    collect()
    return found


def outcome(command: Command, case: Case, policy: Policy, at: datetime) -> type[Exception] | None:
    try:
        decide(command, case, policy, at)
    except (InvalidValue, Refused, UnknownOrder) as error:
        return type(error)
    return None


# ---------------------------------------------------------------- orders


def test_every_order_is_one_that_the_policy_knows(policy: Policy) -> None:
    """Its status, channel, ship date and attributes are fit to be registered."""
    for order in drawn(kit.orders(policy), 100):
        case = fold(register(order, policy, order.placed_at))
        assert case.order == order
        assert order.placed_at.astimezone(policy.tzinfo).date() >= policy.holds_from


def test_orders_are_of_every_status_and_channel(policy: Policy) -> None:
    """Whatever the chart and the policy have; any channel, where it tells none apart."""
    orders = drawn(kit.orders(policy))
    assert {order.status for order in orders} == set(policy.orders.state_ids)
    assert {order.channel for order in orders} == {None, *(policy.channels or ("web",))}
    assert {is_shipped(order, policy) for order in orders if order.shipped_at} <= {True}


def test_attributes_are_around_the_bounds_of_the_rules() -> None:
    """Each fact of the policy's own has the values that a rule tells apart, or is missing."""
    orders = drawn(kit.orders(OWN))

    def values(name: str) -> set[Any]:
        return {order.attributes.get(name) for order in orders}

    assert values("preorder") == {True, False, None}
    assert values("level") == {"basic", "gold", None}
    assert values("quantity") == {2, 3, 4, None}


@given(st.data())
def test_fields_that_are_settled_stay_so(data: st.DataObject) -> None:
    """As values, or as strategies of values."""
    order = data.draw(
        kit.orders(
            OWN,
            id="o-9",
            status="packed",
            ship_on=st.just(date(2022, 9, 1)),
            attributes={"preorder": True},
            cart_id="c-1",
        )
    )
    assert (order.id, order.status, order.ship_on) == ("o-9", "packed", date(2022, 9, 1))
    assert (dict(order.attributes), order.cart_id) == ({"preorder": True}, "c-1")


@given(kit.parties("b-9"), kit.parties(permits_cancellation=True))
def test_parties_have_the_id_that_is_asked_for(one: Any, other: Any) -> None:
    """The seller's, unless told otherwise."""
    assert one.id == "b-9"
    assert (other.id, other.permits_cancellation) == ("s-1", True)


# ---------------------------------------------------------------- commands


def test_commands_are_well_formed_and_by_the_parties(policy: Policy) -> None:
    """No reason, text, move or date of them is wrong, and nobody is a stranger."""

    @given(st.data())
    def hold(data: st.DataObject) -> None:
        case = data.draw(kit.cases(policy))
        at = case.order.placed_at + timedelta(hours=1)
        for command in (
            data.draw(kit.commands(policy, case)),
            data.draw(kit.commands(policy, case, at=at)),
        ):
            assert outcome(command, case, policy, at) in (None, Refused)

    hold()


def test_commands_are_of_every_kind_that_somebody_may_give() -> None:
    """And of no other: CO-NECT has no withdrawals, and no deadlines."""

    def kinds(policy: Policy) -> set[str]:
        return {type(command).__name__ for command in drawn(kit.commands(policy))}

    assert kinds(CONECT) == {"RequestCancellation", "Approve", "Reject", "AdvanceOrder"}
    assert kinds(QOO10) == {kind.__name__ for kind in COMMANDS} - {"Withdraw"}
    assert kinds(OWN) == {kind.__name__ for kind in COMMANDS}


def test_where_nobody_may_do_anything_anybody_tries() -> None:
    """There are commands under every policy."""
    assert {type(each.by) for each in drawn(kit.commands(CLOSED))} >= {Buyer, Seller}


def test_commands_are_given_by_the_roles_that_rules_let_give_them() -> None:
    """Whatever else a rule asks for, and unless another always forbids it."""
    late = since_placed >= timedelta(days=1)
    fresh = status.is_in("new")

    def permitting(name: str, when: Any) -> Rule:
        return Rule(name, on=Approve, effect=PERMIT, when=when, cites=OURS)

    policy = tiny(
        rules=(
            permitting("t.seller", role.is_in("seller") & fresh),
            permitting("t.operator", ~role.is_in("buyer", "system") | (late & fresh)),
            permitting("t.system", (role.is_in("system") | fresh) & ~(role.is_in("buyer") | late)),
            Rule(
                "t.never",
                on=Approve,
                effect=Forbid("closed"),
                when=role.is_in("operator") | (role.is_in("seller") & late),
                cites=OURS,
            ),
            permitting("t.anybody", ~late),
        )
    )
    # The operator is always forbidden, the seller only when it is late.
    assert permitted_roles(policy)[Approve] == ("buyer", "seller", "system")
    assert permitted_roles(policy)[Reject] == ()


def test_most_commands_of_a_moment_are_permitted() -> None:
    """Three out of four or more, where any is."""
    order = drawn(kit.orders(SHOP, status="placed"), 1)[0]
    at = order.placed_at + timedelta(minutes=1)
    found = [
        SHOP.assess(command, SHOP.open(order), at).is_refused
        for command in drawn(kit.commands(SHOP, order, at=at))
    ]
    assert found.count(False) > found.count(True) > 0


def test_any_commands_may_be_wrong_in_every_way() -> None:
    """Strangers, other orders, wrong values and all kinds of refusals are among them."""
    order = drawn(kit.orders(QOO10, status="new"), 1)[0]
    case = QOO10.open(order)
    commands = drawn(kit.any_commands(QOO10, order))
    outcomes = Counter(outcome(each, case, QOO10, order.placed_at) for each in commands)
    assert outcomes.keys() >= {InvalidValue, UnknownOrder, Refused, None}
    assert {type(command) for command in commands} == set(COMMANDS)
    assert {command.order_id for command in commands} == {"o-1", "no-such-order"}
    assert {str(command.by) for command in commands} >= {"buyer:stranger", "buyer:s-1"}


def test_without_an_order_commands_are_about_the_first() -> None:
    """The order ``o-1`` of the buyer ``b-1`` and the seller ``s-1``."""
    for command in (*drawn(kit.commands(LATER), 20), *drawn(kit.any_commands(LATER), 20)):
        assert command.order_id in ("o-1", "no-such-order")


def test_planned_moves_have_a_ship_date_and_others_none() -> None:
    moves = {
        (command.move, command.ship_on is not None)
        for command in drawn(kit.commands(QOO10))
        if isinstance(command, AdvanceOrder)
    }
    assert moves == {
        ("plan_shipping", True),
        ("mark_delayed", False),
        ("ship", False),
        ("deliver", False),
    }


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    "bounds",
    [
        TextBounds(1, 1),
        TextBounds(2, 5),
        TextBounds(30, 500),
        TextBounds(10, 4_000),
        TextBounds(1, 9_000),
        TextBounds(0, 20, required=False),
        TextBounds(0, 0, required=False),
    ],
    ids=str,
)
def test_texts_meet_their_bounds_and_come_to_them(bounds: TextBounds) -> None:
    """The fewest and the most visible characters are among them; blank, where that may be."""
    lengths = set()
    for text in drawn(kit.texts(bounds), 200):
        faults = Faults("text")
        cleaned = bounds.check(text, "text", faults)
        assert faults.found == []
        lengths.add(0 if cleaned is None else visible_length(cleaned))
    fewest = max(bounds.minimum, 1)
    most = min(bounds.maximum, 4_000)
    assert lengths >= ({fewest, most} if most else {0})
    assert (0 in lengths) is not bounds.required


def test_any_texts_miss_their_bounds_too() -> None:
    """By one, and by tricks."""
    bounds = TextBounds(2, 5)
    found = {visible_length(text or "") for text in drawn(kit.any_texts(bounds))}
    assert found >= {0, 1, 2, 5, 6, 501}
    assert None in drawn(kit.any_texts(None))


# ---------------------------------------------------------------- moments


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def placed(policy: Policy, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "policy": policy.name,
        "status": policy.orders.state_ids[0],
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": at("2022-11-05T09:00:00-04:00"),
    }
    return policy.open(Order("o-1", **values | changes))


def after(case: Case, policy: Policy, command: Command, moment: datetime) -> Case:
    return reduce(evolve, decide(command, case, policy, moment), case)


def test_an_answer_changes_where_a_rule_has_a_bound_and_a_deadline_comes_due() -> None:
    """The half hour of the shop, and its 48 hours."""
    case = placed(SHOP)
    asks = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")
    asked = after(case, SHOP, asks, at("2022-11-05T10:00:00-04:00"))
    assert turning_points(SHOP, case) == (at("2022-11-05T09:30:00-04:00"),)
    assert turning_points(SHOP, asked) == (
        at("2022-11-05T09:30:00-04:00"),
        at("2022-11-07T09:00:00-05:00"),
    )


def test_an_answer_changes_at_the_midnights_of_the_ship_date() -> None:
    """In the policy's own zone: in Japan for Qoo10, in New York over the clocks' change."""
    late = placed(QOO10, status="shipping_requested", ship_on=date(2022, 11, 6))
    assert turning_points(QOO10, late) == (
        at("2022-11-06T00:00:00+09:00"),
        at("2022-11-07T00:00:00+09:00"),
    )
    case = placed(OWN, ship_on=date(2022, 11, 6))
    assert turning_points(OWN, case) == (
        at("2022-11-07T00:00:00-05:00"),
        at("2022-12-05T08:00:00-05:00"),
    )


def test_an_answer_changes_so_many_days_and_so_long_after_each_anchor() -> None:
    """Since it was placed, paid, in its status and asked about; of what is not there, never."""
    from ordercancel.rules import facts

    hour = timedelta(hours=1)
    policy = attrs.evolve(
        SOUND,
        rules=(
            *SOUND.rules,
            *(
                Rule(f"t.{number}", on=Approve, effect=Forbid("closed"), when=when, cites=OURS)
                for number, when in enumerate(
                    (
                        facts.since_paid >= 1 * hour,
                        facts.since_status >= 2 * hour,
                        facts.since_requested >= 3 * hour,
                        facts.days_since_placed >= 3,
                        facts.days_since_requested >= 5,
                        # Further than any calendar goes: it is never reached.
                        facts.days_since_placed >= 10**7,
                        facts.since_placed >= timedelta(days=10**7),
                    )
                )
            ),
        ),
    )
    noon = at("2022-11-05T12:00:00+09:00")
    case = placed(policy, placed_at=noon)
    assert turning_points(policy, case) == (
        noon + 2 * hour,
        at("2022-11-08T00:00:00+09:00"),
        at("2022-11-09T00:00:00+09:00"),
    )
    paid = placed(policy, placed_at=noon, paid_at=noon, status_since=noon + hour)
    asks = RequestCancellation("o-1", by=Buyer("b-1"), reason="mistake")
    asked = after(paid, policy, asks, noon + 2 * hour)
    assert turning_points(policy, asked) == (
        noon + hour,
        noon + 3 * hour,
        noon + 5 * hour,
        at("2022-11-08T00:00:00+09:00"),
        at("2022-11-09T00:00:00+09:00"),
        at("2022-11-10T00:00:00+09:00"),
        at("2022-11-11T00:00:00+09:00"),
    )


def test_moments_come_to_the_boundaries_and_never_go_back() -> None:
    """Just before, at, and just after."""
    case, now = placed(SHOP), at("2022-11-05T09:10:00-04:00")
    half_past, tick = at("2022-11-05T09:30:00-04:00"), timedelta(microseconds=1)
    found = set(drawn(kit.moments(SHOP, case, now)))
    assert found >= {now, half_past - tick, half_past, half_past + tick}
    assert min(found) == now
    later = half_past + timedelta(days=400)
    assert min(drawn(kit.moments(SHOP, case, later), 50)) == later


def test_time_ends_before_the_calendar_does() -> None:
    """However often it moves on."""
    end = datetime(8000, 1, 1, tzinfo=UTC)
    assert set(drawn(kit.moments(SHOP, placed(SHOP), end), 50)) == {end}


# ---------------------------------------------------------------- histories and cases


def test_steps_follow_from_one_another(policy: Policy) -> None:
    """Each begins with the case that the one before led to, and time does not go back."""

    @given(kit.steps(policy))
    def hold(way: list[Step]) -> None:
        for one, other in pairwise(way):
            assert one.after == other.before
            assert one.at <= other.at
        for step in way:
            assert step.decision.is_refused is (step.events == ())
            assert reduce(evolve, step.events, step.before) == step.after

    hold()


@pytest.mark.parametrize("policy", [CONECT, QOO10, SHOP, OWN], ids=lambda policy: policy.name)
def test_most_histories_begin_with_a_request(policy: Policy) -> None:
    """Lest all that follows be in vain."""
    young = kit.orders(
        policy,
        status=policy.orders.sources(policy.cancel_move)[0],
        channel=policy.channels[0] if policy.channels else None,
        attributes={"preorder": True, "quantity": 1} if policy is OWN else {},
    )
    histories = drawn(young.flatmap(lambda order: kit.histories(policy, order)))
    first = Counter(isinstance(history[0][0], RequestCancellation) for history in histories)
    assert first[True] > first[False]


def test_histories_take_the_length_that_is_asked_for() -> None:
    lengths = {len(history) for history in drawn(kit.histories(SOUND, max_size=3))}
    assert lengths == {1, 2, 3}


def test_cases_stand_wherever_a_policy_leads(policy: Policy) -> None:
    """They are open, answered, cancelled, shipped; with running deadlines where there are any."""
    cases = drawn(kit.cases(policy))
    asked = [case for case in cases if case.latest is not None]
    if policy is CLOSED:
        assert asked == []
        return
    assert {case.open_request is not None for case in asked} == {True, False}
    assert {case.order.status for case in cases} == set(policy.orders.state_ids)
    assert any(case.duties for case in cases) is bool(policy.deadlines)


def test_a_case_may_begin_with_an_order_of_ones_own() -> None:
    order = drawn(kit.orders(QOO10, id="o-9", status="new"), 1)[0]
    cases = drawn(kit.cases(QOO10, order), 50)
    assert {case.order.id for case in cases} == {"o-9"}
    assert {case.order.seller for case in cases} == {order.seller}


def test_deadlines_that_run_are_applied_by_commands() -> None:
    """Those of the case; where none runs, each of the policy's is tried for the first request."""
    order = drawn(kit.orders(SHOP, status="placed"), 1)[0]
    asks = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")
    asked = after(SHOP.open(order), SHOP, asks, order.placed_at + timedelta(hours=1))

    def applied(case: Case) -> set[tuple[str, int]]:
        return {
            (command.deadline, command.request)
            for command in drawn(kit.commands(SHOP, case))
            if isinstance(command, ApplyDeadline)
        }

    assert applied(asked) == {("shop.silence_approves", 1)}
    assert applied(SHOP.open(order)) == {("shop.silence_approves", 1)}
