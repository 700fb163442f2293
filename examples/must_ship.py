"""A merchant who must ship: half an hour is free, afterwards the buyer's ask binds nobody.

Shipping answers it. The merchant cancels for lack of stock, with reasons of their own. An order
not shipped three days after its ship date is reminded of, after seven days it is cancelled.
"""

from ordercancel.policy import (
    CANCEL,
    Deadline,
    If,
    Lifecycle,
    Policy,
    Reason,
    Refer,
    RequestCancellation,
    Rule,
    buyer,
    cancel,
    minutes,
    notify,
    now,
    placed_at,
    seller,
    ship_on,
    status,
    system,
)

unshipped = status.is_in("placed", "packed")
first_half_hour = now < placed_at + minutes(30)

MUST_SHIP = Policy(
    name="must_ship",
    zone="America/New_York",
    source="the merchant's terms",
    orders=Lifecycle(
        moves={"pack": ("placed", "packed"), "ship": (("placed", "packed"), "shipped")},
        cancellable=("placed", "packed"),
        shipped="shipped",
        needs={"placed": "ship_on", "packed": "ship_on"},
    ),
    rules=[
        Rule(
            "buyer_asks",
            on=RequestCancellation,
            when=buyer & unshipped,
            effect=If(first_half_hour, CANCEL, Refer(seller)),
        ),
        Rule("out_of_stock", on=RequestCancellation, when=seller & unshipped, effect=CANCEL),
    ],
    reasons=[
        Reason("changed_mind", when=buyer),
        Reason("out_of_stock", when=seller),
        Reason("not_shipped", when=system),
    ],
    deadlines=[
        Deadline("reminder", runs=unshipped, due=ship_on.end(3), then=notify),
        Deadline("not_shipped", runs=unshipped, due=ship_on.end(7), then=cancel("not_shipped")),
    ],
)
