"""Texts: everything that people read of a policy beside its notifications."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.rules.conditions import ALWAYS, Condition, as_condition
from ordercancel.rules.notifications import REFERRED
from ordercancel.rules.sources import Source, as_source

__all__ = [
    "ANY_OPEN",
    "CHANGE_TEXTS",
    "STANDARD_REFUSALS",
    "STATUS_TEXTS",
    "Counter",
    "Label",
    "Texts",
]


@attrs.frozen(kw_only=True)
class Label:
    """What somebody reads for an order while its request is read; the first that fits.

    Args:
        on: The status of the request, or the code of a mark that it or the order has.
        to: The role that reads it.
        when: The condition under which it is read. Default: always.
        text: The first line is what a list shows; the others are what the order's page adds.
        source: On whose word. Default: the source of the policy.
    """

    on: str
    to: str
    when: Condition = attrs.field(default=ALWAYS, converter=as_condition)
    text: Text | str
    source: Source | None = attrs.field(default=None, converter=as_source)


ANY_OPEN = "open"
"""What a counter is on that counts all requests that wait for an answer."""


@attrs.frozen(kw_only=True)
class Counter:
    """A number of a queue: how many orders have a request in a status, or a mark.

    Args:
        on: The status of the latest request, ``open`` for all that wait for an answer, or the
            code of a mark.
        label: What the number is called.
        state: What a row of the queue reads for it. Default: `label`.
        source: On whose word. Default: the source of the policy.
    """

    on: str
    label: Text | str
    state: Text | str | None = None
    source: Source | None = attrs.field(default=None, converter=as_source)


def _frozen(texts: Mapping[str, Text | str]) -> FrozenMap[str, Text | str]:
    return FrozenMap(texts)


@attrs.frozen(kw_only=True)
class Texts:
    """All texts of a policy. Everything has a default; a plain `str` is in its first language.

    Args:
        statuses: What each status of the order is called. Default: the names of the lifecycle.
        refusals: The sentence for each refusal code; the library's own codes have theirs
            (`STANDARD_REFUSALS`), which an entry here replaces.
        labels: What each side reads for a request. Default: its status.
        counters: The numbers of a queue. Default: pending requests, and each mark.
        columns: The headings of a queue, by field of the row.
        moves: What each move of the order is called. Default: the words of its name.
    """

    statuses: Mapping[str, Text | str] = attrs.field(factory=dict, converter=_frozen)
    refusals: Mapping[str, Text | str] = attrs.field(factory=dict, converter=_frozen)
    labels: tuple[Label, ...] = ()
    counters: tuple[Counter, ...] | None = None
    columns: Mapping[str, Text | str] = attrs.field(factory=dict, converter=_frozen)
    moves: Mapping[str, Text | str] = attrs.field(factory=dict, converter=_frozen)


STATUS_TEXTS: Mapping[str, Text] = FrozenMap(
    {
        RequestStatus.PENDING: Text("キャンセルリクエスト中", "cancellation requested"),
        RequestStatus.WITHDRAWAL_ASKED: Text("撤回要請", "withdrawal asked for"),
        RequestStatus.WITHDRAWAL_DECLINED: Text("撤回保留", "withdrawal declined"),
        RequestStatus.APPROVED: Text("承認", "approved"),
        RequestStatus.REJECTED: Text("拒否", "rejected"),
        RequestStatus.WITHDRAWN: Text("撤回", "withdrawn"),
        RequestStatus.SUPERSEDED: Text("無効", "superseded"),
        RequestStatus.EXPIRED: Text("期限切れ", "expired"),
    }
)
"""What the statuses of a request are called where no policy has words of its own."""

CHANGE_TEXTS: Mapping[str, tuple[Text, Text]] = FrozenMap(
    {
        RequestStatus.PENDING: (
            Text("キャンセルリクエスト {order_id}", "Cancellation requested: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストがあります。\n理由: {reason}",
                "There is a request to cancel order {order_id}.\nReason: {reason}",
            ),
        ),
        REFERRED: (
            Text("キャンセルリクエスト {order_id}", "Cancellation request referred: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストの判断が引き継がれました。\n理由: {reason}",
                "The request to cancel order {order_id} is for somebody else to decide now.\n"
                "Reason: {reason}",
            ),
        ),
        RequestStatus.WITHDRAWAL_ASKED: (
            Text("撤回のお願い {order_id}", "Please withdraw your request: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストの撤回のお願いが届いています。\n"
                "{withdrawal_text}",
                "You are asked to withdraw the request to cancel order {order_id}.\n"
                "{withdrawal_text}",
            ),
        ),
        RequestStatus.WITHDRAWAL_DECLINED: (
            Text("撤回保留 {order_id}", "Withdrawal declined: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストは撤回されませんでした。",
                "The request to cancel order {order_id} is not withdrawn.",
            ),
        ),
        RequestStatus.APPROVED: (
            Text("キャンセル完了 {order_id}", "Cancelled: {order_id}"),
            Text(
                "注文 {order_id} はキャンセルされました。\n理由: {reason}",
                "Order {order_id} has been cancelled.\nReason: {reason}",
            ),
        ),
        RequestStatus.REJECTED: (
            Text("キャンセル不可 {order_id}", "Not cancelled: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストは承認されませんでした。\n理由: {answer}",
                "The request to cancel order {order_id} was rejected.\nReason: {answer}",
            ),
        ),
        RequestStatus.WITHDRAWN: (
            Text("リクエストの撤回 {order_id}", "Request withdrawn: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストは撤回されました。",
                "The request to cancel order {order_id} was withdrawn.",
            ),
        ),
        RequestStatus.SUPERSEDED: (
            Text("リクエストの終了 {order_id}", "Request closed: {order_id}"),
            Text(
                "注文 {order_id} の状態が変わったため、キャンセルリクエストは無効となりました。",
                "The request to cancel order {order_id} is closed, because the order has changed.",
            ),
        ),
        RequestStatus.EXPIRED: (
            Text("リクエストの期限切れ {order_id}", "Request expired: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストは期限切れとなりました。",
                "The request to cancel order {order_id} was not answered in time.",
            ),
        ),
    }
)
"""Subject and body of the default message on each change of a request."""

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
        "not_cancellable": Text(
            "現在の状態の注文は、キャンセルできません。",
            "The order cannot be cancelled in its present status.",
        ),
        "wrong_actor": Text(
            "この操作を行う権限がありません。", "This is not for this actor to do."
        ),
        "own_request": Text(
            "自分のリクエストには回答できません。", "One's own request is for others to answer."
        ),
        "request_open": Text(
            "すでにキャンセルリクエスト中です。", "A cancellation request is already open."
        ),
        "no_open_request": Text(
            "回答待ちのキャンセルリクエストがありません。",
            "There is no open cancellation request that this could apply to.",
        ),
        "stale_request": Text(
            "このリクエストはすでに終了しています。画面を更新してください。",
            "That request is closed already, and there is a newer one. Please reload the page.",
        ),
        "not_asked": Text("撤回のお願いは届いていません。", "No withdrawal was asked for."),
        "asked_already": Text(
            "すでに撤回をお願いしています。", "The withdrawal was asked for already."
        ),
        "cancelled_is_final": Text(
            "キャンセル済みの注文の状態は変更できません。",
            "An order is cancelled by a request, and stays so.",
        ),
        "not_due": Text("期限はまだ到来していません。", "The deadline has not come due."),
    }
)
"""The sentences for the codes that every policy shares."""
