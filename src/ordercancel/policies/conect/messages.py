"""The messages of CO-NECT: who is told of what, in which words.

Read it beside its document (`ordercancel.policies.conect.document`).
"""

from __future__ import annotations

from ordercancel.policy import Notification, Text, clause, decided, own_rule, seller

__all__ = ["NOTIFICATIONS"]

_PREFIX = "【受発注システム CO-NECT】"

_SHIPPED = decided("conect.1-1.shipped", parameter="shipping_supersedes")

NOTIFICATIONS = (
    Notification(
        on="pending",
        to="seller",
        subject=Text(
            _PREFIX + "キャンセルリクエストがありました({buyer_name})",
            "[CO-NECT] Cancellation requested ({buyer_name})",
        ),
        body=Text(
            "{seller_name} 様\n\n{buyer_name} 様より、注文 {order_id} のキャンセルリクエストが"
            "ありました。\nキャンセル理由: {reason}\n\n承認または拒否を行ってください。",
            "Dear {seller_name},\n\n{buyer_name} requests to cancel order {order_id}.\n"
            "Reason: {reason}\n\nPlease approve or reject the request.",
        ),
        source=clause("conect.2-2.seller-mail"),
    ),
    Notification(
        on="approved",
        to="buyer",
        subject=Text(
            _PREFIX + "オーダーがキャンセルされました",
            "[CO-NECT] Your order has been cancelled",
        ),
        body=Text(
            "{buyer_name} 様\n\n注文 {order_id} のキャンセルリクエストが承認され、"
            "取引が中止されました。",
            "Dear {buyer_name},\n\nYour request to cancel order {order_id} was approved, "
            "and the order has been discontinued.",
        ),
        source=clause("conect.1-2.approved-mail"),
    ),
    Notification(
        on="rejected",
        to="buyer",
        subject=Text(
            _PREFIX + "キャンセルできませんでした。",
            "[CO-NECT] Your order could not be cancelled.",
        ),
        body=Text(
            "{buyer_name} 様\n\n注文 {order_id} のキャンセルリクエストは却下されました。\n"
            "理由: {answer}",
            "Dear {buyer_name},\n\nYour request to cancel order {order_id} was rejected.\n"
            "Reason: {answer}",
        ),
        source=clause("conect.1-2.rejected-mail"),
    ),
    Notification(
        on="superseded",
        to="buyer",
        subject=Text(
            _PREFIX + "出荷されたため、キャンセルできませんでした。",
            "[CO-NECT] Shipped before it could be cancelled",
        ),
        body=Text(
            "{buyer_name} 様\n\n注文 {order_id} は出荷されたため、"
            "キャンセルリクエストは無効となりました。",
            "Dear {buyer_name},\n\nOrder {order_id} was shipped while your request was "
            "open, so it can no longer be cancelled.",
        ),
        source=_SHIPPED,
    ),
    Notification(
        on="superseded",
        when=~seller,
        to="seller",
        subject=Text(
            _PREFIX + "キャンセルリクエストが終了しました({buyer_name})",
            "[CO-NECT] Cancellation request closed ({buyer_name})",
        ),
        body=Text(
            "{seller_name} 様\n\n注文 {order_id} は出荷済となったため、"
            "{buyer_name} 様のキャンセルリクエストは無効となりました。",
            "Dear {seller_name},\n\nOrder {order_id} counts as shipped now, so the request of "
            "{buyer_name} to cancel it is closed.",
        ),
        source=own_rule(
            "a seller whose order somebody else calls shipped is told of it",
            ja="他の者が出荷済とした場合は、受注側に知らせる",
        ),
    ),
    Notification(
        on="withdrawn",
        to="seller",
        subject=Text(
            _PREFIX + "キャンセルリクエストが取り消されました({buyer_name})",
            "[CO-NECT] Cancellation request withdrawn ({buyer_name})",
        ),
        body=Text(
            "{seller_name} 様\n\n{buyer_name} 様が、注文 {order_id} のキャンセルリクエストを"
            "取り消しました。",
            "Dear {seller_name},\n\n{buyer_name} withdrew the request to cancel order {order_id}.",
        ),
        source=decided("conect.1-1.not-until-approved", parameter="may_withdraw"),
    ),
)
"""The messages of CO-NECT."""
