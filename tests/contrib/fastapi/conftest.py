"""Apps with the router, and clients of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.testclient import TestClient

from both import Awaited
from ordercancel import Actor, AsyncCancellationService, CancellationService, Order
from ordercancel.contrib.fastapi import cancellation_router
from ordercancel.policies import CONECT, QOO10
from ordercancel.stores.memory import MemoryStore
from samples import jst, order


class Clock:
    """A clock that stands."""

    def now(self) -> Any:
        return jst(15, 10)


def actor(x_user: Annotated[str, Header()]) -> Actor:
    role, _, user_id = x_user.partition(":")
    return Actor(user_id, role=role)


def client_of(service: Any, **router: Any) -> TestClient:
    """A client of an app that has the router and nothing else; `X-User` says who asks."""
    app = FastAPI()
    app.include_router(cancellation_router(service, actor=actor, **router))
    return TestClient(app, headers={"X-User": "buyer:b-1"})


ORDERS = (order(), order("conect", id="A-1"), order(id="762544203", buyer="b-2"))


def shop_of(kind: str, orders: tuple[Order, ...] = ORDERS) -> Any:
    """A service of either kind with some orders."""
    store: Any = MemoryStore()
    service = CancellationService(policies=[QOO10, CONECT], store=store, clock=Clock())
    for each in orders:
        service.register(each, at=jst(15, 9))
    if kind == "sync":
        return service
    store = Awaited(store)
    return AsyncCancellationService(policies=[QOO10, CONECT], store=store, clock=Clock())


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest) -> TestClient:
    """A client of a shop with three orders, one of them of another buyer's."""
    return client_of(shop_of(request.param))


Send = Callable[..., Any]


@pytest.fixture
def send(client: TestClient) -> Send:
    """Gives a command about the guide's order."""

    def post(do: str, order_id: str = "762544202", by: str = "buyer:b-1", **body: Any) -> Any:
        headers = {"X-User": by, **body.pop("headers", {})}
        path = f"/orders/{order_id}/{body.pop('to', 'commands')}"
        return client.post(path, json={"do": do, **body}, headers=headers)

    return post
