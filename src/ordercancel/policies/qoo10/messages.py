"""The messages of Qoo10: who is told of what, in which words.

Read it beside its document (`ordercancel.policies.qoo10.document`).
"""

from __future__ import annotations

from ordercancel.policy import (
    WORDING,
    Medium,
    Notification,
    Text,
    answerer,
    clause,
    decided,
    own_rule,
    reading,
    seller,
    status,
    system,
)

__all__ = ["NOTIFICATIONS"]

_BOTH = (Medium.APP, Medium.MAIL)
_TELL_WHO_WAITS = own_rule("who waits for the outcome is told of it", ja="結果を待つ人に知らせる")
_DO_NOT_SHIP = own_rule(
    "a seller who is not told would ship a cancelled order",
    ja="知らせないと、キャンセル済みの注文が発送されてしまう",
)
_ASKED_BACK = decided("qoo10.1.otherwise-ask-withdrawal")
_SAME_DAY = decided("qoo10.1.ship-same-day")

at_once = answerer.is_in("none")
"""The order was cancelled as soon as it was asked for, and nobody had to answer."""

_HAS_LEFT = status.is_in("shipped", "delivered")

NOTIFICATIONS = (
    Notification(
        on="pending",
        to="seller",
        media=(Medium.APP,),
        subject=Text("キャンセル要請 {order_id}", "Cancellation requested: {order_id}"),
        body=Text(
            "注文番号 {order_id} のキャンセル要請があります。\nキャンセル理由: {reason}",
            "The buyer asks to cancel order {order_id}.\nReason: {reason}",
        ),
        source=decided("qoo10.3.queue", parameter=WORDING),
    ),
    Notification(
        on="approved",
        when=at_once | system,
        to="buyer",
        media=_BOTH,
        subject=Text("キャンセル完了 {order_id}", "Cancelled: {order_id}"),
        body=Text(
            "{buyer_name} 様\n\n注文番号 {order_id} のキャンセルが完了しました。",
            "Dear {buyer_name},\n\nOrder {order_id} has been cancelled.",
        ),
        source=_TELL_WHO_WAITS,
    ),
    Notification(
        on="approved",
        when=at_once,
        to="seller",
        media=_BOTH,
        subject=Text("キャンセル完了 {order_id}", "Cancelled: {order_id}"),
        body=Text(
            "注文番号 {order_id} は、お客様の要請により即時キャンセルされました。"
            "発送しないでください。\nキャンセル理由: {reason}",
            "Order {order_id} was cancelled at once, as the buyer asked. Do not ship it.\n"
            "Reason: {reason}",
        ),
        source=_DO_NOT_SHIP,
    ),
    Notification(
        on="approved",
        when=~at_once & ~system,
        to="buyer",
        media=_BOTH,
        subject=Text("キャンセル完了 {order_id}", "Cancelled: {order_id}"),
        body=Text(
            "{buyer_name} 様\n\n注文番号 {order_id} のキャンセル要請が承認され、"
            "キャンセルが完了しました。",
            "Dear {buyer_name},\n\nYour request was approved and order {order_id} cancelled.",
        ),
        source=_TELL_WHO_WAITS,
    ),
    Notification(
        on="approved",
        when=system,
        to="seller",
        media=_BOTH,
        subject=Text("キャンセル完了 {order_id}", "Cancelled: {order_id}"),
        body=Text(
            "注文番号 {order_id} は、配送遅延のため自動的にキャンセルされました。"
            "発送しないでください。",
            "Order {order_id} was cancelled automatically, because it is delayed. Do not ship it.",
        ),
        source=_DO_NOT_SHIP,
    ),
    Notification(
        on="rejected",
        to="buyer",
        media=_BOTH,
        subject=Text("キャンセル拒否のお知らせ {order_id}", "Not cancelled: {order_id}"),
        body=Text(
            "{buyer_name} 様\n\n注文番号 {order_id} のキャンセル要請は拒否されました。\n"
            "キャンセル拒否理由: {answer}\n\n"
            "再度キャンセル要請を出すことはできません。",
            "Dear {buyer_name},\n\nYour request to cancel order {order_id} was rejected.\n"
            "Reason: {answer}\n\nIt cannot be asked for again.",
        ),
        source=clause("qoo10.4.notified", "qoo10.1.truthful-reason"),
    ),
    Notification(
        on="rejected",
        to="seller",
        media=(Medium.APP,),
        subject=Text("キャンセル拒否完了 {order_id}", "Rejected, to be shipped today: {order_id}"),
        body=Text(
            "注文番号 {order_id} のキャンセル要請を拒否しました。\n"
            "該当注文の発送処理を、拒否をした当日以内に行ってください。",
            "You rejected the cancellation of order {order_id}.\nPlease ship it today.",
        ),
        source=_SAME_DAY,
    ),
    Notification(
        on="missed",
        to="seller",
        media=(Medium.APP,),
        subject=Text("当日発送処理なし {order_id}", "Not shipped in time: {order_id}"),
        body=Text(
            "注文番号 {order_id} は、キャンセル拒否をした当日以内に発送処理がされていません"
            "（期限: {due_at}）。至急、発送処理を行ってください。",
            "Order {order_id} was not shipped on the day on which its cancellation was rejected "
            "(by {due_at}). Please ship it at once.",
        ),
        source=_SAME_DAY,
    ),
    Notification(
        on="overdue",
        to="seller",
        media=(Medium.APP,),
        subject=Text("キャンセル要請への回答のお願い {order_id}", "Still unanswered: {order_id}"),
        body=Text(
            "注文番号 {order_id} のキャンセル要請が、まだ完了・確認されていません。"
            "回答をお願い致します。",
            "The request to cancel order {order_id} is still open. Please answer it.",
        ),
        source=decided("qoo10.3.counters", parameter="overdue_after_days"),
    ),
    Notification(
        on="withdrawal_asked",
        to="buyer",
        media=_BOTH,
        subject=Text(
            "キャンセルの撤回要請 {order_id}", "Please withdraw your request: {order_id}"
        ),
        body=Text(
            "{buyer_name} 様\n\n{seller_name} より、注文番号 {order_id} のキャンセル要請の"
            "撤回のお願いが届いています。\n{withdrawal_text}",
            "Dear {buyer_name},\n\n{seller_name} asks you to withdraw your request to "
            "cancel order {order_id}.\n{withdrawal_text}",
        ),
        source=reading("qoo10.1.otherwise-ask-withdrawal"),
    ),
    Notification(
        on="withdrawal_declined",
        to="seller",
        media=(Medium.APP,),
        subject=Text("撤回保留 {order_id}", "Withdrawal held: {order_id}"),
        body=Text(
            "注文番号 {order_id} のお客様は、キャンセル要請の撤回を保留しました。",
            "The buyer of order {order_id} holds on to the request to cancel.",
        ),
        source=_ASKED_BACK,
    ),
    Notification(
        on="withdrawn",
        to="seller",
        media=(Medium.APP,),
        subject=Text("キャンセル撤回 {order_id}", "Request withdrawn: {order_id}"),
        body=Text(
            "注文番号 {order_id} のキャンセル要請は撤回されました。発送処理を進めてください。",
            "The buyer withdrew the request to cancel order {order_id}. Please ship it.",
        ),
        source=_ASKED_BACK,
    ),
    Notification(
        on="superseded",
        when=_HAS_LEFT,
        to="buyer",
        media=_BOTH,
        subject=Text("発送のお知らせ {order_id}", "Shipped: {order_id}"),
        body=Text(
            "{buyer_name} 様\n\n注文番号 {order_id} は発送されたため、"
            "キャンセル要請は無効となりました。",
            "Dear {buyer_name},\n\nOrder {order_id} was shipped, so it can no longer be "
            "cancelled.",
        ),
        source=_TELL_WHO_WAITS,
    ),
    Notification(
        on="superseded",
        when=_HAS_LEFT & ~seller,
        to="seller",
        media=(Medium.APP,),
        subject=Text("キャンセル要請の終了 {order_id}", "Request closed: {order_id}"),
        body=Text(
            "注文番号 {order_id} は発送済みとなったため、キャンセル要請は無効となりました。",
            "Order {order_id} counts as shipped now, so the request to cancel it is closed.",
        ),
        source=own_rule(
            "a seller whose order somebody else calls shipped is told of it",
            ja="他の者が発送済みとした場合は、ショップに知らせる",
        ),
    ),
)
"""The messages of Qoo10."""
