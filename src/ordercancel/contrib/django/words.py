"""What people read in forms, buttons and the admin, beside the texts of the policies."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import lazy

from ordercancel.contrib.django.conf import language
from ordercancel.domain.texts import Text
from ordercancel.engine import words
from ordercancel.engine.options import Option

WORDS: Mapping[str, Text] = {
    "approve": Text("承認する", "Approve"),
    "reject": Text("拒否する", "Reject"),
    "reason": Text("理由", "Reason"),
    "text": Text("内容", "In your own words"),
    "characters": Text("{0}～{1}文字", "{0} to {1} characters"),
    "units": Text(
        "0～{0}点（空欄のみの場合は、残りすべて）", "0 to {0} units; none named: all that are left"
    ),
    "conflict": Text(
        "他の人が先に更新しました。内容を確認して、もう一度お試しください。",
        "Somebody else was faster. Please look again, and repeat it if you still want to.",
    ),
    "app": Text("注文のキャンセル", "Order cancellation"),
    "state": Text("状態", "State"),
    "case": Text("注文", "order"),
    "cases": Text("注文とキャンセル申請", "Orders and their requests"),
    "message": Text("未達メッセージ", "dead letter"),
    "messages": Text("未達メッセージ", "Dead letters"),
    "queue": Text("対応待ち", "Waiting for an answer"),
    "of_seller": Text("販売者の回答待ち", "by the seller"),
    "of_others": Text("その他の回答待ち", "by somebody else"),
    "overdue": Text("期限超過", "overdue"),
    "refund_open": Text("返金未完了", "refund open"),
    "refunds": Text("返金", "Refunds"),
    "retry": Text("選択したメッセージを再送する", "Deliver the selected messages again"),
    "retried": Text("{0}件を再送待ちに戻しました。", "{0} will be delivered again."),
    "confirm": Text("確認", "Are you sure?"),
    "as": Text("操作者", "As"),
    "done": Text("{0}件を処理しました。", "{0} done."),
    "nothing": Text(
        "選択した注文に対応できるものはありません。", "Nothing selected can be answered."
    ),
    "too_many": Text(
        "一度に選択できるのは{0}件までです。", "At most {0} can be selected at a time."
    ),
    "failed": Text("注文 {0}: {1}", "Order {0}: {1}"),
    "history": Text("履歴", "History"),
    "deadlines": Text("期限", "Deadlines"),
    "back": Text("戻る", "Back"),
    "effect_approve": Text(
        "注文はキャンセルされ、関係者に通知されます。元に戻せません。",
        "The orders are cancelled and those concerned are told. This can't be undone.",
    ),
    "effect_reject": Text(
        "注文はそのまま続き、申請者に理由が通知されます。",
        "The orders go on, and whoever asked is told the reason.",
    ),
}

COLUMNS: Mapping[str, Text] = {
    "order_id": Text("注文番号", "order"),
    "policy": Text("ポリシー", "policy"),
    "status": Text("注文の状態", "status"),
    "request_status": Text("申請の状態", "request"),
    "buyer": Text("購入者", "buyer"),
    "seller": Text("販売者", "seller"),
    "placed_at": Text("注文日時", "placed"),
    "requested_at": Text("申請日時", "asked"),
    "next_due": Text("次の期限", "next deadline"),
    "message_id": Text("メッセージ", "message"),
    "party": Text("宛先", "to"),
    "attempts": Text("試行回数", "attempts"),
    "error": Text("エラー", "error"),
}
"""What columns of the tables are called, those that the admin shows."""


def say(key: str, *values: object) -> str:
    """Return some words in the request's language."""
    return {**COLUMNS, **WORDS}[key][language(("ja", "en"))].format(*values)


later = lazy(say, str)
"""The same, in the language of whichever request shows them."""


def action_label(option: Option) -> str:
    """Return what a button says, in the request's language."""
    return option.button[language(option.decision.policy.languages)]


def refund_text(option: Option) -> str:
    """Return what an action gives back, and the fee; empty where it gives nothing back."""
    about = option.decision.about
    money = None if about is None else about[1].order.money
    return words.refund_text(option.quote, money, language(option.decision.policy.languages))
