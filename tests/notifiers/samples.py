"""A message and a party, for the tests of what delivers them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.engine.messages import Message
from ordercancel.rules.notifications import Medium

SHOP = Party("b-1", name="テスト一号店", emails=("shop1@example.jp",))
THREE = Party("b-1", name="テスト一号店", emails=("a@example.jp", "b@example.jp", "c@example.jp"))


def message(**changes: Any) -> Message:
    """The buyer is told that their request was rejected."""
    values: dict[str, Any] = {
        "id": "o-1:3:buyer:mail",
        "order_id": "o-1",
        "on": "rejected",
        "at": datetime(2022, 8, 16, 3, tzinfo=UTC),
        "audience": "buyer",
        "party": "b-1",
        "medium": Medium.MAIL,
        "locale": "ja",
        "subject": "キャンセル拒否のお知らせ",
        "body": "注文 o-1 のキャンセルは拒否されました。\n理由: 発送準備済み",
    }
    return Message(**values | changes)


def forged(**changes: Any) -> Message:
    """A message with values that its own check would have refused."""
    made = message()
    for field, value in changes.items():
        object.__setattr__(made, field, value)
    return made
