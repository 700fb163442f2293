"""The service: one commit for each command, whatever goes wrong around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel.domain.actors import Actor, Buyer, Party, Seller
from ordercancel.domain.commands import (
    AdvanceOrder,
    Approve,
    FireDeadline,
    RequestCancellation,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidValue,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.domain.events import CancellationRequested, OrderRegistered
from ordercancel.domain.orders import PastRequest
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.decision import Refused, Verdict
from ordercancel.engine.messages import Message
from ordercancel.policies import CONECT
from ordercancel.policy import (
    Deadline,
    Flag,
    Forbid,
    Policy,
    PolicyBook,
    Rule,
    Texts,
    approve,
    days,
    is_open,
    rejected_before,
    requested_at,
    seller_permits,
)
from ordercancel.service.backoff import Backoff
from ordercancel.service.clock import SystemClock
from ordercancel.service.records import Commit
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from pytest_ordercancel import FrozenClock
from samples import JST
from samples import order as conect_order
from unit.tiny import (
    BUYER,
    OPERATOR,
    OURS,
    RULES,
    SELLER,
    STRANGER,
    SYSTEM,
    approves,
    asks,
    order,
    tiny,
    utc,
)

AT_ONCE = Backoff(first=timedelta(), most=timedelta(), tries=8)


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
    claims = store.claim(utc(9), utc(9), 99)
    store.release(claims)
    return tuple(claim.message for claim in claims)


def service_of(policy: Policy | None = None, **ports: Any) -> CancellationService:
    """A service that has the tiny order on its books."""
    given = {"store": MemoryStore(), "clock": FrozenClock(utc(2)), "chance": lambda: 1.0} | ports
    service = CancellationService(policies=[policy or tiny()], **given)
    service.register(order(), at=utc(1))
    return service


# ---------------------------------------------------------------------- registering


def test_an_order_is_registered() -> None:
    store = MemoryStore()
    service = CancellationService(policies=[tiny()], store=store, clock=FrozenClock(utc(2)))
    outcome = service.register(order())
    assert outcome.events == (
        OrderRegistered(
            order_id="o-7",
            at=utc(2),
            by=SYSTEM,
            order=order(),
            edition="1",
            digest=tiny().digest,
        ),
    )
    assert store.load("o-7") == outcome.case
    assert (outcome.case.version, outcome.messages, outcome.repeated) == (1, (), False)


def test_the_same_order_twice_changes_nothing_more() -> None:
    store = MemoryStore()
    service = service_of(store=store)
    service.handle(asks())
    before = state(store)
    again = service.register(order(), at=utc(2))
    assert again.repeated
    assert again.case.version == 1
    assert again.events[0].at == utc(1)
    assert state(store) == before


def test_another_order_of_the_same_id_is_refused() -> None:
    store = MemoryStore()
    service = service_of(store=store)
    before = state(store)
    with pytest.raises(InvalidValue) as caught:
        service.register(order(buyer="b-9"))
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
    service = CancellationService(policies=[policy], store=store)
    with pytest.raises(error) as caught:
        service.register(order(**changes))
    assert told in str(caught.value)
    assert store.load("o-7") is None


REJECTED = PastRequest(by=BUYER, at=utc(1, 3), status=RequestStatus.REJECTED, reason="mistake")
OPEN = PastRequest(by=BUYER, at=utc(1, 4), status=RequestStatus.PENDING)


def test_an_order_is_registered_with_its_history() -> None:
    """What was asked before the library knew the order counts as if it had been asked here."""
    once = Rule(
        "once",
        on=RequestCancellation,
        when=rejected_before,
        effect=Forbid("closed"),
        source=OURS,
    )
    store = MemoryStore()
    service = CancellationService(
        policies=[tiny(rules=(*RULES, once))], store=store, clock=FrozenClock(utc(2))
    )
    outcome = service.register(order(history=(REJECTED,)), at=utc(1, 5))
    assert [(each.number, each.status) for each in outcome.case.requests] == [(1, "rejected")]
    assert len(outcome.events) == 1
    with pytest.raises(Refused) as caught:
        service.handle(asks())
    assert caught.value.codes == ("closed",)
    assert service.register(order(history=(REJECTED,))).repeated
    with pytest.raises(InvalidValue, match="is registered already, with other values"):
        service.register(order())


def test_a_request_that_is_open_already_is_answered() -> None:
    """By whom it was for; the deadlines of the policy run for it, too."""
    silent = Deadline(
        "silent", runs=is_open, due=requested_at + days(9), then=approve, source=OURS
    )
    store = MemoryStore()
    service = CancellationService(
        policies=[tiny(deadlines=(silent,))], store=store, clock=FrozenClock(utc(2))
    )
    service.register(order(history=(REJECTED, OPEN)), at=utc(1, 5))
    assert [each.due_at for each in store.due(utc(31), None, 9)] == [utc(10, 4)]
    with pytest.raises(Refused) as caught:
        service.handle(approves(request=1))
    assert caught.value.codes == ("stale_request",)
    assert service.handle(approves(request=2)).case.order.status == "stopped"


def test_a_registration_needs_the_facts_that_the_policy_requires() -> None:
    gift = Flag("gift", required=True)
    policy = tiny(facts=(gift,), source=OURS, languages=("en",), texts=Texts())
    service = CancellationService(
        policies=[policy], store=MemoryStore(), clock=FrozenClock(utc(2))
    )
    with pytest.raises(InvalidValue) as caught:
        service.register(order())
    assert str(caught.value) == (
        "Order.facts['gift']: is missing; expected a value: the policy requires it"
    )
    assert service.register(order(facts={"gift": False})).case.version == 1


def test_a_registration_that_loses_a_race_against_itself_is_repeated() -> None:
    store = Racing(1, lambda: MemoryStore.commit(store, made[0]))
    made: list[Commit] = []
    twin = MemoryStore()
    case = CancellationService(policies=[tiny()], store=twin).register(order(), at=utc(1)).case
    made.append(Commit(case=case, expected=0, events=twin.history("o-7")))
    service = CancellationService(policies=[tiny()], store=store)
    assert service.register(order(), at=utc(2)).repeated


def test_a_registration_gives_up_after_eight_attempts() -> None:
    store = Racing(99)
    service = CancellationService(policies=[tiny()], store=store, conflicts=AT_ONCE)
    with pytest.raises(Conflict) as caught:
        service.register(order(), at=utc(1))
    assert (caught.value.order_id, caught.value.attempts, store.tries) == ("o-7", 8, 8)
    assert store.load("o-7") is None


# ---------------------------------------------------------------------- commands


def test_a_command_is_written_in_one_commit() -> None:
    store = MemoryStore()
    directory = MemoryDirectory([Party("s-1", name="Shop", locale="en")])
    service = service_of(store=store, directory=directory)
    outcome = service.handle(asks())
    assert [type(event) for event in outcome.events] == [CancellationRequested]
    assert [message.subject for message in outcome.messages] == ["Asked: o-7"]
    assert (outcome.rules, outcome.repeated) == (("tiny.refer",), False)
    assert store.load("o-7") == outcome.case
    assert store.history("o-7")[1:] == outcome.events
    assert waiting(store) == outcome.messages


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (asks(by=STRANGER), UnknownOrder),
        (asks(by=Buyer("s-1")), UnknownOrder),
        (approves(by=Seller("s-2")), UnknownOrder),
        (Approve("o-404", by=SELLER, request=1), UnknownOrder),
        (asks(reason="gone"), InvalidValue),
        (asks(reason="other", text="\x00"), InvalidValue),
        (AdvanceOrder("o-7", by=SELLER, move="fly"), InvalidValue),
        (FireDeadline("o-7", by=SYSTEM, deadline="d.gone"), InvalidValue),
        (UpdateOrder("o-7", by=SYSTEM, facts={"gone": 1}), InvalidValue),
        (UpdateOrder("o-7", by=SELLER, facts={"paid_at": utc(1)}), Refused),
        (approves(by=BUYER), Refused),
        (AdvanceOrder("o-7", by=BUYER, move="send"), Refused),
        (asks(), Refused),
    ],
)
def test_a_mistake_changes_nothing(command: Any, error: type[Exception]) -> None:
    store = MemoryStore()
    service = service_of(store=store)
    service.handle(asks())
    before = state(store)
    with pytest.raises(error):
        service.handle(command)
    assert state(store) == before


def test_a_stranger_gets_the_same_answer_as_for_no_order() -> None:
    service = service_of()
    answers = []
    for command in (asks(by=STRANGER), RequestCancellation("o-8", by=STRANGER)):
        with pytest.raises(UnknownOrder) as caught:
            service.handle(command)
        answers.append((type(caught.value), str(caught.value).replace(command.order_id, "?")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda service, at: service.register(order(), at=at),
        lambda service, at: service.handle(asks(), at=at),
        lambda service, at: service.assess(asks(), at=at),
        lambda service, at: service.counters(SELLER, policy="tiny", at=at),
        lambda service, at: service.tick(at),
        lambda service, at: service.relay(at),
    ],
)
@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (
            datetime(2024, 3, 1),  # noqa: DTZ001
            Fault(
                "service.at",
                "2024-03-01T00:00:00 has no UTC offset",
                "a date and time with a UTC offset",
            ),
        ),
        (
            datetime(9999, 1, 1, tzinfo=UTC),
            Fault("service.at", "is in the year 9999", "a year from 1900 to 9000"),
        ),
    ],
)
def test_a_moment_needs_an_offset_and_a_year_in_range(
    call: Callable[[CancellationService, datetime], object], at: datetime, fault: Fault
) -> None:
    service = service_of(notifier=MemoryNotifier())
    with pytest.raises(InvalidValue) as caught:
        call(service, at)
    assert caught.value.faults == (fault,)


# ---------------------------------------------------------------------- races


def test_a_lost_race_is_decided_again_from_fresh_state() -> None:
    store = Racing(0)
    service = service_of(store=store)
    store.losses = 1
    assert service.handle(asks()).case.version == 2
    assert store.tries == 3


def test_the_second_of_two_requests_meets_the_first() -> None:
    store = Racing(0)
    service = service_of(store=store)

    def first() -> None:
        store.meanwhile = lambda: None
        service.handle(asks())

    store.losses, store.meanwhile = 1, first
    with pytest.raises(Refused) as caught:
        service.handle(asks(reason="other", text="abc"))
    assert caught.value.codes == ("request_open",)
    case = service.case("o-7", by=BUYER)
    assert [request.reason for request in case.requests] == ["mistake"]


def test_a_race_that_is_lost_time_and_again_gives_up() -> None:
    store = Racing(0)
    service = service_of(store=store, conflicts=AT_ONCE)
    store.losses, store.tries = 99, 0
    with pytest.raises(Conflict) as caught:
        service.handle(asks())
    assert (caught.value.order_id, caught.value.attempts, store.tries) == ("o-7", 8, 8)
    assert len(store.history("o-7")) == 1


# ---------------------------------------------------------------------- the same command twice


def test_the_same_command_twice_gives_the_first_outcome_again() -> None:
    store = MemoryStore()
    service = service_of(store=store)
    first = service.handle(asks(command_id="c-1"))
    service.handle(Withdraw("o-7", by=BUYER, request=1))
    before = state(store)
    again = service.handle(asks(command_id="c-1"), at=utc(2))
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
        asks(command_id="c-1", by=Buyer("b-1", via="agent:x")),
        asks(command_id="c-1", data={"gift": True}),
        Withdraw("o-7", by=BUYER, request=1, command_id="c-1"),
        RequestCancellation("o-8", by=BUYER, reason="mistake", command_id="c-1"),
    ],
)
def test_an_id_of_another_command_is_refused(other: Any) -> None:
    store = MemoryStore()
    service = service_of(store=store)
    service.register(order(id="o-8"))
    service.handle(asks(command_id="c-1"))
    before = state(store)
    with pytest.raises(InvalidValue) as caught:
        service.handle(other)
    assert caught.value.faults == (
        Fault(
            f"{type(other).__name__}.command_id",
            "'c-1' belongs to another command",
            "an id of its own for each command",
        ),
    )
    assert state(store) == before


def test_facts_make_another_command_and_their_order_does_not() -> None:
    """An id covers what was told, and to which request an answer was."""
    service = service_of()
    told = {"item": "hat", "cart_id": "c-1", "paid_at": utc(1, 4)}
    command = UpdateOrder("o-7", by=OPERATOR, facts=told, command_id="c-1")
    service.handle(command)
    turned = dict(reversed(told.items())) | {"paid_at": utc(1, 4).astimezone(JST)}
    again = UpdateOrder("o-7", by=OPERATOR, facts=turned, command_id="c-1")
    assert service.handle(again).repeated
    for other in (told | {"item": "cap"}, {"item": "hat"}):
        with pytest.raises(InvalidValue, match="belongs to another command"):
            service.handle(UpdateOrder("o-7", by=OPERATOR, facts=other, command_id="c-1"))
    service.handle(asks())
    service.handle(approves(command_id="c-2"))
    with pytest.raises(InvalidValue, match="belongs to another command"):
        service.handle(approves(request=2, command_id="c-2"))


def test_a_command_that_would_be_refused_now_gives_its_first_outcome() -> None:
    """Nothing is left to withdraw, for it was withdrawn by the very command."""
    service = service_of()
    service.handle(asks())
    first = service.handle(Withdraw("o-7", by=BUYER, request=1, command_id="c-1"))
    again = service.handle(Withdraw("o-7", by=BUYER, request=1, command_id="c-1"))
    assert (again.events, again.repeated) == (first.events, True)


def test_a_command_that_was_refused_may_come_again() -> None:
    service = service_of()
    command = Approve("o-7", by=SELLER, request=1, command_id="c-1")
    with pytest.raises(Refused):
        service.handle(command)
    service.handle(asks())
    assert not service.handle(command).repeated


# ---------------------------------------------------------------------- looking


def test_assessing_changes_nothing() -> None:
    store = MemoryStore()
    service = service_of(store=store)
    before = state(store)
    assert service.assess(RequestCancellation("o-7", by=BUYER)).verdict is Verdict.REFER
    assert service.assess(Approve("o-7", by=SELLER, request=1), at=utc(3)).codes == (
        "no_open_request",
    )
    assert state(store) == before


@pytest.mark.parametrize(
    ("parties", "codes"),
    [
        (None, ("closed",)),
        ([], ("closed",)),
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
        when=~seller_permits,
        source=OURS,
    )
    directory = None if parties is None else MemoryDirectory(parties)
    service = service_of(tiny(rules=(*RULES, closed)), directory=directory)
    assert service.assess(asks()).codes == codes


def test_the_history_is_for_those_who_know_the_order() -> None:
    service = service_of()
    service.handle(asks())
    for actor in (BUYER, SELLER, OPERATOR, SYSTEM):
        assert len(service.history("o-7", by=actor)) == 2


@pytest.mark.parametrize(
    "look",
    [
        lambda service, order_id: service.case(order_id, by=STRANGER),
        lambda service, order_id: service.history(order_id, by=STRANGER),
        lambda service, order_id: service.label(order_id, by=STRANGER),
        lambda service, order_id: service.assess(RequestCancellation(order_id, by=STRANGER)),
        lambda service, order_id: service.options(order_id, by=STRANGER),
    ],
)
@pytest.mark.parametrize("order_id", ["o-7", "o-404"])
def test_strangers_see_nothing(
    look: Callable[[CancellationService, str], object], order_id: str
) -> None:
    with pytest.raises(UnknownOrder) as caught:
        look(service_of(), order_id)
    assert caught.value.order_id == order_id


def test_what_is_no_command_is_named() -> None:
    with pytest.raises(InvalidValue, match=r"service\.command: is a NoneType; expected a command"):
        CancellationService(policies=[], store=MemoryStore()).handle(None)  # type: ignore[arg-type]


def test_who_is_no_actor_is_not_let_in() -> None:
    """A name opens no order, and neither does a role that the policy does not have."""
    service = CancellationService(policies=[CONECT], store=MemoryStore())
    service.register(conect_order("conect"))
    with pytest.raises(InvalidValue, match=r"service\.by: is a str"):
        service.case("762544202", by="operator:o-1")  # type: ignore[arg-type]
    with pytest.raises(UnknownOrder):
        service.case("762544202", by=Actor("c-1", role="carrier"))


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda service: service.inbox(SELLER, policy="tiny", limit=0), "inbox.limit"),
        (lambda service: service.tick(budget=0), "tick.budget"),
        (lambda service: service.relay(limit=0), "relay.limit"),
    ],
)
def test_limits_start_at_one(call: Callable[[CancellationService], object], where: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        call(service_of(notifier=MemoryNotifier()))
    assert caught.value.faults == (Fault(where, "is below 1", "a whole number, 1 to 10000"),)


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda service: service.register("o-1"), "service.order: is a str"),
        (lambda service: service.assess("o-1"), "service.command: is a str"),
        (lambda service: service.counters("s-1", policy="tiny"), "service.actor: is a str"),
        (lambda service: service.inbox(SELLER, policy=["tiny"]), "service.policy: is a list"),
        (lambda service: service.inbox(SELLER, policy="tiny", after="x"), "InboxCursor: is 'x'"),
        (lambda service: service.inbox(SELLER, policy="tiny", after=7), "inbox.after: is an int"),
        (
            lambda service: service.inbox(SELLER, policy="tiny", limit=10**5000),
            "inbox.limit: is above",
        ),
        (lambda service: service.counters(SELLER, policy="x" * 999), "service.policy: has 999"),
        (lambda service: service.dead_letters(after=7), "dead_letters.after: is an int"),
        (lambda service: service.revive("o-1"), "revive.message_ids: is a str"),
        (lambda service: service.revive(["o-1", 7]), r"revive.message_ids\[1\]: is an int"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(
    call: Callable[[CancellationService], object], where: str
) -> None:
    with pytest.raises(InvalidValue, match=where):
        call(service_of(notifier=MemoryNotifier()))


def test_a_store_that_does_not_answer_is_told_to_the_caller() -> None:
    class Silent(MemoryStore):
        def load(self, order_id: str) -> None:
            raise StoreUnavailable("no answer")

    with pytest.raises(StoreUnavailable, match="no answer"):
        service_of(store=Silent()).handle(asks())


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
        service_of().relay()
    assert caught.value.faults == (
        Fault(
            "service.notifier",
            "is missing",
            "a notifier to deliver messages with, or an obligation handler",
        ),
    )


def test_messages_are_delivered_to_the_party_as_the_directory_knows_him() -> None:
    notifier = MemoryNotifier()
    directory = MemoryDirectory()
    service = service_of(notifier=notifier, directory=directory)
    service.handle(asks())
    party = Party("s-1", name="店", emails=("s@example.jp",))
    directory.put(party)
    relayed = service.relay()
    assert (relayed.delivered, relayed.failed) == (("o-7:2:seller:mail",), ())
    assert [(message.id, to) for message, to in notifier.delivered] == [
        ("o-7:2:seller:mail", party)
    ]
    assert service.relay(utc(30)).delivered == ()


def test_a_failing_notifier_touches_no_case_and_stops_nobody_else() -> None:
    store, notifier = MemoryStore(), Moody()
    service = service_of(store=store, notifier=notifier)
    service.handle(asks())
    service.register(order(id="o-8"))
    service.handle(RequestCancellation("o-8", by=BUYER, reason="mistake"))
    before = store.load("o-7"), store.history("o-7")
    relayed = service.relay(utc(2))
    assert relayed.failed == ("o-7:2:seller:mail",)
    assert relayed.delivered == ("o-8:2:seller:mail",)
    assert (store.load("o-7"), store.history("o-7")) == before
    notifier.failing = False
    assert service.relay(utc(2) + timedelta(seconds=29)).delivered == ()
    assert service.relay(utc(2) + timedelta(seconds=30)).delivered == ("o-7:2:seller:mail",)


def test_a_directory_that_fails_is_a_failed_delivery() -> None:
    class Away(MemoryDirectory):
        away = False

        def find(self, party_id: str) -> Party | None:
            if self.away:
                raise OSError("no directory")
            return super().find(party_id)

    directory = Away()
    hourly = Backoff(first=timedelta(hours=1), most=timedelta(hours=1), tries=3)
    service = service_of(notifier=MemoryNotifier(), directory=directory, retries=hourly)
    service.handle(asks())
    directory.away = True
    assert service.relay().failed == ("o-7:2:seller:mail",)
    directory.away = False
    assert service.relay(utc(2, 0, 59)).delivered == ()
    assert service.relay(utc(2, 1)).delivered == ("o-7:2:seller:mail",)


def test_a_relay_takes_a_few_at_a_time() -> None:
    service = service_of(notifier=MemoryNotifier())
    service.handle(asks())
    service.register(order(id="o-8"))
    service.handle(RequestCancellation("o-8", by=BUYER, reason="mistake"))
    assert service.relay(limit=1).delivered == ("o-7:2:seller:mail",)
    assert service.relay(limit=1).delivered == ("o-8:2:seller:mail",)


def test_a_relay_that_dies_leaves_its_messages_to_the_next_one() -> None:
    """At least once: what was claimed and not reported is free when the lease is over."""

    class Dying(MemoryNotifier):
        def deliver(self, message: Message, to: Party | None) -> None:
            raise KeyboardInterrupt

    store = MemoryStore()
    service = service_of(store=store, notifier=Dying())
    service.handle(asks())
    with pytest.raises(KeyboardInterrupt):
        service.relay(utc(2), lease=timedelta(minutes=2))
    heir = CancellationService(policies=[tiny()], store=store, notifier=MemoryNotifier())
    assert heir.relay(utc(2, 0, 1)).delivered == ()
    assert heir.relay(utc(2, 0, 2)).delivered == ("o-7:2:seller:mail",)


# ---------------------------------------------------------------------- the rest


def test_the_machines_clock_tells_utc() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_a_service_without_a_clock_takes_the_machines() -> None:
    service = CancellationService(policies=[tiny()], store=MemoryStore())
    at = service.register(order()).events[0].at
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_a_service_knows_all_editions() -> None:
    assert PolicyBook([tiny()]).names == ("tiny",)
    first, second = tiny(), tiny(edition="2", holds_from=date(2024, 3, 5))
    service = CancellationService(policies=[first, second], store=MemoryStore())
    assert service.register(order()).case.edition == "1"
    assert service.register(order(id="o-8", placed_at=utc(6))).case.edition == "2"


def test_an_outcome_shows_neither_words_nor_bodies() -> None:
    outcome = service_of().handle(asks(reason="other", text="abc"))
    assert "abc" not in repr(outcome)
    assert "理由" not in repr(outcome)


def test_a_service_on_another_store_leaves_the_first_alone() -> None:
    """It has the policies, ports and clock of the first."""
    service = service_of()
    other = service.using(MemoryStore())
    with pytest.raises(UnknownOrder):
        other.case("o-7", by=BUYER)
    assert other.register(order()).events[0].at == utc(2)
    assert service.case("o-7", by=BUYER).version == 1
