"""Notifications: which message goes to whom, on which occasion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from ordercancel.domain.actors import Role
from ordercancel.domain.events import (
    CancellationRequested,
    DutyBreached,
    Event,
    RequestGranted,
    RequestLapsed,
    RequestRejected,
    RequestSuperseded,
    RequestWithdrawn,
    WithdrawalAsked,
    WithdrawalHeld,
)
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.rules.sources import Citation, OwnRule


class Audience(StrEnum):
    """Who reads something."""

    BUYER = "buyer"
    SELLER = "seller"


class Medium(StrEnum):
    """How a message reaches its reader."""

    MAIL = "mail"
    APP = "app"


class Occasion(StrEnum):
    """What happened to a request, told finely enough to word it and to start deadlines from it."""

    REFERRED = "referred"
    GRANTED_AT_ONCE = "granted_at_once"
    APPROVED = "approved"
    APPROVED_BY_SILENCE = "approved_by_silence"
    REJECTED = "rejected"
    REJECTED_BY_SILENCE = "rejected_by_silence"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    WITHDRAWAL_HELD = "withdrawal_held"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"
    BREACHED = "breached"


PLACEHOLDERS = frozenset(
    {
        "order_id",
        "item",
        "cart_id",
        "buyer_name",
        "seller_name",
        "reason",
        "buyer_text",
        "answer",
        "withdrawal_text",
    }
)
"""The variables that notifications and labels may use.

``reason`` is the buyer's reason with its text, ``buyer_text`` that text alone, ``answer`` the
seller's reason with its text, ``withdrawal_text`` what the seller wrote when asking the buyer to
withdraw. A line with an empty variable is left out.
"""


@attrs.frozen(kw_only=True)
class Notification:
    """A message that goes out on an occasion, once for each medium."""

    on: Occasion
    to: Audience
    media: tuple[Medium, ...] = (Medium.MAIL,)
    subject: Text
    body: Text
    cites: Citation | OwnRule


def occasion_of_event(event: Event) -> Occasion | None:
    """What an event is an occasion of, if it is one."""
    occasion = _OCCASION_OF.get(type(event))
    if occasion is None or isinstance(occasion, Occasion):
        return occasion
    return occasion(event)


EVENT_OF: Mapping[Occasion, type[Event]] = FrozenMap(
    {
        Occasion.REFERRED: CancellationRequested,
        Occasion.GRANTED_AT_ONCE: RequestGranted,
        Occasion.APPROVED: RequestGranted,
        Occasion.APPROVED_BY_SILENCE: RequestGranted,
        Occasion.REJECTED: RequestRejected,
        Occasion.REJECTED_BY_SILENCE: RequestRejected,
        Occasion.WITHDRAWAL_ASKED: WithdrawalAsked,
        Occasion.WITHDRAWAL_HELD: WithdrawalHeld,
        Occasion.WITHDRAWN: RequestWithdrawn,
        Occasion.SUPERSEDED: RequestSuperseded,
        Occasion.LAPSED: RequestLapsed,
        Occasion.BREACHED: DutyBreached,
    }
)
"""The kind of event that tells of an occasion."""


def _of_request(event: CancellationRequested) -> Occasion | None:
    return Occasion.REFERRED if event.referred else None


def _of_grant(event: RequestGranted) -> Occasion:
    if event.at_once:
        return Occasion.GRANTED_AT_ONCE
    by_silence = event.by.role is Role.SYSTEM
    return Occasion.APPROVED_BY_SILENCE if by_silence else Occasion.APPROVED


def _of_rejection(event: RequestRejected) -> Occasion:
    by_silence = event.by.role is Role.SYSTEM
    return Occasion.REJECTED_BY_SILENCE if by_silence else Occasion.REJECTED


# An event that tells of several occasions says which one by its values.
_OCCASION_OF: Mapping[type[Event], Occasion | Callable[[Any], Occasion | None]] = {
    **{kind: occasion for occasion, kind in EVENT_OF.items()},
    CancellationRequested: _of_request,
    RequestGranted: _of_grant,
    RequestRejected: _of_rejection,
}


def occasion_of_request(request: CancellationRequest) -> Occasion:
    """The last thing that happened to a request."""
    by_silence = request.answer is not None and request.answer.by.role is Role.SYSTEM
    match request.status:
        case RequestStatus.AWAITING_SELLER:
            return Occasion.REFERRED
        case RequestStatus.GRANTED:
            if request.answer is None:
                return Occasion.GRANTED_AT_ONCE
            return Occasion.APPROVED_BY_SILENCE if by_silence else Occasion.APPROVED
        case RequestStatus.REJECTED:
            return Occasion.REJECTED_BY_SILENCE if by_silence else Occasion.REJECTED
        case _:
            return Occasion(request.status)
