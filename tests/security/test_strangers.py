"""Who is no party to an order learns nothing of it: not even whether there is one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import attrs
import pytest

from both import settled
from ordercancel import (
    Approve,
    AsyncCancellationService,
    Buyer,
    CancellationService,
    Command,
    Order,
    Refused,
    RequestCancellation,
    RequestStatus,
    Seller,
    UnknownOrder,
    UpdateOrder,
)
from ordercancel.cli.replay import Replay
from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import JUDGED
from ordercancel.stores.memory import (
    AsyncMemoryDirectory,
    AsyncMemoryStore,
    MemoryDirectory,
    MemoryStore,
)
from samples import BUYER, OPERATOR, PERMITTING, SELLER, SYSTEM, jst, order
from security.stories import ORDER_ID, PARTIES, POLICIES, contents, every_command, story, told
from testing.shops import OWN

MISSING = "762544203"
"""An id like that of the order, which no order has."""

THEIRS = "250040690"
"""An order between two of the strangers."""

EVERYBODY = (*PARTIES, attrs.evolve(PERMITTING, id="s-2"))
LATER = jst(20)
Service = CancellationService | AsyncCancellationService


STRANGERS: dict[str, Actor] = {
    "another buyer": Buyer("b-2"),
    "another seller": Seller("s-2"),
    "a buyer with the id of the seller": Buyer("s-1"),
    "a seller with the id of the buyer": Seller("b-1"),
    "a buyer with the id of the order": Buyer(ORDER_ID),
    "a buyer called as the system is": Buyer("system"),
    "a seller with the id of an operator": Seller("o-1"),
    "a buyer with the id in capitals": Buyer("B-1"),
    "a role that there is not": Actor("b-1", role="impostor"),
    "a role in capitals": Actor("b-1", role="Buyer"),
    "a carrier where there are none": Actor("s-1", role="carrier"),
    "a buyer on somebody's behalf": Buyer("b-2", via="buyer:b-1"),
}
COMMAND_IDS = {
    "no id": None,
    "an id of its own": "b-2:2",
    "the id of a command about this order": "b-1:1",
    "the id of a command about another order": "b-2:1",
}
STAGES = [
    pytest.param(policy, steps, id=f"{policy}, {steps} steps on")
    for policy, most in (("conect", 3), ("qoo10", 4))
    for steps in range(most + 1)
]


def opened(policy: str, steps: int) -> tuple[MemoryStore, list[Service]]:
    """A store in which the order has come so far, and a service of either kind on it."""
    store = MemoryStore()
    theirs = order(policy, id=THEIRS, buyer="b-2", seller="s-2")
    told(policy, story(policy, about=theirs)[:1], store, placed=theirs, parties=EVERYBODY)
    service, _ = told(policy, story(policy)[:steps], store, parties=EVERYBODY)
    twin = AsyncCancellationService(
        policies=[POLICIES[policy]],
        store=AsyncMemoryStore(store),
        directory=AsyncMemoryDirectory(MemoryDirectory(EVERYBODY)),
    )
    return store, [service, twin]


def asks(service: Service, order_id: str, by: Actor, command_id: str | None) -> dict[str, Any]:
    """Everything that a service can be asked about one order, by the name of what is asked."""
    ways: dict[str, Any] = {
        "case": lambda: service.case(order_id, by=by),
        "history": lambda: service.history(order_id, by=by),
        "label": lambda: service.label(order_id, by=by),
        "label in English": lambda: service.label(order_id, by=by, lang="en"),
        "label in a language that there is not": lambda: service.label(order_id, by=by, lang="xx"),
        "options": lambda: service.options(order_id, by=by),
    }

    def put(method: Callable[..., Any], command: Command) -> Callable[[], Any]:
        return lambda: method(command, at=LATER)

    for command in every_command(order_id, by, command_id):
        name = type(command).__name__
        if isinstance(command, JUDGED):
            ways[f"assess {name}"] = put(service.assess, command)
        ways[f"handle {name}"] = put(service.handle, command)
    return ways


async def errors(ways: dict[str, Any], order_id: str) -> dict[str, Any]:
    """What is raised for each way of asking, with all that it tells; the id is left out of it."""
    found: dict[str, Any] = {}
    for name, ask in ways.items():
        with pytest.raises(UnknownOrder) as caught:
            await settled(ask)
        error = caught.value
        found[name] = [
            str(each).replace(order_id, "ID")
            for each in (type(error), error, repr(error), error.args, vars(error))
        ] + [error.__cause__, error.__context__]
    return found


def answer(ask: Callable[[], Any]) -> Any:
    """What either kind of service answers."""
    return asyncio.run(settled(ask))


async def both(one: Awaitable[Any], other: Awaitable[Any]) -> tuple[Any, Any]:
    """Two things awaited, one after the other."""
    return await one, await other


@pytest.mark.parametrize("command_id", COMMAND_IDS.values(), ids=COMMAND_IDS)
@pytest.mark.parametrize(("policy", "steps"), STAGES)
def test_a_stranger_can_not_tell_an_order_from_none(
    policy: str, steps: int, command_id: str | None
) -> None:
    """Whatever they ask, in whatever way, and whoever they are: the answer is that of no order.

    So it is with commands that carry the id of somebody's command, and it changes nothing.
    """
    store, services = opened(policy, steps)
    before = contents(store)
    for service in services:
        for stranger in STRANGERS.values():
            there, gone = asyncio.run(
                both(
                    errors(asks(service, ORDER_ID, stranger, command_id), ORDER_ID),
                    errors(asks(service, MISSING, stranger, command_id), MISSING),
                )
            )
            assert there == gone
            assert len(there) == 26
    assert contents(store) == before


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("actor", [BUYER, SELLER, OPERATOR, SYSTEM], ids=str)
def test_a_party_and_the_house_can(policy: str, actor: Actor) -> None:
    """What strangers are not told is there to be told."""
    _, services = opened(policy, 1)
    for service in services:
        ways = asks(service, ORDER_ID, actor, None)
        for name in ("case", "history", "label", "label in English", "assess Approve"):
            assert answer(ways[name])


@pytest.mark.parametrize("policy", POLICIES)
def test_a_party_of_one_order_learns_nothing_of_another_by_its_command_id(policy: str) -> None:
    """Only one's own ids are taken: those of others are free, and tell nothing."""
    _, (service, _) = opened(policy, 1)
    own, *_ = every_command(THEIRS, Buyer("b-2"), "b-2:1")
    with pytest.raises(ValueError, match="belongs to another command"):
        answer(partial(service.handle, own, at=LATER))
    own, *_ = every_command(THEIRS, Buyer("b-2"), "b-1:1")
    with pytest.raises(Refused):
        answer(partial(service.handle, own, at=LATER))


@pytest.mark.parametrize("kind", [0, 1], ids=["sync", "async"])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", ["s-2", "b-1", ORDER_ID, "nobody", "%", "_-1"])
def test_a_seller_sees_and_counts_no_orders_but_their_own(
    name: str, policy: str, kind: int
) -> None:
    """Neither their queue nor their counters know of the orders of others."""
    service, seller, every = opened(policy, 1)[1][kind], Seller(name), frozenset(RequestStatus)
    page = answer(lambda: service.inbox(seller, policy=policy, statuses=every))
    counts = answer(lambda: service.counters(seller, policy=policy, at=LATER))
    assert [row.order_id for row in page.rows] == ([THEIRS] if name == "s-2" else [])
    assert page.next is None
    waiting = {count.on: count.count for count in counts}
    assert waiting.get("open", waiting.get("pending")) == (name == "s-2")


DOING: list[dict[str, Any]] = [
    {"do": "request", "reason": "other", "text": "不要"},
    {"do": "request", "reason": "no_such_reason"},
    {"do": "approve"},
    {"do": "reject", "text": "製造済み", "affirmed": True},
    {"do": "approve", "request": 7},
    {"do": "options"},
    {"do": "withdraw", "command_id": "b-1:1"},
    {"do": "ask_withdrawal", "text": "お願い"},
    {"do": "answer_withdrawal", "accept": True},
    {"do": "advance", "event": "ship"},
    {"do": "advance", "event": "fly"},
    {"do": "update", "status": "shipped"},
]


@pytest.mark.parametrize("at", ["2022-08-20T00:00:00+09:00", "2022-08-20T00:00:00"])
@pytest.mark.parametrize("by", ["buyer:b-2", "seller:b-1", "buyer:s-1"])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_scenario_answers_a_stranger_as_if_there_were_no_order(
    policy: str, by: str, at: str
) -> None:
    """No status, no label, no code tells them of one, also where the line is wrong elsewhere."""
    store, _ = opened(policy, 1)
    said: dict[str, list[Any]] = {}
    for order_id in (ORDER_ID, MISSING):
        replay = Replay(POLICIES.values(), store)
        lines = [{"at": at, "order_id": order_id, "by": by, **more} for more in DOING]
        answers = replay.run(json.dumps(line).encode() for line in lines)
        said[order_id] = [json.dumps(answer).replace(order_id, "ID") for answer in answers]
        assert replay.malformed == 0
    assert said[ORDER_ID] == said[MISSING]
    assert len(said[MISSING]) == len(DOING)
    expected = "unknown_order" if at.endswith("+09:00") else "invalid"
    assert all(f'"error": "{expected}"' in answer for answer in said[MISSING])


# ---------------------------------------------------------------- roles of a policy's own

CARRIED = Order(
    "o-1",
    policy="own",
    status="new",
    channel="web",
    buyer="b-1",
    seller="s-1",
    placed_at=jst(15, 9),
    facts={"preorder": True, "carrier_id": "c-1"},
)


def of_carriers(store: MemoryStore) -> CancellationService:
    """A service with an order that the carrier ``c-1`` delivers."""
    service = CancellationService(policies=[OWN], store=store)
    service.register(CARRIED, at=jst(15, 10))
    service.handle(RequestCancellation("o-1", by=BUYER, reason="mistake"), at=jst(15, 11))
    return service


@pytest.mark.parametrize(
    "actor",
    [
        Actor("c-2", role="carrier"),
        Actor("s-1", role="carrier"),
        Actor("carrier-1", role="carrier"),
        Seller("c-1"),
        Buyer("c-1"),
        Actor("c-1", role="courier"),
    ],
    ids=str,
)
def test_a_carrier_of_another_order_is_a_stranger(actor: Actor) -> None:
    """Whatever they ask; so is whoever has the carrier's id in another role."""
    store = MemoryStore()
    service = of_carriers(store)
    before = contents(store)
    there = asyncio.run(errors(asks(service, "o-1", actor, None), "o-1"))
    gone = asyncio.run(errors(asks(service, "o-2", actor, None), "o-2"))
    assert there == gone
    assert contents(store) == before


@pytest.mark.parametrize("actor", [Actor("c-1", role="carrier"), Actor("a-9", role="auditor")])
def test_a_role_of_a_policys_own_sees_its_orders_and_answers_nothing(actor: Actor) -> None:
    """The carrier of the order, and everybody of a role of the house; neither may approve."""
    service = of_carriers(MemoryStore())
    assert service.case("o-1", by=actor).latest
    assert service.label("o-1", by=actor)
    with pytest.raises(Refused):
        service.handle(Approve("o-1", by=actor, request=1), at=jst(15, 12))


def test_a_carrier_that_is_changed_is_a_stranger_from_then_on() -> None:
    """And the new one is not."""
    service = of_carriers(MemoryStore())
    service.handle(UpdateOrder("o-1", by=SYSTEM, facts={"carrier_id": "c-2"}), at=jst(15, 12))
    with pytest.raises(UnknownOrder):
        service.case("o-1", by=Actor("c-1", role="carrier"))
    assert service.case("o-1", by=Actor("c-2", role="carrier"))
