"""Qoo10, text by text: everything that people read of it, written down a second time.

Where the guide has the words they are its words; the others are ours. Each table says all that
there is, so that a text that is dropped, added, exchanged for another, turned from one language
to the other or sent to the wrong side is found.
"""

from __future__ import annotations

from ordercancel import Text

STATUSES = {
    "new": Text("新規注文", "New order"),
    "shipping_requested": Text("配送要請", "Shipping requested"),
    "delayed": Text("配送遅延", "Shipping delayed"),
    "shipped": Text("配送中", "Shipped"),
    "delivered": Text("配送完了", "Delivered"),
    "cancelled": Text("キャンセル完了", "Cancelled"),
}

REFUSALS = {
    "request_open": Text(
        "すでにキャンセル要請中です。", "A cancellation request is already open."
    ),
    "no_open_request": Text(
        "回答待ちのキャンセル要請がありません。",
        "There is no open cancellation request that this could apply to.",
    ),
    "not_affirmed": Text(
        "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？",
        "Reject a cancellation only where cancelling is impossible. Do you reject it?",
    ),
    "instant_cannot_be_rejected": Text(
        "新規注文や配送遅延となったご注文のキャンセルを拒否することはできません。",
        "The cancellation of a new or delayed order cannot be rejected.",
    ),
    "only_approval_left": Text(
        "配送遅延となったご注文のキャンセル要請は、承認のみ可能です。",
        "The order is delayed: its cancellation can only be approved.",
    ),
    "rejected_before": Text(
        "一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできません。",
        "Cancellation cannot be requested again once it was rejected.",
    ),
    "withdrawn_before": Text(
        "キャンセル要請を撤回したご注文は、再度キャンセル要請を出すことはできません。",
        "Cancellation cannot be requested again after a request was withdrawn.",
    ),
    "already_shipped": Text(
        "発送処理済みのため、キャンセルできません。",
        "The order has been shipped and can no longer be cancelled.",
    ),
    "already_cancelled": Text(
        "キャンセル完了のご注文です。", "The order has been cancelled already."
    ),
    "answer_first": Text(
        "キャンセル要請中のご注文です。先に要請へ回答してください。",
        "A cancellation request is open: answer it before you ship.",
    ),
    "not_late": Text("発送予定日を過ぎていません。", "The planned ship date has not passed yet."),
    "withdrawal_not_offered": Text(
        "キャンセル要請の取り消しは、撤回要請への回答としてのみ可能です。",
        "A request can be taken back only by answering the seller's ask to withdraw it.",
    ),
}

CANCELLED = Text("キャンセル完了 {order_id}", "Cancelled: {order_id}")

# Occasion and reader, media, subject, body.
ANNOUNCEMENTS = {
    ("referred", "seller"): (
        ("app",),
        Text("キャンセル要請 {order_id}", "Cancellation requested: {order_id}"),
        Text(
            "注文番号 {order_id} のキャンセル要請があります。\nキャンセル理由: {reason}",
            "The buyer asks to cancel order {order_id}.\nReason: {reason}",
        ),
    ),
    ("granted_at_once", "buyer"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "{buyer_name} 様\n\n注文番号 {order_id} のキャンセルが完了しました。",
            "Dear {buyer_name},\n\nOrder {order_id} has been cancelled.",
        ),
    ),
    ("granted_at_once", "seller"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "注文番号 {order_id} は、お客様の要請により即時キャンセルされました。"
            "発送しないでください。\n"
            "キャンセル理由: {reason}",
            "Order {order_id} was cancelled at once, as the buyer asked. Do not ship it.\n"
            "Reason: {reason}",
        ),
    ),
    ("approved", "buyer"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文番号 {order_id} のキャンセル要請が承認され、キャンセルが完了しました。",
            "Dear {buyer_name},\n\nYour request was approved and order {order_id} cancelled.",
        ),
    ),
    ("approved_by_silence", "buyer"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "{buyer_name} 様\n\n注文番号 {order_id} のキャンセルが完了しました。",
            "Dear {buyer_name},\n\nOrder {order_id} has been cancelled.",
        ),
    ),
    ("approved_by_silence", "seller"): (
        ("app", "mail"),
        CANCELLED,
        Text(
            "注文番号 {order_id} は、配送遅延のため自動的にキャンセルされました。"
            "発送しないでください。",
            "Order {order_id} was cancelled automatically, because it is delayed. Do not ship it.",
        ),
    ),
    ("rejected", "buyer"): (
        ("app", "mail"),
        Text("キャンセル拒否のお知らせ {order_id}", "Not cancelled: {order_id}"),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文番号 {order_id} のキャンセル要請は拒否されました。\n"
            "キャンセル拒否理由: {answer}\n"
            "\n"
            "再度キャンセル要請を出すことはできません。",
            "Dear {buyer_name},\n"
            "\n"
            "Your request to cancel order {order_id} was rejected.\n"
            "Reason: {answer}\n"
            "\n"
            "It cannot be asked for again.",
        ),
    ),
    ("withdrawal_asked", "buyer"): (
        ("app", "mail"),
        Text("キャンセルの撤回要請 {order_id}", "Please withdraw your request: {order_id}"),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "{seller_name} より、注文番号 {order_id} のキャンセル要請の撤回のお願いが"
            "届いています。\n"
            "{withdrawal_text}",
            "Dear {buyer_name},\n"
            "\n"
            "{seller_name} asks you to withdraw your request to cancel order {order_id}.\n"
            "{withdrawal_text}",
        ),
    ),
    ("withdrawal_held", "seller"): (
        ("app",),
        Text("撤回保留 {order_id}", "Withdrawal held: {order_id}"),
        Text(
            "注文番号 {order_id} のお客様は、キャンセル要請の撤回を保留しました。",
            "The buyer of order {order_id} holds on to the request to cancel.",
        ),
    ),
    ("withdrawn", "seller"): (
        ("app",),
        Text("キャンセル撤回 {order_id}", "Request withdrawn: {order_id}"),
        Text(
            "注文番号 {order_id} のキャンセル要請は撤回されました。発送処理を進めてください。",
            "The buyer withdrew the request to cancel order {order_id}. Please ship it.",
        ),
    ),
    ("superseded", "buyer"): (
        ("app", "mail"),
        Text("発送のお知らせ {order_id}", "Shipped: {order_id}"),
        Text(
            "{buyer_name} 様\n"
            "\n"
            "注文番号 {order_id} は発送されたため、キャンセル要請は無効となりました。",
            "Dear {buyer_name},\n"
            "\n"
            "Order {order_id} was shipped, so it can no longer be cancelled.",
        ),
    ),
}

LABELS = {
    ("referred", "buyer"): Text("キャンセル要請中", "Cancellation requested"),
    ("referred", "seller"): Text(
        "キャンセル・処理要請\n理由: {reason}", "Cancellation to process\nReason: {reason}"
    ),
    ("withdrawal_asked", "buyer"): Text(
        "キャンセルの撤回要請\n{withdrawal_text}",
        "Asked to withdraw the request\n{withdrawal_text}",
    ),
    ("withdrawal_asked", "seller"): Text("撤回要請", "Withdrawal asked for"),
    ("withdrawal_held", "buyer"): Text(
        "キャンセル要請中(撤回保留)", "Cancellation requested (withdrawal held)"
    ),
    ("withdrawal_held", "seller"): Text(
        "撤回保留\n理由: {reason}", "Withdrawal held\nReason: {reason}"
    ),
    ("rejected", "buyer"): Text("キャンセル拒否\n{answer}", "Cancellation rejected\n{answer}"),
    ("rejected", "seller"): Text(
        "キャンセル拒否完了\n{answer}", "Cancellation rejected\n{answer}"
    ),
}

# Status, label of the number, state in the queue; in the order of the guide.
COUNTERS = {
    "awaiting_seller": (
        Text("キャンセル要請", "Cancellation requests"),
        Text("キャンセル・処理要請", "Cancellation to process"),
    ),
    "withdrawal_asked": (
        Text("撤回要請", "Withdrawals asked for"),
        Text("キャンセル・撤回要請", "Withdrawal asked for"),
    ),
    "withdrawal_held": (
        Text("撤回保留", "Withdrawals held"),
        Text("キャンセル・撤回保留", "Withdrawal held"),
    ),
    "rejected": (
        Text("キャンセル拒否完了", "Cancellations rejected"),
        Text("キャンセル拒否完了", "Cancellation rejected"),
    ),
}

# Field of the row, heading; in the order of the guide.
COLUMNS = {
    "state": Text("処理状態", "State"),
    "completed_at": Text("キャンセル・返品完了日", "Completed"),
    "reason": Text("キャンセル・返品理由", "Reason"),
    "requested_at": Text("キャンセル・返品要請日", "Requested"),
    "placed_at": Text("注文日", "Ordered"),
    "shipped_at": Text("発送日", "Shipped"),
    "order_id": Text("注文番号", "Order"),
    "cart_id": Text("カート番号", "Cart"),
    "item": Text("商品", "Item"),
}

REQUEST_REASONS = {
    "order_cancellation": Text("注文キャンセル", "Order cancellation"),
    "changed_mind": Text("お客様のご都合", "Changed mind"),
    "ordered_by_mistake": Text("注文間違い", "Ordered by mistake"),
    "late_delivery": Text("配送の遅れ", "Late delivery"),
    "other": Text("その他", "Other"),
}

REJECTION_REASONS = {
    "shipped": Text("商品発送完了", "Already shipped"),
    "ready_to_ship": Text("発送準備完了", "Ready to ship"),
    "made_to_order": Text("注文制作商品", "Made to order"),
    "other": Text("その他", "Other"),
}
