"""The plain loop of the examples: when it waits, for how long, and when it leaves."""

from __future__ import annotations

import logging
import signal
from queue import Empty
from typing import Any

import pytest
from examples import plain_loop

from ordercancel import CancellationService, StoreUnavailable
from ordercancel.domain.errors import Conflict
from ordercancel.service.records import DueOrder
from ordercancel.service.results import Relayed, Skipped, Ticked
from ordercancel.stores.memory import MemoryNotifier, MemoryStore
from samples import jst

LATE = DueOrder(due_at=jst(17), order_id="o-1", policy="qoo10", edition="1", digest="")


class Stop:
    """Where the signal comes when it has been waited for so often."""

    def __init__(self, after: int) -> None:
        self.waits: list[float] = []
        self._after = after

    def get(self, timeout: float) -> int:
        self.waits.append(timeout)
        if len(self.waits) <= self._after:
            raise Empty
        return signal.SIGTERM


class Service(CancellationService):
    """Gives prepared answers: whether there is more, or an error."""

    def __init__(self, *answers: bool | Exception) -> None:
        super().__init__(policies=[], store=MemoryStore(), notifier=MemoryNotifier())
        self._answers = list(answers)
        self.relayed = 0

    def tick(self, *_: Any, **__: Any) -> Ticked:
        answer = self._answers.pop(0)
        if isinstance(answer, StoreUnavailable):
            raise answer
        skipped = (Skipped(order=LATE, error=answer),) if isinstance(answer, Exception) else ()
        return Ticked(outcomes=(), skipped=skipped, passed_over=(), more=answer is True)

    def relay(self, *_: Any, **__: Any) -> Relayed:
        self.relayed += 1
        return Relayed(delivered=(), failed=(), dead=(), more=False)


def worked(*answers: bool | Exception) -> list[float]:
    """The waits of a worker whose service answers so, until it is stopped."""
    stop: Any = Stop(after=len(answers))
    plain_loop.work(Service(*answers), stop)
    return stop.waits


def test_it_waits_only_when_nothing_more_is_due() -> None:
    assert worked(True, True, False, True, False) == [0, 0, 0, 5, 0, 5]


def test_messages_are_delivered_between_two_lots_of_deadlines() -> None:
    """However much is due, messages have their turn."""
    service, stop = Service(True, True, True), Stop(after=3)
    plain_loop.work(service, stop)  # type: ignore[arg-type]
    assert service.relayed == 3


def test_it_waits_longer_each_time_the_store_does_not_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """From a second up to a minute; from anew when it has answered."""
    down = StoreUnavailable("the server has gone away")
    assert worked(*[down] * 8, True, down) == [0, 1, 2, 4, 8, 16, 32, 60, 60, 0, 1]
    assert "trying again in 60 s: the server has gone away" in caplog.text


def test_it_tells_of_what_nothing_could_fire(caplog: pytest.LogCaptureFixture) -> None:
    """One such order stops nothing, and is logged as an error."""
    assert worked(Conflict("o-1", 8)) == [0, 5]
    (record,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert "o-1" in record.getMessage()
    assert "Conflict" in record.getMessage()


def test_it_leaves_before_it_begins_anything_when_it_is_told_to() -> None:
    assert worked() == [0]
