"""Drawing commands by anybody, with anything in them that a command can be built with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from hypothesis.strategies import DrawFn

from ordercancel.domain.actors import Actor, Buyer, Seller, System
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.orders import Order
from ordercancel.policy.policy import Policy
from ordercancel.rules.reasons import Catalogue
from ordercancel.testing.commands import OPERATOR
from ordercancel.testing.draws import one_of, rarely
from ordercancel.testing.texts import any_texts

__all__ = ["draw_any_command"]


def draw_any_command(draw: DrawFn, /, policy: Policy, order: Order) -> Command:
    """A command of any kind by anybody, about `order` or one that nobody knows."""
    kind: Any = one_of(draw, COMMANDS)
    order_id = "no-such-order" if rarely(draw) else order.id
    by = one_of(draw, _anybody(order))
    return cast(Command, kind(order_id, by=by, **_draw_values(draw, policy, kind, order)))


def _anybody(order: Order) -> tuple[Actor, ...]:
    """The parties to an order, the house, strangers, and the parties' ids on the wrong side."""
    return (
        Buyer(order.buyer),
        Seller(order.seller),
        OPERATOR,
        System(),
        Buyer("stranger"),
        Seller("stranger"),
        Buyer(order.seller),
        Seller(order.buyer),
    )


def _draw_values(
    draw: DrawFn, policy: Policy, kind: type[Command], order: Order
) -> dict[str, Any]:
    """Values for the fields that only this `kind` of command has."""
    if kind is RequestCancellation:
        return _draw_reason(draw, policy.request_reasons)
    if kind is Reject:
        answer = _draw_reason(draw, policy.rejection_reasons)
        return {**answer, "affirmed": one_of(draw, (True, False))}
    if kind is AskWithdrawal:
        return {"text": draw(any_texts(policy.withdrawal_text))}
    if kind is AnswerWithdrawal:
        return {"accept": one_of(draw, (True, False))}
    if kind is AdvanceOrder:
        day = order.placed_at.astimezone(policy.tzinfo).date()
        later = [day + timedelta(days=days) for days in range(-2, 10)]
        return {
            "move": one_of(draw, (*policy.orders.moves, "no_such_move")),
            "ship_on": one_of(draw, (None, *later)),
        }
    if kind is ApplyDeadline:
        known = [deadline.id for deadline in policy.deadlines]
        return {
            "deadline": one_of(draw, (*known, "no_such_deadline")),
            "request": one_of(draw, range(4)),
        }
    return {}


def _draw_reason(draw: DrawFn, catalogue: Catalogue) -> dict[str, Any]:
    bounds = dict.fromkeys((catalogue.text, *(reason.text for reason in catalogue.reasons)))
    return {
        "reason": one_of(draw, (*catalogue.codes, None, "no_such_reason")),
        "text": draw(any_texts(one_of(draw, tuple(bounds)))),
    }
