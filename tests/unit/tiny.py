"""A policy that is as small as a policy can be, with every part open to change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
from statemachine import State, StateMachine

from ordercancel import Buyer, Case, Operator, Order, Policy, Rule, Seller, System, Text
from ordercancel.domain.commands import (
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.requests import RequestStatus
from ordercancel.policy import (
    PERMIT,
    REFER,
    STANDARD_RULES,
    Audience,
    Catalogue,
    Clause,
    Counter,
    Document,
    Label,
    Notification,
    Occasion,
    Reason,
    Superseding,
    TextBounds,
    Wording,
    clause,
    compile_chart,
    own_rule,
)
from ordercancel.rules.facts import role

BUYER = Buyer("b-1")
SELLER = Seller("s-1")
OPERATOR = Operator("o-1")
SYSTEM = System()
STRANGER = Buyer("b-2")
OURS = own_rule("for tests")


class TinyChart(StateMachine):
    """An order that is planned, sent or stopped."""

    new = State("新規", initial=True)
    packed = State("梱包済")
    sent = State("発送済", final=True)
    stopped = State("中止", final=True)

    plan = new.to(packed)
    send = new.to(sent) | packed.to(sent)
    cancel = new.to(stopped) | packed.to(stopped)


ORDERS = compile_chart(TinyChart)
DOCUMENT = Document("Guide", (Clause("tiny.1", section="1", text="Ask, and be answered."),))
REFERS = Rule(
    "tiny.refer",
    on=RequestCancellation,
    effect=REFER,
    when=role.is_in("buyer"),
    cites=clause("tiny.1"),
)
SELLER_ANSWERS = Rule(
    "tiny.seller",
    on=(Approve, Reject, AskWithdrawal),
    effect=PERMIT,
    when=role.is_in("seller"),
    cites=OURS,
)
BUYER_ANSWERS = Rule(
    "tiny.buyer",
    on=(Withdraw, AnswerWithdrawal),
    effect=PERMIT,
    when=role.is_in("buyer"),
    cites=OURS,
)
SUPERSEDING = Superseding("tiny.sending", moves=frozenset({"send"}), cites=OURS)
RULES = (*STANDARD_RULES, REFERS, SELLER_ANSWERS, BUYER_ANSWERS)
REASONS = Catalogue(
    reasons=(
        Reason("mistake", Text("間違い", "Mistake"), cites=OURS),
        Reason("other", Text("その他", "Other"), text=TextBounds(2, 5), cites=OURS),
    ),
    cites=OURS,
)
ANSWERS = Catalogue(text=TextBounds(0, 20, required=False), cites=OURS)
MAIL = Notification(
    on=Occasion.REFERRED,
    to=Audience.SELLER,
    subject=Text("要請 {order_id}", "Asked: {order_id}"),
    body=Text("理由: {reason}\n{item}", "Reason: {reason}\n{item}"),
    cites=OURS,
)
LABEL = Label(
    on=Occasion.REFERRED,
    to=Audience.SELLER,
    text=Text("要請中\n{reason}", "Asked\n{reason}"),
    cites=OURS,
)
COUNTER = Counter(
    status=RequestStatus.AWAITING_SELLER,
    label=Text("要請", "Requests"),
    state=Text("処理要請", "To process"),
    cites=OURS,
)
WORDING = Wording(
    statuses={
        "new": Text("新規", "New"),
        "packed": Text("梱包済", "Packed"),
        "sent": Text("発送済", "Sent"),
        "stopped": Text("中止", "Stopped"),
    },
    refusals={"closed": Text("受付終了です。", "It is closed.")},
    notifications=(MAIL,),
    labels=(LABEL,),
    counters=(COUNTER,),
)


def tiny(**changes: Any) -> Policy:
    """The tiny policy, with `changes`."""
    defaults: dict[str, Any] = {
        "name": "tiny",
        "edition": "1",
        "title": Text("小", "Tiny"),
        "zone": "Asia/Tokyo",
        "documents": (DOCUMENT,),
        "orders": ORDERS,
        "planned_by": frozenset({"plan"}),
        "shipped_by": frozenset({"send"}),
        "superseding": SUPERSEDING,
        "rules": RULES,
        "request_reasons": REASONS,
        "rejection_reasons": ANSWERS,
        "wording": WORDING,
    }
    return Policy(**defaults | changes)


def worded(**changes: Any) -> Wording:
    """The wording of the tiny policy, with `changes`."""
    return attrs.evolve(WORDING, **changes)


def utc(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of March 2024, in UTC."""
    return datetime(2024, 3, day, hour, minute, tzinfo=UTC)


def order(**changes: Any) -> Order:
    """An order of the tiny policy, placed on the first of March."""
    values: dict[str, Any] = {
        "id": "o-7",
        "policy": "tiny",
        "status": "new",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": utc(1, 3),
    }
    return Order(**values | changes)


def opened(policy: Policy, **changes: Any) -> Case:
    """A fresh case of the tiny order."""
    return policy.open(order(policy=policy.name, **changes))


def asks(**changes: Any) -> RequestCancellation:
    """The buyer's request to cancel the tiny order."""
    values: dict[str, Any] = {"by": BUYER, "reason": "mistake"}
    return RequestCancellation("o-7", **values | changes)
