"""Qoo10, a marketplace: new and delayed orders cancel at once, for others the seller decides.

Read it beside its document (`ordercancel.policies.qoo10.document`).
"""

from __future__ import annotations

from statemachine import State, StateMachine

from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.requests import OPEN
from ordercancel.domain.texts import Text
from ordercancel.policies.qoo10.document import QOO10_GUIDE
from ordercancel.policies.qoo10.texts import WORDING
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    REFER,
    STANDARD_RULES,
    Catalogue,
    Consequence,
    Deadline,
    EndOfDay,
    EndOfShipDay,
    Forbid,
    GoingBack,
    Occasion,
    Policy,
    Reason,
    Rule,
    Superseding,
    TextBounds,
    Wording,
    clause,
    compile_chart,
    own_rule,
)
from ordercancel.rules.facts import (
    affirmed,
    days_past_ship_on,
    move,
    rejected_before,
    request,
    role,
    status,
    withdrawn_before,
)


class Qoo10OrderChart(StateMachine):
    """An order of Qoo10.

    Entering the planned ship date makes a 新規注文 a 配送要請 (qoo10.1.instant-new).
    """

    new = State("新規注文", initial=True)
    shipping_requested = State("配送要請")
    delayed = State("配送遅延")
    shipped = State("配送中")
    delivered = State("配送完了", final=True)
    cancelled = State("キャンセル完了", final=True)

    plan_shipping = new.to(shipping_requested)
    mark_delayed = shipping_requested.to(delayed)
    ship = shipping_requested.to(shipped) | delayed.to(shipped)
    deliver = shipped.to(delivered)
    cancel = new.to(cancelled) | shipping_requested.to(cancelled) | delayed.to(cancelled)


past_ship_date = days_past_ship_on > 0
late_to_ship = status.is_in("delayed") | (status.is_in("shipping_requested") & past_ship_date)
"""Delayed from 00:00 of the day after the planned ship date, whatever the stored status says."""

_BUYERS_REASONS = own_rule(
    "the document names no reasons of the buyer but 注文キャンセル; replaceable",
    ja="原文にある購入者の理由は「注文キャンセル」のみ。差し替え可能な既定値",
)

REQUEST_REASONS = Catalogue(
    reasons=(
        Reason(
            "order_cancellation",
            Text("注文キャンセル", "Order cancellation"),
            cites=clause("qoo10.3.grid"),
        ),
        Reason("changed_mind", Text("お客様のご都合", "Changed mind"), cites=_BUYERS_REASONS),
        Reason(
            "ordered_by_mistake", Text("注文間違い", "Ordered by mistake"), cites=_BUYERS_REASONS
        ),
        Reason("late_delivery", Text("配送の遅れ", "Late delivery"), cites=_BUYERS_REASONS),
        Reason(
            "other",
            Text("その他", "Other"),
            text=TextBounds(1, 500, required=False),
            cites=_BUYERS_REASONS,
        ),
    ),
    cites=_BUYERS_REASONS,
)


def _rejection_reasons(other_minimum: int, other_maximum: int) -> Catalogue:
    named = clause("qoo10.3.reasons", "qoo10.1.only-if-impracticable")
    return Catalogue(
        reasons=(
            Reason("shipped", Text("商品発送完了", "Already shipped"), cites=named),
            Reason("ready_to_ship", Text("発送準備完了", "Ready to ship"), cites=named),
            Reason("made_to_order", Text("注文制作商品", "Made to order"), cites=named),
            Reason(
                "other",
                Text("その他", "Other"),
                text=TextBounds(other_minimum, other_maximum),
                hint=Text(
                    "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
                    "Please explain to the buyer yourself (product delay, production delay).",
                ),
                cites=clause("qoo10.3.reasons", "qoo10.3.other-30", "qoo10.3.other-hint"),
            ),
        ),
        notice=Text(
            "キャンセル拒否を行う際に理由を選択(または記入)頂きますが、お客様にも通知がされる内容と"
            "なりますので、事実と異なる理由が記入されているとクレームの原因となります。",
            "The buyer is told the reason that you choose or write. An untrue one leads to "
            "complaints: keep to the facts.",
        ),
        cites=clause("qoo10.3.reasons", "qoo10.1.truthful-reason"),
    )


def qoo10(
    *,
    edition: str = "1",
    request_reasons: Catalogue = REQUEST_REASONS,
    other_minimum: int = 30,
    other_maximum: int = 500,
    delay_approves: bool = False,
    withdrawal_bars: bool = False,
    may_withdraw: bool = False,
    shipping_supersedes: bool = False,
    overdue_after_days: int = 4,
    wording: Wording = WORDING,
) -> Policy:
    """The rules of Qoo10, with each open reading as a parameter.

    Args:
        edition: Name the edition apart from the built-in one where you change a parameter.
        request_reasons: The buyer's reasons; the document leaves them open.
        other_minimum: The fewest characters of a rejection's その他 (qoo10.3.other-30).
        other_maximum: The most characters of it; ours.
        delay_approves: Whether a pending request is approved by itself when its order becomes
            delayed (qoo10.1.instant-delayed).
        withdrawal_bars: Whether a withdrawn request bars another (qoo10.4.no-second-request).
        may_withdraw: Whether the buyer may withdraw without being asked to; the document tells
            only of withdrawing when asked (qoo10.1.otherwise-ask-withdrawal).
        shipping_supersedes: Whether shipping closes an open request. By the document the seller
            answers first: the order goes back to 配送要請 and is shipped from there
            (qoo10.3.back-to-shipping).
        overdue_after_days: After how many calendar days an open request counts as overdue
            (qoo10.3.counters).
        wording: Everything that people read.
    """
    no_second_after_withdrawal = Rule(
        "qoo10.no_second_request_after_withdrawal",
        on=RequestCancellation,
        effect=Forbid("withdrawn_before"),
        when=withdrawn_before.holds,
        cites=clause("qoo10.4.no-second-request"),
    )
    answer_before_shipping = Rule(
        "qoo10.answer_before_shipping",
        on=AdvanceOrder,
        effect=Forbid("answer_first"),
        when=move.is_in("ship") & request.is_in(*OPEN),
        cites=clause("qoo10.3.back-to-shipping", "qoo10.1.may-reject"),
    )
    superseded_by_shipping = Superseding(
        "qoo10.shipping_supersedes",
        moves=frozenset({"ship"}),
        cites=own_rule(
            "shipping answers the request, where a shop reads the guide so",
            ja="発送をもって回答とする運用の場合",
        ),
    )
    approved_by_delay = Deadline(
        "qoo10.approved_by_delay",
        starts=Occasion.REFERRED,
        due=EndOfShipDay(),
        does=Consequence.APPROVE,
        cites=clause("qoo10.1.instant-delayed"),
    )
    return Policy(
        name="qoo10",
        edition=edition,
        title=Text("Qoo10(マーケットプレイス)", "Qoo10 (marketplace)"),
        zone="Asia/Tokyo",
        documents=(QOO10_GUIDE,),
        orders=compile_chart(Qoo10OrderChart),
        planned_by=frozenset({"plan_shipping"}),
        dated=frozenset({"shipping_requested"}),  # qoo10.1.instant-new
        shipped_by=frozenset({"ship"}),
        superseding=superseded_by_shipping if shipping_supersedes else None,
        going_back=GoingBack(
            "qoo10.back_to_shipping",
            cites=clause("qoo10.3.back-to-shipping", "qoo10.1.otherwise-ask-withdrawal"),
        ),
        rules=(
            *STANDARD_RULES,
            # -------------------------------------------------- the buyer asks
            Rule(
                "qoo10.instant_new",
                on=RequestCancellation,
                effect=CANCEL,
                when=role.is_in("buyer") & status.is_in("new"),
                cites=clause("qoo10.1.instant-new"),
            ),
            Rule(
                "qoo10.instant_delayed",
                on=RequestCancellation,
                effect=CANCEL,
                when=role.is_in("buyer") & late_to_ship,
                cites=clause("qoo10.1.instant-delayed"),
            ),
            Rule(
                "qoo10.refer",
                on=RequestCancellation,
                effect=REFER,
                when=role.is_in("buyer") & status.is_in("shipping_requested") & ~past_ship_date,
                cites=clause("qoo10.1.may-reject", "qoo10.3.queue"),
            ),
            Rule(
                "qoo10.no_second_request",
                on=RequestCancellation,
                effect=Forbid("rejected_before"),
                when=rejected_before.holds,
                cites=clause("qoo10.4.no-second-request"),
            ),
            *((no_second_after_withdrawal,) if withdrawal_bars else ()),
            Rule(
                "qoo10.one_open_request",
                on=RequestCancellation,
                effect=Forbid("request_open"),
                when=request.is_in(*OPEN),
                cites=own_rule(
                    "two open requests for one order could get two answers",
                    ja="未回答の要請が二つあると、回答も二つになりうる",
                ),
            ),
            Rule(
                "qoo10.shipped",
                on=(RequestCancellation, Approve),
                effect=Forbid("already_shipped"),
                when=status.is_in("shipped", "delivered"),
                cites=clause("qoo10.1.may-reject"),
            ),
            Rule(
                "qoo10.cancelled",
                on=RequestCancellation,
                effect=Forbid("already_cancelled"),
                when=status.is_in("cancelled"),
                cites=own_rule(
                    "a cancelled order cannot be cancelled again",
                    ja="キャンセル済みの注文は再度キャンセルできない",
                ),
            ),
            Rule(
                "qoo10.buyer_asks",
                on=(RequestCancellation, Withdraw, AnswerWithdrawal),
                effect=Forbid("wrong_actor"),
                when=~role.is_in("buyer"),
                cites=clause("qoo10.1.instant-new", "qoo10.1.otherwise-ask-withdrawal"),
            ),
            # -------------------------------------------------- the seller answers
            Rule(
                "qoo10.approve",
                on=Approve,
                effect=PERMIT,
                when=role.is_in("seller"),
                cites=clause("qoo10.1.may-reject", "qoo10.1.instant-delayed"),
            ),
            Rule(
                "qoo10.reject",
                on=Reject,
                effect=PERMIT,
                when=role.is_in("seller") & affirmed.holds,
                cites=clause("qoo10.1.may-reject", "qoo10.1.only-if-impracticable"),
            ),
            Rule(
                "qoo10.affirmed",
                on=Reject,
                effect=Forbid("not_affirmed"),
                when=~affirmed.holds,
                cites=clause("qoo10.3.confirm", "qoo10.1.only-if-impracticable"),
            ),
            Rule(
                "qoo10.new_not_rejectable",
                on=Reject,
                effect=Forbid("instant_cannot_be_rejected"),
                when=status.is_in("new"),
                cites=clause("qoo10.1.instant-new"),
            ),
            Rule(
                "qoo10.delayed_not_rejectable",
                on=Reject,
                effect=Forbid("instant_cannot_be_rejected"),
                when=late_to_ship,
                cites=clause("qoo10.1.instant-delayed"),
            ),
            Rule(
                "qoo10.delayed_only_approved",
                on=AskWithdrawal,
                effect=Forbid("only_approval_left"),
                when=late_to_ship,
                cites=clause("qoo10.1.instant-delayed"),
            ),
            Rule(
                "qoo10.ask_withdrawal",
                on=AskWithdrawal,
                effect=PERMIT,
                when=role.is_in("seller"),
                cites=clause("qoo10.1.otherwise-ask-withdrawal"),
            ),
            Rule(
                "qoo10.seller_answers",
                on=(Approve, Reject, AskWithdrawal),
                effect=Forbid("wrong_actor"),
                when=~role.is_in("seller"),
                cites=clause("qoo10.1.may-reject"),
            ),
            # -------------------------------------------------- the buyer withdraws
            Rule(
                "qoo10.answer_withdrawal",
                on=AnswerWithdrawal,
                effect=PERMIT,
                when=role.is_in("buyer"),
                cites=clause("qoo10.1.otherwise-ask-withdrawal"),
            ),
            Rule(
                "qoo10.withdraw",
                on=Withdraw,
                effect=PERMIT if may_withdraw else Forbid("withdrawal_not_offered"),
                cites=clause("qoo10.1.otherwise-ask-withdrawal"),
            ),
            # -------------------------------------------------- the order moves on
            *(() if shipping_supersedes else (answer_before_shipping,)),
            Rule(
                "qoo10.delayed_when_late",
                on=AdvanceOrder,
                effect=Forbid("not_late"),
                when=move.is_in("mark_delayed") & ~past_ship_date,
                cites=clause("qoo10.1.instant-delayed"),
            ),
        ),
        request_reasons=request_reasons,
        rejection_reasons=_rejection_reasons(other_minimum, other_maximum),
        withdrawal_text=TextBounds(1, 500, required=False),
        deadlines=(
            Deadline(
                "qoo10.ship_same_day",
                starts=Occasion.REJECTED,
                due=EndOfDay(),
                does=Consequence.BREACH,
                met_by=frozenset({"ship"}),
                cites=clause("qoo10.1.ship-same-day"),
            ),
            Deadline(
                "qoo10.overdue",
                starts=Occasion.REFERRED,
                due=EndOfDay(overdue_after_days),
                does=Consequence.MARK_OVERDUE,
                cites=clause("qoo10.3.counters"),
            ),
            *((approved_by_delay,) if delay_approves else ()),
        ),
        wording=wording,
    )


QOO10 = qoo10()
"""The rules of Qoo10, read as `ordercancel.policies.documents` says."""
