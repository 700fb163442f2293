"""Whether a day went well, by the tables and the mailboxes alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import inf

from ordercancel.stores.codec import decode_message
from races.checker import Fault, is_closed
from races.tables import Row, Tables
from soak.post import TIMEOUT, Arrival
from soak.worker import FASTER, PARTIES, WAITS, Wall

Outage = tuple[float, float]
"""From when until when, on the wall, the database was away, or a dead relay's lease lasted."""

SLACK = 20.0
"""How many seconds a batch may take, whose deliveries fail as slowly as they can, on a busy
machine."""
EMAILS = {party.id: party.emails for party in PARTIES}


def check_day(
    tables: Tables,
    arrivals: Sequence[Arrival],
    refused: frozenset[str],
    clock: Wall,
    outages: Iterable[Outage] = (),
) -> Iterator[Fault]:
    """Everything that is wrong with what arrived, when all has been delivered.

    Args:
        tables: What is stored.
        arrivals: What the mailboxes took, in the order of time.
        refused: The messages that they refused for good.
        clock: The clock of the day.
        outages: What held up everybody.
    """
    rows = {row["message_id"]: row for row in tables.outbox}
    bodies = {name: decode_message(row["body"], row["form"]).body for name, row in rows.items()}
    for each in arrivals:
        if each.message_id not in rows:
            yield Fault("no message without its event", each.message_id, "arrived")
        elif each.body.split() != bodies[each.message_id].split():
            yield Fault("twice by the same id alone", each.message_id, "arrived with another text")
    first: dict[tuple[str, str | None], float] = {}
    for each in arrivals:
        first.setdefault((each.message_id, each.address), each.at)
    yield from _lost(tables, first, refused)
    yield from _disordered(rows, first)
    yield from _late(tables, first, clock, tuple(outages))


def _lost(
    tables: Tables, first: dict[tuple[str, str | None], float], refused: frozenset[str]
) -> Iterator[Fault]:
    cases = {row["order_id"]: row for row in tables.cases}
    for row in tables.outbox:
        name, state = row["message_id"], row["state"]
        if state == "delivered":
            wanted = EMAILS[row["party"]] if row["lane"] == "mail" else (None,)
            for address in wanted:
                if (name, address) not in first:
                    yield Fault("at least once", name, f"never arrived at {address}")
        elif state == "dead":
            if name not in refused:
                yield Fault("dead by a refusal alone", name, f"is dead: {row['error']}")
        elif state != "obsolete" or not is_closed(row, cases[row["order_id"]]):
            yield Fault("at least once", name, f"is {state}")


def _disordered(
    rows: dict[str, Row], first: dict[tuple[str, str | None], float]
) -> Iterator[Fault]:
    lanes: dict[tuple[str, str, str, str | None], list[int]] = defaultdict(list)
    for name, address in first:  # in the order of time
        if name in rows:
            row = rows[name]
            lanes[row["order_id"], row["party"], row["lane"], address].append(row["number"])
    for lane, numbers in lanes.items():
        if numbers != sorted(numbers):
            yield Fault("in their order", str(lane), f"came as {numbers}")


def _late(
    tables: Tables,
    first: dict[tuple[str, str | None], float],
    clock: Wall,
    outages: Sequence[Outage],
) -> Iterator[Fault]:
    """A message has its own tries to wait for, those before it in its lane, and outages."""
    came: dict[str, float] = {}
    for (name, _), at in first.items():
        came[name] = max(at, came.get(name, at))
    until: dict[tuple[str, str, str], float] = {}
    for row in tables.outbox:
        lane = row["order_id"], row["party"], row["lane"]
        message = decode_message(row["body"], row["form"])
        begun = max(clock.wall(message.at), until.get(lane, -inf))
        tries = row["attempts"]
        waits = sum(WAITS.wait(tried, 1.0).total_seconds() for tried in range(1, tries)) / FASTER
        last = begun + waits + tries * 2 * TIMEOUT + SLACK
        for start, end in sorted(outages):
            if begun <= end and start <= last:
                last += end - start
        at = came.get(row["message_id"], last)
        until[lane] = min(last, at)
        if at > last:
            found = f"{at - last:.1f} s late, after {tries} tries"
            yield Fault("in time", row["message_id"], found)
