"""Orders, messages, parties and moments that tests start from; every value is a literal."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ordercancel import (
    Buyer,
    Case,
    Message,
    Operator,
    Order,
    Party,
    Policy,
    Seller,
    System,
)
from ordercancel.policy import Medium

JST = timezone(timedelta(hours=9))
BUYER = Buyer("b-1")
SELLER = Seller("s-1")
OPERATOR = Operator("o-1")
SYSTEM = System()
STRANGER = Buyer("b-2")
PERMITTING = Party(
    "s-1", name="サンプル卸", emails=("wholesale@example.jp",), permits_cancellation=True
)
NOT_PERMITTING = Party("s-1", name="サンプル卸", emails=("wholesale@example.jp",))
BUYING = Party("b-1", name="テスト一号店", emails=("shop1@example.jp",))


def jst(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment of August 2022, in Japan; the order of the guide was placed on the 15th."""
    return datetime(2022, 8, day, hour, minute, second, tzinfo=JST)


def order(policy: str = "qoo10", **changes: Any) -> Order:
    """The order of the guide, 762544202, or an order of CO-NECT, with `changes`."""
    values: dict[str, Any] = {
        "id": "762544202",
        "policy": policy,
        "status": "shipping_requested" if policy == "qoo10" else "placed",
        "channel": None if policy == "qoo10" else "order_form",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": jst(15, 9),
        "ship_on": date(2022, 8, 17) if policy == "qoo10" else None,
        "cart_id": "250040690",
        "item": "931204",
    }
    return Order(**values | changes)


def opened(policy: Policy, **changes: Any) -> Case:
    """A fresh case of the sample order, judged by `policy`."""
    return policy.open(order(policy.name, **changes))


def message(**changes: Any) -> Message:
    """The buyer is told that their request was rejected."""
    values: dict[str, Any] = {
        "id": "o-1:3:buyer:mail",
        "order_id": "o-1",
        "on": "rejected",
        "at": jst(16, 12),
        "audience": "buyer",
        "party": "b-1",
        "medium": Medium.MAIL,
        "locale": "ja",
        "subject": "キャンセル拒否のお知らせ",
        "body": "注文 o-1 のキャンセルは拒否されました。\n理由: 発送準備済み",
    }
    return Message(**values | changes)


def execute(database: Path | str, statement: str, *values: object) -> None:
    """Change what an SQLite file, by its path or URL, has stored behind the store's back."""
    with closing(sqlite3.connect(str(database).removeprefix("sqlite:///"))) as connection:
        connection.execute(statement, values)
        connection.commit()
