"""Pairs of small policies, made by hand, with what the other one is beside the one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ordercancel import (
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Policy,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.commands import JUDGED
from ordercancel.explain import PolicyDiff
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    PERMIT,
    Choice,
    Deadline,
    Fee,
    Flag,
    Forbid,
    If,
    Lifecycle,
    Refer,
    Refunding,
    Role,
    Rule,
    buyer,
    hours,
    is_answerer,
    is_initiator,
    is_open,
    operator,
    refer,
    requested_at,
    seller,
    status,
)

GIFT = Flag("gift", of=RequestCancellation)
SIZE = Choice("size", values=("s", "l"))
CLERK = Role("clerk", side="seller")
STATUSES = ("placed", "shipped", "cancelled")
PLACED = buyer & status.is_in("placed")
TENTH = Fee(id="tenth", rate=(1, 10))


def asking(effect: Any, when: Any = PLACED, rule: str = "asks") -> Rule:
    return Rule(rule, on=RequestCancellation, when=when, effect=effect)


def desk(*rules: Rule, **changes: Any) -> Policy:
    """A policy with one status before shipping, where nothing is permitted but by `rules`."""
    parts: dict[str, Any] = {
        "name": "desk",
        "zone": "UTC",
        "source": "our terms",
        "orders": Lifecycle(
            moves={"ship": ("placed", "shipped")}, cancellable="placed", shipped="shipped"
        ),
        "rules": rules,
    }
    return Policy(**{**parts, **changes})


def with_fees(*fees: Fee) -> Policy:
    return desk(asking(CANCEL), facts=(GIFT,), refunding=Refunding(fees=fees))


def relations(difference: PolicyDiff) -> dict[str, str]:
    """The words by command and role, where they are not "equal"."""
    return {
        f"{each.kind.__name__} {each.role}": str(each.relation)
        for each in difference.answers
        if each.relation != "equal"
    }


_LOOSER = {"RequestCancellation buyer": "looser"}
_NEITHER = {"RequestCancellation buyer": "incomparable"}
_WITHDRAWS = Rule("withdraws", on=Withdraw, when=seller, effect=PERMIT)
_PASSED_ON = Rule("passed_on", on=Reject, when=is_answerer, effect=Refer(operator))
_LATE = Rule("late", on=Approve, when=operator, effect=Forbid("late"))
_ESCALATES = Deadline("escalates", runs=is_open, due=requested_at + hours(1), then=refer(operator))
_PERMITS = Rule("permits", on=(Withdraw, AskWithdrawal, AnswerWithdrawal), effect=PERMIT)

PAIRS: Mapping[str, tuple[Policy, Policy, Mapping[str, str]]] = {
    "cancels instead of refusing": (desk(), desk(asking(CANCEL)), _LOOSER),
    "refers instead of refusing": (desk(), desk(asking(Refer(seller))), _LOOSER),
    "cancels instead of referring": (
        desk(asking(Refer(seller))),
        desk(asking(CANCEL)),
        _LOOSER,
    ),
    "refers instead of forbidding": (
        desk(asking(Forbid("closed"))),
        desk(asking(Refer(operator))),
        _LOOSER,
    ),
    "cancels where it referred in one case": (
        desk(asking(If(is_initiator, Refer(seller), CANCEL))),
        desk(asking(CANCEL)),
        _LOOSER,
    ),
    "grants no longer disagree": (
        desk(asking(CANCEL), asking(Refer(seller), rule="b")),
        desk(asking(CANCEL)),
        _LOOSER,
    ),
    "no longer undetermined where a fact is missing": (
        desk(asking(CANCEL, PLACED & SIZE.is_in("s", "l")), facts=(SIZE,)),
        desk(asking(CANCEL), facts=(SIZE,)),
        _LOOSER,
    ),
    "fees no longer disagree": (
        with_fees(TENTH, Fee(id="gift", when=GIFT.holds, rate=(1, 2))),
        with_fees(TENTH),
        _LOOSER,
    ),
    "somebody else answers": (
        desk(asking(Refer(seller))),
        desk(asking(Refer(operator))),
        _NEITHER,
    ),
    "more people answer": (
        desk(asking(Refer(seller)), roles=(CLERK,)),
        desk(asking(Refer(OTHER_SIDE)), roles=(CLERK,)),
        _NEITHER,
    ),
    "each is stricter somewhere": (
        desk(asking(If(GIFT, CANCEL, Refer(seller))), facts=(GIFT,)),
        desk(asking(If(GIFT, Refer(seller), CANCEL)), facts=(GIFT,)),
        _NEITHER,
    ),
    "the only one who answers": (
        desk(asking(Refer(seller))),
        desk(asking(Refer(OTHER_SIDE))),
        {},
    ),
    "another code": (desk(asking(Forbid("closed"))), desk(asking(Forbid("shut"))), {}),
    "another code for who may": (
        desk(asking(CANCEL), asking(Forbid("closed"), GIFT, "b"), facts=(GIFT,)),
        desk(asking(CANCEL), asking(Forbid("shut"), GIFT, "b"), facts=(GIFT,)),
        {},
    ),
    "another rule": (desk(asking(CANCEL)), desk(asking(CANCEL, rule="other")), {}),
    "two rules for one": (
        desk(asking(If(GIFT, CANCEL, Refer(seller))), facts=(GIFT,)),
        desk(
            asking(CANCEL, PLACED & GIFT),
            asking(Refer(seller), PLACED & ~GIFT.holds, "b"),
            facts=(GIFT,),
        ),
        {},
    ),
    "another fee": (with_fees(TENTH), with_fees(attrs.evolve(TENTH, rate=(2, 10))), {}),
    "the same fee by another name": (
        with_fees(TENTH),
        with_fees(attrs.evolve(TENTH, id="other")),
        {},
    ),
    "rejections are decided without the operator": (
        desk(asking(Refer(seller)), _PASSED_ON),
        desk(asking(Refer(seller))),
        {"Reject seller": "looser", "Reject operator": "looser"},
    ),
    "who never asks has nothing to withdraw": (
        desk(asking(CANCEL)),
        desk(asking(CANCEL), Rule("withdraws", on=Withdraw, when=is_initiator, effect=PERMIT)),
        {"Withdraw buyer": "looser"},
    ),
    "a deadline refers to the operator, too": (
        desk(asking(Refer(seller)), _LATE),
        desk(asking(Refer(seller)), deadlines=(_ESCALATES,)),
        {"Approve operator": "looser"},
    ),
    "another word for each role": (
        desk(asking(Refer(seller)), asking(CANCEL, seller, "seller_asks")),
        desk(asking(CANCEL), _WITHDRAWS),
        {
            "RequestCancellation buyer": "looser",
            "RequestCancellation seller": "stricter",
            "Withdraw seller": "looser",
        },
    ),
    "no longer shut for everybody": (
        desk(asking(Refer(seller)), _PERMITS, Rule("shut", on=JUDGED, effect=Forbid("shut"))),
        desk(asking(Refer(seller)), _PERMITS),
        {
            "RequestCancellation buyer": "looser",
            "Approve seller": "looser",
            "Reject seller": "looser",
            **{
                f"{command} {role}": "looser"
                for command in ("Withdraw", "AskWithdrawal", "AnswerWithdrawal")
                for role in ("buyer", "seller", "operator", "system")
            },
            "AdvanceOrder seller": "looser",
            "AdvanceOrder operator": "looser",
            "AdvanceOrder system": "looser",
        },
    ),
}
"""By what the other policy does: both, and the words that are not "equal", by command and role."""

OPPOSITES = {"looser": "stricter", "stricter": "looser", "incomparable": "incomparable"}
