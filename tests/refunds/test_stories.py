"""What goes wrong in shops that have no word for a refund that nobody knows the end of."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import create_engine

from ordercancel import (
    CancellationService,
    FailRefund,
    Refused,
    RequestCancellation,
    RetryRefund,
    SettleRefund,
)
from ordercancel.domain.errors import Conflict
from ordercancel.domain.obligations import Obligation, RefundDue, Restock
from ordercancel.service.backoff import Backoff
from ordercancel.stores.memory import MemoryStore
from ordercancel.stores.sql import SqlStore
from refunds.provider import Provider
from refunds.shop import BUYER, PARTS, SHOP, SYSTEM, Payer, cancelling, order, parted

DAY = timedelta(days=1)


class Clock:
    """A clock that is set by hand."""

    time = datetime(2026, 4, 2, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class Shelf:
    """A host that puts units back by the line, once for each key, and pays by a provider."""

    def __init__(self, provider: Provider) -> None:
        self.units: Counter[str] = Counter()
        self.seen: list[str] = []
        self.payer = Payer(provider)

    def fulfil(self, obligation: Obligation) -> None:
        if isinstance(obligation, Restock) and obligation.key not in self.seen:
            self.units.update(obligation.lines)
        self.seen.append(obligation.key)
        if isinstance(obligation, RefundDue):
            self.payer.fulfil(obligation)


def service_of(provider: Provider, **ports: Any) -> tuple[CancellationService, Shelf, Clock]:
    shelf, clock = Shelf(provider), Clock()
    waits = Backoff(first=timedelta(minutes=1), most=timedelta(minutes=1), tries=3)
    values = {"store": MemoryStore(), "clock": clock, "retries": waits} | ports
    service = CancellationService(policies=[SHOP, PARTS], obligations=shelf, **values)
    shelf.payer.service = service
    return service, shelf, clock


def test_units_are_put_back_once_when_the_rest_is_cancelled_too() -> None:
    """Restocked by the refund, then again by the cancellation: here each unit by its own."""
    service, shelf, _ = service_of(Provider(is_well=True))
    service.register(parted("p-1"))
    service.handle(RequestCancellation("p-1", by=BUYER, lines={"l-1": 1}))
    service.relay()
    service.handle(RequestCancellation("p-1", by=BUYER))
    service.relay()
    assert shelf.units == {"l-1": 3, "l-2": 1}
    with pytest.raises(Refused):
        service.handle(RequestCancellation("p-1", by=BUYER))


def test_what_is_handed_over_twice_has_the_same_key() -> None:
    """The relay died after the shelf was filled, and before that was noted."""

    class Dying(MemoryStore):
        dies = True

        def delivered(self, message_id: str, now: datetime) -> None:
            if self.dies and message_id.endswith(":restock:host"):
                self.dies = False
                raise Conflict("p-1")
            super().delivered(message_id, now)

    service, shelf, clock = service_of(Provider(is_well=True), store=Dying())
    service.register(parted("p-1"))
    service.handle(RequestCancellation("p-1", by=BUYER))
    service.relay()
    clock.time += DAY
    service.relay()
    assert shelf.seen.count("p-1:1:restock:host") == 2
    assert shelf.units == {"l-1": 3, "l-2": 1}


def test_a_failed_refund_is_not_taken_for_given() -> None:
    """It stands open, in the seller's sight, until a second attempt is paid."""
    provider = Provider(is_well=True)
    service, _, _ = service_of(provider)
    service.register(order(1))
    service.handle(cancelling(1))
    (key,) = (each.key for each in service.case("o-1", by=SYSTEM).refunds)
    service.handle(FailRefund("o-1", by=SYSTEM, key=key, code="card_expired"))
    case = service.case("o-1", by=SYSTEM)
    assert (case.order.status, case.is_refund_open) == ("cancelled", True)
    service.handle(RetryRefund("o-1", by=SYSTEM, key=key))
    service.relay()
    case = service.case("o-1", by=SYSTEM)
    assert not case.is_refund_open
    assert [each.key for each in provider.payments] == [case.refunds[0].key] != [key]


def test_a_lost_answer_brings_no_new_key() -> None:
    """Whoever asks for one is refused; the same key is tried again, and paid once."""

    class Deaf(Provider):
        """Pays, and its first answer is lost."""

        def pay(self, key: str, order_id: str, amount: int) -> Any:
            is_first = not self.payments
            payment = super().pay(key, order_id, amount)
            if is_first:
                raise TimeoutError
            return payment

    provider = Deaf(is_well=True, keeps=0)
    service, _, clock = service_of(provider)
    service.register(order(1))
    service.handle(cancelling(1))
    (key,) = (each.key for each in service.case("o-1", by=SYSTEM).refunds)
    assert service.relay().failed == (key,)
    with pytest.raises(Refused) as refused:
        service.handle(RetryRefund("o-1", by=SYSTEM, key=key))
    assert refused.value.codes == ("refund_not_failed",)
    clock.time += DAY
    assert service.relay().delivered == (key,)
    assert len(provider.payments) == 1
    assert not service.case("o-1", by=SYSTEM).is_refund_open


def test_two_cancellations_in_flight_give_back_what_was_paid() -> None:
    """Both were decided on the same state; the second one is decided again, on what is left."""
    provider = Provider(is_well=True)
    service, _, _ = service_of(provider)
    service.register(parted("p-1"))

    class Racing(MemoryStore):
        """Somebody else is first."""

        def __init__(self, store: MemoryStore) -> None:
            super().__init__()
            self.__dict__.update(store.__dict__)
            self.is_first = True

        def commit(self, commit: Any) -> None:
            if self.is_first:
                self.is_first = False
                service.handle(RequestCancellation("p-1", by=BUYER, lines={"l-1": 2}))
            super().commit(commit)

    racing = service.using(Racing(service._store))
    racing.handle(RequestCancellation("p-1", by=BUYER))
    service.relay()
    case = service.case("p-1", by=SYSTEM)
    assert [dict(run) for _, run in case.units.runs] == [{"l-1": 3, "l-2": 1}]
    assert sum(each.amount for each in provider.payments) == 4_000
    assert not case.is_refund_open


def test_points_are_given_back_once_while_the_card_is_tried_anew() -> None:
    """Each tender has its own key: a failure of one repeats no other."""
    provider = Provider(is_well=True)
    service, _, _ = service_of(provider)
    service.register(order(3))  # by points and by card
    service.handle(cancelling(3))
    service.relay()
    card = "o-3:1:refund:card.1"
    service.handle(FailRefund("o-3", by=SYSTEM, key=card, code="returned"))
    service.handle(RetryRefund("o-3", by=SYSTEM, key=card))
    service.relay()
    assert Counter(each.key for each in provider.payments) == {
        "o-3:1:refund:points.1": 1,
        card: 1,
        "o-3:1:refund:card.2": 1,
    }


def test_a_refund_that_failed_after_success_is_open_again() -> None:
    """The bank sent it back a week later. The order stays cancelled."""
    service, _, _ = service_of(Provider(is_well=True))
    service.register(order(1))
    service.handle(cancelling(1))
    service.relay()
    case = service.case("o-1", by=SYSTEM)
    (refund,) = case.refunds
    assert not case.is_refund_open
    service.handle(FailRefund("o-1", by=SYSTEM, key=refund.key, code="account_closed"))
    case = service.case("o-1", by=SYSTEM)
    assert (case.order.status, case.is_refund_open) == ("cancelled", True)
    counted = [(each.on, each.count) for each in service.counters(BUYER, policy="shop")]
    assert counted == [("pending", 0), ("refund_open", 1)]
    late = SettleRefund("o-1", by=SYSTEM, key=refund.key, reference=f"{refund.reference}")
    assert service.handle(late).events == ()  # an old answer, told again


def test_a_gateway_that_is_down_leaves_the_refund_in_sight() -> None:
    """The order is cancelled; the refund is tried again, is dead in the end, and stays open."""

    class Down(Provider):
        def find(self, key: str) -> Any:
            raise ConnectionRefusedError

    service, _, clock = service_of(Down(is_well=True))
    service.register(order(1))
    service.handle(cancelling(1))
    for _ in range(3):
        service.relay()
        clock.time += DAY
    (dead,) = service.dead_letters()
    assert isinstance(dead.obligation, RefundDue)
    case = service.case("o-1", by=SYSTEM)
    assert (case.order.status, case.is_refund_open) == ("cancelled", True)
    assert [each.order_id for each in service.inbox(BUYER, marked="refund_open").rows] == ["o-1"]
    service.revive([dead.id])
    assert attrs.asdict(service.backlog())["messages"] == 1


def test_a_hosts_transaction_takes_its_obligations_along(tmp_path: Path) -> None:
    """What is rolled back obliges nobody; what is committed is handed over afterwards."""
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with closing(SqlStore(engine)) as store:
        service, _, _ = service_of(Provider(is_well=True), store=store)
        service.register(order(1))
        with engine.connect() as connection:
            inside = service.using(SqlStore.within(connection))
            assert len(inside.handle(cancelling(1)).obligations) == 3
            connection.rollback()
        assert service.relay().delivered == ()
        with engine.begin() as connection:
            service.using(SqlStore.within(connection)).handle(cancelling(1))
        assert service.relay().delivered[-1] == "o-1:1:refund:card.1"
    engine.dispose()
