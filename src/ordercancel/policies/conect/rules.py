"""CO-NECT, wholesale ordering: the buyer requests, the seller decides, shipping closes the door.

Read it beside its document (`ordercancel.policies.conect.document`).
"""

from __future__ import annotations

from statemachine import State, StateMachine

from ordercancel.domain.commands import (
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.requests import OPEN
from ordercancel.domain.texts import Text
from ordercancel.policies.conect.document import CONECT_HELP
from ordercancel.policies.conect.texts import WORDING
from ordercancel.policy import (
    PERMIT,
    REFER,
    STANDARD_RULES,
    Catalogue,
    Forbid,
    Policy,
    Reason,
    Rule,
    Silence,
    Superseding,
    TextBounds,
    Wording,
    clause,
    compile_chart,
    own_rule,
)
from ordercancel.rules.facts import (
    channel,
    rejected_before,
    request,
    role,
    seller_permits,
    status,
)

CHANNELS = ("order_form", "mail", "phone", "fax", "seller_entry")


class ConectOrderChart(StateMachine):
    """An order of CO-NECT.

    取引停止, 取引中止 and キャンセル name one state of it (conect.1-2.approved-label).
    """

    placed = State("発注済", initial=True)
    accepted = State("受注済")
    shipped = State("出荷済", final=True)
    discontinued = State("取引中止", final=True)

    accept = placed.to(accepted)
    ship = placed.to(shipped) | accepted.to(shipped)
    discontinue = placed.to(discontinued) | accepted.to(discontinued)


_LIST_IN_PICTURE = own_rule(
    "the document shows its reasons in a picture only; a default, replaceable",
    ja="原文では理由の一覧が画像のみ。差し替え可能な既定値",
)

REQUEST_REASONS = Catalogue(
    reasons=(
        Reason("wrong_item", Text("商品の間違い", "Wrong item"), cites=_LIST_IN_PICTURE),
        Reason("wrong_quantity", Text("数量の間違い", "Wrong quantity"), cites=_LIST_IN_PICTURE),
        Reason("duplicate_order", Text("重複発注", "Ordered twice"), cites=_LIST_IN_PICTURE),
        Reason(
            "delivery_date",
            Text("納期が合わない", "The delivery date does not suit me"),
            cites=_LIST_IN_PICTURE,
        ),
        Reason(
            "no_longer_needed", Text("不要になった", "No longer needed"), cites=_LIST_IN_PICTURE
        ),
        Reason(
            "other",
            Text("その他", "Other"),
            text=TextBounds(1, 20),
            cites=clause("conect.1-1.other-20"),
        ),
    ),
    cites=clause("conect.1-1.one-reason"),
)

REJECTION_REASONS = Catalogue(
    text=TextBounds(0, 20, required=False),
    cites=clause("conect.2-3.reject-20"),
)


def conect(
    *,
    edition: str = "1",
    channels: tuple[str, ...] = ("order_form", "mail"),
    request_reasons: Catalogue = REQUEST_REASONS,
    may_ask_again: bool = True,
    may_withdraw: bool = False,
    wording: Wording = WORDING,
) -> Policy:
    """The rules of CO-NECT, with each open reading as a parameter.

    Args:
        edition: Name the edition apart from the built-in one where you change a parameter.
        channels: The channels whose orders may be requested to be cancelled (conect.0.channel).
        request_reasons: The buyer's reasons (conect.1-1.one-reason).
        may_ask_again: Whether the buyer may ask again after a rejection
            (conect.1-1.not-until-approved).
        may_withdraw: Whether the buyer may withdraw (conect.1-1.not-until-approved).
        wording: Everything that people read.
    """
    again = Rule(
        "conect.no_second_request",
        on=RequestCancellation,
        effect=Forbid("rejected_before"),
        when=rejected_before.holds,
        cites=clause("conect.1-1.not-until-approved"),
    )
    withdrawal = Rule(
        "conect.withdraw",
        on=Withdraw,
        effect=PERMIT if may_withdraw else Forbid("withdrawal_not_offered"),
        cites=clause("conect.1-1.not-until-approved"),
    )
    return Policy(
        name="conect",
        edition=edition,
        title=Text("CO-NECT(卸売の受発注)", "CO-NECT (wholesale ordering)"),
        zone="Asia/Tokyo",
        documents=(CONECT_HELP,),
        orders=compile_chart(ConectOrderChart),
        cancel_move="discontinue",
        shipped_by=frozenset({"ship"}),
        superseding=Superseding(
            "conect.shipping_supersedes",
            moves=frozenset({"ship"}),
            cites=clause("conect.1-1.shipped"),
        ),
        channels=CHANNELS,
        rules=(
            *STANDARD_RULES,
            # -------------------------------------------------- the buyer requests
            Rule(
                "conect.refer",
                on=RequestCancellation,
                effect=REFER,
                when=role.is_in("buyer") & status.is_in("placed", "accepted"),
                cites=clause("conect.1-1.is-a-request", "conect.1-1.not-until-approved"),
            ),
            Rule(
                "conect.buyer_asks",
                on=(RequestCancellation, Withdraw),
                effect=Forbid("wrong_actor"),
                when=~role.is_in("buyer"),
                cites=clause("conect.1-1.is-a-request"),
            ),
            Rule(
                "conect.channel",
                on=RequestCancellation,
                effect=Forbid("channel_excluded"),
                when=~channel.is_known | ~channel.is_in(*channels),
                cites=clause("conect.0.channel", "conect.2-1.enable"),
            ),
            Rule(
                "conect.permitted",
                on=RequestCancellation,
                effect=Forbid("seller_does_not_permit"),
                when=~seller_permits.is_known | ~seller_permits.holds,
                cites=clause("conect.0.permitted", "conect.2-1.enable"),
            ),
            Rule(
                "conect.shipped",
                on=(RequestCancellation, Approve),
                effect=Forbid("already_shipped"),
                when=status.is_in("shipped"),
                cites=clause("conect.1-1.shipped"),
            ),
            Rule(
                "conect.discontinued",
                on=RequestCancellation,
                effect=Forbid("already_cancelled"),
                when=status.is_in("discontinued"),
                cites=clause("conect.1-2.approved-label"),
            ),
            Rule(
                "conect.one_open_request",
                on=RequestCancellation,
                effect=Forbid("request_open"),
                when=request.is_in(*OPEN),
                cites=clause("conect.1-1.not-until-approved"),
            ),
            *(() if may_ask_again else (again,)),
            withdrawal,
            # -------------------------------------------------- the seller answers
            Rule(
                "conect.approve",
                on=Approve,
                effect=PERMIT,
                when=role.is_in("seller"),
                cites=clause("conect.2-3.approve"),
            ),
            Rule(
                "conect.reject",
                on=Reject,
                effect=PERMIT,
                when=role.is_in("seller"),
                cites=clause("conect.2-3.reject-20"),
            ),
            Rule(
                "conect.seller_answers",
                on=(Approve, Reject),
                effect=Forbid("wrong_actor"),
                when=~role.is_in("seller"),
                cites=clause("conect.1-1.is-a-request"),
            ),
        ),
        silences=(
            Silence(
                "conect.no_asking_to_withdraw",
                on=(AskWithdrawal, AnswerWithdrawal),
                cites=own_rule(
                    "the article knows approval and rejection, and no asking to withdraw",
                    ja="原文にあるのは承認と拒否のみで、発注者への撤回の要請はない",
                ),
            ),
        ),
        request_reasons=request_reasons,
        rejection_reasons=REJECTION_REASONS,
        wording=wording,
    )


CONECT = conect()
"""The rules of CO-NECT, read as `ordercancel.policies.documents` says."""
