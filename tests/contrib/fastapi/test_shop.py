"""The shop of the examples: its rows and the cases in one transaction, on both databases."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from tests.contrib.fastapi.conftest import client_of

from ordercancel import CancellationService, Outcome
from ordercancel.policies import QOO10
from ordercancel.schemas import to_json
from ordercancel.stores.sql import SqlStore
from samples import order

ROOT = Path(__file__).parents[3]
SHOP = ROOT / "examples" / "fastapi_shop" / "shop.py"
NEW = order(status="new", ship_on=None)
ASK = {"do": "request", "reason": "changed_mind"}
PATH = "/orders/762544202"
READS = "SELECT", "INSERT", "UPDATE"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind, without its driver's name."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    given: str = request.getfixturevalue("postgres")
    return given


@pytest.fixture
def shop(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the example, on an empty database."""
    asynchronous = url.replace("sqlite://", "sqlite+aiosqlite://").replace(
        "postgresql://", "postgresql+psycopg://"
    )
    monkeypatch.setenv("SHOP_DATABASE", asynchronous)
    spec = importlib.util.spec_from_file_location("fastapi_shop", SHOP)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def client(shop: Any) -> Iterator[TestClient]:
    """A client who is the buyer of the guide's order, which has been placed."""
    with TestClient(shop.app, headers={"X-User": "buyer:b-1"}) as client:
        assert client.post("/shop", content=to_json(NEW)).status_code == 201
        yield client


def state(url: str) -> str:
    """What the shop's own row says."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT state FROM shop")).scalars()
    engine.dispose()
    return str(row)


def test_the_row_of_the_shop_and_the_case_change_together(client: TestClient, url: str) -> None:
    assert state(url) == "new"
    answer = client.post(f"{PATH}/commands", json=ASK)
    assert answer.json()["case"]["order"]["status"] == "cancelled"
    assert state(url) == "cancelled"


def test_what_is_wrong_with_an_order_is_a_problem_and_leaves_nothing(client: TestClient) -> None:
    said = to_json(order(id="O-2", status="nowhere"))
    answer = client.post("/shop", content=said)
    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (422, "Order.status")
    assert client.post("/shop", content=to_json(order(id="O-2"))).status_code == 201


def test_where_the_row_can_not_change_the_case_does_not(
    client: TestClient, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drop() -> None:
        async with shop.sessions.begin() as session:
            await session.execute(text("DROP TABLE shop"))

    assert client.portal is not None
    client.portal.call(drop)
    with pytest.raises(DBAPIError):
        client.post(f"{PATH}/commands", json=ASK)
    assert [each["event"] for each in client.get(f"{PATH}/history").json()] == ["OrderRegistered"]


def test_of_twelve_clicks_at_once_one_is_carried_out(shop: Any) -> None:
    """Those with its key get its outcome, those with others are refused."""

    async def clicked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(shop.app)
        by = {"X-User": "buyer:b-1"}
        async with (
            shop.lifespan(shop.app),
            httpx.AsyncClient(transport=transport, base_url="http://shop", headers=by) as client,
        ):
            await client.post("/shop", content=to_json(NEW))
            keys = ({"Idempotency-Key": "same" if each % 2 else f"{each}"} for each in range(12))
            post = partial(client.post, f"{PATH}/commands", json=ASK)
            return await asyncio.gather(*(post(headers=key) for key in keys))

    answers = asyncio.run(clicked())
    done = [each.json()["repeated"] for each in answers if each.status_code == 200]
    assert done.count(False) == 1
    assert {each.status_code for each in answers} == {200, 409}


def test_a_list_of_fifty_orders_with_buttons_is_one_query(client: TestClient, shop: Any) -> None:
    ids = [f"o-{number}" for number in range(50)]
    for each in ids:
        client.post("/shop", content=to_json(order(id=each)))
    seen: list[str] = []
    note = lambda *about: seen.append(about[2])  # noqa: E731
    event.listen(shop.engine.sync_engine, "before_cursor_execute", note)
    shown = client.get("/orders", params={"id": ids}).json()
    assert [len(each["options"]) for each in shown] == [9] * 50
    assert len([each for each in seen if each.startswith(READS)]) == 1


def test_a_sync_service_commits_with_the_hosts_session_as_well(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    service = CancellationService(policies=[QOO10], store=SqlStore(engine))
    service.register(order(), at=order().placed_at)
    recorded: list[str] = []

    def record(session: Session, outcome: Outcome) -> None:
        session.execute(text("SELECT 1"))
        recorded.append(outcome.case.order.status)
        if len(recorded) == 1:
            raise RuntimeError("the shop's own fault")

    sync = client_of(service, transaction=sessionmaker(engine).begin, record=record)
    with pytest.raises(RuntimeError):
        sync.post(f"{PATH}/commands", json=ASK)
    assert len(sync.get(f"{PATH}/history").json()) == 1
    for repeated in (False, True):
        answer = sync.post(f"{PATH}/commands", json=ASK, headers={"Idempotency-Key": "k"})
        assert answer.json()["repeated"] is repeated
    assert len(recorded) == 2
    engine.dispose()


def test_the_example_has_forty_lines_at_most() -> None:
    lines = SHOP.read_text("utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 40
