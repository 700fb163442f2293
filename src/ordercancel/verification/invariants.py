"""Invariants: what is true of every step of every case, whatever a policy's rules say.

`verify` holds every step that can be taken against `INVARIANTS` and those that a shop adds, and
the random machines of `ordercancel.testing` as many steps as they have time for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AdvanceOrder, Approve, Command, Reject, UpdateOrder
from ordercancel.domain.events import (
    Event,
    OrderAdvanced,
    OrderCancelled,
    RequestClosed,
    UnitsCancelled,
)
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import added_up
from ordercancel.domain.requests import FINAL, RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import Decision
from ordercancel.policy.policy import Policy
from ordercancel.rules.roles import same_side


@attrs.frozen(kw_only=True)
class Step:
    """A command that was judged, and what happened then.

    Args:
        policy: The policy that judged.
        before: The case before.
        command: What was asked for.
        at: When.
        decision: What the rules said; None for what the host tells and the clock fires.
        events: What happened. Default: nothing, as where it was refused.
        after: The case after; equal to `before` where it was refused.
    """

    policy: Policy = attrs.field(repr=False)
    before: Case
    command: Command
    at: datetime
    decision: Decision | None = None
    events: tuple[Event, ...] = ()
    after: Case


@attrs.frozen
class Invariant:
    """Something that is true of every step.

    Args:
        id: Its name, such as ``shop.refunds_need_a_request``.
        text: What it says, as a sentence.
        holds: Whether it is true of a step.

    >>> Invariant(
    ...     "shop.operators_do_not_ask",
    ...     Text("運営者はリクエストしない", "operators do not ask"),
    ...     lambda step: not step.events or step.command.by.role != "operator",
    ... ).id
    'shop.operators_do_not_ask'
    """

    id: str
    text: Text
    holds: Callable[[Step], bool]


def is_shipped(order: Order, policy: Policy) -> bool:
    """Whether `order` has left the seller, by its status."""
    return order.status in policy.orders.shipped


def _is_not_cancelled_once_shipped(step: Step) -> bool:
    cancelled = any(isinstance(event, OrderCancelled) for event in step.events)
    return not (cancelled and is_shipped(step.before.order, step.policy))


def _cancelled_is_final(step: Step) -> bool:
    cancelled = step.policy.orders.cancelled
    return step.before.order.status != cancelled or step.after.order.status == cancelled


def _closed_requests_stay(step: Step) -> bool:
    return all(
        old.status not in FINAL or new == old
        for old, new in zip(step.before.requests, step.after.requests, strict=False)
    )


def _at_most_one_is_open(step: Step) -> bool:
    requests = step.after.requests
    numbered = [request.number for request in requests] == list(range(1, len(requests) + 1))
    return numbered and all(request.status in FINAL for request in requests[:-1])


def _is_cancelled_by_an_approval(step: Step) -> bool:
    """Where an order becomes cancelled, or a part of it, its latest request is approved."""
    cancelled = step.policy.orders.cancelled
    becomes = step.after.order.status == cancelled != step.before.order.status
    becomes = becomes or any(isinstance(event, UnitsCancelled) for event in step.events)
    approved = [request.status is RequestStatus.APPROVED for request in step.after.requests]
    newly = sum(approved) - sum(
        request.status is RequestStatus.APPROVED for request in step.before.requests
    )
    return (newly == 1 and approved[-1]) if becomes else newly == 0


def _nothing_is_lost(step: Step) -> bool:
    grown = step.after.version == step.before.version + len(step.events)
    return grown and len(step.after.requests) >= len(step.before.requests)


def _order_stays(step: Step) -> bool:
    """A request that comes to nothing leaves its order as it is."""
    moved = isinstance(step.command, AdvanceOrder | UpdateOrder)
    cancelled = step.after.order.status == step.policy.orders.cancelled
    changed = any(isinstance(event, OrderAdvanced) for event in step.events)
    return moved or cancelled or changed or step.after.order == step.before.order


def _is_answered_by_others(step: Step) -> bool:
    request = step.before.open_request
    if request is None or not isinstance(step.command, Approve | Reject) or not step.events:
        return True
    return not same_side(step.command.by, request.by, step.policy.roles)


def _closing_is_told_once(step: Step) -> bool:
    closed = [event.number for event in step.events if isinstance(event, RequestClosed)]
    return len(closed) == len(set(closed))


def _units_add_up(step: Step) -> bool:
    """An order with lines is cancelled with all its units, and shipped with its last open one."""
    case, status, orders = step.after, step.after.order.status, step.policy.orders
    ordered, cancelled = case.order.quantities, case.units.cancelled
    gone = added_up(cancelled, case.units.shipped)
    return (
        all(units <= ordered.get(name, 0) for name, units in gone.items())
        and (not ordered or (cancelled == ordered) is (status == orders.cancelled))
        and (status not in orders.shipped or gone == ordered)
    )


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "shipped_is_not_cancelled",
        Text("発送済みの注文はキャンセルされない", "an order that was shipped is not cancelled"),
        _is_not_cancelled_once_shipped,
    ),
    Invariant(
        "cancelled_is_final",
        Text("キャンセル済みの注文は変わらない", "an order that was cancelled stays so"),
        _cancelled_is_final,
    ),
    Invariant(
        "closed_requests_stay",
        Text("終了したリクエストは変わらない", "a request that is closed stays as it is"),
        _closed_requests_stay,
    ),
    Invariant(
        "closed_once",
        Text("リクエストの終了は一度だけ", "a request is closed once"),
        _closing_is_told_once,
    ),
    Invariant(
        "at_most_one_is_open",
        Text(
            "回答待ちのリクエストは一つまでで、それが最新",
            "one request at most is open, the latest",
        ),
        _at_most_one_is_open,
    ),
    Invariant(
        "cancelled_by_an_approval",
        Text(
            "注文やその一部がキャンセルになるのは、リクエストが承認されたときのみ",
            "an order, or a part of it, is cancelled when a request is approved, and only then",
        ),
        _is_cancelled_by_an_approval,
    ),
    Invariant(
        "order_stays",
        Text(
            "承認されないリクエストは、注文を変えない",
            "a request that is not approved leaves its order as it is",
        ),
        _order_stays,
    ),
    Invariant(
        "answered_by_others",
        Text(
            "自分の側のリクエストには誰も回答しない",
            "nobody answers the request of their own side",
        ),
        _is_answered_by_others,
    ),
    Invariant(
        "units_add_up",
        Text(
            "キャンセル済みと発送済みの数量は、合わせても注文数を超えない",
            "no more units are cancelled and shipped than were ordered",
        ),
        _units_add_up,
    ),
    Invariant(
        "nothing_is_lost",
        Text(
            "履歴は増えるのみで、リクエストは失われない",
            "a history only grows, and no request is lost",
        ),
        _nothing_is_lost,
    ),
)
"""The invariants that hold under every well-made policy."""
