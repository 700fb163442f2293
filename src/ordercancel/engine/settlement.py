"""Settlement: what the host says of refunds is recorded; no rule is asked.

What was said before changes nothing when it is said again, in whatever order the answers of a
payment provider arrive.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import FailRefund, Settlement, SettleRefund
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event, RefundFailed, RefundRetried, RefundSettled
from ordercancel.domain.limits import MAX_ATTEMPTS
from ordercancel.domain.refunds import Refund, RefundAttempt, RefundStatus
from ordercancel.domain.trusted import trusted
from ordercancel.engine.decision import check_house, refused
from ordercancel.engine.ruleset import RuleSet


def settle(command: Settlement, case: Case, policy: RuleSet, at: datetime) -> tuple[Event, ...]:
    """What a settlement changes: one event, or none where it was said before.

    Raises:
        InvalidValue: No refund of the order has the key; another amount was due; or it was
            settled already, by another payment.
        Refused: Somebody else gives it than the house (``wrong_actor``), or a refund is to be
            tried anew that has not failed (``refund_not_failed``).
    """
    check_house(command, case, policy, at)
    try:
        refund, attempt = case.refund(command.key)
    except KeyError:
        expected = f"one of: {_known(case) or 'none'}"
        raise _invalid(command, "key", f"{command.key!r:.80} is unknown", expected) from None
    stamp: dict[str, Any] = {
        "order_id": case.order.id,
        "at": at,
        "by": command.by,
        "key": command.key,
    }
    match command:
        case SettleRefund():
            return _settled(command, refund, attempt, stamp)
        case FailRefund(code=code):
            if attempt.code == code and not _is_resolved(command, attempt):
                return ()  # it may have been settled since
            return (trusted(RefundFailed)(**stamp, code=code),)
        case _:
            if attempt is not refund.attempts[-1]:
                return ()
            if any(each.status is not RefundStatus.FAILED for each in refund.attempts):
                raise refused(command, "refund_not_failed", case, policy, at)
            if len(refund.attempts) == MAX_ATTEMPTS:
                expected = "another way to give it back"
                raise _invalid(command, "key", f"has had {MAX_ATTEMPTS} attempts", expected)
            next_key = f"{command.key.rpartition('.')[0]}.{len(refund.attempts) + 1}"
            return (trusted(RefundRetried)(**stamp, next_key=next_key),)


def _settled(
    command: SettleRefund, refund: Refund, attempt: RefundAttempt, stamp: dict[str, Any]
) -> tuple[Event, ...]:
    if command.amount not in (None, refund.amount):
        expected = "none: the order has no amounts"
        if refund.amount is not None:
            expected = f"{refund.amount}, which is due"
        raise _invalid(command, "amount", f"is {command.amount}", expected)
    if attempt.reference is None or _is_resolved(command, attempt):
        # What has failed is over: who says that it was paid has heard the news in another order,
        # or had taken for failed what was not.
        is_news = attempt.status is RefundStatus.FAILED and command.by.role == "system"
        return (trusted(RefundSettled)(**stamp, reference=command.reference, disputed=is_news),)
    if attempt.reference != command.reference:
        expected = f"{attempt.reference!r:.80}, by which it was settled"
        raise _invalid(command, "reference", f"is {command.reference!r:.80}", expected)
    return ()  # it may have failed since


def _is_resolved(command: Settlement, attempt: RefundAttempt) -> bool:
    """Whether a person says which is true of what is disputed."""
    return attempt.status is RefundStatus.DISPUTED and command.by.role != "system"


def _known(case: Case) -> str:
    return ", ".join(each.key for refund in case.refunds for each in refund.attempts)


def _invalid(command: Settlement, field: str, problem: str, expected: str) -> InvalidValue:
    where = f"{type(command).__name__}.{field}"
    return InvalidValue([Fault(where, problem, expected, code=f"other_{field}")])
