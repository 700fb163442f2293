"""How the clauses of the document are read, and what was decided where they are silent.

The ids are those of `ordercancel.policies.conect.document`. What follows from a reading cites its
clause as *read*. What follows from a decision never cites the clause as its source: it names the
clause that is silent, and the parameter of the policy that decides otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.commands import Withdraw
from ordercancel.domain.texts import Text
from ordercancel.rules.sources import WORDING, Gap

READINGS: Mapping[str, Text] = {
    "conect.0.channel": Text(
        "conect.2-1.enable により対象が広がり、発注フォームからの発注とメール発注が対象"
        "となる。それ以外の経路（電話、FAX、受注側による入力）の注文では利用できない。",
        "conect.2-1.enable widens it: orders by form and by mail. Orders of any other "
        "channel (phone, FAX, entered by the seller) are refused.",
    ),
    "conect.0.permitted": Text(
        "リクエストした時点の設定で判断する。",
        "Read when the request is made.",
    ),
    "conect.1-1.shipped": Text(
        "ボタンが非表示になるとは、出荷済の注文ではリクエストできないということ。",
        "The button is hidden: a shipped order refuses a request.",
    ),
    "conect.1-1.one-reason": Text(
        "一覧の理由から、必ず一つだけ選ぶ。ボタンの表記は「キャンセルをリクエストする」。",
        ("Exactly one reason of the catalogue. The button reads 「キャンセルをリクエストする」."),
    ),
    "conect.1-1.other-20": Text(
        "「その他」の場合は入力が必須で、1文字以上20文字以内。",
        "With その他 the text is required, 1 to 20 characters inclusive.",
    ),
    "conect.1-1.not-until-approved": Text(
        "回答の期限はなく、自動で回答されることもない。",
        "No deadline and no automatic answer.",
    ),
    "conect.1-1.check-approved": Text(
        "回答待ちの間、conect.1-1.not-until-approved とあわせて発注側に表示する注意書き。",
        "A notice that the buyer reads with the open request, together with "
        "conect.1-1.not-until-approved.",
    ),
    "conect.1-2.approved-mail": Text(
        "発注側の事業者に登録されているメールアドレス宛に送る。「こちら」のページは、こ"
        "の文書に含まれない。",
        "To the addresses registered for the buying business. The other page is not "
        "part of the documents.",
    ),
    "conect.1-2.rejected-detail": Text(
        "注文の詳細画面での表示であり、注文そのものの状態は変わらない。",
        "A label of the order's page; the order itself stays what it was.",
    ),
    "conect.2-1.enable": Text(
        "受注側が許可するまでは、受け付けない。",
        "Off until the seller permits it.",
    ),
    "conect.2-2.seller-mail": Text(
        "かっこの中は変数で、発注した事業者の名称が入る。",
        "The parenthesis is a variable: the name of the party that ordered.",
    ),
    "conect.2-3.where": Text(
        "受注側は注文の詳細画面で判断する。承認と拒否は同じ画面に並ぶ。",
        "The seller decides on the order's own page; both answers are offered together.",
    ),
    "conect.2-3.buyer-reason-shown": Text(
        "発注側が入力した文があれば、受注側に表示する。",
        "The seller sees the buyer's words where there are any.",
    ),
    "conect.2-3.approve": Text(
        "確認の後、承認から取引中止までが一度の操作で完了する。",
        "One step, after a confirmation: approved and discontinued together.",
    ),
    "conect.2-3.reject-popup": Text(
        "「拒否する」ボタン、確認のポップアップの文、ポップアップの「拒否を実行」ボタン。",
        "The button 拒否する, the sentence of the confirmation, and its button 拒否を実行.",
    ),
    "conect.2-3.reject-20": Text(
        "選択肢はなく、自由記入のみ。入力は任意で、20文字以内。",
        "Optional, free text alone, 0 to 20 characters inclusive.",
    ),
}
"""How each clause is read that can be taken in two ways."""

DECIDED: Mapping[str, tuple[Gap, ...]] = {
    "conect.0.channel": (
        Gap.of(
            "キャンセルをリクエストできる注文の経路",
            "orders of which channels may be asked to be cancelled",
            "channels",
            "('order_form', 'mail')",
        ),
    ),
    "conect.0.permitted": (
        Gap.of(
            "受注側が後から許可をやめても、回答待ちのリクエストには回答できる。切り替え"
            "ると、許可していない間は承認も拒否もできず、リクエストは回答待ちのまま残る",
            "by default, a request that is open when the seller switches this off can "
            "still be answered; with the switch, it can be neither approved nor rejected "
            "while it is off, and waits",
            "recheck_permission",
            "False",
        ),
        Gap.of(
            "登録のない受注側は、許可していないものとして扱う",
            "a seller of whom nothing is known counts as not permitting",
        ),
    ),
    "conect.1-1.shipped": (
        Gap.of(
            "受注側が出荷すると、回答待ちのリクエストは無効となって発注側に通知され、以"
            "後は承認できない。切り替えると、リクエストに回答するまで出荷の操作ができな"
            "い（外部のシステムから出荷済と知らされた注文では、いずれの場合もリクエスト"
            "は無効となる）",
            "by default, shipping closes an open request without an answer: the buyer is "
            "told, and it cannot be approved afterwards; with the switch off, shipping "
            "is refused until the request is answered (where another system reports an "
            "order as shipped, that closes the request in any case)",
            "shipping_supersedes",
            "True",
        ),
    ),
    "conect.1-1.one-reason": (
        Gap.of(
            "「その他」以外の理由（原文では画像の中にある）",
            "the reasons beside その他 (they are in a picture)",
            "request_reasons",
            "REQUEST_REASONS",
        ),
    ),
    "conect.1-1.after": (
        Gap.of(
            "リクエストした後に表示する文（原文では画像の中にある）",
            "the sentence after the request (it is in a picture)",
            WORDING,
        ),
    ),
    "conect.1-1.not-until-approved": (
        Gap.of(
            "リクエスト中は、重ねてリクエストできない", "who has a request open cannot ask again"
        ),
        Gap.of(
            "却下された後も、出荷されるまでは再度リクエストできる",
            "after a rejection the buyer may ask again until the order ships",
            "may_ask_again",
            "True",
        ),
        Gap.of(
            "発注側はリクエストを取り消せない",
            "the buyer cannot withdraw a request",
            "may_withdraw",
            "False",
            on=(Withdraw,),
        ),
    ),
    "conect.1-2.approved-mail": (
        Gap.of(
            "承認の通知は、発注側に登録されているすべてのメールアドレスに送る",
            "the mail of an approval goes to all registered addresses of the buying business",
        ),
        Gap.of("承認のメールの本文", "the body of the mail of an approval", WORDING),
    ),
    "conect.1-2.rejected-mail": (
        Gap.of(
            "却下の通知は、発注側に登録されているすべてのメールアドレスに送る",
            "the mail of a rejection goes to all registered addresses of the buying business",
        ),
        Gap.of("却下のメールの本文", "the body of the mail of a rejection", WORDING),
    ),
    "conect.2-2.seller-mail": (
        Gap.of(
            "リクエスト受付の通知は、受注側に登録されているすべてのメールアドレスに送る",
            "the mail of a request goes to all registered addresses of the selling business",
        ),
        Gap.of("リクエスト受付のメールの本文", "the body of the mail of a request", WORDING),
    ),
    "conect.2-3.buyer-reason-shown": (
        Gap.of("選択された理由も、受注側に表示する", "the seller sees the chosen reason as well"),
    ),
    "conect.2-3.approve": (
        Gap.of(
            "確認画面の文（原文では画像の中にある）",
            "the sentence of the confirmation (it is in a picture)",
            WORDING,
        ),
    ),
}
"""What the document leaves open, and how it was settled."""
