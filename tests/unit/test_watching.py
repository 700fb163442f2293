"""A desk can be watched, and nobody who watches sees words or stands in its way."""

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
    AsyncCancellationDesk,
    Buyer,
    CancellationDesk,
    Conflict,
    InvalidValue,
    Refused,
    RequestCancellation,
    Seller,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.adapters.memory import AsyncMemoryStore, MemoryNotifier, MemoryStore
from ordercancel.desk import Backoff, Fields, Watched
from ordercancel.policies import QOO10
from ordercancel.ports import Commit
from samples import BUYER, SELLER, jst, order

AT = jst(15, 10)
ASKS = RequestCancellation("762544202", by=BUYER, reason="other", text="SECRET", command_id="c-1")


class Diary:
    """Writes down what was watched, and when it was entered and left."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Fields]] = []
        self.open = 0

    @contextmanager
    def watch(self, what: Watched, fields: Fields) -> Iterator[None]:
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


def desk_on(diary: Diary, store: MemoryStore | None = None, **ports: Any) -> CancellationDesk:
    desk = CancellationDesk(
        policies=[QOO10],
        store=store or MemoryStore(),
        watchers=[diary],
        conflicts=Backoff(first=timedelta(), most=timedelta(), tries=3),
        **ports,
    )
    desk.register(order(), at=jst(15, 9))
    return desk


def test_a_command_is_watched_from_beginning_to_end(diary: Diary) -> None:
    desk_on(diary).handle(ASKS, at=AT)
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
                "rules": ("qoo10.refer", "qoo10.overdue"),
            },
        )
    ]


def test_a_command_that_comes_again_is_told_from_the_first(diary: Diary) -> None:
    desk = desk_on(diary)
    desk.handle(ASKS, at=AT)
    desk.handle(ASKS, at=AT)
    assert [fields["outcome"] for _, fields in diary.seen] == ["done", "repeated"]


def test_a_refusal_is_told_with_its_rules_and_codes(diary: Diary) -> None:
    with pytest.raises(Refused):
        desk_on(diary).handle(Approve("762544202", by=SELLER), at=AT)
    assert (diary.last["outcome"], diary.last["codes"]) == ("refused", ("no_open_request",))
    assert diary.last["rules"] == ("standard.approve_open",)


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
        desk_on(diary, Broken()).handle(ASKS, at=AT)
    assert diary.last["outcome"] == outcome
    assert diary.open == 0


def test_lost_races_are_counted(diary: Diary) -> None:
    class Racing(MemoryStore):
        def commit(self, commit: Commit) -> None:
            if commit.expected:
                raise Conflict(commit.case.order.id)
            super().commit(commit)

    with pytest.raises(Conflict):
        desk_on(diary, Racing()).handle(ASKS, at=AT)
    assert (diary.last["outcome"], diary.last["attempts"]) == ("conflict", 3)


def test_a_deadline_tells_how_late_it_is(diary: Diary) -> None:
    """In seconds since it came due: on the evening of the fourth day, and now it is the fifth."""
    desk = desk_on(diary)
    desk.handle(ASKS, at=AT)
    desk.tick(jst(20, 6))
    assert diary.last["command"] == "ApplyDeadline"
    assert (diary.last["outcome"], diary.last["lag_seconds"]) == ("done", 6 * 3600.0)


def test_a_delivery_is_watched(diary: Diary) -> None:
    desk = desk_on(diary, notifier=MemoryNotifier())
    desk.handle(ASKS, at=AT)
    desk.relay(AT + timedelta(seconds=90))
    assert diary.seen[-1] == (
        "message",
        {
            "message_id": "762544202:2:seller:app",
            "order_id": "762544202",
            "occasion": "referred",
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
    desk = desk_on(diary, notifier=Down(), retries=retries)
    desk.handle(ASKS, at=AT)
    for outcome in ("failed", "dead"):
        desk.relay(AT)
        assert (diary.last["outcome"], diary.last["error"]) == (outcome, "OSError")


def test_the_async_desk_is_watched_as_well(diary: Diary) -> None:
    async def use() -> None:
        desk = AsyncCancellationDesk(policies=[QOO10], store=AsyncMemoryStore(), watchers=[diary])
        await desk.register(order(), at=jst(15, 9))
        await desk.handle(ASKS, at=AT)

    asyncio.run(use())
    assert diary.last["outcome"] == "done"


def test_a_command_that_is_cancelled_is_left_at_once(diary: Diary) -> None:
    """An async desk whose task is cancelled leaves nothing open."""

    class Slow(AsyncMemoryStore):
        async def commit(self, commit: Commit) -> None:
            if commit.expected:
                await asyncio.sleep(60)
            await super().commit(commit)

    async def use() -> None:
        desk = AsyncCancellationDesk(policies=[QOO10], store=Slow(), watchers=[diary])
        await desk.register(order(), at=jst(15, 9))
        task = asyncio.create_task(desk.handle(ASKS, at=AT))
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

    def watch(self, what: Watched, fields: Fields) -> AbstractContextManager[None]:
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

    def watch(self, what: Watched, fields: Fields) -> Echoing:
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            raise error


def test_a_watcher_may_pass_on_what_it_is_left_with(caplog: pytest.LogCaptureFixture) -> None:
    """That is no failure of its own."""
    desk = CancellationDesk(policies=[QOO10], store=MemoryStore(), watchers=[Echoing()])
    with pytest.raises(UnknownOrder):
        desk.handle(ASKS, at=AT)
    assert "a watcher failed" not in caplog.text


@pytest.mark.parametrize("when", ["asked", "entered", "left", "swallowed"])
def test_a_watcher_does_no_harm(diary: Diary, caplog: pytest.LogCaptureFixture, when: str) -> None:
    """The command is carried out or refused all the same, the others see it, the log tells."""
    store = MemoryStore()
    desk = CancellationDesk(policies=[QOO10], store=store, watchers=[Harmful(when), diary])
    desk.register(order(), at=jst(15, 9))
    assert desk.handle(ASKS, at=AT).case == store.load("762544202")
    with pytest.raises(Refused):
        desk.handle(RequestCancellation("762544202", by=BUYER, reason="changed_mind"), at=AT)
    assert [fields["outcome"] for _, fields in diary.seen] == ["done", "refused"]
    told = [record for record in caplog.records if record.message == "a watcher failed"]
    assert len(told) == (0 if when == "swallowed" else 2)


# ---------------------------------------------------------------------- the log


def test_the_log_has_a_record_with_all_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ordercancel")
    desk_on(Diary()).handle(ASKS, at=AT)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("ordercancel.command", "INFO")
    assert vars(record)["order_id"] == "762544202"
    assert vars(record)["rules"] == ("qoo10.refer", "qoo10.overdue")
    assert record.getMessage() == (
        "command command='RequestCancellation' order_id='762544202' role='buyer' "
        "command_id='c-1' attempts=1 policy='qoo10' edition='1' outcome='done' "
        "rules=('qoo10.refer', 'qoo10.overdue')"
    )


def test_the_log_is_silent_below_its_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "ordercancel")
    desk_on(Diary()).handle(ASKS, at=AT)
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
    desk = desk_on(Diary(), notifier=Down(), retries=retries)
    desk.handle(ASKS, at=AT)
    caplog.clear()
    desk.relay(AT)
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

    desk = desk_on(diary, notifier=Down())
    desk.handle(ASKS, at=AT)
    desk.relay(AT)
    assert "SECRET" not in repr(diary.seen)
    assert "SECRET" not in caplog.text


def test_an_id_can_not_break_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Ids are shown with everything escaped that does not print."""
    caplog.set_level(logging.INFO, "ordercancel")
    desk = desk_on(Diary())
    with pytest.raises(UnknownOrder):
        desk.handle(Approve("a'b\u00a0c", by=Seller("s-1")), at=AT)
    (record,) = caplog.records
    assert 'order_id="a\'b\\xa0c"' in record.getMessage()


# ---------------------------------------------------------------------- the same desk elsewhere


def test_a_desk_on_another_store_is_otherwise_the_same(diary: Diary) -> None:
    """It has the same policies and watchers, and the first desk keeps its store."""
    desk = desk_on(diary)
    other = desk.using(MemoryStore())
    with pytest.raises(UnknownOrder):
        other.case("762544202", by=BUYER)
    other.register(order(), at=jst(15, 9))
    other.handle(ASKS, at=AT)
    assert diary.last["outcome"] == "done"
    assert desk.case("762544202", by=Buyer("b-1")).version == 1
