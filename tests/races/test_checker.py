"""The checker of races and crashes finds what it is there to find."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import attrs
import pytest

from ordercancel import AdvanceOrder, CancellationService, Reject, RequestCancellation
from ordercancel.domain.events import OrderUpdated
from ordercancel.service.receipts import command_key
from ordercancel.stores.sql import SqlStore
from races.checker import Fault, check, check_arrivals, check_deadlines, check_done, commits
from races.market import PARTIES, POLICIES
from races.tables import Tables, read
from races.worker import Mailbox, service_on
from samples import BUYER, OPERATOR, SELLER, jst, order

ASK_1, ASK_2, ASK_3, ASK_4 = (
    command_key("buyer", "b-1", f"ask o-{number}") for number in (1, 2, 3, 4)
)
DONE = (
    (ASK_1, "o-1", 2),
    (ASK_2, "o-2", 4),
    (ASK_3, "o-3", 2),
    (command_key("seller", "s-1", "reject o-1"), "o-1", 3),
    (None, "o-1", 4),
    (None, "o-1", 5),
)
"""What was told of asking three times, of rejecting, of shipping too late, and of shipping."""


@attrs.frozen
class Shop:
    """A database, and the ids of the messages that arrived."""

    path: Path
    arrivals: tuple[str, ...]

    def tables(self) -> Tables:
        return read(f"sqlite:///{self.path}")

    def change(self, statement: str) -> None:
        """Change the tables behind the store's back."""
        with closing(sqlite3.connect(self.path)) as connection:
            assert connection.execute(statement).rowcount > 0
            connection.commit()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A rejected order that was shipped too late, one cancelled at once, and one that waits."""
    path, mailbox = tmp_path / "shop.db", tmp_path / "mailbox"
    store = SqlStore(f"sqlite:///{path}")
    carry_out(service_on(store, Mailbox(mailbox)))
    store.close()
    return Shop(path, tuple(mailbox.read_text(encoding="utf-8").split()))


def carry_out(service: CancellationService) -> None:
    for order_id in ("o-1", "o-2", "o-3"):
        known = order(id=order_id, ship_on=date(2022, 8, 31))
        if order_id == "o-2":
            known = order(id=order_id, status="new", ship_on=None)
        service.register(known, at=jst(16, 9))
        asking = RequestCancellation(
            order_id, by=BUYER, reason="changed_mind", command_id=f"ask {order_id}"
        )
        service.handle(asking, at=jst(16, 10))
    rejecting = Reject(
        "o-1",
        request=1,
        by=SELLER,
        reason="shipped",
        data={"confirmed": True},
        command_id="reject o-1",
    )
    service.handle(rejecting, at=jst(16, 11))
    service.tick(jst(17, 1))
    service.handle(AdvanceOrder("o-1", by=OPERATOR, move="ship"), at=jst(17, 2))
    service.relay(jst(17, 3))


def promises(faults: Iterable[Fault]) -> set[str]:
    return {fault.promise for fault in faults}


def copied(table: str, order_id: str, version: int, kind: str, source: str) -> str:
    """Adds an event to an order, made after that of some order."""
    return (
        f"INSERT INTO {table} SELECT '{order_id}', {version}, kind, at, form,"
        f" replace(body, '{source}', '{order_id}') FROM {table}"
        f" WHERE order_id = '{source}' AND kind = '{kind}' LIMIT 1"
    )


def test_nothing_is_found_where_nothing_is_wrong(shop: Shop) -> None:
    """What the library wrote itself holds together."""
    tables = shop.tables()
    assert len(tables.events) == 11
    assert check(tables, POLICIES, PARTIES) == ()
    assert list(check_done(tables, DONE, complete=True)) == []
    assert list(check_deadlines(tables, jst(20))) == []
    assert len(shop.arrivals) == 9  # one is obsolete: its request was rejected before the relay
    assert list(check_arrivals(tables, shop.arrivals, exactly_once=True)) == []


EVENTS = "ordercancel_events"


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        (
            f"DELETE FROM {EVENTS} WHERE order_id = 'o-1' AND version = 3",
            "versions without gaps",
        ),
        (
            "UPDATE ordercancel_cases SET version = 6 WHERE order_id = 'o-1'",
            "versions without gaps",
        ),
        (
            f"UPDATE {EVENTS} SET body = replace(body, 'changed_mind', 'other')",
            "events come to the case",
        ),
        (copied(EVENTS, "o-2", 5, "OrderAdvanced", "o-1"), "not shipped and cancelled"),
        (copied(EVENTS, "o-2", 5, "OrderCancelled", "o-2"), "final is final"),
        (copied(EVENTS, "o-3", 3, "CancellationRequested", "o-3"), "one open request"),
        (copied(EVENTS, "o-1", 6, "OrderRegistered", "o-1"), "once each"),
        (copied(EVENTS, "o-1", 6, "DeadlineFired", "o-1"), "a deadline acts once"),
        (
            "DELETE FROM ordercancel_outbox WHERE message_id = 'o-2:3:buyer:mail'",
            "no event without its message",
        ),
        (
            "UPDATE ordercancel_outbox SET body = replace(body, 'o-2:3:', 'o-2:2:')",
            "no message without its event",
        ),
        (
            "UPDATE ordercancel_outbox SET version = 3 WHERE message_id = 'o-2:3:buyer:mail'",
            "messages are as they were put",
        ),
        (
            "UPDATE ordercancel_outbox SET party = 's-1' WHERE message_id = 'o-2:3:buyer:mail'",
            "columns repeat bodies",
        ),
        ("UPDATE ordercancel_cases SET next_due = NULL", "the index is the case's"),
        ("UPDATE ordercancel_cases SET next_due = '2022-08-21'", "the index is the case's"),
        (
            "UPDATE ordercancel_cases SET overdue_at = NULL WHERE order_id = 'o-3'",
            "the index is the case's",
        ),
        ("UPDATE ordercancel_cases SET digest = ''", "columns repeat bodies"),
        ("UPDATE ordercancel_cases SET answerer = NULL", "columns repeat bodies"),
        ("UPDATE ordercancel_cases SET rejected_before = false", "columns repeat bodies"),
        ("UPDATE ordercancel_cases SET open_key = NULL", "columns repeat bodies"),
        (
            "UPDATE ordercancel_cases SET open_key = 'o-1' WHERE order_id = 'o-1'",
            "columns repeat bodies",
        ),
        ("UPDATE ordercancel_cases SET status = 'shipped'", "columns repeat bodies"),
        ("UPDATE ordercancel_cases SET seller = 's-2'", "columns repeat bodies"),
        ("UPDATE ordercancel_cases SET ship_on = '2022-08-30'", "columns repeat bodies"),
        ("UPDATE ordercancel_cases SET requested_at = '2022-08-30'", "columns repeat bodies"),
        ("UPDATE ordercancel_cases SET request_status = 'expired'", "columns repeat bodies"),
        (f"UPDATE {EVENTS} SET at = '2022-08-30'", "columns repeat bodies"),
        ("UPDATE ordercancel_commands SET version = 9", "receipts are of commits"),
        (
            "UPDATE ordercancel_commands SET expected = 1, version = 2 WHERE order_id = 'o-1'",
            "receipts are of commits",
        ),
        ("DELETE FROM ordercancel_cases WHERE order_id = 'o-2'", "nothing done by halves"),
        ("UPDATE ordercancel_cases SET body = '{'", "what is stored can be read"),
    ],
)
def test_what_is_wrong_is_found(shop: Shop, statement: str, broken: str) -> None:
    """Whatever breaks one of the promises is told as such."""
    shop.change(statement)
    assert broken in promises(check(shop.tables(), POLICIES, PARTIES))


@pytest.mark.parametrize(
    ("done", "broken"),
    [
        ((*DONE, (None, "o-1", 5)), "one wins"),
        (DONE[:-1], "one wins"),
        ((*DONE, (None, "o-1", 9)), "nothing is lost"),
        ((*DONE, (None, "o-4", 1)), "nothing is lost"),
        ((*DONE[1:], (ASK_4, "o-1", 2)), "nothing is lost"),
        ((*DONE[1:], (ASK_2, "o-1", 2)), "nothing is lost"),
        ((*DONE, (ASK_1, "o-1", 2)), "once each"),
    ],
)
def test_what_was_told_wrongly_is_found(
    shop: Shop, done: tuple[tuple[str | None, str, int], ...], broken: str
) -> None:
    """What a service says was done is there, by that command, once; and all of it was told."""
    assert broken in promises(check_done(shop.tables(), done, complete=True))


def test_a_repetition_that_was_told_wrongly_is_found(shop: Shop) -> None:
    """Who asks again is told of what was done the first time."""
    tables = shop.tables()
    assert list(check_done(tables, DONE, DONE)) == []
    assert promises(check_done(tables, DONE, [(ASK_1, "o-1", 3)])) == {"nothing is lost"}


def test_messages_that_arrived_wrongly_are_found(shop: Shop) -> None:
    """All messages arrive, no others, none twice where none may, and in their order."""
    tables, came = shop.tables(), shop.arrivals

    def found(arrivals: Iterable[str], *, once: bool = True) -> set[str]:
        return promises(check_arrivals(tables, tuple(arrivals), exactly_once=once))

    assert found(came[1:]) == {"at least once"}
    assert found((*came, "o-9:1:buyer:app")) == {"no message without its event"}
    assert found((*came, came[0])) == {"leased to one"}
    assert found((*came, came[0]), once=False) == set()
    lanes = [(each["order_id"], each["party"], each["lane"]) for each in tables.outbox]
    assert max(map(lanes.count, lanes)) > 1
    assert found(reversed(came)) == {"in their order"}
    shop.change(
        "UPDATE ordercancel_outbox SET state = 'obsolete' WHERE request = 1 AND order_id = 'o-3'"
    )
    assert promises(check_arrivals(shop.tables(), came, exactly_once=True)) == {"at least once"}
    shop.change("UPDATE ordercancel_cases SET request_status = 'withdrawn' WHERE order_id = 'o-3'")
    assert list(check_arrivals(shop.tables(), came, exactly_once=True)) == []
    shop.change("UPDATE ordercancel_outbox SET state = 'dead' WHERE number = 1")
    assert promises(check_arrivals(shop.tables(), came, exactly_once=True)) == {"at least once"}


@pytest.mark.parametrize(
    ("now", "count"), [(jst(20, 23, 59), 0), (jst(21), 1), (jst(22), 1)], ids=str
)
def test_a_deadline_that_did_not_act_is_found(shop: Shop, now: datetime, count: int) -> None:
    """A deadline that has come due is no longer open."""
    assert len(list(check_deadlines(shop.tables(), now))) == count


def test_a_command_whose_clock_was_lifted_is_a_commit_of_its_own() -> None:
    """A message or receipt has the version between them; what fires first is the same commit's."""
    first = OrderUpdated(order_id="o-1", at=jst(15), by=SELLER)
    second = OrderUpdated(order_id="o-1", at=jst(15), by=OPERATOR)
    together = commits([first, second], [{"version": 2}])
    assert [(each.expected, each.version) for each in together] == [(0, 2)]
    apart = commits([first, second], [{"version": 1}, {"version": 2}])
    assert [(each.expected, each.version) for each in apart] == [(0, 1), (1, 2)]
