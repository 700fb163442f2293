"""What people read of CO-NECT: statuses, refusals, notifications, labels and counters.

Read it beside its document (`ordercancel.policies.conect.document`).
"""

from __future__ import annotations

from ordercancel.policy import (
    Counter,
    Label,
    Notification,
    Text,
    Texts,
    clause,
    decided,
    own_rule,
    seller,
)

__all__ = ["NOTIFICATIONS", "TEXTS"]

_PREFIX = "【受発注システム CO-NECT】"

_SHIPPED = decided("conect.1-1.shipped", parameter="shipping_supersedes")

TEXTS = Texts(
    statuses={
        "placed": Text("発注済", "Placed"),
        "accepted": Text("受注済", "Accepted"),
        "shipped": Text("出荷済", "Shipped"),
        "discontinued": Text("取引中止", "Discontinued"),
    },
    refusals={
        "channel_excluded": Text(
            "この注文経路のご注文では、キャンセルリクエストをご利用になれません。",
            "Cancellation cannot be requested for orders of this channel.",
        ),
        "seller_does_not_permit": Text(
            "受注側がキャンセルリクエストを許可していません。",
            "The seller does not permit cancellation requests.",
        ),
        "already_shipped": Text(
            "出荷済のため、キャンセルできません。",
            "The order has been shipped and can no longer be cancelled.",
        ),
        "already_cancelled": Text(
            "取引中止の注文です。", "The order has been discontinued already."
        ),
        "rejected_before": Text(
            "キャンセルリクエストが一度却下された注文は、再度リクエストできません。",
            "Cancellation cannot be requested again after a request was rejected.",
        ),
        "answer_first": Text(
            "キャンセルリクエスト中の注文です。先に承認または拒否を行ってください。",
            "A cancellation request is open: approve or reject it before you ship.",
        ),
    },
    moves={"accept": Text("受注", "Accept"), "ship": Text("出荷", "Ship")},
    labels=(
        Label(
            on="pending",
            to="buyer",
            text=Text(
                "キャンセルリクエスト中\n"
                "※受注側がキャンセルリクエストを承認しなければ、注文のキャンセルはされません。\n"
                "※必ずキャンセルリクエストが承認されたか確認してください。",
                "Cancellation requested\n"
                "The order is not cancelled unless the seller approves the request.\n"
                "Please make sure to check whether it was approved.",
            ),
            source=clause(
                "conect.1-1.pending-label",
                "conect.1-1.not-until-approved",
                "conect.1-1.check-approved",
            ),
        ),
        Label(
            on="pending",
            to="seller",
            text=Text(
                "発注者がキャンセルを希望しています\n理由: {reason}",
                "The buyer wishes to cancel\nReason: {reason}",
            ),
            source=clause("conect.2-2.seller-label", "conect.2-3.buyer-reason-shown"),
        ),
        Label(
            on="approved",
            to="buyer",
            text=Text(
                "キャンセルリクエストが承認され取引停止されました",
                "The cancellation request was approved and the order discontinued",
            ),
            source=clause("conect.1-2.approved-label"),
        ),
        Label(
            on="approved",
            to="seller",
            text=Text("取引中止", "Discontinued"),
            source=clause("conect.2-3.approved-seller-label"),
        ),
        Label(
            on="rejected",
            to="buyer",
            text=Text(
                "キャンセルできませんでした\nキャンセル却下\n{answer}",
                "The order could not be cancelled\nCancellation rejected\n{answer}",
            ),
            source=clause("conect.1-2.rejected-label", "conect.1-2.rejected-detail"),
        ),
        Label(
            on="rejected",
            to="seller",
            text=Text(
                "キャンセルのリクエストを却下しました。\n{answer}",
                "You rejected the cancellation request.\n{answer}",
            ),
            source=clause("conect.2-3.rejected-seller-label"),
        ),
    ),
    counters=(
        Counter(
            on="pending",
            label=Text("キャンセルリクエスト", "Cancellation requests"),
            state=Text("発注者がキャンセルを希望しています", "The buyer wishes to cancel"),
            source=clause("conect.2-2.seller-label"),
        ),
    ),
)
"""All texts of CO-NECT, in Japanese and in English."""

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
