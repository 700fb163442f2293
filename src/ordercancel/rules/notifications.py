"""Notifications: which message goes to whom, when a request changes or a deadline fires."""

from __future__ import annotations

from enum import StrEnum

import attrs

from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    Event,
    RequestClosed,
    RequestReferred,
    WithdrawalAsked,
    WithdrawalDeclined,
)
from ordercancel.domain.exact import exact
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.rules.conditions import ALWAYS, Condition, as_condition
from ordercancel.rules.sources import Source, Sourced, as_source

REFERRED = "referred"
"""What a notification is on where a request is passed on to somebody else."""

CHANGES = (*map(str, RequestStatus), REFERRED)
"""What can happen to a request: it gets a status, or is referred on."""

AUDIENCES = ("initiator", "answerer", "other_party", "others")
"""Whom a notification can be for, beside a role.

``other_party`` is the party on the other side of the initiator; ``others`` are both parties and
the answerer, but for whoever did it.
"""


class Medium(StrEnum):
    """How a message reaches its reader."""

    MAIL = "mail"
    APP = "app"


PLACEHOLDERS = frozenset(
    {
        "order_id",
        "item",
        "cart_id",
        "placed_at",
        "buyer_name",
        "seller_name",
        "reader_name",
        "addressee",
        "buyer_contact",
        "seller_contact",
        "signature",
        "status",
        "reason",
        "text",
        "answer",
        "withdrawal_text",
        "due_at",
        "refund",
        "fee",
        "units",
    }
)
"""The variables of notifications and labels, beside the facts of the policy's own.

``addressee`` is the reader, in Japanese with 御中 or 様, ``signature`` that of the policy's texts;
``reason`` is the initiator's reason with their words, ``text`` their words alone, ``answer`` the
answerer's reason with their words, ``withdrawal_text`` what they wrote when they asked for a
withdrawal, ``due_at`` when the deadline was due, or the first that runs. ``refund`` and ``fee``
are what was just given back and kept, or would be if the open request were approved; in a label
without one ``refund`` is all that was given back. ``units`` says how many units of which lines the
request asks for. A line with an empty variable is left out.
"""


@attrs.frozen(kw_only=True)
class Notification:
    """A message that goes out when something happens, once for each medium.

    Args:
        on: What happens: a status that the request gets (``pending``, ``approved`` …),
            ``referred``, the code of a mark, or the id of a deadline that notifies.
        to: A role, or one of `AUDIENCES`.
        when: The condition under which it goes out. Its ``role`` is that of whoever did it: the
            system, where a deadline did. Default: always.
        media: How it reaches its reader. Default: mail.
        subject: One line.
        body: One line or several.
        source: On whose word it is sent. Default: the source of the policy.
    """

    on: str = attrs.field(converter=exact)
    to: str
    when: Condition = attrs.field(default=ALWAYS, converter=as_condition)
    media: tuple[Medium, ...] = (Medium.MAIL,)
    subject: Text | str | Sourced
    body: Text | str | Sourced
    source: Source | None = attrs.field(default=None, converter=as_source)


def change_of(event: Event) -> str | None:
    """What notifications on `event` are on; None where nobody is told of it."""
    match event:
        case CancellationRequested(answerer=answerer):
            return None if answerer is None else RequestStatus.PENDING
        case RequestReferred():
            return REFERRED
        case WithdrawalAsked():
            return RequestStatus.WITHDRAWAL_ASKED
        case WithdrawalDeclined():
            return RequestStatus.WITHDRAWAL_DECLINED
        case RequestClosed(outcome=outcome):
            return outcome
        case DeadlineFired(impossible=False, mark=code, deadline=deadline):
            return code or deadline
        case _:
            return None
