"""The desk: one commit for each command, whatever goes wrong around it, sync and async alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ordercancel.adapters.memory import (
    AsyncMemoryStore,
    MemoryDirectory,
    MemoryNotifier,
    MemoryStore,
)
from ordercancel.announcing import Message
from ordercancel.commands import (
    AdvanceOrder,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.desk import (
    AsyncCancellationDesk,
    Backoff,
    CancellationDesk,
    Count,
    SystemClock,
)
from ordercancel.errors import (
    Conflict,
    Fault,
    InvalidValue,
    Refused,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.events import CancellationRequested, OrderRegistered, RequestLapsed
from ordercancel.order import Actor, Buyer, Party, Role, Seller
from ordercancel.policies import CONECT
from ordercancel.policy import (
    After,
    Consequence,
    Deadline,
    Forbid,
    Occasion,
    Policy,
    PolicyBook,
    Rule,
)
from ordercancel.policy.decision import Verdict
from ordercancel.policy.facts import seller_permits
from ordercancel.ports import Commit, DueDuty
from ordercancel.request import RequestStatus
from ordercancel.text import Text
from samples import order as conect_order
from unit.tiny import (
    BUYER,
    OPERATOR,
    OURS,
    RULES,
    SELLER,
    STRANGER,
    SYSTEM,
    asks,
    order,
    tiny,
    utc,
)

DAY = timedelta(days=1)


def deadline(does: Consequence, days: int = 1) -> Deadline:
    return Deadline(
        f"d.{does}",
        starts=Occasion.REFERRED,
        due=After(DAY * days),
        does=does,
        cites=OURS,
    )


def lasting(*does: Consequence, **changes: Any) -> Policy:
    return tiny(deadlines=tuple(map(deadline, does)), **changes)


AT_ONCE = Backoff(first=timedelta(), most=timedelta(), tries=8)


class Fixed:
    """A clock that stands still."""

    def now(self) -> datetime:
        return utc(2)


class Racing(MemoryStore):
    """A store whose next commits lose a race; `meanwhile` is what the winner did."""

    def __init__(self, losses: int, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.losses = losses
        self.meanwhile = meanwhile
        self.tries = 0

    def commit(self, commit: Commit) -> None:
        self.tries += 1
        if self.losses:
            self.losses -= 1
            self.meanwhile()
            raise Conflict(commit.case.order.id)
        super().commit(commit)


def state(store: MemoryStore) -> tuple[object, ...]:
    """Everything that a store holds of the tiny order."""
    return (store.load("o-7"), store.history("o-7"), waiting(store))


def waiting(store: MemoryStore) -> tuple[Message, ...]:
    """The messages in the outbox."""
    claims = store.claim(utc(1), utc(1), 99)
    store.release(claims)
    return tuple(claim.message for claim in claims)


def desk_of(policy: Policy | None = None, **ports: Any) -> CancellationDesk:
    """A desk that has the tiny order on its books."""
    given = {"store": MemoryStore(), "clock": Fixed(), "chance": lambda: 1.0} | ports
    desk = CancellationDesk(policies=[policy or tiny()], **given)
    desk.register(order(), at=utc(1))
    return desk


# ---------------------------------------------------------------------- registering


def test_an_order_is_registered() -> None:
    store = MemoryStore()
    desk = CancellationDesk(policies=[tiny()], store=store, clock=Fixed())
    outcome = desk.register(order())
    assert outcome.events == (
        OrderRegistered(order_id="o-7", at=utc(2), by=SYSTEM, order=order(), edition="1"),
    )
    assert store.load("o-7") == outcome.case
    assert (outcome.case.version, outcome.messages, outcome.repeated) == (1, (), False)


def test_the_same_order_twice_changes_nothing_more() -> None:
    store = MemoryStore()
    desk = desk_of(store=store)
    desk.handle(asks())
    before = state(store)
    again = desk.register(order(), at=utc(9))
    assert again.repeated
    assert again.case.version == 1
    assert again.events[0].at == utc(1)
    assert state(store) == before


def test_another_order_of_the_same_id_is_refused() -> None:
    store = MemoryStore()
    desk = desk_of(store=store)
    before = state(store)
    with pytest.raises(InvalidValue) as caught:
        desk.register(order(buyer="b-9"))
    assert caught.value.faults == (
        Fault(
            "Order.id",
            "'o-7' is registered already, with other values",
            "an id of its own for each order",
        ),
    )
    assert state(store) == before


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"policy": "gone"}, UnknownPolicy, "no policy 'gone'; expected one of: tiny"),
        ({"status": "lost"}, InvalidValue, "Order.status: is 'lost'; expected one of: new, "),
        ({"channel": "fax"}, InvalidValue, "Order.channel: is 'fax'; expected one of: shop"),
        (
            {"placed_at": utc(1).replace(year=2023)},
            UnknownPolicy,
            "expected one of: 1 from 2024-01-01",
        ),
    ],
)
def test_an_order_that_no_policy_knows_is_not_registered(
    changes: dict[str, Any], error: type[Exception], told: str
) -> None:
    store = MemoryStore()
    policy = tiny(channels=("shop",), holds_from=date(2024, 1, 1))
    desk = CancellationDesk(policies=[policy], store=store)
    with pytest.raises(error) as caught:
        desk.register(order(**changes))
    assert told in str(caught.value)
    assert store.load("o-7") is None


def test_a_registration_that_loses_a_race_against_itself_is_repeated() -> None:
    store = Racing(1, lambda: MemoryStore.commit(store, made[0]))
    made: list[Commit] = []
    twin = MemoryStore()
    case = CancellationDesk(policies=[tiny()], store=twin).register(order(), at=utc(1)).case
    made.append(Commit(case=case, expected=0, events=twin.history("o-7")))
    desk = CancellationDesk(policies=[tiny()], store=store)
    assert desk.register(order(), at=utc(2)).repeated


def test_a_registration_gives_up_after_eight_attempts() -> None:
    store = Racing(99)
    desk = CancellationDesk(policies=[tiny()], store=store, conflicts=AT_ONCE)
    with pytest.raises(Conflict) as caught:
        desk.register(order(), at=utc(1))
    assert (caught.value.order_id, caught.value.attempts, store.tries) == ("o-7", 8, 8)
    assert store.load("o-7") is None


# ---------------------------------------------------------------------- commands


def test_a_command_is_written_in_one_commit() -> None:
    store = MemoryStore()
    directory = MemoryDirectory([Party("s-1", name="Shop", locale="en")])
    desk = desk_of(store=store, directory=directory)
    outcome = desk.handle(asks())
    assert [type(event) for event in outcome.events] == [CancellationRequested]
    assert [message.subject for message in outcome.messages] == ["Asked: o-7"]
    assert (outcome.rules, outcome.repeated) == (("tiny.refer",), False)
    assert store.load("o-7") == outcome.case
    assert store.history("o-7")[1:] == outcome.events
    assert waiting(store) == outcome.messages


def test_an_outcome_names_each_rule_and_deadline_once() -> None:
    outcome = desk_of(lasting(Consequence.LAPSE)).handle(asks())
    assert outcome.rules == ("tiny.refer", "d.lapse")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (asks(by=STRANGER), UnknownOrder),
        (asks(by=Buyer("s-1")), UnknownOrder),
        (Approve("o-7", by=Seller("s-2")), UnknownOrder),
        (Approve("o-404", by=SELLER), UnknownOrder),
        (asks(reason="gone"), InvalidValue),
        (asks(reason="other", text="\x00"), InvalidValue),
        (AdvanceOrder("o-7", by=SELLER, move="fly"), InvalidValue),
        (ApplyDeadline("o-7", by=SYSTEM, deadline="d.gone", request=1), InvalidValue),
        (Approve("o-7", by=BUYER), Refused),
        (AdvanceOrder("o-7", by=BUYER, move="send"), Refused),
        (asks(), Refused),
    ],
)
def test_a_mistake_changes_nothing(command: Any, error: type[Exception]) -> None:
    store = MemoryStore()
    desk = desk_of(store=store)
    desk.handle(asks())
    before = state(store)
    with pytest.raises(error):
        desk.handle(command)
    assert state(store) == before


def test_a_stranger_gets_the_same_answer_as_for_no_order() -> None:
    desk = desk_of()
    answers = []
    for command in (asks(by=STRANGER), RequestCancellation("o-8", by=STRANGER)):
        with pytest.raises(UnknownOrder) as caught:
            desk.handle(command)
        answers.append((type(caught.value), str(caught.value).replace(command.order_id, "?")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda desk, at: desk.register(order(), at=at),
        lambda desk, at: desk.handle(asks(), at=at),
        lambda desk, at: desk.assess(asks(), at=at),
        lambda desk, at: desk.counters(SELLER, policy="tiny", at=at),
        lambda desk, at: desk.tick(at),
        lambda desk, at: desk.relay(at),
    ],
)
@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (
            datetime(2024, 3, 1),  # noqa: DTZ001
            Fault(
                "desk.at",
                "2024-03-01T00:00:00 has no UTC offset",
                "a date and time with a UTC offset",
            ),
        ),
        (
            datetime(9999, 1, 1, tzinfo=UTC),
            Fault("desk.at", "is in the year 9999", "a year from 1900 to 9000"),
        ),
    ],
)
def test_a_moment_needs_an_offset_and_a_year_in_range(
    call: Callable[[CancellationDesk, datetime], object], at: datetime, fault: Fault
) -> None:
    desk = desk_of(notifier=MemoryNotifier())
    with pytest.raises(InvalidValue) as caught:
        call(desk, at)
    assert caught.value.faults == (fault,)


# ---------------------------------------------------------------------- races


def test_a_lost_race_is_decided_again_from_fresh_state() -> None:
    store = Racing(0)
    desk = desk_of(store=store)
    store.losses = 1
    assert desk.handle(asks()).case.version == 2
    assert store.tries == 3


def test_the_second_of_two_requests_meets_the_first() -> None:
    store = Racing(0)
    desk = desk_of(store=store)

    def first() -> None:
        store.meanwhile = lambda: None
        desk.handle(asks())

    store.losses, store.meanwhile = 1, first
    with pytest.raises(Refused) as caught:
        desk.handle(asks(reason="other", text="abc"))
    assert caught.value.codes == ("no_such_move",)
    case = desk.case("o-7", by=BUYER)
    assert [request.reason for request in case.requests] == ["mistake"]


def test_a_race_that_is_lost_time_and_again_gives_up() -> None:
    store = Racing(0)
    desk = desk_of(store=store, conflicts=AT_ONCE)
    store.losses, store.tries = 99, 0
    with pytest.raises(Conflict) as caught:
        desk.handle(asks())
    assert (caught.value.order_id, caught.value.attempts, store.tries) == ("o-7", 8, 8)
    assert len(store.history("o-7")) == 1


# ---------------------------------------------------------------------- the same command twice


def test_the_same_command_twice_gives_the_first_outcome_again() -> None:
    store = MemoryStore()
    desk = desk_of(lasting(Consequence.LAPSE), store=store)
    first = desk.handle(asks(command_id="c-1"))
    desk.handle(Withdraw("o-7", by=BUYER))
    before = state(store)
    again = desk.handle(asks(command_id="c-1"), at=utc(20))
    assert again.repeated
    assert (again.case, again.events, again.messages) == (
        first.case,
        first.events,
        first.messages,
    )
    assert state(store) == before


@pytest.mark.parametrize(
    "other",
    [
        asks(command_id="c-1", reason="other", text="abc"),
        asks(command_id="c-1", by=OPERATOR),
        Withdraw("o-7", by=BUYER, command_id="c-1"),
        RequestCancellation("o-8", by=BUYER, reason="mistake", command_id="c-1"),
    ],
)
def test_an_id_of_another_command_is_refused(other: Any) -> None:
    store = MemoryStore()
    desk = desk_of(store=store)
    desk.register(order(id="o-8"))
    desk.handle(asks(command_id="c-1"))
    before = state(store)
    with pytest.raises(InvalidValue) as caught:
        desk.handle(other)
    assert caught.value.faults == (
        Fault(
            f"{type(other).__name__}.command_id",
            "'c-1' belongs to another command",
            "an id of its own for each command",
        ),
    )
    assert state(store) == before


def test_a_command_that_was_refused_may_come_again() -> None:
    desk = desk_of()
    command = Approve("o-7", by=SELLER, command_id="c-1")
    with pytest.raises(Refused):
        desk.handle(command)
    desk.handle(asks())
    assert not desk.handle(command).repeated


# ---------------------------------------------------------------------- looking


def test_assessing_changes_nothing() -> None:
    store = MemoryStore()
    desk = desk_of(store=store)
    before = state(store)
    assert desk.assess(RequestCancellation("o-7", by=BUYER)).verdict is Verdict.REFER
    assert desk.assess(Approve("o-7", by=SELLER), at=utc(3)).codes == ("no_open_request",)
    assert state(store) == before


@pytest.mark.parametrize(
    ("parties", "codes"),
    [
        (None, ("undetermined",)),
        ([], ("undetermined",)),
        ([Party("s-1", name="店")], ("closed",)),
        ([Party("s-1", name="店", permits_cancellation=True)], ()),
    ],
)
def test_the_directory_says_whether_the_seller_permits(
    parties: list[Party] | None, codes: tuple[str, ...]
) -> None:
    closed = Rule(
        "r",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=~seller_permits.holds,
        cites=OURS,
    )
    directory = None if parties is None else MemoryDirectory(parties)
    desk = desk_of(tiny(rules=(*RULES, closed)), directory=directory)
    assert desk.assess(asks()).codes == codes


def test_the_history_is_for_those_who_know_the_order() -> None:
    desk = desk_of()
    desk.handle(asks())
    for actor in (BUYER, SELLER, OPERATOR, SYSTEM):
        assert len(desk.history("o-7", by=actor)) == 2


def test_labels_are_read_by_side() -> None:
    desk = desk_of()
    desk.handle(asks())
    assert desk.label("o-7", by=SELLER) == "要請中\n間違い"
    assert desk.label("o-7", by=OPERATOR, lang="en") == "Asked\nMistake"
    assert desk.label("o-7", by=BUYER) == "キャンセル要請"


@pytest.mark.parametrize(
    "look",
    [
        lambda desk, order_id: desk.case(order_id, by=STRANGER),
        lambda desk, order_id: desk.history(order_id, by=STRANGER),
        lambda desk, order_id: desk.label(order_id, by=STRANGER),
        lambda desk, order_id: desk.assess(RequestCancellation(order_id, by=STRANGER)),
    ],
)
@pytest.mark.parametrize("order_id", ["o-7", "o-404"])
def test_strangers_see_nothing(
    look: Callable[[CancellationDesk, str], object], order_id: str
) -> None:
    with pytest.raises(UnknownOrder) as caught:
        look(desk_of(), order_id)
    assert caught.value.order_id == order_id


def several() -> CancellationDesk:
    """Three orders with requests, made one day after the other; the second is rejected."""
    desk = desk_of(lasting(Consequence.MARK_OVERDUE))
    for name in ("o-8", "o-9"):
        desk.register(order(id=name))
    for at, name in enumerate(("o-7", "o-8", "o-9"), 2):
        desk.handle(RequestCancellation(name, by=BUYER, reason="mistake"), at=utc(at))
    desk.handle(Reject("o-8", by=SELLER), at=utc(3, 1))
    return desk


def test_a_sellers_queue_has_open_requests_unless_told_otherwise() -> None:
    desk = several()
    page = desk.inbox(SELLER, policy="tiny")
    assert [(row.order_id, row.state) for row in page.rows] == [
        ("o-7", "処理要請"),
        ("o-9", "処理要請"),
    ]
    assert page.next is None
    rejected = desk.inbox(SELLER, policy="tiny", statuses=[RequestStatus.REJECTED], lang="en")
    assert [(row.order_id, row.state) for row in rejected.rows] == [("o-8", "rejected")]
    assert desk.inbox(SELLER, policy="tiny", statuses=["rejected"]).rows[0].order_id == "o-8"


def test_a_sellers_queue_is_paged() -> None:
    desk = several()
    page = desk.inbox(SELLER, policy="tiny", limit=1)
    assert [row.order_id for row in page.rows] == ["o-7"]
    rest = desk.inbox(SELLER, policy="tiny", limit=1, after=page.next)
    assert ([row.order_id for row in rest.rows], rest.next) == (["o-9"], None)


def test_the_numbers_of_the_front_page() -> None:
    """The request of the second is overdue on the third, that of the fourth on the fifth."""
    desk = several()
    label = Text("要請", "Requests")
    waiting = RequestStatus.AWAITING_SELLER
    assert desk.counters(SELLER, policy="tiny", at=utc(4)) == (
        Count(status=waiting, label=label, count=2, overdue=1),
    )
    desk.tick(utc(5))
    assert desk.counters(SELLER, policy="tiny", at=utc(5)) == (
        Count(status=waiting, label=label, count=2, overdue=2),
    )
    assert desk.counters(Seller("s-2"), policy="tiny") == (
        Count(status=waiting, label=label, count=0, overdue=0),
    )


@pytest.mark.parametrize(
    "look",
    [
        lambda desk: desk.inbox(SELLER, policy="gone"),
        lambda desk: desk.counters(SELLER, policy="gone"),
    ],
)
def test_an_unknown_policy_is_named(look: Callable[[CancellationDesk], object]) -> None:
    with pytest.raises(UnknownPolicy) as caught:
        look(desk_of())
    assert (caught.value.wanted, caught.value.known) == ("gone", ("tiny",))


def test_an_unknown_status_is_named() -> None:
    with pytest.raises(InvalidValue, match="'gone'"):
        desk_of().inbox(SELLER, policy="tiny", statuses=["gone"])  # type: ignore[list-item]


def test_what_is_no_command_is_named() -> None:
    with pytest.raises(InvalidValue, match=r"desk\.command: is a NoneType; expected a command"):
        CancellationDesk(policies=[], store=MemoryStore()).handle(None)  # type: ignore[arg-type]


def test_what_is_no_seller_is_named() -> None:
    desk = CancellationDesk(policies=[], store=MemoryStore())
    with pytest.raises(InvalidValue, match=r"desk\.seller: is a str; expected a Seller"):
        desk.inbox("s-1", policy="tiny")  # type: ignore[arg-type]


def test_who_is_no_actor_of_ours_is_not_let_in() -> None:
    """A class of the host's own, or a name, opens no order."""

    class Carrier(Actor):
        id = "c-1"
        role = Role.OPERATOR

    desk = CancellationDesk(policies=[CONECT], store=MemoryStore())
    desk.register(conect_order("conect"))
    with pytest.raises(InvalidValue, match=r"desk\.by: is a str"):
        desk.case("762544202", by="operator:o-1")  # type: ignore[arg-type]
    with pytest.raises(UnknownOrder):
        desk.case("762544202", by=Carrier())


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda desk: desk.inbox(SELLER, policy="tiny", limit=0), "inbox.limit"),
        (lambda desk: desk.tick(budget=0), "tick.budget"),
        (lambda desk: desk.relay(limit=0), "relay.limit"),
    ],
)
def test_limits_start_at_one(call: Callable[[CancellationDesk], object], where: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        call(desk_of(notifier=MemoryNotifier()))
    assert caught.value.faults == (Fault(where, "is below 1", "a whole number, 1 to 10000"),)


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda desk: desk.register("o-1"), "desk.order: is a str"),
        (lambda desk: desk.inbox(SELLER, policy=["tiny"]), "inbox.policy: is a list"),
        (lambda desk: desk.inbox(SELLER, policy="tiny", after="x"), "inbox.after: is a str"),
        (lambda desk: desk.inbox(SELLER, policy="tiny", limit=10**5000), "inbox.limit: is above"),
        (lambda desk: desk.counters(SELLER, policy="x" * 999), "counters.policy: has 999"),
        (lambda desk: desk.dead_letters(after=7), "dead_letters.after: is a int"),
        (lambda desk: desk.revive("o-1"), "revive.message_ids: is a str"),
        (lambda desk: desk.revive(["o-1", 7]), r"revive.message_ids\[1\]: is a int"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(
    call: Callable[[CancellationDesk], object], where: str
) -> None:
    with pytest.raises(InvalidValue, match=where):
        call(desk_of(notifier=MemoryNotifier()))


def test_a_duty_that_makes_no_command_stops_no_other() -> None:
    """Whatever is wrong with a stored row, the deadlines of other orders act."""

    class Odd(MemoryStore):
        def due(self, now: datetime, after: DueDuty | None, limit: int) -> tuple[DueDuty, ...]:
            odd = DueDuty(due_at=utc(1), order_id="o-7", deadline="d.lapse", request=-1)
            duties = (odd, *super().due(now, None, limit))
            return tuple(duty for duty in duties if after is None or duty > after)

    desk = desk_of(lasting(Consequence.LAPSE), store=Odd())
    desk.handle(asks())
    ticked = desk.tick(utc(3))
    assert [type(event) for event in ticked.outcomes[0].events][-1] is RequestLapsed
    assert [type(each.error) for each in ticked.skipped] == [InvalidValue]


# ---------------------------------------------------------------------- the clock


def test_a_tick_applies_what_is_due() -> None:
    desk = desk_of(lasting(Consequence.LAPSE))
    desk.handle(asks())
    early = desk.tick(utc(2, 23, 59))
    assert (early.outcomes, early.skipped, early.more) == ((), (), False)
    ticked = desk.tick(utc(3))
    assert (len(ticked.outcomes), ticked.skipped, ticked.more) == (1, (), False)
    assert isinstance(ticked.outcomes[0].events[-1], RequestLapsed)
    assert desk.tick(utc(3)).outcomes == ()


def test_a_tick_without_a_moment_asks_the_clock() -> None:
    desk = desk_of(lasting(Consequence.LAPSE))
    desk.handle(asks(), at=utc(1, 4))
    assert len(desk.tick().outcomes) == 0
    desk = desk_of(lasting(Consequence.LAPSE))
    desk.handle(asks(), at=utc(1))
    assert len(desk.tick().outcomes) == 1


def many(policy: Policy, store: MemoryStore, *, orders: int = 3) -> CancellationDesk:
    desk = CancellationDesk(policies=[policy], store=store, clock=Fixed())
    for number in range(orders):
        desk.register(order(id=f"o-{number}"), at=utc(1))
        command = RequestCancellation(f"o-{number}", by=BUYER, reason="mistake")
        desk.handle(command, at=utc(2))
    return desk


def test_a_tick_keeps_to_its_budget_and_the_next_resumes() -> None:
    desk = many(lasting(Consequence.LAPSE), MemoryStore())
    first = desk.tick(utc(3), budget=2)
    assert [each.case.order.id for each in first.outcomes] == ["o-0", "o-1"]
    assert first.more
    second = desk.tick(utc(3), budget=2)
    assert [each.case.order.id for each in second.outcomes] == ["o-2"]
    assert not second.more


def test_a_tick_whose_budget_is_just_enough_has_no_more() -> None:
    desk = many(lasting(Consequence.LAPSE), MemoryStore())
    assert not desk.tick(utc(3), budget=3).more


def test_what_can_not_be_acted_on_is_skipped_and_holds_up_nothing() -> None:
    """The first order was sent, and so it can not be cancelled by silence any more."""
    desk = many(lasting(Consequence.APPROVE, superseding=None), MemoryStore())
    desk.handle(AdvanceOrder("o-0", by=SELLER, move="send"), at=utc(2, 1))
    ticked = desk.tick(utc(3), budget=2)
    assert [each.case.order.id for each in ticked.outcomes] == ["o-1", "o-2"]
    (skipped,) = ticked.skipped
    assert skipped.duty == DueDuty(due_at=utc(3), order_id="o-0", deadline="d.approve", request=1)
    assert isinstance(skipped.error, Refused)
    assert skipped.error.codes == ("no_such_move",)
    assert desk.case("o-0", by=SELLER).order.status == "sent"


def test_a_case_whose_edition_left_the_book_is_skipped() -> None:
    store = MemoryStore()
    many(lasting(Consequence.LAPSE), store, orders=1)
    later = CancellationDesk(policies=[tiny(edition="2")], store=store)
    ticked = later.tick(utc(3))
    assert ticked.outcomes == ()
    assert isinstance(ticked.skipped[0].error, UnknownPolicy)
    assert not ticked.more
    with pytest.raises(UnknownPolicy, match="no policy 'tiny 1'; expected one of: tiny 2"):
        later.handle(RequestCancellation("o-0", by=BUYER, reason="mistake"))


def test_a_deadline_that_another_one_released_is_no_trouble() -> None:
    """Both are due at once: the first cancels the order, and nothing is left for the second."""
    desk = desk_of(lasting(Consequence.APPROVE, Consequence.MARK_OVERDUE))
    desk.handle(asks())
    ticked = desk.tick(utc(3))
    assert len(ticked.outcomes) == 1
    assert ticked.skipped == ()


def test_a_store_that_does_not_answer_ends_the_tick() -> None:
    class Down(MemoryStore):
        """Breaks after its first deadline."""

        def commit(self, commit: Commit) -> None:
            if commit.case.order.id == "o-1" and commit.expected == 3:
                raise StoreUnavailable("no answer")
            super().commit(commit)

    store = Down()
    desk = many(lasting(Consequence.LAPSE), store)
    with pytest.raises(StoreUnavailable):
        desk.tick(utc(3))
    statuses = [store.load(name).latest.status for name in ("o-0", "o-1", "o-2")]
    assert statuses == ["lapsed", "awaiting_seller", "awaiting_seller"]


def test_a_store_that_does_not_answer_is_told_to_the_caller() -> None:
    class Silent(MemoryStore):
        def load(self, order_id: str) -> None:
            raise StoreUnavailable("no answer")

    with pytest.raises(StoreUnavailable, match="no answer"):
        desk_of(store=Silent()).handle(asks())


# ---------------------------------------------------------------------- delivery


class Moody(MemoryNotifier):
    """Fails as long as it is told to."""

    failing = True

    def deliver(self, message: Message, to: Party | None) -> None:
        if self.failing and message.order_id == "o-7":
            raise OSError("mail server is down")
        super().deliver(message, to)


def test_without_a_notifier_nothing_is_relayed() -> None:
    with pytest.raises(InvalidValue) as caught:
        desk_of().relay()
    assert caught.value.faults == (
        Fault("desk.notifier", "is missing", "a notifier to deliver messages with"),
    )


def test_messages_are_delivered_to_the_party_as_the_directory_knows_him() -> None:
    notifier = MemoryNotifier()
    directory = MemoryDirectory()
    desk = desk_of(notifier=notifier, directory=directory)
    desk.handle(asks())
    party = Party("s-1", name="店", emails=("s@example.jp",))
    directory.put(party)
    relayed = desk.relay()
    assert (relayed.delivered, relayed.failed) == (("o-7:2:seller:mail",), ())
    assert [(message.id, to) for message, to in notifier.delivered] == [
        ("o-7:2:seller:mail", party)
    ]
    assert desk.relay(utc(30)).delivered == ()


def test_a_failing_notifier_touches_no_case_and_stops_nobody_else() -> None:
    store, notifier = MemoryStore(), Moody()
    desk = desk_of(store=store, notifier=notifier)
    desk.handle(asks())
    desk.register(order(id="o-8"))
    desk.handle(RequestCancellation("o-8", by=BUYER, reason="mistake"))
    before = store.load("o-7"), store.history("o-7")
    relayed = desk.relay(utc(2))
    assert relayed.failed == ("o-7:2:seller:mail",)
    assert relayed.delivered == ("o-8:2:seller:mail",)
    assert (store.load("o-7"), store.history("o-7")) == before
    notifier.failing = False
    assert desk.relay(utc(2) + timedelta(seconds=29)).delivered == ()
    assert desk.relay(utc(2) + timedelta(seconds=30)).delivered == ("o-7:2:seller:mail",)


def test_a_directory_that_fails_is_a_failed_delivery() -> None:
    class Away(MemoryDirectory):
        away = False

        def find(self, party_id: str) -> Party | None:
            if self.away:
                raise OSError("no directory")
            return super().find(party_id)

    directory = Away()
    hourly = Backoff(first=timedelta(hours=1), most=timedelta(hours=1), tries=3)
    desk = desk_of(notifier=MemoryNotifier(), directory=directory, retries=hourly)
    desk.handle(asks())
    directory.away = True
    assert desk.relay().failed == ("o-7:2:seller:mail",)
    directory.away = False
    assert desk.relay(utc(2, 0, 59)).delivered == ()
    assert desk.relay(utc(2, 1)).delivered == ("o-7:2:seller:mail",)


def test_a_relay_takes_a_few_at_a_time() -> None:
    desk = desk_of(notifier=MemoryNotifier())
    desk.handle(asks())
    desk.register(order(id="o-8"))
    desk.handle(RequestCancellation("o-8", by=BUYER, reason="mistake"))
    assert desk.relay(limit=1).delivered == ("o-7:2:seller:mail",)
    assert desk.relay(limit=1).delivered == ("o-8:2:seller:mail",)


def test_a_relay_that_dies_leaves_its_messages_to_the_next_one() -> None:
    """At least once: what was claimed and not reported is free when the lease is over."""

    class Dying(MemoryNotifier):
        def deliver(self, message: Message, to: Party | None) -> None:
            raise KeyboardInterrupt

    store = MemoryStore()
    desk = desk_of(store=store, notifier=Dying())
    desk.handle(asks())
    with pytest.raises(KeyboardInterrupt):
        desk.relay(utc(2), lease=timedelta(minutes=2))
    heir = CancellationDesk(policies=[tiny()], store=store, notifier=MemoryNotifier())
    assert heir.relay(utc(2, 0, 1)).delivered == ()
    assert heir.relay(utc(2, 0, 2)).delivered == ("o-7:2:seller:mail",)


# ---------------------------------------------------------------------- the rest


def test_the_machines_clock_tells_utc() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_a_desk_without_a_clock_takes_the_machines() -> None:
    desk = CancellationDesk(policies=[tiny()], store=MemoryStore())
    at = desk.register(order()).events[0].at
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_a_desk_knows_all_editions() -> None:
    assert PolicyBook([tiny()]).names == ("tiny",)
    first, second = tiny(), tiny(edition="2", holds_from=date(2024, 3, 5))
    desk = CancellationDesk(policies=[first, second], store=MemoryStore())
    assert desk.register(order()).case.edition == "1"
    assert desk.register(order(id="o-8", placed_at=utc(6))).case.edition == "2"


def test_an_outcome_shows_neither_words_nor_bodies() -> None:
    outcome = desk_of().handle(asks(reason="other", text="abc"))
    assert "abc" not in repr(outcome)
    assert "理由" not in repr(outcome)


def test_the_async_desk_does_the_same() -> None:
    class AsyncDirectory:
        async def find(self, party_id: str) -> Party | None:
            return Party(party_id, name="店")

    class AsyncNotifier:
        def __init__(self) -> None:
            self.tried: list[str] = []

        async def deliver(self, message: Message, to: Party | None) -> None:
            self.tried.append(message.id)
            if len(self.tried) == 1:
                raise OSError("mail server is down")

    async def use() -> None:
        notifier = AsyncNotifier()
        desk = AsyncCancellationDesk(
            policies=[lasting(Consequence.LAPSE)],
            store=AsyncMemoryStore(),
            directory=AsyncDirectory(),
            notifier=notifier,
            clock=Fixed(),
        )
        await desk.register(order())
        assert (await desk.assess(asks())).verdict is Verdict.REFER
        outcome = await desk.handle(asks(command_id="c-1"))
        assert [message.party for message in outcome.messages] == ["s-1"]
        assert (await desk.handle(asks(command_id="c-1"))).repeated
        with pytest.raises(UnknownOrder):
            await desk.case("o-7", by=STRANGER)
        assert (await desk.case("o-7", by=BUYER)).version == 3
        assert len(await desk.history("o-7", by=BUYER)) == 3
        assert await desk.label("o-7", by=SELLER, lang="en") == "Asked\nMistake"
        assert len((await desk.inbox(SELLER, policy="tiny")).rows) == 1
        assert (await desk.counters(SELLER, policy="tiny"))[0].count == 1
        await desk.handle(AskWithdrawal("o-7", by=SELLER))
        assert (await desk.relay()).failed == ("o-7:2:seller:mail",)
        assert (await desk.relay(utc(2, 0, 1))).delivered == ("o-7:2:seller:mail",)
        assert (await desk.backlog()).messages == 0
        assert await desk.dead_letters() == ()
        assert await desk.revive() == 0
        ticked = await desk.tick(utc(3))
        assert len(ticked.outcomes) == 1

    asyncio.run(use())


def test_an_async_desk_without_a_clock_takes_the_machines() -> None:
    desk = AsyncCancellationDesk(policies=[tiny()], store=AsyncMemoryStore())
    outcome = asyncio.run(desk.register(order()))
    assert outcome.events[0].at.utcoffset() == timedelta(0)
