"""A message and a party, for the tests of what delivers them."""

from __future__ import annotations

from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.engine.messages import Message
from samples import message

SHOP = Party("b-1", name="テスト一号店", emails=("shop1@example.jp",))
THREE = Party("b-1", name="テスト一号店", emails=("a@example.jp", "b@example.jp", "c@example.jp"))


def forged(**changes: Any) -> Message:
    """A message with values that its own check would have refused."""
    made = message()
    for field, value in changes.items():
        object.__setattr__(made, field, value)
    return made
