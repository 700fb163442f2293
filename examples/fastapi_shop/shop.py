import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Header, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from ordercancel import Actor, AsyncCancellationService, Order, Outcome
from ordercancel.contrib.fastapi import cancellation_router
from ordercancel.policies import QOO10
from ordercancel.schemas import from_json
from ordercancel.stores.sql import AsyncSqlStore

engine = create_async_engine(os.environ.get("SHOP_DATABASE", "sqlite+aiosqlite:///shop.db"))
sessions = async_sessionmaker(engine)
service = AsyncCancellationService(policies=[QOO10], store=AsyncSqlStore(engine))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    await AsyncSqlStore.open(engine)
    async with sessions.begin() as session:
        await session.execute(text("CREATE TABLE IF NOT EXISTS shop (id TEXT, state TEXT)"))
    yield
    await engine.dispose()


def actor(x_user: Annotated[str, Header()]) -> Actor:
    return Actor(x_user.partition(":")[2], role=x_user.partition(":")[0])  # instead of a log-in


async def record(session: AsyncSession, outcome: Outcome) -> None:
    values = {"id": outcome.case.order.id, "state": outcome.case.order.status}
    await session.execute(text("UPDATE shop SET state = :state WHERE id = :id"), values)


router = cancellation_router(service, actor=actor, transaction=sessions.begin, record=record)


@router.post("/shop", status_code=201)
async def place(request: Request) -> None:
    order = from_json(Order, await request.body())
    async with sessions.begin() as session:
        values = {"id": order.id, "state": order.status}
        await session.execute(text("INSERT INTO shop VALUES (:id, :state)"), values)
        await service.using(AsyncSqlStore.within(session)).register(order)


app = FastAPI(lifespan=lifespan)
app.include_router(router)
