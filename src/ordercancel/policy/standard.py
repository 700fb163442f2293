"""The rules that no document states because every marketplace takes them for granted.

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
    Reject,
    Withdraw,
)
from ordercancel.engine.charts import REQUEST
from ordercancel.rules.effects import PERMIT, Forbid
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

__all__ = ["STANDARD_RULES"]

_ANSWERABLE = own_rule(
    "the request chart: only an open request can be answered",
    ja="要請の状態遷移図: 回答できるのは未回答の要請のみ",
)

STANDARD_RULES: tuple[Rule, ...] = (
    Rule(
        "standard.party",
        on=COMMANDS,
        effect=Forbid("not_a_party"),
        when=~party.holds,
        cites=own_rule(
            "who is no party to an order learns nothing of it",
            ja="当事者でない者には、注文について何も知らせない",
        ),
    ),
    Rule(
        "standard.approve_open",
        on=Approve,
        effect=Forbid("no_open_request"),
        when=~request.is_in(*REQUEST.sources("approve")),
        cites=_ANSWERABLE,
    ),
    Rule(
        "standard.reject_open",
        on=Reject,
        effect=Forbid("no_open_request"),
        when=~request.is_in(*REQUEST.sources("reject")),
        cites=_ANSWERABLE,
    ),
    Rule(
        "standard.withdraw_open",
        on=Withdraw,
        effect=Forbid("no_open_request"),
        when=~request.is_in(*REQUEST.sources("withdraw")),
        cites=_ANSWERABLE,
    ),
    Rule(
        "standard.ask_withdrawal_open",
        on=AskWithdrawal,
        effect=Forbid("no_open_request"),
        when=~request.is_in(*REQUEST.sources("ask_withdrawal")),
        cites=_ANSWERABLE,
    ),
    Rule(
        "standard.answer_withdrawal_asked",
        on=AnswerWithdrawal,
        effect=Forbid("no_open_request"),
        when=~request.is_in(*REQUEST.sources("accept_withdrawal")),
        cites=_ANSWERABLE,
    ),
    Rule(
        "standard.hold_once",
        on=AnswerWithdrawal,
        effect=Forbid("no_such_move"),
        when=request.is_in("withdrawal_held") & ~accept.holds,
        cites=own_rule(
            "the request chart: who holds on to his request already can only give it up",
            ja="要請の状態遷移図: 撤回を保留した後にできるのは、撤回に応じることのみ",
        ),
    ),
    Rule(
        "standard.deadline_passed",
        on=(Approve, Reject, Withdraw, AskWithdrawal, AnswerWithdrawal, AdvanceOrder),
        effect=Forbid("deadline_passed"),
        when=deadline_passed.holds,
        cites=own_rule(
            "once the time for an answer is over, the deadline decides and nobody else",
            ja="回答期限を過ぎたら、期限の定めだけが結果を決める",
        ),
    ),
    Rule(
        "standard.advance_by",
        on=AdvanceOrder,
        effect=Forbid("wrong_actor"),
        when=role.is_in(Role.BUYER),
        cites=own_rule(
            "the seller and the house move an order on, the buyer does not",
            ja="注文を進めるのは販売者と運営側で、購入者ではない",
        ),
    ),
    Rule(
        "standard.advance_move",
        on=AdvanceOrder,
        effect=Forbid("no_such_move"),
        when=~legal_move.holds,
        cites=own_rule("the order chart of the policy", ja="このルールの注文の状態遷移図"),
    ),
    Rule(
        "standard.advance",
        on=AdvanceOrder,
        effect=PERMIT,
        when=role.is_in(Role.SELLER, Role.OPERATOR, Role.SYSTEM) & legal_move.holds,
        cites=own_rule("the order chart of the policy", ja="このルールの注文の状態遷移図"),
    ),
    Rule(
        "standard.deadline_by",
        on=ApplyDeadline,
        effect=Forbid("wrong_actor"),
        when=~role.is_in(Role.SYSTEM),
        cites=own_rule(
            "deadlines are the clock's, nobody else's", ja="期限を適用するのは時計のみ"
        ),
    ),
    Rule(
        "standard.deadline_not_due",
        on=ApplyDeadline,
        effect=Forbid("not_due"),
        when=~deadline_due.holds,
        cites=own_rule(
            "a deadline acts when it has passed, and once", ja="期限は経過後に一度だけ働く"
        ),
    ),
    Rule(
        "standard.deadline",
        on=ApplyDeadline,
        effect=PERMIT,
        when=role.is_in(Role.SYSTEM) & deadline_due.holds,
        cites=own_rule(
            "a deadline acts when it has passed, and once", ja="期限は経過後に一度だけ働く"
        ),
    ),
)
"""See the module's own words."""
