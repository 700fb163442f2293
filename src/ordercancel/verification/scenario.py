"""The way to a case as a scenario: the lines that ``ordercancel replay`` runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.orders import Order
from ordercancel.policy.policy import Policy
from ordercancel.verification.steps import Attempt, Node, Ticked

__all__ = ["VERBS", "scenario"]

Line = Mapping[str, Any]


def scenario(
    policy: Policy, node: Node, *further: Attempt | Ticked, order_id: str | None = None
) -> tuple[Line, ...]:
    """The lines that lead to the case of `node`, and then give what comes `further`.

    Times are in the policy's zone. `order_id` renames the order, where two ways are told in one.
    """
    order, done = node.way()
    name = order_id or order.id
    return tuple(_lines(policy, name, order, (*done, *further)))


def _lines(
    policy: Policy, name: str, order: Order, done: tuple[Attempt | Ticked, ...]
) -> Iterator[Line]:
    yield {"order": _given({**_order(policy, order), "id": name})}
    seller: Party | None = None
    for each in done:
        if isinstance(each, Attempt) and each.seller is not None and each.seller != seller:
            seller = each.seller
            yield {
                "party": {
                    "id": seller.id,
                    "name": seller.name,
                    "permits_cancellation": seller.permits_cancellation,
                }
            }
        at = each.at.astimezone(policy.tzinfo).isoformat()
        if isinstance(each, Ticked) or isinstance(each.command, ApplyDeadline):
            yield {"at": at, "do": "tick"}
        else:
            yield _given({"at": at, **_command(each.command), "order_id": name})


def _order(policy: Policy, order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "policy": order.policy,
        "status": order.status,
        "buyer": order.buyer,
        "seller": order.seller,
        "placed_at": order.placed_at.astimezone(policy.tzinfo).isoformat(),
        "channel": order.channel,
        "ship_on": order.ship_on and order.ship_on.isoformat(),
        "paid_at": order.paid_at and order.paid_at.astimezone(policy.tzinfo).isoformat(),
        "attributes": dict(order.attributes) or None,
    }


def _command(command: Command) -> dict[str, Any]:
    said: dict[str, Any] = {
        "do": VERBS[type(command)],
        "order_id": command.order_id,
        "by": str(command.by),
    }
    match command:
        case RequestCancellation():
            said |= {"reason": command.reason, "text": command.text}
        case Reject():
            said |= {"reason": command.reason, "text": command.text, "affirmed": command.affirmed}
        case AskWithdrawal():
            said |= {"text": command.text}
        case AnswerWithdrawal():
            said |= {"accept": command.accept}
        case AdvanceOrder():
            ship_on = command.ship_on and command.ship_on.isoformat()
            said |= {"event": command.move, "ship_on": ship_on}
        case _:
            pass
    return said


def _given(line: dict[str, Any]) -> Line:
    return {key: value for key, value in line.items() if value is not None}


VERBS: Mapping[type[Command], str] = {
    RequestCancellation: "request",
    Approve: "approve",
    Reject: "reject",
    Withdraw: "withdraw",
    AskWithdrawal: "ask_withdrawal",
    AnswerWithdrawal: "answer_withdrawal",
    AdvanceOrder: "advance",
}
"""What a line says is done, for each kind of command; a deadline is applied by a tick."""
