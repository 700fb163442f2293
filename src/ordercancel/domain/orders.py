"""Orders: what a rule may know of one; the host owns everything else about it.

Every id, code, name and address is one line of 1 to 200 printable characters; times and days lie
in the years 1900 to 9000.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.checked import Checked, FactValues, Words
from ordercancel.domain.exact import of_kind
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, as_frozen
from ordercancel.domain.limits import MAX_LINES, MAX_REQUESTS
from ordercancel.domain.money import Money, OrderLine, entries_by_id
from ordercancel.domain.requests import FINAL, OPEN, RequestStatus, status_among


@attrs.frozen(kw_only=True)
class PastRequest(Checked):
    """A request that was made before the library knew the order.

    Args:
        by: Who asked.
        at: When.
        status: Where it stands: only the last one may be open.
        reason: A code of the policy's reasons, as far as it is known.
        answerer: The role that is to answer, for one that is open. Default: the seller.
    """

    by: Actor
    at: datetime
    status: Annotated[RequestStatus, status_among(tuple(RequestStatus))]
    reason: str | None = None
    answerer: str | None = None


@attrs.frozen
class Order(Checked):
    """What a rule may know of an order.

    Args:
        id: Unique among all orders of one store.
        policy: The name of the rule set that it is judged by.
        status: A status of that policy's lifecycle.
        buyer: The id of the buyer.
        seller: The id of the seller.
        placed_at: When it was placed; with a UTC offset, like every time here, and kept in UTC.
        channel: How it came in, where the policy tells channels apart (conect.0.channel).
        ship_on: The planned ship date, a day in the policy's zone (qoo10.1.instant-delayed).
        paid_at: When it was paid.
        status_since: When it entered its status. Default: when it was placed.
        shipped_at: When it was shipped.
        delivered_at: When it was delivered.
        cart_id: The number of the cart that it was part of (qoo10.3.grid).
        item: The item's code or name (qoo10.3.grid).
        facts: Facts of the host's own, for policies that declare them: fifty at most, each a
            flag, a whole number of 64 bits, a string of 200 characters, a moment or a day. A repr
            shows them, so that they are no place for what a person wrote.
        history: The requests that were made before the order is registered, oldest first.
        lines: What was ordered, where units of it may be cancelled or shipped by themselves; with
            `money` its lines, which need not be named again. Default: none, it is one whole.
        money: What it costs, and how it was paid. Default: the order has no prices.

    Raises:
        InvalidValue: With every fault of the values given.
    """

    id: str
    policy: str = attrs.field(kw_only=True)
    status: str = attrs.field(kw_only=True)
    buyer: str = attrs.field(kw_only=True)
    seller: str = attrs.field(kw_only=True)
    placed_at: datetime = attrs.field(kw_only=True)
    channel: str | None = attrs.field(default=None, kw_only=True)
    ship_on: date | None = attrs.field(default=None, kw_only=True)
    paid_at: datetime | None = attrs.field(default=None, kw_only=True)
    status_since: datetime | None = attrs.field(default=None, kw_only=True)
    shipped_at: datetime | None = attrs.field(default=None, kw_only=True)
    delivered_at: datetime | None = attrs.field(default=None, kw_only=True)
    cart_id: str | None = attrs.field(default=None, kw_only=True)
    item: Words | None = attrs.field(default=None, kw_only=True)
    facts: FactValues = attrs.field(default=EMPTY, converter=as_frozen, kw_only=True)
    history: Annotated[tuple[PastRequest, ...], _check_history] = attrs.field(
        default=(), kw_only=True
    )
    lines: Annotated[tuple[OrderLine, ...], entries_by_id(OrderLine, MAX_LINES)] = attrs.field(
        default=(), kw_only=True
    )
    money: Money | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.status_since is None:
            object.__setattr__(self, "status_since", self.placed_at)

    def _check(self, faults: Faults) -> None:
        if any(fault.where.startswith(f"{faults.subject}.lines") for fault in faults.found):
            return  # they may be anything, and are not to be compared
        if not isinstance(self.money, Money):
            return
        money = faults.exact["money"] = of_kind(self.money, Money)
        if self.lines not in ((), self.money.lines):
            faults.add("lines", "are not those of the money", "no lines beside the money")
        faults.exact["lines"] = money.lines

    @property
    def quantities(self) -> dict[str, int]:
        """How many units of each line were ordered."""
        return {line.id: line.quantity for line in self.lines}


def _check_history(faults: Faults, field: str, value: object) -> None:
    past = faults.entries(field, value, MAX_REQUESTS)
    for number, request in enumerate(past):
        where = f"{field}[{number}]"
        faults.instance(where, request, PastRequest, "a PastRequest")
        if not isinstance(request, PastRequest):
            return
        if type(request) is not PastRequest:
            plain = (of_kind(each, PastRequest) for each in past)
            faults.exact[field] = tuple(plain)
        if request.status in OPEN and number + 1 < len(past):
            problem = f"is {request.status} and not the last"
            faults.add(f"{where}.status", problem, f"one of: {', '.join(sorted(FINAL))}")
        if number and request.at < past[number - 1].at:
            faults.add(f"{where}.at", "is before the one before it", "the oldest first")
