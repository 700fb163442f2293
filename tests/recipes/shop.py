"""The shop that the recipes run for: much of it is due, and workers are killed at set places.

A worker of the tests runs an example as it is, but for what `equip` puts in: the half-hour shop's
policy, a store and a notifier that note what they did, and less patience than a shop has.

Two of the workers are killed, each where it hurts: one when it has committed a deadline and nobody
knows of it yet, one when it has delivered a message that is not noted as delivered. Whichever is
the first to come to such a place so often writes its process id into a file and waits there.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
from examples.half_hour_shop import SHOP
from sqlalchemy import select

from ordercancel import Buyer, CancellationService, Message, Order, Party, RequestCancellation
from ordercancel.service.records import Commit
from ordercancel.stores.sql import SqlStore
from ordercancel.stores.sql.engine import open_engine
from ordercancel.stores.sql.tables import events, outbox

LEASE = timedelta(seconds=1)
"""How long a message of a worker that was killed is held back."""
PLACES = ("commit", "delivery")
"""Where workers are killed."""
ASKED = ("OrderRegistered", "CancellationRequested")
ASKED_AT = str(len(ASKED))
"""The version at which a seller is asked, in the ids of messages."""
GRANTED = (*ASKED, "DeadlineFired", "RequestClosed", "OrderCancelled")


def fill(url: str, due: int, later: int) -> None:
    """Put orders into a new database whose sellers have not answered in time, or for an hour."""
    now = datetime.now(UTC)
    with closing(SqlStore(url)) as store:
        service = CancellationService(policies=[SHOP], store=store)
        for number in range(due + later):
            asked = now - (timedelta(days=3) if number < due else timedelta(hours=1))
            order = Order(
                f"o-{number}",
                policy=SHOP.name,
                status="placed",
                buyer=f"b-{number}",
                seller="s-1",
                placed_at=asked - timedelta(hours=1),
            )
            service.register(order, at=order.placed_at)
            asking = RequestCancellation(order.id, by=Buyer(order.buyer), reason="changed_mind")
            service.handle(asking, at=asked)


@attrs.frozen
class Found:
    """What is in the tables and on the notifier's list in the end.

    Args:
        histories: How many orders have which events.
        messages: The state of each message, by its id.
        delivered: How often each message was delivered.
    """

    histories: Mapping[tuple[str, ...], int]
    messages: Mapping[str, str]
    delivered: Mapping[str, int]

    @property
    def left(self) -> list[str]:
        """The messages that were not delivered, but for those that ask to answer too late."""
        return [
            message
            for message, state in self.messages.items()
            if not (state == "delivered" and self.delivered.get(message))
            and not (state == "obsolete" and message.split(":")[1] == ASKED_AT)
        ]


def look(url: str, folder: Path) -> Found:
    """What is there now."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            histories: dict[str, tuple[str, ...]] = {}
            rows = select(events.c.order_id, events.c.kind).order_by(events.c.version)
            for order_id, kind in connection.execute(rows):
                histories[order_id] = (*histories.get(order_id, ()), kind)
            states = select(outbox.c.message_id, outbox.c.state)
            return Found(
                Counter(histories.values()),
                {key: state for key, state in connection.execute(states)},  # noqa: C416
                Counter((folder / "delivered").read_text().splitlines()),
            )
    finally:
        engine.dispose()


def equip(recipe: ModuleType) -> None:
    """Let an example serve this shop."""
    made: Any = recipe
    made.POLICIES = (SHOP,)
    made.SqlStore = NotingStore
    made.LogNotifier = NotingNotifier
    made.CancellationService = HastyDesk


class HastyDesk(CancellationService):
    """Holds messages for a short time, and takes few at once, so that all have their share."""

    def tick(self, now: datetime | None = None, *, budget: int = 20) -> Any:
        return super().tick(now, budget=budget)

    def relay(
        self, now: datetime | None = None, *, limit: int = 20, lease: timedelta = LEASE
    ) -> Any:
        return super().relay(now, limit=limit, lease=lease)


class NotingStore(SqlStore):
    """A store whose process is killed after a commit."""

    def commit(self, commit: Commit) -> None:
        super().commit(commit)
        come_to("commit")


class NotingNotifier:
    """Writes the ids of messages into a file, after which the process is killed."""

    def __init__(self) -> None:
        self._list = os.open(folder() / "delivered", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def deliver(self, message: Message, to: Party | None) -> None:
        os.write(self._list, f"{message.id}\n".encode())
        come_to("delivery")


def folder() -> Path:
    return Path(os.environ["RECIPE_FOLDER"])


_COUNTS: Counter[str] = Counter()
_LOCK = threading.Lock()


def come_to(place: str) -> None:
    """Wait here to be killed, unless another worker was killed here before."""
    with _LOCK:
        _COUNTS[place] += 1
        if _COUNTS[place] != int(os.environ["RECIPE_FATAL"]) or _COUNTS["end"]:
            return
        try:
            with (folder() / place).open("x") as victim:
                victim.write(f"{os.getpid()}\n")
        except FileExistsError:
            return
        _COUNTS["end"] += 1
    threading.Event().wait()
