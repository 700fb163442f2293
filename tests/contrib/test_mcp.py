"""An agent looks, plans, and carries out what it has planned: once, and while it is still true."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver import Context
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from both import Awaited
from ordercancel import (
    AsyncCancellationService,
    Buyer,
    CancellationService,
    Conflict,
    InvalidValue,
    Outcome,
    RequestCancellation,
    Seller,
    System,
    UpdateOrder,
)
from ordercancel.contrib.mcp import Agent, cancellation_server
from ordercancel.policies import QOO10
from ordercancel.stores.memory import MemoryStore
from ordercancel.stores.sql import SqlStore
from pytest_ordercancel import FrozenClock
from samples import jst, order

KEY = b"k" * 32
BUYER = Buyer("b-1", via="agent:x")
ASK = {"do": "request", "reason": "changed_mind"}
ORDER = "762544202"


class Shop:
    """A shop with an order of b-1's and one of b-2's, and an agent that calls its tools."""

    def __init__(self, kind: str = "sync", store: Any = None, **server: Any) -> None:
        self.clock = FrozenClock(jst(15, 10))
        self.store = store or MemoryStore()
        self.service = self._service(CancellationService, self.store)
        for each in (order(), order(id="of-b-2", buyer="b-2"), order(id="new", status="new")):
            self.service.register(each, at=jst(15, 9))
        served: Any = self.service
        if kind == "async":
            served = self._service(AsyncCancellationService, Awaited(self.store))
        self.who = Agent(by=BUYER, may={"request", "withdraw"})
        self.server = cancellation_server(
            served, agent=self.agent, **{"key": KEY, "log_level": "ERROR", **server}
        )

    def _service(self, kind: Any, store: Any) -> Any:
        return kind(policies=[QOO10], store=store, clock=self.clock)

    def agent(self, ctx: Context[Any, Any]) -> Agent:
        assert ctx.request_id
        return self.who

    def calls(self, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
        """What the tools answer, one after another; of an error what it says."""

        async def called() -> list[Any]:
            async with Client(self.server) as client:
                return [said(await client.call_tool(*each)) for each in calls]

        return asyncio.run(called())

    def call(self, tool: str, **arguments: Any) -> Any:
        return self.calls((tool, arguments))[0]

    def plan(self, command: dict[str, Any] = ASK, order_id: str = ORDER) -> Any:
        return self.call("plan_action", order_id=order_id, command=command)


def said(result: Any) -> Any:
    if not result.is_error:
        return result.structured_content
    text = result.content[0].text
    return json.loads(text[text.index("{") :]) if "{" in text else text


@pytest.fixture(params=["sync", "async"])
def shop(request: pytest.FixtureRequest) -> Shop:
    return Shop(request.param)


class TestLooking:
    def test_says_of_every_action_whether_it_is_possible_and_why_not(self, shop: Shop) -> None:
        said = shop.call("look_at_order", order_id=ORDER)
        options = {each["command"]: each for each in said["options"]}
        assert said["label"] == "Shipping requested"
        assert (options["request"]["offered"], options["approve"]["codes"]) == (
            True,
            ["no_open_request"],
        )

    def test_is_in_the_language_of_whom_the_agent_speaks_to(self, shop: Shop) -> None:
        shop.who = Agent(by=BUYER, lang="ja")
        assert shop.call("look_at_order", order_id=ORDER)["label"] == "配送要請"
        shop.who = Agent(by=BUYER, lang="fr")
        assert shop.call("look_at_order", order_id=ORDER)["label"] == "配送要請"

    def test_of_an_order_of_another_buyer_meets_none(self, shop: Shop) -> None:
        unknown, others = (
            [shop.call(tool, order_id=each) for tool in ("look_at_order", "read_history")]
            for each in ("nothing", "of-b-2")
        )
        assert unknown == others
        assert others[0]["status"] == 404

    def test_is_all_there_is_without_a_key(self) -> None:
        async def tools() -> list[str]:
            async with Client(Shop(key=None).server) as client:
                return [each.name for each in (await client.list_tools()).tools]

        assert asyncio.run(tools()) == ["look_at_order", "read_history"]


class TestAPlan:
    def test_says_what_follows_and_changes_nothing(self, shop: Shop) -> None:
        plan = shop.plan()
        assert plan["verdict"] == "refer"
        assert plan["follows"][0].startswith("The cancellation request becomes: ")
        assert plan["confirm"]
        assert plan["expires_at"] == "2022-08-15T01:10:00+00:00"
        assert len(shop.store.history(ORDER)) == 1

    def test_is_carried_out_once_by_the_buyer_via_the_agent(self, shop: Shop) -> None:
        """However often its token comes; a lost answer is given again, after its time too."""
        token = shop.plan()["token"]
        first = shop.call("carry_out", token=token)
        shop.clock.time += timedelta(hours=1)
        again = shop.call("carry_out", token=token)
        assert (first["request_status"], first["repeated"]) == ("pending", False)
        assert again == {**first, "repeated": True}
        (_, asked) = shop.store.history(ORDER)
        assert str(asked.by) == "buyer:b-1 via agent:x"

    def test_of_what_the_rules_refuse_is_none_in_the_words_of_the_library(
        self, shop: Shop
    ) -> None:
        shop.who = Agent(by=BUYER, may={"approve"})
        problem = shop.plan({"do": "approve", "request": 1})
        assert (problem["status"], problem["codes"]) == (409, ["no_open_request"])

    def test_of_a_wrong_command_names_every_fault(self, shop: Shop) -> None:
        problem = shop.plan({"do": "withdraw", "request": 0, "by": "seller:s-1", "why": 1})
        assert [each["where"] for each in problem["faults"]] == [
            "command.by",
            "Withdraw.why",
            "Withdraw.request",
        ]
        assert shop.plan({"do": "request", "reason": "x"})["codes"] == ["reason_not_offered"]
        assert shop.plan({"do": "settle_refund"})["status"] == 422

    def test_may_have_facts_of_the_policy(self) -> None:
        shop = Shop()
        shop.who = Agent(by=Seller("s-1", via="agent:y"), may={"advance"}, lang="ja")
        facts = {"ship_on": "2022-08-17"}
        command = {"do": "advance", "move": "plan_shipping", "facts": facts}
        token = shop.plan(command, "new")["token"]
        assert shop.call("carry_out", token=token)["order_status"] == "shipping_requested"

    def test_confirms_an_answer_by_the_words_of_its_own_button(self) -> None:
        shop = Shop()
        shop.service.handle(RequestCancellation(ORDER, by=Buyer("b-1"), reason="changed_mind"))
        shop.who = Agent(by=Seller("s-1", via="agent:y"), may={"ask_withdrawal"})
        shop.call("carry_out", token=shop.plan({"do": "ask_withdrawal", "request": 1})["token"])
        shop.who = Agent(by=BUYER, may={"answer_withdrawal"})
        plans = [
            shop.plan({"do": "answer_withdrawal", "request": 1, "accept": accept})
            for accept in (True, False)
        ]
        assert plans[0]["confirm"] != plans[1]["confirm"]

    def test_beyond_the_scope_of_the_agent_is_none(self, shop: Shop) -> None:
        token = shop.plan()["token"]
        shop.who = Agent(by=BUYER)
        problem = shop.plan()
        assert (problem["status"], problem["codes"]) == (422, ["out_of_scope"])
        assert shop.call("carry_out", token=token)["codes"] == ["out_of_scope"]
        assert len(shop.store.history(ORDER)) == 1


def changed(shop: Shop) -> None:
    """The host tells something, and the plan would come out the same: it is planned anew."""
    shop.service.handle(UpdateOrder(ORDER, by=System(), facts={"paid_at": jst(15, 9)}))


def expired(shop: Shop) -> None:
    shop.clock.time += timedelta(minutes=10, seconds=1)


def another(shop: Shop) -> None:
    shop.who = Agent(by=Buyer("b-1", via="agent:z"), may={"request"})


def late(shop: Shop) -> None:
    """Now the rules say something else, although nobody has done anything."""
    shop.clock.time = jst(18)


class TestAPlanThatIsNoLongerTrue:
    @pytest.mark.parametrize(
        ("happens", "code"),
        [(changed, "plan_outdated"), (expired, "plan_expired"), (another, "plan_invalid")],
    )
    def test_is_not_carried_out(
        self, shop: Shop, happens: Callable[[Shop], None], code: str
    ) -> None:
        token = shop.plan()["token"]
        happens(shop)
        before = len(shop.store.history(ORDER))
        assert shop.call("carry_out", token=token)["codes"] == [code]
        assert len(shop.store.history(ORDER)) == before

    def test_is_not_carried_out_where_the_rules_say_something_else_by_now(self) -> None:
        """The seller had to answer; behind the ship date it would be cancelled at once."""
        shop = Shop(lasts=timedelta(days=9))
        token = shop.plan()["token"]
        late(shop)
        assert shop.plan()["verdict"] == "cancel"
        assert shop.call("carry_out", token=token)["codes"] == ["plan_outdated"]

    @pytest.mark.parametrize("token", ["", ".", "a.b.c", "あ.い", "e30=.e30="])
    def test_is_not_taken_for_one_where_it_was_never_signed(self, shop: Shop, token: str) -> None:
        assert shop.call("carry_out", token=token)["codes"] == ["plan_invalid"]

    def test_is_not_signed_by_another_key(self, shop: Shop) -> None:
        token = Shop(key=b"o" * 32).plan()["token"]
        assert shop.call("carry_out", token=token)["codes"] == ["plan_invalid"]

    def test_loses_a_race_that_begins_while_it_is_carried_out(self) -> None:
        """Somebody is first between looking and committing: it is not decided again."""
        shop = Shop()
        token = shop.plan()["token"]
        commit = shop.store.commit

        def beaten(mine: Any) -> None:
            shop.store.commit = commit  # type: ignore[method-assign]
            changed(shop)
            raise Conflict(ORDER)

        shop.store.commit = beaten  # type: ignore[method-assign]
        assert shop.call("carry_out", token=token)["codes"] == ["plan_outdated"]
        assert len(shop.store.history(ORDER)) == 2


def test_the_hosts_row_is_written_with_what_is_carried_out(tmp_path: Path) -> None:
    """In one transaction: where the row can't be written, the plan is as good as before."""
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    recorded: list[str] = []

    def record(session: Session, outcome: Outcome) -> None:
        recorded.append(outcome.case.order.id)
        if len(recorded) == 1:
            session.execute(text("INSERT INTO nowhere VALUES (1)"))

    store = SqlStore(engine)
    shop = Shop(store=store, transaction=sessionmaker(engine).begin, record=record)
    token = {"token": shop.plan()["token"]}
    failed, *_ = shop.calls(("carry_out", token))
    assert failed == "Error executing tool carry_out"
    assert len(store.history(ORDER)) == 1
    answers = shop.calls(("carry_out", token), ("carry_out", token))
    assert [each["repeated"] for each in answers] == [False, True]
    assert recorded == [ORDER, ORDER]
    engine.dispose()


def test_an_agent_is_named_and_has_a_scope_that_there_is() -> None:
    with pytest.raises(InvalidValue) as caught:
        Agent(by=Buyer("b-1"), may={"settle_refund"})
    assert [each.where for each in caught.value.faults] == ["Agent.by.via", "Agent.may"]
    with pytest.raises(InvalidValue, match=r"Agent\.by: is a str"):
        Agent(by="b-1")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="has 3 bytes; expected 32 at least"):
        Shop(key=b"abc")
