"""The rules that hold under every policy, because every marketplace takes them for granted.

They are few, since most of what is always so is said once elsewhere: a stranger learns nothing
(`rules.roles`), an answer is about the open request (`engine.lifecycle_checks`).
"""

from __future__ import annotations

from ordercancel.domain.commands import AdvanceOrder, Approve, Reject, RequestCancellation
from ordercancel.rules.effects import PERMIT, Forbid
from ordercancel.rules.facts import is_answerer, is_initiator, is_open, is_own_side, side
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import own_rule

_OWN_REQUEST = Rule(
    "standard.own_request",
    on=(Approve, Reject),
    when=is_own_side,
    effect=Forbid("own_request"),
    source=own_rule(
        "nobody answers the request of their own side",
        ja="自分の側が求めたキャンセルには、誰も回答できない",
    ),
)
_ANSWER = Rule(
    "standard.answer",
    on=(Approve, Reject),
    when=is_answerer,
    effect=PERMIT,
    source=own_rule(
        "whoever the request is for may approve and reject it",
        ja="キャンセルを求められた側は、承認または拒否できる",
    ),
)
_ADVANCE = Rule(
    "standard.advance",
    on=AdvanceOrder,
    when=side.is_in("seller", "house"),
    effect=PERMIT,
    source=own_rule(
        "the seller's side and the house move an order on",
        ja="注文を進めるのは、販売する側と運営側",
    ),
)
_ONE_OPEN_REQUEST = Rule(
    "standard.one_open_request",
    on=RequestCancellation,
    when=is_open & is_initiator,
    effect=Forbid("request_open"),
    source=own_rule(
        "whoever has a request open cannot ask again",
        ja="回答待ちの間は、同じ側から再度キャンセルを求めることはできない",
    ),
)


def standard_rules(*, ask_again_while_open: bool) -> tuple[Rule, ...]:
    """The rules of the library for a policy; by ids that begin with ``standard.``."""
    again = () if ask_again_while_open else (_ONE_OPEN_REQUEST,)
    return (_OWN_REQUEST, _ANSWER, _ADVANCE, *again)
