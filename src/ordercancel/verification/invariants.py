"""Invariants: what is true of every step of every case, whatever a policy's rules say.

A policy can be built so that it breaks one of `INVARIANTS`: a rule too many that approves a
shipped order, an order that goes back to a status it has left for good. `verify` holds every step
that can be taken against them and those that a shop adds, and the random machines of
`ordercancel.testing` as many steps as they have time for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.events import Event, OrderAdvanced, OrderCancelled
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import FINAL, RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import Decision
from ordercancel.policy.policy import Policy


@attrs.frozen(kw_only=True)
class Step:
    """A command that was judged, and what happened then.

    Args:
        policy: The policy that judged.
        before: The case before.
        command: What was asked for.
        at: When.
        decision: What the rules said.
        events: What happened. Default: nothing, as where it was refused.
        after: The case after; equal to `before` where it was refused.
    """

    policy: Policy = attrs.field(repr=False)
    before: Case
    command: Command
    at: datetime
    decision: Decision
    events: tuple[Event, ...] = ()
    after: Case


@attrs.frozen
class Invariant:
    """Something that is true of every step.

    Args:
        id: Its name, such as ``shop.refunds_need_a_request``.
        text: What it says, as a sentence.
        holds: Returns whether it is true of a step.

    >>> Invariant(
    ...     "shop.operators_do_not_ask",
    ...     Text("運営者は要請しない", "operators do not ask"),
    ...     lambda step: step.decision.is_refused or step.command.by.role != "operator",
    ... ).id
    'shop.operators_do_not_ask'
    """

    id: str
    text: Text
    holds: Callable[[Step], bool]


def is_shipped(order: Order, policy: Policy) -> bool:
    """Return whether `order` has left the seller, by its `shipped_at` or its status."""
    return order.shipped_at is not None or order.status in _only_after_shipping(policy)


@lru_cache(maxsize=64)
def _only_after_shipping(policy: Policy) -> frozenset[str]:
    """The statuses that no order comes to without a move that ships it."""
    moves = policy.orders.table.items()
    initial = [state.id for state in policy.orders.states if state.initial]
    unshipped = _reached(
        initial, [(a, b) for (a, move), b in moves if move not in policy.shipped_by]
    )
    shipped = [target for (_, move), target in moves if move in policy.shipped_by]
    after = _reached(shipped, [(a, b) for (a, move), b in moves if move != policy.cancel_move])
    return frozenset(after - unshipped)


def _reached(starts: Iterable[str], edges: list[tuple[str, str]]) -> set[str]:
    """`starts`, and all statuses that can be reached from them along `edges`."""
    reached, waiting = set(starts), list(starts)
    while waiting:
        source = waiting.pop()
        further = {target for start, target in edges if start == source} - reached
        reached |= further
        waiting += further
    return reached


def _is_not_cancelled_once_shipped(step: Step) -> bool:
    cancelled = any(isinstance(event, OrderCancelled) for event in step.events)
    return not (cancelled and is_shipped(step.before.order, step.policy))


def _stays_shipped(step: Step) -> bool:
    after_shipping = _only_after_shipping(step.policy)
    stays = after_shipping | {step.policy.cancelled_status}
    return step.before.order.status not in after_shipping or step.after.order.status in stays


def _is_cancelled_for_good(step: Step) -> bool:
    was_cancelled = step.before.order.status == step.policy.cancelled_status
    ships = any(isinstance(event, OrderAdvanced) and event.ships for event in step.events)
    return not (was_cancelled and ships)


def _ends_stay(step: Step) -> bool:
    before, after = step.before.order.status, step.after.order.status
    final = {state.id for state in step.policy.orders.states if state.final}
    return before == after or before not in final


def _closed_requests_stay(step: Step) -> bool:
    return all(
        old.status not in FINAL or new == old
        for old, new in zip(step.before.requests, step.after.requests, strict=False)
    )


def _at_most_one_is_open(step: Step) -> bool:
    requests = step.after.requests
    numbered = [request.number for request in requests] == list(range(1, len(requests) + 1))
    return numbered and all(request.status in FINAL for request in requests[:-1])


def _is_cancelled_by_a_grant(step: Step) -> bool:
    """Where an order becomes cancelled, its latest request is granted, and no other was."""
    cancelled = step.policy.cancelled_status
    becomes = step.after.order.status == cancelled != step.before.order.status
    granted = [request.status is RequestStatus.GRANTED for request in step.after.requests]
    newly = sum(granted) - sum(
        request.status is RequestStatus.GRANTED for request in step.before.requests
    )
    return (newly == 1 and granted[-1]) if becomes else newly == 0


def _nothing_is_lost(step: Step) -> bool:
    grown = step.after.version == step.before.version + len(step.events)
    return grown and len(step.after.requests) >= len(step.before.requests)


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "shipped_is_not_cancelled",
        Text("発送済みの注文はキャンセルされない", "an order that was shipped is not cancelled"),
        _is_not_cancelled_once_shipped,
    ),
    Invariant(
        "shipped_stays_shipped",
        Text(
            "発送済みの注文が発送前の状態に戻ることはない",
            "an order that was shipped does not go back to what it was before",
        ),
        _stays_shipped,
    ),
    Invariant(
        "cancelled_is_not_shipped",
        Text("キャンセル済みの注文は発送されない", "an order that was cancelled is not shipped"),
        _is_cancelled_for_good,
    ),
    Invariant(
        "ends_stay",
        Text(
            "注文が最終状態に至れば、そこから変わらない", "an order in a final status stays in it"
        ),
        _ends_stay,
    ),
    Invariant(
        "closed_requests_stay",
        Text("回答済みの要請は変わらない", "a request that is closed stays as it is"),
        _closed_requests_stay,
    ),
    Invariant(
        "at_most_one_is_open",
        Text("未回答の要請は一つまでで、それが最新", "one request at most is open, the latest"),
        _at_most_one_is_open,
    ),
    Invariant(
        "cancelled_by_a_grant",
        Text(
            "注文がキャンセルになるのは、要請が認められたときのみ",
            "an order is cancelled when a request is granted, and only then",
        ),
        _is_cancelled_by_a_grant,
    ),
    Invariant(
        "nothing_is_lost",
        Text(
            "履歴は増えるのみで、要請は失われない",
            "a history only grows, and no request is lost",
        ),
        _nothing_is_lost,
    ),
)
"""The invariants that hold under every well-made policy."""
