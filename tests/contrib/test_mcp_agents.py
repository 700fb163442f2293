"""Agents over both transports, and agents that call whatever they like."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from tests.contrib.test_mcp import ASK, ORDER, Shop
from tests.contrib.test_mcp import said as _said

from ordercancel import Buyer, Seller, System, UpdateOrder
from ordercancel.contrib.mcp import Agent
from ordercancel.schemas.codec import plain
from samples import jst, order

EXAMPLE = Path(__file__).parents[2] / "examples" / "agents" / "agents.py"


async def _cancelled(server: Any) -> tuple[Any, Any]:
    """What comes of planning and carrying out a cancellation of the example's order."""
    async with Client(server) as client:
        plan = await client.call_tool("plan_action", {"order_id": ORDER, "command": ASK})
        token = {"token": _said(plan)["token"]}
        return tuple([_said(await client.call_tool("carry_out", token)) for _ in range(2)])


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["stdio", "streamable-http"])
def test_the_example_serves_an_agent(transport: str, tmp_path: Path) -> None:
    """In a process of its own: what is new is cancelled at once, and once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PLAN_KEY": "k" * 32, "PORT": str(port)}
    if transport == "stdio":
        server: Any = StdioServerParameters(
            command=sys.executable, args=[str(EXAMPLE)], env=environment, cwd=tmp_path
        )
        first, again = asyncio.run(_cancelled(server))
    else:
        process = subprocess.Popen(
            [sys.executable, EXAMPLE, transport], cwd=tmp_path, env=environment
        )
        try:
            _wait_for(port)
            first, again = asyncio.run(_cancelled(f"http://127.0.0.1:{port}/mcp"))
        finally:
            process.terminate()
            process.wait()
    assert (first["order_status"], first["repeated"]) == ("cancelled", False)
    assert again == {**first, "repeated": True}


def _wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(port)


@pytest.mark.slow
def test_whatever_an_agent_calls_it_does_what_it_planned_and_nothing_else() -> None:
    """Ten thousand calls of five agents: any tool, in any order, with any arguments.

    Nobody acts without a plan of their own that is still true, twice, or beyond their scope, and
    nobody learns of another buyer's order.
    """
    asyncio.run(_Fuzzed(calls=10_000).run())


class _Fuzzed:
    """Random calls, and after each of them what must not have happened."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.random = Random(20)
        self.shop = Shop()
        self.ids = {"b-1": [], "b-2": []}
        for number in range(600):
            buyer = f"b-{number % 2 + 1}"
            made = order(
                id=f"o-{number}",
                buyer=buyer,
                item=f"the secret of {buyer}",
                status=self.random.choice(["new", "shipping_requested"]),
            )
            self.shop.service.register(made, at=jst(15, 9))
            self.ids[buyer].append(made.id)
        self.agents = [
            Agent(by=Buyer("b-1", via="agent:x"), may={"request"}),
            Agent(by=Buyer("b-1", via="agent:y")),
            Agent(by=Buyer("b-1", via="agent:z"), may={"request"}),
            Agent(by=Buyer("b-2", via="agent:x"), may={"request", "answer_withdrawal"}),
            Agent(by=Seller("s-1", via="agent:s"), may={"approve", "reject", "ask_withdrawal"}),
        ]
        self.plans: dict[str, Any] = {}
        self.requested: list[str] = []
        self.done: set[str] = set()
        self.seen: Counter[str] = Counter()

    async def run(self) -> None:
        async with Client(self.shop.server) as client:
            for _ in range(self.calls):
                self._host()
                who = self.shop.who = self.random.choice(self.agents)
                tool, arguments = self._call(who)
                before = self._versions()
                result = await client.call_tool(tool, arguments)
                self._check(who, tool, arguments, before, result)
        least = {"planned": 500, "carried_out": 300, "repeated": 300, "refused": 3000}
        assert all(self.seen[each] >= count for each, count in least.items()), self.seen
        for each in (key for ids in self.ids.values() for key in ids):
            events = [type(event).__name__ for event in self.shop.store.history(each)]
            assert events.count("OrderCancelled") <= 1

    def _host(self) -> None:
        """Time goes on, and the host tells something of an order that is planned for."""
        jump = 700 if self.random.random() < 0.005 else 2
        self.shop.clock.time += timedelta(seconds=self.random.randrange(jump))
        if self.plans and self.random.random() < 0.05:
            order_id = self.random.choice([*self.plans.values()][-4:])[1]
            facts = {"paid_at": self.shop.clock.time}
            self.shop.service.handle(UpdateOrder(order_id, by=System(), facts=facts))

    def _order(self, who: Agent) -> str:
        """An order of theirs, as a rule."""
        own = self.random.random() < 0.8 and who.by.role == "buyer"
        ids = self.ids[who.by.id] if own else [*self.ids["b-1"], *self.ids["b-2"]]
        return self.random.choice(ids)

    def _call(self, who: Agent) -> tuple[str, dict[str, Any]]:
        pick = self.random.choice
        tool = pick(["look_at_order", "read_history", *["plan_action"] * 3, *["carry_out"] * 3])
        if tool == "carry_out":
            return tool, {"token": self._token(who)}
        order_id = pick([*[self._order(who)] * 8, "nothing", "", 7])
        if tool != "plan_action":
            return tool, pick([{"order_id": order_id}] * 9 + [{}])
        open_requests = self.requested[-20:]
        if open_requests and who.by.role == "seller":
            order_id = pick(open_requests)
        do = pick([*who.may] * 15 + ["request", "approve", "answer_withdrawal", "advance", "x"])
        command: dict[str, Any] = {"do": do}
        if do == "request":
            command["reason"] = pick([*["changed_mind"] * 8, "out_of_stock", None, 5])
        if do in ("approve", "reject", "ask_withdrawal", "answer_withdrawal"):
            command["request"] = pick([1, 1, 1, 2, "1"])
        if do == "reject":
            command |= {"reason": "shipped", "data": {"confirmed": True}}
        if do == "answer_withdrawal":
            command["accept"] = pick([True, False])
        if self.random.random() < 0.05:
            command |= {"by": plain(pick(self.agents).by), "order_id": self._order(who)}
        return tool, {"order_id": order_id, "command": command}

    def _token(self, who: Agent) -> Any:
        """A token: their own last one as a rule, or somebody else's, an old one, a forged one."""
        pick = self.random.choice
        own = [token for token, plan in self.plans.items() if plan[0] == who] or ["x.y"]
        token = pick([*own[-2:], *own[-2:], pick(own), pick([*self.plans][-6:] or ["x.y"])])
        if token != "x.y" and self.random.random() < 0.2:
            body, signature = token.split(".")
            plan = json.loads(base64.urlsafe_b64decode(body))
            version = self.shop.store.load(plan["command"]["order_id"]).version
            plan |= pick(
                [
                    {"version": version},
                    {"until": "2099-01-01T00:00:00+00:00"},
                    {"command": {**plan["command"], "by": plain(who.by)}},
                    {"command": {**plan["command"], "order_id": self._order(who)}},
                ]
            )
            raw = json.dumps(plan, sort_keys=True).encode()
            return f"{base64.urlsafe_b64encode(raw).decode()}.{signature}"
        return pick([*[token] * 9, token[: self.random.randrange(len(token))], f"{token}=", 5])

    def _versions(self) -> dict[str, int]:
        return {
            each: len(self.shop.store.history(each)) for ids in self.ids.values() for each in ids
        }

    def _check(
        self, who: Agent, tool: str, arguments: Any, before: dict[str, int], result: Any
    ) -> None:
        text = json.dumps(result.structured_content) + "".join(
            str(getattr(each, "text", "")) for each in result.content
        )
        if who.by.role == "buyer":
            assert f"the secret of {'b-2' if who.by.id == 'b-1' else 'b-1'}" not in text
        changed = {key for key, count in self._versions().items() if count != before[key]}
        said = result.structured_content
        if result.is_error:
            self.seen["refused"] += 1
            assert "Traceback" not in text
            assert "Error executing tool" not in text or "{" in text or "valid" in text, text
        elif tool == "plan_action":
            self.seen["planned"] += 1
            order_id = arguments["order_id"]
            assert arguments["command"]["do"] in who.may
            self.plans[said["token"]] = (
                who,
                order_id,
                before[order_id],
                arguments["command"]["do"],
                self.shop.clock.time + timedelta(minutes=10),
            )
        elif tool == "carry_out":
            # A token may be spelled in more ways than one; it is the same plan.
            token = next(each for each in self.plans if each in arguments["token"])
            planner, order_id, version, do, until = self.plans[token]
            assert who == planner
            assert do in who.may
            if said["repeated"]:
                self.seen["repeated"] += 1
                assert token in self.done
            else:
                self.seen["carried_out"] += 1
                assert token not in self.done
                assert version == before[order_id]
                assert self.shop.clock.time <= until
                self.done.add(token)
                if do == "request":
                    self.requested.append(order_id)
                assert changed == {order_id}
                return
        assert changed == set()
