"""Killed at any step of a command, a relay or a tick, nothing is half done and nothing is lost.

Each test does the same thing again and again, on a new order each time, and is killed at its first
step, its second, and so on, until there are no more.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crashes.crash import gone, named
from crashes.steps import COMMIT, COMMITTED, DELIVERED, Deed, do
from ordercancel import Command, Reject, RequestCancellation, RequestStatus
from ordercancel.domain.events import DeadlineFired
from ordercancel.stores.sql import SqlStore
from races.checker import Fault, check, check_arrivals, check_deadlines
from races.launching import PATIENCE, launch
from races.market import PARTIES, POLICIES
from races.tables import Row, read
from races.worker import Mailbox, service_on
from samples import BUYER, SELLER, SYSTEM, jst, order

REGISTERED, ASKED, REJECTED = jst(16, 9), jst(16, 10), jst(16, 12)
LATE = jst(17, 1)
"""When it is too late to ship on the day of the rejection."""
ANOTHER_LIFE = timedelta(hours=1)
"""After this, what the dead have leased is free."""


class Stage:
    """A database, processes that are killed, and a service that survives them."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._theirs, self._name = named(url)
        self._mailbox = folder / "mailbox"
        self._mailbox.touch()
        self._steps = folder / "steps"
        self.store = SqlStore(url)
        self.service = service_on(self.store, Mailbox(self._mailbox))

    def killed(self, number: int, at: datetime, **what: Any) -> tuple[str, ...]:
        """Kill a process at a step of what it does.

        Gives nothing; or all its steps, where it had done everything before it came to this one.
        """
        deed = Deed(
            url=self._theirs,
            mailbox=self._mailbox,
            at=at,
            killed_at=number,
            steps=self._steps,
            **what,
        )
        process = launch(do, deed)
        process.join(PATIENCE)
        gone(self._url, self._name)
        assert process.exitcode == (0 if self._steps.exists() else -signal.SIGKILL)
        if process.exitcode:
            return ()
        return tuple(json.loads(self._steps.read_text(encoding="utf-8")))

    def asked(self, order_id: str) -> Command:
        """A new order whose buyer has asked to cancel it; gives what the seller will answer."""
        self.service.register(order(id=order_id, ship_on=date(2022, 8, 31)), at=REGISTERED)
        asking = RequestCancellation(order_id, by=BUYER, reason="changed_mind")
        self.service.handle(asking, at=ASKED)
        return Reject(
            order_id,
            request=1,
            by=SELLER,
            reason="made_to_order",
            data={"confirmed": True},
            command_id=f"reject {order_id}",
        )

    def rejected(self, order_id: str) -> None:
        """A new order whose buyer has asked to cancel it, and was told to wait for it."""
        self.service.handle(self.asked(order_id), at=REJECTED)

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the tables."""
        return check(read(self._url), POLICIES, PARTIES)

    def outbox(self, order_id: str) -> list[Row]:
        """The messages of an order, as they are stored."""
        return read(self._url).by_order("outbox")[order_id]

    def arrived(self) -> Counter[str]:
        """How often each message has arrived."""
        return Counter(self._arrivals())

    def left(self) -> list[Fault]:
        """What is wrong in the end, when deadlines acted and messages were delivered."""
        self.service.tick(LATE)
        while self.service.relay(LATE + 2 * ANOTHER_LIFE).more:
            pass
        tables = read(self._url)
        return [
            *self.faults(),
            *check_deadlines(tables, LATE),
            *check_arrivals(tables, self._arrivals(), exactly_once=False),
        ]

    def _arrivals(self) -> list[str]:
        return self._mailbox.read_text(encoding="utf-8").split()


@pytest.fixture
def stage(url: str, tmp_path: Path) -> Iterator[Stage]:
    """A stage on an empty database of either kind."""
    found = Stage(url, tmp_path)
    yield found
    found.store.close()


def test_a_command_is_done_as_a_whole_or_not_at_all(stage: Stage) -> None:
    """Killed before COMMIT it has done nothing, killed after it everything.

    Who asks again with the same id is told what became of it: the same, and once.
    """
    was_done: list[bool] = []
    for number in count(1):
        order_id = f"o-{number}"
        command = stage.asked(order_id)
        steps = stage.killed(number, REJECTED, command=command)
        assert stage.faults() == ()
        outcome = stage.service.handle(command, at=REJECTED)
        was_done.append(outcome.repeated)
        assert [request.status for request in outcome.case.requests] == [RequestStatus.REJECTED]
        assert stage.service.case(order_id, by=SYSTEM) == outcome.case
        if steps:
            break
    assert len(steps) == len(was_done) - 1 > 15
    # On SQLite another one comes first: when the connection is opened.
    committing = max(number for number, step in enumerate(steps, 1) if step == COMMIT)
    assert was_done == [number > committing for number in range(1, len(steps) + 2)]
    assert stage.left() == []


def test_a_message_arrives_at_least_once(stage: Stage) -> None:
    """Whatever the relay was at when it was killed, another one delivers what it has not.

    Only a message that was delivered, and not yet noted as such, arrives twice, with the same id.
    """
    arrived_twice: list[int] = []
    for number in count(1):
        order_id = f"o-{number}"
        stage.rejected(order_id)
        before = stage.arrived()
        steps = stage.killed(number, LATE, relays=True)
        assert stage.faults() == ()
        assert not stage.service.relay(LATE + ANOTHER_LIFE).more
        arrived = stage.arrived() - before
        states = {row["message_id"]: row["state"] for row in stage.outbox(order_id)}
        # The first one says that the request is open, which it no longer is.
        assert states.pop(f"{order_id}:2:seller:app") == "obsolete"
        assert states == dict.fromkeys(arrived, "delivered")
        assert len(states) == 3
        arrived_twice.append(arrived.total() - len(states))
        if steps:
            break
    assert len(steps) == len(arrived_twice) - 1 > 20
    assert arrived_twice == [*map(is_under_way, steps_until(steps)), 0]
    assert stage.left() == []


def test_a_deadline_acts_once(stage: Stage) -> None:
    """Whatever the tick was at when it was killed, the deadline acts then or at the next tick."""
    left: list[int] = []
    for number in count(1):
        order_id = f"o-{number}"
        stage.rejected(order_id)
        steps = stage.killed(number, LATE)
        assert stage.faults() == ()
        left.append(len(stage.service.tick(LATE).outcomes))
        history = stage.service.history(order_id, by=SYSTEM)
        assert sum(isinstance(event, DeadlineFired) for event in history) == 1
        if steps:
            break
    assert len(steps) == len(left) - 1 > 15
    # On SQLite another one comes first: when the connection is opened.
    committing = max(number for number, step in enumerate(steps, 1) if step == COMMIT)
    assert left == [int(number <= committing) for number in range(1, len(steps) + 2)]
    assert stage.left() == []


def steps_until(steps: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What was done when a process was killed at its first step, its second, and so on."""
    return (steps[:number] for number in range(1, len(steps) + 1))


def is_under_way(taken: tuple[str, ...]) -> bool:
    """Whether a message has been delivered, and that is not noted yet."""
    if DELIVERED not in taken:
        return False
    last = len(taken) - taken[::-1].index(DELIVERED)
    return not any(step in COMMITTED for step in taken[last:])
