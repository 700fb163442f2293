"""Apps with the router, and clients of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.testclient import TestClient

from both import Awaited
from ordercancel import Actor, AsyncCancellationService, CancellationService, Order, Policy
from ordercancel.contrib.fastapi import cancellation_router
from ordercancel.policies import CONECT, QOO10
from ordercancel.stores.memory import MemoryStore
from pytest_ordercancel import FrozenClock
from samples import order


def actor(x_user: Annotated[str, Header()]) -> Actor:
    role, _, user_id = x_user.partition(":")
    return Actor(user_id, role=role)


def client_of(service: Any, **router: Any) -> TestClient:
    """A client of an app that has the router and nothing else; `X-User` says who asks."""
    app = FastAPI()
    app.include_router(cancellation_router(service, actor=actor, **router))
    return TestClient(app, headers={"X-User": "buyer:b-1"})


ORDERS = (order(), order("conect", id="A-1"), order(id="762544203", buyer="b-2"))


def shop_of(
    kind: str, orders: tuple[Order, ...] = ORDERS, policies: Sequence[Policy] = (QOO10, CONECT)
) -> Any:
    """A service of either kind with some orders, an hour after the last was placed."""
    store: Any = MemoryStore()
    clock = FrozenClock(max(each.placed_at for each in orders) + timedelta(hours=1))
    service = CancellationService(policies=policies, store=store, clock=clock)
    for each in orders:
        service.register(each, at=each.placed_at)
    if kind == "sync":
        return service
    store = Awaited(store)
    return AsyncCancellationService(policies=policies, store=store, clock=clock)


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
