"""A policy that is as small as a policy can be, with every part open to change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs

from ordercancel import (
    AdvanceOrder,
    Approve,
    AskWithdrawal,
    Buyer,
    Case,
    Operator,
    Order,
    Policy,
    Reject,
    RequestCancellation,
    Seller,
    System,
    Text,
    Withdraw,
)
from ordercancel.domain.commands import AnswerWithdrawal
from ordercancel.policy import (
    PERMIT,
    Clause,
    Counter,
    Document,
    Flag,
    Gap,
    Label,
    Lifecycle,
    Moment,
    Notification,
    Reason,
    Refer,
    Rule,
    Texts,
    buyer,
    clause,
    is_initiator,
    own_rule,
    seller,
)

BUYER = Buyer("b-1")
SELLER = Seller("s-1")
OPERATOR = Operator("o-1")
SYSTEM = System()
STRANGER = Buyer("b-2")
OURS = own_rule("for tests", ja="テストのため")

ORDERS = Lifecycle(
    moves={"plan": ("new", "packed"), "send": (("new", "packed"), "sent")},
    cancellable=("new", "packed"),
    shipped="sent",
    cancelled="stopped",
    facts={"plan": "ship_on"},
)
DOCUMENT = Document(
    "Guide",
    (
        Clause(
            "tiny.1",
            section="1",
            text="Ask, and be answered.",
            reading=Text("誰でも", "Whoever ordered may ask."),
            decided=(Gap(Text("一度だけ", "once alone"), "ask_twice", "False"),),
        ),
    ),
)
REFERS = Rule(
    "tiny.refer",
    on=RequestCancellation,
    effect=Refer(seller),
    when=buyer,
    source=clause("tiny.1"),
)
ASKS_BACK = Rule("tiny.asks_back", on=AskWithdrawal, effect=PERMIT, when=seller, source=OURS)
WITHDRAWS = Rule(
    "tiny.withdraws",
    on=(Withdraw, AnswerWithdrawal),
    effect=PERMIT,
    when=is_initiator,
    source=OURS,
)
RULES = (REFERS, ASKS_BACK, WITHDRAWS)
REASONS = (
    Reason("mistake", Text("間違い", "Mistake"), when=buyer, source=OURS),
    Reason("other", Text("その他", "Other"), when=buyer, text=(2, 5), source=OURS),
    Reason(None, on=Reject, text=(0, 20), source=OURS),
    Reason(None, on=AskWithdrawal, text=(0, 20), source=OURS),
)
MAIL = Notification(
    on="pending",
    to="seller",
    subject=Text("要請 {order_id}", "Asked: {order_id}"),
    body=Text("理由: {reason}\n{item}", "Reason: {reason}\n{item}"),
    source=OURS,
)
LABEL = Label(
    on="pending",
    to="seller",
    text=Text("要請中\n{reason}", "Asked\n{reason}"),
    source=OURS,
)
COUNTER = Counter(
    on="pending",
    label=Text("要請", "Requests"),
    state=Text("処理要請", "To process"),
    source=OURS,
)
TEXTS = Texts(
    statuses={
        "new": Text("新規", "New"),
        "packed": Text("梱包済", "Packed"),
        "sent": Text("発送済", "Sent"),
        "stopped": Text("中止", "Stopped"),
    },
    refusals={"closed": Text("受付終了です。", "It is closed.")},
    labels=(LABEL,),
    counters=(COUNTER,),
)
GIFT = Flag("gift", Text("ギフト", "a gift"))
DUE_AT = Moment("due_at_customs", Text("通関", "customs"))


def tiny(**changes: Any) -> Policy:
    """The tiny policy, with `changes`."""
    defaults: dict[str, Any] = {
        "name": "tiny",
        "edition": "1",
        "title": Text("小", "Tiny"),
        "zone": "Asia/Tokyo",
        "languages": ("ja", "en"),
        "documents": (DOCUMENT,),
        "orders": ORDERS,
        "rules": RULES,
        "reasons": REASONS,
        "notifications": (MAIL,),
        "texts": TEXTS,
    }
    return Policy(**defaults | changes)


def worded(**changes: Any) -> Texts:
    """The texts of the tiny policy, with `changes`."""
    return attrs.evolve(TEXTS, **changes)


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


def sends(**changes: Any) -> AdvanceOrder:
    """The seller sends the tiny order off."""
    values: dict[str, Any] = {"by": SELLER, "move": "send"}
    return AdvanceOrder("o-7", **values | changes)


def approves(**changes: Any) -> Approve:
    """The seller approves the first request."""
    values: dict[str, Any] = {"by": SELLER, "request": 1}
    return Approve("o-7", **values | changes)


def rejects(**changes: Any) -> Reject:
    """The seller rejects the first request."""
    values: dict[str, Any] = {"by": SELLER, "request": 1}
    return Reject("o-7", **values | changes)
