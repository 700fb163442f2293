"""The texts of a policy: statuses, refusals, notifications, labels and counters."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.rules.notifications import Audience, Notification, Occasion
from ordercancel.rules.sources import Citation, OwnRule


@attrs.frozen(kw_only=True)
class Label:
    """What one side reads for a request while the occasion is the last thing that happened."""

    on: Occasion
    to: Audience
    text: Text
    cites: Citation | OwnRule


@attrs.frozen(kw_only=True)
class Counter:
    """A number on the seller's front page: how many orders have a request in a status.

    `state` is what a row of the seller's queue reads for it.
    """

    status: RequestStatus
    label: Text
    state: Text
    cites: Citation | OwnRule


def _frozen(texts: Mapping[str, Text]) -> FrozenMap[str, Text]:
    return FrozenMap(texts)


@attrs.frozen(kw_only=True)
class Wording:
    """All texts of a policy.

    Args:
        statuses: What each status of the order is called.
        refusals: The sentence for each refusal code of the policy's own; the standard codes have
            theirs (`STANDARD_REFUSALS`), which an entry here replaces.
        notifications: The messages.
        labels: What each side reads for a request. Where there is none, the status is read.
        counters: The numbers on the seller's front page.
        columns: The headings of the seller's queue, by field of the row.
    """

    statuses: Mapping[str, Text] = attrs.field(converter=_frozen)
    refusals: Mapping[str, Text] = attrs.field(factory=dict, converter=_frozen)
    notifications: tuple[Notification, ...] = ()
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
