"""CO-NECT, text by text: everything that people read of it, written down a second time.

Where the help article has the words they are its words; the others are ours. Each table says
all that there is, so that a text that is dropped, added, exchanged for another, turned from one
language to the other or sent to the wrong side is found.
"""

from __future__ import annotations

from ordercancel import Text

STATUSES = {
    "placed": Text("発注済", "Placed"),
    "accepted": Text("受注済", "Accepted"),
    "shipped": Text("出荷済", "Shipped"),
    "discontinued": Text("取引中止", "Discontinued"),
}

REFUSALS = {
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
    "already_cancelled": Text("取引中止の注文です。", "The order has been discontinued already."),
    "rejected_before": Text(
        "キャンセルリクエストが一度却下された注文は、再度リクエストできません。",
        "Cancellation cannot be requested again after a request was rejected.",
    ),
    "withdrawal_not_offered": Text(
        "キャンセルリクエストの取り消しはできません。",
        "A cancellation request cannot be taken back.",
    ),
}

# Occasion and reader, media, subject, body.
ANNOUNCEMENTS = {
    ("referred", "seller"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】キャンセルリクエストがありました({buyer_name})",
            "[CO-NECT] Cancellation requested ({buyer_name})",
        ),
        Text(
            "{seller_name} 様\n"
            "\n"
            "{buyer_name} 様より、注文 {order_id} のキャンセルリクエストがありました。\n"
            "キャンセル理由: {reason}\n"
            "\n"
            "承認または拒否を行ってください。",
            "Dear {seller_name},\n"
            "\n"
            "{buyer_name} requests to cancel order {order_id}.\n"
            "Reason: {reason}\n"
            "\n"
            "Please approve or reject the request.",
        ),
    ),
    ("approved", "buyer"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】オーダーがキャンセルされました",
            "[CO-NECT] Your order has been cancelled",
        ),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文 {order_id} のキャンセルリクエストが承認され、取引が中止されました。",
            "Dear {buyer_name},\n"
            "\n"
            "Your request to cancel order {order_id} was approved, "
            "and the order has been discontinued.",
        ),
    ),
    ("rejected", "buyer"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】キャンセルできませんでした。",
            "[CO-NECT] Your order could not be cancelled.",
        ),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文 {order_id} のキャンセルリクエストは却下されました。\n"
            "理由: {answer}",
            "Dear {buyer_name},\n"
            "\n"
            "Your request to cancel order {order_id} was rejected.\n"
            "Reason: {answer}",
        ),
    ),
    ("superseded", "buyer"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】出荷されたため、キャンセルできませんでした。",
            "[CO-NECT] Shipped before it could be cancelled",
        ),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文 {order_id} は出荷されたため、キャンセルリクエストは無効となりました。",
            "Dear {buyer_name},\n"
            "\n"
            "Order {order_id} was shipped while your request was open, "
            "so it can no longer be cancelled.",
        ),
    ),
    ("withdrawn", "seller"): (
        ("mail",),
        Text(
            "【受発注システム CO-NECT】キャンセルリクエストが取り消されました({buyer_name})",
            "[CO-NECT] Cancellation request withdrawn ({buyer_name})",
        ),
        Text(
            "{seller_name} 様\n"
            "\n"
            "{buyer_name} 様が、注文 {order_id} のキャンセルリクエストを取り消しました。",
            "Dear {seller_name},\n\n{buyer_name} withdrew the request to cancel order {order_id}.",
        ),
    ),
}

LABELS = {
    ("referred", "buyer"): Text("キャンセルリクエスト中", "Cancellation requested"),
    ("referred", "seller"): Text(
        "発注者がキャンセルを希望しています\n理由: {reason}",
        "The buyer wishes to cancel\nReason: {reason}",
    ),
    ("approved", "buyer"): Text(
        "キャンセルリクエストが承認され取引停止されました",
        "The cancellation request was approved and the order discontinued",
    ),
    ("approved", "seller"): Text("取引中止", "Discontinued"),
    ("rejected", "buyer"): Text(
        "キャンセルできませんでした\nキャンセル却下\n{answer}",
        "The order could not be cancelled\nCancellation rejected\n{answer}",
    ),
    ("rejected", "seller"): Text(
        "キャンセルのリクエストを却下しました。\n{answer}",
        "You rejected the cancellation request.\n{answer}",
    ),
    ("superseded", "buyer"): Text(
        "出荷されたため、キャンセルできませんでした", "Shipped before it could be cancelled"
    ),
}

# Status, label of the number, state in the queue.
COUNTERS = {
    "awaiting_seller": (
        Text("キャンセルリクエスト", "Cancellation requests"),
        Text("発注者がキャンセルを希望しています", "The buyer wishes to cancel"),
    ),
}

# The help article describes no grid, so its headings are left to the shop.
COLUMNS: dict[str, Text] = {}

REQUEST_REASONS = {
    "wrong_item": Text("商品の間違い", "Wrong item"),
    "wrong_quantity": Text("数量の間違い", "Wrong quantity"),
    "duplicate_order": Text("重複発注", "Ordered twice"),
    "delivery_date": Text("納期が合わない", "The delivery date does not suit me"),
    "no_longer_needed": Text("不要になった", "No longer needed"),
    "other": Text("その他", "Other"),
}
