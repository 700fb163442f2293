"""What the shop must do where an order is cancelled: pay back, restock, stop the parcel."""

from __future__ import annotations

import logging

from ordercancel import SettleRefund, System
from ordercancel.contrib.django import service
from ordercancel.domain.obligations import Obligation, RefundDue
from storefront.models import Payment


class Obligations:
    """Does each once, however often it is handed over: the key is the same each time."""

    def fulfil(self, obligation: Obligation) -> None:
        if not isinstance(obligation, RefundDue):
            # A real shop tells its stock and its carrier here.
            logging.getLogger("storefront").info("to do: %s", obligation.key)
            return
        # A real shop asks its payment provider, with this key as the idempotency key.
        paid, _ = Payment.objects.get_or_create(
            key=obligation.key, defaults={"number": obligation.order_id}
        )
        service().handle(
            SettleRefund(
                obligation.order_id, by=System(), key=obligation.key, reference=f"p-{paid.pk}"
            )
        )
