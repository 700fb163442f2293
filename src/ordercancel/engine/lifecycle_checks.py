"""What the lifecycles of order and request demand of a command, as conditions with codes.

They have the last word, lest a permit too many breaks an order. As conditions they are compiled,
enumerated and asked in SQL like rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ordercancel.domain.commands import (
    ANSWERS,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Judged,
    RequestCancellation,
)
from ordercancel.domain.requests import OPEN
from ordercancel.engine.decision import NOT_PERMITTED
from ordercancel.engine.request_moves import WRONG_MOVE, sources_of
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import AnyOf, Condition
from ordercancel.rules.effects import OTHER_SIDE, Grant, Refer
from ordercancel.rules.facts import accept, is_open, is_stale, move, request, role, status
from ordercancel.rules.roles import other_side_of

Check = tuple[Condition, str]
"""What must hold, and the code under which a command is refused where it does not."""


def checks_before(kind: type[Judged]) -> tuple[Check, ...]:
    """What must hold before any rule is asked: an answer is about the open request."""
    if kind not in ANSWERS:
        return ()
    return (request.is_in(*OPEN), "no_open_request"), (~is_stale, "stale_request")


def checks_after(policy: RuleSet, kind: type[Judged], effect: Grant | None) -> tuple[Check, ...]:
    """What must hold for a command that the rules let through.

    Args:
        policy: The policy whose lifecycle is meant.
        kind: The kind of command.
        effect: What the rules grant it; None for what must hold whatever they grant.
    """
    return tuple(_checks_after(policy, kind, effect))


def _checks_after(policy: RuleSet, kind: type[Judged], effect: Grant | None) -> Iterator[Check]:
    if kind is RequestCancellation and isinstance(effect, Refer):
        yield ~is_open, "request_open"
        if effect.to == OTHER_SIDE:
            sided = (name for name in policy.roles if other_side_of(name, policy.roles))
            yield role.is_in(*sided), NOT_PERMITTED  # the house has no other side to ask
    if kind in (RequestCancellation, Approve):
        yield status.is_in(*policy.orders.cancellable), "not_cancellable"
    if kind is AskWithdrawal:
        yield request.is_in(*sources_of("ask_withdrawal")), WRONG_MOVE["ask_withdrawal"]
    if kind is AnswerWithdrawal:
        yield ~accept | request.is_in(*sources_of("accept")), WRONG_MOVE["accept"]
        yield accept | request.is_in(*sources_of("decline")), WRONG_MOVE["decline"]
    if kind is AdvanceOrder:
        yield _has_move(policy), "no_such_move"


@lru_cache(maxsize=100)
def _has_move(policy: RuleSet) -> Condition:
    orders = policy.orders
    return AnyOf(
        tuple(
            status.is_in(each)
            & move.is_in(*(name for source, name in orders.table if source == each))
            for each in orders.statuses
        )
    )
