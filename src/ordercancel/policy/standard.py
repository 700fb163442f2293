"""The rules that every policy takes for granted, and that no document states.

A policy puts `STANDARD_RULES` in front of its own.
"""

from __future__ import annotations

from ordercancel.domain.actors import Role
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    Withdraw,
)
from ordercancel.engine.charts import REQUEST
from ordercancel.rules.conditions import Condition
from ordercancel.rules.effects import PERMIT, Effect, Forbid
from ordercancel.rules.facts import (
    accept,
    deadline_due,
    deadline_passed,
    legal_move,
    party,
    request,
    role,
)
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import own_rule

_Commands = type[Command] | tuple[type[Command], ...]

# The answers to a request, each legal only where the request chart has its move.
_ANSWERS: tuple[tuple[str, type[Command], str], ...] = (
    ("approve_open", Approve, "approve"),
    ("reject_open", Reject, "reject"),
    ("withdraw_open", Withdraw, "withdraw"),
    ("ask_withdrawal_open", AskWithdrawal, "ask_withdrawal"),
    ("answer_withdrawal_asked", AnswerWithdrawal, "accept_withdrawal"),
)
_ANSWER_COMMANDS = tuple(command for _, command, _ in _ANSWERS)

_TO_STRANGERS = (
    "who is no party to an order learns nothing of it",
    "当事者でない者には、注文について何も知らせない",
)
_ONLY_OPEN = (
    "the request chart: only an open request can be answered",
    "要請の状態遷移図: 回答できるのは未回答の要請のみ",
)
_HOLD_ONCE = (
    "the request chart: who holds on to his request already can only give it up",
    "要請の状態遷移図: 撤回を保留した後にできるのは、撤回に応じることのみ",
)
_TOO_LATE = (
    "once the time for an answer is over, the deadline decides and nobody else",
    "回答期限を過ぎたら、期限の定めだけが結果を決める",
)
_WHO_ADVANCES = (
    "the seller and the house move an order on, the buyer does not",
    "注文を進めるのは販売者と運営側で、購入者ではない",
)
_ORDER_CHART = ("the order chart of the policy", "このルールの注文の状態遷移図")
_THE_CLOCK = ("deadlines are the clock's, nobody else's", "期限を適用するのは時計のみ")
_ONCE = ("a deadline acts when it has passed, and once", "期限は経過後に一度だけ働く")


def _rule(
    name: str, on: _Commands, effect: Effect, when: Condition, rationale: tuple[str, str]
) -> Rule:
    en, ja = rationale
    return Rule(f"standard.{name}", on=on, effect=effect, when=when, cites=own_rule(en, ja=ja))


def _forbid(
    code: str, name: str, on: _Commands, when: Condition, rationale: tuple[str, str]
) -> Rule:
    return _rule(name, on, Forbid(code), when, rationale)


_buyer, _system = role.is_in(Role.BUYER), role.is_in(Role.SYSTEM)
_seller_or_house = role.is_in(Role.SELLER, Role.OPERATOR, Role.SYSTEM)
_holds_on_again = request.is_in("withdrawal_held") & ~accept.holds
_advance_or_answer = (*_ANSWER_COMMANDS, AdvanceOrder)

STANDARD_RULES: tuple[Rule, ...] = (
    _forbid("not_a_party", "party", COMMANDS, ~party.holds, _TO_STRANGERS),
    *(
        _forbid("no_open_request", name, on, ~request.is_in(*REQUEST.sources(move)), _ONLY_OPEN)
        for name, on, move in _ANSWERS
    ),
    _forbid("no_such_move", "hold_once", AnswerWithdrawal, _holds_on_again, _HOLD_ONCE),
    _forbid(
        "deadline_passed", "deadline_passed", _advance_or_answer, deadline_passed.holds, _TOO_LATE
    ),
    _forbid("wrong_actor", "advance_by", AdvanceOrder, _buyer, _WHO_ADVANCES),
    _forbid("no_such_move", "advance_move", AdvanceOrder, ~legal_move.holds, _ORDER_CHART),
    _rule("advance", AdvanceOrder, PERMIT, _seller_or_house & legal_move.holds, _ORDER_CHART),
    _forbid("wrong_actor", "deadline_by", ApplyDeadline, ~_system, _THE_CLOCK),
    _forbid("not_due", "deadline_not_due", ApplyDeadline, ~deadline_due.holds, _ONCE),
    _rule("deadline", ApplyDeadline, PERMIT, _system & deadline_due.holds, _ONCE),
)
"""A party's commands only; answers to open requests only; moves of the chart; due deadlines."""
