"""A shop that gives back what was paid: its policy, its orders, and who pays for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import attrs

from ordercancel import (
    Actor,
    Buyer,
    CancellationService,
    FailRefund,
    Operator,
    Order,
    Policy,
    RequestCancellation,
    SettleRefund,
    System,
)
from ordercancel.domain.money import Money, OrderLine, Tender
from ordercancel.domain.obligations import Obligation, RefundDue
from ordercancel.policy import CANCEL, Lifecycle, Refunding, Rule, buyer
from ordercancel.service.backoff import Backoff
from ordercancel.service.ports import Store
from refunds.provider import Client, Payment, Provider

__all__ = [
    "BUYER",
    "OPERATOR",
    "PARTS",
    "SHOP",
    "SYSTEM",
    "Payer",
    "cancelling",
    "many",
    "order",
    "paid",
    "parted",
    "say",
    "service_on",
]

BUYER, OPERATOR, SYSTEM = Buyer("b-1"), Operator("ann"), System()
PLACED = datetime(2026, 4, 1, tzinfo=UTC)
SHOP = Policy(
    name="shop",
    zone="Asia/Tokyo",
    orders=Lifecycle(moves={"ship": ("new", "shipped")}, cancellable="new", shipped="shipped"),
    rules=[Rule("shop.cancel", on=RequestCancellation, effect=CANCEL, when=buyer)],
    refunding=Refunding(),
    notifications=(),
)

PARTS = attrs.evolve(SHOP, name="parts", whole_orders_only=False)
"""The same, where parts of an order can be cancelled."""


def paid(number: int) -> dict[str, int]:
    """What was paid for an order: by card, and for every third one by points, too."""
    card = {"card": 1_000 + number}
    return card if number % 3 else {"points": 50 + number % 7, **card}


def order(number: int) -> Order:
    """The order with this number."""
    tenders = paid(number)
    line = OrderLine(id="l-1", quantity=1, amount=sum(tenders.values()))
    money = Money(
        currency="JPY",
        digits=0,
        lines=(line,),
        tenders=tuple(Tender(id=name, amount=amount) for name, amount in tenders.items()),
    )
    return Order(
        f"o-{number}",
        policy="shop",
        status="new",
        buyer="b-1",
        seller="s-1",
        placed_at=PLACED,
        money=money,
    )


def parted(order_id: str) -> Order:
    """An order of three units and one, paid by card."""
    return many(order_id, {"l-1": 3, "l-2": 1}, {"card": 4_000})


def many(order_id: str, units: Mapping[str, int], tenders: Mapping[str, int]) -> Order:
    """An order of so many units of each line, at 1,000 each."""
    lines = tuple(
        OrderLine(id=name, quantity=number, amount=1_000 * number)
        for name, number in units.items()
    )
    given = tuple(Tender(id=name, amount=amount) for name, amount in tenders.items())
    money = Money(currency="JPY", digits=0, lines=lines, tenders=given)
    return attrs.evolve(order(0), id=order_id, policy="parts", money=money, lines=lines)


def cancelling(number: int) -> RequestCancellation:
    """The buyer's request, which cancels the order at once."""
    return RequestCancellation(f"o-{number}", by=BUYER)


@attrs.define
class Payer:
    """The shop's obligation handler: it pays by the provider, once for each key.

    It looks first whether the provider has paid already: a provider forgets its keys in the end.

    Args:
        provider: Pays.
        heeds_keys: Whether it does so. Without, it is how a shop pays twice.
        service: Where it says what came of it.
    """

    provider: Provider | Client
    heeds_keys: bool = True
    service: CancellationService | None = None

    def fulfil(self, obligation: Obligation) -> None:
        if not isinstance(obligation, RefundDue):
            self.provider.note(obligation.key)
            return
        key, amount = obligation.key, obligation.amount
        if amount is None:  # all that was paid
            amount = sum(paid(int(obligation.order_id.removeprefix("o-"))).values())
        payment = self.provider.find(key) if self.heeds_keys else None
        if payment is None:
            named = key if self.heeds_keys else f"{key}/{uuid4()}"
            payment = self.provider.pay(named, obligation.order_id, amount)
        if self.service is not None:
            say(self.service, attrs.evolve(payment, key=key))


def say(service: CancellationService, payment: Payment, by: Actor = SYSTEM) -> None:
    """Say what came of a payment, as far as that is known."""
    order_id, key = payment.order_id, payment.key
    match payment.status:
        case "paid":
            settled = SettleRefund(
                order_id, by=by, key=key, reference=payment.reference, amount=payment.amount
            )
            service.handle(settled)
        case "declined" | "returned":
            service.handle(FailRefund(order_id, by=by, key=key, code=payment.status))


def service_on(store: Store, payer: Payer) -> CancellationService:
    """The shop's service; what fails is tried again soon."""
    waits = Backoff(first=timedelta(seconds=0.1), most=timedelta(seconds=1), tries=1_000)
    payer.service = CancellationService(
        policies=[SHOP, PARTS], store=store, obligations=payer, retries=waits
    )
    return payer.service
