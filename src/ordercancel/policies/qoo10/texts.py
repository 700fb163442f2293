"""What people read of Qoo10: statuses, refusals, notifications, labels and counters.

Read it beside its document (`ordercancel.policies.qoo10.document`).
"""

from __future__ import annotations

from ordercancel.policy import (
    Counter,
    Label,
    Medium,
    Notification,
    Text,
    Texts,
    answerer,
    clause,
    decided,
    own_rule,
    reading,
    seller,
    status,
    system,
)

__all__ = ["NOTIFICATIONS", "TEXTS"]

_BOTH = (Medium.APP, Medium.MAIL)
_TELL_WHO_WAITS = own_rule("who waits for the outcome is told of it", ja="結果を待つ人に知らせる")
_BUYERS_PAGE = own_rule(
    "the guide does not show what the buyer reads", ja="お客様側の表示はガイドに記載がない"
)
_DO_NOT_SHIP = own_rule(
    "a seller who is not told would ship a cancelled order",
    ja="知らせないと、キャンセル済みの注文が発送されてしまう",
)
_ASKED_BACK = decided("qoo10.1.otherwise-ask-withdrawal", parameter="notifications")
_SAME_DAY = decided("qoo10.1.ship-same-day", parameter="notifications")

at_once = answerer.is_in("none")
"""The order was cancelled as soon as it was asked for, and nobody had to answer."""

_HAS_LEFT = status.is_in("shipped", "delivered")

TEXTS = Texts(
    statuses={
        "new": Text("新規注文", "New order"),
        "shipping_requested": Text("配送要請", "Shipping requested"),
        "delayed": Text("配送遅延", "Shipping delayed"),
        "shipped": Text("配送中", "Shipped"),
        "delivered": Text("配送完了", "Delivered"),
        "cancelled": Text("キャンセル完了", "Cancelled"),
    },
    refusals={
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
        "not_late": Text(
            "発送予定日を過ぎていません。", "The planned ship date has not passed yet."
        ),
    },
    moves={
        "plan_shipping": Text("発送予定日の入力", "Enter the planned ship date"),
        "mark_delayed": Text("配送遅延への変更", "Mark as delayed"),
        "ship": Text("発送処理", "Ship"),
        "deliver": Text("配送完了", "Deliver"),
    },
    labels=(
        Label(
            on="pending",
            to="buyer",
            text=Text("キャンセル要請中", "Cancellation requested"),
            source=_BUYERS_PAGE,
        ),
        Label(
            on="pending",
            to="seller",
            text=Text(
                "キャンセル・処理要請\n理由: {reason}", "Cancellation to process\nReason: {reason}"
            ),
            source=reading("qoo10.3.grid"),
        ),
        Label(
            on="withdrawal_asked",
            to="buyer",
            text=Text(
                "キャンセルの撤回要請\n{withdrawal_text}",
                "Asked to withdraw the request\n{withdrawal_text}",
            ),
            source=_BUYERS_PAGE,
        ),
        Label(
            on="withdrawal_asked",
            to="seller",
            text=Text("撤回要請", "Withdrawal asked for"),
            source=reading("qoo10.3.counters"),
        ),
        Label(
            on="withdrawal_declined",
            to="buyer",
            text=Text("キャンセル要請中(撤回保留)", "Cancellation requested (withdrawal held)"),
            source=_BUYERS_PAGE,
        ),
        Label(
            on="withdrawal_declined",
            to="seller",
            text=Text("撤回保留\n理由: {reason}", "Withdrawal held\nReason: {reason}"),
            source=reading("qoo10.3.counters"),
        ),
        Label(
            on="rejected",
            to="buyer",
            text=Text("キャンセル拒否\n{answer}", "Cancellation rejected\n{answer}"),
            source=clause("qoo10.3.shown-at-once"),
        ),
        Label(
            on="missed",
            to="seller",
            when=status.is_in("shipping_requested", "delayed"),
            text=Text(
                "キャンセル拒否完了\n{answer}\n"
                "拒否をした当日以内に発送処理がされていません。至急、発送処理を行ってください。",
                "Cancellation rejected\n{answer}\n"
                "The order was not shipped on the day of the rejection. Please ship it at once.",
            ),
            source=_SAME_DAY,
        ),
        Label(
            on="rejected",
            to="seller",
            text=Text(
                "キャンセル拒否完了\n{answer}\n当日以内に発送処理を行ってください。",
                "Cancellation rejected\n{answer}\nPlease ship the order today.",
            ),
            source=clause("qoo10.3.done", "qoo10.1.ship-same-day"),
        ),
    ),
    counters=(
        Counter(
            on="open",
            label=Text("キャンセルリクエスト", "Cancellation requests"),
            source=reading("qoo10.3.front-list"),
        ),
        Counter(
            on="pending",
            label=Text("キャンセル要請", "Cancellation requests"),
            state=Text("キャンセル・処理要請", "Cancellation to process"),
            source=clause("qoo10.3.counters"),
        ),
        Counter(
            on="withdrawal_asked",
            label=Text("撤回要請", "Withdrawals asked for"),
            state=Text("キャンセル・撤回要請", "Withdrawal asked for"),
            source=clause("qoo10.3.counters"),
        ),
        Counter(
            on="withdrawal_declined",
            label=Text("撤回保留", "Withdrawals held"),
            state=Text("キャンセル・撤回保留", "Withdrawal held"),
            source=clause("qoo10.3.counters"),
        ),
        Counter(
            on="rejected",
            label=Text("キャンセル拒否完了", "Cancellations rejected"),
            state=Text("キャンセル拒否完了", "Cancellation rejected"),
            source=clause("qoo10.3.counters"),
        ),
        Counter(
            on="missed",
            label=Text("当日発送処理なし", "Not shipped on the day of the rejection"),
            source=_SAME_DAY,
        ),
    ),
    columns={
        "state": Text("処理状態", "State"),
        "completed_at": Text("キャンセル・返品完了日", "Completed"),
        "reason": Text("キャンセル・返品理由", "Reason"),
        "requested_at": Text("キャンセル・返品要請日", "Requested"),
        "placed_at": Text("注文日", "Ordered"),
        "shipped_at": Text("発送日", "Shipped"),
        "order_id": Text("注文番号", "Order"),
        "cart_id": Text("カート番号", "Cart"),
        "item": Text("商品", "Item"),
    },
)
"""All texts of Qoo10, in Japanese and in English."""

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
        source=decided("qoo10.3.queue", parameter="notifications"),
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
