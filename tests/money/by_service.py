"""An account that asks the service for each step: what is promised holds of commands, too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs

from ordercancel import (
    AdvanceOrder,
    CancellationService,
    Fault,
    InvalidValue,
    Operator,
    Order,
    RecordRefund,
    Refused,
    RequestCancellation,
)
from ordercancel.domain.money import Money
from ordercancel.domain.quotes import Quote, State
from ordercancel.engine.quote import Account
from ordercancel.policy import (
    CANCEL,
    Flag,
    Lifecycle,
    Policy,
    Refunding,
    Rule,
    operator,
)
from ordercancel.stores.memory import MemoryStore

AT = datetime(2026, 4, 1, tzinfo=UTC)
OFFICE = Operator("op-1")


def policy_with(refunding: Refunding) -> Policy:
    """A policy whose fees hold where the command says so."""
    flags = [Flag(fee.id, of=RequestCancellation) for fee in refunding.fees]
    fees = tuple(
        attrs.evolve(fee, when=flag.holds) for fee, flag in zip(refunding.fees, flags, strict=True)
    )
    return Policy(
        name="shop",
        zone="Asia/Tokyo",
        orders=Lifecycle(
            moves={"ship": ("placed", "shipped")}, cancellable="placed", shipped="shipped"
        ),
        whole_orders_only=False,
        facts=flags,
        rules=[Rule("office", on=RequestCancellation, when=operator, effect=CANCEL)],
        refunding=attrs.evolve(refunding, fees=fees),
    )


class ByService(Account):
    """Takes each step of one order by a command, and reads its units from the case."""

    def __init__(self, money: Money, refunding: Refunding) -> None:
        super().__init__(money, refunding)
        self.service = CancellationService(policies=[policy_with(refunding)], store=MemoryStore())
        order = Order(
            "o-1",
            policy="shop",
            status="placed",
            buyer="b-1",
            seller="s-1",
            placed_at=AT,
            money=money,
        )
        self.service.register(order, at=AT)

    def cancel(
        self, state: State, lines: Any = None, fee: str | None = None
    ) -> tuple[Quote, State]:
        data = {} if fee is None else {fee: True}
        command = RequestCancellation("o-1", by=OFFICE, lines=lines, data=data)
        quote, after = self._handled(command, state)
        assert quote is not None
        return quote, after

    def ship(self, state: State, lines: Any) -> State:
        return self._handled(AdvanceOrder("o-1", by=OFFICE, move="ship", lines=lines), state)[1]

    def refund_elsewhere(self, state: State, amount: int, tender: str | None = None) -> State:
        command = RecordRefund("o-1", by=OFFICE, amount=amount, tender=tender)
        return self._handled(command, state)[1]

    def _handled(self, command: Any, state: State) -> tuple[Quote | None, State]:
        """What came of a command; the order has moved where the last open unit went."""
        try:
            outcome = self.service.handle(command, at=AT)
        except (Refused, InvalidValue) as refused:
            # Where nothing is open any more, the order's status may say so first.
            gone = not any(self.open(state).values()) and "more_than_paid" not in refused.codes
            if not gone and not {"more_than_remains", "more_than_ordered"} & {*refused.codes}:
                raise
            fault = Fault("lines", "are gone", "open units", code="more_than_remains")
            raise InvalidValue([fault]) from None
        finally:
            case = self.service.case("o-1", by=OFFICE)
        units = case.units
        is_over = not any(self.open(units).values())
        status = ("shipped" if units.shipped else "cancelled") if is_over else "placed"
        assert case.order.status == status
        return outcome.quote, units
