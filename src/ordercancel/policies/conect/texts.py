"""What people read of CO-NECT: names, buttons, refusals, labels and counters.

Read it beside its document (`ordercancel.policies.conect.document`). A text without a source is in
the policy's own words.
"""

from __future__ import annotations

from ordercancel.policy import (
    WORDING,
    ActionText,
    AdvanceOrder,
    Approve,
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
)

_ACTIONS = {
    "request": ActionText(
        button=clause("conect.1-1.button").text("キャンセルリクエスト", "Request cancellation"),
        notices=(
            clause("conect.1-1.is-a-request").text(
                "キャンセルの「リクエスト」を送信する機能です。"
                "リクエスト確認後に、キャンセルを受け付けるか否かは受注側の判断となります。",
                "This sends a request. Whether the cancellation is accepted is for the seller "
                "to decide.",
            ),
            clause("conect.1-1.shipped").text(
                "受注側が対象の注文を出荷済ステータスに変更すると、"
                "キャンセルリクエストボタンは非表示となります。",
                "The button is hidden as soon as the seller marks the order as shipped.",
            ),
        ),
        confirm=clause("conect.1-1.one-reason").text(
            "キャンセルをリクエストする", "Send the request"
        ),
        done=decided("conect.1-1.after", parameter=WORDING).text(
            "キャンセルリクエストを送信しました。受注側の回答をお待ちください。",
            "Your request was sent. Please wait for the seller's answer.",
        ),
    ),
    "approve": ActionText(
        button=clause("conect.2-3.approve").text("承認する", "Approve"),
        confirmation=decided("conect.2-3.approve", parameter=WORDING).text(
            "キャンセルリクエストを承認し、取引を中止します。よろしいですか？",
            "The request is approved and the order discontinued. Do you approve it?",
        ),
        confirm=Text("承認を実行", "Approve the request"),
        done=Text(
            "キャンセルリクエストを承認し、取引を中止しました。",
            "The request is approved and the order discontinued.",
        ),
    ),
    "reject": ActionText(
        button=clause("conect.2-3.reject-popup").text("拒否する", "Reject"),
        confirmation=clause("conect.2-3.reject-popup").text(
            "キャンセルリクエストを拒否します", "The cancellation request will be rejected"
        ),
        confirm=clause("conect.2-3.reject-popup").text("拒否を実行", "Reject the request"),
        done=clause("conect.2-3.rejected-seller-label").text(
            "キャンセルのリクエストを却下しました。", "You rejected the cancellation request."
        ),
    ),
    "withdraw": ActionText(
        button=Text("キャンセルリクエストを取り消す", "Withdraw the request"),
        done=Text("キャンセルリクエストを取り消しました。", "The request is withdrawn."),
    ),
}

TEXTS = Texts(
    statuses={
        "placed": Text("発注済", "Placed"),
        "accepted": Text("受注済", "Accepted"),
        "shipped": clause("conect.1-1.shipped").text("出荷済", "Shipped"),
        "discontinued": clause("conect.1-2.approved-label").text("取引中止", "Discontinued"),
    },
    requests={
        "pending": clause("conect.1-1.pending-label").text(
            "キャンセルリクエスト中", "Cancellation requested"
        ),
        "approved": Text("承認済", "Approved"),
        "rejected": clause("conect.1-2.rejected-detail").text(
            "キャンセル却下", "Cancellation rejected"
        ),
        "withdrawn": Text("取り消し済", "Withdrawn"),
        "superseded": Text("リクエスト無効", "Closed without an answer"),
    },
    facts={
        "request": Text("最新のキャンセルリクエスト", "latest request"),
        "requested_at": Text("キャンセルリクエスト", "the request"),
        "is_initiator": Text("リクエストした本人による操作", "the actor made the request"),
        "seller_permits": Text(
            "受注側による「注文キャンセルの受付」の許可",
            "the seller permits cancellation requests",
        ),
    },
    words={
        "seller_permits.yes": Text(
            "受注側が「注文キャンセルの受付」を許可している",
            "the seller permits cancellation requests",
        ),
        "seller_permits.no": Text(
            "受注側が「注文キャンセルの受付」を許可していない",
            "the seller does not permit cancellation requests, which are off until they do",
        ),
        "channel.order_form": Text("発注フォーム", "order form"),
        "channel.mail": Text("メール発注", "mail"),
        "channel.phone": Text("電話", "phone"),
        "channel.fax": Text("FAX", "fax"),
        "channel.seller_entry": Text("受注側による入力", "entered by the seller"),
    },
    roles={
        "buyer": clause("conect.2-1.enable").text("発注側", "the buyer"),
        "seller": clause("conect.1-1.is-a-request").text("受注側", "the seller"),
        "operator": Text("CO-NECTの担当者", "an operator of CO-NECT"),
    },
    commands={
        RequestCancellation: clause("conect.1-1.button").text(
            "キャンセルリクエスト", "Requesting cancellation"
        ),
        Approve: Text("キャンセルリクエストの承認", "Approving the request"),
        Reject: Text("キャンセルリクエストの拒否", "Rejecting the request"),
        Withdraw: Text("キャンセルリクエストの取り消し", "Withdrawing the request"),
        AdvanceOrder: Text("受注・出荷の操作", "Moving the order on"),
    },
    moves={"accept": Text("受注", "Accept"), "ship": Text("出荷", "Ship")},
    verdicts={
        "refer": Text(
            "キャンセルを受け付けるかどうかは、{answerer}の判断となります。",
            "Whether the cancellation is accepted is for {answerer} to decide.",
        ),
    },
    refusals={
        "channel_excluded": Text(
            "この経路のご注文では、キャンセルリクエストをご利用いただけません。",
            "Cancellation cannot be requested for orders of this channel.",
        ),
        "seller_does_not_permit": Text(
            "受注側がキャンセルリクエストを許可していないため、ご利用になれません。",
            "The seller does not permit cancellation requests.",
        ),
        "request_open": Text(
            "すでにキャンセルリクエスト中です。受注側の回答をお待ちください。",
            "A cancellation request is open already. Please wait for the answer.",
        ),
        "already_shipped": Text(
            "出荷済のため、キャンセルできません。",
            "The order has been shipped and can no longer be cancelled.",
        ),
        "already_cancelled": Text(
            "すでに取引中止となっているご注文です。", "The order has been discontinued already."
        ),
        "rejected_before": Text(
            "キャンセルリクエストが却下されたご注文では、再度リクエストすることはできません。",
            "Cancellation cannot be requested again after a request was rejected.",
        ),
        "answer_first": Text(
            "キャンセルリクエスト中のご注文です。先に承認または拒否を行ってください。",
            "A cancellation request is open: approve or reject it before you ship.",
        ),
    },
    actions=_ACTIONS,
    labels=(
        Label(
            on="pending",
            to="buyer",
            text=Text(
                "キャンセルリクエスト中\n"
                "※受注側がキャンセルリクエストを承認しなければ、注文のキャンセルはされません。\n"
                "※必ずキャンセルリクエストが承認されたか確認してください。",
                "Cancellation requested\n"
                "The order is not cancelled unless the seller approves the request.\n"
                "Please make sure to check whether it was approved.",
            ),
            source=clause(
                "conect.1-1.pending-label",
                "conect.1-1.not-until-approved",
                "conect.1-1.check-approved",
            ),
        ),
        Label(
            on="pending",
            to="seller",
            text=Text(
                "発注者がキャンセルを希望しています\nキャンセル理由：{reason}",
                "The buyer wishes to cancel\nReason: {reason}",
            ),
            source=clause("conect.2-2.seller-label", "conect.2-3.buyer-reason-shown"),
        ),
        Label(
            on="approved",
            to="buyer",
            text=Text(
                "キャンセルリクエストが承認され取引停止されました",
                "The cancellation request was approved and the order discontinued",
            ),
            source=clause("conect.1-2.approved-label"),
        ),
        Label(
            on="approved",
            to="seller",
            text=Text("取引中止", "Discontinued"),
            source=clause("conect.2-3.approved-seller-label"),
        ),
        Label(
            on="rejected",
            to="buyer",
            text=Text(
                "キャンセルできませんでした\nキャンセル却下\n{answer}",
                "The order could not be cancelled\nCancellation rejected\n{answer}",
            ),
            source=clause("conect.1-2.rejected-label", "conect.1-2.rejected-detail"),
        ),
        Label(
            on="rejected",
            to="seller",
            text=Text(
                "キャンセルのリクエストを却下しました。\n{answer}",
                "You rejected the cancellation request.\n{answer}",
            ),
            source=clause("conect.2-3.rejected-seller-label"),
        ),
    ),
    counters=(
        Counter(
            on="pending",
            label=Text("キャンセルリクエスト", "Cancellation requests"),
            state=clause("conect.2-2.seller-label").text(
                "発注者がキャンセルを希望しています", "The buyer wishes to cancel"
            ),
            source=own_rule(
                "the article shows a list, and no number of it",
                ja="記事に示されているのは一覧で、件数の表示は当方で定めた",
            ),
        ),
    ),
    signature=Text("――――――――――\n受発注システム CO-NECT", "--\nCO-NECT"),
)
"""All texts of CO-NECT, in Japanese and in English, but for its messages."""
