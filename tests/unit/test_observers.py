"""A service can be watched, and nobody who watches sees words or stands in its way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from ordercancel import (
    Approve,
    AsyncCancellationService,
    Buyer,
    CancellationService,
    Conflict,
    InvalidValue,
    Refused,
    RequestCancellation,
    Seller,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.domain.faults import kept
from ordercancel.policies import QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.service.observers import Fields, Observed
from ordercancel.service.records import Commit
from ordercancel.stores.memory import AsyncMemoryStore, MemoryNotifier, MemoryStore
from samples import BUYER, SELLER, jst, order

AT = jst(15, 10)
ASKS = RequestCancellation("762544202", by=BUYER, reason="other", text="SECRET", command_id="c-1")


class Diary:
    """Writes down what was watched, and when it was entered and left."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Fields]] = []
        self.open = 0

    @contextmanager
    def observe(self, what: Observed, fields: Fields) -> Iterator[None]:
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1
            self.seen.append((what.value, dict(fields)))

    @property
    def last(self) -> Fields:
        return self.seen[-1][1]


@pytest.fixture
def diary() -> Diary:
    return Diary()


def service_on(
    diary: Diary, store: MemoryStore | None = None, **ports: Any
) -> CancellationService:
    service = CancellationService(
        policies=[QOO10],
        store=store or MemoryStore(),
        observers=[diary],
        conflicts=Backoff(first=timedelta(), most=timedelta(), tries=3),
        **ports,
    )
    service.register(order(), at=jst(15, 9))
    return service


def test_a_command_is_watched_from_beginning_to_end(diary: Diary) -> None:
    service_on(diary).handle(ASKS, at=AT)
    assert diary.seen == [
        (
            "command",
            {
                "command": "RequestCancellation",
                "order_id": "762544202",
                "role": "buyer",
                "command_id": "c-1",
                "attempts": 1,
                "policy": "qoo10",
                "edition": "1",
                "outcome": "done",
                "rules": ("qoo10.refer",),
            },
        )
    ]


def test_a_command_that_comes_again_is_told_from_the_first(diary: Diary) -> None:
    service = service_on(diary)
    service.handle(ASKS, at=AT)
    service.handle(ASKS, at=AT)
    assert [fields["outcome"] for _, fields in diary.seen] == ["done", "repeated"]


def test_a_refusal_is_told_with_its_rules_and_codes(diary: Diary) -> None:
    with pytest.raises(Refused):
        service_on(diary).handle(Approve("762544202", by=SELLER, request=1), at=AT)
    assert (diary.last["outcome"], diary.last["codes"]) == ("refused", ("no_open_request",))
    assert diary.last["rules"] == ()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (UnknownOrder("o"), "unknown_order"),
        (InvalidValue([]), "invalid"),
        (UnknownPolicy("p", []), "unknown_policy"),
        (StoreUnavailable("gone"), "unavailable"),
        (ZeroDivisionError(), "error"),
    ],
)
def test_every_end_has_its_name(diary: Diary, error: Exception, outcome: str) -> None:
    class Broken(MemoryStore):
        def commit(self, commit: Commit) -> None:
            if commit.expected:
                raise error
            super().commit(commit)

    with pytest.raises(type(error)):
        service_on(diary, Broken()).handle(ASKS, at=AT)
    assert diary.last["outcome"] == outcome
    assert diary.open == 0


def test_lost_races_are_counted(diary: Diary) -> None:
    class Racing(MemoryStore):
        def commit(self, commit: Commit) -> None:
            if commit.expected:
                raise Conflict(commit.case.order.id)
            super().commit(commit)

    with pytest.raises(Conflict):
        service_on(diary, Racing()).handle(ASKS, at=AT)
    assert (diary.last["outcome"], diary.last["attempts"]) == ("conflict", 3)


def test_a_deadline_tells_how_late_it_is(diary: Diary) -> None:
    """In seconds since it came due: on the evening of the fourth day, and now it is the fifth."""
    service = service_on(diary)
    service.handle(ASKS, at=AT)
    service.tick(jst(20, 6))
    assert diary.last["command"] == "FireDeadline"
    assert (diary.last["outcome"], diary.last["lag_seconds"]) == ("done", 6 * 3600.0)


def test_a_delivery_is_watched(diary: Diary) -> None:
    service = service_on(diary, notifier=MemoryNotifier())
    service.handle(ASKS, at=AT)
    service.relay(AT + timedelta(seconds=90))
    assert diary.seen[-1] == (
        "message",
        {
            "message_id": "762544202:2:seller:app",
            "order_id": "762544202",
            "on": "pending",
            "audience": "seller",
            "medium": "app",
            "attempts": 1,
            "lag_seconds": 90.0,
            "outcome": "delivered",
        },
    )


def test_a_delivery_that_fails_tells_the_kind_of_error(diary: Diary) -> None:
    class Down(MemoryNotifier):
        def deliver(self, *_: object) -> None:
            raise OSError("SECRET")

    retries = Backoff(first=timedelta(), most=timedelta(), tries=2)
    service = service_on(diary, notifier=Down(), retries=retries)
    service.handle(ASKS, at=AT)
    for outcome in ("failed", "dead"):
        service.relay(AT)
        assert (diary.last["outcome"], diary.last["error"]) == (outcome, "OSError")


def test_the_async_service_is_watched_as_well(diary: Diary) -> None:
    async def use() -> None:
        service = AsyncCancellationService(
            policies=[QOO10], store=AsyncMemoryStore(), observers=[diary]
        )
        await service.register(order(), at=jst(15, 9))
        await service.handle(ASKS, at=AT)

    asyncio.run(use())
    assert diary.last["outcome"] == "done"


def test_a_command_that_is_cancelled_is_left_at_once(diary: Diary) -> None:
    """An async service whose task is cancelled leaves nothing open."""

    class Slow(AsyncMemoryStore):
        async def commit(self, commit: Commit) -> None:
            if commit.expected:
                await asyncio.sleep(60)
            await super().commit(commit)

    async def use() -> None:
        service = AsyncCancellationService(policies=[QOO10], store=Slow(), observers=[diary])
        await service.register(order(), at=jst(15, 9))
        task = asyncio.create_task(service.handle(ASKS, at=AT))
        while not diary.open:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert diary.open == 0

    asyncio.run(use())
    assert "outcome" not in diary.last


class Harmful:
    """Fails when it is asked, entered or left."""

    def __init__(self, when: str) -> None:
        self.when = when

    def observe(self, what: Observed, fields: Fields) -> AbstractContextManager[None]:
        if self.when == "asked":
            raise RuntimeError("asked")
        return self._watch()

    @contextmanager
    def _watch(self) -> Iterator[None]:
        if self.when == "entered":
            raise RuntimeError("entered")
        try:
            yield
        except Exception:
            if self.when == "swallowed":
                return
            raise
        finally:
            if self.when == "left":
                raise RuntimeError("left")


class Echoing:
    """Raises once more whatever it is left with."""

    def observe(self, what: Observed, fields: Fields) -> Echoing:
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            raise error


def test_a_watcher_may_pass_on_what_it_is_left_with(caplog: pytest.LogCaptureFixture) -> None:
    """That is no failure of its own."""
    service = CancellationService(policies=[QOO10], store=MemoryStore(), observers=[Echoing()])
    with pytest.raises(UnknownOrder):
        service.handle(ASKS, at=AT)
    assert "an observer failed" not in caplog.text


@pytest.mark.parametrize("when", ["asked", "entered", "left", "swallowed"])
def test_a_watcher_does_no_harm(diary: Diary, caplog: pytest.LogCaptureFixture, when: str) -> None:
    """The command is carried out or refused all the same, the others see it, the log tells."""
    store = MemoryStore()
    service = CancellationService(policies=[QOO10], store=store, observers=[Harmful(when), diary])
    service.register(order(), at=jst(15, 9))
    assert service.handle(ASKS, at=AT).case == store.load("762544202")
    with pytest.raises(Refused):
        service.handle(RequestCancellation("762544202", by=BUYER, reason="changed_mind"), at=AT)
    assert [fields["outcome"] for _, fields in diary.seen] == ["done", "refused"]
    told = [record for record in caplog.records if record.message == "an observer failed"]
    assert len(told) == (0 if when == "swallowed" else 2)


# ---------------------------------------------------------------------- the log


def test_the_log_has_a_record_with_all_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ordercancel")
    service_on(Diary()).handle(ASKS, at=AT)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("ordercancel.command", "INFO")
    assert vars(record)["order_id"] == "762544202"
    assert vars(record)["rules"] == ("qoo10.refer",)
    assert record.getMessage() == (
        "command command='RequestCancellation' order_id='762544202' role='buyer' "
        "command_id='c-1' attempts=1 policy='qoo10' edition='1' outcome='done' "
        "rules=('qoo10.refer',)"
    )


def test_the_log_is_silent_below_its_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "ordercancel")
    service_on(Diary()).handle(ASKS, at=AT)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("outcome", "level"),
    [("failed", "WARNING"), ("dead", "ERROR")],
)
def test_what_needs_somebody_stands_out(
    caplog: pytest.LogCaptureFixture, outcome: str, level: str
) -> None:
    class Down(MemoryNotifier):
        def deliver(self, *_: object) -> None:
            raise OSError("SECRET")

    tries = 1 if outcome == "dead" else 2
    retries = Backoff(first=timedelta(), most=timedelta(), tries=tries)
    service = service_on(Diary(), notifier=Down(), retries=retries)
    service.handle(ASKS, at=AT)
    caplog.clear()
    service.relay(AT)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("ordercancel.message", level)
    assert vars(record)["outcome"] == outcome


def test_neither_the_log_nor_a_watcher_sees_words(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    """Not of a request, a rejection, a message, nor of what a notifier raised."""
    caplog.set_level(logging.DEBUG)

    class Down(MemoryNotifier):
        def deliver(self, *_: object) -> None:
            raise OSError("SECRET")

    service = service_on(diary, notifier=Down())
    service.handle(ASKS, at=AT)
    service.relay(AT)
    assert "SECRET" not in repr(diary.seen)
    assert "SECRET" not in caplog.text


def test_an_id_can_not_break_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Ids are shown with everything escaped that does not print."""
    caplog.set_level(logging.INFO, "ordercancel")
    service = service_on(Diary())
    with kept():  # no longer taken, though orders of the first edition may have such ids
        command = Approve("a'b\u00a0c", by=Seller("s-1"), request=1)
    with pytest.raises(UnknownOrder):
        service.handle(command, at=AT)
    (record,) = caplog.records
    assert 'order_id="a\'b\\xa0c"' in record.getMessage()


# ---------------------------------------------------------------------- the same service elsewhere


def test_a_service_on_another_store_is_otherwise_the_same(diary: Diary) -> None:
    """It has the same policies and observers, and the first service keeps its store."""
    service = service_on(diary)
    other = service.using(MemoryStore())
    with pytest.raises(UnknownOrder):
        other.case("762544202", by=BUYER)
    other.register(order(), at=jst(15, 9))
    other.handle(ASKS, at=AT)
    assert diary.last["outcome"] == "done"
    assert service.case("762544202", by=Buyer("b-1")).version == 1
