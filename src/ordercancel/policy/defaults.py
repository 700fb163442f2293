"""What nobody should have to write: notifications, counters and words that a policy leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text, words_of
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.deadlines import Do
from ordercancel.rules.message_texts import CHANGE_TEXTS, PARTS_TEXTS
from ordercancel.rules.notifications import Notification
from ordercancel.rules.standard_texts import MARK_TEXTS, STATUS_TEXTS
from ordercancel.rules.texts import Counter


def notifications_of(policy: PolicyParts) -> tuple[Notification, ...]:
    """The messages of a policy: its own, or a set that tells everybody who must know."""
    if policy.own_notifications is not None:
        return policy.own_notifications
    return tuple(_defaults(policy))


def _defaults(policy: PolicyParts) -> Iterator[Notification]:
    parts = {} if policy.whole_orders_only else PARTS_TEXTS
    for change, (subject, body) in {**CHANGE_TEXTS, **parts}.items():
        yield Notification(on=change, to="others", subject=subject, body=body)
    for deadline in policy.deadlines:
        if deadline.then.do in (Do.MARK, Do.NOTIFY):
            on = deadline.then.argument or deadline.id
            called = words_of(on)
            yield Notification(
                on=on,
                to="others",
                subject=Text(f"{called} {{order_id}}", f"{called}: {{order_id}}"),
                body=Text(
                    f"注文 {{order_id}} の期限（{called}）を過ぎました：{{due_at}}",
                    f"A deadline of order {{order_id}} has passed ({called}): {{due_at}}",
                ),
            )


def counters_of(policy: PolicyParts) -> tuple[Counter, ...]:
    """The numbers of a queue: those of the policy, or pending requests, marks and refunds."""
    if policy.texts.counters is not None:
        return policy.texts.counters
    pending = RequestStatus.PENDING
    marks = (Counter(on=code, label=words_of(code)) for code in policy.mark_codes)
    refunds = Counter(on=REFUND_OPEN, label=MARK_TEXTS[REFUND_OPEN])
    return (Counter(on=pending, label=STATUS_TEXTS[pending]), *marks, refunds)
