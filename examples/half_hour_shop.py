"""A shop of your own: half an hour to change one's mind, then the seller has 48 hours to answer.

Silence approves, and shipping answers the request. Try it:

    ordercancel rules examples.half_hour_shop:SHOP --lang en
    ordercancel replay --policy examples.half_hour_shop:SHOP examples/half_hour_shop.jsonl
"""

from datetime import timedelta

from statemachine import State, StateMachine

from ordercancel import Approve, Policy, Reject, RequestCancellation, Rule, Text
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    REFER,
    STANDARD_RULES,
    After,
    Announcement,
    Audience,
    Catalogue,
    Consequence,
    Deadline,
    Forbid,
    Occasion,
    Reason,
    Superseding,
    TextBounds,
    Wording,
    compile_chart,
    ours,
)
from ordercancel.policy.facts import request, role, since_placed, status
from ordercancel.request import OPEN

TERMS = ours("our terms of sale, 2026", ja="販売規約(2026年)")
HALF_AN_HOUR = timedelta(minutes=30)


class ShopOrderChart(StateMachine):
    placed = State("受付済み", initial=True)
    shipped = State("発送済み", final=True)
    cancelled = State("キャンセル済み", final=True)

    ship = placed.to(shipped)
    cancel = placed.to(cancelled)


def told(on: Occasion, to: Audience, ja: str, en: str) -> Announcement:
    body = Text("注文 {order_id}\n理由: {reason}", "Order {order_id}\nReason: {reason}")
    return Announcement(on=on, to=to, subject=Text(ja, en), body=body, cites=TERMS)


SHOP = Policy(
    name="half-hour-shop",
    edition="2026",
    title=Text("30分の店", "The half-hour shop"),
    zone="Asia/Tokyo",
    orders=compile_chart(ShopOrderChart),
    shipped_by=frozenset({"ship"}),
    superseding=Superseding("shop.shipping_answers", moves=frozenset({"ship"}), cites=TERMS),
    rules=(
        *STANDARD_RULES,
        Rule(
            "shop.first_half_hour",
            on=RequestCancellation,
            effect=CANCEL,
            when=role.is_in("buyer") & status.is_in("placed") & (since_placed < HALF_AN_HOUR),
            cites=TERMS,
        ),
        Rule(
            "shop.later",
            on=RequestCancellation,
            effect=REFER,
            when=role.is_in("buyer") & status.is_in("placed") & (since_placed >= HALF_AN_HOUR),
            cites=TERMS,
        ),
        Rule(
            "shop.one_at_a_time",
            on=RequestCancellation,
            effect=Forbid("request_open"),
            when=request.is_in(*OPEN),
            cites=TERMS,
        ),
        Rule(
            "shop.closed",
            on=RequestCancellation,
            effect=Forbid("closed"),
            when=status.is_in("shipped", "cancelled"),
            cites=TERMS,
        ),
        Rule(
            "shop.seller_answers",
            on=(Approve, Reject),
            effect=PERMIT,
            when=role.is_in("seller"),
            cites=TERMS,
        ),
    ),
    request_reasons=Catalogue(
        reasons=(Reason("changed_mind", Text("気が変わった", "Changed mind"), cites=TERMS),),
        cites=TERMS,
    ),
    rejection_reasons=Catalogue(text=TextBounds(1, 100), cites=TERMS),
    deadlines=(
        Deadline(
            "shop.silence_approves",
            starts=Occasion.REFERRED,
            due=After(timedelta(hours=48)),
            does=Consequence.APPROVE,
            cites=TERMS,
        ),
    ),
    wording=Wording(
        statuses={
            "placed": Text("受付済み", "Placed"),
            "shipped": Text("発送済み", "Shipped"),
            "cancelled": Text("キャンセル済み", "Cancelled"),
        },
        refusals={"closed": Text("この注文はキャンセルできません。", "It is too late to cancel.")},
        announcements=(
            told(Occasion.REFERRED, Audience.SELLER, "キャンセル希望", "Cancellation requested"),
            told(Occasion.GRANTED_AT_ONCE, Audience.SELLER, "キャンセル", "Cancelled at once"),
            told(Occasion.APPROVED, Audience.BUYER, "キャンセル承認", "Cancelled"),
            told(Occasion.APPROVED_BY_SILENCE, Audience.BUYER, "キャンセル成立", "Cancelled"),
            told(Occasion.APPROVED_BY_SILENCE, Audience.SELLER, "発送中止", "Do not ship"),
            told(Occasion.REJECTED, Audience.BUYER, "キャンセル不可", "Not cancelled"),
            told(Occasion.SUPERSEDED, Audience.BUYER, "発送済み", "Shipped, not cancelled"),
        ),
    ),
)
