"""Whether the tables of a store hold together: everything that must be true of them at any time.

It reads rows, and asks the store nothing. Of the library it uses what is pure: the stored form,
the fold, and the wording of messages.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from typing import Any

import attrs

from ordercancel import Case, Event, Message, Party, Policy
from ordercancel.domain.events import (
    DeadlineFired,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
)
from ordercancel.domain.requests import OPEN
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.messages import messages_for
from ordercancel.engine.timers import schedule
from ordercancel.stores.codec import decode_case, decode_events, decode_message
from races.tables import Row, Tables


@attrs.frozen
class Fault:
    """Something that must not be: which promise it breaks, where, and what was found."""

    promise: str
    where: str
    found: str


@attrs.frozen
class Written:
    """One commit, as the events tell of it: those from `expected` to `version`."""

    expected: int
    version: int
    events: tuple[Event, ...]


Found = Iterator[Fault]
Done = tuple[str | None, str, int]
"""What a service said of a command: its id, its order, and the version that it made."""


def check(
    tables: Tables, policies: Iterable[Policy], parties: Iterable[Party] = ()
) -> tuple[Fault, ...]:
    """Everything that is wrong with the tables; nothing at any time, whatever happened before."""
    book = {(policy.name, policy.edition): policy for policy in policies}
    known = {party.id: party for party in parties}
    rows = {name: tables.by_order(name) for name in ("events", "outbox", "commands")}
    faults = [*_check_ids(tables)]
    for case in tables.cases:
        order_id = case["order_id"]
        mine = {name: found.get(order_id, []) for name, found in rows.items()}
        try:
            faults += _check_order(case, mine, book, known)
        except Exception as error:  # rows that nobody can read are a fault like others
            faults.append(Fault("what is stored can be read", order_id, repr(error)))
    return tuple(faults)


def commits(events: Sequence[Event], rows: Iterable[Row] = ()) -> tuple[Written, ...]:
    """The commits that the events of an order were written by.

    All events of a commit have its moment. What is due fires first, and the command's own events
    follow. The command before had another moment, unless its process was ahead and this one's
    clock was lifted to it: then a receipt or a message, in `rows`, has the version between them,
    and the command another actor or other rules.
    """
    ends = {row["version"] for row in rows}
    found: list[list[Event]] = []
    for version, event in enumerate(events):
        last = found[-1][-1] if found else None
        lifted = (
            last is not None
            and version in ends
            and (event.by, event.rules) != (last.by, last.rules)
        )
        if last is None or event.at != last.at or lifted:
            found.append([])
        found[-1].append(event)
    written: list[Written] = []
    for each in found:
        expected = written[-1].version if written else 0
        written.append(Written(expected, expected + len(each), tuple(each)))
    return tuple(written)


def steps(events: Sequence[Event]) -> tuple[tuple[Event, ...], ...]:
    """The decisions of one commit: each deadline that fired, and then the command's."""
    found: list[list[Event]] = []
    for event in events:
        follows = found and (event.by, event.rules) == (found[-1][0].by, found[-1][0].rules)
        if isinstance(event, DeadlineFired) or not follows:
            found.append([])
        found[-1].append(event)
    return tuple(map(tuple, found))


def check_done(
    tables: Tables,
    done: Iterable[Done],
    repeated: Iterable[Done] = (),
    *,
    complete: bool = False,
) -> Found:
    """What a service said was done is in the tables, each by one command.

    Args:
        tables: What is stored.
        done: The outcomes that were no repetitions.
        repeated: Those that were.
        complete: Whether these are all that was done, apart from registering orders.
    """
    said = tuple(done)
    receipts, messages = tables.by_order("commands"), tables.by_order("outbox")
    versions = {
        order_id: {
            each.version
            for each in commits(
                _events(rows), [*receipts.get(order_id, ()), *messages.get(order_id, ())]
            )
        }
        for order_id, rows in tables.by_order("events").items()
    }
    for (order_id, version), count in Counter((each[1], each[2]) for each in said).items():
        if count > 1:
            yield Fault("one wins", order_id, f"{count} commands were told of version {version}")
        if version not in versions.get(order_id, ()):
            yield Fault("nothing is lost", order_id, f"no commit made version {version}")
    for name, count in Counter(each[0] for each in said if each[0]).items():
        if count > 1:
            yield Fault("once each", name, f"was done {count} times")
    receipts = {row["command_id"]: row for row in tables.commands}
    for command_id, order_id, version in (*said, *repeated):
        if command_id is None:
            continue
        receipt = receipts.get(command_id)
        if receipt is None:
            yield Fault("nothing is lost", command_id, "has no receipt")
        elif (receipt["order_id"], receipt["version"]) != (order_id, version):
            yield Fault("nothing is lost", command_id, f"has a receipt of {receipt['version']}")
    if complete:
        told_of = {(each[1], each[2]) for each in said}
        for order_id, made in versions.items():
            for version in sorted(made - {1}):
                if (order_id, version) not in told_of:
                    yield Fault("one wins", order_id, f"nobody was told of version {version}")


def check_arrivals(tables: Tables, arrivals: Sequence[str], *, exactly_once: bool) -> Found:
    """What arrived is what was to be told, all but the obsolete, and in the order of each lane.

    Args:
        tables: What is stored, when everything has been relayed.
        arrivals: The ids of the messages as they arrived.
        exactly_once: Whether none may have come twice, as where no relay died.
    """
    sent = {row["message_id"]: row for row in tables.outbox}
    for message_id, count in Counter(arrivals).items():
        if message_id not in sent:
            yield Fault("no message without its event", message_id, "arrived")
        if count > 1 and exactly_once:
            yield Fault("leased to one", message_id, f"arrived {count} times")
    came = set(arrivals)
    cases = {row["order_id"]: row for row in tables.cases}
    for message_id, row in sent.items():
        if row["state"] == "obsolete":
            if not is_closed(row, cases[row["order_id"]]):
                yield Fault("at least once", message_id, "is obsolete, and its request is open")
        elif row["state"] != "delivered":
            yield Fault("at least once", message_id, f"is {row['state']}")
        elif message_id not in came:
            yield Fault("at least once", message_id, "never arrived")
    lanes: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for message_id in dict.fromkeys(arrivals):
        if message_id in sent:
            told = sent[message_id]
            lanes[told["order_id"], told["party"], told["lane"]].append(told["number"])
    for (order_id, party, lane), numbers in lanes.items():
        if numbers != sorted(numbers):
            yield Fault("in their order", order_id, f"{party} got {numbers} by {lane}")


def is_closed(message: Row, case: Row) -> bool:
    """Whether the request is closed that a message speaks of as open."""
    number = message["request"]
    return number is not None and (
        case["request_number"] > number or case["request_status"] not in OPEN
    )


def check_deadlines(tables: Tables, now: datetime) -> Found:
    """No deadline is left that was due by `now`."""
    for row in tables.cases:
        if row["next_due"] is not None and row["next_due"] <= now:
            yield Fault("every deadline acts", row["order_id"], f"was due at {row['next_due']}")


# -------------------------------------------------------------------- ids


def _check_ids(tables: Tables) -> Found:
    """Every id is there once, and everything belongs to an order."""
    orders = {row["order_id"] for row in tables.cases}
    keys: Mapping[str, Callable[[Row], Any]] = {
        "cases": lambda row: row["order_id"],
        "events": lambda row: (row["order_id"], row["version"]),
        "outbox": lambda row: row["message_id"],
        "commands": lambda row: row["command_id"],
    }
    for table, key in keys.items():
        rows = getattr(tables, table)
        for value, count in Counter(map(key, rows)).items():
            if count > 1:
                yield Fault("once each", str(value), f"is in {table} {count} times")
        for stray in {row["order_id"] for row in rows} - orders:
            yield Fault("nothing done by halves", stray, f"has {table} and no case")


# -------------------------------------------------------------------- an order


def _check_order(
    row: Row,
    mine: Mapping[str, list[Row]],
    book: Mapping[tuple[str, str], Policy],
    parties: Mapping[str, Party],
) -> list[Fault]:
    case = decode_case(row["body"], row["form"])
    events = _events(mine["events"])
    policy = book[case.order.policy, case.edition]
    written = commits(events, [*mine["commands"], *mine["outbox"]])
    return [
        *_check_versions(row, case, mine["events"], events),
        *_check_life(case, events),
        *_check_columns(row),
        *_check_index(row, case, policy),
        *_check_deadlines(case, events),
        *_check_receipts(case, mine["commands"], written),
        *_check_messages(case, mine["outbox"], written, policy, parties),
    ]


def _check_versions(row: Row, case: Case, rows: Sequence[Row], events: Sequence[Event]) -> Found:
    """Versions have no gaps, and the events come to the case."""
    order_id = case.order.id
    versions = [each["version"] for each in rows]
    if versions != list(range(1, row["version"] + 1)):
        yield Fault("versions without gaps", order_id, f"{versions} for version {row['version']}")
    for stored, event in zip(rows, events, strict=True):
        if (stored["order_id"], stored["at"]) != (event.order_id, event.at):
            yield Fault("columns repeat bodies", order_id, f"event {stored['version']}")
    if fold(events) != case:
        yield Fault("events come to the case", order_id, "the fold is another case")


def _check_life(case: Case, events: Sequence[Event]) -> Found:
    """No order is both shipped and cancelled, and none ever had two open requests."""
    order_id = case.order.id
    cancelled = [event for event in events if isinstance(event, OrderCancelled)]
    shipped = [event for event in events if isinstance(event, OrderAdvanced) and event.ships]
    if cancelled and (shipped or case.order.shipped_at):
        yield Fault("not shipped and cancelled", order_id, "is both")
    if len(cancelled) > 1 or len(shipped) > 1:
        yield Fault("final is final", order_id, f"{len(cancelled)} ends, {len(shipped)} shipments")
    if [event for event in events[1:] if isinstance(event, OrderRegistered)]:
        yield Fault("once each", order_id, "was registered again")
    now = fold(events[:1])
    for event in events[1:]:
        now = evolve(now, event)
        if sum(request.is_open for request in now.requests) > 1:
            yield Fault("one open request", order_id, f"more at version {now.version}")
    numbers = [request.number for request in case.requests]
    if numbers != list(range(1, len(numbers) + 1)):
        yield Fault("one open request", order_id, f"requests are numbered {numbers}")


def _check_columns(row: Row) -> Found:
    """What is searched for says what the body says, also the key that keeps requests apart."""
    body: dict[str, Any] = json.loads(row["body"])
    order = body["order"]
    latest = body["requests"][-1] if body["requests"] else {}
    is_open = latest.get("status") in OPEN
    expected = {
        "order_id": order["id"],
        "policy": order["policy"],
        "edition": body["edition"],
        "digest": body["digest"],
        "version": body["version"],
        "status": order["status"],
        "channel": order["channel"],
        "buyer": order["buyer"],
        "seller": order["seller"],
        "placed_at": _moment(order["placed_at"]),
        "shipped_at": _moment(order["shipped_at"]),
        "status_since": _moment(order["status_since"]),
        "ship_on": _day(order["ship_on"]),
        "request_number": latest.get("number"),
        "request_status": latest.get("status"),
        "requested_at": _moment(latest.get("at")),
        "closed_at": _moment(latest.get("closed_at")),
        "initiator": latest.get("by", {}).get("role"),
        "answerer": latest.get("answerer"),
        "rejected_before": any(each["status"] == "rejected" for each in body["requests"]),
        "open_key": order["id"] if is_open else None,
    }
    for name, value in expected.items():
        if row[name] != value:
            found = f"{name}: {row[name]}, not {value}"
            yield Fault("columns repeat bodies", row["order_id"], found)


def _check_index(row: Row, case: Case, policy: Policy) -> Found:
    """What is due next, and since when it is overdue, is what follows from the case."""
    next_due, marked_from = schedule(policy, case)
    stored = row["next_due"], row["overdue_at"]
    expected = next_due, marked_from.get("overdue")
    if stored != expected:
        yield Fault("the index is the case's", case.order.id, f"{stored}, not {expected}")


def _check_deadlines(case: Case, events: Sequence[Event]) -> Found:
    """A deadline fires once for a request and a due moment; again only where it could not act."""
    fired = Counter[tuple[object, ...]]()
    now = fold(events[:1])
    for event in events[1:]:
        if isinstance(event, DeadlineFired):
            where = now.order.status if event.impossible else None
            fired[event.deadline, event.due_at, len(now.requests), where] += 1
        now = evolve(now, event)
    for which, count in fired.items():
        if count > 1:
            yield Fault("a deadline acts once", case.order.id, f"{which} fired {count} times")


def _check_receipts(case: Case, rows: Sequence[Row], written: Sequence[Written]) -> Found:
    """A receipt names a whole commit."""
    whole = Counter((each.expected, each.version) for each in written)
    for row in rows:
        if (row["expected"], row["version"]) not in whole:
            found = f"{row['expected']} to {row['version']} is no commit of {case.order.id}"
            yield Fault("receipts are of commits", row["command_id"], found)
    for versions, count in Counter((row["expected"], row["version"]) for row in rows).items():
        if count > 1:
            yield Fault("receipts are of commits", case.order.id, f"{count} for {versions}")


def _check_messages(
    case: Case,
    rows: Sequence[Row],
    written: Sequence[Written],
    policy: Policy,
    parties: Mapping[str, Party],
) -> Found:
    """No event without its messages, and no message without its event."""
    order_id = case.order.id
    stored = [(row["version"], decode_message(row["body"], row["form"])) for row in rows]
    expected: list[tuple[int, Message]] = []
    now: Case | None = None
    for each in written:
        for step in steps(each.events):
            now = fold(step) if now is None else reduce(evolve, step, now)
            told = messages_for(step, now, policy, parties)
            expected.extend((each.version, message) for message in told)
    stored_ids, expected_ids = ({message.id for _, message in each} for each in (stored, expected))
    for missing in sorted(expected_ids - stored_ids):
        yield Fault("no event without its message", missing, "is not in the outbox")
    for stray in sorted(stored_ids - expected_ids):
        yield Fault("no message without its event", stray, "is in the outbox")
    if stored_ids == expected_ids and stored != expected:
        yield Fault("messages are as they were put", order_id, "another version, order or text")
    for row, (_, message) in zip(rows, stored, strict=True):
        names = ("message_id", "order_id", "party", "lane", "request")
        body = (message.id, message.order_id, message.party, message.medium, message.request)
        if tuple(row[name] for name in names) != body:
            yield Fault("columns repeat bodies", order_id, f"message {row['number']}")


def _events(rows: Iterable[Row]) -> tuple[Event, ...]:
    return decode_events([(row["kind"], row["form"], row["body"]) for row in rows])


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)


def _day(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)
