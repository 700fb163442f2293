"""A process that drives a service on a store, in some threads, and reports what came of it."""

from __future__ import annotations

import json
import logging
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import attrs
import psycopg

from ordercancel import (
    CancellationService,
    Command,
    Conflict,
    InvalidValue,
    Message,
    Party,
    Refused,
    StoreUnavailable,
)
from ordercancel.service.backoff import Backoff
from ordercancel.service.observers import Fields, Observed
from ordercancel.service.ports import Notifier
from ordercancel.service.receipts import key_of
from ordercancel.stores.memory import MemoryDirectory
from ordercancel.stores.sql import SqlStore
from races.launching import PATIENCE
from races.market import PARTIES, POLICIES, RELAY, TICK, Market
from samples import SYSTEM

AT_ONCE = Backoff(first=timedelta(), most=timedelta(), tries=1_000)
"""Messages that failed are tried again without waiting."""

LEASE = timedelta(hours=1)
"""Longer than any race."""


TICKED_BEFORE = timedelta(seconds=1)


class Late:
    """A clock that is ahead of every command, whatever day it is."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(year=2100)


LATE = Late()


@attrs.frozen(kw_only=True)
class Job:
    """A race, as each of its processes knows it.

    Args:
        url: The database.
        market: What it is about.
        rounds: How often all threads wait for each other, and go on together.
        turns: How many commands of its own a thread gives in a round.
        processes: How many processes there are.
        threads: How many threads each has.
        mailbox: The file that messages arrive in.
        trusted: Whether the version check is taken out.
    """

    url: str
    market: Market
    rounds: int
    turns: int
    processes: int
    threads: int
    mailbox: Path
    trusted: bool = False

    @property
    def pairs(self) -> int:
        """How many pairs of threads, each of two processes, there are."""
        return self.processes * self.threads // 2

    @property
    def numbers(self) -> int:
        """How many different commands are given."""
        return self.rounds * (self.pairs + self.processes * self.threads * self.turns)

    def schedule(self, process: int, thread: int, round_: int) -> Iterator[tuple[int, bool]]:
        """The numbers of the commands that a thread gives in a round.

        With each comes whether others give the same command: the first one a thread of another
        process gives at the same time, and the last one others have given before.
        """
        lanes = self.processes * self.threads
        lane = process * self.threads + thread
        pair = process // 2 * self.threads + thread
        size = self.pairs + lanes * self.turns
        yield round_ * size + pair, True
        for turn in range(self.turns):
            yield round_ * size + self.pairs + turn * lanes + lane, False
        chance = random.Random(f"{self.market.seed} lane {lane} round {round_}")
        yield chance.randrange(round_ + 1) * size + chance.randrange(self.pairs), True


class Mailbox:
    """A notifier that writes the ids of messages to a file; some fail, where it is told so."""

    def __init__(
        self, path: Path, *, failing: float = 0.0, seed: object = 0, durable: bool = False
    ) -> None:
        self._path = path
        self._failing = failing
        self._durable = durable
        self._chance = random.Random(f"mailbox {seed}")

    def deliver(self, message: Message, to: Party | None) -> None:
        if self._chance.random() < self._failing:
            raise OSError("the line is busy")
        append(self._path, message.id, durable=self._durable)


class Tries:
    """A observer that counts how often commands were decided again."""

    def __init__(self) -> None:
        self._attempts: list[int] = []

    @contextmanager
    def observe(self, what: Observed, fields: Fields) -> Iterator[None]:
        try:
            yield
        finally:
            if what is Observed.COMMAND:
                self._attempts.append(int(str(fields.get("attempts", 1))))

    @property
    def again(self) -> int:
        """How often a command was decided beyond its first time."""
        return sum(attempts - 1 for attempts in self._attempts)


def append(path: Path, line: str, *, durable: bool = False) -> None:
    """Write a line to the end of a file, whole, whoever else does so; durable, where asked."""
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(opened, f"{line}\n".encode())
        if durable:
            os.fsync(opened)
    finally:
        os.close(opened)


def service_on(store: SqlStore, notifier: Notifier, **settings: Any) -> CancellationService:
    """A service of the market's."""
    return CancellationService(
        policies=POLICIES,
        store=store,
        directory=MemoryDirectory(PARTIES),
        notifier=notifier,
        clock=LATE,
        retries=AT_ONCE,
        **settings,
    )


def work(job: Job, process: int, barrier: Barrier, report: Path) -> None:
    """What a process does; a report is written in the end, and only where nothing broke."""
    for name in ("ordercancel", "psycopg"):  # what they warn of is counted instead
        logging.getLogger(name).setLevel(logging.CRITICAL)
    rewritten = _without_version_check() if job.trusted else Counter[str]()
    store = SqlStore(job.url, create_tables=False)
    tries = Tries()
    mailbox = Mailbox(job.mailbox, failing=0.05, seed=f"{job.market.seed} {process}")
    service = service_on(store, mailbox, observers=[tries])
    racers = [Racer(job, service, process, thread, barrier) for thread in range(job.threads)]
    threads = [threading.Thread(target=racer.run) for racer in racers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    store.close()
    told = {
        "outcomes": sum((racer.outcomes for racer in racers), Counter[str]()),
        "chores": sum((racer.chores for racer in racers), Counter[str]()),
        "deadlines": sum((racer.deadlines for racer in racers), Counter[str]()),
        "done": [each for racer in racers for each in racer.done],
        "errors": [each for racer in racers for each in racer.errors],
        "again": tries.again,
        "rewritten": rewritten.total(),
        "begun": min(racer.begun for racer in racers),
        "ended": time.time(),
    }
    report.write_text(json.dumps(told), encoding="utf-8")


class Racer:
    """A thread of a race."""

    def __init__(
        self, job: Job, service: CancellationService, process: int, thread: int, barrier: Barrier
    ) -> None:
        self._job = job
        self._service = service
        self._lane = process, thread
        self._barrier = barrier
        self._registered: set[str] = set()
        self.outcomes = Counter[str]()
        self.chores = Counter[str]()
        self.deadlines = Counter[str]()
        self.done: list[tuple[str | None, str, int]] = []
        self.errors: list[str] = []
        self.begun = 0.0

    def run(self) -> None:
        try:
            self._run()
        except Exception as error:  # a thread that ends early is no race; the others stop, too
            self.errors.append(repr(error))
            self._barrier.abort()

    def _run(self) -> None:
        market = self._job.market
        for round_ in range(self._job.rounds):
            self._barrier.wait(PATIENCE)
            self.begun = self.begun or time.time()
            for number, shared in self._job.schedule(*self._lane, round_):
                chore = market.chore(number)
                if chore is not None:
                    kind = self._tried(self._ticked if chore == TICK else self._relayed, number)
                    self.chores[kind] += 1
                given = self._given_unseen if shared else self._given
                self.outcomes[self._tried(given, number)] += 1

    def _tried(self, what: Callable[[int], str], number: int) -> str:
        """What came of something that is done with a number, in a word."""
        try:
            return what(number)
        except Refused:
            return "refused"
        except InvalidValue:
            return "invalid"
        except Conflict:
            return "conflict"
        except StoreUnavailable as error:
            self.errors.append(f"{number}: {error}")
            return "unavailable"
        except Exception as error:  # told by the report; the others go on
            self.errors.append(f"{number}: {error!r}")
            return "error"

    def _given(self, number: int) -> str:
        """Look at the order, then give a command about it."""
        order_id = self._order_id(number)
        seen = self._service.case(order_id, by=SYSTEM)
        market = self._job.market
        return self._handled(market.command(number, seen), market.moment(number, seen))

    def _given_unseen(self, number: int) -> str:
        """Give the same command that somebody else gives, too."""
        self._order_id(number)
        market = self._job.market
        return self._handled(market.command(number), market.moment(number))

    def _order_id(self, number: int) -> str:
        """The order that the command with this number is about; it is registered by now."""
        order = self._job.market.order(number)
        if order.id not in self._registered:
            self._service.register(order, at=order.placed_at)
            self._registered.add(order.id)
        return order.id

    def _handled(self, command: Command, at: datetime) -> str:
        try:
            outcome = self._service.handle(command, at=at)
        except Refused as refusal:
            if refusal.fired:  # that is done, whatever became of the command
                history = self._service.history(command.order_id, by=SYSTEM)
                version = history.index(refusal.fired[-1]) + 1
                self.done.append((None, command.order_id, version))
            raise
        if outcome.repeated:
            return "repeated"
        key = command.command_id and key_of(command, command.command_id)
        self.done.append((key, command.order_id, outcome.case.version))
        return "done"

    def _relayed(self, number: int) -> str:
        self._service.relay(limit=20, lease=LEASE)
        return RELAY

    def _ticked(self, number: int) -> str:
        # A little sooner than the command with this number: each commit has its own moment.
        ticked = self._service.tick(self._job.market.moment(number) - TICKED_BEFORE, budget=20)
        for each in ticked.outcomes:
            self.done.append((None, each.case.order.id, each.case.version))
        self.deadlines["acted"] += len(ticked.outcomes)
        for skipped in ticked.skipped:
            # Others have come first, and are further on.
            if isinstance(skipped.error, (Conflict, InvalidValue)):
                self.deadlines["left to others"] += 1
            else:
                self.errors.append(f"{number}: {skipped.error!r}")
        return TICK


def _without_version_check() -> Counter[str]:
    """Let every commit of this process write over whatever version is there; counts them.

    The condition is replaced by one that always holds, before the statement is sent. It stays
    where deadlines are indexed: no key is behind that, and it is no commit.
    """
    condition = re.compile(r"ordercancel_cases\.version = (\S+)")
    commits = re.compile(r"UPDATE ordercancel_cases SET .*\bbody=")
    rewritten = Counter[str]()
    execute: Any = psycopg.Cursor.execute

    def _rewrite(cursor: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(statement, str) and commits.match(statement):
            statement, count = condition.subn(r"\1 IS NOT NULL", statement)
            rewritten["version"] += count
        return execute(cursor, statement, *args, **kwargs)

    kind: Any = psycopg.Cursor
    kind.execute = _rewrite
    return rewritten
