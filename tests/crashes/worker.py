"""A process to be killed: it commands, ticks and relays, and keeps a log of what it was told."""

from __future__ import annotations

import base64
import logging
import pickle
from datetime import timedelta
from pathlib import Path

import attrs

from ordercancel import CancellationService, Command, InvalidValue, Refused
from ordercancel.service.receipts import key_of
from ordercancel.stores.sql import SqlStore
from races.market import Market
from races.worker import TICKED_BEFORE, Mailbox, append, service_on
from samples import SYSTEM

LEASE = timedelta(milliseconds=200)
"""So short that the survivors soon take up what the dead have leased."""


@attrs.frozen(kw_only=True)
class Job:
    """What a process does until it is killed.

    Args:
        url: The database.
        market: What it acts on.
        lane: Its number among those that run at the same time.
        lanes: How many these are.
        diary: The file that it writes down in what it asks and what it is told.
        mailbox: The file that messages arrive in.
    """

    url: str
    market: Market
    lane: int
    lanes: int
    diary: Path
    mailbox: Path


@attrs.frozen
class Diary:
    """What the processes of one lane asked and were told, one after the other.

    Args:
        next: The number of the command that comes next.
        told: The kind of outcome of each command by its key, with its order and the version made.
        pending: The command that was asked last, where its asker died before it was told.
        lives: How many processes wrote it.
    """

    next: int
    told: dict[str, tuple[str, str, int]]
    pending: Command | None
    lives: int

    @classmethod
    def of(cls, path: Path) -> Diary:
        """What is written in the file at `path`, if there is one."""
        told: dict[str, tuple[str, str, int]] = {}
        coming, lives = 0, 0
        pending = ""
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in lines:
            match line.split():
                case ["alive"]:
                    lives += 1
                case ["asked", number, command]:
                    coming, pending = int(number) + 1, command
                case ["told", command_id, kind, order_id, version]:
                    told[command_id] = kind, order_id, int(version)
                    pending = ""
                case _:
                    raise ValueError(f"what does {line!r} mean?")
        return cls(coming, told, _unpacked(pending) if pending else None, lives)


def work(job: Job) -> None:
    """Ask again what was asked last, then go on from there, for ever."""
    for name in ("ordercancel", "psycopg"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    diary = Diary.of(job.diary)
    append(job.diary, "alive", durable=True)
    service = service_on(
        SqlStore(job.url, create_tables=False),
        Mailbox(job.mailbox, failing=0.05, seed=f"{job.lane} {diary.lives}", durable=True),
    )
    if diary.pending is not None:
        give(job, service, diary.pending, diary.next - 1)
    number = diary.next
    while True:
        _step(job, service, number)
        number += 1


def _step(job: Job, service: CancellationService, number: int) -> None:
    """Do what comes at this number of the lane."""
    market, place = job.market, number * job.lanes + job.lane
    order = market.order(place)
    service.register(order, at=order.placed_at)
    command = attrs.evolve(
        market.command(place, service.case(order.id, by=SYSTEM)), command_id=f"c-{place}"
    )
    append(job.diary, f"asked {number} {_packed(command)}", durable=True)
    give(job, service, command, number)
    match market.chore(place):
        case "relay":
            service.relay(limit=20, lease=LEASE)
        case "tick":
            service.tick(market.moment(place) - TICKED_BEFORE, budget=20)


def give(job: Job, service: CancellationService, command: Command, number: int) -> None:
    """Give a command, and write down what is told."""
    moment = job.market.moment(number * job.lanes + job.lane)
    try:
        outcome = service.handle(command, at=moment)
    except (Refused, InvalidValue):
        kind, version = "refused", 0
    else:
        kind, version = "repeated" if outcome.repeated else "done", outcome.case.version
    key = key_of(command, str(command.command_id))
    told = f"told {key} {kind} {command.order_id} {version}"
    append(job.diary, told, durable=True)


def _packed(command: Command) -> str:
    return base64.b64encode(pickle.dumps(command)).decode()


def _unpacked(packed: str) -> Command:
    command: Command = pickle.loads(base64.b64decode(packed))
    return command
