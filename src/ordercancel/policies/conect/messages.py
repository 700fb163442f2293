"""The messages of CO-NECT: who is told of what, in which words.

Read it beside its document (`ordercancel.policies.conect.document`), which has three subjects and
no body: these are the policy's own words.
"""

from __future__ import annotations

from ordercancel.policy import (
    WORDING,
    Named,
    Notification,
    Sourced,
    Text,
    clause,
    decided,
    own_rule,
    seller,
)

_PREFIX = "【受発注システム CO-NECT】"
_ORDER = Text(
    "注文番号：{order_id}\n注文日時：{placed_at}\n商品名：{item}",
    "Order: {order_id}\nOrdered: {placed_at}\nItem: {item}",
)
_GREETING = (
    "{addressee}\n\nいつも受発注システム CO-NECTをご利用いただき、誠にありがとうございます。\n"
)


def _to_buyer(ja: str, en: str, *, more: Text | None = None) -> Text:
    """A letter to the buying business: address, greeting, the matter, the order, whom to ask."""
    rest = Text("", "") if more is None else Text(f"\n\n{more['ja']}", f"\n\n{more['en']}")
    return Text(
        f"{_GREETING}{ja}\n\n{_ORDER['ja']}\n受注側：{{seller_name}} 様{rest['ja']}\n\n"
        "お問い合わせ先：{seller_name} 様（{seller_contact}）\n\n{signature}",
        f"Dear {{addressee}},\n\n{en}\n\n{_ORDER['en']}\nSeller: {{seller_name}}{rest['en']}\n\n"
        "Questions? Please ask {seller_name} ({seller_contact}).\n\n{signature}",
    )


def _to_seller(ja: str, en: str, *, more: Text | None = None) -> Text:
    """A letter to the selling business."""
    rest = Text("", "") if more is None else Text(f"\n{more['ja']}", f"\n{more['en']}")
    return Text(
        f"{_GREETING}{ja}\n\n{_ORDER['ja']}\n発注側：{{buyer_name}} 様{rest['ja']}\n\n"
        "お問い合わせ先：{buyer_name} 様（{buyer_contact}）\n\n{signature}",
        f"Dear {{addressee}},\n\n{en}\n\n{_ORDER['en']}\nBuyer: {{buyer_name}}{rest['en']}\n\n"
        "Questions? Please ask {buyer_name} ({buyer_contact}).\n\n{signature}",
    )


_SORRY = Text(
    "ご希望に沿えず申し訳ございませんが、何卒ご了承くださいますようお願い申し上げます。",
    "We ask for your understanding.",
)

NOTIFICATIONS = (
    Notification(
        on="pending",
        to="seller",
        subject=clause("conect.2-2.seller-mail").text(
            _PREFIX + "キャンセルリクエストがありました({buyer_name})",
            "[CO-NECT] Cancellation requested ({buyer_name})",
        ),
        body=Sourced(
            _to_seller(
                "{buyer_name} 様より、下記のご注文のキャンセルリクエストがありました。\n"
                "「受注詳細」画面で内容をご確認のうえ、承認または拒否を行ってください。",
                "{buyer_name} requests to cancel the order below. Please approve or reject the "
                "request.",
                more=Text("キャンセル理由：{reason}", "Reason: {reason}"),
            ),
            decided("conect.2-2.seller-mail", parameter=WORDING),
        ),
        source=clause("conect.2-2.seller-mail"),
    ),
    Notification(
        on="approved",
        to="buyer",
        subject=clause("conect.1-2.approved-mail").text(
            _PREFIX + "オーダーがキャンセルされました", "[CO-NECT] Your order has been cancelled"
        ),
        body=Sourced(
            _to_buyer(
                "下記のご注文のキャンセルリクエストが承認され、取引中止となりましたので、"
                "お知らせいたします。",
                "Your request to cancel the order below was approved, and the order has been "
                "discontinued.",
                more=Text("キャンセル理由：{reason}", "Reason: {reason}"),
            ),
            decided("conect.1-2.approved-mail", parameter=WORDING),
        ),
        source=clause("conect.1-2.approved-mail"),
    ),
    Notification(
        on="rejected",
        to="buyer",
        subject=clause("conect.1-2.rejected-mail").text(
            _PREFIX + "キャンセルできませんでした。",
            "[CO-NECT] Your order could not be cancelled.",
        ),
        body=Sourced(
            _to_buyer(
                "下記のご注文のキャンセルリクエストにつきまして、\n"
                "誠に恐れ入りますが、キャンセルを承ることができませんでした。\n\n"
                "却下の理由：{answer}",
                "We are sorry: the order below could not be cancelled.\n\nReason: {answer}",
                more=_SORRY,
            ),
            decided("conect.1-2.rejected-mail", parameter=WORDING),
        ),
        source=clause("conect.1-2.rejected-mail"),
    ),
    Notification(
        on="superseded",
        to="buyer",
        subject=Text(
            _PREFIX + "出荷済のため、キャンセルできませんでした。",
            "[CO-NECT] Shipped before it could be cancelled",
        ),
        body=_to_buyer(
            "下記のご注文は、キャンセルリクエストへの回答前に出荷済となりました。\n"
            "このため、誠に恐れ入りますが、キャンセルを承ることができませんでした。",
            "The order below was shipped before your request was answered, so it could not be "
            "cancelled.",
            more=_SORRY,
        ),
        source=decided("conect.1-1.shipped", parameter="shipping_supersedes"),
    ),
    Notification(
        on="superseded",
        when=Named(
            "called_shipped",
            Text("受注側以外から出荷の連絡があった", "reported as shipped, and not by the seller"),
            ~seller,
        ),
        to="seller",
        subject=Text(
            _PREFIX + "キャンセルリクエストが無効となりました({buyer_name})",
            "[CO-NECT] Cancellation request closed ({buyer_name})",
        ),
        body=_to_seller(
            "下記のご注文は出荷済となったため、{buyer_name} 様からのキャンセルリクエストは"
            "無効となりました。\n承認または拒否を行っていただく必要はございません。",
            "The order below counts as shipped now, so the request of {buyer_name} to cancel it "
            "is closed. Nothing is left to answer.",
        ),
        source=own_rule(
            "a seller whose order somebody else calls shipped is told of it",
            ja="他の者が出荷済とした場合は、受注側に知らせる",
        ),
    ),
    Notification(
        on="withdrawn",
        to="seller",
        subject=Text(
            _PREFIX + "キャンセルリクエストが取り消されました({buyer_name})",
            "[CO-NECT] Cancellation request withdrawn ({buyer_name})",
        ),
        body=_to_seller(
            "下記のご注文のキャンセルリクエストを、{buyer_name} 様が取り消されました。\n"
            "承認または拒否を行っていただく必要はございません。",
            "{buyer_name} withdrew the request to cancel the order below. Nothing is left to "
            "answer.",
        ),
        source=decided("conect.1-1.not-until-approved", parameter="may_withdraw"),
    ),
)
"""The messages of CO-NECT."""
