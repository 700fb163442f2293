"""What people read of CO-NECT: statuses, refusals, notifications, labels and counters.

Read it beside its document (`ordercancel.policies.conect.document`).
"""

from __future__ import annotations

from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.policy import (
    Audience,
    Counter,
    Label,
    Notification,
    Occasion,
    Wording,
    clause,
    own_rule,
)

_PREFIX = "【受発注システム CO-NECT】"

WORDING = Wording(
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
        "withdrawal_not_offered": Text(
            "キャンセルリクエストの取り消しはできません。",
            "A cancellation request cannot be taken back.",
        ),
    },
    notifications=(
        Notification(
            on=Occasion.REFERRED,
            to=Audience.SELLER,
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
            cites=clause("conect.2-2.seller-mail"),
        ),
        Notification(
            on=Occasion.APPROVED,
            to=Audience.BUYER,
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
            cites=clause("conect.1-2.approved-mail"),
        ),
        Notification(
            on=Occasion.REJECTED,
            to=Audience.BUYER,
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
            cites=clause("conect.1-2.rejected-mail"),
        ),
        Notification(
            on=Occasion.SUPERSEDED,
            to=Audience.BUYER,
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
            cites=clause("conect.1-1.shipped"),
        ),
        Notification(
            on=Occasion.WITHDRAWN,
            to=Audience.SELLER,
            subject=Text(
                _PREFIX + "キャンセルリクエストが取り消されました({buyer_name})",
                "[CO-NECT] Cancellation request withdrawn ({buyer_name})",
            ),
            body=Text(
                "{seller_name} 様\n\n{buyer_name} 様が、注文 {order_id} のキャンセルリクエストを"
                "取り消しました。",
                "Dear {seller_name},\n\n{buyer_name} withdrew the request to cancel order "
                "{order_id}.",
            ),
            cites=own_rule(
                "who waits for an answer is told when none is needed any more",
                ja="回答が不要になったことを、回答する人に知らせる",
            ),
        ),
    ),
    labels=(
        Label(
            on=Occasion.REFERRED,
            to=Audience.BUYER,
            text=Text("キャンセルリクエスト中", "Cancellation requested"),
            cites=clause("conect.1-1.pending-label"),
        ),
        Label(
            on=Occasion.REFERRED,
            to=Audience.SELLER,
            text=Text(
                "発注者がキャンセルを希望しています\n理由: {reason}",
                "The buyer wishes to cancel\nReason: {reason}",
            ),
            cites=clause("conect.2-2.seller-label", "conect.2-3.buyer-reason-shown"),
        ),
        Label(
            on=Occasion.APPROVED,
            to=Audience.BUYER,
            text=Text(
                "キャンセルリクエストが承認され取引停止されました",
                "The cancellation request was approved and the order discontinued",
            ),
            cites=clause("conect.1-2.approved-label"),
        ),
        Label(
            on=Occasion.APPROVED,
            to=Audience.SELLER,
            text=Text("取引中止", "Discontinued"),
            cites=clause("conect.2-3.approved-seller-label"),
        ),
        Label(
            on=Occasion.REJECTED,
            to=Audience.BUYER,
            text=Text(
                "キャンセルできませんでした\nキャンセル却下\n{answer}",
                "The order could not be cancelled\nCancellation rejected\n{answer}",
            ),
            cites=clause("conect.1-2.rejected-label", "conect.1-2.rejected-detail"),
        ),
        Label(
            on=Occasion.REJECTED,
            to=Audience.SELLER,
            text=Text(
                "キャンセルのリクエストを却下しました。\n{answer}",
                "You rejected the cancellation request.\n{answer}",
            ),
            cites=clause("conect.2-3.rejected-seller-label"),
        ),
        Label(
            on=Occasion.SUPERSEDED,
            to=Audience.BUYER,
            text=Text(
                "出荷されたため、キャンセルできませんでした",
                "Shipped before it could be cancelled",
            ),
            cites=clause("conect.1-1.shipped"),
        ),
    ),
    counters=(
        Counter(
            status=RequestStatus.AWAITING_SELLER,
            label=Text("キャンセルリクエスト", "Cancellation requests"),
            state=Text("発注者がキャンセルを希望しています", "The buyer wishes to cancel"),
            cites=clause("conect.2-2.seller-label"),
        ),
    ),
)
"""All texts of CO-NECT, in Japanese and in English."""
