"""Nothing that a person wrote, nor their name, address or id, is left behind an erasure."""

from __future__ import annotations

import json
import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from sqlalchemy import create_engine, select

import postgres as postgresql
from ordercancel import (
    Actor,
    AnswerWithdrawal,
    AskWithdrawal,
    Buyer,
    CancellationService,
    Operator,
    OrderCancelError,
    PartlyDelivered,
    Party,
    Policy,
    RequestCancellation,
    Seller,
    System,
    fold,
)
from ordercancel.domain.events import PartyErased
from ordercancel.engine.messages import Message
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.stores.codec import encode
from ordercancel.stores.memory import MemoryDirectory
from ordercancel.stores.sql import METADATA, SqlStore
from samples import jst, order
from strategies import lives

WORDS = "ひみつの言葉"
NAME = "ひみつの名前"
ADDRESS = "himitsu@example.jp"
HER = "himitsu-1"
SECRETS = (WORDS, "ひみつ", NAME, ADDRESS, "himitsu")
LATER = jst(31)


class Troubled:
    """A notifier that fails by turns, and quotes the message and the address in its errors."""

    def __init__(self) -> None:
        self.turn = 0

    def deliver(self, message: Message, to: Party | None) -> None:
        self.turn += 1
        emails = () if to is None else to.emails
        said = f"{emails}: {message.subject} {message.body}"
        if self.turn % 3 == 1:
            raise PartlyDelivered(emails[:1], dict.fromkeys(emails[1:], said))
        if self.turn % 3 == 2:
            raise OSError(said)


def service_on(store: SqlStore, policy: Policy, *, known: bool) -> CancellationService:
    """A service whose directory knows the others, and her until her account is gone."""
    others = [
        Party(
            each,
            name=each,
            emails=(f"{each}@example.com", f"2.{each}@example.com"),
            permits_cancellation=True,
        )
        for each in ("b-1", "s-1")
    ]
    her = Party(HER, name=NAME, emails=(ADDRESS, f"2.{ADDRESS}"), permits_cancellation=True)
    return CancellationService(
        policies=[policy],
        store=store,
        directory=MemoryDirectory([*others, *([her] if known else [])]),
        notifier=Troubled(),
        retries=Backoff(first=timedelta(), most=timedelta(), tries=2),
    )


def rows_of(url: str) -> str:
    """Everything that the tables hold."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = [connection.execute(select(table)).all() for table in METADATA.sorted_tables]
    engine.dispose()
    return str(rows)


def live(service: CancellationService, life: Any, her: Actor) -> None:
    """Let happen what is asked for, her part of it in her words, and deliver some of it."""
    placed, steps = life
    holds = {} if her.role == "operator" else {her.role: HER}
    service.register(attrs.evolve(placed, **holds), at=placed.placed_at)
    for command, at in steps:
        changes: dict[str, Any] = {}
        if command.by.role == her.role:
            changes["by"] = attrs.evolve(command.by, id=HER)
        if getattr(command, "text", None) and (changes or holds):
            changes["text"] = (WORDS * 99)[: max(len(command.text), len(WORDS))]
        with suppress(OrderCancelError):
            service.handle(attrs.evolve(command, **changes), at=at)
        service.relay(at)


def secrets_in(text: str) -> list[str]:
    """Which of her secrets stand in a text, whether or not it is escaped."""
    quoted = [json.dumps(each)[1:-1] for each in SECRETS]
    return [each for each in (*SECRETS, *quoted) if each in text]


@contextmanager
def databases(kind: str) -> Iterator[tuple[str, Path]]:
    """An empty database, and the folder that it may be in."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/shop.db", Path(folder)
        else:
            with postgresql.schema(SERVER[0]) as url:
                yield url, Path(folder)


SERVER: list[str] = []


@pytest.fixture(autouse=True)
def _server(postgres_server: str) -> None:
    SERVER[:] = [postgres_server]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@given(data=st.data())
@settings(
    max_examples=settings.default.max_examples // 3,  # each has a database of its own
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nothing_is_left_of_random_histories(
    kind: str, data: DataObject, caplog: pytest.LogCaptureFixture
) -> None:
    """In no table, no file, no log and no answer; who decided what, when and why is all there."""
    policy = data.draw(st.sampled_from((CONECT, QOO10)), label="policy")
    her = data.draw(st.sampled_from((Buyer(HER), Seller(HER), Operator(HER))), label="her")
    life = data.draw(lives(policy, max_size=8), label="life")
    order_id = life[0].id
    caplog.clear()
    with databases(kind) as (url, folder), caplog.at_level(logging.INFO, "ordercancel"):
        with closing(SqlStore(url)) as store:
            live(service_on(store, policy, known=True), life, her)
            before = store.history(order_id)
            was_there = bool(secrets_in(rows_of(url)))
            service = service_on(store, policy, known=False)
            erased = service.erase(her, replacement="gone-1")
            assert erased.skipped == ()
            after, case = store.history(order_id), store.load(order_id)
            assert case == fold(after)
            assert was_there == (len(after) == len(before) + 1)
            for event, was in zip(after, before, strict=False):
                assert (type(event), event.at, event.rules) == (type(was), was.at, was.rules)
                assert event.by.role == was.by.role
                assert getattr(event, "reason", None) == getattr(was, "reason", None)
            service.relay(LATER)
            answers = [case, after, service.inbox(System()), service.dead_letters()]
            assert secrets_in(repr(answers) + "".join(map(encode, after))) == []
            assert secrets_in(rows_of(url)) == []
            assert service.erase(her, replacement="gone-1").orders == ()
        for file in folder.iterdir():
            assert secrets_in(file.read_bytes().decode(errors="replace")) == [], file
    assert secrets_in(caplog.text) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_left_where_people_act_meanwhile(kind: str) -> None:
    """Commands and deliveries that lose the race bring nothing back; every case is its fold."""
    ids = [f"o-{number:02}" for number in range(12)]
    with databases(kind) as (url, _), closing(SqlStore(url)) as store:
        service = service_on(store, QOO10, known=True)
        for order_id in ids:
            placed = order("qoo10", id=order_id, buyer=HER, ship_on=date(2022, 8, 31))
            service.register(placed, at=jst(15, 9))
            asks = RequestCancellation(order_id, by=Buyer(HER), reason="other", text=WORDS)
            service.handle(asks, at=jst(15, 10))

        def talk() -> None:
            for turn in range(3):
                for order_id in ids:
                    asks = AskWithdrawal(order_id, by=Seller("s-1"), request=1, text=WORDS)
                    stays = AnswerWithdrawal(order_id, by=Buyer(HER), request=1, accept=False)
                    for command in (asks, stays):
                        with suppress(OrderCancelError):
                            service.handle(command, at=jst(16, turn))

        def deliver() -> None:
            for turn in range(20):
                service.relay(jst(17, 0, turn), limit=7)

        crowd = [Thread(target=each) for each in (talk, deliver)]
        for each in crowd:
            each.start()
        forgetting = service_on(store, QOO10, known=False)
        done = forgetting.erase(Buyer(HER), replacement="gone-1")
        for each in crowd:
            each.join()
        # What the seller wrote since is about somebody whom nobody knows any more.
        done_again = forgetting.erase(Buyer("gone-1"), replacement="gone-1")
        assert (done.orders, done.skipped) == (tuple(ids), ())
        assert (done_again.orders, done_again.skipped) == (tuple(ids), ())
        assert secrets_in(rows_of(url)) == []
        for order_id in ids:
            history = store.history(order_id)
            assert store.load(order_id) == fold(history)
            assert any(isinstance(event, PartyErased) for event in history)


def test_a_message_that_nobody_can_read_is_deleted(tmp_path: Path) -> None:
    """One of a later release is left to it, and the order with it."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with closing(SqlStore(url)) as store:
        service = service_on(store, QOO10, known=True)
        for order_id in ("o-1", "o-2"):
            service.register(
                order("qoo10", id=order_id, buyer=HER, ship_on=date(2022, 8, 31)), at=jst(15, 9)
            )
            asks = RequestCancellation(order_id, by=Buyer(HER), reason="other", text=WORDS)
            service.handle(asks, at=jst(15, 10))
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
            broken = f"UPDATE ordercancel_outbox SET body = '{{\"{WORDS}' WHERE order_id = 'o-1'"
            connection.execute(broken)
            connection.execute("UPDATE ordercancel_outbox SET form = 99 WHERE order_id = 'o-2'")
            connection.commit()
        erased = service.erase(Buyer(HER), replacement="gone-1")
        assert erased.orders == ("o-1",)
        ((order_id, error),) = [(each.order_id, each.error) for each in erased.skipped]
        assert order_id == "o-2"
        assert "has form 99" in str(error)
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
            rows = connection.execute("SELECT order_id, form FROM ordercancel_outbox").fetchall()
        assert rows == [("o-2", 99)]
