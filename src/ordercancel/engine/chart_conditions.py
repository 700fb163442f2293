"""Chart conditions: where the charts have the move that a granted command makes.

The charts have the last word, so that one permit too many never breaks an order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
from ordercancel.domain.requests import OPEN
from ordercancel.engine.charts import REQUEST
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import ALWAYS, AnyOf, Condition
from ordercancel.rules.deadlines import Consequence, Deadline
from ordercancel.rules.effects import CANCEL, Effect
from ordercancel.rules.facts import accept, deadline, move, request, status


def chart_condition(policy: RuleSet, kind: type[Command], effect: Effect) -> Condition:
    """The condition under which the charts have what a command of this `kind` brings about.

    Args:
        policy: The policy whose order chart is meant.
        kind: The kind of command; one that the charts do not bound is always allowed.
        effect: What the rules grant it.
    """
    of = _CONDITIONS.get(kind)
    return ALWAYS if of is None else of(policy, effect)


def _request(policy: RuleSet, effect: Effect) -> Condition:
    free = ~request.is_in(*OPEN)
    return free & _cancellable(policy) if effect is CANCEL else free


def _approve(policy: RuleSet, effect: Effect) -> Condition:
    return _answerable("approve") & _cancellable(policy)


def _answer_withdrawal(policy: RuleSet, effect: Effect) -> Condition:
    return (accept.holds & _answerable("accept_withdrawal")) | (
        ~accept.holds & _answerable("hold_withdrawal")
    )


def _advance(policy: RuleSet, effect: Effect) -> Condition:
    orders = policy.orders
    return AnyOf(
        tuple(
            status.is_in(state)
            & move.is_in(*(each for each in orders.moves if policy.can_advance(state, each)))
            for state in orders.state_ids
        )
    )


def _apply_deadline(policy: RuleSet, effect: Effect) -> Condition:
    return AnyOf(
        tuple(deadline.is_in(each.id) & _passing(policy, each) for each in policy.deadlines)
    )


def _passing(policy: RuleSet, passed: Deadline) -> Condition:
    match passed.does:
        case Consequence.APPROVE:
            return _approve(policy, CANCEL)
        case Consequence.REJECT:
            return _answerable("reject")
        case Consequence.LAPSE:
            return _answerable("lapse")
        case _:
            return ALWAYS


def _answerable(named: str) -> Condition:
    """The request chart has the move with this name from where the request stands."""
    return request.is_in(*REQUEST.sources(named))


def _cancellable(policy: RuleSet) -> Condition:
    return status.is_in(*policy.orders.sources(policy.cancel_move))


_CONDITIONS: Mapping[type[Command], Callable[[RuleSet, Effect], Condition]] = {
    RequestCancellation: _request,
    Approve: _approve,
    Reject: lambda policy, effect: _answerable("reject"),
    Withdraw: lambda policy, effect: _answerable("withdraw"),
    AskWithdrawal: lambda policy, effect: _answerable("ask_withdrawal"),
    AnswerWithdrawal: _answer_withdrawal,
    AdvanceOrder: _advance,
    ApplyDeadline: _apply_deadline,
}
