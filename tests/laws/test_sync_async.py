"""The sync service and the async service are one: the same history gives the same answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given

from both import Called
from ordercancel import (
    Actor,
    AsyncCancellationService,
    CancellationService,
    Command,
    Conflict,
    InvalidValue,
    Message,
    Order,
    OrderCancelError,
    Party,
    Policy,
    Refused,
    RequestCancellation,
)
from ordercancel.domain.requests import RequestStatus
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.service.backoff import Backoff
from ordercancel.service.records import Commit
from ordercancel.stores.memory import (
    AsyncMemoryDirectory,
    AsyncMemoryNotifier,
    AsyncMemoryStore,
    MemoryDirectory,
    MemoryStore,
)
from samples import BUYER, BUYING, OPERATOR, PERMITTING, SELLER, STRANGER, jst, order
from strategies import ORDER_ID, START, Life, asking, lives

POLICIES = {
    "conect": CONECT,
    "conect, with a way back": conect(edition="2", may_withdraw=True),
    "qoo10": QOO10,
    "qoo10, every other reading": qoo10(
        edition="2", late_while_open="approved", shipping_supersedes=True, may_withdraw=True
    ),
}
OTHER_ID = "762544203"
ACTORS = (BUYER, SELLER, OPERATOR, STRANGER)


class FlakyNotifier:
    """Fails the first time for every second message."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.delivered: list[tuple[Message, Party | None]] = []

    def deliver(self, message: Message, to: Party | None) -> None:
        first = message.id not in self.tried
        self.tried.append(message.id)
        if first and len(self.tried) % 2:
            raise OSError("the mail server is down")
        self.delivered.append((message, to))


def told(error: OrderCancelError) -> tuple[object, ...]:
    """Everything that an error tells."""
    match error:
        case Refused():
            told = str(error), error.codes, error.clauses, error.decision.ruling, error.fired
            return Refused, *told
        case InvalidValue():
            return type(error), str(error), error.faults
        case _:
            return type(error), str(error), error.args


def answer(ask: Callable[[], object]) -> object:
    """What a call gives, or what its error tells."""
    try:
        return ask()
    except OrderCancelError as error:
        return told(error)


def ticked(result: Any) -> Any:
    """What a tick gave, with its errors told instead of compared by identity."""
    left = [(each.order, told(each.error)) for each in (*result.skipped, *result.passed_over)]
    return result.outcomes, left, result.more


def choices(service: Any, actor: Actor, at: datetime) -> list[tuple[object, ...]]:
    """What options tell: decisions have no equality of their own."""
    return [
        (each.action, each.move, each.request, each.decision.ruling, each.reasons, each.data)
        for each in service.options(ORDER_ID, by=actor, at=at)
    ]


def answers(
    make_service: Any, policy: Policy, placed: list[Order], steps: list[tuple[Command, datetime]]
) -> list[object]:
    """All answers of a service along the history."""
    notifier = FlakyNotifier()
    service = make_service(
        policies=[policy],
        store=MemoryStore(),
        directory=MemoryDirectory([PERMITTING, BUYING]),
        notifier=notifier,
        chance=lambda: 0.5,
    )
    given: list[object] = [service.register(each, at=START) for each in placed]
    given.append(answer(lambda: service.register(order(status="delayed"), at=START)))
    for command, at in steps:
        given.append(answer(lambda c=command, t=at: service.assess(c, at=t).ruling))
        given.append(answer(lambda c=command, t=at: service.handle(c, at=t)))
        for actor in ACTORS:
            given.append(service.counters(actor, at=at))
            given.append(answer(partial(choices, service, actor, at)))
        given.append(ticked(service.tick(at, budget=1)))
        given.append(service.relay(at, limit=2))
        for actor in ACTORS:
            given.append(answer(partial(service.case, ORDER_ID, by=actor)))
            given.append(answer(partial(service.history, ORDER_ID, by=actor)))
            for lang in (None, "en"):
                look = partial(service.label, ORDER_ID, by=actor, lang=lang, at=at)
                given.append(answer(look))
            given.append(service.inbox(actor, at=at))
            first = service.inbox(actor, statuses=RequestStatus, limit=1, at=at)
            given.append(first)
            after = service.inbox(actor, statuses=RequestStatus, after=first.next, at=at)
            given.append(after)
        given.append(service.reindex())
    given.append(notifier.delivered)
    return given


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(policy, id=name, marks=[] if name == policy.name else [pytest.mark.slow])
        for name, policy in POLICIES.items()
    ],
)
def test_the_async_service_answers_as_the_sync_service_does(policy: Policy) -> None:
    """Outcomes, errors, options, labels, queues, counters, ticks and deliveries are all equal."""

    @given(lives(policy, max_size=4), lives(policy, OTHER_ID, max_size=4))
    def agree(one: Life, other: Life) -> None:
        placed = [one[0], other[0]]
        steps = sorted((*one[1], *other[1]), key=lambda step: step[1])
        expected = answers(CancellationService, policy, placed, steps)
        assert answers(Called, policy, placed, steps) == expected

    agree()


AT_ONCE = Backoff(first=timedelta(), most=timedelta(), tries=8)


class Racing(MemoryStore):
    """A store in which others commit first, a given number of times."""

    def __init__(self, lost: int) -> None:
        super().__init__()
        self.lost = lost

    def commit(self, commit: Commit) -> None:
        if commit.expected and self.lost:
            self.lost -= 1
            raise Conflict(commit.case.order.id)
        super().commit(commit)


SERVICES = pytest.mark.parametrize("make_service", [CancellationService, Called])


@SERVICES
@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        (0, "cancelled"),
        (7, "cancelled"),
        (
            8,
            (
                Conflict,
                "order '762544202' was changed by others during 8 attempts",
                ("762544202", 8),
            ),
        ),
    ],
)
def test_both_services_try_again_as_often(make_service: Any, lost: int, expected: object) -> None:
    """A command that loses the race is decided again from fresh state, eight times in all."""
    service = make_service(policies=[QOO10], store=Racing(lost), conflicts=AT_ONCE)
    service.register(order(status="new"), at=START)
    outcome = answer(lambda: service.handle(asking(QOO10), at=START).case.order.status)
    assert outcome == expected


@SERVICES
def test_both_services_deliver_again_what_failed(make_service: Any) -> None:
    """What a notifier raises costs nothing but time: the message comes again when it is due."""
    notifier = FlakyNotifier()
    service = make_service(
        policies=[QOO10], store=MemoryStore(), notifier=notifier, chance=lambda: 1.0
    )
    service.register(order(status="new"), at=START)
    service.handle(asking(QOO10), at=START)
    rounds = [service.relay(START + timedelta(seconds=30 * turn)) for turn in range(4)]
    # Two messages each to buyer and seller, each a lane of its own; the next try is half a minute
    # later.
    assert [(len(each.delivered), len(each.failed)) for each in rounds] == [
        (2, 2),
        (2, 0),
        (0, 0),
        (0, 0),
    ]


def test_the_async_adapters_in_memory_deliver_what_the_service_relays() -> None:
    """With nothing given, each async adapter keeps a memory of its own."""

    async def relayed() -> list[tuple[str, str | None]]:
        directory, notifier = AsyncMemoryDirectory(), AsyncMemoryNotifier()
        directory.directory.put(PERMITTING)
        service = AsyncCancellationService(
            policies=[QOO10], store=AsyncMemoryStore(), directory=directory, notifier=notifier
        )
        await service.register(order(), at=jst(15, 9))
        ask = RequestCancellation("762544202", by=BUYER, reason="changed_mind")
        await service.handle(ask, at=jst(15, 10))
        await service.relay(jst(15, 10))
        return [(message.id, to and to.name) for message, to in notifier.notifier.delivered]

    assert asyncio.run(relayed()) == [("762544202:2:seller:app", "サンプル卸")]
