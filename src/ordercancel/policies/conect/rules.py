"""CO-NECT, wholesale ordering: the buyer requests, the seller decides, shipping closes the door.

Read it beside its document (`ordercancel.policies.conect.document`).
"""

from __future__ import annotations

from statemachine import State, StateMachine

from ordercancel.policies.conect.document import CONECT_HELP
from ordercancel.policies.conect.messages import NOTIFICATIONS
from ordercancel.policies.conect.texts import TEXTS
from ordercancel.policy import (
    PERMIT,
    AdvanceOrder,
    Approve,
    Forbid,
    Notification,
    Policy,
    Reason,
    Refer,
    Reject,
    RequestCancellation,
    Rule,
    Text,
    Texts,
    Withdraw,
    buyer,
    channel,
    clause,
    compile_chart,
    decided,
    is_initiator,
    is_open,
    move,
    own_rule,
    reading,
    rejected_before,
    seller,
    seller_permits,
    status,
)

CHANNELS = ("order_form", "mail", "phone", "fax", "seller_entry")
"""How orders come in: by form and by mail (conect.2-1.enable), and in other ways."""


class ConectOrderChart(StateMachine):
    """The life of an order: 発注済, 受注済, 出荷済, or 取引中止.

    取引停止, 取引中止 and キャンセル name one status of it (conect.1-2.approved-label).
    """

    placed = State("発注済", initial=True)
    accepted = State("受注済")
    shipped = State("出荷済", final=True)
    discontinued = State("取引中止", final=True)

    accept = placed.to(accepted)
    ship = placed.to(shipped) | accepted.to(shipped)
    discontinue = placed.to(discontinued) | accepted.to(discontinued)


_IN_A_PICTURE = decided("conect.1-1.one-reason", parameter="request_reasons")

REQUEST_REASONS = (
    Reason("wrong_item", Text("商品の間違い", "Wrong item"), when=buyer, source=_IN_A_PICTURE),
    Reason(
        "wrong_quantity", Text("数量の間違い", "Wrong quantity"), when=buyer, source=_IN_A_PICTURE
    ),
    Reason("duplicate_order", Text("重複発注", "Ordered twice"), when=buyer, source=_IN_A_PICTURE),
    Reason(
        "delivery_date",
        Text("納期が合わない", "The delivery date does not suit us"),
        when=buyer,
        source=_IN_A_PICTURE,
    ),
    Reason(
        "no_longer_needed",
        Text("不要になった", "No longer needed"),
        when=buyer,
        source=_IN_A_PICTURE,
    ),
    Reason(
        "other",
        Text("その他", "Other"),
        when=buyer,
        text=(1, 20),
        source=clause("conect.1-1.other-20"),
    ),
)
"""The buyer's reasons. The document shows them in a picture; その他 it names."""


def conect(
    *,
    edition: str = "1",
    channels: tuple[str, ...] = ("order_form", "mail"),
    recheck_permission: bool = False,
    shipping_supersedes: bool = True,
    request_reasons: tuple[Reason, ...] = REQUEST_REASONS,
    may_ask_again: bool = True,
    may_withdraw: bool = False,
    texts: Texts = TEXTS,
    notifications: tuple[Notification, ...] = NOTIFICATIONS,
) -> Policy:
    """The rules of CO-NECT, with what the document leaves open as parameters.

    Args:
        edition: Name the edition apart from the built-in one where you change a parameter.
        channels: The channels whose orders may be requested to be cancelled (conect.0.channel).
        recheck_permission: Whether approving and rejecting are refused while the seller does not
            permit requests any more (conect.0.permitted). Default: False.
        shipping_supersedes: Whether shipping closes an open request; else it is refused until
            the request is answered (conect.1-1.shipped). Default: True.
        request_reasons: The buyer's reasons (conect.1-1.one-reason).
        may_ask_again: Whether the buyer may ask again after a rejection, until the order ships
            (conect.1-1.not-until-approved). Default: True.
        may_withdraw: Whether the buyer may take a request back (conect.1-1.not-until-approved).
            Default: False.
        texts: What people read.
        notifications: What they are told.
    """
    again = Rule(
        "conect.no_second_request",
        on=RequestCancellation,
        when=rejected_before,
        effect=Forbid("rejected_before"),
        source=decided("conect.1-1.not-until-approved", parameter="may_ask_again"),
    )
    recheck = Rule(
        "conect.still_permitted",
        on=(Approve, Reject),
        when=~seller_permits,
        effect=Forbid("seller_does_not_permit"),
        source=decided("conect.0.permitted", parameter="recheck_permission"),
    )
    answer_first = Rule(
        "conect.answer_before_shipping",
        on=AdvanceOrder,
        when=move.is_in("ship") & is_open,
        effect=Forbid("answer_first"),
        source=decided("conect.1-1.shipped", parameter="shipping_supersedes"),
    )
    withdrawal = Rule(
        "conect.withdraw",
        on=Withdraw,
        when=is_initiator,
        effect=PERMIT,
        source=decided("conect.1-1.not-until-approved", parameter="may_withdraw"),
    )
    return Policy(
        name="conect",
        edition=edition,
        title=Text("CO-NECT（卸売の受発注）", "CO-NECT (wholesale ordering)"),
        zone="Asia/Tokyo",
        languages=("ja", "en"),
        documents=(
            CONECT_HELP.under(
                channels=channels,
                recheck_permission=recheck_permission,
                shipping_supersedes=shipping_supersedes,
                may_ask_again=may_ask_again,
                may_withdraw=may_withdraw,
            ),
        ),
        orders=compile_chart(ConectOrderChart, cancelled="discontinued", shipped="shipped"),
        channels=CHANNELS,
        rules=(
            Rule(
                "conect.refer",
                on=RequestCancellation,
                when=buyer & status.is_in("placed", "accepted"),
                effect=Refer(seller),
                source=clause("conect.1-1.is-a-request", "conect.1-1.not-until-approved"),
            ),
            Rule(
                "conect.channel",
                on=RequestCancellation,
                when=buyer & (~channel.is_known | ~channel.is_in(*channels)),
                effect=Forbid("channel_excluded"),
                source=reading("conect.0.channel", "conect.2-1.enable"),
            ),
            Rule(
                "conect.permitted",
                on=RequestCancellation,
                when=buyer & ~seller_permits,
                effect=Forbid("seller_does_not_permit"),
                source=clause("conect.0.permitted", "conect.2-1.enable"),
            ),
            Rule(
                "conect.shipped",
                on=RequestCancellation,
                when=buyer & status.is_in("shipped"),
                effect=Forbid("already_shipped"),
                source=reading("conect.1-1.shipped"),
            ),
            Rule(
                "conect.discontinued",
                on=RequestCancellation,
                when=buyer & status.is_in("discontinued"),
                effect=Forbid("already_cancelled"),
                source=own_rule(
                    "a discontinued order cannot be cancelled again",
                    ja="取引中止の注文は再度キャンセルできない",
                ),
            ),
            *(() if may_ask_again else (again,)),
            *((recheck,) if recheck_permission else ()),
            *(() if shipping_supersedes else (answer_first,)),
            *((withdrawal,) if may_withdraw else ()),
        ),
        reasons=(
            *request_reasons,
            Reason(None, on=Reject, text=(0, 20), source=clause("conect.2-3.reject-20")),
        ),
        texts=texts,
        notifications=notifications,
    )


CONECT = conect()
"""The rules of CO-NECT, read as `ordercancel.policies.conect.document` says."""
