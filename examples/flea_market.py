"""A flea market: either side asks, the other one answers; after a rejection the office decides.

The seller may ask until it is shipped, the buyer once the ship date has passed; a day of silence
cancels, unless it is the office's turn. Shipping closes the request.
"""

from ordercancel.policy import (
    OTHER_SIDE,
    PERMIT,
    Deadline,
    Forbid,
    If,
    Lifecycle,
    Policy,
    Reason,
    Refer,
    Reject,
    RequestCancellation,
    Rule,
    Withdraw,
    answerer,
    approve,
    buyer,
    hours,
    is_answerer,
    is_initiator,
    is_open,
    now,
    operator,
    requested_at,
    seller,
    ship_on,
    status,
)

unshipped = status.is_in("sold", "packed")
too_early = buyer & (now < ship_on.end())
asking = If(too_early, Forbid("not_late_yet"), Refer(OTHER_SIDE))
at_office = answerer.is_in("operator")

FLEA_MARKET = Policy(
    name="flea_market",
    zone="Asia/Tokyo",
    source="the rules of the market",
    orders=Lifecycle(
        moves={"pack": ("sold", "packed"), "ship": (("sold", "packed"), "shipped")},
        cancellable=("sold", "packed"),
        shipped="shipped",
    ),
    rules=[
        Rule("asks", on=RequestCancellation, when=unshipped & (seller | buyer), effect=asking),
        Rule("to_the_office", on=Reject, when=is_answerer & ~at_office, effect=Refer(operator)),
        Rule("withdraws", on=Withdraw, when=is_initiator, effect=PERMIT),
    ],
    reasons=[Reason("changed_mind"), Reason("other", text=(1, 200))],
    deadlines=[
        Deadline("silence", runs=is_open & ~at_office, due=requested_at + hours(24), then=approve),
    ],
)
