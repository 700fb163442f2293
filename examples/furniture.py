"""A shop that makes to order: a day at no cost, then a fee, and more near the ship date."""

from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Deadline,
    Fee,
    If,
    Lifecycle,
    Policy,
    Reason,
    Refer,
    Refunding,
    RequestCancellation,
    Rule,
    Withdraw,
    approve,
    buyer,
    days,
    hours,
    is_initiator,
    is_open,
    now,
    placed_at,
    requested_at,
    seller,
    ship_on,
    status,
)

unshipped = status.is_in("placed", "built")
in_a_day = now < placed_at + days(1)
is_early = now < ship_on.end(-3)

FURNITURE = Policy(
    name="furniture",
    zone="Asia/Tokyo",
    source="our terms of sale, §7",
    orders=Lifecycle(
        moves={"build": ("placed", "built"), "ship": ("built", "shipped")},
        cancellable=("placed", "built"),
        shipped="shipped",
        needs={"placed": ("ship_on",), "built": ("ship_on",)},
    ),
    whole_orders_only=False,
    rules=[
        Rule(
            "buyer_asks",
            on=RequestCancellation,
            when=buyer & unshipped,
            effect=If(in_a_day, CANCEL, Refer(seller)),
        ),
        Rule("seller_cancels", on=RequestCancellation, when=seller & unshipped, effect=CANCEL),
        Rule("buyer_withdraws", on=Withdraw, when=is_initiator, effect=PERMIT),
    ],
    reasons=[Reason("changed_mind", when=buyer), Reason("no_timber", when=seller)],
    deadlines=[
        Deadline("seller_silent", runs=is_open, due=requested_at + hours(48), then=approve)
    ],
    refunding=Refunding(
        fees=(
            Fee(id="early", when=buyer & ~in_a_day & is_early, rate=(1, 10)),
            Fee(id="late", when=buyer & ~in_a_day & ~is_early, rate=(3, 10), minimum=500),
        ),
    ),
)
