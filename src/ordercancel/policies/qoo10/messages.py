"""The messages of Qoo10: who is told of what, in which words.

Read it beside its document (`ordercancel.policies.qoo10.document`), which shows its messages in
pictures: the words are the policy's own.
"""

from __future__ import annotations

from ordercancel.policy import (
    WORDING,
    Medium,
    Named,
    Notification,
    Sourced,
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

_APP = (Medium.APP,)
_BOTH = (Medium.APP, Medium.MAIL)
_IN_PICTURES = decided("qoo10.4.notified", parameter=WORDING)
_TELL_WHO_WAITS = own_rule("who waits for the outcome is told of it", ja="結果を待つ人に知らせる")
_DO_NOT_SHIP = own_rule(
    "a seller who is not told would ship a cancelled order",
    ja="知らせないと、キャンセル済みの注文が発送されてしまう",
)
_ASKED_BACK = decided("qoo10.1.otherwise-ask-withdrawal")
_SAME_DAY = decided("qoo10.1.ship-same-day")

at_once = Named("at_once", Text("即時キャンセル", "cancelled at once"), answerer.is_in("none"))
"""The order was cancelled as soon as it was asked for, and nobody had to answer."""

_BY_ITSELF = Named("by_itself", Text("自動でキャンセルとなった", "cancelled by itself"), system)
_ANSWERED = Named(
    "answered", Text("ショップが承認した", "the seller approved"), ~at_once & ~system
)
_HAS_LEFT = Named(
    "has_left", Text("発送済み", "it has been shipped"), status.is_in("shipped", "delivered")
)
_CALLED_SHIPPED = Named(
    "called_shipped",
    Text("ショップ以外から発送の連絡があった", "reported as shipped, and not by the seller"),
    _HAS_LEFT & ~seller,
)

_ORDER = Text(
    "注文番号：{order_id}\n注文日時：{placed_at}\n商品名：{item}",
    "Order: {order_id}\nOrdered: {placed_at}\nItem: {item}",
)


def _subject(ja: str, en: str) -> Text:
    return Text(f"【Qoo10】{ja}（注文番号：{{order_id}}）", f"[Qoo10] {en} (order {{order_id}})")


def _to_buyer(ja: str, en: str, *, more: Text | None = None) -> Text:
    """A letter to the buyer: address, greeting, the matter, the order, whom to ask, signature."""
    rest = Text("", "") if more is None else Text(f"\n\n{more['ja']}", f"\n\n{more['en']}")
    return Text(
        "{addressee}\n\nいつもQoo10をご利用いただき、誠にありがとうございます。\n"
        f"{ja}\n\n{_ORDER['ja']}\nショップ名：{{seller_name}}{rest['ja']}\n\n"
        "お問い合わせ先：{seller_name}（{seller_contact}）\n\n{signature}",
        "Dear {addressee},\n\nThank you for shopping at Qoo10.\n"
        f"{en}\n\n{_ORDER['en']}\nSeller: {{seller_name}}{rest['en']}\n\n"
        "Questions? Please ask {seller_name} ({seller_contact}).\n\n{signature}",
    )


def _to_seller(ja: str, en: str, *, more: Text | None = None) -> Text:
    """A letter to the seller."""
    rest = Text("", "") if more is None else Text(f"\n{more['ja']}", f"\n{more['en']}")
    return Text(
        "{addressee}\n\nいつもお世話になっております。\n"
        f"{ja}\n\n{_ORDER['ja']}\nお客様名：{{buyer_name}} 様{rest['ja']}\n\n{{signature}}",
        f"Dear {{addressee}},\n\n{en}\n\n{_ORDER['en']}\nBuyer: {{buyer_name}}{rest['en']}\n\n"
        "{signature}",
    )


_REASON = Text("キャンセル理由：{reason}", "Reason: {reason}")
_ANSWER = Text("キャンセル拒否理由：{answer}", "Reason for rejecting: {answer}")

NOTIFICATIONS = (
    Notification(
        on="pending",
        to="seller",
        media=_APP,
        subject=_subject("キャンセル要請がありました", "A buyer asks to cancel"),
        body=_to_seller(
            "下記のご注文について、お客様よりキャンセル要請がありました。\n"
            "内容をご確認のうえ、ご回答をお願いいたします。",
            "A buyer asks to cancel the order below. Please look at it and answer the request.",
            more=_REASON,
        ),
        source=decided("qoo10.3.queue", parameter=WORDING),
    ),
    Notification(
        on="approved",
        when=at_once | _BY_ITSELF,
        to="buyer",
        media=_BOTH,
        subject=_subject("ご注文のキャンセルが完了しました", "Your order is cancelled"),
        body=_to_buyer(
            "下記のご注文のキャンセルが完了しましたので、お知らせいたします。",
            "The order below is cancelled.",
        ),
        source=_TELL_WHO_WAITS,
    ),
    Notification(
        on="approved",
        when=at_once,
        to="seller",
        media=_BOTH,
        subject=_subject("即時キャンセルが完了しました", "Cancelled at once, do not ship"),
        body=_to_seller(
            "下記のご注文は、お客様のご要請により、即時キャンセルが完了しました。\n"
            "商品の発送はお控えくださいますようお願いいたします。",
            "The order below was cancelled at once, as the buyer asked. Please do not ship it.",
            more=_REASON,
        ),
        source=_DO_NOT_SHIP,
    ),
    Notification(
        on="approved",
        when=_ANSWERED,
        to="buyer",
        media=_BOTH,
        subject=_subject("ご注文のキャンセルが完了しました", "Your order is cancelled"),
        body=_to_buyer(
            "ご要請いただきました下記のご注文のキャンセルを、{seller_name}が承りました。\n"
            "キャンセルが完了しましたので、お知らせいたします。",
            "{seller_name} approved your request, and the order below is cancelled.",
        ),
        source=_TELL_WHO_WAITS,
    ),
    Notification(
        on="approved",
        when=_BY_ITSELF,
        to="seller",
        media=_BOTH,
        subject=_subject(
            "配送遅延によりキャンセルが完了しました", "Cancelled for the delay, do not ship"
        ),
        body=_to_seller(
            "キャンセル要請中の下記のご注文が配送遅延となったため、自動的にキャンセルが完了しました。\n"
            "商品の発送はお控えくださいますようお願いいたします。",
            "The order below is delayed, so its cancellation was approved automatically. "
            "Please do not ship it.",
            more=_REASON,
        ),
        source=_DO_NOT_SHIP,
    ),
    Notification(
        on="rejected",
        to="buyer",
        media=_BOTH,
        subject=Sourced(
            _subject("キャンセルを承ることができませんでした", "Your order was not cancelled"),
            _IN_PICTURES,
        ),
        body=Sourced(
            _to_buyer(
                "キャンセルをご要請いただきました下記のご注文につきまして、\n"
                "誠に恐れ入りますが、次の理由によりキャンセルを承ることができませんでした。\n\n"
                "キャンセル拒否理由：{answer}",
                "We are sorry: the order below could not be cancelled, for this reason:\n\n"
                "{answer}",
                more=Text(
                    "商品が届くまで、いましばらくお待ちくださいますようお願いいたします。\n"
                    "なお、こちらのご注文につきましては、再度キャンセルをご要請いただくことはできません。\n"
                    "ご希望に沿えず申し訳ございませんが、何卒ご了承くださいますようお願い申し上げます。",
                    "It will be shipped without delay. Cancellation cannot be requested again for "
                    "this order. We ask for your understanding.",
                ),
            ),
            _IN_PICTURES,
        ),
        source=clause("qoo10.4.notified", "qoo10.1.truthful-reason"),
    ),
    Notification(
        on="rejected",
        to="seller",
        media=_APP,
        subject=_subject(
            "キャンセル拒否完了・本日中の発送処理のお願い",
            "Cancellation rejected, to be shipped today",
        ),
        body=_to_seller(
            "下記のご注文のキャンセル拒否が完了しました。\n"
            "キャンセル拒否をされた当日中に、発送処理を行ってくださいますようお願いいたします。",
            "You rejected the cancellation of the order below. Please ship it on this very day.",
            more=_ANSWER,
        ),
        source=_SAME_DAY,
    ),
    Notification(
        on="missed",
        to="seller",
        media=_APP,
        subject=_subject("発送処理の期限を過ぎています", "Not shipped in time"),
        body=_to_seller(
            "下記のご注文は、キャンセル拒否をされた当日中の発送処理が確認できておりません。\n"
            "至急、発送処理を行ってくださいますようお願いいたします。\n\n"
            "発送処理の期限：{due_at}",
            "The order below was not shipped on the day on which its cancellation was rejected. "
            "Please ship it at once.\n\nIt was to be shipped by: {due_at}",
        ),
        source=_SAME_DAY,
    ),
    Notification(
        on="overdue",
        to="seller",
        media=_APP,
        subject=_subject("キャンセル要請へのご回答のお願い", "A request is still unanswered"),
        body=_to_seller(
            "下記のご注文のキャンセル要請に、まだご回答をいただいておりません。\n"
            "お客様がお待ちですので、ご回答をお願いいたします。\n\n"
            "ご回答の期日：{due_at}",
            "The request to cancel the order below is still open, and the buyer waits. "
            "Please answer it.\n\nIt was to be answered by: {due_at}",
            more=_REASON,
        ),
        source=decided("qoo10.3.counters", parameter="overdue_after_days"),
    ),
    Notification(
        on="withdrawal_asked",
        to="buyer",
        media=_BOTH,
        subject=_subject("キャンセル要請の撤回のお願い", "Please withdraw your request"),
        body=_to_buyer(
            "ご要請いただきました下記のご注文のキャンセルにつきまして、"
            "{seller_name}より、キャンセル要請を撤回いただきたいとのお願いが届いております。\n"
            "お手数をおかけいたしますが、内容をご確認のうえ、"
            "撤回されるかどうかをご回答くださいますようお願いいたします。\n\n"
            "{withdrawal_text}",
            "{seller_name} asks you to withdraw your request to cancel the order below. "
            "Please say whether you do.\n\n{withdrawal_text}",
            more=Text(
                "撤回されない場合は、引き続き{seller_name}がキャンセルについて判断いたします。",
                "If you do not, {seller_name} will go on to decide on your request.",
            ),
        ),
        source=reading("qoo10.1.otherwise-ask-withdrawal"),
    ),
    Notification(
        on="withdrawal_declined",
        to="seller",
        media=_APP,
        subject=_subject("撤回要請が保留となりました", "The buyer keeps the request"),
        body=_to_seller(
            "下記のご注文について、お客様はキャンセル要請を撤回されませんでした（撤回保留）。\n"
            "キャンセル要請は、引き続き回答待ちの状態です。ご回答をお願いいたします。",
            "The buyer of the order below does not withdraw the request. It is still open: "
            "please answer it.",
            more=_REASON,
        ),
        source=_ASKED_BACK,
    ),
    Notification(
        on="withdrawn",
        to="seller",
        media=_APP,
        subject=_subject("キャンセル要請が撤回されました", "The request was withdrawn"),
        body=_to_seller(
            "下記のご注文について、お客様がキャンセル要請を撤回されました。\n"
            "発送処理をお進めくださいますようお願いいたします。",
            "The buyer withdrew the request to cancel the order below. Please ship it.",
        ),
        source=_ASKED_BACK,
    ),
    Notification(
        on="superseded",
        when=_HAS_LEFT,
        to="buyer",
        media=_BOTH,
        subject=_subject(
            "商品の発送により、キャンセルを承ることができませんでした",
            "Shipped before it could be cancelled",
        ),
        body=_to_buyer(
            "キャンセルをご要請いただきました下記のご注文につきまして、\n"
            "誠に恐れ入りますが、すでに商品が発送されたため、キャンセルを承ることができませんでした。",
            "We are sorry: the order below was shipped, so it could not be cancelled.",
            more=Text(
                "商品が届くまで、いましばらくお待ちくださいますようお願いいたします。",
                "It is on its way to you.",
            ),
        ),
        source=_TELL_WHO_WAITS,
    ),
    Notification(
        on="superseded",
        when=_CALLED_SHIPPED,
        to="seller",
        media=_APP,
        subject=_subject("キャンセル要請が無効となりました", "The request is closed"),
        body=_to_seller(
            "下記のご注文は発送済みとなったため、キャンセル要請は無効となりました。\n"
            "ご回答いただく必要はありません。",
            "The order below counts as shipped now, so the request to cancel it is closed. "
            "Nothing is left to answer.",
        ),
        source=own_rule(
            "a seller whose order somebody else calls shipped is told of it",
            ja="他の者が発送済みとした場合は、ショップに知らせる",
        ),
    ),
)
"""The messages of Qoo10."""
