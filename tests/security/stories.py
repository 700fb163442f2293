"""Orders with a history, in which people have written things, that these tests start from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    CancellationService,
    Command,
    FailRefund,
    FireDeadline,
    Order,
    Outcome,
    Party,
    RecordRefund,
    Reject,
    RequestCancellation,
    RetryRefund,
    Seller,
    SettleRefund,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import COMMANDS
from ordercancel.policies import conect, qoo10
from ordercancel.service.ports import Store
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from samples import BUYING, PERMITTING, jst, order

POLICIES = {
    "conect": conect(edition="with a way back", may_withdraw=True),
    "qoo10": qoo10(edition="with a way back", may_withdraw=True),
}
ORDER_ID = "762544202"
PLACED = jst(15, 9)
PARTIES = (PERMITTING, BUYING)
Step = tuple[Command, datetime]


def story(policy: str, words: str = "まちがえました", about: Order | None = None) -> list[Step]:
    """A request, what is written to and fro about it, and its rejection; `words` everywhere.

    Args:
        policy: The name of the policy.
        words: At most 20 characters; they are said over and over where more are asked for.
        about: The order, where it is not the sample order.
    """
    about = about or order(policy)
    name, buyer, seller = about.id, Buyer(about.buyer), Seller(about.seller)
    asks = RequestCancellation(
        name, by=buyer, reason="other", text=words, command_id=f"{buyer.id}:1"
    )
    if policy == "conect":
        rejects = Reject(name, by=seller, request=1, text=words, command_id=f"{seller.id}:1")
        again = RequestCancellation(name, by=buyer, reason="other", text=words)
        return [(asks, jst(15, 10)), (rejects, jst(15, 11)), (again, jst(15, 12))]
    asks_back = AskWithdrawal(name, by=seller, request=1, text=words)
    holds = AnswerWithdrawal(name, by=buyer, request=1, accept=False)
    rejects = Reject(
        name,
        by=seller,
        request=1,
        reason="other",
        text=words * 30,
        data={"confirmed": True},
        command_id=f"{seller.id}:1",
    )
    return [
        (asks, jst(15, 10)),
        (asks_back, jst(15, 11)),
        (holds, jst(15, 12)),
        (rejects, jst(15, 13)),
    ]


def told(
    policy: str,
    steps: Iterable[Step],
    store: Store | None = None,
    *,
    placed: Order | None = None,
    parties: Iterable[Party] = PARTIES,
) -> tuple[CancellationService, list[Outcome]]:
    """A service on `store` at which an order was placed and `steps` taken, and what came of it."""
    service = CancellationService(
        policies=[POLICIES[policy]],
        store=store or MemoryStore(),
        directory=MemoryDirectory(parties),
    )
    outcomes = [service.register(placed or order(policy), at=PLACED)]
    outcomes += [service.handle(command, at=at) for command, at in steps]
    return service, outcomes


def every_command(order_id: str, by: Actor, command_id: str | None = None) -> list[Command]:
    """A command of every kind, well-formed, by anybody."""
    given: dict[str, Any] = {"by": by, "command_id": command_id}
    answers: dict[str, Any] = {**given, "request": 1}
    commands: list[Command] = [
        RequestCancellation(order_id, **given, reason="other", text="不要"),
        Approve(order_id, **answers),
        Reject(order_id, **answers, text="製造済み", data={"confirmed": True}),
        Withdraw(order_id, **answers),
        AskWithdrawal(order_id, **answers, text="お願い"),
        AnswerWithdrawal(order_id, **answers, accept=True),
        AdvanceOrder(order_id, **given, move="ship"),
        UpdateOrder(order_id, **given, facts={"paid_at": PLACED}),
        SettleRefund(order_id, **given, key="k-1", reference="re-1", amount=1),
        FailRefund(order_id, **given, key="k-1", code="declined"),
        RetryRefund(order_id, **given, key="k-1"),
        RecordRefund(order_id, **given, amount=1, tender="card"),
        FireDeadline(order_id, **given, deadline="qoo10.overdue"),
    ]
    assert tuple(type(command) for command in commands) == COMMANDS
    return commands


def contents(store: MemoryStore) -> dict[str, dict[object, object]]:
    """Everything that a store in memory keeps, as it is now."""
    kept = {name: dict(value) for name, value in vars(store).items() if isinstance(value, dict)}
    assert len(kept) >= 4  # cases, events, the outbox, the ids of commands
    return kept
