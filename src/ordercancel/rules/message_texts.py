"""The default messages of the library: what people are told where a policy says nothing."""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.rules.notifications import REFERRED

CHANGE_TEXTS: Mapping[str, tuple[Text, Text]] = FrozenMap(
    {
        RequestStatus.PENDING: (
            Text("キャンセルリクエスト {order_id}", "Cancellation requested: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストがあります。\n理由：{reason}",
                "There is a request to cancel order {order_id}.\nReason: {reason}",
            ),
        ),
        REFERRED: (
            Text("キャンセルリクエスト {order_id}", "Cancellation request referred: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルリクエストの判断が引き継がれました。\n理由：{reason}",
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
                "注文 {order_id} はキャンセルされました。\n理由：{reason}",
                "Order {order_id} has been cancelled.\nReason: {reason}",
            ),
        ),
        RequestStatus.REJECTED: (
            Text("キャンセル不可 {order_id}", "Not cancelled: {order_id}"),
            Text(
                "誠に恐れ入りますが、注文 {order_id} のキャンセルは承ることができませんでした。\n"
                "理由：{answer}",
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

PARTS_TEXTS: Mapping[str, tuple[Text, Text]] = FrozenMap(
    {
        RequestStatus.PENDING: (
            CHANGE_TEXTS[RequestStatus.PENDING][0],
            Text(
                "注文 {order_id} のキャンセルリクエストがあります。\n数量：{units}\n"
                "理由：{reason}",
                "There is a request to cancel units of order {order_id}.\nUnits: {units}\n"
                "Reason: {reason}",
            ),
        ),
        RequestStatus.APPROVED: (
            Text("キャンセル完了 {order_id}", "Units cancelled: {order_id}"),
            Text(
                "注文 {order_id} のキャンセルが完了しました。\n数量：{units}\n理由：{reason}",
                "A cancellation of order {order_id} has been carried out.\nUnits: {units}\n"
                "Reason: {reason}",
            ),
        ),
    }
)
"""The same where parts of orders are cancelled."""
