"""What the screens of Qoo10 show for each action: buttons, notices, questions, what comes after.

Read it beside its document (`ordercancel.policies.qoo10.document`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.policy import ActionText, Text, clause, decided

_BUTTONS = clause("qoo10.3.shown-at-once")
_WITHDRAWAL = ActionText(
    button=Text("キャンセル要請を撤回する", "Withdraw the request"),
    done=Text("キャンセル要請を撤回しました。", "The request is withdrawn."),
)

ACTIONS: Mapping[str, ActionText] = {
    "request": ActionText(
        button=Text("キャンセルを要請する", "Request cancellation"),
        done=Text(
            "キャンセルを要請しました。ショップの回答をお待ちください。",
            "Your request was sent. Please wait for the seller's answer.",
        ),
        done_at_once=Text("ご注文のキャンセルが完了しました。", "Your order is cancelled."),
    ),
    "approve": ActionText(
        button=decided("qoo10.3.shown-at-once").text("キャンセル", "Cancel the order"),
        notices=(
            Text(
                "「キャンセル」は、キャンセル要請を承認するボタンです。画面を閉じるボタンではありません。",
                "This button approves the request. It does not close the window, as the "
                "button of the same Japanese name does in the pop-up of a rejection.",
            ),
        ),
        confirmation=Text(
            "キャンセル要請を承認し、ご注文をキャンセルします。よろしいですか？",
            "The request is approved and the order cancelled. Do you approve it?",
        ),
        confirm=Text("OK", "OK"),
        done=Text("キャンセルが完了しました。", "The order is cancelled."),
    ),
    "reject": ActionText(
        button=_BUTTONS.text("キャンセル拒否", "Reject the cancellation"),
        notices=(
            clause("qoo10.1.only-if-impracticable").text(
                "既に実際に発送を行っていたり、オーダーメイド商品、発送の準備が完了している場合など、"
                "キャンセルを受けることが実質的に困難な場合にのみご利用をお願い致します。",
                "Use this only where cancelling is hardly possible: the goods have left, they "
                "are made to order, or they are ready to be sent.",
            ),
            clause("qoo10.1.truthful-reason").text(
                "キャンセル拒否を行う際に理由を選択(または記入)頂きますが、"
                "お客様にも通知がされる内容となりますので、"
                "事実と異なる理由が記入されているとクレームの原因となります。"
                "慎重に理由の選択(記入)を行って頂きますようお願い致します。",
                "The reason that you choose or write is told to the buyer; one that is not "
                "true leads to complaints. Please choose or write it with care.",
            ),
            _BUTTONS.text(
                "キャンセル拒否時、即時でキャンセルお客様が確認する内容になります。",
                "The buyer sees it as soon as the cancellation is rejected.",
            ),
            clause("qoo10.4.notified").text(
                "キャンセル拒否の理由がお客様へ案内されますので、"
                "誤った内容で処理されないようご注意ください。",
                "The buyer is told the reason: please make sure that it is right.",
            ),
            clause("qoo10.1.ship-same-day").text(
                "キャンセル拒否後は該当注文の発送処理を速やかに行ってください。"
                "拒否をした当日以内に発送処理がされていなかったり、"
                "虚偽の発送処理を行っていることが確認された場合、"
                "Qoo10出店規約に従いペナルティー措置が施行されることがございます。",
                "Ship the order without delay after the rejection. Where it is not shipped on "
                "the day of the rejection, or shipping is feigned, Qoo10 may impose a penalty "
                "by its terms.",
            ),
        ),
        confirmation=clause("qoo10.3.confirm").text(
            "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。"
            "キャンセル拒否しますか？",
            "Reject a cancellation only where cancelling is impossible. Do you reject it?",
        ),
        confirm=clause("qoo10.3.confirm").text("OK", "OK"),
        done=clause("qoo10.3.done").text("キャンセル拒否完了", "The cancellation is rejected."),
    ),
    "withdraw": _WITHDRAWAL,
    "ask_withdrawal": ActionText(
        button=_BUTTONS.text("キャンセルの撤回要請", "Ask the buyer to withdraw the request"),
        notices=(
            clause("qoo10.1.otherwise-ask-withdrawal").text(
                "その他の理由によりキャンセルを拒否されたい場合は"
                "クレームの撤回要請機能をご活用ください。",
                "To reject a cancellation for any other reason, ask the buyer to withdraw it.",
            ),
        ),
        done=Text(
            "お客様に撤回を要請しました。ご回答をお待ちください。",
            "The buyer is asked to withdraw the request. Please wait for the answer.",
        ),
    ),
    "accept": _WITHDRAWAL,
    "decline": ActionText(
        button=Text("撤回しない", "Keep the request"),
        done=Text(
            "キャンセル要請を撤回しない旨をショップにお伝えしました。"
            "ショップの回答をお待ちください。",
            "The seller is told that you keep the request. Please wait for the seller's answer.",
        ),
    ),
}
"""By action; what the guide shows of it is quoted."""
