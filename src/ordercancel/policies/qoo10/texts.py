"""What people read of Qoo10: names, refusals, labels, counters and the headings of the queue.

Read it beside its document (`ordercancel.policies.qoo10.document`). A text without a source is in
the policy's own words.
"""

from __future__ import annotations

from ordercancel.policies.qoo10.actions import ACTIONS
from ordercancel.policy import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Counter,
    Label,
    Reject,
    RequestCancellation,
    Text,
    Texts,
    Withdraw,
    clause,
    decided,
    own_rule,
    reading,
    status,
)

_GRID = clause("qoo10.3.grid")
_STATES = clause("qoo10.3.counters")
_OTHER_STATES = decided("qoo10.3.grid", parameter="wording")
_SAME_DAY = decided("qoo10.1.ship-same-day")
_BUYERS_PAGE = own_rule(
    "the guide does not show what the buyer reads", ja="お客様側の表示はガイドに記載がない"
)

TEXTS = Texts(
    statuses={
        "new": clause("qoo10.1.instant-new").text("新規注文", "New order"),
        "shipping_requested": clause("qoo10.3.back-to-shipping").text(
            "配送要請", "Shipping requested"
        ),
        "delayed": clause("qoo10.1.instant-delayed").text("配送遅延", "Shipping delayed"),
        "shipped": Text("配送中", "Shipped"),
        "delivered": Text("配送完了", "Delivered"),
        "cancelled": Text("キャンセル完了", "Cancelled"),
    },
    requests={
        "pending": Text("キャンセル要請中", "Cancellation requested"),
        "withdrawal_asked": _STATES.text("撤回要請", "Withdrawal asked for"),
        "withdrawal_declined": _STATES.text("撤回保留", "Withdrawal held"),
        "approved": Text("キャンセル完了", "Cancelled"),
        "rejected": _STATES.text("キャンセル拒否完了", "Cancellation rejected"),
        "withdrawn": Text("撤回完了", "Withdrawn"),
        "superseded": Text("要請無効", "Closed without an answer"),
    },
    facts={
        "request": Text("最新のキャンセル要請", "latest request"),
        "requested_at": Text("キャンセル要請", "the request"),
        "closed_at": Text("要請への回答", "the answer to the request"),
        "is_initiator": Text("要請した本人による操作", "the actor made the request"),
        "is_own_side": Text("要請した側による操作", "the actor's side made the request"),
    },
    words={
        "confirmed.yes": Text(
            "キャンセル不可状態であることを確認済み",
            "the seller affirms that cancelling is impossible",
        ),
        "confirmed.no": Text(
            "キャンセル不可状態であることを確認していない",
            "the seller does not affirm that cancelling is impossible",
        ),
    },
    roles={
        "buyer": clause("qoo10.1.may-reject").text("お客様", "the buyer"),
        "seller": clause("qoo10.1.may-reject").text("ショップ", "the seller"),
        "operator": Text("Qoo10の担当者", "an operator of Qoo10"),
    },
    commands={
        RequestCancellation: clause("qoo10.3.queue").text(
            "キャンセル要請", "Requesting cancellation"
        ),
        Approve: Text("キャンセル要請の承認", "Approving the cancellation"),
        Reject: clause("qoo10.3.shown-at-once").text(
            "キャンセル拒否", "Rejecting the cancellation"
        ),
        Withdraw: Text("キャンセル要請の撤回", "Withdrawing the request"),
        AskWithdrawal: clause("qoo10.3.shown-at-once").text(
            "キャンセルの撤回要請", "Asking the buyer to withdraw"
        ),
        AnswerWithdrawal: Text("撤回要請への回答", "Answering the ask to withdraw"),
        AdvanceOrder: Text("注文の処理", "Moving the order on"),
    },
    moves={
        "plan_shipping": Text("発送予定日の入力", "Enter the planned ship date"),
        "mark_delayed": Text("配送遅延への変更", "Mark as delayed"),
        "ship": clause("qoo10.1.ship-same-day").text("発送処理", "Ship"),
        "deliver": Text("配送完了", "Deliver"),
    },
    marks={
        "missed": Text("当日発送処理なし", "not shipped on the day of the rejection"),
        "overdue": Text("対応期日超過", "overdue"),
    },
    verdicts={
        "cancel": Text(
            "ショップの回答を待たず、即時キャンセル完了となります。",
            "The order is cancelled at once, and nobody is asked.",
        ),
        "refer": Text(
            "キャンセルを受けるかどうかは、{answerer}が判断します。",
            "Whether the order is cancelled is for {answerer} to decide.",
        ),
    },
    refusals={
        "request_open": Text(
            "すでにキャンセル要請中です。ショップの回答をお待ちください。",
            "A cancellation request is open already. Please wait for the answer.",
        ),
        "no_open_request": Text(
            "回答待ちのキャンセル要請がありません。",
            "There is no open cancellation request that this could apply to.",
        ),
        "stale_request": Text(
            "このキャンセル要請はすでに終了しています。画面を更新してください。",
            "That request is closed already, and there is a newer one. Please reload the page.",
        ),
        "own_request": Text(
            "ご自身が出したキャンセル要請には回答できません。",
            "One's own request is for others to answer.",
        ),
        "not_asked": Text("撤回要請は届いていません。", "No withdrawal was asked for."),
        "asked_already": Text(
            "すでに撤回要請中です。お客様のご回答をお待ちください。",
            "The withdrawal was asked for already. Please wait for the buyer's answer.",
        ),
        "not_cancellable": Text(
            "現在の状態のご注文は、キャンセルできません。",
            "The order cannot be cancelled in its present status.",
        ),
        "not_affirmed": clause("qoo10.3.confirm").text(
            "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。"
            "キャンセル拒否しますか？",
            "Reject a cancellation only where cancelling is impossible. Do you reject it?",
        ),
        "instant_cannot_be_rejected": Text(
            "新規注文は即時キャンセルの対象となるため、キャンセルを拒否することはできません。",
            "A new order is cancelled at once: its cancellation cannot be rejected.",
        ),
        "only_approval_left": Text(
            "配送遅延となったご注文のため、キャンセル要請は承認のみ可能です。",
            "The order is delayed: its cancellation can only be approved.",
        ),
        "rejected_before": reading("qoo10.4.no-second-request").text(
            "一度キャンセルをお断りしたご注文につきましては、"
            "再度キャンセルをご要請いただくことはできません。",
            "Cancellation cannot be requested again once it was rejected.",
        ),
        "withdrawn_before": Text(
            "キャンセル要請を撤回したご注文では、再度キャンセルを要請することはできません。",
            "Cancellation cannot be requested again after a request was withdrawn.",
        ),
        "already_shipped": Text(
            "発送処理が完了しているため、キャンセルできません。",
            "The order has been shipped and can no longer be cancelled.",
        ),
        "already_cancelled": Text(
            "すでにキャンセルが完了しているご注文です。", "The order has been cancelled already."
        ),
        "answer_first": Text(
            "キャンセル要請中のご注文です。"
            "ショップがキャンセル要請に回答するまで、この操作はできません。",
            "A cancellation request is open: this has to wait until the seller has answered it.",
        ),
        "not_late": Text(
            "発送予定日を過ぎていないため、配送遅延には変更できません。",
            "The planned ship date has not passed yet.",
        ),
    },
    actions=ACTIONS,
    labels=(
        Label(
            on="pending",
            to="buyer",
            text=Text(
                "キャンセル要請中\nショップの回答をお待ちください。",
                "Cancellation requested\nPlease wait for the seller's answer.",
            ),
            source=_BUYERS_PAGE,
        ),
        Label(
            on="pending",
            to="seller",
            text=Text(
                "キャンセル・処理要請\nキャンセル理由：{reason}",
                "Cancellation to process\nReason: {reason}",
            ),
            source=reading("qoo10.3.grid"),
        ),
        Label(
            on="withdrawal_asked",
            to="buyer",
            text=Text(
                "キャンセルの撤回要請\n{withdrawal_text}\n"
                "キャンセル要請を撤回されるかどうか、ご回答ください。",
                "Asked to withdraw the request\n{withdrawal_text}\n"
                "Please say whether you withdraw it.",
            ),
            source=_BUYERS_PAGE,
        ),
        Label(
            on="withdrawal_asked",
            to="seller",
            text=Text("撤回要請", "Withdrawal asked for"),
            source=_STATES,
        ),
        Label(
            on="withdrawal_declined",
            to="buyer",
            text=Text("キャンセル要請中（撤回保留）", "Cancellation requested (withdrawal held)"),
            source=_BUYERS_PAGE,
        ),
        Label(
            on="withdrawal_declined",
            to="seller",
            text=Text("撤回保留\nキャンセル理由：{reason}", "Withdrawal held\nReason: {reason}"),
            source=_STATES,
        ),
        Label(
            on="rejected",
            to="buyer",
            text=Text(
                "キャンセル拒否\nキャンセル拒否理由：{answer}\n"
                "一度キャンセルをお断りしたご注文につきましては、"
                "再度キャンセルをご要請いただくことはできません。",
                "Cancellation rejected\nReason: {answer}\n"
                "It cannot be requested again for this order.",
            ),
            source=reading("qoo10.3.shown-at-once", "qoo10.4.no-second-request"),
        ),
        Label(
            on="missed",
            to="seller",
            when=status.is_in("shipping_requested", "delayed"),
            text=Text(
                "キャンセル拒否完了（当日発送処理なし）\nキャンセル拒否理由：{answer}\n"
                "発送処理の期限（{due_at}）を過ぎています。至急、発送処理を行ってください。",
                "Cancellation rejected (not shipped on the day)\nReason: {answer}\n"
                "The order was to be shipped by {due_at}. Please ship it at once.",
            ),
            source=_SAME_DAY,
        ),
        Label(
            on="rejected",
            to="seller",
            text=Text(
                "キャンセル拒否完了\nキャンセル拒否理由：{answer}\n"
                "キャンセル拒否後は該当注文の発送処理を速やかに行ってください。\n"
                "発送処理の期限：{due_at}",
                "Cancellation rejected\nReason: {answer}\n"
                "Please ship the order without delay.\n"
                "To be shipped by: {due_at}",
            ),
            source=clause("qoo10.3.done", "qoo10.1.ship-same-day"),
        ),
    ),
    counters=(
        Counter(
            on="open",
            label=Text("キャンセルリクエスト", "Open cancellation requests"),
            source=clause("qoo10.3.front-list"),
        ),
        Counter(
            on="refund_open",
            label=Text("キャンセル中", "Cancellations in progress"),
            source=clause("qoo10.3.front-list"),
        ),
        Counter(
            on="pending",
            label=Text("キャンセル要請", "Cancellation requests"),
            state=reading("qoo10.3.grid").text("キャンセル・処理要請", "Cancellation to process"),
            source=_STATES,
        ),
        Counter(
            on="withdrawal_asked",
            label=Text("撤回要請", "Withdrawals asked for"),
            state=_OTHER_STATES.text("キャンセル・撤回要請", "Withdrawal asked for"),
            source=_STATES,
        ),
        Counter(
            on="withdrawal_declined",
            label=Text("撤回保留", "Withdrawals held"),
            state=_OTHER_STATES.text("キャンセル・撤回保留", "Withdrawal held"),
            source=_STATES,
        ),
        Counter(
            on="rejected",
            label=Text("キャンセル拒否完了", "Cancellations rejected"),
            state=_OTHER_STATES.text("キャンセル拒否完了", "Cancellation rejected"),
            source=_STATES,
        ),
        Counter(
            on="missed",
            label=Text("当日発送処理なし", "Not shipped on the day of the rejection"),
            source=_SAME_DAY,
        ),
    ),
    columns={
        "state": _GRID.text("処理状態", "State"),
        "completed_at": _GRID.text("キャンセル/返品完了日", "Completed"),
        "reason": _GRID.text("キャンセル/返品理由", "Reason"),
        "requested_at": _GRID.text("キャンセル/返品要請日", "Requested"),
        "placed_at": _GRID.text("注文日", "Ordered"),
        "shipped_at": _GRID.text("発送日", "Shipped"),
        "order_id": _GRID.text("注文番号", "Order"),
        "cart_id": _GRID.text("カート番号", "Cart"),
        "item": _GRID.text("商品", "Item"),
    },
    signature=Text("――――――――――\nQoo10", "--\nQoo10"),
)
"""All texts of Qoo10, in Japanese and in English, but for its messages."""
