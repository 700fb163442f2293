"""The strategies give what is legal, under any policy, and come to its boundaries."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Any, TypeVar, get_args

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ordercancel import (
    Actor,
    AdvanceOrder,
    Buyer,
    Case,
    Command,
    FireDeadline,
    InvalidValue,
    Order,
    Policy,
    RecordRefund,
    Refused,
    Reject,
    RequestCancellation,
    System,
    UnknownOrder,
    UpdateOrder,
    decide,
    evolve,
    fold,
)
from ordercancel.domain.characters import visible_length
from ordercancel.domain.commands import COMMANDS, Settlement
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.money import OrderLine
from ordercancel.engine.decide import register
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Forbid, Rule, TextBounds, now, paid_at, requested_at, status_since
from ordercancel.testing import strategies as kit
from ordercancel.testing.draws import first_moment, sample_order, turning_points
from ordercancel.verification.invariants import Step
from testing.shops import BY_REASON, CLOSED, IN_WORDS, LATER, OWN, SOUND
from unit.tiny import OURS

POLICIES = {
    "conect": CONECT,
    "qoo10": QOO10,
    "half-hour-shop": SHOP,
    "flea-market": FLEA_MARKET,
    "must-ship": MUST_SHIP,
    "sound": SOUND,
    "own": OWN,
    "in-words": IN_WORDS,
    "later": LATER,
    "closed": CLOSED,
    "by-reason": BY_REASON,
}
T = TypeVar("T")


LONG = ("half-hour-shop", "must-ship", "later", "by-reason")
"""Policies that the slow run alone draws from: what is peculiar to them has tests of its own."""


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in POLICIES
    ]
)
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
    """Its status, channel, facts and history are fit to be registered."""
    for order in drawn(kit.orders(policy), 100):
        case = fold(register(order, policy, first_moment(order)))
        assert case.order == order
        assert order.placed_at.astimezone(policy.tzinfo).date() >= policy.holds_from


def test_orders_are_of_every_status_and_channel(policy: Policy) -> None:
    """Whatever the lifecycle and the policy have; any channel, where it tells none apart."""
    orders = drawn(kit.orders(policy))
    assert {order.status for order in orders} == set(policy.orders.statuses)
    assert {order.channel for order in orders} == {None, *(policy.channels or ("web",))}
    shipped = set(policy.orders.shipped)
    assert {order.status for order in orders if order.shipped_at} <= shipped


def test_some_orders_have_a_history() -> None:
    """They were asked about before: rejected, withdrawn, or with a request that is still open."""
    orders = drawn(kit.orders(SHOP))
    endings = {past.status.value for order in orders for past in order.history}
    assert endings == {"rejected", "withdrawn", "pending"}
    assert sum(not order.history for order in orders) > len(orders) / 2


def test_facts_are_around_the_bounds_of_the_rules() -> None:
    """Each fact of the policy's own has the values that a rule tells apart, or is missing."""
    orders = drawn(kit.orders(OWN))

    def values(name: str) -> set[Any]:
        return {order.facts.get(name) for order in orders}

    assert values("preorder") == {True, False}
    assert values("level") == {"basic", "gold", None}
    assert values("quantity") == {2, 3, 4, None}
    assert values("carrier_id") == {"carrier-1"}
    assert values("event_on") > {None}


def test_facts_that_a_move_brings_along_are_not_known_before_it() -> None:
    """The ship date of a new order of Qoo10; of one that is planned it is."""
    known = {(order.status, order.ship_on is None) for order in drawn(kit.orders(QOO10))}
    assert {("new", True), ("shipping_requested", False), ("delayed", False)} <= known
    assert not {("new", False), ("shipping_requested", True)} & known


@given(st.data())
def test_fields_that_are_settled_stay_so(data: st.DataObject) -> None:
    """As values, or as strategies of values."""
    order = data.draw(
        kit.orders(
            OWN,
            id="o-9",
            status="packed",
            ship_on=st.just(date(2022, 9, 1)),
            facts={"preorder": True, "carrier_id": "c-9"},
            cart_id="c-1",
        )
    )
    assert (order.id, order.status, order.ship_on) == ("o-9", "packed", date(2022, 9, 1))
    assert dict(order.facts) == {"preorder": True, "carrier_id": "c-9"}
    assert order.cart_id == "c-1"


@given(kit.parties("b-9"), kit.parties(permits_cancellation=True))
def test_parties_have_the_id_that_is_asked_for(one: Any, other: Any) -> None:
    """By default the seller's."""
    assert one.id == "b-9"
    assert (other.id, other.permits_cancellation) == ("s-1", True)


# ---------------------------------------------------------------- commands


def test_commands_are_well_formed_and_by_the_parties(policy: Policy) -> None:
    """No reason, text, move or fact of them is wrong, and nobody is a stranger."""

    @given(st.data())
    def hold(data: st.DataObject) -> None:
        case = data.draw(kit.cases(policy))
        at = max(first_moment(case.order), case.updated_at or first_moment(case.order))
        for command in (
            data.draw(kit.commands(policy, case)),
            data.draw(kit.commands(policy, case, at=at)),
        ):
            assert outcome(command, case, policy, at) in (None, Refused)

    hold()


def test_units_are_named_where_a_policy_cancels_parts() -> None:
    """Of orders with lines, as many as can go; of whole orders alone, none."""
    parts = attrs.evolve(SHOP, whole_orders_only=False)
    order = parts.open(attrs.evolve(sample_order(parts), lines=(OrderLine(id="cup", quantity=3),)))
    named = {getattr(each, "lines", None) for each in drawn(kit.commands(parts, order))}
    assert named <= {None, *(FrozenMap({"cup": units}) for units in (1, 2, 3))}
    assert len(named) > 2
    assert {order.quantities.get("a") for order in drawn(kit.orders(parts))} == {None, 3}
    whole = drawn(kit.orders(SHOP))
    assert not any(order.lines for order in whole)


def test_a_part_is_shipped_when_it_is_told() -> None:
    """A moment of shipping goes with the last units alone."""
    parts = attrs.evolve(SHOP, whole_orders_only=False)
    order = attrs.evolve(
        sample_order(parts), status="packed", lines=(OrderLine(id="cup", quantity=3),)
    )
    moves = [
        each
        for each in drawn(kit.commands(parts, parts.open(order)), 500)
        if isinstance(each, AdvanceOrder) and each.move == "ship"
    ]
    assert {each.lines is None for each in moves} == {True, False}
    assert not any("shipped_at" in each.facts for each in moves if each.lines is not None)


@pytest.mark.parametrize("policy", [QOO10, OWN, SHOP], ids=lambda policy: policy.name)
def test_commands_are_of_every_kind(policy: Policy) -> None:
    """What people do, what the host tells, and what the clock fires; nothing of money."""
    drawn_kinds = {type(command) for command in drawn(kit.commands(policy))}
    assert drawn_kinds == set(COMMANDS) - {RecordRefund, *get_args(Settlement)}


def test_commands_are_by_every_role_of_the_policy() -> None:
    """Its own included; two of a role of the house that answers, and some on somebody's behalf."""
    actors = {command.by for command in drawn(kit.commands(OWN))}
    assert {(actor.role, actor.id) for actor in actors} == {
        ("buyer", "b-1"),
        ("seller", "s-1"),
        ("carrier", "carrier-1"),
        ("operator", "operator-1"),
        ("operator", "operator-2"),
        ("system", "system"),
        ("auditor", "auditor-1"),
    }
    assert {actor.via for actor in actors} == {None, "agent:x"}


def test_commands_carry_the_facts_that_the_policy_declares_for_them() -> None:
    """Of a flag that is not required both values or none, of one that is either."""
    commands = drawn(kit.commands(OWN))

    def values(kind: type[Any]) -> set[Any]:
        return {tuple(each.data.items()) for each in commands if isinstance(each, kind)}

    assert values(RequestCancellation) == {
        (),
        (("fee_accepted", True),),
        (("fee_accepted", False),),
    }
    assert values(Reject) == {(("sure", True),), (("sure", False),)}


def test_reasons_are_those_that_are_offered_to_whoever_asks() -> None:
    """Sellers have reasons of their own."""
    asked = {
        (command.by.role, command.reason)
        for command in drawn(kit.commands(SHOP))
        if isinstance(command, RequestCancellation)
    }
    assert {reason for role, reason in asked if role == "buyer"} == {"changed_mind", "other"}
    assert {reason for role, reason in asked if role == "seller"} == {"out_of_stock", "other"}


def test_the_host_tells_facts_statuses_and_what_is_unknown_again() -> None:
    """Never of cancelling, and not the facts that a move brings along."""
    updates = [
        each
        for status in ("new", "shipping_requested")
        for each in drawn(
            kit.orders(QOO10, status=status).flatmap(lambda order: kit.commands(QOO10, order)), 400
        )
        if isinstance(each, UpdateOrder)
    ]
    told = {name for each in updates for name in each.facts}
    assert told >= {"paid_at", "shipped_at", "delivered_at", "ship_on", "channel"}
    assert None in {value for each in updates for value in each.facts.values()}
    statuses = {each.status for each in updates}
    assert statuses >= {None, "new", "shipping_requested", "delayed"}
    assert "cancelled" not in statuses
    assert {each.by.role for each in updates} == {"system", "operator"}


def test_answers_name_the_latest_request() -> None:
    order = drawn(kit.orders(FLEA_MARKET, status="sold", history=()), 1)[0]
    asks = RequestCancellation("o-1", by=Actor("s-1", role="seller"), reason="changed_mind")
    case = after(FLEA_MARKET.open(order), FLEA_MARKET, asks, order.placed_at)
    numbers = {getattr(each, "request", None) for each in drawn(kit.commands(FLEA_MARKET, case))}
    assert numbers == {None, 1}


def test_where_nobody_may_do_anything_anybody_tries() -> None:
    """There are commands under every policy."""
    assert {each.by.role for each in drawn(kit.commands(CLOSED))} >= {"buyer", "seller"}


def test_most_commands_of_a_moment_are_permitted() -> None:
    """Three out of four or more, where any is."""
    order = drawn(kit.orders(SHOP, status="placed", history=(), ship_on=None), 1)[0]
    at = order.placed_at + timedelta(minutes=1)
    found = [
        SHOP.assess(command, SHOP.open(order), at).is_refused
        for command in drawn(kit.commands(SHOP, order, at=at))
        if not isinstance(command, UpdateOrder | FireDeadline)
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
    assert {str(command.by) for command in commands} >= {
        "buyer:stranger",
        "buyer:s-1",
        "no_such_role:stranger",
    }


def test_without_an_order_commands_are_about_the_first() -> None:
    """The order ``o-1`` of the buyer ``b-1`` and the seller ``s-1``."""
    for command in (*drawn(kit.commands(LATER), 20), *drawn(kit.any_commands(LATER), 20)):
        assert command.order_id in ("o-1", "no-such-order")


def test_moves_bring_the_facts_along_that_the_policy_declares() -> None:
    """And of one that ships, when it did, where that is told late."""
    moves = {
        (command.move, *sorted(command.facts))
        for status in ("new", "shipping_requested", "delayed", "shipped")
        for command in drawn(
            kit.orders(QOO10, status=status).flatmap(lambda order: kit.commands(QOO10, order))
        )
        if isinstance(command, AdvanceOrder)
    }
    assert moves == {
        ("plan_shipping", "ship_on"),
        ("mark_delayed",),
        ("ship",),
        ("ship", "shipped_at"),
        ("deliver",),
        ("deliver", "shipped_at"),
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
        "status": policy.orders.statuses[0],
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": at("2022-11-05T09:00:00-04:00"),
    }
    return policy.open(Order("o-1", **values | changes))


def after(case: Case, policy: Policy, command: Command, moment: datetime) -> Case:
    return reduce(evolve, decide(command, case, policy, moment), case)


def test_an_answer_changes_at_the_times_of_rules_and_the_dues_of_deadlines() -> None:
    """The half hour of the shop, and its 24 hours; from then on, its seven days."""
    case = placed(SHOP)
    asks = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")
    asked = after(case, SHOP, asks, at("2022-11-05T10:00:00-04:00"))
    assert turning_points(SHOP, case) == (at("2022-11-05T09:30:00-04:00"),)
    assert turning_points(SHOP, asked) == (
        at("2022-11-05T09:30:00-04:00"),
        at("2022-11-06T10:00:00-04:00"),
    )
    planned = placed(SHOP, ship_on=date(2022, 11, 7))
    assert turning_points(SHOP, planned) == (
        at("2022-11-05T09:30:00-04:00"),
        at("2022-11-15T00:00:00+01:00"),
    )


def test_an_answer_changes_at_the_midnight_after_the_ship_date() -> None:
    """In the policy's own zone: in Japan for Qoo10, in New York over the clocks' change."""
    late = placed(QOO10, status="shipping_requested", ship_on=date(2022, 11, 6))
    assert at("2022-11-07T00:00:00+09:00") in turning_points(QOO10, late)
    must_ship = placed(MUST_SHIP, ship_on=date(2022, 11, 5))
    assert turning_points(MUST_SHIP, must_ship) == (
        at("2022-11-05T09:30:00-04:00"),
        at("2022-11-09T00:00:00-05:00"),
        at("2022-11-13T00:00:00-05:00"),
    )


def test_an_answer_changes_so_long_after_each_anchor_that_is_known() -> None:
    """Since it was paid, in its status and asked about; of what is not there, never."""
    hour = timedelta(hours=1)
    times = (
        paid_at + 1 * hour,
        status_since + 2 * hour,
        requested_at + 3 * hour,
        requested_at.end_of_day(4),
    )
    rules = (
        Rule(f"t.{number}", on=Reject, effect=Forbid("closed"), when=now >= each, source=OURS)
        for number, each in enumerate(times)
    )
    policy = attrs.evolve(SOUND, rules=(*SOUND.rules, *rules))
    noon = at("2022-11-05T12:00:00+09:00")
    assert turning_points(policy, placed(policy, placed_at=noon)) == (noon + 2 * hour,)
    paid = placed(policy, placed_at=noon, paid_at=noon, status_since=noon + hour)
    asks = RequestCancellation("o-1", by=Buyer("b-1"), reason="mistake")
    asked = after(paid, policy, asks, noon + 2 * hour)
    assert turning_points(policy, asked) == (
        noon + 1 * hour,
        noon + 3 * hour,
        noon + 5 * hour,
        at("2022-11-10T00:00:00+09:00"),
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
            assert reduce(evolve, step.events, step.before) == step.after
            if step.decision is not None:
                assert step.decision.is_refused is (step.events == ())

    hold()


@pytest.mark.parametrize("policy", [CONECT, QOO10, SHOP, OWN], ids=lambda policy: policy.name)
def test_most_histories_begin_with_a_request(policy: Policy) -> None:
    """Lest all that follows be in vain."""
    young = kit.orders(
        policy,
        status=policy.orders.cancellable[0],
        channel=policy.channels[0] if policy.channels else None,
        history=(),
    )
    histories = drawn(young.flatmap(lambda order: kit.histories(policy, order, max_size=2)), 200)
    first = Counter(isinstance(history[0][0], RequestCancellation) for history in histories)
    assert first[True] > first[False]


def test_histories_take_the_length_that_is_asked_for() -> None:
    """Where no deadline adds steps of its own."""
    lengths = {len(history) for history in drawn(kit.histories(SOUND, max_size=3), 100)}
    assert lengths == {1, 2, 3}


def test_cases_stand_wherever_a_policy_leads(policy: Policy) -> None:
    """They are open, answered, cancelled, shipped."""
    cases = drawn(kit.cases(policy), 500)
    asked = [case for case in cases if case.latest is not None]
    if policy is not CLOSED:
        assert {case.open_request is not None for case in asked} == {True, False}
    assert {case.order.status for case in cases} == set(policy.orders.statuses)


def test_deadlines_fire_along_a_history_and_mark_what_was_missed() -> None:
    """Each is a step of its own, by the system, that no rule judges."""
    order = kit.orders(OWN, history=(), channel="web", status=st.sampled_from(("new", "packed")))
    ways = drawn(order.flatmap(lambda order: kit.steps(OWN, order)), 300)
    fired = [step for way in ways for step in way if isinstance(step.command, FireDeadline)]
    assert {step.command.deadline for step in fired if step.events} == {
        "own.to_office",
        "own.lapse",
        "own.missed",
    }
    assert {step.command.by for step in fired} == {System()}
    assert {step.decision for step in fired if step.events} == {None}
    assert any(way[-1].after.marks for way in ways)


def test_a_case_may_begin_with_an_order_of_ones_own() -> None:
    order = drawn(kit.orders(QOO10, id="o-9", status="new"), 1)[0]
    cases = drawn(kit.cases(QOO10, order), 50)
    assert {case.order.id for case in cases} == {"o-9"}
    assert {case.order.seller for case in cases} == {order.seller}


def test_the_clock_fires_the_first_deadline_that_runs() -> None:
    """Where none runs, it tries the first of the policy's."""
    order = drawn(kit.orders(SHOP, status="placed", history=(), ship_on=None), 1)[0]
    asks = RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")
    asked = after(SHOP.open(order), SHOP, asks, order.placed_at + timedelta(hours=1))
    planned = attrs.evolve(order, ship_on=date(2022, 1, 1))

    def fired(case: Case | Order) -> set[str]:
        return {
            command.deadline
            for command in drawn(kit.commands(SHOP, case))
            if isinstance(command, FireDeadline)
        }

    assert fired(asked) == {"seller_silent"}
    assert fired(order) == {"seller_silent"}
    assert fired(planned) == {"not_shipped"}
