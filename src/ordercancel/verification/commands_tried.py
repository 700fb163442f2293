"""The commands that the explorer tries in every case: each kind, by each actor."""

from __future__ import annotations

from collections.abc import Iterator

from ordercancel.domain.actors import Actor, Buyer, Operator, Seller, System
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
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import move
from ordercancel.rules.reasons import Catalogue, TextBounds

ORDER_ID = "o-1"
BUYER = Buyer("b-1")
SELLER = Seller("s-1")
# Each role, and strangers of both sides.
_ACTORS: tuple[Actor, ...] = (
    BUYER,
    SELLER,
    Operator("op-1"),
    System(),
    Buyer("b-2"),
    Seller("s-2"),
)


def commands_tried(policy: Policy) -> Iterator[Command]:
    """Yield every command by every actor, each with the shortest text that `policy` accepts."""
    asked = _shortest(policy.request_reasons)
    answered = _shortest(policy.rejection_reasons)
    withdrawal = shortest_text(policy.withdrawal_text)
    for by in _ACTORS:
        yield RequestCancellation(ORDER_ID, by=by, reason=asked[0], text=asked[1])
        yield Approve(ORDER_ID, by=by)
        for affirmed in (True, False):
            yield Reject(ORDER_ID, by=by, reason=answered[0], text=answered[1], affirmed=affirmed)
        yield Withdraw(ORDER_ID, by=by)
        yield AskWithdrawal(ORDER_ID, by=by, text=withdrawal)
        for accept in (True, False):
            yield AnswerWithdrawal(ORDER_ID, by=by, accept=accept)
        for name in policy.domain(move):
            yield AdvanceOrder(ORDER_ID, by=by, move=name)
        for deadline in policy.deadlines:
            yield ApplyDeadline(ORDER_ID, by=by, deadline=deadline.id, request=1)


def _shortest(catalogue: Catalogue) -> tuple[str | None, str | None]:
    """The code of the reason that takes the shortest text, and that text."""
    if not catalogue.reasons:
        return None, shortest_text(catalogue.text)
    texts = {reason.code: shortest_text(reason.text) for reason in catalogue.reasons}
    return min(texts.items(), key=lambda item: len(item[1] or ""))


def shortest_text(bounds: TextBounds | None) -> str | None:
    """Return the shortest text within `bounds`; None where none is required."""
    if bounds is None or not bounds.required:
        return None
    return "あ" * max(bounds.minimum, 1)
