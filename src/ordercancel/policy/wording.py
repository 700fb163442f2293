"""What people read: occasions, announcements, labels, counters and refusals, in two languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from ordercancel.events import (
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
from ordercancel.frozen import FrozenMap
from ordercancel.order import Role
from ordercancel.policy.clauses import Citation, Ours
from ordercancel.request import CancellationRequest, RequestStatus
from ordercancel.text import Text

__all__ = [
    "EVENT_OF",
    "PLACEHOLDERS",
    "REQUEST_STATUS_TEXTS",
    "STANDARD_REFUSALS",
    "Announcement",
    "Audience",
    "Counter",
    "Label",
    "Medium",
    "Occasion",
    "Wording",
    "occasion_of_event",
    "occasion_of_request",
]


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
"""The variables that announcements and labels may use.

``reason`` is the buyer's reason with his words, ``buyer_text`` his words alone, ``answer`` the
seller's reason with his words, ``withdrawal_text`` what he wrote when he asked the buyer to
withdraw. A line with an empty variable is left out.
"""


@attrs.frozen(kw_only=True)
class Announcement:
    """A message that goes out on an occasion, once for each medium."""

    on: Occasion
    to: Audience
    media: tuple[Medium, ...] = (Medium.MAIL,)
    subject: Text
    body: Text
    cites: Citation | Ours


@attrs.frozen(kw_only=True)
class Label:
    """What one side reads for a request while the occasion is the last thing that happened."""

    on: Occasion
    to: Audience
    text: Text
    cites: Citation | Ours


@attrs.frozen(kw_only=True)
class Counter:
    """A number on the seller's front page: how many orders have a request in a status.

    `state` is what a row of the seller's queue reads for it.
    """

    status: RequestStatus
    label: Text
    state: Text
    cites: Citation | Ours


def _frozen(texts: Mapping[str, Text]) -> FrozenMap[str, Text]:
    return FrozenMap(texts)


@attrs.frozen(kw_only=True)
class Wording:
    """All texts of a policy.

    Args:
        statuses: What each status of the order is called.
        refusals: The sentence for each refusal code of the policy's own; the standard codes have
            theirs (`STANDARD_REFUSALS`), which an entry here replaces.
        announcements: The messages.
        labels: What each side reads for a request. Where there is none, the status is read.
        counters: The numbers on the seller's front page.
        columns: The headings of the seller's queue, by field of the row.
    """

    statuses: Mapping[str, Text] = attrs.field(converter=_frozen)
    refusals: Mapping[str, Text] = attrs.field(factory=dict, converter=_frozen)
    announcements: tuple[Announcement, ...] = ()
    labels: tuple[Label, ...] = ()
    counters: tuple[Counter, ...] = ()
    columns: Mapping[str, Text] = attrs.field(factory=dict, converter=_frozen)


REQUEST_STATUS_TEXTS: Mapping[RequestStatus, Text] = FrozenMap(
    {
        RequestStatus.AWAITING_SELLER: Text("キャンセル要請", "awaiting the seller's answer"),
        RequestStatus.WITHDRAWAL_ASKED: Text("撤回要請", "withdrawal asked for"),
        RequestStatus.WITHDRAWAL_HELD: Text("撤回保留", "withdrawal held"),
        RequestStatus.GRANTED: Text("承認", "granted"),
        RequestStatus.REJECTED: Text("拒否", "rejected"),
        RequestStatus.WITHDRAWN: Text("撤回", "withdrawn"),
        RequestStatus.SUPERSEDED: Text("無効", "superseded"),
        RequestStatus.LAPSED: Text("期限切れ", "lapsed"),
    }
)
"""What the statuses of a request are called where no policy has words of its own."""

STANDARD_REFUSALS: Mapping[str, Text] = FrozenMap(
    {
        "not_permitted": Text("この操作は許可されていません。", "This is not permitted."),
        "undetermined": Text(
            "必要な情報が不足しているため、判断できません。",
            "This cannot be decided, because something that a rule needs is not known.",
        ),
        "permits_disagree": Text(
            "ルールが矛盾しているため、処理できません。",
            "The rules contradict each other here, so nothing was done.",
        ),
        "no_such_move": Text(
            "現在の状態では、この操作はできません。",
            "This is not possible in the present status.",
        ),
        "not_a_party": Text("注文が見つかりません。", "There is no such order."),
        "wrong_actor": Text(
            "この操作を行う権限がありません。", "This is not for this actor to do."
        ),
        "request_open": Text(
            "すでにキャンセルリクエスト中です。", "A cancellation request is already open."
        ),
        "no_open_request": Text(
            "回答待ちのキャンセルリクエストがありません。",
            "There is no open cancellation request that this could apply to.",
        ),
        "not_due": Text("期限はまだ到来していません。", "The deadline has not come due."),
        "deadline_passed": Text(
            "回答期限を過ぎています。",
            "The time for an answer is over; the deadline decides.",
        ),
    }
)
"""The sentences for the codes that every policy shares."""


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
