"""Orders and commits that the contracts of stores begin with; every value is a literal."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import reduce
from typing import Any

import attrs

from ordercancel.domain.actors import Buyer, Operator, Party, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command, FireDeadline, Reject, RequestCancellation
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import decide, register
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.messages import Message, messages_for
from ordercancel.engine.timers import schedule
from ordercancel.policies import QOO10
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Medium
from ordercancel.service.ports import Store
from ordercancel.service.records import Claim, Commit, Queue

BUYER = Buyer("b-1")
SELLER = Seller("s-1")
OPERATOR = Operator("o-1")
SYSTEM = System()
_JST = timezone(timedelta(hours=9))
_PERMITTING = Party("s-1", name="サンプル卸", permits_cancellation=True)


def jst(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of August 2022, in Japan."""
    return datetime(2022, 8, day, hour, minute, tzinfo=_JST)


def order(policy: str, **changes: Any) -> Order:
    """An order, placed on the 15th, with `changes`."""
    values: dict[str, Any] = {
        "policy": policy,
        "status": "shipping_requested",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": jst(15, 9),
        "cart_id": "250040690",
        "item": "931204",
    }
    return Order(**values | changes)


AT = jst(16, 10)
SELLERS = Queue(seller="s-1", policies=frozenset({"qoo10"}))
"""The queue of the seller under Qoo10."""


def registered(order_id: str = "o-1", policy: Policy = QOO10, **changes: Any) -> Commit:
    """A new order, planned to be shipped at the end of the month."""
    values = {"id": order_id, "ship_on": date(2022, 8, 31)} | changes
    events = register(order(policy.name, **values), policy, jst(16, 9))
    return commit_of(fold(events), events, 0, policy)


def commit_of(case: Case, events: tuple[Event, ...], expected: int, policy: Policy) -> Commit:
    """The commit of a case, with its deadlines as the policy reckons them."""
    next_due, marked_from = schedule(policy, case)
    return Commit(
        case=case, expected=expected, events=events, next_due=next_due, marked_from=marked_from
    )


def carried_out(
    case: Case,
    command: Command,
    at: datetime = AT,
    *,
    policy: Policy = QOO10,
    fingerprint: str = "f-1",
) -> Commit:
    """What a command makes of a case."""
    events = decide(command, case, policy, at, seller=_PERMITTING)
    after = reduce(evolve, events, case)
    return attrs.evolve(
        commit_of(after, events, case.version, policy),
        messages=messages_for(events, after, policy, {}),
        command_id=command.command_id,
        fingerprint=fingerprint if command.command_id else "",
    )


def rejecting(order_id: str = "o-1") -> Reject:
    """The seller rejects the first request of an order."""
    return Reject(order_id, by=SELLER, request=1, reason="made_to_order", data={"confirmed": True})


def firing(case: Case, deadline: str, at: datetime) -> Commit:
    """A deadline of Qoo10 fires."""
    command = FireDeadline(case.order.id, by=SYSTEM, deadline=deadline)
    return carried_out(case, command, at)


def asking(case: Case, at: datetime = AT, *, command_id: str | None = None) -> Commit:
    """The buyer asks to cancel an order of Qoo10."""
    command = RequestCancellation(
        case.order.id, by=BUYER, reason="changed_mind", command_id=command_id
    )
    return carried_out(case, command, at)


def put(store: Store, commit: Commit) -> Case:
    """Commit, and give the case on."""
    store.commit(commit)
    return commit.case


def asked(store: Store, order_id: str = "o-1", at: datetime = AT, **changes: Any) -> Case:
    """An order in the store whose buyer asked to cancel it, with a message to the seller."""
    return put(store, asking(put(store, registered(order_id, **changes)), at))


def cancelled_at_once(store: Store, order_id: str = "o-1") -> Case:
    """A new order in the store, cancelled at once: two messages each to buyer and seller."""
    return put(store, asking(put(store, registered(order_id, status="new"))))


def letter(number: int, **changes: Any) -> Message:
    """A mail about `o-1` to the buyer; all that are not changed are of one lane."""
    values: dict[str, Any] = {
        "id": f"letter-{number}",
        "order_id": "o-1",
        "on": "approved",
        "at": AT,
        "audience": "buyer",
        "party": "b-1",
        "medium": Medium.MAIL,
        "locale": "ja",
        "subject": "お知らせ",
        "body": f"本文 {number}",
    }
    return Message(**values | changes)


def posted(store: Store, *letters: Message) -> None:
    """Put letters about `o-1` into the outbox."""
    store.commit(attrs.evolve(registered(), messages=letters))


def claims(store: Store, now: datetime, limit: int = 100) -> dict[str, Claim]:
    """What is leased for five minutes from `now`, by the ids of the messages."""
    leased = store.claim(now, now + timedelta(minutes=5), limit)
    return {claim.id: claim for claim in leased}


def claimed(store: Store, now: datetime, limit: int = 100) -> list[str]:
    """The ids of the messages that are leased for five minutes from `now`."""
    return list(claims(store, now, limit))
