"""The way to a case: what was done, and the scenario that ``ordercancel replay`` runs of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

import attrs

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    FailRefund,
    FireDeadline,
    RecordRefund,
    Reject,
    RequestCancellation,
    RetryRefund,
    SettleRefund,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.money import Money
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import Refused
from ordercancel.policy.policy import Policy

Line = Mapping[str, Any]

VERBS: Mapping[type[Command], str] = {
    RequestCancellation: "request",
    Approve: "approve",
    Reject: "reject",
    Withdraw: "withdraw",
    AskWithdrawal: "ask_withdrawal",
    AnswerWithdrawal: "answer_withdrawal",
    AdvanceOrder: "advance",
    UpdateOrder: "update",
    SettleRefund: "settle_refund",
    FailRefund: "fail_refund",
    RetryRefund: "retry_refund",
    RecordRefund: "record_refund",
}
"""The ``do`` of a scenario's line, by kind of command; deadlines are fired by ``tick``."""

_ORDER_FIELDS = (
    "id",
    "policy",
    "status",
    "buyer",
    "seller",
    "placed_at",
    "channel",
    "ship_on",
    "paid_at",
    "shipped_at",
    "delivered_at",
    "status_since",
    "facts",
    "history",
    "lines",
    "money",
)


@attrs.frozen
class Attempt:
    """A command, tried at a moment; `seller` is the directory's entry then, None without one."""

    command: Command
    at: datetime
    seller: Party | None = None


@attrs.frozen
class Tick:
    """Deadlines that were due at a moment have fired; `command` is the last of them."""

    at: datetime
    command: FireDeadline


@attrs.frozen(eq=False)
class CaseNode:
    """A case at a moment, with the way that led there.

    `known` says whether the directory knows the seller. `parent` and `by` are missing where the
    order was just registered; `by` is missing where time passed and nothing else.
    """

    case: Case
    at: datetime
    known: bool
    parent: CaseNode | None = None
    by: Attempt | Tick | None = None

    def way(self) -> tuple[Order, tuple[Attempt | Tick, ...]]:
        """The order as it was registered, and what was done since, in order."""
        done: list[Attempt | Tick] = []
        node = self
        while node.parent is not None:
            if node.by is not None:
                done.append(node.by)
            node = node.parent
        return node.case.order, tuple(reversed(done))


def is_valid(policy: Policy, case: Case, attempt: Attempt | Tick) -> bool:
    """Whether rules are asked at all when it is done, and not only when it is assessed."""
    if isinstance(attempt, Tick):
        return True
    try:
        decide(attempt.command, case, policy, attempt.at, seller=attempt.seller)
    except Refused:
        return True
    except InvalidValue:
        return False
    return True


def scenario(
    policy: Policy, node: CaseNode, *further: Attempt | Tick, order_id: str | None = None
) -> tuple[Line, ...]:
    """The lines that lead to the case of `node` and then do what comes `further`.

    Times are in the policy's zone. `order_id` renames the order, where one scenario shows two.
    """
    order, done = node.way()
    return tuple(lines_of(policy, order_id or order.id, order, (*done, *further)))


def lines_of(
    policy: Policy, order_id: str, order: Order, done: Iterable[Attempt | Tick]
) -> Iterator[Line]:
    """The lines that register `order` as `order_id`, and do to it what is `done`."""
    zone = policy.tzinfo
    fields = {name: getattr(order, name) for name in _ORDER_FIELDS}
    if order.status_since == order.placed_at:
        del fields["status_since"]  # as it is where nothing is said
    if order.money is not None:
        del fields["lines"]  # the money has them
    yield {"order": _plain_line({**fields, "id": order_id}, zone)}
    seller: Party | None = None
    for each in done:
        if isinstance(each, Attempt) and each.seller is not None and each.seller != seller:
            seller = each.seller
            names = ("id", "name", "permits_cancellation")
            yield {"party": {name: getattr(seller, name) for name in names}}
        command = each.command
        if isinstance(command, FireDeadline):
            yield _plain_line({"at": each.at, "do": "tick"}, zone)
        else:
            said = {"at": each.at, "do": VERBS[type(command)]}
            for name, value in attrs.asdict(command, recurse=False).items():
                said["event" if name == "move" else name] = value
            yield _plain_line({**said, "order_id": order_id}, zone)


def _plain_line(values: Line, zone: tzinfo) -> Line:
    """`values` as JSON has them, without those that are missing; a fact may be told as missing."""
    plain = {name: _plain(value, zone) for name, value in values.items()}
    return {name: value for name, value in plain.items() if value not in (None, {}, [])}


def _plain(value: Any, zone: tzinfo) -> Any:
    match value:
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
        case Actor():
            return str(value)
        case Money():
            return attrs.asdict(value, filter=lambda field, each: each != field.default)
        case tuple():
            return [_plain_line(attrs.asdict(each, recurse=False), zone) for each in value]
        case Mapping():
            return {name: _plain(each, zone) for name, each in value.items()}
        case _:
            return value
