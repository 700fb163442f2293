"""A shop whose database fails: a service on a sync or an async store, and what must not change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from ordercancel import CancellationService, Command, RequestCancellation, StoreUnavailable
from ordercancel.policies import QOO10
from ordercancel.stores.memory import MemoryNotifier
from ordercancel.stores.sql import AsyncSqlStore, SqlStore
from ordercancel.testing.blocking import opened as fit
from races.checker import check
from races.tables import read
from samples import BUYER, SYSTEM, jst, order

REGISTERED, ASKED, LATER = jst(16, 9), jst(16, 10), jst(21, 10)
"""Registering, asking, and a time at which an answer is overdue."""
KINDS = ("sync", "async")

Open = Callable[..., Any]
"""Opens a store by its URL, whose methods can be called, whether it is async or not."""


@contextmanager
def opening(kind: str) -> Iterator[Open]:
    """Opens stores of a kind, and closes them in the end."""
    with ExitStack() as stack:

        def opened(url: str, *, create_tables: bool = True) -> Any:
            if kind == "sync":
                return stack.enter_context(closing(SqlStore(url, create_tables=create_tables)))
            if create_tables:
                return stack.enter_context(fit(lambda: AsyncSqlStore.open(url)))
            return stack.enter_context(fit(lambda: AsyncSqlStore(url, create_tables=False)))

        yield opened


def engine_of(store: Any) -> Engine:
    """The engine of a store that was opened here."""
    if isinstance(store, SqlStore):
        engine: Engine = store._transactions.engine  # type: ignore[attr-defined]
    else:
        engine = store._adapter._transactions.engine.sync_engine
    return engine


class Shop:
    """A service on a store, with some orders of Qoo10."""

    def __init__(self, url: str, store: Any) -> None:
        self.url = url
        self.store = store
        self.notifier = MemoryNotifier()
        self.service = CancellationService(policies=[QOO10], store=store, notifier=self.notifier)

    def ask(self, order_id: str = "o-1") -> bool:
        """Let the buyer ask to cancel an order; gives whether he had done so before."""
        return self.service.handle(asking(order_id), at=ASKED).repeated

    def version(self, order_id: str = "o-1") -> int:
        """The version of an order: 1 when it is registered, 2 when its buyer has asked."""
        return self.service.case(order_id, by=SYSTEM).version


def registered(shop: Shop, *order_ids: str) -> None:
    """New orders, planned to be shipped at the end of the month."""
    for order_id in order_ids:
        shop.service.register(order(id=order_id, ship_on=date(2022, 8, 31)), at=REGISTERED)


def asking(order_id: str = "o-1") -> Command:
    """The buyer asks to cancel an order: the seller is told, and a deadline begins."""
    return RequestCancellation(
        order_id, by=BUYER, reason="changed_mind", command_id=f"ask {order_id}"
    )


@contextmanager
def unavailable(url: str, told: str) -> Iterator[None]:
    """Whatever is done inside ends with `StoreUnavailable` that tells so, and changes nothing."""
    before = read(url)
    with pytest.raises(StoreUnavailable, match=told) as caught:
        yield
    assert caught.value.__cause__ is not None
    after = read(url)
    assert after == before
    assert check(after, [QOO10]) == ()
