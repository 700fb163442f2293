"""What is tried: every command by every actor, with as little typed as may be."""

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

__all__ = ["BUYER", "ORDER_ID", "SELLER", "every_command", "fitting_text"]

ORDER_ID = "o-1"
BUYER = Buyer("b-1")
SELLER = Seller("s-1")
_ACTORS: tuple[Actor, ...] = (
    BUYER,
    SELLER,
    Operator("op-1"),
    System(),
    Buyer("b-2"),
    Seller("s-2"),
)
"""Each role, and strangers of both sides."""


def every_command(policy: Policy) -> Iterator[Command]:
    """Every command by every actor, with as little typed as may be."""
    asked = _shortest(policy.request_reasons)
    answered = _shortest(policy.rejection_reasons)
    bounds = policy.withdrawal_text
    withdrawal = fitting_text(bounds) if bounds is not None else None
    for by in _ACTORS:
        yield RequestCancellation(ORDER_ID, by=by, reason=asked[0], text=asked[1])
        yield Approve(ORDER_ID, by=by)
        for affirmed in (True, False):
            yield Reject(ORDER_ID, by=by, reason=answered[0], text=answered[1], affirmed=affirmed)
        yield Withdraw(ORDER_ID, by=by)
        yield AskWithdrawal(ORDER_ID, by=by, text=withdrawal)
        for accept in (True, False):
            yield AnswerWithdrawal(ORDER_ID, by=by, accept=accept)
        for named in policy.domain(move):
            yield AdvanceOrder(ORDER_ID, by=by, move=named)
        for deadline in policy.deadlines:
            yield ApplyDeadline(ORDER_ID, by=by, deadline=deadline.id, request=1)


def _shortest(catalogue: Catalogue) -> tuple[str | None, str | None]:
    """The reason that takes the fewest words, with them."""
    if not catalogue.reasons:
        return None, fitting_text(catalogue.text)
    texts = {reason.code: fitting_text(reason.text) for reason in catalogue.reasons}
    return min(texts.items(), key=lambda item: len(item[1] or ""))


def fitting_text(bounds: TextBounds | None) -> str | None:
    """The shortest text within `bounds`; None where none is needed."""
    if bounds is None or not bounds.required:
        return None
    return "あ" * max(bounds.minimum, 1)
