"""The texts of the library: what people read where a policy has no words of its own."""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    FailRefund,
    FireDeadline,
    RecordRefund,
    Reject,
    RequestCancellation,
    RetryRefund,
    SettleRefund,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.rules.facts import NO_REQUEST, Choice, Day, Fact, Flag, Moment, Number
from ordercancel.rules.texts import ActionText

ROLE_TEXTS: Mapping[str, Text] = FrozenMap(
    {
        "buyer": Text("購入者", "the buyer"),
        "seller": Text("販売者", "the seller"),
        "operator": Text("運営者", "an operator"),
        "system": Text("システム", "the system"),
        "other_side": Text("相手側", "the other side"),
        "buyer_side": Text("購入者側", "the buyer's side"),
        "seller_side": Text("販売者側", "the seller's side"),
        "house": Text("運営側", "the platform"),
        NO_REQUEST: Text("なし", "none"),
    }
)
"""What roles and sides are called."""

COMMAND_TEXTS: Mapping[type[Command], Text] = FrozenMap(
    {
        RequestCancellation: Text("キャンセルのリクエスト", "Requesting cancellation"),
        Approve: Text("承認", "Approving"),
        Reject: Text("拒否", "Rejecting"),
        Withdraw: Text("リクエストの取り消し", "Withdrawing"),
        AskWithdrawal: Text("撤回のお願い", "Asking for withdrawal"),
        AnswerWithdrawal: Text("撤回のお願いへの返事", "Answering the ask for withdrawal"),
        AdvanceOrder: Text("注文の進行", "Moving the order on"),
        UpdateOrder: Text("注文情報の更新", "Updating the order"),
        SettleRefund: Text("返金完了の記録", "Recording a paid refund"),
        FailRefund: Text("返金失敗の記録", "Recording a failed refund"),
        RetryRefund: Text("返金の再試行", "Retrying a refund"),
        RecordRefund: Text("返金の記録", "Recording a refund"),
        FireDeadline: Text("期限の到来", "Firing a deadline"),
    }
)
"""What each kind of command is called, as a noun."""

VERDICT_TEXTS: Mapping[str, Text] = FrozenMap(
    {
        "cancel": Text("注文はすぐにキャンセルされます。", "The order is cancelled at once."),
        "cancel_parts": Text(
            "指定された数量はすぐにキャンセルされます。",
            "The units that are named are cancelled at once.",
        ),
        "refer": Text(
            "キャンセルするかどうかは、{answerer}が判断します。",
            "Whether it is cancelled is for {answerer} to decide.",
        ),
        "permit": Text("この操作を行えます。", "This is possible."),
    }
)
"""What a grant means for whoever asks, as a sentence."""

WORD_TEXTS: Mapping[str, Text] = FrozenMap(
    {
        "units_shipped.none": Text("なし", "none of it"),
        "units_shipped.some": Text("一部", "some of it"),
        "units_shipped.all": Text("すべて", "all of it"),
    }
)
"""What the words of facts are called that every policy has."""

MARK_TEXTS: Mapping[str, Text] = FrozenMap({REFUND_OPEN: Text("返金未完了", "refund open")})
"""What the mark is called that every policy has."""

MEDIUM_TEXTS: Mapping[str, Text] = FrozenMap(
    {"mail": Text("メール", "mail"), "app": Text("アプリ", "app")}
)
"""What the media of messages are called."""

UNITS_TEXT = Text("数量：{units}", "Units: {units}")
"""What is asked for, beside a row of a queue."""

DUE_TEXT = Text("{deadline}の期限：{due}", "{deadline}: due by {due}")
"""What is due, beside a row of a queue."""

CONSEQUENCE_TEXTS: Mapping[str, Text] = FrozenMap(
    {
        "order": Text(
            "注文の状態が「{before}」から「{after}」に変わります。",
            "The order changes from “{before}” to “{after}”.",
        ),
        "request": Text(
            "{request}の状態は「{after}」となります。",
            "The cancellation request becomes: {after}.",
        ),
        "cancels": Text("キャンセルされる数量：{units}", "Units that are cancelled: {units}."),
        "ships": Text("発送される数量：{units}", "Units that ship: {units}."),
        "refund": Text("返金：{refund}（手数料：{fee}）", "Refund: {refund}, fee: {fee}."),
        "would_refund": Text(
            "承認された場合の返金：{refund}（手数料：{fee}）",
            "Refund if it is approved: {refund}, fee: {fee}.",
        ),
        "reads": Text("{who}の画面の表示：「{label}」", "On the screen of {who}: “{label}”"),
        "told": Text(
            "{who}への通知（{media}）：「{subject}」", "Message to {who} ({media}): “{subject}”"
        ),
        "starts": Text("{deadline}の期限は{due}です。", "Due from now on: {deadline}, by {due}."),
        "stops": Text("{deadline}の期限はなくなります。", "No longer due: {deadline}."),
        "again": Text(
            "{who}は、再度{request}を行うことができます。",
            "After that, {who} can request cancellation again.",
        ),
        "never": Text(
            "{who}は、再度{request}を行うことができません。{why}",
            "After that, {who} cannot request cancellation again. {why}",
        ),
    }
)
"""What follows from a command, as sentences."""

ACTION_TEXTS: Mapping[str, ActionText] = FrozenMap(
    {
        "request": ActionText(
            button=Text("キャンセルをリクエストする", "Request cancellation"),
            done=Text(
                "キャンセルをリクエストしました。回答をお待ちください。",
                "Your request was sent. Please wait for the answer.",
            ),
            done_at_once=Text("注文をキャンセルしました。", "The order is cancelled."),
        ),
        "approve": ActionText(
            button=Text("承認する", "Approve"),
            done=Text(
                "リクエストを承認し、キャンセルしました。",
                "The request is approved, and what it asked for is cancelled.",
            ),
        ),
        "reject": ActionText(
            button=Text("拒否する", "Reject"),
            done=Text("リクエストを拒否しました。", "The request is rejected."),
        ),
        "withdraw": ActionText(
            button=Text("リクエストを取り消す", "Withdraw the request"),
            done=Text("リクエストを取り消しました。", "The request is withdrawn."),
        ),
        "ask_withdrawal": ActionText(
            button=Text("撤回をお願いする", "Ask to withdraw"),
            done=Text("撤回をお願いしました。", "The buyer was asked to withdraw the request."),
        ),
        "accept": ActionText(
            button=Text("撤回する", "Withdraw the request"),
            done=Text("リクエストを撤回しました。", "The request is withdrawn."),
        ),
        "decline": ActionText(
            button=Text("撤回しない", "Keep the request"),
            done=Text("リクエストは撤回されません。", "The request stays as it is."),
        ),
    }
)
"""What a screen shows for each action; a move of the order reads by its name."""

STATUS_TEXTS: Mapping[str, Text] = FrozenMap(
    {
        RequestStatus.PENDING: Text("キャンセルリクエスト中", "cancellation requested"),
        RequestStatus.WITHDRAWAL_ASKED: Text("撤回要請", "withdrawal asked for"),
        RequestStatus.WITHDRAWAL_DECLINED: Text("撤回保留", "withdrawal declined"),
        RequestStatus.APPROVED: Text("承認", "approved"),
        RequestStatus.REJECTED: Text("拒否", "rejected"),
        RequestStatus.WITHDRAWN: Text("撤回", "withdrawn"),
        RequestStatus.SUPERSEDED: Text("無効", "superseded"),
        RequestStatus.EXPIRED: Text("期限切れ", "expired"),
    }
)
"""What the statuses of a request are called where no policy has words of its own."""

FAULT_TEXTS: Mapping[str, Text] = FrozenMap(
    {
        "reason_missing": Text(
            "理由を一つ選択してください。", "Please choose one of the reasons."
        ),
        "reason_not_offered": Text(
            "選択された理由は、ここでは利用できません。利用できる理由：{reasons}",
            "That reason is not offered here. Those that are: {reasons}.",
        ),
        "reason_of_nobody": Text(
            "選択された理由は、ここでは利用できません。{who}がこの操作で選択できる理由はありません。",
            "That reason is not offered here, and there is none that {who} can choose for this.",
        ),
        "text_not_taken": Text("この操作には文章を入力できません。", "No text goes with this."),
        "text_not_taken_with": Text(
            "選択された理由には文章を入力できません。", "No text goes with this reason."
        ),
        "text_is_hint": Text(
            "案内文ではなく、理由を入力してください。",
            "Please enter the reason itself, not the note beside it.",
        ),
        "unknown_line": Text(
            "「{fact}」という明細は、この注文にはありません。", "The order has no line {fact}."
        ),
        "more_than_ordered": Text(
            "「{fact}」の数量が、注文された数量を超えています。",
            "That is more of {fact} than was ordered.",
        ),
        "lines_not_taken": Text(
            "この操作では数量を指定できません。", "No units can be named for this."
        ),
        "nothing_quoted": Text(
            "この注文では、返金額は計算されません。", "Nothing is quoted for this order."
        ),
        "unknown_move": Text(
            "指定された操作は、このポリシーにはありません。", "There is no such move."
        ),
        "unknown_status": Text(
            "指定された状態は、このポリシーにはありません。", "There is no such status."
        ),
        "unknown_fact": Text(
            "「{fact}」という項目は、このポリシーにはありません。", "There is no fact “{fact}”."
        ),
        "fact_missing": Text("「{fact}」を入力してください。", "Please enter: {fact}."),
        "fact_not_taken": Text(
            "この操作では「{fact}」を入力できません。", "This does not take: {fact}."
        ),
        "fact_wrong": Text(
            "「{fact}」は{expected}で入力してください。", "Please enter {expected} for: {fact}."
        ),
    }
)
"""What a person reads of an input that is wrong, where its bounds say nothing."""

KIND_TEXTS: Mapping[type[Fact], Text] = FrozenMap(
    {
        Flag: Text("「はい」か「いいえ」", "yes or no"),
        Choice: Text("選択肢のいずれか", "one of its words"),
        Number: Text("整数", "a whole number"),
        Moment: Text("日時", "a moment"),
        Day: Text("日付", "a day"),
        Fact: Text("1行の文字", "a line of text"),
    }
)
"""What is to be entered for each kind of fact."""

STANDARD_REFUSALS: Mapping[str, Text] = FrozenMap(
    {
        "not_permitted": Text(
            "現在、この操作を行うことはできません。", "This is not permitted at present."
        ),
        "undetermined": Text(
            "必要な情報が不足しているため、判断できません。",
            "This cannot be decided, because something that a rule needs is not known.",
        ),
        "permits_disagree": Text(
            "ルールが矛盾しているため、処理できません。",
            "The rules contradict each other here, so nothing was done.",
        ),
        "fees_disagree": Text(
            "キャンセル手数料の定めが矛盾しているため、処理できません。",
            "The fees for cancelling contradict each other here, so nothing was done.",
        ),
        "quote_changed": Text(
            "返金額が変わりました。ご確認のうえ、もう一度お試しください。",
            "The refund is another one by now. Please look at it, and try again.",
        ),
        "no_such_move": Text(
            "現在の状態では、この操作はできません。",
            "This is not possible in the present status.",
        ),
        "not_cancellable": Text(
            "現在の状態の注文は、キャンセルできません。",
            "The order cannot be cancelled in its present status.",
        ),
        "wrong_actor": Text(
            "この操作を行う権限がありません。", "This is not for this actor to do."
        ),
        "own_request": Text(
            "ご自身が出したキャンセルリクエストには回答できません。",
            "One's own request is for others to answer.",
        ),
        "request_open": Text(
            "すでにキャンセルリクエスト中です。", "A cancellation request is already open."
        ),
        "no_open_request": Text(
            "回答待ちのキャンセルリクエストがありません。",
            "There is no open cancellation request that this could apply to.",
        ),
        "stale_request": Text(
            "このキャンセルリクエストはすでに終了しています。画面を更新してください。",
            "That request is closed already, and there is a newer one. Please reload the page.",
        ),
        "not_asked": Text("撤回のお願いは届いていません。", "No withdrawal was asked for."),
        "asked_already": Text(
            "すでに撤回をお願いしています。", "The withdrawal was asked for already."
        ),
        "cancelled_is_final": Text(
            "キャンセル済みの注文の状態は変更できません。",
            "An order is cancelled by a request, and stays so.",
        ),
        "whole_orders_only": Text(
            "数量を指定することはできません。注文全体が対象となります。",
            "Only whole orders are cancelled and shipped here, no parts of them.",
        ),
        "more_than_remains": Text(
            "指定された数量は残っていません。発送済み、キャンセル済み、または回答待ちの数量が含まれています。",
            "There are not so many units left: others were shipped or cancelled, or wait for an "
            "answer.",
        ),
        "refund_not_failed": Text(
            "失敗が確認されていない返金は、やり直せません。",
            "A refund is tried anew only once it is known to have failed.",
        ),
        "not_due": Text("期限はまだ到来していません。", "The deadline has not come due."),
    }
)
"""The sentences for the codes that every policy shares."""
