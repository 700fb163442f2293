"""A process of the shop's day: it commands, ticks or relays until it is killed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import attrs

from ordercancel import CancellationService, Conflict, InvalidValue, Refused, StoreUnavailable
from ordercancel.notifiers.mail import MailNotifier
from ordercancel.notifiers.routing import Route, RoutedNotifier
from ordercancel.notifiers.webhook import WebhookNotifier
from ordercancel.rules.notifications import Medium
from ordercancel.service.backoff import Backoff
from ordercancel.service.receipts import key_of
from ordercancel.stores.memory import MemoryDirectory
from ordercancel.stores.sql import SqlStore
from races import market
from races.market import BEGIN, LIFE, POLICIES, Market
from races.worker import append
from samples import BUYING, PERMITTING, SYSTEM
from soak.post import FLAKY, TIMEOUT

FASTER = 14_400
"""How many times as fast as on the wall time passes: ten days in 42 seconds."""
LEASE = timedelta(seconds=6) * FASTER
WAITS = Backoff(
    first=timedelta(seconds=0.2) * FASTER, most=timedelta(seconds=2) * FASTER, tries=1_000
)
PARTIES = (attrs.evolve(PERMITTING, emails=(*PERMITTING.emails, FLAKY)), BUYING)
COMMANDERS = 4
GENERATION = 400_000
"""How many numbers of commands there are for the orders of ten days; most are not given."""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@attrs.frozen
class Wall:
    """A clock that began with the day, and runs faster; all processes have the same."""

    begun: float

    def now(self) -> datetime:
        """The time of the day."""
        return BEGIN + timedelta(seconds=(time.time() - self.begun) * FASTER)

    def wall(self, moment: datetime) -> float:
        """The seconds on the wall at a moment of the day."""
        return self.begun + (moment - BEGIN).total_seconds() / FASTER


@attrs.frozen(kw_only=True)
class Job:
    """What a process does.

    Args:
        kind: ``command``, ``tick`` or ``relay``.
        lane: Its number among those of its kind.
        url: The database.
        clock: The clock.
        ports: Of the mail server and the webhook.
        diary: The file that a commander writes down in what it is told.
    """

    kind: str
    lane: int
    url: str
    clock: Wall
    ports: tuple[int, int]
    diary: Path


def service_on(store: SqlStore, job: Job) -> CancellationService:
    """The service of the day."""
    mail, web = job.ports
    sender = MailNotifier(
        host="127.0.0.1",
        port=mail,
        security="none",
        sender="no-reply@example.jp",
        helo="shop.example",
        timeout=TIMEOUT,
    )
    hook = WebhookNotifier(f"http://127.0.0.1:{web}/", secrets=[SECRET], timeout=TIMEOUT)
    return CancellationService(
        policies=POLICIES,
        store=store,
        directory=MemoryDirectory(PARTIES),
        notifier=RoutedNotifier([Route(sender, medium=Medium.MAIL), Route(hook)]),
        clock=job.clock,
        retries=WAITS,
    )


def work(job: Job) -> None:
    """Do it again and again; whatever the store says, the next turn comes."""
    for name in ("ordercancel", "psycopg"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    service = service_on(SqlStore(job.url, create_tables=False), job)
    turn: Callable[[], None] = {
        "command": lambda: _command(job, service),
        "tick": lambda: _tick(service),
        "relay": lambda: _relay(service),
    }[job.kind]
    while True:
        with suppress(StoreUnavailable, Conflict):
            turn()
        time.sleep({"command": 0.05, "tick": 0.2, "relay": 0.05}[job.kind])


def _command(job: Job, service: CancellationService) -> None:
    shop = Market(seed=1, at_once=30, generation=GENERATION, crowd=1)
    place = int((job.clock.now() - BEGIN) / LIFE * GENERATION)
    number = place - place % COMMANDERS + job.lane
    order = shop.order(number)
    service.register(order)
    command = shop.command(number, service.case(order.id, by=SYSTEM))
    try:
        outcome = service.handle(command)
    except (Refused, InvalidValue):
        return
    if not outcome.repeated:
        key = key_of(command, command.command_id) if command.command_id else "-"
        append(job.diary, f"{key} {command.order_id} {outcome.case.version}")


def _tick(service: CancellationService) -> None:
    while service.tick(budget=20).more:
        pass


def _relay(service: CancellationService) -> None:
    while service.relay(limit=10, lease=LEASE).more:
        pass


assert market.PARTIES == (PERMITTING, BUYING)
