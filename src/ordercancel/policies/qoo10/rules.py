"""Qoo10, a marketplace: new and delayed orders are cancelled at once, others by the seller.

Read it beside its document (`ordercancel.policies.qoo10.document`).
"""

from __future__ import annotations

from typing import Literal

from statemachine import State, StateMachine

from ordercancel.policies.qoo10.document import QOO10_GUIDE
from ordercancel.policies.qoo10.messages import NOTIFICATIONS
from ordercancel.policies.qoo10.texts import TEXTS
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    AdvanceOrder,
    AnswerWithdrawal,
    AskWithdrawal,
    By,
    Deadline,
    Earliest,
    Flag,
    Forbid,
    Notification,
    Policy,
    Reason,
    Refer,
    Reject,
    RequestCancellation,
    Rule,
    Text,
    TextBounds,
    Texts,
    Waiver,
    Withdraw,
    approve,
    buyer,
    clause,
    closed_at,
    compile_chart,
    decided,
    is_answerer,
    is_initiator,
    is_open,
    mark,
    move,
    now,
    own_rule,
    reading,
    rejected_before,
    request,
    requested_at,
    seller,
    ship_on,
    shipped_at,
    status,
    status_since,
    withdrawn_before,
)


class Qoo10OrderChart(StateMachine):
    """The life of an order: 新規注文, 配送要請, 配送遅延, 配送中, 配送完了, or キャンセル完了."""

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


confirmed = Flag(
    "confirmed",
    Text(
        "キャンセル不可状態であることの確認",
        "the seller affirms that cancelling is impossible",
    ),
    of=Reject,
)
"""The seller's word on rejecting that the order cannot be cancelled (qoo10.3.confirm)."""

is_requested = status.is_in("shipping_requested")
is_planned = status.is_in("shipping_requested", "delayed")
past_ship_date = now >= ship_on.end()
"""From 00:00 of the day after the planned ship date."""

late_to_ship = status.is_in("delayed") | is_requested & past_ship_date
"""Delayed, whatever the stored status says (qoo10.1.instant-delayed)."""

_BUYERS_REASONS = decided("qoo10.3.grid", parameter="request_reasons")

REQUEST_REASONS = (
    Reason(
        "order_cancellation",
        Text("注文キャンセル", "Order cancellation"),
        when=buyer,
        source=reading("qoo10.3.grid"),
    ),
    Reason(
        "changed_mind", Text("お客様のご都合", "Changed mind"), when=buyer, source=_BUYERS_REASONS
    ),
    Reason(
        "ordered_by_mistake",
        Text("注文間違い", "Ordered by mistake"),
        when=buyer,
        source=_BUYERS_REASONS,
    ),
    Reason(
        "late_delivery", Text("配送の遅れ", "Late delivery"), when=buyer, source=_BUYERS_REASONS
    ),
    Reason("other", Text("その他", "Other"), when=buyer, text=(0, 500), source=_BUYERS_REASONS),
)
"""The buyer's reasons: 注文キャンセル is in the document's example."""

_NAMED = clause("qoo10.3.reasons")
_HINT = clause("qoo10.3.other-hint").text(
    "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
    "Please explain to the buyer yourself (product delay, production delay).",
)


def qoo10(
    *,
    edition: str = "1",
    request_reasons: tuple[Reason, ...] = REQUEST_REASONS,
    other_maximum: int = 500,
    withdrawal_text: TextBounds | tuple[int, int] = (0, 500),
    late_while_open: Literal["decidable", "approve_only", "approved"] = "decidable",
    withdrawal_bars: bool = False,
    may_withdraw: bool = False,
    ask_again_while_open: bool = False,
    shipping_supersedes: bool = False,
    overdue_after_days: int = 4,
    texts: Texts = TEXTS,
    notifications: tuple[Notification, ...] = NOTIFICATIONS,
) -> Policy:
    """The rules of Qoo10, with what the document leaves open as parameters.

    Args:
        edition: Name the edition apart from the built-in one where you change a parameter.
        request_reasons: The buyer's reasons (qoo10.3.grid).
        other_maximum: The most characters of a rejection's その他 (qoo10.3.other-30).
            Default: 500.
        withdrawal_text: The bounds of what the seller writes with an ask to withdraw
            (qoo10.1.otherwise-ask-withdrawal). Default: optional, up to 500 characters.
        late_while_open: What becomes of a request that was open before its order was late
            (qoo10.1.instant-delayed): it stays ``"decidable"``, can be approved only
            (``"approve_only"``), or is approved by itself (``"approved"``).
        withdrawal_bars: Whether a withdrawn request bars another one
            (qoo10.4.no-second-request). Default: False.
        may_withdraw: Whether the buyer may withdraw without being asked to
            (qoo10.1.otherwise-ask-withdrawal). Default: False.
        ask_again_while_open: Whether a buyer whose request is open may ask again, so that the
            cancellation at once of a late order supersedes it (qoo10.3.queue). Default: False.
        shipping_supersedes: Whether shipping closes an open request; else the seller answers
            first (qoo10.3.back-to-shipping). Default: False.
        overdue_after_days: After how many whole days an open request counts as overdue
            (qoo10.3.counters). Default: 4.
        texts: What people read.
        notifications: What they are told.
    """
    statuses = (
        Rule(
            "qoo10.answer_before_delay",
            on=AdvanceOrder,
            when=move.is_in("mark_delayed") & is_open,
            effect=Forbid("answer_first"),
            source=decided("qoo10.1.instant-delayed", parameter="late_while_open"),
        ),
    )
    only_approved = Rule(
        "qoo10.late_only_approved",
        on=(Reject, AskWithdrawal),
        when=late_to_ship,
        effect=Forbid("only_approval_left"),
        source=decided("qoo10.1.instant-delayed", parameter="late_while_open"),
    )
    answer_first = Rule(
        "qoo10.answer_before_shipping",
        on=AdvanceOrder,
        when=move.is_in("ship") & is_open,
        effect=Forbid("answer_first"),
        source=decided("qoo10.3.back-to-shipping", parameter="shipping_supersedes"),
    )
    withdrawal_once = Rule(
        "qoo10.no_second_request_after_withdrawal",
        on=RequestCancellation,
        when=buyer & withdrawn_before,
        effect=Forbid("withdrawn_before"),
        source=decided("qoo10.4.no-second-request", parameter="withdrawal_bars"),
    )
    withdraw = Rule(
        "qoo10.withdraw",
        on=Withdraw,
        when=is_initiator,
        effect=PERMIT,
        source=decided("qoo10.1.otherwise-ask-withdrawal", parameter="may_withdraw"),
    )
    approved_by_delay = Deadline(
        "qoo10.approved_by_delay",
        runs=is_open,
        due=Earliest(ship_on.end(), By("status", {"delayed": status_since})),
        then=approve,
        label=Text("配送遅延による自動承認", "approval because the order is late"),
        source=decided("qoo10.1.instant-delayed", parameter="late_while_open"),
    )
    stays_decidable = Waiver(
        "instant_and_rejectable:buyer",
        decided("qoo10.1.instant-delayed", parameter="late_while_open"),
    )
    by_itself = late_while_open == "approved"
    return Policy(
        name="qoo10",
        edition=edition,
        title=Text("Qoo10（マーケットプレイス）", "Qoo10 (marketplace)"),
        zone="Asia/Tokyo",
        languages=("ja", "en"),
        documents=(
            QOO10_GUIDE.under(
                other_maximum=other_maximum,
                late_while_open=late_while_open,
                withdrawal_bars=withdrawal_bars,
                may_withdraw=may_withdraw,
                ask_again_while_open=ask_again_while_open,
                shipping_supersedes=shipping_supersedes,
                overdue_after_days=overdue_after_days,
            ),
        ),
        orders=compile_chart(
            Qoo10OrderChart,
            shipped=("shipped", "delivered"),
            facts={"plan_shipping": "ship_on"},
            needs={"shipping_requested": "ship_on", "delayed": "ship_on"},  # qoo10.1.instant-new
        ),
        facts=(confirmed,),
        rules=(
            # -------------------------------------------------- the buyer asks
            Rule(
                "qoo10.instant_new",
                on=RequestCancellation,
                when=buyer & status.is_in("new"),
                effect=CANCEL,
                source=clause("qoo10.1.instant-new"),
            ),
            Rule(
                "qoo10.instant_delayed",
                on=RequestCancellation,
                when=buyer & late_to_ship,
                effect=CANCEL,
                source=clause("qoo10.1.instant-delayed"),
            ),
            Rule(
                "qoo10.refer",
                on=RequestCancellation,
                when=buyer & is_requested & ~past_ship_date,
                effect=Refer(seller),
                source=clause("qoo10.1.may-reject", "qoo10.3.queue"),
            ),
            Rule(
                "qoo10.no_second_request",
                on=RequestCancellation,
                when=buyer & rejected_before,
                effect=Forbid("rejected_before"),
                source=clause("qoo10.4.no-second-request"),
            ),
            Rule(
                "qoo10.shipped",
                on=RequestCancellation,
                when=buyer & status.is_in("shipped", "delivered"),
                effect=Forbid("already_shipped"),
                source=own_rule(
                    "what has been shipped is returned, not cancelled;"
                    " the document speaks of requests before the shipping",
                    ja="発送済みの注文は返品の対象であり、キャンセルの対象ではない"
                    "（原文は発送処理前の要請について述べている）",
                ),
            ),
            Rule(
                "qoo10.cancelled",
                on=RequestCancellation,
                when=buyer & status.is_in("cancelled"),
                effect=Forbid("already_cancelled"),
                source=own_rule(
                    "a cancelled order cannot be cancelled again",
                    ja="キャンセル済みの注文は再度キャンセルできない",
                ),
            ),
            *((withdrawal_once,) if withdrawal_bars else ()),
            # -------------------------------------------------- the seller answers
            Rule(
                "qoo10.affirmed",
                on=Reject,
                when=~confirmed,
                effect=Forbid("not_affirmed"),
                source=reading("qoo10.3.confirm", "qoo10.1.only-if-impracticable"),
            ),
            Rule(
                "qoo10.new_not_rejectable",
                on=Reject,
                when=status.is_in("new"),
                effect=Forbid("instant_cannot_be_rejected"),
                source=clause("qoo10.1.instant-new"),
            ),
            Rule(
                "qoo10.ask_withdrawal",
                on=AskWithdrawal,
                when=is_answerer,
                effect=PERMIT,
                source=clause("qoo10.1.otherwise-ask-withdrawal"),
            ),
            *((only_approved,) if late_while_open == "approve_only" else ()),
            # -------------------------------------------------- the buyer withdraws
            Rule(
                "qoo10.answer_withdrawal",
                on=AnswerWithdrawal,
                when=is_initiator,
                effect=PERMIT,
                source=decided("qoo10.1.otherwise-ask-withdrawal"),
            ),
            *((withdraw,) if may_withdraw else ()),
            # -------------------------------------------------- the order moves on
            Rule(
                "qoo10.delayed_when_late",
                on=AdvanceOrder,
                when=move.is_in("mark_delayed") & is_requested & ~past_ship_date,
                effect=Forbid("not_late"),
                source=reading("qoo10.1.instant-delayed"),
            ),
            *(() if by_itself else statuses),
            *(() if shipping_supersedes else (answer_first,)),
        ),
        reasons=(
            *request_reasons,
            Reason("shipped", Text("商品発送完了", "Already shipped"), on=Reject, source=_NAMED),
            Reason(
                "ready_to_ship", Text("発送準備完了", "Ready to ship"), on=Reject, source=_NAMED
            ),
            Reason(
                "made_to_order", Text("注文制作商品", "Made to order"), on=Reject, source=_NAMED
            ),
            Reason(
                "other",
                Text("その他", "Other"),
                on=Reject,
                text=(30, other_maximum),
                hint=_HINT,
                source=clause("qoo10.3.reasons", "qoo10.3.other-30"),
            ),
            Reason(
                None,
                on=AskWithdrawal,
                text=withdrawal_text,
                source=decided("qoo10.1.otherwise-ask-withdrawal", parameter="withdrawal_text"),
            ),
        ),
        deadlines=(
            *((approved_by_delay,) if by_itself else ()),
            Deadline(
                "qoo10.ship_same_day",
                runs=request.is_in("rejected") & is_planned,
                due=closed_at.end_of_day(),
                then=mark("missed"),
                met=shipped_at,
                label=Text("当日中の発送処理", "shipping on the day of the rejection"),
                source=clause("qoo10.1.ship-same-day"),
            ),
            Deadline(
                "qoo10.overdue",
                runs=is_open,
                due=requested_at.end_of_day(overdue_after_days),
                then=mark("overdue"),
                label=Text("キャンセル要請への回答", "answering the request"),
                source=decided("qoo10.3.counters", parameter="overdue_after_days"),
            ),
        ),
        texts=texts,
        notifications=notifications,
        ask_again_while_open=ask_again_while_open,
        waivers=(stays_decidable,) if late_while_open == "decidable" else (),
    )


QOO10 = qoo10()
"""The rules of Qoo10, read as `ordercancel.policies.qoo10.document` says."""
