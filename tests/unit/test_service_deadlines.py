"""The service and time: what is due fires once, in order, before anybody is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel.domain.commands import (
    AdvanceOrder,
    Approve,
    FireDeadline,
    Reject,
    RequestCancellation,
    UpdateOrder,
)
from ordercancel.domain.errors import (
    Conflict,
    InvalidValue,
    OrderUnavailable,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.domain.events import DeadlineFired
from ordercancel.engine.decision import Refused, Verdict
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    Calendar,
    Deadline,
    Notification,
    Policy,
    Reason,
    Text,
    approve,
    cancel,
    days,
    expire,
    hours,
    is_open,
    mark,
    paid_at,
    placed_at,
    requested_at,
    shipped_at,
    system,
)
from ordercancel.rules.deadlines import Action
from ordercancel.service import deadlines, deadlines_async
from ordercancel.service.backoff import Backoff
from ordercancel.service.records import Commit, DueOrder, Indexed, Scanned
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryStore
from pytest_ordercancel import FrozenClock
from samples import jst
from samples import order as qoo10_order
from unit.tiny import (
    BUYER,
    OURS,
    SELLER,
    STRANGER,
    SYSTEM,
    approves,
    asks,
    order,
    sends,
    tiny,
    utc,
)

AT_ONCE = Backoff(first=timedelta(), most=timedelta(), tries=3)
MILLISECOND = timedelta(milliseconds=1)


def after_a_day(*actions: Action) -> tuple[Deadline, ...]:
    """Deadlines on open requests, a day after they were made; named by what they do."""
    return tuple(
        Deadline(
            f"d.{action.do}", runs=is_open, due=requested_at + days(1), then=action, source=OURS
        )
        for action in actions
    )


def lasting(*actions: Action, **changes: Any) -> Policy:
    return tiny(deadlines=after_a_day(*actions), **changes)


EXPIRES, APPROVES = lasting(expire), lasting(approve)


def service_of(policy: Policy = EXPIRES, **ports: Any) -> CancellationService:
    """A service with the tiny order, whose buyer asked on the second of March."""
    given = {"store": MemoryStore(), "clock": FrozenClock(utc(2)), "chance": lambda: 0.0} | ports
    service = CancellationService(policies=[policy], **given)
    service.register(order(), at=utc(1, 3))
    service.handle(asks(), at=utc(2))
    return service


# ---------------------------------------------------------------------- before a command


def test_what_is_due_fires_before_a_command_is_judged() -> None:
    """In one commit: the buyer may ask again, for their first request has expired."""
    store, clock = MemoryStore(), FrozenClock(utc(2))
    service = service_of(store=store, clock=clock)
    clock.time = utc(3, 5)
    outcome = service.handle(asks(command_id="c-1"))
    assert [type(event).__name__ for event in outcome.events] == [
        "DeadlineFired",
        "RequestClosed",
        "CancellationRequested",
    ]
    assert outcome.fired == outcome.events[:2]
    assert outcome.rules == ("d.expire", "tiny.refer")
    assert [each.status for each in outcome.case.requests] == ["expired", "pending"]
    assert store.history("o-7")[2:] == outcome.events
    again = service.handle(asks(command_id="c-1"))
    assert (again.repeated, again.events, again.fired) == (True, outcome.events, outcome.fired)


def test_a_refusal_keeps_what_has_fired() -> None:
    """The seller is told that no request is open any more, and so it stays."""
    store, clock = MemoryStore(), FrozenClock(utc(3))
    service = service_of(APPROVES, store=store, clock=clock)
    with pytest.raises(Refused) as caught:
        service.handle(Reject("o-7", by=SELLER, request=1, command_id="c-1"))
    assert caught.value.codes == ("no_open_request",)
    assert caught.value.fired == store.history("o-7")[2:]
    assert service.case("o-7", by=BUYER).order.status == "stopped"
    assert store.receipt("c-1") is None
    with pytest.raises(Refused) as caught:
        service.handle(Reject("o-7", by=SELLER, request=1, command_id="c-1"))
    assert caught.value.fired == ()


def test_a_command_that_was_carried_out_before_is_not_refused_when_more_is_due() -> None:
    """The second time it would be refused, and something else has come due meanwhile."""
    slow = Deadline("slow", runs=~is_open, due=placed_at + days(2), then=mark("slow"), source=OURS)
    clock = FrozenClock(utc(2, 1))
    store = MemoryStore()
    service = service_of(tiny(deadlines=(slow,)), store=store, clock=clock)
    first = service.handle(Reject("o-7", by=SELLER, request=1, command_id="c-1"))
    clock.time = utc(9)
    again = service.handle(Reject("o-7", by=SELLER, request=1, command_id="c-1"))
    assert (again.repeated, again.events) == (True, first.events)
    assert len(store.history("o-7")) == 3


def test_a_command_that_comes_again_too_early_gives_its_first_outcome() -> None:
    """Its own event is later than the moment that it is now said to be given at."""
    service = service_of()
    first = service.handle(approves(command_id="c-1"))
    again = service.handle(approves(command_id="c-1"), at=utc(1, 4))
    assert (again.repeated, again.events) == (True, first.events)


def test_a_wrong_input_fires_nothing() -> None:
    store = MemoryStore()
    service = service_of(APPROVES, store=store, clock=FrozenClock(utc(3)))
    with pytest.raises(InvalidValue):
        service.handle(asks(reason="gone"))
    with pytest.raises(UnknownOrder):
        service.handle(asks(by=STRANGER))
    assert len(store.history("o-7")) == 2


def test_messages_are_worded_by_the_case_of_their_moment() -> None:
    """The first request's end is told with its own reason, though a second one is open then."""
    ended = Notification(
        on="expired",
        to="buyer",
        subject=Text("期限 {order_id}", "Expired: {order_id}"),
        body=Text("{reason}", "{reason}"),
        source=OURS,
    )
    policy = lasting(expire, notifications=(ended,))
    service = service_of(policy, clock=FrozenClock(utc(3)))
    outcome = service.handle(asks(reason="other", text="abc"))
    assert [(each.id, each.body) for each in outcome.messages] == [("o-7:4:buyer:mail", "間違い")]


def test_paid_in_time_and_told_late() -> None:
    """Paid at minute 59, told at minute 61, with a deadline at minute 60: not cancelled."""

    unpaid = Deadline(
        "unpaid", runs=~paid_at.is_known, due=placed_at + hours(1), then=cancel("unpaid")
    )
    policy = Policy(
        name="tiny",
        zone="UTC",
        source="for tests",
        orders=tiny().orders,
        rules=(),
        reasons=[Reason("unpaid", when=system)],
        deadlines=[unpaid],
    )
    for told, status in ((utc(1, 3, 59), "new"), (None, "stopped")):
        service = CancellationService(
            policies=[policy], store=MemoryStore(), clock=FrozenClock(utc(1, 4, 1))
        )
        service.register(order(), at=utc(1, 3))
        facts = {"paid_at": told, "item": "hat"}
        outcome = service.handle(UpdateOrder("o-7", by=SYSTEM, facts=facts))
        assert outcome.case.order.status == status


# ---------------------------------------------------------------------- the time of a command


def test_a_day_ahead_of_the_clock_is_refused_and_nothing_fires() -> None:
    store = MemoryStore()
    service = service_of(APPROVES, store=store, clock=FrozenClock(utc(2)))
    calls: tuple[Callable[[], object], ...] = (
        lambda: service.handle(approves(), at=utc(3)),
        lambda: service.tick(utc(3)),
        lambda: service.register(order(id="o-8"), at=utc(3)),
    )
    for call in calls:
        with pytest.raises(InvalidValue) as caught:
            call()
        assert caught.value.codes == ("at_in_the_future",)
        assert str(caught.value) == (
            "service.at: is 2024-03-03T00:00:00+00:00; expected 2024-03-02T00:00:05+00:00 at "
            "most, by the service's clock"
        )
    assert len(store.history("o-7")) == 2
    assert store.history("o-8") == ()


def test_five_seconds_ahead_of_the_clock_are_taken_as_they_are() -> None:
    service = service_of(clock=FrozenClock(utc(2)))
    at = utc(2) + timedelta(seconds=5)
    assert service.handle(approves(), at=at).events[0].at == at
    with pytest.raises(InvalidValue):
        service_of(clock=FrozenClock(utc(2))).handle(approves(), at=at + MILLISECOND)


def test_a_moment_before_the_last_event_is_refused_and_nothing_changes() -> None:
    store = MemoryStore()
    service = service_of(store=store)
    with pytest.raises(InvalidValue) as caught:
        service.handle(approves(), at=utc(2) - MILLISECOND)
    assert caught.value.codes == ("at_too_early",)
    assert caught.value.faults[0].where == "Approve.at"
    assert len(store.history("o-7")) == 2


@pytest.mark.parametrize(("behind", "told"), [(3, 0), (5_000, 0), (0, 0), (-3, 3)])
def test_a_servers_own_clock_is_lifted_to_the_last_event(behind: int, told: int) -> None:
    """By five seconds at most: it is a few milliseconds behind the server that was first."""
    clock = FrozenClock(utc(2) - behind * MILLISECOND)
    service = service_of(clock=clock)
    assert service.handle(approves()).events[0].at == utc(2) + told * MILLISECOND


def test_a_clock_that_is_wrong_is_not_lifted() -> None:
    """It is more than five seconds behind what another server has written."""
    store = MemoryStore()
    service_of(store=store)
    wrong = FrozenClock(utc(2) - timedelta(seconds=5, milliseconds=1))
    late = CancellationService(policies=[EXPIRES], store=store, clock=wrong)
    with pytest.raises(InvalidValue) as caught:
        late.handle(approves())
    assert caught.value.codes == ("at_too_early",)


@pytest.mark.parametrize("behind", [0, 3])
def test_rejected_and_shipped_in_the_same_second(behind: int) -> None:
    """Both sides read that it is shipped, even by a second server 3 ms behind the first."""
    store, clock = MemoryStore(), FrozenClock(jst(16, 10))
    first = CancellationService(policies=[QOO10], store=store, clock=clock)
    second = CancellationService(
        policies=[QOO10], store=store, clock=FrozenClock(jst(16, 12) - behind * MILLISECOND)
    )
    first.register(qoo10_order())
    first.handle(RequestCancellation("762544202", by=BUYER, reason="changed_mind"))
    clock.time = jst(16, 12)
    first.handle(
        Reject("762544202", by=SELLER, request=1, reason="shipped", data={"confirmed": True})
    )
    second.handle(AdvanceOrder("762544202", by=SELLER, move="ship"))
    for actor in (BUYER, SELLER):
        assert first.label("762544202", by=actor) == "配送中"


# ---------------------------------------------------------------------- what the host tells


def test_an_order_is_told_shipped_while_a_request_is_open() -> None:
    """Superseded, read as shipped, and its deadlines are gone."""
    store, clock = MemoryStore(), FrozenClock(utc(2, 1))
    service = service_of(APPROVES, store=store, clock=clock)
    outcome = service.handle(UpdateOrder("o-7", by=SYSTEM, status="sent"))
    assert outcome.case.requests[0].status == "superseded"
    assert [service.label("o-7", by=actor) for actor in (BUYER, SELLER)] == ["発送済", "発送済"]
    clock.time = utc(9)
    assert service.tick().outcomes == ()
    assert store.due(utc(9), None, 9) == ()


def test_packed_while_its_request_is_open_and_then_rejected() -> None:
    """It stays packed."""
    service = service_of(clock=FrozenClock(utc(2, 2)))
    packing = AdvanceOrder("o-7", by=SELLER, move="plan", facts={"ship_on": date(2024, 3, 9)})
    service.handle(packing, at=utc(2, 1))
    case = service.handle(Reject("o-7", by=SELLER, request=1)).case
    assert (case.order.status, case.order.ship_on) == ("packed", date(2024, 3, 9))


def test_an_answer_to_another_request_than_the_open_one_is_stale() -> None:
    """A page that shows request 1, after it was rejected and request 2 made."""
    service = service_of(clock=FrozenClock(utc(2, 1)))
    service.handle(Reject("o-7", by=SELLER, request=1))
    service.handle(asks())
    with pytest.raises(Refused) as caught:
        service.handle(Approve("o-7", by=SELLER, request=1))
    assert caught.value.codes == ("stale_request",)
    assert service.case("o-7", by=SELLER).order.status == "new"
    assert service.handle(Approve("o-7", by=SELLER, request=2)).case.order.status == "stopped"


# ---------------------------------------------------------------------- looking


def test_questions_are_answered_as_if_what_is_due_had_fired() -> None:
    """Nothing is written by asking."""
    store, clock = MemoryStore(), FrozenClock(utc(2))
    service = service_of(APPROVES, store=store, clock=clock)
    assert service.assess(approves()).verdict is Verdict.PERMIT
    assert service.label("o-7", by=SELLER) == "要請中\n間違い"
    offered = [option.action for option in service.options("o-7", by=SELLER) if option.is_offered]
    assert offered == ["approve", "reject", "ask_withdrawal", "advance", "advance"]
    clock.time = utc(3)
    assert service.assess(approves()).codes == ("no_open_request",)
    assert service.label("o-7", by=SELLER) == "中止"
    assert not any(option.is_offered for option in service.options("o-7", by=SELLER))
    assert service.assess(approves(), at=utc(2)).verdict is Verdict.PERMIT
    assert len(store.history("o-7")) == 2


def test_only_what_rules_judge_is_assessed() -> None:
    told = UpdateOrder("o-7", by=SYSTEM, facts={})
    with pytest.raises(InvalidValue, match="expected a command that rules judge"):
        service_of().assess(told)  # type: ignore[arg-type]


# ---------------------------------------------------------------------- the tick


def test_a_tick_fires_what_is_due() -> None:
    clock = FrozenClock(utc(2, 23, 59))
    service = service_of(clock=clock)
    early = service.tick()
    assert (early.outcomes, early.skipped, early.more) == ((), (), False)
    clock.time = utc(3)
    ticked = service.tick()
    assert (ticked.skipped, ticked.more) == ((), False)
    (outcome,) = ticked.outcomes
    assert (outcome.case.requests[0].status, outcome.fired) == ("expired", outcome.events)
    assert service.tick().outcomes == ()


def test_a_tick_fires_all_that_is_due_of_an_order_in_due_order() -> None:
    """Late: at its own time, with the true due moments, in one commit."""
    later = Deadline("later", runs=is_open, due=requested_at + days(2), then=expire, source=OURS)
    slow = Deadline(
        "slow", runs=is_open, due=requested_at + hours(5), then=mark("slow"), source=OURS
    )
    service = service_of(tiny(deadlines=(later, slow)), clock=FrozenClock(utc(9)))
    (outcome,) = service.tick().outcomes
    fired = [event for event in outcome.events if isinstance(event, DeadlineFired)]
    assert [(each.deadline, each.due_at, each.at) for each in fired] == [
        ("slow", utc(2, 5), utc(9)),
        ("later", utc(4), utc(9)),
    ]


def many(policy: Policy = EXPIRES, store: MemoryStore | None = None) -> CancellationService:
    """Three orders whose buyers asked on the second of March; on the third all are due."""
    service = CancellationService(
        policies=[policy],
        store=store or MemoryStore(),
        clock=FrozenClock(utc(3)),
        conflicts=AT_ONCE,
    )
    for number in range(3):
        service.register(order(id=f"o-{number}"), at=utc(1, 3))
        ask = RequestCancellation(f"o-{number}", by=BUYER, reason="mistake")
        service.handle(ask, at=utc(2))
    return service


def test_a_tick_keeps_to_its_budget_and_the_next_resumes() -> None:
    service = many()
    first = service.tick(budget=2)
    assert [each.case.order.id for each in first.outcomes] == ["o-0", "o-1"]
    assert first.more
    second = service.tick(budget=2)
    assert [each.case.order.id for each in second.outcomes] == ["o-2"]
    assert not second.more


def test_a_tick_whose_budget_is_just_enough_has_no_more() -> None:
    assert not many().tick(budget=3).more


def test_what_is_in_trouble_is_reported_and_holds_up_nothing() -> None:
    """Each attempt counts, that which failed too."""

    class Odd(MemoryStore):
        def commit(self, commit: Commit) -> None:
            if commit.case.order.id == "o-0" and commit.expected == 2:
                raise ZeroDivisionError
            super().commit(commit)

    service = many(store=Odd())
    ticked = service.tick(budget=2)
    assert [each.case.order.id for each in ticked.outcomes] == ["o-1"]
    (skipped,) = ticked.skipped
    assert (skipped.order.order_id, skipped.order.due_at) == ("o-0", utc(3))
    assert isinstance(skipped.error, ZeroDivisionError)
    assert ticked.more


def test_a_tick_that_loses_every_race_is_reported() -> None:
    class Racing(MemoryStore):
        tries = 0

        def commit(self, commit: Commit) -> None:
            if commit.case.order.id == "o-0" and commit.expected == 2:
                self.tries += 1
                raise Conflict("o-0")
            super().commit(commit)

    store = Racing()
    ticked = many(store=store).tick()
    assert [each.case.order.id for each in ticked.outcomes] == ["o-1", "o-2"]
    assert [str(each.error) for each in ticked.skipped] == [
        "order 'o-0' was changed by others during 3 attempts"
    ]
    assert store.tries == 3


class Locked(MemoryStore):
    """A store that does not write some orders, as where somebody holds their rows."""

    def __init__(self, *order_ids: str) -> None:
        super().__init__()
        self.locked = order_ids
        self.patience: list[timedelta | None] = []

    def commit(self, commit: Commit) -> None:
        if commit.case.order.id in self.locked and commit.expected == 2:
            self.patience.append(commit.patience)
            raise OrderUnavailable(commit.case.order.id, "LockNotAvailable (55P03)")
        super().commit(commit)

    def index(self, entries: Sequence[Indexed]) -> None:
        for each in entries:
            if each.order_id in self.locked:
                raise OrderUnavailable(each.order_id, "LockNotAvailable (55P03)")
        super().index(entries)


def test_an_order_whose_row_is_held_is_reported_and_holds_up_nothing() -> None:
    """Only so long does a tick wait for it, and for the next one half as long."""
    store = Locked("o-0", "o-1")
    service = many(store=store)
    ticked = service.tick()
    assert [each.case.order.id for each in ticked.outcomes] == ["o-2"]
    assert [str(each.error) for each in ticked.skipped] == [
        "order 'o-0' could not be read or written: LockNotAvailable (55P03)",
        "order 'o-1' could not be read or written: LockNotAvailable (55P03)",
    ]
    assert store.patience == [timedelta(seconds=1), timedelta(seconds=0.5)]
    store.locked = ()
    assert [each.case.order.id for each in service.tick().outcomes] == ["o-0", "o-1"]


def test_a_tick_waits_a_little_however_many_rows_are_held() -> None:
    """For less than three seconds in all, where there are a hundred."""
    store = Locked(*(f"o-{number:03}" for number in range(100)))
    service = CancellationService(policies=[EXPIRES], store=store, clock=FrozenClock(utc(3)))
    for order_id in store.locked:
        service.register(order(id=order_id), at=utc(1, 3))
        service.handle(RequestCancellation(order_id, by=BUYER, reason="mistake"), at=utc(2))
    assert len(service.tick().skipped) == 100
    assert store.patience[:2] == [timedelta(seconds=1), timedelta(seconds=0.5)]
    assert store.patience[-1] == timedelta(milliseconds=10)
    assert sum(each / timedelta(seconds=1) for each in store.patience if each) < 3


def test_orders_in_trouble_do_not_use_up_the_budget_for_ever() -> None:
    """The next tick goes on behind them, and begins anew when it has seen the last."""
    store = Locked("o-0", "o-1")
    service = many(store=store)
    tried = []
    for _ in range(4):
        ticked = service.tick(budget=1)
        tried.append(
            (
                [each.order.order_id for each in ticked.skipped],
                [each.case.order.id for each in ticked.outcomes],
                ticked.more,
            )
        )
    assert tried == [
        (["o-0"], [], True),
        (["o-1"], [], True),
        ([], ["o-2"], False),
        (["o-0"], [], True),
    ]


def test_a_store_that_does_not_answer_ends_the_tick() -> None:
    class Down(MemoryStore):
        def commit(self, commit: Commit) -> None:
            if commit.case.order.id == "o-1" and commit.expected == 2:
                raise StoreUnavailable("no answer")
            super().commit(commit)

    store = Down()
    with pytest.raises(StoreUnavailable):
        many(store=store).tick()
    cases = [store.load(name) for name in ("o-0", "o-1", "o-2")]
    assert [case and case.requests[0].status for case in cases] == [
        "expired",
        "pending",
        "pending",
    ]


def test_an_order_that_has_moved_on_is_no_trouble() -> None:
    """A store that hands out what is due no more is told so, and does it once."""
    store = MemoryStore()
    service = service_of(store=store, clock=FrozenClock(utc(2)))
    store.index([Indexed(order_id="o-7", version=2, next_due=utc(1))])
    assert [each.order_id for each in store.due(utc(2), None, 9)] == ["o-7"]
    ticked = service.tick()
    assert (ticked.outcomes, ticked.skipped) == ((), ())
    assert store.due(utc(2), None, 9) == ()
    assert [each.due_at for each in store.due(utc(3), None, 9)] == [utc(3)]


def test_the_system_fires_a_deadline_by_hand() -> None:
    """It is that of the clock: nobody else may, and not before it is due."""
    service = service_of(APPROVES, clock=FrozenClock(utc(3)))
    fire = FireDeadline("o-7", by=SYSTEM, deadline="d.approve")
    with pytest.raises(Refused) as caught:
        service.handle(fire, at=utc(2, 23))
    assert (caught.value.codes, caught.value.fired) == (("not_due",), ())
    outcome = service.handle(fire)
    assert (outcome.case.order.status, outcome.fired) == ("stopped", outcome.events)


def test_a_mark_that_is_met_in_time_is_taken_off() -> None:
    """Missed at midnight; handed in late, shipped in time."""
    slow = Deadline(
        "slow",
        runs=is_open,
        due=requested_at + days(1),
        then=mark("slow"),
        met=shipped_at,
        source=OURS,
    )
    service = service_of(tiny(deadlines=(slow,)), clock=FrozenClock(utc(3, 1)))
    service.tick()
    assert [each.code for each in service.case("o-7", by=SELLER).marks] == ["slow"]
    shipped = sends(facts={"shipped_at": utc(2, 23, 59)})
    assert service.handle(shipped).case.marks == ()


# ---------------------------------------------------------------------- editions


def changed(policy: Policy) -> Policy:
    """The same edition, with a rule less."""
    return attrs.evolve(policy, rules=policy.rules[:1])


def test_a_case_of_another_digest_is_not_judged() -> None:
    """Both digests are named; it can be read all the same."""
    store = MemoryStore()
    service_of(store=store)
    later = CancellationService(
        policies=[changed(EXPIRES)], store=store, clock=FrozenClock(utc(2))
    )
    calls: tuple[Callable[[], object], ...] = (
        lambda: later.handle(approves()),
        lambda: later.assess(approves()),
        lambda: later.options("o-7", by=SELLER),
    )
    for call in calls:
        with pytest.raises(InvalidValue) as caught:
            call()
        assert caught.value.codes == ("wrong_digest",)
        assert EXPIRES.digest in str(caught.value)
        assert changed(EXPIRES).digest in str(caught.value)
    for at in (utc(2), utc(9)):  # what is due then can't be told
        assert later.label("o-7", by=SELLER, at=at) == "要請中\n間違い"
    assert later.case("o-7", by=SELLER).version == 2
    assert len(later.history("o-7", by=SELLER)) == 2


def test_a_stranger_does_not_learn_of_an_order_by_its_policy() -> None:
    """Where the book has no policy for it, only who may know of the order is told so."""
    store = MemoryStore()
    service_of(store=store)
    later = CancellationService(policies=[CONECT], store=store, clock=FrozenClock(utc(2)))
    with pytest.raises(UnknownOrder):
        later.handle(asks(by=STRANGER))
    with pytest.raises(UnknownPolicy):
        later.handle(asks())
    assert later.case("o-7", by=BUYER).version == 2


def test_a_policy_that_succeeds_another_judges_its_cases() -> None:
    store = MemoryStore()
    service_of(store=store)
    heir = attrs.evolve(changed(EXPIRES), succeeds={EXPIRES.digest})
    later = CancellationService(policies=[heir], store=store, clock=FrozenClock(utc(3)))
    assert len(later.tick().outcomes) == 1


@pytest.mark.parametrize(
    ("policy", "error"),
    [
        (changed(EXPIRES), InvalidValue),
        (lasting(expire, edition="2"), UnknownPolicy),
        (CONECT, UnknownPolicy),
    ],
)
def test_a_tick_passes_over_what_others_judge(
    policy: Policy, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """One of its kind is reported and logged; it does not count, and is left as it is."""
    store = MemoryStore()
    many(store=store)
    own = tiny(name="own", deadlines=after_a_day(expire))
    books = [policy, own]
    service = CancellationService(policies=books, store=store, clock=FrozenClock(utc(3)))
    service.register(order(id="o-9", policy="own"), at=utc(1, 3))
    service.handle(RequestCancellation("o-9", by=BUYER, reason="mistake"), at=utc(2))
    with caplog.at_level(logging.WARNING, "ordercancel.passed_over"):
        ticked = service.tick(budget=1)
    assert [each.case.order.id for each in ticked.outcomes] == ["o-9"]
    assert [(each.order.order_id, type(each.error)) for each in ticked.passed_over] == [
        ("o-0", error)
    ]
    assert (ticked.skipped, ticked.more) == ((), False)
    assert len(store.due(utc(3), None, 9)) == 3
    ((name, call, order_ids, problem),) = logged(caplog)
    assert (name, call, order_ids) == ("ordercancel.passed_over", "tick", ("o-0",))
    assert problem == str(ticked.passed_over[0].error)


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, tuple[str, ...], str]]:
    """What was logged of orders that were passed over."""
    records: list[Any] = caplog.records
    return [(each.name, each.call, each.order_ids, each.problem) for each in records]


class Looked(MemoryStore):
    """A store that counts how often it was asked what is due."""

    looks = 0

    def due(self, *args: Any, **kwargs: Any) -> tuple[DueOrder, ...]:
        self.looks += 1
        return super().due(*args, **kwargs)


def test_a_tick_does_not_look_at_each_order_that_others_judge() -> None:
    """Once it has seen one of them, it asks the store to leave out all of their kind."""
    store = Looked()
    for policy, orders in ((EXPIRES, 250), (tiny(name="own", deadlines=after_a_day(expire)), 1)):
        service = CancellationService(policies=[policy], store=store, clock=FrozenClock(utc(4)))
        for number in range(orders):
            name = f"{policy.name}-{number:03}"
            service.register(order(id=name, policy=policy.name), at=utc(1, 3))
            service.handle(RequestCancellation(name, by=BUYER, reason="mistake"), at=utc(2))
    ticked = service.tick(budget=1)
    assert [each.case.order.id for each in ticked.outcomes] == ["own-000"]
    assert len(ticked.passed_over) == 1
    assert store.looks == 2


def test_only_so_many_kinds_of_orders_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of more kinds are looked at one by one, and not reported."""
    for module in (deadlines, deadlines_async):
        monkeypatch.setattr(module, "MOST_KINDS", 2)
    store = MemoryStore()
    for number in range(4):
        policy = lasting(expire, name="tiny" if number == 3 else f"tiny-{number}")
        service = CancellationService(policies=[policy], store=store, clock=FrozenClock(utc(3)))
        service.register(order(id=f"o-{number}", policy=policy.name), at=utc(1, 3))
        ask = RequestCancellation(f"o-{number}", by=BUYER, reason="mistake")
        service.handle(ask, at=utc(2))
    ticked = service.tick(budget=1)
    assert [each.case.order.id for each in ticked.outcomes] == ["o-3"]
    assert [each.order.order_id for each in ticked.passed_over] == ["o-0", "o-1"]


def test_a_form_that_another_release_has_written_is_passed_over() -> None:
    class Newer(MemoryStore):
        def due(self, *args: Any, **kwargs: Any) -> tuple[DueOrder, ...]:
            first, *others = super().due(*args, **kwargs)
            return (attrs.evolve(first, form=3), *others)

    ticked = many(store=Newer()).tick(budget=2)
    assert [each.case.order.id for each in ticked.outcomes] == ["o-1", "o-2"]
    assert [(each.order.order_id, str(each.error)) for each in ticked.passed_over] == [
        ("o-0", "stored case 'o-0': has form 3; expected a form that this release reads")
    ]


def test_many_orders_are_looked_through_page_by_page() -> None:
    """A hundred at a time, those of others among them."""
    store = MemoryStore()
    service = CancellationService(policies=[EXPIRES], store=store, clock=FrozenClock(utc(3)))
    for number in range(150):
        service.register(order(id=f"o-{number:03}"), at=utc(1, 3))
        ask = RequestCancellation(f"o-{number:03}", by=BUYER, reason="mistake")
        service.handle(ask, at=utc(2))
    ticked = service.tick(budget=140)
    assert (len(ticked.outcomes), ticked.more) == (140, True)
    again = service.tick(budget=140)
    assert (len(again.outcomes), again.more) == (10, False)


# ---------------------------------------------------------------------- reindexing


def test_a_changed_calendar_is_reckoned_with_after_reindexing() -> None:
    """The tick finds orders by what was reckoned before; reindexing reckons anew."""

    def worked(*holidays: date) -> Policy:
        calendar = Calendar(
            first=date(2024, 1, 1), last=date(2024, 12, 31), holidays=frozenset(holidays)
        )
        deadline = Deadline(
            "d.works",
            runs=is_open,
            due=requested_at.business_days(1, calendar),
            then=expire,
            source=OURS,
        )
        return tiny(zone="UTC", deadlines=(deadline,))

    store = MemoryStore()
    service_of(worked(), store=store)  # on a Saturday: due when Monday ends
    assert [each.due_at for each in store.due(utc(31), None, 9)] == [utc(5)]
    changed_calendar = worked(date(2024, 3, 4))
    later = CancellationService(
        policies=[changed_calendar], store=store, clock=FrozenClock(utc(5))
    )
    done = later.reindex()
    assert (done.orders, done.skipped, done.named) == (1, 0, ())
    assert [each.due_at for each in store.due(utc(31), None, 9)] == [utc(6)]
    assert len(store.history("o-7")) == 2


def test_reindexing_goes_through_all_orders_and_names_those_of_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = MemoryStore()
    service = CancellationService(policies=[EXPIRES], store=store, clock=FrozenClock(utc(3)))
    for number in range(101):
        service.register(order(id=f"o-{number:03}"), at=utc(1, 3))
    other = CancellationService(
        policies=[EXPIRES, tiny(name="own")], store=store, clock=FrozenClock(utc(3))
    )
    other.register(order(id="o-050x", policy="own"), at=utc(1, 3))
    with caplog.at_level(logging.WARNING, "ordercancel.passed_over"):
        done = service.reindex()
    assert (done.orders, done.skipped, done.named) == (101, 1, ("o-050x",))
    assert logged(caplog) == [
        (
            "ordercancel.passed_over",
            "reindex",
            ("o-050x",),
            "can't be judged, read or written",
        )
    ]


def test_reindexing_leaves_out_what_it_can_not_write_or_read() -> None:
    """And writes all others of the same page; of many it names the first hundred."""

    class Unread(Locked):
        def scan(self, after: str | None, limit: int) -> Scanned:
            page = super().scan(after, limit)
            unread = tuple(f"u-{number:03}" for number in range(150))
            return attrs.evolve(page, unread=unread)

    store = Unread("o-1")
    service = many(store=store)
    for number in range(3):
        MemoryStore.index(store, [Indexed(order_id=f"o-{number}", version=2, next_due=None)])
    done = service.reindex()
    assert (done.orders, done.skipped, len(done.named)) == (2, 151, 100)
    assert [each.order_id for each in store.due(utc(3), None, 9)] == ["o-0", "o-2"]


def test_reindexing_ends_where_the_store_does_not_answer() -> None:
    class Down(MemoryStore):
        def index(self, entries: Sequence[Indexed]) -> None:
            raise StoreUnavailable("no answer")

    with pytest.raises(StoreUnavailable):
        many(store=Down()).reindex()


def test_what_is_due_says_whose_it_is() -> None:
    store = MemoryStore()
    service_of(store=store)
    assert store.due(utc(3), None, 9) == (
        DueOrder(due_at=utc(3), order_id="o-7", policy="tiny", edition="1", digest=EXPIRES.digest),
    )
