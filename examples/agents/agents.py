"""Orders in an agent's hands, by stdio, or over HTTP: `python agents.py [streamable-http]`."""

import os
import sys
from datetime import UTC, date, datetime
from typing import Any

from mcp.server.mcpserver import Context

from ordercancel import Buyer, CancellationService, Order
from ordercancel.contrib.mcp import Agent, cancellation_server
from ordercancel.policies import QOO10
from ordercancel.stores.sql import SqlStore

service = CancellationService(policies=[QOO10], store=SqlStore("sqlite:///agents.db"))


def agent(ctx: Context[Any, Any]) -> Agent:
    """Who calls: a shop asks the token that the agent came with, and the buyer who gave it."""
    buyer = (ctx.headers or {}).get("x-buyer", "b-1")
    return Agent(by=Buyer(buyer, via="agent:assistant"), may=frozenset({"request", "withdraw"}))


server = cancellation_server(
    service, agent=agent, key=os.environ["PLAN_KEY"].encode(), log_level="WARNING"
)

if __name__ == "__main__":
    order = Order(
        "762544202",
        policy="qoo10",
        status="new",
        buyer="b-1",
        seller="s-1",
        placed_at=datetime(2026, 11, 1, tzinfo=UTC),
        ship_on=date(2026, 11, 5),
    )
    service.register(order)
    if sys.argv[1:] == ["streamable-http"]:
        server.run("streamable-http", port=int(os.environ.get("PORT", "8000")))
    else:
        server.run("stdio")
